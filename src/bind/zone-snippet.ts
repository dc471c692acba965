import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import { KmsDnsError } from '../core/errors.ts';
import { DEFAULT_TTL_SECONDS } from '../core/kms.ts';
import { displayName, type Fqdn, isWithin } from '../core/name.ts';
import { fileNameFor, type Rendered, sourceName } from '../core/rendered.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { readZoneText, type ZoneText } from './zone-reader.ts';

/** The domains whose records live in one zone, in order of their names. */
export interface ZoneGroup {
  readonly zone: Fqdn;
  readonly domains: readonly DesiredDomain[];
}

/**
 * One file per zone for `$INCLUDE` in its master file (RFC 1035 §5.1): an SRV line per desired record, absolute names,
 * a TTL on each line. Where the desired state names no zone, the domain itself is taken for one, and a note says so.
 * Throws `generate-impossible` for a domain that is not inside its zone.
 */
export function renderZoneSnippets(state: DesiredState, templates: Templates): Rendered {
  const groups = zoneGroups(state.domains);
  const files = groups.map((group) => {
    const path = fileNameFor('vlmcs', displayName(group.zone), 'inc');
    const lines = group.domains.flatMap(srvLines);
    const header = renderTemplate(templates, 'bind/zone.inc.tmpl', {
      zone: displayName(group.zone),
      records: lines.length,
      source: sourceName(state.file),
      file: path,
    });
    const content = `${header}${lines.map((line) => `${line}\n`).join('')}`;
    const difference = differenceFrom(lines, readZoneText(content, group.zone, path));
    if (difference !== undefined) throw readBackError(templates, 'bind/zone.inc.tmpl', difference);
    return { path, content };
  });
  const notes = state.domains.flatMap((domain) => [...zoneNotes(domain)]);
  return { files, warnings: [], notes };
}

/** Domains by zone, zones and domains in order of their names. Throws `generate-impossible`. */
export function zoneGroups(domains: readonly DesiredDomain[]): readonly ZoneGroup[] {
  const groups = new Map<Fqdn, DesiredDomain[]>();
  for (const domain of [...domains].sort((a, b) => (a.domain < b.domain ? -1 : 1))) {
    const zone = zoneOf(domain);
    if (!isWithin(domain.owner, zone)) {
      throw new KmsDnsError(
        'generate-impossible',
        `domain ${JSON.stringify(displayName(domain.domain))} is not inside its zone ${JSON.stringify(displayName(zone))}`,
        { hint: 'correct "zone" of this domain in the desired state' },
      );
    }
    groups.set(zone, [...(groups.get(zone) ?? []), domain]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, inZone]) => ({ zone, domains: inZone }));
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

/** How a text differs from exactly these SRV lines of {@link srvLines}; undefined when it does not. */
export function differenceFrom(lines: readonly string[], read: ZoneText): string | undefined {
  const [problem] = read.problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const found = read.records.map((record) =>
    record.srv === undefined
      ? `${record.owner} ${record.class} ${record.type}`
      : `${record.owner} ${record.ttlSeconds} ${record.class} SRV ${formatRecord(record.srv)}`,
  );
  const surplus = found.filter((line) => !lines.includes(line));
  const missing = lines.filter((line) => !found.includes(line));
  if (surplus.length > 0) return `it holds ${JSON.stringify(surplus[0])}, which nobody asked for`;
  if (missing.length > 0) return `${JSON.stringify(missing[0])} is missing`;
  return found.length === lines.length ? undefined : 'a record stands in it twice';
}

function* zoneNotes(domain: DesiredDomain): Generator<string> {
  const name = displayName(domain.domain);
  if (domain.zone === undefined) {
    yield `The zone of ${name} is not given: ${name} itself is taken for a zone. If its records belong to a parent zone, say so with "zone:".`;
  }
  if (domain.ttlSeconds === undefined) {
    yield `The TTL of ${name} is not given: its records are written with ${DEFAULT_TTL_SECONDS} s.`;
  }
}
