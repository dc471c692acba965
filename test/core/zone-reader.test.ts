import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFqdn, plainNameUnder, ROOT, readName } from '../../src/core/name.ts';
import {
  readRelativeName,
  readZoneText,
  type ZoneProblem,
  type ZoneReader,
  type ZoneRecord,
  zoneReader,
} from '../../src/core/zone-reader.ts';

const ORIGIN = parseFqdn('contoso.com');
const read = (text: string) => readZoneText(text, ORIGIN, 'db.contoso.com');
const lines = (text: string): readonly string[] =>
  read(text).records.map(
    ({ owner, ttlSeconds, class: dnsClass, type, fields }) =>
      `${owner} ${ttlSeconds} ${dnsClass} ${type} ${fields.map((field) => field.text).join(' ')}`,
  );
const problems = (text: string): readonly (readonly [number, number, string])[] =>
  read(text).problems.map(({ line, column, message }) => [line, column, message]);

describe('records', () => {
  test.each<[string, string, readonly string[]]>([
    ['absolute names', 'a.contoso.com. 60 IN A 192.0.2.1', ['a.contoso.com. 60 IN A 192.0.2.1']],
    ['relative names', 'a 60 IN A 192.0.2.1', ['a.contoso.com. 60 IN A 192.0.2.1']],
    ['the apex', '@ 60 IN A 192.0.2.1', ['contoso.com. 60 IN A 192.0.2.1']],
    ['letter case', 'KMS1.Contoso.COM. 60 in a 192.0.2.1', ['kms1.contoso.com. 60 IN A 192.0.2.1']],
    ['class in front of the TTL', 'a IN 60 A 192.0.2.1', ['a.contoso.com. 60 IN A 192.0.2.1']],
    ['no class', 'a 60 A 192.0.2.1', ['a.contoso.com. 60 IN A 192.0.2.1']],
    ['another class', 'a 60 CH TXT x', ['a.contoso.com. 60 CH TXT x']],
    ['no TTL at all', 'a A 192.0.2.1', ['a.contoso.com. undefined IN A 192.0.2.1']],
    ['$TTL', '$TTL 1h30m\na A 192.0.2.1', ['a.contoso.com. 5400 IN A 192.0.2.1']],
    [
      'the TTL before',
      'a 60 A 192.0.2.1\nb A 192.0.2.2',
      ['a.contoso.com. 60 IN A 192.0.2.1', 'b.contoso.com. 60 IN A 192.0.2.2'],
    ],
    ['units', 'a 1w2d3h4m5s A 192.0.2.1', ['a.contoso.com. 788645 IN A 192.0.2.1']],
    [
      'the owner before',
      'a 60 A 192.0.2.1\n\t60 A 192.0.2.2',
      ['a.contoso.com. 60 IN A 192.0.2.1', 'a.contoso.com. 60 IN A 192.0.2.2'],
    ],
    ['$ORIGIN', '$ORIGIN east\na 60 A 192.0.2.1', ['a.east.contoso.com. 60 IN A 192.0.2.1']],
    ['an absolute $ORIGIN', '$ORIGIN example.\na 60 A 192.0.2.1', ['a.example. 60 IN A 192.0.2.1']],
    [
      'parentheses',
      'a 60 SOA ns h ( 1\n2 ; refresh\n 3\n4 5 ) ; end',
      ['a.contoso.com. 60 IN SOA ns h 1 2 3 4 5'],
    ],
    [
      'a record that begins with a parenthesis',
      '( a 60\n A 192.0.2.1 )',
      ['a.contoso.com. 60 IN A 192.0.2.1'],
    ],
    ['a parenthesis inside a word', 'a 60 TXT x(y)z', ['a.contoso.com. 60 IN TXT x y z']],
    [
      'comments',
      '; first\na 60 A 192.0.2.1;no blank\n   ; only a comment\n',
      ['a.contoso.com. 60 IN A 192.0.2.1'],
    ],
    ['quoted strings', 'a 60 TXT "one; two" "a \\" b"', ['a.contoso.com. 60 IN TXT one; two a \\" b']],
    ['an empty quoted string', 'a 60 TXT ""', ['a.contoso.com. 60 IN TXT ']],
    [
      'escapes in names',
      'a\\.b\\032c\\;d 60 A 192.0.2.1',
      ['a\\.b\\032c\\;d.contoso.com. 60 IN A 192.0.2.1'],
    ],
    [
      'CRLF',
      'a 60 A 192.0.2.1\r\nb 60 A 192.0.2.2\r\n',
      ['a.contoso.com. 60 IN A 192.0.2.1', 'b.contoso.com. 60 IN A 192.0.2.2'],
    ],
    [
      'a lone CR',
      'a 60 A 192.0.2.1\rb 60 A 192.0.2.2',
      ['a.contoso.com. 60 IN A 192.0.2.1', 'b.contoso.com. 60 IN A 192.0.2.2'],
    ],
    ['an unknown type by number', 'a 60 TYPE65534 \\# 1 ff', ['a.contoso.com. 60 IN TYPE65534 \\# 1 ff']],
    ['an owner that looks like a TTL', '60 60 A 192.0.2.1', ['60.contoso.com. 60 IN A 192.0.2.1']],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });
});

