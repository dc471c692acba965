import { describe, expect, it, test } from 'vitest';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { CODES } from '../../src/explain/codes.ts';
import { explain } from '../../src/explain/explain.ts';
import type { ExplainedCode } from '../../src/explain/explanation.ts';
import { firstLook, orderedCodes } from '../../src/explain/first-look.ts';
import { decodeCode } from '../../src/explain/hresult.ts';
import { SYMBOLS } from '../../src/explain/symbols.ts';

function code(text: string): ExplainedCode {
  const said = explain(text);
  if (said?.kind !== 'hresult' && said?.kind !== 'win32') throw new Error(`${text} is ${said?.kind}`);
  return said;
}

/** Technical Reference Guide, table 10: code, part of its title, whom it concerns, where it arises. */
const TABLE_10 = [
  ['0xC004C001', 'product key is invalid', ['mak'], 'microsoft'],
  ['0xC004C003', 'product key is blocked', ['mak'], 'microsoft'],
  ['0xC004C008', 'could not be used', ['host'], 'microsoft'],
  ['0xC004C020', 'exceeded its limit', ['mak'], 'microsoft'],
  ['0xC004C021', 'extension limit', ['mak'], 'microsoft'],
  ['0xC004F009', 'grace period expired', ['mak', 'client'], 'local'],
  ['0xC004F00F', 'beyond the level of tolerance', ['mak', 'client', 'host'], 'local'],
  ['0xC004F014', 'not available', ['mak', 'client'], 'local'],
  ['0xC004F02C', 'offline activation data', ['mak', 'client'], 'microsoft'],
  ['0xC004F035', 'volume licence key', ['client', 'host'], 'local'],
  ['0xC004F038', 'count', ['client'], 'host-answered'],
  ['0xC004F039', 'not enabled', ['client'], 'host-answered'],
  ['0xC004F041', 'not activated', ['client'], 'host-answered'],
  ['0xC004F042', 'cannot be used', ['client'], 'host-answered'],
  ['0xC004F050', 'key is invalid', ['host', 'client', 'mak'], 'local'],
  ['0xC004F051', 'key is blocked', ['mak', 'host'], 'microsoft'],
  ['0xC004F064', 'non-genuine grace period expired', ['mak'], 'local'],
  ['0xC004F065', 'valid non-genuine period', ['mak', 'client'], 'local'],
  ['0xC004F06C', 'timestamp is invalid', ['client'], 'host-answered'],
  ['0x80070005', 'Access denied', ['client', 'mak', 'host'], 'local'],
  ['0x8007232A', 'DNS server failure', ['client', 'host'], 'dns'],
  ['0x8007232B', 'DNS name does not exist', ['client', 'host'], 'dns'],
  ['0x800706BA', 'RPC server is unavailable', ['client'], 'tcp'],
  ['0x8007251D', 'No records found', ['client'], 'dns'],
  ['0xC004F074', 'No Key Management Service (KMS) could be contacted', ['client'], 'summary'],
] as const;

test.each(TABLE_10)('%s of table 10: %s', (hresult, title, concerns, stage) => {
  const said = code(hresult);
  expect(said).toMatchObject({ kind: 'hresult', code: hresult, known: true, stage });
  expect(said.title).toContain(title);
  expect(said.concerns).toEqual(concerns);
  expect(said.microsoft?.cause).not.toBe('');
  expect(said.microsoft?.remedy).not.toBe('');
});

