import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import type { Finding } from '../../src/core/finding.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { recordSetFindings } from '../../src/core/publication-findings.ts';
import type { SrvRecord } from '../../src/core/srv.ts';

const name = parseFqdn('_vlmcs._tcp.contoso.com');

function srv(priority: number, weight: number, target: string, port = 1688): SrvRecord {
  return { priority, weight, port, target: parseFqdn(`${target}.contoso.com`) };
}

function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    ({ code, severity, subject, evidence }) => `${code} ${severity} ${subject}: ${evidence[0].says}`,
  );
}

/** A set that nothing can be said about; each row changes one thing. */
const GOOD = [srv(10, 75, 'kms1'), srv(10, 25, 'kms2'), srv(90, 0, 'kms3')];

describe('recordSetFindings', () => {
  test.each<[string, { ttlSeconds?: number; records: readonly SrvRecord[] }, string[]]>([
    ['two tiers, weights, 1688', { records: GOOD }, []],
    ['TTL of a minute', { records: GOOD, ttlSeconds: 60 }, []],
    ['TTL of a day', { records: GOOD, ttlSeconds: 86_400 }, []],
    [
      'TTL under a minute',
      { records: GOOD, ttlSeconds: 59 },
      ['SRV-020 notice _vlmcs._tcp.contoso.com.: TTL 59 s'],
    ],
    [
      'TTL over a day',
      { records: GOOD, ttlSeconds: 86_401 },
      ['SRV-020 notice _vlmcs._tcp.contoso.com.: TTL 86401 s'],
    ],
    ['no record', { records: [] }, []],
    [
      'one host',
      { records: [srv(0, 0, 'kms1')] },
      ['SRV-013 notice _vlmcs._tcp.contoso.com.: only kms1.contoso.com'],
    ],
    [
      'one priority',
      { records: [srv(0, 0, 'kms1'), srv(0, 0, 'kms2')] },
      ['SRV-014 notice _vlmcs._tcp.contoso.com.: 2 hosts, one priority'],
    ],
    [
      'weight 0 beside others of its priority',
      { records: [...GOOD, srv(10, 0, 'kms4')] },
      [
        'SRV-015 warning _vlmcs._tcp.contoso.com. SRV 10 0 1688 kms4.contoso.com.: weight 0 beside 75, 25 at priority 10',
      ],
    ],
    [
      'weight 0 everywhere in a priority',
      { records: [srv(10, 0, 'kms1'), srv(10, 0, 'kms2'), srv(90, 5, 'kms3')] },
      [],
    ],
    [
      'another port',
      { records: [...GOOD.slice(1), srv(10, 75, 'kms1', 1689)] },
      ['SRV-011 notice _vlmcs._tcp.contoso.com. SRV 10 75 1689 kms1.contoso.com.: port 1689'],
    ],
    [
      'port 0, as somebody else may have published it',
      { records: [...GOOD.slice(1), srv(10, 75, 'kms1', 0)] },
      ['SRV-010 error _vlmcs._tcp.contoso.com. SRV 10 75 0 kms1.contoso.com.: port 0'],
    ],
    [
      'one host twice',
      { records: [...GOOD, srv(90, 0, 'kms1')] },
      [
        'SRV-012 warning _vlmcs._tcp.contoso.com. → kms1.contoso.com.: 10 75 1688 kms1.contoso.com.; 90 0 1688 kms1.contoso.com.',
      ],
    ],
    [
      'one host twice and no other',
      { records: [srv(10, 1, 'kms1'), srv(90, 1, 'kms1')] },
      [
        'SRV-012 warning _vlmcs._tcp.contoso.com. → kms1.contoso.com.: 10 1 1688 kms1.contoso.com.; 90 1 1688 kms1.contoso.com.',
        'SRV-013 notice _vlmcs._tcp.contoso.com.: only kms1.contoso.com',
      ],
    ],
  ])('%s', (_, set, expected) => {
    expect(told(recordSetFindings({ name, seenAt: '192.0.2.53:53', ...set }))).toEqual(expected);
  });

  it('names where it was seen', () => {
    const [first] = recordSetFindings({ name, seenAt: '192.0.2.53:53', records: [srv(0, 0, 'kms1')] });
    expect(first?.evidence[0].observation).toBe('192.0.2.53:53');
  });
});

describe('findings of a desired state', () => {
  const findingsOf = (domains: string, hosts = ''): readonly Finding[] =>
    parseDesiredState(`version: 1\n${hosts}domains:\n${domains}`, 'k.yaml').findings;
  const hosts = 'hosts:\n  kms1.contoso.com: { port: 1689 }\n';

  test.each<[string, string, string, string[]]>([
    [
      'a host that is not under hosts',
      '  contoso.com: { publish: [{ host: kms1.contoso.com, port: 1688 }, { host: kms9.contoso.com, priority: 1 }] }',
      hosts,
      ['PUB-014 warning kms9.contoso.com.: contoso.com publishes it; `hosts` does not have it'],
    ],
    [
      'any host where hosts is left out',
      '  contoso.com: { publish: [{ host: kms1.contoso.com }, { host: kms9.contoso.com, priority: 1 }] }',
      '',
      [],
    ],
    [
      'a port that comes from hosts is meant',
      '  contoso.com: { publish: [{ host: kms1.contoso.com }] }',
      hosts,
      ['SRV-013 notice _vlmcs._tcp.contoso.com.: only kms1.contoso.com'],
    ],
    [
      'another port than hosts has',
      '  contoso.com: { publish: [{ host: kms1.contoso.com, port: 1690 }] }',
      hosts,
      [
        'SRV-011 notice _vlmcs._tcp.contoso.com. SRV 0 0 1690 kms1.contoso.com.: port 1690',
        'SRV-013 notice _vlmcs._tcp.contoso.com.: only kms1.contoso.com',
      ],
    ],
    [
      'no hosts, exact: an emptying',
      '  contoso.com: { policy: exact, publish: [] }',
      '',
      ['PUB-013 warning _vlmcs._tcp.contoso.com.: an empty list with policy exact'],
    ],
    [
      'no hosts, additive: nothing',
      '  contoso.com: { publish: [] }',
      '',
      ['PUB-013 warning _vlmcs._tcp.contoso.com.: an empty list with policy additive'],
    ],
  ])('%s', (_, domains, described, expected) => {
    expect(told(findingsOf(domains, described))).toEqual(expected);
  });

  it('name the place of the domain, in file order', () => {
    const findings = findingsOf(
      '  b.example: { publish: [] }\n  a.example: { ttl: 1, publish: [{ host: k.example }] }',
    );
    expect(findings.map(({ code, evidence }) => [code, evidence[0].observation])).toEqual([
      ['PUB-013', 'k.yaml:3:3'],
      ['SRV-013', 'k.yaml:4:3'],
      ['SRV-020', 'k.yaml:4:3'],
    ]);
  });

  it('tell an emptying from a list that does nothing', () => {
    const [exact, additive] = findingsOf(
      '  a.example: { policy: exact, publish: [] }\n  b.example: { publish: [] }',
    );
    expect(exact?.title).toBe('no KMS record is wanted here; those that are there will be removed');
    expect(additive?.title).toBe('nothing is published here, and nothing removed');
  });
});
