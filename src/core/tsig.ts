import { createHmac, timingSafeEqual } from 'node:crypto';
import { tsigErrorName } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import { appendTsig, decodeTime, readTsig, type TsigMessage, tsigDigestInput } from './tsig-record.ts';

/** The HMACs that name servers share: RFC 8945 §6; md5 only because old servers still ask for it. */
export const TSIG_ALGORITHMS = [
  'hmac-md5',
  'hmac-sha1',
  'hmac-sha224',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
] as const;
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

interface AlgorithmFacts {
  readonly wireName: Fqdn;
  readonly hash: string;
  readonly macOctets: number;
}

/** Names on the wire: RFC 8945 §6, table 3. */
const ALGORITHM_FACTS: Readonly<Record<TsigAlgorithm, AlgorithmFacts>> = {
  'hmac-md5': { wireName: 'hmac-md5.sig-alg.reg.int.' as Fqdn, hash: 'md5', macOctets: 16 },
  'hmac-sha1': { wireName: 'hmac-sha1.' as Fqdn, hash: 'sha1', macOctets: 20 },
  'hmac-sha224': { wireName: 'hmac-sha224.' as Fqdn, hash: 'sha224', macOctets: 28 },
  'hmac-sha256': { wireName: 'hmac-sha256.' as Fqdn, hash: 'sha256', macOctets: 32 },
  'hmac-sha384': { wireName: 'hmac-sha384.' as Fqdn, hash: 'sha384', macOctets: 48 },
  'hmac-sha512': { wireName: 'hmac-sha512.' as Fqdn, hash: 'sha512', macOctets: 64 },
};

/** How far two clocks may be apart: the value RFC 8945 §10 recommends, and every server uses. */
export const FUDGE_SECONDS = 300;

/**
 * A shared secret and its name. The secret can be read as a property and in no other way: JSON, `inspect`, template
 * strings, spreading and structured clones leave it out, so a key in a report or a log shows its name only.
 */
export interface TsigKey {
  readonly name: Fqdn;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

class HiddenSecretKey implements TsigKey {
  readonly name: Fqdn;
  readonly algorithm: TsigAlgorithm;
  readonly #secret: Uint8Array;

  constructor(name: Fqdn, algorithm: TsigAlgorithm, secret: Uint8Array) {
    this.name = name;
    this.algorithm = algorithm;
    this.#secret = Uint8Array.from(secret);
  }

  get secret(): Uint8Array {
    return this.#secret;
  }

  toString(): string {
    return `${this.algorithm} key ${this.name}`;
  }

  /** Without this, `inspect` with `showHidden` and `getters` would call the getter above. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `<${this}>`;
  }
}

/** The one way to make a {@link TsigKey}. */
export function tsigKey(name: Fqdn, algorithm: TsigAlgorithm, secret: Uint8Array): TsigKey {
  return new HiddenSecretKey(name, algorithm, secret);
}

/** Length of a full MAC, and the least a secret should have (RFC 8945 §8, RFC 2104 §3). */
export function macOctets(algorithm: TsigAlgorithm): number {
  return ALGORITHM_FACTS[algorithm].macOctets;
}

/** The algorithm's name as it stands in the record. */
export function algorithmWireName(algorithm: TsigAlgorithm): Fqdn {
  return ALGORITHM_FACTS[algorithm].wireName;
}

/**
 * An algorithm as people and key files write it: any case, with or without `hmac-`, the final dot, or md5's long
 * name. Undefined when it is none of the six.
 */
export function algorithmFromText(text: string): TsigAlgorithm | undefined {
  const plain = text
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^hmac-md5\.sig-alg\.reg\.int$/, 'hmac-md5')
    .replace(/^hmac-/, '');
  return TSIG_ALGORITHMS.find((algorithm) => algorithm === `hmac-${plain}`);
}

/** The MAC of what {@link tsigDigestInput} gives: RFC 2104. */
export function hmac(key: TsigKey, input: Uint8Array): Uint8Array {
  return createHmac(ALGORITHM_FACTS[key.algorithm].hash, key.secret).update(input).digest();
}

/**
 * What a reply's signature is worth. `bad-signature` is our doubt: wrong MAC, key or algorithm, a time outside the
 * fudge, a shortened MAC. `echoed`: the reply carries the MAC of our own request, so nobody signed it; Samba and
 * Windows send a failed update back that way, only QR and RCODE changed. `rejected` is theirs: the server says that it
 * could not accept our signature. BADKEY and BADSIG come without a MAC, so anybody can send them: `authenticated` is
 * false. BADTIME is signed.
 */
export type TsigVerdict =
  | {
      readonly kind: 'good';
      /** How the digest departs from RFC 8945, where it does. */
      readonly note?: string;
    }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'echoed' }
  | { readonly kind: 'bad-signature'; readonly detail: string }
  | {
      readonly kind: 'rejected';
      /** The error field by name: BADSIG, BADKEY, BADTIME, BADTRUNC, seldom another. */
      readonly error: string;
      readonly authenticated: boolean;
      readonly serverTime?: Date;
      /** Server's clock minus ours; trust it only when `authenticated`. */
      readonly skewSeconds?: number;
    };

export interface Signed {
  readonly signed: Uint8Array;
  /** Needed to verify the reply. */
  readonly mac: Uint8Array;
}

/** Who signs, for people: a shared key by its name, or a Kerberos principal where the library tells it. */
export type Identity =
  | { readonly kind: 'key'; readonly name: Fqdn }
  | { readonly kind: 'principal'; readonly name: string | undefined };

