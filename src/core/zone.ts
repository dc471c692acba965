import { formatEndpoint } from './address.ts';
import { TYPE } from './dns-codes.ts';
import { displayName, type Fqdn, isWithin, labelsOf, parentOf } from './name.ts';
import type { Endpoint, Net } from './net.ts';
import { type Answer, aliasOf, describeFault, type QueryPatience, query } from './query.ts';
import type { HostResolver } from './resolve.ts';
import type { Rr } from './wire.ts';

/** One address at which a zone is served. */
export interface Authority {
  readonly server: Endpoint;
  /** The NS or MNAME host that led here; undefined when a person named the address. */
  readonly host?: Fqdn;
}

/** Where a name is kept, and who must be asked about it. */
export interface ZoneView {
  readonly zone: Fqdn;
  /** Updates go here. */
  readonly primary: Authority;
  /** What the SOA record calls the primary, where one was seen; a hidden primary may have another name. */
  readonly mname?: Fqdn;
  /** Every address to read from, the primary first, each once. */
  readonly authorities: readonly Authority[];
  /** Name servers whose address nobody could tell. */
  readonly unresolved: readonly { readonly host: Fqdn; readonly because: string }[];
  /** How this was found, one sentence a step. */
  readonly steps: readonly string[];
}

export type Located =
  | { readonly ok: true; readonly view: ZoneView }
  | { readonly ok: false; readonly because: string; readonly steps: readonly string[] };

/** What is known before the search; everything left out is found. */
export interface ZoneSearch {
  /** The name whose zone is wanted. */
  readonly owner: Fqdn;
  readonly zone?: Fqdn;
  /** Takes the place of the primary that SOA leads to. */
  readonly server?: Endpoint;
  /** Take the place of the servers that NS and SOA lead to. */
  readonly authorities: readonly Endpoint[];
  /** Asked for SOA and NS, in this order; after `server`. */
  readonly resolvers: readonly Endpoint[];
  readonly hosts: HostResolver;
}

/** Standard port of DNS, RFC 1035 §4.2. */
const DNS_PORT = 53;

/**
 * Finds the zone of a name by unsigned SOA queries, its primary by SOA MNAME (RFC 2136 §4.1; by NS when the MNAME
 * does not resolve or does not answer for the zone), and its authoritative servers by NS.
 * Signed queries would break where only the primary knows the key.
 */
export async function locateZone(net: Net, search: ZoneSearch, patience: QueryPatience): Promise<Located> {
  const steps: string[] = [];
  const named = search.server ?? search.authorities[0];
  const askers = distinct([...(named === undefined ? [] : [named]), ...search.resolvers]);
  if (askers.length === 0) return { ok: false, because: 'there is no DNS server to ask', steps };

  const quiet: Quiet = new Map();
  const soa = await findSoa(net, search, askers, quiet, patience, steps);
  if (!soa.ok) {
    // That the server a person named stays silent says more than what strangers do not know.
    const silence = named === undefined ? undefined : quiet.get(named);
    const because = silence === undefined ? soa.because : `${formatEndpoint(named!)}: ${silence}`;
    return { ok: false, because, steps };
  }
  const { zone } = soa;
  const bySoa = soa.mname === undefined ? {} : { mname: soa.mname };

  if (search.authorities.length > 0) {
    const primary = { server: named! };
    const authorities = distinctAuthorities([primary, ...search.authorities.map((server) => ({ server }))]);
    return { ok: true, view: { zone, primary, ...bySoa, authorities, unresolved: [], steps } };
  }

  const listed = await listedServers(net, search, askers, quiet, zone, soa.mname, patience);
  if (named !== undefined) {
    // A name server that has the named address is that server, and listens on the port we were told.
    const itself = listed.authorities.find((one) => one.server.address === named.address)?.host;
    const others = listed.authorities.map((one) =>
      one.host === itself ? { ...one, server: { ...one.server, port: named.port } } : one,
    );
    const primary = { server: named, ...(itself === undefined ? {} : { host: itself }) };
    return {
      ok: true,
      view: {
        zone,
        primary,
        ...bySoa,
        authorities: distinctAuthorities([primary, ...others]),
        unresolved: listed.unresolved,
        steps,
      },
    };
  }

  const primary = await firstThatServes(net, zone, listed.authorities, patience, steps);
  if (primary === undefined) {
    const because =
      listed.authorities.length === 0
        ? `no name server of ${displayName(zone)} has a known address`
        : `none of the name servers of ${displayName(zone)} answers for it: ${listed.authorities.map((one) => one.server.address).join(', ')}`;
    return { ok: false, because, steps };
  }
  return {
    ok: true,
    view: {
      zone,
      primary,
      ...bySoa,
      authorities: distinctAuthorities([primary, ...listed.authorities]),
      unresolved: listed.unresolved,
      steps,
    },
  };
}

