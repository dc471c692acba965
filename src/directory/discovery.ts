import type { DesiredDomain, DesiredState, KmsHost } from '../core/desired-state.ts';
import { KMS_PORT, kmsDomainOf, kmsOwnerName } from '../core/kms.ts';
import { type Fqdn, isWithin, readName } from '../core/name.ts';
import { type SrvRecord, sameTarget } from '../core/srv.ts';
import type { AccountSeen, NodeSeen } from './audit-model.ts';
import { type AuditView, type NodeInZone, srvRecords, viewOf, zoneHolding } from './audit-view.ts';
import type { DirectoryRead } from './read-directory.ts';
import type { SuffixesRead } from './read-suffixes.ts';

/** A computer that a KMS record leads to, and what the directory knows of it. */
export interface KmsHostSeen {
  readonly name: Fqdn;
  /** Client domains whose record names it. */
  readonly domains: readonly Fqdn[];
  /** Did a host write it itself (dynamic), or a person (static)? */
  readonly registered: 'dynamic' | 'static' | 'both';
  /** `none`: the whole forest has no such account; `unknown` says why. */
  readonly account:
    | {
        readonly kind: 'found';
        readonly name: string;
        readonly enabled: boolean | undefined;
        readonly lastLogon: Date | undefined;
        readonly operatingSystem: string | undefined;
      }
    | { readonly kind: 'none' }
    | { readonly kind: 'unknown'; readonly why: string };
  /** Is it among `hosts` or the published targets of the desired state? Undefined without one. */
  readonly wanted: boolean | undefined;
}

/** What the forest publishes, and where it publishes nothing. */
export interface Discovery {
  /** A plan on it is in sync. Servers are left to be found, and sign with Kerberos. */
  readonly state: DesiredState;
  readonly hosts: readonly KmsHostSeen[];
  /** Suffixes that computers have and no KMS record stands for, with how many computers. */
  readonly without: readonly { readonly suffix: Fqdn; readonly computers: number; readonly zone: boolean }[];
  /** What a person should know about what was taken over. */
  readonly notes: readonly string[];
}

/** Turns what was read into a desired state and a list of hosts. Pure. */
export function discover(
  { snapshot }: Pick<DirectoryRead, 'snapshot'>,
  { suffixes }: Pick<SuffixesRead, 'suffixes'>,
): Discovery {
  const view = viewOf(snapshot);
  const notes: string[] = [];
  const live = view.kmsNodes.filter(({ node }) => !node.tombstoned && srvRecords(node).length > 0);
  const chosen = onePerName(live, notes);
  const servers = serversOf(snapshot.server);
  const domains = chosen.map((one) => ({
    ...domainOf(one, notes),
    ...(servers[SERVER_ID] !== undefined && { server: SERVER_ID }),
  }));
  const published = new Set(domains.map(({ domain }) => domain));
  const targets = [...new Set(domains.flatMap(({ publish }) => publish.map(({ target }) => target)))].sort();
  const zones = view.zones;
  return {
    state: {
      file: 'import',
      keys: {},
      servers,
      hosts: targets.map((name): KmsHost => ({ name, port: portOf(domains, name), addresses: [] })),
      domains,
      findings: [],
    },
    hosts: targets.map((name) => hostOf(view, name, chosen)),
    without: suffixes
      .filter(({ suffix, computers }) => computers > 0 && !published.has(suffix))
      .map(({ suffix, computers }) => ({
        suffix,
        computers,
        zone: zoneHolding(zones, kmsOwnerName(suffix)) !== undefined,
      })),
    notes,
  };
}

const SERVER_ID = 'ad';

