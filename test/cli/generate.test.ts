import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import type { CheckedFile } from '../../src/cli/format.ts';
import { FORMAT_NAMES } from '../../src/cli/format-names.ts';
import { allFormats } from '../../src/cli/formats.ts';
import { tellChecked } from '../../src/cli/generate-action.ts';
import { lookOf } from '../../src/cli/look.ts';
import { parseKeyText } from '../../src/core/key-file.ts';
import { CONTOSO, type PracticeNetwork, startPracticeNetwork } from '../../src/lab/practice-network.ts';
import { cname, ns, soa, zoneFrom } from '../../src/lab/zone-data.ts';
import { findProgram } from '../lab/support/programs.ts';
import { needsProgram } from '../support/needs-program.ts';
import { type Ran, type RunOptions, runCommand, temporaryFolder } from '../support/run-command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const EAST_WEST = join(root, 'examples/east-west.yaml');
const SMALL = join(root, 'examples/small.yaml');

const generate = (words: readonly string[], options?: RunOptions): Promise<Ran> =>
  runCommand(['generate', ...words], options);

const errorOf = ({ stdout }: Ran): { schema: string; code: string; message: string; hint: string } =>
  JSON.parse(stdout);

describe('the formats', () => {
  it('are those that help and completion name', async () => {
    expect((await allFormats()).map(({ name }) => name)).toEqual(FORMAT_NAMES);
  });

  it('each say what they cannot express', async () => {
    for (const { name, describe: says, cannot } of await allFormats()) {
      expect(says, name).not.toBe('');
      expect(cannot.length, name).toBeGreaterThan(0);
    }
  });

  it('are listed for a person and as a document, all or one', async () => {
    const list = await generate(['--list']);
    expect(list.code).toBe(0);
    for (const name of FORMAT_NAMES) expect(list.stdout).toMatch(new RegExp(`^${name}$`, 'm'));
    expect(list.stdout).toContain('cannot say:');

    const document = JSON.parse((await generate(['--list', '--json'])).stdout);
    expect(document.schema).toBe('kmsdns/formats@1');
    expect(document.formats.map(({ format }: { format: string }) => format)).toEqual(FORMAT_NAMES);

    const one = await generate(['nsupdate', '--list']);
    expect(one.stdout).toMatch(/^nsupdate\n/);
    expect(one.stdout).not.toContain('bind-zone');
  });
});

/** The golden files are made by the render functions and judged by BIND's own tools; the command must give the same. */
const GOLDEN_RUNS: readonly (readonly [string, readonly string[]])[] = [
  ['bind-zone', ['bind-zone']],
  ['nsupdate', ['nsupdate']],
  ['nsupdate-merge', ['nsupdate', '--merge']],
  ['publish-list-reg', ['publish-list-reg']],
  ['publish-list-ps1', ['publish-list-ps1']],
  ['publish-list-txt', ['publish-list-txt']],
  [
    'bind-kerberos',
    [
      'bind-kerberos',
      ...['--zone-directory', '/var/lib/bind', '--name-server', 'ns1.contoso.com'],
      ...['--realm', 'WEST.CONTOSO.COM', '--realm', 'EAST.CONTOSO.COM'],
    ],
  ],
  ...(['publisher', 'self', 'self-host', 'listed', 'unsigned-hosts'] as const).map(
    (variant) =>
      [
        `bind-named-${variant}`,
        [
          'bind-named',
          '--variant',
          variant,
          '--zone-directory',
          '/var/lib/bind',
          ...(variant === 'self' || variant === 'self-host' || variant === 'listed'
            ? ['--realm', 'WEST.CONTOSO.COM', '--realm', 'EAST.CONTOSO.COM']
            : []),
          ...(variant === 'unsigned-hosts' ? ['--name-server', 'ns1.contoso.com'] : []),
        ],
      ] as const,
  ),
];

