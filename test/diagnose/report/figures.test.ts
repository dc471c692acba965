import { expect, test } from 'vitest';
import { duration, percent, roughly, seconds, shortPercent } from '../../../src/diagnose/report/figures.ts';

test.each([
  [0, '0.0 %', '0 %'],
  [0.0001, '<0.1 %', '<0.1 %'],
  [0.0005, '0.1 %', '0.1 %'],
  [1 / 3, '33.3 %', '33.3 %'],
  [0.8, '80.0 %', '80 %'],
  [0.9996, '>99.9 %', '>99.9 %'],
  [1, '100.0 %', '100 %'],
])('a share of %d', (share, long, short) => {
  expect(percent(share)).toBe(long);
  expect(shortPercent(share)).toBe(short);
});

test.each([
  [duration(7.6), '8 ms'],
  [duration(999), '999 ms'],
  [duration(2001), '2.0 s'],
  [seconds(21), '21 s'],
  [seconds(4.25), '4.3 s'],
  [roughly(14.285), '14.3'],
  [roughly(3), '3'],
  [roughly(6000.4), '6000'],
])('%s', (given, expected) => {
  expect(given).toBe(expected);
});
