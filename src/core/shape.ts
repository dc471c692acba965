// One description of a file, three readings: the value with its places and every problem with its place
// (read-shape.ts), and the JSON Schema for editors. Shapes do not recurse, so whatever a file nests or aliases, what is
// read is no deeper than its shape.

interface Described {
  /** For a person who edits the file: what it is, unit, what leaving it out means. */
  readonly doc: string;
  readonly example?: unknown;
}

export type TextReading<T> = { readonly value: T } | { readonly problem: string };

/** Text that means a `T`. `pattern` is for editors and may be more lenient than `read`, never stricter. */
export interface TextShape<T extends string> extends Described {
  readonly kind: 'text';
  readonly pattern?: string;
  /** People paste secrets here by mistake: a wrong value is not repeated in messages. */
  readonly hidden?: true;
  readonly read: (text: string) => TextReading<T>;
}

export interface IntegerShape extends Described {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

export interface ChoiceShape<V extends string | number> extends Described {
  readonly kind: 'choice';
  readonly values: readonly V[];
  readonly default?: V;
}

export interface ListShape<S> extends Described {
  readonly kind: 'list';
  readonly items: S;
}

/** Keys are chosen by the user and checked by `key`; two spellings of one key are a problem. */
export interface MapShape<K extends string, S> extends Described {
  readonly kind: 'map';
  readonly key: TextShape<K>;
  readonly values: S;
}

export interface ObjectShape<F> extends Described {
  readonly kind: 'object';
  readonly fields: F;
  readonly required: readonly (keyof F & string)[];
  /** Fields of which exactly one is written. */
  readonly oneOf?: readonly (keyof F & string)[];
}

export type Shape =
  | TextShape<string>
  | IntegerShape
  | ChoiceShape<string | number>
  | ListShape<Shape>
  | MapShape<string, Shape>
  | ObjectShape<Fields>;
export type Fields = { readonly [name: string]: Shape };

/** A value and the offset in the text where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly at: number;
}

export interface Entry<K, V> {
  readonly key: Placed<K>;
  /** Undefined when it was wrong; the key is known all the same. */
  readonly value: V | undefined;
}

/** What is left of a wrong file is read too, so any field may be missing once there is a problem. */
export type Read<S> =
  S extends TextShape<infer T>
    ? Placed<T>
    : S extends IntegerShape
      ? Placed<number>
      : S extends ChoiceShape<infer V>
        ? Placed<V>
        : S extends ListShape<infer I>
          ? Placed<readonly Read<I>[]>
          : S extends MapShape<infer K, infer V>
            ? Placed<readonly Entry<K, Read<V>>[]>
            : S extends ObjectShape<infer F>
              ? Placed<{ readonly [N in keyof F]?: Read<F[N]> }>
              : never;

type Spec<S> = Omit<S, 'kind'>;

export function text<T extends string>(spec: Spec<TextShape<T>>): TextShape<T> {
  return { kind: 'text', ...spec };
}
export function integer(spec: Spec<IntegerShape>): IntegerShape {
  return { kind: 'integer', ...spec };
}
export function choice<const V extends string | number>(spec: Spec<ChoiceShape<V>>): ChoiceShape<V> {
  return { kind: 'choice', ...spec };
}
export function list<S extends Shape>(spec: Spec<ListShape<S>>): ListShape<S> {
  return { kind: 'list', ...spec };
}
export function map<K extends string, S extends Shape>(spec: Spec<MapShape<K, S>>): MapShape<K, S> {
  return { kind: 'map', ...spec };
}
export function object<F extends Fields>(spec: Spec<ObjectShape<F>>): ObjectShape<F> {
  return { kind: 'object', ...spec };
}

/** The same rules as JSON Schema, draft 2020-12, without `$schema`: what a place in the file may hold. */
export function jsonSchemaOf(shape: Shape): Record<string, unknown> {
  const { doc, example } = shape;
  const described = { description: doc, ...(example !== undefined && { examples: [example] }) };
  switch (shape.kind) {
    case 'text':
      return { type: 'string', minLength: 1, ...(shape.pattern && { pattern: shape.pattern }), ...described };
    case 'integer':
      return { type: 'integer', minimum: shape.min, maximum: shape.max, ...defaultOf(shape), ...described };
    case 'choice':
      return { enum: shape.values, ...defaultOf(shape), ...described };
    case 'list':
      return { type: 'array', items: jsonSchemaOf(shape.items), ...described };
    case 'map':
      return {
        type: 'object',
        propertyNames: jsonSchemaOf(shape.key),
        additionalProperties: jsonSchemaOf(shape.values),
        ...described,
      };
    case 'object': {
      const { fields, required, oneOf = [] } = shape;
      const properties = Object.entries(fields).map(([name, field]) => [name, jsonSchemaOf(field)]);
      return {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(required.length > 0 && { required }),
        ...(oneOf.length > 0 && { oneOf: oneOf.map((name) => ({ required: [name] })) }),
        additionalProperties: false,
        ...described,
      };
    }
  }
}

function defaultOf(shape: { readonly default?: unknown }): { readonly default?: unknown } {
  return shape.default === undefined ? {} : { default: shape.default };
}
