import { CATALOGUE } from '../core/catalogue.ts';
import { type Finding, SEVERITIES, type Severity } from '../core/finding.ts';
import type { Fqdn } from '../core/name.ts';
import { WISH } from './access.ts';
import { intervalsOf } from './ageing.ts';
import type { DirectorySnapshot, DomainSeen, Partition, ZoneSeen } from './audit-model.ts';
import { auditDirectory } from './audit-rules.ts';
import { type AuditView, ownersThatMatter, type Unjudged, viewOf } from './audit-view.ts';
import type { LdapFault } from './directory-client.ts';
import type { AllowUpdate } from './dns-property.ts';
import { dateFromHours } from './file-time.ts';
import {
  type NodeReport,
  nodeReport,
  type PrincipalReport,
  principalReport,
  type WriterReport,
  writersIn,
} from './node-report.ts';
import type { DirectoryRead } from './read-directory.ts';
import type { UnreadPlace } from './read-zones.ts';
import type { Sid } from './sid.ts';

/** A zone of the directory; null where it could not be read, and `unread` says why. */
export interface ZoneReport {
  readonly name: Fqdn;
  readonly dn: string;
  readonly partition: Partition['kind'];
  readonly loser: ZoneSeen['loser'] | null;
  /** Does it hold a KMS name, or is one wanted in it? */
  readonly matters: boolean;
  readonly updates: AllowUpdate | null;
  readonly ageing: {
    readonly on: boolean;
    readonly noRefreshHours: number;
    readonly refreshHours: number;
    /** ISO 8601; before it nothing is scavenged. */
    readonly scavengeableFrom: string | null;
  } | null;
  readonly owner: PrincipalReport | null;
  /** Who may create a name in it, in the order of its permissions. */
  readonly creators: readonly WriterReport[];
  readonly nodes: readonly NodeReport[];
  readonly unread: readonly string[];
}

/** The document of `kmsdns audit --json`. */
export interface AuditReport {
  readonly schema: 'kmsdns/audit@1';
  /** ISO 8601. */
  readonly takenAt: string;
  /** The server that was asked first; null when none answered. */
  readonly server: string | null;
  readonly updater: DirectorySnapshot['updater'] | null;
  /** The server's clock minus ours. */
  readonly clockSkewSeconds: number | null;
  readonly domains: readonly DomainSeen[];
  readonly group: {
    readonly name: string;
    readonly exists: 'yes' | 'no' | 'unknown';
    readonly sid: Sid | null;
    readonly dn: string | null;
  } | null;
  readonly zones: readonly ZoneReport[];
  readonly findings: readonly Finding[];
  readonly unjudged: readonly (Unjudged & { readonly title: string })[];
  /** Servers and places that could not be read: nothing in them is called absent. */
  readonly unread: readonly UnreadPlace[];
  /** Why nothing could be read at all. */
  readonly fault: LdapFault | null;
}

/** What a directory holds, and what is to be said about it, as plain data. */
export function auditReport(
  { snapshot, unread, skewSeconds }: DirectoryRead,
  groupName: string,
): AuditReport {
  const view = viewOf(snapshot);
  const { findings, unjudged } = auditDirectory(snapshot);
  const mattering = new Set(ownersThatMatter(view).values());
  const zones = snapshot.zones.known ? snapshot.zones.value : [];
  return {
    schema: 'kmsdns/audit@1',
    takenAt: snapshot.takenAt.toISOString(),
    server: snapshot.server,
    updater: snapshot.updater ?? null,
    clockSkewSeconds: skewSeconds ?? null,
    domains: snapshot.domains,
    group: groupReport(snapshot, groupName),
    zones: zones.map((zone) => zoneReport(view, zone, mattering)),
    findings,
    unjudged: unjudged.map((one) => ({ ...one, title: CATALOGUE[one.code].title })),
    unread: [
      ...unread,
      ...(snapshot.zones.known ? [] : [{ dn: 'CN=MicrosoftDNS', why: snapshot.zones.why }]),
      ...zones.flatMap(({ dn, nodes }) => (nodes.known ? [] : [{ dn, why: nodes.why }])),
    ],
    fault: null,
  };
}

/** The document where no server could be read. */
export function unreadAudit(fault: LdapFault, takenAt: Date): AuditReport {
  return {
    schema: 'kmsdns/audit@1',
    takenAt: takenAt.toISOString(),
    server: null,
    updater: null,
    clockSkewSeconds: null,
    domains: [],
    group: null,
    zones: [],
    findings: [],
    unjudged: [],
    unread: [],
    fault,
  };
}

/**
 * 1 when a finding reaches `failOn`; 3 when something that might be such a finding could not be judged, or a place
 * could not be read; else 0.
 */
export function auditExitCode(
  { findings, unjudged, unread, fault }: AuditReport,
  failOn: Severity,
): 0 | 1 | 3 {
  const reaches = (severity: Severity): boolean => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
  if (findings.some(({ severity }) => reaches(severity))) return 1;
  const open = unjudged.some(({ code }) => reaches(CATALOGUE[code].severity));
  return open || unread.length > 0 || fault !== null ? 3 : 0;
}

function zoneReport(view: AuditView, zone: ZoneSeen, mattering: ReadonlySet<ZoneSeen>): ZoneReport {
  const { properties, security, nodes } = zone;
  const dacl = security.known ? security.value.dacl : undefined;
  const owner = security.known ? security.value.owner : undefined;
  const seen = nodes.known ? nodes.value : [];
  return {
    name: zone.name,
    dn: zone.dn,
    partition: zone.partition.kind,
    loser: zone.loser ?? null,
    matters: mattering.has(zone) || seen.length > 0 || zone.loser !== undefined,
    updates: properties.known ? (properties.value.allowUpdate ?? null) : null,
    ageing: properties.known ? ageingReport(properties.value) : null,
    owner: owner === undefined ? null : principalReport(view, owner),
    creators: dacl?.kind === 'list' ? writersIn(view, dacl.aces, WISH.createNode) : [],
    nodes: seen.map((node) => nodeReport(view, zone, node)),
    unread: [
      ...(properties.known ? properties.value.problems : [properties.why]),
      ...(security.known ? [] : [security.why]),
      ...(nodes.known ? [] : [nodes.why]),
    ],
  };
}

function ageingReport(
  properties: Extract<ZoneSeen['properties'], { known: true }>['value'],
): ZoneReport['ageing'] {
  if (properties.aging === undefined) return null;
  const from =
    properties.scavengeableFromHours === undefined || properties.scavengeableFromHours === 0
      ? undefined
      : dateFromHours(properties.scavengeableFromHours);
  return { on: properties.aging, ...intervalsOf(properties), scavengeableFrom: from?.toISOString() ?? null };
}

function groupReport({ group }: DirectorySnapshot, name: string): AuditReport['group'] {
  if (group === undefined) return null;
  if (!group.known) return { name, exists: 'unknown', sid: null, dn: null };
  const { value } = group;
  if (value === undefined) return { name, exists: 'no', sid: null, dn: null };
  return { name: value.name, exists: 'yes', sid: value.sid, dn: value.dn };
}
