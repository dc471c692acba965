import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { displayName, type Fqdn } from '../core/name.ts';
import { readNamedConf } from '../core/named-reader.ts';
import { readZoneText, type ZoneRecord } from '../core/zone-reader.ts';

/** What one of BIND's own checkers says. `ran: false` means that nobody judged, which is neither good nor bad. */
export type Checked =
  | { readonly ran: false; readonly why: string }
  | {
      readonly ran: true;
      readonly ok: boolean;
      /** What the program printed for a person. */
      readonly output: string;
      /** The zone as BIND understood it; only of a zone that is in order. */
      readonly records?: readonly ZoneRecord[];
    };

export interface CheckOptions {
  /** Folders to look for the programs in, written like PATH; left out: PATH and the folders of system programs. */
  readonly searchPath?: string;
  /** 10,000 when left out. */
  readonly timeoutMs?: number;
}

/** Debian and others keep them where a normal user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/**
 * Runs `named-checkzone -D` on a whole zone, or with `snippet` on a zone that includes the text. No address is looked
 * up. Never throws: without the program, without a temporary folder or after the timeout it says why nobody judged.
 */
export async function checkZoneText(
  zone: Fqdn,
  text: string,
  { snippet = false, ...options }: CheckOptions & { readonly snippet?: boolean } = {},
): Promise<Checked> {
  const frame =
    '$TTL 3600\n@ IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 300\n@ IN NS ns.invalid.\n';
  const files: Readonly<Record<string, string>> = snippet
    ? { 'zone.db': `${frame}$INCLUDE snippet.inc\n`, 'snippet.inc': text }
    : { 'zone.db': text };
  // -i none: targets elsewhere are not ours to look up. -k fail: host names as strictly as named itself.
  const flags = ['-i', 'none', '-k', 'fail', '-s', 'full', '-D', '-o', '-', '--'];
  const run = await runIn(files, 'named-checkzone', [...flags, displayName(zone), 'zone.db'], options);
  if (!run.ran) return run;
  const { ok, stdout, stderr } = run;
  if (!ok) return { ran: true, ok, output: stderr };
  return { ran: true, ok, output: stderr, records: readZoneText(stdout, zone, 'named-checkzone -D').records };
}

/**
 * Runs `named-checkconf` on a named.conf. Files that it includes are not there: `includes` gives text for them by path
 * as written, and the path is exchanged for a temporary one. Never throws, as {@link checkZoneText}.
 */
export async function checkNamedConf(
  text: string,
  includes: Readonly<Record<string, string>> = {},
  options: CheckOptions = {},
): Promise<Checked> {
  const files: Record<string, string> = {};
  let checked = text;
  for (const { parts } of [...readNamedConf(text, 'named.conf').statements].reverse()) {
    const [keyword, path] = parts;
    if (keyword?.kind !== 'word' || keyword.text !== 'include' || path?.kind !== 'word') continue;
    if (!Object.hasOwn(includes, path.text)) continue;
    const name = `include-${path.start}.conf`;
    files[name] = includes[path.text]!;
    checked = `${checked.slice(0, path.start)}"${name}"${checked.slice(path.end)}`;
  }
  const run = await runIn({ ...files, 'named.conf': checked }, 'named-checkconf', ['named.conf'], options);
  return run.ran ? { ran: true, ok: run.ok, output: `${run.stdout}${run.stderr}` } : run;
}

type Run =
  | { readonly ran: false; readonly why: string }
  | { readonly ran: true; readonly ok: boolean; readonly stdout: string; readonly stderr: string };

async function runIn(
  files: Readonly<Record<string, string>>,
  program: string,
  args: readonly string[],
  options: CheckOptions,
): Promise<Run> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), 'kmsdns-check-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await run(program, args, folder, options);
  } catch (error) {
    return {
      ran: false,
      why: `no temporary folder: ${error instanceof Error ? error.message : String(error)}`,
    };
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function run(program: string, args: readonly string[], folder: string, options: CheckOptions): Promise<Run> {
  const { timeoutMs = 10_000, searchPath = [process.env.PATH ?? '', ...SYSTEM_FOLDERS].join(delimiter) } =
    options;
  const environment = { ...process.env, PATH: searchPath };
  const limits = { cwd: folder, env: environment, timeout: timeoutMs, maxBuffer: 16 << 20 };
  return new Promise((resolve) => {
    execFile(program, args, limits, (error, stdout, stderr) => {
      if (error === null) resolve({ ran: true, ok: true, stdout, stderr });
      else if (error.killed === true)
        resolve({ ran: false, why: `${program} did not end within ${timeoutMs} ms` });
      else if (typeof error.code === 'number') resolve({ ran: true, ok: false, stdout, stderr });
      else
        resolve({
          ran: false,
          why: `${program} is not installed or cannot be run (${error.code ?? error.signal})`,
        });
    });
  });
}
