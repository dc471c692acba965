import { formatEndpoint } from '../core/address.ts';
import type { Explained } from '../core/catalogue/entry.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { firstTryShares, type SrvRecord } from '../core/srv.ts';
import { type Case, clientDomains } from './case.ts';
import { CODES, distinctCodes } from './client-codes.ts';
import type { ClientStep } from './diagnosis.ts';
import { everyServer, serversFor } from './diversion.ts';
import { type HostFate, hostFate, wasCancelled } from './host-fate.ts';
import type { Observation } from './observation.ts';
import { pinnedHost, pinnedNames } from './pinned-host.ts';
import { describeWord, isDecisive, isDns, type Seen, sameServer, srvRecordsOf, wordOf } from './seen.ts';

/** The simulated client's way through the network: kms.md 6.5 as a function of what was seen. */
export interface Walk {
  readonly steps: readonly ClientStep[];
  readonly ending:
    | { readonly kind: 'host'; readonly via: 'override' | 'cache' | 'discovery' }
    /** `stage` is where it ended; the codes are what the user sees, most likely first. */
    | { readonly kind: 'none'; readonly stage: ClientStep['stage']; readonly codes: readonly Explained[] }
    | { readonly kind: 'undecided'; readonly because: string };
  /** The domain whose answer ended the search, and the SRV answer it came with. */
  readonly domain: Fqdn | undefined;
  readonly answer: Observation<'dns'> | undefined;
  readonly records: readonly SrvRecord[];
  readonly hosts: readonly HostFate[];
  /** Share of first tries that meet a host that fails, 0…1; undefined without records. */
  readonly firstTryFailure: number | undefined;
}

interface Path {
  readonly steps: ClientStep[];
  hosts: HostFate[];
}

/** Plays the client step by step on what was observed. Pure; nothing is asked here. */
export function walk(one: Case, seen: Seen): Walk {
  const path: Path = { steps: [], hosts: [] };
  const blank = {
    steps: path.steps,
    domain: undefined,
    answer: undefined,
    records: [],
    hosts: path.hosts,
    firstTryFailure: undefined,
  };
  const { client } = one;

  const type = client.activationType;
  if (type.value === 1 || type.value === 3) {
    const says = type.value === 1 ? 'Active Directory only' : 'token only';
    path.steps.push({
      stage: 'activation-type',
      subject: says,
      result: 'failed',
      says: 'this client never asks for a KMS host',
      evidence: type.because,
    });
    return { ...blank, ending: { kind: 'none', stage: 'activation-type', codes: [] } };
  }

  if (client.pinned !== undefined) {
    const ended = followOverride(one, seen, path, client.pinned);
    const fallsThrough = client.assumptions.includes('override-falls-through');
    if (ended.kind !== 'none' || !fallsThrough) return { ...blank, hosts: path.hosts, ending: ended };
  } else
    path.steps.push({
      stage: 'override',
      subject: 'KeyManagementServiceName',
      result: 'not-set',
      says: 'not set',
      evidence: [],
    });

  if (client.cached !== undefined && client.hostCaching.value) {
    const { host, port } = client.cached.value;
    const fate = hostFate(one, seen, 'cached', host, port);
    path.steps.push(stepOf('cache', fate, client.cached.because));
    if (fate.fate === 'works') return { ...blank, hosts: [fate], ending: { kind: 'host', via: 'cache' } };
  }
  return discover(one, seen, path);
}

