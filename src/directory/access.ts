import { FULL_CONTROL, RIGHT, rightsInWords, specificRights } from './access-rights.ts';
import { type AccessAce, isDeny, isInherited, isInheritOnly } from './ace.ts';
import { type Guid, SCHEMA_GUID, schemaName } from './guid.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import { ridOf, type Sid, WELL_KNOWN, wellKnownName } from './sid.ts';

/** Something an account may want to do with an object of DNS: rights, all of which it takes. */
export interface Wish {
  readonly rights: number;
  /** Attributes or classes that the rights are about: an entry for one of them counts too. */
  readonly objectTypes: readonly Guid[];
}

type WishName =
  | 'createNode'
  | 'writeRecords'
  | 'updateByDlz'
  | 'deleteNode'
  | 'takeOwnership'
  | 'changePermissions'
  | 'fullControl';

/** What audits ask about. `dnsRecord` is the attribute that an update changes. */
export const WISH: Readonly<Record<WishName, Wish>> = {
  /** On the zone: add a name that is not there yet. */
  createNode: { rights: RIGHT.createChild, objectTypes: [SCHEMA_GUID.dnsNode] },
  /** On the node: change its records, as Windows DNS and Samba's internal DNS want it. */
  writeRecords: { rights: RIGHT.writeProperty, objectTypes: [SCHEMA_GUID.dnsNode, SCHEMA_GUID.dnsRecord] },
  /**
   * On the node: any update through BIND with Samba's DLZ module. It asks for SEC_STD_REQUIRED and self write at once
   * (SEC_STD_REQUIRED | SEC_ADS_SELF_WRITE in dlz_bind9.c), so a grant of write,
   * read and delete is refused there.
   */
  updateByDlz: {
    rights: RIGHT.delete | RIGHT.readControl | RIGHT.writeDac | RIGHT.writeOwner | RIGHT.selfWrite,
    objectTypes: [SCHEMA_GUID.dnsNode],
  },
  deleteNode: { rights: RIGHT.delete, objectTypes: [SCHEMA_GUID.dnsNode] },
  takeOwnership: { rights: RIGHT.writeOwner, objectTypes: [SCHEMA_GUID.dnsNode] },
  changePermissions: { rights: RIGHT.writeDac, objectTypes: [SCHEMA_GUID.dnsNode] },
  fullControl: { rights: FULL_CONTROL, objectTypes: [SCHEMA_GUID.dnsNode] },
};

/** An answer with the reason for it. `unknown`: the permissions were not read. */
export type Access =
  | { readonly kind: 'allowed'; readonly by: 'ace'; readonly ace: AccessAce }
  | { readonly kind: 'allowed'; readonly by: 'owner' | 'no-dacl' }
  /** `missing`: rights that nothing grants. */
  | { readonly kind: 'denied'; readonly by: 'ace'; readonly ace: AccessAce; readonly missing: number }
  | { readonly kind: 'denied'; readonly by: 'nothing'; readonly missing: number }
  | { readonly kind: 'unknown' };

/**
 * May an account with these SIDs do what it wishes? The access check of [MS-DTYP] §2.5.3.2 with the object tree of
 * [MS-ADTS] §5.1.3.3: entries in their order, the first that denies an open right or the one that allows the last
 * open right decides. Entries for objects below are passed over. The owner may always read and change the
 * permissions, unless an entry for OWNER RIGHTS says what he may. Privileges such as
 * SeTakeOwnershipPrivilege are not looked at.
 */
