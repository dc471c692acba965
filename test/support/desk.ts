/** A person at a desk: a folder with files, command lines run in process, and what came back. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import { type Network, systemNetwork } from '../../src/cli/network.ts';

export interface DeskOptions {
  /** Files by their path in the folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly network?: Network;
  /** In place of all that there are. */
  readonly commands?: readonly Command[];
  readonly env?: Readonly<Record<string, string>>;
  /** Are stdout and stderr a terminal, and is there a person at it? */
  readonly terminal?: boolean;
  readonly columns?: number;
  /** What comes in on stdin. */
  readonly input?: string | Uint8Array;
  /** What the person answers, in order; a question beyond them fails the test. */
  readonly answers?: readonly boolean[];
  /** Texts that differ from run to run, and what stands for them in a transcript. */
  readonly mask?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Questions that were asked, and what spinners said. */
  readonly questions: readonly string[];
  readonly spun: readonly string[];
  /** Command, stdout, stderr and exit code in one text, with what changes from run to run masked. */
  readonly transcript: string;
  /** stdout as the one JSON document it must be. */
  json(): Record<string, unknown>;
}

export interface Desk {
  readonly folder: string;
  run(...argv: readonly string[]): Promise<Ran>;
  /** Runs with other circumstances than the desk's own. */
  runWith(more: DeskOptions & { readonly interrupt?: AbortSignal }, ...argv: readonly string[]): Promise<Ran>;
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
  /** The files in a folder, none when it is not there. */
  list(path: string): readonly string[];
  /** Removes the folder. */
  clear(): void;
}

export function desk(options: DeskOptions = {}): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'kmsdns-desk-'));
  const write = (path: string, content: string | Uint8Array): void => {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode: 0o600 });
  };
  for (const [path, content] of Object.entries(options.files ?? {})) write(path, content);
  const runWith: Desk['runWith'] = async (more, ...argv) => {
    const all = { ...options, ...more };
    const spoken = recordingIo(folder, all);
    const code = await main(argv, spoken.io, all.network ?? systemNetwork, all.commands ?? COMMANDS);
    const { stdout, stderr, questions, spun } = spoken;
    const ran = { code, stdout: stdout(), stderr: stderr(), questions, spun };
    return {
      ...ran,
      transcript: transcriptOf(argv, ran, { [folder]: '<folder>', ...options.mask, ...more.mask }),
      json: () => JSON.parse(ran.stdout) as Record<string, unknown>,
    };
  };
  return {
    folder,
    run: (...argv) => runWith({}, ...argv),
    runWith,
    write,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    list: (path) => {
      try {
        return readdirSync(join(folder, path)).sort();
      } catch {
        return [];
      }
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function recordingIo(
  cwd: string,
  {
    env = {},
    terminal = false,
    columns = 100,
    answers = [],
    input = '',
    interrupt,
  }: DeskOptions & { interrupt?: AbortSignal },
): { io: Io; stdout: () => string; stderr: () => string; questions: string[]; spun: string[] } {
  const written = { stdout: '', stderr: '' };
  const questions: string[] = [];
  const spun: string[] = [];
  const stream = (name: 'stdout' | 'stderr'): Io['stdout'] => ({
    isTerminal: terminal,
    columns: terminal ? columns : undefined,
    write: (content) => {
      written[name] += typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
    },
  });
  const io: Io = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    canAsk: terminal,
    env: { LANG: 'C.UTF-8', ...env },
    cwd,
    platform: 'linux',
    interrupt: interrupt ?? new AbortController().signal,
    ask: async (question) => {
      const answer = answers[questions.length];
      questions.push(question);
      if (answer === undefined) throw new Error(`nobody answers ${JSON.stringify(question)}`);
      return answer;
    },
    spinner: (text) => {
      spun.push(text);
      return { say: (more) => spun.push(more), stop: () => {} };
    },
    readInput: async () => Buffer.from(input),
    inputChunks: async function* () {
      // Cut where nobody would cut: pieces end in the middle of lines and characters.
      const octets = Buffer.from(input);
      for (let at = 0; at < octets.length; at += 7) yield octets.subarray(at, at + 7);
    },
  };
  return { io, stdout: () => written.stdout, stderr: () => written.stderr, questions, spun };
}

function transcriptOf(
  argv: readonly string[],
  { code, stdout, stderr, questions }: Pick<Ran, 'code' | 'stdout' | 'stderr' | 'questions'>,
  mask: Readonly<Record<string, string>>,
): string {
  const parts = [`$ kmsdns ${argv.join(' ')}`];
  if (stdout !== '') parts.push('-- stdout', stdout.replace(/\n$/, ''));
  if (stderr !== '') parts.push('-- stderr', stderr.replace(/\n$/, ''));
  for (const question of questions) parts.push('-- asks', question);
  parts.push(`-- exit ${code}`);
  let text = parts.join('\n');
  for (const [from, to] of Object.entries(mask)) text = text.replaceAll(from, to);
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-(apply|rollback)-[0-9a-f]{8}/g, '<time>-$1-<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:<digest>')
    .replace(/within \d+\.\d s/g, 'within <time>');
}
