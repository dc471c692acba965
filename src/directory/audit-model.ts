import { type Fqdn, readName } from '../core/name.ts';
import type { ZoneProperties } from './dns-property.ts';
import type { DnsRecord } from './dns-record.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import type { Sid } from './sid.ts';

/** Something that was asked of the directory: what it said, or why there is no answer. No answer is never "absent". */
export type Reading<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

/** Where a zone lives in the directory: replicated to all DNS servers of the domain or the forest, to all domain controllers, or to a chosen few. */
export interface Partition {
  readonly kind: 'domain' | 'forest' | 'system' | 'custom';
  readonly dn: string;
}

/**
 * A name that lost against another object of the same name: `conflict` when two servers made it at once (`CNF:`),
 * `in-progress` for a zone whose move or copy was not finished (`..InProgress-`).
 */
export type Loser = 'conflict' | 'in-progress';

/** A dnsZone object. */
export interface ZoneSeen {
  readonly name: Fqdn;
  readonly dn: string;
  readonly partition: Partition;
  readonly loser?: Loser;
  readonly properties: Reading<ZoneProperties>;
  readonly security: Reading<SecurityDescriptor>;
  /** The KMS names and their near misses; tombstones as well. */
  readonly nodes: Reading<readonly NodeSeen[]>;
}

/** What one server holds of a node. */
export interface NodeData {
  readonly tombstoned: boolean;
  readonly records: readonly DnsRecord[];
  readonly whenChanged?: Date;
}

/** A dnsNode object. */
export interface NodeSeen extends NodeData {
  /** Full name, zone included. */
  readonly name: Fqdn;
  readonly dn: string;
  readonly loser?: Loser;
  /** Values of `dnsRecord` that could not be read, each with what is wrong. */
  readonly problems: readonly string[];
  readonly security: Reading<SecurityDescriptor>;
  /** The same object at other domain controllers, if they were asked; undefined as value: it is not there. */
  readonly replicas: readonly { readonly server: string; readonly node: Reading<NodeData | undefined> }[];
}

/** An account or group of the forest. */
export interface AccountSeen {
  readonly sid: Sid;
  readonly dn: string;
  readonly kind: 'computer' | 'user' | 'group' | 'other';
  /** sAMAccountName, with the `$` of computers. */
  readonly name: string;
  readonly enabled?: boolean;
  readonly dnsHostName?: Fqdn;
  readonly servicePrincipalNames: readonly string[];
  /** lastLogonTimestamp: up to 14 days behind. */
  readonly lastLogon?: Date;
  readonly operatingSystem?: string;
  /** All groups, nested ones and the primary one included (tokenGroups). */
  readonly groups: Reading<readonly Sid[]>;
}

/** Who a SID is. `gone`: the whole forest was searched. `was`: its name, when a deleted object still tells it. */
export type PrincipalSeen =
  | { readonly kind: 'found'; readonly sid: Sid; readonly account: AccountSeen }
  | { readonly kind: 'gone'; readonly sid: Sid; readonly was?: string }
  | { readonly kind: 'unknown'; readonly sid: Sid; readonly why: string };

/** The computer account of a host name; undefined as value: the whole forest has none. */
export interface HostSeen {
  readonly name: Fqdn;
  readonly account: Reading<Sid | undefined>;
}

/** A domain of the forest. */
export interface DomainSeen {
  readonly name: Fqdn;
  readonly dn: string;
  readonly sid: Sid;
  /** Short name, as in CONTOSO\KMS01$. */
  readonly netbios?: string;
}

/** What a desired state says, as far as an audit compares with it. */
export interface Wanted {
  readonly file: string;
  /** `hosts`; empty: the file does not describe any. */
  readonly hosts: readonly Fqdn[];
  readonly sets: readonly { readonly owner: Fqdn; readonly targets: readonly Fqdn[] }[];
}

/** Everything that an audit judges, read at one time. Plain data: a run, a replay and a test are the same. */
export interface DirectorySnapshot {
  readonly takenAt: Date;
  /** The server that was asked, as it is named in evidence. */
  readonly server: string;
  /** Who carries updates out: it decides which rights an update takes. Left out: not known, taken for Windows. */
  readonly updater?: 'windows' | 'samba-internal' | 'bind9-dlz';
  readonly domains: readonly DomainSeen[];
  readonly zones: Reading<readonly ZoneSeen[]>;
  readonly principals: readonly PrincipalSeen[];
  readonly hosts: readonly HostSeen[];
  /** SIDs of the groups called DnsAdmins. */
  readonly dnsAdmins: readonly Sid[];
  /** The group that is to hold all KMS hosts. */
  readonly group?: Reading<AccountSeen | undefined>;
  readonly wanted?: Wanted;
  /** Hosts that say they try to publish at a name, such as by an event. */
  readonly trying?: readonly Trying[];
}

/** A host that tries to publish at a name. */
export interface Trying {
  readonly owner: Fqdn;
  readonly host: Fqdn;
}

export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

export function unread<T>(why: string): Reading<T> {
  return { known: false, why };
}

/** Where an object lives, by its distinguished name; `domains` are the DNs of the forest's domains. */
export function partitionOf(dn: string, domains: readonly string[]): Partition {
  const container = /,CN=MicrosoftDNS,(.*)$/i.exec(dn)?.[1] ?? dn;
  const place = container.toLowerCase();
  if (domains.some((domain) => place === `dc=domaindnszones,${domain.toLowerCase()}`))
    return { kind: 'domain', dn: container };
  if (domains.some((domain) => place === `dc=forestdnszones,${domain.toLowerCase()}`))
    return { kind: 'forest', dn: container };
  if (domains.some((domain) => place === `cn=system,${domain.toLowerCase()}`))
    return { kind: 'system', dn: container };
  return { kind: 'custom', dn: container };
}

/** The zone that the `name` of a dnsZone object stands for; undefined for deleted ones, the cache, and no DNS name. */
export function zoneOf(name: string): { readonly name: Fqdn; readonly loser?: Loser } | undefined {
  const { bare, loser } = withoutMarks(name);
  if (/^\.\.(?:Deleted|Cache)/i.test(bare) || /^RootDNSServers$/i.test(bare)) return undefined;
  const read = readName(bare);
  return read.ok ? { name: read.name, ...(loser !== undefined && { loser }) } : undefined;
}

/** The full DNS name of a dnsNode object from its `name`: `@` is the zone itself ([MS-DNSP] §2.3.3). */
export function nodeNameOf(
  name: string,
  zone: Fqdn,
): { readonly name: Fqdn; readonly loser?: Loser } | undefined {
  const { bare, loser } = withoutMarks(name);
  const read = readName(bare === '@' ? zone : zone === '.' ? `${bare}.` : `${bare}.${zone}`);
  return read.ok ? { name: read.name, ...(loser !== undefined && { loser }) } : undefined;
}

/** Takes off what the directory puts to names of objects in conflict ([MS-ADTS] §3.1.1.5.1.2) and in progress. */
function withoutMarks(name: string): { readonly bare: string; readonly loser?: Loser } {
  // A line feed, then CNF: and the object's GUID.
  const conflict = /^(.*)\nCNF:[0-9a-f-]+$/is.exec(name)?.[1];
  if (conflict !== undefined) return { bare: conflict, loser: 'conflict' };
  const progress = /^\.\.InProgress-\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?-(.*)$/i.exec(name)?.[1];
  return progress === undefined ? { bare: name } : { bare: progress, loser: 'in-progress' };
}
