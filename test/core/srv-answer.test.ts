import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TYPE } from '../../src/core/dns-codes.ts';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import { heardFrom } from '../../src/core/query.ts';
import { type SrvReading, srvReadingFrom } from '../../src/core/read-srv.ts';
import { readPlainSrvAnswer } from '../../src/core/srv-answer.ts';
import { CLASS, encodeMessage, type MessageToEncode, type Rr } from '../../src/core/wire.ts';
import { anyRecord } from '../support/arbitrary-messages.ts';
import { octetsFromHex } from '../support/hex.ts';

const OWNER = parseFqdn('_vlmcs._tcp.contoso.com');

/** What the long way makes of the same octets; undefined when they are no message. */
function decodedReading(reply: Uint8Array, owner: Fqdn): SrvReading | undefined {
  const heard = heardFrom(reply);
  return heard.ok ? srvReadingFrom(heard.value, owner) : undefined;
}

function rr(owner: string, type: number, rdata: Rr['rdata'], ttlSeconds = 3600): Rr {
  return { owner: parseFqdn(owner), type, class: CLASS.IN, ttlSeconds, rdata };
}

function srv(target: string, priority = 0, weight = 0, ttlSeconds = 3600, owner: string = OWNER): Rr {
  const record = { priority, weight, port: 1688, target: target.toLowerCase() as Fqdn };
  const spelled = target === record.target ? record : { ...record, targetAsServed: target };
  return rr(owner, TYPE.SRV, { kind: 'SRV', record: spelled }, ttlSeconds);
}

const KMS1 = srv('kms1.contoso.com.', 10, 75);
const KMS2 = srv('kms2.contoso.com.', 90, 25);
const NS = rr('contoso.com', TYPE.NS, { kind: 'NS', target: parseFqdn('ns1.contoso.com') });
const A = rr('kms1.contoso.com', TYPE.A, { kind: 'A', address: '192.0.2.11' as IpAddress });
const AAAA = rr('kms1.contoso.com', TYPE.AAAA, { kind: 'AAAA', address: '2001:db8::11' as IpAddress });
const EDNS = { udpPayloadOctets: 1232, options: [{ code: 15, octets: Uint8Array.of(0, 18) }] };

function answer(message: Partial<MessageToEncode>): Uint8Array {
  const questions = [{ name: OWNER, type: TYPE.SRV, class: CLASS.IN }];
  return encodeMessage({ id: 1, qr: true, aa: true, questions, ...message });
}

