import type { Explained } from '../core/catalogue/entry.ts';
import type { Finding } from '../core/finding.ts';
import type { IpAddress } from '../core/net.ts';
import type { Fact } from './fact.ts';
import type { Observation } from './observation.ts';

export type Verdict = 'healthy' | 'degraded' | 'broken' | 'unknown';

/** What could not be decided, by the finding it would have been. */
export interface Undecided {
  readonly code: string;
  readonly slug: string;
  readonly because: string;
}

/** One SRV target as the client would meet it. */
export interface TargetSeen {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly firstTryShare: number;
  readonly addresses: readonly {
    readonly address: IpAddress;
    /** A probe state of CONTRACT section 4, or `unknown` when it was not reached. */
    readonly state: string;
    readonly tookMs: number;
  }[];
}

/** One step of the simulated client, for the discovery tree. */
export interface ClientStep {
  readonly stage: 'activation-type' | 'override' | 'cache' | 'suffix' | 'order' | 'address' | 'tcp' | 'rpc';
  readonly subject: string;
  readonly result: 'ok' | 'failed' | 'skipped' | 'not-set' | 'unknown';
  readonly says: string;
  /** Observation and fact ids. */
  readonly evidence: readonly string[];
}

/** The whole answer: `kmsdns diagnose --json` is this with its schema in front. */
export interface Diagnosis {
  readonly verdict: Verdict;
  readonly predicted: readonly Explained[];
  readonly causes: readonly Finding[];
  readonly symptoms: readonly Finding[];
  readonly notes: readonly Finding[];
  readonly unknowns: readonly Undecided[];
  readonly targets: readonly TargetSeen[];
  readonly steps: readonly ClientStep[];
  readonly observations: readonly Observation[];
  readonly facts: readonly Fact[];
}
