import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Fqdn } from '../../src/core/name.ts';
import { displayName, parseFqdn } from '../../src/core/name.ts';
import type { IpAddress } from '../../src/core/net.ts';
import { readTsig } from '../../src/core/tsig-record.ts';
import {
  CLASS,
  decodeMessage,
  decodeUpdateReply,
  encodeMessage,
  encodeQuery,
  encodeUpdate,
  type Message,
  OPCODE,
  prerequisite,
  RCODE,
  type Rr,
  rcodeOf,
  readHeader,
  TYPE,
  typeName,
  update,
} from '../../src/core/wire.ts';
import vectors from '../fixtures/tsig-vectors.json' with { type: 'json' };
import {
  anyName,
  anyQuestion,
  anyRecord,
  anyUpdateRecord,
  plainName,
} from '../support/arbitrary-messages.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

const OWNER = parseFqdn('_vlmcs._tcp.contoso.com');
const ZONE = parseFqdn('contoso.com');

function srv(owner: Fqdn, target: string, priority = 0, weight = 0, targetAsServed?: string): Rr {
  const record = { priority, weight, port: 1688, target: parseFqdn(target) };
  return {
    owner,
    type: TYPE.SRV,
    class: CLASS.IN,
    ttlSeconds: 3600,
    rdata: { kind: 'SRV', record: targetAsServed === undefined ? record : { ...record, targetAsServed } },
  };
}

function decoded(octets: Uint8Array): Message {
  const result = decodeMessage(octets);
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

function refusal(octets: Uint8Array): string | undefined {
  const result = decodeMessage(octets);
  return result.ok ? undefined : result.detail;
}

describe('encodeQuery', () => {
  it('asks with recursion and EDNS: RFC 1035 §4.1, RFC 6891 §6.1.2', () => {
    const query = encodeQuery({
      id: 0x1234,
      name: OWNER,
      type: TYPE.SRV,
      recurse: true,
      edns: { udpPayloadOctets: 1232 },
    });
    expect(hexFromOctets(query)).toBe(
      hexFromOctets(
        octetsFromHex(`
          1234 0100 0001 0000 0000 0001     ; id, RD, one question, one additional
          06 5f766c6d6373 04 5f746370 07 636f6e746f736f 03 636f6d 00
          0021 0001                         ; SRV IN
          00 0029 04d0 00 00 0000 0000      ; OPT, 1232 octets, version 0
        `),
      ),
    );
  });

  it('asks an authoritative server plainly', () => {
    const query = encodeQuery({ id: 1, name: parseFqdn('.'), type: TYPE.SOA, recurse: false });
    expect(hexFromOctets(query)).toBe('000100000001000000000000' + '00' + '00060001');
  });

  it('sets CD, DO and the class when told to', () => {
    const query = encodeQuery({
      id: 1,
      name: parseFqdn('version.bind'),
      type: TYPE.TXT,
      class: CLASS.CH,
      recurse: false,
      checkingDisabled: true,
      edns: { udpPayloadOctets: 512, dnssecOk: true },
    });
    const seen = decode(Buffer.from(query));
    expect(seen).toMatchObject({ flag_cd: true, flag_rd: false });
    expect(seen.questions).toEqual([{ name: 'version.bind', type: 'TXT', class: 'CH' }]);
    expect(seen.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 512, flag_do: true }]);
  });

  it('is read alike by dns-packet for any plain name', () => {
    fc.assert(
      fc.property(plainName, fc.integer({ min: 0, max: 0xffff }), (name, id) => {
        const seen = decode(
          Buffer.from(
            encodeQuery({ id, name, type: TYPE.SRV, recurse: true, edns: { udpPayloadOctets: 1232 } }),
          ),
        );
        expect(seen).toMatchObject({ id, type: 'query', flag_rd: true, opcode: 'QUERY' });
        expect(seen.questions).toEqual([{ name: displayName(name), type: 'SRV', class: 'IN' }]);
      }),
    );
  });
});

