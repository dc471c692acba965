import type { SecurityContext, SecurityEngine, SecurityTarget } from '../core/security-context.ts';
import { crowdedFault, notMutualFault, silentFault } from './fault.ts';
import { leaseOf } from './lease.ts';
import { callWithin, type Native, type NativeFunction, type NativeType } from './native.ts';
import { principalText, servicePrincipal } from './principal.ts';
import { noKeytabOnWindows, sspiFault } from './sspi-fault.ts';
import { SEC_BUFFER, secBuffers, secChannelBindings, secHandle } from './sspi-memory.ts';

/** Flags of InitializeSecurityContext: sspi.h. No sequence detection, as with the GSS-API. */
const ISC = { mutual: 0x2, replay: 0x4, integrity: 0x1_0000 } as const;
const WANTED_FLAGS = ISC.mutual | ISC.replay | ISC.integrity;
const NEEDED_FLAGS = ISC.mutual | ISC.integrity;
const OUTBOUND = 2;
const NETWORK_BYTE_ORDER = 0;
const CONTINUE_NEEDED = 0x0009_0312;
/** SECQOP_WRAP_NO_ENCRYPT. */
const WITHOUT_ENCRYPTION = 0x8000_0001;
/** SEC_E_OUT_OF_SEQUENCE: the number was there before. An altered message is SEC_E_MESSAGE_ALTERED. */
const OUT_OF_SEQUENCE = 0x8009_0310 | 0;
const ATTRIBUTE_SIZES = 0;
const ATTRIBUTE_NAMES = 1;
/** Windows makes no token that is larger, MaxTokenSize included. */
const MAX_TOKEN_OCTETS = 65_535;
const MAX_NAME_CHARACTERS = 1024;

const PACKAGES: Readonly<Record<SecurityContext['mechanism'], string>> = {
  spnego: 'Negotiate',
  krb5: 'Kerberos',
};

interface Secur32 {
  readonly acquireCredentials: NativeFunction;
  readonly initializeContext: NativeFunction;
  readonly queryAttributes: NativeFunction;
  readonly makeSignature: NativeFunction;
  readonly verifySignature: NativeFunction;
  readonly encryptMessage: NativeFunction;
  readonly decryptMessage: NativeFunction;
  readonly deleteContext: NativeFunction;
  readonly freeCredentials: NativeFunction;
  readonly freeBuffer: NativeFunction;
  readonly stringLength: NativeFunction | undefined;
  readonly copy: NativeFunction | undefined;
}

/** Security contexts from Windows (secur32.dll) as the account that runs this. Undefined where there is no such library. */
export function sspiEngine(native: Native): SecurityEngine | undefined {
  const windows = bindSecur32(native);
  if (windows === undefined) return undefined;
  return {
    name: 'Windows SSPI (secur32.dll)',
    async open(target, credentials, mechanism, timeoutMs) {
      if (credentials.kind === 'keytab') return { ok: false, fault: noKeytabOnWindows(credentials.path) };
      const credential = secHandle(native);
      const status = windows.acquireCredentials(
        null,
        wide(PACKAGES[mechanism]),
        OUTBOUND,
        null,
        null,
        null,
        null,
        credential,
        Buffer.alloc(8),
      );
      if (status < 0) return { ok: false, fault: sspiFault(status, target) };
      return { ok: true, value: contextOf({ native, windows, target, mechanism, timeoutMs, credential }) };
    },
  };
}

