import { describe, expect, it, test } from 'vitest';
import { cellCode, code, diagnosisMarkdown, escaped } from '../../../src/diagnose/report/markdown.ts';
import { DIAGNOSED, hostile } from '../../support/diagnoses.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';

test.each(Object.entries(DIAGNOSED))('%s', (_, make) => {
  const { diagnosis, recording } = make();
  expect(diagnosisMarkdown(diagnosis, recording)).toMatchSnapshot();
});

describe('escaping', () => {
  test.each([
    ['plain words, 20 % (of all)', 'plain words, 20 % (of all)'],
    ['_vlmcs._tcp.contoso.com', '\\_vlmcs.\\_tcp.contoso.com'],
    ['<b>&amp;</b>', '\\<b\\>\\&amp;\\</b\\>'],
    ['[x](https://evil.example)', '\\[x\\](https\\://evil.example)'],
    ['www.evil.example', 'www\\.evil.example'],
    ['# heading', '\\# heading'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['a | b', 'a \\| b'],
    ['cause: effect', 'cause: effect'],
    ['back\\slash `tick`', 'back\\\\slash \\`tick\\`'],
    ['a\nb', 'a\\\\u{0a}b'],
  ])('%j', (text, expected) => {
    expect(escaped(text)).toBe(expected);
  });

  test.each([
    ['plain', '`plain`'],
    ['a`b', '``a`b``'],
    ['``', '``` `` ```'],
    ['`a', '`` `a ``'],
    ['', '""'],
    ['   ', '""'],
    ['a\nb', '`a\\u{0a}b`'],
    ['a|b', '`a|b`'],
  ])('code %j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('a bar in a cell is no end of the cell', () => {
    expect(cellCode('a|b')).toBe('`a\\|b`');
  });
});

describe('hostile text keeps the shape of the document', () => {
  /** What a line is, by its beginning; text in it does not count. */
  const shape = (text: string): readonly string[] =>
    text
      .split('\n')
      .map((line) => /^(\s*)(#+ |[-*] |\d+\. |\| |`{3,}(?=[^`]*$)|<\/?details|---|\*\*Fix)?/.exec(line)![0]);
  const harmless = hostile('harmless');
  const wanted = shape(diagnosisMarkdown(harmless.diagnosis, harmless.recording)).filter(
    (line) => !line.includes('```'),
  );

  test.each(HOSTILE_TEXT.filter(([, value]) => !value.includes('\n') && value !== ''))('%s', (_, value) => {
    const { diagnosis, recording } = hostile(value);
    const text = diagnosisMarkdown(diagnosis, recording);
    expect(shape(text).filter((line) => !line.includes('```'))).toEqual(wanted);
    expect(text).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  });
});
