import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NAMED_VARIANTS, type NamedOptions, renderNamedConf } from '../../src/bind/named-policy.ts';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { KmsDnsError } from '../../src/core/errors.ts';
import { bodyOf, keywordOf, readNamedConf, wordsOf } from '../../src/core/named-reader.ts';
import { readZoneText } from '../../src/core/zone-reader.ts';
import {
  CORP,
  domain,
  HOSTILE,
  host,
  packaged,
  srv,
  state,
  unchecked,
  withTemplate,
} from '../support/generated.ts';

const EAST = domain(
  'east.contoso.com.',
  [srv('kms-e1.east.contoso.com.', 10, 75), srv('kms-w1.west.contoso.com.', 90, 75)],
  {
    server: 'corp',
    zone: unchecked('contoso.com.'),
  },
);
const WEST = domain('west.contoso.com.', [srv('kms-w1.west.contoso.com.', 10, 75)], {
  server: 'corp',
  zone: unchecked('contoso.com.'),
});
const HOSTS = [
  host('kms-e1.east.contoso.com.', ['10.1.0.10']),
  host('kms-w1.west.contoso.com.', ['10.2.0.10', '2001:db8::10']),
];
const BOTH = state([WEST, EAST], { hosts: HOSTS });

const REALMS = ['EAST.CONTOSO.COM', 'WEST.CONTOSO.COM'];
const confOf = (wanted: DesiredState, options: NamedOptions): string =>
  String(renderNamedConf(wanted, options, packaged).files[0]!.content);

/** `zone KIND: words of each rule` for every rule that lets somebody write, read without knowing our renderer. */
function permissions(text: string): readonly string[] {
  return readNamedConf(text, 'x').statements.flatMap((statement) =>
    keywordOf(statement) !== 'zone'
      ? []
      : bodyOf(statement)
          .filter((clause) => ['update-policy', 'allow-update'].includes(keywordOf(clause)))
          .flatMap((clause) =>
            bodyOf(clause).map(
              (rule) => `${wordsOf(statement)[1]} ${keywordOf(clause)}: ${wordsOf(rule).join(' ')}`,
            ),
          ),
  );
}

