import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FULL_CONTROL, RIGHT, rightsInWords, specificRights } from '../../src/directory/access-rights.ts';
import { formatSddl, readSddl } from '../../src/directory/sddl.ts';
import {
  CONTROL,
  daclOnly,
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
  orderProblem,
  type SecurityDescriptor,
  withGrant,
} from '../../src/directory/security-descriptor.ts';
import { readSid, type Sid } from '../../src/directory/sid.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

const DOMAIN = readSid('S-1-5-21-3623811015-3361044348-30300820')!;
const KMS01 = `${DOMAIN}-1103`;
const GROUP = `${DOMAIN}-1120` as Sid;

/** The node of a first KMS host, packed by Samba: schema default, owner KMS01$, two inherited entries. */
const NODE = octetsFromHex(`
  01 00 0484 14000000 30000000 00000000 4c000000
  0105000000000005 15000000c7f7fed77c7755c8945ace01 4f040000 ; owner
  0105000000000005 15000000c7f7fed77c7755c8945ace01 03020000 ; group: Domain Computers
  04 00 dc00 0700 0000
  00 00 2400 ff010f00 0105000000000005 15000000c7f7fed77c7755c8945ace01 00020000 ; Domain Admins
  00 00 1400 ff010f00 010100000000000509000000
  00 00 1400 ff010f00 010100000000000512000000
  00 00 2400 ff010f00 0105000000000005 15000000c7f7fed77c7755c8945ace01 4f040000
  00 00 1400 94000200 010100000000000100000000
  05 1a 3800 30000000 03000000 691efae0459bd011afdd00c04fd930c9 8c1efae0459bd011afdd00c04fd930c9 01010000000000050a000000
  00 12 1800 bd010f00 01020000000000052000000020020000`);

const SDDL =
  `O:${KMS01}G:DCD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;ED)` +
  `(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;${KMS01})(A;;LCRPLORC;;;WD)` +
  '(OA;CIIOID;RPWP;e0fa1e69-9b45-11d0-afdd-00c04fd930c9;e0fa1e8c-9b45-11d0-afdd-00c04fd930c9;PS)' +
  '(A;CIID;CCLCSWRPWPLOCRSDRCWDWO;;;BA)';

