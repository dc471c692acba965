import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { joinName, parseFqdn } from '../../src/core/name.ts';
import { hmacSigner, type Signer, tsigKey } from '../../src/core/tsig.ts';
import { readTsig } from '../../src/core/tsig-record.ts';
import {
  decodeMessage,
  encodeMessage,
  encodeQuery,
  encodeUpdate,
  type Message,
  OPCODE,
  prerequisite,
  type Rr,
  rcodeName,
  rcodeOf,
  TYPE,
  update,
} from '../../src/core/wire.ts';
import { type Handled, handleRequest, type ServerState } from '../../src/lab/answer.ts';
import { describeEvent } from '../../src/lab/event.ts';
import { anybody, anyKey, onlySrvAt } from '../../src/lab/policy.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { a, aaaa, ns, rrsetAt, soa, soaOf, srv, type Zone, zoneFrom } from '../../src/lab/zone-data.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const ZONE = parseFqdn('contoso.example');
const OWNER = joinName('_vlmcs._tcp', ZONE);
const KEY = tsigKey(parseFqdn('publisher'), 'hmac-sha256', Buffer.alloc(32, 7));
const STRANGER = tsigKey(parseFqdn('stranger'), 'hmac-sha256', Buffer.alloc(32, 7));

function zoneWith(...records: readonly Rr[]): Zone {
  return zoneFrom({
    name: ZONE,
    records: [
      soa(ZONE, 'ns1.contoso.example'),
      ns(ZONE, 'ns1.contoso.example'),
      a('ns1.contoso.example', '127.0.0.1'),
      ...records,
    ],
  });
}

const KMS1 = srv(OWNER, 'kms1.contoso.example', { priority: 10, weight: 75 });
const SMALL = zoneWith(KMS1, a('kms1.contoso.example', '192.0.2.11'));

function server(quirks: Quirks = {}, zone = SMALL, policy = anyKey): ServerState {
  return { zones: new Map([[zone.name, zone]]), keys: [KEY], policy, quirks };
}

/** The reply as dns-packet, a codec that shares nothing with ours, reads it. */
function replyOf({ replies }: Handled): DecodedPacket {
  expect(replies).toHaveLength(1);
  return decode(Buffer.from(replies[0]!));
}

/** A question as dns-packet writes it. */
function question(
  fields: {
    readonly name?: string;
    readonly type?: string;
    readonly class?: string;
    readonly edns?: number;
  } = {},
): Uint8Array {
  const { name = OWNER.slice(0, -1), type = 'SRV', class: dnsClass = 'IN', edns } = fields;
  return encode({
    type: 'query',
    id: 4711,
    flags: 0x0100,
    questions: [{ name, type, class: dnsClass } as NonNullable<Packet['questions']>[number]],
    ...(edns === undefined
      ? {}
      : {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: edns,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
        }),
  });
}

const ADD = update.add(srv(OWNER, 'kms2.contoso.example', { priority: 10, weight: 25 }));
const addUpdate = (...prerequisites: readonly Rr[]): Uint8Array =>
  encodeUpdate({ id: 4712, zone: ZONE, prerequisites, updates: [ADD] });

