/** What a diagnosis costs: one healthy domain, eight hosts that say nothing, and ten thousand domains from a file. */
import { startNameserver } from '../src/lab/nameserver.ts';
import { startRpcEndpoint } from '../src/lab/rpc-endpoint.ts';
import { a, ns, soa, srv, zoneFrom } from '../src/lab/zone-data.ts';
import { findProgram } from '../test/lab/support/programs.ts';
import { duration, type Measured, type Measurement, type Row, rate } from './table.ts';
import { type Ended, median, runTimed } from './timing.ts';
import { builtCommand, inFolder, written } from './workshop.ts';

export const diagnose: Measurement = {
  name: 'diagnose',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const ZONE = 'bench.example';
const DOMAINS = 10_000;
const ROUNDS = 3;

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const command = await builtCommand(folder);
  const kms = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
  const silent = await Promise.all(
    Array.from({ length: 8 }, () => startRpcEndpoint({ behaviour: { kind: 'silent' } })),
  );
  const owner = (domain: string): string => `_vlmcs._tcp.${domain}.${ZONE}`;
  const host = `kms1.${ZONE}`;
  const domains = Array.from({ length: DOMAINS }, (_, i) => `d${i}`);
  const server = await startNameserver({
    zones: [
      zoneFrom({
        name: ZONE,
        records: [
          soa(ZONE, `ns1.${ZONE}`),
          ns(ZONE, `ns1.${ZONE}`),
          ...[`ns1.${ZONE}`, host].map((name) => a(name, '127.0.0.1')),
          ...domains.map((domain) => srv(owner(domain), host, { port: kms.endpoint.port })),
          ...silent.map(({ endpoint: { port } }) => srv(owner('silent'), host, { port })),
        ],
      }),
    ],
  });
  const at = `127.0.0.1:${server.endpoint.port}`;
  const played = (...args: readonly string[]): Promise<Ended> =>
    runTimed(process.execPath, [command, 'diagnose', '-q', '-s', at, '--authority', at, ...args], {
      watchMemory: true,
    });
  const lines = (count: number): string =>
    domains
      .slice(0, count)
      .map((domain) => `${domain}.${ZONE}\n`)
      .join('');
  const small = written(folder, 'small', lines(DOMAINS / 10));
  const large = written(folder, 'large', lines(DOMAINS));
  const questions = written(folder, 'questions', domains.map((domain) => `${owner(domain)} SRV\n`).join(''));
  try {
    const [healthy, node, dead, few, all, dug]: Ended[][] = [[], [], [], [], [], []];
    const dig = findProgram('dig');
    for (let round = 1; round <= ROUNDS; round++) {
      say(`round ${round} of ${ROUNDS}`);
      node!.push(await runTimed(process.execPath, ['-e', '0']));
      healthy!.push(await played(`d0.${ZONE}`));
      dead!.push(await played(`silent.${ZONE}`));
      few!.push(await played('--batch', small));
      all!.push(await played('--batch', large));
      if (dig === undefined) continue;
      const options = ['-r', '+noall', '+answer', '@127.0.0.1', '-p', String(server.endpoint.port)];
      dug!.push(await runTimed(dig, [...options, '-f', questions]));
    }
    const complete = all!.every(({ stdout }) => stdout.trimEnd().split('\n').length === DOMAINS);
    if (!complete) throw new Error(`--batch did not give ${DOMAINS} lines`);
    return {
      rows: rowsFrom({ healthy: healthy!, node: node!, dead: dead!, few: few!, all: all!, dug: dug! }),
      skipped: dig === undefined ? ['dig -f is left out: dig is not installed'] : [],
    };
  } finally {
    await Promise.all([server, kms, ...silent].map((one) => one.stop()));
  }
}

type Times = Readonly<Record<'healthy' | 'node' | 'dead' | 'few' | 'all' | 'dug', readonly Ended[]>>;

function rowsFrom({ healthy, node, dead, few, all, dug }: Times): readonly Row[] {
  const took = (runs: readonly Ended[]): number => median(runs.map(({ tookMs }) => tookMs));
  const peak = (runs: readonly Ended[]): number =>
    median(runs.map(({ peakOctets }) => peakOctets ?? 0)) / 2 ** 20;
  const perSecond = (runs: readonly Ended[]): number => (DOMAINS * 1000) / took(runs);
  const budgetMs = 2000;
  return [
    {
      what: 'diagnose one healthy domain, whole process',
      ours: duration(took(healthy)),
      peer: 'node -e 0',
      theirs: duration(took(node)),
      ratio: took(healthy) / took(node),
      target: { atMost: 3 },
    },
    {
      what: 'diagnose with eight hosts that take the connection and say nothing',
      ours: duration(took(dead)),
      peer: 'one RPC budget',
      theirs: duration(budgetMs),
      target: { said: 'budget + 0.3 s', met: took(dead) <= budgetMs + 300 },
    },
    ...(dug.length === 0
      ? []
      : [
          {
            what: 'domains a second, --batch of 10,000, each with its host and verdict',
            ours: rate(perSecond(all)),
            peer: 'dig -f, the SRV question alone',
            theirs: rate(perSecond(dug)),
            ratio: perSecond(all) / perSecond(dug),
          },
        ]),
    {
      what: 'memory of --batch, 10,000 domains',
      ours: `${peak(all).toFixed(0)} MiB`,
      peer: 'the same with 1,000',
      theirs: `${peak(few).toFixed(0)} MiB`,
      ratio: peak(all) / peak(few),
      target: { atMost: 2 },
    },
  ];
}
