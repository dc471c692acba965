import { describe, expect, it, test } from 'vitest';
import {
  AUTHORITY,
  choice,
  DEADLINE,
  DOMAIN,
  flag,
  many,
  one,
  readOptions,
  SERVER,
  TIMEOUT,
  text,
  wholeNumber,
} from '../../src/cli/options.ts';

describe('an option', () => {
  const table = {
    out: one({ value: 'PATH', describe: '' }, text),
    server: SERVER,
    yes: flag({ describe: '' }),
    more: many({ value: 'X', describe: '' }, text),
  };
  const read = (given: Readonly<Record<string, readonly string[]>>): unknown =>
    readOptions(table, new Map(Object.entries(given)));

  it('that is not there is undefined, off or empty', () => {
    expect(read({})).toEqual({ out: undefined, server: [], yes: false, more: [] });
  });

  it('is read by its own reader', () => {
    expect(
      read({ out: ['x'], yes: ['true'], server: ['10.0.0.53', '[::1]:5300'], more: ['a', 'b'] }),
    ).toEqual({
      out: 'x',
      yes: true,
      server: [
        { address: '10.0.0.53', port: 53 },
        { address: '::1', port: 5300 },
      ],
      more: ['a', 'b'],
    });
  });

  test.each<[Readonly<Record<string, readonly string[]>>, RegExp]>([
    [{ out: ['a', 'b'] }, /^--out is given 2 times$/],
    [{ out: [''] }, /^--out has no value$/],
    [{ more: ['a', ' '] }, /^--more has no value$/],
  ])('%j is refused', (given, says) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(says) }),
    );
  });
});

describe('seconds', () => {
  test.each([
    ['1', 1000],
    ['0.5', 500],
    ['2.5', 2500],
    ['0.0001', 1],
    ['86400', 86_400_000],
  ])('%s', (given, milliseconds) => {
    expect(TIMEOUT.read([given], '--timeout')).toBe(milliseconds);
    expect(DEADLINE.read([given], '--deadline')).toBe(milliseconds);
  });

  it.each([
    'abc',
    '0',
    '0.0',
    '-1',
    '1e3',
    '0x10',
    '1s',
    '86401',
    'NaN',
    'Infinity',
    '1,5',
    '.5',
    ' 1',
    '99999999999',
  ])('%j are none', (given) => {
    expect(() => TIMEOUT.read([given], '--timeout')).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(JSON.stringify(given)) }),
    );
  });
});

describe('other values', () => {
  it('are names, whole numbers and words', () => {
    expect(DOMAIN.read(['East.Contoso.COM', 'west.contoso.com.'], '--domain')).toEqual([
      'east.contoso.com.',
      'west.contoso.com.',
    ]);
    expect(wholeNumber(0, 65535)('1688', '--port')).toBe(1688);
    expect(choice(['a', 'b'])('b', '--word')).toBe('b');
  });

  it.each<[string, () => unknown]>([
    ['a domain with an empty label', () => DOMAIN.read(['a..b'], '--domain')],
    ['a host name as a server', () => SERVER.read(['dc1.contoso.com'], '--server')],
    ['a port of six digits', () => AUTHORITY.read(['10.0.0.53:123456'], '--authority')],
    ['a number that is too large', () => wholeNumber(0, 65535)('65536', '--port')],
    ['a number with a fraction', () => wholeNumber(0, 65535)('1.0', '--port')],
    ['an unknown word', () => choice(['a', 'b'])('c', '--word')],
  ])('%s is refused', (_name, read) => {
    expect(read).toThrow(/"/);
  });
});
