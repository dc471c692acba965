import { bounded } from '../core/bounded.ts';
import type { Fqdn } from '../core/name.ts';
import {
  type AccountSeen,
  type DirectorySnapshot,
  known,
  type Trying,
  unread,
  type Wanted,
  type ZoneSeen,
} from './audit-model.ts';
import { isKmsName, srvRecords } from './audit-view.ts';
import type { DirectoryClient, LdapFault, LdapOutcome } from './directory-client.ts';
import { type Forest, readForest, readServer, type Server } from './forest.ts';
import { hasAccount, readGroups, readHosts, readPrincipals } from './read-accounts.ts';
import { readZones, type UnreadPlace } from './read-zones.ts';
import type { SecurityDescriptor } from './security-descriptor.ts';
import type { Sid } from './sid.ts';

/** What an audit is about, beside what stands in the directory. */
export interface ReadOptions {
  readonly now: Date;
  /** sAMAccountName of the group that is to hold all KMS hosts. */
  readonly group?: string;
  readonly wanted?: Wanted;
  readonly trying?: readonly Trying[];
}

/** The directory as it was read, and what of it could not be. */
export interface DirectoryRead {
  readonly snapshot: DirectorySnapshot;
  readonly forest: Forest;
  readonly unread: readonly UnreadPlace[];
  /** The first server's clock minus ours, in seconds. */
  readonly skewSeconds?: number;
}

/**
 * Reads everything that an audit judges: zones, KMS names with owners and permissions, the accounts behind them. The
 * first client is asked; further ones are asked for what it does not hold, and for their copy of each record.
 * Fails only when the first server does not answer or is no Active Directory; whatever else cannot be read is said so.
 */
export async function readDirectory(
  clients: readonly [DirectoryClient, ...DirectoryClient[]],
  { now, group, wanted, trying = [] }: ReadOptions,
): Promise<LdapOutcome<DirectoryRead>> {
  const [first, ...more] = clients;
  const main = await readServer(first);
  if (!main.ok) return main;
  const others = await bounded(more, more.length, readServer);
  const servers: [Server, ...Server[]] = [
    main.value,
    ...others.flatMap((one) => (one.ok ? [one.value] : [])),
  ];
  const silent = others.flatMap((one, i) => (one.ok ? [] : [faultAt(more[i]!, one.fault)]));
  const read = await readForest(servers);
  if (!read.ok) return read;
  const forest = read.value;
  const { zones, unread: places } = await readZones(forest);
  const seen = zones.known ? zones.value : [];
  const { hosts, accounts } = await readHosts(forest, [
    ...new Set([...hostNamesOf(seen, wanted), ...trying.map(({ host }) => host)]),
  ]);
  const groups = group === undefined ? undefined : await readGroups(forest, group);
  const dnsAdmins = await readGroups(forest, 'DnsAdmins');
  const groupAccounts = [...(groups?.known ? groups.value : []), ...(dnsAdmins.known ? dnsAdmins.value : [])];
  const principals = await readPrincipals(forest, sidsOf(seen), unique([...accounts, ...groupAccounts]));
  const { currentTime } = main.value;
  return {
    ok: true,
    value: {
      snapshot: {
        takenAt: now,
        server: main.value.hostName,
        updater: await updaterOf(forest, main.value),
        domains: forest.domains,
        zones,
        principals,
        hosts,
        dnsAdmins: dnsAdmins.known ? dnsAdmins.value.map(({ sid }) => sid) : [],
        ...(groups !== undefined && { group: groups.known ? known(groups.value[0]) : unread(groups.why) }),
        ...(wanted !== undefined && { wanted }),
        trying,
      },
      forest,
      unread: [...places, ...silent],
      ...(currentTime !== undefined && {
        skewSeconds: Math.round((currentTime.getTime() - now.getTime()) / 1000),
      }),
    },
  };
}

function faultAt({ url }: DirectoryClient, { detail }: LdapFault): UnreadPlace {
  return { dn: url, why: detail };
}

/** Samba says that it is Samba; with BIND as its DNS server it has an account `dns-HOST` for it. */
async function updaterOf(
  forest: Forest,
  { samba, hostName }: Server,
): Promise<NonNullable<DirectorySnapshot['updater']>> {
  if (!samba) return 'windows';
  const [label = ''] = hostName.split('.');
  return (await hasAccount(forest, `dns-${label}`)) ? 'bind9-dlz' : 'samba-internal';
}

function hostNamesOf(zones: readonly ZoneSeen[], wanted: Wanted | undefined): readonly Fqdn[] {
  const targets = zones.flatMap(({ nodes }) =>
    nodes.known ? nodes.value.flatMap((node) => srvRecords(node).map(({ target }) => target)) : [],
  );
  const planned = wanted === undefined ? [] : [...wanted.hosts, ...wanted.sets.flatMap((set) => set.targets)];
  return [...new Set([...targets, ...planned])].filter((name) => name !== '.');
}

/** Every SID that the permissions speak of. */
function sidsOf(zones: readonly ZoneSeen[]): readonly Sid[] {
  const descriptors = zones.flatMap(({ security, nodes }) => [
    ...(security.known ? [security.value] : []),
    ...(nodes.known
      ? nodes.value.flatMap((node) =>
          node.security.known && isKmsName(node.name) ? [node.security.value] : [],
        )
      : []),
  ]);
  return [...new Set(descriptors.flatMap(sidsIn))];
}

function sidsIn({ owner, dacl }: SecurityDescriptor): readonly Sid[] {
  const aces = dacl.kind === 'list' ? dacl.aces : [];
  return [
    ...(owner === undefined ? [] : [owner]),
    ...aces.flatMap((ace) => (ace.kind === 'other' ? [] : [ace.sid])),
  ];
}

function unique(accounts: readonly AccountSeen[]): readonly AccountSeen[] {
  return [...new Map(accounts.map((account) => [account.sid, account])).values()];
}
