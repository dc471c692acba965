import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { KMS_INTERFACE } from '../../src/core/kms.ts';
import {
  type BindReply,
  bindTimeFeatures,
  decodeBindReply,
  encodeBind,
  encodeProbeBind,
  faultStatusText,
  isWholePdu,
  NDR,
  NDR64,
  nakReasonText,
  rejectionReasonText,
} from '../../src/core/rpc.ts';
import { PduWriter } from '../../src/core/rpc-pdu.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

/** A bind of one context, KMS in NDR; impacket writes the same octets. */
const BIND_KMS = `
  05000b03 10000000 4800 0000 01000000  ; header: bind, first and last, little-endian, 72 octets, call 1
  d016 d016 00000000 01 000000          ; 5840, 5840, new association, one context
  0000 01 00 7521c8514e845047b0d8ec255555bc06 0100 0000 045d888aeb1cc9119fe808002b104860 02000000`;

/** The same with a decoy and the management interface, parsed back with impacket. */
const BIND_PROBE = `
  05000b03 10000000 a000 0000 01000000
  d016 d016 00000000 03 000000
  0000 01 00 7521c8514e845047b0d8ec255555bc06 01000000 045d888aeb1cc9119fe808002b104860 02000000
  0100 01 00 33221100554477668899aabbccddeeff 01000000 045d888aeb1cc9119fe808002b104860 02000000
  0200 01 00 80bda8af8a7dc911bef408002b102989 01000000 045d888aeb1cc9119fe808002b104860 02000000`;

/** KMS in NDR, NDR64 and with feature negotiation, as it was sent to Samba 4.17. */
const BIND_THREE_SYNTAXES = `
  05000b0310000000a000000001000000d016d0160000000003000000
  000001007521c8514e845047b0d8ec255555bc0601000000045d888aeb1cc9119fe808002b10486002000000
  010001007521c8514e845047b0d8ec255555bc060100000033057171babe37498319b5dbef9ccc3601000000
  020001007521c8514e845047b0d8ec255555bc06010000002c1cb76c12984045030000000000000001000000`;

const DECOY = '00112233-4455-6677-8899-aabbccddeeff';

describe('encodeBind', () => {
  it('writes what impacket writes', () => {
    const contexts = [{ id: 0, interface: KMS_INTERFACE, transferSyntaxes: [NDR] }];
    expect(hexFromOctets(encodeBind({ contexts }))).toBe(hexFromOctets(octetsFromHex(BIND_KMS)));
  });

  it('writes the bind that Samba answered', () => {
    const contexts = [NDR, NDR64, bindTimeFeatures(3)].map((syntax, id) => ({
      id,
      interface: KMS_INTERFACE,
      transferSyntaxes: [syntax],
    }));
    expect(hexFromOctets(encodeBind({ contexts }))).toBe(hexFromOctets(octetsFromHex(BIND_THREE_SYNTAXES)));
  });

  it('puts several transfer syntaxes into one context, and the call id into the header', () => {
    const contexts = [{ id: 7, interface: KMS_INTERFACE, transferSyntaxes: [NDR, NDR64] }];
    const octets = encodeBind({ contexts, callId: 0x01020304 });
    expect(octets.length).toBe(16 + 12 + 4 + 3 * 20);
    expect(hexFromOctets(octets.subarray(12, 16))).toBe('04030201');
    expect(hexFromOctets(octets.subarray(28, 32))).toBe('07000200');
  });

  it('refuses what is not a UUID', () => {
    expect(() => encodeProbeBind({ decoyUuid: 'decoy' })).toThrow(/not a UUID/);
  });
});

describe('encodeProbeBind', () => {
  it('asks for KMS, a decoy and management', () => {
    const { octets, roles } = encodeProbeBind({ decoyUuid: DECOY });
    expect(hexFromOctets(octets)).toBe(hexFromOctets(octetsFromHex(BIND_PROBE)));
    expect(roles).toEqual(['kms', 'decoy', 'management']);
  });

  it('adds NDR64 and the features when asked to', () => {
    const { octets, roles } = encodeProbeBind({ decoyUuid: DECOY, more: true });
    const three = octetsFromHex(BIND_THREE_SYNTAXES);
    expect(roles).toEqual(['kms', 'decoy', 'management', 'kms-ndr64', 'features']);
    expect(octets.length).toBe(28 + 5 * 44);
    // The contexts are those sent to Samba but for their numbers, 3 and 4 instead of 1 and 2.
    const syntaxes = (all: Uint8Array, from: number): string =>
      [0, 1].map((i) => hexFromOctets(all.subarray(from + 44 * i + 2, from + 44 * i + 44))).join();
    expect(syntaxes(octets, 28 + 3 * 44)).toBe(syntaxes(three, 28 + 44));
  });
});

