import { displayName } from '../core/name.ts';
import type { KerberosFault, KerberosFaultKind, SecurityTarget } from '../core/security-context.ts';
import type { CacheReading } from './ccache.ts';
import { type KeytabEntry, type KeytabReading, keytabText } from './keytab.ts';
import type { KrbError } from './krb-error.ts';
import { type Krb5Code, krb5Code, protocolCode } from './krb5-codes.ts';
import { principalText, readPrincipal, servicePrincipal } from './principal.ts';

/** What is known about the credentials of an attempt that failed. */
export type CredentialFacts =
  | {
      readonly kind: 'keytab';
      readonly path: string;
      readonly principal: string;
      readonly entries: readonly KeytabEntry[];
    }
  | {
      readonly kind: 'default';
      /** `FILE:/tmp/krb5cc_1000`; undefined where the library does not say. */
      readonly cacheName: string | undefined;
      /** What is in it; undefined where it is no file, or its file is not there. */
      readonly cache: CacheReading | 'absent' | undefined;
      /** The keytab of `KRB5_CLIENT_KTNAME`; undefined when there is none. */
      readonly clientKeytab: { readonly path: string; readonly reading: KeytabReading } | undefined;
    };

/** A context that could not be made, in facts. */
export interface FailedAttempt {
  readonly during: 'login' | 'negotiation';
  /** As the library gave them: RFC 2744 section 3.9. */
  readonly major: number;
  readonly minor: number;
  /** The library's words for `minor`; '' when it has none. */
  readonly text: string;
  readonly target: SecurityTarget;
  readonly credentials: CredentialFacts;
  /** What the server said in its last token. */
  readonly krbError?: KrbError;
  readonly nowSeconds: number;
}

/** Routine errors of a major status that say enough without a minor one. */
const ROUTINE = {
  badMechanism: 1,
  noCredential: 7,
  badMic: 6,
  defectiveToken: 9,
  credentialsExpired: 11,
  contextExpired: 12,
} as const;
/** "No such file", "permission denied": Heimdal's whole word for a ticket cache that cannot be read. */
const FILE_ERRORS: readonly number[] = [1, 2, 13];

/** Which fault it was, with a sentence and what to do. Pure: everything it needs is in the facts. */
export function attemptFault(attempt: FailedAttempt): KerberosFault {
  const code =
    attempt.krbError === undefined
      ? krb5Code(attempt.minor, attempt.text)
      : protocolCode(attempt.krbError.code);
  const kind = kindOf(attempt, code);
  const skewSeconds =
    kind === 'clock-skew' && attempt.krbError !== undefined
      ? Math.round(attempt.krbError.serverSeconds - attempt.nowSeconds)
      : undefined;
  return {
    kind,
    ...sentence(kind, attempt, skewSeconds),
    ...(skewSeconds !== undefined && { skewSeconds }),
  };
}

function kindOf(attempt: FailedAttempt, code: Krb5Code | undefined): KerberosFaultKind {
  const { credentials, during, major, minor, target } = attempt;
  if (code !== undefined) {
    // The KDC's answer to a login does not fit our key: the same mistake as preauthentication that fails.
    if (code.number === 31 && (during === 'login' || routine(major) === ROUTINE.noCredential))
      return 'wrong-secret';
    if (code.kind === 'service-unknown' && isForeign(target.realm, ownRealm(credentials)))
      return 'realm-unknown';
    if (code.kind === 'no-ticket') return withoutTicket(attempt);
    return code.kind;
  }
  switch (routine(major)) {
    case ROUTINE.noCredential:
      return withoutTicket(attempt);
    case ROUTINE.credentialsExpired:
    case ROUTINE.contextExpired:
      return 'ticket-expired';
    case ROUTINE.defectiveToken:
    case ROUTINE.badMic:
      return 'server-refused';
    default:
      return FILE_ERRORS.includes(minor) ? withoutTicket(attempt) : 'other';
  }
}

