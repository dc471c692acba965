import type { Place } from '../core/yaml-text.ts';
import type { YamlEntry, YamlTree } from './yaml-tree.ts';

interface Line {
  readonly indent: number;
  readonly content: string;
  readonly number: number;
}

/**
 * One YAML document in block form: maps, lists, and scalars of one line that are bare words or quoted without
 * escapes. Undefined as soon as anything else turns up (flow, anchors, tags, folded text, tabs): then the caller asks
 * a reader of the whole language. What is accepted means the same there; a test holds the two against each other.
 */
export function readBlockYaml(
  source: readonly string[],
  file: string,
  linesBefore: number,
): YamlTree | undefined {
  const lines: Line[] = [];
  for (const [i, text] of source.entries()) {
    const content = text.trim();
    if (content === '' || content.startsWith('#')) continue;
    if (/[^\x20-\x7e]/.test(text)) return undefined;
    lines.push({ indent: text.length - text.trimStart().length, content, number: linesBefore + i + 1 });
  }
  const cursor: Cursor = { lines, at: 0, file };
  const [first] = lines;
  if (first === undefined || /^[%]/.test(first.content)) return undefined;
  const tree = readBlock(cursor, first.indent, 0);
  return tree !== undefined && cursor.at === lines.length ? tree : undefined;
}

interface Cursor {
  readonly lines: Line[];
  at: number;
  readonly file: string;
}

const MAX_DEPTH = 16;

/** Bare words: no indicator in front, no ": ", " #" or anything that quotes. Blanks inside, as in "0 0 1688 kms1". */
const BARE = /^[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+][A-Za-z0-9_./@+-]*)*$/;
const PLAIN_KEY = '[A-Za-z0-9_./][A-Za-z0-9_./@+-]*';
const ENTRY = new RegExp(`^(?:(${PLAIN_KEY})|"([^"\\\\]*)"|'([^']*)'):(?: +(.*))?$`);

function readBlock(cursor: Cursor, indent: number, depth: number): YamlTree | undefined {
  const line = cursor.lines[cursor.at];
  if (line === undefined || line.indent !== indent || depth > MAX_DEPTH) return undefined;
  if (isItem(line)) return readList(cursor, indent, depth);
  if (ENTRY.test(line.content)) return readMap(cursor, indent, depth);
  return undefined;
}

function readList(cursor: Cursor, indent: number, depth: number): YamlTree | undefined {
  const { lines } = cursor;
  const place = placeOf(cursor, lines[cursor.at]!);
  const items: YamlTree[] = [];
  for (let line = lines[cursor.at]; line !== undefined && line.indent >= indent; line = lines[cursor.at]) {
    if (line.indent > indent) return undefined;
    if (!isItem(line)) break;
    const rest = line.content.slice(1);
    const inner = rest.trimStart();
    const innerIndent = indent + 1 + rest.length - inner.length;
    let item: YamlTree | undefined;
    if (inner === '' || inner.startsWith('#')) return undefined;
    if (ENTRY.test(inner)) {
      // A map that begins on the line of its hyphen: its other keys stand below its first.
      lines[cursor.at] = { ...line, indent: innerIndent, content: inner };
      item = readMap(cursor, innerIndent, depth + 1);
    } else {
      item = scalarOf(inner, { ...placeOf(cursor, line), column: innerIndent + 1 });
      cursor.at++;
      if ((lines[cursor.at]?.indent ?? 0) > indent) return undefined;
    }
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { kind: 'list', items, place };
}

function readMap(cursor: Cursor, indent: number, depth: number): YamlTree | undefined {
  const { lines } = cursor;
  const place = placeOf(cursor, lines[cursor.at]!);
  const entries: YamlEntry[] = [];
  for (let line = lines[cursor.at]; line !== undefined && line.indent >= indent; line = lines[cursor.at]) {
    if (line.indent > indent) return undefined;
    const entry = ENTRY.exec(line.content);
    if (entry === null) {
      if (isItem(line)) break;
      return undefined;
    }
    const [, bare, double, single, rest = ''] = entry;
    const at = placeOf(cursor, line);
    cursor.at++;
    const next = lines[cursor.at];
    let value: YamlTree | undefined;
    if (rest === '' || rest.startsWith('#')) {
      // A list may stand under its key without further indentation.
      const nested = next !== undefined && (next.indent > indent || (next.indent === indent && isItem(next)));
      value = nested ? readBlock(cursor, next.indent, depth + 1) : { kind: 'scalar', text: '', place: at };
    } else {
      const column = line.indent + line.content.length - rest.length + 1;
      value = (next?.indent ?? 0) > indent ? undefined : scalarOf(rest, { ...at, column });
    }
    if (value === undefined) return undefined;
    entries.push({ key: bare ?? double ?? single ?? '', value, place: at });
  }
  return { kind: 'map', entries, place };
}

function scalarOf(source: string, place: Place): YamlTree | undefined {
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')(?:\s+#.*)?$/.exec(source);
  if (quoted !== null) return { kind: 'scalar', text: quoted[1] ?? quoted[2] ?? '', place };
  const text = source.replace(/\s+#.*$/, '');
  return BARE.test(text) ? { kind: 'scalar', text, place } : undefined;
}

function isItem(line: Line): boolean {
  return line.content === '-' || line.content.startsWith('- ');
}

function placeOf(cursor: Cursor, line: Line): Place {
  return { file: cursor.file, line: line.number, column: line.indent + 1 };
}
