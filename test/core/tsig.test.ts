import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import {
  algorithmFromText,
  algorithmWireName,
  hmac,
  hmacSigner,
  macOctets,
  TSIG_ALGORITHMS,
  type TsigAlgorithm,
  type TsigKey,
  type TsigVerdict,
  tsigKey,
} from '../../src/core/tsig.ts';
import { appendTsig, readTsig, type TsigRecord, tsigDigestInput } from '../../src/core/tsig-record.ts';
import { decodeUpdateReply, rcodeName } from '../../src/core/wire.ts';
import algorithms from '../fixtures/tsig-algorithms.json' with { type: 'json' };
import vectors from '../fixtures/tsig-vectors.json' with { type: 'json' };
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

function keyOf(name: string, algorithm: string, secret: string): TsigKey {
  return tsigKey(parseFqdn(name), algorithm as TsigAlgorithm, Buffer.from(secret, 'base64'));
}

function tsigOf(octets: Uint8Array): { record: TsigRecord; message: Uint8Array } {
  const read = readTsig(octets);
  if (!read.ok || read.value === undefined) throw new Error('this fixture has no TSIG record');
  return read.value;
}

function atSeconds(seconds: number): Date {
  return new Date(seconds * 1000);
}

/** When every reply of the captured exchanges was signed. */
const CAPTURED_AT = 1_795_175_515;
const capturedKey = keyOf(vectors.key.name, vectors.key.algorithm, vectors.key.secret);

describe('captured exchanges', () => {
  const expected: Readonly<Record<string, TsigVerdict>> = {
    verified: { kind: 'good' },
    UNSIGNED: { kind: 'unsigned' },
    BADKEY: { kind: 'rejected', error: 'BADKEY', authenticated: false },
    BADSIG: { kind: 'rejected', error: 'BADSIG', authenticated: false },
    BADTIME: {
      kind: 'rejected',
      error: 'BADTIME',
      authenticated: true,
      serverTime: atSeconds(CAPTURED_AT),
      skewSeconds: -1000,
    },
  };

  test.each(vectors.cases.map((one) => [one.server, one.name, one] as const))(
    '%s, %s: the reply is judged as recorded',
    async (_, name, { request, response, outcome }) => {
      const sent = tsigOf(octetsFromHex(request)).record;
      const reply = octetsFromHex(response);
      const ours = CAPTURED_AT + (name === 'clock +1000 s' ? 1000 : 0);
      const verdict = await hmacSigner(capturedKey).verify(reply, sent.mac, atSeconds(ours));
      const header = decodeUpdateReply(reply);
      expect(verdict).toEqual(expected[outcome.split(' ')[0]!]);
      expect(header.ok && rcodeName(header.value.header.rcode)).toBe(outcome.split(' ').at(-1));
    },
  );

  test.each(vectors.cases.map((one) => [one.server, one.name, one] as const))(
    '%s, %s: the request is signed bit for bit as recorded',
    async (_, name, { request }) => {
      const octets = octetsFromHex(request);
      const { record, message } = tsigOf(octets);
      // Two kinds of request were spoilt on purpose: another key name, and another secret.
      const key = tsigKey(record.keyName, 'hmac-sha256', capturedKey.secret);
      const { signed, mac } = await hmacSigner(key).sign(message, atSeconds(record.timeSignedSeconds));
      if (name === 'wrong secret') expect(hexFromOctets(mac)).not.toBe(hexFromOctets(record.mac));
      else expect(hexFromOctets(signed)).toBe(hexFromOctets(octets));
    },
  );
});

