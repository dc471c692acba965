import { describe, expect, test } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { hostResolver } from '../../src/core/resolve.ts';
import { type Located, locateZone, type ZoneSearch } from '../../src/core/zone.ts';
import { type AnswerTable, type FakeNet, fakeNet, reply } from '../support/fake-net.ts';

const RESOLVER = parseEndpoint('10.0.0.53', 53);
const NAMED = parseEndpoint('127.0.0.1:5300', 53);
const OWNER = parseFqdn('_vlmcs._tcp.east.contoso.com');
const TIMEOUT = { kind: 'timeout', afterMs: 1000, sent: true } as const;

const soa = (zone: string, primary = `ns1.${zone}`) =>
  ({
    type: 'SOA',
    name: zone,
    ttl: 300,
    data: { mname: primary, rname: 'h.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 },
  }) as const;
const ns = (zone: string, ...hosts: readonly string[]) =>
  hosts.map((host) => ({ type: 'NS', name: zone, ttl: 300, data: host }) as const);
const address = (host: string, text: string) => ({ type: 'A', name: host, ttl: 300, data: text }) as const;
const recursive = { aa: false, ra: true } as const;
/** A resolver that has nothing at a name, in a zone. */
const nothing = (zone: string) => reply({ ...recursive, authorities: [soa(zone)] });
const NXDOMAIN = 3;

async function locate(
  table: AnswerTable,
  search: Partial<ZoneSearch> = {},
  lookups: Readonly<Record<string, readonly string[]>> = {},
): Promise<{ located: Located; net: FakeNet }> {
  const net = fakeNet(table, { lookups });
  const patience = { timeoutMs: 1000 };
  const resolvers = search.resolvers ?? [RESOLVER];
  const server = search.server === undefined ? [] : [search.server];
  const hosts = hostResolver(net, [...server, ...resolvers], patience, false);
  const located = await locateZone(
    net,
    { owner: OWNER, authorities: [], resolvers, hosts, ...search },
    patience,
  );
  return { located, net };
}

/** What every resolver knows of ns1 and ns2. */
const SERVERS: AnswerTable = {
  '* NS contoso.com': reply({
    ...recursive,
    answers: ns('contoso.com', 'ns1.contoso.com', 'ns2.contoso.com'),
  }),
  '* A ns1.contoso.com': reply({ ...recursive, answers: [address('ns1.contoso.com', '10.0.1.1')] }),
  '* A ns2.contoso.com': reply({ ...recursive, answers: [address('ns2.contoso.com', '10.0.1.2')] }),
  '* AAAA ns1.contoso.com': nothing('contoso.com'),
  '* AAAA ns2.contoso.com': nothing('contoso.com'),
};
const SERVES = reply({ answers: [soa('contoso.com')] });

describe('the zone', () => {
  test('is the owner of the SOA in the authority section of a denial', async () => {
    const { located } = await locate({
      ...SERVERS,
      '10.0.0.53:53 SOA _vlmcs._tcp.east.contoso.com': reply({
        ...recursive,
        rcode: NXDOMAIN,
        authorities: [soa('contoso.com')],
      }),
      '10.0.1.1:53 SOA contoso.com': SERVES,
    });
    expect(located).toMatchObject({
      ok: true,
      view: {
        zone: 'contoso.com.',
        primary: { server: { address: '10.0.1.1', port: 53 }, host: 'ns1.contoso.com.' },
      },
    });
    expect(located.ok && located.view.authorities.map(({ server }) => server.address)).toEqual([
      '10.0.1.1',
      '10.0.1.2',
    ]);
  });

  test('is the name itself where the SOA is in the answer', async () => {
    const zone = '_vlmcs._tcp.east.contoso.com';
    const { located } = await locate({
      [`* SOA ${zone}`]: reply({ answers: [soa(zone, 'ns1.contoso.com')] }),
      [`* NS ${zone}`]: reply({ ...recursive, answers: ns(zone, 'ns1.contoso.com') }),
      '* A ns1.contoso.com': reply({ ...recursive, answers: [address('ns1.contoso.com', '10.0.1.1')] }),
      '* AAAA ns1.contoso.com': nothing('contoso.com'),
    });
    expect(located).toMatchObject({ ok: true, view: { zone: `${zone}.` } });
  });

  test('is looked for above an alias: the SOA beside it belongs to the target', async () => {
    const alias = {
      type: 'CNAME',
      name: '_vlmcs._tcp.east.contoso.com',
      ttl: 300,
      data: 'kms.fabrikam.com',
    } as const;
    const { located, net } = await locate({
      ...SERVERS,
      '* SOA _vlmcs._tcp.east.contoso.com': reply({
        ...recursive,
        answers: [alias],
        authorities: [soa('fabrikam.com')],
      }),
      '* SOA _tcp.east.contoso.com': nothing('contoso.com'),
      '* SOA contoso.com': SERVES,
    });
    expect(located).toMatchObject({ ok: true, view: { zone: 'contoso.com.' } });
    expect(net.asked.filter((asked) => asked.includes('SOA _tcp.east'))).toHaveLength(1);
  });

  test('cannot be had below a DNAME', async () => {
    const dname = { type: 'DNAME', name: 'east.contoso.com', ttl: 300, data: 'west.contoso.com' } as const;
    const { located } = await locate({
      '* SOA _vlmcs._tcp.east.contoso.com': reply({ ...recursive, answers: [dname] }),
    });
    expect(located).toMatchObject({ ok: false, because: expect.stringContaining('DNAME') });
  });

  test('is not the one of the root or a registry that answers for want of anybody else', async () => {
    for (const zone of ['.', 'com']) {
      const { located } = await locate({
        '* SOA _vlmcs._tcp.east.contoso.com': reply({
          ...recursive,
          rcode: NXDOMAIN,
          authorities: [soa(zone, 'a.nic.test')],
        }),
      });
      expect(located).toMatchObject({
        ok: false,
        because: expect.stringContaining('hardly where it belongs'),
      });
    }
  });

  test('is unknown, not absent, when nobody says anything', async () => {
    const { located } = await locate({ '* SOA _vlmcs._tcp.east.contoso.com': [TIMEOUT] });
    expect(located).toEqual({
      ok: false,
      because: expect.stringContaining('10.0.0.53:53 no answer within 1.0 s'),
      steps: [],
    });
  });

  test('is asked of the next resolver when the first refuses', async () => {
    const second = parseEndpoint('10.0.0.54', 53);
    const { located } = await locate(
      {
        ...SERVERS,
        '10.0.0.53:53 *': reply({ aa: false, rcode: 5 }),
        '10.0.0.54:53 SOA _vlmcs._tcp.east.contoso.com': nothing('contoso.com'),
        '10.0.1.1:53 SOA contoso.com': SERVES,
      },
      { resolvers: [RESOLVER, second] },
    );
    expect(located).toMatchObject({ ok: true, view: { zone: 'contoso.com.' } });
  });
});

describe('the primary', () => {
  const found = { '* SOA _vlmcs._tcp.east.contoso.com': nothing('contoso.com') };

  test('falls back to the NS set when the MNAME does not resolve', async () => {
    const { located } = await locate({
      ...SERVERS,
      '* SOA _vlmcs._tcp.east.contoso.com': reply({
        ...recursive,
        authorities: [soa('contoso.com', 'a.misconfigured.invalid')],
      }),
      '* A a.misconfigured.invalid': reply({ ...recursive, rcode: NXDOMAIN }),
      '* AAAA a.misconfigured.invalid': reply({ ...recursive, rcode: NXDOMAIN }),
      '10.0.1.1:53 SOA contoso.com': SERVES,
    });
    // An MNAME that nobody knows means nothing; a name server that nobody knows would.
    expect(located).toMatchObject({
      ok: true,
      view: { primary: { host: 'ns1.contoso.com.' }, unresolved: [] },
    });
  });

  test('is the next name server when the first is silent or does not serve the zone', async () => {
    for (const first of [
      TIMEOUT,
      reply({ aa: false, rcode: 5 }),
      reply({ aa: false, answers: [soa('contoso.com')] }),
    ]) {
      const { located } = await locate({
        ...SERVERS,
        ...found,
        '10.0.1.1:53 SOA contoso.com': first,
        '10.0.1.2:53 SOA contoso.com': SERVES,
      });
      expect(located).toMatchObject({ ok: true, view: { primary: { server: { address: '10.0.1.2' } } } });
    }
  });

  test('is nobody when none of them answers', async () => {
    const { located } = await locate({ ...SERVERS, ...found, '* SOA contoso.com': TIMEOUT });
    expect(located).toMatchObject({
      ok: false,
      because: expect.stringContaining('none of the name servers of contoso.com'),
    });
  });

  test('is the named server, and its name servers listen on its port where the address is the same', async () => {
    const { located } = await locate(
      {
        '127.0.0.1:5300 SOA _vlmcs._tcp.east.contoso.com': nothing('contoso.com'),
        '127.0.0.1:5300 NS contoso.com': reply({
          answers: ns('contoso.com', 'ns1.contoso.com', 'ns9.contoso.com'),
        }),
        '127.0.0.1:5300 A ns1.contoso.com': reply({
          answers: [address('ns1.contoso.com', '127.0.0.1'), address('ns1.contoso.com', '10.0.1.1')],
        }),
        '127.0.0.1:5300 AAAA ns1.contoso.com': nothing('contoso.com'),
        '127.0.0.1:5300 A ns9.contoso.com': reply({ rcode: NXDOMAIN, authorities: [soa('contoso.com')] }),
        '127.0.0.1:5300 AAAA ns9.contoso.com': reply({ rcode: NXDOMAIN, authorities: [soa('contoso.com')] }),
      },
      { server: NAMED, resolvers: [] },
    );
    expect(located).toMatchObject({
      ok: true,
      view: {
        primary: { server: NAMED, host: 'ns1.contoso.com.' },
        authorities: [{ server: NAMED }, { server: { address: '10.0.1.1', port: 5300 } }],
        unresolved: [{ host: 'ns9.contoso.com.' }],
      },
    });
  });

  test('named authorities take the place of all that NS leads to', async () => {
    const authorities = [parseEndpoint('10.9.9.1', 53), parseEndpoint('10.9.9.2', 53)];
    const { located, net } = await locate(
      { '10.9.9.1:53 SOA _vlmcs._tcp.east.contoso.com': nothing('contoso.com') },
      { authorities },
    );
    expect(located).toMatchObject({ ok: true, view: { primary: { server: authorities[0] } } });
    expect(located.ok && located.view.authorities.map(({ server }) => server)).toEqual(authorities);
    expect(net.asked.some((asked) => asked.includes(' NS '))).toBe(false);
  });

  test('a silent named server is asked once, and named', async () => {
    const { located, net } = await locate(
      { '127.0.0.1:5300 *': TIMEOUT, '10.0.0.53:53 *': reply({ ...recursive, rcode: NXDOMAIN }) },
      { server: NAMED },
    );
    expect(located).toMatchObject({ ok: false, because: '127.0.0.1:5300: no answer within 1.0 s' });
    // Two tries over UDP and one over TCP, for the first name only.
    expect(net.asked.filter((asked) => asked.startsWith('127.0.0.1:5300'))).toHaveLength(3);
  });
});
