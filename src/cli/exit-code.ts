import type { PlanResult } from '../publish/make-plan.ts';

/** The exit codes that mean the same in every command: CONTRACT section 2. */
export const EXIT: {
  readonly usage: 64;
  readonly bug: 70;
  readonly interrupted: 130;
} = { usage: 64, bug: 70, interrupted: 130 };

/** CONTRACT section 2: 3 when a domain is unknown; 1 for pending changes, but only when that was asked for. */
export function planExitCode({ plan, unknown }: PlanResult, tellsPending: boolean): 0 | 1 | 3 {
  if (unknown.length > 0) return 3;
  return tellsPending && !plan.inSync ? 1 : 0;
}
