import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import type { Severity } from '../core/finding.ts';
import type { LintResult } from './result.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  error: 'error',
  warning: 'warning',
  notice: 'note',
  info: 'note',
};

/**
 * Results as one run of SARIF 2.1.0 (OASIS), which code hosts show beside the line. `uriOf` gives the place of a file
 * relative to the root of the checkout.
 */
export function sarifOf(
  results: readonly LintResult[],
  version: string,
  uriOf: (file: string) => string,
): Record<string, unknown> {
  const codes = [...new Set(results.map(({ code }) => code))].sort();
  const indexes = new Map(codes.map((code, i) => [code, i]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kmsdns', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: results.map((result) => ({
          ruleId: result.code,
          ruleIndex: indexes.get(result.code),
          level: LEVELS[result.severity],
          message: { text: `${result.text}. Mended: ${result.fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(result.file) },
                region: { startLine: result.line, startColumn: result.column },
              },
            },
          ],
          ...(result.edit !== undefined && { fixes: [fixOf(result, result.edit, uriOf)] }),
        })),
      },
    ],
  };
}

/** A relative file URI (RFC 3986 §4.2): forward slashes, and escapes for what a path segment may not hold. */
export function relativeUri(path: string): string {
  const uri = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  // A colon in the first segment would read as a scheme; encodeURIComponent has escaped it.
  return uri === '' ? '.' : uri;
}

function ruleOf(code: FindingCode): Record<string, unknown> {
  const { slug, title, explanation, severity, fix } = CATALOGUE[code];
  return {
    id: code,
    name: slug,
    shortDescription: { text: `${title[0]?.toUpperCase()}${title.slice(1)}.` },
    fullDescription: { text: explanation },
    help: { text: fix.map(({ text, command }) => (command ? `${text} ${command}` : text)).join('\n') },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function fixOf(
  { file, fix }: LintResult,
  { from, to, text }: NonNullable<LintResult['edit']>,
  uriOf: (file: string) => string,
): Record<string, unknown> {
  return {
    description: { text: fix },
    artifactChanges: [
      {
        artifactLocation: { uri: uriOf(file) },
        replacements: [
          {
            deletedRegion: {
              startLine: from.line,
              startColumn: from.column,
              endLine: to.line,
              endColumn: to.column,
            },
            insertedContent: { text },
          },
        ],
      },
    ],
  };
}
