import { planToJson } from '../publish/documents.ts';
import { makePlan } from '../publish/make-plan.ts';
import type { Context } from './command.ts';
import { planExitCode } from './exit-code.ts';
import { counted } from './look.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { planLines, planVerdict } from './render-plan.ts';
import { nextCommand, openRun, type ReachOptions } from './run.ts';
import { loadState, readSigners, type StateOptions, sayFindings } from './state.ts';

interface PlanValues extends StateOptions, ReachOptions, OutOptions {
  readonly 'exit-code': boolean;
}

/** Reads, compares and shows; with `--out` the plan also goes to a file, and stdout is as it is without. */
export async function runPlan(values: PlanValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const loaded = await loadState(context, values);
  sayFindings(context, loaded.state, 'notice');
  const run = openRun(context, values, { signers: await readSigners(context, loaded) });
  const result = await run.during(`reading ${counted(loaded.state.domains.length, 'domain')}`, (reach) =>
    makePlan(reach, loaded.state),
  );
  await tell(context, values, planToJson(result.plan, result.unknown), () => ({
    lines: planLines(result, context.out, context.verbose),
    verdict: planVerdict(result, nextAfterPlan(values)),
  }));
  return planExitCode(result, values['exit-code']);
}

/** A plan file holds its own choice of domains. */
function nextAfterPlan({ out, config, server, authority, domain }: PlanValues): string {
  return out === undefined
    ? nextCommand(['apply'], { config, server, authority, domain })
    : nextCommand(['apply', '--plan', out], { config, server, authority });
}
