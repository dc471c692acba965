import { join } from 'node:path';
import { formatEndpoint } from '../core/address.ts';
import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import { refuseExisting, writeFileSafely } from '../core/files.ts';
import { displayName, joinName, parseFqdn } from '../core/name.ts';
import { explain } from '../explain/explain.ts';
import { type RunningFaults, startFaultNetwork } from '../lab/fault-network.ts';
import type { Expectation, FaultScenario, HostBehaviour } from '../lab/scenario.ts';
import type { Context } from './command.ts';
import type { LabJson, LabTryJson, Playing, Stage } from './lab-action.ts';
import { aliasFor } from './lab-publishing.ts';
import { columnsOf, wrap } from './look.ts';
import { shellWord } from './run.ts';

/** The domain that a scenario is about unless it says otherwise. */
const DOMAIN = 'contoso.example';

/** CONTRACT section 2, with `--fail-on error`. */
const EXIT_CODES: Readonly<Record<Expectation['verdict'], number>> = {
  healthy: 0,
  degraded: 1,
  broken: 2,
  unknown: 3,
};

/** Starts a network in which a client looks for its KMS host, and writes the evidence that belongs to it. */
export async function playFaults(
  scenario: FaultScenario,
  context: Context,
  { port, onEvent, folder: chooseFolder, force }: Stage,
): Promise<Playing> {
  const names = Object.keys(scenario.files ?? {});
  const folder = names.length === 0 ? undefined : await chooseFolder();
  const files = new Map(names.map((name) => [name, join(folder ?? '', name)]));
  for (const file of force ? [] : files.values()) await refuseExisting(file);
  const network = await startFaultNetwork(scenario, { port, ...(onEvent === undefined ? {} : { onEvent }) });
  try {
    for (const [name, file] of files) await writeFileSafely(file, network.files[name] ?? '', { force });
  } catch (error) {
    await network.stop();
    throw error;
  }
  const told = toldOf(scenario, network, folder ?? null, files);
  return {
    told,
    lines: linesOf(scenario, network, told, context),
    summary: told.tries.map(({ command }) => command).join('\n'),
    requests: () => network.requests(),
    stop: () => network.stop(),
  };
}

function toldOf(
  scenario: FaultScenario,
  network: RunningFaults,
  folder: string | null,
  files: ReadonlyMap<string, string>,
): LabJson {
  const resolvers = network.resolvers.map(formatEndpoint);
  const authorities = network.authorities.map(formatEndpoint);
  return {
    schema: 'kmsdns/lab@1',
    scenario: scenario.name,
    group: scenario.group,
    describe: scenario.describe,
    endpoints: [...resolvers, ...authorities],
    resolvers,
    authorities,
    domains: domainsOf(scenario).map((domain) => parseFqdn(domain)),
    folder,
    files: Object.fromEntries(files),
    hosts: network.hosts.map(({ label, behaviour, endpoint }) => ({
      name: label,
      endpoint: formatEndpoint(endpoint),
      kms: behaviour === 'accepts-kms' || behaviour === 'accepts-anything',
    })),
    tries: [tryOf(scenario, resolvers, authorities, files)],
  };
}

function domainsOf({ domains }: FaultScenario): readonly string[] {
  return domains ?? [DOMAIN];
}

function tryOf(
  scenario: FaultScenario,
  resolvers: readonly string[],
  authorities: readonly string[],
  files: ReadonlyMap<string, string>,
): LabTryJson {
  const { expect, options = [] } = scenario;
  // With evidence of a client, a domain is where somebody believes the record to be.
  const argv = [
    'diagnose',
    ...domainsOf(scenario),
    ...resolvers.flatMap((server) => ['-s', server]),
    ...authorities.flatMap((server) => ['--authority', server]),
    ...options.map((word) => files.get(word.slice(1, -1)) ?? word),
  ];
  const { verdict, hresults: predicted, causes, notes = [], unknowns = [] } = expect;
  return {
    command: ['kmsdns', ...argv].map(shellWord).join(' '),
    argv,
    says: [verdict, ...causes].join(' '),
    exitCode: EXIT_CODES[verdict],
    expected: { verdict, predicted, causes, notes, unknowns },
  };
}

const BEHAVIOURS: Readonly<Record<HostBehaviour['kind'], string>> = {
  'accepts-kms': 'a KMS host',
  'rejects-interface': 'an RPC server without the KMS interface',
  'accepts-anything': 'accepts every interface',
  'bind-nak': 'turns the bind down',
  fault: 'answers the bind with a fault',
  silent: 'takes the connection and says nothing',
  closes: 'closes the connection on the bind',
  resets: 'resets the connection on the bind',
  http: 'a web server',
  'tls-alert': 'a TLS server',
  'ssh-banner': 'an SSH server',
  'nobody-listens': 'nobody listens',
};

function linesOf(
  { name, describe, expect }: FaultScenario,
  network: RunningFaults,
  told: LabJson,
  { io, err }: Context,
): readonly string[] {
  const [attempt] = told.tries;
  const { causes, notes = [], unknowns = [] } = expect;
  const found = [...causes, ...notes];
  const list = (endpoints: readonly string[]): string => endpoints.join(', then ');
  const facts = [
    ['client asks', list(told.resolvers)],
    ['name servers', told.authorities.join(', ')],
    ...network.hosts.map(({ label, behaviour, endpoint }) => [
      label,
      `${formatEndpoint(endpoint)}, ${BEHAVIOURS[behaviour]}`,
    ]),
    ...Object.keys(told.files).map((file) => ['file', `${file} in ${told.folder}`]),
  ];
  const [server] = network.resolvers;
  const owner = displayName(joinName('_vlmcs._tcp', parseFqdn(told.domains[0]!)));
  return [
    wrap(
      `${err.paint('good', err.symbols.good)} scenario ${err.paint('strong', name)}: ${describe}.`,
      err.columns,
      '',
      '  ',
    ),
    ...columnsOf(facts).map((line) => `   ${line}`),
    '',
    sightOf(expect),
    ...hresultLines(expect.hresults),
    '',
    'In a second terminal:',
    '',
    ...[...aliasFor(io), attempt!.command, `dig @${server!.address} -p ${server!.port} SRV ${owner}`].map(
      (line) => `   ${line}`,
    ),
    '',
    `kmsdns says ${err.paint('strong', expect.verdict)}, exit code ${attempt!.exitCode}${found.length === 0 ? '.' : ', and finds'}`,
    ...findingLines(found),
    ...(unknowns.length === 0 ? [] : ['It leaves open', ...findingLines(unknowns)]),
  ];
}

function sightOf({ verdict, hresults }: Expectation): string {
  if (hresults.length === 0) return 'The user of this client sees no error.';
  return verdict === 'degraded'
    ? 'The user of this client sees, at the tries that fail:'
    : 'The user of this client sees:';
}

function hresultLines(hresults: readonly string[]): readonly string[] {
  return columnsOf(hresults.map((code) => [code, explain(code)?.title ?? ''])).map((line) => `   ${line}`);
}

function findingLines(codes: readonly FindingCode[]): readonly string[] {
  const rows = codes.map((code) => [code, CATALOGUE[code].slug, CATALOGUE[code].title]);
  return columnsOf(rows).map((line) => `   ${line}`);
}
