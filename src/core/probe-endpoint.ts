import { randomUUID } from 'node:crypto';
import type { Guess } from './greeting.ts';
import { KMS_INTERFACE } from './kms.ts';
import type { Dialled, Endpoint, Net } from './net.ts';
import { describeFault } from './query.ts';
import {
  type BindReply,
  type ContextResult,
  decodeBindReply,
  encodeBind,
  encodeProbeBind,
  faultStatusText,
  isWholePdu,
  NDR,
  nakReasonText,
  type ProbeRole,
  rejectionReasonText,
} from './rpc.ts';

/**
 * What an endpoint is to a KMS client. `bound` is the only one that works; `prohibited` is told from `unreachable`
 * only where the system tells (IPv6: EACCES); `unknown` means the run ended first.
 */
export const ENDPOINT_STATES = [
  'bound',
  'bind-rejected',
  'bind-nak',
  'fault',
  'not-rpc',
  'silent',
  'closed',
  'reset',
  'refused',
  'filtered',
  'prohibited',
  'unreachable',
  'no-address',
  'open',
  'unknown',
] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** One TCP connection and at most one bind, with its octets as evidence. */
export interface EndpointProbe {
  /** `open` only where no bind was wanted. */
  readonly state: EndpointState;
  /** What was seen, in words. */
  readonly detail: string;
  readonly connectMs: number | null;
  readonly tookMs: number;
  /** The answer to each presentation context, where a bind_ack came. */
  readonly contexts: readonly { readonly role: ProbeRole; readonly result: ContextResult }[];
  readonly secondaryAddress: string | null;
  readonly guess: Guess | null;
  readonly nakReason: number | null;
  readonly faultStatus: number | null;
  /** The beginning of what was received, in hex. */
  readonly received: string;
}

export interface EndpointPatience {
  readonly tcpMs: number;
  readonly rpcMs: number;
  /** False: connect only. */
  readonly bind: boolean;
}

/** Octets kept of a reply: a bind_ack with five contexts has 160. */
const EVIDENCE_OCTETS = 512;

/**
 * Connects, sends one anonymous bind and stops at the reply: no call is ever made. When a server turns the bind with
 * its three contexts down without saying why, it is asked once more with the KMS interface alone, because minimal RPC
 * servers choke on more. Never throws for the network.
 */
export async function probeEndpoint(
  net: Net,
  to: Endpoint,
  patience: EndpointPatience,
): Promise<EndpointProbe> {
  if (!patience.bind) return connectOnly(net, to, patience);
  const wide = encodeProbeBind({ decoyUuid: randomUUID(), more: true });
  const first = judge(await dial(net, to, wide.octets, patience), wide.roles);
  if (!['closed', 'reset', 'bind-nak', 'fault'].includes(first.state) || net.over() !== undefined)
    return first;
  const alone = encodeBind({ contexts: [{ id: 0, interface: KMS_INTERFACE, transferSyntaxes: [NDR] }] });
  const second = judge(await dial(net, to, alone, patience), ['kms']);
  return second.state === 'bound' || second.state === 'bind-rejected' ? second : first;
}

function dial(
  net: Net,
  to: Endpoint,
  hello: Uint8Array,
  { tcpMs, rpcMs }: EndpointPatience,
): Promise<Dialled> {
  return net.dial({ to, hello, connectTimeoutMs: tcpMs, replyTimeoutMs: rpcMs, complete: isWholePdu });
}

async function connectOnly(net: Net, to: Endpoint, { tcpMs }: EndpointPatience): Promise<EndpointProbe> {
  const nothing = new Uint8Array(0);
  const dialled = await net.dial({
    to,
    hello: nothing,
    connectTimeoutMs: tcpMs,
    replyTimeoutMs: 0,
    complete: () => true,
  });
  if (!dialled.connected) return judge(dialled, []);
  return {
    ...blank(dialled),
    state: 'open',
    detail: 'the connection was accepted',
    connectMs: dialled.connectMs,
  };
}

function blank({ tookMs }: Dialled): Omit<EndpointProbe, 'state' | 'detail'> {
  return {
    connectMs: null,
    tookMs,
    contexts: [],
    secondaryAddress: null,
    guess: null,
    nakReason: null,
    faultStatus: null,
    received: '',
  };
}

