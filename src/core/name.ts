import { KmsDnsError } from './errors.ts';

declare const fqdn: unique symbol;
/**
 * Absolute DNS name in master-file text: lower case, ends in ".", special octets escaped as `\.` or
 * `\DDD` (RFC 1035 §5.1), at most 255 octets on the wire. Two names are equal when the strings are.
 * Only this file and the wire reader make one.
 */
export type Fqdn = string & { readonly [fqdn]: true };

export const ROOT: Fqdn = '.' as Fqdn;

/** Octets of a label and of a name, length octets included: RFC 1035 §2.3.4. */
const MAX_LABEL_OCTETS = 63;
const MAX_NAME_OCTETS = 255;

/** Labels that mean themselves, none too long; the length of the whole is another question. */
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;

export type NameReading =
  | { readonly ok: true; readonly name: Fqdn }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a name a person wrote; with or without the final dot means the same. Never throws.
 * International names must arrive as punycode (`xn--`): anything but ASCII is refused.
 */
export function readName(text: string): NameReading {
  if (text === '') return { ok: false, problem: 'the name is empty' };
  if (text === '.') return { ok: true, name: ROOT };
  // Nearly every name is plain, and octet by octet it takes ten times as long to find the same.
  if (PLAIN_NAME.test(text)) {
    const bare = text.endsWith('.') ? text.slice(0, -1) : text;
    if (bare.length <= MAX_NAME_OCTETS - 2) return { ok: true, name: `${bare.toLowerCase()}.` as Fqdn };
  }
  const labels: number[][] = [[]];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const label = labels[labels.length - 1]!;
    if (code === 0x2e) {
      if (label.length === 0) return { ok: false, problem: 'a label is empty (two dots, or a dot in front)' };
      labels.push([]);
    } else if (code === 0x5c) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4))?.[0];
      const octet = digits === undefined ? text.charCodeAt(i + 1) : Number(digits);
      if (Number.isNaN(octet) || octet > 255)
        return { ok: false, problem: 'an escape is incomplete or too large' };
      label.push(octet);
      i += digits === undefined ? 1 : 3;
    } else if (code <= 0x20 || code === 0x7f) {
      return { ok: false, problem: 'it holds a blank or a control character' };
    } else if (code > 0x7f) {
      return { ok: false, problem: 'it is not ASCII; write international names as punycode (xn--…)' };
    } else {
      label.push(code);
    }
  }
  if (labels[labels.length - 1]!.length === 0) labels.pop();
  return nameFromLabels(labels.map((octets) => Uint8Array.from(octets)));
}

/**
 * A name of plain labels: absolute with a final dot, else with `origin` behind it. Undefined where it takes more to
 * say what it is, or that it is none. For those who read millions of names.
 */
export function plainNameUnder(text: string, origin: Fqdn): Fqdn | undefined {
  if (!PLAIN_NAME.test(text)) return undefined;
  const name = text.endsWith('.') || origin === ROOT ? text : `${text}.${origin}`;
  const absolute = name.endsWith('.') ? name : `${name}.`;
  // An escaped origin is longer as text than on the wire: then it is not decided here.
  return absolute.length > MAX_NAME_OCTETS - 1 ? undefined : (absolute.toLowerCase() as Fqdn);
}

/** A name from raw labels, as they stand on the wire; refuses what RFC 1035 §2.3.4 does not allow. */
export function nameFromLabels(labels: readonly Uint8Array[]): NameReading {
  let octets = 1;
  let text = '';
  for (const label of labels) {
    if (label.length === 0) return { ok: false, problem: 'a label is empty' };
    if (label.length > MAX_LABEL_OCTETS)
      return { ok: false, problem: `a label is longer than ${MAX_LABEL_OCTETS} octets` };
    octets += label.length + 1;
    text += `${labelText(label)}.`;
  }
  if (octets > MAX_NAME_OCTETS)
    return { ok: false, problem: `the name is longer than ${MAX_NAME_OCTETS} octets` };
  return { ok: true, name: (text === '' ? '.' : text) as Fqdn };
}

