import { KMS_INTERFACE } from '../core/kms.ts';
import { bindTimeFeatures, MANAGEMENT_INTERFACE, NDR, NDR64, type RpcContext } from '../core/rpc.ts';
import {
  mayBeRpc,
  type PduReader,
  PduWriter,
  pduLength,
  type RpcSyntax,
  readPduHeader,
} from '../core/rpc-pdu.ts';

/**
 * How a practice endpoint behaves. None has any operation behind it: a call is answered with a fault, and the
 * connection ends.
 */
export type RpcBehaviour =
  /**
   * Accepts the KMS interface in NDR and no other; with `management`, that too, as every Microsoft server does.
   * `transfer` is another syntax in place of NDR, `saysPort` the port it believes to listen on.
   */
  | {
      readonly kind: 'accepts-kms';
      readonly management?: boolean;
      readonly transfer?: 'ndr64';
      readonly saysPort?: number;
    }
  /** Speaks RPC, and knows no interface but perhaps the management one: a computer without the KMS host role. */
  | { readonly kind: 'rejects-interface'; readonly management?: boolean }
  /** Accepts every interface, which no honest server does. */
  | { readonly kind: 'accepts-anything' }
  /** A reason of [MS-RPCE] §2.2.2.5; 0 when left out. */
  | { readonly kind: 'bind-nak'; readonly reason?: number }
  /** A status of C706 appendix E; nca_s_proto_error when left out. */
  | { readonly kind: 'fault'; readonly status?: number }
  /** Takes everything and says nothing. */
  | { readonly kind: 'silent' }
  /** Closes in good order, or tears the connection down, once something was sent. */
  | { readonly kind: 'closes' }
  | { readonly kind: 'resets' }
  /** Other services on the port. */
  | { readonly kind: 'http' }
  | { readonly kind: 'tls-alert' }
  | { readonly kind: 'ssh-banner' };

/** What an endpoint does next on a connection. */
export interface RpcTurn {
  readonly send?: Uint8Array;
  readonly next: 'stay' | 'end' | 'reset';
  /** What was received, for the record: a PDU type, or `octets`. */
  readonly got?: string;
}

const STATUS = { outOfRange: 0x1c01_0002, protocolError: 0x1c01_000b, unsupportedType: 0x1c01_0017 } as const;

/** FIRST and LAST are always set; this one says that nothing was carried out: C706 §12.6.3.1. */
const DID_NOT_EXECUTE = 0x20;

/** Windows takes no larger fragment over TCP. */
const MAX_FRAGMENT_OCTETS = 5840;

/** Sent at once, before the other side has said anything. */
export function greetingOf(behaviour: RpcBehaviour): Uint8Array | undefined {
  return behaviour.kind === 'ssh-banner' ? ascii('SSH-2.0-OpenSSH_9.2\r\n') : undefined;
}

/**
 * Takes what has been received and gives the turns for each whole PDU in it, and the octets that are left over. A
 * turn that does not stay is the last one. `port` is the endpoint's own, which a bind_ack repeats as text.
 */
export function takeTurns(
  behaviour: RpcBehaviour,
  received: Uint8Array,
  port: number,
  boundBefore: boolean,
): { readonly turns: readonly RpcTurn[]; readonly rest: Uint8Array } {
  const turns: RpcTurn[] = [];
  let rest = received;
  let bound = boundBefore;
  const other = turnOfOtherService(behaviour);
  if (other !== undefined && received.length > 0) return { turns: [other], rest: NOTHING };
  while (rest.length > 0) {
    if (!mayBeRpc(rest)) return { turns: [...turns, { next: 'end', got: 'octets' }], rest: NOTHING };
    const length = pduLength(rest);
    if (length !== undefined && length > MAX_FRAGMENT_OCTETS)
      return { turns: [...turns, { ...faultTurn(0, STATUS.protocolError), got: 'octets' }], rest: NOTHING };
    if (length === undefined || rest.length < length) break;
    const turn = turnFor(behaviour, rest.subarray(0, length), port, bound);
    turns.push(turn);
    if (turn.next !== 'stay') return { turns, rest: NOTHING };
    bound = true;
    rest = rest.subarray(length);
  }
  return { turns, rest };
}

const NOTHING = new Uint8Array(0);

function turnOfOtherService({ kind }: RpcBehaviour): RpcTurn | undefined {
  switch (kind) {
    case 'silent':
      return { next: 'stay', got: 'octets' };
    case 'closes':
    case 'ssh-banner':
      return { next: 'end', got: 'octets' };
    case 'resets':
      return { next: 'reset', got: 'octets' };
    case 'http':
      return {
        send: ascii('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
        next: 'end',
        got: 'octets',
      };
    case 'tls-alert':
      // Alert record, fatal, protocol_version: RFC 8446 §6.
      return { send: Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 70), next: 'end', got: 'octets' };
    default:
      return undefined;
  }
}

function turnFor(behaviour: RpcBehaviour, pdu: Uint8Array, port: number, bound: boolean): RpcTurn {
  const header = readPduHeader(pdu);
  if (typeof header === 'string') return { ...faultTurn(0, STATUS.protocolError), got: 'octets' };
  const { type, callId, reader } = header;
  if (type !== 'bind') {
    const status = type === 'request' ? STATUS.outOfRange : STATUS.unsupportedType;
    return { ...faultTurn(callId, status), got: type };
  }
  return { ...turnForBind(behaviour, callId, reader, port, bound), got: type };
}

