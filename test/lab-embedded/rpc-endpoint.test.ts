import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, test } from 'vitest';
import { KMS_INTERFACE } from '../../src/core/kms.ts';
import type { Dialled } from '../../src/core/net.ts';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import {
  type BindReply,
  bindTimeFeatures,
  decodeBindReply,
  encodeBind,
  encodeProbeBind,
  isWholePdu,
  NDR,
  NDR64,
  type RpcSyntax,
} from '../../src/core/rpc.ts';
import { type LabRpcEndpoint, startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import { type RpcBehaviour, takeTurns } from '../../src/lab/rpc-replies.ts';
import { hexFromOctets, octetsFromHex } from '../support/hex.ts';

const DECOY = '00112233-4455-6677-8899-aabbccddeeff';
const PROBE = encodeProbeBind({ decoyUuid: DECOY, more: true });
const BIND = encodeBind({ contexts: [{ id: 0, interface: KMS_INTERFACE, transferSyntaxes: [NDR] }] });

/** A call of operation 0, as octets: nothing of ours can write one. */
const CALL = octetsFromHex('05000003 10000000 1800 0000 02000000 00000000 0000 0000');

const started: LabRpcEndpoint[] = [];
const nets: SystemNet[] = [];

async function start(behaviour: RpcBehaviour, address?: string): Promise<LabRpcEndpoint> {
  const endpoint = await startRpcEndpoint(address === undefined ? { behaviour } : { behaviour, address });
  started.push(endpoint);
  return endpoint;
}

afterEach(async () => {
  for (const one of nets.splice(0)) one.close();
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

async function dial(
  { endpoint }: LabRpcEndpoint,
  hello: Uint8Array,
  replyTimeoutMs = 2000,
): Promise<Extract<Dialled, { connected: true }>> {
  const net = systemNet();
  nets.push(net);
  const dialled = await net.dial({
    to: endpoint,
    connectTimeoutMs: 2000,
    replyTimeoutMs,
    hello,
    complete: isWholePdu,
  });
  if (!dialled.connected) throw new Error(dialled.fault.kind);
  return dialled;
}

const reply = async (endpoint: LabRpcEndpoint, hello = PROBE.octets): Promise<BindReply> =>
  decodeBindReply((await dial(endpoint, hello)).received);

/** The result of each context of the probe, short. */
function results(answer: BindReply): string[] {
  if (answer.kind !== 'bind-ack') return [answer.kind];
  return answer.results.map((result) => {
    if (result.kind === 'rejected') return `rejected ${result.reason}`;
    return result.kind === 'features' ? `features ${result.flags}` : result.kind;
  });
}

describe('startRpcEndpoint', () => {
  test.each<[string, RpcBehaviour, string[]]>([
    [
      'a KMS host',
      { kind: 'accepts-kms' },
      ['accepted', 'rejected 1', 'rejected 1', 'rejected 2', 'features 3'],
    ],
    [
      'a KMS host on Windows',
      { kind: 'accepts-kms', management: true },
      ['accepted', 'rejected 1', 'accepted', 'rejected 2', 'features 3'],
    ],
    [
      'no KMS host',
      { kind: 'rejects-interface' },
      ['rejected 1', 'rejected 1', 'rejected 1', 'rejected 1', 'features 3'],
    ],
    [
      'Windows without KMS',
      { kind: 'rejects-interface', management: true },
      ['rejected 1', 'rejected 1', 'accepted', 'rejected 1', 'features 3'],
    ],
    ['a liar', { kind: 'accepts-anything' }, ['accepted', 'accepted', 'accepted', 'accepted', 'accepted']],
  ])('%s', async (_, behaviour, expected) => {
    const endpoint = await start(behaviour);
    const answer = await reply(endpoint);
    expect(results(answer)).toEqual(expected);
    expect(answer).toMatchObject({ callId: 1, secondaryAddress: String(endpoint.endpoint.port) });
    expect(endpoint.seen.map(({ got }) => got)).toEqual(['bind']);
  });

  test.each<[string, RpcBehaviour, object, string]>([
    ['a refusal', { kind: 'bind-nak', reason: 4 }, { kind: 'bind-nak', reason: 4 }, 'complete'],
    ['a refusal without a reason', { kind: 'bind-nak' }, { kind: 'bind-nak', reason: 0 }, 'complete'],
    ['a fault', { kind: 'fault', status: 5 }, { kind: 'fault', status: 5 }, 'complete'],
    ['a fault of its own', { kind: 'fault' }, { kind: 'fault', status: 0x1c01000b }, 'complete'],
    ['a web server', { kind: 'http' }, { kind: 'not-rpc', guess: 'http' }, 'complete'],
    ['TLS', { kind: 'tls-alert' }, { kind: 'not-rpc', guess: 'tls', excerpt: '15030300020246' }, 'complete'],
    ['ssh', { kind: 'ssh-banner' }, { kind: 'not-rpc', guess: 'ssh' }, 'complete'],
    ['a door that closes', { kind: 'closes' }, { kind: 'not-rpc', guess: 'nothing' }, 'closed'],
    ['a door that slams', { kind: 'resets' }, { kind: 'not-rpc', guess: 'nothing' }, 'reset'],
  ])('%s', async (_, behaviour, expected, end) => {
    const dialled = await dial(await start(behaviour), PROBE.octets);
    expect(decodeBindReply(dialled.received)).toMatchObject(expected);
    expect(dialled.end).toBe(end);
  });

  it('can be silent', async () => {
    const endpoint = await start({ kind: 'silent' });
    expect(await dial(endpoint, PROBE.octets, 50)).toMatchObject({
      end: 'silent',
      received: new Uint8Array(0),
    });
    expect(endpoint.seen).toMatchObject([{ got: 'octets' }]);
  });

  it('listens on loopback only, and gives its port back', async () => {
    await expect(start({ kind: 'silent' }, '0.0.0.0')).rejects.toMatchObject({ code: 'address-invalid' });
    const first = await start({ kind: 'accepts-kms' });
    const { port } = first.endpoint;
    await expect(startRpcEndpoint({ behaviour: { kind: 'silent' }, port })).rejects.toMatchObject({
      code: 'port-unavailable',
    });
    await Promise.all([first.stop(), first.stop()]);
    const second = await startRpcEndpoint({ behaviour: { kind: 'accepts-kms' }, port });
    started.push(second);
    expect((await reply(second)).kind).toBe('bind-ack');
  });

  it('answers a bind that comes octet by octet, and a call with a fault and the end', async () => {
    const endpoint = await start({ kind: 'accepts-kms' });
    const socket = connect({ host: endpoint.endpoint.address, port: endpoint.endpoint.port, noDelay: true });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    for (const octet of [...BIND, ...CALL])
      await new Promise<void>((resolve) => socket.write(Uint8Array.of(octet), () => resolve()));
    await closed;
    const received = Buffer.concat(chunks);
    const ack = decodeBindReply(received);
    expect(results(ack)).toEqual(['accepted']);
    const fault = received.subarray(received.readUInt16LE(8));
    expect(hexFromOctets(fault)).toBe('0500032310000000200000000200000020000000000000000200011c00000000');
    expect(endpoint.seen.map(({ got }) => got)).toEqual(['bind', 'request']);
  });
});

describe('takeTurns', () => {
  const kms: RpcBehaviour = { kind: 'accepts-kms' };
  const bind = (asked: RpcSyntax, ...transferSyntaxes: readonly RpcSyntax[]): Uint8Array =>
    encodeBind({ contexts: [{ id: 0, interface: asked, transferSyntaxes }] });
  const answer = (octets: Uint8Array, boundBefore = false): { said: string[]; next: string | undefined } => {
    const [turn] = takeTurns(kms, octets, 1688, boundBefore).turns;
    return { said: turn?.send === undefined ? [] : results(decodeBindReply(turn.send)), next: turn?.next };
  };

  it('answers octet for octet as Windows does', () => {
    const accepted = takeTurns(kms, BIND, 1688, false).turns[0]?.send;
    expect(hexFromOctets(accepted!)).toBe(
      '05000c03100000003c00000001000000d016d0164523010005003136383800000100000000000000045d888aeb1cc9119fe808002b10486002000000',
    );
    const rejected = takeTurns({ kind: 'rejects-interface' }, BIND, 1688, false).turns[0]?.send;
    expect(hexFromOctets(rejected!)).toBe(
      '05000c03100000003c00000001000000d016d016452301000500313638380000010000000200010000000000000000000000000000000000 00000000'.replace(
        ' ',
        '',
      ),
    );
    const nak = takeTurns({ kind: 'bind-nak', reason: 4 }, BIND, 1688, false).turns[0]?.send;
    expect(hexFromOctets(nak!)).toBe('05000d031000000018000000010000000400010500000000');
  });

  test.each<[string, Uint8Array, string[], string]>([
    ['another version', bind({ ...KMS_INTERFACE, major: 2 }, NDR), ['rejected 1'], 'stay'],
    ['NDR64 only', bind(KMS_INTERFACE, NDR64), ['rejected 2'], 'stay'],
    ['NDR64 or NDR', bind(KMS_INTERFACE, NDR64, NDR), ['accepted'], 'stay'],
    ['features nobody has', bind(KMS_INTERFACE, bindTimeFeatures(0xff)), ['features 3'], 'stay'],
    ['one feature', bind(KMS_INTERFACE, bindTimeFeatures(2)), ['features 2'], 'stay'],
    ['no contexts', encodeBind({ contexts: [] }), ['bind-nak'], 'end'],
    ['a context without syntaxes', bind(KMS_INTERFACE), ['bind-nak'], 'end'],
    [
      'more contexts announced than there are',
      Uint8Array.from(BIND, (octet, i) => (i === 24 ? 9 : octet)),
      ['fault'],
      'end',
    ],
    ['a call before any bind', CALL, ['fault'], 'end'],
    ['alter_context', octetsFromHex('05000e031000000010000000 01000000'), ['fault'], 'end'],
    ['a fragment larger than any', octetsFromHex('05000b0310000000ffff0000 01000000'), ['fault'], 'end'],
    [
      'a fragment shorter than its header',
      octetsFromHex('05000b03100000000f000000 01000000'),
      ['fault'],
      'end',
    ],
    ['a browser', Buffer.from('GET / HTTP/1.1\r\n\r\n'), [], 'end'],
  ])('%s', (_, octets, said, next) => {
    expect(answer(octets)).toEqual({ said, next });
  });

  it('takes one bind a connection', () => {
    expect(answer(BIND, true)).toEqual({ said: ['bind-nak'], next: 'end' });
    const { turns } = takeTurns(kms, Buffer.concat([BIND, BIND, BIND]), 1688, false);
    expect(turns.map(({ next }) => next)).toEqual(['stay', 'end']);
  });

  it('reads a bind in the other byte order', () => {
    const big = octetsFromHex(`
      05000b03 00000000 0048 0000 00000007 16d0 16d0 00000099 01 000000
      0000 01 00 51c82175 844e 4750 b0d8ec255555bc06 00000001 8a885d04 1ceb 11c9 9fe808002b104860 00000002`);
    const [turn] = takeTurns(kms, big, 1688, false).turns;
    expect(decodeBindReply(turn!.send!)).toMatchObject({
      kind: 'bind-ack',
      callId: 7,
      assocGroup: 0x99,
      results: [{ kind: 'accepted' }],
    });
  });

  it('waits for the rest, and keeps what is left over', () => {
    for (let end = 0; end < BIND.length; end++) {
      const { turns, rest } = takeTurns(kms, BIND.subarray(0, end), 1688, false);
      expect([turns.length, rest.length]).toEqual([0, end]);
    }
    const { turns, rest } = takeTurns(kms, Buffer.concat([BIND, BIND.subarray(0, 5)]), 1688, false);
    expect([turns.length, rest.length]).toEqual([1, 5]);
  });

  it('gives turns for any octets, and every answer is one that can be read', () => {
    const judge = (octets: Uint8Array): void => {
      const { turns, rest } = takeTurns(kms, octets, 1688, false);
      expect(rest.length).toBeLessThanOrEqual(octets.length);
      for (const { send } of turns)
        if (send !== undefined)
          expect(['bind-ack', 'bind-nak', 'fault']).toContain(decodeBindReply(send).kind);
    };
    for (let bit = 0; bit < 8 * PROBE.octets.length; bit++) {
      const flipped = Uint8Array.from(PROBE.octets);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      judge(flipped);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), judge));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), fc.uint8Array({ maxLength: 200 }), (type, body) => {
        judge(Uint8Array.from([5, 0, type, 3, 16, 0, 0, 0, 16 + body.length, 0, 0, 0, 1, 0, 0, 0, ...body]));
      }),
    );
  });
});
