import { parseEndpoint } from '../core/address.ts';
import { KmsDnsError } from '../core/errors.ts';
import { type Fqdn, readName } from '../core/name.ts';
import { type SrvSet, sameRecord, sameTarget } from '../core/srv.ts';
import { readSetJson } from './documents.ts';
import { assemblePlan, type Change, type Plan, type ZonePlan } from './plan.ts';

/**
 * Reads a plan file, the document of `kmsdns plan --out`. Throws `plan-invalid` when it is damaged or when its
 * digest does not fit its content: a plan is carried out as it was reviewed or not at all.
 */
export function parsePlan(text: string, file: string): Plan {
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('plan-invalid', `${file}: ${why}`, {
      hint: 'make a new one: kmsdns plan --out plan.json',
    });
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw bad('not JSON; the file is damaged or not a plan');
  }
  if (typeof document !== 'object' || document === null) throw bad('not a plan');
  const { schema, zones, digest } = document as Partial<Record<string, unknown>>;
  if (schema !== 'kmsdns/plan@1') throw bad('not a plan of this version ("schema" is not "kmsdns/plan@1")');
  if (!Array.isArray(zones)) throw bad('"zones" is missing');
  const plan = assemblePlan(
    zones.map((zone, i) => {
      const read = readZonePlan(zone);
      if (read === undefined) throw bad(`zone ${i + 1} is damaged`);
      return read;
    }),
  );
  if (plan.digest !== digest)
    throw bad('the digest does not fit the content: the plan was edited after it was made');
  return plan;
}

function readZonePlan(value: unknown): ZonePlan | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { zone, server, name, domain, before, after, blocked } = value as Partial<Record<string, unknown>>;
  const zoneName = nameIn(zone);
  const owner = nameIn(name);
  const domainName = nameIn(domain);
  const had = readSetJson(before);
  const has = readSetJson(after);
  if (zoneName === undefined || owner === undefined || domainName === undefined || typeof server !== 'string')
    return undefined;
  if (had === undefined || has === undefined) return undefined;
  if ((had !== null && had.name !== owner) || (has !== null && has.name !== owner)) return undefined;
  try {
    return {
      domain: domainName,
      zone: zoneName,
      server: parseEndpoint(server, 53),
      name: owner,
      before: had,
      after: has,
      changes: changesBetween(had, has),
      kept: [],
      warnings: [],
      ...(typeof blocked === 'string' ? { blocked } : {}),
    };
  } catch {
    return undefined;
  }
}

function nameIn(value: unknown): Fqdn | undefined {
  const read = typeof value === 'string' ? readName(value) : undefined;
  return read?.ok ? read.name : undefined;
}

/** The changes that lead from one set to the other; derived, never believed from a file. */
export function changesBetween(before: SrvSet | null, after: SrvSet | null): readonly Change[] {
  const live = before?.records ?? [];
  const wanted = after?.records ?? [];
  const gone = live.filter((record) => !wanted.some((one) => sameRecord(one, record)));
  const fresh = wanted.filter((record) => !live.some((one) => sameRecord(one, record)));
  const changes: Change[] = [];
  for (const record of gone) {
    const successor = fresh.find((one) => sameTarget(one, record));
    if (successor === undefined) changes.push({ kind: 'remove', record });
    else {
      fresh.splice(fresh.indexOf(successor), 1);
      changes.push({ kind: 'change', from: record, to: successor });
    }
  }
  changes.push(...fresh.map((record): Change => ({ kind: 'add', record })));
  if (before !== null && after !== null && before.ttlSeconds !== after.ttlSeconds) {
    changes.push({ kind: 'retime', fromSeconds: before.ttlSeconds, toSeconds: after.ttlSeconds });
  }
  return changes;
}
