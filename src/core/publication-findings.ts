import { finding } from './catalogue.ts';
import type { DesiredDomain, DesiredState, KmsHost } from './desired-state.ts';
import type { Evidence, Finding } from './finding.ts';
import { KMS_PORT } from './kms.ts';
import { displayName, type Fqdn } from './name.ts';
import { formatRecord, type SrvRecord } from './srv.ts';

const SHORT_TTL_SECONDS = 60;
const LONG_TTL_SECONDS = 86_400;

/** A set that is wanted or published, and where that was seen: a file with its line, a server. */
export interface JudgedSet {
  readonly name: Fqdn;
  readonly ttlSeconds?: number;
  readonly records: readonly SrvRecord[];
  readonly seenAt: string;
  /** What the desired state says about hosts: a port that it states is meant. */
  readonly hosts?: readonly KmsHost[];
}

/**
 * What is worth a word about a set by its values alone: ports, shares, tiers, TTL. The same for a desired set and
 * for a published one; nothing about an empty one.
 */
export function recordSetFindings({
  name,
  ttlSeconds,
  records,
  seenAt,
  hosts = [],
}: JudgedSet): readonly Finding[] {
  const findings: Finding[] = [];
  const says = (text: string): [Evidence] => [{ observation: seenAt, says: text }];
  const subjectOf = (record: SrvRecord): string => `${name} SRV ${formatRecord(record)}`;

  const byPriority = groupBy(records, (record) => record.priority);
  const byHost = groupBy(records, (record) => record.target);
  for (const record of records) {
    const evidence = says(`port ${record.port}`);
    if (record.port === 0) findings.push(finding('SRV-010', { subject: subjectOf(record), evidence }));
    else if (
      record.port !== KMS_PORT &&
      !hosts.some((host) => host.name === record.target && host.port === record.port)
    )
      findings.push(finding('SRV-011', { subject: subjectOf(record), evidence }));
  }
  for (const [priority, tier] of byPriority) {
    const weights = tier.flatMap(({ weight }) => (weight > 0 ? [weight] : []));
    if (weights.length === 0) continue;
    const evidence = says(`weight 0 beside ${weights.join(', ')} at priority ${priority}`);
    for (const record of tier)
      if (record.weight === 0)
        findings.push(finding('SRV-015', { subject: subjectOf(record), evidence, severity: 'warning' }));
  }
  for (const [host, own] of byHost)
    if (own.length > 1)
      findings.push(
        finding('SRV-012', {
          subject: `${name} → ${host}`,
          evidence: says(own.map(formatRecord).join('; ')),
        }),
      );
  const [[onlyHost] = []] = byHost;
  if (onlyHost !== undefined && byHost.size === 1)
    findings.push(finding('SRV-013', { subject: name, evidence: says(`only ${displayName(onlyHost)}`) }));
  else if (byHost.size > 1 && byPriority.size === 1)
    findings.push(
      finding('SRV-014', { subject: name, evidence: says(`${byHost.size} hosts, one priority`) }),
    );
  if (ttlSeconds !== undefined && (ttlSeconds < SHORT_TTL_SECONDS || ttlSeconds > LONG_TTL_SECONDS))
    findings.push(finding('SRV-020', { subject: name, evidence: says(`TTL ${ttlSeconds} s`) }));
  return findings;
}

/** What is worth a word in a desired state before anything is published, in file order. */
export function publicationFindings({ hosts, domains }: Omit<DesiredState, 'findings'>): readonly Finding[] {
  const described = new Set(hosts.map((host) => host.name));
  return domains.flatMap((domain) => {
    const seenAt = `${domain.place.file}:${domain.place.line}:${domain.place.column}`;
    if (domain.publish.length === 0) return [nothingWanted(domain, seenAt)];
    const strangers =
      described.size === 0 ? [] : domain.publish.filter((record) => !described.has(record.target));
    const unknown = strangers.map((record) =>
      finding('PUB-014', {
        subject: record.target,
        evidence: [
          {
            observation: seenAt,
            says: `${displayName(domain.domain)} publishes it; \`hosts\` does not have it`,
          },
        ],
      }),
    );
    const { owner: name, publish: records, ttlSeconds } = domain;
    return [
      ...unknown,
      ...recordSetFindings({ name, records, seenAt, hosts, ...(ttlSeconds !== undefined && { ttlSeconds }) }),
    ];
  });
}

function nothingWanted({ owner, policy }: DesiredDomain, seenAt: string): Finding {
  const exact = policy === 'exact';
  return finding('PUB-013', {
    subject: owner,
    title: exact
      ? 'no KMS record is wanted here; those that are there will be removed'
      : 'nothing is published here, and nothing removed',
    evidence: [{ observation: seenAt, says: `an empty list with policy ${policy}` }],
  });
}

function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
