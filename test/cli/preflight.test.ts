import { afterEach, describe, expect, it, test } from 'vitest';
import type { Quirks } from '../../src/lab/quirks.ts';
import { ALIAS, type PracticeDesk, type PracticeOptions, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const open = async (options?: PracticeOptions): Promise<PracticeDesk> => {
  desk = await practiceDesk(options);
  return desk;
};
afterEach(() => desk.stop());

describe('kmsdns preflight', () => {
  it('says what would be allowed and how that is known, and writes nothing', async () => {
    const { run } = await open();
    const zone = desk.server.zone('contoso.test');
    expect((await run('preflight')).transcript).toMatchSnapshot();
    expect(desk.server.zone('contoso.test')).toBe(zone);
    expect(desk.updates().map(({ rcode, serial }) => [rcode, serial])).toEqual([
      ['YXDOMAIN', undefined],
      ...desk
        .updates()
        .slice(1)
        .map(({ rcode }) => [rcode, undefined]),
    ]);
  });

  it('is one JSON document with --json', async () => {
    const { run } = await open();
    const ran = await run('preflight', '--json', '-d', 'east.contoso.test');
    expect(ran.json()).toEqual({
      schema: 'kmsdns/preflight@1',
      zones: [
        {
          zone: 'contoso.test.',
          server: desk.at[0],
          allowed: 'yes',
          proves: expect.stringMatching(/^key and permission/),
          rcode: 'YXDOMAIN',
          tsig: 'good',
          explain: 'The update would be carried out.',
          domains: ['east.contoso.test.'],
        },
      ],
    });
  });

  const refusing: PracticeOptions = { server: { policy: () => false } };
  test.each<readonly [string, string, PracticeOptions | undefined, Quirks, number, RegExp]>([
    ['yes', 'yes', undefined, {}, 0, /^As expected: \d zones? answered yes\.$/m],
    ['no', 'yes', undefined, {}, 2, /^Not as expected: \d zones? answered yes, not no\.$/m],
    ['no', 'no', refusing, {}, 0, /^As expected: \d zones? answered no\.$/m],
    ['yes', 'no', refusing, {}, 2, /^Not as expected: \d zones? answered no, not yes\.$/m],
    ['no', 'nothing', undefined, { silent: true }, 3, /answered unknown, not no\.$/m],
  ])('--expect %s, and the server says %s', async (expected, _, options, quirks, code, says) => {
    const { run } = await open(options);
    desk.server.setQuirks(quirks);
    const ran = await run('preflight', '--expect', expected, '--timeout', '0.1');
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(says);
  });

  interface Row {
    readonly name: string;
    readonly quirks?: Quirks;
    readonly options?: PracticeOptions;
    readonly code: number;
    readonly allowed: string;
    readonly says: RegExp;
  }
  const rows: readonly Row[] = [
    {
      name: 'a policy that refuses',
      options: { server: { policy: () => false } },
      code: 2,
      allowed: 'no',
      says: /policy does not\s+allow/,
    },
    {
      name: 'a key that is not known',
      options: { server: { keys: [] } },
      code: 2,
      allowed: 'no',
      says: /BADKEY/,
    },
    {
      name: 'clocks that differ',
      quirks: { clockSkewSeconds: -4000 },
      code: 2,
      allowed: 'no',
      says: /4000 s behind/,
    },
    {
      name: 'a server without updates',
      quirks: { notimpUpdates: true },
      code: 2,
      allowed: 'no',
      says: /NOTIMP/,
    },
    {
      name: 'an alias at the name',
      options: { records: ALIAS },
      code: 2,
      allowed: 'no',
      says: /Remove the alias/,
    },
    {
      name: 'a server that echoes',
      quirks: { echoSections: true },
      code: 3,
      allowed: 'unknown',
      says: /Only a real update will tell/,
    },
    {
      name: 'answers that nobody signed',
      quirks: { unsignedReplies: true },
      code: 3,
      allowed: 'unknown',
      says: /anybody could have sent it/,
    },
    {
      name: 'a server that says nothing',
      quirks: { silent: true },
      code: 3,
      allowed: 'unknown',
      says: /no answer within/,
    },
  ];
  test.each(rows)('$name: $allowed, exit $code', async ({ quirks, options, code, allowed, says }) => {
    const { run } = await open(options);
    if (quirks !== undefined) desk.server.setQuirks(quirks);
    const ran = await run('preflight', '--timeout', '0.1', '-d', 'west.contoso.test');
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(new RegExp(`^. ${allowed} `, 'm'));
    expect(ran.stdout).toMatch(says);
  });

  it('stops at a bad key before the first packet', async () => {
    const { run } = await open();
    desk.write('kms-publisher.key', '');
    expect((await run('preflight')).code).toBe(64);
    expect(desk.server.log).toEqual([]);
  });
});
