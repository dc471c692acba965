/** Programs that run until they are ended, and the promise that none of them outlives the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findProgram, program } from './programs.ts';

export interface DaemonOptions {
  /** Its working folder and home. */
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What goes before it on the command line, so that it runs in a network namespace. */
  readonly prefix?: readonly string[];
}

export interface Daemon {
  readonly process: ChildProcess;
  /** All it said so far. */
  log(): string;
  hasEnded(): boolean;
  /** Its sockets stay and take what is sent, but nobody answers any more, until `resume`. */
  pause(): void;
  resume(): void;
  /** SIGTERM by its id, SIGKILL when that does not help; resolves when it has ended. May be called twice. */
  end(): Promise<void>;
  /** SIGKILL, without waiting. */
  kill(): void;
}

/** What `labServer()` looks after: it is ended with its block or with this process, and shown when a test fails. */
export interface Watched {
  readonly kind: string;
  readonly at: string;
  /** All it said so far. */
  log(): string;
  /** Ends it and removes what it left. May be called twice. */
  stop(): Promise<void>;
  /** The same at once, without a chance to await anything. */
  abandon(): void;
}

const STOP_TIMEOUT_MS = 3_000;
const LOG_LINES_SHOWN = 80;
const LOG_CHARACTERS_KEPT = 4_000_000;

/** Each with the length of its log when the present test began. */
const watched = new Map<Watched, number>();

const lastActs = new Set<() => void>();

function abandonAll(): void {
  for (const server of watched.keys()) server.abandon();
  watched.clear();
  for (const act of lastActs) act();
  lastActs.clear();
}

/** For what outlives every block of tests, and not this process. */
export function whenThisProcessEnds(act: () => void): void {
  lastActs.add(act);
}

process.on('exit', abandonAll);
// vitest's main process is gone, and this worker would play on alone.
process.on('disconnect', abandonAll);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    abandonAll();
    process.kill(process.pid, name);
  });
}

/**
 * Starts a program in a process group of its own, so that its children end with it; and where setpriv is at hand,
 * the kernel ends it when this process dies in a way that runs no handler.
 */
export function startDaemon(name: string, args: readonly string[], options: DaemonOptions): Daemon {
  const { dir, env = {}, prefix = [] } = options;
  const command = outsideAppArmor(program(name), dir);
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  // After the prefix: a process that enters a user namespace is forgotten by the kernel's death signal.
  const guard = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM', '--'];
  const [file = command, ...rest] = [...prefix, ...guard, command, ...args];
  const child = spawn(file, rest, {
    cwd: dir,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: dir, LC_ALL: 'C', TZ: 'UTC', ...env },
  });
  let log = '';
  const keep = (chunk: string): void => {
    log = (log + chunk).slice(-LOG_CHARACTERS_KEPT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  child.on('error', (error) => keep(`${error.message}\n`));
  return {
    process: child,
    log: () => log,
    hasEnded: () => hasEnded(child),
    pause: () => signal(child, 'SIGSTOP'),
    resume: () => signal(child, 'SIGCONT'),
    end: () => end(child),
    kill: () => signal(child, 'SIGKILL'),
  };
}

/** Ubuntu's AppArmor lets /usr/sbin/named read only its own folders. A profile goes by path: a copy is free of it. */
function outsideAppArmor(command: string, dir: string): string {
  const profile = join('/etc/apparmor.d', command.slice(1).replaceAll('/', '.'));
  if (!existsSync('/sys/module/apparmor') || !existsSync(profile)) return command;
  const copy = join(dir, basename(command));
  copyFileSync(command, copy);
  chmodSync(copy, 0o755);
  return copy;
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signal(child, 'SIGTERM');
  // One that is paused would not notice.
  signal(child, 'SIGCONT');
  const timer = setTimeout(() => signal(child, 'SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

function signal(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (child.pid === undefined || hasEnded(child)) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
  } catch {
    // It ended in the meantime.
  }
}

/** From here on this is looked after, until {@link unwatch}. */
export function watch(server: Watched): void {
  watched.set(server, 0);
}

export function unwatch(server: Watched): void {
  watched.delete(server);
}

/** What is up now, to give to {@link stopAllBut} later. */
export function runningServers(): ReadonlySet<Watched> {
  return new Set(watched.keys());
}

export async function stopAllBut(kept: ReadonlySet<Watched>): Promise<void> {
  await Promise.all([...watched.keys()].filter((server) => !kept.has(server)).map((server) => server.stop()));
}

/** From here on counts as "during this test". */
export function markLogs(): void {
  for (const server of watched.keys()) watched.set(server, server.log().length);
}

/** What every running server said since the mark, on stderr. */
export function printLogsSinceMark(): void {
  for (const [server, mark] of watched) {
    const said = lastLines(server.log().slice(mark));
    process.stderr.write(`--- ${server.kind} at ${server.at} during the failed test ---\n${said}\n`);
  }
}

/** The end of a log, as much as one wants to read below a failed test. */
export function lastLines(log: string): string {
  const lines = log.trimEnd().split('\n');
  const hidden = lines.length - LOG_LINES_SHOWN;
  if (hidden <= 0) return lines.join('\n');
  return [`(${hidden} earlier lines)`, ...lines.slice(-LOG_LINES_SHOWN)].join('\n');
}
