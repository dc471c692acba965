import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { SrvReading } from '../../src/core/read-srv.ts';
import type { SrvSet } from '../../src/core/srv.ts';
import type { Authority } from '../../src/core/zone.ts';
import {
  countable,
  describeReadBack,
  judge,
  type ReadBack,
  unresolvedReadBacks,
  wantedAfter,
  watch,
} from '../../src/publish/read-back.ts';
import { fakeNet, SILENCE } from '../support/fake-net.ts';
import { endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

const A = record('kms1', 10, 75);
const B = record('kms2', 90, 75);
const STRANGER = record('kms9');

describe('what is wanted after a change', () => {
  test.each<[string, SrvSet | null, SrvSet | null, SrvSet | null, boolean]>([
    ['is there', setOf(300, A), setOf(300, A, B), setOf(300, A, B), true],
    [
      'is there beside a stranger that came meanwhile',
      setOf(300, A),
      setOf(300, A, B),
      setOf(300, A, B, STRANGER),
      true,
    ],
    ['lacks a record', setOf(300, A), setOf(300, A, B), setOf(300, A), false],
    ['has another TTL', setOf(300, A), setOf(600, A), setOf(300, A), false],
    ['still has what was removed', setOf(300, A, B), setOf(300, A), setOf(300, A, B), false],
    ['is gone as it should be', setOf(300, A), null, null, true],
    ['is gone, and something of somebody else is there', setOf(300, A), null, setOf(60, STRANGER), true],
    ['should be gone and is there', setOf(300, A), null, setOf(300, A), false],
    ['should be there and is gone', null, setOf(300, A), null, false],
    ['was never there and never wanted', null, null, null, true],
  ])('%s', (_name, before, after, served, current) => {
    expect(wantedAfter(before, after)(served)).toBe(current);
  });
});

const NS2: Authority = { server: endpoint('10.0.0.54'), host: parseFqdn('ns2.contoso.com') };
const wantsA = wantedAfter(null, setOf(300, A));

describe('a server', () => {
  const set = (served: SrvSet, authoritative = true): SrvReading => ({
    kind: 'set',
    set: served,
    authoritative,
  });
  test.each<[string, SrvReading, ReadBack['state'], RegExp]>([
    ['that serves what is wanted', set(setOf(300, A)), 'current', /^$/],
    ['that serves something else', set(setOf(300, B)), 'stale', /other records or another TTL/],
    [
      'that has nothing',
      { kind: 'absent', rcode: 'NXDOMAIN', authoritative: true },
      'stale',
      /no such record/,
    ],
    [
      'that has an alias',
      { kind: 'alias', by: 'CNAME', target: parseFqdn('a.example'), authoritative: true },
      'stale',
      /alias of a\.example/,
    ],
    ['that passes on what is wanted, without authority', set(setOf(300, A), false), 'silent', /no AA/],
    [
      'that denies it without authority',
      { kind: 'absent', rcode: 'NXDOMAIN', authoritative: false },
      'silent',
      /no AA/,
    ],
    ['that refuses', { kind: 'error', rcode: 'REFUSED' }, 'silent', /REFUSED/],
    [
      'that sends us on',
      { kind: 'referral', zone: parseFqdn('east.contoso.com') },
      'silent',
      /east\.contoso\.com/,
    ],
    ['that says nothing', { kind: 'silent', fault: SILENCE }, 'silent', /no answer within 1\.0 s/],
  ])('%s is %s', (_name, reading, state, because) => {
    const one = judge(NS2, reading, 7, wantsA);
    expect(one).toMatchObject({ server: NS2.server, host: NS2.host, state, serial: 7, noRoute: false });
    expect(one.because).toMatch(because);
    // Silence is never taken for absence.
    if (state === 'silent') expect(one.set).toBe(null);
  });

  it('without a known address is silent', () => {
    const view = {
      zone: OWNER,
      primary: NS2,
      authorities: [NS2],
      steps: [],
      unresolved: [{ host: OWNER, because: 'NXDOMAIN' }],
    };
    const [one] = unresolvedReadBacks(view);
    expect(one).toMatchObject({ server: null, host: OWNER, state: 'silent' });
    expect(describeReadBack(one!)).toMatch(/^_vlmcs\._tcp\.contoso\.com: its address could not be found/);
  });

  it('is described by name and address', () => {
    expect(describeReadBack(judge(NS2, set(setOf(300, A)), 7, wantsA))).toBe(
      'ns2.contoso.com (10.0.0.54): current',
    );
    expect(
      describeReadBack(judge({ server: NS2.server }, { kind: 'error', rcode: 'REFUSED' }, null, wantsA)),
    ).toBe('10.0.0.54: answered REFUSED');
  });
});

describe('addresses without a way to them', () => {
  const seen = (host: string | null, noRoute: boolean): ReadBack => ({
    server: endpoint('10.0.0.54'),
    host: host === null ? null : parseFqdn(host),
    state: noRoute ? 'silent' : 'current',
    set: null,
    serial: null,
    because: '',
    noRoute,
  });

  it('do not count while their host answered on another', () => {
    const v4 = seen('ns1.contoso.com', false);
    expect(countable([v4, seen('ns1.contoso.com', true)])).toEqual([v4]);
  });

  it('count when they are all that their host has', () => {
    const both = [seen('ns1.contoso.com', false), seen('ns2.contoso.com', true)];
    expect(countable(both)).toEqual(both);
    expect(countable([seen(null, true)])).toHaveLength(1);
  });

  it('are told by the errno of the kernel', () => {
    const unreachable = (errno: string): SrvReading => ({
      kind: 'silent',
      fault: { kind: 'unreachable', errno, sent: false },
    });
    expect(judge(NS2, unreachable('ENETUNREACH'), null, wantsA).noRoute).toBe(true);
    expect(judge(NS2, unreachable('EHOSTUNREACH'), null, wantsA).noRoute).toBe(false);
  });
});

describe('watching', () => {
  const state = (one: ReadBack['state'], because = ''): ReadBack => ({
    server: NS2.server,
    host: null,
    state: one,
    set: null,
    serial: null,
    because,
    noRoute: false,
  });
  /** A server that goes through these states, one a round, and stays in the last. */
  function going(...states: readonly ReadBack['state'][]): () => Promise<ReadBack> {
    let round = 0;
    return async () => state(states[Math.min(round++, states.length - 1)]!, `round ${round}`);
  }

  it('ends as soon as every server is current', async () => {
    const net = fakeNet({});
    const rounds: number[] = [];
    const last = await watch(net, [NS2], going('stale', 'stale', 'current'), 30_000, (waiting) =>
      rounds.push(waiting.length),
    );
    expect(last.map((one) => one.state)).toEqual(['current']);
    expect(rounds).toEqual([1, 1]);
    expect(net.sleptMs()).toBe(300);
  });

  it('asks once when there is no time to wait', async () => {
    const net = fakeNet({});
    const last = await watch(net, [NS2], going('stale', 'current'), 0, () => {});
    expect(last.map((one) => one.state)).toEqual(['stale']);
    expect(net.sleptMs()).toBe(0);
  });

  it('never waits longer than it may, with pauses of at most a second', async () => {
    const net = fakeNet({});
    const last = await watch(net, [NS2], going('stale'), 5000, () => {});
    expect(last.map((one) => one.state)).toEqual(['stale']);
    expect(net.sleptMs()).toBe(5000);
  });

  it('gives a server that never says anything up after three rounds', async () => {
    const net = fakeNet({});
    await watch(net, [NS2], going('silent'), 30_000, () => {});
    expect(net.sleptMs()).toBe(300);
  });

  it('waits for a silent server as long as another one lags', async () => {
    const net = fakeNet({});
    const lagging = going('stale', 'stale', 'stale', 'stale', 'current');
    const mute = going('silent', 'silent', 'silent', 'silent', 'silent', 'current');
    const other = { server: endpoint('10.0.0.55') };
    const last = await watch(
      net,
      [NS2, other],
      (one) => (one === NS2 ? lagging() : mute()),
      30_000,
      () => {},
    );
    expect(last.map((one) => one.state)).toEqual(['current', 'silent']);
  });

  it('keeps the last word of a server that falls silent: silence is no news', async () => {
    const net = fakeNet({});
    const last = await watch(net, [NS2], going('stale', 'silent'), 3000, () => {});
    expect(last[0]).toMatchObject({ state: 'stale', because: 'round 1' });
  });

  it('does not ask a server again that is current', async () => {
    const net = fakeNet({});
    let asked = 0;
    const other = { server: endpoint('10.0.0.55') };
    const lagging = going('stale', 'stale', 'current');
    await watch(
      net,
      [NS2, other],
      async (one) => {
        if (one === NS2) return lagging();
        asked++;
        return state('current');
      },
      30_000,
      () => {},
    );
    expect(asked).toBe(1);
  });

  it('ends with what is known when the run is over', async () => {
    const net = fakeNet({}, { onSleep: () => net.end('interrupt') });
    const last = await watch(net, [NS2], going('stale', 'current'), 30_000, () => {});
    expect(last.map((one) => one.state)).toEqual(['stale']);
  });
});
