import { describe } from 'vitest';
import type { EndpointState } from '../../src/core/probe-endpoint.ts';
import {
  AUTHORITY,
  addresses,
  CONTROL_PORT,
  endpoint,
  known,
  name,
  noSuchHost,
  RESOLVER,
  RESOLVER2,
  type Sight,
  scenario,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const KMS2 = srv('kms2');
const ONE: readonly Sight[] = [srvAnswer([KMS1]), ...zoneServed([KMS1])];
const TWO: readonly Sight[] = [
  srvAnswer([KMS1, KMS2]),
  ...zoneServed([KMS1, KMS2]),
  ...working('kms1', '10.1.0.10'),
];

describe('the name and the addresses of a host', () => {
  for (const gone of [noSuchHost('kms1'), noSuchHost('kms1').map((sight) => ({ ...sight, tookMs: 40 }))])
    scenario(`the name does not exist (${gone[0]!.tookMs} ms)`, {
      see: [ONE, gone],
      verdict: 'broken',
      causes: ['ADR-001'],
      symptoms: ['SRV-016'],
      predicted: ['0x80072AF9', '0x800706BA', '0xC004F074'],
    });
  scenario('one of two has no address: the other takes all', {
    see: [TWO, addresses('kms2', [])],
    verdict: 'degraded',
    causes: ['ADR-002'],
    symptoms: ['SRV-017'],
  });
  for (const address of ['2001:db8::10', 'fd00::10'])
    scenario(`IPv6 only (${address}), and no way there`, {
      see: [ONE, addresses('kms1', [address]), endpoint('kms1', address, 'unreachable')],
      verdict: 'broken',
      causes: ['ADR-003'],
      symptoms: ['SRV-016', 'TCP-004'],
      predicted: ['0x800706BA', '0xC004F074'],
    });
  scenario('healthy: both families', {
    see: [
      ONE,
      addresses('kms1', ['10.1.0.10', 'fd00::10']),
      endpoint('kms1', '10.1.0.10'),
      endpoint('kms1', 'fd00::10'),
    ],
    verdict: 'healthy',
  });
  scenario('healthy: IPv6 alone', {
    see: [ONE, addresses('kms1', ['fd00::10']), endpoint('kms1', 'fd00::10')],
    verdict: 'healthy',
  });
  for (const [state, tcp] of [
    ['filtered', 'TCP-002'],
    ['refused', 'TCP-001'],
  ] as const)
    scenario(`IPv4 works, IPv6 is ${state}`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10', 'fd00::10']),
        endpoint('kms1', '10.1.0.10'),
        endpoint('kms1', 'fd00::10', state),
      ],
      verdict: 'healthy',
      notes: ['ADR-004', 'TCP-011', tcp],
    });
  scenario('IPv4 works, and IPv6 leads nowhere', {
    see: [
      ONE,
      addresses('kms1', ['10.1.0.10', 'fd00::10']),
      endpoint('kms1', '10.1.0.10'),
      endpoint('kms1', 'fd00::10', 'unreachable'),
    ],
    verdict: 'healthy',
    notes: ['ADR-004', 'TCP-004'],
  });
  for (const address of ['169.254.7.7', '0.0.0.0'])
    scenario(`an address that nobody else can reach: ${address}`, {
      see: [ONE, addresses('kms1', [address]), endpoint('kms1', address, 'refused')],
      verdict: 'broken',
      causes: ['ADR-005'],
      symptoms: ['SRV-016', 'TCP-001'],
    });
  scenario('loopback: it works here, and here only', {
    see: [ONE, addresses('kms1', ['127.0.0.1']), endpoint('kms1', '127.0.0.1')],
    verdict: 'degraded',
    causes: ['ADR-005'],
  });
  scenario('healthy: a practice network is all on loopback', {
    client: { resolvers: known([{ address: '127.0.0.1' as never, port: 5300 }]) },
    see: [
      srvAnswer([KMS1], { at: { address: '127.0.0.1' as never, port: 5300 } }),
      addresses('kms1', ['127.0.0.1'], { address: '127.0.0.1' as never, port: 5300 }),
      endpoint('kms1', '127.0.0.1'),
    ],
    verdict: 'healthy',
  });
  for (const address of ['8.20.30.40', '2600:1f18::10'])
    scenario(`a public address: ${address}`, {
      see: [ONE, addresses('kms1', [address]), endpoint('kms1', address)],
      verdict: 'healthy',
      notes: ['ADR-006'],
    });
  for (const [one, other] of [
    ['10.1.0.10', '10.2.0.10'],
    ['10.1.0.10', '192.168.0.10'],
  ] as const)
    scenario(`resolvers that disagree: ${one} and ${other}`, {
      client: { resolvers: known([RESOLVER, RESOLVER2]) },
      see: [
        ONE,
        srvAnswer([KMS1], { at: RESOLVER2 }),
        addresses('kms1', [one]),
        addresses('kms1', [other], RESOLVER2),
        endpoint('kms1', one),
        endpoint('kms1', other),
      ],
      verdict: 'degraded',
      causes: ['ADR-007'],
    });
  for (const family of ['10.1.0.10', 'fd00::10'])
    scenario(`two names for one machine: ${family}`, {
      see: [
        srvAnswer([KMS1, KMS2]),
        zoneServed([KMS1, KMS2]),
        working('kms1', family),
        working('kms2', family),
      ],
      verdict: 'healthy',
      notes: ['ADR-008'],
    });
  for (const state of ['filtered', 'unreachable'] as const)
    scenario(`one of two addresses is dead: ${state}`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10', '10.9.0.10']),
        endpoint('kms1', '10.1.0.10'),
        endpoint('kms1', '10.9.0.10', state),
      ],
      verdict: 'healthy',
      notes: ['ADR-009', state === 'filtered' ? 'TCP-002' : 'TCP-004'],
    });
  scenario('healthy: two addresses that both work', {
    see: [
      ONE,
      addresses('kms1', ['10.1.0.10', '10.9.0.10']),
      endpoint('kms1', '10.1.0.10'),
      endpoint('kms1', '10.9.0.10'),
    ],
    verdict: 'healthy',
  });
});