test('no octets that this package can write are a call', () => {
  const folder = new URL('../../src/', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file.replaceAll('\\', '/'), folder), 'utf8'));
  const writes = sources.flatMap((text) => [...text.matchAll(/\.pdu\('(\w+)'/g)].map(([, type]) => type!));
  expect(writes).toContain('bind');
  expect(writes.filter((type) => !['bind', 'bind_ack', 'bind_nak', 'fault'].includes(type))).toEqual([]);
  // @ts-expect-error: there is no such type to write.
  expect(() => new PduWriter().pdu('request', 1)).toThrow(/bug/);
});

/** A bind_ack that accepts, with the secondary address "1688"; own construction, parsed back with impacket. */
const ACK_ACCEPTED = `
  05000c03 10000000 3c00 0000 01000000 d016 d016 45230100
  0500 3136383800 00                    ; "1688" and its zero, one octet up to a multiple of four
  01 000000 0000 0000 045d888aeb1cc9119fe808002b104860 02000000`;
const ACK_UNKNOWN_INTERFACE = `
  05000c03 10000000 3c00 0000 01000000 d016 d016 45230100 0500 3136383800 00 01000000 0200 0100
  00000000000000000000000000000000 00000000`;

/** Captured from Samba 4.17.12: port 135, port 49152, and the three syntaxes on 135. */
const SAMBA_135 =
  '05000c03100000003c00000001000000d016d01675ea0000040031333500000001000000020001000000000000000000000000000000000000000000';
const SAMBA_49152 =
  '05000c03100000003c00000001000000d016d016b6770000060034393135320001000000020001000000000000000000000000000000000000000000';
const SAMBA_THREE =
  '05000c03100000006c00000001000000d016d0168f6e0000040031333500000003000000020001000000000000000000000000000000000000000000020001000000000000000000000000000000000000000000030003000000000000000000000000000000000000000000';

/** Captured from a server of impacket that registers the KMS interface: it pads with "A". */
const IMPACKET_ONE =
  '05000c03100000003c00000001000000d016d0163412000005003136383800410100000000000000045d888aeb1cc9119fe808002b10486002000000';
const IMPACKET_THREE =
  '05000c03100000006c00000001000000d016d0163412000005003136383800410300000000000000045d888aeb1cc9119fe808002b1048600200000001000200045d888aeb1cc9119fe808002b1048600200000001000200045d888aeb1cc9119fe808002b10486002000000';

/** ACK_ACCEPTED written by a big-endian machine: the numbers and the first three UUID fields turn round. */
const ACK_BIG_ENDIAN = `
  05000c03 00000000 003c 0000 00000001 16d0 16d0 00012345 0005 3136383800 00
  01 000000 0000 0000 8a885d04 1ceb 11c9 9fe808002b104860 00000002`;

const accepted = { kind: 'accepted', syntax: NDR };
const rejected = (by: 'user' | 'provider', reason: number): object => ({ kind: 'rejected', by, reason });
const ack = (assocGroup: number, secondaryAddress: string, ...results: object[]): object => ({
  kind: 'bind-ack',
  callId: 1,
  assocGroup,
  secondaryAddress,
  results,
});

