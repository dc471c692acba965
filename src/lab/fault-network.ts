import { randomInt } from 'node:crypto';
import { KmsDnsError } from '../core/errors.ts';
import { KMS_PORT } from '../core/kms.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';
import type { LabEvent } from './event.ts';
import { type LabNameserver, startNameserver } from './nameserver.ts';
import { nobody } from './policy.ts';
import type { Quirks } from './quirks.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from './rpc-endpoint.ts';
import type { RpcBehaviour } from './rpc-replies.ts';
import type { FaultNetwork, FaultServer, HostBehaviour, ZoneTexts } from './scenario.ts';
import { LOOPBACK } from './sockets.ts';
import type { Zone } from './zone-data.ts';
import { zoneFromText } from './zone-from-text.ts';

/** One host of a fault network: where its record should lead, and how it behaves there. */
export interface FaultHost {
  readonly label: string;
  readonly behaviour: HostBehaviour['kind'];
  readonly endpoint: Endpoint;
}

/** A running fault network. */
export interface RunningFaults {
  /** What the client asks, in its order. */
  readonly resolvers: readonly Endpoint[];
  readonly authorities: readonly Endpoint[];
  readonly hosts: readonly FaultHost[];
  /** The texts of `files`, with what the day gave in place of the braces. */
  readonly files: Readonly<Record<string, string>>;
  /** Requests that any of the name servers got. */
  requests(): number;
  /** Ends everything. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the hosts, then the resolvers and the authorities that point to them. `port` is the first name server's, and
 * the others have the next ones; 0 or left out: chosen by the system. Throws `port-unavailable`.
 */
export async function startFaultNetwork(
  plan: FaultNetwork,
  options: { readonly port?: number; readonly onEvent?: (event: LabEvent) => void } = {},
): Promise<RunningFaults> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((one) => one()));
  };
  try {
    const hosts: FaultHost[] = [];
    const network = ownNetwork();
    for (const [i, [label, behaviour]] of Object.entries(plan.hosts).entries()) {
      const { endpoint, end } = await startHost(behaviour, `${network}.${i + 11}`);
      stops.push(end);
      hosts.push({ label, behaviour: behaviour.kind, endpoint });
    }
    const places = new Map(hosts.map(({ label, endpoint }) => [label, endpoint]));
    const running: LabNameserver[] = [];
    const startServers = async (
      servers: readonly FaultServer[],
      common: ZoneTexts,
      manners: Quirks,
    ): Promise<Endpoint[]> => {
      const endpoints: Endpoint[] = [];
      for (const server of servers) {
        const { port = 0, onEvent } = options;
        const nameserver = await startNameserver({
          zones: zonesOf(server, { ...common, ...(server.zones ?? plan.zones) }, places),
          policy: nobody,
          port: port === 0 ? 0 : port + running.length,
          quirks: { ...manners, ...server.quirks },
          ...(onEvent === undefined ? {} : { onEvent }),
        });
        stops.push(() => nameserver.stop());
        running.push(nameserver);
        endpoints.push(nameserver.endpoint);
      }
      return endpoints;
    };
    const resolvers = await startServers(plan.resolvers ?? [{}], ROOT, { resolver: {} });
    const authorities = await startServers(plan.authorities ?? [{}], {}, {});
    if (authorities[0] !== undefined) places.set('authority', authorities[0]);
    const files = Object.entries(plan.files ?? {}).map(([name, lines]) => [
      name,
      fill(lines, places).join('\n'),
    ]);
    return {
      resolvers,
      authorities,
      hosts,
      files: Object.fromEntries(files) as Readonly<Record<string, string>>,
      requests: () => running.reduce((sum, { log }) => sum + log.length, 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first three numbers of addresses that this network has for itself, so that two labs do not meet. */
function ownNetwork(): string {
  return `127.${randomInt(16, 250)}.${randomInt(256)}`;
}

/**
 * A host on the KMS port of an address of its own. Where 127.0.0.0/8 is not loopback as a whole (macOS) or the port
 * is taken on all addresses, on another port, of 127.0.0.1 if it must be.
 */
async function startHost(
  behaviour: HostBehaviour,
  address: string,
): Promise<{ readonly endpoint: Endpoint; readonly end: () => Promise<void> }> {
  const nobodyListens = behaviour.kind === 'nobody-listens';
  const host = await startAnywhere(nobodyListens ? { kind: 'silent' } : behaviour, [
    { address: address as IpAddress, port: behaviour.onOtherPort === true ? 0 : KMS_PORT },
    { address: address as IpAddress, port: 0 },
    { address: LOOPBACK, port: 0 },
  ]);
  if (!nobodyListens) return { endpoint: host.endpoint, end: () => host.stop() };
  // It was there, so the port is one that a server may have; now it is refused.
  await host.stop();
  return { endpoint: host.endpoint, end: async () => {} };
}

async function startAnywhere(
  behaviour: RpcBehaviour,
  [place, ...others]: readonly [Endpoint, ...Endpoint[]],
): Promise<LabRpcEndpoint> {
  try {
    return await startRpcEndpoint({ behaviour, ...place });
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !(error instanceof KmsDnsError)) throw error;
    return startAnywhere(behaviour, [next, ...rest]);
  }
}

/** What a resolver knows beside the zones of the scenario: that there is nothing else, and no Internet to ask. */
const ROOT: ZoneTexts = { '.': [] };

function zonesOf(
  server: FaultServer,
  texts: ZoneTexts,
  places: ReadonlyMap<string, Endpoint>,
): readonly Zone[] {
  return Object.entries(texts).map(([name, lines]) => zoneFromText(name, fill(lines, places), server));
}

/** `{kms1:port}` and `{kms1:address}` by what they are today. */
function fill(lines: readonly string[], places: ReadonlyMap<string, Endpoint>): readonly string[] {
  return lines.map((line) =>
    line.replace(/\{([a-z0-9-]+):(port|address)\}/g, (_, label: string, what: 'port' | 'address') => {
      const place = places.get(label);
      if (place === undefined) throw new Error(`${JSON.stringify(line)}: there is no ${label}`);
      return String(place[what]);
    }),
  );
}
