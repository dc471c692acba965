import { addressFamily, parseIpAddress } from '../core/address.ts';
import { KMS_PORT } from '../core/kms.ts';
import { type Fqdn, labelsOf, parentOf, readName } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { Assumption, Client, ClientGeneration, Known, PinnedHost } from './client.ts';
import { type Fact, factsOf, type OverrideLevel } from './fact.ts';

/** What is known about the client without any evidence of it. */
export interface ClientGiven {
  /** What `--client` says; left undefined, the evidence may say it, and else it is Windows 10. */
  readonly generation: ClientGeneration | undefined;
  /** Domains named on the command line or in the desired state: its suffixes, unless evidence says otherwise. */
  readonly domains: readonly Fqdn[];
  /** Undefined when this computer is not the client: its suffixes are then no evidence. */
  readonly systemSuffixes: readonly Fqdn[] | undefined;
  readonly systemResolvers: readonly Endpoint[];
  /** `--server` was given: whatever servers the client has, these are asked in their place. */
  readonly resolversGiven: boolean;
  readonly assumptions: readonly Assumption[];
}

/**
 * The client that is played: evidence in the place of assumptions, each decision with the facts that made it. Of
 * several facts that say the same thing the most specific counts, then the first. What a KMS host's export says about
 * the host's own DNS is no evidence about its clients.
 */
export function clientFrom(allFacts: readonly Fact[], given: ClientGiven): Client {
  const hostFiles = kmsHostFiles(allFacts);
  const facts = allFacts.filter(({ file }) => !hostFiles.has(file));
  const build = factsOf(facts, 'client-build')[0];
  const generation = given.generation ?? build?.generation ?? 'windows10';
  const caching = factsOf(facts, 'host-caching')[0];
  const type = factsOf(facts, 'activation-type')[0];
  const suffixes = suffixesOf(facts, given);
  const diversions = diversionsOf(facts);
  return {
    generation,
    suffixes: suffixes ?? { value: [], because: [] },
    ...(suffixes === undefined ? { suffixesUntold: true } : {}),
    pinned: pinnedOf(facts, generation),
    lookupDomain: lookupDomainOf(facts, generation),
    cached: cachedOf(facts, generation),
    hostCaching: { value: caching?.on ?? true, because: idsOf(caching) },
    activationType: { value: type?.type ?? 0, because: idsOf(type) },
    resolvers: resolversOf(facts, given),
    ...(diversions.length === 0 ? {} : { diversions }),
    assumptions: given.assumptions,
  };
}

/**
 * Files that speak of a KMS host: they hold values that only a host has and none that only a client has. With them go
 * the files about the same computer name, such as the host's `ipconfig /all`.
 */
export function kmsHostFiles(facts: readonly Fact[]): ReadonlySet<string> {
  const files = new Set(
    factsOf(facts, 'is-kms-host')
      .filter(({ host }) => host)
      .map(({ file }) => file),
  );
  const clients = new Set(facts.filter(isOfClient).map(({ file }) => file));
  for (const file of clients) files.delete(file);
  const names = factsOf(facts, 'host-name');
  const hosts = new Set(names.filter(({ file }) => files.has(file)).map(({ name }) => name.toLowerCase()));
  for (const { file, name } of names)
    if (hosts.has(name.toLowerCase()) && !clients.has(file)) files.add(file);
  return files;
}

/** Only a client has it, or logs it. */
function isOfClient(fact: Fact): boolean {
  return (
    fact.kind === 'override-name' ||
    fact.kind === 'cached-host' ||
    (fact.kind === 'key-channel' && fact.kms) ||
    (fact.kind === 'event' && (fact.eventId === 12288 || fact.eventId === 12289))
  );
}

/**
 * The host a text pins: `kms01.contoso.com`, `10.0.0.1`, `[2001:db8::1]` or `[2001:db8::1]:1690`, whose port counts
 * unless `port` does. Undefined `host` for anything else: an IPv6 address without brackets, which slmgr takes apart
 * at its colons, a name with a port, blank, comma or scheme in it.
 */
