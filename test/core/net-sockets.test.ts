import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Socket as TcpSocket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { Ask, BulkAsker, Endpoint, NetFault } from '../../src/core/net.ts';
import { type RunLimits, type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import { encodeQuery, encodeUpdate, TYPE } from '../../src/core/wire.ts';
import { endpoint } from '../support/srv-sets.ts';

/** What is left open is closed after each test. */
const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function opened<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}

function net(limits: RunLimits = {}): SystemNet {
  return opened(systemNet(limits));
}

interface Arrived {
  readonly message: Buffer;
  readonly from: RemoteInfo;
}

interface UdpServer {
  readonly at: Endpoint;
  readonly arrived: readonly Arrived[];
  close(): void;
}

/** A UDP server that answers as told. */
async function udpServer(
  answer: (arrived: Arrived, send: (reply: Uint8Array) => void) => void,
): Promise<UdpServer> {
  const socket: UdpSocket = createSocket('udp4');
  const arrived: Arrived[] = [];
  socket.on('message', (message, from) => {
    arrived.push({ message, from });
    answer({ message, from }, (reply) => socket.send(reply, from.port, from.address));
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  let isOpen = true;
  return opened({
    at: endpoint('127.0.0.1', socket.address().port),
    arrived,
    close: () => {
      if (isOpen) socket.close();
      isOpen = false;
    },
  });
}

/** A port on which nobody listens. */
async function deadPort(): Promise<Endpoint> {
  const server = await udpServer(() => {});
  server.close();
  return server.at;
}

interface TcpServer {
  readonly at: Endpoint;
  /** Messages of each connection, in order, without their length. */
  readonly connections: readonly Buffer[][];
  close(): void;
}

/** A TCP server that answers each message as told; `n` counts the messages of the connection from 1. */
async function tcpServer(
  answer: (message: Buffer, socket: TcpSocket, n: number) => void,
): Promise<TcpServer> {
  const connections: Buffer[][] = [];
  const sockets = new Set<TcpSocket>();
  const server = createServer((socket) => {
    const messages: Buffer[] = [];
    connections.push(messages);
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const message = received.subarray(2, 2 + received.readUInt16BE(0));
        received = received.subarray(2 + message.length);
        messages.push(message);
        answer(message, socket, messages.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return opened({
    at: endpoint('127.0.0.1', address.port),
    connections,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
}

function query(id: number, name = 'contoso.com'): Uint8Array {
  return encodeQuery({ id, name: parseFqdn(name), type: TYPE.SRV, recurse: false });
}

function update(id: number): Uint8Array {
  return encodeUpdate({ id, zone: parseFqdn('contoso.com'), prerequisites: [], updates: [] });
}

/** The message as an answer: QR set, and changed as told. */
function answerTo(message: Uint8Array, change: (octets: Uint8Array) => void = () => {}): Uint8Array {
  const octets = Uint8Array.from(message);
  octets[2]! |= 0x80;
  change(octets);
  return octets;
}

function framed(message: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 0xff), message]);
}

function ask(to: Endpoint, message: Uint8Array, more: Partial<Ask> = {}): Ask {
  return { to, via: 'udp', message, timeoutMs: 2000, ...more };
}

describe('exchange over UDP', () => {
  it('takes only a reply with its ID, the QR bit, its opcode and its question', async () => {
    const server = await udpServer(({ message }, send) => {
      send(answerTo(message, (octets) => (octets[1]! ^= 1)));
      send(message);
      send(answerTo(message, (octets) => (octets[2]! |= 0x28)));
      send(answerTo(message, (octets) => (octets[13]! ^= 1)));
      send(Uint8Array.of(message[0]!, message[1]!, 0x80));
      send(answerTo(message, (octets) => (octets[3] = 0x05)));
    });
    const outcome = await net().exchange(ask(server.at, query(7)));
    expect(outcome.ok && outcome.value.reply[3]).toBe(0x05);
  });

  it('hears nobody but the server it asked', async () => {
    const stranger = opened(createSocket('udp4'));
    const server = await udpServer(({ message, from }, send) => {
      stranger.send(
        answerTo(message, (octets) => (octets[3] = 0x03)),
        from.port,
        from.address,
        () => send(answerTo(message)),
      );
    });
    const outcome = await net().exchange(ask(server.at, query(7)));
    expect(outcome.ok && outcome.value.reply[3]).toBe(0);
  });

  it('waits on after a reply that is turned down, and hands it over when nothing better came', async () => {
    const server = await udpServer(({ message }, send) => {
      send(answerTo(message, (octets) => (octets[3] = 0x09)));
      if (message[1] === 1) send(answerTo(message));
    });
    const accept = async (reply: Uint8Array): Promise<boolean> => reply[3] === 0;
    const run = net();
    const good = await run.exchange(ask(server.at, query(1), { accept }));
    expect(good.ok && [good.value.accepted, good.value.reply[3]]).toEqual([true, 0]);
    const bad = await run.exchange(ask(server.at, query(2), { accept, timeoutMs: 60 }));
    expect(bad.ok && [bad.value.accepted, bad.value.reply[3]]).toEqual([false, 9]);
  });

  it('gives up after its time', async () => {
    const server = await udpServer(() => {});
    const outcome = await net().exchange(ask(server.at, query(1), { timeoutMs: 30 }));
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'timeout', sent: true } });
  });

  it('tells a port on which nobody listens', async () => {
    const outcome = await net().exchange(ask(await deadPort(), query(1)));
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'refused' } });
  });

  it('ends when the run ends, and starts nothing afterwards', async () => {
    const server = await udpServer(() => {});
    const interrupt = new AbortController();
    const run = net({ interrupt: interrupt.signal });
    const waiting = run.exchange(ask(server.at, query(1), { timeoutMs: 60_000 }));
    while (server.arrived.length === 0) await pause(5);
    interrupt.abort();
    expect(await waiting).toEqual({
      ok: false,
      fault: { kind: 'cancelled', by: 'interrupt', sent: true },
    });
    expect(await run.exchange(ask(server.at, query(2)))).toEqual({
      ok: false,
      fault: { kind: 'cancelled', by: 'interrupt', sent: false },
    });
    expect(server.arrived).toHaveLength(1);
  });

  it('keeps the deadline of the run', async () => {
    const server = await udpServer(() => {});
    const run = net({ deadlineMs: 30 });
    expect(await run.exchange(ask(server.at, query(1), { timeoutMs: 60_000 }))).toMatchObject({
      ok: false,
      fault: { kind: 'cancelled', by: 'deadline' },
    });
    expect(run.over()).toBe('deadline');
  });

  it('has room for two questions with one ID, and for hundreds at once', async () => {
    const held: (() => void)[] = [];
    const server = await udpServer(({ message }, send) => {
      held.push(() => send(answerTo(message)));
      if (held.length === 100) for (const release of held.splice(0).reverse()) release();
    });
    const run = net();
    const outcomes = await Promise.all(
      Array.from({ length: 600 }, (_, i) => run.exchange(ask(server.at, query(i % 50, `d${i}.example`)))),
    );
    for (const [i, outcome] of outcomes.entries())
      expect(outcome.ok && Buffer.from(outcome.value.reply).includes(`d${i}\u0007example`)).toBe(true);
  });

  it('sends no more at once than a server has room for, and cancels what has not left', async () => {
    const server = await udpServer(() => {});
    const interrupt = new AbortController();
    const run = net({ interrupt: interrupt.signal });
    const asked = Array.from({ length: 5000 }, (_, i) => run.exchange(ask(server.at, query(i))));
    while (server.arrived.length < 128) await pause(5);
    await pause(20);
    interrupt.abort();
    const left = (await Promise.all(asked)).filter((outcome) => !outcome.ok && outcome.fault.sent);
    expect(left).toHaveLength(128);
    expect(server.arrived).toHaveLength(128);
  });

  it('spreads what it sends over four ports at least', async () => {
    const server = await udpServer(({ message }, send) => send(answerTo(message)));
    const run = net();
    for (let i = 0; i < 80; i++) await run.exchange(ask(server.at, query(i)));
    expect(new Set(server.arrived.map(({ from }) => from.port)).size).toBeGreaterThanOrEqual(4);
  });
});

