import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { connect, type Socket as TcpSocket } from 'node:net';
import type { Ask, Dial, Dialled, Endpoint, Exchanged, IpAddress, Net, NetFault, Outcome } from './net.ts';
import { isReplyTo } from './reply-match.ts';

/** What ends a run early. */
export interface RunLimits {
  /** Milliseconds the whole run may take; no limit when left out. */
  readonly deadlineMs?: number;
  /** Aborted when the user interrupts. */
  readonly interrupt?: AbortSignal;
}

/** A {@link Net} over the computer's own sockets; `close` gives them back. */
export interface SystemNet extends Net {
  close(): void;
}

type Cancel = (by: 'interrupt' | 'deadline') => void;

/** What all exchanges of one run share: its end, and its open UDP sockets. */
interface Run {
  over(): 'interrupt' | 'deadline' | undefined;
  readonly cancels: Set<Cancel>;
}

/** Opens no socket until it is asked something. */
export function systemNet(limits: RunLimits = {}): SystemNet {
  let ended: 'interrupt' | 'deadline' | undefined;
  const cancels = new Set<Cancel>();
  const end = (by: 'interrupt' | 'deadline'): void => {
    ended ??= by;
    for (const cancel of [...cancels]) cancel(ended);
  };
  const interrupt = (): void => end('interrupt');
  if (limits.interrupt?.aborted) end('interrupt');
  limits.interrupt?.addEventListener('abort', interrupt, { once: true });
  const timer =
    limits.deadlineMs === undefined ? undefined : setTimeout(() => end('deadline'), limits.deadlineMs);
  timer?.unref();

  const run: Run = { over: () => ended, cancels };
  const channels = new Map<string, UdpChannel>();
  const channelTo = (to: Endpoint): UdpChannel => {
    const key = `${to.address} ${to.port}`;
    let channel = channels.get(key);
    if (channel === undefined) {
      channel = new UdpChannel(to);
      channels.set(key, channel);
    }
    return channel;
  };

  return {
    exchange: (ask) => (ask.via === 'udp' ? exchangeUdp(run, channelTo(ask.to), ask) : exchangeTcp(run, ask)),
    dial: (dial) => dialTcp(run, dial),
    lookup: (hostName) => lookup(run, hostName),
    now: () => new Date(),
    clockMs: () => performance.now(),
    sleep: (ms) => sleep(run, ms),
    over: () => ended,
    close: () => {
      clearTimeout(timer);
      limits.interrupt?.removeEventListener('abort', interrupt);
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}

function cancelled(by: 'interrupt' | 'deadline', sent: boolean): Outcome<never> {
  return { ok: false, fault: { kind: 'cancelled', by, sent } };
}

function sleep(run: Run, ms: number): Promise<void> {
  if (run.over() !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      run.cancels.delete(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    run.cancels.add(done);
  });
}

/** getaddrinfo cannot be cancelled; give it this long. */
const LOOKUP_TIMEOUT_MS = 3000;

async function lookup(run: Run, hostName: string): Promise<readonly IpAddress[]> {
  const none: readonly IpAddress[] = [];
  const found = dns.lookup(hostName, { all: true }).then(
    (addresses) => addresses.map(({ address }) => address as IpAddress),
    () => none,
  );
  return Promise.race([found, sleep(run, LOOKUP_TIMEOUT_MS).then(() => none)]);
}

/** The errno of a socket error as a fault; `sent` as far as the caller knows. */
function faultOf(error: NodeJS.ErrnoException, sent: boolean): NetFault {
  switch (error.code) {
    case 'ECONNREFUSED':
      return { kind: 'refused', sent };
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'reset', sent };
    default:
      return { kind: 'unreachable', errno: error.code ?? error.message, sent };
  }
}

// ── UDP ──────────────────────────────────────────────────────────────────────────────────────────

interface Waiting {
  /** Takes the datagram, and says whether the wait goes on. */
  take(reply: Uint8Array): void;
  fail(fault: NetFault): void;
}

/** Sockets to one server: a connected socket hears nobody else, and its random port is half of our secret. */
class UdpChannel {
  readonly #to: Endpoint;
  readonly #sockets: UdpLane[] = [];

  constructor(to: Endpoint) {
    this.#to = to;
  }

  /** A socket on which this message ID is free. */
  lane(id: number): UdpLane {
    for (let i = this.#sockets.length - 1; i >= 0; i--)
      if (this.#sockets[i]!.dead) this.#sockets.splice(i, 1);
    const calm = this.#sockets.find(
      (lane) => lane.waiting.size < MAX_WAITING_PER_SOCKET && !lane.waiting.has(id),
    );
    if (calm !== undefined) return calm;
    const lane = new UdpLane(this.#to);
    this.#sockets.push(lane);
    return lane;
  }

  close(): void {
    for (const lane of this.#sockets) lane.close();
  }
}

/** Above this the kernel's default receive buffer (208 kB) may overflow before we read. */
const MAX_WAITING_PER_SOCKET = 128;

class UdpLane {
  readonly waiting = new Map<number, Waiting>();
  dead = false;
  readonly #socket: UdpSocket;
  /** Undefined once connected. */
  #queue: Uint8Array[] | undefined = [];

  constructor(to: Endpoint) {
    this.#socket = createSocket(to.address.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('message', (reply) => {
      if (reply.length >= 12) this.waiting.get(reply.readUInt16BE(0))?.take(reply);
    });
    this.#socket.on('error', (error) => this.#die(faultOf(error, true)));
    this.#socket.connect(to.port, to.address, (error?: Error) => {
      if (error) return this.#die(faultOf(error, false));
      const queue = this.#queue ?? [];
      this.#queue = undefined;
      for (const message of queue) this.#send(message);
    });
    this.#socket.unref();
  }

  add(id: number, waiting: Waiting, message: Uint8Array): void {
    if (this.waiting.size === 0 && !this.dead) this.#socket.ref();
    this.waiting.set(id, waiting);
    if (this.#queue !== undefined) this.#queue.push(message);
    else this.#send(message);
  }

  remove(id: number): void {
    this.waiting.delete(id);
    if (this.waiting.size === 0 && !this.dead) this.#socket.unref();
  }

  close(): void {
    if (this.dead) return;
    this.dead = true;
    this.#socket.close();
  }

  #send(message: Uint8Array): void {
    if (this.dead) return;
    this.#socket.send(message, (error) => {
      if (error) this.#die(faultOf(error, false));
    });
  }

  #die(fault: NetFault): void {
    const waiting = [...this.waiting.values()];
    this.close();
    this.waiting.clear();
    for (const one of waiting) one.fail(fault);
  }
}

