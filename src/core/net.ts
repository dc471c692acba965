/** An IPv4 or IPv6 address in its usual text form. */
declare const ip: unique symbol;
export type IpAddress = string & { readonly [ip]: true };
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** Why nothing usable came back. `sent` is false only when the message surely did not leave. */
export type NetFault = { readonly sent: boolean } & (
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unreachable'; readonly errno: string }
  | { readonly kind: 'garbled'; readonly detail: string }
  | { readonly kind: 'cancelled'; readonly by: 'interrupt' | 'deadline' }
);

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: NetFault };

export interface Ask {
  readonly to: Endpoint;
  readonly via: 'udp' | 'tcp';
  /** A whole DNS message without TCP length; its ID is kept. */
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  /**
   * Over TCP: on a new connection, and never a second time. Other queries go out again when a connection that was
   * used before turns out to be closed.
   */
  readonly once?: true;
  /**
   * Called with every reply that matches by source, ID, QR, opcode and question. False keeps the wait open for a
   * better one: a forged or unsigned error must not end it (RFC 8945 §5.4). Left out: the first match ends it.
   */
  readonly accept?: (reply: Uint8Array) => boolean | Promise<boolean>;
}

export interface Exchanged {
  readonly reply: Uint8Array;
  /** False when only replies that `accept` turned down came before the wait was over; `reply` is the last of them. */
  readonly accepted: boolean;
  readonly tookMs: number;
}

export interface Dial {
  readonly to: Endpoint;
  readonly connectTimeoutMs: number;
  /** Sent once connected; nothing else is ever sent. */
  readonly hello: Uint8Array;
  readonly replyTimeoutMs: number;
  /** Given all octets so far: is the reply whole? */
  readonly complete: (received: Uint8Array) => boolean;
}

export type Dialled =
  | { readonly connected: false; readonly fault: NetFault; readonly tookMs: number }
  | {
      readonly connected: true;
      readonly connectMs: number;
      readonly tookMs: number;
      readonly received: Uint8Array;
      readonly end: 'complete' | 'silent' | 'closed' | 'reset' | 'cancelled';
    };

/**
 * Every effect the engine may have on the network. Tests pass a table of answers, the command passes sockets.
 * Nothing here throws for what the network does. After the run's deadline or an interrupt every call returns
 * `cancelled` at once.
 */
export interface Net {
  exchange(ask: Ask): Promise<Outcome<Exchanged>>;
  dial(dial: Dial): Promise<Dialled>;
  /** What the operating system's own resolver makes of a host name; empty when nothing or trouble. */
  lookup(hostName: string): Promise<readonly IpAddress[]>;
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  clockMs(): number;
  /** Resolves after `ms`, or at once when the run is over; 0: once everything that has arrived by now was handed over. */
  sleep(ms: number): Promise<void>;
  /** Why the run is over, while it is. */
  over(): 'interrupt' | 'deadline' | undefined;
}

/** How a {@link BulkAsker} is to work. */
export interface BulkTerms {
  /** Messages under way at once, each under a ticket from 0 up to this number. */
  readonly tickets: number;
  /** Until a message counts as lost; kept to an eighth. */
  readonly timeoutMs: number;
}

/** Hears what became of each message of a {@link BulkAsker}; called from the socket's event, so quick and without throwing. */
export interface BulkListener {
  /** A reply that matches by source, ID, QR, opcode and question came. The ticket is free again. */
  answered(ticket: number, reply: Uint8Array): void;
  /** No such reply will come. The ticket is free again. */
  lost(ticket: number, fault: NetFault): void;
}

/** Many messages to one server over UDP, each sent once, without a promise or a timer for each. */
export interface BulkAsker {
  /** Writes a random ID into `message` and sends it. Its octets must not change before the ticket is free again. */
  ask(ticket: number, message: Uint8Array): void;
  /** Gives the sockets back; what is under way is lost as `closed`. */
  close(): void;
}

/** A {@link Net} that can also send in bulk. */
export interface BulkNet extends Net {
  openBulk(to: Endpoint, terms: BulkTerms, listener: BulkListener): BulkAsker;
}
