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
import type { LdapEntry, LdapFault } from './directory-client.ts';
import { firstText, firstValue, textValues } from './directory-client.ts';
import { zoneProperties } from './dns-property.ts';
import { type DnsRecord, decodeDnsRecord } from './dns-record.ts';
import { dateFromGeneralizedTime } from './file-time.ts';
import { type Forest, holdersOf, type Server, searchIn } from './forest.ts';
import { decodeSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts';

/** Owner, group and DACL; without this control whoever may not read the SACL gets nothing ([MS-ADTS] §3.1.1.3.4.1.11). */
export const OWNER_GROUP_DACL = 7;

const ZONE_ATTRIBUTES = ['name', 'dNSProperty', 'nTSecurityDescriptor'];
const NODE_ATTRIBUTES = ['name', 'dnsRecord', 'dNSTombstoned', 'whenChanged', 'nTSecurityDescriptor'];

/** KMS names, near misses and objects in conflict: `dc` is the name below the zone, dots included. */
const KMS_NODES = '(&(objectClass=dnsNode)(|(dc=*vl*cs*)(dc=*vlmsc*)(dc=*vmlcs*)(dc=*v1mcs*)(dc=_kms.*)))';

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
      filter: '(objectClass=dnsZone)',
      attributes: ZONE_ATTRIBUTES,
      sdFlags: OWNER_GROUP_DACL,
    });
    if (read.ok) {
      answered = true;
      for (const entry of read.value.entries) {
        const zone = zoneOf(firstText(entry, 'name') ?? '');
        if (zone === undefined) continue;
        const nodes = await readNodes(forest, context, entry.dn, zone.name);
        zones.push({
          ...zone,
          dn: entry.dn,
          partition: partitionOf(entry.dn, domains),
          properties: propertiesOf(entry),
          security: securityOf(entry),
          nodes,
        });
      }
    } else if (read.fault.kind === 'no-such-object') answered = true;
    else places.push({ dn, why: read.fault.detail });
  }
  return {
    zones: answered ? known(zones) : unread(places[0]?.why ?? 'the forest names no partition'),
    unread: places,
  };
}

async function readNodes(
  forest: Forest,
  context: string,
  zoneDn: string,
  zone: ZoneSeen['name'],
): Promise<Reading<readonly NodeSeen[]>> {
  const [holder, ...others] = holdersOf(forest.servers, context);
  if (holder === undefined) return unread(`no server here holds ${JSON.stringify(context)}`);
  const first = await nodesAt(holder, zoneDn);
  if (!first.known) return first;
  const replicas = await Promise.all(
    others.map(async (other) => ({ server: other.hostName, nodes: await nodesAt(other, zoneDn) })),
  );
  return known(
    first.value.flatMap((entry): readonly NodeSeen[] => {
      const named = nodeNameOf(firstText(entry, 'name') ?? '', zone);
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
