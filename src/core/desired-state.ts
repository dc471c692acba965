import {
  address,
  domainName,
  environmentVariable,
  hostName,
  id,
  oneLine,
  publishedAddress,
  serverName,
  zoneName,
} from './desired-state-words.ts';
import { KmsDnsError, type Problem } from './errors.ts';
import type { Finding } from './finding.ts';
import { KMS_PORT, kmsOwnerName } from './kms.ts';
import { displayName, type Fqdn, isWithin } from './name.ts';
import type { IpAddress } from './net.ts';
import { publicationFindings } from './publication-findings.ts';
import { readShaped } from './read-shape.ts';
import { choice, integer, jsonSchemaOf, list, map, object, type Placed, type Read } from './shape.ts';
import type { SrvRecord } from './srv.ts';
import { suggestion } from './suggest.ts';
import type { Place, ProblemList } from './yaml-text.ts';

/** Where a TSIG key comes from; never the key itself. */
export type KeySource =
  /** As written; relative to the folder of the desired state. */
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'env'; readonly variable: string };

export type ServerAuth =
  | { readonly kind: 'none' }
  /** `key` names one of {@link DesiredState.keys}. */
  | { readonly kind: 'tsig'; readonly key: string }
  /** Kerberos; without a keytab the ticket cache. The keytab's path is as written, like a key file's. */
  | { readonly kind: 'gss'; readonly keytab?: string; readonly principal?: string };

/** A DNS server to send updates to; has either an address or a name. */
export interface DesiredServer {
  readonly id: string;
  readonly address?: IpAddress;
  readonly name?: Fqdn;
  readonly port: number;
  readonly auth: ServerAuth;
}

/** What the administrator knows about a KMS host; `port` is where it listens. */
export interface KmsHost {
  readonly name: Fqdn;
  readonly addresses: readonly IpAddress[];
  readonly port: number;
}

export interface DesiredDomain {
  readonly domain: Fqdn;
  /** `_vlmcs._tcp.<domain>` */
  readonly owner: Fqdn;
  /** One of {@link DesiredState.servers}; left out: the zone's primary. */
  readonly server?: string;
  /** Left out: found by SOA. Holds `owner`. */
  readonly zone?: Fqdn;
  /** Left out: an existing set keeps its TTL. */
  readonly ttlSeconds?: number;
  /** `additive` leaves records of targets that are not listed, `exact` removes them. */
  readonly policy: 'additive' | 'exact';
  /** In file order; no target and port twice. Empty: no record of ours. */
  readonly publish: readonly SrvRecord[];
  readonly place: Place;
}

/** What the operator wants to be true. Checked whole: nothing that uses it checks again. */
export interface DesiredState {
  readonly file: string;
  readonly keys: Readonly<Record<string, KeySource>>;
  readonly servers: Readonly<Record<string, DesiredServer>>;
  readonly hosts: readonly KmsHost[];
  readonly domains: readonly DesiredDomain[];
  /** Legal, but worth a word before it is published. */
  readonly findings: readonly Finding[];
}

const DNS_PORT = 53;

/** RFC 1035 §3.2.1 with RFC 2181 §8: a TTL has 31 bits. */
const MAX_TTL_SECONDS = 2_147_483_647;

const port = (doc: string, byDefault?: number) =>
  integer({
    doc,
    min: 1,
    max: 65535,
    example: KMS_PORT,
    ...(byDefault !== undefined && { default: byDefault }),
  });

const KEY = object({
  doc: 'Where one TSIG key comes from. A secret never stands in this file.',
  required: [],
  oneOf: ['file', 'env'],
  fields: {
    file: oneLine(
      'BIND key file, as `nsupdate -k` reads; relative to the folder of this file.',
      'kms-publisher.key',
    ),
    env: environmentVariable('Environment variable that holds the key.', 'KMSDNS_KEY'),
  },
});

const SERVER = object({
  doc: 'A DNS server that takes updates: its address or its name.',
  required: [],
  oneOf: ['address', 'name'],
  fields: {
    address: address(
      'IPv4 or IPv6 address, without port.',
      '10.0.0.53',
      'a port goes to `port:`, a host name to `name:`',
    ),
    name: serverName('Host name; looked up when the server is used. A Kerberos ticket is for this name.'),
    port: integer({ doc: 'UDP and TCP port.', min: 1, max: 65535, default: DNS_PORT }),
    auth: object({
      doc: 'How updates are signed. Left out: they are sent unsigned.',
      required: [],
      oneOf: ['tsig', 'gss'],
      fields: {
        tsig: id('One of `keys`.', 'kms-publisher'),
        gss: object({
          doc: 'Kerberos (GSS-TSIG): the ticket cache, KRB5_CLIENT_KTNAME, or a keytab; {} for what is at hand.',
          required: [],
          fields: {
            keytab: oneLine('Keytab file; relative to the folder of this file.', 'kms.keytab'),
            principal: oneLine('Kerberos principal to act as, and no other.', 'kms-publisher@CONTOSO.COM'),
          },
        }),
      },
    }),
  },
});

