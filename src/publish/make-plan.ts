import { bounded } from '../core/bounded.ts';
import type { DesiredState } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import type { ZoneView } from '../core/zone.ts';
import { type Observed, observe } from './observe.ts';
import { assemblePlan, type Plan, planDomain, type ZonePlan } from './plan.ts';
import { type Reach, surroundings } from './reach.ts';
import { warningsOf } from './warnings.ts';

/** A domain about which nothing could be decided, and why. Not the same as a domain without records. */
export interface Unknown {
  readonly domain: Fqdn;
  readonly because: string;
  readonly steps: readonly string[];
}

/** A plan together with how it was reached. */
export interface PlanResult {
  readonly plan: Plan;
  readonly unknown: readonly Unknown[];
  /** The servers of each planned domain. */
  readonly views: ReadonlyMap<Fqdn, ZoneView>;
}

/**
 * Reads the live records of every domain of the desired state and decides what would change. Writes nothing. Without
 * `lookAround` only what decides is read, two questions a domain instead of seventeen: the plan is the same, and
 * warnings about its surroundings (aliases of targets, near misses, wildcards) are not in it.
 */
export async function makePlan(
  reach: Reach,
  state: DesiredState,
  { lookAround = true }: { readonly lookAround?: boolean } = {},
): Promise<PlanResult> {
  const around = surroundings(reach, state);
  const observed = await bounded(state.domains, reach.concurrency, (domain) =>
    observe(around, domain, lookAround),
  );
  return planFrom(observed);
}

/** The plan that follows from what was observed. */
export function planFrom(observed: readonly Observed[]): PlanResult {
  const zones: ZonePlan[] = [];
  const unknown: Unknown[] = [];
  const views = new Map<Fqdn, ZoneView>();
  for (const one of observed) {
    if (!one.ok) {
      unknown.push({ domain: one.desired.domain, because: one.because, steps: one.steps });
      continue;
    }
    views.set(one.desired.domain, one.view);
    zones.push(zonePlanOf(one));
  }
  return { plan: assemblePlan(zones), unknown, views };
}

/** The part of the plan that concerns one observed domain. */
export function zonePlanOf(observed: Extract<Observed, { ok: true }>): ZonePlan {
  const { desired, view, live, alias } = observed;
  const decision = planDomain(desired, live);
  return {
    domain: desired.domain,
    zone: view.zone,
    server: view.primary.server,
    name: desired.owner,
    ...decision,
    warnings: warningsOf(observed, decision),
    ...(alias === undefined
      ? {}
      : {
          blocked: `${desired.owner} is an alias (${alias.by}) of ${alias.target}: no SRV record can stand beside it`,
        }),
  };
}
