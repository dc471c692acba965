import { describe, expect, it, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { hmacSigner, tsigKey } from '../../src/core/tsig.ts';
import { deliver, tsigWord } from '../../src/publish/deliver.ts';
import { updateSections } from '../../src/publish/update.ts';
import {
  type AnswerTable,
  CLOSED,
  type FakeNet,
  fakeNet,
  SILENCE,
  updateReply,
} from '../support/fake-net.ts';
import { KEY, SERVER, signed } from '../support/publish-run.ts';
import { OWNER, record, setOf } from '../support/srv-sets.ts';

const SECTIONS = updateSections(parseFqdn('contoso.com'), [
  { name: OWNER, before: null, after: setOf(300, record('kms1')) },
]);
const NOERROR = 0;
const REFUSED = 5;
const TCP = '10.0.0.53:53/tcp UPDATE contoso.com';
const UDP = '10.0.0.53:53/udp UPDATE contoso.com';
const SIGNER = hmacSigner(KEY);

describe('an unsigned update', () => {
  it('is answered by whoever answers', async () => {
    const net = fakeNet({ [TCP]: updateReply(REFUSED) });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toEqual({
      kind: 'answered',
      rcode: 'REFUSED',
      tsig: undefined,
      authentic: true,
      echoed: false,
    });
  });

  it('goes over UDP only when no TCP connection came about', async () => {
    const net = fakeNet({ [TCP]: CLOSED, [UDP]: updateReply(NOERROR) });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toMatchObject({ rcode: 'NOERROR' });
    expect(net.asked).toEqual([TCP, UDP]);
  });

  it.each([
    ['was sent and is unanswered', SILENCE],
    ['broke after it was sent', { kind: 'reset', sent: true } as const],
  ])('never travels twice when it %s', async (_name, fault) => {
    const net = fakeNet({ [TCP]: fault });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toEqual({ kind: 'no-answer', fault });
    expect(net.asked).toEqual([TCP]);
  });

  it('keeps the fault of TCP, and whether the second try left', async () => {
    const net = fakeNet({ [TCP]: CLOSED, [UDP]: SILENCE });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toEqual({
      kind: 'no-answer',
      fault: { ...CLOSED, sent: true },
    });
  });

  it('does not begin anew when the run is over', async () => {
    const net = fakeNet({ [TCP]: CLOSED });
    net.end('interrupt');
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toEqual({
      kind: 'no-answer',
      fault: { kind: 'cancelled', by: 'interrupt', sent: false },
    });
  });

  test.each<[string, (message: Uint8Array) => Uint8Array]>([
    ['cut off in its header', (message) => message.subarray(0, 7)],
    ['with two zones', (message) => Uint8Array.of(message[0]!, message[1]!, 0xa8, 0, 0, 2, 0, 0, 0, 0, 0, 0)],
    [
      'with a zone that is cut off',
      (message) => Uint8Array.of(message[0]!, message[1]!, 0xa8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7),
    ],
  ])('that gets an answer %s got none, and may have been carried out', async (_name, answer) => {
    const net = fakeNet({ [TCP]: answer });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toEqual({
      kind: 'no-answer',
      fault: { kind: 'garbled', detail: expect.any(String), sent: true },
    });
  });

  it('notices that its own sections come back', async () => {
    const net = fakeNet({
      [TCP]: (message) => {
        const echo = Uint8Array.from(message);
        echo[2] = 0xa8;
        return echo;
      },
    });
    expect(await deliver(net, SERVER, SECTIONS, undefined, 1000)).toMatchObject({
      rcode: 'NOERROR',
      echoed: true,
    });
  });
});

describe('a signed update', () => {
  const OTHER_KEY = tsigKey(KEY.name, KEY.algorithm, new Uint8Array(32));
  const rows = (net: () => FakeNet): readonly (readonly [string, AnswerTable[string], object])[] => [
    [
      'a good signature',
      signed(updateReply(NOERROR), net),
      { rcode: 'NOERROR', authentic: true, tsig: { kind: 'good' } },
    ],
    [
      'no signature',
      updateReply(NOERROR),
      { rcode: 'NOERROR', authentic: false, tsig: { kind: 'unsigned' } },
    ],
    [
      'the signature of another secret',
      signed(updateReply(NOERROR), net, OTHER_KEY),
      { authentic: false, tsig: { kind: 'rejected', error: 'BADSIG', authenticated: false } },
    ],
  ];

  it.each([0, 1, 2])('is answered with what its signature is worth (%i)', async (i) => {
    const net: FakeNet = fakeNet({ [TCP]: rows(() => net)[i]![1] });
    expect(await deliver(net, SERVER, SECTIONS, SIGNER, 1000)).toMatchObject(rows(() => net)[i]![2]);
  });

  it('is never sent unsigned, and asked once', async () => {
    const net = fakeNet({ [TCP]: updateReply(NOERROR) });
    await deliver(net, SERVER, SECTIONS, SIGNER, 1000);
    expect(net.messages).toHaveLength(1);
    // ARCOUNT: the TSIG record.
    expect(net.messages[0]![11]).toBe(1);
  });

  it('goes over TCP or not at all where the signature counts once', async () => {
    const net = fakeNet({ [TCP]: CLOSED });
    expect(await deliver(net, SERVER, SECTIONS, { ...SIGNER, mayUseUdp: false }, 1000)).toEqual({
      kind: 'no-answer',
      fault: CLOSED,
    });
    expect(net.asked).toEqual([TCP]);
  });

  it('is judged at once when it comes back as it was sent', async () => {
    const net = fakeNet({
      [TCP]: (message) => Uint8Array.from(message, (octet, i) => (i === 2 ? 0xa8 : i === 3 ? 2 : octet)),
    });
    expect(await deliver(net, SERVER, SECTIONS, SIGNER, 1000)).toMatchObject({
      rcode: 'SERVFAIL',
      authentic: false,
      echoed: true,
      tsig: { kind: 'echoed' },
    });
    expect(net.sleptMs()).toBe(0);
  });

  it('is not signed by the clock of the server with a shared key', async () => {
    const rejected = { kind: 'rejected', error: 'BADTIME', authenticated: true, skewSeconds: 900 } as const;
    const signer = { ...SIGNER, verify: async () => rejected };
    const net = fakeNet({ [TCP]: updateReply(9) });
    await deliver(net, SERVER, SECTIONS, signer, 1000);
    expect(net.messages).toHaveLength(1);
    let followed = 0;
    await deliver(
      net,
      SERVER,
      SECTIONS,
      { ...signer, followClock: (seconds) => (followed += seconds) },
      1000,
    );
    // Once more, and no third time.
    expect([followed, net.messages.length]).toEqual([900, 3]);
  });

  it('says its verdict in one word', async () => {
    const net: FakeNet = fakeNet({ [TCP]: signed(updateReply(NOERROR), () => net) });
    expect(tsigWord(await deliver(net, SERVER, SECTIONS, SIGNER, 1000))).toBe('good');
  });
});