describe('readPlainSrvAnswer', () => {
  it.each<[string, Partial<MessageToEncode>]>([
    ['one record', { answers: [KMS1] }],
    ['two, in another order', { answers: [KMS2, KMS1] }],
    ['the same record twice', { answers: [KMS1, KMS1] }],
    ['two TTLs: the shorter governs', { answers: [KMS1, srv('kms2.contoso.com.', 0, 0, 60)] }],
    ['a TTL of 2^31 - 1', { answers: [srv('kms1.contoso.com.', 0, 0, 0x7fff_ffff)] }],
    ['the root as target', { answers: [srv('.')] }],
    ['no AA, from a resolver', { answers: [KMS1], aa: false, ra: true, rd: true, ad: true, cd: true }],
    [
      'addresses, name servers and EDNS beside it',
      { answers: [KMS1, KMS2], authorities: [NS], additionals: [A, AAAA], edns: EDNS },
    ],
  ])('reads as decoding does: %s', (_, message) => {
    const reply = answer(message);
    const plain = readPlainSrvAnswer(reply, OWNER);
    expect(plain?.kind).toBe('set');
    expect(plain).toEqual(decodedReading(reply, OWNER));
  });

  it.each<[string, Partial<MessageToEncode>]>([
    ['nothing', {}],
    ['NXDOMAIN', { rcode: 3 }],
    ['a truncated answer', { answers: [KMS1], tc: true }],
    ['a question', { answers: [KMS1], qr: false }],
    ['another opcode', { answers: [KMS1], opcode: 5 }],
    ['an extended RCODE', { answers: [KMS1], edns: { ...EDNS, extendedRcode: 1 } }],
    ['a CNAME', { answers: [rr(OWNER, TYPE.CNAME, { kind: 'CNAME', target: parseFqdn('b.example') })] }],
    ['a record of another owner', { answers: [KMS1, srv('kms2.contoso.com.', 0, 0, 60, 'a.example')] }],
    ['a TTL whose top bit is set', { answers: [srv('kms1.contoso.com.', 0, 0, 0x8000_0000)] }],
    ['a target with capitals', { answers: [srv('KMS1.contoso.com.')] }],
    [
      'a type it does not know beside the set',
      { answers: [KMS1], additionals: [rr('a.example', 16, { kind: 'TXT', strings: [] })] },
    ],
    ['no question', { answers: [KMS1], questions: [] }],
    [
      'another type in the question',
      { answers: [KMS1], questions: [{ name: OWNER, type: TYPE.ANY, class: CLASS.IN }] },
    ],
  ])('leaves to decoding: %s', (_, message) => {
    expect(readPlainSrvAnswer(answer(message), OWNER)).toBeUndefined();
  });

  it('reads what NSD 4.6.1 answers', () => {
    // Captured on loopback: the set of a name below bench.example with its name server and addresses.
    const reply = octetsFromHex(`
      0001 8400 0001 0002 0001 0006
      06 5f766c6d6373 04 5f746370 05 6430303031 05 62656e6368 07 6578616d706c65 00 0021 0001
      c00c 0021 0001 00000e10 001a 000a 004b 0698 04 6b6d7331 05 62656e6368 07 6578616d706c65 00
      c00c 0021 0001 00000e10 001a 005a 0019 0698 04 6b6d7332 05 62656e6368 07 6578616d706c65 00
      c01e 0002 0001 00000e10 0006 03 6e7331 c01e              ; NS, found again below as c089
      04 6b6d7331 c01e 0001 0001 00000e10 0004 c000020b
      04 6b6d7332 c01e 0001 0001 00000e10 0004 c000020c
      c089 0001 0001 00000e10 0004 7f000001
      c08f 001c 0001 00000e10 0010 20010db8000000000000000000000011
      c0a4 001c 0001 00000e10 0010 20010db8000000000000000000000012
      00 0029 04d0 00000000 0000
    `);
    const owner = parseFqdn('_vlmcs._tcp.d0001.bench.example');
    const plain = readPlainSrvAnswer(reply, owner);
    expect(plain).toEqual({
      kind: 'set',
      authoritative: true,
      set: {
        name: owner,
        ttlSeconds: 3600,
        records: [
          { priority: 10, weight: 75, port: 1688, target: 'kms1.bench.example.' },
          { priority: 90, weight: 25, port: 1688, target: 'kms2.bench.example.' },
        ],
      },
    });
    expect(plain).toEqual(decodedReading(reply, owner));
  });

  /** Answers in which most is plain and some is not. */
  const mostly = (plain: readonly Rr[], minLength: number, maxLength: number): fc.Arbitrary<Rr[]> =>
    fc.array(
      fc.oneof(
        { weight: 19, arbitrary: fc.constantFrom(...plain) },
        { weight: 1, arbitrary: anyRecord(fc.constantFrom(OWNER, KMS1.owner)) },
      ),
      { minLength, maxLength },
    );
  const anyAnswer = fc
    .record({
      answers: mostly([KMS1, KMS2, srv('.', 1, 1, 0)], 1, 3),
      authorities: mostly([NS], 0, 2),
      additionals: mostly([A, AAAA], 0, 3),
      edns: fc.option(fc.constant(EDNS), { nil: undefined }),
      aa: fc.boolean(),
    })
    .map(({ edns, ...message }) => answer(edns === undefined ? message : { ...message, edns }));

  /** The question stays as it is: a reply to another one does not come this far. */
  const QUESTION_END = 12 + OWNER.length + 1 + 4;
  const harm: fc.Arbitrary<(whole: Uint8Array) => Uint8Array> = fc.oneof(
    fc.constant((whole: Uint8Array) => whole),
    fc.nat().map((at) => (whole: Uint8Array) => whole.subarray(0, at % whole.length)),
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => (whole: Uint8Array) => {
      const changed = Uint8Array.from(whole);
      changed[QUESTION_END + (at % (whole.length - QUESTION_END))]! ^= mask;
      return changed;
    }),
  );

  it('says nothing that decoding does not say, of any answer cut or changed anywhere', () => {
    let plain = 0;
    const property = fc.property(anyAnswer, harm, (whole, harmed) => {
      const reply = harmed(whole);
      const reading = readPlainSrvAnswer(reply, OWNER);
      if (reading === undefined) return;
      plain++;
      expect(reading).toEqual(decodedReading(reply, OWNER));
    });
    fc.assert(property, { numRuns: 3000 });
    expect(plain).toBeGreaterThan(1000);
  });
});
