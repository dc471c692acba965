import { randomInt } from 'node:crypto';
import { rcodeName, TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import type { Endpoint, Net, NetFault, Outcome } from './net.ts';
import { decodeMessage, encodeQuery, type Message } from './wire.ts';

/** How hard to try. `timeoutMs` is for one try. */
export interface QueryPatience {
  readonly timeoutMs: number;
}

export interface Question {
  readonly server: Endpoint;
  readonly name: Fqdn;
  /** One of `TYPE`. */
  readonly type: number;
  /** Asks a resolver to find the answer; an authoritative server is asked without. */
  readonly recurse: boolean;
}

export interface Answer {
  readonly server: Endpoint;
  readonly via: 'udp' | 'tcp';
  readonly message: Message;
  /** With the high bits of EDNS where they came. */
  readonly rcode: string;
  readonly tookMs: number;
}

/** RFC 6891 §6.2.5; DNS flag day 2020: fits every path without fragments. */
const UDP_PAYLOAD_OCTETS = 1232;

/**
 * Asks one server one question: UDP with EDNS, once more when nothing came, without EDNS when the server does not
 * know it, over TCP when the answer was cut or UDP stays silent. The fault of the first try is returned when all
 * fail: it says most about the path.
 */
export async function query(net: Net, question: Question, patience: QueryPatience): Promise<Outcome<Answer>> {
  const first = await ask(net, question, 'udp', true, patience);
  if (first.ok) {
    if (first.value.message.header.tc) return orElse(await ask(net, question, 'tcp', true, patience), first);
    if (
      first.value.rcode === 'FORMERR' ||
      first.value.rcode === 'NOTIMP' ||
      first.value.rcode === 'BADVERS'
    ) {
      return orElse(await ask(net, question, 'udp', false, patience), first);
    }
    return first;
  }
  if (!worthAnotherTry(first.fault)) return first;
  if (first.fault.kind === 'timeout') {
    const second = await ask(net, question, 'udp', true, patience);
    if (second.ok) return second;
  }
  return orElse(await ask(net, question, 'tcp', true, patience), first);
}

/** A lost answer is worth the wait; a host that cannot be reached, or a run that is over, is not. */
function worthAnotherTry(fault: NetFault): boolean {
  return fault.kind === 'timeout' || fault.kind === 'garbled' || fault.kind === 'refused';
}

function orElse(better: Outcome<Answer>, otherwise: Outcome<Answer>): Outcome<Answer> {
  return better.ok ? better : otherwise;
}

async function ask(
  net: Net,
  { server, name, type, recurse }: Question,
  via: 'udp' | 'tcp',
  edns: boolean,
  { timeoutMs }: QueryPatience,
): Promise<Outcome<Answer>> {
  const message = encodeQuery({
    id: randomInt(0x10000),
    name,
    type,
    recurse,
    ...(edns ? { edns: { udpPayloadOctets: UDP_PAYLOAD_OCTETS } } : {}),
  });
  const outcome = await net.exchange({ to: server, via, message, timeoutMs });
  if (!outcome.ok) return outcome;
  const decoded = decodeMessage(outcome.value.reply);
  if (!decoded.ok) return { ok: false, fault: { kind: 'garbled', detail: decoded.detail, sent: true } };
  const rcode = rcodeName(decoded.value.header.rcode | ((decoded.value.edns?.extendedRcode ?? 0) << 4));
  return { ok: true, value: { server, via, message: decoded.value, rcode, tookMs: outcome.value.tookMs } };
}

/** A fault in words, for evidence and explanations. */
export function describeFault(fault: NetFault): string {
  switch (fault.kind) {
    case 'timeout':
      return `no answer within ${(fault.afterMs / 1000).toFixed(1)} s`;
    case 'refused':
      return 'connection refused: nothing listens there';
    case 'reset':
      return 'connection reset';
    case 'closed':
      return 'connection closed without an answer';
    case 'unreachable':
      return `unreachable (${fault.errno})`;
    case 'garbled':
      return `unreadable answer (${fault.detail})`;
    case 'cancelled':
      return fault.by === 'deadline' ? 'not reached before the deadline' : 'interrupted';
  }
}

/** Does this name own at least one record of this type in the answer section? Used for A, AAAA and the like. */
export function answersOf(message: Message, owner: Fqdn, type: number): Message['answers'] {
  return message.answers.filter((rr) => rr.owner === owner && rr.type === type);
}

/** The alias the owner itself is, if the answer says so; CNAMEs are never followed silently. */
export function aliasOf(message: Message, owner: Fqdn): Fqdn | undefined {
  for (const rr of answersOf(message, owner, TYPE.CNAME))
    if (rr.rdata.kind === 'CNAME') return rr.rdata.target;
  return undefined;
}
