import { bounded } from '../core/bounded.ts';
import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import type { Unknown } from './make-plan.ts';
import { planDomain } from './plan.ts';
import { locateDomain, type Reach, type Surroundings, surroundings } from './reach.ts';
import { countable, type ReadBack, readBackFrom, unresolvedReadBacks } from './read-back.ts';

export interface VerifiedZone {
  readonly domain: Fqdn;
  readonly zone: Fqdn;
  readonly name: Fqdn;
  /** Every authoritative server, the primary first. */
  readonly servers: readonly ReadBack[];
}

export interface Verification {
  readonly zones: readonly VerifiedZone[];
  readonly unknown: readonly Unknown[];
}

/** Asks every authoritative server of every domain whether it serves the desired state. Writes nothing. */
export async function verify(reach: Reach, state: DesiredState): Promise<Verification> {
  const around = surroundings(reach, state);
  const zones: VerifiedZone[] = [];
  const unknown: Unknown[] = [];
  const verified = await bounded(state.domains, reach.concurrency, (desired) =>
    verifyDomain(around, desired),
  );
  for (const one of verified) {
    if ('because' in one) unknown.push(one);
    else zones.push(one);
  }
  return { zones, unknown };
}

async function verifyDomain(around: Surroundings, desired: DesiredDomain): Promise<VerifiedZone | Unknown> {
  const located = await locateDomain(around, desired);
  if (!located.ok) return { domain: desired.domain, because: located.because, steps: located.steps };
  const { view } = located;
  // Left-out TTLs and unlisted records are judged as `plan` does: a server is current when nothing would change there.
  const wanted = (set: Parameters<typeof planDomain>[1]): boolean =>
    planDomain(desired, set).changes.length === 0;
  const servers = await bounded(view.authorities, 16, (authority) =>
    readBackFrom(around.net, authority, view.zone, desired.owner, wanted, around.patience),
  );
  return {
    domain: desired.domain,
    zone: view.zone,
    name: desired.owner,
    servers: [...servers, ...unresolvedReadBacks(view)],
  };
}

/** CONTRACT section 2: 1 when a server surely differs, 3 when one could not be asked, else 0. */
export function verifyExitCode({ zones, unknown }: Verification): 0 | 1 | 3 {
  const states = zones.flatMap(({ servers }) => countable(servers).map(({ state }) => state));
  if (states.includes('stale')) return 1;
  return unknown.length > 0 || states.includes('silent') ? 3 : 0;
}
