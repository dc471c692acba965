/** A directory in memory: enough of a server for what is written and read back, and for servers that lie about it. */
import type {
  DirectoryClient,
  LdapChange,
  LdapEntry,
  LdapFault,
  LdapOutcome,
  LdapSearch,
} from '../../src/directory/directory-client.ts';
import type { Forest, Server } from '../../src/directory/forest.ts';
import {
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
} from '../../src/directory/security-descriptor.ts';
import { encodeSid, type Sid } from '../../src/directory/sid.ts';

export type Objects = Readonly<Record<string, Readonly<Record<string, readonly (string | Uint8Array)[]>>>>;

export interface MemoryDirectory {
  readonly client: DirectoryClient;
  /** Values of an attribute as they stand; undefined: no such object. */
  values(dn: string, attribute: string): readonly Uint8Array[] | undefined;
  set(dn: string, attribute: string, values: readonly (string | Uint8Array)[]): void;
  /** What was written, as `modify DN` and with the SD-flags control it came with. */
  readonly writes: readonly string[];
}

/** How a server treats what is sent to it. */
export interface Manners {
  /** Before each call: a fault to give instead of an answer, by what is asked. */
  readonly fault?: (call: string) => LdapFault | undefined;
  /** Says that writes are done, and does not do them. */
  readonly ignoresWrites?: boolean;
  /** SIDs that new groups get. */
  readonly newSid?: Sid;
}

const fault = (
  kind: LdapFault['kind'],
  detail: string,
): { readonly ok: false; readonly fault: LdapFault } => ({
  ok: false,
  fault: { kind, detail, hint: '' },
});
const octets = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

export function memoryDirectory(objects: Objects = {}, manners: Manners = {}): MemoryDirectory {
  const store = new Map<string, Map<string, Uint8Array[]>>();
  const writes: string[] = [];
  const set = (dn: string, attribute: string, values: readonly (string | Uint8Array)[]): void => {
    const entry = store.get(dn) ?? new Map<string, Uint8Array[]>();
    entry.set(attribute.toLowerCase(), values.map(octets));
    store.set(dn, entry);
  };
  for (const [dn, attributes] of Object.entries(objects))
    for (const [name, values] of Object.entries({ objectClass: ['top'], ...attributes }))
      set(dn, name, values);

  const change = (dn: string, { kind, attribute, values }: LdapChange): void => {
    const there = store.get(dn)?.get(attribute.toLowerCase()) ?? [];
    const hex = new Set(values.map((value) => Buffer.from(value).toString('hex')));
    const rest = there.filter((value) => !hex.has(Buffer.from(value).toString('hex')));
    set(dn, attribute, kind === 'replace' ? values : kind === 'add' ? [...rest, ...values] : rest);
  };
  const attempt = <T>(call: string, work: () => LdapOutcome<T>): Promise<LdapOutcome<T>> => {
    const given = manners.fault?.(call);
    return Promise.resolve(given === undefined ? work() : { ok: false, fault: given });
  };
  const write = (
    call: string,
    dn: string,
    mustStand: boolean,
    work: () => void,
  ): Promise<LdapOutcome<void>> =>
    attempt(call, () => {
      if (mustStand !== store.has(dn))
        return mustStand ? fault('no-such-object', 'no such object') : fault('already-exists', 'it stands');
      writes.push(call);
      if (!manners.ignoresWrites) work();
      return { ok: true, value: undefined };
    });

  const search = ({
    base,
    filter,
  }: LdapSearch): LdapOutcome<{ entries: LdapEntry[]; references: string[] }> => {
    const entry = store.get(base);
    if (entry === undefined) return fault('no-such-object', 'no such object');
    const [, attribute = '', wanted = ''] = /^\((\w+)=(.*)\)$/s.exec(filter) ?? [];
    const plain = wanted.replace(/\\([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    const values = (entry.get(attribute.toLowerCase()) ?? []).map((value) => Buffer.from(value).toString());
    const hit = wanted === '*' ? values.length > 0 : values.includes(plain);
    return {
      ok: true,
      value: { entries: hit ? [{ dn: base, attributes: entry }] : [], references: [] },
    };
  };

  const client: DirectoryClient = {
    url: 'ldaps://memory',
    search: (one) => attempt(`search ${one.base}`, () => search(one)),
    add: (dn, attributes) =>
      write(`add ${dn}`, dn, false, () => {
        for (const [name, values] of Object.entries(attributes)) set(dn, name, values);
        if (attributes.groupType !== undefined) set(dn, 'objectSid', [encodeSid(manners.newSid!)]);
      }),
    modify: (dn, changes, sdFlags) =>
      write(`modify ${dn}${sdFlags === undefined ? '' : ` sd=${sdFlags}`}`, dn, true, () => {
        for (const one of changes) {
          if (one.attribute === 'nTSecurityDescriptor') writeDacl(dn, one.values[0]!);
          else change(dn, one);
        }
      }),
    remove: (dn) => write(`delete ${dn}`, dn, true, () => store.delete(dn)),
    close: async () => {},
  };

  /** As a server does with the flags 4: owner and group stay. */
  function writeDacl(dn: string, value: Uint8Array): void {
    const [now, sent] = [store.get(dn)!.get('ntsecuritydescriptor')![0]!, value].map((one) => {
      const read = decodeSecurityDescriptor(one);
      if (!read.ok) throw new Error(read.detail);
      return read.value;
    });
    set(dn, 'nTSecurityDescriptor', [encodeSecurityDescriptor({ ...now!, dacl: sent!.dacl })]);
  }

  return { client, values: (dn, attribute) => store.get(dn)?.get(attribute.toLowerCase()), set, writes };
}

/** A forest of this one server. */
export function forestOf({ client }: MemoryDirectory, ...contexts: readonly string[]): Forest {
  const server: Server = {
    client,
    hostName: 'dc1.contoso.com',
    contexts,
    configuration: 'CN=C',
    samba: false,
  };
  return { servers: [server], domains: [], contexts, outOfReach: [] };
}
