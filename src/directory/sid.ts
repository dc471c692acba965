import type { Decoded } from '../core/wire.ts';

declare const sid: unique symbol;
/** A security identifier as `S-1-…` ([MS-DTYP] §2.4.2.1), canonical: equal SIDs are equal strings. */
export type Sid = string & { readonly [sid]: true };

/** [MS-DTYP] §2.4.2.2. */
const REVISION = 1;
const MAX_SUB_AUTHORITIES = 15;
const HEADER_OCTETS = 8;

/** Reads the text of a SID; undefined for anything that is none. */
export function readSid(text: string): Sid | undefined {
  const parts = /^S-1-(0x[0-9a-f]{1,12}|\d{1,15})((?:-\d{1,10}){0,15})$/i.exec(text);
  if (parts === null) return undefined;
  const authority = Number(parts[1]);
  const subAuthorities = parts[2]!.split('-').slice(1).map(Number);
  if (authority > 0xffff_ffff_ffff || subAuthorities.some((one) => one > 0xffff_ffff)) return undefined;
  return sidText(authority, subAuthorities);
}

/** The SID at `offset`; `sizeOctets` says how far it goes ([MS-DTYP] §2.4.2.2). */
export function decodeSid(
  octets: Uint8Array,
  offset = 0,
  limit: number = octets.length,
): Decoded<{ readonly sid: Sid; readonly sizeOctets: number }> {
  if (offset + HEADER_OCTETS > limit) return { ok: false, detail: `a SID is cut off at octet ${limit}` };
  const [revision, count] = [octets[offset]!, octets[offset + 1]!];
  if (revision !== REVISION) return { ok: false, detail: `SID revision ${revision} at octet ${offset}` };
  if (count > MAX_SUB_AUTHORITIES)
    return { ok: false, detail: `a SID of ${count} sub-authorities at octet ${offset + 1}` };
  const sizeOctets = HEADER_OCTETS + 4 * count;
  if (offset + sizeOctets > limit) return { ok: false, detail: `a SID is cut off at octet ${limit}` };
  const view = Buffer.from(octets.buffer, octets.byteOffset + offset, sizeOctets);
  const authority = view.readUIntBE(2, 6);
  const subAuthorities = Array.from({ length: count }, (_, i) => view.readUInt32LE(HEADER_OCTETS + 4 * i));
  return { ok: true, value: { sid: sidText(authority, subAuthorities), sizeOctets } };
}

/** The octets of a SID ([MS-DTYP] §2.4.2.2), as objectSid and ACEs hold them. */
export function encodeSid(value: Sid): Uint8Array {
  const [authority = '0', ...subAuthorities] = value.split('-').slice(2);
  const octets = Buffer.alloc(HEADER_OCTETS + 4 * subAuthorities.length);
  octets[0] = REVISION;
  octets[1] = subAuthorities.length;
  octets.writeUIntBE(Number(authority), 2, 6);
  for (const [i, one] of subAuthorities.entries()) octets.writeUInt32LE(Number(one), HEADER_OCTETS + 4 * i);
  return Uint8Array.from(octets);
}

/** Fixed SIDs ([MS-DTYP] §2.4.2.4) by what an ACL editor shows for them. */
export const WELL_KNOWN = {
  everyone: 'S-1-1-0' as Sid,
  creatorOwner: 'S-1-3-0' as Sid,
  creatorGroup: 'S-1-3-1' as Sid,
  ownerRights: 'S-1-3-4' as Sid,
  network: 'S-1-5-2' as Sid,
  anonymous: 'S-1-5-7' as Sid,
  enterpriseDomainControllers: 'S-1-5-9' as Sid,
  self: 'S-1-5-10' as Sid,
  authenticatedUsers: 'S-1-5-11' as Sid,
  thisOrganization: 'S-1-5-15' as Sid,
  system: 'S-1-5-18' as Sid,
  administrators: 'S-1-5-32-544' as Sid,
  users: 'S-1-5-32-545' as Sid,
  preWindows2000Compatible: 'S-1-5-32-554' as Sid,
} as const;

