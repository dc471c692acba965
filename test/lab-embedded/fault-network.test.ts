import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningFaults, startFaultNetwork } from '../../src/lab/fault-network.ts';
import type { FaultNetwork } from '../../src/lab/scenario.ts';

const started: RunningFaults[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

async function start(plan: FaultNetwork): Promise<RunningFaults> {
  const running = await startFaultNetwork(plan);
  started.push(running);
  return running;
}

function connects({ address, port }: { readonly address: string; readonly port: number }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve('accepted');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
  });
}

const PLAN: FaultNetwork = {
  hosts: { kms1: { kind: 'accepts-kms' }, kms2: { kind: 'nobody-listens' } },
  zones: { 'contoso.example': ['_vlmcs._tcp SRV 0 0 {kms1:port} kms1', 'kms1 A {kms1:address}'] },
  files: { 'case.txt': ['{kms2:address} {authority:address}:{authority:port}', 'braces {stay}'] },
};

describe('startFaultNetwork', () => {
  it('gives each host an address of its own, and no service to one where nobody listens', async () => {
    const { hosts } = await start(PLAN);
    const [kms1, kms2] = hosts;
    expect(hosts.map(({ label }) => label)).toEqual(['kms1', 'kms2']);
    expect(await connects(kms1!.endpoint)).toBe('accepted');
    expect(await connects(kms2!.endpoint)).toBe('ECONNREFUSED');
    expect(kms1!.endpoint).not.toEqual(kms2!.endpoint);
  });

  it('has a resolver and an authority unless told otherwise, and two networks do not meet', async () => {
    const one = await start(PLAN);
    const other = await start(PLAN);
    expect([one.resolvers.length, one.authorities.length]).toEqual([1, 1]);
    const places = [one, other].flatMap(({ resolvers, authorities, hosts }) => [
      ...resolvers,
      ...authorities,
      ...hosts.map(({ endpoint }) => endpoint),
    ]);
    expect(new Set(places.map(({ address, port }) => `${address} ${port}`)).size).toBe(places.length);
  });

  it('fills in what the day gave', async () => {
    const { files, hosts, authorities } = await start(PLAN);
    const { address, port } = authorities[0]!;
    expect(files['case.txt']).toBe(`${hosts[1]!.endpoint.address} ${address}:${port}\nbraces {stay}`);
  });

  it('refuses a text that names nobody, and leaves nothing running', async () => {
    const plan: FaultNetwork = { ...PLAN, zones: { 'contoso.example': ['kms3 A {kms3:address}'] } };
    await expect(startFaultNetwork(plan)).rejects.toThrow('there is no kms3');
  });

  it('may be stopped twice, and its ports are free then', async () => {
    const running = await start(PLAN);
    await running.stop();
    await running.stop();
    expect(await connects(running.hosts[0]!.endpoint)).toBe('ECONNREFUSED');
    expect(await connects(running.resolvers[0]!)).toBe('ECONNREFUSED');
  });
});
