import { afterAll, describe, expect, it, test } from 'vitest';
import { type Command, defineCommand } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { main } from '../../src/cli/main.ts';
import { type Desk, desk } from '../support/desk.ts';

const DESK: Desk = desk({
  files: { 'kmsdns.yaml': 'version: 1\ndomains: {}\n', 'bad.yaml': 'version: 2\ntll: 5\n' },
});
afterAll(() => DESK.clear());

describe('every mistake on the command line ends with 64 and says what to do', () => {
  test.each([
    ['plna'],
    ['plan --jsno'],
    ['plan --timeout abc'],
    ['plan --timeout'],
    ['plan --timeout 1 --timeout 2'],
    ['plan --deadline -1'],
    ['plan -c'],
    ['plan -c a.yaml -c b.yaml'],
    ['plan extra'],
    ['plan --json=yes'],
    ['plan -s dc1.contoso.com'],
    ['plan -s 10.0.0.53:0'],
    ['plan -d a..b'],
    ['plan --plan plan.json'],
    ['apply --exit-code'],
    ['rollback'],
    ['rollback a.json b.json'],
    ['import'],
    ['completion'],
    ['completion fish'],
    ['--yes'],
    ['--constructor'],
    ['help plna'],
  ])('%s', async (line) => {
    const ran = await DESK.run(...line.split(' '));
    expect([ran.code, ran.stdout]).toEqual([64, '']);
    expect(ran.transcript).toMatchSnapshot();
    const json = await DESK.run('--json', ...line.split(' '));
    expect([json.code, json.json()]).toEqual([
      64,
      expect.objectContaining({ schema: 'kmsdns/error@1', hint: expect.any(String) }),
    ]);
  });
});

describe('a desired state', () => {
  it('that is not there: what to write, or how to begin', async () => {
    const ran = await DESK.run('plan', '-c', 'no/kmsdns.yaml', '--json');
    expect(ran.code).toBe(64);
    expect(ran.transcript).toMatchSnapshot();
  });

  it('that is wrong: every place at once', async () => {
    const ran = await DESK.run('plan', '-c', 'bad.yaml');
    expect(ran.code).toBe(64);
    expect(ran.transcript).toMatchSnapshot();
    expect((await DESK.run('plan', '-c', 'bad.yaml', '--json')).json()).toMatchObject({
      code: 'desired-state-invalid',
      problems: [{ file: 'bad.yaml', line: 1 }, {}, {}],
    });
  });

  it('without domains wants nothing', async () => {
    for (const command of ['plan', 'verify', 'preflight'])
      expect((await DESK.run(command)).transcript).toMatch(/no domain\.\n-- exit 0$/);
    expect((await DESK.run('apply')).transcript).toMatch(/no domain\.\n-- exit 0$/);
  });

  it('does not have every domain: which it has', async () => {
    DESK.write('one.yaml', 'version: 1\ndomains: { east.contoso.com: { publish: [] } }\n');
    const ran = await DESK.run('plan', '-c', 'one.yaml', '-d', 'eest.contoso.com');
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining('did you mean east.contoso.com?')]);
    expect((await DESK.run('plan', '-c', 'one.yaml', '-d', 'fabrikam.com')).stderr).toContain(
      'it has east.contoso.com',
    );
  });
});

describe('help', () => {
  it('goes to stderr with 64 when nothing was asked for', async () => {
    const ran = await DESK.run();
    expect([ran.code, ran.stdout]).toEqual([64, '']);
    expect(ran.stderr).toMatch(/^Usage: kmsdns COMMAND/);
  });

  it.each(['--help', '-h', 'help'])('goes to stdout with 0 for %s', async (line) => {
    const ran = await DESK.run(line);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    for (const { command } of COMMANDS)
      expect(ran.stdout).toMatch(new RegExp(`^  kmsdns ${command}\\b`, 'm'));
  });

  it.each(COMMANDS.map(({ command }) => command))(
    'of %s has examples and exit codes, in every form',
    async (command) => {
      const ran = await DESK.run(command, '--help');
      expect([ran.code, ran.stderr]).toEqual([0, '']);
      expect(ran.stdout).toMatch(/\nExamples:\n[\s\S]*\nExit codes:\n {2}0 /);
      expect((await DESK.run('help', command)).stdout).toBe(ran.stdout);
      expect((await DESK.run('-h', command, '--nonsense')).stdout).toBe(ran.stdout);
    },
  );

  it.each(['plan', 'apply', 'rollback', 'import'])('of %s reads like this', async (command) => {
    expect((await DESK.run(command, '--help')).stdout).toMatchSnapshot();
  });

  it('fits the terminal, and any terminal can show it', async () => {
    for (const columns of [60, 80]) {
      const { stdout } = await DESK.runWith({ terminal: true, columns }, 'plan', '--help');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect([...stdout].filter((letter) => letter > '~')).toEqual([]);
    }
  });

  it('is English, whatever the locale', async () => {
    const { stdout } = await DESK.runWith(
      { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } },
      'plan',
      '--help',
    );
    expect(stdout).toContain('Options:');
  });
});

it.each(['--version', '-V', 'plan --version'])('%s tells the version', async (line) => {
  const ran = await DESK.run(...line.split(' '));
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/)]);
});

describe('a command that breaks', () => {
  const broken = (error: unknown): Command =>
    defineCommand({
      command: 'plan',
      describe: 'break',
      options: {},
      examples: [],
      exitCodes: [],
      handler: async () => {
        throw error;
      },
    });

  it.each<[string, unknown, number, string]>([
    ['with a bug', new TypeError('oops'), 70, 'internal'],
    ['with something that is no error', 'oops', 70, 'internal'],
  ])('%s', async (_name, error, code, word) => {
    let written = '';
    let said = '';
    const stream = (write: (text: string) => void) => ({
      isTerminal: false,
      columns: undefined,
      write: (text: string | Uint8Array) => write(String(text)),
    });
    const io = {
      stdout: stream((text) => {
        written += text;
      }),
      stderr: stream((text) => {
        said += text;
      }),
      canAsk: false,
      env: {},
      cwd: '.',
      platform: 'linux',
      interrupt: new AbortController().signal,
      ask: async () => false,
      spinner: () => ({ say: () => {}, stop: () => {} }),
      readInput: async () => new Uint8Array(0),
      inputChunks: async function* () {},
    };
    expect(await main(['plan', '--json'], io, undefined, [broken(error)])).toBe(code);
    expect(JSON.parse(written)).toMatchObject({ schema: 'kmsdns/error@1', code: word, message: 'oops' });
    expect(said).toMatch(/please report it/);
  });
});
