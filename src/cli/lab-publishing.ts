import { basename, delimiter, dirname, join } from 'node:path';
import { formatEndpoint } from '../core/address.ts';
import { refuseExisting, writeFileSafely } from '../core/files.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import { type PracticeNetwork, startPracticeNetwork } from '../lab/practice-network.ts';
import type { PublishingScenario } from '../lab/scenario.ts';
import type { Context } from './command.ts';
import type { Io } from './io.ts';
import type { LabJson, Playing, Stage } from './lab-action.ts';
import { columnsOf } from './look.ts';
import { DEFAULT_CONFIG } from './options.ts';
import { shellWord } from './run.ts';

/** Starts the practice network with a name server that is odd, and writes what a user needs beside it. */
export async function playPublishing(
  scenario: PublishingScenario,
  context: Context,
  { port, onEvent, folder: chooseFolder, force }: Stage,
): Promise<Playing> {
  const folder = await chooseFolder();
  if (!force) await refuseExisting(join(folder, DEFAULT_CONFIG));
  const network = await startPracticeNetwork({
    port,
    quirks: scenario.quirks,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  try {
    await writePractice(folder, network, force);
  } catch (error) {
    await network.stop();
    throw error;
  }
  const where = network.endpoints.map(formatEndpoint).join(' and ');
  return {
    told: toldOf(scenario, network, folder),
    lines: linesOf(scenario, network, folder, context),
    summary: `Listening on ${where}; desired state and key in ${folder}`,
    requests: () => network.nameserver.log.length,
    stop: () => network.stop(),
  };
}

/** Puts the desired state and the key that it names into a folder. Throws `output-exists`, `file-unwritable`. */
export async function writePractice(folder: string, network: PracticeNetwork, force: boolean): Promise<void> {
  await writeFileSafely(join(folder, network.keyFileName), network.keyFileText, { force, mode: 0o600 });
  await writeFileSafely(join(folder, DEFAULT_CONFIG), network.desiredStateYaml, { force });
}

function toldOf(
  { name, group, describe, tries }: PublishingScenario,
  network: PracticeNetwork,
  folder: string,
): LabJson {
  const endpoints = network.endpoints.map(formatEndpoint);
  return {
    schema: 'kmsdns/lab@1',
    scenario: name,
    group,
    describe,
    endpoints,
    resolvers: endpoints.slice(0, 1),
    authorities: endpoints.slice(0, 1),
    domains: network.domains,
    folder,
    files: { config: join(folder, DEFAULT_CONFIG), key: join(folder, network.keyFileName) },
    hosts: [
      ...network.hosts.map((host) => ({ ...host, kms: true })),
      { ...network.impostor, kms: false },
    ].map(({ name: host, rpc, kms }) => ({ name: host, endpoint: formatEndpoint(rpc.endpoint), kms })),
    tries: tries.map(({ line, says, exitCode }) => ({
      command: line,
      argv: line.split(' ').slice(1),
      says,
      exitCode,
      expected: null,
    })),
  };
}

function linesOf(
  { name, describe, tries }: PublishingScenario,
  network: PracticeNetwork,
  folder: string,
  { io, err }: Context,
): readonly string[] {
  const where = network.endpoints.map(formatEndpoint).join(' and ');
  const { address, port } = network.nameserver.endpoint;
  const hosts = network.hosts.map(
    ({ name: host, rpc }) => `${displayName(host)} (${formatEndpoint(rpc.endpoint)})`,
  );
  const impostor = `${displayName(network.impostor.name)} (${formatEndpoint(network.impostor.rpc.endpoint)}), though it speaks RPC`;
  const facts = [
    ['name server', `${where}, UDP and TCP`],
    ['zones', network.domains.map(displayName).join(', ')],
    ['KMS hosts', hosts.join(', ')],
    ['no KMS host', impostor],
    ['files', `${DEFAULT_CONFIG} and ${network.keyFileName} in ${folder}`],
  ];
  const dig = `dig @${address} -p ${port} +short SRV ${displayName(kmsOwnerName(network.domains[0]!))}`;
  const rows = tries.map(({ line, says, exitCode }) => [
    line,
    `# ${says}${exitCode === 0 ? '' : `; exit code ${exitCode}`}`,
  ]);
  return [
    `${err.paint('good', err.symbols.good)} practice network ${err.paint('strong', name)}: ${describe}`,
    ...columnsOf(facts).map((line) => `   ${line}`),
    '',
    'In a second terminal:',
    '',
    ...[`cd ${shellWord(folder)}`, ...aliasFor(io)].map((line) => `   ${line}`),
    ...columnsOf(rows).map((line) => `   ${line}`),
    `   ${dig}`,
    ...(name === 'healthy' ? ['', 'kmsdns lab --list shows the networks with a fault.'] : []),
  ];
}

/** What makes `kmsdns` a command where it is not installed as one. */
export function aliasFor({ script, env, platform }: Io): readonly string[] {
  if (script === undefined) return [];
  const folders = (env.PATH ?? '').split(delimiter);
  const folder = dirname(script);
  // npx and npm put node_modules/.bin on the PATH of this process only.
  if (basename(script) === 'kmsdns' && folders.includes(folder) && !folder.includes('node_modules'))
    return [];
  return platform === 'win32'
    ? [`function kmsdns { node ${shellWord(script)} @args }`]
    : [`alias kmsdns='node ${shellWord(script)}'`];
}
