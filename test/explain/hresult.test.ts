import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  decodeCode,
  formatHresult,
  hresultFromText,
  hresultFromWin32,
  readNumber,
} from '../../src/explain/hresult.ts';

const word32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('arithmetic', () => {
  it('makes 0x8007nnnn of a Win32 number, and of no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff }), (number) => {
        const value = hresultFromWin32(number);
        const decoded = decodeCode(value);
        expect(decoded).toMatchObject({ severity: 'error', facility: 7, code: number, win32: number });
        expect(formatHresult(value)).toBe(`0x8007${number.toString(16).toUpperCase().padStart(4, '0')}`);
      }),
    );
  });

  it('leaves success alone', () => {
    expect(hresultFromWin32(0)).toBe(0);
    expect(decodeCode(0)).toMatchObject({ severity: 'success', reading: 'success' });
  });

  it('takes every value apart so that it can be put together again', () => {
    fc.assert(
      fc.property(word32, (value) => {
        const { facility, code, severity, signed, unsigned, hresult, win32 } = decodeCode(value);
        expect(unsigned).toBe(value);
        expect(signed >>> 0).toBe(value);
        expect(Number.parseInt(hresult, 16)).toBe(value);
        expect(hresult).toMatch(/^0x[0-9A-F]{8}$/);
        // Severity and four flags above the facility: [MS-ERREF] 2.1.
        expect(((value & 0xf800_0000) >>> 0) + facility * 65_536 + code).toBe(value);
        expect(severity).toBe(value >= 2 ** 31 ? 'error' : 'success');
        expect(win32).toBe(Math.floor(value / 65_536) === 0x8007 ? code : undefined);
      }),
    );
  });

  it('reads a value however it is written', () => {
    fc.assert(
      fc.property(word32, (value) => {
        const { signed, hresult } = decodeCode(value);
        const forms = [hresult, hresult.toLowerCase(), `${value}`, `${signed}`];
        // Eight digits that look like an error in hex without its 0x are read as one: 80070005.
        const asHex = /^([89]\d{7}|4004\d{4})$/;
        for (const form of forms)
          expect(readNumber(form)?.value).toBe(asHex.test(form) ? Number.parseInt(form, 16) : value);
        expect(readNumber(hresult)?.form).toBe(value <= 0xffff ? 'win32' : 'hresult');
      }),
    );
  });

  it('never throws, and answers with eight capital digits or not at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(hresultFromText(text) ?? '0x00000000').toMatch(/^0x[0-9A-F]{8}$/);
      }),
    );
  });
});

test.each([
  ['0x8007232B', '0x8007232B'],
  ['0x8007232b', '0x8007232B'],
  ['0X8007232B', '0x8007232B'],
  ['8007232B', '0x8007232B'],
  ['c004f074', '0xC004F074'],
  ['&H8007232B', '0x8007232B'],
  ['0x8007232BL', '0x8007232B'],
  ['-2147015893', '0x8007232B'],
  ['2147951403', '0x8007232B'],
  ['9003', '0x8007232B'],
  ['0x232B', '0x8007232B'],
  ['1722', '0x800706BA'],
  ['5', '0x80070005'],
  ['80070005', '0x80070005'],
  ['-1073418124', '0xC004F074'],
  ['3221549172', '0xC004F074'],
  ['DNS_ERROR_RCODE_NAME_ERROR', '0x8007232B'],
  ['rpc_s_server_unavailable', '0x800706BA'],
  ['SL_E_VL_NOT_ENOUGH_COUNT', '0xC004F038'],
  ['RPC_NT_SERVER_UNAVAILABLE', '0xC0020017'],
  ['E_ACCESSDENIED', '0x80070005'],
  [' hr=0xC004F074 ', '0xC004F074'],
  ['Error: 0x800706BA', '0x800706BA'],
  ['error 1722', '0x800706BA'],
  ['0x0', '0x00000000'],
])('%j is %s', (text, hresult) => {
  expect(hresultFromText(text)).toBe(hresult);
});

test.each([
  '',
  'x',
  'DNS_ERROR_NOBODY_HAS',
  '0x',
  '0x8007232BFF',
  '4294967296',
  '-2147483649',
  '99999999999',
  '80 07 23 2B',
  '1e3',
  '1.5',
  'constructor',
])('%j is no code', (text) => {
  expect(hresultFromText(text)).toBeUndefined();
});

test.each([
  [0x8007_232b, 'FACILITY_WIN32', 'HRESULT_FROM_WIN32(9003)'],
  [0x8009_2328, 'FACILITY_SECURITY', 'number 9000 there; not HRESULT_FROM_WIN32(9000)'],
  [0xc004_f074, 'FACILITY_SL_ITF', 'the licence service of this computer'],
  [0xc004_c008, 'FACILITY_SL_ITF', 'the activation servers of Microsoft'],
  [0xc004_b100, 'FACILITY_SL_ITF', 'the activation servers of Microsoft'],
  [0x4004_f065, 'FACILITY_SL_ITF', 'information of Software Licensing'],
  [0xc002_0017, 'NTSTATUS', 'of the RPC runtime'],
  [0xc000_0022, 'NTSTATUS', 'an NTSTATUS error'],
  [0x8004_fe21, 'FACILITY_ITF', 'number 65057 there'],
  [0x803f_a065, 'FACILITY_WINDOWS_STORE', 'FACILITY_WINDOWS_STORE'],
  [0x8ff0_0001, 'facility 2032', 'facility 2032'],
  [0x0000_2ee7, 'FACILITY_NULL', 'Windows system error 12007'],
  [0x2000_0001, 'FACILITY_NULL', 'no error by its top bit'],
])('%i is of %s: %s', (value, facilityName, reading) => {
  const decoded = decodeCode(value);
  expect(decoded.facilityName).toBe(facilityName);
  expect(decoded.reading).toContain(reading);
});
