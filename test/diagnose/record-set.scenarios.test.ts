import { describe } from 'vitest';
import { kmsOwnerName } from '../../src/core/kms.ts';
import type { SrvRecord } from '../../src/core/srv.ts';
import type { Case } from '../../src/diagnose/case.ts';
import { expectedDomain, PLAN } from '../support/plan.ts';
import {
  addresses,
  DOMAIN,
  endpoint,
  known,
  name,
  nodata,
  noSuchHost,
  nxdomain,
  OWNER,
  rcode,
  type Sight,
  said,
  scenario,
  silent,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const KMS2 = srv('kms2');

describe('the record set', () => {
  scenario('healthy: one host that works', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    predicted: [],
  });
  scenario('healthy: two hosts, two tiers', {
    see: [
      srvAnswer([KMS1, srv('kms2', { priority: 10 })]),
      zoneServed([KMS1, srv('kms2', { priority: 10 })]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
  });
  scenario('no such name', {
    see: [nxdomain(), zoneServed('nxdomain')],
    verdict: 'broken',
    causes: ['SRV-001'],
    predicted: ['0x8007232B'],
  });
  scenario('the name is there, the record is not', {
    see: [nodata(), zoneServed('nodata')],
    verdict: 'broken',
    causes: ['SRV-002'],
    predicted: ['0x8007251D'],
  });
  scenario('published under a transposed name', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vmlcs._tcp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-003'],
    symptoms: ['SRV-001'],
  });
  scenario('published for UDP', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vlmcs._udp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-004'],
    symptoms: ['SRV-001'],
  });
  scenario('published with the suffix twice', {
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name(`${OWNER}contoso.test`) }),
    ],
    verdict: 'broken',
    causes: ['SRV-025'],
    symptoms: ['SRV-001'],
  });
  scenario('target without a name', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), noSuchHost('kms1')],
    verdict: 'broken',
    causes: ['ADR-001'],
    symptoms: ['SRV-016'],
  });
  scenario('target without an address', {
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), addresses('kms1', [])],
    verdict: 'broken',
    causes: ['ADR-002'],
    symptoms: ['SRV-016'],
  });
  scenario('one of two is refused: every other first try fails', {
    see: [
      srvAnswer([KMS1, KMS2]),
      zoneServed([KMS1, KMS2]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'refused'),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
    symptoms: ['SRV-017'],
    predicted: ['0x800706BA'],
  });
  scenario('nobody answers whether it exists: that is not absence', {
    see: [silent()],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
    predicted: ['0x800705B4', '0x8007232A'],
  });

  scenario('a slip in the name, another one', {
    see: [
      nodata(),
      zoneServed('nodata'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('vlmcs._tcp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-003'],
    symptoms: ['SRV-002'],
  });
  scenario('healthy: a near miss beside the right name is a leftover', {
    see: [
      srvAnswer([KMS1]),
      zoneServed([KMS1]),
      working('kms1', '10.1.0.10'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vlmcs._udp.contoso.test') }),
    ],
    verdict: 'healthy',
    notes: ['SRV-004'],
  });
  scenario('published for UDP, and the name is empty', {
    see: [
      nodata(),
      zoneServed('nodata'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name('_vlmcs._udp.contoso.test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-004'],
    symptoms: ['SRV-002'],
  });
  scenario('published with the suffix twice, and the name is empty', {
    see: [
      nodata(),
      zoneServed('nodata'),
      srvAnswer([KMS1], { purpose: 'near-miss', name: name(`${OWNER}contoso.test`) }),
    ],
    verdict: 'broken',
    causes: ['SRV-025'],
    symptoms: ['SRV-002'],
  });
});

describe('targets and ports', () => {
  const asked = (record: SrvRecord): readonly Sight[] => [srvAnswer([record]), ...zoneServed([record])];
  scenario('target "."', {
    see: [asked({ ...KMS1, target: name('.'), port: 0 })],
    verdict: 'broken',
    causes: ['SRV-005', 'SRV-010'],
    symptoms: ['SRV-016'],
  });
  scenario('target "." beside a host that works', {
    see: [
      srvAnswer([KMS1, { ...KMS2, target: name('.') }]),
      zoneServed([KMS1, { ...KMS2, target: name('.') }]),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'degraded',
    causes: ['SRV-005'],
    symptoms: ['SRV-017'],
  });
  for (const literal of ['10.1.0.10', '192.168.0.1'])
    scenario(`an address as target: ${literal}`, {
      see: [asked({ ...KMS1, target: name(literal) }), noSuchHost(literal)],
      verdict: 'broken',
      causes: ['SRV-006'],
      symptoms: ['ADR-001', 'SRV-016'],
    });
  for (const host of ['kms1', 'kms2'])
    scenario(`the target ${host} has the domain twice`, {
      see: [asked(srv(`${host}.contoso.test.contoso.test`)), noSuchHost(`${host}.contoso.test.contoso.test`)],
      verdict: 'broken',
      causes: ['SRV-007'],
      symptoms: ['ADR-001', 'SRV-016'],
    });
  scenario('a target of one label that does not resolve', {
    see: [
      asked({ ...KMS1, target: name('kms1') }),
      ['A', 'AAAA'].map((type) => nxdomain({ purpose: 'address', name: name('kms1'), type })),
    ],
    verdict: 'broken',
    causes: ['SRV-008'],
    symptoms: ['ADR-001', 'SRV-016'],
  });
  scenario('a target of one label that resolves here', {
    see: [
      asked({ ...KMS1, target: name('kms1') }),
      said(
        { purpose: 'address', name: name('kms1'), type: 'A' },
        {
          answers: [
            {
              owner: name('kms1'),
              type: 'A',
              ttlSeconds: 60,
              text: '10.1.0.10',
              address: '10.1.0.10' as never,
            },
          ],
        },
      ),
      nodata({ purpose: 'address', name: name('kms1'), type: 'AAAA' }),
      {
        ...endpoint('kms1', '10.1.0.10'),
        probe: { ...endpoint('kms1', '10.1.0.10').probe, host: 'kms1.' },
      } as Sight,
    ],
    verdict: 'healthy',
    notes: ['SRV-008'],
  });
  for (const end of ['srv01.contoso.test', 'vm7.cloud.test'])
    scenario(`the target is an alias of ${end}`, {
      see: [asked(KMS1), addresses('kms1', ['10.1.0.10'], undefined, end), endpoint('kms1', '10.1.0.10')],
      verdict: 'healthy',
      notes: ['SRV-009'],
    });
  scenario('port 0', {
    see: [asked(srv('kms1', { port: 0 })), addresses('kms1', ['10.1.0.10'])],
    verdict: 'broken',
    causes: ['SRV-010'],
    symptoms: ['SRV-016'],
    predicted: ['0x800706BA', '0xC004F074'],
  });
  for (const [port, state] of [
    [1668, 'refused'],
    [1, 'filtered'],
  ] as const)
    scenario(`port ${port} is ${state}, and 1688 accepts the bind`, {
      see: [
        asked(srv('kms1', { port })),
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', state, { port }),
        endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'standard-port' }),
      ],
      verdict: 'broken',
      causes: ['SRV-011'],
      symptoms: [state === 'refused' ? 'TCP-001' : 'TCP-002', 'SRV-016'],
    });
  for (const port of [1690, 41688])
    scenario(`healthy: port ${port}, on which the host listens`, {
      see: [asked(srv('kms1', { port })), working('kms1', '10.1.0.10', port)],
      verdict: 'healthy',
      notes: ['SRV-011'],
    });
  const described = (host: string, port: number): Partial<Case> => ({
    hosts: [{ name: srv(host).target, addresses: [], port }],
  });
  scenario('healthy: port 1690, which the desired state says of the host', {
    case: described('kms1', 1690),
    see: [asked(srv('kms1', { port: 1690 })), working('kms1', '10.1.0.10', 1690)],
    verdict: 'healthy',
  });
  for (const [host, port] of [
    ['kms1', 1688],
    ['kms2', 1690],
  ] as const)
    scenario(`healthy: port 1690, and the desired state says ${port} of ${host}`, {
      case: described(host, port),
      see: [asked(srv('kms1', { port: 1690 })), working('kms1', '10.1.0.10', 1690)],
      verdict: 'healthy',
      notes: ['SRV-011'],
    });
  scenario('the desired state says a port on which the host does not listen', {
    case: described('kms1', 1668),
    see: [
      asked(srv('kms1', { port: 1668 })),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'refused', { port: 1668 }),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'standard-port' }),
    ],
    verdict: 'broken',
    causes: ['SRV-011'],
    symptoms: ['TCP-001', 'SRV-016'],
  });
  for (const host of ['kms_e1', 'KMS_W2'])
    scenario(`an underscore in the name of the host: ${host}`, {
      see: [asked(srv(host)), working(host, '10.1.0.10')],
      verdict: 'healthy',
      notes: ['SRV-030'],
    });
  for (const host of ['kms1.hub.test', 'kms.fabrikam.test'])
    scenario(`healthy: the host ${host} has its name in another zone`, {
      see: [asked(srv(host)), working(host, '10.1.0.10')],
      verdict: 'healthy',
      notes: ['SRV-022'],
    });
});

