// Bundles the command into a folder, `node scripts/bundle.mjs FOLDER`, as packs that start quickly: src/cli/packs.ts
// says how, docs/performance.md what it is worth.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What the command and the library have in common. */
export const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  define: { __KMSDNS_VERSION__: JSON.stringify(version) },
  // Native code cannot be bundled, and is not everywhere.
  external: ['koffi'],
  legalComments: 'none',
  logLevel: 'warning',
};

/** What the pack `main` holds beside the entry: what is loaded by the commands that must start quickly. */
const QUICK = [
  'apply-action',
  'help',
  'net-sockets',
  'plan-action',
  'preflight-action',
  'rollback-action',
  'system',
  'verify-action',
];

/** Writes bin.cjs, the packs main.cjs and more.cjs, and the compiled code of both into `folder`. */
export async function bundleCommand(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await packs(folder)) writeFileSync(join(folder, `${name}.cjs`), text);
  const bin = join(folder, 'bin.cjs');
  await build({
    ...shared,
    format: 'cjs',
    minify: true,
    entryPoints: ['src/cli/bin.ts'],
    outfile: bin,
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync(bin, 0o755);
  const cache = spawnSync(process.execPath, [join(root, 'scripts/compile-cache.cjs'), folder], {
    stdio: 'inherit',
  });
  if (cache.status !== 0) throw new Error('the compiled code could not be written');
}

/** esbuild splits ESM only: so it splits first, each part becomes CommonJS, and then they are packed. */
async function packs(folder) {
  const { outputFiles, metafile } = await build({
    ...shared,
    format: 'esm',
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    chunkNames: '[name]-[hash]',
    define: { ...shared.define, 'import.meta.url': '__moduleUrl' },
    // What yargs brings along costs 20 ms at start: width tables for emoji, the whole of node:assert.
    alias: { 'string-width': './src/cli/string-width.ts', assert: './src/cli/light-assert.ts' },
  });
  const parts = Object.entries(metafile.outputs).map(([path, part]) => ({ id: basename(path), ...part }));
  const isQuick = ({ id, entryPoint = '' }) =>
    id === 'main.cjs' || QUICK.includes(basename(entryPoint, '.ts'));
  const quick = new Set(parts.filter(isQuick).map(({ id }) => id));
  // A set grows while it is walked: what the quick ones need is quick, too.
  for (const needed of quick) {
    const { imports } = parts.find(({ id }) => id === needed);
    for (const { path, kind, external } of imports)
      if (kind === 'import-statement' && !external) quick.add(basename(path));
  }
  const texts = { main: [], more: [] };
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      minify: true,
      // What runs as a script cannot import.
      supported: { 'dynamic-import': false },
    });
    const id = basename(path);
    texts[quick.has(id) ? 'main' : 'more'].push(
      `${JSON.stringify(`./${id}`)}:function(exports,require,module){${code}}`,
    );
  }
  return Object.entries(texts).map(([name, functions]) => [
    name,
    `(__moduleUrl)=>({${ascii(functions.join(',\n'))}})`,
  ]);
}

/** A text of ASCII takes half the memory and is read in a third of the time. No String.raw of ours holds anything else. */
function ascii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await bundleCommand(resolve(process.argv[2]));
