import { addressFromOctets, addressOctets } from '../core/address.ts';
import { TYPE } from '../core/dns-codes.ts';
import { type Fqdn, labelText, nameFromLabels, ROOT } from '../core/name.ts';
import type { IpAddress } from '../core/net.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { Decoded } from '../core/wire.ts';
import { spelledNameToWire } from '../core/wire-writer.ts';
import { dateFromFileTime, fileTimeFromDate } from './file-time.ts';
import { joinOctets, OctetCursor, u16Octets, u32Octets } from './octet-cursor.ts';

/** Type 0: the name was deleted, and the object stands on until it is swept away ([MS-DNSP] §2.3.1.1). */
const TOMBSTONE = 0;

/** Octets before the data ([MS-DNSP] §2.3.2.2). */
const HEADER_OCTETS = 24;
const VERSION = 5;

/** RANK_ZONE: data of the zone, not glue and not cached ([MS-DNSP] §2.3.2.2). */
const RANK_ZONE = 0xf0;

/** The data of one `dnsRecord` value; `raw` is any type without a form of its own here. */
export type DnsRecordData =
  | { readonly kind: 'SRV'; readonly record: SrvRecord }
  | { readonly kind: 'A' | 'AAAA'; readonly address: IpAddress }
  | { readonly kind: 'NS' | 'CNAME' | 'PTR' | 'DNAME'; readonly target: Fqdn }
  | {
      readonly kind: 'SOA';
      readonly serial: number;
      readonly refreshSeconds: number;
      readonly retrySeconds: number;
      readonly expireSeconds: number;
      readonly minimumSeconds: number;
      readonly primary: Fqdn;
      readonly mailbox: Fqdn;
    }
  /** Left out: the time in it means nothing. */
  | { readonly kind: 'tombstone'; readonly entombedAt?: Date }
  | { readonly kind: 'raw'; readonly octets: Uint8Array };

/** One value of the attribute `dnsRecord`: one resource record with what the server notes beside it. */
export interface DnsRecord {
  readonly type: number;
  readonly rank: number;
  readonly flags: number;
  /** Serial of the zone when this was written. */
  readonly serial: number;
  readonly ttlSeconds: number;
  /** Hours since 1601 of the last refresh; 0: static, never scavenged. */
  readonly timestampHours: number;
  readonly data: DnsRecordData;
}

const NAME_KINDS: Readonly<Record<number, 'NS' | 'CNAME' | 'PTR' | 'DNAME'>> = {
  [TYPE.NS]: 'NS',
  [TYPE.CNAME]: 'CNAME',
  [TYPE.PTR]: 'PTR',
  [TYPE.DNAME]: 'DNAME',
};

/**
 * One value of the attribute `dnsRecord` ([MS-DNSP] §2.3.2.2). Numbers of the header are least octet first, but the
 * TTL is in network order, and so are the numbers within the data. What does not fit gives `detail` with its octet.
 */
export function decodeDnsRecord(octets: Uint8Array): Decoded<DnsRecord> {
  const cursor = new OctetCursor(octets);
  const length = cursor.u16();
  const type = cursor.u16();
  const version = cursor.u8();
  const rank = cursor.u8();
  const flags = cursor.u16();
  const serial = cursor.u32();
  const ttlSeconds = cursor.u32be();
  cursor.u32(); // reserved: a receiver ignores it
  const timestampHours = cursor.u32();
  if (cursor.fault !== undefined) return { ok: false, detail: cursor.fault };
  if (version !== VERSION) return { ok: false, detail: `version ${version} at octet 4, not ${VERSION}` };
  if (HEADER_OCTETS + length > octets.length)
    return {
      ok: false,
      detail: `${length} octets of data announced, ${octets.length - HEADER_OCTETS} there`,
    };
  // Servers pad some values to a multiple of four; what follows the data is nobody's.
  const inside = new OctetCursor(octets, HEADER_OCTETS, HEADER_OCTETS + length);
  const data = readData(inside, type);
  if (inside.fault === undefined && inside.left > 0)
    inside.fail(`the data goes on after its last field at octet ${inside.offset}`);
  if (inside.fault !== undefined) return { ok: false, detail: inside.fault };
  return { ok: true, value: { type, rank, flags, serial, ttlSeconds, timestampHours, data } };
}

function readData(cursor: OctetCursor, type: number): DnsRecordData {
  const nameKind = NAME_KINDS[type];
  if (nameKind !== undefined) return { kind: nameKind, target: readCountName(cursor).name };
  switch (type) {
    case TOMBSTONE: {
      const entombedAt = dateFromFileTime(cursor.u64());
      return { kind: 'tombstone', ...(entombedAt !== undefined && { entombedAt }) };
    }
    case TYPE.A:
    case TYPE.AAAA: {
      const start = cursor.offset;
      const address = addressFromOctets(cursor.take(type === TYPE.A ? 4 : 16));
      if (address === undefined) cursor.fail(`no address at octet ${start}`);
      return { kind: type === TYPE.A ? 'A' : 'AAAA', address: address ?? ('0.0.0.0' as IpAddress) };
    }
    case TYPE.SRV: {
      const [priority, weight, port] = [cursor.u16be(), cursor.u16be(), cursor.u16be()];
      const { name, spelled } = readCountName(cursor);
      return {
        kind: 'SRV',
        record: {
          priority,
          weight,
          port,
          target: name,
          ...(spelled !== name && { targetAsServed: spelled }),
        },
      };
    }
    case TYPE.SOA:
      return {
        kind: 'SOA',
        serial: cursor.u32be(),
        refreshSeconds: cursor.u32be(),
        retrySeconds: cursor.u32be(),
        expireSeconds: cursor.u32be(),
        minimumSeconds: cursor.u32be(),
        primary: readCountName(cursor).name,
        mailbox: readCountName(cursor).name,
      };
    default:
      return { kind: 'raw', octets: cursor.take(cursor.left) };
  }
}

