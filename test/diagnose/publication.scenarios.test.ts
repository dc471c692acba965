import { describe } from 'vitest';
import { kmsOwnerName } from '../../src/core/kms.ts';
import type { Fact } from '../../src/diagnose/fact.ts';
import { fact, kmsHostFacts, ON_HOST } from '../support/facts.ts';
import { expectedDomain } from '../support/plan.ts';
import {
  addresses,
  DOMAIN,
  endpoint,
  known,
  name,
  nodata,
  nxdomain,
  type Sight,
  scenario,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const HEALTHY: readonly Sight[] = [srvAnswer([KMS1]), ...zoneServed([KMS1]), ...working('kms1', '10.1.0.10')];
const MISSING: readonly Sight[] = [nxdomain(), ...zoneServed('nxdomain')];
const EMPTY: readonly Sight[] = [nodata(), ...zoneServed('nodata')];
const HUB = kmsHostFacts('hub.test');

const list = (...entries: string[]): Fact =>
  fact('list', 'publish-list', { entries, legacyKey: false }, ON_HOST);
const event = (
  id: string,
  eventId: Fact<'event'>['eventId'],
  more: { hresult?: string; subject?: string; at?: string; fields?: Record<string, string> } = {},
  place = ON_HOST,
): Fact =>
  fact(
    id,
    'event',
    { eventId, at: more.at, hresult: more.hresult, subject: more.subject, fields: more.fields ?? {} },
    place,
  );

describe('what the host was told to publish', () => {
  for (const see of [MISSING, EMPTY])
    scenario(`publishing is switched off (${see === MISSING ? 'no name' : 'no record'})`, {
      facts: [
        ...kmsHostFacts(),
        fact('off', 'publishing-disabled', { disabled: true, legacyKey: false }, ON_HOST),
      ],
      see: [see],
      verdict: 'broken',
      causes: ['PUB-001'],
      symptoms: [see === MISSING ? 'SRV-001' : 'SRV-002'],
      predicted: [see === MISSING ? '0x8007232B' : '0x8007251D'],
    });
  scenario('healthy: publishing is switched off, and somebody made the record', {
    facts: [
      ...kmsHostFacts(),
      fact('off', 'publishing-disabled', { disabled: true, legacyKey: false }, ON_HOST),
    ],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const other of ['east.contoso.test, 10, 10', 'hub.test'])
    scenario(`the domain of the clients is not on the list: ${other}`, {
      facts: [...HUB, list(other)],
      see: [MISSING],
      verdict: 'broken',
      causes: ['PUB-003'],
      symptoms: ['SRV-001'],
      notes: other === 'hub.test' ? [] : ['PUB-010'],
    });
  scenario('a host without a list publishes at home only', {
    facts: HUB,
    see: [MISSING],
    verdict: 'broken',
    causes: ['PUB-003'],
    symptoms: ['SRV-001'],
  });
  scenario('healthy: the list and the records agree', {
    facts: [...kmsHostFacts(), list('contoso.test, 0, 0')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const kind of ['publish-list', 'both'] as const)
    scenario(`the list stands under the key of Vista (${kind})`, {
      facts: [
        ...kmsHostFacts(),
        fact('old', 'publish-list', { entries: ['contoso.test'], legacyKey: true }, ON_HOST),
        ...(kind === 'both' ? [list('contoso.test')] : []),
      ],
      see: [MISSING],
      verdict: 'broken',
      causes: ['PUB-004'],
      symptoms: ['SRV-001'],
    });
  for (const [entry, known] of [
    ['kms1.contoso.test', 'the host itself'],
    ['contoso.test; 10; 10', 'semicolons'],
    ['_vlmcs._tcp.contoso.test', 'the service name'],
    ['contoso.test, 10, 99999', 'a number out of range'],
    ['contoso', 'a single label'],
  ] as const)
    scenario(`a line that is no domain: ${known}`, {
      facts: [...kmsHostFacts(), list('contoso.test', entry)],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['PUB-005'],
    });
  scenario('the only line is the name of the host, and the record is missing', {
    facts: [...HUB, list('kms1.hub.test')],
    see: [MISSING],
    verdict: 'broken',
    causes: ['PUB-005'],
    symptoms: ['PUB-003', 'SRV-001'],
    notes: ['PUB-010'],
  });
  for (const see of [HEALTHY, MISSING])
    scenario(`the list leaves the home domain to guesswork (${see === HEALTHY ? 'healthy' : 'missing'})`, {
      facts: [...kmsHostFacts(), list('east.contoso.test')],
      see: [see],
      verdict: see === HEALTHY ? 'healthy' : 'broken',
      causes: see === HEALTHY ? [] : ['SRV-001'],
      notes: ['PUB-010'],
    });
  for (const [value, found] of [
    ['DnsDomainPublishList', 'REG_SZ'],
    ['DisableDnsPublishing', 'REG_SZ'],
  ] as const)
    scenario(`a publishing value of a type Windows does not read: ${value}`, {
      facts: [
        ...kmsHostFacts(),
        fact('type', 'wrong-type', { value, expected: 'REG_DWORD', found }, ON_HOST),
      ],
      see: [MISSING],
      verdict: 'broken',
      causes: ['PUB-011', 'SRV-001'],
    });
  for (const raw of ['contoso.test, 10, 10', 'Contoso.Test,0,0'])
    scenario(`a list of the wrong type that names the domain: ${raw}`, {
      facts: [
        ...HUB,
        fact(
          'type',
          'wrong-type',
          { value: 'DnsDomainPublishList', expected: 'REG_MULTI_SZ', found: 'REG_SZ' },
          { ...ON_HOST, file: 'other.reg', raw },
        ),
      ],
      see: [MISSING],
      verdict: 'broken',
      causes: ['PUB-011'],
      symptoms: ['PUB-003', 'SRV-001'],
    });
  const one = kmsOwnerName(name('corp'));
  for (const deny of [nxdomain, nodata])
    scenario(`a domain of one label gets no dynamic updates: ${deny.name}`, {
      client: { suffixes: known([name('corp')]) },
      facts: [...HUB, list('corp', 'hub.test')],
      see: [deny({ name: one })],
      verdict: 'broken',
      causes: ['PUB-018'],
      symptoms: [deny === nxdomain ? 'SRV-001' : 'SRV-002'],
    });
  for (const see of [MISSING, EMPTY])
    scenario(`the list names the domain, and no event does (${see === MISSING ? 'no name' : 'no record'})`, {
      facts: [...HUB, list('contoso.test', 'hub.test'), event('e1', 12294, { subject: 'hub.test' })],
      see: [see],
      verdict: 'broken',
      causes: ['PUB-017'],
      symptoms: [see === MISSING ? 'SRV-001' : 'SRV-002'],
    });
  for (const see of [MISSING, EMPTY])
    scenario(`a host in no domain (${see === MISSING ? 'no name' : 'no record'})`, {
      facts: kmsHostFacts(''),
      see: [see],
      verdict: 'broken',
      causes: ['PUB-019'],
      symptoms: [see === MISSING ? 'SRV-001' : 'SRV-002'],
    });
  for (const adapter of ['Ethernet', 'Backup'])
    scenario(`a host without DNS servers on ${adapter}`, {
      facts: [
        ...kmsHostFacts(),
        fact('dns', 'dns-servers', { servers: [], adapter }, ON_HOST),
        event('e1', 12293, { subject: 'contoso.test', hresult: '0x8007267C' }),
      ],
      see: [MISSING],
      verdict: 'broken',
      causes: ['HST-010'],
      symptoms: ['PUB-002', 'SRV-001'],
    });
  const plan = { expected: [expectedDomain([KMS1])] };
  for (const entry of ['contoso.test, 10, 20', 'contoso.test, 0, 5'])
    scenario(`the list has other values than the desired state: ${entry}`, {
      case: plan,
      facts: [...kmsHostFacts(), list(entry)],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['PUB-006'],
    });
  for (const entry of ['east.contoso.test', 'fabrikam.test, 1, 1'])
    scenario(`the list has a domain that the desired state does not give the host: ${entry}`, {
      case: plan,
      facts: [...kmsHostFacts(), list('contoso.test', entry)],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['PUB-012'],
    });
  for (const other of ['fabrikam.test', 'hub.test'])
    scenario(`hosts of different domains: ${other}`, {
      facts: [...kmsHostFacts(), ...kmsHostFacts(other, 'kms2')],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['ACL-005'],
    });
});

describe('what the host says about publishing', () => {
  for (const [hresult, readings] of [
    ['0x80072338', ['ACL-001', 'ACL-006']],
    ['0x80072339', ['ACL-006']],
    ['0x8007232D', ['ACL-007', 'ZON-011']],
    ['0x8007232C', ['ZON-011']],
    ['0x80072331', ['ZON-013']],
    ['0x80072332', ['ZON-013']],
  ] as const) {
    scenario(`event 12293 with ${hresult}, and no record`, {
      facts: [...kmsHostFacts(), event('e1', 12293, { subject: 'contoso.test', hresult })],
      see: [MISSING],
      verdict: 'broken',
      causes: ['PUB-002'],
      symptoms: ['SRV-001'],
      notes: readings,
    });
    scenario(`event 12293 with ${hresult}, and the name is empty`, {
      facts: [...kmsHostFacts(), event('e1', 12293, { subject: 'Contoso.Test.', hresult })],
      see: [EMPTY],
      verdict: 'broken',
      causes: ['PUB-002'],
      symptoms: ['SRV-002'],
      notes: readings,
    });
  }
  scenario('healthy: it failed once, and has worked since', {
    facts: [
      ...kmsHostFacts(),
      event('e1', 12293, { subject: 'contoso.test', hresult: '0x80072338', at: '2026-01-01T10:00:00Z' }),
      event('e2', 12294, { subject: 'contoso.test', at: '2026-01-02T10:00:00Z' }),
    ],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['PUB-002'],
  });
  for (const see of [MISSING, EMPTY])
    scenario(`event 12294, and no server has it (${see === MISSING ? 'no name' : 'no record'})`, {
      facts: [...kmsHostFacts(), event('e1', 12294, { subject: 'contoso.test' })],
      see: [see],
      verdict: 'broken',
      causes: ['PUB-020'],
      symptoms: [see === MISSING ? 'SRV-001' : 'SRV-002'],
    });
  scenario('healthy: event 12294, and it is served', {
    facts: [...kmsHostFacts(), event('e1', 12294, { subject: 'contoso.test' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
});

describe('the host itself', () => {
  for (const port of [1690, 1700])
    scenario(`it listens on ${port}, and is published on 1688`, {
      facts: [...kmsHostFacts(), fact('port', 'listening-port', { port }, ON_HOST)],
      see: [
        srvAnswer([KMS1]),
        zoneServed([KMS1]),
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', port === 1690 ? 'refused' : 'filtered'),
      ],
      verdict: 'broken',
      causes: ['HST-005'],
      symptoms: [port === 1690 ? 'TCP-001' : 'TCP-002', 'SRV-016'],
    });
  scenario('healthy: it listens where it is published', {
    facts: [...kmsHostFacts(), fact('port', 'listening-port', { port: 1688 }, ON_HOST)],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const [current, required] of [
    [3, 5],
    [24, 25],
  ] as const)
    scenario(`a count of ${current} where ${required} are needed`, {
      facts: [...kmsHostFacts(), fact('count', 'host-count', { current, required }, ON_HOST)],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-002'],
    });
  scenario('healthy: enough of them', {
    facts: [...kmsHostFacts(), fact('count', 'host-count', { current: 50, required: 25 }, ON_HOST)],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const other of [20, 24])
    scenario(`the clients are spread over two hosts: 10 and ${other}`, {
      facts: [
        fact('c1', 'host-count', { current: 10, required: 25 }, { file: 'kms1.txt' }),
        fact('c2', 'host-count', { current: other, required: 25 }, { file: 'kms2.txt' }),
      ],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-002', 'HST-014'],
    });
  for (const on of [true, false])
    scenario(`low priority: ${on}`, {
      facts: [...kmsHostFacts(), fact('low', 'low-priority', { on }, ON_HOST)],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: on ? ['HST-008'] : [],
    });
  scenario('low priority on a host that is too busy', {
    facts: [...kmsHostFacts(), fact('low', 'low-priority', { on: true }, ON_HOST)],
    see: [
      srvAnswer([KMS1]),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bind-nak', { detail: { nakReason: 1 } }),
    ],
    verdict: 'broken',
    causes: ['RPC-008'],
    symptoms: ['SRV-016'],
    notes: ['HST-008'],
  });
  const failedStart = (eventId: 12291 | 12292 = 12291, at = '2026-01-01T10:00:00Z'): readonly Fact[] => [
    ...kmsHostFacts(),
    event('e1', eventId, { hresult: '0x80072740', at }),
  ];
  const DOWN: readonly Sight[] = [
    srvAnswer([KMS1]),
    ...zoneServed([KMS1]),
    ...addresses('kms1', ['10.1.0.10']),
    endpoint('kms1', '10.1.0.10', 'refused'),
  ];
  scenario('KMS could not start on the host, and nothing listens there', {
    facts: failedStart(),
    see: [DOWN],
    verdict: 'broken',
    causes: ['HST-018'],
    symptoms: ['SRV-016', 'TCP-001'],
    predicted: ['0x800706BA', '0xC004F074'],
  });
  for (const see of [MISSING, EMPTY])
    scenario(
      `KMS could not start on the host, and nothing is published (${see === MISSING ? 'name' : 'record'})`,
      {
        facts: failedStart(),
        see: [see],
        verdict: 'broken',
        causes: ['HST-018'],
        symptoms: [see === MISSING ? 'SRV-001' : 'SRV-002'],
      },
    );
  for (const eventId of [12291, 12292] as const)
    scenario(`event ${eventId}, and the host works now`, {
      facts: failedStart(eventId),
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-018'],
    });
  for (const later of [12290, 12294] as const)
    scenario(`event 12291 is history: event ${later} came later, and the host is down all the same`, {
      facts: [...failedStart(), event('e2', later, { subject: 'contoso.test', at: '2026-01-01T11:00:00Z' })],
      see: [DOWN],
      verdict: 'broken',
      causes: ['TCP-001'],
      symptoms: ['SRV-016'],
    });
  const asked = (id: string, subject: string, cmid: string, at = '2026-01-01T10:00:00Z'): Fact =>
    event(id, 12290, { subject, at, fields: { cmid } });
  for (const third of ['PC3', 'PC4'])
    scenario(`${third} asks with the client id of another computer`, {
      facts: [...kmsHostFacts(), asked('e1', 'PC1', 'a'), asked('e2', 'PC2', 'b'), asked('e3', third, 'b')],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-013'],
    });
  scenario('computers share a client id, and the host counts too few', {
    case: { reported: '0xC004F038' },
    facts: [...kmsHostFacts(), asked('e1', 'PC1', 'a'), asked('e2', 'PC2', 'a')],
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['HST-013'],
    symptoms: ['HST-002'],
    predicted: ['0xC004F038'],
  });
  scenario('healthy: one computer asks twice', {
    facts: [...kmsHostFacts(), asked('e1', 'PC1', 'a'), asked('e2', 'pc1', 'a')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const days of [8, 30])
    scenario(`nobody has asked for ${days} days`, {
      facts: [
        ...kmsHostFacts(),
        asked('e1', 'PC1', 'a'),
        event('e2', 12294, {
          subject: 'contoso.test',
          at: new Date(Date.UTC(2026, 0, 1 + days, 11)).toISOString(),
        }),
      ],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-007'],
    });
  for (const server of ['kms1.contoso.test:1688', 'KMS1.contoso.test:1690'])
    scenario(`the client asked ${server}, and the host did not hear it`, {
      facts: [
        ...kmsHostFacts(),
        asked('e1', 'PC1', 'a'),
        event(
          'e2',
          12288,
          { subject: server, hresult: '0x00000000', fields: { cmid: 'z' } },
          { file: 'pc9.xml' },
        ),
      ],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['HST-015'],
    });
  scenario('healthy: the client asked, and the host heard it', {
    facts: [
      ...kmsHostFacts(),
      asked('e1', 'PC1', 'a'),
      event(
        'e2',
        12288,
        { subject: 'kms1.contoso.test:1688', hresult: '0x00000000', fields: { cmid: 'a' } },
        { file: 'pc1.xml' },
      ),
    ],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario(`healthy: nothing but what makes it a host of ${DOMAIN}`, {
    facts: kmsHostFacts(),
    see: [HEALTHY],
    verdict: 'healthy',
  });
});
