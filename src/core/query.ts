import { rcodeName, TYPE } from './dns-codes.ts';
import { randomMessageId } from './message-id.ts';
import type { Fqdn } from './name.ts';
import type { Endpoint, Exchanged, Net, NetFault, Outcome } from './net.ts';
import { decodeMessage, encodeQuery, type Message, rcodeOf } from './wire.ts';

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

/** What a server said. */
export interface Heard {
  readonly message: Message;
  /** With the high bits of EDNS where they came. */
  readonly rcode: string;
}

/** What a server said, and how it came. */
export interface Answer extends Heard {
  readonly server: Endpoint;
  readonly via: 'udp' | 'tcp';
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
  return afterFirstTry(net, question, await ask(net, question, 'udp', true, patience), patience);
}

/** The first try of {@link query} alone: UDP with EDNS, and the reply as it came. */
export function firstTry(
  net: Net,
  question: Question,
  { timeoutMs }: QueryPatience,
): Promise<Outcome<Exchanged>> {
  const message = firstTryMessage(randomMessageId(), question);
  return net.exchange({ to: question.server, via: 'udp', message, timeoutMs });
}

/** The rest of {@link query} once its first try, UDP with EDNS, has come to an end. */
export async function afterFirstTry<First extends Heard>(
  net: Net,
  question: Question,
  first: Outcome<First>,
  patience: QueryPatience,
): Promise<Outcome<First | Answer>> {
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

function orElse<A, B>(better: Outcome<A>, otherwise: Outcome<B>): Outcome<A | B> {
  return better.ok ? better : otherwise;
}

async function ask(
  net: Net,
  question: Question,
  via: 'udp' | 'tcp',
  edns: boolean,
  { timeoutMs }: QueryPatience,
): Promise<Outcome<Answer>> {
  const { server, name, type, recurse } = question;
  const id = randomMessageId();
  const message = edns ? firstTryMessage(id, question) : encodeQuery({ id, name, type, recurse });
  const outcome = await net.exchange({ to: server, via, message, timeoutMs });
  if (!outcome.ok) return outcome;
  const heard = heardFrom(outcome.value.reply);
  if (!heard.ok) return heard;
  const { message: reply, rcode } = heard.value;
  return { ok: true, value: { server, via, message: reply, rcode, tookMs: outcome.value.tookMs } };
}

/** The message a question is put with first. */
export function firstTryMessage(id: number, { name, type, recurse }: Question): Uint8Array {
  return encodeQuery({ id, name, type, recurse, edns: { udpPayloadOctets: UDP_PAYLOAD_OCTETS } });
}

/** A reply that matches its question, read; a `garbled` fault when it cannot be. */
export function heardFrom(reply: Uint8Array): Outcome<Heard> {
  const decoded = decodeMessage(reply);
  if (!decoded.ok) return { ok: false, fault: { kind: 'garbled', detail: decoded.detail, sent: true } };
  return { ok: true, value: { message: decoded.value, rcode: rcodeName(rcodeOf(decoded.value)) } };
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
