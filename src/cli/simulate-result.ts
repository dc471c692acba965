import type { Fqdn } from '../core/name.ts';
import type { ClientGeneration } from '../diagnose/client.ts';
import type { HostTried } from '../diagnose/dead-hosts.ts';
import {
  type CachingEffect,
  cachingEffect,
  type Simulation,
  type SimulationOptions,
  simulate,
  type TakenOut,
  takeOutEach,
} from '../diagnose/simulate.ts';
import { type Drawn, drawClients } from '../diagnose/simulate-draw.ts';
import { type Rollout, rollout } from '../diagnose/simulate-rollout.ts';

/** Everything computed about one domain. */
export interface SimulatedDomain {
  readonly domain: Fqdn;
  /** Where its records are from: a file, or a server. */
  readonly from: string;
  readonly simulation: Simulation;
  readonly takenOut: readonly TakenOut[];
  readonly caching: { readonly on: CachingEffect; readonly off: CachingEffect };
  readonly rollout: Rollout | undefined;
  readonly drawn: Drawn | undefined;
}

export interface SimulationResult {
  readonly client: ClientGeneration;
  readonly hostCaching: boolean;
  readonly domains: readonly SimulatedDomain[];
  /** The hosts that were connected to. */
  readonly tried: readonly HostTried[];
  /** In each domain; undefined when nobody asked for a number of them. */
  readonly clients: number | undefined;
  readonly seed: number;
  readonly unknown: readonly { readonly domain: Fqdn; readonly because: string }[];
}

/** Computes, and draws when a number of clients is given. */
export function simulateDomain({
  domain,
  from,
  options,
  clients,
  seed,
}: {
  readonly domain: Fqdn;
  readonly from: string;
  readonly options: SimulationOptions;
  readonly clients: number | undefined;
  readonly seed: number;
}): SimulatedDomain {
  const simulation = simulate(options);
  return {
    domain,
    from,
    simulation,
    takenOut: takeOutEach(options),
    caching: cachingEffect(options),
    rollout: clients === undefined ? undefined : rollout(simulation, clients),
    drawn: clients === undefined ? undefined : drawClients(options, clients, seed),
  };
}
