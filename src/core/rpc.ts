import { excerptOf, type Guess, guessOf, isTls } from './greeting.ts';
import { KMS_INTERFACE } from './kms.ts';
import { mayBeRpc, type PduReader, PduWriter, pduLength, type RpcSyntax, readPduHeader } from './rpc-pdu.ts';

/*
 * A bind asks a server whether it offers an interface and calls nothing on it: C706 §12.6.4.3. What comes back is
 * told from its octets alone, RPC or not.
 */

export type { Guess } from './greeting.ts';
export type { RpcSyntax } from './rpc-pdu.ts';

/** NDR, the transfer syntax every server speaks: C706 §14. */
export const NDR: RpcSyntax = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };

/** NDR64, an extension of [MS-RPCE]. */
export const NDR64: RpcSyntax = { uuid: '71710533-beba-4937-8319-b5dbef9ccc36', major: 1, minor: 0 };

/** The remote management interface, which every genuine Microsoft RPC server has: C706 appendix Q. */
export const MANAGEMENT_INTERFACE: RpcSyntax = {
  uuid: 'afa8bd80-7d8a-11c9-bef4-08002b102989',
  major: 1,
  minor: 0,
};

/** Bind-time feature negotiation, flags 1 (security context multiplexing) and 2 (keep connection on orphan): [MS-RPCE] §2.2.2.14. */
export function bindTimeFeatures(flags: number): RpcSyntax {
  const low = (flags & 0xff).toString(16).padStart(2, '0');
  const high = ((flags >> 8) & 0xff).toString(16).padStart(2, '0');
  return { uuid: `6cb71c2c-9812-4540-${low}${high}-000000000000`, major: 1, minor: 0 };
}

/** One presentation context of a bind: an interface and the syntaxes it may be spoken in. */
export interface RpcContext {
  readonly id: number;
  readonly interface: RpcSyntax;
  readonly transferSyntaxes: readonly RpcSyntax[];
}

export interface BindToEncode {
  readonly contexts: readonly RpcContext[];
  /** 1 when left out. */
  readonly callId?: number;
}

/** What Windows clients offer over TCP. */
const MAX_FRAGMENT_OCTETS = 5840;

/** Octets of a bind for these contexts, a new association, without authentication: C706 §12.6.4.3. */
export function encodeBind({ contexts, callId = 1 }: BindToEncode): Uint8Array {
  const writer = new PduWriter();
  writer.u16(MAX_FRAGMENT_OCTETS);
  writer.u16(MAX_FRAGMENT_OCTETS);
  writer.u32(0);
  writer.u8(contexts.length);
  writer.zeros(3);
  for (const context of contexts) {
    writer.u16(context.id);
    writer.u8(context.transferSyntaxes.length);
    writer.zeros(1);
    writer.syntax(context.interface);
    for (const syntax of context.transferSyntaxes) writer.syntax(syntax);
  }
  return writer.pdu('bind', callId);
}

/** What a context of the probe asks. */
export type ProbeRole = 'kms' | 'decoy' | 'management' | 'kms-ndr64' | 'features';

export interface ProbeBind {
  readonly octets: Uint8Array;
  /** The contexts' roles in the order in which a bind_ack answers them. */
  readonly roles: readonly ProbeRole[];
}

/**
 * One bind that tells a KMS host from its imitations: the KMS interface, an interface nobody has (`decoyUuid`, drawn
 * by the caller), and the management interface, all in NDR. `more` adds the KMS interface in NDR64 and the feature
 * negotiation, as a Windows client does.
 */
export function encodeProbeBind(options: {
  readonly decoyUuid: string;
  readonly more?: boolean;
  readonly callId?: number;
}): ProbeBind {
  const { decoyUuid, more = false, callId = 1 } = options;
  const asked: readonly { role: ProbeRole; interface: RpcSyntax; syntax: RpcSyntax }[] = [
    { role: 'kms', interface: KMS_INTERFACE, syntax: NDR },
    { role: 'decoy', interface: { uuid: decoyUuid, major: 1, minor: 0 }, syntax: NDR },
    { role: 'management', interface: MANAGEMENT_INTERFACE, syntax: NDR },
    ...(more
      ? ([
          { role: 'kms-ndr64', interface: KMS_INTERFACE, syntax: NDR64 },
          { role: 'features', interface: KMS_INTERFACE, syntax: bindTimeFeatures(3) },
        ] as const)
      : []),
  ];
  const contexts = asked.map((one, id) => ({ id, interface: one.interface, transferSyntaxes: [one.syntax] }));
  return { octets: encodeBind({ contexts, callId }), roles: asked.map(({ role }) => role) };
}

/** What the server makes of one context: C706 §12.6.3.1, `p_result_t`; `features`: [MS-RPCE] §2.2.2.4. */
export type ContextResult =
  | { readonly kind: 'accepted'; readonly syntax: RpcSyntax }
  | { readonly kind: 'rejected'; readonly by: 'user' | 'provider'; readonly reason: number }
  | { readonly kind: 'features'; readonly flags: number }
  | { readonly kind: 'unknown'; readonly result: number; readonly reason: number };

/** What came back for a bind, told from its octets alone. */
export type BindReply =
  | {
      readonly kind: 'bind-ack';
      readonly callId: number;
      readonly assocGroup: number;
      /** The server's own idea of its port, as text; another than the one dialled tells of a redirection. */
      readonly secondaryAddress: string;
      /** In the order of the contexts. */
      readonly results: readonly ContextResult[];
    }
  | { readonly kind: 'bind-nak'; readonly callId: number; readonly reason: number }
  | { readonly kind: 'fault'; readonly callId: number; readonly status: number }
  /** RPC, but no answer to a bind. */
  | { readonly kind: 'other-pdu'; readonly type: string }
  /** Begins like RPC and is cut off or contradicts itself. */
  | { readonly kind: 'garbled'; readonly detail: string }
  | { readonly kind: 'not-rpc'; readonly guess: Guess; readonly excerpt: string };

