/** Servers that run on nothing but what a format wrote, plus the lines that put them on loopback. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RenderedFile } from '../../../src/core/rendered.ts';
import type { LabKey } from './keys.ts';
import { type LabServer, startServer } from './lab.ts';

/** The files of a format, and whole master files for zones of which it wrote only lines to include. */
export interface Generated {
  readonly files: readonly RenderedFile[];
  readonly zoneFiles?: Readonly<Record<string, string>>;
  /** Zones that must be served before the test begins. */
  readonly zones: readonly string[];
}

/** Puts files into a folder, where a configuration finds them by their names; gives their paths back. */
export function putFiles(dir: string, files: readonly RenderedFile[]): readonly string[] {
  mkdirSync(dir, { recursive: true });
  return files.map(({ path, content }) => {
    writeFileSync(join(dir, path), content);
    return join(dir, path);
  });
}

/** A master file around lines that are to be included: the zone as its owner had it before. */
export function frameFor(zone: string, include: string): string {
  return [
    `$ORIGIN ${zone}.`,
    '@ 3600 IN SOA ns1 hostmaster 1 3600 600 86400 60',
    '@ 3600 IN NS ns1',
    'ns1 3600 IN A 127.0.0.1',
    `$INCLUDE ${include}`,
    'after 60 IN TXT "origin unchanged"',
    '',
  ].join('\n');
}

export function putAll(dir: string, { files, zoneFiles = {} }: Generated): void {
  putFiles(dir, files);
  // NSD looks for a file that is included where it was started, Knot beside the zone file.
  for (const [name, text] of Object.entries(zoneFiles))
    writeFileSync(join(dir, name), text.replace(/^\$INCLUDE (?!\/)/m, `$INCLUDE ${dir}/`));
}

function confOf({ files }: Generated, ending: string): string {
  const conf = files.find(({ path }) => path.endsWith(ending));
  if (conf === undefined) throw new Error(`no file ends in ${ending}`);
  return conf.path;
}

/** nsd.conf around the generated clauses: an empty `username` and `chroot` keep it what we are. */
export function nsdConfig(generated: Generated, dir: string, port: number): string {
  putAll(dir, generated);
  const text = [
    'server:',
    `  ip-address: 127.0.0.1@${port}`,
    '  server-count: 1',
    '  username: ""',
    '  chroot: ""',
    `  zonesdir: "${dir}"`,
    '  database: ""',
    `  pidfile: "${dir}/nsd.pid"`,
    `  xfrdfile: "${dir}/xfrd.state"`,
    `  xfrdir: "${dir}"`,
    `  zonelistfile: "${dir}/zone.list"`,
    'remote-control:',
    '  control-enable: no',
    `include: "${dir}/${confOf(generated, '.conf')}"`,
    '',
  ].join('\n');
  const path = join(dir, 'nsd.conf');
  writeFileSync(path, text);
  return path;
}

export function startGeneratedNsd(generated: Generated): Promise<LabServer> {
  return startServer({
    kind: 'NSD',
    keys: [],
    prepare: (dir, port) => ({
      program: 'nsd',
      args: ['-d', '-c', nsdConfig(generated, dir, port)],
      answersFor: generated.zones,
    }),
  });
}

/** knot.conf around the generated file, with the key where that file includes it from. */
export function knotConfig(generated: Generated, keys: readonly LabKey[], dir: string, port: number): string {
  for (const folder of ['db', 'run']) mkdirSync(join(dir, folder), { recursive: true });
  putAll(dir, generated);
  for (const { name, algorithm, secret } of keys)
    writeFileSync(
      join(dir, `${name}.conf`),
      `key:\n  - id: ${name}\n    algorithm: ${algorithm}\n    secret: ${secret}\n`,
    );
  const text = [
    'server:',
    `  rundir: ${dir}/run`,
    `  listen: 127.0.0.1@${port}`,
    'control:',
    `  listen: ${dir}/run/knot.sock`,
    'log:',
    '  - target: stderr',
    '    any: info',
    'database:',
    `  storage: ${dir}/db`,
    'template:',
    '  - id: default',
    `    storage: ${dir}`,
    '    zonefile-sync: -1',
    '    zonefile-load: difference',
    '    journal-content: changes',
    `include: ${dir}/${confOf(generated, '.conf')}`,
    '',
  ].join('\n');
  const path = join(dir, 'knot.conf');
  writeFileSync(path, text);
  return path;
}

export function startGeneratedKnot(
  generate: (dir: string) => Generated,
  keys: readonly LabKey[],
): Promise<LabServer> {
  return startServer({
    kind: 'Knot',
    keys,
    prepare(dir, port) {
      const generated = generate(dir);
      const conf = knotConfig(generated, keys, dir, port);
      return { program: 'knotd', args: ['-c', conf], answersFor: generated.zones };
    },
  });
}

/**
 * unbound.conf around the generated local-data. What is no local data it asks of `authority`, if that is in its zone,
 * and of nobody else: the root leads to a port where nobody listens.
 */
export function unboundConfig(
  file: RenderedFile,
  dir: string,
  port: number,
  authority?: { readonly zone: string; readonly server: LabServer },
): string {
  const [include] = putFiles(dir, [file]);
  const text = [
    'server:',
    `  interface: 127.0.0.1@${port}`,
    `  port: ${port}`,
    '  username: ""',
    '  chroot: ""',
    `  directory: "${dir}"`,
    `  pidfile: "${dir}/unbound.pid"`,
    '  do-daemonize: no',
    '  use-syslog: no',
    '  logfile: ""',
    '  num-threads: 1',
    '  module-config: "iterator"',
    '  do-not-query-localhost: no',
    `include: "${include}"`,
    ...(authority === undefined
      ? []
      : [
          'stub-zone:',
          `  name: "${authority.zone}"`,
          `  stub-addr: 127.0.0.1@${authority.server.endpoint.port}`,
        ]),
    'forward-zone:',
    '  name: "."',
    '  forward-addr: 127.0.0.1@1',
    'remote-control:',
    '  control-enable: no',
    '',
  ].join('\n');
  const path = join(dir, 'unbound.conf');
  writeFileSync(path, text);
  return path;
}

export function startGeneratedUnbound(
  file: RenderedFile,
  owner: string,
  authority: { readonly zone: string; readonly server: LabServer },
): Promise<LabServer> {
  return startServer({
    kind: 'Unbound',
    keys: [],
    prepare: (dir, port) => ({
      program: 'unbound',
      args: ['-d', '-p', '-c', unboundConfig(file, dir, port, authority)],
      answersFor: [],
      answers: [{ name: owner, type: 'SRV' }],
    }),
  });
}

export function startGeneratedDnsmasq(file: RenderedFile, owner: string): Promise<LabServer> {
  return startServer({
    kind: 'dnsmasq',
    keys: [],
    prepare(dir, port) {
      const [conf] = putFiles(dir, [file]);
      return {
        program: 'dnsmasq',
        args: [
          '--no-daemon',
          `--conf-file=${conf}`,
          `--port=${port}`,
          '--listen-address=127.0.0.1',
          '--bind-interfaces',
          '--no-resolv',
          '--no-hosts',
          `--pid-file=${join(dir, 'dnsmasq.pid')}`,
        ],
        answersFor: [],
        answers: [{ name: owner, type: 'SRV' }],
      };
    },
  });
}
