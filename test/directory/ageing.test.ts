import { expect, test } from 'vitest';
import { type Ageing, ageingInWords, ageingOf, outrunsHosts } from '../../src/directory/ageing.ts';
import type { ZoneProperties } from '../../src/directory/dns-property.ts';
import { hoursFromDate } from '../../src/directory/file-time.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const HOUR = hoursFromDate(NOW);
const ZONE: ZoneProperties = { aging: true, noRefreshHours: 168, refreshHours: 168, problems: [] };

const at = (hoursAgo: number, zone: ZoneProperties | { why: string } = ZONE): Ageing =>
  ageingOf({ timestampHours: HOUR - hoursAgo }, zone, NOW);

test.each([
  [0, 'fresh', false],
  [167, 'fresh', false],
  [168, 'refreshable', false],
  [168 + 48, 'refreshable', false],
  [168 + 49, 'refreshable', true],
  [335, 'refreshable', true],
  [336, 'scavengeable', true],
  [90_000, 'scavengeable', true],
  // A stamp from the future: a clock was wrong, and nothing follows from it.
  [-500, 'fresh', false],
])('stamped %i hours ago it is %s', (hoursAgo, kind, missedRefresh) => {
  expect(at(hoursAgo)).toMatchObject({ kind, missedRefresh, ageHours: Math.max(0, hoursAgo) });
});

test('a static record does not age', () => {
  expect(ageingOf({ timestampHours: 0 }, ZONE, NOW)).toEqual({ kind: 'static' });
});

test('intervals that no value gives are those of a new zone', () => {
  expect(at(336, { aging: true, problems: [] })).toMatchObject({ kind: 'scavengeable' });
  expect(at(335, { aging: true, problems: [] })).toMatchObject({ kind: 'refreshable' });
});

test('nothing is scavenged before the time that the zone names', () => {
  expect(at(400, { ...ZONE, scavengeableFromHours: HOUR + 1 })).toMatchObject({
    kind: 'refreshable',
    scavengeableFromHours: HOUR + 1,
  });
  expect(at(400, { ...ZONE, scavengeableFromHours: HOUR })).toMatchObject({ kind: 'scavengeable' });
});

test('without ageing the stamp says nothing, and what was not read is not "off"', () => {
  expect(at(9000, { ...ZONE, aging: false }).kind).toBe('not-ageing');
  expect(at(9000, { problems: [] }).kind).toBe('unknown');
  expect(at(9000, { why: 'no permission' })).toMatchObject({ kind: 'unknown', why: 'no permission' });
});

test.each([
  [24, false],
  [23, true],
  [1, true],
])('a refresh interval of %i hours outruns hosts: %s', (refreshHours, outruns) => {
  expect(outrunsHosts({ ...ZONE, refreshHours })).toBe(outruns);
  expect(outrunsHosts({ ...ZONE, refreshHours, aging: false })).toBe(false);
});

test.each([
  [ageingOf({ timestampHours: 0 }, ZONE, NOW), 'static, never scavenged'],
  [at(20), 'dynamic, stamped 2025-12-31 04:00 UTC (20 h ago); may be refreshed from 2026-01-07 04:00 UTC'],
  [
    at(240),
    'dynamic, stamped 2025-12-22 00:00 UTC (10 days ago); waits for its host, may be scavenged from 2026-01-05 00:00 UTC',
  ],
  [
    at(336),
    'dynamic, stamped 2025-12-18 00:00 UTC (14 days ago); may be scavenged since 2026-01-01 00:00 UTC',
  ],
  [
    at(20, { ...ZONE, aging: false }),
    'dynamic, stamped 2025-12-31 04:00 UTC (20 h ago); the zone does not age, so the stamp stands still',
  ],
  [at(20, { why: 'no permission' }), 'dynamic, stamped 2025-12-31 04:00 UTC (20 h ago); no permission'],
])('in words: %#', (ageing, words) => {
  expect(ageingInWords(ageing)).toBe(words);
});
