/**
 * Stands in for node:assert in the built command (see scripts/bundle.mjs): yargs wants two functions of it, and
 * loading it takes 2 ms of every help text.
 */
export function strictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  if (actual !== expected) throw message instanceof Error ? message : new Error(message ?? 'not equal');
}

export function notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  if (actual === expected) throw message instanceof Error ? message : new Error(message ?? 'equal');
}
