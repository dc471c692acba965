import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SPP_REGISTRY_KEY } from '../../src/core/kms.ts';
import { encodeRegText, type RegData, readReg } from '../../src/core/reg-file.ts';

const HEADER = 'Windows Registry Editor Version 5.00';
const utf16 = (text: string, mark = '\uFEFF'): Uint8Array => Buffer.from(mark + text, 'utf16le');
const dataOf = (value: string, header = HEADER): RegData | string => {
  const reg = readReg(
    Buffer.from(`${header}\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n"v"=${value}\r\n`, 'latin1'),
    'x.reg',
  );
  return reg.problems[0]?.message ?? reg.keys[0]!.values[0]!.data;
};

describe('an export of the service’s key', () => {
  // Made by hand in regedit's layout: a KMS host with two domains, its own port, and publishing switched off.
  const text = [
    HEADER,
    '',
    `[${SPP_REGISTRY_KEY}]`,
    '"DnsDomainPublishList"=hex(7):65,00,61,00,73,00,74,00,2e,00,63,00,6f,00,6e,00,\\',
    '  74,00,6f,00,73,00,6f,00,2e,00,63,00,6f,00,6d,00,2c,00,20,00,31,00,30,00,2c,\\',
    '  00,20,00,37,00,35,00,00,00,00,00',
    '"KeyManagementServiceListeningPort"="1699"',
    '"DisableDnsPublishing"=dword:0000004d',
    '; what the vendor said',
    '@="default"',
    '"Obsolete"=-',
    '',
    '[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Old]',
    '',
  ].join('\r\n');

  test.each([
    ['UTF-16LE with its mark', utf16(text), 'utf-16le'],
    ['UTF-16LE without', utf16(text, ''), 'utf-16le'],
    ['UTF-16BE with its mark', Buffer.from(utf16(text)).swap16(), 'utf-16be'],
    ['UTF-16BE without', Buffer.from(utf16(text, '')).swap16(), 'utf-16be'],
    ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['ANSI', Buffer.from(text.replace('vendor', 'vendor of Zürich'), 'latin1'), 'windows-1252'],
    ['line ends of Unix', Buffer.from(text.replaceAll('\r\n', '\n')), 'utf-8'],
  ])('reads the same in %s', (_, octets, encoding) => {
    const reg = readReg(octets, 'x.reg');
    expect(reg.problems).toEqual([]);
    expect(reg).toMatchObject({ encoding, version: 5 });
    expect(reg.keys.map(({ path, deleted, line }) => [path, deleted, line])).toEqual([
      [SPP_REGISTRY_KEY, false, 3],
      ['HKEY_LOCAL_MACHINE\\SOFTWARE\\Old', true, 13],
    ]);
    expect(reg.keys[0]!.values).toEqual([
      {
        name: 'DnsDomainPublishList',
        data: { kind: 'multi-sz', entries: ['east.contoso.com, 10, 75'] },
        line: 4,
        column: 1,
      },
      { name: 'KeyManagementServiceListeningPort', data: { kind: 'sz', text: '1699' }, line: 7, column: 1 },
      { name: 'DisableDnsPublishing', data: { kind: 'dword', value: 77n }, line: 8, column: 1 },
      { name: '', data: { kind: 'sz', text: 'default' }, line: 10, column: 1 },
      { name: 'Obsolete', data: { kind: 'deleted' }, line: 11, column: 1 },
    ]);
  });
});

