import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/*
 * The built command comes in packs: `main` with what every run needs, others by the work they are for, each read when
 * something of it is wanted (scripts/bundle.mjs). A pack is an object of functions, one for each module; `main` also
 * says of every other module in which pack it is. Beside a pack stands V8's compiled code for it. Reading few files
 * and compiling nothing is what makes a start quick; V8 checks that the code fits this Node and this text, and
 * compiles anew where it does not.
 */

type Require = (id: string) => unknown;
type ModuleFunction = (exports: object, require: Require, module: { exports: unknown }) => void;
/** A module, or the name of the pack it is in. */
type Pack = Readonly<Record<string, ModuleFunction | string>>;

export interface PackLoader {
  /** The exports of a module of the command, `./main.cjs`, or of Node. */
  readonly require: Require;
  /** The compiled code of every pack that was read so far, with all that has run since. */
  compiled(): ReadonlyMap<string, Uint8Array>;
}

/** Reads packs from `folder`, each when it is first needed; `nodeRequire` gives the modules of Node. */
export function packLoader(folder: string, nodeRequire: Require): PackLoader {
  const scripts = new Map<string, Script>();
  const modules = new Map<string, ModuleFunction | string>();
  const loaded = new Map<string, { exports: unknown }>();

  const readPack = (name: string): void => {
    const filename = join(folder, `${name}.cjs`);
    const script = new Script(readFileSync(filename, 'utf8'), { filename, ...compiledCode(folder, name) });
    scripts.set(name, script);
    const packOf = script.runInThisContext() as (url: string) => Pack;
    for (const [id, run] of Object.entries(packOf(pathToFileURL(filename).href))) modules.set(id, run);
  };
  const functionOf = (id: string): ModuleFunction => {
    if (scripts.size === 0) readPack('main');
    const pack = modules.get(id);
    if (typeof pack === 'string') readPack(pack);
    const found = modules.get(id);
    if (typeof found === 'function') return found;
    throw new Error(`bug: no pack has the module ${id}`);
  };
  const require: Require = (id) => {
    if (!id.startsWith('./')) return nodeRequire(id);
    const known = loaded.get(id);
    if (known !== undefined) return known.exports;
    const run = functionOf(id);
    const module = { exports: {} };
    // Before it runs: modules may need each other.
    loaded.set(id, module);
    run(module.exports, require, module);
    return module.exports;
  };
  return {
    require,
    compiled: () => new Map([...scripts].map(([name, script]) => [name, script.createCachedData()])),
  };
}

function compiledCode(folder: string, name: string): { readonly cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(join(folder, `${name}.cache`)) };
  } catch {
    return {};
  }
}
