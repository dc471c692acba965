import type { FaultScenario } from '../scenario.ts';
import { ADDRESS, ADDRESS_2, HOSTS, KMS_HOST, PUBLISHED } from './working-parts.ts';

const SPP_KEY =
  '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]';

/** A `.reg` export with these values of the licensing service. */
function registry(...values: readonly string[]): readonly string[] {
  return ['Windows Registry Editor Version 5.00', '', SPP_KEY, ...values, ''];
}

/** The desired state: `kms1` in contoso.example, and nobody else. */
const WANTED: readonly string[] = [
  'version: 1',
  'servers:',
  '  lab: { address: {authority:address}, port: {authority:port} }',
  'domains:',
  '  contoso.example:',
  '    server: lab',
  '    publish:',
  '      - { host: kms1.contoso.example, port: {kms1:port} }',
  '',
];

/** Faults that show when evidence lies beside the network: an export of a client or a host, a code, a desired state. */
export const EVIDENCE_SCENARIOS: readonly FaultScenario[] = [
  {
    name: 'override-dead',
    group: 'evidence',
    describe: 'the client is told to use a host that is gone, and never asks the DNS',
    hosts: { ...HOSTS, kms2: { kind: 'nobody-listens' } },
    zones: { 'contoso.example': [...PUBLISHED, ADDRESS_2] },
    files: {
      'client.reg': registry(
        '"KeyManagementServiceName"="kms2.contoso.example"',
        '"KeyManagementServicePort"="{kms2:port}"',
      ),
    },
    options: ['--facts', '{client.reg}'],
    expect: { verdict: 'broken', hresults: ['0x800706BA', '0xC004F074'], causes: ['CLI-001'] },
  },
  {
    name: 'override-without-name',
    group: 'evidence',
    describe: 'the client is told to use a host whose name does not exist',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    files: { 'client.reg': registry('"KeyManagementServiceName"="kms-old.contoso.example"') },
    options: ['--facts', '{client.reg}'],
    expect: { verdict: 'broken', hresults: ['0x8007232B', '0x80072AF9', '0xC004F074'], causes: ['CLI-002'] },
  },
  {
    name: 'domain-not-listed',
    group: 'evidence',
    describe: 'the host publishes in another domain only, as its export says',
    hosts: HOSTS,
    zones: { 'contoso.example': [ADDRESS] },
    files: {
      'host.reg': registry(
        // REG_MULTI_SZ "fabrikam.example", UTF-16LE.
        '"DnsDomainPublishList"=hex(7):66,00,61,00,62,00,72,00,69,00,6b,00,61,00,6d,00,2e,00,65,00,78,00,61,00,6d,00,70,00,6c,00,65,00,00,00,00,00',
      ),
    },
    options: ['--facts', '{host.reg}'],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['PUB-003'] },
  },
  {
    name: 'publishing-off',
    group: 'evidence',
    describe: 'the host is told not to publish, as its export says, and nobody else did',
    hosts: HOSTS,
    zones: { 'contoso.example': [ADDRESS] },
    files: { 'host.reg': registry('"DisableDnsPublishing"=dword:00000001') },
    options: ['--facts', '{host.reg}'],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['PUB-001'] },
  },
  {
    name: 'suffix-elsewhere',
    group: 'evidence',
    describe:
      'the record is in contoso.example, and the client asks in fabrikam.example only, as its export says',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED, 'fabrikam.example': [] },
    files: {
      'client.reg': [
        'Windows Registry Editor Version 5.00',
        '',
        '[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]',
        '"Hostname"="pc1"',
        '"NV Domain"="fabrikam.example"',
        '"Domain"="fabrikam.example"',
        '',
      ],
    },
    options: ['--facts', '{client.reg}'],
    expect: { verdict: 'broken', hresults: ['0x8007232B'], causes: ['CLI-011'] },
  },
  {
    name: 'earlier-suffix-wins',
    group: 'evidence',
    describe:
      'the desired state is about contoso.example, and an earlier suffix of the client has a record too',
    hosts: { kms1: KMS_HOST, kms2: KMS_HOST },
    zones: {
      'contoso.example': PUBLISHED,
      'fabrikam.example': ['_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS_2],
    },
    domains: ['fabrikam.example', 'contoso.example'],
    files: { 'kmsdns.yaml': WANTED },
    options: ['-c', '{kmsdns.yaml}'],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['CLI-012'] },
  },
  {
    name: 'stranger-published',
    group: 'evidence',
    describe: 'a host stands in the set that the desired state does not list: somebody installed a host key',
    hosts: { kms1: KMS_HOST, kms2: KMS_HOST },
    zones: { 'contoso.example': [...PUBLISHED, '_vlmcs._tcp SRV 0 0 {kms2:port} kms2', ADDRESS_2] },
    files: { 'kmsdns.yaml': WANTED },
    options: ['-c', '{kmsdns.yaml}'],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['SRV-018'] },
  },
  {
    name: 'host-counts-low',
    group: 'evidence',
    describe: 'the network is innocent: the host answers, and has not seen enough clients yet',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    options: ['--error', '0xC004F038'],
    expect: { verdict: 'broken', hresults: ['0xC004F038'], causes: ['HST-002'] },
  },
  {
    name: 'plan-not-carried-out',
    group: 'evidence',
    describe: 'the weight that the desired state wants is not the one that is published',
    hosts: HOSTS,
    zones: { 'contoso.example': [ADDRESS, '_vlmcs._tcp SRV 0 50 {kms1:port} kms1'] },
    files: { 'kmsdns.yaml': WANTED },
    options: ['-c', '{kmsdns.yaml}'],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['PUB-009'] },
  },
  {
    name: 'code-contradicts',
    group: 'evidence',
    describe: 'the user reports that there is no record, and there is one',
    hosts: HOSTS,
    zones: { 'contoso.example': PUBLISHED },
    options: ['--error', '0x8007232B'],
    expect: { verdict: 'healthy', hresults: [], causes: [], notes: ['RUN-007'] },
  },
];
