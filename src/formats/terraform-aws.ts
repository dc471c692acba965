import type { Problem } from '../core/errors.ts';
import { displayName, ROOT, readName } from '../core/name.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { isComputed } from './brace-tree.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { readSrvText, readTtlWord } from './srv-fields.ts';
import { resourceName, resourcesOf } from './terraform.ts';
import { quotedText } from './words.ts';
import { textAt, valueAt, type YamlEntry } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'terraform-aws',
  title: 'aws_route53_record resources',
  product: 'Terraform (hashicorp/aws, Route 53)',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.',
    },
  ],
};

/** hashicorp/aws, `aws_route53_record`: one resource per set, one text per record, as in a master file. */
export const TERRAFORM_AWS: Format = defineFormat({
  ...ABOUT,
  options: { scope: choiceOption('which kind of hosted zone', ['public', 'private']) },
  write(state, { scope }) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const [first] = groups.flatMap(({ domains }) => domains);
    const head = headComment('#', ABOUT, state, [
      'The provider block is yours. A set that is published already has to be imported first:',
      `    terraform import aws_route53_record.${resourceName('kms', first?.domain ?? ROOT)} ZONEID_${displayName(first?.owner ?? ROOT)}_SRV && terraform plan`,
      'A text in records is priority, weight, port, target.',
    ]);
    const blocks = groups.flatMap(({ zone, domains }) => {
      const data = resourceName('zone', zone);
      const lookup = `\ndata "aws_route53_zone" ${quotedText(data, 'name')} {\n  name         = ${quotedText(zone, 'zone')}\n  private_zone = ${scope === 'private'}\n}\n`;
      const sets = domains.map((domain) => {
        const values = canonicalRecords(domain.publish).map(
          (record) => `    ${quotedText(formatRecord(record), 'record')},\n`,
        );
        return `\nresource "aws_route53_record" ${quotedText(resourceName('kms', domain.domain), 'name')} {\n  zone_id = data.aws_route53_zone.${data}.zone_id\n  name    = ${quotedText(displayName(domain.owner), 'name')}\n  type    = "SRV"\n  ttl     = ${ttlOf(domain)}\n  records = [\n${values.join('')}  ]\n}\n`;
      });
      return [lookup, ...sets];
    });
    return {
      files: blocks.length === 0 ? [] : [{ path: 'kms.route53.tf', content: `${head}${blocks.join('')}` }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readAwsSets,
  recognises: (text) => /^[ \t]*resource[ \t]+"aws_route53_record"/m.test(text) && /=[ \t]*"SRV"/.test(text),
});

function readAwsSets(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const resource of resourcesOf('aws_route53_record', text, file)) readSet(resource, records, problems);
  return { records, problems };
}

function readSet({ value, place }: YamlEntry, records: ReadRecord[], problems: Problem[]): void {
  if (textAt(value, 'type') !== 'SRV') return;
  const name = textAt(value, 'name') ?? '';
  const owner = readName(name);
  const ttl = textAt(value, 'ttl') ?? '';
  const ttlSeconds = readTtlWord(ttl);
  const values = valueAt(value, 'records');
  const wrong = (at: ReadRecord['place'], message: string): void => {
    problems.push({ ...at, message });
  };
  if (isComputed(name)) wrong(place, `the name ${JSON.stringify(name)} is computed`);
  else if (!owner.ok) wrong(place, `name ${JSON.stringify(name)}: ${owner.problem}`);
  else if (ttlSeconds === undefined) wrong(place, `ttl ${JSON.stringify(ttl)} is not a number of seconds`);
  else if (values?.kind !== 'list') wrong(place, 'records is no list of texts');
  else
    for (const item of values.items) {
      const given = item.kind === 'scalar' ? item.text : '';
      const read = readSrvText(given);
      if (isComputed(given)) wrong(item.place, `the record ${JSON.stringify(given)} is computed`);
      else if (!read.ok) wrong(item.place, read.problem);
      else records.push({ owner: owner.name, ttlSeconds, record: read.record, place: item.place });
    }
}
