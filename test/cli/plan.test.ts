import { afterEach, describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/publish/plan-file.ts';
import {
  ALIAS,
  desiredState,
  type PracticeDesk,
  type PracticeOptions,
  practiceDesk,
} from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());

describe('kmsdns plan', () => {
  it('shows each domain as a tree, whom clients will try first, and the next command', async () => {
    const { run } = await open();
    expect((await run('plan')).transcript).toMatchSnapshot();
    expect(desk.updates()).toEqual([]);
  });

  it('says with --verbose how servers were found and what stays', async () => {
    const { run } = await open();
    expect((await run('plan', '--verbose', '-d', 'east.contoso.test')).transcript).toMatchSnapshot();
  });

  it('says the verdict alone with --quiet', async () => {
    const { run } = await open();
    const { stdout, stderr, code } = await run('plan', '-q');
    expect([stdout.split('\n').length, stderr, code]).toEqual([2, '', 0]);
    expect(stdout).toMatch(/^2 of 2 domains would change/);
  });

  it('is one JSON document with --json', async () => {
    const { run } = await open();
    const ran = await run('plan', '--json', '-d', 'east.contoso.test');
    expect(Object.keys(ran.json())[0]).toBe('schema');
    expect(ran.transcript).toMatchSnapshot();
  });

  it('draws with ASCII where nothing else arrives, and colours nothing off a terminal', async () => {
    const { runWith } = await open();
    const { stdout } = await runWith({ env: { LANG: 'C' } }, 'plan');
    expect(stdout).toMatch(/^~ east\.contoso\.test/);
    expect([...stdout].filter((letter) => letter > '~')).toEqual([]);
    expect(stdout).not.toContain('\u001b');
  });

  it('colours on a terminal, not with --no-color, NO_COLOR or TERM=dumb', async () => {
    const { runWith } = await open();
    expect((await runWith({ terminal: true }, 'plan')).stdout).toContain('\u001b[');
    for (const more of [{ env: { NO_COLOR: '1' } }, { env: { TERM: 'dumb' } }])
      expect((await runWith({ terminal: true, ...more }, 'plan')).stdout).not.toContain('\u001b[');
    expect((await runWith({ terminal: true }, 'plan', '--no-color')).stdout).not.toContain('\u001b[');
  });

  it('ends with 1 under --exit-code while changes are pending, and with 0 once there are none', async () => {
    const { run } = await open();
    expect((await run('plan', '--exit-code')).code).toBe(1);
    expect((await run('apply', '--yes', '-q')).code).toBe(0);
    const ran = await run('plan', '--exit-code');
    expect([ran.code, ran.stdout.split('\n').at(-2)]).toEqual([0, 'In sync: 2 domains, nothing to change.']);
  });

  it('does not know what a silent server has, and never takes that for nothing', async () => {
    const { run } = await open();
    desk.server.setQuirks({ silent: true });
    const ran = await run('plan', '--timeout', '0.05');
    expect(ran.code).toBe(3);
    expect(ran.transcript).toMatchSnapshot();
    expect((await run('plan', '--timeout', '0.05', '--json')).json()).toMatchObject({
      inSync: false,
      zones: [],
      unknown: [{ domain: 'east.contoso.test.' }, { domain: 'west.contoso.test.' }],
    });
  });

  it('keeps to --deadline', async () => {
    const { run } = await open();
    desk.server.setQuirks({ silent: true });
    // Without the deadline this would outlast the test's own time.
    const ran = await run('plan', '--timeout', '60', '--deadline', '0.2');
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('not reached before the deadline')]);
  });

  it('says why nothing can be published where an alias stands', async () => {
    const { run } = await open({ records: ALIAS });
    const ran = await run('plan', '-d', 'west.contoso.test');
    expect(ran.transcript).toMatchSnapshot();
  });

  describe('--out', () => {
    it('keeps the plan for apply --plan, and says the same as without', async () => {
      const { run } = await open();
      const ran = await run('plan', '--out', 'plans/plan.json');
      expect(ran.stderr).toContain('written: plans/plan.json');
      expect(ran.stdout).toMatch(/Next: kmsdns apply --plan plans\/plan\.json\n$/);
      const plan = parsePlan(desk.read('plans/plan.json'), 'plan.json');
      expect(plan.zones.map(({ domain }) => domain)).toEqual(['east.contoso.test.', 'west.contoso.test.']);
    });

    it('with --json writes the same document to both', async () => {
      const { run } = await open();
      const { stdout } = await run('plan', '--out', 'plan.json', '--json');
      expect(desk.read('plan.json')).toBe(stdout);
    });

    it('replaces nothing without --force, and does not even ask the network', async () => {
      const { run } = await open({ files: { 'plan.json': 'mine' } });
      const ran = await run('plan', '--out', 'plan.json');
      expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining('add --force')]);
      expect([desk.read('plan.json'), desk.server.log]).toEqual(['mine', []]);
      expect((await run('plan', '--out', 'plan.json', '--force')).code).toBe(0);
      expect(desk.read('plan.json')).toMatch(/^\{\n {2}"schema": "kmsdns\/plan@1"/);
    });
  });

  it('lets --server take the place of the desired state’s servers', async () => {
    const elsewhere = desiredState(9);
    const { run } = await open({ files: { 'other.yaml': elsewhere } });
    const ran = await run('plan', '-c', 'other.yaml', '-s', desk.at[0]!);
    expect([ran.code, ran.stdout]).toEqual([
      0,
      expect.stringMatching(/Next: kmsdns apply -c other\.yaml -s 127/),
    ]);
  });

  it('warns of what the desired state says, for the chosen domains only', async () => {
    const { run } = await open();
    desk.write(
      'kmsdns.yaml',
      desk.read('kmsdns.yaml').replace(', priority: 90, weight: 75 }', ', priority: 10 }'),
    );
    expect((await run('plan', '-d', 'east.contoso.test')).stderr).toContain('SRV-015');
    expect((await run('plan', '-d', 'west.contoso.test')).stderr).not.toContain('SRV-015');
  });

  it('reads a desired state with a byte order mark and CRLF', async () => {
    const { run } = await open();
    desk.write('kmsdns.yaml', `\uFEFF${desk.read('kmsdns.yaml').replaceAll('\n', '\r\n')}`);
    expect((await run('plan', '-q')).code).toBe(0);
  });

  it('says on a terminal what it waits for', async () => {
    const { runWith } = await open();
    expect((await runWith({ terminal: true }, 'plan')).spun).toEqual(['reading 2 domains']);
    expect((await runWith({ terminal: true }, 'plan', '-q')).spun).toEqual([]);
  });

  it('is interrupted with 130, and what was not read is unknown', async () => {
    const { runWith } = await open();
    const ran = await runWith({ interrupt: AbortSignal.abort() }, 'plan', '--json');
    expect(ran.code).toBe(130);
    expect(ran.json()).toMatchObject({ unknown: [{ because: expect.stringContaining('interrupted') }, {}] });
  });
});