describe('examples/east-west.yaml', () => {
  test.each(GOLDEN_RUNS)('%s into a folder gives the golden files', async (folder, words) => {
    const out = join(temporaryFolder(), 'new');
    const ran = await generate([...words, '-c', EAST_WEST, '--out', `${out}/`]);
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    const golden = join(root, 'test/golden/east-west', folder);
    expect(readdirSync(out)).toEqual(readdirSync(golden));
    for (const file of readdirSync(golden)) {
      expect(readFileSync(join(out, file)).equals(readFileSync(join(golden, file))), file).toBe(true);
      expect(ran.stderr).toContain(`written: ${join(out, file)}\n`);
    }
  });

  test.each(GOLDEN_RUNS)('%s as a document holds the golden files', async (folder, words) => {
    const ran = await generate([...words, '-c', EAST_WEST, '--json']);
    expect(ran.code).toBe(0);
    const document = JSON.parse(ran.stdout);
    expect(document).toMatchObject({
      schema: 'kmsdns/generate@1',
      format: words[0],
      written: [],
      checked: [],
    });
    const golden = join(root, 'test/golden/east-west', folder);
    expect(document.files.map(({ path }: { path: string }) => path).sort()).toEqual(readdirSync(golden));
    for (const { path, content, contentBase64, mode, secret } of document.files) {
      const octets = content === undefined ? Buffer.from(contentBase64, 'base64') : Buffer.from(content);
      expect(octets.equals(readFileSync(join(golden, path))), path).toBe(true);
      expect({ mode, secret }).toEqual({ mode: null, secret: false });
    }
    expect(document.files.every((file: object) => 'contentBase64' in file)).toBe(
      words[0] === 'publish-list-reg',
    );
  });

  it('goes to stdout where joining is safe', async () => {
    const ran = await generate(['bind-zone', '-c', EAST_WEST, '-q']);
    const golden = join(root, 'test/golden/east-west/bind-zone');
    expect(ran.stdout).toBe(
      readdirSync(golden)
        .map((file) => readFileSync(join(golden, file), 'utf8'))
        .join(''),
    );
    expect(ran.stderr).toBe('');
  });

  it('gives stdout one host of a publish list, octet for octet', async () => {
    const ran = await generate(['publish-list-reg', '-c', EAST_WEST, '--host', 'KMS-E1.east.contoso.com.']);
    expect(ran.code).toBe(0);
    const golden = join(root, 'test/golden/east-west/publish-list-reg');
    expect(ran.octets).toEqual(readFileSync(join(golden, 'publish-list.kms-e1.east.contoso.com.reg')));
  });

  it('names the files that stdout cannot take', async () => {
    const ran = await generate(['publish-list-txt', '-c', EAST_WEST]);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('makes 4 files, and stdout takes one');
    for (const host of ['kms-e1.east', 'kms-e2.east', 'kms-w1.west', 'kms-w2.west'])
      expect(ran.stderr).toContain(`publish-list.${host}.contoso.com.txt`);
    expect(ran.stderr).toContain('--out DIR, or one host: --host HOST');
  });

  it('keeps octets from a terminal', async () => {
    const words = ['publish-list-reg', '-c', EAST_WEST, '--host', 'kms-e1.east.contoso.com'];
    const ran = await generate(words, { terminal: true });
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('--out FILE');
  });
});

describe('a part of a zone', () => {
  const yaml = `version: 1
domains:
  a.contoso.com: { zone: contoso.com, ttl: 60, publish: [{ host: kms1.contoso.com }] }
  b.contoso.com: { zone: contoso.com, ttl: 60, publish: [{ host: kms1.contoso.com }] }
  c.fabrikam.com: { zone: fabrikam.com, ttl: 60, publish: [{ host: kms1.contoso.com }] }
`;

  it('is told what its snippet would take away', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), yaml);
    const part = await generate(['bind-zone', '-d', 'a.contoso.com'], { cwd });
    expect(part.stdout).not.toContain('b.contoso.com');
    expect(part.stderr.replaceAll('\n', ' ')).toContain(
      'The snippet of contoso.com leaves out b.contoso.com: put in place, it would take their records away.',
    );
    const whole = await generate(['bind-zone', '-d', 'c.fabrikam.com'], { cwd });
    expect(whole.stderr).not.toContain('leaves out');
  });
});

