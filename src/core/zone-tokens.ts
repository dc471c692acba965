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

/** A master file that arrives in pieces, each of whole lines; lines are counted over all of them. */
export interface ZoneCutter {
  /** Hands on the entries that end in this piece. */
  feed(text: string): void;
  /** The last one, which no line end follows. Nothing may be fed after it. */
  end(): void;
  /** Has an entry begun that may go on in the next piece? */
  readonly isInside: boolean;
}

/** Words of one record: RDATA has at most 65535 octets, so what has more was never closed. */
const MAX_FIELDS = 65_536;

/**
 * Cuts a master file into entries (RFC 1035 §5.1): comments, parentheses, quoted strings and escapes. Line ends are
 * LF, CRLF and, as BIND has it, a lone CR. Never throws; what is malformed is reported and read on from the next line.
 * `take` gets each entry as soon as it ends: a list of them would outlive a collection of young garbage, and a file
 * of 100 MB would then cost twice the memory.
 */
export function zoneCutter(
  take: (entry: ZoneEntry) => void,
  report: (trouble: ZoneTrouble) => void,
): ZoneCutter {
  let fields: ZoneField[] = [];
  let continuesOwner = false;
  let opened: { line: number; column: number }[] = [];
  let line = 1;
  /** Offset in this piece; below 0 when the line began in the piece before. */
  let lineStart = 0;
  let at = 0;

  const here = (): { line: number; column: number } => ({ line, column: at - lineStart + 1 });
  const add = (field: ZoneField): void => {
    if (hasControl(field.text)) report({ ...here(), message: 'a control character' });
    if (fields.length < MAX_FIELDS) fields.push(field);
    else if (fields.length === MAX_FIELDS) {
      report({ ...here(), message: `one record has more than ${MAX_FIELDS} words` });
      fields.push(field);
    }
  };
  const endEntry = (): void => {
    const entry = { fields, continuesOwner };
    fields = [];
    continuesOwner = false;
    if (isEntry(entry)) take(entry);
  };

  const feed = (text: string): void => {
    at = 0;
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
        if (opened.pop() === undefined) report({ ...here(), message: '")" without "("' });
        at++;
      } else if (char === '"') {
        const start = here();
        const end = endOfQuoted(text, at + 1);
        if (text[end] !== '"') report({ ...start, message: 'a quoted string does not end on its line' });
        add({ text: text.slice(at + 1, end), quoted: true, ...start });
        at = text[end] === '"' ? end + 1 : end;
      } else {
        const end = endOfWord(text, at);
        add({ text: text.slice(at, end), quoted: false, line, column: at - lineStart + 1 });
        at = end;
      }
    }
    lineStart -= text.length;
    at = 0;
  };
  const end = (): void => {
    const [unclosed] = opened;
    if (unclosed !== undefined) report({ ...unclosed, message: '"(" is never closed by ")"' });
    opened = [];
    endEntry();
  };
  return {
    feed,
    end,
    get isInside() {
      return opened.length > 0 || fields.length > 0;
    },
  };
}

function isEntry(entry: {
  readonly fields: readonly ZoneField[];
  readonly continuesOwner: boolean;
}): entry is ZoneEntry {
  return entry.fields.length > 0;
}

function hasControl(text: string): boolean {
  // Not a regular expression: it is asked for every word of a file.
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

function endOfQuoted(text: string, from: number): number {
  let at = from;
  while (at < text.length && !'"\n\r'.includes(text[at]!)) at += escapeWidth(text, at);
  return Math.min(at, text.length);
}

/** A word without an escape, which nearly every word is. */
const PLAIN_WORD = /[^\s;()"\\]+/y;

function endOfWord(text: string, from: number): number {
  PLAIN_WORD.lastIndex = from;
  let at = PLAIN_WORD.test(text) ? PLAIN_WORD.lastIndex : from;
  while (at < text.length && !' \t\n\r;()"'.includes(text[at]!)) at += escapeWidth(text, at);
  return Math.min(at, text.length);
}

/** A backslash takes the next character with it, but never the end of the line. */
function escapeWidth(text: string, at: number): number {
  return text[at] === '\\' && at + 1 < text.length && !'\n\r'.includes(text[at + 1]!) ? 2 : 1;
}