describe('readHeader', () => {
  test.each(['', '12', '1234012000010002000300'])('of %j is nothing', (hex) =>
    expect(readHeader(octetsFromHex(hex))).toBeUndefined(),
  );

  const bits = {
    qr: 0x8000,
    aa: 0x0400,
    tc: 0x0200,
    rd: 0x0100,
    ra: 0x0080,
    ad: 0x0020,
    cd: 0x0010,
  } as const;
  test.each(Object.entries(bits))('%s is bit 0x%i and no other', (flag, bit) => {
    const header = readHeader(Uint8Array.of(0, 1, bit >> 8, bit & 0xff, 0, 0, 0, 0, 0, 0, 0, 0))!;
    const set = Object.entries(header).filter(([, value]) => value === true);
    expect(set).toEqual([[flag, true]]);
    expect([header.opcode, header.rcode]).toEqual([0, 0]);
  });

  it('keeps opcode, rcode and counts apart', () => {
    expect(readHeader(octetsFromHex('abcd 2f0f 0102 0304 0506 0708'))).toMatchObject({
      id: 0xabcd,
      opcode: 5,
      rcode: 15,
      questionCount: 0x0102,
      answerCount: 0x0304,
      authorityCount: 0x0506,
      additionalCount: 0x0708,
    });
  });
});

/** The form in which dns-packet gives the records both codecs know. */
function asDnsPacket(rr: Rr): object {
  const { rdata } = rr;
  const data = ((): unknown => {
    switch (rdata.kind) {
      case 'A':
      case 'AAAA':
        return rdata.address;
      case 'NS':
      case 'CNAME':
      case 'PTR':
      case 'DNAME':
        return displayName(rdata.target);
      case 'MX':
        return { preference: rdata.preference, exchange: displayName(rdata.exchange) };
      case 'SRV': {
        const { priority, weight, port, target } = rdata.record;
        return { priority, weight, port, target: displayName(target) };
      }
      case 'TXT':
        return rdata.strings.map((string) => Buffer.from(string));
      case 'SOA':
        return {
          mname: displayName(rdata.primary),
          rname: displayName(rdata.mailbox),
          serial: rdata.serial,
          refresh: rdata.refreshSeconds,
          retry: rdata.retrySeconds,
          expire: rdata.expireSeconds,
          minimum: rdata.minimumSeconds,
        };
      default:
        throw new Error(`not a record both express: ${rdata.kind}`);
    }
  })();
  return { name: displayName(rr.owner), type: typeName(rr.type), class: 'IN', ttl: rr.ttlSeconds, data };
}

describe('against dns-packet', () => {
  // It writes "::" addresses and mapped ones in its own spelling, so AAAA is compared after our own reading below.
  const comparable = anyRecord(plainName).filter((rr) => rr.rdata.kind !== 'AAAA');

  it('it reads what we write', () => {
    fc.assert(
      fc.property(
        fc.array(anyQuestion(plainName), { maxLength: 1 }),
        fc.array(comparable, { maxLength: 6 }),
        (questions, answers) => {
          const octets = encodeMessage({
            id: 7,
            qr: true,
            aa: true,
            rcode: RCODE.NXDOMAIN,
            questions,
            answers,
          });
          const seen = decode(Buffer.from(octets));
          expect(seen).toMatchObject({ id: 7, type: 'response', flag_aa: true, rcode: 'NXDOMAIN' });
          expect((seen.answers ?? []).map((answer) => ({ ...answer, flush: false }))).toEqual(
            answers.map((rr) => ({ ...asDnsPacket(rr), flush: false })),
          );
        },
      ),
    );
  });

  it('we read what it writes', () => {
    fc.assert(
      fc.property(fc.array(anyRecord(plainName), { maxLength: 6 }), (answers) => {
        const packet = {
          id: 7,
          type: 'response',
          flags: 0x0180,
          answers: answers.map((rr) => ({ ...asDnsPacket(rr), flush: false })),
        } as Packet;
        const message = decoded(encode(packet));
        expect(message.answers).toEqual(answers);
        expect(message.header).toMatchObject({ id: 7, qr: true, rd: true, ra: true, aa: false });
      }),
    );
  });
});

