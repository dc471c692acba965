import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { addressFamily, formatEndpoint, isLoopback, parseIpAddress } from '../core/address.ts';
import { KmsDnsError } from '../core/errors.ts';
import type { Endpoint, IpAddress } from '../core/net.ts';

/** The practice network's only addresses unless told otherwise. */
export const LOOPBACK: IpAddress = '127.0.0.1' as IpAddress;
const LOOPBACK6: IpAddress = '::1' as IpAddress;

/** What keeps a practice server from being held by those who ask. */
export interface ConnectionLimits {
  /** Connections at a time to one listener; the next one is dropped. */
  readonly connections: number;
  /** A connection on which nothing moves for so long is ended: RFC 7766 §6.2.3 asks for seconds. */
  readonly idleMs: number;
}

const LIMITS: ConnectionLimits = { connections: 64, idleMs: 10_000 };

/** How often another port is tried when the system's choice is taken over the other transport or address. */
const PORT_ATTEMPTS = 20;

/** Something that listens, and where. */
export interface Listening {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** Ends listeners and connections; resolves when the ports are free again. */
  close(): Promise<void>;
}

/** One message as it came in. */
export interface Arrival {
  readonly message: Uint8Array;
  readonly from: Endpoint;
  readonly via: 'udp' | 'tcp';
}

/** What to do with one message; what it gives is sent in order, nothing means silence. Must not reject. */
export type MessageHandler = (arrival: Arrival) => Promise<readonly Uint8Array[]>;

/** The other end of a TCP connection. */
export interface Peer {
  readonly from: Endpoint;
  readonly to: Endpoint;
  send(octets: Uint8Array): void;
  /** Closes in good order (FIN) once everything is sent. */
  end(): void;
  /** Tears the connection down (RST). */
  reset(): void;
}

/** Called for each connection; gives the function that takes what arrives on it. */
export type ConnectionHandler = (peer: Peer) => (received: Uint8Array) => void;

/** Waiting, and the time of day; the waits all end when `end` is called. */
export class LabClock {
  readonly #waiting = new Set<() => void>();
  #ended = false;

  now(): Date {
    return new Date();
  }

