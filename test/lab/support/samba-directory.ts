/** What an administrator does in the lab's directory, and what is found there: by OpenLDAP's clients and samba-tool. */
import { Buffer } from 'node:buffer';
import type { Samba } from './samba.ts';
import { BASE_DN, DC_HOST, DOMAIN, GROUP, PASSWORDS, REALM } from './samba-domain.ts';

/** Where Active Directory can keep a zone: two application partitions, and the domain itself as Windows 2000 did. */
export type DnsPartition = 'DomainDnsZones' | 'ForestDnsZones' | 'System';

/** One name of a zone, as the directory stores it. */
export interface NodePlace {
  /** Relative to the zone; left out: `_vlmcs._tcp`. */
  readonly name?: string;
  /** Left out: the domain's own. */
  readonly zone?: string;
  /** Left out: DomainDnsZones. */
  readonly partition?: DnsPartition;
}

export interface LabSrv {
  readonly target: string;
  readonly ttlSeconds?: number;
  readonly priority?: number;
  readonly weight?: number;
  readonly port?: number;
  /** Since the record was last refreshed; left out: static, it never ages. */
  readonly ageHours?: number;
}

export interface LdapEntry {
  readonly dn: string;
  /** Values of an attribute, by its name in lower case. */
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export interface LdapQuery {
  readonly scope?: 'base' | 'one' | 'sub';
  readonly filter?: string;
  readonly attributes?: readonly string[];
}

/** Between 1601, where Windows begins to count, and 1970. */
const HOURS_TO_1970 = 3_234_576;
const SRV = 33;
const ZONE_RANK = 0xf0;

export function zoneDn({ zone = DOMAIN, partition = 'DomainDnsZones' }: NodePlace = {}): string {
  const root = partition === 'System' ? 'CN=System' : `DC=${partition}`;
  return `DC=${zone},CN=MicrosoftDNS,${root},${BASE_DN}`;
}

export function nodeDn(place: NodePlace = {}): string {
  return `DC=${place.name ?? '_vlmcs._tcp'},${zoneDn(place)}`;
}

/** The hour that Windows would stamp on a record refreshed so many hours ago. */
export function hourStamp(ageHours: number): number {
  return Math.floor(Date.now() / 3_600_000) + HOURS_TO_1970 - ageHours;
}

/** `dnsRecord` of an SRV record: MS-DNSP 2.3.2.2, with the name as 2.2.2.2.2 counts it. */
export function dnsRecordOf({
  target,
  ttlSeconds = 3600,
  priority = 0,
  weight = 0,
  port = 1688,
  ageHours,
}: LabSrv): Buffer {
  const labels = target.replace(/\.$/, '').split('.');
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label)]);
  const data = Buffer.alloc(6);
  data.writeUInt16BE(priority, 0);
  data.writeUInt16BE(weight, 2);
  data.writeUInt16BE(port, 4);
  const counted = Buffer.from([name.length + 1, labels.length, ...name, 0]);
  return recordBytes(SRV, Buffer.concat([data, counted]), ttlSeconds, ageHours);
}

/** All numbers are little-endian but the TTL. */
function recordBytes(type: number, data: Buffer, ttlSeconds: number, ageHours: number | undefined): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt16LE(data.length, 0);
  header.writeUInt16LE(type, 2);
  header.writeUInt8(5, 4);
  header.writeUInt8(ZONE_RANK, 5);
  header.writeUInt32LE(1, 8);
  header.writeUInt32BE(ttlSeconds, 12);
  header.writeUInt32LE(ageHours === undefined ? 0 : hourStamp(ageHours), 20);
  return Buffer.concat([header, data]);
}

/** Carries out LDIF change records as Administrator; throws when one is refused. */
export async function changeDirectory(samba: Samba, ldif: string): Promise<void> {
  await samba.mustRun('ldapmodify', asAdministrator(), { input: ldif });
}

/** Entries as Administrator sees them. `nTSecurityDescriptor` comes without the SACL. */
export async function search(
  samba: Samba,
  base: string,
  { scope = 'base', filter = '(objectClass=*)', attributes = [] }: LdapQuery = {},
): Promise<readonly LdapEntry[]> {
  // LDAP_SERVER_SD_FLAGS_OID: owner, group and DACL.
  const control = ['-E', '!1.2.840.113556.1.4.801=::MAMCAQc='];
  const options = ['-LLL', '-o', 'ldif-wrap=no', ...control, '-b', base, '-s', scope];
  const stdout = await samba.mustRun('ldapsearch', [...asAdministrator(), ...options, filter, ...attributes]);
  return stdout.split(/\n\n+/).flatMap(readEntry);
}

