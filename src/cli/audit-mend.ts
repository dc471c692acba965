import { join, resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { readTextFile, writeFileSafely } from '../core/files.ts';
import { type CarriedOut, type CarryOutOptions, carryOut } from '../directory/carry-out.ts';
import type { LdapFault } from '../directory/directory-client.ts';
import { type Forest, readForest, readServer, type Server } from '../directory/forest.ts';
import { type MendingPlan, type MendingStep, planMending } from '../directory/mending.ts';
import {
  formatMendingJournal,
  type MendingRecorder,
  mendingJournalName,
  parseMendingJournal,
  type StepOutcome,
} from '../directory/mending-journal.ts';
import { renderMending } from '../directory/mending-scripts.ts';
import { undoable, undoMending } from '../directory/undo-mending.ts';
import type { PlanFormat } from './audit-choices.ts';
import { type AuditSetting, type AuditValues, auditCommand, wishOf } from './audit-values.ts';
import type { Context } from './command.ts';
import { confirm } from './confirm.ts';
import { faultLines, type OpenDirectory } from './directory.ts';
import type { Spinner } from './io.ts';
import { journalFolderOf, shownPath } from './journal-folder.ts';
import { counted, wrap } from './look.ts';
import { jsonText, tell, writeOut } from './out-file.ts';
import {
  mendingExitCode,
  mendingLines,
  mendingVerdict,
  resultLines,
  stepText,
  undoText,
} from './render-mending.ts';

/** `--plan`: prints what would mend what was found, for people or as a script; changes nothing. */
export async function runPlan(
  format: PlanFormat,
  values: AuditValues,
  setting: AuditSetting,
  context: Context,
): Promise<number> {
  const planned = await readPlan(values, setting);
  if (!planned.ok) return tellFault(planned.fault, values, context);
  const { plan } = planned.value;
  const script = format === 'text' ? undefined : scriptOf(plan, format);
  if (script !== undefined && !context.json) {
    for (const { subject, why } of plan.left)
      context.note(wrap(`${context.err.paint('warn', 'left out:')} ${subject}: ${why}`, context.err.columns));
    await writeOut(context, values, script);
    if (values.out === undefined) context.io.stdout.write(script);
    return leftOutCode(plan);
  }
  await tell(
    context,
    values,
    { ...planToJson(plan), ...(script !== undefined && { format, script }) },
    () => ({
      lines: mendingLines(plan, context.out),
      verdict: planVerdict(plan, auditCommand(values, '--apply')),
    }),
  );
  return leftOutCode(plan);
}

function planVerdict({ steps, left }: MendingPlan, apply: string): string {
  const open = left.length === 0 ? '' : ` ${counted(left.length, 'thing')} left out.`;
  if (steps.length > 0) return `${counted(steps.length, 'step')}.${open} Next: ${apply}`;
  return left.length === 0
    ? 'Nothing to mend: every host that was found may write every KMS record.'
    : `Nothing can be planned.${open}`;
}

/** What was left out may be what keeps a host from writing. */
function leftOutCode({ left }: MendingPlan): 0 | 3 {
  return left.length === 0 ? 0 : 3;
}

/** Throws `value-refused` where a name cannot be written in that language. */
function scriptOf(plan: MendingPlan, format: Exclude<PlanFormat, 'text'>): string {
  const script = renderMending(plan, format);
  if (script.ok) return script.text;
  throw new KmsDnsError(
    'value-refused',
    `the plan cannot be written as ${format}: ${script.problems.join('; ')}`,
    { hint: 'use another format, or --apply' },
  );
}

/** `--apply`: shows the plan, asks, carries it out, and says what is true then. */
export async function runApply(
  values: AuditValues,
  setting: AuditSetting,
  context: Context,
): Promise<number> {
  const planned = await readPlan(values, setting);
  if (!planned.ok) return tellFault(planned.fault, values, context);
  const { plan } = planned.value;
  for (const line of mendingLines(plan, context.err)) context.note(line);
  if (plan.steps.length > 0 && !values.yes)
    await confirm(
      context,
      `change the directory (${counted(plan.steps.length, 'step')})`,
      `add --yes, or print it for somebody else: ${auditCommand(values, '--plan', 'powershell')}`,
    );
  const carried =
    plan.steps.length === 0
      ? { ok: true as const, value: { results: [], journal: null } }
      : await setting.run.during('changing the directory', async (open, spinner) => {
          const forest = await forestOf(open);
          if (!forest.ok) return forest;
          const options = carryOutOptions(values, setting, context, spinner);
          return { ok: true, value: await carryOut(forest.value, plan.steps, options) };
        });
  if (!carried.ok) return tellFault(carried.fault, values, context);
  const code = await tellCarriedOut('apply', carried.value, stepText, values, context);
  if (carried.value.results.some(({ step, outcome }) => step.kind === 'add-member' && outcome === 'done'))
    context.note(
      wrap(
        'A host acts as a member only with its next ticket: restart it, or run klist -li 0x3e7 purge on it.',
        context.err.columns,
      ),
    );
  return code === 0 ? leftOutCode(plan) : code;
}

/** `--undo FILE`: takes back what a journal says, as far as nobody changed it since. */
export async function runUndo(
  file: string,
  values: AuditValues,
  setting: AuditSetting,
  context: Context,
): Promise<number> {
  const journal = parseMendingJournal(await readTextFile(resolve(context.io.cwd, file)), file);
  const entries = undoable(journal);
  context.note(`undoing the ${journal.action} of ${journal.startedAt} at ${journal.server}:`);
  for (const [i, entry] of entries.entries())
    context.note(wrap(`${i + 1}. ${undoText(entry)}`, context.err.columns, '', '   '));
  if (entries.length > 0 && !values.yes)
    await confirm(context, `take this back (${counted(entries.length, 'step')})`, 'add --yes');
  const undone = await setting.run.during('changing the directory', async (open, spinner) => {
    const forest = await forestOf(open);
    if (!forest.ok) return forest;
    const options = carryOutOptions(values, setting, context, spinner);
    return { ok: true, value: await undoMending(forest.value, journal, options) };
  });
  if (!undone.ok) return tellFault(undone.fault, values, context);
  return tellCarriedOut('undo', undone.value, undoText, values, context);
}

function readPlan(
  values: AuditValues,
  setting: AuditSetting,
): Promise<{ ok: true; value: { plan: MendingPlan } } | { ok: false; fault: LdapFault }> {
  return setting.run.during('reading the directory', async (open) => {
    const read = await setting.read(open);
    if (!read.ok) return read;
    const plan = planMending(read.value.snapshot, wishOf(values, setting));
    // A place that was not read may hold a record that nobody mends.
    const left = [...plan.left, ...read.value.unread.map(({ dn, why }) => ({ subject: dn, why }))];
    const once = new Map(left.map((one) => [`${one.subject}: ${one.why}`, one]));
    return { ok: true, value: { plan: { ...plan, left: [...once.values()] } } };
  });
}

/** The servers that answer, and what they hold: all that a change needs to know. */
async function forestOf({
  clients: [first, ...more],
}: OpenDirectory): Promise<{ ok: true; value: Forest } | { ok: false; fault: LdapFault }> {
  const main = await readServer(first);
  if (!main.ok) return main;
  const servers: [Server, ...Server[]] = [main.value];
  for (const client of more) {
    const read = await readServer(client);
    if (read.ok) servers.push(read.value);
  }
  return readForest(servers);
}

function carryOutOptions(
  { journal }: AuditValues,
  { loaded }: AuditSetting,
  context: Context,
  spinner: Spinner,
): CarryOutOptions {
  const folder = journalFolderOf(context, loaded?.folder ?? context.io.cwd, journal);
  return {
    recorder: fileRecorder(folder),
    startedAt: new Date(),
    progress: (dn) => spinner.say(`changing ${dn}`),
  };
}

/** One file for one run, replaced whole each time. */
function fileRecorder(folder: string): MendingRecorder {
  let path: string | undefined;
  return async (journal) => {
    const isNew = path === undefined;
    path ??= join(folder, mendingJournalName(journal));
    await writeFileSafely(path, formatMendingJournal(journal), { force: !isNew });
    return path;
  };
}

/** Outcomes after which something may stand otherwise than before. */
const CHANGED: ReadonlySet<StepOutcome> = new Set(['done', 'changed', 'unknown']);

async function tellCarriedOut<S extends MendingStep | Parameters<typeof undoText>[0]>(
  action: 'apply' | 'undo',
  { results, journal }: CarriedOut<S>,
  text: (step: S) => string,
  values: AuditValues,
  context: Context,
): Promise<number> {
  const path = journal === null ? null : shownPath(context, journal);
  const changed = results.some(({ outcome }) => CHANGED.has(outcome));
  const undo = path === null || !changed ? undefined : auditCommand(values, '--undo', path);
  const document = {
    schema: 'kmsdns/mending-result@1',
    action,
    steps: results.map(({ step, outcome, says }) => ({
      kind: step.kind,
      dn: 'group' in step && step.kind !== 'grant' ? step.group.dn : 'dn' in step ? step.dn : null,
      text: text(step),
      outcome,
      says,
    })),
    journal,
  };
  await tell(context, values, document, () => ({
    lines: resultLines(results, text, context.out),
    verdict: mendingVerdict(results, undo),
  }));
  return mendingExitCode(results);
}

async function tellFault(fault: LdapFault, values: AuditValues, context: Context): Promise<number> {
  for (const line of faultLines(fault, context)) context.warn(line);
  const document = { schema: 'kmsdns/mending@1', steps: [], left: [], fault };
  await writeOut(context, values, jsonText(document));
  if (context.json) context.io.stdout.write(jsonText(document));
  return 3;
}

function planToJson({ steps, left }: MendingPlan): object {
  return {
    schema: 'kmsdns/mending@1',
    steps: steps.map((step) => ({ text: stepText(step), ...stepToJson(step) })),
    left,
    fault: null,
  };
}

/** Without octets, which only the journal needs. */
function stepToJson(step: MendingStep): object {
  if (step.kind === 'grant') {
    const { kind, dn, group, mask } = step;
    return { kind, dn, group, mask };
  }
  if (step.kind !== 'create-node') return step;
  const { values: _, ...rest } = step;
  return rest;
}
