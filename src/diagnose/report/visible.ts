/**
 * Text that means what it looks like: control and format characters, line ends, bidirectional overrides and lone
 * surrogates come out as `\u{202e}`. Files, recordings and answers are hostile, and terminals and browsers obey.
 */
export function visible(text: string): string {
  return /^[ -~]*$/.test(text)
    ? text
    : text.replace(
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu,
        (one) => `\\u{${one.codePointAt(0)!.toString(16).padStart(2, '0')}}`,
      );
}

/** {@link visible} for every text in a plain value, however deep; what holds none that changes is given back as it is. */
export function visibleDeep<T>(value: T): T {
  return deep(value) as T;
}

function deep(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null) return value;
  // Nearly everything is clean, and a diagnosis is large: only what changes is copied.
  const given = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(given)) {
    const shown = deep(given[key]);
    if (shown === given[key]) continue;
    copy ??= (Array.isArray(given) ? [...given] : { ...given }) as Record<string, unknown>;
    copy[key] = shown;
  }
  return copy ?? value;
}
