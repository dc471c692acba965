import type { DesiredState } from '../core/desired-state.ts';
import { canonicalRecords } from '../core/srv.ts';
import { ttlOf } from '../core/zone-lines.ts';
import type { DraftFile, Format, ReadRecord } from './format.ts';

/**
 * Throws, as a bug, when the files do not hold exactly the records that they should: all of the state, or
 * `expected`. Fields that the format has no place for are not compared.
 */
export function readBack(
  format: Pick<Format, 'id' | 'cannot'> & { readonly read: NonNullable<Format['read']> },
  files: readonly DraftFile[],
  state: DesiredState,
  expected: readonly Omit<ReadRecord, 'place'>[] = expectedRecords(state),
): void {
  const lost = new Set(format.cannot.map(({ of }) => of));
  const line = ({ owner, ttlSeconds, record }: Omit<ReadRecord, 'place'>): string =>
    [
      owner,
      lost.has('ttl') ? '-' : ttlSeconds,
      lost.has('priority') ? '-' : record.priority,
      lost.has('weight') ? '-' : record.weight,
      lost.has('port') ? '-' : record.port,
      record.target,
    ].join(' ');
  const wrong = (detail: string): Error => new Error(`bug: ${format.id} does not read back: ${detail}`);

  const wanted = new Set(expected.map(line));
  const found = new Set<string>();
  for (const { path, content, role } of files) {
    if (role === 'settings') continue;
    const { records, problems } = format.read(
      typeof content === 'string' ? Buffer.from(content, 'utf8') : content,
      path,
    );
    const [problem] = problems;
    if (problem !== undefined) throw wrong(`${path}:${problem.line}: ${problem.message}`);
    for (const record of records) {
      const text = line(record);
      if (!wanted.has(text)) throw wrong(`it holds ${JSON.stringify(text)}, which nobody asked for`);
      if (found.has(text)) throw wrong(`${JSON.stringify(text)} stands in it twice`);
      found.add(text);
    }
  }
  const missing = [...wanted].find((text) => !found.has(text));
  if (missing !== undefined) throw wrong(`${JSON.stringify(missing)} is missing`);
}

/** Every record of a state, with the TTL it is written with when nobody looks at DNS. */
export function expectedRecords(state: DesiredState): readonly Omit<ReadRecord, 'place'>[] {
  return state.domains.flatMap((domain) =>
    canonicalRecords(domain.publish).map((record) => ({
      owner: domain.owner,
      ttlSeconds: ttlOf(domain),
      record,
    })),
  );
}