function exchangeUdp(run: Run, channel: UdpChannel, ask: Ask): Promise<Outcome<Exchanged>> {
  const over = run.over();
  if (over !== undefined) return Promise.resolve(cancelled(over, false));
  return new Promise((resolve) => {
    const id = messageId(ask.message);
    const lane = channel.lane(id);
    const wait = openWait(run, ask, (outcome) => {
      lane.remove(id);
      resolve(outcome);
    });
    lane.add(id, wait, ask.message);
  });
}

function messageId(message: Uint8Array): number {
  return (message[0]! << 8) | message[1]!;
}

/**
 * One wait for one acceptable reply. Replies are judged in the order they came; the wait ends with the first
 * accepted one, with a fault, or at the timeout, when the last unaccepted reply is handed on as such.
 */
function openWait(
  run: Run,
  ask: Ask,
  settle: (outcome: Outcome<Exchanged>) => void,
): Waiting & { sent: boolean } {
  const startedMs = performance.now();
  let unaccepted: Uint8Array | undefined;
  let settled = false;
  let judging: Promise<void> | undefined;
  const finish = (outcome: Outcome<Exchanged>): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    run.cancels.delete(cancel);
    settle(outcome);
  };
  const answer = (reply: Uint8Array, accepted: boolean): void =>
    finish({ ok: true, value: { reply, accepted, tookMs: performance.now() - startedMs } });
  const give = (fault: NetFault): void => {
    if (unaccepted !== undefined) answer(unaccepted, false);
    else finish({ ok: false, fault });
  };
  const cancel: Cancel = (by) => give({ kind: 'cancelled', by, sent: wait.sent });
  const timer = setTimeout(() => {
    give({ kind: 'timeout', afterMs: performance.now() - startedMs, sent: wait.sent });
  }, ask.timeoutMs);
  run.cancels.add(cancel);

  const wait = {
    sent: ask.via === 'udp',
    take(reply: Uint8Array): void {
      if (settled || !isReplyTo(ask.message, reply)) return;
      if (ask.accept === undefined) {
        answer(reply, true);
        return;
      }
      const judge = async (): Promise<void> => {
        if (settled) return;
        if (await ask.accept?.(reply)) answer(reply, true);
        else unaccepted = reply;
      };
      judging = judging === undefined ? judge() : judging.then(judge);
    },
    /** A connection that ends must not overtake the judgement of what came over it. */
    fail(fault: NetFault): void {
      if (judging === undefined) give(fault);
      else void judging.then(() => give(fault));
    },
  };
  return wait;
}

