import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FILE_KINDS, kindOfText } from '../../src/lint/file-kind.ts';
import { fileLinter, lintOctets } from '../../src/lint/lint-file.ts';
import { mendText } from '../../src/lint/mend-text.ts';

test.each([
  ['zone', '; a comment\n_vlmcs._tcp 3600 IN SRV 0 0 1688 kms1\n'],
  ['zone', '@ IN SOA ns1 hostmaster (\n 1 2 3 4 5 )\n'],
  ['zone', '$ORIGIN contoso.com.\n'],
  ['named', '// a comment\nzone "contoso.com" { type primary; };\n'],
  ['named', 'update-policy { grant k zonesub ANY; };'],
  ['dnsmasq', '# a comment\nsrv-host=_vlmcs._tcp.contoso.com,kms1\n'],
  ['dnsmasq', 'filterwin2k\n'],
  ['dnsmasq', '--filterwin2k\n'],
  ['unbound', 'server:\n  local-data: "a A 192.0.2.1"\n'],
  ['reg', 'REGEDIT4\n'],
  ['publish-list', '# hosts\neast.contoso.com, 10, 75\n'],
  ['publish-list', 'KMS_E1, 10, 75\n'],
  [undefined, ''],
  [undefined, 'Dear all, here is the list = "x"\n'],
])('%s: %j', (kind, text) => {
  expect(kindOfText(text)).toBe(kind);
});

test.each([
  ['/etc/bind/named.conf.local', '// nothing yet\n', 'named'],
  ['named.kms.corp.conf', '/* a\n b */\n', 'named'],
  ['/etc/dnsmasq.conf', '# all of it\n#port=5353\n\n', 'dnsmasq'],
  ['unbound.conf', '# include: x\n', 'unbound'],
  ['other.conf', '# nothing\n', undefined],
  ['named.conf', 'hello {\n', undefined],
  ['unbound.conf', 'include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n', 'unbound'],
])('the name counts where there is nothing but comments: %s', (file, text, kind) => {
  expect(lintOctets(file, Buffer.from(text)).kind).toBe(kind);
});

