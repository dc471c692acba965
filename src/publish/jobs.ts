import type { DesiredDomain } from '../core/desired-state.ts';
import type { Fqdn } from '../core/name.ts';
import type { Signer } from '../core/tsig.ts';
import type { ZoneView } from '../core/zone.ts';
import { type Surroundings, signerFor } from './reach.ts';
import type { Edit } from './update.ts';

/** One set to be changed, with everything needed to do it. */
export interface Job {
  readonly desired: DesiredDomain;
  readonly view: ZoneView;
  readonly edit: Edit;
}

/** The jobs that travel in one message: same zone, same server, same key. */
export interface Batch {
  readonly zone: Fqdn;
  readonly view: ZoneView;
  readonly signer: Signer | undefined;
  readonly jobs: readonly Job[];
}

/** Groups jobs by message. Throws when a job's key is not at hand. */
export function batchesOf(around: Surroundings, jobs: readonly Job[]): readonly Batch[] {
  const batches = new Map<string, { zone: Fqdn; view: ZoneView; signer: Signer | undefined; jobs: Job[] }>();
  for (const job of jobs) {
    const signer = signerFor(around, job.desired);
    const { zone, primary } = job.view;
    const key = [zone, primary.server.address, primary.server.port, signer?.keyName, signer?.algorithm].join(
      ' ',
    );
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, { zone, view: job.view, signer, jobs: [job] });
    else batch.jobs.push(job);
  }
  return [...batches.values()];
}
