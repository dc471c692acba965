/** The options of a directory and what is opened by them; the servers are in process, with real sockets. */
import { afterEach, describe, expect, it, test } from 'vitest';
import { defineCommand } from '../../src/cli/command.ts';
import { faultLines, openDirectory } from '../../src/cli/directory.ts';
import { LDAP, readLdapUrl } from '../../src/cli/ldap-options.ts';
import { type Network, systemNetwork } from '../../src/cli/network.ts';
import { REACH } from '../../src/cli/options.ts';
import { formatEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { KerberosOutcome, SecurityEngine } from '../../src/core/security-context.ts';
import type { DirectoryClient, LdapFaultKind } from '../../src/directory/directory-client.ts';
import type { LdapTerms } from '../../src/directory/ldap.ts';
import { startNameserver } from '../../src/lab/nameserver.ts';
import { a, ns, soa, srv, zoneFrom } from '../../src/lab/zone-data.ts';
import { type Desk, type DeskOptions, desk, type Ran } from '../support/desk.ts';
import {
  CA,
  type FakeDirectory,
  type FakeDirectoryOptions,
  fakeDirectory,
} from '../support/fake-directory.ts';
import { fakeEngine } from '../support/fake-security.ts';
import { type SaslDirectory, saslDirectory } from '../support/sasl-directory.ts';

describe('--ldap', () => {
  test.each([
    ['ldaps://dc1.contoso.com', { scheme: 'ldaps', host: 'dc1.contoso.com', port: 636 }],
    ['ldap://dc1.contoso.com/', { scheme: 'ldap', host: 'dc1.contoso.com', port: 389 }],
    ['LDAPS://10.0.0.1:3269', { scheme: 'ldaps', host: '10.0.0.1', port: 3269 }],
    ['ldap://[::1]:3890', { scheme: 'ldap', host: '::1', port: 3890 }],
  ])('%s', (given, url) => {
    expect(readLdapUrl(given, '--ldap')).toEqual(url);
  });

  test.each([
    'dc1.contoso.com',
    'http://dc1',
    'ldap://',
    'ldap://dc1:0',
    'ldap://dc1:70000',
    'ldap://user:pw@dc1',
    'ldap://dc1/DC=contoso',
    'ldap://a b',
    'ldap://dc1:389 x',
  ])('%s is refused', (given) => {
    expect(() => readLdapUrl(given, '--ldap')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(options: FakeDirectoryOptions = {}): Promise<FakeDirectory> {
  const made = await fakeDirectory(options);
  closing.push(() => made.stop());
  return made;
}

async function sasl(): Promise<SaslDirectory> {
  const made = await saslDirectory();
  closing.push(() => made.stop());
  return made;
}

/** Says where it got: the servers that signed us in, those that did not, or the fault. */
const LOOK = defineCommand({
  command: 'look',
  describe: '',
  options: { ...LDAP, ...REACH },
  operands: { name: 'DOMAIN', describe: '', least: 0, most: 9 },
  examples: [],
  exitCodes: [],
  handler: async (values, context) => {
    const run = await openDirectory(
      context,
      values,
      values.operands.map((one) => parseFqdn(one)),
    );
    const seen = await run.during('looking', async ({ clients, unreached }) => ({
      ok: true,
      value: { in: clients.map(({ url }) => url), out: unreached.map(({ fault }) => fault.kind) },
    }));
    if (seen.ok) context.io.stdout.write(JSON.stringify(seen.value));
    else for (const line of [seen.fault.kind, ...faultLines(seen.fault, context)]) context.warn(line);
    return seen.ok ? 0 : 3;
  },
});

const FILES = {
  'ca.pem': CA,
  'pw.txt': 'secret\n',
  'crlf.txt': 'secret\r\n',
  'empty.txt': '\n',
  'two.txt': 'a\nb\n',
};

function user(more: DeskOptions = {}): Desk {
  const made = desk({ files: FILES, commands: [LOOK], ...more });
  closing.push(() => made.clear());
  return made;
}

const look = (...argv: readonly string[]): Promise<Ran> => user().run('look', ...argv, '--timeout', '0.5');
const ANN = ['--user', 'CN=ann,DC=contoso,DC=test'];

describe('what contradicts itself is told before anything is opened', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['nobody to ask', [], /neither a DOMAIN nor --ldap/],
    ['a password without a user', ['--ldap', 'ldaps://x', '--password-file', 'pw.txt'], /without --user/],
    ['a user without a password', ['--ldap', 'ldaps://x', ...ANN], /--user without a password/],
    [
      'two passwords',
      ['--ldap', 'ldaps://x', ...ANN, '--password-file', 'pw.txt', '--password-env', 'PW'],
      /contradict/,
    ],
    [
      'a variable that is not set',
      ['--ldap', 'ldaps://x', ...ANN, '--password-env', 'PW'],
      /"PW" is not set/,
    ],
    [
      'an empty password, which a server could take for none',
      ['--ldap', 'ldaps://x', ...ANN, '--password-file', 'empty.txt'],
      /holds no password/,
    ],
    ['two lines', ['--ldap', 'ldaps://x', ...ANN, '--password-file', 'two.txt'], /more than one line/],
    ['a file that is not there', ['--ldap', 'ldaps://x', ...ANN, '--password-file', 'nix'], /no file/],
    ['a CA that is none', ['--ldap', 'ldaps://x', '--ca', 'pw.txt'], /no certificate in PEM/],
    ['StartTLS over TLS', ['--ldap', 'ldaps://x', '--start-tls'], /encrypted from the start/],
    ['a CA without TLS', ['--ldap', 'ldap://x', '--ca', 'ca.pem'], /means nothing without encryption/],
    ['--insecure without TLS', ['--ldap', 'ldap://x', '--insecure'], /means nothing without encryption/],
    [
      'a ticket and a password',
      ['--ldap', 'ldaps://x', '--kerberos', ...ANN],
      /--kerberos and --user contradict/,
    ],
    [
      'a ticket and the file of a password',
      ['--ldap', 'ldaps://x', '--kerberos', '--password-file', 'pw.txt'],
      /--kerberos and --password-file contradict/,
    ],
    ['a keytab without Kerberos', ['--ldap', 'ldaps://x', '--keytab', 'x'], /--keytab without --kerberos/],
    ['a principal without Kerberos', ['--ldap', 'ldaps://x', '--principal', 'x'], /without --kerberos/],
    [
      'a principal without a keytab',
      ['--ldap', 'ldaps://x', '--kerberos', '--principal', 'x'],
      /--principal without --keytab/,
    ],
    ['--insecure with a CA', ['--ldap', 'ldaps://x', '--insecure', '--ca', 'ca.pem'], /contradict/],
  ])('%s', async (_, argv, says) => {
    const ran = await look(...argv);
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringMatching(says)]);
    expect(ran.stderr).not.toContain('secret');
  });
});

describe('--kerberos', () => {
  const KEYTABS = { 'kms.keytab': Buffer.of(5, 2) };
  const by = (engine: KerberosOutcome<SecurityEngine>): Desk =>
    user({ files: { ...FILES, ...KEYTABS }, network: { ...systemNetwork, kerberos: async () => engine } });

  test.each([
    ['the ticket of whoever runs it', [], { kind: 'default' }],
    ['a keytab', ['--keytab', 'kms.keytab'], { kind: 'keytab', principal: undefined }],
    [
      'a principal in a keytab',
      ['--keytab', 'kms.keytab', '--principal', 'kms01$'],
      { kind: 'keytab', principal: 'kms01$' },
    ],
  ])('signs in with %s', async (_, argv, credentials) => {
    const { port } = await sasl();
    const engine = fakeEngine();
    const desk = by({ ok: true, value: engine });
    const at = ['--ldap', `ldaps://127.0.0.1:${port}`, '--tls-name', 'dc1.contoso.test', '--ca', 'ca.pem'];
    const ran = await desk.run('look', ...at, '--kerberos', ...argv);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const path = credentials.kind === 'keytab' ? { path: `${desk.folder}/kms.keytab` } : {};
    expect(engine.opened).toMatchObject([
      { target: { service: 'ldap', host: 'dc1.contoso.test.' }, credentials: { ...credentials, ...path } },
    ]);
  });

  it('is not there: what to install is said, and nothing is opened', async () => {
    const fault = { kind: 'no-library', detail: 'there is no Kerberos library here', hint: 'apt' } as const;
    const ran = await by({ ok: false, fault }).run('look', '--ldap', 'ldaps://127.0.0.1:1', '--kerberos');
    expect(ran.code).toBe(64);
    expect(ran.stderr).toMatch(/--kerberos cannot be had: there is no Kerberos library here[\s\S]*apt/);
  });

  test.each([
    ['is not there', 'nix', /--keytab: .*no file/],
    ['is none', 'pw.txt', /--keytab: ".*pw\.txt" is not a keytab/],
  ])('with a keytab that %s: nothing is opened', async (_, file, says) => {
    const engine = fakeEngine();
    const ran = await by({ ok: true, value: engine }).run(
      ...['look', '--ldap', 'ldaps://127.0.0.1:1', '--kerberos', '--keytab', file],
    );
    expect([ran.code, ran.stderr, engine.opened]).toEqual([64, expect.stringMatching(says), []]);
  });

  it('--insecure warns, and speaks of no password', async () => {
    const { port } = await sasl();
    const at = ['--ldap', `ldaps://127.0.0.1:${port}`, '--tls-name', 'dc1.contoso.test', '--insecure'];
    const ran = await by({ ok: true, value: fakeEngine() }).run('look', ...at, '--kerberos');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^INSECURE:/)]);
    expect(ran.stderr).not.toContain('password');
  });
});