describe('shares', () => {
  const pair = (first: Partial<SrvRecord>, second: Partial<SrvRecord>, ttl?: number): readonly Sight[] => {
    const set = [srv('kms1', first), srv('kms2', second)];
    return [
      srvAnswer(set, {}, ttl === undefined ? {} : { ttl }),
      ...zoneServed(set),
      ...working('kms1', '10.1.0.10'),
      ...working('kms2', '10.1.0.11'),
    ];
  };
  for (const weight of [1, 100])
    scenario(`weight 0 beside ${weight}`, {
      see: [pair({ weight }, {})],
      verdict: 'healthy',
      notes: ['SRV-015'],
    });
  for (const [one, two] of [
    [10, 20],
    [50, 50],
  ] as const)
    scenario(`weights ${one} and ${two} at priorities of their own`, {
      see: [pair({ priority: 10, weight: one }, { priority: 20, weight: two })],
      verdict: 'healthy',
      notes: ['SRV-028'],
    });
  scenario('healthy: a backup tier, and weights within the first', {
    see: [
      srvAnswer([srv('kms1', { weight: 3 }), srv('kms2', { weight: 1 }), srv('kms3', { priority: 10 })]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
      working('kms3', '10.1.0.12'),
    ],
    verdict: 'healthy',
    predicted: [],
  });
  scenario('healthy: all of one rank', {
    see: [pair({}, {})],
    verdict: 'healthy',
    notes: ['SRV-014'],
  });
  for (const dead of ['refused', 'filtered'] as const)
    scenario(`the first tier is ${dead}, the backup works`, {
      see: [
        srvAnswer([KMS1, srv('kms2', { priority: 10 })]),
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', dead),
        working('kms2', '10.1.0.11'),
      ],
      verdict: 'degraded',
      causes: [dead === 'refused' ? 'TCP-001' : 'TCP-002'],
      symptoms: ['SRV-016'],
      predicted: ['0x800706BA'],
    });
  scenario('healthy first tier, dead backup: no first try fails', {
    see: [
      srvAnswer([KMS1, srv('kms2', { priority: 10 })]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'refused'),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
  });
  for (const port of [1688, 1690])
    scenario(`one host twice, on ${port}`, {
      see: [
        srvAnswer([KMS1, srv('kms1', { port, weight: port === 1688 ? 5 : 0 })]),
        working('kms1', '10.1.0.10'),
        ...(port === 1688 ? [] : [endpoint('kms1', '10.1.0.10', 'bound', { port })]),
      ],
      verdict: 'healthy',
      notes: ['SRV-012', ...(port === 1688 ? ['SRV-015'] : ['SRV-011'])],
    });
  for (const ttl of [5, 604_800])
    scenario(`a TTL of ${ttl} s`, {
      see: [
        pair({}, {}, ttl).filter(
          ({ probe }) => probe.kind !== 'dns' || !probe.purpose.endsWith('-authority'),
        ),
      ],
      verdict: 'healthy',
      notes: ['SRV-020'],
    });
  for (const other of [60, 7200])
    scenario(`records of one set with TTLs of 3600 and ${other} s`, {
      see: [
        said(
          {},
          {
            answers: [KMS1, KMS2].map((record, i) => ({
              owner: OWNER,
              type: 'SRV',
              ttlSeconds: i === 0 ? 3600 : other,
              text: '',
              srv: record,
            })),
          },
        ),
        working('kms1', '10.1.0.10'),
        working('kms2', '10.1.0.11'),
      ],
      verdict: 'healthy',
      notes: ['SRV-029'],
    });
  scenario('a set that does not fit into a datagram', {
    see: [
      srvAnswer([KMS1], {}, { truncated: true, transport: 'tcp', sizeOctets: 2100 }),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
    notes: ['SRV-021'],
  });
  for (const weights of [
    [1, 9],
    [2, 2],
  ] as const)
    scenario(`Vista draws at random, whatever ${weights} and the tiers say`, {
      client: { generation: 'vista' },
      see: [pair({ weight: weights[0] }, { weight: weights[1], priority: 10 })],
      verdict: 'healthy',
      notes: ['SRV-023', 'SRV-028'],
    });
  scenario('Vista meets a dead backup host half of the time', {
    client: { generation: 'vista' },
    see: [
      srvAnswer([KMS1, srv('kms2', { priority: 10 })]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'refused'),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
    symptoms: ['SRV-017'],
    notes: ['SRV-023'],
  });
});

describe('the desired state', () => {
  scenario('healthy: published as wanted', {
    case: PLAN,
    see: [srvAnswer([KMS1]), zoneServed([KMS1]), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
  });
  for (const stranger of ['desk7', 'lab-kms'])
    scenario(`${stranger} is published and in no plan`, {
      case: PLAN,
      see: [srvAnswer([KMS1, srv(stranger)]), working('kms1', '10.1.0.10'), working(stranger, '10.1.0.77')],
      verdict: 'healthy',
      notes: ['PUB-009', 'SRV-018'],
    });
  for (const state of ['refused', 'filtered'] as const)
    scenario(`a host that no plan lists any more is ${state}`, {
      case: PLAN,
      see: [
        srvAnswer([KMS1, srv('old')]),
        working('kms1', '10.1.0.10'),
        addresses('old', ['10.1.0.9']),
        endpoint('old', '10.1.0.9', state),
      ],
      verdict: 'degraded',
      causes: ['SRV-019'],
      symptoms: [state === 'refused' ? 'TCP-001' : 'TCP-002', 'SRV-017'],
      notes: ['PUB-009', 'SRV-018'],
    });
  for (const deny of [nxdomain, nodata])
    scenario(`nothing is published where it is wanted, and an earlier suffix has a host: ${deny.name}`, {
      client: { suffixes: known([name('hub.test'), DOMAIN]) },
      case: PLAN,
      see: [
        srvAnswer([KMS2], { name: kmsOwnerName(name('hub.test')) }),
        deny(),
        working('kms1', '10.1.0.10'),
        working('kms2', '10.1.0.11'),
      ],
      verdict: 'healthy',
      notes: ['CLI-012', 'PUB-009'],
    });
  scenario('whether it is published as wanted, nobody says', {
    client: { suffixes: known([name('hub.test'), DOMAIN]) },
    case: PLAN,
    see: [
      srvAnswer([KMS2], { name: kmsOwnerName(name('hub.test')) }),
      rcode('REFUSED'),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
    notes: ['CLI-012', 'RES-003'],
    unknown: ['SRV-001'],
  });
  scenario('published with another weight than wanted', {
    case: PLAN,
    see: [srvAnswer([srv('kms1', { weight: 9 })]), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    notes: ['PUB-009'],
  });
  for (const domain of ['sales.contoso.test', 'hub.test'])
    scenario(`${domain} answers before the domain that is meant`, {
      client: { suffixes: known([name(domain), DOMAIN]) },
      case: { expected: [expectedDomain([KMS1])] },
      see: [
        srvAnswer([KMS2], { name: kmsOwnerName(name(domain)) }),
        srvAnswer([KMS1]),
        working('kms1', '10.1.0.10'),
        working('kms2', '10.1.0.11'),
      ],
      verdict: 'healthy',
      notes: ['CLI-012'],
    });
});
