/** Kerberos without Kerberos: both sides of a security context share a secret, and each MAC counts once. */
import { createHmac, randomBytes } from 'node:crypto';
import type {
  KerberosCredentials,
  KerberosFault,
  SecurityContext,
  SecurityEngine,
  SecurityTarget,
} from '../../src/core/security-context.ts';

/** The secret that stands for a KDC's work. */
const SESSION_KEY = Buffer.from('a session key that only a KDC could hand out');

/** As long as a MIC of RFC 4121 with AES and SHA-1: token, flags, filler, sequence number, checksum. */
const CHECKSUM_OCTETS = 12;

/** One side's MACs; flags tell who signed, as RFC 4121 §4.2.2 has it. */
export function micMaker(side: 'initiator' | 'acceptor'): (input: Uint8Array) => Uint8Array {
  let sequence = 0n;
  return (input) => {
    const head = Buffer.alloc(16);
    head.set([4, 4, side === 'acceptor' ? 5 : 4, 255, 255, 255, 255, 255]);
    head.writeBigUInt64BE(sequence++, 8);
    return Buffer.concat([head, checksum(head, input)]);
  };
}

/** A server takes each of our MACs once, we take what fits: the manners of BIND and of `SecurityContext.verify`. */
export function micJudge(signer: 'initiator' | 'acceptor'): (input: Uint8Array, mic: Uint8Array) => boolean {
  const seen = new Set<bigint>();
  return (input, mic) => {
    const octets = Buffer.from(mic);
    if (octets.length !== 16 + CHECKSUM_OCTETS || octets[2] !== (signer === 'acceptor' ? 5 : 4)) return false;
    if (!checksum(octets.subarray(0, 16), input).equals(octets.subarray(16))) return false;
    const sequence = octets.readBigUInt64BE(8);
    if (signer === 'initiator' && seen.has(sequence)) return false;
    seen.add(sequence);
    return true;
  };
}

/** One side's wrap tokens without confidentiality: what RFC 4121 §4.2.4 puts in front stands behind here. */
export function wrapper(side: 'initiator' | 'acceptor'): (input: Uint8Array) => Uint8Array {
  const sign = micMaker(side);
  return (input) => Buffer.concat([sign(input), input]);
}

/** What the other side wrapped; undefined when it did not. */
export function unwrapper(signer: 'initiator' | 'acceptor'): (wrapped: Uint8Array) => Uint8Array | undefined {
  const judge = micJudge(signer);
  return (wrapped) => {
    const input = wrapped.subarray(16 + CHECKSUM_OCTETS);
    return judge(input, wrapped.subarray(0, 16 + CHECKSUM_OCTETS)) ? input : undefined;
  };
}

function checksum(head: Uint8Array, input: Uint8Array): Buffer {
  return createHmac('sha256', SESSION_KEY).update(head).update(input).digest().subarray(0, CHECKSUM_OCTETS);
}

export interface FakeEngineOptions {
  /** In place of a context, by mechanism. */
  readonly faults?: Readonly<Partial<Record<SecurityContext['mechanism'], KerberosFault>>>;
  /** In place of the first step. */
  readonly stepFault?: KerberosFault;
  /** Tokens that go out before the context is established; 1 when left out. */
  readonly rounds?: number;
  /** Is the context established with the last token that goes out, before its answer? */
  readonly doneEarly?: boolean;
  /** A step never ends: a KDC that is silent for ever. */
  readonly hangs?: boolean;
  readonly lifetimeSeconds?: number;
  readonly initiator?: string;
  readonly tokenOctets?: number;
}

export interface FakeEngine extends SecurityEngine {
  readonly opened: readonly {
    readonly target: SecurityTarget;
    readonly credentials: KerberosCredentials;
    readonly mechanism: SecurityContext['mechanism'];
  }[];
  /** Contexts that were not disposed of. */
  alive(): number;
  /** Lets the steps that hang end. */
  wake(): void;
}

export function fakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const opened: FakeEngine['opened'][number][] = [];
  const sleepers: (() => void)[] = [];
  let alive = 0;
  return {
    name: 'fake',
    opened,
    alive: () => alive,
    wake: () => {
      for (const wake of sleepers.splice(0)) wake();
    },
    open: async (target, credentials, mechanism) => {
      opened.push({ target, credentials, mechanism });
      const fault = options.faults?.[mechanism];
      if (fault !== undefined) return { ok: false, fault };
      alive++;
      return {
        ok: true,
        value: fakeContext(mechanism, options, sleepers, () => {
          alive--;
        }),
      };
    },
  };
}

function fakeContext(
  mechanism: SecurityContext['mechanism'],
  { rounds = 1, doneEarly, hangs, stepFault, ...options }: FakeEngineOptions,
  sleepers: (() => void)[],
  gone: () => void,
): SecurityContext {
  let sent = 0;
  let done = false;
  let disposed = false;
  const make = micMaker('initiator');
  const judge = micJudge('acceptor');
  const wrap = wrapper('initiator');
  const unwrap = unwrapper('acceptor');
  return {
    mechanism,
    step: async (token) => {
      if (disposed) throw new Error('bug: a step of a context that was given back');
      if (hangs) await new Promise<void>((resolve) => sleepers.push(resolve));
      if (stepFault !== undefined) return { ok: false, fault: stepFault };
      if ((token === undefined) !== (sent === 0)) throw new Error('bug: a token where none belongs, or none');
      if (sent === rounds) {
        done = true;
        return { ok: true, value: { token: undefined, done: true } };
      }
      sent++;
      done = doneEarly === true && sent === rounds;
      const octets = Buffer.concat([
        Buffer.from(`${mechanism} token ${sent}`),
        randomBytes(options.tokenOctets ?? 16),
      ]);
      return { ok: true, value: { token: octets, done } };
    },
    mac: (input) => {
      if (!done || disposed) throw new Error('bug: a MAC of a context that is not established');
      return make(input);
    },
    verify: (input, mic) => !disposed && judge(input, mic),
    wrap: (input) => {
      if (!done || disposed) throw new Error('bug: wrapping by a context that is not established');
      return wrap(input);
    },
    unwrap: (wrapped) => (done && !disposed ? unwrap(wrapped) : undefined),
    initiator: () => options.initiator ?? 'kms01$@CORP.EXAMPLE',
    lifetimeSeconds: () => options.lifetimeSeconds,
    dispose: () => {
      if (disposed) return;
      disposed = true;
      gone();
    },
  };
}
