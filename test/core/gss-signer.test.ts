import { describe, expect, it, test } from 'vitest';
import { GSS_TSIG, gssSigner, SHORT_DIGEST } from '../../src/core/gss-signer.ts';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { SecurityContext } from '../../src/core/security-context.ts';
import type { TsigVerdict } from '../../src/core/tsig.ts';
import {
  appendTsig,
  encodeTime,
  readTsig,
  type TsigRecord,
  tsigDigestInput,
} from '../../src/core/tsig-record.ts';
import captured from '../fixtures/gss-tsig-replies.json' with { type: 'json' };
import { micJudge, micMaker } from '../support/fake-security.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

/** A context that takes exactly one digest as verified. */
function contextThatTakes(digest: Uint8Array | undefined, asked: string[] = []): SecurityContext {
  const wanted = digest && hexFromOctets(digest);
  return {
    mechanism: 'spnego',
    step: () => {
      throw new Error('the context is established');
    },
    mac: () => Uint8Array.of(1, 2, 3),
    verify: (input) => {
      asked.push(hexFromOctets(input));
      return hexFromOctets(input) === wanted;
    },
    wrap: (input) => input,
    unwrap: () => undefined,
    initiator: () => 'kms01$@CONTOSO.TEST',
    lifetimeSeconds: () => undefined,
    dispose: () => {},
  };
}

/** The parts of a message that ends with a GSS-TSIG record, cut out by position: its MIC has 28 octets. */
function cut(octets: Uint8Array, keyNameOctets: number) {
  const tail = 6;
  const macAt = octets.length - tail - 28;
  const timeAt = macAt - 2 - 8;
  const algorithmAt = timeAt - 10;
  const recordAt = algorithmAt - 10 - keyNameOctets;
  const message = Buffer.from(octets.subarray(0, recordAt));
  message[11]! -= 1;
  const variables = Buffer.concat([
    octets.subarray(recordAt, recordAt + keyNameOctets),
    octetsFromHex('00ff 00000000'),
    octets.subarray(algorithmAt, macAt - 2),
    octets.subarray(octets.length - 4),
  ]);
  return { mac: octets.subarray(macAt, macAt + 28), message, variables };
}

describe('replies of real servers', () => {
  const verdicts: Readonly<Record<string, TsigVerdict>> = {
    rfc: { kind: 'good' },
    'without the length': { kind: 'good', note: SHORT_DIGEST },
    echo: { kind: 'echoed' },
  };

  test.each(captured.cases.map((one) => [one.server, one] as const))(
    '%s',
    async (_name, { request, reply, digest }) => {
      const octets = octetsFromHex(reply);
      const record = tsigOf(octets);
      const keyNameOctets = record.keyName.length + 1;
      const sent = cut(octetsFromHex(request), keyNameOctets);
      const came = cut(octets, keyNameOctets);
      const prefix = digest === 'rfc' ? [Uint8Array.of(0, 28), sent.mac] : [sent.mac];
      const wanted = Buffer.concat([...prefix, came.message, came.variables]);
      const signer = gssSigner(contextThatTakes(wanted), record.keyName, 0);
      const now = new Date(1000 * record.timeSignedSeconds);
      expect(await signer.verify(octets, sent.mac, now)).toEqual(verdicts[digest]);
    },
  );

  test.each(captured.cases.map((one) => [one.server, one] as const))(
    '%s: the request is signed over what RFC 3645 says',
    async (_name, { request }) => {
      const octets = octetsFromHex(request);
      const record = tsigOf(octets);
      const { message, variables, mac } = cut(octets, record.keyName.length + 1);
      let digest: Uint8Array | undefined;
      const context: SecurityContext = {
        ...contextThatTakes(undefined),
        mac: (input) => {
          digest = input;
          return mac;
        },
      };
      const signer = gssSigner(context, record.keyName, 0);
      const { signed } = await signer.sign(message, new Date(1000 * record.timeSignedSeconds));
      expect(hexFromOctets(digest!)).toBe(hexFromOctets(Buffer.concat([message, variables])));
      expect(hexFromOctets(signed)).toBe(request);
    },
  );
});

