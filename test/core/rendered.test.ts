import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fileNameFor, sourceName } from '../../src/core/rendered.ts';
import { HOSTILE } from '../support/generated.ts';

describe('fileNameFor', () => {
  test.each([
    ['vlmcs', 'contoso.com', 'inc', 'vlmcs.contoso.com.inc'],
    ['db', '_vlmcs._tcp.contoso.com', 'zone', 'db._vlmcs._tcp.contoso.com.zone'],
    ['', 'kms-publisher', 'key', 'kms-publisher.key'],
    ['', 'con', 'key', '%63on.key'],
    ['', 'con.example', 'key', '%63on.example.key'],
    ['', 'com1', 'key', '%63om1.key'],
    ['', 'control', 'key', 'control.key'],
    ['', '-rf', 'key', '%2drf.key'],
    ['', '.hidden', 'key', '%2ehidden.key'],
    ['', '..', 'key', '%2e..key'],
    ['x', 'con', 'inc', 'x.con.inc'],
    ['x', 'a/b\\c:d', 'inc', 'x.a%2fb%5cc%3ad.inc'],
    ['x', 'Corp', 'conf', 'x.%43orp.conf'],
    ['x', 'zürich', 'inc', 'x.z%c3%bcrich.inc'],
  ])('%j, %j, %j', (prefix, name, suffix, expected) => {
    expect(fileNameFor(prefix, name, suffix)).toBe(expected);
  });

  test.each(HOSTILE)('%s makes no path', (_, value) => {
    expect(fileNameFor('', value, 'key')).toMatch(/^[a-z0-9_%][a-z0-9._%~-]*\.key$|^%2ekey$/);
  });

  it('keeps different names apart, and every name short enough for a file system', () => {
    const names = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ maxLength: 300 }));
    fc.assert(
      fc.property(names, names, (a, b) => {
        const [left, right] = [fileNameFor('p', a, 'x'), fileNameFor('p', b, 'x')];
        expect(left === right).toBe(a === b);
        expect(left.length).toBeLessThan(255);
        expect(left).toBe(left.toLowerCase());
      }),
    );
    expect(fileNameFor('p', `${'a'.repeat(250)}1`, 'x')).not.toBe(
      fileNameFor('p', `${'a'.repeat(250)}2`, 'x'),
    );
  });
});

test.each([
  ['kmsdns.yaml', 'kmsdns.yaml'],
  ['/home/ann/kms/kmsdns.yaml', 'kmsdns.yaml'],
  ['C:\\kms\\kmsdns.yaml', 'kmsdns.yaml'],
])('sourceName of %j is %j', (path, name) => {
  expect(sourceName(path)).toBe(name);
});
