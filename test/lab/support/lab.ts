import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, IpAddress } from '../../../src/core/net.ts';
import { type DigQuestion, digAll } from './dig.ts';
import { type LabKey, writeKeyFile } from './keys.ts';
import { findProgram, program } from './programs.ts';

export type ServerKind = 'BIND' | 'Knot' | 'PowerDNS' | 'NSD' | 'Unbound' | 'dnsmasq' | 'KDC';

/** A real server that runs until `stop`, on loopback, in a folder of its own. */
export interface LabServer {
  readonly kind: ServerKind;
  readonly endpoint: Endpoint;
  /** `127.0.0.1:PORT`, as `--server` and `--authority` take it. */
  readonly at: string;
  readonly dir: string;
  /** A BIND key file for one of the server's keys; throws for a name it was not given. */
  keyFile(name: string): string;
  /** All it said so far. */
  log(): string;
  /** Its sockets stay and take what is sent, but nobody answers any more, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the process by its id and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

export interface Recipe {
  readonly kind: ServerKind;
  readonly keys: readonly LabKey[];
  /** Also ask for a port that is free on ::1, when the machine has that. */
  readonly ipv6?: boolean;
  /** Writes the configuration for this folder and port. May run again with another port. */
  readonly prepare: (dir: string, port: number) => Start | Promise<Start>;
}

export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** The server is ready when it answers authoritatively for the SOA of each of these. */
  readonly answersFor: readonly string[];
  /** In place of that, for a server without zones: it is ready when it has an answer to each of these. */
  readonly answers?: readonly DigQuestion[];
  /** In place of both, for what is no DNS server. */
  readonly isReady?: () => Promise<boolean>;
  /** Added to the few variables that a server gets. */
  readonly env?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
const LOG_LINES_SHOWN = 80;
const LOG_CHARACTERS_KEPT = 4_000_000;

const LOOPBACK = '127.0.0.1' as IpAddress;
export const LOOPBACK6: IpAddress = '::1' as IpAddress;

interface Running extends LabServer {
  readonly process: ChildProcess;
  mark: number;
}

const running = new Set<Running>();

/** Ends all servers at once, without a chance to await anything. */
function abandonAll(): void {
  for (const server of running) {
    signal(server.process, 'SIGKILL');
    rmSync(server.dir, { recursive: true, force: true, maxRetries: 5 });
  }
  running.clear();
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

/** Is ::1 configured here? Containers often lack it. */
export function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === LOOPBACK6));
}

/** Starts a server and waits until it answers. Throws with its log when it does not. */
export async function startServer(recipe: Recipe): Promise<LabServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(recipe.ipv6 ?? false);
    const server = await launch(recipe, port);
    const problem = await waitUntilReady(server.running, server.start);
    if (problem === undefined) return server.running;
    const log = server.running.log();
    await server.running.stop();
    // Somebody took the port between our look and the server's bind: only that is worth another try.
    if (attempt < 3 && /address (already )?in use|address not available/i.test(log)) continue;
    throw new Error(`${recipe.kind} ${problem}\n${tail(log)}`);
  }
}

