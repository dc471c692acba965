import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { type DiagnoseDesk, diagnoseDesk } from '../support/diagnose-desk.ts';

let desk: DiagnoseDesk;
beforeAll(async () => {
  desk = await diagnoseDesk();
});
afterAll(() => desk.stop());
afterEach(() => desk.server.setQuirks({}));

interface Line {
  readonly schema: string;
  readonly domain: string;
  readonly verdict: string;
  readonly causes: readonly string[];
  readonly targets: readonly unknown[];
}

function linesOf(stdout: string): readonly Line[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
    .sort((one, other) => one.domain.localeCompare(other.domain));
}

describe('diagnose --batch', () => {
  it('plays a client for each domain and says one line for each', async () => {
    desk.write(
      'domains.txt',
      '# ours\ncontoso.test\r\nhalf.contoso.test  # one host is dead\n\nmissing.contoso.test',
    );
    const ran = await desk.diagnose('--batch', 'domains.txt');
    expect(ran).toMatchObject({ code: 2, stderr: '' });
    const host = { priority: 0, weight: 0 };
    const live = { address: '127.0.0.1', state: 'bound', tookMs: expect.any(Number) };
    const kms1 = { ...host, host: 'kms1.contoso.test.', port: desk.kms.endpoint.port, addresses: [live] };
    expect(linesOf(ran.stdout)).toEqual([
      {
        schema: 'kmsdns/diagnosis-line@1',
        domain: 'contoso.test.',
        verdict: 'healthy',
        predicted: [],
        causes: [],
        targets: [{ ...kms1, firstTryShare: 1 }],
      },
      {
        schema: 'kmsdns/diagnosis-line@1',
        domain: 'half.contoso.test.',
        verdict: 'degraded',
        predicted: [{ hresult: '0x800706BA', basis: 'documented' }],
        causes: ['TCP-001'],
        targets: expect.arrayContaining([{ ...kms1, firstTryShare: 0.5 }]),
      },
      {
        schema: 'kmsdns/diagnosis-line@1',
        domain: 'missing.contoso.test.',
        verdict: 'broken',
        predicted: [{ hresult: '0x8007232B', basis: 'documented' }],
        causes: ['SRV-001'],
        targets: [],
      },
    ]);
  });

  it('reads stdin in whatever pieces it comes', async () => {
    const input = '\ufeffcontoso.test\ncontoso.test\n';
    const ran = await desk.diagnoseWith({ input }, '--batch', '-');
    expect(ran.code).toBe(0);
    expect(linesOf(ran.stdout).map(({ verdict }) => verdict)).toEqual(['healthy', 'healthy']);
  });

  it('says of one domain what a diagnosis of it says', async () => {
    for (const domain of [
      'contoso.test',
      'half.contoso.test',
      'refused.contoso.test',
      'other.contoso.test',
    ]) {
      const alone = (await desk.diagnose(domain, '--json')).json();
      const ran = await desk.diagnoseWith({ input: domain }, '--batch', '-');
      const [line] = linesOf(ran.stdout);
      const causes = (alone.causes as { code: string }[]).map(({ code }) => code);
      expect(line).toMatchObject({ verdict: alone.verdict, predicted: alone.predicted, causes });
    }
  });

  it('asks about a host once for all domains, and binds to it once', async () => {
    const asked = desk.server.log.length;
    const bound = desk.kms.seen.length;
    const input = 'contoso.test\n'.repeat(200);
    const ran = await desk.diagnoseWith({ input }, '--batch', '-', '-q');
    expect(linesOf(ran.stdout)).toHaveLength(200);
    expect(desk.kms.seen.length - bound).toBe(1);
    expect(desk.server.log.length - asked).toBe(200 + 2);
  });

  it('goes on behind a line that is no domain, says where it is, and exits with 64', async () => {
    desk.write('bad.txt', `contoso.test\nbad..name\n${'x'.repeat(10_000)}\nmissing.contoso.test\n`);
    const ran = await desk.diagnose('--batch', 'bad.txt');
    expect(ran.code).toBe(64);
    expect(linesOf(ran.stdout).map(({ domain }) => domain)).toEqual([
      'contoso.test.',
      'missing.contoso.test.',
    ]);
    expect(ran.stderr).toMatch(
      /^bad\.txt:2: domain "bad\.\.name": .+\nbad\.txt:3: a line of more than 4096 characters\n$/,
    );
  });

  it('says unknown, and never absent, of what the deadline left', async () => {
    desk.server.setQuirks({ silent: true });
    const input = Array.from({ length: 300 }, (_, i) => `d${i}.contoso.test\n`).join('');
    const ran = await desk.diagnoseWith({ input }, '--batch', '-', '--deadline', '0.1');
    expect(ran.code).toBe(3);
    const lines = linesOf(ran.stdout);
    expect(lines).toHaveLength(300);
    for (const { verdict } of lines) expect(verdict).toBe('unknown');
  });

  test.each<[readonly string[], string]>([
    [['contoso.test'], 'DOMAIN'],
    [['--facts', 'x.reg'], '--facts'],
    [['--record', 'x.json'], '--record'],
    [['--report', 'x.html'], '--report'],
    [['--error', '0x8007232B'], '--error'],
    [['-c', 'kmsdns.yaml'], '--config'],
    [['--anonymise'], '--anonymise'],
  ])('takes no %j', async (argv, name) => {
    const ran = await desk.diagnose('--batch', 'domains.txt', ...argv, '--json');
    expect(ran.code).toBe(64);
    expect(ran.json()).toMatchObject({
      schema: 'kmsdns/error@1',
      message: `--batch and ${name} exclude each other`,
    });
  });

  it('names the file that is not there', async () => {
    const ran = await desk.diagnose('--batch', 'nowhere.txt');
    expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('nowhere.txt') });
  });
});
