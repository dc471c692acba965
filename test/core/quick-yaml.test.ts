import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import { type NodeMaker, readQuickYaml } from '../../src/core/quick-yaml.ts';

/** A document as nested arrays, each node with the place at which it begins. */
type Tree =
  | readonly ['scalar', unknown, number]
  | readonly ['map', readonly (readonly [Tree, Tree])[], number]
  | readonly ['list', readonly Tree[], number];

const TREES: NodeMaker<Tree> = {
  scalar: (value, at) => ['scalar', value, at],
  map: (entries, at) => ['map', [...entries], at],
  list: (items, at) => ['list', [...items], at],
};

function quick(text: string): Tree | undefined {
  return readQuickYaml(text, TREES);
}

/** The same by the `yaml` package; undefined for what it does not like or what has no form above. */
function whole(text: string): Tree | undefined {
  const document = parseDocument(text, { schema: 'core', uniqueKeys: false, prettyErrors: false });
  if (document.errors.length + document.warnings.length > 0 || document.contents === null) return undefined;
  return treeOf(document.contents);
}

function treeOf(node: ParsedNode | null): Tree | undefined {
  if (node === null) return undefined;
  const at = node.range[0];
  if (isScalar(node)) return ['scalar', node.value, at];
  if (isSeq<ParsedNode>(node)) return ['list', node.items.map((item) => treeOf(item)!), at];
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  return ['map', node.items.map(({ key, value }) => [treeOf(key)!, treeOf(value)!] as const), at];
}

/** Maps in maps, each one column further in. */
function nested(depth: number): string {
  return Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}a:${i === depth - 1 ? ' 1' : ''}`).join(
    '\n',
  );
}

const STATE = `# comment
version: 1

keys: { kms: { file: ./kms.key } }   # a flow map
servers:
  corp:  { address: 10.0.0.53, port: 53, auth: { tsig: kms } }
  "main": { address: 'fe80::1', port: 5300 }
domains:
  east.contoso.com:
    server: corp
    ttl: 3600
  # between
    publish:
      - { host: kms-e1.east.contoso.com, priority: 10, weight: 75 }
      - host: kms-w1.west.contoso.com
        priority: 90
        addresses: [ 10.1.0.10, 10.1.0.11 ]
  3com.example:
    publish:
    - host: 4.example
    - { host: b.example }
    policy: exact
  empty: {}
  list: []
