import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { decodeDnsRecord, encodeDnsRecord, zoneRecord } from '../../src/directory/dns-record.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

const KMS01 = { priority: 0, weight: 0, port: 1688, target: parseFqdn('kms01.contoso.com') };

/** Values that Samba's ndr_pack(dnsp.DnssrvRpcRecord) made, and one (`captured`) that a Samba 4.17 domain controller held. */
const SAMPLES: readonly (readonly [title: string, hex: string, data: object])[] = [
  [
    'SRV, static',
    '1b00 2100 05 f0 0000 2a000000 00000e10 00000000 00000000 | 0000 0000 0698 13 03 056b6d733031 07636f6e746f736f 03636f6d 00',
    { kind: 'SRV', record: KMS01 },
  ],
  [
    'SRV, captured',
    '1c00 2100 05 f0 0000 6e000000 00000384 00000000 00000000 | 0000 0000 0698 14 03 056b6d733039 07636f6e746f736f 0474657374 00',
    { kind: 'SRV', record: { ...KMS01, target: 'kms09.contoso.test.' } },
  ],
  [
    'tombstone',
    '0800 0000 05 f0 0000 2a000000 00000e10 00000000 00000000 | 00005af64cf5d401',
    { kind: 'tombstone', entombedAt: new Date('2019-04-17T18:40:00.000Z') },
  ],
  [
    'SOA',
    '4100 0600 05 f0 0000 2a000000 00000e10 00000000 00000000 | 00000007 00000384 00000258 00015180 00000e10 11 03 03646331 07636f6e746f736f 03636f6d 00 18 03 0a686f73746d6173746572 07636f6e746f736f 03636f6d 00',
    {
      kind: 'SOA',
      serial: 7,
      refreshSeconds: 900,
      retrySeconds: 600,
      expireSeconds: 86_400,
      minimumSeconds: 3600,
      primary: 'dc1.contoso.com.',
      mailbox: 'hostmaster.contoso.com.',
    },
  ],
  [
    'AAAA',
    '1000 1c00 05 f0 0000 2a000000 00000e10 00000000 00000000 | 20010db8000000000000000000000001',
    { kind: 'AAAA', address: '2001:db8::1' },
  ],
  [
    'NS, the root with no label',
    '0300 0200 05 f0 0000 2a000000 00000e10 00000000 00000000 | 01 00 00',
    { kind: 'NS', target: '.' },
  ],
  [
    'TXT, kept as it is',
    '0600 1000 05 f0 0000 2a000000 00000e10 00000000 00000000 | 056b6d732031',
    { kind: 'raw', octets: octetsFromHex('056b6d732031') },
  ],
];

const octetsOf = (hex: string): Uint8Array => octetsFromHex(hex.replaceAll('|', ''));

describe.each(SAMPLES)('%s', (_, hex, data) => {
  const octets = octetsOf(hex);
  const read = decodeDnsRecord(octets);

  it('says what it holds', () => {
    expect(read).toMatchObject({ ok: true, value: { rank: 0xf0, flags: 0, timestampHours: 0, data } });
  });

  it('is written as it was', () => {
    if (!read.ok) throw new Error(read.detail);
    expect(hexFromOctets(encodeDnsRecord(read.value))).toBe(hexFromOctets(octets));
  });

  it('is cut off at every earlier octet', () => {
    for (let size = 0; size < octets.length; size++)
      expect(decodeDnsRecord(octets.subarray(0, size))).toMatchObject({ ok: false });
  });
});

test('the TTL is in network order, the serial is not, and the stamp counts hours', () => {
  const dynamic = zoneRecord(KMS01, { ttlSeconds: 3600, serial: 42, timestampHours: 3_725_472 });
  expect(hexFromOctets(encodeDnsRecord(dynamic))).toBe(
    '1b00210005f000002a00000000000e1000000000a0d838000000000006981303056b6d73303107636f6e746f736f03636f6d00',
  );
});

test('letters of a target are kept beside its name', () => {
  const octets = octetsOf(SAMPLES[0]![1].replace('056b6d733031', '054b4d533031'));
  const read = decodeDnsRecord(octets);
  expect(read).toMatchObject({
    ok: true,
    value: { data: { record: { target: 'kms01.contoso.com.', targetAsServed: 'KMS01.contoso.com.' } } },
  });
  if (read.ok) expect(hexFromOctets(encodeDnsRecord(read.value))).toBe(hexFromOctets(octets));
});

test('the root that Samba writes with an empty label is the root', () => {
  const octets = octetsOf('0400 0200 05 f0 0000 2a000000 00000e10 00000000 00000000 02 01 00 00');
  expect(decodeDnsRecord(octets)).toMatchObject({ ok: true, value: { data: { target: '.' } } });
});

const HEAD = '05 f0 0000 2a000000 00000e10 00000000 00000000';
test.each([
  [
    'another version',
    '0000 1000 04 f0 0000 2a000000 00000e10 00000000 00000000',
    'version 4 at octet 4, not 5',
  ],
  ['more announced than there', `0900 1000 ${HEAD} 0000`, '9 octets of data announced, 2 there'],
  ['an address of three octets', `0300 0100 ${HEAD} 0a0000`, 'cut off at octet 24'],
  [
    'an address of five octets',
    `0500 0100 ${HEAD} 0a00000101`,
    'the data goes on after its last field at octet 28',
  ],
  ['a label beyond the data', `0400 0200 ${HEAD} 09 01 07 61`, 'cut off at octet 27'],
  ['fewer labels than announced', `0500 0200 ${HEAD} 03 02 01 61 00`, 'cut off at octet 29'],
  ['no zero at the end', `0500 0200 ${HEAD} 03 01 01 61 62`, 'no zero behind the last label at octet 28'],
  [
    'a length that lies',
    `0500 0200 ${HEAD} 04 01 01 61 00`,
    'a name of 4 octets announced at octet 24, 3 there',
  ],
  ['an empty label', `0600 0200 ${HEAD} 04 02 00 01 61 00`, 'the name at octet 24: a label is empty'],
  ['a tombstone of four octets', `0400 0000 ${HEAD} 00000000`, 'cut off at octet 28'],
])('%s is said with its octet', (_, hex, detail) => {
  expect(decodeDnsRecord(octetsFromHex(hex))).toEqual({ ok: false, detail });
});

test('whatever the octets, there is a value, and it means the same when it is written', () => {
  const mutant = fc
    .tuple(fc.constantFrom(...SAMPLES), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }))
    .map(([[, hex], changes]) => {
      const octets = octetsOf(hex);
      for (const [at, value] of changes) octets[at % octets.length] = value;
      return octets;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), mutant), (octets) => {
      const read = decodeDnsRecord(octets);
      if (!read.ok) {
        expect(read.detail).not.toBe('');
        return;
      }
      expect(decodeDnsRecord(encodeDnsRecord(read.value))).toEqual(read);
    }),
    { numRuns: 2000 },
  );
});
