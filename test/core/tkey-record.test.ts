import { decode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import { encodeTkeyQuery, readTkey, TKEY_MODE, type TkeyRecord } from '../../src/core/tkey-record.ts';
import { decodeMessage } from '../../src/core/wire.ts';
import negotiation from '../fixtures/gss-tsig-negotiation.json' with { type: 'json' };
import { encodeTkeyReply } from '../support/gss-server.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

const RECORD: TkeyRecord = {
  keyName: parseFqdn('4fa513c9dc2426b6.sig-ns1.corp.example'),
  algorithmName: parseFqdn('gss-tsig'),
  inceptionSeconds: 0x69201a00,
  expirationSeconds: 0x69202810,
  mode: TKEY_MODE.GSS,
  error: 0,
  keyData: octetsFromHex('60 0d 70 6e'),
  otherData: new Uint8Array(0),
};

const arbitraryRecord: fc.Arbitrary<TkeyRecord> = fc.record({
  keyName: fc
    .array(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 5 })
    .map((labels) => `${labels.join('.')}.` as Fqdn),
  algorithmName: fc.constantFrom('gss-tsig.' as Fqdn, 'gss.microsoft.com.' as Fqdn),
  inceptionSeconds: fc.nat(0xffffffff),
  expirationSeconds: fc.nat(0xffffffff),
  mode: fc.nat(0xffff),
  error: fc.nat(0xffff),
  keyData: fc.uint8Array({ maxLength: 3000 }),
  otherData: fc.uint8Array({ maxLength: 40 }),
});

describe('a TKEY query', () => {
  const octets = encodeTkeyQuery(0x4fa5, RECORD);

  it('is laid out as RFC 2930 §2 says', () => {
    expect(hexFromOctets(octets)).toBe(
      hexFromOctets(
        octetsFromHex(`
          4fa5 0000 0001 0000 0000 0001                      ; header: QUERY, one question, one additional
          10 34666135313363396463323432366236 07 7369672d6e7331 04 636f7270 07 6578616d706c65 00
          00f9 00ff                                          ; TKEY ANY
          10 34666135313363396463323432366236 07 7369672d6e7331 04 636f7270 07 6578616d706c65 00
          00f9 00ff 00000000 001e                            ; TKEY ANY, TTL 0, RDLENGTH
          08 6773732d74736967 00                             ; gss-tsig.
          69201a00 69202810 0003 0000 0004 600d706e 0000     ; inception, expiration, mode, error, token, other
        `),
      ),
    );
  });

  it('is read alike by dns-packet', () => {
    const packet = decode(Buffer.from(octets));
    expect(packet).toMatchObject({ id: 0x4fa5, type: 'query', opcode: 'QUERY' });
    expect(packet.questions).toEqual([{ name: RECORD.keyName.slice(0, -1), type: 'TKEY', class: 'ANY' }]);
    expect(packet.additionals).toMatchObject([
      { name: RECORD.keyName.slice(0, -1), type: 'TKEY', class: 'ANY', ttl: 0 },
    ]);
    const rdata = (packet.additionals?.[0] as { data?: Buffer } | undefined)?.data;
    expect(hexFromOctets(rdata!)).toBe(hexFromOctets(octets.subarray(octets.length - 0x1e)));
  });

  it('is a message that our own reader walks to its end', () => {
    const decoded = decodeMessage(octets);
    expect(decoded.ok && decoded.value.additionals[0]?.owner).toBe(RECORD.keyName);
  });
});

