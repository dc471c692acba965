import { addressFamily, formatEndpoint } from '../../core/address.ts';
import { addressClass } from '../../core/address-class.ts';
import type { FindingCode } from '../../core/catalogue.ts';
import { displayName } from '../../core/name.ts';
import type { IpAddress } from '../../core/net.ts';
import type { EndpointState } from '../../core/probe-endpoint.ts';
import { everyServer, serversFor } from '../diversion.ts';
import {
  atLeastOne,
  convict,
  type Judgement,
  type Matter,
  type Rule,
  sawDns,
  sawEndpoint,
} from '../judgement.ts';
import type { Observation } from '../observation.ts';
import { type HostWanted, hostsWanted } from '../script.ts';
import { wordOf } from '../seen.ts';

/** The finding that each way of failing is. */
const FAULTS: Readonly<Partial<Record<EndpointState, FindingCode>>> = {
  refused: 'TCP-001',
  filtered: 'TCP-002',
  prohibited: 'TCP-003',
  unreachable: 'TCP-004',
  reset: 'TCP-005',
  'not-rpc': 'RPC-001',
  silent: 'RPC-002',
  closed: 'RPC-003',
  'bind-nak': 'RPC-004',
  'bind-rejected': 'RPC-005',
};

/** Status of a fault: [MS-ERREF] §2.2, C706 appendix E. */
const ACCESS_DENIED = 5;
const TOO_BUSY = 0x1c01_0014;

function nameOf({ host }: HostWanted): string {
  return host.kind === 'name' ? displayName(host.name) : host.address;
}

function scopeHost({ host }: HostWanted): string {
  return host.kind === 'name' ? host.name : host.address;
}

/** The hosts the client itself would meet: what only the desired state lists is another matter. */
function hosts({ one, seen }: Matter): readonly HostWanted[] {
  return hostsWanted(one, seen);
}

/** Would this client meet the host at all? A host behind an override, or of a set it does not believe, only may matter one day. */
function isMet({ walk }: Matter, wanted: HostWanted): boolean {
  const tried = (stage: string): boolean =>
    walk.steps.some((step) => step.stage === stage && step.result === 'failed');
  if (wanted.purpose === 'pinned') return tried('override');
  // After a dead cached host the client asks again, and is well when that leads to another one.
  if (wanted.purpose === 'cached') return tried('cache') && walk.ending.kind !== 'host';
  return walk.hosts.some(({ host, port }) => host === scopeHost(wanted) && port === wanted.port);
}

function probesOf({ seen }: Matter, { purpose, host, port }: HostWanted): readonly Observation<'endpoint'>[] {
  const name = host.kind === 'name' ? host.name : host.address;
  return seen.endpoints(purpose).filter(({ probe }) => probe.host === name && probe.to.port === port);
}

function stateOf({ outcome }: Observation<'endpoint'>): EndpointState {
  return outcome.ok ? outcome.value.state : 'unknown';
}

/** ADR-001…ADR-003, ADR-007: what the resolvers make of a host's name. */
const names: Rule = (matter) => {
  const { one, seen } = matter;
  const found: Judgement[] = [];
  for (const wanted of hosts(matter)) {
    if (wanted.host.kind !== 'name') continue;
    const { name } = wanted.host;
    const said = seen.dns({ purpose: 'address', name });
    const words = said.map((each) => ({ each, word: wordOf(each) }));
    const scope = { host: name };
    const subject = displayName(name);
    const severity = isMet(matter, wanted) ? {} : { severity: 'warning' as const };
    if (words.length === 0) {
      if (serversFor(one.client, name).length > 0)
        found.push({
          kind: 'unknown',
          code: 'ADR-001',
          slug: 'target-name-missing',
          because: `${name} was not looked up: no resolver answers`,
        });
      continue;
    }
    const addresses = addressesByServer(words);
    const evidence = atLeastOne(said.map(sawDns));
    if (evidence === undefined) continue;
    if ([...addresses.values()].every((list) => list.size === 0)) {
      const decided = words.filter(({ word }) => word.kind === 'nxdomain' || word.kind === 'nodata');
      if (words.some(({ word }) => word.kind === 'nxdomain'))
        found.push(convict('ADR-001', scope, { subject, evidence, ...severity }));
      // Without an answer for both families nobody knows that there is no address.
      else if (decided.length === words.length && new Set(said.map(({ probe }) => probe.type)).size > 1)
        found.push(convict('ADR-002', scope, { subject, evidence, ...severity }));
      else
        found.push({
          kind: 'unknown',
          code: 'ADR-001',
          slug: 'target-name-missing',
          because: `nobody answered whether ${name} has an address`,
        });
      continue;
    }
    const texts = new Set(
      [...addresses].filter(([, list]) => list.size > 0).map(([, list]) => [...list].sort().join()),
    );
    if (texts.size > 1) found.push(convict('ADR-007', scope, { subject, evidence }));
  }
  return found;
};

