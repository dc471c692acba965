import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import type { Net } from '../../src/core/net.ts';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import type { KerberosFault } from '../../src/core/security-context.ts';
import { clockSkewSeconds } from '../../src/core/server-clock.ts';
import { type NegotiationTerms, negotiate } from '../../src/core/tkey.ts';
import { ns, soa, zoneFrom } from '../../src/lab/zone-data.ts';
import { type FakeEngineOptions, fakeEngine } from '../support/fake-security.ts';
import { type GssManners, type GssServer, startGssServer } from '../support/gss-server.ts';

const ZONE = zoneFrom({
  name: 'corp.example',
  records: [soa('corp.example', 'ns1.corp.example'), ns('corp.example', 'ns1.corp.example')],
});

let server: GssServer;
let net: SystemNet;
beforeEach(async () => {
  server = await startGssServer({ zones: [ZONE] });
  net = systemNet();
});
afterEach(async () => {
  net.close();
  await server.stop();
});

function terms(more: Partial<NegotiationTerms> = {}): NegotiationTerms {
  return {
    server: server.endpoint,
    target: { service: 'DNS', host: parseFqdn('ns1.corp.example'), realm: undefined },
    credentials: { kind: 'default' },
    timeoutMs: 2000,
    stepTimeoutMs: 2000,
    ...more,
  };
}

async function tried(manners: GssManners, options: FakeEngineOptions = {}, on: Net = net) {
  server.behave(manners);
  const engine = fakeEngine(options);
  const outcome = await negotiate(on, engine, terms());
  const fault: KerberosFault | undefined = outcome.ok ? undefined : outcome.fault;
  return { outcome, fault, engine };
}

