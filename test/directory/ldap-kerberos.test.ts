/** Signing in by Kerberos over real TLS, with a KDC's part played by a fake. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { KerberosCredentials } from '../../src/core/security-context.ts';
import type { DirectoryClient, LdapOutcome } from '../../src/directory/directory-client.ts';
import { connectDirectory, type LdapTerms } from '../../src/directory/ldap.ts';
import { CA, octetServer } from '../support/fake-directory.ts';
import { type FakeEngine, type FakeEngineOptions, fakeEngine } from '../support/fake-security.ts';
import {
  honestReplies,
  type SaslDirectory,
  type SaslDirectoryOptions,
  type SaslReply,
  saslDirectory,
} from '../support/sasl-directory.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function directory(options: SaslDirectoryOptions = {}): Promise<SaslDirectory> {
  const server = await saslDirectory(options);
  closing.push(() => server.stop());
  return server;
}

interface Asked {
  readonly opened: LdapOutcome<DirectoryClient>;
  readonly engine: FakeEngine;
}

async function signIn(
  port: number,
  more: Partial<LdapTerms> = {},
  options: FakeEngineOptions = {},
  credentials: KerberosCredentials = { kind: 'default' },
): Promise<Asked> {
  const engine = fakeEngine(options);
  const opened = await connectDirectory({
    scheme: 'ldaps',
    host: '127.0.0.1',
    tlsName: 'dc1.contoso.test',
    port,
    startTls: false,
    ca: CA,
    insecure: false,
    timeoutMs: 500,
    login: { engine, credentials },
    ...more,
  });
  if (opened.ok) closing.push(() => opened.value.close());
  return { opened, engine };
}

const faultOf = ({ opened }: Asked): unknown => (opened.ok ? 'no fault' : opened.fault);
const LOOK = { base: '', scope: 'base', filter: '(objectClass=*)', attributes: ['dnsHostName'] } as const;
const BINDS = ['1 bind GSSAPI', '1 bind GSSAPI', '1 bind GSSAPI'];

describe('an honest server', () => {
  test.each([
    ['ldaps', {}, []],
    ['ldap', { startTls: true }, ['1 StartTLS']],
  ] as const)(
    'over %s: what is asked goes over the connection that was signed in',
    async (scheme, how, first) => {
      const server = await directory(how);
      const { opened, engine } = await signIn(server.port, { scheme, ...how });
      if (!opened.ok) throw new Error(opened.fault.detail);
      expect(opened.value.url).toBe(`${scheme}://127.0.0.1:${server.port}`);
      expect(await opened.value.search(LOOK)).toEqual({ ok: true, value: { entries: [], references: [] } });
      expect(server.seen).toEqual([...first, ...BINDS, '1 search', '1 search']);
      expect(engine.alive()).toBe(0);
      await opened.value.close();
      await expect.poll(() => server.open()).toBe(0);
    },
  );

  it('is asked for by name, and the ticket is bound to its certificate', async () => {
    const { port } = await directory();
    const credentials = { kind: 'keytab', path: '/kms.keytab', principal: 'kms01$@CONTOSO.TEST' } as const;
    const { engine } = await signIn(port, {}, {}, credentials);
    const pem = readFileSync(new URL('../fixtures/directory/server.pem', import.meta.url));
    const endPoint = createHash('sha256').update(new X509Certificate(pem).raw).digest();
    expect(engine.opened).toEqual([
      {
        target: {
          service: 'ldap',
          host: 'dc1.contoso.test.',
          realm: undefined,
          channelBinding: Buffer.concat([Buffer.from('tls-server-end-point:'), endPoint]),
        },
        credentials,
        mechanism: 'krb5',
      },
    ]);
  });

  it('that ends the connection later is not gone back to without signing in', async () => {
    const server = await directory({ cutsSearch: 2 });
    const { opened } = await signIn(server.port);
    if (!opened.ok) throw new Error(opened.fault.detail);
    for (let i = 0; i < 2; i++)
      expect(await opened.value.search(LOOK)).toMatchObject({ ok: false, fault: { kind: 'closed' } });
    expect(server.seen).toEqual([...BINDS, '1 search', '1 search']);
  });
});

describe('nothing is sent', () => {
  test.each<[string, Partial<LdapTerms>, string]>([
    ['without TLS, over the network', { scheme: 'ldap', host: 'dc1.contoso.test' }, 'encryption-required'],
    ['without TLS, on this computer', { scheme: 'ldap' }, 'encryption-required'],
    ['to an address without a name', { tlsName: '127.0.0.1' }, 'credentials'],
  ])('%s', async (_, more, kind) => {
    const server = await directory({ startTls: true });
    const asked = await signIn(server.port, more);
    expect(faultOf(asked)).toMatchObject({ kind, hint: expect.stringMatching(/--start-tls|--tls-name/) });
    expect([asked.engine.opened, server.open()]).toEqual([[], 0]);
  });

  test('no ticket is asked for, to whom the certificate does not name', async () => {
    const server = await directory();
    const asked = await signIn(server.port, { tlsName: 'dc2.contoso.test' });
    expect(faultOf(asked)).toMatchObject({ kind: 'certificate' });
    expect([asked.engine.opened, server.seen]).toEqual([[], []]);
  });
});

describe('Kerberos that gives no ticket', () => {
  const fault = { kind: 'service-unknown', detail: 'no such service', hint: 'setspn' } as const;

  test.each<[string, FakeEngineOptions]>([
    ['at once', { faults: { krb5: fault } }],
    ['in its first step', { stepFault: fault }],
  ])('%s, in its own words', async (_, options) => {
    const server = await directory();
    const asked = await signIn(server.port, {}, options);
    expect(faultOf(asked)).toEqual({
      kind: 'credentials',
      detail: `signing in to ldaps://127.0.0.1:${server.port}: no such service`,
      hint: 'setspn',
    });
    expect([server.seen, asked.engine.alive()]).toEqual([[], 0]);
    await expect.poll(() => server.open()).toBe(0);
  });

  test('because the KDC is silent, when the run is over: what is left behind is given back later', async () => {
    const server = await directory();
    const ended = new AbortController();
    const options = { hangs: true };
    const engine = fakeEngine(options);
    const signing = signIn(server.port, {
      ended: ended.signal,
      login: { engine, credentials: { kind: 'default' } },
    });
    await expect.poll(() => engine.alive()).toBe(1);
    ended.abort();
    expect(faultOf(await signing)).toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => server.open()).toBe(0);
    expect(engine.alive()).toBe(1);
    engine.wake();
    await expect.poll(() => engine.alive()).toBe(0);
    expect(server.seen).toEqual([]);
  });
});

describe('a hostile server', () => {
  const [token, layers] = honestReplies();
  test.each<[string, readonly SaslReply[], string, RegExp]>([
    ['is silent', ['silent'], 'timeout', /in time/],
    ['is silent in the end', [token!, layers!, 'silent'], 'timeout', /in time/],
    ['cuts', ['cut'], 'closed', /closed the connection/],
    ['cuts in the middle', [token!, 'cut'], 'closed', /closed the connection/],
    ['answers by HTTP', [{ octets: Buffer.from('HTTP/1.1 400\r\n\r\n') }], 'other', /no LDAP message/],
    ['announces 4 GB', [{ octets: Buffer.from('3084ffffffff02', 'hex') }], 'other', /4294967301 octets/],
    [
      'sends without end',
      [{ octets: Buffer.from(`30830fff00${'00'.repeat(3_000_000)}`, 'hex') }],
      'other',
      /./,
    ],
    ['answers somebody else', [{ code: 14, id: 77 }], 'other', /another message/],
    ['says goodbye', [{ code: 52, id: 0, text: 'shutting down' }], 'busy', /shutting down/],
    [
      'refuses',
      [token!, { code: 49, text: 'AcceptSecurityContext error, data 775, v1' }],
      'credentials',
      /locked/,
    ],
    ['says yes at once', [{ code: 0 }], 'other', /before it proved/],
    ['offers garbage', [token!, { code: 14, credentials: Buffer.alloc(99) }], 'other', /not signed/],
  ])('%s', async (_, replies, kind, detail) => {
    const server = await directory({ replies });
    const asked = await signIn(server.port);
    expect(faultOf(asked)).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    expect(asked.engine.alive()).toBe(0);
    await expect.poll(() => server.open()).toBe(0);
    expect(server.seen.every((one) => one === '1 bind GSSAPI')).toBe(true);
  });

  test('says more than yes', async () => {
    const answers = [token!, layers!].map((one) => one as Exclude<SaslReply, string>);
    const two = Buffer.from('300c02010361070a010004000400'.repeat(2), 'hex');
    const { port } = await directory({ replies: [...answers, { octets: two }] });
    expect(faultOf(await signIn(port))).toMatchObject({
      detail: expect.stringMatching(/more than it was asked/),
    });
  });

  test.each<[string, SaslDirectoryOptions, string, RegExp]>([
    ['turns it down', { startTlsReply: { code: 2, text: 'no TLS' } }, 'other', /no TLS/],
    ['is silent', { startTlsReply: 'silent' }, 'timeout', /in time/],
    ['cuts', { startTlsReply: 'cut' }, 'closed', /closed the connection/],
    [
      'goes on in the open',
      {
        startTlsReply: {
          octets: Buffer.from('300c02010178070a010004000400300c02010261070a010004000400', 'hex'),
        },
      },
      'other',
      /more than/,
    ],
  ])('StartTLS: %s', async (_, options, kind, detail) => {
    const server = await directory({ startTls: true, ...options });
    const asked = await signIn(server.port, { scheme: 'ldap', startTls: true });
    expect(faultOf(asked)).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    expect([asked.engine.opened, server.seen]).toEqual([[], ['1 StartTLS']]);
    await expect.poll(() => server.open()).toBe(0);
  });

  test.each([
    ['speaks plain LDAP', Buffer.from('300c02010061070a010004000400', 'hex'), /^(tls|closed|timeout)$/],
    ['never shakes hands', Buffer.alloc(0), /^timeout$/],
  ])('%s on the port of TLS', async (_, reply, kind) => {
    const server = await octetServer(reply);
    closing.push(() => server.stop());
    expect(faultOf(await signIn(server.port))).toMatchObject({ kind: expect.stringMatching(kind) });
  });

  test('is not there', async () => {
    const server = await octetServer(Buffer.alloc(0));
    await server.stop();
    for (const scheme of ['ldap', 'ldaps'] as const)
      expect(faultOf(await signIn(server.port, { scheme, startTls: scheme === 'ldap' }))).toMatchObject({
        kind: 'refused',
      });
  });
});
