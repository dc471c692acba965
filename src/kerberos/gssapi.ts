import { randomBytes } from 'node:crypto';
import { clockMs } from '../core/clock.ts';
import type {
  KerberosCredentials,
  KerberosFault,
  KerberosOutcome,
  SecurityContext,
  SecurityEngine,
  SecurityStep,
  SecurityTarget,
} from '../core/security-context.ts';
import { defaultCredentialFacts, type KeytabLogin, keytabLogin } from './credentials.ts';
import { attemptFault, crowdedFault, noKeytabsFault, notMutualFault, silentFault } from './fault.ts';
import {
  CONTINUE_NEEDED,
  GSS_FLAG,
  type GssCall,
  type GssLibrary,
  type GssStatus,
  isError,
  type Mechanism,
} from './gss-library.ts';
import { krbErrorIn } from './krb-error.ts';
import { krb5Code } from './krb5-codes.ts';
import type { Krb5Library } from './krb5-library.ts';
import { leaseOf } from './lease.ts';
import type { Native } from './native.ts';
import { principalText, servicePrincipal } from './principal.ts';

/** The GSS-API of this system, bound. */
export interface Gssapi {
  readonly native: Native;
  readonly gss: GssLibrary;
  /** Undefined beside Heimdal and on macOS. */
  readonly krb5: Krb5Library | undefined;
  /** `MIT Kerberos (libgssapi_krb5.so.2)`. */
  readonly name: string;
}

/**
 * Mutual, because whoever answers must prove itself; no sequence, because Windows dislikes it and replies may
 * overtake each other.
 */
const WANTED_FLAGS = GSS_FLAG.mutual | GSS_FLAG.replay | GSS_FLAG.integrity;
const NEEDED_FLAGS = GSS_FLAG.mutual | GSS_FLAG.integrity;

/** Security contexts from a GSS-API library: RFC 2743, RFC 2744, RFC 4121. */
export function gssapiEngine(system: Gssapi): SecurityEngine {
  return {
    name: system.name,
    async open(target, credentials, mechanism, timeoutMs) {
      const handles = newHandles(system.gss);
      const context = contextOf({ system, target, mechanism, timeoutMs, handles });
      const fault = await context.begin(credentials);
      if (fault === undefined) return { ok: true, value: context };
      context.dispose();
      return { ok: false, fault };
    },
  };
}

/** What the library holds for one context. Cells that stay empty mean "the default" to it. */
interface Handles {
  readonly target: Buffer;
  readonly credential: Buffer;
  readonly context: Buffer;
}

function newHandles(gss: GssLibrary): Handles {
  return { target: gss.emptyCell(), credential: gss.emptyCell(), context: gss.emptyCell() };
}

interface Making {
  readonly system: Gssapi;
  readonly target: SecurityTarget;
  readonly mechanism: Mechanism;
  readonly timeoutMs: number;
  readonly handles: Handles;
}

/** A context whose target and credentials are still to be told to the library. */
interface BeginningContext extends SecurityContext {
  begin(credentials: KerberosCredentials): Promise<KerberosFault | undefined>;
}

