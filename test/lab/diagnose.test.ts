/** Whole diagnoses of networks that are built of real servers: the causes, and above all that there are none. */
import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../src/core/address.ts';
import type { Endpoint } from '../../src/core/net.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { type Desk, desk } from '../support/desk.ts';
import { type BindServer, startBind } from './support/bind.ts';
import { dig } from './support/dig.ts';
import { startKnot } from './support/knot.ts';
import { freePort, hasIpv6Loopback, type LabServer, LOOPBACK6 } from './support/lab.ts';
import { startNsd } from './support/nsd.ts';
import { nsupdate } from './support/nsupdate.ts';
import { labServer } from './support/require.ts';
import {
  type ResolverServer,
  startDnsmasq,
  startEmptyRoot,
  startForwardingBind,
  startUnbound,
} from './support/resolvers.ts';
import { type LabZone, openZone, staticZone } from './support/zones.ts';

interface Said {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly subject: string;
}

/** What `diagnose --json` said, as far as rows judge it. */
interface Diagnosed {
  readonly exitCode: number;
  readonly verdict: string;
  readonly causes: readonly Said[];
  readonly symptoms: readonly Said[];
  readonly notes: readonly Said[];
  readonly unknowns: readonly { readonly code: string }[];
  readonly predicted: readonly { readonly hresult: string }[];
}

type ResolverName =
  | 'unbound'
  | 'bind'
  | 'dnsmasq'
  | 'knot'
  | 'nsd'
  | 'primary'
  | 'winFilter'
  | 'bareOnly'
  | 'noStub'
  | 'refusing'
  | 'refusingAtLength'
  | 'lost'
  | 'validating';

const codes = (said: readonly { readonly code: string }[]): readonly string[] =>
  [...new Set(said.map(({ code }) => code))].sort();