function thrown(action: () => unknown): KmsDnsError {
  try {
    action();
  } catch (error) {
    if (error instanceof KmsDnsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('least privilege', () => {
  it('publisher: one key, these names, SRV', () => {
    const text = confOf(BOTH, { variant: 'publisher' });
    expect(permissions(text)).toEqual([
      'contoso.com update-policy: grant kms-publisher name _vlmcs._tcp.east.contoso.com. SRV',
      'contoso.com update-policy: grant kms-publisher name _vlmcs._tcp.west.contoso.com. SRV',
    ]);
    expect(text).toContain('\ninclude "/etc/bind/kms-publisher.key";\n');
    expect(text).not.toMatch(/secret/i);
  });

  it('self: each realm only where it has a host, and only its own target', () => {
    expect(permissions(confOf(BOTH, { variant: 'self', realms: REALMS }))).toEqual([
      'contoso.com update-policy: grant EAST.CONTOSO.COM ms-subdomain-self-rhs _vlmcs._tcp.east.contoso.com. SRV',
      'contoso.com update-policy: grant WEST.CONTOSO.COM ms-subdomain-self-rhs _vlmcs._tcp.east.contoso.com. SRV',
      'contoso.com update-policy: grant WEST.CONTOSO.COM ms-subdomain-self-rhs _vlmcs._tcp.west.contoso.com. SRV',
    ]);
  });

  it('self: says which host it shuts out', () => {
    const { notes } = renderNamedConf(BOTH, { variant: 'self', realms: ['EAST.CONTOSO.COM'] }, packaged);
    expect(notes).toEqual([expect.stringMatching(/^kms-w1\.west\.contoso\.com cannot publish itself/)]);
    expect(renderNamedConf(BOTH, { variant: 'self', realms: REALMS }, packaged).notes).toEqual([]);
  });

  it('listed: the computers of that domain and no other', () => {
    expect(permissions(confOf(BOTH, { variant: 'listed', realms: REALMS }))).toEqual([
      'contoso.com update-policy: grant KMS-E1$@EAST.CONTOSO.COM name _vlmcs._tcp.east.contoso.com. SRV',
      'contoso.com update-policy: grant KMS-W1$@WEST.CONTOSO.COM name _vlmcs._tcp.east.contoso.com. SRV',
      'contoso.com update-policy: grant KMS-W1$@WEST.CONTOSO.COM name _vlmcs._tcp.west.contoso.com. SRV',
    ]);
  });

  it('listed: one realm serves hosts of other suffixes; of several it must be clear which', () => {
    expect(permissions(confOf(BOTH, { variant: 'listed', realms: ['CORP.EXAMPLE'] }))[0]).toContain(
      'KMS-E1$@CORP.EXAMPLE',
    );
    const error = thrown(() =>
      confOf(BOTH, { variant: 'listed', realms: ['CORP.EXAMPLE', 'EAST.CONTOSO.COM'] }),
    );
    expect(error.code).toBe('generate-impossible');
    expect(error.message).toContain('"kms-w1.west.contoso.com"');
  });

  it('listed: a long name is cut as Windows cuts it, and a note says so', () => {
    const long = domain('contoso.com.', [srv('kms-host-number-one.contoso.com.')]);
    const { files, notes } = renderNamedConf(
      state([long]),
      { variant: 'listed', realms: ['CONTOSO.COM'] },
      packaged,
    );
    expect(permissions(String(files[0]!.content))[0]).toContain('grant KMS-HOST-NUMBER$@CONTOSO.COM name');
    expect(notes).toEqual([expect.stringContaining('sAMAccountName')]);
  });

  it('unsigned-hosts: a child zone, the hosts of that domain, nobody else', () => {
    const { files, warnings } = renderNamedConf(
      BOTH,
      { variant: 'unsigned-hosts', nameServer: unchecked('ns1.contoso.com.') },
      packaged,
    );
    const text = String(files[0]!.content);
    expect(permissions(text)).toEqual([
      '_vlmcs._tcp.east.contoso.com allow-update: kms-hosts.east.contoso.com',
      '_vlmcs._tcp.west.contoso.com allow-update: kms-hosts.west.contoso.com',
    ]);
    const acls = readNamedConf(text, 'x').statements.filter((statement) => keywordOf(statement) === 'acl');
    expect(acls.map((acl) => [wordsOf(acl)[1], bodyOf(acl).flatMap(wordsOf)])).toEqual([
      ['kms-hosts.east.contoso.com', ['10.1.0.10', '10.2.0.10', '2001:db8::10']],
      ['kms-hosts.west.contoso.com', ['10.2.0.10', '2001:db8::10']],
    ]);
    expect(text).toContain('//     _vlmcs._tcp.east.contoso.com. 3600 IN NS ns1.contoso.com.\n');
    expect(warnings.map(({ code, subject }) => [code, subject])).toEqual([
      ['ACL-002', '_vlmcs._tcp.east.contoso.com'],
      ['ACL-002', '_vlmcs._tcp.west.contoso.com'],
    ]);
  });

  it('unsigned-hosts: the child zone begins with the wanted records', () => {
    const { files } = renderNamedConf(
      BOTH,
      { variant: 'unsigned-hosts', nameServer: unchecked('ns1.contoso.com.') },
      packaged,
    );
    expect(files.map(({ path }) => path)).toEqual([
      'named.kms.corp.conf',
      'db._vlmcs._tcp.east.contoso.com.zone',
      'db._vlmcs._tcp.west.contoso.com.zone',
    ]);
    const { records, problems } = readZoneText(
      String(files[1]!.content),
      unchecked('elsewhere.invalid.'),
      'x',
    );
    expect(problems).toEqual([]);
    expect(
      records.map(({ owner, type, fields }) => [owner, type, fields.map(({ text }) => text).join(' ')]),
    ).toEqual([
      [
        '_vlmcs._tcp.east.contoso.com.',
        'SOA',
        'ns1.contoso.com. hostmaster.east.contoso.com. 1 86400 7200 3600000 300',
      ],
      ['_vlmcs._tcp.east.contoso.com.', 'NS', 'ns1.contoso.com.'],
      ['_vlmcs._tcp.east.contoso.com.', 'SRV', '10 75 1688 kms-e1.east.contoso.com.'],
      ['_vlmcs._tcp.east.contoso.com.', 'SRV', '90 75 1688 kms-w1.west.contoso.com.'],
    ]);
  });

  test.each(NAMED_VARIANTS)('%s never lets everybody write, and says what it costs', (variant) => {
    const text = confOf(BOTH, { variant, realms: REALMS });
    expect(text).not.toMatch(/\b(any|zonesub|subdomain _vlmcs|wildcard)\b\s*[;}]/i);
    expect(permissions(text).length).toBeGreaterThan(0);
    expect(text).toContain('// Trade-off: ');
    for (const statement of readNamedConf(text, 'x').statements)
      expect(['include', 'zone', 'acl']).toContain(keywordOf(statement));
  });
});

describe('what is named where', () => {
  it('one file per name server, one clause per zone', () => {
    const other = { ...CORP, id: 'branch', auth: { kind: 'tsig', key: 'kms-publisher' } as const };
    const wanted = state([EAST, { ...WEST, server: 'branch' }], { servers: { corp: CORP, branch: other } });
    const { files } = renderNamedConf(wanted, { variant: 'publisher' }, packaged);
    expect(files.map(({ path }) => path)).toEqual(['named.kms.branch.conf', 'named.kms.corp.conf']);
    expect(permissions(String(files[0]!.content))).toEqual([
      'contoso.com update-policy: grant kms-publisher name _vlmcs._tcp.west.contoso.com. SRV',
    ]);
  });

  it('folders and key names as the administrator has them', () => {
    const text = confOf(BOTH, {
      variant: 'publisher',
      keyDirectory: '/etc/named/keys/',
      zoneDirectory: '/var/lib/named',
      keyNames: { 'kms-publisher': unchecked('publisher.contoso.com.') },
    });
    expect(text).toContain('include "/etc/named/keys/publisher.contoso.com.key";');
    expect(text).toContain('file "/var/lib/named/db.contoso.com.zone";');
    expect(text).toContain('grant "publisher.contoso.com" name');
  });

  it('the name server of a child zone: the option, else the server’s name, else a guess that is told', () => {
    const named = { ...CORP, name: unchecked('dc1.contoso.com.') };
    const wanted = (servers: DesiredState['servers']): DesiredState =>
      state([EAST], { hosts: HOSTS, servers });
    const nsOf = (rendered: ReturnType<typeof renderNamedConf>): string | undefined =>
      /IN NS (\S+)/.exec(String(rendered.files[1]!.content))?.[1];
    const byOption = renderNamedConf(
      wanted({ corp: named }),
      { variant: 'unsigned-hosts', nameServer: unchecked('ns9.contoso.com.') },
      packaged,
    );
    const byName = renderNamedConf(wanted({ corp: named }), { variant: 'unsigned-hosts' }, packaged);
    const guessed = renderNamedConf(wanted({ corp: CORP }), { variant: 'unsigned-hosts' }, packaged);
    expect([byOption, byName, guessed].map(nsOf)).toEqual([
      'ns9.contoso.com.',
      'dc1.contoso.com.',
      'ns1.contoso.com.',
    ]);
    expect([byOption, byName].flatMap(({ notes }) => notes)).toEqual([]);
    expect(guessed.notes).toEqual([expect.stringContaining('is taken to be ns1.contoso.com')]);
  });

  test.each(['listed', 'unsigned-hosts'] as const)(
    '%s: a domain without hosts lets nobody write',
    (variant) => {
      const wanted = state([EAST, domain('empty.contoso.com.', [], { server: 'corp' })], { hosts: HOSTS });
      const { files, notes } = renderNamedConf(wanted, { variant, realms: REALMS }, packaged);
      expect(files.map(({ content }) => content).join()).not.toContain('empty');
      expect(notes).toContain('empty.contoso.com publishes no host: nobody may write there.');
    },
  );
});

describe('what a variant cannot do', () => {
  test.each([
    ['no server', { ...EAST, server: undefined } as never, {}, 'east.contoso.com has no server'],
    [
      'an unsigned server',
      EAST,
      { corp: { ...CORP, auth: { kind: 'none' } } },
      'a server ("corp") without a TSIG key',
    ],
    [
      'a Kerberos server',
      EAST,
      { corp: { ...CORP, auth: { kind: 'gss' } } },
      'a server ("corp") without a TSIG key',
    ],
  ] as const)('publisher with %s', (_, wanted, servers, message) => {
    const error = thrown(() =>
      confOf(state([wanted], { servers: servers as DesiredState['servers'] }), { variant: 'publisher' }),
    );
    expect(error).toMatchObject({ code: 'generate-impossible', message: expect.stringContaining(message) });
    expect(error.hint).toContain('--variant self');
  });

  test.each(['self', 'listed'] as const)('%s without a realm', (variant) => {
    const error = thrown(() => confOf(BOTH, { variant }));
    expect(error).toMatchObject({ code: 'usage', hint: expect.stringContaining('--realm CONTOSO.COM') });
  });

  test.each([
    ['corp.example', 'not in upper case'],
    ['Corp.Example', 'not in upper case'],
    ['CORP EXAMPLE', 'not a Kerberos realm'],
    ['CORP.EXAMPLE.', 'not a Kerberos realm'],
    ['CORP;EXAMPLE', 'not a Kerberos realm'],
    ['', 'not a Kerberos realm'],
  ])('the realm %j', (realm, message) => {
    const error = thrown(() => confOf(BOTH, { variant: 'self', realms: [realm] }));
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });

  it('unsigned-hosts without addresses, all of them told at once', () => {
    const error = thrown(() =>
      confOf(state([EAST], { hosts: [host('kms-e1.east.contoso.com.')] }), { variant: 'unsigned-hosts' }),
    );
    expect(error.code).toBe('generate-impossible');
    expect(error.message).toContain('kms-e1.east.contoso.com, kms-w1.west.contoso.com');
  });
});

describe('nothing but the policy comes out', () => {
  const wantedFor = (place: string, value: string): readonly [DesiredState, Partial<NamedOptions>] => {
    switch (place) {
      case 'domain':
        return [state([domain(value, EAST.publish, { server: 'corp' })], { hosts: HOSTS }), {}];
      case 'zone':
        return [state([{ ...EAST, zone: unchecked(value) }], { hosts: HOSTS }), {}];
      case 'target':
        return [state([{ ...EAST, publish: [srv(value)] }], { hosts: [host(value, ['10.1.0.10'])] }), {}];
      case 'address':
        return [state([EAST], { hosts: HOSTS.map((one) => ({ ...one, addresses: [value as never] })) }), {}];
      case 'key':
        return [state([EAST], { servers: { corp: { ...CORP, auth: { kind: 'tsig', key: value } } } }), {}];
      case 'realm':
        return [BOTH, { realms: [value] }];
      case 'key folder':
        return [BOTH, { keyDirectory: value }];
      case 'zone folder':
        return [BOTH, { zoneDirectory: value }];
      case 'key name':
        return [BOTH, { keyNames: { 'kms-publisher': unchecked(value) } }];
      case 'name server':
        return [BOTH, { nameServer: unchecked(value) }];
      default:
        return [state([EAST, WEST], { hosts: HOSTS, file: value }), {}];
    }
  };
  const places = [
    'domain',
    'zone',
    'target',
    'address',
    'key',
    'realm',
    'key folder',
    'zone folder',
    'key name',
    'name server',
    'file',
  ];
  const rows = NAMED_VARIANTS.flatMap((variant) =>
    places.flatMap((place) => HOSTILE.map(([what, value]) => [variant, place, what, value] as const)),
  );

  test.each(rows)('%s: %s with %s', (variant, place, _, value) => {
    const [wanted, options] = wantedFor(place, value);
    let files: ReturnType<typeof renderNamedConf>['files'];
    try {
      files = renderNamedConf(wanted, { variant, realms: REALMS, ...options }, packaged).files;
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return;
    }
    // What got through must be the same clauses with the same permissions, whatever the value is.
    const reference = confOf(BOTH, { variant, realms: REALMS });
    const clauses = (text: string): readonly string[] => readNamedConf(text, 'x').statements.map(keywordOf);
    const text = String(files[0]!.content);
    expect(new Set(clauses(text))).toEqual(new Set(clauses(reference)));
    expect(readNamedConf(text, 'x').problems).toEqual([]);
    for (const rule of permissions(text)) {
      expect(rule).toMatch(
        / update-policy: grant \S.* (name|(ms|krb5)-subdomain-self-rhs) _vlmcs\._tcp\.\S+ SRV$| allow-update: kms-hosts\.\S+$/,
      );
    }
  });

  test.each([
    ['widens the rule', (text: string) => text.replace(' name {{owner', ' zonesub {{owner')],
    ['drops the type', (text: string) => text.replace(' SRV;', ';')],
    [
      'lets everybody write',
      (text: string) => text.replace('update-policy {', 'allow-update { any; }; update-policy {'),
    ],
    [
      'adds a zone',
      (text: string) => `${text}\nzone "evil.example" { type primary; allow-update { any; }; };\n`,
    ],
    ['adds an inline key', (text: string) => `${text}\nkey "x" { algorithm hmac-md5; secret "eA=="; };\n`],
    ['forgets a brace', (text: string) => text.replace('    };\n', '')],
    ['forgets the rules', (text: string) => text.replace(/ +grant .*\n/, '')],
  ])("a user's template that %s is refused", (_, edit) => {
    const name = 'bind/named.publisher.conf.tmpl';
    const templates = withTemplate(name, edit(packaged[name].text));
    expect(() => renderNamedConf(BOTH, { variant: 'publisher' }, templates)).toThrow(
      expect.objectContaining({ code: 'template-invalid' }),
    );
  });

  it("a user's template may say more about its zone", () => {
    const name = 'bind/named.publisher.conf.tmpl';
    const text = packaged[name].text.replace('    type primary;', '    type primary;\n    notify yes;');
    const { files } = renderNamedConf(BOTH, { variant: 'publisher' }, withTemplate(name, text));
    expect(String(files[0]!.content)).toContain('notify yes;');
  });
});

describe('any desired state', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => `${labels.join('.')}.`);
  const domains = fc.uniqueArray(
    fc.record({ name, targets: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }) }),
    { minLength: 1, maxLength: 4, selector: (one) => one.name },
  );

  test.each(NAMED_VARIANTS)('%s grants for exactly its names', (variant) => {
    fc.assert(
      fc.property(domains, (drawn) => {
        const wanted = state(
          drawn.map((one) =>
            domain(
              one.name,
              one.targets.map((target) => srv(target)),
              { server: 'corp' },
            ),
          ),
          { hosts: drawn.flatMap((one) => one.targets.map((target) => host(target, ['192.0.2.7']))) },
        );
        const owners = permissions(confOf(wanted, { variant, realms: ['CORP.EXAMPLE'] })).map((rule) =>
          variant === 'unsigned-hosts' ? `${rule.split(' ')[0]}.` : rule.split(' ').at(-2),
        );
        expect(new Set(owners)).toEqual(new Set(wanted.domains.map(({ owner }) => owner)));
      }),
      { numRuns: 50 },
    );
  });
});
