/** `kmsdns audit` by command lines in process: what it says, and that no answer of a server makes it crash or lie. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, test } from 'vitest';
import { systemNetwork } from '../../src/cli/network.ts';
import type { AuditReport } from '../../src/directory/audit-report.ts';
import type { LdapFault, LdapSearch } from '../../src/directory/directory-client.ts';
import { type Desk, type DeskOptions, desk, type Ran } from '../support/desk.ts';
import { ROOT_DN, ZONE_DN } from '../support/directory-snapshot.ts';
import { type FakeDirectoryOptions, fakeDirectory } from '../support/fake-directory.ts';
import {
  type Answer,
  APEX,
  CONTAINER,
  entry,
  NODE_DN,
  node,
  scriptedForest,
  ZONE,
} from '../support/scripted-forest.ts';

const STATE = `version: 1
domains:
  contoso.com: { publish: [{ host: kms01.contoso.com }, { host: kms02.contoso.com }] }
`;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function user(change?: (search: LdapSearch) => Answer, more: DeskOptions = {}): Desk {
  const network = {
    ...systemNetwork,
    directory: async () => ({ ok: true, value: scriptedForest(change) }) as const,
  };
  const made = desk({ files: { 'kmsdns.yaml': STATE, pw: 'secret\n' }, network, ...more });
  closing.push(() => made.clear());
  return made;
}
const LOGIN = ['--ldap', 'ldaps://dc1.contoso.com', '--user', 'ann@contoso.com', '--password-file', 'pw'];
const audit = (change?: (search: LdapSearch) => Answer, ...argv: readonly string[]): Promise<Ran> =>
  user(change).run('audit', ...LOGIN, ...argv);
const reportOf = (ran: Ran): AuditReport => ran.json() as unknown as AuditReport;
const fault = (kind: LdapFault['kind']): Answer => ({
  ok: false,
  fault: { kind, detail: `${kind}!`, hint: '' },
});
/** An answer for one place, the rest as it is. */
const at =
  (base: string, answer: Answer) =>
  (search: LdapSearch): Answer =>
    search.base === base ? answer : undefined;

