import { parseIpAddress } from './address.ts';
import { displayName, type Fqdn, readName } from './name.ts';

/** What may stand in a hole; lists of records belong to `{{#list}}` blocks. */
export type TemplateValue = string | number | readonly string[];

export type Encoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** `column`: how many characters of the line are written already; only wrapping formats need it. */
export type Encoder = (value: TemplateValue, column: number) => Encoded;

/**
 * How a value becomes text, by the name a template gives. An encoder refuses what does not fit and never repairs it:
 * values arrive as parsed types, so a refusal means that something hostile or broken got this far.
 */
export const ENCODERS: { readonly [name: string]: Encoder } = {
  /** An absolute name of letters, digits, hyphens and underscores: legal bare in every format we write. */
  fqdn: (value) => {
    if (typeof value !== 'string') return refuse('it is not a name');
    const read = readName(value);
    if (!read.ok) return refuse(read.problem);
    if (read.name !== value) return refuse('it is not an absolute name in lower case');
    if (!isPlainName(read.name)) return refuse('a label holds more than letters, digits, "-" and "_"');
    return { ok: true, text: value };
  },

  /** As `fqdn`, without the final dot: how named.conf names a zone. */
  domain: (value) => {
    if (typeof value !== 'string' || value.endsWith('.'))
      return refuse('it is not a name without a final dot');
    const absolute = ENCODERS.fqdn!(`${value}.`, 0);
    return absolute.ok ? { ok: true, text: value } : absolute;
  },

  /** A whole number, 0…4294967295. */
  uint: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff
      ? { ok: true, text: String(value) }
      : refuse('it is not a whole number from 0 to 4294967295'),

  /** A word of lower-case letters, digits and hyphens, such as an algorithm: legal bare in every format we write. */
  keyword: (value) =>
    typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value)
      ? { ok: true, text: value }
      : refuse('it is not a word of lower-case letters, digits and hyphens'),

  /** Canonical base64 (RFC 4648 §4), padded, not empty. Its values are secrets and are never quoted in a message. */
  base64: (value) =>
    typeof value === 'string' &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value) &&
    value !== ''
      ? { ok: true, text: value }
      : refuse('it is not base64'),

  /** An IPv4 or IPv6 address without a zone; legal bare in a BIND address list. */
  address: (value) =>
    typeof value === 'string' && parseIpAddress(value) === value && !value.includes('%')
      ? { ok: true, text: value }
      : refuse('it is not an IP address in its usual form'),

  /** A quoted string of named.conf, quotes included. */
  namedString: (value) => {
    if (typeof value !== 'string') return refuse('it is not a text');
    if (value === '') return refuse('it is empty');
    if (!/^[\x20-\x7e]*$/.test(value)) return refuse('it holds a control character or is not ASCII');
    if (/["\\]/.test(value)) return refuse('it holds a quote or a backslash');
    return { ok: true, text: `"${value}"` };
  },

  /** A word that no shell, PowerShell and `kadmin -q` included, reads as anything else: no quotes, no `$`. */
  shellWord: (value) =>
    typeof value === 'string' && /^[A-Za-z0-9_/][A-Za-z0-9_./@:-]*$/.test(value)
      ? { ok: true, text: value }
      : refuse('it holds a character that means something to a shell'),

  /** One line of prose behind `//`, `#` or `;`. */
  comment: (value) => {
    if (typeof value !== 'string') return refuse('it is not a text');
    return isOneLine(value)
      ? { ok: true, text: value }
      : refuse('it holds a line break, a control character or an invisible one');
  },

  /** A single-quoted PowerShell literal, quotes included; PowerShell takes ‘ ’ ‚ ‛ for quotes too, so ASCII only. */
  psString: (value) => {
    if (typeof value !== 'string') return refuse('it is not a text');
    if (!/^[\x20-\x7e]*$/.test(value)) return refuse('it holds a control character or is not ASCII');
    if (value.includes("'")) return refuse('it holds a quote');
    return { ok: true, text: `'${value}'` };
  },

  /** REG_MULTI_SZ as `hex(7):…`, wrapped as regedit wraps. */
  regMultiSz: (value, column) => {
    if (!Array.isArray(value)) return refuse('it is not a list of texts');
    const entries: readonly unknown[] = value;
    for (const entry of entries) {
      if (typeof entry !== 'string') return refuse('it is not a list of texts');
      if (entry === '') return refuse('an entry is empty, which would end the list');
      if (!isOneLine(entry))
        return refuse('an entry holds a line break, a control or an invisible character');
    }
    return { ok: true, text: multiSzHex(value, column) };
  },
};

/** Only letters, digits, "-" and "_" in every label: such a name needs no quoting in any format we write. */
export function isPlainName(name: Fqdn): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(displayName(name));
}

/**
 * No control, format, surrogate, private or unassigned character and no line separator: nothing that ends a line
 * for any reader, or that shows a person other text than a program reads.
 */
export function isOneLine(text: string): boolean {
  return !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

/** Where regedit breaks a line of hex: as soon as a comma reaches this column (seen in its exports). */
const WRAP_COLUMN = 77;

function multiSzHex(entries: readonly string[], column: number): string {
  const octets = new Uint8Array(Buffer.from(`${entries.map((entry) => `${entry}\0`).join('')}\0`, 'utf16le'));
  let text = 'hex(7):';
  let at = column + text.length;
  for (const [i, octet] of octets.entries()) {
    text += octet.toString(16).padStart(2, '0');
    if (i === octets.length - 1) break;
    text += ',';
    at += 3;
    if (at < WRAP_COLUMN) continue;
    text += '\\\n  ';
    at = 2;
  }
  return text;
}

function refuse(problem: string): Encoded {
  return { ok: false, problem };
}
