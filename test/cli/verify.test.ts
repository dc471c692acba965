import { afterEach, describe, expect, it } from 'vitest';
import { type PracticeDesk, type PracticeOptions, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());
const authorities = (): readonly string[] => desk.at.flatMap((one) => ['--authority', one]);

describe('kmsdns verify', () => {
  it('says in one line a domain that every server is in sync for it', async () => {
    const { run } = await open();
    await run('apply', '--yes', '-q');
    const ran = await run('verify');
    expect(ran.transcript).toMatchSnapshot();
    expect((await run('verify', '--json')).json()).toMatchObject({ inSync: true, unknown: [] });
  });

  it('shows what each server serves where one differs', async () => {
    const { run } = await open({ secondaryLagMs: 60_000 });
    await run('apply', '--yes', '-q', '--deadline', '0.5');
    const ran = await run('verify', ...authorities());
    expect(ran.code).toBe(1);
    expect(ran.transcript).toMatchSnapshot();
    expect((await run('verify', '--json', ...authorities())).transcript).toMatchSnapshot();
  });

  it('does not call a silent server different', async () => {
    const { run } = await open({ secondaryLagMs: 0 });
    await run('apply', '--yes', '-q', ...authorities());
    desk.secondary?.setQuirks({ silent: true });
    const ran = await run('verify', '--timeout', '0.05', ...authorities());
    expect(ran.code).toBe(3);
    expect(ran.transcript).toMatchSnapshot();
    expect((await run('verify', '--json', '--timeout', '0.05', ...authorities())).json()).toMatchObject({
      inSync: false,
      zones: [{ servers: [{ state: 'current' }, { state: 'silent', records: null }] }, {}],
    });
  });

  it('does not know about a domain that cannot be found', async () => {
    const { run } = await open();
    desk.server.setQuirks({ refuse: true });
    const ran = await run('verify', '-q');
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringMatching(/^Not known: 2 of 2 domains/)]);
  });

  it('folds many domains in sync unless --verbose', async () => {
    const { run } = await open();
    const many = Array.from(
      { length: 12 },
      (_, i) => `  d${i}.contoso.test: { server: corp, publish: [] }\n`,
    );
    desk.write(
      'kmsdns.yaml',
      desk.read('kmsdns.yaml').replace(/domains:\n[\s\S]*/, `domains:\n${many.join('')}`),
    );
    expect((await run('verify')).stdout).toMatch(
      /^… 12 more domains are in sync \(-v lists them\)\nIn sync: 12 domains/,
    );
    expect((await run('verify', '-v')).stdout).toMatch(/^✔ d11\.contoso\.test/m);
    expect((await run('plan')).stdout).toMatch(/^… 12 more domains are in sync/);
  });
});
