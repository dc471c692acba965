import {
  type DesiredDomain,
  type DesiredServer,
  type DesiredState,
  parseDesiredState,
} from '../core/desired-state.ts';
import { formatDesiredState } from '../core/desired-state-text.ts';
import { displayName, type Fqdn, labelsOf, parentOf, parseFqdn } from '../core/name.ts';
import { readNamedConf, wordsOf } from '../core/named-reader.ts';
import { fileNameFor, type Rendered, type RenderedFile, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { accountOf, type NamedOptions, realmFor, realmsOf, renderNamedConf } from './named-policy.ts';

/** The variants whose writers sign with Kerberos. */
export const KERBEROS_VARIANTS = ['self', 'self-host', 'listed'] as const;
export type KerberosVariant = (typeof KERBEROS_VARIANTS)[number];

export interface KerberosSideOptions extends Omit<NamedOptions, 'variant'> {
  readonly variant: KerberosVariant;
}

/** User accounts have at most as many characters in a sAMAccountName: [MS-SAMR] 3.1.1.6. */
const USER_NAME_CHARS = 20;

/**
 * Everything that BIND needs to take Kerberos updates of the desired state: the policy, `tkey-gssapi-keytab`, the
 * commands that make the keytab, and a plan for `kmsdns preflight` that tries what must be allowed and what must not.
 *
 * Throws `usage` for realms as {@link renderNamedConf} does, and `generate-impossible` where a host's realm is unclear.
 */
export function renderKerberosSide(
  state: DesiredState,
  options: KerberosSideOptions,
  templates: Templates,
): Rendered {
  const realms = realmsOf(options);
  const policy = renderNamedConf(state, options, templates);
  const source = sourceName(state.file);
  const keytab = `${(options.keyDirectory ?? '/etc/bind').replace(/\/$/, '')}/dns.keytab`;
  const { servers, notes } = nameServersOf(state, options);
  const principals = servers.map((host) => {
    const service = `DNS/${displayName(host)}`;
    return { host, service, principal: `${service}@${realmOfServer(host, realms)}` };
  });
  const optionsText = renderTemplate(templates, 'bind/gss-options.tmpl', {
    source,
    keytab,
    principals: principals.map(({ principal }) => principal).join(', '),
  });
  requireKeytab(optionsText, keytab, templates);
  const commands = renderTemplate(templates, 'bind/keytab-commands.tmpl', {
    source,
    keytab,
    servers: principals.map(({ host, service, principal }) => ({
      host: displayName(host),
      account: `dns-${labelsOf(host)[0]!}`.slice(0, USER_NAME_CHARS),
      service,
      principal,
    })),
  });
  const plan = preflightPlan(state, options, realms, templates);
  return {
    files: [
      { path: 'gss-options.conf', content: optionsText },
      ...policy.files,
      { path: 'keytab-commands.txt', content: commands },
      ...plan,
    ],
    warnings: policy.warnings,
    notes: [
      ...policy.notes,
      ...notes,
      'gss-options.conf is included inside options { }; named reads the keytab when it starts.',
    ],
  };
}

/** The primaries by the name that clients ask a ticket for. */
function nameServersOf(
  state: DesiredState,
  options: KerberosSideOptions,
): { readonly servers: readonly Fqdn[]; readonly notes: readonly string[] } {
  const found = state.domains.map((domain) => ({ domain, ...primaryOf(state, domain, options) }));
  const notes = found
    .filter(({ guessed }) => guessed)
    .map(
      ({ domain, host }) =>
        `The primary of ${displayName(domain.domain)} is taken to be ${displayName(host)}; give the name that its SOA record has with --name-server, because tickets are made for that name.`,
    );
  return { servers: [...new Set(found.map(({ host }) => host))].sort(), notes };
}

function primaryOf(
  state: DesiredState,
  domain: DesiredDomain,
  { nameServer }: KerberosSideOptions,
): { readonly host: Fqdn; readonly guessed: boolean } {
  const host = nameServer ?? serverOf(state, domain)?.name;
  return host === undefined
    ? { host: parseFqdn(`ns1.${domain.zone ?? domain.domain}`), guessed: true }
    : { host, guessed: false };
}

/** A name server's realm: the one its suffix lies in, else the first that was given. */
function realmOfServer(host: Fqdn, realms: readonly string[]): string {
  const suffix = displayName(parentOf(host) ?? host).toUpperCase();
  const within = (realm: string): boolean => suffix === realm || suffix.endsWith(`.${realm}`);
  return realms.find(within) ?? realms[0]!;
}

function serverOf(state: DesiredState, { server }: DesiredDomain): DesiredServer | undefined {
  return server === undefined ? undefined : state.servers[server];
}

function requireKeytab(text: string, keytab: string, templates: Templates): void {
  const { statements, problems } = readNamedConf(text, 'gss-options.conf');
  const said = statements.map((statement) => wordsOf(statement).join(' '));
  if (problems.length === 0 && said.includes(`tkey-gssapi-keytab ${keytab}`)) return;
  throw readBackError(
    templates,
    'bind/gss-options.tmpl',
    `tkey-gssapi-keytab ${JSON.stringify(keytab)} is missing`,
  );
}

/** One question to the policy: who asks for which target. */
interface Trial {
  readonly file: RenderedFile;
  readonly expect: 'yes' | 'no';
  readonly says: string;
}

/** A desired state for each question, and the list of the questions. */
function preflightPlan(
  state: DesiredState,
  options: KerberosSideOptions,
  realms: readonly string[],
  templates: Templates,
): readonly RenderedFile[] {
  const hosts = [
    ...new Set(state.domains.flatMap(({ publish }) => publish.map(({ target }) => target))),
  ].sort();
  const serverFor = (domain: DesiredDomain): DesiredServer =>
    serverOf(state, domain) ?? {
      id: `primary-of-${displayName(domain.zone ?? domain.domain)}`,
      name: primaryOf(state, domain, options).host,
      port: 53,
      auth: { kind: 'none' },
    };
  const trials = hosts.flatMap((host) => trialsOf(state, host, options, realms, serverFor));
  const content = renderTemplate(templates, 'bind/preflight-plan.tmpl', {
    source: sourceName(state.file),
    tests: trials.map(({ file, expect, says }) => ({ file: file.path, expect, says })),
  });
  return [{ path: 'preflight-plan.txt', content }, ...trials.map(({ file }) => file)];
}

function trialsOf(
  { domains: all }: DesiredState,
  host: Fqdn,
  { variant }: KerberosSideOptions,
  realms: readonly string[],
  serverFor: (domain: DesiredDomain) => DesiredServer,
): readonly Trial[] {
  const principal = principalOf(host, variant, realms);
  // By "self", a computer account whose realm is not its DNS suffix may write nothing.
  const disjoint =
    variant === 'self' && !principal.endsWith(`@${displayName(parentOf(host) ?? host).toUpperCase()}`);
  const domains = all.filter(({ publish }) => publish.some(({ target }) => target === host));
  const own = domains.map(
    (domain): ServedDomain => ({
      ...domain,
      server: serverFor(domain),
      policy: 'additive' as const,
      publish: domain.publish.filter(({ target }) => target === host),
    }),
  );
  const where = domains.map(({ domain }) => displayName(domain)).join(', ');
  const name = displayName(host);
  const trials: Trial[] = [
    {
      file: trialFile(own, host, 'own', principal),
      expect: disjoint ? 'no' : 'yes',
      says: disjoint
        ? `${principal} may not publish ${name}: its DNS suffix is not its realm (disjoint namespace)`
        : `${principal} may publish ${name} in ${where}`,
    },
  ];
  if (variant === 'listed') return trials;
  // A host that nobody has: were it let in, nothing could come of it before the read-back of a person.
  const stranger = own.map((domain) => ({
    ...domain,
    publish: domain.publish.map((record) => ({
      ...record,
      target: parseFqdn(`not-this-host.${domain.domain}`),
    })),
  }));
  trials.push({
    file: trialFile(stranger, host, 'foreign', principal),
    expect: 'no',
    says: `${principal} may not publish another host`,
  });
  return trials;
}

function principalOf(host: Fqdn, variant: KerberosVariant, realms: readonly string[]): string {
  const realm = realmFor(host, realms);
  return variant === 'self-host' ? `host/${displayName(host)}@${realm}` : `${accountOf(host)}@${realm}`;
}

/** A domain with the server that its updates go to. */
type ServedDomain = Omit<DesiredDomain, 'server'> & { readonly server: DesiredServer };

/** A desired state of its own: the trial's domains, their servers signed as `principal`. */
function trialFile(
  domains: readonly ServedDomain[],
  host: Fqdn,
  kind: 'own' | 'foreign',
  principal: string,
): RenderedFile {
  const path = fileNameFor('preflight', `${displayName(host)}.${kind}`, 'yaml');
  const keytab = fileNameFor('', displayName(host), 'keytab');
  const servers = Object.fromEntries(
    domains.map((domain): [string, DesiredServer] => {
      const { id, address, name, port } = domain.server;
      const where = address === undefined ? { name: name! } : { address };
      return [id, { id, ...where, port, auth: { kind: 'gss', keytab, principal } }];
    }),
  );
  const content = formatDesiredState({
    file: path,
    keys: {},
    servers,
    hosts: [],
    domains: domains.map((domain) => ({ ...domain, server: domain.server.id })),
    findings: [],
  });
  const read = parseDesiredState(content, path);
  if (formatDesiredState(read) !== content) throw new Error(`bug: ${path} does not read back`);
  return { path, content };
}
