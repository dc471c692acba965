import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import needs from './servers.json' with { type: 'json' };

/** The servers that tests can start, by the name of their program. `npm run verify` reads the same table. */
export type ServerBinary = Exclude<keyof typeof needs, 'clients'>;

/** Where packages put servers, and a normal user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/** Full path of a program, of `a|b` the first that there is; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
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
  if (missing.length === 0) return undefined;
  const lacks = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ');
  return `${lacks} missing (Debian: apt-get install ${packages})`;
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
