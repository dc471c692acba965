import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { escapedMarkup, type Hole, html, markupText } from '../../../src/diagnose/report/markup.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';
import { checkXml, elementsOf, textContent } from '../../support/xml-check.ts';

describe('a value stays a value', () => {
  test.each(HOSTILE_TEXT)('%s', (_, value) => {
    const text = markupText(html`<p title="${value}" id="x">a ${value} b</p>`);
    const root = checkXml(text);
    expect(elementsOf(root)).toHaveLength(1);
    expect(Object.keys(root.attributes)).toEqual(['title', 'id']);
    expect(textContent(root)).toBe(`a ${root.attributes.title} b`);
  });

  it('whatever the value is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
        const root = checkXml(markupText(html`<p title="${value}">${value}</p>`));
        expect(elementsOf(root)).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it('and honest text reads as it was', () => {
    const text = 'a < b & "c" ≠ \'d\' `e` ライセンス 🙂';
    expect(textContent(checkXml(markupText(html`<p>${text}</p>`)))).toBe(text);
  });

  it('line ends stay, for preformatted text', () => {
    expect(escapedMarkup('a\nb\r\tc')).toBe('a\nb\\u{0d}\\u{09}c');
  });
});

describe('what may stand in a hole', () => {
  it('takes texts, numbers, markup and lists of them', () => {
    const item = (text: string): Hole => html`<li>${text}</li>`;
    expect(markupText(html`<ul class="c${1}">${['a', '<b>'].map(item)}${[[html`<li>c</li>`], 2]}</ul>`)).toBe(
      '<ul class="c1"><li>a</li><li>&lt;b&gt;</li><li>c</li>2</ul>',
    );
  });

  it('does not take markup that somebody else made', () => {
    const forged = JSON.parse('{"markup":"<script>"}') as Hole;
    expect(markupText(html`<p>${forged}</p>`)).not.toContain('<script>');
  });

  it('takes no markup into an attribute', () => {
    expect(() => html`<p title="${html`<b>x</b>`}"></p>`).toThrow('bug: only a text');
  });
});

describe('a hole where escaping would not be enough is a bug', () => {
  const x = 'x';
  test.each<[string, () => unknown]>([
    ['the name of a tag', () => html`<${x}></p>`],
    ['the name of an attribute', () => html`<p ${x}="a"></p>`],
    ['an attribute without quotes', () => html`<p title=${x}></p>`],
    ['an attribute in single quotes', () => html`<p title='${x}'></p>`],
    ['a handler', () => html`<p onclick="${x}"></p>`],
    ['a style', () => html`<p style="color: ${x}"></p>`],
    ['a link out of the page', () => html`<a href="${x}">a</a>`],
    ['a link out of the page with a path', () => html`<a href="/a/${x}">a</a>`],
    ['an image', () => html`<img src="${x}">`],
    ['a script', () => html`<script>${x}</script>`],
    ['a style sheet', () => html`<style>${x}</style>`],
    ['a comment', () => html`<!-- ${x} -->`],
    ['a template that ends inside a tag', () => html`<p title="${x}"`],
    ['quotes that belong to nothing', () => html`<p "${x}"></p>`],
  ])('%s', (_, make) => {
    expect(make).toThrow(/^bug: /);
  });

  it('but a link to a place in the page is none', () => {
    expect(markupText(html`<a href="#code-${'a"b'}">a</a>`)).toBe('<a href="#code-a&quot;b">a</a>');
  });
});
