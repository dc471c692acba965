import { isEntry } from './file-kind.ts';
import { domainOf, entryFault, noteDomain } from './publish-entry.ts';
import { type Draft, type Lines, mend } from './result.ts';

/** Lints a publish list as text: one `domain, priority, weight` on each line. */
export function lintPublishList(lines: readonly string[], say: (draft: Draft) => void): void {
  const source: Lines = { lineAt: (line) => lines[line - 1] };
  const all = new Set(lines.filter(isEntry).map(domainOf));
  const before = new Set<string>();
  for (const [i, entry] of lines.entries()) {
    if (!isEntry(entry)) continue;
    const fault = entryFault(entry, before, all);
    noteDomain(entry, fault, before);
    if (fault === undefined) continue;
    const line = { line: i + 1, column: 1, length: entry.length };
    say({
      line: i + 1,
      column: fault.offset + 1,
      code: 'PUB-005',
      text: fault.text,
      mend: fault.mended === undefined ? undefined : mend(source, line, fault.mended, fault.safe),
      advice: fault.advice,
    });
  }
}
