import type { SecurityContext } from '../core/security-context.ts';
import type { BoundedCall, Native, NativeFunction, NativeLibrary, NativeValue } from './native.ts';
import { callWithin } from './native.ts';
import { nativeMemory } from './native-memory.ts';

/*
 * The C bindings of the GSS-API (RFC 2744): memory layouts and releases, no decisions. A handle is a cell: the octets
 * in which C keeps a pointer.
 */

export type Mechanism = SecurityContext['mechanism'];

/** What a function of the library said: RFC 2744 section 3.9. */
export interface GssStatus {
  readonly major: number;
  readonly minor: number;
}

/** GSS_ERROR: a routine or calling error, as opposed to supplementary information. */
export function isError({ major }: GssStatus): boolean {
  return (major & 0xffff_0000) !== 0;
}

/** The library wants another token of the other side: GSS_S_CONTINUE_NEEDED. */
export const CONTINUE_NEEDED = 1;

export const GSS_FLAG = { mutual: 2, replay: 4, integrity: 32 } as const;

/** DER contents of the object identifiers. */
const OID = {
  /** 1.2.840.113554.1.2.2, RFC 4121. */
  krb5: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02],
  /** 1.3.6.1.5.5.2, RFC 4178. */
  spnego: [0x2b, 0x06, 0x01, 0x05, 0x05, 0x02],
  /** GSS_KRB5_NT_PRINCIPAL_NAME, 1.2.840.113554.1.2.2.1: not canonicalised by way of DNS as a host-based name is. */
  principalName: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02, 0x01],
} as const;

const INDEFINITE = 0xffff_ffff;
const CODE_OF_GSS = 1;
const CODE_OF_MECHANISM = 2;
const INITIATE = 1;
/** More than any ticket with its groups; keeps a broken length from taking the memory. */
const MAX_TOKEN_OCTETS = 1024 * 1024;

export interface GssLibrary {
  readonly file: string;
  /** False for Heimdal and macOS: they take no keytab from the caller. */
  readonly takesKeytabs: boolean;
  /** A cell without anything in it. */
  emptyCell(): Buffer;
  importPrincipal(text: string, into: Buffer): GssStatus;
  /** `keytab` and `cache` as Kerberos writes them, `FILE:/path`. May block, and fills `into` when it is through. */
  acquireFromKeytab(
    request: {
      readonly name: Buffer;
      readonly keytab: string;
      readonly cache: string;
      readonly mechanism: Mechanism;
    },
    into: Buffer,
    timeoutMs: number,
  ): Promise<GssCall>;
  initStep(
    request: InitStep,
    timeoutMs: number,
  ): Promise<GssCall & { readonly flags: number; readonly token: Uint8Array | undefined }>;
  mac(context: Buffer, input: Uint8Array): { readonly status: GssStatus; readonly mac: Uint8Array };
  verify(context: Buffer, input: Uint8Array, mic: Uint8Array): GssStatus;
  /** Integrity without confidentiality. */
  wrap(context: Buffer, input: Uint8Array): { readonly status: GssStatus; readonly wrapped: Uint8Array };
  unwrap(context: Buffer, wrapped: Uint8Array): { readonly status: GssStatus; readonly output: Uint8Array };
  inquire(context: Buffer): {
    readonly initiator: string | undefined;
    readonly lifetimeSeconds: number | undefined;
  };
  /** What the library says about a code of a mechanism; '' when it says nothing. */
  mechanismText(minor: number, mechanism: Mechanism): string;
  gssText(major: number): string;
  releaseName(cell: Buffer): void;
  releaseCredential(cell: Buffer): void;
  deleteContext(cell: Buffer): void;
}

export interface InitStep {
  readonly context: Buffer;
  /** A credential, or an empty cell for the default ones. */
  readonly credential: Buffer;
  readonly target: Buffer;
  readonly mechanism: Mechanism;
  readonly flags: number;
  readonly channelBinding: Uint8Array | undefined;
  readonly token: Uint8Array | undefined;
}

export type GssCall =
  | { readonly kind: 'returned'; readonly status: GssStatus }
  | Exclude<BoundedCall, { readonly kind: 'returned' }>;

