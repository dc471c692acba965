import { formatEndpoint } from '../core/address.ts';
import type { DesiredDomain, DesiredServer, DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { displayName } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import type { QueryPatience } from '../core/query.ts';
import { type HostResolver, hostResolver } from '../core/resolve.ts';
import type { Signer } from '../core/tsig.ts';
import { type Located, locateZone } from '../core/zone.ts';
import { askServerKind, type ServerKind } from './server-kind.ts';

/** The network as one run may use it. */
export interface Reach {
  readonly net: Net;
  readonly patience: QueryPatience;
  /** Take the place of the desired state's servers; the first gets the updates. */
  readonly servers: readonly Endpoint[];
  /** Take the place of the servers that NS and SOA lead to. */
  readonly authorities: readonly Endpoint[];
  /** The computer's own resolvers. */
  readonly resolvers: readonly Endpoint[];
  /** One signer for each key of the desired state that is needed, made before the first packet. */
  readonly signers: ReadonlyMap<string, Signer>;
  /** Domains worked on at the same time. */
  readonly concurrency: number;
}

/** The domains worked on at the same time unless told otherwise: enough to hide latency, too few to flood a server. */
export const DEFAULT_CONCURRENCY = 32;

/** A {@link Reach} with the look-ups of one run remembered. */
export interface Surroundings extends Reach {
  readonly state: DesiredState;
  hostsVia(server: Endpoint | undefined): HostResolver;
  /** What the server says it is, asked once a run. */
  kindOf(server: Endpoint): Promise<ServerKind>;
}

/** Starts a run: nothing is asked yet. */
export function surroundings(reach: Reach, state: DesiredState): Surroundings {
  const resolvers = new Map<string, HostResolver>();
  const kinds = new Map<string, Promise<ServerKind>>();
  return {
    ...reach,
    state,
    kindOf(server) {
      const key = formatEndpoint(server);
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = askServerKind(reach.net, server, reach.patience.timeoutMs);
        kinds.set(key, kind);
      }
      return kind;
    },
    hostsVia(server) {
      const first = server === undefined ? [] : [server];
      const key = first.map(formatEndpoint).join();
      let known = resolvers.get(key);
      if (known === undefined) {
        known = hostResolver(
          reach.net,
          [...first, ...askable(reach)],
          reach.patience,
          reach.servers.length === 0,
        );
        resolvers.set(key, known);
      }
      return known;
    },
  };
}

/** Whom to ask about names in general: the servers a person named, else the computer's. */
function askable(reach: Reach): readonly Endpoint[] {
  return reach.servers.length > 0 ? reach.servers : reach.resolvers;
}

/** The server entry a domain names, if it names one. */
export function serverOf(state: DesiredState, domain: DesiredDomain): DesiredServer | undefined {
  return domain.server === undefined ? undefined : state.servers[domain.server];
}

/**
 * The signer for a domain's updates; undefined when its server takes unsigned ones. Throws when a key was asked for
 * and is not at hand: an update is never sent unsigned instead.
 */
export function signerFor(around: Surroundings, domain: DesiredDomain): Signer | undefined {
  const auth = serverOf(around.state, domain)?.auth ?? { kind: 'none' };
  if (auth.kind === 'none') return undefined;
  if (auth.kind === 'gss') {
    throw kerberosRefusal(domain.server!);
  }
  const signer = around.signers.get(auth.key);
  if (signer === undefined)
    throw new Error(`bug: key ${JSON.stringify(auth.key)} was not read before the run`);
  return signer;
}

/** The error for a server whose updates would have to be signed by Kerberos. */
export function kerberosRefusal(server: string): KmsDnsError {
  return new KmsDnsError(
    'key-invalid',
    `server ${JSON.stringify(server)} wants Kerberos (auth: gss), and this version signs with TSIG keys only`,
    {
      hint: 'give the server a TSIG key (auth: { tsig: NAME }), or generate the records for it: kmsdns generate nsupdate',
    },
  );
}

/** Finds zone, primary and authoritative servers of one domain of the desired state. */
export async function locateDomain(around: Surroundings, domain: DesiredDomain): Promise<Located> {
  const configured = serverOf(around.state, domain);
  let server = around.servers[0];
  if (server === undefined && configured?.address !== undefined) {
    server = { address: configured.address, port: configured.port };
  } else if (server === undefined && configured?.name !== undefined) {
    const found = await around.hostsVia(undefined).addressesOf(configured.name);
    const address = found.kind === 'addresses' ? found.addresses[0] : undefined;
    if (address === undefined) {
      const why = found.kind === 'unknown' ? found.because : 'it has no address';
      return {
        ok: false,
        because: `the server ${displayName(configured.name)} could not be found: ${why}`,
        steps: [],
      };
    }
    server = { address, port: configured.port };
  }
  return locateZone(
    around.net,
    {
      owner: domain.owner,
      ...(domain.zone === undefined ? {} : { zone: domain.zone }),
      ...(server === undefined ? {} : { server }),
      authorities: around.authorities,
      resolvers: askable(around),
      hosts: around.hostsVia(server ?? around.authorities[0]),
    },
    around.patience,
  );
}
