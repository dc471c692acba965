import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { powerShellTokens } from '../../src/publish/powershell-literals.ts';

const shape = (script: string): readonly string[] =>
  powerShellTokens(script).map(({ kind, text }) => `${kind}: ${text}`);

describe('powerShellTokens', () => {
  test.each<[string, string, readonly string[]]>([
    ['code', '$a = 1', ['code: $a = 1']],
    ['a literal', "$a = 'x y'\n", ['code: $a = ', 'single-quoted: x y', 'code: \n']],
    ['a doubled quote', "'it''s'", ["single-quoted: it's"]],
    ['typographic quotes', '\u2018x\u2019', ['single-quoted: x']],
    [
      'a typographic quote ends a plain one',
      "'x\u2019; evil '",
      ['single-quoted: x', 'code: ; evil ', 'single-quoted: '],
    ],
    ['double quotes with a backtick', '"a`"b"', ['double-quoted: a"b']],
    ['no escapes in single quotes', "'a`'", ['single-quoted: a`']],
    ['a comment', "a # it's\nb", ['code: a ', "comment:  it's", 'code: \nb']],
    ['a number sign inside a word', 'a#b', ['code: a', 'code: #b']],
    ['a block comment', "<# 'x' #>b", ["comment:  'x' ", 'code: b']],
    ['an escaped quote in code', "a`'b", ["code: a`'b"]],
  ])('%s', (_, script, tokens) => {
    expect(shape(script)).toEqual(tokens);
  });

  test.each(["'x", '"x', '<# x', "'x''"])('%j does not end', (script) => {
    expect(powerShellTokens(script).at(-1)).toMatchObject({ closed: false });
  });

  it('counts lines', () => {
    expect(powerShellTokens("a\n'b\nc'\n# d").map(({ kind, line }) => [kind, line])).toEqual([
      ['code', 1],
      ['single-quoted', 2],
      ['code', 3],
      ['comment', 4],
    ]);
  });

  it('reads any text to its end, without an exception', () => {
    const soup = fc.array(
      fc.constantFrom("'", '"', '`', '#', '<#', '#>', '\u2019', '\u201c', ' ', '\n', 'a'),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          soup.map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (script) => {
          const tokens = powerShellTokens(script);
          expect(tokens.length === 0).toBe(script === '');
          expect(tokens.slice(0, -1).every(({ closed }) => closed)).toBe(true);
        },
      ),
    );
  });
});
