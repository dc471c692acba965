import { formatEndpoint } from '../core/address.ts';
import type { DesiredDomain, DesiredServer, DesiredState } from '../core/desired-state.ts';
import { displayName } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import type { QueryPatience } from '../core/query.ts';
import { type HostResolver, hostResolver } from '../core/resolve.ts';
import type { KerberosOutcome } from '../core/security-context.ts';
import type { Signer } from '../core/tsig.ts';
import { type Located, locateZone, type ZoneView } from '../core/zone.ts';
import { type KerberosReach, type KerberosSessions, kerberosSessions } from './kerberos-sessions.ts';
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
  /** Needed where a server of the desired state wants Kerberos. */
  readonly kerberos?: KerberosReach;
  /** Domains worked on at the same time. */
  readonly concurrency: number;
}

/** The domains worked on at the same time unless told otherwise: enough to hide latency, too few to flood a server. */
export const DEFAULT_CONCURRENCY = 32;

/** A negotiation waits longer than a query: the server asks its own directory, or its disk. */
const NEGOTIATION_BUDGETS = 3;

/** A {@link Reach} with the look-ups of one run remembered. */
export interface Surroundings extends Reach {
  readonly state: DesiredState;
  hostsVia(server: Endpoint | undefined): HostResolver;
  /** What the server says it is, asked once a run. */
  kindOf(server: Endpoint): Promise<ServerKind>;
  /** Negotiated keys; whoever starts a run that signs closes them at its end. */
  readonly sessions: KerberosSessions | undefined;
}

/** Starts a run: nothing is asked yet. */
export function surroundings(reach: Reach, state: DesiredState): Surroundings {
  const resolvers = new Map<string, HostResolver>();
  const kinds = new Map<string, Promise<ServerKind>>();
  const { net, kerberos, patience } = reach;
  return {
    ...reach,
    state,
    sessions: kerberos && kerberosSessions(net, kerberos.engine, patience.timeoutMs * NEGOTIATION_BUDGETS),
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

/** Work that signs; whatever becomes of it, negotiated keys are forgotten at its end. */
export async function withSessions<T>(around: Surroundings, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await around.sessions?.close();
  }
}

/** The server entry a domain names, if it names one. */
export function serverOf(state: DesiredState, domain: DesiredDomain): DesiredServer | undefined {
  return domain.server === undefined ? undefined : state.servers[domain.server];
}

/** How a domain's updates are signed. */
export interface Signing {
  /** Equal for updates that may travel in one message. */
  readonly id: string;
  /** Undefined: they go unsigned. With Kerberos asked for each message, as keys end. */
  signer(): Promise<KerberosOutcome<Signer | undefined>>;
  /** Has another key negotiated for the next message; left out where keys are not negotiated. */
  readonly renew?: (forgotten: Signer) => void;
}

/**
 * How a domain's updates are signed, as its server in the desired state wants it. Throws when the key or Kerberos was
 * not made ready before the run: an update is never sent unsigned instead.
 */
export function signingFor(around: Surroundings, domain: DesiredDomain, view: ZoneView): Signing {
  const configured = serverOf(around.state, domain);
  const auth = configured?.auth ?? { kind: 'none' };
  switch (auth.kind) {
    case 'none':
      return { id: 'none', signer: async () => ({ ok: true, value: undefined }) };
    case 'tsig': {
      const signer = around.signers.get(auth.key);
      if (signer === undefined)
        throw new Error(`bug: key ${JSON.stringify(auth.key)} was not read before the run`);
      const id = `tsig ${signer.keyName} ${signer.algorithm}`;
      return { id, signer: async () => ({ ok: true, value: signer }) };
    }
    case 'gss': {
      const { sessions } = around;
      const account = around.kerberos?.accounts.get(configured!.id);
      if (sessions === undefined || account === undefined)
        throw new Error(
          `bug: Kerberos for ${JSON.stringify(configured!.id)} was not made ready before the run`,
        );
      // A ticket is for a name, never for an address: what an administrator calls the server, else the host that led
      // to it, which is the MNAME unless that one is not there, else the MNAME.
      const host = configured!.name ?? view.primary.host ?? view.mname;
      const target = { server: view.primary.server, host, account };
      return {
        id: `gss ${host} ${JSON.stringify(account)}`,
        signer: () => sessions.signerFor(target),
        renew: sessions.forget,
      };
    }
  }
}

/** Finds zone, primary and authoritative servers of one domain of the desired state. */
export async function locateDomain(around: Surroundings, domain: DesiredDomain): Promise<Located> {
  const configured = serverOf(around.state, domain);
  let server = around.servers[0];
  if (server === undefined && configured?.address !== undefined) {
    server = { address: configured.address, port: configured.port };
  } else if (server === undefined && configured?.name !== undefined) {
    const found = await around.hostsVia(undefined).addressesOf(configured.name);
    const [address] =
      found.kind === 'addresses'
        ? found.addresses
        : // A server that DNS does not know may stand in the hosts file; what is unknown was looked for there already.
          found.kind === 'none'
          ? await around.net.lookup(displayName(configured.name))
          : [];
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