describe('decodeBindReply', () => {
  test.each<[string, string, object]>([
    ['accepted', ACK_ACCEPTED, ack(0x12345, '1688', accepted)],
    ['accepted, big-endian', ACK_BIG_ENDIAN, ack(0x12345, '1688', accepted)],
    ['unknown interface', ACK_UNKNOWN_INTERFACE, ack(0x12345, '1688', rejected('provider', 1))],
    ['Samba, port 135', SAMBA_135, ack(0xea75, '135', rejected('provider', 1))],
    ['Samba, port 49152', SAMBA_49152, ack(0x77b6, '49152', rejected('provider', 1))],
    [
      'Samba, three contexts',
      SAMBA_THREE,
      ack(0x6e8f, '135', rejected('provider', 1), rejected('provider', 1), { kind: 'features', flags: 3 }),
    ],
    ['impacket', IMPACKET_ONE, ack(0x1234, '1688', accepted)],
    [
      'impacket, three contexts',
      IMPACKET_THREE,
      ack(0x1234, '1688', accepted, rejected('user', 2), rejected('user', 2)),
    ],
    [
      'a result nobody knows',
      '05000c03100000003c00000001000000d016d0160000000005003136383800000100000009000700 00000000000000000000000000000000 00000000',
      ack(0, '1688', { kind: 'unknown', result: 9, reason: 7 }),
    ],
    [
      'no secondary address',
      '05000c03 10000000 2000 0000 01000000 d016 d016 00000000 0000 0000 00 000000',
      ack(0, ''),
    ],
    ['bind_nak, reason 0', '05000d031000000018000000010000000000010500000000', nak(0)],
    ['bind_nak, reason 4', '05000d031000000018000000010000000400010500000000', nak(4)],
    ['bind_nak, reason alone', '05000d03100000001200000001000000 0100', nak(1)],
    [
      'fault, unknown interface',
      '0500032310000000200000000200000020000000000000000300011c00000000',
      fault(2, 0x1c010003),
    ],
    [
      'fault, operation out of range',
      '0500032310000000200000000200000020000000000000000200011c00000000',
      fault(2, 0x1c010002),
    ],
    [
      'fault of impacket, 28 octets',
      '05000303100000001c000000020000000000000000000700e4060000',
      fault(2, 0x6e4),
    ],
    ['a call', '05000003100000001000000001000000', { kind: 'other-pdu', type: 'request' }],
    ['a shutdown', '05001103100000001000000000000000', { kind: 'other-pdu', type: 'shutdown' }],
  ])('reads %s', (_, hex, expected) => {
    expect(decodeBindReply(octetsFromHex(hex))).toEqual(expected);
  });

  it('reads what follows the PDU as somebody else’s', () => {
    const octets = Uint8Array.from([...octetsFromHex(ACK_ACCEPTED), 1, 2, 3]);
    expect(decodeBindReply(octets)).toEqual(ack(0x12345, '1688', accepted));
  });

  test.each([
    ['header cut off', '05000c0310000000', /cut off after 8 octets/],
    ['body cut off', '05000c03100000003c00000001000000d016d016', /cut off after 20 of 60 octets/],
    ['a length shorter than the header', '05000c03100000000f00000001000000', /fragment length of 15/],
    [
      'more results announced than there are',
      '05000c03 10000000 3c00 0000 01000000 d016 d016 45230100 0500 3136383800 00 02000000 00000000 045d888aeb1cc9119fe808002b104860 02000000',
      /cut off inside a field/,
    ],
    [
      'a secondary address that leads out',
      '05000c03 10000000 2000 0000 01000000 d016 d016 45230100 ffff 3136383800 00',
      /cut off inside a field/,
    ],
    ['a fault without a status', '05000303100000001400000002000000 00000000', /cut off inside a field/],
    ['a bind_nak without a reason', '05000d03100000001000000001000000', /cut off inside a field/],
  ])('calls %s garbled', (_, hex, detail) => {
    const reply = decodeBindReply(octetsFromHex(hex));
    expect(reply.kind).toBe('garbled');
    expect(reply.kind === 'garbled' && reply.detail).toMatch(detail);
  });

  test.each<[string, string | Uint8Array]>([
    ['http', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['http', '<html><body>no</body></html>'],
    ['tls', octetsFromHex('15 0301 0002 0246')],
    ['tls', octetsFromHex('16 0303 0004 02000000')],
    ['binary', octetsFromHex('16 0399 0004 02000000')],
    ['ssh', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['smtp', '220 mail.example ESMTP\r\n'],
    ['smtp', '554 no\r\n'],
    ['ftp', '220 Welcome to our FTP server\r\n'],
    ['imap', '* OK IMAP4rev1 ready\r\n'],
    ['pop3', '+OK ready\r\n'],
    ['vnc', 'RFB 003.008\n'],
    ['telnet', octetsFromHex('fffd18 fffd20')],
    ['rdp', octetsFromHex('0300000b 06d00000123400')],
    ['socks', octetsFromHex('05ff')],
    ['text', 'hello\n'],
    ['binary', octetsFromHex('0000000a ffff')],
    ['nothing', ''],
    // RPC's version, and then nothing of it.
    ['binary', octetsFromHex('05 00 ff 03 10000000 3c000000 01000000')],
    ['binary', octetsFromHex('05 00 0c 03 99000000 3c000000 01000000')],
  ])('takes it for %s', (guess, received) => {
    const reply = decodeBindReply(typeof received === 'string' ? Buffer.from(received) : received);
    expect(reply).toMatchObject({ kind: 'not-rpc', guess });
  });

  it('shows a short printable beginning, whatever came', () => {
    const excerpt = (octets: Uint8Array): string => {
      const reply = decodeBindReply(octets);
      return reply.kind === 'not-rpc' ? reply.excerpt : '';
    };
    expect(excerpt(Buffer.from('HTTP/1.1 400\r\nServer: x\r\n'))).toBe('HTTP/1.1 400 Server: x');
    expect(excerpt(octetsFromHex('15 0301 0002 0246'))).toBe('15030100020246');
    expect(excerpt(Buffer.from('\u001b[31mred'))).toBe('1b5b33316d726564');
    expect(excerpt(Buffer.alloc(5000, 'x')).length).toBeLessThanOrEqual(60);
  });

  it('keeps a hostile secondary address off the terminal', () => {
    const octets = octetsFromHex(ACK_ACCEPTED.replace('3136383800', '1b5b33316d'));
    expect(decodeBindReply(octets)).toMatchObject({ secondaryAddress: '?[31m' });
  });

  it('gives a value for any octets, also for every prefix and flipped bit of real ones', () => {
    const kinds = new Set<BindReply['kind']>();
    const judge = (octets: Uint8Array): void => {
      kinds.add(decodeBindReply(octets).kind);
      expect(typeof isWholePdu(octets)).toBe('boolean');
    };
    for (const hex of [ACK_ACCEPTED, ACK_BIG_ENDIAN, SAMBA_THREE, IMPACKET_THREE, BIND_KMS]) {
      const octets = octetsFromHex(hex);
      for (let end = 0; end <= octets.length; end++) judge(octets.subarray(0, end));
      for (let bit = 0; bit < 8 * octets.length; bit++) {
        const flipped = Uint8Array.from(octets);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        judge(flipped);
      }
    }
    expect([...kinds].sort()).toEqual(['bind-ack', 'bind-nak', 'fault', 'garbled', 'not-rpc', 'other-pdu']);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), judge));
    const header = fc.tuple(fc.integer({ min: 0, max: 19 }), fc.uint8Array({ maxLength: 120 }));
    fc.assert(
      fc.property(header, ([type, body]) => {
        const length = 16 + body.length;
        judge(Uint8Array.from([5, 0, type, 3, 16, 0, 0, 0, length, 0, 0, 0, 1, 0, 0, 0, ...body]));
      }),
    );
  });
});

