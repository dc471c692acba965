import type { Endpoint } from '../core/net.ts';
import { greetingOf, type RpcBehaviour, takeTurns } from './rpc-replies.ts';
import { LOOPBACK, listenTcp } from './sockets.ts';

/** What came in on one connection: a PDU by its type, or octets that are none. */
export interface RpcSighting {
  readonly from: Endpoint;
  readonly got: string;
}

/** A running TCP endpoint on loopback. */
export interface LabRpcEndpoint {
  readonly endpoint: Endpoint;
  /** What came in, oldest first; at most 1,000 are kept. */
  readonly seen: readonly RpcSighting[];
  /** Resolves when the port is free again. May be called twice. */
  stop(): Promise<void>;
}

const MAX_SIGHTINGS = 1000;

/**
 * Starts an endpoint that answers binds, or fails to, in one way. It has no operations, so it is no KMS host and
 * cannot become one. Throws `address-invalid` for an address that is not loopback, and `port-unavailable`.
 */
export async function startRpcEndpoint(options: {
  readonly behaviour: RpcBehaviour;
  /** A loopback address; 127.0.0.1 when left out. */
  readonly address?: string;
  /** Chosen by the system when left out or 0. */
  readonly port?: number;
}): Promise<LabRpcEndpoint> {
  const { behaviour, address = LOOPBACK, port = 0 } = options;
  const seen: RpcSighting[] = [];
  const listening = await listenTcp(address, port, (peer) => {
    const greeting = greetingOf(behaviour);
    if (greeting !== undefined) peer.send(greeting);
    let unread: Uint8Array = new Uint8Array(0);
    let bound = false;
    let over = false;
    return (received) => {
      if (over) return;
      const { turns, rest } = takeTurns(behaviour, Buffer.concat([unread, received]), peer.to.port, bound);
      unread = rest;
      for (const { send, next, got } of turns) {
        bound = true;
        if (got !== undefined) seen.push({ from: peer.from, got });
        if (seen.length > MAX_SIGHTINGS) seen.shift();
        if (send !== undefined) peer.send(send);
        if (next === 'stay') continue;
        over = true;
        if (next === 'reset') peer.reset();
        else peer.end();
      }
    };
  });
  return { endpoint: listening.endpoints[0], seen, stop: () => listening.close() };
}
