import type { Problem } from '../core/errors.ts';
import { isMap, isScalar, isSeq, type ParsedNode, type Place, readYamlText } from '../core/yaml-text.ts';
import { readBlockYaml } from './block-yaml.ts';

/** A YAML document without its types: every scalar is the text that stands there, quotes and escapes resolved. */
export type YamlTree = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  readonly place: Place;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly place: Place;
}

export interface YamlEntry {
  readonly key: string;
  readonly value: YamlTree;
  /** Of the key. */
  readonly place: Place;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlTree[];
  readonly place: Place;
}

/**
 * All documents of a YAML text that hold anything. What is in the plain block form, as these files mostly are, goes
 * through a reader of a few lines that is some ten times as fast as the whole language; the rest through that.
 */
export function readYamlTrees(
  text: string,
  file: string,
): { readonly documents: readonly YamlTree[]; readonly problems: readonly Problem[] } {
  const documents: YamlTree[] = [];
  const problems: Problem[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n/);
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && !isMarker(lines[to]!)) to++;
    const part = lines.slice(from, to);
    if (part.some((line) => !/^\s*(#|%|$)/.test(line))) {
      const quick = readBlockYaml(part, file, from);
      if (quick !== undefined) documents.push(quick);
      else {
        // Blank lines in place of the documents before keep the places right.
        const yaml = readYamlText(`${'\n'.repeat(from)}${part.join('\n')}`, file);
        if (yaml.root !== undefined) documents.push(treeOf(yaml.root, yaml, 0));
        problems.push(...yaml.problems.all());
      }
    }
    from = to + 1;
  }
  return { documents, problems };
}

function isMarker(line: string): boolean {
  return /^(---|\.\.\.)(\s+#.*)?\s*$/.test(line);
}

/** Deeper than any file that we read; keeps an alias that holds itself from going on for ever. */
const MAX_DEPTH = 32;

function treeOf(node: ParsedNode, yaml: ReturnType<typeof readYamlText>, depth: number): YamlTree {
  const place = yaml.problems.place(node.range[0]);
  const followed = depth > MAX_DEPTH ? undefined : yaml.follow(node);
  if (depth > MAX_DEPTH) yaml.problems.add(node.range[0], 'lists and maps are nested too deeply here');
  if (isMap(followed)) {
    const entries = followed.items.flatMap((pair): YamlEntry[] => {
      const key = pair.key as ParsedNode;
      if (!isScalar(key)) {
        yaml.problems.add(key.range[0], 'a key that is no plain text');
        return [];
      }
      const at = yaml.problems.place(key.range[0]);
      const value = pair.value as ParsedNode | null;
      return [
        {
          key: textOf(key),
          place: at,
          value: value === null ? { kind: 'scalar', text: '', place: at } : treeOf(value, yaml, depth + 1),
        },
      ];
    });
    return { kind: 'map', entries, place };
  }
  if (isSeq(followed)) {
    const items = followed.items.map((item) => treeOf(item as ParsedNode, yaml, depth + 1));
    return { kind: 'list', items, place };
  }
  return { kind: 'scalar', text: isScalar(followed) ? textOf(followed) : '', place };
}

function textOf(scalar: {
  readonly value: unknown;
  readonly source?: string;
  readonly type?: string;
}): string {
  if (typeof scalar.value === 'string') return scalar.value;
  return scalar.source ?? '';
}

/** The value under a key; undefined for what is no map or has no such key. The last one counts, as in most readers. */
export function valueAt(tree: YamlTree | undefined, key: string): YamlTree | undefined {
  return tree?.kind === 'map' ? tree.entries.findLast((entry) => entry.key === key)?.value : undefined;
}

/** The text under a key; undefined where there is none, or something else than a text. */
export function textAt(tree: YamlTree | undefined, key: string): string | undefined {
  const value = valueAt(tree, key);
  return value?.kind === 'scalar' ? value.text : undefined;
}
