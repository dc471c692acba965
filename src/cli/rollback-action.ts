import { resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { readTextFile } from '../core/files.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { type Journal, parseJournal } from '../publish/journal.ts';
import { changesBetween } from '../publish/plan-file.ts';
import { rollBack } from '../publish/rollback.ts';
import { type ChangeValues, changeOptions, tellApplied } from './apply-action.ts';
import type { Context } from './command.ts';
import { confirm } from './confirm.ts';
import { journalFolderOf } from './journal-folder.ts';
import { counted, type Look } from './look.ts';
import { checkOut } from './out-file.ts';
import { changeText } from './render-plan.ts';
import { openRun } from './run.ts';
import { loadState, readCredentials } from './state.ts';

interface RollbackValues extends ChangeValues {
  readonly domain: readonly Fqdn[];
  readonly operands: readonly string[];
}

/** Reads the journal, shows what it would undo, asks, and sends the guarded inverse. */
export async function runRollback(values: RollbackValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const file = values.operands[0]!;
  const whole = parseJournal(await readTextFile(resolve(context.io.cwd, file)), file);
  const journal = chosenEntries(whole, values.domain, file);
  const loaded = await loadState(context, { config: values.config, domain: [] });
  const concerned = loaded.state.domains.filter(({ domain }) =>
    journal.entries.some((entry) => entry.domain === domain),
  );
  const keyed = { ...loaded, state: { ...loaded.state, domains: concerned } };
  const credentials = await readCredentials(context, keyed);
  for (const line of undoLines(journal, context.err)) context.note(line);
  if (!values.yes && journal.entries.length > 0)
    await confirm(context, `undo this in ${counted(journal.entries.length, 'domain')}`, 'add --yes');
  const run = openRun(context, values, credentials);
  const options = changeOptions('rollback', run, journalFolderOf(context, loaded.folder, values.journal));
  const result = await run.during('sending', (reach, spinner) =>
    rollBack(reach, loaded.state, journal, options(spinner)),
  );
  return tellApplied(result, values, context);
}

function chosenEntries(journal: Journal, wanted: readonly Fqdn[], file: string): Journal {
  if (wanted.length === 0) return journal;
  const missing = wanted.find((domain) => !journal.entries.some((entry) => entry.domain === domain));
  if (missing !== undefined) {
    const known = journal.entries.map(({ domain }) => displayName(domain)).join(', ');
    throw new KmsDnsError(
      'domain-unknown',
      `the journal ${JSON.stringify(file)} does not have the domain ${JSON.stringify(displayName(missing))}`,
      { hint: `it has ${known}` },
    );
  }
  return { ...journal, entries: journal.entries.filter(({ domain }) => wanted.includes(domain)) };
}

function undoLines({ action, startedAt, entries }: Journal, look: Look): readonly string[] {
  const { branch, lastBranch } = look.symbols;
  return [
    `undoing the ${action} of ${startedAt}:`,
    ...entries.flatMap(({ domain, before, after }) => {
      const changes = changesBetween(after, before).map((change) => changeText(change, look));
      return [
        look.paint('strong', displayName(domain)),
        ...changes.map((change, i) => `${i === changes.length - 1 ? lastBranch : branch} ${change}`),
      ];
    }),
  ];
}
