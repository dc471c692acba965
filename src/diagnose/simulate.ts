import { type Fqdn, ROOT } from '../core/name.ts';
import { canonicalRecords, type SrvRecord } from '../core/srv.ts';

/*
 * Who gets what, exactly. A client draws its hosts one after the other without putting one back: by weight inside a
 * priority (RFC 2782, "Usage rules"), or all alike (Vista). Such an order is the order of arrival when every record
 * waits a time of its own, exponentially distributed with its weight as the rate: the draw is then the race. From the
 * race follow the closed forms below, so that nothing has to be enumerated, however many records there are:
 *
 *   i comes before j                  w(i) / (w(i) + w(j))
 *   i is the first of a set S         w(i) / sum of w over S
 *
 * Where a client ends up is the second with S = the hosts that live: those that do not live only cost time.
 */

/** How a client chooses: Windows 7 and later by priority and weight; Vista and Server 2008 at random among all. */
export type SelectionModel = 'rfc2782' | 'random';

/** A host from which no client gets anything, and how it finds that out. */
export interface DeadHost {
  readonly target: Fqdn;
  /** Left out: on every port. */
  readonly port?: number;
  /** `at-once`: refused, or no address. `after-timeout`: nothing answers the connection attempts. */
  readonly fails: 'at-once' | 'after-timeout';
  /** Addresses that are tried, each with a time-out of its own; 1 when left out. */
  readonly addresses?: number;
}

/**
 * Seconds until a Windows client gives up on an address that does not answer: an initial retransmission time-out of
 * 3 s and two retransmissions, each doubling it (3 + 6 + 12). Derived from those defaults; no Microsoft page states
 * the sum for KMS, and newer builds can be set otherwise.
 */
export const WINDOWS_CONNECT_TIMEOUT_SECONDS = 21;

export interface SimulationOptions {
  /** In any order; the same record twice counts once. */
  readonly records: readonly SrvRecord[];
  readonly model: SelectionModel;
  /** None when left out. A record with the target "." or port 0 is dead anyway. */
  readonly dead?: readonly DeadHost[];
  readonly connectTimeoutSeconds?: number;
}

/** One record as clients meet it. All shares are probabilities, 0…1, of one client's attempt without a cached host. */
export interface SimulatedHost {
  readonly record: SrvRecord;
  readonly alive: boolean;
  /** What one failed try costs; 0 for a host that lives. */
  readonly waitSeconds: number;
  /** Records with the same number are drawn from together; 1 comes first. */
  readonly tier: number;
  /** Mean place in the failover order, counted from 1. */
  readonly meanPlace: number;
  readonly firstTryShare: number;
  /** Tries it at all, first or later. */
  readonly triedShare: number;
  /** Ends up here. */
  readonly eventualShare: number;
}

/** What failing over costs. */
export interface Wait {
  /** Share of clients that wait for at least one time-out. */
  readonly share: number;
  /** Mean over all clients, those that do not wait included. */
  readonly expectedSeconds: number;
  /** Of the unluckiest client. */
  readonly worstSeconds: number;
}

export interface Simulation {
  readonly model: SelectionModel;
  /** In the order in which people read a set. */
  readonly hosts: readonly SimulatedHost[];
  /** Share of clients whose first try meets a dead host; 1 without any record. */
  readonly firstTryFailure: number;
  /** Share of clients that end up without a host. */
  readonly failure: number;
  readonly wait: Wait;
}

/** What one client does, on average over all clients: computed, not sampled. */
export function simulate(options: SimulationOptions): Simulation {
  const { model } = options;
  const timeout = options.connectTimeoutSeconds ?? WINDOWS_CONNECT_TIMEOUT_SECONDS;
  const hosts: SimulatedHost[] = [];
  let before = 0;
  let served = false;
  let expectedSeconds = 0;
  let worstSeconds = 0;
  let waiting = 0;
  for (const [i, tier] of tiersOf(options.records, model).entries()) {
    const members = tier.map(({ record, weight }) => ({
      record,
      weight,
      waitSeconds: waitFor(record, options.dead ?? [], timeout),
    }));
    const sum = sumOf(members);
    const living = sumOf(members.filter((one) => one.waitSeconds === undefined));
    for (const { record, weight, waitSeconds } of members) {
      const alive = waitSeconds === undefined;
      const triedShare = served ? 0 : living === 0 ? 1 : weight / (alive ? living : weight + living);
      expectedSeconds += triedShare * (waitSeconds ?? 0);
      worstSeconds += served ? 0 : (waitSeconds ?? 0);
      hosts.push({
        record,
        alive,
        waitSeconds: waitSeconds ?? 0,
        tier: i + 1,
        meanPlace: before + meanPlace(weight, members),
        firstTryShare: i === 0 ? weight / sum : 0,
        triedShare,
        eventualShare: alive ? triedShare : 0,
      });
    }
    if (!served) {
      const slow = sumOf(members.filter((one) => (one.waitSeconds ?? 0) > 0));
      // Who comes to the last tier with a time-out behind it has waited already.
      if (slow > 0) waiting = living === 0 ? 1 : Math.max(waiting, slow / (slow + living));
      served = living > 0;
    }
    before += members.length;
  }
  const firstTryFailure =
    hosts.length === 0 ? 1 : hosts.reduce((sum, one) => sum + (one.alive ? 0 : one.firstTryShare), 0);
  return {
    model,
    hosts,
    firstTryFailure,
    failure: served ? 0 : 1,
    wait: { share: waiting, expectedSeconds, worstSeconds },
  };
}