// ── TCP ──────────────────────────────────────────────────────────────────────────────────────────

function exchangeTcp(run: Run, ask: Ask): Promise<Outcome<Exchanged>> {
  const over = run.over();
  if (over !== undefined) return Promise.resolve(cancelled(over, false));
  return new Promise((resolve) => {
    const socket = openTcp(ask.to);
    const wait = openWait(run, ask, (outcome) => {
      socket.destroy();
      resolve(outcome);
    });
    let received: Uint8Array = new Uint8Array(0);
    socket.on('connect', () => {
      wait.sent = true;
      // Length and message in one write: some servers and middleboxes choke on a lone length (RFC 7766 §8).
      const framed = new Uint8Array(ask.message.length + 2);
      framed[0] = ask.message.length >> 8;
      framed[1] = ask.message.length & 0xff;
      framed.set(ask.message, 2);
      socket.write(framed);
    });
    socket.on('data', (chunk: Uint8Array) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      while (received.length >= 2) {
        const length = (received[0]! << 8) | received[1]!;
        if (received.length < length + 2) break;
        const frame = received.subarray(2, length + 2);
        received = received.subarray(length + 2);
        if (frame.length >= 12) wait.take(frame);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => wait.fail(faultOf(error, wait.sent)));
    socket.on('close', () => wait.fail({ kind: 'closed', sent: wait.sent }));
  });
}

function openTcp(to: Endpoint): TcpSocket {
  return connect({ host: to.address, port: to.port, noDelay: true });
}

/** No reply we wait for is longer; more is a flood. */
const MAX_DIAL_OCTETS = 65_536;

function dialTcp(run: Run, dial: Dial): Promise<Dialled> {
  const startedMs = performance.now();
  const took = (): number => performance.now() - startedMs;
  const over = run.over();
  if (over !== undefined)
    return Promise.resolve({
      connected: false,
      fault: { kind: 'cancelled', by: over, sent: false },
      tookMs: 0,
    });
  return new Promise((resolve) => {
    const socket = openTcp(dial.to);
    let connectMs: number | undefined;
    let received: Uint8Array = new Uint8Array(0);
    let timer: NodeJS.Timeout | undefined;
    const finish = (result: Dialled): void => {
      clearTimeout(timer);
      run.cancels.delete(cancel);
      socket.destroy();
      resolve(result);
    };
    const fail = (fault: NetFault): void => finish({ connected: false, fault, tookMs: took() });
    const end = (how: 'complete' | 'silent' | 'closed' | 'reset' | 'cancelled'): void => {
      finish({ connected: true, connectMs: connectMs ?? took(), tookMs: took(), received, end: how });
    };
    const cancel: Cancel = (by) => {
      if (connectMs === undefined) fail({ kind: 'cancelled', by, sent: false });
      else end('cancelled');
    };
    run.cancels.add(cancel);
    timer = setTimeout(() => fail({ kind: 'timeout', afterMs: took(), sent: false }), dial.connectTimeoutMs);
    socket.on('connect', () => {
      connectMs = took();
      clearTimeout(timer);
      timer = setTimeout(() => end('silent'), dial.replyTimeoutMs);
      socket.write(dial.hello);
    });
    socket.on('data', (chunk: Uint8Array) => {
      received = Buffer.concat([received, chunk]);
      if (dial.complete(received) || received.length > MAX_DIAL_OCTETS) end('complete');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (connectMs === undefined) fail(faultOf(error, false));
      else end('reset');
    });
    socket.on('close', () => {
      if (connectMs === undefined) fail({ kind: 'closed', sent: false });
      else end('closed');
    });
  });
}
