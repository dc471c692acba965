/** What a KRB-ERROR says: RFC 4120 section 5.9.1. */
export interface KrbError {
  readonly code: number;
  /** The other side's clock, seconds since 1970. */
  readonly serverSeconds: number;
}

/** The token ID of a KRB-ERROR within a GSS-API token, RFC 4121 section 4.1, and the tag of what follows. */
const MARK = [0x03, 0x00, 0x7e] as const;
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const GENERALIZED_TIME = 0x18;
const SERVER_TIME_FIELD = 0xa4;
const ERROR_CODE_FIELD = 0xa6;

/**
 * The KRB-ERROR in a token with which a server turned a context down, inside SPNEGO or not; undefined when there is
 * none. Nobody vouches for it: it explains a failure, and decides nothing.
 */
export function krbErrorIn(token: Uint8Array): KrbError | undefined {
  const octets = Buffer.from(token);
  const at = octets.indexOf(Buffer.from(MARK));
  if (at === -1) return undefined;
  const whole = elementAt(octets, at + 2);
  const sequence = whole && elementAt(whole.content, 0);
  if (sequence?.tag !== SEQUENCE) return undefined;
  let code: number | undefined;
  let serverSeconds: number | undefined;
  for (let offset = 0; offset < sequence.content.length; ) {
    const field = elementAt(sequence.content, offset);
    if (field === undefined) return undefined;
    const value = elementAt(field.content, 0);
    if (field.tag === ERROR_CODE_FIELD && value?.tag === INTEGER) code = integerOf(value.content);
    if (field.tag === SERVER_TIME_FIELD && value?.tag === GENERALIZED_TIME)
      serverSeconds = secondsOf(value.content.toString('latin1'));
    offset = field.end;
  }
  return code === undefined || serverSeconds === undefined ? undefined : { code, serverSeconds };
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

/** One DER element with a tag of one octet; undefined when it does not fit. */
function elementAt(octets: Buffer, offset: number): Element | undefined {
  const [tag, first] = [octets[offset], octets[offset + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (lengthOctets > 3 || (first >= 0x80 && lengthOctets === 0)) return undefined;
  const start = offset + 2 + lengthOctets;
  if (start > octets.length) return undefined;
  const length = lengthOctets === 0 ? first : octets.readUIntBE(offset + 2, lengthOctets);
  if (length > octets.length - start) return undefined;
  return { tag, content: octets.subarray(start, start + length), end: start + length };
}

function integerOf(content: Buffer): number | undefined {
  return content.length < 1 || content.length > 4 ? undefined : content.readIntBE(0, content.length);
}

/** `20261121134500Z`, the only form that Kerberos allows: RFC 4120 section 5.2.3. */
function secondsOf(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
