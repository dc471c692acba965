/** Command lines run in this process, on the real network of this computer or on a table; nothing is printed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they were written. */
  readonly screen: string;
  /** What stdout got, octet for octet. */
  readonly octets: Uint8Array;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupt?: AbortSignal;
  /** Is stdout a terminal? */
  readonly terminal?: boolean;
  readonly script?: string;
  readonly platform?: string;
  /** Told of stdout as it grows. */
  readonly onStdout?: (soFar: string) => void;
}

/** Runs one command line to its end. There is nobody to ask, and no terminal unless `terminal` says so. */
export async function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const chunks: { readonly stream: 'stdout' | 'stderr'; readonly octets: Buffer }[] = [];
  const textOf = (...streams: readonly string[]): string =>
    Buffer.concat(
      chunks.filter(({ stream }) => streams.includes(stream)).map(({ octets }) => octets),
    ).toString('utf8');
  const into = (stream: 'stdout' | 'stderr'): Io['stdout'] => ({
    isTerminal: stream === 'stdout' && options.terminal === true,
    columns: undefined,
    write: (content) => {
      chunks.push({ stream, octets: Buffer.from(content as Uint8Array) });
      if (stream === 'stdout') options.onStdout?.(textOf('stdout'));
    },
  });
  const code = await main(argv, {
    stdout: into('stdout'),
    stderr: into('stderr'),
    canAsk: false,
    env: { LANG: 'C.UTF-8', ...options.env },
    cwd: options.cwd ?? process.cwd(),
    platform: options.platform ?? 'linux',
    script: options.script,
    interrupt: options.interrupt ?? new AbortController().signal,
    ask: async () => false,
    spinner: () => ({ say: () => {}, stop: () => {} }),
    readInput: async () => new Uint8Array(0),
    inputChunks: async function* () {},
  });
  return {
    code,
    stdout: textOf('stdout'),
    stderr: textOf('stderr'),
    screen: textOf('stdout', 'stderr'),
    octets: Buffer.concat(chunks.filter(({ stream }) => stream === 'stdout').map(({ octets }) => octets)),
  };
}

/** A new empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
