import { resolve } from 'node:path';
import { readSecret, readTextFile } from '../core/files.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { DirectoryClient, LdapFault, LdapOutcome } from '../directory/directory-client.ts';
import { type Controller, findControllers } from '../directory/find-controllers.ts';
import type { KerberosLogin, LdapTerms, PasswordLogin } from '../directory/ldap.ts';
import type { Reach } from '../publish/reach.ts';
import type { Context } from './command.ts';
import type { Spinner } from './io.ts';
import { directoryKerberos } from './kerberos-reach.ts';
import type { LdapValues } from './ldap-options.ts';
import { wrap } from './look.ts';
import { usage } from './options.ts';
import { openRun, type ReachOptions } from './run.ts';

/** What the command line says about the directory and about the network on the way to it. */
export interface DirectoryValues extends LdapValues, ReachOptions {}

/** Servers that answered and signed us in, the first named one first, and those that did not. */
export interface OpenDirectory {
  readonly clients: readonly [DirectoryClient, ...DirectoryClient[]];
  readonly unreached: readonly { readonly server: string; readonly fault: LdapFault }[];
  /** For other questions of the same run. */
  readonly reach: Reach;
}

/** The directory of one command, for as long as its deadline allows. */
export interface DirectoryRun {
  /**
   * Connects, works, and closes again whatever happens; a terminal shows `text` meanwhile. A fault is the first
   * server's, or that of `work`. May be called several times; the clock of the deadline stands still in between.
   */
  during<T>(
    text: string,
    work: (open: OpenDirectory, spinner: Spinner) => Promise<LdapOutcome<T>>,
  ): Promise<LdapOutcome<T>>;
}

const LDAP_TIMEOUT_MS = 5000;

/**
 * Reads the password and the CA; nothing is opened yet. Where no `--ldap` says otherwise, the domain controllers of
 * `domains` are found through DNS. Throws `usage`, `file-unreadable`, and with --kerberos `key-invalid`,
 * `kerberos-unavailable`.
 */
export async function openDirectory(
  context: Context,
  values: DirectoryValues,
  domains: readonly Fqdn[],
): Promise<DirectoryRun> {
  if (values.ldap.length === 0 && domains.length === 0)
    throw usage(
      'no directory to ask: neither a DOMAIN nor --ldap is given',
      'name the Active Directory domain, whose controllers are then found through DNS, or one of them: --ldap ldaps://dc1.contoso.com',
    );
  checkTls(values);
  const login = values.kerberos ? await kerberosLogin(context, values) : await readLogin(context, values);
  const ca = values.ca === undefined ? undefined : await readCa(context, values.ca);
  if (values.insecure) warnInsecure(context, login !== undefined && 'password' in login);
  const run = openRun(context, values);
  const shared: Shared = {
    startTls: values['start-tls'],
    insecure: values.insecure,
    timeoutMs: values.timeout ?? LDAP_TIMEOUT_MS,
    ...(ca !== undefined && { ca }),
    ...(login !== undefined && { login }),
  };
  return {
    during: (text, work) =>
      run.during(text, async (reach, spinner) => {
        const leftMs = run.remainingMs();
        const ended =
          leftMs === undefined
            ? context.io.interrupt
            : AbortSignal.any([context.io.interrupt, AbortSignal.timeout(leftMs)]);
        const clients: DirectoryClient[] = [];
        try {
          const opened = await openAll(
            { context, values, domains, shared: { ...shared, ended }, reach },
            clients,
          );
          return opened.ok ? await work(opened.value, spinner) : opened;
        } finally {
          await Promise.all(clients.map((client) => client.close()));
        }
      }),
  };
}

/** What the connections to all servers have in common. */
type Shared = Omit<LdapTerms, 'scheme' | 'host' | 'port'>;

interface Opening {
  readonly context: Context;
  readonly values: DirectoryValues;
  readonly domains: readonly Fqdn[];
  readonly shared: Shared;
  readonly reach: Reach;
}

/** Puts every connection into `clients` as soon as it stands, so that the caller can close it. */
async function openAll(opening: Opening, clients: DirectoryClient[]): Promise<LdapOutcome<OpenDirectory>> {
  const { values, shared, reach, domains } = opening;
  const unreached: { server: string; fault: LdapFault }[] = [];
  const connect = async (terms: LdapTerms): Promise<LdapOutcome<DirectoryClient>> => {
    const opened = await opening.context.network.directory(terms);
    if (opened.ok) clients.push(opened.value);
    return opened;
  };
  const places =
    values.ldap.length > 0
      ? values.ldap.map(({ scheme, host, port }) => ({
          server: `${scheme}://${host}`,
          open: () => connect({ ...shared, ...named(values), scheme, host, port }),
        }))
      : domains.map((domain) => ({
          server: displayName(domain),
          open: () => openDomain(domain, shared, values, reach, connect),
        }));
  for (const [i, { server, open }] of places.entries()) {
    const opened = await open();
    if (!opened.ok && i === 0) return opened;
    if (!opened.ok) unreached.push({ server, fault: opened.fault });
  }
  const [first, ...more] = clients;
  return { ok: true, value: { clients: [first!, ...more], unreached, reach } };
}

