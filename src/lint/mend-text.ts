import type { Edit, Place } from './result.ts';

/**
 * The text with every edit made. An edit that touches what another one replaces is left out, except that equal ones
 * are one: lint the outcome again for the rest. Left out too is one that would take the owner away from the next record
 * ({@link Edit.keepsOwner}). Lines end at LF, CRLF or a lone CR, and stay as they are.
 */
export function mendText(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly made: number } {
  const starts = lineStarts(text);
  const offset = ({ line, column }: Place): number =>
    Math.min(text.length, (starts[line - 1] ?? text.length) + column - 1);
  const placed = edits
    .filter(({ from, keepsOwner }) => keepsOwner !== true || !goesOn(text, starts[from.line] ?? text.length))
    .map((edit) => ({ from: offset(edit.from), to: offset(edit.to), text: edit.text }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let made = 0;
  let at = 0;
  let mended = '';
  let before: (typeof placed)[number] | undefined;
  for (const edit of placed) {
    const { from, to } = edit;
    const again = before?.from === from && before.to === to && before.text === edit.text;
    if (again) made++;
    else if (from >= at && !(before?.from === from && before.to === to)) {
      mended += text.slice(at, from) + edit.text;
      at = to;
      before = edit;
      made++;
    }
  }
  return { text: mended + text.slice(at), made };
}

/** Does the next record that begins here or further down take its owner from the one before? */
function goesOn(text: string, from: number): boolean {
  NEXT_RECORD.lastIndex = from;
  return NEXT_RECORD.test(text) && /[ \t]/.test(text[NEXT_RECORD.lastIndex - 1] ?? '');
}

/** Blank lines and comments, and the first character of the line behind them. */
const NEXT_RECORD = /(?:[ \t]*(?:;[^\r\n]*)?(?:\r\n|\n|\r))*(?:[ \t](?=[ \t]*[^\s;])|[^\s;])/y;

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return starts;
}