describe('exchange over TCP', () => {
  const tcp = (to: Endpoint, message: Uint8Array, more: Partial<Ask> = {}): Ask =>
    ask(to, message, { via: 'tcp', ...more });
  /** Longer than a connection must have rested before it is used again. */
  const REST_MS = 30;

  it('puts a reply together from pieces', async () => {
    const server = await tcpServer((message, socket) => {
      const octets = framed(answerTo(message));
      socket.write(octets.subarray(0, 1));
      setTimeout(() => socket.write(octets.subarray(1, 9)), 10);
      setTimeout(() => socket.write(octets.subarray(9)), 20);
    });
    const outcome = await net().exchange(tcp(server.at, query(3)));
    expect(outcome.ok && Buffer.from(outcome.value.reply)).toEqual(Buffer.from(answerTo(query(3))));
  });

  it('takes the right one of several replies', async () => {
    const server = await tcpServer((message, socket) => {
      const wrong = answerTo(message, (octets) => (octets[0]! ^= 1));
      socket.write(Buffer.concat([framed(wrong), framed(Uint8Array.of(1)), framed(answerTo(message))]));
    });
    const outcome = await net().exchange(tcp(server.at, query(3)));
    expect(outcome.ok).toBe(true);
  });

  it('knows that nothing left when there was no connection', async () => {
    const outcome = await net().exchange(tcp(await deadPort(), update(1)));
    expect(outcome).toEqual({ ok: false, fault: { kind: 'refused', sent: false } });
  });

  it('does not know what became of a message whose connection closed', async () => {
    const server = await tcpServer((_, socket) => socket.end());
    const outcome = await net().exchange(tcp(server.at, update(1)));
    expect(outcome).toEqual({ ok: false, fault: { kind: 'closed', sent: true } });
  });

  it('hands over a reply that came before the connection closed, though its judgement takes longer', async () => {
    const server = await tcpServer((message, socket) => socket.end(framed(answerTo(message))));
    const accept = (): Promise<boolean> => pause(40).then(() => true);
    const outcome = await net().exchange(tcp(server.at, query(1), { accept }));
    expect(outcome.ok && outcome.value.accepted).toBe(true);
  });

  it('uses a connection again that the server keeps open, one message at a time', async () => {
    const server = await tcpServer((message, socket) => socket.write(framed(answerTo(message))));
    const run = net();
    for (let i = 0; i < 3; i++) {
      const both = await Promise.all([
        run.exchange(tcp(server.at, update(2 * i))),
        run.exchange(tcp(server.at, query(2 * i + 1))),
      ]);
      expect(both.map(({ ok }) => ok)).toEqual([true, true]);
      await pause(REST_MS);
    }
    expect(server.connections.map((messages) => messages.length)).toEqual([3, 3]);
  });

  it('has eight messages under way at most; the others wait for their turn', async () => {
    const held: (() => void)[] = [];
    let holding = true;
    const server = await tcpServer((message, socket) => {
      const release = (): unknown => socket.write(framed(answerTo(message)));
      if (holding) held.push(release);
      else release();
    });
    const run = net();
    const asked = Array.from({ length: 40 }, (_, i) => run.exchange(tcp(server.at, update(i))));
    while (held.length < 8) await pause(5);
    await pause(20);
    expect(held).toHaveLength(8);
    holding = false;
    for (const release of held) release();
    expect((await Promise.all(asked)).every(({ ok }) => ok)).toBe(true);
    expect(server.connections.flat()).toHaveLength(40);
  });

  it('opens a new one where the server closes after each reply', async () => {
    const server = await tcpServer((message, socket) => socket.end(framed(answerTo(message))));
    const run = net();
    for (let i = 0; i < 3; i++) {
      expect((await run.exchange(tcp(server.at, update(i)))).ok).toBe(true);
      await pause(REST_MS);
    }
    expect(server.connections.map((messages) => messages.length)).toEqual([1, 1, 1]);
  });

  it('asks a question again when an old connection closes under it, and never an update', async () => {
    const server = await tcpServer((message, socket, n) => {
      if (n === 1) socket.write(framed(answerTo(message)));
      else socket.destroy();
    });
    const run = net();
    await run.exchange(tcp(server.at, query(1)));
    await pause(REST_MS);
    expect((await run.exchange(tcp(server.at, query(2)))).ok).toBe(true);
    await pause(REST_MS);
    expect(await run.exchange(tcp(server.at, update(3)))).toMatchObject({
      ok: false,
      fault: { sent: true },
    });
    expect(server.connections.map((messages) => messages.length)).toEqual([2, 2]);
  });

  it('gives a question that counts once a connection of its own, and asks it once', async () => {
    const server = await tcpServer((message, socket, n) => {
      if (n === 1) socket.write(framed(answerTo(message)));
      else socket.destroy();
    });
    const run = net();
    await run.exchange(tcp(server.at, query(1)));
    await pause(REST_MS);
    const once = { ...tcp(server.at, query(2)), once: true } as const;
    expect(await run.exchange(once)).toMatchObject({ ok: true });
    await pause(REST_MS);
    expect(server.connections.map((messages) => messages.length)).toEqual([1, 1]);
  });

  it('trusts no connection that says more than it was asked', async () => {
    const server = await tcpServer((message, socket) =>
      socket.write(Buffer.concat([framed(answerTo(message)), Uint8Array.of(0)])),
    );
    const run = net();
    for (let i = 0; i < 2; i++) {
      expect((await run.exchange(tcp(server.at, query(i)))).ok).toBe(true);
      await pause(REST_MS);
    }
    expect(server.connections).toHaveLength(2);
  });

  it('keeps no connection whose message went unanswered', async () => {
    const server = await tcpServer((message, socket, n) => {
      if (message[1] !== 0) socket.write(framed(answerTo(message)));
      expect(n).toBe(1);
    });
    const run = net();
    expect((await run.exchange(tcp(server.at, query(0), { timeoutMs: 30 }))).ok).toBe(false);
    await pause(REST_MS);
    expect((await run.exchange(tcp(server.at, query(1)))).ok).toBe(true);
    expect(server.connections).toHaveLength(2);
  });
});

