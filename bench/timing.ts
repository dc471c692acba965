import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../test/lab/support/programs.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new Error('nothing was measured');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What every program that is timed sees of our environment: Node reads a file of certificates if told to. */
export function benchEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...rest } = process.env;
  return { ...rest, LC_ALL: 'C.UTF-8', NO_COLOR: '1' };
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
  /** The most memory it ever held, in octets; undefined where the system does not tell. */
  readonly peakOctets: number | undefined;
}

/** Runs one program to its end, at most `timeoutMs`. */
export function runTimed(
  file: string,
  args: readonly string[],
  { cwd, input, timeoutMs = 60_000, watchMemory = false }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(file, args, { cwd, env: benchEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let peak: number | undefined;
    const look = watchMemory ? setInterval(() => (peak = peakOctets(child) ?? peak), 10) : undefined;
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    let tookMs = 0;
    child.on('exit', () => {
      tookMs = performance.now() - startedMs;
      clearTimeout(limit);
      clearInterval(look);
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr, tookMs, peakOctets: peak }));
  });
}

interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly watchMemory?: boolean;
}

/** Linux keeps the highest resident size of a process for as long as it lives. */
function peakOctets({ pid }: ChildProcess): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** One program to time; `prepare` runs before each time and does not count. */
export interface Timed {
  readonly command: string;
  readonly prepare?: string;
}

/**
 * Wall times in milliseconds by hyperfine, without a shell between (`-N`). The programs take turns, so that what else
 * the computer does befalls all of them.
 */
export async function hyperfine(
  programs: readonly Timed[],
  { folder, rounds, runs }: { readonly folder: string; readonly rounds: number; readonly runs: number },
): Promise<readonly number[]> {
  const times = programs.map((): number[] => []);
  const file = join(folder, 'hyperfine.json');
  for (let round = 0; round < rounds; round++) {
    for (const [i, { command, prepare }] of programs.entries()) {
      const ended = await runTimed(program('hyperfine'), [
        ...['-N', '--style', 'none', '--warmup', '1', '--runs', String(runs), '--export-json', file],
        ...(prepare === undefined ? [] : ['--prepare', prepare]),
        command,
      ]);
      if (ended.exitCode !== 0) throw new Error(`hyperfine ${command}: ${ended.stdout}${ended.stderr}`);
      const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: { times: number[] }[] };
      times[i]!.push(...results[0]!.times.map((seconds) => seconds * 1000));
    }
  }
  rmSync(file, { force: true });
  return times.map(median);
}

/** A command line for hyperfine, which splits it as a shell would. */
export function commandLine(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}
