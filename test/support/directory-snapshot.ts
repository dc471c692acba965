import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import {
  type AccountSeen,
  type DirectorySnapshot,
  known,
  type NodeSeen,
  type ZoneSeen,
} from '../../src/directory/audit-model.ts';
import { type DnsRecord, zoneRecord } from '../../src/directory/dns-record.ts';
import { hoursFromDate } from '../../src/directory/file-time.ts';
import { readSddl } from '../../src/directory/sddl.ts';
import type { SecurityDescriptor } from '../../src/directory/security-descriptor.ts';
import { readSid, type Sid, sidInDomain } from '../../src/directory/sid.ts';

export const NOW = new Date('2026-01-01T00:00:00Z');
export const DOMAIN = readSid('S-1-5-21-1000-2000-3000')!;
export const OTHER_DOMAIN = readSid('S-1-5-21-4000-5000-6000')!;
export const ROOT_DN = 'DC=contoso,DC=com';
export const ZONE_DN = `DC=contoso.com,CN=MicrosoftDNS,DC=DomainDnsZones,${ROOT_DN}`;
export const OWNER = parseFqdn('_vlmcs._tcp.contoso.com');

export const SID = {
  kms01: sidInDomain(DOMAIN, 1103),
  kms02: sidInDomain(DOMAIN, 1104),
  rogue: sidInDomain(DOMAIN, 1177),
  former: sidInDomain(DOMAIN, 1090),
  group: sidInDomain(DOMAIN, 1120),
  admin: sidInDomain(DOMAIN, 500),
  dnsAdmins: sidInDomain(DOMAIN, 1101),
  computers: sidInDomain(DOMAIN, 515),
} as const;

export function fqdn(host: string): Fqdn {
  return parseFqdn(host.includes('.') ? host : `${host}.contoso.com`);
}

export function sd(text: string): SecurityDescriptor {
  const read = readSddl(text, DOMAIN);
  if (!read.ok) throw new Error(`${text}: ${read.detail}`);
  return read.value;
}

/** What a node has whose first host was this account: the schema's default with the owner in place of CREATOR OWNER. */
export function nodeSddl(owner: Sid, extra = ''): string {
  return `O:${owner}G:DCD:AI(A;;GA;;;DA)(A;;GA;;;ED)(A;;GA;;;SY)(A;;GA;;;${owner})(A;;RPLCLORC;;;WD)${extra}`;
}

/** An SRV record of a host; `hoursAgo` left out: static. */
export function srv(host: string, hoursAgo?: number): DnsRecord {
  const record = { priority: 0, weight: 0, port: 1688, target: fqdn(host) };
  const stamp = hoursAgo === undefined ? 0 : hoursFromDate(NOW) - hoursAgo;
  return zoneRecord(record, { ttlSeconds: 3600, serial: 1, timestampHours: stamp });
}

export function computer(name: string, sid: Sid, groups: readonly Sid[] = [SID.computers]): AccountSeen {
  return {
    sid,
    dn: `CN=${name.toUpperCase()},CN=Computers,${ROOT_DN}`,
    kind: 'computer',
    name: `${name.toUpperCase()}$`,
    enabled: true,
    dnsHostName: fqdn(name),
    servicePrincipalNames: [],
    lastLogon: new Date('2025-12-28T00:00:00Z'),
    operatingSystem: 'Windows Server 2022 Standard',
    groups: known(groups),
  };
}

export function node(overrides: Partial<NodeSeen> = {}): NodeSeen {
  return {
    name: OWNER,
    dn: `DC=_vlmcs._tcp,${ZONE_DN}`,
    tombstoned: false,
    records: [srv('kms01')],
    problems: [],
    security: known(sd(nodeSddl(SID.kms01))),
    replicas: [],
    ...overrides,
  };
}

export function zone(overrides: Partial<ZoneSeen> = {}): ZoneSeen {
  return {
    name: parseFqdn('contoso.com'),
    dn: ZONE_DN,
    partition: { kind: 'domain', dn: `DC=DomainDnsZones,${ROOT_DN}` },
    properties: known({ zoneType: 'primary', allowUpdate: 'secure', aging: false, problems: [] }),
    security: known(sd('O:DAG:DAD:AI(A;;GA;;;DA)(A;;CC;;;AU)(A;;RPLCLORC;;;WD)')),
    nodes: known([node()]),
    ...overrides,
  };
}

/** A forest with one domain, one zone and two KMS hosts; KMS01 made the record. In order as it stands. */
export function snapshot(overrides: Partial<DirectorySnapshot> = {}): DirectorySnapshot {
  const accounts = [computer('kms01', SID.kms01), computer('kms02', SID.kms02), computer('pc77', SID.rogue)];
  return {
    takenAt: NOW,
    server: 'ldaps://dc1.contoso.com:636',
    domains: [{ name: parseFqdn('contoso.com'), dn: ROOT_DN, sid: DOMAIN, netbios: 'CONTOSO' }],
    zones: known([zone()]),
    principals: [
      ...accounts.map((account) => ({ kind: 'found' as const, sid: account.sid, account })),
      { kind: 'gone', sid: SID.former },
    ],
    hosts: [
      { name: fqdn('kms01'), account: known(SID.kms01) },
      { name: fqdn('kms02'), account: known(SID.kms02) },
      { name: fqdn('pc77'), account: known(SID.rogue) },
      { name: fqdn('ghost'), account: known(undefined) },
    ],
    dnsAdmins: [SID.dnsAdmins],
    ...overrides,
  };
}

/** The same with other accounts in place of, or beside, those of {@link snapshot}. */
export function withAccounts(
  base: DirectorySnapshot,
  ...accounts: readonly AccountSeen[]
): DirectorySnapshot {
  const sids = new Set(accounts.map(({ sid }) => sid));
  const names = new Set(accounts.map(({ dnsHostName }) => dnsHostName));
  return {
    ...base,
    principals: [
      ...base.principals.filter(({ sid }) => !sids.has(sid)),
      ...accounts.map((account) => ({ kind: 'found' as const, sid: account.sid, account })),
    ],
    hosts: [
      ...base.hosts.filter(({ name }) => !names.has(name)),
      ...accounts.flatMap(({ sid, dnsHostName }) =>
        dnsHostName === undefined ? [] : [{ name: dnsHostName, account: known(sid) }],
      ),
    ],
  };
}
