// The DNS servers that the lab tests start. As root on Debian or Ubuntu they are installed; elsewhere the suites
// that need them are left out, and it is said why.
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run } from './workshop.mjs';

/** The table that also decides which lab tests can run. */
const { clients, ...SERVERS } = JSON.parse(readFileSync(join(root, 'test/lab/support/servers.json'), 'utf8'));

const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_ASIDE = '/usr/sbin/policy-rc.d.before-kmsdns';

/** Which servers cannot be tested here: what each lacks, and the packages that have it. */
export function missingServers() {
  return Object.values(SERVERS)
    .map(({ name, services = [], programs, linuxFiles }) => {
      const ofServer = [
        ...Object.entries(programs).filter(([program]) => !isInstalled(program)),
        ...Object.entries(linuxFiles).filter(([path]) => process.platform === 'linux' && !existsSync(path)),
      ];
      const lacking = [
        ...ofServer,
        ...Object.entries(clients.programs).filter(([program]) => !isInstalled(program)),
      ];
      return {
        name,
        // One that is there already runs or rests as its owner decided.
        services: ofServer.length > 0 ? services.filter((service) => !isService(service)) : [],
        lacks: lacking.map(([what]) => what),
        packages: [...new Set(lacking.map(([, debian]) => debian))],
      };
    })
    .filter(({ lacks }) => lacks.length > 0);
}

/** Why nothing can be installed here; undefined when apt can do it. */
export function whyNotInstall() {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version') || !isInstalled('apt-get'))
    return 'this is neither Debian nor Ubuntu';
  if (process.getuid() !== 0) return 'only root may install packages';
  return undefined;
}

/** Installs the packages of these servers with apt; none of them is started, now or at the next boot. */
export async function installServers(missing) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=120'];
  const timeoutMs = 8 * 60_000;
  // The tests want port 53 left alone as much as whoever owns this machine.
  const allowServicesAgain = forbidServices();
  try {
    const updated = await run('apt-get', ['update', '-q', ...wait], { env, timeoutMs });
    if (!updated.ok) return updated;
    const install = (servers) => {
      const packages = [...new Set(servers.flatMap((server) => server.packages))];
      const args = ['install', '-q', '-y', '--no-install-recommends', ...wait, ...packages];
      return run('apt-get', args, { env, timeoutMs });
    };
    let installed = await install(missing);
    // One package that this release does not have keeps apt from installing any.
    if (!installed.ok && /Unable to locate package|no installation candidate/.test(installed.output)) {
      const each = [];
      for (const server of missing) each.push(await install([server]));
      installed = { ok: each.some(({ ok }) => ok), output: each.map(({ output }) => output).join('') };
    }
    if (installed.ok && isInstalled('systemctl')) {
      const services = missing.flatMap((server) => server.services).filter(isService);
      if (services.length > 0) await run('systemctl', ['disable', '--quiet', ...services]);
    }
    return installed;
  } finally {
    allowServicesAgain();
  }
}

/**
 * Packages ask policy-rc.d before they start their service; 101 means no. A policy that was there comes back,
 * after Ctrl-C too: that ends apt at once, and us when all is as it was.
 */
function forbidServices() {
  // One that is aside already was put there by a run that was killed: it is the real one.
  if (existsSync(POLICY) && !existsSync(POLICY_ASIDE)) renameSync(POLICY, POLICY_ASIDE);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  let interruptedBy;
  const remember = (signal) => {
    interruptedBy = signal;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, remember);
  return () => {
    if (existsSync(POLICY_ASIDE)) renameSync(POLICY_ASIDE, POLICY);
    else rmSync(POLICY, { force: true });
    for (const signal of signals) process.off(signal, remember);
    if (interruptedBy !== undefined) process.kill(process.pid, interruptedBy);
  };
}

function isService(name) {
  return ['/etc', '/lib', '/usr/lib'].some((folder) =>
    existsSync(`${folder}/systemd/system/${name}.service`),
  );
}

/** Is the program there, of `a|b` either? */
function isInstalled(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return names.split('|').some((name) =>
    folders.some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return folder !== '';
      } catch {
        return false;
      }
    }),
  );
}
