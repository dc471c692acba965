/**
 * A name server that negotiates keys by TKEY, signs by them, and errs in the ways real ones do. Its zones and updates
 * are those of the practice network.
 */
import { RCODE, TSIG_ERROR } from '../../src/core/dns-codes.ts';
import { GSS_TSIG } from '../../src/core/gss-signer.ts';
import type { Fqdn } from '../../src/core/name.ts';
import type { Endpoint } from '../../src/core/net.ts';
import { encodeTkeyQuery, readTkey, TKEY_MODE, type TkeyRecord } from '../../src/core/tkey-record.ts';
import { FUDGE_SECONDS, signingTime } from '../../src/core/tsig.ts';
import { appendTsig, encodeTime, readTsig, tsigDigestInput } from '../../src/core/tsig-record.ts';
import { readHeader } from '../../src/core/wire.ts';
import { handleRequest } from '../../src/lab/answer.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { LOOPBACK, listenDns } from '../../src/lab/sockets.ts';
import type { UpdatePolicy } from '../../src/lab/update.ts';
import type { Zone } from '../../src/lab/zone-data.ts';
import { micJudge, micMaker } from './fake-security.ts';

/** How the server departs from BIND. */
export interface GssManners {
  /** What the negotiation is answered with; `accept` when left out. */
  readonly tkey?:
    | 'accept'
    | 'silent'
    | 'no-record'
    | 'garbled'
    | 'other-mode'
    | 'other-name'
    | { readonly error: keyof typeof TSIG_ERROR; readonly times?: number }
    | { readonly rcode: keyof typeof RCODE };
  /** Turns SPNEGO tokens down. */
  readonly plainKrb5Only?: boolean;
  /** Rounds until the server is content; 1. */
  readonly rounds?: number;
  readonly lastWord?: 'signed' | 'unsigned' | 'badly-signed';
  /** How replies to updates are signed. Samba of either version sends what failed back as it came. */
  readonly signs?: 'rfc' | 'samba-4.17' | 'samba-4.22' | 'unsigned' | 'badly' | 'not-ours';
  readonly skewSeconds?: number;
  /** What TKEY says of times: Samba repeats what was asked. */
  readonly repeatsTimes?: boolean;
  /** Insists on the client's time, as BIND does. */
  readonly checksTime?: boolean;
  readonly keyLifeSeconds?: number;
  /** Keeps negotiated keys no longer than this many updates. */
  readonly forgetsAfter?: number;
  readonly quirks?: Quirks;
}

export interface GssServerOptions extends GssManners {
  readonly zones: readonly Zone[];
  readonly policy?: UpdatePolicy;
}

export interface GssServer {
  readonly endpoint: Endpoint;
  readonly zones: ReadonlyMap<Fqdn, Zone>;
  /** TKEY queries that negotiate, those that delete, and signed updates, as octets in order of arrival. */
  readonly negotiations: readonly TkeyRecord[];
  readonly deletions: readonly TkeyRecord[];
  readonly updates: readonly Uint8Array[];
  /** Keys that were negotiated and not deleted. */
  liveKeys(): number;
  behave(manners: GssManners): void;
  stop(): Promise<void>;
}

interface Key {
  readonly name: Fqdn;
  readonly sign: (input: Uint8Array) => Uint8Array;
  readonly judge: (input: Uint8Array, mic: Uint8Array) => boolean;
  rounds: number;
  updates: number;
}