/** No ticket, and why: the library does not tell. */
function withoutTicket({ credentials, nowSeconds }: FailedAttempt): KerberosFaultKind {
  if (credentials.kind === 'keytab') return 'keytab-unreadable';
  const { cache, clientKeytab } = credentials;
  const tickets = typeof cache === 'object' && cache.ok ? cache.tickets : [];
  const granting = tickets.filter(({ isGranting }) => isGranting);
  if (granting.length > 0 && granting.every(({ endSeconds }) => endSeconds <= nowSeconds))
    return 'ticket-expired';
  if (clientKeytab !== undefined && !(clientKeytab.reading.ok && clientKeytab.reading.entries.length > 0))
    return 'keytab-unreadable';
  return 'no-ticket';
}

function routine(major: number): number {
  return (major >>> 16) & 0xff;
}

function isForeign(realm: string | undefined, own: string | undefined): boolean {
  return realm !== undefined && own !== undefined && own !== '' && realm !== own;
}

function client(credentials: CredentialFacts): string | undefined {
  if (credentials.kind === 'keytab') return credentials.principal;
  const { cache, clientKeytab } = credentials;
  if (typeof cache === 'object' && cache.ok) return cache.owner;
  return clientKeytab?.reading.ok === true ? clientKeytab.reading.entries[0]?.principal : undefined;
}

function ownRealm(credentials: CredentialFacts): string | undefined {
  const name = client(credentials);
  return name === undefined ? undefined : readPrincipal(name)?.realm;
}

/** `DNS/ns1.corp.example@CORP.EXAMPLE`; without `@` where no realm was named. */
function serviceText(target: SecurityTarget): string {
  return principalText(servicePrincipal(target)).replace(/@$/, '');
}

interface Sentence {
  readonly detail: string;
  readonly hint: string;
}

function sentence(
  kind: KerberosFaultKind,
  attempt: FailedAttempt,
  skewSeconds: number | undefined,
): Sentence {
  const { target, credentials } = attempt;
  const service = q(serviceText(target));
  const who = client(credentials);
  const me = who === undefined ? 'nobody known' : q(who);
  const said = attempt.text === '' ? '' : `: ${attempt.text}`;
  switch (kind) {
    case 'no-ticket':
      return { detail: noTicket(credentials), hint: logIn(target) };
    case 'ticket-expired':
      return { detail: expired(credentials, me), hint: `${logIn(target)}; kinit -R renews a renewable one` };
    case 'keytab-unreadable':
      return keytabProblem(credentials);
    case 'principal-unknown':
      return {
        detail: `the KDC does not know ${me}`,
        hint: `is the realm right, capitals included? Active Directory lets computers log in as NAME$@REALM, never as host/NAME; ${holds(credentials)}`,
      };
    case 'wrong-secret':
      return {
        detail: `the KDC did not accept the secret of ${me}${said}; ${holds(credentials)}`,
        hint: 'the password or key was changed since: export the keytab anew (ktpass, msktutil update, kadmin ktadd), and compare key versions with kvno PRINCIPAL and klist -k',
      };
    case 'realm-unknown':
      return realmProblem(attempt, service, me);
    case 'kdc-silent':
      return {
        detail: `no KDC of the realm ${q(ownRealm(credentials) ?? target.realm ?? '?')} could be reached, which ${service} needs a ticket from${said}`,
        hint: REACH_KDC,
      };
    case 'service-unknown':
      return {
        // Where no realm was named the library asked the one of the credentials, which may be the wrong one.
        detail:
          target.realm === undefined && who !== undefined
            ? `the KDC of ${me} has no service principal ${service}, and refers to no other realm for it`
            : `the KDC has no service principal ${service}`,
        hint: `${target.realm === undefined ? 'Is the server in the realm of these credentials? If so: ' : ''}${q(displayName(target.host))} must be the name under which the server is registered. In Active Directory: setspn -Q ${target.service}/${displayName(target.host)}, then setspn -S ${target.service}/${displayName(target.host)} COMPUTER; with MIT: kadmin addprinc -randkey ${target.service}/${displayName(target.host)}`,
      };
    case 'clock-skew':
      return {
        detail:
          skewSeconds === undefined
            ? `the clocks here and at the KDC or ${service} are too far apart${said}`
            : `the clock of ${service} is ${Math.abs(skewSeconds)} s ${skewSeconds < 0 ? 'behind' : 'ahead of'} this computer's`,
        hint: 'Kerberos allows 300 s: set the time on the wrong side (w32tm /resync, chronyc makestep), then get a new ticket',
      };
    case 'key-version':
      return {
        detail: `the server has no key that fits the ticket for ${service}${said}`,
        hint: `its key was changed after its keytab was written, or the name belongs to another account: export the server's keytab anew, drop old tickets (kdestroy, klist purge), and compare kvno ${service.slice(1, -1)} with klist -k on the server`,
      };
    case 'server-refused':
      return {
        detail: `the server's token for ${service} makes no sense to Kerberos${said}`,
        hint: 'something between here and the server may have changed it, or the server is not what it says',
      };
    case 'not-mutual':
      return notMutualFault(target);
    case 'no-library':
    case 'timed-out':
    case 'other':
      return otherProblem(attempt, service, me);
  }
}

