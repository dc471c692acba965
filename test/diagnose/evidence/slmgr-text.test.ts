import { describe, expect, it, test } from 'vitest';
import { meaningOf, readSample, readText, said, saidOf } from '../../support/evidence.ts';

const PRODUCT = '55c92734-d682-4d71-983e-d6ec3f16059f\\6b7a1f00-0001-4c2d-9e3f-000000000010';
const SETTING = { legacyKey: false, scope: 'windows', product: PRODUCT };
const GVLK = ['key-channel', { channel: 'Volume:GVLK', kms: true, scope: 'windows' }];
const LICENSED = ['licence-status', { status: 1, graceMinutes: 250_560, scope: 'windows' }];
const WINDOWS_10 = ['client-build', { name: '10.0.19041.1', generation: 'windows10' }];
const INTERVALS = ['intervals', { activationMinutes: 120, renewalMinutes: 10_080 }];
const CACHED = [
  'cached-host',
  { host: 'kms-e1.east.contoso.com', port: 1688, address: '10.1.0.10', ...SETTING },
];

describe('slmgr, each language in its console code page', () => {
  test.each([
    [
      'slmgr-dlv-en.txt',
      [
        WINDOWS_10,
        GVLK,
        LICENSED,
        ['activation-type', { type: 0 }],
        CACHED,
        ['host-caching', { on: true }],
        INTERVALS,
      ],
    ],
    [
      'slmgr-dlv-de.txt',
      [
        WINDOWS_10,
        GVLK,
        LICENSED,
        ['activation-type', { type: 0 }],
        CACHED,
        ['host-caching', { on: false }],
        INTERVALS,
      ],
    ],
    [
      'slmgr-dlv-pinned.txt',
      [
        ['client-build', { name: '10.0.22631.1', generation: 'windows10' }],
        GVLK,
        ['licence-status', { status: 1, graceMinutes: 1440, scope: 'windows' }],
        ['activation-type', { type: 2 }],
        ['lookup-domain', { level: 'sku', domain: 'kms.contoso.com', ...SETTING }],
        ['override-name', { level: 'sku', name: 'kms-old.contoso.com', effective: true, ...SETTING }],
        ['override-port', { level: 'sku', port: 1690, effective: true, ...SETTING }],
        ['host-caching', { on: false }],
        INTERVALS,
      ],
    ],
    [
      'slmgr-dlv-fr.txt',
      [
        ['client-build', { name: '6.1.7601.17514', generation: 'windows7' }],
        ['key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' }],
        ['licence-status', { status: 2, graceMinutes: 20_160, scope: 'windows' }],
      ],
    ],
    [
      'slmgr-dli-ja.txt',
      [
        ['key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' }],
        LICENSED,
        ['activation-type', { type: 0 }],
        ['host-caching', { on: true }],
        INTERVALS,
      ],
    ],
    [
      'slmgr-dlv-zh-cn.txt',
      [
        ['client-build', { name: '10.0.17763.1039', generation: 'windows10' }],
        GVLK,
        ['licence-status', { status: 1, graceMinutes: 259_197, scope: 'windows' }],
        ['activation-type', { type: 0 }],
        ['override-name', { level: 'sku', name: '10.1.0.10', effective: true, ...SETTING }],
        ['override-port', { level: 'sku', port: 1688, effective: true, ...SETTING }],
        ['host-caching', { on: true }],
        INTERVALS,
      ],
    ],
    [
      'slmgr-dlv-zh-tw.txt',
      [
        WINDOWS_10,
        GVLK,
        LICENSED,
        ['activation-type', { type: 1 }],
        ['cached-host', { host: 'kms-w1.west.contoso.com', port: 1688, address: '10.2.0.10', ...SETTING }],
        ['host-caching', { on: false }],
        ['intervals', { activationMinutes: 240, renewalMinutes: 10_080 }],
      ],
    ],
    [
      'slmgr-dlv-host.txt',
      [
        ['client-build', { name: '10.0.17763.1', generation: 'windows10' }],
        ['key-channel', { channel: 'Volume:CSVLK', kms: false, scope: 'windows' }],
        ['is-kms-host', { host: true }],
        ['licence-status', { status: 1, scope: 'windows' }],
        ['host-count', { current: 17 }],
        ['listening-port', { port: 1689 }],
        ['publishing-disabled', { disabled: true, legacyKey: false }],
        ['low-priority', { on: true }],
        ['request-counters', { total: 412, failed: 9 }],
      ],
    ],
    [
      'slmgr-dlv-notification.txt',
      [
        ['client-build', { name: '6.0.6002.18005', generation: 'vista' }],
        ['key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' }],
        ['licence-status', { status: 5, reason: '0xC004F200', scope: 'windows' }],
      ],
    ],
    [
      'slmgr-dli-mak.txt',
      [
        ['key-channel', { channel: 'VOLUME_MAK', kms: false, scope: 'windows' }],
        ['licence-status', { status: 1, scope: 'windows' }],
      ],
    ],
    ['slmgr-ato-de.txt', [['tool-error', { hresult: '0x8007232B' }]]],
    [
      'ospp-dstatus.txt',
      [
        ['key-channel', { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'office' }],
        ['licence-status', { status: 1, graceMinutes: 250_560, scope: 'office' }],
        ['cached-host', { host: 'kms-e1.east.contoso.com', port: 1688, legacyKey: false, scope: 'office' }],
        ['host-caching', { on: true }],
        INTERVALS,
      ],
    ],
  ])('%s', (name, facts) => {
    const read = readSample(name);
    expect(read.format).toBe('slmgr output');
    expect(read.problems).toEqual([]);
    expect(said(read.facts)).toEqual(facts);
  });

  it('never repeats the partial key, the client id, the installation id or an extended product id', () => {
    for (const name of [
      'slmgr-dlv-en.txt',
      'slmgr-dlv-host.txt',
      'slmgr-dlv-zh-cn.txt',
      'ospp-dstatus.txt',
    ]) {
      const { facts, decoded, problems } = readSample(name);
      const all = JSON.stringify([facts, decoded, problems]);
      expect(all).not.toMatch(/X7QKM|3f1c0b7e|0123456789012|06401-|01234-00170|00339-/);
    }
  });
});

