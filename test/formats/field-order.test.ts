/** Four numbers and a name, and every product has its own order for them: priority 1, weight 2, port 3. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { formatRecord } from '../../src/core/srv.ts';
import type { FormatReading } from '../../src/formats/format.ts';
import { formatById } from '../../src/formats/registry.ts';
import { domain, srv, state, unchecked } from '../support/generated.ts';

const ONE: DesiredState = state([
  domain('contoso.com.', [srv('kms1.contoso.com.', 1, 2, 3)], {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 4,
  }),
]);

/** The file of a format that holds the record. */
const written = (id: string, wanted = ONE): string => {
  const format = formatById(id);
  const texts = format.write(wanted).files.map(({ content }) => String(content));
  return texts.find((text) => format.read!(Buffer.from(text), 'contoso.com').records.length > 0) ?? '';
};

const read = (id: string, text: string, file = 'x'): readonly string[] => {
  const { records, problems }: FormatReading = formatById(id).read!(Buffer.from(text), file);
  expect(problems).toEqual([]);
  return records.map(
    ({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`,
  );
};

test.each([
  [
    'zone-file',
    'priority weight port target',
    /^_vlmcs\._tcp\.contoso\.com\. 4 IN SRV 1 2 3 kms1\.contoso\.com\.$/m,
  ],
  [
    'knot',
    'priority weight port target',
    /^_vlmcs\._tcp\.contoso\.com\. 4 IN SRV 1 2 3 kms1\.contoso\.com\.$/m,
  ],
  [
    'nsd',
    'priority weight port target',
    /^_vlmcs\._tcp\.contoso\.com\. 4 IN SRV 1 2 3 kms1\.contoso\.com\.$/m,
  ],
  [
    'coredns',
    'priority weight port target',
    /^_vlmcs\._tcp\.contoso\.com\. 4 IN SRV 1 2 3 kms1\.contoso\.com\.$/m,
  ],
  [
    'knsupdate',
    'priority weight port target',
    /^update add _vlmcs\._tcp\.contoso\.com\. 4 SRV 1 2 3 kms1\.contoso\.com\.$/m,
  ],
  [
    'pdnsutil',
    'priority weight port target',
    /^pdnsutil replace-rrset contoso\.com _vlmcs\._tcp SRV 4 '1 2 3 kms1\.contoso\.com\.'$/m,
  ],
  [
    'unbound',
    'priority weight port target',
    /local-data: "_vlmcs\._tcp\.contoso\.com\. 4 IN SRV 1 2 3 kms1\.contoso\.com\."$/m,
  ],
  [
    'dnsmasq',
    'target port priority weight',
    /^srv-host=_vlmcs\._tcp\.contoso\.com,kms1\.contoso\.com,3,1,2$/m,
  ],
  [
    'samba-tool',
    'target port priority weight',
    /^samba-tool dns add 10\.0\.0\.53 contoso\.com _vlmcs\._tcp SRV 'kms1\.contoso\.com 3 1 2'$/m,
  ],
  [
    'infoblox-csv',
    'port priority target weight',
    /^srvrecord,_vlmcs\._tcp\.contoso\.com,3,1,kms1\.contoso\.com,2,/m,
  ],
  ['octodns', 'by name', /priority: 1\n {4}weight: 2\n {4}port: 3\n {4}target: "kms1\.contoso\.com\."$/m],
  [
    'dnscontrol',
    'priority weight port target',
    /SRV\("_vlmcs\._tcp", 1, 2, 3, "kms1\.contoso\.com\.", TTL\(4\)\)/,
  ],
  ['external-dns', 'priority weight port target', /- "1 2 3 kms1\.contoso\.com\."$/m],
])('%s writes %s', (id, _, line) => {
  const text = written(id, { ...ONE, domains: ONE.domains.map((one) => ({ ...one, server: 'corp' })) });
  expect(text).toMatch(line);
});

/** Texts of other hands: manuals, and what people have in their files. */
describe('reading', () => {
  test.each([
    [
      'dnsmasq',
      'dnsmasq(8), target port priority weight',
      'srv-host=_ldap._tcp.example.com,ldapserver.example.com,389,1,2',
      ['_ldap._tcp.example.com. - 1 2 389 ldapserver.example.com.'],
    ],
    [
      'dnsmasq',
      'defaults, which are traps',
      'srv-host=_ldap._tcp.example.com,ldapserver.example.com',
      ['_ldap._tcp.example.com. - 0 0 1 ldapserver.example.com.'],
    ],
    [
      'dnsmasq',
      'blanks, comments and a TTL that comes later',
      ' srv-host = _a._tcp.x.example , k.x.example ,3,1,2 # mine\n# srv-host=_b._tcp.x.example,k,1\nlocal-ttl=60\n',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'samba-tool',
      'its own order',
      "samba-tool dns add dc1 corp.example _vlmcs._tcp SRV 'kms1.corp.example 3 1 2' -U administrator",
      ['_vlmcs._tcp.corp.example. - 1 2 3 kms1.corp.example.'],
    ],
    [
      'samba-tool',
      'options in front, double quotes',
      'samba-tool dns add -U administrator%secret dc1 corp.example @ SRV "kms1.corp.example. 3 1 2"',
      ['corp.example. - 1 2 3 kms1.corp.example.'],
    ],
    [
      'samba-tool',
      'the new value of an update',
      "samba-tool dns update dc1 corp.example _vlmcs._tcp SRV 'old.corp.example 9 9 9' 'kms1.corp.example 3 1 2'",
      ['_vlmcs._tcp.corp.example. - 1 2 3 kms1.corp.example.'],
    ],
    [
      'infoblox-csv',
      'the order of its manual',
      'header-srvrecord,fqdn*,port*,priority*,target*,weight*\nsrvrecord,bind_srv.corp100.com,80,10,srv.corp100.com,20\n',
      ['bind_srv.corp100.com. - 10 20 80 srv.corp100.com.'],
    ],
    [
      'infoblox-csv',
      'the order that a header says',
      'Header-SrvRecord,target*,weight*,priority*,port*,fqdn*,ttl,disabled\nSrvRecord,k.x.example,2,1,3,_a._tcp.x.example,4,FALSE\nSrvRecord,off.x.example,2,1,3,_a._tcp.x.example,4,TRUE\n',
      ['_a._tcp.x.example. 4 1 2 3 k.x.example.'],
    ],
    [
      'infoblox-csv',
      'quotes and other objects',
      'header-arecord,address*,fqdn*\narecord,192.0.2.1,a.x.example\n"header-srvrecord","fqdn*","comment","port*","priority*","target*","weight*"\n"srvrecord","_a._tcp.x.example","one, ""two""","3","1","k.x.example","2"\n',
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'infoblox-csv',
      'another separator',
      'header-srvrecord;fqdn*;port*;priority*;target*;weight*\nsrvrecord;_a._tcp.x.example;3;1;k.x.example;2\n',
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'unbound',
      'unbound.conf(5)',
      'server:\n    local-data: \'_a._tcp.x.example. SRV 1 2 3 k.x.example.\'\n  local-data: "b.x.example. A 192.0.2.1" # an address\n',
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'pdnsutil',
      'the words of 4.x',
      'pdnsutil --config-dir=/etc/powerdns add-record x.example _a._tcp SRV "1 2 3 k.x.example." && pdnsutil check-zone x.example',
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'pdnsutil',
      'the words of 5.0, over two lines',
      "pdnsutil rrset replace x.example @ SRV 60 \\\n  '1 2 3 k.x.example.' '0 0 1688 l.x.example.'",
      ['x.example. 60 1 2 3 k.x.example.', 'x.example. 60 0 0 1688 l.x.example.'],
    ],
    [
      'knsupdate',
      'what is added, not what is required or deleted',
      'zone x.example\nprereq yxrrset _a._tcp.x.example SRV 9 9 9 old.x.example\nupdate delete _a._tcp.x.example SRV 9 9 9 old.x.example\nadd _a._tcp.x.example 60 IN SRV 1 2 3 k.x.example\nsend\n',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'external-dns',
      'several resources',
      'apiVersion: externaldns.k8s.io/v1alpha1\nkind: DNSEndpoint\nspec:\n  endpoints: [{dnsName: a.x.example, recordType: A, targets: [192.0.2.1]}]\n---\nkind: DNSEndpoint\nspec:\n  endpoints:\n  - dnsName: _a._tcp.x.example\n    recordTTL: 180\n    recordType: SRV\n    targets:\n    - 1 2 3 k.x.example\n',
      ['_a._tcp.x.example. 180 1 2 3 k.x.example.'],
    ],
  ])('%s: %s', (id, _, text, expected) => {
    expect(read(id, text)).toEqual(expected);
  });

  it('octodns: a list of records under one name, one value alone, the zone from the name of the file', () => {
    const text =
      "---\n'':\n- type: NS\n  values: [ns1.x.example.]\n- type: SRV\n  ttl: 60\n  value: {priority: 1, weight: 2, port: 3, target: k.x.example.}\n_b._tcp:\n  type: SRV\n  values:\n  - {target: l.x.example., port: 7, weight: 6, priority: 5}\n";
    expect(read('octodns', text, '/config/x.example.yaml')).toEqual([
      'x.example. 60 1 2 3 k.x.example.',
      '_b._tcp.x.example. 3600 5 6 7 l.x.example.',
    ]);
    expect(formatById('octodns').read!(Buffer.from(text), 'zone').problems[0]!.message).toContain(
      'of which zone?',
    );
  });

  it('infoblox-csv: rows of several kinds, each under the header of its own', () => {
    const text = [
      'header-srvrecord,fqdn*,_new_fqdn,port*,priority*,target*,weight*,comment,ttl',
      'header-hostrecord,fqdn*,addresses',
      'srvrecord,_a._tcp.x.example,,3,1,k.x.example,2,"a ""b"", c",60',
      'hostrecord,k.x.example,192.0.2.1',
      'srvrecord,_b._tcp.x.example,,7,5,l.x.example,6,,',
    ].join('\r\n');
    expect(read('infoblox-csv', text)).toEqual([
      '_a._tcp.x.example. 60 1 2 3 k.x.example.',
      '_b._tcp.x.example. - 5 6 7 l.x.example.',
    ]);
  });

  it('dnscontrol: what a person writes', () => {
    const text = `
      // SRV("commented", 9, 9, 9, "out.")
      var REG = NewRegistrar("none");
      D("x.example!inside", REG, DnsProvider(DSP), DefaultTTL('5m'),
        A("@", "192.0.2.1"),   /* SRV("x", 9, 9, 9, "out.") */
        SRV('_a._tcp', 1, 2, 3, 'k', TTL("1h")),
        SRV("_b._tcp", 5, 6, 7, "l.x.example."),
      END);`;
    expect(read('dnscontrol', text)).toEqual([
      '_a._tcp.x.example. 3600 1 2 3 k.x.example.',
      '_b._tcp.x.example. 300 5 6 7 l.x.example.',
    ]);
  });

  it('zone files: relative names by $ORIGIN or by the name of the file, and a problem where neither says', () => {
    const text = '_vlmcs._tcp 60 IN SRV 1 2 3 kms1\n';
    for (const [source, file] of [
      [`$ORIGIN x.example.\n${text}`, 'whatever'],
      [text, '/etc/bind/db.x.example'],
      [text, 'x.example.zone'],
      [text, 'C:\\zones\\x.example.dns'],
    ] as const)
      expect(read('zone-file', source, file)).toEqual(['_vlmcs._tcp.x.example. 60 1 2 3 kms1.x.example.']);
    const { records, problems } = formatById('zone-file').read!(Buffer.from(text), 'zonefile');
    expect(records).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ line: 1, message: expect.stringContaining('$ORIGIN') }),
    ]);
  });
});

describe('what is wrong has its place', () => {
  test.each([
    ['dnsmasq', 'a=b\n srv-host=_a._tcp.x.example,k,1,2,3,4', 2, 2, 'and no more'],
    ['dnsmasq', 'srv-host=_a._tcp.x.example', 1, 1, 'no KMS host'],
    ['dnsmasq', 'srv-host=_a._tcp.x.example,k,70000', 1, 1, '0 to 65535'],
    ['dnsmasq', 'srv-host=,k,1', 1, 1, 'the name is empty'],
    ['dnsmasq', 'local-ttl=soon', 1, 1, 'number of seconds'],
    ['unbound', 'server:\n  local-data: "_a._tcp.x.example. SRV 1 2 k"', 2, 16, 'four values'],
    ['unbound', 'local-data:', 1, 13, 'in quotes'],
    ['samba-tool', "\n  samba-tool dns add dc1 x.example _a._tcp SRV 'k 3 1'", 2, 3, 'weight'],
    ['samba-tool', "samba-tool dns add dc1 x..example _a._tcp SRV 'k 3 1 2'", 1, 1, 'label is empty'],
    ['pdnsutil', 'pdnsutil replace-rrset x.example _a._tcp SRV 60', 1, 1, 'no record'],
    ['pdnsutil', 'pdnsutil replace-rrset x.example _a._tcp SRV 60 "1 2 3 k extra"', 1, 1, 'and no more'],
    [
      'infoblox-csv',
      'header-srvrecord,fqdn*,port*,priority*,target*,weight*,ttl\nsrvrecord,_a._tcp.x.example,3,x,k,2,',
      2,
      1,
      'priority "x"',
    ],
    [
      'infoblox-csv',
      'header-srvrecord,fqdn*,port*,priority*,target*,weight*,ttl\nsrvrecord,_a._tcp.x.example,3,1,k,2,soon',
      2,
      1,
      'ttl "soon"',
    ],
    [
      'octodns',
      '_a._tcp:\n  type: SRV\n  values:\n  - priority: 1\n    weight: 2\n    port: 3\n',
      4,
      5,
      'target ""',
    ],
    ['octodns', '_a._tcp:\n  type: SRV\n  ttl: soon\n', 1, 1, 'ttl "soon"'],
    ['octodns', '- a\n', 1, 1, 'no map'],
    ['dnscontrol', 'D("x.example", R,\n  SRV(NAME, 1, 2, 3, "k"));', 2, 3, '"NAME" is not a plain value'],
    ['dnscontrol', 'SRV("a", 1, 2, 3, "k");', 1, 1, 'of which zone?'],
    ['dnscontrol', 'D("x.example", SRV("a", 1, 2, 3, "k", TTL("soon")));', 1, 16, 'TTL("soon")'],
    [
      'external-dns',
      'kind: DNSEndpoint\nspec:\n  endpoints:\n  - dnsName: a.x.example\n    recordType: SRV\n    targets:\n    - 1 2 3\n',
      7,
      7,
      'target ""',
    ],
    [
      'external-dns',
      'kind: DNSEndpoint\nspec:\n  endpoints:\n  - dnsName: a..x\n    recordType: SRV\n',
      4,
      5,
      'label is empty',
    ],
    ['knsupdate', 'zone x.example\nupdate add a 60 SRV 1 2 3\n', 2, 1, 'SRV needs'],
    ['zone-file', '$ORIGIN x.example.\n_a._tcp 60 IN SRV 1 2 k\n', 2, 15, 'four values'],
  ])('%s: %j', (id, text, line, column, message) => {
    const { problems } = formatById(id).read!(Buffer.from(text), 'x.example.yaml');
    expect(problems).toEqual([
      { file: 'x.example.yaml', line, column, message: expect.stringContaining(message) },
    ]);
  });
});

describe('judges from outside', () => {
  it('JavaScript runs the dnscontrol file, and sees the calls', () => {
    const calls: unknown[] = [];
    const context = createContext({
      TTL: (seconds: number) => ({ ttl: seconds }),
      SRV: (...values: readonly unknown[]) => values,
      D_EXTEND: (zone: string, ...records: readonly unknown[]) => calls.push([zone, ...records]),
    });
    runInContext(written('dnscontrol'), context);
    expect(JSON.parse(JSON.stringify(calls))).toEqual([
      ['contoso.com', ['_vlmcs._tcp', 1, 2, 3, 'kms1.contoso.com.', { ttl: 4 }]],
    ]);
  });

  it('a YAML reader sees what octodns and external-dns shall see, numbers as numbers', () => {
    expect(parse(written('octodns'))).toEqual({
      '_vlmcs._tcp': {
        type: 'SRV',
        ttl: 4,
        values: [{ priority: 1, weight: 2, port: 3, target: 'kms1.contoso.com.' }],
      },
    });
    expect(parse(written('external-dns'))).toEqual({
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name: 'kms-contoso.com' },
      spec: {
        endpoints: [
          {
            dnsName: '_vlmcs._tcp.contoso.com',
            recordTTL: 4,
            recordType: 'SRV',
            targets: ['1 2 3 kms1.contoso.com.'],
          },
        ],
      },
    });
  });
});
