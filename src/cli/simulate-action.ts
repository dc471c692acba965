import { KmsDnsError } from '../core/errors.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName, type Fqdn, parseFqdn } from '../core/name.ts';
import { hostResolver } from '../core/resolve.ts';
import { canonicalRecords, type SrvRecord } from '../core/srv.ts';
import { suggestion } from '../core/suggest.ts';
import type { ClientGeneration } from '../diagnose/client.ts';
import { type HostTried, tryHosts } from '../diagnose/dead-hosts.ts';
import { publishedRecords } from '../diagnose/published-records.ts';
import type { DeadHost, SimulationOptions } from '../diagnose/simulate.ts';
import type { Reach } from '../publish/reach.ts';
import type { Context } from './command.ts';
import { counted } from './look.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { simulationLines, simulationToJson, simulationVerdict } from './render-simulation.ts';
import { endpointText, openRun, type ReachOptions } from './run.ts';
import type { NamedHost } from './simulate.ts';
import { type SimulatedDomain, type SimulationResult, simulateDomain } from './simulate-result.ts';
import { loadState } from './state.ts';

interface SimulateValues extends ReachOptions, OutOptions {
  readonly operands: readonly string[];
  readonly config: string | undefined;
  readonly domain: readonly Fqdn[];
  readonly client: ClientGeneration | undefined;
  readonly dead: readonly NamedHost[];
  readonly without: readonly NamedHost[];
  readonly probe: boolean;
  readonly 'no-host-caching': boolean;
  readonly 'connect-timeout': number | undefined;
  readonly clients: number | undefined;
  readonly seed: number | undefined;
}

/** A domain's records and where they are from; `because` when they could not be found out. */
type Source =
  | {
      readonly kind: 'records';
      readonly domain: Fqdn;
      readonly records: readonly SrvRecord[];
      readonly from: string;
    }
  | { readonly kind: 'unknown'; readonly domain: Fqdn; readonly because: string };

/** Reads the records, tries the hosts when that is wanted, computes, and tells. */
export async function runSimulate(values: SimulateValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const planned = await plannedRecords(values, context);
  const needsNetwork = planned === undefined || values.probe;
  const gathered = needsNetwork
    ? await openRun(context, values).during('reading the records', (reach) =>
        gather(reach, values, planned, context),
      )
    : { sources: planned, tried: [] };
  const result = resultOf(values, gathered.sources, gathered.tried);
  await tell(context, values, simulationToJson(result), () => ({
    lines: simulationLines(result, context.out),
    verdict: simulationVerdict(result),
  }));
  return result.unknown.length > 0 ? 3 : 0;
}

/** The records of the desired state, where that is asked for; undefined when DNS is to tell. */
async function plannedRecords(
  { operands, config, domain }: SimulateValues,
  context: Context,
): Promise<readonly Source[] | undefined> {
  const named = operands.map((text) => parseFqdn(text, 'domain'));
  if (named.length > 0 && config === undefined && domain.length === 0) return undefined;
  const { state } = await loadState(context, { config, domain: [...named, ...domain] });
  return state.domains.map((one) => ({
    kind: 'records',
    domain: one.domain,
    records: one.publish,
    from: state.file,
  }));
}

interface Gathered {
  readonly sources: readonly Source[];
  readonly tried: readonly HostTried[];
}

async function gather(
  reach: Reach,
  values: SimulateValues,
  planned: readonly Source[] | undefined,
  { warn, err }: Context,
): Promise<Gathered> {
  const sources =
    planned ??
    (await readDomains(
      reach,
      values.operands.map((text) => parseFqdn(text, 'domain')),
    ));
  if (!values.probe) return { sources, tried: [] };
  const { net, servers, authorities, resolvers, patience, concurrency } = reach;
  const records = sources.flatMap((one) => (one.kind === 'records' ? one.records : []));
  const wanted = records.filter((record) => !values.without.some((one) => names(one, record)));
  const hosts = hostResolver(
    net,
    [...authorities, ...(servers.length > 0 ? servers : resolvers)],
    patience,
    servers.length + authorities.length === 0,
  );
  const budgetMs = values.timeout ?? PROBE_MS;
  const budget = { tcpMs: budgetMs, rpcMs: budgetMs, bind: true };
  const tried = await tryHosts(net, wanted, hosts, budget, concurrency);
  for (const { target, port, because } of tried.filter(({ state }) => state === 'unknown'))
    warn(
      `${err.paint('warn', 'warning:')} ${displayName(target)}:${port} is taken for alive, it could not be found out: ${because}`,
    );
  return { sources, tried };
}

