import { describe, expect, it, test } from 'vitest';
import { encodeRegText } from '../../../src/core/reg-file.ts';
import { readEvidence } from '../../../src/diagnose/evidence/read-evidence.ts';
import { meaningOf, readSample, readText, said, saidOf } from '../../support/evidence.ts';

const APP = '55c92734-d682-4d71-983e-d6ec3f16059f';
const SKU = `${APP}\\6b7a1f00-0001-4c2d-9e3f-000000000010`;
const GLOBAL = { legacyKey: false, scope: 'windows' };
const SPP = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform';
const TCPIP = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';
const ADAPTER_1 = '{11111111-0000-4000-8000-000000000001}';
const ADAPTER_2 = '{11111111-0000-4000-8000-000000000002}';

function reg(...lines: readonly string[]): string {
  return ['Windows Registry Editor Version 5.00', '', ...lines, ''].join('\r\n');
}

describe('registry exports', () => {
  test.each([
    [
      'client-spp.reg',
      [
        ['override-name', { level: 'global', name: 'kms-global.contoso.com', effective: false, ...GLOBAL }],
        ['override-port', { level: 'global', port: 1688, effective: false, ...GLOBAL }],
        ['lookup-domain', { level: 'global', domain: 'lookup.contoso.com', ...GLOBAL }],
        ['activation-type', { type: 2 }],
        ['host-caching', { on: false }],
        ['skip-rearm', { on: true }],
        ['intervals', { activationMinutes: 120, renewalMinutes: 10_080 }],
        [
          'override-name',
          { level: 'appid', name: 'kms-app.contoso.com', effective: false, ...GLOBAL, product: APP },
        ],
        [
          'override-name',
          {
            level: 'appid',
            name: 'kms-office.contoso.com',
            effective: false,
            legacyKey: false,
            scope: 'office',
            product: '0ff1ce15-a989-479d-af46-f275c6370663',
          },
        ],
        [
          'override-name',
          { level: 'sku', name: 'kms-sku.contoso.com', effective: false, ...GLOBAL, product: SKU },
        ],
        ['override-port', { level: 'sku', port: 1690, effective: false, ...GLOBAL, product: SKU }],
        [
          'override-name',
          {
            level: 'global',
            name: 'kms-office2010.contoso.com',
            effective: false,
            legacyKey: false,
            scope: 'office',
          },
        ],
        [
          'cached-host',
          { host: 'kms-e1.east.contoso.com', port: 1688, address: '10.1.0.10', ...GLOBAL, product: SKU },
        ],
        ['client-build', { name: 'Windows 10 Enterprise', generation: 'windows10' }],
      ],
    ],
    [
      'client-network.reg',
      [
        ['host-name', { name: 'PC01' }],
        ['primary-suffix', { suffix: 'policy-suffix.contoso.com', byPolicy: true }],
        [
          'search-list',
          { suffixes: ['policy.contoso.com', 'contoso.com'], byPolicy: true, configured: true },
        ],
        ['devolution', { on: false, level: 3 }],
        ['ip-address', { address: '10.1.0.77', adapter: ADAPTER_1 }],
        ['connection-suffix', { suffix: 'dhcp.contoso.com', adapter: ADAPTER_1 }],
        ['dns-servers', { servers: ['10.1.0.53', '10.2.0.53'], adapter: ADAPTER_1 }],
        ['ip-address', { address: '192.0.2.7', adapter: ADAPTER_2 }],
        ['connection-suffix', { suffix: 'static.contoso.com', adapter: ADAPTER_2 }],
        ['dns-servers', { servers: ['192.0.2.53', '192.0.2.54'], adapter: ADAPTER_2 }],
        ['nrpt-rule', { namespaces: ['.contoso.com'], servers: ['10.9.0.53', '10.9.0.54'] }],
        ['rpc-restriction', { level: 2 }],
        ['time-service', { enabled: false, type: 'NoSync' }],
        ['dns-registration', { on: false, adapter: ADAPTER_1 }],
      ],
    ],
    [
      'kms-host.reg',
      [
        ['intervals', { activationMinutes: 60 }],
        ['publishing-disabled', { disabled: false, legacyKey: false }],
        [
          'publish-list',
          { entries: ['east.contoso.com, 10, 75', 'west.contoso.com, 90, 75'], legacyKey: false },
        ],
        ['listening-port', { port: 1689 }],
        ['low-priority', { on: true }],
        ['is-kms-host', { host: true }],
        ['registered-publication', { domain: 'east.contoso.com', port: 1689 }],
        ['host-name', { name: 'kms-e1' }],
        ['primary-suffix', { suffix: 'east.contoso.com', byPolicy: false }],
      ],
    ],
    [
      'legacy-sl.reg',
      [
        [
          'override-name',
          {
            level: 'global',
            name: 'kms-legacy.contoso.com',
            effective: false,
            legacyKey: true,
            scope: 'windows',
          },
        ],
        [
          'override-port',
          { level: 'global', port: 1688, effective: false, legacyKey: true, scope: 'windows' },
        ],
        ['publishing-disabled', { disabled: true, legacyKey: true }],
        ['is-kms-host', { host: true }],
        ['cached-host', { host: 'kms-cached.contoso.com', port: 1688, legacyKey: true, scope: 'windows' }],
      ],
    ],
  ])('%s', (name, facts) => {
    const read = readSample(name);
    expect(read.format).toBe('registry export');
    expect(read.problems).toEqual([]);
    expect(said(read.facts)).toEqual(facts);
  });

  it('names each value of a type that Windows does not read, and nothing else of it', () => {
    const read = readSample('wrong-types.reg');
    expect(saidOf(read, 'wrong-type')).toEqual([
      { value: 'KeyManagementServiceName', expected: 'REG_SZ', found: 'REG_MULTI_SZ' },
      { value: 'KeyManagementServicePort', expected: 'REG_SZ', found: 'REG_DWORD' },
      { value: 'VLRenewalInterval', expected: 'REG_DWORD', found: 'REG_BINARY' },
      { value: 'DisableDnsPublishing', expected: 'REG_DWORD', found: 'REG_SZ' },
      { value: 'DnsDomainPublishList', expected: 'REG_MULTI_SZ', found: 'REG_SZ' },
      { value: 'KeyManagementServiceListeningPort', expected: 'REG_SZ', found: 'REG_DWORD' },
    ]);
    expect(new Set(read.facts.map(({ kind }) => kind))).toEqual(new Set(['wrong-type', 'is-kms-host']));
    expect(read.problems).toEqual([{ line: 10, message: 'dword takes one to eight hexadecimal digits' }]);
    expect(read.facts[4]).toMatchObject({
      line: 8,
      place: `${SPP}\\DnsDomainPublishList`,
      raw: 'east.contoso.com, 10, 75',
    });
  });

  it('says what each value means', () => {
    const client = readSample('client-spp.reg');
    expect(meaningOf(client, 'VLRenewalInterval')).toBe('10080: 7 days between renewals');
    expect(meaningOf(client, 'DisableKeyManagementServiceHostCaching')).toBe(
      '1: DNS is asked at every attempt',
    );
    expect(meaningOf(client, 'SkipRearm')).toContain('clones keep the client id');
    const host = readSample('kms-host.reg');
    expect(meaningOf(host, 'KeyManagementServiceVersion')).toContain('does not prove');
    expect(meaningOf(readSample('legacy-sl.reg'), 'DisableDnsPublishing')).toContain(
      'Windows 7 and later do not read',
    );
    const odd = readText(reg(`[${SPP}]`, '"VLActivationInterval"=dword:00000005'));
    expect(meaningOf(odd, 'VLActivationInterval')).toContain('allowed are 15 to 43200 minutes');
  });

  it.each([
    ['HKLM', 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform'],
    ['capitals', SPP.toUpperCase()],
    ['a backslash at the end', `${SPP}\\`],
  ])('knows the key written with %s', (_, key) => {
    const read = readText(reg(`[${key}]`, '"keymanagementservicename"="kms01"'));
    expect(saidOf(read, 'override-name')).toMatchObject([{ level: 'global', name: 'kms01' }]);
  });

  it('reads a numbered control set as the one in use', () => {
    const read = readText(
      reg(
        TCPIP.replace('CurrentControlSet', 'ControlSet001').replace(/^(.*)$/, '[$1]'),
        '"NV Domain"="contoso.com"',
      ),
    );
    expect(saidOf(read, 'primary-suffix')).toEqual([{ suffix: 'contoso.com', byPolicy: false }]);
  });

  it('lets a later line change or delete an earlier one, as importing the file would', () => {
    const read = readText(
      reg(
        `[${SPP}]`,
        '"KeyManagementServiceName"="first"',
        '"KeyManagementServicePort"="1688"',
        `[${SPP}\\${APP}]`,
        '"KeyManagementServiceName"="gone"',
        `[${SPP}]`,
        '"KeyManagementServiceName"="second"',
        '"KeyManagementServicePort"=-',
        `[-${SPP}\\${APP}]`,
      ),
    );
    expect(said(read.facts)).toEqual([
      ['override-name', { level: 'global', name: 'second', effective: false, ...GLOBAL }],
    ]);
  });

  it.each([
    ['NV Domain before Domain', ['"Domain"="old.example"', '"NV Domain"="new.example"'], 'new.example'],
    ['Domain when NV Domain is empty', ['"Domain"="old.example"', '"NV Domain"=""'], 'old.example'],
    ['a workgroup', ['"Domain"=""', '"NV Domain"=""'], ''],
  ])('primary suffix: %s', (_, values, suffix) => {
    const read = readText(reg(`[${TCPIP}]`, ...values));
    expect(saidOf(read, 'primary-suffix')).toEqual([{ suffix, byPolicy: false }]);
  });

  it('says that an adapter has no DNS server only where its address shows that it is in use', () => {
    const read = readText(
      reg(
        `[${TCPIP}\\Interfaces\\{a}]`,
        '"DhcpIPAddress"="10.0.0.5"',
        '"NameServer"=""',
        `[${TCPIP}\\Interfaces\\{b}]`,
        '"MTU"=dword:000005dc',
        `[${TCPIP}\\Interfaces\\{c}]`,
        '"DhcpIPAddress"="0.0.0.0"',
        '"DhcpNameServer"="10.0.0.53"',
      ),
    );
    expect(saidOf(read, 'dns-servers')).toEqual([{ servers: [], adapter: '{a}' }]);
  });

  it('names what is no address among the DNS servers and uses the rest', () => {
    const read = readText(
      reg(`[${TCPIP}\\Interfaces\\{a}]`, '"NameServer"="10.0.0.53,dns.contoso.com 10.0.0.54"'),
    );
    expect(saidOf(read, 'dns-servers')).toEqual([{ servers: ['10.0.0.53', '10.0.0.54'], adapter: '{a}' }]);
    expect(read.problems).toEqual([{ line: 4, message: '"dns.contoso.com" is no address' }]);
  });

  it('keeps a port that is none as not readable', () => {
    const read = readText(reg(`[${SPP}]`, '"KeyManagementServicePort"="16880000"'));
    expect(read.facts).toMatchObject([{ kind: 'override-port', raw: '16880000', port: undefined }]);
  });

  it('reads the same from UTF-16, UTF-8 with and without mark', () => {
    const text = reg(`[${SPP}]`, '"KeyManagementServiceName"="kms-büro.contoso.com"');
    const expected = [
      ['override-name', { level: 'global', name: 'kms-büro.contoso.com', effective: false, ...GLOBAL }],
    ];
    for (const octets of [encodeRegText(text), Buffer.from(text), Buffer.from(`\uFEFF${text}`)])
      expect(said(readEvidence(octets, 'x', 1).facts)).toEqual(expected);
  });

  it('says when an export has nothing to do with KMS', () => {
    const read = readText(reg('[HKEY_CURRENT_USER\\Software\\Example]', '"a"="b"'));
    expect(read.facts).toEqual([]);
    expect(read.problems[0]!.message).toContain('export SoftwareProtectionPlatform');
  });

  it('names the lines that are no registry export and uses the others', () => {
    const read = readText(
      reg(`[${SPP}]`, '"KeyManagementServiceName"="kms01"', 'rubbish', '"KeyManagementServicePort"="1690'),
    );
    expect(saidOf(read, 'override-name')).toHaveLength(1);
    expect(read.problems.map(({ line }) => line)).toEqual([5, 6]);
  });
});
