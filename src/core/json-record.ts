/** An object of JSON that anybody may have written: nothing is known of its members. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Is it an object, and neither null nor a list? */
export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
