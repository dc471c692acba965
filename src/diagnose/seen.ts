import { formatEndpoint } from '../core/address.ts';
import type { Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import { describeFault } from '../core/query.ts';
import { canonicalRecords, type SrvRecord } from '../core/srv.ts';
import type { DnsAnswer, DnsPurpose, DnsQuestion, Observation } from './observation.ts';

/** What one DNS observation says about its question. Everything but the first three decides nothing. */
export type DnsWord =
  | { readonly kind: 'records'; readonly records: DnsAnswer['answers'] }
  | { readonly kind: 'nodata' }
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'referral'; readonly zone: Fqdn }
  | { readonly kind: 'rcode'; readonly rcode: string }
  | { readonly kind: 'silent'; readonly because: string };

/** All observations of a run, found quickly by what they are about. */
export interface Seen {
  readonly all: readonly Observation[];
  dns(filter: DnsFilter): readonly Observation<'dns'>[];
  endpoints(purpose?: Observation<'endpoint'>['probe']['purpose']): readonly Observation<'endpoint'>[];
}

export interface DnsFilter {
  readonly purpose: DnsPurpose;
  readonly name?: Fqdn;
  readonly type?: string;
  readonly server?: Endpoint;
}

/**
 * Indexes observations by purpose. Where a server choked on EDNS and was asked again without, the second answer counts:
 * the first stays in `all` alone. Where nothing comes over UDP, the plain question of the client counts in the same way:
 * Windows turns to TCP for an answer that was cut, and for no other.
 */
export function seenFrom(observations: readonly Observation[]): Seen {
  const plain = new Set(observations.filter((one) => isDns(one) && !one.probe.edns).map(questionOf));
  const byPurpose = new Map<DnsPurpose, Observation<'dns'>[]>();
  const endpoints: Observation<'endpoint'>[] = [];
  for (const one of observations) {
    if (!isDns(one)) {
      endpoints.push(one);
      continue;
    }
    if (chokedOnEdns(one) && plain.has(questionOf(one))) continue;
    const counts = one.probe.purpose === 'srv' ? (unheard(observations, one) ?? one) : one;
    const list = byPurpose.get(one.probe.purpose);
    if (list === undefined) byPurpose.set(one.probe.purpose, [counts]);
    else list.push(counts);
  }
  return {
    all: observations,
    dns: ({ purpose, name, type, server }) =>
      (byPurpose.get(purpose) ?? []).filter(
        ({ probe }) =>
          (name === undefined || probe.name === name) &&
          (type === undefined || probe.type === type) &&
          (server === undefined || sameServer(probe.server, server)),
      ),
    endpoints: (purpose) =>
      purpose === undefined ? endpoints : endpoints.filter(({ probe }) => probe.purpose === purpose),
  };
}

/** The client's question as it stayed without answer over UDP, from a server that answers over TCP alone. */
function unheard(
  observations: readonly Observation[],
  { probe: { name, server } }: Observation<'dns'>,
): Observation<'dns'> | undefined {
  if (!answersOverTcpAlone(observations, server)) return undefined;
  const plain = observations
    .filter(isDns)
    .find(
      ({ probe, outcome }) =>
        probe.purpose === 'control-plain' &&
        probe.name === name &&
        sameServer(probe.server, server) &&
        !outcome.ok &&
        outcome.fault.kind !== 'cancelled',
    );
  return plain === undefined ? undefined : { ...plain, probe: { ...plain.probe, purpose: 'srv' } };
}

/** Some answers, each of them over TCP, and none because it was cut over UDP. */
export function answersOverTcpAlone(observations: readonly Observation[], server: Endpoint): boolean {
  const answers = observations
    .filter(isDns)
    .flatMap(({ probe, outcome }) => (sameServer(probe.server, server) && outcome.ok ? [outcome.value] : []));
  return answers.length > 0 && answers.every(({ transport, truncated }) => transport === 'tcp' && !truncated);
}

/** The question without the way it was asked. */
function questionOf(one: Observation): string {
  if (!isDns(one)) return '';
  const { purpose, name, type, server } = one.probe;
  return `${purpose} ${name} ${type} ${formatEndpoint(server)}`;
}