describe('a context of its own', () => {
  const keyName = parseFqdn('0123456789abcdef.sig-ns1.corp.example');
  const now = new Date('2026-11-21T12:00:00Z');
  const plain = octetsFromHex('0007 a800 0000 0000 0000 0000');

  function pair(skewSeconds = 0) {
    const make = micMaker('initiator');
    const judge = micJudge('acceptor');
    const context: SecurityContext = { ...contextThatTakes(undefined), mac: make, verify: judge };
    const theirs = micMaker('acceptor');
    const signer = gssSigner(context, keyName, skewSeconds);
    const reply = (
      requestMac: Uint8Array,
      change: Partial<TsigRecord> = {},
      digest: (message: Uint8Array, fields: TsigRecord) => Uint8Array = (message, fields) =>
        tsigDigestInput(message, fields, requestMac),
    ): Uint8Array => {
      const fields: TsigRecord = {
        keyName,
        algorithmName: GSS_TSIG,
        timeSignedSeconds: Math.floor(now.getTime() / 1000),
        fudgeSeconds: 300,
        mac: new Uint8Array(0),
        originalId: 7,
        error: 0,
        other: new Uint8Array(0),
        ...change,
      };
      return appendTsig(plain, { ...fields, mac: change.mac ?? theirs(digest(plain, fields)) });
    };
    return { signer, reply };
  }

  it('signs, and never the same twice', async () => {
    const { signer } = pair();
    const [one, two] = [await signer.sign(plain, now), await signer.sign(plain, now)];
    expect(tsigOf(one.signed)).toMatchObject({
      keyName,
      algorithmName: 'gss-tsig.',
      fudgeSeconds: 300,
      originalId: 7,
      error: 0,
    });
    expect(hexFromOctets(one.mac)).not.toBe(hexFromOctets(two.mac));
    expect(hexFromOctets(one.mac)).toMatch(/^040404ff/);
  });

  it('says who it is, and that its messages go over TCP only', () => {
    const { signer } = pair();
    expect(signer).toMatchObject({
      identity: { kind: 'principal', name: 'kms01$@CONTOSO.TEST' },
      mayUseUdp: false,
      algorithm: 'gss-tsig',
    });
  });

  const MAC = Uint8Array.of(8, 8, 8);
  test.each<[string, (make: ReturnType<typeof pair>['reply']) => Uint8Array, object]>([
    ['signed as the RFC says', (make) => make(MAC), { kind: 'good' }],
    [
      'signed without the length of our MAC',
      (make) => make(MAC, {}, (m, f) => Buffer.concat([MAC, tsigDigestInput(m, f)])),
      { kind: 'good', note: SHORT_DIGEST },
    ],
    [
      'signed without our MAC: it may answer another request',
      (make) => make(MAC, {}, (m, f) => tsigDigestInput(m, f)),
      { kind: 'bad-signature' },
    ],
    ['with our own MAC', (make) => make(MAC, { mac: MAC }), { kind: 'echoed' }],
    ['unsigned', () => plain, { kind: 'unsigned' }],
    ['under another key', (make) => make(MAC, { keyName: 'other.' as Fqdn }), { kind: 'bad-signature' }],
    [
      'under another algorithm',
      (make) => make(MAC, { algorithmName: 'hmac-sha256.' as Fqdn }),
      { kind: 'bad-signature' },
    ],
    [
      'signed an hour ago',
      (make) => make(MAC, { timeSignedSeconds: Math.floor(now.getTime() / 1000) - 3600 }),
      { kind: 'bad-signature', detail: expect.stringContaining('3600 s away') },
    ],
    [
      'with a key that is forgotten',
      (make) => make(MAC, { error: 17, mac: new Uint8Array(0) }),
      { kind: 'rejected', error: 'BADKEY', authenticated: false },
    ],
  ])('%s', async (_name, answer, expected) => {
    const { signer, reply } = pair();
    expect(await signer.verify(answer(reply), MAC, now)).toMatchObject(expected);
  });

  it('takes two replies under one sequence number, as BIND signs them when it answers both at once', async () => {
    const { signer, reply } = pair();
    const one = tsigOf(reply(MAC)).mac;
    const again = pair().reply(MAC, {}, (message, fields) => tsigDigestInput(message, fields, MAC));
    expect(hexFromOctets(tsigOf(again).mac.subarray(0, 16))).toBe(hexFromOctets(one.subarray(0, 16)));
    const first = pair().reply(MAC);
    expect(await signer.verify(first, MAC, now)).toEqual({ kind: 'good' });
    expect(await signer.verify(again, MAC, now)).toEqual({ kind: 'good' });
  });

  it('signs by the clock of the server, and judges by it', async () => {
    const { signer, reply } = pair(-400);
    const seconds = Math.floor(now.getTime() / 1000);
    const { signed, mac } = await signer.sign(plain, now);
    expect(tsigOf(signed).timeSignedSeconds).toBe(seconds - 400);
    expect(await signer.verify(reply(mac, { timeSignedSeconds: seconds - 400 }), mac, now)).toEqual({
      kind: 'good',
    });
  });

  it('tells a BADTIME against our own clock, also where it goes by another, and follows it when told', async () => {
    const { signer, reply } = pair(-400);
    const seconds = Math.floor(now.getTime() / 1000);
    const verdict = await signer.verify(
      reply(MAC, { error: 18, other: encodeTime(seconds + 900) }),
      MAC,
      now,
    );
    expect(verdict).toMatchObject({
      kind: 'rejected',
      error: 'BADTIME',
      authenticated: true,
      skewSeconds: 900,
    });
    signer.followClock(900);
    expect(tsigOf((await signer.sign(plain, now)).signed).timeSignedSeconds).toBe(seconds + 900);
  });
});

function tsigOf(octets: Uint8Array): TsigRecord {
  const read = readTsig(octets);
  if (!read.ok || read.value === undefined) throw new Error('no TSIG record');
  return read.value.record;
}