describe('bind-key', () => {
  const key = ['bind-key', '--key', 'kms-publisher'];

  it('writes a key that only its owner can read, and prints nothing of it', async () => {
    const cwd = temporaryFolder();
    const ran = await generate([...key, '--out', 'keys/one.key'], { cwd });
    const file = join(cwd, 'keys/one.key');
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: 'written: keys/one.key\n' });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const { key: read, notes } = parseKeyText(readFileSync(file, 'utf8'), file);
    expect(read).toMatchObject({ name: 'kms-publisher.', algorithm: 'hmac-sha256' });
    expect(read.secret).toHaveLength(32);
    expect(notes).toEqual([]);
  });

  it('is another one each time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => generate([...key, '--stdout'])));
    expect(one!.stdout).toContain('key "kms-publisher"');
    expect(one!.stdout).not.toBe(other!.stdout);
  });

  it('is named after the only key of the desired state', async () => {
    expect((await generate(['bind-key', '-c', SMALL, '--stdout'])).stdout).toContain('key "kms-publisher" {');
  });

  test.each([
    ['no key', 'version: 1\ndomains: {}\n', 'names no key'],
    [
      'two keys',
      'version: 1\nkeys: { one: { file: a }, two: { file: b } }\ndomains: {}\n',
      'names 2 keys: one, two',
    ],
  ])('asks which one where the desired state has %s', async (_, yaml, said) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), yaml);
    const ran = await generate(['bind-key', '--stdout', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran)).toMatchObject({ code: 'usage', hint: 'add --key NAME' });
    expect(errorOf(ran).message).toContain(said);
  });

  it('warns of a weak algorithm', async () => {
    const ran = await generate([...key, '--algorithm', 'hmac-md5', '--stdout']);
    expect(ran.stdout).toContain('algorithm hmac-md5;');
    expect(ran.stderr).toMatch(/^note: .*md5/i);
  });

  it('is not printed unasked, and not named in a document unasked either', async () => {
    const unasked = await generate(key);
    expect(unasked).toMatchObject({ code: 64, stdout: '' });
    expect(unasked.stderr).toContain('--out FILE');
    expect(errorOf(await generate([...key, '--json'])).code).toBe('usage');

    const cwd = temporaryFolder();
    const written = await generate([...key, '--out', 'k.key', '--json'], { cwd });
    const secret = /secret "(.+)"/.exec(readFileSync(join(cwd, 'k.key'), 'utf8'))![1]!;
    expect(written.screen).not.toContain(secret);
    expect(JSON.parse(written.stdout)).toMatchObject({
      files: [{ path: 'kms-publisher.key', mode: '0600', secret: true }],
      written: ['k.key'],
    });

    const asked = JSON.parse((await generate([...key, '--stdout', '--json'])).stdout);
    expect(asked.files[0].content).toMatch(/secret "/);
  });
});

describe('files that are there already', () => {
  const words = ['nsupdate', '-c', EAST_WEST, '--out', 'out'];

  it('are never replaced without --force, and then nothing is written at all', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'out'));
    writeFileSync(join(cwd, 'out/nsupdate.west.contoso.com.txt'), 'mine');
    const ran = await generate([...words, '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran).code).toBe('output-exists');
    expect(readdirSync(join(cwd, 'out'))).toEqual(['nsupdate.west.contoso.com.txt']);

    expect((await generate([...words, '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'out/nsupdate.west.contoso.com.txt'), 'utf8')).toContain('prereq nxrrset');
    expect(readdirSync(join(cwd, 'out'))).toHaveLength(2);
  });

  it('are no folders', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'out'), 'mine');
    const ran = await generate([...words, '--force', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran)).toMatchObject({ code: 'file-unwritable', hint: 'name a folder' });
    expect(readFileSync(join(cwd, 'out'), 'utf8')).toBe('mine');
  });

  it('one file goes into an existing folder, else it is the file', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'there'));
    const one = (out: string): Promise<Ran> => generate(['bind-named', '-c', SMALL, '--out', out], { cwd });
    expect((await one('there')).stderr).toContain(`written: ${join('there', 'named.kms.corp.conf')}\n`);
    expect((await one('kms.conf')).stderr).toContain('written: kms.conf\n');
    expect(readdirSync(cwd)).toEqual(['kms.conf', 'there']);
  });
});

