import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { ClientGiven } from '../../src/diagnose/client-profile.ts';
import { clientFrom, kmsHostFiles, readPinnedHost } from '../../src/diagnose/client-profile.ts';
import type { Fact } from '../../src/diagnose/fact.ts';
import { readSample, SAMPLES } from '../support/evidence.ts';

const GIVEN: ClientGiven = {
  generation: undefined,
  domains: [],
  systemSuffixes: [parseFqdn('system.example')],
  systemResolvers: [parseEndpoint('127.0.0.53', 53)],
  resolversGiven: false,
  assumptions: [],
};

/** Facts from short forms, with ids in their order; `file` says whose they are. */
function facts(
  ...short: readonly (readonly [kind: Fact['kind'], value: object, file?: string])[]
): readonly Fact[] {
  return short.map(
    ([kind, value, file = 'client'], i) =>
      ({ id: `f${i + 1}`, file, place: 'here', raw: '', kind, ...value }) as unknown as Fact,
  );
}

const OWN = { legacyKey: false, scope: 'windows', product: undefined };
const pin = (level: string, name: string, more: object = {}): readonly ['override-name', object] => [
  'override-name',
  { level, name, effective: false, ...OWN, ...more },
];
const port = (
  level: string,
  number: number | undefined,
  more: object = {},
): readonly ['override-port', object] => [
  'override-port',
  { level, port: number, effective: false, ...OWN, ...more },
];
const suffix = (text: string, byPolicy = false): readonly ['primary-suffix', object] => [
  'primary-suffix',
  { suffix: text, byPolicy },
];
const connection = (text: string): readonly ['connection-suffix', object] => [
  'connection-suffix',
  { suffix: text, adapter: 'a' },
];
const list = (suffixes: string[], configured = true, byPolicy = false): readonly ['search-list', object] => [
  'search-list',
  { suffixes, configured, byPolicy },
];
const servers = (...texts: string[]): readonly ['dns-servers', object] => [
  'dns-servers',
  { servers: texts, adapter: 'a' },
];

describe('a client without evidence', () => {
  it('is Windows 10 with what this computer has', () => {
    expect(clientFrom([], GIVEN)).toEqual({
      generation: 'windows10',
      suffixes: { value: ['system.example.'], because: [] },
      pinned: undefined,
      lookupDomain: undefined,
      cached: undefined,
      hostCaching: { value: true, because: [] },
      activationType: { value: 0, because: [] },
      resolvers: { value: [{ address: '127.0.0.53', port: 53 }], because: [] },
      assumptions: [],
    });
  });

  it('takes the domains it is given for its suffixes', () => {
    const domains = [parseFqdn('east.contoso.com'), parseFqdn('contoso.com')];
    expect(clientFrom([], { ...GIVEN, domains }).suffixes).toEqual({ value: domains, because: [] });
  });
});

describe('a client whose evidence tells no suffix', () => {
  const pinned = facts(pin('global', 'kms.contoso.com'));
  const elsewhere: ClientGiven = { ...GIVEN, systemSuffixes: undefined };

  it('has suffixes that are not known, and never those of this computer', () => {
    expect(clientFrom(pinned, elsewhere)).toMatchObject({
      suffixes: { value: [], because: [] },
      suffixesUntold: true,
    });
  });

  test.each<[string, readonly Fact[], Partial<ClientGiven>]>([
    ['a domain is named', pinned, { domains: [parseFqdn('contoso.com')] }],
    ['it says that there is none', facts(suffix('')), {}],
    ['it has a list', facts(list(['contoso.com'])), {}],
  ])('but known ones when %s', (_, told, given) => {
    expect(clientFrom(told, { ...elsewhere, ...given })).not.toHaveProperty('suffixesUntold');
  });
});

