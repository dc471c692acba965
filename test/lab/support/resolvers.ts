/** Resolvers of other people, each between a client and the servers of its zones, with its own ways of failing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../../src/core/net.ts';
import { hasIpv6Loopback, type LabServer, LOOPBACK6, startServer } from './lab.ts';

/** A name that every resolver here knows by itself: it is ready once it answers for it. */
const READY = 'ready.lab';

export interface UnboundOptions {
  /** Zones and the server that Unbound asks about each, as a resolver asks an authoritative server. */
  readonly stubs: Readonly<Record<string, Endpoint>>;
  /** Lines for `server:`. */
  readonly more?: readonly string[];
}

export interface ResolverServer extends LabServer {
  /** The same resolver on ::1; undefined where the machine has no such address. */
  readonly endpoint6: Endpoint | undefined;
}

/** Unbound with a cache, and nobody to ask but the stubs. */
export async function startUnbound({ stubs, more = [] }: UnboundOptions): Promise<ResolverServer> {
  const server = await startServer({
    kind: 'Unbound',
    keys: [],
    ipv6: true,
    prepare(dir, port) {
      const text = [
        'server:',
        `  interface: 127.0.0.1@${port}`,
        ...(hasIpv6Loopback() ? [`  interface: ::1@${port}`, '  access-control: ::1 allow'] : []),
        `  port: ${port}`,
        '  username: ""',
        '  chroot: ""',
        `  directory: "${dir}"`,
        `  pidfile: "${dir}/unbound.pid"`,
        '  do-daemonize: no',
        '  use-syslog: no',
        '  logfile: ""',
        '  num-threads: 1',
        '  do-not-query-localhost: no',
        // Unbound answers for the special name "test." itself: RFC 6303 and RFC 6761.
        '  local-zone: "test." nodefault',
        `  local-data: "${READY}. 60 IN A 127.0.0.1"`,
        ...more.map((line) => `  ${line}`),
        ...Object.entries(stubs).flatMap(([zone, { address, port: asked }]) => [
          'stub-zone:',
          `  name: "${zone}"`,
          `  stub-addr: ${address}@${asked}`,
        ]),
        'remote-control:',
        '  control-enable: no',
        '',
      ].join('\n');
      const conf = join(dir, 'unbound.conf');
      writeFileSync(conf, text);
      return {
        program: 'unbound',
        args: ['-d', '-p', '-c', conf],
        answersFor: [],
        answers: [{ name: READY, type: 'A' }],
      };
    },
  });
  return {
    ...server,
    endpoint6: hasIpv6Loopback() ? { address: LOOPBACK6, port: server.endpoint.port } : undefined,
  };
}

/** named that asks `forwarder` about everything, and nobody else. */
export function startForwardingBind(forwarder: Endpoint): Promise<LabServer> {
  return startServer({
    kind: 'BIND',
    keys: [],
    prepare(dir, port) {
      const zones = join(dir, 'zones');
      mkdirSync(zones, { recursive: true });
      writeFileSync(
        join(zones, 'ready.db'),
        '@ 60 IN SOA ns hostmaster 1 3600 600 86400 60\n@ 60 IN NS ns\nns 60 IN A 127.0.0.1\n',
      );
      const text = [
        'options {',
        `  directory "${zones}";`,
        `  pid-file "${dir}/named.pid";`,
        `  session-keyfile "${dir}/session.key";`,
        '  lock-file none;',
        `  listen-on port ${port} { 127.0.0.1; };`,
        '  listen-on-v6 { none; };',
        '  recursion yes;',
        '  allow-recursion { 127.0.0.1; };',
        '  dnssec-validation no;',
        '  empty-zones-enable no;',
        '  forward only;',
        `  forwarders { ${forwarder.address} port ${forwarder.port}; };`,
        '};',
        'controls { };',
        `zone "${READY}" { type primary; file "ready.db"; };`,
        '',
      ].join('\n');
      const conf = join(dir, 'named.conf');
      writeFileSync(conf, text);
      return { program: 'named', args: ['-g', '-c', conf], answersFor: [READY] };
    },
  });
}

/** dnsmasq with these options, and nobody to ask but whom they name. */
export function startDnsmasq(...options: readonly string[]): Promise<LabServer> {
  return startServer({
    kind: 'dnsmasq',
    keys: [],
    prepare: (dir, port) => ({
      program: 'dnsmasq',
      args: [
        // With --no-daemon it would serve TCP in its one process, and be deaf as long as a connection stays open.
        '--keep-in-foreground',
        '--log-facility=-',
        '--conf-file=/dev/null',
        `--user=${userInfo().username}`,
        `--port=${port}`,
        '--listen-address=127.0.0.1',
        '--bind-interfaces',
        '--no-resolv',
        '--no-hosts',
        `--host-record=${READY},127.0.0.1`,
        `--pid-file=${join(dir, 'dnsmasq.pid')}`,
        ...options,
      ],
      answersFor: [],
      answers: [{ name: READY, type: 'A' }],
    }),
  });
}

/** A root of our own that knows nothing: what the Internet says to whoever asks it for an internal name. */
export function startEmptyRoot(): Promise<LabServer> {
  return startServer({
    kind: 'BIND',
    keys: [],
    prepare(dir, port) {
      writeFileSync(
        join(dir, 'root.db'),
        '. 86400 IN SOA a.root. hostmaster.root. 1 1800 900 604800 86400\n. 86400 IN NS a.root.\na.root. 86400 IN A 127.0.0.1\n',
      );
      const text = [
        'options {',
        `  directory "${dir}";`,
        `  pid-file "${dir}/named.pid";`,
        `  session-keyfile "${dir}/session.key";`,
        '  lock-file none;',
        `  listen-on port ${port} { 127.0.0.1; };`,
        '  listen-on-v6 { none; };',
        '  recursion no;',
        '  dnssec-validation no;',
        '};',
        'controls { };',
        'zone "." { type primary; file "root.db"; };',
        '',
      ].join('\n');
      const conf = join(dir, 'named.conf');
      writeFileSync(conf, text);
      return { program: 'named', args: ['-g', '-c', conf], answersFor: ['.'] };
    },
  });
}
