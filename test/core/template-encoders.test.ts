import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readReg } from '../../src/core/reg-file.ts';
import { ENCODERS, isOneLine, isPlainName } from '../../src/core/template-encoders.ts';
import { HOSTILE, unchecked } from '../support/generated.ts';

const encode = (
  encoder: string,
  value: string | number | readonly string[],
  column = 0,
): string | undefined => {
  const encoded = ENCODERS[encoder]!(value, column);
  return encoded.ok ? encoded.text : undefined;
};

describe('what encoders write', () => {
  test.each([
    ['fqdn', '_vlmcs._tcp.east.contoso.com.', '_vlmcs._tcp.east.contoso.com.'],
    ['fqdn', '.', undefined],
    ['fqdn', 'contoso.com', undefined],
    ['fqdn', 'Contoso.com.', undefined],
    ['fqdn', 'a\\.b.contoso.com.', undefined],
    ['fqdn', 5, undefined],
    ['domain', 'east.contoso.com', 'east.contoso.com'],
    ['domain', 'east.contoso.com.', undefined],
    ['domain', 'East.contoso.com', undefined],
    ['domain', '', undefined],
    ['domain', 5, undefined],
    ['uint', 0, '0'],
    ['uint', 4294967295, '4294967295'],
    ['uint', 4294967296, undefined],
    ['uint', -1, undefined],
    ['uint', 1.5, undefined],
    ['uint', Number.NaN, undefined],
    ['uint', '1688', undefined],
    ['keyword', 'hmac-sha256', 'hmac-sha256'],
    ['keyword', 'HMAC', undefined],
    ['keyword', '-x', undefined],
    ['base64', 'c2VjcmV0LXNlY3JldA==', 'c2VjcmV0LXNlY3JldA=='],
    ['base64', 'c2VjcmV0LXNlY3JldA', undefined],
    ['base64', 'c2Vj cmV0', undefined],
    ['address', '10.1.0.10', '10.1.0.10'],
    ['address', '2001:db8::5', '2001:db8::5'],
    ['address', '2001:DB8::5', undefined],
    ['address', 'fe80::1%eth0', undefined],
    ['address', '10.1.0.0/16', undefined],
    ['namedString', 'KMS1$@CORP.EXAMPLE', '"KMS1$@CORP.EXAMPLE"'],
    ['namedString', '/etc/bind/a b.key', '"/etc/bind/a b.key"'],
    ['namedString', 'zürich.key', undefined],
    [
      'comment',
      'kms-e1 listens on 1688 (zürich); see RFC 2782',
      'kms-e1 listens on 1688 (zürich); see RFC 2782',
    ],
    ['psString', 'east.contoso.com, 10, 75', "'east.contoso.com, 10, 75'"],
    ['regMultiSz', [], 'hex(7):00,00'],
    ['regMultiSz', ['a'], 'hex(7):61,00,00,00,00,00'],
    ['regMultiSz', ['a', ''], undefined],
    ['regMultiSz', 'a', undefined],
  ] as const)('%s of %j is %j', (encoder, value, text) => {
    expect(encode(encoder, value)).toBe(text);
  });
});

