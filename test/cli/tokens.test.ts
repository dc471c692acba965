import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EVERYWHERE, flag, one, text } from '../../src/cli/options.ts';
import { checkTokens, tokensOf } from '../../src/cli/tokens.ts';

const PLAY: Command = {
  command: 'play',
  describe: 'play',
  operands: { name: 'FILE', describe: 'a file', least: 1, most: 2 },
  options: {
    ...EVERYWHERE,
    config: one({ alias: 'c', value: 'FILE', describe: '' }, text),
    yes: flag({ describe: '' }),
  },
  examples: [],
  exitCodes: [],
  run: async () => 0,
};

/** `--name` or `--name=value` for each option, then `|` and the words. */
function taken(...argv: readonly string[]): string {
  const { command, options, operands } = tokensOf(argv, [PLAY]);
  const shown = options.map(
    ({ name, written, value }) => `${name ?? `?${written}`}${value === undefined ? '' : `=${value}`}`,
  );
  return `${[command ?? '-', ...shown].join(' ')} | ${operands.join(' ')}`.trim();
}

describe('a command line', () => {
  test.each<[string, readonly string[], string]>([
    ['nothing', [], '- |'],
    ['a command alone', ['play'], 'play |'],
    ['a value in the next word', ['play', '--config', 'a.yaml'], 'play config=a.yaml |'],
    ['a value behind an equals sign', ['play', '--config=a=b.yaml'], 'play config=a=b.yaml |'],
    ['a value that starts with a dash', ['play', '--config=-5'], 'play config=-5 |'],
    ['a short option', ['play', '-c', 'a.yaml'], 'play config=a.yaml |'],
    ['a short option with its value attached', ['play', '-ca.yaml'], 'play config=a.yaml |'],
    ['a short option with an equals sign', ['play', '-c=a.yaml'], 'play config=a.yaml |'],
    ['switches in one word', ['play', '-qv'], 'play quiet verbose |'],
    ['switches in one word with a value at the end', ['play', '-qca.yaml'], 'play quiet config=a.yaml |'],
    ['a value that is missing at the end', ['play', '--config'], 'play config= |'],
    ['a value that is missing before an option', ['play', '-c', '--json'], 'play config= json |'],
    ['a dash as a value', ['play', '-c', '-'], 'play config=- |'],
    ['a dash as an operand', ['play', '-'], 'play | -'],
    ['options before the command', ['--yes', '-c', 'a.yaml', 'play', 'x'], 'play yes config=a.yaml | x'],
    ['options between operands', ['play', 'x', '--yes', 'y'], 'play yes | x y'],
    ['operands that look like options', ['play', '--', '--yes', '-c'], 'play | --yes -c'],
    ['operands that look like numbers', ['play', '0x1f', '1e3', '007'], 'play | 0x1f 1e3 007'],
    [
      'words of JavaScript',
      ['play', '--constructor', '--__proto__=1'],
      'play ?--constructor ?--__proto__=1 |',
    ],
    ['an option of nobody', ['play', '--jsno', '-x'], 'play ?--jsno ?-x |'],
    ['a switch with a value', ['play', '--yes=no'], 'play yes=no |'],
    ['false behind a switch', ['play', '--yes', 'false'], 'play yes | false'],
    ['an option twice', ['play', '-c', 'a', '-c', 'b'], 'play config=a config=b |'],
    ['nothing but options', ['--json'], '- json |'],
    ['an empty word', ['play', ''], 'play |'],
  ])('with %s', (_name, argv, expected) => {
    expect(taken(...argv)).toBe(expected);
  });

  it('is taken apart whatever it is', () => {
    const words = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom('play', '--', '-', '--json', '--config', '-qc', '-c=', '--=', '---'),
      ),
    );
    fc.assert(
      fc.property(words, (argv) => {
        const { command, options, operands } = tokensOf(argv, [PLAY]);
        // Every word is in exactly one place.
        const values = options.filter(({ value }) => value !== undefined && value !== '').length;
        expect((command === undefined ? 0 : 1) + operands.length).toBeLessThanOrEqual(argv.length);
        expect(values).toBeLessThanOrEqual(argv.join('').length);
      }),
    );
  });
});

describe('a command', () => {
  const check = (...argv: readonly string[]): void => checkTokens(tokensOf(argv, [PLAY]), PLAY);

  it('takes its own options, those of every command, and its operands', () => {
    expect(() => check('play', 'x', 'y', '-c', 'a', '--json', '-qv', '--no-color')).not.toThrow();
  });

  test.each<[readonly string[], RegExp]>([
    [['play', 'x', '--jsno'], /no option "--jsno"; did you mean "--json"\?$/],
    [['play', 'x', '--confg', 'a'], /did you mean "--config"\?$/],
    [['play', 'x', '-x'], /no option "-x"$/],
    [['play', 'x', '--no-json'], /no option "--no-json"/],
    [['play', 'x', '--constructor', '1'], /no option "--constructor"$/],
    [['play', 'x', '--yes=no'], /--yes is a switch/],
    [['play', 'x', '-q=1'], /-q is a switch/],
    [['play', 'x', '--help=1'], /--help is a switch/],
    [['play'], /needs a FILE$/],
    [['play', ''], /an empty FILE/],
    [['play', 'x', 'y', 'z'], /what is "z"\?$/],
  ])('refuses %j', (argv, says) => {
    expect(() => check(...argv)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(says) }),
    );
  });
});

describe('the commands of kmsdns', () => {
  it('agree whether an option takes a value, so that it may stand before the command', () => {
    const kinds = new Map<string, boolean>();
    for (const { command, options } of COMMANDS)
      for (const [name, { value, alias }] of Object.entries(options))
        for (const form of alias === undefined ? [name] : [name, alias]) {
          const takes = value !== undefined;
          expect([command, form, kinds.get(form) ?? takes]).toEqual([command, form, takes]);
          kinds.set(form, takes);
        }
  });

  it('give each letter to one option only', () => {
    const letters = new Map<string, string>();
    for (const { options } of COMMANDS)
      for (const [name, { alias }] of Object.entries(options))
        if (alias !== undefined) {
          expect([alias, letters.get(alias) ?? name]).toEqual([alias, name]);
          letters.set(alias, name);
        }
    expect(letters.get('c')).toBe('config');
  });
});
