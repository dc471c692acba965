import { randomBytes } from 'node:crypto';
import { formatEndpoint } from './address.ts';
import { rcodeName, tsigErrorName } from './dns-codes.ts';
import { GSS_TSIG, gssSigner } from './gss-signer.ts';
import { randomMessageId } from './message-id.ts';
import { type Fqdn, parseFqdn } from './name.ts';
import type { Endpoint, Net } from './net.ts';
import { describeFault } from './query.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  KerberosOutcome,
  SecurityContext,
  SecurityEngine,
  SecurityTarget,
} from './security-context.ts';
import { clockSkewSeconds } from './server-clock.ts';
import {
  ALLOWED_SKEW_SECONDS,
  principalText,
  type Refusal,
  refusalFault,
  silenceFault,
} from './tkey-faults.ts';
import { encodeTkeyQuery, MAX_TOKEN_OCTETS, readTkey, TKEY_MODE, type TkeyRecord } from './tkey-record.ts';
import { type Signer, signingTime } from './tsig.ts';
import { readTsig, tsigDigestInput } from './tsig-record.ts';
import { readHeader } from './wire.ts';

/** With whom, as whom, and how long each wait may be. */
export interface NegotiationTerms {
  readonly server: Endpoint;
  readonly target: SecurityTarget;
  readonly credentials: KerberosCredentials;
  /** For one message to the name server. */
  readonly timeoutMs: number;
  /** For one step of the library, which may have to ask a KDC. */
  readonly stepTimeoutMs: number;
}

/** A key that a name server and we share, made by Kerberos, until one of us forgets it. */
export interface GssSession {
  readonly signer: Signer;
  readonly mechanism: SecurityContext['mechanism'];
  /** What the signature of the server's last word was worth; mutual authentication proved the server before it. */
  readonly lastWord: 'verified' | 'unsigned' | 'not-verified';
  /** By {@link Net.clockMs}: when the ticket or the server's patience ends, whichever is first. */
  readonly endsAtMs: number;
  /** Tells the server to forget the key, whatever it says to that, and gives the library's memory back. */
  close(): Promise<void>;
}

/** An honest negotiation takes one round, one more where mechanisms are bargained about. */
const MAX_ROUNDS = 8;

/** What nobody vouches for is no reason to sign for tomorrow. */
const MAX_UNPROVED_SKEW_SECONDS = 3600;

/**
 * Negotiates a key by TKEY over TCP (RFC 3645 §3.1): SPNEGO, which Windows speaks, and plain Kerberos where a server
 * turns that down. What goes wrong is a fault with a sentence for it. After the run's deadline or an interrupt it
 * returns at once, whatever the library still does.
 */
export async function negotiate(
  net: Net,
  engine: SecurityEngine,
  terms: NegotiationTerms,
): Promise<KerberosOutcome<GssSession>> {
  const first = await negotiateBy(net, engine, terms, 'spnego');
  if (first.ok) return { ok: true, value: first.session };
  if (first.mechanismInDoubt && net.over() === undefined) {
    const second = await negotiateBy(net, engine, terms, 'krb5');
    if (second.ok) return { ok: true, value: second.session };
  }
  const { fault } = first;
  const timeMayBeWrong =
    (fault.kind === 'server-refused' && first.mechanismInDoubt) || fault.kind === 'clock-skew';
  return { ok: false, fault: timeMayBeWrong ? await withMeasuredClock(net, terms, fault) : fault };
}

type Attempt =
  | { readonly ok: true; readonly session: GssSession }
  | {
      readonly ok: false;
      readonly fault: KerberosFault;
      /** Might the other mechanism do? */
      readonly mechanismInDoubt: boolean;
    };

function failed(fault: KerberosFault, mechanismInDoubt = false): Attempt {
  return { ok: false, fault, mechanismInDoubt };
}