function nak(reason: number): object {
  return { kind: 'bind-nak', callId: 1, reason };
}

function fault(callId: number, status: number): object {
  return { kind: 'fault', callId, status };
}

describe('isWholePdu', () => {
  test.each([ACK_ACCEPTED, ACK_BIG_ENDIAN, SAMBA_THREE])(
    'is true from the last octet on, not before',
    (hex) => {
      const octets = octetsFromHex(hex);
      for (let end = 0; end < octets.length; end++) expect(isWholePdu(octets.subarray(0, end))).toBe(false);
      expect(isWholePdu(octets)).toBe(true);
      expect(isWholePdu(Uint8Array.from([...octets, 0]))).toBe(true);
    },
  );

  test.each<[boolean, string | Uint8Array]>([
    [false, 'HT'],
    [true, 'HTTP/1.1 400 Bad Request'],
    [true, '220 mail\r\n'],
    [false, octetsFromHex('15 0301')],
    [false, octetsFromHex('15 0301 0002 02')],
    [true, octetsFromHex('15 0301 0002 0246')],
    [true, octetsFromHex('05ff')],
    // A length that cannot be: no need to wait for more.
    [true, octetsFromHex('05000c03100000000200000001000000')],
  ])('is %s for what other protocols send: %o', (whole, received) => {
    expect(isWholePdu(typeof received === 'string' ? Buffer.from(received) : received)).toBe(whole);
  });
});

test('codes have names, unknown ones stay visible', () => {
  expect(rejectionReasonText(1)).toBe('abstract syntax not supported');
  expect(rejectionReasonText(77)).toBe('reason 77');
  expect(nakReasonText(4)).toBe('protocol version not supported');
  expect(nakReasonText(77)).toBe('reason 77');
  expect(faultStatusText(0x1c010002)).toBe('nca_s_op_rng_error');
  expect(faultStatusText(0x1c0100ff)).toBe('0x1C0100FF');
});