function decoded(octets: Uint8Array): SecurityDescriptor {
  const read = decodeSecurityDescriptor(octets);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

function fromSddl(text: string): SecurityDescriptor {
  const read = readSddl(text, DOMAIN);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

describe('a descriptor of Samba', () => {
  it('reads as what Samba wrote', () => {
    expect(formatSddl(decoded(NODE), DOMAIN)).toBe(SDDL);
  });

  it('is written octet for octet', () => {
    expect(hexFromOctets(encodeSecurityDescriptor(decoded(NODE)))).toBe(hexFromOctets(NODE));
  });

  it('is made from its SDDL octet for octet', () => {
    expect(hexFromOctets(encodeSecurityDescriptor(fromSddl(SDDL)))).toBe(hexFromOctets(NODE));
  });

  it('has a value for every cut and every changed octet', () => {
    for (let size = 0; size < NODE.length; size++)
      expect(decodeSecurityDescriptor(NODE.subarray(0, size))).toMatchObject({ ok: false });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        const mutant = Uint8Array.from(NODE);
        for (const [at, value] of changes) mutant[at % mutant.length] = value;
        const read = decodeSecurityDescriptor(mutant);
        if (!read.ok) {
          expect(read.detail).not.toBe('');
          return;
        }
        expect(decoded(encodeSecurityDescriptor(read.value))).toEqual({
          ...read.value,
          control: read.value.control | CONTROL.selfRelative,
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('has a value for any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const read = decodeSecurityDescriptor(octets);
        expect(read.ok || read.detail !== '').toBe(true);
      }),
    );
  });
});

test.each([
  ['nothing', '', 'cut off at octet 0'],
  ['revision 2', `02${'00'.repeat(19)}`, 'revision 2 at octet 0, not 1'],
  ['absolute', `01${'00'.repeat(19)}`, 'not self-relative (control at octet 2)'],
  [
    'an owner behind the end',
    '01 00 0080 ff000000 00000000 00000000 00000000',
    'the owner: a SID is cut off at octet 20',
  ],
  [
    'an ACL of seven octets',
    '01 00 0480 00000000 00000000 00000000 14000000 0400 0700 0000 0000',
    'an ACL of 7 octets at octet 20 does not fit',
  ],
  [
    'an ACE that is not there',
    '01 00 0480 00000000 00000000 00000000 14000000 0400 0800 0100 0000',
    'an ACE is cut off at octet 28',
  ],
  [
    'an ACE of no octets, which would never end',
    '01 00 0480 00000000 00000000 00000000 14000000 0400 0c00 ffff 0000 00000000',
    'an ACE of 0 octets at octet 28 does not fit',
  ],
])('%s is said with its octet', (_, hex, detail) => {
  expect(decodeSecurityDescriptor(octetsFromHex(hex))).toEqual({ ok: false, detail });
});

test('entries of other types and the system list come back octet for octet', () => {
  // A callback ACE (type 9) with application data, and a SACL, whose DACL lies in front of it.
  const octets = octetsFromHex(`
    01 00 1484 00000000 00000000 30000000 14000000
    04 00 1c00 0100 0000 09 00 1400 ff010f00 010100000000000512000000
    04 00 1c00 0100 0000 02 40 1400 20000000 010100000000000100000000`);
  const read = decoded(octets);
  expect(read.dacl).toMatchObject({ kind: 'list', aces: [{ kind: 'other', type: 9 }] });
  expect(formatSddl(read)).toBe('D:AI(?0x09)');
  expect(decoded(encodeSecurityDescriptor(read))).toEqual(read);
});

describe('one more entry', () => {
  it('stands behind the last explicit one, and nothing else changes', () => {
    const before = decoded(NODE);
    const granted = withGrant(before, GROUP);
    if (granted.kind !== 'added') throw new Error(granted.kind);
    expect(granted.index).toBe(5);
    expect(formatSddl(granted.descriptor, DOMAIN)).toBe(
      SDDL.replace('(OA;CIIOID', `(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;${GROUP})(OA;CIIOID`),
    );
    const octets = encodeSecurityDescriptor(granted.descriptor);
    const entry = hexFromOctets(granted.ace.octets);
    const grown = hexFromOctets(NODE).replace('0400dc000700', '040000010800');
    expect(hexFromOctets(octets).replace(entry, '')).toBe(grown);
  });

  it('is not added again', () => {
    const granted = withGrant(decoded(NODE), GROUP, RIGHT.genericAll);
    if (granted.kind !== 'added') throw new Error(granted.kind);
    expect(withGrant(granted.descriptor, GROUP)).toMatchObject({ kind: 'already', ace: { sid: GROUP } });
    expect(withGrant(granted.descriptor, GROUP, RIGHT.writeProperty)).toMatchObject({ kind: 'already' });
  });

  it('is added although an inherited, a partial or an inherit-only entry speaks of the same account', () => {
    for (const entry of [
      '(A;ID;GA;;;AU)',
      '(A;;RPWP;;;AU)',
      '(A;CIIO;GA;;;AU)',
      '(OA;;GA;e0fa1e69-9b45-11d0-afdd-00c04fd930c9;;AU)',
    ])
      expect(withGrant(fromSddl(`D:${entry}`), readSid('S-1-5-11')!)).toMatchObject({ kind: 'added' });
  });

  it('keeps a list protected that is', () => {
    const granted = withGrant(fromSddl('D:PAI(A;;GA;;;DA)'), GROUP);
    if (granted.kind !== 'added') throw new Error(granted.kind);
    const again = decoded(encodeSecurityDescriptor(daclOnly(granted.descriptor)));
    expect(again.control & CONTROL.daclProtected).not.toBe(0);
    expect([again.owner, again.sacl]).toEqual([undefined, undefined]);
  });

  it.each([
    ['a list that was not read', 'O:DA', 'dacl-not-read'],
    ['no list at all', 'D:NO_ACCESS_CONTROL', 'dacl-null'],
    ['a list out of order', 'D:(A;;GA;;;DA)(D;;WP;;;BG)', 'order'],
  ])('is refused for %s', (_, text, reason) => {
    expect(withGrant(fromSddl(text), GROUP)).toMatchObject({ kind: 'refused', reason });
  });

  it('is refused when the list is full', () => {
    const full = fromSddl(`D:${`(A;;RP;;;${GROUP})`.repeat(1800)}`);
    expect(withGrant(full, GROUP, FULL_CONTROL)).toMatchObject({ kind: 'added' });
    const fuller = fromSddl(`D:${`(A;;RP;;;${GROUP})`.repeat(1820)}`);
    expect(withGrant(fuller, GROUP, FULL_CONTROL)).toMatchObject({ kind: 'refused', reason: 'too-long' });
  });
});

test.each([
  ['D:', undefined],
  ['D:(D;;WP;;;BG)(A;;GA;;;DA)(A;ID;GA;;;BA)(D;ID;WP;;;BG)', undefined],
  ['D:(A;;GA;;;DA)(D;;WP;;;BG)', 'entry 2 denies and stands behind one that allows'],
  ['D:(A;ID;GA;;;DA)(A;;WP;;;BG)', 'entry 2 is explicit and stands behind inherited ones'],
])('the order of %s', (text, problem) => {
  const { dacl } = fromSddl(text);
  expect(dacl.kind === 'list' && orderProblem(dacl.aces)).toBe(problem);
});

test.each([
  [RIGHT.genericAll, FULL_CONTROL, 'full control'],
  [RIGHT.genericRead, 0x2_0094, 'read'],
  [RIGHT.genericWrite, 0x2_0028, 'read, write, validated writes'],
  [RIGHT.createChild, 0x1, 'create objects below it'],
  [0, 0, 'nothing'],
])('mask %i means %i on a directory object: %s', (mask, specific, words) => {
  expect([specificRights(mask), rightsInWords(mask)]).toEqual([specific, words]);
});

describe('SDDL', () => {
  it.each([
    ['a system list', 'D:(A;;GA;;;DA)S:(AU;SA;GA;;;WD)', /not SDDL/],
    ['a conditional entry', 'D:(XA;;GA;;;WD;(x))', /not SDDL/],
    ['another type', 'D:(XA;;GA;;;WD)', /in \(XA.*type "XA"/],
    ['unknown rights', 'D:(A;;QQ;;;WD)', /unknown rights "QQ"/],
    ['unknown flags', 'D:Q(A;;GA;;;WD)', /unknown flags "Q"/],
    ['five fields', 'D:(A;;GA;;WD)', /not six fields/],
    [
      'a GUID at a plain entry',
      `D:(A;;GA;${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)};;WD)`,
      /needs OA or OD/,
    ],
    ['no GUID', 'D:(OA;;GA;dnsRecord;;WD)', /"dnsRecord" is no GUID/],
    ['letters of the forest', 'D:(A;;GA;;;EA)', /"EA" is no SID here/],
  ])('with %s is not read', (_, text, detail) => {
    expect(readSddl(text, DOMAIN)).toEqual({ ok: false, detail: expect.stringMatching(detail) });
  });

  it('needs the domain for its letters', () => {
    expect(readSddl('O:DA')).toEqual({ ok: false, detail: 'the owner "DA" is no SID here' });
  });

  it('writes a mask in numbers when letters cannot say it', () => {
    expect(formatSddl(fromSddl('D:(A;;0x2100000;;;WD)'))).toBe('D:(A;;0x2100000;;;WD)');
  });
});
