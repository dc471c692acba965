import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { type AccountSeen, type DirectorySnapshot, known, unread } from '../../src/directory/audit-model.ts';
import { auditDirectory } from '../../src/directory/audit-rules.ts';
import { decodeDnsRecord } from '../../src/directory/dns-record.ts';
import { childDn, dnValue } from '../../src/directory/ldap-dn.ts';
import { type MendingStep, type MendingWish, planMending } from '../../src/directory/mending.ts';
import { MENDING_FORMATS, renderMending } from '../../src/directory/mending-scripts.ts';
import { decodeSecurityDescriptor } from '../../src/directory/security-descriptor.ts';
import { powerShellTokens } from '../../src/publish/powershell-literals.ts';
import {
  computer,
  fqdn,
  node,
  nodeSddl,
  OWNER,
  ROOT_DN,
  SID,
  sd,
  snapshot,
  srv,
  ZONE_DN,
  zone,
} from '../support/directory-snapshot.ts';

const WISH: MendingWish = { groupName: 'KMS Hosts', ageing: 'static' };
const TEAM: AccountSeen = {
  sid: SID.group,
  dn: `CN=KMS Hosts,CN=Users,${ROOT_DN}`,
  kind: 'group',
  name: 'KMS Hosts',
  servicePrincipalNames: [],
  groups: known([]),
};
const both = [srv('kms01'), srv('kms02')];
const broken = snapshot({
  group: known(undefined),
  zones: known([zone({ nodes: known([node({ records: both })]) })]),
});
const withTeam: DirectorySnapshot = { ...broken, group: known(TEAM) };
const record = { priority: 0, weight: 0, port: 1688, target: fqdn('kms01') };
const SETS = [{ owner: OWNER, ttlSeconds: 3600, records: [record] }];
const kinds = (steps: readonly MendingStep[]) => steps.map(({ kind }) => kind);