describe('suffixes', () => {
  test.each<[string, readonly Fact[], readonly string[], readonly string[]]>([
    [
      'primary, connection, then parents of the primary down to two labels',
      facts(suffix('a.east.contoso.com'), connection('dhcp.example')),
      ['a.east.contoso.com.', 'dhcp.example.', 'east.contoso.com.', 'contoso.com.'],
      ['f1', 'f2'],
    ],
    [
      'devolution down to the level of the policy',
      facts(suffix('a.east.contoso.com'), ['devolution', { on: true, level: 3 }]),
      ['a.east.contoso.com.', 'east.contoso.com.'],
      ['f1', 'f2'],
    ],
    [
      'devolution switched off',
      facts(suffix('east.contoso.com'), ['devolution', { on: false, level: undefined }]),
      ['east.contoso.com.'],
      ['f1', 'f2'],
    ],
    [
      'a list shuts out everything else, and devolution',
      facts(
        suffix('a.east.contoso.com'),
        connection('dhcp.example'),
        list(['west.contoso.com', 'fabrikam.com']),
      ),
      ['west.contoso.com.', 'fabrikam.com.'],
      ['f3'],
    ],
    [
      'the list of a policy before the computer’s own',
      facts(list(['own.example']), list(['policy.example'], true, true)),
      ['policy.example.'],
      ['f2'],
    ],
    [
      'the primary suffix of a policy before the computer’s own',
      facts(suffix('own.example'), suffix('policy.example', true)),
      ['policy.example.'],
      ['f2'],
    ],
    [
      'the list that Windows made, as ipconfig shows it',
      facts(
        suffix('east.contoso.com'),
        list(['east.contoso.com', 'contoso.com'], false),
        connection('x.example'),
      ),
      ['east.contoso.com.', 'contoso.com.'],
      ['f1', 'f2'],
    ],
    ['a workgroup asks nothing', facts(suffix(''), connection('lan'), list(['lan'], false)), [], ['f1']],
    [
      'a workgroup with a list that somebody set',
      facts(suffix(''), list(['contoso.com'])),
      ['contoso.com.'],
      ['f2'],
    ],
    [
      'each name once, whatever cannot be one left out',
      facts(suffix('contoso.com'), connection('CONTOSO.COM.'), connection('bad..name'), connection('.')),
      ['contoso.com.'],
      ['f1', 'f2', 'f3', 'f4'],
    ],
  ])('%s', (_, given, value, because) => {
    const domains = [parseFqdn('where.admin.believes.example')];
    expect(clientFrom(given, { ...GIVEN, domains }).suffixes).toEqual({ value, because });
  });

  it('of a workgroup are those of the connection when told to assume it', () => {
    const { suffixes } = clientFrom(facts(suffix(''), connection('lan')), {
      ...GIVEN,
      assumptions: ['workgroup-uses-connection-suffix'],
    });
    expect(suffixes).toEqual({ value: ['lan.'], because: ['f1', 'f2'] });
  });

  it('are as given when the evidence is silent about them', () => {
    const domains = [parseFqdn('contoso.com')];
    const evidence = facts(['host-caching', { on: true }], connection('dhcp.example'));
    expect(clientFrom(evidence, { ...GIVEN, domains }).suffixes).toEqual({ value: domains, because: [] });
  });
});