/** FORMERR to a question with an OPT record: RFC 6891 §7. */
export function chokedOnEdns({ probe, outcome }: Observation<'dns'>): boolean {
  return probe.edns && outcome.ok && outcome.value.rcode === 'FORMERR';
}

export function isDns(one: Observation): one is Observation<'dns'> {
  return one.probe.kind === 'dns';
}

export function sameServer(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

/** Each rule reads the same answers again; an observation never changes. */
const words = new WeakMap<Observation<'dns'>, DnsWord>();

/** The statement of an observation about its own question. Records of other owners are not believed. */
export function wordOf(one: Observation<'dns'>): DnsWord {
  let word = words.get(one);
  if (word === undefined) {
    word = wordFrom(one);
    words.set(one, word);
  }
  return word;
}

function wordFrom({ probe, outcome }: Observation<'dns'>): DnsWord {
  if (!outcome.ok) return { kind: 'silent', because: describeFault(outcome.fault) };
  const { rcode, answers, referral, truncated, tcpFault } = outcome.value;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { kind: 'rcode', rcode };
  const chain = aliasChain(outcome.value, probe.name);
  const owner = chain.at(-1) ?? probe.name;
  const records = answers.filter((one) => one.owner === owner && one.type === probe.type);
  if (records.length > 0) return { kind: 'records', records };
  if (truncated && tcpFault !== undefined)
    return { kind: 'silent', because: `the answer was cut, and over TCP: ${describeFault(tcpFault)}` };
  if (referral !== undefined) return { kind: 'referral', zone: referral };
  return { kind: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata' };
}

/** The names the question's own name leads to by CNAME, in order; bounded, and never in a circle. */
export function aliasChain({ answers }: Pick<DnsAnswer, 'answers'>, name: Fqdn): readonly Fqdn[] {
  const chain: Fqdn[] = [];
  for (let current = name; chain.length < 16; ) {
    const next = answers.find((one) => one.owner === current && one.type === 'CNAME')?.target;
    if (next === undefined || next === name || chain.includes(next)) break;
    chain.push(next);
    current = next;
  }
  return chain;
}

/** The SRV records of an answer; none when it is another word. */
export function srvRecordsOf(one: Observation<'dns'>): readonly SrvRecord[] {
  const word = wordOf(one);
  if (word.kind !== 'records') return [];
  let records = sets.get(word);
  if (records === undefined) {
    records = canonicalRecords(word.records.flatMap(({ srv }) => (srv === undefined ? [] : [srv])));
    sets.set(word, records);
  }
  return records;
}

const sets = new WeakMap<DnsWord, readonly SrvRecord[]>();

/** Did the server say anything at all? */
export function isAnswer(one: Observation<'dns'>): boolean {
  return one.outcome.ok;
}

/** Does this word decide what the client believes about the name? A denial is an answer. */
export function isDecisive(word: DnsWord): boolean {
  return word.kind === 'records' || word.kind === 'nodata' || word.kind === 'nxdomain';
}

/** `SRV _vlmcs._tcp.contoso.com. at 10.0.0.53:53`, for evidence: which query to which server is always said. */
export function describeQuestion({
  type,
  name,
  server,
  transport,
  checkingDisabled,
  edns,
}: DnsQuestion): string {
  const how = [transport === 'tcp' ? 'TCP' : '', checkingDisabled ? 'CD=1' : '', edns ? '' : 'without EDNS'];
  const said = how.filter((one) => one !== '').join(', ');
  return `${type} ${name} at ${formatEndpoint(server)}${said === '' ? '' : ` (${said})`}`;
}

/** What was answered, in one line. */
export function describeWord(one: Observation<'dns'>): string {
  const word = wordOf(one);
  switch (word.kind) {
    case 'records':
      return word.records.map(({ type, text }) => `${type} ${text}`).join('; ');
    case 'nodata':
      return 'NOERROR without such records';
    case 'nxdomain':
      return 'NXDOMAIN';
    case 'referral':
      return `a referral to ${word.zone}`;
    case 'rcode': {
      const extended = one.outcome.ok ? one.outcome.value.extendedError : undefined;
      return extended === undefined ? word.rcode : `${word.rcode} (${extended.code} ${extended.text})`;
    }
    case 'silent':
      return word.because;
  }
}
