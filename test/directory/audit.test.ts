import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { parseFqdn } from '../../src/core/name.ts';
import {
  type DirectorySnapshot,
  known,
  type NodeSeen,
  unread,
  type ZoneSeen,
} from '../../src/directory/audit-model.ts';
import { auditDirectory } from '../../src/directory/audit-rules.ts';
import { sidInDomain } from '../../src/directory/sid.ts';
import {
  computer,
  DOMAIN,
  fqdn,
  NOW,
  node,
  nodeSddl,
  OTHER_DOMAIN,
  OWNER,
  ROOT_DN,
  SID,
  sd,
  snapshot,
  srv,
  withAccounts,
  ZONE_DN,
  zone,
} from '../support/directory-snapshot.ts';

interface Row {
  readonly title: string;
  readonly seen: DirectorySnapshot;
  /** Exactly these, each as `code subject`. */
  readonly finds?: readonly string[];
  readonly unjudged?: readonly string[];
}

const ROWS: Row[] = [];

function row(
  title: string,
  seen: DirectorySnapshot,
  finds: readonly string[] = [],
  unjudged: readonly string[] = [],
) {
  ROWS.push({ title, seen, finds, unjudged });
}

function withNode(overrides: Partial<NodeSeen>, zoned: Partial<ZoneSeen> = {}): DirectorySnapshot {
  return snapshot({ zones: known([zone({ nodes: known([node(overrides)]), ...zoned })]) });
}

const HOSTS = [fqdn('kms01'), fqdn('kms02')];
const WANTED = { file: 'kmsdns.yaml', hosts: HOSTS, sets: [{ owner: OWNER, targets: HOSTS }] };
const GRANT = `(A;;GA;;;${SID.group})`;
const MEMBERS = [
  computer('kms01', SID.kms01, [SID.computers, SID.group]),
  computer('kms02', SID.kms02, [SID.computers, SID.group]),
];
const TEAM = {
  sid: SID.group,
  dn: `CN=KMS Hosts,CN=Users,${ROOT_DN}`,
  kind: 'group',
  name: 'KMS Hosts',
  servicePrincipalNames: [],
  groups: known([]),
} as const;
const both = [srv('kms01'), srv('kms02')];
const name = '_vlmcs._tcp.contoso.com.';

// Who may write the record.
row('one host, which made the record', snapshot());
row('a second host that the first one shut out', withNode({ records: both }), [
  `ACL-001 ${name} kms02.contoso.com.`,
]);
row('a second host that is only wanted', { ...snapshot(), wanted: WANTED }, [
  `ACL-001 ${name} kms02.contoso.com.`,
]);
row(
  'a group that may write, with both hosts in it',
  withAccounts(withNode({ records: both, security: known(sd(nodeSddl(SID.kms01, GRANT))) }), ...MEMBERS),
);
row(
  'a group that is denied after all',
  withAccounts(
    withNode({
      records: both,
      security: known(sd(`O:${SID.kms01}D:(D;;WP;;;${SID.group})(A;;GA;;;${SID.kms01})${GRANT}`)),
    }),
    ...MEMBERS,
  ),
  // Nobody of the hosts may write it, and each is told so; the owner is a computer, not an administrator.
  [`ACL-001 ${name} kms01.contoso.com.`, `ACL-001 ${name} kms02.contoso.com.`],
);
row(
  'groups that could not be read: no permission is not known to be none',
  withAccounts(withNode({ records: both, security: known(sd(nodeSddl(SID.kms01, GRANT))) }), {
    ...computer('kms02', SID.kms02),
    groups: unread('tokenGroups: no permission'),
  }),
  [],
  [`ACL-001 ${name} kms02.contoso.com.`],
);
row(
  'a host whose account could not be looked up',
  { ...withNode({ records: both }), hosts: [{ name: fqdn('kms01'), account: known(SID.kms01) }] },
  [],
  [`ACL-001 ${name} kms02.contoso.com.`, `SRV-019 ${name} SRV 0 0 1688 kms02.contoso.com.`],
);
row(
  'permissions that could not be read',
  withNode({ security: unread('nTSecurityDescriptor: no permission') }),
  [],
  ['ACL-001', 'ACL-004', 'ACL-009', 'ACL-013'].map((code) => `${code} ${name}`),
);
row(
  'write, read and delete are enough for Windows',
  withAccounts(
    withNode({ records: both, security: known(sd(nodeSddl(SID.kms01, `(A;;RPWPLCLORCSD;;;${SID.group})`))) }),
    ...MEMBERS,
  ),
);
row(
  'write, read and delete are too little for BIND with Samba',
  {
    ...withAccounts(
      withNode({
        records: both,
        security: known(sd(nodeSddl(SID.kms01, `(A;;RPWPLCLORCSD;;;${SID.group})`))),
      }),
      ...MEMBERS,
    ),
    updater: 'bind9-dlz',
  },
  [`ACL-001 ${name} kms02.contoso.com.`],
);
row(
  'an entry for the attribute dnsRecord alone',
  withNode({
    records: both,
    security: known(sd(nodeSddl(SID.kms01, `(OA;;WP;e0fa1e69-9b45-11d0-afdd-00c04fd930c9;;${SID.kms02})`))),
  }),
);
row(
  'an entry for another attribute alone',
  withNode({
    records: both,
    security: known(sd(nodeSddl(SID.kms01, `(OA;;WP;d5eb2eb7-be4e-463b-a214-634a44d7392e;;${SID.kms02})`))),
  }),
  [`ACL-001 ${name} kms02.contoso.com.`],
);

