import { describe, expect, it, test } from 'vitest';
import { TSIG_ERROR } from '../../src/core/dns-codes.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { hmac, hmacSigner, TSIG_ALGORITHMS, tsigKey } from '../../src/core/tsig.ts';
import { appendTsig, readTsig, type TsigRecord, tsigDigestInput } from '../../src/core/tsig-record.ts';
import { type RequestVerdict, signReply, verifyRequest } from '../../src/core/tsig-server.ts';
import vectors from '../fixtures/tsig-vectors.json' with { type: 'json' };
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

/** When the captured exchanges took place. */
const CAPTURED_AT = new Date(1_795_175_515_000);
const key = tsigKey(parseFqdn(vectors.key.name), 'hmac-sha256', Buffer.from(vectors.key.secret, 'base64'));

const REQUEST = octetsFromHex('1234 2800 0001 0000 0000 0000 04 74657374 00 0006 0001');
const REPLY = octetsFromHex('1234 a800 0001 0000 0000 0000 04 74657374 00 0006 0001');

function tsigOf(octets: Uint8Array): { record: TsigRecord; message: Uint8Array } {
  const read = readTsig(octets);
  if (!read.ok || read.value === undefined) throw new Error('no TSIG record');
  return read.value;
}

function nameOf(verdict: RequestVerdict): string {
  return verdict.kind === 'error' ? verdict.error : verdict.kind;
}

describe('the captured exchanges, with us in the place of the server', () => {
  const expected: Readonly<Record<string, string>> = {
    'add SRV': 'good',
    'prerequisite fails': 'good',
    'unknown key': 'BADKEY',
    'wrong secret': 'BADSIG',
    'clock +1000 s': 'BADTIME',
  };

  test.each(vectors.cases.map((one) => [one.server, one.name, one] as const))(
    '%s, %s: the request is judged alike',
    (_, name, { request }) => {
      expect(nameOf(verifyRequest(octetsFromHex(request), [key], CAPTURED_AT))).toBe(expected[name]);
    },
  );

  // PowerDNS refuses without a TSIG record; we answer as RFC 8945 §5.3 wants, as BIND and Knot do.
  test.each(
    vectors.cases
      .filter((one) => !one.outcome.startsWith('UNSIGNED'))
      .map((one) => [one.server, one.name, one] as const),
  )('%s, %s: the reply is signed octet for octet alike', (_, __, { request, response }) => {
    const verdict = verifyRequest(octetsFromHex(request), [key], CAPTURED_AT);
    const { message } = tsigOf(octetsFromHex(response));
    expect(hexFromOctets(signReply(message, verdict, CAPTURED_AT))).toBe(
      hexFromOctets(octetsFromHex(response)),
    );
  });
});

