/** Why the directory gave no answer. Trouble of the network, of TLS and of permissions alike are values. */
export const LDAP_FAULTS = [
  'not-found',
  'refused',
  'timeout',
  'closed',
  'unreachable',
  'certificate',
  'tls',
  'credentials',
  'encryption-required',
  'no-permission',
  'no-such-object',
  'already-exists',
  'constraint',
  'size-limit',
  'referral',
  'busy',
  'cancelled',
  'other',
] as const;
export type LdapFaultKind = (typeof LDAP_FAULTS)[number];

export interface LdapFault {
  readonly kind: LdapFaultKind;
  /** What happened, in a sentence. */
  readonly detail: string;
  /** What to do next; empty where nothing is known. */
  readonly hint: string;
  /** LDAP result code (RFC 4511 §4.1.9), where the server gave one. */
  readonly resultCode?: number;
}

export type LdapOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: LdapFault };

/** One object as the server sent it. All values are octets; what they mean is for the reader of the attribute. */
export interface LdapEntry {
  readonly dn: string;
  /** By attribute name in lower case; an attribute without values is not in it. */
  readonly attributes: ReadonlyMap<string, readonly Uint8Array[]>;
}

export interface LdapSearch {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  /** RFC 4515; values escaped with `filterValue`. */
  readonly filter: string;
  readonly attributes: readonly string[];
  /** Parts of `nTSecurityDescriptor` to return (LDAP_SERVER_SD_FLAGS_OID): 1 owner, 2 group, 4 DACL, 8 SACL. */
  readonly sdFlags?: number;
  /** Also what was deleted and still stands as a tombstone (LDAP_SERVER_SHOW_DELETED_OID). */
  readonly showDeleted?: boolean;
}

export interface LdapFound {
  readonly entries: readonly LdapEntry[];
  /** Places that the server names and that were not asked: they are never followed silently. */
  readonly references: readonly string[];
}

export interface LdapChange {
  readonly kind: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly Uint8Array[];
}

/** A bound connection to one directory server. Nothing here throws for what server or network do. */
export interface DirectoryClient {
  /** As `ldaps://dc1.contoso.com:636`, for a person. */
  readonly url: string;
  /** All pages of the answer. */
  search(search: LdapSearch): Promise<LdapOutcome<LdapFound>>;
  add(dn: string, attributes: Readonly<Record<string, readonly Uint8Array[]>>): Promise<LdapOutcome<void>>;
  /** `sdFlags` limits a new `nTSecurityDescriptor` to those parts: 4 writes the DACL and leaves the rest alone. */
  modify(dn: string, changes: readonly LdapChange[], sdFlags?: number): Promise<LdapOutcome<void>>;
  remove(dn: string): Promise<LdapOutcome<void>>;
  close(): Promise<void>;
}

/** The first value of an attribute. */
export function firstValue(entry: LdapEntry, attribute: string): Uint8Array | undefined {
  return entry.attributes.get(attribute.toLowerCase())?.[0];
}

/** The values of an attribute as text; octets that are no UTF-8 become U+FFFD. */
export function textValues(entry: LdapEntry, attribute: string): readonly string[] {
  const decoder = new TextDecoder();
  return (entry.attributes.get(attribute.toLowerCase()) ?? []).map((value) => decoder.decode(value));
}

/** The first value of an attribute as text. */
export function firstText(entry: LdapEntry, attribute: string): string | undefined {
  return textValues(entry, attribute)[0];
}
