import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { LabJson } from '../../src/cli/lab-action.ts';
import { SCENARIO_NAMES } from '../../src/cli/scenario-names.ts';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { SCENARIO_GROUPS } from '../../src/lab/scenario.ts';
import { SCENARIOS } from '../../src/lab/scenarios.ts';
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
    const run = (...argv: string[]): Promise<Ran> => runCommand(argv, { cwd: folder! });
    try {
      expect({ schema, scenario, domains }).toEqual({
        schema: 'kmsdns/lab@1',
        scenario: 'healthy',
        domains: ['contoso.example.', 'fabrikam.example.'],
      });
      expect(endpoints[0]).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(hosts.map(({ kms }) => kms)).toEqual([true, true, false]);
      if (process.platform !== 'win32') expect(statSync(files.key!).mode & 0o777).toBe(0o600);
      expect(lab.told.tries.map(({ command }) => command)).toContain('kmsdns apply');
      for (const { argv, command, exitCode } of lab.told.tries) {
        if (command === 'kmsdns apply') expect((await run('apply', '--yes')).code).toBe(0);
        else expect(await run(...argv), command).toMatchObject({ code: exitCode });
      }
    } finally {
      const { code, stderr, stdout } = await lab.stop();
      expect(code).toBe(130);
      expect(stderr).toMatch(/ended after \d\d+ requests\n$/);
      expect(JSON.parse(stdout)).toEqual(lab.told);
    }
    expect(existsSync(folder!)).toBe(false);
    expect((await runCommand(['verify', '-c', files.config!])).code).toBe(64);
  });

  it('tells a person what to type', async () => {
    const ran = await runCommand(['lab', '--port', '0', '--for', '0.01'], { script: '/opt/kms dns/bin.cjs' });
    expect(ran.code).toBe(0);
    const [, folder, port] = /cd (\S+)\n[\s\S]*dig @127\.0\.0\.1 -p (\d+) /.exec(ran.stderr)!;
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(`name server  127.0.0.1:${port}`);
    expect(ran.stderr).toContain(`kmsdns.yaml and kms-publisher.key in ${folder}\n`);
    expect(ran.stderr).toContain(`alias kmsdns='node "/opt/kms dns/bin.cjs"'`);
    expect(ran.stderr).toContain('It ends after 0.01 s');
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
    const { stderr } = await runCommand(['lab', '--port', '0', '--for', '0.01'], options);
    const line = stderr.split('\n').find((one) => one.includes('@args') || one.includes('alias'));
    expect(line?.trim()).toBe(alias);
  });

  it('shows each request with -v, and says one line with -q', async () => {
    const lab = await startLab(['-v']);
    await runCommand(['apply', '--yes', '-d', 'fabrikam.example'], { cwd: lab.told.folder! });
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
      expect(ran.stderr).toContain('--port 0 takes free ports');
    } finally {
      other.close();
    }
  });

  test.each([
    ['an unknown scenario', ['perfect'], /there is no scenario "perfect"[\s\S]*kmsdns lab --list/],
    [
      'a scenario by a slip',
      ['near-mis-owner'],
      /there is no scenario "near-mis-owner"[\s\S]*did you mean "near-miss-owner"/,
    ],
    ['a list of one', ['--list', 'slow'], /--list takes no SCENARIO/],
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

/** What a user sees on a name server that is odd; the exit codes are those that the lab promises. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  'lost-replies': [/No answer came, but the primary serves/],
  'forged-errors': [/applied {2}contoso\.example/],
  'wrong-clock': [/BADTIME: the clocks differ .* 600 s ahead of ours/],
  'no-updates': [/NOTIMP/, /_vlmcs\._tcp\.contoso\.example\. 3600 IN SRV 10 75/],
  'unsigned-replies': [/could not be verified, but the primary serves/],
  'writes-nothing': [/answered NOERROR and wrote nothing/, /stale/],
  'one-record-only': [/partly/],
  'refuses-all': [/could not be found out/],
  slow: [/2 domains would change/, /could not be found out/],
};

const publishing = SCENARIOS.filter(({ group }) => group === 'publishing');
const faults = SCENARIOS.filter(({ group }) => group !== 'publishing');

describe('the scenarios of publishing', () => {
  it('are all looked at', () => {
    expect(Object.keys(SAYS)).toEqual(
      publishing.map(({ name }) => name).filter((name) => name !== 'healthy'),
    );
  });

  describe.concurrent('keep their promises', () => {
    test.each(Object.entries(SAYS))('%s', { timeout: 60_000 }, async (name, says) => {
      const lab = await startLab([name]);
      try {
        expect(lab.told).toMatchObject({ scenario: name, group: 'publishing' });
        expect(lab.told.tries).toHaveLength(says.length);
        for (const [i, { argv, command, exitCode }] of lab.told.tries.entries()) {
          const ran = await runCommand(argv, { cwd: lab.told.folder! });
          expect(ran.screen.replaceAll(/\n\s*/g, ' '), command).toMatch(says[i]!);
          expect(ran.code, command).toBe(exitCode);
        }
      } finally {
        await lab.stop();
      }
    });
  });
});

