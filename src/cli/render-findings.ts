import type { Finding, Severity } from '../core/finding.ts';
import { type Look, type Tone, wrap } from './look.ts';

const TONES: Readonly<Record<Severity, Tone>> = {
  critical: 'bad',
  error: 'bad',
  warning: 'warn',
  notice: 'dim',
  info: 'dim',
};

/** Findings of one code that are listed one by one; of more only the number is told. */
const SHOWN_PER_CODE = 5;

/**
 * Findings for a person: those of one code together, what is wrong, where it was seen, and what to do, in the order
 * in which the codes first appear.
 */
export function findingLines(findings: readonly Finding[], look: Look, indent = ''): readonly string[] {
  const byCode = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.severity} ${finding.title}`;
    byCode.set(key, [...(byCode.get(key) ?? []), finding]);
  }
  return [...byCode.values()].flatMap((alike) => groupLines(alike, look, indent));
}

function groupLines(alike: readonly Finding[], look: Look, indent: string): readonly string[] {
  const { code, severity, title, fix } = alike[0]!;
  const inner = `${indent}  `;
  const lines = [`${indent}${look.paint(TONES[severity], severity)} ${code} ${title}`];
  for (const finding of alike.slice(0, SHOWN_PER_CODE)) {
    const note = subjectNote(finding);
    for (const [i, { observation, says }] of finding.evidence.entries())
      lines.push(wrap(`${observation}: ${says}${i === 0 ? note : ''}`, look.columns, inner, '  '));
  }
  if (alike.length > SHOWN_PER_CODE)
    lines.push(`${inner}${look.symbols.ellipsis} and ${alike.length - SHOWN_PER_CODE} more`);
  const [first] = fix;
  if (first !== undefined) {
    const command = first.command === undefined ? '' : ` (${first.command})`;
    lines.push(wrap(`${look.symbols.arrow} ${first.text}${command}`, look.columns, inner, '  '));
  }
  return lines;
}

/** The subject, unless what was seen names it already. */
function subjectNote({ subject, evidence }: Finding): string {
  const seen = evidence.map(({ observation, says }) => `${observation} ${says}`).join(' ');
  const unnamed = subject.split(' ').filter((word) => !seen.includes(word.replace(/\.$/, '')));
  return unnamed.length === 0 ? '' : ` (${unnamed.join(' ')})`;
}
