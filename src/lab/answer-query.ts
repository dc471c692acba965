import type { Fqdn } from '../core/name.ts';
import type { Rdata } from '../core/rdata.ts';
import { CLASS, type Question, type Rr, TYPE } from '../core/wire.ts';
import { lookUp, zoneHolding } from './lookup.ts';
import { recordsOf, rrsetAt, soaOf, soaSet, type Zone } from './zone-data.ts';

/** The sections of an answer to a question, before they are fitted into a message. */
export interface QueryReply {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'YXDOMAIN' | 'REFUSED' | 'SERVFAIL';
  readonly authoritative: boolean;
  readonly answers: readonly Rr[];
  readonly authorities: readonly Rr[];
  /** Addresses without which a referral cannot be followed (RFC 9471 §3). */
  readonly glue: readonly Rr[];
  /** Addresses that spare the asker a question; left out when there is no room (RFC 2181 §9). */
  readonly extras: readonly Rr[];
}

/** Says what `version.bind` and `version.server` ask in class CHAOS; the publisher knows this server by it. */
const VERSION_TEXT = 'kmsdns lab';
const VERSION_NAMES: ReadonlySet<string> = new Set(['version.bind.', 'version.server.']);

/** A chain of aliases is followed this far, as BIND does (max-query-restarts); nobody means a longer one. */
const MAX_ALIASES = 11;

const REFUSED: QueryReply = {
  rcode: 'REFUSED',
  authoritative: false,
  answers: [],
  authorities: [],
  glue: [],
  extras: [],
};

/**
 * Answers from these zones and from nothing else; REFUSED for names that none of them holds, for zone transfers
 * and for classes other than IN, `version.bind` excepted.
 */
export function answerQuery(zones: ReadonlyMap<Fqdn, Zone>, question: Question): QueryReply {
  if (question.class === CLASS.CH) return answerChaos(question);
  if (question.class !== CLASS.IN || !isDataType(question.type)) return REFUSED;
  return zoneHolding(zones, question.name) === undefined ? REFUSED : answerFromZones(zones, question);
}

/** Not a zone transfer, and not a type that stands in messages only (RFC 6895 §3.1). */
function isDataType(type: number): boolean {
  return type === TYPE.ANY || (type !== 0 && type !== TYPE.OPT && (type < 128 || type > 255));
}

function answerChaos({ name, type }: Question): QueryReply {
  if (!VERSION_NAMES.has(name) || (type !== TYPE.TXT && type !== TYPE.ANY)) return REFUSED;
  const rdata: Rdata = { kind: 'TXT', strings: [Buffer.from(VERSION_TEXT, 'latin1')] };
  const answers = [{ owner: name, type: TYPE.TXT, class: CLASS.CH, ttlSeconds: 0, rdata }];
  return { ...REFUSED, rcode: 'NOERROR', authoritative: true, answers };
}

/**
 * Follows aliases through all zones; RCODE and negative proof are those of the end of the chain (RFC 6604 §3).
 * A chain without an end is SERVFAIL.
 */
function answerFromZones(zones: ReadonlyMap<Fqdn, Zone>, { name, type }: Question): QueryReply {
  const answers: Rr[] = [];
  const visited = new Set<Fqdn>();
  let at = name;
  while (!visited.has(at) && visited.size <= MAX_ALIASES) {
    visited.add(at);
    const zone = zoneHolding(zones, at);
    if (zone === undefined) return reply('NOERROR', answers);
    const found = lookUp(zone, at, type);
    switch (found.kind) {
      case 'answer':
        answers.push(...found.rrsets.flatMap(recordsOf));
        return { ...reply('NOERROR', answers), extras: extrasFor(zones, answers) };
      case 'nodata':
        return { ...reply('NOERROR', answers), authorities: negativeProof(zone) };
      case 'nxdomain':
        return { ...reply('NXDOMAIN', answers), authorities: negativeProof(zone) };
      case 'referral': {
        const authorities = recordsOf(found.cut);
        // AA speaks of the first name of the answer section (RFC 1035 §4.1.1); a bare referral has none.
        const authoritative = answers.length > 0;
        return { ...reply('NOERROR', answers), authoritative, authorities, glue: glueFor(zone, authorities) };
      }
      case 'cname':
        answers.push(...recordsOf(found.rrset));
        at = found.target;
        break;
      case 'dname':
        answers.push(...recordsOf(found.rrset));
        if (found.becomes === undefined) return reply('YXDOMAIN', answers);
        answers.push(...recordsOf(found.becomes.alias));
        at = found.becomes.target;
        break;
    }
  }
  return reply('SERVFAIL', answers);
}

function reply(rcode: QueryReply['rcode'], answers: readonly Rr[]): QueryReply {
  return { rcode, authoritative: true, answers, authorities: [], glue: [], extras: [] };
}

/** The SOA, kept by resolvers for the lesser of its TTL and its last field: RFC 2308 §3, §5. */
function negativeProof(zone: Zone): readonly Rr[] {
  const set = soaSet(zone);
  return recordsOf({ ...set, ttlSeconds: Math.min(set.ttlSeconds, soaOf(zone).minimumSeconds) });
}

/** Addresses of the hosts below the cut: only those need the parent's help. */
function glueFor(zone: Zone, servers: readonly Rr[]): readonly Rr[] {
  return servers.flatMap(({ rdata }) => (rdata.kind === 'NS' ? addressesIn(zone, rdata.target) : []));
}

/** Addresses of the hosts an answer points to: RFC 2782 "Usage rules", RFC 1035 §3.3.9, §3.3.11. */
function extrasFor(zones: ReadonlyMap<Fqdn, Zone>, answers: readonly Rr[]): readonly Rr[] {
  const hosts = new Set<Fqdn>();
  for (const { rdata } of answers) {
    if (rdata.kind === 'SRV') hosts.add(rdata.record.target);
    else if (rdata.kind === 'NS') hosts.add(rdata.target);
    else if (rdata.kind === 'MX') hosts.add(rdata.exchange);
  }
  return [...hosts].flatMap((host) => {
    const zone = zoneHolding(zones, host);
    if (zone === undefined || lookUp(zone, host, TYPE.A).kind === 'referral') return [];
    return addressesIn(zone, host);
  });
}

function addressesIn(zone: Zone, host: Fqdn): readonly Rr[] {
  return [TYPE.A, TYPE.AAAA].flatMap((type) => {
    const set = rrsetAt(zone, host, type);
    return set === undefined ? [] : recordsOf(set);
  });
}
