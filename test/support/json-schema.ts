// The part of JSON Schema 2020-12 that kmsdns.schema.json uses, read from the standard and not from our shapes.
// An unknown keyword throws: the oracle must not pass what it does not understand.

type Schema = { readonly [keyword: string]: unknown };

const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'examples', 'default']);

export function validates(schema: Schema, data: unknown): boolean {
  return Object.entries(schema).every(
    ([keyword, rule]) => ANNOTATIONS.has(keyword) || holds(keyword, rule, schema, data),
  );
}

function holds(keyword: string, rule: unknown, schema: Schema, data: unknown): boolean {
  const object =
    typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Schema) : undefined;
  switch (keyword) {
    case 'type':
      return typeOf(data).includes(rule as string);
    case 'enum':
      return (rule as unknown[]).includes(data);
    case 'minimum':
      return typeof data !== 'number' || data >= (rule as number);
    case 'maximum':
      return typeof data !== 'number' || data <= (rule as number);
    case 'minLength':
      return typeof data !== 'string' || [...data].length >= (rule as number);
    case 'pattern':
      return typeof data !== 'string' || new RegExp(rule as string, 'u').test(data);
    case 'items':
      return !Array.isArray(data) || data.every((item) => validates(rule as Schema, item));
    case 'required':
      return object === undefined || (rule as string[]).every((name) => Object.hasOwn(object, name));
    case 'properties':
      return Object.entries(rule as Record<string, Schema>).every(
        ([name, field]) =>
          object === undefined || !Object.hasOwn(object, name) || validates(field, object[name]),
      );
    case 'additionalProperties': {
      const known = (schema.properties ?? {}) as Schema;
      const others = Object.keys(object ?? {}).filter((name) => !Object.hasOwn(known, name));
      return others.every((name) => rule !== false && validates(rule as Schema, object![name]));
    }
    case 'propertyNames':
      return Object.keys(object ?? {}).every((name) => validates(rule as Schema, name));
    case 'oneOf':
      return (rule as Schema[]).filter((one) => validates(one, data)).length === 1;
    default:
      throw new Error(`keyword ${keyword} is not known to this reader of schemas`);
  }
}

function typeOf(data: unknown): readonly string[] {
  if (data === null) return ['null'];
  if (Array.isArray(data)) return ['array'];
  if (typeof data === 'number') return Number.isInteger(data) ? ['integer', 'number'] : ['number'];
  return [typeof data];
}
