import { bounded } from '../core/bounded.ts';
import { KMS_SERVICE } from '../core/kms.ts';
import {
  known,
  type NodeData,
  type NodeSeen,
  nodeNameOf,
  partitionOf,
  type Reading,
  unread,
  type ZoneSeen,
  zoneOf,
} from './audit-model.ts';
import { firstText, firstValue, type LdapEntry, type LdapFault, textValues } from './directory-client.ts';
import { type ZoneProperties, zoneProperties } from './dns-property.ts';
import { type DnsRecord, decodeDnsRecord } from './dns-record.ts';
import { dateFromGeneralizedTime } from './file-time.ts';
import { type Forest, holdersOf, type Server, searchIn } from './forest.ts';
import { childDn, firstRdnValue } from './ldap-dn.ts';
import { decodeSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts';

/** Owner, group and DACL; without this control whoever may not read the SACL gets nothing ([MS-ADTS] §3.1.1.3.4.1.11). */
export const OWNER_GROUP_DACL = 7;

/** Zones that are asked for their names at one time: each costs two round trips, and a forest may have hundreds. */
const AT_ONCE = 8;

const ZONE_ATTRIBUTES = ['name', 'objectClass', 'dNSProperty', 'nTSecurityDescriptor'];
const NODE_ATTRIBUTES = ['name', 'dnsRecord', 'dNSTombstoned', 'whenChanged', 'nTSecurityDescriptor'];

/** The zone itself. Every zone has it, so whoever is not shown it is not shown the other names either. */
const APEX = '@';

/** KMS names, near misses, objects in conflict, and the apex: `dc` is the name below the zone, dots included. */
const KMS_NODES =
  '(&(objectClass=dnsNode)(|(dc=@)(dc=*vl*cs*)(dc=*vlmsc*)(dc=*vmlcs*)(dc=*v1mcs*)(dc=_kms.*)))';

/** A place that could not be read, so that nothing in it can be called absent. */
export interface UnreadPlace {
  readonly dn: string;
  readonly why: string;
}

export interface ZonesRead {
  readonly zones: Reading<readonly ZoneSeen[]>;
  readonly unread: readonly UnreadPlace[];
}

/** Every DNS zone of the forest with its KMS names, and the same names at the other servers that hold them. */
export async function readZones(forest: Forest): Promise<ZonesRead> {
  const domains = forest.domains.map(({ dn }) => dn);
  const containers = forest.contexts.flatMap((context) => [
    { context, dn: `CN=MicrosoftDNS,${context}` },
    ...(domains.includes(context) ? [{ context, dn: `CN=MicrosoftDNS,CN=System,${context}` }] : []),
  ]);
  const zones: ZoneSeen[] = [];
  const places: UnreadPlace[] = [];
  let answered = false;
  for (const { context, dn } of containers) {
    const read = await searchIn(forest, context, {
      base: dn,
      scope: 'one',
      // An object that may not be read has no class to find it by; it is shown by its name alone.
      filter: '(objectClass=*)',
      attributes: ZONE_ATTRIBUTES,
      sdFlags: OWNER_GROUP_DACL,
    });
    if (read.ok) {
      answered = true;
      if (read.value.entries.length === 0 && (await isHidden(forest, context, dn)))
        places.push({ dn, why: 'what lies below it is not shown to this account' });
      const made = await bounded(read.value.entries, AT_ONCE, (entry) =>
        zoneAt(forest, context, entry, domains),
      );
      zones.push(...made.filter((zone) => zone !== undefined));
    } else if (read.fault.kind === 'no-such-object') answered = true;
    else places.push({ dn, why: read.fault.detail });
  }
  return {
    zones: answered ? known(zones) : unread(places[0]?.why ?? 'the forest names no partition'),
    unread: places,
  };
}

/** The zone that an object in a container stands for; undefined for objects that are none. */
async function zoneAt(
  forest: Forest,
  context: string,
  entry: LdapEntry,
  domains: readonly string[],
): Promise<ZoneSeen | undefined> {
  const classes = textValues(entry, 'objectClass');
  if (classes.length > 0 && !classes.includes('dnsZone')) return undefined;
  const name = firstText(entry, 'name');
  const zone = zoneOf(name ?? firstRdnValue(entry.dn));
  if (zone === undefined) return undefined;
  const place = { ...zone, dn: entry.dn, partition: partitionOf(entry.dn, domains) };
  if (name === undefined) {
    const why = unread<never>('the zone is there, and this account may not read it');
    return { ...place, properties: why, security: why, nodes: why };
  }
  const properties = propertiesOf(entry);
  const nodes = await readNodes(forest, context, { dn: entry.dn, name: zone.name, properties });
  return { ...place, properties, security: securityOf(entry), nodes };
}

/** Is an object there whose attributes this account may not read? */
async function isHidden(forest: Forest, context: string, dn: string): Promise<boolean> {
  const look = await searchIn(forest, context, {
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['name'],
  });
  return look.ok && look.value.entries.every((entry) => firstText(entry, 'name') === undefined);
}

async function readNodes(
  forest: Forest,
  context: string,
  { dn: zoneDn, name: zone, properties }: Pick<ZoneSeen, 'dn' | 'name' | 'properties'>,
): Promise<Reading<readonly NodeSeen[]>> {
  const [holder, ...others] = holdersOf(forest.servers, context);
  if (holder === undefined) return unread(`no server here holds ${JSON.stringify(context)}`);
  const first = await nodesAt(holder, zoneDn);
  if (!first.known) return first;
  const nameOf = (entry: LdapEntry): string => firstText(entry, 'name') ?? '';
  const hidden = await hiddenName(
    holder,
    zoneDn,
    first.value.map(nameOf),
    properties.known ? properties.value.zoneType : undefined,
  );
  if (hidden !== undefined) return unread(`${holder.hostName}: ${hidden}`);
  const replicas = await Promise.all(
    others.map(async (other) => ({ server: other.hostName, nodes: await nodesAt(other, zoneDn) })),
  );
  return known(
    first.value.flatMap((entry): readonly NodeSeen[] => {
      const named = nameOf(entry) === APEX ? undefined : nodeNameOf(nameOf(entry), zone);
      if (named === undefined) return [];
      return [
        {
          ...named,
          dn: entry.dn,
          ...dataOf(entry),
          problems: recordsOf(entry).problems,
          security: securityOf(entry),
          replicas: replicas.map(({ server, nodes }) => ({ server, node: sameNode(entry.dn, nodes) })),
        },
      ];
    }),
  );
}

/**
 * Why a name that no search shows may be there all the same; undefined where nothing speaks for it. An object whose
 * attributes may not be read matches no filter, but its name is not free: it is not "no such object" either.
 */
async function hiddenName(
  { client }: Server,
  zoneDn: string,
  names: readonly string[],
  zoneType: ZoneProperties['zoneType'],
): Promise<string | undefined> {
  const holdsNames = zoneType === undefined || zoneType === 'primary';
  if (holdsNames && !names.includes(APEX)) return 'the names of the zone are not shown to this account';
  if (names.includes(KMS_SERVICE)) return undefined;
  const look = await client.search({
    base: childDn('DC', KMS_SERVICE, zoneDn),
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['name'],
  });
  if (!look.ok) return look.fault.kind === 'no-such-object' ? undefined : look.fault.detail;
  return `${KMS_SERVICE} is there, and this account may not read it`;
}

async function nodesAt(server: Server, zoneDn: string): Promise<Reading<readonly LdapEntry[]>> {
  const read = await server.client.search({
    base: zoneDn,
    scope: 'one',
    filter: KMS_NODES,
    attributes: NODE_ATTRIBUTES,
    sdFlags: OWNER_GROUP_DACL,
  });
  return read.ok ? known(read.value.entries) : unread(whyNot(server, read.fault));
}

function whyNot({ hostName }: Server, { detail }: LdapFault): string {
  return `${hostName}: ${detail}`;
}

function sameNode(dn: string, nodes: Reading<readonly LdapEntry[]>): Reading<NodeData | undefined> {
  if (!nodes.known) return nodes;
  const entry = nodes.value.find((one) => one.dn.toLowerCase() === dn.toLowerCase());
  return known(entry === undefined ? undefined : dataOf(entry));
}

function dataOf(entry: LdapEntry): NodeData {
  const whenChanged = dateFromGeneralizedTime(firstText(entry, 'whenChanged') ?? '');
  return {
    tombstoned: textValues(entry, 'dNSTombstoned').some((value) => value.toUpperCase() === 'TRUE'),
    records: recordsOf(entry).records,
    ...(whenChanged !== undefined && { whenChanged }),
  };
}

/** The values of `dnsRecord`, those that cannot be read as what is wrong with them. */
function recordsOf(entry: LdapEntry): {
  readonly records: readonly DnsRecord[];
  readonly problems: readonly string[];
} {
  const records: DnsRecord[] = [];
  const problems: string[] = [];
  for (const [i, octets] of (entry.attributes.get('dnsrecord') ?? []).entries()) {
    const read = decodeDnsRecord(octets);
    if (read.ok) records.push(read.value);
    else problems.push(`dnsRecord value ${i + 1}: ${read.detail}`);
  }
  return { records, problems };
}

function propertiesOf(entry: LdapEntry): ZoneSeen['properties'] {
  const values = entry.attributes.get('dnsproperty');
  return values === undefined
    ? unread('the zone shows no dNSProperty to this account')
    : known(zoneProperties(values));
}

/** The permissions of an object: unread where the server leaves the attribute out. */
export function securityOf(entry: LdapEntry): Reading<SecurityDescriptor> {
  const octets = firstValue(entry, 'nTSecurityDescriptor');
  if (octets === undefined) return unread('its permissions are not shown to this account');
  const read = decodeSecurityDescriptor(octets);
  return read.ok ? known(read.value) : unread(`its permissions cannot be read: ${read.detail}`);
}
