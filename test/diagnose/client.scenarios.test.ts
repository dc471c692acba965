import { describe } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import type { Client, PinnedHost } from '../../src/diagnose/client.ts';
import { clientFrom, readPinnedHost } from '../../src/diagnose/client-profile.ts';
import type { Fact } from '../../src/diagnose/fact.ts';
import { fact, WINDOWS_WIDE } from '../support/facts.ts';
import {
  addresses,
  DOMAIN,
  endpoint,
  known,
  name,
  nodata,
  noSuchHost,
  nxdomain,
  RESOLVER,
  type Sight,
  scenario,
  silent,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const KMS2 = srv('kms2');
const EAST = name('east.contoso.test');

/** The record and its host, both as they should be. */
const HEALTHY: readonly Sight[] = [
  srvAnswer([KMS1]),
  ...zoneServed([KMS1]),
  ...working('kms1', '10.1.0.10'),
].flat();

function pinnedTo(raw: string, port?: number, level: PinnedHost['level'] = 'global') {
  const facts: Fact[] = [
    fact('f1', 'override-name', { ...WINDOWS_WIDE, level, name: raw, effective: false }, { raw }),
    ...(port === undefined
      ? []
      : [fact('f2', 'override-port', { ...WINDOWS_WIDE, level, port, effective: false })]),
  ];
  const pinned = known({ level, raw, ...readPinnedHost(raw, port) }, ...facts.map(({ id }) => id));
  return { facts, client: { pinned } };
}

/** The client exactly as evidence makes it. */
function clientOf(facts: readonly Fact[], given: Partial<Parameters<typeof clientFrom>[1]> = {}): Client {
  return clientFrom(facts, {
    generation: undefined,
    domains: [DOMAIN],
    systemSuffixes: [],
    systemResolvers: [RESOLVER],
    resolversGiven: true,
    assumptions: [],
    ...given,
  });
}

describe('evidence that is none', () => {
  for (const file of ['log.evtx', 'notes.txt'])
    scenario(`healthy: nothing can be learned from ${file}`, {
      facts: [fact('f1', 'unreadable', { because: 'nothing in it is known' }, { file })],
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['RUN-009'],
    });
});

describe('an override', () => {
  scenario('a pinned host that is dead keeps the client from the one that works', {
    ...pinnedTo('old.contoso.test'),
    see: [
      HEALTHY,
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'refused', { purpose: 'pinned' }),
    ],
    verdict: 'broken',
    causes: ['CLI-001'],
    symptoms: ['TCP-001'],
    notes: ['RUN-006'],
    predicted: ['0x800706BA', '0xC004F074'],
  });
  scenario('a pinned host behind a filter, with nothing published beside it', {
    ...pinnedTo('old.contoso.test', undefined, 'sku'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'filtered', { purpose: 'pinned' }),
    ],
    verdict: 'broken',
    causes: ['CLI-001'],
    symptoms: ['TCP-002'],
    notes: ['SRV-001'],
  });
  scenario('healthy: pinned to a host that works, though nothing is published', {
    ...pinnedTo('kms1.contoso.test'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'healthy',
    notes: ['CLI-001'],
    predicted: [],
  });
  const SUFFIXES = { suffixes: known([EAST, DOMAIN]) };
  const eastOf = (host: string): string => `${host}.${EAST}`;
  scenario('healthy: one label is pinned, and the second suffix makes it the host', {
    ...pinnedTo('kms1'),
    client: { ...pinnedTo('kms1').client, ...SUFFIXES },
    see: [
      nxdomain(),
      noSuchHost(eastOf('kms1')),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'healthy',
    notes: ['CLI-001'],
    predicted: [],
    unknown: ['SRV-001'],
  });
  scenario('one label is pinned, and the first suffix makes it a dead host', {
    ...pinnedTo('kms1'),
    client: { ...pinnedTo('kms1').client, ...SUFFIXES },
    see: [
      addresses(eastOf('kms1'), ['10.1.0.9']),
      endpoint(eastOf('kms1'), '10.1.0.9', 'refused', { purpose: 'pinned' }),
      addresses('kms1', ['10.1.0.10']),
    ],
    verdict: 'broken',
    causes: ['CLI-001'],
    symptoms: ['TCP-001'],
    predicted: ['0x800706BA', '0xC004F074'],
    unknown: ['SRV-001'],
  });
  scenario('one label is pinned, and no suffix makes it a host', {
    ...pinnedTo('kms9'),
    client: { ...pinnedTo('kms9').client, ...SUFFIXES },
    see: [noSuchHost(eastOf('kms9')), noSuchHost('kms9')],
    verdict: 'broken',
    causes: ['CLI-002'],
    symptoms: ['ADR-001'],
    predicted: ['0x8007232B', '0x80072AF9', '0xC004F074'],
    unknown: ['SRV-001'],
  });
  scenario('one label with a final dot is pinned: no suffix is appended', {
    ...pinnedTo('kms1.'),
    see: [
      HEALTHY,
      ...['A', 'AAAA'].map((type) => nxdomain({ purpose: 'address', name: name('kms1'), type })),
    ],
    verdict: 'broken',
    causes: ['CLI-002'],
    symptoms: ['ADR-001'],
    notes: ['RUN-006'],
  });
  scenario('one label is pinned, and nobody knows the suffixes of the client', {
    ...pinnedTo('kms1'),
    client: { ...pinnedTo('kms1').client, suffixes: known([]), suffixesUntold: true },
    see: [],
    verdict: 'unknown',
    unknown: ['CLI-002'],
  });
  scenario('one label is pinned, and the lookup under the first suffix stays without an answer', {
    ...pinnedTo('kms1'),
    client: { ...pinnedTo('kms1').client, ...SUFFIXES },
    see: [
      ['A', 'AAAA'].map((type) => silent({ purpose: 'address', name: name(eastOf('kms1')), type })),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'unknown',
    notes: ['CLI-001', 'RES-015'],
    unknown: ['ADR-001', 'SRV-001'],
  });
  scenario('healthy: pinned to a host on a port of its own', {
    ...pinnedTo('kms1.contoso.test', 1700),
    see: [HEALTHY, endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned', port: 1700 })],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  scenario('healthy: pinned to an address, and no DNS server answers', {
    ...pinnedTo('10.1.0.10'),
    see: [silent(), endpoint('10.1.0.10', '10.1.0.10', 'bound', { purpose: 'pinned' })],
    verdict: 'healthy',
    notes: ['CLI-001', 'RES-001'],
    unknown: ['SRV-001'],
  });
  scenario('pinned to a name, and no DNS server answers', {
    ...pinnedTo('kms1.contoso.test'),
    see: [silent(), silent({ purpose: 'control-itself', name: name('localhost'), type: 'A' })],
    verdict: 'broken',
    causes: ['RES-001'],
    notes: ['CLI-001'],
    unknown: ['SRV-001', 'ADR-001'],
    predicted: ['0x800705B4', '0x8007232A', '0xC004F074'],
  });
  scenario('pinned to a name, and the run ended before any DNS server answered', {
    ...pinnedTo('kms1.contoso.test'),
    see: [silent({}, { kind: 'cancelled', by: 'deadline', sent: true })],
    verdict: 'unknown',
    notes: ['CLI-001', 'RUN-004'],
    unknown: ['SRV-001', 'ADR-001'],
  });
  for (const raw of ['99999', 'kms']) {
    const { facts, client } = pinnedTo('kms1.contoso.test');
    const port = { ...WINDOWS_WIDE, level: 'global', port: undefined, effective: false } as const;
    scenario(`the pinned port is none: ${raw}`, {
      facts: [...facts, fact('f2', 'override-port', port, { raw })],
      client: { pinned: known(client.pinned.value, 'f1', 'f2') },
      see: [HEALTHY, endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' })],
      verdict: 'healthy',
      notes: ['CLI-001', 'CLI-006'],
    });
  }
  scenario('the pinned port is not the one on which the host listens', {
    ...pinnedTo('kms1.contoso.test', 1700),
    see: [
      HEALTHY,
      endpoint('kms1', '10.1.0.10', 'refused', { purpose: 'pinned', port: 1700 }),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'standard-port' }),
    ],
    verdict: 'broken',
    causes: ['CLI-004'],
    symptoms: ['TCP-001'],
    notes: ['CLI-001', 'RUN-006'],
    predicted: ['0x800706BA', '0xC004F074'],
  });
  scenario('the same with an address, and the port dropped by a filter', {
    ...pinnedTo('10.1.0.10', 1700),
    see: [
      HEALTHY,
      endpoint('10.1.0.10', '10.1.0.10', 'filtered', { purpose: 'pinned', port: 1700 }),
      endpoint('10.1.0.10', '10.1.0.10', 'bound', { purpose: 'standard-port' }),
    ],
    verdict: 'broken',
    causes: ['CLI-004'],
    symptoms: ['TCP-002'],
    notes: ['CLI-001', 'RUN-006'],
  });
  scenario('the name of the pinned host does not exist', {
    ...pinnedTo('kms9.contoso.test'),
    see: [HEALTHY, noSuchHost('kms9')],
    verdict: 'broken',
    causes: ['CLI-002'],
    symptoms: ['ADR-001'],
    notes: ['RUN-006'],
    predicted: ['0x8007232B', '0x80072AF9', '0xC004F074'],
  });
  scenario('the pinned host has no address', {
    ...pinnedTo('kms9.contoso.test'),
    see: [nxdomain(), zoneServed('nxdomain'), addresses('kms9', [])],
    verdict: 'broken',
    causes: ['CLI-002'],
    symptoms: ['ADR-002'],
    notes: ['SRV-001'],
    predicted: ['0x8007251D', '0x80072AF9', '0xC004F074'],
  });
  scenario('a dead pinned host, on the reading that the client goes on to discovery', {
    ...pinnedTo('old.contoso.test'),
    client: { ...pinnedTo('old.contoso.test').client, assumptions: ['override-falls-through'] },
    see: [
      HEALTHY,
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'refused', { purpose: 'pinned' }),
    ],
    verdict: 'degraded',
    causes: ['CLI-001'],
    symptoms: ['TCP-001'],
    notes: ['RUN-006'],
    predicted: ['0xC004F074', '0x800706BA'],
  });
  scenario('on that reading, with nothing published either', {
    ...pinnedTo('old.contoso.test'),
    client: { ...pinnedTo('old.contoso.test').client, assumptions: ['override-falls-through'] },
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'refused', { purpose: 'pinned' }),
    ],
    verdict: 'broken',
    causes: ['CLI-001', 'SRV-001'],
    symptoms: ['TCP-001'],
  });
  scenario('an IPv6 address without brackets', {
    ...pinnedTo('2001:db8::10'),
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['CLI-005'],
    notes: ['RUN-006'],
    predicted: ['0x8007007B', '0xC004F074'],
  });
  scenario('another IPv6 address without brackets, nothing published', {
    ...pinnedTo('fd00::1:1688'),
    see: [nxdomain(), zoneServed('nxdomain')],
    verdict: 'broken',
    causes: ['CLI-005'],
    notes: ['SRV-001'],
  });
  scenario('healthy: an IPv6 address in brackets', {
    ...pinnedTo('[fd00::10]'),
    see: [HEALTHY, endpoint('fd00::10', 'fd00::10', 'bound', { purpose: 'pinned' })],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  for (const raw of ['http://kms1.contoso.test', 'kms1, kms2'])
    scenario(`neither a name nor an address: ${raw}`, {
      ...pinnedTo(raw),
      see: [HEALTHY],
      verdict: 'broken',
      causes: ['CLI-006'],
      notes: ['RUN-006'],
    });
  scenario("a cloud provider's own host, pinned in the image", {
    ...pinnedTo('azkms.core.windows.net'),
    see: [
      HEALTHY,
      addresses('azkms.core.windows.net', ['20.118.99.224']),
      endpoint('azkms.core.windows.net', '20.118.99.224', 'filtered', { purpose: 'pinned' }),
    ],
    verdict: 'broken',
    causes: ['CLI-026'],
    symptoms: ['CLI-001', 'TCP-002'],
    notes: ['ADR-006', 'RUN-006'],
  });
  scenario('the address that a cloud provider has for it', {
    ...pinnedTo('169.254.169.250'),
    see: [HEALTHY, endpoint('169.254.169.250', '169.254.169.250', 'unreachable', { purpose: 'pinned' })],
    verdict: 'broken',
    causes: ['CLI-026'],
    symptoms: ['CLI-001', 'TCP-004', 'ADR-005'],
    notes: ['RUN-006'],
  });
  scenario('healthy: in that cloud, where its host answers', {
    ...pinnedTo('169.254.169.250'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      endpoint('169.254.169.250', '169.254.169.250', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  for (const level of ['sku', 'appid'] as const)
    scenario(`products are told different hosts: at the level of ${level}`, {
      facts: [
        ...pinnedTo('kms1.contoso.test').facts,
        fact('f3', 'override-name', {
          ...WINDOWS_WIDE,
          level,
          product: '55c92734',
          name: 'kms2.contoso.test',
          effective: false,
        }),
      ],
      client: pinnedTo('kms2.contoso.test', undefined, level).client,
      see: [
        HEALTHY,
        addresses('kms2', ['10.1.0.11']),
        endpoint('kms2', '10.1.0.11', 'bound', { purpose: 'pinned' }),
      ],
      verdict: 'healthy',
      notes: ['CLI-001', 'CLI-003'],
    });
  scenario('Vista reads its own key, and is pinned', {
    facts: [
      fact('f1', 'override-name', {
        ...WINDOWS_WIDE,
        legacyKey: true,
        level: 'global',
        name: 'kms1.contoso.test',
        effective: false,
      }),
    ],
    client: clientOf(
      [
        fact('f1', 'override-name', {
          ...WINDOWS_WIDE,
          legacyKey: true,
          level: 'global',
          name: 'kms1.contoso.test',
          effective: false,
        }),
      ],
      { generation: 'vista' },
    ),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' }),
    ],
    verdict: 'healthy',
    notes: ['CLI-001'],
  });
  for (const kind of ['override-name', 'lookup-domain'] as const) {
    const facts = [
      kind === 'override-name'
        ? fact('f1', kind, {
            ...WINDOWS_WIDE,
            legacyKey: true,
            level: 'global',
            name: 'old.contoso.test',
            effective: false,
          })
        : fact('f1', kind, { ...WINDOWS_WIDE, legacyKey: true, level: 'global', domain: 'old.test' }),
    ];
    scenario(`healthy: Windows 10 does not read the key of Vista (${kind})`, {
      facts,
      client: clientOf(facts),
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['CLI-021'],
    });
  }
});

describe('where the client looks', () => {
  const KMS = name('kms.contoso.test');
  const lookup = {
    facts: [fact('f1', 'lookup-domain', { ...WINDOWS_WIDE, level: 'global', domain: 'kms.contoso.test' })],
    client: { lookupDomain: known(KMS, 'f1') },
  };
  scenario('healthy: a lookup domain that has the record', {
    ...lookup,
    see: [
      srvAnswer([KMS1], { name: kmsOwnerName(KMS) }),
      zoneServed([KMS1], KMS),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
    notes: ['CLI-007'],
  });
  scenario('a lookup domain without the record shuts out the suffix that has it', {
    ...lookup,
    case: { examined: [DOMAIN] },
    see: [HEALTHY, nxdomain({ name: kmsOwnerName(KMS) })],
    verdict: 'broken',
    causes: ['CLI-008'],
    symptoms: ['CLI-011', 'SRV-001'],
    notes: ['CLI-007'],
    predicted: ['0x8007232B'],
  });
  scenario('a lookup domain that exists and has no such record', {
    ...lookup,
    see: [nodata({ name: kmsOwnerName(KMS) })],
    verdict: 'broken',
    causes: ['CLI-008'],
    symptoms: ['SRV-002'],
    notes: ['CLI-007'],
    predicted: ['0x8007251D'],
  });
  scenario('healthy: Windows 7 does not know lookup domains', {
    ...lookup,
    client: { ...lookup.client, generation: 'windows7' },
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const domain of ['kms.contoso.test', 'dead.test'])
    scenario(`a pinned host makes the lookup domain ${domain} useless`, {
      facts: [
        ...pinnedTo('kms1.contoso.test').facts,
        fact('f3', 'lookup-domain', { ...WINDOWS_WIDE, level: 'global', domain }),
      ],
      client: { ...pinnedTo('kms1.contoso.test').client, lookupDomain: known(name(domain), 'f3') },
      see: [
        addresses('kms1', ['10.1.0.10']),
        endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'pinned' }),
        nxdomain({ name: kmsOwnerName(name(domain)) }),
      ],
      verdict: 'healthy',
      notes: ['CLI-001', 'CLI-007', 'CLI-009'],
    });

  const noSuffix = {
    facts: [fact('f1', 'primary-suffix', { suffix: '', byPolicy: false })],
    client: { suffixes: known([], 'f1') },
  };
  scenario('no suffix: no query leaves, whatever is published', {
    ...noSuffix,
    case: { examined: [DOMAIN] },
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['CLI-010'],
    predicted: ['0x8007007B', '0x8007232B'],
  });
  scenario('no suffix, and a record without any domain that nobody asks for', {
    ...noSuffix,
    see: [srvAnswer([KMS1], { purpose: 'bare-label', name: name('_vlmcs._tcp') })],
    verdict: 'broken',
    causes: ['CLI-010'],
    symptoms: ['CLI-013'],
  });
  scenario('a workgroup computer, on the reading that it asks in the domain of its connection', {
    facts: [
      ...noSuffix.facts,
      fact('f2', 'connection-suffix', { suffix: 'contoso.test', adapter: 'Ethernet' }),
    ],
    client: clientOf(
      [...noSuffix.facts, fact('f2', 'connection-suffix', { suffix: 'contoso.test', adapter: 'Ethernet' })],
      { assumptions: ['workgroup-uses-connection-suffix'] },
    ),
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['RUN-006'],
  });
  scenario('the same computer on the usual reading', {
    facts: [
      ...noSuffix.facts,
      fact('f2', 'connection-suffix', { suffix: 'contoso.test', adapter: 'Ethernet' }),
    ],
    client: clientOf([
      ...noSuffix.facts,
      fact('f2', 'connection-suffix', { suffix: 'contoso.test', adapter: 'Ethernet' }),
    ]),
    case: { examined: [DOMAIN] },
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['CLI-010'],
    notes: ['RUN-006'],
  });
  for (const adapter of ['Ethernet', 'Wi-Fi'])
    scenario(`no DNS server on ${adapter}`, {
      facts: [fact('f1', 'dns-servers', { servers: [], adapter })],
      client: { resolvers: known([], 'f1') },
      see: [],
      verdict: 'broken',
      causes: ['CLI-025'],
      predicted: ['0x8007267C'],
    });

  scenario('the record stands in a domain where this client does not look', {
    client: { suffixes: known([EAST]) },
    case: { examined: [DOMAIN] },
    see: [HEALTHY, nxdomain({ name: kmsOwnerName(EAST) })],
    verdict: 'broken',
    causes: ['CLI-011'],
    symptoms: ['SRV-001'],
    predicted: ['0x8007232B'],
  });
  scenario('the same, seen at the responsible server only', {
    client: { suffixes: known([EAST]) },
    case: { examined: [DOMAIN] },
    see: [nodata({ name: kmsOwnerName(EAST) }), zoneServed([KMS1]), working('kms1', '10.1.0.10')],
    verdict: 'broken',
    causes: ['CLI-011'],
    symptoms: ['SRV-002'],
  });
  scenario('healthy: several suffixes, and the record in the second', {
    client: { suffixes: known([EAST, DOMAIN]) },
    see: [nxdomain({ name: kmsOwnerName(EAST) }), HEALTHY],
    verdict: 'healthy',
    predicted: [],
  });
  scenario('the parent domain has the record, and the client does not strip labels', {
    facts: [fact('f1', 'devolution', { on: false, level: undefined })],
    client: { suffixes: known([EAST], 'f1') },
    case: { examined: [DOMAIN] },
    see: [HEALTHY, nxdomain({ name: kmsOwnerName(EAST) })],
    verdict: 'broken',
    causes: ['CLI-028'],
    symptoms: ['CLI-011', 'SRV-001'],
  });
  scenario('a suffix list switches the stripping of labels off', {
    facts: [
      fact('f1', 'primary-suffix', { suffix: 'east.contoso.test', byPolicy: false }),
      fact('f2', 'search-list', { suffixes: ['east.contoso.test'], byPolicy: true, configured: true }),
    ],
    client: { suffixes: known([EAST], 'f2') },
    case: { examined: [DOMAIN] },
    see: [HEALTHY, nodata({ name: kmsOwnerName(EAST) })],
    verdict: 'broken',
    causes: ['CLI-028'],
    symptoms: ['CLI-011', 'SRV-002'],
  });
  for (const level of [undefined, 2])
    scenario(`found after a label is stripped, at level ${level}`, {
      facts: [
        fact('f1', 'primary-suffix', { suffix: 'east.contoso.test', byPolicy: false }),
        ...(level === undefined ? [] : [fact('f2', 'devolution', { on: true, level })]),
      ],
      client: { suffixes: known([EAST, DOMAIN], 'f1') },
      see: [nxdomain({ name: kmsOwnerName(EAST) }), HEALTHY],
      verdict: 'healthy',
      notes: ['CLI-014'],
    });
  for (const said of ['', 'with a denial of the suffixed name as NODATA'])
    scenario(`the record stands at the bare label only ${said}`, {
      see: [
        said === '' ? nxdomain() : nodata(),
        zoneServed(said === '' ? 'nxdomain' : 'nodata'),
        srvAnswer([KMS1], { purpose: 'bare-label', name: name('_vlmcs._tcp') }),
      ],
      verdict: 'broken',
      causes: ['CLI-013'],
      symptoms: [said === '' ? 'SRV-001' : 'SRV-002'],
    });
  const RULE = parseEndpoint('10.9.9.9', 53);
  const divertedTo = (space: string, ...servers: readonly string[]) => {
    const facts = [fact('f1', 'nrpt-rule', { namespaces: [space], servers })];
    return { facts, client: clientOf(facts) };
  };
  const OWN_SERVER = srvAnswer([KMS1], { purpose: 'control-diverted' });
  for (const space of ['.contoso.test', '.'])
    scenario(`a policy sends the question to servers that deny the record: ${space}`, {
      ...divertedTo(space, RULE.address),
      see: [nxdomain({ at: RULE }), OWN_SERVER, working('kms1', '10.1.0.10')],
      verdict: 'broken',
      causes: ['CLI-019'],
      symptoms: ['SRV-001'],
      predicted: ['0x8007232B'],
    });
  scenario('a policy sends the question to servers that are silent', {
    ...divertedTo('.contoso.test', RULE.address),
    see: [silent({ at: RULE }), OWN_SERVER, working('kms1', '10.1.0.10')],
    verdict: 'broken',
    causes: ['CLI-019'],
    symptoms: ['RES-001'],
    unknown: ['SRV-001'],
    predicted: ['0x800705B4', '0x8007232A'],
  });
  scenario('a policy sends the question to servers that deny what nobody has', {
    ...divertedTo('.contoso.test', RULE.address),
    see: [nxdomain({ at: RULE }), nxdomain({ purpose: 'control-diverted' })],
    verdict: 'broken',
    causes: ['SRV-001'],
    notes: ['CLI-019'],
  });
  scenario('healthy: a policy sends the question to servers that have the record, and its own do not', {
    ...divertedTo('.contoso.test', RULE.address),
    see: [
      srvAnswer([KMS1], { at: RULE }),
      nxdomain({ purpose: 'control-diverted' }),
      addresses('kms1', ['10.1.0.10'], RULE),
      endpoint('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
  });
  scenario('healthy: a policy for another namespace', {
    ...divertedTo('.fabrikam.test', RULE.address),
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('healthy: a policy without servers excepts the domain from the one for all names', {
    facts: [
      fact('f1', 'nrpt-rule', { namespaces: ['.'], servers: [RULE.address] }),
      fact('f2', 'nrpt-rule', { namespaces: ['.contoso.test'], servers: [] }),
    ],
    client: clientOf([
      fact('f1', 'nrpt-rule', { namespaces: ['.'], servers: [RULE.address] }),
      fact('f2', 'nrpt-rule', { namespaces: ['.contoso.test'], servers: [] }),
    ]),
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const hit of [nxdomain(), nodata()])
    scenario(
      `the hosts file cannot stand in for the record (${hit.outcome.ok && (hit.outcome.value as { rcode?: string }).rcode})`,
      {
        facts: [fact('f1', 'hosts-file-entry', { host: 'kms1.contoso.test', address: '10.1.0.10' })],
        see: [
          hit,
          zoneServed(
            hit.outcome.ok && (hit.outcome.value as { rcode?: string }).rcode === 'NXDOMAIN'
              ? 'nxdomain'
              : 'nodata',
          ),
        ],
        verdict: 'broken',
        causes: [
          hit.outcome.ok && (hit.outcome.value as { rcode?: string }).rcode === 'NXDOMAIN'
            ? 'SRV-001'
            : 'SRV-002',
        ],
        notes: ['CLI-029'],
      },
    );
});

describe('what the client remembers', () => {
  const cachedAt = (host: string) => ({
    facts: [fact('f1', 'cached-host', { ...WINDOWS_WIDE, host, port: 1688, address: undefined })],
    client: { cached: known({ host: name(host), port: 1688 }, 'f1') },
  });
  scenario('healthy: the cached host is alive and published', {
    ...cachedAt('kms1.contoso.test'),
    see: [HEALTHY, endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'cached' })],
    verdict: 'healthy',
  });
  for (const record of [KMS1, srv('kms1', { port: 1700 })])
    scenario(`the cached host is alive and no longer published, ${record.port} is`, {
      ...cachedAt('kms2.contoso.test'),
      see: [
        srvAnswer([record]),
        zoneServed([record]),
        working('kms1', '10.1.0.10', record.port),
        addresses('kms2', ['10.1.0.11']),
        endpoint('kms2', '10.1.0.11', 'bound', { purpose: 'cached' }),
      ],
      verdict: 'healthy',
      notes: record.port === 1688 ? ['CLI-032'] : ['CLI-032', 'SRV-011'],
    });
  for (const state of ['refused', 'filtered'] as const)
    scenario(`healthy: the cached host is dead (${state}), and discovery finds another one`, {
      ...cachedAt('old.contoso.test'),
      see: [
        HEALTHY,
        addresses('old', ['10.1.0.9']),
        endpoint('old', '10.1.0.9', state, { purpose: 'cached' }),
      ],
      verdict: 'healthy',
      notes: ['CLI-016', state === 'refused' ? 'TCP-001' : 'TCP-002'],
    });
  scenario('the cached host is dead, and nothing is published', {
    ...cachedAt('old.contoso.test'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'refused', { purpose: 'cached' }),
    ],
    verdict: 'broken',
    causes: ['SRV-001', 'CLI-015'],
    symptoms: ['TCP-001'],
    predicted: ['0x8007232B'],
  });
  scenario('the name of the cached host is gone, and so is the record', {
    ...cachedAt('old.contoso.test'),
    see: [nodata(), zoneServed('nodata'), noSuchHost('old')],
    verdict: 'broken',
    causes: ['SRV-002', 'CLI-015'],
    symptoms: ['ADR-001'],
  });
  scenario('the cached host is alive, and the record is gone: it works until the host is shut down', {
    ...cachedAt('kms1.contoso.test'),
    see: [
      nxdomain(),
      zoneServed('nxdomain'),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'bound', { purpose: 'cached' }),
    ],
    verdict: 'healthy',
    notes: ['SRV-001'],
  });
  scenario('healthy: a cached host counts for nothing when caching is off', {
    ...cachedAt('old.contoso.test'),
    client: { ...cachedAt('old.contoso.test').client, hostCaching: known(false, 'f2') },
    see: [
      HEALTHY,
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'bound', { purpose: 'cached' }),
    ],
    verdict: 'healthy',
  });
  for (const fields of [{ priority: 10 }, { weight: 5 }])
    scenario(`caching defeats priorities and weights: ${JSON.stringify(fields)}`, {
      facts: [fact('f1', 'host-caching', { on: true })],
      client: { hostCaching: known(true, 'f1') },
      see: [
        srvAnswer([srv('kms1', { weight: 1 }), srv('kms2', fields)]),
        zoneServed([srv('kms1', { weight: 1 }), srv('kms2', fields)]),
        working('kms1', '10.1.0.10'),
        working('kms2', '10.1.0.11'),
      ],
      verdict: 'healthy',
      notes: ['CLI-017'],
    });
  scenario('healthy: caching, and two hosts of equal rank', {
    facts: [fact('f1', 'host-caching', { on: true })],
    client: { hostCaching: known(true, 'f1') },
    see: [
      srvAnswer([KMS1, KMS2]),
      zoneServed([KMS1, KMS2]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
  });
});

describe('what else decides', () => {
  for (const type of [1, 3] as const)
    scenario(`activation type ${type}: no KMS host is ever asked for`, {
      facts: [fact('f1', 'activation-type', { type })],
      client: { activationType: known<0 | 1 | 2 | 3>(type, 'f1') },
      see: [HEALTHY],
      verdict: 'broken',
      causes: ['CLI-018'],
      predicted: [],
    });
  scenario('healthy: activation type 2 is KMS only', {
    facts: [fact('f1', 'activation-type', { type: 2 })],
    client: { activationType: known<0 | 1 | 2 | 3>(2, 'f1') },
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const channel of ['RETAIL', 'VOLUME_MAK'])
    scenario(`a key of the channel ${channel}: the client never asks`, {
      facts: [fact('f1', 'key-channel', { channel, kms: false, scope: 'windows' })],
      see: [HEALTHY],
      verdict: 'broken',
      causes: ['CLI-024'],
    });
  scenario("healthy: a KMS client's own key", {
    facts: [fact('f1', 'key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const seconds of [5 * 3600, -(4 * 3600 + 60)])
    scenario(`a clock that is ${seconds} s off`, {
      facts: [fact('f1', 'clock-offset', { seconds })],
      see: [HEALTHY],
      verdict: 'broken',
      causes: ['CLI-022'],
      predicted: ['0xC004F06C', '0xC004F074'],
    });
  scenario('healthy: a clock that is three hours off', {
    facts: [fact('f1', 'clock-offset', { seconds: 3 * 3600 })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('healthy: without elevation nothing is proved yet', {
    facts: [fact('f1', 'elevated', { elevated: false })],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['CLI-023'],
  });
  scenario('the hosts file leads to an address where nobody is', {
    facts: [fact('f1', 'hosts-file-entry', { host: 'kms1.contoso.test', address: '10.1.0.99' })],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['CLI-020'],
  });
  scenario('the hosts file contradicts the DNS about a host that is dead in both', {
    facts: [fact('f1', 'hosts-file-entry', { host: 'KMS1.contoso.test', address: '10.1.0.99' })],
    see: [
      srvAnswer([KMS1]),
      zoneServed([KMS1]),
      addresses('kms1', ['10.1.0.10']),
      endpoint('kms1', '10.1.0.10', 'refused'),
    ],
    verdict: 'broken',
    causes: ['CLI-020'],
    symptoms: ['SRV-016', 'TCP-001'],
  });
  scenario('healthy: the hosts file says what the DNS says', {
    facts: [fact('f1', 'hosts-file-entry', { host: 'kms1.contoso.test', address: '10.1.0.10' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  for (const [value, found] of [
    ['KeyManagementServicePort', 'REG_DWORD'],
    ['KeyManagementServiceName', 'REG_MULTI_SZ'],
  ] as const)
    scenario(`a value of a type that Windows does not read: ${value}`, {
      facts: [fact('f1', 'wrong-type', { value, expected: 'REG_SZ', found })],
      see: [nxdomain(), zoneServed('nxdomain')],
      verdict: 'broken',
      causes: ['CLI-027', 'SRV-001'],
    });
});
