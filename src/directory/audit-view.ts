import { type FindingCode, finding, type Seen } from '../core/catalogue.ts';
import type { Finding } from '../core/finding.ts';
import { KMS_SERVICE, kmsOwnerName } from '../core/kms.ts';
import { type Fqdn, isWithin, labelsOf } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import { type Access, actingSids, checkAccess, WISH, type Wish } from './access.ts';
import type {
  AccountSeen,
  DirectorySnapshot,
  DomainSeen,
  NodeData,
  NodeSeen,
  PrincipalSeen,
  Reading,
  ZoneSeen,
} from './audit-model.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import { DOMAIN_RID, domainOf, type Sid, sidInDomain, WELL_KNOWN, wellKnownName } from './sid.ts';

/** Something that could not be judged: which finding it would have been, about what, and what was missing. */
export interface Unjudged {
  readonly code: FindingCode;
  readonly subject: string;
  readonly why: string;
}

/** What a rule has to say. */
export type Verdict =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'unjudged'; readonly unjudged: Unjudged };

export function found(code: FindingCode, seen: Seen): Verdict {
  return { kind: 'finding', finding: finding(code, seen) };
}

export function unjudged(code: FindingCode, subject: string, why: string): Verdict {
  return { kind: 'unjudged', unjudged: { code, subject, why } };
}

/** A host that a node is about: the target of a record, or one that is wanted there. */
export interface NodeHost {
  readonly name: Fqdn;
  /** Its computer account; undefined as value: the forest has none. */
  readonly account: Reading<AccountSeen | undefined>;
}

/** A KMS node with the zone it stands in. */
export interface NodeInZone {
  readonly zone: ZoneSeen;
  readonly node: NodeSeen;
}

/** Lookups over a snapshot that several rules share. */
export interface AuditView {
  readonly snapshot: DirectorySnapshot;
  /** All zones but those that lost a conflict; none when they could not be read. */
  readonly zones: readonly ZoneSeen[];
  /** `_vlmcs._tcp` of these zones, whether there are records or a tombstone. */
  readonly kmsNodes: readonly NodeInZone[];
  readonly principal: (sid: Sid) => PrincipalSeen;
  /** For people: CONTOSO\KMS01$, BUILTIN\Administrators, or the SID. */
  readonly nameOf: (sid: Sid) => string;
  readonly account: (host: Fqdn) => Reading<AccountSeen | undefined>;
  readonly domain: (sid: Sid) => DomainSeen | undefined;
  readonly mayWrite: (security: SecurityDescriptor, account: AccountSeen) => Access;
}

/** Makes the lookups of a snapshot. */
export function viewOf(snapshot: DirectorySnapshot): AuditView {
  const principals = new Map(snapshot.principals.map((one) => [one.sid, one]));
  const hosts = new Map(snapshot.hosts.map((one) => [one.name, one.account]));
  const principal = (sid: Sid): PrincipalSeen =>
    principals.get(sid) ?? { kind: 'unknown', sid, why: 'nobody asked who this is' };
  const domain = (sid: Sid): DomainSeen | undefined =>
    snapshot.domains.find((one) => one.sid === domainOf(sid));
  const zones = snapshot.zones.known ? snapshot.zones.value.filter(({ loser }) => loser === undefined) : [];
  return {
    snapshot,
    zones,
    kmsNodes: zones.flatMap((zone) =>
      zone.nodes.known
        ? zone.nodes.value
            .filter(({ name, loser }) => loser === undefined && isKmsName(name))
            .map((node) => ({ zone, node }))
        : [],
    ),
    principal,
    domain,
    nameOf: (sid) => {
      const one = principal(sid);
      const short = domain(sid)?.netbios;
      const name = one.kind === 'found' ? one.account.name : one.kind === 'gone' ? one.was : undefined;
      const shown = name ?? wellKnownName(sid);
      if (shown === undefined) return sid;
      return short === undefined ? shown : `${short}\\${shown}`;
    },
    account: (host) => {
      const seen = hosts.get(host) ?? { known: false as const, why: 'nobody asked for its account' };
      if (!seen.known || seen.value === undefined) return seen as Reading<undefined>;
      const one = principal(seen.value);
      if (one.kind === 'found') return { known: true, value: one.account };
      return one.kind === 'gone' ? { known: true, value: undefined } : { known: false, why: one.why };
    },
    mayWrite: (security, account) => judgeAccess(security, account, writeWish(snapshot)),
  };
}

