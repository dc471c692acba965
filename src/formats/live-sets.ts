import { displayName, type Fqdn, ROOT } from '../core/name.ts';
import { canonicalRecords, type SrvSet } from '../core/srv.ts';
import { readZoneText } from '../core/zone-reader.ts';
import type { FormatOption } from './option.ts';

/** What is published now, by owner name; a name that is not in it has no SRV records. */
export type LiveSets = ReadonlyMap<Fqdn, SrvSet>;

/**
 * What an authoritative server says now, as `dig +noall +answer` prints it, or `none`. An empty text is refused: it is
 * what a failed command leaves behind, and that must not pass for "nothing is published".
 */
export function liveSetsOption(doc: string): FormatOption<LiveSets | undefined> {
  return { doc, value: 'ANSWER', read: readLiveSets, absent: { value: undefined } };
}

function readLiveSets(given: string): ReturnType<FormatOption<LiveSets>['read']> {
  if (given === 'none') return { ok: true, value: new Map() };
  const { records, problems } = readZoneText(given, ROOT, 'live');
  const [problem] = problems;
  if (problem !== undefined) return refuse(`line ${problem.line}: ${problem.message}`);
  if (records.length === 0) return refuse('it holds no record; say none when nothing is published');
  const sets = new Map<Fqdn, SrvSet>();
  for (const { owner, type, ttlSeconds, srv, line } of records) {
    if (type !== 'SRV' || srv === undefined) return refuse(`line ${line} is no SRV record`);
    if (ttlSeconds === undefined) return refuse(`line ${line} has no TTL`);
    const set = sets.get(owner);
    if (set !== undefined && set.ttlSeconds !== ttlSeconds)
      return refuse(`${displayName(owner)} has two TTLs`);
    sets.set(owner, { name: owner, ttlSeconds, records: canonicalRecords([...(set?.records ?? []), srv]) });
  }
  return { ok: true, value: sets };
}

function refuse(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
