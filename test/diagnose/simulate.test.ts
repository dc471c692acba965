import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Fqdn } from '../../src/core/name.ts';
import { firstTryShares, formatRecord, type SrvRecord } from '../../src/core/srv.ts';
import {
  cachingEffect,
  type DeadHost,
  type Simulation,
  type SimulationOptions,
  simulate,
  takeOutEach,
} from '../../src/diagnose/simulate.ts';
import { drawClients, xoshiro128 } from '../../src/diagnose/simulate-draw.ts';
import { DEFAULT_INTERVALS, type HostRollout, rollout } from '../../src/diagnose/simulate-rollout.ts';
import { srv } from '../support/generated.ts';
import { allOrders } from '../support/srv-orders.ts';

const silent = (target: string, more: Partial<DeadHost> = {}): DeadHost => ({
  target: target as Fqdn,
  fails: 'after-timeout',
  ...more,
});
const refusing = (target: string): DeadHost => ({ target: target as Fqdn, fails: 'at-once' });
const rfc = (records: readonly SrvRecord[], ...dead: DeadHost[]): SimulationOptions => ({
  records,
  model: 'rfc2782',
  dead,
});
const vista = (records: readonly SrvRecord[], ...dead: DeadHost[]): SimulationOptions => ({
  records,
  model: 'random',
  dead,
});

/** `{ 'kms1.': 0.8 }`: one number for each record, by the target. */
function byTarget(
  { hosts }: Simulation,
  of: (host: Simulation['hosts'][number]) => number,
): Record<string, number> {
  return Object.fromEntries(hosts.map((host) => [host.record.target, of(host)]));
}

describe('shares', () => {
  const EIGHTY_TWENTY = [srv('a.', 0, 80), srv('b.', 0, 20), srv('c.', 10, 5)];

  test.each<[string, SimulationOptions, Record<string, number>, Record<string, number>]>([
    [
      'by weight in the best priority',
      rfc(EIGHTY_TWENTY),
      { 'a.': 0.8, 'b.': 0.2, 'c.': 0 },
      { 'a.': 0.8, 'b.': 0.2, 'c.': 0 },
    ],
    [
      'a dead host leaves its clients to the rest of its priority',
      rfc(EIGHTY_TWENTY, silent('b.')),
      { 'a.': 0.8, 'b.': 0.2, 'c.': 0 },
      { 'a.': 1, 'b.': 0, 'c.': 0 },
    ],
    [
      'only when a whole priority is dead the next one is asked',
      rfc(EIGHTY_TWENTY, silent('b.'), refusing('a.')),
      { 'a.': 0.8, 'b.': 0.2, 'c.': 0 },
      { 'a.': 0, 'b.': 0, 'c.': 1 },
    ],
    [
      'all weights 0: all alike',
      rfc([srv('a.'), srv('b.'), srv('c.')], silent('c.')),
      { 'a.': 1 / 3, 'b.': 1 / 3, 'c.': 1 / 3 },
      { 'a.': 1 / 2, 'b.': 1 / 2, 'c.': 0 },
    ],
    [
      'a weight of 0 beside others gets nothing, until the others are dead',
      rfc([srv('a.', 0, 75), srv('z.', 0, 0), srv('c.', 10, 1)], silent('a.')),
      { 'a.': 1, 'z.': 0, 'c.': 0 },
      { 'a.': 0, 'z.': 1, 'c.': 0 },
    ],
    [
      'Vista knows neither priority nor weight',
      vista(EIGHTY_TWENTY, silent('a.')),
      { 'a.': 1 / 3, 'b.': 1 / 3, 'c.': 1 / 3 },
      { 'a.': 0, 'b.': 1 / 2, 'c.': 1 / 2 },
    ],
    [
      'weights of 65535 in great number',
      rfc(['a.', 'b.', 'c.', 'd.'].map((name) => srv(name, 0, 65535))),
      { 'a.': 0.25, 'b.': 0.25, 'c.': 0.25, 'd.': 0.25 },
      { 'a.': 0.25, 'b.': 0.25, 'c.': 0.25, 'd.': 0.25 },
    ],
    [
      'the same record twice counts once',
      rfc([srv('a.', 0, 1), srv('b.', 0, 1), srv('a.', 0, 1)]),
      { 'a.': 0.5, 'b.': 0.5 },
      { 'a.': 0.5, 'b.': 0.5 },
    ],
  ])('%s', (_, options, first, eventual) => {
    const done = simulate(options);
    expect(byTarget(done, (host) => host.firstTryShare)).toEqual(first);
    expect(byTarget(done, (host) => host.eventualShare)).toEqual(eventual);
  });

  it('tells one port of a host from another', () => {
    const done = simulate(rfc([srv('a.', 0, 1, 1688), srv('a.', 0, 3, 1689)], silent('a.', { port: 1689 })));
    expect(done.hosts.map(({ record, alive }) => [record.port, alive])).toEqual([
      [1689, false],
      [1688, true],
    ]);
    expect(done.firstTryFailure).toBe(0.75);
  });

  it('knows that "." and port 0 are no hosts (RFC 2782)', () => {
    const done = simulate(rfc([srv('.', 0, 1), srv('a.', 0, 1, 0), srv('b.', 0, 2)]));
    expect(done.firstTryFailure).toBe(0.5);
    expect(done.wait).toEqual({ share: 0, expectedSeconds: 0, worstSeconds: 0 });
    expect(byTarget(done, (host) => host.eventualShare)).toEqual({ '.': 0, 'a.': 0, 'b.': 1 });
  });
});

