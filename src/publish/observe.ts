import { randomBytes } from 'node:crypto';
import type { DesiredDomain } from '../core/desired-state.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { controlName, type NearMiss, nearMisses } from '../core/near-miss.ts';
import { readingProblem, readSrv, type SrvReading } from '../core/read-srv.ts';
import type { HostAddresses } from '../core/resolve.ts';
import type { SrvSet } from '../core/srv.ts';
import type { Authority, ZoneView } from '../core/zone.ts';
import { locateDomain, type Surroundings } from './reach.ts';

/** What was learned about one domain before anything is decided. */
export type Observed =
  | {
      readonly ok: true;
      readonly desired: DesiredDomain;
      readonly view: ZoneView;
      /** Null: the primary said that there is no such set. */
      readonly live: SrvSet | null;
      /** Set when the owner name is an alias; nothing can be published there. */
      readonly alias?: { readonly by: 'CNAME' | 'DNAME'; readonly target: Fqdn };
      readonly sights: Sights;
    }
  | {
      readonly ok: false;
      readonly desired: DesiredDomain;
      readonly because: string;
      readonly steps: readonly string[];
    };

/** Things seen on the way that deserve a warning. */
export interface Sights {
  readonly targets: readonly { readonly host: Fqdn; readonly found: HostAddresses }[];
  readonly nearMisses: readonly { readonly miss: NearMiss; readonly set: SrvSet }[];
  /** The set that a name nobody published was answered with. */
  readonly wildcard: SrvSet | undefined;
}

export const NO_SIGHTS: Sights = { targets: [], nearMisses: [], wildcard: undefined };

/** Locates one domain and reads its set from the primary; `lookAround` also gathers what warnings are made of. */
export async function observe(
  around: Surroundings,
  desired: DesiredDomain,
  lookAround: boolean,
): Promise<Observed> {
  const located = await locateDomain(around, desired);
  if (!located.ok) return { ok: false, desired, because: located.because, steps: located.steps };
  const { view } = located;
  const [reading, sights] = await Promise.all([
    readSrv(around.net, view.primary.server, desired.owner, around.patience),
    lookAround ? gatherSights(around, desired, view) : NO_SIGHTS,
  ]);
  const problem = readingProblem(reading);
  if (problem !== undefined) {
    return {
      ok: false,
      desired,
      because: `${describeAuthority(view.primary)}: ${problem}`,
      steps: view.steps,
    };
  }
  const known = { ok: true, desired, view, live: liveSet(reading), sights } as const;
  return reading.kind === 'alias' ? { ...known, alias: { by: reading.by, target: reading.target } } : known;
}

/** The set a decisive reading speaks of. */
export function liveSet(reading: SrvReading): SrvSet | null {
  return reading.kind === 'set' ? reading.set : null;
}

/** `ns1.contoso.com (10.0.0.53)`, or the address alone. */
export function describeAuthority({ server, host }: Authority): string {
  return host === undefined ? server.address : `${displayName(host)} (${server.address})`;
}

async function gatherSights(around: Surroundings, desired: DesiredDomain, view: ZoneView): Promise<Sights> {
  const primary = view.primary.server;
  const hosts = around.hostsVia(primary);
  const wanted = [...new Set(desired.publish.map(({ target }) => target))];
  const misses = nearMisses(desired.domain, view.zone);
  const control = controlName(desired.domain, `kmsdns-${randomBytes(6).toString('hex')}`);
  const [targets, answers, controlReading] = await Promise.all([
    Promise.all(wanted.map(async (host) => ({ host, found: await hosts.addressesOf(host) }))),
    Promise.all(misses.map((miss) => readSrv(around.net, primary, miss.name, around.patience))),
    readSrv(around.net, primary, control, around.patience),
  ]);
  const wildcard = controlReading.kind === 'set' ? controlReading.set : undefined;
  const found: { miss: NearMiss; set: SrvSet }[] = [];
  // Behind a wildcard every name answers, and a near miss means nothing.
  if (wildcard === undefined) {
    for (const [i, miss] of misses.entries()) {
      const reading = answers[i];
      if (reading?.kind === 'set') found.push({ miss, set: reading.set });
    }
  }
  return { targets, nearMisses: found, wildcard };
}
