import { typeName } from '../core/dns-codes.ts';
import type { Fqdn } from '../core/name.ts';
import { aceInWords, isAdministrative, WISH, type Wish } from './access.ts';
import { rightsInWords, specificRights } from './access-rights.ts';
import { type AccessAce, type Ace, isDeny, isInherited, isInheritOnly } from './ace.ts';
import { type Ageing, ageingInWords, ageingOf } from './ageing.ts';
import type { AccountSeen, NodeSeen, Reading, ZoneSeen } from './audit-model.ts';
import { judgeHost } from './audit-permission-rules.ts';
import { type AuditView, hostsOf, type NodeHost, srvRecords } from './audit-view.ts';
import type { DnsRecord } from './dns-record.ts';
import { dateFromHours } from './file-time.ts';
import { type Sid, wellKnownName } from './sid.ts';

export type YesNo = 'yes' | 'no' | 'unknown';

/** An account as a document tells it. */
export interface PrincipalReport {
  readonly sid: Sid;
  /** CONTOSO\KMS01$, or the SID where nobody knows a name. */
  readonly name: string;
  /** `no`: the whole forest was searched. */
  readonly exists: YesNo;
}

/** One entry of a permission list that is about what an audit asks. */
export interface WriterReport extends PrincipalReport {
  readonly access: 'allows' | 'denies';
  readonly rights: string;
  readonly inherited: boolean;
  /** Writes everywhere by office: administrators, domain controllers, the system. */
  readonly administrative: boolean;
  /** The entry in a sentence. */
  readonly says: string;
}

/** One value of `dnsRecord`. Times are ISO 8601. */
export interface RecordReport {
  readonly type: string;
  readonly ttlSeconds: number;
  readonly priority?: number;
  readonly weight?: number;
  readonly port?: number;
  readonly target?: Fqdn;
  readonly ageing: {
    readonly state: Ageing['kind'];
    readonly stampedAt: string | null;
    readonly refreshableFrom: string | null;
    readonly scavengeableFrom: string | null;
    readonly says: string;
  };
}

/** A host of a node: one that publishes there, or one that is to. */
export interface HostReport {
  readonly name: Fqdn;
  readonly published: boolean;
  readonly wanted: boolean;
  readonly account: {
    readonly sid: Sid;
    readonly name: string;
    readonly dn: string;
    readonly enabled: boolean | null;
    readonly lastLogon: string | null;
    readonly operatingSystem: string | null;
  } | null;
  readonly mayWrite: YesNo;
  /** The entry that decides, or what is not known. */
  readonly because: string;
  /** Of the group of all hosts; null where there is none. */
  readonly inGroup: YesNo | null;
}

/** One DNS name that is about KMS. */
export interface NodeReport {
  readonly name: Fqdn;
  readonly dn: string;
  readonly loser: NodeSeen['loser'] | null;
  readonly changedAt: string | null;
  readonly tombstone: { readonly since: string | null } | null;
  readonly records: readonly RecordReport[];
  /** Values that could not be read. */
  readonly problems: readonly string[];
  readonly owner: PrincipalReport | null;
  readonly writers: readonly WriterReport[];
  /** `null` writers and owner mean nothing then. */
  readonly unreadPermissions: string | null;
  /** There is no permission list: everybody may do everything. */
  readonly openToAll: boolean;
  readonly hosts: readonly HostReport[];
  readonly replicas: readonly {
    readonly server: string;
    readonly state: 'same' | 'differs' | 'missing' | 'unknown';
    readonly why: string | null;
  }[];
}

/** Everything about one node as plain data. */
export function nodeReport(view: AuditView, zone: ZoneSeen, node: NodeSeen): NodeReport {
  const settings = zone.properties.known ? zone.properties.value : { why: zone.properties.why };
  const { security } = node;
  const dacl = security.known ? security.value.dacl : undefined;
  const owner = security.known ? security.value.owner : undefined;
  return {
    name: node.name,
    dn: node.dn,
    loser: node.loser ?? null,
    changedAt: iso(node.whenChanged),
    tombstone: node.tombstoned ? { since: iso(entombedAt(node)) } : null,
    records: node.records
      .filter(({ data }) => data.kind !== 'tombstone')
      .map((record) => recordReport(record, ageingOf(record, settings, view.snapshot.takenAt))),
    problems: node.problems,
    owner: owner === undefined ? null : principalReport(view, owner),
    writers: dacl?.kind === 'list' ? writersIn(view, dacl.aces, WISH.writeRecords) : [],
    unreadPermissions: security.known ? null : security.why,
    openToAll: dacl?.kind === 'null',
    hosts: hostsOf(view, node).map((host) => hostReport(view, node, host)),
    replicas: node.replicas.map(({ server, node: there }) => ({ server, ...replicaState(node, there) })),
  };
}

