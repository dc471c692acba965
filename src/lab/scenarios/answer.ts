import type { FaultScenario } from '../scenario.ts';
import { ADDRESS, ADDRESS_2, HOSTS, KMS_HOST, PUBLISHED, RECORD } from './working-parts.ts';

const ZONES = { 'contoso.example': PUBLISHED } as const;

/** Resolvers that answer, and not what the zone says. */
export const ANSWER_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'resolvers-differ',
    group: 'answer',
    describe:
      'the first DNS server leads to a host that is gone, the second to the good one: nobody asks the second',
    hosts: { kms1: KMS_HOST, kms2: { kind: 'nobody-listens' } },
    zones: { 'contoso.example': [...PUBLISHED, ADDRESS_2] },
    resolvers: [
      { zones: { 'contoso.example': ['_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS, ADDRESS_2] } },
      {},
    ],
    expect: { verdict: 'broken', hresults: ['0x800706BA', '0xC004F074'], causes: ['RES-005', 'TCP-001'] },
  },
  {
    name: 'first-resolver-denies',
    group: 'answer',
    describe: 'the first DNS server denies the record and the second has it: a denial is an answer',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ zones: { 'contoso.example': [ADDRESS] } }, {}],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['RES-009'] },
  },
  {
    name: 'srv-dropped',
    group: 'answer',
    describe: 'the DNS server answers for A and lets questions for SRV fall, as home routers do',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ quirks: { dropSrvQueries: true } }],
    expect: { verdict: 'broken', hresults: ['0x800705B4', '0x8007232A'], causes: ['RES-006'] },
  },
  {
    name: 'srv-emptied',
    group: 'answer',
    describe: 'the DNS server answers every question for SRV with nothing',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ quirks: { resolver: { emptiesSrv: true } } }],
    expect: { verdict: 'broken', hresults: ['0x8007251D'], causes: ['RES-006'] },
  },
  {
    name: 'truncated-without-tcp',
    group: 'answer',
    describe: 'the DNS server cuts its answers short, and does not answer over TCP',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ quirks: { truncateAlways: true, silent: 'tcp' } }],
    expect: { verdict: 'broken', hresults: ['0x800705B4', '0x8007232A'], causes: ['RES-007'] },
  },
  {
    name: 'truncated-with-tcp',
    group: 'answer',
    describe: 'the DNS server cuts its answers short, and gives them over TCP',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ quirks: { truncateAlways: true } }],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-021'] },
  },
  {
    name: 'edns-rejected',
    group: 'answer',
    describe: 'the DNS server answers FORMERR to questions with EDNS; Windows asks without',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ quirks: { formerrOnEdns: true } }],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['RES-008'] },
  },
  {
    name: 'denial-cached',
    group: 'answer',
    describe: 'the record is there since a minute ago, and the DNS server remembers that it was not',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [
      {
        zones: { 'contoso.example': [ADDRESS] },
        negativeTtlSeconds: 900,
        quirks: { resolver: { cachedForSeconds: 60 } },
      },
    ],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['RES-009'] },
  },
  {
    name: 'old-set-cached',
    group: 'answer',
    describe: 'the host moved ten minutes ago, and the DNS server still gives the old one',
    hosts: { kms1: KMS_HOST, kms2: { kind: 'nobody-listens' } },
    zones: { 'contoso.example': [...PUBLISHED, ADDRESS_2] },
    resolvers: [
      {
        zones: { 'contoso.example': ['_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS, ADDRESS_2] },
        quirks: { resolver: { cachedForSeconds: 600 } },
      },
    ],
    expect: { verdict: 'broken', hresults: ['0x800706BA', '0xC004F074'], causes: ['RES-010'] },
  },
  {
    name: 'nxdomain-rewritten',
    group: 'answer',
    describe: 'the DNS server leads names that do not exist to a search page',
    hosts: { ...HOSTS, portal: { kind: 'http' } },
    zones: { 'contoso.example': [ADDRESS] },
    resolvers: [{ quirks: { resolver: { rewritesNxdomainTo: '127.0.0.1' } } }],
    expect: { verdict: 'broken', hresults: ['0x8007251D'], causes: ['RES-011'] },
  },
  {
    name: 'forwarder-missing',
    group: 'answer',
    describe: 'the DNS server has no way to contoso.example and asks the root, which denies it',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ zones: {} }],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['RES-013'] },
  },
  {
    name: 'private-address-stripped',
    group: 'answer',
    describe: 'the DNS server takes internal addresses out of answers, against rebinding attacks',
    hosts: HOSTS,
    zones: ZONES,
    resolvers: [{ zones: { 'contoso.example': [RECORD, 'kms1 TXT "stripped"'] } }],
    expect: { verdict: 'broken', hresults: ['0x80072AF9', '0x800706BA', '0xC004F074'], causes: ['RES-017'] },
  },
];
