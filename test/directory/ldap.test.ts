import { afterEach, describe, expect, it, test } from 'vitest';
import type { DirectoryClient, LdapOutcome } from '../../src/directory/directory-client.ts';
import { connectDirectory, type LdapTerms } from '../../src/directory/ldap.ts';
import { CA, type FakeDirectoryOptions, fakeDirectory, octetServer } from '../support/fake-directory.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Fake = Awaited<ReturnType<typeof fakeDirectory>>;

async function fake(options: FakeDirectoryOptions = {}): Promise<Fake> {
  const server = await fakeDirectory(options);
  closing.push(() => server.stop());
  return server;
}

async function connect(port: number, more: Partial<LdapTerms> = {}): Promise<LdapOutcome<DirectoryClient>> {
  const opened = await connectDirectory({
    scheme: 'ldap',
    host: '127.0.0.1',
    port,
    startTls: false,
    insecure: false,
    timeoutMs: 500,
    ...more,
  });
  if (opened.ok) closing.push(() => opened.value.close());
  return opened;
}

async function connected(port: number, more: Partial<LdapTerms> = {}): Promise<DirectoryClient> {
  const opened = await connect(port, more);
  if (!opened.ok) throw new Error(opened.fault.detail);
  return opened.value;
}

const faultOf = (outcome: LdapOutcome<unknown>): unknown => (outcome.ok ? 'no fault' : outcome.fault.kind);

const NODE = 'DC=_vlmcs._tcp,DC=contoso.test,CN=MicrosoftDNS,DC=DomainDnsZones,DC=contoso,DC=test';
const ANY = { base: NODE, scope: 'base', filter: '(objectClass=*)', attributes: ['dnsRecord'] } as const;

describe('a search', () => {
  it('gives octets as they are, whatever they look like', async () => {
    const record = Uint8Array.from({ length: 256 }, (_, i) => i);
    const text = Buffer.from('plain text');
    const server = await fake({ entries: [{ dn: NODE, attributes: { dnsRecord: [record, text] } }] });
    const client = await connected(server.port);
    const found = await client.search(ANY);
    if (!found.ok) throw new Error(found.fault.detail);
    const [entry] = found.value.entries;
    expect(entry!.dn.replaceAll(' ', '')).toBe(NODE);
    expect(entry!.attributes.get('dnsrecord')).toEqual([Buffer.from(record), text]);
  });

  it('leaves out an attribute that the object does not have', async () => {
    const server = await fake({ entries: [{ dn: NODE, attributes: { cn: 'x' } }] });
    const found = await (await connected(server.port)).search(ANY);
    expect(found.ok && found.value.entries[0]!.attributes.has('dnsrecord')).toBe(false);
  });

  it('names other servers and does not go there', async () => {
    const server = await fake({ search: 'references' });
    const found = await (await connected(server.port)).search({ ...ANY, scope: 'sub' });
    expect(found).toMatchObject({
      ok: true,
      value: { references: ['ldap://elsewhere.contoso.test/DC=contoso,DC=test'] },
    });
  });

  test.each([
    ['silent', 'timeout'],
    ['cut', 'closed'],
  ] as const)('that the server leaves %s is a value: %s', async (search, kind) => {
    const server = await fake({ search });
    expect(faultOf(await (await connected(server.port)).search(ANY))).toBe(kind);
  });

  it('is given up when the pages do not end', async () => {
    const server = await fake({ search: 'endless' });
    const client = await connected(server.port, { mostPages: 20 });
    const found = await client.search({ ...ANY, scope: 'sub' });
    expect(found).toMatchObject({ ok: false, fault: { detail: expect.stringContaining('no end of them') } });
  });

  it('never goes over a connection that was opened anew behind our back', async () => {
    const server = await fake({ search: 'cut' });
    const client = await connected(server.port);
    await client.search(ANY);
    expect(faultOf(await client.search(ANY))).toBe('closed');
    expect(server.connections()).toBe(1);
  });
});

describe('signing in', () => {
  test.each([
    ['52e', 'the password is wrong, or there is no such user'],
    ['775', 'the account is locked'],
  ])('says what Active Directory means by data %s', async (data, says) => {
    const refuseLogin = `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`;
    const server = await fake({ refuseLogin });
    const opened = await connect(server.port, {
      login: { user: 'CN=ann,DC=contoso,DC=test', password: 'wrong' },
    });
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'credentials', resultCode: 49 } });
    expect(!opened.ok && opened.fault.detail).toContain(says);
    expect(JSON.stringify(opened)).not.toContain('wrong"');
  });

  it('does not send a password unencrypted: nothing leaves at all', async () => {
    const opened = await connect(389, {
      host: 'dc1.contoso.test',
      login: { user: 'ann@contoso.test', password: 'secret' },
    });
    expect(opened).toMatchObject({ ok: false, fault: { kind: 'encryption-required' } });
  });
});

describe('TLS', () => {
  test.each<readonly [string, Partial<LdapTerms>, unknown]>([
    ['a CA that is not known', {}, 'certificate'],
    ['the CA that was given', { ca: CA }, 'no fault'],
    ['the name in the certificate', { ca: CA, tlsName: 'dc1.contoso.test' }, 'no fault'],
    ['another name than the certificate has', { ca: CA, tlsName: 'dc2.contoso.test' }, 'certificate'],
    ['any certificate, when told so', { insecure: true }, 'no fault'],
  ])('%s', async (_, more, kind) => {
    const server = await fake({ tls: true });
    expect(faultOf(await connect(server.port, { scheme: 'ldaps', ...more }))).toBe(kind);
  });

  it('on a port that speaks plain LDAP', async () => {
    const server = await fake();
    expect(['tls', 'closed', 'timeout']).toContain(
      faultOf(await connect(server.port, { scheme: 'ldaps', ca: CA })),
    );
  });

  it('is not given up when the server does not know StartTLS', async () => {
    const server = await fake();
    const opened = await connect(server.port, {
      startTls: true,
      ca: CA,
      login: { user: 'ann@contoso.test', password: 'secret' },
    });
    expect(opened.ok).toBe(false);
    expect(server.seen).toEqual([]);
  });
});

describe('a hostile server', () => {
  test.each([
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a length of 4 GB', Buffer.from('3084ffffffff0201', 'hex')],
    ['an endless length', Buffer.from('30ffffffffffffffffffffff', 'hex')],
    ['a bind answer that ends early', Buffer.from('300c02010161070a01', 'hex')],
    ['octets of zero', Buffer.alloc(64)],
  ])('that answers with %s is a value', async (_, reply) => {
    const server = await octetServer(reply);
    closing.push(() => server.stop());
    expect((await connect(server.port)).ok).toBe(false);
  });

  it('nobody there', async () => {
    const server = await octetServer(Buffer.alloc(0));
    await server.stop();
    expect(faultOf(await connect(server.port))).toBe('refused');
  });
});
