import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { LabJson } from '../../src/cli/lab-action.ts';
import { SCENARIOS } from '../../src/cli/lab-scenarios.ts';
import { type Ran, type RunOptions, runCommand, temporaryFolder } from '../support/run-command.ts';

/** A lab that runs until `stop` is called. */
interface Running {
  readonly told: LabJson;
  stop(): Promise<Ran>;
}

/** Starts `kmsdns lab --json` on a free port; resolves once its document is whole. */
async function startLab(words: readonly string[] = [], options: RunOptions = {}): Promise<Running> {
  const interrupt = new AbortController();
  let ended: Promise<Ran>;
  const told = await new Promise<LabJson>((resolve, reject) => {
    ended = runCommand(['lab', ...words, '--port', '0', '--json'], {
      ...options,
      interrupt: interrupt.signal,
      onStdout: (text) => resolve(JSON.parse(text)),
    });
    ended.then(({ stderr }) => reject(new Error(`the lab ended: ${stderr}`)), reject);
  });
  return {
    told,
    stop: () => {
      interrupt.abort();
      return ended;
    },
  };
}

describe('kmsdns lab', () => {
  it('gives a network on which the commands it names work', async () => {
    const lab = await startLab();
    const { folder, files, endpoints, domains, hosts, schema, scenario } = lab.told;
    const run = (...argv: string[]): Promise<Ran> => runCommand(argv, { cwd: folder });
    try {
      expect({ schema, scenario, domains }).toEqual({
        schema: 'kmsdns/lab@1',
        scenario: 'healthy',
        domains: ['contoso.example.', 'fabrikam.example.'],
      });
      expect(endpoints[0]).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(hosts.map(({ kms }) => kms)).toEqual([true, true, false]);
      if (process.platform !== 'win32') expect(statSync(files.key).mode & 0o777).toBe(0o600);
      for (const [line] of SCENARIOS.find(({ name }) => name === scenario)!.tries) {
        if (line === 'kmsdns apply') expect((await run('apply', '--yes')).code).toBe(0);
        else expect(await run(...line.split(' ').slice(1)), line).toMatchObject({ code: 0 });
      }
    } finally {
      const { code, stderr, stdout } = await lab.stop();
      expect(code).toBe(130);
      expect(stderr).toMatch(/ended after \d\d+ requests\n$/);
      expect(JSON.parse(stdout)).toEqual(lab.told);
    }
    expect(existsSync(folder)).toBe(false);
    expect((await runCommand(['verify', '-c', files.config])).code).toBe(64);
  });

  it('tells a person what to type', async () => {
    const ran = await runCommand(['lab', '--port', '0', '--for', '0.01'], { script: '/opt/kms dns/bin.cjs' });
    expect(ran.code).toBe(0);
    const [, folder, port] = /cd (\S+)\n[\s\S]*dig @127\.0\.0\.1 -p (\d+) /.exec(ran.stdout)!;
    expect(ran.stdout).toContain(`name server  127.0.0.1:${port}`);
    expect(ran.stdout).toContain(`kmsdns.yaml and kms-publisher.key in ${folder}\n`);
    expect(ran.stdout).toContain(`alias kmsdns='node "/opt/kms dns/bin.cjs"'`);
    expect(ran.stdout).toContain('It ends after 0.01 s');
    expect(existsSync(folder!)).toBe(false);
  });

  test.each([
    ['installed', { script: '/usr/local/bin/kmsdns', env: { PATH: '/bin:/usr/local/bin' } }, undefined],
    [
      'installed elsewhere',
      { script: '/opt/bin/kmsdns', env: { PATH: '/bin' } },
      "alias kmsdns='node /opt/bin/kmsdns'",
    ],
    [
      'run by npx',
      { script: '/x/node_modules/.bin/kmsdns', env: { PATH: '/x/node_modules/.bin' } },
      "alias kmsdns='node /x/node_modules/.bin/kmsdns'",
    ],
    [
      'on Windows',
      { script: 'C:\\kmsdns\\bin.cjs', platform: 'win32' },
      'function kmsdns { node C:\\kmsdns\\bin.cjs @args }',
    ],
  ])('%s, its command lines can be copied', async (_, options: RunOptions, alias) => {
    const { stdout } = await runCommand(['lab', '--port', '0', '--for', '0.01'], options);
    const line = stdout.split('\n').find((one) => one.includes('@args') || one.includes('alias'));
    expect(line?.trim()).toBe(alias);
  });

  it('shows each request with -v, and says one line with -q', async () => {
    const lab = await startLab(['-v']);
    await runCommand(['apply', '--yes', '-d', 'fabrikam.example'], { cwd: lab.told.folder });
    const { stderr } = await lab.stop();
    expect(stderr).toContain('asks for _vlmcs._tcp.fabrikam.example SRV');
    expect(stderr).toMatch(/update of fabrikam\.example .*key kms-publisher: NOERROR; serial 1 to 2/);

    const quiet = await runCommand(['lab', '-q', '--port', '0', '--for', '0.01']);
    expect(quiet.stdout).toMatch(/^Listening on 127\.0\.0\.1:\d+.*\n$/);
    expect(quiet.stderr).toBe('');
  });

  it('keeps its files where --out says, and never takes the place of others', async () => {
    const cwd = temporaryFolder();
    const words = ['lab', '--port', '0', '--for', '0.01', '--out', 'practice'];
    expect((await runCommand(words, { cwd })).code).toBe(0);
    const file = join(cwd, 'practice/kmsdns.yaml');
    expect(readFileSync(file, 'utf8')).toContain('contoso.example:');
    writeFileSync(file, 'mine');
    const again = await runCommand([...words, '--json'], { cwd });
    expect(again.code).toBe(64);
    expect(JSON.parse(again.stdout)).toMatchObject({ code: 'output-exists' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await runCommand([...words, '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
  });

  it('says which port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    try {
      const ran = await runCommand(['lab', '--port', String(port), '--for', '1']);
      expect(ran.code).toBe(64);
      expect(ran.stderr).toContain(`127.0.0.1:${port}`);
      expect(ran.stderr).toContain('--port 0 takes a free port');
    } finally {
      other.close();
    }
  });

  test.each([
    ['an unknown scenario', ['perfect'], /there is no scenario "perfect"; known: healthy, /],
    ['two scenarios', ['slow', 'healthy'], /takes one SCENARIO only/],
    ['a port that is none', ['--port', '70000'], /--port "70000": not a whole number from 0 to 65535/],
    ['a time that is none', ['--for', 'ever'], /--for "ever": not a number of seconds/],
  ])('refuses %s', async (_, words, said) => {
    const ran = await runCommand(['lab', ...words]);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toMatch(said);
  });

  it('refuses a folder that is a file', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'practice'), '');
    const ran = await runCommand(['lab', '--port', '0', '--out', 'practice', '--json'], { cwd });
    expect(ran.code).toBe(64);
    expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'file-unwritable' });
  });
});