// The owner.
row('an owner that is gone', withNode({ security: known(sd(nodeSddl(SID.former))) }), [`ACL-004 ${name}`]);
row(
  'an owner that is gone, where the hosts go on',
  withAccounts(withNode({ security: known(sd(nodeSddl(SID.former, GRANT))) }), ...MEMBERS),
  [`ACL-004 ${name}`],
);
row(
  'an owner that could not be looked up is not gone',
  withNode({ security: known(sd(nodeSddl(sidInDomain(DOMAIN, 1999)))) }),
  [`ACL-001 ${name} kms01.contoso.com.`],
  [`ACL-004 ${name}`, `ACL-009 ${name}`],
);
for (const [who, owner] of [
  ['Domain Admins', 'DA'],
  ['DnsAdmins', SID.dnsAdmins],
] as const) {
  const locked = `O:${owner}D:(A;;GA;;;DA)(A;;RPLCLORC;;;WD)`;
  row(`a record by hand of ${who}`, withNode({ security: known(sd(locked)) }), [`ACL-009 ${name}`]);
  row(
    `a record by hand of ${who} with a group`,
    withAccounts(withNode({ security: known(sd(`${locked}${GRANT}`)) }), ...MEMBERS),
  );
}
row(
  'a record by hand for a host that has no account here',
  withNode({ records: [srv('ghost')], security: known(sd('O:DAD:(A;;GA;;;DA)')) }),
);
row(
  'a record by hand, where nobody could look the host up',
  { ...withNode({ security: known(sd('O:DAD:(A;;GA;;;DA)')) }), hosts: [] },
  [],
  [
    `ACL-001 ${name} kms01.contoso.com.`,
    `ACL-009 ${name}`,
    `SRV-019 ${name} SRV 0 0 1688 kms01.contoso.com.`,
  ],
);

// Too open.
row('write for everybody', withNode({ security: known(sd(nodeSddl(SID.kms01, '(A;;WP;;;AU)'))) }), [
  `ACL-013 ${name}`,
]);
row('no list at all', withNode({ security: known(sd(`O:${SID.kms01}D:NO_ACCESS_CONTROL`)) }), [
  `ACL-013 ${name}`,
]);
row('write for all computers', withNode({ security: known(sd(nodeSddl(SID.kms01, '(A;;GA;;;DC)'))) }), [
  `ACL-013 ${name}`,
]);
row(
  'write for everybody on objects below',
  withNode({ security: known(sd(nodeSddl(SID.kms01, '(A;CIIO;GA;;;AU)'))) }),
);
row('no object yet, and everybody may create one', snapshot({ zones: known([zone({ nodes: known([]) })]) }), [
  `ACL-003 ${name}`,
]);
row(
  'no object yet, and only administrators may create one',
  snapshot({
    zones: known([zone({ nodes: known([]), security: known(sd('O:DAD:(A;;GA;;;DA)(A;;RP;;;AU)')) })]),
  }),
);
row(
  'no object yet, and an entry that denies in front',
  snapshot({
    zones: known([zone({ nodes: known([]), security: known(sd('O:DAD:(D;;CC;;;DU)(A;;CC;;;AU)')) })]),
  }),
);
row(
  'a wanted name without an object',
  snapshot({
    wanted: {
      file: 'f',
      hosts: [],
      sets: [{ owner: parseFqdn('_vlmcs._tcp.east.contoso.com'), targets: [] }],
    },
  }),
  ['ACL-003 _vlmcs._tcp.east.contoso.com.'],
);
row(
  'nodes that could not be read',
  snapshot({ zones: known([zone({ nodes: unread('no permission') })]) }),
  [],
  [`ACL-003 ${name}`],
);
row(
  'unsecured updates',
  withNode({}, { properties: known({ allowUpdate: 'unsecured', aging: false, problems: [] }) }),
  ['ACL-002 contoso.com.'],
);
row(
  'a setting of updates that could not be read is not "secure"',
  withNode(
    {},
    { properties: known({ aging: false, problems: ['dNSProperty value 1: cut off at octet 4'] }) },
  ),
  [],
  ['ACL-002 contoso.com.'],
);

