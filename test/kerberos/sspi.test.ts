/**
 * SSPI cannot run here: a stand-in for secur32.dll reads our structures as the x64 ABI of sspi.h lays them out, and
 * answers in them.
 */
import { describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { KERBEROS_FAULTS } from '../../src/core/security-context.ts';
import type { Native, NativeFunction, NativeValue } from '../../src/kerberos/native.ts';
import { sspiEngine } from '../../src/kerberos/sspi.ts';
import { sspiFault } from '../../src/kerberos/sspi-fault.ts';

const TARGET = { service: 'DNS', host: parseFqdn('dc1.corp.example'), realm: undefined };
const MUTUAL_REPLAY_INTEGRITY = 0x1_0006;
const CONTINUE_NEEDED = 0x9_0312;
const SEC_E_TARGET_UNKNOWN = 0x8009_0303 | 0;

interface Windows {
  readonly native: Native;
  readonly calls: string[];
  /** Statuses of InitializeSecurityContext, in order. */
  readonly statuses: number[];
  granted: number;
}

function windows(): Windows {
  const memory = new Map<bigint, Uint8Array>();
  const calls: string[] = [];
  const statuses: number[] = [];
  const at = (address: bigint): Buffer => {
    const octets = memory.get(address);
    if (octets === undefined) throw new Error(`nothing lies at ${address}`);
    return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  };
  const text = (value: NativeValue): string =>
    Buffer.from(value as Uint8Array)
      .toString('utf16le')
      .replace(/\0$/, '');
  /** SecBufferDesc and its buffers: ULONG, ULONG, pointer; each of them ULONG, ULONG, pointer. */
  interface SeenBuffer {
    readonly type: number;
    readonly octets: Buffer;
    readonly address: bigint;
    setUsed(count: number): void;
    setAddress(address: bigint): void;
  }
  const buffers = (value: NativeValue): SeenBuffer[] => {
    const descriptor = Buffer.from((value as Buffer).buffer, (value as Buffer).byteOffset, 16);
    expect(descriptor.readUInt32LE(0)).toBe(0);
    const array = at(descriptor.readBigUInt64LE(8));
    return Array.from({ length: descriptor.readUInt32LE(4) }, (_, i) => {
      const address = array.readBigUInt64LE(16 * i + 8);
      return {
        type: array.readUInt32LE(16 * i + 4),
        octets: address === 0n ? Buffer.alloc(0) : at(address).subarray(0, array.readUInt32LE(16 * i)),
        address,
        setUsed: (count) => void array.writeUInt32LE(count, 16 * i),
        setAddress: (there) => void array.writeBigUInt64LE(there, 16 * i + 8),
      };
    });
  };
  const self: Windows = { native: undefined as never, calls, statuses, granted: MUTUAL_REPLAY_INTEGRITY };
  const functions: Readonly<Record<string, (...values: readonly NativeValue[]) => number>> = {
    AcquireCredentialsHandleW(_who, pack, use, ...rest) {
      calls.push(`acquire ${text(pack!)} ${use}`);
      (rest[4] as Buffer).fill(1);
      return 0;
    },
    InitializeSecurityContextW(
      credential,
      context,
      target,
      flags,
      _1,
      order,
      input,
      _2,
      made,
      output,
      granted,
    ) {
      calls.push(`initialize ${text(target!)} ${flags} ${order} ${context === null ? 'new' : 'again'}`);
      expect((credential as Buffer)[0]).toBe(1);
      if (input !== null) calls.push(`got ${buffers(input!).map(({ type, octets }) => `${type} ${octets}`)}`);
      const status = statuses.shift() ?? 0;
      if (status < 0) return status;
      (made as Buffer).fill(2);
      (granted as Buffer).writeUInt32LE(self.granted, 0);
      const [token] = buffers(output!);
      token!.setUsed(token!.octets.write(status === 0 ? '' : 'hello'));
      return status;
    },
    QueryContextAttributesW(_context, attribute, into) {
      if (attribute !== 0) return -1;
      for (const [i, size] of [37, 8, 60].entries()) (into as Buffer).writeUInt32LE(size, 4 + 4 * i);
      return 0;
    },
    EncryptMessage(_context, quality, descriptor) {
      const [token, data, padding] = buffers(descriptor!);
      expect([token, data, padding].map((one) => one!.type)).toEqual([2, 1, 9]);
      expect([quality, token!.octets.length, padding!.octets.length]).toEqual([0x8000_0001, 60, 8]);
      token!.setUsed(token!.octets.write('wrapped '));
      padding!.setUsed(padding!.octets.write('.'));
      return 0;
    },
    DecryptMessage(_context, descriptor) {
      const [stream, data] = buffers(descriptor!);
      expect([stream!.type, data!.type, data!.octets.length]).toEqual([10, 1, 0]);
      if (!stream!.octets.toString().startsWith('wrapped ')) return 0x8009_030f | 0;
      data!.setAddress(stream!.address + 8n);
      data!.setUsed(stream!.octets.length - 9);
      return 0;
    },
    MakeSignature(_context, _quality, descriptor) {
      const [data, token] = buffers(descriptor!);
      expect([data!.type, token!.type, token!.octets.length]).toEqual([1, 2, 37]);
      token!.setUsed(token!.octets.write(`mic of ${data!.octets}`));
      return 0;
    },
    VerifySignature(_context, descriptor) {
      const [data, token] = buffers(descriptor!);
      const text = token!.octets.toString();
      if (text === `again ${data!.octets}`) return 0x8009_0310 | 0;
      return text === `mic of ${data!.octets}` ? 0 : 0x8009_030f | 0;
    },
    DeleteSecurityContext: () => calls.push('delete context'),
    FreeCredentialsHandle: () => calls.push('free credentials'),
    FreeContextBuffer: () => 0,
  };
  const bind = (name: string): NativeFunction | undefined => {
    const found = functions[name];
    if (found === undefined) return undefined;
    return Object.assign((...values: readonly NativeValue[]) => found(...values), {
      async: (...values: readonly unknown[]) => {
        const callback = values.at(-1) as (error: unknown, result: number) => void;
        callback(null, found(...(values.slice(0, -1) as NativeValue[])));
      },
    });
  };
  const native: Native = {
    platform: 'win32',
    architecture: 'x64',
    pointerOctets: 8,
    load: (file) => ({
      file: file ?? '',
      find: bind,
      need: (name) => bind(name)!,
      findText: () => undefined,
    }),
    address(octets) {
      for (const [known, there] of memory) if (there === octets) return known;
      const address = BigInt(0x1000 * (memory.size + 1));
      memory.set(address, octets);
      return address;
    },
    variable: () => undefined,
    nowSeconds: () => 0,
  };
  return Object.assign(self, { native });
}

describe.each([
  ['spnego', 'Negotiate'],
  ['krb5', 'Kerberos'],
] as const)('%s', (mechanism, pack) => {
  test('negotiates, signs and verifies in what Windows lays out', async () => {
    const machine = windows();
    machine.statuses.push(CONTINUE_NEEDED, 0);
    const opened = await sspiEngine(machine.native)!.open(TARGET, { kind: 'default' }, mechanism, 1000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    const context = opened.value;
    expect(await context.step(undefined)).toEqual({
      ok: true,
      value: { token: Uint8Array.from(Buffer.from('hello')), done: false },
    });
    expect(await context.step(Buffer.from('reply'))).toEqual({
      ok: true,
      value: { token: undefined, done: true },
    });
    const mac = context.mac(Buffer.from('update'));
    expect(Buffer.from(mac).toString()).toBe('mic of update');
    expect(context.verify(Buffer.from('update'), mac)).toBe(true);
    expect(context.verify(Buffer.from('another'), mac)).toBe(false);
    // BIND numbers the end of the negotiation and its first reply alike.
    expect(context.verify(Buffer.from('update'), Buffer.from('again update'))).toBe(true);
    expect(context.verify(Buffer.from('another'), Buffer.from('again update'))).toBe(false);
    expect(context.verify(Buffer.from('update'), new Uint8Array())).toBe(false);
    const wrapped = context.wrap(Buffer.from('layers'));
    expect(Buffer.from(wrapped).toString()).toBe('wrapped layers.');
    expect(Buffer.from(context.unwrap(wrapped)!).toString()).toBe('layers');
    expect(context.unwrap(Buffer.from('another'))).toBeUndefined();
    expect(context.unwrap(new Uint8Array())).toBeUndefined();
    context.dispose();
    context.dispose();
    expect(context.unwrap(wrapped)).toBeUndefined();
    expect(() => context.wrap(Buffer.from('layers'))).toThrow(/not established/);
    expect(context.verify(Buffer.from('update'), mac)).toBe(false);
    expect(machine.calls).toEqual([
      `acquire ${pack} 2`,
      'initialize DNS/dc1.corp.example 65542 0 new',
      'initialize DNS/dc1.corp.example 65542 0 again',
      'got 2 reply',
      'delete context',
      'free credentials',
    ]);
  });

  test('binds to the connection in every leg', async () => {
    const machine = windows();
    machine.statuses.push(CONTINUE_NEEDED, 0);
    const target = { ...TARGET, channelBinding: Buffer.from('end-point') };
    const opened = await sspiEngine(machine.native)!.open(target, { kind: 'default' }, mechanism, 1000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    await opened.value.step(undefined);
    await opened.value.step(Buffer.from('reply'));
    // 24 octets of nobody's addresses, then length and offset of what follows.
    const binding = `14 ${'\0'.repeat(24)}\x09\0\0\0\x20\0\0\0end-point`;
    expect(machine.calls.filter((one) => one.startsWith('got'))).toEqual([
      `got ${binding}`,
      `got 2 reply,${binding}`,
    ]);
  });

  test('is no context without mutual authentication, as NTLM has none', async () => {
    const machine = windows();
    machine.granted = 0x1_0000;
    const opened = await sspiEngine(machine.native)!.open(TARGET, { kind: 'default' }, mechanism, 1000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    expect(await opened.value.step(undefined)).toMatchObject({ ok: false, fault: { kind: 'not-mutual' } });
    opened.value.dispose();
    expect(machine.calls.slice(-2)).toEqual(['delete context', 'free credentials']);
  });

  test('gives back what a failure leaves', async () => {
    const machine = windows();
    machine.statuses.push(SEC_E_TARGET_UNKNOWN);
    const opened = await sspiEngine(machine.native)!.open(TARGET, { kind: 'default' }, mechanism, 1000);
    if (!opened.ok) throw new Error(opened.fault.detail);
    expect(await opened.value.step(undefined)).toMatchObject({
      ok: false,
      fault: {
        kind: 'service-unknown',
        detail:
          'the domain has no service principal "DNS/dc1.corp.example" (0x80090303, SEC_E_TARGET_UNKNOWN)',
        hint: expect.stringContaining('setspn -S DNS/dc1.corp.example COMPUTER'),
      },
    });
    opened.value.dispose();
    expect(machine.calls.slice(-1)).toEqual(['free credentials']);
    expect(machine.calls).not.toContain('delete context');
  });
});

test('a keytab is no thing of Windows', async () => {
  const engine = sspiEngine(windows().native)!;
  const credentials = { kind: 'keytab', path: 'C:\\kms.keytab', principal: undefined } as const;
  expect(await engine.open(TARGET, credentials, 'krb5', 1000)).toMatchObject({
    ok: false,
    fault: { kind: 'no-library', detail: expect.stringContaining('"C:\\\\kms.keytab"') },
  });
});

test('every status has a sentence', () => {
  for (let code = 0; code < 0x400; code++) {
    const fault = sspiFault((0x8009_0000 + code) | 0, TARGET);
    expect(KERBEROS_FAULTS).toContain(fault.kind);
    expect(fault.detail).toContain('0x8009');
    expect(fault.hint).not.toBe('');
  }
});