/** Every label and every sentence replaced by words of no language; values stay. */
function inNoLanguage(text: string): string {
  return text.replaceAll(/^(\s*)([^:\n]+):/gm, (_, indent: string, label: string) => {
    const kept = ['DNS', 'KMS', 'SRV'].filter((word) => label.includes(word)).join(' ');
    return `${indent}Zzyx ${kept} qwrt:`;
  });
}

describe('slmgr /dlv', () => {
  const SAMPLE = [
    'Software licensing service version: 10.0.19041.1',
    '',
    'Name: Windows(R), Enterprise edition',
    'Description: Windows(R) Operating System, VOLUME_KMSCLIENT channel',
    'Partial Product Key: X7QKM',
    'License Status: Licensed',
    'Volume activation expiration: 250560 minute(s) (174 day(s))',
    'Trusted time: 3/14/2025 10:30:00 AM',
    'Configured Activation Type: All',
    '',
    'Key Management Service client information',
    '    Client Machine ID (CMID): 3f1c0b7e-5a11-4f7e-9d2a-0000000000aa',
    '    Registered KMS machine name: kms-old.contoso.com:1690',
    '    KMS machine IP address: 10.1.0.10',
    '    Activation interval: 120 minutes',
    '    Renewal interval: 10080 minutes',
    '    KMS host caching is enabled',
  ].join('\n');

  it('is read the same with labels of no language: order and values tell', () => {
    const foreign = readText(inNoLanguage(SAMPLE));
    const english = readText(SAMPLE);
    expect(said(foreign.facts)).toEqual(said(english.facts));
    expect(said(english.facts)).toHaveLength(8);
  });

  it('is read the same without indentation, as a mail program leaves it', () => {
    expect(said(readText(SAMPLE.replaceAll(/^ +/gm, '')).facts)).toEqual(said(readText(SAMPLE).facts));
  });

  it('does not guess at on and off, or at the activation type, in words nobody knows', () => {
    const read = readText(SAMPLE.replace('is enabled', 'zzyx qwrt').replace(': All', ': Zzyx'));
    expect(saidOf(read, 'host-caching')).toEqual([]);
    expect(saidOf(read, 'activation-type')).toEqual([]);
    expect(saidOf(read, 'override-name')).toHaveLength(1);
  });

  it('is read when somebody took out what identifies the computer', () => {
    const redacted = SAMPLE.replace('X7QKM', '<removed>').replace(/3f1c0b7e[\w-]*/, '<removed>');
    expect(said(readText(redacted).facts)).toEqual(said(readText(SAMPLE).facts));
  });

  it('dates the last success, the next attempt and the end', () => {
    const read = readText(SAMPLE);
    expect(meaningOf(read, 'expires')).toBe('2025-09-04T10:30:00: by the time the output gives for itself');
    expect(meaningOf(read, 'last success')).toBe(
      '2025-03-08T10:30:00: 180 days before the activation runs out',
    );
    expect(meaningOf(read, 'next attempt')).toBe('2025-03-15T10:30:00: one renewal interval later');
  });

  it('says that a renewal is overdue', () => {
    expect(meaningOf(readSample('slmgr-dlv-pinned.txt'), 'next attempt')).toContain('did not succeed');
  });

  it('takes an IPv6 host apart from its port', () => {
    const read = readText(SAMPLE.replace('kms-old.contoso.com:1690', '[2001:db8::10]:1690'));
    expect(saidOf(read, 'override-name')).toMatchObject([{ name: '[2001:db8::10]' }]);
    expect(saidOf(read, 'override-port')).toMatchObject([{ port: 1690 }]);
  });

  it('says that Active Directory activated it', () => {
    const read = readText(
      SAMPLE.replace(
        /Key Management Service client[\s\S]*/,
        'AD Activation client information\n    AO DN: CN=ao,CN=Activation Objects,CN=Microsoft SPP,CN=Services\n    AO activation ID: 3f1c0b7e-5a11-4f7e-9d2a-0000000000aa',
      ),
    );
    expect(saidOf(read, 'ad-activation')).toEqual([
      { object: 'CN=ao,CN=Activation Objects,CN=Microsoft SPP,CN=Services' },
    ]);
  });

  test.each([
    [
      '0xC004F025',
      'Access denied: the requested action requires elevated privileges',
      'elevated',
      { elevated: false },
    ],
    ['0x80070005', 'Access denied', 'elevated', { elevated: false }],
    [
      '0xC004F074',
      'No Key Management Service (KMS) could be contacted',
      'tool-error',
      { hresult: '0xC004F074' },
    ],
    ['0x8007007b', 'Die Syntax ist falsch', 'tool-error', { hresult: '0x8007007B' }],
  ])('an error %s alone', (code, words, kind, value) => {
    expect(said(readText(`Error: ${code} ${words}\n`).facts)).toEqual([[kind, value]]);
  });

  it('of all products keeps those with a key', () => {
    const other =
      'Name: Windows(R), Core edition\nDescription: Windows(R) Operating System, RETAIL channel\nThis license is not in use.\nLicense Status: Unlicensed\n\n';
    const read = readText(other + SAMPLE + other);
    expect(saidOf(read, 'key-channel')).toEqual([
      { channel: 'VOLUME_KMSCLIENT', kms: true, scope: 'windows' },
    ]);
    expect(read.problems).toEqual([]);
    expect(readText(other).problems).toEqual([
      { line: 2, message: expect.stringContaining('partial product key') },
    ]);
  });

  test.each([
    ['Unlicensed', 0],
    ['Initial grace period', 2],
    ['Additional grace period (KMS license expired or hardware out of tolerance)', 3],
    ['Non-genuine grace period.', 4],
    ['Extended grace period', 6],
    ['Notification', 5],
    ['---OOT_GRACE---', 3],
    ['---NON_GENUINE_GRACE---', 4],
    ['Nicht lizenziert', 0],
    ['未授权', 0],
  ])('status %j', (words, status) => {
    const read = readText(
      `Name: x\nDescription: y, VOLUME_KMSCLIENT channel\nPartial Product Key: X7QKM\nLicense Status: ${words}\n`,
    );
    expect(saidOf(read, 'licence-status')).toMatchObject([{ status }]);
  });
});
