import { MalformedOctets, type OctetCursor, octetCursor } from './octet-cursor.ts';
import { type Principal, principalText } from './principal.ts';

/** One ticket of a cache, without anything secret. */
export interface CachedTicket {
  readonly server: string;
  /** Seconds since 1970. */
  readonly endSeconds: number;
  /** For the KDC itself: with it further tickets are got. */
  readonly isGranting: boolean;
}

export type CacheReading =
  | { readonly ok: true; readonly owner: string; readonly tickets: readonly CachedTicket[] }
  /** What is wrong, with the offset. */
  | { readonly ok: false; readonly problem: string };

const VERSIONS = [0x0503, 0x0504] as const;
const VERSION_WITH_HEADER = 0x0504;
/** The realm of entries that are settings of the library, not tickets. */
const SETTINGS_REALM = 'X-CACHECONF:';
const MAX_TICKETS = 10_000;

/** Reads a ticket cache of type FILE, versions 3 and 4. Session keys and tickets are passed over. */
export function readTicketCache(octets: Uint8Array): CacheReading {
  try {
    const cursor = octetCursor(octets);
    if (cursor.left < 2) throw new MalformedOctets(0, 'the file is empty: no version');
    const version = cursor.number(2);
    if (!VERSIONS.some((one) => one === version))
      throw new MalformedOctets(0, 'the file does not begin as a ticket cache does (05 04)');
    if (version === VERSION_WITH_HEADER) cursor.octets(cursor.number(2), 'a header');
    const owner = principalText(principalIn(cursor));
    return { ok: true, owner, tickets: [...ticketsIn(cursor)] };
  } catch (error) {
    if (error instanceof MalformedOctets) return { ok: false, problem: error.message };
    throw error;
  }
}

function* ticketsIn(cursor: OctetCursor): Generator<CachedTicket> {
  for (let count = 0; cursor.left > 0; count++) {
    if (count === MAX_TICKETS) throw new MalformedOctets(cursor.offset, `more than ${MAX_TICKETS} tickets`);
    principalIn(cursor);
    const server = principalIn(cursor);
    cursor.number(2);
    skipCounted(cursor, 'a session key');
    // When it was given, from when it is good; then until when, and until when it can be renewed.
    cursor.octets(8, 'times');
    const endSeconds = cursor.number(4);
    // Renewal, one octet that says whether the key is another ticket's, and the flags.
    cursor.octets(9, 'flags');
    for (const what of ['an address', 'authorization data']) {
      const parts = cursor.number(4);
      for (let i = 0; i < parts; i++) {
        cursor.number(2);
        skipCounted(cursor, what);
      }
    }
    skipCounted(cursor, 'a ticket');
    skipCounted(cursor, 'a second ticket');
    if (server.realm !== SETTINGS_REALM)
      yield { server: principalText(server), endSeconds, isGranting: server.components[0] === 'krbtgt' };
  }
}

function principalIn(cursor: OctetCursor): Principal {
  // Name type.
  cursor.number(4);
  const count = cursor.number(4);
  const realm = counted(cursor, 'a realm');
  if (count > cursor.left) throw new MalformedOctets(cursor.offset, `a name of ${count} parts`);
  const components = Array.from({ length: count }, () => counted(cursor, 'a part of a name'));
  return { components, realm };
}

function counted(cursor: OctetCursor, what: string): string {
  return cursor.octets(cursor.number(4), what).toString('utf8');
}

function skipCounted(cursor: OctetCursor, what: string): void {
  cursor.octets(cursor.number(4), what);
}