describe('values', () => {
  test.each<[string, RegData]>([
    ['"plain"', { kind: 'sz', text: 'plain' }],
    ['""', { kind: 'sz', text: '' }],
    ['"C:\\\\x \\"y\\""', { kind: 'sz', text: 'C:\\x "y"' }],
    ['"two\r\nlines"', { kind: 'sz', text: 'two\nlines' }],
    ['"text" ; why', { kind: 'sz', text: 'text' }],
    ['dword:0', { kind: 'dword', value: 0n }],
    ['DWORD:FFFFFFFF', { kind: 'dword', value: 0xffffffffn }],
    ['hex(4):4d,00,00,00', { kind: 'dword', value: 77n }],
    ['hex(4):4d,00', { kind: 'binary', type: 4, octets: Uint8Array.of(0x4d, 0) }],
    ['hex(b):01,00,00,00,00,00,00,80', { kind: 'qword', value: 0x8000000000000001n }],
    ['hex:01,02', { kind: 'binary', type: 3, octets: Uint8Array.of(1, 2) }],
    ['hex:', { kind: 'binary', type: 3, octets: new Uint8Array() }],
    ['hex(0):', { kind: 'binary', type: 0, octets: new Uint8Array() }],
    ['hex(1):61,00,00,00', { kind: 'sz', text: 'a' }],
    ['hex(2):25,00,61,00,25,00,00,00', { kind: 'expand-sz', text: '%a%' }],
    ['hex(7):', { kind: 'multi-sz', entries: [] }],
    ['hex(7):00,00', { kind: 'multi-sz', entries: [] }],
    ['hex(7):61,00,00,00,62,00,00,00,00,00', { kind: 'multi-sz', entries: ['a', 'b'] }],
    // Without the last NUL, or without any, as hand-made files have it.
    ['hex(7):61,00,00,00', { kind: 'multi-sz', entries: ['a'] }],
    ['hex(7):61,00', { kind: 'multi-sz', entries: ['a'] }],
    // What stands behind the end of the list is no part of it.
    ['hex(7):61,00,00,00,00,00,62,00,00,00', { kind: 'multi-sz', entries: ['a'] }],
    ['hex(7):61,\\\r\n  00,\\ ; half\r\n  00,00,00,00', { kind: 'multi-sz', entries: ['a'] }],
    ['- ; gone', { kind: 'deleted' }],
  ])('%j', (text, data) => {
    expect(dataOf(text)).toEqual(data);
  });

  it('hex strings of REGEDIT4 are in the ANSI code page', () => {
    expect(dataOf('hex(7):61,fc,00,62,00,00', 'REGEDIT4')).toEqual({
      kind: 'multi-sz',
      entries: ['aü', 'b'],
    });
  });

  test.each([
    ['"open', 'a quoted text does not end'],
    ['"open\r\n"w"="x"', 'a quoted text does not end'],
    ['"a" b', 'there is text behind the closing quote'],
    ['dword:xyz', 'dword takes one to eight hexadecimal digits'],
    ['dword:123456789', 'dword takes one to eight hexadecimal digits'],
    ['hex(7):61,zz', '"zz" is not a hexadecimal octet'],
    ['hex(7):6100', '"6100" is not a hexadecimal octet'],
    ['str:a', 'what stands behind "=" is neither a text, dword, hex nor "-"'],
    ['', 'what stands behind "=" is neither a text, dword, hex nor "-"'],
  ])('%j is a problem', (text, message) => {
    expect(dataOf(text)).toBe(message);
  });
});

describe('problems', () => {
  const problemsOf = (text: string): readonly (readonly [number, number, string])[] =>
    readReg(Buffer.from(text), 'x.reg').problems.map(({ line, column, message }) => [line, column, message]);

  it('have their places, and reading goes on behind them', () => {
    const text = [
      HEADER,
      '"early"="x"',
      '[HKEY_CURRENT_USER\\x',
      'noise',
      '[A]',
      '  "v" "w"',
      '"good"="x"',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      [2, 1, 'a value before any key'],
      [3, 1, 'a key does not end in "]"'],
      [4, 1, 'a line is neither a key, a value nor a comment'],
      [6, 3, 'there is no "=" behind the name of the value'],
    ]);
    expect(readReg(Buffer.from(text), 'x.reg').keys).toMatchObject([
      { path: 'A', values: [{ name: 'good' }] },
    ]);
  });

  test.each(['', '\n\n', 'no header\n[A]\n'])('%j has no first line', (text) => {
    expect(problemsOf(text)[0]![2]).toContain('the first line is not "Windows Registry Editor');
    expect(readReg(Buffer.from(text), 'x.reg').version).toBeUndefined();
  });
});

describe('any octets', () => {
  const whole = encodeRegText(
    `${HEADER}\n\n[A]\n"l"=hex(7):61,00,\\\n  00,00,00,00\n"s"="x\\\\y"\n"d"=dword:1\n`,
  );

  it('are read without an exception', () => {
    const pieces = fc
      .array(
        fc.constantFrom(
          HEADER,
          'REGEDIT4',
          '\n',
          '\r\n',
          '[A]',
          '"v"=',
          '"',
          '\\',
          'hex(7):',
          'dword:',
          '61,',
          '=',
          '-',
          ';',
        ),
        {
          maxLength: 30,
        },
      )
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), pieces), (octets) => {
        for (const problem of readReg(octets, 'x.reg').problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('cut or flipped at any place too', () => {
    for (let at = 0; at < whole.length; at++) {
      readReg(whole.subarray(0, at), 'x.reg');
      const flipped = Uint8Array.from(whole);
      flipped[at] = flipped[at]! ^ 0xff;
      expect(readReg(flipped, 'x.reg').keys.length).toBeLessThanOrEqual(2);
    }
  });

  it('as encodeRegText writes them: a mark, UTF-16LE, CRLF once', () => {
    expect(Buffer.from(encodeRegText('a\nb\r\nc')).toString('hex')).toBe('fffe61000d000a0062000d000a006300');
  });
});
