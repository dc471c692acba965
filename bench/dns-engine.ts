/** SRV questions per second from one process, against one NSD worker: everybody in turn, against the same server. */

import { fileURLToPath } from 'node:url';
import { startNsd } from '../test/lab/support/nsd.ts';
import { findProgram } from '../test/lab/support/programs.ts';
import { staticZone } from '../test/lab/support/zones.ts';
import type { Tally } from './clients/task.ts';
import { type Measured, type Measurement, type Row, rate } from './table.ts';
import { median, runTimed } from './timing.ts';
import { builtClient, inFolder, missing, written } from './workshop.ts';

export const dnsEngine: Measurement = {
  name: 'dns-engine',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const ZONE = 'bench.example';
const NAMES = 1000;
const ROUNDS = 5;
const SECONDS = 2;
const DIG_LINES = 5000;

/** One racer; `race` gives what it did in one round. */
interface Racer {
  readonly name: string;
  readonly race: () => Promise<Tally>;
}

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('the DNS engine', 'nsd', 'dig');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  const labels = Array.from({ length: NAMES }, (_, i) => `_vlmcs._tcp.d${String(i).padStart(4, '0')}`);
  const records = labels.flatMap((label) => [
    `${label} IN SRV 10 75 1688 kms1`,
    `${label} IN SRV 90 25 1688 kms2`,
  ]);
  const names = labels.map((label) => `${label}.${ZONE}`);
  const server = await startNsd({ zones: [staticZone(ZONE, records)] });
  try {
    const { racers, skipped } = await racersAt(server.endpoint.port, names, folder);
    const tallies = new Map<string, Tally[]>(racers.map(({ name }) => [name, []]));
    for (let round = 1; round <= ROUNDS; round++) {
      say(`round ${round} of ${ROUNDS}`);
      for (const { name, race } of racers) tallies.get(name)!.push(await race());
    }
    return { rows: rowsFrom(tallies), skipped };
  } finally {
    await server.stop();
  }
}

const OURS = 'bulk, 256 in flight';
const OURS_1000 = 'bulk, 1,000 in flight';
const OURS_SINGLE = 'single exchanges, 100 in flight';
const DNSPERF = 'dnsperf -c4 -q100 -T1';
const NODE_DNS = 'node:dns, 100 in flight';
const NODE_DNS_1000 = 'node:dns, 1,000 in flight';
const DNSPYTHON = 'dnspython asyncio, 50 in flight';
const DIG = 'dig -f';

async function racersAt(
  port: number,
  names: readonly string[],
  folder: string,
): Promise<{ racers: readonly Racer[]; skipped: readonly string[] }> {
  const list = written(folder, 'names', `${names.join('\n')}\n`);
  const args = (inFlight: number): readonly string[] => [
    String(port),
    list,
    String(SECONDS),
    String(inFlight),
  ];
  const node = (file: string, inFlight: number) => (): Promise<Tally> =>
    tallyOf(process.execPath, [file, ...args(inFlight)]);
  const bulk = await builtClient(folder, 'kmsdns-bulk');
  const single = await builtClient(folder, 'kmsdns-exchange');
  const nodeDns = await builtClient(folder, 'node-dns');
  const racers: Racer[] = [];
  const skipped: string[] = [];

  const dnsperf = findProgram('dnsperf');
  if (dnsperf === undefined) skipped.push('dnsperf is left out: it is not installed');
  else {
    const questions = written(folder, 'questions', names.map((name) => `${name} SRV\n`).join(''));
    racers.push({ name: DNSPERF, race: () => dnsperfTally(dnsperf, port, questions) });
  }
  racers.push(
    { name: OURS, race: node(bulk, 256) },
    { name: OURS_1000, race: node(bulk, 1000) },
    { name: OURS_SINGLE, race: node(single, 100) },
    { name: NODE_DNS, race: node(nodeDns, 100) },
    { name: NODE_DNS_1000, race: node(nodeDns, 1000) },
  );
  // Not the first python3 of the PATH: a distribution's own has its dnspython.
  const python = '/usr/bin/python3';
  const dnspython = fileURLToPath(new URL('clients/dnspython.py', import.meta.url));
  const probe = await runTimed(python, ['-c', 'import dns.asyncquery']).catch(() => undefined);
  if (probe?.exitCode !== 0) skipped.push('dnspython is left out: it is not installed');
  else racers.push({ name: DNSPYTHON, race: () => tallyOf(python, [dnspython, ...args(50)]) });

  const lines = Array.from({ length: DIG_LINES }, (_, i) => `${names[i % names.length]} SRV\n`).join('');
  const batch = written(folder, 'batch', lines);
  racers.push({ name: DIG, race: () => digTally(findProgram('dig')!, port, batch) });
  return { racers, skipped };
}