describe('a directory server', () => {
  test.each(['pw.txt', 'crlf.txt'])('signs in with the password in %s, over TLS', async (file) => {
    const { port, seen } = await server({ tls: true });
    const ran = await look(
      '--ldap',
      `ldaps://127.0.0.1:${port}`,
      '--ca',
      'ca.pem',
      ...ANN,
      '--password-file',
      file,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.json()).toEqual({ in: [`ldaps://127.0.0.1:${port}`], out: [] });
    expect(seen).toHaveLength(1);
  });

  it('takes the password as it is, without the end of its line', async () => {
    const passwords: unknown[] = [];
    const network = {
      ...systemNetwork,
      directory: async ({ login }: LdapTerms) => {
        passwords.push(login !== undefined && 'password' in login ? login.password : undefined);
        return { ok: false, fault: { kind: 'refused', detail: 'no', hint: '' } } as const;
      },
    };
    const at = ['look', '--ldap', 'ldaps://x', ...ANN];
    await user({ network }).run(...at, '--password-file', 'crlf.txt');
    await user({ network, env: { PW: ' sp ace ' } }).run(...at, '--password-env', 'PW');
    expect(passwords).toEqual(['secret', ' sp ace ']);
  });

  it('with a certificate that nobody vouches for is not talked to; --insecure talks, and says so', async () => {
    const { port, seen } = await server({ tls: true });
    const at = ['--ldap', `ldaps://127.0.0.1:${port}`, ...ANN, '--password-file', 'pw.txt'];
    const refused = await look(...at);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/^certificate\n.*--ca FILE/s)]);
    expect(seen).toEqual([]);
    const open = await look(...at, '--insecure', '--quiet');
    expect([open.code, open.stderr]).toEqual([
      0,
      expect.stringMatching(/^INSECURE:.*can read the password/s),
    ]);
  });

  it('gets no password over a network without encryption', async () => {
    const ran = await look('--ldap', 'ldap://192.0.2.1', ...ANN, '--password-file', 'pw.txt');
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/^encryption-required/)]);
  });

  it('that does not answer ends the run when it is the first, and is named when it is a further one', async () => {
    const good = await server();
    const bad = await server();
    await bad.stop();
    const [there, gone] = [`ldap://127.0.0.1:${good.port}`, `ldap://127.0.0.1:${bad.port}`];
    expect((await look('--ldap', there, '--ldap', gone)).json()).toEqual({ in: [there], out: ['refused'] });
    const ran = await look('--ldap', gone, '--ldap', there);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringMatching(/^refused\n/)]);
  });

  it.each(['deadline', 'interrupt'] as const)('that stays silent is left at the %s', async (end) => {
    const { port } = await server({ login: 'silent' });
    const argv = [
      'look',
      '--ldap',
      `ldap://127.0.0.1:${port}`,
      '--timeout',
      '60',
      ...ANN,
      '--password-file',
      'pw.txt',
    ];
    const ran =
      end === 'deadline'
        ? await user().run(...argv, '--deadline', '0.2')
        : await user().runWith({ interrupt: AbortSignal.timeout(200) }, ...argv);
    expect([ran.code, ran.stderr]).toEqual([
      end === 'deadline' ? 3 : 130,
      expect.stringMatching(/^cancelled\n/),
    ]);
  });

  it('is left alone afterwards: no connection stays open', async () => {
    const good = await server();
    await look('--ldap', `ldap://127.0.0.1:${good.port}`);
    await expect.poll(() => good.open()).toBe(0);
  });
});