describe('places that cannot be written', () => {
  it('a path through a file', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'file'), '');
    const ran = await generate(['nsupdate', '-c', EAST_WEST, '--out', 'file/deep/', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran).code).toBe('file-unwritable');
    expect(errorOf(ran).message).toContain('is a file, not a folder');
  });

  // Root writes everywhere.
  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a folder of somebody else',
    async () => {
      const cwd = temporaryFolder();
      const folder = join(cwd, 'locked');
      mkdirSync(folder, { mode: 0o500 });
      const ran = await generate(['nsupdate', '-c', EAST_WEST, '--out', 'locked', '--json'], { cwd });
      chmodSync(folder, 0o700);
      expect(ran.code).toBe(64);
      expect(errorOf(ran)).toMatchObject({ code: 'file-unwritable' });
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe('mistakes on the command line', () => {
  test.each([
    ['no format', [], /needs a FORMAT: bind-zone, .*publish-list-txt/],
    ['an unknown format', ['bind-zoen'], /there is no format "bind-zoen"; did you mean "bind-zone"/],
    ['two formats', ['bind-zone', 'nsupdate'], /takes one FORMAT only; what is "nsupdate"/],
    [
      'an unknown option',
      ['bind-zone', '--variants', 'self'],
      /has no option "--variants"; did you mean "--variant"/,
    ],
    [
      'an option of another format',
      ['bind-zone', '--host', 'kms1.contoso.com'],
      /bind-zone does not read --host/,
    ],
    ['a variant for a script', ['nsupdate', '--variant', 'self'], /nsupdate does not read --variant/],
    [
      'an unknown variant',
      ['bind-named', '--variant', 'everybody'],
      /not one of publisher, self, self-host, listed/,
    ],
    ['a variant without its realm', ['bind-named', '--variant', 'self'], /needs the Kerberos realm/],
    [
      'a realm in lower case',
      ['bind-named', '--variant', 'self', '--realm', 'contoso.com'],
      /is not in upper case; BIND compares realms by case/,
    ],
    [
      'a realm for the publisher',
      ['bind-named', '--realm', 'CONTOSO.COM'],
      /--realm says nothing about the variant/,
    ],
    [
      'a key folder for hosts',
      ['bind-named', '--variant', 'self', '--realm', 'CONTOSO.COM', '--key-directory', '/etc'],
      /--key-directory says nothing about the variant self/,
    ],
    [
      'a variant that lacks addresses',
      ['bind-named', '--variant', 'unsigned-hosts'],
      /needs the addresses of kms1\.contoso\.com, kms2\.contoso\.com/,
    ],
    ['an unknown algorithm', ['bind-key', '--stdout', '--algorithm', 'hmac-sha3'], /not one of hmac-sha256/],
    ['a key name that is none', ['bind-key', '--stdout', '--key', 'a..b'], /--key/],
    [
      'a host that is not published',
      ['publish-list-txt', '--host', 'kms3.contoso.com'],
      /publishes no KMS host "kms3\.contoso\.com"; did you mean "kms/,
    ],
    [
      'one domain of a publish list',
      ['publish-list-txt', '-d', 'contoso.com'],
      /--domain would make the host lose the others/,
    ],
    [
      'a domain that is not there',
      ['bind-zone', '-d', 'fabrikam.com'],
      /does not have the domain "fabrikam\.com"/,
    ],
    ['--live with --merge', ['nsupdate', '--live', '--merge'], /contradict each other/],
    [
      'a server without --live',
      ['nsupdate', '-s', '127.0.0.1'],
      /--server means something only together with --live/,
    ],
    ['--stdout with --out', ['bind-key', '--stdout', '--out', 'x'], /contradict each other/],
    ['a check that nobody can do', ['nsupdate', '--check'], /no program here that checks nsupdate/],
    ['a setting for a format without', ['bind-zone', '--set', 'a=b'], /bind-zone does not read --set/],
    [
      'no folder of templates',
      ['bind-zone', '--templates', 'nowhere'],
      /there is no folder "nowhere" with templates/,
    ],
  ])('%s', async (_, words, said) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), readFileSync(SMALL));
    const ran = await generate(words, { cwd });
    expect(ran.stderr).toMatch(said);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(readdirSync(cwd)).toEqual(['kmsdns.yaml']);
  });

  it('a desired state without a host', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), 'version: 1\ndomains: {}\n');
    const ran = await generate(['bind-zone', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran)).toMatchObject({ code: 'generate-impossible' });
  });
});

