import { type DecodedText, decodeAs, decodeText } from './decode-text.ts';
import type { Problem } from './errors.ts';

/** What a value of a .reg file holds. REG_BINARY and types without a reading of their own keep their octets. */
export type RegData =
  | { readonly kind: 'sz' | 'expand-sz'; readonly text: string }
  | { readonly kind: 'multi-sz'; readonly entries: readonly string[] }
  | { readonly kind: 'dword' | 'qword'; readonly value: bigint }
  | { readonly kind: 'binary'; readonly type: number; readonly octets: Uint8Array }
  /** `"name"=-` */
  | { readonly kind: 'deleted' };

/** winnt.h. */
const TYPE_NAMES = {
  sz: 'REG_SZ',
  'expand-sz': 'REG_EXPAND_SZ',
  'multi-sz': 'REG_MULTI_SZ',
  dword: 'REG_DWORD',
  qword: 'REG_QWORD',
} as const;

/** The type of a value by its name in winnt.h; undefined for a value that is deleted, and for types nobody uses here. */
export function regTypeName(data: RegData): string | undefined {
  if (data.kind === 'deleted') return undefined;
  if (data.kind === 'binary') return data.type === 3 ? 'REG_BINARY' : undefined;
  return TYPE_NAMES[data.kind];
}

/** One value; the default value of a key (`@`) has the empty name. Lines and columns count from 1. */
export interface RegValue {
  readonly name: string;
  readonly data: RegData;
  readonly line: number;
  readonly column: number;
}

export interface RegKey {
  /** As written, such as `HKEY_LOCAL_MACHINE\SOFTWARE\…`. */
  readonly path: string;
  /** `[-KEY]` */
  readonly deleted: boolean;
  readonly values: readonly RegValue[];
  readonly line: number;
  readonly column: number;
}

export interface RegFile {
  readonly encoding: DecodedText['encoding'];
  /** 4: `REGEDIT4`, whose hex strings are in the ANSI code page. 5: `Windows Registry Editor Version 5.00`. */
  readonly version: 4 | 5 | undefined;
  /** In file order; a key may come twice. */
  readonly keys: readonly RegKey[];
  readonly problems: readonly Problem[];
}

/** First line of a file in UTF-16; regedit refuses a file without one of the two. */
const VERSION_5 = 'Windows Registry Editor Version 5.00';
const VERSION_4 = 'REGEDIT4';

/**
 * Reads a registry export: regedit's UTF-16LE, or UTF-8 or ANSI as people save it. Never throws, for any octets:
 * what cannot be read becomes a problem with its place, and reading goes on with the next line.
 */
export function readReg(octets: Uint8Array, file: string): RegFile {
  const { encoding, text } = decode(octets);
  const problems: Problem[] = [];
  const keys: RegKey[] = [];
  const cursor: Cursor = { lines: text.split(/\r\n|\n|\r/), at: 0 };
  const version = readVersion(cursor, file, problems);
  let values: RegValue[] | undefined;

  while (cursor.at < cursor.lines.length) {
    const source = cursor.lines[cursor.at]!;
    const line = cursor.at + 1;
    const indent = source.length - source.trimStart().length;
    const place = { line, column: indent + 1 };
    const trimmed = source.trim();
    if (trimmed === '' || trimmed.startsWith(';')) {
      cursor.at++;
    } else if (trimmed.startsWith('[')) {
      cursor.at++;
      const key = /^\[(-?)(.+)\]$/.exec(trimmed);
      if (key === null) {
        problems.push({ file, ...place, message: 'a key does not end in "]"' });
        values = undefined;
      } else {
        values = [];
        keys.push({ path: key[2]!, deleted: key[1] === '-', values, ...place });
      }
    } else {
      const read = readValue(cursor, indent, version);
      if (typeof read === 'string') problems.push({ file, ...place, message: read });
      else if (values === undefined) problems.push({ file, ...place, message: 'a value before any key' });
      else values.push({ ...read, ...place });
    }
  }
  return { encoding, version, keys, problems };
}