// Tombstones.
const tombstone = {
  tombstoned: true,
  records: [{ ...srv('kms01'), type: 0, data: { kind: 'tombstone', entombedAt: NOW } }],
} as const;
row('a tombstone that only its owner revives', withNode(tombstone), [`ACL-014 ${name}`]);
row('a tombstone that a wanted host may not revive', { ...withNode(tombstone), wanted: WANTED }, [
  `ACL-014 ${name}`,
]);
row('a tombstone that the hosts may revive', {
  ...withAccounts(withNode({ ...tombstone, security: known(sd(nodeSddl(SID.kms01, GRANT))) }), ...MEMBERS),
  wanted: WANTED,
});
row(
  'a tombstone whose permissions nobody read',
  withNode({ ...tombstone, security: unread('no') }),
  [],
  [`ACL-014 ${name}`],
);
const ageing = known({
  allowUpdate: 'secure',
  aging: true,
  noRefreshHours: 168,
  refreshHours: 168,
  problems: [],
} as const);
const granted = known(sd(nodeSddl(SID.kms01, GRANT)));
row(
  'a tombstone in a zone that ages',
  withNode({ ...tombstone, security: granted }, { properties: ageing }),
  [`PUB-016 ${name}`],
);
row('a tombstone in a zone that ages, locked', withNode(tombstone, { properties: ageing }), [
  `ACL-014 ${name}`,
  `PUB-016 ${name}`,
]);
row('a tombstone in a zone that does not age', withNode({ ...tombstone, security: granted }));

// Groups and domains.
const guarded = withAccounts(withNode({ records: both, security: granted }), ...MEMBERS);
row('both hosts in the group', { ...guarded, group: known(TEAM) });
row('a host outside the group', { ...snapshot(), group: known(TEAM) }, ['ACL-015 kms01.contoso.com.']);
row(
  'a host outside the group, and one that nobody wants',
  {
    ...withNode({
      records: [srv('kms01'), srv('pc77')],
      security: known(sd(nodeSddl(SID.kms01, `(A;;GA;;;${SID.rogue})`))),
    }),
    group: known(TEAM),
    wanted: { file: 'kmsdns.yaml', hosts: [fqdn('kms01')], sets: [] },
  },
  ['ACL-015 kms01.contoso.com.', `SRV-018 ${name} SRV 0 0 1688 pc77.contoso.com.`],
);
row('a group that does not exist yet', { ...snapshot(), group: known(undefined) });
row(
  'a group that could not be read',
  { ...snapshot(), group: unread('timeout') },
  [],
  ['ACL-015 ldaps://dc1.contoso.com:636'],
);
row(
  'hosts of two domains',
  withAccounts(
    {
      ...withNode({
        records: both,
        security: known(sd(nodeSddl(SID.kms01, `(A;;GA;;;${OTHER_DOMAIN}-1200)`))),
      }),
      domains: [...snapshot().domains, { name: parseFqdn('contoso.com'), dn: 'DC=other', sid: OTHER_DOMAIN }],
    },
    { ...computer('kms02', sidInDomain(OTHER_DOMAIN, 1200)), dn: 'CN=KMS02,DC=other' },
  ),
  [`ACL-005 ${name}`],
);

