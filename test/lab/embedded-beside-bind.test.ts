/**
 * The embedded practice server beside a real BIND: the same octets to both, the same answers and the same records
 * afterwards. It shall not teach anybody a DNS that does not exist.
 *
 * Where the two are known to differ, BIND 9.18 has: a negative answer to an SOA
 * question with TTL 0 (zero-no-soa-ttl); REFUSED for a zone of another class, which no view of it has; octets after
 * the last record passed over, where our codec is strict; a name server without an address refused
 * (check-integrity). None of these has a row.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tsigErrorName } from '../../src/core/dns-codes.ts';
import { displayName, type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { Endpoint } from '../../src/core/net.ts';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import { hmacSigner, type TsigKey, tsigKey } from '../../src/core/tsig.ts';
import { appendTsig, readTsig } from '../../src/core/tsig-record.ts';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  encodeQuery,
  encodeUpdate,
  OPCODE,
  type Question,
  type Rr,
  rcodeName,
  rcodeOf,
  TYPE,
  update,
} from '../../src/core/wire.ts';
import { type LabNameserver, startNameserver } from '../../src/lab/nameserver.ts';
import { formatRr } from '../../src/lab/record-text.ts';
import { a, recordsOf, zoneFrom } from '../../src/lab/zone-data.ts';
import { anyUpdate } from '../support/arbitrary-updates.ts';
import { queryCases, questionedRecords } from '../support/query-cases.ts';
import { caseRecords, updateCases } from '../support/update-cases.ts';
import { type BindServer, startBind } from './support/bind.ts';
import { dig } from './support/dig.ts';
import { freshKey } from './support/keys.ts';
import { labServer } from './support/require.ts';
import { keyedZone, openZone } from './support/zones.ts';

const QUERY_ZONE = parseFqdn('query.example');
const KEYED_ZONE = parseFqdn('keyed.example');
const ROW_NAMES = updateCases(QUERY_ZONE).map(({ name }) => name);
const zoneOfRow = (row: number): Fqdn => parseFqdn(`row${row}.example`);
const KEY = freshKey('publisher');

const tsigOf = ({ name, algorithm, secret }: typeof KEY): TsigKey =>
  tsigKey(parseFqdn(name), algorithm, Buffer.from(secret, 'base64'));

labServer('named')('the practice server beside BIND', () => {
  let bind: BindServer;
  let lab: LabNameserver;
  let net: SystemNet;

  beforeAll(async () => {
    // One more for the random updates.
    const rows = [...ROW_NAMES, 'random'].map((_, row) => zoneOfRow(row));
    // The first three records, SOA, NS and its address, are in every zone file of the lab.
    const master = (records: readonly Rr[]): string[] => records.slice(3).map(formatRr);
    const quiet = { hosts: false, healthCheck: false } as const;
    bind = await startBind({
      keys: [KEY],
      zones: [
        openZone('health.example'),
        { ...openZone('query.example', master(questionedRecords(QUERY_ZONE))), ...quiet },
        { ...keyedZone('keyed.example', KEY.name, master(caseRecords(KEYED_ZONE))), ...quiet },
        ...rows.map((zone) => ({ ...openZone(displayName(zone), master(caseRecords(zone))), ...quiet })),
      ],
    });
    lab = await startNameserver({
      zones: [
        zoneFrom({ name: QUERY_ZONE, records: questionedRecords(QUERY_ZONE) }),
        zoneFrom({ name: KEYED_ZONE, records: caseRecords(KEYED_ZONE) }),
        ...rows.map((name) => zoneFrom({ name, records: caseRecords(name) })),
      ],
      keys: [tsigOf(KEY)],
      policy: ({ zone, keyName }) => zone !== KEYED_ZONE || keyName !== undefined,
    });
    net = systemNet();
  });

  afterAll(async () => {
    net?.close();
    await lab?.stop();
  });

  /** What each of the two says to the same octets; `silence` when it says nothing. */
  async function both<T>(
    message: Uint8Array,
    read: (reply: Uint8Array) => T,
    via: 'udp' | 'tcp' = 'tcp',
  ): Promise<{ bind: T | 'silence'; lab: T | 'silence' }> {
    const ask = async (to: Endpoint): Promise<T | 'silence'> => {
      const outcome = await net.exchange({ to, via, message, timeoutMs: 1500 });
      return outcome.ok ? read(outcome.value.reply) : 'silence';
    };
    return { bind: await ask(bind.endpoint), lab: await ask(lab.endpoint) };
  }

  /** All records of a zone and the serial apart: the rest of the SOA is not the same text in both. */
  async function contents(zone: Fqdn): Promise<{ bind: readonly string[]; lab: readonly string[] }> {
    const { answer } = await dig(bind.endpoint, zone, 'AXFR', { tcp: true });
    const ours = [...lab.zone(zone).nodes.values()].flatMap((node) =>
      [...node.values()].flatMap((set) => recordsOf(set).map(formatRr)),
    );
    const normal = (lines: readonly string[]): string[] => [
      ...new Set(
        lines.map((line) => line.replace(/^(\S+) .* SOA \S+ \S+ (\d+) .*/, '$1 serial $2').toLowerCase()),
      ),
    ];
    return { bind: normal(answer).sort(), lab: normal(ours).sort() };
  }

  test.each(ROW_NAMES.map((name, row) => [name, row] as const))('update: %s', async (_, row) => {
    const zone = zoneOfRow(row);
    const { prerequisites = [], updates = [], rcode } = updateCases(zone)[row]!;
    const message = encodeUpdate({ id: row, zone, prerequisites, updates });
    const said = await both(message, (reply) => rcodeName(reply[3]! & 0x0f));
    expect(said).toEqual({ bind: rcode, lab: rcode });
    const held = await contents(zone);
    expect(held.lab).toEqual(held.bind);
  });

  test('a hundred random updates of one zone', async () => {
    const zone = zoneOfRow(ROW_NAMES.length);
    const rcodes = new Set<string>();
    for (const [id, { prerequisites, updates }] of fc
      .sample(anyUpdate(zone), { numRuns: 100, seed: 2136 })
      .entries()) {
      const message = encodeUpdate({ id, zone, prerequisites, updates });
      const said = await both(message, (reply) => rcodeName(reply[3]! & 0x0f));
      const held = await contents(zone);
      const what = [...prerequisites, ...updates].map(formatRr).join('\n');
      expect(said.lab, what).toBe(said.bind);
      expect(held.lab, what).toEqual(held.bind);
      rcodes.add(said.lab);
    }
    expect([...rcodes].sort()).toEqual(['NOERROR', 'NXDOMAIN', 'NXRRSET', 'YXDOMAIN', 'YXRRSET']);
  });

  test.each(queryCases(QUERY_ZONE).map((row) => [row.name, row.type, row] as const))(
    'query: %s %s',
    async (name, type, row) => {
      const message = encodeQuery({
        id: 7,
        name,
        type: TYPE[type],
        recurse: false,
        edns: { udpPayloadOctets: 1232 },
      });
      const said = await both(message, summary);
      expect(said.lab).toEqual(said.bind);
      expect(said.lab).toMatchObject({ rcode: row.rcode, aa: row.authoritative });
    },
  );

  const odd: readonly [string, Uint8Array | (() => Promise<Uint8Array>), string][] = [
    ['no zone', updateOf({ questions: [] }), 'FORMERR'],
    ['a zone section of type A', updateOf({ questions: [{ ...soaQuestion(), type: TYPE.A }] }), 'FORMERR'],
    ['a zone nobody has', updateOf({ questions: [soaQuestion('elsewhere.test')] }), 'NOTAUTH'],
    ['a name inside a zone', updateOf({ questions: [soaQuestion('kms1.query.example')] }), 'NOTAUTH'],
    ['the parent of a zone', updateOf({ questions: [soaQuestion('example')] }), 'NOTAUTH'],
    ['an unsigned update of a zone that wants a key', keyedUpdate(), 'REFUSED'],
    ['a signed one', () => signed(KEY), 'NOERROR, signed'],
    ['an unknown key', () => signed({ ...KEY, name: 'stranger' }), 'NOTAUTH, BADKEY'],
    ['another algorithm', () => signed({ ...KEY, algorithm: 'hmac-sha512' }), 'NOTAUTH, BADKEY'],
    ['another secret', () => signed({ ...KEY, secret: freshKey('publisher').secret }), 'NOTAUTH, BADSIG'],
    ['a clock an hour behind', () => signed(KEY, -3600), 'NOTAUTH, BADTIME, signed'],
    ['a clock an hour ahead', () => signed(KEY, 3600), 'NOTAUTH, BADTIME, signed'],
    ['a clock four minutes ahead', () => signed(KEY, 240), 'NOERROR, signed'],
    ['half a MAC', async () => shortened(await signed(KEY), 16), 'NOTAUTH, BADTRUNC, signed'],
    [
      'a query for a zone nobody has',
      encodeQuery({ id: 9, name: parseFqdn('www.elsewhere.test'), type: TYPE.A, recurse: true }),
      'REFUSED',
    ],
    ['no question', encodeMessage({ id: 9 }), 'FORMERR'],
    ['two questions', encodeMessage({ id: 9, questions: [soaQuestion(), soaQuestion()] }), 'FORMERR'],
    [
      'EDNS version 1',
      encodeMessage({ id: 9, questions: [soaQuestion()], edns: { udpPayloadOctets: 1232, version: 1 } }),
      'BADVERS',
    ],
    ['opcode STATUS', encodeMessage({ id: 9, opcode: 2, questions: [soaQuestion()] }), 'NOTIMP'],
    ['opcode 14', encodeMessage({ id: 9, opcode: 14 }), 'NOTIMP'],
    ['a reply', encodeMessage({ id: 9, qr: true, questions: [soaQuestion()] }), 'silence'],
    [
      'a message that is cut off',
      encodeMessage({ id: 9, questions: [soaQuestion()] }).subarray(0, 20),
      'FORMERR',
    ],
  ];

  test.each(odd)('%s', async (_, message, expected) => {
    const octets = typeof message === 'function' ? await message() : message;
    expect(await both(octets, verdict)).toEqual({ bind: expected, lab: expected });
  });
});

