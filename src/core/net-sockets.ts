import { connect, type Socket as TcpSocket } from 'node:net';
import { clockMs } from './clock.ts';
import { OPCODE } from './dns-codes.ts';
import type {
  Ask,
  BulkAsker,
  BulkNet,
  Dial,
  Dialled,
  Endpoint,
  Exchanged,
  IpAddress,
  NetFault,
  Outcome,
} from './net.ts';
import { countCall } from './process-end.ts';
import { isReplyTo } from './reply-match.ts';
import { faultOf } from './socket-fault.ts';
import { TcpConnections, type TcpWaiting } from './tcp-connections.ts';
import type { Turns } from './turns.ts';
import { UdpBulk } from './udp-bulk.ts';
import { UdpLanes } from './udp-lanes.ts';

/** What ends a run early. */
export interface RunLimits {
  /** Milliseconds the whole run may take; no limit when left out. */
  readonly deadlineMs?: number;
  /** Aborted when the user interrupts. */
  readonly interrupt?: AbortSignal;
}

/** A {@link BulkNet} over the computer's own sockets; `close` gives them back and ends what still waits. */
export interface SystemNet extends BulkNet {
  close(): void;
}

/** What ends with the run. */
interface Cancellable {
  cancel(by: 'interrupt' | 'deadline'): void;
}

/** What all exchanges of one run share: its end, and its open UDP sockets. */
interface Run {
  over(): 'interrupt' | 'deadline' | undefined;
  readonly cancels: Set<Cancellable>;
}

/** Opens no socket until it is asked something. */
export function systemNet(limits: RunLimits = {}): SystemNet {
  let ended: 'interrupt' | 'deadline' | undefined;
  const cancels = new Set<Cancellable>();
  const end = (by: 'interrupt' | 'deadline'): void => {
    ended ??= by;
    for (const one of [...cancels]) one.cancel(ended);
  };
  const interrupt = (): void => end('interrupt');
  if (limits.interrupt?.aborted) end('interrupt');
  limits.interrupt?.addEventListener('abort', interrupt, { once: true });
  const timer =
    limits.deadlineMs === undefined ? undefined : setTimeout(() => end('deadline'), limits.deadlineMs);
  timer?.unref();

  const run: Run = { over: () => ended, cancels };
  const ways = new Map<string, { udp: UdpLanes; tcp: TcpConnections }>();
  const waysTo = (to: Endpoint): { udp: UdpLanes; tcp: TcpConnections } => {
    const key = `${to.address} ${to.port}`;
    let known = ways.get(key);
    if (known === undefined) {
      known = { udp: new UdpLanes(to, true), tcp: new TcpConnections(to) };
      ways.set(key, known);
    }
    return known;
  };

  return {
    exchange: (ask) =>
      ask.via === 'udp'
        ? exchangeUdp(run, waysTo(ask.to).udp, ask)
        : exchangeTcp(run, waysTo(ask.to).tcp, ask),
    openBulk: (to, terms, listener) => openBulk(run, new UdpBulk(to, terms, listener)),
    dial: (dial) => dialTcp(run, dial),
    lookup: (hostName) => lookup(run, hostName),
    now: () => new Date(),
    clockMs,
    sleep: (ms) => sleep(run, ms),
    over: () => ended,
    close: () => {
      clearTimeout(timer);
      limits.interrupt?.removeEventListener('abort', interrupt);
      // A pause that nobody waits for any more would keep the process.
      end('interrupt');
      for (const { udp, tcp } of ways.values()) {
        udp.close();
        tcp.close();
      }
      ways.clear();
    },
  };
}

function cancelled(by: 'interrupt' | 'deadline', sent: boolean): Outcome<never> {
  return { ok: false, fault: { kind: 'cancelled', by, sent } };
}

function sleep(run: Run, ms: number): Promise<void> {
  if (run.over() !== undefined) return Promise.resolve();
  if (ms === 0) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      run.cancels.delete(pause);
      resolve();
    };
    const pause: Cancellable = { cancel: done };
    const timer = setTimeout(done, ms);
    run.cancels.add(pause);
  });
}

/** getaddrinfo cannot be cancelled; give it this long. */
const LOOKUP_TIMEOUT_MS = 3000;

async function lookup(run: Run, hostName: string): Promise<readonly IpAddress[]> {
  const none: readonly IpAddress[] = [];
  const { lookup: ask } = await import('node:dns/promises');
  const found = countCall(ask(hostName, { all: true })).then(
    (addresses) => addresses.map(({ address }) => address as IpAddress),
    () => none,
  );
  return Promise.race([found, sleep(run, LOOKUP_TIMEOUT_MS).then(() => none)]);
}

// ── UDP ──────────────────────────────────────────────────────────────────────────────────────────

function exchangeUdp(run: Run, lanes: UdpLanes, ask: Ask): Promise<Outcome<Exchanged>> {
  return inTurn(run, lanes.turns, (done) => {
    const id = messageId(ask.message);
    const lane = lanes.laneFor(id);
    const wait = new ReplyWait(run, ask, (outcome) => {
      lane.forget(id);
      done(outcome);
    });
    lane.ask(id, ask.message, wait);
  });
}

/** Starts an exchange when it is its turn; one that is not started before the run is over never left. */
function inTurn(
  run: Run,
  turns: Turns,
  start: (done: (outcome: Outcome<Exchanged>) => void) => void,
): Promise<Outcome<Exchanged>> {
  return new Promise((resolve) => {
    const done = (outcome: Outcome<Exchanged>): void => {
      turns.finish();
      resolve(outcome);
    };
    turns.begin(() => {
      const over = run.over();
      if (over === undefined) start(done);
      else done(cancelled(over, false));
    });
  });
}