async function tallyOf(file: string, args: readonly string[]): Promise<Tally> {
  const ended = await runTimed(file, args, { timeoutMs: 30_000 });
  if (ended.exitCode !== 0) throw new Error(`${args[0]}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as Tally;
}

async function dnsperfTally(file: string, port: number, questions: string): Promise<Tally> {
  const options = ['-c', '4', '-q', '100', '-T', '1', '-l', String(SECONDS)];
  const { stdout, stderr } = await runTimed(file, [
    ...['-s', '127.0.0.1', '-p', String(port), '-d', questions],
    ...options,
  ]);
  const figure = (label: string): number => {
    const found = new RegExp(`${label}:\\s+([\\d.]+)`).exec(stdout)?.[1];
    if (found === undefined) throw new Error(`dnsperf did not say "${label}":\n${stdout}${stderr}`);
    return Number(found);
  };
  return {
    answered: figure('Queries completed'),
    lost: figure('Queries lost'),
    wrong: 0,
    seconds: figure('Run time \\(s\\)'),
  };
}

async function digTally(file: string, port: number, batch: string): Promise<Tally> {
  const { stdout, tookMs } = await runTimed(file, [
    ...['-r', '+norecurse', '+tries=1', '+time=1', '+noall', '+answer'],
    ...['@127.0.0.1', '-p', String(port), '-f', batch],
  ]);
  const answered = (stdout.match(/\sSRV\s/g) ?? []).length / 2;
  return { answered, lost: DIG_LINES - answered, wrong: 0, seconds: tookMs / 1000 };
}

function rowsFrom(tallies: ReadonlyMap<string, readonly Tally[]>): readonly Row[] {
  const speed = (name: string): number => {
    const rounds = tallies.get(name)!;
    const wrong = rounds.reduce((sum, tally) => sum + tally.wrong, 0);
    if (wrong > 0) throw new Error(`${name} read ${wrong} answers wrong`);
    return median(rounds.map(({ answered, seconds }) => answered / seconds));
  };
  const sum = (name: string, field: 'answered' | 'lost'): number =>
    tallies.get(name)!.reduce((total, tally) => total + tally[field], 0);
  const against = (mine: string, peer: string, target?: Row['target']): Row[] =>
    tallies.has(peer)
      ? [
          {
            what: `SRV questions a second: ${mine}`,
            ours: rate(speed(mine)),
            peer,
            theirs: rate(speed(peer)),
            ratio: speed(mine) / speed(peer),
            ...(target === undefined ? {} : { target }),
          },
        ]
      : [];
  const lostText = (name: string): string =>
    `${sum(name, 'lost')} of ${(sum(name, 'answered') + sum(name, 'lost')).toLocaleString('en')}`;
  return [
    ...against(OURS, DNSPERF, { atLeast: 0.8 }),
    ...against(OURS, NODE_DNS),
    ...against(OURS, DNSPYTHON),
    ...against(OURS, DIG),
    ...against(OURS_SINGLE, DNSPERF),
    ...against(OURS_SINGLE, NODE_DNS),
    {
      what: 'first tries lost at 1,000 in flight',
      ours: lostText(OURS_1000),
      peer: NODE_DNS_1000,
      theirs: lostText(NODE_DNS_1000),
      target: { said: 'none', met: sum(OURS_1000, 'lost') === 0 },
    },
    ...against(OURS_1000, DNSPERF),
  ];
}