describe('any octets', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '_vlmcs._tcp',
      '_vmlcs._tcp',
      ' ',
      '\n',
      '\r\n',
      '\r',
      '(',
      ')',
      '{',
      '}',
      ';',
      '"',
      '\\',
      ',',
      '=',
      '.',
      'SRV',
      'IN',
      '60',
      '0',
      '1688',
      '70000',
      'kms1.contoso.com',
      '10.0.0.5',
      '::1',
      '@',
      '$ORIGIN',
      'SOA',
      'NS',
      'CNAME',
      'srv-host=',
      'cname=',
      'local-data:',
      'zone',
      'grant',
      'zonesub',
      'ms-subdomain',
      'allow-update',
      'any',
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SL]',
      '"DnsDomainPublishList"=',
      '"KeyManagementServicePort"=',
      'dword:00000001',
      'hex(7):61,00,00,00,00,00',
      'é',
      '\0',
    ),
    { maxLength: 30 },
  );
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    pieces.map((parts) => new Uint8Array(Buffer.from(parts.join(''), 'utf8'))),
    pieces.map((parts) => new Uint8Array(Buffer.from(`\uFEFF${parts.join('')}`, 'utf16le'))),
  );

  it.each(FILE_KINDS)('are judged as %s without an exception, in places that exist', (kind) => {
    fc.assert(
      fc.property(octets, (content) => {
        for (const { line, column, text, fix } of lintOctets('f', content, { kind }).results) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(text).not.toBe('');
          expect(fix).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('give the same in pieces as at once', () => {
    fc.assert(
      fc.property(octets, fc.integer({ min: 1, max: 40 }), (content, size) => {
        const linter = fileLinter('f', { kind: 'zone' });
        for (let at = 0; at < content.length; at += size) linter.feed(content.subarray(at, at + size));
        expect(linter.end().results).toEqual(lintOctets('f', content, { kind: 'zone' }).results);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a large zone', () => {
  it('is judged in pieces: a host whose address comes last, and a record over a border', () => {
    const filler = Array.from({ length: 40_000 }, (_, i) => `host${i} 60 IN A 192.0.2.1\n`).join('');
    const text = `@ 60 SOA ns1 h 1 2 3 4 5\n_vlmcs._tcp 60 SRV 0 0 1688 late\n_vlmcs._tcp 60 SRV 0 0 1688 never\n${filler}late 60 A 192.0.2.1\n`;
    const { results } = lintOctets('db.contoso.com', Buffer.from(text));
    expect(results.map(({ line, code }) => [line, code])).toEqual([[3, 'ADR-001']]);
  });

  it('says from where on it no longer looks for addresses', () => {
    const sets = Array.from({ length: 20_001 }, (_, i) => `_vlmcs._tcp.s${i} 60 SRV 0 0 1688 ns1\n`).join('');
    const { results } = lintOctets(
      'db.contoso.com',
      Buffer.from(`@ 60 SOA ns1 h 1 2 3 4 5\nns1 60 A 192.0.2.1\n${sets}`),
    );
    expect(results.map(({ line, code, severity }) => [line, code, severity])).toEqual([
      [20_003, 'RUN-008', 'notice'],
    ]);
  });

  it.each(['\n', '\r\n', '\r'])(
    'finds the same wherever the inner pieces end, with lines that end in %j',
    (end) => {
      const bad = ['_vlmcs._tcp 60 SRV (', '  0 0', '  1688 kms1.contoso.com )'].join(end);
      for (let shift = 0; shift < bad.length + 8; shift++) {
        const filler = `; ${'x'.repeat(8192 - bad.length + shift - 4)}`;
        const { results } = lintOctets('db.contoso.com', Buffer.from(`${filler}${end}${bad}${end}`));
        expect(results.map(({ line, column, code, fix }) => [line, column, code, fix])).toEqual([
          [4, 8, 'SRV-007', '1688 kms1.contoso.com. )'],
        ]);
      }
    },
  );

  describe('with more KMS records than are held', () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, i) => `_vlmcs._tcp.s${i} 60 SRV 0 0 1688 k\n`).join('');
    const said = (text: string): readonly (readonly [number, string])[] =>
      lintOctets('f', Buffer.from(text), { kind: 'zone' })
        .results.filter(({ text: words }) => !words.includes('target'))
        .map(({ line, code }) => [line, code]);

    it('judges sets that stand together whole, before and after', () => {
      const twoTtls = (name: string): string =>
        `_vlmcs._tcp.${name} 60 SRV 0 0 1688 k1\n_vlmcs._tcp.${name} 90 SRV 0 0 1688 k2\n`;
      expect(said(`${twoTtls('first')}${many(20_500)}${twoTtls('last')}`)).toEqual([
        [2, 'SRV-029'],
        [20_504, 'SRV-029'],
      ]);
    });

    it('says which names were judged in parts, once', () => {
      const late = '_vlmcs._tcp.s0 90 SRV 0 0 1688 k2\n_vlmcs._tcp.s1 90 SRV 0 0 1688 k2\n';
      const text = `${many(20_500)}${late}`;
      expect(said(text)).toEqual([[20_501, 'RUN-008']]);
      const { results } = lintOctets('f', Buffer.from(text), { kind: 'zone' });
      const [result] = results.filter(({ text: words }) => words.includes('not judged as one set'));
      expect(result).toMatchObject({ line: 20_501, severity: 'notice' });
      expect(result!.text).toMatch(/^_vlmcs\._tcp\.s0\.zone\.invalid .* and so has one other name: /);
    });
  });

  it('cuts a line that never ends', () => {
    const linter = fileLinter('db.contoso.com', { kind: 'zone' });
    linter.feed(Buffer.from('_vlmcs._tcp 60 SRV 0 0 0 kms1\na 60 TXT '));
    for (let i = 0; i < 20; i++) linter.feed(Buffer.alloc(200_000, 'x'));
    linter.feed(Buffer.from('\n_vlmcs._udp 60 SRV 0 0 1688 kms1\n'));
    expect(linter.end().results.map(({ line, code }) => [line, code])).toEqual([
      [1, 'SRV-010'],
      [3, 'SRV-004'],
    ]);
  });

  it('keeps a bound of results and says how many there are', () => {
    const text = '_vlmcs._udp 60 SRV 0 0 1688 kms1\n'.repeat(10_500);
    const { results, more } = lintOctets('db.contoso.com', Buffer.from(text));
    expect([results.length, more]).toEqual([10_000, 500]);
  });
});

describe('edits', () => {
  const at = (column: number, length: number, text: string) => ({
    from: { line: 2, column },
    to: { line: 2, column: column + length },
    text,
  });
  it.each([
    ['none', [], 'a\r\nbcd\r\n', 0],
    ['one', [at(2, 1, 'X')], 'a\r\nbXd\r\n', 1],
    ['two beside each other', [at(1, 1, 'X'), at(3, 1, 'Y')], 'a\r\nXcY\r\n', 2],
    ['the same twice', [at(2, 1, 'X'), at(2, 1, 'X')], 'a\r\nbXd\r\n', 2],
    ['one inside the other', [at(1, 3, 'X'), at(2, 1, 'Y')], 'a\r\nX\r\n', 1],
    ['two at one point', [at(2, 0, 'X'), at(2, 0, 'Y')], 'a\r\nbXcd\r\n', 1],
  ])('%s', (_, edits, text, made) => {
    expect(mendText('a\r\nbcd\r\n', edits)).toEqual({ text, made });
  });
});
