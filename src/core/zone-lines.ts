import type { DesiredDomain } from './desired-state.ts';
import { KmsDnsError } from './errors.ts';
import { DEFAULT_TTL_SECONDS } from './kms.ts';
import { displayName, type Fqdn, isWithin, joinName } from './name.ts';
import { canonicalRecords, formatRecord } from './srv.ts';
import type { ZoneText } from './zone-reader.ts';

// The desired state as lines of a master file: what BIND, NSD, Knot and CoreDNS all read.

/** The domains whose records live in one zone, in order of their names. */
export interface ZoneGroup {
  readonly zone: Fqdn;
  readonly domains: readonly DesiredDomain[];
}

/** Domains by zone, zones and domains in order of their names. Throws `generate-impossible`. */
export function zoneGroups(domains: readonly DesiredDomain[]): readonly ZoneGroup[] {
  const groups = new Map<Fqdn, DesiredDomain[]>();
  for (const domain of domainsByName(domains)) {
    const zone = zoneOf(domain);
    if (!isWithin(domain.owner, zone)) {
      throw new KmsDnsError(
        'generate-impossible',
        `domain ${JSON.stringify(displayName(domain.domain))} is not inside its zone ${JSON.stringify(displayName(zone))}`,
        { hint: 'correct "zone" of this domain in the desired state' },
      );
    }
    const inZone = groups.get(zone);
    if (inZone === undefined) groups.set(zone, [domain]);
    else inZone.push(domain);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, inZone]) => ({ zone, domains: inZone }));
}

/** In order of their names: what is written must not depend on the order in which somebody wrote it down. */
export function domainsByName(domains: readonly DesiredDomain[]): readonly DesiredDomain[] {
  return [...domains].sort((a, b) => (a.domain < b.domain ? -1 : 1));
}

/** A name as it is written inside its zone: without the zone and the dot before it; `@` for the zone itself. */
export function relativeTo(name: Fqdn, zone: Fqdn): string {
  if (name === zone) return '@';
  return zone === '.' ? name.slice(0, -1) : name.slice(0, -(zone.length + 1));
}

/** The zone a domain's records go to: the named one, else the domain itself. */
export function zoneOf(domain: DesiredDomain): Fqdn {
  return domain.zone ?? domain.domain;
}

/** The TTL a domain's records are written with when nobody can look at the live set. */
export function ttlOf(domain: DesiredDomain): number {
  return domain.ttlSeconds ?? DEFAULT_TTL_SECONDS;
}

/** Master-file lines of one domain, absolute names, canonical order. */
export function srvLines(domain: DesiredDomain): readonly string[] {
  return canonicalRecords(domain.publish).map(
    (record) => `${domain.owner} ${ttlOf(domain)} IN SRV ${formatRecord(record)}`,
  );
}

/** Seconds: refresh, retry, expire and negative TTL as RIPE-203 recommends for small, stable zones; the last one short. */
const SOA_TIMES = '1 86400 7200 3600000 300';

/** SOA and NS of a zone of its own whose apex is `_vlmcs._tcp.<domain>`. */
export function childZoneFrame({ owner, domain }: DesiredDomain, nameServer: Fqdn): readonly string[] {
  return [
    `${owner} 3600 IN SOA ${nameServer} ${joinName('hostmaster', domain)} ${SOA_TIMES}`,
    `${owner} 3600 IN NS ${nameServer}`,
  ];
}

/** How a text differs from exactly these lines, each written as {@link srvLines} does; undefined when it does not. */
export function differenceFrom(lines: readonly string[], read: ZoneText): string | undefined {
  const [problem] = read.problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const found = read.records.map(
    (record) =>
      `${record.owner} ${record.ttlSeconds} ${record.class} ${record.type} ${
        record.srv === undefined
          ? record.fields.map((field) => field.text).join(' ')
          : formatRecord(record.srv)
      }`,
  );
  const wanted = new Set(lines);
  const surplus = found.find((line) => !wanted.has(line));
  if (surplus !== undefined) return `it holds ${JSON.stringify(surplus)}, which nobody asked for`;
  const written = new Set(found);
  const missing = lines.find((line) => !written.has(line));
  if (missing !== undefined) return `${JSON.stringify(missing)} is missing`;
  return found.length === lines.length ? undefined : 'a record stands in it twice';
}

/** What a desired state leaves to a guess when nobody asks DNS: the zone and the TTL of a domain. */
export function* zoneNotes(domain: DesiredDomain): Generator<string> {
  const name = displayName(domain.domain);
  if (domain.zone === undefined) {
    yield `The zone of ${name} is not given: ${name} itself is taken for a zone. If its records belong to a parent zone, say so with "zone:".`;
  }
  if (domain.ttlSeconds === undefined) {
    yield `The TTL of ${name} is not given: its records are written with ${DEFAULT_TTL_SECONDS} s.`;
  }
}
