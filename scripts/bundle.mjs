// Bundles the command into a folder: `node scripts/bundle.mjs FOLDER`. CommonJS, for it starts 8 ms sooner than ESM, and
// with V8's compiled code beside it, which saves a third of what is left (docs/performance.md).
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What the command and the library have in common. */
export const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  define: { __KMSDNS_VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
};

/** Writes bin.cjs, main.cjs and main.cache into `folder`. */
export async function bundleCommand(folder) {
  const command = { ...shared, format: 'cjs', minify: true };
  await build({
    ...command,
    entryPoints: ['src/cli/main.ts'],
    outfile: join(folder, 'main.cjs'),
    // bin.cjs runs this text as a script, and a script cannot import.
    supported: { 'dynamic-import': false },
    define: { ...shared.define, 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
    // yargs' string-width costs 20 ms at start for emoji that no help text of ours has.
    alias: { 'string-width': './src/cli/string-width.ts' },
  });
  const bin = join(folder, 'bin.cjs');
  await build({
    ...command,
    entryPoints: ['src/cli/bin.ts'],
    outfile: bin,
    banner: { js: '#!/usr/bin/env node' },
    external: ['./main.cjs'],
  });
  chmodSync(bin, 0o755);
  const cache = spawnSync(process.execPath, [join(root, 'scripts/compile-cache.cjs'), folder], {
    stdio: 'inherit',
  });
  if (cache.status !== 0) throw new Error('the compiled code could not be written');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await bundleCommand(resolve(process.argv[2]));