  /** Resolves after `ms`, or at once when all is over; says whether it is over. */
  wait(ms: number): Promise<'waited' | 'over'> {
    if (ms <= 0 || this.#ended) return Promise.resolve(this.#ended ? 'over' : 'waited');
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve(this.#ended ? 'over' : 'waited');
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  end(): void {
    this.#ended = true;
    for (const done of [...this.#waiting]) done();
  }
}

/** 127.0.0.1, and ::1 where this computer has it. */
export async function loopbackAddresses(): Promise<readonly [IpAddress, ...IpAddress[]]> {
  const probe = createServer();
  try {
    await listening(probe, LOOPBACK6, 0);
  } catch {
    return [LOOPBACK];
  }
  await closed(probe);
  return [LOOPBACK, LOOPBACK6];
}

/** Throws `address-invalid` for anything but a loopback address: nobody else's packets are ever answered. */
export function requireLoopback(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined || !isLoopback(address))
    throw new KmsDnsError(
      'address-invalid',
      `the practice network cannot listen on ${JSON.stringify(text)}`,
      {
        hint: 'it listens on loopback only: 127.0.0.1 or ::1',
      },
    );
  return address;
}

/**
 * Serves DNS over UDP and TCP on one port of all these loopback addresses; port 0 lets the system choose.
 * Over TCP messages may be pipelined and are answered in order (RFC 7766 §6.2.1.1).
 * Throws `address-invalid` or `port-unavailable`.
 */
export async function listenDns(
  addresses: readonly string[],
  port: number,
  handle: MessageHandler,
  limits: ConnectionLimits = LIMITS,
): Promise<Listening> {
  const loopback = addresses.map(requireLoopback);
  return onOnePort(loopback, port, async (address, chosen) => {
    const tcp = await openTcp(address, chosen, limits, (socket, to) => converse(socket, to, handle));
    try {
      return [tcp, await openUdp(address, tcp.port, handle)];
    } catch (error) {
      await tcp.close();
      throw error;
    }
  });
}

/** Serves TCP connections on a loopback address. Throws `address-invalid` or `port-unavailable`. */
export async function listenTcp(
  address: string,
  port: number,
  connected: ConnectionHandler,
): Promise<Listening> {
  return onOnePort([requireLoopback(address)], port, async (loopback, chosen) => [
    await openTcp(loopback, chosen, LIMITS, (socket, to) => {
      const received = connected(peerOf(socket, to));
      socket.on('data', received);
      socket.on('end', () => socket.end());
    }),
  ]);
}

interface Opened {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens everything on one port; with port 0 tries others when the first choice is free on one of them only. */
async function onOnePort(
  addresses: readonly IpAddress[],
  port: number,
  open: (address: IpAddress, port: number) => Promise<readonly Opened[]>,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const opened: Opened[] = [];
    const endpoints: Endpoint[] = [];
    try {
      for (const address of addresses) {
        opened.push(...(await open(address, opened[0]?.port ?? port)));
        endpoints.push({ address, port: opened[0]!.port });
      }
    } catch (error) {
      await Promise.all(opened.map((one) => one.close()));
      if (port === 0 && attempt < PORT_ATTEMPTS) continue;
      throw unavailable(error, addresses, port);
    }
    const [first, ...others] = endpoints;
    if (first === undefined) throw new Error('bug: there is no address to listen on');
    return {
      endpoints: [first, ...others],
      close: async () => {
        await Promise.all(opened.map((one) => one.close()));
      },
    };
  }
}

function unavailable(error: unknown, addresses: readonly IpAddress[], port: number): KmsDnsError {
  const where = addresses.map((address) => formatEndpoint({ address, port })).join(', ');
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const why = code === 'EADDRINUSE' ? 'something else listens there' : code;
  return new KmsDnsError('port-unavailable', `the practice network cannot listen on ${where}: ${why}`, {
    hint: 'choose another port, or leave it out to let the system choose one',
    cause: error,
  });
}

async function openUdp(address: IpAddress, port: number, handle: MessageHandler): Promise<Opened> {
  const socket = createSocket(addressFamily(address) === 6 ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  // A datagram that cannot be delivered is the asker's loss; the server goes on.
  socket.on('error', () => {});
  let open = true;
  socket.on('message', (message, { address: host, port: from }) => {
    const asker = { address: host as IpAddress, port: from };
    void handle({ message, from: asker, via: 'udp' }).then((replies) => {
      for (const reply of replies) if (open) send(socket, reply, asker);
    });
  });
  return {
    port: socket.address().port,
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        socket.close(() => resolve());
      }),
  };
}

function send(socket: UdpSocket, reply: Uint8Array, to: Endpoint): void {
  // With a callback, an error does not become an event nobody waits for.
  socket.send(reply, to.port, to.address, () => {});
}

async function openTcp(
  address: IpAddress,
  port: number,
  limits: ConnectionLimits,
  connected: (socket: Socket, to: Endpoint) => void,
): Promise<Opened> {
  // Half-open: an asker may send everything, end its side and then read.
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const connections = new Set<Socket>();
  const chosen = await listening(server, address, port);
  server.maxConnections = limits.connections;
  // A connection that could not be accepted (no descriptors left) is the asker's loss; the server goes on.
  server.on('error', () => {});
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    // What went wrong with one connection ends that connection, by the `close` that follows.
    socket.on('error', () => {});
    socket.setTimeout(limits.idleMs, () => socket.destroy());
    connected(socket, { address, port: chosen });
  });
  return {
    port: chosen,
    close: () => {
      const done = closed(server);
      for (const socket of connections) socket.destroy();
      return done;
    },
  };
}

/** The port it listens on; rejects when it cannot. */
function listening(server: Server, address: IpAddress, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: no two processes of a cluster share a practice server.
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') reject(new Error('bug: a TCP server without a port'));
      else resolve(bound.port);
    });
  });
}

/** Resolves also when it was closed before. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function peerOf(socket: Socket, to: Endpoint): Peer {
  return {
    from: remoteOf(socket),
    to,
    send: (octets) => {
      if (socket.writable) socket.write(octets);
    },
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
  };
}

function remoteOf(socket: Socket): Endpoint {
  return { address: (socket.remoteAddress ?? '') as IpAddress, port: socket.remotePort ?? 0 };
}

/** DNS over one TCP connection: RFC 1035 §4.2.2. Nothing more is read while answers are made or wait to be sent. */
function converse(socket: Socket, to: Endpoint, handle: MessageHandler): void {
  const peer = peerOf(socket, to);
  let unread: Uint8Array = new Uint8Array(0);
  let working = false;
  let askerEnded = false;
  const work = async (): Promise<void> => {
    working = true;
    for (let frame = nextFrame(); frame !== undefined && !socket.destroyed; frame = nextFrame()) {
      for (const reply of await handle({ message: frame, from: peer.from, via: 'tcp' }))
        await sendFramed(socket, reply);
    }
    working = false;
    socket.resume();
    if (askerEnded) socket.end();
  };
  const nextFrame = (): Uint8Array | undefined => {
    if (unread.length < 2) return undefined;
    const length = (unread[0]! << 8) | unread[1]!;
    if (unread.length < length + 2) return undefined;
    const frame = unread.subarray(2, length + 2);
    unread = unread.subarray(length + 2);
    return frame;
  };
  socket.on('data', (chunk: Uint8Array) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    socket.pause();
    if (!working) void work();
  });
  socket.on('end', () => {
    askerEnded = true;
    if (!working) socket.end();
  });
}

/** Length and message in one write (RFC 7766 §8). Resolves when there is room for more, or the connection is gone. */
function sendFramed(socket: Socket, message: Uint8Array): Promise<void> {
  const framed = new Uint8Array(message.length + 2);
  framed[0] = message.length >> 8;
  framed[1] = message.length & 0xff;
  framed.set(message, 2);
  if (!socket.writable || socket.write(framed)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
