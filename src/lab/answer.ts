import type { Fqdn } from '../core/name.ts';
import type { TsigKey } from '../core/tsig.ts';
import { readTsig } from '../core/tsig-record.ts';
import { type RequestVerdict, signReply, verifyRequest } from '../core/tsig-server.ts';
import {
  CLASS,
  className,
  decodeMessage,
  encodeMessage,
  type Header,
  MAX_MESSAGE_OCTETS,
  type Message,
  type MessageToEncode,
  OPCODE,
  opcodeName,
  RCODE,
  readHeader,
  TYPE,
  typeName,
} from '../core/wire.ts';
import { answerQuery } from './answer-query.ts';
import type { LabEvent, LabRequest } from './event.ts';
import type { Quirks } from './quirks.ts';
import { formatRr } from './record-text.ts';
import { asResolver, waitsInVain } from './resolver-manners.ts';
import { type UpdatePolicy, updateZone, zoneSection } from './update.ts';
import { soaOf, type Zone } from './zone-data.ts';

/** Everything an answer depends on, besides the request and the time. */
export interface ServerState {
  readonly zones: ReadonlyMap<Fqdn, Zone>;
  readonly keys: readonly TsigKey[];
  readonly policy: UpdatePolicy;
  readonly quirks: Quirks;
}

/** What a request leads to. */
export interface Handled {
  /** To be sent in this order; none means silence. */
  readonly replies: readonly Uint8Array[];
  /** The zone as the request left it; undefined when nothing changed. */
  readonly changed?: Zone;
  readonly seen: Omit<LabEvent, 'from' | 'via'>;
}

/** What we take over UDP, and the most we send there: RFC 6891 §6.2.5, DNS flag day 2020. */
const UDP_PAYLOAD_OCTETS = 1232;

/** Without EDNS: RFC 1035 §4.2.1. */
const CLASSIC_UDP_OCTETS = 512;

/**
 * One message to the server, as octets, to what it answers and changes. Never throws, whatever the octets are:
 * what is no request at all meets silence, what cannot be read FORMERR, what is not offered NOTIMP.
 */
export function handleRequest(
  server: ServerState,
  octets: Uint8Array,
  via: 'udp' | 'tcp',
  now: Date,
): Handled {
  const { quirks } = server;
  const clock = new Date(now.getTime() + 1000 * (quirks.clockSkewSeconds ?? 0));
  const handled = decide(server, octets, via, clock);
  const lost = quirks.losesUpdateReplies === true && handled.seen.request.kind === 'update';
  if (!lost && quirks.silent !== true && quirks.silent !== via) return handled;
  return { ...handled, replies: [], seen: { ...handled.seen, rcode: undefined } };
}

/** A request that could be read, with what its signature is worth. */
interface Readable {
  readonly octets: Uint8Array;
  readonly via: 'udp' | 'tcp';
  readonly message: Message;
  readonly verdict: RequestVerdict;
  readonly now: Date;
  readonly quirks: Quirks;
}

