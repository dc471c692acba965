import { formatEndpoint, parseIpAddress } from '../core/address.ts';
import { KMS_PORT, KMS_SERVICE, kmsOwnerName } from '../core/kms.ts';
import { type Fqdn, isWithin, parentOf, parseFqdn } from '../core/name.ts';
import { controlName, nearMisses } from '../core/near-miss.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';
import { allDomains, type Case } from './case.ts';
import { diversionOf, everyServer, serversFor } from './diversion.ts';
import type { DnsQuestion, Probe } from './observation.ts';
import { pinnedHost, pinnedNames } from './pinned-host.ts';
import {
  aliasChain,
  chokedOnEdns,
  isAnswer,
  isDns,
  type Seen,
  sameServer,
  srvRecordsOf,
  wordOf,
} from './seen.ts';
import { authoritiesOf, delegationBelow, zoneOf } from './zone-seen.ts';

/** Endpoints probed for one case: a wildcard or a hostile answer must not turn us into a scanner. */
const MAX_ENDPOINTS = 64;

/**
 * Everything worth asking, given what is known: the whole strategy on one page. Called again after every
 * observation; whoever runs it skips what was asked before. Independent facts are asked for at once, a follow-up
 * goes only to servers that said something, and no failure stops what can still be learned.
 */
export function nextProbes(one: Case, seen: Seen): readonly Probe[] {
  const domains = allDomains(one);
  const choking = new Set(
    seen.all.flatMap((said) =>
      isDns(said) && chokedOnEdns(said) ? [formatEndpoint(said.probe.server)] : [],
    ),
  );
  const probes = [
    ...domains.flatMap((domain) => domainProbes(one, seen, domain)),
    ...(one.depth === 'full' ? pathProbes(one, seen, domains) : []),
    ...hostProbes(one, seen),
    ...endpointProbes(one, seen),
  ];
  // Windows asks without EDNS; a server that chokes on it is asked as a client asks.
  return probes.map((probe) =>
    probe.kind === 'dns' && choking.has(formatEndpoint(probe.server)) ? { ...probe, edns: false } : probe,
  );
}

function ask(
  purpose: DnsQuestion['purpose'],
  server: Endpoint,
  role: DnsQuestion['role'],
  name: Fqdn,
  type: string,
  more: Partial<DnsQuestion> = {},
): Probe<'dns'> {
  return {
    kind: 'dns',
    purpose,
    server,
    role,
    name,
    type,
    recurse: role === 'resolver',
    transport: 'auto',
    edns: true,
    checkingDisabled: false,
    ...more,
  };
}

/** The client's question at every resolver, and the same at every server that is responsible for it. */
function domainProbes(one: Case, seen: Seen, domain: Fqdn): Probe[] {
  const owner = kmsOwnerName(domain);
  const resolvers = serversFor(one.client, owner);
  const probes: Probe[] = resolvers.map((server) => ask('srv', server, 'resolver', owner, 'SRV'));
  if (one.depth === 'lean') return probes;
  if (diversionOf(one.client, owner) !== undefined) {
    for (const server of one.client.resolvers.value)
      probes.push(ask('control-diverted', server, 'resolver', owner, 'SRV'));
  }

  const zone = zoneOf(seen, owner);
  const wayToZone = zoneProbes(one, seen, owner, zone);
  probes.push(...wayToZone);
  const authorities = authoritiesOf(one, seen, owner);
  const atAuthorities = authorities.map(({ server }) =>
    ask('srv-authority', server, 'authority', owner, 'SRV'),
  );
  probes.push(...atAuthorities);
  for (const { server } of authorities) {
    if (zone !== undefined) probes.push(ask('zone', server, 'authority', zone, 'SOA'));
  }

  // What is published by mistake is best asked of somebody who knows the zone and is known to answer.
  const knower = authorities.find(({ server }) =>
    seen
      .dns({ purpose: 'srv-authority', name: owner, server })
      .some((said) => isAnswer(said) && wordOf(said).kind !== 'rcode'),
  );
  const answering = resolvers.find((server) =>
    seen.dns({ purpose: 'srv', name: owner, server }).some(isAnswer),
  );
  // As long as such a server may still be found, a resolver is not bothered.
  const undecided = (authorities.length > 0 ? atAuthorities : wayToZone).some(
    (probe) => seen.dns(probe).length === 0,
  );
  const whom =
    knower !== undefined
      ? ask('near-miss', knower.server, 'authority', owner, 'SRV')
      : answering === undefined || undecided
        ? undefined
        : ask('near-miss', answering, 'resolver', owner, 'SRV');
  if (whom !== undefined) {
    for (const { name } of nearMisses(domain, zone ?? domain)) probes.push({ ...whom, name });
    probes.push({ ...whom, purpose: 'control-name', name: controlName(domain, one.randomLabel) });
  }
  return probes;
}

