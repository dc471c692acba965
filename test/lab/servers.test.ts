/**
 * The lab's own proof: each server, seen only through nsupdate and dig, treats each kind of zone as the journeys
 * of our own tool rely on. When a row fails here, the server or its configuration changed, not our code.
 *
 * Measured with BIND 9.18.49, Knot 3.2.6, PowerDNS 4.7.3 and NSD 4.6.1. Where a row says less than one would
 * wish, its comment says what was seen.
 */
import { existsSync, statSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BindServer, startBind } from './support/bind.ts';
import { runningServers } from './support/daemon.ts';
import { dig, digSerial, digSrv } from './support/dig.ts';
import { freshKey, keysOfAllAlgorithms, writeKeyFile, wrongSecret } from './support/keys.ts';
import { startKnot } from './support/knot.ts';
import type { LabServer } from './support/lab.ts';
import { startNsd } from './support/nsd.ts';
import { nsupdate } from './support/nsupdate.ts';
import { startPowerDns } from './support/powerdns.ts';
import { labServer } from './support/require.ts';
import {
  aliasedZone,
  cappedZone,
  delegatedPair,
  keyedZone,
  manyZones,
  openZone,
  publisherZone,
  staticZone,
  wildcardZone,
} from './support/zones.ts';

const PUBLISHER = freshKey('kms-publisher');
const CORP = 'corp.example';
const OWNER = '_vlmcs._tcp.corp.example';

/** One message and what becomes of it. */
interface Row {
  readonly name: string;
  readonly zone?: string;
  /** `good` is the publisher's key; the rest are the ways in which a key can be wrong. */
  readonly key?: 'good' | 'none' | 'unknown' | 'wrong-secret' | 'wrong-algorithm';
  readonly tcp?: true;
  readonly lines: readonly string[];
  readonly rcode: string;
  /** Error field of the TSIG in the reply; null: the reply has no TSIG. */
  readonly tsig: string | null;
  /** What is served at the owner name afterwards; left out: nothing. */
  readonly served?: readonly string[];
}

const add = (host: string, domain = CORP, ttl = 300): string =>
  `update add _vlmcs._tcp.${domain}. ${ttl} SRV 0 0 1688 ${host}.${domain}.`;
const srv = (host: string, domain = CORP, ttl = 300): string => `${ttl} 0 0 1688 ${host}.${domain}.`;
const ADD_TXT = `update add ${OWNER}. 300 TXT "not an SRV"`;
const ADD_ELSEWHERE = `update add _ldap._tcp.${CORP}. 300 SRV 0 0 389 kms1.${CORP}.`;
const DELETE_SET = `update delete ${OWNER}. SRV`;
const DELETE_NAME = `update delete ${OWNER}.`;
/** A prerequisite that cannot hold: the apex is always in use (RFC 2136 §2.4.5). */
const POISON = `prereq nxdomain ${CORP}.`;

function keyPath(server: LabServer, key: Row['key'] = 'good'): { keyFile?: string } {
  if (key === 'none') return {};
  if (key === 'good') return { keyFile: server.keyFile(PUBLISHER.name) };
  const other = {
    unknown: freshKey('kms-unknown'),
    'wrong-secret': wrongSecret(PUBLISHER),
    'wrong-algorithm': { ...PUBLISHER, algorithm: 'hmac-sha512' as const },
  }[key];
  return { keyFile: writeKeyFile(`${server.dir}/keys/test-${key}.key`, other) };
}

async function walk(server: LabServer, row: Row): Promise<void> {
  const zone = row.zone ?? CORP;
  const tcp = row.tcp ?? false;
  const reply = await nsupdate(server.endpoint, { zone, lines: row.lines, tcp, ...keyPath(server, row.key) });
  expect({ rcode: reply.rcode, tsig: reply.tsig ?? null }, reply.output).toEqual({
    rcode: row.rcode,
    tsig: row.tsig,
  });
  expect(await digSrv(server.endpoint, `_vlmcs._tcp.${zone}`)).toEqual([...(row.served ?? [])].sort());
}