/** Binds the functions that are needed. Throws when the library lacks one: then it is no GSS-API. */
export function bindGss(native: Native, library: NativeLibrary): GssLibrary {
  const P = 'void *';
  const pointers = (count: number): 'void *'[] => Array.from({ length: count }, () => P);
  const function_ = (
    name: string,
    parameters: readonly ('void *' | 'uint32_t' | 'int32_t')[],
  ): NativeFunction => library.need(name, 'uint32_t', parameters);
  const importName = function_('gss_import_name', pointers(4));
  const initContext = function_('gss_init_sec_context', [
    ...pointers(5),
    'uint32_t',
    'uint32_t',
    ...pointers(6),
  ]);
  const getMic = function_('gss_get_mic', [P, P, 'int32_t', P, P]);
  const verifyMic = function_('gss_verify_mic', pointers(5));
  const wrap = function_('gss_wrap', [P, P, 'int32_t', 'int32_t', P, P, P]);
  const unwrap = function_('gss_unwrap', pointers(6));
  const inquireContext = function_('gss_inquire_context', pointers(9));
  const displayName = function_('gss_display_name', pointers(4));
  const displayStatus = function_('gss_display_status', [P, 'uint32_t', 'int32_t', P, P, P]);
  const releaseBuffer = function_('gss_release_buffer', pointers(2));
  const releaseName = function_('gss_release_name', pointers(2));
  const releaseCredential = function_('gss_release_cred', pointers(2));
  const deleteContext = function_('gss_delete_sec_context', pointers(3));
  const acquireFrom = library.find('gss_acquire_cred_from', 'uint32_t', [
    P,
    P,
    'uint32_t',
    P,
    'int32_t',
    ...pointers(4),
  ]);
  // koffi.decode with a length makes a type for each call, and keeps it.
  const copy =
    library.find('memcpy', 'void', [P, P, 'size_t']) ??
    native.load(null)?.need('memcpy', 'void', [P, P, 'size_t']);
  if (copy === undefined) throw new Error(`${library.file} came without a C library`);

  const memory = nativeMemory(native);
  const oids = {
    krb5: memory.oid(OID.krb5),
    spnego: memory.oid(OID.spnego),
    principalName: memory.oid(OID.principalName),
  };
  const minorCell = Buffer.alloc(4);
  const scratch = Buffer.alloc(4);

  const statusOf = (major: number, minor: Buffer = minorCell): GssStatus => ({
    major: major >>> 0,
    minor: minor.readInt32LE(0),
  });
  /** Copies what C put into a gss_buffer_desc, and gives C its memory back. */
  const take = (descriptor: Buffer): Uint8Array => {
    const { address, length } = memory.described(descriptor);
    const octets = Buffer.alloc(length > MAX_TOKEN_OCTETS ? 0 : Number(length));
    if (octets.length > 0) copy(octets, address, octets.length);
    releaseBuffer(scratch, descriptor);
    return octets;
  };
  const text = (kind: number, code: number, oid: NativeValue): string => {
    const more = Buffer.alloc(4);
    const lines: string[] = [];
    do {
      const out = memory.descriptor();
      if (isError(statusOf(displayStatus(minorCell, code >>> 0, kind, oid, more, out)))) break;
      lines.push(Buffer.from(take(out)).toString('utf8').replace(/\0+$/, ''));
    } while (more.readUInt32LE(0) !== 0 && lines.length < 8);
    return lines.join('; ');
  };
  const call = async (
    timeoutMs: number,
    made: NativeFunction,
    minor: Buffer,
    values: readonly NativeValue[],
  ): Promise<GssCall> => {
    const done = await callWithin(native, timeoutMs, made, values);
    return done.kind === 'returned' ? { kind: 'returned', status: statusOf(done.result, minor) } : done;
  };

  return {
    file: library.file,
    takesKeytabs: acquireFrom !== undefined,
    emptyCell: memory.cell,
    importPrincipal(principal, into) {
      const octets = Buffer.from(principal, 'utf8');
      return statusOf(importName(minorCell, memory.describe(octets), oids.principalName, into));
    },
    async acquireFromKeytab({ name, keytab, cache, mechanism }, into, timeoutMs) {
      if (acquireFrom === undefined) throw new Error(`${library.file} takes no keytab`);
      const minor = Buffer.alloc(4);
      const store = memory.keyValues([
        ['client_keytab', keytab],
        ['ccache', cache],
      ]);
      const mechanisms = memory.oidSet(oids[mechanism]);
      return call(timeoutMs, acquireFrom, minor, [
        minor,
        memory.pointerIn(name),
        INDEFINITE,
        mechanisms,
        INITIATE,
        store,
        into,
        null,
        null,
      ]);
    },
    async initStep({ context, credential, target, mechanism, flags, channelBinding, token }, timeoutMs) {
      const minor = Buffer.alloc(4);
      const granted = Buffer.alloc(4);
      const out = memory.descriptor();
      const values = [
        minor,
        memory.pointerIn(credential),
        context,
        memory.pointerIn(target),
        oids[mechanism],
        flags,
        0,
        channelBinding === undefined ? null : memory.channelBindings(channelBinding),
        token === undefined ? null : memory.describe(Buffer.from(token)),
        null,
        out,
        granted,
        null,
      ];
      const done = await call(timeoutMs, initContext, minor, values);
      // A token may come with a failure, too.
      if (done.kind === 'running') void done.ended.then(() => take(out));
      const made = done.kind === 'returned' ? take(out) : new Uint8Array();
      return { ...done, flags: granted.readUInt32LE(0), token: made.length === 0 ? undefined : made };
    },
    mac(context, input) {
      const out = memory.descriptor();
      const message = memory.describe(input);
      const status = statusOf(getMic(minorCell, memory.pointerIn(context), 0, message, out));
      return { status, mac: take(out) };
    },
    verify(context, input, mic) {
      const [message, token] = [memory.describe(input), memory.describe(mic)];
      return statusOf(verifyMic(minorCell, memory.pointerIn(context), message, token, null));
    },
    wrap(context, input) {
      const out = memory.descriptor();
      const message = memory.describe(input);
      const status = statusOf(wrap(minorCell, memory.pointerIn(context), 0, 0, message, scratch, out));
      return { status, wrapped: take(out) };
    },
    unwrap(context, wrapped) {
      const out = memory.descriptor();
      const message = memory.describe(wrapped);
      const status = statusOf(unwrap(minorCell, memory.pointerIn(context), message, out, scratch, null));
      return { status, output: take(out) };
    },
    inquire(context) {
      const unknown = { initiator: undefined, lifetimeSeconds: undefined };
      // Heimdal reads it without a look.
      if (memory.pointerIn(context) === 0n) return unknown;
      const name = memory.cell();
      const lifetime = Buffer.alloc(4);
      const status = statusOf(
        inquireContext(minorCell, memory.pointerIn(context), name, null, lifetime, null, null, null, null),
      );
      if (isError(status)) return unknown;
      const out = memory.descriptor();
      const shown =
        memory.pointerIn(name) !== 0n &&
        !isError(statusOf(displayName(minorCell, memory.pointerIn(name), out, null)));
      const initiator = shown ? Buffer.from(take(out)).toString('utf8').replace(/\0+$/, '') : undefined;
      releaseName(minorCell, name);
      const seconds = lifetime.readUInt32LE(0);
      return { initiator, lifetimeSeconds: seconds === INDEFINITE ? undefined : seconds };
    },
    mechanismText: (minor, mechanism) => text(CODE_OF_MECHANISM, minor, oids[mechanism]),
    gssText: (major) => text(CODE_OF_GSS, major, null),
    releaseName: (cell) => void (memory.pointerIn(cell) !== 0n && releaseName(minorCell, cell)),
    releaseCredential: (cell) => void (memory.pointerIn(cell) !== 0n && releaseCredential(minorCell, cell)),
    deleteContext: (cell) => void (memory.pointerIn(cell) !== 0n && deleteContext(minorCell, cell, null)),
  };
}