/** What an update asks of the node, by who carries it out. */
export function writeWish({ updater }: Pick<DirectorySnapshot, 'updater'>): Wish {
  return updater === 'bind9-dlz' ? WISH.updateByDlz : WISH.writeRecords;
}

/**
 * May this account do it? Where its groups could not be read, a denial that only a missing entry gives is unknown, and
 * so is a permission, as an entry for one of the groups might deny it.
 */
export function judgeAccess(security: SecurityDescriptor, account: AccountSeen, wish: Wish): Access {
  const { groups } = account;
  const sids = actingSids(account.sid, groups.known ? groups.value : []);
  const access = checkAccess(security, sids, wish);
  if (groups.known || (access.kind === 'allowed' && access.by !== 'ace')) return access;
  const { dacl } = security;
  const denials =
    dacl.kind === 'list' && dacl.aces.some((ace) => ace.kind === 'deny' || ace.kind === 'object-deny');
  if (access.kind === 'allowed' && !denials) return access;
  return access.kind === 'denied' && access.by === 'ace' ? access : { kind: 'unknown' };
}

/** SIDs that any account of the forest acts with: what they may do, a stranger may. */
export function strangerSids({ domains }: Pick<DirectorySnapshot, 'domains'>): ReadonlySet<Sid> {
  return new Set([
    WELL_KNOWN.everyone,
    WELL_KNOWN.network,
    WELL_KNOWN.authenticatedUsers,
    WELL_KNOWN.thisOrganization,
    ...domains.flatMap(({ sid }) => [
      sidInDomain(sid, DOMAIN_RID.domainUsers),
      sidInDomain(sid, DOMAIN_RID.domainComputers),
    ]),
  ]);
}

export function isKmsName(name: Fqdn): boolean {
  return name.startsWith(`${KMS_SERVICE}.`) && labelsOf(name).length > 2;
}

/** The SRV records of a node. */
export function srvRecords({ records }: Pick<NodeData, 'records'>): readonly SrvRecord[] {
  return records.flatMap(({ data }) => (data.kind === 'SRV' ? [data.record] : []));
}

/** Served: not a tombstone, and with at least one record. */
export function isLive(node: NodeData): boolean {
  return !node.tombstoned && srvRecords(node).length > 0;
}

/** Hosts that publish at a node, that are to publish there, or that try to; each once. */
export function hostsOf(view: AuditView, node: NodeSeen): readonly NodeHost[] {
  const wanted = view.snapshot.wanted?.sets.find(({ owner }) => owner === node.name)?.targets ?? [];
  const targets = node.tombstoned ? [] : srvRecords(node).map(({ target }) => target);
  const trying = (view.snapshot.trying ?? []).filter(({ owner }) => owner === node.name);
  const names = [...new Set([...targets, ...wanted, ...trying.map(({ host }) => host)])].filter(
    (name) => name !== '.',
  );
  return names.map((name) => ({ name, account: view.account(name) }));
}

/** The zone of the directory that holds a name: the one with the most labels. */
export function zoneHolding(zones: readonly ZoneSeen[], name: Fqdn): ZoneSeen | undefined {
  return zones
    .filter((zone) => isWithin(name, zone.name))
    .sort((a, b) => labelsOf(b.name).length - labelsOf(a.name).length)[0];
}

/** KMS names that matter: where records stand, where they are wanted, and of each domain of the forest. */
export function ownersThatMatter(view: AuditView): ReadonlyMap<Fqdn, ZoneSeen> {
  const { snapshot, zones, kmsNodes } = view;
  const owners = [
    ...kmsNodes.map(({ node }) => node.name),
    ...(snapshot.wanted?.sets.map(({ owner }) => owner) ?? []),
    ...snapshot.domains.map(({ name }) => kmsOwnerName(name)),
  ];
  const held = [...new Set(owners)].flatMap((owner) => {
    const zone = zoneHolding(zones, owner);
    return zone === undefined ? [] : [[owner, zone] as const];
  });
  return new Map(held);
}
