import type { DesiredState } from '../core/desired-state.ts';
import { displayName } from '../core/name.ts';
import { type RenderedFile, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import type { ChildZone } from './named-policy.ts';
import { readZoneText } from './zone-reader.ts';
import { differenceFrom, srvLines } from './zone-snippet.ts';

/** Seconds: refresh, retry, expire and negative TTL as RIPE-203 recommends for small, stable zones; the last one short. */
const SOA_TIMES = '1 86400 7200 3600000 300';

/**
 * The first master file of a child zone whose apex is `_vlmcs._tcp.<domain>`: SOA, NS, and the records of the desired
 * state, so that clients are served before the first host has published itself.
 */
export function renderChildZone(state: DesiredState, child: ChildZone, templates: Templates): RenderedFile {
  const { domain, nameServer, delegation, path } = child;
  const zone = domain.owner;
  const frame = [
    `${zone} 3600 IN SOA ${nameServer} hostmaster.${domain.domain} ${SOA_TIMES}`,
    `${zone} 3600 IN NS ${nameServer}`,
  ];
  const srv = srvLines(domain);
  const header = renderTemplate(templates, 'bind/child-zone.tmpl', {
    zone: displayName(zone),
    source: sourceName(state.file),
    delegation,
  });
  const content = `${header}${[...frame, ...srv].map((line) => `${line}\n`).join('')}`;
  const read = readZoneText(content, zone, path);
  const records = read.records.filter((record) => {
    const line = `${record.owner} ${record.ttlSeconds} IN ${record.type} ${record.fields.map((f) => f.text).join(' ')}`;
    return record.type === 'SRV' || !frame.includes(line);
  });
  const frameFound = read.records.length - records.length === frame.length;
  const difference = frameFound
    ? differenceFrom(srv, { records, problems: read.problems })
    : 'its SOA or NS record is missing';
  if (difference !== undefined) throw readBackError(templates, 'bind/child-zone.tmpl', difference);
  return { path, content };
}
