/** Publishing with auth: gss, by command lines in process; the KDC's part is played by test/support/fake-security.ts. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { systemNetwork } from '../../src/cli/network.ts';
import { parseFqdn } from '../../src/core/name.ts';
import type { KerberosFault, KerberosOutcome, SecurityEngine } from '../../src/core/security-context.ts';
import { readTsig } from '../../src/core/tsig-record.ts';
import { TYPE } from '../../src/core/wire.ts';
import type { UpdatePolicy } from '../../src/lab/update.ts';
import { a, ns, recordsOf, rrsetAt, soa, srv, type Zone, zoneFrom } from '../../src/lab/zone-data.ts';
import { type Desk, desk, type Ran } from '../support/desk.ts';
import { type FakeEngine, type FakeEngineOptions, fakeEngine } from '../support/fake-security.ts';
import { type GssManners, type GssServer, startGssServer } from '../support/gss-server.ts';
import { hexFromOctets } from '../support/hex.ts';

const ZONES = ['a.corp.example', 'b.corp.example', 'c.corp.example'];

function zoneOf(name: string): Zone {
  return zoneFrom({
    name,
    records: [
      soa(name, 'ns1.corp.example'),
      ns(name, `ns1.${name}`),
      a(`ns1.${name}`, '127.0.0.1'),
      srv(`_vlmcs._tcp.${name}`, 'kms01.corp.example'),
    ],
  });
}

function stateText(zones: readonly string[] = ZONES, gss = '{}', host = 'kms02.corp.example'): string {
  return `version: 1
servers:
  ad: { address: 127.0.0.1, port: ${server.endpoint.port}, auth: { gss: ${gss} } }
domains:
${zones.map((zone) => `  ${zone}: { server: ad, publish: [{ host: ${host} }] }\n`).join('')}`;
}

let server: GssServer;
let user: Desk;
let engine: FakeEngine;
let kerberosAsked: number;
/** Nobody may write b; everybody else everything. */
let forbidden: readonly string[];

const policy: UpdatePolicy = ({ zone }) => !forbidden.includes(zone);

beforeEach(async () => {
  forbidden = [];
  server = await startGssServer({ zones: ZONES.map(zoneOf), policy });
  kerberosAsked = 0;
  at();
});
afterEach(async () => {
  user.clear();
  await server.stop();
});

/** Sits down at a desk with this state and this Kerberos. */
function at(
  options: FakeEngineOptions = {},
  state = stateText(),
  kerberos?: () => Promise<KerberosOutcome<SecurityEngine>>,
): void {
  user?.clear();
  engine = fakeEngine(options);
  user = desk({
    files: { 'kmsdns.yaml': state },
    network: {
      ...systemNetwork,
      kerberos: async () => {
        kerberosAsked++;
        return kerberos === undefined ? { ok: true, value: engine } : kerberos();
      },
    },
  });
}

function run(...argv: readonly string[]): Promise<Ran> {
  return user.run(...argv, '--authority', `127.0.0.1:${server.endpoint.port}`, '--timeout', '0.3');
}

interface ZoneDocument {
  readonly zone: string;
  readonly outcome: string;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly allowed: string;
  readonly proves: string;
  readonly explain: string;
}

function zonesOf(ran: Ran): readonly ZoneDocument[] {
  return ran.json().zones as readonly ZoneDocument[];
}

function targets(zone: string): readonly string[] {
  const set = rrsetAt(server.zones.get(parseFqdn(zone))!, parseFqdn(`_vlmcs._tcp.${zone}`), TYPE.SRV);
  return (set === undefined ? [] : recordsOf(set)).flatMap(({ rdata }) =>
    rdata.kind === 'SRV' ? [rdata.record.target] : [],
  );
}

/** Everything was given back, and no MAC went out twice. */
function expectCleanEnd(): void {
  expect(engine.alive()).toBe(0);
  const macs = server.updates.map((octets) => {
    const read = readTsig(octets);
    return read.ok && read.value !== undefined ? hexFromOctets(read.value.record.mac) : '';
  });
  expect(new Set(macs).size).toBe(macs.length);
  expect(macs).not.toContain('');
}

