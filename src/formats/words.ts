import { KmsDnsError } from '../core/errors.ts';
import { isOneLine } from '../core/template-encoders.ts';

// Text that is neither a checked name nor a number, on its way into a file. Like the template encoders these refuse
// what does not fit and repair nothing. `what` names the value in the message.

/** One line behind a comment mark: no line break, no control or invisible character. */
export function commentText(text: string, what: string): string {
  if (isOneLine(text)) return text;
  throw refused(what, text, 'it holds a line break, a control character or an invisible one');
}

/** The id of a key or a server, bare: letters, digits, ".", "_" and "-", first a letter or a digit. */
export function idWord(text: string, what: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
  throw refused(what, text, 'it holds more than letters, digits, ".", "_" and "-"');
}

/** A double-quoted string that JSON, YAML, JavaScript and Lua read alike: printable ASCII, `"` and `\` escaped. */
export function quotedText(text: string, what: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  throw refused(what, text, 'it holds a control character or is not ASCII');
}

/** One word of a POSIX shell: bare where that is safe, else in single quotes; a single quote is refused. */
export function shellWord(text: string, what: string): string {
  if (/^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+=,-]*$/.test(text)) return text;
  if (!/^[\x20-\x7e]+$/.test(text))
    throw refused(what, text, 'it is empty, not ASCII, or holds a control character');
  if (text.includes("'")) throw refused(what, text, 'it holds a single quote');
  if (text.startsWith('-')) throw refused(what, text, 'it begins with "-", like an option');
  return `'${text}'`;
}

/** One field of a CSV file, bare: nothing that ends a field, and nothing that a spreadsheet takes for a formula. */
export function csvField(text: string, what: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/[",]/.test(text) && !/^[=+@-]/.test(text)) return text;
  throw refused(what, text, 'it would not stay one plain field');
}

/** A single-quoted PowerShell literal: PowerShell takes typographic quotes for quotes too, so ASCII only. */
export function powerShellText(text: string, what: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("'")) return `'${text}'`;
  throw refused(what, text, 'it holds a quote or a control character, or is not ASCII');
}

/** Text of a batch file outside of quotes, comments too: cmd looks for variables and commands in every line. */
export function batchText(text: string, what: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/[%^&|<>"!]/.test(text)) return text;
  throw refused(what, text, 'cmd gives a meaning to one of its characters');
}

/** Text of XML, in an element or in double quotes: printable ASCII, what XML reads as something else as entities. */
export function xmlText(text: string, what: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw refused(what, text, 'it holds a control character or is not ASCII');
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Lines between `<!--` and `-->`, which two hyphens end (XML 1.0 §2.5): a blank goes between them, as in
 * `xn- -bcher-kva.example`. `what` names the part that may hold what XML cannot.
 */
export function xmlComment(lines: string, what: string): string {
  if (/[\ufffe\uffff]/.test(lines)) throw refused(what, lines, 'XML has no such character');
  return lines.replace(/-(?=-)/g, '- ');
}

function refused(what: string, value: string, problem: string): KmsDnsError {
  return new KmsDnsError('value-refused', `${what} ${JSON.stringify(value)} cannot be written: ${problem}`, {
    hint: 'correct the value; nothing was written',
  });
}
