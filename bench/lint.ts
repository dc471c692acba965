/** A zone file of 100 MB through `kmsdns lint` as it is shipped, beside the checker that comes with BIND. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findProgram } from '../test/lab/support/programs.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { median, runTimed } from './timing.ts';
import { builtCommand, inFolder } from './workshop.ts';

export const lint: Measurement = {
  name: 'lint',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const OCTETS = 100_000_000;
const MOST_MEGABYTES = 200;
const ROUNDS = 3;
/** Exit code where errors were found: one target has lost its final dot. */
const ERRORS_FOUND = 2;

/** Hosts with addresses, a KMS set of three in each hundredth domain, one target of it without its final dot. */
function* zone(): Generator<Uint8Array> {
  let text = '$ORIGIN contoso.com.\n$TTL 3600\n@ SOA ns1 hostmaster 1 2 3 4 5\n';
  for (let i = 0, octets = 0; octets < OCTETS; i++) {
    text += `host${i} IN A 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}\n`;
    if (i % 100 === 0)
      for (const [n, dot] of [
        [1, '.'],
        [2, '.'],
        [3, i % 10_000 === 0 ? '' : '.'],
      ] as const)
        text += `_vlmcs._tcp.site${i} IN SRV 10 ${n * 10} 1688 host${n}.contoso.com${dot}\n`;
    if (text.length < 64 * 1024) continue;
    octets += text.length;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
}

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const command = await builtCommand(folder);
  const file = join(folder, 'db.contoso.com');
  say('writing 100 MB');
  await pipeline(Readable.from(zone()), createWriteStream(file));
  const checker = findProgram('named-checkzone');
  const [ours, theirs, sizes]: number[][] = [[], [], []];
  for (let round = 1; round <= ROUNDS; round++) {
    say(`round ${round} of ${ROUNDS}`);
    const ended = await runTimed(process.execPath, [command, 'lint', '--json', file], {
      watchMemory: true,
      timeoutMs: 300_000,
    });
    if (ended.exitCode !== ERRORS_FOUND)
      throw new Error(`lint ended with ${ended.exitCode}: ${ended.stderr}`);
    ours!.push(ended.tookMs);
    if (ended.peakOctets !== undefined) sizes!.push(ended.peakOctets / 1e6);
    if (checker !== undefined)
      theirs!.push(
        (await runTimed(checker, ['-i', 'none', 'contoso.com', file], { timeoutMs: 300_000 })).tookMs,
      );
  }
  return {
    rows: rowsFrom(ours!, theirs!, sizes!),
    skipped: checker === undefined ? ['named-checkzone is left out: it is not installed'] : [],
  };
}

function rowsFrom(
  ours: readonly number[],
  theirs: readonly number[],
  sizes: readonly number[],
): readonly Row[] {
  const rows: Row[] = [];
  const what = 'lint of a zone file of 100 MB';
  if (theirs.length > 0)
    rows.push({
      what,
      ours: duration(median(ours)),
      peer: 'named-checkzone -i none',
      theirs: duration(median(theirs)),
      ratio: median(ours) / median(theirs),
    });
  else rows.push({ what, ours: duration(median(ours)), peer: '', theirs: '' });
  if (sizes.length > 0)
    rows.push({
      what: 'memory for it, at most (RSS)',
      ours: `${Math.max(...sizes).toFixed(0)} MB`,
      peer: '',
      theirs: '',
      target: { said: `< ${MOST_MEGABYTES} MB`, met: Math.max(...sizes) < MOST_MEGABYTES },
    });
  return rows;
}
