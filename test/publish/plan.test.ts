import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { type SrvRecord, type SrvSet, sameRecord } from '../../src/core/srv.ts';
import {
  assemblePlan,
  type Change,
  planDigest,
  planDomain,
  sameSet,
  type ZonePlan,
} from '../../src/publish/plan.ts';
import { anyLiveSet, anyWanted, DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

interface Row {
  readonly name: string;
  readonly live: SrvSet | null;
  readonly publish: readonly SrvRecord[];
  readonly policy?: 'additive' | 'exact';
  readonly ttl?: number;
  readonly after: SrvSet | null;
  readonly changes: readonly Change[];
  readonly kept?: readonly SrvRecord[];
}

const A = record('kms1', 10, 75);
const B = record('kms2', 90, 75);
const STRANGER = record('kms9');

const ROWS: readonly Row[] = [
  {
    name: 'nothing wanted, nothing there',
    live: null,
    publish: [],
    after: null,
    changes: [],
  },
  {
    name: 'a first set gets 3600 s unless a TTL is wanted',
    live: null,
    publish: [B, A],
    after: setOf(3600, A, B),
    changes: [
      { kind: 'add', record: A },
      { kind: 'add', record: B },
    ],
  },
  {
    name: 'a first set with a TTL is no retiming',
    live: null,
    publish: [A],
    ttl: 600,
    after: setOf(600, A),
    changes: [{ kind: 'add', record: A }],
  },
  {
    name: 'what is there already is in sync, in any order',
    live: setOf(300, B, A),
    publish: [A, B],
    after: setOf(300, A, B),
    changes: [],
  },
  {
    name: 'a left-out TTL keeps the live one for new members too',
    live: setOf(300, A),
    publish: [A, B],
    after: setOf(300, A, B),
    changes: [{ kind: 'add', record: B }],
  },
  {
    name: 'another TTL alone is a retiming',
    live: setOf(300, A),
    publish: [A],
    ttl: 3600,
    after: setOf(3600, A),
    changes: [{ kind: 'retime', fromSeconds: 300, toSeconds: 3600 }],
  },
  {
    name: 'another weight of the same host and port is a change, not a removal and an addition',
    live: setOf(300, record('kms1', 10, 50)),
    publish: [A],
    after: setOf(300, A),
    changes: [{ kind: 'change', from: record('kms1', 10, 50), to: A }],
  },
  {
    name: 'a listed host on another port moved: its old record goes, also with policy additive',
    live: setOf(300, record('kms1', 10, 75, 1689)),
    publish: [A],
    after: setOf(300, A),
    changes: [
      { kind: 'remove', record: record('kms1', 10, 75, 1689) },
      { kind: 'add', record: A },
    ],
  },
  {
    name: 'additive leaves a host that is not listed',
    live: setOf(300, STRANGER),
    publish: [A],
    after: setOf(300, STRANGER, A),
    changes: [{ kind: 'add', record: A }],
    kept: [STRANGER],
  },
  {
    name: 'exact removes a host that is not listed',
    live: setOf(300, STRANGER),
    publish: [A],
    policy: 'exact',
    after: setOf(300, A),
    changes: [
      { kind: 'remove', record: STRANGER },
      { kind: 'add', record: A },
    ],
  },
  {
    name: 'exact with an empty list removes the set',
    live: setOf(300, A, B),
    publish: [],
    policy: 'exact',
    after: null,
    changes: [
      { kind: 'remove', record: A },
      { kind: 'remove', record: B },
    ],
  },
  {
    name: 'additive with an empty list leaves everything',
    live: setOf(300, A, B),
    publish: [],
    ttl: 300,
    after: setOf(300, A, B),
    changes: [],
    kept: [A, B],
  },
  {
    name: 'one host published twice by mistake: one record becomes the wanted one, the other goes',
    live: setOf(300, record('kms1', 0, 1), record('kms1', 0, 2)),
    publish: [A],
    after: setOf(300, A),
    changes: [
      { kind: 'remove', record: record('kms1', 0, 1) },
      { kind: 'change', from: record('kms1', 0, 2), to: A },
    ],
  },
  {
    name: 'changes come in the order remove, change, add, retime',
    live: setOf(300, record('kms1', 0, 0), record('kms3', 5, 5)),
    publish: [A, B],
    policy: 'exact',
    ttl: 60,
    after: setOf(60, A, B),
    changes: [
      { kind: 'remove', record: record('kms3', 5, 5) },
      { kind: 'change', from: record('kms1', 0, 0), to: A },
      { kind: 'add', record: B },
      { kind: 'retime', fromSeconds: 300, toSeconds: 60 },
    ],
  },
];

test.each(ROWS)('$name', ({ live, publish, policy = 'additive', ttl, after, changes, kept = [] }) => {
  const decision = planDomain(
    { owner: OWNER, policy, publish, ...(ttl === undefined ? {} : { ttlSeconds: ttl }) },
    live,
  );
  expect(decision).toEqual({
    before: live,
    after,
    changes,
    kept: kept.map((one) => ({ record: one, because: 'additive-policy' })),
  });
});

interface AnyDesired {
  readonly publish: readonly SrvRecord[];
  readonly policy: 'additive' | 'exact';
  readonly ttlSeconds: number | undefined;
}

const anyDesired: fc.Arbitrary<AnyDesired> = fc.record({
  publish: anyWanted,
  policy: fc.constantFrom('additive' as const, 'exact' as const),
  ttlSeconds: fc.option(fc.constantFrom(60, 3600), { nil: undefined }),
});

describe('whatever is wanted and whatever is there', () => {
  const desiredOf = ({ publish, policy, ttlSeconds }: AnyDesired): Parameters<typeof planDomain>[0] => ({
    owner: OWNER,
    publish,
    policy,
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
  });

  it('has nothing left to change once it is carried out', () => {
    fc.assert(
      fc.property(anyDesired, anyLiveSet, (desired, live) => {
        const { after } = planDomain(desiredOf(desired), live);
        expect(planDomain(desiredOf(desired), after).changes).toEqual([]);
      }),
    );
  });

  it('changes nothing if and only if before and after say the same', () => {
    fc.assert(
      fc.property(anyDesired, anyLiveSet, (desired, live) => {
        const { before, after, changes } = planDomain(desiredOf(desired), live);
        expect(changes.length === 0).toBe(sameSet(before, after));
      }),
    );
  });

  it('does not depend on the order of either list', () => {
    fc.assert(
      fc.property(anyDesired, anyLiveSet, (desired, live) => {
        const reversed = live && { ...live, records: [...live.records].reverse() };
        const plan = planDomain(desiredOf(desired), live);
        const other = planDomain(
          desiredOf({ ...desired, publish: [...desired.publish].reverse() }),
          reversed,
        );
        expect(other.after).toEqual(plan.after);
        expect(other.changes).toEqual(plan.changes);
      }),
    );
  });

  it('publishes every wanted record, and with policy exact nothing else', () => {
    fc.assert(
      fc.property(anyDesired, anyLiveSet, (desired, live) => {
        const served = planDomain(desiredOf(desired), live).after?.records ?? [];
        for (const wanted of desired.publish)
          expect(served.some((one) => sameRecord(one, wanted))).toBe(true);
        if (desired.policy === 'exact') expect(served).toHaveLength(desired.publish.length);
      }),
    );
  });

  it('with policy additive never touches a host that is not listed', () => {
    fc.assert(
      fc.property(anyWanted, anyLiveSet, (publish, live) => {
        const { after } = planDomain({ owner: OWNER, policy: 'additive', publish }, live);
        const strangers = (live?.records ?? []).filter(
          ({ target }) => !publish.some((wanted) => wanted.target === target),
        );
        for (const stranger of strangers) expect(after?.records).toContainEqual(stranger);
      }),
    );
  });

  it('tells the difference between before and after completely by its changes', () => {
    fc.assert(
      fc.property(anyDesired, anyLiveSet, (desired, live) => {
        const { after, changes } = planDomain(desiredOf(desired), live);
        let records = [...(live?.records ?? [])];
        for (const change of changes) {
          if (change.kind === 'add') records.push(change.record);
          if (change.kind === 'remove') records = records.filter((one) => !sameRecord(one, change.record));
          if (change.kind === 'change')
            records = [...records.filter((one) => !sameRecord(one, change.from)), change.to];
        }
        expect(new Set(records.map((one) => JSON.stringify(one)))).toEqual(
          new Set((after?.records ?? []).map((one) => JSON.stringify(one))),
        );
      }),
    );
  });
});

describe('the digest', () => {
  const zonePlan = (more: Partial<ZonePlan> = {}): ZonePlan => ({
    domain: DOMAIN,
    zone: DOMAIN,
    server: endpoint('10.0.0.53'),
    name: OWNER,
    before: setOf(300, A),
    after: setOf(300, A, B),
    changes: [],
    kept: [],
    warnings: [],
    ...more,
  });
  const other = zonePlan({ name: parseFqdn('_vlmcs._tcp.fabrikam.com'), domain: parseFqdn('fabrikam.com') });

  it('is written as the algorithm and 64 hex digits', () => {
    expect(planDigest([zonePlan()])).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('does not depend on the order of the domains or on warnings', () => {
    expect(planDigest([zonePlan(), other])).toBe(planDigest([other, zonePlan()]));
    expect(planDigest([zonePlan({ kept: [{ record: A, because: 'additive-policy' }] })])).toBe(
      planDigest([zonePlan()]),
    );
  });

  test.each<[string, Partial<ZonePlan>]>([
    ['the zone', { zone: parseFqdn('com') }],
    ['the server', { server: endpoint('10.0.0.54') }],
    ['its port', { server: endpoint('10.0.0.53', 5300) }],
    ['the owner', { name: parseFqdn('_vlmcs._tcp.east.contoso.com') }],
    ['what was read', { before: null }],
    ['a TTL', { after: setOf(301, A, B) }],
    ['a weight', { after: setOf(300, A, record('kms2', 90, 74)) }],
    ['a port', { after: setOf(300, A, record('kms2', 90, 75, 1689)) }],
    ['the removal of all', { after: null }],
  ])('changes with %s', (_what, more) => {
    expect(planDigest([zonePlan(more)])).not.toBe(planDigest([zonePlan()]));
  });

  it('belongs to a plan that is in sync only when no domain has a change', () => {
    expect(assemblePlan([]).inSync).toBe(true);
    expect(assemblePlan([zonePlan(), other]).inSync).toBe(true);
    expect(assemblePlan([zonePlan({ changes: [{ kind: 'add', record: B }] }), other]).inSync).toBe(false);
  });
});