function addressesByServer(
  words: readonly { each: Observation<'dns'>; word: ReturnType<typeof wordOf> }[],
): ReadonlyMap<string, ReadonlySet<IpAddress>> {
  const byServer = new Map<string, Set<IpAddress>>();
  for (const { each, word } of words) {
    const key = formatEndpoint(each.probe.server);
    const list = byServer.get(key) ?? new Set<IpAddress>();
    byServer.set(key, list);
    if (word.kind === 'records')
      for (const { address } of word.records) if (address !== undefined) list.add(address);
  }
  return byServer;
}

/** ADR-005, ADR-006, ADR-008: addresses that cannot be right by what they are. */
const addressKinds: Rule = (matter) => {
  const found: Judgement[] = [];
  const owners = new Map<IpAddress, { host: string; said: Observation<'endpoint'> }>();
  // On a practice network everything is loopback, and that is no fault.
  const resolversLocal = everyServer(matter.one.client).every(
    ({ address }) => addressClass(address) === 'loopback',
  );
  for (const wanted of hosts(matter)) {
    for (const said of probesOf(matter, wanted)) {
      const { address } = said.probe.to;
      const kind = addressClass(address);
      const scope = { host: scopeHost(wanted), address };
      const subject = `${nameOf(wanted)} (${address})`;
      const evidence = [{ observation: said.id, says: `${address} is a ${kind} address` }] as const;
      const unusable =
        kind === 'unspecified' ||
        (kind === 'link-local' && stateOf(said) !== 'bound') ||
        kind === 'multicast' ||
        (kind === 'loopback' && !resolversLocal);
      if (unusable) found.push(convict('ADR-005', scope, { subject, evidence }));
      if (kind === 'public') found.push(convict('ADR-006', scope, { subject, evidence }));
      if (wanted.purpose !== 'target') continue;
      const other = owners.get(address);
      if (other !== undefined && other.host !== scope.host) {
        found.push(
          convict(
            'ADR-008',
            { address },
            { subject: address, evidence: [sawEndpoint(other.said), sawEndpoint(said)] },
          ),
        );
      }
      owners.set(address, { host: scope.host, said });
    }
  }
  return found;
};

/** TCP-001…TCP-005, RPC-001…RPC-008, RPC-010, RPC-011: what each endpoint did. ADR-003, ADR-004, ADR-009, TCP-011: and their differences. */
const endpoints: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const wanted of hosts(matter)) {
    const probes = probesOf(matter, wanted);
    const works = probes.filter((said) => stateOf(said) === 'bound');
    for (const said of probes)
      found.push(...endpointFindings(wanted, said, works.length > 0 || !isMet(matter, wanted)));
    found.push(...familyFindings(wanted, probes, works));
  }
  return found;
};

