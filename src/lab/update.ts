import { type Fqdn, isWithin } from '../core/name.ts';
import type { Rdata } from '../core/rdata.ts';
import { CLASS, type Message, type Question, type Rr, TYPE, typeName } from '../core/wire.ts';
import { formatRr } from './record-text.ts';
import {
  type Rrset,
  rrsetAt,
  sameMembers,
  sameRdata,
  sameRrset,
  soaOf,
  soaSet,
  withMember,
  withoutRrset,
  withRrset,
  type Zone,
} from './zone-data.ts';

/*
 * The server's side of RFC 2136 §3, as functions from a zone to a zone. Who may do it is asked before the
 * prerequisites are looked at, as BIND and Knot do (the RFC has it the other way round, §3.3), so that a stranger
 * cannot find out by prerequisites what a zone holds, and so that a trial with a prerequisite that cannot hold
 * proves the permission.
 */

/** What an UPDATE that was not carried out is answered with. */
export interface Refusal {
  readonly rcode: 'FORMERR' | 'NOTZONE' | 'REFUSED' | 'NXDOMAIN' | 'YXDOMAIN' | 'NXRRSET' | 'YXRRSET';
  /** For the log: a sentence. */
  readonly because: string;
}

/** Who wants to write what; `keyName` is undefined for an unsigned message. */
export interface UpdateRequest {
  readonly zone: Fqdn;
  readonly keyName: Fqdn | undefined;
  readonly updates: readonly Rr[];
}

/** May this be written? All of a message or nothing. */
export type UpdatePolicy = (request: UpdateRequest) => boolean;

/** Ways in which a server may depart from the usual; all off when left out. */
export interface UpdateManners {
  /** As RFC 2136 §3.3 has it and PowerDNS and Samba do: prerequisites before permission. */
  readonly prerequisitesFirst?: boolean;
  /** BIND's `SRV(n)` in an update-policy: an SRV record beyond the n-th is dropped without a word. */
  readonly capSrv?: number;
  /** Says NOERROR and keeps the zone as it was. */
  readonly noerrorWithoutWriting?: boolean;
}

/** What became of an UPDATE. */
export type UpdateOutcome =
  | ({ readonly ok: false } & Refusal)
  | {
      readonly ok: true;
      /** The same object as before when nothing changed. */
      readonly zone: Zone;
      /** Records that the rules of §3.4.2 pass over without a word, each with the reason. */
      readonly ignored: readonly string[];
    };

/** The zone an UPDATE is for: exactly one, of type SOA (RFC 2136 §3.1.1); whether it is served is another question. */
export function zoneSection(message: Message): Question | Refusal {
  const [zone] = message.questions;
  if (zone === undefined || message.questions.length !== 1)
    return refusal('FORMERR', `${message.questions.length} entries in the zone section; there must be one`);
  if (zone.type !== TYPE.SOA)
    return refusal('FORMERR', `the zone section is of type ${typeName(zone.type)}; it must be SOA`);
  return zone;
}

/** Carries out a whole UPDATE or nothing of it: RFC 2136 §3.2–§3.7. */
export function updateZone(
  zone: Zone,
  message: Pick<Message, 'answers' | 'authorities'>,
  keyName: Fqdn | undefined,
  policy: UpdatePolicy,
  manners: UpdateManners = {},
): UpdateOutcome {
  const { answers: prerequisites, authorities: updates } = message;
  const formed = (): Refusal | undefined => prescan(zone.name, updates);
  const permitted = (): Refusal | undefined =>
    policy({ zone: zone.name, keyName, updates })
      ? undefined
      : refusal(
          'REFUSED',
          keyName === undefined ? 'the policy wants a key' : `the policy does not let ${keyName}`,
        );
  const held = (): Refusal | undefined => checkPrerequisites(zone, prerequisites);
  const checks = manners.prerequisitesFirst ? [held, permitted, formed] : [formed, permitted, held];
  for (const check of checks) {
    const refused = check();
    if (refused !== undefined) return { ok: false, ...refused };
  }
  if (manners.noerrorWithoutWriting) return { ok: true, zone, ignored: updates.map(formatRr) };
  return { ok: true, ...carryOut(zone, updates, manners.capSrv) };
}