/** What each state is, and the code that one host alone shows for it. */
type StateRow = readonly [EndpointState, string, string, Parameters<typeof endpoint>[3]?];
const STATES: readonly StateRow[] = [
  ['refused', 'TCP-001', '0x800706BA'],
  ['filtered', 'TCP-002', '0x800706BA'],
  ['prohibited', 'TCP-003', '0x800706BA'],
  ['unreachable', 'TCP-004', '0x800706BA'],
  ['reset', 'TCP-005', '0x800706BE'],
  ['not-rpc', 'RPC-001', '0x800706BE'],
  ['silent', 'RPC-002', '0x800706BE'],
  ['closed', 'RPC-003', '0x800706BE'],
  ['bind-nak', 'RPC-004', '0x800706BB', { detail: { nakReason: 4 } }],
  ['bind-nak', 'RPC-008', '0x800706BB', { detail: { nakReason: 1 } }],
  ['bind-rejected', 'RPC-005', '0x800706B5'],
  ['fault', 'RPC-007', '0x80070005', { detail: { faultStatus: 5 } }],
  ['fault', 'RPC-008', '0x800706BB', { detail: { faultStatus: 0x1c01_0014 } }],
];

for (const [state, code, hresult, more] of STATES) {
  scenario(`${code}: the only host is ${state} ${JSON.stringify(more ?? {})}`, {
    see: [ONE, addresses('kms1', ['10.1.0.10']), endpoint('kms1', '10.1.0.10', state, more)],
    verdict: 'broken',
    causes: [code],
    symptoms: ['SRV-016'],
    predicted: [hresult, '0xC004F074'],
  });
  scenario(`${code}: one of two hosts is ${state} ${JSON.stringify(more ?? {})}`, {
    see: [TWO, addresses('kms2', ['10.1.0.11']), endpoint('kms2', '10.1.0.11', state, more)],
    verdict: 'degraded',
    causes: [code],
    symptoms: ['SRV-017'],
    predicted: [hresult],
  });
}