const HOST = object({
  doc: 'What is known about one KMS host.',
  required: [],
  fields: {
    port: port('Port on which the host listens.', KMS_PORT),
    addresses: list({
      doc: 'Its addresses.',
      items: publishedAddress('IPv4 or IPv6 address.', '10.1.0.10'),
    }),
  },
});

const PUBLISHED = object({
  doc: 'One SRV record (RFC 2782).',
  required: ['host'],
  fields: {
    host: hostName(
      'The KMS host: a name with an address of its own, not an alias. With or without final dot.',
    ),
    priority: integer({ doc: 'Lower is tried first.', min: 0, max: 65535, default: 0, example: 10 }),
    weight: integer({
      doc: 'Share among hosts of one priority.',
      min: 0,
      max: 65535,
      default: 0,
      example: 75,
    }),
    port: port(`Port in the record. Left out: the port under \`hosts\`, else ${KMS_PORT}.`),
  },
});

const DOMAIN = object({
  doc: 'What clients with this DNS suffix shall find.',
  required: ['publish'],
  fields: {
    server: id(
      'One of `servers`: where the update is sent. Left out: the zone’s primary, found by SOA.',
      'corp',
    ),
    zone: zoneName('DNS zone that holds the record. Left out: found by SOA.'),
    ttl: integer({
      doc: 'Seconds. Left out: an existing set keeps its TTL, a new one gets 3600.',
      min: 0,
      max: MAX_TTL_SECONDS,
      example: 3600,
    }),
    policy: choice({
      doc: 'additive: leave records of hosts that are not listed. exact: remove them.',
      values: ['additive', 'exact'],
      default: 'additive',
    }),
    publish: list({ doc: 'The KMS hosts of this domain.', items: PUBLISHED }),
  },
});

const DESIRED_STATE = object({
  doc: 'Which KMS hosts serve which DNS domains, for kmsdns.',
  required: ['version', 'domains'],
  fields: {
    $schema: oneLine('For editors of JSON files; kmsdns does not read it.', './kmsdns.schema.json'),
    version: choice({ doc: 'Version of this format.', values: [1] }),
    keys: map({
      doc: 'TSIG keys by a name of your choice.',
      key: id('Name of a key.', 'kms-publisher'),
      values: KEY,
    }),
    servers: map({
      doc: 'DNS servers by a name of your choice.',
      key: id('Name of a server.', 'corp'),
      values: SERVER,
    }),
    hosts: map({
      doc: 'What is known about the KMS hosts. When it is there, publishing any other host is a warning.',
      key: hostName('Name of a KMS host.'),
      values: HOST,
    }),
    domains: map({
      doc: 'DNS suffixes of the clients, and what to publish in each.',
      key: domainName('DNS suffix of clients; the record is _vlmcs._tcp in it.'),
      values: DOMAIN,
    }),
  },
});

type Written = Read<typeof DESIRED_STATE>['value'];

/** JSON Schema (draft 2020-12) of the desired state, for editors; stricter checks that need the whole file are not in it. */
export function desiredStateSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'kmsdns desired state',
    ...jsonSchemaOf(DESIRED_STATE),
  };
}

/**
 * Reads a desired state, YAML or JSON. `file` is only named in messages and places.
 * Throws `desired-state-invalid` with every problem in file order.
 */
export function parseDesiredState(source: string, file: string): DesiredState {
  const { value, problems } = readShaped(source, file, DESIRED_STATE);
  const state = value === undefined ? undefined : stateFrom(value.value, file, problems);
  const found = problems.all();
  if (found.length > 0 || state === undefined) throw invalid(file, found);
  return { ...state, findings: publicationFindings(state) };
}

/** Fills in defaults and checks what one value cannot show alone: references, duplicates, zones. */
function stateFrom(written: Written, file: string, problems: ProblemList): Omit<DesiredState, 'findings'> {
  const checkKey = referenceCheck(written, 'keys', problems);
  const checkServer = referenceCheck(written, 'servers', problems);
  const keys = entriesOf(written.keys).flatMap((entry) => keyFrom(entry) ?? []);
  const servers = entriesOf(written.servers).flatMap((entry) => {
    checkKey(entry.value?.value.auth?.value.tsig);
    return serverFrom(entry) ?? [];
  });
  const hosts = entriesOf(written.hosts).map((entry) => hostFrom(entry, problems));
  const portOf = new Map(hosts.map((host) => [host.name, host.port]));
  const domains = entriesOf(written.domains).map((entry) => {
    checkServer(entry.value?.value.server);
    return domainFrom(entry, portOf, problems);
  });
  return {
    file,
    keys: Object.fromEntries(keys.map(({ id: name, source }) => [name, source])),
    servers: Object.fromEntries(servers.map((server) => [server.id, server])),
    hosts,
    domains,
  };
}

function entriesOf<E>(section: Placed<readonly E[]> | undefined): readonly E[] {
  return section?.value ?? [];
}

