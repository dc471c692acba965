/** Our messages as another implementation reads them, and its answers as we read them. */
import fc from 'fast-check';
import { BerReader, BerWriter } from 'ldapts';
import { describe, expect, it, test } from 'vitest';
import { encodeGssapiBind, encodeStartTls, readLdapAnswer } from '../../src/directory/ldap-bind-message.ts';

describe('what is sent', () => {
  test.each([0, 1, 100, 127, 128, 200, 65_000, 70_000])('a bind with a token of %d octets', (length) => {
    const token = Buffer.alloc(length, 0xfe);
    const reader = new BerReader(Buffer.from(encodeGssapiBind(7, token)));
    expect(reader.readSequence(0x30)).toBe(0x30);
    expect(reader.length).toBe(reader.remain);
    expect(reader.readInt()).toBe(7);
    reader.readSequence(0x60);
    expect([reader.readInt(), reader.readString()]).toEqual([3, '']);
    reader.readSequence(0xa3);
    expect(reader.readString()).toBe('GSSAPI');
    expect(reader.readString(4, true)?.equals(token)).toBe(true);
    expect(reader.remain).toBe(0);
  });

  test('StartTLS, as RFC 4511 §4.14.1 has it', () => {
    const reader = new BerReader(Buffer.from(encodeStartTls(1)));
    reader.readSequence(0x30);
    expect(reader.readInt()).toBe(1);
    reader.readSequence(0x77);
    expect(reader.readString(0x80)).toBe('1.3.6.1.4.1.1466.20037');
    expect(reader.remain).toBe(0);
  });
});

interface Answer {
  readonly id?: number;
  readonly operation?: number;
  readonly code?: number;
  readonly credentials?: Buffer;
  readonly text?: string;
}

function answer({ id = 1, operation = 0x61, code = 14, credentials, text = '' }: Answer): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(operation);
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString(text);
  if (credentials !== undefined) writer.writeBuffer(credentials, 0x87);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

describe('what comes back', () => {
  const binary = Buffer.from(Array.from({ length: 300 }, (_, i) => i & 0xff));

  test.each<[string, Answer, object]>([
    ['a token', { credentials: binary }, { messageId: 1, resultCode: 14, credentials: binary, text: '' }],
    ['an empty token', { credentials: Buffer.alloc(0) }, { credentials: Buffer.alloc(0) }],
    ['no token', { code: 0 }, { resultCode: 0, credentials: undefined }],
    ['a refusal', { code: 49, text: '80090308: nein' }, { resultCode: 49, text: '80090308: nein' }],
    ['StartTLS granted', { operation: 0x78, code: 0 }, { resultCode: 0 }],
    ['the notice of disconnection', { id: 0, operation: 0x78, code: 52 }, { messageId: 0, resultCode: 52 }],
  ])('%s', (_, sent, seen) => {
    const octets = answer(sent);
    const reading = readLdapAnswer(octets);
    expect(reading).toMatchObject({ kind: 'answer', octets: octets.length });
    if (reading.kind !== 'answer') return;
    const { credentials } = reading.answer;
    expect({ ...reading.answer, credentials: credentials && Buffer.from(credentials) }).toMatchObject(seen);
  });

  it('takes one message, whatever follows, and waits while it is cut short', () => {
    const octets = answer({ credentials: binary });
    const twice = Buffer.concat([octets, octets]);
    expect(readLdapAnswer(twice)).toMatchObject({ kind: 'answer', octets: octets.length });
    for (let end = 0; end < octets.length; end++)
      expect(readLdapAnswer(octets.subarray(0, end))).toEqual({ kind: 'more' });
  });

  test.each([
    ['another protocol', '48 54 54 50 2f 31'],
    ['an endless length', '30 80 02 01 01'],
    ['a length of 4 GB', '30 84 ff ff ff ff'],
    ['a length of five octets', '30 85 00 00 00 00 01'],
    ['nothing inside', '30 00'],
    ['no operation', '30 03 02 01 01'],
    ['an operation beyond the message', '30 06 02 01 01 61 20 0a'],
    ['the end of a search', '30 0c 02 01 01 65 07 0a 01 00 04 00 04 00'],
    ['no result code', '30 05 02 01 01 61 00'],
    ['a result code of no octets', '30 0b 02 01 01 61 06 0a 00 04 00 04 00'],
    ['a result code below zero', '30 0c 02 01 01 61 07 0a 01 ff 04 00 04 00'],
    ['a text that reaches beyond', '30 0c 02 01 01 61 07 0a 01 00 04 00 04 7f'],
    ['a message id of five octets', '30 10 02 05 01 00 00 00 00 61 07 0a 01 00 04 00 04 00'],
  ])('%s is broken', (_, hex) => {
    const reading = readLdapAnswer(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(reading).toEqual({ kind: 'broken', why: expect.stringMatching(/\w/) });
  });

  it('never throws, and never waits for more than a message may have', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (octets, isMessage) => {
        const whole = isMessage ? Buffer.concat([Buffer.of(0x30, octets.length), octets]) : octets;
        const reading = readLdapAnswer(whole);
        expect(['answer', 'more', 'broken']).toContain(reading.kind);
        if (isMessage) expect(reading.kind).not.toBe('more');
      }),
    );
  });
});
