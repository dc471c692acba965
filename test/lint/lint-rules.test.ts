import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import type { FindingCode } from '../../src/core/catalogue.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { FileKind } from '../../src/lint/file-kind.ts';
import { lintOctets } from '../../src/lint/lint-file.ts';
import { mendText } from '../../src/lint/mend-text.ts';

const ORIGIN = parseFqdn('contoso.com');
const SOA = '@ 3600 SOA ns1 hostmaster 1 2 3 4 5\nns1 3600 A 192.0.2.1\nkms1 3600 A 192.0.2.2\n';
const CONTOSO = (body: string): string => `zone "contoso.com" { ${body} };\n`;
const REG = (key: string, value: string): string =>
  `Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\${key}]\n${value}\n`;
const SPP = 'SoftwareProtectionPlatform';

/** Line, column, code, mended line. */
type Said = readonly [number, number, FindingCode, string];

function lint(kind: FileKind, text: string): readonly Said[] {
  const { results } = lintOctets('file', Buffer.from(text), { kind, origin: ORIGIN });
  return results.map(({ line, column, code, fix }) => [line, column, code, fix]);
}

/** Kind, what is wrong, what is said; and the same without the fault, about which nothing is said. */
const RULES: readonly (readonly [string, FileKind, string, readonly Said[], string])[] = [
  [
    'a target without its final dot, doubled by that',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com',
    [[1, 29, 'SRV-007', '_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com.']],
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com.',
  ],
  [
    'a target without its final dot in another domain',
    'zone',
    `${SOA}_vlmcs._tcp 60 SRV 0 0 1688 kms1.fabrikam.com`,
    [[4, 29, 'SRV-031', '_vlmcs._tcp 60 SRV 0 0 1688 kms1.fabrikam.com.']],
    `${SOA}kms1.east 60 A 192.0.2.9\n_vlmcs._tcp 60 SRV 0 0 1688 kms1.east`,
  ],
  [
    'an owner without its final dot',
    'zone',
    '_vlmcs._tcp.contoso.com 60 SRV 0 0 1688 kms1.contoso.com.',
    [[1, 1, 'SRV-025', '_vlmcs._tcp.contoso.com. 60 SRV 0 0 1688 kms1.contoso.com.']],
    '_vlmcs._tcp.east 60 SRV 0 0 1688 kms1.contoso.com.',
  ],
  [
    'an address as a target',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 1688 10.0.0.5',
    [[1, 29, 'SRV-006', 'Write the name of the host with the address 10.0.0.5 in its place.']],
    '_vlmcs._tcp 60 SRV 0 0 1688 10.0.0.500.example.',
  ],
  [
    'a misspelt owner',
    'zone',
    '_vmlcs._tcp 60 SRV 0 0 1688 kms1',
    [[1, 1, 'SRV-003', '_vlmcs._tcp 60 SRV 0 0 1688 kms1']],
    '_ldap._tcp 60 SRV 0 0 389 dc1',
  ],
  [
    'an owner without its protocol',
    'zone',
    '_vlmcs 60 SRV 0 0 1688 kms1\n_vlmcs_tcp.east 60 SRV 0 0 1688 kms1\n_vlmcs._tls 60 SRV 0 0 1688 kms2',
    [
      [1, 1, 'SRV-003', '_vlmcs._tcp 60 SRV 0 0 1688 kms1'],
      [2, 1, 'SRV-003', '_vlmcs._tcp.east 60 SRV 0 0 1688 kms1'],
      [3, 1, 'SRV-003', '_vlmcs._tcp 60 SRV 0 0 1688 kms2'],
    ],
    'vlmcs 60 SRV 0 0 1688 kms1\n_tls.vlmcs 60 SRV 0 0 1688 kms1',
  ],
  [
    'the zone behind a target twice, with its final dot',
    'zone',
    `${SOA}_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com.contoso.com.`,
    [[4, 29, 'SRV-007', '_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com.']],
    `${SOA}_vlmcs._tcp 60 SRV 0 0 1688 kms1.contoso.com.`,
  ],
  [
    'the zone behind an owner twice, with its final dot',
    'zone',
    '_vlmcs._tcp.east.contoso.com.contoso.com. 60 SRV 0 0 1688 kms1',
    [[1, 1, 'SRV-025', '_vlmcs._tcp.east.contoso.com. 60 SRV 0 0 1688 kms1']],
    '_vlmcs._tcp.contoso.com.east.contoso.com. 60 SRV 0 0 1688 kms1',
  ],
  [
    'an owner under _udp',
    'zone',
    '_vlmcs._udp 60 SRV 0 0 1688 kms1',
    [[1, 1, 'SRV-004', '_vlmcs._tcp 60 SRV 0 0 1688 kms1']],
    '_kerberos._udp 60 SRV 0 0 88 dc1',
  ],
  [
    'an owner one label too deep',
    'zone',
    'kms._vlmcs._tcp 60 SRV 0 0 1688 kms1',
    [[1, 1, 'SRV-026', '_vlmcs._tcp 60 SRV 0 0 1688 kms1']],
    '_vlmcs._tcp.kms 60 SRV 0 0 1688 kms1',
  ],
  [
    'port 0',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 ( 0\n kms1 )',
    [[1, 26, 'SRV-010', '_vlmcs._tcp 60 SRV 0 0 ( 1688']],
    '_vlmcs._tcp 60 SRV 0 0 2 kms1',
  ],
  [
    'a CNAME at the owner',
    'zone',
    '_vlmcs._tcp 60 CNAME _vlmcs._tcp.east\n_vlmcs._tcp 60 SRV 0 0 1688 kms1',
    [[1, 1, 'ZON-010', 'Delete the CNAME, or publish at the name that it leads to.']],
    'vlmcs 60 CNAME kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1',
  ],
  [
    'a CNAME as target',
    'zone',
    `${SOA}kms 60 CNAME kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms`,
    [[5, 29, 'SRV-009', 'Write the name that the CNAME leads to.']],
    `${SOA}kms 60 CNAME kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1`,
  ],
  [
    'a target without address in the zone',
    'zone',
    `${SOA}kms2 60 TXT x\n_vlmcs._tcp 60 SRV 0 0 1688 kms2\n_vlmcs._tcp 60 SRV 0 0 1688 kms3`,
    [
      [5, 29, 'ADR-002', 'kms2.contoso.com. IN A ADDRESS'],
      [6, 29, 'ADR-001', 'kms3.contoso.com. IN A ADDRESS'],
    ],
    `${SOA}east 60 NS ns1\n_vlmcs._tcp 60 SRV 0 0 1688 kms3.east\n_vlmcs._tcp 60 SRV 0 0 1688 kms1.example.`,
  ],
  [
    'no host beside hosts',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV 0 0 0 .',
    [[2, 26, 'SRV-005', ';_vlmcs._tcp 60 SRV 0 0 0 .']],
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp.east 60 SRV 0 0 1688 kms1',
  ],
  [
    'TTLs that differ',
    'zone',
    '_vlmcs._tcp 3600 SRV 0 0 1688 kms1\n  60 SRV 0 0 1688 kms2',
    [[2, 3, 'SRV-029', '3600 SRV 0 0 1688 kms2']],
    '_vlmcs._tcp 3600 SRV 0 0 1688 kms1\n  1h SRV 0 0 1688 kms2',
  ],
  [
    'a host that is listed twice',
    'zone',
    '_vlmcs._tcp 60 SRV 0 1 1688 kms1\n_vlmcs._tcp 60 SRV 0 2 1688 KMS1',
    [[2, 29, 'SRV-012', ';_vlmcs._tcp 60 SRV 0 2 1688 KMS1']],
    '_vlmcs._tcp 60 SRV 0 1 1688 kms1\n_vlmcs._tcp 60 SRV 0 2 1688 kms2',
  ],
  [
    'a weight 0 beside others',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV 0 9 1688 kms2',
    [[1, 22, 'SRV-015', 'Give it a weight, or a higher priority number if it is to wait.']],
    '_vlmcs._tcp 60 SRV 0 0 1688 kms1\n_vlmcs._tcp 60 SRV 0 0 1688 kms2',
  ],
  [
    'weights that do nothing',
    'zone',
    '_vlmcs._tcp 60 SRV 0 75 1688 kms1\n_vlmcs._tcp 60 SRV 10 25 1688 kms2',
    [[1, 22, 'SRV-028', 'Give the hosts that share the load one priority; or leave the weights at 0.']],
    '_vlmcs._tcp 60 SRV 0 75 1688 kms1\n_vlmcs._tcp 60 SRV 0 25 1688 kms2\n_vlmcs._tcp 60 SRV 9 5 1688 kms3',
  ],
  [
    'a value out of range',
    'zone',
    '_vlmcs._tcp 60 SRV 0 65536 1688 kms1',
    [[1, 22, 'SRV-033', '_vlmcs._tcp.contoso.com. IN SRV PRIORITY WEIGHT 1688 KMSHOST.']],
    '_vlmcs._tcp 60 SRV 65535 65535 65535 kms1',
  ],
  [
    'a delegation above the record',
    'zone',
    `${SOA}_tcp 60 NS ns1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1`,
    [[5, 1, 'ZON-005', 'Move the record into the zone _tcp.contoso.com.']],
    `${SOA}_udp 60 NS ns1\n_vlmcs._tcp 60 SRV 0 0 1688 kms1`,
  ],
  [
    'an underscore in a target',
    'zone',
    '_vlmcs._tcp 60 SRV 0 0 1688 kms_e1',
    [[1, 29, 'SRV-030', 'Give the host a name of letters, digits and hyphens, and write that.']],
    '_vlmcs._tcp 60 SRV 0 0 1688 kms-e1',
  ],
  [
    'a file that was not followed',
    'zone',
    '$INCLUDE hosts.db',
    [[1, 1, 'RUN-008', 'Give that file to kmsdns lint as well.']],
    '; $INCLUDE hosts.db',
  ],
  [
    'port 1, which dnsmasq says for none',
    'dnsmasq',
    'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com',
    [[1, 1, 'SRV-032', 'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688']],
    'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688',
  ],
  [
    'the field order of a zone file in dnsmasq',
    'dnsmasq',
    'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,0,0,1688',
    [[1, 51, 'SRV-010', 'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688,0,0']],
    'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688,0,0',
  ],
  [
    'the bare name in dnsmasq',
    'dnsmasq',
    'srv-host=_vlmcs._tcp,kms1.contoso.com,1688',
    [[1, 10, 'CLI-013', 'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688']],
    'srv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688',
  ],
  [
    'the bare name in a dnsmasq that has a domain',
    'dnsmasq',
    'domain=east.example\nsrv-host=_vlmcs._tcp,kms1.contoso.com,1688',
    [[2, 10, 'CLI-013', 'srv-host=_vlmcs._tcp.east.example,kms1.contoso.com,1688']],
    'domain=east.example\nsrv-host=_ldap._tcp,dc1.contoso.com,389',
  ],
  [
    'a dnsmasq line without target',
    'dnsmasq',
    'srv-host=_vlmcs._tcp.contoso.com',
    [[1, 1, 'SRV-005', 'srv-host=_vlmcs._tcp.DOMAIN,KMSHOST,1688,0,0']],
    'srv-host=_ldap._tcp.contoso.com',
  ],
  ['filterwin2k', 'dnsmasq', 'filterwin2k # old', [[1, 1, 'RES-006', '#filterwin2k # old']], '#filterwin2k'],
  [
    'a cname as target in dnsmasq',
    'dnsmasq',
    'cname=kms.contoso.com,kms1.contoso.com\nsrv-host=_vlmcs._tcp.contoso.com,kms.contoso.com,1688',
    [[2, 34, 'SRV-009', 'Write the name that the cname leads to.']],
    'cname=kms.contoso.com,kms1.contoso.com,60\nsrv-host=_vlmcs._tcp.contoso.com,kms1.contoso.com,1688',
  ],
  [
    'a short target in Unbound',
    'unbound',
    'server:\n  local-data: "_vlmcs._tcp.contoso.com. 60 IN SRV 0 0 1688 kms1"',
    [[2, 60, 'SRV-008', 'local-data: "_vlmcs._tcp.contoso.com. 60 IN SRV 0 0 1688 kms1.contoso.com."']],
    'server:\n  local-data: "_vlmcs._tcp.contoso.com 60 IN SRV 0 0 1688 kms1.contoso.com"',
  ],
  [
    'updates for a list that takes everybody, by a second list in a view',
    'named',
    'acl Trusted { 192.0.2.1; All; };\nview v { acl all { 0.0.0.0/0; };\nzone "contoso.com" { allow-update { "trusted"; }; }; };\n',
    [[3, 22, 'ACL-002', 'update-policy { grant KEY name _vlmcs._tcp.contoso.com. SRV; };']],
    'acl trusted { 192.0.2.1; };\nacl others { any; };\nzone "contoso.com" { allow-update { trusted; }; allow-query { others; }; };\n',
  ],
  [
    'updates from anybody',
    'named',
    CONTOSO('allow-update { any; };'),
    [[1, 22, 'ACL-002', 'update-policy { grant KEY name _vlmcs._tcp.contoso.com. SRV; };']],
    CONTOSO('allow-update { key any; };'),
  ],
  [
    'zonesub',
    'named',
    CONTOSO('update-policy { grant "k" zonesub ANY; };'),
    [[1, 48, 'ACL-010', 'grant "k" name _vlmcs._tcp.contoso.com. SRV;']],
    CONTOSO('update-policy { grant "k" zonesub TXT; };'),
  ],
  [
    'ms-subdomain that takes any target',
    'named',
    CONTOSO('update-policy { grant C.COM ms-subdomain contoso.com. SRV; };'),
    [
      [
        1,
        50,
        'ACL-011',
        'zone "contoso.com" { update-policy { grant C.COM ms-subdomain-self-rhs contoso.com. SRV; }; };',
      ],
    ],
    CONTOSO('update-policy { grant C.COM ms-subdomain contoso.com. A AAAA; };'),
  ],
  [
    'a realm in small letters',
    'named',
    CONTOSO('update-policy { grant c.com ms-subdomain-self-rhs contoso.com. SRV; };'),
    [
      [
        1,
        44,
        'ACL-012',
        'zone "contoso.com" { update-policy { grant C.COM ms-subdomain-self-rhs contoso.com. SRV; }; };',
      ],
    ],
    CONTOSO('update-policy { grant kms1$@c.com name _vlmcs._tcp.contoso.com. SRV; };'),
  ],
  [
    'a limit that drops hosts',
    'named',
    CONTOSO('update-policy { grant k name _vlmcs._tcp.contoso.com. SRV(1); };'),
    [
      [
        1,
        76,
        'PUB-020',
        'zone "contoso.com" { update-policy { grant k name _vlmcs._tcp.contoso.com. SRV; }; };',
      ],
    ],
    CONTOSO('update-policy { grant k name _vlmcs._tcp.contoso.com. SRV; };'),
  ],
  [
    'a host in a publish list',
    'publish-list',
    'kms1.contoso.com, 10, 75',
    [[1, 1, 'PUB-005', 'contoso.com, 10, 75']],
    'site1.contoso.com, 10, 75',
  ],
  [
    'an underscore in a publish list',
    'publish-list',
    'KMS_E1, 10, 75',
    [[1, 1, 'PUB-005', 'Write the DNS domain of the clients, priority and weight: east.contoso.com, 10, 75']],
    'e1.contoso.com, 10, 75',
  ],
  [
    'the name of the record in a publish list',
    'publish-list',
    '_vlmcs._tcp.contoso.com',
    [[1, 1, 'PUB-005', 'contoso.com']],
    'contoso.com',
  ],
  [
    'a weight out of range',
    'publish-list',
    'contoso.com, 10, 65536',
    [
      [
        1,
        18,
        'PUB-005',
        'Write the DNS domain of the clients, priority and weight: east.contoso.com, 10, 75',
      ],
    ],
    'contoso.com, 10, 65535',
  ],
  [
    'a host value of the wrong type',
    'reg',
    REG(SPP, '"KeyManagementServiceListeningPort"=dword:00000698'),
    [[4, 1, 'PUB-011', '"KeyManagementServiceListeningPort"="1688"']],
    REG(SPP, '"KeyManagementServiceListeningPort"="1688"'),
  ],
  [
    'a client value of the wrong type',
    'reg',
    REG(SPP, '"KeyManagementServicePort"=dword:00000698'),
    [[4, 1, 'CLI-027', '"KeyManagementServicePort"="1688"']],
    REG('Winlogon', '"KeyManagementServicePort"=dword:00000698'),
  ],
  [
    'a host value in the key of Vista',
    'reg',
    REG('SL', '"DisableDnsPublishing"=dword:00000000'),
    [[3, 1, 'PUB-004', `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\${SPP}]`]],
    REG('SL', '"Other"=dword:00000000'),
  ],
  [
    'a client value in the key of Vista',
    'reg',
    REG('SL', '"KeyManagementServiceName"="kms1.contoso.com"'),
    [[3, 1, 'CLI-021', `[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\${SPP}]`]],
    REG(SPP, '"KeyManagementServiceName"="kms1.contoso.com"'),
  ],
  [
    'a host value out of range',
    'reg',
    REG(SPP, '"VLRenewalInterval"=dword:00000001'),
    [[4, 1, 'HST-017', '"VLRenewalInterval"=dword:00002760']],
    REG(SPP, '"VLRenewalInterval"=dword:0000000f'),
  ],
  [
    'an IPv6 address as the host of a client, without brackets',
    'reg',
    REG(SPP, '"KeyManagementServiceName"="2001:db8::1"'),
    [[4, 1, 'CLI-005', '"KeyManagementServiceName"="[2001:db8::1]"']],
    REG(SPP, '"KeyManagementServiceName"="[2001:db8::1]"'),
  ],
  [
    'two hosts where a client takes one',
    'reg',
    REG(SPP, '"KeyManagementServiceName"="kms1.contoso.com, kms2.contoso.com"'),
    [[4, 1, 'CLI-006', '"KeyManagementServiceName"="KMSHOST.DOMAIN"']],
    REG(SPP, '"KeyManagementServiceName"="kms1.contoso.com"'),
  ],
  [
    'a client port out of range',
    'reg',
    REG(SPP, '"KeyManagementServicePort"="65536"'),
    [[4, 1, 'CLI-039', '"KeyManagementServicePort"="1688"']],
    REG(SPP, '"KeyManagementServicePort"="65535"'),
  ],
];

