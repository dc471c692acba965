import { randomInt } from 'node:crypto';
import { rcodeName } from '../core/dns-codes.ts';
import type { Ask, Endpoint, Net, NetFault } from '../core/net.ts';
import type { KerberosFault } from '../core/security-context.ts';
import type { Signer, TsigVerdict } from '../core/tsig.ts';
import { decodeUpdateReply } from '../core/wire.ts';
import { encodeSections, type UpdateSections } from './update.ts';

/** What became of one UPDATE message on the wire. */
export type Delivery =
  | {
      readonly kind: 'answered';
      readonly rcode: string;
      /** Undefined when the message was not signed, so that nothing could be verified. */
      readonly tsig: TsigVerdict | undefined;
      /** May the rcode be believed? Always for unsigned messages, as far as such a reply can be. */
      readonly authentic: boolean;
      /** The reply carried our own sections back, as Samba's does. */
      readonly echoed: boolean;
    }
  | { readonly kind: 'no-answer'; readonly fault: NetFault }
  /** Nothing left, as Kerberos gave no signature. */
  | { readonly kind: 'not-signed'; readonly fault: KerberosFault };

/** A delivery of which {@link deliver} was capable: the signature was at hand. */
export type Delivered = Exclude<Delivery, { kind: 'not-signed' }>;

/**
 * Signs and sends one UPDATE and waits for a reply that can be believed.
 *
 * TCP first: it carries any size and is hard to forge; UDP only when no connection came about, so that the message
 * never travels twice, and only where the signature allows it. Signed once more where the server says that our time
 * is wrong and the signer follows its clock: nothing was done then (RFC 8945 §5.2.3). An unsigned or unverifiable reply to a signed message does not end the wait (RFC 8945 §5.4):
 * it is returned only when nothing better came. Without a signer the message goes unsigned: callers decide that.
 */
export async function deliver(
  net: Net,
  server: Endpoint,
  sections: UpdateSections,
  signer: Signer | undefined,
  timeoutMs: number,
): Promise<Delivered> {
  let overTcp = await send(net, server, sections, signer, 'tcp', timeoutMs);
  if (follows(signer, overTcp)) overTcp = await send(net, server, sections, signer, 'tcp', timeoutMs);
  if (overTcp.kind === 'answered' || overTcp.fault.sent || net.over() !== undefined) return overTcp;
  if (signer?.mayUseUdp === false) return overTcp;
  const overUdp = await send(net, server, sections, signer, 'udp', timeoutMs);
  return overUdp.kind === 'answered'
    ? overUdp
    : { ...overTcp, fault: { ...overTcp.fault, sent: overUdp.fault.sent } };
}

/** Did a server that proved itself tell the time, to a signer that goes by it? */
function follows(signer: Signer | undefined, delivered: Delivered): boolean {
  if (signer?.followClock === undefined || delivered.kind === 'no-answer') return false;
  const { tsig } = delivered;
  if (tsig?.kind !== 'rejected' || !tsig.authenticated || tsig.skewSeconds === undefined) return false;
  signer.followClock(tsig.skewSeconds);
  return true;
}

async function send(
  net: Net,
  server: Endpoint,
  sections: UpdateSections,
  signer: Signer | undefined,
  via: Ask['via'],
  timeoutMs: number,
): Promise<Delivered> {
  const message = encodeSections(randomInt(0x10000), sections);
  if (signer === undefined)
    return read(await net.exchange({ to: server, via, message, timeoutMs }), undefined);

  const { signed, mac } = await signer.sign(message, net.now());
  let verdict: TsigVerdict = { kind: 'unsigned' };
  const accept = async (reply: Uint8Array): Promise<boolean> => {
    if (!decodeUpdateReply(reply).ok) return false;
    verdict = await signer.verify(reply, mac, net.now());
    // An echo proves nothing, and on a connection nothing better follows it: the records are read back anyway.
    return isAuthentic(verdict) || (verdict.kind === 'echoed' && via === 'tcp');
  };
  return read(await net.exchange({ to: server, via, message: signed, timeoutMs, accept }), () => verdict);
}

function read(
  outcome: Awaited<ReturnType<Net['exchange']>>,
  verdictOf: (() => TsigVerdict) | undefined,
): Delivered {
  if (!outcome.ok) return { kind: 'no-answer', fault: outcome.fault };
  const decoded = decodeUpdateReply(outcome.value.reply);
  if (!decoded.ok)
    return { kind: 'no-answer', fault: { kind: 'garbled', detail: decoded.detail, sent: true } };
  const tsig = verdictOf?.();
  const { header, echoed } = decoded.value;
  return {
    kind: 'answered',
    rcode: rcodeName(header.rcode),
    tsig,
    authentic: tsig === undefined || isAuthentic(tsig),
    echoed,
  };
}

/** Signed by somebody who knows the key: a good reply, or a refusal that RFC 8945 §5.2 wants signed. */
function isAuthentic(verdict: TsigVerdict): boolean {
  return verdict.kind === 'good' || (verdict.kind === 'rejected' && verdict.authenticated);
}

/** The `tsig` member of the JSON documents: null where nothing was signed. */
export function tsigWord(delivery: Delivery | undefined): string | null {
  if (delivery?.kind !== 'answered' || delivery.tsig === undefined) return null;
  const { tsig } = delivery;
  return tsig.kind === 'rejected' ? tsig.error : tsig.kind;
}