/** A .reg file's octets as regedit writes them: UTF-16LE with byte order mark, CRLF. */
export function encodeRegText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\uFEFF${text.replace(/\r?\n/g, '\r\n')}`, 'utf16le'));
}

interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

/** Without a mark, the first line of version 4 says that the rest is in the ANSI code page. */
function decode(octets: Uint8Array): DecodedText {
  const regedit4 = Buffer.from(octets.subarray(0, VERSION_4.length)).toString('latin1') === VERSION_4;
  return regedit4 ? decodeAs('windows-1252', octets) : decodeText(octets);
}

function readVersion(cursor: Cursor, file: string, problems: Problem[]): RegFile['version'] {
  while (cursor.lines[cursor.at]?.trim() === '') cursor.at++;
  const first = cursor.lines[cursor.at]?.trim();
  const version = first === VERSION_5 ? 5 : first === VERSION_4 ? 4 : undefined;
  if (version !== undefined) cursor.at++;
  else {
    const line = Math.min(cursor.at, cursor.lines.length - 1) + 1;
    problems.push({ file, line, column: 1, message: `the first line is not ${JSON.stringify(VERSION_5)}` });
  }
  return version;
}

/** A value, with the lines that continue it; moves the cursor behind it. The problem as text when it is none. */
function readValue(
  cursor: Cursor,
  indent: number,
  version: RegFile['version'],
): { name: string; data: RegData } | string {
  const first = cursor.lines[cursor.at]!.slice(indent);
  cursor.at++;
  let name = '';
  let rest: string;
  if (first.startsWith('@')) {
    rest = first.slice(1);
  } else {
    const quoted = readQuoted(first, undefined);
    if (typeof quoted === 'string') return quoted;
    name = quoted.text;
    rest = quoted.rest;
  }
  const equals = /^\s*=\s*/.exec(rest);
  if (equals === null) return 'there is no "=" behind the name of the value';
  const data = readData(rest.slice(equals[0].length), cursor, version);
  return typeof data === 'string' ? data : { name, data };
}

function readData(source: string, cursor: Cursor, version: RegFile['version']): RegData | string {
  if (source.startsWith('"')) {
    const quoted = readQuoted(source, cursor);
    if (typeof quoted === 'string') return quoted;
    return endsHere(quoted.rest)
      ? { kind: 'sz', text: quoted.text }
      : 'there is text behind the closing quote';
  }
  if (/^-\s*(;.*)?$/.test(source)) return { kind: 'deleted' };
  const dword = /^dword:([0-9a-f]{1,8})\s*(;.*)?$/i.exec(source);
  if (dword !== null) return { kind: 'dword', value: BigInt(`0x${dword[1]}`) };
  if (/^dword:/i.test(source)) return 'dword takes one to eight hexadecimal digits';
  const hex = /^hex(?:\(([0-9a-f]{1,8})\))?:/i.exec(source);
  if (hex === null) return 'what stands behind "=" is neither a text, dword, hex nor "-"';
  const octets = readHex(source.slice(hex[0].length), cursor);
  return typeof octets === 'string' ? octets : dataOf(Number.parseInt(hex[1] ?? '3', 16), octets, version);
}

/** A quoted text with `\\` and `\"`; with a cursor it may go over line ends, as regedit writes them. */
function readQuoted(source: string, cursor: Cursor | undefined): { text: string; rest: string } | string {
  if (!source.startsWith('"')) return 'a line is neither a key, a value nor a comment';
  const before = cursor?.at;
  let text = '';
  let line = source;
  let i = 1;
  for (;;) {
    for (; i < line.length; i++) {
      if (line[i] === '"') return { text, rest: line.slice(i + 1) };
      if (line[i] === '\\' && i + 1 < line.length) i++;
      text += line[i];
    }
    const next = cursor?.lines[cursor.at];
    // A new key or value inside a text means that the quote was forgotten, not that the text has many lines.
    if (cursor === undefined || next === undefined || /^(\[|"[^"]*"\s*=|@\s*=)/.test(next)) {
      if (cursor !== undefined && before !== undefined) cursor.at = before;
      return 'a quoted text does not end';
    }
    cursor.at++;
    text += '\n';
    line = next;
    i = 0;
  }
}

function readHex(source: string, cursor: Cursor): Uint8Array | string {
  let text = '';
  for (let line = source; ; ) {
    const bare = line.replace(/;.*$/, '').trim();
    if (!bare.endsWith('\\')) {
      text += bare;
      break;
    }
    text += bare.slice(0, -1).trim();
    const next = cursor.lines[cursor.at];
    if (next === undefined) return 'a line ends in "\\", and none follows';
    cursor.at++;
    line = next;
  }
  if (text === '') return new Uint8Array();
  const octets = text.replace(/,$/, '').split(',');
  const wrong = octets.find((octet) => !/^\s*[0-9a-f]{1,2}\s*$/i.test(octet));
  if (wrong !== undefined) return `${JSON.stringify(wrong.slice(0, 20))} is not a hexadecimal octet`;
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16));
}

/** Types by number: winnt.h, REG_SZ 1 … REG_QWORD 11. */
function dataOf(type: number, octets: Uint8Array, version: RegFile['version']): RegData {
  switch (type) {
    case 1:
    case 2: {
      const text = textOf(octets, version).replace(/\0$/, '');
      return { kind: type === 1 ? 'sz' : 'expand-sz', text };
    }
    case 4:
    case 11: {
      if (octets.length !== (type === 4 ? 4 : 8)) return { kind: 'binary', type, octets };
      const value = octets.reduceRight((sum, octet) => sum * 256n + BigInt(octet), 0n);
      return { kind: type === 4 ? 'dword' : 'qword', value };
    }
    case 7: {
      // Each entry ends in a NUL and the list in one more; what follows an empty entry is no part of the list.
      const entries = textOf(octets, version).split('\0');
      const end = entries.indexOf('');
      return { kind: 'multi-sz', entries: end < 0 ? entries : entries.slice(0, end) };
    }
    default:
      return { kind: 'binary', type, octets };
  }
}

function textOf(octets: Uint8Array, version: RegFile['version']): string {
  if (version === 4) return decodeAs('windows-1252', octets).text;
  // Not TextDecoder: it would swallow a byte order mark and replace lone surrogates.
  return Buffer.from(octets).toString('utf16le');
}

function endsHere(rest: string): boolean {
  return /^\s*(;.*)?$/.test(rest);
}
