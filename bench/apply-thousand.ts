/** A thousand zones with one change each on one BIND: time and memory of one `kmsdns apply`, and one nsupdate fed all of it. */
import { join } from 'node:path';
import { startBind } from '../test/lab/support/bind.ts';
import { digSrv } from '../test/lab/support/dig.ts';
import { freshKey } from '../test/lab/support/keys.ts';
import { program } from '../test/lab/support/programs.ts';
import { manyZones } from '../test/lab/support/zones.ts';
import { desiredState, nsupdateScript } from './desired-state.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { type Ended, median, runTimed } from './timing.ts';
import { builtCommand, inFolder, missing, written } from './workshop.ts';

export const applyThousand: Measurement = {
  name: 'apply-thousand',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const ZONES = 1000;
const ROUNDS = 7;
const MOST_MEGABYTES = 150;

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('a thousand zones', 'named', 'rndc', 'dig', 'nsupdate');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  say('building the command');
  const bin = await builtCommand(folder);
  const key = freshKey('bench');
  const [first, ...others] = manyZones(ZONES, 'bench.example', key.name);
  // As on a company's server, all zones have the same name server.
  const nameServers = [`ns1.${first!.name}.`];
  const zones = [first!, ...others.map((zone) => ({ ...zone, nameServers }))];
  const domains = zones.map(({ name }) => name);
  const bind = await startBind({ keys: [key], zones });
  try {
    const { port } = bind.endpoint;
    const keyFile = bind.keyFile(key.name);
    const served = async (weight: number): Promise<void> => {
      for (const domain of [domains[0]!, domains[ZONES - 1]!]) {
        const records = await digSrv(bind.endpoint, `_vlmcs._tcp.${domain}`);
        if (records.join() !== `3600 0 ${weight} 1688 kms1.${domain}.`)
          throw new Error(`${domain} serves ${records.join()} instead of weight ${weight}`);
      }
    };
    const ours: Ended[] = [];
    const theirs: Ended[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      say(`round ${round} of ${ROUNDS}`);
      const weight = 2 * round;
      const state = written(folder, 'kmsdns.yaml', desiredState(port, keyFile, domains, weight));
      const journal = join(folder, 'journal');
      const args = [bin, 'apply', '--yes', '--quiet', '-c', state, '--journal', journal];
      ours.push(succeeded(await runTimed(process.execPath, args, { watchMemory: true })));
      await served(weight);
      const script = written(folder, 'script', nsupdateScript(port, domains, weight + 1));
      theirs.push(succeeded(await runTimed(program('nsupdate'), ['-k', keyFile, script])));
      await served(weight + 1);
    }
    return { rows: rowsFrom(ours, theirs), skipped: [] };
  } finally {
    await bind.stop();
  }
}

function succeeded(ended: Ended): Ended {
  if (ended.exitCode !== 0) throw new Error(`exit code ${ended.exitCode}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

function rowsFrom(ours: readonly Ended[], theirs: readonly Ended[]): readonly Row[] {
  const [mine, peer] = [ours, theirs].map((all) => median(all.map(({ tookMs }) => tookMs)));
  const time: Row = {
    what: '1,000 zones, one change each',
    ours: duration(mine!),
    peer: 'one `nsupdate` fed all of it',
    theirs: duration(peer!),
    ratio: mine! / peer!,
    target: { atMost: 1 },
  };
  const peaks = ours.flatMap(({ peakOctets }) => (peakOctets === undefined ? [] : [peakOctets]));
  if (peaks.length === 0) return [time];
  const megabytes = Math.max(...peaks) / 1e6;
  return [
    time,
    {
      what: 'memory for them, at most (RSS)',
      ours: `${megabytes.toFixed(0)} MB`,
      peer: '',
      theirs: '',
      target: { said: `< ${MOST_MEGABYTES} MB`, met: megabytes < MOST_MEGABYTES },
    },
  ];
}