describe('a question', () => {
  it('is answered with authority, its ID, its RD bit and its own letters', () => {
    const reply = replyOf(
      handleRequest(server(), question({ name: '_VLMCS._tcp.Contoso.example' }), 'udp', NOW),
    );
    expect(reply).toMatchObject({
      id: 4711,
      type: 'response',
      rcode: 'NOERROR',
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      flag_tc: false,
      questions: [{ name: '_VLMCS._tcp.Contoso.example', type: 'SRV', class: 'IN' }],
      answers: [
        {
          name: '_VLMCS._tcp.Contoso.example',
          type: 'SRV',
          ttl: 3600,
          data: { priority: 10, weight: 75, port: 1688, target: 'kms1.contoso.example' },
        },
      ],
      additionals: [{ name: 'kms1.contoso.example', type: 'A', data: '192.0.2.11' }],
    });
    const asked = encodeQuery({ id: 1, name: OWNER, type: TYPE.SRV, recurse: false });
    expect(replyOf(handleRequest(server(), asked, 'udp', NOW)).flag_rd).toBe(false);
  });

  it('may not exist: NXDOMAIN with the SOA, kept for its last field', () => {
    const reply = replyOf(handleRequest(server(), question({ name: 'nobody.contoso.example' }), 'udp', NOW));
    expect(reply).toMatchObject({
      rcode: 'NXDOMAIN',
      flag_aa: true,
      answers: [],
      authorities: [{ type: 'SOA', name: 'contoso.example', ttl: 60 }],
    });
  });

  it('for version.bind tells who this is', () => {
    const reply = replyOf(
      handleRequest(server(), question({ name: 'version.bind', type: 'TXT', class: 'CH' }), 'udp', NOW),
    );
    expect(reply.answers).toMatchObject([{ data: [Buffer.from('kmsdns lab')] }]);
  });

  it('with EDNS is answered with EDNS, without it without', () => {
    const opt = (octets: Uint8Array): unknown[] =>
      replyOf(handleRequest(server(), octets, 'udp', NOW)).additionals!.filter(({ type }) => type === 'OPT');
    expect(opt(question({ edns: 4096 }))).toMatchObject([
      { udpPayloadSize: 1232, ednsVersion: 0, extendedRcode: 0 },
    ]);
    expect(opt(question())).toEqual([]);
  });

  it('of an EDNS version nobody knows is BADVERS', () => {
    const octets = encodeMessage({
      id: 1,
      questions: [{ name: ZONE, type: TYPE.SOA, class: 1 }],
      edns: { udpPayloadOctets: 1232, version: 1 },
    });
    const reply = replyOf(handleRequest(server(), octets, 'udp', NOW));
    expect(reply.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }]);
    expect(reply).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });
});