describe('failure and cost', () => {
  test.each<[string, SimulationOptions, Pick<Simulation, 'firstTryFailure' | 'failure' | 'wait'>]>([
    [
      'nobody is published',
      rfc([]),
      { firstTryFailure: 1, failure: 1, wait: { share: 0, expectedSeconds: 0, worstSeconds: 0 } },
    ],
    [
      'everybody lives',
      rfc([srv('a.', 0, 1), srv('b.', 0, 1)]),
      { firstTryFailure: 0, failure: 0, wait: { share: 0, expectedSeconds: 0, worstSeconds: 0 } },
    ],
    [
      'a refusal costs nothing',
      rfc([srv('a.', 0, 1), srv('b.', 0, 1)], refusing('b.')),
      { firstTryFailure: 0.5, failure: 0, wait: { share: 0, expectedSeconds: 0, worstSeconds: 0 } },
    ],
    [
      'a silent host costs 21 seconds, to those who try it',
      rfc([srv('a.', 0, 3), srv('b.', 0, 1)], silent('b.')),
      { firstTryFailure: 0.25, failure: 0, wait: { share: 0.25, expectedSeconds: 5.25, worstSeconds: 21 } },
    ],
    [
      'two silent addresses cost twice',
      rfc([srv('a.', 0, 1), srv('b.', 0, 1)], silent('b.', { addresses: 2 })),
      { firstTryFailure: 0.5, failure: 0, wait: { share: 0.5, expectedSeconds: 21, worstSeconds: 42 } },
    ],
    [
      'a silent best priority costs everybody all of it',
      rfc([srv('a.', 0, 1), srv('b.', 0, 1), srv('c.', 5)], silent('a.'), silent('b.')),
      { firstTryFailure: 1, failure: 0, wait: { share: 1, expectedSeconds: 42, worstSeconds: 42 } },
    ],
    [
      'nobody lives',
      rfc([srv('a.', 0, 1), srv('b.', 9, 1)], silent('a.'), refusing('b.')),
      { firstTryFailure: 1, failure: 1, wait: { share: 1, expectedSeconds: 21, worstSeconds: 21 } },
    ],
    [
      'with another time-out',
      { ...rfc([srv('a.', 0, 1), srv('b.', 0, 1)], silent('b.')), connectTimeoutSeconds: 4 },
      { firstTryFailure: 0.5, failure: 0, wait: { share: 0.5, expectedSeconds: 2, worstSeconds: 4 } },
    ],
  ])('%s', (_, options, expected) => {
    expect(simulate(options)).toMatchObject(expected);
  });
});

const TARGETS = ['a.', 'b.', 'c.', 'd.', 'e.', 'f.'];

/** Sets small enough that every order can be written out, with some of the hosts dead. */
const small: fc.Arbitrary<SimulationOptions> = fc
  .record({
    parts: fc.array(
      fc.record({
        priority: fc.constantFrom(0, 0, 0, 10),
        weight: fc.constantFrom(0, 0, 1, 2, 30, 65535),
        dead: fc.constantFrom(undefined, undefined, 'at-once' as const, 'after-timeout' as const),
      }),
      { minLength: 1, maxLength: TARGETS.length },
    ),
    model: fc.constantFrom('rfc2782' as const, 'random' as const),
  })
  .map(({ parts, model }) => ({
    model,
    records: parts.map(({ priority, weight }, i) => srv(TARGETS[i]!, priority, weight)),
    dead: parts.flatMap(({ dead }, i) =>
      dead === undefined ? [] : [{ target: TARGETS[i]! as Fqdn, fails: dead }],
    ),
  }));

