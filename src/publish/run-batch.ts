import { bounded } from '../core/bounded.ts';
import { readSrv } from '../core/read-srv.ts';
import { type SrvRecord, type SrvSet, sameRecord } from '../core/srv.ts';
import type { Identity } from '../core/tsig.ts';
import type { ApplyOptions, ZoneResult } from './apply-result.ts';
import { type Delivery, deliver, tsigWord } from './deliver.ts';
import type { Batch, Job } from './jobs.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import { explainOutcome, isPrerequisiteFailure, judgeOutcome, type Trial } from './outcome.ts';
import { planDomain, sameSet } from './plan.ts';
import type { Surroundings } from './reach.ts';
import { type ReadBack, readBackFrom, unresolvedReadBacks, wantedAfter, watch } from './read-back.ts';
import { type Edit, updateSections } from './update.ts';

/** Messages one batch may cost before a zone that keeps moving is a conflict. */
const MAX_ATTEMPTS = 4;

/** An UPDATE waits longer than a query: Knot holds one back for up to 1 s when another just went before it. */
const UPDATE_BUDGETS = 2;

/** One message on its way: what it does, and what is known of its fate. */
interface Attempt {
  readonly unheardBefore: boolean;
  readonly edits: ReadonlyMap<Job, Edit>;
  readonly delivery: Delivery;
  /** Who signed it; undefined when nobody did. */
  readonly identity: Identity | undefined;
  readonly primary: ReadonlyMap<Job, ReadBack>;
}

/**
 * Sends one zone's message and finds out what became of it.
 *
 * A zone that moved is read and planned anew, when that is allowed and takes nothing away that the first plan did
 * not; a message nobody answered is sent again, newly signed, once the read-back shows that it did nothing: its
 * prerequisites make a late double harmless (RFC 2136 §5). So is one whose negotiated key the server forgot, with
 * another key.
 */
export async function runBatch(
  around: Surroundings,
  batch: Batch,
  keeper: JournalKeeper,
  options: ApplyOptions,
): Promise<readonly ZoneResult[]> {
  let edits: ReadonlyMap<Job, Edit> = new Map(batch.jobs.map((job) => [job, job.edit]));
  let left = false;
  let renewed = false;
  let identity: Identity | undefined;
  let last: Attempt | undefined;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    options.progress({ kind: 'sending', zone: batch.zone, attempt });
    const sections = updateSections(batch.zone, [...edits.values()]);
    const { server } = batch.view.primary;
    const signing = await batch.signing.signer();
    const timeoutMs = around.patience.timeoutMs * UPDATE_BUDGETS;
    const delivery: Delivery = signing.ok
      ? await deliver(around.net, server, sections, signing.value, timeoutMs)
      : { kind: 'not-signed', fault: signing.fault };
    if (signing.ok) identity = signing.value?.identity;
    left ||= mayHaveLeft(delivery);
    const unheardBefore = last !== undefined && (last.unheardBefore || unheard(last));
    last = { edits, delivery, identity, primary: await readPrimary(around, batch, edits), unheardBefore };
    if (around.net.over() !== undefined || attempt === MAX_ATTEMPTS) break;
    if (unheard(last)) continue;
    if (!renewed && signing.ok && signing.value !== undefined && isForgotten(last)) {
      batch.signing.renew?.(signing.value);
      renewed = batch.signing.renew !== undefined;
      if (renewed) continue;
    }
    const moved = options.mayReplan ? await replanned(around, batch, last) : undefined;
    if (moved === undefined) break;
    edits = moved;
    for (const [job, edit] of moved) await keeper.replan(job, edit);
  }
  return finish(around, batch, last!, left, keeper, options);
}

function mayHaveLeft(delivery: Delivery): boolean {
  switch (delivery.kind) {
    case 'answered':
      return true;
    case 'no-answer':
      return delivery.fault.sent;
    case 'not-signed':
      return false;
  }
}

async function readPrimary(
  around: Surroundings,
  batch: Batch,
  edits: ReadonlyMap<Job, Edit>,
): Promise<ReadonlyMap<Job, ReadBack>> {
  const read = await bounded([...edits], around.concurrency, async ([job, { name, before, after }]) => {
    const wanted = wantedAfter(before, after);
    return [
      job,
      await readBackFrom(around.net, batch.view.primary, batch.zone, name, wanted, around.patience),
    ] as const;
  });
  return new Map(read);
}

/**
 * A server that was restarted knows no negotiated key any more (BADKEY), one that mixed its sequence numbers up takes no
 * MAC of it (BADSIG). They say so without proof, so only where nothing happened.
 */
function isForgotten({ delivery, edits, primary }: Attempt): boolean {
  if (delivery.kind !== 'answered' || delivery.tsig?.kind !== 'rejected') return false;
  if (delivery.tsig.error !== 'BADKEY' && delivery.tsig.error !== 'BADSIG') return false;
  return [...edits].every(([job, { before }]) => {
    const now = primary.get(job);
    return now !== undefined && now.state === 'stale' && sameSet(now.set, before);
  });
}

