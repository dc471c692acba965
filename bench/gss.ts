/** Updates signed by Kerberos: one change beside `nsupdate -g`, a thousand beside a shared key, and what ten thousand hold. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BindServer, startBind } from '../test/lab/support/bind.ts';
import { builtCommand } from '../test/lab/support/built-command.ts';
import { digSrv } from '../test/lab/support/dig.ts';
import { type Kdc, startKdc } from '../test/lab/support/kdc.ts';
import { freshKey } from '../test/lab/support/keys.ts';
import { program } from '../test/lab/support/programs.ts';
import { type LabZone, manyZones } from '../test/lab/support/zones.ts';
import type { GssReport, GssTask } from './clients/gss-updates.ts';
import { desiredState, kerberosState, nsupdateScript } from './desired-state.ts';
import { duration, type Measured, type Measurement, type Row } from './table.ts';
import { commandLine, hyperfine, median, runTimed } from './timing.ts';
import { inFolder, missing, written } from './workshop.ts';

export const gss: Measurement = {
  name: 'gss',
  run: (say) => inFolder((folder) => run(folder, say)),
};

const REALM = 'BENCH.EXAMPLE';
const PUBLISHER = `publisher@${REALM}`;
const ZONES = 1000;
const ROUNDS = 5;
const UPDATES = 10_000;
/** Until then V8 makes room and compiles; an even number, so that the record is as before. */
const WARM_UP = 8000;
/** A context that kept 500 octets for each update would show. */
const MOST_GROWTH_MEGABYTES = 5;

interface Bench {
  readonly folder: string;
  readonly kdc: Kdc;
  readonly bind: BindServer;
  readonly bin: string;
  readonly keyFile: string;
  readonly keytab: string;
  readonly domains: readonly string[];
}

async function run(folder: string, say: (text: string) => void): Promise<Measured> {
  const absent = missing('Kerberos', 'hyperfine', 'named', 'rndc', 'dig', 'nsupdate', 'krb5kdc', 'kinit');
  if (absent !== undefined) return { rows: [], skipped: [absent] };
  say('building the command');
  const bin = await builtCommand();
  const key = freshKey('bench');
  const [first, ...others] = manyZones(ZONES, 'bench.example', key.name);
  // All zones have the same name server, whose ticket is for one name.
  const nameServers = [`ns1.${first!.name}.`];
  const zones: readonly LabZone[] = [first!, ...others.map((zone) => ({ ...zone, nameServers }))];
  const service = `DNS/ns1.z0001.bench.example@${REALM}`;
  const kdc = await startKdc({ realms: [REALM], principals: [PUBLISHER, service] });
  const before = { ...process.env };
  let bind: BindServer | undefined;
  try {
    const policy = ({ name }: LabZone): readonly string[] =>
      [key.name, PUBLISHER].map((who) => `grant "${who}" name _vlmcs._tcp.${name}. SRV;`);
    bind = await startBind({
      keys: [key],
      zones,
      kerberos: {
        kdc,
        keytab: await kdc.keytab(service),
        policies: Object.fromEntries(zones.map((zone) => [zone.name, policy(zone)])),
      },
    });
    Object.assign(process.env, kdc.env, { KRB5CCNAME: await kdc.ticket(PUBLISHER) });
    const bench: Bench = {
      folder,
      kdc,
      bind,
      bin,
      keyFile: bind.keyFile(key.name),
      keytab: await kdc.keytab(PUBLISHER),
      domains: zones.map(({ name }) => name),
    };
    const rows = [...(await oneChange(bench, say)), await manyChanges(bench, say), await memory(bench, say)];
    return { rows, skipped: [] };
  } finally {
    for (const name of Object.keys({ ...kdc.env, KRB5CCNAME: '' })) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await bind?.stop();
    await kdc.stop();
  }
}

function apply({ bin, folder }: Bench, state: string): readonly string[] {
  return [
    process.execPath,
    bin,
    'apply',
    '--yes',
    '--quiet',
    '-c',
    state,
    '--journal',
    join(folder, 'journal'),
  ];
}