/** The first prerequisite that does not hold or is malformed: RFC 2136 §3.2. */
export function checkPrerequisites(zone: Zone, prerequisites: readonly Rr[]): Refusal | undefined {
  const exact = new Map<string, { rrs: Rr[]; members: Rdata[] }>();
  for (const rr of prerequisites) {
    if (rr.ttlSeconds !== 0)
      return refusal('FORMERR', `${formatRr(rr)}: the TTL of a prerequisite must be 0`);
    if (!isWithin(rr.owner, zone.name))
      return refusal('NOTZONE', `${formatRr(rr)}: not in zone ${zone.name}`);
    if (rr.class === CLASS.IN) {
      if (lacksData(rr)) return refusal('FORMERR', `${formatRr(rr)}: no data`);
      const key = `${rr.type} ${rr.owner}`;
      const set = exact.get(key) ?? { rrs: [], members: [] };
      exact.set(key, set);
      set.rrs.push(rr);
      if (!set.members.some((member) => sameRdata(member, rr.rdata))) set.members.push(rr.rdata);
      continue;
    }
    if (rr.class !== CLASS.ANY && rr.class !== CLASS.NONE)
      return refusal('FORMERR', `${formatRr(rr)}: no prerequisite has this class`);
    if (rr.rdata.kind !== 'empty') return refusal('FORMERR', `${formatRr(rr)}: data where none belongs`);
    const failed = existenceFailure(zone, rr);
    if (failed !== undefined) return refusal(failed, `${formatRr(rr)} does not hold`);
  }
  for (const { rrs, members } of exact.values()) {
    const set = rrsetAt(zone, rrs[0]!.owner, rrs[0]!.type);
    if (set === undefined || !sameMembers(members, set.members))
      return refusal('NXRRSET', `the RRset is not exactly ${rrs.map(formatRr).join(', ')}`);
  }
  return undefined;
}

/** The four conditions without data: §2.4.1, §2.4.3, §2.4.4, §2.4.5. An empty non-terminal is not in use (§2.4.4). */
function existenceFailure(
  zone: Zone,
  { owner, type, class: dnsClass }: Rr,
): 'NXDOMAIN' | 'YXDOMAIN' | 'NXRRSET' | 'YXRRSET' | undefined {
  const wanted = dnsClass === CLASS.ANY;
  const there = type === TYPE.ANY ? zone.nodes.has(owner) : rrsetAt(zone, owner, type) !== undefined;
  if (there === wanted) return undefined;
  if (type === TYPE.ANY) return wanted ? 'NXDOMAIN' : 'YXDOMAIN';
  return wanted ? 'NXRRSET' : 'YXRRSET';
}

/** The first update that is malformed or outside the zone: RFC 2136 §3.4.1.3. */
export function prescan(zoneName: Fqdn, updates: readonly Rr[]): Refusal | undefined {
  for (const rr of updates) {
    if (!isWithin(rr.owner, zoneName)) return refusal('NOTZONE', `${formatRr(rr)}: not in zone ${zoneName}`);
    const wrong = formFault(rr);
    if (wrong !== undefined) return refusal('FORMERR', `${formatRr(rr)}: ${wrong}`);
  }
  return undefined;
}

function formFault(rr: Rr): string | undefined {
  switch (rr.class) {
    case CLASS.IN:
      if (isMetaType(rr.type)) return 'no record has this type';
      return lacksData(rr) ? 'no data' : undefined;
    case CLASS.ANY:
      if (rr.ttlSeconds !== 0) return 'the TTL of a deletion must be 0';
      if (rr.rdata.kind !== 'empty') return 'data where none belongs';
      return isMetaType(rr.type) && rr.type !== TYPE.ANY ? 'no record has this type' : undefined;
    case CLASS.NONE:
      if (rr.ttlSeconds !== 0) return 'the TTL of a deletion must be 0';
      if (isMetaType(rr.type)) return 'no record has this type';
      return lacksData(rr) ? 'no data' : undefined;
    default:
      return 'no update has this class';
  }
}

/** Types that never stand in a zone: 0, OPT, and the range of questions and meta types (RFC 6895 §3.1). */
function isMetaType(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= 128 && type <= 255);
}

const TYPES_WITH_DATA: ReadonlySet<number> = new Set([
  TYPE.A,
  TYPE.NS,
  TYPE.CNAME,
  TYPE.SOA,
  TYPE.PTR,
  TYPE.MX,
  TYPE.TXT,
  TYPE.AAAA,
  TYPE.SRV,
  TYPE.DNAME,
]);

/** Only a type this codec does not know may have RDATA of no octets (RFC 3597 §4). */
function lacksData({ type, rdata }: Rr): boolean {
  return rdata.kind === 'empty' && TYPES_WITH_DATA.has(type);
}

/**
 * Makes the changes in their order, with the exceptions of RFC 2136 §3.4.2, and moves the serial on once when
 * something is different afterwards (§3.6), unless the message set a new serial itself. Asks nobody for permission:
 * this is also how the zone's administrator changes it. `updates` have passed {@link prescan}.
 */
