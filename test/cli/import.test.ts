import { afterEach, describe, expect, it } from 'vitest';
import { ALIAS, type PracticeDesk, type PracticeOptions, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());
const from = (): readonly string[] => ['-s', desk.at[0]!];

describe('kmsdns import', () => {
  it('writes a desired state on which plan is in sync', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', 'west.contoso.test', ...from());
    expect(ran.transcript).toMatchSnapshot();
    desk.write('now.yaml', ran.stdout);
    expect((await run('plan', '-c', 'now.yaml', '--exit-code', '-q')).code).toBe(0);
  });

  it('writes it to --out, and replaces nothing without --force', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', '--out', 'new/kmsdns.yaml', ...from());
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', 'written: new/kmsdns.yaml\n']);
    expect((await run('plan', '-c', 'new/kmsdns.yaml', '--exit-code', '-q')).code).toBe(0);
    expect((await run('import', 'east.contoso.test', '--out', 'new/kmsdns.yaml', ...from())).code).toBe(64);
  });

  it('with --json is one document, in the layout of the file', async () => {
    const { run } = await open();
    const ran = await run('import', 'east.contoso.test', '--json', '--out', 'now.yaml', ...from());
    expect(ran.transcript).toMatchSnapshot();
    const { state } = ran.json();
    desk.write('now.json', JSON.stringify(state));
    expect((await run('plan', '-c', 'now.json', '--exit-code', '-q')).code).toBe(0);
    expect(desk.read('now.yaml')).toMatch(/^# Which KMS hosts/);
  });

  it('says what it could not find out and leaves that out; the rest is written all the same', async () => {
    const { run } = await open({ records: ALIAS });
    const ran = await run('import', 'east.contoso.test', 'west.contoso.test', ...from());
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain('  east.contoso.test:');
    expect(ran.stdout).not.toContain('west.contoso.test');
    expect(ran.stderr).toMatch(/east\.contoso\.test: no KMS record is published there today/);
    expect(ran.stderr).toMatch(/warning: west\.contoso\.test is left out.*alias/s);
  });

  it('writes nothing where nothing was found out', async () => {
    const { run } = await open();
    desk.server.setQuirks({ servfail: true });
    const ran = await run('import', 'east.contoso.test', '--out', 'now.yaml', ...from());
    expect([ran.code, ran.stdout, desk.list('.').includes('now.yaml')]).toEqual([3, '', false]);
  });

  it.each([
    ['a..b', /label is empty/],
    ['_vlmcs._tcp.contoso.com', /name the domain alone/],
    ['10.0.0.1', /ends in a number/],
    ['müller.example', /ASCII/],
  ])('refuses %j, which is no domain', async (domain, says) => {
    const { run } = await open();
    const ran = await run('import', domain, ...from());
    expect([ran.code, desk.server.log]).toEqual([64, []]);
    expect(ran.stderr).toMatch(says);
  });
});
