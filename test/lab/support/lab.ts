import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, IpAddress } from '../../../src/core/net.ts';
import { type Daemon, lastLines, startDaemon, unwatch, type Watched, watch } from './daemon.ts';
import { type DigQuestion, digAll } from './dig.ts';
import { type LabKey, writeKeyFile } from './keys.ts';

export type ServerKind = 'BIND' | 'Knot' | 'PowerDNS' | 'NSD' | 'Unbound' | 'dnsmasq' | 'KDC';

/** A real server that runs until `stop`, on loopback, in a folder of its own. */
export interface LabServer extends Watched {
  readonly kind: ServerKind;
  readonly endpoint: Endpoint;
  /** `127.0.0.1:PORT`, as `--server` and `--authority` take it. */
  readonly at: string;
  readonly dir: string;
  /** A BIND key file for one of the server's keys; throws for a name it was not given. */
  keyFile(name: string): string;
  /** Its sockets stay and take what is sent, but nobody answers any more, until `resume`. */
  pause(): void;
  resume(): void;
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
const LOOPBACK = '127.0.0.1' as IpAddress;
export const LOOPBACK6: IpAddress = '::1' as IpAddress;

/** Is ::1 configured here? Containers often lack it. */
export function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === LOOPBACK6));
}

/** Starts a server and waits until it answers. Throws with its log when it does not. */
export async function startServer(recipe: Recipe): Promise<LabServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(recipe.ipv6 ?? false);
    const server = await launch(recipe, port);
    const problem = await waitUntilReady(server);
    if (problem === undefined) return server.running;
    const log = server.running.log();
    await server.running.stop();
    // Somebody took the port between our look and the server's bind: only that is worth another try.
    if (attempt < 3 && /address (already )?in use|address not available/i.test(log)) continue;
    throw new Error(`${recipe.kind} ${problem}\n${lastLines(log)}`);
  }
}

interface Launched {
  readonly running: LabServer;
  readonly daemon: Daemon;
  readonly start: Start;
}

async function launch(recipe: Recipe, port: number): Promise<Launched> {
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
  const daemon = startDaemon(start.program, start.args, { dir, env: start.env ?? {} });
  const server: LabServer = {
    kind: recipe.kind,
    endpoint: { address: LOOPBACK, port },
    at: `${LOOPBACK}:${port}`,
    dir,
    keyFile(name) {
      const path = keyFiles.get(name);
      if (path === undefined) throw new Error(`this ${recipe.kind} has no key ${JSON.stringify(name)}`);
      return path;
    },
    log: daemon.log,
    pause: daemon.pause,
    resume: daemon.resume,
    async stop() {
      await daemon.end();
      unwatch(server);
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
    abandon() {
      daemon.kill();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  watch(server);
  return { running: server, daemon, start };
}

async function waitUntilReady({ running, daemon, start }: Launched): Promise<string | undefined> {
  const questions = start.answers ?? start.answersFor.map((name) => ({ name, type: 'SOA' }));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (daemon.hasEnded()) return `ended at once (${daemon.process.exitCode})`;
    if (start.isReady !== undefined) {
      if (await start.isReady()) return undefined;
      await sleep(15);
      continue;
    }
    const answers = await digAll(running.endpoint, questions, { timeoutSeconds: 1 }).catch(() => []);
    const served = answers.filter(
      ({ rcode, flags, answer }) =>
        rcode === 'NOERROR' && (start.answers === undefined ? flags.includes('aa') : answer.length > 0),
    );
    if (served.length === questions.length && !daemon.hasEnded()) return undefined;
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
