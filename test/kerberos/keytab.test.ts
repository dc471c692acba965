import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keytabText, loginPrincipal, readKeytab } from '../../src/kerberos/keytab.ts';
import { keytabFile, type WrittenKey } from '../support/kerberos-files.ts';

/** By kadmin.local 1.20.1, ktadd -norandkey, of a realm made for this and gone since. */
const BY_KADMIN = Buffer.from(
  `05 02
   00 00 00 44  00 01  00 0c 434f52502e4558414d504c45  00 01 61  00 00 00 01  6b 01 a8 aa  01
     00 12  00 20 41ecd4ad4da1c143083d9abf7e13152d5dc9fd86be47fb838dd3d58c433ac62a  00 00 00 01
   00 00 00 34  00 01  00 0c 434f52502e4558414d504c45  00 01 61  00 00 00 01  6b 01 a8 aa  01
     00 11  00 10 c062965b752a0cb7be4c629f5efed8b0  00 00 00 01`.replace(/\s/g, ''),
  'hex',
);

const KEY: WrittenKey = {
  components: ['host', 'kms1.corp.example'],
  realm: 'CORP.EXAMPLE',
  keyVersion: 3,
  encryptionType: 18,
  secret: Buffer.from('0123456789abcdef0123456789abcdef'),
};

test('reads what kadmin wrote', () => {
  expect(readKeytab(BY_KADMIN)).toEqual({
    ok: true,
    entries: [
      { principal: 'a@CORP.EXAMPLE', keyVersion: 1, encryption: 'aes256-cts-hmac-sha1-96' },
      { principal: 'a@CORP.EXAMPLE', keyVersion: 1, encryption: 'aes128-cts-hmac-sha1-96' },
    ],
  });
});

test('passes over holes, and takes the long version where there is one', () => {
  const octets = keytabFile([
    { hole: 40 },
    { ...KEY, keyVersion: 300 },
    { hole: 1 },
    { ...KEY, keyVersion: 7, short: true, encryptionType: 99 },
  ]);
  expect(readKeytab(octets)).toEqual({
    ok: true,
    entries: [
      {
        principal: 'host/kms1.corp.example@CORP.EXAMPLE',
        keyVersion: 300,
        encryption: 'aes256-cts-hmac-sha1-96',
      },
      { principal: 'host/kms1.corp.example@CORP.EXAMPLE', keyVersion: 7, encryption: 'encryption type 99' },
    ],
  });
});

describe('says what is wrong, and where', () => {
  const whole = keytabFile([KEY]);
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'the file is empty: no version at offset 0'],
    ['a text', Buffer.from('hello'), 'the file does not begin as a keytab does (05 02) at offset 0'],
    [
      'the old format',
      Buffer.from([5, 1, 0, 0]),
      'the file has format version 1, which nobody writes any more at offset 0',
    ],
    ['half a size', Buffer.from([5, 2, 0, 0]), 'a number of 4 octets, but 2 are left at offset 2'],
    [
      'a hole beyond the end',
      Buffer.from([5, 2, 0xff, 0xff, 0xff, 0x00]),
      'a hole of 256 octets, but 0 are left at offset 6',
    ],
    [
      'an entry that was cut',
      whole.subarray(0, whole.length - 1),
      `an entry of ${whole.length - 6} octets, but ${whole.length - 7} are left at offset 6`,
    ],
    [
      'an entry that names nobody',
      Buffer.from([5, 2, 0, 0, 0, 2, 0, 0]),
      'an entry names nobody at offset 2',
    ],
    [
      'a name of 65535 parts',
      Buffer.from([5, 2, 0, 0, 0, 4, 0xff, 0xff, 0, 0]),
      'the entry ends within a name at offset 10',
    ],
  ])('%s', (_, octets, problem) => {
    expect(readKeytab(octets)).toEqual({ ok: false, problem });
  });
});

test('a keytab without entries is one', () => {
  expect(readKeytab(Buffer.from([5, 2]))).toEqual({ ok: true, entries: [] });
  expect(readKeytab(Buffer.from([5, 2, 0, 0, 0, 0, 9, 9]))).toEqual({ ok: true, entries: [] });
});

test('whatever the octets are, it answers; of a real one damaged, too', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }).map((rest) => Buffer.concat([Buffer.from([5, 2]), rest])),
        fc.tuple(fc.nat(BY_KADMIN.length - 1), fc.nat(255)).map(([at, octet]) => {
          const damaged = Buffer.from(BY_KADMIN);
          damaged[at] = octet;
          return damaged;
        }),
      ),
      (octets) => {
        const read = readKeytab(octets);
        if (!read.ok) expect(read.problem).toMatch(/ at offset \d+$/);
      },
    ),
  );
});

test('keys never come out', () => {
  const key = fc.record({
    components: fc.array(fc.stringMatching(/^[a-z0-9./@\\-]{1,12}$/), { minLength: 1, maxLength: 4 }),
    realm: fc.stringMatching(/^[A-Z.]{1,12}$/),
    keyVersion: fc.integer({ min: 1, max: 70_000 }),
    encryptionType: fc.nat(30),
    secret: fc.constant(Buffer.from('SECRETSECRETSECR')),
  });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 6 }), (keys) => {
      const read = readKeytab(keytabFile(keys));
      expect(read).toMatchObject({ ok: true, entries: keys.map(({ keyVersion }) => ({ keyVersion })) });
      expect(JSON.stringify(read)).not.toContain('SECRET');
    }),
  );
});

const entry = (
  principal: string,
  keyVersion = 1,
): { principal: string; keyVersion: number; encryption: string } => ({
  principal,
  keyVersion,
  encryption: 'aes256-cts-hmac-sha1-96',
});

test.each<[string, readonly string[], string | undefined]>([
  ['nobody', [], undefined],
  ['the first', ['a@R', 'b@R'], 'a@R'],
  ['the computer, before its services', ['host/kms1.corp.example@R', 'KMS1$@R'], 'KMS1$@R'],
  ['no service whose name ends like a computer', ['a/b$@R', 'c@R'], 'a/b$@R'],
])('logs in as %s', (_, principals, expected) => {
  expect(loginPrincipal(principals.map((name) => entry(name)))).toBe(expected);
});

test('tells its content in a few words', () => {
  expect(keytabText([])).toBe('nobody');
  expect(keytabText([entry('a@R', 4), entry('a@R', 3), entry('b@R')])).toBe(
    '"a@R" (key versions 3, 4), "b@R" (key version 1)',
  );
  const many = Array.from({ length: 11 }, (_, i) => entry(`p${i}@R`));
  expect(keytabText(many)).toMatch(/"p7@R" \(key version 1\) and 3 more$/);
});
