import type { Problem } from '../core/errors.ts';
import { ROOT, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import { isComputed } from './brace-tree.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { resourceName, resourcesOf } from './terraform.ts';
import { quotedText } from './words.ts';
import { textAt, type YamlEntry } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'terraform-dns',
  title: 'dns_srv_record_set resources',
  product: 'Terraform (hashicorp/dns, RFC 2136)',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.',
    },
  ],
};

/** What the provider takes when nobody says a TTL. */
const PROVIDER_TTL_SECONDS = 3600;

/** hashicorp/dns, `dns_srv_record_set`: names in the zone, targets with their final dot, one `srv` block per record. */
export const TERRAFORM_DNS: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const [first] = groups.flatMap(({ domains }) => domains);
    const head = headComment('#', ABOUT, state, [
      'The provider block (update: server, key_name, key_algorithm, key_secret) is yours, and so is the secret in it.',
      'A set that is published already has to be imported first, under its absolute name:',
      `    terraform import dns_srv_record_set.${resourceName('kms', first?.domain ?? ROOT)} '${first?.owner}' && terraform plan`,
    ]);
    const resources = groups.flatMap(({ zone, domains }) =>
      domains.map((domain) => {
        const name = relativeTo(domain.owner, zone);
        const blocks = canonicalRecords(domain.publish).map(
          ({ priority, weight, port, target }) =>
            `\n  srv {\n    priority = ${priority}\n    weight   = ${weight}\n    port     = ${port}\n    target   = ${quotedText(target, 'target')}\n  }\n`,
        );
        const apex = name === '@';
        return `\nresource "dns_srv_record_set" ${quotedText(resourceName('kms', domain.domain), 'name')} {\n  zone = ${quotedText(zone, 'zone')}\n${apex ? '' : `  name = ${quotedText(name, 'name')}\n`}  ttl  = ${ttlOf(domain)}\n${blocks.join('')}}\n`;
      }),
    );
    return {
      files: resources.length === 0 ? [] : [{ path: 'kms.dns.tf', content: `${head}${resources.join('')}` }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readDnsSets,
  recognises: (text) => /^[ \t]*resource[ \t]+"dns_srv_record_set"/m.test(text),
});

function readDnsSets(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const resource of resourcesOf('dns_srv_record_set', text, file)) readSet(resource, records, problems);
  return { records, problems };
}

function readSet({ value, place }: YamlEntry, records: ReadRecord[], problems: Problem[]): void {
  const zoneText = textAt(value, 'zone') ?? '';
  const name = textAt(value, 'name') ?? '@';
  const ttl = textAt(value, 'ttl');
  const ttlSeconds = ttl === undefined ? PROVIDER_TTL_SECONDS : readTtlWord(ttl);
  const zone = readName(zoneText);
  const owner = zone.ok ? readRelativeName(name, zone.name) : zone;
  const wrong = (at: ReadRecord['place'], message: string): void => {
    problems.push({ ...at, message });
  };
  if (isComputed(zoneText) || isComputed(name)) wrong(place, 'zone or name is computed');
  else if (!owner.ok)
    wrong(place, `${JSON.stringify(name)} in the zone ${JSON.stringify(zoneText)}: ${owner.problem}`);
  else if (ttlSeconds === undefined) wrong(place, `ttl ${JSON.stringify(ttl)} is not a number of seconds`);
  else if (value.kind === 'map')
    for (const { key, value: block, place: at } of value.entries) {
      if (key !== 'srv') continue;
      const read = readSrvFields({
        priority: textAt(block, 'priority') ?? '',
        weight: textAt(block, 'weight') ?? '',
        port: textAt(block, 'port') ?? '',
        target: textAt(block, 'target') ?? '',
      });
      if (!read.ok) wrong(at, read.problem);
      else if (isComputed(read.record.target)) wrong(at, 'the target is computed');
      else records.push({ owner: owner.name, ttlSeconds, record: read.record, place: at });
    }
}
