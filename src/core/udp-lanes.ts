import { createSocket, type Socket } from 'node:dgram';
import { randomMessageId } from './message-id.ts';
import type { Endpoint, NetFault } from './net.ts';
import { faultOf } from './socket-fault.ts';
import { Turns } from './turns.ts';

/** Whoever waits for the replies to one message. */
export interface Waiting {
  /** A datagram with the message's ID came from the server; nothing else of it was looked at. */
  take(reply: Uint8Array): void;
  /** The socket is lost, and with it every reply. */
  fail(fault: NetFault): void;
}

/** Sockets a message is spread over, so that somebody who cannot see them guesses one in 2^18: RFC 5452 §9.2. */
const LANES = 4;

/** Messages under way on one socket: so many long answers fit into its receive buffer before we read. */
const MAX_WAITING_PER_LANE = 128;

/** Messages under way to one server, a bulk apart: its default receive buffer holds about twice as many. */
const MAX_UNDER_WAY = 128;

/** What is asked for; Linux grants twice `net.core.rmem_max` at most, which is 416 kB unless somebody changed it. */
const RECEIVE_BUFFER_OCTETS = 512 * 1024;

/**
 * The sockets to one server. Each is connected, so that the kernel drops what anybody else sends, and has a random
 * port; which one a message takes is random too. They are opened when needed.
 */
export class UdpLanes {
  /** Every message but those of a bulk waits for its turn. */
  readonly turns: Turns = new Turns(MAX_UNDER_WAY);
  readonly #to: Endpoint;
  readonly #hearsSendErrors: boolean;
  readonly #lanes: UdpLane[] = [];

  /** Without `hearsSendErrors` a message that could not leave is like one that was lost, and sending costs less. */
  constructor(to: Endpoint, hearsSendErrors: boolean) {
    this.#to = to;
    this.#hearsSendErrors = hearsSendErrors;
  }

  /** A socket on which this message ID is free. */
  laneFor(id: number): UdpLane {
    const first = randomMessageId();
    for (let i = 0; i < LANES; i++) {
      const lane = this.lane((first + i) % LANES);
      if (lane.size < MAX_WAITING_PER_LANE && !lane.has(id)) return lane;
    }
    for (let i = LANES; ; i++) {
      const lane = this.lane(i);
      if (lane.size < MAX_WAITING_PER_LANE && !lane.has(id)) return lane;
    }
  }

  /** The socket with this number, opened anew when there is none or an error has ended it. */
  lane(index: number): UdpLane {
    let lane = this.#lanes[index];
    if (lane === undefined || lane.dead) {
      lane = new UdpLane(this.#to, this.#hearsSendErrors);
      this.#lanes[index] = lane;
    }
    return lane;
  }

  close(): void {
    for (const lane of this.#lanes) lane?.close();
  }
}

/** How many lanes hold this many messages under way. */
export function lanesFor(underWay: number): number {
  return Math.max(LANES, Math.ceil(underWay / MAX_WAITING_PER_LANE));
}

/** One connected socket, and who waits on it for which message ID. Keeps the process alive only while somebody does. */
export class UdpLane {
  dead = false;
  readonly #waiting = new Map<number, Waiting>();
  readonly #socket: Socket;
  readonly #sent: ((error: Error | null) => void) | undefined;
  /** Messages for the moment it is connected; undefined from then on. */
  #early: Uint8Array[] | undefined = [];

  constructor({ address, port }: Endpoint, hearsSendErrors: boolean) {
    if (hearsSendErrors) this.#sent = (error) => error && this.#die(faultOf(error, false));
    const family = address.includes(':') ? 6 : 4;
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_OCTETS,
      // Addresses need no resolver: this way Node does not load one, and connects at once.
      lookup: (host, _options, done) => done(null, host, family),
    });
    this.#socket.on('message', (reply) => {
      if (reply.length >= 12) this.#waiting.get((reply[0]! << 8) | reply[1]!)?.take(reply);
    });
    this.#socket.on('error', (error) => this.#die(faultOf(error, true)));
    this.#socket.connect(port, address, (error?: Error) => {
      if (error) return this.#die(faultOf(error, false));
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const message of early) this.#send(message);
    });
    this.#socket.unref();
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** `id` must be free here, and stand in the message. */
  ask(id: number, message: Uint8Array, waiting: Waiting): void {
    if (this.#waiting.size === 0 && !this.dead) this.#socket.ref();
    this.#waiting.set(id, waiting);
    if (this.#early !== undefined) this.#early.push(message);
    else this.#send(message);
  }

  forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0 && !this.dead) this.#socket.unref();
  }

  close(): void {
    if (this.dead) return;
    this.dead = true;
    this.#socket.close();
  }

  #send(message: Uint8Array): void {
    if (this.dead) return;
    this.#socket.send(message, this.#sent);
  }

  #die(fault: NetFault): void {
    const waiting = [...this.#waiting.values()];
    this.close();
    this.#waiting.clear();
    for (const one of waiting) one.fail(fault);
  }
}
