/** Octets that are not what their format says; caught where the reading began. */
export class MalformedOctets extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(`${message} at offset ${offset}`);
    this.name = 'MalformedOctets';
    this.offset = offset;
  }
}

/** Reads numbers in network order and counted octets, one after the other; never past its end. */
export interface OctetCursor {
  readonly offset: number;
  readonly left: number;
  /** Throws {@link MalformedOctets} when fewer octets are left, as all that follow do. */
  number(octets: 1 | 2 | 4): number;
  octets(count: number, what: string): Buffer;
  /** A cursor over the next `count` octets, which counts offsets as this one does. */
  part(count: number, what: string): OctetCursor;
}

export function octetCursor(all: Uint8Array, start = 0, end: number = all.length): OctetCursor {
  const buffer = Buffer.from(all.buffer, all.byteOffset, all.length);
  let offset = start;
  const pass = (count: number, what: string): number => {
    if (count > end - offset)
      throw new MalformedOctets(offset, `${what} of ${count} octets, but ${end - offset} are left`);
    offset += count;
    return offset - count;
  };
  return {
    get offset() {
      return offset;
    },
    get left() {
      return end - offset;
    },
    number: (octets) => buffer.readUIntBE(pass(octets, 'a number'), octets),
    octets(count, what) {
      const from = pass(count, what);
      return buffer.subarray(from, from + count);
    },
    part(count, what) {
      const from = pass(count, what);
      return octetCursor(all, from, from + count);
    },
  };
}
