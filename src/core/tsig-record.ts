import { CLASS, TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import { type Decoded, tsigOffset } from './wire.ts';
import { HEADER_OCTETS, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** The RDATA of a TSIG record with its owner, the key's name: RFC 8945 §4.2. */
export interface TsigRecord {
  readonly keyName: Fqdn;
  readonly algorithmName: Fqdn;
  /** Seconds since 1970, 48 bits. */
  readonly timeSignedSeconds: number;
  readonly fudgeSeconds: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  /** The server's time, 48 bits, in a BADTIME error; empty otherwise. */
  readonly other: Uint8Array;
}

/** A message taken apart for verification: RFC 8945 §5.2. */
export interface TsigMessage {
  readonly record: TsigRecord;
  /** The octets as they came, without the record, ARCOUNT one less, the original ID put back: what was signed. */
  readonly message: Uint8Array;
}

/** Finds and reads the TSIG record; undefined when there is none, a detail when it is malformed or misplaced. */
export function readTsig(octets: Uint8Array): Decoded<TsigMessage | undefined> {
  const at = tsigOffset(octets);
  if (!at.ok) return at;
  if (at.value === undefined) return { ok: true, value: undefined };
  const reader = new WireReader(octets, at.value);
  const keyName = reader.name();
  reader.u16();
  const dnsClass = reader.u16();
  const ttlSeconds = reader.u32();
  reader.u16();
  const record: TsigRecord = {
    keyName,
    algorithmName: reader.name(),
    timeSignedSeconds: reader.u16() * 2 ** 32 + reader.u32(),
    fudgeSeconds: reader.u16(),
    mac: reader.take(reader.u16()),
    originalId: reader.u16(),
    error: reader.u16(),
    other: reader.take(reader.u16()),
  };
  if (reader.fault !== undefined) return { ok: false, detail: `TSIG record: ${reader.fault}` };
  // The record is the last one and the message ends with it, so its RDLENGTH is right exactly when nothing is left.
  if (reader.offset !== octets.length)
    return { ok: false, detail: 'TSIG record: RDATA goes on after its last field' };
  if (dnsClass !== CLASS.ANY || ttlSeconds !== 0)
    return { ok: false, detail: 'TSIG record: class must be ANY and TTL 0 (RFC 8945 §4.2)' };
  const message = Buffer.from(octets.subarray(0, at.value));
  message.writeUInt16BE(record.originalId, 0);
  message.writeUInt16BE(message.readUInt16BE(10) - 1, 10);
  return { ok: true, value: { record, message } };
}

/**
 * The octets the MAC is made of: RFC 8945 §4.3. `requestMac` comes in front, with its length, when the message is a
 * reply (§4.3.1); then the message without TSIG, then the TSIG variables (§4.3.3).
 */
export function tsigDigestInput(
  message: Uint8Array,
  record: Omit<TsigRecord, 'mac' | 'originalId'>,
  requestMac?: Uint8Array,
): Uint8Array {
  const writer = new WireWriter(message.length + 256);
  if (requestMac !== undefined) {
    writer.u16(requestMac.length);
    writer.raw(requestMac);
  }
  writer.raw(message);
  // An Fqdn is lower case and `name` does not compress: the canonical form of §4.3.3.
  writer.name(record.keyName);
  writer.u16(CLASS.ANY);
  writer.u32(0);
  writer.name(record.algorithmName);
  writeTime(writer, record.timeSignedSeconds);
  writer.u16(record.fudgeSeconds);
  writer.u16(record.error);
  writer.u16(record.other.length);
  writer.raw(record.other);
  return writer.finish();
}

/** The message with the record behind it and ARCOUNT one more; `message` is not changed. */
export function appendTsig(message: Uint8Array, record: TsigRecord): Uint8Array {
  if (message.length < HEADER_OCTETS) throw new Error('a message without a header cannot be signed');
  const writer = new WireWriter(message.length + 512);
  writer.raw(message);
  writer.patchU16(10, ((message[10]! << 8) | message[11]!) + 1);
  writer.name(record.keyName);
  writer.u16(TYPE.TSIG);
  writer.u16(CLASS.ANY);
  writer.u32(0);
  const lengthAt = writer.size;
  writer.u16(0);
  writer.name(record.algorithmName);
  writeTime(writer, record.timeSignedSeconds);
  writer.u16(record.fudgeSeconds);
  writer.u16(record.mac.length);
  writer.raw(record.mac);
  writer.u16(record.originalId);
  writer.u16(record.error);
  writer.u16(record.other.length);
  writer.raw(record.other);
  writer.patchU16(lengthAt, writer.size - lengthAt - 2);
  return writer.finish();
}

/** A time as six octets, as it stands in Other of a BADTIME error: RFC 8945 §5.2.3. */
export function encodeTime(seconds: number): Uint8Array {
  const writer = new WireWriter(6);
  writeTime(writer, seconds);
  return writer.finish();
}

/** The reverse of {@link encodeTime}; undefined when there are not six octets. */
export function decodeTime(octets: Uint8Array): number | undefined {
  if (octets.length !== 6) return undefined;
  return octets.reduce((seconds, octet) => seconds * 256 + octet, 0);
}

function writeTime(writer: WireWriter, seconds: number): void {
  writer.u16(Math.floor(seconds / 2 ** 32));
  writer.u32(seconds % 2 ** 32);
}
