import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Network, systemNetwork } from '../../src/cli/network.ts';
import { probeExitCode } from '../../src/cli/probe-action.ts';
import type { NetFault } from '../../src/core/net.ts';
import type { LabRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import type { RpcBehaviour } from '../../src/lab/rpc-replies.ts';
import { loopbackAddresses } from '../../src/lab/sockets.ts';
import { codesOf, type DiagnoseDesk, diagnoseDesk, withoutTimes } from '../support/diagnose-desk.ts';

let desk: DiagnoseDesk;
const started: LabRpcEndpoint[] = [];
const start = async (behaviour: RpcBehaviour, address = '127.0.0.1'): Promise<number> => {
  const rpc = await startRpcEndpoint({ behaviour, address });
  started.push(rpc);
  return rpc.endpoint.port;
};
const HAS_IPV6 = (await loopbackAddresses()).length > 1;

beforeAll(async () => {
  desk = await diagnoseDesk();
});
afterAll(async () => {
  await Promise.all(started.map((rpc) => rpc.stop()));
  await desk.stop();
});

interface Row {
  readonly host: string;
  readonly address: string | null;
  readonly port: number;
  readonly state: string;
  readonly tookMs: number;
  readonly detail: string;
}
const rowsOf = (document: Record<string, unknown>): readonly Row[] => document.targets as readonly Row[];

describe('kmsdns probe', () => {
  test.each<[string, RpcBehaviour, RegExp]>([
    ['bound', { kind: 'accepts-kms' }, /accepted the bind$/],
    ['bound', { kind: 'accepts-anything' }, /accepted the bind, and so did an interface that nobody has/],
    ['bind-rejected', { kind: 'rejects-interface' }, /without the KMS interface/],
    ['bind-nak', { kind: 'bind-nak', reason: 1 }, /./],
    ['fault', { kind: 'fault' }, /./],
    ['not-rpc', { kind: 'http' }, /HTTP/],
    ['not-rpc', { kind: 'tls-alert' }, /\(tls\)/],
    ['not-rpc', { kind: 'ssh-banner' }, /SSH/],
    ['silent', { kind: 'silent' }, /./],
    ['closed', { kind: 'closes' }, /./],
    ['reset', { kind: 'resets' }, /./],
  ])('says %s of an endpoint that %j', async (state, behaviour, detail) => {
    const port = await start(behaviour);
    const ran = await desk.run('probe', `127.0.0.1:${port}`, '--timeout', '0.5', '--json');
    expect(ran.code).toBe(state === 'bound' ? 0 : 2);
    expect(ran.stderr).toBe('');
    expect(ran.json()).toEqual({
      schema: 'kmsdns/probe@1',
      targets: [
        {
          host: '127.0.0.1',
          address: '127.0.0.1',
          port,
          state,
          tookMs: expect.any(Number),
          detail: expect.stringMatching(detail),
        },
      ],
    });
  });

  it('looks names up and tells a person what each endpoint is', async () => {
    const ran = await desk.run(
      ...['probe', '-s', desk.at, `kms1.contoso.test:${desk.kms.endpoint.port}`],
      ...[`app1.contoso.test:${desk.other.endpoint.port}`, `kms2.contoso.test.:${desk.closedPort}`],
      ...['nowhere.contoso.test', `127.0.0.1:${desk.closedPort}`],
    );
    expect(ran.code).toBe(1);
    expect(withoutTimes(ran.transcript)).toMatchSnapshot();
  });

  it('takes port 1688 where none is given, and says no-address with no address', async () => {
    const ran = await desk.run('probe', '-s', desk.at, 'nowhere.contoso.test', '--json');
    expect(ran.code).toBe(2);
    expect(rowsOf(ran.json())).toEqual([
      {
        host: 'nowhere.contoso.test.',
        address: null,
        port: 1688,
        state: 'no-address',
        tookMs: 0,
        detail: 'NXDOMAIN: the name has no address',
      },
    ]);
  });

  it.skipIf(!HAS_IPV6)('reaches IPv6, with and without brackets', async () => {
    const port = await start({ kind: 'accepts-kms' }, '::1');
    const ran = await desk.run('probe', `[::1]:${port}`, `[::1]:${desk.closedPort}`, '--json');
    expect(ran.code).toBe(1);
    expect(rowsOf(ran.json()).map(({ host, address, state }) => [host, address, state])).toEqual([
      ['::1', '::1', 'bound'],
      ['::1', '::1', 'refused'],
    ]);
  });

  it('sends one bind and nothing after its reply', async () => {
    const rpc = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
    started.push(rpc);
    await desk.run('probe', `127.0.0.1:${rpc.endpoint.port}`);
    expect(rpc.seen.map(({ got }) => got)).toEqual(['bind']);
  });
});

describe('--from', () => {
  const list = (): string => `# hosts of the east
127.0.0.1:${desk.kms.endpoint.port}   # the good one

kms2.contoso.test:${desk.closedPort}
`;

  it('reads a file with comments, in the order of its lines', async () => {
    desk.write('hosts.txt', list().replaceAll('\n', '\r\n'));
    const ran = await desk.run('probe', '-s', desk.at, '--from', 'hosts.txt', '--json');
    expect(rowsOf(ran.json()).map(({ host, state }) => [host, state])).toEqual([
      ['127.0.0.1', 'bound'],
      ['kms2.contoso.test.', 'refused'],
    ]);
  });

  it('reads stdin, behind what stands on the command line', async () => {
    const first = `127.0.0.1:${desk.closedPort}`;
    const ran = await desk.runWith({ input: list() }, 'probe', first, '-s', desk.at, '--from', '-', '--json');
    expect(rowsOf(ran.json()).map(({ state }) => state)).toEqual(['refused', 'bound', 'refused']);
  });

  it('takes thousands, with at most 256 connections open', { timeout: 30_000 }, async () => {
    let open = 0;
    let most = 0;
    const server: Server = createServer((socket) => {
      most = Math.max(most, ++open);
      socket.on('error', () => {});
      socket.once('data', () => setTimeout(() => socket.end(), 2));
      socket.once('close', () => open--);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const each = ['bound', 'refused', 'closed'].map(
        (state) => ({ bound: desk.kms.endpoint.port, refused: desk.closedPort, closed: port })[state]!,
      );
      // The lab's endpoint takes few connections at a time; every 200th is enough to see that rows keep their order.
      const ports = Array.from({ length: 2000 }, (_, i) => each[i % 200 === 0 ? 0 : 1 + (i % 2)]!);
      desk.write('many.txt', ports.map((one) => `127.0.0.1:${one}\n`).join(''));
      const ran = await desk.run('probe', '--from', 'many.txt', '--timeout', '5', '--json');
      expect(ran.code).toBe(1);
      const rows = rowsOf(ran.json());
      expect(rows.map((row) => row.port)).toEqual(ports);
      const states = new Map(
        [desk.kms.endpoint.port, desk.closedPort, port].map((one, i) => [
          one,
          ['bound', 'refused', 'closed'][i],
        ]),
      );
      for (const { port: at, state } of rows) expect(state).toBe(states.get(at));
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(256);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('what a firewall does', () => {
  /** The network of this computer, but for the connections: those to the KMS host end like this. */
  const refusedBy = (fault: NetFault): Network => ({
    ...systemNetwork,
    open: async (limits) => {
      const net = await systemNetwork.open(limits);
      return {
        ...net,
        close: () => net.close(),
        dial: async ({ to }) =>
          to.port === desk.kms.endpoint.port
            ? { connected: false, fault, tookMs: 3 }
            : { connected: false, fault: { kind: 'refused', sent: true }, tookMs: 1 },
      };
    },
  });

  test.each<[string, NetFault, string]>([
    ['filtered', { kind: 'timeout', afterMs: 2000, sent: true }, 'TCP-002'],
    ['prohibited', { kind: 'unreachable', errno: 'EACCES', sent: true }, 'TCP-003'],
    ['unreachable', { kind: 'unreachable', errno: 'EHOSTUNREACH', sent: true }, 'TCP-004'],
    ['reset', { kind: 'reset', sent: true }, 'TCP-005'],
    ['refused', { kind: 'refused', sent: true }, 'TCP-001'],
  ])('%s is told by probe, and is the cause that diagnose names', async (state, fault, code) => {
    const network = refusedBy(fault);
    const at = `127.0.0.1:${desk.kms.endpoint.port}`;
    const probed = await desk.runWith({ network }, 'probe', at, '--json');
    expect(probed.code).toBe(2);
    expect(rowsOf(probed.json())).toMatchObject([{ address: '127.0.0.1', state }]);
    const ran = await desk.diagnoseWith({ network }, 'contoso.test', '--json');
    expect(ran.json()).toMatchObject({
      verdict: 'broken',
      targets: [{ addresses: [{ address: '127.0.0.1', state }] }],
    });
    expect(codesOf(ran.json(), 'causes')).toEqual([code]);
  });
});

describe('exit code', () => {
  test.each<[number, string, readonly string[]]>([
    [0, 'all bound', ['bound', 'bound']],
    [1, 'some', ['bound', 'refused']],
    [2, 'none', ['refused', 'silent']],
    [3, 'one is not known', ['bound', 'unknown']],
    [3, 'none is known', ['unknown']],
  ])('%i when %s', (code, _, states) => {
    expect(probeExitCode(states.map((state) => ({ state }) as never))).toBe(code);
  });

  it('3 when the deadline comes first', async () => {
    const port = await start({ kind: 'silent' });
    const ran = await desk.run('probe', `127.0.0.1:${port}`, '--deadline', '0.05', '--json');
    expect(ran.code).toBe(3);
    expect(rowsOf(ran.json())).toMatchObject([{ state: 'unknown' }]);
  });

  it('3 when nobody answers what the address is', async () => {
    const silent = await diagnoseDesk({ quirks: { silent: true } });
    try {
      const ran = await silent.run(
        'probe',
        '-s',
        silent.at,
        'kms1.contoso.test',
        '--timeout',
        '0.1',
        '--json',
      );
      expect(ran.code).toBe(3);
      expect(rowsOf(ran.json())).toMatchObject([{ address: null, state: 'unknown' }]);
    } finally {
      await silent.stop();
    }
  });
});

describe('a mistake', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['nothing to probe', [], /nothing to probe/],
    ['port 0', ['127.0.0.1:0'], /port must be 1…65535/],
    ['port 65536', ['127.0.0.1:65536'], /port must be 1…65535/],
    ['no name', ['bad..name'], /bad\.\.name/],
    ['a word behind the colon', ['kms1:http'], /kms1:http/],
    ['an open bracket', ['[::1'], /\[::1/],
    ['a name in brackets', ['[kms1]:1688'], /no IPv6 address/],
    ['a file that is not there', ['--from', 'nowhere.txt'], /nowhere\.txt/],
  ])('%s: exit 64, and a document with --json', async (_, argv, says) => {
    const ran = await desk.run('probe', ...argv);
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toMatch(says);
    const { json } = await desk.run('probe', ...argv, '--json');
    expect(json()).toMatchObject({ schema: 'kmsdns/error@1', code: expect.any(String) });
  });
});
