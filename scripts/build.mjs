// Builds dist/: the command as CommonJS (it starts 8 ms sooner than ESM, see docs/performance.md), the library as ESM, and its types.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  define: { __KMSDNS_VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
};

const command = {
  ...shared,
  format: 'cjs',
  minify: true,
  // bin.cjs runs this text as a script, and a script cannot import.
  supported: { 'dynamic-import': false },
  define: { ...shared.define, 'import.meta.url': '__moduleUrl' },
  banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
  // yargs' string-width costs 20 ms at start for emoji that no help text of ours has.
  alias: { 'string-width': './src/cli/string-width.ts' },
};

await build({ ...command, entryPoints: ['src/cli/main.ts'], outfile: 'dist/main.cjs' });
await build({
  ...command,
  banner: { js: '#!/usr/bin/env node' },
  define: shared.define,
  entryPoints: ['src/cli/bin.ts'],
  outfile: 'dist/bin.cjs',
  external: ['./main.cjs'],
});
await build({
  ...shared,
  format: 'esm',
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.js',
  packages: 'external',
});
chmodSync(join(dist, 'bin.cjs'), 0o755);
const cache = spawnSync(process.execPath, [join(root, 'scripts/compile-cache.cjs'), dist], {
  stdio: 'inherit',
});
if (cache.status !== 0) process.exit(1);

const tsc = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exitCode = tsc.status ?? 1;
