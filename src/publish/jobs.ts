import type { DesiredDomain } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import type { ZoneView } from '../core/zone.ts';
import { type Signing, type Surroundings, signingFor } from './reach.ts';
import type { Edit } from './update.ts';

/** One set to be changed, with everything needed to do it. */
export interface Job {
  readonly desired: DesiredDomain;
  readonly view: ZoneView;
  readonly edit: Edit;
}

/** The jobs that travel in one message: same zone, same server, same signature. */
export interface Batch {
  readonly zone: Fqdn;
  readonly view: ZoneView;
  readonly signing: Signing;
  readonly jobs: readonly Job[];
}

/** Groups jobs by message. Throws when a job's key is not at hand. */
export function batchesOf(around: Surroundings, jobs: readonly Job[]): readonly Batch[] {
  const batches = new Map<string, Omit<Batch, 'jobs'> & { readonly jobs: Job[] }>();
  for (const job of jobs) {
    const { desired, view } = job;
    const signing = signingFor(around, desired, view);
    const { server } = view.primary;
    const key = [view.zone, server.address, server.port, signing.id].join(' ');
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, { zone: view.zone, view, signing, jobs: [job] });
    else batch.jobs.push(job);
  }
  return [...batches.values()];
}
