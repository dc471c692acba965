import { connect, type Socket } from 'node:net';
import { clockMs } from './clock.ts';
import type { Endpoint, NetFault } from './net.ts';
import { faultOf } from './socket-fault.ts';
import { Turns } from './turns.ts';
import type { Waiting } from './udp-lanes.ts';

/** Whoever waits on a connection; told when the message may have left. */
export interface TcpWaiting extends Waiting {
  sent: boolean;
}

/** BIND's queue of connections it has not taken yet holds ten (tcp-listen-queue); one too many costs a second. */
const MAX_CONNECTIONS = 8;

/** A server that closes after each reply has done so by then; only what outlives it is used again. */
const SETTLE_MS = 5;

/** Kept open so long without a message; servers wait longer (RFC 7766 §6.2.3). */
const IDLE_MS = 1000;

/** The connections to one server. Each carries one message at a time, and later ones when it stays open (RFC 7766 §6.2.1). */
export class TcpConnections {
  /** Every message waits for its turn. */
  readonly turns: Turns = new Turns(MAX_CONNECTIONS);
  readonly #to: Endpoint;
  /** The longest idle first. */
  readonly #idle: TcpConnection[] = [];

  constructor(to: Endpoint) {
    this.#to = to;
  }

  /** A connection that is free: the longest idle one, or a new one. */
  take(): TcpConnection {
    for (;;) {
      const oldest = this.#idle[0];
      if (oldest === undefined || (!oldest.dead && oldest.idleMs < SETTLE_MS)) return this.fresh();
      this.#idle.shift();
      if (!oldest.dead) return oldest;
    }
  }

  fresh(): TcpConnection {
    return new TcpConnection(this.#to);
  }

  /** Gives a connection back whose message was answered; it closes by itself when nobody takes it. */
  keep(connection: TcpConnection): void {
    if (!connection.dead && connection.rest()) this.#idle.push(connection);
    else connection.close();
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
    this.#idle.length = 0;
  }
}

/** One connection. Keeps the process alive only while somebody waits on it. */
export class TcpConnection {
  dead = false;
  /** Has it carried a message before the one under way? */
  reused = false;
  readonly #socket: Socket;
  #connected = false;
  #received: Uint8Array = new Uint8Array(0);
  #message: Uint8Array | undefined;
  #waiting: TcpWaiting | undefined;
  #idleSinceMs = 0;

  constructor({ address, port }: Endpoint) {
    this.#socket = connect({ host: address, port, noDelay: true });
    this.#socket.on('connect', () => {
      this.#connected = true;
      this.#write();
    });
    this.#socket.on('data', (chunk: Uint8Array) => this.#read(chunk));
    this.#socket.on('error', (error: Error) => this.#end(faultOf(error, this.#waiting?.sent ?? true)));
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('timeout', () => this.close());
    this.#socket.on('close', () => this.#end({ kind: 'closed', sent: this.#waiting?.sent ?? true }));
  }

  get idleMs(): number {
    return clockMs() - this.#idleSinceMs;
  }

  /** Sends the message as soon as the connection stands. Nothing else may be under way. */
  send(message: Uint8Array, waiting: TcpWaiting): void {
    this.#message = message;
    this.#waiting = waiting;
    if (this.#connected) {
      this.reused = true;
      this.#socket.setTimeout(0);
      this.#socket.ref();
      this.#write();
    }
  }

  /** Makes an answered connection wait for the next message; false when it holds octets that nobody asked for. */
  rest(): boolean {
    this.#waiting = undefined;
    this.#message = undefined;
    if (!this.#connected || this.#received.length > 0) return false;
    this.#idleSinceMs = clockMs();
    this.#socket.unref();
    this.#socket.setTimeout(IDLE_MS);
    return true;
  }

  close(): void {
    this.dead = true;
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #write(): void {
    const message = this.#message;
    if (message === undefined || this.#waiting === undefined) return;
    this.#waiting.sent = true;
    // Length and message in one write: some servers and middleboxes choke on a lone length (RFC 7766 §8).
    const framed = new Uint8Array(message.length + 2);
    framed[0] = message.length >> 8;
    framed[1] = message.length & 0xff;
    framed.set(message, 2);
    this.#socket.write(framed);
  }

  #read(chunk: Uint8Array): void {
    if (this.#waiting === undefined) {
      this.close();
      return;
    }
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 2) {
      const length = (this.#received[0]! << 8) | this.#received[1]!;
      if (this.#received.length < length + 2) break;
      const frame = this.#received.subarray(2, length + 2);
      this.#received = this.#received.subarray(length + 2);
      if (frame.length >= 12) this.#waiting?.take(frame);
    }
  }

  #end(fault: NetFault): void {
    const waiting = this.#waiting;
    this.close();
    waiting?.fail(fault);
  }
}