describe('templates of a user', () => {
  /** A folder with one template in place of the packaged one of that name. */
  const withTemplate = (name: string, text: string | Uint8Array): string => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'own/bind'), { recursive: true });
    mkdirSync(join(cwd, 'own/registry'));
    writeFileSync(join(cwd, 'own', name), text);
    return cwd;
  };
  const packaged = (name: string): string => readFileSync(join(root, 'templates', name), 'utf8');
  const NAMED = 'bind/named.publisher.conf.tmpl';
  const run = (cwd: string, ...words: string[]): Promise<Ran> =>
    generate([...words, '-c', SMALL, '--templates', 'own', '--out', 'out/'], { cwd });

  it('take the place of the packaged ones, and it is said which', async () => {
    const cwd = withTemplate('bind/zone.inc.tmpl', '; ours\n');
    const ran = await run(cwd, 'bind-zone');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('templates from own: bind/zone.inc.tmpl\n');
    expect(readFileSync(join(cwd, 'out/vlmcs.contoso.com.inc'), 'utf8')).toMatch(/^; ours\n_vlmcs\._tcp\./);
  });

  test.each([
    [
      'lets everybody write',
      'bind-named',
      NAMED,
      `${packaged(NAMED)}\nzone "x" { allow-update { any; }; };\n`,
    ],
    ['widens the grant', 'bind-named', NAMED, packaged(NAMED).replace(' SRV;', ' ANY;')],
    ['includes a file', 'bind-named', NAMED, `include "/etc/shadow";\n${packaged(NAMED)}`],
    ['leaves the zones out', 'bind-named', NAMED, '// nothing\n'],
    ['does not close a brace', 'bind-named', NAMED, `${packaged(NAMED)}\noptions {\n`],
    ['adds a record', 'bind-zone', 'bind/zone.inc.tmpl', 'evil IN A 203.0.113.66\n'],
    ['includes a file into the zone', 'bind-zone', 'bind/zone.inc.tmpl', '$INCLUDE /etc/passwd\n'],
    ['sends an update of its own', 'nsupdate', 'bind/nsupdate.tmpl', 'update delete contoso.com.\nsend\n'],
    ['asks for a field that is not there', 'bind-named', NAMED, '{{secret|base64}}'],
    ['asks for a property of every object', 'bind-named', NAMED, '{{constructor|fqdn}}'],
    ['has no encoder', 'bind-zone', 'bind/zone.inc.tmpl', '{{zone}}'],
    ['has an unclosed hole', 'bind-zone', 'bind/zone.inc.tmpl', '; {{zone|domain'],
    ['has an unclosed block', 'bind-named', NAMED, '{{#zones}}'],
    [
      'runs a command',
      'publish-list-ps1',
      'registry/publish-list.ps1.tmpl',
      '$wanted = @(\n)\nRemove-Item C:\\\n',
    ],
    [
      'sets another key',
      'publish-list-reg',
      'registry/publish-list.reg.tmpl',
      'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n"DnsDomainPublishList"={{list|regMultiSz}}\n',
    ],
  ])('one that %s is refused', async (_, format, name, text) => {
    const cwd = withTemplate(name, text);
    const ran = await run(cwd, format, '--json');
    expect(errorOf(ran).code).toBe('template-invalid');
    expect(errorOf(ran).message).toContain(join('own', name));
    expect(ran.code).toBe(64);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  test.each([
    ['is not text', Buffer.from([0xff, 0x00, 0x80])],
    ['is UTF-16', Buffer.from('\uFEFF; x', 'utf16le')],
  ])('one that %s is refused', async (_, octets) => {
    const ran = await run(withTemplate('bind/zone.inc.tmpl', octets), 'bind-zone', '--json');
    expect(ran.code).toBe(64);
    expect(errorOf(ran).code).toBe('file-unreadable');
  });

  it('one that is a folder, a device or missing is refused', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'own/bind/zone.inc.tmpl'), { recursive: true });
    expect(errorOf(await run(folder, 'bind-zone', '--json')).code).toBe('file-unreadable');

    const empty = temporaryFolder();
    mkdirSync(join(empty, 'own'));
    writeFileSync(join(empty, 'own/zone.inc.tmpl'), '; in the wrong place\n');
    const ran = await run(empty, 'bind-zone', '--json');
    expect(errorOf(ran)).toMatchObject({ code: 'template-invalid' });
    expect(errorOf(ran).hint).toContain('bind/zone.inc.tmpl');

    if (process.platform === 'win32') return;
    const device = temporaryFolder();
    mkdirSync(join(device, 'own/bind'), { recursive: true });
    symlinkSync('/dev/zero', join(device, 'own/bind/zone.inc.tmpl'));
    expect(errorOf(await run(device, 'bind-zone', '--json')).code).toBe('file-unreadable');
  });
});

