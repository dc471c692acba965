import { readFileSync } from 'node:fs';
import { wrap } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { versionText } from './version.ts';

/*
 * The entry of the command. `--version` alone is answered before anything else is loaded: scripts ask for it often,
 * and the rest costs as much again as Node's own start.
 */

/** The rest of the command, built beside this file. */
type Rest = typeof import('./main.ts');

/**
 * Loads the rest with the compiled code that the build left beside it, which saves a third of the time. V8 checks
 * that it fits this Node and this text, and compiles anew where it does not.
 */
function loadRest(): Rest {
  let cachedData: Buffer;
  try {
    cachedData = readFileSync(join(__dirname, 'main.cache'));
  } catch {
    return require('./main.cjs') as Rest;
  }
  const filename = join(__dirname, 'main.cjs');
  const script = new Script(wrap(readFileSync(filename, 'utf8')), { filename, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, filename, __dirname);
  return module.exports as Rest;
}

/** One Ctrl-C may arrive several times: from the terminal, and passed on by npm or timeout(1). */
const ONE_KEYSTROKE_MS = 300;

/** The first signal lets the run report what it did; whoever repeats it does not want to wait. */
function interruptOf(current: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    current.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > ONE_KEYSTROKE_MS) current.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

async function start(argv: readonly string[]): Promise<void> {
  const { main, processIo } = loadRest();
  process.exitCode = await main(argv, processIo(interruptOf(process)));
}

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${versionText()}\n`);
} else {
  void start(argv);
}
