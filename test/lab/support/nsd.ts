import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabServer, startServer } from './lab.ts';
import { type LabZone, zoneFileText } from './zones.ts';

/** Starts nsd, which serves zones and answers every UPDATE with NOTIMP; `access` has to be `nothing`. */
export async function startNsd(options: { readonly zones: readonly LabZone[] }): Promise<LabServer> {
  const { zones } = options;
  const updatable = zones.find(({ access }) => access.may !== 'nothing');
  if (updatable !== undefined) throw new Error(`${updatable.name}: NSD takes no updates`);
  return startServer({
    kind: 'NSD',
    keys: [],
    prepare(dir, port) {
      mkdirSync(join(dir, 'zones'), { recursive: true });
      for (const zone of zones) writeFileSync(join(dir, 'zones', `${zone.name}.zone`), zoneFileText(zone));
      writeFileSync(join(dir, 'nsd.conf'), configText(zones, dir, port));
      const names = zones.map(({ name }) => name);
      return { program: 'nsd', args: ['-d', '-c', join(dir, 'nsd.conf')], answersFor: names };
    },
  });
}

/** An empty `username` and `chroot` keep it what we are, so that it also runs without root. */
function configText(zones: readonly LabZone[], dir: string, port: number): string {
  return [
    'server:',
    `  ip-address: 127.0.0.1@${port}`,
    '  server-count: 1',
    '  username: ""',
    '  chroot: ""',
    `  zonesdir: "${dir}/zones"`,
    '  database: ""',
    `  pidfile: "${dir}/nsd.pid"`,
    `  xfrdfile: "${dir}/xfrd.state"`,
    `  xfrdir: "${dir}"`,
    `  zonelistfile: "${dir}/zone.list"`,
    '  verbosity: 1',
    'remote-control:',
    '  control-enable: no',
    ...zones.flatMap(({ name }) => ['zone:', `  name: ${name}`, `  zonefile: ${name}.zone`]),
    '',
  ].join('\n');
}