function turnForBind(
  behaviour: RpcBehaviour,
  callId: number,
  reader: PduReader,
  port: number,
  bound: boolean,
): RpcTurn {
  if (behaviour.kind === 'fault') return faultTurn(callId, behaviour.status ?? STATUS.protocolError);
  if (behaviour.kind === 'bind-nak') return nakTurn(callId, behaviour.reason ?? 0);
  reader.skip(4);
  const assocGroup = reader.u32();
  const contexts = readContexts(reader);
  if (reader.fault !== undefined) return faultTurn(callId, STATUS.protocolError);
  // What Windows does with a second bind, with no contexts, and with a context without syntaxes.
  const unusable = contexts.length === 0 || contexts.some((one) => one.transferSyntaxes.length === 0);
  if (bound || unusable) return nakTurn(callId, 0);
  const writer = new PduWriter();
  writer.u16(MAX_FRAGMENT_OCTETS);
  writer.u16(MAX_FRAGMENT_OCTETS);
  writer.u32(assocGroup === 0 ? NEW_ASSOCIATION : assocGroup);
  const saysPort = behaviour.kind === 'accepts-kms' ? behaviour.saysPort : undefined;
  const address = `${saysPort ?? port}\0`;
  writer.u16(address.length);
  for (const octet of ascii(address)) writer.u8(octet);
  writer.align();
  writer.u8(contexts.length);
  writer.zeros(3);
  for (const context of contexts) {
    const { result, reason, syntax } = resultFor(behaviour, context);
    writer.u16(result);
    writer.u16(reason);
    writer.syntax(syntax);
  }
  return { send: writer.pdu('bind_ack', callId), next: 'stay' };
}

/** Any number but 0 names an association. */
const NEW_ASSOCIATION = 0x0001_2345;

const NO_SYNTAX: RpcSyntax = { uuid: '00000000-0000-0000-0000-000000000000', major: 0, minor: 0 };

function readContexts(reader: PduReader): readonly RpcContext[] {
  const count = reader.u8();
  reader.skip(3);
  const contexts: RpcContext[] = [];
  for (let i = 0; i < count && reader.fault === undefined; i++) {
    const id = reader.u16();
    const syntaxes = reader.u8();
    reader.skip(1);
    const abstract = reader.syntax();
    const transferSyntaxes: RpcSyntax[] = [];
    for (let j = 0; j < syntaxes && reader.fault === undefined; j++) transferSyntaxes.push(reader.syntax());
    contexts.push({ id, interface: abstract, transferSyntaxes });
  }
  return contexts;
}

interface Result {
  readonly result: number;
  readonly reason: number;
  readonly syntax: RpcSyntax;
}

/** 0 acceptance, 2 provider rejection, 3 negotiate_ack: C706 §12.6.3.1, [MS-RPCE] §2.2.2.4. */
function resultFor(behaviour: RpcBehaviour, { interface: asked, transferSyntaxes }: RpcContext): Result {
  const offered = transferSyntaxes[0] ?? NO_SYNTAX;
  if (behaviour.kind === 'accepts-anything') return { result: 0, reason: 0, syntax: offered };
  const features = featuresIn(offered);
  if (features !== undefined) return { result: 3, reason: features, syntax: NO_SYNTAX };
  if (!offers(behaviour, asked)) return { result: 2, reason: 1, syntax: NO_SYNTAX };
  const spoken = behaviour.kind === 'accepts-kms' && behaviour.transfer === 'ndr64' ? NDR64 : NDR;
  if (!transferSyntaxes.some((syntax) => same(syntax, spoken)))
    return { result: 2, reason: 2, syntax: NO_SYNTAX };
  return { result: 0, reason: 0, syntax: spoken };
}

function offers(behaviour: RpcBehaviour, asked: RpcSyntax): boolean {
  if (behaviour.kind !== 'accepts-kms' && behaviour.kind !== 'rejects-interface') return false;
  if (same(asked, MANAGEMENT_INTERFACE)) return behaviour.management === true;
  return behaviour.kind === 'accepts-kms' && same(asked, KMS_INTERFACE);
}

function same(one: RpcSyntax, other: RpcSyntax): boolean {
  return one.uuid === other.uuid && one.major === other.major && one.minor === other.minor;
}

/** Those of the asked features that there are: two. */
function featuresIn({ uuid }: RpcSyntax): number | undefined {
  const stem = bindTimeFeatures(0).uuid.slice(0, 19);
  return uuid.startsWith(stem) ? Number.parseInt(uuid.slice(19, 21), 16) & 3 : undefined;
}

function nakTurn(callId: number, reason: number): RpcTurn {
  const writer = new PduWriter();
  writer.u16(reason);
  // One supported protocol version, 5.0.
  writer.u8(1);
  writer.u8(5);
  writer.u8(0);
  writer.align();
  return { send: writer.pdu('bind_nak', callId), next: 'end' };
}

function faultTurn(callId: number, status: number): RpcTurn {
  const writer = new PduWriter();
  // Allocation hint; context 0; no cancels; no flags; status; reserved: C706 §12.6.4.7.
  writer.u32(32);
  writer.u32(0);
  writer.u32(status);
  writer.u32(0);
  return { send: writer.pdu('fault', callId, DID_NOT_EXECUTE), next: 'end' };
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
