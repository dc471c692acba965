import { CLASS, OPCODE, TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import { type Decoded, readHeader } from './wire.ts';
import { HEADER_OCTETS, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** The modes of RFC 2930 §2.5 that GSS-TSIG uses. */
export const TKEY_MODE = { GSS: 3, DELETE: 5 } as const;

/** A TKEY record with its owner, the name the key is to have: RFC 2930 §2. */
export interface TkeyRecord {
  readonly keyName: Fqdn;
  readonly algorithmName: Fqdn;
  /** From when and until when the key may be used; seconds since 1970. */
  readonly inceptionSeconds: number;
  readonly expirationSeconds: number;
  readonly mode: number;
  /** The header says NOERROR where this does not: `TSIG_ERROR` and RCODEs. */
  readonly error: number;
  /** A GSS-API token in mode 3. */
  readonly keyData: Uint8Array;
  readonly otherData: Uint8Array;
}

/** Everything of a TKEY query but its token: header, question, the record's fixed fields and two names. */
const MOST_OVERHEAD_OCTETS = 1024;

/** What fits into a message beside all else; a Kerberos ticket of a member of 5,000 groups has 42,000. */
export const MAX_TOKEN_OCTETS: number = 65535 - MOST_OVERHEAD_OCTETS;

/**
 * A query for a TKEY record, which stands in the additional section (RFC 2930 §3; RFC 3645 §3.1.2): Samba takes it
 * nowhere else. Nothing is compressed.
 */
export function encodeTkeyQuery(id: number, record: TkeyRecord): Uint8Array {
  const writer = new WireWriter(128 + 2 * record.keyName.length + record.keyData.length);
  writer.u16(id);
  writer.u16(OPCODE.QUERY << 11);
  writer.u16(1);
  writer.u16(0);
  writer.u16(0);
  writer.u16(1);
  writer.name(record.keyName);
  writer.u16(TYPE.TKEY);
  writer.u16(CLASS.ANY);
  writeTkey(writer, record);
  return writer.finish();
}

function writeTkey(writer: WireWriter, record: TkeyRecord): void {
  writer.name(record.keyName);
  writer.u16(TYPE.TKEY);
  writer.u16(CLASS.ANY);
  writer.u32(0);
  const lengthAt = writer.size;
  writer.u16(0);
  writer.name(record.algorithmName);
  writer.u32(record.inceptionSeconds);
  writer.u32(record.expirationSeconds);
  writer.u16(record.mode);
  writer.u16(record.error);
  writer.u16(record.keyData.length);
  writer.raw(record.keyData);
  writer.u16(record.otherData.length);
  writer.raw(record.otherData);
  writer.patchU16(lengthAt, writer.size - lengthAt - 2);
}

/**
 * Finds and reads the TKEY record of a message, in whichever section; undefined when there is none. Two of them, one
 * whose RDLENGTH does not fit and a message that cannot be walked to its end are a detail. Never throws.
 */
export function readTkey(octets: Uint8Array): Decoded<TkeyRecord | undefined> {
  const header = readHeader(octets);
  if (header === undefined) return { ok: false, detail: 'shorter than a header' };
  const reader = new WireReader(octets, HEADER_OCTETS);
  for (let i = 0; i < header.questionCount && reader.fault === undefined; i++) {
    reader.skipName();
    reader.u32();
  }
  const records = header.answerCount + header.authorityCount + header.additionalCount;
  let found: TkeyRecord | undefined;
  for (let i = 0; i < records && reader.fault === undefined; i++) {
    const keyName = reader.name();
    const type = reader.u16();
    reader.u16();
    reader.u32();
    const length = reader.u16();
    if (!reader.has(length)) break;
    if (type !== TYPE.TKEY) {
      reader.offset += length;
      continue;
    }
    if (found !== undefined) return { ok: false, detail: 'two TKEY records' };
    found = readRdata(reader, keyName, length);
  }
  if (reader.fault !== undefined) return { ok: false, detail: `TKEY: ${reader.fault}` };
  return { ok: true, value: found };
}

function readRdata(reader: WireReader, keyName: Fqdn, length: number): TkeyRecord {
  const messageLimit = reader.limit;
  const end = reader.offset + length;
  reader.limit = end;
  const record: TkeyRecord = {
    keyName,
    algorithmName: reader.name(),
    inceptionSeconds: reader.u32(),
    expirationSeconds: reader.u32(),
    mode: reader.u16(),
    error: reader.u16(),
    keyData: reader.take(reader.u16()),
    otherData: reader.take(reader.u16()),
  };
  if (reader.fault === undefined && reader.offset !== end) reader.fail('RDATA goes on after its last field');
  reader.limit = messageLimit;
  return record;
}
