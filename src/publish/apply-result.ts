import type { Fqdn } from '../core/name.ts';
import type { SrvSet } from '../core/srv.ts';
import type { Recorder } from './journal.ts';
import type { ApplyOutcome } from './outcome.ts';
import { countable, type ReadBack } from './read-back.ts';

/** Told to whoever watches: a person at a terminal, or nobody. */
export type ApplyProgress =
  | { readonly kind: 'sending'; readonly zone: Fqdn; readonly attempt: number }
  | {
      readonly kind: 'waiting';
      readonly zone: Fqdn;
      readonly name: Fqdn;
      readonly servers: readonly ReadBack[];
    }
  | { readonly kind: 'settled'; readonly result: ZoneResult };

export interface ApplyOptions {
  readonly action: 'apply' | 'rollback';
  readonly recorder: Recorder;
  /** How long the other authoritative servers are waited for. */
  readonly waitMs: number;
  /** May the change be planned anew when the zone moved? Never for a reviewed plan or a rollback. */
  readonly mayReplan: boolean;
  readonly progress: (event: ApplyProgress) => void;
}

/** What is true about one set after the run. */
export interface ZoneResult {
  readonly domain: Fqdn;
  /** Null when not even the zone could be found out. */
  readonly zone: Fqdn | null;
  readonly name: Fqdn;
  readonly outcome: ApplyOutcome;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
  /** The primary first. */
  readonly readBack: readonly ReadBack[];
  readonly explain: string;
}

export interface ApplyResult {
  readonly zones: readonly ZoneResult[];
  /** Where the journal is; null when no update can have left. */
  readonly journal: string | null;
}

/** A result without any packet that could have changed something. */
export function nothingDone(
  name: Fqdn,
  domain: Fqdn,
  zone: Fqdn | null,
  outcome: ApplyOutcome,
  explain: string,
): ZoneResult {
  return {
    domain,
    zone,
    name,
    outcome,
    rcode: null,
    tsig: null,
    before: null,
    after: null,
    readBack: [],
    explain,
  };
}

const EXIT_OF_OUTCOME: Readonly<Record<ApplyOutcome, 0 | 2 | 3>> = {
  applied: 0,
  unchanged: 0,
  refused: 2,
  conflict: 2,
  'silently-ignored': 2,
  'partly-applied': 2,
  unknown: 3,
};

/** CONTRACT section 2: 0 done and read back, 1 not served everywhere yet, 2 not done, 3 not known; the worst counts. */
export function applyExitCode(zones: readonly ZoneResult[]): 0 | 1 | 2 | 3 {
  let worst: 0 | 1 | 2 | 3 = 0;
  for (const { outcome, readBack } of zones) {
    const lagging = outcome === 'applied' && countable(readBack).some(({ state }) => state !== 'current');
    const code = lagging ? 1 : EXIT_OF_OUTCOME[outcome];
    if (code > worst) worst = code;
  }
  return worst;
}

/** From harmless to worst; a run is called by its worst zone. */
const RANK: readonly ApplyOutcome[] = [
  'unchanged',
  'applied',
  'conflict',
  'refused',
  'silently-ignored',
  'partly-applied',
  'unknown',
];

/** The outcome of a whole run. */
export function overallOutcome(zones: readonly ZoneResult[]): ApplyOutcome {
  return RANK[Math.max(0, ...zones.map(({ outcome }) => RANK.indexOf(outcome)))]!;
}
