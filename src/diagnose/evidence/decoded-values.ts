import type { ClientGeneration } from '../client.ts';
import type { LicenceStatus } from '../fact.ts';

/** SoftwareLicensingProduct.LicenseStatus in words. */
export const LICENCE_STATUS: Readonly<Record<LicenceStatus, string>> = {
  0: 'unlicensed',
  1: 'licensed',
  2: 'first grace period, out of the box',
  3: 'additional grace period: the activation ran out, or the hardware changed',
  4: 'non-genuine grace period',
  5: 'notification: not activated, and no grace is left',
  6: 'extended grace period',
};

/** VLActivationTypeEnabled in words. */
export const ACTIVATION_TYPE = {
  0: 'any: Active Directory first, then KMS, then token',
  1: 'only by Active Directory: this client never asks a KMS host',
  2: 'only by KMS',
  3: 'only by token: this client never asks a KMS host',
} as const;

/** What a client tries when its host gave it no other intervals: Volume Activation Technical Reference Guide. */
export const DEFAULT_ACTIVATION_MINUTES = 120;
export const DEFAULT_RENEWAL_MINUTES = 10_080;
/** A KMS activation is good for 180 days from each success: same guide. */
export const VALIDITY_MINUTES: number = 180 * 24 * 60;

/** Bits of the second field of events 12288 and 12289: Volume Activation 2.0 Operations Guide. */
const STATUS_FLAGS: readonly (readonly [bit: number, says: string])[] = [
  [0x8, 'the firmware has no licence table (SLIC)'],
  [0x01000000, 'no binding server is registered (NO_BINDING_SERVER_REGISTRATION)'],
  [0x02000000, 'registration data of an invalid type (INVALID_REGISTRATION_DATA_TYPE)'],
  [0x04000000, 'too few computers have asked this host yet (NOT_ENOUGH_COUNT)'],
  [0x08000000, 'the firmware has no Windows marker (NOT_WINDOWS_SLP)'],
];

export function isLicenceStatus(value: number): value is LicenceStatus {
  return Number.isInteger(value) && value >= 0 && value <= 6;
}

export function statusFlagsInWords(text: string): string {
  const flags = hexNumber(text);
  if (flags === undefined) return 'not a number';
  if (flags === 0) return 'nothing special';
  const said = STATUS_FLAGS.filter(([bit]) => (flags & bit) !== 0);
  const known = said.reduce((sum, [bit]) => (sum | bit) >>> 0, 0);
  const unknown = (flags & ~known) >>> 0;
  return [
    ...said.map(([, says]) => says),
    ...(unknown === 0 ? [] : [`0x${unknown.toString(16)} has no documented meaning`]),
  ].join('; ');
}

/** `10080 minutes` as `7 days`; the unit that needs no fraction, or two. */
export function minutesInWords(minutes: number): string {
  if (minutes === 0) return 'none';
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = Math.floor(minutes % 60);
  const parts = [counted(days, 'day'), counted(hours, 'hour'), counted(rest, 'minute')];
  return parts.filter((part) => part !== '').join(' ');
}

/** The count a KMS host has reached against the one it needs before it activates anybody. */
export function countInWords(current: number, required: number | undefined): string {
  if (current < 0) return 'this is no KMS host, or nobody has asked it yet';
  if (required !== undefined && required > 0)
    return current < required
      ? `${required - current} short of the ${required} that this product needs`
      : `enough: this product needs ${required}`;
  const servers = current < 5 ? 'too few even for servers (5)' : 'enough for servers (5)';
  const clients = current < 25 ? 'too few for clients (25)' : 'enough for clients (25)';
  return `${servers}, ${clients}`;
}

/** A code as `0x` and eight capital hex digits, from hex or (signed) decimal; undefined when it is none. */
export function hresultOf(value: string | number): string | undefined {
  const number =
    typeof value === 'number'
      ? value
      : /^0x[0-9a-f]{1,8}$/i.test(value.trim())
        ? Number(value.trim())
        : /^-?\d{1,10}$/.test(value.trim())
          ? Number(value.trim())
          : Number.NaN;
  if (!Number.isInteger(number) || number < -0x80000000 || number > 0xffffffff) return undefined;
  return `0x${(number >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

export function hresultInWords(hresult: string): string {
  const code = Number(hresult);
  // The highest bit says that it is an error: [MS-ERREF] 2.1.
  if (code < 0x80000000) return 'no error';
  const win32 = code >>> 16 === 0x8007 ? `Win32 error ${code & 0xffff}; ` : '';
  return `${win32}kmsdns explain ${hresult}`;
}

/** From a version of Windows or of its licensing service: 6.0 is Vista, 6.1 is 7, later ones behave like 10. */
export function generationOf(version: string): ClientGeneration | undefined {
  const read = /^(\d{1,2})\.(\d{1,5})/.exec(version);
  if (read === null) return undefined;
  const [major, minor] = [Number(read[1]), Number(read[2])];
  if (major < 6) return undefined;
  return major === 6 && minor === 0 ? 'vista' : major === 6 && minor === 1 ? 'windows7' : 'windows10';
}

/** A TCP port; undefined for any other text. */
export function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function hexNumber(text: string): number | undefined {
  return /^0x[0-9a-f]{1,8}$/i.test(text.trim()) ? Number(text.trim()) : undefined;
}

function counted(count: number, unit: string): string {
  return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}
