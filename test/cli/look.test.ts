import { describe, expect, it, test } from 'vitest';
import { type Environment, lookOf, type Surface } from '../../src/cli/look.ts';

const TERMINAL: Surface = { isTerminal: true, columns: 80 };
const PIPE: Surface = { isTerminal: false, columns: undefined };
const UTF8 = { LANG: 'en_GB.UTF-8' };

test.each<[string, Surface, Environment, boolean, boolean]>([
  ['a terminal', TERMINAL, UTF8, false, true],
  ['a pipe', PIPE, UTF8, false, false],
  ['a pipe, whatever FORCE_COLOR says', PIPE, { ...UTF8, FORCE_COLOR: '1' }, false, false],
  ['a terminal with --no-color', TERMINAL, UTF8, true, false],
  ['a terminal with NO_COLOR', TERMINAL, { ...UTF8, NO_COLOR: '1' }, false, false],
  [
    'a terminal with an empty NO_COLOR, which is none (no-color.org)',
    TERMINAL,
    { ...UTF8, NO_COLOR: '' },
    false,
    true,
  ],
  ['a dumb terminal', TERMINAL, { ...UTF8, TERM: 'dumb' }, false, false],
])('colours on %s: %s', (_name, surface, env, noColour, coloured) => {
  const look = lookOf(surface, env, 'linux', noColour);
  expect(look.paint('good', 'fine')).toBe(coloured ? '\u001b[32mfine\u001b[39m' : 'fine');
  expect(look.paint('good', '')).toBe('');
});

test.each<[string, Surface, Environment, string, boolean]>([
  ['UTF-8', PIPE, UTF8, 'linux', true],
  ['UTF-8 without the dash', PIPE, { LANG: 'de_DE.utf8' }, 'linux', true],
  ['no locale at all', PIPE, {}, 'linux', false],
  ['the C locale', PIPE, { LANG: 'C' }, 'linux', false],
  ['C.UTF-8', PIPE, { LANG: 'C.UTF-8' }, 'linux', true],
  ['LC_ALL over LANG', PIPE, { ...UTF8, LC_ALL: 'C' }, 'linux', false],
  ['an empty LC_ALL, which does not count', PIPE, { ...UTF8, LC_ALL: '' }, 'linux', true],
  ['Latin-1', PIPE, { LANG: 'en_GB.ISO-8859-1' }, 'linux', false],
  ['the console of Linux', TERMINAL, { ...UTF8, TERM: 'linux' }, 'linux', false],
  ['a dumb terminal', TERMINAL, { ...UTF8, TERM: 'dumb' }, 'linux', false],
  ['Windows Terminal', TERMINAL, { WT_SESSION: 'x' }, 'win32', true],
  ['the old console of Windows', TERMINAL, {}, 'win32', false],
  ['a pipe on Windows, read in the OEM code page', PIPE, { WT_SESSION: 'x' }, 'win32', false],
])('draws with box characters under %s: %#', (_name, surface, env, platform, unicode) => {
  const { symbols } = lookOf(surface, env, platform, false);
  const letters = Object.values(symbols).join('');
  expect([...letters].some((letter) => letter > '~')).toBe(unicode);
});

describe('the width', () => {
  test.each<[string, Surface, number]>([
    ['that of the terminal', TERMINAL, 80],
    ['100 off a terminal', PIPE, 100],
    ['100 where the terminal says 0', { isTerminal: true, columns: 0 }, 100],
    ['at least 40', { isTerminal: true, columns: 12 }, 40],
    ['at most 120', { isTerminal: true, columns: 500 }, 120],
  ])('is %s', (_name, surface, columns) => {
    expect(lookOf(surface, UTF8, 'linux', false).columns).toBe(columns);
  });
});

it('has a sign of its own for each meaning, so that colours never stand alone', () => {
  for (const env of [UTF8, {}]) {
    const { good, bad, warn, unknown } = lookOf(PIPE, env, 'linux', false).symbols;
    expect(new Set([good, bad, warn, unknown]).size).toBe(4);
  }
});
