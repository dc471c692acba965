import type { Fqdn } from './name.ts';

/** RDATA of one SRV record (RFC 2782). Priority, weight and port are 0…65535. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Fqdn;
  /** The target's letters as the server wrote them, when they differ from `target`: some servers compare octets. */
  readonly targetAsServed?: string;
}

/** An SRV RRset, never empty. The TTL belongs to the set, not to its members (RFC 2181 §5.2). */
export interface SrvSet {
  readonly name: Fqdn;
  readonly ttlSeconds: number;
  readonly records: readonly SrvRecord[];
}

/** Same host on the same port: what makes two records "the same target, changed". */
export function sameTarget(a: SrvRecord, b: SrvRecord): boolean {
  return a.target === b.target && a.port === b.port;
}

/** Equal RDATA; spelling does not count (RFC 4343). */
export function sameRecord(a: SrvRecord, b: SrvRecord): boolean {
  return sameTarget(a, b) && a.priority === b.priority && a.weight === b.weight;
}

/** Priority, then heavier first, then name and port: the order in which people read a set. */
export function compareRecords(a: SrvRecord, b: SrvRecord): number {
  return (
    a.priority - b.priority ||
    b.weight - a.weight ||
    (a.target < b.target ? -1 : a.target > b.target ? 1 : 0) ||
    a.port - b.port
  );
}

/** The records in canonical order, each once; the same array when they already are. */
export function canonicalRecords(records: readonly SrvRecord[]): readonly SrvRecord[] {
  if (records.every((record, i) => i === 0 || compareRecords(records[i - 1]!, record) < 0)) return records;
  const sorted = [...records].sort(compareRecords);
  return sorted.filter((record, i) => i === 0 || !sameRecord(record, sorted[i - 1]!));
}

/** Same members, in any order. */
export function sameRecords(a: readonly SrvRecord[], b: readonly SrvRecord[]): boolean {
  const left = canonicalRecords(a);
  const right = canonicalRecords(b);
  return left.length === right.length && left.every((record, i) => sameRecord(record, right[i]!));
}

/** `priority weight port target`, as in a master file. */
export function formatRecord(record: SrvRecord): string {
  return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
}

export interface SrvShare {
  readonly record: SrvRecord;
  /** Probability, 0…1, that a client tries this record first. */
  readonly firstTryShare: number;
}

/**
 * Who is tried first: weight over the sum of the weights of the best priority; all zero: equal shares;
 * a zero beside others: nothing. Computed exactly from RFC 2782, "Usage rules".
 */
export function firstTryShares(records: readonly SrvRecord[]): readonly SrvShare[] {
  const all = canonicalRecords(records);
  const best = all.filter((record) => record.priority === all[0]?.priority);
  const sum = best.reduce((total, record) => total + record.weight, 0);
  return all.map((record) => {
    if (record.priority !== best[0]?.priority) return { record, firstTryShare: 0 };
    return { record, firstTryShare: sum === 0 ? 1 / best.length : record.weight / sum };
  });
}
