import { describe, expect, it, test } from 'vitest';
import { meaningOf, readSample, readText, said, saidOf } from '../../support/evidence.ts';

const PRODUCT = '55c92734-d682-4d71-983e-d6ec3f16059f\\6b7a1f00-0001-4c2d-9e3f-000000000010';
const SERVICE = { legacyKey: false, scope: 'windows' };

describe('licensing objects', () => {
  test.each([
    [
      'licensing-service.json',
      [
        ['client-build', { name: '10.0.19041.1', generation: 'windows10' }],
        ['override-name', { level: 'global', name: 'kms-old.contoso.com', effective: false, ...SERVICE }],
        ['override-port', { level: 'global', port: 1690, effective: false, ...SERVICE }],
        ['lookup-domain', { level: 'global', domain: 'kms.contoso.com', ...SERVICE }],
        ['host-caching', { on: false }],
        ['is-kms-host', { host: false }],
      ],
    ],
    [
      'licensing-product.json',
      [
        ['key-channel', { channel: 'Volume:GVLK', kms: true, scope: 'windows' }],
        ['licence-status', { status: 2, graceMinutes: 41_760, reason: '0x4004F401', scope: 'windows' }],
        [
          'cached-host',
          { host: 'kms-e1.east.contoso.com', port: 1688, address: '10.1.0.10', ...SERVICE, product: PRODUCT },
        ],
        ['activation-type', { type: 1 }],
        ['intervals', { activationMinutes: 120, renewalMinutes: 10_080 }],
      ],
    ],
    [
      'kms-license-info.json',
      [
        ['host-caching', { on: true }],
        ['is-kms-host', { host: true }],
        ['host-count', { current: 3 }],
        ['listening-port', { port: 1688 }],
        ['publishing-disabled', { disabled: false, legacyKey: false }],
        ['low-priority', { on: false }],
        ['request-counters', { total: 44, failed: 1 }],
      ],
    ],
    [
      'licensing-service.txt',
      [
        ['client-build', { name: '10.0.19041.1', generation: 'windows10' }],
        ['override-name', { level: 'global', name: '[2001:db8::10]', effective: false, ...SERVICE }],
        ['override-port', { level: 'global', port: 1688, effective: false, ...SERVICE }],
        ['host-caching', { on: true }],
        ['activation-type', { type: 0 }],
        ['is-kms-host', { host: false }],
      ],
    ],
  ])('%s', (name, facts) => {
    const read = readSample(name);
    expect(read.problems).toEqual([]);
    expect(said(read.facts)).toEqual(facts);
    expect(JSON.stringify(read)).not.toMatch(/X7QKM|3f1c0b7e/);
  });

  it('says where each property stands', () => {
    expect(readSample('licensing-service.json').facts[1]).toMatchObject({
      line: 15,
      place: 'KeyManagementServiceMachine',
      raw: 'kms-old.contoso.com',
    });
  });

  it.each([
    ['an array', '[{"KeyManagementServiceMachine":"kms01","KeyManagementServicePort":1690}]'],
    [
      'Windows PowerShell’s array',
      '{"value":[{"KeyManagementServiceMachine":"kms01","KeyManagementServicePort":1690}],"Count":1}',
    ],
    ['port as text', '{"KeyManagementServiceMachine":"kms01","KeyManagementServicePort":"1690"}'],
    ['names in small letters', '{"keymanagementservicemachine":"kms01","keymanagementserviceport":1690}'],
    ['escapes', '{"KeyManagementServiceMachine":"\\u006bms01","KeyManagementServicePort":1690}'],
  ])('%s', (_, text) => {
    const read = readText(text);
    expect(saidOf(read, 'override-name')).toMatchObject([{ name: 'kms01' }]);
    expect(saidOf(read, 'override-port')).toMatchObject([{ port: 1690 }]);
    expect(read.problems).toEqual([]);
  });

  it('uses what stands before the place where the file was cut off', () => {
    const whole =
      '{\n"KeyManagementServiceMachine": "kms01",\n"KeyManagementServiceLookupDomain": "contoso.c';
    const read = readText(whole);
    expect(saidOf(read, 'override-name')).toMatchObject([{ name: 'kms01' }]);
    expect(saidOf(read, 'lookup-domain')).toEqual([]);
    expect(read.problems).toEqual([{ line: 3, message: expect.stringContaining('a text does not end') }]);
  });

  it('uses what stands around a place that somebody edited', () => {
    const read = readText(
      '{\n"KeyManagementServiceMachine": "kms01",\n<removed>,\n"VLActivationTypeEnabled": 2\n}',
    );
    expect(saidOf(read, 'override-name')).toHaveLength(1);
    expect(saidOf(read, 'activation-type')).toEqual([{ type: 2 }]);
    expect(read.problems).toHaveLength(1);
    expect(read.problems[0]!.line).toBe(3);
  });

  it('knows -1, 0xFFFFFFFF and N/A for no count', () => {
    for (const none of ['-1', '4294967295', '"N/A"', 'null']) {
      const read = readText(`{"IsKeyManagementServiceMachine":1,"KeyManagementServiceCurrentCount":${none}}`);
      expect(saidOf(read, 'host-count')).toEqual([]);
      expect(saidOf(read, 'is-kms-host')).toEqual([{ host: true }]);
    }
  });

  it('tells the count against what the product needs', () => {
    const text = '{"KeyManagementServiceCurrentCount":17,"RequiredClientCount":25}';
    expect(meaningOf(readText(text), 'KeyManagementServiceCurrentCount')).toBe(
      '17: 8 short of the 25 that this product needs',
    );
  });

  it('keeps Office apart', () => {
    const read = readText(
      '{"Name":"Office 16, Office16ProPlusVL_KMS_Client edition","LicenseStatus":1,"KeyManagementServiceMachine":"kms-o","VLActivationTypeEnabled":2}',
    );
    expect(saidOf(read, 'override-name')).toMatchObject([{ scope: 'office', level: 'sku', effective: true }]);
    expect(saidOf(read, 'activation-type')).toEqual([]);
  });

  it('takes the channel from the description where the property is not selected', () => {
    const read = readText(
      '{"Description":"Windows(R) Operating System, VOLUME_MAK channel","LicenseStatus":1}',
    );
    expect(saidOf(read, 'key-channel')).toEqual([{ channel: 'VOLUME_MAK', kms: false, scope: 'windows' }]);
  });

  it('dates the end from the clock of either PowerShell', () => {
    for (const time of ['/Date(1741948200000)/', '2025-03-14T10:30:00Z'])
      expect(
        meaningOf(
          readText(`{"LicenseStatus":2,"GracePeriodRemaining":1440,"TrustedTime":"${time}"}`),
          'expires',
        ),
      ).toContain('2025-03-15T10:30:00Z');
    const unset = readText(
      '{"LicenseStatus":2,"GracePeriodRemaining":1440,"TrustedTime":"/Date(-11644473600000)/"}',
    );
    expect(meaningOf(unset, 'expires')).toBeUndefined();
  });

  it('says when no product has a key', () => {
    const read = readText(
      '[{"LicenseStatus":0,"PartialProductKey":null},{"LicenseStatus":0,"PartialProductKey":null}]',
    );
    expect(read.facts).toEqual([]);
    expect(read.problems).toEqual([{ line: undefined, message: 'none of its 2 products has a product key' }]);
  });
});
