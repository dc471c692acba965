import { describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { KERBEROS_FAULTS } from '../../src/core/security-context.ts';
import { attemptFault, type CredentialFacts, type FailedAttempt } from '../../src/kerberos/fault.ts';

const REALM = 'CORP.EXAMPLE';
const NOW = 1_795_000_000;
const KEYTAB: CredentialFacts = {
  kind: 'keytab',
  path: '/etc/kms.keytab',
  principal: `host/kms1.corp.example@${REALM}`,
  entries: [
    { principal: `host/kms1.corp.example@${REALM}`, keyVersion: 3, encryption: 'aes256-cts-hmac-sha1-96' },
  ],
};
const cacheOf = (...endings: readonly number[]): CredentialFacts => ({
  kind: 'default',
  cacheName: 'FILE:/tmp/krb5cc_0',
  cache: {
    ok: true,
    owner: `kms@${REALM}`,
    tickets: endings.map((endSeconds) => ({
      server: `krbtgt/${REALM}@${REALM}`,
      endSeconds,
      isGranting: true,
    })),
  },
  clientKeytab: undefined,
});
const NO_CACHE: CredentialFacts = {
  kind: 'default',
  cacheName: 'FILE:/tmp/krb5cc_0',
  cache: 'absent',
  clientKeytab: undefined,
};

const FAILURE = 0xd0000;
const NO_CREDENTIALS = 0x70000;
const krb5 = (number: number): number => number - 1_765_328_384;

const attempt = (more: Partial<FailedAttempt>): FailedAttempt => ({
  during: 'negotiation',
  major: FAILURE,
  minor: 0,
  text: '',
  target: { service: 'DNS', host: parseFqdn('ns1.corp.example'), realm: REALM },
  credentials: cacheOf(NOW + 60),
  nowSeconds: NOW,
  ...more,
});

/** The numbers and words are those that MIT 1.20.1 and Heimdal 7.8 gave for the real failure. */
describe('names', () => {
  test.each<[string, Partial<FailedAttempt>, string, RegExp]>([
    [
      'no ticket (MIT)',
      { major: NO_CREDENTIALS, minor: krb5(141), credentials: NO_CACHE },
      'no-ticket',
      /"FILE:\/tmp\/krb5cc_0" does not exist$/,
    ],
    ['no ticket (Heimdal)', { minor: 2, credentials: NO_CACHE }, 'no-ticket', /does not exist$/],
    [
      'a cache in the kernel',
      {
        major: NO_CREDENTIALS,
        minor: krb5(195),
        credentials: { ...NO_CACHE, cacheName: 'KEYRING:persistent:0', cache: undefined },
      },
      'no-ticket',
      /in the ticket cache "KEYRING:persistent:0"$/,
    ],
    [
      'a damaged cache',
      {
        major: NO_CREDENTIALS,
        minor: krb5(141),
        credentials: { ...NO_CACHE, cache: { ok: false, problem: 'bad at offset 7' } },
      },
      'no-ticket',
      /is none: bad at offset 7$/,
    ],
    [
      'a keytab that a variable names and nobody wrote',
      {
        major: NO_CREDENTIALS,
        minor: krb5(141),
        credentials: {
          ...NO_CACHE,
          clientKeytab: { path: '/k', reading: { ok: false, problem: 'there is no such file' } },
        },
      },
      'keytab-unreadable',
      /"\/k" \(KRB5_CLIENT_KTNAME\) cannot be used: there is no such file$/,
    ],
    [
      'an expired ticket',
      { minor: krb5(32), credentials: cacheOf(NOW - 60) },
      'ticket-expired',
      /^the Kerberos ticket of "kms@CORP\.EXAMPLE" expired at 2026-11-18T11:05:40Z$/,
    ],
    [
      'an expired ticket (Heimdal)',
      { minor: krb5(141), credentials: cacheOf(NOW - 60) },
      'ticket-expired',
      /expired at 2026/,
    ],
    [
      'expired credentials without a number',
      { major: 11 << 16, credentials: cacheOf() },
      'ticket-expired',
      /has expired$/,
    ],
    [
      'a service that nobody registered',
      { minor: krb5(7) },
      'service-unknown',
      /^the KDC has no service principal "DNS\/ns1\.corp\.example@CORP\.EXAMPLE"$/,
    ],
    [
      'the same under a number of the glue',
      { minor: 100_006, text: 'Server not found in Kerberos database' },
      'service-unknown',
      /no service principal/,
    ],
    [
      'another realm',
      {
        minor: krb5(7),
        target: { service: 'DNS', host: parseFqdn('ns1.other.example'), realm: 'OTHER.EXAMPLE' },
      },
      'realm-unknown',
      /knows no way there$/,
    ],
    [
      'a realm without a KDC',
      { minor: krb5(154) },
      'realm-unknown',
      /no KDC is known for the realm "CORP\.EXAMPLE"/,
    ],
    ['no default realm', { minor: krb5(224), credentials: NO_CACHE }, 'realm-unknown', /no KDC is known/],
    ['a KDC that is down', { minor: krb5(156) }, 'kdc-silent', /could be reached/],
    ['a KDC whose name is not in DNS', { minor: krb5(220) }, 'kdc-silent', /could be reached/],
    [
      'an unknown account',
      { during: 'login', minor: krb5(6), credentials: KEYTAB },
      'principal-unknown',
      /does not know "host\/kms1/,
    ],
    [
      'a wrong password',
      { during: 'login', minor: krb5(24), credentials: KEYTAB },
      'wrong-secret',
      /\(key version 3\)$/,
    ],
    [
      'a stale key',
      { during: 'login', major: NO_CREDENTIALS, minor: krb5(31), credentials: KEYTAB },
      'wrong-secret',
      /did not accept the secret/,
    ],
    [
      'a stale key by KRB5_CLIENT_KTNAME',
      { major: NO_CREDENTIALS, minor: krb5(31), credentials: NO_CACHE },
      'wrong-secret',
      /did not accept the secret/,
    ],
    ['a service key that does not fit', { minor: krb5(31) }, 'key-version', /has no key that fits/],
    [
      'a principal that is not in the keytab',
      {
        during: 'login',
        major: NO_CREDENTIALS,
        minor: krb5(195),
        credentials: { ...KEYTAB, principal: 'x@R' },
      },
      'keytab-unreadable',
      /has no key of "x@R": it holds "host/,
    ],
    ['a clock', { minor: krb5(37) }, 'clock-skew', /too far apart$/],
    ['a ticket of tomorrow', { minor: krb5(33) }, 'clock-skew', /too far apart/],
    ['garbage from the server', { major: 9 << 16 }, 'server-refused', /makes no sense/],
    ['a server that proves nothing', { minor: krb5(46) }, 'not-mutual', /did not prove/],
    [
      'a disabled account',
      { during: 'login', minor: krb5(18), credentials: KEYTAB },
      'other',
      /have been revoked$/,
    ],
    ['encryption that is not allowed', { minor: krb5(14) }, 'other', /no support for encryption type$/],
    ['a broken krb5.conf', { minor: krb5(136) }, 'other', /Improper format/],
    [
      'what nobody ever saw',
      { minor: 12_345, text: 'the moon is full' },
      'other',
      /the moon is full \(major 13, minor 12345\)$/,
    ],
    ['a failure without words', { minor: 12_345 }, 'other', /: major 13, minor 12345$/],
  ])('%s', (_, facts, kind, detail) => {
    const fault = attemptFault(attempt(facts));
    expect(fault.kind).toBe(kind);
    expect(fault.detail).toMatch(detail);
    expect(fault.hint).not.toBe('');
    expect(fault.skewSeconds).toBeUndefined();
  });
});

test.each([
  [37, NOW - 400, -400, /is 400 s behind this computer's$/],
  [37, NOW + 400, 400, /is 400 s ahead of this computer's$/],
])(
  'measures the clock where the server tells its time: %d, %d',
  (code, serverSeconds, skewSeconds, detail) => {
    const fault = attemptFault(attempt({ major: 9 << 16, krbError: { code, serverSeconds } }));
    expect(fault).toMatchObject({ kind: 'clock-skew', skewSeconds, detail: expect.stringMatching(detail) });
  },
);

test('no number and no words make it throw, and none is called something else than a fault', () => {
  for (let number = 0; number < 256; number++)
    for (const credentials of [KEYTAB, NO_CACHE, cacheOf(), cacheOf(NOW - 1)])
      for (const major of [FAILURE, NO_CREDENTIALS, 0x10000, 0xffff_0000]) {
        const fault = attemptFault(attempt({ major, minor: krb5(number), credentials }));
        expect(KERBEROS_FAULTS).toContain(fault.kind);
        expect(`${fault.detail}${fault.hint}`).not.toMatch(/undefined|NaN|\[object/);
      }
});

test.each([
  ['DNS', 'auth: { gss: { keytab: FILE } }'],
  ['ldap', '--keytab FILE'],
])('who has no ticket for %s is told where to name a keytab', (service, how) => {
  const target = { service, host: parseFqdn('dc1.corp.example'), realm: undefined };
  const facts = { target, major: NO_CREDENTIALS, minor: krb5(141), credentials: NO_CACHE };
  expect(attemptFault(attempt(facts)).hint).toContain(
    `kinit NAME@REALM as the user that runs this, or name a keytab: ${how}`,
  );
});