export async function startGssServer(options: GssServerOptions): Promise<GssServer> {
  const zones = new Map(options.zones.map((zone) => [zone.name, zone]));
  const policy: UpdatePolicy = options.policy ?? (() => true);
  let manners: GssManners = options;
  const keys = new Map<Fqdn, Key>();
  const negotiations: TkeyRecord[] = [];
  const deletions: TkeyRecord[] = [];
  const updates: Uint8Array[] = [];
  let errorsLeft = Infinity;
  const now = (): Date => new Date(Date.now() + 1000 * (manners.skewSeconds ?? 0));
  const behave = (next: GssManners): void => {
    manners = next;
    const { tkey } = next;
    errorsLeft = typeof tkey === 'object' && 'error' in tkey ? (tkey.times ?? Infinity) : 0;
  };
  behave(options);

  const negotiate = (query: Uint8Array, asked: TkeyRecord): readonly Uint8Array[] => {
    negotiations.push(asked);
    const { tkey = 'accept' } = manners;
    const seconds = signingTime(now());
    const times = manners.repeatsTimes
      ? {}
      : { inceptionSeconds: seconds, expirationSeconds: seconds + (manners.keyLifeSeconds ?? 3600) };
    const answer = (change: Partial<TkeyRecord>): Uint8Array =>
      encodeTkeyReply(query, { ...asked, ...times, keyData: new Uint8Array(0), ...change });
    if (tkey === 'silent') return [];
    if (tkey === 'no-record') return [bareReply(query, 0)];
    if (tkey === 'garbled') return [answer({}).subarray(0, -3)];
    if (tkey === 'other-mode') return [answer({ mode: 2, keyData: Uint8Array.of(1) })];
    if (tkey === 'other-name') return [answer({ keyName: 'other.' as Fqdn, keyData: Uint8Array.of(1) })];
    if (typeof tkey === 'object' && 'rcode' in tkey) return [bareReply(query, RCODE[tkey.rcode])];
    if (typeof tkey === 'object' && errorsLeft-- > 0) return [answer({ error: TSIG_ERROR[tkey.error] })];
    const spnego = Buffer.from(asked.keyData).toString('latin1').startsWith('spnego');
    if (manners.plainKrb5Only && spnego) return [answer({ error: TSIG_ERROR.BADKEY })];
    const key = keys.get(asked.keyName) ?? {
      name: asked.keyName,
      sign: micMaker('acceptor'),
      judge: micJudge('initiator'),
      rounds: 0,
      updates: 0,
    };
    keys.set(key.name, key);
    key.rounds++;
    const reply = answer({ keyData: Buffer.from(`welcome ${key.rounds}`) });
    if (key.rounds < (manners.rounds ?? 1)) return [reply];
    switch (manners.lastWord ?? 'signed') {
      case 'unsigned':
        return [reply];
      case 'badly-signed':
        return [signed(reply, key, Uint8Array.of(1, 2, 3), 'rfc', now())];
      case 'signed':
        return [signed(reply, key, undefined, 'rfc', now())];
    }
  };

  const onKey = (octets: Uint8Array, key: Key | undefined): readonly Uint8Array[] => {
    const read = readTsig(octets);
    if (!read.ok || read.value === undefined) throw new Error('only signed messages come here');
    const { record, message } = read.value;
    const refuse = (error: number, other: Uint8Array = new Uint8Array(0), mac?: Key): Uint8Array => {
      const reply = bareReply(message, RCODE.NOTAUTH);
      const fields = {
        ...record,
        error,
        other,
        timeSignedSeconds: mac ? record.timeSignedSeconds : signingTime(now()),
      };
      if (mac === undefined)
        return appendTsig(reply, { ...fields, mac: new Uint8Array(0), originalId: idOf(reply) });
      return appendTsig(reply, {
        ...fields,
        mac: mac.sign(tsigDigestInput(reply, fields, record.mac)),
        originalId: idOf(reply),
      });
    };
    if (key === undefined) return [refuse(TSIG_ERROR.BADKEY)];
    if (!key.judge(tsigDigestInput(message, record), record.mac)) return [refuse(TSIG_ERROR.BADSIG)];
    const apart = Math.abs(record.timeSignedSeconds - signingTime(now()));
    if (manners.checksTime && apart > record.fudgeSeconds)
      return [refuse(TSIG_ERROR.BADTIME, encodeTime(signingTime(now())), key)];
    const tkey = readTkey(message);
    if (tkey.ok && tkey.value?.mode === TKEY_MODE.DELETE) {
      deletions.push(tkey.value);
      keys.delete(key.name);
      return [signed(encodeTkeyReply(message, tkey.value), key, record.mac, 'rfc', now())];
    }
    updates.push(octets);
    if (++key.updates > (manners.forgetsAfter ?? Infinity)) {
      keys.delete(key.name);
      return [refuse(TSIG_ERROR.BADKEY)];
    }
    const { replies, changed } = serve(message);
    if (changed !== undefined) zones.set(changed.name, changed);
    return replies.map((reply) => sealed(octets, reply, key, record.mac));
  };

  const sealed = (request: Uint8Array, reply: Uint8Array, key: Key, requestMac: Uint8Array): Uint8Array => {
    const { signs = 'rfc' } = manners;
    const rcode = readHeader(reply)!.rcode;
    switch (signs) {
      case 'unsigned':
        return reply;
      case 'badly':
        return signed(reply, key, Uint8Array.of(9), 'rfc', now());
      case 'not-ours':
        return signed(reply, { ...key, name: 'other.' as Fqdn }, requestMac, 'rfc', now());
      case 'rfc':
        return signed(reply, key, requestMac, 'rfc', now());
      default: {
        if (rcode !== RCODE.NOERROR) {
          const echo = Uint8Array.from(request);
          echo[2]! |= 0x80;
          // Samba 4.17 has SERVFAIL for access denied.
          const said = rcode === RCODE.REFUSED && signs === 'samba-4.17' ? RCODE.SERVFAIL : rcode;
          echo[3] = (echo[3]! & 0xf0) | said;
          return echo;
        }
        return signed(reply, key, requestMac, signs === 'samba-4.17' ? 'short' : 'rfc', now());
      }
    }
  };

  const serve = (message: Uint8Array, via: 'udp' | 'tcp' = 'tcp') => {
    const samba = manners.signs?.startsWith('samba');
    const quirks: Quirks = {
      ...(samba && { prerequisitesFirst: true, echoSections: true }),
      ...manners.quirks,
    };
    return handleRequest({ zones, keys: [], policy, quirks }, message, via, now());
  };

  const listening = await listenDns([LOOPBACK], 0, async ({ message, via }) => {
    const read = readTsig(message);
    if (read.ok && read.value !== undefined) return onKey(message, keys.get(read.value.record.keyName));
    const tkey = readTkey(message);
    if (tkey.ok && tkey.value !== undefined) return negotiate(message, tkey.value);
    if (readHeader(message)?.opcode === 5) return [bareReply(message, RCODE.REFUSED)];
    return serve(message, via).replies;
  });
  return {
    endpoint: listening.endpoints[0],
    zones,
    negotiations,
    deletions,
    updates,
    liveKeys: () => keys.size,
    behave,
    stop: () => listening.close(),
  };
}

