import { parseIpAddress } from '../core/address.ts';
import { DEFAULT_TTL_SECONDS, KMS_PORT } from '../core/kms.ts';
import { type Fqdn, isWithin, joinName, parseFqdn } from '../core/name.ts';
import { type Rdata, writeRdata } from '../core/rdata.ts';
import { CLASS, type Rr, TYPE } from '../core/wire.ts';
import { WireWriter } from '../core/wire-writer.ts';

/*
 * A zone as a value. Nothing here is ever changed in place: an update makes another zone, so that one that fails
 * half-way has nothing to undo, and a reader of the old zone is not disturbed.
 */

/** All records of one name and type, at least one. The TTL is that of the set (RFC 2181 §5.2). */
export interface Rrset {
  readonly owner: Fqdn;
  readonly type: number;
  readonly ttlSeconds: number;
  readonly members: readonly Rdata[];
}

/** The RRsets of one name by type; never empty. */
export type ZoneNode = ReadonlyMap<number, Rrset>;

/** The records of class IN of one zone, by name. The apex has one SOA record and at least one NS record. */
export interface Zone {
  readonly name: Fqdn;
  readonly nodes: ReadonlyMap<Fqdn, ZoneNode>;
}

/** The data of an SOA record: RFC 1035 §3.3.13. */
export type SoaRdata = Extract<Rdata, { kind: 'SOA' }>;

/**
 * A zone of these records. They come from whoever writes the zone down in code, so what could not stand in a zone
 * throws a plain error: no SOA or NS at the apex, a name outside, data beside a CNAME, two TTLs in one set.
 */
export function zoneFrom(options: { readonly name: string; readonly records: readonly Rr[] }): Zone {
  const name = parseFqdn(options.name, 'zone');
  let zone: Zone = { name, nodes: new Map() };
  for (const rr of options.records) {
    if (!isWithin(rr.owner, name)) throw new Error(`zone ${name}: ${rr.owner} is not inside`);
    const known = rrsetAt(zone, rr.owner, rr.type);
    if (known !== undefined && known.ttlSeconds !== rr.ttlSeconds)
      throw new Error(`zone ${name}: ${rr.owner} has one RRset with two TTLs`);
    zone = withRrset(zone, withMember(known, rr));
  }
  for (const [owner, node] of zone.nodes)
    if (node.has(TYPE.CNAME) && (node.size > 1 || node.get(TYPE.CNAME)!.members.length > 1))
      throw new Error(`zone ${name}: ${owner} has data beside a CNAME`);
  if (rrsetAt(zone, name, TYPE.SOA)?.members.length !== 1)
    throw new Error(`zone ${name}: no SOA, or several`);
  if (rrsetAt(zone, name, TYPE.NS) === undefined) throw new Error(`zone ${name}: no NS`);
  return zone;
}

/** An SOA record; the timers are those of a small zone, and nobody transfers it. */
export function soa(
  zone: string,
  primary: string,
  options: { readonly serial?: number; readonly minimumSeconds?: number; readonly ttlSeconds?: number } = {},
): Rr {
  const { serial = 1, minimumSeconds = 60, ttlSeconds } = options;
  return record(zone, TYPE.SOA, ttlSeconds, {
    kind: 'SOA',
    primary: parseFqdn(primary),
    mailbox: joinName('hostmaster', parseFqdn(zone)),
    serial,
    refreshSeconds: 3600,
    retrySeconds: 600,
    expireSeconds: 86_400,
    minimumSeconds,
  });
}

/** An NS record. */
export function ns(owner: string, host: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.NS, ttlSeconds, { kind: 'NS', target: parseFqdn(host) });
}

/** An A record. */
export function a(owner: string, address: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.A, ttlSeconds, addressRdata('A', address));
}

/** An AAAA record. */
export function aaaa(owner: string, address: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.AAAA, ttlSeconds, addressRdata('AAAA', address));
}

/** An SRV record; priority and weight are 0 and the port is that of KMS unless given. */
export function srv(
  owner: string,
  target: string,
  options: {
    readonly priority?: number;
    readonly weight?: number;
    readonly port?: number;
    readonly ttlSeconds?: number;
  } = {},
): Rr {
  const { priority = 0, weight = 0, port = KMS_PORT, ttlSeconds } = options;
  const data = { priority, weight, port, target: parseFqdn(target) };
  return record(owner, TYPE.SRV, ttlSeconds, { kind: 'SRV', record: data });
}

/** A CNAME record. */
export function cname(owner: string, target: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.CNAME, ttlSeconds, { kind: 'CNAME', target: parseFqdn(target) });
}

/** A DNAME record. */
export function dname(owner: string, target: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.DNAME, ttlSeconds, { kind: 'DNAME', target: parseFqdn(target) });
}