function bindSecur32(native: Native): Secur32 | undefined {
  const library = native.load('secur32.dll');
  if (library === undefined) return undefined;
  const kernel = native.load('kernel32.dll');
  const P = 'void *';
  const U = 'uint32_t';
  const need = (name: string, parameters: readonly NativeType[]): NativeFunction =>
    library.need(name, 'int32_t', parameters);
  return {
    acquireCredentials: need('AcquireCredentialsHandleW', [P, P, U, P, P, P, P, P, P]),
    initializeContext: need('InitializeSecurityContextW', [P, P, P, U, U, U, P, U, P, P, P, P]),
    queryAttributes: need('QueryContextAttributesW', [P, U, P]),
    makeSignature: need('MakeSignature', [P, U, P, U]),
    verifySignature: need('VerifySignature', [P, P, U, P]),
    encryptMessage: need('EncryptMessage', [P, U, P, U]),
    decryptMessage: need('DecryptMessage', [P, P, U, P]),
    deleteContext: need('DeleteSecurityContext', [P]),
    freeCredentials: need('FreeCredentialsHandle', [P]),
    freeBuffer: need('FreeContextBuffer', [P]),
    stringLength: kernel?.find('lstrlenW', 'int32_t', [P]),
    copy: kernel?.find('RtlMoveMemory', 'void', [P, P, 'size_t']),
  };
}

interface Making {
  readonly native: Native;
  readonly windows: Secur32;
  readonly target: SecurityTarget;
  readonly mechanism: SecurityContext['mechanism'];
  readonly timeoutMs: number;
  readonly credential: Buffer;
}

function contextOf({ native, windows, target, mechanism, timeoutMs, credential }: Making): SecurityContext {
  const context = secHandle(native);
  const targetName = wide(principalText(servicePrincipal(target)).replace(/@$/, ''));
  const binding = target.channelBinding === undefined ? undefined : secChannelBindings(target.channelBinding);
  let hasContext = false;
  let sizes: Sizes = { signature: 0, block: 0, trailer: 0 };
  let established = false;
  const lease = leaseOf(() => {
    if (hasContext) windows.deleteContext(context);
    windows.freeCredentials(credential);
  });
  const usable = (): boolean => established && !lease.isOver;

  return {
    mechanism,
    async step(token) {
      if (lease.isOver || established) throw new Error('bug: a step of a context that is finished');
      if (lease.isLeftBehind) return { ok: false, fault: silentFault(target, undefined, timeoutMs) };
      const room = Buffer.alloc(MAX_TOKEN_OCTETS);
      const output = secBuffers(native, [{ type: SEC_BUFFER.token, octets: room }]);
      const given = [
        ...(token === undefined ? [] : [{ type: SEC_BUFFER.token, octets: Buffer.from(token) }]),
        ...(binding === undefined ? [] : [{ type: SEC_BUFFER.channelBindings, octets: binding }]),
      ];
      const input = given.length === 0 ? undefined : secBuffers(native, given);
      const granted = Buffer.alloc(4);
      const call = await callWithin(native, timeoutMs, windows.initializeContext, [
        credential,
        hasContext ? context : null,
        targetName,
        WANTED_FLAGS,
        0,
        NETWORK_BYTE_ORDER,
        input?.descriptor ?? null,
        0,
        context,
        output.descriptor,
        granted,
        Buffer.alloc(8),
      ]);
      if (call.kind === 'not-made') return { ok: false, fault: crowdedFault(timeoutMs) };
      if (call.kind === 'running') {
        // Whether it made a context is only known when it has ended; an empty handle is refused and no harm.
        lease.leaveBehind(
          call.ended.then(() => {
            hasContext = context.some((octet) => octet !== 0);
          }),
        );
        return { ok: false, fault: silentFault(target, undefined, timeoutMs) };
      }
      if (call.result < 0) return { ok: false, fault: sspiFault(call.result, target) };
      hasContext = true;
      const done = call.result !== CONTINUE_NEEDED;
      if (done && (granted.readUInt32LE(0) & NEEDED_FLAGS) !== NEEDED_FLAGS)
        return { ok: false, fault: notMutualFault(target) };
      if (done) sizes = sizesOf(windows, context);
      established = done;
      const made = Uint8Array.from(room.subarray(0, output.used(0)));
      return { ok: true, value: { token: made.length === 0 ? undefined : made, done } };
    },
    mac(input) {
      if (!usable()) throw new Error('bug: a MAC of a context that is not established');
      const room = Buffer.alloc(sizes.signature);
      const buffers = secBuffers(native, [
        { type: SEC_BUFFER.data, octets: input },
        { type: SEC_BUFFER.token, octets: room },
      ]);
      const status = windows.makeSignature(context, 0, buffers.descriptor, 0);
      if (status < 0) throw new Error(`MakeSignature: 0x${(status >>> 0).toString(16)}`);
      return Uint8Array.from(room.subarray(0, buffers.used(1)));
    },
    verify(input, mic) {
      if (!usable()) return false;
      const { descriptor } = secBuffers(native, [
        { type: SEC_BUFFER.data, octets: input },
        { type: SEC_BUFFER.token, octets: Buffer.from(mic) },
      ]);
      const status = windows.verifySignature(context, descriptor, 0, Buffer.alloc(4));
      // BIND signs two replies under one number; what becomes of an update is read back besides.
      return status === 0 || status === OUT_OF_SEQUENCE;
    },
    wrap(input) {
      if (!usable()) throw new Error('bug: wrapping by a context that is not established');
      const parts = [
        { type: SEC_BUFFER.token, octets: Buffer.alloc(sizes.trailer) },
        { type: SEC_BUFFER.data, octets: Buffer.from(input) },
        { type: SEC_BUFFER.padding, octets: Buffer.alloc(sizes.block) },
      ];
      const buffers = secBuffers(native, parts);
      const status = windows.encryptMessage(context, WITHOUT_ENCRYPTION, buffers.descriptor, 0);
      if (status < 0) throw new Error(`EncryptMessage: 0x${(status >>> 0).toString(16)}`);
      return Buffer.concat(parts.map(({ octets }, i) => octets.subarray(0, buffers.used(i))));
    },
    unwrap(wrapped) {
      if (!usable()) return undefined;
      // It is opened where it lies, and Windows points into it.
      const stream = Buffer.from(wrapped);
      const buffers = secBuffers(native, [
        { type: SEC_BUFFER.stream, octets: stream },
        { type: SEC_BUFFER.data, octets: new Uint8Array() },
      ]);
      if (windows.decryptMessage(context, buffers.descriptor, 0, Buffer.alloc(4)) !== 0) return undefined;
      const start = Number(buffers.address(1) - native.address(stream));
      const end = start + buffers.used(1);
      return start < 0 || end > stream.length ? undefined : Uint8Array.from(stream.subarray(start, end));
    },
    initiator: () => (usable() ? nameIn(native, windows, context) : undefined),
    // Windows tells the end in local time, daylight saving included: the server's own limit holds instead.
    lifetimeSeconds: () => undefined,
    dispose: () => lease.end(),
  };
}

