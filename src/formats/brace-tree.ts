import { type ScriptToken, scriptTokens } from './script-tokens.ts';
import type { YamlEntry, YamlTree } from './yaml-tree.ts';

/** Deeper than any file that we read. */
const MAX_DEPTH = 32;

/**
 * A text of `words = value`, `words: value` and `words { … }` as one map: HCL and Bicep alike. The words in front of a
 * value, quotes resolved, make its key, with a blank between. Nothing is computed: a value that is neither a text nor
 * a number is shown as `${…}`, which no name or number can be. Never throws; what is not understood is left out.
 */
export function readBraceTree(
  text: string,
  file: string,
  comments: { readonly hashComments?: boolean } = {},
): YamlTree {
  const cursor: Cursor = { tokens: [...scriptTokens(text, comments)], at: 0, file };
  return readBody(cursor, { file, line: 1, column: 1 }, 0);
}

interface Cursor {
  readonly tokens: readonly ScriptToken[];
  at: number;
  readonly file: string;
}

function readBody(cursor: Cursor, place: YamlTree['place'], depth: number): YamlTree {
  const entries: YamlEntry[] = [];
  let words: ScriptToken[] = [];
  const { tokens } = cursor;
  while (cursor.at < tokens.length) {
    const token = tokens[cursor.at]!;
    cursor.at++;
    if (token.kind !== 'mark') {
      // A key stands on one line: what is left of a value before it does not belong to it.
      if (words.at(-1)?.line !== token.line) words = [];
      words.push(token);
      continue;
    }
    if (token.text === '}') break;
    const key = words.map((word) => word.text).join(' ');
    const [first = token] = words;
    const at = { file: cursor.file, line: first.line, column: first.column };
    if (token.text === '=' || token.text === ':') {
      const value = readValue(cursor, depth + 1);
      if (value !== undefined) entries.push({ key, value, place: at });
    } else if (token.text === '{') {
      entries.push({ key, value: readBody(cursor, at, depth + 1), place: at });
    } else if (token.text === '(') skipBrackets(cursor);
    words = [];
  }
  return { kind: 'map', entries: depth > MAX_DEPTH ? [] : entries, place };
}

function readValue(cursor: Cursor, depth: number): YamlTree | undefined {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || depth > MAX_DEPTH) return undefined;
  const place = { file: cursor.file, line: token.line, column: token.column };
  cursor.at++;
  if (token.kind === 'mark' && token.text === '{') return readBody(cursor, place, depth);
  if (token.kind === 'mark' && token.text === '[') {
    const items: YamlTree[] = [];
    while (cursor.at < cursor.tokens.length) {
      const next = cursor.tokens[cursor.at]!;
      if (next.kind === 'mark' && (next.text === ']' || next.text === '}')) {
        if (next.text === ']') cursor.at++;
        break;
      }
      if (next.kind === 'mark' && next.text === ',') cursor.at++;
      else {
        const item = readValue(cursor, depth + 1);
        if (item !== undefined) items.push(item);
        else cursor.at++;
      }
    }
    return { kind: 'list', items, place };
  }
  if (token.kind === 'mark') return { kind: 'scalar', text: `\${${token.text}}`, place };
  const call = cursor.tokens[cursor.at];
  const isCall = call?.kind === 'mark' && (call.text === '(' || call.text === '?' || call.text === '[');
  if (isCall && call.text === '(') {
    cursor.at++;
    skipBrackets(cursor);
  }
  const computed = isCall || (token.kind === 'word' && !/^(?:\d+|true|false)$/.test(token.text));
  return { kind: 'scalar', text: computed ? `\${${token.text}}` : token.text, place };
}

/** Behind the bracket that closes the one before the cursor. */
function skipBrackets(cursor: Cursor): void {
  for (let open = 1; open > 0 && cursor.at < cursor.tokens.length; cursor.at++) {
    const { kind, text } = cursor.tokens[cursor.at]!;
    if (kind !== 'mark') continue;
    if (text === '(') open++;
    else if (text === ')') open--;
  }
}

/** Is this text, or a part of it, computed when the file is used? */
export function isComputed(text: string): boolean {
  return /[$%]\{/.test(text);
}
