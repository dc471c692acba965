import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tlsServerEndPoint } from '../../src/directory/channel-binding.ts';
import fixture from '../fixtures/directory/end-points.json' with { type: 'json' };
import { hexFromOctets } from '../support/hex.ts';

const { certificates } = fixture;

test.each(Object.entries(certificates))(
  'the end point of a certificate signed by %s',
  (_, { endPoint, der }) => {
    const binding = tlsServerEndPoint(Buffer.from(der, 'base64'));
    const prefix = Buffer.from('tls-server-end-point:').toString('hex');
    expect(binding && hexFromOctets(binding).replaceAll(' ', '')).toBe(
      endPoint === null ? undefined : `${prefix}${endPoint}`,
    );
  },
);

test('what is no certificate has none, and does no harm', () => {
  const good = Buffer.from(certificates['ecdsa-with-SHA256'].der, 'base64');
  expect(tlsServerEndPoint(good.subarray(0, -1))).toBeUndefined();
  expect(tlsServerEndPoint(Buffer.concat([good, Buffer.of(0)]))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
      expect(tlsServerEndPoint(octets)).toBeUndefined();
    }),
  );
});
