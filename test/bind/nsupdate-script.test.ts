import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { renderNsupdate, type ScriptEdit, scriptEdits } from '../../src/bind/nsupdate-script.ts';
import { readNsupdateScript } from '../../src/core/nsupdate-reader.ts';
import {
  canonicalRecords,
  formatRecord,
  type SrvRecord,
  type SrvSet,
  sameRecord,
  sameRecords,
} from '../../src/core/srv.ts';
import {
  CORP,
  domain,
  HOSTILE,
  packaged,
  srv,
  state,
  unchecked,
  withTemplate,
} from '../support/generated.ts';

const OWNER = unchecked('_vlmcs._tcp.contoso.com.');
const set = (ttlSeconds: number, ...records: readonly SrvRecord[]): SrvSet => ({
  name: OWNER,
  ttlSeconds,
  records,
});
const K1 = srv('kms1.contoso.com.', 0, 50);
const K2 = srv('kms2.contoso.com.', 10, 50);
const OLD = srv('old.contoso.com.');

const edit = (
  before: ScriptEdit['before'],
  after: SrvSet | null,
  more: Partial<ScriptEdit> = {},
): ScriptEdit => ({
  domain: unchecked('contoso.com.'),
  owner: OWNER,
  zone: unchecked('contoso.com.'),
  server: { host: '10.0.0.53', port: 53 },
  before,
  after,
  auth: { kind: 'tsig', key: 'kms-publisher' },
  keyFile: 'kms-publisher.key',
  ...more,
});
const scriptOf = (one: ScriptEdit): string => String(renderNsupdate([one], packaged).files[0]?.content);
const commands = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith(';'));

