/** Ten thousand domains from a file: how quickly beside programs that only ask, and whether the memory grows. */
import { fileURLToPath } from 'node:url';
import { findProgram } from '../test/lab/support/programs.ts';
import type { Tally } from './clients/task.ts';
import { type BenchNetwork, startNetwork, ZONE } from './diagnose-network.ts';
import { type Measured, type Measurement, type Row, rate } from './table.ts';
import { type Ended, median, runTimed } from './timing.ts';
import { builtClient, builtCommand, inFolder, written } from './workshop.ts';

export const batch: Measurement = {
  name: 'batch',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const DOMAINS = 10_000;
const MANY = 10 * DOMAINS;
const ROUNDS = 3;
const SECONDS = 2;

/** Somebody who only asks for the SRV records; gives questions a second. */
interface Asker {
  readonly name: string;
  readonly race: () => Promise<number>;
}

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const command = await builtCommand(folder);
  const domains = Array.from({ length: MANY }, (_, i) => `d${i}`);
  say('starting the name server');
  const network = await startNetwork(domains);
  const list = (count: number): string =>
    written(
      folder,
      `domains-${count}`,
      domains
        .slice(0, count)
        .map((domain) => `${domain}.${ZONE}\n`)
        .join(''),
    );
  const some = list(DOMAINS);
  const all = list(MANY);
  const diagnosed = async (file: string, count: number): Promise<Ended> => {
    const args = [command, 'diagnose', '-q', '-s', network.at, '--batch', file];
    const ended = await runTimed(process.execPath, args, { watchMemory: true, timeoutMs: 300_000 });
    const healthy = ended.stdout.split('"verdict":"healthy"').length - 1;
    if (healthy !== count)
      throw new Error(
        `--batch called ${healthy} of ${count} healthy and ended with ${ended.exitCode}: ${ended.stderr}`,
      );
    return ended;
  };
  try {
    const { askers, skipped } = await askersAt(network, domains.slice(0, DOMAINS), folder);
    const ours: Ended[] = [];
    const large: Ended[] = [];
    const speeds = new Map<string, number[]>(askers.map(({ name }) => [name, []]));
    for (let round = 1; round <= ROUNDS; round++) {
      say(`round ${round} of ${ROUNDS}`);
      ours.push(await diagnosed(some, DOMAINS));
      large.push(await diagnosed(all, MANY));
      for (const { name, race } of askers) speeds.get(name)!.push(await race());
    }
    return { rows: rowsFrom(ours, large, speeds), skipped };
  } finally {
    await network.stop();
  }
}

async function askersAt(
  { port }: BenchNetwork,
  domains: readonly string[],
  folder: string,
): Promise<{ readonly askers: readonly Asker[]; readonly skipped: readonly string[] }> {
  const names = domains.map((domain) => `_vlmcs._tcp.${domain}.${ZONE}`);
  const list = written(folder, 'names', `${names.join('\n')}\n`);
  const asking = (file: string, client: string, inFlight: number): Asker['race'] => {
    const args = [client, String(port), list, String(SECONDS), String(inFlight)];
    return async () => {
      const { exitCode, stdout, stderr } = await runTimed(file, args);
      if (exitCode !== 0) throw new Error(`${client}: ${stderr}`);
      const { answered, seconds } = JSON.parse(stdout) as Tally;
      return answered / seconds;
    };
  };
  const askers: Asker[] = [];
  const skipped: string[] = [];
  const dig = findProgram('dig');
  if (dig === undefined) skipped.push('dig -f is left out: dig is not installed');
  else {
    const questions = written(folder, 'questions', names.map((name) => `${name} SRV\n`).join(''));
    const args = ['-r', '+noall', '+answer', '@127.0.0.1', '-p', String(port), '-f', questions];
    askers.push({ name: 'dig -f', race: async () => (DOMAINS * 1000) / (await runTimed(dig, args)).tookMs });
  }
  // Not the first python3 of the PATH: a distribution's own has its dnspython.
  const python = '/usr/bin/python3';
  const dnspython = fileURLToPath(new URL('clients/dnspython.py', import.meta.url));
  const found = await runTimed(python, ['-c', 'import dns.asyncquery']).catch(() => undefined);
  if (found?.exitCode !== 0) skipped.push('dnspython is left out: it is not installed');
  else askers.push({ name: 'dnspython asyncio', race: asking(python, dnspython, 50) });
  askers.push({
    name: 'node:dns',
    race: asking(process.execPath, await builtClient(folder, 'node-dns'), 100),
  });
  return { askers, skipped };
}

function rowsFrom(
  ours: readonly Ended[],
  large: readonly Ended[],
  speeds: ReadonlyMap<string, readonly number[]>,
): readonly Row[] {
  const speed = (DOMAINS * 1000) / median(ours.map(({ tookMs }) => tookMs));
  const peak = (runs: readonly Ended[]): number =>
    median(runs.map(({ peakOctets }) => peakOctets ?? 0)) / 2 ** 20;
  return [
    ...[...speeds].map(([name, theirs]) => ({
      what: 'domains a second, --batch of 10,000, each with its host and verdict',
      ours: rate(speed),
      peer: `${name}, the SRV question alone`,
      theirs: rate(median(theirs)),
      ratio: speed / median(theirs),
    })),
    {
      what: 'memory of --batch, 100,000 domains',
      ours: `${peak(large).toFixed(0)} MiB`,
      peer: 'the same with 10,000',
      theirs: `${peak(ours).toFixed(0)} MiB`,
      ratio: peak(large) / peak(ours),
      target: { atMost: 1.25 },
    },
  ];
}
