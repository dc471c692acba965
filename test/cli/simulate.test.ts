import { afterEach, describe, expect, it, test } from 'vitest';
import type { Rr } from '../../src/core/wire.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { a, aaaa, srv } from '../../src/lab/zone-data.ts';
import { ALIAS, EAST, type PracticeDesk, practiceDesk } from '../support/practice-desk.ts';

let desk: PracticeDesk;
const endpoints: LabRpcEndpoint[] = [];
afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((one) => one.stop()));
  await desk.stop();
});

const PLANNED = `version: 1
domains:
  contoso.test:
    publish:
      - { host: kms1.contoso.test, weight: 80 }
      - { host: kms2.contoso.test, weight: 20 }
      - { host: kms3.contoso.test, priority: 10 }
  branch.contoso.test:
    publish:
      - { host: kms3.contoso.test }
`;

async function open(records?: readonly Rr[]): Promise<PracticeDesk> {
  desk = await practiceDesk({
    ...(records === undefined ? {} : { records }),
    files: { 'planned.yaml': PLANNED },
  });
  return desk;
}
const server = (): readonly string[] => ['--server', desk.at[0]!];

describe('from the desired state', () => {
  test.each([
    ['as it is', []],
    ['one host dead', ['--dead', 'kms2.contoso.test']],
    ['the best priority dead', ['--dead', 'kms1.contoso.test', '--dead', 'kms2.contoso.test:1688']],
    ['one host taken out', ['--without', 'KMS1.contoso.test.']],
    [
      'Vista, without host caching',
      ['--client', 'vista', '--no-host-caching', '--dead', 'kms1.contoso.test'],
    ],
    ['another time-out', ['--dead', 'kms2.contoso.test', '--connect-timeout', '4.5']],
    ['clients', ['--dead', 'kms2.contoso.test', '--clients', '400', '--seed', '7']],
  ])('%s', async (_, more) => {
    await open();
    const ran = await desk.run('simulate', '-c', 'planned.yaml', ...more);
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(0);
  });

  it('one domain of it, by -d or by its name', async () => {
    await open();
    for (const which of [['-d', 'contoso.test'], ['contoso.test']]) {
      const { hosts } = (await desk.run('simulate', '-c', 'planned.yaml', ...which, '--json')).json() as {
        hosts: { host: string; firstTryShare: number; eventualShare: number }[];
      };
      expect(hosts.map(({ host, firstTryShare }) => [host, firstTryShare])).toEqual([
        ['kms1.contoso.test.', 0.8],
        ['kms2.contoso.test.', 0.2],
        ['kms3.contoso.test.', 0],
      ]);
    }
  });

  it('as a document, with what the contract says and more', async () => {
    await open();
    const args = [
      '-c',
      'planned.yaml',
      '-d',
      'contoso.test',
      '--dead',
      'kms2.contoso.test',
      '--clients',
      '1000',
    ];
    const ran = await desk.run('simulate', ...args, '--json');
    expect(ran.transcript).toMatchSnapshot();
    const document = ran.json() as { drawn: { clients: number; firstTries: number }[]; clients: number };
    expect(document.clients).toBe(1000);
    expect(document.drawn.reduce((sum, { clients }) => sum + clients, 0)).toBe(1000);
    expect((await desk.run('simulate', ...args, '--json')).stdout).toBe(ran.stdout);
    expect((await desk.run('simulate', ...args, '--seed', '2', '--json')).stdout).not.toBe(ran.stdout);
  });

  it('counts several domains as if each had as many clients', async () => {
    await open();
    const ran = await desk.run('simulate', '-c', 'planned.yaml', '--dead', 'kms3.contoso.test', '--json');
    expect(ran.json()).toMatchObject({
      firstTryFailure: 0.5,
      failure: 0.5,
      domains: [
        { domain: 'contoso.test.', failure: 0 },
        { domain: 'branch.contoso.test.', failure: 1 },
      ],
    });
    expect(
      (await desk.run('simulate', '-c', 'planned.yaml', '--dead', 'kms3.contoso.test', '-q')).stdout,
    ).toBe('No client finds a host in branch.contoso.test.\n');
  });

  it('takes kmsdns.yaml where nothing is named', async () => {
    await open();
    const ran = await desk.run('simulate', '-d', 'east.contoso.test', '-q');
    expect([ran.code, ran.stdout]).toEqual([0, 'Every client finds a host at the first try.\n']);
  });
});

