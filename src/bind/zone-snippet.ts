import type { DesiredState } from '../core/desired-state.ts';
import { displayName } from '../core/name.ts';
import { fileNameFor, type Rendered, sourceName } from '../core/rendered.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { differenceFrom, srvLines, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readZoneText } from '../core/zone-reader.ts';

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
