import type { KerberosFaultKind } from '../core/security-context.ts';

/** One error of Kerberos 5: RFC 4120 section 7.5.9 below 128, the libraries' own above. */
export interface Krb5Code {
  readonly number: number;
  readonly kind: KerberosFaultKind;
  /** MIT's words for it, by which it is known again where its number was replaced. */
  readonly text: string;
}

/** com_err's base of the table krb5; MIT's and Heimdal's libraries and macOS share it. */
const BASE = -1765328384;

const CODES: readonly Krb5Code[] = [
  { number: 1, kind: 'other', text: "Client's entry in database has expired" },
  { number: 2, kind: 'service-unknown', text: "Server's entry in database has expired" },
  { number: 6, kind: 'principal-unknown', text: 'Client not found in Kerberos database' },
  { number: 7, kind: 'service-unknown', text: 'Server not found in Kerberos database' },
  { number: 8, kind: 'other', text: 'Principal has multiple entries in Kerberos database' },
  { number: 12, kind: 'other', text: 'KDC policy rejects request' },
  { number: 14, kind: 'other', text: 'KDC has no support for encryption type' },
  { number: 18, kind: 'other', text: "Client's credentials have been revoked" },
  { number: 19, kind: 'service-unknown', text: 'Credentials for server have been revoked' },
  { number: 20, kind: 'ticket-expired', text: 'TGT has been revoked' },
  { number: 23, kind: 'wrong-secret', text: 'Password has expired' },
  { number: 24, kind: 'wrong-secret', text: 'Preauthentication failed' },
  { number: 26, kind: 'service-unknown', text: "Requested server and ticket don't match" },
  {
    number: 29,
    kind: 'kdc-silent',
    text: 'A service is not available that is required to process the request',
  },
  { number: 31, kind: 'key-version', text: 'Decrypt integrity check failed' },
  { number: 32, kind: 'ticket-expired', text: 'Ticket expired' },
  { number: 33, kind: 'clock-skew', text: 'Ticket not yet valid' },
  { number: 35, kind: 'key-version', text: "The ticket isn't for us" },
  { number: 37, kind: 'clock-skew', text: 'Clock skew too great' },
  { number: 41, kind: 'server-refused', text: 'Message stream modified' },
  { number: 44, kind: 'key-version', text: 'Key version is not available' },
  { number: 45, kind: 'key-version', text: 'Service key not available' },
  { number: 46, kind: 'not-mutual', text: 'Mutual authentication failed' },
  { number: 60, kind: 'other', text: 'Generic error (see e-text)' },
  { number: 68, kind: 'realm-unknown', text: 'Realm not local to KDC' },
  { number: 135, kind: 'other', text: "Can't open/find Kerberos configuration file" },
  { number: 136, kind: 'other', text: 'Improper format of Kerberos configuration file' },
  { number: 141, kind: 'no-ticket', text: 'Matching credential not found' },
  { number: 144, kind: 'service-unknown', text: 'Wrong principal in request' },
  { number: 148, kind: 'clock-skew', text: 'Clock skew too great in KDC reply' },
  { number: 154, kind: 'realm-unknown', text: 'Cannot find KDC for requested realm' },
  { number: 156, kind: 'kdc-silent', text: 'Cannot contact any KDC for requested realm' },
  { number: 158, kind: 'not-mutual', text: 'Mutual authentication failed' },
  { number: 181, kind: 'keytab-unreadable', text: 'Key table entry not found' },
  { number: 185, kind: 'realm-unknown', text: 'Cannot find ticket for requested realm' },
  { number: 193, kind: 'no-ticket', text: 'Credentials cache I/O operation failed' },
  { number: 194, kind: 'no-ticket', text: 'Credentials cache permissions incorrect' },
  { number: 195, kind: 'no-ticket', text: 'No credentials cache found' },
  { number: 199, kind: 'no-ticket', text: 'Bad format in credentials cache' },
  { number: 200, kind: 'other', text: 'No credentials found with supported encryption types' },
  { number: 210, kind: 'wrong-secret', text: 'Generic preauthentication failure' },
  { number: 213, kind: 'keytab-unreadable', text: 'Unsupported key table format version number' },
  { number: 217, kind: 'realm-unknown', text: 'Cannot determine realm for host' },
  { number: 220, kind: 'kdc-silent', text: 'Cannot resolve network address for KDC in requested realm' },
  { number: 224, kind: 'realm-unknown', text: 'Configuration file does not specify default realm' },
  { number: 230, kind: 'key-version', text: 'Key version number for principal in key table is incorrect' },
  { number: 235, kind: 'keytab-unreadable', text: 'Bad format in keytab' },
  { number: 236, kind: 'other', text: 'Encryption type not permitted' },
  { number: 237, kind: 'other', text: 'No supported encryption types (config file error?)' },
];

/**
 * The Kerberos error behind a minor status. MIT's mechanism glue hands out numbers of its own (100001…) where two
 * mechanisms use the same: then the text tells, which is the same in every language setting of a Node process.
 */
export function krb5Code(minor: number, text: string): Krb5Code | undefined {
  const byNumber = CODES.find(({ number }) => number === minor - BASE);
  return byNumber ?? CODES.find((one) => text === one.text || text.startsWith(`${one.text};`));
}

/** The error with this number of the protocol, as a KRB-ERROR carries it. */
export function protocolCode(number: number): Krb5Code | undefined {
  return CODES.find((one) => one.number === number);
}