describe('connections and controls', () => {
  scenario('all hosts of two are dead in different ways', {
    see: [
      srvAnswer([KMS1, KMS2]),
      zoneServed([KMS1, KMS2]),
      addresses('kms1', ['10.1.0.10']),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms1', '10.1.0.10', 'refused'),
      endpoint('kms2', '10.1.0.11', 'bind-rejected'),
    ],
    verdict: 'broken',
    causes: ['TCP-001', 'RPC-005'],
    symptoms: ['SRV-016'],
    predicted: ['0xC004F074', '0x800706BA', '0x800706B5'],
  });
  scenario('the endpoint was not reached before the run ended', {
    see: [ONE, addresses('kms1', ['10.1.0.10']), endpoint('kms1', '10.1.0.10', 'unknown')],
    verdict: 'unknown',
    notes: ['RUN-004'],
    unknown: ['TCP-002'],
  });
  for (const state of ['silent', 'closed'] as const)
    scenario(`every port accepts, and the KMS port is ${state}: a proxy stands between`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', state),
        endpoint('kms1', '10.1.0.10', 'open', { purpose: 'control-port', port: CONTROL_PORT }),
      ],
      verdict: 'broken',
      causes: ['TCP-006'],
      symptoms: [state === 'silent' ? 'RPC-002' : 'RPC-003', 'SRV-016'],
    });
  for (const state of ['refused', 'filtered'] as const)
    scenario(`port 135 is open, and the KMS port is ${state}`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', state),
        endpoint('kms1', '10.1.0.10', 'open', { purpose: 'endpoint-mapper', port: 135 }),
      ],
      verdict: 'broken',
      causes: [state === 'refused' ? 'TCP-001' : 'TCP-002'],
      symptoms: ['SRV-016'],
      notes: ['TCP-010'],
    });
  for (const connectMs of [800, 1900])
    scenario(`connecting takes ${connectMs} ms`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', 'bound', { detail: { connectMs } }),
      ],
      verdict: 'healthy',
      notes: ['TCP-008'],
    });
  const contexts = (kms: 'accepted' | 'rejected', decoy: 'accepted' | 'rejected') => {
    const taken = { kind: 'accepted', syntax: { uuid: 'u', major: 2, minor: 0 } } as const;
    const refused = { kind: 'rejected', by: 'provider', reason: 2 } as const;
    return [
      { role: 'kms', result: kms === 'accepted' ? taken : refused },
      { role: 'decoy', result: decoy === 'accepted' ? taken : refused },
    ] as const;
  };
  for (const weight of [0, 5])
    scenario(`an interface that does not exist is accepted, too: weight ${weight}`, {
      see: [
        srvAnswer([srv('kms1', { weight })]),
        zoneServed([srv('kms1', { weight })]),
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', 'bound', { detail: { contexts: contexts('accepted', 'accepted') } }),
      ],
      verdict: 'healthy',
      notes: ['RPC-011'],
    });
  for (const tookMs of [2, 20])
    scenario(`NDR is refused, another syntax is taken (${tookMs} ms)`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', 'bound', {
          tookMs,
          detail: { contexts: contexts('rejected', 'rejected') },
        }),
      ],
      verdict: 'healthy',
      notes: ['RPC-006'],
    });
  for (const own of ['1690', '49666'])
    scenario(`the server believes to listen on ${own}`, {
      see: [
        ONE,
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', 'bound', { detail: { secondaryAddress: own } }),
      ],
      verdict: 'healthy',
      notes: ['RPC-012'],
    });
  scenario('healthy: a server that names no port of its own', {
    see: [
      ONE,
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { detail: { secondaryAddress: '' } }),
    ],
    verdict: 'healthy',
  });
  scenario('healthy, and the bind that proves it', {
    see: [ONE, working('kms1', '172.16.0.10')],
    verdict: 'healthy',
    notes: ['RPC-010', 'SRV-013'],
  });
  scenario('healthy: upper case in the answer is the same name', {
    see: [srvAnswer([{ ...KMS1, target: name('KMS1.Contoso.Test') }]), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
  });
  scenario('healthy: the authority alone gives an address that nobody uses', {
    see: [
      ONE,
      working('kms1', '10.1.0.10'),
      addresses('kms1', ['10.1.0.10', '10.1.0.99'], AUTHORITY),
      endpoint('kms1', '10.1.0.99', 'bound'),
    ],
    verdict: 'healthy',
  });
});