function idOf(message: Uint8Array): number {
  return (message[0]! << 8) | message[1]!;
}

/** The answer to a TKEY query: its question, and the record among the answers. */
export function encodeTkeyReply(query: Uint8Array, answer: TkeyRecord): Uint8Array {
  const octets = encodeTkeyQuery(idOf(query), answer);
  const record = octets.subarray(questionEnd(octets));
  const head = Buffer.from(query.subarray(0, questionEnd(query)));
  head[2]! |= 0x80;
  head.set([0, 1, 0, 0, 0, 0], 6);
  return Buffer.concat([head, record]);
}

function questionEnd(message: Uint8Array): number {
  return 12 + message.subarray(12).indexOf(0) + 5;
}

/** Header and question of a message, answered with an RCODE and nothing else. */
function bareReply(message: Uint8Array, rcode: number): Uint8Array {
  const head = Uint8Array.of(message[0]!, message[1]!, message[2]! | 0x80, rcode, 0, 1, 0, 0, 0, 0, 0, 0);
  return Buffer.concat([head, message.subarray(12, questionEnd(message))]);
}

/** `short`: the digest of Samba 4.17. */
function signed(
  reply: Uint8Array,
  key: Pick<Key, 'name' | 'sign'>,
  requestMac: Uint8Array | undefined,
  digest: 'rfc' | 'short',
  at: Date,
): Uint8Array {
  const fields = {
    keyName: key.name,
    algorithmName: GSS_TSIG,
    timeSignedSeconds: signingTime(at),
    fudgeSeconds: FUDGE_SECONDS,
    error: 0,
    other: new Uint8Array(0),
  };
  const input =
    digest === 'rfc' || requestMac === undefined
      ? tsigDigestInput(reply, fields, requestMac)
      : Buffer.concat([requestMac, tsigDigestInput(reply, fields)]);
  return appendTsig(reply, { ...fields, mac: key.sign(input), originalId: idOf(reply) });
}
