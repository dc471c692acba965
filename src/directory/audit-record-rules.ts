import type { Evidence } from '../core/finding.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { displayName, type Fqdn, isWithin, parentOf } from '../core/name.ts';
import { meantOwner } from '../core/near-miss.ts';
import { canonicalRecords, formatRecord, type SrvRecord } from '../core/srv.ts';
import { ageingInWords, ageingOf, hourInWords, intervalsOf, outrunsHosts } from './ageing.ts';
import type { AccountSeen, NodeData, NodeSeen, ZoneSeen } from './audit-model.ts';
import {
  type AuditView,
  found,
  hostsOf,
  isLive,
  type NodeInZone,
  srvRecords,
  unjudged,
  type Verdict,
} from './audit-view.ts';
import type { DnsRecord } from './dns-record.ts';

/** lastLogonTimestamp is up to 14 days behind, and a computer changes its password every 30 ([MS-ADA1] §2.352). */
const SILENT_DAYS = 45;
const DAY_MS = 86_400_000;

/** PUB-007, PUB-008: dynamic records by their time stamps, the zone's settings and what is known of their hosts. */
export function* ageOfRecords(view: AuditView): Generator<Verdict> {
  const { takenAt } = view.snapshot;
  for (const { zone, node } of view.kmsNodes) {
    if (!isLive(node)) continue;
    const settings = zone.properties.known ? zone.properties.value : { why: zone.properties.why };
    for (const record of node.records) {
      if (record.data.kind !== 'SRV') continue;
      const ageing = ageingOf(record, settings, takenAt);
      const subject = subjectOf(node, record.data.record);
      const evidence: Evidence = { observation: node.dn, says: ageingInWords(ageing) };
      switch (ageing.kind) {
        case 'static':
          break;
        case 'unknown':
          yield unjudged('PUB-007', subject, ageing.why);
          yield unjudged('PUB-008', subject, ageing.why);
          break;
        case 'not-ageing':
          yield* staleWithoutAgeing(view, subject, evidence, record.data.record);
          break;
        case 'scavengeable':
          // Nobody took it away, so nobody scavenges, or the next run is still to come.
          yield found('PUB-008', { subject, evidence: [evidence] });
          break;
        case 'fresh':
        case 'refreshable': {
          const outrun = zone.properties.known && outrunsHosts(zone.properties.value);
          if (!ageing.missedRefresh && !outrun) break;
          const { noRefreshHours, refreshHours } = intervalsOf(
            zone.properties.known ? zone.properties.value : {},
          );
          const intervals = `no-refresh ${noRefreshHours} h, refresh ${refreshHours} h`;
          const why = outrun
            ? `${intervals}: a host that writes once a day comes too late`
            : `${intervals}: its host has not refreshed it since ${hourInWords(ageing.refreshableFromHours)}`;
          yield found('PUB-007', { subject, evidence: [evidence, { observation: zone.dn, says: why }] });
        }
      }
    }
  }
}

/** Without ageing the stamp stands still for living hosts too, so the account of the host must say that it is silent. */
function* staleWithoutAgeing(
  view: AuditView,
  subject: string,
  stamped: Evidence,
  { target }: SrvRecord,
): Generator<Verdict> {
  const account = view.account(target);
  if (!account.known) {
    yield unjudged('PUB-008', subject, `${displayName(target)}: ${account.why}`);
    return;
  }
  // An account that is gone or disabled is SRV-019.
  if (account.value === undefined || account.value.enabled === false) return;
  const { lastLogon, dn } = account.value;
  if (lastLogon === undefined) return;
  const days = Math.floor((view.snapshot.takenAt.getTime() - lastLogon.getTime()) / DAY_MS);
  if (days <= SILENT_DAYS) return;
  const says = `last logon ${lastLogon.toISOString().slice(0, 10)}, ${days} days ago`;
  yield found('PUB-008', { subject, evidence: [stamped, { observation: dn, says }] });
}

