import type { Fields, MapShape, ObjectShape, Placed, Read, Shape, TextShape } from './shape.ts';
import { nearest, suggestion } from './suggest.ts';
import {
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type ProblemList,
  readYamlText,
  type YAMLMap,
  type YamlText,
} from './yaml-text.ts';

export interface ShapeReading<S> {
  readonly value: Read<S> | undefined;
  readonly problems: ProblemList;
}

/** Aliases may repeat a value; this many are read in all, then the file is refused. */
const MAX_VALUES = 500_000;

/** Reads YAML or JSON text as `shape`. Never throws; nothing is wrong when `problems.all()` is empty. */
export function readShaped<S extends Shape>(text: string, file: string, shape: S): ShapeReading<S> {
  const yaml = readYamlText(text, file);
  const { root, problems } = yaml;
  if (root === undefined) return { value: undefined, problems };
  const run: Run = { ...yaml, left: MAX_VALUES };
  return { value: read(run, shape, root, 'the file', root.range[0]) as Read<S> | undefined, problems };
}

interface Run extends Omit<YamlText, 'root'> {
  /** Values that may still be read. */
  left: number;
}

/** `label` names the value in messages; `at` is where to point when it has no place of its own: its key. */
function read(run: Run, shape: Shape, written: ParsedNode | null, label: string, at: number): unknown {
  if (run.left-- <= 0) {
    if (run.left === -1)
      run.problems.add(at, `more than ${MAX_VALUES} values, aliases counted each time; the rest is not read`);
    return undefined;
  }
  const node = written === null ? null : run.follow(written);
  if (node === undefined) return undefined;
  const placed = <T>(value: T): Placed<T> => ({ value, at: written === null ? at : written.range[0] });
  const wrong = (wanted: string, found: string): undefined => {
    const place = node === null || isNothing(node) ? at : written!.range[0];
    run.problems.add(place, `${label} must be ${wanted}, not ${found}`);
  };
  const scalar = isScalar(node) ? node.value : undefined;
  switch (shape.kind) {
    case 'text': {
      if (typeof scalar !== 'string') return wrong(textWanted(node), kindOf(node));
      const value = readText(run, shape, scalar, label, node!.range[0]);
      return value === undefined ? undefined : placed(value);
    }
    case 'integer': {
      const { min, max } = shape;
      const fits = typeof scalar === 'number' && Number.isInteger(scalar) && scalar >= min && scalar <= max;
      // YAML's -0 is 0 here.
      return fits ? placed(scalar + 0) : wrong(`a whole number ${min}…${max}`, wordOf(node));
    }
    case 'choice':
      if (shape.values.some((allowed) => allowed === scalar)) return placed(scalar);
      return wrong(shape.values.join(' or '), wordOf(node));
    case 'list': {
      if (!isSeq<ParsedNode>(node)) return wrong('a list', kindOf(node, '[]'));
      const itemLabel = `an entry of ${label}`;
      const items = node.items.map((item) => read(run, shape.items, item, itemLabel, item.range[0]));
      return placed(items.filter((item) => item !== undefined));
    }
    case 'map':
      if (!isMap(node)) return wrong('a map', kindOf(node, '{}'));
      return placed(readEntries(run, shape, node as YAMLMap.Parsed, label));
    case 'object':
      if (!isMap(node)) return wrong('a map', kindOf(node, '{}'));
      return placed(readFields(run, shape, node as YAMLMap.Parsed, label, at));
  }
}

function readText<T extends string>(
  run: Run,
  shape: TextShape<T>,
  text: string,
  label: string,
  at: number,
): T | undefined {
  const reading = shape.read(text);
  if ('value' in reading) return reading.value;
  run.problems.add(at, `${label}${shape.hidden ? '' : ` ${quote(text)}`}: ${reading.problem}`);
  return undefined;
}

