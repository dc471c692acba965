import type { Evidence } from '../core/finding.ts';
import { displayName } from '../core/name.ts';
import { accessInWords, aceInWords, checkAccess, isAdministrative, WISH } from './access.ts';
import { RIGHT, specificRights } from './access-rights.ts';
import { type AccessAce, isDeny, isInheritOnly } from './ace.ts';
import type { AccountSeen, NodeSeen } from './audit-model.ts';
import {
  type AuditView,
  found,
  hostsOf,
  isLive,
  type NodeHost,
  type NodeInZone,
  ownersThatMatter,
  strangerSids,
  unjudged,
  type Verdict,
} from './audit-view.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import { domainOf, type Sid } from './sid.ts';

/** ACL-001, ACL-004, ACL-009: who of the hosts may change a record that stands, and why the others may not. */
export function* writersOfRecords(view: AuditView): Generator<Verdict> {
  for (const place of view.kmsNodes) {
    const { node } = place;
    if (!isLive(node)) continue;
    if (!node.security.known) {
      for (const code of ['ACL-001', 'ACL-004', 'ACL-009', 'ACL-013'] as const)
        yield unjudged(code, node.name, node.security.why);
      continue;
    }
    const security = node.security.value;
    const hosts = hostsOf(view, node).map((host) => ({ host, ...judgeHost(view, security, host) }));
    const cause = [...lockedByOwner(view, place, security, hosts)];
    yield* cause;
    yield* openToAll(view, node, security);
    if (cause.some(({ kind }) => kind === 'finding')) continue;
    for (const { host, account, says } of hosts) {
      if (says.kind === 'unknown') yield unjudged('ACL-001', `${node.name} ${host.name}`, says.why);
      if (says.kind !== 'denied' || account === undefined) continue;
      yield found('ACL-001', {
        subject: `${node.name} ${host.name}`,
        evidence: [
          owned(view, node, security),
          { observation: account.dn, says: `${view.nameOf(account.sid)} may not write it: ${says.why}` },
        ],
      });
    }
  }
}

/** May a host write a node, and why. */
export interface HostSays {
  readonly account?: AccountSeen;
  readonly says: {
    /** `none`: the forest has no account for the host, so permissions say nothing about it. */
    readonly kind: 'allowed' | 'denied' | 'none' | 'unknown';
    /** The entry or the lack of one that decides, or what is not known. */
    readonly why: string;
  };
}

/** Judges one host by the permissions of a node. */
export function judgeHost(view: AuditView, security: SecurityDescriptor, host: NodeHost): HostSays {
  if (!host.account.known) return { says: { kind: 'unknown', why: host.account.why } };
  const account = host.account.value;
  if (account === undefined) return { says: { kind: 'none', why: 'no account of the forest has this name' } };
  const access = view.mayWrite(security, account);
  if (access.kind === 'allowed')
    return { account, says: { kind: 'allowed', why: accessInWords(access, view.nameOf) } };
  if (access.kind === 'denied')
    return { account, says: { kind: 'denied', why: accessInWords(access, view.nameOf) } };
  const why = account.groups.known ? 'the permissions were not read' : account.groups.why;
  return { account, says: { kind: 'unknown', why } };
}

