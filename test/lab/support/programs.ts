import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the tests of each server start, and the Debian package that has it. */
const NEEDS = {
  named: { named: 'bind9', rndc: 'bind9-utils', dig: 'bind9-dnsutils', nsupdate: 'bind9-dnsutils' },
  knotd: { knotd: 'knot', dig: 'bind9-dnsutils', nsupdate: 'bind9-dnsutils' },
  pdns_server: {
    pdns_server: 'pdns-server',
    pdnsutil: 'pdns-server',
    dig: 'bind9-dnsutils',
    nsupdate: 'bind9-dnsutils',
  },
  nsd: { nsd: 'nsd', dig: 'bind9-dnsutils', nsupdate: 'bind9-dnsutils' },
} as const;

export type ServerBinary = keyof typeof NEEDS;

/** Where packages put servers, and a normal user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/** Full path of a program; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
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
  const missing = Object.entries(NEEDS[binary]).filter(([name]) => findProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  const programs = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(' ');
  return `${programs} not installed (Debian: apt-get install ${packages})`;
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
