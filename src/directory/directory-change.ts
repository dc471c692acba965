import { daclDifference } from './dacl-difference.ts';
import { type DirectoryClient, firstValue, type LdapFault, type LdapOutcome } from './directory-client.ts';
import { type Forest, holdersOf, sidOf } from './forest.ts';
import { equals } from './ldap-filter.ts';
import type { StepOutcome } from './mending-journal.ts';
import { OWNER_GROUP_DACL } from './read-zones.ts';
import {
  daclOnly,
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
  type SecurityDescriptor,
} from './security-descriptor.ts';
import type { Sid } from './sid.ts';

/** What became of a change: `says` tells it from what was read back, not from the server's result code. */
export interface Changed {
  readonly outcome: StepOutcome;
  readonly says: string;
}

/** Writes the permissions of an object and nothing else of it: LDAP_SERVER_SD_FLAGS_OID with DACL alone. */
const DACL_ALONE = 4;

/** The connection to a server that holds an object: the one whose naming context ends its name, the longest first. */
export function holderOf({ servers, contexts }: Forest, dn: string): DirectoryClient | undefined {
  const ends = (context: string): boolean => `,${dn}`.toLowerCase().endsWith(`,${context}`.toLowerCase());
  const all = [...new Set([...contexts, ...servers.flatMap((one) => one.contexts)])].filter(ends);
  const [context] = all.sort((a, b) => b.length - a.length);
  return context === undefined ? undefined : holdersOf(servers, context)[0]?.client;
}

/** The permissions of an object with its owner and group; undefined as value: there is no such object. */
export async function readPermissions(
  client: DirectoryClient,
  dn: string,
): Promise<LdapOutcome<SecurityDescriptor | undefined>> {
  const read = await client.search({
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['nTSecurityDescriptor'],
    sdFlags: OWNER_GROUP_DACL,
  });
  if (!read.ok) return read.fault.kind === 'no-such-object' ? { ok: true, value: undefined } : read;
  const [entry] = read.value.entries;
  const octets = entry === undefined ? undefined : firstValue(entry, 'nTSecurityDescriptor');
  if (octets === undefined) return notShown(`the permissions of ${JSON.stringify(dn)} are not shown`);
  const decoded = decodeSecurityDescriptor(octets);
  return decoded.ok
    ? { ok: true, value: decoded.value }
    : notShown(`the permissions of ${JSON.stringify(dn)} cannot be read: ${decoded.detail}`);
}

/**
 * Puts a permission list in the place of another and compares what stands there then. Owner, group and the system's
 * list are not sent.
 */
export async function writePermissions(
  client: DirectoryClient,
  dn: string,
  before: SecurityDescriptor,
  after: SecurityDescriptor,
): Promise<Changed> {
  const octets = encodeSecurityDescriptor(daclOnly(after));
  const sent = await client.modify(
    dn,
    [{ kind: 'replace', attribute: 'nTSecurityDescriptor', values: [octets] }],
    DACL_ALONE,
  );
  const stands = await readPermissions(client, dn);
  if (!stands.ok) return unknown(sent, stands.fault);
  if (stands.value === undefined) return { outcome: 'changed', says: 'the object is gone' };
  const differences = daclDifference(after.dacl, stands.value.dacl);
  if (differences.length === 0) return { outcome: 'done', says: 'read back as it was written' };
  if (daclDifference(before.dacl, stands.value.dacl).length === 0) return refused(sent);
  return { outcome: 'changed', says: `written, but something else stands there: ${differences.join('; ')}` };
}

/** The SID of an object; undefined as value: there is none, or it has no SID. */
export async function readSidOf(client: DirectoryClient, dn: string): Promise<LdapOutcome<Sid | undefined>> {
  const read = await client.search({
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['objectSid'],
  });
  if (!read.ok) return read.fault.kind === 'no-such-object' ? { ok: true, value: undefined } : read;
  const [entry] = read.value.entries;
  return { ok: true, value: entry === undefined ? undefined : sidOf(entry) };
}

/** Is it a direct member? The server compares the names, which may be written in several ways. */
export async function isMember(
  client: DirectoryClient,
  group: string,
  member: string,
): Promise<LdapOutcome<boolean>> {
  const read = await client.search({
    base: group,
    scope: 'base',
    filter: equals('member', member),
    attributes: ['objectSid'],
  });
  if (!read.ok) return read;
  return { ok: true, value: read.value.entries.length > 0 };
}

/** Adds a member or takes one away, and looks. */
export async function changeMember(
  client: DirectoryClient,
  kind: 'add' | 'delete',
  group: string,
  member: string,
): Promise<Changed> {
  const sent = await client.modify(group, [
    { kind, attribute: 'member', values: [new TextEncoder().encode(member)] },
  ]);
  const stands = await isMember(client, group, member);
  if (!stands.ok) return unknown(sent, stands.fault);
  if (stands.value !== (kind === 'add')) return refused(sent);
  return { outcome: 'done', says: kind === 'add' ? 'it is a member' : 'it is no member any more' };
}

/** Values of `dnsRecord` at a node in a comparable form; undefined as value: there is no such object. */
export async function readRecordValues(
  client: DirectoryClient,
  dn: string,
): Promise<LdapOutcome<readonly string[] | undefined>> {
  const read = await client.search({
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['dnsRecord'],
  });
  if (!read.ok) return read.fault.kind === 'no-such-object' ? { ok: true, value: undefined } : read;
  const [entry] = read.value.entries;
  return { ok: true, value: entry && hexOf(entry.attributes.get('dnsrecord') ?? []) };
}

/** Octets in a form that can be compared, whatever their order. */
export function hexOf(values: readonly Uint8Array[]): readonly string[] {
  return values.map((value) => Buffer.from(value).toString('hex')).sort();
}

/** What was sent did not come about; the reason is the server's, where it gave one. */
export function refused(sent: LdapOutcome<void>): Changed {
  return sent.ok
    ? { outcome: 'refused', says: 'the server said that it was done, and nothing has changed' }
    : { outcome: 'refused', says: withHint(sent.fault) };
}

/** Nobody can tell: the answer, or the look at it, did not come. */
export function unknown(sent: LdapOutcome<void>, look: LdapFault): Changed {
  const says = sent.ok ? 'it was sent' : sent.fault.detail;
  return { outcome: 'unknown', says: `${says}; then it could not be read back: ${look.detail}` };
}

/** A fault as the end of a sentence. */
export function withHint({ detail, hint }: LdapFault): string {
  return hint === '' ? detail : `${detail}; ${hint}`;
}

function notShown(detail: string): { readonly ok: false; readonly fault: LdapFault } {
  return { ok: false, fault: { kind: 'no-permission', detail, hint: 'use an account that may read them' } };
}