describe('from DNS', () => {
  it('asks the resolver it is told', async () => {
    await open();
    const ran = await desk.run('simulate', 'east.contoso.test', ...server());
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(0);
  });

  it('asks authoritative servers', async () => {
    await open();
    const ran = await desk.run('simulate', 'east.contoso.test', '--authority', desk.at[0]!, '--json');
    expect(ran.json()).toMatchObject({ model: 'rfc2782', firstTryFailure: 0, failure: 0 });
  });

  it('knows that nobody finds a host where there is no record', async () => {
    await open();
    const ran = await desk.run('simulate', 'nowhere.contoso.test', ...server());
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(0);
    expect((await desk.run('simulate', 'nowhere.contoso.test', ...server(), '--json')).json()).toMatchObject({
      hosts: [],
      firstTryFailure: 1,
      failure: 1,
    });
  });

  it('does not know what a silent server would have said', async () => {
    await open();
    desk.server.setQuirks({ silent: true });
    const ran = await desk.run('simulate', 'east.contoso.test', ...server(), '--timeout', '0.05');
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(3);
    const json = await desk.run('simulate', 'east.contoso.test', ...server(), '--timeout', '0.05', '--json');
    expect(json.json()).toMatchObject({
      hosts: [],
      firstTryFailure: null,
      unknown: [{ domain: 'east.contoso.test.' }],
    });
  });

  it('does not follow an alias silently', async () => {
    await open([...ALIAS, srv('elsewhere.contoso.test', 'kms-e1.east.contoso.test')]);
    const ran = await desk.run('simulate', 'west.contoso.test', ...server());
    expect(ran.stdout).toContain('by the alias elsewhere.contoso.test');
  });
});

describe('with --probe', () => {
  it('finds out who is dead, and what that costs now', async () => {
    const alive = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
    const wrong = await startRpcEndpoint({ behaviour: { kind: 'http' } });
    endpoints.push(alive, wrong);
    const records = [
      srv(EAST, 'kms-a.east.contoso.test', { weight: 3, port: alive.endpoint.port }),
      srv(EAST, 'kms-b.east.contoso.test', { weight: 1, port: wrong.endpoint.port }),
      srv(EAST, 'kms-gone.east.contoso.test', { priority: 5 }),
      a('kms-a.east.contoso.test', '127.0.0.1'),
      a('kms-b.east.contoso.test', '127.0.0.1'),
    ];
    await open(records);
    const ran = await desk.runWith(
      { mask: { [`:${alive.endpoint.port}`]: ':1701', [`:${wrong.endpoint.port}`]: ':1702' } },
      'simulate',
      'east.contoso.test',
      ...server(),
      '--probe',
    );
    expect(ran.transcript.replace(/ +/g, ' ')).toMatchSnapshot();
    const json = await desk.run('simulate', 'east.contoso.test', ...server(), '--probe', '--json');
    expect(json.json()).toMatchObject({
      firstTryFailure: 0.25,
      failure: 0,
      hosts: [{ alive: true }, { alive: false, waitSeconds: 0 }, { alive: false, waitSeconds: 0 }],
    });
    // Four runs of a probe would be four binds: two runs were two.
    expect(alive.seen.map(({ got }) => got)).toEqual(['bind', 'bind']);
  });

  it('warns of what it could not find out, and takes it for alive', async () => {
    await open([srv(EAST, 'kms-far.elsewhere.example'), aaaa('kms6.contoso.test', '::1')]);
    const ran = await desk.run('simulate', 'east.contoso.test', ...server(), '--probe', '-q');
    expect(ran.stderr).toContain(
      'kms-far.elsewhere.example:1688 is taken for alive, it could not be found out',
    );
    expect(ran.stdout).toBe('Every client finds a host at the first try.\n');
  });
});

describe('mistakes', () => {
  test.each([
    ['a host that no record names', ['-c', 'planned.yaml', '--dead', 'kms9.contoso.test']],
    ['a port that no record has', ['-c', 'planned.yaml', '--without', 'kms1.contoso.test:1700']],
    ['a port that is none', ['-c', 'planned.yaml', '--dead', 'kms1.contoso.test:0']],
    ['a host that is none', ['-c', 'planned.yaml', '--dead', 'a b']],
    ['an unknown client', ['-c', 'planned.yaml', '--client', 'windows95']],
    ['no number of clients', ['-c', 'planned.yaml', '--clients', '0']],
    ['a domain that the desired state does not have', ['-c', 'planned.yaml', 'elsewhere.test']],
    ['two domains', ['a.test', 'b.test']],
    ['no domain and no desired state', ['-c', 'missing.yaml']],
  ])('%s', async (_, args) => {
    await open();
    const ran = await desk.run('simulate', ...args);
    expect(ran.transcript).toMatchSnapshot();
    expect(ran.code).toBe(64);
  });
});
