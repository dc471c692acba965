/**
 * Reads little-endian structures from left to right. The first thing that does not fit is kept in `fault`; from then
 * on every read gives zero or nothing, so callers ask for `fault` once at the end.
 */
export class OctetCursor {
  readonly octets: Uint8Array;
  /** Where the next read begins; counts from the start of `octets`. */
  offset: number;
  /** Reads stop here. */
  readonly limit: number;
  fault: string | undefined;

  constructor(octets: Uint8Array, offset = 0, limit: number = octets.length) {
    this.octets = octets;
    this.offset = offset;
    this.limit = limit;
  }

  get left(): number {
    return this.limit - this.offset;
  }

  u8(): number {
    return this.#has(1) ? this.octets[this.offset++]! : 0;
  }

  u16(): number {
    const low = this.u8();
    return low | (this.u8() << 8);
  }

  u32(): number {
    const low = this.u16();
    return (low | (this.u16() << 16)) >>> 0;
  }

  /** Network byte order, as RDATA has it. */
  u16be(): number {
    const high = this.u8();
    return (high << 8) | this.u8();
  }

  /** Network byte order, as RDATA has it. */
  u32be(): number {
    const high = this.u16be();
    return ((high << 16) | this.u16be()) >>> 0;
  }

  u64(): bigint {
    const low = BigInt(this.u32());
    return low | (BigInt(this.u32()) << 32n);
  }

  /** A copy of the next `count` octets; none after a fault. */
  take(count: number): Uint8Array {
    if (!this.#has(count)) return new Uint8Array(0);
    const copy = Uint8Array.from(this.octets.subarray(this.offset, this.offset + count));
    this.offset += count;
    return copy;
  }

  /** Keeps the first fault and makes every later read give nothing. */
  fail(detail: string): void {
    this.fault ??= detail;
    this.offset = this.limit;
  }

  #has(count: number): boolean {
    if (this.fault === undefined && this.offset + count <= this.limit) return true;
    this.fail(`cut off at octet ${this.offset}`);
    return false;
  }
}

/** A 32-bit number, least octet first. */
export function u32Octets(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** A 16-bit number, least octet first. */
export function u16Octets(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

/** All parts, one behind the other. */
export function joinOctets(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