/** A TXT record with one string of at most 255 octets. */
export function txt(owner: string, text: string, ttlSeconds?: number): Rr {
  return record(owner, TYPE.TXT, ttlSeconds, { kind: 'TXT', strings: [Buffer.from(text, 'utf8')] });
}

/** The RRset of a name and type, if the zone has it. Knows nothing of wildcards, aliases and cuts. */
export function rrsetAt(zone: Zone, owner: Fqdn, type: number): Rrset | undefined {
  return zone.nodes.get(owner)?.get(type);
}

/** The zone's SOA RRset. */
export function soaSet(zone: Zone): Rrset {
  const set = rrsetAt(zone, zone.name, TYPE.SOA);
  if (set === undefined) throw new Error(`bug: zone ${zone.name} has lost its SOA`);
  return set;
}

/** The zone's SOA data. */
export function soaOf(zone: Zone): SoaRdata {
  const [data] = soaSet(zone).members;
  if (data?.kind !== 'SOA') throw new Error(`bug: the SOA of zone ${zone.name} holds ${data?.kind}`);
  return data;
}

/** Does the name exist, with records or as an empty non-terminal above some (RFC 4592 §2.2.2)? */
export function nameExists(zone: Zone, name: Fqdn): boolean {
  if (zone.nodes.has(name)) return true;
  for (const owner of zone.nodes.keys()) if (isWithin(owner, name)) return true;
  return false;
}

/** The zone with this RRset in place of the one of the same name and type. */
export function withRrset(zone: Zone, set: Rrset): Zone {
  const node = new Map(zone.nodes.get(set.owner));
  node.set(set.type, set);
  return { name: zone.name, nodes: new Map(zone.nodes).set(set.owner, node) };
}

/** The zone without the RRset of this name and type; a name that has no other data is gone. */
export function withoutRrset(zone: Zone, owner: Fqdn, type: number): Zone {
  const before = zone.nodes.get(owner);
  if (before?.has(type) !== true) return zone;
  const nodes = new Map(zone.nodes);
  const node = new Map(before);
  node.delete(type);
  if (node.size === 0) nodes.delete(owner);
  else nodes.set(owner, node);
  return { name: zone.name, nodes };
}

/** The set with one more record, unless it has that already; the TTL of the whole set becomes that of the record. */
export function withMember(set: Rrset | undefined, rr: Rr): Rrset {
  const members = set?.members ?? [];
  const known = members.some((member) => sameRdata(member, rr.rdata));
  return {
    owner: rr.owner,
    type: rr.type,
    ttlSeconds: rr.ttlSeconds,
    members: known ? members : [...members, rr.rdata],
  };
}

/** Equal data; the letters of names do not count where the codec knows the names (RFC 4343, RFC 3597 §6). */
export function sameRdata(one: Rdata, other: Rdata): boolean {
  return one.kind === other.kind && rdataKey(one) === rdataKey(other);
}

/** Same TTL and same members in any order, or both absent. */
export function sameRrset(one: Rrset | undefined, other: Rrset | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.ttlSeconds === other.ttlSeconds && sameMembers(one.members, other.members);
}

/** Same data in any order; each list holds every datum once. */
export function sameMembers(some: readonly Rdata[], others: readonly Rdata[]): boolean {
  const keys = new Set(others.map(rdataKey));
  return keys.size === some.length && some.every((member) => keys.has(rdataKey(member)));
}

/** The records of a set, as they stand in a message. */
export function recordsOf(set: Rrset): readonly Rr[] {
  const { owner, type, ttlSeconds, members } = set;
  return members.map((rdata) => ({ owner, type, class: CLASS.IN, ttlSeconds, rdata }));
}

function record(owner: string, type: number, ttlSeconds: number | undefined, rdata: Rdata): Rr {
  return {
    owner: parseFqdn(owner),
    type,
    class: CLASS.IN,
    ttlSeconds: ttlSeconds ?? DEFAULT_TTL_SECONDS,
    rdata,
  };
}

function addressRdata(kind: 'A' | 'AAAA', text: string): Rdata {
  const address = parseIpAddress(text);
  if (address === undefined || address.includes(':') !== (kind === 'AAAA'))
    throw new Error(`${JSON.stringify(text)} is no address for an ${kind} record`);
  return { kind, address };
}

/** The octets of the canonical form (RFC 4034 §6.2) as text: equal for equal data. */
function rdataKey(rdata: Rdata): string {
  const writer = new WireWriter(64);
  if (rdata.kind === 'SRV') {
    const { priority, weight, port, target } = rdata.record;
    writeRdata(writer, { kind: 'SRV', record: { priority, weight, port, target } });
  } else writeRdata(writer, rdata);
  return Buffer.from(writer.finish()).toString('latin1');
}
