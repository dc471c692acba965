import { TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import type { Endpoint, Net, NetFault, Outcome } from './net.ts';
import {
  afterFirstTry,
  aliasOf,
  answersOf,
  describeFault,
  firstTry,
  type Heard,
  heardFrom,
  type QueryPatience,
  type Question,
} from './query.ts';
import { canonicalRecords, type SrvRecord, type SrvSet } from './srv.ts';
import { readPlainSrvAnswer } from './srv-answer.ts';

/**
 * What one server says about one owner name. Only `set` and `absent` are statements about the records; with `alias`
 * the name cannot hold any; the rest means "could not find out".
 */
export type SrvReading =
  | { readonly kind: 'set'; readonly set: SrvSet; readonly authoritative: boolean }
  | { readonly kind: 'absent'; readonly rcode: 'NXDOMAIN' | 'NOERROR'; readonly authoritative: boolean }
  /** A CNAME at the owner name, or a DNAME above it. */
  | {
      readonly kind: 'alias';
      readonly by: 'CNAME' | 'DNAME';
      readonly target: Fqdn;
      readonly authoritative: boolean;
    }
  /** The server sends us on to the servers of a zone below. */
  | { readonly kind: 'referral'; readonly zone: Fqdn }
  | { readonly kind: 'error'; readonly rcode: string }
  | { readonly kind: 'silent'; readonly fault: NetFault };

/** Reads the SRV set of `owner` from one server, asked without recursion. Never throws for the network. */
export async function readSrv(
  net: Net,
  server: Endpoint,
  owner: Fqdn,
  patience: QueryPatience,
): Promise<SrvReading> {
  const question = { server, name: owner, type: TYPE.SRV, recurse: false };
  const first = await firstTry(net, question, patience);
  if (!first.ok) return readSrvAfter(net, question, first, patience);
  const { reply } = first.value;
  return readPlainSrvAnswer(reply, owner) ?? readSrvAfter(net, question, heardFrom(reply), patience);
}

/** The reading of an SRV question whose first try has come to an end, and did not bring a plain answer. */
export async function readSrvAfter(
  net: Net,
  question: Question,
  first: Outcome<Heard>,
  patience: QueryPatience,
): Promise<SrvReading> {
  const outcome = await afterFirstTry(net, question, first, patience);
  return outcome.ok ? srvReadingFrom(outcome.value, question.name) : { kind: 'silent', fault: outcome.fault };
}

/** Judges an answer to an SRV question. Records of other owners in it are not believed. */
export function srvReadingFrom({ message, rcode }: Heard, owner: Fqdn): SrvReading {
  const authoritative = message.header.aa;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { kind: 'error', rcode };
  const alias = aliasOf(message, owner);
  if (alias !== undefined) {
    const dname = message.answers.find((rr) => rr.rdata.kind === 'DNAME' && owner.endsWith(`.${rr.owner}`));
    return { kind: 'alias', by: dname === undefined ? 'CNAME' : 'DNAME', target: alias, authoritative };
  }
  const rrs = answersOf(message, owner, TYPE.SRV);
  const records: SrvRecord[] = [];
  for (const rr of rrs) if (rr.rdata.kind === 'SRV') records.push(rr.rdata.record);
  if (records.length > 0) {
    // Members of a set should agree on the TTL (RFC 2181 §5.2); where they do not, the shortest governs.
    const ttlSeconds = rrs.reduce((least, rr) => Math.min(least, rr.ttlSeconds), 0x7fff_ffff);
    return {
      kind: 'set',
      set: { name: owner, ttlSeconds, records: canonicalRecords(records) },
      authoritative,
    };
  }
  if (rcode === 'NXDOMAIN') return { kind: 'absent', rcode, authoritative };
  const cut = message.authorities.find((rr) => rr.rdata.kind === 'NS');
  if (!authoritative && cut !== undefined && !message.authorities.some((rr) => rr.rdata.kind === 'SOA')) {
    return { kind: 'referral', zone: cut.owner };
  }
  return { kind: 'absent', rcode, authoritative };
}

/** Why a reading decides nothing, in words; undefined when it does decide. */
export function readingProblem(reading: SrvReading): string | undefined {
  switch (reading.kind) {
    case 'set':
    case 'absent':
    case 'alias':
      return reading.authoritative
        ? undefined
        : 'the answer is not authoritative (no AA): this server only passes answers on';
    case 'referral':
      return `the name belongs to the zone ${reading.zone} below, which this server does not serve`;
    case 'error':
      return `answered ${reading.rcode}`;
    case 'silent':
      return describeFault(reading.fault);
  }
}
