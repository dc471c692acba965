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

/** Parts of the table: each grows by itself, so that hardly any of it stands there twice at a time. */
const PARTS = 64;
const FIRST_CAPACITY = 16;

/**
 * Keeps 60 bits of hash for each name in place of the name. Two names that share them would hide one finding, never
 * make one: among a million names that happens once in a million files.
 */
export function nameTable(): NameTable {
  const parts = Array.from({ length: PARTS }, tablePart);
  return {
    add(name, bit) {
      hash(name);
      parts[HASH[0]! >>> 26]!.add(HASH[0]!, HASH[1]!, bit);
    },
    at(name) {
      hash(name);
      return parts[HASH[0]! >>> 26]!.at(HASH[0]!, HASH[1]!);
    },
  };
}

interface TablePart {
  add(first: number, second: number, bit: number): void;
  at(first: number, second: number): number;
}

function tablePart(): TablePart {
  let capacity = FIRST_CAPACITY;
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
    add(first, second, bit) {
      if (used >= capacity * FULL) grow();
      const i = slotOf(first, second, slots, capacity);
      if (slots[i * 2] === 0) {
        used++;
        slots[i * 2] = first;
        slots[i * 2 + 1] = second;
      }
      slots[i * 2 + 1] = (slots[i * 2 + 1]! | bit) >>> 0;
    },
    at(first, second) {
      const i = slotOf(first, second, slots, capacity);
      return slots[i * 2] === 0 ? 0 : slots[i * 2 + 1]! & BITS;
    },
  };
}

/** Where {@link hash} leaves its two numbers: a pair of its own for each name of a zone would be a lot of garbage. */
const HASH = new Uint32Array(2);

/** Two mixes of the same octets (cyrb53): 32 bits, never 0, and 28 bits above the four of {@link AT_NAME}. */
function hash(name: string): void {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  HASH[0] = a >>> 0 || 1;
  HASH[1] = b & ~BITS;
}