/** The first domain controller of a domain that answers; the fault of the last one where none does. */
async function openDomain(
  domain: Fqdn,
  shared: Shared,
  values: DirectoryValues,
  { net, servers, resolvers, patience }: Reach,
  connect: (terms: LdapTerms) => Promise<LdapOutcome<DirectoryClient>>,
): Promise<LdapOutcome<DirectoryClient>> {
  const found = await findControllers(net, servers.length > 0 ? servers : resolvers, domain, patience);
  if (!found.ok)
    return {
      ok: false,
      fault: {
        kind: 'not-found',
        detail: `the domain controllers of ${displayName(domain)} could not be found: ${found.why}`,
        hint: 'name one of them: --ldap ldaps://dc1.contoso.com; or a DNS server that knows them: --server ADDR',
      },
    };
  let last: LdapOutcome<DirectoryClient> | undefined;
  for (const controller of found.controllers) {
    last = await connect({ ...shared, ...at(controller, values), ...named(values) });
    // A login that is refused here is refused everywhere, and each try brings the account closer to being locked.
    if (last.ok || last.fault.kind === 'credentials' || last.fault.kind === 'cancelled') return last;
  }
  return last!;
}

/** Where DNS says: at the address, by the name that the certificate then has. */
function at(
  { host, address }: Controller,
  values: DirectoryValues,
): Pick<LdapTerms, 'scheme' | 'host' | 'port' | 'tlsName'> {
  const name = displayName(host);
  const scheme = values['start-tls'] ? 'ldap' : 'ldaps';
  return { scheme, port: scheme === 'ldap' ? 389 : 636, host: address ?? name, tlsName: name };
}

function named(values: DirectoryValues): Pick<LdapTerms, 'tlsName'> {
  const name = values['tls-name'];
  return name === undefined ? {} : { tlsName: name };
}

function checkTls(values: DirectoryValues): void {
  const plain = values.ldap.find(({ scheme }) => scheme === 'ldap');
  const encrypted = values.ldap.find(({ scheme }) => scheme === 'ldaps');
  if (values['start-tls'] && encrypted !== undefined)
    throw usage('--start-tls is for ldap://; ldaps:// is encrypted from the start', 'leave out --start-tls');
  const tls = values['start-tls'] || encrypted !== undefined || values.ldap.length === 0;
  for (const only of ['ca', 'tls-name', 'insecure'] as const)
    if (!tls && plain !== undefined && values[only] !== undefined && values[only] !== false)
      throw usage(`--${only} means nothing without encryption`, 'use ldaps://, or add --start-tls');
  if (values.insecure && values.ca !== undefined)
    throw usage('--insecure and --ca contradict each other', 'leave out --insecure: --ca is the safe one');
}

/** By whose ticket to sign in. Throws `usage`, `key-invalid`, `kerberos-unavailable`. */
async function kerberosLogin({ io, network }: Context, values: DirectoryValues): Promise<KerberosLogin> {
  for (const other of ['user', 'password-file', 'password-env'] as const)
    if (values[other] !== undefined)
      throw usage(`--kerberos and --${other} contradict each other`, 'sign in by one of them');
  const { keytab, principal } = values;
  if (keytab === undefined && principal !== undefined)
    throw usage('--principal without --keytab', 'the ticket cache tells by itself whose ticket it is: klist');
  return directoryKerberos(network, keytab && resolve(io.cwd, keytab), principal);
}

/** As whom to sign in with a password. Throws `usage`, `file-unreadable`. */
async function readLogin(context: Context, values: DirectoryValues): Promise<PasswordLogin | undefined> {
  const { user, 'password-file': file, 'password-env': variable } = values;
  for (const only of ['keytab', 'principal'] as const)
    if (values[only] !== undefined) throw usage(`--${only} without --kerberos`, 'add --kerberos');
  if (file !== undefined && variable !== undefined)
    throw usage('--password-file and --password-env contradict each other', 'give one of them');
  if (user === undefined) {
    if (file !== undefined || variable !== undefined)
      throw usage('a password without --user', 'add --user name@domain');
    return undefined;
  }
  if (file === undefined && variable === undefined)
    throw usage(
      '--user without a password',
      'add --password-file FILE or --password-env VAR; a password on the command line could be read by others',
    );
  const [text, where] =
    file === undefined
      ? [context.io.env[variable!], `the environment variable ${JSON.stringify(variable)}`]
      : [await passwordIn(context, file), JSON.stringify(file)];
  const password = text?.replace(/\r?\n$/, '');
  if (password === undefined) throw usage(`${where} is not set`, `put the password of ${user} into it`);
  // RFC 4513 §5.1.2: a server may take a name without a password for an anonymous login that succeeds.
  if (password === '') throw usage(`${where} holds no password`, `put the password of ${user} into it`);
  if (/[\r\n]/.test(password))
    throw usage(`${where} has more than one line`, 'it must hold the password alone');
  return { user, password };
}

async function passwordIn(context: Context, file: string): Promise<string> {
  const { text, notes } = await readSecret(resolve(context.io.cwd, file));
  for (const note of notes) context.warn(`${context.err.paint('warn', 'warning:')} ${note}`);
  return text;
}

async function readCa({ io }: Context, file: string): Promise<string> {
  const pem = await readTextFile(resolve(io.cwd, file));
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw usage(
      `--ca ${JSON.stringify(file)} holds no certificate in PEM`,
      'a DER file becomes one by: openssl x509 -inform der -in FILE -out ca.pem',
    );
  return pem;
}

function warnInsecure({ err, warn }: Context, withPassword: boolean): void {
  const said = `${err.paint('bad', 'INSECURE:')} the certificate of the domain controller is not checked (--insecure). Whoever stands in between can read ${withPassword ? 'the password and ' : ''}all that is said, and answer in its place. Give its CA with --ca instead.`;
  warn(wrap(said, err.columns));
}

/** A fault for a person: what happened, and what to do. */
export function faultLines({ detail, hint }: LdapFault, { err }: Context): readonly string[] {
  return [
    wrap(`${err.paint('bad', 'error:')} ${detail}`, err.columns),
    ...(hint === '' ? [] : [wrap(`${err.symbols.arrow} ${hint}`, err.columns)]),
  ];
}
