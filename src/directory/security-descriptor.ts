import type { Decoded } from '../core/wire.ts';
import { FULL_CONTROL, specificRights } from './access-rights.ts';
import { type AccessAce, type Ace, decodeAce, isDeny, isInherited, isInheritOnly, makeAce } from './ace.ts';
import { joinOctets, OctetCursor, u16Octets, u32Octets } from './octet-cursor.ts';
import { decodeSid, encodeSid, type Sid } from './sid.ts';

/** Control bits of a security descriptor ([MS-DTYP] §2.4.6). */
export const CONTROL = {
  daclPresent: 0x0004,
  saclPresent: 0x0010,
  daclAutoInherited: 0x0400,
  daclProtected: 0x1000,
  selfRelative: 0x8000,
} as const;

const HEADER_OCTETS = 20;
const ACL_HEADER_OCTETS = 8;

/** ACL_REVISION_DS: what an ACL with object ACEs has ([MS-DTYP] §2.4.5). */
const ACL_REVISION_DS = 4;
const MAX_ACL_OCTETS = 0xffff;

/**
 * Who may do what. `absent`: not read, or not there; `null`: there without a list, which lets everybody do
 * everything ([MS-DTYP] §2.5.3.2). An empty list lets nobody do anything.
 */
export type Dacl =
  | { readonly kind: 'absent' }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly revision: number; readonly aces: readonly Ace[] };

/** A self-relative security descriptor ([MS-DTYP] §2.4.6). The system's list is kept as octets. */
export interface SecurityDescriptor {
  readonly resourceManager: number;
  /** Bits of {@link CONTROL}, and others as they came. */
  readonly control: number;
  readonly owner?: Sid;
  readonly group?: Sid;
  readonly dacl: Dacl;
  readonly sacl?: Uint8Array;
}

/**
 * nTSecurityDescriptor as it comes from LDAP ([MS-DTYP] §2.4.6). Whatever does not fit gives `detail` with its
 * octet: half a permission list would tell lies.
 */
export function decodeSecurityDescriptor(octets: Uint8Array): Decoded<SecurityDescriptor> {
  const cursor = new OctetCursor(octets);
  const revision = cursor.u8();
  const resourceManager = cursor.u8();
  const control = cursor.u16();
  const [ownerAt, groupAt, saclAt, daclAt] = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()];
  if (cursor.fault !== undefined) return { ok: false, detail: cursor.fault };
  if (revision !== 1) return { ok: false, detail: `revision ${revision} at octet 0, not 1` };
  if ((control & CONTROL.selfRelative) === 0)
    return { ok: false, detail: 'not self-relative (control at octet 2)' };

  const sids: { owner?: Sid; group?: Sid } = {};
  for (const [name, at] of [
    ['owner', ownerAt],
    ['group', groupAt],
  ] as const) {
    if (at === 0) continue;
    const read = decodeSid(octets, at);
    if (!read.ok) return { ok: false, detail: `the ${name}: ${read.detail}` };
    sids[name] = read.value.sid;
  }
  const dacl = (control & CONTROL.daclPresent) === 0 ? absent() : decodeDacl(octets, daclAt);
  if (!dacl.ok) return dacl;
  const sacl = (control & CONTROL.saclPresent) === 0 || saclAt === 0 ? undefined : aclOctets(octets, saclAt);
  if (sacl !== undefined && !sacl.ok) return sacl;
  return {
    ok: true,
    value: {
      resourceManager,
      control,
      ...sids,
      dacl: dacl.value,
      ...(sacl !== undefined && { sacl: Uint8Array.from(sacl.value) }),
    },
  };
}

function absent(): Decoded<Dacl> {
  return { ok: true, value: { kind: 'absent' } };
}

function decodeDacl(octets: Uint8Array, at: number): Decoded<Dacl> {
  if (at === 0) return { ok: true, value: { kind: 'null' } };
  const acl = aclOctets(octets, at);
  if (!acl.ok) return acl;
  const end = at + acl.value.length;
  const count = octets[at + 4]! | (octets[at + 5]! << 8);
  const aces: Ace[] = [];
  let next = at + ACL_HEADER_OCTETS;
  for (let i = 0; i < count; i++) {
    const ace = decodeAce(octets, next, end);
    if (!ace.ok) return ace;
    aces.push(ace.value);
    next += ace.value.octets.length;
  }
  return { ok: true, value: { kind: 'list', revision: octets[at]!, aces } };
}

/** The whole of the ACL at `at` ([MS-DTYP] §2.4.5): revision, zero, size, count, zero, entries. */
function aclOctets(octets: Uint8Array, at: number): Decoded<Uint8Array> {
  if (at + ACL_HEADER_OCTETS > octets.length)
    return { ok: false, detail: `an ACL is cut off at octet ${octets.length}` };
  const size = octets[at + 2]! | (octets[at + 3]! << 8);
  if (size < ACL_HEADER_OCTETS || at + size > octets.length)
    return { ok: false, detail: `an ACL of ${size} octets at octet ${at} does not fit` };
  return { ok: true, value: octets.subarray(at, at + size) };
}

/**
 * The octets of a descriptor, in the order owner, group, SACL, DACL. Entries are written as they came. Throws when
 * the list is longer than an ACL can be, which {@link withGrant} rules out.
 */