describe('what nsupdate and BIND say to each other', () => {
  const query = octetsFromHex(negotiation.query);
  const asked = recordIn(query);
  const answered = recordIn(octetsFromHex(negotiation.reply));

  it('is a query like ours, names in full or not', () => {
    expect(asked).toMatchObject({
      keyName: '3353408258.sig-ns1.corp.example.',
      algorithmName: 'gss-tsig.',
      mode: 3,
      error: 0,
      expirationSeconds: asked.inceptionSeconds,
      otherData: new Uint8Array(0),
    });
    // An SPNEGO token: RFC 2743 section 3.1, RFC 4178.
    expect(hexFromOctets(asked.keyData)).toMatch(/^6082.{4}06062b0601050502/);
    const ours = encodeTkeyQuery((query[0]! << 8) | query[1]!, asked);
    // Theirs points to the question's name, which ours writes again.
    expect(ours.length - query.length).toBe(asked.keyName.length + 1 - 2);
    expect(hexFromOctets(ours.subarray(0, 45))).toBe(hexFromOctets(query.subarray(0, 45)));
    expect(hexFromOctets(ours.subarray(-asked.keyData.length - 36))).toBe(
      hexFromOctets(query.subarray(-asked.keyData.length - 36)),
    );
  });

  it('is a reply for the same key, with a token and an end', () => {
    expect(answered).toMatchObject({ keyName: asked.keyName, algorithmName: 'gss-tsig.', mode: 3, error: 0 });
    expect(hexFromOctets(answered.keyData)).toMatch(/^a1/);
    expect(answered.expirationSeconds - answered.inceptionSeconds).toBe(3600);
  });

  it('loses nothing of its reply in ours', () => {
    const reply = encodeTkeyReply(query, answered);
    expect(readTkey(reply)).toEqual({ ok: true, value: answered });
  });
});

describe('a TKEY record', () => {
  it('comes out as it went in, in a query and in its reply', () => {
    fc.assert(
      fc.property(arbitraryRecord, fc.nat(0xffff), (record, id) => {
        const query = encodeTkeyQuery(id, record);
        expect(readTkey(query)).toEqual({ ok: true, value: record });
        const reply = encodeTkeyReply(query, record);
        expect(readTkey(reply)).toEqual({ ok: true, value: record });
        expect([reply[0], reply[1], reply[2]]).toEqual([query[0], query[1], 0x80]);
      }),
    );
  });

  it('may have a compressed algorithm name, as a server that writes TSIG behind it may do', () => {
    const octets = octetsFromHex(`
      0001 8000 0001 0001 0000 0000
      01 6b 08 6773732d74736967 00 00f9 00ff                 ; k.gss-tsig. TKEY ANY
      c00c 00f9 00ff 00000000 0013
      c00e 00000001 00000002 0003 0000 0001 aa 0000`);
    expect(readTkey(octets)).toMatchObject({
      ok: true,
      value: { keyName: 'k.gss-tsig.', algorithmName: 'gss-tsig.', keyData: Uint8Array.of(0xaa) },
    });
  });

  it('is undefined in a message without one', () => {
    expect(readTkey(octetsFromHex('0001 8005 0000 0000 0000 0000'))).toEqual({ ok: true, value: undefined });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['no header', new Uint8Array(11), /shorter/],
    ['two of them', twice(encodeTkeyQuery(1, RECORD)), /two TKEY/],
    ['more records announced than there are', patched(encodeTkeyQuery(1, RECORD), 11, 9), /cut off/],
    ['RDATA that goes on', longer(encodeTkeyQuery(1, RECORD)), /goes on after its last field/],
    ['a token longer than the record', patched(encodeTkeyQuery(1, RECORD), -8, 0xff), /cut off/],
  ])('%s: a detail', (_name, octets, detail) => {
    expect(readTkey(octets)).toEqual({ ok: false, detail: expect.stringMatching(detail) });
  });

  it('never makes the reader throw, whatever the octets are', () => {
    const valid = encodeTkeyReply(encodeTkeyQuery(1, RECORD), RECORD);
    for (let at = 0; at < valid.length; at++) {
      readTkey(valid.subarray(0, at));
      for (const bit of [0x01, 0x80, 0xff]) readTkey(patched(valid, at, valid[at]! ^ bit));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        expect(typeof readTkey(octets).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

function patched(octets: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

/** The same record once more at the end. */
function twice(octets: Uint8Array): Uint8Array {
  const recordAt = 12 + RECORD.keyName.length + 1 + 4;
  return patched(Buffer.concat([octets, octets.subarray(recordAt)]), 11, 2);
}

/** One octet behind the last field, and an RDLENGTH that holds it. */
function longer(octets: Uint8Array): Uint8Array {
  const lengthAt = octets.length - 0x1e - 1;
  return patched(Buffer.concat([octets, Uint8Array.of(0)]), lengthAt, 0x1f);
}

function recordIn(octets: Uint8Array): TkeyRecord {
  const read = readTkey(octets);
  if (!read.ok || read.value === undefined) throw new Error('no TKEY record');
  return read.value;
}
