/** How long the command takes before it does anything, beside Node's own start. */
import { startBind } from '../test/lab/support/bind.ts';
import { freshKey } from '../test/lab/support/keys.ts';
import { publisherZone } from '../test/lab/support/zones.ts';
import { desiredState } from './desired-state.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { commandLine, hyperfine } from './timing.ts';
import { builtCommand, inFolder, missing, written } from './workshop.ts';

export const startUp: Measurement = {
  name: 'start-up',
  run: (say) => inFolder((folder) => run(folder, say)),
};

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('start-up', 'hyperfine');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  say('building the command');
  const bin = await builtCommand(folder);
  const node = process.execPath;
  const timed = [
    { what: 'node -e 0', words: [node, '-e', '0'] },
    { what: '`kmsdns --version`', words: [node, bin, '--version'], atMost: 1.3 },
    { what: '`kmsdns --help`, laid out by yargs', words: [node, bin, '--help'], atMost: 2 },
    { what: '`kmsdns completion bash`', words: [node, bin, 'completion', 'bash'], atMost: 2 },
  ];
  const skipped: string[] = [];
  const noBind = missing('`kmsdns plan` on loopback', 'named', 'rndc', 'dig', 'nsupdate');
  if (noBind !== undefined) skipped.push(noBind);
  const key = freshKey('bench');
  const zone = publisherZone('bench.example', key.name, ['_vlmcs._tcp IN SRV 0 0 1688 kms1']);
  const bind = noBind === undefined ? await startBind({ keys: [key], zones: [zone] }) : undefined;
  try {
    if (bind !== undefined) {
      const state = desiredState(bind.endpoint.port, bind.keyFile(key.name), ['bench.example'], 1);
      const file = written(folder, 'kmsdns.yaml', state);
      timed.push({
        what: '`kmsdns plan` of one domain on loopback',
        words: [node, bin, 'plan', '-c', file],
        atMost: 3,
      });
    }
    say('timing starts');
    const programs = timed.map(({ words }) => ({ command: commandLine(...words) }));
    const times = await hyperfine(programs, { folder, rounds: 5, runs: 10 });
    const base = times[0]!;
    const rows = timed.slice(1).map(
      ({ what, atMost }, i): Row => ({
        what,
        ours: duration(times[i + 1]!),
        peer: '`node -e 0`',
        theirs: duration(base),
        ratio: times[i + 1]! / base,
        target: { atMost: atMost! },
      }),
    );
    return { rows, skipped };
  } finally {
    await bind?.stop();
  }
}