function endpointFindings(wanted: HostWanted, said: Observation<'endpoint'>, harmless: boolean): Judgement[] {
  const state = stateOf(said);
  const { address } = said.probe.to;
  const scope = { host: scopeHost(wanted), address };
  const subject = `${nameOf(wanted)} (${formatEndpoint(said.probe.to)})`;
  const evidence = [sawEndpoint(said)] as const;
  if (!said.outcome.ok || state === 'unknown') {
    return [
      {
        kind: 'unknown',
        code: 'TCP-002',
        slug: 'tcp-filtered',
        because: `${subject} was not reached before the run ended`,
      },
    ];
  }
  const { faultStatus, nakReason, contexts, connectMs } = said.outcome.value;
  // Another address works, and the client loses time only; or it never comes here.
  const seen = { subject, evidence, ...(harmless ? { severity: 'warning' as const } : {}) };
  if (state === 'bound') {
    const accepted: Judgement[] = [convict('RPC-010', scope, { subject, evidence })];
    if (contexts.some(({ role, result }) => role === 'decoy' && result.kind === 'accepted'))
      accepted.push(convict('RPC-011', scope, { subject, evidence }));
    const own = said.outcome.value.secondaryAddress;
    if (own !== null && /^\d+$/.test(own) && Number(own) !== said.probe.to.port) {
      const says = `asked on port ${said.probe.to.port}, and it says that it listens on ${own}`;
      accepted.push(
        convict('RPC-012', scope, { subject, evidence: [...evidence, { observation: said.id, says }] }),
      );
    }
    const ndr = contexts.find(({ role }) => role === 'kms')?.result;
    if (ndr?.kind === 'rejected') accepted.push(convict('RPC-006', scope, { subject, evidence }));
    if (connectMs !== null && connectMs > SLOW_CONNECT_MS)
      accepted.push(
        convict('TCP-008', scope, {
          subject,
          evidence,
          title: `took ${Math.round(connectMs)} ms to connect`,
        }),
      );
    return accepted;
  }
  if (state === 'fault') {
    if (faultStatus === ACCESS_DENIED) return [convict('RPC-007', scope, seen)];
    if (faultStatus === TOO_BUSY)
      return [convict('RPC-008', scope, { ...seen, severity: harmless ? 'warning' : 'error' })];
    return [convict('RPC-004', scope, seen)];
  }
  // Reasons 1 and 2 of a bind_nak are congestion and a local limit: [MS-RPCE] §2.2.2.5.
  if (state === 'bind-nak' && (nakReason === 1 || nakReason === 2))
    return [convict('RPC-008', scope, { ...seen, severity: harmless ? 'warning' : 'error' })];
  const code = FAULTS[state];
  return code === undefined ? [] : [convict(code, scope, seen)];
}

/** Slower than any host in one company, also across an ocean. */
const SLOW_CONNECT_MS = 700;

function familyFindings(
  wanted: HostWanted,
  probes: readonly Observation<'endpoint'>[],
  works: readonly Observation<'endpoint'>[],
): Judgement[] {
  const host = scopeHost(wanted);
  const subject = nameOf(wanted);
  const failed = probes.filter((said) => !['bound', 'unknown'].includes(stateOf(said)));
  const evidence = atLeastOne([...failed, ...works].map(sawEndpoint));
  if (evidence === undefined) return [];
  const families = new Set(probes.map(({ probe }) => addressFamily(probe.to.address)));
  if (
    families.size === 1 &&
    families.has(6) &&
    works.length === 0 &&
    failed.every((said) => stateOf(said) === 'unreachable')
  ) {
    return [convict('ADR-003', { host }, { subject, evidence })];
  }
  if (works.length === 0 || failed.length === 0) return [];
  const deadFamilies = new Set(failed.map(({ probe }) => addressFamily(probe.to.address)));
  const aliveFamilies = new Set(works.map(({ probe }) => addressFamily(probe.to.address)));
  if (deadFamilies.has(6) && !aliveFamilies.has(6)) {
    const blocked = failed.some((said) => ['filtered', 'prohibited', 'refused'].includes(stateOf(said)));
    const found = [convict('ADR-004', { host }, { subject, evidence })];
    return blocked ? [...found, convict('TCP-011', { host }, { subject, evidence })] : found;
  }
  return [convict('ADR-009', { host }, { subject, evidence })];
}

/** TCP-006: a port nobody has accepts too; TCP-010: only the endpoint mapper is open. */
const controls: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const wanted of hosts(matter)) {
    const host = scopeHost(wanted);
    const own = ({ probe }: Observation<'endpoint'>): boolean => probe.host === host;
    for (const said of matter.seen.endpoints('control-port').filter(own)) {
      if (stateOf(said) !== 'open') continue;
      const { address } = said.probe.to;
      found.push(
        convict(
          'TCP-006',
          { host, address },
          { subject: `${nameOf(wanted)} (${address})`, evidence: [sawEndpoint(said)] },
        ),
      );
    }
    for (const said of matter.seen.endpoints('endpoint-mapper').filter(own)) {
      if (stateOf(said) !== 'open') continue;
      const { address } = said.probe.to;
      found.push(
        convict(
          'TCP-010',
          { host, address },
          { subject: `${nameOf(wanted)} (${address})`, evidence: [sawEndpoint(said)] },
        ),
      );
    }
  }
  return distinct(found);
};

function distinct(judgements: readonly Judgement[]): readonly Judgement[] {
  const seen = new Set<string>();
  return judgements.filter((one) => {
    const key =
      one.kind === 'finding' ? `${one.finding.code} ${one.finding.subject}` : `${one.code} ${one.because}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

export const ENDPOINT_RULES: readonly Rule[] = [names, addressKinds, endpoints, controls];
