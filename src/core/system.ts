import { getServers } from 'node:dns';
import { parseIpAddress } from './address.ts';
import type { Endpoint } from './net.ts';

/** The resolvers this computer is set up to use, in its order. Empty when it has none. */
export function systemResolvers(): readonly Endpoint[] {
  const found: Endpoint[] = [];
  for (const text of getServers()) {
    // Node writes a port only where it is not 53: 10.0.0.53, 10.0.0.53:5353, 2001:db8::1, [2001:db8::1]:5353.
    const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
    const plain = bracketed === null ? /^([^:]+):(\d+)$/.exec(text) : null;
    const address = parseIpAddress(bracketed?.[1] ?? plain?.[1] ?? text);
    if (address !== undefined) found.push({ address, port: Number(bracketed?.[2] ?? plain?.[2] ?? 53) });
  }
  return found;
}
