import { computerAmong, eventIdOf, isActivationProvider, readEvent } from './event-fields.ts';
import type { FactDraft } from './fact-draft.ts';
import { labelledLine } from './labelled-line.ts';
import { dateOrderOf, readTime } from './lenient-time.ts';

/** `Event[12]:`, in any language; newer versions of wevtutil leave the colon out. */
const NUMBERED = /^\s*\p{L}{2,40} ?\[\d{1,9}\]:?\s*$/u;

/** Do the lines hold an event of activation as wevtutil's or Event Viewer's text? */
export function looksLikeEventText(lines: readonly string[]): boolean {
  const found = { id: false, provider: false };
  for (const line of lines) {
    const value = labelledLine(line)?.value;
    if (value === undefined) continue;
    found.id ||= eventIdOf(value) !== undefined;
    found.provider ||= value.length < 100 && isActivationProvider(value);
    if (found.id && found.provider) return true;
  }
  return false;
}

interface Block {
  readonly line: number;
  readonly header: readonly string[];
  readonly body: readonly string[];
}

/**
 * `wevtutil qe /f:text`, and single events copied from Event Viewer. Labels are not read, as they are localised: a
 * block's header is its run of `label: value` lines, the id is the value that is the number of such an event, the
 * time the value that is one, and what follows the header is the message.
 */
export function readEventText(draft: FactDraft, lines: readonly string[]): void {
  const blocks = eventBlocks(lines);
  const order = dateOrderOf(blocks.flatMap(({ header }) => header));
  for (const { line, header, body } of blocks) {
    const id = header.map(eventIdOf).find((found) => found !== undefined);
    if (id === undefined) continue;
    const provider = header.find((value) => value.length < 100 && isActivationProvider(value));
    const at = header.map((value) => readTime(value, order)).find((time) => time !== undefined);
    readEvent(draft, {
      id,
      line,
      at,
      provider: provider ?? header[1],
      computer: computerAmong(header),
      data: [body.join('\n').trim()],
    });
  }
}

/** Lines looked at for the text of one event. */
const MAX_BODY = 40;

/**
 * A header is a run of labelled lines with the id of such an event, and with a provider or at least five lines; all
 * up to the next one is its message. The last label may have the message behind it, or nothing.
 */
function eventBlocks(lines: readonly string[]): readonly Block[] {
  const headers: { readonly start: number; readonly body: number; readonly values: string[] }[] = [];
  for (let i = 0; i < lines.length; ) {
    const start = i;
    const values: string[] = [];
    for (let value = headerValue(lines[i]); value !== undefined; value = headerValue(lines[i])) {
      values.push(value);
      i++;
    }
    const known =
      values.length >= 5 || values.some((value) => value.length < 100 && isActivationProvider(value));
    if (known && values.some((value) => eventIdOf(value) !== undefined))
      headers.push({ start, body: i, values });
    i = Math.max(i, start + 1);
  }
  return headers.map(({ start, body, values }, n) => {
    const next = headers[n + 1]?.start ?? lines.length;
    const text = lines.slice(body, Math.min(next, body + MAX_BODY)).filter((line) => !NUMBERED.test(line));
    return { line: start + 1, header: values, body: [values.at(-1) ?? '', ...text] };
  });
}

/** The fields of an event hold a colon, too, before the port: they start with a code. */
function headerValue(line: string | undefined): string | undefined {
  if (line === undefined || NUMBERED.test(line) || /^\s{0,40}0x/i.test(line)) return undefined;
  return labelledLine(line)?.value;
}
