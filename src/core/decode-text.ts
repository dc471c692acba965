/** How the octets of a text file were read. */
export interface DecodedText {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Without a byte order mark. */
  readonly text: string;
}

/**
 * A text file as people save it: by its byte order mark, else UTF-16 where every other octet in front is zero, else
 * UTF-8, else the ANSI code page, which no octets can fail to be. Never throws.
 */
export function decodeText(octets: Uint8Array): DecodedText {
  const starts = (...mark: number[]): boolean => mark.every((octet, i) => octets[i] === octet);
  if (starts(0xff, 0xfe)) return decodeAs('utf-16le', octets);
  if (starts(0xfe, 0xff)) return decodeAs('utf-16be', octets);
  if (starts(0xef, 0xbb, 0xbf)) return decodeAs('utf-8', octets);
  // The first letter is ASCII in every honest file: a zero octet tells UTF-16 without its mark.
  if (octets.length > 1 && octets[0] !== 0 && octets[1] === 0) return decodeAs('utf-16le', octets);
  if (octets.length > 1 && octets[0] === 0 && octets[1] !== 0) return decodeAs('utf-16be', octets);
  try {
    return { encoding: 'utf-8', text: new TextDecoder('utf-8', { fatal: true }).decode(octets) };
  } catch {
    return decodeAs('windows-1252', octets);
  }
}

/** The octets in one encoding; what does not fit becomes U+FFFD. */
export function decodeAs(encoding: DecodedText['encoding'], octets: Uint8Array): DecodedText {
  return { encoding, text: new TextDecoder(encoding).decode(octets) };
}