/** The codes of a client's way and of publishing, with the Win32 number and the symbol that Windows gives them. */
const BY_NUMBER = [
  ['0x80072329', 9001, 'DNS_ERROR_RCODE_FORMAT_ERROR'],
  ['0x8007232A', 9002, 'DNS_ERROR_RCODE_SERVER_FAILURE'],
  ['0x8007232B', 9003, 'DNS_ERROR_RCODE_NAME_ERROR'],
  ['0x8007232C', 9004, 'DNS_ERROR_RCODE_NOT_IMPLEMENTED'],
  ['0x8007232D', 9005, 'DNS_ERROR_RCODE_REFUSED'],
  ['0x8007232E', 9006, 'DNS_ERROR_RCODE_YXDOMAIN'],
  ['0x8007232F', 9007, 'DNS_ERROR_RCODE_YXRRSET'],
  ['0x80072330', 9008, 'DNS_ERROR_RCODE_NXRRSET'],
  ['0x80072331', 9009, 'DNS_ERROR_RCODE_NOTAUTH'],
  ['0x80072332', 9010, 'DNS_ERROR_RCODE_NOTZONE'],
  ['0x80072338', 9016, 'DNS_ERROR_RCODE_BADSIG'],
  ['0x80072339', 9017, 'DNS_ERROR_RCODE_BADKEY'],
  ['0x8007233A', 9018, 'DNS_ERROR_RCODE_BADTIME'],
  ['0x8007251D', 9501, 'DNS_INFO_NO_RECORDS'],
  ['0x8007251E', 9502, 'DNS_ERROR_BAD_PACKET'],
  ['0x8007267C', 9852, 'DNS_ERROR_NO_DNS_SERVERS'],
  ['0x800705B4', 1460, 'ERROR_TIMEOUT'],
  ['0x8007007B', 123, 'ERROR_INVALID_NAME'],
  ['0x80072AF9', 11001, 'WSAHOST_NOT_FOUND'],
  ['0x80072AFC', 11004, 'WSANO_DATA'],
  ['0x8007274C', 10060, 'WSAETIMEDOUT'],
  ['0x8007274D', 10061, 'WSAECONNREFUSED'],
  ['0x80072751', 10065, 'WSAEHOSTUNREACH'],
  ['0x800706B5', 1717, 'RPC_S_UNKNOWN_IF'],
  ['0x800706BA', 1722, 'RPC_S_SERVER_UNAVAILABLE'],
  ['0x800706BB', 1723, 'RPC_S_SERVER_TOO_BUSY'],
  ['0x800706BE', 1726, 'RPC_S_CALL_FAILED'],
  ['0x800706BF', 1727, 'RPC_S_CALL_FAILED_DNE'],
  ['0x800706C0', 1728, 'RPC_S_PROTOCOL_ERROR'],
  ['0x800706D1', 1745, 'RPC_S_PROCNUM_OUT_OF_RANGE'],
  ['0x800706D9', 1753, 'EPT_S_NOT_REGISTERED'],
  ['0x8007139F', 5023, 'ERROR_INVALID_STATE'],
  ['0x8007000D', 13, 'ERROR_INVALID_DATA'],
  ['0x80070005', 5, 'ERROR_ACCESS_DENIED'],
  ['0x80072EE7', 12007, 'ERROR_INTERNET_NAME_NOT_RESOLVED'],
  ['0x80072EE2', 12002, 'ERROR_INTERNET_TIMEOUT'],
  ['0x800704CF', 1231, 'ERROR_NETWORK_UNREACHABLE'],
  ['0x80070490', 1168, 'ERROR_NOT_FOUND'],
] as const;

test.each(BY_NUMBER)('%s, %i and %s are one thing', (hresult, win32, symbol) => {
  const said = code(hresult);
  expect(said).toMatchObject({ known: true, symbol, number: { win32, hresult } });
  expect(code(String(win32))).toEqual({ ...said, kind: 'win32', code: String(win32) });
  expect(code(symbol.toLowerCase())).toEqual(said);
  expect(code(String(said.number.signed))).toEqual(said);
});

test.each([
  ['0x80092328', 'Windows 7 shows it'],
  ['0xC0020017', 'as an NTSTATUS'],
])('%s has no Win32 number inside', (hresult, title) => {
  const said = code(hresult);
  expect(said.title).toContain(title);
  expect(said.number.win32).toBeUndefined();
});

test('a Win32 number is told as one', () => {
  expect(code('9003')).toMatchObject({ kind: 'win32', code: '9003', number: { hresult: '0x8007232B' } });
});