labServer(
  'named',
  'unbound',
  'dnsmasq',
  'knotd',
  'nsd',
)('diagnose on real servers', () => {
  let own: Desk;
  let kms: LabRpcEndpoint;
  let kms6: LabRpcEndpoint | undefined;
  let noKms: LabRpcEndpoint;
  let ssh: LabRpcEndpoint;
  const listeners: Server[] = [];
  let primary: BindServer;
  let secondary: BindServer;
  let stranger: BindServer;
  let knot: LabServer;
  let nsd: LabServer;
  let unbound: ResolverServer;
  let bind: LabServer;
  let dnsmasq: LabServer;
  let winFilter: LabServer;
  let bareOnly: LabServer;
  let noStub: LabServer;
  let refusing: LabServer;
  let refusingAtLength: LabServer;
  let lost: LabServer;
  let validating: LabServer;

  async function listening(server: Server): Promise<number> {
    listeners.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  /** A zone with a host `live` on loopback, and these lines. */
  const zone = (name: string, ...records: readonly string[]): LabZone => ({
    ...staticZone(name, ['live IN A 127.0.0.1', ...records]),
    hosts: false,
  });
  const open = (name: string, ...records: readonly string[]): LabZone => ({
    ...openZone(name, ['live IN A 127.0.0.1', 'other IN A 127.0.0.1', ...records]),
    hosts: false,
    healthCheck: false,
  });

  beforeAll(async () => {
    own = desk();
    kms = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms', management: true } });
    kms6 = hasIpv6Loopback()
      ? await startRpcEndpoint({
          behaviour: { kind: 'accepts-kms', management: true },
          address: LOOPBACK6,
        })
      : undefined;
    noKms = await startRpcEndpoint({ behaviour: { kind: 'rejects-interface', management: true } });
    ssh = await startRpcEndpoint({ behaviour: { kind: 'ssh-banner' } });
    const httpPort = await listening(createHttpServer((_, response) => response.end('hello')));
    const tlsPort = await listening(createTlsServer({}));
    const closedPort = await freePort();

    const at = (port: number, host = 'live'): string => `_vlmcs._tcp 300 IN SRV 0 0 ${port} ${host}`;
    const live = at(kms.endpoint.port);
    const zones: readonly LabZone[] = [
      zone('healthy.test', live),
      zone('two.test', 'second IN A 127.0.0.1', live, at(kms.endpoint.port, 'second')),
      zone('alias.test', '_vlmcs._tcp 300 IN CNAME _vlmcs._tcp.healthy.test.'),
      zone('elsewhere.test', at(kms.endpoint.port, 'live.healthy.test.')),
      zone(
        'alias-inside.test',
        '_vlmcs._tcp 300 IN CNAME kms',
        `kms 300 IN SRV 0 0 ${kms.endpoint.port} live`,
      ),
      zone('target-alias.test', 'kms 300 IN CNAME live', at(kms.endpoint.port, 'kms')),
      zone('wild.test', `* 300 IN SRV 0 0 ${kms.endpoint.port} live`),
      zone('parent.test', '_tcp IN NS ns1'),
      {
        name: '_tcp.parent.test',
        access: { may: 'nothing' },
        records: [`_vlmcs 300 IN SRV 0 0 ${kms.endpoint.port} ns1.parent.test.`],
        nameServers: ['ns1.parent.test.'],
        hosts: false,
      },
      zone(
        'big.test',
        ...Array.from({ length: 50 }, (_, i) => [
          `key-management-host-${i + 1} IN A 127.0.0.1`,
          at(kms.endpoint.port, `key-management-host-${i + 1}`),
        ]).flat(),
      ),
      zone('six.test', 'six IN AAAA ::1', at(kms6?.endpoint.port ?? 1, 'six')),
      zone('nxdomain.test'),
      zone('nodata.test', '_vlmcs._tcp IN TXT "not what is looked for"'),
      zone('udp.test', `_vlmcs._udp 300 IN SRV 0 0 ${kms.endpoint.port} live`),
      zone('doubled.test', `_vlmcs._tcp.doubled.test 300 IN SRV 0 0 ${kms.endpoint.port} live`),
      zone('no-address.test', 'kms IN TXT "no address"', at(kms.endpoint.port, 'kms')),
      zone('no-host.test', at(kms.endpoint.port, 'nobody')),
      zone('closed.test', at(closedPort)),
      zone('half.test', 'dead IN A 127.0.0.1', live, at(closedPort, 'dead')),
      zone('http.test', at(httpPort)),
      zone('tls.test', at(tlsPort)),
      zone('ssh.test', at(ssh.endpoint.port)),
      zone('no-kms.test', at(noKms.endpoint.port)),
      open('late.test'),
      open('late-bind.test'),
      open('late-dnsmasq.test'),
      open('moved.test', live),
      open('moved-bind.test', live),
      open('moved-dnsmasq.test', live),
      open('lag.test'),
      zone('unsigned.test', live),
    ];
    const names = zones.map(({ name }) => name);
    primary = await startBind({ zones });
    secondary = await startBind({
      secondaryOf: { primary, zones: ['healthy.test', 'lag.test'] },
    });
    stranger = await startBind({ zones: [zone('nobody-asks.test')] });
    knot = await startKnot({ zones: [zone('knot.test', live)] });
    nsd = await startNsd({ zones: [zone('nsd.test', live)] });

    const toPrimary = Object.fromEntries(names.map((name) => [name, primary.endpoint]));
    const root = await startEmptyRoot();
    unbound = await startUnbound({
      stubs: {
        ...toPrimary,
        'knot.test': knot.endpoint,
        'nsd.test': nsd.endpoint,
        '.': root.endpoint,
      },
    });
    bind = await startForwardingBind(primary.endpoint);
    const everything = `--server=127.0.0.1#${primary.endpoint.port}`;
    dnsmasq = await startDnsmasq(everything);
    winFilter = await startDnsmasq(everything, '--filterwin2k');
    bareOnly = await startDnsmasq(
      everything,
      `--srv-host=_vlmcs._tcp,live.healthy.test,${kms.endpoint.port}`,
    );
    noStub = await startUnbound({
      stubs: { 'healthy.test': { ...primary.endpoint, port: closedPort }, '.': root.endpoint },
    });
    refusing = await startUnbound({
      stubs: toPrimary,
      more: ['access-control: 127.0.0.0/8 refuse_non_local', 'ede: no'],
    });
    refusingAtLength = await startUnbound({
      stubs: toPrimary,
      more: ['access-control: 127.0.0.0/8 refuse_non_local', 'ede: yes'],
    });
    lost = await startUnbound({ stubs: { '.': root.endpoint } });
    // The parent still has a DS, and the zone is not signed any more: what is left of a key roll gone wrong.
    validating = await startUnbound({
      stubs: { ...toPrimary, '.': root.endpoint },
      more: [
        'module-config: "validator iterator"',
        `trust-anchor: "unsigned.test. DS 12345 13 2 ${'ab'.repeat(32)}"`,
      ],
    });
  });

  afterAll(async () => {
    own?.clear();
    for (const server of listeners) server.close();
    await Promise.all([kms, kms6, noKms, ssh].map((each) => each?.stop()));
  });

  async function diagnosed(
    domain: string,
    resolvers: readonly Endpoint[],
    authorities: readonly Endpoint[],
    ...more: readonly string[]
  ): Promise<Diagnosed> {
    const ran = await own.run(
      'diagnose',
      domain,
      ...resolvers.flatMap((one) => ['--server', formatEndpoint(one)]),
      ...authorities.flatMap((one) => ['--authority', formatEndpoint(one)]),
      '--json',
      ...more,
    );
    expect(ran.stderr).toBe('');
    return { ...(ran.json() as unknown as Diagnosed), exitCode: ran.code };
  }

  /** By name, because rows are made before the servers are. */
  const resolver = (name: ResolverName): Endpoint =>
    ({
      unbound,
      bind,
      dnsmasq,
      knot,
      nsd,
      primary,
      winFilter,
      bareOnly,
      noStub,
      refusing,
      refusingAtLength,
      lost,
      validating,
    })[name].endpoint;

  const EVERY = ['unbound', 'bind', 'dnsmasq'] as const;

  describe.each(EVERY)('through %s', (name) => {
    test.each([
      'healthy.test',
      'HEALTHY.Test',
      'two.test',
      'alias-inside.test',
      'elsewhere.test',
      'target-alias.test',
      'wild.test',
      'parent.test',
      'big.test',
    ])('%s: a client is well, and nothing is the matter', async (domain) => {
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], symptoms: [], unknowns: [] });
    });

    test('a host with IPv6 alone', async ({ skip }) => {
      skip(kms6 === undefined, 'this machine has no ::1');
      const said = await diagnosed('six.test', [resolver(name)], [primary.endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [] });
    });

    test.each([
      ['nxdomain.test', ['SRV-001'], '0x8007232B'],
      ['nodata.test', ['SRV-002'], '0x8007251D'],
      ['udp.test', ['SRV-004'], '0x8007232B'],
      ['doubled.test', ['SRV-025'], '0x8007232B'],
      ['no-host.test', ['ADR-001'], '0x80072AF9'],
      ['no-address.test', ['ADR-002'], '0x80072AF9'],
      ['closed.test', ['TCP-001'], '0x800706BA'],
      // Node's TLS server closes without an alert when it meets something else: nothing tells what it was.
      ['tls.test', ['RPC-003'], '0x800706BE'],
      ['http.test', ['RPC-001'], '0x800706BE'],
      ['ssh.test', ['RPC-001'], '0x800706BE'],
      ['no-kms.test', ['RPC-005'], '0x800706B5'],
    ])('%s: broken by %j, and the user sees %s', async (domain, causes, code) => {
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(causes);
      expect(said).toMatchObject({ exitCode: 2, verdict: 'broken' });
      expect(said.predicted[0]).toMatchObject({ hresult: code });
    });

    test('one host of two is dead', async () => {
      const said = await diagnosed('half.test', [resolver(name)], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(['TCP-001']);
      expect(codes(said.symptoms)).toEqual(['SRV-017']);
      expect(said).toMatchObject({ exitCode: 1, verdict: 'degraded' });
    });
  });

  describe('what resolvers do not do alike', () => {
    test.each([
      ['unbound', 'healthy', []],
      ['bind', 'healthy', []],
      // It gives on what its upstream said, and an authoritative server does not follow an alias out of a zone.
      ['dnsmasq', 'broken', ['SRV-002']],
    ] as const)('an alias into another zone through %s: %s', async (name, verdict, causes) => {
      const said = await diagnosed('alias.test', [resolver(name)], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(causes);
      expect(said.verdict).toBe(verdict);
      expect(codes(said.notes)).toContain('ZON-010');
    });

    test.each([...EVERY, 'primary'] as const)('a set that fits into no datagram, from %s', async (name) => {
      const said = await diagnosed('big.test', [resolver(name)], [primary.endpoint]);
      expect(codes(said.notes)).toContain('SRV-021');
      expect(said.verdict).toBe('healthy');
    });

    test.each([...EVERY, 'primary'] as const)('a wildcard, through %s', async (name) => {
      const said = await diagnosed('wild.test', [resolver(name)], [primary.endpoint]);
      expect(codes(said.notes)).toContain('ZON-006');
    });
  });

  describe('servers that are resolver and authority in one', () => {
    test.each([
      ['knot', 'knot.test'],
      ['nsd', 'nsd.test'],
      ['primary', 'healthy.test'],
      ['primary', 'parent.test'],
    ] as const)('%s, found by its own NS set, serves %s', async (name, domain) => {
      const said = await diagnosed(domain, [resolver(name)], []);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], symptoms: [] });
      expect(codes(said.notes).filter((code) => /^(ZON|RES)/.test(code))).toEqual([]);
    });

    test.each([
      ['Knot', 'knot.test', () => knot],
      ['NSD', 'nsd.test', () => nsd],
    ] as const)('%s behind Unbound', async (_, domain, authority) => {
      const said = await diagnosed(domain, [unbound.endpoint], [authority().endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], unknowns: [] });
    });
  });

  test('over IPv6 all the way', async ({ skip }) => {
    const [client, server] = [unbound.endpoint6, primary.endpoint6];
    skip(client === undefined || server === undefined, 'this machine has no ::1');
    const said = await diagnosed('six.test', [client!], [server!]);
    expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], unknowns: [] });
  });

  describe('resolvers with a fault of their own', () => {
    test.each([
      // It keeps the name and takes the records away: NODATA without any SOA, which no zone would send.
      ['dnsmasq with filterwin2k', 'winFilter', 'healthy.test', ['RES-006'], '0x8007251D'],
      ['the record has no domain', 'bareOnly', 'nxdomain.test', ['CLI-013'], '0x8007232B'],
      // Header alone, all counts 0, and the octets of the question left behind it.
      ['Unbound turns this client away', 'refusing', 'healthy.test', ['RES-003'], '0x8007232D'],
      // With `ede: yes` Unbound 1.17.1 answers FORMERR to EDNS, and REFUSED without.
      ['the same, explained', 'refusingAtLength', 'healthy.test', ['RES-003'], '0x8007232D'],
      ['Unbound knows no way to the zone', 'lost', 'healthy.test', ['RES-013'], '0x8007232B'],
      ['Unbound expects signatures', 'validating', 'unsigned.test', ['RES-014'], '0x8007232A'],
    ] as const)('%s', async (_, name, domain, causes, code) => {
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(causes);
      expect(said).toMatchObject({ exitCode: 2, verdict: 'broken' });
      expect(said.predicted[0]?.hresult).toBe(code);
    });

    test.each([
      ['bareOnly', 'healthy.test'],
      ['validating', 'healthy.test'],
    ] as const)('%s does not keep a client from %s', async (name, domain) => {
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], symptoms: [] });
    });

    test('the root denies, and nobody named servers of the zone: it has no delegation', async () => {
      const said = await diagnosed('healthy.test', [lost.endpoint], []);
      expect(codes(said.causes)).toEqual(['RES-013', 'ZON-001']);
      expect(codes(said.symptoms)).toEqual(['SRV-001']);
    });

    // Unbound 1.17.1 says SERVFAIL only once it has given a server up; until then, 20 s and more, it says nothing.
    test('the server that Unbound asks is down: silence is not absence', async () => {
      const said = await diagnosed('healthy.test', [noStub.endpoint], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(['RES-004']);
      expect(codes(said.unknowns)).toEqual(['ADR-001']);
      expect(said.predicted[0]?.hresult).toBe('0x800705B4');
    });

    test('the first resolver is lost, the second one knows: the client believes the first', async () => {
      const said = await diagnosed('healthy.test', [lost.endpoint, unbound.endpoint], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(['RES-013']);
      expect(codes(said.symptoms)).toEqual(['RES-005']);
      expect(said.verdict).toBe('broken');
    });

    test('the first resolver refuses, the second one answers', async () => {
      const said = await diagnosed('healthy.test', [refusing.endpoint, unbound.endpoint], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(['RES-003']);
      expect(said.verdict).toBe('degraded');
    });

    test('two resolvers of different kinds agree', async () => {
      const said = await diagnosed('healthy.test', [unbound.endpoint, dnsmasq.endpoint], [primary.endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [], unknowns: [] });
    });
  });

  describe('what caches remember', () => {
    const change = async (name: string, ...lines: readonly string[]): Promise<void> => {
      const reply = await nsupdate(primary.endpoint, { zone: name, lines });
      expect(reply.rcode).toBe('NOERROR');
    };

    test.each([
      ['unbound', 'late.test'],
      ['bind', 'late-bind.test'],
      ['dnsmasq', 'late-dnsmasq.test'],
    ] as const)('%s has asked for the record before it was published', async (name, domain) => {
      const owner = `_vlmcs._tcp.${domain}`;
      expect((await dig(resolver(name), owner, 'SRV', { recurse: true })).rcode).toBe('NXDOMAIN');
      await change(domain, `update add ${owner}. 300 SRV 0 0 ${kms.endpoint.port} live.${domain}.`);
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(codes(said.causes)).toEqual(['RES-009']);
      // The SOA MINIMUM of the zone is 60 s, and all three count it down.
      expect(said.causes[0]?.title).toMatch(/^denies for (60|5\d) s more/);
      expect(said).toMatchObject({ exitCode: 2, verdict: 'broken', symptoms: [] });
      expect(said.predicted[0]?.hresult).toBe('0x8007232B');
    });

    test.each([
      ['unbound', 'moved.test'],
      ['bind', 'moved-bind.test'],
      ['dnsmasq', 'moved-dnsmasq.test'],
    ] as const)('%s still has what was published before', async (name, domain) => {
      const owner = `_vlmcs._tcp.${domain}`;
      expect((await dig(resolver(name), owner, 'SRV', { recurse: true })).answer).toHaveLength(1);
      // A TTL is counted in whole seconds: only after one of them does a cached answer look like one.
      await sleep(1100);
      await change(
        domain,
        `update delete ${owner}. SRV`,
        `update add ${owner}. 300 SRV 0 0 ${kms.endpoint.port} other.${domain}.`,
      );
      const said = await diagnosed(domain, [resolver(name)], [primary.endpoint]);
      expect(codes(said.notes)).toContain('RES-010');
      // The former host still works, so nobody notices yet.
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [] });
    });
  });

  describe('the zone’s own servers', () => {
    test('a pair that agrees', async () => {
      const said = await diagnosed(
        'healthy.test',
        [unbound.endpoint],
        [primary.endpoint, secondary.endpoint],
      );
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [] });
      expect(codes(said.notes).filter((code) => code.startsWith('ZON'))).toEqual([]);
    });

    test('one of two does not serve the zone', async () => {
      const said = await diagnosed('healthy.test', [unbound.endpoint], [primary.endpoint, stranger.endpoint]);
      expect(said).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [] });
      const lame = said.notes.find(({ code }) => code === 'ZON-002');
      expect(lame).toMatchObject({ severity: 'warning' });
      expect(lame?.subject).toContain(stranger.at);
    });

    test('the secondary lags behind, until it catches up', async () => {
      const owner = '_vlmcs._tcp.lag.test';
      const reply = await nsupdate(primary.endpoint, {
        zone: 'lag.test',
        lines: [`update add ${owner}. 300 SRV 0 0 ${kms.endpoint.port} live.lag.test.`],
      });
      expect(reply.rcode).toBe('NOERROR');
      const both = [primary.endpoint, secondary.endpoint];
      const behind = await diagnosed('lag.test', [unbound.endpoint], both);
      expect(codes(behind.causes)).toEqual(['ZON-004']);
      expect(codes(behind.symptoms)).toEqual(['ZON-003']);
      expect(behind.verdict).toBe('degraded');
      // The client of the secondary itself: its denial comes from a zone, so there is no cache to wait for.
      const atSecondary = await diagnosed('lag.test', [secondary.endpoint], both);
      expect(codes(atSecondary.causes)).toEqual(['ZON-004']);
      expect(codes(atSecondary.symptoms)).toEqual(['ZON-003']);
      expect(atSecondary.verdict).toBe('broken');
      await secondary.catchUp('lag.test');
      const equal = await diagnosed('lag.test', [unbound.endpoint], both);
      expect(equal).toMatchObject({ exitCode: 0, verdict: 'healthy', causes: [] });
      expect(codes(equal.notes)).not.toContain('ZON-004');
    });
  });
});
