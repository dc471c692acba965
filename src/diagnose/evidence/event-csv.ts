import { computerAmong, eventIdOf, isActivationProvider, readEvent } from './event-fields.ts';
import type { FactDraft } from './fact-draft.ts';
import { dateOrderOf, readTime } from './lenient-time.ts';

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

const MAX_CELLS = 64;
const MAX_CELL = 8192;
const MAX_OPEN_QUOTES = 3;

/** Does a row near the start have the id of such an event as one of at least four cells? */
export function looksLikeEventCsv(text: string): boolean {
  const separator = separatorOf(text);
  if (separator === undefined) return false;
  return parseCsv(text.slice(0, 65_536), separator).rows.some(
    ({ cells }) => cells.length >= 4 && eventOfRow(cells) !== undefined,
  );
}

/**
 * "Save all events as… CSV" of Event Viewer, and Get-WinEvent | Export-Csv. Headers are localised and not read (Event
 * Viewer writes none at all for the message): the cells are told by what they hold.
 */
export function readEventCsv(draft: FactDraft, text: string): void {
  const { rows, openQuoteAt } = parseCsv(text, separatorOf(text) ?? ',');
  if (openQuoteAt !== undefined)
    draft.problem(openQuoteAt, 'a quoted cell that starts here has no end: the file was cut off or edited');
  const order = dateOrderOf(rows.flatMap(({ cells }) => cells.slice(0, 6)));
  for (const { line, cells } of rows) {
    const found = eventOfRow(cells);
    if (found === undefined) continue;
    readEvent(draft, {
      id: found.id,
      line,
      at: cells.map((cell) => readTime(cell, order)).find((time) => time !== undefined),
      provider: found.provider,
      computer: computerAmong(cells),
      data: [found.message],
    });
  }
}

function eventOfRow(
  cells: readonly string[],
):
  | { id: NonNullable<ReturnType<typeof eventIdOf>>; provider: string | undefined; message: string }
  | undefined {
  const id = cells.map(eventIdOf).find((found) => found !== undefined);
  const provider = cells.find((cell) => cell.length < 100 && isActivationProvider(cell));
  const message = cells
    .filter((cell) => cell !== provider)
    .reduce((longest, cell) => (cell.length > longest.length ? cell : longest), '');
  return id === undefined || provider === undefined ? undefined : { id, provider, message };
}

/** The one of `,` `;` and tab that the first line has most of; undefined when it has fewer than three. */
function separatorOf(text: string): string | undefined {
  const first = text
    .slice(0, 2000)
    .split(/\r?\n/)
    .find((line) => line.trim() !== '' && !line.startsWith('#TYPE'));
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: (first ?? '').split(mark).length - 1 }));
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  return most.count >= 3 ? most.mark : undefined;
}

/** RFC 4180. A row with a quote that never ends is read as one line without quotes, and reading goes on behind it. */
function parseCsv(
  text: string,
  separator: string,
): { readonly rows: readonly CsvRow[]; readonly openQuoteAt: number | undefined } {
  const rows: CsvRow[] = [];
  let openQuoteAt: number | undefined;
  // Each open quote costs a search to the end of the file.
  let quotesTrusted = MAX_OPEN_QUOTES;
  let line = 1;
  for (let at = 0; at < text.length; ) {
    let row = quotesTrusted > 0 ? readRow(text, at, separator, true) : undefined;
    if (row === undefined) {
      if (quotesTrusted > 0) openQuoteAt ??= line;
      quotesTrusted--;
      row = readRow(text, at, separator, false)!;
    }
    rows.push({ line, cells: row.cells });
    for (let i = text.indexOf('\n', at); i >= 0 && i < row.end; i = text.indexOf('\n', i + 1)) line++;
    at = row.end;
  }
  return { rows, openQuoteAt };
}

/** One row and the offset behind its line end; undefined when a quote does not end. */
function readRow(
  text: string,
  start: number,
  separator: string,
  quotes: boolean,
): { readonly cells: readonly string[]; readonly end: number } | undefined {
  const cells: string[] = [];
  for (let at = start; ; at++) {
    const from = at;
    if (quotes && text[at] === '"') {
      do at = text.indexOf('"', at + 1) + 1;
      while (at > 0 && text[at] === '"');
      if (at === 0) return undefined;
      add(text.slice(from + 1, at - 1).replaceAll('""', '"'));
      while (at < text.length && text[at] !== separator && text[at] !== '\n') at++;
    } else {
      while (at < text.length && text[at] !== separator && text[at] !== '\n') at++;
      add(text.slice(from, at).trim());
    }
    if (text[at] !== separator) return { cells, end: Math.min(at + 1, text.length) };
  }

  function add(cell: string): void {
    if (cells.length < MAX_CELLS) cells.push(cell.slice(0, MAX_CELL));
  }
}
