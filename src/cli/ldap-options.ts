import { flag, many, manyOrBare, type Option, one, text, usage } from './options.ts';

/** A directory server as `--ldap` names it. */
export interface LdapUrl {
  readonly scheme: 'ldap' | 'ldaps';
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `--ldap` without a URL: the domain controllers are found through DNS. */
export type LdapChoice = LdapUrl | 'find';

/** What the options of {@link LDAP} give. */
export interface LdapValues {
  readonly ldap: readonly LdapUrl[];
  readonly 'start-tls': boolean;
  readonly ca: string | undefined;
  readonly 'tls-name': string | undefined;
  readonly insecure: boolean;
  readonly user: string | undefined;
  readonly 'password-file': string | undefined;
  readonly 'password-env': string | undefined;
  readonly kerberos: boolean;
  readonly keytab: string | undefined;
  readonly principal: string | undefined;
}

/** IANA: ldap and ldaps. */
const PORTS = { ldap: 389, ldaps: 636 } as const;

/** Reads `ldap://HOST[:PORT]` or `ldaps://HOST[:PORT]`; throws `usage` for anything more or less. */
export function readLdapUrl(given: string, name: string): LdapUrl {
  const parts = /^(ldaps?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?\/?$/i.exec(given);
  const wrong = (what: string): Error =>
    usage(
      `${name} ${JSON.stringify(given)}: ${what}`,
      `write for instance ${name} ldaps://dc1.contoso.com, with :PORT where it is not the usual one`,
    );
  if (parts === null) throw wrong('not ldap://HOST[:PORT] or ldaps://HOST[:PORT]');
  const scheme = parts[1]!.toLowerCase() as LdapUrl['scheme'];
  const port = parts[3] === undefined ? PORTS[scheme] : Number(parts[3]);
  if (port < 1 || port > 65_535) throw wrong(`${port} is no port`);
  return { scheme, host: parts[2]!.replace(/^\[|\]$/g, ''), port };
}

/** How to reach a directory, and as whom: the options of every command that reads one. */
export const LDAP: { readonly [Name in keyof LdapValues]: Option<LdapValues[Name]> } = {
  ldap: many(
    {
      value: 'URL',
      describe:
        'URL of a domain controller, ldaps://HOST[:PORT] or ldap://HOST[:PORT]; may be repeated: further ones are asked for what the first does not hold, and for their copies',
    },
    readLdapUrl,
  ),
  'start-tls': flag({ describe: 'encrypt an ldap:// connection before anything is said' }),
  ca: one(
    {
      value: 'FILE',
      completes: 'file',
      describe: 'FILE with the CA of the domain controllers, PEM; default those of the system',
    },
    text,
  ),
  'tls-name': one(
    { value: 'NAME', describe: 'NAME that the certificate has, where it is not the host of the URL' },
    text,
  ),
  insecure: flag({
    describe: 'accept any certificate: whoever is in between reads the password. Never in production',
  }),
  user: one(
    {
      value: 'USER',
      describe: 'USER to sign in as: name@domain, DOMAIN\\name, or a distinguished name',
    },
    text,
  ),
  'password-file': one(
    { value: 'FILE', completes: 'file', describe: 'FILE whose first line is the password of --user' },
    text,
  ),
  'password-env': one({ value: 'VAR', describe: 'environment variable VAR with the password' }, text),
  kerberos: flag({
    describe:
      'sign in by Kerberos in place of --user: with the ticket of whoever runs this, or from --keytab',
  }),
  keytab: one(
    { value: 'FILE', completes: 'file', describe: 'keytab FILE to take the ticket of --kerberos from' },
    text,
  ),
  principal: one(
    { value: 'NAME', describe: 'principal NAME to be from --keytab; default the one that it holds' },
    text,
  ),
};

/** For commands that read a directory only when told to: `--ldap` alone tells them, too. */
export function ldapOrBare(describe: string): Option<readonly LdapChoice[]> {
  return manyOrBare(
    { value: 'URL', describe: `${describe}; may be repeated; without URL they are found through DNS` },
    readLdapUrl,
    'find' as const,
  );
}

/** The servers that were named. */
export function urlsAmong(choices: readonly LdapChoice[]): readonly LdapUrl[] {
  return choices.filter((one) => one !== 'find');
}

/** For commands that read a directory only when told to: what is said about it without `--ldap` would go unheard. */
export function requireLdap(values: Omit<LdapValues, 'ldap'> & { readonly ldap: readonly unknown[] }): void {
  if (values.ldap.length > 0) return;
  for (const only of Object.keys(LDAP) as readonly (keyof LdapValues)[])
    if (only !== 'ldap' && values[only] !== undefined && values[only] !== false)
      throw usage(`--${only} means something only together with --ldap`);
}