/** Like {@link readName}, but throws `name-invalid`. `what` names the value in the message. */
export function parseFqdn(text: string, what = 'name'): Fqdn {
  const read = readName(text);
  if (read.ok) return read.name;
  throw new KmsDnsError('name-invalid', `${what} ${JSON.stringify(text)}: ${read.problem}`);
}

/** Octets that a master file gives a meaning to, and so does `dig`: " $ ( ) . ; @ \ */
const SPECIAL = new Set([...'"$().;@\\'].map((c) => c.charCodeAt(0)));

/** One label as lower-case master-file text. */
export function labelText(label: Uint8Array): string {
  let text = '';
  for (const octet of label) {
    if (octet <= 0x20 || octet >= 0x7f) text += `\\${String(octet).padStart(3, '0')}`;
    else if (SPECIAL.has(octet)) text += `\\${String.fromCharCode(octet)}`;
    else text += String.fromCharCode(octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);
  }
  return text;
}

/** The labels of a name as text, leftmost first; none for the root. */
export function labelsOf(name: Fqdn): readonly string[] {
  if (name === '.') return [];
  if (!hasEscapes(name)) return name.slice(0, -1).split('.');
  return name.slice(0, -1).match(/(?:\\.|[^\\.])+/g) ?? [];
}

/** Without escapes every dot ends a label. */
function hasEscapes(name: string): boolean {
  return name.includes('\\');
}

/** The name without its leftmost label; undefined for the root. */
export function parentOf(name: Fqdn): Fqdn | undefined {
  if (name === '.') return undefined;
  if (!hasEscapes(name)) return (name.slice(name.indexOf('.') + 1) || '.') as Fqdn;
  const labels = labelsOf(name);
  return (labels.length === 1 ? '.' : `${labels.slice(1).join('.')}.`) as Fqdn;
}

/** Is `name` equal to `ancestor` or below it? Compares whole labels. */
export function isWithin(name: Fqdn, ancestor: Fqdn): boolean {
  if (ancestor === '.' || name === ancestor) return true;
  if (!name.endsWith(`.${ancestor}`)) return false;
  // An empty text is no name, and every name would end in the dot before it.
  if (!hasEscapes(name)) return (ancestor as string) !== '';
  // The dot in front may be an escaped one, part of a longer label.
  const wanted = labelsOf(ancestor).length;
  return labelsOf(name).slice(-wanted).join('.') === labelsOf(ancestor).join('.');
}

/** `prefix` put in front of `domain`; throws `name-invalid` when that gets too long. */
export function joinName(prefix: string, domain: Fqdn): Fqdn {
  const text = domain === '.' ? `${prefix}.` : `${prefix}.${domain}`;
  // What is read already need not be read again.
  if (
    PLAIN_NAME.test(prefix) &&
    !prefix.endsWith('.') &&
    !hasEscapes(domain) &&
    text.length < MAX_NAME_OCTETS
  )
    return text.toLowerCase() as Fqdn;
  return parseFqdn(text);
}

/** A name as people like to read it: without the final dot, unless it is the root. */
export function displayName(name: Fqdn): string {
  return name === '.' ? '.' : name.slice(0, -1);
}

/** What keeps a text from being the name of a host (RFC 952, RFC 1123 §2.1); undefined when nothing does. */
export function hostNameProblem(text: string): string | undefined {
  const read = readName(text);
  if (!read.ok) return read.problem;
  if (read.name === '.') return 'it is the root; name a host';
  if (isAddressLike(text)) return 'it is an address; an SRV target must be a host name (RFC 2782)';
  for (const label of labelsOf(read.name)) {
    if (label.includes('_')) return `label "${label}" has an underscore, which is not legal in a host name`;
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label))
      return `label "${label}" may hold only letters, digits and inner hyphens`;
  }
  return undefined;
}

function isAddressLike(text: string): boolean {
  return /^\d+(\.\d+){0,3}\.?$/.test(text) || text.includes(':');
}