function contextOf({ system, target, mechanism, timeoutMs, handles }: Making): BeginningContext {
  const { gss, native, krb5 } = system;
  let login: KeytabLogin | undefined;
  /** Of the keytab's tickets: nobody else finds it. */
  let cacheName: string | undefined;
  let established = false;

  const lease = leaseOf(() => {
    gss.deleteContext(handles.context);
    gss.releaseCredential(handles.credential);
    gss.releaseName(handles.target);
    if (cacheName !== undefined) krb5?.destroyCache(cacheName);
  });
  const explain = async (
    during: 'login' | 'negotiation',
    { status, asked }: Failed,
    token?: Uint8Array,
  ): Promise<KerberosFault> => {
    const krbError = token === undefined ? undefined : krbErrorIn(token);
    return attemptFault({
      during,
      ...status,
      text: mechanismText(gss, { status, asked }),
      target,
      credentials: login ?? (await defaultCredentialFacts(native, krb5)),
      ...(krbError !== undefined && { krbError }),
      nowSeconds: native.nowSeconds(),
    });
  };
  /**
   * One call that may wait for a KDC. Where SPNEGO fails and knows no more than that no mechanism would do, the same
   * by plain Kerberos tells why; `retry` makes that call.
   */
  const bounded = async <Call extends GssCall>(
    make: (leftMs: number) => Promise<Call>,
    retry: ((leftMs: number) => Promise<GssCall>) | undefined,
  ): Promise<{
    readonly call: Call;
    readonly fault: KerberosFault | undefined;
    readonly failed?: Failed;
  }> => {
    const until = clockMs() + timeoutMs;
    const call = await make(timeoutMs);
    if (call.kind !== 'returned') return { call, fault: unfinished(call.kind) };
    if (!isError(call.status)) return { call, fault: undefined };
    const failed = { status: call.status, asked: mechanism };
    if (retry === undefined || mechanism === 'krb5' || isTelling(gss, failed))
      return { call, fault: undefined, failed };
    const second = await retry(Math.max(1, until - clockMs()));
    if (second.kind !== 'returned') return { call, fault: unfinished(second.kind) };
    if (!isError(second.status)) return { call, fault: undefined, failed };
    return { call, fault: undefined, failed: { status: second.status, asked: 'krb5' } };
  };
  const unfinished = (kind: 'running' | 'not-made'): KerberosFault =>
    kind === 'running' ? silentFault(target, login?.principal, timeoutMs) : crowdedFault(timeoutMs);

  const logIn = async (as: KeytabLogin): Promise<KerberosFault | undefined> => {
    login = as;
    cacheName = `MEMORY:kmsdns-${randomBytes(8).toString('hex')}`;
    const name = gss.emptyCell();
    const imported = gss.importPrincipal(as.principal, name);
    if (isError(imported)) return explain('login', { status: imported, asked: 'krb5' });
    const request = { name, keytab: `FILE:${as.path}`, cache: cacheName };
    const acquire = async (asked: Mechanism, leftMs: number): Promise<GssCall> => {
      const call = await gss.acquireFromKeytab({ ...request, mechanism: asked }, handles.credential, leftMs);
      if (call.kind === 'running') lease.leaveBehind(call.ended.then(() => gss.releaseName(name)));
      return call;
    };
    const { fault, failed } = await bounded(
      (leftMs) => acquire(mechanism, leftMs),
      (leftMs) => acquire('krb5', leftMs),
    );
    if (!lease.isLeftBehind) gss.releaseName(name);
    return fault ?? (failed && explain('login', failed));
  };

  const wanted = { ...handles, flags: WANTED_FLAGS, channelBinding: target.channelBinding };
  const firstLegAgain = async (leftMs: number): Promise<GssCall> => {
    const again = gss.emptyCell();
    const call = await gss.initStep(
      { ...wanted, context: again, mechanism: 'krb5', token: undefined },
      leftMs,
    );
    if (call.kind === 'running') lease.leaveBehind(call.ended.then(() => gss.deleteContext(again)));
    else gss.deleteContext(again);
    return call;
  };

  return {
    mechanism,
    async begin(credentials) {
      const named = gss.importPrincipal(principalText(servicePrincipal(target)), handles.target);
      if (isError(named)) return explain('login', { status: named, asked: 'krb5' });
      if (credentials.kind === 'default') return undefined;
      const found = await keytabLogin(credentials);
      if (!found.ok) return found.fault;
      return gss.takesKeytabs ? logIn(found.value) : noKeytabsFault(system.name, found.value);
    },
    async step(token): Promise<KerberosOutcome<SecurityStep>> {
      if (lease.isOver || established) throw new Error('bug: a step of a context that is finished');
      if (lease.isLeftBehind) return { ok: false, fault: silentFault(target, login?.principal, timeoutMs) };
      const { call, fault, failed } = await bounded(
        async (leftMs) => {
          const made = await gss.initStep({ ...wanted, mechanism, token }, leftMs);
          if (made.kind === 'running') lease.leaveBehind(made.ended);
          return made;
        },
        token === undefined ? firstLegAgain : undefined,
      );
      const why = fault ?? (failed && (await explain('negotiation', failed, token)));
      if (why !== undefined) return { ok: false, fault: why };
      const done = call.kind === 'returned' && (call.status.major & CONTINUE_NEEDED) === 0;
      if (done && (call.flags & NEEDED_FLAGS) !== NEEDED_FLAGS)
        return { ok: false, fault: notMutualFault(target) };
      established = done;
      return { ok: true, value: { token: call.token, done } };
    },
    mac(input) {
      if (!established || lease.isOver) throw new Error('bug: a MAC of a context that is not established');
      const { status, mac } = gss.mac(handles.context, input);
      if (isError(status)) throw new Error(`gss_get_mic: ${gss.gssText(status.major)}`);
      return mac;
    },
    verify(input, mic) {
      if (!established || lease.isOver) return false;
      // A sequence number that was there before is told besides (RFC 2743 §1.2.3): the MIC itself is good.
      return !isError(gss.verify(handles.context, input, mic));
    },
    wrap(input) {
      if (!established || lease.isOver) throw new Error('bug: wrapping by a context that is not established');
      const { status, wrapped } = gss.wrap(handles.context, input);
      if (isError(status)) throw new Error(`gss_wrap: ${gss.gssText(status.major)}`);
      return wrapped;
    },
    unwrap(wrapped) {
      if (!established || lease.isOver) return undefined;
      const { status, output } = gss.unwrap(handles.context, wrapped);
      return isError(status) ? undefined : output;
    },
    initiator: () => (established && !lease.isOver ? gss.inquire(handles.context).initiator : undefined),
    lifetimeSeconds: () =>
      established && !lease.isOver ? gss.inquire(handles.context).lifetimeSeconds : undefined,
    dispose: () => lease.end(),
  };
}

/** What the library said, and the mechanism it said it of. */
interface Failed {
  readonly status: GssStatus;
  readonly asked: Mechanism;
}

/** Is it a Kerberos error, or only SPNEGO's shrug? */
function isTelling(gss: GssLibrary, failed: Failed): boolean {
  return krb5Code(failed.status.minor, mechanismText(gss, failed)) !== undefined;
}

/**
 * The library keeps its full text for the thread that failed, which is another one here: what is left are the general
 * words for the number.
 */
function mechanismText(gss: GssLibrary, { status: { minor }, asked }: Failed): string {
  const text = minor === 0 ? '' : gss.mechanismText(minor, asked);
  return /^unknown\b/i.test(text) ? '' : text;
}
