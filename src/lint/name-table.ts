import type { Fqdn } from '../core/name.ts';

/** What stands at a name, as bits. */
export const AT_NAME = { address: 1, alias: 2, cut: 4, other: 8 } as const;

/** Which names a zone has, in eight octets each: a zone of a million names fits beside everything else. */
export interface NameTable {
  add(name: Fqdn, bit: number): void;
  /** The bits of a name, 0 when it is not there. */
  at(name: Fqdn): number;
}

const BITS = 15;
/** Fuller, and a search takes too many steps. */
const FULL = 0.85;

/**
 * Keeps 60 bits of hash for each name in place of the name. Two names that share them would hide one finding, never
 * make one: among a million names that happens once in a million files.
 */
export function nameTable(): NameTable {
  let capacity = 1024;
  let used = 0;
  /** Pairs: a hash that is never 0, and another one whose low bits are what stands there. */
  let slots = new Uint32Array(capacity * 2);

  const slotOf = (first: number, second: number, table: Uint32Array, size: number): number => {
    for (let i = (first ^ second) & (size - 1); ; i = (i + 1) & (size - 1)) {
      const stored = table[i * 2]!;
      if (stored === 0 || (stored === first && (table[i * 2 + 1]! & ~BITS) >>> 0 === second)) return i;
    }
  };
  const grow = (): void => {
    const larger = new Uint32Array(capacity * 4);
    for (let i = 0; i < capacity; i++) {
      const first = slots[i * 2]!;
      if (first === 0) continue;
      const second = slots[i * 2 + 1]!;
      const to = slotOf(first, (second & ~BITS) >>> 0, larger, capacity * 2);
      larger[to * 2] = first;
      larger[to * 2 + 1] = second;
    }
    slots = larger;
    capacity *= 2;
  };
  return {
    add(name, bit) {
      if (used >= capacity * FULL) grow();
      const [first, second] = hashesOf(name);
      const i = slotOf(first, second, slots, capacity);
      if (slots[i * 2] === 0) {
        used++;
        slots[i * 2] = first;
        slots[i * 2 + 1] = second;
      }
      slots[i * 2 + 1] = (slots[i * 2 + 1]! | bit) >>> 0;
    },
    at(name) {
      const [first, second] = hashesOf(name);
      const i = slotOf(first, second, slots, capacity);
      return slots[i * 2] === 0 ? 0 : slots[i * 2 + 1]! & BITS;
    },
  };
}

/** Two mixes of the same octets (cyrb53): 32 bits, never 0, and 28 bits above the four of {@link AT_NAME}. */
function hashesOf(name: string): readonly [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0 || 1, (b & ~BITS) >>> 0];
}