describe('the pinned host', () => {
  const sku = { product: 'app\\sku' };
  test.each<[string, readonly Fact[], object]>([
    [
      'edition before application before all',
      facts(
        pin('global', 'g.example'),
        pin('appid', 'a.example', { product: 'app' }),
        pin('sku', 's.example', sku),
      ),
      { level: 'sku', raw: 's.example', port: 1688 },
    ],
    [
      'application before all',
      facts(pin('global', 'g.example'), pin('appid', 'a.example', { product: 'app' })),
      { level: 'appid', raw: 'a.example', port: 1688 },
    ],
    [
      'the port of its own level only',
      facts(pin('sku', 's.example', sku), port('global', 1690), port('sku', 1691, sku)),
      { level: 'sku', raw: 's.example', port: 1691 },
    ],
    [
      'a port of another level is none',
      facts(pin('sku', 's.example', sku), port('global', 1690)),
      { level: 'sku', raw: 's.example', port: 1688 },
    ],
    ['a port that is none', facts(pin('global', 'g.example'), port('global', undefined)), { port: 1688 }],
    [
      'the level where the registry has what a tool showed',
      facts(
        pin('global', 'KMS.example'),
        pin('sku', 'kms.example', { ...sku, effective: true }),
        port('global', 1690),
      ),
      { level: 'global', raw: 'kms.example' },
    ],
  ])('%s', (_, given, expected) => {
    expect(clientFrom(given, GIVEN).pinned!.value).toMatchObject(expected);
  });

  it('names the facts that say it', () => {
    const { pinned } = clientFrom(
      facts(pin('global', 'g.example'), port('global', 1690), suffix('x.example')),
      GIVEN,
    );
    expect(pinned!.because).toEqual(['f1', 'f2']);
  });

  it('is none when a port alone is set, or only Office has one', () => {
    expect(clientFrom(facts(port('global', 1690)), GIVEN).pinned).toBeUndefined();
    expect(clientFrom(facts(pin('global', 'o.example', { scope: 'office' })), GIVEN).pinned).toBeUndefined();
  });

  it('under the SL key counts for Vista, and only for it', () => {
    const legacy = facts(
      pin('global', 'new.example'),
      pin('global', 'sl.example', { legacyKey: true }),
      port('global', 1690, { legacyKey: true }),
    );
    expect(clientFrom(legacy, GIVEN).pinned!.value).toMatchObject({ raw: 'new.example', port: 1688 });
    expect(clientFrom(legacy, { ...GIVEN, generation: 'vista' }).pinned!.value).toMatchObject({
      raw: 'sl.example',
      port: 1690,
    });
    expect(clientFrom(legacy.slice(1), { ...GIVEN, generation: 'windows7' }).pinned).toBeUndefined();
  });
});

describe('readPinnedHost', () => {
  test.each<[string, number | undefined, ReturnType<typeof readPinnedHost>]>([
    [
      'kms01.contoso.com',
      undefined,
      { host: { kind: 'name', name: parseFqdn('kms01.contoso.com') }, port: 1688 },
    ],
    ['KMS01', 1690, { host: { kind: 'name', name: parseFqdn('kms01') }, port: 1690 }],
    [
      'kms_01.contoso.com',
      undefined,
      { host: { kind: 'name', name: parseFqdn('kms_01.contoso.com') }, port: 1688 },
    ],
    [
      '10.0.0.1',
      undefined,
      { host: { kind: 'address', address: parseEndpoint('10.0.0.1', 1).address }, port: 1688 },
    ],
    [
      '[2001:DB8::10]',
      undefined,
      { host: { kind: 'address', address: parseEndpoint('[2001:db8::10]', 1).address }, port: 1688 },
    ],
    [
      '[2001:db8::10]:1690',
      undefined,
      { host: { kind: 'address', address: parseEndpoint('[2001:db8::10]', 1).address }, port: 1690 },
    ],
    [
      '[2001:db8::10]:1690',
      1691,
      { host: { kind: 'address', address: parseEndpoint('[2001:db8::10]', 1).address }, port: 1691 },
    ],
  ])('%s with port %s', (raw, given, expected) => expect(readPinnedHost(raw, given)).toEqual(expected));

  it.each([
    ['2001:db8::10'],
    ['2001'],
    ['10.0.0'],
    ['10.0.0.256'],
    ['kms01.contoso.com:1688'],
    ['http://kms01'],
    ['kms01, kms02'],
    ['kms 01'],
    ['[10.0.0.1]'],
    ['[2001:db8::10'],
    ['[2001:db8::10]:99999'],
    ['kms..contoso.com'],
    ['.'],
    [''],
    ['käse.example'],
  ])('%j is neither a name nor an address', (raw) =>
    expect(readPinnedHost(raw, undefined)).toEqual({ host: undefined, port: 1688 }),
  );

  it('never throws, and keeps every port it is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
        (raw, given) => {
          const read = readPinnedHost(raw, given);
          if (given !== undefined) expect(read.port).toBe(given);
          expect(read.port).toBeGreaterThan(0);
          expect(read.port).toBeLessThan(65_536);
        },
      ),
    );
  });
});

