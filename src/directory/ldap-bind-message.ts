import { type BerElement, berChildren, berElement, berHead } from './ber.ts';

/*
 * The few messages of LDAP that go over a connection before the library has it: RFC 4511 §4.2 and §4.14.
 */

const TAG = {
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  bindRequest: 0x60,
  bindResponse: 0x61,
  extendedRequest: 0x77,
  extendedResponse: 0x78,
  requestName: 0x80,
  serverSaslCreds: 0x87,
  sasl: 0xa3,
} as const;

const LDAP_VERSION = 3;
const START_TLS = '1.3.6.1.4.1.1466.20037';
/** More than any ticket with its groups. */
const MAX_MESSAGE_OCTETS = 1024 * 1024;

/** A BindRequest with the SASL mechanism GSSAPI (RFC 4752) and these credentials, which may be empty. */
export function encodeGssapiBind(messageId: number, credentials: Uint8Array): Uint8Array {
  const sasl = berElement(
    TAG.sasl,
    berElement(TAG.octetString, Buffer.from('GSSAPI')),
    berElement(TAG.octetString, credentials),
  );
  const version = berElement(TAG.integer, Buffer.of(LDAP_VERSION));
  return message(messageId, berElement(TAG.bindRequest, version, berElement(TAG.octetString), sasl));
}

/** The request to encrypt the connection. */
export function encodeStartTls(messageId: number): Uint8Array {
  const name = berElement(TAG.requestName, Buffer.from(START_TLS));
  return message(messageId, berElement(TAG.extendedRequest, name));
}

/** `messageId` is less than 128, the longest that is written as one octet. */
function message(messageId: number, operation: Uint8Array): Uint8Array {
  return berElement(TAG.sequence, berElement(TAG.integer, Buffer.of(messageId)), operation);
}

/** The answer to one of these requests: RFC 4511 §4.1.9. */
export interface LdapAnswer {
  /** Zero: the server says it by itself, which is always that it ends the connection. */
  readonly messageId: number;
  readonly resultCode: number;
  readonly text: string;
  /** Of a bind by SASL; undefined where there are none. */
  readonly credentials: Uint8Array | undefined;
}

/** What a server has sent so far. */
export type LdapReading =
  | { readonly kind: 'answer'; readonly answer: LdapAnswer; readonly octets: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'broken'; readonly why: string };

/** Reads the first message in `octets`. Whatever is neither of these answers is broken. */
export function readLdapAnswer(octets: Uint8Array): LdapReading {
  const broken = (why: string): LdapReading => ({ kind: 'broken', why });
  const whole = berHead(octets, 0);
  if (octets.length > 0 && octets[0] !== TAG.sequence) return broken('what came is no LDAP message');
  if (whole === 'short') return { kind: 'more' };
  if (whole === undefined) return broken('what came is no LDAP message');
  if (whole.end > MAX_MESSAGE_OCTETS) return broken(`a message of ${whole.end} octets is announced`);
  if (octets.length < whole.end) return { kind: 'more' };
  const [id, operation] = berChildren(octets, whole) ?? [];
  if (id?.tag !== TAG.integer || operation === undefined) return broken('what came is no LDAP message');
  if (operation.tag !== TAG.bindResponse && operation.tag !== TAG.extendedResponse)
    return broken(`what came is another message than was asked for (0x${operation.tag.toString(16)})`);
  const [code, dn, text, ...others] = berChildren(octets, operation) ?? [];
  if (code?.tag !== TAG.enumerated || dn?.tag !== TAG.octetString || text?.tag !== TAG.octetString)
    return broken('the answer of the server cannot be read');
  const resultCode = numberIn(octets, code);
  const messageId = numberIn(octets, id);
  if (resultCode === undefined || messageId === undefined)
    return broken('the answer of the server cannot be read');
  const creds = operation.tag === TAG.bindResponse && others.find(({ tag }) => tag === TAG.serverSaslCreds);
  return {
    kind: 'answer',
    octets: whole.end,
    answer: {
      messageId,
      resultCode,
      text: new TextDecoder().decode(octets.subarray(text.start, text.end)),
      credentials: creds ? Uint8Array.from(octets.subarray(creds.start, creds.end)) : undefined,
    },
  };
}

/** Of 31 bits, as RFC 4511 limits both. */
function numberIn(octets: Uint8Array, { start, end }: BerElement): number | undefined {
  const digits = octets.subarray(start, end);
  if (digits.length === 0 || digits.length > 4 || digits[0]! >= 0x80) return undefined;
  return digits.reduce((number, octet) => number * 256 + octet, 0);
}