/** PUB-016: a KMS name of which only a tombstone is left. */
export function* removedRecords(view: AuditView): Generator<Verdict> {
  for (const { zone, node } of view.kmsNodes) {
    if (!node.tombstoned) continue;
    const entombed = node.records.flatMap(({ data }) =>
      data.kind === 'tombstone' && data.entombedAt !== undefined ? [data.entombedAt] : [],
    )[0];
    const aging = zone.properties.known ? zone.properties.value.aging : undefined;
    // A person deletes in the same way; only a zone that ages can have done it by itself.
    if (aging === undefined) yield unjudged('PUB-016', node.name, 'whether the zone ages could not be read');
    if (aging !== true) continue;
    const at = entombed === undefined ? '' : ` since ${entombed.toISOString()}`;
    yield found('PUB-016', {
      subject: node.name,
      title: 'the record was deleted, by scavenging or by hand',
      evidence: [
        { observation: node.dn, says: `a tombstone${at}` },
        { observation: zone.dn, says: 'the zone ages' },
      ],
    });
  }
}

/** SRV-018, SRV-019: targets that nobody wants, and those whose account is no longer there. */
export function* targetsOfRecords(view: AuditView): Generator<Verdict> {
  const { wanted } = view.snapshot;
  for (const { node } of view.kmsNodes) {
    if (!isLive(node)) continue;
    const set = wanted?.sets.find(({ owner }) => owner === node.name);
    const described = new Set([...(wanted?.hosts ?? []), ...(set?.targets ?? [])]);
    for (const record of node.records) {
      if (record.data.kind !== 'SRV') continue;
      const { target } = record.data.record;
      const subject = subjectOf(node, record.data.record);
      const account = view.account(target);
      if (described.size > 0 && !described.has(target))
        yield found('SRV-018', {
          subject,
          evidence: [
            { observation: wanted!.file, says: `does not list ${displayName(target)}` },
            ...(account.known ? accountEvidence(account.value) : []),
          ],
        });
      yield* goneTarget(view, subject, node, record, target);
    }
  }
}

function* goneTarget(
  view: AuditView,
  subject: string,
  node: NodeSeen,
  record: DnsRecord,
  target: Fqdn,
): Generator<Verdict> {
  const account = view.account(target);
  if (!account.known) {
    yield unjudged('SRV-019', subject, `${displayName(target)}: ${account.why}`);
    return;
  }
  if (account.value?.enabled === false) {
    yield found('SRV-019', {
      subject,
      severity: 'warning',
      title: 'the record names a host whose account is disabled',
      evidence: [{ observation: account.value.dn, says: 'disabled' }, ...accountEvidence(account.value)],
    });
  }
  // Records by hand may well name hosts of other forests or of none; secure updates come from accounts.
  if (account.value !== undefined || record.timestampHours === 0) return;
  yield found('SRV-019', {
    subject,
    severity: 'warning',
    title: 'the record registered itself, and its host has no account in the forest any more',
    evidence: [
      { observation: node.dn, says: `dynamic, stamped ${hourInWords(record.timestampHours)}` },
      {
        observation: view.snapshot.server,
        says: `no account of the forest has the name ${displayName(target)}`,
      },
    ],
  });
}

/** What the directory knows of a computer, for somebody who has to find it. */
function accountEvidence(account: AccountSeen | undefined): readonly Evidence[] {
  if (account === undefined) return [];
  const { dn, operatingSystem, lastLogon } = account;
  const parts = [
    operatingSystem ?? 'operating system not recorded',
    lastLogon === undefined
      ? 'last logon not recorded'
      : `last logon ${lastLogon.toISOString().slice(0, 10)}`,
  ];
  return [{ observation: dn, says: parts.join(', ') }];
}

/** ACL-008: domain controllers that hold other records of the same node. */
export function* replicasThatDiffer(view: AuditView): Generator<Verdict> {
  for (const { node } of view.kmsNodes) {
    const here = setOf(node);
    const other: Evidence[] = [];
    for (const { server, node: there } of node.replicas) {
      if (!there.known) yield unjudged('ACL-008', `${node.name} ${server}`, there.why);
      else if (there.value === undefined) other.push({ observation: server, says: 'has no such object' });
      else if (setOf(there.value) !== here)
        other.push({ observation: server, says: `${setOf(there.value)}${changedAt(there.value)}` });
    }
    if (other.length === 0) continue;
    yield found('ACL-008', {
      subject: node.name,
      evidence: [{ observation: view.snapshot.server, says: `${here}${changedAt(node)}` }, ...other],
    });
  }
}