describe('a negotiation', () => {
  it('gives a key in one round, and the server forgets it in the end', async () => {
    const { outcome, engine } = await tried({});
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    const session = outcome.value;
    expect(server.negotiations).toMatchObject([
      { algorithmName: 'gss-tsig.', mode: 3, error: 0, keyName: session.signer.keyName },
    ]);
    expect(session.signer.keyName).toMatch(/^[0-9a-f]{16}\.sig-ns1\.corp\.example\.$/);
    expect(session).toMatchObject({ mechanism: 'spnego', lastWord: 'verified' });
    expect(session.signer).toMatchObject({
      identity: { kind: 'principal', name: 'kms01$@CORP.EXAMPLE' },
      remarks: [],
    });
    expect(engine.opened).toEqual([
      { target: terms().target, credentials: { kind: 'default' }, mechanism: 'spnego' },
    ]);
    expect([server.liveKeys(), engine.alive()]).toEqual([1, 1]);
    await session.close();
    expect([server.liveKeys(), engine.alive()]).toEqual([0, 0]);
    expect(server.deletions).toMatchObject([{ mode: 5, keyName: session.signer.keyName }]);
  });

  it('never uses a name twice', async () => {
    const names = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const { outcome } = await tried({});
      if (outcome.ok) names.add(outcome.value.signer.keyName);
    }
    expect(names.size).toBe(5);
  });

  it('goes on for as many rounds as the mechanism wants', async () => {
    const { outcome } = await tried({ rounds: 3 }, { rounds: 3 });
    expect(outcome.ok && outcome.value.lastWord).toBe('verified');
    expect(new Set(server.negotiations.map(({ keyName }) => keyName)).size).toBe(1);
    expect(server.negotiations).toHaveLength(3);
  });

  it('sends the last token also where it is done before the answer', async () => {
    const { outcome } = await tried({}, { doneEarly: true });
    expect(outcome.ok && outcome.value.lastWord).toBe('verified');
    expect(server.negotiations).toHaveLength(1);
  });

  it('that comes to no end is given up', async () => {
    const { fault, engine } = await tried({ rounds: 1000 }, { rounds: 1000 });
    expect(fault).toMatchObject({
      kind: 'server-refused',
      detail: expect.stringContaining('came to no end'),
    });
    // Both mechanisms, eight rounds each.
    expect(server.negotiations).toHaveLength(16);
    expect(engine.alive()).toBe(0);
  });

  test.each<[string, GssManners, 'verified' | 'unsigned' | 'not-verified', RegExp]>([
    ['unsigned', { lastWord: 'unsigned' }, 'unsigned', /^$/],
    [
      'signed in another way, as by Windows',
      { lastWord: 'badly-signed' },
      'not-verified',
      /as Windows does it/,
    ],
  ])(
    'whose last word is %s still counts: the tickets proved the server',
    async (_n, manners, word, remark) => {
      const { outcome } = await tried(manners);
      if (!outcome.ok) throw new Error(outcome.fault.detail);
      expect(outcome.value.lastWord).toBe(word);
      expect((outcome.value.signer.remarks ?? []).join(' ')).toMatch(remark);
    },
  );

  it('falls back to plain Kerberos where SPNEGO is turned down, with a context and a name of its own', async () => {
    const { outcome, engine } = await tried({ plainKrb5Only: true });
    expect(outcome.ok && outcome.value.mechanism).toBe('krb5');
    expect(engine.opened.map(({ mechanism }) => mechanism)).toEqual(['spnego', 'krb5']);
    expect(new Set(server.negotiations.map(({ keyName }) => keyName)).size).toBe(2);
    expect(engine.alive()).toBe(1);
  });

  it('falls back also where the library knows no SPNEGO', async () => {
    const unknown = { kind: 'other', detail: 'unknown mechanism', hint: '' } as const;
    const { outcome } = await tried({}, { faults: { spnego: unknown } });
    expect(outcome.ok && outcome.value.mechanism).toBe('krb5');
  });

  it('takes another name once where the first is taken', async () => {
    const { outcome } = await tried({ tkey: { error: 'BADNAME', times: 1 } });
    expect(outcome.ok).toBe(true);
    expect(new Set(server.negotiations.map(({ keyName }) => keyName)).size).toBe(2);
  });

  test.each<[string, GssManners, RegExp, number]>([
    [
      'the ticket',
      { tkey: { error: 'BADKEY' } },
      /did not accept the ticket for DNS\/ns1\.corp\.example \(BADKEY\)/,
      2,
    ],
    ['every name', { tkey: { error: 'BADNAME' } }, /says twice that it has a key/, 2],
    ['the algorithm', { tkey: { error: 'BADALG' } }, /\(BADALG\): it does no Kerberos/, 1],
    ['the mode', { tkey: { error: 'BADMODE' } }, /\(BADMODE\)/, 1],
    ['it in its own way', { tkey: { error: 'BADTRUNC' } }, /BADTRUNC/, 1],
    ['TKEY, as Knot does', { tkey: { rcode: 'REFUSED' } }, /answered REFUSED .*it does no GSS-TSIG/, 1],
    ['TKEY, as NSD does', { tkey: { rcode: 'FORMERR' } }, /answered FORMERR/, 1],
    ['by an answer without a record', { tkey: 'no-record' }, /without a TKEY record/, 1],
    ['by octets that are cut off', { tkey: 'garbled' }, /makes no sense/, 1],
    ['by another mode', { tkey: 'other-mode' }, /makes no sense: mode 2/, 1],
    ['by an answer about another key', { tkey: 'other-name' }, /about another key/, 1],
  ])('that a server turns down: %s', async (_name, manners, says, asked) => {
    const { fault, engine } = await tried(manners);
    expect(fault).toMatchObject({ kind: 'server-refused', detail: expect.stringMatching(says) });
    expect(fault?.hint).toMatch(/\S/);
    expect(server.negotiations).toHaveLength(asked);
    expect(engine.alive()).toBe(0);
  });

  it('that a silent server never answers has no verdict', async () => {
    server.behave({ tkey: 'silent' });
    const outcome = await negotiate(net, fakeEngine(), terms({ timeoutMs: 100 }));
    expect(outcome).toMatchObject({
      ok: false,
      fault: { kind: 'timed-out', detail: expect.stringContaining('no answer within') },
    });
  });

  it('hands on what the library says, and asks the server nothing then', async () => {
    const noTicket: KerberosFault = { kind: 'no-ticket', detail: 'there is none', hint: 'kinit' };
    for (const options of [{ faults: { spnego: noTicket } }, { stepFault: noTicket }]) {
      const { fault, engine } = await tried({}, options);
      expect(fault).toEqual(noTicket);
      expect(engine.alive()).toBe(0);
    }
    expect(server.negotiations).toEqual([]);
  });

  it('does not send a token that fits into no message', async () => {
    const { fault } = await tried({}, { tokenOctets: 65_000 });
    expect(fault).toMatchObject({ detail: expect.stringContaining('does not fit into a DNS message') });
    expect(server.negotiations).toEqual([]);
  });

  it('sends a ticket of a member of many groups', async () => {
    const { outcome } = await tried({}, { tokenOctets: 48_000 });
    expect(outcome.ok).toBe(true);
  });
});

