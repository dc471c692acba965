import { randomInt } from 'node:crypto';
import { CLASS, TYPE } from '../core/dns-codes.ts';
import { parseFqdn } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import { decodeMessage, encodeQuery } from '../core/wire.ts';

/** Server products whose rcodes mean something of their own. `unknown` includes all that hide their name. */
export type ServerKind = 'bind' | 'knot' | 'powerdns' | 'nsd' | 'unbound' | 'lab' | 'unknown';

const PRODUCTS: readonly (readonly [RegExp, ServerKind])[] = [
  [/knot dns/i, 'knot'],
  [/powerdns/i, 'powerdns'],
  [/\bnsd\b/i, 'nsd'],
  [/unbound/i, 'unbound'],
  [/kmsdns lab/i, 'lab'],
  // BIND says its bare version: "9.18.49-1~deb12u1-Debian".
  [/^9\.\d+\.\d+|\bbind\b/i, 'bind'],
];

/**
 * Reads `version.bind` CH TXT, which servers answer by their own words; they may lie, so nothing dangerous hangs on it.
 * Over TCP: BIND answers only a few such questions a second over UDP (its built-in view has a rate limit).
 */
export async function askServerKind(net: Net, server: Endpoint, timeoutMs: number): Promise<ServerKind> {
  const message = encodeQuery({
    id: randomInt(0x10000),
    name: parseFqdn('version.bind'),
    type: TYPE.TXT,
    class: CLASS.CH,
    recurse: false,
  });
  const outcome = await net.exchange({ to: server, via: 'tcp', message, timeoutMs });
  if (!outcome.ok) return 'unknown';
  const decoded = decodeMessage(outcome.value.reply);
  if (!decoded.ok) return 'unknown';
  for (const { rdata } of decoded.value.answers) {
    if (rdata.kind === 'TXT')
      return serverKindOf(rdata.strings.map((text) => Buffer.from(text).toString('latin1')).join(''));
  }
  return 'unknown';
}

/** The product that a version text names. */
export function serverKindOf(version: string): ServerKind {
  return PRODUCTS.find(([pattern]) => pattern.test(version))?.[1] ?? 'unknown';
}
