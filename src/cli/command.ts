import type { Io } from './io.ts';
import type { Look } from './look.ts';
import type { Network } from './network.ts';
import { EVERYWHERE, type Options, readOptions, type Values } from './options.ts';

/** What a handler works with beside its options. */
export interface Context {
  readonly io: Io;
  readonly network: Network;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** How stdout and stderr look. */
  readonly out: Look;
  readonly err: Look;
  /** What a person may like to know, on stderr; silent with --quiet. */
  note(text: string): void;
  /** What a person must know, on stderr. */
  warn(text: string): void;
  /** Every command there is. */
  readonly commands: readonly Command[];
  /** Runs another command line on the same network; resolves to its exit code. */
  run(argv: readonly string[], io: Io): Promise<number>;
}

/** What the command line holds for one command, still as texts. */
export interface Given {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** What stands behind the options: files, domains. */
export interface Operands {
  /** As help shows it: `FILE`. */
  readonly name: string;
  readonly describe: string;
  readonly least: number;
  readonly most: number;
  readonly completes?: 'file' | readonly string[];
}

/** One command as the command line sees it. */
export interface Command {
  readonly command: string;
  readonly describe: string;
  readonly operands?: Operands;
  readonly options: Options;
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** What the exit codes 0 to 3 mean here, one line each. */
  readonly exitCodes: readonly string[];
  /** Resolves to the exit code. Throws `usage` when an option makes no sense. */
  readonly run: (given: Given, context: (given: Given) => Context) => Promise<number>;
}

type Everywhere = Values<typeof EVERYWHERE>;

/** A command as its file writes it. */
export interface CommandFile<O extends Options> extends Omit<Command, 'run'> {
  readonly options: O;
  readonly handler: (
    values: Values<O> & Everywhere & { readonly operands: readonly string[] },
    context: Context,
  ) => Promise<number>;
}

/** Gives a command the options that every command has, and reads all of them before its handler runs. */
export function defineCommand<O extends Options>(file: CommandFile<O>): Command {
  const { handler, ...described } = file;
  const options = { ...file.options, ...EVERYWHERE };
  return {
    ...described,
    options,
    run: (given, context) => {
      const values = readOptions(options, given.options) as Values<O> & Everywhere;
      return handler({ ...values, operands: given.operands }, context(given));
    },
  };
}
