import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Desk, type DeskOptions, desk } from '../support/desk.ts';

const ZONE = `$TTL 3600
@ SOA ns1 hostmaster 1 2 3 4 5
ns1 A 192.0.2.1
kms1 A 192.0.2.2
_vlmcs._tcp SRV 0 0 1688 kms1.contoso.com ; no final dot
_vlmcs._udp SRV 0 0 1688 kms1
`;
const CLEAN = '_vlmcs._tcp.contoso.com. 3600 IN SRV 0 0 1688 kms1.contoso.com.\n';

let here: Desk;
const open = (options: DeskOptions = {}): Desk => {
  here = desk(options);
  return here;
};
afterEach(() => here.clear());

describe('kmsdns lint', () => {
  it('says file, line and column, why it matters, and the mended line', async () => {
    const { run } = open({ files: { 'db.contoso.com': ZONE, 'dnsmasq.conf': 'filterwin2k\n' } });
    expect((await run('lint', 'db.contoso.com', 'dnsmasq.conf')).transcript).toMatchSnapshot();
  });

  it.each([
    ['nothing', CLEAN, 0],
    ['a notice', `${CLEAN}$INCLUDE more.db\n`, 0],
    ['a warning', `${CLEAN}_vlmcs._tcp.contoso.com. 60 IN SRV 0 0 1688 kms2.contoso.com.\n`, 1],
    ['an error', CLEAN.replace('1688', '0'), 2],
    ['a critical one', CLEAN.replace('_vlmcs', '_vmlcs'), 2],
    ['no kind of file', 'hello world, this is a letter {}', 64],
  ])('exits by the worst: %s', async (_, content, code) => {
    const { run } = open({ files: { 'z.zone': content } });
    expect((await run('lint', 'z.zone')).code).toBe(code);
  });

  it('gives JSON with exactly the promised fields', async () => {
    const { run } = open({ files: { 'zone.txt': ZONE } });
    const ran = await run('lint', '--origin', 'contoso.com', '--json', 'zone.txt');
    expect(ran.json()).toEqual({
      schema: 'kmsdns/lint@1',
      results: [
        {
          file: 'zone.txt',
          line: 5,
          column: 26,
          code: 'SRV-007',
          slug: 'srv-target-doubled-suffix',
          severity: 'error',
          text: expect.stringContaining('no final dot'),
          fix: '_vlmcs._tcp SRV 0 0 1688 kms1.contoso.com. ; no final dot',
        },
        expect.objectContaining({ line: 6, column: 1, code: 'SRV-004' }),
      ],
    });
  });

  it('writes a mended copy, and leaves the file alone', async () => {
    const { run, read } = open({ files: { 'db.contoso.com': ZONE } });
    const ran = await run('lint', '--fix', 'db.contoso.com');
    expect(ran.stderr).toContain('written: db.contoso.com.fixed (3 places mended, 0 left to a person)');
    expect(read('db.contoso.com')).toBe(ZONE);
    expect(read('db.contoso.com.fixed')).toBe(
      ZONE.replace('kms1.contoso.com ;', 'kms1.contoso.com. ;').replace('_vlmcs._udp', ';_vlmcs._tcp'),
    );
    expect((await run('lint', '--fix', 'db.contoso.com')).stderr).toContain('is there already');
  });

  it('replaces a file in place only with --force', async () => {
    const { run, read } = open({ files: { 'dnsmasq.conf': 'filterwin2k\nno-hosts\n' } });
    expect((await run('lint', '--fix', '--out', '.', 'dnsmasq.conf')).code).toBe(64);
    expect(read('dnsmasq.conf')).toBe('filterwin2k\nno-hosts\n');
    await run('lint', '--fix', '--out', '.', '--force', 'dnsmasq.conf');
    expect(read('dnsmasq.conf')).toBe('#filterwin2k\nno-hosts\n');
  });

  it('keeps the encoding of a registry export', async () => {
    const text =
      '\uFEFFWindows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]\r\n"KeyManagementServiceListeningPort"=dword:00000698\r\n';
    const { run, folder } = open({ files: { 'spp.reg': Buffer.from(text, 'utf16le') } });
    expect((await run('lint', '--fix', 'spp.reg')).code).toBe(2);
    expect(readFileSync(join(folder, 'spp.reg.fixed')).toString('utf16le')).toBe(
      text.replace('dword:00000698', '"1688"'),
    );
  });

  it('takes a folder for the files in it, and leaves out what it does not know', async () => {
    const { run } = open({
      files: {
        'dns/a.zone': CLEAN,
        'dns/sub/named.conf': 'options { allow-update { any; }; };\n',
        'dns/x.txt': '{}',
      },
    });
    const ran = await run('lint', 'dns', '--json');
    expect(ran.code).toBe(1);
    expect((ran.json() as { results: readonly { file: string }[] }).results.map(({ file }) => file)).toEqual([
      join('dns', 'sub', 'named.conf'),
    ]);
    expect(ran.stderr).toMatch(/left out: .*x\.txt" is no kind of file/);
    expect((await run('lint', 'dns/x.txt')).code).toBe(64);
  });

  it('writes SARIF 2.1.0 with relative places', async () => {
    const { run, read } = open({ files: { 'dns/my zone/db.contoso.com': ZONE } });
    await run('lint', '--sarif', 'lint.sarif', 'dns/my zone/db.contoso.com');
    const sarif = JSON.parse(read('lint.sarif'));
    expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'kmsdns' } } }] });
    const [{ results, tool }] = sarif.runs;
    expect(results).toHaveLength(2);
    for (const { ruleId, ruleIndex, message, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(message.text).not.toBe('');
      expect(locations[0].physicalLocation.artifactLocation.uri).toBe('dns/my%20zone/db.contoso.com');
      expect(locations[0].physicalLocation.region.startLine).toBeGreaterThan(4);
    }
    expect(results[0].fixes[0].artifactChanges[0].replacements[0]).toEqual({
      deletedRegion: { startLine: 5, startColumn: 42, endLine: 5, endColumn: 42 },
      insertedContent: { text: '.' },
    });
  });

  it.each([
    [['--fix', '-'], '--fix cannot write a copy of stdin'],
    [['--out', 'x', 'a.zone'], '--out without --fix'],
    [['nowhere.zone'], 'there is no file'],
  ])('refuses %j', async (argv, message) => {
    const ran = await open({ files: { 'a.zone': CLEAN } }).run('lint', ...argv);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(message);
  });
});

describe('what kmsdns itself writes', () => {
  const examples = ['small.yaml', 'east-west.yaml'];
  const forms = ['bind-zone', 'bind-named', 'dnsmasq', 'unbound', 'publish-list-reg', 'publish-list-txt'];
  it.each(examples.flatMap((example) => forms.map((form) => [example, form] as const)))(
    '%s as %s is clean',
    async (example, form) => {
      const state = readFileSync(join(import.meta.dirname, '../../examples', example), 'utf8');
      const { run, list } = open({ files: { 'kmsdns.yaml': state } });
      expect((await run('generate', form, '--out', 'made/')).code).toBe(0);
      const made = list('made').map((file) => `made/${file}`);
      expect(made.length).toBeGreaterThan(0);
      const ran = await run('lint', '--json', ...made);
      expect(ran.json()).toMatchObject({ results: [] });
      expect(ran.code).toBe(0);
    },
  );
});