type SoaSearch =
  | { readonly ok: true; readonly zone: Fqdn; readonly mname: Fqdn | undefined }
  | { readonly ok: false; readonly because: string };

async function findSoa(
  net: Net,
  search: ZoneSearch,
  askers: readonly Endpoint[],
  quiet: Quiet,
  patience: QueryPatience,
  steps: string[],
): Promise<SoaSearch> {
  let name: Fqdn | undefined = search.zone ?? search.owner;
  while (name !== undefined) {
    const answered = await firstStatement(net, askers, quiet, name, TYPE.SOA, patience);
    if (!answered.ok) {
      if (search.zone !== undefined) return { ok: true, zone: search.zone, mname: undefined };
      return {
        ok: false,
        because: `the SOA of ${displayName(name)} could not be found out: ${answered.because}`,
      };
    }
    const found = soaIn(answered.answer, name);
    steps.push(`SOA ${name} at ${answered.answer.server.address}: ${found.says}`);
    if (found.kind === 'under-dname') return { ok: false, because: found.says };
    if (found.kind === 'soa') {
      if (search.zone !== undefined)
        return { ok: true, zone: search.zone, mname: found.zone === search.zone ? found.mname : undefined };
      const doubt = implausible(found.zone, search.owner, answered.answer);
      if (doubt !== undefined) return { ok: false, because: doubt };
      return { ok: true, zone: found.zone, mname: found.mname };
    }
    if (search.zone !== undefined) return { ok: true, zone: search.zone, mname: undefined };
    name = parentOf(name);
  }
  return { ok: false, because: `no server knows a zone that holds ${displayName(search.owner)}` };
}

type SoaReading =
  | { readonly kind: 'soa'; readonly zone: Fqdn; readonly mname: Fqdn; readonly says: string }
  | { readonly kind: 'go-up' | 'under-dname'; readonly says: string };

function soaIn({ message, rcode }: Answer, name: Fqdn): SoaReading {
  const dname = message.answers.find(
    (rr) => rr.rdata.kind === 'DNAME' && rr.owner !== name && isWithin(name, rr.owner),
  );
  if (dname !== undefined) {
    return {
      kind: 'under-dname',
      says: `${displayName(name)} is below the DNAME ${dname.owner}: no record can stand there`,
    };
  }
  // The SOA that comes with an alias is that of its target: look at the parent instead.
  const alias = aliasOf(message, name);
  if (alias !== undefined) return { kind: 'go-up', says: `an alias of ${alias}` };
  for (const rr of [...message.answers, ...message.authorities] as readonly Rr[]) {
    if (rr.rdata.kind !== 'SOA' || !isWithin(name, rr.owner)) continue;
    return {
      kind: 'soa',
      zone: rr.owner,
      mname: rr.rdata.primary,
      says: `${rcode}, zone ${rr.owner}, primary ${rr.rdata.primary}`,
    };
  }
  return { kind: 'go-up', says: `${rcode}, no SOA` };
}

/** A resolver without a path to an internal zone is answered by the root or a registry; an update there is never meant. */
function implausible(zone: Fqdn, owner: Fqdn, { message }: Answer): string | undefined {
  if (message.header.aa && zone !== '.') return undefined;
  if (labelsOf(zone).length > 1 || labelsOf(owner).length <= 3) return undefined;
  return `only the zone ${zone} answers for ${displayName(owner)}, and that is hardly where it belongs; name the zone with "zone:" or the server with "server:"`;
}

