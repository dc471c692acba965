import { addressFromOctets, addressOctets } from './address.ts';
import { CLASS, TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import type { IpAddress } from './net.ts';
import type { SrvRecord } from './srv.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** One EDNS option: RFC 6891 §6.1.2. */
export interface EdnsOption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/**
 * The data of one record. `empty` is RDLENGTH 0, which UPDATE uses under every type (RFC 2136 §2.4, §2.5);
 * `opaque` is any type without a form of its own here, TSIG and TKEY among them.
 */
export type Rdata =
  | { readonly kind: 'A'; readonly address: IpAddress }
  | { readonly kind: 'AAAA'; readonly address: IpAddress }
  | { readonly kind: 'NS' | 'CNAME' | 'PTR' | 'DNAME'; readonly target: Fqdn }
  | {
      readonly kind: 'SOA';
      readonly primary: Fqdn;
      readonly mailbox: Fqdn;
      readonly serial: number;
      readonly refreshSeconds: number;
      readonly retrySeconds: number;
      readonly expireSeconds: number;
      readonly minimumSeconds: number;
    }
  | { readonly kind: 'MX'; readonly preference: number; readonly exchange: Fqdn }
  | { readonly kind: 'SRV'; readonly record: SrvRecord }
  | { readonly kind: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly kind: 'OPT'; readonly options: readonly EdnsOption[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'opaque'; readonly octets: Uint8Array };

const EMPTY: Rdata = { kind: 'empty' };

/**
 * Reads RDATA of `length` octets; RDLENGTH is a bound, and all of it must be used. On a fault the reader keeps it
 * and the value means nothing. Compressed names are understood under every type that has one, SRV included: some
 * servers compress where RFC 2782 says not to.
 */
export function readRdata(reader: WireReader, type: number, dnsClass: number, length: number): Rdata {
  if (length === 0) return type === TYPE.OPT ? { kind: 'OPT', options: [] } : EMPTY;
  if (!reader.has(length)) return EMPTY;
  const messageLimit = reader.limit;
  const end = reader.offset + length;
  reader.limit = end;
  const rdata = readBounded(reader, type, dnsClass, length);
  if (reader.fault === undefined && reader.offset !== end)
    reader.fail(`RDATA goes on after its last field at octet ${reader.offset}`);
  reader.limit = messageLimit;
  return rdata;
}

function readBounded(reader: WireReader, type: number, dnsClass: number, length: number): Rdata {
  // Addresses and SRV are defined for the Internet only; NONE carries their deletion (RFC 2136 §2.5.4).
  const internet = dnsClass === CLASS.IN || dnsClass === CLASS.NONE;
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      if (!internet) break;
      return readAddress(reader, type === TYPE.A ? 'A' : 'AAAA', length);
    case TYPE.SRV:
      if (!internet) break;
      return readSrv(reader);
    case TYPE.NS:
      return { kind: 'NS', target: reader.name() };
    case TYPE.CNAME:
      return { kind: 'CNAME', target: reader.name() };
    case TYPE.PTR:
      return { kind: 'PTR', target: reader.name() };
    case TYPE.DNAME:
      return { kind: 'DNAME', target: reader.name() };
    case TYPE.SOA:
      return {
        kind: 'SOA',
        primary: reader.name(),
        mailbox: reader.name(),
        serial: reader.u32(),
        refreshSeconds: reader.u32(),
        retrySeconds: reader.u32(),
        expireSeconds: reader.u32(),
        minimumSeconds: reader.u32(),
      };
    case TYPE.MX:
      return { kind: 'MX', preference: reader.u16(), exchange: reader.name() };
    case TYPE.TXT:
      return readStrings(reader);
    case TYPE.OPT:
      return readOptions(reader);
  }
  return { kind: 'opaque', octets: reader.take(length) };
}

function readAddress(reader: WireReader, kind: 'A' | 'AAAA', length: number): Rdata {
  if (length !== (kind === 'A' ? 4 : 16)) reader.fail(`${kind} RDATA of ${length} octets`);
  const address = addressFromOctets(reader.take(length));
  return address === undefined ? EMPTY : { kind, address };
}

function readSrv(reader: WireReader): Rdata {
  const priority = reader.u16();
  const weight = reader.u16();
  const port = reader.u16();
  const targetAt = reader.offset;
  const target = reader.name();
  if (!reader.nameHadCapitals) return { kind: 'SRV', record: { priority, weight, port, target } };
  const targetAsServed = reader.spelledNameAt(targetAt);
  return { kind: 'SRV', record: { priority, weight, port, target, targetAsServed } };
}

function readStrings(reader: WireReader): Rdata {
  const strings: Uint8Array[] = [];
  while (reader.fault === undefined && reader.offset < reader.limit) strings.push(reader.take(reader.u8()));
  return { kind: 'TXT', strings };
}

function readOptions(reader: WireReader): Rdata {
  const options: EdnsOption[] = [];
  while (reader.fault === undefined && reader.offset < reader.limit) {
    const code = reader.u16();
    options.push({ code, octets: reader.take(reader.u16()) });
  }
  return { kind: 'OPT', options };
}

/**
 * Writes RDLENGTH and RDATA. Only the types of RFC 1035 may compress their names (RFC 3597 §4); an SRV target is
 * written in full (RFC 2782) and with the letters it was served with, as some servers compare octets.
 */
export function writeRdata(writer: WireWriter, rdata: Rdata): void {
  const lengthAt = writer.size;
  writer.u16(0);
  writeFields(writer, rdata);
  const length = writer.size - lengthAt - 2;
  if (length > 0xffff) throw new RangeError(`RDATA of ${length} octets does not fit into a record`);
  writer.patchU16(lengthAt, length);
}

function writeFields(writer: WireWriter, rdata: Rdata): void {
  switch (rdata.kind) {
    case 'A':
    case 'AAAA':
      writer.raw(addressOctets(rdata.address));
      return;
    case 'NS':
    case 'CNAME':
    case 'PTR':
      writer.compressibleName(rdata.target);
      return;
    case 'DNAME':
      writer.name(rdata.target);
      return;
    case 'SOA':
      writer.compressibleName(rdata.primary);
      writer.compressibleName(rdata.mailbox);
      writer.u32(rdata.serial);
      writer.u32(rdata.refreshSeconds);
      writer.u32(rdata.retrySeconds);
      writer.u32(rdata.expireSeconds);
      writer.u32(rdata.minimumSeconds);
      return;
    case 'MX':
      writer.u16(rdata.preference);
      writer.compressibleName(rdata.exchange);
      return;
    case 'SRV':
      writer.u16(rdata.record.priority);
      writer.u16(rdata.record.weight);
      writer.u16(rdata.record.port);
      writer.name(rdata.record.targetAsServed ?? rdata.record.target);
      return;
    case 'TXT':
      for (const string of rdata.strings) {
        if (string.length > 255) throw new RangeError(`a TXT string of ${string.length} octets; 255 fit`);
        writer.u8(string.length);
        writer.raw(string);
      }
      return;
    case 'OPT':
      for (const option of rdata.options) {
        writer.u16(option.code);
        writer.u16(option.octets.length);
        writer.raw(option.octets);
      }
      return;
    case 'opaque':
      writer.raw(rdata.octets);
      return;
    case 'empty':
      return;
  }
}