describe('round trip', () => {
  const anySection = fc.array(anyUpdateRecord(anyName), { maxLength: 5 });

  it('of any message gives it back', () => {
    fc.assert(
      fc.property(
        fc.array(anyQuestion(anyName), { maxLength: 2 }),
        anySection,
        anySection,
        anySection,
        fc.record({
          aa: fc.boolean(),
          tc: fc.boolean(),
          rd: fc.boolean(),
          ra: fc.boolean(),
          ad: fc.boolean(),
          cd: fc.boolean(),
          qr: fc.boolean(),
        }),
        (questions, answers, authorities, additionals, flags) => {
          const sections = { questions, answers, authorities, additionals };
          const message = decoded(
            encodeMessage({ id: 1, opcode: OPCODE.UPDATE, rcode: 9, ...flags, ...sections }),
          );
          expect(message).toMatchObject(sections);
          expect(message.header).toMatchObject({ ...flags, opcode: OPCODE.UPDATE, rcode: 9 });
        },
      ),
    );
  });

  it('keeps letters where they matter: the question asked and the SRV target served', () => {
    const octets = encodeMessage({
      id: 1,
      qr: true,
      questions: [{ name: OWNER, type: TYPE.SRV, class: CLASS.IN, nameAsAsked: '_VLMCS._tcp.Contoso.com.' }],
      answers: [srv(OWNER, 'kms1.contoso.com', 0, 0, 'KMS1.Contoso.com.'), srv(OWNER, 'kms2.contoso.com')],
    });
    const message = decoded(octets);
    expect(message.questions[0]).toMatchObject({ name: OWNER, nameAsAsked: '_VLMCS._tcp.Contoso.com.' });
    expect(message.answers[0]!.owner).toBe(OWNER);
    expect(message.answers[0]!.rdata).toMatchObject({
      record: { target: 'kms1.contoso.com.', targetAsServed: 'KMS1.Contoso.com.' },
    });
    expect(message.answers[1]!.rdata).not.toHaveProperty('record.targetAsServed');
  });

  it('carries EDNS, and an RCODE too large for the header', () => {
    const octets = encodeMessage({
      id: 1,
      qr: true,
      rcode: RCODE.BADVERS,
      edns: {
        udpPayloadOctets: 1232,
        dnssecOk: true,
        options: [{ code: 10, octets: Uint8Array.of(1, 2, 3) }],
      },
    });
    const message = decoded(octets);
    expect(message.edns).toEqual({
      udpPayloadOctets: 1232,
      extendedRcode: 1,
      version: 0,
      dnssecOk: true,
      options: [{ code: 10, octets: Uint8Array.of(1, 2, 3) }],
    });
    expect([message.header.rcode, rcodeOf(message)]).toEqual([0, RCODE.BADVERS]);
    expect(decode(Buffer.from(octets)).additionals).toMatchObject([
      { type: 'OPT', extendedRcode: 1, flag_do: true },
    ]);
  });
});

