import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { findingPages } from '../../src/explain/finding-pages.ts';

const FOLDER = new URL('../../docs/findings/', import.meta.url);
const pages = findingPages();

it('has the committed files and no others; after a change run: npm run docs', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...pages.keys()].sort());
});

test.each([...pages])(
  'docs/findings/%s is what the catalogue says; after a change run: npm run docs',
  (file, text) => {
    expect(readFileSync(new URL(file, FOLDER), 'utf8')).toBe(text);
  },
);

it('has one section for each finding, and one link to it in the index', () => {
  const all = [...pages.values()].join('');
  const index = pages.get('README.md') ?? '';
  for (const [code, { slug }] of Object.entries(CATALOGUE)) {
    expect(all.split(`## ${code} · ${slug}\n`), code).toHaveLength(2);
    expect(index).toContain(`#${code.toLowerCase()}) | ${slug} |`);
  }
});

it('links only to places that exist', () => {
  for (const [file, text] of pages)
    for (const [, page = '', anchor] of text.matchAll(/\]\(([\w-]*\.md)?(?:#([\w-]+))?\)/g)) {
      const target = pages.get(page || file);
      expect(target, `${file}: ${page}`).toBeDefined();
      if (anchor !== undefined)
        expect(target, `${file}: ${page}#${anchor}`).toContain(`<a id="${anchor}"></a>`);
    }
});

it('has no date and no path of a computer', () => {
  const all = [...pages.values()].join('');
  expect(all).not.toMatch(/\b20\d\d-\d\d-\d\d\b/);
  expect(all).not.toMatch(/\/(?:home|work|tmp|Users)\//);
});