/** Takes back what a row wrote. Its reply does not matter: the next row would not find what it expects. */
async function clear(server: LabServer): Promise<void> {
  await nsupdate(server.endpoint, { zone: CORP, lines: [DELETE_SET], ...keyPath(server) });
  await nsupdate(server.endpoint, {
    zone: 'open.example',
    lines: ['update delete _vlmcs._tcp.open.example. SRV'],
  });
}

/** The same on every server that takes updates at all. */
const ROWS_OF_ALL: readonly Row[] = [
  { name: 'adds by UDP', lines: [add('kms1')], rcode: 'NOERROR', tsig: 'NOERROR', served: [srv('kms1')] },
  {
    name: 'adds by TCP',
    tcp: true,
    lines: [add('kms1')],
    rcode: 'NOERROR',
    tsig: 'NOERROR',
    served: [srv('kms1')],
  },
  {
    name: 'adds two at once',
    lines: [add('kms1'), add('kms2')],
    rcode: 'NOERROR',
    tsig: 'NOERROR',
    served: [srv('kms1'), srv('kms2')],
  },
  {
    name: 'takes an exact set as prerequisite and deletes one record',
    lines: [
      add('kms1'),
      add('kms2'),
      'send',
      `prereq yxrrset ${OWNER}. SRV 0 0 1688 kms1.${CORP}.`,
      `prereq yxrrset ${OWNER}. SRV 0 0 1688 kms2.${CORP}.`,
      `update delete ${OWNER}. SRV 0 0 1688 kms1.${CORP}.`,
    ],
    rcode: 'NOERROR',
    tsig: 'NOERROR',
    served: [srv('kms2')],
  },
  {
    name: 'refuses a stale exact set',
    lines: [`prereq yxrrset ${OWNER}. SRV 0 0 1688 kms9.${CORP}.`, add('kms1')],
    rcode: 'NXRRSET',
    tsig: 'NOERROR',
  },
  {
    name: 'refuses "absent" when it is present',
    lines: [add('kms1'), 'send', `prereq nxrrset ${OWNER}. SRV`, add('kms2')],
    rcode: 'YXRRSET',
    tsig: 'NOERROR',
    served: [srv('kms1')],
  },
  {
    name: 'writes nothing under a prerequisite that cannot hold',
    lines: [POISON, add('kms1')],
    rcode: 'YXDOMAIN',
    tsig: 'NOERROR',
  },
  {
    name: 'takes unsigned updates where it may',
    zone: 'open.example',
    key: 'none',
    lines: [add('kms1', 'open.example')],
    rcode: 'NOERROR',
    tsig: null,
    served: [srv('kms1', 'open.example')],
  },
];

test('a random key differs from another of the same name', () => {
  expect(wrongSecret(PUBLISHER)).toMatchObject({ name: PUBLISHER.name, algorithm: PUBLISHER.algorithm });
  expect(wrongSecret(PUBLISHER).secret).not.toBe(PUBLISHER.secret);
});