/** `server` is a host name, or the URL where the server did not tell its name. */
function serversOf(server: string): DesiredState['servers'] {
  const read = readName(server.replace(/^ldaps?:\/\//, '').replace(/:\d+$/, ''));
  return read.ok ? { [SERVER_ID]: { id: SERVER_ID, name: read.name, port: 53, auth: { kind: 'gss' } } } : {};
}

/** The same name may stand in two partitions; a server loads the zone of the domain's own first. */
function onePerName(nodes: readonly NodeInZone[], notes: string[]): readonly NodeInZone[] {
  const order = ['domain', 'forest', 'system', 'custom'];
  const best = new Map<Fqdn, NodeInZone>();
  for (const one of nodes) {
    const other = best.get(one.node.name);
    const rank = ({ zone }: NodeInZone): number => order.indexOf(zone.partition.kind);
    if (other === undefined || rank(one) < rank(other)) best.set(one.node.name, one);
    if (other !== undefined)
      notes.push(
        `${one.node.name} stands in two places: ${other.zone.dn} and ${one.zone.dn}; the domain's own is taken`,
      );
  }
  return [...best.values()].sort((a, b) => (a.node.name < b.node.name ? -1 : 1));
}

function domainOf({ zone, node }: NodeInZone, notes: string[]): DesiredDomain {
  const domain = kmsDomainOf(node.name);
  const ttls = ttlsOf(node);
  if (ttls.length > 1)
    notes.push(`${node.name} has records of different TTLs (${ttls.join(', ')} s); the shortest is taken`);
  if (node.problems.length > 0)
    notes.push(`${node.name}: ${node.problems.length} values could not be read and are left out`);
  return {
    domain,
    owner: node.name,
    zone: zone.name,
    ttlSeconds: ttls[0]!,
    policy: 'additive',
    publish: withoutDoubles(srvRecords(node)),
    place: { file: 'import', line: 1, column: 1 },
  };
}

function ttlsOf({ records }: NodeSeen): readonly number[] {
  const ttls = records.filter(({ data }) => data.kind === 'SRV').map(({ ttlSeconds }) => ttlSeconds);
  return [...new Set(ttls)].sort((a, b) => a - b);
}

/** A target and port can be wanted once; the first of its records is what a reader of the zone sees first, too. */
function withoutDoubles(records: readonly SrvRecord[]): readonly SrvRecord[] {
  return records.filter((record, i) => records.findIndex((one) => sameTarget(one, record)) === i);
}

function portOf(domains: readonly DesiredDomain[], name: Fqdn): number {
  return domains.flatMap(({ publish }) => publish).find(({ target }) => target === name)?.port ?? KMS_PORT;
}

function hostOf(view: AuditView, name: Fqdn, nodes: readonly NodeInZone[]): KmsHostSeen {
  const own = nodes.flatMap(({ node }) =>
    node.records
      .filter(({ data }) => data.kind === 'SRV' && data.record.target === name)
      .map(({ timestampHours }) => ({ node, dynamic: timestampHours > 0 })),
  );
  const { wanted } = view.snapshot;
  const kinds = new Set(own.map(({ dynamic }) => dynamic));
  return {
    name,
    domains: [...new Set(own.map(({ node }) => kmsDomainOf(node.name)))],
    registered: kinds.size > 1 ? 'both' : kinds.has(true) ? 'dynamic' : 'static',
    account: accountOf(view, name),
    wanted:
      wanted === undefined
        ? undefined
        : wanted.hosts.includes(name) || wanted.sets.some(({ targets }) => targets.includes(name)),
  };
}

function accountOf(view: AuditView, name: Fqdn): KmsHostSeen['account'] {
  const account = view.account(name);
  if (!account.known) return { kind: 'unknown', why: account.why };
  const { value } = account;
  return value === undefined ? { kind: 'none' } : { kind: 'found', ...shown(value) };
}

function shown({
  name,
  enabled,
  lastLogon,
  operatingSystem,
}: AccountSeen): Omit<Extract<KmsHostSeen['account'], { kind: 'found' }>, 'kind'> {
  return { name, enabled, lastLogon, operatingSystem };
}

/** Only these client domains, where a person named some. */
export function onlyDomains(discovery: Discovery, domains: readonly Fqdn[]): Discovery {
  if (domains.length === 0) return discovery;
  const { state } = discovery;
  const kept = state.domains.filter(({ domain }) => domains.includes(domain));
  const targets = new Set(kept.flatMap(({ publish }) => publish.map(({ target }) => target)));
  return {
    ...discovery,
    state: { ...state, domains: kept, hosts: state.hosts.filter(({ name }) => targets.has(name)) },
    hosts: discovery.hosts.filter(({ name }) => targets.has(name)),
    without: discovery.without.filter(({ suffix }) => domains.some((one) => isWithin(suffix, one))),
  };
}
