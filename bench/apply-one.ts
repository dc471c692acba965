/** One change, from the start of the process to the record read back. */

import { join } from 'node:path';
import { startBind } from '../test/lab/support/bind.ts';
import { freshKey } from '../test/lab/support/keys.ts';
import { program } from '../test/lab/support/programs.ts';
import { publisherZone } from '../test/lab/support/zones.ts';
import { desiredState, nsupdateScript } from './desired-state.ts';
import { duration, type Measured, type Measurement } from './table.ts';
import { commandLine, hyperfine } from './timing.ts';
import { builtCommand, inFolder, missing, written } from './workshop.ts';

export const applyOne: Measurement = {
  name: 'apply-one',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const DOMAIN = 'bench.example';
const OWNER = `_vlmcs._tcp.${DOMAIN}`;

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('apply of one change', 'hyperfine', 'named', 'rndc', 'dig', 'nsupdate');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  say('building the command');
  const bin = await builtCommand(folder);
  const key = freshKey('bench');
  const zone = publisherZone(DOMAIN, key.name, ['_vlmcs._tcp IN SRV 0 1 1688 kms1']);
  const bind = await startBind({ keys: [key], zones: [zone] });
  try {
    const { port } = bind.endpoint;
    const keyFile = bind.keyFile(key.name);
    const state = written(folder, 'kmsdns.yaml', desiredState(port, keyFile, [DOMAIN], 2));
    const change = written(folder, 'change', nsupdateScript(port, [DOMAIN], 2));
    const undo = written(folder, 'undo', nsupdateScript(port, [DOMAIN], 1));
    const update = (script: string): string => commandLine(program('nsupdate'), '-k', keyFile, script);
    const apply = [
      process.execPath,
      bin,
      'apply',
      '--yes',
      '-c',
      state,
      '--journal',
      join(folder, 'journal'),
    ];
    const at = ['@127.0.0.1', '-p', String(port)];
    const dig = [program('dig'), '-r', '+norecurse', ...at, OWNER, 'SRV'];
    const before = [...dig, OWNER, 'SOA'];
    say('timing changes');
    const [ours, changed, asked, askedTwice] = await hyperfine(
      [
        { command: commandLine(...apply), prepare: update(undo) },
        { command: update(change), prepare: update(undo) },
        { command: commandLine(...dig) },
        { command: commandLine(...before) },
      ],
      { folder, rounds: 5, runs: 8 },
    );
    const same = askedTwice! + changed! + askedTwice!;
    return {
      rows: [
        {
          what: 'one change, sent and read back',
          ours: duration(ours!),
          peer: '`nsupdate`, then `dig`',
          theirs: duration(changed! + asked!),
          ratio: ours! / (changed! + asked!),
          target: { atMost: 1.3 },
        },
        {
          what: 'the same, with what was there before and the serials',
          ours: duration(ours!),
          peer: '`dig`, `nsupdate`, `dig`',
          theirs: duration(same),
          ratio: ours! / same,
        },
      ],
      skipped: [],
    };
  } finally {
    await bind.stop();
  }
}