/** ACL-004 and ACL-009: the owner is nobody any more, or an administrator, and no host was granted anything. */
function* lockedByOwner(
  view: AuditView,
  { node }: NodeInZone,
  security: SecurityDescriptor,
  hosts: readonly (HostSays & { readonly host: NodeHost })[],
): Generator<Verdict> {
  const { owner } = security;
  if (owner === undefined) {
    for (const code of ['ACL-004', 'ACL-009'] as const)
      yield unjudged(code, node.name, 'the permissions came without an owner');
    return;
  }
  const principal = view.principal(owner);
  const office = isAdministrative(owner, new Set(view.snapshot.dnsAdmins));
  if (principal.kind === 'gone') {
    const others = otherWriters(view, security, owner);
    const evidence: readonly [Evidence, ...Evidence[]] = [
      owned(view, node, security),
      {
        observation: view.snapshot.server,
        says: `the whole forest has no account with the SID ${owner}${principal.was === undefined ? '' : `; it was ${JSON.stringify(principal.was)}`}`,
      },
      ...others.map((ace) => ({ observation: node.dn, says: `an entry ${aceInWords(ace, view.nameOf)}` })),
    ];
    // Hosts that were granted something go on; what is left is a permission for nobody.
    const severity = hosts.some(({ says }) => says.kind === 'allowed') ? 'notice' : 'error';
    const title =
      'the record belongs to an account that no longer exists; hosts with a permission of their own go on';
    yield found('ACL-004', {
      subject: node.name,
      evidence,
      severity,
      ...(severity === 'notice' && { title }),
    });
    return;
  }
  if (principal.kind === 'unknown' && !office) {
    for (const code of ['ACL-004', 'ACL-009'] as const) yield unjudged(code, node.name, principal.why);
    return;
  }
  const byHand = office || (principal.kind === 'found' && principal.account.kind !== 'computer');
  if (!byHand || hosts.some(({ says }) => says.kind === 'allowed')) return;
  const open = hosts.find(({ says }) => says.kind === 'unknown');
  if (open?.says.kind === 'unknown') {
    yield unjudged('ACL-009', node.name, `${displayName(open.host.name)}: ${open.says.why}`);
    return;
  }
  const denied = hosts.flatMap(({ account, says }) =>
    account !== undefined && says.kind === 'denied'
      ? [{ observation: account.dn, says: `${view.nameOf(account.sid)} may not write it: ${says.why}` }]
      : [],
  );
  // Without a single account of a host there is nobody whom the permissions could lock out.
  if (denied.length === 0) return;
  const published = view.snapshot.wanted?.sets.some((set) => set.owner === node.name) ?? false;
  yield found('ACL-009', {
    subject: node.name,
    evidence: [owned(view, node, security), ...denied],
    // Where the record comes from a desired state, the hosts need not write it.
    ...(published && { severity: 'notice' }),
  });
}

/** Entries that let somebody write who is neither the owner nor an administrator. */
function otherWriters(view: AuditView, { dacl }: SecurityDescriptor, owner: Sid): readonly AccessAce[] {
  if (dacl.kind !== 'list') return [];
  const admins = new Set(view.snapshot.dnsAdmins);
  return dacl.aces.filter(
    (ace): ace is AccessAce =>
      ace.kind !== 'other' &&
      !isDeny(ace) &&
      !isInheritOnly(ace) &&
      ace.sid !== owner &&
      !isAdministrative(ace.sid, admins) &&
      (specificRights(ace.mask) & RIGHT.writeProperty) !== 0,
  );
}

/** ACL-013: what any account of the forest may do, a stranger may. */
function* openToAll(view: AuditView, node: NodeSeen, security: SecurityDescriptor): Generator<Verdict> {
  const access = checkAccess(security, strangerSids(view.snapshot), WISH.writeRecords);
  if (access.kind === 'unknown') yield unjudged('ACL-013', node.name, 'the permissions were not read');
  if (access.kind !== 'allowed') return;
  yield found('ACL-013', {
    subject: node.name,
    evidence: [{ observation: node.dn, says: accessInWords(access, view.nameOf) }],
  });
}

/** ACL-014: a tombstone that the hosts of the name may not revive. */
export function* lockedTombstones(view: AuditView): Generator<Verdict> {
  for (const { node } of view.kmsNodes) {
    if (!node.tombstoned) continue;
    if (!node.security.known) {
      yield unjudged('ACL-014', node.name, node.security.why);
      continue;
    }
    const security = node.security.value;
    const hosts = hostsOf(view, node).map((host) => ({ host, ...judgeHost(view, security, host) }));
    const refused = hosts.flatMap(({ account, says }) =>
      account !== undefined && says.kind === 'denied' ? [{ account, why: says.why }] : [],
    );
    for (const { host, says } of hosts)
      if (says.kind === 'unknown') yield unjudged('ACL-014', `${node.name} ${host.name}`, says.why);
    const others = security.owner === undefined ? [] : otherWriters(view, security, security.owner);
    // Nobody said which hosts are to publish: it counts that only the former owner may.
    const nobodyElse = hosts.length === 0 && security.dacl.kind === 'list' && others.length === 0;
    if (refused.length === 0 && !nobodyElse) continue;
    yield found('ACL-014', {
      subject: node.name,
      ...(nobodyElse && { severity: 'warning' }),
      evidence: [
        { observation: node.dn, says: `a tombstone${changed(node)}` },
        owned(view, node, security),
        ...refused.map(({ account, why }) => ({
          observation: account.dn,
          says: `${view.nameOf(account.sid)} may not revive it: ${why}`,
        })),
      ],
    });
  }
}