/**
 * DNS_COUNT_NAME ([MS-DNSP] §2.2.2.2.2): octets of the labels with their lengths and the final zero, number of
 * labels, the labels, zero. Both counts must agree with what stands there.
 */
function readCountName(cursor: OctetCursor): { readonly name: Fqdn; readonly spelled: string } {
  const start = cursor.offset;
  const length = cursor.u8();
  const count = cursor.u8();
  const body = cursor.offset;
  const labels: Uint8Array[] = [];
  while (labels.length < count && cursor.fault === undefined) labels.push(cursor.take(cursor.u8()));
  const end = cursor.u8();
  const nothing = { name: ROOT, spelled: ROOT } as const;
  if (cursor.fault !== undefined) return nothing;
  if (end !== 0) cursor.fail(`no zero behind the last label at octet ${cursor.offset - 1}`);
  else if (cursor.offset - body !== length)
    cursor.fail(`a name of ${length} octets announced at octet ${start}, ${cursor.offset - body} there`);
  // Samba writes the root as one label without octets.
  if (labels.length === 1 && labels[0]!.length === 0) labels.pop();
  const read = nameFromLabels(labels);
  if (!read.ok) cursor.fail(`the name at octet ${start}: ${read.problem}`);
  if (cursor.fault !== undefined || !read.ok) return nothing;
  const spelled = labels.length === 0 ? ROOT : labels.map((label) => `${spelledLabel(label)}.`).join('');
  return { name: read.name, spelled };
}

/** Master-file text with the letters as they are. */
function spelledLabel(label: Uint8Array): string {
  return [...label]
    .map((octet) =>
      octet >= 0x41 && octet <= 0x5a ? String.fromCharCode(octet) : labelText(Uint8Array.of(octet)),
    )
    .join('');
}

/** The octets of one value of `dnsRecord` ([MS-DNSP] §2.3.2.2). A tombstone's time is written to the millisecond. */
export function encodeDnsRecord(record: DnsRecord): Uint8Array {
  const data = dataOctets(record.data);
  return joinOctets(
    u16Octets(data.length),
    u16Octets(record.type),
    Uint8Array.of(VERSION, record.rank),
    u16Octets(record.flags),
    u32Octets(record.serial),
    u32Octets(record.ttlSeconds).reverse(),
    u32Octets(0),
    u32Octets(record.timestampHours),
    data,
  );
}

/** A record as a zone's primary writes it: zone data, without flags. `timestampHours` left out: static. */
export function zoneRecord(
  record: SrvRecord,
  {
    ttlSeconds,
    serial,
    timestampHours = 0,
  }: Pick<DnsRecord, 'ttlSeconds' | 'serial'> & {
    readonly timestampHours?: number;
  },
): DnsRecord {
  const data = { kind: 'SRV', record } as const;
  return { type: TYPE.SRV, rank: RANK_ZONE, flags: 0, serial, ttlSeconds, timestampHours, data };
}

function dataOctets(data: DnsRecordData): Uint8Array {
  switch (data.kind) {
    case 'SRV': {
      const { priority, weight, port, target, targetAsServed } = data.record;
      const numbers = [priority, weight, port].map((one) => u16Octets(one).reverse());
      return joinOctets(...numbers, countName(targetAsServed ?? target));
    }
    case 'A':
    case 'AAAA':
      return addressOctets(data.address);
    case 'NS':
    case 'CNAME':
    case 'PTR':
    case 'DNAME':
      return countName(data.target);
    case 'SOA': {
      const { serial, refreshSeconds, retrySeconds, expireSeconds, minimumSeconds } = data;
      const numbers = [serial, refreshSeconds, retrySeconds, expireSeconds, minimumSeconds];
      return joinOctets(
        ...numbers.map((one) => u32Octets(one).reverse()),
        countName(data.primary),
        countName(data.mailbox),
      );
    }
    case 'tombstone': {
      const ticks = data.entombedAt === undefined ? 0n : fileTimeFromDate(data.entombedAt);
      return joinOctets(u32Octets(Number(ticks & 0xffff_ffffn)), u32Octets(Number(ticks >> 32n)));
    }
    case 'raw':
      return data.octets;
  }
}

function countName(text: string): Uint8Array {
  const wire = spelledNameToWire(text);
  let count = 0;
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) count++;
  return joinOctets(Uint8Array.of(wire.length, count), wire);
}
