import type { Fqdn } from './name.ts';

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
    const text = this.#nameText(true);
    if (start === QUESTION_NAME_OFFSET && this.fault === undefined && !this.nameHadCapitals)
      this.#questionName = text as Fqdn;
    return text as Fqdn;
  }

  /** The name at `offset` with its letters as they came. Call it only where {@link name} succeeded. */
  spelledNameAt(offset: number): string {
    const { offset: after, nameHadCapitals } = this;
    this.offset = offset;
    const text = this.#nameText(false);
    this.offset = after;
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

  #nameText(lowerCase: boolean): string {
    const octets = this.octets;
    let at = this.offset;
    let limit = this.limit;
    let segmentStart = at;
    let after = -1;
    let pointers = 0;
    let wireOctets = 1;
    let size = 0;
    this.nameHadCapitals = false;
    if (this.fault !== undefined) return '.';
    for (;;) {
      if (at >= limit) return this.#badName(`cut off inside a name at octet ${at}`);
      const length = octets[at]!;
      if (length === 0) {
        at++;
        break;
      }
      if (length >= 0xc0) {
        if (at + 2 > limit) return this.#badName(`cut off inside a name at octet ${at}`);
        const target = ((length & 0x3f) << 8) | octets[at + 1]!;
        if (target >= segmentStart)
          return this.#badName(`the pointer at octet ${at} does not lead backwards`);
        if (target < HEADER_OCTETS) return this.#badName(`the pointer at octet ${at} leads into the header`);
        if (++pointers > MAX_POINTERS) return this.#badName(`more than ${MAX_POINTERS} pointers in one name`);
        if (after < 0) after = at + 2;
        at = target;
        segmentStart = target;
        limit = octets.length;
        continue;
      }
      if (length > 63) return this.#badName(`label type 0x${(length & 0xc0).toString(16)} at octet ${at}`);
      wireOctets += length + 1;
      if (wireOctets > MAX_NAME_OCTETS) return this.#badName(`a name longer than ${MAX_NAME_OCTETS} octets`);
      const end = at + 1 + length;
      if (end > limit) return this.#badName(`cut off inside a name at octet ${at}`);
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
    this.offset = after < 0 ? at : after;
    return size === 0 ? '.' : scratch.toString('latin1', 0, size);
  }

  #badName(detail: string): string {
    this.fail(detail);
    return '.';
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
