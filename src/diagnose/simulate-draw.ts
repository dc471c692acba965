import type { SrvRecord } from '../core/srv.ts';
import { type SimulationOptions, tiersOf, WINDOWS_CONNECT_TIMEOUT_SECONDS, waitFor } from './simulate.ts';

/** What became of a number of clients that were played one by one. */
export interface Drawn {
  readonly clients: number;
  readonly seed: number;
  /** In the order of `Simulation.hosts`. */
  readonly hosts: readonly {
    readonly record: SrvRecord;
    readonly firstTries: number;
    /** Clients that ended up here. */
    readonly clients: number;
  }[];
  /** Clients that found no host. */
  readonly failed: number;
  /** Clients that waited for at least one time-out. */
  readonly waited: number;
  readonly meanWaitSeconds: number;
}

/**
 * Plays `clients` clients, each drawing hosts by the running sum of RFC 2782 until one lives. The same seed gives the
 * same draws on every computer: xoshiro128** 1.1 (Blackman and Vigna, 2018), its state filled by SplitMix32.
 */
export function drawClients(options: SimulationOptions, clients: number, seed: number): Drawn {
  const timeout = options.connectTimeoutSeconds ?? WINDOWS_CONNECT_TIMEOUT_SECONDS;
  const next = xoshiro128(stateFrom(seed));
  const tallies = tiersOf(options.records, options.model).map((tier) =>
    tier.map(({ record, weight }) => ({
      record,
      weight,
      wait: waitFor(record, options.dead ?? [], timeout),
      firstTries: 0,
      clients: 0,
    })),
  );
  let failed = 0;
  let waited = 0;
  let waitedSeconds = 0;
  const pool: (typeof tallies)[number] = [];
  for (let client = 0; client < clients; client++) {
    let first = true;
    let served = false;
    let seconds = 0;
    for (const tier of tallies) {
      let sum = 0;
      for (const [i, one] of tier.entries()) {
        pool[i] = one;
        sum += one.weight;
      }
      for (let left = tier.length; left > 0 && !served; left--) {
        const at = drawFrom(pool, below(sum, next));
        const one = pool[at]!;
        if (first) one.firstTries++;
        first = false;
        served = one.wait === undefined;
        if (served) one.clients++;
        seconds += one.wait ?? 0;
        sum -= one.weight;
        pool[at] = pool[left - 1]!;
      }
      if (served) break;
    }
    if (!served) failed++;
    if (seconds > 0) waited++;
    waitedSeconds += seconds;
  }
  return {
    clients,
    seed,
    hosts: tallies.flat().map((one) => ({
      record: one.record,
      firstTries: one.firstTries,
      clients: one.clients,
    })),
    failed,
    waited,
    meanWaitSeconds: clients === 0 ? 0 : waitedSeconds / clients,
  };
}

/** Where the running sum of the weights first exceeds `mark`. */
function drawFrom(pool: readonly { readonly weight: number }[], mark: number): number {
  let sum = 0;
  for (let i = 0; ; i++) {
    sum += pool[i]!.weight;
    if (sum > mark) return i;
  }
}

const WORD = 0x1_0000_0000;

/** A whole number below `limit` (at most 2³²), every one as likely: what would favour some is drawn again. */
function below(limit: number, next: () => number): number {
  const fair = WORD - (WORD % limit);
  for (;;) {
    const word = next();
    if (word < fair) return word % limit;
  }
}

/** The state of the generator, four words of 32 bits, not all zero. */
export type DrawState = readonly [number, number, number, number];

function stateFrom(seed: number): DrawState {
  let word = seed >>> 0;
  const split = (): number => {
    word = (word + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return [split(), split(), split(), split()];
}

/** Words of 32 bits from 0 to 2³² − 1: xoshiro128** 1.1. */
export function xoshiro128([first, second, third, fourth]: DrawState): () => number {
  let [a, b, c, d] = [first, second, third, fourth];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
