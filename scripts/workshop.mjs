// What verify and demo share: run a program with a time limit, install packages, build when the sources are newer.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const MINUTE_MS = 60_000;

/**
 * Runs a program to its end. `show` lets it write to our terminal, otherwise its output comes back as text.
 * Never throws: a program that is missing or overran its time has `ok: false` and says so in `output`.
 */
export function run(
  command,
  args,
  { show = false, env = {}, shell = false, timeoutMs = 5 * MINUTE_MS } = {},
) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      shell,
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    let killer;
    const timer = setTimeout(() => {
      keep(`${command}: stopped after ${timeoutMs / MINUTE_MS} minutes\n`);
      child.kill('SIGTERM');
      killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    }, timeoutMs);
    const finish = (code) => {
      clearTimeout(timer);
      clearTimeout(killer);
      resolve({ ok: code === 0, code, output });
    };
    child.on('error', (error) => {
      keep(`${error.message}\n`);
      finish(null);
    });
    child.on('close', finish);
  });
}

/** Runs a development tool from node_modules with this Node, on every platform the same. */
export function runTool(script, args, options) {
  return run(process.execPath, [join(root, 'node_modules', script), ...args], options);
}

/** True while node_modules is missing or older than the lock file: npm keeps a copy of it from its last run. */
export function packagesAreStale() {
  return isOlder(join(root, 'node_modules', '.package-lock.json'), join(root, 'package-lock.json'));
}

export function installPackages() {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  // npm sets npm_execpath for its scripts; without it, only a shell finds npm.cmd on Windows.
  return npm?.endsWith('.js')
    ? run(process.execPath, [npm, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
}

/** True while the built command is missing or older than anything it is made of. */
export function buildIsStale() {
  const built = join(root, 'dist', 'bin.cjs');
  const inputs = ['src', 'package.json', 'package-lock.json', 'scripts/build.mjs', 'tsconfig.build.json'];
  return inputs.flatMap((input) => filesIn(join(root, input))).some((input) => isOlder(built, input));
}

export function build() {
  return run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
}

/** `12.3 s` since a time from performance.now(). */
export function since(startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => filesIn(join(path, entry.name)));
}
