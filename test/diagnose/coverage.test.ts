import { beforeAll, describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import { CATALOGUE, type FindingCode } from '../../src/core/catalogue.ts';
import { DECLARED, diagnosed } from '../support/scenario.ts';
import './client.scenarios.test.ts';
import './endpoint.scenarios.test.ts';
import './publication.scenarios.test.ts';
import './record-set.scenarios.test.ts';
import './reported.scenarios.test.ts';
import './resolver.scenarios.test.ts';
import './zone.scenarios.test.ts';

/** Codes that other commands raise: they judge files, and no diagnosis does. */
const JUDGED_ELSEWHERE: Readonly<Partial<Record<FindingCode, string>>> = {
  'ACL-002': 'generate bind-named reads the update policy of named.conf',
  'ACL-010': 'lint reads the update policy of named.conf',
  'ACL-011': 'lint reads the update policy of named.conf',
  'ACL-012': 'lint reads the update policy of named.conf',
  'CLI-039': 'lint reads the registry export',
  'HST-017': 'lint reads the registry export',
  'RUN-008': 'lint reads files',
  'SRV-031': 'lint reads the zone file',
  'SRV-032': 'lint reads the zone file',
  'SRV-033': 'lint reads the zone file',
  'PUB-013': 'plan and lint read the desired state',
  'PUB-014': 'plan and lint read the desired state',
};

/** Codes whose scenarios are still missing, each with the reason. The list only shrinks. */
const NOT_YET_COVERED: Readonly<Partial<Record<FindingCode, string>>> = {};

const raisedBy = new Map<string, string[]>();

// The tables are declared while vitest collects, after this file was read.
beforeAll(() => {
  for (const { title, scenario } of DECLARED) {
    const { causes, symptoms, notes } = diagnosed(scenario);
    for (const code of new Set([...causes, ...symptoms, ...notes].map((one) => one.code)))
      raisedBy.set(code, [...(raisedBy.get(code) ?? []), title]);
  }
});

const entries: [FindingCode, CatalogueEntry][] = Object.entries(CATALOGUE) as [FindingCode, CatalogueEntry][];
const expected: [FindingCode, CatalogueEntry][] = entries.filter(
  ([code, { observable }]) =>
    observable !== 'not-yet' &&
    // Raised from the directory, and covered in test/directory/audit.test.ts.
    observable !== 'directory' &&
    !(code in JUDGED_ELSEWHERE) &&
    !(code in NOT_YET_COVERED),
);

describe('the catalogue and the scenarios', () => {
  it('has at least 80 faults and 20 healthy networks', () => {
    const healthy = DECLARED.filter(({ title }) => title.startsWith('healthy'));
    expect(DECLARED.length - healthy.length).toBeGreaterThanOrEqual(80);
    expect(healthy.length).toBeGreaterThanOrEqual(20);
    for (const { title, scenario } of healthy) {
      if (title.startsWith('healthy first tier')) continue;
      expect(scenario.verdict, title).toBe('healthy');
      expect(scenario.causes ?? [], title).toEqual([]);
    }
  });

  it('declares no scenario twice', () => {
    const titles = DECLARED.map(({ title }) => title);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });

  it.each(expected)('%s is raised by two scenarios and quiet in one', (code) => {
    const titles = raisedBy.get(code) ?? [];
    expect(titles.length, titles.join('; ')).toBeGreaterThanOrEqual(2);
    expect(titles.length).toBeLessThan(DECLARED.length);
  });

  it('raises nothing that the catalogue says cannot be observed', () => {
    const wrong = entries.filter(([code, { observable }]) => observable === 'not-yet' && raisedBy.has(code));
    expect(wrong.map(([code]) => code)).toEqual([]);
  });

  it('lists only codes that are still missing', () => {
    const stale = Object.keys({ ...NOT_YET_COVERED, ...JUDGED_ELSEWHERE }).filter(
      (code) => (raisedBy.get(code)?.length ?? 0) >= 2 || !(code in CATALOGUE),
    );
    expect(stale).toEqual([]);
  });
});