test.each(RULES)('%s', (_, kind, wrong, said, quiet) => {
  expect(lint(kind, wrong)).toEqual(said);
  expect(lint(kind, quiet)).toEqual([]);
});

it('has a case for every code that lint gives', () => {
  const folder = fileURLToPath(new URL('../../src/lint', import.meta.url));
  const given = readdirSync(folder).flatMap((name) => [
    ...readFileSync(join(folder, name), 'utf8').matchAll(/'([A-Z]{2,3}-\d{3})'/g),
  ]);
  const cases = new Set<string>(RULES.flatMap(([, , , said]) => said.map(([, , code]) => code)));
  expect(given.length).toBeGreaterThan(30);
  expect(given.map(([, code]) => code!).filter((code) => !cases.has(code))).toEqual([]);
});

describe('what is mended', () => {
  it.each(RULES)('is clean of it: %s', (_, kind, wrong) => {
    const { results } = lintOctets('file', Buffer.from(wrong), { kind, origin: ORIGIN });
    const edits = results.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
    const mended = mendText(wrong, edits);
    expect(mended.made).toBe(edits.length);
    const left = lintOctets('file', Buffer.from(mended.text), { kind, origin: ORIGIN }).results;
    expect(left.length).toBe(results.length - edits.length);
  });

  it('is done in a good part of the cases', () => {
    const safe = RULES.filter(([, kind, wrong]) =>
      lintOctets('file', Buffer.from(wrong), { kind, origin: ORIGIN }).results.some(({ edit }) => edit),
    );
    expect(safe.length).toBeGreaterThan(12);
  });
});
