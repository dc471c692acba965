import { type Fqdn, parentOf, readName } from '../core/name.ts';
import { firstText, textValues } from './directory-client.ts';
import { type Forest, searchIn } from './forest.ts';
import type { UnreadPlace } from './read-zones.ts';

/** A DNS suffix that computers of the forest have. */
export interface SuffixSeen {
  readonly suffix: Fqdn;
  /** Enabled computer accounts whose name ends so. */
  readonly computers: number;
  /** Allowed for computers of a domain (msDS-AllowedDNSSuffixes), whether one has it or not. */
  readonly allowed: boolean;
}

/** An Active Directory site with the networks that make it. */
export interface SiteSeen {
  readonly name: string;
  readonly subnets: readonly string[];
}

export interface SuffixesRead {
  readonly suffixes: readonly SuffixSeen[];
  readonly sites: readonly SiteSeen[];
  readonly unread: readonly UnreadPlace[];
}

/** Accounts of computers that are not disabled; the bit is ADS_UF_ACCOUNTDISABLE. */
const LIVE_COMPUTERS = '(&(objectCategory=computer)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))';

/** Which DNS suffixes the clients of the forest have, and its sites: where a KMS record is needed. */
export async function readSuffixes(forest: Forest): Promise<SuffixesRead> {
  const computers = new Map<Fqdn, number>();
  const allowed = new Set<Fqdn>();
  const unread: UnreadPlace[] = [];
  for (const { dn } of forest.domains) {
    const named = await searchIn(forest, dn, {
      base: dn,
      scope: 'sub',
      filter: LIVE_COMPUTERS,
      attributes: ['dNSHostName'],
    });
    if (!named.ok) unread.push({ dn, why: named.fault.detail });
    for (const entry of named.ok ? named.value.entries : []) {
      const host = readName(firstText(entry, 'dNSHostName') ?? '');
      const suffix = host.ok ? parentOf(host.name) : undefined;
      if (suffix !== undefined && suffix !== '.') computers.set(suffix, (computers.get(suffix) ?? 0) + 1);
    }
    const domain = await searchIn(forest, dn, {
      base: dn,
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: ['msDS-AllowedDNSSuffixes'],
    });
    for (const text of domain.ok
      ? domain.value.entries.flatMap((one) => textValues(one, 'msDS-AllowedDNSSuffixes'))
      : []) {
      const read = readName(text);
      if (read.ok) allowed.add(read.name);
    }
  }
  const { sites, unread: noSites } = await readSites(forest);
  const names = [...new Set([...forest.domains.map(({ name }) => name), ...computers.keys(), ...allowed])];
  return {
    suffixes: names
      .map((suffix) => ({
        suffix,
        computers: computers.get(suffix) ?? 0,
        allowed: allowed.has(suffix) || forest.domains.some(({ name }) => name === suffix),
      }))
      .sort((a, b) => b.computers - a.computers || (a.suffix < b.suffix ? -1 : 1)),
    sites,
    unread: [...unread, ...noSites],
  };
}

async function readSites(
  forest: Forest,
): Promise<{ readonly sites: readonly SiteSeen[]; readonly unread: readonly UnreadPlace[] }> {
  const [first] = forest.servers;
  if (first === undefined) return { sites: [], unread: [] };
  const base = `CN=Sites,${first.configuration}`;
  const read = await first.client.search({
    base,
    scope: 'sub',
    filter: '(|(objectClass=site)(objectClass=subnet))',
    attributes: ['objectClass', 'name', 'siteObject'],
  });
  if (!read.ok) return { sites: [], unread: [{ dn: base, why: read.fault.detail }] };
  const isSubnet = (classes: readonly string[]): boolean =>
    classes.some((one) => one.toLowerCase() === 'subnet');
  const subnets = read.value.entries.filter((entry) => isSubnet(textValues(entry, 'objectClass')));
  const sites = read.value.entries
    .filter((entry) => !isSubnet(textValues(entry, 'objectClass')))
    .map((site) => ({
      name: firstText(site, 'name') ?? site.dn,
      subnets: subnets
        .filter((entry) => firstText(entry, 'siteObject')?.toLowerCase() === site.dn.toLowerCase())
        .map((entry) => firstText(entry, 'name') ?? entry.dn)
        .sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return { sites, unread: [] };
}
