import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { nearest, suggestion } from '../../src/core/suggest.ts';

test.each([
  ['adress', ['address', 'name', 'port'], 'address'],
  ['weigth', ['weight', 'priority'], 'weight'],
  ['TTL', ['ttl', 'zone'], 'ttl'],
  ['servers', ['server', 'zone'], 'server'],
  ['Corp', ['corp', 'core'], 'corp'],
  ['prot', ['port', 'host'], 'port'],
  ['hsot', ['port', 'host'], 'host'],
  ['secret', ['file', 'env'], undefined],
  ['seabed', ['server'], undefined],
  ['x', ['ttl', 'env'], undefined],
  ['', ['ttl'], undefined],
  ['ttl', [], undefined],
])('nearest to %j of %j is %j', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected);
});

it('finds any known word after one slip of the finger', () => {
  const known = ['policy', 'publish', 'priority', 'server', 'version', 'principal'];
  const slip = fc.record({
    word: fc.constantFrom(...known),
    at: fc.nat(5),
    kind: fc.constantFrom('drop', 'swap', 'double', 'other'),
  });
  fc.assert(
    fc.property(slip, ({ word, at, kind }) => {
      const [before, letter, next, after] = [
        word.slice(0, at),
        word[at]!,
        word[at + 1] ?? '',
        word.slice(at + 2),
      ];
      const slips = {
        drop: before + next + after,
        swap: before + next + letter + after,
        double: before + letter + letter + next + after,
        other: `${before}q${next}${after}`,
      };
      expect(nearest(slips[kind], known)).toBe(word);
    }),
  );
});

test.each([
  ['zoen', ['zone', 'ttl'], 'did you mean "zone"?'],
  ['secret', ['file', 'env'], 'known: file, env'],
  ['secret', [], 'there are none'],
  [
    'q',
    Array.from({ length: 14 }, (_, i) => `name${i}`),
    'known: name0, name1, name2, name3, name4, name5, name6, name7, name8, name9, name10, name11 and 2 more',
  ],
])('after %j of %j a message goes on', (word, known, expected) => {
  expect(suggestion(word, known)).toBe(expected);
});
