import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/net.ts';
import { type AskProbe, DEFAULT_PATIENCE, gather } from '../../src/diagnose/gather.ts';
import type { Observation, Probe } from '../../src/diagnose/observation.ts';
import { fakeNet } from '../support/fake-net.ts';
import { caseOf, OWNER, type Sight, srv, srvAnswer, working } from '../support/scenario.ts';

/** What these sights say, and silence for everything else. */
function asking(...sights: readonly Sight[]): { readonly ask: AskProbe; readonly asked: Probe[] } {
  const asked: Probe[] = [];
  const ask: AskProbe = async (_net, probe) => {
    asked.push(probe);
    const said = sights.find((one) => one.probe.purpose === probe.purpose && sameSubject(one.probe, probe));
    return (said?.outcome ?? SILENCE) as Outcome<unknown>;
  };
  return { ask, asked };
}

const SILENCE = { ok: false, fault: { kind: 'timeout', afterMs: 1000, sent: true } } as const;

function sameSubject(one: Probe, other: Probe): boolean {
  if (one.kind === 'dns' && other.kind === 'dns') return one.name === other.name && one.type === other.type;
  return one.kind === 'endpoint' && other.kind === 'endpoint' && one.to.address === other.to.address;
}

describe('gather', () => {
  const records = [srv('kms1')];

  it('lets what the client waits for leave first, whatever else is worth asking', async () => {
    const { ask, asked } = asking(srvAnswer(records), ...working('kms1', '10.0.0.1'));
    await gather(fakeNet({}), caseOf({}), DEFAULT_PATIENCE, undefined, ask);
    const at = (purpose: string): number => asked.findIndex((probe) => probe.purpose === purpose);
    expect(asked[0]).toMatchObject({ purpose: 'srv', name: OWNER });
    expect(at('address')).toBeLessThan(at('near-miss'));
    expect(at('target')).toBeLessThan(at('control-port'));
  });

  it('asks nothing twice, and numbers what it asked in the order in which it was thought of', async () => {
    const { ask, asked } = asking(srvAnswer(records), ...working('kms1', '10.0.0.1'));
    const told: Observation[] = [];
    const seen = await gather(fakeNet({}), caseOf({}), DEFAULT_PATIENCE, (one) => told.push(one), ask);
    expect(new Set(asked.map((probe) => JSON.stringify(probe))).size).toBe(asked.length);
    expect(seen.map(({ id }) => id)).toEqual(asked.map((_, i) => `o${i + 1}`));
    expect(told).toHaveLength(seen.length);
  });

  it('keeps to the number of probes under way', async () => {
    let under = 0;
    let most = 0;
    const ask: AskProbe = async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under--;
      return SILENCE;
    };
    await gather(fakeNet({}), caseOf({}), { ...DEFAULT_PATIENCE, concurrency: 2 }, undefined, ask);
    expect(most).toBe(2);
  });

  it('rethrows a bug', async () => {
    const ask: AskProbe = () => Promise.reject(new TypeError('a bug'));
    await expect(gather(fakeNet({}), caseOf({}), DEFAULT_PATIENCE, undefined, ask)).rejects.toThrow('a bug');
  });

  it('asks nothing once the run is over', async () => {
    const { ask, asked } = asking();
    const net = fakeNet({});
    net.end('deadline');
    expect(await gather(net, caseOf({}), DEFAULT_PATIENCE, undefined, ask)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
