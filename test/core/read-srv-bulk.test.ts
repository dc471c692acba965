import { describe, expect, it } from 'vitest';
import { displayName, type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { BulkListener, BulkNet, BulkTerms, NetFault } from '../../src/core/net.ts';
import type { SrvReading } from '../../src/core/read-srv.ts';
import { readSrvBulk, type SrvBulk, type TakeReading } from '../../src/core/read-srv-bulk.ts';
import { decodeMessage } from '../../src/core/wire.ts';
import { type Answered, type AnswerTable, fakeNet, reply, SILENCE, srvAnswer } from '../support/fake-net.ts';
import { endpoint } from '../support/srv-sets.ts';

const SERVER = endpoint('10.0.0.53');

function owners(count: number): readonly Fqdn[] {
  return Array.from({ length: count }, (_, i) => parseFqdn(`_vlmcs._tcp.d${i}.example`));
}

function published(owner: Fqdn): Answered {
  return reply({ answers: srvAnswer(displayName(owner), 3600, '0 0 1688 kms1.example') });
}

interface FakeBulkNet extends BulkNet {
  /** Questions sent in bulk. */
  readonly bulkAsked: readonly Fqdn[];
  readonly asked: readonly string[];
  readonly mostUnderWay: () => number;
  readonly terms: () => BulkTerms | undefined;
  readonly closed: () => boolean;
}

/** Answers each question of a bulk in a turn of its own; what goes by `exchange` instead is in the table. */
function bulkNet(answerOf: (owner: Fqdn) => Answered, table: AnswerTable = {}): FakeBulkNet {
  const net = fakeNet(table);
  const bulkAsked: Fqdn[] = [];
  const underWay = new Set<number>();
  let most = 0;
  let given: BulkTerms | undefined;
  let closed = false;
  return {
    ...net,
    asked: net.asked,
    bulkAsked,
    mostUnderWay: () => most,
    terms: () => given,
    closed: () => closed,
    openBulk: (to, terms, listener: BulkListener) => {
      expect(to).toEqual(SERVER);
      given = terms;
      return {
        ask: (ticket, message) => {
          expect(ticket).toBeLessThan(terms.tickets);
          expect(underWay.has(ticket)).toBe(false);
          underWay.add(ticket);
          most = Math.max(most, underWay.size);
          const decoded = decodeMessage(message);
          const owner = decoded.ok ? decoded.value.questions[0]!.name : parseFqdn('.');
          bulkAsked.push(owner);
          setImmediate(() => {
            underWay.delete(ticket);
            const answered = answerOf(owner);
            if (typeof answered === 'function') listener.answered(ticket, answered(message));
            else listener.lost(ticket, answered);
          });
        },
        close: () => {
          closed = true;
        },
      };
    },
  };
}

function bulk(inFlight = 8): SrvBulk {
  return { server: SERVER, recurse: false, inFlight, patience: { timeoutMs: 700 } };
}

async function readAll(
  net: BulkNet,
  names: Iterable<Fqdn> | AsyncIterable<Fqdn>,
  terms = bulk(),
): Promise<Map<Fqdn, SrvReading>> {
  const readings = new Map<Fqdn, SrvReading>();
  await readSrvBulk(net, terms, names, (owner, reading) => {
    expect(readings.has(owner)).toBe(false);
    readings.set(owner, reading);
  });
  return readings;
}

describe('readSrvBulk', () => {
  it('reads every owner once, with as many under way as allowed and never more', async () => {
    const net = bulkNet(published);
    const readings = await readAll(net, owners(100));
    expect([...readings.keys()].sort()).toEqual([...owners(100)].sort());
    expect(readings.get(owners(1)[0]!)).toEqual({
      kind: 'set',
      authoritative: true,
      set: {
        name: '_vlmcs._tcp.d0.example.',
        ttlSeconds: 3600,
        records: [{ priority: 0, weight: 0, port: 1688, target: 'kms1.example.' }],
      },
    });
    expect(net.bulkAsked).toEqual(owners(100));
    expect(net.mostUnderWay()).toBe(8);
    expect(net.terms()).toEqual({ tickets: 8, timeoutMs: 700 });
    expect(net.closed()).toBe(true);
    expect(net.asked).toEqual([]);
  });

  it('reads nothing when there is nothing to read', async () => {
    const net = bulkNet(published);
    expect(await readAll(net, [])).toEqual(new Map());
    expect(net.closed()).toBe(true);
  });

  it('draws owners only when there is room, from lists without an end too', async () => {
    let drawn = 0;
    let taken = 0;
    function* endless(): Generator<Fqdn> {
      for (const owner of owners(1000)) {
        drawn++;
        expect(drawn - taken).toBeLessThanOrEqual(5);
        yield owner;
        if (taken > 50) return;
      }
    }
    await readSrvBulk(bulkNet(published), bulk(4), endless(), () => {
      taken++;
    });
    expect(taken).toBe(drawn);
  });

  it('takes owners as they come', async () => {
    async function* lines(): AsyncGenerator<Fqdn> {
      for (const owner of owners(20)) {
        await new Promise((resolve) => setImmediate(resolve));
        yield owner;
      }
    }
    expect((await readAll(bulkNet(published), lines())).size).toBe(20);
  });

  it('asks no faster than the readings are taken', async () => {
    const net = bulkNet(published);
    const open: (() => void)[] = [];
    let taken = 0;
    const take: TakeReading = () => {
      taken++;
      return new Promise((resolve) => open.push(resolve));
    };
    const done = readSrvBulk(net, bulk(4), owners(10), take);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(4);
    expect(net.bulkAsked).toHaveLength(4);
    let ended = false;
    void done.then(() => {
      ended = true;
    });
    while (!ended) {
      for (const resolve of open.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken).toBe(10);
  });

  const [FIRST] = owners(1);
  const KEY = `10.0.0.53:53 SRV ${displayName(FIRST!)}`;

  it.each<[string, Answered, SrvReading]>([
    ['there is none', reply({ rcode: 3 }), { kind: 'absent', rcode: 'NXDOMAIN', authoritative: true }],
    ['the server will not say', reply({ rcode: 5 }), { kind: 'error', rcode: 'REFUSED' }],
    [
      'the name is an alias',
      reply({ answers: [{ type: 'CNAME', name: displayName(FIRST!), ttl: 60, data: 'b.example' }] }),
      { kind: 'alias', by: 'CNAME', target: parseFqdn('b.example'), authoritative: true },
    ],
  ])('understands answers that are not plain: %s', async (_, answered, expected) => {
    const net = bulkNet(() => answered);
    expect((await readAll(net, [FIRST!])).get(FIRST!)).toEqual(expected);
    expect(net.asked).toEqual([]);
  });

  it('asks again by itself when an answer was lost', async () => {
    const net = bulkNet(() => SILENCE, { [KEY]: published(FIRST!) });
    expect((await readAll(net, [FIRST!])).get(FIRST!)?.kind).toBe('set');
    expect(net.asked).toEqual([`10.0.0.53:53/udp SRV ${displayName(FIRST!)}`]);
  });

  it('asks again over TCP when the answer was cut', async () => {
    const truncated: Answered = (message) => {
      const octets = reply({})(message);
      octets[2]! |= 0x02;
      return octets;
    };
    const net = bulkNet(() => truncated, { [KEY]: published(FIRST!) });
    expect((await readAll(net, [FIRST!])).get(FIRST!)?.kind).toBe('set');
    expect(net.asked).toEqual([`10.0.0.53:53/tcp SRV ${displayName(FIRST!)}`]);
  });

  it('says what stayed silent, and never that it is absent', async () => {
    const net = bulkNet(() => SILENCE, { [KEY]: SILENCE });
    expect((await readAll(net, [FIRST!])).get(FIRST!)).toEqual({ kind: 'silent', fault: SILENCE });
  });

  it('asks nobody again once the run is over', async () => {
    const over: NetFault = { kind: 'cancelled', by: 'deadline', sent: true };
    const net = bulkNet(() => over);
    const readings = await readAll(net, owners(30));
    expect([...readings.values()]).toEqual(Array(30).fill({ kind: 'silent', fault: over }));
    expect(net.asked).toEqual([]);
  });

  it.each<[string, TakeReading]>([
    [
      'throws',
      () => {
        throw new Error('full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('full'))],
  ])('ends with the error of a taker that %s, and draws no more', async (_, take) => {
    const net = bulkNet(published);
    await expect(readSrvBulk(net, bulk(4), owners(100), take)).rejects.toThrow('full');
    expect(net.bulkAsked.length).toBeLessThan(10);
    expect(net.closed()).toBe(true);
  });

  it('ends with the error of the list, after what is under way was taken', async () => {
    function* broken(): Generator<Fqdn> {
      yield* owners(3);
      throw new Error('no such file');
    }
    const net = bulkNet(published);
    let taken = 0;
    const reading = readSrvBulk(net, bulk(), broken(), () => {
      taken++;
    });
    await expect(reading).rejects.toThrow('no such file');
    expect(taken).toBe(3);
    expect(net.closed()).toBe(true);
  });
});