needsProgram('named-checkconf')('--check', () => {
  it('has BIND judge what is written', async () => {
    const ran = await generate([
      'bind-named',
      '-c',
      EAST_WEST,
      '--variant',
      'unsigned-hosts',
      '--check',
      '--json',
    ]);
    expect(ran.code).toBe(0);
    const { checked } = JSON.parse(ran.stdout);
    expect(
      checked.map(({ path, program, ok }: CheckedFile & { ok: boolean }) => [path, program, ok]),
    ).toEqual([
      ['named.kms.corp.conf', 'named-checkconf', true],
      ['db._vlmcs._tcp.east.contoso.com.zone', 'named-checkzone', true],
      ['db._vlmcs._tcp.west.contoso.com.zone', 'named-checkzone', true],
    ]);
    expect((await generate(['bind-zone', '-c', EAST_WEST, '--check'])).stderr).toContain(
      'vlmcs.east.contoso.com.inc: named-checkzone accepts it',
    );
    expect((await generate(['bind-named', '-c', SMALL, '--check'])).code).toBe(0);
    expect((await generate(['bind-key', '--key', 'k', '--stdout', '--check'])).code).toBe(0);
  });

  it('writes nothing that BIND turns down', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'own/bind'), { recursive: true });
    const name = 'bind/named.publisher.conf.tmpl';
    const text = `${readFileSync(join(root, 'templates', name), 'utf8')}\noptions { no-such-option yes; };\n`;
    writeFileSync(join(cwd, 'own', name), text);
    const words = ['bind-named', '-c', SMALL, '--templates', 'own', '--check'];
    const ran = await generate([...words, '--out', 'out/'], { cwd });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain("unknown option 'no-such-option'");
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    expect(await generate(words, { cwd })).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse((await generate([...words, '--json'], { cwd })).stdout).checked[0].ok).toBe(false);
    // Without the judge, what our own reader can vouch for is written.
    expect((await generate(words.slice(0, -1), { cwd })).code).toBe(0);
  });
});

test.each([
  ['accepted', [true], 'accepted'],
  ['turned down', [true, false], 'refused'],
  ['not judged', [true, undefined], 'unjudged'],
  ['not judged and turned down', [undefined, false], 'refused'],
  ['none', [], 'accepted'],
] as const)('files that are %s', (_, oks, judgement) => {
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
  };
  const err = lookOf({ isTerminal: false, columns: undefined }, {}, 'linux', true);
  const checked = oks.map(
    (ok, i): CheckedFile => ({
      path: `file${i}`,
      program: 'named-checkconf',
      checked:
        ok === undefined ? { ran: false, why: 'it is not installed' } : { ran: true, ok, output: 'line 3' },
    }),
  );
  expect(tellChecked(checked, { err, warn: say, note: say } as unknown as Context)).toBe(judgement);
  expect(said.join('\n').match(/is not checked/g) ?? []).toHaveLength(
    oks.filter((ok) => ok === undefined).length,
  );
});