export function readPinnedHost(raw: string, port: number | undefined): Pick<PinnedHost, 'host' | 'port'> {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(raw);
  if (bracketed !== null) {
    const address = parseIpAddress(bracketed[1]!);
    const own = Number(bracketed[2] ?? 0);
    const readable = address !== undefined && addressFamily(address) === 6 && own < 65_536;
    return {
      host: readable ? { kind: 'address', address } : undefined,
      port: port ?? (readable && own > 0 ? own : KMS_PORT),
    };
  }
  const address = parseIpAddress(raw);
  if (address !== undefined && addressFamily(address) === 4)
    return { host: { kind: 'address', address }, port: port ?? KMS_PORT };
  const name = readName(raw);
  // Windows looks up names with an underscore, too; a number alone is somebody's slip.
  const isName =
    name.ok &&
    /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(raw) &&
    !/^[\d.]+$/.test(raw) &&
    name.name !== '.';
  return { host: isName ? { kind: 'name', name: name.name } : undefined, port: port ?? KMS_PORT };
}

const LEVELS: readonly OverrideLevel[] = ['sku', 'appid', 'global'];

/** Edition before application before all: Volume Activation Technical Reference Guide, "KMS client discovery". */
function pinnedOf(facts: readonly Fact[], generation: ClientGeneration): Known<PinnedHost> | undefined {
  const names = readBy(factsOf(facts, 'override-name'), generation);
  const ports = readBy(factsOf(facts, 'override-port'), generation);
  const byLevel = LEVELS.flatMap((level) => names.filter((fact) => fact.level === level));
  const name = byLevel[0];
  if (name === undefined) return undefined;
  // A tool shows what is in force and not where it is set; a registry value with the same name says where.
  const set = name.effective
    ? byLevel.find((fact) => !fact.effective && fact.name.toLowerCase() === name.name.toLowerCase())
    : undefined;
  const source = set ?? name;
  const port = ports.find(
    (fact) =>
      fact.file === name.file &&
      fact.level === name.level &&
      fact.product === name.product &&
      fact.legacyKey === name.legacyKey,
  );
  return {
    value: { level: source.level, raw: name.name, ...readPinnedHost(name.name, port?.port) },
    because: [...new Set([name.id, source.id, ...idsOf(port)])],
  };
}

function lookupDomainOf(facts: readonly Fact[], generation: ClientGeneration): Known<Fqdn> | undefined {
  const domains = readBy(factsOf(facts, 'lookup-domain'), generation);
  for (const level of LEVELS) {
    for (const fact of domains.filter((each) => each.level === level)) {
      const read = readName(fact.domain);
      if (read.ok && read.name !== '.') return { value: read.name, because: [fact.id] };
    }
  }
  return undefined;
}

function cachedOf(facts: readonly Fact[], generation: ClientGeneration): Client['cached'] {
  for (const fact of readBy(factsOf(facts, 'cached-host'), generation)) {
    const { host, port } = readPinnedHost(fact.host, fact.port);
    if (host === undefined) continue;
    return {
      value: { host: host.kind === 'address' ? host.address : host.name, port },
      because: [fact.id],
    };
  }
  return undefined;
}

/** Windows' own settings that this generation reads: Vista those under `SL` first, later ones never. */
function readBy<F extends Fact<'override-name' | 'override-port' | 'lookup-domain' | 'cached-host'>>(
  facts: readonly F[],
  generation: ClientGeneration,
): readonly F[] {
  const own = facts.filter(({ scope }) => scope === 'windows');
  if (generation !== 'vista') return own.filter(({ legacyKey }) => !legacyKey);
  return [...own.filter(({ legacyKey }) => legacyKey), ...own.filter(({ legacyKey }) => !legacyKey)];
}

/**
 * The rules of the Windows DNS client: [MS-GPNAP] and the ADMX of its policies, "DNS suffix search list". Undefined
 * when nothing tells.
 */