describe('compression', () => {
  const answers = Array.from({ length: 10 }, (_, i) => srv(OWNER, `kms${i}.contoso.com`));
  const questions = [{ name: OWNER, type: TYPE.SRV, class: CLASS.IN }];

  it('points owners to the question and writes SRV targets in full (RFC 2782)', () => {
    const octets = encodeMessage({ id: 1, qr: true, questions, answers: answers.slice(0, 1) });
    expect(hexFromOctets(octets.subarray(41))).toBe(
      hexFromOctets(
        octetsFromHex(`
          c00c 0021 0001 00000e10 0018
          0000 0000 0698 04 6b6d7330 07 636f6e746f736f 03 636f6d 00
        `),
      ),
    );
  });

  it('keeps ten records under 512 octets', () => {
    expect(encodeMessage({ id: 1, qr: true, questions, answers }).length).toBeLessThan(512);
  });

  it('ends a name in the longest suffix that was written before', () => {
    const soa: Rr = {
      owner: ZONE,
      type: TYPE.SOA,
      class: CLASS.IN,
      ttlSeconds: 60,
      rdata: {
        kind: 'SOA',
        primary: parseFqdn('ns1.contoso.com'),
        mailbox: parseFqdn('hostmaster.ns1.contoso.com'),
        serial: 1,
        refreshSeconds: 2,
        retrySeconds: 3,
        expireSeconds: 4,
        minimumSeconds: 5,
      },
    };
    const octets = encodeMessage({ id: 1, qr: true, questions, authorities: [soa] });
    expect(hexFromOctets(octets.subarray(41))).toBe(
      hexFromOctets(
        octetsFromHex(`
          c018 0006 0001 0000003c 0027
          03 6e7331 c018                          ; at offset 53
          0a 686f73746d6173746572 c035
          00000001 00000002 00000003 00000004 00000005
        `),
      ),
    );
    expect(decoded(octets).authorities).toEqual([soa]);
  });

  it('never points past the 14 bits of a pointer', () => {
    const many = Array.from({ length: 900 }, (_, i) =>
      srv(parseFqdn(`host${i}.contoso.com`), `kms${i}.test`),
    );
    const twice = [...many, ...many];
    expect(decoded(encodeMessage({ id: 1, answers: twice })).answers).toEqual(twice);
  });

  it('is understood in an SRV target from a server that should not have used it', () => {
    const octets = octetsFromHex(`
      0001 8400 0001 0001 0000 0000
      06 5f766c6d6373 04 5f746370 07 636f6e746f736f 03 636f6d 00 0021 0001
      c00c 0021 0001 00000e10 000d  0000 0000 0698 04 6b6d7331 c018
    `);
    expect(decoded(octets).answers).toEqual([srv(OWNER, 'kms1.contoso.com')]);
  });
});