describe('plan, preflight, apply, verify, rollback', () => {
  it('sign three zones with one key, and forget it each time', async () => {
    expect((await run('plan')).code).toBe(0);
    expect((await run('verify')).code).toBe(1);
    expect([kerberosAsked, server.negotiations]).toEqual([0, []]);

    const preflight = await run('preflight', '--json');
    expect(preflight.code).toBe(0);
    expect(zonesOf(preflight).map(({ allowed, tsig }) => [allowed, tsig])).toEqual(
      ZONES.map(() => ['yes', 'good']),
    );
    expect(zonesOf(preflight)[0]?.proves).toMatch(/^ticket and permission: .* before it looks/);
    expect([server.negotiations.length, server.deletions.length, server.liveKeys()]).toEqual([1, 1, 0]);
    expect(targets('a.corp.example')).toEqual(['kms01.corp.example.']);

    const apply = await run('apply', '--yes', '--json');
    expect(apply.code).toBe(0);
    expect(zonesOf(apply).map(({ outcome, rcode, tsig }) => [outcome, rcode, tsig])).toEqual(
      ZONES.map(() => ['applied', 'NOERROR', 'good']),
    );
    expect([server.negotiations.length, server.deletions.length, server.liveKeys()]).toEqual([2, 2, 0]);
    expect(targets('c.corp.example')).toEqual(['kms01.corp.example.', 'kms02.corp.example.']);
    expect((await run('verify')).code).toBe(0);

    const rollback = await run('rollback', apply.json().journal as string, '--yes', '--json');
    expect(rollback.code).toBe(0);
    expect([server.negotiations.length, server.deletions.length, server.liveKeys()]).toEqual([3, 3, 0]);
    expect(targets('c.corp.example')).toEqual(['kms01.corp.example.']);
    expectCleanEnd();
  });

  it('ask for a ticket in the name that SOA gives the primary', async () => {
    await run('apply', '--yes');
    expect(engine.opened.map(({ target }) => target)).toEqual([
      { service: 'DNS', host: 'ns1.corp.example.', realm: undefined },
    ]);
  });

  it('ask for one in the name that the desired state gives the server', async () => {
    at({}, stateText().replace('address: 127.0.0.1', 'name: dc1.corp.example'));
    await run('apply', '--yes', '-s', `127.0.0.1:${server.endpoint.port}`);
    expect(engine.opened.map(({ target: { host } }) => host)).toEqual(['dc1.corp.example.']);
    expect(targets('a.corp.example')).toHaveLength(2);
  });

  it('take keytab and principal from the desired state', async () => {
    at({ initiator: 'kms@CORP' }, stateText(ZONES, '{ keytab: keys/kms.keytab, principal: kms@CORP }'));
    user.write('keys/kms.keytab', Uint8Array.of(5, 2));
    expect((await run('apply', '--yes')).code).toBe(0);
    expect(engine.opened[0]?.credentials).toEqual({
      kind: 'keytab',
      path: `${user.folder}/keys/kms.keytab`,
      principal: 'kms@CORP',
    });
  });
});

