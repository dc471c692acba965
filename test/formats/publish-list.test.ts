import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPP_REGISTRY_KEY } from '../../src/core/kms.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { encodeRegText } from '../../src/core/reg-file.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { PUBLISH_LIST_IDS, publishListIn, readPublishList } from '../../src/formats/publish-list.ts';

const HOST = parseFqdn('kms1.contoso.com');
const reg = (values: string, key = SPP_REGISTRY_KEY): Uint8Array =>
  encodeRegText(`Windows Registry Editor Version 5.00\n\n[${key}]\n${values}\n`);
/** REG_MULTI_SZ as regedit exports it. */
const multi = (...entries: string[]): string =>
  `hex(7):${[...Buffer.from(`${entries.map((entry) => `${entry}\0`).join('')}\0`, 'utf16le')].map((octet) => octet.toString(16).padStart(2, '0')).join(',')}`;
const list = (...entries: string[]): string => `"DnsDomainPublishList"=${multi(...entries)}`;

const fromReg = (values: string, key?: string) =>
  readPublishList('publish-list-reg', reg(values, key), 'spp.reg', HOST);
const fromText = (text: string) => readPublishList('publish-list-txt', Buffer.from(text), 'list.txt', HOST);
const shown = ({ records, problems }: ReturnType<typeof fromText>): readonly (readonly string[])[] => [
  records.map(({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`),
  problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
];

describe('a publish list', () => {
  it('is domain, priority, weight: the host itself, at its port, without a TTL', () => {
    expect(
      shown(fromText('east.contoso.com, 10, 75\r\n# a note\n  west.contoso.com,90\nfabrikam.example\n')),
    ).toEqual([
      [
        '_vlmcs._tcp.east.contoso.com. - 10 75 1688 kms1.contoso.com.',
        '_vlmcs._tcp.west.contoso.com. - 90 0 1688 kms1.contoso.com.',
        '_vlmcs._tcp.fabrikam.example. - 0 0 1688 kms1.contoso.com.',
      ],
      [],
    ]);
  });

  it.each([
    ['a.example, x, 1', /numbers from 0 to 65535/],
    ['a.example, 1, 65536', /numbers from 0 to 65535/],
    ['a.example, -1, 0', /numbers from 0 to 65535/],
    ['a.example, 1, 2, 3', /an entry is/],
    ['_vlmcs._tcp.a.example', /name the domain alone/],
    ['10.0.0.1', /ends in a number/],
    ['a..b', /label is empty/],
  ])('leaves out %j with its place', (entry, says) => {
    const [records, problems] = shown(fromText(`ok.example\n ${entry}\n`));
    expect(records).toHaveLength(1);
    expect(problems).toEqual([expect.stringMatching(says)]);
    expect(problems![0]).toMatch(/^2:2 /);
  });

  it('is read from an export, at the port the export has', () => {
    const port = '"KeyManagementServiceListeningPort"="1689"';
    expect(shown(fromReg(`${list('a.example, 1, 2', 'b.example')}\n${port}`))).toEqual([
      [
        '_vlmcs._tcp.a.example. - 1 2 1689 kms1.contoso.com.',
        '_vlmcs._tcp.b.example. - 0 0 1689 kms1.contoso.com.',
      ],
      [],
    ]);
  });

  it.each([
    ['a value of another type', '"DnsDomainPublishList"="a.example"', [], /REG_MULTI_SZ/],
    ['no list at all', '"Other"="1"', [], /no DnsDomainPublishList/],
    [
      'a port that is none',
      `${list('a.example')}\n"KeyManagementServiceListeningPort"="0"`,
      [1],
      /1688 is taken/,
    ],
  ])('says %s', (_, values, records, says) => {
    const found = fromReg(values);
    expect(found.records).toHaveLength(records.length);
    expect(found.problems).toEqual([expect.objectContaining({ message: expect.stringMatching(says) })]);
  });

  it('is not taken from the key of Vista, and says when publishing is switched off', () => {
    const legacy = SPP_REGISTRY_KEY.replace('SoftwareProtectionPlatform', 'SL');
    expect(fromReg(list('a.example'), legacy).problems).toHaveLength(1);
    expect(fromReg(`${list('a.example')}\n"DisableDnsPublishing"=dword:00000001`).notes).toEqual([
      expect.stringMatching(/publishes nothing today/),
    ]);
    expect(fromReg(`${list('a.example')}\n"DisableDnsPublishing"=dword:00000000`).notes).toEqual([]);
  });

  it.each([
    ['an export with a list', reg(list('a.example')), 'publish-list-reg'],
    ['an export without one', reg('"Other"="1"'), undefined],
    ['lines of a list', Buffer.from('a.example, 1, 2\n'), 'publish-list-txt'],
    ['a list in UTF-16', Buffer.from('\uFEFFa.example, 1, 2\r\n', 'utf16le'), 'publish-list-txt'],
    ['a word', Buffer.from('hello\n'), undefined],
    ['nothing', Buffer.from(''), undefined],
    ['a zone file', Buffer.from('a.example. 60 IN A 192.0.2.1\n'), undefined],
  ])('is known by its content: %s', (_, octets, id) => {
    expect(publishListIn(octets)).toBe(id);
  });

  const policy = (items: string): Uint8Array =>
    Buffer.from(
      `<?xml version="1.0"?>\n<!-- x -->\n<RegistrySettings clsid="{A}">\n${items}</RegistrySettings>\n`,
    );
  const item = (values: string, rest = '', properties = ''): string =>
    `<Registry name="DnsDomainPublishList"><Properties action="U" hive="HKEY_LOCAL_MACHINE" key="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" name="DnsDomainPublishList" type="REG_MULTI_SZ" ${properties}value="">${values}</Properties>${rest}</Registry>\n`;
  const value = (entry: string): string => `<Values><Value>${entry}</Value></Values>`;
  const only = (name: string, not = '0'): string =>
    `<Filters><FilterComputer bool="AND" not="${not}" type="DNS" name="${name}"/></Filters>`;

  it('is read from a policy, for each computer that it is targeted at', () => {
    const octets = policy(
      `${item(value('a.example, 1, 2'), only('kms1.contoso.com'))}<Collection>${item(value('b&#46;example'), only('kms2.contoso.com'))}</Collection>${item(value('c.example'), only('kms3.contoso.com'), 'uid="x" ').replace('action="U"', 'action="D"')}`,
    );
    expect(publishListIn(octets)).toBe('gpo-publish-list');
    const all = readPublishList('gpo-publish-list', octets, 'Registry.xml');
    expect(shown(all)).toEqual([
      [
        '_vlmcs._tcp.a.example. - 1 2 1688 kms1.contoso.com.',
        '_vlmcs._tcp.b.example. - 0 0 1688 kms2.contoso.com.',
      ],
      [],
    ]);
    expect(all.hosts).toEqual(['kms1.contoso.com.', 'kms2.contoso.com.']);
    expect(shown(readPublishList('gpo-publish-list', octets, 'Registry.xml', HOST))[0]).toEqual([
      '_vlmcs._tcp.a.example. - 1 2 1688 kms1.contoso.com.',
    ]);
  });

  it.each([
    ['for every computer but one', item(value('a.example'), only('kms1.contoso.com', '1')), /but "kms1/],
    ['for a NetBIOS name', item(value('a.example'), only('KMS1')), /no DNS name/],
    [
      'of another type',
      item(value('a.example'), only('kms1.contoso.com')).replace('MULTI_SZ', 'SZ'),
      /no REG_MULTI_SZ/,
    ],
    ['that ends too early', '<Registry><Properties>', /closes nothing here/],
    ['that is no XML', '<Registry name=x/>', /no XML/],
  ])('tells the place of an item %s', (_, items, says) => {
    const { problems } = readPublishList('gpo-publish-list', policy(items), 'Registry.xml', HOST);
    expect(problems).toEqual([expect.objectContaining({ line: 4, message: expect.stringMatching(says) })]);
  });

  it('that a policy gives to every computer has to say whose it is', () => {
    const octets = policy(item(value('a.example')));
    expect(() => readPublishList('gpo-publish-list', octets, 'x')).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
    expect(shown(readPublishList('gpo-publish-list', octets, 'x', HOST))[0]).toHaveLength(1);
  });

  it('is read from the script that generate writes', () => {
    const script = Buffer.from(
      "$wantedHost = 'kms2.contoso.com'\n$wanted = @(\n    'a.example, 1, 2'\n    # 'no.example'\n    'b.example' )\n$valueName = 'DnsDomainPublishList'\n",
    );
    expect(publishListIn(script)).toBe('publish-list-ps1');
    const read = readPublishList('publish-list-ps1', script, 'list.ps1');
    expect(shown(read)).toEqual([
      [
        '_vlmcs._tcp.a.example. - 1 2 1688 kms2.contoso.com.',
        '_vlmcs._tcp.b.example. - 0 0 1688 kms2.contoso.com.',
      ],
      [],
    ]);
    expect(readPublishList('publish-list-ps1', Buffer.from('x'), 'x').problems).toHaveLength(1);
  });

  it('has to say whose it is', () => {
    const read = (file: string) =>
      readPublishList('publish-list-txt', Buffer.from('a.example'), file).hosts[0];
    expect(read('/x/publish-list.kms2.contoso.com.txt')).toBe('kms2.contoso.com.');
    expect(() => read('list.txt')).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => read('publish-list.kms_2.txt')).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('is read without an exception, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...PUBLISH_LIST_IDS), (octets, id) => {
        for (const { record } of readPublishList(id, octets, 'x', HOST).records)
          expect(record.target).toBe(HOST);
      }),
      { numRuns: 300 },
    );
  });
});
