import { type Fqdn, ROOT } from './name.ts';

/** RFC 1035 §4.1.1. */
export const HEADER_OCTETS = 12;

/** Where the first question's name stands; most compressed names of an answer point there (RFC 1035 §4.1.4). */
const QUESTION_NAME_OFFSET = HEADER_OCTETS;

/** A name has at most 127 labels (RFC 1035 §2.3.4), so no honest name needs more pointers than that. */
const MAX_POINTERS = 127;

const MAX_NAME_OCTETS = 255;

/** Text of the name being read: 255 octets, each at most four characters (`\DDD`). Never kept between two names. */
const scratch = Buffer.allocUnsafe(4 * MAX_NAME_OCTETS + 4);

/** By octet: 0 = copy, 1 = letter to lower, 2 = backslash in front, 3 = `\DDD`. The rules of `labelText`. */
const TREATMENT = octetTreatments();

/**
 * Reads a message from left to right. The first thing that does not fit is kept in `fault`; from then on every
 * read gives zero, nothing or the root at no cost, so callers ask for `fault` once per record and not per field.
 */
export class WireReader {
  readonly octets: Uint8Array;
  offset: number;
  /** Reads stop here: the end of the message, or of the RDATA being read. */
  limit: number;
  fault: string | undefined;
  /** Did the name read last have capital letters? Then `spelledNameAt` gives them. */
  nameHadCapitals = false;
  #questionName: Fqdn | undefined;

  constructor(octets: Uint8Array, offset: number) {
    this.octets = octets;
    this.offset = offset;
    this.limit = octets.length;
  }

  u8(): number {
    if (!this.has(1)) return 0;
    return this.octets[this.offset++]!;
  }

  u16(): number {
    if (!this.has(2)) return 0;
    const at = this.offset;
    this.offset = at + 2;
    return (this.octets[at]! << 8) | this.octets[at + 1]!;
  }

  u32(): number {
    if (!this.has(4)) return 0;
    const at = this.offset;
    this.offset = at + 4;
    const octets = this.octets;
    return ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;
  }

  /** A copy of the next `count` octets, so that a record does not keep its message alive. */
  take(count: number): Uint8Array {
    if (!this.has(count)) return new Uint8Array(0);
    const copy = new Uint8Array(count);
    copy.set(this.octets.subarray(this.offset, this.offset + count));
    this.offset += count;
    return copy;
  }

  /** Keeps the first fault and makes every later read fail fast. */
  fail(detail: string): void {
    this.fault ??= detail;
    this.offset = this.limit;
  }

  /** Are `count` octets left before the limit? Sets `fault` when not. */
  has(count: number): boolean {
    if (this.fault === undefined && this.offset + count <= this.limit) return true;
    this.fail(`cut off at octet ${this.offset}`);
    return false;
  }

  /**
   * A possibly compressed name (RFC 1035 §4.1.4) as {@link Fqdn}; the root after a fault. Pointers must lead
   * strictly backwards, which also rules out loops.
   */
  name(): Fqdn {
    const start = this.offset;
    const octets = this.octets;
    if (
      this.#questionName !== undefined &&
      start + 2 <= this.limit &&
      octets[start] === 0xc0 &&
      octets[start + 1] === QUESTION_NAME_OFFSET
    ) {
      this.offset = start + 2;
      this.nameHadCapitals = false;
      return this.#questionName;
    }
    this.nameHadCapitals = false;
    if (!this.passName()) return ROOT;
    const text = this.#nameText(start, true) as Fqdn;
    if (start === QUESTION_NAME_OFFSET && !this.nameHadCapitals) this.#questionName = text;
    return text;
  }

  /** The name at `offset` with its letters as they came. Call it only where {@link name} succeeded. */
  spelledNameAt(offset: number): string {
    const { nameHadCapitals } = this;
    const text = this.#nameText(offset, false);
    this.nameHadCapitals = nameHadCapitals;
    return text;
  }

  /** Moves past a name without looking at what a pointer points to. */
  skipName(): void {
    for (;;) {
      const length = this.u8();
      if (this.fault !== undefined || length === 0) return;
      if (length >= 0xc0) {
        this.u8();
        return;
      }
      if (length > 63) {
        this.fail(`label type 0x${(length & 0xc0).toString(16)} at octet ${this.offset - 1}`);
        return;
      }
      if (this.has(length)) this.offset += length;
    }
  }

