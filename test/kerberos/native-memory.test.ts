import { expect, test } from 'vitest';
import { nativeMemory } from '../../src/kerberos/native-memory.ts';

/** Addresses that count up, so that a layout can be read: the first octets asked for lie at 0x1000, and so on. */
function memoryOf(
  platform: string,
  architecture: string,
  pointerOctets: number,
): ReturnType<typeof nativeMemory> {
  const addresses = new Map<Uint8Array, bigint>();
  return nativeMemory({
    platform,
    architecture,
    pointerOctets,
    address(octets) {
      const known = addresses.get(octets) ?? BigInt(0x1000 * (addresses.size + 1));
      addresses.set(octets, known);
      return known;
    },
  });
}

const DER = [0x2a, 0x86, 0x48];

test.each([
  ['linux', 'x64', 8, '03 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00'],
  ['darwin', 'arm64', 8, '03 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00'],
  // Apple's pragma pack(2) on Intel: no room between.
  ['darwin', 'x64', 8, '03 00 00 00 00 10 00 00 00 00 00 00'],
  ['linux', 'arm', 4, '03 00 00 00 00 10 00 00'],
])('an object identifier on %s %s', (platform, architecture, pointerOctets, hex) => {
  const oid = memoryOf(platform, architecture, pointerOctets).oid(DER);
  expect(oid.toString('hex')).toBe(hex.replaceAll(' ', ''));
});

test.each([
  ['linux', 'x64', 8, '05 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00'],
  ['darwin', 'x64', 8, '05 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00'],
  ['linux', 'arm', 4, '05 00 00 00 00 10 00 00'],
])('a buffer on %s %s', (platform, architecture, pointerOctets, hex) => {
  const memory = memoryOf(platform, architecture, pointerOctets);
  const descriptor = memory.describe(Buffer.from('hello'));
  expect(descriptor.toString('hex')).toBe(hex.replaceAll(' ', ''));
  expect(memory.described(descriptor)).toEqual({ length: 5n, address: 0x1000n });
});

test('a buffer of nothing has no address', () => {
  const memory = memoryOf('linux', 'x64', 8);
  expect(memory.described(memory.describe(new Uint8Array()))).toEqual({ length: 0n, address: 0n });
});

test('a set of key and value pairs', () => {
  const memory = memoryOf('linux', 'x64', 8);
  const set = memory.keyValues([['ccache', 'MEMORY:x']]);
  // The two texts are at 0x1000 and 0x2000, the element that points to them at 0x3000.
  expect(set.toString('hex')).toBe('01000000000000000030000000000000');
});

test.each([
  // type, room, length 0, no address, twice; length 5, the octets at 0x1000
  ['linux', 'x64', 8, 48],
  ['darwin', 'x64', 8, 40],
  ['linux', 'arm', 4, 24],
])(
  'channel bindings on %s %s: the application data alone',
  (platform, architecture, pointerOctets, zeros) => {
    const bindings = memoryOf(platform, architecture, pointerOctets).channelBindings(Buffer.from('hello'));
    const [head, data] = [bindings.subarray(0, zeros), bindings.subarray(zeros)];
    expect(head.every((octet) => octet === 0)).toBe(true);
    expect(data.toString('hex')).toBe(
      (pointerOctets === 8
        ? '05 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00'
        : '05 00 00 00 00 10 00 00'
      ).replaceAll(' ', ''),
    );
  },
);
