import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { planToJson } from '../../src/publish/documents.ts';
import { assemblePlan, type Plan, planDomain, sameSet, type ZonePlan } from '../../src/publish/plan.ts';
import { changesBetween, parsePlan } from '../../src/publish/plan-file.ts';
import { anyLiveSet, DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

function zonePlan(more: Partial<ZonePlan> = {}): ZonePlan {
  const before = setOf(300, record('kms1', 0, 0));
  const decision = planDomain({ owner: OWNER, policy: 'exact', publish: [record('kms1', 10, 75)] }, before);
  return {
    domain: DOMAIN,
    zone: DOMAIN,
    server: endpoint('10.0.0.53', 5300),
    name: OWNER,
    ...decision,
    warnings: [],
    ...more,
  };
}

const PLAN = assemblePlan([zonePlan()]);

function textOf(plan: Plan): string {
  return JSON.stringify(planToJson(plan, []));
}

describe('a plan file', () => {
  it('brings back what will be done', () => {
    expect(parsePlan(textOf(PLAN), 'plan.json')).toEqual(PLAN);
  });

  it('keeps why something cannot be done', () => {
    const blocked = assemblePlan([zonePlan({ blocked: 'an alias stands there' })]);
    expect(parsePlan(textOf(blocked), 'plan.json').zones[0]?.blocked).toBe('an alias stands there');
  });

  it('is read with a byte order mark and CRLF, as an editor may leave it', () => {
    const text = `\uFEFF${JSON.stringify(planToJson(PLAN, []), null, 2).replaceAll('\n', '\r\n')}\r\n`;
    expect(parsePlan(text, 'plan.json')).toEqual(PLAN);
  });

  it('keeps the digest, whatever the plan', () => {
    fc.assert(
      fc.property(anyLiveSet, anyLiveSet, (before, after) => {
        const plan = assemblePlan([zonePlan({ before, after, changes: changesBetween(before, after) })]);
        const read = parsePlan(textOf(plan), 'plan.json');
        expect(read.digest).toBe(plan.digest);
        expect(sameSet(read.zones[0]!.before, before)).toBe(true);
        expect(sameSet(read.zones[0]!.after, after)).toBe(true);
        expect(read.inSync).toBe(sameSet(before, after));
      }),
    );
  });
});

describe('a plan that was edited or damaged', () => {
  type Json = Record<string, unknown>;
  const edited = (change: (document: Json, zone: Json) => void): string => {
    const document = JSON.parse(textOf(PLAN)) as Json;
    change(document, (document.zones as Json[])[0]!);
    return JSON.stringify(document);
  };
  const afterOf = (zone: Json): Json => zone.after as Json;

  test.each<[string, string, RegExp]>([
    ['not JSON', '{', /not JSON/],
    ['null', 'null', /not a plan/],
    ['of another version', edited((d) => (d.schema = 'kmsdns/plan@2')), /of this version/],
    ['without zones', edited((d) => delete d.zones), /"zones"/],
    ['with a zone that is none', edited((d) => (d.zones = [{}])), /zone 1 is damaged/],
    [
      'with a weight that nobody reviewed',
      edited((_, z) => ((afterOf(z).records as Json[])[0]!.weight = 1)),
      /digest/,
    ],
    ['with another server', edited((_, z) => (z.server = '10.0.0.54:53')), /digest/],
    ['with another TTL', edited((_, z) => (afterOf(z).ttl = 60)), /digest/],
    ['with less in front', edited((_, z) => (z.before = null)), /digest/],
    ['with a zone added', edited((d, z) => (d.zones = [z, z])), /digest/],
    ['with all zones gone', edited((d) => (d.zones = [])), /digest/],
    ['with another digest', edited((d) => (d.digest = 'sha256:00')), /digest/],
    ['without a digest', edited((d) => delete d.digest), /digest/],
    [
      'with a set of another name',
      edited((_, z) => (afterOf(z).name = 'evil.example.')),
      /zone 1 is damaged/,
    ],
    ['with a server that is no address', edited((_, z) => (z.server = 'dc1')), /zone 1 is damaged/],
  ])('%s, is refused', (_name, text, says) => {
    expect(() => parsePlan(text, 'plan.json')).toThrow(KmsDnsError);
    expect(() => parsePlan(text, 'plan.json')).toThrow(says);
    expect(() => parsePlan(text, 'plan.json')).toThrow(expect.objectContaining({ code: 'plan-invalid' }));
  });

  it('has changes that follow from before and after, and never from the file', () => {
    const text = edited((_, zone) => (zone.changes = []));
    expect(parsePlan(text, 'plan.json').zones[0]?.changes).toEqual(PLAN.zones[0]?.changes);
  });
});
