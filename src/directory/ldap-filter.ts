/** A value for an LDAP filter: every octet but letters, digits and a few harmless signs is escaped (RFC 4515 §3). */
export function filterValue(value: string): string {
  return [...new TextEncoder().encode(value)]
    .map((octet) => {
      const char = String.fromCharCode(octet);
      return /[A-Za-z0-9._$@:/ -]/.test(char) ? char : `\\${octet.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** `(attribute=value)`, escaped. */
export function equals(attribute: string, value: string): string {
  return `(${attribute}=${filterValue(value)})`;
}

/** True when any of the filters is; false for none. */
export function anyOf(filters: readonly string[]): string {
  const [only, ...more] = filters;
  // RFC 4526: the empty OR is "absolute false"; not all servers know it, so a class that nothing has stands in.
  if (only === undefined) return '(!(objectClass=*))';
  return more.length === 0 ? only : `(|${filters.join('')})`;
}

/** Lists cut into parts of at most `size`, for filters that servers would find too long. */
export function inParts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
