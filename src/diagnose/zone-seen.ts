import { isLoopback } from '../core/address.ts';
import type { Fqdn } from '../core/name.ts';
import { isWithin, parentOf } from '../core/name.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';
import type { Authority } from '../core/zone.ts';
import type { Case } from './case.ts';
import { everyServer } from './diversion.ts';
import type { DnsAnswer } from './observation.ts';
import { aliasChain, type Seen, sameServer, wordOf } from './seen.ts';

/** Standard port of DNS, RFC 1035 §4.2. */
const DNS_PORT = 53;

/** The zone that holds a name, as far as SOA answers told; undefined while nobody did. */
export function zoneOf(seen: Seen, owner: Fqdn): Fqdn | undefined {
  if (seen.dns({ purpose: 'zone' }).length === 0) return undefined;
  for (let name: Fqdn | undefined = owner; name !== undefined; name = parentOf(name)) {
    for (const said of seen.dns({ purpose: 'zone', name, type: 'SOA' })) {
      if (!said.outcome.ok || aliasChain(said.outcome.value, name).length > 0) continue;
      const { soa } = said.outcome.value;
      if (soa !== undefined && isWithin(owner, soa.zone) && soa.zone !== '.') return soa.zone;
    }
  }
  return undefined;
}

/**
 * The servers responsible for a name: those a person named, else the addresses of the NS set. A name server that has
 * the address of one of the client's resolvers is taken for that server, on its port, until that one shows that it is
 * another.
 */
export function authoritiesOf(
  one: Pick<Case, 'authorities' | 'client'>,
  seen: Seen,
  owner: Fqdn,
): readonly Authority[] {
  if (one.authorities.length > 0) return one.authorities.map((server) => ({ server }));
  const zone = zoneOf(seen, owner);
  if (zone === undefined) return [];
  const found: Authority[] = [];
  const add = (address: IpAddress, host: Fqdn): void => {
    const known = everyServer(one.client).find((each) => each.address === address);
    const standard = { address, port: DNS_PORT };
    const server = known !== undefined && !isAnother(seen, owner, known) ? known : standard;
    // On another port a resolver found it; at port 53 of this machine's own network there is nobody to find.
    if (server === standard && known !== undefined && isLoopback(address)) return;
    if (!found.some((other) => sameServer(other.server, server))) found.push({ server, host });
  };
  const cut = delegationBelow(seen, owner, zone);
  if (cut !== undefined) {
    for (const { host, addresses } of cut.servers)
      for (const address of addresses.length > 0 ? addresses : addressesOf(seen, host)) add(address, host);
    if (found.length > 0) return found;
  }
  for (const said of seen.dns({ purpose: 'zone', name: zone, type: 'NS' })) {
    const word = wordOf(said);
    if (word.kind !== 'records') continue;
    for (const { target } of word.records) {
      if (target === undefined) continue;
      for (const address of addressesOf(seen, target)) add(address, target);
    }
  }
  return found;
}

/**
 * The zone below the one that its SOA told, where the servers of that one send everybody on: nobody who is asked with
 * recursion says anything about a zone whose own servers are all dead.
 */
export function delegationBelow(
  seen: Seen,
  owner: Fqdn,
  zone: Fqdn,
): { readonly zone: Fqdn; readonly servers: NonNullable<DnsAnswer['delegation']> } | undefined {
  for (const said of seen.dns({ purpose: 'srv-authority', name: owner })) {
    const word = wordOf(said);
    if (word.kind !== 'referral' || !said.outcome.ok || word.zone === zone) continue;
    const { delegation } = said.outcome.value;
    if (delegation !== undefined && isWithin(word.zone, zone))
      return { zone: word.zone, servers: delegation };
  }
  return undefined;
}

/** Did this server say that the domain itself, whatever stands there, is a name? */
export function domainExists(seen: Seen, domain: Fqdn, server: Endpoint): boolean {
  return seen
    .dns({ purpose: 'control-type', name: domain, server })
    .some((said) => wordOf(said).kind === 'records' || wordOf(said).kind === 'nodata');
}

function addressesOf(seen: Seen, host: Fqdn): readonly IpAddress[] {
  return seen.dns({ purpose: 'name-server', name: host }).flatMap((said) => {
    const word = wordOf(said);
    return word.kind === 'records'
      ? word.records.flatMap(({ address }) => (address === undefined ? [] : [address]))
      : [];
  });
}

/** A resolver on a port of its own that says nothing about the zone with authority: the name server is beside it. */
function isAnother(seen: Seen, owner: Fqdn, server: Endpoint): boolean {
  if (server.port === DNS_PORT) return false;
  const knowsZone = seen
    .dns({ purpose: 'zone', server })
    .some(({ outcome }) => outcome.ok && outcome.value.authoritative);
  if (knowsZone) return false;
  return seen
    .dns({ purpose: 'srv-authority', name: owner, server })
    .some((said) => said.outcome.ok && !said.outcome.value.authoritative && wordOf(said).kind !== 'referral');
}