/** Judges everything that was received after a bind. Never throws, whatever the octets are. */
export function decodeBindReply(octets: Uint8Array): BindReply {
  if (!mayBeRpc(octets)) return { kind: 'not-rpc', guess: guessOf(octets), excerpt: excerptOf(octets) };
  const read = readPduHeader(octets);
  if (typeof read === 'string') return { kind: 'garbled', detail: read };
  const { type, callId, reader } = read;
  switch (type) {
    case 'bind_ack':
      return readBindAck(reader, callId);
    case 'bind_nak': {
      const reason = reader.u16();
      return reader.fault === undefined ? { kind: 'bind-nak', callId, reason } : garbled(reader);
    }
    case 'fault': {
      // Allocation hint, context, cancel count, flags: nothing that tells us more than the status.
      reader.skip(8);
      const status = reader.u32();
      return reader.fault === undefined ? { kind: 'fault', callId, status } : garbled(reader);
    }
    default:
      return { kind: 'other-pdu', type };
  }
}

/** A greeting that has not ended its line by then is told by its beginning. */
const ENOUGH_TO_GUESS_OCTETS = 16;

/** Has everything arrived that {@link decodeBindReply} can use? For anything but RPC, enough to guess what it is. */
export function isWholePdu(octets: Uint8Array): boolean {
  if (octets.length === 0) return false;
  if (!mayBeRpc(octets)) {
    if (isTls(octets)) return octets.length >= 5 && octets.length >= 5 + ((octets[3]! << 8) | octets[4]!);
    return octets.length >= ENOUGH_TO_GUESS_OCTETS || octets.includes(0x0a) || guessOf(octets) === 'socks';
  }
  const length = pduLength(octets);
  return length !== undefined && octets.length >= length;
}

/** Reasons of a rejected context: C706 §12.6.3.1, `p_provider_reason_t`. */
const REJECTION_REASONS: ReadonlyMap<number, string> = new Map([
  [0, 'no reason given'],
  [1, 'abstract syntax not supported'],
  [2, 'proposed transfer syntaxes not supported'],
  [3, 'local limit exceeded'],
]);

/** Reasons of a bind_nak: [MS-RPCE] §2.2.2.5. */
const NAK_REASONS: ReadonlyMap<number, string> = new Map([
  [0, 'no reason given'],
  [1, 'temporary congestion'],
  [2, 'local limit exceeded'],
  [4, 'protocol version not supported'],
  [8, 'authentication type not recognised'],
  [9, 'bad checksum'],
]);

/** Status codes of a fault: C706 appendix E, [MS-RPCE] §3.1.1.5.5, [MS-ERREF] §2.2. */
const FAULT_STATUSES: ReadonlyMap<number, string> = new Map([
  [0x0000_0005, 'access denied'],
  [0x0000_06e4, 'RPC_S_CANNOT_SUPPORT'],
  [0x0000_06f7, 'RPC_X_BAD_STUB_DATA'],
  [0x1c00_001c, 'nca_s_fault_context_mismatch'],
  [0x1c01_0002, 'nca_s_op_rng_error'],
  [0x1c01_0003, 'nca_s_unk_if'],
  [0x1c01_000b, 'nca_s_proto_error'],
  [0x1c01_0014, 'nca_s_server_too_busy'],
  [0x1c01_0017, 'nca_s_unsupported_type'],
]);

/** A rejected context's reason in words. */
export function rejectionReasonText(reason: number): string {
  return REJECTION_REASONS.get(reason) ?? `reason ${reason}`;
}

/** A bind_nak's reason in words. */
export function nakReasonText(reason: number): string {
  return NAK_REASONS.get(reason) ?? `reason ${reason}`;
}

/** A fault's status by name, else `0x1C010099`. */
export function faultStatusText(status: number): string {
  return FAULT_STATUSES.get(status) ?? `0x${status.toString(16).toUpperCase().padStart(8, '0')}`;
}

function readBindAck(reader: PduReader, callId: number): BindReply {
  reader.skip(4);
  const assocGroup = reader.u32();
  const [secondaryAddress = ''] = reader.text(reader.u16()).split('\0', 1);
  reader.align();
  const count = reader.u8();
  reader.skip(3);
  const results: ContextResult[] = [];
  for (let i = 0; i < count && reader.fault === undefined; i++) {
    results.push(contextResult(reader.u16(), reader.u16(), reader.syntax()));
  }
  if (reader.fault !== undefined) return garbled(reader);
  return {
    kind: 'bind-ack',
    callId,
    assocGroup,
    secondaryAddress: printable(secondaryAddress),
    results,
  };
}

function contextResult(result: number, reason: number, syntax: RpcSyntax): ContextResult {
  switch (result) {
    case 0:
      return { kind: 'accepted', syntax };
    case 1:
      return { kind: 'rejected', by: 'user', reason };
    case 2:
      return { kind: 'rejected', by: 'provider', reason };
    case 3:
      return { kind: 'features', flags: reason };
    default:
      return { kind: 'unknown', result, reason };
  }
}

function garbled({ fault = '' }: PduReader): BindReply {
  return { kind: 'garbled', detail: fault };
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
