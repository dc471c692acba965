/** The domain of the lab: its names and passwords, its configuration files, and a cache of its provisioned state. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDlzModule } from './programs.ts';
import { runProgram } from './run.ts';

export type SambaDns = 'internal' | 'dlz';

export const REALM = 'CONTOSO.TEST';
/** The DNS name of the domain, and of its zone. */
export const DOMAIN = 'contoso.test';
export const NETBIOS_DOMAIN = 'CONTOSO';
export const BASE_DN = 'DC=contoso,DC=test';
export const DC_HOST = `dc1.${DOMAIN}`;
/** Of the domain controller, in its own network; a second address there answers nothing by itself. */
export const DC_ADDRESS = '127.0.0.10';
export const GROUP = 'KMS Hosts';

/** Throw-away passwords of a domain that only exists while a test runs. */
export const PASSWORDS: Readonly<Record<string, string>> = {
  Administrator: 'Lab-Passw0rd.1',
  kms01$: 'Lab-Passw0rd.kms01',
  kms02$: 'Lab-Passw0rd.kms02',
  alice: 'Lab-Passw0rd.alice',
};

export const COMPUTERS = ['kms01', 'kms02'] as const;
export const USER = 'alice';

export interface DomainOptions {
  readonly dns: SambaDns;
  /** `ldap server require strong auth`; left out: no, simple binds pass without TLS as on most Windows servers. */
  readonly strongAuth?: 'no' | 'allow_sasl_over_tls' | 'yes';
  /** `allow dns updates` of the internal server; left out: secure only. */
  readonly dnsUpdates?: 'secure only' | 'nonsecure and secure' | 'disabled';
}

const PROVISION = fileURLToPath(new URL('./samba-provision.py', import.meta.url));
/** Debian's own interpreter: another one in front of the path may lack Samba's modules. */
const PYTHON = '/usr/bin/python3';
const PROVISION_TIMEOUT_MS = 120_000;

/** Fills an empty folder with the provisioned domain and its configuration, from the cache where it has one. */
export async function layOutDomain(dir: string, options: DomainOptions): Promise<void> {
  const golden = await goldenDomain(options.dns);
  // Hard links are kept: the DNS server's view of the directory consists of them.
  const copied = await runProgram('cp', ['-a', '--sparse=always', `${golden}/.`, dir]);
  if (copied.exitCode !== 0) throw new Error(`could not restore the domain: ${copied.stderr}`);
  writeDomainConfig(dir, options);
}

/** The provisioned state for this Samba, back end and recipe; made when it is not there yet. */
async function goldenDomain(dns: SambaDns): Promise<string> {
  const cache = privateFolder(join(tmpdir(), `kmsdns-lab-samba-${process.getuid?.()}`));
  const { stdout: version } = await runProgram('samba', ['--version']);
  const recipe = createHash('sha256')
    .update(JSON.stringify([version, dns, DC_ADDRESS, PASSWORDS]))
    .update(readFileSync(PROVISION))
    .digest('hex')
    .slice(0, 16);
  const golden = join(cache, `${dns}-${recipe}`);
  if (existsSync(golden)) return golden;
  sweep(cache);
  const making = mkdtempSync(join(cache, 'new-'));
  try {
    await provision(making, dns);
    renameSync(making, golden);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another run was quicker.
    if (!existsSync(golden)) throw error;
  }
  return golden;
}

/** What other versions and killed runs left, once it is a day old. */
function sweep(cache: string): void {
  for (const path of readdirSync(cache).map((name) => join(cache, name)))
    if (statSync(path).mtimeMs < Date.now() - 86_400_000) rmSync(path, { recursive: true, force: true });
}

async function provision(dir: string, dns: SambaDns): Promise<void> {
  writeDomainConfig(dir, { dns });
  const plan = {
    dir,
    config: configOf(dir),
    realm: REALM,
    netbios: NETBIOS_DOMAIN,
    host: DC_HOST.split('.')[0],
    address: DC_ADDRESS,
    dns: dns === 'dlz' ? 'BIND9_DLZ' : 'SAMBA_INTERNAL',
    adminPassword: PASSWORDS.Administrator,
    computers: COMPUTERS.map((name) => ({
      name,
      dnsHostName: `${name}.${DOMAIN}`,
      password: PASSWORDS[`${name}$`],
    })),
    group: GROUP,
    user: { name: USER, password: PASSWORDS[USER] },
  };
  const made = await runProgram(PYTHON, [PROVISION, JSON.stringify(plan)], {
    timeoutMs: PROVISION_TIMEOUT_MS,
  });
  if (made.exitCode !== 0) throw new Error(`could not provision the domain:\n${made.stdout}${made.stderr}`);
  const tls = join(dir, 'private', 'tls');
  const names = [`DNS:${DC_HOST}`, `IP:${DC_ADDRESS}`, 'DNS:localhost', 'IP:127.0.0.1'];
  const certified = await runProgram('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', `/CN=${DC_HOST}`],
    ...['-addext', `subjectAltName=${names.join(',')}`],
    ...['-keyout', join(tls, 'key.pem'), '-out', join(tls, 'cert.pem')],
  ]);
  if (certified.exitCode !== 0) throw new Error(`could not make a certificate: ${certified.stderr}`);
  writeFileSync(join(tls, 'ca.pem'), readFileSync(join(tls, 'cert.pem')));
}