/** A record with the weight that it is drawn by, above 0. */
export interface Drawable {
  readonly record: SrvRecord;
  readonly weight: number;
}

/**
 * The failover order as groups: a client draws from one until it is used up, then from the next. Weight 0 beside
 * others is a group of its own behind them (CONTRACT section 4); RFC 2782 leaves it "a very small chance" before.
 */
export function tiersOf(
  records: readonly SrvRecord[],
  model: SelectionModel,
): readonly (readonly Drawable[])[] {
  const all = canonicalRecords(records);
  if (model === 'random') return all.length === 0 ? [] : [all.map(alike)];
  return [...new Set(all.map(({ priority }) => priority))].flatMap((priority) => {
    const group = all.filter((record) => record.priority === priority);
    const weighted = group
      .filter(({ weight }) => weight > 0)
      .map((record) => ({ record, weight: record.weight }));
    const rest = group.filter(({ weight }) => weight === 0).map(alike);
    return [weighted, rest].filter((tier) => tier.length > 0);
  });
}

function alike(record: SrvRecord): Drawable {
  return { record, weight: 1 };
}

/** Seconds until a client knows that this record leads nowhere; undefined for a host that lives. */
export function waitFor(
  { target, port }: SrvRecord,
  dead: readonly DeadHost[],
  timeoutSeconds: number,
): number | undefined {
  if (target === ROOT || port === 0) return 0;
  const why = dead.find((one) => one.target === target && (one.port === undefined || one.port === port));
  if (why === undefined) return undefined;
  return why.fails === 'at-once' ? 0 : timeoutSeconds * (why.addresses ?? 1);
}

function sumOf(members: readonly { readonly weight: number }[]): number {
  return members.reduce((sum, { weight }) => sum + weight, 0);
}

/** One more than the mean number of members that arrive before a record of this weight, itself left out. */
function meanPlace(weight: number, members: readonly { readonly weight: number }[]): number {
  // The record itself adds one half to the sum, which is what lacks to count places from 1.
  return members.reduce((sum, other) => sum + other.weight / (weight + other.weight), 0.5);
}

/** What becomes of everybody when one more host goes down while its records stay. */
export interface TakenOut {
  readonly target: Fqdn;
  readonly simulation: Simulation;
}

/** {@link simulate} once for each host that lives, with that host not answering any more; at most `most` hosts. */
export function takeOutEach(options: SimulationOptions, most: number = 50): readonly TakenOut[] {
  const dead = options.dead ?? [];
  const living = simulate(options).hosts.filter(({ alive }) => alive);
  const targets = [...new Set(living.map(({ record }) => record.target))].slice(0, most);
  return targets.map((target) => ({
    target,
    simulation: simulate({ ...options, dead: [{ target, fails: 'after-timeout' }, ...dead] }),
  }));
}

/** How things go on after the hosts died, for clients that had been activated before. */
export interface CachingEffect {
  /** Share of clients whose next attempt meets a dead host. */
  readonly nextAttemptFailure: number;
  /** The same of every attempt after that one. */
  readonly laterAttemptFailure: number;
  /** Mean seconds of waiting in those later attempts. */
  readonly laterExpectedSeconds: number;
  /** Share of clients at each host once the dead are back, in the order of {@link Simulation.hosts}. */
  readonly afterReturn: readonly number[];
}

/**
 * Host caching on and off. With it a client stays with the host that served it last until that one fails, and only
 * then asks DNS again (kms.md 6.4): a death costs each of its clients one try, and nobody comes back by himself.
 * Without it every attempt is a new draw.
 */
export function cachingEffect(options: SimulationOptions): {
  readonly on: CachingEffect;
  readonly off: CachingEffect;
} {
  const now = simulate(options);
  const before = simulate({ ...options, dead: [] });
  const stranded = before.hosts.reduce(
    (sum, { eventualShare }, i) => sum + (now.hosts[i]!.alive ? 0 : eventualShare),
    0,
  );
  const nobodyLives = now.failure === 1;
  const later = {
    laterAttemptFailure: now.firstTryFailure,
    laterExpectedSeconds: now.wait.expectedSeconds,
  };
  const settled = { laterAttemptFailure: 0, laterExpectedSeconds: 0 };
  const returned = before.hosts.map(({ eventualShare }) => eventualShare);
  const stayed = before.hosts.map(({ eventualShare }, i) => {
    const moved = now.hosts[i]!;
    return (moved.alive ? eventualShare : 0) + stranded * moved.eventualShare;
  });
  return {
    on: {
      nextAttemptFailure: stranded,
      ...(nobodyLives ? later : settled),
      afterReturn: nobodyLives ? returned : stayed,
    },
    off: { nextAttemptFailure: now.firstTryFailure, ...later, afterReturn: returned },
  };
}
