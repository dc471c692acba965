/** What speaks on a port where RPC was expected. */
export type Guess =
  | 'http'
  | 'tls'
  | 'ssh'
  | 'smtp'
  | 'ftp'
  | 'imap'
  | 'pop3'
  | 'telnet'
  | 'vnc'
  | 'rdp'
  | 'socks'
  | 'text'
  | 'binary'
  | 'nothing';

/** Does it begin like a TLS record? Its content types (RFC 8446 §5.1), and any version since SSL 3. */
export function isTls(octets: Uint8Array): boolean {
  return octets[0]! >= 0x14 && octets[0]! <= 0x17 && octets[1] === 0x03 && (octets[2] ?? 0) <= 0x04;
}

const GREETINGS: readonly (readonly [RegExp, Guess])[] = [
  [/^HTTP\/|^\s*<(!doctype|html|\?xml)/i, 'http'],
  [/^SSH-/, 'ssh'],
  [/^220[ -].*(ftp|filezilla)/i, 'ftp'],
  [/^[245]\d\d[ -]/, 'smtp'],
  [/^\* (OK|BYE|PREAUTH)/i, 'imap'],
  [/^[+]OK|^-ERR/, 'pop3'],
  [/^RFB \d/, 'vnc'],
];

/** Tells a protocol by its first octets, as far as that goes. */
export function guessOf(octets: Uint8Array): Guess {
  if (octets.length === 0) return 'nothing';
  if (isTls(octets)) return 'tls';
  // RFC 854: a command octet after IAC.
  if (octets[0] === 0xff && octets[1]! >= 0xfa) return 'telnet';
  // RFC 2126: TPKT version 3.
  if (octets[0] === 0x03 && octets[1] === 0x00) return 'rdp';
  // RFC 1928 §3: our version octet reads as the start of its own handshake.
  if (octets[0] === 0x05 && octets.length === 2) return 'socks';
  const text = Buffer.from(octets.subarray(0, 512)).toString('latin1');
  const greeting = GREETINGS.find(([pattern]) => pattern.test(text));
  if (greeting !== undefined) return greeting[1];
  return /^[\t\r\n\x20-\x7e]+$/.test(text) ? 'text' : 'binary';
}

/** The beginning, for a report: as text when it is text, else in hex. */
export function excerptOf(octets: Uint8Array): string {
  const start = octets.subarray(0, 60);
  const text = Buffer.from(start).toString('latin1');
  const isText = /^[\t\r\n\x20-\x7e]*$/.test(text);
  return isText ? text.replace(/\s+/g, ' ').trim() : Buffer.from(start.subarray(0, 20)).toString('hex');
}
