import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { readBlockYaml } from '../../src/formats/block-yaml.ts';
import { readYamlTrees, type YamlTree } from '../../src/formats/yaml-tree.ts';

/** The tree as the values that the yaml package makes when it, too, leaves every scalar a text. */
const plain = (tree: YamlTree): unknown => {
  if (tree.kind === 'scalar') return tree.text;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
};
const judged = (text: string): unknown =>
  parse(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
const quick = (text: string): YamlTree | undefined => readBlockYaml(text.split('\n'), 'x.yaml', 0);

describe('the quick reader', () => {
  test.each([
    ['a map', 'a: 1\nb: "x y"\nc: \'z\'\n'],
    ['maps in a map', '_vlmcs._tcp:\n  type: SRV\n  ttl: 600\nnext:\n    deep:\n        deeper: 1\n'],
    ['a list of maps', 'values:\n  - priority: 0\n    weight: 0\n  - priority: 10\n    weight: 50\n'],
    [
      'a list without indentation',
      'values:\n- priority: 0\n  target: a.\n- priority: 1\n  target: b.\nafter: x\n',
    ],
    ['a list of texts', 'targets:\n  - "0 0 1688 kms1.contoso.com."\n  - 0 0 1688 kms1.contoso.com.\n'],
    ['a list alone', '- a\n- b\n'],
    ['comments and blank lines', '# top\n\na: 1 # one\n\n  # between\nb: "2" # two\nc: # three\n  d: e\n'],
    ['a key without a value', 'a:\nb: 1\n'],
    ['a quoted key', '"*.x": 1\n\'_a._b\': 2\n'],
    ['a hash inside a word', 'a: "x # y"\n'],
    ['lists in maps in lists', '- name: a\n  values:\n    - b\n    - c\n- name: d\n'],
  ])('%s', (_, text) => {
    const tree = quick(text);
    expect(tree).toBeDefined();
    // An absent value is null in YAML and an empty text here.
    expect(JSON.stringify(plain(tree!)).replaceAll('null', '""')).toBe(
      JSON.stringify(judged(text)).replaceAll('null', '""'),
    );
  });

  test.each([
    ['flow', 'a: [1, 2]\n'],
    ['an anchor', 'a: &x 1\n'],
    ['an alias', 'a: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['folded text', 'a: >\n  x\n'],
    ['a text over two lines', 'a: x\n  y\n'],
    ['a tab', 'a:\tx\n'],
    ['an escape', 'a: "x\\ny"\n'],
    ['a doubled quote', "a: 'it''s'\n"],
    ['a colon and blank in a value', 'a: b: c\n'],
    ['text behind a quote', 'a: "b" c\n'],
    ['an explicit key', '? a\n: b\n'],
    ['letters that are not ASCII', 'a: ü\n'],
    ['a line that is further left', '  a: 1\nb: 2\n'],
    ['a scalar alone', 'hello\n'],
    ['a nested list on one line', '- - a\n'],
    ['an empty item', '-\n  a: 1\n'],
  ])('leaves %s to the reader of the whole language', (_, text) => {
    expect(quick(text)).toBeUndefined();
  });

  it('never differs from the whole language in what it accepts', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b:',
        'c: 1',
        '- ',
        '-',
        '  ',
        '\n',
        '\n',
        ' ',
        '"x"',
        "'y'",
        ': ',
        '#',
        ' # n',
        '"',
        'k.l',
        '0 1 z.',
        '\n  ',
        '\n- ',
      ],
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const tree = quick(text);
        if (tree === undefined) return;
        accepted++;
        expect(JSON.stringify(plain(tree)).replaceAll('null', '""')).toBe(
          JSON.stringify(judged(text)).replaceAll('null', '""'),
        );
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe('trees', () => {
  it('know their places, whoever read them', () => {
    const text = (value: string): string => `---\nfirst: 1\n---\n# two\nsecond:\n  - key: ${value}\n`;
    for (const value of ['x', '!!str x']) {
      const { documents, problems } = readYamlTrees(text(value), 'x.yaml');
      expect(problems).toEqual([]);
      expect(documents.map(plain)).toEqual([{ first: '1' }, { second: [{ key: 'x' }] }]);
      const [, second] = documents;
      const list = second?.kind === 'map' ? second.entries[0]!.value : undefined;
      const item = list?.kind === 'list' ? list.items[0]! : undefined;
      expect(item?.place).toEqual({ file: 'x.yaml', line: 6, column: 5 });
    }
  });

  it('keep numbers and booleans as they are written', () => {
    const { documents } = readYamlTrees('a: [007, 1.50, yes, true, null, 0x1F, "8"]\n', 'x.yaml');
    expect(documents.map(plain)).toEqual([{ a: ['007', '1.50', 'yes', 'true', 'null', '0x1F', '8'] }]);
  });

  it('say what is no YAML, with its place', () => {
    const { documents, problems } = readYamlTrees('a: 1\n---\nb: [1\n', 'x.yaml');
    expect(documents.map(plain)).toEqual([{ a: '1' }]);
    expect(problems).toMatchObject([{ file: 'x.yaml', line: expect.any(Number) }]);
    expect(problems[0]!.line).toBeGreaterThan(2);
  });

  it('do not follow an alias into itself', () => {
    const { problems } = readYamlTrees('a: &a [ *a ]\n', 'x.yaml');
    expect(problems.length).toBeGreaterThan(0);
  });

  it('of nothing are none', () => {
    for (const text of ['', '\n', '# only a comment\n', '---\n...\n'])
      expect(readYamlTrees(text, 'x.yaml')).toEqual({ documents: [], problems: [] });
  });
});
