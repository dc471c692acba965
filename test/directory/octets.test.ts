import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  dateFromFileTime,
  dateFromFileTimeText,
  dateFromGeneralizedTime,
  dateFromHours,
  fileTimeFromDate,
  hoursFromDate,
} from '../../src/directory/file-time.ts';
import { decodeGuid, encodeGuid, readGuid, SCHEMA_GUID, schemaName } from '../../src/directory/guid.ts';
import { decodeSid, domainOf, encodeSid, readSid, ridOf, wellKnownName } from '../../src/directory/sid.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

describe('SIDs', () => {
  // Octets as Samba's ndr_pack(security.dom_sid(text)) gives them.
  test.each([
    ['S-1-5-11', '0101000000000005 0b000000'],
    ['S-1-1-0', '0101000000000001 00000000'],
    ['S-1-5-32-544', '0102000000000005 20000000 20020000'],
    [
      'S-1-5-21-3623811015-3361044348-30300820-1103',
      '0105000000000005 15000000 c7f7fed7 7c7755c8 945ace01 4f040000',
    ],
  ])('%s stands as its octets', (text, hex) => {
    const octets = octetsFromHex(hex);
    expect(hexFromOctets(encodeSid(readSid(text)!))).toBe(hexFromOctets(octets));
    expect(decodeSid(octets)).toEqual({ ok: true, value: { sid: text, sizeOctets: octets.length } });
  });

  test.each([
    ['no octets', '', /cut off at octet 0/],
    ['revision 2', '0201000000000005 0b000000', /revision 2 at octet 0/],
    ['16 sub-authorities', '0110000000000005 0b000000', /16 sub-authorities at octet 1/],
    ['one sub-authority of two', '0102000000000005 20000000', /cut off at octet 12/],
  ])('%s is no SID', (_, hex, detail) => {
    expect(decodeSid(octetsFromHex(hex))).toEqual({ ok: false, detail: expect.stringMatching(detail) });
  });

  test.each(['', 'S-1', 'S-2-5-11', 'S-1-5-', 'S-1-5-4294967296', 'S-1-5-11 ', `S-1-5${'-1'.repeat(16)}`])(
    '%j is no SID',
    (text) => {
      expect(readSid(text)).toBeUndefined();
    },
  );

  it('is the same SID after writing and reading, whatever its authority', () => {
    const arbitrary = fc.tuple(
      fc.integer({ min: 0, max: 0xffff_ffff_ffff }),
      fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 15 }),
    );
    fc.assert(
      fc.property(arbitrary, ([authority, parts]) => {
        const sid = readSid(['S-1', authority, ...parts].join('-'))!;
        expect(readSid(sid)).toBe(sid);
        expect(decodeSid(encodeSid(sid))).toMatchObject({ ok: true, value: { sid } });
      }),
    );
  });

  test.each([
    ['S-1-5-11', 'Authenticated Users'],
    ['S-1-5-21-1-2-3-512', 'Domain Admins'],
    ['S-1-5-21-1-2-3-553', 'RAS and IAS Servers'],
    // DnsAdmins has another number in each domain.
    ['S-1-5-21-1-2-3-1101', undefined],
  ])('%s is %s', (text, name) => {
    expect(wellKnownName(readSid(text)!)).toBe(name);
  });

  it('tells the domain and the number of an account', () => {
    const account = readSid('S-1-5-21-1-2-3-1103')!;
    expect([domainOf(account), ridOf(account)]).toEqual(['S-1-5-21-1-2-3', 1103]);
    expect([domainOf(readSid('S-1-5-32-544')!), ridOf(readSid('S-1-5-21-1-2-3')!)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('GUIDs', () => {
  // From a descriptor that Samba packed, in an object ACE for dnsRecord.
  const octets = octetsFromHex('691efae0 459b d011 afdd 00c04fd930c9');

  it('has its first three fields least octet first', () => {
    expect(decodeGuid(octets)).toEqual({ ok: true, value: SCHEMA_GUID.dnsRecord });
    expect(hexFromOctets(encodeGuid(SCHEMA_GUID.dnsRecord))).toBe(hexFromOctets(octets));
    expect(schemaName(SCHEMA_GUID.dnsRecord)).toBe('dnsRecord');
  });

  it('is cut off with less than 16 octets', () => {
    expect(decodeGuid(octets.subarray(0, 15))).toEqual({
      ok: false,
      detail: 'a GUID is cut off at octet 15',
    });
  });

  it('reads braces and capitals, and nothing else', () => {
    expect(readGuid('{E0FA1E69-9B45-11D0-AFDD-00C04FD930C9}')).toBe(SCHEMA_GUID.dnsRecord);
    expect(readGuid('e0fa1e69-9b45-11d0-afdd-00c04fd930c')).toBeUndefined();
    expect(readGuid('{e0fa1e69-9b45-11d0-afdd-00c04fd930c9')).toBeUndefined();
  });
});

describe('times', () => {
  it('counts hours from 1601', () => {
    expect(dateFromHours(3_725_472)).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(hoursFromDate(new Date('2026-01-01T00:59:59Z'))).toBe(3_725_472);
    expect(dateFromHours(0)).toEqual(new Date('1601-01-01T00:00:00Z'));
    expect(dateFromHours(0xffff_ffff)).toBeUndefined();
    expect(hoursFromDate(new Date('1500-01-01T00:00:00Z'))).toBe(0);
  });

  it('counts 100 ns from 1601, and knows that 0 and the largest are no time', () => {
    const date = new Date('2026-01-01T12:34:56.789Z');
    expect(dateFromFileTime(fileTimeFromDate(date) + 9_999n)).toEqual(date);
    expect([dateFromFileTime(0n), dateFromFileTime(0x7fff_ffff_ffff_ffffn)]).toEqual([undefined, undefined]);
    expect(dateFromFileTimeText('133801632000000000')).toEqual(new Date('2025-01-01T00:00:00Z'));
    expect(dateFromFileTimeText('-1')).toBeUndefined();
  });

  it('reads the time as LDAP writes it', () => {
    expect(dateFromGeneralizedTime('20260101123456.0Z')).toEqual(new Date('2026-01-01T12:34:56Z'));
    expect(dateFromGeneralizedTime('20260231123456.0Z')).toBeUndefined();
    expect(dateFromGeneralizedTime('20260101123456+0100')).toBeUndefined();
  });
});
