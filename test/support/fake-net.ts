/**
 * A network made of a table. A question that is not in the table fails the test: what a program asks is part of what
 * it does. Answers are built by dns-packet, which shares no code with ours.
 */
import dnsPacket, { type Answer as DnsPacketAnswer } from 'dns-packet';
import { formatEndpoint } from '../../src/core/address.ts';
import type { Ask, IpAddress, Net, NetFault } from '../../src/core/net.ts';
import { readHeader } from '../../src/core/wire.ts';

/** Makes the reply to one message. */
export type Answerer = (message: Uint8Array) => Uint8Array;
export type Answered = Answerer | NetFault;

/**
 * Keys are `ADDR:PORT via QUESTION`, `*` standing for any server and any transport:
 * `10.0.0.53:53 SRV _vlmcs._tcp.contoso.com`, `10.0.0.53:53/tcp UPDATE contoso.com`. A list is used up in order, its
 * last entry again and again.
 */
export type AnswerTable = Readonly<Record<string, Answered | readonly Answered[]>>;

export interface FakeNet extends Net {
  /** Every question, as a key of the table would name it. */
  readonly asked: readonly string[];
  /** The messages that went out, in the same order. */
  readonly messages: readonly Uint8Array[];
  /** Milliseconds that were slept or waited. */
  readonly sleptMs: () => number;
  close(): void;
  end(why: 'interrupt' | 'deadline'): void;
}

export interface FakeNetOptions {
  readonly lookups?: Readonly<Record<string, readonly string[]>>;
  /** Called before each pause ends: the world may change meanwhile. */
  readonly onSleep?: (ms: number, clockMs: number) => void;
}

export function fakeNet(table: AnswerTable, { lookups = {}, onSleep }: FakeNetOptions = {}): FakeNet {
  const asked: string[] = [];
  const messages: Uint8Array[] = [];
  const used = new Map<string, number>();
  let nowMs = 0;
  let over: 'interrupt' | 'deadline' | undefined;

  const answeredBy = (ask: Ask): Answered => {
    const question = questionOf(ask.message);
    const at = formatEndpoint(ask.to);
    asked.push(`${at}/${ask.via} ${question}`);
    messages.push(ask.message);
    const keys = [`${at}/${ask.via} ${question}`, `${at} ${question}`, `* ${question}`, `${at} *`];
    const key = keys.find((one) => Object.hasOwn(table, one));
    if (key === undefined) throw new Error(`the table has no answer to ${asked.at(-1)}`);
    const row = table[key]!;
    if (!Array.isArray(row)) return row as Answered;
    const turn = used.get(key) ?? 0;
    used.set(key, turn + 1);
    return row[Math.min(turn, row.length - 1)] as Answered;
  };

  return {
    asked,
    messages,
    sleptMs: () => nowMs,
    exchange: async (ask) => {
      if (over !== undefined) return { ok: false, fault: { kind: 'cancelled', by: over, sent: false } };
      const answered = answeredBy(ask);
      if (typeof answered !== 'function') {
        if (answered.kind === 'timeout') nowMs += ask.timeoutMs;
        return { ok: false, fault: answered };
      }
      const reply = answered(ask.message);
      const accepted = ask.accept === undefined || (await ask.accept(reply));
      if (!accepted) nowMs += ask.timeoutMs;
      return { ok: true, value: { reply, accepted, tookMs: 1 } };
    },
    dial: () => {
      throw new Error('nothing in these tests dials');
    },
    lookup: async (host) => (lookups[host] ?? []) as readonly IpAddress[],
    now: () => new Date(Date.UTC(2026, 10, 21, 10, 50, 0) + nowMs),
    clockMs: () => nowMs,
    sleep: async (ms) => {
      if (over !== undefined) return;
      nowMs += ms;
      onSleep?.(ms, nowMs);
    },
    over: () => over,
    close: () => {},
    end: (why) => {
      over = why;
    },
  };
}

/** `SRV _vlmcs._tcp.contoso.com`, `UPDATE contoso.com`, `CH TXT version.bind`. */
function questionOf(message: Uint8Array): string {
  if (readHeader(message)?.opcode === 5) {
    // dns-packet reads the zone section, and stumbles over class NONE further on.
    const zone = dnsPacket.decode(
      Buffer.concat([message.subarray(0, 6), new Uint8Array(6), message.subarray(12)]),
    );
    return `UPDATE ${zone.questions?.[0]?.name}`;
  }
  const [question] = dnsPacket.decode(Buffer.from(message)).questions ?? [];
  const dnsClass = question?.class === 'IN' ? '' : `${question?.class} `;
  return `${dnsClass}${question?.type} ${question?.name}`;
}

export interface ReplyOptions {
  readonly answers?: readonly DnsPacketAnswer[];
  readonly authorities?: readonly DnsPacketAnswer[];
  readonly rcode?: number;
  /** Authoritative unless said otherwise. */
  readonly aa?: boolean;
  readonly ra?: boolean;
}

/** An answer to a query. */
export function reply({
  answers = [],
  authorities = [],
  rcode = 0,
  aa = true,
  ra = false,
}: ReplyOptions): Answerer {
  return (message) => {
    const { id, questions } = dnsPacket.decode(Buffer.from(message));
    const flags =
      (aa ? dnsPacket.AUTHORITATIVE_ANSWER : 0) | (ra ? dnsPacket.RECURSION_AVAILABLE : 0) | rcode;
    return dnsPacket.encode({
      type: 'response',
      id: id!,
      flags,
      questions: questions!,
      answers: [...answers],
      authorities: [...authorities],
    });
  };
}

/** `priority weight port target`, as dig prints it. */
export function srvAnswer(
  name: string,
  ttl: number,
  ...records: readonly string[]
): readonly DnsPacketAnswer[] {
  return records.map((text) => {
    const [priority, weight, port, target] = text.split(' ');
    const data = { priority: Number(priority), weight: Number(weight), port: Number(port), target: target! };
    return { type: 'SRV', name, ttl, data };
  });
}

export function soaAnswer(zone: string, mname: string, serial = 1): DnsPacketAnswer {
  const timers = { refresh: 3600, retry: 600, expire: 86_400, minimum: 60 };
  return {
    type: 'SOA',
    name: zone,
    ttl: 300,
    data: { mname, rname: `hostmaster.${zone}`, serial, ...timers },
  };
}

/** The twelve octets that answer an UPDATE, with its zone section (RFC 2136 §3.8). */
export function updateReply(rcode: number): Answerer {
  return (message) => {
    const zoneEnd = 12 + message.subarray(12).indexOf(0) + 5;
    const head = Uint8Array.of(message[0]!, message[1]!, 0xa8, rcode, 0, 1, 0, 0, 0, 0, 0, 0);
    return Buffer.concat([head, message.subarray(12, zoneEnd)]);
  };
}

/** A silent server; the message may have arrived. */
export const SILENCE: NetFault = { kind: 'timeout', afterMs: 1000, sent: true };
/** Nothing listens: a TCP connection that never came about. */
export const CLOSED: NetFault = { kind: 'refused', sent: false };