/** Hosts have an address of their own only where all of 127.0.0.0/8 is loopback. */
const wholeLoopback = process.platform !== 'darwin';

describe.skipIf(!wholeLoopback).concurrent('every fault is found by the command that the lab prints', () => {
  test.each(faults.map(({ name }) => name))('%s', { timeout: 60_000 }, async (name) => {
    const lab = await startLab([name]);
    try {
      const [attempt, ...others] = lab.told.tries;
      expect(others).toEqual([]);
      const { argv, command, exitCode, expected } = attempt!;
      // Copied by hand or taken by a script, it is the same command.
      expect(command.replaceAll('"', '')).toBe(`kmsdns ${argv.join(' ')}`);
      const ran = await runCommand([...argv, '--json'], { cwd: temporaryFolder() });
      const diagnosis = JSON.parse(ran.stdout) as Diagnosis;
      const codes = (list: readonly { readonly code: string }[]): readonly string[] =>
        [...new Set(list.map(({ code }) => code))].sort();
      expect({
        verdict: diagnosis.verdict,
        causes: codes(diagnosis.causes),
        predicted: diagnosis.predicted.map(({ hresult }) => hresult),
        exitCode: ran.code,
      }).toEqual({
        verdict: expected!.verdict,
        causes: [...expected!.causes].sort(),
        predicted: expected!.predicted,
        exitCode,
      });
      expect(codes(diagnosis.notes)).toEqual(expect.arrayContaining([...expected!.notes]));
      expect(codes(diagnosis.unknowns)).toEqual(expect.arrayContaining([...expected!.unknowns]));
    } finally {
      await lab.stop();
    }
  });
});

describe('the table of scenarios', () => {
  it('names each once, in words for a command line', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(SCENARIO_NAMES).toEqual(names);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]+$/);
  });

  it('plays what the wire of one computer can show, and says of the rest why not', () => {
    const played = new Set(
      SCENARIOS.flatMap((one) =>
        one.group === 'publishing'
          ? []
          : [...one.expect.causes, ...(one.expect.notes ?? []), ...(one.expect.unknowns ?? [])],
      ),
    );
    for (const code of played) expect(CATALOGUE).toHaveProperty([code]);
    const onTheWire = Object.entries(CATALOGUE).filter(([, { observable }]) => observable === 'wire');
    const missing = onTheWire.map(([code]) => code).filter((code) => !played.has(code as never));
    expect(missing.sort()).toEqual(Object.keys(NOT_PLAYED).sort());
  });
});

