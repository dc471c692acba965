import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import type { Severity } from '../core/finding.ts';

/** Lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Characters of one line. */
export interface Span extends Place {
  readonly length: number;
}

/** A change of the file: what stands from `from` up to, and without, `to` gives way to `text`. */
export interface Edit {
  readonly from: Place;
  readonly to: Place;
  readonly text: string;
  /** Not to be made where the next record of the zone file has no owner of its own and takes the one of this line. */
  readonly keepsOwner?: true;
}

/** The record of an earlier line, of which a result says that it is there a second time. */
export interface Repeated {
  readonly line: number;
  /** Where the second one begins, which may be before the word that the result points at. */
  readonly from: number;
  /** The same priority, weight and port too. */
  readonly identical: boolean;
}

/** One thing that is wrong in a file. */
export interface LintResult extends Place {
  readonly file: string;
  readonly code: FindingCode;
  readonly slug: string;
  readonly severity: Severity;
  /** What stands there, and why it matters to a KMS client. */
  readonly text: string;
  /** The mended line; where no line can be made of what is known, what to do. */
  readonly fix: string;
  /** The change that makes the mended line, where it cannot make anything worse. */
  readonly edit?: Edit;
  readonly repeats?: Repeated;
}

/** How a line is put right. `mended` is the line afterwards. */
export interface Mend {
  readonly mended: string;
  readonly edit: Edit;
  /** Can it be done without a person who has looked at it? */
  readonly safe: boolean;
}

/** What a rule says about a place; the rest comes from the catalogue. */
export interface Draft extends Place {
  readonly code: FindingCode;
  readonly severity?: Severity;
  readonly text: string;
  readonly mend?: Mend | undefined;
  /** What to do, where there is no mended line and the catalogue is too general. */
  readonly advice?: string;
  readonly repeats?: Repeated;
}

/** The lines of a file that are at hand. */
export interface Lines {
  /** Undefined for a line that is not there, or not held any more. */
  lineAt(line: number): string | undefined;
}

/** A change within one line; undefined when the line is not at hand. */
export function mend(lines: Lines, span: Span, text: string, safe: boolean): Mend | undefined {
  const line = lines.lineAt(span.line);
  if (line === undefined) return undefined;
  const start = span.column - 1;
  const end = start + span.length;
  return {
    mended: `${line.slice(0, start)}${text}${line.slice(end)}`.trim(),
    edit: {
      from: { line: span.line, column: span.column },
      to: { line: span.line, column: end + 1 },
      text,
    },
    safe,
  };
}

/** The whole of a line; undefined when it is not at hand. */
export function wholeLine(lines: Lines, line: number): Span | undefined {
  const text = lines.lineAt(line);
  return text === undefined ? undefined : { line, column: 1, length: text.length };
}

/**
 * The line as a comment; safe only where somebody says so, since what it said is gone. In a zone file the edit is for
 * lines that no later one takes its owner from.
 */
export function commentOut(
  lines: Lines,
  line: number,
  mark: ';' | '#',
  { safe }: { readonly safe: boolean } = { safe: false },
): Mend | undefined {
  const made = mend(lines, { line, column: 1, length: 0 }, mark, safe);
  if (made === undefined || mark === '#') return made;
  return { ...made, edit: { ...made.edit, keepsOwner: true } };
}

export function resultOf(file: string, draft: Draft): LintResult {
  const { slug, severity, fix } = CATALOGUE[draft.code];
  return {
    file,
    line: draft.line,
    column: draft.column,
    code: draft.code,
    slug,
    severity: draft.severity ?? severity,
    text: draft.text,
    fix: draft.mend?.mended ?? draft.advice ?? fix[0]?.text ?? '',
    ...(draft.mend?.safe === true && { edit: draft.mend.edit }),
    ...(draft.repeats !== undefined && { repeats: draft.repeats }),
  };
}

/** The same with strings of its own: a word cut out of a piece of a file would keep the whole piece in memory. */
export function ownCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
