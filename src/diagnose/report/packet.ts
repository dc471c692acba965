import { className, opcodeName, rcodeName, typeName } from '../../core/dns-codes.ts';
import type { EdnsOption, Rdata } from '../../core/rdata.ts';
import {
  type BindReply,
  type ContextResult,
  decodeBindReply,
  faultStatusText,
  nakReasonText,
  rejectionReasonText,
} from '../../core/rpc.ts';
import { formatRecord } from '../../core/srv.ts';
import { decodeMessage, type Message, type Rr, rcodeOf } from '../../core/wire.ts';
import type { Observation } from '../observation.ts';
import { isDns } from '../seen.ts';

/** A packet for reading: what it says line by line, and its octets. */
export interface PacketView {
  readonly decoded: readonly string[];
  readonly hex: readonly string[];
}

/** Octets that are shown; a bind_ack has 160, an answer over UDP at most 1232. */
const MAX_OCTETS = 2048;

/** What was received, decoded again from its octets; undefined when nothing was. Never throws. */
export function packetView(one: Observation): PacketView | undefined {
  const octets = Buffer.from(receivedHex(one), 'hex');
  if (octets.length === 0) return undefined;
  return { decoded: isDns(one) ? messageLines(octets) : replyLines(octets), hex: hexLines(octets) };
}

function receivedHex(one: Observation): string {
  if (isDns(one)) return one.outcome.ok ? one.outcome.value.octets : '';
  return one.outcome.ok ? one.outcome.value.received : '';
}

function messageLines(octets: Uint8Array): readonly string[] {
  const decoded = decodeMessage(octets);
  if (!decoded.ok) return [`unreadable: ${decoded.detail}`];
  const message: Message = decoded.value;
  const { header, questions, answers, authorities, additionals, edns } = message;
  const flags = (['qr', 'aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const).filter((flag) => header[flag]);
  return [
    `${opcodeName(header.opcode)} ${header.id}: ${rcodeName(rcodeOf(message))}, flags ${flags.join(' ') || 'none'}`,
    ...(edns === undefined
      ? ['no EDNS']
      : [`EDNS version ${edns.version}, ${edns.udpPayloadOctets} octets${edns.dnssecOk ? ', DO' : ''}`]),
    ...(edns?.options.map(optionLine) ?? []),
    '',
    'question',
    ...questions.map((each) => `  ${each.name}  ${className(each.class)} ${typeName(each.type)}`),
    ...section('answer', answers),
    ...section('authority', authorities),
    ...section(
      'additional',
      additionals.filter(({ rdata }) => rdata.kind !== 'OPT'),
    ),
  ];
}

function section(name: string, rrs: readonly Rr[]): readonly string[] {
  if (rrs.length === 0) return [];
  return [
    name,
    ...rrs.map(
      (rr) =>
        `  ${rr.owner}  ${rr.ttlSeconds} s  ${className(rr.class)} ${typeName(rr.type)}  ${rdataText(rr.rdata)}`,
    ),
  ];
}

/** RFC 8914. */
const EXTENDED_ERROR = 15;

function optionLine({ code, octets }: EdnsOption): string {
  if (code !== EXTENDED_ERROR || octets.length < 2) return `EDNS option ${code}: ${hexText(octets)}`;
  const text = Buffer.from(octets.subarray(2)).toString('utf8');
  return `EDNS extended error ${(octets[0]! << 8) | octets[1]!}${text === '' ? '' : `: ${text}`}`;
}

function rdataText(rdata: Rdata): string {
  switch (rdata.kind) {
    case 'A':
    case 'AAAA':
      return rdata.address;
    case 'NS':
    case 'CNAME':
    case 'PTR':
    case 'DNAME':
      return rdata.target;
    case 'SOA':
      return `${rdata.primary} ${rdata.mailbox} serial ${rdata.serial}, refresh ${rdata.refreshSeconds} s, retry ${rdata.retrySeconds} s, expire ${rdata.expireSeconds} s, minimum ${rdata.minimumSeconds} s`;
    case 'MX':
      return `${rdata.preference} ${rdata.exchange}`;
    case 'SRV':
      return formatRecord(rdata.record);
    case 'TXT':
      return rdata.strings.map((one) => JSON.stringify(Buffer.from(one).toString('latin1'))).join(' ');
    case 'OPT':
      return rdata.options.map(optionLine).join('; ');
    case 'empty':
      return '(no data)';
    case 'opaque':
      return `\\# ${rdata.octets.length} ${hexText(rdata.octets)}`;
  }
}

function replyLines(octets: Uint8Array): readonly string[] {
  const reply: BindReply = decodeBindReply(octets);
  switch (reply.kind) {
    case 'bind-ack':
      return [
        `RPC bind_ack, call ${reply.callId}, association group ${reply.assocGroup}`,
        `secondary address ${JSON.stringify(reply.secondaryAddress)}`,
        ...reply.results.map((result, i) => `context ${i}: ${contextText(result)}`),
      ];
    case 'bind-nak':
      return [`RPC bind_nak, call ${reply.callId}: ${nakReasonText(reply.reason)}`];
    case 'fault':
      return [`RPC fault, call ${reply.callId}: ${faultStatusText(reply.status)}`];
    case 'other-pdu':
      return [`RPC ${reply.type}, where the answer to a bind belongs`];
    case 'garbled':
      return [`begins like RPC and is damaged: ${reply.detail}`];
    case 'not-rpc':
      return [`no RPC: ${reply.guess}`, reply.excerpt];
  }
}

function contextText(result: ContextResult): string {
  switch (result.kind) {
    case 'accepted':
      return `accepted, transfer syntax ${result.syntax.uuid} version ${result.syntax.major}.${result.syntax.minor}`;
    case 'rejected':
      return `rejected by the ${result.by}: ${rejectionReasonText(result.reason)}`;
    case 'features':
      return `feature negotiation, flags ${result.flags}`;
    case 'unknown':
      return `result ${result.result}, reason ${result.reason}`;
  }
}

function hexText(octets: Uint8Array): string {
  const shown = octets.subarray(0, 64);
  const rest = octets.length - shown.length;
  return Buffer.from(shown).toString('hex') + (rest > 0 ? ` and ${rest} octets more` : '');
}

/** `0010  c0 0c …  |..ascii..|`, sixteen octets to a line. */
function hexLines(octets: Uint8Array): readonly string[] {
  const shown = octets.subarray(0, MAX_OCTETS);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += 16) {
    const part = Array.from(shown.subarray(at, at + 16));
    const hex = part.map((octet) => octet.toString(16).padStart(2, '0'));
    const left = hex.slice(0, 8).join(' ');
    const right = hex.slice(8).join(' ');
    const text = part.map((octet) => (octet > 0x1f && octet < 0x7f ? String.fromCharCode(octet) : '.'));
    const place = at.toString(16).padStart(4, '0');
    lines.push(`${place}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${text.join('')}`);
  }
  if (octets.length > shown.length) lines.push(`… and ${octets.length - shown.length} octets more`);
  return lines;
}
