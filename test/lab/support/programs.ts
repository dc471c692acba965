import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import needs from './servers.json' with { type: 'json' };

/** The servers that tests can start, by the name of their program. `npm run verify` reads the same table. */
export type ServerBinary = Exclude<keyof typeof needs, 'clients'>;

/** Where packages put servers, and a normal user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/** Full path of a program, of `a|b` the first that there is; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return mayRun(name) ? name : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const usable = folders.filter((folder) => folder !== '');
  return name
    .split('|')
    .flatMap((one) => usable.map((folder) => join(folder, one)))
    .find(mayRun);
}

/** Like {@link findProgram}, for code that only runs behind `labServer`; throws when it is missing. */
export function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed; was this test put behind labServer()?`);
  return path;
}

/** Why a server's tests cannot run here, with the packages that would help; undefined when they can. */
export function missingFor(binary: ServerBinary): string | undefined {
  const { programs, linuxFiles } = needs[binary];
  const missing = [
    ...Object.entries({ ...programs, ...needs.clients.programs }).filter(([name]) => !findProgram(name)),
    ...Object.entries(linuxFiles).filter(([path]) => process.platform === 'linux' && !existsSync(path)),
  ];
  if (missing.length === 0) return FURTHER_NEEDS[binary]?.();
  const lacks = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ');
  return `${lacks} missing (Debian: apt-get install ${packages})`;
}

/** What no package can bring. */
const FURTHER_NEEDS: Partial<Record<ServerBinary, () => string | undefined>> = {
  samba: whyNoNamespace,
  'samba-dlz': whyNoDlzModule,
};

/**
 * What `unshare` has to make for a network of one's own: as root the namespaces alone; anybody else becomes the
 * root of a user namespace, where the kernel allows that.
 */
export const UNSHARE: readonly string[] =
  process.getuid?.() === 0 ? ['--net', '--mount'] : ['--user', '--map-root-user', '--net', '--mount'];

function whyNoNamespace(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux only';
  // Ubuntu lets one make a user namespace, and do nothing in it.
  const needed = 'ip link set lo up && mount --bind /etc/hosts /etc/hosts';
  const tried = spawnSync(program('unshare'), [...UNSHARE, 'sh', '-c', needed], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : `no network namespace is allowed here: ${tried.stderr.trim()}`;
}

/** Samba's module for the installed BIND: there is one for each of its versions, not always for the newest. */
export function findDlzModule(): string | undefined {
  const { stdout } = spawnSync(program('named'), ['-v'], { encoding: 'utf8' });
  const minor = /^BIND 9\.(\d+)\./.exec(stdout)?.[1];
  return readdirSync('/usr/lib')
    .flatMap((name) => [`/usr/lib/${name}`, '/usr/lib', '/usr/lib64'])
    .map((folder) => `${folder}/samba/bind9/dlz_bind9_${minor}.so`)
    .find((path) => existsSync(path));
}

function whyNoDlzModule(): string | undefined {
  return findDlzModule() === undefined ? 'Samba has no module for this version of BIND' : undefined;
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
