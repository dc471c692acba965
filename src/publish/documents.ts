import { formatEndpoint } from '../core/address.ts';
import type { Finding } from '../core/finding.ts';
import { readName } from '../core/name.ts';
import { canonicalRecords, type SrvRecord, type SrvSet } from '../core/srv.ts';
import type { Change, Plan, ZonePlan } from './plan.ts';

/** The JSON shapes of CONTRACT: what scripts read, and nothing of our internals. */
export interface SrvRecordJson {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
  /** The target's letters as the server has them, when they differ. */
  readonly targetAsServed?: string;
}

export interface SrvSetJson {
  readonly name: string;
  readonly ttl: number;
  readonly records: readonly SrvRecordJson[];
}

export type ChangeJson =
  | { readonly kind: 'add' | 'remove'; readonly record: SrvRecordJson }
  | { readonly kind: 'change'; readonly from: SrvRecordJson; readonly to: SrvRecordJson }
  | { readonly kind: 'retime'; readonly from: number; readonly to: number };

export interface ZonePlanJson {
  readonly zone: string;
  readonly server: string;
  readonly name: string;
  readonly domain: string;
  readonly before: SrvSetJson | null;
  readonly after: SrvSetJson | null;
  readonly changes: readonly ChangeJson[];
  readonly kept: readonly {
    readonly target: string;
    readonly because: string;
    readonly record: SrvRecordJson;
  }[];
  readonly warnings: readonly Finding[];
  readonly blocked: string | null;
}

export interface PlanJson {
  readonly schema: 'kmsdns/plan@1';
  readonly zones: readonly ZonePlanJson[];
  readonly unknown: readonly { readonly domain: string; readonly because: string }[];
  readonly digest: string;
  readonly inSync: boolean;
}

export function recordToJson({ priority, weight, port, target, targetAsServed }: SrvRecord): SrvRecordJson {
  return { priority, weight, port, target, ...(targetAsServed === undefined ? {} : { targetAsServed }) };
}

export function setToJson(set: SrvSet | null): SrvSetJson | null {
  return set === null
    ? null
    : { name: set.name, ttl: set.ttlSeconds, records: canonicalRecords(set.records).map(recordToJson) };
}

/** Reads a set back; undefined when it is none. Null is the absent set. */
export function readSetJson(value: unknown): SrvSet | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'object' || value === undefined) return undefined;
  const { name, ttl, records } = value as Partial<Record<string, unknown>>;
  const owner = typeof name === 'string' ? readName(name) : undefined;
  if (!owner?.ok || !isUint(ttl, 0x7fff_ffff) || !Array.isArray(records) || records.length === 0)
    return undefined;
  const read: SrvRecord[] = [];
  for (const one of records) {
    const record = readRecordJson(one);
    if (record === undefined) return undefined;
    read.push(record);
  }
  return { name: owner.name, ttlSeconds: ttl, records: canonicalRecords(read) };
}

function readRecordJson(value: unknown): SrvRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { priority, weight, port, target, targetAsServed } = value as Partial<Record<string, unknown>>;
  const host = typeof target === 'string' ? readName(target) : undefined;
  if (!isUint(priority, 65535) || !isUint(weight, 65535) || !isUint(port, 65535) || !host?.ok)
    return undefined;
  const record = { priority, weight, port, target: host.name };
  if (targetAsServed === undefined) return record;
  const spelled = typeof targetAsServed === 'string' ? readName(targetAsServed) : undefined;
  return spelled?.ok && spelled.name === host.name
    ? { ...record, targetAsServed: targetAsServed as string }
    : undefined;
}

function isUint(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function changeToJson(change: Change): ChangeJson {
  switch (change.kind) {
    case 'add':
    case 'remove':
      return { kind: change.kind, record: recordToJson(change.record) };
    case 'change':
      return { kind: 'change', from: recordToJson(change.from), to: recordToJson(change.to) };
    case 'retime':
      return { kind: 'retime', from: change.fromSeconds, to: change.toSeconds };
  }
}

export function zonePlanToJson(plan: ZonePlan): ZonePlanJson {
  return {
    zone: plan.zone,
    server: formatEndpoint(plan.server),
    name: plan.name,
    domain: plan.domain,
    before: setToJson(plan.before),
    after: setToJson(plan.after),
    changes: plan.changes.map(changeToJson),
    kept: plan.kept.map(({ record, because }) => ({
      target: record.target,
      because,
      record: recordToJson(record),
    })),
    warnings: plan.warnings,
    blocked: plan.blocked ?? null,
  };
}

/** The document of `kmsdns plan --json`, and of the plan file that `apply --plan` carries out. */
export function planToJson(plan: Plan, unknown: readonly { domain: string; because: string }[]): PlanJson {
  return {
    schema: 'kmsdns/plan@1',
    zones: plan.zones.map(zonePlanToJson),
    unknown: unknown.map(({ domain, because }) => ({ domain, because })),
    digest: plan.digest,
    inSync: plan.inSync && unknown.length === 0,
  };
}