describe('a plan of mending', () => {
  it('creates the group, adds the hosts, and grants on the node, in this order', () => {
    const { steps, left } = planMending(broken, WISH);
    expect(kinds(steps)).toEqual(['create-group', 'add-member', 'add-member', 'grant']);
    expect(steps[0]).toMatchObject({ scope: 'global', group: { dn: TEAM.dn, domain: 'CONTOSO' } });
    expect(steps.at(-1)).toMatchObject({ dn: `DC=_vlmcs._tcp,${ZONE_DN}` });
    expect(left).toEqual([]);
  });

  it('knows the new permissions where the group stands', () => {
    const grant = planMending(withTeam, WISH).steps.at(-1);
    if (grant?.kind !== 'grant' || grant.after?.dacl.kind !== 'list') throw new Error('no grant');
    expect(grant.after.dacl.aces.filter(({ kind }) => kind === 'allow')).toHaveLength(6);
    expect(grant.before).toEqual(sd(nodeSddl(SID.kms01)));
  });

  it('is empty when it was carried out, and the audit is content', () => {
    const grant = planMending(withTeam, WISH).steps.at(-1);
    if (grant?.kind !== 'grant' || grant.after === undefined) throw new Error('no grant');
    const accounts = [SID.kms01, SID.kms02].map((sid, i) =>
      computer(`kms0${i + 1}`, sid, [SID.computers, SID.group]),
    );
    const mended: DirectorySnapshot = {
      ...withTeam,
      zones: known([zone({ nodes: known([node({ records: both, security: known(grant.after) })]) })]),
      principals: accounts.map((account) => ({ kind: 'found', sid: account.sid, account })),
    };
    expect(planMending(mended, WISH)).toEqual({ steps: [], left: [] });
    expect(auditDirectory(withTeam).findings.map(({ code }) => code)).toContain('ACL-001');
    expect(auditDirectory(mended)).toEqual({ findings: [], unjudged: [] });
  });

  it('makes a node that is wanted and does not stand, with its records', () => {
    const empty = { ...withTeam, zones: known([zone({ nodes: known([]) })]) };
    for (const [ageing, hours] of [
      ['static', 0],
      ['dynamic', 3_725_472],
    ] as const) {
      const { steps } = planMending(empty, { ...WISH, ageing, sets: SETS });
      expect(kinds(steps)).toEqual(['create-node', 'grant']);
      const made = steps[0];
      if (made?.kind !== 'create-node') throw new Error('no node');
      expect(made).toMatchObject({
        dn: `DC=_vlmcs._tcp,${ZONE_DN}`,
        zone: 'contoso.com.',
        label: '_vlmcs._tcp',
      });
      expect(decodeDnsRecord(made.values[0]!)).toMatchObject({
        ok: true,
        value: { ttlSeconds: 3600, timestampHours: hours, data: { kind: 'SRV', record } },
      });
    }
  });

  it('keeps a name of several labels in one RDN, in the zone that holds it', () => {
    const owner = parseFqdn('_vlmcs._tcp.east.contoso.com');
    const { steps } = planMending(withTeam, { ...WISH, sets: [{ ...SETS[0]!, owner }] });
    expect(steps).toContainEqual(expect.objectContaining({ dn: `DC=_vlmcs._tcp.east,${ZONE_DN}` }));
  });

  it('grants on a tombstone too, which would shut the hosts out', () => {
    const dead = { ...withTeam, zones: known([zone({ nodes: known([node({ tombstoned: true })]) })]) };
    expect(kinds(planMending(dead, { ...WISH, sets: SETS }).steps)).toEqual(['grant']);
  });

  it.each([
    ['a group that could not be read', { ...broken, group: unread('timeout') }, 'KMS Hosts', 'timeout'],
    [
      'zones that could not be read',
      { ...withTeam, zones: unread('no permission') },
      'ldaps://dc1.contoso.com:636',
      'no permission',
    ],
    [
      'nodes that could not be read',
      { ...withTeam, zones: known([zone({ nodes: unread('no permission') })]) },
      ZONE_DN,
      'no permission',
    ],
    [
      'permissions that could not be read',
      { ...withTeam, zones: known([zone({ nodes: known([node({ security: unread('no permission') })]) })]) },
      `DC=_vlmcs._tcp,${ZONE_DN}`,
      'no permission',
    ],
    [
      'no permission list',
      {
        ...withTeam,
        zones: known([zone({ nodes: known([node({ security: known(sd('D:NO_ACCESS_CONTROL')) })]) })]),
      },
      `DC=_vlmcs._tcp,${ZONE_DN}`,
      expect.stringContaining('everybody may do everything'),
    ],
    [
      'a host without account',
      { ...withTeam, zones: known([zone({ nodes: known([node({ records: [srv('ghost')] })]) })]) },
      'ghost.contoso.com',
      'the forest has no account for it',
    ],
  ] as const)('says what it leaves out: %s', (_, seen, subject, why) => {
    expect(planMending(seen as DirectorySnapshot, { ...WISH, sets: [] }).left).toContainEqual({
      subject,
      why,
    });
  });

  it('lets in whom the desired state names, and nobody else', () => {
    const seen = { ...withTeam, wanted: { file: 'f', hosts: [fqdn('kms01')], sets: [] } };
    expect(planMending(seen, WISH).steps.filter(({ kind }) => kind === 'add-member')).toMatchObject([
      { member: { name: 'KMS01$' } },
    ]);
  });
});