/** Adds and checks the TSIG record of one exchange. Asynchronous because a Kerberos context is (RFC 3645). */
export interface Signer {
  readonly keyName: Fqdn;
  readonly algorithm: string;
  readonly identity: Identity;
  /**
   * May signed octets go over UDP? Not where a MAC counts once (RFC 3645): a datagram that arrives twice is answered
   * with BADSIG, and success would read as failure.
   */
  readonly mayUseUdp: boolean;
  sign(message: Uint8Array, now: Date): Promise<Signed>;
  /** Over the octets as they came. Never throws for what the network sent. */
  verify(reply: Uint8Array, requestMac: Uint8Array, now: Date): Promise<TsigVerdict>;
  /** What is worth knowing about how the key came to be, each a sentence. */
  readonly remarks?: readonly string[];
  /**
   * Signs from now on by the server's clock. Only where clocks were compared by other means before, as Kerberos does;
   * left out where a wrong clock is for its owner to set right.
   */
  readonly followClock?: (skewSeconds: number) => void;
}

/** Signs and verifies with a shared secret: RFC 8945 §5.1, §5.4. */
export function hmacSigner(key: TsigKey): Signer {
  const macs: MacJudge = {
    keyName: key.name,
    algorithmName: algorithmWireName(key.algorithm),
    judge: (reply, requestMac) => judgeMac(reply, key, requestMac),
  };
  return {
    keyName: key.name,
    algorithm: key.algorithm,
    identity: { kind: 'key', name: key.name },
    mayUseUdp: true,
    sign: async (message, now) => signWithKey(message, key, now),
    verify: async (reply, requestMac, now) => judgeReply(reply, macs, requestMac, now),
  };
}

/** Whole seconds since 1970, as the record carries them. */
export function signingTime(now: Date): number {
  return Math.floor(now.getTime() / 1000);
}

/** Same octets? Takes the same time wherever they differ; the length is no secret. */
export function sameMac(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function signWithKey(message: Uint8Array, key: TsigKey, now: Date): Signed {
  const fields = {
    keyName: key.name,
    algorithmName: algorithmWireName(key.algorithm),
    timeSignedSeconds: signingTime(now),
    fudgeSeconds: FUDGE_SECONDS,
    error: 0,
    other: new Uint8Array(0),
  };
  const mac = hmac(key, tsigDigestInput(message, fields));
  const originalId = (message[0]! << 8) | message[1]!;
  return { signed: appendTsig(message, { ...fields, mac, originalId }), mac };
}

/** Whose MACs count, and how one is made sure of: what a shared secret and a Kerberos context differ in. */
export interface MacJudge {
  readonly keyName: Fqdn;
  readonly algorithmName: Fqdn;
  /** Asked only for MACs under this name and algorithm that do not repeat the request's. */
  judge(reply: TsigMessage, requestMac: Uint8Array): MacVerdict;
}

export type MacVerdict =
  | { readonly good: true; readonly note?: string }
  | { readonly good: false; readonly doubt: string };

/** Everything about a reply's TSIG record but the MAC itself: RFC 8945 §5.2, §5.4. Never throws for what came. */
export function judgeReply(
  reply: Uint8Array,
  macs: MacJudge,
  requestMac: Uint8Array,
  now: Date,
): TsigVerdict {
  const read = readTsig(reply);
  if (!read.ok) return badSignature(read.detail);
  if (read.value === undefined) return { kind: 'unsigned' };
  const { record } = read.value;
  if (record.mac.length === 0) {
    if (record.error === 0) return badSignature('the record has no MAC and no error');
    return rejection(read.value, false, now);
  }
  if (record.keyName !== macs.keyName)
    return badSignature(
      `signed with key ${JSON.stringify(record.keyName)} instead of ${JSON.stringify(macs.keyName)}`,
    );
  if (record.algorithmName !== macs.algorithmName)
    return badSignature(
      `signed with ${JSON.stringify(record.algorithmName)} instead of ${JSON.stringify(macs.algorithmName)}`,
    );
  if (sameMac(record.mac, requestMac)) return { kind: 'echoed' };
  const mac = macs.judge(read.value, requestMac);
  if (!mac.good) return badSignature(mac.doubt);
  if (record.error !== 0) return rejection(read.value, true, now);
  const apartSeconds = Math.abs(record.timeSignedSeconds - signingTime(now));
  // After the MAC, as a time that nobody vouches for says nothing: RFC 8945 §5.2.
  if (apartSeconds > record.fudgeSeconds)
    return badSignature(`signed ${apartSeconds} s away from our clock; ${record.fudgeSeconds} s are allowed`);
  return mac.note === undefined ? { kind: 'good' } : { kind: 'good', note: mac.note };
}

/** Does the MAC prove that the holder of our key answered our request? */
function judgeMac({ record, message }: TsigMessage, key: TsigKey, requestMac: Uint8Array): MacVerdict {
  const full = macOctets(key.algorithm);
  if (record.mac.length < full)
    return { good: false, doubt: `the MAC is shortened to ${record.mac.length} of ${full} octets` };
  return sameMac(record.mac, hmac(key, tsigDigestInput(message, record, requestMac)))
    ? { good: true }
    : { good: false, doubt: 'the MAC does not fit the reply' };
}

function rejection({ record }: TsigMessage, authenticated: boolean, now: Date): TsigVerdict {
  const error = tsigErrorName(record.error);
  const serverSeconds = error === 'BADTIME' ? decodeTime(record.other) : undefined;
  if (serverSeconds === undefined) return { kind: 'rejected', error, authenticated };
  return {
    kind: 'rejected',
    error,
    authenticated,
    serverTime: new Date(serverSeconds * 1000),
    skewSeconds: serverSeconds - signingTime(now),
  };
}

function badSignature(detail: string): TsigVerdict {
  return { kind: 'bad-signature', detail };
}
