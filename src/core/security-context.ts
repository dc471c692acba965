import type { Fqdn } from './name.ts';

/** Why Kerberos gave no signature. Network trouble of a KDC and mistakes of set-up alike are values: a run goes on. */
export const KERBEROS_FAULTS = [
  'no-library',
  'no-ticket',
  'ticket-expired',
  'keytab-unreadable',
  'principal-unknown',
  'wrong-secret',
  'realm-unknown',
  'kdc-silent',
  'service-unknown',
  'clock-skew',
  'key-version',
  'server-refused',
  'not-mutual',
  'timed-out',
  'other',
] as const;
export type KerberosFaultKind = (typeof KERBEROS_FAULTS)[number];

export interface KerberosFault {
  readonly kind: KerberosFaultKind;
  /** What happened, in a sentence: names the principal, the realm or the file it is about. */
  readonly detail: string;
  /** What to do next. */
  readonly hint: string;
  /** Their clock minus ours, where it was measured. */
  readonly skewSeconds?: number;
}

export type KerberosOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: KerberosFault };

/** What one leg of the negotiation gave. */
export interface SecurityStep {
  /** To be sent to the other side; undefined when it has all it needs. */
  readonly token: Uint8Array | undefined;
  readonly done: boolean;
}

/**
 * A GSS-API security context as its initiator sees it: RFC 2743. `step` never blocks the program; `mac` and `verify`
 * do not talk to anybody and are quick. One sequence number goes with each MAC, so make them in sending order.
 */
export interface SecurityContext {
  /** The mechanism that is offered. */
  readonly mechanism: 'spnego' | 'krb5';
  /** The first call has no token. */
  step(token: Uint8Array | undefined): Promise<KerberosOutcome<SecurityStep>>;
  /** GSS_GetMIC over the octets; only once the context is established. Throws when the library fails: a bug. */
  mac(input: Uint8Array): Uint8Array;
  /**
   * GSS_VerifyMIC; false for whatever does not prove the other side, malformed MICs included. Never throws. A MIC under
   * a sequence number that was there before is good: BIND signs two replies at once under one. That it is fresh must
   * follow from `input`, as a TSIG digest begins with the MAC of the request.
   */
  verify(input: Uint8Array, mic: Uint8Array): boolean;
  /**
   * GSS_Wrap: the octets with a proof of who sent them, readable by everybody. Only once the context is established.
   * Throws when the library fails: a bug.
   */
  wrap(input: Uint8Array): Uint8Array;
  /** GSS_Unwrap; undefined for whatever does not prove the other side. Never throws. */
  unwrap(wrapped: Uint8Array): Uint8Array | undefined;
  /** Who we are, as the library says it; undefined before it is known. */
  initiator(): string | undefined;
  /** When the context ends, seconds from now; undefined when the library does not tell. */
  lifetimeSeconds(): number | undefined;
  /** Gives the library's memory back. May be called twice. */
  dispose(): void;
}

/** Where credentials come from. */
export type KerberosCredentials =
  /** The ticket cache, or the client keytab that `KRB5_CLIENT_KTNAME` names; on Windows the logged-on user. */
  | { readonly kind: 'default' }
  | { readonly kind: 'keytab'; readonly path: string; readonly principal: string | undefined };

/** Whom the context is for. */
export interface SecurityTarget {
  /** `DNS` for name servers, `ldap` for directories. */
  readonly service: string;
  readonly host: Fqdn;
  /** Undefined: the library finds it (referral). Never derived from a zone's name. */
  readonly realm: string | undefined;
  /**
   * The connection that the context is for, so that nobody can carry it over to another one: the application data of
   * RFC 5056, such as RFC 5929's for TLS. Left out: it is good on any.
   */
  readonly channelBinding?: Uint8Array;
}

/** The system's Kerberos, loaded when first used. */
export interface SecurityEngine {
  /** What is used, for a person: library and version where it tells. */
  readonly name: string;
  /** `timeoutMs` bounds each step; what the library still does after it is left behind. */
  open(
    target: SecurityTarget,
    credentials: KerberosCredentials,
    mechanism: SecurityContext['mechanism'],
    timeoutMs: number,
  ): Promise<KerberosOutcome<SecurityContext>>;
}