describe('every algorithm, against dnspython', () => {
  it('is in the fixture', () => {
    expect(algorithms.cases.map((one) => one.algorithm)).toEqual([...TSIG_ALGORITHMS]);
  });

  describe.each(algorithms.cases)('$algorithm', (one) => {
    const key = keyOf(one.keyName, one.algorithm, one.secret);
    const now = atSeconds(algorithms.timeSigned);

    it('makes the same MAC', async () => {
      const { signed, mac } = await hmacSigner(key).sign(octetsFromHex(one.message), now);
      expect(hexFromOctets(mac)).toBe(hexFromOctets(tsigOf(octetsFromHex(one.request)).record.mac));
      expect(mac).toHaveLength(macOctets(key.algorithm));
      expect(tsigOf(signed)).toMatchObject({
        record: {
          keyName: key.name,
          algorithmName: algorithmWireName(key.algorithm),
          fudgeSeconds: 300,
          error: 0,
        },
      });
    });

    // dnspython compresses the key's name and writes the algorithm in capitals.
    it('verifies its reply', async () => {
      const requestMac = tsigOf(octetsFromHex(one.request)).record.mac;
      expect(await hmacSigner(key).verify(octetsFromHex(one.reply), requestMac, now)).toEqual({
        kind: 'good',
      });
    });
  });
});

describe('a reply that does not prove itself', () => {
  const exchange = vectors.cases[0]!;
  const requestMac = tsigOf(octetsFromHex(exchange.request)).record.mac;
  const reply = octetsFromHex(exchange.response);
  const { record, message } = tsigOf(reply);
  const now = atSeconds(CAPTURED_AT);

  async function judged(
    octets: Uint8Array,
    key: TsigKey = capturedKey,
    at: Date = now,
  ): Promise<TsigVerdict> {
    return hmacSigner(key).verify(octets, requestMac, at);
  }

  /** The reply with other fields, signed with the right key. */
  function resigned(change: Partial<TsigRecord>, requestMacUsed: Uint8Array = requestMac): Uint8Array {
    const fields = { ...record, ...change };
    const mac = hmac(capturedKey, tsigDigestInput(message, fields, requestMacUsed));
    return appendTsig(message, { ...fields, mac, ...(change.mac && { mac: change.mac }) });
  }

  it('stays good when it is signed again with nothing changed', async () => {
    expect(hexFromOctets(resigned({}))).toBe(hexFromOctets(reply));
  });

  test.each([
    [
      'another key name',
      tsigKey('other.' as Fqdn, 'hmac-sha256', capturedKey.secret),
      'signed with key "k-sha256." instead',
    ],
    [
      'another algorithm',
      tsigKey(capturedKey.name, 'hmac-sha512', capturedKey.secret),
      '"hmac-sha256." instead of "hmac-sha512."',
    ],
    ['another secret', tsigKey(capturedKey.name, 'hmac-sha256', Uint8Array.of(1)), 'does not fit'],
  ])('%s', async (_, key, detail) => {
    expect(await judged(reply, key)).toEqual({
      kind: 'bad-signature',
      detail: expect.stringContaining(detail),
    });
  });

  test.each([
    ['made for another request', resigned({}, Uint8Array.of(1, 2, 3)), 'does not fit'],
    ['with a shortened MAC', resigned({ mac: record.mac.subarray(0, 16) }), 'shortened to 16 of 32'],
    ['with a MAC that is too long', resigned({ mac: Uint8Array.of(...record.mac, 0) }), 'does not fit'],
    ['without MAC and without error', resigned({ mac: new Uint8Array(0) }), 'no MAC and no error'],
    ['signed 301 s before', resigned({ timeSignedSeconds: CAPTURED_AT - 301 }), '301 s away'],
    ['signed 301 s ahead', resigned({ timeSignedSeconds: CAPTURED_AT + 301 }), '301 s away'],
    [
      'outside its own narrow fudge',
      resigned({ timeSignedSeconds: CAPTURED_AT - 6, fudgeSeconds: 5 }),
      '5 s are allowed',
    ],
  ])('%s', async (_, octets, detail) => {
    expect(await judged(octets)).toEqual({ kind: 'bad-signature', detail: expect.stringContaining(detail) });
  });

  it('is an echo with the MAC of our request, whatever it says', async () => {
    expect(await judged(resigned({ mac: requestMac }))).toEqual({ kind: 'echoed' });
    expect(await judged(resigned({ mac: requestMac, error: 18 }))).toEqual({ kind: 'echoed' });
  });

  it('is no echo of ours under the name of another key', async () => {
    const other = tsigKey('other.' as Fqdn, 'hmac-sha256', capturedKey.secret);
    expect(await judged(resigned({ mac: requestMac }), other)).toMatchObject({ kind: 'bad-signature' });
  });

  test.each([-300, 0, 300])('a clock %i s apart is still good', async (seconds) => {
    expect(await judged(resigned({ timeSignedSeconds: CAPTURED_AT + seconds }))).toEqual({ kind: 'good' });
  });

  it('is unsigned without the record', async () => {
    expect(await judged(message)).toEqual({ kind: 'unsigned' });
  });

  test.each([
    ['the record twice', appendTsig(reply, record), 'not the last one'],
    ['the record among the answers', moveToAnswers(reply), 'not the last one'],
    ['class IN', patched(reply, record, 2, [0, 1]), 'class must be ANY'],
    ['a TTL', patched(reply, record, 4, [0, 0, 0, 1]), 'TTL 0'],
    ['an RDLENGTH that is too small', patched(reply, record, 8, [0, 0x3c]), 'after the last record'],
    ['a MAC length past the end', patched(reply, record, 31, [0xff, 0xff]), 'cut off'],
    ['an octet behind the last field', withTrailing(reply, record), 'goes on after its last field'],
  ])('%s', async (_, octets, detail) => {
    expect(await judged(octets)).toEqual({ kind: 'bad-signature', detail: expect.stringContaining(detail) });
  });

  it('is not good with any other octet changed', async () => {
    // The ID in front is not signed: a forwarder may change it, the original one stands in the record.
    for (let at = 2; at < reply.length; at++) {
      // Bit 0 and not 5: names are the same in both cases.
      const mutant = Uint8Array.from(reply, (octet, i) => (i === at ? octet ^ 1 : octet));
      expect(await judged(mutant), `octet ${at}`).not.toEqual({ kind: 'good' });
    }
  });

  it('is good with another ID in front (RFC 8945 §5.2.2: the original ID counts)', async () => {
    expect(await judged(Uint8Array.from(reply, (octet, i) => (i < 2 ? 0xee : octet)))).toEqual({
      kind: 'good',
    });
  });
});