describe('hostile values', () => {
  // What an encoder may pass on, because in its place it is harmless: everything else must be refused.
  const harmless: Readonly<Record<string, readonly string[]>> = {
    namedString: [
      'a brace',
      '$INCLUDE',
      'a semicolon',
      'a parenthesis',
      'an at sign and a blank',
      'a label of 64 octets',
      'a property of every object',
      'an encoder in the value',
    ],
    comment: [
      'a double quote',
      'a brace',
      '$INCLUDE',
      'a semicolon',
      'a parenthesis',
      'an at sign and a blank',
      'a backslash',
      'a label of 64 octets',
      'a property of every object',
      'an encoder in the value',
      'a single quote',
      'a typographic quote',
      'a PowerShell expression',
      'the end of a block comment',
      'the end of a C comment',
      'the Kelvin sign',
      'nothing',
    ],
    psString: [
      'a double quote',
      'a brace',
      '$INCLUDE',
      'a semicolon',
      'a parenthesis',
      'an at sign and a blank',
      'a backslash',
      'a label of 64 octets',
      'a property of every object',
      'an encoder in the value',
      'a PowerShell expression',
      'the end of a block comment',
      'the end of a C comment',
      'nothing',
    ],
    keyword: ['a property of every object'],
    domain: ['a property of every object'],
    shellWord: ['a label of 64 octets', 'a property of every object'],
  };
  const rows = Object.keys(ENCODERS).flatMap((encoder) =>
    HOSTILE.map(([what, value]) => [encoder, what, value, (harmless[encoder] ?? []).includes(what)] as const),
  );
  test.each(rows.filter(([encoder]) => encoder !== 'uint' && encoder !== 'regMultiSz'))(
    '%s and %s',
    (encoder, _, value, allowed) => {
      const text = encode(encoder, value);
      expect(text !== undefined).toBe(allowed);
    },
  );

  test.each(HOSTILE)('no number and no list: uint and regMultiSz refuse the text with %s', (_, value) => {
    expect(encode('uint', value)).toBeUndefined();
    expect(encode('regMultiSz', value)).toBeUndefined();
  });

  test.each(HOSTILE.filter(([, value]) => isOneLine(value) && value !== ''))(
    'regMultiSz keeps an entry with %s one entry, and nothing in the file is new',
    (_, value) => {
      const text = encode('regMultiSz', ['first', value]);
      expect(text).toMatch(/^hex\(7\):[0-9a-f,\\\n ]+$/);
    },
  );

  test.each(HOSTILE.filter(([, value]) => !isOneLine(value) || value === ''))(
    'regMultiSz refuses an entry with %s',
    (_, value) => {
      expect(encode('regMultiSz', ['first', value])).toBeUndefined();
    },
  );
});

describe('properties', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom(...HOSTILE.map(([, value]) => value)),
  );

  it('what any encoder writes for a text stays on its line and inside its quotes', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...Object.keys(ENCODERS)), (value, encoder) => {
        const text = encode(encoder, value);
        if (text === undefined) return;
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        if (encoder === 'namedString') expect(text).toMatch(/^"[^"\\]*"$/);
        if (encoder === 'psString') expect(text).toMatch(/^'[^'\u2018-\u201b]*'$/);
        // A principal has an "@"; in front PowerShell would read it as the beginning of a list.
        if (encoder === 'shellWord') expect(text).toMatch(/^[\w/][\w.:/@-]*$/);
        else if (!['namedString', 'psString', 'comment'].includes(encoder))
          expect(text).toMatch(/^[\w.:+/=-]+$/);
      }),
    );
  });

  it('regMultiSz reads back as the same list, wherever on the line it begins, in lines of 80 at most', () => {
    const entries = fc.array(
      fc.string({ minLength: 1, maxLength: 60 }).filter((entry) => isOneLine(entry)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        entries,
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 40 }),
        (list, name) => {
          const front = `"${name}"=`;
          const text = `Windows Registry Editor Version 5.00\n[HKEY_CURRENT_USER\\x]\n${front}${encode('regMultiSz', list, front.length)}\n`;
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
          const read = readReg(Buffer.from(text), 'x.reg');
          expect(read.problems).toEqual([]);
          expect(read.keys[0]!.values[0]!.data).toEqual({ kind: 'multi-sz', entries: list });
        },
      ),
    );
  });
});

test.each([
  ['east.contoso.com.', true],
  ['_vlmcs._tcp.contoso.com.', true],
  ['a,b.contoso.com.', false],
  ['a\\.b.contoso.com.', false],
  ['a{b.contoso.com.', false],
  ['.', false],
])('%s is a plain name: %s', (name, plain) => {
  expect(isPlainName(unchecked(name))).toBe(plain);
});
