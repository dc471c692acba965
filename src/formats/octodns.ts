import type { Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { quotedText } from './words.ts';
import { readYamlTrees, textAt, valueAt, type YamlEntry, type YamlTree } from './yaml-tree.ts';
import { zoneOfFileName } from './zone-text.ts';

const ABOUT: FormatAbout = {
  id: 'octodns',
  title: 'zone YAML',
  product: 'octoDNS',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: octoDNS deletes what the zone holds and its file does not.',
    },
  ],
};

/** What octoDNS takes when a record says no ttl. */
const OCTODNS_TTL_SECONDS = 3600;

/** The YAML provider of octoDNS: one file per zone, keys in order and relative to the zone. */
export const OCTODNS: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const files = groups.map(({ zone, domains }) => {
      const head = headComment('#', ABOUT, state, [
        `Zone: ${zone}`,
        `Take these keys over into the file ${displayName(zone)}.yaml that octoDNS has for the zone, in its order of keys; this file alone would take everything else out of the zone. Look first:`,
        '    octodns-sync --config-file=config.yaml',
      ]);
      const records = domains
        .map((domain) => ({ domain, key: recordKey(domain.owner, zone) }))
        .sort((a, b) => naturalOrder(a.key, b.key))
        .map(({ domain, key }) => {
          const values = canonicalRecords(domain.publish).map(
            ({ priority, weight, port, target }) =>
              `  - priority: ${priority}\n    weight: ${weight}\n    port: ${port}\n    target: ${quotedText(target, 'target')}\n`,
          );
          return `${quotedText(key, 'name')}:\n  type: SRV\n  ttl: ${ttlOf(domain)}\n  values:\n${values.join('')}`;
        });
      return {
        path: fileNameFor('', displayName(zone), 'yaml'),
        content: `${head}---\n${records.join('')}`,
      };
    });
    return { files, notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]) };
  },
  read: readOctodns,
  recognises: (text) =>
    /^[ \t]*(- )?["']?type["']?:[ \t]*["']?SRV["']?[ \t]*(#.*)?$/m.test(text) &&
    /^[ \t]*values?:/m.test(text) &&
    !/^kind:/m.test(text) &&
    !/\bnsupdate:/.test(text),
});

/** octoDNS names the apex with an empty key. */
function recordKey(owner: Fqdn, zone: Fqdn): string {
  return owner === zone ? '' : relativeTo(owner, zone);
}

/** The order that octoDNS enforces unless told otherwise: numbers inside names by their value. */
function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/(\d+)/)) as [string[], string[]];
  for (const [i, part] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    const difference = i % 2 === 1 ? Number(part) - Number(other) : part < other ? -1 : part > other ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The zone is in our comment, a long one in its next line, or, as octoDNS has it, in the name of the file. */
function readOctodns(text: string, file: string): FormatReading {
  const { documents, problems: broken } = readYamlTrees(text, file);
  const problems: Problem[] = [...broken];
  const records: ReadRecord[] = [];
  const said = readName(/^# Zone:(?: |\r?\n# )(\S+)$/m.exec(text)?.[1] ?? '');
  const zone = said.ok ? said.name : zoneOfFileName(file);
  for (const document of documents) {
    if (document.kind !== 'map') problems.push({ ...document.place, message: 'no map of records' });
    else for (const entry of document.entries) readEntry(entry, zone, records, problems);
  }
  return { records, problems };
}

function readEntry(
  { key, value, place }: YamlEntry,
  zone: Fqdn | undefined,
  records: ReadRecord[],
  problems: Problem[],
): void {
  const all = value.kind === 'list' ? value.items : [value];
  for (const one of all) {
    if (textAt(one, 'type')?.toUpperCase() !== 'SRV') continue;
    const owner = zone && readRelativeName(key === '' ? '@' : key, zone);
    if (!owner?.ok) {
      const message = owner?.problem ?? 'of which zone? The file must be called ZONE.yaml';
      problems.push({ ...place, message: `${JSON.stringify(key)}: ${message}` });
      continue;
    }
    const ttl = textAt(one, 'ttl');
    const ttlSeconds = ttl === undefined ? OCTODNS_TTL_SECONDS : readTtlWord(ttl);
    if (ttlSeconds === undefined) {
      problems.push({ ...place, message: `ttl ${JSON.stringify(ttl)} is not a number of seconds` });
      continue;
    }
    for (const set of valuesOf(one)) {
      const read = readSrvFields({
        priority: textAt(set, 'priority') ?? '',
        weight: textAt(set, 'weight') ?? '',
        port: textAt(set, 'port') ?? '',
        target: textAt(set, 'target') ?? '',
      });
      if (read.ok) records.push({ owner: owner.name, ttlSeconds, record: read.record, place: set.place });
      else problems.push({ ...set.place, message: read.problem });
    }
  }
}

function valuesOf(record: YamlTree): readonly YamlTree[] {
  const values = valueAt(record, 'values') ?? valueAt(record, 'value');
  if (values === undefined) return [];
  return values.kind === 'list' ? values.items : [values];
}