describe('verifyRequest', () => {
  const now = new Date('2026-11-21T12:00:00Z');

  async function signed(at: Date = now): Promise<Uint8Array> {
    return (await hmacSigner(key).sign(REQUEST, at)).signed;
  }

  async function withShortMac(octets: number, other: Partial<TsigRecord> = {}): Promise<Uint8Array> {
    const { record, message } = tsigOf(await signed());
    const fields = { ...record, ...other };
    const mac = hmac(key, tsigDigestInput(message, fields)).subarray(0, octets);
    return appendTsig(message, { ...fields, mac });
  }

  it('knows a request without a signature', () => {
    expect(verifyRequest(REQUEST, [key], now)).toEqual({ kind: 'unsigned' });
  });

  it('finds the right key among others of the same name', async () => {
    const keys = TSIG_ALGORITHMS.map((algorithm) => tsigKey(key.name, algorithm, key.secret));
    const verdict = verifyRequest(await signed(), keys, now);
    expect(verdict).toMatchObject({ kind: 'good', key: { algorithm: 'hmac-sha256' } });
  });

  it('does not accept a right name with another algorithm', async () => {
    const other = tsigKey(key.name, 'hmac-sha512', key.secret);
    expect(nameOf(verifyRequest(await signed(), [other], now))).toBe('BADKEY');
  });

  test.each([
    [-300, 'good'],
    [300, 'good'],
    [-301, 'BADTIME'],
    [301, 'BADTIME'],
  ])('a clock %i s apart: %s', async (seconds, expected) => {
    const octets = await signed(new Date(now.getTime() + seconds * 1000));
    expect(nameOf(verifyRequest(octets, [key], now))).toBe(expected);
  });

  test.each([
    [32, 'good'],
    [31, 'BADTRUNC'],
    [16, 'BADTRUNC'],
    [15, 'FORMERR'],
    [0, 'FORMERR'],
  ])('a MAC of %i octets: %s', async (octets, expected) => {
    expect(nameOf(verifyRequest(await withShortMac(octets), [key], now))).toBe(expected);
  });

  it('checks the MAC before the time, and the time before the length', async () => {
    const late = await withShortMac(16, { timeSignedSeconds: 1 });
    expect(nameOf(verifyRequest(late, [key], now))).toBe('BADTIME');
    const spoilt = Uint8Array.from(late);
    spoilt[2]! ^= 1;
    expect(nameOf(verifyRequest(spoilt, [key], now))).toBe('BADSIG');
  });

  it('refuses a record that is not the last, or not whole', async () => {
    const octets = await signed();
    const { record } = tsigOf(octets);
    expect(nameOf(verifyRequest(appendTsig(octets, record), [key], now))).toBe('FORMERR');
    for (let length = REQUEST.length + 1; length < octets.length; length++)
      expect(nameOf(verifyRequest(octets.subarray(0, length), [key], now))).toBe('FORMERR');
  });

  it('is never good with an octet changed', async () => {
    const octets = await signed();
    for (let at = 2; at < octets.length; at++) {
      const mutant = Uint8Array.from(octets, (octet, i) => (i === at ? octet ^ 1 : octet));
      expect(nameOf(verifyRequest(mutant, [key], now)), `octet ${at}`).not.toBe('good');
    }
  });
});

describe('signReply', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const none = new Uint8Array(0);

  test.each(TSIG_ALGORITHMS)('with %s is accepted by the client', async (algorithm) => {
    const own = tsigKey(key.name, algorithm, key.secret);
    const { signed, mac } = await hmacSigner(own).sign(REQUEST, now);
    const reply = signReply(REPLY, verifyRequest(signed, [own], now), now);
    expect(await hmacSigner(own).verify(reply, mac, now)).toEqual({ kind: 'good' });
  });

  it('leaves a reply alone that answers an unsigned or malformed request', () => {
    expect(signReply(REPLY, { kind: 'unsigned' }, now)).toBe(REPLY);
    expect(signReply(REPLY, { kind: 'error', error: 'FORMERR', detail: '' }, now)).toBe(REPLY);
  });

  test.each(['BADKEY', 'BADSIG'] as const)('says %s without a MAC', async (error) => {
    const request = await hmacSigner(key).sign(REQUEST, now);
    const { record } = tsigOf(request.signed);
    const reply = signReply(REPLY, { kind: 'error', error, record }, now);
    expect(tsigOf(reply).record).toMatchObject({
      mac: none,
      error: TSIG_ERROR[error],
      other: none,
      keyName: key.name,
    });
    expect(await hmacSigner(key).verify(reply, request.mac, now)).toEqual({
      kind: 'rejected',
      error,
      authenticated: false,
    });
  });

  it('says BADTRUNC with a MAC over the shortened one', async () => {
    const { signed } = await hmacSigner(key).sign(REQUEST, now);
    const { record, message } = tsigOf(signed);
    const mac = record.mac.subarray(0, 20);
    const verdict = verifyRequest(appendTsig(message, { ...record, mac }), [key], now);
    const reply = signReply(REPLY, verdict, now);
    expect(await hmacSigner(key).verify(reply, mac, now)).toEqual({
      kind: 'rejected',
      error: 'BADTRUNC',
      authenticated: true,
    });
  });
});
