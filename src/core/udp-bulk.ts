import { randomMessageId } from './message-id.ts';
import type { BulkAsker, BulkListener, BulkTerms, Endpoint, NetFault } from './net.ts';
import { isReplyTo } from './reply-match.ts';
import { lanesFor, type UdpLane, UdpLanes, type Waiting } from './udp-lanes.ts';

/** Looks for messages that ran out of time this often in one timeout, so that a query needs no timer of its own. */
const SWEEPS_PER_TIMEOUT = 8;

/** A {@link BulkAsker} over sockets of its own. After `end` every message is lost with that fault. */
export class UdpBulk implements BulkAsker {
  readonly #lanes: UdpLanes;
  readonly #laneCount: number;
  readonly #slots: readonly Slot[];
  readonly #sweeper: NodeJS.Timeout;
  readonly #timeoutMs: number;
  #sweep = 0;
  #ended: NetFault | undefined;

  constructor(to: Endpoint, { tickets, timeoutMs }: BulkTerms, listener: BulkListener) {
    this.#lanes = new UdpLanes(to, false);
    this.#laneCount = lanesFor(tickets);
    this.#timeoutMs = timeoutMs;
    this.#slots = Array.from({ length: tickets }, (_, ticket) => new Slot(ticket, listener));
    this.#sweeper = setInterval(() => this.#dropLate(), Math.max(1, timeoutMs / SWEEPS_PER_TIMEOUT));
    this.#sweeper.unref();
  }

  ask(ticket: number, message: Uint8Array): void {
    const slot = this.#slots[ticket]!;
    if (this.#ended !== undefined) {
      slot.lose({ ...this.#ended, sent: false });
      return;
    }
    // A ticket keeps its lane, so that no lane ever holds more than its receive buffer does.
    const lane = this.#lanes.lane(ticket % this.#laneCount);
    let id = randomMessageId();
    while (lane.has(id)) id = randomMessageId();
    message[0] = id >> 8;
    message[1] = id & 0xff;
    slot.start(lane, id, message, this.#sweep);
    lane.ask(id, message, slot);
  }

  end(fault: NetFault): void {
    this.#ended = fault;
    clearInterval(this.#sweeper);
    for (const slot of this.#slots) if (slot.busy) slot.fail(fault);
    this.#lanes.close();
  }

  close(): void {
    this.end({ kind: 'closed', sent: true });
  }

  #dropLate(): void {
    this.#sweep++;
    const latest = this.#sweep - SWEEPS_PER_TIMEOUT - 1;
    for (const slot of this.#slots)
      if (slot.busy && slot.since <= latest)
        slot.fail({ kind: 'timeout', afterMs: this.#timeoutMs, sent: true });
  }
}

/** One message under way, used again for the next one: nothing is allocated for a message but its octets. */
class Slot implements Waiting {
  busy = false;
  /** The sweep after which it was sent. */
  since = 0;
  readonly #ticket: number;
  readonly #listener: BulkListener;
  #lane: UdpLane | undefined;
  #id = 0;
  #message: Uint8Array = new Uint8Array(0);

  constructor(ticket: number, listener: BulkListener) {
    this.#ticket = ticket;
    this.#listener = listener;
  }

  start(lane: UdpLane, id: number, message: Uint8Array, sweep: number): void {
    this.busy = true;
    this.since = sweep;
    this.#lane = lane;
    this.#id = id;
    this.#message = message;
  }

  take(reply: Uint8Array): void {
    if (!isReplyTo(this.#message, reply)) return;
    this.#free();
    this.#listener.answered(this.#ticket, reply);
  }

  fail(fault: NetFault): void {
    this.#free();
    this.#listener.lost(this.#ticket, fault);
  }

  lose(fault: NetFault): void {
    this.#listener.lost(this.#ticket, fault);
  }

  #free(): void {
    this.busy = false;
    this.#lane?.forget(this.#id);
  }
}