/** Findings of the wire that one unprivileged computer cannot play on loopback, or that only follow from others. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  'ADR-003': 'takes a client without a route for IPv6',
  'ADR-006': 'takes a public address, which would be asked',
  'RES-012': 'takes a public resolver',
  'SRV-016': 'a symptom of what fails in top-tier-dead and all-hosts-dead',
  'SRV-017': 'a symptom of what fails in dead-share',
  'TCP-002': 'takes a packet filter',
  'TCP-003': 'takes a router that prohibits',
  'TCP-004': 'takes a network without a route',
  'TCP-006': 'takes a device that accepts every port',
  'TCP-008': 'takes a slow path: the system itself accepts connections',
  'TCP-010': 'takes a listener on port 135, which needs privileges',
  'TCP-011': 'stands beside ADR-004 in target-on-ipv6-too, where the computer has ::1',
  'ZON-009': 'takes a public resolver',
};

describe('kmsdns lab --list', () => {
  it('shows every scenario once, under its heading and with its codes', async () => {
    const { code, stdout, stderr } = await runCommand(['lab', '--list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    for (const heading of Object.values(SCENARIO_GROUPS)) expect(lines).toContain(heading);
    for (const { name, describe: says } of SCENARIOS)
      expect(lines.filter((line) => line.startsWith(`   ${name} `) && line.endsWith(says))).toHaveLength(1);
    expect(stdout).toMatch(/near-miss-owner +SRV-003 +published as/);
  });

  it('is one document with --json', async () => {
    const { code, stdout } = await runCommand(['lab', '--list', '--json']);
    const told = JSON.parse(stdout);
    expect({ code, schema: told.schema }).toEqual({ code: 0, schema: 'kmsdns/lab-list@1' });
    expect(told.scenarios).toHaveLength(SCENARIOS.length);
    expect(told.scenarios).toContainEqual({
      scenario: 'target-alias',
      group: 'target',
      describe: expect.stringContaining('alias'),
      codes: ['SRV-009'],
    });
  });
});

describe('a fault network, started', () => {
  it('says on stderr what it plays, what the user sees and the command that finds it', async () => {
    const ran = await runCommand(['lab', 'near-miss-owner', '--port', '0', '--for', '0.01'], {
      script: '/opt/kmsdns/bin.cjs',
    });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toContain('scenario near-miss-owner: published as _vlmsc._tcp');
    expect(ran.stderr).toMatch(/The user of this client sees:\n {3}0x8007232B {2}DNS name does not exist/);
    expect(ran.stderr).toContain("alias kmsdns='node /opt/kmsdns/bin.cjs'");
    expect(ran.stderr).toMatch(
      /kmsdns diagnose contoso\.example -s 127\.0\.0\.1:\d+ --authority 127\.0\.0\.1:\d+\n/,
    );
    expect(ran.stderr).toMatch(/broken, exit code 2, and finds\n {3}SRV-003 {2}srv-owner-near-miss/);
    expect(ran.stderr).not.toContain('--out DIR');
  });

  it('gives its name servers the ports from --port on, and the command with --quiet', async () => {
    const free = await freePorts();
    const ran = await runCommand(['lab', 'no-fault', '-q', '--port', String(free), '--for', '0.01']);
    expect(ran).toMatchObject({
      code: 0,
      stdout: `kmsdns diagnose contoso.example -s 127.0.0.1:${free} --authority 127.0.0.1:${free + 1}\n`,
      stderr: '',
    });
  });

  it('writes the evidence that belongs to it, and keeps it with --out', async () => {
    const cwd = temporaryFolder();
    const words = ['lab', 'override-dead', '--port', '0', '--for', '0.01', '--out', 'case'];
    const ran = await runCommand(words, { cwd });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(`--facts ${join(cwd, 'case', 'client.reg')}`);
    expect(readFileSync(join(cwd, 'case', 'client.reg'), 'utf8')).toMatch(/"KeyManagementServicePort"="\d+"/);
    expect((await runCommand(words, { cwd })).code).toBe(64);
  });
});

/** The first of two neighbouring ports that are free. */
async function freePorts(): Promise<number> {
  for (;;) {
    const lab = await startLab(['no-fault']);
    await lab.stop();
    const port = Number(lab.told.endpoints[0]!.split(':')[1]);
    const next = createServer();
    const free = await new Promise<boolean>((resolve) => {
      next.once('error', () => resolve(false));
      next.listen(port + 1, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => next.close(resolve));
    return port;
  }
}
