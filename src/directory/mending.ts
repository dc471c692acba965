import { displayName, type Fqdn, labelsOf } from '../core/name.ts';
import type { SrvRecord } from '../core/srv.ts';
import { RIGHT } from './access-rights.ts';
import type { AccountSeen, DirectorySnapshot, NodeSeen, ZoneSeen } from './audit-model.ts';
import { type AuditView, hostsOf, viewOf, zoneHolding } from './audit-view.ts';
import { encodeDnsRecord, zoneRecord } from './dns-record.ts';
import { hoursFromDate } from './file-time.ts';
import { childDn } from './ldap-dn.ts';
import { type SecurityDescriptor, withGrant } from './security-descriptor.ts';
import { domainOf, type Sid } from './sid.ts';

/**
 * Full control. Write, read and delete are enough for Windows DNS and Samba's own DNS server, but BIND with Samba's
 * DLZ module asks for change of permissions and ownership too before it takes any update (measured on 4.17), and
 * Microsoft's guide for KMS hosts says full control.
 */
export const GRANT_MASK: number = RIGHT.genericAll;

/** The group of the KMS hosts; without `sid` it is yet to be created. */
export interface MendingGroup {
  readonly name: string;
  readonly dn: string;
  readonly sid?: Sid;
  /** Domain as in DOMAIN\GROUP: its short name, or the DNS name where that is not known. */
  readonly domain: string;
}

/** One change, small enough to be understood, done and undone by itself. */
export type MendingStep =
  | { readonly kind: 'create-group'; readonly group: MendingGroup; readonly scope: 'global' | 'universal' }
  | {
      readonly kind: 'add-member';
      readonly group: MendingGroup;
      readonly member: Pick<AccountSeen, 'dn' | 'name'>;
    }
  | {
      readonly kind: 'create-node';
      readonly dn: string;
      readonly zone: Fqdn;
      /** Relative to the zone, as DNS consoles want it: `_vlmcs._tcp`. */
      readonly label: string;
      readonly ttlSeconds: number;
      readonly records: readonly SrvRecord[];
      readonly ageing: 'static' | 'dynamic';
      /** Values of `dnsRecord`. */
      readonly values: readonly Uint8Array[];
    }
  | {
      readonly kind: 'grant';
      readonly dn: string;
      readonly group: MendingGroup;
      readonly mask: number;
      /** Of a node that stands and a group that has a SID; otherwise they are read when it is done. */
      readonly before?: SecurityDescriptor;
      readonly after?: SecurityDescriptor;
    };

/** What to do, in order, and what could not be planned and why. */
export interface MendingPlan {
  readonly steps: readonly MendingStep[];
  readonly left: readonly { readonly subject: string; readonly why: string }[];
}

export interface MendingWish {
  readonly groupName: string;
  /** Where a new group goes; left out: CN=Users of the first domain. */
  readonly groupContainer?: string;
  /** What is to stand at names that have no object yet; left out: none is created. */
  readonly sets?: readonly {
    readonly owner: Fqdn;
    readonly ttlSeconds: number;
    readonly records: readonly SrvRecord[];
  }[];
  readonly ageing: 'static' | 'dynamic';
}

/**
 * The steps after which every KMS host that is wanted may write every KMS node: a group, its members, a node where one
 * is wanted and none stands, one entry on each node. What stands already is no step, so a plan of a mended
 * directory is empty. Hosts are those of `wanted`; without it, those that publish now.
 */
export function planMending(snapshot: DirectorySnapshot, wish: MendingWish): MendingPlan {
  const view = viewOf(snapshot);
  const left: { subject: string; why: string }[] = [];
  const leave = (subject: string, why: string): void => {
    left.push({ subject, why });
  };
  if (!snapshot.zones.known) leave(snapshot.server, snapshot.zones.why);
  const home = snapshot.domains[0];
  const standing = snapshot.group;
  if (standing === undefined || !standing.known || home === undefined) {
    const why =
      standing === undefined
        ? 'nobody looked for the group'
        : standing.known
          ? 'no domain was read'
          : standing.why;
    leave(wish.groupName, why);
    return { steps: [], left };
  }

  const hosts = hostsToAdmit(view, leave);
  const group = groupOf(view, wish, standing.value, home);
  const domains = new Set(hosts.map(({ sid }) => domainOf(sid)));
  const steps: MendingStep[] = [];
  if (standing.value === undefined)
    steps.push({ kind: 'create-group', group, scope: domains.size > 1 ? 'universal' : 'global' });
  for (const { dn, name, groups } of hosts) {
    if (!groups.known) leave(name, `whether it is a member is not known: ${groups.why}`);
    else if (group.sid === undefined || !groups.value.includes(group.sid))
      steps.push({ kind: 'add-member', group, member: { dn, name } });
  }
  const all = [...steps, ...nodeSteps(view, wish, group, leave)];
  // A group without members that may write nothing mends nothing.
  return { steps: all.every(({ kind }) => kind === 'create-group') ? [] : all, left };
}