export function checkAccess(
  { owner, dacl }: Pick<SecurityDescriptor, 'owner' | 'dacl'>,
  sids: ReadonlySet<Sid>,
  wish: Wish,
): Access {
  if (dacl.kind === 'absent') return { kind: 'unknown' };
  if (dacl.kind === 'null') return { kind: 'allowed', by: 'no-dacl' };
  const owns = owner !== undefined && sids.has(owner);
  const effective = dacl.aces.filter((ace): ace is AccessAce => ace.kind !== 'other' && !isInheritOnly(ace));
  const ownerRights = effective.some((ace) => ace.sid === WELL_KNOWN.ownerRights);

  let open = specificRights(wish.rights);
  if (owns && !ownerRights) open = (open & ~(RIGHT.readControl | RIGHT.writeDac)) >>> 0;
  if (open === 0) return { kind: 'allowed', by: 'owner' };
  for (const ace of effective) {
    const meant = sids.has(ace.sid) || (owns && ace.sid === WELL_KNOWN.ownerRights);
    if (!meant || (ace.objectType !== undefined && !wish.objectTypes.includes(ace.objectType))) continue;
    const rights = specificRights(ace.mask);
    const hit = (rights & open) >>> 0;
    if (hit === 0) continue;
    if (isDeny(ace)) return { kind: 'denied', by: 'ace', ace, missing: hit };
    open = (open & ~rights) >>> 0;
    if (open === 0) return { kind: 'allowed', by: 'ace', ace };
  }
  return { kind: 'denied', by: 'nothing', missing: open };
}

/**
 * Every SID that a domain account acts with at a DNS server: its own, its groups, and what everybody has who signed in
 * over the network. `groups` must hold nested groups and the primary one, as tokenGroups does ([MS-ADTS] §3.1.1.4.5.19).
 */
export function actingSids(account: Sid, groups: Iterable<Sid>): ReadonlySet<Sid> {
  return new Set([
    account,
    ...groups,
    WELL_KNOWN.everyone,
    WELL_KNOWN.network,
    WELL_KNOWN.authenticatedUsers,
    WELL_KNOWN.thisOrganization,
  ]);
}

/** An entry for people: who, what, on what, from where. `nameOf` knows accounts; well-known ones need it not. */
export function aceInWords(
  ace: AccessAce,
  nameOf: (sid: Sid) => string | undefined = () => undefined,
): string {
  const who = nameOf(ace.sid) ?? wellKnownName(ace.sid) ?? ace.sid;
  const on = ace.objectType === undefined ? '' : ` (${schemaName(ace.objectType)} only)`;
  const from = isInherited(ace) ? ', inherited' : '';
  const below = isInheritOnly(ace) ? ', for objects below' : '';
  return `${isDeny(ace) ? 'denies' : 'allows'} ${who}: ${rightsInWords(ace.mask)}${on}${from}${below}`;
}

/** Why an answer is as it is, as the end of a sentence. */
export function accessInWords(access: Access, nameOf?: (sid: Sid) => string | undefined): string {
  switch (access.kind) {
    case 'unknown':
      return 'the permissions could not be read';
    case 'allowed':
      if (access.by === 'ace') return `an entry ${aceInWords(access.ace, nameOf)}`;
      return access.by === 'owner' ? 'it owns the object' : 'there is no permission list, so everybody may';
    case 'denied':
      if (access.by === 'ace') return `an entry ${aceInWords(access.ace, nameOf)}`;
      return `no entry grants it: ${rightsInWords(access.missing)}`;
  }
}

/**
 * Accounts that write everywhere by their office: administrators, domain controllers, the system. DnsAdmins has no
 * fixed number, so its SID must be given.
 */
export function isAdministrative(sid: Sid, dnsAdmins: ReadonlySet<Sid> = new Set()): boolean {
  const rid = ridOf(sid);
  return OFFICES.has(sid) || dnsAdmins.has(sid) || (rid !== undefined && OFFICE_RIDS.has(rid));
}

const OFFICES: ReadonlySet<Sid> = new Set([
  WELL_KNOWN.system,
  WELL_KNOWN.administrators,
  WELL_KNOWN.enterpriseDomainControllers,
]);

/** Administrator, Domain Admins, Domain Controllers, Schema Admins, Enterprise Admins. */
const OFFICE_RIDS: ReadonlySet<number> = new Set([500, 512, 516, 518, 519]);
