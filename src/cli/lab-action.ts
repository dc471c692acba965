import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { formatEndpoint } from '../core/address.ts';
import { KmsDnsError } from '../core/errors.ts';
import { makeTemporaryFolder, refuseExisting, type TemporaryFolder, writeFileSafely } from '../core/files.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName } from '../core/name.ts';
import { describeEvent } from '../lab/event.ts';
import { type PracticeNetwork, startPracticeNetwork } from '../lab/practice-network.ts';
import type { Context } from './command.ts';
import type { Io } from './io.ts';
import { HEALTHY, SCENARIOS, type Scenario } from './lab-scenarios.ts';
import { columnsOf, counted, wrap } from './look.ts';
import { DEFAULT_CONFIG, usage } from './options.ts';
import { jsonText } from './out-file.ts';
import { shellWord } from './run.ts';

interface LabValues {
  readonly operands: readonly string[];
  readonly port: number;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly for: number | undefined;
}

/** Starts the network, writes what a user needs beside it, says what to try, and stays until it is told to end. */
export async function runLab(values: LabValues, context: Context): Promise<number> {
  const scenario = scenarioNamed(values.operands[0] ?? HEALTHY);
  const { io } = context;
  const own = values.out === undefined ? undefined : resolve(io.cwd, values.out);
  if (own !== undefined && !values.force) await refuseExisting(join(own, DEFAULT_CONFIG));
  const network = await start(values.port, scenario, context);
  let temporary: TemporaryFolder | undefined;
  try {
    if (own === undefined) temporary = await makeTemporaryFolder('kmsdns-practice-');
    const folder = own ?? temporary!.path;
    await writePractice(folder, network, values.force);
    if (context.json) io.stdout.write(jsonText(labToJson(scenario, network, folder)));
    else io.stdout.write(`${labLines(scenario, network, folder, values, context).join('\n')}\n`);
    await ended(io.interrupt, values.for);
    context.note(`ended after ${counted(network.nameserver.log.length, 'request')}`);
  } finally {
    await network.stop();
    await temporary?.remove();
  }
  return 0;
}

function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario !== undefined) return scenario;
  throw usage(
    `there is no scenario ${JSON.stringify(name)}; known: ${SCENARIOS.map((one) => one.name).join(', ')}`,
    'kmsdns lab without a scenario starts a healthy network',
  );
}

async function start(
  port: number,
  { quirks }: Scenario,
  { verbose, note }: Context,
): Promise<PracticeNetwork> {
  try {
    return await startPracticeNetwork({
      port,
      quirks,
      ...(verbose ? { onEvent: (event) => note(describeEvent(event)) } : {}),
    });
  } catch (error) {
    if (!(error instanceof KmsDnsError) || error.code !== 'port-unavailable') throw error;
    throw new KmsDnsError(error.code, error.message, {
      hint: 'is a lab running already? --port 0 takes a free port',
      cause: error,
    });
  }
}

/** Puts the desired state and the key that it names into a folder. Throws `output-exists`, `file-unwritable`. */
export async function writePractice(folder: string, network: PracticeNetwork, force: boolean): Promise<void> {
  await writeFileSafely(join(folder, network.keyFileName), network.keyFileText, { force, mode: 0o600 });
  await writeFileSafely(join(folder, DEFAULT_CONFIG), network.desiredStateYaml, { force });
}

export interface LabJson {
  readonly schema: 'kmsdns/lab@1';
  readonly scenario: string;
  /** The name server's, UDP and TCP. */
  readonly endpoints: readonly string[];
  readonly domains: readonly string[];
  readonly folder: string;
  readonly files: { readonly config: string; readonly key: string };
  readonly hosts: readonly { readonly name: string; readonly endpoint: string; readonly kms: boolean }[];
}

function labToJson({ name }: Scenario, network: PracticeNetwork, folder: string): LabJson {
  return {
    schema: 'kmsdns/lab@1',
    scenario: name,
    endpoints: network.endpoints.map(formatEndpoint),
    domains: network.domains,
    folder,
    files: { config: join(folder, DEFAULT_CONFIG), key: join(folder, network.keyFileName) },
    hosts: [
      ...network.hosts.map((host) => ({ ...host, kms: true })),
      { ...network.impostor, kms: false },
    ].map(({ name: host, rpc, kms }) => ({ name: host, endpoint: formatEndpoint(rpc.endpoint), kms })),
  };
}

function labLines(
  { name, describe, tries }: Scenario,
  network: PracticeNetwork,
  folder: string,
  values: LabValues,
  { io, out, quiet }: Context,
): readonly string[] {
  const where = network.endpoints.map(formatEndpoint).join(' and ');
  if (quiet) return [`Listening on ${where}; desired state and key in ${folder}`];
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
  return [
    `${out.paint('good', out.symbols.good)} practice network ${out.paint('strong', name)}: ${describe}`,
    ...columnsOf(facts).map((line) => `   ${line}`),
    '',
    'In a second terminal:',
    '',
    ...[`cd ${shellWord(folder)}`, ...aliasFor(io)].map((line) => `   ${line}`),
    ...columnsOf(tries.map(([line, says]) => [line, `# ${says}`])).map((line) => `   ${line}`),
    `   ${dig}`,
    '',
    wrap(
      [
        'Everything is on loopback; no other computer is asked.',
        ...(values.out === undefined ? ['The folder goes when this ends; --out DIR keeps one.'] : []),
        values.for === undefined
          ? 'Ctrl-C ends it.'
          : `It ends after ${values.for / 1000} s, or with Ctrl-C.`,
      ].join(' '),
      out.columns,
    ),
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

/** Resolves after this many milliseconds, or when the user wants the end. */
async function ended(interrupt: AbortSignal, afterMs: number | undefined): Promise<void> {
  if (interrupt.aborted) return;
  await new Promise<void>((done) => {
    const timer = afterMs === undefined ? undefined : setTimeout(finish, afterMs);
    function finish(): void {
      clearTimeout(timer);
      interrupt.removeEventListener('abort', finish);
      done();
    }
    interrupt.addEventListener('abort', finish);
  });
}