describe('servers that sign in their own way', () => {
  const one = [ZONES[0]!];
  test.each<[string, GssManners, number, object, RegExp]>([
    [
      'Samba 4.17: without the length',
      { signs: 'samba-4.17' },
      0,
      { outcome: 'applied', tsig: 'good' },
      /^The primary serves the new records\. The answer is authentic; it is signed as Samba 4\.17/,
    ],
    ['Samba 4.22', { signs: 'samba-4.22' }, 0, { outcome: 'applied', tsig: 'good' }, /^The primary serves/],
    [
      'nobody signs, and the change is there',
      { signs: 'unsigned' },
      0,
      { outcome: 'applied', tsig: 'unsigned' },
      /could not be verified, but the primary serves/,
    ],
    [
      'a wrong MAC',
      { signs: 'badly' },
      0,
      { outcome: 'applied', tsig: 'bad-signature' },
      /could not be verified/,
    ],
    [
      "another's key",
      { signs: 'not-ours' },
      0,
      { outcome: 'applied', tsig: 'bad-signature' },
      /not be verified/,
    ],
    [
      'a wrong MAC, and nothing is there',
      { signs: 'badly', quirks: { noerrorWithoutWriting: true } },
      3,
      { outcome: 'unknown', tsig: 'bad-signature' },
      /not signed as it must be/,
    ],
  ])('%s', async (_name, manners, code, expected, says) => {
    at({}, stateText(one));
    server.behave(manners);
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(code);
    expect(zonesOf(ran)).toMatchObject([{ ...expected, explain: expect.stringMatching(says) }]);
    expectCleanEnd();
  });

  test.each<[string, GssManners, string, string, RegExp]>([
    [
      'Samba 4.17: SERVFAIL, and our own packet',
      { signs: 'samba-4.17' },
      'SERVFAIL',
      'echoed',
      /SERVFAIL: Samba .* the principal "kms01\$@CORP\.EXAMPLE" may not write.*kmsdns audit.*proves nothing by itself; nothing changed/,
    ],
    [
      'Samba 4.22: REFUSED, and our own packet',
      { signs: 'samba-4.22' },
      'REFUSED',
      'echoed',
      /first host that registers _vlmcs\._tcp owns it/,
    ],
    [
      'BIND: REFUSED, signed',
      { signs: 'rfc' },
      'REFUSED',
      'good',
      /its policy does not let.*krb5-subdomain-self-rhs/,
    ],
  ])('access denied by %s', async (_name, manners, rcode, tsig, says) => {
    at({}, stateText(one));
    forbidden = ['a.corp.example.'];
    server.behave(manners);
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(2);
    expect(zonesOf(ran)).toMatchObject([
      { outcome: 'refused', rcode, tsig, explain: expect.stringMatching(says) },
    ]);
    expect(targets('a.corp.example')).toEqual(['kms01.corp.example.']);
    expectCleanEnd();
  });

  test.each(['samba-4.17', 'samba-4.22'] as const)(
    'a trial on %s proves the ticket and says that it proves no more',
    async (signs) => {
      at({}, stateText(one));
      for (const zones of [[], ['a.corp.example.']]) {
        forbidden = zones;
        server.behave({ signs });
        const ran = await run('preflight', '--json');
        expect(ran.code).toBe(0);
        expect(zonesOf(ran)).toMatchObject([
          {
            allowed: 'key-only',
            rcode: 'YXDOMAIN',
            tsig: 'echoed',
            proves: expect.stringMatching(/^the ticket only: .* proves no permission$/),
            explain: expect.stringContaining('kmsdns audit'),
          },
        ]);
      }
      expectCleanEnd();
    },
  );

  it('plans anew where the zone moved and the failure is an echo', async () => {
    at({}, stateText(one));
    server.behave({ signs: 'samba-4.17' });
    let moved = false;
    const apply = user.runWith(
      {
        network: {
          ...systemNetwork,
          open: async (limits) => {
            const net = await systemNetwork.open(limits);
            return {
              ...net,
              exchange: async (ask) => {
                // Between reading and writing somebody adds a host.
                if (!moved && ask.message[2]! >> 3 === 5) {
                  moved = true;
                  const zone = zoneOf('a.corp.example');
                  const more = srv('_vlmcs._tcp.a.corp.example', 'kms09.corp.example');
                  const records = [...zone.nodes.values()].flatMap((node) =>
                    [...node.values()].flatMap(recordsOf),
                  );
                  (server.zones as Map<unknown, Zone>).set(
                    zone.name,
                    zoneFrom({ name: 'a.corp.example', records: [...records, more] }),
                  );
                }
                return net.exchange(ask);
              },
            };
          },
          kerberos: async () => ({ ok: true, value: engine }),
        },
      },
      'apply',
      '--yes',
      '--json',
      '--authority',
      `127.0.0.1:${server.endpoint.port}`,
    );
    expect(zonesOf(await apply)).toMatchObject([{ outcome: 'applied' }]);
    expect([...targets('a.corp.example')].sort()).toEqual([
      'kms01.corp.example.',
      'kms02.corp.example.',
      'kms09.corp.example.',
    ]);
    expectCleanEnd();
  });

  it('signs once more, newly, where the server tells that our time is wrong', async () => {
    at({}, stateText(one));
    server.behave({ repeatsTimes: true, lastWord: 'unsigned', checksTime: true, skewSeconds: 1200 });
    const ran = await run('apply', '--yes', '--json');
    expect(zonesOf(ran)).toMatchObject([{ outcome: 'applied', tsig: 'good' }]);
    expectCleanEnd();
  });

  it('negotiates another key, once, where the server forgot the first', async () => {
    at({}, stateText());
    server.behave({ forgetsAfter: 2 });
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(0);
    expect(zonesOf(ran).map(({ outcome, tsig }) => [outcome, tsig])).toEqual(
      ZONES.map(() => ['applied', 'good']),
    );
    expect(server.negotiations).toHaveLength(2);
    expect(server.liveKeys()).toBe(0);
    expectCleanEnd();
  });

  it('negotiates another key where the first is about to end', async () => {
    at({ lifetimeSeconds: 2 }, stateText());
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(0);
    expect(server.negotiations.length).toBeGreaterThan(1);
    expect([server.deletions.length, server.liveKeys()]).toEqual([server.negotiations.length, 0]);
    expectCleanEnd();
  });

  it('says that the server forgets every key', async () => {
    at({}, stateText(one));
    server.behave({ forgetsAfter: 0 });
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(2);
    expect(zonesOf(ran)).toMatchObject([
      {
        outcome: 'refused',
        tsig: 'BADKEY',
        explain: expect.stringContaining('negotiated by Kerberos any more'),
      },
    ]);
    expectCleanEnd();
  });
});

