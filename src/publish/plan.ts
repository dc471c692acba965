import { createHash } from 'node:crypto';
import type { DesiredDomain } from '../core/desired-state.ts';
import type { Finding } from '../core/finding.ts';
import { DEFAULT_TTL_SECONDS } from '../core/kms.ts';
import type { Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import {
  canonicalRecords,
  type SrvRecord,
  type SrvSet,
  sameRecord,
  sameRecords,
  sameTarget,
} from '../core/srv.ts';

export type Change =
  | { readonly kind: 'add'; readonly record: SrvRecord }
  | { readonly kind: 'remove'; readonly record: SrvRecord }
  /** Same target and port, other priority or weight. */
  | { readonly kind: 'change'; readonly from: SrvRecord; readonly to: SrvRecord }
  | { readonly kind: 'retime'; readonly fromSeconds: number; readonly toSeconds: number };

/** A live record that the desired state does not list and the change leaves alone. */
export interface Kept {
  readonly record: SrvRecord;
  readonly because: 'additive-policy';
}

/** What would happen to the records of one domain. */
export interface ZonePlan {
  readonly domain: Fqdn;
  readonly zone: Fqdn;
  /** Where the update goes. */
  readonly server: Endpoint;
  /** Owner name of the set, `_vlmcs._tcp.<domain>`. */
  readonly name: Fqdn;
  /** What the server said; becomes the prerequisite. Null: no such set. */
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
  /** Empty if and only if `before` and `after` say the same. */
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
  readonly warnings: readonly Finding[];
  /** Why nothing of this can be carried out, whatever the key allows. */
  readonly blocked?: string;
}

export interface Plan {
  readonly zones: readonly ZonePlan[];
  /** Identity of what would be done: zones, servers, before and after. Not of warnings. */
  readonly digest: string;
  readonly inSync: boolean;
}

/** What {@link planDomain} decides from what was seen; the caller adds where it was seen. */
export interface Decision {
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
}

/**
 * What turns the live set into the desired one.
 *
 * A live record is left alone when the policy is additive and its host is not listed at all: KMS hosts register
 * themselves, and what we do not know we do not delete. A listed host with other data is ours: it is changed, or
 * removed where the same host stands on another port, because a KMS host listens on one.
 * A left-out TTL keeps the live one, and gives a new set {@link DEFAULT_TTL_SECONDS}.
 */
export function planDomain(
  desired: Pick<DesiredDomain, 'owner' | 'ttlSeconds' | 'policy' | 'publish'>,
  before: SrvSet | null,
): Decision {
  const wanted = canonicalRecords(desired.publish);
  const live = before === null ? [] : canonicalRecords(before.records);
  const missing = wanted.filter((record) => !live.some((one) => sameRecord(one, record)));
  const surplus = live.filter((record) => !wanted.some((one) => sameRecord(one, record)));

  const changes: Change[] = [];
  const kept: Kept[] = [];
  const replaced = new Set<SrvRecord>();
  for (const record of surplus) {
    const successor = missing.find((one) => !replaced.has(one) && sameTarget(one, record));
    if (successor !== undefined) {
      replaced.add(successor);
      changes.push({ kind: 'change', from: record, to: successor });
    } else if (desired.policy === 'exact' || wanted.some((one) => one.target === record.target)) {
      changes.push({ kind: 'remove', record });
    } else {
      kept.push({ record, because: 'additive-policy' });
    }
  }
  for (const record of missing) if (!replaced.has(record)) changes.push({ kind: 'add', record });

  const untouched = live.filter((record) => wanted.some((one) => sameRecord(one, record)));
  const records = canonicalRecords([...untouched, ...kept.map(({ record }) => record), ...missing]);
  const ttlSeconds = desired.ttlSeconds ?? before?.ttlSeconds ?? DEFAULT_TTL_SECONDS;
  const after = records.length === 0 ? null : { name: desired.owner, ttlSeconds, records };
  if (before !== null && after !== null && before.ttlSeconds !== ttlSeconds) {
    changes.push({ kind: 'retime', fromSeconds: before.ttlSeconds, toSeconds: ttlSeconds });
  }
  return { before, after, changes: changes.sort(compareChanges), kept };
}

const CHANGE_ORDER = { remove: 0, change: 1, add: 2, retime: 3 } as const;

function compareChanges(a: Change, b: Change): number {
  return CHANGE_ORDER[a.kind] - CHANGE_ORDER[b.kind];
}

/** Joins the plans of all domains under one digest. */
export function assemblePlan(zones: readonly ZonePlan[]): Plan {
  return {
    zones,
    digest: planDigest(zones),
    inSync: zones.every((zone) => zone.changes.length === 0),
  };
}

/** `sha256:` and hex over zone, server, owner, before and after of every entry, whatever their order. */
export function planDigest(zones: readonly ZonePlan[]): string {
  const essence = zones
    .map((zone) => [
      zone.name,
      zone.zone,
      zone.server.address,
      zone.server.port,
      essenceOf(zone.before),
      essenceOf(zone.after),
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return `sha256:${createHash('sha256').update(JSON.stringify(essence)).digest('hex')}`;
}

function essenceOf(set: SrvSet | null): unknown {
  if (set === null) return null;
  return [
    set.ttlSeconds,
    canonicalRecords(set.records).map(({ priority, weight, port, target }) => [
      priority,
      weight,
      port,
      target,
    ]),
  ];
}

/** Same TTL and same records, or both absent. */
export function sameSet(a: SrvSet | null, b: SrvSet | null): boolean {
  if (a === null || b === null) return a === b;
  return a.ttlSeconds === b.ttlSeconds && sameRecords(a.records, b.records);
}
