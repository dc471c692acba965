import { displayName } from '../core/name.ts';
import type { AuditReport, ZoneReport } from '../directory/audit-report.ts';
import type { HostReport, NodeReport, PrincipalReport, RecordReport } from '../directory/node-report.ts';
import { counted, type Look, type Tone, wrap } from './look.ts';
import { findingLines } from './render-findings.ts';

/** The audit for a person: zones with their KMS names, findings worst first, and what could not be judged. */
export function auditLines(given: AuditReport, look: Look, verbose: boolean): readonly string[] {
  const report = visible(given);
  const zones = report.zones.filter(({ matters }) => matters || verbose);
  const others = report.zones.length - zones.length;
  return [
    ...headLines(report, look),
    ...zones.flatMap((zone) => zoneLines(zone, look, verbose)),
    ...(others > 0 ? [`${look.symbols.ellipsis} ${counted(others, 'zone')} without KMS names`] : []),
    ...section(look, 'Findings', findingLines(report.findings, look)),
    ...section(look, 'Not judged', unjudgedLines(report, look, verbose)),
  ];
}

/** The last line: what it comes to, and the command that comes next. */
export function auditVerdict(
  { findings, unjudged, unread, fault }: AuditReport,
  code: 0 | 1 | 3,
  plan: string,
  look: Look,
): string {
  if (fault !== null) return `${look.paint('warn', look.symbols.unknown)} The directory could not be read.`;
  const open = unjudged.length + unread.length;
  const rest = open === 0 ? '' : `; ${counted(open, 'thing')} could not be found out`;
  if (findings.length === 0 && open === 0)
    return `${look.paint('good', look.symbols.good)} Nothing is wrong with the KMS records of this forest.`;
  const worst = findings[0];
  const said = worst === undefined ? 'No finding' : counted(findings.length, 'finding');
  const [tone, mark]: readonly [Tone, string] =
    code === 1
      ? ['bad', look.symbols.bad]
      : code === 3
        ? ['warn', look.symbols.unknown]
        : ['good', look.symbols.good];
  const next = findings.some(({ code: one }) => MENDED.has(one)) ? ` Next: ${plan}` : '';
  return `${look.paint(tone, mark)} ${said}${worst === undefined ? '' : `, worst: ${worst.severity}`}${rest}.${next}`;
}

/** What a plan of mending can do something about. */
const MENDED: ReadonlySet<string> = new Set([
  'ACL-001',
  'ACL-003',
  'ACL-004',
  'ACL-009',
  'ACL-014',
  'ACL-015',
]);

/** Zones by where they live. */
const PARTITIONS: Readonly<Record<ZoneReport['partition'], string>> = {
  domain: 'DomainDnsZones',
  forest: 'ForestDnsZones',
  system: 'System of the domain, as Windows 2000 had it',
  custom: 'a partition of its own',
};

const UPDATES = {
  secure: 'secure updates only',
  unsecured: 'takes UNSIGNED updates',
  none: 'no dynamic updates',
} as const;

function headLines(
  { server, updater, group, clockSkewSeconds, fault }: AuditReport,
  look: Look,
): readonly string[] {
  if (fault !== null) return [];
  const by =
    updater === 'bind9-dlz'
      ? 'Samba with BIND'
      : updater === 'samba-internal'
        ? "Samba's own DNS server"
        : 'Active Directory';
  const team =
    group === null
      ? ''
      : group.exists === 'yes'
        ? `; group of the hosts: ${group.name}`
        : `; group ${JSON.stringify(group.name)}: ${group.exists === 'no' ? 'there is none' : 'not known'}`;
  // Kerberos allows 300 s by default; half of it is worth a word before updates fail.
  const skew =
    clockSkewSeconds !== null && Math.abs(clockSkewSeconds) > 150
      ? [look.paint('warn', `its clock differs from ours by ${clockSkewSeconds} s`)]
      : [];
  return [`${look.paint('strong', server ?? '')}: ${by}${team}`, ...skew, ''];
}

function zoneLines(zone: ZoneReport, look: Look, verbose: boolean): readonly string[] {
  const { updates } = zone;
  const facts = [
    PARTITIONS[zone.partition],
    updates === null
      ? 'updates: not known'
      : updates === 'unsecured'
        ? look.paint('bad', UPDATES[updates])
        : UPDATES[updates],
    ageingText(zone.ageing),
    ...(zone.loser === null ? [] : [look.paint('warn', `lost a ${zone.loser}`)]),
  ];
  const blocks = [
    ...zone.unread.map((why) => [look.paint('warn', `could not be read: ${why}`)]),
    ...(verbose ? [[creatorsText(zone)]] : []),
    ...zone.nodes.map((node) => nodeLines(node, look, verbose)),
    ...(zone.nodes.length === 0 && zone.unread.length === 0 ? [['no KMS name']] : []),
  ];
  return [
    wrap(`zone ${look.paint('strong', displayName(zone.name))}: ${facts.join('; ')}`, look.columns, '', '  '),
    ...blocks.flatMap((block, i) => branchLines(block, i === blocks.length - 1, look)),
    '',
  ];
}

/** Lines behind a branch of the tree, wrapped to what is left of the columns. */
function branchLines(
  block: readonly string[],
  isLast: boolean,
  { columns, symbols }: Look,
): readonly string[] {
  const lines = block.flatMap((line) => wrap(line, columns - 3, '', '  ').split('\n'));
  return lines.map((line, i) =>
    i === 0
      ? `${isLast ? symbols.lastBranch : symbols.branch} ${line}`
      : `${isLast ? ' ' : symbols.trunk}  ${line}`,
  );
}

