/*
 * PDUs of connection-oriented DCE/RPC as octets: C706 §12.6, [MS-RPCE] §2.2.2. Calls are not written here at all: no
 * writer makes a request PDU, so nothing built on this can ask a KMS host for an activation.
 *
 *   0 version 5   1 minor   2 type   3 flags   4 drep[4]   8 length u16   10 auth length u16   12 call id u32
 */

/** An interface or a transfer syntax: C706 §12.6.3.1, `p_syntax_id_t`. The UUID is lower case with hyphens. */
export interface RpcSyntax {
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

/** PDU types: C706 §12.6; `auth3`: [MS-RPCE]. */
const PDU_TYPES = {
  0: 'request',
  1: 'ping',
  2: 'response',
  3: 'fault',
  4: 'working',
  5: 'nocall',
  6: 'reject',
  7: 'ack',
  8: 'cl_cancel',
  9: 'fack',
  10: 'cancel_ack',
  11: 'bind',
  12: 'bind_ack',
  13: 'bind_nak',
  14: 'alter_context',
  15: 'alter_context_resp',
  16: 'auth3',
  17: 'shutdown',
  18: 'co_cancel',
  19: 'orphaned',
} as const;

/** The PDUs of a bind and its answers: the only ones that can be written. */
const WRITABLE_TYPES = { fault: 3, bind: 11, bind_ack: 12, bind_nak: 13 } as const;

const HEADER_OCTETS = 16;

const RPC_VERSION = 5;

/** The header of a PDU, and a reader that stands behind it and ends where the PDU does. */
export interface PduHeader {
  readonly type: string;
  readonly callId: number;
  readonly reader: PduReader;
}

/** Reads the common header; a text says why it cannot be one. Octets after the PDU are left alone. */
export function readPduHeader(octets: Uint8Array): PduHeader | string {
  if (octets.length < HEADER_OCTETS) return `cut off after ${octets.length} octets`;
  const length = fragmentLength(octets);
  if (length < HEADER_OCTETS) return `a fragment length of ${length}`;
  if (octets.length < length) return `cut off after ${octets.length} of ${length} octets`;
  const reader = new PduReader(octets.subarray(0, length), isLittleEndian(octets));
  const number = octets[2]!;
  const type = (PDU_TYPES as Readonly<Record<number, string>>)[number] ?? `type ${number}`;
  reader.skip(12);
  return { type, callId: reader.u32(), reader };
}

/** The length a PDU claims in its header, the header at least; undefined while that is not whole. */
export function pduLength(octets: Uint8Array): number | undefined {
  return octets.length < HEADER_OCTETS ? undefined : Math.max(fragmentLength(octets), HEADER_OCTETS);
}

/** Reads a PDU by the byte order its header declares. The first cut-off is kept in `fault`; reads give 0 from then on. */
export class PduReader {
  fault: string | undefined;
  readonly #view: DataView;
  readonly #little: boolean;
  #offset = 0;

  constructor(octets: Uint8Array, littleEndian: boolean) {
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#little = littleEndian;
  }

  u8(): number {
    const at = this.#advance(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#advance(2);
    return at === undefined ? 0 : this.#view.getUint16(at, this.#little);
  }

  u32(): number {
    const at = this.#advance(4);
    return at === undefined ? 0 : this.#view.getUint32(at, this.#little);
  }

  skip(count: number): void {
    this.#advance(count);
  }

  /** Moves to the next multiple of four, counted from the start of the PDU. What lies between may be anything. */
  align(): void {
    this.#advance(-this.#offset & 3);
  }

  /** The next octets as characters. */
  text(count: number): string {
    let text = '';
    for (let i = 0; i < count && this.fault === undefined; i++) text += String.fromCharCode(this.u8());
    return text;
  }

  /** A UUID, whose first three fields follow the byte order, and a version: minor above major in one number. */
  syntax(): RpcSyntax {
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    const fields = [hex(this.u32(), 8), hex(this.u16(), 4), hex(this.u16(), 4)];
    const octets = Array.from({ length: 8 }, () => hex(this.u8(), 2));
    const uuid = [...fields, octets.slice(0, 2).join(''), octets.slice(2).join('')].join('-');
    const version = this.u32();
    return { uuid, major: version & 0xffff, minor: version >>> 16 };
  }

  #advance(count: number): number | undefined {
    const at = this.#offset;
    if (this.fault === undefined && at + count <= this.#view.byteLength) {
      this.#offset = at + count;
      return at;
    }
    this.fault ??= `cut off inside a field at octet ${at}`;
    return undefined;
  }
}

/** Collects the body of a PDU in little-endian order; `pdu` puts the header in front. */
export class PduWriter {
  readonly #octets: number[] = [];

  u8(value: number): void {
    this.#octets.push(value & 0xff);
  }

  u16(value: number): void {
    this.#octets.push(value & 0xff, (value >>> 8) & 0xff);
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(value >>> 16);
  }

  zeros(count: number): void {
    for (let i = 0; i < count; i++) this.#octets.push(0);
  }

  /** Zeros up to the next multiple of four; the header in front is one. */
  align(): void {
    this.zeros(-this.#octets.length & 3);
  }

  syntax({ uuid, major, minor }: RpcSyntax): void {
    const digits = uuid.replaceAll('-', '');
    if (!/^[0-9a-f]{32}$/i.test(digits)) throw new Error(`not a UUID: ${JSON.stringify(uuid)}`);
    this.u32(Number.parseInt(digits.slice(0, 8), 16));
    this.u16(Number.parseInt(digits.slice(8, 12), 16));
    this.u16(Number.parseInt(digits.slice(12, 16), 16));
    for (let i = 16; i < 32; i += 2) this.u8(Number.parseInt(digits.slice(i, i + 2), 16));
    this.u16(major);
    this.u16(minor);
  }

  /** The whole PDU: one fragment, little-endian, no authentication. `flags` beside FIRST and LAST. */
  pdu(type: keyof typeof WRITABLE_TYPES, callId: number, flags = 0): Uint8Array {
    if (!Object.hasOwn(WRITABLE_TYPES, type)) throw new Error(`bug: a PDU of type ${type} is never written`);
    const length = HEADER_OCTETS + this.#octets.length;
    const header = new PduWriter();
    header.u8(RPC_VERSION);
    header.u8(0);
    header.u8(WRITABLE_TYPES[type]);
    header.u8(0x03 | flags);
    header.u32(0x0000_0010);
    header.u16(length);
    header.u16(0);
    header.u32(callId);
    return Uint8Array.from([...header.#octets, ...this.#octets]);
  }
}

/** Does nothing so far speak against an RPC PDU? Version 5.0 or 5.1, a known type, ASCII in one of two byte orders. */
export function mayBeRpc(octets: Uint8Array): boolean {
  const [version, minor = 0, type = 0, , drep = 0x10] = octets;
  return version === RPC_VERSION && minor <= 1 && type <= 19 && (drep === 0x10 || drep === 0x00);
}

/** Data representation, first octet: high nibble 1 is little-endian (C706 §14.1). */
function isLittleEndian(octets: Uint8Array): boolean {
  return (octets[4]! & 0xf0) !== 0;
}

function fragmentLength(octets: Uint8Array): number {
  const [first, second] = [octets[8]!, octets[9]!];
  return isLittleEndian(octets) ? first | (second << 8) : (first << 8) | second;
}
