/** A plan of mending, loaded as LDIF by OpenLDAP's client into Samba: the second host is refused before and taken after. */
import { expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import {
  type AccountSeen,
  type DirectorySnapshot,
  known,
  type NodeSeen,
} from '../../src/directory/audit-model.ts';
import { auditDirectory } from '../../src/directory/audit-rules.ts';
import { zoneProperties } from '../../src/directory/dns-property.ts';
import { type DnsRecord, decodeDnsRecord } from '../../src/directory/dns-record.ts';
import { planMending } from '../../src/directory/mending.ts';
import { renderMending } from '../../src/directory/mending-scripts.ts';
import { formatSddl } from '../../src/directory/sddl.ts';
import {
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
  type SecurityDescriptor,
} from '../../src/directory/security-descriptor.ts';
import { domainOf, readSid, type Sid } from '../../src/directory/sid.ts';
import { labServer } from './support/require.ts';
import { type Samba, startSamba } from './support/samba.ts';
import { changeDirectory, nodeDn, sddlOf, search, sidOf, zoneDn } from './support/samba-directory.ts';
import { BASE_DN, DOMAIN, GROUP, NETBIOS_DOMAIN } from './support/samba-domain.ts';

const OWNER = `_vlmcs._tcp.${DOMAIN}`;
const add = (host: string): string => `update add ${OWNER} 3600 SRV 0 0 1688 ${host}.${DOMAIN}.`;

async function values(samba: Samba, dn: string, attribute: string): Promise<readonly Uint8Array[]> {
  const [entry] = await search(samba, dn, { attributes: [attribute] });
  return entry?.attributes.get(attribute.toLowerCase()) ?? [];
}

async function security(samba: Samba, dn: string): Promise<SecurityDescriptor> {
  const [octets] = await values(samba, dn, 'nTSecurityDescriptor');
  const read = decodeSecurityDescriptor(octets!);
  if (!read.ok) throw new Error(read.detail);
  expect(Buffer.from(encodeSecurityDescriptor(read.value)).length).toBe(octets!.length);
  return read.value;
}

async function records(samba: Samba): Promise<readonly DnsRecord[]> {
  return (await values(samba, nodeDn(), 'dnsRecord')).map((octets) => {
    const read = decodeDnsRecord(octets);
    if (!read.ok) throw new Error(read.detail);
    return read.value;
  });
}

async function account(samba: Samba, name: string, groups: readonly Sid[]): Promise<AccountSeen> {
  return {
    sid: readSid(await sidOf(samba, name))!,
    dn: `CN=${name.replace('$', '')},CN=${name.endsWith('$') ? 'Computers' : 'Users'},${BASE_DN}`,
    kind: name.endsWith('$') ? 'computer' : 'group',
    name,
    servicePrincipalNames: [],
    groups: known(groups),
  };
}

async function look(samba: Samba, inGroup: boolean): Promise<DirectorySnapshot> {
  const team = await account(samba, GROUP, []);
  const hosts = await Promise.all(
    ['kms01$', 'kms02$'].map((name) => account(samba, name, inGroup ? [team.sid] : [])),
  );
  const targets = ['kms01', 'kms02'].map((name) => parseFqdn(`${name}.${DOMAIN}`));
  const node: NodeSeen = {
    name: parseFqdn(OWNER),
    dn: nodeDn(),
    tombstoned: false,
    records: await records(samba),
    problems: [],
    security: known(await security(samba, nodeDn())),
    replicas: [],
  };
  return {
    takenAt: new Date(),
    server: 'lab',
    updater: 'bind9-dlz',
    domains: [{ name: parseFqdn(DOMAIN), dn: BASE_DN, sid: domainOf(team.sid)!, netbios: NETBIOS_DOMAIN }],
    zones: known([
      {
        name: parseFqdn(DOMAIN),
        dn: zoneDn(),
        partition: { kind: 'domain', dn: `DC=DomainDnsZones,${BASE_DN}` },
        properties: known(zoneProperties(await values(samba, zoneDn(), 'dNSProperty'))),
        security: known(await security(samba, zoneDn())),
        nodes: known([node]),
      },
    ]),
    principals: hosts.map((one) => ({ kind: 'found', sid: one.sid, account: one })),
    hosts: targets.map((name, i) => ({ name, account: known(hosts[i]!.sid) })),
    dnsAdmins: [],
    group: known(team),
    wanted: { file: 'lab', hosts: targets, sets: [{ owner: parseFqdn(OWNER), targets }] },
  };
}

labServer('samba', 'samba-dlz')('mending, on Samba with BIND', () => {
  test('the second host is refused, the plan is loaded, and the second host is taken', async () => {
    const samba = await startSamba({ dns: 'dlz' });
    expect(await samba.nsupdate(await samba.kinit('kms01$'), add('kms01'))).toMatchObject({
      rcode: 'NOERROR',
    });
    expect(await samba.nsupdate(await samba.kinit('kms02$'), add('kms02'))).toMatchObject({
      rcode: 'REFUSED',
    });

    const before = await look(samba, false);
    expect(before.zones).toMatchObject({
      value: [{ properties: { value: { allowUpdate: 'secure', problems: [] } } }],
    });
    expect(auditDirectory(before).findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      `ACL-001 ${OWNER}. kms02.${DOMAIN}.`,
      `ACL-015 kms01.${DOMAIN}.`,
      `ACL-015 kms02.${DOMAIN}.`,
    ]);

    const plan = planMending(before, { groupName: GROUP, ageing: 'static' });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['add-member', 'add-member', 'grant']);
    const script = renderMending(plan, 'ldif');
    if (!script.ok) throw new Error(script.problems.join());
    const stood = await sddlOf(samba, nodeDn());
    await changeDirectory(samba, script.text);

    const after = await look(samba, true);
    expect(planMending(after, { groupName: GROUP, ageing: 'static' })).toEqual({ steps: [], left: [] });
    expect(auditDirectory(after)).toEqual({ findings: [], unjudged: [] });
    // One entry more, and owner, group, flags and every other entry as they were.
    const grant = plan.steps.at(-1);
    if (grant?.kind !== 'grant' || grant.group.sid === undefined) throw new Error('no grant');
    const stands = await sddlOf(samba, nodeDn());
    const entries = (text: string): readonly string[] => text.match(/\([^()]*\)/g) ?? [];
    const fresh = entries(stands).filter((entry) => !entries(stood).includes(entry));
    expect(fresh).toEqual([expect.stringMatching(new RegExp(`^\\(A;;.*;;;${grant.group.sid}\\)$`))]);
    expect(stands.replace(fresh[0]!, '')).toBe(stood);
    const node = await security(samba, nodeDn());
    expect(formatSddl(node)).toContain(String(node.owner));

    expect(await samba.nsupdate(await samba.kinit('kms02$'), add('kms02'))).toMatchObject({
      rcode: 'NOERROR',
    });
    expect(await records(samba)).toHaveLength(2);
  });

  test('the samba-tool script makes the group, its members and the permission', async () => {
    const samba = await startSamba({ dns: 'dlz' });
    expect(await samba.nsupdate(await samba.kinit('kms01$'), add('kms01'))).toMatchObject({
      rcode: 'NOERROR',
    });
    const before = { ...(await look(samba, false)), group: known(undefined) };
    const plan = planMending(before, { groupName: "O'Brien's hosts", ageing: 'static' });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['create-group', 'add-member', 'add-member', 'grant']);
    const script = renderMending(plan, 'samba-tool');
    if (!script.ok) throw new Error(script.problems.join());
    const env = { SMB_CONF_PATH: samba.configFile };
    await samba.mustRun('sh', ['-c', script.text], { env, timeoutMs: 30_000 });
    expect(await samba.nsupdate(await samba.kinit('kms02$'), add('kms02'))).toMatchObject({
      rcode: 'NOERROR',
    });
  });
});