function followOverride(
  one: Case,
  seen: Seen,
  path: Path,
  pinned: NonNullable<Case['client']['pinned']>,
): Walk['ending'] {
  const { raw, port } = pinned.value;
  const names = pinnedNames(one.client);
  if (names === undefined) {
    const says = 'no evidence tells the suffixes that this client appends to it';
    path.steps.push({ stage: 'override', subject: raw, result: 'unknown', says, evidence: pinned.because });
    return { kind: 'undecided', because: `${raw}: ${says}` };
  }
  const host = pinnedHost(one, seen);
  if (host === undefined) {
    path.steps.push({
      stage: 'override',
      subject: raw,
      result: 'failed',
      says: 'neither a host name nor an address',
      evidence: pinned.because,
    });
    return { kind: 'none', stage: 'override', codes: [CODES.invalidName, CODES.allFailed] };
  }
  if (host.kind === 'name' && serversFor(one.client, host.name).length === 0) {
    path.steps.push({
      stage: 'override',
      subject: `${displayName(host.name)}:${port}`,
      result: 'failed',
      says: 'this client has no DNS servers to look the name up',
      evidence: [...pinned.because, ...one.client.resolvers.because],
    });
    return { kind: 'none', stage: 'override', codes: [CODES.noServers] };
  }
  const fate = hostFate(one, seen, 'pinned', host.kind === 'name' ? host.name : host.address, port);
  path.hosts = [fate];
  path.steps.push(stepOf('override', fate, pinned.because));
  if (fate.fate === 'works') return { kind: 'host', via: 'override' };
  if (host.kind === 'name' && everyoneSilent(one, seen, host.name))
    return { kind: 'none', stage: 'override', codes: [CODES.timeout, CODES.serverFailure, CODES.allFailed] };
  if (fate.fate === 'unknown') return { kind: 'undecided', because: fate.because };
  for (const name of names.slice(1)) {
    if (fate.addresses.length > 0) break;
    path.steps.push(stepOf('override', hostFate(one, seen, 'pinned', name, port), pinned.because));
  }
  return { kind: 'none', stage: 'override', codes: [...fate.codes, CODES.allFailed] };
}

/** Every server that this client asks for the name was asked for something, and none of them has said a word. */
function everyoneSilent(one: Case, seen: Seen, name: Fqdn): boolean {
  return serversFor(one.client, name).every((server) => {
    const asked = seen.all.filter(
      (said) => isDns(said) && sameServer(said.probe.server, server) && !wasCancelled(said),
    );
    const about = seen.dns({ purpose: 'srv', server });
    return about.some((said) => !wasCancelled(said)) && asked.every(({ outcome }) => !outcome.ok);
  });
}

function discover(one: Case, seen: Seen, path: Path): Walk {
  const { steps } = path;
  const nothing = {
    steps,
    domain: undefined,
    answer: undefined,
    records: [],
    hosts: [],
    firstTryFailure: undefined,
  };
  const none = (stage: ClientStep['stage'], ...codes: Explained[]): Walk => ({
    ...nothing,
    ending: { kind: 'none', stage, codes },
  });
  if (everyServer(one.client).length === 0) {
    steps.push({
      stage: 'suffix',
      subject: 'DNS servers',
      result: 'failed',
      says: 'this client has none',
      evidence: one.client.resolvers.because,
    });
    return none('suffix', CODES.noServers);
  }
  const domains = clientDomains(one);
  if (domains.length === 0 && one.client.suffixesUntold) {
    const says = 'no evidence tells which this client has';
    steps.push({ stage: 'suffix', subject: 'suffixes', result: 'unknown', says, evidence: [] });
    return { ...nothing, ending: { kind: 'undecided', because: `DNS suffixes: ${says}` } };
  }
  if (domains.length === 0) {
    steps.push({
      stage: 'suffix',
      subject: 'suffixes',
      result: 'failed',
      says: 'this client has none, so no query leaves it',
      evidence: one.client.suffixes.because,
    });
    return none('suffix', CODES.invalidName, CODES.nameError);
  }

  let last: Explained = CODES.nameError;
  for (const [i, domain] of domains.entries()) {
    const owner = kmsOwnerName(domain);
    const heard = believed(one, seen, owner);
    if (heard === undefined) {
      steps.push({
        stage: 'suffix',
        subject: owner,
        result: 'unknown',
        says: 'not asked before the run ended',
        evidence: [],
      });
      return {
        ...nothing,
        ending: { kind: 'undecided', because: `${owner} was not asked for before the run ended` },
      };
    }
    const word = wordOf(heard);
    const evidence = [heard.id];
    const says = `${describeWord(heard)} from ${formatEndpoint(heard.probe.server)}`;
    if (word.kind === 'records') {
      steps.push({ stage: 'suffix', subject: owner, result: 'ok', says, evidence });
      for (const later of domains.slice(i + 1)) {
        steps.push({
          stage: 'suffix',
          subject: kmsOwnerName(later),
          result: 'skipped',
          says: 'not needed',
          evidence: [],
        });
      }
      return tryHosts(one, seen, path, { domain, answer: heard, records: srvRecordsOf(heard) });
    }
    steps.push({ stage: 'suffix', subject: owner, result: 'failed', says, evidence });
    if (word.kind === 'nxdomain') last = CODES.nameError;
    else if (word.kind === 'nodata' || word.kind === 'referral') last = CODES.noRecords;
    else if (word.kind === 'silent') return none('suffix', CODES.timeout, CODES.serverFailure);
    else return none('suffix', rcodeCode(word.rcode));
  }
  return none('suffix', last);
}