/** The entries about a wish, in their order: the first one that is about an account decides. */
export function writersIn(view: AuditView, aces: readonly Ace[], wish: Wish): readonly WriterReport[] {
  const admins = new Set(view.snapshot.dnsAdmins);
  return aces
    .filter((ace): ace is AccessAce => ace.kind !== 'other' && !isInheritOnly(ace))
    .filter(
      ({ mask, objectType }) =>
        (specificRights(mask) & wish.rights) !== 0 &&
        (objectType === undefined || wish.objectTypes.includes(objectType)),
    )
    .map((ace) => ({
      ...principalReport(view, ace.sid),
      access: isDeny(ace) ? 'denies' : 'allows',
      rights: rightsInWords(ace.mask),
      inherited: isInherited(ace),
      administrative: isAdministrative(ace.sid, admins),
      says: aceInWords(ace, view.nameOf),
    }));
}

/** Who a SID is, and whether it still is. */
export function principalReport(view: AuditView, sid: Sid): PrincipalReport {
  const { kind } = view.principal(sid);
  const known = kind === 'found' || wellKnownName(sid) !== undefined;
  return { sid, name: view.nameOf(sid), exists: known ? 'yes' : kind === 'gone' ? 'no' : 'unknown' };
}

function recordReport(record: DnsRecord, ageing: Ageing): RecordReport {
  const aging = ageing.kind === 'static' ? undefined : ageing;
  const ends = aging !== undefined && 'scavengeableFromHours' in aging ? aging : undefined;
  const { data } = record;
  return {
    type: typeName(record.type),
    ttlSeconds: record.ttlSeconds,
    ...(data.kind === 'SRV' && {
      priority: data.record.priority,
      weight: data.record.weight,
      port: data.record.port,
      target: data.record.target,
    }),
    ageing: {
      state: ageing.kind,
      stampedAt: aging === undefined ? null : hour(aging.stampedHours),
      refreshableFrom: ends === undefined ? null : hour(ends.refreshableFromHours),
      scavengeableFrom: ends === undefined ? null : hour(ends.scavengeableFromHours),
      says: ageingInWords(ageing),
    },
  };
}

function hostReport(view: AuditView, node: NodeSeen, host: NodeHost): HostReport {
  const { name } = host;
  const { security } = node;
  const account = host.account.known ? host.account.value : undefined;
  const { kind, why } = security.known
    ? judgeHost(view, security.value, host).says
    : { kind: 'unknown' as const, why: security.why };
  const set = view.snapshot.wanted?.sets.find(({ owner }) => owner === node.name);
  return {
    name,
    published: srvRecords(node).some(({ target }) => target === name),
    wanted: set?.targets.includes(name) ?? false,
    account:
      account === undefined
        ? null
        : {
            sid: account.sid,
            name: view.nameOf(account.sid),
            dn: account.dn,
            enabled: account.enabled ?? null,
            lastLogon: iso(account.lastLogon),
            operatingSystem: account.operatingSystem ?? null,
          },
    mayWrite: kind === 'allowed' ? 'yes' : kind === 'denied' ? 'no' : 'unknown',
    because: why,
    inGroup: inGroup(view.snapshot.group, account),
  };
}

function inGroup(
  group: Reading<AccountSeen | undefined> | undefined,
  account: AccountSeen | undefined,
): YesNo | null {
  if (group?.known && group.value === undefined) return null;
  if (group === undefined) return null;
  if (!group.known || account === undefined || !account.groups.known) return 'unknown';
  return account.groups.value.includes(group.value!.sid) ? 'yes' : 'no';
}

function replicaState(
  here: NodeSeen,
  there: NodeSeen['replicas'][number]['node'],
): { readonly state: NodeReport['replicas'][number]['state']; readonly why: string | null } {
  if (!there.known) return { state: 'unknown', why: there.why };
  if (there.value === undefined) return { state: 'missing', why: null };
  const set = (node: typeof there.value): string =>
    JSON.stringify([
      node.tombstoned,
      srvRecords(node)
        .map(({ priority, weight, port, target }) => [priority, weight, port, target].join(' '))
        .sort(),
    ]);
  return { state: set(there.value) === set(here) ? 'same' : 'differs', why: null };
}

function entombedAt({ records }: NodeSeen): Date | undefined {
  return records.flatMap(({ data }) =>
    data.kind === 'tombstone' && data.entombedAt !== undefined ? [data.entombedAt] : [],
  )[0];
}

function iso(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}

function hour(hours: number): string | null {
  return iso(dateFromHours(hours));
}