it('passes over the age that Windows DNS writes in front of a TTL', () => {
  const text = '_vlmcs._tcp [AGE:3650000]\t3600\tSRV\t0 0 1688\tkms1\n\t\t[AGE:0]\tSRV\t10 0 1688\tkms2\n';
  const { records, problems } = readZoneText(text, parseFqdn('contoso.com'), 'contoso.com.dns');
  expect(problems).toEqual([]);
  expect(records.map(({ owner, ttlSeconds, srv }) => `${owner} ${ttlSeconds} ${srv?.target}`)).toEqual([
    '_vlmcs._tcp.contoso.com. 3600 kms1.contoso.com.',
    '_vlmcs._tcp.contoso.com. 3600 kms2.contoso.com.',
  ]);
});

describe('SRV records', () => {
  test.each([
    [
      '_vlmcs._tcp 3600 IN SRV 10 75 1688 kms1',
      { priority: 10, weight: 75, port: 1688, target: 'kms1.contoso.com.' },
    ],
    [
      '_vlmcs._tcp 3600 IN SRV 0 0 1688 KMS1.East.example.',
      { priority: 0, weight: 0, port: 1688, target: 'kms1.east.example.' },
    ],
    ['_vlmcs._tcp 3600 IN SRV 0 0 0 .', { priority: 0, weight: 0, port: 0, target: '.' }],
    // The fault of a missing final dot, seen for what it makes.
    [
      '_vlmcs._tcp 3600 IN SRV 0 0 1688 kms1.contoso.com',
      { priority: 0, weight: 0, port: 1688, target: 'kms1.contoso.com.contoso.com.' },
    ],
  ])('%s', (text, srv) => {
    expect(read(text).records).toMatchObject([{ owner: '_vlmcs._tcp.contoso.com.', srv }]);
    expect(problems(text)).toEqual([]);
  });

  it('keep the place and the spelling of each field', () => {
    const [record] = read('$TTL 60\n_vlmcs._tcp SRV 0 0 1688 (\n   Kms1 )').records;
    expect(record).toMatchObject({ line: 2, column: 1, origin: 'contoso.com.' });
    expect(record!.fields[3]).toEqual({ text: 'Kms1', quoted: false, line: 3, column: 4 });
  });

  test.each([
    ['a 60 SRV 0 0 1688', [1, 6, 'SRV needs four values, priority, weight, port and target; here are 3']],
    [
      'a 60 SRV 0 0 1688 k1 k2',
      [1, 6, 'SRV needs four values, priority, weight, port and target; here are 5'],
    ],
    ['a 60 SRV 65536 0 1688 k1', [1, 10, '"65536" is not a number from 0 to 65535']],
    ['a 60 SRV 0 -1 1688 k1', [1, 12, '"-1" is not a number from 0 to 65535']],
    ['a 60 SRV 0 0 x k1', [1, 14, '"x" is not a number from 0 to 65535']],
    ['a 60 SRV 0 0 1688 k..1', [1, 19, 'target "k..1": a label is empty (two dots, or a dot in front)']],
  ])('%s is a problem and no record', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
    expect(read(text).records).toEqual([]);
  });
});