function setOf(node: NodeData): string {
  if (!isLive(node)) return node.tombstoned ? 'a tombstone' : 'no SRV record';
  return canonicalRecords(srvRecords(node)).map(formatRecord).join('; ');
}

function changedAt({ whenChanged }: NodeData): string {
  return whenChanged === undefined ? '' : ` (changed ${whenChanged.toISOString()})`;
}

/** ZON-014, ZON-015: zones that stand there twice, and what lost a conflict. */
export function* doubles(view: AuditView): Generator<Verdict> {
  const { zones } = view.snapshot;
  if (!zones.known) {
    yield unjudged('ZON-014', view.snapshot.server, zones.why);
    return;
  }
  const byName = new Map<Fqdn, ZoneSeen[]>();
  for (const zone of view.zones) byName.set(zone.name, [...(byName.get(zone.name) ?? []), zone]);
  for (const [name, same] of byName) {
    const [first, ...rest] = same.map((zone) => ({ observation: zone.dn, says: kmsContent(zone) }));
    if (first !== undefined && rest.length > 0)
      yield found('ZON-014', { subject: name, evidence: [first, ...rest] });
  }
  for (const zone of zones.value) {
    if (zone.loser !== undefined)
      yield found('ZON-015', {
        subject: zone.name,
        evidence: [{ observation: zone.dn, says: kmsContent(zone) }],
      });
    if (!zone.nodes.known) continue;
    for (const node of zone.nodes.value)
      if (node.loser !== undefined)
        yield found('ZON-015', {
          subject: node.name,
          evidence: [{ observation: node.dn, says: setOf(node) }],
        });
  }
}

function kmsContent({ nodes, name }: ZoneSeen): string {
  if (!nodes.known) return `what it holds could not be read: ${nodes.why}`;
  const node = nodes.value.find((one) => one.name === kmsOwnerName(name) && one.loser === undefined);
  return node === undefined ? 'no KMS record' : setOf(node);
}

/** SRV-003, SRV-004, SRV-033: nodes that were meant to be the right one, and records that nobody can read. */
export function* brokenNodes(view: AuditView): Generator<Verdict> {
  for (const zone of view.zones) {
    if (!zone.nodes.known) continue;
    for (const node of zone.nodes.value) {
      if (node.tombstoned || node.loser !== undefined) continue;
      const meant = meantOwner(node.name);
      if (meant !== undefined && isLive(node))
        yield found(meant.code, {
          subject: node.name,
          evidence: [{ observation: node.dn, says: `meant is ${displayName(meant.meant)}; ${setOf(node)}` }],
        });
      const [first, ...rest] = node.problems.map((says) => ({ observation: node.dn, says }));
      if (first !== undefined) yield found('SRV-033', { subject: node.name, evidence: [first, ...rest] });
    }
  }
}

/** PUB-015: hosts whose names stand in another namespace than that of their domain. */
export function* disjointHosts(view: AuditView): Generator<Verdict> {
  const accounts = new Map(
    view.kmsNodes
      .filter(({ node }) => isLive(node))
      .flatMap(({ node }) => hostsOf(view, node))
      .flatMap(({ account }) => (account.known && account.value ? [[account.value.sid, account.value]] : [])),
  );
  for (const account of accounts.values()) {
    const domain = view.domain(account.sid);
    if (domain === undefined || account.dnsHostName === undefined) continue;
    const suffix = parentOf(account.dnsHostName);
    if (suffix === undefined || suffix === domain.name) continue;
    if (publishesIn(view.kmsNodes, kmsOwnerName(domain.name), account.dnsHostName)) continue;
    yield found('PUB-015', {
      subject: account.dnsHostName,
      ...(isWithin(suffix, domain.name) && { severity: 'warning' }),
      evidence: [
        { observation: account.dn, says: `dNSHostName ${displayName(account.dnsHostName)}` },
        {
          observation: domain.dn,
          says: `the domain is ${displayName(domain.name)}, and has no record of this host`,
        },
      ],
    });
  }
}

function publishesIn(places: readonly NodeInZone[], owner: Fqdn, host: Fqdn): boolean {
  return places.some(
    ({ node }) =>
      node.name === owner && isLive(node) && srvRecords(node).some(({ target }) => target === host),
  );
}

function subjectOf(node: NodeSeen, record: SrvRecord): string {
  return `${node.name} SRV ${formatRecord(record)}`;
}
