// The demo on a fresh clone: installs and builds what is missing, then hands over to `kmsdns demo`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, buildIsStale, installPackages, packagesAreStale, root, since } from './workshop.mjs';

/** One line of progress; what the work printed appears only when it failed. Goes to stderr: stdout is the demo's. */
async function prepare(what, work) {
  const start = performance.now();
  process.stderr.write(`${what} … `);
  const { ok, output } = await work();
  process.stderr.write(ok ? `${since(start)}\n` : `failed\n${output}\n`);
  return ok;
}

async function prepared() {
  if (packagesAreStale() && !(await prepare('installing packages (npm ci)', installPackages))) return false;
  return !buildIsStale() || (await prepare('building', build));
}

if (await prepared()) {
  const args = [join(root, 'dist', 'bin.cjs'), 'demo', ...process.argv.slice(2)];
  const demo = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C reaches the demo too; it cleans up and reports, and its exit code is ours.
  process.on('SIGINT', () => {});
  demo.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  process.exitCode = 1;
}