// Replicas.
const there = (tombstoned: boolean, ...records: ReturnType<typeof srv>[]) => known({ tombstoned, records });
row('replicas that agree', withNode({ replicas: [{ server: 'dc2', node: there(false, srv('kms01', 5)) }] }));
row(
  'a replica with another record',
  withNode({ replicas: [{ server: 'dc2', node: there(false, srv('kms02')) }] }),
  [`ACL-008 ${name}`],
);
row('a replica without the object', withNode({ replicas: [{ server: 'dc2', node: known(undefined) }] }), [
  `ACL-008 ${name}`,
]);
row(
  'a replica that did not answer',
  withNode({ replicas: [{ server: 'dc2', node: unread('timeout') }] }),
  [],
  [`ACL-008 ${name} dc2`],
);

// Ageing.
const aged = (hoursAgo: number, properties: ZoneSeen['properties'] = ageing) =>
  withNode({ records: [srv('kms01', hoursAgo)] }, { properties });
const record = `${name} SRV 0 0 1688 kms01.contoso.com.`;
row('a record of yesterday', aged(20));
row('a record that its host will refresh today', aged(168 + 30));
row('a record that its host did not refresh', aged(168 + 60), [`PUB-007 ${record}`]);
row('a record that may be taken away', aged(336), [`PUB-008 ${record}`]);
row(
  'a refresh interval of some hours',
  aged(1, known({ allowUpdate: 'secure', aging: true, noRefreshHours: 4, refreshHours: 4, problems: [] })),
  [`PUB-007 ${record}`],
);
row('an old record in a zone without ageing, of a living host', aged(9000, zone().properties));
row(
  'an old record in a zone without ageing, of a host that was not seen for long',
  withAccounts(aged(9000, zone().properties), {
    ...computer('kms01', SID.kms01),
    lastLogon: new Date('2025-03-01T00:00:00Z'),
  }),
  [`PUB-008 ${record}`],
);
row(
  'an old record where the settings could not be read',
  aged(9000, unread('no permission')),
  [],
  ['ACL-002 contoso.com.', `PUB-007 ${record}`, `PUB-008 ${record}`],
);

// Targets.
row('a disabled host', withAccounts(snapshot(), { ...computer('kms01', SID.kms01), enabled: false }), [
  `SRV-019 ${record}`,
]);
row('a dynamic record of a host without account', withNode({ records: [srv('ghost', 20)] }), [
  `SRV-019 ${name} SRV 0 0 1688 ghost.contoso.com.`,
]);

// Zones and names.
const twin = { dn: `DC=contoso.com,CN=MicrosoftDNS,CN=System,${ROOT_DN}`, nodes: known([]) };
row('a zone in two partitions', snapshot({ zones: known([zone(), zone(twin)]) }), ['ZON-014 contoso.com.']);
row(
  'the twin of a zone of which nothing could be read',
  snapshot({ zones: known([zone(), zone({ ...twin, nodes: unread('no permission') })]) }),
  ['ZON-014 contoso.com.'],
);
row(
  'two zones of different names',
  snapshot({ zones: known([zone(), zone({ ...twin, name: parseFqdn('fabrikam.com') })]) }),
);
row(
  'a zone and a node that lost a conflict',
  snapshot({
    zones: known([
      zone({ nodes: known([node(), node({ loser: 'conflict' })]) }),
      zone({ ...twin, loser: 'in-progress' }),
    ]),
  }),
  ['ZON-015 contoso.com.', `ZON-015 ${name}`],
);
row(
  'zones that could not be read',
  snapshot({ zones: unread('timeout') }),
  [],
  ['ZON-014 ldaps://dc1.contoso.com:636'],
);
row(
  'names that were meant to be the right one',
  snapshot({
    zones: known([
      zone({
        nodes: known([
          node(),
          node({ name: parseFqdn('_vlmsc._tcp.contoso.com') }),
          node({ name: parseFqdn('_vlmcs._udp.contoso.com') }),
          node({ name: parseFqdn('_vlmcs.tcp.contoso.com'), tombstoned: true }),
        ]),
      }),
    ]),
  }),
  ['SRV-003 _vlmsc._tcp.contoso.com.', 'SRV-004 _vlmcs._udp.contoso.com.'],
);
row('a value that nobody can read', withNode({ problems: ['dnsRecord value 2: cut off at octet 4'] }), [
  `SRV-033 ${name}`,
]);
row(
  'a host whose name stands in another namespace',
  withAccounts(withNode({ records: [] }), computer('kms03.corp.example', sidInDomain(DOMAIN, 1130))),
);
row(
  'a host that publishes in another namespace than that of its domain',
  withAccounts(
    snapshot({
      zones: known([
        zone(),
        zone({
          name: parseFqdn('corp.example'),
          dn: 'DC=corp.example,CN=MicrosoftDNS,DC=ForestDnsZones,DC=contoso,DC=com',
          nodes: known([
            node({
              name: parseFqdn('_vlmcs._tcp.corp.example'),
              records: [srv('kms03.corp.example')],
              security: known(sd(nodeSddl(sidInDomain(DOMAIN, 1130)))),
            }),
          ]),
        }),
      ]),
    }),
    computer('kms03.corp.example', sidInDomain(DOMAIN, 1130)),
  ),
  ['PUB-015 kms03.corp.example.'],
);
row(
  'a host whose names are disjoint, and which publishes for its domain all the same',
  withAccounts(
    withNode({
      records: [srv('kms03.corp.example')],
      security: known(sd(nodeSddl(sidInDomain(DOMAIN, 1130)))),
    }),
    computer('kms03.corp.example', sidInDomain(DOMAIN, 1130)),
  ),
);

