import { makePlan } from '../publish/make-plan.ts';
import { preflight, preflightExitCode } from '../publish/preflight.ts';
import { preflightToJson } from '../publish/reports.ts';
import type { Context } from './command.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { expectationVerdict, keyOnlyWarning, preflightLines, preflightVerdict } from './render-preflight.ts';
import { nextCommand, openRun, type ReachOptions } from './run.ts';
import { loadState, readCredentials, type StateOptions, sayFindings } from './state.ts';

interface PreflightValues extends StateOptions, ReachOptions, OutOptions {
  /** What every zone is to answer; undefined: yes is good, and nothing was promised. */
  readonly expect: 'yes' | 'no' | undefined;
}

/** Plans, sends each message of the plan with a prerequisite that cannot hold, and says what the answers prove. */
export async function runPreflight(values: PreflightValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const loaded = await loadState(context, values);
  sayFindings(context, loaded.state);
  const run = openRun(context, values, await readCredentials(context, loaded));
  const results = await run.during('asking each server for permission', async (reach) =>
    preflight(reach, loaded.state, await makePlan(reach, loaded.state, { lookAround: false })),
  );
  const warning = keyOnlyWarning(results, context.err);
  if (warning !== undefined) context.warn(warning);
  await tell(context, values, preflightToJson(results), () => ({
    lines: preflightLines(results, context.out),
    verdict:
      values.expect === undefined
        ? preflightVerdict(results, nextCommand(['apply'], values))
        : expectationVerdict(results, values.expect),
  }));
  return preflightExitCode(results, values.expect);
}
