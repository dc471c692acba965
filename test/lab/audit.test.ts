/** `kmsdns audit` on Samba's domain controller: the story of the second KMS host, and every state an audit explains. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuditReport } from '../../src/directory/audit-report.ts';
import { encodeDnsProperty, PROPERTY } from '../../src/directory/dns-property.ts';
import { type Desk, desk, type Ran } from '../support/desk.ts';
import { labServer } from './support/require.ts';
import { type Samba, startSamba } from './support/samba.ts';
import {
  addAce,
  addToGroup,
  changeDirectory,
  createComputer,
  createZone,
  deleteComputer,
  nodeDn,
  putNode,
  putTombstone,
  sddlOf,
  search,
  setAgeing,
  sidOf,
  zoneDn,
} from './support/samba-directory.ts';
import { DC_HOST, DOMAIN, GROUP, PASSWORDS, type SambaDns } from './support/samba-domain.ts';

const OWNER = `_vlmcs._tcp.${DOMAIN}`;
const add = (host: string): string => `update add ${OWNER} 3600 SRV 0 0 1688 ${host}.${DOMAIN}.`;

const STATE = `version: 1
domains:
  ${DOMAIN}: { publish: [{ host: kms01.${DOMAIN} }, { host: kms02.${DOMAIN} }] }
`;

/** What the second host publishes by itself, signed with its own ticket. */
const BY_KMS02 = `version: 1
servers: { ad: { name: ${DC_HOST}, auth: { gss: {} } } }
domains: { ${DOMAIN}: { server: ad, publish: [{ host: kms02.${DOMAIN} }] } }
`;

interface Office {
  readonly samba: Samba;
  readonly user: Desk;
  audit(...argv: readonly string[]): Promise<Ran>;
  auditAs(name: string, ...argv: readonly string[]): Promise<Ran>;
  report(...argv: readonly string[]): Promise<AuditReport>;
  /** kms01's and kms02's records, each by its own host. */
  register(host: string): Promise<string>;
}

/** A domain, and an administrator at a desk. */
async function office(dns: SambaDns = 'internal'): Promise<Office> {
  const samba = await startSamba({ dns });
  const { address, port } = await samba.forward(636);
  const user = desk({
    files: {
      'kmsdns.yaml': STATE,
      'Administrator.pw': `${PASSWORDS.Administrator}\n`,
      'alice.pw': `${PASSWORDS.alice}\n`,
    },
  });
  onTestFinished(() => user.clear());
  const auditAs: Office['auditAs'] = (name, ...argv) =>
    user.run(
      'audit',
      ...['--ldap', `ldaps://${address}:${port}`, '--ca', samba.caFile],
      ...['--user', `${name}@${DOMAIN}`, '--password-file', `${name}.pw`, ...argv],
    );
  const audit: Office['audit'] = (...argv) => auditAs('Administrator', ...argv);
  return {
    samba,
    user,
    audit,
    auditAs,
    report: async (...argv) => (await audit('--json', ...argv)).json() as unknown as AuditReport,
    register: async (host) => (await samba.nsupdate(await samba.kinit(`${host}$`), add(host))).rcode ?? '',
  };
}

const codes = ({ findings }: AuditReport): readonly string[] => [
  ...new Set(findings.map(({ code }) => code)),
];
const nodeOf = (report: AuditReport): AuditReport['zones'][number]['nodes'][number] => {
  const node = report.zones.flatMap(({ nodes }) => nodes).find(({ name }) => name === `${OWNER}.`);
  if (node === undefined) throw new Error('the audit does not show the node');
  return node;
};

