import { TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import type { BulkAsker, BulkListener, BulkNet, Endpoint, NetFault, Outcome } from './net.ts';
import { firstTryMessage, type Heard, heardFrom, type QueryPatience, type Question } from './query.ts';
import { readSrvAfter, type SrvReading } from './read-srv.ts';
import { readPlainSrvAnswer } from './srv-answer.ts';

/** Whom to ask about many owner names, and how. */
export interface SrvBulk {
  readonly server: Endpoint;
  /** Asks a resolver to find the answers; an authoritative server is asked without. */
  readonly recurse: boolean;
  /** Questions under way at once. */
  readonly inFlight: number;
  readonly patience: QueryPatience;
}

/** Questions under way at once unless told otherwise: enough to keep a server on the same network busy. */
export const DEFAULT_IN_FLIGHT = 256;

/** Sent at first, before the server has shown that it keeps up: its receive buffer may be small. */
const FIRST_IN_FLIGHT = 64;

/** The source is asked for more when this part of all tickets is free: questions then leave in swarms, which costs less. */
const SWARM_PART = 1 / 4;

/** Takes a reading. As long as its promise is open the reading counts as under way, so a slow taker slows the questions. */
export type TakeReading = (owner: Fqdn, reading: SrvReading) => void | Promise<void>;

/**
 * Reads the SRV sets of many owners from one server, as `readSrv` reads each, and hands the readings over in the
 * order in which they come. Owners are drawn when there is room for their questions, so the list may be endless.
 * Never throws for the network; rethrows what `owners` or `take` throw, once nothing is under way any more.
 */
export async function readSrvBulk(
  net: BulkNet,
  bulk: SrvBulk,
  owners: Iterable<Fqdn> | AsyncIterable<Fqdn>,
  take: TakeReading,
): Promise<void> {
  const reader = new BulkReader(net, bulk, take);
  try {
    // Two loops, as awaiting every owner of a list would cost as much as asking about it.
    if (Symbol.asyncIterator in owners) {
      for await (const owner of owners) {
        if (reader.full) await reader.room();
        reader.ask(owner);
      }
    } else {
      for (const owner of owners) {
        if (reader.full) await reader.room();
        reader.ask(owner);
      }
    }
  } finally {
    await reader.drained();
    reader.close();
  }
  reader.throwIfFailed();
}

/** The tickets of one {@link readSrvBulk}: each stands for an owner from its question until its reading was taken. */
class BulkReader implements BulkListener {
  readonly #net: BulkNet;
  readonly #bulk: SrvBulk;
  readonly #take: TakeReading;
  readonly #asker: BulkAsker;
  readonly #free: number[];
  /** Tickets there are so far: a server that was asleep gets few questions at first, and more as it answers. */
  #tickets: number;
  readonly #owners: Fqdn[] = [];
  #failure: { readonly error: unknown } | undefined;
  /** Called when this many tickets are free. */
  #wake: (() => void) | undefined;
  #wakeAt = 0;

  constructor(net: BulkNet, bulk: SrvBulk, take: TakeReading) {
    const { server, inFlight, patience } = bulk;
    this.#net = net;
    this.#bulk = bulk;
    this.#take = take;
    this.#tickets = Math.min(inFlight, FIRST_IN_FLIGHT);
    this.#free = Array.from({ length: this.#tickets }, (_, ticket) => ticket);
    this.#asker = net.openBulk(server, { tickets: inFlight, timeoutMs: patience.timeoutMs }, this);
  }

  get full(): boolean {
    return this.#free.length === 0;
  }

  /** Call it only when not {@link full}. */
  ask(owner: Fqdn): void {
    this.throwIfFailed();
    const ticket = this.#free.pop()!;
    this.#owners[ticket] = owner;
    this.#asker.ask(ticket, firstTryMessage(0, this.#questionOf(owner)));
  }

  room(): Promise<void> {
    return this.#whenFree(Math.ceil(this.#tickets * SWARM_PART));
  }

  drained(): Promise<void> {
    return this.#whenFree(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#asker.close();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  answered(ticket: number, reply: Uint8Array): void {
    const owner = this.#owners[ticket]!;
    const plain = readPlainSrvAnswer(reply, owner);
    if (plain !== undefined) {
      this.#hand(ticket, owner, plain);
      return;
    }
    void this.#conclude(ticket, owner, heardFrom(reply));
  }

  lost(ticket: number, fault: NetFault): void {
    void this.#conclude(ticket, this.#owners[ticket]!, { ok: false, fault });
  }

  async #conclude(ticket: number, owner: Fqdn, first: Outcome<Heard>): Promise<void> {
    const { patience } = this.#bulk;
    this.#hand(ticket, owner, await readSrvAfter(this.#net, this.#questionOf(owner), first, patience));
  }

  #hand(ticket: number, owner: Fqdn, reading: SrvReading): void {
    try {
      const taken = this.#take(owner, reading);
      if (taken === undefined) this.#release(ticket);
      else
        taken.then(
          () => this.#release(ticket),
          (error: unknown) => this.#fail(ticket, error),
        );
    } catch (error) {
      this.#fail(ticket, error);
    }
  }

  #fail(ticket: number, error: unknown): void {
    this.#failure ??= { error };
    this.#release(ticket);
  }

  #release(ticket: number): void {
    this.#free.push(ticket);
    if (this.#tickets < this.#bulk.inFlight) this.#free.push(this.#tickets++);
    if (this.#wake === undefined || this.#free.length < Math.min(this.#wakeAt, this.#tickets)) return;
    const wake = this.#wake;
    this.#wake = undefined;
    wake();
  }

  #whenFree(tickets: number): Promise<void> {
    if (this.#free.length >= Math.min(tickets, this.#tickets)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wakeAt = tickets;
      this.#wake = resolve;
    });
  }

  #questionOf(owner: Fqdn): Question {
    const { server, recurse } = this.#bulk;
    return { server, name: owner, type: TYPE.SRV, recurse };
  }
}
