import { randomBytes } from 'node:crypto';
// As `promises` of node:fs it is loaded when it is first used, which many a run never does.
import { promises as disk, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, KmsDnsError } from './errors.ts';
import { isPrivateKeyFile, type KeyReading, nameFromKeyFileName, parseKeyText } from './key-file.ts';
import { sameMac } from './tsig.ts';

/** More than any desired state, template or journal has; keeps a wrong path from filling the memory. */
const MAX_FILE_OCTETS = 64 * 1024 * 1024;
const PIECE_OCTETS = 64 * 1024;

/** The octets of a file. Throws `file-unreadable`. */
export async function readBinaryFile(path: string): Promise<Uint8Array> {
  const stats = await attempt(disk.stat(path), path, 'read');
  if (stats.isDirectory()) throw unreadable(`${quoted(path)} is a folder, not a file`);
  if (stats.isCharacterDevice() || stats.isBlockDevice())
    throw unreadable(`${quoted(path)} is a device, not a file`);
  if (stats.size > MAX_FILE_OCTETS)
    throw unreadable(`${quoted(path)} has ${stats.size} octets; ${MAX_FILE_OCTETS} are read at most`);
  return attempt(disk.readFile(path), path, 'read');
}

/** The octets of a file of any size, piece by piece. Throws `file-unreadable`. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  const stats = await attempt(disk.stat(path), path, 'read');
  if (stats.isDirectory()) throw unreadable(`${quoted(path)} is a folder, not a file`);
  if (stats.isCharacterDevice() || stats.isBlockDevice())
    throw unreadable(`${quoted(path)} is a device, not a file`);
  const file = await attempt(disk.open(path), path, 'read');
  try {
    for (;;) {
      // A new buffer each time: whoever takes a piece may keep it.
      const buffer = new Uint8Array(PIECE_OCTETS);
      const { bytesRead } = await attempt(file.read(buffer, 0, buffer.length, null), path, 'read');
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The text of a UTF-8 file, without a byte order mark. Throws `file-unreadable`, also when it is no UTF-8. */
export async function readTextFile(path: string): Promise<string> {
  const octets = await readBinaryFile(path);
  if ((octets[0] === 0xff && octets[1] === 0xfe) || (octets[0] === 0xfe && octets[1] === 0xff))
    throw unreadable(`${quoted(path)} is UTF-16 text`, 'save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw unreadable(`${quoted(path)} is not UTF-8 text`, 'save it as UTF-8');
  }
}

export interface WriteOptions {
  /** Replace a file that is there already. */
  readonly force?: boolean;
  /** Permission bits, exactly; left out: those of the file that is replaced, else what the umask gives. */
  readonly mode?: number;
}

/**
 * Writes a file whole or not at all: a temporary file in the same folder, then a rename. Parent folders are made.
 * Throws `output-exists` without `force`, `file-unwritable` for the rest. The content is written as it is given.
 */
export async function writeFileSafely(
  path: string,
  content: string | Uint8Array,
  { force = false, mode }: WriteOptions = {},
): Promise<void> {
  const existing = await statIfThere(path);
  if (existing !== undefined && !existing.isFile())
    throw new KmsDnsError(
      'file-unwritable',
      `${quoted(path)} is a ${existing.isDirectory() ? 'folder' : 'device'}, not a file`,
      { hint: 'name a file to write to' },
    );
  if (existing !== undefined && !force) throw exists(path);
  // A link is written through, not replaced.
  const target = existing === undefined ? resolve(path) : await attempt(disk.realpath(path), path, 'write');
  await attempt(disk.mkdir(dirname(target), { recursive: true }), path, 'write');
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const bits = mode ?? (existing && existing.mode & 0o777);
  try {
    await attempt(writeWhole(temporary, content, bits), path, 'write');
    if (force) await attempt(disk.rename(temporary, target), path, 'write');
    else await publishNew(temporary, target, path);
  } catch (error) {
    await disk.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Removes a file; one that is gone already is fine. Throws `file-unwritable`. */
export async function removeFile(path: string): Promise<void> {
  if ((await statIfThere(path)) !== undefined) await attempt(disk.unlink(path), path, 'write');
}

/** What stands at a path; links are followed. Throws `file-unreadable` where that cannot be told. */
export async function kindOfPath(path: string): Promise<'nothing' | 'file' | 'folder' | 'device'> {
  const stats = await statIfThere(path);
  if (stats === undefined) return 'nothing';
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'device';
}

/**
 * The files in a folder and in the folders below it, in the order of their paths; what begins with a dot is left out.
 * Undefined when `path` is no folder. Throws `file-unreadable`.
 */
export async function filesBelow(path: string): Promise<readonly string[] | undefined> {
  if ((await kindOfPath(path)) !== 'folder') return undefined;
  const entries = await attempt(disk.readdir(path, { withFileTypes: true, recursive: true }), path, 'read');
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(^|[\\/])\./.test(relative(path, file)))
    .sort();
}

/**
 * A new empty folder, for this user alone, that `remove` takes away with all it holds. What the system does not let go
 * of (a shell that stands in it, on Windows) stays, without an error.
 */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Throws `file-unwritable` where the system's temporary folder takes none. */
export async function makeTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const start = join(tmpdir(), prefix);
  const path = await attempt(disk.mkdtemp(start), start, 'write');
  return { path, remove: () => disk.rm(path, { recursive: true, force: true }).catch(() => undefined) };
}

