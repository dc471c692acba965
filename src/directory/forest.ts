import { type Fqdn, readName } from '../core/name.ts';
import type { DomainSeen } from './audit-model.ts';
import {
  type DirectoryClient,
  firstText,
  firstValue,
  type LdapEntry,
  type LdapFault,
  type LdapFound,
  type LdapOutcome,
  type LdapSearch,
  textValues,
} from './directory-client.ts';
import { dateFromGeneralizedTime } from './file-time.ts';
import { decodeSid, type Sid } from './sid.ts';

/** What one directory server says about itself: its root object ([MS-ADTS] §3.1.1.3.2). */
export interface Server {
  readonly client: DirectoryClient;
  readonly hostName: string;
  /** Naming contexts it holds. */
  readonly contexts: readonly string[];
  readonly configuration: string;
  readonly samba: boolean;
  /** Its clock, where it tells. */
  readonly currentTime?: Date;
}

/** The servers that answer, and the forest they are of. The first server is the one that was named first. */
export interface Forest {
  readonly servers: readonly Server[];
  readonly domains: readonly DomainSeen[];
  /** Naming contexts of the forest that may hold zones, whether a server here holds them or not. */
  readonly contexts: readonly string[];
  /** Domains without a server here: nothing in them can be called gone. */
  readonly outOfReach: readonly string[];
}

const ROOT_ATTRIBUTES = [
  'namingContexts',
  'configurationNamingContext',
  'dnsHostName',
  'vendorName',
  'currentTime',
];

/** Reads the root object of a server, which anybody may. */
export async function readServer(client: DirectoryClient): Promise<LdapOutcome<Server>> {
  const root = await client.search({
    base: '',
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ROOT_ATTRIBUTES,
  });
  if (!root.ok) return root;
  const [entry] = root.value.entries;
  const configuration = entry === undefined ? undefined : firstText(entry, 'configurationNamingContext');
  if (entry === undefined || configuration === undefined) {
    const detail = `${client.url} does not say where its configuration is`;
    const hint = 'this command reads Active Directory: give a domain controller, or Samba as one';
    return { ok: false, fault: { kind: 'other', detail, hint } };
  }
  const currentTime = dateFromGeneralizedTime(firstText(entry, 'currentTime') ?? '');
  return {
    ok: true,
    value: {
      client,
      hostName: firstText(entry, 'dnsHostName') ?? client.url,
      contexts: textValues(entry, 'namingContexts'),
      configuration,
      samba: /samba/i.test(firstText(entry, 'vendorName') ?? ''),
      ...(currentTime !== undefined && { currentTime }),
    },
  };
}

/** Reads which domains and partitions the forest has, from its configuration: [MS-ADTS] §6.1.1.2.1. */
export async function readForest(servers: readonly [Server, ...Server[]]): Promise<LdapOutcome<Forest>> {
  const [{ client, configuration }] = servers;
  const crossRefs = await client.search({
    base: `CN=Partitions,${configuration}`,
    scope: 'one',
    filter: '(objectClass=crossRef)',
    attributes: ['nCName', 'dnsRoot', 'nETBIOSName'],
  });
  if (!crossRefs.ok) return crossRefs;
  const domains: DomainSeen[] = [];
  const outOfReach: string[] = [];
  for (const entry of crossRefs.value.entries) {
    const dn = firstText(entry, 'nCName');
    const netbios = firstText(entry, 'nETBIOSName');
    const name = readName(firstText(entry, 'dnsRoot') ?? '');
    // Only domains have a short name; application partitions and the schema do not.
    if (dn === undefined || netbios === undefined || !name.ok) continue;
    const sid = await domainSid(servers, dn);
    if (sid === undefined) outOfReach.push(name.name);
    else domains.push({ name: name.name, dn, sid, netbios });
  }
  return {
    ok: true,
    value: {
      servers,
      domains,
      contexts: [
        ...new Set(crossRefs.value.entries.flatMap((entry) => firstText(entry, 'nCName') ?? [])),
      ].filter((dn) => dn.toLowerCase() !== configuration.toLowerCase()),
      outOfReach,
    },
  };
}

async function domainSid(servers: readonly Server[], dn: string): Promise<Sid | undefined> {
  const holder = holdersOf(servers, dn)[0];
  if (holder === undefined) return undefined;
  const read = await holder.client.search({
    base: dn,
    scope: 'base',
    filter: '(objectClass=*)',
    attributes: ['objectSid'],
  });
  const [entry] = read.ok ? read.value.entries : [];
  return entry === undefined ? undefined : sidOf(entry);
}

/** The SID of an object that has one. */
export function sidOf(entry: LdapEntry): Sid | undefined {
  const octets = firstValue(entry, 'objectSid');
  if (octets === undefined) return undefined;
  const read = decodeSid(octets);
  return read.ok ? read.value.sid : undefined;
}

/** The servers that hold a naming context, in the order in which they were named. */
export function holdersOf(servers: readonly Server[], context: string): readonly Server[] {
  const wanted = context.toLowerCase();
  return servers.filter(({ contexts }) => contexts.some((one) => one.toLowerCase() === wanted));
}

/** A search at the first server that holds the naming context; a fault of its own when there is none. */
export async function searchIn(
  forest: Forest,
  context: string,
  search: LdapSearch,
): Promise<LdapOutcome<LdapFound>> {
  const [holder] = holdersOf(forest.servers, context);
  return holder === undefined
    ? { ok: false, fault: notHeld(context, forest.servers[0]?.hostName ?? '') }
    : holder.client.search(search);
}

function notHeld(context: string, host: string): LdapFault {
  return {
    kind: 'referral',
    detail: `${host} does not hold ${JSON.stringify(context)}`,
    hint: 'name a domain controller that does, with a further --ldap',
  };
}

/** A domain of the forest by its DNS name. */
export function domainNamed(forest: Forest, name: Fqdn): DomainSeen | undefined {
  return forest.domains.find((domain) => domain.name === name);
}