const REACH_KDC =
  'is port 88 of a domain controller open from here, by TCP and UDP? See [realms] in krb5.conf, or dig SRV _kerberos._tcp.REALM; KRB5_TRACE=/dev/stderr kinit shows whom it asks';

function logIn({ service }: SecurityTarget): string {
  const how = service === 'ldap' ? '--keytab FILE' : 'auth: { gss: { keytab: FILE } }';
  return `run kinit NAME@REALM as the user that runs this, or name a keytab: ${how}`;
}

function noTicket(credentials: CredentialFacts): string {
  if (credentials.kind !== 'default') return 'there is no Kerberos ticket';
  const { cacheName, cache } = credentials;
  const where = cacheName === undefined ? 'the default ticket cache' : `the ticket cache ${q(cacheName)}`;
  if (cache === 'absent') return `there is no Kerberos ticket: ${where} does not exist`;
  if (cache === undefined) return `there is no Kerberos ticket in ${where}`;
  if (!cache.ok) return `${where} is none: ${cache.problem}`;
  return `${where} of ${q(cache.owner)} holds no ticket that helps`;
}

function expired(credentials: CredentialFacts, me: string): string {
  const tickets =
    credentials.kind === 'default' && typeof credentials.cache === 'object' && credentials.cache.ok
      ? credentials.cache.tickets.filter(({ isGranting }) => isGranting)
      : [];
  const last = Math.max(...tickets.map(({ endSeconds }) => endSeconds));
  if (!Number.isFinite(last)) return `the Kerberos ticket of ${me} has expired`;
  return `the Kerberos ticket of ${me} expired at ${new Date(last * 1000).toISOString().replace('.000Z', 'Z')}`;
}

function keytabProblem(credentials: CredentialFacts): Sentence {
  if (credentials.kind === 'keytab')
    return {
      detail: `the keytab ${q(credentials.path)} has no key of ${q(credentials.principal)}: it holds ${keytabText(credentials.entries)}`,
      hint: 'give one of these as principal, or export the keytab of the one that is wanted',
    };
  const { clientKeytab } = credentials;
  const path = q(clientKeytab?.path ?? '?');
  const why = clientKeytab?.reading.ok === false ? clientKeytab.reading.problem : 'it holds nobody';
  return {
    detail: `there is no ticket, and the keytab ${path} (KRB5_CLIENT_KTNAME) cannot be used: ${why}`,
    hint: 'mend the keytab, or run kinit',
  };
}

/** A fault of a keytab that was named and cannot even be read. */
export function keytabFileFault(path: string, problem: string): KerberosFault {
  return {
    kind: 'keytab-unreadable',
    detail: `the keytab ${q(path)} cannot be used: ${problem}`,
    hint: 'see what it holds (klist -k FILE); it must be readable for the user that runs this',
  };
}

/** A keytab without the principal that was asked for. */
export function notInKeytabFault(
  path: string,
  principal: string,
  entries: readonly KeytabEntry[],
): KerberosFault {
  return {
    kind: 'keytab-unreadable',
    ...keytabProblem({ kind: 'keytab', path, principal, entries }),
  };
}