describe('what an audit says', () => {
  it.each(ROWS)('$title', ({ seen, finds = [], unjudged = [] }) => {
    const audit = auditDirectory(seen);
    expect(audit.findings.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([...finds].sort());
    expect(audit.unjudged.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual(
      [...unjudged].sort(),
    );
    for (const { why } of audit.unjudged) expect(why).not.toBe('');
  });
});

describe('what stands in the directory', () => {
  const raised = (seen: DirectorySnapshot) => new Set(auditDirectory(seen).findings.map(({ code }) => code));
  const codes = Object.entries(CATALOGUE).flatMap(([code, { observable }]) =>
    observable === 'directory' ? [code] : [],
  );

  it.each(codes)('%s is raised by a row and quiet in most', (code) => {
    const count = ROWS.filter(({ seen }) => raised(seen).has(code)).length;
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThan(ROWS.length / 2);
  });
});

describe('evidence', () => {
  const said = (seen: DirectorySnapshot): readonly string[] =>
    auditDirectory(seen).findings.flatMap(({ evidence }) =>
      evidence.map(({ observation, says }) => `${observation}: ${says}`),
    );

  it('names the owner and the reason', () => {
    expect(said(withNode({ records: both }))).toEqual([
      `DC=_vlmcs._tcp,${ZONE_DN}: owner CONTOSO\\KMS01$ (${SID.kms01})`,
      `CN=KMS02,CN=Computers,${ROOT_DN}: CONTOSO\\KMS02$ may not write it: no entry grants it: write`,
    ]);
  });

  it('names the entry that lets strangers in', () => {
    expect(said(withNode({ security: known(sd(nodeSddl(SID.kms01, '(A;;WP;;;AU)'))) }))).toEqual([
      `DC=_vlmcs._tcp,${ZONE_DN}: an entry allows Authenticated Users: write`,
    ]);
  });

  it('helps to find a host that nobody wants', () => {
    const seen = withNode({ records: [srv('pc77')], security: known(sd(nodeSddl(SID.rogue))) });
    expect(said({ ...seen, wanted: { file: 'kmsdns.yaml', hosts: [fqdn('kms01')], sets: [] } })).toEqual([
      'kmsdns.yaml: does not list pc77.contoso.com',
      `CN=PC77,CN=Computers,${ROOT_DN}: Windows Server 2022 Standard, last logon 2025-12-28`,
    ]);
  });

  it('says what both replicas hold', () => {
    const replicas = [{ server: 'dc2', node: known({ tombstoned: true, records: [], whenChanged: NOW }) }];
    expect(said(withNode({ replicas }))).toEqual([
      'ldaps://dc1.contoso.com:636: 0 0 1688 kms01.contoso.com.',
      'dc2: a tombstone (changed 2026-01-01T00:00:00.000Z)',
    ]);
  });

  it('comes worst first', () => {
    const audit = auditDirectory(withNode(tombstone, { properties: ageing }));
    expect(audit.findings.map(({ severity }) => severity)).toEqual(['critical', 'warning']);
  });
});
