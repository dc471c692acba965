import { computerAmong, eventIdOf, readEvent } from './event-fields.ts';
import type { FactDraft } from './fact-draft.ts';
import { readTime } from './lenient-time.ts';

/** One event is a few hundred characters; a bigger one is not read. */
const MAX_EVENT = 65_536;

/** Is there an event record in it, as `wevtutil qe /f:xml` and Event Viewer write it? */
export function looksLikeEventXml(text: string): boolean {
  return /<Event[\s>]/.test(text.slice(0, 65_536));
}

/**
 * `wevtutil qe /f:xml` (events without a root) and Event Viewer's "Save as XML" (events inside `<Events>`): [MS-EVEN6]
 * 2.2.13. Only the few elements needed are looked for, so that entities, DTDs and foreign elements do nothing.
 */
export function readEventXml(draft: FactDraft, text: string): void {
  const lineAt = lineCounter(text);
  let seen = 0;
  // Kept while it lies ahead: looking for it anew from every <Event> would take the square of the time.
  let end = -1;
  for (let start = nextEvent(text, 0); start >= 0; ) {
    const next = nextEvent(text, start + 6);
    if (end < start) end = text.indexOf('</Event>', start);
    const line = lineAt(start);
    seen++;
    if (end < 0 || (next >= 0 && next < end)) {
      draft.problem(line, 'this <Event> has no end: the file was cut off or edited');
      if (next < 0) readOne(draft, text.slice(start, start + MAX_EVENT), line);
      if (end < 0) break;
    } else if (end - start > MAX_EVENT) {
      draft.problem(line, 'this <Event> is longer than any honest one; it is left out');
    } else {
      readOne(draft, text.slice(start, end), line);
    }
    start = next;
  }
  if (seen === 0) draft.problem(1, 'there is no <Event> in it');
}

function readOne(draft: FactDraft, xml: string, line: number): void {
  const id = eventIdOf(/<EventID(?:\s[^<>]*)?>\s*(\d{1,6})\s*</.exec(xml)?.[1] ?? '');
  if (id === undefined) return;
  const time = /<TimeCreated\s[^<>]*SystemTime\s?=\s?["']([^"'<>]{1,60})["']/.exec(xml)?.[1];
  const provider = /<Provider\s(?:[^<>]*\s)?Name\s?=\s?["']([^"'<>]{1,200})["']/.exec(xml)?.[1];
  const data = [...xml.matchAll(/<Data(?:\s[^<>]*)?>([^<]*(?:<!\[CDATA\[[^<]*\]\]>[^<]*)?)<\/Data>/g)]
    .slice(0, 50)
    .map((found) => plain(found[1]!))
    .filter((value) => value !== '');
  const computer = /<Computer>\s*([^<>\s]{1,255})\s*<\/Computer>/.exec(xml)?.[1];
  const message = /<Message>([^<]*)</.exec(xml)?.[1];
  readEvent(draft, {
    id,
    line,
    at: time === undefined ? undefined : readTime(time),
    provider: provider === undefined ? undefined : plain(provider),
    computer: computer === undefined ? undefined : computerAmong([plain(computer)]),
    data: data.length > 0 ? data : message === undefined ? [] : [plain(message)],
  });
}

function nextEvent(text: string, from: number): number {
  for (let at = text.indexOf('<Event', from); at >= 0; at = text.indexOf('<Event', at + 6)) {
    if (/[\s>]/.test(text[at + 6] ?? '')) return at;
  }
  return -1;
}

/** Character data as text: the five entities of XML and numbers; nothing is defined by the file itself. */
function plain(xml: string): string {
  return xml
    .replace(/<!\[CDATA\[([^<]*)\]\]>/g, '$1')
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi, (whole, hex, decimal, name) => {
      if (name !== undefined) return NAMED[name.toLowerCase() as keyof typeof NAMED];
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .trim();
}

const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" } as const;

/** Lines of offsets that only grow, without counting from the start each time. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let newline = text.indexOf('\n');
  return (offset) => {
    for (; newline >= 0 && newline < offset; newline = text.indexOf('\n', newline + 1)) line++;
    return line;
  };
}