describe('what it says', () => {
  it('is who owns the record, who may write it, and what to do', async () => {
    const ran = await audit(undefined, '-c', 'kmsdns.yaml');
    expect(ran.transcript).toMatchSnapshot();
  });

  it('is the same as a document', async () => {
    const report = reportOf(await audit(undefined, '--json'));
    expect(report).toMatchObject({
      schema: 'kmsdns/audit@1',
      server: 'dc1.contoso.com',
      zones: [
        {
          name: 'contoso.com.',
          partition: 'domain',
          updates: 'secure',
          ageing: { on: false },
          nodes: [
            {
              name: '_vlmcs._tcp.contoso.com.',
              owner: { name: 'CONTOSO\\KMS01$', exists: 'yes' },
              hosts: [
                {
                  name: 'kms01.contoso.com.',
                  mayWrite: 'yes',
                  because: expect.stringContaining('full control'),
                },
                {
                  name: 'kms02.contoso.com.',
                  mayWrite: 'no',
                  because: expect.stringContaining('no entry grants it'),
                },
              ],
            },
          ],
        },
      ],
      findings: [{ code: 'ACL-001', subject: '_vlmcs._tcp.contoso.com. kms02.contoso.com.' }],
      fault: null,
    });
  });

  test.each([
    ['error', 1],
    ['critical', 0],
    ['warning', 1],
  ] as const)('--fail-on %s exits with %i', async (severity, code) => {
    expect((await audit(undefined, '--fail-on', severity)).code).toBe(code);
  });

  it('goes to a file, which is not replaced', async () => {
    const one = user();
    expect((await one.run('audit', ...LOGIN, '--out', 'a.json')).code).toBe(1);
    expect(JSON.parse(one.read('a.json'))).toMatchObject({ schema: 'kmsdns/audit@1' });
    expect((await one.run('audit', ...LOGIN, '--out', 'a.json')).code).toBe(64);
  });

  it('never moves the cursor of a terminal, whatever things are called', async () => {
    const evil = '_vlmcs._tcp\u001b[2J\u202e';
    const ran = await audit(at(ZONE_DN, [APEX, node({ name: [evil], dNSTombstoned: ['\u001b]0;x\u0007'] })]));
    expect(ran.stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});

describe('options that contradict each other', () => {
  test.each([
    [['--plan', '--apply']],
    [['--apply', '--undo', 'x']],
    [['--static', '--dynamic', '--plan']],
    [['--static']],
    [['--yes']],
    [['--journal', 'x']],
    [['--plan', 'bash']],
  ])('%j: 64', async (argv) => {
    expect((await audit(undefined, ...argv)).code).toBe(64);
  });
});

/** What could not be found out: each reason once. */
const reasons = ({ unjudged, unread }: AuditReport): string =>
  [...unread, ...unjudged].map(({ why }) => why).join('\n');

describe('what could not be read is unknown, and never absent', () => {
  test.each<[string, (search: LdapSearch) => Answer, number, RegExp]>([
    ['no zones container', at(CONTAINER, fault('no-permission')), 3, /no-permission!/],
    ['a zone without attributes', at(CONTAINER, [entry(ZONE_DN, {})]), 3, /may not read it/],
    ['a zone without its names', at(ZONE_DN, []), 3, /names of the zone are not shown/],
    [
      'a name that no search shows and that is there',
      ({ base }) => (base === ZONE_DN ? [APEX] : base === NODE_DN ? [entry(NODE_DN, {})] : undefined),
      3,
      /_vlmcs\._tcp is there, and this account may not read it/,
    ],
    ['a zone that answers too late', at(ZONE_DN, fault('timeout')), 3, /timeout!/],
    [
      'broken settings',
      at(CONTAINER, [entry(ZONE_DN, { name: ['contoso.com'], dNSProperty: ['x'] })]),
      1,
      /./,
    ],
    [
      'no permissions',
      at(ZONE_DN, [APEX, node({ nTSecurityDescriptor: [] })]),
      3,
      /not shown to this account/,
    ],
    ['broken permissions', at(ZONE_DN, [APEX, node({ nTSecurityDescriptor: ['x'] })]), 3, /cannot be read/],
    [
      'permissions that are cut off',
      at(ZONE_DN, [
        APEX,
        node({ nTSecurityDescriptor: [node().attributes.get('ntsecuritydescriptor')![0]!.subarray(0, 60)] }),
      ]),
      3,
      /cannot be read/,
    ],
    [
      'accounts that cannot be searched',
      ({ base, scope }) => (base === ROOT_DN && scope === 'sub' ? fault('size-limit') : undefined),
      3,
      /size-limit!/,
    ],
    [
      'groups that are not shown',
      ({ attributes }) => (attributes.includes('tokenGroups') ? [entry('x', {})] : undefined),
      3,
      /groups are not shown/,
    ],
  ])('%s', async (_, change, code, says) => {
    const ran = await audit(change, '--json');
    expect(ran.code).toBe(code);
    expect(reasons(reportOf(ran))).toMatch(says);
    expect(reportOf(ran).findings.map((one) => one.code)).not.toContain('ACL-003');
    expect((await audit(change)).code).toBe(code);
  });

  it('broken records are a finding of their own', async () => {
    const ran = await audit(
      at(ZONE_DN, [APEX, node({ dnsRecord: ['x', ...node().attributes.get('dnsrecord')!] })]),
      '--json',
    );
    expect(reportOf(ran).findings.map(({ code }) => code)).toEqual(['ACL-001', 'SRV-033']);
  });

  test.each<[string, (search: LdapSearch) => Answer, RegExp]>([
    [
      'a server that is no Active Directory',
      at('', [entry('', { namingContexts: ['dc=example'] })]),
      /configuration is/,
    ],
    ['a server that says nothing of itself', at('', []), /configuration is/],
    [
      'a forest that may not be read',
      ({ base }) => (base.startsWith('CN=Partitions') ? fault('credentials') : undefined),
      /credentials!/,
    ],
  ])('%s: exit 3, and one document', async (_, change, says) => {
    const ran = await audit(change, '--json');
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(says)]);
    expect(reportOf(ran)).toMatchObject({
      schema: 'kmsdns/audit@1',
      zones: [],
      fault: { detail: expect.stringMatching(says) },
    });
  });

  it('whatever octets a server sends, there is an audit', async () => {
    const octets = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 3 });
    const broken = fc.record({
      name: fc.option(fc.string({ maxLength: 30 }), { nil: '_vlmcs._tcp' }),
      dnsRecord: octets,
      nTSecurityDescriptor: octets,
      dNSProperty: octets,
      objectSid: octets,
      tokenGroups: octets,
    });
    await fc.assert(
      fc.asyncProperty(broken, async ({ name, ...attributes }) => {
        const change = ({ base, scope }: LdapSearch): Answer => {
          if (base === ZONE_DN) return [APEX, node({ ...attributes, name: [name] })];
          if (base === CONTAINER) return [ZONE, entry(`DC=x,${CONTAINER}`, { ...attributes, name: [name] })];
          return base === ROOT_DN && scope === 'sub' ? [entry('CN=x', attributes)] : undefined;
        };
        const ran = await audit(change, '--json');
        expect([0, 1, 3]).toContain(ran.code);
        expect(ran.stderr).toBe('');
      }),
      { numRuns: 60 },
    );
  });
});

