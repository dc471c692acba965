import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  displayName,
  type Fqdn,
  hostNameProblem,
  isWithin,
  joinName,
  labelsOf,
  nameFromLabels,
  parentOf,
  parseFqdn,
  ROOT,
  readName,
} from '../../src/core/name.ts';
import { decodeMessage, encodeQuery, nameToWire, spelledNameToWire } from '../../src/core/wire.ts';
import { anyName } from '../support/arbitrary-messages.ts';
import { hexFromOctets } from '../support/hex.ts';

describe('readName', () => {
  test.each([
    ['contoso.com', 'contoso.com.'],
    ['contoso.com.', 'contoso.com.'],
    ['_VLMCS._TCP.Contoso.COM', '_vlmcs._tcp.contoso.com.'],
    ['.', '.'],
    ['a\\.b.test', 'a\\.b.test.'],
    ['a\\046b.test', 'a\\.b.test.'],
    ['\\065.test', 'a.test.'],
    ['\\000.test', '\\000.test.'],
    ['a\\;b.test', 'a\\;b.test.'],
    ['test\\.', 'test\\..'],
    [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test.`],
  ])('%j is %j', (text, name) => {
    expect(readName(text)).toEqual({ ok: true, name });
  });

  test.each([
    ['', 'empty'],
    ['..', 'a label is empty'],
    ['.contoso.com', 'a label is empty'],
    ['a..b', 'a label is empty'],
    ['a b', 'a blank'],
    ['a\nb', 'a control character'],
    ['münchen.test', 'not ASCII'],
    ['a\\', 'an escape is incomplete'],
    ['a\\256', 'too large'],
    ['a'.repeat(64), 'longer than 63'],
    [Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.'), 'longer than 255'],
  ])('refuses %j', (text, problem) => {
    const read = readName(text);
    expect(read.ok ? read.name : read.problem).toContain(problem);
  });

  it('takes a name of 255 octets and refuses one more', () => {
    const labels = ['a'.repeat(63), 'a'.repeat(63), 'a'.repeat(63)];
    expect(nameToWire(parseFqdn([...labels, 'a'.repeat(61)].join('.')))).toHaveLength(255);
    expect(readName([...labels, 'a'.repeat(62)].join('.')).ok).toBe(false);
  });

  it('gives back what it made: parse and format are inverse', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(readName(name)).toEqual({ ok: true, name });
      }),
    );
  });

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = readName(text);
        if (read.ok) expect(readName(read.name)).toEqual(read);
        else expect(read.problem).not.toBe('');
      }),
    );
  });
});

describe('a plain name', () => {
  it('is read as its labels are, however long', () => {
    const plainLabel = fc.stringMatching(/^[A-Za-z0-9_-]{1,66}$/);
    fc.assert(
      fc.property(fc.array(plainLabel, { minLength: 1, maxLength: 12 }), fc.boolean(), (labels, dot) => {
        const octets = labels.map((label) => new Uint8Array(Buffer.from(label, 'latin1')));
        expect(readName(`${labels.join('.')}${dot ? '.' : ''}`)).toEqual(nameFromLabels(octets));
      }),
    );
  });

  it.each([253, 254, 255])('of %i characters is a name only as long as it fits into 255 octets', (length) => {
    const text = `${'a.'.repeat(200).slice(0, length - 2)}bc`;
    const fits = text.length + 2 <= 255;
    expect(readName(text).ok).toBe(fits);
    expect(readName(`${text}.`).ok).toBe(fits);
  });
});

describe('a name on the wire', () => {
  test.each([
    ['.', '00'],
    ['contoso.com.', '07636f6e746f736f03636f6d00'],
    ['a\\.b.test.', '03612e62047465737400'],
    ['\\000\\255.test.', '0200ff047465737400'],
    ['\\"\\;\\@.', '03223b4000'],
  ])('%s is %s', (name, hex) => {
    expect(hexFromOctets(nameToWire(name as Fqdn))).toBe(hex);
  });

  test.each([
    ['Contoso.COM', '07436f6e746f736f03434f4d00'],
    ['Contoso.COM.', '07436f6e746f736f03434f4d00'],
    ['\\065b.test', '024162047465737400'],
    ['.', '00'],
    ['x\\.', '02782e00'],
  ])('%s keeps its letters: %s', (text, hex) => {
    expect(hexFromOctets(spelledNameToWire(text))).toBe(hex);
  });

  it('is refused when the text is no name', () => {
    expect(() => spelledNameToWire('a..b')).toThrow(expect.objectContaining({ code: 'name-invalid' }));
  });

  it('comes back as the same string, whatever octets its labels hold', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const decoded = decodeMessage(encodeQuery({ id: 1, name, type: 1, recurse: false }));
        expect(decoded.ok && decoded.value.questions[0]!.name).toBe(name);
      }),
    );
  });

  it('is what the labels say, letters lowered', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 6 }), (labels) => {
        const read = nameFromLabels(labels);
        const lowered = labels.map((label) => label.map((o) => (o >= 0x41 && o <= 0x5a ? o + 0x20 : o)));
        const expected = lowered.flatMap((label) => [label.length, ...label]).concat(0);
        expect(read.ok && [...nameToWire(read.name)]).toEqual(expected);
      }),
    );
  });
});

describe('labels', () => {
  test.each([
    ['.', []],
    ['com.', ['com']],
    ['a\\.b.test.', ['a\\.b', 'test']],
    ['a\\\\.test.', ['a\\\\', 'test']],
    ['\\000.test.', ['\\000', 'test']],
  ])('of %s', (name, labels) => {
    expect(labelsOf(name as Fqdn)).toEqual(labels);
  });

  it('put together again are the name', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        expect(
          labelsOf(name)
            .map((label) => `${label}.`)
            .join('') || '.',
        ).toBe(name);
      }),
    );
  });

  it('climb to the root one at a time', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        let steps = 0;
        for (let at: Fqdn | undefined = name; at !== undefined && at !== ROOT; at = parentOf(at)) {
          expect(isWithin(name, at)).toBe(true);
          steps++;
        }
        expect(steps).toBe(labelsOf(name).length);
        expect(parentOf(ROOT)).toBeUndefined();
      }),
    );
  });
});

test.each([
  ['contoso.com.', 'contoso.com.', true],
  ['a.contoso.com.', 'contoso.com.', true],
  ['acontoso.com.', 'contoso.com.', false],
  ['a\\.contoso.com.', 'contoso.com.', false],
  ['a\\\\.contoso.com.', 'contoso.com.', true],
  ['contoso.com.', '.', true],
  ['com.', 'contoso.com.', false],
])('isWithin(%s, %s) is %s', (name, ancestor, expected) => {
  expect(isWithin(name as Fqdn, ancestor as Fqdn)).toBe(expected);
});

test('joinName refuses a name that gets too long', () => {
  expect(joinName('_vlmcs._tcp', parseFqdn('contoso.com'))).toBe('_vlmcs._tcp.contoso.com.');
  expect(joinName('a', ROOT)).toBe('a.');
  const long = parseFqdn(Array.from({ length: 4 }, () => 'a'.repeat(60)).join('.'));
  expect(() => joinName('_vlmcs._tcp', long)).toThrow(expect.objectContaining({ code: 'name-invalid' }));
});

test('parseFqdn names the value it refuses', () => {
  expect(() => parseFqdn('a..b', 'zone')).toThrow(/^zone "a\.\.b": /);
});

test('displayName leaves out the final dot', () => {
  expect(displayName(parseFqdn('contoso.com'))).toBe('contoso.com');
  expect(displayName(ROOT)).toBe('.');
});

describe('hostNameProblem', () => {
  test.each(['kms1.contoso.com', 'KMS1.contoso.com.', 'a', '1kms.test', 'xn--mnchen-3ya.test'])(
    'has nothing against %s',
    (text) => expect(hostNameProblem(text)).toBeUndefined(),
  );

  test.each([
    ['10.0.0.1', 'an address'],
    ['10.0.0.1.', 'an address'],
    ['fe80::1', 'an address'],
    ['kms_1.test', 'an underscore'],
    ['-kms.test', 'inner hyphens'],
    ['kms-.test', 'inner hyphens'],
    ['kms;1.test', 'inner hyphens'],
    ['.', 'the root'],
    ['a b', 'a blank'],
  ])('refuses %s', (text, problem) => {
    expect(hostNameProblem(text)).toContain(problem);
  });
});