describe('scripts', () => {
  test.each<[string, ScriptEdit, readonly string[]]>([
    [
      'a first set is guarded by absence, of an alias too',
      edit(null, set(3600, K1)),
      [
        `prereq nxrrset ${OWNER} SRV`,
        `prereq nxrrset ${OWNER} CNAME`,
        `update add ${OWNER} 3600 SRV 0 50 1688 kms1.contoso.com.`,
      ],
    ],
    [
      'a change is guarded by the whole old set and deletes exact records',
      edit(set(3600, OLD, K2), set(3600, K1, K2)),
      [
        `prereq yxrrset ${OWNER} SRV 0 0 1688 old.contoso.com.`,
        `prereq yxrrset ${OWNER} SRV 10 50 1688 kms2.contoso.com.`,
        `update delete ${OWNER} SRV 0 0 1688 old.contoso.com.`,
        `update add ${OWNER} 3600 SRV 0 50 1688 kms1.contoso.com.`,
      ],
    ],
    [
      'a new TTL replaces every record',
      edit(set(60, K1), set(3600, K1)),
      [
        `prereq yxrrset ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
        `update delete ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
        `update add ${OWNER} 3600 SRV 0 50 1688 kms1.contoso.com.`,
      ],
    ],
    [
      'an end deletes each record, never the set',
      edit(set(60, K1, K2), null),
      [
        `prereq yxrrset ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
        `prereq yxrrset ${OWNER} SRV 10 50 1688 kms2.contoso.com.`,
        `update delete ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
        `update delete ${OWNER} SRV 10 50 1688 kms2.contoso.com.`,
      ],
    ],
    [
      'an unknown set is only added to',
      edit('unknown', set(60, K1)),
      [`update add ${OWNER} 60 SRV 0 50 1688 kms1.contoso.com.`],
    ],
    [
      'the server’s own letters are repeated where it compares octets',
      edit(set(60, { ...K1, targetAsServed: 'KMS1.Contoso.com.' }), null),
      [
        `prereq yxrrset ${OWNER} SRV 0 50 1688 KMS1.Contoso.com.`,
        `update delete ${OWNER} SRV 0 50 1688 KMS1.Contoso.com.`,
      ],
    ],
    [
      'letters that are another name are not',
      edit(set(60, { ...K1, targetAsServed: '\u212aMS1.contoso.com.' }), null),
      [
        `prereq yxrrset ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
        `update delete ${OWNER} SRV 0 50 1688 kms1.contoso.com.`,
      ],
    ],
  ])('%s', (_, one, expected) => {
    expect(commands(scriptOf(one))).toEqual([
      'server 10.0.0.53 53',
      'zone contoso.com.',
      ...expected,
      'send',
    ]);
  });

  it('leave server and zone to nsupdate where they are not known', () => {
    const { server: _server, zone: _zone, ...bare } = edit('unknown', set(60, K1));
    expect(commands(scriptOf(bare))).toEqual([
      `update add ${OWNER} 60 SRV 0 50 1688 kms1.contoso.com.`,
      'send',
    ]);
  });

  test.each([[edit(null, null)], [edit('unknown', null)], [edit(set(60, K1, K2), set(60, K2, K1))]])(
    'nothing to change: no script, and a note',
    (one) => {
      expect(renderNsupdate([one], packaged)).toEqual({
        files: [],
        warnings: [],
        notes: ['contoso.com needs no script: nothing changes.'],
      });
    },
  );

  test.each<[Partial<ScriptEdit>, string]>([
    [{}, 'nsupdate -k kms-publisher.key nsupdate.contoso.com.txt'],
    [{ keyFile: 'C:\\kms keys\\p.key' }, 'nsupdate -k "C:\\kms keys\\p.key" nsupdate.contoso.com.txt'],
    [{ keyFile: '$(reboot).key' }, 'nsupdate -k KEYFILE nsupdate.contoso.com.txt'],
    [{ auth: { kind: 'gss' } }, 'nsupdate -g nsupdate.contoso.com.txt'],
    [{ auth: { kind: 'none' } }, 'nsupdate nsupdate.contoso.com.txt   (unsigned'],
  ])('%j is run with %j', (more, command) => {
    expect(scriptOf(edit(null, set(60, K1), more))).toContain(`; Run it with:  ${command}`);
  });

  it('say what guards them', () => {
    expect(scriptOf(edit(null, set(60, K1)))).toContain('; Guard: nothing is published there yet.');
    expect(scriptOf(edit(set(60, OLD), set(60, K1)))).toContain('; Guard: the whole set as it was read.');
    expect(scriptOf(edit('unknown', set(60, K1)))).toContain('; NO GUARD');
    expect(renderNsupdate([edit('unknown', set(60, K1))], packaged).notes).toEqual([
      expect.stringContaining('has no guard'),
    ]);
  });
});

describe('scriptEdits', () => {
  const wanted = state([
    domain('contoso.com.', [K2, K1], { server: 'corp', zone: unchecked('contoso.com.'), ttlSeconds: 600 }),
    domain('fabrikam.com.', []),
  ]);

  it('guards by absence what it cannot look at', () => {
    expect(scriptEdits(wanted)).toEqual([
      edit(null, set(600, K1, K2)),
      {
        domain: 'fabrikam.com.',
        owner: '_vlmcs._tcp.fabrikam.com.',
        before: null,
        after: null,
        auth: { kind: 'none' },
      },
    ]);
    expect(scriptEdits(wanted, { merge: true }).map(({ before }) => before)).toEqual(['unknown', 'unknown']);
  });

  test.each([
    ['constructor', undefined],
    ['__proto__', undefined],
  ])('a server called %s is not one of Object.prototype', (server, expected) => {
    expect(scriptEdits(state([domain('contoso.com.', [K1], { server })]))[0]!.server).toBe(expected);
  });

  it('takes a server by name, and a key of the environment without its value', () => {
    const { address: _address, ...unnamed } = CORP;
    const named = { ...unnamed, name: unchecked('dc1.contoso.com.'), port: 5300 };
    const [one] = scriptEdits(
      state([domain('contoso.com.', [K1], { server: 'corp' })], {
        servers: { corp: named },
        keys: { 'kms-publisher': { kind: 'env', variable: 'KMSDNS_KEY' } },
      }),
    );
    expect(one!.server).toEqual({ host: 'dc1.contoso.com', port: 5300 });
    expect(scriptOf(one!)).toContain('nsupdate -k KEYFILE');
  });
});

describe('nothing but the change comes out', () => {
  const places: Readonly<Record<string, (value: string) => ScriptEdit>> = {
    target: (value) => edit(null, set(60, srv(value))),
    'old target': (value) => edit(set(60, srv(value)), set(60, K1)),
    'spelling of an old target': (value) => edit(set(60, { ...OLD, targetAsServed: value }), set(60, K1)),
    owner: (value) => edit(null, set(60, K1), { owner: unchecked(value) }),
    zone: (value) => edit(null, set(60, K1), { zone: unchecked(value) }),
    domain: (value) => edit(null, set(60, K1), { domain: unchecked(value) }),
    server: (value) => edit(null, set(60, K1), { server: { host: value, port: 53 } }),
    'key file': (value) => edit(null, set(60, K1), { keyFile: value }),
  };
  const rows = Object.keys(places).flatMap((place) =>
    HOSTILE.map(([what, value]) => [place, what, value] as const),
  );

  test.each(rows)('%s with %s', (place, _, value) => {
    let text: string;
    try {
      text = scriptOf(places[place]!(value));
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return;
    }
    // Independent of our reader: the lines are these, and what is free in them is one word.
    for (const line of commands(text)) {
      expect(line).toMatch(
        /^(server \S+ 53|zone contoso\.com\.|prereq (nxrrset \S+ (SRV|CNAME)|yxrrset \S+ SRV 0 0 1688 \S+)|update delete \S+ SRV 0 0 1688 \S+|update add \S+ 60 SRV \d+ \d+ 1688 \S+|send)$/,
      );
    }
    expect(commands(text).filter((line) => line.startsWith('update add'))).toHaveLength(1);
  });

  test.each([
    ['adds an update', 'update delete evil.contoso.com. A\n', 'nobody asked for'],
    ['sends early', 'update add x. 60 SRV 0 0 1 y.\nsend\n', 'not exactly one message'],
    ['sets a key', 'key hmac-sha256:x c2VjcmV0\n', 'is not read here'],
    ['goes to another zone', 'zone fabrikam.com\n', 'it is for zone fabrikam.com.'],
    ['goes to another server', 'server 192.0.2.1\n', 'it is for server 192.0.2.1'],
  ])("a user's template that %s", (_, text, why) => {
    const { server: _server, zone: _zone, ...bare } = edit(null, set(60, K1));
    expect(() => renderNsupdate([bare], withTemplate('bind/nsupdate.tmpl', text))).toThrow(
      expect.objectContaining({ code: 'template-invalid', message: expect.stringContaining(why) }),
    );
  });
});

describe('readNsupdateScript', () => {
  it('reads the long and the short words', () => {
    const { messages, problems } = readNsupdateScript(
      [
        'server ns1.contoso.com',
        'zone contoso.com',
        'prereq yxdomain contoso.com',
        'nxdomain gone.contoso.com',
        'add a.contoso.com 60 IN A 192.0.2.1',
        'del b.contoso.com',
        'update del c.contoso.com 60 SRV',
        '',
        '  ; a comment',
        'update delete d.contoso.com TXT "x"',
      ].join('\r\n'),
      'x',
    );
    expect(problems).toEqual([]);
    expect(messages).toMatchObject([
      {
        server: 'ns1.contoso.com',
        port: undefined,
        zone: 'contoso.com.',
        sent: true,
        prerequisites: [
          { kind: 'yxdomain', owner: 'contoso.com.' },
          { kind: 'nxdomain', owner: 'gone.contoso.com.', line: 4 },
        ],
        updates: [
          { kind: 'add', owner: 'a.contoso.com.', ttlSeconds: 60, type: 'A', rdata: ['192.0.2.1'] },
          { kind: 'delete', owner: 'b.contoso.com.' },
          { kind: 'delete', owner: 'c.contoso.com.', type: 'SRV' },
        ],
      },
      { sent: false, updates: [{ kind: 'delete', type: 'TXT' }] },
    ]);
  });

  test.each([
    ['server', 'server needs an address or a name'],
    ['server a 70000', 'server needs an address or a name'],
    ['zone a b', 'one name only'],
    ['zone a..b', 'a label is empty'],
    ['prereq maybe x', 'prereq needs nxdomain'],
    ['prereq nxdomain x SRV', 'prereq nxdomain needs a name alone'],
    ['prereq yxrrset x', 'prereq yxrrset needs a type'],
    ['update move x', 'update needs add or delete'],
    ['update add x SRV 0 0 1 y', 'needs a name, a TTL'],
    ['update add x 60 SRV 0 0 1', 'SRV needs priority'],
    ['update add x 60 SRV 0 0 99999 y', 'SRV needs priority'],
    ['update add x 60 ANY SRV 0 0 1 y', 'only class IN'],
    ['update add x 4294967296 A 1', 'more than 31 bits'],
    ['gsstsig', 'is not read here'],
    ['server ns1\u2028evil', 'not ASCII'],
    ['send now', 'is not read here'],
  ])('%s is a problem', (line, message) => {
    expect(readNsupdateScript(`\n${line}`, 'x').problems).toEqual([
      { file: 'x', line: 2, column: 1, message: expect.stringContaining(message) },
    ]);
  });

  it('never throws', () => {
    const word = fc.constantFrom(
      'update',
      'add',
      'del',
      'prereq',
      'yxrrset',
      'SRV',
      '0',
      '60',
      'x',
      'zone',
      'server',
      'send',
      ';',
      '\\',
      '\n',
      '.',
    );
    const soup = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        expect(Array.isArray(readNsupdateScript(text, 'x').problems)).toBe(true);
      }),
    );
  });
});

describe('any change', () => {
  const u16 = fc.integer({ min: 0, max: 65535 });
  const record = fc.record({
    priority: u16,
    weight: u16,
    port: u16,
    target: fc.stringMatching(/^[a-z]{1,3}$/).map((label) => unchecked(`${label}.contoso.com.`)),
  });
  const maybeSet = fc.option(
    fc.record({
      name: fc.constant(OWNER),
      ttlSeconds: fc.constantFrom(60, 600),
      records: fc
        .array(record, { minLength: 1, maxLength: 5 })
        .map((records) => [...canonicalRecords(records)]),
    }),
  );

  it('played on the old set gives the new one, and its guard holds for no other set', () => {
    fc.assert(
      fc.property(maybeSet, maybeSet, (before, after) => {
        const [file] = renderNsupdate([edit(before, after)], packaged).files;
        const unchanged =
          before?.ttlSeconds === after?.ttlSeconds &&
          sameRecords(before?.records ?? [], after?.records ?? []);
        expect(file === undefined).toBe(unchanged);
        if (file === undefined) return;
        const [message] = readNsupdateScript(String(file.content), 'x').messages;
        const guard = message!.prerequisites.flatMap(({ kind, srv: data }) =>
          kind === 'yxrrset' ? [data!] : [],
        );
        expect(guard.map(formatRecord).sort()).toEqual((before?.records ?? []).map(formatRecord).sort());
        let live = [...(before?.records ?? [])];
        let ttl: number | undefined = before?.ttlSeconds;
        for (const { kind, srv: data, ttlSeconds } of message!.updates) {
          live = live.filter((one) => !sameRecord(one, data!));
          if (kind === 'add') [live, ttl] = [[...live, data!], ttlSeconds];
        }
        expect(live.map(formatRecord).sort()).toEqual((after?.records ?? []).map(formatRecord).sort());
        if (after !== null) expect(ttl).toBe(after.ttlSeconds);
      }),
    );
  });
});
