import type { DesiredState } from '../core/desired-state.ts';
import { displayName } from '../core/name.ts';
import { type RenderedFile, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { childZoneFrame, differenceFrom, srvLines } from '../core/zone-lines.ts';
import { readZoneText } from '../core/zone-reader.ts';
import type { ChildZone } from './named-policy.ts';

/**
 * The first master file of a child zone whose apex is `_vlmcs._tcp.<domain>`: SOA, NS, and the records of the desired
 * state, so that clients are served before the first host has published itself.
 */
export function renderChildZone(state: DesiredState, child: ChildZone, templates: Templates): RenderedFile {
  const { domain, nameServer, delegation, path } = child;
  const zone = domain.owner;
  const lines = [...childZoneFrame(domain, nameServer), ...srvLines(domain)];
  const header = renderTemplate(templates, 'bind/child-zone.tmpl', {
    zone: displayName(zone),
    source: sourceName(state.file),
    delegation,
  });
  const content = `${header}${lines.map((line) => `${line}\n`).join('')}`;
  const difference = differenceFrom(lines, readZoneText(content, zone, path));
  if (difference !== undefined) throw readBackError(templates, 'bind/child-zone.tmpl', difference);
  return { path, content };
}