function ageingText(ageing: ZoneReport['ageing']): string {
  if (ageing === null) return 'ageing: not known';
  if (!ageing.on) return 'no ageing';
  return `ages: no-refresh ${ageing.noRefreshHours} h, refresh ${ageing.refreshHours} h`;
}

function creatorsText({ creators }: ZoneReport): string {
  const who = creators.filter(({ access }) => access === 'allows').map(({ name }) => name);
  return `may create names: ${who.length === 0 ? 'nobody, or not known' : [...new Set(who)].join(', ')}`;
}

function nodeLines(node: NodeReport, look: Look, verbose: boolean): readonly string[] {
  const { tombstone, loser } = node;
  const marks = [
    ...(tombstone === null
      ? []
      : [`a tombstone${tombstone.since === null ? '' : ` since ${tombstone.since}`}`]),
    ...(loser === null ? [] : [`lost a ${loser}`]),
  ];
  const head = [
    look.paint('strong', displayName(node.name)),
    ...marks.map((mark) => look.paint('warn', mark)),
  ];
  return [
    head.join(', '),
    ...node.records.map((record) => recordText(record)),
    ...node.problems.map((says) => look.paint('warn', says)),
    ...permissionLines(node, look, verbose),
    ...node.hosts.map((host) => hostText(host, look)),
    ...node.replicas
      .filter(({ state }) => state !== 'same' || verbose)
      .map(({ server, state, why }) => `at ${server}: ${REPLICAS[state]}${why === null ? '' : `, ${why}`}`),
  ];
}

const REPLICAS = {
  same: 'the same',
  differs: 'other records',
  missing: 'not there',
  unknown: 'not known',
} as const;

function recordText({ type, priority, weight, port, target, ttlSeconds, ageing }: RecordReport): string {
  const data = target === undefined ? '' : ` ${priority} ${weight} ${port} ${displayName(target)}`;
  return `${type}${data}, TTL ${ttlSeconds}: ${ageing.says}`;
}

function ownerText(owner: PrincipalReport | null, look: Look): string {
  if (owner === null) return look.paint('warn', 'not read');
  const who = owner.name === owner.sid ? owner.sid : `${owner.name} (${owner.sid})`;
  if (owner.exists === 'no') return look.paint('bad', `${who}, which does not exist any more`);
  return owner.exists === 'unknown' ? `${who}, whether it still exists is not known` : who;
}

function permissionLines(node: NodeReport, look: Look, verbose: boolean): readonly string[] {
  if (node.unreadPermissions !== null) return [`owner and permissions: not known, ${node.unreadPermissions}`];
  const owner = `owner: ${ownerText(node.owner, look)}`;
  if (node.openToAll) return [owner, look.paint('bad', 'no permission list: everybody may do everything')];
  if (verbose) return [owner, ...node.writers.map(({ says }) => says)];
  const denied = node.writers.filter(({ access }) => access === 'denies');
  const names = (administrative: boolean): string => {
    const those = node.writers.filter(
      (one) => one.access === 'allows' && one.administrative === administrative,
    );
    return [...new Set(those.map(({ name }) => name))].join(', ');
  };
  const byOffice = names(true);
  return [
    owner,
    ...denied.map(({ says }) => look.paint('warn', says)),
    `may write: ${names(false) || 'no account of its own'}`,
    ...(byOffice === '' ? [] : [look.paint('dim', `may write by office: ${byOffice}`)]),
  ];
}

function hostText(host: HostReport, look: Look): string {
  const { good, bad, unknown } = look.symbols;
  const name = displayName(host.name);
  const roles = [
    ...(host.published ? [] : ['wanted, not published']),
    ...(host.account?.enabled === false ? ['account disabled'] : []),
    ...(host.inGroup === 'no' ? ['not in the group'] : []),
  ];
  const who = roles.length === 0 ? name : `${name} (${roles.join(', ')})`;
  switch (host.mayWrite) {
    case 'yes':
      return `${look.paint('good', good)} ${who} may write it: ${host.because}`;
    case 'no':
      return `${look.paint('bad', bad)} ${who} may NOT write it: ${host.because}`;
    case 'unknown':
      return `${look.paint('warn', unknown)} ${who}, whether it may write is not known: ${host.because}`;
  }
}

function unjudgedLines({ unjudged, unread }: AuditReport, look: Look, verbose: boolean): readonly string[] {
  // What could not be read makes many things unjudged; each reason is told once.
  const bySubject = new Map<string, string[]>();
  for (const { code, subject, why } of unjudged) {
    const key = verbose ? `${subject}: ${why}` : why;
    bySubject.set(key, [...(bySubject.get(key) ?? []), code]);
  }
  return [
    ...unread.map(({ dn, why }) => wrap(`${dn}: ${why}`, look.columns, '', '  ')),
    ...[...bySubject].map(([why, codes]) =>
      wrap(`${[...new Set(codes)].join(', ')}: ${why}`, look.columns, '', '  '),
    ),
  ];
}

function section(look: Look, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [look.paint('strong', title), ...lines, ''];
}

/** Names and texts come from the directory, which may hold anything: nothing of it moves the cursor of a terminal. */
export function visible<T>(value: T): T {
  if (typeof value === 'string') return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd') as T;
  if (Array.isArray(value)) return value.map(visible) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visible(one)])) as T;
}
