import { describe, expect, it, test } from 'vitest';
import { CATALOGUE, findEntry, finding } from '../../src/core/catalogue.ts';
import { SEVERITIES } from '../../src/core/finding.ts';
import { PUBLISHED } from '../support/published-codes.ts';

const evidence = [{ observation: 'kmsdns.yaml:1:1', says: 'weight 0' }] as const;

it('has every code under the slug it was published with', () => {
  const slugs = Object.fromEntries(Object.entries(CATALOGUE).map(([code, { slug }]) => [code, slug]));
  expect(slugs).toEqual(PUBLISHED);
});

it('gives no slug twice', () => {
  const slugs = Object.values(CATALOGUE).map(({ slug }) => slug);
  expect(new Set(slugs).size).toBe(slugs.length);
});

describe.each(Object.entries(CATALOGUE))('%s', (code, entry) => {
  it('has a well-formed code and slug, a known severity, and HRESULTs of eight digits', () => {
    expect(code).toMatch(/^[A-Z]{3}-\d{3}$/);
    expect(entry.slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(SEVERITIES).toContain(entry.severity);
    for (const { hresult } of entry.explains) expect(hresult).toMatch(/^0x[0-9A-F]{8}$/);
  });

  it('has words for a reader: a title without full stop, one to four sentences, a fix, a source', () => {
    expect(entry.title).toMatch(/^[a-z_].*[^.]$/);
    const sentences = entry.explanation.split(/[.:] (?=[A-Z_])/);
    expect(sentences.length).toBeGreaterThanOrEqual(1);
    expect(sentences.length).toBeLessThanOrEqual(5);
    expect(entry.explanation).toMatch(/^[A-Z].*\.$/);
    expect(entry.fix.length).toBeGreaterThan(0);
    for (const { text } of entry.fix) expect(text).toMatch(/^[A-Z].*\.?$/);
    expect(entry.source).not.toBe('');
  });

  it('names a placeholder, and no real host or key, in the commands of its fix', () => {
    for (const { command } of entry.fix) {
      expect(command ?? '').not.toMatch(/\b[A-Z0-9]{5}(-[A-Z0-9]{5}){4}\b/);
      expect(command ?? '').not.toMatch(/\n/);
    }
  });

  it('says what evidence is missing when this version cannot find it, and only then', () => {
    if (entry.observable === 'not-yet') expect(entry.whyNot).toMatch(/^[a-z].*[^.]$/);
    else expect(entry.whyNot).toBeUndefined();
  });

  it('explains each code once', () => {
    const codes = entry.explains.map(({ hresult }) => hresult);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('says how to undo a fix that is not safe', () => {
    for (const { safe, undo } of entry.fix) expect(safe || undo !== undefined).toBe(true);
  });
});

test('a finding has what the catalogue says', () => {
  expect(finding('SRV-015', { subject: '_vlmcs._tcp.a.example.', evidence })).toEqual({
    code: 'SRV-015',
    slug: 'srv-zero-weight-beside-weights',
    severity: 'notice',
    side: 'dns',
    subject: '_vlmcs._tcp.a.example.',
    title: CATALOGUE['SRV-015'].title,
    evidence,
    explains: [],
    fix: CATALOGUE['SRV-015'].fix,
  });
});

test('a finding may be raised otherwise than usual', () => {
  const raised = {
    severity: 'error',
    title: 'another title',
    fix: [{ text: 'Another fix.', safe: true }],
  } as const;
  expect(finding('SRV-015', { subject: 's', evidence, ...raised })).toMatchObject(raised);
});

test('an unknown code, or no evidence, does not compile', () => {
  // @ts-expect-error: no such code
  expect(() => finding('SRV-999', { subject: 's', evidence })).toThrow(TypeError);
  // @ts-expect-error: a finding without proof
  expect(finding('SRV-015', { subject: 's', evidence: [] }).evidence).toEqual([]);
});

test.each([
  ['SRV-015', 'SRV-015'],
  ['srv-015', 'SRV-015'],
  ['srv-zero-weight-beside-weights', 'SRV-015'],
  ['SRV-Zero-Weight-Beside-Weights', 'SRV-015'],
  ['SRV-999', undefined],
  ['constructor', undefined],
  ['', undefined],
])('findEntry(%j) is %j', (text, code) => {
  expect(findEntry(text)?.code).toBe(code);
});