describe('servers that misbehave on the wire', () => {
  test.each<[string, FakeDirectoryOptions, string]>([
    ['silent', { search: 'silent' }, 'timeout'],
    ['cut', { search: 'cut' }, 'closed'],
    ['sends elsewhere', { search: 'references' }, 'other'],
    ['knows no controls', { search: 'refuses' }, 'other'],
    ['turns everybody away', { refuseLogin: 'data 52e' }, 'credentials'],
    ['says what was not asked', { entries: [{ dn: 'CN=x', attributes: { a: 'b' } }] }, 'other'],
  ])('%s', async (_, options, kind) => {
    const server = await fakeDirectory(options);
    closing.push(() => server.stop());
    const ran = await user(undefined, { network: systemNetwork }).run(
      'audit',
      ...['--ldap', `ldap://127.0.0.1:${server.port}`, '--timeout', '0.4', '--json'],
      ...['--user', 'CN=ann,DC=contoso,DC=com', '--password-file', 'pw'],
    );
    expect([ran.code, reportOf(ran).fault?.kind]).toEqual([3, kind]);
    expect(ran.stderr).not.toContain('secret');
  });
});

describe('mending', () => {
  test.each(['text', 'powershell', 'dsacls', 'ldif', 'samba-tool'])(
    '--plan %s shows it and changes nothing',
    async (format) => {
      const ran = await audit(undefined, '-c', 'kmsdns.yaml', '--plan', format);
      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain('KMS Hosts');
    },
  );

  it('is not done where nobody can be asked', async () => {
    const ran = await audit(undefined, '--apply', '--json');
    expect(ran.json()).toMatchObject({ schema: 'kmsdns/error@1', code: 'confirmation-needed' });
  });

  it('is not done when the answer is no', async () => {
    const one = user(undefined, { terminal: true, answers: [false] });
    const ran = await one.run('audit', ...LOGIN, '--apply');
    expect([ran.code, ran.questions]).toEqual([130, ['Change the directory (4 steps)?']]);
    expect(one.list('.kmsdns')).toEqual([]);
  });

  it('that is refused is told step by step, with exit code 2 and the way back', async () => {
    const one = user();
    const ran = await one.run('audit', ...LOGIN, '--apply', '--yes', '--json');
    expect(ran.json()).toMatchObject({
      schema: 'kmsdns/mending-result@1',
      steps: [
        { kind: 'create-group', outcome: 'refused', says: expect.stringContaining('read only') },
        {},
        {},
        {},
      ],
    });
    expect([ran.code, one.list('.kmsdns/journal')]).toEqual([2, [expect.stringMatching(/-audit\.json$/)]]);
  });

  it('without anything to do says so', async () => {
    const ran = await audit(at(ZONE_DN, [APEX]), '--apply', '--yes');
    expect([ran.code, ran.stdout]).toEqual([0, 'Nothing to do.\n']);
  });

  test.each<[string, (search: LdapSearch) => Answer, string]>([
    ['permissions', at(ZONE_DN, [APEX, node({ nTSecurityDescriptor: [] })]), 'not shown to this account'],
    ['a zone', at(CONTAINER, [entry(ZONE_DN, {})]), 'may not read it'],
    ['all zones', at(CONTAINER, fault('no-permission')), 'no-permission!'],
  ])(
    'leaves out what could not be read, %s, and does not call that nothing to do',
    async (_, change, why) => {
      for (const deed of [['--plan'], ['--plan', 'powershell'], ['--apply', '--yes']]) {
        const ran = await audit(change, '--group', 'none', ...deed);
        expect([deed, ran.code]).not.toEqual([deed, 0]);
        expect(`${ran.stdout}${ran.stderr}`.replace(/\s+/g, ' ')).toContain(why);
      }
    },
  );

  it('is not undone from a file that is no journal', async () => {
    const ran = await user().run('audit', ...LOGIN, '--undo', 'kmsdns.yaml', '--yes');
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining('kmsdns.yaml')]);
  });
});