test.each([
  ['F074', '0xC004F074'],
  ['f042', '0xC004F042'],
  ['2EE7', '0x80072EE7'],
])('%s is short for %s', (text, hresult) => {
  expect(code(text).code).toBe(hresult);
});

test('the same statement printed with another severity has the same words', () => {
  expect(code('0x4004F065')).toMatchObject({
    code: '0x4004F065',
    known: true,
    title: code('0xC004F065').title,
  });
});

describe('every code', () => {
  it.each([...CODES])('%s has words, and points only at what exists', (hresult, entry) => {
    expect(hresult).toMatch(/^0x[0-9A-F]{8}$/);
    expect(entry.title).toMatch(/^[A-Z].*[^.]$/);
    expect(entry.text).toMatch(/^[A-Z].*\.$/);
    expect(entry.concerns.length).toBeGreaterThan(0);
    for (const other of entry.seeAlso ?? []) expect(explain(other)?.known, other).toBe(true);
  });

  it('is known under one symbol only', () => {
    const symbols = [...CODES.values()].flatMap(({ symbol }) => symbol ?? []);
    expect(new Set(symbols).size).toBe(symbols.length);
    for (const [symbol, value] of SYMBOLS) expect(decodeCode(value).unsigned, symbol).toBe(value);
  });

  it('that a finding explains is described', () => {
    for (const [finding, { explains }] of Object.entries(CATALOGUE))
      for (const { hresult } of explains) expect(CODES.has(hresult), `${hresult} of ${finding}`).toBe(true);
  });

  it('has a finding that explains it, but for the few that decide nothing', () => {
    const without = [...CODES.keys()].filter((hresult) => {
      const { first, next, others } = firstLook(hresult);
      return first.length + next.length + others.length === 0;
    });
    expect(without).toEqual(['0x8007139F', '0x00000000']);
  });
});

describe('a number nobody has described', () => {
  it.each([
    ['0x80071234', 'Windows system error 4660', 'net helpmsg 4660'],
    ['0xC004F0AA', 'the licence service of this computer', 'slui.exe 0x2a 0xC004F0AA'],
    ['4660', 'Windows system error 4660', 'net helpmsg 4660'],
  ])('%s is taken apart', (text, reading, command) => {
    const said = code(text);
    expect(said).toMatchObject({ known: false, title: 'Not described here', contradictions: [] });
    expect(said.text).toContain(reading);
    expect(said.text).toContain(command);
  });

  it.each([
    ['0x8007223B', '0x8007232B'],
    ['0x8007232B', undefined],
    ['0xC004F047', '0xC004F042'],
    ['0x8O07232B', undefined],
  ])('%s is one slip from %s', (text, near) => {
    const said = explain(text);
    if (near === undefined) expect(said?.known ?? true).toBe(true);
    else expect(said).toMatchObject({ known: false, seeAlso: expect.arrayContaining([near]) });
  });
});

describe('what to look at first', () => {
  it.each(orderedCodes())('%s: %j all explain it', (hresult, codes) => {
    const { first, next } = firstLook(hresult);
    expect([...first, ...next].map(({ code }) => code)).toEqual(codes);
  });

  it('puts the sure before the likely, and the grave before the slight', () => {
    const { others } = firstLook('0x8007232B');
    const ranks = others.map(({ basis }) => ['documented', 'derived', 'assumed'].indexOf(basis));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(ranks.length).toBeGreaterThan(10);
  });

  it('says for a twin what it says for the code', () => {
    const codes = (hresult: string): readonly string[] => firstLook(hresult).first.map(({ code }) => code);
    expect(codes('0x80092328')).toEqual(codes('0x8007232B'));
    expect(codes('0xC0020017')).toEqual(codes('0x800706BA'));
  });

  it('tells that the network is innocent where it is', () => {
    for (const hresult of ['0xC004F038', '0xC004F041', '0xC004F042', '0xC004F06C']) {
      expect(firstLook(hresult).advice).toContain('innocent');
      expect(code(hresult).text).toContain('DNS, TCP and RPC are innocent');
    }
    expect(firstLook('0x8007232B').advice).not.toContain('innocent');
  });
});
