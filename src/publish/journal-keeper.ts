import type { Job } from './jobs.ts';
import type { Journal, JournalEntry, Recorder } from './journal.ts';
import type { ApplyOutcome } from './outcome.ts';
import type { Edit } from './update.ts';

/** Keeps one run's journal true: on disk before anything leaves, complete when the run ends. */
export interface JournalKeeper {
  /** Stores every job as `sending`. Throws when the journal cannot be written: then nothing is sent. */
  open(): Promise<void>;
  /** A job's edit changed because the zone moved; stored before the new message leaves. */
  replan(job: Job, edit: Edit): Promise<void>;
  /** `left`: may a message with this edit have left? Entries of which none did are dropped. */
  settle(job: Job, outcome: ApplyOutcome, left: boolean): void;
  /** Stores the outcomes; resolves to the place of the journal, or null when nothing left. */
  close(): Promise<string | null>;
}

export function journalKeeper(
  recorder: Recorder,
  action: Journal['action'],
  startedAt: Date,
  jobs: readonly Job[],
): JournalKeeper {
  const entries = new Map<Job, JournalEntry>(jobs.map((job) => [job, entryOf(job, job.edit)]));
  const untouched = new Set<Job>();
  const journal = (): Journal => ({
    action,
    startedAt: startedAt.toISOString(),
    entries: [...entries.values()],
  });
  // One write at a time: the last state stored must be the last state there was.
  let writing: Promise<unknown> = Promise.resolve();
  let place: string | undefined;
  const store = (): Promise<string> => {
    const next = writing.then(async () => {
      place = await recorder.store(journal());
      return place;
    });
    writing = next.catch(() => {});
    return next;
  };
  return {
    open: async () => {
      await store();
    },
    replan: async (job, edit) => {
      entries.set(job, entryOf(job, edit));
      await store();
    },
    settle: (job, outcome, left) => {
      const entry = entries.get(job);
      if (entry !== undefined) entries.set(job, { ...entry, outcome });
      if (!left) untouched.add(job);
    },
    close: async () => {
      for (const job of untouched) entries.delete(job);
      // What was stored before sending is enough for an undo; a disk that filled up since must not hide the outcome.
      if (entries.size > 0) return store().catch((error: unknown) => place ?? Promise.reject(error));
      await writing;
      await recorder.discard();
      return null;
    },
  };
}

function entryOf({ desired, view }: Job, { name, before, after }: Edit): JournalEntry {
  return {
    domain: desired.domain,
    zone: view.zone,
    server: view.primary.server,
    name,
    before,
    after,
    outcome: 'sending',
  };
}
