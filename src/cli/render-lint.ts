import type { Severity } from '../core/finding.ts';
import type { FileLint } from '../lint/lint-file.ts';
import { counted, type Look, type Tone, wrap } from './look.ts';

const TONES: Readonly<Record<Severity, Tone>> = {
  critical: 'bad',
  error: 'bad',
  warning: 'warn',
  notice: 'dim',
  info: 'dim',
};

/** Results of all files, as `FILE:LINE:COLUMN: severity CODE (slug)`, what is wrong, and the mended line. */
export function lintLines(lints: readonly FileLint[], look: Look): readonly string[] {
  return lints.flatMap(({ file, results, more }) => [
    ...results.flatMap(({ line, column, severity, code, slug, text, fix }) => [
      `${look.paint('strong', `${file}:${line}:${column}`)}: ${look.paint(TONES[severity], severity)} ${code} ${look.paint('dim', slug)}`,
      wrap(`${text}.`, look.columns, '  '),
      // A line to copy is not wrapped.
      `  ${look.symbols.arrow} ${fix}`,
    ]),
    ...(more === 0 ? [] : [`${file}: ${look.symbols.ellipsis} and ${more} more`]),
  ]);
}

/** One line: how many files, how many results of which weight. */
export function lintVerdict(lints: readonly FileLint[]): string {
  const counts = weigh(lints);
  const files = counted(lints.length, 'file');
  const said = [
    counts.errors > 0 ? counted(counts.errors, 'error') : '',
    counts.warnings > 0 ? counted(counts.warnings, 'warning') : '',
    counts.notices > 0 ? counted(counts.notices, 'notice') : '',
  ].filter((part) => part !== '');
  const kinds = [...new Set(lints.map(({ kind }) => kind))].join(', ');
  return `${files} (${kinds}): ${said.length === 0 ? 'clean' : said.join(', ')}`;
}

/** CONTRACT section 2: 0 clean, 1 warnings, 2 errors. Notices alone are no reason to stop a build. */
export function lintExitCode(lints: readonly FileLint[]): 0 | 1 | 2 {
  const { errors, warnings } = weigh(lints);
  if (errors > 0) return 2;
  return warnings > 0 ? 1 : 0;
}

function weigh(lints: readonly FileLint[]): { errors: number; warnings: number; notices: number } {
  const results = lints.flatMap((one) => one.results);
  const count = (...severities: readonly Severity[]): number =>
    results.filter(({ severity }) => severities.includes(severity)).length;
  // Results that are not kept were no better than those that are.
  const more = lints.reduce((sum, one) => sum + one.more, 0);
  return {
    errors: count('critical', 'error'),
    warnings: count('warning') + more,
    notices: count('notice', 'info'),
  };
}