/** The same figures from all orders, one by one. */
function enumerated({ records, model, dead = [] }: SimulationOptions): Simulation {
  const howOf = (record: SrvRecord): DeadHost | undefined =>
    dead.find(({ target }) => target === record.target);
  const orders = allOrders(records, model).map(({ probability, records: order }) => {
    const living = order.findIndex((record) => howOf(record) === undefined);
    const tried = order.slice(0, living === -1 ? order.length : living + 1);
    const seconds = tried.reduce(
      (sum, record) => sum + (howOf(record)?.fails === 'after-timeout' ? 21 : 0),
      0,
    );
    return { probability, order, tried, seconds, served: living === -1 ? undefined : order[living] };
  });
  const chance = (holds: (one: (typeof orders)[number]) => boolean): number =>
    orders.reduce((sum, one) => sum + (holds(one) ? one.probability : 0), 0);
  return {
    model,
    hosts: simulate({ records, model }).hosts.map(({ record, tier }) => ({
      record,
      tier,
      alive: howOf(record) === undefined,
      waitSeconds: howOf(record)?.fails === 'after-timeout' ? 21 : 0,
      meanPlace: orders.reduce(
        (sum, { probability, order }) => sum + probability * (order.indexOf(record) + 1),
        0,
      ),
      firstTryShare: chance(({ order }) => order[0] === record),
      triedShare: chance(({ tried }) => tried.includes(record)),
      eventualShare: chance(({ served }) => served === record),
    })),
    firstTryFailure: chance(({ order }) => howOf(order[0]!) !== undefined),
    failure: chance(({ served }) => served === undefined),
    wait: {
      share: chance(({ seconds }) => seconds > 0),
      expectedSeconds: orders.reduce((sum, { probability, seconds }) => sum + probability * seconds, 0),
      worstSeconds: Math.max(...orders.map(({ seconds }) => seconds)),
    },
  };
}

/** Every number of a simulation in one list, for a comparison with a tolerance. */
function figures({ hosts, firstTryFailure, failure, wait }: Simulation): readonly number[] {
  return [
    firstTryFailure,
    failure,
    wait.share,
    wait.expectedSeconds,
    wait.worstSeconds,
    ...hosts.flatMap((one) => [one.meanPlace, one.firstTryShare, one.triedShare, one.eventualShare]),
  ];
}

test('agrees with every order written out', () => {
  fc.assert(
    fc.property(small, (options) => {
      const [computed, counted] = [figures(simulate(options)), figures(enumerated(options))];
      expect(computed.length).toBe(counted.length);
      for (const [i, figure] of computed.entries()) expect(figure).toBeCloseTo(counted[i]!, 9);
    }),
    { numRuns: 300 },
  );
});

test('agrees with a million clients that are played', () => {
  const options = rfc(
    [
      srv('a.', 0, 50),
      srv('b.', 0, 30),
      srv('c.', 0, 15),
      srv('d.', 0, 5),
      srv('z.', 0, 0),
      srv('y.', 10, 1),
    ],
    silent('a.'),
    refusing('c.'),
  );
  const done = simulate(options);
  const drawn = drawClients(options, 1_000_000, 42);
  // Four standard deviations of the most uncertain share are 0.002; the seed makes it the same every time.
  for (const [i, host] of done.hosts.entries()) {
    expect(drawn.hosts[i]!.record).toBe(host.record);
    expect(drawn.hosts[i]!.firstTries / 1e6).toBeCloseTo(host.firstTryShare, 2.5);
    expect(drawn.hosts[i]!.clients / 1e6).toBeCloseTo(host.eventualShare, 2.5);
  }
  expect(drawn.waited / 1e6).toBeCloseTo(done.wait.share, 2.5);
  expect(drawn.meanWaitSeconds).toBeCloseTo(done.wait.expectedSeconds, 1);
  expect(drawn.failed).toBe(0);
});

test('draws of the random model', () => {
  const options = vista([srv('a.', 0, 99), srv('b.', 10, 0), srv('c.', 20, 0)], silent('a.'));
  const drawn = drawClients(options, 300_000, 7);
  for (const { firstTries } of drawn.hosts) expect(firstTries / 3e5).toBeCloseTo(1 / 3, 2);
  expect(drawn.hosts.map(({ clients }) => Math.round(clients / 1500))).toEqual([0, 100, 100]);
});

