import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import { domainName, hostName } from '../core/desired-state-words.ts';
import type { Problem } from '../core/errors.ts';
import { KMS_SERVICE, kmsOwnerName } from '../core/kms.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { type SrvRecord, sameRecord, sameTarget } from '../core/srv.ts';
import type { Place } from '../core/yaml-text.ts';
import type { FormatReading, ReadRecord } from './format.ts';

/** A desired state made from what files say. */
export interface FilesImport {
  readonly state: DesiredState;
  /** What could not be taken over, each with its place: the state lacks it. */
  readonly problems: readonly Problem[];
  /** What was taken over, but not as it stands there. */
  readonly remarks: readonly Problem[];
  /** How many SRV records of other services the files hold. */
  readonly otherServices: number;
}

/**
 * The desired state that publishes the KMS records of these readings; with `only`, those of some domains. Zones,
 * servers and keys are not in such files and stay open. Reading the state back takes every value of it.
 */
export function stateFromReadings(
  readings: readonly FormatReading[],
  only: readonly Fqdn[] = [],
): FilesImport {
  const problems: Problem[] = readings.flatMap((reading) => reading.problems);
  const remarks: Problem[] = [];
  const sets = new Map<Fqdn, DomainSet>();
  let otherServices = 0;
  for (const found of readings.flatMap(({ records }) => records)) {
    const domain = domainOf(found);
    if (domain === undefined) {
      otherServices++;
      continue;
    }
    if (typeof domain === 'string') {
      problems.push({ ...found.place, message: domain });
      continue;
    }
    if (only.length > 0 && !only.includes(domain.name)) continue;
    const set = sets.get(domain.name) ?? { publish: [], ttlSeconds: undefined, place: found.place };
    sets.set(domain.name, set);
    const problem = addTo(set, found, remarks);
    if (problem !== undefined) problems.push({ ...found.place, message: problem });
  }
  const domains = [...sets]
    .filter(([, { publish }]) => publish.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([domain, { publish, ttlSeconds, place }]): DesiredDomain => ({
        domain,
        owner: kmsOwnerName(domain),
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        policy: 'additive',
        publish,
        place,
      }),
    );
  const state: DesiredState = { file: 'import', keys: {}, servers: {}, hosts: [], domains, findings: [] };
  return { state, problems, remarks, otherServices };
}

interface DomainSet {
  readonly publish: SrvRecord[];
  ttlSeconds: number | undefined;
  readonly place: Place;
}

const DOMAIN = domainName('');
const HOST = hostName('');

/** The domain whose clients ask for this record; undefined for another service, a text for what is no domain. */
function domainOf({ owner }: ReadRecord): { readonly name: Fqdn } | string | undefined {
  if (owner === `${KMS_SERVICE}.`)
    return `${JSON.stringify(displayName(owner))} has no domain behind it, and no client asks for it`;
  if (!owner.startsWith(`${KMS_SERVICE}.`)) return undefined;
  const text = owner.slice(KMS_SERVICE.length + 1);
  const read = DOMAIN.read(text);
  return 'value' in read ? { name: read.value } : `domain ${JSON.stringify(text)}: ${read.problem}`;
}

/** Takes a record into its set; the reason when a desired state cannot have it. */
function addTo(
  set: DomainSet,
  { record, ttlSeconds, place }: ReadRecord,
  remarks: Problem[],
): string | undefined {
  const target =
    record.target === '.' ? { problem: 'it says that there is no KMS host' } : HOST.read(record.target);
  if ('problem' in target) return `target ${JSON.stringify(displayName(record.target))}: ${target.problem}`;
  if (record.port === 0) return 'port 0: no client can connect to it';
  const same = set.publish.find((one) => sameTarget(one, record));
  if (same === undefined) set.publish.push(record);
  else if (!sameRecord(same, record))
    return `${displayName(record.target)}:${record.port} stands here a second time, with another priority or weight`;
  if (ttlSeconds === undefined) return undefined;
  // RFC 2181 §5.2: one TTL for a set; where a file says several, servers take the lowest.
  if (set.ttlSeconds !== undefined && set.ttlSeconds !== ttlSeconds)
    remarks.push({
      ...place,
      message: `TTL ${ttlSeconds} beside ${set.ttlSeconds} in one set: the lower one is taken`,
    });
  set.ttlSeconds = Math.min(set.ttlSeconds ?? ttlSeconds, ttlSeconds);
  return undefined;
}
