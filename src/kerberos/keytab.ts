import { MalformedOctets, type OctetCursor, octetCursor } from './octet-cursor.ts';
import { type Principal, principalText } from './principal.ts';

/** One key of a keytab, without the key. */
export interface KeytabEntry {
  /** As klist -k writes it. */
  readonly principal: string;
  readonly keyVersion: number;
  /** `aes256-cts-hmac-sha1-96`; `encryption type 99` for one that has no name here. */
  readonly encryption: string;
}

export type KeytabReading =
  | { readonly ok: true; readonly entries: readonly KeytabEntry[] }
  /** What is wrong, with the offset. */
  | { readonly ok: false; readonly problem: string };

const FORMAT = 0x0502;
/** Of Kerberos before 1990, in the octet order of whatever machine wrote it. */
const OLD_FORMAT = 0x0501;

/** Reads a keytab, MIT's file format version 2. Its keys are passed over and never leave this function. */
export function readKeytab(octets: Uint8Array): KeytabReading {
  try {
    return { ok: true, entries: [...entriesIn(octetCursor(octets))] };
  } catch (error) {
    if (error instanceof MalformedOctets) return { ok: false, problem: error.message };
    throw error;
  }
}

function* entriesIn(cursor: OctetCursor): Generator<KeytabEntry> {
  if (cursor.left < 2) throw new MalformedOctets(cursor.offset, 'the file is empty: no version');
  const format = cursor.number(2);
  if (format === OLD_FORMAT)
    throw new MalformedOctets(0, 'the file has format version 1, which nobody writes any more');
  if (format !== FORMAT) throw new MalformedOctets(0, 'the file does not begin as a keytab does (05 02)');
  while (cursor.left > 0) {
    const start = cursor.offset;
    const size = cursor.number(4) | 0;
    // Zero ends the file for MIT's library, too: it was allotted, not written.
    if (size === 0) return;
    if (size < 0) cursor.octets(-size, 'a hole');
    else yield entryIn(cursor.part(size, 'an entry'), start);
  }
}

function entryIn(cursor: OctetCursor, start: number): KeytabEntry {
  const count = cursor.number(2);
  if (count === 0) throw new MalformedOctets(start, 'an entry names nobody');
  const realm = counted(cursor, 'a realm');
  const components = Array.from({ length: Math.min(count, cursor.left) }, () =>
    counted(cursor, 'a part of a name'),
  );
  if (components.length < count) throw new MalformedOctets(cursor.offset, 'the entry ends within a name');
  const principal: Principal = { components, realm };
  // Name type and time stamp.
  cursor.octets(8, 'name type and time');
  const shortVersion = cursor.number(1);
  const encryption = cursor.number(2);
  cursor.octets(cursor.number(2), 'a key');
  // 32 bits of version follow where 8 were too few; zero means that they are not used.
  const longVersion = cursor.left >= 4 ? cursor.number(4) : 0;
  return {
    principal: principalText(principal),
    keyVersion: longVersion === 0 ? shortVersion : longVersion,
    encryption: encryptionName(encryption),
  };
}

function counted(cursor: OctetCursor, what: string): string {
  return cursor.octets(cursor.number(2), what).toString('utf8');
}

/** RFC 3961 section 8, RFC 8009, RFC 4757, RFC 6803. */
const ENCRYPTION: Readonly<Record<number, string>> = {
  1: 'des-cbc-crc',
  3: 'des-cbc-md5',
  16: 'des3-cbc-sha1',
  17: 'aes128-cts-hmac-sha1-96',
  18: 'aes256-cts-hmac-sha1-96',
  19: 'aes128-cts-hmac-sha256-128',
  20: 'aes256-cts-hmac-sha384-192',
  23: 'arcfour-hmac',
  25: 'camellia128-cts-cmac',
  26: 'camellia256-cts-cmac',
};

function encryptionName(type: number): string {
  return ENCRYPTION[type] ?? `encryption type ${type}`;
}

/**
 * Whom to log in as when nobody said: the computer's account (`KMS01$@REALM`), since Active Directory lets nobody log
 * in by a service's name, else whoever comes first, as the libraries do. Undefined for an empty keytab.
 */
export function loginPrincipal(entries: readonly KeytabEntry[]): string | undefined {
  const names = entries.map(({ principal }) => principal);
  return names.find((name) => /^[^/]*\$@/.test(name)) ?? names[0];
}

/** What a keytab holds, for a sentence: `"host/a@R" (versions 3, 4), "b@R" (version 1)`. At most eight. */
export function keytabText(entries: readonly KeytabEntry[]): string {
  if (entries.length === 0) return 'nobody';
  const versions = new Map<string, Set<number>>();
  for (const { principal, keyVersion } of entries)
    versions.set(principal, (versions.get(principal) ?? new Set()).add(keyVersion));
  const shown = [...versions].slice(0, 8).map(([principal, of]) => {
    const numbers = [...of].sort((a, b) => a - b);
    return `${JSON.stringify(principal)} (key version${numbers.length > 1 ? 's' : ''} ${numbers.join(', ')})`;
  });
  const more = versions.size - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
