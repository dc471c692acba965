import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  bodyOf,
  keywordOf,
  type NamedStatement,
  readNamedConf,
  wordsOf,
} from '../../src/core/named-reader.ts';

/** The statements as nested lists: words as they are, blocks as lists of statements. */
function shape(statements: readonly NamedStatement[]): unknown {
  return statements.map(({ parts }) =>
    parts.map((part) => (part.kind === 'word' ? part.text : shape(part.statements))),
  );
}
const shapeOf = (text: string): unknown => shape(readNamedConf(text, 'named.conf').statements);
const problems = (text: string): readonly (readonly [number, number, string])[] =>
  readNamedConf(text, 'named.conf').problems.map(({ line, column, message }) => [line, column, message]);

describe('grammar', () => {
  test.each<[string, string, unknown]>([
    ['a word', 'include "x";', [['include', 'x']]],
    ['nothing', ' \n', []],
    ['empty statements', ';;', []],
    ['a block', 'acl "a" { 10.0.0.0/8; !10.1.0.0/16; };', [['acl', 'a', [['10.0.0.0/8'], ['!10.1.0.0/16']]]]],
    [
      'a class in front of the block',
      'zone "x" IN { type primary; };',
      [['zone', 'x', 'IN', [['type', 'primary']]]],
    ],
    [
      'several blocks in a statement',
      'controls { inet * port 953 allow { any; } keys { "k"; }; };',
      [['controls', [['inet', '*', 'port', '953', 'allow', [['any']], 'keys', [['k']]]]]],
    ],
    ['an empty block', 'options { };', [['options', []]]],
    ['comments of C', 'a /* b; { \n */ c;', [['a', 'c']]],
    ['comments of C++', 'a // b; {\nc;', [['a', 'c']]],
    ['comments of the shell', 'a # b; {\nc;', [['a', 'c']]],
    ['a comment that touches a word', 'file x#y\n;', [['file', 'x']]],
    ['slashes in words', 'file /etc/bind/x;', [['file', '/etc/bind/x']]],
    ['comment marks in quotes', 'a "x // y # z /* ";', [['a', 'x // y # z /* ']]],
    ['escaped quotes', 'a "x \\" y";', [['a', 'x " y']]],
    ['quotes over lines', 'a "x\ny";', [['a', 'x\ny']]],
    ['braces and semicolons in quotes', 'a "{;}";', [['a', '{;}']]],
    ['a word that touches a brace', 'options{a b;};', [['options', [['a', 'b']]]]],
    [
      'principals',
      'grant KMS1$@CORP.EXAMPLE name _vlmcs._tcp.corp.example. SRV;',
      [['grant', 'KMS1$@CORP.EXAMPLE', 'name', '_vlmcs._tcp.corp.example.', 'SRV']],
    ],
    // Whatever a person sees as a blank, named does not: only these six are.
    ['a no-break blank', 'a\u00a0b;', [['a\u00a0b']]],
    ['a line separator in a comment', 'a # x\u2028b;\n;', [['a']]],
  ])('%s', (_, text, expected) => {
    expect(shapeOf(text)).toEqual(expected);
    expect(problems(text)).toEqual([]);
  });

  it('keeps places and offsets', () => {
    const text = 'a;\n  zone "x" {\n\ttype primary; };';
    const [, zone] = readNamedConf(text, 'named.conf').statements;
    expect(zone).toMatchObject({ line: 2, column: 3 });
    expect(zone!.parts[1]).toMatchObject({ text: 'x', quoted: true, line: 2, column: 8 });
    const word = zone!.parts[1]!;
    expect(word.kind === 'word' && text.slice(word.start, word.end)).toBe('"x"');
    expect(bodyOf(zone!)[0]).toMatchObject({ line: 3, column: 2 });
    expect([keywordOf(zone!), wordsOf(zone!)]).toEqual(['zone', ['zone', 'x']]);
  });
});

describe('problems', () => {
  test.each<[string, number, number, string]>([
    ['a', 1, 1, 'no ";" at the end of a statement'],
    ['options { a }; ', 1, 11, 'no ";" at the end of a statement'],
    ['a; }', 1, 4, '"}" without "{"'],
    ['a {\n b;', 1, 3, '"{" is never closed by "}"'],
    ['a { b } c { d;', 1, 5, 'no ";" at the end of a statement'],
    ['a "x;', 1, 3, 'a quoted string is never closed'],
    ['a /* x;', 1, 3, '"/*" is never closed by "*/"'],
    ['a "x\\', 1, 3, 'a quoted string is never closed'],
  ])('%j', (text, line, column, message) => {
    expect(problems(text)).toContainEqual([line, column, message]);
  });

  it('do not hide what can be read', () => {
    expect(shapeOf('} zone "x" { type primary };')).toEqual([['zone', 'x', [['type', 'primary']]]]);
  });
});

describe('any text', () => {
  const soup = fc
    .array(
      fc.constantFrom('a', '"', '\\', '{', '}', ';', ' ', '\n', '/*', '*/', '//', '#', '\0', '\u2028', '='),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  it('is read without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        for (const { line, column } of readNamedConf(text, 'x').problems) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('however deep it nests', () => {
    const text = '{'.repeat(100_000);
    expect(readNamedConf(text, 'x').problems.length).toBe(100_000);
  });
});
