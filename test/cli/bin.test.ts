/** The built command as a process: start, pipes, signals. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const BUNDLE = fileURLToPath(new URL('../../scripts/bundle.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kmsdns-bin-'));
const bin = join(folder, 'bin.cjs');
let silent: Socket;

/** A name server that never says anything. */
const desired = (port: number): string => `version: 1
servers: { mute: { address: 127.0.0.1, port: ${port} } }
domains:
  contoso.test: { server: mute, publish: [{ host: kms1.contoso.test }] }
`;

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, [BUNDLE, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  writeFileSync(join(folder, 'kmsdns.yaml'), desired(silent.address().port));
}, 60_000);
afterAll(() => {
  silent?.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(...argv: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** Starts a run that waits for the silent server, and waits until its first question is there. */
async function asking(...argv: readonly string[]): Promise<ChildProcess> {
  const asked = once(silent, 'message');
  const child = spawn(process.execPath, [bin, ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  await asked;
  return child;
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; stdout: string }> {
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout };
}

describe('the built command', () => {
  it.each(['--version', '-V'])('tells its version at once for %s, without anything else', (flag) => {
    expect(run(flag)).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    renameSync(join(folder, 'main.cjs'), join(folder, 'away.cjs'));
    try {
      expect(run(flag).stdout).toBe(`${packageJson.version}\n`);
    } finally {
      renameSync(join(folder, 'away.cjs'), join(folder, 'main.cjs'));
    }
  });

  it.each([
    ['main', ['plan', '--help'], /^Usage: kmsdns plan/],
    ['more', ['completion', 'bash'], /^# kmsdns completion/],
  ] as const)(
    'says the same with the compiled code of the pack %s, without it, and with that of another Node',
    (pack, line, says) => {
      const cache = join(folder, `${pack}.cache`);
      const expected = run(...line);
      expect(expected).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(says) });
      renameSync(cache, `${cache}.away`);
      try {
        expect(run(...line)).toEqual(expected);
        writeFileSync(cache, 'not what V8 wrote');
        expect(run(...line)).toEqual(expected);
      } finally {
        renameSync(`${cache}.away`, cache);
      }
    },
  );

  it('ends with the exit code of the command', () => {
    expect(run().code).toBe(64);
    expect(run('plan', '-c', 'nope.yaml', '--json')).toMatchObject({
      code: 64,
      stdout: expect.stringMatching(/^\{/),
    });
    expect(run('plan', '--timeout', '0.05').code).toBe(3);
  });

  it('does not mind a reader that goes away', async () => {
    const child = spawn(process.execPath, [bin, 'plan', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, said]).toEqual([0, '']);
  });
});

describe.skipIf(process.platform === 'win32')('a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the run with 130 and a whole report',
    async (signal) => {
      const child = await asking('plan', '--json', '--timeout', '30');
      child.kill(signal);
      const { code, stdout } = await endOf(child);
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({
        unknown: [{ because: expect.stringContaining('interrupted') }],
      });
    },
  );

  it('that arrives twice at once, as one Ctrl-C may, still leaves a whole report', async () => {
    const child = await asking('plan', '--json', '--timeout', '30');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const { code, stdout } = await endOf(child);
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'kmsdns/plan@1' });
  });
});
