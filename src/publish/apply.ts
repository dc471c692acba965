import { bounded } from '../core/bounded.ts';
import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import { type ApplyOptions, type ApplyResult, nothingDone, type ZoneResult } from './apply-result.ts';
import { batchesOf, type Job } from './jobs.ts';
import { journalKeeper } from './journal-keeper.ts';
import type { PlanResult } from './make-plan.ts';
import { type Observed, observe } from './observe.ts';
import { type Plan, sameSet, type ZonePlan } from './plan.ts';
import { type Reach, type Surroundings, surroundings, withSessions } from './reach.ts';
import { readAll, runBatch } from './run-batch.ts';

/** Carries out a plan that was just made. Domains that could not be read are reported as unknown. */
export async function applyPlan(
  reach: Reach,
  state: DesiredState,
  { plan, unknown, views }: PlanResult,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const around = surroundings(reach, state);
  const domainOf = domainsByName(state);
  const settled: ZoneResult[] = unknown.map(({ domain, because }) => ({
    ...nothingDone(domainOf(domain)?.owner ?? domain, domain, null, 'unknown', because),
  }));
  const jobs: Job[] = [];
  const inSync: Job[] = [];
  for (const zonePlan of plan.zones) {
    const desired = domainOf(zonePlan.domain);
    const view = views.get(zonePlan.domain);
    if (desired === undefined || view === undefined)
      throw new Error(`bug: ${zonePlan.domain} was planned and not located`);
    const job = { desired, view, edit: editOf(zonePlan) };
    if (zonePlan.blocked !== undefined) settled.push(blockedResult(zonePlan, zonePlan.blocked));
    else (zonePlan.changes.length === 0 ? inSync : jobs).push(job);
  }
  return carryOut(around, jobs, inSync, settled, options);
}

/**
 * Carries out exactly a plan that somebody reviewed: when the zone, its server or its records are not as the plan
 * says, that is a conflict and nothing is sent.
 */
export async function applyReviewedPlan(
  reach: Reach,
  state: DesiredState,
  plan: Plan,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const domainOf = domainsByName(state);
  const edits = plan.zones.map((zonePlan) => ({ zonePlan, desired: domainOf(zonePlan.domain)! }));
  const around = surroundings(reach, state);
  const observed = await bounded(edits, reach.concurrency, ({ desired }) => observe(around, desired, false));
  const settled: ZoneResult[] = [];
  const jobs: Job[] = [];
  const inSync: Job[] = [];
  for (const [i, { zonePlan, desired }] of edits.entries()) {
    const seen = observed[i]!;
    const moved = whatMoved(zonePlan, seen);
    if (!seen.ok)
      settled.push(nothingDone(zonePlan.name, zonePlan.domain, zonePlan.zone, 'unknown', seen.because));
    else if (zonePlan.blocked !== undefined) settled.push(blockedResult(zonePlan, zonePlan.blocked));
    else if (moved === undefined) {
      const job = { desired, view: seen.view, edit: editOf(zonePlan) };
      (zonePlan.changes.length === 0 || sameSet(seen.live, zonePlan.after) ? inSync : jobs).push(job);
    } else
      settled.push({
        ...nothingDone(zonePlan.name, zonePlan.domain, zonePlan.zone, 'conflict', moved),
        before: seen.live,
        after: zonePlan.after,
      });
  }
  return carryOut(around, jobs, inSync, settled, options);
}

/** Why a reviewed plan does not fit what is seen; undefined when it does, or when it is done already. */
function whatMoved(plan: ZonePlan, seen: Observed): string | undefined {
  if (!seen.ok) return undefined;
  const { view } = seen;
  if (view.zone !== plan.zone)
    return `The plan is for the zone ${plan.zone}, and ${plan.name} now belongs to ${view.zone}. Make a new plan.`;
  const { address, port } = view.primary.server;
  if (address !== plan.server.address || port !== plan.server.port) {
    return `The plan is for the server ${plan.server.address} port ${plan.server.port}; this run leads to ${address} port ${port}. Make a new plan.`;
  }
  if (seen.alias !== undefined)
    return `${plan.name} has become an alias of ${seen.alias.target}. Make a new plan.`;
  if (sameSet(seen.live, plan.before) || sameSet(seen.live, plan.after)) return undefined;
  return 'The records changed after the plan was made; nothing was sent. Run `kmsdns plan --out FILE` again and review the new plan.';
}

/** Sends all batches, at most `concurrency` at a time, with a journal that is on disk before the first one leaves. */
export async function carryOut(
  around: Surroundings,
  jobs: readonly Job[],
  inSync: readonly Job[],
  settled: readonly ZoneResult[],
  options: ApplyOptions,
): Promise<ApplyResult> {
  const batches = batchesOf(around, jobs);
  const keeper = journalKeeper(options.recorder, options.action, around.net.now(), jobs);
  if (jobs.length > 0) await keeper.open();
  const done = await withSessions(around, () =>
    bounded(batches, around.concurrency, async (batch) => {
      const results = await runBatch(around, batch, keeper, options);
      for (const result of results) options.progress({ kind: 'settled', result });
      return results;
    }),
  );
  const journal = jobs.length > 0 ? await keeper.close() : null;
  const unchanged = await bounded(inSync, around.concurrency, async (job): Promise<ZoneResult> => {
    const readBack = await readAll(around, job, 0, () => {});
    const explain = 'Nothing to do: the records are as they should be.';
    return {
      ...nothingDone(job.edit.name, job.desired.domain, job.view.zone, 'unchanged', explain),
      before: job.edit.before,
      after: job.edit.after,
      readBack,
    };
  });
  return { zones: inOrder(around.state, [...settled, ...done.flat(), ...unchanged]), journal };
}

/** The order of the desired state, so that two runs can be compared. */
function inOrder(state: DesiredState, results: readonly ZoneResult[]): readonly ZoneResult[] {
  const position = new Map(state.domains.map(({ domain }, i) => [domain, i]));
  return [...results].sort((a, b) => (position.get(a.domain) ?? 0) - (position.get(b.domain) ?? 0));
}

function blockedResult(plan: ZonePlan, why: string): ZoneResult {
  const explain = `Nothing was sent: ${why}. Remove the alias, then run \`kmsdns plan\` again.`;
  return nothingDone(plan.name, plan.domain, plan.zone, 'refused', explain);
}

function editOf({ name, before, after }: ZonePlan): Job['edit'] {
  return { name, before, after };
}

function domainsByName(state: DesiredState): (domain: Fqdn) => DesiredDomain | undefined {
  const known = new Map(state.domains.map((desired) => [desired.domain, desired]));
  return (domain) => known.get(domain);
}
