/** 1601-01-01T00:00:00Z, from which Windows counts, in milliseconds before 1970 ([MS-DTYP] §2.3.3). */
const EPOCH_1601_MS = -11_644_473_600_000;
const HOUR_MS = 3_600_000;
const TICKS_PER_MS = 10_000n;

/** The furthest time a Date can hold: ECMA-262 §21.4.1.1. */
const MAX_DATE_MS = 8_640_000_000_000_000;

/** accountExpires and others: "never" ([MS-ADA1] §2.1). */
const NEVER = 0x7fff_ffff_ffff_ffffn;

/**
 * The time that a FILETIME means (100 ns since 1601, [MS-DTYP] §2.3.3), cut to milliseconds; undefined for 0, for
 * "never" and for what no calendar holds.
 */
export function dateFromFileTime(ticks: bigint): Date | undefined {
  if (ticks <= 0n || ticks >= NEVER) return undefined;
  return dateAt(Number(ticks / TICKS_PER_MS) + EPOCH_1601_MS);
}

/** 100 ns since 1601 ([MS-DTYP] §2.3.3); 0 for times before. */
export function fileTimeFromDate(date: Date): bigint {
  const ms = date.getTime() - EPOCH_1601_MS;
  return ms > 0 ? BigInt(ms) * TICKS_PER_MS : 0n;
}

/** The text of a large-integer attribute such as lastLogonTimestamp as a time; undefined for "never" and for no number. */
export function dateFromFileTimeText(text: string): Date | undefined {
  return /^\d{1,19}$/.test(text) ? dateFromFileTime(BigInt(text)) : undefined;
}

/** The hour that a count since 1601 means ([MS-DNSP] §2.3.2.2, dwTimeStamp); undefined beyond the calendar. */
export function dateFromHours(hours: number): Date | undefined {
  return dateAt(hours * HOUR_MS + EPOCH_1601_MS);
}

/** Whole hours since 1601, rounded down ([MS-DNSP] §2.3.2.2); 0 for times before. */
export function hoursFromDate(date: Date): number {
  return Math.max(0, Math.floor((date.getTime() - EPOCH_1601_MS) / HOUR_MS));
}

/**
 * GeneralizedTime as AD writes whenChanged, `20260101120000.0Z` (RFC 4517 §3.3.13); undefined for any other form and
 * for days that do not exist.
 */
export function dateFromGeneralizedTime(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1);
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = dateAt(Date.parse(iso));
  return date?.toISOString() === iso ? date : undefined;
}

function dateAt(ms: number): Date | undefined {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms) : undefined;
}