async function launch(recipe: Recipe, port: number): Promise<{ running: Running; start: Start }> {
  const dir = mkdtempSync(join(tmpdir(), 'kmsdns-lab-'));
  const keyFiles = new Map(
    recipe.keys.map((key) => [key.name, writeKeyFile(join(dir, 'keys', `${key.name}.key`), key)]),
  );
  let start: Start;
  try {
    start = await recipe.prepare(dir, port);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  const child = spawnServer(start, dir);
  let log = '';
  const keep = (chunk: string): void => {
    log = (log + chunk).slice(-LOG_CHARACTERS_KEPT);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  child.on('error', (error) => keep(`${error.message}\n`));

  const server: Running = {
    kind: recipe.kind,
    endpoint: { address: LOOPBACK, port },
    at: `${LOOPBACK}:${port}`,
    dir,
    process: child,
    mark: 0,
    keyFile(name) {
      const path = keyFiles.get(name);
      if (path === undefined) throw new Error(`this ${recipe.kind} has no key ${JSON.stringify(name)}`);
      return path;
    },
    log: () => log,
    pause: () => signal(child, 'SIGSTOP'),
    resume: () => signal(child, 'SIGCONT'),
    async stop() {
      await end(child);
      running.delete(server);
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  running.add(server);
  return { running: server, start };
}

/**
 * A process group of its own, so that NSD's children end with it; and where setpriv is at hand, the kernel
 * ends the server when this process dies in a way that runs no handler.
 */
function spawnServer(start: Start, dir: string): ChildProcess {
  const command = outsideAppArmor(program(start.program), dir);
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const [file, args] =
    setpriv === undefined
      ? [command, start.args]
      : [setpriv, ['--pdeathsig', 'TERM', '--', command, ...start.args]];
  return spawn(file, args, {
    cwd: dir,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: dir, LC_ALL: 'C', TZ: 'UTC', ...start.env },
  });
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

async function waitUntilReady(server: Running, start: Start): Promise<string | undefined> {
  const questions = start.answers ?? start.answersFor.map((name) => ({ name, type: 'SOA' }));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (hasEnded(server.process)) return `ended at once (${server.process.exitCode})`;
    if (start.isReady !== undefined) {
      if (await start.isReady()) return undefined;
      await sleep(15);
      continue;
    }
    const answers = await digAll(server.endpoint, questions, { timeoutSeconds: 1 }).catch(() => []);
    const served = answers.filter(
      ({ rcode, flags, answer }) =>
        rcode === 'NOERROR' && (start.answers === undefined ? flags.includes('aa') : answer.length > 0),
    );
    if (served.length === questions.length && !hasEnded(server.process)) return undefined;
    await sleep(15);
  }
  if (start.isReady !== undefined) return `was not ready within ${START_TIMEOUT_MS} ms`;
  return `did not serve ${questions.map(({ name }) => name).join(', ')} within ${START_TIMEOUT_MS} ms`;
}

/** A port on which nobody listens, neither by UDP nor by TCP. */
export async function freePort(ipv6 = false): Promise<number> {
  const addresses = ipv6 && hasIpv6Loopback() ? [LOOPBACK, LOOPBACK6] : [LOOPBACK];
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await tcpPort(LOOPBACK, 0);
    if (port === undefined) continue;
    const free = await Promise.all(
      addresses.flatMap((address) => [tcpPort(address, port), udpPort(address, port)]),
    );
    if (free.every((found) => found === port)) return port;
  }
  throw new Error('found no port that is free for UDP and TCP');
}

function tcpPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address();
      const found = typeof address === 'object' ? address?.port : undefined;
      probe.close(() => resolve(found));
    });
  });
}

function udpPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    probe.once('error', () => {
      probe.close();
      resolve(undefined);
    });
    probe.bind({ address: host, port, exclusive: true }, () => probe.close(() => resolve(port)));
  });
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

/** Servers that are up now, to give to {@link stopAllBut} later. */
export function runningServers(): ReadonlySet<LabServer> {
  return new Set(running);
}

export async function stopAllBut(kept: ReadonlySet<LabServer>): Promise<void> {
  await Promise.all([...running].filter((server) => !kept.has(server)).map((server) => server.stop()));
}

/** From here on counts as "during this test". */
export function markLogs(): void {
  for (const server of running) server.mark = server.log().length;
}

/** What every running server said since the mark, on stderr. */
export function printLogsSinceMark(): void {
  for (const server of running) {
    const said = tail(server.log().slice(server.mark));
    process.stderr.write(`--- ${server.kind} at ${server.at} during the failed test ---\n${said}\n`);
  }
}

function tail(log: string): string {
  const lines = log.trimEnd().split('\n');
  const hidden = lines.length - LOG_LINES_SHOWN;
  if (hidden <= 0) return lines.join('\n');
  return [`(${hidden} earlier lines)`, ...lines.slice(-LOG_LINES_SHOWN)].join('\n');
}
