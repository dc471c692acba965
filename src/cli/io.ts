import { KmsDnsError } from '../core/errors.ts';
import type { Environment, Surface } from './look.ts';

/** One way out. Writing to a closed pipe does nothing: the work goes on and its exit code counts. */
export interface OutStream extends Surface {
  /** Octets go out as they are. */
  write(content: string | Uint8Array): void;
}

/** A line on a terminal that says what is going on; where there is no terminal it says nothing. */
export interface Spinner {
  say(text: string): void;
  stop(): void;
}

/** Everything a command may do with the person and the system that called it, the network apart. */
export interface Io {
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** Is there somebody to ask? */
  readonly canAsk: boolean;
  readonly env: Environment;
  readonly cwd: string;
  readonly platform: string;
  /** The script that Node runs, for command lines that can be copied. */
  readonly script?: string | undefined;
  /** Aborted when the user wants the run to end. */
  readonly interrupt: AbortSignal;
  /** True for y or yes; false for anything else, the end of input and an interrupt. */
  ask(question: string): Promise<boolean>;
  spinner(text: string, coloured: boolean): Spinner;
  /** All of standard input; what is longer than any evidence is cut. */
  readInput(): Promise<Uint8Array>;
  /** Standard input as it comes, however much that is. */
  inputChunks(): AsyncIterable<Uint8Array>;
}

/** This process as {@link Io}. Streams are made when they are first used: each costs a millisecond. */
export function processIo(interrupt: AbortSignal): Io {
  let stdout: OutStream | undefined;
  let stderr: OutStream | undefined;
  return {
    get stdout() {
      stdout ??= outStream(process.stdout);
      return stdout;
    },
    get stderr() {
      stderr ??= outStream(process.stderr);
      return stderr;
    },
    get canAsk() {
      return process.stderr.isTTY === true && process.stdin.isTTY === true;
    },
    env: process.env,
    get cwd() {
      return currentFolder();
    },
    platform: process.platform,
    script: process.argv[1],
    interrupt,
    ask: (question) => ask(question, interrupt),
    spinner: (text, coloured) => (spins(process.stderr) ? spinner(text, coloured) : SILENT),
    readInput,
    inputChunks: () => process.stdin,
  };
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new KmsDnsError('usage', 'the current folder does not exist any more', {
      hint: 'change to another folder first',
      cause,
    });
  }
}

function outStream(stream: NodeJS.WriteStream): OutStream {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // `kmsdns plan | head` is no fault of ours; a full disk is.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    open = false;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
    write: (content) => {
      if (open) stream.write(content);
    },
  };
}

async function ask(question: string, interrupt: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  // Not a readline terminal: in raw mode Ctrl-C would be a letter, and no signal.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal: interrupt }), ended]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    if (interrupt.aborted) return false;
    throw error;
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

const SILENT: Spinner = { say: () => {}, stop: () => {} };

/** A terminal that reports no width makes ora write without end; CI logs and dumb terminals want no animation. */
function spins(stream: NodeJS.WriteStream): boolean {
  const { CI, TERM } = process.env;
  return stream.isTTY === true && stream.columns > 0 && !CI && TERM !== 'dumb';
}

/** What is over sooner than this needs no spinner, and does not pay for loading one. */
const SPINNER_DELAY_MS = 250;

function spinner(text: string, coloured: boolean): Spinner {
  let current = text;
  let stopped = false;
  let live: { text: string; stop(): unknown } | undefined;
  const start = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    // discardStdin would put the terminal into raw mode, and Ctrl-C would be dead.
    live = ora({
      text: current,
      stream: process.stderr,
      discardStdin: false,
      isEnabled: true,
      color: coloured ? 'cyan' : false,
    }).start();
  };
  const timer = setTimeout(() => void start(), SPINNER_DELAY_MS);
  timer.unref();
  return {
    say: (newer) => {
      current = newer;
      if (live !== undefined) live.text = newer;
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      live?.stop();
    },
  };
}

/** Evidence is at most a few megabytes; a wrong pipe must not fill the memory. */
const MAX_INPUT_OCTETS = 64 * 1024 * 1024;

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Uint8Array);
    octets += (chunk as Uint8Array).length;
    if (octets > MAX_INPUT_OCTETS) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_INPUT_OCTETS);
}
