import { createHash } from 'node:crypto';
import type { Finding } from './finding.ts';

/** One file that was rendered and read back, not yet written. */
export interface RenderedFile {
  /** A plain file name, legal on every system; never a path. */
  readonly path: string;
  /** Bytes where the encoding is part of the format. */
  readonly content: string | Uint8Array;
  /** Permission bits the file must have from the first moment. */
  readonly mode?: number;
  /** Never shown on a terminal or in a log unless someone asks for exactly that. */
  readonly secret?: boolean;
}

/** What a renderer made: files, what is wrong with what they will do, and what to know before using them. */
export interface Rendered {
  readonly files: readonly RenderedFile[];
  readonly warnings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Room for the suffix below the 255 octets that file systems give a name. */
const MAX_NAME_CHARS = 180;

/** Names that Windows gives to devices, with any ending: "Naming Files, Paths, and Namespaces". */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;

/**
 * `PREFIX.NAME.SUFFIX`, or `NAME.SUFFIX` without a prefix, as one safe file name; different names give different file
 * names, on file systems without case too. Anything but lower-case letters, digits, `.`, `_` and `-` is written
 * `%xx`, and so is the front of a device name, a hidden file or an option; what is too long ends in a hash.
 */
export function fileNameFor(prefix: string, name: string, suffix: string): string {
  const percent = (char: string): string =>
    [...Buffer.from(char, 'utf8')].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  const safe = name.replace(/[^a-z0-9._-]/gu, percent);
  const short =
    safe.length <= MAX_NAME_CHARS
      ? safe
      : `${safe.slice(0, MAX_NAME_CHARS)}~${createHash('sha256').update(safe).digest('hex').slice(0, 16)}`;
  const whole = `${prefix === '' ? '' : `${prefix}.`}${short}.${suffix}`;
  return DEVICE.test(whole) || /^[.-]/.test(whole) ? percent(whole[0]!) + whole.slice(1) : whole;
}

/** A file's name without its folders: what generated text may say about the desired state it came from. */
export function sourceName(file: string): string {
  return file.split(/[\\/]/).pop() ?? '';
}
