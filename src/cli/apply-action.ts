import { resolve } from 'node:path';
import type { DesiredState } from '../core/desired-state.ts';
import { readTextFile } from '../core/files.ts';
import { applyPlan, applyReviewedPlan } from '../publish/apply.ts';
import { type ApplyOptions, type ApplyResult, applyExitCode } from '../publish/apply-result.ts';
import { makePlan } from '../publish/make-plan.ts';
import type { Plan } from '../publish/plan.ts';
import { parsePlan } from '../publish/plan-file.ts';
import { applyToJson } from '../publish/reports.ts';
import type { Context } from './command.ts';
import { confirm } from './confirm.ts';
import type { Spinner } from './io.ts';
import { fileRecorder, journalFolderOf, shownPath } from './journal-folder.ts';
import { counted } from './look.ts';
import { usage } from './options.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { applyLines, applyVerdict, progressText } from './render-apply.ts';
import { changeSummary, isPending, planLines, type ShownPlan } from './render-plan.ts';
import { nextCommand, openRun, type ReachOptions, type Run } from './run.ts';
import { loadState, readCredentials, type StateOptions, sayFindings, unknownDomain } from './state.ts';

/** What apply and rollback have in common. */
export interface ChangeValues extends ReachOptions, OutOptions {
  readonly config: string | undefined;
  readonly yes: boolean;
  readonly journal: string | undefined;
}

interface ApplyValues extends ChangeValues, StateOptions {
  readonly plan: string | undefined;
}

/** Plans or reads the plan, shows it, asks where somebody can be asked, carries it out and says what is true then. */
export async function runApply(values: ApplyValues, context: Context): Promise<number> {
  await checkOut(context, values);
  if (values.plan !== undefined && values.domain.length > 0)
    throw usage(
      '--plan and --domain contradict each other: a reviewed plan is carried out whole',
      'make a plan for that domain alone: kmsdns plan -d DOMAIN --out FILE',
    );
  const loaded = await loadState(context, values);
  sayFindings(context, loaded.state);
  const reviewed = values.plan === undefined ? undefined : await readPlan(values.plan, loaded.state, context);
  const state = reviewed === undefined ? loaded.state : stateOf(loaded.state, reviewed);
  const credentials = await readCredentials(context, { ...loaded, state });
  const run = openRun(context, values, credentials);
  const options = changeOptions('apply', run, journalFolderOf(context, loaded.folder, values.journal));
  const result =
    reviewed === undefined
      ? await planAndApply(run, state, values, context, options)
      : await applyReviewed(run, state, reviewed, context, options);
  return tellApplied(result, values, context);
}

async function readPlan(file: string, state: DesiredState, { io }: Context): Promise<Plan> {
  const plan = parsePlan(await readTextFile(resolve(io.cwd, file)), file);
  const missing = plan.zones.find((zone) => !state.domains.some(({ domain }) => domain === zone.domain));
  if (missing !== undefined)
    throw unknownDomain(missing.domain, state, `, and the plan ${JSON.stringify(file)} is about it`);
  return plan;
}

function stateOf(state: DesiredState, plan: Plan): DesiredState {
  const domains = state.domains.filter(({ domain }) => plan.zones.some((zone) => zone.domain === domain));
  return { ...state, domains };
}

async function planAndApply(
  run: Run,
  state: DesiredState,
  { yes }: ApplyValues,
  context: Context,
  options: RunOptions,
): Promise<ApplyResult> {
  const planned = await run.during(`reading ${counted(state.domains.length, 'domain')}`, (reach) =>
    // With --yes nobody reads the plan before it is carried out, so nothing is asked for the sake of its warnings.
    makePlan(reach, state, { lookAround: !yes }),
  );
  showPlan(planned, context);
  const pending = planned.plan.zones.filter(isPending).length;
  if (pending > 0 && !yes)
    await confirm(
      context,
      `change ${counted(pending, 'domain')} (${changeSummary(planned.plan)})`,
      'add --yes, or review a plan first: kmsdns plan --out plan.json, then kmsdns apply --plan plan.json',
    );
  return run.during('sending', (reach, spinner) =>
    applyPlan(reach, state, planned, { ...options(spinner), mayReplan: true }),
  );
}

function applyReviewed(
  run: Run,
  state: DesiredState,
  plan: Plan,
  context: Context,
  options: RunOptions,
): Promise<ApplyResult> {
  showPlan({ plan, unknown: [] }, context);
  return run.during('sending', (reach, spinner) =>
    applyReviewedPlan(reach, state, plan, { ...options(spinner), mayReplan: false }),
  );
}

/** Said to a person, so it goes to stderr: stdout is for what became of it. */
function showPlan(shown: ShownPlan, context: Context): void {
  if (context.quiet) return;
  for (const line of planLines(shown, context.err, context.verbose)) context.note(line);
}

type RunOptions = (spinner: Spinner) => Omit<ApplyOptions, 'mayReplan'>;

/** CONTRACT section 4: without a deadline the other authoritative servers are waited for this long. */
const DEFAULT_WAIT_MS = 30_000;

/** How a change is recorded, waited for and watched. */
export function changeOptions(action: ApplyOptions['action'], run: Run, journal: string): RunOptions {
  const recorder = fileRecorder(journal);
  return (spinner) => ({
    action,
    recorder,
    waitMs: run.remainingMs() ?? DEFAULT_WAIT_MS,
    progress: (event) => spinner.say(progressText(event)),
  });
}

/** The end of apply and rollback: what is true now. Resolves to the exit code. */
export async function tellApplied(
  result: ApplyResult,
  values: ChangeValues,
  context: Context,
): Promise<number> {
  const journal = result.journal === null ? [] : [shownPath(context, result.journal)];
  const { config, server, authority } = values;
  await tell(context, values, applyToJson(result), () => ({
    lines: applyLines(result, context.out, context.verbose),
    verdict: applyVerdict(result, nextCommand(['rollback', ...journal], { config, server, authority })),
  }));
  return applyExitCode(result.zones);
}
