import { type Finding, SEVERITIES } from '../core/finding.ts';
import type { DirectorySnapshot } from './audit-model.ts';
import {
  hostsOfManyDomains,
  hostsOutsideGroup,
  lockedTombstones,
  unclaimedNames,
  unsecuredZones,
  writersOfRecords,
} from './audit-permission-rules.ts';
import {
  ageOfRecords,
  brokenNodes,
  disjointHosts,
  doubles,
  removedRecords,
  replicasThatDiffer,
  targetsOfRecords,
} from './audit-record-rules.ts';
import { type AuditView, type Unjudged, type Verdict, viewOf } from './audit-view.ts';

/** What an audit says: findings, worst first, and what it could not judge. */
export interface Audit {
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
}

const RULES: readonly ((view: AuditView) => Iterable<Verdict>)[] = [
  writersOfRecords,
  lockedTombstones,
  unsecuredZones,
  unclaimedNames,
  hostsOfManyDomains,
  hostsOutsideGroup,
  replicasThatDiffer,
  ageOfRecords,
  removedRecords,
  targetsOfRecords,
  doubles,
  brokenNodes,
  disjointHosts,
];

/**
 * Judges what was read from the directory. The same snapshot gives the same audit; what could not be read is in
 * `unjudged` and never a finding.
 */
export function auditDirectory(snapshot: DirectorySnapshot): Audit {
  const view = viewOf(snapshot);
  const verdicts = RULES.flatMap((rule) => [...rule(view)]);
  const rank = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  return {
    findings: verdicts
      .flatMap((one) => (one.kind === 'finding' ? [one.finding] : []))
      .sort((a, b) => rank(a) - rank(b)),
    unjudged: verdicts.flatMap((one) => (one.kind === 'unjudged' ? [one.unjudged] : [])),
  };
}