describe('a library that does not come back', () => {
  it('is left behind at the deadline, and its context given back when it does', async () => {
    net.close();
    net = systemNet({ deadlineMs: 50 });
    const engine = fakeEngine({ hangs: true });
    const outcome = await negotiate(net, engine, terms({ stepTimeoutMs: 60_000 }));
    expect(outcome).toMatchObject({
      ok: false,
      fault: {
        kind: 'timed-out',
        detail: expect.stringMatching(/^the deadline passed while a ticket for DNS/),
      },
    });
    expect(engine.alive()).toBe(1);
    engine.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(engine.alive()).toBe(0);
  });

  it('is left behind at an interrupt', async () => {
    const controller = new AbortController();
    net.close();
    net = systemNet({ interrupt: controller.signal });
    setTimeout(() => controller.abort(), 20);
    const outcome = await negotiate(net, fakeEngine({ hangs: true }), terms({ stepTimeoutMs: 60_000 }));
    expect(outcome).toMatchObject({ ok: false, fault: { detail: expect.stringMatching(/^interrupted/) } });
  });

  it('is left behind when it breaks its own limit', async () => {
    const impatient: Net = { ...net, sleep: async () => {} };
    const outcome = await negotiate(impatient, fakeEngine({ hangs: true }), terms());
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'kdc-silent' } });
  });

  it('is not even asked when the run is over', async () => {
    const engine = fakeEngine();
    net.close();
    const outcome = await negotiate(net, engine, terms());
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'timed-out' } });
    expect(server.negotiations).toEqual([]);
  });
});

describe('clocks', () => {
  it('are measured where a ticket is turned down, and named when they are what is wrong', async () => {
    const { fault } = await tried({ tkey: { error: 'BADKEY' }, skewSeconds: 900 });
    expect(fault).toMatchObject({
      kind: 'clock-skew',
      detail: expect.stringMatching(/is (899|900|901) s ahead of this computer's/),
    });
    expect(fault?.skewSeconds).toBeGreaterThan(890);
  });

  it('are measured too where the KDC says that they differ', async () => {
    const skewed: KerberosFault = { kind: 'clock-skew', detail: 'too far apart', hint: 'set it' };
    const { fault } = await tried({ skewSeconds: -900 }, { stepFault: skewed });
    expect(fault).toMatchObject({
      kind: 'clock-skew',
      hint: 'set it',
      detail: expect.stringMatching(
        /^too far apart; the clock .* is (899|900|901) s behind this computer's$/,
      ),
    });
    expect(fault?.skewSeconds).toBeLessThan(-890);
  });

  it('are not those of the name server where these agree', async () => {
    const skewed: KerberosFault = { kind: 'clock-skew', detail: 'too far apart', hint: 'set it' };
    const { fault } = await tried({}, { stepFault: skewed });
    expect(fault?.detail).toMatch(
      /^too far apart; .* agrees with this computer's, so it is the KDC's that differs$/,
    );
    expect(fault).not.toHaveProperty('skewSeconds');
  });

  it('that agree are not blamed', async () => {
    const { fault } = await tried({ tkey: { error: 'BADKEY' }, skewSeconds: -120 });
    expect(fault).toMatchObject({ kind: 'server-refused' });
    expect(Math.abs(fault!.skewSeconds! + 120)).toBeLessThanOrEqual(2);
  });

  test.each<[string, GssManners]>([
    ['the signature of its last word', {}],
    ['its inception, where nothing better is signed', { lastWord: 'unsigned' }],
  ])('of the server are followed by %s', async (_name, manners) => {
    const { outcome } = await tried({ ...manners, skewSeconds: -240, checksTime: true });
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    expect(outcome.value.signer.remarks).toEqual([expect.stringMatching(/clock is 2(39|40|41) s behind/)]);
    await outcome.value.close();
    expect(server.liveKeys()).toBe(0);
  });

  it('are not followed for a day on the word of nobody', async () => {
    const { outcome } = await tried({ lastWord: 'unsigned', skewSeconds: 86_400 });
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    expect(outcome.value.signer.remarks).toEqual([]);
  });

  it('are unknown where a server does not tell its time', async () => {
    expect(await clockSkewSeconds(net, server.endpoint, 1000)).toBeTypeOf('number');
    await server.stop();
    expect(await clockSkewSeconds(net, server.endpoint, 1000)).toBeUndefined();
  });
});

describe('the end of a key', () => {
  test.each<[string, GssManners, number | undefined, number]>([
    ['the patience of the server', { keyLifeSeconds: 600 }, 36_000, 600],
    ['the end of the ticket', { keyLifeSeconds: 3600 }, 100, 100],
    ['never, where nobody tells', { repeatsTimes: true }, undefined, Infinity],
  ])('is %s', async (_name, manners, lifetimeSeconds, expected) => {
    const { outcome } = await tried(manners, lifetimeSeconds === undefined ? {} : { lifetimeSeconds });
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    const seconds = (outcome.value.endsAtMs - net.clockMs()) / 1000;
    expect(seconds === expected || Math.abs(seconds - expected) < 5).toBe(true);
  });

  it('gives the memory back also when the server says nothing any more', async () => {
    const { outcome, engine } = await tried({});
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    await server.stop();
    await outcome.value.close();
    expect(engine.alive()).toBe(0);
  });
});
