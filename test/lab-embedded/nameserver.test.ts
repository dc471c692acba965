import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import dns from 'native-dns';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { KmsDnsError } from '../../src/core/errors.ts';
import { joinName, parseFqdn } from '../../src/core/name.ts';
import type { Endpoint } from '../../src/core/net.ts';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import { hmacSigner, tsigKey } from '../../src/core/tsig.ts';
import {
  decodeMessage,
  encodeQuery,
  encodeUpdate,
  type Rr,
  rcodeName,
  TYPE,
  update,
} from '../../src/core/wire.ts';
import {
  type LabNameserver,
  type NameserverOptions,
  startNameserver,
  startSecondary,
} from '../../src/lab/nameserver.ts';
import { anybody } from '../../src/lab/policy.ts';
import { loopbackAddresses } from '../../src/lab/sockets.ts';
import { a, ns, rrsetAt, soa, soaOf, srv, type Zone, zoneFrom } from '../../src/lab/zone-data.ts';

const ZONE = parseFqdn('contoso.example');
const OWNER = joinName('_vlmcs._tcp', ZONE);
const KEY = tsigKey(parseFqdn('publisher'), 'hmac-sha256', Buffer.alloc(32, 7));

function zoneWith(...records: readonly Rr[]): Zone {
  const apex = [soa(ZONE, 'ns1.contoso.example'), ns(ZONE, 'ns1.contoso.example')];
  return zoneFrom({ name: ZONE, records: [...apex, a('ns1.contoso.example', '127.0.0.1'), ...records] });
}

const SMALL = zoneWith(srv(OWNER, 'kms1.contoso.example'), a('kms1.contoso.example', '192.0.2.11'));
const ADD = update.add(srv(OWNER, 'kms2.contoso.example'));

const started: { stop(): Promise<void> }[] = [];
const nets: SystemNet[] = [];

async function start(options: Partial<NameserverOptions> = {}): Promise<LabNameserver> {
  const server = await startNameserver({ zones: [SMALL], policy: anybody, ...options });
  started.push(server);
  return server;
}

function net(): SystemNet {
  const opened = systemNet();
  nets.push(opened);
  return opened;
}