/** Sent, no answer, and the primary says that nothing happened. */
function unheard({ delivery, edits, primary }: Attempt): boolean {
  if (delivery.kind !== 'no-answer' || !delivery.fault.sent) return false;
  return [...edits].every(([job, { before, after }]) => {
    const now = primary.get(job);
    return now !== undefined && now.state === 'stale' && sameSet(now.set, before) && !sameSet(before, after);
  });
}

/** The edits for the zone as it is now; undefined when there is nothing to try again. */
async function replanned(
  around: Surroundings,
  batch: Batch,
  { delivery, edits, primary }: Attempt,
): Promise<ReadonlyMap<Job, Edit> | undefined> {
  if (delivery.kind !== 'answered' || !isPrerequisiteFailure(delivery.rcode)) return undefined;
  // Samba signs no failure. What is planned anew is read first and guarded again, so an echo that lies does no harm.
  if (!delivery.authentic && delivery.tsig?.kind !== 'echoed') return undefined;
  if ([...primary.values()].every(({ state }) => state === 'current')) return undefined;
  const fresh = await bounded([...edits], around.concurrency, async ([job, edit]) => {
    const reading = await readSrv(around.net, batch.view.primary.server, edit.name, around.patience);
    if ((reading.kind !== 'set' && reading.kind !== 'absent') || !reading.authoritative) return undefined;
    const live = reading.kind === 'set' ? reading.set : null;
    const { before, after } = planDomain(job.desired, live);
    return takesMore(edit, { name: edit.name, before, after })
      ? undefined
      : ([job, { name: edit.name, before, after }] as const);
  });
  const moved: [Job, Edit][] = [];
  for (const one of fresh) {
    if (one === undefined) return undefined;
    moved.push([one[0], one[1]]);
  }
  return moved.some(([, { before, after }]) => !sameSet(before, after)) ? new Map(moved) : undefined;
}

/** Would the new edit delete a record that the first one did not? Then a person must look again. */
function takesMore(first: Edit, second: Edit): boolean {
  const allowed = removedBy(first);
  return removedBy(second).some((record) => !allowed.some((one) => sameRecord(one, record)));
}

function removedBy({ before, after }: Edit): readonly SrvRecord[] {
  const wanted = after?.records ?? [];
  return (before?.records ?? []).filter((record) => !wanted.some((one) => sameRecord(one, record)));
}

async function finish(
  around: Surroundings,
  batch: Batch,
  { edits, delivery, identity, primary, unheardBefore }: Attempt,
  left: boolean,
  keeper: JournalKeeper,
  options: ApplyOptions,
): Promise<readonly ZoneResult[]> {
  const trials = [...edits].map(([job, { before, after }]) => {
    const trial: Trial = { delivery, before, after, primary: primary.get(job)!, unheardBefore };
    return { job, trial, outcome: judgeOutcome(trial) };
  });
  const puzzling = trials.some(({ outcome }) => outcome !== 'applied' && outcome !== 'unchanged');
  const kind =
    puzzling && delivery.kind === 'answered' ? await around.kindOf(batch.view.primary.server) : 'unknown';
  return bounded(trials, around.concurrency, async ({ job, trial, outcome }) => {
    keeper.settle(job, outcome, left);
    const waitMs = outcome === 'applied' ? options.waitMs : 0;
    const others = await readOthers(around, job, edits.get(job)!, waitMs, options);
    return {
      domain: job.desired.domain,
      zone: batch.zone,
      name: job.edit.name,
      outcome,
      rcode: delivery.kind === 'answered' ? delivery.rcode : null,
      tsig: tsigWord(delivery),
      before: trial.before,
      after: trial.after,
      readBack: [trial.primary, ...others],
      explain: explainOutcome(outcome, trial, kind, identity),
    };
  });
}

async function readOthers(
  around: Surroundings,
  job: Job,
  { name, before, after }: { name: Job['edit']['name']; before: SrvSet | null; after: SrvSet | null },
  waitMs: number,
  { progress }: Pick<ApplyOptions, 'progress'>,
): Promise<readonly ReadBack[]> {
  const { view } = job;
  const wanted = wantedAfter(before, after);
  const seen = await watch(
    around.net,
    view.authorities.filter(({ server }) => server !== view.primary.server),
    (authority) => readBackFrom(around.net, authority, view.zone, name, wanted, around.patience),
    waitMs,
    (servers) => progress({ kind: 'waiting', zone: view.zone, name, servers }),
  );
  return [...seen, ...unresolvedReadBacks(view)];
}

/** What every authoritative server serves, the primary first, asked once or watched for `waitMs`. */
export async function readAll(
  around: Surroundings,
  job: Job,
  waitMs: number,
  progress: ApplyOptions['progress'],
): Promise<readonly ReadBack[]> {
  const { view, edit } = job;
  const wanted = wantedAfter(edit.before, edit.after);
  const primary = await readBackFrom(around.net, view.primary, view.zone, edit.name, wanted, around.patience);
  return [primary, ...(await readOthers(around, job, edit, waitMs, { progress }))];
}
