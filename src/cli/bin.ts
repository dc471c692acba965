import { packLoader } from './packs.ts';
import { versionText } from './version.ts';

/*
 * The entry of the command. `--version` alone is answered before anything else is loaded: scripts ask for it often,
 * and the rest costs as much again as Node's own start.
 */

/** The rest of the command, built beside this file. */
type Rest = typeof import('./main.ts');

/** For scripts/compile-cache.cjs, which runs the command as this does. */
export { packLoader };

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
  const { leaveProcess, main, processIo } = packLoader(__dirname, require).require('./main.cjs') as Rest;
  const exitCode = await main(argv, processIo(interruptOf(process)));
  process.exitCode = exitCode;
  await leaveProcess(exitCode);
}

if (require.main === module) {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
    process.stdout.write(`${versionText()}\n`);
  else void start(argv);
}
