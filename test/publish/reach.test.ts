import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { ZoneView } from '../../src/core/zone.ts';
import { batchesOf } from '../../src/publish/jobs.ts';
import { locateDomain, type Surroundings, signingFor, surroundings } from '../../src/publish/reach.ts';
import { fakeNet, reply, SILENCE } from '../support/fake-net.ts';
import { type FakeEngine, fakeEngine } from '../support/fake-security.ts';
import { reachOver, SERVER } from '../support/publish-run.ts';

const MNAME = parseFqdn('dc1.contoso.com');
const NS = parseFqdn('dc2.contoso.com');

function stage(): { readonly around: Surroundings; readonly engine: FakeEngine } {
  const state = parseDesiredState(
    `version: 1
servers:
  named: { name: dc9.contoso.com, auth: { gss: {} } }
  ad: { address: 10.0.0.53, auth: { gss: {} } }
  twin: { address: 10.0.0.53, auth: { gss: { principal: kms@CONTOSO.COM } } }
domains:
  a.contoso.com: { server: named, publish: [] }
  b.contoso.com: { server: ad, publish: [] }
  c.contoso.com: { server: ad, publish: [] }
  d.contoso.com: { server: twin, publish: [] }
  e.contoso.com: { publish: [] }
`,
    'kmsdns.yaml',
  );
  const fault = { kind: 'no-ticket', detail: 'none', hint: 'kinit' } as const;
  const engine = fakeEngine({ faults: { spnego: fault } });
  const credentials = { kind: 'default' } as const;
  const accounts = new Map([
    ['named', { credentials, principal: undefined }],
    ['ad', { credentials, principal: undefined }],
    ['twin', { credentials, principal: 'kms@CONTOSO.COM' }],
  ]);
  const net = { ...fakeNet({}), sleep: () => new Promise<void>(() => {}) };
  return { around: surroundings(reachOver(net, { kerberos: { engine, accounts } }), state), engine };
}

function viewOf(more: { readonly host?: typeof NS; readonly mname?: typeof NS }): ZoneView {
  const primary = { server: SERVER, ...(more.host && { host: more.host }) };
  return {
    zone: parseFqdn('contoso.com'),
    primary,
    ...(more.mname && { mname: more.mname }),
    authorities: [primary],
    unresolved: [],
    steps: [],
  };
}

describe('a Kerberos ticket', () => {
  test.each<[string, number, ZoneView, string]>([
    ['the name in the desired state', 0, viewOf({ host: NS, mname: MNAME }), 'dc9.contoso.com.'],
    ['the host that led to the server', 1, viewOf({ host: NS, mname: MNAME }), 'dc2.contoso.com.'],
    ['the MNAME, where only an address is known', 1, viewOf({ mname: MNAME }), 'dc1.contoso.com.'],
  ])('is for %s', async (_name, domain, view, host) => {
    const { around, engine } = stage();
    await signingFor(around, around.state.domains[domain]!, view).signer();
    expect(engine.opened.map(({ target }) => target.host)).toEqual([host]);
  });

  it('is never for an address', async () => {
    const { around, engine } = stage();
    const outcome = await signingFor(around, around.state.domains[1]!, viewOf({})).signer();
    expect(outcome).toMatchObject({
      ok: false,
      fault: {
        kind: 'service-unknown',
        detail: expect.stringMatching(/10\.0\.0\.53:53.*never for an address/),
      },
    });
    expect(engine.opened).toEqual([]);
  });

  it('that is not to be had is asked for once a run', async () => {
    const { around, engine } = stage();
    const [, b, c] = around.state.domains;
    for (const domain of [b!, c!, b!]) {
      const outcome = await signingFor(around, domain, viewOf({ mname: MNAME })).signer();
      expect(outcome).toMatchObject({ ok: false, fault: { kind: 'no-ticket' } });
    }
    expect(engine.opened).toHaveLength(1);
  });
});

describe('one message', () => {
  it('holds what goes to one server under one account', () => {
    const { around } = stage();
    const view = viewOf({ mname: MNAME });
    const jobs = around.state.domains.map((desired) => ({
      desired,
      view,
      edit: { name: desired.owner, before: null, after: null },
    }));
    const domains = batchesOf(around, jobs).map((batch) =>
      batch.jobs.map(({ desired }) => desired.domain.split('.')[0]),
    );
    expect(domains).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
  });
});

describe('a server by its name', () => {
  const state = parseDesiredState(
    `version: 1
servers:
  ad: { name: dc1.contoso.com }
domains:
  contoso.com: { server: ad, publish: [] }
`,
    'kmsdns.yaml',
  );
  const located = async (lookups: Readonly<Record<string, readonly string[]>>) => {
    const denied = reply({ rcode: 3, ra: true });
    const net = fakeNet(
      {
        '* A dc1.contoso.com': denied,
        '* AAAA dc1.contoso.com': denied,
        '10.0.0.53:53 *': SILENCE,
        '10.0.0.9:53 *': SILENCE,
      },
      { lookups },
    );
    const around = surroundings({ ...reachOver(net), resolvers: [SERVER], servers: [] }, state);
    return { found: await locateDomain(around, state.domains[0]!), asked: net.asked };
  };

  it('may stand in the hosts file where DNS denies it', async () => {
    const { asked } = await located({ 'dc1.contoso.com': ['10.0.0.9'] });
    expect(asked.some((one) => one.startsWith('10.0.0.9:53'))).toBe(true);
  });

  it('is not found where nobody knows it', async () => {
    const { found } = await located({});
    expect(found).toMatchObject({
      ok: false,
      because: 'the server dc1.contoso.com could not be found: it has no address',
    });
  });
});
