import { beforeAll, describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import { CATALOGUE, type FindingCode } from '../../src/core/catalogue.ts';
import { DECLARED, diagnosed, type Scenario } from '../support/scenario.ts';
import './client.scenarios.test.ts';
import './endpoint.scenarios.test.ts';
import './near-misses.scenarios.test.ts';
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
  'SRV-026': 'lint reads the zone file: an answer does not say which names stand below a name',
  'SRV-031': 'lint reads the zone file',
  'SRV-032': 'lint reads the zone file',
  'SRV-033': 'lint reads the zone file',
  'PUB-013': 'plan and lint read the desired state',
  'PUB-014': 'plan and lint read the desired state',
};

/** Codes whose scenarios are still missing, each with the reason. The list only shrinks. */
const NOT_YET_COVERED: Readonly<Partial<Record<FindingCode, string>>> = {};

/** A host of another name is five things: the record at the resolver and at the zone, A, AAAA and the endpoint. */
const MOST_CHANGES = 5;

interface Row {
  readonly title: string;
  readonly raised: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
  readonly nearMissOf: readonly string[];
}

const rows: Row[] = [];
const raisedBy = new Map<string, string[]>();

/** Everything a row says, piece by piece: what was seen, facts, settings of the client and of the case. */
function partsOf({ see, facts = [], client = {}, case: more = {} }: Scenario): ReadonlySet<string> {
  return new Set([
    ...see.flat().map((sight) => JSON.stringify(sight)),
    ...facts.map((fact) => JSON.stringify({ ...fact, id: '' })),
    ...Object.entries({ ...client, ...more }).map((entry) => JSON.stringify(entry)),
  ]);
}

/** How many pieces are others; one in the place of another is one change. */
function changesBetween(a: Row, b: Row): number {
  const only = (one: Row, other: Row): number =>
    [...one.parts].filter((part) => !other.parts.has(part)).length;
  return Math.max(only(a, b), only(b, a));
}

/** The quiet row that is nearest to one that raises the code; declared ones first. */
function nearestMiss(code: string): { readonly title: string; readonly changes: number } | undefined {
  const raising = rows.filter(({ raised }) => raised.has(code));
  const quiet = rows.filter(({ raised }) => !raised.has(code));
  const declared = quiet.filter(({ nearMissOf }) => nearMissOf.includes(code));
  return (declared.length > 0 ? declared : quiet)
    .map((row) => ({
      title: row.title,
      changes: Math.min(...raising.map((other) => changesBetween(row, other))),
    }))
    .sort((a, b) => a.changes - b.changes)[0];
}

// The tables are declared while vitest collects, after this file was read.
beforeAll(() => {
  for (const { title, scenario } of DECLARED) {
    const { causes, symptoms, notes } = diagnosed(scenario);
    const raised = new Set([...causes, ...symptoms, ...notes].map((one) => one.code));
    rows.push({ title, raised, parts: partsOf(scenario), nearMissOf: scenario.nearMissOf ?? [] });
    for (const code of raised) raisedBy.set(code, [...(raisedBy.get(code) ?? []), title]);
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

  it.each(expected)('%s is raised by two scenarios, and quiet in one that differs by little', (code) => {
    const titles = raisedBy.get(code) ?? [];
    expect(titles.length, titles.join('; ')).toBeGreaterThanOrEqual(2);
    const miss = nearestMiss(code);
    expect(miss?.changes, miss?.title).toBeLessThanOrEqual(MOST_CHANGES);
  });

  it('has near misses that are some: quiet of their code, and beside a row that raises it', () => {
    const declared = rows.flatMap((row) => row.nearMissOf.map((code) => ({ row, code })));
    expect(declared.length).toBeGreaterThan(20);
    const wrong = declared.filter(
      ({ row, code }) =>
        row.raised.has(code) ||
        !rows.some((other) => other.raised.has(code) && changesBetween(row, other) <= MOST_CHANGES),
    );
    expect(wrong.map(({ row, code }) => `${code}: ${row.title}`)).toEqual([]);
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