async function negotiateBy(
  net: Net,
  engine: SecurityEngine,
  terms: NegotiationTerms,
  mechanism: SecurityContext['mechanism'],
  firstTry = true,
): Promise<Attempt> {
  const opening = engine.open(terms.target, terms.credentials, mechanism, terms.stepTimeoutMs);
  const opened = await whileRunning(net, terms, opening);
  // Left behind: whatever it still becomes is given back.
  if (opened === undefined) {
    void opening.then((late) => late.ok && late.value.dispose());
    return failed(leftBehind(net, terms));
  }
  if (!opened.ok) return failed(opened.fault, opened.fault.kind === 'other');
  const context = opened.value;
  let kept = false;
  let atWork: Promise<unknown> | undefined;
  try {
    const established = await establish(net, context, terms);
    if (!('keyName' in established)) {
      const { refusal } = established;
      atWork = established.atWork;
      const nameTaken = refusal?.kind === 'error' && refusal.error === 'BADNAME';
      // A name of 64 random bits that is taken: once more, with another.
      if (nameTaken && firstTry) return await negotiateBy(net, engine, terms, mechanism, false);
      return failed(established.fault, established.mechanismInDoubt);
    }
    kept = true;
    return { ok: true, session: sessionOf(net, context, terms, established) };
  } finally {
    // The library may still be in a step that nobody waits for any more.
    if (atWork !== undefined) void atWork.finally(() => context.dispose());
    else if (!kept) context.dispose();
  }
}

/** Both sides have the key. */
interface Established {
  readonly keyName: Fqdn;
  readonly lastReply: Uint8Array;
  readonly answer: TkeyRecord;
  /** What we said the time was. */
  readonly saidSeconds: number;
}

interface NotEstablished {
  readonly fault: KerberosFault;
  readonly refusal?: Refusal;
  readonly mechanismInDoubt: boolean;
  /** The step that was left behind. */
  readonly atWork?: Promise<unknown>;
}

async function establish(
  net: Net,
  context: SecurityContext,
  terms: NegotiationTerms,
): Promise<Established | NotEstablished> {
  const keyName = freshKeyName(terms);
  let token: Uint8Array | undefined;
  let last: Omit<Established, 'keyName'> | undefined;
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    const stepping = context.step(token);
    const step = await whileRunning(net, terms, stepping);
    if (step === undefined)
      return { fault: leftBehind(net, terms), mechanismInDoubt: false, atWork: stepping };
    if (!step.ok) return { fault: step.fault, mechanismInDoubt: step.fault.kind === 'other' };
    const { done, token: ours } = step.value;
    if (ours === undefined || ours.length === 0) {
      if (done && last !== undefined) return { keyName, ...last };
      return refused(terms, { kind: 'unfinished' });
    }
    if (ours.length > MAX_TOKEN_OCTETS) return refused(terms, { kind: 'too-large', octets: ours.length });
    if (round === MAX_ROUNDS) break;
    const saidSeconds = signingTime(net.now());
    const exchanged = await net.exchange({
      to: terms.server,
      via: 'tcp',
      message: encodeTkeyQuery(randomMessageId(), {
        keyName,
        algorithmName: GSS_TSIG,
        inceptionSeconds: saidSeconds,
        expirationSeconds: saidSeconds,
        mode: TKEY_MODE.GSS,
        error: 0,
        keyData: ours,
        otherData: new Uint8Array(0),
      }),
      timeoutMs: terms.timeoutMs,
      // A server takes a ticket once.
      once: true,
    });
    if (!exchanged.ok)
      return { fault: silenceFault(terms, describeFault(exchanged.fault)), mechanismInDoubt: false };
    const { reply } = exchanged.value;
    const answer = answerIn(reply, keyName);
    if ('kind' in answer) return refused(terms, answer);
    last = { lastReply: reply, answer, saidSeconds };
    if (done) return { keyName, ...last };
    token = answer.keyData;
    if (token.length === 0) return refused(terms, { kind: 'unfinished' });
  }
  return refused(terms, { kind: 'unfinished' });
}

