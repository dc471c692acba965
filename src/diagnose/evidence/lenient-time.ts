/** Which number comes first in a date that has its year last. */
export type DateOrder = 'dmy' | 'mdy';

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,12})?)?\s?(Z|[+-]\d\d:?\d\d)?$/;
const DATE = /(\d{1,4})\s?[./\-年]\s?(\d{1,2})\s?[./\-月]\s?(\d{1,4})/;
const TIME = /(?:^|\D)(\d{1,2}):(\d\d)(?::(\d\d))?(?!\d)/;
const AFTERNOON = /\bp\.?m\b|午後|下午/i;
const MORNING = /\ba\.?m\b|午前|上午/i;

/**
 * A time as Windows writes it in any locale, as ISO 8601: with `Z` where the text says that it is UTC, else in the
 * local time it was written in. Undefined when it is none, or when day and month cannot be told apart.
 */
export function readTime(source: string, order?: DateOrder): string | undefined {
  // Windows puts direction marks around the parts of a date.
  const text = source
    .slice(0, 80)
    .replace(/[\u200e\u200f]/g, '')
    .trim();
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second = '0', zone] = iso;
    return written([year, month, day, hour, minute, second].map(Number), zone);
  }
  const found = DATE.exec(text);
  const time = TIME.exec(text.slice(found === null ? 0 : found.index + found[0].length));
  if (found === null || time === null) return undefined;
  const date = ordered(found, text, order);
  if (date === undefined) return undefined;
  let hour = Number(time[1]);
  if (AFTERNOON.test(text) && hour < 12) hour += 12;
  if (MORNING.test(text) && hour === 12) hour = 0;
  return written([...date, hour, Number(time[2]), Number(time[3] ?? 0)], undefined);
}

/** The order that some date of the file gives away by a day above 12; undefined when none does. */
export function dateOrderOf(texts: readonly string[]): DateOrder | undefined {
  for (const text of texts) {
    const found = DATE.exec(text.slice(0, 80).replace(/[\u200e\u200f]/g, ''));
    if (found === null || found[1]!.length > 2) continue;
    if (Number(found[1]) > 12 && Number(found[2]) <= 12) return 'dmy';
    if (Number(found[2]) > 12 && Number(found[1]) <= 12) return 'mdy';
  }
  return undefined;
}

/** The same kind of time, so many minutes later; undefined for what {@link readTime} did not make. */
export function minutesLater(iso: string, minutes: number): string | undefined {
  const at = Date.parse(iso.endsWith('Z') ? iso : `${iso}Z`);
  const later = at + minutes * 60_000;
  if (!Number.isFinite(later) || Math.abs(later) > 8.64e15) return undefined;
  const text = `${new Date(later).toISOString().slice(0, 19)}Z`;
  return iso.endsWith('Z') ? text : text.slice(0, -1);
}

/** Minutes from one time to the other; undefined when one of them is none. */
export function minutesBetween(from: string, to: string): number | undefined {
  const [a, b] = [from, to].map((iso) => Date.parse(iso.endsWith('Z') ? iso : `${iso}Z`));
  const minutes = (b! - a!) / 60_000;
  return Number.isFinite(minutes) ? minutes : undefined;
}

/** Year, month, day. */
function ordered(found: RegExpExecArray, text: string, order: DateOrder | undefined): number[] | undefined {
  const [first, second, third] = [found[1]!, found[2]!, found[3]!];
  if (first.length === 4) return [Number(first), Number(second), Number(third)];
  if (first.length > 2 || third.length === 1 || third.length === 3) return undefined;
  const year = third.length === 2 ? 2000 + Number(third) : Number(third);
  const [a, b] = [Number(first), Number(second)];
  // Only American dates have AM and PM beside "/"; "." is written where the day comes first.
  const told =
    dateOrderOf([text]) ??
    order ??
    (found[0].includes('.') ? 'dmy' : /\d\s?[ap]\.?m\b/i.test(text) ? 'mdy' : undefined);
  if (told === undefined && a !== b) return undefined;
  return told === 'dmy' ? [year, b, a] : [year, a, b];
}

function written(parts: readonly number[], zone: string | undefined): string | undefined {
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  const exists =
    year > 1600 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour;
  if (!exists || minute > 59 || second > 59) return undefined;
  const text = date.toISOString().slice(0, 19);
  if (zone === undefined) return text;
  if (zone === 'Z') return `${text}Z`;
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)/.exec(zone)!;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '+' ? -1 : 1);
  return minutesLater(`${text}Z`, offset);
}
