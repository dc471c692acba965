/** What one diagnosis costs: a healthy domain, hosts that say nothing, a resolver of two that says nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { startNetwork, ZONE } from './diagnose-network.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { median, runTimed } from './timing.ts';
import { builtClient, builtCommand, inFolder } from './workshop.ts';

export const diagnose: Measurement = {
  name: 'diagnose',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const ROUNDS = 15;
/** Of the rounds, those that wait for seconds. */
const SLOW_ROUNDS = 3;
const NETWORK_MS = 15;
const RPC_BUDGET_MS = 2000;
const DNS_BUDGET_MS = 1000;

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const command = await builtCommand(folder);
  const warm = await builtClient(folder, 'diagnose-warm');
  const network = await startNetwork(['d0']);
  const deaf = createSocket('udp4');
  deaf.bind(0, '127.0.0.1');
  await once(deaf, 'listening');
  const { at } = network;
  const silentResolver = `127.0.0.1:${deaf.address().port}`;
  const played = async (...args: readonly string[]): Promise<number> => {
    const { tookMs, exitCode, stderr } = await runTimed(process.execPath, [
      command,
      'diagnose',
      '-q',
      ...args,
    ]);
    if (exitCode === null || exitCode > 3) throw new Error(`diagnose ended with ${exitCode}: ${stderr}`);
    return tookMs;
  };
  try {
    const [node, healthy, asked, silent, half]: number[][] = [[], [], [], [], []];
    for (let round = 1; round <= ROUNDS; round++) {
      say(`round ${round} of ${ROUNDS}`);
      node!.push((await runTimed(process.execPath, ['-e', '0'])).tookMs);
      healthy!.push(await played('-s', at, '--authority', at, `d0.${ZONE}`));
      if (round > SLOW_ROUNDS) continue;
      const { stdout, stderr } = await runTimed(process.execPath, [warm, at, `d0.${ZONE}`]);
      if (stdout === '') throw new Error(`diagnose-warm: ${stderr}`);
      asked!.push((JSON.parse(stdout) as { ms: number }).ms);
      silent!.push(await played('-s', at, '--authority', at, `silent.${ZONE}`));
      half!.push(await played('-s', silentResolver, '-s', at, '--authority', at, `d0.${ZONE}`));
    }
    return {
      rows: rowsFrom({
        node: median(node!),
        healthy: median(healthy!),
        asked: median(asked!),
        silent: median(silent!),
        half: median(half!),
      }),
      skipped: [],
    };
  } finally {
    deaf.close();
    await network.stop();
  }
}

type Times = Readonly<Record<'node' | 'healthy' | 'asked' | 'silent' | 'half', number>>;

function rowsFrom({ node, healthy, asked, silent, half }: Times): readonly Row[] {
  const budget = (what: string, took: number, peer: string, budgetMs: number): Row => ({
    what,
    ours: duration(took),
    peer,
    theirs: duration(budgetMs),
    target: { said: 'budget + 0.3 s', met: took <= budgetMs + 300 },
  });
  return [
    {
      what: 'diagnose one healthy domain, whole process',
      ours: duration(healthy),
      peer: '`node -e 0`',
      theirs: duration(node),
      ratio: healthy / node,
      target: { atMost: 3 },
    },
    {
      what: 'its network work alone, in a process that is warm',
      ours: duration(asked),
      peer: '',
      theirs: '',
      target: { said: `< ${NETWORK_MS} ms`, met: asked < NETWORK_MS },
    },
    budget(
      'diagnose with eight hosts that take the connection and say nothing',
      silent,
      'one RPC budget',
      RPC_BUDGET_MS,
    ),
    budget('diagnose with a first resolver of two that says nothing', half, 'one DNS budget', DNS_BUDGET_MS),
  ];
}
