import { execFile } from 'node:child_process';
import { program } from './programs.ts';

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** For its standard input, which ends after it. */
  readonly input?: string;
  readonly timeoutMs?: number;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Runs a program to its end and tells how it went; a non-zero exit is an answer, not an error.
 * Throws when it is missing, or has to be killed after `timeoutMs`.
 */
export function runProgram(
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const { input = '', timeoutMs = 20_000, env = {}, cwd } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program(name),
      args,
      {
        encoding: 'utf8',
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
        cwd,
        env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...env },
      },
      (error, stdout, stderr) => {
        const code = error?.code;
        if (error === null || typeof code === 'number') {
          resolve({ exitCode: typeof code === 'number' ? code : 0, stdout, stderr });
        } else {
          const why = error.killed === true ? `did not end within ${timeoutMs} ms` : error.message;
          reject(new Error(`${name} ${args.join(' ')}: ${why}\n${stdout}${stderr}`));
        }
      },
    );
    child.stdin?.on('error', () => {
      // It ended without reading all of its input; its exit code says the rest.
    });
    child.stdin?.end(input);
  });
}