describe('encodeUpdate', () => {
  it('writes each prerequisite and operation of RFC 2136 §2.4, §2.5', () => {
    const name = parseFqdn('v.test');
    const record = srv(name, 'k.test');
    const octets = encodeUpdate({
      id: 0x2136,
      zone: parseFqdn('test'),
      prerequisites: [
        prerequisite.rrsetExists(name, TYPE.SRV),
        prerequisite.rrsetExactly(record),
        prerequisite.rrsetAbsent(name, TYPE.SRV),
        prerequisite.nameInUse(name),
        prerequisite.nameNotInUse(name),
      ],
      updates: [update.add(record), update.deleteRr(record), update.deleteRrset(name, TYPE.SRV)],
    });
    expect(hexFromOctets(octets)).toBe(
      hexFromOctets(
        octetsFromHex(`
          2136 2800 0001 0005 0003 0000
          04 74657374 00  0006 0001                              ; zone: test. SOA IN
          01 76 04 74657374 00  0021 00ff 00000000 0000          ; RRset exists
          01 76 04 74657374 00  0021 0001 00000000 000e          ; RRset exists, this value
             0000 0000 0698 01 6b 04 74657374 00
          01 76 04 74657374 00  0021 00fe 00000000 0000          ; RRset does not exist
          01 76 04 74657374 00  00ff 00ff 00000000 0000          ; name is in use
          01 76 04 74657374 00  00ff 00fe 00000000 0000          ; name is not in use
          01 76 04 74657374 00  0021 0001 00000e10 000e          ; add
             0000 0000 0698 01 6b 04 74657374 00
          01 76 04 74657374 00  0021 00fe 00000000 000e          ; delete this RR
             0000 0000 0698 01 6b 04 74657374 00
          01 76 04 74657374 00  0021 00ff 00000000 0000          ; delete the RRset
        `),
      ),
    );
  });

  it('leaves the records it is given as they are', () => {
    const record = Object.freeze(srv(OWNER, 'kms1.contoso.com'));
    expect(update.deleteRr(record)).toMatchObject({ class: CLASS.NONE, ttlSeconds: 0 });
    expect(prerequisite.rrsetExactly(record)).toMatchObject({ class: CLASS.IN, ttlSeconds: 0 });
    expect(record).toMatchObject({ class: CLASS.IN, ttlSeconds: 3600 });
  });

  it('deletes a target with the letters it is served with', () => {
    const served = srv(OWNER, 'kms1.contoso.com', 0, 0, 'KMS1.contoso.com.');
    const octets = encodeUpdate({ id: 1, zone: ZONE, prerequisites: [], updates: [update.deleteRr(served)] });
    expect(hexFromOctets(octets)).toContain('044b4d5331' + '07636f6e746f736f03636f6d00');
  });

  // Written by another program (see the fixture), signed, and accepted by three servers.
  test.each(vectors.cases.map((one) => [`${one.server}, ${one.name}`, one] as const))(
    'equals the captured request: %s',
    (_, { name, request }) => {
      const captured = readTsig(octetsFromHex(request));
      if (!captured.ok || captured.value === undefined) throw new Error('the fixture has no TSIG record');
      const zone = decoded(captured.value.message).questions[0]!.name;
      const owner = parseFqdn(`_vlmcs._tcp.${zone}`);
      const octets = encodeUpdate({
        id: captured.value.record.originalId,
        zone,
        prerequisites: name === 'prerequisite fails' ? [prerequisite.rrsetAbsent(owner, TYPE.SRV)] : [],
        updates: [update.add(srv(owner, `kms01.${zone}`))],
      });
      expect(hexFromOctets(octets)).toBe(hexFromOctets(captured.value.message));
    },
  );

  it('refuses what would not fit into one signed message', () => {
    const updates = (count: number): Rr[] =>
      Array.from({ length: count }, (_, i) => update.add(srv(OWNER, `kms${1000 + i}.contoso.com`)));
    const fits = encodeUpdate({ id: 1, zone: ZONE, prerequisites: [], updates: updates(1048) });
    expect(fits).toHaveLength(65_005);
    expect(() => encodeUpdate({ id: 1, zone: ZONE, prerequisites: [], updates: updates(1049) })).toThrow(
      expect.objectContaining({ code: 'update-too-large', hint: expect.stringContaining('all or nothing') }),
    );
  });
});

describe('decodeMessage', () => {
  it('does not take the octets of the next record for those of an empty one', () => {
    const message = decoded(
      octetsFromHex(`
        0001 a800 0000 0002 0000 0000
        00 0021 00fe 00000000 0000
        00 0001 0001 0000003c 0004 c0000201
      `),
    );
    expect(message.answers.map((rr) => rr.rdata)).toEqual([
      { kind: 'empty' },
      { kind: 'A', address: '192.0.2.1' as IpAddress },
    ]);
  });

  it('takes A of another class for octets, as its form is not known there', () => {
    const chaos = decoded(octetsFromHex('0001 8000 0000 0001 0000 0000  00 0001 0003 0000003c 0003 000102'));
    expect(chaos.answers[0]!.rdata).toEqual({ kind: 'opaque', octets: Uint8Array.of(0, 1, 2) });
  });

  it('reads a TTL with its top bit set as 0 (RFC 2181 §8)', () => {
    const message = decoded(
      octetsFromHex('0001 8000 0000 0001 0000 0000  00 0001 0001 80000001 0004 c0000201'),
    );
    expect(message.answers[0]!.ttlSeconds).toBe(0);
  });

  it('reads an error of nothing but a header, whatever stands behind it', () => {
    // Unbound 1.17.1, `access-control: … refuse`: no section is announced, and the question is still there.
    const refused = octetsFromHex('0001 8105 0000 0000 0000 0000 0474657374 00 0021 0001');
    expect(decoded(refused)).toMatchObject({ header: { rcode: RCODE.REFUSED }, questions: [], answers: [] });
    refused[3] = 0;
    expect(decodeMessage(refused)).toMatchObject({ ok: false, detail: '10 octets after the last record' });
  });

  it('does not lend its octets to the records', () => {
    const octets = octetsFromHex('0001 8000 0000 0001 0000 0000  00 ff00 0001 00000000 0002 abcd');
    const { rdata } = decoded(octets).answers[0]!;
    octets.fill(0);
    expect(rdata).toEqual({ kind: 'opaque', octets: Uint8Array.of(0xab, 0xcd) });
  });

  it('reads octets in a Buffer that starts in the middle of its memory', () => {
    const octets = encodeQuery({ id: 9, name: OWNER, type: TYPE.SRV, recurse: true });
    const pool = Buffer.concat([Buffer.alloc(7), octets, Buffer.alloc(5)]);
    expect(decoded(pool.subarray(7, 7 + octets.length))).toEqual(decoded(octets));
  });
});

