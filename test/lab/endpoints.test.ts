/** The probe against RPC servers and firewalls that nobody here wrote. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import { probeEndpoint } from '../../src/core/probe-endpoint.ts';
import { freePort } from './support/lab.ts';
import { labServer } from './support/require.ts';
import { runProgram } from './support/run.ts';

/** Registers the KMS interface and no operation at all: it answers binds, and nothing else can be asked of it. */
const IMPACKET_SERVER = `
import sys
from impacket.dcerpc.v5.rpcrt import DCERPCServer
class BindOnly(DCERPCServer):
    def __init__(self, address, port, uuid):
        DCERPCServer.__init__(self)
        self._listenAddress = address
        self.setListenPort(port)
        self.daemon = True
        self.addCallbacks((uuid, '1.0'), str(port), {})
server = BindOnly(sys.argv[1], int(sys.argv[2]), sys.argv[3])
server.start()
print('listening', flush=True)
server.join()
`;

const KMS = '51c82175-844e-4750-b0d8-ec255555bc06';
const SOME_OTHER = '12345678-1234-abcd-ef00-0123456789ab';

labServer('impacket')("impacket's RPC server", () => {
  const running: ChildProcess[] = [];

  async function start(uuid: string): Promise<number> {
    const port = await freePort(false);
    // Debian's own interpreter: another one in front of the path may lack Debian's modules.
    const child = spawn('/usr/bin/python3', ['-c', IMPACKET_SERVER, '127.0.0.1', String(port), uuid]);
    running.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error('the RPC server ended at once')));
    });
    return port;
  }
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  test.each([
    ['offers the KMS interface', KMS, 'bound'],
    ['does not, and hangs up on what it does not know', SOME_OTHER, 'closed'],
  ])('%s', async (_, uuid, expected) => {
    const port = await start(uuid);
    const net = systemNet();
    const to = parseEndpoint(`127.0.0.1:${port}`, 1688);
    const patience = { tcpMs: 2000, rpcMs: 2000, bind: true };
    let { state } = await probeEndpoint(net, to, patience);
    // It says that it listens a moment before it does.
    for (let tries = 0; state === 'refused' && tries < 50; tries++) {
      await net.sleep(50);
      ({ state } = await probeEndpoint(net, to, patience));
    }
    net.close();
    expect(state).toBe(expected);
  });
});

labServer('netns')('firewalls', () => {
  const space = `kmsdns-test-${process.pid}`;
  const rules = `table inet kmsdns {
    chain input { type filter hook input priority 0;
      ip daddr 127.0.0.2 tcp dport 1688 drop
      ip daddr 127.0.0.3 tcp dport 1688 reject with tcp reset
      ip daddr 127.0.0.4 tcp dport 1688 reject with icmp type admin-prohibited
      ip6 daddr ::1 tcp dport 1688 reject with icmpv6 type admin-prohibited
    }
  }`;
  let allowed = false;

  beforeAll(async () => {
    allowed = (await runProgram('ip', ['netns', 'add', space])).exitCode === 0;
    if (!allowed) return;
    await runProgram('ip', ['netns', 'exec', space, 'ip', 'link', 'set', 'lo', 'up']);
    const set = await runProgram('ip', ['netns', 'exec', space, 'nft', '-f', '-'], { input: rules });
    expect(set.stderr).toBe('');
  });
  afterAll(async () => {
    if (allowed) await runProgram('ip', ['netns', 'del', space]);
  });

  describe('dropped, rejected, prohibited and routeless', () => {
    test('are told apart', async ({ skip }) => {
      skip(!allowed, 'network namespaces are not allowed here');
      const targets = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '[::1]:1688', '192.0.2.1', '127.0.0.9'];
      const script = new URL('./support/probe-once.ts', import.meta.url).pathname;
      const { stdout, stderr } = await runProgram('ip', [
        'netns',
        'exec',
        space,
        process.execPath,
        '--import',
        'tsx',
        script,
        ...targets,
      ]);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        '127.0.0.2': 'filtered',
        '127.0.0.3': 'refused',
        // For IPv4 the system does not say which ICMP error it was; for IPv6 it does.
        '127.0.0.4': 'unreachable',
        '[::1]:1688': 'prohibited',
        '192.0.2.1': 'unreachable',
        '127.0.0.9': 'refused',
      });
    });
  });
});
