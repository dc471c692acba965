import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { PlayedStep } from '../../src/cli/demo-action.ts';
import { STORY } from '../../src/cli/demo-story.ts';
import { main } from '../../src/cli/main.ts';
import { runCommand, temporaryFolder } from '../support/run-command.ts';

interface DemoJson {
  readonly schema: string;
  readonly asTold: boolean;
  readonly steps: readonly PlayedStep[];
}

const SCHEMA = 'kmsdns/demo@1';

describe('kmsdns demo', () => {
  it('plays every step, each with the command and the outcome that it tells', {
    timeout: 30_000,
  }, async () => {
    const ran = await runCommand(['demo', '--json']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('');
    const { schema, asTold, steps } = JSON.parse(ran.stdout) as DemoJson;
    expect({ schema, asTold }).toEqual({ schema: SCHEMA, asTold: true });
    expect(steps.map(({ title }) => title)).toEqual(STORY.map(({ title }) => title));
    const journal = String.raw`\.kmsdns/journal/\S+\.json`;
    const wanted: readonly (readonly [RegExp | null, number | null, RegExp])[] = [
      [null, null, /^$/],
      [/^kmsdns plan$/, 0, /3 to add, 1 to change/],
      [/^kmsdns preflight$/, 0, /2 zones: would be allowed/],
      [/^kmsdns apply --yes$/, 0, /2 domains done and read back/],
      [/^kmsdns verify$/, 0, /In sync: 2 domains/],
      [/^kmsdns plan -d contoso\.example --out plan\.json$/, 0, /written: plan\.json/],
      [/^kmsdns apply --plan plan\.json$/, 2, /conflict {2}contoso\.example/],
      [/^kmsdns plan -d contoso\.example$/, 0, /app1\.contoso\.example:\d+ .* 100\.0 %/],
      [/^kmsdns apply --yes$/, 0, /2 domains done and read back/],
      [new RegExp(`^kmsdns rollback ${journal} --yes$`), 0, /weight 50 → 75/],
    ];
    for (const [i, { command, exitCode, output, because }] of steps.entries()) {
      const [line, code, said] = wanted[i]!;
      if (line === null) expect(command).toBeNull();
      else expect(command).toMatch(line);
      expect(exitCode).toBe(code);
      expect(output).toMatch(said);
      expect(because).toBe('');
    }
    // The server's own data: the conflict changed nothing, and the rollback brought the first change back.
    const published = steps.map(({ published: { contoso } }) =>
      contoso.map((one) => one.replace(/ \d+ (\S+)$/, ' $1')).sort(),
    );
    const threeToOne = ['10 25 kms2.contoso.example.', '10 75 kms1.contoso.example.'];
    expect(published[6]).toEqual(['0 0 app1.contoso.example.', ...threeToOne]);
    expect(published[8]).toEqual(['10 50 kms1.contoso.example.', '10 50 kms2.contoso.example.']);
    expect(published[9]).toEqual(threeToOne);
  });

  it('tells it to a person, with every command line and without a colour where there is no terminal', async () => {
    const ran = await runCommand(['demo']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    for (const [i, { title }] of STORY.entries())
      expect(ran.stdout).toContain(`${i + 1}/${STORY.length} ${title}\n`);
    expect(ran.stdout).toContain('\n$ kmsdns plan\n');
    expect(ran.stdout).toContain('\n(exit code 2)\n');
    expect(ran.stdout).toMatch(/10 steps, each ended as told\.\n$/);
    expect(ran.stdout).not.toContain('\u001b');
    // A key that signs updates stays in its file.
    expect(ran.stdout).not.toMatch(/secret/);
  });

  it('is coloured on a terminal, unless that is not wanted', async () => {
    expect((await runCommand(['demo'], { terminal: true })).stdout).toContain('\u001b[');
    expect((await runCommand(['demo', '--no-color'], { terminal: true })).stdout).not.toContain('\u001b');
  });

  it('says one line with -q', async () => {
    expect((await runCommand(['demo', '-q'])).stdout).toMatch(/^\S 10 steps, each ended as told\.\n$/);
  });

  it('keeps its files where --out says, and never takes the place of others', async () => {
    const cwd = temporaryFolder();
    expect((await runCommand(['demo', '-q', '--out', 'kept'], { cwd })).code).toBe(0);
    expect(readdirSync(join(cwd, 'kept')).sort()).toEqual([
      '.kmsdns',
      'kms-publisher.key',
      'kmsdns.yaml',
      'plan.json',
    ]);
    const again = await runCommand(['demo', '--out', 'kept', '--json'], { cwd });
    expect(again.code).toBe(64);
    expect(JSON.parse(again.stdout)).toMatchObject({ code: 'output-exists' });
  });

  it('refuses a folder that is a file', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'kept'), '');
    const ran = await runCommand(['demo', '--out', 'kept', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'file-unwritable' });
  });

  it('ends at once when it is interrupted, and leaves nothing behind', async () => {
    const interrupt = new AbortController();
    const ran = await runCommand(['demo'], {
      interrupt: interrupt.signal,
      onStdout: (text) => {
        if (text.includes('\n$ kmsdns preflight\n')) interrupt.abort();
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.stdout).not.toContain('Make it so');
    expect(ran.stdout).not.toContain('ended as told');
    expect(ran.stdout).not.toContain('went another way');
    expect(ran.stderr).toBe('interrupted; the name server is stopped\n');
  });

  it('does not say that all is well when a command does something else than it should', async () => {
    let stdout = '';
    const stream = { isTerminal: false, columns: undefined };
    const io = {
      stdout: {
        ...stream,
        write: (content: string | Uint8Array) => {
          stdout += String(content);
        },
      },
      stderr: { ...stream, write: () => {} },
      canAsk: false,
      env: {},
      cwd: temporaryFolder(),
      platform: 'linux',
      interrupt: new AbortController().signal,
      ask: async () => false,
      spinner: () => ({ say: () => {}, stop: () => {} }),
      readInput: async () => new Uint8Array(0),
      inputChunks: async function* () {},
    };
    // An apply that claims success and sends nothing.
    const commands = COMMANDS.map((one) => (one.command === 'apply' ? { ...one, run: async () => 0 } : one));
    expect(await main(['demo'], io, undefined, commands)).toBe(2);
    expect(stdout).toMatch(
      /step 4 went another way: contoso\.example has 0 0 \d+ kms1\.contoso\.example\. and should have 10 25/,
    );

    stdout = '';
    expect(await main(['demo', '--json'], io, undefined, commands)).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ asTold: false });
    expect((JSON.parse(stdout) as DemoJson).steps).toHaveLength(4);
    expect(existsSync(join(io.cwd, 'kmsdns.yaml'))).toBe(false);
  });
});
