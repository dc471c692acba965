import { describe, expect, it, test } from 'vitest';
import type { IpAddress, Net } from '../../src/core/net.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import type { EndpointState } from '../../src/core/probe-endpoint.ts';
import type { HostAddresses, HostResolver } from '../../src/core/resolve.ts';
import { judgeHost, tryHosts } from '../../src/diagnose/dead-hosts.ts';
import { startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { srv, unchecked } from '../support/generated.ts';

describe('judgeHost', () => {
  const judged = (...states: readonly EndpointState[]): unknown => {
    const tried = states.map((state, i) => ({
      address: `10.0.0.${i}` as IpAddress,
      probe: { state, detail: state },
    }));
    const { state, dead } = judgeHost(unchecked('a.'), 1688, tried);
    return dead === undefined
      ? state
      : `${state} ${dead.fails}${dead.addresses === undefined ? '' : ` ${dead.addresses}`}`;
  };
  test.each<[readonly EndpointState[], string]>([
    [['bound'], 'alive'],
    [['refused'], 'dead at-once'],
    [['not-rpc'], 'dead at-once'],
    [['filtered'], 'dead after-timeout'],
    [['silent'], 'dead after-timeout'],
    [['unreachable', 'bind-rejected'], 'dead at-once'],
    [['filtered', 'bound'], 'alive'],
    [['filtered', 'refused'], 'dead after-timeout'],
    [['filtered', 'filtered', 'silent'], 'dead after-timeout 3'],
    [['unknown'], 'unknown'],
    [['filtered', 'unknown'], 'unknown'],
    [['unknown', 'bound'], 'alive'],
  ])('%j is %s', (states, expected) => {
    expect(judged(...states)).toBe(expected);
  });
});

describe('tryHosts', () => {
  const found = (answers: Readonly<Record<string, HostAddresses>>): HostResolver => ({
    addressesOf: async (host) => answers[host]!,
  });
  const patience = { tcpMs: 500, rpcMs: 500, bind: true };

  it('tells a host that lives from one that refuses, one without address and one that nobody knows', async () => {
    const endpoint = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
    const free = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' } });
    await free.stop();
    const net = systemNet();
    const here: HostAddresses = { kind: 'addresses', addresses: ['127.0.0.1' as IpAddress] };
    const { port } = endpoint.endpoint;
    const records = [
      srv('a.', 0, 1, port),
      srv('a.', 5, 0, port),
      srv('b.', 0, 0, free.endpoint.port),
      srv('c.'),
      srv('d.'),
      srv('e.'),
      srv('.'),
      srv('f.', 0, 0, 0),
    ];
    try {
      const tried = await tryHosts(
        net,
        records,
        found({
          'a.': here,
          'b.': here,
          'c.': { kind: 'none', rcode: 'NXDOMAIN' },
          'd.': { kind: 'none', rcode: 'NOERROR' },
          'e.': { kind: 'unknown', because: 'nobody answers' },
        }),
        patience,
        8,
      );
      expect(tried.map(({ target, state, because }) => [target, state, because])).toEqual([
        ['a.', 'alive', '127.0.0.1: the KMS interface accepted the bind'],
        ['b.', 'dead', '127.0.0.1: connection refused: nothing listens there'],
        ['c.', 'dead', 'the name does not exist'],
        ['d.', 'dead', 'the name has no address'],
        ['e.', 'unknown', 'nobody answers'],
      ]);
      expect(tried[2]!.dead).toEqual({ target: 'c.', port: 1688, fails: 'at-once' });
      // One bind and nothing more.
      expect(endpoint.seen.map(({ got }) => got)).toEqual(['bind']);
    } finally {
      net.close();
      await endpoint.stop();
    }
  });

  it('connects to nobody where there is nobody', async () => {
    const net = { dial: () => Promise.reject(new Error('dialled')) } as unknown as Net;
    expect(await tryHosts(net, [srv('.'), srv('a.', 0, 0, 0)], found({}), patience, 8)).toEqual([]);
  });
});
