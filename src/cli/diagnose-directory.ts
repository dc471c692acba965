import type { Fqdn } from '../core/name.ts';
import { readEvidence, unreadableEvidence } from '../diagnose/evidence/read-evidence.ts';
import type { Fact, FactsRead } from '../diagnose/fact.ts';
import { hostsThatTried } from '../diagnose/rules/directory.ts';
import type { Wanted } from '../directory/audit-model.ts';
import { auditReport } from '../directory/audit-report.ts';
import { readDirectory } from '../directory/read-directory.ts';
import { DEFAULT_GROUP } from './audit-choices.ts';
import type { Context } from './command.ts';
import { type DirectoryValues, faultLines, openDirectory } from './directory.ts';

/**
 * What the directory says about the record, as if `kmsdns audit --json` had been given with `--facts`: one road for
 * both, and a recording replays either. The hosts whose events are `known` are asked about, too. A directory that does not answer is evidence that could not be read.
 */
export async function directoryEvidence(
  values: DirectoryValues,
  context: Context,
  domains: readonly Fqdn[],
  { wanted, known }: { readonly wanted: Wanted | undefined; readonly known: readonly Fact[] },
  firstId: number,
): Promise<FactsRead> {
  const run = await openDirectory(context, values, domains);
  const read = await run.during('reading the directory', ({ clients }) =>
    readDirectory(clients, {
      now: new Date(),
      group: DEFAULT_GROUP,
      trying: hostsThatTried(known),
      ...(wanted !== undefined && { wanted }),
    }),
  );
  if (!read.ok) {
    for (const line of faultLines(read.fault, context)) context.warn(line);
    return unreadableEvidence('directory', read.fault.detail, firstId);
  }
  const document = JSON.stringify(auditReport(read.value, DEFAULT_GROUP));
  return readEvidence(new TextEncoder().encode(document), 'directory', firstId);
}
