import { describe, expect, test } from 'vitest';
import { CATALOGUE, type FindingCode } from '../../src/core/catalogue.ts';
import type { Fact } from '../../src/diagnose/fact.ts';
import { fact } from '../support/facts.ts';
import {
  addresses,
  diagnosed,
  endpoint,
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
const REFUSED: readonly Sight[] = [
  srvAnswer([KMS1]),
  ...addresses('kms1', ['10.1.0.10']),
  endpoint('kms1', '10.1.0.10', 'refused'),
];

const event = (
  id: string,
  eventId: 12288 | 12289,
  hresult: string,
  more: { at?: string; activated?: string } = {},
): Fact =>
  fact(id, 'event', {
    eventId,
    at: more.at,
    hresult,
    subject: eventId === 12288 ? 'kms1.contoso.test:1688' : undefined,
    fields: { hresult, ...(more.activated === undefined ? {} : { activated: more.activated }) },
  });

describe('a code of the host, and an innocent network', () => {
  for (const [hresult, code] of [
    ['0xC004F038', 'HST-002'],
    ['0xC004F039', 'HST-004'],
    ['0xC004F041', 'HST-001'],
    ['0xC004F042', 'HST-003'],
    ['0xC004F06C', 'CLI-022'],
    ['0x80070005', 'CLI-023'],
  ] as const) {
    scenario(`${hresult} reported: ${code}`, {
      case: { reported: hresult },
      see: [HEALTHY],
      verdict: 'broken',
      causes: [code],
      predicted: [hresult],
    });
    scenario(`${hresult} in event 12288: ${code}`, {
      facts: [event('e1', 12288, hresult)],
      see: [HEALTHY],
      verdict: 'broken',
      causes: [code],
      predicted: [hresult],
    });
  }
  scenario('0xC004F042 in event 12289, as Windows writes it', {
    facts: [event('e1', 12289, '0xc004f042')],
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['HST-003'],
    predicted: ['0xC004F042'],
  });
  scenario('healthy: success in the events is no report', {
    facts: [event('e1', 12288, '0x00000000'), event('e2', 12289, '0x0', { activated: '1' })],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('healthy: it failed once, and was activated since', {
    facts: [
      event('e1', 12288, '0x800706BA', { at: '2026-01-01T10:00:00Z' }),
      event('e2', 12289, '0x00000000', { at: '2026-01-02T10:00:00Z', activated: '1' }),
    ],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('0xC004F042, and a host is published that no plan lists', {
    case: { reported: '0xC004F042' },
    see: [HEALTHY],
    verdict: 'broken',
    causes: ['HST-003'],
  });
  scenario('0xC004F038 where the host does not even answer', {
    case: { reported: '0xC004F038' },
    see: [REFUSED],
    verdict: 'broken',
    causes: ['TCP-001'],
    symptoms: ['SRV-016'],
    notes: ['RUN-007'],
  });
  scenario('0xC004F039 where the host does not answer: that is what it says', {
    case: { reported: '0xC004F039' },
    see: [REFUSED],
    verdict: 'broken',
    causes: ['TCP-001'],
    symptoms: ['HST-004', 'SRV-016'],
  });
  scenario('0xC004F039 where no host is found at all: nobody could have turned the client down', {
    case: { reported: '0xC004F039' },
    see: [MISSING],
    verdict: 'broken',
    causes: ['SRV-001'],
    notes: ['RUN-007'],
    predicted: ['0x8007232B'],
  });
});

describe('the host that an event names', () => {
  const KMS2 = srv('kms2');
  const HALF: readonly Sight[] = [
    srvAnswer([KMS1, KMS2]),
    ...zoneServed([KMS1, KMS2]),
    ...addresses('kms1', ['10.1.0.10']),
    endpoint('kms1', '10.1.0.10', 'refused'),
    ...working('kms2', '10.1.0.11'),
  ];
  const failed = (subject: string): readonly Fact[] => [
    fact('e1', 'event', { eventId: 12288, at: undefined, hresult: '0x800706BA', subject, fields: {} }),
  ];
  for (const subject of [
    'kms1.contoso.test:1688',
    'KMS1.contoso.test',
    '10.1.0.10:1688',
    'kms2.contoso.test:1700',
  ])
    scenario(`is down, or was asked on another port: ${subject}`, {
      facts: failed(subject),
      see: [HALF],
      verdict: 'degraded',
      causes: ['TCP-001'],
      symptoms: ['SRV-017'],
      predicted: ['0x800706BA'],
    });
  for (const subject of ['kms2.contoso.test:1688', 'KMS2.contoso.test', '10.1.0.11:1688'])
    scenario(`works now, and another one is down: ${subject}`, {
      facts: failed(subject),
      see: [HALF],
      verdict: 'degraded',
      causes: ['TCP-001'],
      symptoms: ['SRV-017'],
      notes: ['RUN-007'],
      predicted: ['0x800706BA'],
    });
});

describe('an event about a host that nothing leads to', () => {
  test.each([
    ['old.contoso.test:1688', 'the client asked old.contoso.test:1688, to which nothing leads it here'],
    ['kms1.contoso.test:1700', 'the client asked kms1.contoso.test:1700, to which nothing leads it here'],
    ['kms1.contoso.test:1688', 'all looks well from here'],
  ])('%s', (subject, title) => {
    const fields = { eventId: 12288, at: undefined, hresult: '0x800706BA', subject, fields: {} } as const;
    const { verdict, notes } = diagnosed({
      facts: [fact('e1', 'event', fields)],
      see: [HEALTHY],
      verdict: 'healthy',
    });
    expect(verdict).toBe('healthy');
    expect(notes.find(({ code }) => code === 'RUN-007')?.title).toContain(title);
  });
});

/** The guide's whole table of activation errors, and the finding that each is on a network where all is well. */
const TABLE_10: Readonly<Record<string, FindingCode>> = {
  '0xC004C001': 'CLI-024',
  '0xC004C003': 'CLI-024',
  '0xC004C008': 'HST-016',
  '0xC004C020': 'CLI-024',
  '0xC004C021': 'CLI-024',
  '0xC004F009': 'CLI-037',
  '0xC004F00F': 'CLI-035',
  '0xC004F014': 'CLI-034',
  '0xC004F02C': 'CLI-024',
  '0xC004F035': 'CLI-033',
  '0xC004F038': 'HST-002',
  '0xC004F039': 'HST-004',
  '0xC004F041': 'HST-001',
  '0xC004F042': 'HST-003',
  '0xC004F050': 'CLI-034',
  '0xC004F051': 'CLI-034',
  '0xC004F064': 'CLI-038',
  '0xC004F065': 'CLI-038',
  '0xC004F06C': 'CLI-022',
  '0x80070005': 'CLI-023',
  '0x8007232A': 'RUN-007',
  '0x8007232B': 'RUN-007',
  '0x800706BA': 'RUN-007',
  '0x8007251D': 'RUN-007',
  '0xC004F074': 'RUN-007',
};

describe('every code of the guide’s table 10', () => {
  test.each(Object.entries(TABLE_10))('%s on an innocent network is %s, with its proof', (hresult, code) => {
    const said = diagnosed({ case: { reported: hresult }, see: [HEALTHY], verdict: 'broken' });
    const contradicted = code === 'RUN-007';
    expect(said.verdict).toBe(contradicted ? 'healthy' : 'broken');
    const [finding, ...others] = contradicted ? said.notes.filter((each) => each.code === code) : said.causes;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code, severity: contradicted ? 'warning' : 'error' });
    const evidence = finding!.evidence.map(({ says }) => says).join('; ');
    expect(evidence).toContain(`the user reports ${hresult}`);
    expect(evidence).toContain('10.1.0.10 port 1688');
    expect(said.predicted.map((each) => each.hresult)).toEqual(contradicted ? [] : [hresult]);
    expect(CATALOGUE[code].explains.map((each) => each.hresult).includes(hresult)).toBe(
      !contradicted || hresult === '0xC004F074',
    );
  });

  /** What the host would have had to say, where the host says nothing. */
  test.each([
    '0xC004F038',
    '0xC004F041',
    '0xC004F042',
    '0xC004F06C',
    '0x80070005',
    '0x8007232B',
    '0x8007251D',
  ])('%s is contradicted by a host that refuses the connection', (hresult) => {
    const said = diagnosed({ case: { reported: hresult }, see: [REFUSED], verdict: 'broken' });
    expect(said.causes.map(({ code }) => code)).toEqual(['TCP-001']);
    expect(said.notes.map(({ code }) => code)).toContain('RUN-007');
  });

  test.each(
    Object.entries(TABLE_10).filter(([, code]) => code === 'CLI-024' || /^CLI-03|HST-016/.test(code)),
  )('%s is a cause of its own beside a missing record', (hresult, code) => {
    const said = diagnosed({ case: { reported: hresult }, see: [MISSING], verdict: 'broken' });
    expect(said.causes.map((each) => each.code).sort()).toEqual([code, 'SRV-001'].sort());
  });
});

describe('a code of the computer alone', () => {
  for (const [hresult, code] of [
    ['0xC004F035', 'CLI-033'],
    ['0xC004F014', 'CLI-034'],
    ['0xC004F050', 'CLI-034'],
    ['0xC004F00F', 'CLI-035'],
    ['0x8007000D', 'CLI-036'],
    ['0xC004F009', 'CLI-037'],
    ['0xC004F064', 'CLI-038'],
    ['0x8004FE21', 'CLI-038'],
    ['0xC004C008', 'HST-016'],
  ] as const) {
    scenario(`${hresult} reported: ${code}`, {
      case: { reported: hresult },
      see: [HEALTHY],
      verdict: 'broken',
      causes: [code],
      predicted: [hresult],
    });
    scenario(`${hresult} printed by a tool, and the record is missing`, {
      facts: [fact('t1', 'tool-error', { hresult })],
      see: [MISSING],
      verdict: 'broken',
      causes: [code, 'SRV-001'],
    });
  }
  for (const hresult of ['0x80072EE7', '0x80072EE2', '0x800704CF'])
    scenario(`${hresult}: Windows asked the Internet`, {
      case: { reported: hresult },
      see: [HEALTHY],
      verdict: 'broken',
      causes: ['CLI-024'],
      predicted: [hresult],
    });
});

describe('a code of the network', () => {
  for (const hresult of ['0x8007232B', '0x8007251D', '0x800706BA', '0xC004F074'])
    scenario(`${hresult} while all is well`, {
      case: { reported: hresult },
      see: [HEALTHY],
      verdict: 'healthy',
      notes: ['RUN-007'],
      predicted: [],
    });
  scenario('0x8007232B, and the record is missing', {
    case: { reported: '0x8007232B' },
    see: [MISSING],
    verdict: 'broken',
    causes: ['SRV-001'],
    predicted: ['0x8007232B'],
  });
  scenario('0x8007251D, and the name is empty', {
    case: { reported: '0x8007251D' },
    see: [nodata(), zoneServed('nodata')],
    verdict: 'broken',
    causes: ['SRV-002'],
  });
  for (const hresult of ['0x800706BA', '0xC004F074'])
    scenario(`${hresult}, and the host refuses the connection`, {
      case: { reported: hresult },
      see: [REFUSED],
      verdict: 'broken',
      causes: ['TCP-001'],
      symptoms: ['SRV-016'],
    });
  scenario('0xC004F074 fits every network without a host', {
    case: { reported: '0xC004F074' },
    see: [MISSING],
    verdict: 'broken',
    causes: ['SRV-001'],
  });
  scenario('0x800706BA, and the record is missing: another failure than this one', {
    case: { reported: '0x800706BA' },
    see: [MISSING],
    verdict: 'broken',
    causes: ['SRV-001'],
    notes: ['RUN-007'],
  });
  scenario('0x800706BA now and then, and one of two hosts is dead', {
    case: { reported: '0x800706BA' },
    see: [
      srvAnswer([KMS1, srv('kms2')]),
      working('kms1', '10.1.0.10'),
      addresses('kms2', ['10.1.0.11']),
      endpoint('kms2', '10.1.0.11', 'filtered'),
    ],
    verdict: 'degraded',
    causes: ['TCP-002'],
    symptoms: ['SRV-017'],
    predicted: ['0x800706BA'],
  });
  for (const by of ['deadline', 'interrupt'] as const)
    scenario(`the run ended before the answer: ${by}`, {
      see: [
        {
          ...nxdomain(),
          outcome: { ok: false, fault: { kind: 'cancelled', by, sent: false } },
        } as Sight,
      ],
      verdict: 'unknown',
      notes: ['RUN-004'],
      unknown: ['SRV-001'],
    });
});
