import { CLASS, TYPE } from '../core/dns-codes.ts';
import type { Fqdn } from '../core/name.ts';
import { canonicalRecords, type SrvRecord, type SrvSet, sameRecord } from '../core/srv.ts';
import { encodeUpdate, prerequisite, type Rr, update } from '../core/wire.ts';

/** One RRset that a message turns from `before` into `after`. */
export interface Edit {
  readonly name: Fqdn;
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
}

/** The sections of one UPDATE message, before it gets an ID and a signature. */
export interface UpdateSections {
  readonly zone: Fqdn;
  readonly prerequisites: readonly Rr[];
  readonly updates: readonly Rr[];
}

/**
 * The one message that makes all edits of a zone, or none (RFC 2136 §3.7).
 *
 * Prerequisites pin every set to `before`, value by value (§2.4.2), or to its absence together with the absence of
 * an alias (§2.4.3), so that a zone that moved answers NXRRSET or YXRRSET and keeps its data. Exact records are
 * deleted (§2.5.4), never the set or the name: least-privilege rules refuse more, and other hosts' records survive.
 */
export function updateSections(zone: Fqdn, edits: readonly Edit[]): UpdateSections {
  return {
    zone,
    prerequisites: edits.flatMap(guardOf),
    updates: edits.flatMap(changesOf),
  };
}

function guardOf({ name, before }: Edit): Rr[] {
  if (before !== null)
    return before.records.map((record) => prerequisite.rrsetExactly(srvRr(name, 0, record)));
  // A CNAME would swallow the add with NOERROR (§3.4.2.2).
  return [prerequisite.rrsetAbsent(name, TYPE.SRV), prerequisite.rrsetAbsent(name, TYPE.CNAME)];
}

function changesOf({ name, before, after }: Edit): Rr[] {
  const live = before?.records ?? [];
  const wanted = after?.records ?? [];
  const ttlSeconds = after?.ttlSeconds ?? 0;
  // Knot ignores an add that differs from the record only in TTL, so a new TTL replaces every record, in one message.
  const retime = before !== null && after !== null && before.ttlSeconds !== after.ttlSeconds;
  const gone = retime ? live : live.filter((record) => !wanted.some((one) => sameRecord(one, record)));
  const fresh = retime ? wanted : wanted.filter((record) => !live.some((one) => sameRecord(one, record)));
  return [
    ...gone.map((record) => update.deleteRr(srvRr(name, 0, record))),
    ...canonicalRecords(fresh).map((record) => update.add(srvRr(name, ttlSeconds, record))),
  ];
}

/**
 * The same message with one prerequisite in front that cannot hold: the zone's apex is always in use. Nothing is
 * ever written; a server that asks for permission first answers YXDOMAIN only when it would have obeyed.
 */
export function poisoned(sections: UpdateSections): UpdateSections {
  return {
    ...sections,
    prerequisites: [prerequisite.nameNotInUse(sections.zone), ...sections.prerequisites],
  };
}

/**
 * What preflight sends for a set that is in sync already: each desired record once more. Behind the poison it is
 * never carried out, and it asks for the same permission.
 */
export function rehearsal(zone: Fqdn, edits: readonly Edit[]): UpdateSections {
  const sections = updateSections(zone, edits);
  if (sections.updates.length > 0) return sections;
  return {
    ...sections,
    updates: edits.flatMap(({ name, after }) =>
      (after?.records ?? []).map((record) => update.add(srvRr(name, after?.ttlSeconds ?? 0, record))),
    ),
  };
}

/** Throws `update-too-large` when it does not fit into one message: it is never split. */
export function encodeSections(id: number, sections: UpdateSections): Uint8Array {
  return encodeUpdate({ id, ...sections });
}

function srvRr(owner: Fqdn, ttlSeconds: number, record: SrvRecord): Rr {
  return { owner, type: TYPE.SRV, class: CLASS.IN, ttlSeconds, rdata: { kind: 'SRV', record } };
}
