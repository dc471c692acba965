import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { KmsDnsError } from '../../src/core/errors.ts';
import {
  keyFromEnvironment,
  kindOfPath,
  makeTemporaryFolder,
  packagedTemplate,
  readBinaryFile,
  readKey,
  readTextFile,
  writeFileSafely,
} from '../../src/core/files.ts';

const B64 = Buffer.alloc(32, 0xa5).toString('base64');
const STATEMENT = `key "kms-publisher" {\n\talgorithm hmac-sha256;\n\tsecret "${B64}";\n};\n`;
const RECORD = `kms-publisher. IN KEY 512 3 163 ${B64}\n`;
const PRIVATE = `Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: ${B64}\nBits: AAA=\n`;
const PAIR = 'Kkms-publisher.+163+12345';
const onPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kmsdns-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

async function refusal(work: Promise<unknown>): Promise<KmsDnsError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KmsDnsError) return error;
  throw error ?? new Error('nothing was refused');
}

/** The rights of an ordinary user for one piece of work: to root nothing is denied. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  chmodSync(folder, 0o755);
  process.seteuid!(65534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

describe('readTextFile and readBinaryFile', () => {
  it('give the content, text without its byte order mark', async () => {
    const path = put('a.yaml', '\uFEFFdomains: {}\r\n');
    expect(await readTextFile(path)).toBe('domains: {}\r\n');
    expect(Buffer.from(await readBinaryFile(path)).toString('hex')).toMatch(/^efbbbf/);
    expect(await readTextFile(put('empty', ''))).toBe('');
  });

  test.each([
    ['UTF-16, little end first', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'is UTF-16 text'],
    ['UTF-16, big end first', Uint8Array.of(0xfe, 0xff, 0, 0x61), 'is UTF-16 text'],
    ['Latin-1', Uint8Array.of(0x6d, 0xfc, 0x6e), 'is not UTF-8 text'],
  ])('refuse %s as text', async (_, content, message) => {
    const error = await refusal(readTextFile(put('a', content)));
    expect(error).toMatchObject({ code: 'file-unreadable', hint: 'save it as UTF-8' });
    expect(error.message).toContain(message);
  });

  test.each([
    ['a missing file', 'none.yaml', 'there is no file'],
    ['a missing folder', 'no/where/a.yaml', 'there is no folder'],
    ['a folder', '.', 'is a folder, not a file'],
    ['a file where a folder should be', 'a.yaml/b', 'is a file, not a folder'],
    ['a name that is too long', 'a'.repeat(300), 'is too long'],
  ])('refuse %s', async (_, name, message) => {
    put('a.yaml', 'x');
    const path = join(folder, name);
    const error = await refusal(readBinaryFile(path));
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain(message);
    expect(error.message).toContain(JSON.stringify(path));
    expect(error.hint).not.toBe('');
  });

  test.runIf(onPosix)('refuse a device', async () => {
    expect((await refusal(readBinaryFile('/dev/zero'))).message).toBe('"/dev/zero" is a device, not a file');
  });

  test.runIf(onPosix)('say so when permission is denied', async () => {
    const path = put('secret.yaml', 'x', 0o000);
    const error = await asNobody(() => refusal(readTextFile(path)));
    expect(error.message).toBe(`permission to read ${JSON.stringify(path)} is denied`);
  });
});

describe('writeFileSafely', () => {
  it('writes octets and line ends as they are, in folders it makes, and leaves nothing else behind', async () => {
    const path = join(folder, 'out/deep/zone.txt');
    await writeFileSafely(path, 'a\r\nb\n');
    expect(readFileSync(path, 'latin1')).toBe('a\r\nb\n');
    await writeFileSafely(join(folder, 'out/deep/list.reg'), Uint8Array.of(0xff, 0xfe, 0x0d, 0));
    expect([...readFileSync(join(folder, 'out/deep/list.reg'))]).toEqual([0xff, 0xfe, 0x0d, 0]);
    expect(readdirSync(join(folder, 'out/deep')).sort()).toEqual(['list.reg', 'zone.txt']);
  });

  it('does not replace a file without force', async () => {
    const path = put('a', 'old');
    expect(await refusal(writeFileSafely(path, 'new'))).toMatchObject({
      code: 'output-exists',
      message: `${JSON.stringify(path)} is there already`,
      hint: expect.stringContaining('--force'),
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('lets only one of several writers create a file', async () => {
    const path = join(folder, 'plan.json');
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map((text) => writeFileSafely(path, text)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['plan.json']);
  });

  test.runIf(onPosix)('gives exactly the mode asked for, else keeps that of the replaced file', async () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    const path = join(folder, 'k.key');
    await writeFileSafely(path, 'secret', { mode: 0o600 });
    expect(mode(path)).toBe(0o600);
    await writeFileSafely(path, 'other', { force: true });
    expect([mode(path), readFileSync(path, 'utf8')]).toEqual([0o600, 'other']);
    await writeFileSafely(path, 'open', { force: true, mode: 0o664 });
    expect(mode(path)).toBe(0o664);
  });

  test.runIf(onPosix)('writes through a link and does not replace it', async () => {
    const target = put('real', 'old');
    const path = join(folder, 'link');
    symlinkSync(target, path);
    await writeFileSafely(path, 'new', { force: true });
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    expect((await refusal(writeFileSafely(join(folder, 'dangling'), 'x'))).code).toBe('output-exists');
  });

  test.each([
    ['a folder', 'sub', 'is a folder, not a file'],
    ['below a file', 'file/x', 'is a file, not a folder'],
    ['far below a file', 'file/x/y', 'is a file, not a folder'],
    ['a name that is too long', 'a'.repeat(250), 'is too long'],
  ])('refuses %s, with force too', async (_, name, message) => {
    mkdirSync(join(folder, 'sub'));
    put('file', 'old');
    const error = await refusal(writeFileSafely(join(folder, name), 'x', { force: true }));
    expect(error.code).toBe('file-unwritable');
    expect(error.message).toContain(message);
    expect(readdirSync(folder).sort()).toEqual(['file', 'sub']);
  });

  test.runIf(onPosix)('never replaces a device', async () => {
    const error = await refusal(writeFileSafely('/dev/null', 'x', { force: true }));
    expect(error).toMatchObject({ code: 'file-unwritable', message: '"/dev/null" is a device, not a file' });
  });

  test.runIf(onPosix)('says so when permission is denied', async () => {
    chmodSync(folder, 0o755);
    const path = join(folder, 'new');
    if (!isRoot) chmodSync(folder, 0o555);
    const error = await asNobody(() => refusal(writeFileSafely(path, 'x')));
    expect(error).toMatchObject({
      code: 'file-unwritable',
      message: `permission to write ${JSON.stringify(path)} is denied`,
    });
    chmodSync(folder, 0o755);
  });
});

describe('readKey', () => {
  it('reads a key statement', async () => {
    const { key, notes } = await readKey(put('kms.key', STATEMENT));
    expect([key.name, key.algorithm, notes]).toEqual(['kms-publisher.', 'hmac-sha256', []]);
  });

  test.each(['', '.key', '.private'])('reads a K* pair by its name with "%s"', async (ending) => {
    put(`${PAIR}.key`, RECORD);
    put(`${PAIR}.private`, PRIVATE);
    const { key, notes } = await readKey(join(folder, PAIR + ending));
    expect([key.name, notes]).toEqual(['kms-publisher.', []]);
  });

  it('reads either half of a pair alone', async () => {
    put(`${PAIR}.private`, PRIVATE);
    expect((await readKey(join(folder, PAIR))).key.name).toBe('kms-publisher.');
    put('Kother.+163+00001.key', RECORD.replace('kms-publisher', 'other'));
    expect((await readKey(join(folder, 'Kother.+163+00001.private'))).key.name).toBe('other.');
  });

  it('reads another form under the name of a pair', async () => {
    expect((await readKey(put(PAIR, STATEMENT))).key.name).toBe('kms-publisher.');
  });

  it('takes the name from the K*.key file, as the file name has it in other letters or none', async () => {
    put('Kk.+163+00001.key', RECORD);
    put('Kk.+163+00001.private', PRIVATE);
    expect((await readKey(join(folder, 'Kk.+163+00001'))).key.name).toBe('kms-publisher.');
  });

  it('refuses a pair that does not belong together', async () => {
    put(`${PAIR}.key`, RECORD);
    put(`${PAIR}.private`, PRIVATE.replace(B64, Buffer.alloc(32, 1).toString('base64')));
    const error = await refusal(readKey(join(folder, PAIR)));
    expect(error.code).toBe('key-invalid');
    expect(error.message).toContain('hold different keys');
  });

  test.runIf(onPosix)('notes each file that others can read', async () => {
    const exposed = await readKey(put('kms.key', STATEMENT, 0o644));
    expect(exposed.notes).toEqual([expect.stringMatching(/kms\.key" can be read by others .*\(mode 0644\)/)]);
    expect((await readKey(put('group.key', STATEMENT, 0o640))).notes).toHaveLength(1);
    put(`${PAIR}.key`, RECORD, 0o644);
    put(`${PAIR}.private`, PRIVATE, 0o600);
    expect((await readKey(join(folder, PAIR))).notes).toEqual([expect.stringContaining(`${PAIR}.key"`)]);
  });

  test.each([
    ['a missing file', 'none.key', 'there is no file'],
    ['a missing pair', PAIR, 'there is no file'],
    ['a missing folder', 'no/kms.key', 'there is no folder'],
    ['a folder', '.', 'is a folder'],
  ])('refuses %s', async (_, name, message) => {
    const error = await refusal(readKey(join(folder, name)));
    expect(error.code).toBe('key-invalid');
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });

  test.each([
    ['an empty file', '', ':1:1: there is no key: it is empty'],
    ['two keys', STATEMENT + STATEMENT, ':5:1: a second key'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x6b, 0), 'is UTF-16 text'],
    ['octets', Uint8Array.of(0, 0xff, 1, 2), 'is not UTF-8 text'],
  ])('refuses %s', async (_, content, message) => {
    const error = await refusal(readKey(put('kms.key', content)));
    expect(error.code).toBe('key-invalid');
    expect(error.message).toContain(message);
  });

  test.runIf(onPosix)('says so when permission is denied', async () => {
    const path = put('kms.key', STATEMENT, 0o000);
    const error = await asNobody(() => refusal(readKey(path)));
    expect(error.code).toBe('key-invalid');
    expect(error.message).toContain('permission to read');
  });
});

describe('keyFromEnvironment', () => {
  it('reads the same forms as a file', () => {
    expect(keyFromEnvironment('KEY', { KEY: `hmac-sha512:k:${B64}` }).key).toMatchObject({
      name: 'k.',
      algorithm: 'hmac-sha512',
    });
    expect(keyFromEnvironment('KEY', { KEY: STATEMENT }).key.name).toBe('kms-publisher.');
  });

  test.each([
    ['is not set', {}, '"KEY" is not set'],
    ['is empty', { KEY: '' }, '$KEY:1:1: there is no key: it is empty'],
    ['is malformed', { KEY: 'k:?' }, '$KEY:1:3: the secret has a character'],
  ])('refuses one that %s', (_, env, message) => {
    expect(() => keyFromEnvironment('KEY', env)).toThrow(
      expect.objectContaining({ code: 'key-invalid', message: expect.stringContaining(message) }),
    );
  });
});

describe('packagedTemplate', () => {
  it('finds a template from the sources', async () => {
    const text = readFileSync(new URL('../../templates/bind/key.tmpl', import.meta.url), 'utf8');
    expect(await packagedTemplate('bind/key.tmpl')).toBe(text);
  });

  it('finds a template from a bundle in dist/', async () => {
    const bundle = join(folder, 'dist/files.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('../../src/core/files.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
    mkdirSync(join(folder, 'templates/bind'), { recursive: true });
    writeFileSync(join(folder, 'templates/bind/key.tmpl'), 'from the package');
    const bundled = (await import(pathToFileURL(bundle).href)) as typeof import('../../src/core/files.ts');
    expect(await bundled.packagedTemplate('bind/key.tmpl')).toBe('from the package');
  });

  it('says what to do when the package is broken', async () => {
    const error = await refusal(packagedTemplate('bind/none.tmpl'));
    expect(error).toMatchObject({ code: 'file-unreadable', hint: 'install this package again' });
    expect(error.message).toContain('"bind/none.tmpl"');
  });
});

describe('kindOfPath', () => {
  it('tells files, folders and what is not there apart, and follows links', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await kindOfPath(join(folder, 'file'))).toBe('file');
    expect(await kindOfPath(folder)).toBe('folder');
    expect(await kindOfPath(join(folder, 'none'))).toBe('nothing');
    expect(await kindOfPath(join(folder, 'file', 'below'))).toBe('nothing');
    if (!onPosix) return;
    expect(await kindOfPath('/dev/null')).toBe('device');
    symlinkSync(folder, join(folder, 'link'));
    expect(await kindOfPath(join(folder, 'link'))).toBe('folder');
    symlinkSync(join(folder, 'none'), join(folder, 'dangling'));
    expect(await kindOfPath(join(folder, 'dangling'))).toBe('nothing');
  });

  it('is a clear error where it cannot be told', async () => {
    expect(await refusal(kindOfPath(join(folder, 'x'.repeat(5000))))).toMatchObject({
      code: 'file-unreadable',
    });
  });
});

describe('makeTemporaryFolder', () => {
  it("is this user's alone, and goes with all it holds", async () => {
    const [one, other] = await Promise.all([
      makeTemporaryFolder('kmsdns-x-'),
      makeTemporaryFolder('kmsdns-x-'),
    ]);
    expect(one.path).not.toBe(other.path);
    if (onPosix) expect(statSync(one.path).mode & 0o777).toBe(0o700);
    mkdirSync(join(one.path, 'deep'));
    writeFileSync(join(one.path, 'deep', 'file'), '');
    await one.remove();
    await one.remove();
    expect(await kindOfPath(one.path)).toBe('nothing');
    expect(await kindOfPath(other.path)).toBe('folder');
    await other.remove();
  });
});
