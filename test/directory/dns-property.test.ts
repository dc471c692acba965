import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  decodeDnsProperty,
  encodeDnsProperty,
  PROPERTY,
  zoneProperties,
} from '../../src/directory/dns-property.ts';
import { octetsFromHex } from '../support/hex.ts';

/** As Samba's ndr_pack(dnsp.DnsProperty) writes them: four octets of name at the end. */
const SAMBA = [
  '04000000 00000000 00000000 01000000 01000000 01000000 00000000', // primary
  '01000000 00000000 00000000 01000000 02000000 02 00000000', // secure updates alone
  '08000000 00000000 00000000 01000000 08000000 0000000000000000 00000000', // never
  '04000000 00000000 00000000 01000000 10000000 d0020000 00000000', // no refresh for 720 hours
  '08000000 00000000 00000000 01000000 11000000 01000000 c0a8000a 00000000', // one server
  '04000000 00000000 00000000 01000000 12000000 a0d83800 00000000', // from 2026-01-01 on
  '04000000 00000000 00000000 01000000 20000000 a8000000 00000000', // 168 hours
  '04000000 00000000 00000000 01000000 40000000 01000000 00000000', // ages
].map(octetsFromHex);

describe('the properties of a zone', () => {
  it('are read as Samba writes them', () => {
    expect(zoneProperties(SAMBA)).toEqual({
      zoneType: 'primary',
      allowUpdate: 'secure',
      aging: true,
      noRefreshHours: 720,
      refreshHours: 168,
      scavengeableFromHours: 3_725_472,
      scavengingServers: ['192.168.0.10'],
      problems: [],
    });
  });

  it('are left out when no value says so: not read is not "off"', () => {
    expect(zoneProperties([])).toEqual({ problems: [] });
    expect(zoneProperties([encodeDnsProperty({ id: PROPERTY.agingState, data: new Uint8Array(0) })])).toEqual(
      {
        problems: [],
      },
    );
  });

  test.each([
    [0, 'none'],
    [1, 'unsecured'],
    [2, 'secure'],
  ])('%i takes %s updates', (octet, allowUpdate) => {
    const value = encodeDnsProperty({ id: PROPERTY.allowUpdate, data: Uint8Array.of(octet) });
    expect(zoneProperties([value])).toEqual({ allowUpdate, problems: [] });
  });

  test.each([
    ['cut off', '04000000', 'dNSProperty value 1: cut off at octet 4'],
    [
      'another version',
      '04000000 00000000 00000000 02000000 40000000 01000000 00',
      'dNSProperty value 1: version 2 at octet 12, not 1',
    ],
    [
      'more announced than there',
      'ffffffff 00000000 00000000 01000000 40000000 01000000 00',
      'dNSProperty value 1: cut off at octet 20',
    ],
    [
      'an unknown setting of updates',
      '01000000 00000000 00000000 01000000 02000000 07 00',
      'dNSProperty value 1: an unknown setting of dynamic updates',
    ],
    [
      'more servers than there',
      '08000000 00000000 00000000 01000000 11000000 ffffffff c0a8000a 00',
      'dNSProperty value 1: 4294967295 addresses announced, 4 octets there',
    ],
  ])('%s is a problem and says nothing else', (_, hex, problem) => {
    expect(zoneProperties([octetsFromHex(hex)])).toEqual({ problems: [problem] });
  });

  it('does not choose between two values of one property', () => {
    const [on, off] = [1, 0].map((one) =>
      encodeDnsProperty({ id: PROPERTY.agingState, data: Uint8Array.of(one, 0, 0, 0) }),
    );
    expect(zoneProperties([on!, off!]).problems).toEqual([
      'dNSProperty value 2: property 0x40 stands there twice',
    ]);
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 40 }), (id, data) => {
        expect(decodeDnsProperty(encodeDnsProperty({ id, data }))).toEqual({ ok: true, value: { id, data } });
      }),
    );
  });

  it('gives a value whatever the octets', () => {
    const mutant = fc
      .tuple(fc.constantFrom(...SAMBA), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([sample, changes]) => {
        const octets = Uint8Array.from(sample);
        for (const [at, value] of changes) octets[at % octets.length] = value;
        return octets;
      });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutant), { maxLength: 4 }),
        (values) => {
          expect(zoneProperties(values).problems.length).toBeLessThanOrEqual(values.length);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
