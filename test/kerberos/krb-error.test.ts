import fc from 'fast-check';
import { expect, test } from 'vitest';
import { krbErrorIn } from '../../src/kerberos/krb-error.ts';
import { krbErrorToken, spnegoErrorToken } from '../support/krb-error-token.ts';

const FIELDS = { code: 37, serverSeconds: Date.UTC(2026, 10, 21, 13, 45, 1) / 1000 };

test.each([
  ['plain', krbErrorToken(FIELDS)],
  ['in SPNEGO', spnegoErrorToken(FIELDS)],
  ['long', krbErrorToken({ ...FIELDS, realm: 'R'.repeat(300) })],
])('finds code and time: %s', (_, token) => {
  expect(krbErrorIn(token)).toEqual(FIELDS);
});

test.each([
  ['nothing', new Uint8Array()],
  ['another token', Buffer.from('6009 0607 2b06010505 02'.replaceAll(' ', ''), 'hex')],
  ['one that was cut', krbErrorToken(FIELDS).subarray(0, 40)],
])('finds none in %s', (_, token) => {
  expect(krbErrorIn(token)).toBeUndefined();
});

test('a damaged one gives a number or nothing', () => {
  const token = krbErrorToken(FIELDS);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.nat(255), (at, octet) => {
      const damaged = Buffer.from(token);
      damaged[at] = octet;
      const found = krbErrorIn(damaged);
      if (found !== undefined) {
        expect(Number.isInteger(found.code)).toBe(true);
        expect(Number.isInteger(found.serverSeconds)).toBe(true);
      }
    }),
  );
});