describe('without a signature nothing leaves', () => {
  const fault = (kind: KerberosFault['kind']): KerberosFault => ({
    kind,
    detail: `it is about ${kind}`,
    hint: 'do something',
  });

  test.each<[KerberosFault['kind'], number, string, string]>([
    ['no-ticket', 2, 'refused', 'no'],
    ['ticket-expired', 2, 'refused', 'no'],
    ['service-unknown', 2, 'refused', 'no'],
    ['realm-unknown', 2, 'refused', 'no'],
    ['key-version', 2, 'refused', 'no'],
    ['kdc-silent', 3, 'unknown', 'unknown'],
    ['timed-out', 3, 'unknown', 'unknown'],
  ])('%s: exit %i', async (kind, code, outcome, allowed) => {
    at({ stepFault: fault(kind) });
    const apply = await run('apply', '--yes', '--json');
    expect(apply.code).toBe(code);
    expect(apply.json()).toMatchObject({ outcome, journal: null });
    expect(zonesOf(apply)).toMatchObject(
      ZONES.map(() => ({
        outcome,
        rcode: null,
        tsig: null,
        explain: `Nothing was sent: it is about ${kind}. Do something.`,
      })),
    );
    const preflight = await run('preflight', '--json');
    expect(preflight.code).toBe(code);
    expect(zonesOf(preflight)).toMatchObject(
      ZONES.map(() => ({ allowed, explain: `Kerberos: it is about ${kind}. Do something.` })),
    );
    // Once a run, however many zones there are.
    expect(engine.opened).toHaveLength(2);
    expect([server.negotiations, server.updates]).toEqual([[], []]);
    expectCleanEnd();
  });

  it('is told of a server that does no TKEY', async () => {
    server.behave({ tkey: { rcode: 'NOTIMP' } });
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(2);
    expect(zonesOf(ran)[0]?.explain).toMatch(
      /^Nothing was sent: the name server .* answered NOTIMP .* does no GSS-TSIG\. Name the DNS server/,
    );
    expect(server.negotiations).toHaveLength(1);
  });

  it('is told of tickets that are somebody else’s', async () => {
    at({ initiator: 'administrator@CORP' }, stateText(ZONES, '{ principal: kms@CORP }'));
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(2);
    expect(zonesOf(ran)[0]?.explain).toMatch(
      /those of "administrator@CORP", and the desired state wants "kms@CORP"/,
    );
    expect([server.updates, server.liveKeys(), engine.alive()]).toEqual([[], 0, 0]);
  });

  it('ends by the deadline though the library does not come back', async () => {
    at({ hangs: true });
    const ran = await run('apply', '--yes', '--json', '--deadline', '0.4');
    expect(ran.code).toBe(3);
    expect(zonesOf(ran)[0]?.explain).toMatch(/^Nothing was sent: the deadline passed while a ticket/);
    engine.wake();
  });

  it('ends by Ctrl-C though the library does not come back', async () => {
    at({ hangs: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 400);
    const ran = await user.runWith(
      { interrupt: controller.signal },
      'apply',
      '--yes',
      '--json',
      '--authority',
      `127.0.0.1:${server.endpoint.port}`,
    );
    expect(ran.code).toBe(130);
    expect(zonesOf(ran)[0]?.outcome).toBe('unknown');
    expect(server.updates).toEqual([]);
    engine.wake();
  });
});

describe('before the first packet', () => {
  test.each(['apply', 'preflight'])('%s wants a library', async (command) => {
    at({}, undefined, async () => ({
      ok: false,
      fault: { kind: 'no-library', detail: 'there is no Kerberos library here', hint: 'install libgssapi' },
    }));
    const ran = await run(command, ...(command === 'apply' ? ['--yes'] : []), '--json');
    expect(ran.code).toBe(64);
    expect(ran.json()).toMatchObject({
      code: 'kerberos-unavailable',
      message: 'server "ad" wants Kerberos (auth: gss), and there is no Kerberos library here',
      hint: 'install libgssapi',
    });
  });

  test.each<[string, Uint8Array | undefined, RegExp]>([
    ['that is not there', undefined, /the keytab of server "ad"/],
    ['that is none', Buffer.from('key "x" {}'), /is not a keytab/],
    ['that ends too early', Buffer.from([5, 2, 0, 0, 0, 40, 0, 1]), /is not a keytab: .*an entry/],
  ])('a keytab %s is a mistake', async (_name, octets, says) => {
    at({}, stateText(ZONES, '{ keytab: kms.keytab }'));
    if (octets !== undefined) user.write('kms.keytab', octets);
    const ran = await run('apply', '--yes', '--json');
    expect(ran.code).toBe(64);
    expect(ran.json()).toMatchObject({ code: 'key-invalid', message: expect.stringMatching(says) });
    expect(engine.opened).toEqual([]);
  });

  it('Kerberos is left alone where no server wants it', async () => {
    at({}, stateText().replace(', auth: { gss: {} }', ''));
    await run('apply', '--yes');
    expect(kerberosAsked).toBe(0);
  });
});
