/** The command as it is shipped, built from the sources as they are now. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whenThisProcessEnds } from './daemon.ts';
import { runProgram } from './run.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILD_TIMEOUT_MS = 60_000;

let built: Promise<string> | undefined;

/** Path of a `bin.cjs`, built at the first call and gone when this process ends. */
export function builtCommand(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  // Within the repository: what is not bundled is found in its node_modules.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'command-'));
  whenThisProcessEnds(() => rmSync(folder, { recursive: true, force: true }));
  const bundle = await runProgram(process.execPath, [join(ROOT, 'scripts', 'bundle.mjs'), folder], {
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (bundle.exitCode !== 0) throw new Error(`could not build the command: ${bundle.stdout}${bundle.stderr}`);
  return join(folder, 'bin.cjs');
}
