/** A network and a set of mounts that only programs started with its prefix see; gone when the last of them ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { program, UNSHARE } from './programs.ts';
import { type Finished, type RunOptions, runProgram } from './run.ts';

export interface NamespaceOptions {
  /** For its loopback interface, with a prefix length: `127.0.0.10/8`. */
  readonly addresses: readonly string[];
  /** Files of the system and what stands in their place. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Namespace {
  /** What goes before a program and its arguments so that it runs inside. No process of its own stays between. */
  readonly prefix: readonly string[];
  /** Like {@link runProgram}, inside. */
  run(name: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Ends the process that holds it. What still runs inside goes on. */
  close(): void;
}

/** Makes one with these addresses. It ends with this process, however that ends. */
export async function openNamespace({ addresses, files = {} }: NamespaceOptions): Promise<Namespace> {
  const script = [
    'set -e',
    'ip link set lo up',
    ...addresses.map((address) => `ip address add ${quoted(address)} dev lo`),
    ...Object.entries(files).map(([path, instead]) => `mount --bind ${quoted(instead)} ${quoted(path)}`),
    'echo ready',
    // Ends when its input does: with the process that made it.
    'exec cat',
  ].join('\n');
  const holder = spawn(program('unshare'), [...UNSHARE, 'sh', '-c', script], { stdio: 'pipe' });
  await ready(holder);
  const user = UNSHARE.includes('--user') ? ['--user', '--preserve-credentials'] : [];
  const prefix = [program('nsenter'), '--target', String(holder.pid), ...user, '--net', '--mount', '--'];
  return {
    prefix,
    run: (name, args, options = {}) => {
      const [enter = '', ...rest] = prefix;
      const { cwd = '/', ...others } = options;
      // nsenter leaves one in the root folder.
      const command = ['env', '-C', cwd, program(name), ...args];
      return runProgram(enter, [...rest, ...command], others);
    },
    close: () => {
      holder.stdin?.end();
      holder.kill('SIGKILL');
    },
  };
}

function ready(holder: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    holder.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    holder.stdout?.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', () => reject(new Error(`could not make a network namespace: ${said}`)));
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