describe('problems', () => {
  test.each<[string, number, number, string]>([
    ['$INCLUDE other.db', 1, 1, '$INCLUDE is not followed: what it adds was not seen'],
    ['$GENERATE 1-9 h$ A 192.0.2.$', 1, 1, '$GENERATE is not followed: what it adds was not seen'],
    ['$ORIGEN contoso.com.', 1, 1, 'unknown directive "$ORIGEN"'],
    ['$TTL', 1, 1, '$TTL takes one value'],
    ['$TTL 1 2', 1, 1, '$TTL takes one value'],
    ['$TTL 1y', 1, 6, '"1y" is not a TTL'],
    ['$ORIGIN a..b', 1, 9, 'origin "a..b": a label is empty (two dots, or a dot in front)'],
    ['a 3x A 192.0.2.1', 1, 3, '"3x" is not a TTL'],
    ['a 2147483648 A 192.0.2.1', 1, 3, '"2147483648" is not a TTL'],
    ['a 60 IN', 1, 1, 'a record without a type'],
    ['a', 1, 1, 'a record without a type'],
    ['a 60 SVR 0 0 1 k', 1, 6, '"SVR" is not a record type'],
    [' 60 A 192.0.2.1', 1, 2, 'the first record begins with a blank: there is no owner before it'],
    ['a 60 TXT "open\nb 60 A 192.0.2.1', 1, 10, 'a quoted string does not end on its line'],
    ['a 60 A ( 192.0.2.1\nb 60 A 192.0.2.2', 1, 8, '"(" is never closed by ")"'],
    ['a 60 A 192.0.2.1 )', 1, 18, '")" without "("'],
    ['a 60 TXT x\u0007y', 1, 10, 'a control character'],
  ])('%j', (text, line, column, message) => {
    expect(problems(text)).toContainEqual([line, column, message]);
  });

  it('of an owner leave out the records that continue it, and nothing else', () => {
    expect(lines('a..b 60 A 192.0.2.1\n  60 A 192.0.2.2\nc 60 A 192.0.2.3')).toEqual([
      'c.contoso.com. 60 IN A 192.0.2.3',
    ]);
    expect(problems('a..b 60 A 192.0.2.1\n  60 A 192.0.2.2')).toHaveLength(1);
  });

  it('come in the order of the file', () => {
    expect(problems('$TTL x\na 60 TXT "open\nb 3x A 192.0.2.1\n)').map(([line]) => line)).toEqual([
      1, 2, 3, 4,
    ]);
  });
});

test.each([
  ['@', 'contoso.com.'],
  ['kms1', 'kms1.contoso.com.'],
  ['kms1.', 'kms1.'],
  ['kms1\\.', 'kms1\\..contoso.com.'],
  ['kms1\\\\.', 'kms1\\\\.'],
  ['.', '.'],
])('the name %j is %j', (text, name) => {
  expect(readRelativeName(text, ORIGIN)).toEqual({ ok: true, name });
});

test('a relative name that gets too long is a problem, not an exception', () => {
  const origin = parseFqdn(Array.from({ length: 4 }, () => 'o'.repeat(60)).join('.'));
  expect(readRelativeName('n'.repeat(60), origin)).toMatchObject({ ok: false });
});

