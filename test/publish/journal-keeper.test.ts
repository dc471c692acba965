import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/publish/jobs.ts';
import type { Journal } from '../../src/publish/journal.ts';
import { journalKeeper } from '../../src/publish/journal-keeper.ts';
import { DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

const STARTED = new Date('2026-11-21T10:50:00Z');
const AFTER = setOf(300, record('kms1'));

function job(): Job {
  const server = endpoint('10.0.0.53');
  return {
    desired: {
      domain: DOMAIN,
      owner: OWNER,
      policy: 'additive',
      publish: AFTER.records,
      place: { file: 'kmsdns.yaml', line: 1, column: 1 },
    },
    view: { zone: DOMAIN, primary: { server }, authorities: [{ server }], unresolved: [], steps: [] },
    edit: { name: OWNER, before: null, after: AFTER },
  };
}

function recorder(fail: (count: number) => boolean = () => false): {
  readonly stored: Journal[];
  readonly discarded: () => number;
  store(journal: Journal): Promise<string>;
  discard(): Promise<void>;
} {
  const stored: Journal[] = [];
  let discarded = 0;
  return {
    stored,
    discarded: () => discarded,
    store: async (journal) => {
      stored.push(journal);
      if (fail(stored.length)) throw new Error('no room left');
      return `place ${stored.length}`;
    },
    discard: async () => {
      discarded++;
    },
  };
}

describe('the journal of a run', () => {
  it('is stored before anything leaves, and again with what became of it', async () => {
    const one = job();
    const files = recorder();
    const keeper = journalKeeper(files, 'apply', STARTED, [one]);
    await keeper.open();
    expect(files.stored.at(-1)?.entries.map(({ outcome }) => outcome)).toEqual(['sending']);
    keeper.settle(one, 'applied', true);
    expect(await keeper.close()).toBe('place 2');
    expect(files.stored.at(-1)).toEqual({
      action: 'apply',
      startedAt: '2026-11-21T10:50:00.000Z',
      entries: [
        {
          domain: DOMAIN,
          zone: DOMAIN,
          server: endpoint('10.0.0.53'),
          name: OWNER,
          before: null,
          after: AFTER,
          outcome: 'applied',
        },
      ],
    });
  });

  it('forgets jobs of which no message left, and is gone when none did', async () => {
    const [one, two] = [job(), job()];
    const files = recorder();
    const keeper = journalKeeper(files, 'apply', STARTED, [one, two]);
    await keeper.open();
    keeper.settle(one, 'refused', true);
    keeper.settle(two, 'unknown', false);
    await keeper.close();
    expect(files.stored.at(-1)?.entries.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(files.discarded()).toBe(0);

    const none = journalKeeper(files, 'apply', STARTED, [two]);
    await none.open();
    none.settle(two, 'unknown', false);
    expect(await none.close()).toBe(null);
    expect(files.discarded()).toBe(1);
  });

  it('has the new edit on disk before its message leaves', async () => {
    const one = job();
    const files = recorder();
    const keeper = journalKeeper(files, 'apply', STARTED, [one]);
    await keeper.open();
    await keeper.replan(one, { name: OWNER, before: AFTER, after: null });
    expect(files.stored.at(-1)?.entries[0]).toMatchObject({ before: AFTER, after: null, outcome: 'sending' });
  });

  it('stops the run when it cannot be stored at first', async () => {
    const keeper = journalKeeper(
      recorder(() => true),
      'apply',
      STARTED,
      [job()],
    );
    await expect(keeper.open()).rejects.toThrow('no room left');
  });

  it('does not hide the outcome when the disk fills up later: what was stored is enough to undo', async () => {
    const one = job();
    const keeper = journalKeeper(
      recorder((count) => count > 1),
      'apply',
      STARTED,
      [one],
    );
    await keeper.open();
    keeper.settle(one, 'applied', true);
    expect(await keeper.close()).toBe('place 1');
  });
});