describe('a refusal', () => {
  const requestMac = Uint8Array.of(9, 9);
  const plain = octetsFromHex('0001 a809 0000 0000 0000 0000');
  const record: TsigRecord = {
    keyName: capturedKey.name,
    algorithmName: algorithmWireName('hmac-sha256'),
    timeSignedSeconds: CAPTURED_AT,
    fudgeSeconds: 300,
    mac: new Uint8Array(0),
    originalId: 1,
    error: 0,
    other: new Uint8Array(0),
  };
  const signed = (change: Partial<TsigRecord>): Uint8Array => {
    const fields = { ...record, ...change };
    return appendTsig(plain, {
      ...fields,
      mac: hmac(capturedKey, tsigDigestInput(plain, fields, requestMac)),
    });
  };
  const time = octetsFromHex('0000 6b00345b');

  test.each([
    ['BADTRUNC, signed', signed({ error: 22 }), { error: 'BADTRUNC', authenticated: true }],
    [
      'BADTRUNC, unsigned',
      appendTsig(plain, { ...record, error: 22 }),
      { error: 'BADTRUNC', authenticated: false },
    ],
    [
      'BADTIME, signed, an hour behind',
      signed({ error: 18, other: time }),
      { error: 'BADTIME', authenticated: true, skewSeconds: -3600 },
    ],
    [
      "BADTIME, unsigned: its time is nobody's word",
      appendTsig(plain, { ...record, error: 18, other: time }),
      { error: 'BADTIME', authenticated: false, skewSeconds: -3600 },
    ],
    ['BADTIME without a time', signed({ error: 18 }), { error: 'BADTIME', authenticated: true }],
    [
      'an error without a name',
      appendTsig(plain, { ...record, error: 4000 }),
      { error: 'RCODE4000', authenticated: false },
    ],
  ])('%s', async (_, octets, expected) => {
    const verdict = await hmacSigner(capturedKey).verify(octets, requestMac, atSeconds(CAPTURED_AT + 3600));
    expect(verdict).toMatchObject({ kind: 'rejected', ...expected });
    expect('skewSeconds' in verdict).toBe('skewSeconds' in expected);
  });

  it('with a wrong MAC is no refusal but our doubt', async () => {
    const octets = appendTsig(plain, { ...record, error: 18, mac: new Uint8Array(32), other: time });
    const verdict = await hmacSigner(capturedKey).verify(octets, requestMac, atSeconds(CAPTURED_AT));
    expect(verdict).toMatchObject({ kind: 'bad-signature' });
  });
});