function refused(terms: NegotiationTerms, refusal: Refusal): NotEstablished {
  const mechanismInDoubt =
    refusal.kind === 'unfinished' || (refusal.kind === 'error' && refusal.error === 'BADKEY');
  return { fault: refusalFault(terms, refusal), refusal, mechanismInDoubt };
}

/** The TKEY record of a reply, when it is one for our key and says no error; RFC 3645 §3.1.3.1. */
function answerIn(reply: Uint8Array, keyName: Fqdn): TkeyRecord | Refusal {
  const rcode = rcodeName((readHeader(reply)?.rcode ?? 0) & 0x0f);
  if (rcode !== 'NOERROR') return { kind: 'rcode', rcode };
  const read = readTkey(reply);
  if (!read.ok) return { kind: 'unreadable', detail: read.detail };
  if (read.value === undefined) return { kind: 'no-record' };
  const { value } = read;
  // BADNAME and the like are told under the name that was asked for, whatever else the record holds.
  if (value.keyName !== keyName) return { kind: 'unreadable', detail: 'it is about another key' };
  if (value.error !== 0) return { kind: 'error', error: tsigErrorName(value.error) };
  if (value.mode !== TKEY_MODE.GSS || value.algorithmName !== GSS_TSIG)
    return { kind: 'unreadable', detail: `mode ${value.mode}, algorithm ${value.algorithmName}` };
  return value;
}

/** 64 random bits and the server's name: every context needs a name that no other ever had there. */
function freshKeyName({ target: { host } }: NegotiationTerms): Fqdn {
  const random = randomBytes(8).toString('hex');
  const long = host.length > 200;
  return parseFqdn(long ? `${random}.sig.` : `${random}.sig-${host}`);
}

function sessionOf(
  net: Net,
  context: SecurityContext,
  terms: NegotiationTerms,
  { keyName, lastReply, answer, saidSeconds }: Established,
): GssSession {
  const { lastWord, serverSeconds } = judgeLastWord(context, keyName, lastReply);
  const here = signingTime(net.now());
  const unproved = answer.inceptionSeconds - saidSeconds;
  const skew =
    serverSeconds !== undefined
      ? serverSeconds - here
      : Math.abs(unproved) <= MAX_UNPROVED_SKEW_SECONDS
        ? unproved
        : 0;
  const signer = gssSigner(context, keyName, skew, remarksOn(lastWord, skew));
  const close = async (): Promise<void> => {
    try {
      const message = encodeTkeyQuery(randomMessageId(), {
        ...answer,
        mode: TKEY_MODE.DELETE,
        error: 0,
        keyData: new Uint8Array(0),
        otherData: new Uint8Array(0),
      });
      if (net.over() !== undefined) return;
      const { signed } = await signer.sign(message, net.now());
      const { server: to, timeoutMs } = terms;
      await net.exchange({ to, via: 'tcp', message: signed, timeoutMs, once: true });
    } finally {
      context.dispose();
    }
  };
  return {
    signer,
    mechanism: context.mechanism,
    lastWord,
    endsAtMs: net.clockMs() + 1000 * Math.min(context.lifetimeSeconds() ?? Infinity, granted(answer)),
    close,
  };
}

/** Beyond this a clock is worth a word: at five minutes Kerberos ends. */
const NOTICED_SKEW_SECONDS = 60;

function remarksOn(lastWord: GssSession['lastWord'], skewSeconds: number): readonly string[] {
  const remarks: string[] = [];
  if (lastWord === 'not-verified')
    remarks.push(
      'The end of the negotiation is signed in a way that could not be verified, as Windows does it; the Kerberos tickets themselves prove the server.',
    );
  if (Math.abs(skewSeconds) >= NOTICED_SKEW_SECONDS)
    remarks.push(
      `The server's clock is ${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} this computer's; Kerberos ends at ${ALLOWED_SKEW_SECONDS} s.`,
    );
  return remarks;
}

