import { displayName } from '../../core/name.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { DnsPurpose, Observation } from '../observation.ts';
import { isDns, wordOf } from '../seen.ts';
import { agreementOf } from './agreement.ts';
import { allFindings } from './verdict.ts';

/** A cause that what was seen rules out. */
export interface Excluded {
  readonly text: string;
  /** Findings it would have been. */
  readonly codes: readonly string[];
  /** Observations that prove it. */
  readonly proof: readonly string[];
}

/**
 * What is not the cause, each with its proof: control experiments that came out as they should, servers that agree,
 * hosts that answer. Nothing is listed that a finding or an unknown speaks of.
 */
export function excludedBy(diagnosis: Diagnosis): readonly Excluded[] {
  const open = new Set([
    ...allFindings(diagnosis).map(({ code }) => code),
    ...diagnosis.unknowns.map(({ code }) => code),
  ]);
  return CHECKS.flatMap((check) => check(diagnosis))
    .filter(({ proof }) => proof.length > 0)
    .map((one) => ({ ...one, codes: one.codes.filter((code) => !open.has(code)) }))
    .filter(({ codes }) => codes.length > 0);
}

type Check = (diagnosis: Diagnosis) => readonly Excluded[];

function dns({ observations }: Diagnosis, purpose: DnsPurpose): readonly Observation<'dns'>[] {
  return observations.filter(isDns).filter(({ probe }) => probe.purpose === purpose);
}

function endpoints(
  { observations }: Diagnosis,
  ...purposes: Observation<'endpoint'>['probe']['purpose'][]
): readonly Observation<'endpoint'>[] {
  return observations.flatMap((one) => (isDns(one) || !purposes.includes(one.probe.purpose) ? [] : [one]));
}

function ids(list: readonly Observation[]): readonly string[] {
  return list.map(({ id }) => id);
}

function isDenied(one: Observation<'dns'>): boolean {
  const { kind } = wordOf(one);
  return kind === 'nxdomain' || kind === 'nodata';
}

/** All of them, or none: one exception and nothing is ruled out. */
function allOf<T>(list: readonly T[], holds: (one: T) => boolean): readonly T[] {
  return list.every(holds) ? list : [];
}

const resolversAnswer: Check = (diagnosis) => {
  const asked = dns(diagnosis, 'srv').filter(({ probe }) => probe.role === 'resolver');
  const proof = ids(allOf(asked, (one) => one.outcome.ok && wordOf(one).kind !== 'rcode'));
  return [
    {
      text: 'every resolver answers',
      codes: ['RES-001', 'RES-002', 'RES-003', 'RES-004'],
      proof,
    },
  ];
};

const nobodyRewrites: Check = (diagnosis) => {
  const controls = dns(diagnosis, 'control-name').filter(({ probe }) => probe.type === 'A');
  const text = 'no resolver makes up an answer for a name that does not exist';
  return [{ text, codes: ['RES-011'], proof: ids(allOf(controls, isDenied)) }];
};

const noWildcard: Check = (diagnosis) => {
  const controls = dns(diagnosis, 'control-name').filter(({ probe }) => probe.type === 'SRV');
  const text = 'no wildcard answers in the place of the record';
  return [{ text, codes: ['ZON-006'], proof: ids(allOf(controls, isDenied)) }];
};

const nothingNear: Check = (diagnosis) => {
  const misses = dns(diagnosis, 'near-miss');
  const text = 'no record stands under a name that is often published by mistake';
  return [{ text, codes: ['SRV-003', 'SRV-004', 'SRV-025'], proof: ids(allOf(misses, isDenied)) }];
};

const notBare: Check = (diagnosis) => {
  const bare = dns(diagnosis, 'bare-label');
  const text = 'no record stands at _vlmcs._tcp without a domain';
  return [{ text, codes: ['CLI-013'], proof: ids(allOf(bare, isDenied)) }];
};

const serversAgree: Check = (diagnosis) => {
  const { servers, rows } = agreementOf(diagnosis);
  return (['resolver', 'authority'] as const).flatMap((role) => {
    const wanted = rows.filter(({ question }) => question.startsWith('SRV '));
    const cells = wanted.map(({ cells }) => cells.filter((_, i) => servers[i]!.role === role));
    const said = cells.map((row) => row.filter(({ letter }) => letter !== ''));
    const compared = said.filter((row) => row.length > 1);
    const differs = said.some((row) => new Set(row.map(({ letter }) => letter)).size > 1);
    if (compared.length === 0 || differs) return [];
    const [text, codes] =
      role === 'resolver'
        ? ['all resolvers that answer say the same', ['RES-005']]
        : ['all authoritative servers that answer say the same', ['ZON-003', 'ZON-004']];
    return [{ text, codes, proof: compared.flat().flatMap(({ observation }) => observation ?? []) }];
  });
};

const nothingAnswersEverything: Check = (diagnosis) => {
  const controls = endpoints(diagnosis, 'control-port');
  const closed = (one: Observation<'endpoint'>): boolean =>
    one.outcome.ok && one.outcome.value.state !== 'open' && one.outcome.value.state !== 'unknown';
  const text = 'nothing in the path answers for a port that nobody has';
  return [{ text, codes: ['TCP-006'], proof: ids(allOf(controls, closed)) }];
};

const decoyTurnedDown: Check = (diagnosis) => {
  const bound = endpoints(diagnosis, 'target', 'pinned', 'cached').filter(
    (one) => one.outcome.ok && one.outcome.value.state === 'bound',
  );
  const decoys = bound.filter(
    (one) => one.outcome.ok && one.outcome.value.contexts.some(({ role }) => role === 'decoy'),
  );
  const turnedDown = (one: Observation<'endpoint'>): boolean =>
    one.outcome.ok &&
    one.outcome.value.contexts.some(({ role, result }) => role === 'decoy' && result.kind === 'rejected');
  const text = 'what accepts the KMS bind turns an interface down that nobody has';
  return [{ text, codes: ['RPC-011'], proof: ids(allOf(decoys, turnedDown)) }];
};

const hostsAccept: Check = (diagnosis) =>
  diagnosis.targets.flatMap(({ host, port, addresses }) => {
    const bound = addresses.length > 0 && addresses.every(({ state }) => state === 'bound');
    if (!bound) return [];
    const proof = ids(
      endpoints(diagnosis, 'target').filter(({ probe }) => probe.host === host && probe.to.port === port),
    );
    const name = host.endsWith('.') ? displayName(host as Parameters<typeof displayName>[0]) : host;
    const text = `${name}:${port} takes the connection and accepts the KMS bind`;
    return [
      { text, codes: ['TCP-001', 'TCP-002', 'TCP-003', 'TCP-004', 'RPC-001', 'RPC-002', 'RPC-005'], proof },
    ];
  });

const CHECKS: readonly Check[] = [
  resolversAnswer,
  nobodyRewrites,
  noWildcard,
  nothingNear,
  notBare,
  serversAgree,
  nothingAnswersEverything,
  decoyTurnedDown,
  hostsAccept,
];