/** CONTRACT section 1, `--timeout`. */
const PROBE_MS = 2000;

async function readDomains(
  { net, servers, authorities, resolvers, patience }: Reach,
  domains: readonly Fqdn[],
): Promise<readonly Source[]> {
  const asked =
    authorities.length > 0
      ? ({ servers: authorities, role: 'authority' } as const)
      : ({ servers: servers.length > 0 ? servers : resolvers, role: 'resolver' } as const);
  return Promise.all(
    domains.map(async (domain): Promise<Source> => {
      const published = await publishedRecords(net, asked, kmsOwnerName(domain), patience);
      if (published.kind === 'unknown') return { kind: 'unknown', domain, because: published.because };
      const from = endpointText(published.from);
      if (published.kind === 'none')
        return { kind: 'records', domain, records: [], from: `${published.rcode} from ${from}` };
      const via = published.aliases.map((name) => `, by the alias ${displayName(name)}`).join('');
      return { kind: 'records', domain, records: published.records, from: from + via };
    }),
  );
}

function resultOf(
  values: SimulateValues,
  sources: readonly Source[],
  tried: readonly HostTried[],
): SimulationResult {
  const found = sources.filter((one) => one.kind === 'records');
  checkNamed('--dead', values.dead, found);
  checkNamed('--without', values.without, found);
  const assumed = values.dead.map((one): DeadHost => ({ ...one, fails: 'after-timeout' }));
  const client = values.client ?? 'windows10';
  const timeout = values['connect-timeout'];
  const domains = found.map(({ domain, records, from }): SimulatedDomain => {
    const options: SimulationOptions = {
      records: canonicalRecords(
        records.filter((record) => !values.without.some((one) => names(one, record))),
      ),
      model: client === 'vista' ? 'random' : 'rfc2782',
      dead: [...assumed, ...tried.flatMap(({ dead }) => (dead === undefined ? [] : [dead]))],
      ...(timeout === undefined ? {} : { connectTimeoutSeconds: timeout / 1000 }),
    };
    return simulateDomain({ domain, from, options, clients: values.clients, seed: values.seed ?? 1 });
  });
  return {
    client,
    hostCaching: !values['no-host-caching'],
    domains,
    tried,
    clients: values.clients,
    seed: values.seed ?? 1,
    unknown: sources.filter((one) => one.kind === 'unknown'),
  };
}

function names({ target, port }: NamedHost, record: SrvRecord): boolean {
  return record.target === target && (port === undefined || record.port === port);
}

/** Throws `usage` for a host that no record has: a typing error must not look like a host that changes nothing. */
function checkNamed(
  option: string,
  named: readonly NamedHost[],
  sources: readonly { readonly records: readonly SrvRecord[] }[],
): void {
  const records = sources.flatMap((one) => one.records);
  const missing = named.find((one) => !records.some((record) => names(one, record)));
  if (missing === undefined || sources.length === 0) return;
  const port = missing.port === undefined ? '' : `:${missing.port}`;
  const shown = displayName(missing.target) + port;
  const known = [...new Set(records.map(({ target }) => displayName(target)))];
  const inSources = counted(sources.length, 'domain');
  throw new KmsDnsError(
    'usage',
    `${option} ${JSON.stringify(shown)}: no record of the ${inSources} names it`,
    { hint: suggestion(displayName(missing.target), known) },
  );
}
