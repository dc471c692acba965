import { isIP, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  addressFamily,
  addressFromOctets,
  addressOctets,
  formatEndpoint,
  isLoopback,
  parseEndpoint,
  parseIpAddress,
} from '../../src/core/address.ts';
import { KmsDnsError } from '../../src/core/errors.ts';

describe('parseIpAddress', () => {
  test.each([
    ['10.0.0.53', '10.0.0.53'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::0001', '2001:db8::1'],
    // The examples of RFC 5952 sections 2 and 4.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['FE80::1%eth0', 'fe80::1%eth0'],
  ])('reads %j as %j', (text, canonical) => {
    expect(parseIpAddress(text)).toBe(canonical);
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '010.0.0.1',
    '1.2.3.4 ',
    ' ::1',
    '1.2.3.+4',
    '0x7f.0.0.1',
    '2130706433',
    'localhost',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7',
    '12345::',
    '::g',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '[::1]',
    '::1%eth0',
    'fe80::1%',
    'fe80::1%e th0',
    '127.0.0.1%lo',
    '10.0.0.1/8',
    '١.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it('accepts what node:net accepts, and writes IPv6 as node:net writes it', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((n) => (n % 3 === 0 ? 0 : n).toString(16));
    const spellings = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(fc.oneof(group, fc.constant('')), { minLength: 2, maxLength: 9 }).map((g) => g.join(':')),
      fc.string({ unit: fc.constantFrom(...'0129abF:.'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(spellings, (text) => {
        const address = parseIpAddress(text);
        expect(address === undefined ? 0 : addressFamily(address)).toBe(isIP(text));
        if (address !== undefined && isIP(text) === 6 && !text.includes('.')) {
          const theirs = new SocketAddress({ address: text, family: 'ipv6' }).address;
          // inet_ntop also writes the long deprecated IPv4-compatible form (RFC 4291 §2.5.5.1) with dots.
          if (!theirs.includes('.')) expect(address).toBe(theirs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives two spellings of one address one text', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 0xfe), { minLength: 16, maxLength: 16 })
        .map((o) => Uint8Array.from(o)),
    );
    fc.assert(
      fc.property(octets, (bytes) => {
        const groups = Array.from({ length: 8 }, (_, i) =>
          ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16).padStart(4, '0'),
        );
        const canonical = addressFromOctets(bytes)!;
        expect(parseIpAddress(groups.join(':').toUpperCase())).toBe(canonical);
        expect(parseIpAddress(canonical)).toBe(canonical);
        expect(addressOctets(canonical)).toEqual(bytes);
      }),
    );
  });

  it('makes no address of the wrong number of octets', () => {
    expect(addressFromOctets(new Uint8Array(0))).toBeUndefined();
    expect(addressFromOctets(new Uint8Array(5))).toBeUndefined();
    expect(addressFromOctets(Uint8Array.of(192, 0, 2, 1))).toBe('192.0.2.1');
  });

  it('leaves the zone out of the octets', () => {
    expect(addressOctets(parseIpAddress('fe80::1%eth0')!)).toEqual(addressOctets(parseIpAddress('fe80::1')!));
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['::2', false],
  ['::', false],
  ['1270::1', false],
])('isLoopback(%j) is %j', (text, expected) => {
  expect(isLoopback(parseIpAddress(text)!)).toBe(expected);
});

describe('parseEndpoint', () => {
  test.each([
    ['10.0.0.53', '10.0.0.53', 53],
    ['10.0.0.53:5300', '10.0.0.53', 5300],
    ['::1', '::1', 53],
    ['[::1]', '::1', 53],
    ['[::1]:5300', '::1', 5300],
    ['[2001:DB8:0::1]:65535', '2001:db8::1', 65535],
    ['fe80::1%eth0', 'fe80::1%eth0', 53],
    ['[fe80::1%eth0]:53', 'fe80::1%eth0', 53],
    // Without brackets it is one address, as everywhere.
    ['::1:5300', '::1:5300', 53],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', 53],
  ])('reads %j', (text, address, port) => {
    expect(parseEndpoint(text, 53)).toEqual({ address, port });
  });

  test.each([
    ['', 'not an IPv4 or IPv6 address'],
    ['dc1.contoso.com', 'not an IPv4 or IPv6 address'],
    ['10.0.0.53:', 'not an IPv4 or IPv6 address'],
    ['10.0.0.53:0', 'the port must be 1…65535'],
    ['10.0.0.53:65536', 'the port must be 1…65535'],
    ['10.0.0.53:99999999999999999999', 'the port must be 1…65535'],
    ['10.0.0.53:dns', 'not an IPv4 or IPv6 address'],
    ['10.0.0.53:-1', 'not an IPv4 or IPv6 address'],
    ['[10.0.0.53]:53', 'not an IPv4 or IPv6 address'],
    ['[::1', 'not an IPv4 or IPv6 address'],
    ['[::1]53', 'not an IPv4 or IPv6 address'],
    ['1:2:3:4:5:6:7:8:53', 'not an IPv4 or IPv6 address'],
  ])('refuses %j', (text, why) => {
    expect(() => parseEndpoint(text, 53, '--server')).toThrow(
      expect.objectContaining({
        code: 'address-invalid',
        message: expect.stringContaining(`--server ${JSON.stringify(text)}: ${why}`),
      }),
    );
  });

  it('reads back what formatEndpoint writes', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseIpAddress(text)!);
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 65535 }), (a, port) => {
        expect(parseEndpoint(formatEndpoint({ address: a, port }), 53)).toEqual({ address: a, port });
      }),
    );
  });

  it('throws nothing but address-invalid, and soon, for any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'[]:.01a%'), maxLength: 40 }));
    fc.assert(
      fc.property(text, (any) => {
        try {
          parseEndpoint(any, 53);
        } catch (error) {
          expect(error).toBeInstanceOf(KmsDnsError);
        }
      }),
    );
    expect(() => parseEndpoint(':'.repeat(100_000), 53)).toThrow(KmsDnsError);
  });
});