function readEntries(
  run: Run,
  shape: MapShape<string, Shape>,
  node: YAMLMap.Parsed,
  label: string,
): readonly unknown[] {
  const seen = new Map<string, number>();
  return node.items.flatMap((pair) => {
    const written = keyOf(run, pair, label);
    const at = pair.key.range[0];
    const key = written === undefined ? undefined : readText(run, shape.key, written, label, at);
    const value = read(run, shape.values, pair.value, written ?? label, at);
    if (written === undefined || key === undefined) return [];
    const before = seen.get(key);
    if (before === undefined) seen.set(key, at);
    else run.problems.add(at, `${quote(written)} is in ${label} already, ${inLine(run, before)}`);
    return [{ key: { value: key, at }, value }];
  });
}

function readFields(
  run: Run,
  shape: ObjectShape<Fields>,
  node: YAMLMap.Parsed,
  label: string,
  at: number,
): unknown {
  const { fields, required, oneOf = [] } = shape;
  const seen = new Map<string, number>();
  const strangers: string[] = [];
  const values: Record<string, unknown> = {};
  for (const pair of node.items) {
    const key = keyOf(run, pair, label);
    if (key === undefined) continue;
    const keyAt = pair.key.range[0];
    const before = seen.get(key);
    if (!Object.hasOwn(fields, key)) {
      strangers.push(key);
      run.problems.add(
        keyAt,
        `${quote(key)} is not known in ${label}; ${suggestion(key, Object.keys(fields))}`,
      );
    } else if (before !== undefined) {
      run.problems.add(keyAt, `${quote(key)} is there already, ${inLine(run, before)}`);
    } else {
      seen.set(key, keyAt);
      values[key] = read(run, fields[key]!, pair.value, key, keyAt);
    }
  }
  // A misspelt key has been told; that the right one is missing would be the same mistake told twice.
  const misspelt = new Set(strangers.map((key) => nearest(key, Object.keys(fields))));
  for (const name of required)
    if (!seen.has(name) && !misspelt.has(name)) run.problems.add(at, `${label}: ${quote(name)} is missing`);
  const chosen = oneOf.flatMap((name) => seen.get(name) ?? []);
  if (chosen.length > 1 || (oneOf.length > 0 && chosen.length + strangers.length === 0))
    run.problems.add(Math.max(at, ...chosen), `${label}: write exactly one of ${oneOf.join(', ')}`);
  return values;
}

function keyOf(run: Run, pair: Pair<ParsedNode, ParsedNode | null>, label: string): string | undefined {
  const node = run.follow(pair.key);
  if (node === undefined) return undefined;
  const key = isScalar(node) ? node.value : undefined;
  const at = pair.key.range[0];
  if (typeof key !== 'string')
    run.problems.add(at, `${label}: a key must be ${textWanted(node)}, not ${kindOf(node)}`);
  else if (key === '<<')
    run.problems.add(at, 'merge keys ("<<") are not read; write the fields out, or alias a whole value');
  else return key;
  return undefined;
}

function inLine(run: Run, offset: number): string {
  return `in line ${run.problems.place(offset).line}`;
}

function isNothing(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null;
}

function textWanted(node: ParsedNode | null): string {
  const bare = isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'boolean');
  return bare ? 'text (put it in quotes)' : 'text';
}

/** Text is not repeated: what stands where a map belongs may be a secret. `empty` is how to write an empty one. */
function kindOf(node: ParsedNode | null, empty?: string): string {
  if (node === null || isNothing(node))
    return empty === undefined ? 'nothing' : `nothing; write ${empty} for an empty one`;
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  return isScalar(node) && typeof node.value !== 'string' ? String(node.value) : 'text';
}

/** Where a number or a word is due. */
function wordOf(node: ParsedNode | null): string {
  if (!isScalar(node) || typeof node.value !== 'string') return kindOf(node);
  return /^\d+$/.test(node.value) ? `the text ${quote(node.value)}; leave the quotes out` : quote(node.value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
