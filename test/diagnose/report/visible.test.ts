import { describe, expect, it, test } from 'vitest';
import { visible, visibleDeep } from '../../../src/diagnose/report/visible.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';

describe('visible', () => {
  test.each([
    ['a\u001b[2Jb', 'a\\u{1b}[2Jb'],
    ['kms1\u202emoc', 'kms1\\u{202e}moc'],
    ['a\nb', 'a\\u{0a}b'],
    ['\ud800', '\\u{d800}'],
    ['a\u200bb\u00adc', 'a\\u{200b}b\\u{ad}c'],
    ['a\u{e0041}b\ufffe', 'a\\u{e0041}b\\u{fffe}'],
    ['kms1.contoso.com ライセンス é 🙂', 'kms1.contoso.com ライセンス é 🙂'],
  ])('%j is %j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  test.each(HOSTILE_TEXT)('%s obeys nobody any more', (_, text) => {
    expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  it('reaches into plain values and changes nothing else in them', () => {
    const value = { a: ['\u001b', { b: 'x\u0000', c: 1, d: null, e: true, f: undefined }] };
    expect(visibleDeep(value)).toEqual({
      a: ['\\u{1b}', { b: 'x\\u{00}', c: 1, d: null, e: true, f: undefined }],
    });
  });
});