/** SOA at the owner and its parents until a zone shows, then its NS set and their addresses. */
function zoneProbes(one: Case, seen: Seen, owner: Fqdn, zone: Fqdn | undefined): Probe<'dns'>[] {
  if (one.authorities.length > 0) {
    return one.authorities.map((server) => ask('zone', server, 'authority', zone ?? owner, 'SOA'));
  }
  const probes: Probe<'dns'>[] = [];
  for (const server of serversFor(one.client, owner)) {
    let name: Fqdn | undefined = owner;
    let hurried = false;
    while (name !== undefined && name !== '.') {
      probes.push(ask('zone', server, 'resolver', name, 'SOA'));
      const said = seen.dns({ purpose: 'zone', name, type: 'SOA', server })[0];
      if (said === undefined && !hurried) break;
      if (said?.outcome.ok === true) {
        // The SOA beside an alias belongs to its target.
        const soa = aliasChain(said.outcome.value, name).length > 0 ? undefined : said.outcome.value.soa;
        if (soa !== undefined && isWithin(name, soa.zone)) break;
      } else if (said !== undefined && !hurried) {
        // It waits for servers that are dead: all zones above at once, so that this costs one budget more and no two.
        hurried = answersElse(seen, server);
        if (!hurried) break;
      }
      name = parentOf(name);
    }
    if (zone !== undefined) {
      probes.push(ask('zone', server, 'resolver', zone, 'NS'));
      const below = delegationBelow(seen, owner, zone)?.servers.filter(
        ({ addresses }) => addresses.length === 0,
      );
      for (const host of [...nameServersSeen(seen, zone), ...(below ?? []).map((each) => each.host)]) {
        probes.push(
          ask('name-server', server, 'resolver', host, 'A'),
          ask('name-server', server, 'resolver', host, 'AAAA'),
        );
      }
    }
  }
  return probes;
}

/** A server that answers other questions is alive. */
function answersElse(seen: Seen, server: Endpoint): boolean {
  return seen.all.some((said) => isDns(said) && sameServer(said.probe.server, server) && isAnswer(said));
}

/** The hosts of the NS set and the MNAME, as any resolver told them. */
export function nameServersSeen(seen: Seen, zone: Fqdn): readonly Fqdn[] {
  const hosts = new Set<Fqdn>();
  for (const said of seen.dns({ purpose: 'zone', name: zone, type: 'NS' })) {
    const word = wordOf(said);
    if (word.kind === 'records')
      for (const { target } of word.records) if (target !== undefined) hosts.add(target);
  }
  return [...hosts].slice(0, 26);
}

/** RFC 6761 section 6.3: resolvers know it and ask nobody. */
const LOCALHOST = parseFqdn('localhost');

/** Experiments about the path to the answer: they rule causes out. */
function pathProbes(one: Case, seen: Seen, domains: readonly Fqdn[]): Probe[] {
  const probes: Probe[] = [];
  const bare = parseFqdn(KMS_SERVICE);
  const first = domains[0];
  for (const server of serversFor(one.client, bare))
    probes.push(ask('bare-label', server, 'resolver', bare, 'SRV'));
  for (const server of everyServer(one.client)) {
    // Asked at once, too: a resolver that waits for dead servers of its own is not to be taken for a dead one.
    probes.push(ask('control-itself', server, 'resolver', LOCALHOST, 'A', { recurse: false }));
    if (first === undefined) continue;
    // A box that drops SRV answers A; asked at once, so that silence costs one budget and not two.
    probes.push(ask('control-type', server, 'resolver', first, 'A'));
    for (const domain of domains) {
      const owner = kmsOwnerName(domain);
      if (!serversFor(one.client, owner).some((each) => sameServer(each, server))) continue;
      probes.push(ask('control-name', server, 'resolver', controlName(domain, one.randomLabel), 'A'));
      for (const said of seen.dns({ purpose: 'srv', name: owner, server })) {
        const word = wordOf(said);
        if (word.kind === 'rcode' && word.rcode === 'SERVFAIL') {
          probes.push(ask('control-cd', server, 'resolver', owner, 'SRV', { checkingDisabled: true }));
        }
        if (said.outcome.ok && said.outcome.value.lost > 0) {
          probes.push(
            ask('control-plain', server, 'resolver', owner, 'SRV', { edns: false, transport: 'udp' }),
          );
          probes.push(ask('control-tcp', server, 'resolver', owner, 'SRV', { transport: 'tcp' }));
        }
      }
    }
  }
  return probes;
}

/** A host the client may be led to, and the port it would use there. */
export interface HostWanted {
  readonly purpose: 'target' | 'pinned' | 'cached';
  readonly host:
    | { readonly kind: 'name'; readonly name: Fqdn }
    | { readonly kind: 'address'; readonly address: IpAddress };
  readonly port: number;
}

