import type { Diagnosis } from '../diagnosis.ts';
import { diagnosisHtml } from './html.ts';
import { diagnosisJunit } from './junit.ts';
import { diagnosisMarkdown } from './markdown.ts';
import type { ReportContext } from './verdict.ts';

const KINDS: Readonly<Record<string, (diagnosis: Diagnosis, context: ReportContext) => string>> = {
  '.html': diagnosisHtml,
  '.htm': diagnosisHtml,
  '.md': diagnosisMarkdown,
  '.xml': diagnosisJunit,
};

/** What {@link reportFor} knows. */
export const REPORT_EXTENSIONS: readonly string[] = Object.keys(KINDS);

/** The report that a file of this extension (`.html`, lower case) holds; undefined for an extension that has none. */
export function reportFor(
  extension: string,
  diagnosis: Diagnosis,
  context: ReportContext,
): string | undefined {
  return Object.hasOwn(KINDS, extension) ? KINDS[extension]!(diagnosis, context) : undefined;
}
