import { kmsOwnerName } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { HostTried } from '../diagnose/dead-hosts.ts';
import { percent, roughly, seconds, shortPercent } from '../diagnose/report/figures.ts';
import { costLines, hostText, prose, shareLines, takenOutLines } from '../diagnose/report/share-lines.ts';
import type { CachingEffect, Simulation } from '../diagnose/simulate.ts';
import { KMS_THRESHOLDS } from '../diagnose/simulate-rollout.ts';
import { columnsOf, counted, type Look, wrap } from './look.ts';
import type { SimulatedDomain, SimulationResult } from './simulate-result.ts';

/**
 * The document of `kmsdns simulate --json`: CONTRACT section 4. Of several domains, `hosts` and `drawn` have the rows
 * one after the other, each with its domain, and the two ratios are means: as if every domain had as many clients.
 */
export function simulationToJson(result: SimulationResult): object {
  const { client, hostCaching, domains, clients, seed, unknown } = result;
  const mean = (of: (simulation: Simulation) => number): number | null =>
    domains.length === 0
      ? null
      : domains.reduce((sum, { simulation }) => sum + of(simulation), 0) / domains.length;
  return {
    schema: 'kmsdns/simulation@1',
    model: client === 'vista' ? 'random' : 'rfc2782',
    client,
    hostCaching,
    hosts: domains.flatMap(({ domain, simulation }) =>
      simulation.hosts.map(({ record, ...figures }) => ({ domain, ...hostJson(record), ...figures })),
    ),
    firstTryFailure: mean(({ firstTryFailure }) => firstTryFailure),
    failure: mean(({ failure }) => failure),
    ...(clients === undefined
      ? {}
      : {
          clients,
          seed,
          drawn: domains.flatMap(({ domain, drawn }) =>
            drawn!.hosts.map(({ record, ...counts }) => ({ domain, ...hostJson(record), ...counts })),
          ),
        }),
    domains: domains.map((one) => domainJson(one, result)),
    unknown: unknown.map(({ domain, because }) => ({ domain, because })),
  };
}

function hostJson({ target, port, priority, weight }: SrvRecord): object {
  return { host: target, port, priority, weight };
}

function domainJson(
  { domain, from, simulation, takenOut, caching, rollout, drawn }: SimulatedDomain,
  { tried }: SimulationResult,
): object {
  const effectJson = ({ afterReturn, ...effect }: CachingEffect): object => ({
    ...effect,
    afterReturn: simulation.hosts.map(({ record }, i) => ({ ...hostJson(record), share: afterReturn[i] })),
  });
  const own = tried.filter(({ target, port }) =>
    simulation.hosts.some(({ record }) => record.target === target && record.port === port),
  );
  return {
    domain,
    name: kmsOwnerName(domain),
    from,
    firstTryFailure: simulation.firstTryFailure,
    failure: simulation.failure,
    // The time-out of a silent host is Windows' default, not a statement of Microsoft's about KMS.
    wait: { ...simulation.wait, basis: 'derived' },
    tried: own.map(({ target, port, state, because }) => ({ host: target, port, state, because })),
    takenOut: takenOut.map(({ target, simulation: then }) => ({
      host: target,
      firstTryFailure: then.firstTryFailure,
      failure: then.failure,
      expectedSeconds: then.wait.expectedSeconds,
      hosts: then.hosts.map(({ record, eventualShare }) => ({ ...hostJson(record), eventualShare })),
    })),
    caching: { on: effectJson(caching.on), off: effectJson(caching.off) },
    ...(rollout === undefined
      ? {}
      : {
          rollout: {
            intervals: rollout.intervals,
            requestsPerDay: rollout.requestsPerDay,
            hosts: rollout.hosts.map(({ record, ...figures }) => ({ ...hostJson(record), ...figures })),
          },
        }),
    ...(drawn === undefined
      ? {}
      : { failed: drawn.failed, waited: drawn.waited, meanWaitSeconds: drawn.meanWaitSeconds }),
  };
}

/** Domain by domain: the table, what failing over costs, and what would happen next. */
export function simulationLines(result: SimulationResult, look: Look): readonly string[] {
  const { domains, unknown, client } = result;
  const blocks = domains.map((one) => domainLines(one, result, look));
  for (const { domain, because } of unknown)
    blocks.push([
      wrap(
        `${look.symbols.unknown} ${displayName(domain)}: could not be found out: ${because}`,
        look.columns,
      ),
    ]);
  const chooser =
    client === 'vista'
      ? 'Vista and Server 2008: a draw among all records'
      : 'Windows 7 and later: by priority and weight (RFC 2782)';
  return [look.paint('dim', chooser), ...blocks.flatMap((block) => ['', ...block]), ''];
}

