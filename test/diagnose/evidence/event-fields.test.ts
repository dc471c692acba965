import { describe, expect, it, test } from 'vitest';
import { meaningOf, readSample, readText, said, saidOf } from '../../support/evidence.ts';

const CMID = '3f1c0b7e-5a11-4f7e-9d2a-0000000000aa';
const ACT = '6b7a1f00-0001-4c2d-9e3f-000000000010';
const APP = '55c92734-d682-4d71-983e-d6ec3f16059f';

/** Fields of 12288 that all samples share, and those that differ. */
function request(hresult: string, server: string | undefined, clientTime: string, more: object = {}): object {
  return {
    hresult,
    statusFlags: '0x00000000',
    ...(server === undefined ? {} : { server }),
    cmid: CMID,
    clientTime,
    virtualMachine: '0',
    licenceStatus: '2',
    minutesToExpiry: '41760',
    activationId: ACT,
    requiredCount: '25',
    ...more,
  };
}

describe('event exports', () => {
  test.each([
    [
      'events.xml',
      'events as XML',
      [
        [
          'event',
          {
            eventId: 12288,
            at: '2025-03-14T10:30:00Z',
            hresult: '0x8007232B',
            subject: 'kms-old.contoso.com:1688',
            fields: request('0x8007232B', 'kms-old.contoso.com:1688', '2025/03/14 10:30'),
          },
        ],
        [
          'event',
          {
            eventId: 12289,
            at: '2025-03-14T10:31:00Z',
            hresult: '0xC004F038',
            fields: {
              hresult: '0xC004F038',
              statusFlags: '0x04000008',
              activated: '0',
              currentCount: '4',
              activationIntervalMinutes: '120',
              renewalIntervalMinutes: '10080',
              clientTime: '2025/03/14 10:31',
            },
          },
        ],
        [
          'event',
          {
            eventId: 12290,
            at: '2025-03-14T10:32:00Z',
            hresult: '0xC004F06C',
            subject: 'PC02.contoso.com',
            fields: {
              hresult: '0xC004F06C',
              requiredCount: '5',
              clientName: 'PC02.contoso.com',
              cmid: CMID,
              clientTime: '2025/3/14 15:32',
              virtualMachine: '1',
              licenceStatus: '2',
              minutesToExpiry: '41520',
              activationId: ACT,
            },
          },
        ],
        ['is-kms-host', { host: true }],
        ['clock-offset', { seconds: 18_000 }],
        [
          'event',
          {
            eventId: 12293,
            at: '2025-03-14T10:33:00Z',
            hresult: '0x80072338',
            subject: 'west.contoso.com',
            fields: {
              hresult: '0x80072338',
              domain: 'west.contoso.com',
              computer: 'kms-e1.east.contoso.com',
            },
          },
        ],
        [
          'event',
          {
            eventId: 12294,
            at: '2025-03-14T10:34:00Z',
            subject: 'east.contoso.com',
            fields: { domain: 'east.contoso.com', computer: 'kms-e1.east.contoso.com' },
          },
        ],
        [
          'event',
          {
            eventId: 8198,
            at: '2025-03-14T10:35:00Z',
            hresult: '0x8007232B',
            fields: {
              hresult: '0x8007232B',
              ruleId: 'eeba1977-569e-4571-b639-7623d8bfecc0',
              action: 'AutoActivate',
              appId: APP,
              skuId: ACT,
              notificationInterval: '1440',
              trigger: 'NetworkAvailable',
            },
          },
        ],
      ],
    ],
    [
      'events-viewer.xml',
      'events as XML',
      [
        [
          'event',
          {
            eventId: 12288,
            at: '2025-03-14T10:30:00Z',
            hresult: '0x00000000',
            subject: '[2001:db8::10]:1688',
            fields: request('0x00000000', '[2001:db8::10]:1688', '2025/03/14 10:30', {
              virtualMachine: '1',
              licenceStatus: '1',
              minutesToExpiry: '250560',
            }),
          },
        ],
        [
          'event',
          {
            eventId: 12289,
            at: '2025-03-14T10:30:01Z',
            hresult: '0x00000000',
            fields: {
              hresult: '0x00000000',
              statusFlags: '0x00000000',
              activated: '1',
              currentCount: '50',
              activationIntervalMinutes: '120',
              renewalIntervalMinutes: '10080',
              clientTime: '2025/03/14 10:30',
            },
          },
        ],
      ],
    ],
    [
      'events.txt',
      'events as text',
      [
        [
          'event',
          {
            eventId: 12288,
            at: '2025-03-14T10:30:00',
            hresult: '0x800706BA',
            subject: 'kms-e1.east.contoso.com:1688',
            fields: request('0x800706BA', 'kms-e1.east.contoso.com:1688', '2025/03/14 09:30', {
              licenceStatus: '5',
              minutesToExpiry: '0',
            }),
          },
        ],
        [
          'event',
          {
            eventId: 8198,
            at: '2025-03-14T10:31:00',
            hresult: '0xC004F074',
            fields: {
              hresult: '0xC004F074',
              ruleId: 'eeba1977-569e-4571-b639-7623d8bfecc0',
              action: 'AutoActivate',
              appId: APP,
              skuId: ACT,
              notificationInterval: '1440',
              trigger: 'UserLogon',
              sessionId: '1',
            },
          },
        ],
        [
          'event',
          {
            eventId: 12293,
            at: '2025-03-14T10:32:00',
            hresult: '0x8007267C',
            subject: 'west.contoso.com',
            fields: {
              hresult: '0x8007267C',
              domain: 'west.contoso.com',
              computer: 'kms-e1.east.contoso.com',
            },
          },
        ],
        ['is-kms-host', { host: true }],
      ],
    ],
    [
      'event-copied-de.txt',
      'events as text',
      [
        [
          'event',
          {
            eventId: 12288,
            at: '2025-03-14T10:30:00',
            hresult: '0x8007251D',
            fields: request('0x8007251D', undefined, '2025/03/14 09:30'),
          },
        ],
      ],
    ],
    [
      'events-de.csv',
      'events as CSV',
      [
        [
          'event',
          {
            eventId: 12288,
            // 03.04. alone could be either; 14.03. further down says that the day comes first.
            at: '2025-04-03T10:30:00',
            hresult: '0xC004F074',
            subject: 'kms-e1.east.contoso.com:1688',
            fields: request('0xC004F074', 'kms-e1.east.contoso.com:1688', '2025/04/03 08:30'),
          },
        ],
        [
          'event',
          {
            eventId: 8198,
            at: '2025-03-14T10:31:00',
            hresult: '0x8007232B',
            fields: {
              hresult: '0x8007232B',
              ruleId: 'eeba1977-569e-4571-b639-7623d8bfecc0',
              action: 'AutoActivate',
            },
          },
        ],
      ],
    ],
    [
      'events-ja.csv',
      'events as CSV',
      [
        [
          'event',
          {
            eventId: 12290,
            at: '2025-03-14T10:30:00',
            hresult: '0x00000000',
            subject: 'PC03.contoso.com',
            fields: {
              hresult: '0x00000000',
              requiredCount: '25',
              clientName: 'PC03.contoso.com',
              cmid: CMID,
              clientTime: '2025/3/14 1:30',
              virtualMachine: '0',
              licenceStatus: '1',
              minutesToExpiry: '250560',
              activationId: ACT,
            },
          },
        ],
        ['is-kms-host', { host: true }],
        [
          'event',
          {
            eventId: 12293,
            at: '2025-03-14T10:31:00',
            hresult: '0x8007232D',
            subject: 'west.contoso.com',
            fields: { hresult: '0x8007232D', domain: 'west.contoso.com' },
          },
        ],
      ],
    ],
  ])('%s', (name, format, facts) => {
    const read = readSample(name);
    expect(read.format).toBe(format);
    expect(read.problems).toEqual([]);
    expect(said(read.facts)).toEqual(facts);
  });
});