  /**
   * Checks the name at the offset and moves past it: every label and pointer within the message, the whole not longer
   * than a name may be. False after a fault.
   */
  passName(): boolean {
    if (this.fault !== undefined) return false;
    const end = nameEnd(this.octets, this.offset, this.limit);
    if (end < 0) this.fail(describeNameFault(this.octets, end));
    else this.offset = end;
    return end >= 0;
  }

  /** The text of the name at `at`, which {@link passName} found in order. */
  #nameText(at: number, lowerCase: boolean): string {
    const octets = this.octets;
    let size = 0;
    for (let length = octets[at]!; length !== 0; length = octets[at]!) {
      if (length >= 0xc0) {
        at = ((length & 0x3f) << 8) | octets[at + 1]!;
        continue;
      }
      const end = at + 1 + length;
      for (let i = at + 1; i < end; i++) {
        const octet = octets[i]!;
        const treatment = TREATMENT[octet]!;
        if (treatment === 0) scratch[size++] = octet;
        else if (treatment === 1) {
          this.nameHadCapitals = true;
          scratch[size++] = lowerCase ? octet + 0x20 : octet;
        } else {
          scratch[size++] = 0x5c;
          if (treatment === 3) {
            scratch[size++] = 0x30 + Math.trunc(octet / 100);
            scratch[size++] = 0x30 + (Math.trunc(octet / 10) % 10);
            scratch[size++] = 0x30 + (octet % 10);
          } else scratch[size++] = octet;
        }
      }
      scratch[size++] = 0x2e;
      at = end;
    }
    return size === 0 ? '.' : scratch.toString('latin1', 0, size);
  }
}

/** What may be wrong with a name on the wire; the octet at which it is goes beside it. */
const NAME_FAULT = { cut: 0, forward: 1, header: 2, chain: 3, type: 4, long: 5 } as const;

/**
 * Where the possibly compressed name at `at` ends (RFC 1035 §4.1.4): labels and pointers within `limit`, what
 * pointers lead to within the message, pointers strictly backwards, which also rules out loops, the whole not longer
 * than a name may be. Negative when something is wrong, for {@link describeNameFault}.
 */
export function nameEnd(octets: Uint8Array, at: number, limit: number): number {
  let segmentStart = at;
  let after = -1;
  let pointers = 0;
  let wireOctets = 1;
  for (;;) {
    if (at >= limit) return nameFault(NAME_FAULT.cut, at);
    const length = octets[at]!;
    if (length === 0) return after < 0 ? at + 1 : after;
    if (length < 64) {
      wireOctets += length + 1;
      if (wireOctets > MAX_NAME_OCTETS) return nameFault(NAME_FAULT.long, at);
      if (at + 1 + length > limit) return nameFault(NAME_FAULT.cut, at);
      at += length + 1;
    } else if (length >= 0xc0) {
      if (at + 2 > limit) return nameFault(NAME_FAULT.cut, at);
      const target = ((length & 0x3f) << 8) | octets[at + 1]!;
      if (target >= segmentStart) return nameFault(NAME_FAULT.forward, at);
      if (target < HEADER_OCTETS) return nameFault(NAME_FAULT.header, at);
      if (++pointers > MAX_POINTERS) return nameFault(NAME_FAULT.chain, at);
      if (after < 0) after = at + 2;
      at = target;
      segmentStart = target;
      limit = octets.length;
    } else return nameFault(NAME_FAULT.type, at);
  }
}

function nameFault(fault: number, at: number): number {
  return -1 - (at * 8 + fault);
}

function describeNameFault(octets: Uint8Array, end: number): string {
  const at = Math.trunc((-1 - end) / 8);
  switch ((-1 - end) % 8) {
    case NAME_FAULT.cut:
      return `cut off inside a name at octet ${at}`;
    case NAME_FAULT.forward:
      return `the pointer at octet ${at} does not lead backwards`;
    case NAME_FAULT.header:
      return `the pointer at octet ${at} leads into the header`;
    case NAME_FAULT.chain:
      return `more than ${MAX_POINTERS} pointers in one name`;
    case NAME_FAULT.type:
      return `label type 0x${(octets[at]! & 0xc0).toString(16)} at octet ${at}`;
    default:
      return `a name longer than ${MAX_NAME_OCTETS} octets`;
  }
}

function octetTreatments(): Uint8Array {
  const treatments = new Uint8Array(256);
  for (let octet = 0; octet < 256; octet++) {
    if (octet <= 0x20 || octet >= 0x7f) treatments[octet] = 3;
    else if (octet >= 0x41 && octet <= 0x5a) treatments[octet] = 1;
  }
  for (const character of '"$().;@\\') treatments[character.charCodeAt(0)] = 2;
  return treatments;
}
