// Bundles the command into a folder, `node scripts/bundle.mjs FOLDER`, as packs that start quickly: src/cli/packs.ts
// says how, docs/performance.md what it is worth.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Modules that are loaded on demand, by the work they belong to. What the entry needs is in the pack `main`, what only
 * one kind of work needs in a pack of its name, what several of them need in `shared`, and the rest in `more`.
 */
const WORK = {
  publish: ['apply-action', 'plan-action', 'preflight-action', 'rollback-action', 'verify-action'],
  diagnose: ['diagnose-action', 'diagnose-batch'],
  directory: ['audit-action', 'audit-mend', 'ldap', 'read-directory'],
  kerberos: ['kerberos-reach', 'engine', 'native', 'tkey'],
  shared: ['net-sockets', 'system'],
  help: ['help', 'completion-script'],
};

/** Writes bin.cjs, the packs, and the compiled code of each into `folder`. */
export async function bundleCommand(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await packs(folder)) {
    // V8 takes compiled code for a text of the same length, whatever stands in it.
    rmSync(join(folder, `${name}.cache`), { force: true });
    writeFileSync(join(folder, `${name}.cjs`), text);
  }
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
  const packOf = packsOf(metafile.outputs);
  const texts = new Map([['main', []]]);
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
    const pack = packOf.get(id);
    if (!texts.has(pack)) texts.set(pack, []);
    texts.get(pack).push(`${JSON.stringify(`./${id}`)}:function(exports,require,module){${code}}`);
  }
  // Where the others are is said in the first one.
  for (const [id, pack] of packOf)
    if (pack !== 'main') texts.get('main').push(`${JSON.stringify(`./${id}`)}:${JSON.stringify(pack)}`);
  return [...texts].map(([name, modules]) => [name, `(__moduleUrl)=>({${ascii(modules.join(',\n'))}})`]);
}

/** Which pack each part is in, by its file name. */
function packsOf(outputs) {
  const parts = new Map(Object.entries(outputs).map(([path, part]) => [basename(path), part]));
  const needed = (names) => {
    const found = new Set(
      [...parts]
        .filter(([, { entryPoint = '' }]) => names.includes(basename(entryPoint, '.ts')))
        .map(([id]) => id),
    );
    // A set grows while it is walked: what these need is needed, too.
    for (const id of found)
      for (const { path, kind, external } of parts.get(id).imports)
        if (kind === 'import-statement' && !external) found.add(basename(path));
    return found;
  };
  const first = needed(['main']);
  const works = Object.entries(WORK).map(([name, modules]) => [name, needed(modules)]);
  const packOf = (id) => {
    if (first.has(id)) return 'main';
    const wanting = works.filter(([, ids]) => ids.has(id)).map(([name]) => name);
    return wanting.length === 1 ? wanting[0] : wanting.length === 0 ? 'more' : 'shared';
  };
  return new Map([...parts.keys()].map((id) => [id, packOf(id)]));
}

/** A text of ASCII takes half the memory and is read in a third of the time. No String.raw of ours holds anything else. */
function ascii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await bundleCommand(resolve(process.argv[2]));