function soaQuestion(zone = 'query.example'): Question {
  return { name: parseFqdn(zone), type: TYPE.SOA, class: CLASS.IN };
}

function updateOf(fields: { readonly questions: readonly Question[] }): Uint8Array {
  return encodeMessage({ id: 9, opcode: OPCODE.UPDATE, ...fields });
}

function keyedUpdate(): Uint8Array {
  return encodeUpdate({
    id: 9,
    zone: KEYED_ZONE,
    prerequisites: [],
    updates: [update.add(a('new.keyed.example', '192.0.2.1'))],
  });
}

async function signed(key: typeof KEY, skewSeconds = 0): Promise<Uint8Array> {
  const now = new Date(Date.now() + 1000 * skewSeconds);
  return (await hmacSigner(tsigOf(key)).sign(keyedUpdate(), now)).signed;
}

/** The same message with fewer octets of its MAC. */
function shortened(message: Uint8Array, macOctets: number): Uint8Array {
  const read = readTsig(message);
  if (!read.ok || read.value === undefined) throw new Error('not signed');
  return appendTsig(keyedUpdate(), {
    ...read.value.record,
    mac: read.value.record.mac.subarray(0, macOctets),
  });
}

/** RCODE, TSIG error, and whether the answer is signed. */
function verdict(reply: Uint8Array): string {
  const decoded = decodeMessage(reply);
  if (!decoded.ok) return `unreadable: ${decoded.detail}`;
  const tsig = readTsig(reply);
  const record = tsig.ok ? tsig.value?.record : undefined;
  return [
    rcodeName(rcodeOf(decoded.value)),
    ...(record === undefined || record.error === 0 ? [] : [tsigErrorName(record.error)]),
    ...(record !== undefined && record.mac.length > 0 ? ['signed'] : []),
  ].join(', ');
}

function summary(reply: Uint8Array): object {
  const decoded = decodeMessage(reply);
  if (!decoded.ok) return { unreadable: decoded.detail };
  const { header, answers, authorities } = decoded.value;
  const lines = (rrs: readonly Rr[]): string[] =>
    rrs.map((rr) => formatRr(rr).replace(/ SOA .*/, ' SOA')).sort();
  return {
    rcode: rcodeName(rcodeOf(decoded.value)),
    aa: header.aa,
    tc: header.tc,
    ra: header.ra,
    answers: lines(answers),
    authorities: lines(authorities),
  };
}