/** Keys lie in it: it has to be ours, and nobody else may look. */
function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
    throw new Error(`${path} is not a private folder of this user: remove it`);
  return path;
}

export function configOf(dir: string): string {
  return join(dir, 'conf', 'smb.conf');
}

export function namedConfigOf(dir: string): string {
  return join(dir, 'named', 'named.conf');
}

function writeDomainConfig(dir: string, options: DomainOptions): void {
  for (const name of ['conf', 'run', 'log', 'state', 'cache', 'ncalrpc', 'winbindd', 'named'])
    mkdirSync(join(dir, name), { recursive: true });
  mkdirSync(join(dir, 'signd'), { recursive: true, mode: 0o750 });
  mkdirSync(join(dir, 'private', 'tls'), { recursive: true, mode: 0o700 });
  writeFileSync(configOf(dir), smbConf(dir, options));
  writeFileSync(join(dir, 'conf', 'hosts'), `127.0.0.1 localhost\n${DC_ADDRESS} ${DC_HOST}\n`);
  writeFileSync(join(dir, 'conf', 'resolv.conf'), `search ${DOMAIN}\nnameserver ${DC_ADDRESS}\n`);
  writeFileSync(join(dir, 'conf', 'krb5.conf'), kerberosConfig(DC_ADDRESS));
  if (options.dns === 'dlz') writeFileSync(namedConfigOf(dir), namedConf(dir));
}

function smbConf(dir: string, { dns, strongAuth = 'no', dnsUpdates = 'secure only' }: DomainOptions): string {
  const settings = {
    'netbios name': DC_HOST.split('.')[0],
    realm: REALM,
    workgroup: NETBIOS_DOMAIN,
    'server role': 'active directory domain controller',
    'server services': `rpc, ldap, cldap, kdc${dns === 'internal' ? ', dns' : ''}`,
    // A bare address that the interface does not have configured would be no interface at all.
    interfaces: `${DC_ADDRESS}/8`,
    'bind interfaces only': 'yes',
    'private dir': join(dir, 'private'),
    'state directory': join(dir, 'state'),
    'cache directory': join(dir, 'cache'),
    'lock directory': join(dir, 'run'),
    'pid directory': join(dir, 'run'),
    'binddns dir': join(dir, 'bind-dns'),
    'ncalrpc dir': join(dir, 'ncalrpc'),
    'winbindd socket directory': join(dir, 'winbindd'),
    'ntp signd socket directory': join(dir, 'signd'),
    'log file': join(dir, 'log', 'log.%m'),
    'ldap server require strong auth': strongAuth,
    'allow dns updates': dnsUpdates,
    'disable spoolss': 'yes',
    'load printers': 'no',
  };
  const lines = Object.entries(settings).map(([name, value]) => `  ${name} = ${value}\n`);
  return `[global]\n${lines.join('')}`;
}

function namedConf(dir: string): string {
  return `options {
  directory "${dir}/named";
  pid-file "${dir}/named/named.pid";
  session-keyfile "${dir}/named/session.key";
  lock-file none;
  listen-on port 53 { ${DC_ADDRESS}; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
  empty-zones-enable no;
  minimal-responses yes;
  tkey-gssapi-keytab "${dir}/bind-dns/dns.keytab";
};
controls { };
dlz "Active Directory" { database "dlopen ${findDlzModule()}"; };
`;
}

/** A krb5.conf for this realm with its KDC at `kdc`: an address, or `ADDRESS:PORT` of a forwarded port. */
export function kerberosConfig(kdc: string): string {
  return `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${REALM} = {
    kdc = ${kdc}
  }
[domain_realm]
  .${DOMAIN} = ${REALM}
  ${DOMAIN} = ${REALM}
`;
}
