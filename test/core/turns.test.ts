import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/core/turns.ts';

describe('Turns', () => {
  it('lets so many begin, and the next in order when one finishes', () => {
    const turns = new Turns(2);
    const begun: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) turns.begin(() => begun.push(name));
    expect(begun).toEqual(['a', 'b']);
    turns.finish();
    expect(begun).toEqual(['a', 'b', 'c']);
    turns.finish();
    turns.finish();
    turns.begin(() => begun.push('e'));
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('takes what finishes while it begins, a hundred thousand times over', () => {
    const turns = new Turns(1);
    let begun = 0;
    let first = (): void => {};
    turns.begin(() => {
      first = () => turns.finish();
    });
    for (let i = 0; i < 100_000; i++)
      turns.begin(() => {
        begun++;
        turns.finish();
      });
    expect(begun).toBe(0);
    first();
    expect(begun).toBe(100_000);
  });
});
