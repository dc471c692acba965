import type { SrvRecord } from '../core/srv.ts';
import type { Simulation } from './simulate.ts';

/** Distinct clients a host must have heard of before it activates any: kms.md 1, "N-policy". */
export const KMS_THRESHOLDS: { readonly server: 5; readonly client: 25 } = { server: 5, client: 25 };

/** How often clients ask: kms.md 1, "Activation interval" and "Renewal interval". */
export const DEFAULT_INTERVALS: KmsIntervals = { activationMinutes: 120, renewalMinutes: 10_080 };

export interface KmsIntervals {
  /** Between attempts of a client that is not activated. */
  readonly activationMinutes: number;
  /** Between renewals of one that is. */
  readonly renewalMinutes: number;
}

/** What a number of clients means to one host. */
export interface HostRollout {
  readonly record: SrvRecord;
  /** Mean number of clients that this host hears of once each has asked once. KMS hosts do not share their counts. */
  readonly expectedCount: number;
  /** Probability that this host's count has reached the threshold by then. */
  readonly reaches: { readonly server: number; readonly client: number };
  /** Fewest clients for which the expected count reaches the threshold; null where no client comes. */
  readonly clientsNeeded: { readonly server: number | null; readonly client: number | null };
  readonly requestsPerDay: { readonly activated: number; readonly notActivated: number };
}

export interface Rollout {
  readonly clients: number;
  readonly intervals: KmsIntervals;
  readonly hosts: readonly HostRollout[];
  /** Of all clients together, whatever host they reach. */
  readonly requestsPerDay: { readonly activated: number; readonly notActivated: number };
}

const MINUTES_PER_DAY = 1440;

/** What `clients` clients, each with an id of its own, mean to the hosts of a simulation. */
export function rollout(
  { hosts }: Simulation,
  clients: number,
  intervals: KmsIntervals = DEFAULT_INTERVALS,
): Rollout {
  const perDay = {
    activated: (clients * MINUTES_PER_DAY) / intervals.renewalMinutes,
    notActivated: (clients * MINUTES_PER_DAY) / intervals.activationMinutes,
  };
  return {
    clients,
    intervals,
    requestsPerDay: perDay,
    hosts: hosts.map(({ record, eventualShare: share }) => ({
      record,
      expectedCount: clients * share,
      reaches: {
        server: atLeast(KMS_THRESHOLDS.server, clients, share),
        client: atLeast(KMS_THRESHOLDS.client, clients, share),
      },
      clientsNeeded: {
        server: clientsFor(KMS_THRESHOLDS.server, share),
        client: clientsFor(KMS_THRESHOLDS.client, share),
      },
      requestsPerDay: {
        activated: perDay.activated * share,
        notActivated: perDay.notActivated * share,
      },
    })),
  };
}

function clientsFor(threshold: number, share: number): number | null {
  // A share is a rounded fraction: 25 / 0.2 must not become 126.
  return share === 0 ? null : Math.ceil(threshold / share - 1e-9);
}

/** Probability that at least `wanted` of `clients` clients come to a host, each with probability `share`. */
function atLeast(wanted: number, clients: number, share: number): number {
  if (clients < wanted || share === 0) return 0;
  if (share >= 1) return 1;
  // Binomial terms in logarithms: the first one is too small for a number long before it is too small to matter.
  let logTerm = clients * Math.log1p(-share);
  let fewer = 0;
  for (let k = 0; k < wanted; k++) {
    fewer += Math.exp(logTerm);
    logTerm += Math.log((clients - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return Math.min(1, Math.max(0, 1 - fewer));
}
