import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTicketCache } from '../../src/kerberos/ccache.ts';
import { ticketCacheFile } from '../support/kerberos-files.ts';

const OWNER = { components: ['host', 'kms1.corp.example'], realm: 'CORP.EXAMPLE' };
const END = 1_795_306_826;
const CACHE = ticketCacheFile(OWNER, [
  { server: ['krb5_ccache_conf_data', 'pa_type'], realm: 'X-CACHECONF:', endSeconds: 36_000 },
  { server: ['krbtgt', 'CORP.EXAMPLE'], realm: 'CORP.EXAMPLE', endSeconds: END },
  { server: ['DNS', 'ns1.corp.example'], realm: 'CORP.EXAMPLE', endSeconds: END + 1 },
]);

test('lists the tickets, and no settings', () => {
  expect(readTicketCache(CACHE)).toEqual({
    ok: true,
    owner: 'host/kms1.corp.example@CORP.EXAMPLE',
    tickets: [
      { server: 'krbtgt/CORP.EXAMPLE@CORP.EXAMPLE', endSeconds: END, isGranting: true },
      { server: 'DNS/ns1.corp.example@CORP.EXAMPLE', endSeconds: END + 1, isGranting: false },
    ],
  });
});

test('reads version 3, which has no header', () => {
  const old = Buffer.concat([Buffer.from([5, 3]), CACHE.subarray(16)]);
  expect(readTicketCache(old)).toEqual(readTicketCache(CACHE));
});

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(), /^the file is empty: no version at offset 0$/],
  ['a text', Buffer.from('hello'), /^the file does not begin as a ticket cache does \(05 04\) at offset 0$/],
  ['one that was cut', CACHE.subarray(0, CACHE.length - 1), /left at offset \d+$/],
  [
    'a name of a billion parts',
    Buffer.from('050300000001 3b9aca00 00000001 52'.replaceAll(' ', ''), 'hex'),
    /^a name of 1000000000 parts at offset 15$/,
  ],
])('says what is wrong with %s', (_, octets, problem) => {
  const read = readTicketCache(octets);
  expect(read.ok ? '' : read.problem).toMatch(problem);
});

test('whatever the octets are, it answers, and without a secret', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((rest) => Buffer.concat([Buffer.from([5, 3]), rest])),
        fc.tuple(fc.nat(CACHE.length - 1), fc.nat(255)).map(([at, octet]) => {
          const damaged = Buffer.from(CACHE);
          damaged[at] = octet;
          return damaged;
        }),
      ),
      (octets) => {
        const read = readTicketCache(octets);
        if (!read.ok) expect(read.problem).toMatch(/ at offset \d+$/);
      },
    ),
  );
  expect(JSON.stringify(readTicketCache(CACHE))).not.toMatch(/\ufffd{4}|[\u00aa\u00bb]{4}/);
});