async function listedServers(
  net: Net,
  search: ZoneSearch,
  askers: readonly Endpoint[],
  quiet: Quiet,
  zone: Fqdn,
  mname: Fqdn | undefined,
  patience: QueryPatience,
): Promise<{ authorities: readonly Authority[]; unresolved: { host: Fqdn; because: string }[] }> {
  const answered = await firstStatement(net, askers, quiet, zone, TYPE.NS, patience);
  const hosts: Fqdn[] = [];
  if (answered.ok) {
    for (const { owner, rdata } of answered.answer.message.answers) {
      if (owner === zone && rdata.kind === 'NS') hosts.push(rdata.target);
    }
  }
  const all = [...new Set([...(mname === undefined ? [] : [mname]), ...hosts])];
  const looked = await Promise.all(all.map((host) => search.hosts.addressesOf(host)));
  const authorities: Authority[] = [];
  const unresolved: { host: Fqdn; because: string }[] = [];
  for (const [i, host] of all.entries()) {
    const found = looked[i]!;
    if (found.kind === 'addresses') {
      for (const address of found.addresses) authorities.push({ server: { address, port: DNS_PORT }, host });
    } else if (hosts.includes(host)) {
      // An MNAME that resolves nowhere is common (hidden primaries, PowerDNS' default) and means nothing.
      unresolved.push({
        host,
        because: found.kind === 'none' ? `${found.rcode}: it has no address` : found.because,
      });
    }
  }
  return { authorities: distinctAuthorities(authorities), unresolved };
}

async function firstThatServes(
  net: Net,
  zone: Fqdn,
  candidates: readonly Authority[],
  patience: QueryPatience,
  steps: string[],
): Promise<Authority | undefined> {
  for (const candidate of candidates) {
    const outcome = await query(
      net,
      { server: candidate.server, name: zone, type: TYPE.SOA, recurse: false },
      patience,
    );
    const where = `${candidate.host ?? ''} ${candidate.server.address}`.trim();
    if (outcome.ok && outcome.value.rcode === 'NOERROR' && outcome.value.message.header.aa) {
      steps.push(`${where} answers for ${zone}`);
      return candidate;
    }
    steps.push(
      `${where} does not: ${outcome.ok ? `${outcome.value.rcode}, ${outcome.value.message.header.aa ? '' : 'no '}AA` : describeFault(outcome.fault)}`,
    );
  }
  return undefined;
}

/** Servers that stayed silent once are not asked again: each question to them would cost the same wait. */
type Quiet = Map<Endpoint, string>;

/** The first answer that says something: REFUSED and SERVFAIL are no statement about the name. */
async function firstStatement(
  net: Net,
  askers: readonly Endpoint[],
  quiet: Quiet,
  name: Fqdn,
  type: number,
  patience: QueryPatience,
): Promise<{ ok: true; answer: Answer } | { ok: false; because: string }> {
  const said: string[] = [];
  for (const server of askers) {
    if (quiet.has(server)) {
      said.push(`${formatEndpoint(server)} ${quiet.get(server)}`);
      continue;
    }
    const outcome = await query(net, { server, name, type, recurse: true }, patience);
    if (outcome.ok && (outcome.value.rcode === 'NOERROR' || outcome.value.rcode === 'NXDOMAIN')) {
      return { ok: true, answer: outcome.value };
    }
    if (!outcome.ok) quiet.set(server, describeFault(outcome.fault));
    said.push(
      `${formatEndpoint(server)} ${outcome.ok ? `answered ${outcome.value.rcode}` : describeFault(outcome.fault)}`,
    );
  }
  return { ok: false, because: said.join('; ') };
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return endpoints.filter((one, i) => endpoints.findIndex((other) => sameEndpoint(one, other)) === i);
}

function distinctAuthorities(authorities: readonly Authority[]): readonly Authority[] {
  return authorities.filter(
    (one, i) => authorities.findIndex((other) => sameEndpoint(one.server, other.server)) === i,
  );
}