export function carryOut(
  zone: Zone,
  updates: readonly Rr[],
  capSrv?: number,
): { readonly zone: Zone; readonly ignored: readonly string[] } {
  const ignored: string[] = [];
  let draft = zone;
  for (const rr of updates) {
    const step = rr.class === CLASS.IN ? add(draft, rr, capSrv) : remove(draft, rr);
    if (typeof step === 'string') ignored.push(`${formatRr(rr)}: ${step}`);
    else draft = step;
  }
  const touched = [...updates.map(({ owner }) => owner)];
  if (touched.every((owner) => sameNode(zone, draft, owner))) return { zone, ignored };
  if (soaOf(draft).serial === soaOf(zone).serial) draft = withSerial(draft, nextSerial(soaOf(zone).serial));
  return { zone: draft, ignored };
}

/** The zone after an addition, or why it is passed over. */
function add(zone: Zone, rr: Rr, capSrv: number | undefined): Zone | string {
  const set = rrsetAt(zone, rr.owner, rr.type);
  const node = zone.nodes.get(rr.owner);
  switch (rr.type) {
    case TYPE.SOA:
      if (rr.owner !== zone.name || rr.rdata.kind !== 'SOA') return 'a zone has one SOA, at its apex';
      if (!isLaterSerial(rr.rdata.serial, soaOf(zone).serial)) return 'the serial does not move forward';
      return withRrset(zone, withMember(undefined, rr));
    case TYPE.CNAME:
      if (node !== undefined && set === undefined) return 'a CNAME cannot stand beside other data';
      // A name has one alias: the new one takes the place of the old (§3.4.2.2).
      return withRrset(zone, withMember(undefined, rr));
    default:
      if (node?.has(TYPE.CNAME)) return 'the name is an alias';
  }
  const known = set?.members.some((member) => sameRdata(member, rr.rdata)) ?? false;
  if (rr.type === TYPE.SRV && capSrv !== undefined && !known && (set?.members.length ?? 0) >= capSrv)
    return `the policy allows ${capSrv} SRV records here`;
  return withRrset(zone, withMember(set, rr));
}

/** The zone after a deletion, or why it is passed over. Deleting what is not there changes nothing. */
function remove(zone: Zone, rr: Rr): Zone | string {
  const { owner, type, rdata } = rr;
  const apex = owner === zone.name;
  if (rr.class === CLASS.NONE) {
    if (apex && type === TYPE.SOA) return 'the SOA of a zone stays';
    const set = rrsetAt(zone, owner, type);
    if (set === undefined) return zone;
    const left = set.members.filter((member) => !sameRdata(member, rdata));
    if (left.length === set.members.length) return zone;
    if (left.length > 0) return withRrset(zone, { ...set, members: left });
    if (apex && type === TYPE.NS) return 'the last name server of a zone stays';
    return withoutRrset(zone, owner, type);
  }
  const stays = (one: number): boolean => apex && (one === TYPE.SOA || one === TYPE.NS);
  if (type !== TYPE.ANY) {
    return stays(type) ? 'SOA and name servers of a zone stay' : withoutRrset(zone, owner, type);
  }
  const types = [...(zone.nodes.get(owner)?.keys() ?? [])];
  return types.filter((one) => !stays(one)).reduce((rest, one) => withoutRrset(rest, owner, one), zone);
}

function sameNode(before: Zone, after: Zone, owner: Fqdn): boolean {
  const types = new Set([
    ...(before.nodes.get(owner)?.keys() ?? []),
    ...(after.nodes.get(owner)?.keys() ?? []),
  ]);
  return [...types].every((type) => sameRrset(rrsetAt(before, owner, type), rrsetAt(after, owner, type)));
}

/** Is `serial` later than `than`? RFC 1982 §3.2, 32 bits; half the circle apart is not later. */
export function isLaterSerial(serial: number, than: number): boolean {
  const ahead = (serial - than) >>> 0;
  return ahead > 0 && ahead < 2 ** 31;
}

/** One more, round the end; 0 is left out because some secondaries take it for "unknown". */
export function nextSerial(serial: number): number {
  return (serial + 1) >>> 0 || 1;
}

function withSerial(zone: Zone, serial: number): Zone {
  const set: Rrset = soaSet(zone);
  return withRrset(zone, { ...set, members: [{ ...soaOf(zone), serial }] });
}

function refusal(rcode: Refusal['rcode'], because: string): Refusal {
  return { rcode, because };
}
