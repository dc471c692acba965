import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { type DirectorySnapshot, known, unread } from '../../src/directory/audit-model.ts';
import {
  type AuditReport,
  auditExitCode,
  auditReport,
  unreadAudit,
} from '../../src/directory/audit-report.ts';
import {
  NOW,
  node,
  nodeSddl,
  OWNER,
  SID,
  sd,
  snapshot,
  srv,
  ZONE_DN,
  zone,
} from '../support/directory-snapshot.ts';

function report(overrides: Partial<DirectorySnapshot> = {}, places: AuditReport['unread'] = []): AuditReport {
  const forest = { servers: [], domains: [], contexts: [], outOfReach: [] };
  return auditReport({ snapshot: snapshot(overrides), forest, unread: places }, 'KMS Hosts');
}
const withNode = (overrides: Parameters<typeof node>[0]): AuditReport =>
  report({ zones: known([zone({ nodes: known([node(overrides)]) })]) });
const nodeIn = ({ zones }: AuditReport): AuditReport['zones'][number]['nodes'][number] => zones[0]!.nodes[0]!;

describe('the exit code', () => {
  const open = zone({
    properties: known({ zoneType: 'primary', allowUpdate: 'unsecured', aging: false, problems: [] }),
  });
  const vague = zone({ properties: unread('no permission') });
  test.each<[string, AuditReport, Parameters<typeof auditExitCode>[1], number]>([
    ['all in order', report(), 'info', 0],
    ['a warning, errors count', report({ zones: known([open]) }), 'error', 0],
    ['a warning, warnings count', report({ zones: known([open]) }), 'warning', 1],
    ['what may be a warning, errors count', report({ zones: known([vague]) }), 'error', 0],
    ['what may be a warning, warnings count', report({ zones: known([vague]) }), 'warning', 3],
    [
      'a zone whose names are not known',
      report({ zones: known([zone({ nodes: unread('late') })]) }),
      'error',
      3,
    ],
    ['no zones known', report({ zones: unread('late') }), 'critical', 3],
    ['a place that was not read', report({}, [{ dn: 'DC=x', why: 'late' }]), 'critical', 3],
    [
      'an error beside a place that was not read',
      report({ zones: known([zone({ nodes: known([node({ records: [srv('kms02')] })]) })]) }, [
        { dn: 'x', why: 'y' },
      ]),
      'error',
      1,
    ],
    ['nothing read', unreadAudit({ kind: 'timeout', detail: '', hint: '' }, NOW), 'critical', 3],
  ])('%s', (_, seen, failOn, code) => {
    expect(auditExitCode(seen, failOn)).toBe(code);
  });
});

describe('a node as data', () => {
  it('says of an owner whether the account is still there', () => {
    const owner = (sid: string): unknown =>
      nodeIn(withNode({ security: known(sd(nodeSddl(sid as typeof SID.kms01))) })).owner?.exists;
    expect([SID.kms01, SID.former, `${SID.kms01}99`, 'S-1-5-18'].map(owner)).toEqual([
      'yes',
      'no',
      'unknown',
      'yes',
    ]);
  });

  it('tells denials, strangers, and no list at all', () => {
    const denied = withNode({
      security: known(sd(`O:DAG:DAD:(D;;WP;;;${SID.kms01})(A;;GA;;;${SID.group})`)),
    });
    expect(nodeIn(denied).writers).toMatchObject([
      { access: 'denies', rights: 'write', administrative: false },
      { access: 'allows', rights: 'full control' },
    ]);
    expect(nodeIn(denied).hosts).toMatchObject([
      { mayWrite: 'no', because: expect.stringContaining('denies') },
    ]);
    const bare = nodeIn(withNode({ security: known(sd('O:DAG:DAD:NO_ACCESS_CONTROL')) }));
    expect([bare.openToAll, bare.writers, bare.hosts[0]?.mayWrite]).toEqual([true, [], 'yes']);
  });

  it('leaves out entries about other attributes, and those for objects below', () => {
    const other = '(OA;;WP;bf967953-0de6-11d0-a285-00aa003049e2;;AU)(A;CIIO;GA;;;SY)';
    const seen = nodeIn(withNode({ security: known(sd(`O:DAG:DAD:${other}(A;;RP;;;WD)`)) }));
    expect(seen.writers).toEqual([]);
  });

  it('of a host without account knows nothing, and says why', () => {
    const seen = nodeIn(withNode({ records: [srv('ghost')] }));
    expect(seen.hosts).toMatchObject([
      {
        account: null,
        mayWrite: 'unknown',
        because: 'no account of the forest has this name',
        inGroup: null,
      },
    ]);
  });

  it('dates what will be scavenged', () => {
    const aging = known({ zoneType: 'primary', allowUpdate: 'secure', aging: true, problems: [] } as const);
    const seen = report({
      zones: known([zone({ properties: aging, nodes: known([node({ records: [srv('kms01', 200)] })]) })]),
    });
    expect(nodeIn(seen).records[0]?.ageing).toMatchObject({
      state: 'refreshable',
      stampedAt: '2025-12-23T16:00:00.000Z',
      refreshableFrom: '2025-12-30T16:00:00.000Z',
      scavengeableFrom: '2026-01-06T16:00:00.000Z',
    });
  });

  it('compares copies by their records, not by their order', () => {
    const both = [srv('kms01'), srv('kms02')];
    const copy = (
      server: string,
      records: typeof both | undefined,
    ): ReturnType<typeof node>['replicas'][number] => ({
      server,
      node: known(records === undefined ? undefined : { tombstoned: false, records }),
    });
    const replicas = [
      copy('dc2', [...both].reverse()),
      copy('dc3', [srv('kms01')]),
      copy('dc4', undefined),
      { server: 'dc5', node: unread<undefined>('late') },
    ];
    expect(nodeIn(withNode({ records: both, replicas })).replicas).toEqual([
      { server: 'dc2', state: 'same', why: null },
      { server: 'dc3', state: 'differs', why: null },
      { server: 'dc4', state: 'missing', why: null },
      { server: 'dc5', state: 'unknown', why: 'late' },
    ]);
  });
});

it('a zone that holds no KMS name and is nobody’s business does not matter', () => {
  const other = zone({ name: parseFqdn('other.example'), dn: `DC=other,${ZONE_DN}`, nodes: known([]) });
  const seen = report({ zones: known([zone(), other]) });
  expect(seen.zones.map(({ name, matters }) => [name, matters])).toEqual([
    ['contoso.com.', true],
    ['other.example.', false],
  ]);
  expect(seen.zones[0]!.nodes[0]!.name).toBe(OWNER);
});
