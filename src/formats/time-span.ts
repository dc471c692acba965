/** Seconds as .NET writes a TimeSpan ("c"): `[d.]hh:mm:ss`. */
export function timeSpanText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const time = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  return `${days === 0 ? '' : `${days}.`}${time.join(':')}`;
}

/** Seconds of a TimeSpan, 31 bits at most (RFC 2181 §8); undefined for anything else, and for parts of a second. */
export function readTimeSpan(text: string): number | undefined {
  const found = /^(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  if (found === null) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const total = days * 86_400 + hours * 3600 + minutes * 60 + seconds;
  return total <= 0x7fffffff ? total : undefined;
}
