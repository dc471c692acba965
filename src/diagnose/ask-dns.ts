import { randomInt } from 'node:crypto';
import { rcodeName, TYPE, typeName } from '../core/dns-codes.ts';
import { type Fqdn, isWithin } from '../core/name.ts';
import type { Net, NetFault, Outcome } from '../core/net.ts';
import { formatRecord } from '../core/srv.ts';
import { decodeMessage, encodeQuery, type Message, type Rr, rcodeOf } from '../core/wire.ts';
import type { AnswerRecord, DnsAnswer, DnsQuestion, SoaSeen } from './observation.ts';

/** RFC 6891 §6.2.5; DNS flag day 2020. */
const UDP_PAYLOAD_OCTETS = 1232;

/** After this share of the budget a question that got no answer is asked again, over UDP and over TCP. */
const SECOND_TRY_AT = 0.4;

interface Reply {
  readonly via: 'udp' | 'tcp';
  readonly edns: boolean;
  readonly octets: Uint8Array;
  readonly message: Message;
}

/**
 * Asks one question within one budget: a lost datagram or a silent server must not cost several. When nothing came
 * after a part of the time, the question goes out again over UDP and TCP at once, and the first answer counts; over UDP
 * as Windows asks, without EDNS, because some firewalls let nothing else pass.
 * An answer that was cut is fetched over TCP with a budget of its own.
 */
export async function askDns(
  net: Net,
  question: DnsQuestion,
  timeoutMs: number,
): Promise<Outcome<DnsAnswer>> {
  const send = (via: 'udp' | 'tcp', forMs: number, edns = question.edns): Promise<Outcome<Reply>> =>
    exchange(net, { ...question, edns }, via, forMs);
  if (question.transport !== 'auto') {
    const only = await send(question.transport, timeoutMs);
    return only.ok ? { ok: true, value: answerFrom(question, only.value, { tries: 1, lost: 0 }) } : only;
  }
  const first = send('udp', timeoutMs);
  const early = await orLate(net, timeoutMs * SECOND_TRY_AT, first);
  let tries = 1;
  let reply = early;
  if (
    reply === undefined ||
    (!reply.ok && reply.fault.kind !== 'cancelled' && reply.fault.kind !== 'unreachable')
  ) {
    tries = 3;
    const restMs = timeoutMs * (1 - SECOND_TRY_AT);
    reply = await firstGood([first, send('udp', restMs, false), send('tcp', restMs)]);
  }
  if (!reply.ok) return reply;
  const lost = tries === 1 ? 0 : 1;
  if (!reply.value.message.header.tc || reply.value.via === 'tcp') {
    return { ok: true, value: answerFrom(question, reply.value, { tries, lost }) };
  }
  const whole = await send('tcp', timeoutMs);
  if (whole.ok)
    return {
      ok: true,
      value: { ...answerFrom(question, whole.value, { tries: tries + 1, lost }), truncated: true },
    };
  return {
    ok: true,
    value: { ...answerFrom(question, reply.value, { tries: tries + 1, lost }), tcpFault: whole.fault },
  };
}

/** What comes of `first`; undefined when nothing has come after `ms`. */
function orLate<T>(net: Net, ms: number, first: Promise<T>): Promise<T | undefined> {
  const late = lateAfter(net, ms);
  return new Promise((resolve, reject) => {
    const tell = (): void => resolve(undefined);
    late.add(tell);
    first.then(
      (value) => {
        late.drop(tell);
        resolve(value);
      },
      (error: unknown) => {
        late.drop(tell);
        reject(error);
      },
    );
  });
}

function lateAfter(net: Net, ms: number): Late {
  const known = waiting.get(net) ?? new Map<number, Late>();
  waiting.set(net, known);
  const late = known.get(ms) ?? new Late(net, ms);
  known.set(ms, late);
  return late;
}

const waiting = new WeakMap<Net, Map<number, Late>>();

/**
 * Tells many that each has waited for the same time. One pause serves all of them: one for each question would be
 * held for as long as the pause lasts, and with thousands of questions a second there is much to hold.
 */
class Late {
  readonly #net: Net;
  readonly #ms: number;
  /** When each is late; the oldest is the first. */
  readonly #dueMs = new Map<() => void, number>();
  #watching = false;

  constructor(net: Net, ms: number) {
    this.#net = net;
    this.#ms = ms;
  }

