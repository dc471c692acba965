/**
 * An Active Directory domain: Samba's domain controller in a network of its own, on the ports that clients expect.
 * Programs reach it from inside, by `run`; this process by `forward`. Nothing of the machine is changed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, IpAddress } from '../../../src/core/net.ts';
import { builtCommand } from './built-command.ts';
import { type Daemon, lastLines, startDaemon, unwatch, type Watched, watch } from './daemon.ts';
import { type DigAnswer, type DigOptions, dig, digSrv } from './dig.ts';
import { type Forwarder, openForwarder } from './forward.ts';
import { openNamespace } from './namespace.ts';
import { readUpdateReply, type UpdateReply } from './nsupdate.ts';
import type { Finished, RunOptions } from './run.ts';
import {
  configOf,
  DC_ADDRESS,
  DC_HOST,
  DOMAIN,
  type DomainOptions,
  layOutDomain,
  namedConfigOf,
  PASSWORDS,
  REALM,
  type SambaDns,
} from './samba-domain.ts';

/** Variables that let a program inside act as somebody. */
export interface Ticket {
  readonly principal: string;
  /** `KRB5CCNAME` with a cache of its own: a later ticket of the same principal does not change this one. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Samba extends Watched {
  readonly dns: SambaDns;
  readonly dir: string;
  /** DNS, inside. */
  readonly endpoint: Endpoint;
  /** The certificate of the domain controller, its own CA: good for its name and address, and for localhost. */
  readonly caFile: string;
  /** smb.conf, for Samba's own tools. */
  readonly configFile: string;
  /** For every program inside; `run` adds it by itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Of kms01 and kms02, and of what {@link Samba.exportKeytab} wrote. */
  keytab(account: string): string;
  /** Writes the account's present keys into its keytab; gives the path. */
  exportKeytab(account: string): Promise<string>;
  /** Runs a program inside to its end, as root there, with `env` and without any ticket unless `env` names one. */
  run(name: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Like `run`, and throws unless the exit code is 0; gives what it printed. */
  mustRun(name: string, args: readonly string[], options?: RunOptions): Promise<string>;
  /** The command as {@link builtCommand} makes it, inside. */
  kmsdns(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** samba-tool on the directory's files; throws unless it succeeds. About 0.3 s. */
  sambaTool(...args: readonly string[]): Promise<string>;
  /** A fresh ticket; with the keytab for `name$`, with the password for others, unless one is given. */
  kinit(account: string, password?: string): Promise<Ticket>;
  /** One UPDATE for the domain's zone by `nsupdate -g`; without a ticket it goes unsigned. */
  nsupdate(ticket: Ticket | undefined, ...lines: readonly string[]): Promise<SambaUpdate>;
  dig(name: string, type: string, options?: DigOptions): Promise<DigAnswer>;
  /** Like {@link digSrv}. */
  srv(owner: string): Promise<readonly string[]>;
  /** Samba, not named, takes what is sent and answers nothing, until `resume`: LDAP, Kerberos, its own DNS. */
  pause(): void;
  resume(): void;
  /** A port of this machine's loopback that leads to a TCP port of the domain controller, until it stops. */
  forward(port: number): Promise<Endpoint>;
}

export interface SambaUpdate extends UpdateReply {
  /** Of nsupdate: 2 also when the update was done and its reply could not be verified. */
  readonly exitCode: number;
}

const START_TIMEOUT_MS = 20_000;

/** Restores the domain, or provisions it when this machine never did; starts it and waits for LDAP and DNS. */
export async function startSamba(options: DomainOptions): Promise<Samba> {
  const dir = mkdtempSync(join(tmpdir(), 'kmsdns-lab-'));
  const daemons: Daemon[] = [];
  const closing: (() => void)[] = [() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 })];
  const log = (): string => daemons.map((daemon) => daemon.log()).join('');
  const close = (): void => {
    for (const one of closing.splice(0).reverse()) one();
  };
  const watched: Watched = {
    kind: `Samba (${options.dns})`,
    at: DC_ADDRESS,
    log,
    async stop() {
      await Promise.all(daemons.map((daemon) => daemon.end()));
      close();
      unwatch(watched);
    },
    abandon() {
      for (const daemon of daemons) daemon.kill();
      close();
    },
  };
  watch(watched);
  try {
    await layOutDomain(dir, options);
    const space = await openNamespace({
      addresses: [`${DC_ADDRESS}/8`],
      files: {
        '/etc/hosts': join(dir, 'conf', 'hosts'),
        '/etc/resolv.conf': join(dir, 'conf', 'resolv.conf'),
      },
    });
    closing.push(space.close);
    const start = (name: string, args: readonly string[], env = {}): Daemon => {
      const daemon = startDaemon(name, args, { dir, prefix: space.prefix, env });
      daemons.push(daemon);
      return daemon;
    };
    const config = configOf(dir);
    const foreground = ['-F', '--no-process-group', '--debug-stdout'];
    const { pause, resume } = start('samba', ['-s', config, '-M', 'single', ...foreground]);
    if (options.dns === 'dlz') {
      // A replay cache in the machine's folder for temporary files may belong to another user.
      const kerberos = { KRB5RCACHENAME: 'none:', KRB5_CONFIG: join(dir, 'conf', 'krb5.conf') };
      start('named', ['-c', namedConfigOf(dir), '-4', '-g', '-n', '1'], {
        ...kerberos,
        SMB_CONF_PATH: config,
      });
    }
    let forwarder: Promise<Forwarder> | undefined;
    const forward = async (port: number): Promise<Endpoint> => {
      forwarder ??= openForwarder(dir, space.prefix).then((made) => {
        daemons.push(made.daemon);
        closing.push(made.close);
        return made;
      });
      return (await forwarder).to({ address: DC_ADDRESS as IpAddress, port });
    };
    const samba: Samba = { ...watched, ...clients(options.dns, dir, space.run), forward, pause, resume };
    await untilReady(samba, daemons);
    return samba;
  } catch (error) {
    const said = lastLines(log());
    await watched.stop();
    throw new Error(`${watched.kind}: ${error instanceof Error ? error.message : error}\n${said}`);
  }
}