afterEach(async () => {
  for (const one of nets.splice(0)) one.close();
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

const srvQuestion = (id: number): Uint8Array =>
  encodeQuery({ id, name: OWNER, type: TYPE.SRV, recurse: false });
const addition = (id = 1): Uint8Array => encodeUpdate({ id, zone: ZONE, prerequisites: [], updates: [ADD] });

/** The RCODE of the answer, or the fault; `targets` are those of the SRV records in it. */
async function ask(
  to: Endpoint,
  message: Uint8Array,
  via: 'udp' | 'tcp' = 'udp',
  timeoutMs = 2000,
): Promise<{ said: string; targets: string[] }> {
  const outcome = await net().exchange({ to, via, message, timeoutMs });
  if (!outcome.ok) return { said: outcome.fault.kind, targets: [] };
  const decoded = decodeMessage(outcome.value.reply);
  if (!decoded.ok) return { said: decoded.detail, targets: [] };
  const targets = decoded.value.answers.flatMap(({ rdata }) =>
    rdata.kind === 'SRV' ? [rdata.record.target.split('.')[0]!] : [],
  );
  return { said: rcodeName(decoded.value.header.rcode), targets: targets.sort() };
}

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
}

/** A connection that collects the messages it gets until it is closed. */
function dial({ address, port }: Endpoint): { socket: Socket; ended: Promise<readonly Buffer[]> } {
  const socket = connect({ host: address, port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<readonly Buffer[]>((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      const octets = Buffer.concat(chunks);
      const messages: Buffer[] = [];
      for (let at = 0; at + 2 <= octets.length; at += 2 + octets.readUInt16BE(at)) {
        messages.push(octets.subarray(at + 2, at + 2 + octets.readUInt16BE(at)));
      }
      resolve(messages);
    });
    socket.on('end', () => socket.end());
  });
  return { socket, ended };
}

describe('startNameserver', () => {
  test.each(['udp', 'tcp'] as const)('answers and is updated over %s', async (via) => {
    const { endpoint } = await start();
    expect(await ask(endpoint, srvQuestion(1), via)).toEqual({ said: 'NOERROR', targets: ['kms1'] });
    expect((await ask(endpoint, addition(), via)).said).toBe('NOERROR');
    expect((await ask(endpoint, srvQuestion(2), via)).targets).toEqual(['kms1', 'kms2']);
  });

  test.each(['udp', 'tcp'] as const)('is understood by native-dns over %s', async (type) => {
    const { endpoint } = await start();
    const answer = await new Promise<readonly object[]>((resolve, reject) => {
      const question = dns.Question({ name: '_vlmcs._tcp.contoso.example', type: 'SRV' });
      const request = dns.Request({ question, server: { ...endpoint, type }, timeout: 2000 });
      request.on('timeout', () => reject(new Error('no answer')));
      request.on('message', (error, message) => (error ? reject(error) : resolve(message.answer)));
      request.send();
    });
    expect(answer).toMatchObject([
      {
        name: '_vlmcs._tcp.contoso.example',
        type: 33,
        ttl: 3600,
        priority: 0,
        weight: 0,
        port: 1688,
        target: 'kms1.contoso.example',
      },
    ]);
  });

  it('listens on every loopback address, all on one port', async () => {
    const addresses = await loopbackAddresses();
    expect(addresses[0]).toBe('127.0.0.1');
    const { endpoints } = await start({ addresses });
    expect(new Set(endpoints.map(({ port }) => port)).size).toBe(1);
    expect(endpoints.map(({ address }) => address)).toEqual(addresses);
    for (const endpoint of endpoints) {
      expect((await ask(endpoint, srvQuestion(1))).said).toBe('NOERROR');
      expect((await ask(endpoint, srvQuestion(1), 'tcp')).said).toBe('NOERROR');
    }
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', '10.0.0.1', '128.0.0.1', 'localhost', '127.0.0.1:53', ''])(
    'does not listen on %j',
    async (address) => {
      await expect(start({ addresses: ['127.0.0.1', address] })).rejects.toMatchObject({
        name: 'KmsDnsError',
        code: 'address-invalid',
      });
    },
  );

  it('says when its port is taken, and takes nothing itself then', async () => {
    const { endpoint } = await start();
    const refused = (await start({ port: endpoint.port }).catch((error: unknown) => error)) as KmsDnsError;
    expect(refused).toMatchObject({
      code: 'port-unavailable',
      hint: expect.stringContaining('another port'),
    });
    expect(refused.message).toBe(
      `the practice network cannot listen on 127.0.0.1:${endpoint.port}: something else listens there`,
    );
    // Only UDP is taken: TCP must be given back.
    const { port } = endpoint;
    await started[0]!.stop();
    const udp = createSocket('udp4');
    await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
    await expect(start({ port })).rejects.toMatchObject({ code: 'port-unavailable' });
    await new Promise<void>((resolve) => udp.close(() => resolve()));
    expect((await start({ port })).endpoint.port).toBe(port);
  });

  it('gives its port back when it stops, twice if need be', async () => {
    const first = await start();
    const open = dial(first.endpoint);
    await new Promise((resolve) => open.socket.once('connect', resolve));
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    expect(await open.ended).toEqual([]);
    const second = await start({ port: first.endpoint.port });
    expect((await ask(second.endpoint, srvQuestion(1))).said).toBe('NOERROR');
  });

  it('does not do what was still waiting when it stopped', async () => {
    const server = await start({ quirks: { delayMs: 60_000 } });
    const waiting = ask(server.endpoint, addition(), 'tcp', 5000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.stop();
    expect((await waiting).said).not.toBe('NOERROR');
    expect(server.zone('contoso.example')).toBe(SMALL);
  });

  it('answers late when told to', async () => {
    const { endpoint } = await start({ quirks: { delayMs: 30 } });
    expect((await ask(endpoint, srvQuestion(1), 'udp', 1)).said).toBe('timeout');
    expect((await ask(endpoint, srvQuestion(1))).said).toBe('NOERROR');
  });

  it('sends a forgery first, and a client that waits gets the truth', async () => {
    const { endpoint, zone } = await start({ keys: [KEY], quirks: { forgedErrorFirst: true } });
    const signer = hmacSigner(KEY);
    const { signed, mac } = await signer.sign(addition(), new Date());
    for (const via of ['udp', 'tcp'] as const) {
      const seen: string[] = [];
      const outcome = await net().exchange({
        to: endpoint,
        via,
        message: signed,
        timeoutMs: 2000,
        accept: async (reply) => {
          const verdict = await signer.verify(reply, mac, new Date());
          seen.push(verdict.kind);
          return verdict.kind === 'good';
        },
      });
      expect(seen).toEqual(['rejected', 'good']);
      expect(outcome.ok && outcome.value.accepted).toBe(true);
    }
    expect(soaOf(zone('contoso.example')).serial).toBe(2);
  });

  it('can change its ways while it runs', async () => {
    const server = await start();
    server.setQuirks({ refuse: true });
    expect((await ask(server.endpoint, srvQuestion(1))).said).toBe('REFUSED');
    server.setQuirks({});
    expect((await ask(server.endpoint, srvQuestion(1))).said).toBe('NOERROR');
  });

  it('keeps the newest 1,000 requests, and tells of each', async () => {
    const told: string[] = [];
    const server = await start({ onEvent: ({ request }) => told.push(request.kind) });
    const { socket, ended } = dial(server.endpoint);
    for (let id = 0; id < 1001; id++) socket.write(framed(srvQuestion(id)));
    socket.end(framed(addition()));
    expect(await ended).toHaveLength(1002);
    expect(told).toHaveLength(1002);
    expect(server.log).toHaveLength(1000);
    expect(server.log.at(-1)).toMatchObject({
      via: 'tcp',
      request: { kind: 'update', zone: ZONE },
      rcode: 'NOERROR',
      serial: { from: 1, to: 2 },
    });
  });
});

describe('TCP', () => {
  it('answers pipelined questions in order, also after the asker has ended its side', async () => {
    const { endpoint } = await start();
    const { socket, ended } = dial(endpoint);
    const ids = Array.from({ length: 200 }, (_, id) => id);
    socket.end(Buffer.concat(ids.map((id) => framed(srvQuestion(id)))));
    expect((await ended).map((reply) => reply.readUInt16BE(0))).toEqual(ids);
  });

  it('answers what came while it was busy, together with the end', async () => {
    const { endpoint } = await start({ quirks: { delayMs: 30 } });
    const { socket, ended } = dial(endpoint);
    await new Promise((resolve) => socket.write(framed(srvQuestion(1)), resolve));
    await new Promise((resolve) => setTimeout(resolve, 10));
    socket.write(framed(srvQuestion(2)));
    socket.end(framed(srvQuestion(3)));
    expect((await ended).map((reply) => reply.readUInt16BE(0))).toEqual([1, 2, 3]);
  });

  it('waits for the rest of a message, octet by octet', async () => {
    const { endpoint } = await start();
    const { socket, ended } = dial(endpoint);
    socket.setNoDelay(true);
    for (const octet of framed(srvQuestion(77))) {
      await new Promise<void>((resolve) => socket.write(Uint8Array.of(octet), () => resolve()));
    }
    socket.end();
    expect((await ended).map((reply) => reply.readUInt16BE(0))).toEqual([77]);
  });

  it('says nothing to what is no message, and goes on', async () => {
    const { endpoint } = await start();
    const { socket, ended } = dial(endpoint);
    socket.end(Buffer.concat([Buffer.from([0, 0]), framed(Buffer.from('GET /')), framed(srvQuestion(5))]));
    expect((await ended).map((reply) => reply.readUInt16BE(0))).toEqual([5]);
  });

  it('survives askers that tear the connection down, before and after the question', async () => {
    const { endpoint } = await start({ quirks: { delayMs: 10 } });
    for (const question of [undefined, srvQuestion(1), srvQuestion(2).subarray(0, 9)]) {
      const { socket, ended } = dial(endpoint);
      await new Promise((resolve) => socket.once('connect', resolve));
      if (question !== undefined) await new Promise((resolve) => socket.write(framed(question), resolve));
      socket.resetAndDestroy();
      await ended;
    }
    expect((await ask(endpoint, srvQuestion(3), 'tcp')).said).toBe('NOERROR');
  });

  it('drops the sixty-fifth connection, and takes another once one is closed', async () => {
    const { endpoint } = await start();
    const open = Array.from({ length: 64 }, () => dial(endpoint));
    await Promise.all(open.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await ask(endpoint, srvQuestion(1), 'tcp')).said).not.toBe('NOERROR');
    expect((await ask(endpoint, srvQuestion(1), 'udp')).said).toBe('NOERROR');
    for (const { socket } of open) socket.end();
    await Promise.all(open.map(({ ended }) => ended));
    expect((await ask(endpoint, srvQuestion(1), 'tcp')).said).toBe('NOERROR');
  });
});

describe('the administrator at the console', () => {
  it('changes a zone without key and policy, and the serial moves on', async () => {
    const server = await start({ policy: () => false });
    const seen: number[] = [];
    const end = server.onZoneChange((zone) => seen.push(soaOf(zone).serial));
    server.changeZone('contoso.example', [ADD]);
    server.changeZone('contoso.example', [ADD]);
    expect((await ask(server.endpoint, srvQuestion(1))).targets).toEqual(['kms1', 'kms2']);
    server.replaceZone(SMALL);
    expect((await ask(server.endpoint, srvQuestion(1))).targets).toEqual(['kms1']);
    end();
    server.changeZone('contoso.example', [ADD]);
    expect(seen).toEqual([2, 1]);
  });

  it('is told of mistakes', async () => {
    const server = await start();
    expect(() => server.zone('elsewhere.test')).toThrow(/no zone "elsewhere.test"/);
    expect(() => server.changeZone('contoso.example', [a('www.elsewhere.test', '192.0.2.1')])).toThrow(
      /NOTZONE/,
    );
  });

  it('adds a zone', async () => {
    const server = await start();
    server.replaceZone(
      zoneFrom({
        name: 'fabrikam.example',
        records: [
          soa('fabrikam.example', 'ns1.contoso.example'),
          ns('fabrikam.example', 'ns1.contoso.example'),
        ],
      }),
    );
    const soaQuestion = encodeQuery({
      id: 1,
      name: parseFqdn('fabrikam.example'),
      type: TYPE.SOA,
      recurse: false,
    });
    expect((await ask(server.endpoint, soaQuestion)).said).toBe('NOERROR');
  });
});

describe('startSecondary', () => {
  it('stays behind until it is told to catch up, and takes no updates', async () => {
    const primary = await start();
    const secondary = await startSecondary(primary, { zones: ['contoso.example'] });
    started.push(secondary);
    expect((await ask(primary.endpoint, addition())).said).toBe('NOERROR');
    expect((await ask(secondary.endpoint, srvQuestion(1))).targets).toEqual(['kms1']);
    expect((await ask(secondary.endpoint, addition())).said).toBe('REFUSED');
    secondary.catchUp();
    expect((await ask(secondary.endpoint, srvQuestion(1))).targets).toEqual(['kms1', 'kms2']);
    expect(soaOf(secondary.zone('contoso.example')).serial).toBe(2);
  });

  it('catches up by itself after its lag', async () => {
    const primary = await start();
    const secondary = await startSecondary(primary, { zones: ['contoso.example'], lagMs: 20 });
    started.push(secondary);
    const arrived = new Promise<Zone>((resolve) => secondary.onZoneChange(resolve));
    primary.changeZone('contoso.example', [ADD]);
    expect(secondary.zone('contoso.example')).toBe(SMALL);
    expect(rrsetAt(await arrived, OWNER, TYPE.SRV)?.members).toHaveLength(2);
  });

  it('hears nothing more once it has stopped', async () => {
    const primary = await start();
    const secondary = await startSecondary(primary, { zones: ['contoso.example'], lagMs: 5 });
    primary.changeZone('contoso.example', [ADD]);
    await secondary.stop();
    await secondary.stop();
    primary.changeZone('contoso.example', [update.deleteRr(ADD)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(secondary.zone('contoso.example')).toBe(SMALL);
  });

  it('mirrors only zones the primary has', async () => {
    await expect(startSecondary(await start(), { zones: ['elsewhere.test'] })).rejects.toThrow(/no zone/);
  });
});
