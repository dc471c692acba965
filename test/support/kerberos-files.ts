/** Writes keytabs and ticket caches as MIT Kerberos 1.20 does, entry by entry, for what a real one does not hold. */
import type { KeytabEntry } from '../../src/kerberos/keytab.ts';

function number(octets: 1 | 2 | 4, value: number): Buffer {
  const made = Buffer.alloc(octets);
  made.writeUIntBE(value, 0, octets);
  return made;
}

function counted(octets: 2 | 4, content: string | Uint8Array): Buffer {
  const body = Buffer.from(content);
  return Buffer.concat([number(octets, body.length), body]);
}

export interface WrittenKey extends Pick<KeytabEntry, 'keyVersion'> {
  readonly components: readonly string[];
  readonly realm: string;
  readonly encryptionType: number;
  readonly secret: Uint8Array;
  /** Without the 32 bits of version at the end, as old programs write it. */
  readonly short?: boolean;
}

/** A hole is what `ktutil delete` leaves behind: so many octets. */
export function keytabFile(entries: readonly (WrittenKey | { readonly hole: number })[]): Buffer {
  return Buffer.concat([Buffer.from([5, 2]), ...entries.map(entryOctets)]);
}

function entryOctets(entry: WrittenKey | { readonly hole: number }): Buffer {
  if ('hole' in entry)
    return Buffer.concat([number(4, 2 ** 32 - entry.hole), Buffer.alloc(entry.hole, 0xee)]);
  const { components, realm, keyVersion, encryptionType, secret, short = false } = entry;
  const body = Buffer.concat([
    number(2, components.length),
    counted(2, realm),
    ...components.map((component) => counted(2, component)),
    number(4, 1),
    number(4, 1_795_000_000),
    number(1, keyVersion & 0xff),
    number(2, encryptionType),
    counted(2, secret),
    ...(short ? [] : [number(4, keyVersion)]),
  ]);
  return Buffer.concat([number(4, body.length), body]);
}

export interface WrittenTicket {
  readonly server: readonly string[];
  readonly realm: string;
  readonly endSeconds: number;
}

/** Version 4, with the header that holds the clock's offset. */
export function ticketCacheFile(
  owner: { readonly components: readonly string[]; readonly realm: string },
  tickets: readonly WrittenTicket[],
): Buffer {
  const client = principal(owner.components, owner.realm);
  return Buffer.concat([
    Buffer.from('05 04 00 0c 00 01 00 08 00 00 00 00 00 00 00 00'.replaceAll(' ', ''), 'hex'),
    client,
    ...tickets.map(({ server, realm, endSeconds }) =>
      Buffer.concat([
        client,
        principal(server, realm),
        number(2, 18),
        counted(4, Buffer.alloc(32, 0xaa)),
        number(4, endSeconds - 36_000),
        number(4, endSeconds - 36_000),
        number(4, endSeconds),
        number(4, 0),
        number(1, 0),
        number(4, 0x40e1_0000),
        // One address and one piece of authorization data.
        number(4, 1),
        number(2, 2),
        counted(4, Buffer.from([127, 0, 0, 1])),
        number(4, 1),
        number(2, 1),
        counted(4, 'data'),
        counted(4, Buffer.alloc(200, 0xbb)),
        counted(4, ''),
      ]),
    ),
  ]);
}

function principal(components: readonly string[], realm: string): Buffer {
  return Buffer.concat([
    number(4, 1),
    number(4, components.length),
    counted(4, realm),
    ...components.map((component) => counted(4, component)),
  ]);
}
