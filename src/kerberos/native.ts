import { isMainThread } from 'node:worker_threads';
import { countCall } from '../core/process-end.ts';

/*
 * The door to native code. Everything else in this room is written against the interfaces below. koffi is loaded when
 * Kerberos is first wanted: it is an optional dependency, and most runs need neither.
 */

/** A pointer is a number of the C world, or octets of ours that C may read and write during the call. */
export type NativeValue = number | bigint | Uint8Array | string | null;
export type NativeType = 'void *' | 'uint32_t' | 'int32_t' | 'size_t' | 'void';

/** A C function. */
export interface NativeFunction<Result = number> {
  (...values: readonly NativeValue[]): Result;
  /** The same on another thread. What `values` refer to must live until the callback is called. */
  async(...values: readonly (NativeValue | ((error: unknown, result: Result) => void))[]): void;
}

export interface NativeLibrary {
  /** What was loaded: `libgssapi_krb5.so.2`. */
  readonly file: string;
  /** Undefined when the library has no such function. */
  find(name: string, result: NativeType, parameters: readonly NativeType[]): NativeFunction | undefined;
  /** As `find`; throws when there is none. */
  need(name: string, result: NativeType, parameters: readonly NativeType[]): NativeFunction;
  /** As `find`, for one whose result is a text that belongs to the library. */
  findText(name: string, parameters: readonly NativeType[]): NativeFunction<string | null> | undefined;
}

/** koffi, as much of it as is used. */
export interface Native {
  readonly platform: string;
  readonly architecture: string;
  readonly pointerOctets: number;
  /** Undefined when there is no such library; null stands for what the process has loaded already. */
  load(file: string | null): NativeLibrary | undefined;
  /** Where the octets lie; good as long as they are referenced. */
  address(octets: Uint8Array): bigint;
  /** A variable of the environment, as the libraries read it. */
  variable(name: string): string | undefined;
  nowSeconds(): number;
}

interface Koffi {
  load(file: string | null): {
    func(convention: string, name: string, result: string, parameters: readonly string[]): NativeFunction;
  };
  address(octets: Uint8Array): bigint;
  sizeof(type: string): number;
}

/** koffi, or in words why it cannot be loaded. */
export async function loadNative(): Promise<Native | string> {
  let koffi: Koffi;
  try {
    koffi = (await import('koffi')) as unknown as Koffi;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
  return {
    platform: process.platform,
    architecture: process.arch,
    pointerOctets: koffi.sizeof('void *'),
    load: (file) => loadLibrary(koffi, file),
    address: (octets) => koffi.address(octets),
    variable: (name) => process.env[name],
    nowSeconds: () => Date.now() / 1000,
  };
}

/** Of Windows on 32 bits; elsewhere there is one only, and this means it. */
const CONVENTION = '__stdcall';

function loadLibrary(koffi: Koffi, file: string | null): NativeLibrary | undefined {
  let library: ReturnType<Koffi['load']>;
  try {
    library = koffi.load(file);
    if (file !== null && process.platform !== 'win32') keepLoaded(koffi, file);
  } catch {
    return undefined;
  }
  const find: NativeLibrary['find'] = (name, result, parameters) => {
    try {
      return library.func(CONVENTION, name, result, parameters);
    } catch {
      return undefined;
    }
  };
  return {
    file: file ?? 'this process',
    find,
    findText: (name, parameters) =>
      find(name, 'str' as NativeType, parameters) as unknown as NativeFunction<string | null> | undefined,
    need(name, result, parameters) {
      const found = find(name, result, parameters);
      if (found === undefined) throw new Error(`${file} has no function ${name}`);
      return found;
    },
  };
}

/** RTLD_NOW, the same on Linux, macOS and the BSDs. */
const RESOLVE_NOW = 2;

/**
 * Opens the library once more, for good. koffi closes its own handle when Node ends, and threads end after that:
 * what Heimdal wants to be called then would be gone from memory.
 */
function keepLoaded(koffi: Koffi, file: string): void {
  const open = loadLibrary(koffi, null)?.find('dlopen', 'void *', ['void *', 'int32_t']);
  open?.(Buffer.from(`${file}\0`), RESOLVE_NOW);
}

/**
 * koffi's asynchronous calls share libuv's four threads with file access and name look-ups: two that hang must leave
 * room for these.
 */
const MAX_CALLS_AT_ONCE = 2;

/** What each call that runs was given: the garbage collector knows nothing of what C still uses. */
const running = new Set<readonly NativeValue[]>();
const queue: (() => void)[] = [];
let endIsPrepared = false;

/** How a call that may block went within its time. */
export type BoundedCall =
  | { readonly kind: 'returned'; readonly result: number }
  /** It still runs: what it was given belongs to it until `ended`, which never rejects. */
  | { readonly kind: 'running'; readonly ended: Promise<void> }
  /** Earlier calls left no room for it; it was not made and will not be. */
  | { readonly kind: 'not-made' };

/**
 * Calls a C function on another thread and waits `timeoutMs` for it. An unfinished call cannot be stopped, and Node
 * does not end before it: {@link endWithoutWaiting} does.
 */
export function callWithin(
  native: Native,
  timeoutMs: number,
  call: NativeFunction,
  values: readonly NativeValue[],
): Promise<BoundedCall> {
  if (!endIsPrepared) endOnExit(native);
  endIsPrepared = true;
  return new Promise((resolve, reject) => {
    let finish: () => void = () => {};
    const ended = new Promise<void>((done) => {
      finish = done;
    });
    let made = false;
    const end = (): void => {
      running.delete(values);
      clearTimeout(timer);
      queue.shift()?.();
      finish();
    };
    const make = (): void => {
      made = true;
      running.add(values);
      void countCall(ended);
      try {
        call.async(...values, (error, result) => {
          if (error !== null && error !== undefined) reject(error as Error);
          else resolve({ kind: 'returned', result });
          end();
        });
      } catch (error) {
        reject(error as Error);
        end();
      }
    };
    const timer = setTimeout(() => {
      if (made) return resolve({ kind: 'running', ended });
      queue.splice(queue.indexOf(make), 1);
      resolve({ kind: 'not-made' });
    }, timeoutMs);
    if (running.size < MAX_CALLS_AT_ONCE) make();
    else queue.push(make);
  });
}

/** From now on `process.exit` does not wait for threads either, which it would do for half a minute with a silent KDC. */
function endOnExit(native: Native): void {
  const end = endFunction(native);
  // In a worker thread "exit" is the end of the worker, not of the process.
  if (!isMainThread) return;
  process.on('exit', (exitCode) => {
    if (running.size > 0) end(exitCode);
  });
}

/** Ends the process at once, output flushed; does nothing where koffi is not installed. */
export async function endWithoutWaiting(exitCode: number): Promise<void> {
  const native = await loadNative();
  if (typeof native === 'string' || !isMainThread) return;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  endFunction(native)(exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

function endFunction(native: Native): (exitCode: number) => void {
  if (native.platform === 'win32') {
    const terminate = native
      .load('kernel32.dll')
      ?.find('TerminateProcess', 'int32_t', ['void *', 'uint32_t']);
    // -1 stands for the calling process.
    return (exitCode) => terminate?.(0xffff_ffff_ffff_ffffn, exitCode);
  }
  const leave = native.load(null)?.find('_exit', 'void', ['int32_t']);
  return (exitCode) => leave?.(exitCode);
}
