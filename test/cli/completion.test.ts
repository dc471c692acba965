import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completionScript } from '../../src/cli/completion-script.ts';
import { type Desk, desk } from '../support/desk.ts';

const DESK: Desk = desk({ files: { 'kmsdns.yaml': '', 'journal one.json': '', 'journals/x.json': '' } });
afterAll(() => DESK.clear());

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe.skipIf(!has('bash'))('in bash', () => {
  const script = completionScript('bash', COMMANDS);

  it('is a script that bash accepts', () => {
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  /** What pressing Tab behind these words offers. */
  function offered(...words: readonly string[]): readonly string[] {
    const asked = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _kmsdns
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', asked, 'bash', ...words], {
      cwd: DESK.folder,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((one) => one !== '');
  }

  it.each<[readonly string[], readonly string[]]>([
    [['kmsdns', 'pl'], ['plan']],
    [['kmsdns', '--ver'], ['--version']],
    [['kmsdns', 'plan', '--ex'], ['--exit-code']],
    [['kmsdns', 'plan', '--y'], []],
    [['kmsdns', 'apply', '--y'], ['--yes']],
    [['kmsdns', '--quiet', 'apply', '--jou'], ['--journal']],
    [['kmsdns', 'plan', '-c', 'kms'], ['kmsdns.yaml']],
    [['kmsdns', 'plan', '--config', 'kms'], ['kmsdns.yaml']],
    [['kmsdns', 'plan', '-s', '1'], []],
    [['kmsdns', 'apply', '--journal', 'j'], ['journals']],
    [
      ['kmsdns', 'rollback', 'journal'],
      ['journal one.json', 'journals'],
    ],
    [['kmsdns', 'rollback', '--y'], ['--yes']],
    [['kmsdns', 'completion', 'po'], ['powershell']],
  ])('%j offers %j', (words, expected) => {
    expect([...offered(...words)].sort()).toEqual([...expected].sort());
  });

  it('offers every command', () => {
    const names = COMMANDS.map(({ command }) => command);
    expect(offered('kmsdns', '')).toEqual(expect.arrayContaining([...names, '--help']));
  });
});

describe.skipIf(!has('zsh'))('in zsh', () => {
  it('is a script that zsh accepts', () => {
    const input = completionScript('zsh', COMMANDS);
    expect(spawnSync('zsh', ['-n'], { input, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('registers itself, also when it is sourced', () => {
    const input = `autoload -Uz compinit; compinit -u -D\n${completionScript('zsh', COMMANDS)}\nprint -r -- $_comps[kmsdns]\n`;
    const { stdout, stderr } = spawnSync('zsh', ['-f'], { input, encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['_kmsdns', '']);
  });
});

describe('in PowerShell', () => {
  const script = completionScript('powershell', COMMANDS);

  it('knows every command and option', () => {
    for (const { command, options } of COMMANDS) {
      const line = script.split('\n').find((one) => one.includes(`'${command}' = @(`));
      for (const name of Object.keys(options)) expect(line).toContain(`'--${name}'`);
    }
  });

  it('closes what it opens', () => {
    const bare = script.replace(/'(?:[^']|'')*'/g, "''").replace(/#.*$/gm, '');
    for (const [open, close] of ['{}', '()', '[]'].map((pair) => [...pair]))
      expect(bare.split(open!).length).toBe(bare.split(close!).length);
    expect(script.split("'").length % 2).toBe(1);
  });
});

describe('kmsdns completion', () => {
  it('prints the script, or with --json a document that holds it', async () => {
    expect((await DESK.run('completion', 'zsh')).stdout).toBe(completionScript('zsh', COMMANDS));
    expect((await DESK.run('completion', 'bash', '--json')).json()).toEqual({
      schema: 'kmsdns/completion@1',
      shell: 'bash',
      script: completionScript('bash', COMMANDS),
    });
  });
});
