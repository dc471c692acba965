import { verificationToJson } from '../publish/reports.ts';
import { type Verification, verify, verifyExitCode } from '../publish/verify.ts';
import type { Context } from './command.ts';
import { counted } from './look.ts';
import { checkOut, type OutOptions, tell } from './out-file.ts';
import { verificationLines, verificationVerdict } from './render-verify.ts';
import { nextCommand, openRun, type ReachOptions } from './run.ts';
import { loadState, readSigners, type StateOptions } from './state.ts';

type VerifyValues = StateOptions & ReachOptions & OutOptions;

/** Asks, compares and tells. */
export async function runVerify(values: VerifyValues, context: Context): Promise<number> {
  await checkOut(context, values);
  const loaded = await loadState(context, values);
  const run = openRun(context, values, { signers: await readSigners(context, loaded) });
  const seen: Verification = await run.during(
    `asking the servers of ${counted(loaded.state.domains.length, 'domain')}`,
    (reach) => verify(reach, loaded.state),
  );
  await tell(context, values, verificationToJson(seen), () => ({
    lines: verificationLines(seen, context.out, context.verbose),
    verdict: verificationVerdict(seen, nextCommand(['plan'], values)),
  }));
  return verifyExitCode(seen);
}
