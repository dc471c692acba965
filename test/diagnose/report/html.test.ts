import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { diagnosisHtml } from '../../../src/diagnose/report/html.ts';
import { reportFor } from '../../../src/diagnose/report/report.ts';
import { DIAGNOSED, type Diagnosed, degraded, hostile } from '../../support/diagnoses.ts';
import { HOSTILE_TEXT } from '../../support/hostile-text.ts';
import { checkXml, elementsOf, textContent, type XmlElement } from '../../support/xml-check.ts';

function page({ diagnosis, recording }: Diagnosed): XmlElement {
  return checkXml(diagnosisHtml(diagnosis, recording));
}

const named = (root: XmlElement, name: string): readonly XmlElement[] =>
  elementsOf(root).filter((element) => element.name === name);

/** Everything in a page that could make a browser ask somebody for something, or run something. */
function reaches(root: XmlElement): readonly string[] {
  return elementsOf(root).flatMap(({ name, attributes }) => [
    ...([
      'script',
      'iframe',
      'object',
      'embed',
      'img',
      'form',
      'base',
      'use',
      'image',
      'foreignObject',
    ].includes(name)
      ? [`<${name}>`]
      : []),
    ...Object.entries(attributes).flatMap(([key, value]) => {
      if (/^on/.test(key) || key === 'style' || key === 'srcdoc') return [`${name} ${key}`];
      if (/^(href|src|action|xlink:href)$/.test(key) && !value.startsWith('#') && value !== 'data:,')
        return [`${name} ${key}=${value}`];
      if (/url\(/.test(value) && !/^url\(#[a-z]+\)$/.test(value)) return [`${name} ${key}=${value}`];
      return [];
    }),
  ]);
}

describe.each(Object.entries(DIAGNOSED))('%s', (_name, make) => {
  const root = page(make());

  it('needs nothing but itself', () => {
    expect(reaches(root)).toEqual([]);
    const style = textContent(named(root, 'style')[0]!);
    expect(style).not.toMatch(/url\(|@import|@font-face|http/);
  });

  it('allows nothing but its own style', () => {
    const [policy] = named(root, 'meta').filter(
      ({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy',
    );
    const [style, ...more] = named(root, 'style');
    const hash = createHash('sha256').update(textContent(style!)).digest('base64');
    expect(more).toEqual([]);
    expect(policy!.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  it('leads nowhere that is not there, and has every anchor once', () => {
    const ids = elementsOf(root).flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const links = elementsOf(root).flatMap(({ attributes }) => attributes.href ?? []);
    for (const link of links.filter((one) => one.startsWith('#'))) expect(ids).toContain(link.slice(1));
    expect(links.length).toBeGreaterThan(10);
  });

  it('says the verdict, the causes with their commands, and what each code means', () => {
    const { diagnosis } = make();
    const text = textContent(root);
    for (const { code, subject, fix } of diagnosis.causes) {
      for (const part of [code, subject, ...fix.flatMap(({ command }) => command ?? [])])
        expect(text).toContain(part);
    }
    for (const { because } of diagnosis.unknowns) expect(text).toContain(because);
    expect(textContent(named(root, 'h1')[0]!)).toBe(
      { healthy: 'HEALTHY', degraded: 'DEGRADED', broken: 'BROKEN', unknown: 'UNDECIDED' }[diagnosis.verdict],
    );
  });

  it('has a title and a description at every drawing that says something', () => {
    const drawings = named(root, 'svg').filter(({ attributes }) => attributes.role === 'img');
    expect(drawings.length).toBeGreaterThan(0);
    for (const drawing of drawings) expect(named(drawing, 'title').length).toBeGreaterThan(0);
    for (const drawing of drawings.filter(({ attributes }) => attributes['aria-labelledby'] !== undefined))
      expect(named(drawing, 'desc')).toHaveLength(1);
  });
});

it('shows each packet decoded and in octets', () => {
  const text = textContent(page(degraded()));
  expect(text).toContain('_vlmcs._tcp.contoso.com.  3600 s  IN SRV  0 80 1688 kms1.contoso.com.');
  expect(text).toContain('RPC bind_ack');
  expect(text).toMatch(/0000 {2}12 68 81 80/);
});

it('shows what the files say, and where', () => {
  const text = textContent(page(degraded()));
  for (const part of ['ライセンスの状態', 'notification: not activated', 'client.reg:14'])
    expect(text).toContain(part);
});

it('is the same for the same diagnosis', () => {
  const { diagnosis, recording } = degraded();
  expect(diagnosisHtml(diagnosis, recording)).toBe(diagnosisHtml(degraded().diagnosis, degraded().recording));
});

test.each(HOSTILE_TEXT)('hostile text is text: %s', (_, value) => {
  const root = page(hostile(value));
  expect(reaches(root)).toEqual([]);
  const counts = (element: XmlElement): Record<string, number> => {
    const count: Record<string, number> = {};
    for (const { name } of elementsOf(element)) count[name] = (count[name] ?? 0) + 1;
    return count;
  };
  // As many elements of each kind as with a word that means nothing.
  if (value !== '') expect(counts(root)).toEqual(counts(page(hostile('harmless'))));
});

test('any text anywhere gives a page that is whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (value) => {
      expect(reaches(page(hostile(value)))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

describe('reportFor', () => {
  const { diagnosis, recording } = degraded();
  test.each([
    ['.html', '<!doctype html>'],
    ['.htm', '<!doctype html>'],
    ['.md', '# ⚠ DEGRADED'],
    ['.xml', '<?xml version="1.0"'],
  ])('%s', (extension, beginning) => {
    expect(reportFor(extension, diagnosis, recording)!.startsWith(beginning)).toBe(true);
  });

  test.each(['', '.pdf', 'constructor', '.HTML'])('%j is no kind of report', (extension) => {
    expect(reportFor(extension, diagnosis, recording)).toBeUndefined();
  });
});