/** The library still waits for somebody, and can only mean a KDC. */
export function silentFault(
  target: SecurityTarget,
  principal: string | undefined,
  timeoutMs: number,
): KerberosFault {
  const realm = principal === undefined ? target.realm : readPrincipal(principal)?.realm;
  const of = realm === undefined ? '' : ` of the realm ${q(realm)}`;
  return {
    kind: 'kdc-silent',
    detail: `no KDC${of} answered within ${timeoutMs / 1000} s, and ${q(serviceText(target))} needs a ticket`,
    hint: REACH_KDC,
  };
}

/** Earlier calls into the library hang, and there is no room for more of them. */
export function crowdedFault(timeoutMs: number): KerberosFault {
  return {
    kind: 'timed-out',
    detail: `Kerberos is still waiting for a KDC on behalf of other servers, and had no time for this one within ${timeoutMs / 1000} s`,
    hint: REACH_KDC,
  };
}

export function notMutualFault(target: SecurityTarget): KerberosFault {
  return {
    kind: 'not-mutual',
    detail: `the server did not prove that it is ${q(serviceText(target))}`,
    hint: 'something answers in its place; nothing more is sent there',
  };
}

/** Heimdal and macOS take the key of a service from a keytab, not the login of a client. */
export function noKeytabsFault(
  library: string,
  { path, principal }: { readonly path: string; readonly principal: string },
): KerberosFault {
  return {
    kind: 'no-library',
    detail: `${library} cannot log in from a keytab that is named to it`,
    hint: `fill the ticket cache, kinit -k -t ${path} ${principal}, and leave the keytab out; or install MIT Kerberos (Debian: libgssapi-krb5-2, Fedora: krb5-libs)`,
  };
}

function holds(credentials: CredentialFacts): string {
  if (credentials.kind === 'keytab')
    return `the keytab ${q(credentials.path)} holds ${keytabText(credentials.entries)}`;
  const { clientKeytab } = credentials;
  return clientKeytab?.reading.ok === true
    ? `the keytab ${q(clientKeytab.path)} holds ${keytabText(clientKeytab.reading.entries)}`
    : 'the secret came with kinit';
}

function realmProblem({ target, credentials, text }: FailedAttempt, service: string, me: string): Sentence {
  const own = ownRealm(credentials);
  const hint =
    'write the realm in capitals as the domain has it, add it to [realms] of krb5.conf or let DNS tell (dns_lookup_kdc = true), and map the host to it in [domain_realm]';
  if (isForeign(target.realm, own))
    return {
      detail: `${service} is in another realm than ${me}, and the KDC of ${q(own!)} knows no way there`,
      hint: `use an account of ${q(target.realm!)}, or a trust between the realms; ${hint}`,
    };
  return {
    detail: `no KDC is known for the realm ${q(own ?? target.realm ?? '?')}${text === '' ? '' : `: ${text}`}`,
    hint,
  };
}

function otherProblem(
  { credentials, major, minor, text }: FailedAttempt,
  service: string,
  me: string,
): Sentence {
  const code = krb5Code(minor, text);
  const numbers = `major ${major >>> 16}, minor ${minor}`;
  const detail = `Kerberos gave ${me} no context with ${service}: ${code?.text ?? (text === '' ? numbers : `${text} (${numbers})`)}`;
  switch (code?.number) {
    case 1:
    case 18:
      return {
        detail,
        hint: `the account of ${me} is disabled, locked or expired: enable it in the directory`,
      };
    case 14:
    case 200:
    case 236:
    case 237:
      return {
        detail,
        hint: `the KDC and this computer allow no common encryption: the account needs AES (msDS-SupportedEncryptionTypes), and its keytab too; ${holds(credentials)}`,
      };
    case 135:
    case 136:
      return { detail, hint: 'mend krb5.conf, or the file that KRB5_CONFIG names' };
    default:
      return { detail, hint: 'KRB5_TRACE=/dev/stderr kinit shows what the library does' };
  }
}

function q(text: string): string {
  return JSON.stringify(text);
}
