import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabKey } from './keys.ts';
import { type LabServer, startServer } from './lab.ts';
import { proveHealthy } from './nsupdate.ts';
import { type LabZone, ownerOf, zoneFileText } from './zones.ts';

export interface KnotOptions {
  readonly keys?: readonly LabKey[];
  readonly zones: readonly LabZone[];
}

/**
 * Starts knotd with these zones and proves with nsupdate that it takes updates where it should.
 * An UPDATE that follows another of the same zone within a second may be answered only when that second is over
 * (measured with 3.2.6, by UDP and TCP): give it more than one second before calling it lost.
 */
export async function startKnot(options: KnotOptions): Promise<LabServer> {
  const { keys = [], zones } = options;
  const server = await startServer({
    kind: 'Knot',
    keys,
    prepare(dir, port) {
      // A missing database folder shows only as SERVFAIL to every update.
      for (const folder of ['db', 'zones', 'run']) mkdirSync(join(dir, folder), { recursive: true });
      for (const zone of zones) writeFileSync(join(dir, 'zones', `${zone.name}.zone`), zoneFileText(zone));
      writeFileSync(join(dir, 'knot.conf'), configText(keys, zones, dir, port), { mode: 0o600 });
      const names = zones.map(({ name }) => name);
      return { program: 'knotd', args: ['-c', join(dir, 'knot.conf')], answersFor: names };
    },
  });
  await proveHealthy(server, zones);
  return server;
}

function configText(keys: readonly LabKey[], zones: readonly LabZone[], dir: string, port: number): string {
  return [
    'server:',
    `  rundir: ${dir}/run`,
    `  listen: 127.0.0.1@${port}`,
    'control:',
    `  listen: ${dir}/run/knot.sock`,
    'log:',
    ...item({ target: 'stderr', any: 'info' }),
    'database:',
    `  storage: ${dir}/db`,
    ...(keys.length > 0 ? ['key:'] : []),
    ...keys.flatMap(({ name, algorithm, secret }) => item({ id: name, algorithm, secret })),
    'acl:',
    ...item({ id: 'transfers', address: '127.0.0.1', action: 'transfer' }),
    ...zones.flatMap(updateAcl),
    'template:',
    ...item({
      id: 'default',
      storage: `${dir}/zones`,
      // Changes live in the journal only; the file keeps what the zone started with.
      'zonefile-sync': '-1',
      'zonefile-load': 'difference',
      'journal-content': 'changes',
    }),
    'zone:',
    ...zones.flatMap(({ name, access }) =>
      item({ domain: name, acl: access.may === 'nothing' ? 'transfers' : `[transfers, ${aclId(name)}]` }),
    ),
    '',
  ].join('\n');
}

/** One entry of a list: Knot reads the block form of YAML only. */
function item(fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(fields).map(([name, value], i) => `  ${i === 0 ? '-' : ' '} ${name}: ${value}`);
}

function aclId(zone: string): string {
  return `updates-${zone}`;
}

function updateAcl(zone: LabZone): readonly string[] {
  const { access, name } = zone;
  if (access.may === 'nothing') return [];
  const start = { id: aclId(name), action: 'update' };
  if (access.may === 'everything')
    return item({ ...start, ...(access.key === undefined ? { address: '127.0.0.1' } : { key: access.key }) });
  if (access.atMost !== undefined) throw new Error(`${name}: Knot cannot cap an RRset`);
  return item({
    ...start,
    key: access.key,
    'update-type': '[SRV]',
    'update-owner': 'name',
    'update-owner-match': 'equal',
    'update-owner-name': `[${ownerOf(zone)}.]`,
  });
}