describe('decodeUpdateReply', () => {
  const zone = '07636f6e746f736f03636f6d00 0006 0001';

  it('reads rcode and zone of the usual reply', () => {
    expect(decodeUpdateReply(octetsFromHex(`0001 a807 0001 0000 0000 0000 ${zone}`))).toMatchObject({
      ok: true,
      value: { header: { rcode: RCODE.YXRRSET }, zone: { name: ZONE, type: TYPE.SOA }, echoed: false },
    });
  });

  it('reads a reply of a header alone', () => {
    const reply = decodeUpdateReply(octetsFromHex('0001 a805 0000 0000 0000 0000'));
    expect(reply).toMatchObject({ ok: true, value: { header: { rcode: RCODE.REFUSED }, echoed: false } });
    expect(reply).not.toHaveProperty('value.zone');
  });

  // As Samba 4.17's internal server answers: our sections come back, a deletion with empty RDATA among them.
  it('does not look at echoed sections', () => {
    const reply = decodeUpdateReply(
      octetsFromHex(`0001 a802 0001 0001 0001 0000 ${zone} c00c 0021 00fe 00000000 0000 c00c 0021 00ff`),
    );
    expect(reply).toMatchObject({ ok: true, value: { echoed: true, header: { rcode: RCODE.SERVFAIL } } });
  });

  test.each([
    ['shorter than a header', '0001 a800 0000'],
    ['2 zones', `0001 a800 0002 0000 0000 0000 ${zone} ${zone}`],
    ['cut off inside a name', '0001 a800 0001 0000 0000 0000 0763'],
    ['cut off', '0001 a800 0001 0000 0000 0000 00 0006 00'],
  ])('refuses one that is %s', (detail, hex) => {
    const reply = decodeUpdateReply(octetsFromHex(hex));
    expect(reply.ok ? '' : reply.detail).toContain(detail);
  });
});