describe('the secret', () => {
  const secret = Buffer.from('correct horse battery staple');
  const key = tsigKey(parseFqdn('k.test'), 'hmac-sha256', secret);

  test.each([
    ['JSON', JSON.stringify(key)],
    ['JSON of what holds it', JSON.stringify({ keys: [key] })],
    ['inspect', inspect(key)],
    ['inspect with everything', inspect({ key }, { showHidden: true, getters: true, depth: null })],
    ['a template string', `${key}`],
    ['spreading', inspect({ ...key })],
    ['the signer', inspect(hmacSigner(key), { showHidden: true, getters: true, depth: null })],
    ['its own keys', inspect(Reflect.ownKeys(key))],
    ['a structured clone', inspect(structuredClone(key), { showHidden: true })],
  ])('does not show in %s', (_, text) => {
    for (const form of ['base64', 'hex', 'latin1'] as const)
      expect(text).not.toContain(secret.toString(form));
    expect(text).not.toContain('99, 111, 114');
    expect(text).not.toContain('63 6f 72');
  });

  it('is there for the digest, and does not follow the octets it was made from', () => {
    const octets = Uint8Array.of(1, 2, 3);
    const copied = tsigKey(key.name, 'hmac-sha256', octets);
    octets.fill(0);
    expect(copied.secret).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('algorithmFromText', () => {
  test.each([
    ['hmac-sha256', 'hmac-sha256'],
    ['HMAC-SHA256', 'hmac-sha256'],
    ['hmac-sha256.', 'hmac-sha256'],
    ['sha512', 'hmac-sha512'],
    ['md5', 'hmac-md5'],
    ['hmac-md5.sig-alg.reg.int', 'hmac-md5'],
    ['HMAC-MD5.SIG-ALG.REG.INT.', 'hmac-md5'],
    ['hmac-sha1', 'hmac-sha1'],
  ])('%s is %s', (text, algorithm) => expect(algorithmFromText(text)).toBe(algorithm));

  test.each([
    '',
    'hmac-',
    'sha-256',
    'hmac-sha257',
    'gss-tsig',
    'hmac-hmac-sha256',
    'sha256..',
    'constructor',
  ])('does not know %j', (text) => expect(algorithmFromText(text)).toBeUndefined());
});

/** The offset of the fixed fields of the TSIG record, behind its name; `by` counts from there. */
function patched(octets: Uint8Array, record: TsigRecord, by: number, values: readonly number[]): Uint8Array {
  const at = octets.length - recordLength(record) + record.keyName.length + 1 + by;
  const copy = octets.slice();
  copy.set(values, at);
  return copy;
}

function withTrailing(octets: Uint8Array, record: TsigRecord): Uint8Array {
  const longer = Uint8Array.of(...octets, 0);
  const at = octets.length - recordLength(record) + record.keyName.length + 1 + 8;
  longer[at + 1]!++;
  return longer;
}

function recordLength(record: TsigRecord): number {
  return (
    record.keyName.length +
    1 +
    10 +
    record.algorithmName.length +
    1 +
    16 +
    record.mac.length +
    record.other.length
  );
}

/** ANCOUNT takes what ARCOUNT had. */
function moveToAnswers(octets: Uint8Array): Uint8Array {
  const copy = octets.slice();
  copy[7] = 1;
  copy[11] = 0;
  return copy;
}
