import { displayName, ROOT } from '../core/name.ts';
import { type ZoneField, type ZoneProblem, type ZoneRecord, zoneReader } from '../core/zone-reader.ts';
import { recordJudge } from './record-judge.ts';
import { isKmsOwner } from './record-rules.ts';
import type { Draft, Lines } from './result.ts';
import type { Written, WrittenRecord } from './written-record.ts';

/** Lints the `local-data` of unbound.conf(5). Names in it are absolute, with or without the final dot. */
export function lintUnboundConf(lines: readonly string[], file: string, say: (draft: Draft) => void): void {
  const source: Lines = { lineAt: (line) => lines[line - 1] };
  const judge = recordJudge(say);
  for (const [i, text] of lines.entries()) {
    const found = /^(\s*(?:server:\s*)?local-data\s*:\s*)(?:"([^"]*)"|'([^']*)')/i.exec(text);
    if (found === null) continue;
    const [, before = '', double, single] = found;
    const shift = before.length + 1;
    const problems: ZoneProblem[] = [];
    const records: ZoneRecord[] = [];
    const reader = zoneReader(ROOT, file, {
      record: (record) => records.push(record),
      problem: (problem) => problems.push(problem),
    });
    reader.feed(double ?? single ?? '');
    reader.end();
    for (const { column, message, owner } of problems) {
      const ours = owner !== undefined && isKmsOwner(owner);
      say({
        line: i + 1,
        column: column + shift,
        code: ours ? 'SRV-033' : 'RUN-008',
        text: `${message}: unbound refuses to start, and no client gets any answer${ours ? ` for ${displayName(owner)}` : ''}`,
      });
    }
    for (const record of records) {
      const { type, owner } = record;
      const place = { line: i + 1, column: (record.ownerField?.column ?? 1) + shift };
      if (type === 'CNAME') judge.alias({ owner, ...place, form: 'unbound', lines: source });
      const written = writtenOf(record, i + 1, shift, source);
      if (written !== undefined) judge.record(written);
    }
  }
  judge.end();
}

function writtenOf(
  { owner, srv, ttlSeconds, ownerField, ttlField, fields, column }: ZoneRecord,
  line: number,
  shift: number,
  lines: Lines,
): WrittenRecord | undefined {
  const [priority, weight, port, target] = fields;
  if (srv === undefined || !priority || !weight || !port || !target) return undefined;
  const word = (field: ZoneField): Written => ({
    text: field.text,
    line,
    column: field.column + shift,
    length: field.text.length,
  });
  return {
    form: 'unbound',
    owner,
    srv,
    ttlSeconds,
    origin: ROOT,
    line,
    column: column + shift,
    words: {
      ...(ownerField && { owner: word(ownerField) }),
      ...(ttlField && { ttl: word(ttlField) }),
      priority: word(priority),
      weight: word(weight),
      port: word(port),
      target: word(target),
    },
    lines,
  };
}
