import type { LdapFault, LdapFaultKind } from './directory-client.ts';

/** LDAP result codes that say something of their own: RFC 4511 appendix A, [MS-ADTS] 3.1.1.3.1.9. */
const BY_RESULT_CODE: Readonly<Record<number, LdapFaultKind>> = {
  3: 'timeout',
  4: 'size-limit',
  8: 'encryption-required',
  10: 'referral',
  11: 'size-limit',
  13: 'encryption-required',
  19: 'constraint',
  20: 'already-exists',
  32: 'no-such-object',
  48: 'credentials',
  49: 'credentials',
  50: 'no-permission',
  51: 'busy',
  52: 'busy',
  53: 'constraint',
  65: 'constraint',
  68: 'already-exists',
};

/** Certificates that Node's TLS turns down, by its error code. */
const CERTIFICATE_FAULTS: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const BY_ERRNO: Readonly<Record<string, LdapFaultKind>> = {
  ENOTFOUND: 'not-found',
  EAI_AGAIN: 'not-found',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
};

/** What Active Directory means by `data NNN` in the text of error 49: Win32 codes in hexadecimal. */
const LOGON_FAILURES: Readonly<Record<string, string>> = {
  '525': 'there is no such user',
  '52e': 'the password is wrong, or there is no such user',
  '52f': 'the account is restricted',
  '530': 'the account may not log on at this time',
  '531': 'the account may not log on from here',
  '532': 'the password has expired',
  '533': 'the account is disabled',
  '568': 'the account is in too many groups for a ticket',
  '701': 'the account has expired',
  '773': 'the password must be changed first',
  '775': 'the account is locked',
};

const HINTS: Readonly<Partial<Record<LdapFaultKind, string>>> = {
  'not-found': 'give a domain controller by name or address: --ldap ldaps://dc1.contoso.com',
  certificate:
    'give the CA of the domain with --ca FILE (PEM); for a connection by address add --tls-name with the name in the certificate',
  tls: 'the port may speak plain LDAP: ldaps:// is 636, ldap:// with StartTLS is 389',
  credentials: 'sign in with --user (user@domain), and check the file or variable of the password',
  'encryption-required': 'use ldaps://, or ldap:// with --start-tls',
  'no-permission': 'use an account that may read or change this object',
};

/** What an exception of the LDAP library or of a socket means. `during` says what was being done. */
export function ldapFault(error: unknown, during: string): LdapFault {
  const message = firstLine(error instanceof Error ? error.message : String(error));
  const code: unknown =
    error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return resultFault(code, message, during);
  if (typeof code === 'string') {
    if (CERTIFICATE_FAULTS.has(code))
      return fault('certificate', `${during}: ${certificateText(code, message)}`);
    if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO')
      return fault('tls', `${during}: TLS did not come about (${message})`);
    const kind = BY_ERRNO[code];
    if (kind !== undefined) return fault(kind, `${during}: ${message}`);
  }
  if (/timed out|Connection timeout/.test(message)) return fault('timeout', `${during}: no answer in time`);
  if (/^(Socket error|Connection closed|Socket connection not established)/.test(message))
    return fault('closed', `${during}: the server closed the connection`);
  return fault('other', `${during}: ${message}`);
}

/** The fault for a connection that ended on its own: it is not opened again, because it would not be signed in. */
export function connectionLost(during: string): LdapFault {
  return fault('closed', `${during}: the connection had ended`);
}

/** The fault for a password that would have to travel as it is. Nothing was sent. */
export function passwordInTheOpen(url: string): LdapFault {
  return fault(
    'encryption-required',
    `${url} is not encrypted, and a password would cross the network in it`,
  );
}

/** The fault for a ticket on a connection without TLS: whoever is in between could speak in its name. Nothing was sent. */
export function ticketInTheOpen(url: string): LdapFault {
  return {
    kind: 'encryption-required',
    detail: `${url} is not encrypted, and signing in by Kerberos would leave all that follows unprotected`,
    hint: 'use ldaps://, or ldap:// with --start-tls',
  };
}

/** The fault for a ticket that would have to be for an address. Nothing was sent. */
export function ticketForAnAddress(url: string): LdapFault {
  return {
    kind: 'credentials',
    detail: `${url} is an address, and a Kerberos ticket is for a name`,
    hint: 'name the domain controller, --ldap ldaps://dc1.contoso.com, or add --tls-name with its name',
  };
}

/** The fault of a run that is over: its deadline has come, or somebody stopped it. */
export function runIsOver(during: string): LdapFault {
  return fault('cancelled', `${during}: the run was over first`);
}

/** What a result code of the server other than success means. */
export function resultFault(resultCode: number, text: string, during: string): LdapFault {
  const message = firstLine(text);
  // operationsError is how Active Directory and Samba turn away whoever has not signed in.
  const stranger = resultCode === 1 && /successful bind must|without authentication/.test(message);
  const kind = stranger ? 'credentials' : (BY_RESULT_CODE[resultCode] ?? 'other');
  const logon = /\bdata ([0-9a-f]{3})\b/.exec(message)?.[1];
  const meaning = resultCode === 49 && logon !== undefined ? LOGON_FAILURES[logon] : undefined;
  const said = meaning ?? message;
  return { ...fault(kind, `${during}: ${said} (LDAP result ${resultCode})`), resultCode };
}

function certificateText(code: string, message: string): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return 'the certificate is signed by itself, and nobody said to trust it';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'the certificate is signed by a CA that is not known here';
    case 'CERT_HAS_EXPIRED':
      return 'the certificate has expired';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `the certificate is for another name (${message})`;
    default:
      return `the certificate is not accepted (${message})`;
  }
}

function fault(kind: LdapFaultKind, detail: string): LdapFault {
  return { kind, detail, hint: HINTS[kind] ?? '' };
}

/** Hostile texts stay on one line, without control characters, and short. */
function firstLine(text: string): string {
  const [line = ''] = text.split(/[\r\n\0]/);
  return line
    .replace(/[\p{C}]/gu, ' ')
    .trim()
    .slice(0, 300);
}
