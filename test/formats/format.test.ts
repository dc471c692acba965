import { describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import { defineFormat, type FormatReading, type FormatSpec } from '../../src/formats/format.ts';
import { headComment } from '../../src/formats/head.ts';
import { choiceOption, nameOption, required, textOption, withDefault } from '../../src/formats/option.ts';
import { formatById } from '../../src/formats/registry.ts';
import { shellCommands } from '../../src/formats/shell-words.ts';
import { csvField, idWord, quotedText, shellWord } from '../../src/formats/words.ts';
import { SAMPLE } from '../support/formats.ts';
import { CORP, domain, HOSTILE, srv, state, unchecked } from '../support/generated.ts';

const ONE = state([domain('contoso.com.', [srv('kms1.contoso.com.', 1, 2, 3)], { ttlSeconds: 4 })]);
const PLACE = { file: 'x', line: 1, column: 1 };

/** A format that writes one file and reads from it whatever the test says. */
const reading = (found: FormatReading, more: Partial<FormatSpec<Record<string, never>>> = {}) =>
  defineFormat({
    id: 'trial',
    title: 'a trial',
    product: 'none',
    cannot: [],
    options: {},
    write: () => ({ files: [{ path: 'x', content: 'x\n' }] }),
    read: () => found,
    ...more,
  });
const RECORD = {
  owner: unchecked('_vlmcs._tcp.contoso.com.'),
  ttlSeconds: 4,
  record: srv('kms1.contoso.com.', 1, 2, 3),
  place: PLACE,
};

describe('a format is read back each time it is written', () => {
  test.each<[string, FormatReading, RegExp | undefined]>([
    ['what was asked for', { records: [RECORD], problems: [] }, undefined],
    ['nothing', { records: [], problems: [] }, /is missing/],
    ['a problem', { records: [RECORD], problems: [{ ...PLACE, message: 'odd' }] }, /x:1: odd/],
    ['a record twice', { records: [RECORD, RECORD], problems: [] }, /stands in it twice/],
    ['another TTL', { records: [{ ...RECORD, ttlSeconds: 5 }], problems: [] }, /nobody asked for/],
    ['another owner', { records: [{ ...RECORD, owner: unchecked('x.') }], problems: [] }, /nobody asked for/],
    [
      'priority and weight exchanged',
      { records: [{ ...RECORD, record: srv('kms1.contoso.com.', 2, 1, 3) }], problems: [] },
      /nobody asked for/,
    ],
    [
      'another port',
      { records: [{ ...RECORD, record: srv('kms1.contoso.com.', 1, 2, 4) }], problems: [] },
      /nobody asked for/,
    ],
    [
      'one record more',
      { records: [RECORD, { ...RECORD, record: srv('evil.') }], problems: [] },
      /nobody asked for/,
    ],
  ])('%s', (_, found, complaint) => {
    const write = (): unknown => reading(found).write(ONE);
    if (complaint === undefined) expect(write).not.toThrow();
    else {
      expect(write).toThrow(complaint);
      expect(write).toThrow(/^bug: trial does not read back: /);
      expect(write).not.toThrow(KmsDnsError);
    }
  });

  it('without the fields that it has no place for', () => {
    const odd = { ...RECORD, ttlSeconds: 900, record: srv('kms1.contoso.com.', 0, 0, 1688) };
    const lossy = (['ttl', 'priority', 'weight', 'port'] as const).map((of) => ({ of, says: 'No.' }));
    expect(() => reading({ records: [odd], problems: [] }, { cannot: lossy }).write(ONE)).not.toThrow();
    expect(() => reading({ records: [odd], problems: [] }, { cannot: lossy.slice(1) }).write(ONE)).toThrow();
  });

  it('but not its settings', () => {
    const format = reading(
      { records: [RECORD], problems: [] },
      {
        write: () => ({
          files: [
            { path: 'x', content: 'x\n' },
            { path: 's', content: 's\n', role: 'settings' },
          ],
        }),
      },
    );
    expect(format.write(ONE).files).toEqual([
      { path: 'x', content: 'x\n' },
      { path: 's', content: 's\n' },
    ]);
  });

  it('against what it shall hold, where that is a part', () => {
    const part = reading({ records: [], problems: [] }, { expected: () => [] });
    expect(() => part.write(ONE)).not.toThrow();
  });
});

describe('values are checked before they are written', () => {
  const never = reading({ records: [], problems: [] }, { write: () => expect.unreachable('it was written') });
  test.each([
    ['a priority too large', srv('k.contoso.com.', 65536)],
    ['a weight below zero', srv('k.contoso.com.', 0, -1)],
    ['a port that is not whole', srv('k.contoso.com.', 0, 0, 1.5)],
    ['a target in upper case', srv('K.contoso.com.')],
    ['a target without its final dot', srv('k.contoso.com')],
  ])('%s', (_, record) => {
    expect(() => never.write(state([domain('contoso.com.', [record])]))).toThrow(
      expect.objectContaining({ code: 'value-refused' }),
    );
  });

  test.each([
    ['a TTL too large', { ttlSeconds: 2 ** 31 }],
    ['a TTL that is no number', { ttlSeconds: Number.NaN }],
    ['another owner', { owner: unchecked('evil.contoso.com.') }],
    ['a zone with an escape', { zone: unchecked('a\\.b.') }],
  ])('%s', (_, more) => {
    expect(() => never.write(state([domain('contoso.com.', [], more)]))).toThrow(
      expect.objectContaining({ code: 'value-refused' }),
    );
  });

  test.each([
    ['a server port', { servers: { corp: { ...CORP, port: 0x10000 } } }],
    ['a host port', { hosts: [{ name: unchecked('k.'), addresses: [], port: -1 }] }],
  ])('%s', (_, more) => {
    expect(() => never.write({ ...ONE, ...more })).toThrow(
      expect.objectContaining({ code: 'value-refused' }),
    );
  });
});

describe('options', () => {
  const seen: unknown[] = [];
  const format = defineFormat({
    id: 'trial',
    title: 'a trial',
    product: 'none',
    cannot: [],
    options: {
      scope: choiceOption('how much', ['part', 'all']),
      host: nameOption('which host'),
      group: required(textOption('which group', 'GROUP', /^[a-z]+$/, 'lower-case letters only')),
      view: withDefault(textOption('which view', 'VIEW', /^[a-z]+$/, 'lower-case letters only'), 'default'),
    },
    write: (_, options) => {
      seen.push(options);
      return { files: [] };
    },
  });

  it('are read, and have their defaults', () => {
    format.write(ONE, { group: 'g' });
    format.write(ONE, { group: 'g', scope: 'all', host: 'KMS1.contoso.com', view: 'v' });
    expect(seen).toEqual([
      { scope: 'part', host: undefined, group: 'g', view: 'default' },
      { scope: 'all', host: 'kms1.contoso.com.', group: 'g', view: 'v' },
    ]);
  });

  test.each([
    [{}, /needs the option "group"/],
    [{ group: 'G' }, /"group" .* cannot be "G": lower-case letters only/],
    [{ group: 'g', scope: 'al' }, /did you mean "all"\?/],
    [{ group: 'g', host: 'a b' }, /blank/],
    [{ group: 'g', host: 'a\\$b' }, /letters, digits/],
    [{ group: 'g', veiw: 'x' }, /has no option "veiw"/],
    [{ group: 'g', constructor: 'x' }, /has no option "constructor"/],
  ])('%j is refused', (given: Readonly<Record<string, string>>, message) => {
    expect(() => format.write(ONE, given)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => format.write(ONE, given)).toThrow(message);
  });

  it('say their default in one line', () => {
    for (const { doc } of Object.values(format.options)) expect(doc).not.toContain('\n');
    expect(format.options.scope!.doc).toBe('how much: part, all; default part');
    expect(format.options.view!.doc).toBe('which view; default default');
  });
});

describe('the head of a file', () => {
  const about = {
    id: 'x',
    title: 'lines',
    product: 'X',
    cannot: [{ of: 'ttl' as const, says: 'The TTL: none.' }],
  };
  it('says what, from where, what to do, and what is lost', () => {
    expect(
      headComment('#', about, { ...ONE, file: '/secret/folder/kms.yaml' }, ['Load it:', '    load x']),
    ).toBe(
      '# X: lines. Made by kmsdns from kms.yaml.\n#\n# Load it:\n#     load x\n#\n# What this format does not say:\n# - The TTL: none.\n',
    );
  });

  it('wraps prose and leaves commands whole', () => {
    const long = 'word '.repeat(60).trim();
    const head = headComment(';', { ...about, cannot: [] }, ONE, [long, `    ${long}`]);
    const lines = head.split('\n');
    expect(lines.filter((line) => line.length > 110)).toHaveLength(1);
    expect(lines.every((line) => line === '' || line.startsWith(';'))).toBe(true);
  });
});

describe('words', () => {
  test.each(HOSTILE)('with %s never leave their place', (_, value) => {
    for (const [word, whole] of [
      [idWord, /^[\w.-]+$/],
      [quotedText, /^"(?:[^"\\\n\r]|\\.)*"$/],
      [shellWord, /^(?:[\w./:@%+=,-]+|'[^'\n\r]*')$/],
      [csvField, /^[^",\n\r]*$/],
    ] as const) {
      let text: string;
      try {
        text = word(value, 'value');
      } catch (error) {
        expect(error).toMatchObject({ code: 'value-refused' });
        continue;
      }
      expect(text).toMatch(whole);
    }
  });

  test.each(['-rf', '--help', "it's", 'ü', ''])('the shell gets no %j', (value) => {
    expect(() => shellWord(value, 'value')).toThrow(expect.objectContaining({ code: 'value-refused' }));
  });

  test.each(['=1+1', '+1', '-1', '@x', 'a,b', 'a"b'])('a spreadsheet gets no %j', (value) => {
    expect(() => csvField(value, 'value')).toThrow(expect.objectContaining({ code: 'value-refused' }));
  });
});

describe('shell words', () => {
  test.each<[string, string, readonly (readonly string[])[]]>([
    ['words', 'a  b\tc', [['a', 'b', 'c']]],
    ['quotes', `a 'b c' "d e" f'g h'i`, [['a', 'b c', 'd e', 'fg hi']]],
    ['an empty word', `a '' ""`, [['a', '', '']]],
    ['what is quoted is not expanded', `a '$x' "\\$y" \\"z`, [['a', '$x', '$y', '"z']]],
    ['comments', '# all\na # rest\nb#c\n', [['a'], ['b#c']]],
    ['continued lines', 'a \\\n  b \\\r\n  c\nd', [['a', 'b', 'c'], ['d']]],
    ['several commands', 'a; b && c || d | e', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['a quote that is not closed', `a 'b\nc`, [['a', 'b'], ['c']]],
    ['nothing', '\n\n', []],
  ])('%s', (_, text, expected) => {
    expect(shellCommands(text).map(({ words }) => words)).toEqual(expected);
  });

  it('know where a command begins', () => {
    expect(shellCommands('a\n  b c\n\td').map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [2, 3],
      [3, 2],
    ]);
  });
});

describe('servers and keys in formats', () => {
  const ids = (value: string) => ({
    ...SAMPLE,
    keys: { [value]: { kind: 'file' as const, path: 'k' } },
    servers: { corp: { ...CORP, auth: { kind: 'tsig' as const, key: value } } },
  });

  it('knot grants its key SRV at our names and nothing else', () => {
    const [conf] = formatById('knot').write(ids('kms-key')).files;
    expect(conf!.path).toBe('knot.kms.corp.conf');
    expect(conf!.content).toContain('include: "/etc/knot/kms-key.conf"');
    expect(conf!.content).toContain('    key: "kms-key"\n    action: "update"\n    update-type: ["SRV"]\n');
    expect(conf!.content).toContain('"_vlmcs._tcp.east.contoso.com.", "_vlmcs._tcp.west.contoso.com."');
  });

  it('knot grants nothing where the server has no TSIG key', () => {
    const open = { ...SAMPLE, servers: { corp: { ...CORP, auth: { kind: 'none' as const } } } };
    const [conf] = formatById('knot').write(open).files;
    expect(conf!.content).not.toMatch(/^(acl|include)/m);
    expect(conf!.content).toContain('nobody may update');
  });

  it('powerdns-policy needs a key', () => {
    const open = { ...SAMPLE, servers: { corp: { ...CORP, auth: { kind: 'none' as const } } } };
    expect(() => formatById('powerdns-policy').write(open)).toThrow(
      expect.objectContaining({ code: 'generate-impossible' }),
    );
  });

  it('powerdns-policy warns of the slip that was measured', () => {
    const { warnings, files } = formatById('powerdns-policy').write(SAMPLE);
    expect(warnings).toMatchObject([{ code: 'ACL-002', subject: 'kms-updates.corp.lua' }]);
    expect(files[0]!.content).toContain('WARNING: PowerDNS 4.7.3');
  });

  it('samba-tool talks to the server of the domain, or to the one that is named', () => {
    const named = {
      ...SAMPLE,
      servers: { corp: { id: 'corp', name: unchecked('dc1.contoso.com.'), port: 53, auth: CORP.auth } },
    };
    expect(String(formatById('samba-tool').write(named).files[0]!.content)).toContain(
      'dns add dc1.contoso.com contoso.com',
    );
    expect(
      String(formatById('samba-tool').write(named, { server: 'dc2.contoso.com' }).files[0]!.content),
    ).toContain('dns add dc2.contoso.com contoso.com');
    expect(String(formatById('samba-tool').write(ONE).files[0]!.content)).toContain(
      'dns add localhost contoso.com',
    );
  });

  it('child zones name their server, and say when it is a guess', () => {
    const guessed = formatById('nsd').write(ONE, { scope: 'child' });
    expect(guessed.notes).toEqual([expect.stringContaining('taken to be ns1.contoso.com')]);
    expect(String(guessed.files[1]!.content)).toContain('IN SOA ns1.contoso.com. hostmaster.contoso.com. 1 ');
    const given = formatById('nsd').write(ONE, { scope: 'child', 'name-server': 'dns.example' });
    expect(given.notes).toEqual([]);
    expect(String(given.files[1]!.content)).toContain('IN NS dns.example.');
  });

  it('octodns has its keys in natural order', () => {
    const names = ['site10', 'site2', 'a', 'site2b', ''].map((site) =>
      domain(`${site === '' ? '' : `${site}.`}contoso.com.`, [srv('k.contoso.com.')], {
        zone: unchecked('contoso.com.'),
      }),
    );
    const text = String(formatById('octodns').write(state(names)).files[0]!.content);
    expect([...text.matchAll(/^"_vlmcs\._tcp\.?(.*)":$/gm)].map(([, site]) => site)).toEqual([
      '',
      'a',
      'site2',
      'site2b',
      'site10',
    ]);
  });

  it('of a state that publishes nothing come no records', () => {
    const empty = state([domain('contoso.com.', [])]);
    for (const id of ['unbound', 'dnsmasq', 'samba-tool', 'octodns', 'pdnsutil', 'infoblox-csv']) {
      const { files } = formatById(id).write(empty);
      for (const { content } of files) expect(String(content)).not.toMatch(/^[^#;/]*\bSRV\b/m);
    }
  });
});