describe('without --ldap', () => {
  const dc = (name: string, priority = 0): ReturnType<typeof srv> =>
    srv('_ldap._tcp.dc._msdcs.contoso.test', `${name}.contoso.test`, { port: 389, priority });
  const records = [
    soa('contoso.test', 'dc1.contoso.test'),
    ns('contoso.test', 'dc1.contoso.test'),
    dc('dc2', 5),
    dc('dc1'),
    a('dc1.contoso.test', '192.0.2.1'),
    a('dc2.contoso.test', '192.0.2.2'),
  ];

  async function dns(): Promise<string> {
    const made = await startNameserver({ zones: [zoneFrom({ name: 'contoso.test', records })] });
    closing.push(() => made.stop());
    return formatEndpoint(made.endpoint);
  }

  /** A network whose domain controllers answer as `replies` says, by address. */
  function forest(replies: Readonly<Record<string, LdapFaultKind>>): [Network, LdapTerms[]] {
    const asked: LdapTerms[] = [];
    const directory: Network['directory'] = async (terms) => {
      asked.push(terms);
      const kind = replies[terms.host];
      if (kind !== undefined) return { ok: false, fault: { kind, detail: 'no', hint: '' } };
      const client = { url: `ldaps://${terms.host}`, close: async () => {} } as DirectoryClient;
      return { ok: true, value: client };
    };
    return [{ ...systemNetwork, directory }, asked];
  }

  it('the domain controllers are found through DNS, asked by priority, and named as their certificates are', async () => {
    const [network, asked] = forest({ '192.0.2.1': 'timeout' });
    const ran = await user({ network }).run('look', 'contoso.test', '--server', await dns());
    expect(ran.json()).toEqual({ in: ['ldaps://192.0.2.2'], out: [] });
    expect(asked).toMatchObject([
      { scheme: 'ldaps', host: '192.0.2.1', port: 636, tlsName: 'dc1.contoso.test' },
      { scheme: 'ldaps', host: '192.0.2.2', port: 636, tlsName: 'dc2.contoso.test' },
    ]);
  });

  it('a login that was refused is not tried at the next one: accounts get locked that way', async () => {
    const [network, asked] = forest({ '192.0.2.1': 'credentials' });
    const ran = await user({ network }).run('look', 'contoso.test', '--server', await dns(), '--start-tls');
    expect([ran.code, asked.map(({ port }) => port)]).toEqual([3, [389]]);
  });

  it.each([
    ['elsewhere.test', 'answered REFUSED'],
    ['sub.contoso.test', 'DNS has no _ldap._tcp.dc._msdcs.sub.contoso.test'],
  ])('%s: %s', async (domain, says) => {
    const ran = await look(domain, '--server', await dns());
    expect([ran.code, ran.stderr.replace(/\s+/g, ' ')]).toEqual([3, expect.stringContaining(says)]);
    expect(ran.stderr).toContain('--ldap');
  });
});