/** Throws `output-exists` when something stands at the path: for a check before the work whose result goes there. */
export async function refuseExisting(path: string): Promise<void> {
  if ((await statIfThere(path)) !== undefined) throw exists(path);
}

async function writeWhole(
  path: string,
  content: string | Uint8Array,
  mode: number | undefined,
): Promise<void> {
  // Never wider than asked, not even for the moment before chmod.
  const handle = await disk.open(path, 'wx', mode ?? 0o666);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (mode !== undefined) await disk.chmod(path, mode);
}

/** `link` refuses an existing name in one step, which `rename` does not; file systems without links get a check. */
async function publishNew(temporary: string, target: string, path: string): Promise<void> {
  try {
    await disk.link(temporary, target);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || (await statIfThere(target)) !== undefined) throw exists(path);
    await attempt(disk.rename(temporary, target), path, 'write');
    return;
  }
  await disk.unlink(temporary);
}

/** A template of this package, from `templates/`, whether the code runs from `src/core` or from `dist`. */
export async function packagedTemplate(name: string): Promise<string> {
  for (const folder of ['../templates/', '../../templates/']) {
    const path = fileURLToPath(new URL(`${folder}${name}`, import.meta.url));
    if ((await statIfThere(path))?.isFile()) return readTextFile(path);
  }
  throw unreadable(`the packaged template ${quoted(name)} is missing`, 'install this package again');
}

/**
 * The key in a file, as `nsupdate -k` takes it: the path as given, or a K*.key/K*.private pair by either name or
 * without an ending. Notes say what is weak, also when others can read the file. Throws `key-invalid`.
 */
export async function readKey(path: string): Promise<KeyReading> {
  try {
    return await readKeyFiles(path);
  } catch (error) {
    if (error instanceof KmsDnsError && error.code === 'file-unreadable')
      throw keyInvalid(error.message, error.hint);
    throw error;
  }
}

async function readKeyFiles(path: string): Promise<KeyReading> {
  const files = await keyFilesAt(path);
  if (files.length === 0) throw keyInvalid(await missing(path));
  const texts = await Promise.all(files.map(readTextFile));
  const pair = files.map((file, i) => ({ file, text: texts[i]! }));
  const named = pair.find(({ text }) => !isPrivateKeyFile(text));
  const publicPart = named && parseKeyText(named.text, named.file);
  const readings = pair.map((part) =>
    part === named && publicPart !== undefined
      ? publicPart
      : parseKeyText(part.text, part.file, publicPart?.key.name),
  );
  const [first, second] = readings;
  if (second !== undefined && !sameKey(first!, second))
    throw keyInvalid(`${quoted(files[0]!)} and ${quoted(files[1]!)} hold different keys`);
  const exposed = await Promise.all(files.map(exposure));
  return { key: first!.key, notes: [...first!.notes, ...exposed.flat()] };
}

