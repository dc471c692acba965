import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { formatDesiredState } from '../../src/core/desired-state-text.ts';
import { known } from '../../src/directory/audit-model.ts';
import { discover, onlyDomains } from '../../src/directory/discovery.ts';
import {
  computer,
  fqdn,
  node,
  SID,
  snapshot,
  srv,
  withAccounts,
  ZONE_DN,
  zone,
} from '../support/directory-snapshot.ts';

const NONE = { suffixes: [] };

describe('what the forest publishes', () => {
  it('is a desired state that a file can hold', () => {
    const { state } = discover({ snapshot: snapshot({}) }, NONE);
    const again = parseDesiredState(formatDesiredState(state), 'kmsdns.yaml');
    expect(
      again.domains.map(({ domain, zone: in_, publish, ttlSeconds }) => [domain, in_, publish, ttlSeconds]),
    ).toEqual([
      [
        'contoso.com.',
        'contoso.com.',
        [{ priority: 0, weight: 0, port: 1688, target: 'kms01.contoso.com.' }],
        3600,
      ],
    ]);
    expect(Object.values(again.servers).map(({ auth }) => auth.kind)).toEqual(['gss']);
  });

  it('has no tombstone in it', () => {
    const one = snapshot({ zones: known([zone({ nodes: known([node({ tombstoned: true })]) })]) });
    expect(discover({ snapshot: one }, NONE).state.domains).toEqual([]);
  });

  it('takes the domain’s own zone of two, and says so', () => {
    const system = zone({
      dn: 'DC=contoso.com,CN=MicrosoftDNS,CN=System,DC=contoso,DC=com',
      partition: { kind: 'system', dn: 'CN=System,DC=contoso,DC=com' },
      nodes: known([node({ records: [srv('old')] })]),
    });
    const { state, notes } = discover({ snapshot: snapshot({ zones: known([system, zone()]) }) }, NONE);
    expect(state.domains.flatMap(({ publish }) => publish.map(({ target }) => target))).toEqual([
      'kms01.contoso.com.',
    ]);
    expect(notes).toEqual([expect.stringContaining('two places')]);
    expect(notes[0]).toContain(ZONE_DN);
  });

  it('takes the shortest of several TTLs, and says so', () => {
    const records = [srv('kms01'), { ...srv('kms02'), ttlSeconds: 600 }];
    const one = snapshot({ zones: known([zone({ nodes: known([node({ records })]) })]) });
    const { state, notes } = discover({ snapshot: one }, NONE);
    expect(state.domains[0]!.ttlSeconds).toBe(600);
    expect(notes).toEqual([expect.stringContaining('600, 3600 s')]);
  });
});

describe('the hosts behind the records', () => {
  const two = node({ records: [srv('kms01', 5), srv('rogue', 5)] });

  it('tell account, system and last logon; who is not wanted is seen', () => {
    const one = withAccounts(
      snapshot({
        zones: known([zone({ nodes: known([two]) })]),
        wanted: { file: 'kmsdns.yaml', hosts: [fqdn('kms01')], sets: [] },
      }),
      computer('rogue', SID.rogue),
    );
    expect(discover({ snapshot: one }, NONE).hosts).toMatchObject([
      { name: 'kms01.contoso.com.', registered: 'dynamic', wanted: true },
      {
        name: 'rogue.contoso.com.',
        domains: ['contoso.com.'],
        account: {
          kind: 'found',
          name: 'ROGUE$',
          enabled: true,
          operatingSystem: expect.stringContaining('Windows'),
        },
        wanted: false,
      },
    ]);
  });

  it('nothing is called unwanted without a desired state', () => {
    const one = snapshot({ zones: known([zone({ nodes: known([two]) })]) });
    expect(discover({ snapshot: one }, NONE).hosts.map(({ wanted }) => wanted)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('suffixes of computers', () => {
  const suffixes = [
    { suffix: fqdn('contoso.com'), computers: 900, allowed: true },
    { suffix: fqdn('emea.contoso.com'), computers: 40, allowed: true },
    { suffix: fqdn('lab.example'), computers: 3, allowed: false },
    { suffix: fqdn('old.example'), computers: 0, allowed: true },
  ];

  it('without a record are told with how many computers look there in vain', () => {
    expect(discover({ snapshot: snapshot({}) }, { suffixes }).without).toEqual([
      { suffix: 'emea.contoso.com.', computers: 40, zone: true },
      { suffix: 'lab.example.', computers: 3, zone: false },
    ]);
  });

  test.each([
    [[], 1, 2],
    [[fqdn('contoso.com')], 1, 1],
    [[fqdn('nowhere.example')], 0, 0],
  ])('only for %j', (domains, records, without) => {
    const only = onlyDomains(discover({ snapshot: snapshot({}) }, { suffixes }), domains);
    expect(only.state.domains).toHaveLength(records);
    expect(only.without).toHaveLength(without);
  });
});
