import { afterEach, describe, expect, it } from 'vitest';
import { update } from '../../src/core/wire.ts';
import { srv } from '../../src/lab/zone-data.ts';
import { EAST, type PracticeDesk, type PracticeOptions, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());

const JOURNALS = '.kmsdns/journal';
/** Applies, and gives the journal of that. */
const applied = async (): Promise<string> => {
  await desk.run('apply', '--yes', '-q');
  return `${JOURNALS}/${desk.list(JOURNALS)[0]}`;
};

describe('kmsdns rollback', () => {
  it('shows what it undoes, undoes it, and can be undone itself', async () => {
    const { run } = await open();
    const before = (await run('plan', '--json')).json();
    const file = await applied();
    const ran = await run('rollback', file, '--yes');
    expect(ran.code).toBe(0);
    expect(ran.transcript.replace(file, '<journal>')).toMatchSnapshot();
    expect((await run('plan', '--json')).json()).toEqual(before);

    const second = desk.list(JOURNALS).find((one) => one.includes('rollback'));
    expect((await run('rollback', `${JOURNALS}/${second}`, '--yes', '-q')).code).toBe(0);
    expect((await run('plan', '--exit-code', '-q')).code).toBe(0);
  });

  it('is unchanged the second time', async () => {
    const { run } = await open();
    const file = await applied();
    await run('rollback', file, '--yes', '-q');
    const ran = await run('rollback', file, '--yes', '--json');
    expect([ran.code, ran.json()]).toEqual([
      0,
      expect.objectContaining({ outcome: 'unchanged', journal: null }),
    ]);
  });

  it('loses nobody’s later change: that is a conflict', async () => {
    const { run } = await open();
    const file = await applied();
    desk.server.changeZone('contoso.test', [
      update.add(srv(EAST, 'kms-new.contoso.test', { ttlSeconds: 3600 })),
    ]);
    const sent = desk.updates().length;
    const ran = await run('rollback', file, '--yes', '--json', '-d', 'east.contoso.test');
    expect([ran.code, ran.json().outcome, desk.updates().length]).toEqual([2, 'conflict', sent]);
  });

  it('asks on a terminal, and wants --yes where there is none', async () => {
    const { run, runWith } = await open();
    const file = await applied();
    const sent = desk.updates().length;
    expect((await run('rollback', file)).code).toBe(64);
    expect((await runWith({ terminal: true, answers: [false] }, 'rollback', file)).code).toBe(130);
    expect(desk.updates()).toHaveLength(sent);
    const ran = await runWith({ terminal: true, answers: [true] }, 'rollback', file);
    expect([ran.code, ran.questions]).toEqual([0, ['Undo this in 2 domains?']]);
  });

  it('undoes the chosen domains only', async () => {
    const { run } = await open();
    const file = await applied();
    await run('rollback', file, '--yes', '-q', '-d', 'west.contoso.test');
    const pending = (await run('plan', '--json')).json().zones as readonly {
      domain: string;
      changes: unknown[];
    }[];
    expect(pending.map(({ domain, changes }) => [domain, changes.length])).toEqual([
      ['east.contoso.test.', 0],
      ['west.contoso.test.', 2],
    ]);
    const ran = await run('rollback', file, '--yes', '-d', 'north.contoso.test');
    expect([ran.code, ran.stderr]).toEqual([
      64,
      expect.stringContaining('it has east.contoso.test, west.contoso.test'),
    ]);
  });

  it.each<[string, (text: string) => string | undefined, RegExp]>([
    ['that is missing', () => undefined, /there is no/],
    ['that is cut off', (text) => text.slice(0, 100), /not JSON/],
    ['that is no journal', () => '{}', /not a journal/],
  ])('refuses a journal %s before the first packet', async (_name, change, says) => {
    const { run } = await open();
    const text = change(desk.read(await applied()));
    if (text !== undefined) desk.write('j.json', text);
    const asked = desk.server.log.length;
    const ran = await run('rollback', 'j.json', '--yes');
    expect([ran.code, desk.server.log.length]).toEqual([64, asked]);
    expect(ran.stderr).toMatch(says);
  });

  it('needs the desired state that knows the domains, for keys and servers', async () => {
    const { run } = await open();
    const file = await applied();
    desk.write(
      'other.yaml',
      desk.read('kmsdns.yaml').replace('  west.contoso.test:', '  north.contoso.test:'),
    );
    const ran = await run('rollback', file, '--yes', '-c', 'other.yaml');
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining('west.contoso.test')]);
  });
});
