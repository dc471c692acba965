import { DEFAULT_INTERVAL_HOURS, type ZoneProperties } from './dns-property.ts';
import type { DnsRecord } from './dns-record.ts';
import { dateFromHours, hoursFromDate } from './file-time.ts';

/** A KMS host writes its records again once a day. */
export const REPUBLISH_HOURS = 24;

/**
 * Where a record stands in its life ([MS-DNSP] §3.1.1.1.1 and "DNS aging and scavenging" of Windows Server). Hours count
 * from 1601, as the directory has them.
 */
export type Ageing =
  /** Never scavenged. */
  | { readonly kind: 'static' }
  /** Dynamic in a zone without ageing: never scavenged, and its time stamp stands still, so it says nothing of its host. */
  | { readonly kind: 'not-ageing'; readonly stampedHours: number; readonly ageHours: number }
  /** The zone's settings could not be read. */
  | {
      readonly kind: 'unknown';
      readonly stampedHours: number;
      readonly ageHours: number;
      readonly why: string;
    }
  | {
      /** `fresh`: refreshing changes nothing yet. `refreshable`: waits for its host. `scavengeable`: the next run takes it. */
      readonly kind: 'fresh' | 'refreshable' | 'scavengeable';
      readonly stampedHours: number;
      readonly ageHours: number;
      readonly refreshableFromHours: number;
      readonly scavengeableFromHours: number;
      /** Is it older than a host that writes once a day lets it become? */
      readonly missedRefresh: boolean;
    };

/** A zone's intervals; what no value says is as in a new zone. */
export function intervalsOf({
  noRefreshHours = DEFAULT_INTERVAL_HOURS,
  refreshHours = DEFAULT_INTERVAL_HOURS,
}: Pick<ZoneProperties, 'noRefreshHours' | 'refreshHours'>): {
  readonly noRefreshHours: number;
  readonly refreshHours: number;
} {
  return { noRefreshHours, refreshHours };
}

/**
 * The state of a record at `now`. A time stamp moves only after the no-refresh interval; from then on for the refresh
 * interval its host should write it, and then it may be removed, though not before the time the zone names. A stamp
 * from the future counts as fresh.
 */
export function ageingOf(
  { timestampHours }: Pick<DnsRecord, 'timestampHours'>,
  zone: ZoneProperties | { readonly why: string },
  now: Date,
): Ageing {
  if (timestampHours === 0) return { kind: 'static' };
  const stampedHours = timestampHours;
  const nowHours = hoursFromDate(now);
  const ageHours = Math.max(0, nowHours - stampedHours);
  if ('why' in zone) return { kind: 'unknown', stampedHours, ageHours, why: zone.why };
  if (zone.aging === undefined)
    return { kind: 'unknown', stampedHours, ageHours, why: 'no property of the zone says whether it ages' };
  if (!zone.aging) return { kind: 'not-ageing', stampedHours, ageHours };

  const { noRefreshHours, refreshHours } = intervalsOf(zone);
  const refreshableFromHours = stampedHours + noRefreshHours;
  const scavengeableFromHours = Math.max(
    refreshableFromHours + refreshHours,
    zone.scavengeableFromHours ?? 0,
  );
  const kind =
    nowHours >= scavengeableFromHours
      ? 'scavengeable'
      : nowHours >= refreshableFromHours
        ? 'refreshable'
        : 'fresh';
  // One day more than a day: hosts start late, and stamps are cut to the hour.
  const missedRefresh = nowHours > refreshableFromHours + 2 * REPUBLISH_HOURS;
  return { kind, stampedHours, ageHours, refreshableFromHours, scavengeableFromHours, missedRefresh };
}

/**
 * Is the refresh interval so short that a host that writes once a day comes too late? The stamp can be moved only
 * within it.
 */
export function outrunsHosts(zone: ZoneProperties): boolean {
  return zone.aging === true && intervalsOf(zone).refreshHours < REPUBLISH_HOURS;
}

/** The state for people: when it was stamped, and what comes next. */
export function ageingInWords(ageing: Ageing): string {
  if (ageing.kind === 'static') return 'static, never scavenged';
  const stamped = `dynamic, stamped ${hourInWords(ageing.stampedHours)} (${ageInWords(ageing.ageHours)} ago)`;
  switch (ageing.kind) {
    case 'not-ageing':
      return `${stamped}; the zone does not age, so the stamp stands still`;
    case 'unknown':
      return `${stamped}; ${ageing.why}`;
    case 'fresh':
      return `${stamped}; may be refreshed from ${hourInWords(ageing.refreshableFromHours)}`;
    case 'refreshable':
      return `${stamped}; waits for its host, may be scavenged from ${hourInWords(ageing.scavengeableFromHours)}`;
    case 'scavengeable':
      return `${stamped}; may be scavenged since ${hourInWords(ageing.scavengeableFromHours)}`;
  }
}

/** An hour since 1601 as `2026-01-01 00:00 UTC`. */
export function hourInWords(hours: number): string {
  const date = dateFromHours(hours);
  return date === undefined ? `hour ${hours}` : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function ageInWords(hours: number): string {
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
