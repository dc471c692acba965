import { runProgram } from './run.ts';

/** The variables that set a program's clock off by `+400s`, `-1h`…; what waits by it does so as ever. */
export async function fakeClock(offset: string): Promise<Readonly<Record<string, string>>> {
  // Where its library lies differs: it says so to whatever it starts.
  const { exitCode, stdout, stderr } = await runProgram('faketime', ['-f', offset, 'env']);
  const library = /^LD_PRELOAD=(.+)$/m.exec(stdout)?.[1];
  if (exitCode !== 0 || library === undefined) throw new Error(`faketime ${offset}: ${stdout}${stderr}`);
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}
