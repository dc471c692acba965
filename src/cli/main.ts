import { isHeldUp } from '../core/process-end.ts';
import type { Command, Context, Given } from './command.ts';
import { readCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { EXIT } from './exit-code.ts';
import { failureExitCode, failureText, failureToJson } from './failure.ts';
import type { Io } from './io.ts';
import { lookOf } from './look.ts';
import { type Network, systemNetwork } from './network.ts';
import { versionText } from './version.ts';

export { processIo } from './io.ts';

/**
 * The last step of the command. A call of getaddrinfo or of Kerberos that nobody waits for any more would keep the
 * process for ten seconds and more; where the optional library for native calls is there, the process ends without it.
 */
export async function leaveProcess(exitCode: number): Promise<void> {
  if (isHeldUp()) await (await import('../kerberos/native.ts')).endWithoutWaiting(exitCode);
}

/**
 * Runs one command line and resolves to its exit code (CONTRACT section 2). Never rejects and never ends the
 * process: what goes wrong is told on stderr, and with `--json` also as one document on stdout.
 */
export async function main(
  argv: readonly string[],
  io: Io,
  network: Network = systemNetwork,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  try {
    const request = readCommandLine(argv, commands);
    switch (request.kind) {
      case 'help':
        io.stdout.write(await help(request.command, commands, io));
        return 0;
      case 'version':
        io.stdout.write(`${versionText()}\n`);
        return 0;
      case 'nothing':
        io.stderr.write(await help(undefined, commands, io));
        return EXIT.usage;
      case 'run': {
        const code = await request.command.run(request.given, (given) =>
          contextOf(given, io, network, commands),
        );
        return io.interrupt.aborted ? EXIT.interrupted : code;
      }
    }
  } catch (error) {
    return tellFailure(error, argv, io);
  }
}

async function help(command: Command | undefined, commands: readonly Command[], io: Io): Promise<string> {
  const { helpText } = await import('./help.ts');
  return helpText(command, commands, lookOf(io.stdout, io.env, io.platform, true).columns);
}

function contextOf({ options }: Given, io: Io, network: Network, commands: readonly Command[]): Context {
  const quiet = options.has('quiet');
  const noColour = options.has('no-color');
  return {
    io,
    network,
    json: options.has('json'),
    quiet,
    verbose: options.has('verbose'),
    out: lookOf(io.stdout, io.env, io.platform, noColour),
    err: lookOf(io.stderr, io.env, io.platform, noColour),
    note: (text) => {
      if (!quiet) io.stderr.write(`${text}\n`);
    },
    warn: (text) => io.stderr.write(`${text}\n`),
    commands,
    run: (argv, inner) => main(argv, inner, network, commands),
  };
}

function tellFailure(error: unknown, argv: readonly string[], io: Io): number {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const look = lookOf(io.stderr, io.env, io.platform, words.includes('--no-color'));
  io.stderr.write(failureText(error, look));
  if (words.includes('--json')) io.stdout.write(`${JSON.stringify(failureToJson(error), null, 2)}\n`);
  return failureExitCode(error);
}
