import { type Fqdn, isWithin, parentOf, readName } from '../core/name.ts';
import { TYPE } from '../core/wire.ts';
import { nameExists, type Rrset, rrsetAt, type Zone, type ZoneNode } from './zone-data.ts';

/** What one zone says about one name and type: RFC 1034 §4.3.2 with RFC 4592 (wildcards) and RFC 6672 (DNAME). */
export type ZoneAnswer =
  /** Owned by the asked name, also where a wildcard gave them. Several only for type ANY. */
  | { readonly kind: 'answer'; readonly rrsets: readonly Rrset[]; readonly wildcard?: Fqdn }
  /** The name exists, empty non-terminals included, without this type. */
  | { readonly kind: 'nodata'; readonly wildcard?: Fqdn }
  | { readonly kind: 'nxdomain'; readonly closestEncloser: Fqdn }
  | { readonly kind: 'cname'; readonly rrset: Rrset; readonly target: Fqdn; readonly wildcard?: Fqdn }
  /** `becomes` is the CNAME made of it (RFC 6672 §3.1); undefined when the new name would be too long. */
  | {
      readonly kind: 'dname';
      readonly rrset: Rrset;
      readonly becomes: { readonly alias: Rrset; readonly target: Fqdn } | undefined;
    }
  /** The name belongs to a zone below, which these servers hold. */
  | { readonly kind: 'referral'; readonly cut: Rrset };

/** Looks a name up in the zone that holds it. Asks no other zone and follows no alias. */
export function lookUp(zone: Zone, name: Fqdn, type: number): ZoneAnswer {
  if (!isWithin(name, zone.name)) throw new Error(`bug: ${name} was looked up in zone ${zone.name}`);
  for (const ancestor of namesFromApex(zone.name, name)) {
    const cut = ancestor === zone.name ? undefined : rrsetAt(zone, ancestor, TYPE.NS);
    // The parent speaks for DS at the cut itself: RFC 4035 §3.1.4.1.
    if (cut !== undefined && !(ancestor === name && type === TYPE.DS)) return { kind: 'referral', cut };
    const redirected = ancestor === name ? undefined : rrsetAt(zone, ancestor, TYPE.DNAME);
    if (redirected !== undefined) return redirect(redirected, name);
  }
  const node = zone.nodes.get(name);
  if (node !== undefined) return answerFrom(node, name, type);
  if (nameExists(zone, name)) return { kind: 'nodata' };
  const closestEncloser = closestEncloserOf(zone, name);
  const wildcard = joinWildcard(closestEncloser);
  if (wildcard === undefined || !nameExists(zone, wildcard)) return { kind: 'nxdomain', closestEncloser };
  const source = zone.nodes.get(wildcard);
  if (source === undefined) return { kind: 'nodata', wildcard };
  return { ...answerFrom(source, name, type), wildcard };
}

/** The name itself and what is above it inside the zone, from the apex down. */
function namesFromApex(apex: Fqdn, name: Fqdn): readonly Fqdn[] {
  const names: Fqdn[] = [];
  for (let at: Fqdn | undefined = name; at !== undefined; at = at === apex ? undefined : parentOf(at))
    names.unshift(at);
  return names;
}

function answerFrom(
  node: ZoneNode,
  owner: Fqdn,
  type: number,
): Extract<ZoneAnswer, { kind: 'answer' | 'nodata' | 'cname' }> {
  if (type === TYPE.ANY)
    return { kind: 'answer', rrsets: [...node.values()].map((set) => ({ ...set, owner })) };
  const set = node.get(type);
  if (set !== undefined) return { kind: 'answer', rrsets: [{ ...set, owner }] };
  const alias = node.get(TYPE.CNAME);
  const [data] = alias?.members ?? [];
  if (alias === undefined || data?.kind !== 'CNAME') return { kind: 'nodata' };
  return { kind: 'cname', rrset: { ...alias, owner }, target: data.target };
}

function redirect(rrset: Rrset, name: Fqdn): ZoneAnswer {
  const [data] = rrset.members;
  if (data?.kind !== 'DNAME') throw new Error(`bug: the DNAME of ${rrset.owner} holds ${data?.kind}`);
  const prefix = rrset.owner === '.' ? name : name.slice(0, name.length - rrset.owner.length);
  const read = readName(data.target === '.' ? prefix : `${prefix}${data.target}`);
  if (!read.ok) return { kind: 'dname', rrset, becomes: undefined };
  const members = [{ kind: 'CNAME', target: read.name } as const];
  const alias = { owner: name, type: TYPE.CNAME, ttlSeconds: rrset.ttlSeconds, members };
  return { kind: 'dname', rrset, becomes: { alias, target: read.name } };
}

/** The longest existing name above: RFC 4592 §3.3.1. At the latest that is the apex. */
function closestEncloserOf(zone: Zone, name: Fqdn): Fqdn {
  let at = parentOf(name);
  while (at !== undefined && at !== zone.name && !nameExists(zone, at)) at = parentOf(at);
  return at ?? zone.name;
}

/** Undefined where the name has no room for one more label. */
function joinWildcard(encloser: Fqdn): Fqdn | undefined {
  const read = readName(encloser === '.' ? '*.' : `*.${encloser}`);
  return read.ok ? read.name : undefined;
}

/** The deepest of these zones that holds the name. */
export function zoneHolding(zones: ReadonlyMap<Fqdn, Zone>, name: Fqdn): Zone | undefined {
  for (let at: Fqdn | undefined = name; at !== undefined; at = parentOf(at)) {
    const zone = zones.get(at);
    if (zone !== undefined) return zone;
  }
  return undefined;
}