function rcodeCode(rcode: string): Explained {
  if (rcode === 'SERVFAIL') return CODES.serverFailure;
  if (rcode === 'NOTIMP') return CODES.notImplemented;
  if (rcode === 'FORMERR') return CODES.formatError;
  return rcode === 'REFUSED' ? CODES.refused : CODES.otherRcode;
}

/**
 * The answer the client believes: the first resolver that decides, in its order. SERVFAIL and REFUSED make it ask the
 * next one, and count only when nobody does better. Undefined when a resolver in front was not asked.
 */
export function believed(one: Case, seen: Seen, owner: Fqdn): Observation<'dns'> | undefined {
  let fallback: Observation<'dns'> | undefined;
  for (const server of serversFor(one.client, owner)) {
    const said = seen.dns({ purpose: 'srv', name: owner, server })[0];
    if (said === undefined || wasCancelled(said)) return undefined;
    const word = wordOf(said);
    if (isDecisive(word)) return said;
    if (word.kind === 'rcode' && (fallback === undefined || wordOf(fallback).kind === 'silent'))
      fallback = said;
    fallback ??= said;
  }
  return fallback;
}

function tryHosts(
  one: Case,
  seen: Seen,
  path: Path,
  found: { domain: Fqdn; answer: Observation<'dns'>; records: readonly SrvRecord[] },
): Walk {
  const { records } = found;
  const shares =
    one.client.generation === 'vista'
      ? records.map((record) => ({ record, firstTryShare: 1 / records.length }))
      : firstTryShares(records);
  const order = records.map(
    ({ target, port, priority, weight }) => `${priority}/${weight} ${displayName(target)}:${port}`,
  );
  path.steps.push({
    stage: 'order',
    subject: found.domain,
    result: 'ok',
    says: order.join(', '),
    evidence: [found.answer.id],
  });
  const hosts = records.map(({ target, port }) => hostFate(one, seen, 'target', target, port));
  path.hosts = hosts;
  for (const fate of hosts) path.steps.push(stepOf('rpc', fate, []));
  const firstTryFailure = shares.reduce(
    (sum, { record, firstTryShare }) =>
      sum +
      (hosts.find(({ host, port }) => host === record.target && port === record.port)?.fate === 'fails'
        ? firstTryShare
        : 0),
    0,
  );
  const result = { steps: path.steps, ...found, hosts, firstTryFailure };
  if (hosts.some(({ fate }) => fate === 'works'))
    return { ...result, ending: { kind: 'host', via: 'discovery' } };
  const open = hosts.find(({ fate }) => fate === 'unknown');
  if (open !== undefined) return { ...result, ending: { kind: 'undecided', because: open.because } };
  // One host: its own code surfaces; several: the summary, with one event 12288 for each (kms.md 6.5).
  const inner = distinctCodes(hosts.flatMap(({ codes }) => codes));
  const codes = hosts.length === 1 ? [...inner, CODES.allFailed] : [CODES.allFailed, ...inner];
  return { ...result, ending: { kind: 'none', stage: 'rpc', codes } };
}

function stepOf(
  stage: ClientStep['stage'],
  { host, port, fate, because, evidence }: HostFate,
  facts: readonly string[],
): ClientStep {
  const result = fate === 'works' ? 'ok' : fate === 'fails' ? 'failed' : 'unknown';
  return {
    stage,
    subject: `${host.endsWith('.') ? host.slice(0, -1) : host}:${port}`,
    result,
    says: because,
    evidence: [...facts, ...evidence],
  };
}
