import { bounded } from '../core/bounded.ts';
import { TYPE } from '../core/dns-codes.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { Endpoint, Net } from '../core/net.ts';
import { type QueryPatience, query } from '../core/query.ts';
import { readingProblem, readSrv, type SrvReading } from '../core/read-srv.ts';
import { type SrvRecord, type SrvSet, sameRecord } from '../core/srv.ts';
import type { Authority, ZoneView } from '../core/zone.ts';
import { describeAuthority } from './observe.ts';

/** What one authoritative server serves after a change. */
export interface ReadBack {
  /** Null for a name server whose address nobody could tell. */
  readonly server: Endpoint | null;
  /** The NS or MNAME host behind it, where known. */
  readonly host: Fqdn | null;
  /**
   * `current`: it serves what is wanted. `stale`: it says something else. `silent`: nothing could be learned from it,
   * which is never taken for absence.
   */
  readonly state: 'current' | 'stale' | 'silent';
  /** Null: no set there, or not known; `state` tells which. */
  readonly set: SrvSet | null;
  /** SOA serial, a hint only: PowerDNS rewrites it and Samba's does not move in step. */
  readonly serial: number | null;
  /** What is wrong, in words; empty when current. */
  readonly because: string;
  /** This computer has no way to the address at all (no IPv6, say): tells nothing about the server. */
  readonly noRoute: boolean;
}

/** Is this set what is wanted? */
export type Wanted = (set: SrvSet | null) => boolean;

/** Every record of `after` is served with its TTL, and none that `before` had and `after` has not. */
export function wantedAfter(before: SrvSet | null, after: SrvSet | null): Wanted {
  const wanted = after?.records ?? [];
  const removed = (before?.records ?? []).filter((record) => !wanted.some((one) => sameRecord(one, record)));
  return (set) => {
    const served = set?.records ?? [];
    const has = (record: SrvRecord): boolean => served.some((one) => sameRecord(one, record));
    return (
      wanted.every(has) && !removed.some(has) && (after === null || set?.ttlSeconds === after.ttlSeconds)
    );
  };
}

/** Asks one server for the set and its zone's serial. */
export async function readBackFrom(
  net: Net,
  authority: Authority,
  zone: Fqdn,
  name: Fqdn,
  wanted: Wanted,
  patience: QueryPatience,
): Promise<ReadBack> {
  const [reading, serial] = await Promise.all([
    readSrv(net, authority.server, name, patience),
    readSerial(net, authority, zone, patience),
  ]);
  return judge(authority, reading, serial, wanted);
}

/** The state a reading stands for. */
export function judge(
  authority: Authority,
  reading: SrvReading,
  serial: number | null,
  wanted: Wanted,
): ReadBack {
  const { server } = authority;
  const host = authority.host ?? null;
  const set = reading.kind === 'set' ? reading.set : null;
  const said = { server, host, set, serial, noRoute: hasNoRoute(reading) };
  const problem = readingProblem(reading);
  if (problem !== undefined) return { ...said, set: null, state: 'silent', because: problem };
  if (reading.kind === 'alias') {
    return { ...said, state: 'stale', because: `it serves an alias of ${displayName(reading.target)}` };
  }
  if (wanted(set)) return { ...said, state: 'current', because: '' };
  const because = set === null ? 'it serves no such record' : 'it serves other records or another TTL';
  return { ...said, state: 'stale', because };
}

/** What the kernel says when it does not even know where to send: ENETUNREACH and its relatives. */
function hasNoRoute(reading: SrvReading): boolean {
  if (reading.kind !== 'silent' || reading.fault.kind !== 'unreachable') return false;
  return ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(reading.fault.errno);
}

/** The servers that count: without the addresses we have no way to, as long as their host answered on another. */
export function countable(readBacks: readonly ReadBack[]): readonly ReadBack[] {
  return readBacks.filter(
    (one) =>
      !one.noRoute ||
      !readBacks.some((other) => other.host !== null && other.host === one.host && !other.noRoute),
  );
}

async function readSerial(
  net: Net,
  { server }: Authority,
  zone: Fqdn,
  patience: QueryPatience,
): Promise<number | null> {
  const outcome = await query(net, { server, name: zone, type: TYPE.SOA, recurse: false }, patience);
  if (!outcome.ok) return null;
  for (const { owner, rdata } of outcome.value.message.answers) {
    if (owner === zone && rdata.kind === 'SOA') return rdata.serial;
  }
  return null;
}

/** Name servers without a known address, as what they are: silent. */
export function unresolvedReadBacks(view: ZoneView): readonly ReadBack[] {
  return view.unresolved.map(({ host, because }) => ({
    server: null,
    host,
    state: 'silent',
    set: null,
    serial: null,
    noRoute: false,
    because: `its address could not be found: ${because}`,
  }));
}

/** Told after each round of asking: how many servers are not current yet. */
export type WatchProgress = (waiting: readonly ReadBack[]) => void;

/** Pauses between rounds: quick at first, for NOTIFY usually takes under a second. */
const PAUSES_MS = [100, 200, 400, 800] as const;
const LAST_PAUSE_MS = 1000;

/** Rounds after which a server that never said anything is no longer waited for: it does not lag, it is down. */
const SILENT_ROUNDS = 3;

/**
 * Asks all servers again and again until each is current, `waitMs` is over or the run is.
 * Returns the last word of each, in the order of `authorities`.
 */
export async function watch(
  net: Net,
  authorities: readonly Authority[],
  read: (authority: Authority) => Promise<ReadBack>,
  waitMs: number,
  progress: WatchProgress,
): Promise<readonly ReadBack[]> {
  const endMs = net.clockMs() + waitMs;
  const last = await bounded(authorities, 16, read);
  for (let round = 1; ; round++) {
    const waiting = last.flatMap((one, i) => (one.state === 'current' ? [] : [i]));
    const lagging = last.some((one) => one.state === 'stale');
    if (waiting.length === 0 || (!lagging && round >= SILENT_ROUNDS)) return last;
    progress(waiting.map((i) => last[i]!));
    const pauseMs = Math.min(PAUSES_MS[round - 1] ?? LAST_PAUSE_MS, endMs - net.clockMs());
    if (pauseMs <= 0) return last;
    await net.sleep(pauseMs);
    if (net.over() !== undefined) return last;
    await bounded(waiting, 16, async (i) => {
      const newer = await read(authorities[i]!);
      // A server that answered before and is silent now keeps its last word: silence is no news.
      if (newer.state !== 'silent' || last[i]!.state === 'silent') last[i] = newer;
    });
  }
}

/** `ns2.contoso.com (10.0.0.54): it serves no such record`, for explanations. */
export function describeReadBack(one: ReadBack): string {
  const where =
    one.server === null
      ? displayName(one.host!)
      : describeAuthority(
          one.host === null ? { server: one.server } : { server: one.server, host: one.host },
        );
  return `${where}: ${one.because === '' ? one.state : one.because}`;
}