function asAdministrator(): readonly string[] {
  const password = PASSWORDS.Administrator ?? '';
  return ['-x', '-H', `ldaps://${DC_HOST}`, '-D', `Administrator@${REALM}`, '-w', password];
}

function readEntry(text: string): LdapEntry[] {
  let dn: string | undefined;
  const attributes = new Map<string, Buffer[]>();
  for (const line of text.split('\n')) {
    const found = /^([^:#]+)(::?) ?(.*)$/.exec(line);
    if (found === null) continue;
    const [, name = '', colons, value = ''] = found;
    const bytes = Buffer.from(value, colons === '::' ? 'base64' : 'utf8');
    const key = name.toLowerCase();
    if (key === 'dn') dn = bytes.toString();
    else attributes.set(key, [...(attributes.get(key) ?? []), bytes]);
  }
  return dn === undefined ? [] : [{ dn, attributes }];
}

/** Removes an entry and what lies below it. */
export async function deleteEntry(samba: Samba, dn: string): Promise<void> {
  await samba.mustRun('ldapdelete', ['-r', ...asAdministrator(), dn]);
}

/** Gives a name exactly these records; it is created, with Administrator as its owner, when it is not there. */
export async function putNode(samba: Samba, place: NodePlace, records: readonly LabSrv[]): Promise<void> {
  await putRecords(samba, place, records.map(dnsRecordOf), false);
}

/** What deleting the last record leaves: the node with its owner and ACL, a record of type 0, and the mark. */
export async function putTombstone(samba: Samba, place: NodePlace = {}): Promise<void> {
  const deletedAt = Buffer.alloc(8);
  deletedAt.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
  await putRecords(samba, place, [recordBytes(0, deletedAt, 0, undefined)], true);
}

async function putRecords(
  samba: Samba,
  place: NodePlace,
  records: readonly Buffer[],
  tombstoned: boolean,
): Promise<void> {
  const dn = nodeDn(place);
  const values = records.map((bytes) => `dnsRecord:: ${bytes.toString('base64')}\n`).join('');
  const mark = `dNSTombstoned: ${tombstoned ? 'TRUE' : 'FALSE'}\n`;
  const there = await search(samba, zoneDn(place), {
    scope: 'one',
    filter: `(dc=${place.name ?? '_vlmcs._tcp'})`,
    attributes: ['dc'],
  });
  const change =
    there.length === 0
      ? `changetype: add\nobjectClass: top\nobjectClass: dnsNode\n${values}${mark}`
      : `changetype: modify\nreplace: dnsRecord\n${values}-\nreplace: dNSTombstoned\n${mark}-\n`;
  await changeDirectory(samba, `dn: ${dn}\n${change}`);
}

/** Makes a zone in a partition, with the settings of the domain's own; a second one of that name is how they clash. */
export async function createZone(
  samba: Samba,
  zone: string,
  partition: DnsPartition = 'DomainDnsZones',
): Promise<void> {
  const [own] = await search(samba, zoneDn(), { attributes: ['dNSProperty'] });
  const settings = (own?.attributes.get('dnsproperty') ?? [])
    .map((bytes) => `dNSProperty:: ${bytes.toString('base64')}\n`)
    .join('');
  const [apex] = await search(samba, nodeDn({ name: '@' }), { attributes: ['dnsRecord'] });
  const records = (apex?.attributes.get('dnsrecord') ?? [])
    .map((bytes) => `dnsRecord:: ${bytes.toString('base64')}\n`)
    .join('');
  await changeDirectory(
    samba,
    `dn: ${zoneDn({ zone, partition })}\nchangetype: add\nobjectClass: top\nobjectClass: dnsZone\n${settings}\n` +
      `dn: ${nodeDn({ name: '@', zone, partition })}\nchangetype: add\nobjectClass: top\nobjectClass: dnsNode\n${records}`,
  );
}

export interface Ageing {
  readonly on: boolean;
  readonly noRefreshHours?: number;
  readonly refreshHours?: number;
}

/** Over RPC, as the DNS console does. */
export async function setAgeing(samba: Samba, ageing: Ageing, zone: string = DOMAIN): Promise<void> {
  const { on, noRefreshHours = 168, refreshHours = 168 } = ageing;
  await samba.mustRun('samba-tool', [
    ...['dns', 'zoneoptions', DC_HOST, zone, '-s', samba.configFile],
    ...['-U', `Administrator%${PASSWORDS.Administrator}`],
    `--aging=${on ? 1 : 0}`,
    `--norefreshinterval=${noRefreshHours}`,
    `--refreshinterval=${refreshHours}`,
  ]);
}

/** A computer account with a keytab and its name in DNS; what joining the domain would make. */
export async function createComputer(samba: Samba, name: string): Promise<void> {
  const password = Buffer.from(`"Lab-Passw0rd.${name}"`, 'utf16le').toString('base64');
  const lines = [
    `dn: ${computerDn(name)}`,
    'changetype: add',
    'objectClass: computer',
    `sAMAccountName: ${name}$`,
    `dNSHostName: ${name}.${DOMAIN}`,
    // WORKSTATION_TRUST_ACCOUNT
    'userAccountControl: 4096',
    `unicodePwd:: ${password}`,
    '',
  ];
  await changeDirectory(samba, lines.join('\n'));
  await samba.exportKeytab(`${name}$`);
}

/** What it owned is owned by nobody from now on. */
export async function deleteComputer(samba: Samba, name: string): Promise<void> {
  await deleteEntry(samba, computerDn(name));
}

function computerDn(name: string): string {
  return `CN=${name},CN=Computers,${BASE_DN}`;
}

/** Accounts with their `$`, users, or groups. Tickets issued before do not know of it. */
export async function addToGroup(samba: Samba, ...accounts: readonly string[]): Promise<void> {
  const [group, ...members] = await Promise.all([GROUP, ...accounts].map((one) => account(samba, one)));
  const lines = members.map(({ dn }) => `member: ${dn}\n`).join('');
  await changeDirectory(samba, `dn: ${group?.dn}\nchangetype: modify\nadd: member\n${lines}-\n`);
}

/** `S-1-5-21-…` of an account or a group, by its sAMAccountName. */
export async function sidOf(samba: Samba, name: string): Promise<string> {
  const bytes = (await account(samba, name)).attributes.get('objectsid')?.[0];
  if (bytes === undefined) throw new Error(`${name} has no SID`);
  return sidText(bytes);
}

async function account(samba: Samba, name: string): Promise<LdapEntry> {
  const [found] = await search(samba, BASE_DN, {
    scope: 'sub',
    filter: `(sAMAccountName=${name})`,
    attributes: ['objectSid'],
  });
  if (found === undefined) throw new Error(`the directory has no ${name}`);
  return found;
}

/** MS-DTYP 2.4.2.2: one byte-swapped authority, then little-endian numbers. */
function sidText(bytes: Buffer): string {
  const parts = Array.from({ length: bytes.readUInt8(1) }, (_, i) => bytes.readUInt32LE(8 + 4 * i));
  return `S-${bytes.readUInt8(0)}-${bytes.readUIntBE(2, 6)}-${parts.join('-')}`;
}

/** The owner of an entry, as its security descriptor has it. */
export async function ownerSid(samba: Samba, dn: string): Promise<string> {
  const [found] = await search(samba, dn, { attributes: ['nTSecurityDescriptor'] });
  const bytes = found?.attributes.get('ntsecuritydescriptor')?.[0];
  if (bytes === undefined) throw new Error(`${dn} shows no security descriptor`);
  return sidText(bytes.subarray(bytes.readUInt32LE(4)));
}

/** Adds one ACE to an entry, in SDDL: `(A;;GA;;;SID)`. */
export async function addAce(samba: Samba, dn: string, sddl: string): Promise<void> {
  await samba.sambaTool('dsacl', 'set', '--action=allow', `--objectdn=${dn}`, `--sddl=${sddl}`);
}

/** The whole security descriptor in SDDL, as Samba reads it. */
export async function sddlOf(samba: Samba, dn: string): Promise<string> {
  const stdout = await samba.sambaTool('dsacl', 'get', `--objectdn=${dn}`);
  return stdout.slice(stdout.indexOf('O:')).trim();
}

export async function createSite(samba: Samba, name: string): Promise<void> {
  await samba.sambaTool('sites', 'create', name);
}