interface Sizes {
  readonly signature: number;
  readonly block: number;
  readonly trailer: number;
}

/** SecPkgContext_Sizes { ULONG cbMaxToken, cbMaxSignature, cbBlockSize, cbSecurityTrailer }. */
function sizesOf(windows: Secur32, context: Buffer): Sizes {
  const sizes = Buffer.alloc(16);
  const status = windows.queryAttributes(context, ATTRIBUTE_SIZES, sizes);
  if (status < 0) throw new Error(`QueryContextAttributes: 0x${(status >>> 0).toString(16)}`);
  return {
    signature: sizes.readUInt32LE(4),
    block: sizes.readUInt32LE(8),
    trailer: sizes.readUInt32LE(12),
  };
}

/** SecPkgContext_Names { SEC_WCHAR *sUserName }, `CONTOSO\\kms01$`. */
function nameIn(native: Native, windows: Secur32, context: Buffer): string | undefined {
  const { copy, stringLength } = windows;
  const cell = Buffer.alloc(8);
  if (copy === undefined || stringLength === undefined) return undefined;
  if (windows.queryAttributes(context, ATTRIBUTE_NAMES, cell) < 0) return undefined;
  const address = native.pointerOctets === 8 ? cell.readBigUInt64LE(0) : BigInt(cell.readUInt32LE(0));
  if (address === 0n) return undefined;
  const characters = Math.min(stringLength(address), MAX_NAME_CHARACTERS);
  const octets = Buffer.alloc(2 * characters);
  if (characters > 0) copy(octets, address, octets.length);
  windows.freeBuffer(address);
  return octets.toString('utf16le');
}

/** UTF-16 with its end. */
function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}
