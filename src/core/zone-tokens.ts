/** One word of a master file. `text` is as written: escapes are kept, quotes are not. Columns count from 1. */
export interface ZoneField {
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly column: number;
}

/** One record or directive: a line, or several held together by parentheses. Never empty. */
export interface ZoneEntry {
  readonly fields: readonly [ZoneField, ...ZoneField[]];
  /** It begins with a blank: its owner is the one before (RFC 1035 §5.1). */
  readonly continuesOwner: boolean;
}

export interface ZoneTrouble {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Cuts a master file into entries (RFC 1035 §5.1): comments, parentheses, quoted strings and escapes. Line ends are
 * LF, CRLF and, as BIND has it, a lone CR. Never throws; what is malformed is reported and read on from the next line.
 */
export function zoneEntries(text: string): {
  entries: readonly ZoneEntry[];
  troubles: readonly ZoneTrouble[];
} {
  const entries: ZoneEntry[] = [];
  const troubles: ZoneTrouble[] = [];
  let fields: ZoneField[] = [];
  let continuesOwner = false;
  const opened: { line: number; column: number }[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;

  const here = (): { line: number; column: number } => ({ line, column: at - lineStart + 1 });
  const take = (field: ZoneField): void => {
    if (hasControl(field.text)) troubles.push({ ...here(), message: 'a control character' });
    fields.push(field);
  };
  const endEntry = (): void => {
    const [first, ...rest] = fields;
    if (first !== undefined) entries.push({ fields: [first, ...rest], continuesOwner });
    fields = [];
    continuesOwner = false;
  };

  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n' || char === '\r') {
      if (opened.length === 0) endEntry();
      at += text.startsWith('\r\n', at) ? 2 : 1;
      line++;
      lineStart = at;
    } else if (char === ' ' || char === '\t') {
      if (at === lineStart && fields.length === 0 && opened.length === 0) continuesOwner = true;
      at++;
    } else if (char === ';') {
      while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
    } else if (char === '(') {
      opened.push(here());
      at++;
    } else if (char === ')') {
      if (opened.pop() === undefined) troubles.push({ ...here(), message: '")" without "("' });
      at++;
    } else if (char === '"') {
      const start = here();
      const end = endOfQuoted(text, at + 1);
      if (text[end] !== '"') troubles.push({ ...start, message: 'a quoted string does not end on its line' });
      take({ text: text.slice(at + 1, end), quoted: true, ...start });
      at = text[end] === '"' ? end + 1 : end;
    } else {
      const start = here();
      const end = endOfWord(text, at);
      take({ text: text.slice(at, end), quoted: false, ...start });
      at = end;
    }
  }
  const unclosed = opened.shift();
  if (unclosed !== undefined) troubles.push({ ...unclosed, message: '"(" is never closed by ")"' });
  endEntry();
  return { entries, troubles };
}

function hasControl(text: string): boolean {
  return /[^\t\P{Cc}]/u.test(text);
}

function endOfQuoted(text: string, from: number): number {
  let at = from;
  while (at < text.length && !'"\n\r'.includes(text[at]!)) at += escapeWidth(text, at);
  return Math.min(at, text.length);
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !' \t\n\r;()"'.includes(text[at]!)) at += escapeWidth(text, at);
  return Math.min(at, text.length);
}

/** A backslash takes the next character with it, but never the end of the line. */
function escapeWidth(text: string, at: number): number {
  return text[at] === '\\' && at + 1 < text.length && !'\n\r'.includes(text[at + 1]!) ? 2 : 1;
}