function domainLines(
  one: SimulatedDomain,
  { tried, hostCaching }: SimulationResult,
  look: Look,
): readonly string[] {
  const { domain, from, simulation, takenOut } = one;
  const head = `${look.paint('strong', displayName(domain))}  ${counted(simulation.hosts.length, 'record')}, ${from}`;
  const costs = costLines(simulation, look);
  if (simulation.hosts.length === 0) return [head, ...costs];
  return [
    head,
    ...shareLines(simulation, look, (record) => stateText(tried, record)),
    '',
    ...costs,
    ...takenOutLines(simulation, takenOut, look),
    ...cachingLines(one, hostCaching, look),
    ...rolloutLines(one, look),
  ];
}

function stateText(tried: readonly HostTried[], record: SrvRecord): string | undefined {
  const found = tried.find(({ target, port }) => target === record.target && port === record.port);
  if (found === undefined) return undefined;
  return found.state === 'alive' ? 'alive' : `${found.state}: ${found.because}`;
}

/** What the dead cost those that had been activated, with the caching that the clients have. */
function cachingLines({ caching }: SimulatedDomain, on: boolean, look: Look): readonly string[] {
  const { nextAttemptFailure, laterAttemptFailure, laterExpectedSeconds } = on ? caching.on : caching.off;
  if (nextAttemptFailure === 0) {
    const text = on
      ? 'host caching on: activated clients stay with their host; changed weights reach them when it fails'
      : 'host caching off: every attempt is a new draw; changed weights reach every client within a renewal';
    return [prose(text, look)];
  }
  const next = `the next attempt of ${shortPercent(nextAttemptFailure)} of activated clients meets a dead host`;
  const later =
    laterAttemptFailure === 0
      ? 'the attempts after it do not; nobody goes back to a host that returns before the new one fails'
      : `and so do ${shortPercent(laterAttemptFailure)} of all attempts after it (${seconds(laterExpectedSeconds)} of waiting on average)`;
  return [prose(`host caching ${on ? 'on' : 'off'}: ${next}; ${later}`, look)];
}

function rolloutLines({ rollout, drawn }: SimulatedDomain, look: Look): readonly string[] {
  if (rollout === undefined || drawn === undefined) return [];
  const { clients, requestsPerDay, hosts } = rollout;
  const { server, client } = KMS_THRESHOLDS;
  const rows = hosts.map(({ record, expectedCount, reaches, clientsNeeded, requestsPerDay: perDay }, i) => [
    hostText(record),
    roughly(expectedCount),
    String(drawn.hosts[i]!.clients),
    roughly(perDay.activated),
    roughly(perDay.notActivated),
    percent(reaches.server),
    percent(reaches.client),
    clientsNeeded.client === null ? look.symbols.dash : String(clientsNeeded.client),
  ]);
  const head = [
    'host',
    'clients',
    'drawn',
    'requests/day',
    'not activated',
    `count ${server}`,
    `count ${client}`,
    `needs for ${client}`,
  ];
  const right = head.map((_, i) => i > 0);
  return [
    '',
    wrap(
      `${counted(clients, 'client')}: ${roughly(requestsPerDay.activated)} requests a day once activated, ${roughly(requestsPerDay.notActivated)} before; each host counts its own clients, and activates servers from ${server}, clients from ${client}`,
      look.columns,
    ),
    ...columnsOf([head, ...rows], right),
    look.paint(
      'dim',
      `drawn with seed ${drawn.seed}: ${drawn.failed} without a host, ${drawn.waited} waited, ${seconds(drawn.meanWaitSeconds)} on average`,
    ),
  ];
}

/** The last line. */
export function simulationVerdict({ domains, unknown }: SimulationResult): string {
  if (domains.length === 0) return `${counted(unknown.length, 'domain')} could not be found out.`;
  const worst = domains.reduce((a, b) =>
    b.simulation.firstTryFailure > a.simulation.firstTryFailure ? b : a,
  );
  const { firstTryFailure, failure } = worst.simulation;
  const where = domains.length === 1 ? '' : ` in ${displayName(worst.domain)}`;
  const lost = domains.filter((one) => one.simulation.failure > 0).map(({ domain }) => displayName(domain));
  const said =
    failure > 0 || lost.length > 0
      ? `No client finds a host in ${lost.join(', ')}.`
      : firstTryFailure > 0
        ? `Every client finds a host; the first try fails for ${shortPercent(firstTryFailure)}${where}.`
        : 'Every client finds a host at the first try.';
  return unknown.length === 0 ? said : `${said} ${counted(unknown.length, 'domain')} could not be found out.`;
}