/** How long the server keeps the key. Samba repeats our times, which says nothing. */
function granted({ inceptionSeconds, expirationSeconds }: TkeyRecord): number {
  const seconds = expirationSeconds - inceptionSeconds;
  return seconds > 0 ? seconds : Infinity;
}

/**
 * The signature of the reply that ended the negotiation: RFC 3645 §2.2 wants it, over the message alone, as our query
 * was not signed. Windows makes that one digest differently ([MS-GSSA]), so it is noted and not insisted on.
 */
function judgeLastWord(
  context: SecurityContext,
  keyName: Fqdn,
  reply: Uint8Array,
): { readonly lastWord: GssSession['lastWord']; readonly serverSeconds?: number } {
  const read = readTsig(reply);
  if (!read.ok) return { lastWord: 'not-verified' };
  if (read.value === undefined) return { lastWord: 'unsigned' };
  const { record, message } = read.value;
  const ours = record.keyName === keyName && record.algorithmName === GSS_TSIG && record.error === 0;
  if (!ours || !context.verify(tsigDigestInput(message, record), record.mac))
    return { lastWord: 'not-verified' };
  return { lastWord: 'verified', serverSeconds: record.timeSignedSeconds };
}

/** What the name server's clock has to do with it, when it tells its time. */
async function withMeasuredClock(
  net: Net,
  terms: NegotiationTerms,
  fault: KerberosFault,
): Promise<KerberosFault> {
  const skewSeconds = await clockSkewSeconds(net, terms.server, terms.timeoutMs);
  if (skewSeconds === undefined) return fault;
  const { server } = terms;
  const apart = Math.abs(skewSeconds);
  if (fault.kind === 'clock-skew' && apart < NOTICED_SKEW_SECONDS) {
    const detail = `${fault.detail}; the clock of the name server ${formatEndpoint(server)} agrees with this computer's, so it is the KDC's that differs`;
    return { ...fault, detail };
  }
  const measured = `the clock of the name server ${formatEndpoint(server)} is ${apart} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} this computer's`;
  if (fault.kind === 'clock-skew')
    return {
      ...fault,
      detail: `${fault.detail}; ${measured}`,
      skewSeconds: fault.skewSeconds ?? skewSeconds,
    };
  if (apart <= ALLOWED_SKEW_SECONDS) return { ...fault, skewSeconds };
  return {
    kind: 'clock-skew',
    detail: `${measured}, and Kerberos allows ${ALLOWED_SKEW_SECONDS} s: it did not accept the ticket for ${principalText(terms)}`,
    hint: 'set the time on the wrong side (w32tm /resync, chronyc makestep), then get a new ticket',
    skewSeconds,
  };
}

/** Why a step was not waited for any longer. */
function leftBehind(net: Net, terms: NegotiationTerms): KerberosFault {
  const over = net.over();
  if (over === undefined)
    return {
      kind: 'kdc-silent',
      detail: `no ticket for ${principalText(terms)} within ${terms.stepTimeoutMs / 1000} s: no KDC answers`,
      hint: 'is a domain controller reachable on port 88? See the realm in krb5.conf',
    };
  return {
    kind: 'timed-out',
    detail: `${over === 'deadline' ? 'the deadline passed' : 'interrupted'} while a ticket for ${principalText(terms)} was waited for: no KDC has answered so far`,
    hint:
      over === 'deadline'
        ? 'give it more time (--deadline), and see whether a domain controller is reachable on port 88'
        : 'run it again',
  };
}

/** Undefined when the run is over, or the library does not keep its own limit, before `work` is done. */
async function whileRunning<T>(
  net: Net,
  { stepTimeoutMs }: NegotiationTerms,
  work: Promise<T>,
): Promise<T | undefined> {
  if (net.over() !== undefined) return undefined;
  return Promise.race([work, net.sleep(stepTimeoutMs + GRACE_MS).then(() => undefined)]);
}

/** The library bounds its steps itself, and knows better what it waited for. */
const GRACE_MS = 1000;