/** The key in an environment variable, in any form a key file may have. Throws `key-invalid`. */
export function keyFromEnvironment(
  variable: string,
  env: Readonly<Record<string, string | undefined>>,
): KeyReading {
  const text = env[variable];
  if (text === undefined)
    throw new KmsDnsError('key-invalid', `the environment variable ${quoted(variable)} is not set`, {
      hint: `set it to [algorithm:]name:secret`,
    });
  return parseKeyText(text, `$${variable}`);
}

/** A secret in a file, as it stands there. Notes say when others can read the file. Throws `file-unreadable`. */
export async function readSecret(
  path: string,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> {
  return { text: await readTextFile(path), notes: await exposure(path) };
}

/** The files that make up the key at `path`: one, the two of a pair, or none. */
async function keyFilesAt(path: string): Promise<readonly string[]> {
  const stem = path.replace(/\.(?:key|private)$/, '');
  const isPair = nameFromKeyFileName(path) !== undefined;
  const candidates = isPair ? [`${stem}.key`, `${stem}.private`] : [path];
  const there = await Promise.all(candidates.map(statIfThere));
  const found = candidates.filter((_, i) => there[i] !== undefined);
  return isPair && found.length === 0 && (await statIfThere(path)) !== undefined ? [path] : found;
}

function sameKey(a: KeyReading, b: KeyReading): boolean {
  return (
    a.key.name === b.key.name && a.key.algorithm === b.key.algorithm && sameMac(a.key.secret, b.key.secret)
  );
}

/** Mode bits mean nothing on Windows, where access lists do this work. */
async function exposure(file: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const bits = (await disk.stat(file)).mode & 0o777;
  if ((bits & 0o077) === 0) return [];
  const mode = bits.toString(8).padStart(4, '0');
  return [`${quoted(file)} can be read by others than its owner (mode ${mode}); chmod 600 it`];
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await disk.stat(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    throw new KmsDnsError('file-unreadable', await fileProblem(error, path, 'read'), {
      cause: error,
      hint: 'check the path and its permissions',
    });
  }
}

async function attempt<T>(work: Promise<T>, path: string, purpose: 'read' | 'write'): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const code: ErrorCode = purpose === 'read' ? 'file-unreadable' : 'file-unwritable';
    const hint = purpose === 'read' ? 'check the path and its permissions' : 'name a place you may write to';
    throw new KmsDnsError(code, await fileProblem(error, path, purpose), { cause: error, hint });
  }
}

/** What the system said about a path, in words. */
async function fileProblem(error: unknown, path: string, purpose: 'read' | 'write'): Promise<string> {
  const errno = errnoOf(error);
  switch (errno) {
    case 'ENOENT':
      return missing(path);
    case 'ENOTDIR':
    case 'EEXIST':
      return `a part of ${quoted(path)} is a file, not a folder`;
    case 'EACCES':
    case 'EPERM':
      return `permission to ${purpose} ${quoted(path)} is denied`;
    case 'EISDIR':
      return `${quoted(path)} is a folder, not a file`;
    case 'EROFS':
      return `${quoted(path)} is on a file system that can only be read`;
    case 'ENOSPC':
      return `there is no room left to write ${quoted(path)}`;
    case 'ENAMETOOLONG':
      return `the path ${quoted(path)} is too long`;
    default:
      return `cannot ${purpose} ${quoted(path)}: ${errno ?? String(error)}`;
  }
}

async function missing(path: string): Promise<string> {
  const folder = dirname(path);
  const isThere = await disk.stat(folder).then(
    () => true,
    (error: unknown) => errnoOf(error) !== 'ENOENT',
  );
  return isThere
    ? `there is no file ${quoted(path)}`
    : `there is no folder ${quoted(folder)}, so no file ${quoted(path)}`;
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function exists(path: string): KmsDnsError {
  return new KmsDnsError('output-exists', `${quoted(path)} is there already`, {
    hint: 'add --force to replace it, or name another file',
  });
}

function unreadable(message: string, hint = 'check the path'): KmsDnsError {
  return new KmsDnsError('file-unreadable', message, { hint });
}

function keyInvalid(
  message: string,
  hint = 'check the path of the key file and its permissions',
): KmsDnsError {
  return new KmsDnsError('key-invalid', `key file: ${message}`, { hint });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
