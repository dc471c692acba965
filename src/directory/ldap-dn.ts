/**
 * A value within a distinguished name, whatever it holds (RFC 4514 §2.4): separators and edges escaped by a backslash,
 * control characters by their octets.
 */
export function dnValue(value: string): string {
  let text = '';
  for (const [i, character] of [...value].entries()) {
    const first = i === 0;
    const last = i === [...value].length - 1;
    if (/["+,;<>\\=]/.test(character) || (first && /[# ]/.test(character)) || (last && character === ' '))
      text += `\\${character}`;
    else if (character < ' ' || character === '\x7f')
      text += `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    else text += character;
  }
  return text;
}

/** The name of an object below `parent`; the value is escaped here and nowhere else. */
export function childDn(attribute: 'CN' | 'DC' | 'OU', value: string, parent: string): string {
  return `${attribute}=${dnValue(value)},${parent}`;
}

/** The value of the first part of a name, without its escapes (RFC 4514 §2.4); empty for what is no name. */
export function firstRdnValue(dn: string): string {
  const value = /^[^=,]*=((?:\\.|[^\\,+])*)/s.exec(dn)?.[1] ?? '';
  const octets = value.replace(/(?:\\[0-9a-f]{2})+/gi, (escaped) =>
    Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString(),
  );
  return octets.replace(/\\(.)/gs, '$1');
}