/** Ties a bulk to the run: when that is over, so is every message under way. */
function openBulk(run: Run, bulk: UdpBulk): BulkAsker {
  const ending: Cancellable = { cancel: (by) => bulk.end({ kind: 'cancelled', by, sent: true }) };
  const over = run.over();
  if (over === undefined) run.cancels.add(ending);
  else ending.cancel(over);
  return {
    ask: (ticket, message) => bulk.ask(ticket, message),
    close: () => {
      run.cancels.delete(ending);
      bulk.close();
    },
  };
}

function messageId(message: Uint8Array): number {
  return (message[0]! << 8) | message[1]!;
}

/**
 * One wait for one acceptable reply. Replies are judged in the order they came; the wait ends with the first
 * accepted one, with a fault, or at the timeout, when the last unaccepted reply is handed on as such.
 */
class ReplyWait implements TcpWaiting, Cancellable {
  sent: boolean;
  readonly #run: Run;
  readonly #ask: Ask;
  readonly #settle: (outcome: Outcome<Exchanged>) => void;
  readonly #startedMs: number = clockMs();
  readonly #timer: NodeJS.Timeout;
  #settled = false;
  #unaccepted: Uint8Array | undefined;
  #judging: Promise<void> | undefined;

  constructor(run: Run, ask: Ask, settle: (outcome: Outcome<Exchanged>) => void) {
    this.#run = run;
    this.#ask = ask;
    this.#settle = settle;
    this.sent = ask.via === 'udp';
    this.#timer = setTimeout(timeOut, ask.timeoutMs, this);
    run.cancels.add(this);
  }

  take(reply: Uint8Array): void {
    if (this.#settled || !isReplyTo(this.#ask.message, reply)) return;
    if (this.#ask.accept === undefined) this.#answer(reply, true);
    else
      this.#judging =
        this.#judging === undefined
          ? this.#judge(reply, this.#ask.accept)
          : this.#judging.then(() => this.#judge(reply, this.#ask.accept!));
  }

  /** A connection that ends must not overtake the judgement of what came over it. */
  fail(fault: NetFault): void {
    if (this.#judging === undefined) this.#give(fault);
    else void this.#judging.then(() => this.#give(fault));
  }

  cancel(by: 'interrupt' | 'deadline'): void {
    this.#give({ kind: 'cancelled', by, sent: this.sent });
  }

  timeOut(): void {
    this.#give({ kind: 'timeout', afterMs: this.#tookMs(), sent: this.sent });
  }

  async #judge(reply: Uint8Array, accept: NonNullable<Ask['accept']>): Promise<void> {
    if (this.#settled) return;
    if (await accept(reply)) this.#answer(reply, true);
    else this.#unaccepted = reply;
  }

  #give(fault: NetFault): void {
    if (this.#unaccepted !== undefined) this.#answer(this.#unaccepted, false);
    else this.#finish({ ok: false, fault });
  }

  #answer(reply: Uint8Array, accepted: boolean): void {
    this.#finish({ ok: true, value: { reply, accepted, tookMs: this.#tookMs() } });
  }

  #finish(outcome: Outcome<Exchanged>): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#run.cancels.delete(this);
    this.#settle(outcome);
  }

  #tookMs(): number {
    return clockMs() - this.#startedMs;
  }
}

function timeOut(wait: ReplyWait): void {
  wait.timeOut();
}

// ── TCP ──────────────────────────────────────────────────────────────────────────────────────────

function exchangeTcp(run: Run, connections: TcpConnections, ask: Ask): Promise<Outcome<Exchanged>> {
  return inTurn(run, connections.turns, (done) => {
    let connection = ask.once ? connections.fresh() : connections.take();
    const wait = new ReplyWait(run, ask, (outcome) => {
      if (outcome.ok && outcome.value.accepted) connections.keep(connection);
      else connection.close();
      done(outcome);
    });
    // Closed by the server while our question was under way to it: asked again, as RFC 7766 §6.2.1 wants it. What
    // became of an update nobody knows, so that is for the caller to find out.
    const again: TcpWaiting = {
      get sent() {
        return wait.sent;
      },
      set sent(sent) {
        wait.sent = sent;
      },
      take: (reply) => wait.take(reply),
      fail: (fault) => {
        if (!connection.reused || !isQuery(ask.message)) return wait.fail(fault);
        connection = connections.fresh();
        connection.send(ask.message, wait);
      },
    };
    connection.send(ask.message, again);
  });
}

function isQuery(message: Uint8Array): boolean {
  return ((message[2]! >> 3) & 0x0f) === OPCODE.QUERY;
}

function openTcp(to: Endpoint): TcpSocket {
  return connect({ host: to.address, port: to.port, noDelay: true });
}

/** No reply we wait for is longer; more is a flood. */
const MAX_DIAL_OCTETS = 65_536;

function dialTcp(run: Run, dial: Dial): Promise<Dialled> {
  const startedMs = clockMs();
  const took = (): number => clockMs() - startedMs;
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
      run.cancels.delete(ending);
      socket.destroy();
      resolve(result);
    };
    const fail = (fault: NetFault): void => finish({ connected: false, fault, tookMs: took() });
    const end = (how: 'complete' | 'silent' | 'closed' | 'reset' | 'cancelled'): void => {
      finish({ connected: true, connectMs: connectMs ?? took(), tookMs: took(), received, end: how });
    };
    const ending: Cancellable = {
      cancel: (by) => {
        if (connectMs === undefined) fail({ kind: 'cancelled', by, sent: false });
        else end('cancelled');
      },
    };
    run.cancels.add(ending);
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
