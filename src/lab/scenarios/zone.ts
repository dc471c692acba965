import type { FaultScenario } from '../scenario.ts';
import { ADDRESS, ADDRESS_2, HOSTS, KMS_HOST, PUBLISHED } from './working-parts.ts';

/** What a name server that does not have the zone answers. */
const LAME = { zones: {} } as const;

/** The servers that are responsible for the zone, and how they disagree. */
export const ZONE_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'zone-not-delegated',
    group: 'zone',
    describe:
      'nobody is responsible for contoso.example: the resolver knows of no such zone, and neither does the server that should',
    hosts: HOSTS,
    zones: {},
    authorities: [LAME],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['RES-013', 'ZON-001'] },
  },
  {
    name: 'one-server-lame',
    group: 'zone',
    describe: 'one of two name servers does not have the zone any more, and refuses',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    authorities: [{}, LAME],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['ZON-002'] },
  },
  {
    name: 'all-servers-lame',
    group: 'zone',
    describe: 'no name server of the zone has it, and the resolver fails over it',
    hosts: HOSTS,
    zones: {},
    resolvers: [{ quirks: { servfail: true } }],
    authorities: [LAME, LAME],
    expect: { verdict: 'broken', hresults: ['0x8007232A'], causes: ['ZON-002'] },
  },
  {
    name: 'one-server-silent',
    group: 'zone',
    describe: 'one of two name servers of the zone does not answer',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    authorities: [{}, { quirks: { silent: true } }],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['ZON-002'] },
  },
  {
    name: 'secondary-behind',
    group: 'zone',
    describe: 'the secondary has an old copy of the zone, without the record',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    authorities: [{ serial: 42 }, { serial: 41, zones: { 'contoso.example': [ADDRESS] } }],
    expect: { verdict: 'degraded', hresults: ['0x8007232B', '0x8007232A'], causes: ['ZON-004'] },
  },
  {
    name: 'servers-disagree',
    group: 'zone',
    describe: 'two name servers of one serial lead to two hosts',
    hosts: { kms1: KMS_HOST, kms2: KMS_HOST },
    zones: { 'contoso.example': [...PUBLISHED, ADDRESS_2] },
    authorities: [
      {},
      { zones: { 'contoso.example': ['_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS, ADDRESS_2] } },
    ],
    expect: { verdict: 'degraded', hresults: ['0x8007232B'], causes: ['ZON-003'] },
  },
  {
    name: 'views-differ',
    group: 'zone',
    describe: 'the resolver sees another view of the zone than the server that is responsible',
    hosts: { kms1: KMS_HOST, kms2: KMS_HOST },
    zones: { 'contoso.example': [...PUBLISHED, ADDRESS_2] },
    resolvers: [
      { zones: { 'contoso.example': ['_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS, ADDRESS_2] } },
    ],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['ZON-008'] },
  },
  {
    name: 'denials-kept-long',
    group: 'zone',
    describe: 'the record is missing, and "missing" is remembered for a day',
    hosts: HOSTS,
    zones: { 'contoso.example': [ADDRESS] },
    resolvers: [{ negativeTtlSeconds: 86_400 }],
    authorities: [{ negativeTtlSeconds: 86_400 }],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['SRV-001'], notes: ['ZON-012'] },
  },
];