/** One change, process start included: with a ticket at hand, and with a keytab, which nsupdate needs kinit for. */
async function oneChange(bench: Bench, say: (text: string) => void): Promise<readonly Row[]> {
  const { folder, bind, keyFile, keytab, domains } = bench;
  const { port } = bind.endpoint;
  const [domain] = domains;
  const byTicket = written(folder, 'ticket.yaml', kerberosState(port, '{}', [domain!], 2));
  const gssOf = `{ keytab: ${JSON.stringify(keytab)}, principal: ${PUBLISHER} }`;
  const byKeytab = written(folder, 'keytab.yaml', kerberosState(port, gssOf, [domain!], 2));
  const change = written(folder, 'change', nsupdateScript(port, [domain!], 2));
  const undo = commandLine(
    program('nsupdate'),
    '-k',
    keyFile,
    written(folder, 'undo', nsupdateScript(port, [domain!], 1)),
  );
  const dig = [
    program('dig'),
    '-r',
    '+norecurse',
    '@127.0.0.1',
    '-p',
    String(port),
    `_vlmcs._tcp.${domain}`,
    'SRV',
  ];
  const kinit = commandLine(
    program('kinit'),
    '-k',
    '-t',
    keytab,
    '-c',
    join(folder, 'kinit.ccache'),
    PUBLISHER,
  );
  say('timing one change');
  const [ticket, fromKeytab, nsupdate, askedTwice, login] = await hyperfine(
    [
      { command: commandLine(...apply(bench, byTicket)), prepare: undo },
      { command: commandLine(...apply(bench, byKeytab)), prepare: undo },
      { command: commandLine(program('nsupdate'), '-g', change), prepare: undo },
      { command: commandLine(...dig, `_vlmcs._tcp.${domain}`, 'SOA') },
      { command: kinit },
    ],
    { folder, rounds: ROUNDS, runs: 8 },
  );
  // What apply does besides: it reads the records and the serial before and after.
  const read = askedTwice! + nsupdate! + askedTwice!;
  return [
    {
      what: 'one change by Kerberos, ticket at hand, start included',
      ours: duration(ticket!),
      peer: '`nsupdate -g` alone',
      theirs: duration(nsupdate!),
      ratio: ticket! / nsupdate!,
      target: { atMost: 1 },
    },
    {
      what: 'the same, with what was there before and the serials',
      ours: duration(ticket!),
      peer: '`dig`, `nsupdate -g`, `dig`',
      theirs: duration(read),
      ratio: ticket! / read,
    },
    {
      what: 'the same from a keytab',
      ours: duration(fromKeytab!),
      peer: '`kinit -k`, `dig`, `nsupdate -g`, `dig`',
      theirs: duration(login! + read),
      ratio: fromKeytab! / (login! + read),
    },
  ];
}

/** A thousand records through one context, and with a shared key, by the same command on the same zones. */
async function manyChanges(bench: Bench, say: (text: string) => void): Promise<Row> {
  const { folder, bind, keyFile, domains } = bench;
  const { port } = bind.endpoint;
  const timed = async (state: string, weight: number): Promise<number> => {
    const [file, ...args] = apply(bench, written(folder, 'many.yaml', state));
    const { exitCode, stdout, stderr, tookMs } = await runTimed(file!, args);
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stdout}${stderr}`);
    const last = domains.at(-1)!;
    const served = await digSrv(bind.endpoint, `_vlmcs._tcp.${last}`);
    if (served.join() !== `3600 0 ${weight} 1688 kms1.${last}.`) throw new Error(`${last}: ${served.join()}`);
    return tookMs;
  };
  const kerberos: number[] = [];
  const shared: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    say(`a thousand changes, round ${round} of ${ROUNDS}`);
    const weight = 10 + 2 * round;
    kerberos.push(await timed(kerberosState(port, '{}', domains, weight), weight));
    shared.push(await timed(desiredState(port, keyFile, domains, weight + 1), weight + 1));
  }
  const [ours, theirs] = [median(kerberos), median(shared)];
  return {
    what: '1,000 zones, one change each, through one Kerberos context',
    ours: duration(ours),
    peer: 'the same with HMAC-SHA256',
    theirs: duration(theirs),
    ratio: ours / theirs,
    target: { atMost: 1.3 },
  };
}

async function memory(
  { kdc, bind, keyFile, folder, domains }: Bench,
  say: (text: string) => void,
): Promise<Row> {
  const [domain] = domains;
  const { port } = bind.endpoint;
  const reset = written(folder, 'reset', nsupdateScript(port, [domain!], 0));
  const undone = await runTimed(program('nsupdate'), ['-k', keyFile, reset]);
  if (undone.exitCode !== 0) throw new Error(undone.stderr);
  say(`${UPDATES} signed updates`);
  const task: GssTask = {
    port,
    host: 'ns1.z0001.bench.example',
    zone: domain!,
    warmUp: WARM_UP,
    count: UPDATES,
    env: { ...kdc.env, KRB5CCNAME: process.env.KRB5CCNAME ?? '' },
  };
  const client = fileURLToPath(new URL('clients/gss-updates.ts', import.meta.url));
  const args = ['--expose-gc', '--import', 'tsx', client, JSON.stringify(task)];
  const { exitCode, stdout, stderr } = await runTimed(process.execPath, args, { timeoutMs: 300_000 });
  if (exitCode !== 0) throw new Error(`the client of signed updates: ${stdout}${stderr}`);
  const { earlyOctets, lateOctets } = JSON.parse(stdout) as GssReport;
  const grown = (lateOctets - earlyOctets) / 1e6;
  return {
    what: 'memory that 10,000 signed updates leave behind (RSS)',
    ours: `${grown.toFixed(1)} MB`,
    peer: 'held before them',
    theirs: `${(earlyOctets / 1e6).toFixed(0)} MB`,
    target: { said: `< ${MOST_GROWTH_MEGABYTES} MB`, met: grown < MOST_GROWTH_MEGABYTES },
  };
}
