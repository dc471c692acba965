import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LabClock, type Listening, listenDns } from '../../src/lab/sockets.ts';

const listeners: Listening[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(listeners.splice(0).map((one) => one.close()));
});

/** A server whose every answer has `octets` octets, and how many messages it has handled. */
async function serve(
  octets: number,
  limits: { connections: number; idleMs: number },
): Promise<{ port: number; handled: () => number }> {
  let count = 0;
  const handle = async (): Promise<readonly Uint8Array[]> => {
    count++;
    return [new Uint8Array(octets)];
  };
  const listening = await listenDns(['127.0.0.1'], 0, handle, limits);
  listeners.push(listening);
  return { port: listening.endpoints[0].port, handled: () => count };
}

function dial(port: number): { socket: Socket; closed: Promise<void> } {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  socket.on('error', () => {});
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

const FRAME = Buffer.from([0, 12, ...new Uint8Array(12)]);

describe('a TCP connection', () => {
  it('on which nothing moves is ended, at rest or in the middle of a message', async () => {
    const { port, handled } = await serve(12, { connections: 4, idleMs: 40 });
    const idle = dial(port);
    const half = dial(port);
    half.socket.write(FRAME.subarray(0, 5));
    idle.socket.resume();
    half.socket.resume();
    await Promise.all([idle.closed, half.closed]);
    expect(handled()).toBe(0);
  });

  it('whose other end never reads makes the server wait, not remember, and is ended', async () => {
    const { port, handled } = await serve(60_000, { connections: 4, idleMs: 100 });
    const { socket } = dial(port);
    socket.pause();
    const asked = 5000;
    socket.write(Buffer.concat(Array.from({ length: asked }, () => FRAME)));
    // 5,000 answers are 300 MB; the kernel takes a few, the server makes one more and waits.
    await new Promise<void>((resolve) => {
      let last = -1;
      const settle = setInterval(() => {
        if (handled() > 0 && handled() === last) {
          clearInterval(settle);
          resolve();
        }
        last = handled();
      }, 150);
    });
    expect(handled()).toBeLessThan(asked / 2);
    const other = dial(port);
    other.socket.end(FRAME);
    const answer = await new Promise<number>((resolve) => {
      let length = 0;
      other.socket.on('data', (chunk) => {
        length += chunk.length;
      });
      other.socket.on('close', () => resolve(length));
    });
    expect(answer).toBe(60_002);
  });
});

describe('LabClock', () => {
  it('ends all waits at once, and later ones before they begin', async () => {
    const clock = new LabClock();
    expect(await clock.wait(0)).toBe('waited');
    expect(await clock.wait(1)).toBe('waited');
    const waits = [clock.wait(60_000), clock.wait(60_000)];
    clock.end();
    expect(await Promise.all(waits)).toEqual(['over', 'over']);
    expect(await clock.wait(60_000)).toBe('over');
    clock.end();
  });
});
