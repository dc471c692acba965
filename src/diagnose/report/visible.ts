/**
 * Text that means what it looks like: control and format characters, line ends, bidirectional overrides and lone
 * surrogates come out as `\u{202e}`. Files, recordings and answers are hostile, and terminals and browsers obey.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
    (one) => `\\u{${one.codePointAt(0)!.toString(16).padStart(2, '0')}}`,
  );
}

/** {@link visible} for every text in a plain value, however deep. */
export function visibleDeep<T>(value: T): T {
  return deep(value) as T;
}

function deep(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)]));
}
