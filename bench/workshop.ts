import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { findProgram } from '../test/lab/support/programs.ts';
import { runTimed } from './timing.ts';

/** A temporary folder for one measurement, removed at the end whatever happened. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The command as it is shipped, built into `folder`; gives the path of its entry. */
export async function builtCommand(folder: string): Promise<string> {
  const out = join(folder, 'command');
  const bundle = fileURLToPath(new URL('../scripts/bundle.mjs', import.meta.url));
  const { exitCode, stdout, stderr } = await runTimed(process.execPath, [bundle, out]);
  if (exitCode !== 0) throw new Error(`the command could not be built:\n${stdout}${stderr}`);
  return join(out, 'bin.cjs');
}

/** A client of bench/clients as one file for Node, so that nothing but Node's own start comes before its work. */
export async function builtClient(folder: string, name: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`clients/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}

export function written(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Why something cannot be measured here; undefined when all these programs are installed. */
export function missing(what: string, ...programs: readonly string[]): string | undefined {
  const absent = programs.filter((name) => findProgram(name) === undefined);
  return absent.length === 0 ? undefined : `${what} is left out: ${absent.join(', ')} is not installed`;
}