export function encodeSecurityDescriptor(descriptor: SecurityDescriptor): Uint8Array {
  const { resourceManager, owner, group, dacl, sacl } = descriptor;
  let control = descriptor.control | CONTROL.selfRelative;
  control = dacl.kind === 'absent' ? control & ~CONTROL.daclPresent : control | CONTROL.daclPresent;
  const parts = [
    owner === undefined ? undefined : encodeSid(owner),
    group === undefined ? undefined : encodeSid(group),
    sacl,
    dacl.kind === 'list' ? encodeAcl(dacl.revision, dacl.aces) : undefined,
  ];
  let at = HEADER_OCTETS;
  const offsets = parts.map((part) => {
    if (part === undefined) return 0;
    at += part.length;
    return at - part.length;
  });
  return joinOctets(
    Uint8Array.of(1, resourceManager),
    u16Octets(control),
    ...offsets.map(u32Octets),
    ...parts.flatMap((part) => (part === undefined ? [] : [part])),
  );
}

function encodeAcl(revision: number, aces: readonly Ace[]): Uint8Array {
  const size = aclSize(aces);
  if (size > MAX_ACL_OCTETS) throw new Error(`an ACL of ${size} octets cannot be written`);
  const head = joinOctets(Uint8Array.of(revision, 0), u16Octets(size), u16Octets(aces.length), u16Octets(0));
  return joinOctets(head, ...aces.map((ace) => ace.octets));
}

function aclSize(aces: readonly Ace[]): number {
  return aces.reduce((size, ace) => size + ace.octets.length, ACL_HEADER_OCTETS);
}

/**
 * The first place at which the order is not the canonical one ([MS-ADTS] §6.1.3.2): explicit entries before inherited
 * ones, and among explicit ones those that deny first. Undefined when all is in order. Inherited entries are
 * ordered by the distance of where they came from, which they do not tell, so they are not judged.
 */
export function orderProblem(aces: readonly Ace[]): string | undefined {
  const firstInherited = aces.findIndex(isInherited);
  const explicit = aces.flatMap((ace, i) => (isInherited(ace) || ace.kind === 'other' ? [] : [i]));
  const late = explicit.find((i) => firstInherited >= 0 && i > firstInherited);
  if (late !== undefined) return `entry ${late + 1} is explicit and stands behind inherited ones`;
  const firstAllow = explicit.find((i) => !isDeny(aces[i]!));
  const lateDeny = explicit.find((i) => firstAllow !== undefined && i > firstAllow && isDeny(aces[i]!));
  return lateDeny === undefined
    ? undefined
    : `entry ${lateDeny + 1} denies and stands behind one that allows`;
}

/** What became of a wish for one more entry. */
export type Granted =
  | {
      readonly kind: 'added';
      readonly descriptor: SecurityDescriptor;
      readonly ace: AccessAce;
      readonly index: number;
    }
  /** An explicit entry gives all of it already; nothing changes. */
  | { readonly kind: 'already'; readonly ace: AccessAce }
  | {
      readonly kind: 'refused';
      readonly reason: 'dacl-not-read' | 'dacl-null' | 'order' | 'too-long';
      readonly detail: string;
    };

/**
 * The descriptor with one more entry that allows `mask` to `sid`, behind the last explicit one, so before all
 * inherited ones ([MS-ADTS] §6.1.3.2). Every other octet of the list, its flags and its order stay. Asked again,
 * it changes nothing. Refuses a list it has not got, one that lets everybody do everything, and one out of order.
 */
export function withGrant(descriptor: SecurityDescriptor, sid: Sid, mask: number = FULL_CONTROL): Granted {
  const { dacl } = descriptor;
  if (dacl.kind === 'absent')
    return {
      kind: 'refused',
      reason: 'dacl-not-read',
      detail: 'the permissions were not read, so nothing can be added to them',
    };
  if (dacl.kind === 'null')
    return {
      kind: 'refused',
      reason: 'dacl-null',
      detail:
        'the object has no permission list: everybody may do everything, and one entry would shut all others out',
    };
  const wanted = specificRights(mask);
  const standing = dacl.aces.find(
    (ace): ace is AccessAce =>
      ace.kind === 'allow' &&
      ace.sid === sid &&
      !isInherited(ace) &&
      !isInheritOnly(ace) &&
      (specificRights(ace.mask) & wanted) >>> 0 === wanted,
  );
  if (standing !== undefined) return { kind: 'already', ace: standing };
  const disorder = orderProblem(dacl.aces);
  if (disorder !== undefined)
    return {
      kind: 'refused',
      reason: 'order',
      detail: `the permissions are not in canonical order (${disorder}); put them in order first`,
    };
  const ace = makeAce({ kind: 'allow', flags: 0, mask, sid });
  const firstInherited = dacl.aces.findIndex(isInherited);
  const index = firstInherited < 0 ? dacl.aces.length : firstInherited;
  const aces = [...dacl.aces.slice(0, index), ace, ...dacl.aces.slice(index)];
  if (aclSize(aces) > MAX_ACL_OCTETS)
    return { kind: 'refused', reason: 'too-long', detail: 'the permission list is as long as a list can be' };
  return { kind: 'added', descriptor: { ...descriptor, dacl: { ...dacl, aces } }, ace, index };
}

/** A descriptor with nothing but a list of permissions, as the SD-flags control with value 4 writes it. */
export function daclOnly(descriptor: SecurityDescriptor): SecurityDescriptor {
  const { resourceManager, dacl } = descriptor;
  const control =
    descriptor.control & (CONTROL.daclPresent | CONTROL.daclAutoInherited | CONTROL.daclProtected);
  return { resourceManager, control, dacl };
}

/** A descriptor made from entries, for objects that are created. */
export function descriptorOf(
  aces: readonly AccessAce[],
  {
    owner,
    group,
    control = 0,
  }: { readonly owner?: Sid; readonly group?: Sid; readonly control?: number } = {},
): SecurityDescriptor {
  return {
    resourceManager: 0,
    control: control | CONTROL.daclPresent | CONTROL.selfRelative,
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
    dacl: { kind: 'list', revision: ACL_REVISION_DS, aces },
  };
}