describe('everything else', () => {
  it('remembers the first cached host that is a host', () => {
    const cached = (host: string, number: number | undefined) =>
      ['cached-host', { host, port: number, address: undefined, ...OWN }] as const;
    const { cached: found } = clientFrom(
      facts(cached('not a host', 1), cached('kms-e1.contoso.com', undefined)),
      GIVEN,
    );
    expect(found).toEqual({ value: { host: 'kms-e1.contoso.com.', port: 1688 }, because: ['f2'] });
    expect(clientFrom(facts(cached('[2001:db8::1]', 1690)), GIVEN).cached!.value).toEqual({
      host: '2001:db8::1',
      port: 1690,
    });
  });

  it('has caching, activation type, lookup domain and generation as the evidence says', () => {
    const client = clientFrom(
      facts(
        ['host-caching', { on: false }],
        ['activation-type', { type: 1 }],
        ['lookup-domain', { level: 'global', domain: 'g.example', ...OWN }],
        ['lookup-domain', { level: 'sku', domain: 'S.example', ...OWN }],
        ['client-build', { name: '6.1', generation: 'windows7' }],
      ),
      GIVEN,
    );
    expect(client).toMatchObject({
      generation: 'windows7',
      hostCaching: { value: false, because: ['f1'] },
      activationType: { value: 1, because: ['f2'] },
      lookupDomain: { value: 's.example.', because: ['f4'] },
    });
    expect(
      clientFrom(facts(['client-build', { name: '6.1', generation: 'windows7' }]), {
        ...GIVEN,
        generation: 'vista',
      }).generation,
    ).toBe('vista');
  });

  test.each<[string, readonly Fact[], boolean, readonly string[], readonly string[]]>([
    [
      'those of every adapter, in order, each once',
      facts(servers('10.0.0.53', '2001:db8::53'), servers('10.0.0.53', '10.0.0.54')),
      false,
      ['10.0.0.53', '2001:db8::53', '10.0.0.54'],
      ['f1', 'f2'],
    ],
    [
      'those of a policy alone',
      facts(servers('10.0.0.53'), ['dns-servers', { servers: ['10.9.9.9'], adapter: 'policy' }]),
      false,
      ['10.9.9.9'],
      ['f2'],
    ],
    [
      'without what Windows fills in for IPv6',
      facts(servers('fec0:0:0:ffff::1', '10.0.0.53')),
      false,
      ['10.0.0.53'],
      ['f1'],
    ],
    ['those of --server instead', facts(servers('10.0.0.53')), true, ['127.0.0.53'], []],
    [
      'none, and --server does not change that',
      facts(servers(), servers('fec0:0:0:ffff::1')),
      true,
      [],
      ['f1', 'f2'],
    ],
    ['this computer’s when nothing is known', facts(suffix('x.example')), false, ['127.0.0.53'], []],
  ])('resolvers: %s', (_, given, resolversGiven, addresses, because) => {
    const { resolvers } = clientFrom(given, { ...GIVEN, resolversGiven });
    expect(resolvers.value.map(({ address }) => address)).toEqual(addresses);
    expect(resolvers.because).toEqual(because);
  });
});