describe('octets that are no message', () => {
  const one = '0001 8000 0000 0001 0000 0000';
  const tail = '0001 0001 0000003c 0004 c0000201';
  test.each([
    ['nothing', '', 'shorter than a header'],
    ['eleven octets', '0001 8000 0000 0000 0000 00', 'shorter than a header'],
    ['counts of ffff in twelve octets', '0001 8000 ffff ffff ffff ffff', 'more records announced'],
    // Made dns-packet 5.6.1 read 196,605 records out of 27 octets.
    [
      'counts of ffff and an SSHFP',
      '0001 8000 0000 ffff ffff ffff 00 002c 0001 00000000 0004 0901abcd',
      'more records',
    ],
    // Makes native-dns 0.7.0 loop for ever.
    [
      'a name that points to itself',
      '0001 0000 0001 0000 0000 0000 c00c 0021 0001',
      'does not lead backwards',
    ],
    [
      'two pointers in a circle',
      '0001 0000 0002 0000 0000 0000 c012 0021 0001 c00c 0021 0001',
      'does not lead backwards',
    ],
    ['a pointer forwards', `${one} c020 ${tail}`, 'does not lead backwards'],
    ['a pointer into the header', `${one} c002 ${tail}`, 'into the header'],
    ['a label then back to it', `${one} 0161 c00c ${tail}`, 'does not lead backwards'],
    ['label type 01', `${one} 4161 00 ${tail}`, 'label type 0x40'],
    ['label type 10', `${one} 8161 00 ${tail}`, 'label type 0x80'],
    [
      'a name of 256 octets',
      `${one} ${`3f${'61'.repeat(63)}`.repeat(3)} 3e${'61'.repeat(62)} 00 ${tail}`,
      'longer than 255',
    ],
    ['a name cut off', `${one} 03 6161 0000000000000000000000`, 'announced|cut off|label'],
    ['a pointer cut off', '0001 8000 0001 0000 0000 0000 0161 01 61 c0', 'cut off inside a name'],
    ['an address of three octets', `${one} 00 0001 0001 0000003c 0003 c00002`, 'A RDATA of 3 octets'],
    ['an AAAA of four octets', `${one} 00 001c 0001 0000003c 0004 c0000201`, 'AAAA RDATA of 4 octets'],
    ['RDLENGTH past the end', `${one} 00 0001 0001 0000003c 0005 c0000201`, 'cut off'],
    ['an octet after the last record', `${one} 00 ${tail} 00`, '1 octets after the last record'],
    [
      'an SRV target that leaves its RDATA',
      `${one} 00 0021 0001 0000003c 0008 0000 0000 0698 0161 00`,
      'cut off inside a name',
    ],
    [
      'SRV RDATA with an octet too many',
      `${one} 00 0021 0001 0000003c 0008 0000 0000 0698 00 00`,
      'RDATA goes on',
    ],
    [
      'SRV RDATA without a target',
      `${one} 00 0021 0001 0000003c 0006 0000 0000 0698`,
      'cut off inside a name',
    ],
    ['a TXT string that leaves its RDATA', `${one} 00 0010 0001 0000003c 0002 0561`, 'cut off'],
    [
      'an EDNS option that leaves its RDATA',
      '0001 8000 0000 0000 0000 0001 00 0029 04d0 00000000 0004 000a 0008',
      'cut off',
    ],
    [
      'two OPT records',
      '0001 8000 0000 0000 0000 0002 00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000',
      'two OPT',
    ],
    [
      'an OPT record with a name',
      '0001 8000 0000 0000 0000 0001 0161 00 0029 04d0 00000000 0000',
      'not owned by the root',
    ],
  ])('%s', (_, hex, detail) => {
    expect(refusal(octetsFromHex(hex))).toMatch(new RegExp(detail));
  });

  /** Counts how often single octets are looked at: a measure of work that no clock disturbs. */
  function countingReads(octets: Uint8Array): { readonly watched: Uint8Array; reads(): number } {
    let reads = 0;
    const watched = new Proxy(octets, {
      get(target, property) {
        if (typeof property === 'string' && /^\d/.test(property)) reads++;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { watched, reads: () => reads };
  }

  function chain(pointers: number): Uint8Array {
    const header = octetsFromHex('0001 8000 0000 0000 0000 0000');
    const links = Array.from({ length: pointers }, (_, i) =>
      i === 0
        ? [0]
        : [0xc0 | ((i === 1 ? 23 : 24 + 2 * (i - 2)) >> 8), (i === 1 ? 23 : 24 + 2 * (i - 2)) & 0xff],
    ).flat();
    const carrier = [0, 0xff, 0, 0, 1, 0, 0, 0, 0, links.length >> 8, links.length & 0xff, ...links];
    const last = 24 + 2 * (pointers - 2);
    const record = [0xc0 | (last >> 8), last & 0xff, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    const count = Math.floor((65535 - header.length - carrier.length) / record.length);
    header[6] = (count + 1) >> 8;
    header[7] = (count + 1) & 0xff;
    return Uint8Array.from([...header, ...carrier, ...Array.from({ length: count }, () => record).flat()]);
  }

  it('do not make the reader walk a long chain of pointers', () => {
    const { watched, reads } = countingReads(chain(7980));
    expect(refusal(watched)).toContain('more than 127 pointers');
    expect(reads()).toBeLessThan(1000);
  });

  it('cost little even with the longest chain allowed under every name', () => {
    const octets = chain(127);
    const { watched, reads } = countingReads(octets);
    const message = decoded(watched);
    expect(message.answers.length).toBeGreaterThan(5000);
    expect(message.answers.at(-1)!.owner).toBe('.');
    expect(reads() / octets.length).toBeLessThan(50);
  });
});

const SAMPLES: readonly (readonly [string, Uint8Array])[] = [
  [
    'a query',
    encodeQuery({ id: 1, name: OWNER, type: TYPE.SRV, recurse: true, edns: { udpPayloadOctets: 1232 } }),
  ],
  [
    'an answer',
    encodeMessage({
      id: 1,
      qr: true,
      questions: [{ name: OWNER, type: TYPE.SRV, class: CLASS.IN }],
      answers: [
        srv(OWNER, 'kms1.contoso.com', 0, 0, 'KMS1.contoso.com.'),
        srv(OWNER, 'kms2.contoso.com', 10),
      ],
      authorities: [
        {
          owner: ZONE,
          type: TYPE.NS,
          class: CLASS.IN,
          ttlSeconds: 60,
          rdata: { kind: 'NS', target: parseFqdn('ns.test') },
        },
      ],
      additionals: [
        {
          owner: parseFqdn('kms1.contoso.com'),
          type: TYPE.AAAA,
          class: CLASS.IN,
          ttlSeconds: 60,
          rdata: { kind: 'AAAA', address: '2001:db8::1' as IpAddress },
        },
        {
          owner: OWNER,
          type: TYPE.TXT,
          class: CLASS.IN,
          ttlSeconds: 60,
          rdata: { kind: 'TXT', strings: [Uint8Array.of(1, 2), new Uint8Array(0)] },
        },
      ],
      edns: { udpPayloadOctets: 1232, options: [{ code: 3, octets: Uint8Array.of(7) }] },
    }),
  ],
  ...vectors.cases
    .slice(0, 5)
    .flatMap(({ name, request, response }) => [
      [`the captured request "${name}"`, octetsFromHex(request)] as const,
      [`the captured reply "${name}"`, octetsFromHex(response)] as const,
    ]),
];

describe.each(SAMPLES)('%s', (_, octets) => {
  it('is a message', () => {
    expect(refusal(octets)).toBeUndefined();
  });

  it('cut at any octet is a value that says so', () => {
    for (let length = 0; length < octets.length; length++) {
      expect(refusal(octets.slice(0, length))).toMatch(/./);
      expect(() => decodeUpdateReply(octets.slice(0, length))).not.toThrow();
      expect(() => readTsig(octets.slice(0, length))).not.toThrow();
    }
  });

  it('with any octet changed to any value is a message or says why not', () => {
    const mutant = octets.slice();
    for (let at = 0; at < octets.length; at++) {
      for (let value = 0; value < 256; value++) {
        mutant[at] = value;
        const result = decodeMessage(mutant);
        if (!result.ok && result.detail === '') throw new Error(`no detail for octet ${at} = ${value}`);
        decodeUpdateReply(mutant);
        readTsig(mutant);
      }
      mutant[at] = octets[at]!;
    }
  });
});

test('any octets are a message or say why not; what is a message can be written and read again', () => {
  const flipped = fc
    .tuple(fc.constantFrom(...SAMPLES), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
    .map(([[, octets], changes]) => {
      const mutant = octets.slice();
      for (const [at, value] of changes) mutant[at % mutant.length] = value;
      return mutant;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), flipped), (octets) => {
      const result = decodeMessage(octets);
      if (!result.ok) {
        expect(result.detail).not.toBe('');
        return;
      }
      const { header, questions, answers, authorities, additionals } = result.value;
      const again = decoded(encodeMessage({ ...header, questions, answers, authorities, additionals }));
      expect({ ...again, header }).toEqual(result.value);
    }),
    { numRuns: 2000 },
  );
});
