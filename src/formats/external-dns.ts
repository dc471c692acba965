import { createHash } from 'node:crypto';
import { KmsDnsError, type Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { ttlOf, zoneGroups } from '../core/zone-lines.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { textOption } from './option.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { quotedText } from './words.ts';
import { readYamlTrees, textAt, valueAt, type YamlTree } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'external-dns',
  title: 'DNSEndpoint resources',
  product: 'ExternalDNS (Kubernetes)',
  joins: true,
  cannot: [
    { of: 'zone', says: 'The zone: ExternalDNS takes the longest one of its provider that fits the name.' },
    {
      of: 'unlisted',
      says: 'Records of other hosts: ExternalDNS owns a whole set or leaves it alone, and leaves sets that others made.',
    },
  ],
};

const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `maxItems` of the resource definition (dnsendpoints.externaldns.k8s.io, v1alpha1): endpoints, and targets of each. */
const MAX_ITEMS = 1000;

/** The CRD source of ExternalDNS: one DNSEndpoint per zone, several for a very large one, one endpoint per owner name. */
export const EXTERNAL_DNS: Format = defineFormat({
  ...ABOUT,
  options: {
    namespace: textOption(
      'namespace of the resource; default none, so that kubectl says it',
      'NAMESPACE',
      NAMESPACE,
      'a namespace has lower-case letters, digits and inner hyphens, 63 at most',
    ),
  },
  write(state, { namespace }) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const parts = groups.flatMap(({ zone, domains }) => {
      const count = Math.ceil(domains.length / MAX_ITEMS);
      return Array.from({ length: count }, (_, i) => ({
        zone,
        part: count === 1 ? '' : String(i + 1),
        domains: domains.slice(i * MAX_ITEMS, (i + 1) * MAX_ITEMS),
      }));
    });
    const files = parts.map(({ zone, part, domains }) => {
      const path = fileNameFor('kms', `${displayName(zone)}${part && `.${part}`}`, 'dnsendpoint.yaml');
      const head = headComment('#', ABOUT, state, [
        'ExternalDNS must watch this kind and manage this type, beside those that it has:',
        '    --source=crd --managed-record-types=SRV',
        `    kubectl apply -f ${path}`,
        'Not every provider of ExternalDNS keeps SRV: rfc2136 adds such records and never reads them back, so it adds them again at each turn and takes none away (use kmsdns apply there).',
        'A target is priority, weight, port, name with its final dot. Versions from before May 2026 may skip it for that dot, with a warning (kubernetes-sigs/external-dns issue 6357).',
      ]);
      const endpoints = domains.map((domain) => {
        if (domain.publish.length > MAX_ITEMS)
          throw new KmsDnsError(
            'generate-impossible',
            `${displayName(domain.domain)} has ${domain.publish.length} KMS hosts; a DNSEndpoint takes ${MAX_ITEMS}`,
            { hint: 'publish fewer hosts in this domain' },
          );
        const targets = canonicalRecords(domain.publish).map(
          (record) => `        - ${quotedText(formatRecord(record), 'target')}\n`,
        );
        return [
          `    - dnsName: ${quotedText(displayName(domain.owner), 'name')}\n`,
          `      recordTTL: ${ttlOf(domain)}\n`,
          '      recordType: SRV\n',
          `      targets:\n${targets.join('')}`,
        ].join('');
      });
      const metadata = [
        `  name: ${quotedText(resourceName(zone, part), 'name')}\n`,
        ...(namespace === undefined ? [] : [`  namespace: ${quotedText(namespace, 'namespace')}\n`]),
      ];
      const content = `${head}---\napiVersion: externaldns.k8s.io/v1alpha1\nkind: DNSEndpoint\nmetadata:\n${metadata.join('')}spec:\n  endpoints:\n${endpoints.join('')}`;
      return { path, content };
    });
    const unsaid = state.domains.filter(({ ttlSeconds, publish }) => ttlSeconds === 0 && publish.length > 0);
    return {
      files,
      notes: unsaid.map(
        ({ domain }) =>
          `${displayName(domain)} has TTL 0, which ExternalDNS takes for none: its provider's own comes out.`,
      ),
    };
  },
  read: readEndpoints,
  recognises: (text) => /^kind:[ \t]*["']?DNSEndpoint\b/m.test(text) && /\bSRV\b/.test(text),
});

/** Names of resources are RFC 1123 subdomains (Kubernetes, "Object Names"); a zone that is none gets a number. */
function resourceName(zone: Fqdn, part: string): string {
  const name = `kms${part}-${displayName(zone)}`;
  if (name.length <= 253 && name.split('.').every((label) => NAMESPACE.test(label))) return name;
  return `kms${part}-${createHash('sha256').update(zone).digest('hex').slice(0, 16)}`;
}

function readEndpoints(text: string, file: string): FormatReading {
  const { documents, problems: broken } = readYamlTrees(text, file);
  const problems: Problem[] = [...broken];
  const records: ReadRecord[] = [];
  const resources = documents.flatMap((document) => {
    const items = textAt(document, 'kind') === 'List' ? valueAt(document, 'items') : undefined;
    return items?.kind === 'list' ? items.items : [document];
  });
  for (const resource of resources) {
    if (textAt(resource, 'kind') !== 'DNSEndpoint') continue;
    const endpoints = valueAt(valueAt(resource, 'spec'), 'endpoints');
    for (const endpoint of endpoints?.kind === 'list' ? endpoints.items : [])
      readEndpoint(endpoint, records, problems);
  }
  return { records, problems };
}

function readEndpoint(endpoint: YamlTree, records: ReadRecord[], problems: Problem[]): void {
  if (textAt(endpoint, 'recordType')?.toUpperCase() !== 'SRV') return;
  const wrong = (place: YamlTree['place'], message: string): void => {
    problems.push({ ...place, message });
  };
  const dnsName = textAt(endpoint, 'dnsName') ?? '';
  const owner = readName(dnsName);
  const ttl = textAt(endpoint, 'recordTTL');
  const ttlSeconds = ttl === undefined ? undefined : readTtlWord(ttl);
  if (!owner.ok) {
    wrong(endpoint.place, `dnsName ${JSON.stringify(dnsName)}: ${owner.problem}`);
    return;
  }
  if (ttl !== undefined && ttlSeconds === undefined) {
    wrong(endpoint.place, `recordTTL ${JSON.stringify(ttl)} is not a number of seconds`);
    return;
  }
  const targets = valueAt(endpoint, 'targets');
  for (const target of targets?.kind === 'list' ? targets.items : []) {
    const value = target.kind === 'scalar' ? target.text : '';
    const [priority = '', weight = '', port = '', name = '', ...more] = value.trim().split(/[ \t]+/);
    const read = readSrvFields({ priority, weight, port, target: name });
    if (!read.ok) wrong(target.place, read.problem);
    else if (more.length > 0) wrong(target.place, 'SRV takes priority, weight, port and name, and no more');
    else
      records.push({
        owner: owner.name,
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        record: read.record,
        place: target.place,
      });
  }
}
