import { type Fqdn, parseFqdn } from './name.ts';

/** A pointer has 14 bits for its offset: RFC 1035 §4.1.4. */
const MAX_POINTER_OFFSET = 0x3fff;

/** A name on the wire is never longer than its text plus one octet: each dot is a length, and there is a final zero. */
const NAME_SLACK = 2;

/** Writes a message from left to right into octets that grow as needed. */
export class WireWriter {
  octets: Buffer;
  size = 0;
  /** Where each name that ends in the key was written; only when names are compressed. */
  #suffixes: Map<string, number> | undefined;

  constructor(expectedOctets: number, compressNames = false) {
    this.octets = Buffer.allocUnsafe(expectedOctets);
    this.#suffixes = compressNames ? new Map() : undefined;
  }

  u8(value: number): void {
    this.#room(1);
    this.octets[this.size++] = value;
  }

  u16(value: number): void {
    this.#room(2);
    this.octets[this.size++] = value >>> 8;
    this.octets[this.size++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.octets[this.size++] = value >>> 24;
    this.octets[this.size++] = value >>> 16;
    this.octets[this.size++] = value >>> 8;
    this.octets[this.size++] = value;
  }

  raw(octets: Uint8Array): void {
    this.#room(octets.length);
    this.octets.set(octets, this.size);
    this.size += octets.length;
  }

  /** Puts a number that was not known yet at a place written before. */
  patchU16(at: number, value: number): void {
    this.octets[at] = value >>> 8;
    this.octets[at + 1] = value;
  }

  /** A name in full, letters as they are; `text` is a name in master-file text that was checked before. */
  name(text: string): void {
    this.#room(text.length + NAME_SLACK);
    const octets = this.octets;
    let lengthAt = this.size;
    let at = lengthAt + 1;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code === 0x2e) {
        // The root's dot, or the end of the name: the final zero is written below.
        if (at === lengthAt + 1) continue;
        octets[lengthAt] = at - lengthAt - 1;
        lengthAt = at++;
        continue;
      }
      if (code === 0x5c) {
        code = text.charCodeAt(++i);
        if (code >= 0x30 && code <= 0x39) {
          code = Number(text.slice(i, i + 3));
          i += 2;
        }
      }
      octets[at++] = code;
    }
    if (at > lengthAt + 1) {
      octets[lengthAt] = at - lengthAt - 1;
      lengthAt = at++;
    }
    octets[lengthAt] = 0;
    this.size = at;
  }

  /** The same name, ended by a pointer to an earlier one where this writer compresses (RFC 1035 §4.1.4). */
  compressibleName(name: Fqdn): void {
    const suffixes = this.#suffixes;
    if (suffixes === undefined) {
      this.name(name);
      return;
    }
    let start = 0;
    let octetsBefore = 0;
    while (start < name.length && name !== '.') {
      const suffix = name.slice(start);
      const known = suffixes.get(suffix);
      if (known !== undefined) {
        if (start > 0) {
          this.name(name.slice(0, start));
          this.size--;
        }
        this.u16(0xc000 | known);
        return;
      }
      if (this.size + octetsBefore <= MAX_POINTER_OFFSET) suffixes.set(suffix, this.size + octetsBefore);
      const end = labelEnd(name, start);
      octetsBefore += 1 + labelOctets(name, start, end);
      start = end + 1;
    }
    this.name(name);
  }

  /** `name` in full with other letters; later names may still point to it, as letters do not count (RFC 4343). */
  spelledName(name: Fqdn, spelled: string): void {
    if (this.#suffixes !== undefined && name !== '.' && this.size <= MAX_POINTER_OFFSET)
      this.#suffixes.set(name, this.size);
    this.name(spelled);
  }

  /** What was written so far. */
  finish(): Uint8Array {
    return this.size === this.octets.length ? this.octets : this.octets.subarray(0, this.size);
  }

  #room(count: number): void {
    if (this.size + count <= this.octets.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.octets.length, this.size + count));
    this.octets.copy(larger, 0, 0, this.size);
    this.octets = larger;
  }
}

/** The name on the wire in canonical form: lower case, not compressed (RFC 4034 §6.2). */
export function nameToWire(name: Fqdn): Uint8Array {
  const writer = new WireWriter(name.length + NAME_SLACK);
  writer.name(name);
  return writer.finish();
}

/** The wire form of a name with its letters as given. Throws `name-invalid`. */
export function spelledNameToWire(text: string): Uint8Array {
  parseFqdn(text);
  const writer = new WireWriter(text.length + NAME_SLACK);
  writer.name(text);
  return writer.finish();
}

function labelEnd(name: string, start: number): number {
  let i = start;
  while (name.charCodeAt(i) !== 0x2e) i += name.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

function labelOctets(name: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++, count++) {
    if (name.charCodeAt(i) !== 0x5c) continue;
    const next = name.charCodeAt(i + 1);
    i += next >= 0x30 && next <= 0x39 ? 3 : 1;
  }
  return count;
}
