import type { FaultScenario, HostBehaviour } from '../scenario.ts';
import { ADDRESS, ADDRESS_2, ADDRESS_3, HOSTS, KMS_HOST, PUBLISHED, RECORD } from './working-parts.ts';

const NOBODY: HostBehaviour = { kind: 'nobody-listens' };
const TWO: Readonly<Record<string, HostBehaviour>> = { kms1: KMS_HOST, kms2: KMS_HOST };
const THREE: Readonly<Record<string, HostBehaviour>> = { ...TWO, kms3: KMS_HOST };

/** Priorities, weights and TTLs: what a set of records does to clients. */
export const SHARE_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'tiers',
    group: 'share',
    describe: 'two hosts share the clients 3 to 1, and a third waits for both to fail: as it should be',
    hosts: THREE,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 10 75 {kms1:port} kms1',
        '_vlmcs._tcp SRV 10 25 {kms2:port} kms2',
        '_vlmcs._tcp SRV 20 0 {kms3:port} kms3',
        ADDRESS,
        ADDRESS_2,
        ADDRESS_3,
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['RPC-010'] },
  },
  {
    name: 'single-host',
    group: 'share',
    describe: 'one host for everybody: no fault today',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-013'] },
  },
  {
    name: 'one-tier',
    group: 'share',
    describe: 'two hosts of one priority, and nobody in reserve',
    hosts: TWO,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 10 {kms1:port} kms1',
        '_vlmcs._tcp SRV 0 10 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-014'] },
  },
  {
    name: 'dead-share',
    group: 'share',
    describe: 'a fifth of the clients is sent to a host that is gone first',
    hosts: { kms1: KMS_HOST, kms2: NOBODY, kms3: KMS_HOST },
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 80 {kms1:port} kms1',
        '_vlmcs._tcp SRV 0 20 {kms2:port} kms2',
        '_vlmcs._tcp SRV 10 0 {kms3:port} kms3',
        ADDRESS,
        ADDRESS_2,
        ADDRESS_3,
      ],
    },
    expect: { verdict: 'degraded', hresults: ['0x800706BA'], causes: ['TCP-001'] },
  },
  {
    name: 'top-tier-dead',
    group: 'share',
    describe: 'the first choice of every client is gone; the reserve answers after a delay',
    hosts: { kms1: NOBODY, kms2: KMS_HOST },
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 0 {kms1:port} kms1',
        '_vlmcs._tcp SRV 10 0 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    expect: { verdict: 'degraded', hresults: ['0x800706BA'], causes: ['TCP-001'] },
  },
  {
    name: 'reserve-dead',
    group: 'share',
    describe: 'the host in reserve is gone, which nobody notices until the day it is needed',
    hosts: { kms1: KMS_HOST, kms2: NOBODY },
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 0 {kms1:port} kms1',
        '_vlmcs._tcp SRV 10 0 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    expect: { verdict: 'degraded', hresults: ['0x800706BA'], causes: ['TCP-001'] },
  },
  {
    name: 'all-hosts-dead',
    group: 'share',
    describe: 'three hosts, three ways of failing: nobody there, silence, another service',
    hosts: { kms1: NOBODY, kms2: { kind: 'silent' }, kms3: { kind: 'http' } },
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 10 {kms1:port} kms1',
        '_vlmcs._tcp SRV 0 10 {kms2:port} kms2',
        '_vlmcs._tcp SRV 10 0 {kms3:port} kms3',
        ADDRESS,
        ADDRESS_2,
        ADDRESS_3,
      ],
    },
    expect: {
      verdict: 'broken',
      hresults: ['0xC004F074', '0x800706BA', '0x800706BE'],
      causes: ['TCP-001', 'RPC-001', 'RPC-002'],
    },
  },
  {
    name: 'zero-weight-beside-others',
    group: 'share',
    describe: 'a host of weight 0 beside one with a weight gets next to nobody',
    hosts: TWO,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 100 {kms1:port} kms1',
        '_vlmcs._tcp SRV 0 0 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-015'] },
  },
  {
    name: 'weights-without-effect',
    group: 'share',
    describe: 'each host has a priority of its own, and the weights divide nothing',
    hosts: TWO,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 10 75 {kms1:port} kms1',
        '_vlmcs._tcp SRV 20 25 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-028'] },
  },
  {
    name: 'weights-for-vista',
    group: 'share',
    describe: 'priorities and weights, and a client that draws at random',
    hosts: TWO,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 10 75 {kms1:port} kms1',
        '_vlmcs._tcp SRV 20 25 {kms2:port} kms2',
        ADDRESS,
        ADDRESS_2,
      ],
    },
    options: ['--client', 'vista'],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-023'] },
  },
  {
    name: 'duplicate-target',
    group: 'share',
    describe: 'one host stands in the set twice, with two weights',
    hosts: HOSTS,
    zones: {
      'contoso.example': [
        '_vlmcs._tcp SRV 0 10 {kms1:port} kms1',
        '_vlmcs._tcp SRV 0 20 {kms1:port} kms1',
        ADDRESS,
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-012'] },
  },
  {
    name: 'ttl-zero',
    group: 'share',
    describe: 'TTL 0: every try of every client reaches the name servers',
    hosts: HOSTS,
    zones: { 'contoso.example': ['_vlmcs._tcp 0 SRV 0 0 {kms1:port} kms1', ADDRESS] },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-020'] },
  },
  {
    name: 'ttl-huge',
    group: 'share',
    describe: 'a TTL of 30 days: a host that moves is sought at the old place for a month',
    hosts: HOSTS,
    zones: { 'contoso.example': ['_vlmcs._tcp 2592000 SRV 0 0 {kms1:port} kms1', ADDRESS] },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-020'] },
  },
  {
    name: 'ttls-differ',
    group: 'share',
    describe: 'a resolver gives the records of one set different times to live',
    hosts: TWO,
    zones: {
      'contoso.example': [RECORD, '_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS, ADDRESS_2],
    },
    resolvers: [{ quirks: { resolver: { mixesTtls: true } } }],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-029'] },
  },
  {
    name: 'set-oversize',
    group: 'share',
    describe: 'thirty records: the answer does not fit into a datagram and comes over TCP',
    hosts: HOSTS,
    zones: {
      'contoso.example': [
        ADDRESS,
        ...Array.from(
          { length: 30 },
          (_, i) => `_vlmcs._tcp SRV 0 0 {kms1:port} key-management-service-${i + 1}.branch-offices`,
        ),
        ...Array.from(
          { length: 30 },
          (_, i) => `key-management-service-${i + 1}.branch-offices A {kms1:address}`,
        ),
      ],
    },
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-021'] },
  },
];
