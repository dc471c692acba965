/**
 * Rows that differ from one that raises a finding by one thing, and must not raise it: a name, an address, a setting.
 * Each says of what it is a near miss; coverage.test.ts sees to it that it is one.
 */
import { describe } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import type { SrvRecord } from '../../src/core/srv.ts';
import { readPinnedHost } from '../../src/diagnose/client-profile.ts';
import { fact, kmsHostFacts, ON_HOST, WINDOWS_WIDE } from '../support/facts.ts';
import { expectedDomain, PLAN } from '../support/plan.ts';
import {
  AUTHORITY,
  addresses,
  DOMAIN,
  endpoint,
  known,
  name,
  nodata,
  nxdomain,
  type Scenario,
  type Sight,
  said,
  scenario,
  soa,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const published = (...records: readonly SrvRecord[]): readonly Sight[] => [
  srvAnswer(records),
  ...zoneServed(records),
];
const HEALTHY: readonly Sight[] = [srvAnswer([KMS1]), ...zoneServed([KMS1]), ...working('kms1', '10.1.0.10')];

function pinnedTo(raw: string): Pick<Scenario, 'facts' | 'client'> {
  return {
    facts: [
      fact('f1', 'override-name', { ...WINDOWS_WIDE, level: 'global', name: raw, effective: false }, { raw }),
    ],
    client: { pinned: known({ level: 'global', raw, ...readPinnedHost(raw, undefined) }, 'f1') },
  };
}

function cachedAt(host: string): Pick<Scenario, 'facts' | 'client'> {
  return {
    facts: [fact('f1', 'cached-host', { ...WINDOWS_WIDE, host, port: 1688, address: undefined })],
    client: { cached: known({ host: name(host), port: 1688 }, 'f1') },
  };
}

describe('what the client is told', () => {
  scenario('healthy: nothing is pinned, and the host that could be works', {
    nearMissOf: ['CLI-001'],
    see: [HEALTHY, endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned', port: 1700 })],
    verdict: 'healthy',
  });
  scenario('healthy: the name of the pinned host exists', {
    nearMissOf: ['CLI-002'],
    ...pinnedTo('kms9.contoso.test'),
    see: [
      HEALTHY,
      addresses('kms9', ['10.1.0.19']),
      endpoint('kms9', '10.1.0.19', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  scenario('healthy: products are told one host, in upper case and in lower', {
    nearMissOf: ['CLI-003'],
    facts: [
      ...pinnedTo('kms1.contoso.test').facts!,
      fact('f3', 'override-name', {
        ...WINDOWS_WIDE,
        level: 'sku',
        product: '55c92734',
        name: 'KMS1.contoso.test',
        effective: false,
      }),
    ],
    client: pinnedTo('KMS1.contoso.test').client!,
    see: [HEALTHY, endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' })],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  scenario('healthy: a pinned name with a number in brackets', {
    nearMissOf: ['CLI-005', 'CLI-006'],
    ...pinnedTo('[fd00::10]:1688'),
    see: [HEALTHY, endpoint('fd00::10', 'fd00::10', 'bound', { purpose: 'pinned' })],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  scenario('healthy: a lookup domain, and nothing is pinned', {
    nearMissOf: ['CLI-009'],
    facts: [fact('f3', 'lookup-domain', { ...WINDOWS_WIDE, level: 'global', domain: 'dead.test' })],
    client: { lookupDomain: known(name('dead.test'), 'f3') },
    see: [
      srvAnswer([KMS1], { name: kmsOwnerName(name('dead.test')) }),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
    notes: ['CLI-007'],
  });
  scenario('an address that looks like that of a cloud provider, and is not', {
    nearMissOf: ['CLI-026'],
    ...pinnedTo('169.254.169.249'),
    see: [HEALTHY, endpoint('169.254.169.249', '169.254.169.249', 'unreachable', { purpose: 'pinned' })],
    verdict: 'broken',
    causes: ['ADR-005', 'CLI-001'],
    symptoms: ['TCP-004'],
    notes: ['RUN-006'],
  });
  scenario('the cached host works, and nothing is published', {
    nearMissOf: ['CLI-015'],
    ...cachedAt('old.contoso.test'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'bound', { purpose: 'cached' }),
    ],
    verdict: 'healthy',
    notes: ['SRV-001'],
  });
  scenario('healthy: the cached host is one of those that are published', {
    nearMissOf: ['CLI-032'],
    ...cachedAt('kms2.contoso.test'),
    see: [
      srvAnswer([KMS1, srv('kms2')]),
      zoneServed([KMS1, srv('kms2')]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'bound', { purpose: 'cached' }),
      endpoint('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
  });
  scenario('healthy: a policy sends the question to a server that has the record', {
    nearMissOf: ['CLI-019'],
    facts: [fact('f1', 'nrpt-rule', { namespaces: [kmsOwnerName(DOMAIN)], servers: ['10.9.9.9'] })],
    client: {
      diversions: [
        { namespaces: [kmsOwnerName(DOMAIN)], servers: [parseEndpoint('10.9.9.9', 53)], because: ['f1'] },
      ],
    },
    see: [
      srvAnswer([KMS1], { at: parseEndpoint('10.9.9.9', 53) }),
      srvAnswer([KMS1], { purpose: 'control-diverted' }),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
  });
  scenario('a policy for the name of the record alone sends it to a server that denies it', {
    facts: [fact('f1', 'nrpt-rule', { namespaces: [kmsOwnerName(DOMAIN)], servers: ['10.9.9.9'] })],
    client: {
      diversions: [
        { namespaces: [kmsOwnerName(DOMAIN)], servers: [parseEndpoint('10.9.9.9', 53)], because: ['f1'] },
      ],
    },
    see: [
      nxdomain({ at: parseEndpoint('10.9.9.9', 53) }),
      srvAnswer([KMS1], { purpose: 'control-diverted' }),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'broken',
    causes: ['CLI-019'],
    symptoms: ['SRV-001'],
  });
});

describe('names and addresses', () => {
  for (const [host, codes] of [
    ['10-1-0-10', ['SRV-006']],
    ['kms1.contoso', ['SRV-007']],
    ['kms-e1', ['SRV-030']],
  ] as const)
    scenario(`healthy: the target ${host}`, {
      nearMissOf: codes,
      see: [published(srv(`${host}.contoso.test`)), working(`${host}.contoso.test`, '10.1.0.10')],
      verdict: 'healthy',
    });
  scenario('the target exists nowhere, and is a host name like any other', {
    nearMissOf: ['SRV-006', 'SRV-007', 'SRV-008'],
    see: [
      published(srv('kms9')),
      ['A', 'AAAA'].map((type) => nxdomain({ purpose: 'address', name: name('kms9.contoso.test'), type })),
    ],
    verdict: 'broken',
    causes: ['ADR-001'],
    symptoms: ['SRV-016'],
  });
  scenario(
    'the host has no address here, and a public one at the zone: nothing was taken out for being private',
    {
      nearMissOf: ['RES-017'],
      see: [
        srvAnswer([KMS1]),
        zoneServed([KMS1]),
        addresses('kms1', []),
        addresses('kms1', ['8.20.30.40'], AUTHORITY),
        endpoint('kms1', '8.20.30.40'),
      ],
      verdict: 'broken',
      causes: ['ADR-002'],
      symptoms: ['SRV-016'],
      notes: ['ADR-006'],
    },
  );
  scenario('healthy: a resolver of the inside knows the record', {
    nearMissOf: ['ZON-009'],
    client: { resolvers: known([parseEndpoint('10.8.8.8', 53)]) },
    see: [
      srvAnswer([KMS1], { at: parseEndpoint('10.8.8.8', 53) }),
      addresses('kms1', ['10.1.0.10'], parseEndpoint('10.8.8.8', 53)),
      endpoint('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
  });
  scenario('a resolver of the inside denies the record', {
    nearMissOf: ['RES-012'],
    client: { resolvers: known([parseEndpoint('10.8.8.8', 53)]) },
    see: [nxdomain({ at: parseEndpoint('10.8.8.8', 53) })],
    verdict: 'broken',
    causes: ['SRV-001'],
  });
  scenario('healthy: a resolver that takes 200 ms', {
    nearMissOf: ['RES-016'],
    see: [
      srvAnswer([KMS1], { tookMs: 200 }),
      said({ purpose: 'control-type', name: DOMAIN, type: 'A', tookMs: 200 }, { soa: soa() }),
      endpoint('kms1', '10.1.0.10'),
      said(
        { purpose: 'address', name: KMS1.target, type: 'A', tookMs: 200 },
        {
          answers: [
            {
              owner: KMS1.target,
              type: 'A',
              ttlSeconds: 60,
              text: '10.1.0.10',
              address: '10.1.0.10' as never,
            },
          ],
        },
      ),
      nodata({ purpose: 'address', name: KMS1.target, type: 'AAAA', tookMs: 200 }),
    ],
    verdict: 'healthy',
  });
});

describe('switches of a KMS host', () => {
  const registration = (on: boolean, adapter = 'policy') =>
    fact('reg', 'dns-registration', { on, adapter }, ON_HOST);
  const restriction = (level: 0 | 1 | 2, place = ON_HOST) => fact('rpc', 'rpc-restriction', { level }, place);
  const MISSING_ADDRESS = [published(KMS1), addresses('kms1', [])];
  for (const adapter of ['policy', '{11111111-0000-4000-8000-000000000001}'])
    scenario(`the host does not register its address, and none is there: ${adapter}`, {
      facts: [...kmsHostFacts(), registration(false, adapter)],
      see: MISSING_ADDRESS,
      verdict: 'broken',
      causes: ['HST-009'],
      symptoms: ['ADR-002', 'SRV-016'],
    });
  scenario('the host registers its address, and none is there', {
    nearMissOf: ['HST-009'],
    facts: [...kmsHostFacts(), registration(true)],
    see: MISSING_ADDRESS,
    verdict: 'broken',
    causes: ['ADR-002'],
    symptoms: ['SRV-016'],
  });
  scenario('healthy: the host does not register its address, and somebody else did', {
    nearMissOf: ['HST-009'],
    facts: [...kmsHostFacts(), registration(false)],
    see: [published(KMS1), addresses('kms1', ['10.1.0.10']), endpoint('kms1', '10.1.0.10')],
    verdict: 'healthy',
  });
  scenario('the host refuses anonymous calls, and takes the bind', {
    facts: [...kmsHostFacts(), restriction(2)],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['HST-012'],
    predicted: ['0x80070005', '0x800706BA'],
  });
  scenario('the host refuses anonymous calls, and the bind as well', {
    facts: [...kmsHostFacts(), restriction(2)],
    see: [
      published(KMS1),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'fault', { detail: { faultStatus: 5 } }),
    ],
    verdict: 'broken',
    causes: ['HST-012'],
    symptoms: ['RPC-007', 'SRV-016'],
  });
  scenario('healthy: the host takes anonymous calls from named exceptions', {
    nearMissOf: ['HST-012'],
    facts: [...kmsHostFacts(), restriction(1)],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('healthy: the client refuses anonymous calls, and none comes to it', {
    nearMissOf: ['HST-012'],
    facts: [...kmsHostFacts(), restriction(2, { file: 'client.reg' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
});

describe('what Active Directory activated', () => {
  for (const object of [
    'CN=Windows(R),CN=Activation Objects,CN=Microsoft SPP,CN=Services',
    'CN=Office,CN=Activation Objects,CN=Microsoft SPP,CN=Services',
  ])
    scenario(`healthy: it asks for no KMS host, and need not: ${object.slice(3, 10)}`, {
      facts: [fact('ad', 'ad-activation', { object })],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['CLI-031'],
    });
  scenario('healthy: a KMS client that no object activated', {
    nearMissOf: ['CLI-031'],
    facts: [fact('key', 'key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
});

describe('what is wanted and what is published', () => {
  scenario('healthy: the host that looks like a stranger is in the plan', {
    nearMissOf: ['SRV-018'],
    case: { expected: [expectedDomain([KMS1, srv('desk7')])] },
    see: [srvAnswer([KMS1, srv('desk7')]), working('kms1', '10.1.0.10'), working('desk7', '10.1.0.77')],
    verdict: 'healthy',
  });
  scenario('a host of the plan is refused', {
    nearMissOf: ['SRV-019'],
    case: { expected: [expectedDomain([KMS1, srv('old')])] },
    see: [
      srvAnswer([KMS1, srv('old')]),
      working('kms1', '10.1.0.10'),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'refused'),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
    symptoms: ['SRV-017'],
  });
  scenario('healthy: the domain that answers first is the one that is meant', {
    nearMissOf: ['CLI-012'],
    client: { suffixes: known([DOMAIN, name('sales.contoso.test')]) },
    case: PLAN,
    see: [
      srvAnswer([srv('kms2')], { name: kmsOwnerName(name('sales.contoso.test')) }),
      srvAnswer([KMS1]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
  });
  scenario('a domain of two labels gets dynamic updates, and the record is missing all the same', {
    nearMissOf: ['PUB-018'],
    client: { suffixes: known([name('corp.test')]) },
    facts: [
      ...kmsHostFacts('hub.test'),
      fact('list', 'publish-list', { entries: ['corp.test', 'hub.test'], legacyKey: false }, ON_HOST),
    ],
    see: [nxdomain({ name: kmsOwnerName(name('corp.test')) })],
    verdict: 'broken',
    causes: ['SRV-001'],
  });
  scenario('healthy: hosts of one domain', {
    nearMissOf: ['ACL-005'],
    facts: [...kmsHostFacts(), ...kmsHostFacts('contoso.test', 'kms2')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
});