describe('a KMS host’s export beside the client’s', () => {
  const host = [
    ['is-kms-host', { host: true }, 'host.reg'],
    ['host-name', { name: 'KMS-E1' }, 'host.reg'],
    ['primary-suffix', { suffix: 'host.example', byPolicy: false }, 'host.reg'],
  ] as const;

  it('says nothing about the client', () => {
    const evidence = facts(
      ...host,
      suffix('client.example'),
      ['host-name', { name: 'kms-e1' }, 'host-ipconfig.txt'],
      ['dns-servers', { servers: ['10.0.0.53'], adapter: 'a' }, 'host-ipconfig.txt'],
    );
    const client = clientFrom(evidence, GIVEN);
    expect(client.suffixes).toEqual({ value: ['client.example.'], because: ['f4'] });
    expect(client.resolvers.because).toEqual([]);
    expect([...kmsHostFiles(evidence)]).toEqual(['host.reg', 'host-ipconfig.txt']);
  });

  it('is a client’s when it holds what only a client has', () => {
    const evidence = facts(...host, [
      'override-name',
      { level: 'global', name: 'k', effective: false, ...OWN },
      'host.reg',
    ]);
    expect([...kmsHostFiles(evidence)]).toEqual([]);
    expect(clientFrom(evidence, GIVEN)).toMatchObject({
      suffixes: { value: ['host.example.'] },
      pinned: { value: { raw: 'k' } },
    });
  });
});

describe('samples', () => {
  it('make a client of each, alone and all together', () => {
    const all = SAMPLES.flatMap((name) => readSample(name).facts);
    for (const evidence of [all, ...SAMPLES.map((name) => readSample(name).facts)]) {
      const client = clientFrom(evidence, GIVEN);
      const ids = new Set(evidence.map(({ id }) => id));
      for (const known of [client.suffixes, client.resolvers, client.hostCaching, client.activationType])
        expect(known.because.every((id) => ids.has(id))).toBe(true);
    }
  });

  it('ipconfig-ja.txt, a workgroup with a suffix from DHCP, asks nothing', () => {
    const evidence = readSample('ipconfig-ja.txt').facts;
    expect(clientFrom(evidence, GIVEN).suffixes).toEqual({ value: [], because: ['f2'] });
    expect(clientFrom(readSample('ipconfig-en.txt').facts, GIVEN).suffixes.value).toEqual([
      'east.contoso.com.',
      'contoso.com.',
    ]);
  });

  it('client-spp.reg and client-network.reg make this one', () => {
    const evidence = [...readSample('client-spp.reg').facts, ...readSample('client-network.reg').facts];
    expect(clientFrom(evidence, GIVEN)).toMatchObject({
      generation: 'windows10',
      suffixes: { value: ['policy.contoso.com.', 'contoso.com.'] },
      pinned: { value: { level: 'sku', raw: 'kms-sku.contoso.com', port: 1690 } },
      lookupDomain: { value: 'lookup.contoso.com.' },
      cached: { value: { host: 'kms-e1.east.contoso.com.', port: 1688 } },
      hostCaching: { value: false },
      activationType: { value: 2 },
      diversions: [
        {
          namespaces: ['.contoso.com'],
          servers: [
            { address: '10.9.0.53', port: 53 },
            { address: '10.9.0.54', port: 53 },
          ],
        },
      ],
    });
  });

  it('rules of a policy shut out those of the computer itself', () => {
    const rule = (id: string, root: string, address: string): Fact => ({
      id,
      file: 'client.reg',
      place: `HKLM\\${root}\\DnsPolicyConfig\\{rule}\\Name`,
      raw: '',
      kind: 'nrpt-rule',
      namespaces: ['.contoso.com'],
      servers: [address, 'none'],
    });
    const own = rule('f1', 'SYSTEM\\CurrentControlSet\\Services\\Dnscache\\Parameters', '10.0.0.1');
    const policy = rule('f2', 'SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient', '10.0.0.2');
    expect(clientFrom([own], GIVEN).diversions).toMatchObject([
      { servers: [{ address: '10.0.0.1', port: 53 }], because: ['f1'] },
    ]);
    expect(clientFrom([own, policy], GIVEN).diversions).toMatchObject([{ because: ['f2'] }]);
    expect(clientFrom([], GIVEN).diversions).toBeUndefined();
  });
});