/** The same from a text that was wrapped. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

async function story(dns: SambaDns, refusal: string): Promise<void> {
  const { samba, user, audit, report, register } = await office(dns);
  expect(await register('kms01')).toBe('NOERROR');
  const stale = await samba.kinit('kms02$');
  expect((await samba.nsupdate(stale, add('kms02'))).rcode).toBe(refusal);

  // Refused, and explained: by whom the record is owned, and what decides.
  const explained = await audit('-c', 'kmsdns.yaml');
  expect(explained.code).toBe(1);
  expect(flat(explained.stdout)).toMatch(/owner: CONTOSO\\kms01\$ \(S-1-5-21-/);
  expect(flat(explained.stdout)).toContain(
    `kms02.${DOMAIN} (wanted, not published, not in the group) may NOT write it: no entry grants it`,
  );
  expect(explained.stdout).toMatch(/^error ACL-001 /m);
  const before = await report('-c', 'kmsdns.yaml');
  expect(before).toMatchObject({ updater: dns === 'dlz' ? 'bind9-dlz' : 'samba-internal', unjudged: [] });
  expect(nodeOf(before)).toMatchObject({
    owner: { name: 'CONTOSO\\kms01$', exists: 'yes' },
    records: [{ type: 'SRV', target: `kms01.${DOMAIN}.`, ageing: { state: 'not-ageing' } }],
    hosts: [
      { name: `kms01.${DOMAIN}.`, mayWrite: 'yes', inGroup: 'no' },
      { name: `kms02.${DOMAIN}.`, mayWrite: 'no', because: expect.stringMatching(/^no entry grants it: /) },
    ],
  });

  // Without a terminal nobody can be asked, and nothing happens.
  const stood = await sddlOf(samba, nodeDn());
  expect(await audit('-c', 'kmsdns.yaml', '--apply')).toMatchObject({ code: 64, stdout: '' });
  expect(await sddlOf(samba, nodeDn())).toBe(stood);

  const applied = await audit('-c', 'kmsdns.yaml', '--apply', '--yes');
  expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('3 steps done and read back')]);
  const entries = (sddl: string): readonly string[] => sddl.match(/\([^()]*\)/g) ?? [];
  const stands = await sddlOf(samba, nodeDn());
  const fresh = entries(stands).filter((entry) => !entries(stood).includes(entry));
  expect(fresh).toEqual([expect.stringContaining(`;;;${await sidOf(samba, GROUP)})`)]);
  expect(stands.replace(fresh[0]!, '')).toBe(stood);

  // A ticket from before does not know of the group.
  expect((await samba.nsupdate(stale, add('kms02'))).rcode).toBe(refusal);
  user.write('kms02.yaml', BY_KMS02);
  const published = await samba.kmsdns(['apply', '-c', 'kms02.yaml', '--yes', '--json'], {
    cwd: user.folder,
    env: (await samba.kinit('kms02$')).env,
  });
  expect(JSON.parse(published.stdout)).toMatchObject({ outcome: 'applied' });
  expect(await samba.srv(OWNER)).toHaveLength(2);
  const content = await audit('-c', 'kmsdns.yaml');
  expect([content.code, content.stdout]).toEqual([0, expect.stringContaining('Nothing is wrong')]);
  expect((await audit('-c', 'kmsdns.yaml', '--apply', '--yes')).stdout).toBe('Nothing to do.\n');

  const [journal, ...more] = user.list('.kmsdns/journal').filter((name) => name.includes('-audit'));
  expect(more).toEqual([]);
  expect(user.read(`.kmsdns/journal/${journal}`)).not.toContain(PASSWORDS.Administrator);
  const undone = await audit('--undo', `.kmsdns/journal/${journal}`, '--yes');
  expect([undone.code, undone.stdout]).toEqual([0, expect.stringContaining('3 steps done and read back')]);
  expect(flat(undone.stderr)).toContain(`missing: allows ${await sidOf(samba, GROUP)}: full control`);
  expect(await sddlOf(samba, nodeDn())).toBe(stood);
  expect(await register('kms02')).toBe(refusal);
}

labServer('samba')('an audit of Active Directory, with Samba as its DNS server', () => {
  test('the second host: refused, explained, let in by --apply, shut out by --undo', () =>
    story('internal', 'SERVFAIL'));

  test('a group that does not exist, and a name that does not either: made, aged as asked, and taken back', async () => {
    const { samba, user, audit, report, register } = await office();
    expect(await samba.srv(OWNER)).toEqual([]);
    const early = await report('-c', 'kmsdns.yaml', '--group', 'KMS Team');
    expect(codes(early)).toEqual(['ACL-003']);
    expect(early.group).toMatchObject({ name: 'KMS Team', exists: 'no' });
    const argv = ['-c', 'kmsdns.yaml', '--group', 'KMS Team', '--dynamic'];
    const plan = (await audit(...argv, '--plan', '--json')).json();
    expect(plan).toMatchObject({
      schema: 'kmsdns/mending@1',
      steps: [
        { kind: 'create-group', scope: 'global' },
        { kind: 'add-member', member: { name: 'kms01$' } },
        { kind: 'add-member', member: { name: 'kms02$' } },
        { kind: 'create-node', label: '_vlmcs._tcp', ageing: 'dynamic' },
        { kind: 'grant' },
      ],
      left: [],
    });
    expect((await audit(...argv, '--plan', 'samba-tool')).stdout).toMatch(/^#!\/bin\/sh\n/);
    expect(await samba.srv(OWNER)).toEqual([]);

    expect((await audit(...argv, '--apply', '--yes')).code).toBe(0);
    const made = nodeOf(await report(...argv.slice(0, 4)));
    expect(made.records.map(({ ageing }) => ageing.state)).toEqual(['not-ageing', 'not-ageing']);
    expect(made.hosts.map(({ mayWrite, inGroup }) => [mayWrite, inGroup])).toEqual([
      ['yes', 'yes'],
      ['yes', 'yes'],
    ]);
    await expect.poll(() => samba.srv(OWNER)).toHaveLength(2);
    expect(await register('kms01')).toBe('NOERROR');

    // A host has refreshed its record since, so the name stays; all else is taken back.
    const [journal] = user.list('.kmsdns/journal');
    const undone = await audit('--undo', `.kmsdns/journal/${journal}`, '--yes', '--json');
    expect([undone.code, undone.json().steps]).toMatchObject([
      2,
      [
        { kind: 'grant', outcome: 'done' },
        { kind: 'create-node', outcome: 'changed', says: 'left alone, as its records have changed since' },
        { kind: 'add-member', outcome: 'done' },
        { kind: 'add-member', outcome: 'done' },
        { kind: 'create-group', outcome: 'done' },
      ],
    ]);
    expect(
      await search(samba, 'CN=Users,DC=contoso,DC=test', { scope: 'one', filter: '(cn=KMS Team)' }),
    ).toEqual([]);
  });

  test('a journal does not undo what somebody changed since', async () => {
    const { samba, user, audit, register } = await office();
    await register('kms01');
    expect((await audit('-c', 'kmsdns.yaml', '--apply', '--yes')).code).toBe(0);
    await addAce(samba, nodeDn(), `(A;;RP;;;${await sidOf(samba, 'alice')})`);
    const changed = await sddlOf(samba, nodeDn());
    const [journal] = user.list('.kmsdns/journal');
    const undone = await audit('--undo', `.kmsdns/journal/${journal}`, '--yes');
    expect(undone.code).toBe(2);
    expect(flat(undone.stdout)).toMatch(
      /changed put back .* left alone, as somebody has changed the permissions since: more: allows/,
    );
    expect(await sddlOf(samba, nodeDn())).toBe(changed);
  });

  test('the owner is gone, and what it was called is still known', async () => {
    const { samba, report, register } = await office();
    await createComputer(samba, 'kms09');
    expect(await register('kms09')).toBe('NOERROR');
    const sid = await sidOf(samba, 'kms09$');
    await deleteComputer(samba, 'kms09');
    const seen = await report('-c', 'kmsdns.yaml');
    expect(codes(seen)).toContain('ACL-004');
    expect(nodeOf(seen).owner).toMatchObject({ sid, name: 'CONTOSO\\kms09$', exists: 'no' });
  });

  test('made by an administrator, and nobody let in', async () => {
    const { samba, report, audit, register } = await office();
    await putNode(samba, {}, [{ target: `kms01.${DOMAIN}` }]);
    expect(await register('kms01')).toBe('SERVFAIL');
    const seen = await report();
    expect(codes(seen)).toContain('ACL-009');
    expect(nodeOf(seen).records[0]).toMatchObject({ ageing: { state: 'static' } });
    expect((await audit('--apply', '--yes')).code).toBe(0);
    expect(await register('kms01')).toBe('NOERROR');
  });

  test('a tombstone that the next host may not revive', async () => {
    const { samba, report, register } = await office();
    await register('kms01');
    await putTombstone(samba);
    const seen = await report('-c', 'kmsdns.yaml');
    expect(codes(seen)).toContain('ACL-014');
    expect(nodeOf(seen).tombstone?.since).toMatch(/^20\d\d-/);
    expect(nodeOf(seen)).toMatchObject({ records: [], hosts: [{ mayWrite: 'yes' }, { mayWrite: 'no' }] });
  });

  test('records that age: one in order, one that waits for its host too long, one that the next run takes', async () => {
    const { samba, report } = await office();
    await setAgeing(samba, { on: true });
    for (const host of ['kms03', 'kms04', 'kms05']) await createComputer(samba, host);
    await addToGroup(samba, 'kms03$', 'kms04$', 'kms05$');
    const records = [10, 300, 400].map((ageHours, i) => ({ target: `kms0${i + 3}.${DOMAIN}`, ageHours }));
    // The zone began to age just now, so that what is old is safe for the first two weeks: until it is longer.
    await putNode(samba, {}, records);
    const property = encodeDnsProperty({ id: PROPERTY.agingEnabledTime, data: new Uint8Array(4) });
    await changeProperty(samba, PROPERTY.agingEnabledTime, property);
    const seen = await report();
    expect(seen.zones.find(({ name }) => name === `${DOMAIN}.`)?.ageing).toMatchObject({
      on: true,
      noRefreshHours: 168,
      refreshHours: 168,
    });
    const states = new Map(nodeOf(seen).records.map(({ target, ageing }) => [target, ageing.state]));
    expect(states).toEqual(
      new Map([
        [`kms03.${DOMAIN}.`, 'fresh'],
        [`kms04.${DOMAIN}.`, 'refreshable'],
        [`kms05.${DOMAIN}.`, 'scavengeable'],
      ]),
    );
    const found = seen.findings.filter(({ code }) => code.startsWith('PUB-00'));
    expect(found.map(({ code, subject }) => [code, subject.split(' ').at(-1)]).sort()).toEqual([
      ['PUB-007', `kms04.${DOMAIN}.`],
      ['PUB-008', `kms05.${DOMAIN}.`],
    ]);
  });

  test('the zone in two places', async () => {
    const { samba, report } = await office();
    await createZone(samba, DOMAIN, 'ForestDnsZones');
    const seen = await report();
    expect(codes(seen)).toContain('ZON-014');
    expect(
      seen.zones
        .filter(({ name }) => name === `${DOMAIN}.`)
        .map(({ partition }) => partition)
        .sort(),
    ).toEqual(['domain', 'forest']);
  });

  test('a zone that takes unsigned updates', async () => {
    const { samba, audit, report } = await office();
    const open = encodeDnsProperty({ id: PROPERTY.allowUpdate, data: Uint8Array.of(1) });
    await changeProperty(samba, PROPERTY.allowUpdate, open);
    expect(codes(await report())).toContain('ACL-002');
    expect((await audit()).stdout).toContain('takes UNSIGNED updates');
  });

  describe('somebody who may not read', () => {
    test('a name is told that it is there', async () => {
      const { samba, auditAs, register } = await office();
      await register('kms01');
      await deny(samba, nodeDn(), 'alice');
      await expectUnknown(await auditAs('alice', '--json'), 'may not read it');
    });

    test('a zone is told so', async () => {
      const { samba, auditAs, register } = await office();
      await register('kms01');
      await deny(samba, zoneDn(), 'alice');
      await expectUnknown(
        await auditAs('alice', '--json'),
        'the zone is there, and this account may not read it',
      );
    });

    test('any zone is not told that all is well', async () => {
      const { samba, auditAs, register } = await office();
      await register('kms01');
      for (const partition of ['DomainDnsZones', 'ForestDnsZones'])
        await deny(samba, `CN=MicrosoftDNS,DC=${partition},DC=contoso,DC=test`, 'alice');
      await expectUnknown(await auditAs('alice', '--json'), 'what lies below it is not shown');
    });
  });

  test.each([
    [
      'a wrong password',
      ['--user', `alice@${DOMAIN}`, '--password-file', 'Administrator.pw'],
      /password is wrong/,
    ],
    ['nobody', [], /credentials|bind|--user/i],
  ] as const)('%s: exit 3 and a hint', async (_, login, says) => {
    const { samba, user } = await office();
    const { address, port } = await samba.forward(636);
    const at = ['--ldap', `ldaps://${address}:${port}`, '--ca', samba.caFile];
    const ran = await user.run('audit', ...at, ...login);
    expect([ran.code, flat(ran.stderr)]).toEqual([3, expect.stringMatching(says)]);
  });

  test('by StartTLS, with a second server asked for its copy; a stranger certificate is not talked to', async () => {
    const { samba, user, register } = await office();
    await register('kms01');
    const [plain, tls] = [await samba.forward(389), await samba.forward(636)];
    const login = ['--user', `Administrator@${DOMAIN}`, '--password-file', 'Administrator.pw', '--json'];
    const at = ({ address, port }: typeof plain): string => `ldap://${address}:${port}`;
    const twice = ['--ldap', at(plain), '--ldap', at(plain), '--start-tls', '--ca', samba.caFile];
    const ran = await user.run('audit', ...twice, ...login);
    const report = ran.json() as unknown as AuditReport;
    expect(nodeOf(report).replicas).toEqual([{ server: `dc1.${DOMAIN}`, state: 'same', why: null }]);
    const url = `ldaps://${tls.address}:${tls.port}`;
    for (const [options, says] of [
      [['--ldap', url], 'not to trust|nobody said to trust'],
      [['--ldap', url, '--ca', samba.caFile, '--tls-name', 'other.example'], 'for another name'],
    ] as const) {
      const refused = await user.run('audit', ...options, ...login);
      expect([refused.code, flat(refused.stderr)]).toEqual([3, expect.stringMatching(says)]);
      expect(refused.json()).toMatchObject({ schema: 'kmsdns/audit@1', zones: [] });
    }
    const insecure = await user.run('audit', '--ldap', url, '--insecure', ...login);
    expect([insecure.code, insecure.stderr]).toEqual([0, expect.stringMatching(/^INSECURE:/)]);
  });

  test('a domain controller that stops answering is unknown at the deadline', async () => {
    const { samba, audit, register } = await office();
    await register('kms01');
    samba.pause();
    const ran = await audit('--timeout', '1', '--deadline', '2', '--json');
    samba.resume();
    expect(ran.code).toBe(3);
    expect(ran.json()).toMatchObject({
      zones: [],
      fault: { kind: expect.stringMatching(/^(timeout|cancelled)$/) },
    });
  });

  test('as a user runs it: inside, with the domain controllers found through DNS', async () => {
    const { samba, user, register } = await office();
    await register('kms01');
    const argv = ['audit', DOMAIN, '--ca', samba.caFile, '-c', 'kmsdns.yaml'];
    const login = ['--user', `Administrator@${DOMAIN}`, '--password-env', 'PW'];
    const ran = await samba.kmsdns([...argv, ...login], {
      cwd: user.folder,
      env: { PW: PASSWORDS.Administrator! },
    });
    expect([ran.exitCode, ran.stderr]).toEqual([1, '']);
    expect(ran.stdout).toContain('error ACL-001');
  });
});

labServer('samba', 'samba-dlz')('an audit of Active Directory, with BIND as its DNS server', () => {
  test('the second host: refused, explained, let in by --apply, shut out by --undo', () =>
    story('dlz', 'REFUSED'));
});

async function expectUnknown(ran: Ran, why: string): Promise<void> {
  expect(ran.code).toBe(3);
  const report = ran.json() as unknown as AuditReport;
  const reasons = [...report.unjudged.map((one) => one.why), ...report.unread.map((one) => one.why)];
  expect(reasons.join('\n')).toContain(why);
  // What was not shown is not free for the taking.
  expect(codes(report)).not.toContain('ACL-003');
}

async function deny(samba: Samba, dn: string, account: string): Promise<void> {
  await samba.sambaTool(
    ...['dsacl', 'set', '--action=deny', `--objectdn=${dn}`],
    `--sddl=(D;CI;RPLCLORC;;;${await sidOf(samba, account)})`,
  );
}

/** Puts one value of a zone's `dNSProperty` in place of the one with the same id. */
async function changeProperty(samba: Samba, id: number, value: Uint8Array): Promise<void> {
  const [zone] = await search(samba, zoneDn(), { attributes: ['dNSProperty'] });
  const others = (zone?.attributes.get('dnsproperty') ?? []).filter(
    (octets) => octets.readUInt32LE(16) !== id,
  );
  const lines = [...others, Buffer.from(value)].map(
    (octets) => `dNSProperty:: ${octets.toString('base64')}\n`,
  );
  await changeDirectory(
    samba,
    `dn: ${zoneDn()}\nchangetype: modify\nreplace: dNSProperty\n${lines.join('')}-\n`,
  );
}