function decide(server: ServerState, octets: Uint8Array, via: 'udp' | 'tcp', now: Date): Handled {
  const { quirks } = server;
  const header = readHeader(octets);
  if (header === undefined) return unreadable('shorter than a header');
  if (header.qr) return unreadable('a reply');
  if (header.opcode !== OPCODE.QUERY && header.opcode !== OPCODE.UPDATE)
    return bare(header, 'NOTIMP', { kind: 'other', opcode: opcodeName(header.opcode) });
  const decoded = decodeMessage(octets);
  if (!decoded.ok) return bare(header, 'FORMERR', { kind: 'unreadable', detail: decoded.detail });
  const message = decoded.value;
  if (quirks.formerrOnEdns && message.edns !== undefined) return bare(header, 'FORMERR', requestIn(message));
  if (quirks.dropsEdns && message.edns !== undefined)
    return { replies: [], seen: { ...NOTHING_SEEN, request: requestIn(message) } };
  if (quirks.notimpUpdates && header.opcode === OPCODE.UPDATE)
    return bare(header, 'NOTIMP', requestIn(message));

  const verdict = verifyRequest(octets, server.keys, now);
  const request: Readable = { octets, via, message, verdict, now, quirks };
  if (verdict.kind === 'error') {
    const because = verdict.error === 'FORMERR' ? verdict.detail : `TSIG error ${verdict.error}`;
    return refuse(request, verdict.error === 'FORMERR' ? 'FORMERR' : 'NOTAUTH', because);
  }
  if ((message.edns?.version ?? 0) > 0)
    return refuse(request, 'BADVERS', 'only EDNS version 0 is known here');
  if (quirks.refuse) return refuse(request, 'REFUSED', 'this server refuses everything');
  if (quirks.formerr) return refuse(request, 'FORMERR', 'this server understands nothing');
  if (quirks.servfail) return refuse(request, 'SERVFAIL', 'this server is ill');
  const handled = header.opcode === OPCODE.UPDATE ? update(server, request) : query(server, request);
  return quirks.forgedErrorFirst ? withForgery(request, handled) : handled;
}

function query({ zones, quirks }: ServerState, request: Readable): Handled {
  const { questions, edns } = request.message;
  const [question] = questions;
  // RFC 9619: one question, no more and no less.
  if (question === undefined || questions.length !== 1)
    return refuse(request, 'FORMERR', `${questions.length} questions; there must be one`);
  if (quirks.dropSrvQueries && question.type === TYPE.SRV) return { replies: [], seen: seenAs(request) };
  const { resolver } = quirks;
  if (resolver !== undefined && waitsInVain(question, resolver))
    return { replies: [], seen: seenAs(request) };
  const known = answerQuery(zones, question);
  const { rcode, authoritative, answers, authorities, glue, extras } =
    resolver === undefined ? known : asResolver(known, question, request.message.header.cd, resolver);
  const head = { rcode: RCODE[rcode], aa: authoritative };
  const forms: Partial<MessageToEncode>[] = [
    { ...head, answers, authorities, additionals: [...glue, ...extras] },
    { ...head, answers, authorities, additionals: glue },
    { ...head, tc: true },
  ];
  const offered = Math.min(edns?.udpPayloadOctets ?? CLASSIC_UDP_OCTETS, UDP_PAYLOAD_OCTETS);
  const limit = request.via === 'tcp' ? MAX_MESSAGE_OCTETS : Math.max(offered, CLASSIC_UDP_OCTETS);
  const cut = quirks.truncateAlways && request.via === 'udp';
  const sealed = (cut ? forms.slice(-1) : forms).map((form) => ({ form, octets: seal(request, form) }));
  const fitting = sealed.find(({ octets }) => octets.length <= limit) ?? sealed[sealed.length - 1]!;
  const because = fitting.form.tc ? `cut: it does not fit into ${limit} octets` : '';
  return { replies: [fitting.octets], seen: { ...seenAs(request), rcode, because } };
}

function update(server: ServerState, request: Readable): Handled {
  const { message, verdict, quirks } = request;
  const section = zoneSection(message);
  if ('rcode' in section) return refuse(request, section.rcode, section.because);
  const zone = section.class === CLASS.IN ? server.zones.get(section.name) : undefined;
  if (zone === undefined) return refuse(request, 'NOTAUTH', `there is no zone ${section.name} here`);
  const keyName = verdict.kind === 'good' ? verdict.key.name : undefined;
  const outcome = updateZone(zone, message, keyName, server.policy, quirks);
  if (!outcome.ok) return refuse(request, outcome.rcode, outcome.because);
  const echo = quirks.echoSections ? { answers: message.answers, authorities: message.authorities } : {};
  const seen = { ...seenAs(request), rcode: 'NOERROR', ignored: outcome.ignored };
  const replies = [seal(request, echo)];
  if (outcome.zone === zone) return { replies, seen };
  const serial = { from: soaOf(zone).serial, to: soaOf(outcome.zone).serial };
  return { replies, changed: outcome.zone, seen: { ...seen, serial } };
}