/** Every host that an override, the cache or an SRV record of any answer leads to, each once. */
export function hostsWanted(one: Case, seen: Seen): readonly HostWanted[] {
  const wanted = new Map<string, HostWanted>();
  const add = (host: HostWanted): void => {
    const whom = host.host.kind === 'name' ? host.host.name : host.host.address;
    const key = `${host.purpose} ${host.port} ${whom}`;
    if (!wanted.has(key)) wanted.set(key, host);
  };
  const { pinned, cached } = one.client;
  const told = pinnedHost(one, seen);
  if (pinned !== undefined && told !== undefined)
    add({ purpose: 'pinned', host: told, port: pinned.value.port });
  if (cached !== undefined) {
    const address = parseIpAddress(cached.value.host);
    const host =
      address === undefined
        ? { kind: 'name' as const, name: parseFqdn(cached.value.host) }
        : { kind: 'address' as const, address };
    add({ purpose: 'cached', host, port: cached.value.port });
  }
  for (const purpose of ['srv', 'srv-authority'] as const) {
    for (const said of seen.dns({ purpose })) {
      for (const { target, port } of srvRecordsOf(said)) {
        if (target !== '.') add({ purpose: 'target', host: { kind: 'name', name: target }, port });
      }
    }
  }
  for (const { publish } of one.depth === 'full' ? one.expected : []) {
    for (const { target, port } of publish)
      add({ purpose: 'target', host: { kind: 'name', name: target }, port });
  }
  return [...wanted.values()];
}

/** A and AAAA of every wanted host, at each resolver that is alive, and at the servers of its zone. */
function hostProbes(one: Case, seen: Seen): Probe[] {
  const probes: Probe[] = [];
  const alive = everyServer(one.client).filter((server) =>
    seen.all.some(
      (said) =>
        said.probe.kind === 'dns' &&
        said.probe.purpose !== 'control-itself' &&
        said.outcome.ok &&
        formatEndpoint(said.probe.server) === formatEndpoint(server),
    ),
  );
  const led = hostsWanted(one, seen).flatMap(({ host }) => (host.kind === 'name' ? [host.name] : []));
  for (const host of new Set([...(pinnedNames(one.client) ?? []), ...led])) {
    for (const type of ['A', 'AAAA']) {
      const wanted = serversFor(one.client, host);
      for (const server of alive.filter((each) => wanted.some((other) => sameServer(each, other))))
        probes.push(ask('address', server, 'resolver', host, type));
      if (one.depth === 'lean') continue;
      for (const domain of allDomains(one)) {
        const owner = kmsOwnerName(domain);
        const zone = zoneOf(seen, owner);
        if (zone === undefined || !isWithin(host, zone)) continue;
        for (const { server } of authoritiesOf(one, seen, owner)) {
          probes.push(ask('address-authority', server, 'authority', host, type));
        }
      }
    }
  }
  return probes;
}

/** The addresses that any answer gave a host, in the order they came. */
export function addressesSeen(seen: Seen, host: HostWanted['host']): readonly IpAddress[] {
  if (host.kind === 'address') return [host.address];
  const addresses = new Set<IpAddress>();
  for (const purpose of ['address', 'address-authority'] as const) {
    for (const said of seen.dns({ purpose, name: host.name })) {
      const word = wordOf(said);
      if (word.kind === 'records')
        for (const { address } of word.records) if (address !== undefined) addresses.add(address);
    }
  }
  return [...addresses];
}

/** One bind per address and port; then, where it helps to judge, the standard port, a port nobody has, and 135. */
function endpointProbes(one: Case, seen: Seen): Probe[] {
  const probes: Probe<'endpoint'>[] = [];
  for (const { purpose, host, port } of hostsWanted(one, seen)) {
    const name = host.kind === 'name' ? host.name : host.address;
    for (const address of addressesSeen(seen, host)) {
      if (port > 0) probes.push({ kind: 'endpoint', purpose, host: name, to: { address, port } });
      if (one.depth === 'lean') continue;
      if (port !== KMS_PORT)
        probes.push({
          kind: 'endpoint',
          purpose: 'standard-port',
          host: name,
          to: { address, port: KMS_PORT },
        });
      for (const said of seen.endpoints(purpose)) {
        if (said.probe.to.address !== address || said.probe.to.port !== port || !said.outcome.ok) continue;
        const { state } = said.outcome.value;
        if (
          state === 'refused' ||
          state === 'filtered' ||
          state === 'prohibited' ||
          state === 'unreachable'
        ) {
          probes.push({
            kind: 'endpoint',
            purpose: 'endpoint-mapper',
            host: name,
            to: { address, port: 135 },
          });
        } else {
          probes.push({
            kind: 'endpoint',
            purpose: 'control-port',
            host: name,
            to: { address, port: one.controlPort },
          });
        }
      }
    }
  }
  return probes.slice(0, MAX_ENDPOINTS);
}

/** Two probes are the same when they ask the same thing for the same purpose. */
export function probeKey(probe: Probe): string {
  if (probe.kind === 'endpoint') return `${probe.purpose} ${probe.host} ${formatEndpoint(probe.to)}`;
  const { purpose, server, role, name, type, recurse, transport, edns, checkingDisabled } = probe;
  return `${purpose} ${formatEndpoint(server)} ${role} ${name} ${type} ${recurse} ${transport} ${edns} ${checkingDisabled}`;
}
