import { addressFromOctets } from '../core/address.ts';
import type { IpAddress } from '../core/net.ts';
import type { Decoded } from '../core/wire.ts';
import { dateFromFileTime } from './file-time.ts';
import { joinOctets, OctetCursor, u32Octets } from './octet-cursor.ts';

/** Property ids of a zone ([MS-DNSP] §2.3.2.1.1, DSPROPERTY_ZONE_…). */
export const PROPERTY = {
  type: 0x01,
  allowUpdate: 0x02,
  secureTime: 0x08,
  noRefreshInterval: 0x10,
  scavengingServers: 0x11,
  agingEnabledTime: 0x12,
  refreshInterval: 0x20,
  agingState: 0x40,
  deletedFromHost: 0x80,
  masterServers: 0x81,
  autoNsServers: 0x82,
  scavengingServersAny: 0x90,
} as const;

/** [MS-DNSP] §2.3.2.1; the version is fixed. */
const VERSION = 1;

/** One value of the attribute `dNSProperty`; the meaning of `data` depends on `id`. */
export interface DnsProperty {
  readonly id: number;
  readonly data: Uint8Array;
}

/** What a zone takes ([MS-DNSP] §2.2.6.1.1, fAllowUpdate): none, `unsecured`: signed and unsigned, `secure`: signed alone. */
export type AllowUpdate = 'none' | 'unsecured' | 'secure';

/** Settings of a zone, as far as its `dNSProperty` values tell; left out: no value says so. */
export interface ZoneProperties {
  readonly zoneType?: 'cache' | 'primary' | 'secondary' | 'stub' | 'forwarder' | 'secondary-cache';
  readonly allowUpdate?: AllowUpdate;
  /** Since when the zone takes secure updates alone. */
  readonly secureSince?: Date;
  readonly aging?: boolean;
  readonly noRefreshHours?: number;
  readonly refreshHours?: number;
  /** Hours since 1601 from which records may be scavenged. */
  readonly scavengeableFromHours?: number;
  /** Servers that may scavenge; empty or left out: all that have scavenging on. */
  readonly scavengingServers?: readonly IpAddress[];
  /** Values that could not be read, each with what is wrong at which octet. */
  readonly problems: readonly string[];
}

type Settings = { -readonly [K in keyof Omit<ZoneProperties, 'problems'>]: ZoneProperties[K] };

/** [MS-DNSP] §2.2.6.1.1: both intervals are 168 hours unless the zone says otherwise. */
export const DEFAULT_INTERVAL_HOURS = 168;

/**
 * One value of `dNSProperty` ([MS-DNSP] §2.3.2.1): data length, name length, flag, version and id, each four octets,
 * least first; then the data and a name that nobody uses. Windows writes one octet of name, Samba four.
 */
export function decodeDnsProperty(octets: Uint8Array): Decoded<DnsProperty> {
  const cursor = new OctetCursor(octets);
  const length = cursor.u32();
  cursor.u32(); // name length
  cursor.u32(); // flag
  const version = cursor.u32();
  const id = cursor.u32();
  if (cursor.fault === undefined && version !== VERSION)
    return { ok: false, detail: `version ${version} at octet 12, not ${VERSION}` };
  const data = cursor.take(length);
  if (cursor.fault !== undefined) return { ok: false, detail: cursor.fault };
  return { ok: true, value: { id, data } };
}

/** The octets of one value of `dNSProperty` ([MS-DNSP] §2.3.2.1), with one octet of name as Windows has it. */
export function encodeDnsProperty({ id, data }: DnsProperty): Uint8Array {
  const head = [data.length, 1, 0, VERSION, id].map(u32Octets);
  return joinOctets(...head, data, Uint8Array.of(0));
}

const ZONE_TYPES = ['cache', 'primary', 'secondary', 'stub', 'forwarder', 'secondary-cache'] as const;
const ALLOW_UPDATE = ['none', 'unsecured', 'secure'] as const;

/**
 * All values of a zone's `dNSProperty` together. A broken or contradictory value is named in `problems` and says
 * nothing else: a setting nobody could read is left out, never taken for its default.
 */
export function zoneProperties(values: readonly Uint8Array[]): ZoneProperties {
  const found: Settings = {};
  const problems: string[] = [];
  const seen = new Set<number>();
  for (const [i, octets] of values.entries()) {
    const read = decodeDnsProperty(octets);
    const problem = read.ok ? applyProperty(found, read.value, seen) : read.detail;
    if (problem !== undefined) problems.push(`dNSProperty value ${i + 1}: ${problem}`);
  }
  return { ...found, problems };
}

/** Notes what one property says; what is wrong with it otherwise. */
function applyProperty(found: Settings, { id, data }: DnsProperty, seen: Set<number>): string | undefined {
  const known = Object.values(PROPERTY).some((one) => one === id);
  // Samba writes properties without data for what was never set.
  if (!known || data.length === 0) return undefined;
  if (seen.has(id)) return `property 0x${id.toString(16)} stands there twice`;
  seen.add(id);
  const cursor = new OctetCursor(data);
  switch (id) {
    case PROPERTY.type: {
      const zoneType = ZONE_TYPES[cursor.u32()];
      if (cursor.fault !== undefined || zoneType === undefined) return 'an unknown type of zone';
      found.zoneType = zoneType;
      return undefined;
    }
    case PROPERTY.allowUpdate: {
      // One octet; some writers make it four.
      const allowUpdate = data.length === 1 || data.length === 4 ? ALLOW_UPDATE[data[0]!] : undefined;
      if (allowUpdate === undefined) return 'an unknown setting of dynamic updates';
      found.allowUpdate = allowUpdate;
      return undefined;
    }
    case PROPERTY.secureTime: {
      const since = dateFromFileTime(cursor.u64());
      if (cursor.fault === undefined && since !== undefined) found.secureSince = since;
      return cursor.fault;
    }
    case PROPERTY.scavengingServers:
      return applyServers(found, cursor);
    case PROPERTY.agingState:
      return applyNumber(cursor, (value) => {
        found.aging = value !== 0;
      });
    case PROPERTY.noRefreshInterval:
      return applyNumber(cursor, (value) => {
        found.noRefreshHours = value;
      });
    case PROPERTY.refreshInterval:
      return applyNumber(cursor, (value) => {
        found.refreshHours = value;
      });
    case PROPERTY.agingEnabledTime:
      return applyNumber(cursor, (value) => {
        found.scavengeableFromHours = value;
      });
    default:
      return undefined;
  }
}

function applyNumber(cursor: OctetCursor, take: (value: number) => void): string | undefined {
  const value = cursor.u32();
  if (cursor.fault === undefined) take(value);
  return cursor.fault;
}

/** IP4_ARRAY ([MS-DNSP] §2.2.3.2.1): a count, then addresses in network order. */
function applyServers(
  found: { scavengingServers?: readonly IpAddress[] },
  cursor: OctetCursor,
): string | undefined {
  const count = cursor.u32();
  if (count * 4 > cursor.left) return `${count} addresses announced, ${cursor.left} octets there`;
  const addresses: IpAddress[] = [];
  for (let i = 0; i < count; i++) {
    const address = addressFromOctets(cursor.take(4));
    if (address !== undefined) addresses.push(address);
  }
  if (cursor.fault === undefined) found.scavengingServers = addresses;
  return cursor.fault;
}