describe('nsupdate --live', () => {
  let network: PracticeNetwork | undefined;
  afterEach(async () => {
    await network?.stop();
    network = undefined;
  });
  const set = async (): Promise<string> => {
    network = await startPracticeNetwork();
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, network.keyFileName), network.keyFileText, { mode: 0o600 });
    writeFileSync(join(cwd, 'kmsdns.yaml'), network.desiredStateYaml);
    return cwd;
  };

  it('guards each script by what is published now', async () => {
    const cwd = await set();
    const ran = await generate(['nsupdate', '--live', '-d', 'contoso.example'], { cwd });
    expect(ran.code).toBe(0);
    const [kms1, kms2] = network!.hosts.map(({ rpc }) => rpc.endpoint.port);
    const { port } = network!.nameserver.endpoint;
    expect(ran.stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'))).toEqual([
      `server 127.0.0.1 ${port}`,
      'zone contoso.example.',
      `prereq yxrrset _vlmcs._tcp.contoso.example. SRV 0 0 ${kms1} kms1.contoso.example.`,
      `update delete _vlmcs._tcp.contoso.example. SRV 0 0 ${kms1} kms1.contoso.example.`,
      `update add _vlmcs._tcp.contoso.example. 3600 SRV 10 75 ${kms1} kms1.contoso.example.`,
      `update add _vlmcs._tcp.contoso.example. 3600 SRV 10 25 ${kms2} kms2.contoso.example.`,
      'send',
    ]);
  });

  needsProgram('nsupdate')('carried out by nsupdate', () => {
    it('is what apply would have done; then there is nothing left to write', async () => {
      const cwd = await set();
      expect((await generate(['nsupdate', '--live', '--out', 'scripts'], { cwd })).code).toBe(0);
      for (const file of readdirSync(join(cwd, 'scripts')))
        await promisify(execFile)(
          findProgram('nsupdate')!,
          ['-k', network!.keyFileName, join('scripts', file)],
          { cwd, timeout: 10_000 },
        );
      expect((await runCommand(['verify'], { cwd })).code).toBe(0);
      const again = await generate(['nsupdate', '--live', '--json'], { cwd });
      expect(again.code).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({ files: [], unknown: [] });
      expect(again.stderr).toContain('contoso.example needs no script: nothing changes.');
    });
  });

  it('leaves out what it could not find out, and says so', async () => {
    const cwd = await set();
    await network!.stop();
    const ran = await generate(['nsupdate', '--live', '--timeout', '0.1', '--json'], { cwd });
    expect(ran.code).toBe(3);
    const document = JSON.parse(ran.stdout);
    expect(document.files).toEqual([]);
    expect(document.unknown.map(({ domain }: { domain: string }) => domain)).toEqual([
      'contoso.example.',
      'fabrikam.example.',
    ]);
    expect(ran.stderr).toContain('could not be found out');
  });

  it('writes nothing beside an alias', async () => {
    const cwd = await set();
    const records = [
      soa(CONTOSO, 'ns1.contoso.example'),
      ns(CONTOSO, 'ns1.contoso.example'),
      cname(`_vlmcs._tcp.${CONTOSO}`, 'elsewhere.example'),
    ];
    network!.nameserver.replaceZone(zoneFrom({ name: CONTOSO, records }));
    const ran = await generate(['nsupdate', '--live', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(errorOf(ran)).toMatchObject({ code: 'generate-impossible' });
    expect(errorOf(ran).message).toContain('is an alias');
  });
});

describe('bind-named', () => {
  it('grants the key by the name in its file, where that is here', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), readFileSync(SMALL));
    writeFileSync(
      join(cwd, 'kms-publisher.key'),
      'hmac-sha256:other.name:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n',
    );
    const ran = await generate(['bind-named'], { cwd });
    expect(ran.stdout).toContain('grant "other.name" name _vlmcs._tcp.contoso.com. SRV;');
    expect(ran.stdout).toContain('include "/etc/bind/other.name.key";');
  });

  it('says so where the key file cannot be read, without a word of it', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kmsdns.yaml'), readFileSync(SMALL));
    writeFileSync(join(cwd, 'kms-publisher.key'), 'key "x" { secret "c2VjcmV0; };');
    const ran = await generate(['bind-named'], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('grant "kms-publisher"');
    expect(ran.stderr).toContain('its name is taken to be');
    expect(ran.screen).not.toContain('c2VjcmV0');
  });
});