/** The state that what came back stands for. */
export function judge(dialled: Dialled, roles: readonly ProbeRole[]): EndpointProbe {
  if (!dialled.connected) {
    const { fault } = dialled;
    const detail =
      fault.kind === 'timeout'
        ? `no answer to the connection attempt within ${(fault.afterMs / 1000).toFixed(1)} s`
        : describeFault(fault);
    return { ...blank(dialled), state: faultState(fault), detail };
  }
  const { received, end, connectMs } = dialled;
  const seen = {
    ...blank(dialled),
    connectMs,
    received: Buffer.from(received.subarray(0, EVIDENCE_OCTETS)).toString('hex'),
  };
  if (received.length === 0) {
    switch (end) {
      case 'closed':
        return { ...seen, state: 'closed', detail: 'accepted the connection and closed it on the bind' };
      case 'reset':
        return { ...seen, state: 'reset', detail: 'accepted the connection and reset it on the bind' };
      case 'cancelled':
        return { ...seen, state: 'unknown', detail: 'not answered before the run ended' };
      default:
        return { ...seen, state: 'silent', detail: 'accepted the connection and never answered the bind' };
    }
  }
  return { ...seen, ...judgeReply(decodeBindReply(received), roles) };
}

function faultState(fault: Extract<Dialled, { connected: false }>['fault']): EndpointState {
  switch (fault.kind) {
    case 'timeout':
      return 'filtered';
    case 'refused':
      return 'refused';
    case 'reset':
    case 'closed':
      return 'reset';
    case 'cancelled':
      return 'unknown';
    case 'unreachable':
      // Linux and macOS turn ICMPv6 "administratively prohibited" into EACCES; for IPv4 it looks like any other.
      if (fault.errno === 'EACCES' || fault.errno === 'EPERM') return 'prohibited';
      // The kernel's own SYN timer was shorter than ours.
      return fault.errno === 'ETIMEDOUT' ? 'filtered' : 'unreachable';
    case 'garbled':
      return 'not-rpc';
  }
}

function judgeReply(
  reply: BindReply,
  roles: readonly ProbeRole[],
): Partial<EndpointProbe> & Pick<EndpointProbe, 'state' | 'detail'> {
  switch (reply.kind) {
    case 'bind-ack': {
      const contexts = reply.results.flatMap((result, i) =>
        roles[i] === undefined ? [] : [{ role: roles[i], result }],
      );
      const kms = contexts.find(({ role }) => role === 'kms')?.result;
      const ndr64 = contexts.find(({ role }) => role === 'kms-ndr64')?.result;
      const answered = { contexts, secondaryAddress: reply.secondaryAddress };
      if (kms?.kind === 'accepted' || ndr64?.kind === 'accepted') {
        const anything = contexts.some(({ role, result }) => role === 'decoy' && result.kind === 'accepted');
        const also = anything
          ? ', and so did an interface that nobody has: no KMS host of Windows does that'
          : '';
        return { ...answered, state: 'bound', detail: `the KMS interface accepted the bind${also}` };
      }
      const why =
        kms?.kind === 'rejected' ? rejectionReasonText(kms.reason) : 'no result for the KMS interface';
      return {
        ...answered,
        state: 'bind-rejected',
        detail: `an RPC server without the KMS interface: ${why}`,
      };
    }
    case 'bind-nak':
      return {
        state: 'bind-nak',
        nakReason: reply.reason,
        detail: `bind_nak: ${nakReasonText(reply.reason)}`,
      };
    case 'fault':
      return { state: 'fault', faultStatus: reply.status, detail: `fault: ${faultStatusText(reply.status)}` };
    case 'other-pdu':
      return { state: 'fault', detail: `an RPC ${reply.type} where the answer to a bind belongs` };
    case 'garbled':
      return { state: 'not-rpc', guess: 'binary', detail: `begins like RPC and is damaged: ${reply.detail}` };
    case 'not-rpc':
      return {
        state: 'not-rpc',
        guess: reply.guess,
        detail: `another protocol (${reply.guess}): ${reply.excerpt}`,
      };
  }
}
