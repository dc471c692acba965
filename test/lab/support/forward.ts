/** A way into a network namespace for this process, which cannot enter one. */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoint, IpAddress } from '../../../src/core/net.ts';
import { type Daemon, startDaemon } from './daemon.ts';

export interface Forwarder {
  readonly daemon: Daemon;
  /** A TCP port of 127.0.0.1, chosen free, that leads to this endpoint inside; the same one when asked again. */
  to(inside: Endpoint): Promise<Endpoint>;
  /** Stops listening. */
  close(): void;
}

const RELAY = fileURLToPath(new URL('./relay.mjs', import.meta.url));

/** Starts the half that runs inside, with its socket file in `dir`. */
export async function openForwarder(dir: string, prefix: readonly string[]): Promise<Forwarder> {
  const socketFile = join(dir, 'relay');
  const daemon = startDaemon(process.execPath, [RELAY, socketFile], { dir, prefix });
  await Promise.race([
    once(daemon.process.stdout!, 'data'),
    once(daemon.process, 'exit').then(() => {
      throw new Error(`the relay ended at once\n${daemon.log()}`);
    }),
  ]);
  const servers = new Map<string, Server>();
  return {
    daemon,
    async to({ address, port }) {
      const line = `${address} ${port}\n`;
      let server = servers.get(line);
      if (server === undefined) {
        server = createServer((client) => {
          const inner = connect(socketFile);
          inner.write(line);
          client.on('error', () => inner.destroy()).on('close', () => inner.destroy());
          inner.on('error', () => client.destroy()).on('close', () => client.destroy());
          client.pipe(inner).pipe(client);
        });
        servers.set(line, server);
        // A test that forgets a connection should not keep the whole run from ending.
        server.unref().listen(0, '127.0.0.1');
        await once(server, 'listening');
      }
      const listening = server.address();
      if (typeof listening !== 'object' || listening === null) throw new Error('the forwarder has no port');
      return { address: '127.0.0.1' as IpAddress, port: listening.port };
    },
    close: () => {
      for (const server of servers.values()) server.close();
    },
  };
}
