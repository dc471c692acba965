import { SYMBOLS } from './symbols.ts';

/** A 32-bit error value, taken apart: [MS-ERREF] section 2.1. */
export interface DecodedCode {
  /** `0x` and eight capital hex digits. */
  readonly hresult: string;
  readonly unsigned: number;
  /** What scripts and WMI print: the same 32 bits with a sign. */
  readonly signed: number;
  readonly severity: 'success' | 'error';
  readonly facility: number;
  readonly facilityName: string;
  /** The low 16 bits. */
  readonly code: number;
  /** The Win32 number inside, when the value is HRESULT_FROM_WIN32 of one. */
  readonly win32?: number;
  /** What the bits mean beyond that, in one sentence. */
  readonly reading: string;
}

/** How a text names a number. */
export interface NumberRead {
  /** 32 bits, unsigned. */
  readonly value: number;
  /** `win32`: a bare system error number, `9003`; `hresult`: anything with 32 bits of its own. */
  readonly form: 'hresult' | 'win32';
}

const FACILITY_WIN32 = 7;
const MAX_WIN32 = 0xffff;
const WORD = 2 ** 32;

/** [MS-ERREF] section 2.1.1; only those that an activation can meet. */
const FACILITIES: ReadonlyMap<number, string> = new Map([
  [0, 'FACILITY_NULL'],
  [1, 'FACILITY_RPC'],
  [2, 'FACILITY_DISPATCH'],
  [3, 'FACILITY_STORAGE'],
  [4, 'FACILITY_ITF'],
  [7, 'FACILITY_WIN32'],
  [8, 'FACILITY_WINDOWS'],
  [9, 'FACILITY_SECURITY'],
  [10, 'FACILITY_CONTROL'],
  [11, 'FACILITY_CERT'],
  [12, 'FACILITY_INTERNET'],
  [15, 'FACILITY_SETUPAPI'],
  [25, 'FACILITY_HTTP'],
  [36, 'FACILITY_WINDOWSUPDATE'],
  [63, 'FACILITY_WINDOWS_STORE'],
]);

/** Facilities of an NTSTATUS, which are other ones: [MS-ERREF] section 2.3. */
const NTSTATUS_FACILITY_RPC = 2;

/** The ranges that the licence service divides its codes into: slerror.h. */
const SL_ZONES: readonly (readonly [number, string])[] = [
  [0xa000, 'the activation servers of Microsoft'],
  [0xb000, 'the activation servers of Microsoft'],
  [0xc000, 'the key checks of the activation servers of Microsoft'],
  [0xd000, 'the security processor of the licence service'],
  [0xe000, 'the inside of the licence service'],
  [0xf000, 'the licence service of this computer'],
];

/** HRESULT_FROM_WIN32 (winerror.h): 0 stays 0, everything else becomes 0x8007nnnn. */
export function hresultFromWin32(number: number): number {
  return number === 0 ? 0 : 0x8007_0000 + (number & MAX_WIN32);
}

/** `0x` and eight capital hex digits. */
export function formatHresult(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;
}

/** Takes 32 bits apart. `value` is unsigned. */
export function decodeCode(value: number): DecodedCode {
  const facility = (value >>> 16) & 0x7ff;
  const code = value & 0xffff;
  const failed = value >= 0x8000_0000;
  const isWin32 = facility === FACILITY_WIN32 && value >>> 16 === 0x8007;
  const base = {
    hresult: formatHresult(value),
    unsigned: value,
    signed: value >= 0x8000_0000 ? value - WORD : value,
    severity: failed ? ('error' as const) : ('success' as const),
    facility,
    code,
  };
  if (isWin32) {
    return {
      ...base,
      facilityName: 'FACILITY_WIN32',
      win32: code,
      reading: `HRESULT_FROM_WIN32(${code}): Windows system error ${code}`,
    };
  }
  const facilityName = FACILITIES.get(facility) ?? `facility ${facility}`;
  return { ...base, facilityName: nameOf(value, facilityName), reading: readingOf(value, facility, code) };
}

function nameOf(value: number, facilityName: string): string {
  if (isLicensing(value)) return 'FACILITY_SL_ITF';
  return isNtStatus(value) ? 'NTSTATUS' : facilityName;
}

/** Both top bits set and facility 4: the Software Licensing codes have that shape. */
function isLicensing(value: number): boolean {
  const top = value >>> 16;
  return top === 0xc004 || top === 0x4004;
}

/** Severity in the two top bits and no customer bit: how an NTSTATUS error begins. */
function isNtStatus(value: number): boolean {
  return value >>> 28 === 0xc && !isLicensing(value);
}

function readingOf(value: number, facility: number, code: number): string {
  if (isLicensing(value)) {
    const zone = SL_ZONES.find(([first]) => (code & 0xf000) === first)?.[1];
    const kind = value >= 0x8000_0000 ? 'an error' : 'information';
    return `${kind} of Software Licensing${zone === undefined ? '' : `, from ${zone}`}`;
  }
  if (isNtStatus(value)) {
    const rpc = facility === NTSTATUS_FACILITY_RPC ? ', of the RPC runtime' : '';
    return `an NTSTATUS error${rpc}, which has no Win32 number inside`;
  }
  if (value === 0) return 'success';
  if (value >= 0x8000_0000)
    return `an error of ${FACILITIES.get(facility) ?? `facility ${facility}`}, number ${code} there; not HRESULT_FROM_WIN32(${code})`;
  return value <= MAX_WIN32 ? `Windows system error ${value}` : 'no error by its top bit';
}

/**
 * Reads a number as people write it: `0x8007232B`, `8007232b`, `-2147015893`, `2147951403`, `9003`. Undefined for
 * any other text, and for numbers that do not fit into 32 bits.
 */
export function readNumber(text: string): NumberRead | undefined {
  const hex =
    /^(?:0x|&h)([0-9a-f]{1,8})(?:l|u|h)?$/i.exec(text)?.[1] ??
    /^([89c][0-9a-f]{7}|4004[0-9a-f]{4})h?$/i.exec(text)?.[1];
  if (hex !== undefined) return fromValue(Number.parseInt(hex, 16));
  if (!/^-?\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  if (number < 0) return number >= -(2 ** 31) ? fromValue(number + WORD) : undefined;
  return number < WORD ? fromValue(number) : undefined;
}

function fromValue(value: number): NumberRead {
  return { value, form: value <= MAX_WIN32 ? 'win32' : 'hresult' };
}

/**
 * The code that a user reports, as `0x8007232B`: hex with or without `0x`, signed or unsigned decimal, a Win32
 * number, a symbol of winerror.h or slerror.h. Undefined for any other text.
 */
export function hresultFromText(text: string): string | undefined {
  const word = text.trim().replace(/^(?:hr|hresult|error|code|fehler|err)\s*[=:]?\s*/i, '');
  const symbol = SYMBOLS.get(word.toUpperCase());
  if (symbol !== undefined) return formatHresult(symbol);
  const read = readNumber(word);
  if (read === undefined) return undefined;
  return formatHresult(read.form === 'win32' ? hresultFromWin32(read.value) : read.value);
}
