import type { Problem } from '../core/errors.ts';
import type { Place } from '../core/yaml-text.ts';
import type { YamlEntry, YamlTree } from './yaml-tree.ts';

/** Deeper than any file that we read. */
const MAX_DEPTH = 32;

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
  readonly file: string;
}

/**
 * A JSON text (RFC 8259) as a tree with places, numbers and words as they stand there; JSON.parse says no places.
 * Never throws: the first thing that is not JSON is the problem, and there is no tree then.
 */
export function readJsonTree(
  text: string,
  file: string,
): { readonly root?: YamlTree; readonly problem?: Problem } {
  const cursor: Cursor = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1, lineStart: 0, file };
  const root = readValue(cursor, 0);
  if (root !== undefined) {
    skipBlanks(cursor);
    if (cursor.at === text.length) return { root };
  }
  return { problem: { ...placeOf(cursor), message: 'this is not JSON here' } };
}

function readValue(cursor: Cursor, depth: number): YamlTree | undefined {
  skipBlanks(cursor);
  const place = placeOf(cursor);
  const char = cursor.text[cursor.at];
  if (depth > MAX_DEPTH) return undefined;
  if (char === '"') {
    const text = readString(cursor);
    return text === undefined ? undefined : { kind: 'scalar', text, place };
  }
  if (char === '{') {
    const entries: YamlEntry[] = [];
    const whole = readItems(cursor, '}', () => {
      const at = placeOf(cursor);
      const key = readString(cursor);
      skipBlanks(cursor);
      if (key === undefined || cursor.text[cursor.at] !== ':') return false;
      cursor.at++;
      const value = readValue(cursor, depth + 1);
      if (value !== undefined) entries.push({ key, value, place: at });
      return value !== undefined;
    });
    return whole ? { kind: 'map', entries, place } : undefined;
  }
  if (char === '[') {
    const items: YamlTree[] = [];
    const whole = readItems(cursor, ']', () => {
      const item = readValue(cursor, depth + 1);
      if (item !== undefined) items.push(item);
      return item !== undefined;
    });
    return whole ? { kind: 'list', items, place } : undefined;
  }
  const bare = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
  bare.lastIndex = cursor.at;
  const word = bare.exec(cursor.text)?.[0];
  if (word === undefined) return undefined;
  cursor.at += word.length;
  return { kind: 'scalar', text: word, place };
}

/** What stands between brackets, with commas between; the cursor is on the opening one and ends behind the closing one. */
function readItems(cursor: Cursor, end: string, readItem: () => boolean): boolean {
  cursor.at++;
  skipBlanks(cursor);
  if (cursor.text[cursor.at] === end) {
    cursor.at++;
    return true;
  }
  for (;;) {
    skipBlanks(cursor);
    if (!readItem()) return false;
    skipBlanks(cursor);
    const next = cursor.text[cursor.at];
    if (next !== ',' && next !== end) return false;
    cursor.at++;
    if (next === end) return true;
  }
}

function readString(cursor: Cursor): string | undefined {
  // One run around each escape instead of one alternative per character: no stack to overflow, however long the text.
  const string = /"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"/y;
  string.lastIndex = cursor.at;
  const found = string.exec(cursor.text)?.[0];
  if (found === undefined) return undefined;
  if (!/[\\\p{Cc}]/u.test(found)) {
    cursor.at += found.length;
    return found.slice(1, -1);
  }
  try {
    const text = JSON.parse(found) as string;
    cursor.at += found.length;
    return text;
  } catch {
    return undefined;
  }
}

function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === '\n') {
      cursor.line++;
      cursor.lineStart = cursor.at + 1;
    } else if (char !== ' ' && char !== '\t' && char !== '\r') return;
    cursor.at++;
  }
}

function placeOf({ file, line, at, lineStart }: Cursor): Place {
  return { file, line, column: at - lineStart + 1 };
}
