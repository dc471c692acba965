import { bounded } from '../core/bounded.ts';
import type { DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName } from '../core/name.ts';
import { carryOut } from './apply.ts';
import { type ApplyOptions, type ApplyResult, nothingDone, type ZoneResult } from './apply-result.ts';
import type { Job } from './jobs.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { type Observed, observe } from './observe.ts';
import { sameSet } from './plan.ts';
import { type Reach, surroundings } from './reach.ts';

/**
 * Undoes a recorded apply: each set that still is what the apply left becomes what it was before. A set that
 * somebody changed since is a conflict and stays as it is; one that is back already is unchanged. The prerequisites
 * pin the set to what the apply left, so nobody's later change is lost.
 * Keys and servers come from the desired state; throws `domain-unknown` when it lacks a domain of the journal.
 */
export async function rollBack(
  reach: Reach,
  state: DesiredState,
  journal: Journal,
  options: Omit<ApplyOptions, 'action' | 'mayReplan'>,
): Promise<ApplyResult> {
  const around = surroundings(reach, state);
  const entries = journal.entries.map((entry) => {
    const desired = state.domains.find(({ domain }) => domain === entry.domain);
    if (desired === undefined) {
      throw new KmsDnsError(
        'domain-unknown',
        `the journal changed ${displayName(entry.domain)}, and ${state.file} does not have it`,
        {
          hint: 'give the desired state that the apply used (-c FILE): keys and servers come from it',
        },
      );
    }
    return { entry, desired };
  });
  const observed = await bounded(entries, reach.concurrency, ({ desired }) =>
    observe(around, desired, false),
  );
  const jobs: Job[] = [];
  const settled: ZoneResult[] = [];
  for (const [i, { entry, desired }] of entries.entries()) {
    const seen = observed[i]!;
    const verdict = undoVerdict(entry, seen);
    if (verdict === 'undo' && seen.ok) {
      jobs.push({
        desired,
        view: seen.view,
        edit: { name: entry.name, before: entry.after, after: entry.before },
      });
    } else if (verdict !== 'undo') settled.push(verdict);
  }
  return carryOut(around, jobs, [], settled, { ...options, action: 'rollback', mayReplan: false });
}

function undoVerdict(entry: JournalEntry, seen: Observed): 'undo' | ZoneResult {
  const result = (outcome: ZoneResult['outcome'], explain: string): ZoneResult =>
    nothingDone(entry.name, entry.domain, entry.zone, outcome, explain);
  if (!seen.ok) return result('unknown', seen.because);
  if (sameSet(seen.live, entry.before))
    return result('unchanged', 'Nothing to undo: the records are what they were before.');
  if (seen.view.zone === entry.zone && sameSet(seen.live, entry.after)) return 'undo';
  return {
    ...result(
      'conflict',
      'The records changed after the recorded apply; undoing it would lose that change, so nothing was sent. Edit the desired state instead and run `kmsdns plan`.',
    ),
    before: seen.live,
    after: entry.before,
  };
}