function suffixesOf(facts: readonly Fact[], given: ClientGiven): Known<readonly Fqdn[]> | undefined {
  const primary = byPolicyFirst(factsOf(facts, 'primary-suffix'));
  const lists = factsOf(facts, 'search-list');
  const list = byPolicyFirst(lists.filter(({ configured }) => configured));
  if (list !== undefined) return { value: namesIn(list.suffixes), because: [list.id] };
  if (primary === undefined) {
    const assumed = given.domains.length > 0 ? given.domains : given.systemSuffixes;
    return assumed === undefined ? undefined : { value: assumed, because: [] };
  }

  const connections = factsOf(facts, 'connection-suffix');
  if (primary.suffix === '') {
    // Field reports say that no query leaves such a computer; Microsoft's page says that DHCP option 15 is used.
    const uses = given.assumptions.includes('workgroup-uses-connection-suffix');
    return {
      value: uses ? namesIn(connections.map(({ suffix }) => suffix)) : [],
      because: [primary.id, ...(uses ? connections.map(({ id }) => id) : [])],
    };
  }
  // ipconfig shows the list that Windows made, devolution included: better than making it again.
  const made = lists.find(({ configured }) => !configured);
  if (made !== undefined) return { value: namesIn(made.suffixes), because: [primary.id, made.id] };
  const devolution = factsOf(facts, 'devolution')[0];
  const own = namesIn([primary.suffix]);
  return {
    value: unique([
      ...own,
      ...namesIn(connections.map(({ suffix }) => suffix)),
      ...(devolution?.on === false ? [] : own.flatMap((name) => parentsOf(name, devolution?.level ?? 2))),
    ]),
    because: [primary.id, ...connections.map(({ id }) => id), ...idsOf(devolution)],
  };
}

/** Parents of a name, down to so many labels. */
function parentsOf(name: Fqdn, level: number): readonly Fqdn[] {
  const parents: Fqdn[] = [];
  const least = Math.max(level, 2);
  for (let at = parentOf(name); at !== undefined && labelsOf(at).length >= least; at = parentOf(at))
    parents.push(at);
  return parents;
}

/** The client's servers in the order of its adapters; those that Windows fills in for IPv6 by itself are none. */
function resolversOf(facts: readonly Fact[], given: ClientGiven): Known<readonly Endpoint[]> {
  const found = factsOf(facts, 'dns-servers');
  const policy = found.filter(({ adapter }) => adapter === 'policy');
  const used = policy.length > 0 ? policy : found;
  const servers = endpointsIn(used.flatMap((fact) => fact.servers)).filter(
    ({ address }) => !/^fec0:/i.test(address),
  );
  const because = used.map(({ id }) => id);
  // A client without a server asks nobody, whichever server somebody would like to be asked.
  if (found.length > 0 && servers.length === 0) return { value: [], because };
  if (given.resolversGiven || found.length === 0) return { value: given.systemResolvers, because: [] };
  return { value: servers, because };
}

/** Rules of group policy shut out those of the computer itself: [MS-GPNRPT] 1.3. */
function diversionsOf(facts: readonly Fact[]): NonNullable<Client['diversions']> {
  const rules = factsOf(facts, 'nrpt-rule');
  const byPolicy = rules.filter(({ place }) => /\\policies\\/i.test(place));
  return (byPolicy.length > 0 ? byPolicy : rules).map(({ id, namespaces, servers }) => ({
    namespaces,
    servers: endpointsIn(servers),
    because: [id],
  }));
}

/** The addresses among the texts, each once, on the port of DNS. */
function endpointsIn(texts: readonly string[]): readonly Endpoint[] {
  return unique(texts).flatMap((text) => {
    const address = parseIpAddress(text);
    return address === undefined ? [] : [{ address, port: 53 }];
  });
}

function byPolicyFirst<F extends { readonly byPolicy: boolean }>(facts: readonly F[]): F | undefined {
  return facts.find(({ byPolicy }) => byPolicy) ?? facts[0];
}

/** The texts that are names, in their order, each once. */
function namesIn(texts: readonly string[]): readonly Fqdn[] {
  return unique(
    texts.flatMap((text) => {
      const read = readName(text);
      return read.ok && read.name !== '.' ? [read.name] : [];
    }),
  );
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

function idsOf(fact: Fact | undefined): readonly string[] {
  return fact === undefined ? [] : [fact.id];
}