describe('scripts', () => {
  const full = planMending(
    {
      ...broken,
      zones: known([
        zone({ nodes: known([node({ records: both })]) }),
        zone({
          name: parseFqdn('b.example'),
          dn: `DC=b.example,CN=MicrosoftDNS,DC=ForestDnsZones,${ROOT_DN}`,
          nodes: known([]),
        }),
      ]),
    },
    { ...WISH, ageing: 'dynamic', sets: [{ ...SETS[0]!, owner: parseFqdn('_vlmcs._tcp.b.example') }] },
  );
  const text = (format: (typeof MENDING_FORMATS)[number], plan = full): string => {
    const script = renderMending(plan, format);
    if (!script.ok) throw new Error(script.problems.join());
    return script.text;
  };

  it.each(MENDING_FORMATS)('%s says every step', (format) => {
    expect(text(format)).toMatchSnapshot();
  });

  it('writes permissions to LDIF with the control that limits the change to them', () => {
    const script = text('ldif', planMending(withTeam, WISH));
    expect(script).toContain('control: 1.2.840.113556.1.4.801 true:: MAMCAQQ=');
    const octets = Buffer.from(/nTSecurityDescriptor:: (\S+)/.exec(script)![1]!, 'base64');
    const read = decodeSecurityDescriptor(octets);
    expect(read).toMatchObject({ ok: true, value: { dacl: { kind: 'list' } } });
    if (read.ok)
      expect([read.value.owner, read.value.group, read.value.sacl]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
  });

  const hostile = fc.oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      "'; rm -rf ~ #",
      '"$(id)"',
      '`id`',
      "O\u2019Brien's",
      '%PATH%',
      'a\nb',
      '\u202etxt',
      '\\',
      'x,CN=y',
    ),
  );
  const planFor = (groupName: string) => planMending(broken, { ...WISH, groupName });

  test('PowerShell: a name stays within its literal, or there is no script', () => {
    fc.assert(
      fc.property(hostile, (groupName) => {
        const script = renderMending(planFor(groupName), 'powershell');
        if (!script.ok) {
          expect(script.problems).not.toEqual([]);
          return;
        }
        const strings = powerShellTokens(script.text).flatMap((one) =>
          one.kind === 'single-quoted' ? [one.text] : [],
        );
        const code = powerShellTokens(script.text).flatMap((one) => (one.kind === 'code' ? [one.text] : []));
        expect(strings.filter((one) => one === groupName).length).toBeGreaterThanOrEqual(2);
        const plain = renderMending(planFor('KMS'), 'powershell');
        const expected = plain.ok
          ? powerShellTokens(plain.text).flatMap((one) => (one.kind === 'code' ? [one.text] : []))
          : [];
        expect(code).toEqual(expected);
      }),
    );
  });

  test('sh gets a name back as it is', () => {
    const names = ["O'Brien", '$(id)', '`id`', '"x" \\ y', '!', '*'];
    for (const groupName of names) {
      const script = renderMending(planFor(groupName), 'samba-tool');
      const line = script.ok
        ? script.text.split('\n').find((one) => one.startsWith('samba-tool group add '))
        : undefined;
      const words = spawnSync(
        '/bin/sh',
        ['-c', `samba_tool() { printf '%s\\n' "$@"; }; ${line!.replace('samba-tool', 'samba_tool')}`],
        { encoding: 'utf8' },
      );
      expect(words.stdout.split('\n')[2]).toBe(groupName);
    }
  });

  test('sh and cmd.exe are not given a name that looks like an option', () => {
    for (const format of ['samba-tool', 'dsacls'] as const)
      expect(renderMending(planFor('-n'), format)).toMatchObject({ ok: false });
    expect(renderMending(planFor('-n'), 'powershell')).toMatchObject({ ok: true });
  });

  test.each(['50%', 'a"b', 'now!', '/quiet', 'a\\'])('cmd.exe is not given %j', (groupName) => {
    expect(renderMending(planFor(groupName), 'dsacls')).toMatchObject({ ok: false });
    expect(renderMending(planFor(groupName), 'powershell')).toMatchObject({ ok: true });
  });

  test('LDIF lines hold no more than one attribute', () => {
    fc.assert(
      fc.property(hostile, (groupName) => {
        const script = renderMending(planFor(groupName), 'ldif');
        if (!script.ok) throw new Error('LDIF can carry anything');
        const plain = renderMending(planFor('KMS'), 'ldif');
        const heads = (all: string) =>
          all.split('\n').map((line) => line.replace(/:.*$/s, '').replace(/^#.*/, '#'));
        expect(heads(script.text)).toEqual(plain.ok ? heads(plain.text) : []);
      }),
    );
  });
});

describe('distinguished names', () => {
  // RFC 4514 §4 has the escapes; the edges are of §2.4.
  test.each([
    ['KMS Hosts', 'KMS Hosts'],
    ['Before, After', 'Before\\, After'],
    ['#1', '\\#1'],
    [' both ', '\\ both\\ '],
    [' ', '\\ '],
    ['a"b+c;d<e>f\\g=h', 'a\\"b\\+c\\;d\\<e\\>f\\\\g\\=h'],
    ['line\nfeed\0', 'line\\0afeed\\00'],
    ['_vlmcs._tcp', '_vlmcs._tcp'],
    ['Grüße', 'Grüße'],
  ])('%j is written %s', (value, written) => {
    expect(dnValue(value)).toBe(written);
    expect(childDn('CN', value, ROOT_DN)).toBe(`CN=${written},${ROOT_DN}`);
  });
});