describe('any text', () => {
  const soup = fc
    .array(
      fc.constantFrom(
        'a',
        '@',
        ' ',
        '\t',
        '\n',
        '\r',
        '(',
        ')',
        '"',
        ';',
        '\\',
        '\\;',
        '$TTL',
        '$ORIGIN',
        '60',
        'IN',
        'SRV',
        '.',
        '0',
        '\0',
        '\u2028',
        'é',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  it('is read without an exception, with places inside the text', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        const { records, problems: found } = read(text);
        const count = text.split(/\r\n|\n|\r/).length;
        for (const { line, column } of [...records, ...found]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(count);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same in pieces of whole lines as at once', () => {
    fc.assert(
      fc.property(fc.array(soup, { maxLength: 8 }), (parts) => {
        const pieces = parts.map((part) => `${part}\n`);
        const { reader, records, found } = listening('db.contoso.com');
        for (const piece of pieces) reader.feed(piece);
        reader.end();
        const whole = read(pieces.join(''));
        expect(records).toEqual(whole.records);
        expect(found.map(({ owner: _, ...problem }) => problem)).toEqual(
          expect.arrayContaining([...whole.problems]),
        );
        expect(found).toHaveLength(whole.problems.length);
      }),
      { numRuns: 500 },
    );
  });
});

/** A reader that is fed in pieces, and what it has told so far. */
function listening(file: string): {
  readonly reader: ZoneReader;
  readonly records: ZoneRecord[];
  readonly found: ZoneProblem[];
} {
  const records: ZoneRecord[] = [];
  const found: ZoneProblem[] = [];
  const reader = zoneReader(ORIGIN, file, {
    record: (record) => records.push(record),
    problem: (problem) => found.push(problem),
  });
  return { reader, records, found };
}

describe('plain names by the short way', () => {
  const label = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_-]{1,10}$/),
    fc.constantFrom('a'.repeat(63), 'a'.repeat(64), '', '*'),
  );
  const name = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([labels, absolute]) => `${labels.join('.')}${absolute ? '.' : ''}`);
  it('are what the long way says', () => {
    fc.assert(
      fc.property(name, fc.constantFrom(ORIGIN, ROOT), (text, origin) => {
        const short = plainNameUnder(text, origin);
        if (short === undefined) return;
        const absolute = text.endsWith('.') ? text : `${text}.${origin === ROOT ? '' : origin}`;
        expect(readName(absolute)).toEqual({ ok: true, name: short });
      }),
    );
  });

  it.each([
    ['as long as a name may be', 'b'.repeat(49), true],
    ['one octet longer', 'b'.repeat(50), false],
  ])('know the limit of 255 octets: %s', (_, last, fits) => {
    // Three labels of 63, one of 49, contoso and com: with their length octets and the root, 255.
    const text = `${`${'a'.repeat(63)}.`.repeat(3)}${last}`;
    expect(plainNameUnder(text, ORIGIN) !== undefined).toBe(fits);
    expect(readRelativeName(text, ORIGIN).ok).toBe(fits);
  });
});

describe('in pieces', () => {
  it('says whose record a problem is in, and whether a record goes on', () => {
    const { reader, records, found } = listening('z');
    reader.feed('a 60 SRV ( 0 0\n');
    expect(reader.isInside).toBe(true);
    reader.feed('70000 k1 )\nb 60 IN A 192.0.2.1 (');
    expect(records).toEqual([]);
    expect(found).toEqual([
      {
        file: 'z',
        line: 2,
        column: 1,
        message: '"70000" is not a number from 0 to 65535',
        owner: 'a.contoso.com.',
      },
    ]);
    reader.end();
    expect(records).toMatchObject([{ owner: 'b.contoso.com.', line: 3, column: 1 }]);
    expect(found[1]).toMatchObject({ line: 3, column: 21, message: '"(" is never closed by ")"' });
  });

  it('keeps a record that is never closed small', () => {
    const { reader, records, found } = listening('z');
    reader.feed('a 60 TXT (\n');
    for (let i = 0; i < 20; i++) reader.feed('x '.repeat(5000));
    reader.end();
    expect(records[0]!.fields.length).toBeLessThan(70_000);
    expect(found.map(({ message }) => message)).toEqual([
      'one record has more than 65536 words',
      '"(" is never closed by ")"',
    ]);
  });
});