type ErrorCode = Exclude<keyof typeof RCODE, 'NOERROR' | 'BADCOOKIE'>;

/** An answer that is nothing but an RCODE, signed as the request's verdict asks for. */
function refuse(request: Readable, rcode: ErrorCode, because: string): Handled {
  const { message, octets, quirks, verdict } = request;
  const seen = { ...seenAs(request), rcode, because };
  if (quirks.echoSections && message.header.opcode === OPCODE.UPDATE && verdict.kind !== 'error') {
    const echo = Uint8Array.from(octets);
    echo[2]! |= 0x80;
    echo[3] = (echo[3]! & 0xf0) | RCODE[rcode];
    return { replies: [echo], seen };
  }
  return { replies: [seal(request, { rcode: RCODE[rcode] })], seen };
}

/** Header, question, OPT where the request had one, and the signature. */
function seal({ message, verdict, now, quirks }: Readable, reply: Partial<MessageToEncode>): Uint8Array {
  const { header, questions, edns } = message;
  const octets = encodeMessage({
    id: header.id,
    opcode: header.opcode,
    qr: true,
    rd: header.opcode === OPCODE.QUERY && header.rd,
    ra: quirks.resolver !== undefined,
    questions: questions.length === 1 ? questions : [],
    ...(edns === undefined ? {} : { edns: { udpPayloadOctets: UDP_PAYLOAD_OCTETS } }),
    ...reply,
  });
  return quirks.unsignedReplies ? octets : signReply(octets, verdict, now);
}

/** Puts the error in front that a stranger on the path could send without knowing any key. */
function withForgery(request: Readable, handled: Handled): Handled {
  const read = readTsig(request.octets);
  if (!read.ok || read.value === undefined || handled.replies.length === 0) return handled;
  const { record } = read.value;
  const forged = seal(
    { ...request, verdict: { kind: 'error', error: 'BADKEY', record } },
    { rcode: RCODE.NOTAUTH },
  );
  return { ...handled, replies: [forged, ...handled.replies] };
}

/** For what is not understood: nothing is repeated from it but its ID. */
function bare(header: Header, rcode: ErrorCode, request: LabRequest): Handled {
  const { id, opcode, rd } = header;
  const reply = encodeMessage({
    id,
    opcode,
    qr: true,
    rd: opcode === OPCODE.QUERY && rd,
    rcode: RCODE[rcode],
  });
  return { replies: [reply], seen: { ...NOTHING_SEEN, request, rcode } };
}

function unreadable(detail: string): Handled {
  return { replies: [], seen: { ...NOTHING_SEEN, request: { kind: 'unreadable', detail } } };
}

const NOTHING_SEEN: Omit<Handled['seen'], 'request'> = {
  keyName: undefined,
  tsig: 'unsigned',
  rcode: undefined,
  because: '',
  ignored: [],
  serial: undefined,
};

function seenAs({ message, verdict }: Readable): Handled['seen'] {
  const keyName = verdict.kind === 'good' ? verdict.key.name : undefined;
  const tsig = verdict.kind === 'error' ? verdict.error : verdict.kind;
  return { ...NOTHING_SEEN, request: requestIn(message), keyName, tsig };
}

function requestIn({ header, questions, answers, authorities }: Message): LabRequest {
  const [question] = questions;
  if (header.opcode === OPCODE.UPDATE) {
    const [prerequisites, updates] = [answers.map(formatRr), authorities.map(formatRr)];
    return { kind: 'update', zone: question?.name, prerequisites, updates };
  }
  if (question === undefined) return { kind: 'unreadable', detail: 'no question' };
  const { name, type } = question;
  return { kind: 'query', name, type: typeName(type), class: className(question.class) };
}
