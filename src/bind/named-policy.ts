import { finding } from '../core/catalogue.ts';
import type { DesiredDomain, DesiredServer, DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { displayName, type Fqdn, labelsOf, parentOf, parseFqdn, readName } from '../core/name.ts';
import { bodyOf, keywordOf, type NamedConf, readNamedConf, wordsOf } from '../core/named-reader.ts';
import type { IpAddress } from '../core/net.ts';
import { fileNameFor, type Rendered, type RenderedFile, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type TemplateName, type Templates } from '../core/template.ts';
import { zoneGroups } from '../core/zone-lines.ts';
import { renderChildZone } from './child-zone.ts';
import { keyFileName } from './key.ts';

/** Who may write the records; each template says what the choice costs. */
export const NAMED_VARIANTS = ['publisher', 'self', 'self-host', 'listed', 'unsigned-hosts'] as const;
export type NamedVariant = (typeof NAMED_VARIANTS)[number];

export interface NamedOptions {
  readonly variant: NamedVariant;
  /** Kerberos realms of the hosts, in upper case; needed by `self`, `self-host` and `listed`, and never guessed. */
  readonly realms?: readonly string[];
  /** Where the name server finds key files; `/etc/bind` when left out. */
  readonly keyDirectory?: string;
  /** Where it finds zone files; left out: the `directory` of its options. */
  readonly zoneDirectory?: string;
  /** The server that will hold the child zones of `unsigned-hosts`. */
  readonly nameServer?: Fqdn;
  /** Names that stand inside key files, by the key's name in the desired state, where they differ. */
  readonly keyNames?: Readonly<Record<string, Fqdn>>;
}

/**
 * named.conf with the least permission that lets the desired state be published: one file per name server, for
 * `unsigned-hosts` the first contents of each child zone too. Rules: BIND 9 ARM, "Dynamic Update Policies".
 *
 * Throws `generate-impossible` when the desired state lacks what the variant is about (a TSIG key, addresses), and
 * `usage` for a missing or lower-case realm, because BIND compares realms by case.
 */
export function renderNamedConf(state: DesiredState, options: NamedOptions, templates: Templates): Rendered {
  const template: TemplateName = `bind/named.${options.variant}.conf.tmpl`;
  const files: RenderedFile[] = [];
  const notes: string[] = [];
  const warnings: Finding[] = [];
  for (const [id, all] of domainsByServer(state)) {
    // These two variants name hosts: where there is none, nobody shall write.
    const byHost = options.variant === 'listed' || options.variant === 'unsigned-hosts';
    const domains = byHost ? all.filter((domain) => domain.publish.length > 0) : all;
    notes.push(
      ...all
        .filter((domain) => byHost && domain.publish.length === 0)
        .map((domain) => `${displayName(domain.domain)} publishes no host: nobody may write there.`),
    );
    if (domains.length === 0) continue;
    const server = id === undefined ? undefined : state.servers[id];
    const policy = policyOf(state, domains, server, options);
    const content = renderTemplate(templates, template, { source: sourceName(state.file), ...policy.fields });
    const path = id === undefined ? 'named.kms.conf' : fileNameFor('named.kms', id, 'conf');
    const ours = templates[template].userFile === undefined;
    const difference = differenceFrom(policy.facts, readNamedConf(content, path), ours);
    if (difference !== undefined) throw readBackError(templates, template, difference);
    files.push(
      { path, content },
      ...policy.childZones.map((child) => renderChildZone(state, child, templates)),
    );
    notes.push(...policy.notes);
    warnings.push(...policy.childZones.map((child) => unsignedUpdates(child, path)));
  }
  return { files, warnings, notes: [...new Set(notes)] };
}

function unsignedUpdates({ domain }: ChildZone, path: string): Finding {
  return finding('ACL-002', {
    subject: displayName(domain.owner),
    title: 'updates of this one zone are taken unsigned, by address',
    evidence: [{ observation: path, says: 'allow-update names addresses, not keys' }],
  });
}

/** One child zone of the variant `unsigned-hosts`. */
export interface ChildZone {
  readonly domain: DesiredDomain;
  readonly nameServer: Fqdn;
  /** The NS record that the parent zone needs. */
  readonly delegation: string;
  readonly path: string;
}

/** What goes into a template, and what the rendered text must then say, clause by clause. */
interface Policy {
  readonly fields: Parameters<typeof renderTemplate>[2];
  readonly facts: readonly string[];
  readonly childZones: readonly ChildZone[];
  readonly notes: readonly string[];
}

function policyOf(
  state: DesiredState,
  domains: readonly DesiredDomain[],
  server: DesiredServer | undefined,
  options: NamedOptions,
): Policy {
  switch (options.variant) {
    case 'publisher':
      return publisherPolicy(domains, server, options);
    case 'self':
      return selfPolicy(domains, realmsOf(options), options);
    case 'self-host':
      return selfHostPolicy(domains, realmsOf(options), options);
    case 'listed':
      return listedPolicy(domains, realmsOf(options), options);
    case 'unsigned-hosts':
      return unsignedHostsPolicy(state, domains, server, options);
  }
}

function publisherPolicy(
  domains: readonly DesiredDomain[],
  server: DesiredServer | undefined,
  options: NamedOptions,
): Policy {
  if (server?.auth.kind !== 'tsig') {
    const who = domains.map((domain) => displayName(domain.domain)).join(', ');
    const lack = server === undefined ? 'no server' : `a server ("${server.id}") without a TSIG key`;
    throw new KmsDnsError(
      'generate-impossible',
      `the variant publisher needs a TSIG key, and ${who} has ${lack}`,
      {
        hint: 'give the domain a "server:" whose "auth:" is { tsig: KEY }, or choose --variant self, listed or unsigned-hosts',
      },
    );
  }
  const { key } = server.auth;
  const { keyNames } = options;
  const keyName =
    keyNames !== undefined && Object.hasOwn(keyNames, key) ? keyNames[key]! : parseFqdn(key, 'key name');
  const identity = displayName(keyName);
  const path = inFolder(options.keyDirectory ?? '/etc/bind', keyFileName(keyName));
  const zones = zonesWithGrants(domains, options, (domain) => [
    { identity, rule: 'name', owner: domain.owner },
  ]);
  return {
    fields: { keys: [{ path }], zones },
    facts: [`include ${path}`, ...zoneFacts(zones)],
    childZones: [],
    notes: [
      `${path} on the name server must hold the TSIG key ${JSON.stringify(identity)}; "kmsdns generate bind-key" makes a new one.`,
    ],
  };
}

function selfPolicy(
  domains: readonly DesiredDomain[],
  realms: readonly string[],
  options: NamedOptions,
): Policy {
  const isIn = (realm: string, target: Fqdn): boolean => suffixOf(target).toUpperCase() === realm;
  const zones = zonesWithGrants(domains, options, (domain) => {
    // Not more realms than the domain's hosts are in; when none fits, the reader gets what they asked for, and a note.
    const needed = realms.filter((realm) => targetsOf([domain]).some((target) => isIn(realm, target)));
    return (needed.length === 0 ? realms : needed).map((realm) => ({
      identity: realm,
      rule: 'ms-subdomain-self-rhs',
      owner: domain.owner,
    }));
  });
  const outside = targetsOf(domains).filter((target) => !realms.some((realm) => isIn(realm, target)));
  return {
    fields: { zones },
    facts: zoneFacts(zones),
    childZones: [],
    notes: outside.map(
      (target) =>
        `${displayName(target)} cannot publish itself by this policy: its DNS suffix is not the realm ${realms.join(' or ')}. Give its realm with --realm, or use --variant listed.`,
    ),
  };
}

/** Host principals carry the full name, so nothing needs to be said about suffixes: any realm may hold any host. */
function selfHostPolicy(
  domains: readonly DesiredDomain[],
  realms: readonly string[],
  options: NamedOptions,
): Policy {
  const zones = zonesWithGrants(domains, options, ({ owner }) =>
    realms.map((identity) => ({ identity, rule: 'krb5-subdomain-self-rhs', owner })),
  );
  return { fields: { zones }, facts: zoneFacts(zones), childZones: [], notes: [] };
}

/** Characters of a computer's account name without the "$": [MS-ADTS] and NetBIOS cut longer host names. */
const ACCOUNT_NAME_CHARS = 15;

function listedPolicy(
  domains: readonly DesiredDomain[],
  realms: readonly string[],
  options: NamedOptions,
): Policy {
  const notes: string[] = [];
  const zones = zonesWithGrants(domains, options, (domain) => {
    const principals = targetsOf([domain]).map((target) => {
      const account = accountOf(target);
      if (labelsOf(target)[0]!.length > ACCOUNT_NAME_CHARS) {
        notes.push(
          `The computer account of ${displayName(target)} is taken to be ${account}, cut to ${ACCOUNT_NAME_CHARS} characters; compare it with its sAMAccountName.`,
        );
      }
      return `${account}@${realmFor(target, realms)}`;
    });
    return [...new Set(principals)].map((identity) => ({ identity, rule: 'name', owner: domain.owner }));
  });
  return { fields: { zones }, facts: zoneFacts(zones), childZones: [], notes };
}

/** The computer account of a host, with its `$`. */
export function accountOf(host: Fqdn): string {
  return `${labelsOf(host)[0]!.toUpperCase().slice(0, ACCOUNT_NAME_CHARS)}$`;
}

function unsignedHostsPolicy(
  state: DesiredState,
  domains: readonly DesiredDomain[],
  server: DesiredServer | undefined,
  options: NamedOptions,
): Policy {
  const addressesOf = (target: Fqdn): readonly IpAddress[] =>
    state.hosts.find((host) => host.name === target)?.addresses ?? [];
  const unknown = targetsOf(domains).filter((target) => addressesOf(target).length === 0);
  if (unknown.length > 0) {
    throw new KmsDnsError(
      'generate-impossible',
      `the variant unsigned-hosts needs the addresses of ${unknown.map((target) => displayName(target)).join(', ')}`,
      { hint: 'give each host its "addresses:" under "hosts:" in the desired state' },
    );
  }
  const notes: string[] = [];
  const children = domains.map((domain): ChildZone => {
    const known = options.nameServer ?? server?.name;
    const nameServer = known ?? parseFqdn(`ns1.${domain.zone ?? domain.domain}`);
    if (known === undefined) {
      notes.push(
        `The name server of ${displayName(domain.owner)} is taken to be ${displayName(nameServer)}; correct it with --name-server, because hosts send their updates to it.`,
      );
    }
    return {
      domain,
      nameServer,
      delegation: `${domain.owner} 3600 IN NS ${nameServer}`,
      path: fileNameFor('db', displayName(domain.owner), 'zone'),
    };
  });
  const zones = children.map(({ domain, delegation, path }) => ({
    domain: displayName(domain.domain),
    zone: displayName(domain.owner),
    file: inFolder(options.zoneDirectory, path),
    delegation,
    addresses: targetsOf([domain]).flatMap((target) =>
      addressesOf(target).map((address) => ({ address, host: displayName(target) })),
    ),
  }));
  const facts = zones.flatMap(({ domain, zone, file, addresses }) => [
    ...addresses.map(({ address }) => `acl kms-hosts.${domain} ${address}`),
    `zone ${zone} type primary`,
    `zone ${zone} file ${file}`,
    `zone ${zone} allow-update kms-hosts.${domain}`,
  ]);
  return { fields: { zones }, facts, childZones: children, notes };
}

type Grant = { readonly identity: string; readonly rule: string; readonly owner: Fqdn };

// A type alias, not an interface: only an alias fits the open fields of a template.
type ZoneWithGrants = { readonly zone: string; readonly file: string; readonly grants: readonly Grant[] };

function zonesWithGrants(
  domains: readonly DesiredDomain[],
  options: NamedOptions,
  grantsOf: (domain: DesiredDomain) => readonly Grant[],
): readonly ZoneWithGrants[] {
  return zoneGroups(domains).map(({ zone, domains: inZone }) => ({
    zone: displayName(zone),
    file: inFolder(options.zoneDirectory, fileNameFor('db', displayName(zone), 'zone')),
    grants: inZone.flatMap(grantsOf),
  }));
}

function zoneFacts(zones: readonly ZoneWithGrants[]): readonly string[] {
  return zones.flatMap(({ zone, file, grants }) => [
    `zone ${zone} type primary`,
    `zone ${zone} file ${file}`,
    ...grants.map(
      ({ identity, rule, owner }) => `zone ${zone} update-policy grant ${identity} ${rule} ${owner} SRV`,
    ),
  ]);
}

/** What a user's template may not add or change; anything else in it is the user's. */
const GUARDED_CLAUSES = ['zone', 'acl', 'include', 'key'];
const GUARDED_ZONE_OPTIONS = ['type', 'file', 'update-policy', 'allow-update'];

/**
 * How a named.conf differs from exactly these clauses; undefined when it does not. With `whole`, every statement
 * counts; without, those that decide who may write what.
 */
function differenceFrom(facts: readonly string[], conf: NamedConf, whole: boolean): string | undefined {
  const [problem] = conf.problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const found = conf.statements.flatMap((statement): readonly string[] => {
    const keyword = keywordOf(statement);
    if (!whole && !GUARDED_CLAUSES.includes(keyword)) return [];
    const head = wordsOf(statement).join(' ');
    const clauses = bodyOf(statement).filter(
      (clause) => whole || keyword !== 'zone' || GUARDED_ZONE_OPTIONS.includes(keywordOf(clause)),
    );
    if (clauses.length === 0) return [head];
    return clauses.flatMap((clause) => {
      const clauseHead = [head, ...wordsOf(clause)].join(' ');
      const rules = bodyOf(clause).map((rule) => [clauseHead, ...wordsOf(rule)].join(' '));
      return rules.length === 0 ? [clauseHead] : rules;
    });
  });
  const wanted = new Set(facts);
  const surplus = found.find((fact) => !wanted.has(fact));
  if (surplus !== undefined) return `it says ${JSON.stringify(surplus)}, which nobody asked for`;
  const said = new Set(found);
  const missing = facts.find((fact) => !said.has(fact));
  return missing === undefined ? undefined : `${JSON.stringify(missing)} is missing`;
}

function domainsByServer(
  state: DesiredState,
): readonly (readonly [string | undefined, readonly DesiredDomain[]])[] {
  const groups = new Map<string | undefined, DesiredDomain[]>();
  for (const domain of [...state.domains].sort((a, b) => (a.domain < b.domain ? -1 : 1))) {
    const group = groups.get(domain.server);
    if (group === undefined) groups.set(domain.server, [domain]);
    else group.push(domain);
  }
  return [...groups].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function targetsOf(domains: readonly DesiredDomain[]): readonly Fqdn[] {
  return [...new Set(domains.flatMap((domain) => domain.publish.map((record) => record.target)))].sort();
}

/** The realms that were given, checked. Throws `usage`. */
export function realmsOf({ variant, realms = [] }: NamedOptions): readonly string[] {
  if (realms.length === 0) {
    throw new KmsDnsError('usage', `the variant ${variant} needs the Kerberos realm of the KMS hosts`, {
      hint: 'add --realm CONTOSO.COM: the Active Directory domain in upper case; it may be repeated',
    });
  }
  for (const realm of realms) {
    if (!readName(realm).ok || !/^[A-Za-z0-9.-]+$/.test(realm) || realm.endsWith('.'))
      throw new KmsDnsError('usage', `--realm ${JSON.stringify(realm)} is not a Kerberos realm`);
    if (realm !== realm.toUpperCase()) {
      throw new KmsDnsError(
        'usage',
        `--realm ${JSON.stringify(realm)} is not in upper case; BIND compares realms by case`,
        {
          hint: `--realm ${realm.toUpperCase()}`,
        },
      );
    }
  }
  return [...new Set(realms)].sort();
}

/** The realm of a host: the one that is its DNS suffix, else the only one there is. */
export function realmFor(target: Fqdn, realms: readonly string[]): string {
  const own = realms.find((realm) => realm === suffixOf(target).toUpperCase());
  if (own !== undefined) return own;
  if (realms.length === 1) return realms[0]!;
  throw new KmsDnsError(
    'generate-impossible',
    `the realm of ${JSON.stringify(displayName(target))} is unclear: none of ${realms.join(', ')} is its DNS suffix`,
    { hint: 'generate the domains of one realm at a time, with -d and one --realm' },
  );
}

function suffixOf(target: Fqdn): string {
  return displayName(parentOf(target) ?? target);
}

function inFolder(folder: string | undefined, name: string): string {
  if (folder === undefined || folder === '') return name;
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}
