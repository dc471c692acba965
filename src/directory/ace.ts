import type { Decoded } from '../core/wire.ts';
import { decodeGuid, encodeGuid, type Guid } from './guid.ts';
import { joinOctets, u16Octets, u32Octets } from './octet-cursor.ts';
import { decodeSid, encodeSid, type Sid } from './sid.ts';

/** ACE types ([MS-DTYP] §2.4.4.1) that decide about access to directory objects. */
const TYPE_OCTET = { allow: 0x00, deny: 0x01, 'object-allow': 0x05, 'object-deny': 0x06 } as const;

/** AceFlags ([MS-DTYP] §2.4.4.1). */
export const ACE_FLAG = {
  objectInherit: 0x01,
  containerInherit: 0x02,
  noPropagate: 0x04,
  inheritOnly: 0x08,
  inherited: 0x10,
} as const;

/** Flags of an object ACE: which GUIDs follow ([MS-DTYP] §2.4.4.3). */
const OBJECT_TYPE_PRESENT = 0x1;
const INHERITED_OBJECT_TYPE_PRESENT = 0x2;

/**
 * One entry of an ACL. `octets` is the whole of it and is written back as it came; the rest is what it means.
 * `other` is any type that says nothing about directory access here: audit, callback, resource attributes.
 */
export type Ace =
  | {
      readonly kind: 'allow' | 'deny' | 'object-allow' | 'object-deny';
      readonly flags: number;
      readonly mask: number;
      readonly sid: Sid;
      /** A property, property set, class of child or extended right; left out: all. */
      readonly objectType?: Guid;
      /** The class of objects below that inherit it. */
      readonly inheritedObjectType?: Guid;
      readonly octets: Uint8Array;
    }
  | {
      readonly kind: 'other';
      readonly type: number;
      readonly flags: number;
      readonly octets: Uint8Array;
    };

export type AccessAce = Exclude<Ace, { readonly kind: 'other' }>;

/** The ACE at `offset`, no further than `limit` ([MS-DTYP] §2.4.4.2 to §2.4.4.6). */
export function decodeAce(octets: Uint8Array, offset: number, limit: number): Decoded<Ace> {
  if (offset + 4 > limit) return { ok: false, detail: `an ACE is cut off at octet ${limit}` };
  const [type, flags] = [octets[offset]!, octets[offset + 1]!];
  const size = octets[offset + 2]! | (octets[offset + 3]! << 8);
  const end = offset + size;
  if (size < 4 || end > limit)
    return { ok: false, detail: `an ACE of ${size} octets at octet ${offset} does not fit` };
  const own = Uint8Array.from(octets.subarray(offset, end));
  const kind = kindOf(type);
  if (kind === undefined) return { ok: true, value: { kind: 'other', type, flags, octets: own } };

  if (size < 8) return { ok: false, detail: `an ACE without access mask at octet ${offset}` };
  const view = Buffer.from(own.buffer, own.byteOffset, own.length);
  const mask = view.readUInt32LE(4);
  let at = 8;
  const guids: { objectType?: Guid; inheritedObjectType?: Guid } = {};
  if (kind === 'object-allow' || kind === 'object-deny') {
    if (size < 12) return { ok: false, detail: `an object ACE without flags at octet ${offset}` };
    const present = view.readUInt32LE(8);
    at = 12;
    for (const [bit, name] of [
      [OBJECT_TYPE_PRESENT, 'objectType'],
      [INHERITED_OBJECT_TYPE_PRESENT, 'inheritedObjectType'],
    ] as const) {
      if ((present & bit) === 0) continue;
      const read = decodeGuid(own, at);
      if (!read.ok) return { ok: false, detail: `in the ACE at octet ${offset}: ${read.detail}` };
      guids[name] = read.value;
      at += 16;
    }
  }
  const trustee = decodeSid(own, at);
  if (!trustee.ok) return { ok: false, detail: `in the ACE at octet ${offset}: ${trustee.detail}` };
  return { ok: true, value: { kind, flags, mask, sid: trustee.value.sid, ...guids, octets: own } };
}

/** A new entry; its octets follow from its fields. */
export function makeAce(fields: Omit<AccessAce, 'octets'>): AccessAce {
  const { kind, flags, mask, sid, objectType, inheritedObjectType } = fields;
  const object = kind === 'object-allow' || kind === 'object-deny';
  const present =
    (objectType === undefined ? 0 : OBJECT_TYPE_PRESENT) |
    (inheritedObjectType === undefined ? 0 : INHERITED_OBJECT_TYPE_PRESENT);
  const body = joinOctets(
    u32Octets(mask),
    ...(object ? [u32Octets(present)] : []),
    ...(object && objectType !== undefined ? [encodeGuid(objectType)] : []),
    ...(object && inheritedObjectType !== undefined ? [encodeGuid(inheritedObjectType)] : []),
    encodeSid(sid),
  );
  const octets = joinOctets(Uint8Array.of(TYPE_OCTET[kind], flags), u16Octets(4 + body.length), body);
  return { ...fields, octets };
}

/** Came from an object above, and is made anew when that changes. */
export function isInherited(ace: Ace): boolean {
  return (ace.flags & ACE_FLAG.inherited) !== 0;
}

/** Says nothing about the object it stands on, only about objects below. */
export function isInheritOnly(ace: Ace): boolean {
  return (ace.flags & ACE_FLAG.inheritOnly) !== 0;
}

export function isDeny(ace: Ace): boolean {
  return ace.kind === 'deny' || ace.kind === 'object-deny';
}

function kindOf(type: number): AccessAce['kind'] | undefined {
  const found = Object.entries(TYPE_OCTET).find(([, octet]) => octet === type);
  return found?.[0] as AccessAce['kind'] | undefined;
}