type Clients = Omit<Samba, keyof Watched | 'forward' | 'pause' | 'resume'>;

/** What programs inside can be told to do. */
function clients(dns: SambaDns, dir: string, runInside: Samba['run']): Clients {
  const endpoint: Endpoint = { address: DC_ADDRESS as IpAddress, port: 53 };
  const env = {
    HOME: dir,
    KRB5_CONFIG: join(dir, 'conf', 'krb5.conf'),
    KRB5CCNAME: `FILE:${join(dir, 'no-ticket')}`,
    KRB5_CLIENT_KTNAME: `FILE:${join(dir, 'no-keytab')}`,
    LDAPTLS_CACERT: join(dir, 'private', 'tls', 'cert.pem'),
  };
  let caches = 0;
  const run: Samba['run'] = (name, args, more = {}) =>
    runInside(name, args, { cwd: dir, ...more, env: { ...env, ...more.env } });
  const mustRun: Samba['mustRun'] = async (name, args, more) => {
    const { exitCode, stdout, stderr } = await run(name, args, more);
    if (exitCode !== 0)
      throw new Error(`${name} ${args.join(' ')}: exit code ${exitCode}\n${stdout}${stderr}`);
    return stdout;
  };
  const keytab = (account: string): string =>
    join(dir, 'keytabs', `${account.replace('$', '').toLowerCase()}.keytab`);
  return {
    dns,
    dir,
    endpoint,
    env,
    caFile: env.LDAPTLS_CACERT,
    configFile: configOf(dir),
    keytab,
    run,
    mustRun,
    async exportKeytab(account) {
      const path = keytab(account);
      rmSync(path, { force: true });
      await mustRun('samba-tool', [
        'domain',
        'exportkeytab',
        path,
        `--principal=${account}`,
        '-s',
        configOf(dir),
      ]);
      return path;
    },
    kmsdns: async (args, more) => run(process.execPath, [await builtCommand(), ...args], more),
    sambaTool: (...args) =>
      mustRun('samba-tool', [...args, '-s', configOf(dir), '-H', join(dir, 'private', 'sam.ldb')]),
    async kinit(account, password) {
      const principal = `${account}@${REALM}`;
      const ticket: Ticket = { principal, env: { KRB5CCNAME: `FILE:${join(dir, `ticket-${++caches}`)}` } };
      const secret = password ?? (account.endsWith('$') ? undefined : PASSWORDS[account]);
      if (secret === undefined)
        await mustRun('kinit', ['-k', '-t', keytab(account), principal], { env: ticket.env });
      else await mustRun('kinit', [principal], { env: ticket.env, input: `${secret}\n` });
      return ticket;
    },
    async nsupdate(ticket, ...lines) {
      const script = [`server ${DC_ADDRESS}`, `zone ${DOMAIN}.`, ...lines, 'send', 'quit', ''].join('\n');
      const args = [...(ticket === undefined ? [] : ['-g']), '-d', '-t', '10', '-u', '5', '-r', '1'];
      const { exitCode, stdout, stderr } = await run('nsupdate', args, {
        input: script,
        env: ticket?.env ?? {},
      });
      return { ...readUpdateReply(`${stdout}${stderr}`), exitCode };
    },
    dig: (name, type, more = {}) => dig(endpoint, name, type, { ...more, run }),
    srv: (owner) => digSrv(endpoint, owner, { run }),
  };
}

async function untilReady(samba: Samba, daemons: readonly Daemon[]): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    for (const { hasEnded, process } of daemons)
      if (hasEnded()) throw new Error(`ended at once (${process.exitCode})`);
    const [ldap, srv] = await Promise.all([
      samba.run('ldapsearch', [
        '-x',
        '-LLL',
        '-H',
        `ldap://${DC_HOST}`,
        '-s',
        'base',
        '-b',
        '',
        'dnsHostName',
      ]),
      samba.dig(`_ldap._tcp.${DOMAIN}`, 'SRV', { timeoutSeconds: 1 }).catch(() => undefined),
    ]);
    if (ldap.exitCode === 0 && srv !== undefined && srv.answer.length > 0) return;
    await sleep(30);
  }
  throw new Error(`did not answer by LDAP and DNS within ${START_TIMEOUT_MS} ms`);
}