describe('openBulk', () => {
  interface Heard {
    readonly answered: ReadonlyMap<number, Uint8Array>;
    readonly lost: ReadonlyMap<number, NetFault>;
    readonly bulk: BulkAsker;
    settled(count: number): Promise<void>;
  }

  function bulkTo(to: Endpoint, tickets: number, timeoutMs: number, run: SystemNet = net()): Heard {
    const answered = new Map<number, Uint8Array>();
    const lost = new Map<number, NetFault>();
    const bulk = run.openBulk(
      to,
      { tickets, timeoutMs },
      {
        answered: (ticket, reply) => {
          expect(answered.has(ticket)).toBe(false);
          answered.set(ticket, reply);
        },
        lost: (ticket, fault) => {
          expect(lost.has(ticket)).toBe(false);
          lost.set(ticket, fault);
        },
      },
    );
    opened(bulk);
    return {
      answered,
      lost,
      bulk,
      settled: async (count) => {
        while (answered.size + lost.size < count) await pause(5);
      },
    };
  }

  it('gives every ticket the reply to its own message, a thousand at once', async () => {
    const held: (() => void)[] = [];
    const server = await udpServer(({ message }, send) => held.push(() => send(answerTo(message))));
    const { bulk, answered, lost, settled } = bulkTo(server.at, 1000, 5000);
    for (let ticket = 0; ticket < 1000; ticket++) {
      bulk.ask(ticket, query(0, `d${ticket}.example`));
      // The default receive buffer of a server holds some 250 messages.
      if (ticket % 100 === 99) while (server.arrived.length <= ticket) await pause(1);
    }
    for (const release of held.reverse()) release();
    await settled(1000);
    expect(lost.size).toBe(0);
    for (const [ticket, reply] of answered)
      expect(Buffer.from(reply).includes(Buffer.from(`d${ticket}\u0007example`))).toBe(true);
  });

  it('sends each message under an ID of its own choosing, from four ports at least', async () => {
    const server = await udpServer(({ message }, send) => send(answerTo(message)));
    const { bulk, settled } = bulkTo(server.at, 64, 5000);
    for (let ticket = 0; ticket < 64; ticket++) bulk.ask(ticket, query(0));
    await settled(64);
    expect(new Set(server.arrived.map(({ from }) => from.port)).size).toBeGreaterThanOrEqual(4);
    const ids = server.arrived.map(({ message }) => message.readUInt16BE(0));
    expect(new Set(ids).size).toBeGreaterThan(60);
    expect([...ids].sort((a, b) => a - b)).not.toEqual(ids);
  });

  it('takes no reply that is not to its message, and gives it up after its time', async () => {
    const server = await udpServer(({ message }, send) => {
      send(message);
      send(answerTo(message, (octets) => (octets[13]! ^= 1)));
    });
    const { bulk, answered, lost, settled } = bulkTo(server.at, 1, 40);
    bulk.ask(0, query(0));
    await settled(1);
    expect(answered.size).toBe(0);
    expect(lost.get(0)).toEqual({ kind: 'timeout', afterMs: 40, sent: true });
  });

  it('uses a ticket again, and hears no reply to its former message', async () => {
    const late: (() => void)[] = [];
    const server = await udpServer(({ message }, send) => {
      if (late.length === 0) late.push(() => send(answerTo(message)));
      else {
        late[0]!();
        send(answerTo(message));
      }
    });
    const { bulk, answered, lost, settled } = bulkTo(server.at, 1, 40);
    bulk.ask(0, query(0, 'former.example'));
    await settled(1);
    expect(lost.get(0)?.kind).toBe('timeout');
    bulk.ask(0, query(0, 'later.example'));
    await settled(2);
    expect(Buffer.from(answered.get(0)!).includes('later')).toBe(true);
  });

  it('tells a port on which nobody listens', async () => {
    const { bulk, lost, settled } = bulkTo(await deadPort(), 1, 2000);
    bulk.ask(0, query(0));
    await settled(1);
    expect(lost.get(0)?.kind).toBe('refused');
  });

  it('loses what is under way when the run ends, and everything afterwards', async () => {
    const server = await udpServer(() => {});
    const interrupt = new AbortController();
    const { bulk, lost } = bulkTo(server.at, 2, 60_000, net({ interrupt: interrupt.signal }));
    bulk.ask(0, query(0));
    interrupt.abort();
    expect(lost.get(0)).toEqual({ kind: 'cancelled', by: 'interrupt', sent: true });
    bulk.ask(1, query(0));
    expect(lost.get(1)).toEqual({ kind: 'cancelled', by: 'interrupt', sent: false });
  });

  it('loses what is under way when it is closed', async () => {
    const server = await udpServer(() => {});
    const { bulk, lost } = bulkTo(server.at, 1, 60_000);
    bulk.ask(0, query(0));
    bulk.close();
    expect(lost.get(0)).toEqual({ kind: 'closed', sent: true });
  });
});

it('closing ends a pause that nobody waits for any more', async () => {
  const net = systemNet();
  const pause = net.sleep(60_000);
  net.close();
  await pause;
  expect(net.over()).toBe('interrupt');
});
