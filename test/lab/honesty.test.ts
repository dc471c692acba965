/** Where the rcode and the truth part ways: what our tool must say, with `dig` as the judge of what is there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import { applyExitCode } from '../../src/publish/apply-result.ts';
import { preflightExitCode } from '../../src/publish/preflight.ts';
import { verifyExitCode } from '../../src/publish/verify.ts';
import { type BindServer, startBind } from './support/bind.ts';
import { digSrv } from './support/dig.ts';
import { freshKey, keysOfAllAlgorithms, wrongSecret } from './support/keys.ts';
import { startKnot } from './support/knot.ts';
import type { LabServer } from './support/lab.ts';
import { startNsd } from './support/nsd.ts';
import { startPowerDns } from './support/powerdns.ts';
import { labServer } from './support/require.ts';
import { tool } from './support/tool.ts';
import {
  aliasedZone,
  delegatedPair,
  keyedZone,
  openZone,
  publisherZone,
  staticZone,
  wildcardZone,
} from './support/zones.ts';

const key = freshKey('kms-publisher');
const other = freshKey('somebody-else');

function publishing(zone: string, more = ''): string {
  return `  ${zone}: { server: lab, ${more}publish: [{ host: kms1.${zone} }, { host: kms2.${zone}, priority: 10 }] }`;
}

labServer('named')('honesty on BIND', () => {
  const algorithms = keysOfAllAlgorithms();
  let bind: BindServer;
  let secondary: BindServer;
  let net: SystemNet;

  beforeAll(async () => {
    net = systemNet();
    bind = await startBind({
      keys: [key, other, ...algorithms],
      zones: [
        publisherZone('named.example', key.name),
        {
          ...publisherZone('capped.example', key.name),
          access: { may: 'publish', key: key.name, atMost: 1 },
          healthCheck: false,
        },
        aliasedZone('aliased.example', key.name),
        wildcardZone('wild.example', key.name),
        openZone('open.example'),
        staticZone('static.example'),
        keyedZone('broad.example', key.name),
        ...delegatedPair('parent.example', key.name),
        publisherZone('lag.example', key.name),
        publisherZone('v6.example', key.name),
        ...algorithms.map(({ name, algorithm }) => publisherZone(`${algorithm}.example`, name)),
      ],
    });
    secondary = await startBind({ secondaryOf: { primary: bind, zones: ['lag.example'] } });
  });
  afterAll(() => net?.close());

  const served = (zone: string): Promise<readonly string[]> => digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`);

  test('SRV(1): NOERROR, and not what was asked for', async () => {
    const user = tool({ server: bind.endpoint, key, net });
    const { zones } = await user.apply(user.state(publishing('capped.example')));
    expect(await served('capped.example')).toHaveLength(1);
    expect(zones).toMatchObject([{ outcome: 'partly-applied', rcode: 'NOERROR', tsig: 'good' }]);
    const again = await user.apply(user.state(publishing('capped.example')));
    expect(again.zones).toMatchObject([{ outcome: 'silently-ignored', rcode: 'NOERROR' }]);
    expect(again.zones[0]?.explain).toMatch(/SRV\(n\)/);
    expect(applyExitCode(again.zones)).toBe(2);
  });

  test('an alias at the owner name is refused before anything is sent', async () => {
    const user = tool({ server: bind.endpoint, key, net });
    const state = user.state(publishing('aliased.example'));
    expect((await user.plan(state)).plan.zones[0]?.warnings.map(({ code }) => code)).toContain('ZON-010');
    const { zones, journal } = await user.apply(state);
    expect(zones).toMatchObject([{ outcome: 'refused', rcode: null }]);
    expect(journal).toBeNull();
    expect(user.journals).toEqual([]);
    expect(preflightExitCode(await user.preflight(state))).toBe(2);
  });

  test('a wildcard is no record: the plan warns of it', async () => {
    const user = tool({ server: bind.endpoint, key, net });
    const { plan } = await user.plan(user.state(publishing('wild.example')));
    expect(plan.zones[0]?.warnings.map(({ code }) => code)).toContain('ZON-006');
  });

  test('unsigned updates go where no key was asked for, and preflight says what that means', async () => {
    const user = tool({ server: bind.endpoint, net });
    const state = user.state(publishing('open.example'));
    expect(await user.preflight(state)).toMatchObject([{ allowed: 'yes', tsig: null }]);
    expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'applied', tsig: null }]);
    expect(await served('open.example')).toHaveLength(2);
  });

  test('a zone without updates refuses, and so does a zone that grants another key', async () => {
    for (const [user, zone] of [
      [tool({ server: bind.endpoint, key, net }), 'static.example'],
      [tool({ server: bind.endpoint, key: other, net }), 'named.example'],
      [tool({ server: bind.endpoint, net }), 'named.example'],
    ] as const) {
      const state = user.state(publishing(zone));
      expect(await user.preflight(state)).toMatchObject([{ allowed: 'no', rcode: 'REFUSED' }]);
      const { zones } = await user.apply(state);
      expect(zones).toMatchObject([{ outcome: 'refused', rcode: 'REFUSED' }]);
      expect(await served(zone)).toEqual([]);
    }
  });

  test('a broad key is told apart from a proved permission', async () => {
    const user = tool({ server: bind.endpoint, key, net });
    const [broad] = await user.preflight(user.state(publishing('broad.example')));
    expect(broad).toMatchObject({ allowed: 'yes' });
    expect(broad?.explain).toMatch(/other names/);
    const [narrow] = await user.preflight(user.state(publishing('named.example')));
    expect(narrow?.proves).toMatch(/refused a record that the key may not write/);
  });

  test('finds the child zone where _tcp is delegated', async () => {
    const user = tool({ server: bind.endpoint, key, net });
    const state = user.state('  parent.example: { server: lab, publish: [{ host: kms1.parent.example }] }');
    const { zones } = await user.apply(state);
    expect(zones).toMatchObject([{ outcome: 'applied', zone: '_tcp.parent.example.' }]);
    expect(await served('parent.example')).toEqual(['3600 0 0 1688 kms1.parent.example.']);
  });

  test('a lagging secondary is watched, named, and counted', async () => {
    const authorities = [bind.endpoint, secondary.endpoint];
    const user = tool({ server: bind.endpoint, key, net, authorities });
    const state = user.state(publishing('lag.example'));
    const { zones } = await user.apply(state, { waitMs: 300 });
    expect(zones[0]).toMatchObject({
      outcome: 'applied',
      readBack: [{ state: 'current' }, { state: 'stale' }],
    });
    expect(applyExitCode(zones)).toBe(1);
    expect(verifyExitCode(await user.verify(state))).toBe(1);

    let waited = 0;
    const changed = user.state(
      '  lag.example: { server: lab, ttl: 100, publish: [{ host: kms1.lag.example }, { host: kms2.lag.example }] }',
    );
    const watched = await user.apply(changed, {
      waitMs: 10_000,
      progress: (event) => {
        if (event.kind === 'waiting' && waited++ === 1) void secondary.catchUp('lag.example');
      },
    });
    expect(waited).toBeGreaterThan(1);
    expect(applyExitCode(watched.zones)).toBe(0);
    expect(verifyExitCode(await user.verify(changed))).toBe(0);
    expect(await digSrv(secondary.endpoint, '_vlmcs._tcp.lag.example')).toEqual(await served('lag.example'));
  });

  describe.each(algorithms)('$algorithm', (own) => {
    test('signs and verifies', async () => {
      const user = tool({ server: bind.endpoint, key: own, net });
      const zone = `${own.algorithm}.example`;
      expect((await user.apply(user.state(publishing(zone)))).zones).toMatchObject([
        { outcome: 'applied', tsig: 'good' },
      ]);
      expect(await served(zone)).toHaveLength(2);
    });
  });

  test('speaks IPv6', async () => {
    if (bind.endpoint6 === undefined) return;
    const user = tool({ server: bind.endpoint6, key, net });
    expect((await user.apply(user.state(publishing('v6.example')))).zones).toMatchObject([
      { outcome: 'applied' },
    ]);
    expect(await served('v6.example')).toHaveLength(2);
  });

  test('a clock that is 1000 s off is named with its skew', async () => {
    const skewed: SystemNet = { ...net, now: () => new Date(Date.now() - 1_000_000) };
    const user = tool({ server: bind.endpoint, key, net: skewed });
    const { zones } = await user.apply(user.state(publishing('named.example')));
    expect(zones).toMatchObject([{ outcome: 'refused', rcode: 'NOTAUTH', tsig: 'BADTIME' }]);
    expect(zones[0]?.explain).toMatch(/(999|1000|1001) s ahead of/);
  });

  test('nobody there: nothing was sent, and nothing is claimed', async () => {
    const nowhere = { ...bind.endpoint, port: 9 };
    const user = tool({ server: nowhere, key, net, timeoutMs: 200 });
    const { zones, journal } = await user.apply(
      user.state(publishing('named.example', 'zone: named.example, ')),
    );
    expect(zones).toMatchObject([{ outcome: 'unknown', rcode: null }]);
    expect(journal).toBeNull();
    expect(applyExitCode(zones)).toBe(3);
  });
});

labServer('knotd')('honesty on Knot', () => {
  test('an ACL that denies looks like a bad key, and the explanation says so', async () => {
    const net = systemNet();
    const knot = await startKnot({ keys: [key, other], zones: [publisherZone('named.example', key.name)] });
    const user = tool({ server: knot.endpoint, key: other, net, timeoutMs: 400 });
    const state = user.state(publishing('named.example'));
    expect(await user.preflight(state)).toMatchObject([{ allowed: 'no', rcode: 'NOTAUTH', tsig: 'BADKEY' }]);
    const { zones } = await user.apply(state);
    expect(zones).toMatchObject([{ outcome: 'refused', rcode: 'NOTAUTH', tsig: 'BADKEY' }]);
    expect(zones[0]?.explain).toMatch(/ACL/);
    net.close();
  });
});

labServer('pdns_server')('honesty on PowerDNS', () => {
  test('a Lua policy drops records with NOERROR; the read-back finds out', async () => {
    const net = systemNet();
    const pdns: LabServer = await startPowerDns({
      keys: [key, other],
      zones: [publisherZone('lua.example', key.name)],
      luaPolicy: true,
    });
    const stranger = tool({ server: pdns.endpoint, key: other, net });
    const state = stranger.state(publishing('lua.example'));
    expect(await stranger.preflight(state)).toMatchObject([{ allowed: 'key-only' }]);
    const { zones } = await stranger.apply(state);
    expect(zones).toMatchObject([{ outcome: 'silently-ignored', rcode: 'NOERROR' }]);
    expect(zones[0]?.explain).toMatch(/Lua/);

    const user = tool({ server: pdns.endpoint, key, net });
    expect((await user.apply(user.state(publishing('lua.example')))).zones).toMatchObject([
      { outcome: 'applied' },
    ]);
    expect(await digSrv(pdns.endpoint, '_vlmcs._tcp.lua.example')).toHaveLength(2);
    net.close();
  });

  test('a wrong secret is an unsigned REFUSED there', async () => {
    const net = systemNet();
    const pdns = await startPowerDns({ keys: [key], zones: [keyedZone('keyed.example', key.name)] });
    const user = tool({ server: pdns.endpoint, key: wrongSecret(key), net, timeoutMs: 400 });
    const { zones } = await user.apply(user.state(publishing('keyed.example')));
    expect(zones).toMatchObject([{ outcome: 'refused', rcode: 'REFUSED', tsig: 'unsigned' }]);
    net.close();
  });
});

labServer('nsd')('honesty on NSD', () => {
  test('a server that takes no updates at all says NOTIMP', async () => {
    const net = systemNet();
    const nsd = await startNsd({ zones: [staticZone('static.example')] });
    const user = tool({ server: nsd.endpoint, key, net, timeoutMs: 400 });
    const state = user.state(publishing('static.example'));
    expect(await user.preflight(state)).toMatchObject([{ allowed: 'no' }]);
    const { zones } = await user.apply(state);
    expect(zones).toMatchObject([{ outcome: 'refused', rcode: 'NOTIMP' }]);
    expect(zones[0]?.explain).toMatch(/generate bind-zone/);
    net.close();
  });
});
