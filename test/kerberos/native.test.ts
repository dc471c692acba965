/** Calls that may hang, by a stand-in for koffi's asynchronous ones that ends when it is told to. */
import { expect, test } from 'vitest';
import { callWithin, type Native, type NativeFunction, type NativeValue } from '../../src/kerberos/native.ts';

const NATIVE: Native = {
  platform: 'linux',
  architecture: 'x64',
  pointerOctets: 8,
  load: () => undefined,
  address: () => 0n,
  variable: () => undefined,
  nowSeconds: () => 0,
};

/** Each call waits for `end`, in the order in which they were made. */
function hanging(): { readonly call: NativeFunction; readonly made: NativeValue[]; end(): void } {
  const made: NativeValue[] = [];
  const callbacks: (() => void)[] = [];
  const call = Object.assign(() => 0, {
    async: (...values: readonly unknown[]) => {
      made.push(values[0] as NativeValue);
      const callback = values.at(-1) as (error: unknown, result: number) => void;
      callbacks.push(() => callback(null, 10 * (values[0] as number)));
    },
  });
  return { call, made, end: () => callbacks.shift()?.() };
}

test('two calls run at once; a third waits for its turn', async () => {
  const { call, made, end } = hanging();
  const results = [1, 2, 3].map((n) => callWithin(NATIVE, 60_000, call, [n]));
  expect(made).toEqual([1, 2]);
  end();
  expect(await results[0]).toEqual({ kind: 'returned', result: 10 });
  expect(made).toEqual([1, 2, 3]);
  end();
  end();
  expect(await Promise.all(results.slice(1))).toEqual([
    { kind: 'returned', result: 20 },
    { kind: 'returned', result: 30 },
  ]);
});

test('what does not end in time is left behind, and tells when it has ended', async () => {
  const { call, made, end } = hanging();
  const outcomes = await Promise.all([1, 2, 3].map((n) => callWithin(NATIVE, 1, call, [n])));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['running', 'running', 'not-made']);
  let ended = 0;
  for (const outcome of outcomes) if (outcome.kind === 'running') void outcome.ended.then(() => ended++);
  await Promise.resolve();
  expect(ended).toBe(0);
  end();
  end();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(2);
  // The one that was given up is not made when there is room again.
  expect(made).toEqual([1, 2]);
});

test('a call that cannot even be made takes nobody’s place', async () => {
  const broken = Object.assign(() => 0, {
    async: () => {
      throw new Error('too many asynchronous calls');
    },
  });
  for (let i = 0; i < 3; i++)
    await expect(callWithin(NATIVE, 60_000, broken, [i])).rejects.toThrow('too many asynchronous calls');
  const { call, end } = hanging();
  const result = callWithin(NATIVE, 60_000, call, [4]);
  end();
  expect(await result).toEqual({ kind: 'returned', result: 40 });
});
