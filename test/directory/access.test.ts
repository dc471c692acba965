import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  accessInWords,
  aceInWords,
  actingSids,
  checkAccess,
  isAdministrative,
  WISH,
} from '../../src/directory/access.ts';
import { FULL_CONTROL, RIGHT } from '../../src/directory/access-rights.ts';
import { type AccessAce, makeAce } from '../../src/directory/ace.ts';
import { descriptorOf } from '../../src/directory/security-descriptor.ts';
import { readSid, type Sid, WELL_KNOWN } from '../../src/directory/sid.ts';
import { SID, sd } from '../support/directory-snapshot.ts';

const KMS02 = actingSids(SID.kms02, [SID.computers, SID.group]);
const DNS_RECORD = 'e0fa1e69-9b45-11d0-afdd-00c04fd930c9';
const DNS_NODE = 'e0fa1e8c-9b45-11d0-afdd-00c04fd930c9';
const TOMBSTONED = 'd5eb2eb7-be4e-463b-a214-634a44d7392e';
const G = SID.group;

test.each([
  ['its own entry', `D:(A;;WP;;;${SID.kms02})`, 'allowed'],
  ['a group', `D:(A;;WP;;;${G})`, 'allowed'],
  ['generic write', `D:(A;;GW;;;${G})`, 'allowed'],
  ['generic read', `D:(A;;GR;;;${G})`, 'denied'],
  ['everybody', 'D:(A;;GA;;;WD)', 'allowed'],
  ['another account', `D:(A;;GA;;;${SID.kms01})`, 'denied'],
  ['an empty list', 'D:', 'denied'],
  ['no list', 'D:NO_ACCESS_CONTROL', 'allowed'],
  ['a list that was not read', 'O:DA', 'unknown'],
  ['deny in front', `D:(D;;WP;;;${G})(A;;GA;;;${SID.kms02})`, 'denied'],
  ['deny behind, which comes too late', `D:(A;;GA;;;${SID.kms02})(D;;WP;;;${G})`, 'allowed'],
  ['deny of another right', `D:(D;;SD;;;${G})(A;;GA;;;${G})`, 'allowed'],
  ['an inherited entry', `D:(A;CIID;WP;;;${G})`, 'allowed'],
  ['an entry for objects below', `D:(A;CIIO;GA;;;${G})`, 'denied'],
  ['deny for objects below', `D:(D;CIIO;WP;;;${G})(A;;WP;;;${G})`, 'allowed'],
  ['the attribute', `D:(OA;;WP;${DNS_RECORD};;${G})`, 'allowed'],
  ['the class', `D:(OA;;WP;${DNS_NODE};;${G})`, 'allowed'],
  ['another attribute', `D:(OA;;WP;${TOMBSTONED};;${G})`, 'denied'],
  ['deny of the attribute', `D:(OD;;WP;${DNS_RECORD};;${G})(A;;GA;;;${G})`, 'denied'],
  ['deny of another attribute', `D:(OD;;WP;${TOMBSTONED};;${G})(A;;GA;;;${G})`, 'allowed'],
  ['an object entry without attribute', `D:(OA;;WP;;;${G})`, 'allowed'],
  ['owning alone', `O:${SID.kms02}D:(A;;GA;;;DA)`, 'denied'],
  ['rights of the owner', `O:${SID.kms02}D:(A;;WP;;;OW)`, 'allowed'],
  ['rights of another owner', `O:${SID.kms01}D:(A;;WP;;;OW)`, 'denied'],
])('writing records by %s', (_, text, kind) => {
  expect(checkAccess(sd(text), KMS02, WISH.writeRecords).kind).toBe(kind);
});

describe('the owner', () => {
  const owned = `O:${SID.kms02}D:(A;;GA;;;DA)`;

  it('may change the permissions without an entry', () => {
    expect(checkAccess(sd(owned), KMS02, WISH.changePermissions)).toEqual({ kind: 'allowed', by: 'owner' });
    expect(checkAccess(sd(owned), KMS02, WISH.takeOwnership).kind).toBe('denied');
    expect(checkAccess(sd(owned), KMS02, WISH.deleteNode).kind).toBe('denied');
  });

  it('may not where an entry for OWNER RIGHTS says what he may', () => {
    expect(checkAccess(sd(`${owned}(A;;RC;;;OW)`), KMS02, WISH.changePermissions).kind).toBe('denied');
  });
});