const NAMES: Readonly<Record<string, string>> = {
  'S-1-1-0': 'Everyone',
  'S-1-3-0': 'CREATOR OWNER',
  'S-1-3-1': 'CREATOR GROUP',
  'S-1-3-4': 'OWNER RIGHTS',
  'S-1-5-2': 'NETWORK',
  'S-1-5-4': 'INTERACTIVE',
  'S-1-5-6': 'SERVICE',
  'S-1-5-7': 'ANONYMOUS LOGON',
  'S-1-5-9': 'ENTERPRISE DOMAIN CONTROLLERS',
  'S-1-5-10': 'SELF',
  'S-1-5-11': 'Authenticated Users',
  'S-1-5-12': 'RESTRICTED',
  'S-1-5-15': 'This Organization',
  'S-1-5-18': 'SYSTEM',
  'S-1-5-19': 'LOCAL SERVICE',
  'S-1-5-20': 'NETWORK SERVICE',
  'S-1-5-32-544': 'BUILTIN\\Administrators',
  'S-1-5-32-545': 'BUILTIN\\Users',
  'S-1-5-32-546': 'BUILTIN\\Guests',
  'S-1-5-32-548': 'BUILTIN\\Account Operators',
  'S-1-5-32-549': 'BUILTIN\\Server Operators',
  'S-1-5-32-550': 'BUILTIN\\Print Operators',
  'S-1-5-32-551': 'BUILTIN\\Backup Operators',
  'S-1-5-32-552': 'BUILTIN\\Replicator',
  'S-1-5-32-554': 'BUILTIN\\Pre-Windows 2000 Compatible Access',
};

/** Accounts with the same relative identifier in every domain ([MS-DTYP] §2.4.2.4; [MS-ADTS] §6.1.1.6). */
export const DOMAIN_RID = {
  administrator: 500,
  domainAdmins: 512,
  domainUsers: 513,
  domainComputers: 515,
  domainControllers: 516,
  schemaAdmins: 518,
  enterpriseAdmins: 519,
} as const;

const RID_NAMES: Readonly<Record<number, string>> = {
  498: 'Enterprise Read-only Domain Controllers',
  500: 'Administrator',
  501: 'Guest',
  502: 'krbtgt',
  512: 'Domain Admins',
  513: 'Domain Users',
  514: 'Domain Guests',
  515: 'Domain Computers',
  516: 'Domain Controllers',
  517: 'Cert Publishers',
  518: 'Schema Admins',
  519: 'Enterprise Admins',
  520: 'Group Policy Creator Owners',
  521: 'Read-only Domain Controllers',
  522: 'Cloneable Domain Controllers',
  525: 'Protected Users',
  526: 'Key Admins',
  527: 'Enterprise Key Admins',
  553: 'RAS and IAS Servers',
};

/**
 * What a SID is called without asking anybody: fixed ones, and those with a fixed number in every domain. Undefined
 * for all others; DnsAdmins is one of these, its number differs from domain to domain.
 */
export function wellKnownName(value: Sid): string | undefined {
  const rid = ridOf(value);
  return NAMES[value] ?? (rid === undefined ? undefined : RID_NAMES[rid]);
}

/** The domain of an account's SID, `S-1-5-21-a-b-c`; undefined when the SID belongs to no domain. */
export function domainOf(value: Sid): Sid | undefined {
  return /^(S-1-5-21-\d+-\d+-\d+)-\d+$/.exec(value)?.[1] as Sid | undefined;
}

/** The last number of an account's SID, which tells it from others of its domain; undefined outside domains. */
export function ridOf(value: Sid): number | undefined {
  const rid = /^S-1-5-21-\d+-\d+-\d+-(\d+)$/.exec(value)?.[1];
  return rid === undefined ? undefined : Number(rid);
}

/** The account with this number in a domain. */
export function sidInDomain(domain: Sid, rid: number): Sid {
  return `${domain}-${rid}` as Sid;
}

/** Authorities from 2^32 on are written in hex ([MS-DTYP] §2.4.2.1). */
function sidText(authority: number, subAuthorities: readonly number[]): Sid {
  const head = authority > 0xffff_ffff ? `0x${authority.toString(16).padStart(12, '0')}` : String(authority);
  return ['S-1', head, ...subAuthorities].join('-') as Sid;
}
