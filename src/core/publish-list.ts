import { finding } from './catalogue.ts';
import type { DesiredDomain, DesiredState } from './desired-state.ts';
import { KmsDnsError } from './errors.ts';
import type { Finding } from './finding.ts';
import { KMS_PORT } from './kms.ts';
import { displayName, type Fqdn, parentOf, ROOT } from './name.ts';
import { compareRecords, formatRecord, type SrvRecord } from './srv.ts';
import { isPlainName } from './template-encoders.ts';

/** One line of DnsDomainPublishList: Volume Activation Technical Reference Guide, table 3. */
export interface PublishEntry {
  readonly domain: Fqdn;
  readonly priority: number;
  readonly weight: number;
}

/** What one KMS host must carry so that it publishes what the desired state says, and what it would publish besides. */
export interface HostPublishList {
  readonly host: Fqdn;
  /** The domain in which a host publishes without being told: its own name's; undefined for a single label. */
  readonly homeDomain: Fqdn | undefined;
  /** Where it listens, which is what it publishes; see {@link listeningPort}. */
  readonly port: number;
  /** One per domain, home domain first, then by priority. Empty: the desired state publishes this host nowhere. */
  readonly entries: readonly PublishEntry[];
  /** Records that the host would publish and the desired state does not have, or has with other values. */
  readonly publishesUnsaid: readonly Finding[];
}

/**
 * The publish list of every KMS host that the desired state publishes or describes, in order of their names.
 *
 * A host can only announce itself, at the port it listens on, once per domain; it always announces itself in its home
 * domain; and the list has no field for a TTL. Whatever of the desired state does not fit into that is a finding.
 */
export function publishListsPerHost(state: DesiredState): readonly HostPublishList[] {
  const published = new Map<Fqdn, Map<DesiredDomain, SrvRecord[]>>();
  for (const domain of state.domains) {
    for (const record of domain.publish) {
      const ofHost = published.get(record.target) ?? new Map<DesiredDomain, SrvRecord[]>();
      published.set(record.target, ofHost.set(domain, [...(ofHost.get(domain) ?? []), record]));
    }
  }
  const domains = new Map(state.domains.map((domain) => [domain.domain, domain]));
  const hosts = [...new Set([...published.keys(), ...state.hosts.map((host) => host.name)])].sort();
  return hosts.map((host) => {
    const wanted = [...(published.get(host) ?? [])].map(([domain, records]) => ({
      domain,
      records: records.sort(compareRecords),
    }));
    return listFor(host, wanted, domains, state);
  });
}

interface Wanted {
  readonly domain: DesiredDomain;
  readonly records: readonly SrvRecord[];
}

/** `domain, priority, weight` with a blank behind each comma, as the guide writes it. Throws `value-refused`. */
export function formatPublishEntry({ domain, priority, weight }: PublishEntry): string {
  return `${plainName(domain)}, ${priority}, ${weight}`;
}

/** A name as the registry and a script may hold it. Throws `value-refused` for one that would need escapes. */
export function plainName(name: Fqdn): string {
  if (isPlainName(name)) return displayName(name);
  throw new KmsDnsError(
    'value-refused',
    `the name ${JSON.stringify(name)} cannot stand in a publish list: it holds more than letters, digits, "-" and "_"`,
    { hint: 'publish it centrally, with kmsdns apply' },
  );
}

function listFor(
  host: Fqdn,
  wanted: readonly Wanted[],
  domains: ReadonlyMap<Fqdn, DesiredDomain>,
  state: DesiredState,
): HostPublishList {
  const homeDomain = homeDomainOf(host);
  const entries = wanted
    .map(({ domain, records }): PublishEntry => {
      const { priority, weight } = records[0]!;
      return { domain: domain.domain, priority, weight };
    })
    .sort(
      (a, b) =>
        Number(b.domain === homeDomain) - Number(a.domain === homeDomain) ||
        a.priority - b.priority ||
        (a.domain < b.domain ? -1 : 1),
    );
  const port = portOf(
    host,
    wanted.flatMap(({ records }) => records),
    state,
  );
  const publishesUnsaid = [
    ...homeFindings(host, homeDomain, port, domains, state),
    ...wanted.flatMap(({ domain, records }) => otherValueFindings(host, port, domain, records)),
  ];
  return { host, homeDomain, port, entries, publishesUnsaid };
}

/** Nobody asked for the host in its home domain, and it publishes there all the same: priority 0, weight 0. */
function homeFindings(
  host: Fqdn,
  homeDomain: Fqdn | undefined,
  port: number,
  domains: ReadonlyMap<Fqdn, DesiredDomain>,
  state: DesiredState,
): readonly Finding[] {
  if (homeDomain === undefined) return [];
  const home = domains.get(homeDomain);
  if (home?.publish.some((record) => record.target === host)) return [];
  const would = formatRecord({ priority: 0, weight: 0, port, target: host });
  return [
    finding('PUB-012', {
      subject: host,
      evidence: [
        {
          observation: home === undefined ? state.file : placeOf(home),
          says: `${displayName(homeDomain)}, the home domain of this host, ${home === undefined ? 'is not in the desired state' : 'does not list it'}`,
        },
        {
          observation: 'Volume Activation Technical Reference Guide, DnsDomainPublishList',
          says: `the home domain needs no line: the host writes SRV ${would} there (another guide says: only without a list)`,
        },
      ],
    }),
  ];
}

/** The host will write one record per domain, at the port it listens on; the desired state has others. */
function otherValueFindings(
  host: Fqdn,
  port: number,
  domain: DesiredDomain,
  records: readonly SrvRecord[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const subject = `${domain.owner} SRV ${formatRecord(records[0]!)}`;
  if (records.length > 1) {
    findings.push(
      finding('PUB-006', {
        subject,
        title: `the host can publish only one of its ${records.length} records in this domain`,
        evidence: [
          {
            observation: placeOf(domain),
            says: `${records.map(formatRecord).join('; ')}; DnsDomainPublishList has one line for a domain`,
          },
        ],
      }),
    );
  }
  if (records[0]!.port !== port) {
    findings.push(
      finding('PUB-006', {
        subject,
        title: 'the host publishes the port on which it listens',
        evidence: [
          { observation: placeOf(domain), says: `port ${records[0]!.port} in the record` },
          { observation: 'hosts', says: `${displayName(host)} listens on ${port}` },
        ],
      }),
    );
  }
  return findings;
}

/** What is written under `hosts`; else, when all records of the host agree on a port, that one; else the default. */
export function listeningPort(host: Fqdn, state: DesiredState): number {
  const records = state.domains.flatMap((domain) =>
    domain.publish.filter((record) => record.target === host),
  );
  return portOf(host, records, state);
}

function portOf(host: Fqdn, records: readonly SrvRecord[], state: DesiredState): number {
  const described = state.hosts.find((one) => one.name === host);
  if (described !== undefined) return described.port;
  const ports = new Set(records.map((record) => record.port));
  return ports.size === 1 ? records[0]!.port : KMS_PORT;
}

function homeDomainOf(host: Fqdn): Fqdn | undefined {
  const parent = parentOf(host);
  return parent === ROOT ? undefined : parent;
}

function placeOf(domain: DesiredDomain): string {
  return `${domain.place.file}:${domain.place.line}:${domain.place.column}`;
}