function xml(
  id: number,
  data: readonly string[],
  { provider = 'Microsoft-Windows-Security-SPP', time = '2025-03-14T10:30:00Z' } = {},
): string {
  const fields = data.map((each) => `<Data>${each}</Data>`).join('');
  return `<Event xmlns='x'><System><Provider Name='${provider}'/><EventID Qualifiers='0'>${id}</EventID><TimeCreated SystemTime='${time}'/></System><EventData>${fields}</EventData></Event>\n`;
}

describe('events', () => {
  it('takes both names of the provider, and none else', () => {
    const data = [`0x0, 0x0, kms01:1688, ${CMID}, 2025/03/14 10:30, 0, 1, 1, ${ACT}, 25`];
    expect(
      readText(xml(12288, data, { provider: 'Microsoft-Windows-Security-Licensing-SLC' })).facts,
    ).toHaveLength(1);
    expect(readText(xml(12288, data, { provider: 'Example-Provider' })).facts).toEqual([]);
  });

  it.each([12291, 12292] as const)('%i: a host that could not start', (id) => {
    const read = readText(xml(id, ['0x80070005']));
    expect(saidOf(read, 'event')).toEqual([
      { eventId: id, at: '2025-03-14T10:30:00Z', hresult: '0x80070005', fields: { hresult: '0x80070005' } },
    ]);
    expect(saidOf(read, 'is-kms-host')).toEqual([{ host: true }]);
  });

  it.each([8196, 8229] as const)('%i: a failure with its code', (id) => {
    const read = readText(xml(id, ['Reason:0x800705b4', `AppId = ${APP}, SkuId = ${ACT}`]));
    expect(saidOf(read, 'event')).toMatchObject([
      { eventId: id, hresult: '0x800705B4', fields: { appId: APP, skuId: ACT } },
    ]);
    expect(saidOf(read, 'is-kms-host')).toEqual([]);
  });

  it.each([
    ['domain first', ['west.contoso.com', '0x80072338']],
    ['German', ['Fehler beim Veröffentlichen in der Domäne „west.contoso.com“.\nInformationen:\n0x80072338']],
    ['French', ['La publication dans le domaine « west.contoso.com » a échoué.\nInfo :\n0x80072338']],
    ['Chinese', ['在 DNS 的“west.contoso.com”域中发布密钥管理服务(KMS)失败。\n信息:\n0x80072338']],
    ['Japanese', ['「west.contoso.com」 ドメインの DNS に発行できませんでした。\n情報:\n0x80072338']],
    ['no quotes', ['Publishing in domain west.contoso.com failed.\nInfo:\n0x80072338']],
  ])('12293 names its domain and code: %s', (_, data) => {
    expect(saidOf(readText(xml(12293, data)), 'event')).toMatchObject([
      { hresult: '0x80072338', subject: 'west.contoso.com' },
    ]);
  });

  it('keeps what a cut event still has, and says so', () => {
    const read = readText(xml(12288, ['0x8007232B, 0x00000000, kms01:1688']));
    expect(saidOf(read, 'event')).toMatchObject([{ hresult: '0x8007232B', subject: 'kms01:1688' }]);
    expect(read.problems).toEqual([
      { line: 1, message: 'event 12288 ends after 3 of 10 fields: it was cut off' },
    ]);
    // Later versions leave the last field empty.
    expect(
      readText(
        xml(12288, [`0xC004F06C, 0x00000000, kms01:1688, ${CMID}, 2025/03/14 10:30, 1, 5, 0, ${ACT},`]),
      ).problems,
    ).toEqual([]);
  });

  it('says that an event has no text of ours', () => {
    expect(readText(xml(12288, ['something else'])).problems).toHaveLength(1);
    expect(readText(xml(12293, [])).problems).toEqual([{ line: 1, message: 'event 12293 names no domain' }]);
    expect(readText(xml(8198, ['no code'])).problems).toHaveLength(1);
  });

  it('reads the events around one without an end', () => {
    const good = xml(12294, ['east.contoso.com']);
    const read = readText(`${good}${xml(12294, ['x.example']).slice(0, 70)}\n${good}`);
    expect(saidOf(read, 'event')).toHaveLength(2);
    expect(read.problems).toEqual([
      { line: 2, message: 'this <Event> has no end: the file was cut off or edited' },
    ]);
    const cut = readText(good + good.slice(0, good.indexOf('</EventData>')));
    expect(saidOf(cut, 'event')).toHaveLength(2);
    expect(cut.problems).toHaveLength(1);
  });

  it('resolves the entities of XML and nothing that a file defines', () => {
    const doctype = '<!DOCTYPE x [<!ENTITY a "kms01"><!ENTITY b "&a;&a;">]>';
    const read = readText(`${doctype}${xml(12293, ['0x80072338', '&#119;est&#x2E;contoso&period;com &b;'])}`);
    expect(saidOf(read, 'event')).toMatchObject([{ hresult: '0x80072338' }]);
    expect(read.facts[0]!.raw).toBe('0x80072338, west.contoso&period;com &b;');
  });

  it('reads CDATA', () => {
    expect(saidOf(readText(xml(12294, ['<![CDATA[east.contoso.com]]>'])), 'event')).toMatchObject([
      { subject: 'east.contoso.com' },
    ]);
  });

  it('gives no clock offset where the time of the event is not known to be UTC, or the host did not object', () => {
    const info = (code: string) => [`${code},5,PC02,${CMID},2025/3/14 15:32,1,2,41520,${ACT}`];
    expect(saidOf(readText(xml(12290, info('0xC004F06C'))), 'clock-offset')).toEqual([{ seconds: 18_120 }]);
    expect(saidOf(readText(xml(12290, info('0x0'))), 'clock-offset')).toEqual([]);
    expect(
      saidOf(readText(xml(12290, info('0xC004F06C'), { time: '2025-03-14T10:30:00' })), 'clock-offset'),
    ).toEqual([]);
  });

  it('says what each field means, and what follows', () => {
    const read = readSample('events.xml');
    expect(meaningOf(read, '12288 minutesToExpiry')).toBe('41760: 29 days');
    expect(meaningOf(read, '12288 licenceStatus')).toBe('2: first grace period, out of the box');
    expect(meaningOf(read, '12288 expires')).toContain('2025-04-12T10:30:00Z');
    expect(meaningOf(read, '12288 next attempt')).toContain('2025-03-14T12:30:00Z');
    expect(meaningOf(read, '12289 statusFlags')).toContain('NOT_ENOUGH_COUNT');
    expect(meaningOf(read, '12289 currentCount')).toContain('too few even for servers');
    const renewed = readSample('events-viewer.xml');
    expect(meaningOf(renewed, '12289 next attempt')).toBe('2025-03-21T10:30:00Z: one renewal interval later');
    expect(meaningOf(renewed, '12289 expires')).toBe('2025-09-10T10:30:00Z: 180 days after this success');
  });

  it('reads what Get-WinEvent shows as a list', () => {
    const read = readText(`
TimeCreated  : 3/14/2025 10:30:00 AM
ProviderName : Microsoft-Windows-Security-SPP
Id           : 12288
Message      : The client has sent an activation request to the key management service machine.
               Info:
               0x8007232B, 0x00000000, kms01:1688, ${CMID}, 2025/03/14 09:30, 0, 2, 41760, ${ACT}, 25

TimeCreated  : 3/14/2025 10:31:00 AM
ProviderName : Microsoft-Windows-Security-SPP
Id           : 12294
Message      : Publishing the Key Management Service (KMS) to DNS in the 'east.contoso.com' domain is successful.
`);
    expect(saidOf(read, 'event')).toMatchObject([
      { eventId: 12288, at: '2025-03-14T10:30:00', hresult: '0x8007232B', subject: 'kms01:1688' },
      { eventId: 12294, at: '2025-03-14T10:31:00', subject: 'east.contoso.com' },
    ]);
    expect(read.problems).toEqual([]);
  });

  it('reads a copied event with empty header lines, and none of another service', () => {
    const text = (source: string) =>
      `Log Name: Application\nSource: ${source}\nDate: \nEvent ID: 12294\nTask Category: None\nLevel: Information\nDescription:\n'east.contoso.com'\n`;
    expect(saidOf(readText(text('Microsoft-Windows-Security-SPP')), 'event')).toMatchObject([
      { eventId: 12294, subject: 'east.contoso.com' },
    ]);
    expect(
      readText(`${text('Security-SPP')}\n${text('Example')}`).facts.filter(({ kind }) => kind === 'event'),
    ).toHaveLength(1);
  });

  it('reads a CSV in which a quote was never closed', () => {
    const read = readText(
      [
        'Level,Date and Time,Source,Event ID,Task Category',
        'Error,2025-03-14 10:30:00,Microsoft-Windows-Security-SPP,12294,None,"broken',
        `Error,2025-03-14 10:31:00,Microsoft-Windows-Security-SPP,12294,None,domain 'east.contoso.com'`,
      ].join('\n'),
    );
    expect(saidOf(read, 'event')).toMatchObject([
      { at: '2025-03-14T10:30:00' },
      { subject: 'east.contoso.com' },
    ]);
    expect(read.problems[0]).toEqual({ line: 2, message: expect.stringContaining('has no end') });
  });

  it.each([[';'], ['\t']])('reads a CSV separated by %j, as Export-Csv writes it', (mark) => {
    const read = readText(
      [
        '#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord',
        ['"TimeCreated"', '"ProviderName"', '"Id"', '"Message"'].join(mark),
        [
          '"14.03.2025 10:30:00"',
          '"Microsoft-Windows-Security-SPP"',
          '"12294"',
          `"domain ""x"" 'east.contoso.com'"`,
        ].join(mark),
      ].join('\r\n'),
    );
    expect(saidOf(read, 'event')).toEqual([
      {
        eventId: 12294,
        at: '2025-03-14T10:30:00',
        subject: 'x',
        fields: { domain: 'x' },
      },
    ]);
    expect(read.facts[0]!.line).toBe(3);
  });
});