type EntryOf<Section extends 'keys' | 'servers' | 'hosts' | 'domains'> = NonNullable<
  Written[Section]
>['value'][number];

function keyFrom({
  key,
  value,
}: EntryOf<'keys'>): { readonly id: string; readonly source: KeySource } | undefined {
  const { file, env } = value?.value ?? {};
  if (file !== undefined) return { id: key.value, source: { kind: 'file', path: file.value } };
  return env && { id: key.value, source: { kind: 'env', variable: env.value } };
}

function serverFrom({ key, value }: EntryOf<'servers'>): DesiredServer | undefined {
  const { address: literal, name, port: own, auth } = value?.value ?? {};
  const server = { id: key.value, port: own?.value ?? DNS_PORT, auth: authFrom(auth?.value) };
  if (literal !== undefined) return { ...server, address: literal.value };
  return name && { ...server, name: name.value };
}

type WrittenAuth = NonNullable<NonNullable<EntryOf<'servers'>['value']>['value']['auth']>['value'];

function authFrom({ tsig, gss }: WrittenAuth = {}): ServerAuth {
  if (tsig !== undefined) return { kind: 'tsig', key: tsig.value };
  if (gss === undefined) return { kind: 'none' };
  const { keytab, principal } = gss.value;
  return {
    kind: 'gss',
    ...(keytab && { keytab: keytab.value }),
    ...(principal && { principal: principal.value }),
  };
}

function hostFrom({ key, value }: EntryOf<'hosts'>, problems: ProblemList): KmsHost {
  const { addresses, port: own } = value?.value ?? {};
  const all = entriesOf(addresses);
  checkTwice(all, (one) => one, problems, 'is an address of this host already');
  return { name: key.value, addresses: all.map((one) => one.value), port: own?.value ?? KMS_PORT };
}

function domainFrom(
  { key, value }: EntryOf<'domains'>,
  portOf: ReadonlyMap<Fqdn, number>,
  problems: ProblemList,
): DesiredDomain {
  const { server, zone, ttl, policy, publish } = value?.value ?? {};
  const owner = kmsOwnerName(key.value);
  if (zone !== undefined && !isWithin(owner, zone.value))
    problems.add(zone.at, `zone ${show(zone.value)} does not hold the name ${show(owner)}`);
  const records = entriesOf(publish).flatMap(({ value: entry, at }): Placed<SrvRecord>[] => {
    const { host, priority, weight, port: own } = entry;
    if (host === undefined || isBroken(entry, 'port')) return [];
    const target = host.value;
    const number = own?.value ?? portOf.get(target) ?? KMS_PORT;
    return [
      { value: { priority: priority?.value ?? 0, weight: weight?.value ?? 0, port: number, target }, at },
    ];
  });
  const identity = (record: SrvRecord): string => `${displayName(record.target)}:${record.port}`;
  checkTwice(records, identity, problems, 'is published in this domain already');
  return {
    domain: key.value,
    owner,
    ...(server && { server: server.value }),
    ...(zone && { zone: zone.value }),
    ...(ttl && { ttlSeconds: ttl.value }),
    policy: policy?.value ?? 'additive',
    publish: records.map((record) => record.value),
    place: problems.place(key.at),
  };
}

/**
 * The check that a reference names an entry of `section`. A section that could not be read knows nothing, and is a
 * problem already.
 */
function referenceCheck(
  written: Written,
  section: 'keys' | 'servers',
  problems: ProblemList,
): (reference: Placed<string> | undefined) => void {
  const known = new Set((written[section]?.value ?? []).map((entry) => entry.key.value));
  return (reference) => {
    if (reference === undefined || known.has(reference.value) || isBroken(written, section)) return;
    const text = JSON.stringify(reference.value);
    problems.add(
      reference.at,
      `${text} is not one of \`${section}\`; ${suggestion(reference.value, [...known])}`,
    );
  };
}

function isBroken<T extends object>(written: T, field: keyof T & string): boolean {
  return Object.hasOwn(written, field) && written[field] === undefined;
}

function checkTwice<T>(
  values: readonly Placed<T>[],
  identity: (value: T) => string,
  problems: ProblemList,
  complaint: string,
): void {
  const seen = new Map<string, number>();
  for (const { value, at } of values) {
    const key = identity(value);
    const before = seen.get(key);
    if (before === undefined) seen.set(key, at);
    else problems.add(at, `${JSON.stringify(key)} ${complaint}, in line ${problems.place(before).line}`);
  }
}

function show(name: Fqdn): string {
  return JSON.stringify(displayName(name));
}

function invalid(file: string, problems: readonly Problem[]): KmsDnsError {
  const [first] = problems;
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const where = first === undefined ? '' : `: line ${first.line}, column ${first.column}: ${first.message}`;
  return new KmsDnsError(
    'desired-state-invalid',
    `the desired state ${JSON.stringify(file)} has ${count}${where}`,
    {
      hint: 'correct each place that is listed; an editor that knows kmsdns.schema.json checks the file while you type',
      problems,
    },
  );
}
