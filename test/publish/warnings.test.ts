import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import type { HostAddresses } from '../../src/core/resolve.ts';
import type { SrvSet } from '../../src/core/srv.ts';
import type { Observed } from '../../src/publish/observe.ts';
import { planDomain } from '../../src/publish/plan.ts';
import { warningsOf } from '../../src/publish/warnings.ts';
import { DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

type Seen = Extract<Observed, { ok: true }>;

const KMS1 = parseFqdn('kms1.contoso.com');

function seen(more: Partial<Seen> & { readonly server?: string; readonly ttlSeconds?: number } = {}): Seen {
  const { server = '10.0.0.53', ttlSeconds, ...rest } = more;
  const primary = { server: endpoint(server), host: parseFqdn('ns1.contoso.com') };
  return {
    ok: true,
    desired: {
      domain: DOMAIN,
      owner: OWNER,
      policy: 'additive',
      publish: [record('kms1')],
      place: { file: 'kmsdns.yaml', line: 1, column: 1 },
      ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    },
    view: { zone: DOMAIN, primary, authorities: [primary], unresolved: [], steps: [] },
    live: null,
    sights: { targets: [], nearMisses: [], wildcard: undefined },
    ...rest,
  };
}

/** `CODE severity subject`, and what the evidence says. */
function warned(observed: Seen): readonly string[] {
  const found = warningsOf(observed, planDomain(observed.desired, observed.live));
  for (const one of found) expect(one.evidence[0].observation).not.toBe('');
  return found.map(
    ({ code, severity, subject, evidence: [{ says }] }) => `${code} ${severity} ${subject} ${says}`,
  );
}

const target = (found: HostAddresses): Partial<Seen> => ({
  sights: { targets: [{ host: KMS1, found }], nearMisses: [], wildcard: undefined },
});
const addresses = (...all: readonly string[]): HostAddresses => ({
  kind: 'addresses',
  addresses: all as readonly IpAddress[],
});

describe('a host', () => {
  test.each<[string, Seen, readonly string[]]>([
    ['with an address', seen(target(addresses('10.1.0.10'))), []],
    [
      'that does not exist',
      seen(target({ kind: 'none', rcode: 'NXDOMAIN' })),
      ['ADR-001 warning kms1.contoso.com. NXDOMAIN'],
    ],
    [
      'without an address',
      seen(target({ kind: 'none', rcode: 'NOERROR' })),
      ['ADR-002 warning kms1.contoso.com. NOERROR'],
    ],
    ['about which nothing could be found out', seen(target({ kind: 'unknown', because: 'silence' })), []],
    [
      'that is an alias',
      seen(
        target({
          kind: 'addresses',
          addresses: ['10.1.0.10' as IpAddress],
          alias: parseFqdn('real.contoso.com'),
        }),
      ),
      ['SRV-009 warning kms1.contoso.com. CNAME to real.contoso.com.'],
    ],
    [
      'that is an alias of nothing',
      seen(target({ kind: 'none', rcode: 'NXDOMAIN', alias: parseFqdn('real.contoso.com') })),
      [
        'ADR-001 warning kms1.contoso.com. NXDOMAIN',
        'SRV-009 warning kms1.contoso.com. CNAME to real.contoso.com.',
      ],
    ],
    [
      'on loopback',
      seen(target(addresses('127.0.0.1', '10.1.0.10'))),
      ['ADR-005 warning kms1.contoso.com. 127.0.0.1'],
    ],
    [
      'on loopback, in a practice network',
      seen({ ...target(addresses('127.0.0.1')), server: '127.0.0.1' }),
      [],
    ],
  ])('%s', (_name, observed, expected) => {
    expect(warned(observed)).toEqual(expected);
  });
});

describe('the zone', () => {
  const stray: SrvSet = { ...setOf(300, record('kms9')), name: parseFqdn('_vmlcs._tcp.contoso.com') };

  it('with a record under a name that resembles ours', () => {
    const nearMisses = [{ miss: { name: stray.name, code: 'SRV-003' as const }, set: stray }];
    expect(warned(seen({ sights: { targets: [], nearMisses, wildcard: undefined } }))).toEqual([
      'SRV-003 warning _vmlcs._tcp.contoso.com. 0 0 1688 kms9.contoso.com.',
    ]);
  });

  it('with a wildcard', () => {
    expect(warned(seen({ sights: { targets: [], nearMisses: [], wildcard: stray } }))).toEqual([
      'ZON-006 warning contoso.com. 0 0 1688 kms9.contoso.com.',
    ]);
  });

  it('with an alias where the record should stand: an error', () => {
    const alias = { by: 'CNAME' as const, target: parseFqdn('elsewhere.contoso.com') };
    expect(warned(seen({ alias }))).toEqual([
      'ZON-010 error _vlmcs._tcp.contoso.com. CNAME to elsewhere.contoso.com.',
    ]);
  });
});

describe('a TTL that is kept', () => {
  test.each([
    [59, 1],
    [60, 0],
    [86_400, 0],
    [86_401, 1],
  ])('of %i s', (ttlSeconds, count) => {
    const live = setOf(ttlSeconds, record('kms1'));
    expect(warned(seen({ live })).filter((one) => one.startsWith('SRV-020'))).toHaveLength(count);
    // What the file asks for was remarked on when the file was read.
    expect(warned(seen({ live, ttlSeconds }))).toEqual([]);
  });
});
