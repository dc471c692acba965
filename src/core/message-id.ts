import { randomFillSync } from 'node:crypto';

/** Drawn at once: a call of the generator costs as much as two hundred IDs. */
const pool = new Uint16Array(2048);
let next = pool.length;

/** An unpredictable message ID, 0…65535, from the cryptographic generator (RFC 5452 §9.2). */
export function randomMessageId(): number {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  return pool[next++]!;
}
