import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  dateOrderOf,
  minutesBetween,
  minutesLater,
  readTime,
} from '../../../src/diagnose/evidence/lenient-time.ts';

describe('readTime', () => {
  test.each([
    ['2025-03-14T10:30:00.123456700Z', '2025-03-14T10:30:00Z'],
    ['2025-03-14T10:30:00.000', '2025-03-14T10:30:00'],
    ['2025-03-14 10:30', '2025-03-14T10:30:00'],
    ['2025-03-14T10:30:00+02:00', '2025-03-14T08:30:00Z'],
    ['2025-03-14T10:30:00-0330', '2025-03-14T14:00:00Z'],
    ['2006/1/14 2:30', '2006-01-14T02:30:00'],
    ['1/14/2006 2:30', '2006-01-14T02:30:00'],
    ['3/4/2025 10:30:00 PM', '2025-03-04T22:30:00'],
    ['3/4/2025 12:05:00 AM', '2025-03-04T00:05:00'],
    ['14.03.2025 10:30:00', '2025-03-14T10:30:00'],
    ['03.04.2025 10:30:00', '2025-04-03T10:30:00'],
    ['14/03/2025 10:30', '2025-03-14T10:30:00'],
    ['14-03-2025 10:30', '2025-03-14T10:30:00'],
    ['14.03.25 10:30', '2025-03-14T10:30:00'],
    ['5/5/2025 10:30', '2025-05-05T10:30:00'],
    ['2025年3月14日 10:30:00', '2025-03-14T10:30:00'],
    ['2025/3/14 下午 05:52:00', '2025-03-14T17:52:00'],
    ['2025/3/14 午前 5:52:00', '2025-03-14T05:52:00'],
    ['\u200e14.\u200e03.\u200e2025 \u200f10:30:00', '2025-03-14T10:30:00'],
  ])('%j', (text, iso) => expect(readTime(text)).toBe(iso));

  test.each([
    ['day and month cannot be told apart', '3/4/2025 10:30'],
    ['no time', '14.03.2025'],
    ['no date', '10:30:00'],
    ['the 31st of April', '31.04.2025 10:30'],
    ['hour 25', '2025-03-14 25:30'],
    ['minute 61', '2025-03-14 10:61'],
    ['month 13', '2025-13-14 10:30'],
    ['words', 'Monday'],
    ['an address and a port', '10.1.0.10:1688'],
    ['a version', '10.0.19041.1'],
    ['nothing', ''],
  ])('%s: no time', (_, text) => expect(readTime(text)).toBeUndefined());

  it('believes what other dates of the file say about the order', () => {
    expect(readTime('3/4/2025 10:30', 'dmy')).toBe('2025-04-03T10:30:00');
    expect(readTime('3/4/2025 10:30', 'mdy')).toBe('2025-03-04T10:30:00');
    expect(dateOrderOf(['3/4/2025', 'x', '14/4/2025'])).toBe('dmy');
    expect(dateOrderOf(['3/4/2025', '4/14/2025'])).toBe('mdy');
    expect(dateOrderOf(['3/4/2025', '2025/4/14'])).toBeUndefined();
  });

  it('reads what it wrote, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const iso = readTime(text);
        if (iso !== undefined) expect(readTime(iso)).toBe(iso);
      }),
    );
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        (date) => {
          const iso = `${date.toISOString().slice(0, 19)}Z`;
          expect(readTime(iso)).toBe(iso);
        },
      ),
    );
  });
});

describe('minutes', () => {
  it('keeps the kind of time', () => {
    expect(minutesLater('2025-03-14T10:30:00', 120)).toBe('2025-03-14T12:30:00');
    expect(minutesLater('2025-03-14T10:30:00Z', -1440)).toBe('2025-03-13T10:30:00Z');
    expect(minutesBetween('2025-03-14T10:30:00Z', '2025-03-14T15:32:00')).toBe(302);
  });

  it('has no answer where there is no time', () => {
    expect(minutesLater('tomorrow', 1)).toBeUndefined();
    expect(minutesLater('2025-03-14T10:30:00', 1e300)).toBeUndefined();
    expect(minutesBetween('tomorrow', '2025-03-14T10:30:00')).toBeUndefined();
  });
});