  add(tell: () => void): void {
    this.#dueMs.set(tell, this.#net.clockMs() + this.#ms);
    if (!this.#watching) void this.#watch();
  }

  drop(tell: () => void): void {
    this.#dueMs.delete(tell);
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    let next = this.#oldest();
    while (next !== undefined) {
      const [tell, dueMs] = next;
      const leftMs = dueMs - this.#net.clockMs();
      if (leftMs > 0 && this.#net.over() === undefined) await this.#net.sleep(Math.ceil(leftMs));
      else {
        this.#dueMs.delete(tell);
        tell();
      }
      next = this.#oldest();
    }
    this.#watching = false;
  }

  #oldest(): readonly [() => void, number] | undefined {
    return this.#dueMs.entries().next().value;
  }
}

/** The first success; when there is none, the fault of the first try, which says most about the path. */
function firstGood(tries: readonly Promise<Outcome<Reply>>[]): Promise<Outcome<Reply>> {
  return new Promise((resolve) => {
    const faults: (Outcome<Reply> | undefined)[] = tries.map(() => undefined);
    let open = tries.length;
    for (const [i, one] of tries.entries()) {
      void one.then((outcome) => {
        open--;
        faults[i] = outcome;
        if (outcome.ok) resolve(outcome);
        else if (open === 0) resolve(faults[0] ?? outcome);
      });
    }
  });
}

async function exchange(
  net: Net,
  { server, name, type, recurse, edns, checkingDisabled }: DnsQuestion,
  via: 'udp' | 'tcp',
  timeoutMs: number,
): Promise<Outcome<Reply>> {
  const message = encodeQuery({
    id: randomInt(0x10000),
    name,
    type: TYPE[type as keyof typeof TYPE],
    recurse,
    checkingDisabled,
    ...(edns ? { edns: { udpPayloadOctets: UDP_PAYLOAD_OCTETS } } : {}),
  });
  const outcome = await net.exchange({ to: server, via, message, timeoutMs });
  if (!outcome.ok) return outcome;
  const octets = outcome.value.reply;
  const decoded = decodeMessage(octets);
  if (decoded.ok) return { ok: true, value: { via, edns, octets, message: decoded.value } };
  const fault: NetFault = { kind: 'garbled', detail: decoded.detail, sent: true };
  return { ok: false, fault };
}

function answerFrom(
  { name, edns: wanted }: DnsQuestion,
  { via, edns, octets, message }: Reply,
  { tries, lost }: { tries: number; lost: number },
): DnsAnswer {
  const { header, answers, authorities, additionals } = message;
  const soa = soaSeen([...answers, ...authorities]);
  const cut = authorities.find((rr) => rr.rdata.kind === 'NS' && isWithin(name, rr.owner));
  const referred = cut !== undefined && !header.aa && soa === undefined && answers.length === 0 && !header.ra;
  const extendedError = extendedErrorOf(message);
  return {
    rcode: rcodeName(rcodeOf(message)),
    authoritative: header.aa,
    recursionAvailable: header.ra,
    authenticData: header.ad,
    truncated: header.tc,
    transport: via,
    sizeOctets: octets.length,
    answers: answers.map(answerRecord),
    ...(soa === undefined ? {} : { soa }),
    ...(referred
      ? { referral: cut.owner, delegation: delegationOf(cut.owner, authorities, additionals) }
      : {}),
    ...(extendedError === undefined ? {} : { extendedError }),
    tries,
    lost,
    ...(wanted && !edns ? { withoutEdns: true as const } : {}),
    octets: Buffer.from(octets).toString('hex'),
  };
}

/** No zone needs more name servers, and a hostile referral must not turn us into a scanner. */
const MAX_NAME_SERVERS = 13;

function delegationOf(
  zone: Fqdn,
  authorities: readonly Rr[],
  additionals: readonly Rr[],
): NonNullable<DnsAnswer['delegation']> {
  const hosts = authorities.flatMap(({ owner, rdata }) =>
    rdata.kind === 'NS' && owner === zone ? [rdata.target] : [],
  );
  return [...new Set(hosts)].slice(0, MAX_NAME_SERVERS).map((host) => ({
    host,
    addresses: additionals.flatMap(({ owner, rdata }) =>
      owner === host && (rdata.kind === 'A' || rdata.kind === 'AAAA') ? [rdata.address] : [],
    ),
  }));
}

function soaSeen(rrs: readonly Rr[]): SoaSeen | undefined {
  for (const { owner, ttlSeconds, rdata } of rrs) {
    if (rdata.kind !== 'SOA') continue;
    return {
      zone: owner,
      primary: rdata.primary,
      serial: rdata.serial,
      negativeTtlSeconds: Math.min(ttlSeconds, rdata.minimumSeconds),
      expireSeconds: rdata.expireSeconds,
    };
  }
  return undefined;
}

function answerRecord({ owner, type, ttlSeconds, rdata }: Rr): AnswerRecord {
  const base = { owner, type: typeName(type), ttlSeconds };
  switch (rdata.kind) {
    case 'SRV':
      return { ...base, text: formatRecord(rdata.record), srv: rdata.record };
    case 'A':
    case 'AAAA':
      return { ...base, text: rdata.address, address: rdata.address };
    case 'NS':
    case 'CNAME':
    case 'DNAME':
    case 'PTR':
      return { ...base, text: rdata.target, target: rdata.target };
    case 'SOA':
      return { ...base, text: `${rdata.primary} ${rdata.mailbox} ${rdata.serial}` };
    default:
      return { ...base, text: `(${rdata.kind})` };
  }
}

/** Option 15 of EDNS: u16 INFO-CODE, then UTF-8 text (RFC 8914 §2). */
function extendedErrorOf({ edns }: Message): DnsAnswer['extendedError'] {
  const option = edns?.options.find(({ code }) => code === 15);
  if (option === undefined || option.octets.length < 2) return undefined;
  const code = (option.octets[0]! << 8) | option.octets[1]!;
  return {
    code,
    text: Buffer.from(option.octets.subarray(2))
      .toString('utf8')
      .replace(/[^\x20-\x7e]/g, '?'),
  };
}
