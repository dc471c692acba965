import type { Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import { azureNotes } from './azure-limits.ts';
import { isComputed, readBraceTree } from './brace-tree.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { textAt, valueAt, type YamlTree } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'azure-bicep',
  title: 'Bicep for public or private zones',
  product: 'Azure DNS',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: a deployment puts a whole set in place of the one that is there.',
    },
  ],
};

/** The schemas of the two resource providers spell the same two properties in two ways. */
const SCOPES = {
  public: { zone: 'dnsZones', version: '2018-05-01', ttl: 'TTL', records: 'SRVRecords' },
  private: { zone: 'privateDnsZones', version: '2020-06-01', ttl: 'ttl', records: 'srvRecords' },
} as const;

/** Azure Resource Manager, "Template limits". */
const MAX_RESOURCES = 800;

/** One module per zone, which must be there; one SRV resource per domain. */
export const AZURE_BICEP: Format = defineFormat({
  ...ABOUT,
  options: { scope: choiceOption('which kind of zone', ['public', 'private']) },
  write(state, { scope }) {
    const { zone: zoneType, version, ttl, records } = SCOPES[scope];
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const files = groups.map(({ zone, domains }) => {
      const path = fileNameFor('kms', displayName(zone), 'bicep');
      const head = headComment('//', ABOUT, state, [
        'Look first, in the resource group of the zone:',
        `    az deployment group what-if --resource-group NAME --template-file ${path}`,
      ]);
      const parent = `resource zone 'Microsoft.Network/${zoneType}@${version}' existing = {\n  name: '${displayName(zone)}'\n}\n`;
      const sets = domains.map((domain, i) => {
        const values = canonicalRecords(domain.publish).map(
          ({ priority, weight, port, target }) =>
            `      {\n        priority: ${priority}\n        weight: ${weight}\n        port: ${port}\n        target: '${displayName(target)}'\n      }\n`,
        );
        return `\nresource kms${i + 1} 'Microsoft.Network/${zoneType}/SRV@${version}' = {\n  parent: zone\n  name: '${relativeTo(domain.owner, zone)}'\n  properties: {\n    ${ttl}: ${ttlOf(domain)}\n    ${records}: [\n${values.join('')}    ]\n  }\n}\n`;
      });
      return { path, content: `${head}\n${parent}${sets.join('')}` };
    });
    return {
      files,
      notes: [
        ...azureNotes(state),
        ...groups
          .filter(({ domains }) => domains.length >= MAX_RESOURCES)
          .map(
            ({ zone, domains }) =>
              `The module for ${displayName(zone)} has ${domains.length} sets; one deployment takes ${MAX_RESOURCES} resources.`,
          ),
        ...state.domains.flatMap((domain) => [...zoneNotes(domain)]),
      ],
    };
  },
  read: readBicep,
  recognises: (text) => /'Microsoft\.Network\/(private)?dnsZones\/SRV@/i.test(text),
});

/** Reads SRV resources with plain values; the zone is the parent's name or stands before the slash of the name. */
function readBicep(text: string, file: string): FormatReading {
  const root = readBraceTree(text, file);
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  if (root.kind !== 'map') return { records, problems };
  const zones = new Map<string, string>();
  for (const { key, value } of root.entries) {
    const zone = /^resource (\S+) Microsoft\.Network\/(?:private)?dnsZones@\S+(?: existing)?$/i.exec(key);
    if (zone !== null) zones.set(zone[1]!, textAt(value, 'name') ?? '');
  }
  for (const { key, value, place } of root.entries) {
    const type = /^resource \S+ Microsoft\.Network\/(private)?dnsZones\/SRV@\S+$/i.exec(key);
    if (type === null) continue;
    const owner = ownerOf(value, zones);
    if (typeof owner === 'object') problems.push({ ...place, message: owner.problem });
    else {
      const scope = type[1] === undefined ? 'public' : 'private';
      readSet({ ...value, place }, SCOPES[scope], owner, records, problems);
    }
  }
  return { records, problems };
}

function ownerOf(set: YamlTree, zones: ReadonlyMap<string, string>): Fqdn | { readonly problem: string } {
  const name = textAt(set, 'name') ?? '';
  const parent = /^\$\{(\S+)\}$/.exec(textAt(set, 'parent') ?? '')?.[1];
  const slash = name.indexOf('/');
  const zoneText = parent === undefined ? name.slice(0, Math.max(slash, 0)) : (zones.get(parent) ?? '');
  const relative = parent === undefined ? name.slice(slash + 1) : name;
  if (isComputed(zoneText) || isComputed(relative))
    return { problem: `the name ${JSON.stringify(name)} is computed` };
  const zone = readName(zoneText);
  const owner = zone.ok ? readRelativeName(relative, zone.name) : zone;
  return owner.ok
    ? owner.name
    : { problem: `${JSON.stringify(relative)} in the zone ${JSON.stringify(zoneText)}: ${owner.problem}` };
}

function readSet(
  set: YamlTree,
  { ttl, records: list }: (typeof SCOPES)[keyof typeof SCOPES],
  owner: Fqdn,
  records: ReadRecord[],
  problems: Problem[],
): void {
  const properties = valueAt(set, 'properties');
  const ttlText = textAt(properties, ttl) ?? '';
  const ttlSeconds = readTtlWord(ttlText);
  const values = valueAt(properties, list);
  if (ttlSeconds === undefined || values?.kind !== 'list') {
    const missing = ttlSeconds === undefined ? ttl : list;
    problems.push({
      ...set.place,
      message: `${missing} is missing or no plain value; this kind of zone spells it so`,
    });
    return;
  }
  for (const value of values.items) {
    const read = readSrvFields({
      priority: textAt(value, 'priority') ?? '',
      weight: textAt(value, 'weight') ?? '',
      port: textAt(value, 'port') ?? '',
      target: textAt(value, 'target') ?? '',
    });
    if (read.ok && isComputed(read.record.target))
      problems.push({
        ...value.place,
        message: `the target ${JSON.stringify(read.record.target)} is computed`,
      });
    else if (read.ok) records.push({ owner, ttlSeconds, record: read.record, place: value.place });
    else problems.push({ ...value.place, message: read.problem });
  }
}