type Leave = (subject: string, why: string) => void;

/** Accounts of the hosts that are to write, each once. */
function hostsToAdmit(view: AuditView, leave: Leave): readonly AccountSeen[] {
  const { wanted } = view.snapshot;
  const described = new Set([
    ...(wanted?.hosts ?? []),
    ...(wanted?.sets.flatMap(({ targets }) => targets) ?? []),
  ]);
  const names =
    described.size > 0
      ? [...described]
      : [...new Set(view.kmsNodes.flatMap(({ node }) => hostsOf(view, node)).map(({ name }) => name))];
  const accounts = new Map<Sid, AccountSeen>();
  for (const name of names) {
    const account = view.account(name);
    if (!account.known) leave(displayName(name), account.why);
    else if (account.value === undefined) leave(displayName(name), 'the forest has no account for it');
    else if (account.value.enabled === false) leave(displayName(name), 'its account is disabled');
    else accounts.set(account.value.sid, account.value);
  }
  return [...accounts.values()];
}

function groupOf(
  view: AuditView,
  wish: MendingWish,
  standing: AccountSeen | undefined,
  home: DirectorySnapshot['domains'][number],
): MendingGroup {
  if (standing === undefined)
    return {
      name: wish.groupName,
      dn: childDn('CN', wish.groupName, wish.groupContainer ?? `CN=Users,${home.dn}`),
      domain: home.netbios ?? displayName(home.name),
    };
  const domain = view.domain(standing.sid) ?? home;
  return {
    name: standing.name,
    dn: standing.dn,
    sid: standing.sid,
    domain: domain.netbios ?? displayName(domain.name),
  };
}

function* nodeSteps(
  view: AuditView,
  wish: MendingWish,
  group: MendingGroup,
  leave: Leave,
): Generator<MendingStep> {
  for (const { node } of view.kmsNodes) yield* grantOn(node, group, leave);
  for (const { owner, ttlSeconds, records } of wish.sets ?? []) {
    const zone = zoneHolding(view.zones, owner);
    if (zone === undefined) leave(owner, 'no zone of the directory holds it');
    else if (!zone.nodes.known) leave(owner, zone.nodes.why);
    else if (!zone.nodes.value.some(({ name, loser }) => name === owner && loser === undefined)) {
      if (records.length === 0) continue;
      const dn = childDn('DC', labelIn(owner, zone), zone.dn);
      yield createNode(dn, owner, zone, { ttlSeconds, records }, wish.ageing, view.snapshot.takenAt);
      yield { kind: 'grant', dn, group, mask: GRANT_MASK };
    }
  }
  for (const zone of view.zones) {
    if (!zone.nodes.known) leave(zone.dn, zone.nodes.why);
  }
}

function* grantOn(node: NodeSeen, group: MendingGroup, leave: Leave): Generator<MendingStep> {
  const { dn } = node;
  if (!node.security.known) {
    leave(dn, node.security.why);
    return;
  }
  if (group.sid === undefined) {
    yield { kind: 'grant', dn, group, mask: GRANT_MASK };
    return;
  }
  const granted = withGrant(node.security.value, group.sid, GRANT_MASK);
  if (granted.kind === 'refused') leave(dn, granted.detail);
  if (granted.kind !== 'added') return;
  const { descriptor: after } = granted;
  yield { kind: 'grant', dn, group, mask: GRANT_MASK, before: node.security.value, after };
}

function createNode(
  dn: string,
  owner: Fqdn,
  zone: ZoneSeen,
  set: { readonly ttlSeconds: number; readonly records: readonly SrvRecord[] },
  ageing: 'static' | 'dynamic',
  now: Date,
): MendingStep {
  const timestampHours = ageing === 'static' ? 0 : hoursFromDate(now);
  const values = set.records.map((record) =>
    encodeDnsRecord(zoneRecord(record, { ttlSeconds: set.ttlSeconds, serial: 1, timestampHours })),
  );
  return { kind: 'create-node', dn, zone: zone.name, label: labelIn(owner, zone), ...set, ageing, values };
}

/** The labels of a name left of its zone; all of them are one RDN in the directory. */
function labelIn(owner: Fqdn, zone: ZoneSeen): string {
  return labelsOf(owner)
    .slice(0, labelsOf(owner).length - labelsOf(zone.name).length)
    .join('.');
}