describe('the size of an answer', () => {
  const hosts = (count: number): Rr[] =>
    Array.from({ length: count }, (_, i) => srv(OWNER, `kms${i}.contoso.example`));
  const addresses = (count: number): Rr[] =>
    Array.from({ length: count }, (_, i) => [
      a(`kms${i}.contoso.example`, `192.0.2.${i}`),
      aaaa(`kms${i}.contoso.example`, `2001:db8::${i + 1}`),
    ]).flat();
  const ask = (zone: Zone, via: 'udp' | 'tcp', edns?: number): DecodedPacket & { octets: number } => {
    const handled = handleRequest(server({}, zone), question(edns === undefined ? {} : { edns }), via, NOW);
    return { ...replyOf(handled), octets: handled.replies[0]!.length };
  };
  const withoutOpt = ({ additionals = [] }: Packet): unknown[] =>
    additionals.filter(({ type }) => type !== 'OPT');

  test.each([
    ['few records with addresses, without EDNS', 4, undefined, false, true],
    ['records that fit, addresses that do not', 9, undefined, false, false],
    ['records that do not fit', 30, undefined, true, false],
    ['the same with EDNS', 9, 1232, false, true],
    ['more than EDNS offers', 9, 600, false, false],
    ['less than 512 offered counts as 512', 9, 100, false, false],
    ['more than 1232 offered counts as 1232', 60, 4096, true, false],
  ])('%s', (_, count, edns, cut, extras) => {
    const zone = zoneWith(...hosts(count), ...addresses(count));
    const reply = ask(zone, 'udp', edns);
    expect(reply.flag_tc).toBe(cut);
    expect(reply.answers).toHaveLength(cut ? 0 : count);
    expect(withoutOpt(reply)).toHaveLength(extras ? 2 * count : 0);
    const whole = ask(zone, 'tcp', edns);
    expect(whole.flag_tc).toBe(false);
    expect(whole.answers).toHaveLength(count);
    expect(withoutOpt(whole)).toHaveLength(2 * count);
  });

  it('cuts a referral whose glue does not fit: without it nobody gets on (RFC 9471)', () => {
    const names = Array.from(
      { length: 12 },
      (_, i) => `ns${'abcdefghijkl'.charAt(i).repeat(30)}.child.contoso.example`,
    );
    const zone = zoneWith(
      ...names.map((name) => ns('child.contoso.example', name)),
      ...names.map((name) => a(name, '192.0.2.1')),
    );
    const octets = question({ name: 'www.child.contoso.example', type: 'A' });
    const reply = replyOf(handleRequest(server({}, zone), octets, 'udp', NOW));
    expect(reply).toMatchObject({ flag_tc: true, flag_aa: false, authorities: [], additionals: [] });
    const whole = replyOf(handleRequest(server({}, zone), octets, 'tcp', NOW));
    expect([whole.authorities?.length, whole.additionals?.length]).toEqual([12, 12]);
  });

  it('never exceeds what was offered, signature included, and is whole unless it says that it is cut', async () => {
    const signer = hmacSigner(KEY);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 80 }),
        fc.option(fc.integer({ min: 1, max: 0xffff })),
        fc.boolean(),
        async (count, edns, sign) => {
          const zone = zoneWith(...hosts(count), ...addresses(count));
          const plain = question(edns === null ? {} : { edns });
          const octets = sign ? (await signer.sign(plain, NOW)).signed : plain;
          const { replies } = handleRequest(server({}, zone), octets, 'udp', NOW);
          const limit = Math.max(512, Math.min(edns ?? 512, 1232));
          expect(replies[0]!.length).toBeLessThanOrEqual(limit);
          const reply = decode(Buffer.from(replies[0]!));
          expect(reply.answers).toHaveLength(reply.flag_tc ? 0 : count);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('what is no question', () => {
  test.each<[string, Uint8Array, string | undefined]>([
    ['nothing', new Uint8Array(0), undefined],
    ['eleven octets', question().subarray(0, 11), undefined],
    [
      'a reply',
      encodeMessage({ id: 1, qr: true, questions: [{ name: ZONE, type: TYPE.SOA, class: 1 }] }),
      undefined,
    ],
    ['a reply to an update', encodeMessage({ id: 1, qr: true, opcode: OPCODE.UPDATE }), undefined],
    ['no question', encodeMessage({ id: 1 }), 'FORMERR'],
    [
      'two questions',
      encodeMessage({ id: 1, questions: [1, 2].map(() => ({ name: ZONE, type: TYPE.SOA, class: 1 })) }),
      'FORMERR',
    ],
    [
      'two zones',
      encodeMessage({
        id: 1,
        opcode: OPCODE.UPDATE,
        questions: [1, 2].map(() => ({ name: ZONE, type: TYPE.SOA, class: 1 })),
      }),
      'FORMERR',
    ],
    [
      'a zone of class CH',
      encodeMessage({ id: 1, opcode: OPCODE.UPDATE, questions: [{ name: ZONE, type: TYPE.SOA, class: 3 }] }),
      'NOTAUTH',
    ],
    ['half a question', question().subarray(0, 20), 'FORMERR'],
    ['octets behind the end', Uint8Array.from([...question(), 0]), 'FORMERR'],
    [
      'a NOTIFY',
      encodeMessage({ id: 1, opcode: OPCODE.NOTIFY, questions: [{ name: ZONE, type: TYPE.SOA, class: 1 }] }),
      'NOTIMP',
    ],
    ['opcode 15', encodeMessage({ id: 1, opcode: 15 }), 'NOTIMP'],
  ])('%s: %s', (_, octets, rcode) => {
    const handled = handleRequest(server({}, SMALL, anybody), octets, 'udp', NOW);
    expect(handled.seen.rcode).toBe(rcode);
    expect(handled.replies.map((reply) => rcodeName(reply[3]! & 0x0f))).toEqual(
      rcode === undefined ? [] : [rcode],
    );
    expect(handled.changed).toBeUndefined();
  });
});

interface Exchange {
  readonly handled: Handled;
  readonly rcode: string;
  readonly tsig: string;
}

/** A signed update and how its signer judges the last reply. */
async function signedExchange(
  state: ServerState,
  message: Uint8Array,
  signer: Signer = hmacSigner(KEY),
  sentAt = NOW,
): Promise<Exchange> {
  const { signed, mac } = await signer.sign(message, sentAt);
  const handled = handleRequest(state, signed, 'udp', NOW);
  const reply = handled.replies.at(-1);
  if (reply === undefined) return { handled, rcode: 'silence', tsig: 'silence' };
  const verdict = await signer.verify(reply, mac, sentAt);
  return {
    handled,
    rcode: rcodeName(reply[3]! & 0x0f),
    tsig: verdict.kind === 'rejected' ? verdict.error : verdict.kind,
  };
}

describe('an update', () => {
  it('changes the zone, answers signed and repeats only the zone', async () => {
    const { handled, rcode, tsig } = await signedExchange(server(), addUpdate());
    expect([rcode, tsig]).toEqual(['NOERROR', 'good']);
    expect(rrsetAt(handled.changed!, OWNER, TYPE.SRV)?.members).toHaveLength(2);
    expect(soaOf(handled.changed!).serial).toBe(2);
    const reply = replyOf(handled);
    expect(reply).toMatchObject({
      questions: [{ name: 'contoso.example', type: 'SOA' }],
      answers: [],
      authorities: [],
    });
    expect(reply.flag_aa || reply.flag_rd).toBe(false);
  });

  test.each<[string, Signer | undefined, Date, string, string]>([
    ['without a key', undefined, NOW, 'REFUSED', 'unsigned'],
    ['with an unknown key', hmacSigner(STRANGER), NOW, 'NOTAUTH', 'BADKEY'],
    [
      'with another algorithm',
      hmacSigner(tsigKey(KEY.name, 'hmac-sha512', KEY.secret)),
      NOW,
      'NOTAUTH',
      'BADKEY',
    ],
    [
      'with another secret',
      hmacSigner(tsigKey(KEY.name, 'hmac-sha256', Buffer.alloc(32, 8))),
      NOW,
      'NOTAUTH',
      'BADSIG',
    ],
    ['from an hour ago', hmacSigner(KEY), new Date(NOW.getTime() - 3_600_000), 'NOTAUTH', 'BADTIME'],
    ['from an hour ahead', hmacSigner(KEY), new Date(NOW.getTime() + 3_600_000), 'NOTAUTH', 'BADTIME'],
    ['from five minutes ago', hmacSigner(KEY), new Date(NOW.getTime() - 300_000), 'NOERROR', 'good'],
  ])('%s', async (_, signer, sentAt, rcode, tsig) => {
    if (signer === undefined) {
      const handled = handleRequest(server(), addUpdate(), 'udp', NOW);
      expect(replyOf(handled)).toMatchObject({ rcode, additionals: [] });
      expect(handled.changed).toBeUndefined();
      return;
    }
    const exchange = await signedExchange(server(), addUpdate(), signer, sentAt);
    expect(exchange).toMatchObject({ rcode, tsig });
    expect(exchange.handled.changed !== undefined).toBe(rcode === 'NOERROR');
  });

  it('that is refused is refused with a signature', async () => {
    const policy = onlySrvAt(KEY.name, [joinName('elsewhere', ZONE)]);
    const exchange = await signedExchange(server({}, SMALL, policy), addUpdate());
    expect(exchange).toMatchObject({ rcode: 'REFUSED', tsig: 'good' });
  });

  it('of a zone that is not here is NOTAUTH, signed', async () => {
    const foreign = encodeUpdate({
      id: 1,
      zone: parseFqdn('elsewhere.test'),
      prerequisites: [],
      updates: [],
    });
    expect(await signedExchange(server(), foreign)).toMatchObject({ rcode: 'NOTAUTH', tsig: 'good' });
    expect(handleRequest(server(), foreign, 'udp', NOW).seen).toMatchObject({ rcode: 'NOTAUTH' });
  });

  it('with a prerequisite that does not hold says so, signed, and changes nothing', async () => {
    const exchange = await signedExchange(server(), addUpdate(prerequisite.rrsetAbsent(OWNER, TYPE.SRV)));
    expect(exchange).toMatchObject({ rcode: 'YXRRSET', tsig: 'good' });
    expect(exchange.handled.changed).toBeUndefined();
  });
});

describe('quirks', () => {
  const added = ({ handled }: Exchange): boolean => handled.changed !== undefined;

  test.each<[string, Quirks, string, string, boolean]>([
    ['none', {}, 'NOERROR', 'good', true],
    ['silent', { silent: true }, 'silence', 'silence', true],
    ['silent over UDP', { silent: 'udp' }, 'silence', 'silence', true],
    ['silent over TCP', { silent: 'tcp' }, 'NOERROR', 'good', true],
    ['refuse', { refuse: true }, 'REFUSED', 'good', false],
    ['servfail', { servfail: true }, 'SERVFAIL', 'good', false],
    ['unsigned replies', { unsignedReplies: true }, 'NOERROR', 'unsigned', true],
    ['a forged error first', { forgedErrorFirst: true }, 'NOERROR', 'good', true],
    ['NOERROR without writing', { noerrorWithoutWriting: true }, 'NOERROR', 'good', false],
    ['lost replies', { losesUpdateReplies: true }, 'silence', 'silence', true],
    ['SRV(1)', { capSrv: 1 }, 'NOERROR', 'good', false],
    ['SRV(2)', { capSrv: 2 }, 'NOERROR', 'good', true],
    ['a clock ten minutes ahead', { clockSkewSeconds: 600 }, 'NOTAUTH', 'BADTIME', false],
    ['a clock four minutes behind', { clockSkewSeconds: -240 }, 'NOERROR', 'good', true],
    ['echoes', { echoSections: true }, 'NOERROR', 'good', true],
    ['no updates', { notimpUpdates: true }, 'NOTIMP', 'unsigned', false],
  ])('%s: an update', async (_, quirks, rcode, tsig, written) => {
    const exchange = await signedExchange(server(quirks), addUpdate());
    expect({ rcode: exchange.rcode, tsig: exchange.tsig, written: added(exchange) }).toEqual({
      rcode,
      tsig,
      written,
    });
  });

  test.each<[string, Quirks, 'udp' | 'tcp', string]>([
    ['silent', { silent: true }, 'tcp', 'silence'],
    ['silent over UDP', { silent: 'udp' }, 'udp', 'silence'],
    ['silent over UDP', { silent: 'udp' }, 'tcp', 'NOERROR'],
    ['refuse', { refuse: true }, 'udp', 'REFUSED'],
    ['servfail', { servfail: true }, 'udp', 'SERVFAIL'],
    ['lost replies to updates', { losesUpdateReplies: true }, 'udp', 'NOERROR'],
    ['no SRV', { dropSrvQueries: true }, 'udp', 'silence'],
    ['cut', { truncateAlways: true }, 'udp', 'NOERROR TC'],
    ['cut', { truncateAlways: true }, 'tcp', 'NOERROR'],
    ['no EDNS', { formerrOnEdns: true }, 'udp', 'FORMERR'],
    ['no updates', { notimpUpdates: true }, 'udp', 'NOERROR'],
  ])('%s: a question over %s', (_, quirks, via, expected) => {
    const { replies } = handleRequest(server(quirks), question({ edns: 1232 }), via, NOW);
    const said = replies.map((octets) => decode(Buffer.from(octets)));
    expect(
      said.map((reply) => `${(reply as { rcode?: string }).rcode}${reply.flag_tc ? ' TC' : ''}`).join() ||
        'silence',
    ).toBe(expected);
  });

  it('leave other questions alone: no SRV is no reason to lose an A, and no EDNS none without it', () => {
    const { replies } = handleRequest(
      server({ dropSrvQueries: true }),
      question({ name: 'kms1.contoso.example', type: 'A' }),
      'udp',
      NOW,
    );
    expect(replies).toHaveLength(1);
    expect(replyOf(handleRequest(server({ formerrOnEdns: true }), question(), 'udp', NOW))).toMatchObject({
      rcode: 'NOERROR',
    });
  });

  it('forge an error that anybody could have sent, in front of the true answer', async () => {
    const { handled } = await signedExchange(server({ forgedErrorFirst: true }), addUpdate());
    expect(handled.replies).toHaveLength(2);
    const forged = readTsig(handled.replies[0]!);
    expect(forged.ok && forged.value?.record).toMatchObject({ error: 17, mac: new Uint8Array(0) });
    expect(rcodeName(handled.replies[0]![3]! & 0x0f)).toBe('NOTAUTH');
    expect(handleRequest(server({ forgedErrorFirst: true }), question(), 'udp', NOW).replies).toHaveLength(1);
  });

  it('echo as Samba does: all sections on success, the request itself on failure', async () => {
    const state = server({ echoSections: true });
    const guard = prerequisite.rrsetExactly(KMS1);
    const good = await signedExchange(state, addUpdate(guard));
    const reply = decodeMessage(good.handled.replies[0]!);
    expect(reply.ok && [reply.value.answers.length, reply.value.authorities.length]).toEqual([1, 1]);
    const { signed, mac } = await hmacSigner(KEY).sign(addUpdate(prerequisite.nameNotInUse(ZONE)), NOW);
    const failed = handleRequest(state, signed, 'udp', NOW).replies[0]!;
    const repeated = Uint8Array.from(failed);
    repeated[2]! &= 0x7f;
    repeated[3]! &= 0xf0;
    expect(repeated).toEqual(Uint8Array.from(signed));
    expect(rcodeName(failed[3]! & 0x0f)).toBe('YXDOMAIN');
    expect((await hmacSigner(KEY).verify(failed, mac, NOW)).kind).toBe('echoed');
  });

  it('ask prerequisites first, so that a stranger learns what is there', () => {
    const guess = addUpdate(prerequisite.rrsetAbsent(OWNER, TYPE.SRV));
    const rcode = (quirks: Quirks): string | undefined =>
      handleRequest(server(quirks), guess, 'udp', NOW).seen.rcode;
    expect(rcode({})).toBe('REFUSED');
    expect(rcode({ prerequisitesFirst: true })).toBe('YXRRSET');
  });
});

describe('octets from anybody', () => {
  const opt = { udpPayloadOctets: 1232 };
  const plain = encodeQuery({ id: 0x0102, name: OWNER, type: TYPE.SRV, recurse: true, edns: opt });
  const guarded = addUpdate(prerequisite.rrsetExactly(KMS1), prerequisite.rrsetAbsent(OWNER, TYPE.CNAME));

  /** One reply or none; a reply is a whole message with the request's ID, for another codec too. */
  function judge(octets: Uint8Array, state: ServerState): Handled {
    const handled = handleRequest(state, octets, 'udp', NOW);
    expect(handled.replies.length).toBeLessThanOrEqual(1);
    for (const reply of handled.replies) {
      const read = decodeMessage(reply);
      expect(read.ok ? '' : read.detail).toBe('');
      expect([reply[0], reply[1]]).toEqual([octets[0], octets[1]]);
      expect(reply[2]! & 0x80).toBe(0x80);
      expect(decode(Buffer.from(reply)).id).toBe((octets[0]! << 8) | octets[1]!);
      expect(rcodeName(rcodeOf((read as { value: Message }).value))).toBe(handled.seen.rcode);
    }
    expect(
      describeEvent({ from: { address: '127.0.0.1' as never, port: 1 }, via: 'udp', ...handled.seen }),
    ).toMatch(/^127\.0\.0\.1:1 udp: [^\p{Cc}]+$/u);
    return handled;
  }

  test.each(['question', 'unsigned update', 'signed update'] as const)(
    'every prefix and flipped bit of a %s',
    async (kind) => {
      const signed = (await hmacSigner(KEY).sign(guarded, NOW)).signed;
      const octets = Uint8Array.from(
        { question: plain, 'unsigned update': guarded, 'signed update': signed }[kind],
      );
      const state = server({}, SMALL, kind === 'unsigned update' ? anybody : anyKey);
      for (let end = 0; end < octets.length; end++) judge(octets.subarray(0, end), state);
      for (let bit = 0; bit < 8 * octets.length; bit++) {
        const flipped = Uint8Array.from(octets);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const { changed, seen } = judge(flipped, state);
        if (kind === 'question') expect(changed).toBeUndefined();
        // Of a signed message only what is not signed may differ: the ID, and letters in the names of key and algorithm.
        if (kind === 'signed update' && changed !== undefined) {
          expect(seen.tsig).toBe('good');
          expect(bit < 16 || (bit & 7) === 5).toBe(true);
        }
      }
    },
  );

  it('and any octets at all', () => {
    const state = server({}, SMALL, anybody);
    const header = fc.tuple(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    );
    const message = fc
      .tuple(header, fc.uint8Array({ maxLength: 120 }))
      .map(([[start, counts], body]) =>
        Uint8Array.from([...start, ...counts.flatMap((count) => [0, count]), ...body]),
      );
    fc.assert(
      fc.property(fc.oneof(message, fc.uint8Array({ maxLength: 64 })), (octets) => void judge(octets, state)),
      { numRuns: 2000 },
    );
  });
});

describe('describeEvent', () => {
  const line = (octets: Uint8Array, quirks: Quirks = {}, policy = anybody): string => {
    const { seen } = handleRequest(server(quirks, SMALL, policy), octets, 'udp', NOW);
    return describeEvent({ from: { address: '::1' as never, port: 5353 }, via: 'udp', ...seen });
  };
  test.each([
    ['a question', line(question()), '[::1]:5353 udp: asks for _vlmcs._tcp.contoso.example SRV: NOERROR'],
    [
      'another class',
      line(question({ name: 'version.bind', type: 'TXT', class: 'CH' })),
      '[::1]:5353 udp: asks for version.bind CH TXT: NOERROR',
    ],
    [
      'an update',
      line(addUpdate()),
      '[::1]:5353 udp: update of contoso.example (0 prerequisites, 1 changes): NOERROR; serial 1 to 2',
    ],
    [
      'a refused one',
      line(addUpdate(), {}, anyKey),
      '[::1]:5353 udp: update of contoso.example (0 prerequisites, 1 changes): REFUSED; the policy wants a key',
    ],
    [
      'one that is passed over',
      line(addUpdate(), { capSrv: 1 }),
      '[::1]:5353 udp: update of contoso.example (0 prerequisites, 1 changes): NOERROR; passed over _vlmcs._tcp.contoso.example. 3600 IN SRV 10 25 1688 kms2.contoso.example.: the policy allows 1 SRV records here',
    ],
    [
      'an unreadable one',
      line(question().subarray(0, 13)),
      '[::1]:5353 udp: unreadable (more records announced than could fit): FORMERR',
    ],
    ['another opcode', line(encodeMessage({ id: 1, opcode: 4 })), '[::1]:5353 udp: opcode NOTIFY: NOTIMP'],
    [
      'silence',
      line(question(), { silent: true }),
      '[::1]:5353 udp: asks for _vlmcs._tcp.contoso.example SRV: no answer',
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
