import { TYPE } from './dns-codes.ts';
import { displayName, type Fqdn } from './name.ts';
import type { Endpoint, IpAddress, Net } from './net.ts';
import { type Answer, aliasOf, describeFault, type QueryPatience, query } from './query.ts';

/** What is known about the addresses of a host. `none` is a statement, `unknown` is not. */
export type HostAddresses =
  | {
      readonly kind: 'addresses';
      readonly addresses: readonly IpAddress[];
      /** Set when the name itself is an alias; the addresses are those of the end of the chain. */
      readonly alias?: Fqdn;
    }
  | { readonly kind: 'none'; readonly rcode: 'NXDOMAIN' | 'NOERROR'; readonly alias?: Fqdn }
  | { readonly kind: 'unknown'; readonly because: string };

/** Looks host names up, each once per run. */
export interface HostResolver {
  addressesOf(host: Fqdn): Promise<HostAddresses>;
}

/**
 * Asks `servers` in turn until one makes a statement: an answer, or a denial by a server that is authoritative or
 * recursive for the name. `useSystem` adds the operating system's own resolver (hosts file included) as a last try.
 */
export function hostResolver(
  net: Net,
  servers: readonly Endpoint[],
  patience: QueryPatience,
  useSystem: boolean,
): HostResolver {
  const known = new Map<Fqdn, Promise<HostAddresses>>();
  return {
    addressesOf(host) {
      let found = known.get(host);
      if (found === undefined) {
        found = lookUp(net, servers, host, patience, useSystem);
        known.set(host, found);
      }
      return found;
    },
  };
}

async function lookUp(
  net: Net,
  servers: readonly Endpoint[],
  host: Fqdn,
  patience: QueryPatience,
  useSystem: boolean,
): Promise<HostAddresses> {
  let because = 'no DNS server to ask';
  for (const server of servers) {
    const [v4, v6] = await Promise.all(
      [TYPE.A, TYPE.AAAA].map((type) => query(net, { server, name: host, type, recurse: true }, patience)),
    );
    const said = [v4!, v6!].map((outcome) =>
      outcome.ok ? addressStatement(outcome.value, host) : { because: describeFault(outcome.fault) },
    );
    const joined = joinStatements(said);
    if (joined.kind !== 'unknown') return joined;
    because = joined.because;
  }
  if (useSystem) {
    const addresses = await net.lookup(displayName(host));
    if (addresses.length > 0) return { kind: 'addresses', addresses };
  }
  return { kind: 'unknown', because };
}

type AddressStatement =
  | {
      readonly addresses: readonly IpAddress[];
      readonly rcode: 'NXDOMAIN' | 'NOERROR';
      readonly alias?: Fqdn;
    }
  | { readonly because: string };

function addressStatement({ message, rcode }: Answer, host: Fqdn): AddressStatement {
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { because: `answered ${rcode}` };
  const alias = aliasOf(message, host);
  const chain = new Set<Fqdn>([host]);
  for (
    let name: Fqdn | undefined = alias;
    name !== undefined && !chain.has(name);
    name = aliasOf(message, name)
  ) {
    chain.add(name);
  }
  const addresses: IpAddress[] = [];
  for (const { owner, rdata } of message.answers) {
    if (chain.has(owner) && (rdata.kind === 'A' || rdata.kind === 'AAAA')) addresses.push(rdata.address);
  }
  const decided = message.header.aa || message.header.ra;
  const referred =
    !message.header.aa && message.authorities.some((rr) => rr.rdata.kind === 'NS') && !message.header.ra;
  if (addresses.length === 0 && (!decided || referred)) return { because: 'not authoritative for this name' };
  // The end of a chain that leaves the zone of an authoritative server is not known to it.
  if (addresses.length === 0 && alias !== undefined && !message.header.ra) {
    return { because: `it is an alias of ${displayName(alias)}, which this server does not know` };
  }
  return { addresses, rcode, ...(alias === undefined ? {} : { alias }) };
}

function joinStatements(said: readonly AddressStatement[]): HostAddresses {
  const addresses: IpAddress[] = [];
  let alias: Fqdn | undefined;
  let rcode: 'NXDOMAIN' | 'NOERROR' = 'NXDOMAIN';
  let because: string | undefined;
  for (const one of said) {
    if ('because' in one) {
      because = one.because;
      continue;
    }
    addresses.push(...one.addresses);
    alias ??= one.alias;
    if (one.rcode === 'NOERROR') rcode = 'NOERROR';
  }
  const known = alias === undefined ? {} : { alias };
  if (addresses.length > 0) return { kind: 'addresses', addresses, ...known };
  if (because !== undefined) return { kind: 'unknown', because };
  return { kind: 'none', rcode, ...known };
}
