/**
 * Zones for the lab, the same for every kind of server. A zone says who may change what; bind.ts, knot.ts and
 * powerdns.ts each put that into their own words, so that one table of journeys can be walked on all of them.
 */
export type Access =
  /** Nobody may update it. */
  | { readonly may: 'nothing' }
  /** Every name and type: with the key, or without one for whoever comes from loopback. */
  | { readonly may: 'everything'; readonly key?: string }
  /**
   * SRV records at the owner name, nothing else. `atMost` is BIND's `SRV(n)`: further records are dropped
   * without a word.
   */
  | { readonly may: 'publish'; readonly key: string; readonly atMost?: number };

export interface LabZone {
  /** Without the final dot. */
  readonly name: string;
  readonly access: Access;
  /** Master file lines, relative to the zone, besides the ones every lab zone has. */
  readonly records?: readonly string[];
  /** The name that `publish` allows, without the final dot; left out: `_vlmcs._tcp.` and the zone. */
  readonly owner?: string;
  /** False where a healthy server does not show what was added: a cap, an alias, a wildcard. */
  readonly healthCheck?: false;
  /** The NS set, relative or with a final dot; the first is also the SOA MNAME. Left out: ns1. */
  readonly nameServers?: readonly string[];
  /** False for a zone without the KMS hosts that every other lab zone has. */
  readonly hosts?: false;
}

/** Where a zone's KMS records live, without the final dot. */
export function ownerOf(zone: LabZone): string {
  return zone.owner ?? `_vlmcs._tcp.${zone.name}`;
}

/** The serial in every lab zone's file; a server that was proved healthy has moved on from it. */
export const FIRST_SERIAL = 1;

const HOSTS = [
  'kms1 IN A 192.0.2.11',
  'kms1 IN AAAA 2001:db8::11',
  'kms2 IN A 192.0.2.12',
  'kms2 IN AAAA 2001:db8::12',
  'kms3 IN A 192.0.2.13',
  'kms-alias IN CNAME kms1',
];

/**
 * The whole master file. Its KMS hosts have addresses from RFC 5737 and RFC 3849, and the first has an alias;
 * no timer is short enough to fire during a test.
 */
export function zoneFileText(zone: LabZone): string {
  const servers = zone.nameServers ?? ['ns1'];
  return [
    `$ORIGIN ${zone.name}.`,
    '$TTL 3600',
    `@ IN SOA ${servers[0] ?? 'ns1'} hostmaster.example. ${FIRST_SERIAL} 86400 86400 604800 60`,
    ...servers.map((server) => `@ IN NS ${server}`),
    ...servers.filter((server) => !server.endsWith('.')).map((server) => `${server} IN A 127.0.0.1`),
    ...(zone.hosts === false ? [] : HOSTS),
    ...(zone.records ?? []),
    '',
  ].join('\n');
}

/** Only this key may publish, and only SRV at `_vlmcs._tcp`: the set-up the documentation recommends. */
export function publisherZone(name: string, key: string, records: readonly string[] = []): LabZone {
  return { name, access: { may: 'publish', key }, records };
}

/** As `publisherZone`, with room for `atMost` records (BIND only). */
export function cappedZone(name: string, key: string, atMost: number): LabZone {
  return { name, access: { may: 'publish', key, atMost }, healthCheck: false };
}

/** Anybody on loopback may change anything, unsigned. */
export function openZone(name: string, records: readonly string[] = []): LabZone {
  return { name, access: { may: 'everything' }, records };
}

/** The key may change every name in the zone. */
export function keyedZone(name: string, key: string, records: readonly string[] = []): LabZone {
  return { name, access: { may: 'everything', key }, records };
}

/** A zone that takes no updates at all. */
export function staticZone(name: string, records: readonly string[] = []): LabZone {
  return { name, access: { may: 'nothing' }, records };
}

/** The owner name is an alias: servers drop an SRV next to it (RFC 2136 §3.4.2.2) and answer NOERROR. */
export function aliasedZone(name: string, key: string): LabZone {
  return { ...publisherZone(name, key, ['_vlmcs._tcp IN CNAME elsewhere']), healthCheck: false };
}

/** A wildcard answers for `_vlmcs._tcp` although nobody published there (RFC 4592). */
export function wildcardZone(name: string, key: string): LabZone {
  return { ...publisherZone(name, key, ['* 300 IN SRV 0 0 1688 kms3']), healthCheck: false };
}

/**
 * A zone whose `_tcp` is delegated to a zone of its own: the SOA walk has to end in the child. Nothing in the
 * child can be a host: named refuses a zone file with an address or an NS target below an underscore.
 */
export function delegatedPair(parent: string, key: string): readonly [LabZone, LabZone] {
  return [
    staticZone(parent, ['_tcp IN NS ns1']),
    {
      name: `_tcp.${parent}`,
      access: { may: 'publish', key },
      owner: `_vlmcs._tcp.${parent}`,
      nameServers: [`ns1.${parent}.`],
      hosts: false,
    },
  ];
}

/** `count` small zones `z0001.NAME`…, each already publishing kms1, all open to one key. */
export function manyZones(count: number, name: string, key: string): readonly LabZone[] {
  return Array.from({ length: count }, (_, i) =>
    publisherZone(`z${String(i + 1).padStart(4, '0')}.${name}`, key, ['_vlmcs._tcp IN SRV 0 0 1688 kms1']),
  );
}