/** What each scenario promises, said by the command that it names. */
const PROMISES: Readonly<Record<string, readonly (readonly [readonly string[], number, RegExp])[]>> = {
  'lost-replies': [
    [['apply', '--yes', '-d', 'fabrikam.example'], 0, /No answer came, but the primary serves/],
  ],
  'forged-errors': [[['apply', '--yes'], 0, /applied {2}contoso\.example/]],
  'wrong-clock': [[['preflight'], 2, /BADTIME: the clocks differ .* 600 s ahead of ours/]],
  'no-updates': [
    [['preflight'], 2, /NOTIMP/],
    [['generate', 'bind-zone'], 0, /_vlmcs\._tcp\.contoso\.example\. 3600 IN SRV 10 75/],
  ],
  'unsigned-replies': [[['apply', '--yes'], 0, /could not be verified, but the primary serves/]],
  slow: [
    [['plan', '--timeout', '0.2'], 3, /could not be found out/],
    [['plan', '-d', 'fabrikam.example', '--timeout', '5'], 0, /2 to add/],
  ],
};

describe('the scenarios', () => {
  it('each have their promises', () => {
    expect(Object.keys(PROMISES)).toEqual(
      SCENARIOS.map(({ name }) => name).filter((name) => name !== 'healthy'),
    );
  });

  test.each(Object.entries(PROMISES))('%s', { timeout: 30_000 }, async (name, promises) => {
    const lab = await startLab([name]);
    try {
      expect(lab.told.scenario).toBe(name);
      for (const [argv, code, said] of promises) {
        const ran = await runCommand(argv, { cwd: lab.told.folder });
        expect(ran.screen.replaceAll(/\n\s*/g, ' '), argv.join(' ')).toMatch(said);
        expect(ran.code, argv.join(' ')).toBe(code);
      }
    } finally {
      await lab.stop();
    }
  });
});