`;

describe('readQuickYaml', () => {
  it.each([
    ['a desired state in all its styles', STATE],
    ['the same with the line ends of Windows', STATE.replaceAll('\n', '\r\n')],
    ['the same without a line end at its end', STATE.trimEnd()],
    ['the same, all of it indented', STATE.replaceAll(/^(?=.)/gm, '   ')],
    ['a list', '- a\n- 1\n- "b c"\n- {}\n'],
    ['a list of maps', '-   a: 1\n    b:\n      c: 2\n-   a: 2\n'],
    ['text that looks like something else', 'a: 10.0.0.1\nb: 2026-11-21\nc: yes\nd: "1"\ne: 1.2.3\nf: 0\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['maps as deep as anybody writes them', nested(10)],
    ['blanks at the ends of lines', 'a:   \n  b: 1  \n'],
  ])('reads what the whole language reads: %s', (_, text) => {
    expect(quick(text)).toBeDefined();
    expect(quick(text)).toEqual(whole(text));
  });

  it.each([
    ['nothing', ''],
    ['comments only', '# a\n'],
    ['a document mark', '---\na: 1\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['a tab', 'a:\tb\n'],
    ['letters beyond ASCII', 'a: ü\n'],
    ['an anchor', 'a: &x 1\n'],
    ['an alias', 'a: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['folded text', 'a: >\n  b\n'],
    ['text on two lines', 'a: b\n  c\n'],
    ['quoted text on two lines', 'a: "b\n  c"\n'],
    ['a flow map on two lines', 'a: { b: 1,\n  c: 2 }\n'],
    ['an escape', 'a: "\\n"\n'],
    ['a doubled quote', "a: 'it''s'\n"],
    ['two words', 'a: b c\n'],
    ['a value that is missing', 'a:\nb: 1\n'],
    ['a value that is missing at the end', 'a:\n'],
    ['a number of another form', 'a: 0x1f\n'],
    ['a fraction', 'a: 1.5\n'],
    ['truth', 'a: true\n'],
    ['null', 'a: null\n'],
    ['a number as a key', '1: a\n'],
    ['a key of its own line', '? a\n: b\n'],
    ['a list in a list', '- - a\n'],
    ['an item below its hyphen', '-\n  a: 1\n'],
    ['a line that is indented too little', 'a:\n    b: 1\n  c: 2\n'],
    ['a line that is indented too much', 'a: 1\n  b: 2\n'],
    ['a colon without a blank', 'a: { b:1 }\n'],
    ['a comma at the end', 'a: [1, ]\n'],
    ['a # without a blank', 'a: b#c\n'],
    ['a second document', 'a: 1\n...\nb: 1\n'],
    ['a carriage return without its line feed', 'a: b\r'],
    ['a merge key', 'a: { <<: 1 }\n'],
    ['a map too deep', nested(20)],
  ])('leaves to the whole language: %s', (_, text) => {
    expect(quick(text)).toBeUndefined();
  });

  const word = fc.constantFrom(
    'kms1.contoso.com',
    'a',
    '10.0.0.53',
    '3com',
    './k.key',
    'x-1',
    '1e3',
    'null',
    '0',
    '42',
  );
  const scalar = fc.oneof(
    word,
    word.map((text) => `"${text}"`),
    word.map((text) => `'${text}'`),
    fc.constantFrom('"a b: {c}"', "'# no comment'", '""'),
  );
  const key = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('host', 'priority', 'east.contoso.com', '"key"') },
    { weight: 1, arbitrary: scalar },
  );
  const { flow } = fc.letrec<{ flow: string }>((tie) => ({
    flow: fc.oneof(
      { maxDepth: 2 },
      scalar,
      fc
        .array(fc.tuple(key, tie('flow')), { maxLength: 3 })
        .map((all) => `{ ${all.map((one) => one.join(': ')).join(', ')} }`),
      fc.array(tie('flow'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    ),
  }));
  const indented = (lines: readonly string[], by: number): string[] =>
    lines.map((line) => ' '.repeat(by) + line);
  const ending = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    fc.constantFrom(' # why', '  ', ' #', '#'),
  );
  const { block } = fc.letrec<{ block: string[] }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 3 },
      fc
        .array(fc.tuple(key, flow, ending), { minLength: 1, maxLength: 3 })
        .map((all) => all.map(([name, value, end]) => `${name}: ${value}${end}`)),
      fc
        .array(fc.tuple(flow, ending), { minLength: 1, maxLength: 3 })
        .map((all) => all.map(([value, end]) => `- ${value}${end}`)),
      fc
        .array(fc.tuple(key, tie('block'), fc.constantFrom(0, 1, 2, 4), ending), {
          minLength: 1,
          maxLength: 2,
        })
        .map((all) => all.flatMap(([name, inner, by, end]) => [`${name}:${end}`, ...indented(inner, by)])),
      fc
        .array(tie('block'), { minLength: 1, maxLength: 2 })
        .map((all) => all.flatMap(([first, ...rest]) => [`- ${first}`, ...indented(rest, 2)])),
    ),
  }));
  const harm = fc.tuple(
    fc.nat(),
    fc.constantFrom(0, 1),
    fc.constantFrom(...' \n:-#{}[],"\'&*!|>%@`?~.e0\t\r'.split(''), '', '  ', '\n  '),
  );

  it('never says anything else than the whole language, of any text', () => {
    let accepted = 0;
    fc.assert(
      fc.property(block, fc.option(harm), (lines, change) => {
        let text = `${lines.join('\n')}\n`;
        if (change !== null) {
          const [at, removed, inserted] = change;
          const from = at % text.length;
          text = text.slice(0, from) + inserted + text.slice(from + removed);
        }
        const read = quick(text);
        if (read === undefined) return;
        accepted++;
        expect(read).toEqual(whole(text));
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
