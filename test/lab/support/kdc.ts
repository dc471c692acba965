import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fakeClock } from './fake-clock.ts';
import { type LabServer, startServer } from './lab.ts';
import { type Finished, runProgram } from './run.ts';

/** What kadmin's addprinc takes besides a random key: `-maxlife 10seconds`, for instance. */
export interface LabPrincipal {
  /** With its realm: `DNS/ns1.corp.example@CORP.EXAMPLE`. */
  readonly name: string;
  readonly options?: readonly string[];
}

export interface KdcOptions {
  /** The first is the default realm of {@link Kdc.env}. They do not trust each other. */
  readonly realms: readonly [string, ...string[]];
  readonly principals: readonly (string | LabPrincipal)[];
  /** As {@link fakeClock} takes it: `+400s`. */
  readonly clock?: string;
  /** More lines for `[libdefaults]` of the clients. */
  readonly clientDefaults?: readonly string[];
}

/** An MIT KDC on loopback, in a folder of its own, without root. */
export interface Kdc extends LabServer {
  /** For whoever talks to it: the configuration, and places in its folder for what would go to the user's. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes the present keys of these principals into a new keytab; gives its path. */
  keytab(...principals: readonly string[]): Promise<string>;
  /** Gives the principal a new key with the next version number: keytabs written before hold a stale one. */
  newKey(principal: string): Promise<void>;
  /** A ticket cache for the principal, by kinit with its present key; gives its path. */
  ticket(principal: string, ...kinitOptions: readonly string[]): Promise<string>;
  /** One command of kadmin.local, in the principal's realm; throws when it is refused. */
  kadmin(realm: string, ...command: readonly string[]): Promise<string>;
  /** Runs a program as a client of this KDC. */
  run(
    name: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ): Promise<Finished>;
}

/** Makes the realms with their principals, starts krb5kdc and waits until it takes connections. */
export async function startKdc(options: KdcOptions): Promise<Kdc> {
  const { realms, principals, clock } = options;
  let env: Readonly<Record<string, string>> = {};
  const server = await startServer({
    kind: 'KDC',
    keys: [],
    async prepare(dir, port) {
      env = writeFiles(options, dir, port);
      for (const realm of realms) {
        await mustRun('kdb5_util', ['create', '-s', '-r', realm, '-P', randomBytes(12).toString('hex')], env);
        await addPrincipals(realm, principals, env);
      }
      return {
        program: 'krb5kdc',
        args: ['-n', ...realms.flatMap((realm) => ['-r', realm])],
        answersFor: [],
        env: { ...env, ...(clock !== undefined && (await fakeClock(clock))) },
        isReady: () => takesConnections(port),
      };
    },
  });
  let files = 0;
  const kadmin = (realm: string, ...command: readonly string[]): Promise<string> =>
    mustRun('kadmin.local', ['-r', realm, ...command], env);
  const kdc: Kdc = {
    ...server,
    env,
    kadmin,
    async keytab(...names) {
      const path = join(server.dir, `${++files}.keytab`);
      for (const name of names) await kadmin(realmOf(name), 'ktadd', '-norandkey', '-k', path, name);
      return path;
    },
    async newKey(name) {
      await kadmin(realmOf(name), 'cpw', '-randkey', name);
    },
    async ticket(name, ...kinitOptions) {
      const path = join(server.dir, `${++files}.ccache`);
      const keytab = await kdc.keytab(name);
      await mustRun('kinit', ['-k', '-t', keytab, '-c', path, ...kinitOptions, name], env);
      return path;
    },
    run: (name, args, more = {}, input = '') => runProgram(name, args, { env: { ...env, ...more }, input }),
  };
  return kdc;
}

function writeFiles(
  { realms, clientDefaults = [] }: KdcOptions,
  dir: string,
  port: number,
): Readonly<Record<string, string>> {
  const krb5Conf = join(dir, 'krb5.conf');
  const kdcConf = join(dir, 'kdc.conf');
  // Where the user's own would be looked for, there is nothing.
  const nobody = `default_client_keytab_name = FILE:${join(dir, 'none.keytab')}`;
  writeFileSync(krb5Conf, clientConfig(realms, port, [nobody, ...clientDefaults]));
  const realmClauses = realms.map(
    (realm, i) => `  ${realm} = {
    database_name = ${dir}/principals-${i}
    key_stash_file = ${dir}/stash-${i}
    acl_file = ${dir}/kadm5.acl
    max_life = 10h
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
  }
`,
  );
  writeFileSync(
    kdcConf,
    `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${realmClauses.join('')}[logging]
  kdc = STDERR
`,
  );
  const rcache = join(dir, 'rcache');
  mkdirSync(rcache, { recursive: true });
  return {
    KRB5_CONFIG: krb5Conf,
    KRB5_KDC_PROFILE: kdcConf,
    KRB5CCNAME: join(dir, 'none.ccache'),
    KRB5_KTNAME: join(dir, 'none.keytab'),
    KRB5RCACHEDIR: rcache,
  };
}

/** A krb5.conf whose realms all live on one port of loopback; nothing is looked up in DNS. */
export function clientConfig(
  realms: readonly [string, ...string[]],
  port: number,
  defaults: readonly string[] = [],
): string {
  const settings = [
    `default_realm = ${realms[0]}`,
    'dns_lookup_realm = false',
    'dns_lookup_kdc = false',
    'dns_canonicalize_hostname = false',
    'rdns = false',
    'udp_preference_limit = 1',
    ...defaults,
  ];
  const clauses = realms.map((realm) => `  ${realm} = {\n    kdc = 127.0.0.1:${port}\n  }\n`);
  return `[libdefaults]\n${settings.map((line) => `  ${line}\n`).join('')}[realms]\n${clauses.join('')}`;
}

async function addPrincipals(
  realm: string,
  principals: KdcOptions['principals'],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = principals
    .map((one) => (typeof one === 'string' ? { name: one } : one))
    .filter(({ name }) => realmOf(name) === realm)
    .map(({ name, options = [] }: LabPrincipal) => `addprinc -randkey ${options.join(' ')} ${name}\n`);
  if (lines.length === 0) return;
  const { stdout, stderr } = await runProgram('kadmin.local', ['-r', realm], { input: lines.join(''), env });
  const made = stdout.match(/^Principal ".*" created\.$/gm) ?? [];
  if (made.length !== lines.length) throw new Error(`kadmin.local ${lines.join('')}: ${stdout}${stderr}`);
}

function realmOf(principal: string): string {
  const at = principal.lastIndexOf('@');
  if (at === -1) throw new Error(`${principal} has no realm`);
  return principal.slice(at + 1);
}

async function mustRun(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(name, args, { env });
  // kadmin.local ends with 0 after a command that it refused.
  if (exitCode !== 0 || /^(kadmin\.local|\w+): .* while /m.test(stderr))
    throw new Error(`${name} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
