import { type Fqdn, parseFqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { TsigKey } from '../core/tsig.ts';
import type { Rr } from '../core/wire.ts';
import { handleRequest } from './answer.ts';
import type { LabEvent } from './event.ts';
import { anyKey, nobody } from './policy.ts';
import type { Quirks } from './quirks.ts';
import { LabClock, LOOPBACK, listenDns } from './sockets.ts';
import { carryOut, prescan, type UpdatePolicy } from './update.ts';
import type { Zone } from './zone-data.ts';

/** How a practice name server is started. */
export interface NameserverOptions {
  readonly zones: readonly Zone[];
  readonly keys?: readonly TsigKey[];
  /** Every key of the server may write everything when left out, and nobody else anything. */
  readonly policy?: UpdatePolicy;
  /** Loopback addresses to listen on, all on one port; 127.0.0.1 when left out. */
  readonly addresses?: readonly string[];
  /** Chosen by the system when left out or 0. */
  readonly port?: number;
  readonly quirks?: Quirks;
  /** Told of each request once it is answered. */
  readonly onEvent?: (event: LabEvent) => void;
}

/** A running authoritative name server on loopback, UDP and TCP. */
export interface LabNameserver {
  /** Where it listens; the first of `endpoints`. */
  readonly endpoint: Endpoint;
  readonly endpoints: readonly Endpoint[];
  /** The newest requests and what became of them, oldest first; at most 1,000 are kept. */
  readonly log: readonly LabEvent[];
  /** The zone as it is now. Throws when the server does not have it. */
  zone(name: string): Zone;
  /** Puts a zone in place of the one of the same name, or adds it. */
  replaceZone(zone: Zone): void;
  /**
   * Changes a zone as its administrator would at the console: no key, no policy, the serial moves on.
   * `updates` are those of an UPDATE (RFC 2136 §2.5); ones that are malformed throw.
   */
  changeZone(name: string, updates: readonly Rr[]): Zone;
  /** Takes the place of all quirks so far. */
  setQuirks(quirks: Quirks): void;
  /** Calls back after each change of a zone, with the new zone; gives the function that ends it. */
  onZoneChange(changed: (zone: Zone) => void): () => void;
  /** Resolves when the ports are free again; answers that still wait are not sent. May be called twice. */
  stop(): Promise<void>;
}

const MAX_LOG_EVENTS = 1000;

/**
 * Starts a name server for these zones. Throws `address-invalid` for an address that is not loopback, and
 * `port-unavailable`.
 */
export async function startNameserver(options: NameserverOptions): Promise<LabNameserver> {
  const { keys = [], policy = anyKey, addresses = [LOOPBACK], port = 0, onEvent } = options;
  let quirks = options.quirks ?? {};
  const zones = new Map<Fqdn, Zone>(options.zones.map((zone) => [zone.name, zone]));
  const log: LabEvent[] = [];
  const listeners = new Set<(zone: Zone) => void>();
  const clock = new LabClock();

  const keep = (zone: Zone): void => {
    zones.set(zone.name, zone);
    for (const changed of [...listeners]) changed(zone);
  };
  const zoneNamed = (name: string): Zone => {
    const zone = zones.get(parseFqdn(name, 'zone'));
    if (zone === undefined) throw new Error(`the practice server has no zone ${JSON.stringify(name)}`);
    return zone;
  };

  let datagrams = 0;
  const listening = await listenDns(addresses, port, async ({ message, from, via }) => {
    if (via === 'udp' && ++datagrams % (quirks.losesEveryNth ?? Number.POSITIVE_INFINITY) === 0) return [];
    if ((await clock.wait(quirks.delayMs ?? 0)) === 'over') return [];
    const state = { zones, keys, policy, quirks };
    const { replies, changed, seen } = handleRequest(state, message, via, clock.now());
    if (changed !== undefined) keep(changed);
    const event: LabEvent = { from, via, ...seen };
    log.push(event);
    if (log.length > MAX_LOG_EVENTS) log.shift();
    onEvent?.(event);
    return replies;
  });

  return {
    endpoint: listening.endpoints[0],
    endpoints: listening.endpoints,
    log,
    zone: zoneNamed,
    replaceZone: keep,
    changeZone(name, updates) {
      const before = zoneNamed(name);
      const wrong = prescan(before.name, updates);
      if (wrong !== undefined) throw new Error(`${wrong.rcode}: ${wrong.because}`);
      const { zone } = carryOut(before, updates);
      if (zone !== before) keep(zone);
      return zone;
    },
    setQuirks(next) {
      quirks = next;
    },
    onZoneChange(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async stop() {
      clock.end();
      await listening.close();
    },
  };
}

/** A copy of a name server that is behind it. */
export interface LabSecondary extends LabNameserver {
  /** Serves from now on what the primary serves now. */
  catchUp(): void;
}

/** How a lagging secondary is started. */
export interface SecondaryOptions
  extends Pick<NameserverOptions, 'addresses' | 'port' | 'quirks' | 'onEvent'> {
  /** The names of the primary's zones to mirror. */
  readonly zones: readonly string[];
  /** How long each change takes to arrive; left out: it arrives with `catchUp` only. */
  readonly lagMs?: number;
}

/** Starts a secondary that has the primary's zones as they are now, and refuses updates as BIND's does. */
export async function startSecondary(
  primary: LabNameserver,
  options: SecondaryOptions,
): Promise<LabSecondary> {
  const { lagMs, zones, ...own } = options;
  const names = zones.map((name) => parseFqdn(name, 'zone'));
  const copy = await startNameserver({
    ...own,
    zones: names.map((name) => primary.zone(name)),
    policy: nobody,
  });
  const clock = new LabClock();
  const unsubscribe = primary.onZoneChange((zone) => {
    if (lagMs === undefined || !names.includes(zone.name)) return;
    void clock.wait(lagMs).then((end) => {
      if (end === 'waited') copy.replaceZone(zone);
    });
  });
  return {
    ...copy,
    catchUp: () => {
      for (const name of names) copy.replaceZone(primary.zone(name));
    },
    async stop() {
      unsubscribe();
      clock.end();
      await copy.stop();
    },
  };
}