labServer('named')('BIND', () => {
  const [parent, child] = delegatedPair('deleg.example', PUBLISHER.name);
  const algorithms = keysOfAllAlgorithms();
  let bind: BindServer;

  beforeAll(async () => {
    bind = await startBind({
      keys: [PUBLISHER, ...algorithms],
      zones: [
        { ...publisherZone(CORP, PUBLISHER.name), nameServers: ['ns1', 'ns2'] },
        openZone('open.example'),
        staticZone('static.example'),
        cappedZone('capped.example', PUBLISHER.name, 1),
        aliasedZone('alias.example', PUBLISHER.name),
        wildcardZone('wild.example', PUBLISHER.name),
        parent,
        child,
        ...algorithms.map(({ name }) => keyedZone(`${name}.example`, name)),
      ],
    });
  });
  afterEach(() => clear(bind));

  test.each<Row>([
    ...ROWS_OF_ALL,
    {
      name: 'lets the key delete the whole set',
      lines: [add('kms1'), 'send', DELETE_SET],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
    },
    {
      name: 'lets the key delete the name',
      lines: [add('kms1'), 'send', DELETE_NAME],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
    },
    {
      name: 're-stamps the whole set with the TTL of one add',
      lines: [add('kms1'), 'send', add('kms2', CORP, 900)],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      served: [srv('kms1', CORP, 900), srv('kms2', CORP, 900)],
    },
    { name: 'refuses another type, signed', lines: [ADD_TXT], rcode: 'REFUSED', tsig: 'NOERROR' },
    { name: 'refuses another name, signed', lines: [ADD_ELSEWHERE], rcode: 'REFUSED', tsig: 'NOERROR' },
    {
      name: 'refuses a message as a whole',
      lines: [add('kms1'), ADD_TXT],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    {
      name: 'looks at permission before prerequisites',
      lines: [POISON, ADD_TXT],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    { name: 'does not know a key', key: 'unknown', lines: [add('kms1')], rcode: 'NOTAUTH', tsig: 'BADKEY' },
    {
      name: 'sees a wrong secret',
      key: 'wrong-secret',
      lines: [add('kms1')],
      rcode: 'NOTAUTH',
      tsig: 'BADSIG',
    },
    {
      name: 'sees a wrong algorithm',
      key: 'wrong-algorithm',
      lines: [add('kms1')],
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    {
      name: 'refuses unsigned where a key is due',
      key: 'none',
      lines: [add('kms1')],
      rcode: 'REFUSED',
      tsig: null,
    },
    {
      name: 'refuses unsigned updates of a static zone',
      zone: 'static.example',
      key: 'none',
      lines: [add('kms1', 'static.example')],
      rcode: 'REFUSED',
      tsig: null,
    },
    {
      name: 'refuses signed updates of a static zone',
      zone: 'static.example',
      lines: [add('kms1', 'static.example')],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    {
      name: 'refuses to update what it delegated',
      zone: parent.name,
      lines: [add('kms1', parent.name)],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
  ])('$name', (row) => walk(bind, row));

  test.each(algorithms)('takes $algorithm', async ({ name }) => {
    const zone = `${name}.example`;
    const reply = await nsupdate(bind.endpoint, {
      zone,
      lines: [add('kms1', zone)],
      keyFile: bind.keyFile(name),
    });
    expect(reply).toMatchObject({ rcode: 'NOERROR', tsig: 'NOERROR' });
    expect(await digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`)).toEqual([srv('kms1', zone)]);
  });

  test('is no authority for a zone that it does not have', async () => {
    const zone = 'nowhere.example';
    const reply = await nsupdate(bind.endpoint, { zone, lines: [add('kms1', zone)], ...keyPath(bind) });
    expect(reply).toMatchObject({ rcode: 'NOTAUTH', tsig: 'NOERROR' });
  });

  test('drops what exceeds SRV(1), and answers NOERROR', async () => {
    const zone = 'capped.example';
    const first = await nsupdate(bind.endpoint, { zone, lines: [add('kms1', zone)], ...keyPath(bind) });
    const serial = await digSerial(bind.endpoint, zone);
    const second = await nsupdate(bind.endpoint, { zone, lines: [add('kms2', zone)], ...keyPath(bind) });
    expect([first.rcode, second.rcode]).toEqual(['NOERROR', 'NOERROR']);
    expect(await digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`)).toEqual([srv('kms1', zone)]);
    expect(await digSerial(bind.endpoint, zone)).toBe(serial);
  });

  test('drops an SRV next to a CNAME, and answers NOERROR', async () => {
    const zone = 'alias.example';
    const reply = await nsupdate(bind.endpoint, { zone, lines: [add('kms1', zone)], ...keyPath(bind) });
    expect(reply).toMatchObject({ rcode: 'NOERROR', tsig: 'NOERROR' });
    const got = await dig(bind.endpoint, `_vlmcs._tcp.${zone}`, 'SRV');
    expect(got.answer).toEqual([`_vlmcs._tcp.${zone}. 3600 IN CNAME elsewhere.${zone}.`]);
  });

  test('answers from a wildcard until the name itself exists', async () => {
    const zone = 'wild.example';
    expect(await digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`)).toEqual([srv('kms3', zone)]);
    const reply = await nsupdate(bind.endpoint, { zone, lines: [add('kms1', zone)], ...keyPath(bind) });
    expect(reply.rcode).toBe('NOERROR');
    expect(await digSrv(bind.endpoint, `_vlmcs._tcp.${zone}`)).toEqual([srv('kms1', zone)]);
  });

  test('leads the SOA walk into the delegated child, which takes the update', async () => {
    const owner = `_vlmcs._tcp.${parent.name}`;
    const walked = await dig(bind.endpoint, owner, 'SOA');
    expect(walked.authority[0]).toMatch(/^_tcp\.deleg\.example\. \d+ IN SOA ns1\.deleg\.example\. /);
    const lines = [`update add ${owner}. 300 SRV 0 0 1688 kms1.${parent.name}.`];
    const reply = await nsupdate(bind.endpoint, { zone: child.name, lines, ...keyPath(bind) });
    expect(reply.rcode).toBe('NOERROR');
    expect(await digSrv(bind.endpoint, owner)).toEqual([srv('kms1', parent.name)]);
  });

  test('serves the KMS hosts, their alias, and both over TCP', async () => {
    const alias = await dig(bind.endpoint, `kms-alias.${CORP}`, 'AAAA', { tcp: true });
    expect(alias.answer).toEqual([
      `kms-alias.${CORP}. 3600 IN CNAME kms1.${CORP}.`,
      `kms1.${CORP}. 3600 IN AAAA 2001:db8::11`,
    ]);
    expect((await dig(bind.endpoint, `nohost.${CORP}`, 'A')).rcode).toBe('NXDOMAIN');
  });

  test('listens on ::1 where the machine has it', async ({ skip }) => {
    if (bind.endpoint6 === undefined) return skip('no ::1 here');
    const lines = [add('kms1')];
    expect(await nsupdate(bind.endpoint6, { zone: CORP, lines, ...keyPath(bind) })).toMatchObject({
      rcode: 'NOERROR',
    });
    expect(await digSrv(bind.endpoint6, OWNER)).toEqual([srv('kms1')]);
  });

  test('logs why it refused', async () => {
    await nsupdate(bind.endpoint, { zone: CORP, lines: [ADD_TXT], ...keyPath(bind) });
    await expect.poll(() => bind.log()).toContain('rejected by secure update (REFUSED)');
  });

  test('obeys rndc', async () => {
    expect(await bind.rndc('zonestatus', CORP)).toContain('dynamic: yes');
    await expect(bind.rndc('zonestatus', 'nowhere.example')).rejects.toThrow(/not found/);
  });

  describe('a secondary', () => {
    let secondary: BindServer;
    beforeAll(async () => {
      secondary = await startBind({ keys: [PUBLISHER], secondaryOf: { primary: bind, zones: [CORP] } });
    });

    test('lags until it is told to catch up', async () => {
      const before = await digSrv(secondary.endpoint, OWNER);
      await nsupdate(bind.endpoint, { zone: CORP, lines: [add('kms1'), add('kms2')], ...keyPath(bind) });
      expect(await digSrv(bind.endpoint, OWNER)).toEqual([srv('kms1'), srv('kms2')]);
      expect(await digSrv(secondary.endpoint, OWNER)).toEqual(before);
      await secondary.catchUp(CORP);
      expect(await digSrv(secondary.endpoint, OWNER)).toEqual([srv('kms1'), srv('kms2')]);
    });

    test('refuses updates', async () => {
      const reply = await nsupdate(secondary.endpoint, {
        zone: CORP,
        lines: [add('kms3')],
        ...keyPath(bind),
      });
      expect(reply).toMatchObject({ rcode: 'REFUSED', tsig: 'NOERROR' });
    });
  });

  test('starts with a thousand zones', async () => {
    const zones = manyZones(1000, 'many.example', PUBLISHER.name);
    const many = await startBind({ keys: [PUBLISHER], zones });
    expect(await digSrv(many.endpoint, '_vlmcs._tcp.z0500.many.example')).toEqual([
      srv('kms1', 'z0500.many.example', 3600),
    ]);
    await many.stop();
  });

  test('takes more configuration, and a bad one fails with its log and leaves nothing behind', async () => {
    const before = runningServers();
    const start = startBind({
      zones: [openZone('open.example')],
      moreConfig: 'zone "x.example" { nonsense; };',
    });
    await expect(start).rejects.toThrow(/ended at once[\s\S]*unknown option 'nonsense'/);
    expect(runningServers()).toEqual(before);
  });

  test('leaves neither process nor folder when it is stopped, twice if need be', async () => {
    const short = await startBind({ zones: [staticZone('short.example')] });
    await short.stop();
    await short.stop();
    expect(existsSync(short.dir)).toBe(false);
    await expect(dig(short.endpoint, 'short.example', 'SOA', { timeoutSeconds: 1 })).rejects.toThrow(
      /got 0 of 1/,
    );
  });

  test('key files are readable by their owner only', ({ skip }) => {
    if (process.platform === 'win32') return skip('no mode bits');
    expect(statSync(bind.keyFile(PUBLISHER.name)).mode & 0o777).toBe(0o600);
    expect(() => bind.keyFile('no-such-key')).toThrow(/no key "no-such-key"/);
  });
});

labServer('knotd')('Knot', () => {
  let knot: LabServer;
  beforeAll(async () => {
    knot = await startKnot({
      keys: [PUBLISHER],
      zones: [publisherZone(CORP, PUBLISHER.name), openZone('open.example'), staticZone('static.example')],
    });
  });
  afterEach(() => clear(knot));

  // Its ACL denies with the answer for an unknown key: NOTAUTH and an unsigned BADKEY.
  test.each<Row>([
    ...ROWS_OF_ALL,
    {
      name: 'lets the key delete the whole set',
      lines: [add('kms1'), 'send', DELETE_SET],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
    },
    {
      name: 'denies deleting the name, because that is every type',
      lines: [add('kms1'), 'send', DELETE_NAME],
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
      served: [srv('kms1')],
    },
    {
      name: 'ignores an add that differs only in its TTL',
      lines: [add('kms1'), 'send', add('kms1', CORP, 900)],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      served: [srv('kms1')],
    },
    {
      name: 'retimes by delete and add in one message',
      lines: [
        add('kms1'),
        'send',
        `update delete ${OWNER}. SRV 0 0 1688 kms1.${CORP}.`,
        add('kms1', CORP, 900),
      ],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      served: [srv('kms1', CORP, 900)],
    },
    { name: 'denies another type', lines: [ADD_TXT], rcode: 'NOTAUTH', tsig: 'BADKEY' },
    { name: 'denies another name', lines: [ADD_ELSEWHERE], rcode: 'NOTAUTH', tsig: 'BADKEY' },
    { name: 'denies a message as a whole', lines: [add('kms1'), ADD_TXT], rcode: 'NOTAUTH', tsig: 'BADKEY' },
    {
      name: 'looks at permission before prerequisites',
      lines: [POISON, ADD_TXT],
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    { name: 'does not know a key', key: 'unknown', lines: [add('kms1')], rcode: 'NOTAUTH', tsig: 'BADKEY' },
    {
      name: 'sees a wrong secret',
      key: 'wrong-secret',
      lines: [add('kms1')],
      rcode: 'NOTAUTH',
      tsig: 'BADSIG',
    },
    {
      name: 'sees a wrong algorithm',
      key: 'wrong-algorithm',
      lines: [add('kms1')],
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    {
      name: 'denies unsigned where a key is due',
      key: 'none',
      lines: [add('kms1')],
      rcode: 'NOTAUTH',
      tsig: null,
    },
    {
      name: 'denies signed updates of a static zone',
      zone: 'static.example',
      lines: [add('kms1', 'static.example')],
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    {
      name: 'denies unsigned updates of a static zone',
      zone: 'static.example',
      key: 'none',
      lines: [add('kms1', 'static.example')],
      rcode: 'NOTAUTH',
      tsig: null,
    },
  ])('$name', (row) => walk(knot, row));
});

labServer('pdns_server')('PowerDNS', () => {
  let pdns: LabServer;
  beforeAll(async () => {
    pdns = await startPowerDns({
      keys: [PUBLISHER],
      zones: [keyedZone(CORP, PUBLISHER.name), openZone('open.example'), staticZone('static.example')],
    });
  });
  afterEach(() => clear(pdns));

  // Whatever is wrong, the answer is REFUSED without TSIG; only its log tells why.
  test.each<Row>([
    ...ROWS_OF_ALL,
    {
      name: 'lets the key write any name and type',
      lines: [add('kms1'), ADD_TXT, ADD_ELSEWHERE],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      served: [srv('kms1')],
    },
    { name: 'does not know a key', key: 'unknown', lines: [add('kms1')], rcode: 'REFUSED', tsig: null },
    { name: 'sees a wrong secret', key: 'wrong-secret', lines: [add('kms1')], rcode: 'REFUSED', tsig: null },
    {
      name: 'sees a wrong algorithm',
      key: 'wrong-algorithm',
      lines: [add('kms1')],
      rcode: 'REFUSED',
      tsig: null,
    },
    {
      name: 'refuses unsigned where a key is due',
      key: 'none',
      lines: [add('kms1')],
      rcode: 'REFUSED',
      tsig: null,
    },
    {
      name: 'refuses unsigned updates of a static zone',
      zone: 'static.example',
      key: 'none',
      lines: [add('kms1', 'static.example')],
      rcode: 'REFUSED',
      tsig: null,
    },
  ])('$name', (row) => walk(pdns, row));

  test('rewrites the serial as a date', async () => {
    const serial = await digSerial(pdns.endpoint, CORP);
    expect(serial).toBeGreaterThan(2_020_000_000);
  });
});

labServer('pdns_server')('PowerDNS with a Lua policy', () => {
  let pdns: LabServer;
  beforeAll(async () => {
    pdns = await startPowerDns({
      luaPolicy: true,
      keys: [PUBLISHER],
      zones: [publisherZone(CORP, PUBLISHER.name), openZone('open.example'), staticZone('static.example')],
    });
  });
  afterEach(() => clear(pdns));

  test.each<Row>([
    ...ROWS_OF_ALL,
    { name: 'drops another type, and answers NOERROR', lines: [ADD_TXT], rcode: 'NOERROR', tsig: 'NOERROR' },
    {
      name: 'does half of a message, and answers NOERROR',
      lines: [add('kms1'), ADD_TXT],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      served: [srv('kms1')],
    },
    {
      name: 'drops updates of a static zone, and answers NOERROR',
      zone: 'static.example',
      lines: [add('kms1', 'static.example')],
      rcode: 'NOERROR',
      tsig: 'NOERROR',
    },
    // By UDP, 4.7.3 hands the policy the key name of the signed message before, so that the unsigned one is
    // carried out: the connection of its own keeps this row true.
    {
      name: 'drops unsigned updates, and answers NOERROR',
      key: 'none',
      tcp: true,
      lines: [add('kms1')],
      rcode: 'NOERROR',
      tsig: null,
    },
    {
      name: 'still sees a wrong secret',
      key: 'wrong-secret',
      lines: [add('kms1')],
      rcode: 'REFUSED',
      tsig: null,
    },
  ])('$name', (row) => walk(pdns, row));

  test('leaves no TXT behind', async () => {
    expect((await dig(pdns.endpoint, OWNER, 'TXT')).answer).toEqual([]);
  });
});

labServer('nsd')('NSD', () => {
  let nsd: LabServer;
  beforeAll(async () => {
    nsd = await startNsd({ zones: [staticZone(CORP, ['_vlmcs._tcp 300 IN SRV 0 0 1688 kms1'])] });
  });

  const served = [srv('kms1')];
  test.each<Row>([
    { name: 'cannot update', key: 'none', lines: [add('kms2')], rcode: 'NOTIMP', tsig: null, served },
    {
      name: 'cannot update over TCP',
      key: 'none',
      tcp: true,
      lines: [add('kms2')],
      rcode: 'NOTIMP',
      tsig: null,
      served,
    },
  ])('$name', (row) => walk(nsd, row));

  test('answers with authority', async () => {
    expect((await dig(nsd.endpoint, OWNER, 'SRV')).flags).toEqual(['qr', 'aa']);
    expect(await digSerial(nsd.endpoint, CORP)).toBe(1);
  });

  test('is not started for zones that should take updates', async () => {
    await expect(startNsd({ zones: [openZone('open.example')] })).rejects.toThrow(/NSD takes no updates/);
  });
});
