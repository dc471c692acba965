import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../src/core/net.ts';
import { digSerial } from './dig.ts';
import { fakeClock } from './fake-clock.ts';
import type { Kdc } from './kdc.ts';
import { freshKey, keyClause, type LabKey, writeKeyFile } from './keys.ts';
import { freePort, hasIpv6Loopback, type LabServer, LOOPBACK6, startServer } from './lab.ts';
import { proveHealthy } from './nsupdate.ts';
import { runProgram } from './run.ts';
import { type LabZone, ownerOf, zoneFileText } from './zones.ts';

export interface BindOptions {
  readonly keys?: readonly LabKey[];
  readonly zones?: readonly LabZone[];
  /** Zones to fetch from another server. They are fetched at the start, and again only when told to. */
  readonly secondaryOf?: { readonly primary: LabServer; readonly zones: readonly string[] };
  /** Text to put at the end of named.conf: what `generate` wrote, for instance. */
  readonly moreConfig?: string;
  readonly kerberos?: BindKerberos;
}

/** A BIND that takes updates signed by GSS-TSIG. */
export interface BindKerberos {
  readonly kdc: Kdc;
  /** With the key of `DNS/HOST@REALM`, from `kdc.keytab`. */
  readonly keytab: string;
  /** The rules of `update-policy` by zone, each a whole `grant …;`. They replace what the zone's `access` says. */
  readonly policies: Readonly<Record<string, readonly string[]>>;
  /** As {@link fakeClock} takes it: `+400s`. */
  readonly clock?: string;
}

export interface BindServer extends LabServer {
  /** The same server on ::1; undefined where the machine has no such address. */
  readonly endpoint6: Endpoint | undefined;
  /** Runs one rndc command; throws when named refuses it. */
  rndc(...command: readonly string[]): Promise<string>;
  /** Makes this lagging secondary fetch a zone, and waits until it serves what its primary serves. */
  catchUp(zone: string): Promise<void>;
}

const CATCH_UP_TIMEOUT_MS = 10_000;

/** Starts named with these zones and proves with nsupdate that it takes updates where it should. */
export async function startBind(options: BindOptions): Promise<BindServer> {
  const { keys = [], zones = [], secondaryOf, kerberos } = options;
  const env = kerberos === undefined ? {} : await kerberosEnv(kerberos);
  const server = await startServer({
    kind: 'BIND',
    keys,
    ipv6: true,
    async prepare(dir, port) {
      await writeConfig(options, dir, port);
      const names = [...zones.map(({ name }) => name), ...(secondaryOf?.zones ?? [])];
      // With -f instead, what is wrong in the configuration would go to syslog only.
      return {
        program: 'named',
        args: ['-g', '-c', join(dir, 'named.conf')],
        answersFor: firstAndLast(names),
        env: { ...env, ...(kerberos !== undefined && { KRB5RCACHEDIR: dir }) },
      };
    },
  });

  const rndc = async (...command: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runProgram('rndc', [
      '-c',
      join(server.dir, 'rndc.conf'),
      ...command,
    ]);
    if (exitCode !== 0) throw new Error(`rndc ${command.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const bind: BindServer = {
    ...server,
    endpoint6: hasIpv6Loopback() ? { address: LOOPBACK6, port: server.endpoint.port } : undefined,
    rndc,
    async catchUp(zone) {
      if (secondaryOf === undefined) throw new Error('this BIND is nobody’s secondary');
      const wanted = await digSerial(secondaryOf.primary.endpoint, zone);
      await rndc('retransfer', zone);
      const deadline = performance.now() + CATCH_UP_TIMEOUT_MS;
      while ((await digSerial(server.endpoint, zone)) !== wanted) {
        if (performance.now() > deadline) throw new Error(`${zone} did not reach ${wanted}\n${server.log()}`);
        await sleep(20);
      }
    },
  };
  await proveHealthy(bind, zones);
  return bind;
}

async function kerberosEnv({ kdc, clock }: BindKerberos): Promise<Readonly<Record<string, string>>> {
  return { ...kdc.env, ...(clock !== undefined && (await fakeClock(clock))) };
}

/** Enough to know that all are loaded: named loads them in the order of the file. */
function firstAndLast(names: readonly string[]): readonly string[] {
  return names.length <= 30 ? names : [names[0]!, ...names.slice(-5)];
}

async function writeConfig(options: BindOptions, dir: string, port: number): Promise<void> {
  const { keys = [], zones = [], secondaryOf, moreConfig = '', kerberos } = options;
  const controlPort = await freePort();
  const rndcKey = freshKey('lab-rndc');
  writeKeyFile(join(dir, 'rndc.key'), rndcKey);
  writeFileSync(
    join(dir, 'rndc.conf'),
    `include "${dir}/rndc.key";\n` +
      `options { default-key "${rndcKey.name}"; default-server 127.0.0.1; default-port ${controlPort}; };\n`,
  );
  mkdirSync(join(dir, 'zones'), { recursive: true });
  for (const zone of zones) writeFileSync(join(dir, 'zones', `${zone.name}.db`), zoneFileText(zone));
  // named listens only on addresses that some interface has: for ::1 that is not a matter of course.
  const listenOn6 = hasIpv6Loopback() ? `listen-on-v6 port ${port} { ::1; };` : 'listen-on-v6 { none; };';
  const config = `
options {
  directory "${dir}/zones";
  pid-file "${dir}/named.pid";
  session-keyfile "${dir}/session.key";
  lock-file none;
  listen-on port ${port} { 127.0.0.1; };
  ${listenOn6}
  allow-transfer { 127.0.0.1; ::1; };
  recursion no;
  dnssec-validation no;
  empty-zones-enable no;
  notify no;
  transfer-source 127.0.0.1;
  minimal-responses yes;
  ${kerberos === undefined ? '' : `tkey-gssapi-keytab "${kerberos.keytab}";`}
};
include "${dir}/rndc.key";
controls { inet 127.0.0.1 port ${controlPort} allow { 127.0.0.1; } keys { "${rndcKey.name}"; }; };
${keys.map(keyClause).join('')}
${zones.map((zone) => zoneClause(zone, kerberos?.policies[zone.name])).join('')}
${(secondaryOf?.zones ?? []).map((name) => secondaryClause(name, secondaryOf!.primary)).join('')}
${moreConfig}
`;
  writeFileSync(join(dir, 'named.conf'), config, { mode: 0o600 });
}

function zoneClause(zone: LabZone, policy: readonly string[] | undefined): string {
  const access = policy === undefined ? accessClause(zone) : `update-policy { ${policy.join(' ')} };`;
  return `zone "${zone.name}" { type primary; file "${zone.name}.db"; ${access} };\n`;
}

function accessClause(zone: LabZone): string {
  const { access } = zone;
  if (access.may === 'nothing') return '';
  if (access.may === 'everything') {
    return access.key === undefined
      ? 'allow-update { 127.0.0.1; ::1; };'
      : `update-policy { grant "${access.key}" zonesub ANY; };`;
  }
  const type = access.atMost === undefined ? 'SRV' : `SRV(${access.atMost})`;
  return `update-policy { grant "${access.key}" name ${ownerOf(zone)}. ${type}; };`;
}

function secondaryClause(name: string, primary: LabServer): string {
  const { address, port } = primary.endpoint;
  return `zone "${name}" { type secondary; file "${name}.copy"; primaries port ${port} { ${address}; }; };\n`;
}