describe('draws', () => {
  const options = rfc([srv('a.', 0, 3), srv('b.', 0, 1)], silent('b.'));

  it('are the same for the same seed, and others for another', () => {
    expect(drawClients(options, 1000, 5)).toEqual(drawClients(options, 1000, 5));
    expect(drawClients(options, 1000, 5)).not.toEqual(drawClients(options, 1000, 6));
  });

  it('lose nobody', () => {
    const { hosts, failed } = drawClients(rfc([srv('a.'), srv('b.')], silent('a.'), silent('b.')), 100, 1);
    expect(failed).toBe(100);
    expect(hosts.map(({ clients }) => clients)).toEqual([0, 0]);
    expect(hosts[0]!.firstTries + hosts[1]!.firstTries).toBe(100);
  });

  it('of nobody, and from nobody', () => {
    expect(drawClients(options, 0, 1)).toMatchObject({ failed: 0, meanWaitSeconds: 0 });
    expect(drawClients(rfc([]), 10, 1)).toMatchObject({ hosts: [], failed: 10, waited: 0 });
  });

  it('come from xoshiro128** 1.1', () => {
    const next = xoshiro128([1, 2, 3, 4]);
    // From the reference implementation, as the tests of the Rust crate rand_xoshiro have it.
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});

/** Sets as large as a DNS answer can carry. */
const large: fc.Arbitrary<SimulationOptions> = fc
  .record({
    parts: fc.array(
      fc.record({
        priority: fc.integer({ min: 0, max: 65535 }),
        weight: fc.integer({ min: 0, max: 65535 }),
        dead: fc.boolean(),
      }),
      { minLength: 1, maxLength: 60 },
    ),
    // Most sets of people have few priorities.
    priorities: fc.constantFrom(1, 2, 3, 65536),
    model: fc.constantFrom('rfc2782' as const, 'random' as const),
  })
  .map(({ parts, priorities, model }) => ({
    model,
    records: parts.map(({ priority, weight }, i) => srv(`h${i}.`, priority % priorities, weight)),
    dead: parts.flatMap(({ dead }, i) => (dead ? [silent(`h${i}.`)] : [])),
  }));

describe('properties', () => {
  it('shares sum to 1, and so do eventual ones with the failure', () => {
    fc.assert(
      fc.property(large, (options) => {
        const { hosts, failure } = simulate(options);
        const sum = (of: (host: (typeof hosts)[number]) => number): number =>
          hosts.reduce((total, host) => total + of(host), 0);
        expect(sum((host) => host.firstTryShare)).toBeCloseTo(1, 12);
        expect(sum((host) => host.eventualShare) + failure).toBeCloseTo(1, 12);
        expect(sum((host) => host.meanPlace)).toBeCloseTo((hosts.length * (hosts.length + 1)) / 2, 6);
      }),
    );
  });

  it('first tries are those that plan and import show', () => {
    fc.assert(
      fc.property(large, ({ records }) => {
        const shares = new Map(
          firstTryShares(records).map(({ record, firstTryShare }) => [formatRecord(record), firstTryShare]),
        );
        for (const { record, firstTryShare } of simulate({ records, model: 'rfc2782' }).hosts)
          expect(firstTryShare).toBe(shares.get(formatRecord(record)));
      }),
    );
  });

  it('taking a host out never lowers the share of another', () => {
    fc.assert(
      fc.property(large, (options) => {
        const before = simulate(options);
        for (const { target, simulation } of takeOutEach(options, 5)) {
          for (const [i, { record, eventualShare }] of simulation.hosts.entries()) {
            const had = before.hosts[i]!.eventualShare;
            if (record.target === target) expect(eventualShare).toBe(0);
            else expect(eventualShare).toBeGreaterThanOrEqual(had - 1e-12);
          }
          expect(simulation.firstTryFailure).toBeGreaterThanOrEqual(before.firstTryFailure - 1e-12);
          expect(simulation.wait.expectedSeconds).toBeGreaterThanOrEqual(before.wait.expectedSeconds - 1e-9);
        }
      }),
    );
  });

  it('the order in which the records came does not matter', () => {
    fc.assert(
      fc.property(large, (options) => {
        const turned = { ...options, records: [...options.records].reverse() };
        expect(simulate(turned)).toEqual(simulate(options));
        expect(drawClients(turned, 20, 3)).toEqual(drawClients(options, 20, 3));
      }),
    );
  });
});

describe('taking each host out', () => {
  const options = rfc([srv('a.', 0, 80), srv('b.', 0, 20), srv('c.', 10)], silent('b.'));

  it('plays every living host as one that does not answer', () => {
    const out = takeOutEach(options);
    expect(out.map(({ target }) => target)).toEqual(['a.', 'c.']);
    expect(out[0]!.simulation).toMatchObject({ firstTryFailure: 1, failure: 0 });
    expect(byTarget(out[0]!.simulation, (host) => host.eventualShare)).toEqual({ 'a.': 0, 'b.': 0, 'c.': 1 });
    expect(out[1]!.simulation.firstTryFailure).toBe(0.2);
  });

  it('takes a host out with all its ports, and no more hosts than wanted', () => {
    const ports = rfc([srv('a.', 0, 1, 1688), srv('a.', 0, 1, 1689), srv('b.', 0, 2)]);
    expect(takeOutEach(ports).map(({ simulation }) => simulation.firstTryFailure)).toEqual([0.5, 0.5]);
    expect(takeOutEach(ports, 1)).toHaveLength(1);
  });
});

describe('host caching', () => {
  const options = rfc([srv('a.', 0, 80), srv('b.', 0, 20), srv('c.', 10)], silent('a.'), silent('b.'));

  it('costs each client of a dead host one try, and keeps it from coming back', () => {
    const { on, off } = cachingEffect(options);
    expect(on).toEqual({
      nextAttemptFailure: 1,
      laterAttemptFailure: 0,
      laterExpectedSeconds: 0,
      afterReturn: [0, 0, 1],
    });
    expect(off).toEqual({
      nextAttemptFailure: 1,
      laterAttemptFailure: 1,
      laterExpectedSeconds: 42,
      afterReturn: [0.8, 0.2, 0],
    });
  });

  it('leaves clients where they are while their host lives', () => {
    const { on } = cachingEffect(rfc([srv('a.', 0, 60), srv('b.', 0, 20), srv('c.', 0, 20)], silent('b.')));
    expect(on.nextAttemptFailure).toBeCloseTo(0.2, 12);
    expect(on.afterReturn.map((share) => Math.round(share * 1000))).toEqual([750, 0, 250]);
  });

  it('helps nobody when all are dead, and loses nobody by it', () => {
    const { on, off } = cachingEffect(rfc([srv('a.', 0, 1)], silent('a.')));
    expect(on).toEqual(off);
    expect(on).toMatchObject({ laterAttemptFailure: 1, afterReturn: [1] });
  });
});

describe('rollout', () => {
  const one = (share: number): Simulation =>
    simulate(rfc([srv('a.', 0, Math.round(share * 100)), srv('b.', 0, 100 - Math.round(share * 100))]));
  const hostA = (share: number, clients: number): HostRollout =>
    rollout(one(share), clients).hosts.find(({ record }) => record.target === 'a.')!;

  it('counts requests at the default intervals', () => {
    expect(DEFAULT_INTERVALS).toEqual({ activationMinutes: 120, renewalMinutes: 10_080 });
    const { requestsPerDay, hosts } = rollout(one(0.75), 700);
    expect(requestsPerDay).toEqual({ activated: 100, notActivated: 8400 });
    expect(hosts[0]!.requestsPerDay).toEqual({ activated: 75, notActivated: 6300 });
  });

  test.each([
    [0.2, 25, 125],
    [0.8, 7, 32],
    [1, 5, 25],
    [0.07, 72, 358],
  ])('a share of %d needs %i clients for servers and %i for clients', (share, server, client) => {
    expect(hostA(share, 0).clientsNeeded).toEqual({ server, client });
  });

  it('says how likely the counts are reached: binomial, by a sum over Pascal’s triangle', () => {
    for (const [clients, share] of [
      [30, 0.9],
      [60, 0.5],
      [25, 0.99],
      [200, 0.1],
    ] as const) {
      let row = [1];
      for (let n = 0; n < clients; n++)
        row = [...row, 0].map((_, k) => (row[k] ?? 0) * (1 - share) + (row[k - 1] ?? 0) * share);
      const { reaches } = hostA(share, clients);
      expect(reaches.client).toBeCloseTo(
        row.slice(25).reduce((sum, p) => sum + p, 0),
        10,
      );
      expect(reaches.server).toBeCloseTo(
        row.slice(5).reduce((sum, p) => sum + p, 0),
        10,
      );
    }
  });

  it('stays a number for very many clients', () => {
    const [host] = rollout(one(0.5), 5_000_000).hosts;
    expect(host).toMatchObject({ expectedCount: 2_500_000, reaches: { server: 1, client: 1 } });
  });

  it('expects nobody at a host that nobody reaches', () => {
    const [, backup] = rollout(simulate(rfc([srv('a.'), srv('b.', 10)])), 1000).hosts;
    expect(backup).toMatchObject({
      expectedCount: 0,
      reaches: { server: 0, client: 0 },
      clientsNeeded: { server: null, client: null },
      requestsPerDay: { activated: 0, notActivated: 0 },
    });
  });
});