test('BIND with Samba asks for more than write', () => {
  const write = sd(`D:(A;;RPWPCRCCDCLCLORCSDDTSW;;;${G})`);
  expect(checkAccess(write, KMS02, WISH.writeRecords).kind).toBe('allowed');
  expect(checkAccess(write, KMS02, WISH.updateByDlz)).toEqual({
    kind: 'denied',
    by: 'nothing',
    missing: RIGHT.writeDac | RIGHT.writeOwner,
  });
  expect(checkAccess(sd(`D:(A;;GA;;;${G})`), KMS02, WISH.updateByDlz).kind).toBe('allowed');
});

test('rights may come from several entries; the last one decides', () => {
  const access = checkAccess(sd(`D:(A;;SDRC;;;${G})(A;;WDWO;;;WD)(A;;SW;;;AU)`), KMS02, WISH.updateByDlz);
  expect(access).toMatchObject({ kind: 'allowed', by: 'ace', ace: { sid: 'S-1-5-11' } });
});

test('a new name takes the right to create, for any class or this one', () => {
  for (const [text, kind] of [
    ['D:(A;;CC;;;AU)', 'allowed'],
    [`D:(OA;;CC;${DNS_NODE};;AU)`, 'allowed'],
    ['D:(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;AU)', 'denied'],
    ['D:(A;;WP;;;AU)', 'denied'],
  ] as const)
    expect(checkAccess(sd(text), KMS02, WISH.createNode).kind, text).toBe(kind);
});

test('answers have words', () => {
  const words = (text: string) =>
    accessInWords(checkAccess(sd(text), KMS02, WISH.writeRecords), (sid) =>
      sid === G ? 'KMS Hosts' : undefined,
    );
  expect(words(`D:(A;ID;GA;;;${G})`)).toBe('an entry allows KMS Hosts: full control, inherited');
  expect(words(`D:(OD;;WP;${DNS_RECORD};;AU)`)).toBe(
    'an entry denies Authenticated Users: write (dnsRecord only)',
  );
  expect(words('D:')).toBe('no entry grants it: write');
  expect(words('D:NO_ACCESS_CONTROL')).toBe('there is no permission list, so everybody may');
  expect(words('O:DA')).toBe('the permissions could not be read');
  expect(
    aceInWords(makeAce({ kind: 'allow', flags: 0x0a, mask: FULL_CONTROL, sid: WELL_KNOWN.creatorOwner })),
  ).toBe('allows CREATOR OWNER: full control, for objects below');
});

test('who has an office', () => {
  const offices = [SID.admin, WELL_KNOWN.system, SID.group, SID.dnsAdmins].map((sid) =>
    isAdministrative(sid, new Set([SID.dnsAdmins])),
  );
  expect(offices).toEqual([true, true, false, true]);
  expect(isAdministrative(SID.dnsAdmins)).toBe(false);
});

/** The access check of [MS-DTYP] §2.5.3.2 once more, bit by bit: each right is decided by the first entry that names it. */
function bitByBit(aces: readonly AccessAce[], sids: ReadonlySet<Sid>, rights: number): boolean {
  for (let bit = 1; bit <= FULL_CONTROL; bit *= 2) {
    if ((rights & bit) === 0) continue;
    const first = aces.find((ace) => sids.has(ace.sid) && (ace.flags & 0x08) === 0 && (ace.mask & bit) !== 0);
    if (first?.kind !== 'allow') return false;
  }
  return true;
}

test('is what each right by itself comes to', () => {
  const sids = [SID.kms02, G, SID.kms01, readSid('S-1-5-11')!];
  const ace = fc.record({
    kind: fc.constantFrom('allow' as const, 'deny' as const),
    flags: fc.constantFrom(0, 0x08, 0x10),
    mask: fc.integer({ min: 0, max: FULL_CONTROL }),
    sid: fc.constantFrom(...sids),
  });
  fc.assert(
    fc.property(
      fc.array(ace, { maxLength: 8 }),
      fc.integer({ min: 1, max: FULL_CONTROL }),
      (list, rights) => {
        const aces = list.map(makeAce);
        const access = checkAccess(descriptorOf(aces), KMS02, { rights, objectTypes: [] });
        // Neither reserved bits nor generic ones: only rights of directory objects are drawn here.
        expect(access.kind === 'allowed').toBe(bitByBit(aces, KMS02, rights));
      },
    ),
    { numRuns: 1000 },
  );
});
