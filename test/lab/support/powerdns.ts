import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabKey } from './keys.ts';
import { type LabServer, startServer } from './lab.ts';
import { proveHealthy } from './nsupdate.ts';
import { program } from './programs.ts';
import { runProgram } from './run.ts';
import { type LabZone, ownerOf, zoneFileText } from './zones.ts';

export interface PowerDnsOptions {
  readonly keys?: readonly LabKey[];
  readonly zones: readonly LabZone[];
  /**
   * Who may do what is decided by a Lua `updatepolicy` instead of the zones' metadata. PowerDNS has one policy
   * for the whole server, it is the only way to restrict names, and what it refuses is dropped with NOERROR.
   */
  readonly luaPolicy?: boolean;
  /** The text of that policy, in place of the one that says what the zones' `access` says. */
  readonly policy?: string;
}

/** Starts pdns_server on an SQLite file and proves with nsupdate that it takes updates where it should. */
export async function startPowerDns(options: PowerDnsOptions): Promise<LabServer> {
  const { keys = [], zones, luaPolicy = false, policy = policyText(zones) } = options;
  const server = await startServer({
    kind: 'PowerDNS',
    keys,
    async prepare(dir, port) {
      writeFileSync(join(dir, 'zones.sqlite'), '');
      writeFileSync(join(dir, 'policy.lua'), policy);
      writeFileSync(join(dir, 'pdns.conf'), configText(dir, port, luaPolicy));
      await fillDatabase(options, dir);
      const names = zones.map(({ name }) => name);
      return { program: 'pdns_server', args: [`--config-dir=${dir}`], answersFor: names };
    },
  });
  await proveHealthy(server, zones);
  return server;
}

function configText(dir: string, port: number, luaPolicy: boolean): string {
  return [
    'daemon=no',
    'guardian=no',
    'write-pid=no',
    `socket-dir=${dir}`,
    'local-address=127.0.0.1',
    `local-port=${port}`,
    'launch=gsqlite3',
    `gsqlite3-database=${dir}/zones.sqlite`,
    // A temporary database need not survive a power cut.
    'gsqlite3-pragma-synchronous=0',
    'dnsupdate=yes',
    'allow-dnsupdate-from=',
    ...(luaPolicy ? [`lua-dnsupdate-policy-script=${dir}/policy.lua`] : []),
    'receiver-threads=1',
    'distributor-threads=1',
    // It would ask a server on the Internet about its own version.
    'security-poll-suffix=',
    'loglevel=6',
    '',
  ].join('\n');
}

async function fillDatabase(options: PowerDnsOptions, dir: string): Promise<void> {
  const { keys = [], zones, luaPolicy = false } = options;
  const pdnsutil = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, stdout, stderr } = await runProgram('pdnsutil', [`--config-dir=${dir}`, ...args]);
    if (exitCode !== 0) throw new Error(`pdnsutil ${args.join(' ')}: ${stdout}${stderr}`);
  };
  const sql = (statements: readonly string[]): Promise<void> =>
    pdnsutil('backend-cmd', 'gsqlite3', ...statements);
  await sql(schemaStatements());
  for (const zone of zones) {
    const file = join(dir, `${zone.name}.db`);
    writeFileSync(file, zoneFileText(zone));
    await pdnsutil('load-zone', zone.name, file);
  }
  await sql([
    ...keys.map(
      ({ name, algorithm, secret }) =>
        `INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('${name}', '${algorithm}', '${secret}')`,
    ),
    ...(luaPolicy ? [] : zones.flatMap(metadataStatements)),
  ]);
}

/** backend-cmd runs one statement per argument, and the schema comes with the package. */
function schemaStatements(): readonly string[] {
  const prefix = dirname(dirname(program('pdns_server')));
  const candidates = [
    join(prefix, 'share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'),
    join(prefix, 'share/doc/pdns-backend-sqlite3/schema.sqlite3.sql'),
    join(prefix, 'share/doc/pdns/schema.sqlite3.sql'),
  ];
  const file = candidates.find((path) => existsSync(path));
  if (file === undefined)
    throw new Error(`no SQLite schema for PowerDNS (Debian: apt-get install pdns-backend-sqlite3)`);
  return readFileSync(file, 'utf8')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function metadataStatements(zone: LabZone): readonly string[] {
  const { access, name } = zone;
  if (access.may === 'nothing') return [];
  if (access.may === 'publish') throw new Error(`${name}: PowerDNS restricts names only with luaPolicy`);
  const set = (kind: string, content: string): string =>
    'INSERT INTO domainmetadata (domain_id, kind, content) ' +
    `SELECT id, '${kind}', '${content}' FROM domains WHERE name = '${name}'`;
  return [
    set('ALLOW-DNSUPDATE-FROM', '127.0.0.0/8'),
    ...(access.key === undefined ? [] : [set('TSIG-ALLOW-DNSUPDATE', access.key)]),
  ];
}

/** The zones' access as a Lua function. It sees every record of an UPDATE on its own, but not its RDATA. */
function policyText(zones: readonly LabZone[]): string {
  const rules = zones.map(({ access, ...zone }) => {
    if (access.may === 'nothing') return '';
    const key = access.key === undefined ? '""' : `"${access.key}."`;
    const owner = access.may === 'publish' ? `"${ownerOf({ access, ...zone })}."` : 'nil';
    return `  ["${zone.name}."] = { key = ${key}, owner = ${owner} },\n`;
  });
  return `local rules = {
${rules.join('')}}

function updatepolicy(input)
  local rule = rules[input:getZoneName():toString():lower()]
  if rule == nil then return false end
  if rule.key ~= "" then
    -- Without a signature the name is unset, and toString() of that is an error: the client sees SERVFAIL.
    local signer = input:getTsigName()
    if signer:countLabels() == 0 or signer:toString():lower() ~= rule.key then return false end
  end
  if rule.owner == nil then return true end
  return input:getQName():toString():lower() == rule.owner and input:getQType() == pdns.SRV
end
`;
}