/** ACL-002: zones that matter and take unsigned updates. */
export function* unsecuredZones(view: AuditView): Generator<Verdict> {
  for (const zone of new Set(ownersThatMatter(view).values())) {
    if (!zone.properties.known) {
      yield unjudged('ACL-002', zone.name, zone.properties.why);
      continue;
    }
    const { allowUpdate, problems } = zone.properties.value;
    if (allowUpdate === undefined)
      yield unjudged(
        'ACL-002',
        zone.name,
        problems[0] ?? 'no property of the zone says which updates it takes',
      );
    if (allowUpdate === 'unsecured')
      yield found('ACL-002', {
        subject: zone.name,
        evidence: [{ observation: zone.dn, says: 'dNSProperty: dynamic updates are "Nonsecure and secure"' }],
      });
  }
}

/** ACL-003: a KMS name that has no object yet, in a zone where any account may create one. */
export function* unclaimedNames(view: AuditView): Generator<Verdict> {
  const strangers = strangerSids(view.snapshot);
  for (const [owner, zone] of ownersThatMatter(view)) {
    if (!zone.nodes.known || !zone.security.known) {
      const why = [zone.nodes, zone.security].flatMap((one) => (one.known ? [] : [one.why]))[0]!;
      yield unjudged('ACL-003', owner, why);
      continue;
    }
    if (zone.nodes.value.some(({ name, loser }) => name === owner && loser === undefined)) continue;
    const access = checkAccess(zone.security.value, strangers, WISH.createNode);
    if (access.kind === 'unknown')
      yield unjudged('ACL-003', owner, 'the permissions of the zone were not read');
    if (access.kind !== 'allowed') continue;
    yield found('ACL-003', {
      subject: owner,
      evidence: [
        { observation: zone.dn, says: `no object for ${displayName(owner)}` },
        { observation: zone.dn, says: accessInWords(access, view.nameOf) },
      ],
    });
  }
}

/** ACL-005: hosts of one record that are members of different domains. */
export function* hostsOfManyDomains(view: AuditView): Generator<Verdict> {
  for (const { node } of view.kmsNodes) {
    if (!isLive(node)) continue;
    const accounts = hostsOf(view, node).flatMap(({ account }) =>
      account.known && account.value !== undefined ? [account.value] : [],
    );
    const domains = new Set(accounts.map(({ sid }) => domainOf(sid)));
    if (domains.size < 2) continue;
    const [first, ...rest] = accounts.map(({ dn, sid }) => ({
      observation: dn,
      says: `member of ${displayName(view.domain(sid)?.name ?? node.name)}`,
    }));
    yield found('ACL-005', { subject: node.name, evidence: [first!, ...rest] });
  }
}

/** ACL-015: hosts that publish, or are to publish, and are not in the group of the hosts. */
export function* hostsOutsideGroup(view: AuditView): Generator<Verdict> {
  const { group, wanted } = view.snapshot;
  if (group === undefined) return;
  if (!group.known) {
    yield unjudged('ACL-015', view.snapshot.server, group.why);
    return;
  }
  const team = group.value;
  if (team === undefined) return;
  const described = new Set([
    ...(wanted?.hosts ?? []),
    ...(wanted?.sets.flatMap(({ targets }) => targets) ?? []),
  ]);
  const hosts = new Map(
    view.kmsNodes.flatMap(({ node }) => hostsOf(view, node)).map((host) => [host.name, host]),
  );
  for (const { name, account } of hosts.values()) {
    // A host that nobody wants is another finding; it is not to be let in.
    if (described.size > 0 && !described.has(name)) continue;
    if (!account.known) yield unjudged('ACL-015', name, account.why);
    else if (account.value !== undefined && !account.value.groups.known)
      yield unjudged('ACL-015', name, account.value.groups.why);
    if (!account.known || account.value === undefined || !account.value.groups.known) continue;
    if (account.value.groups.value.includes(team.sid)) continue;
    yield found('ACL-015', {
      subject: name,
      evidence: [
        {
          observation: account.value.dn,
          says: `in none of its groups is ${view.nameOf(team.sid)} (${team.sid})`,
        },
      ],
    });
  }
}

function owned(view: AuditView, node: NodeSeen, { owner }: SecurityDescriptor): Evidence {
  const says = owner === undefined ? 'owner not read' : `owner ${view.nameOf(owner)} (${owner})`;
  return { observation: node.dn, says };
}

function changed({ whenChanged }: NodeSeen): string {
  return whenChanged === undefined ? '' : `, changed ${whenChanged.toISOString()}`;
}
