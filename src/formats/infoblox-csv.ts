import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { domainsByName, ttlOf } from '../core/zone-lines.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { textOption, withDefault } from './option.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { csvField } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'infoblox-csv',
  title: 'CSV import of SRV records',
  product: 'Infoblox NIOS',
  cannot: [
    { of: 'zone', says: 'The zone: NIOS puts each name into the closest zone of the view.' },
    { of: 'stale', says: 'The end of old records: an import with Add only adds them.' },
  ],
};

/** Asterisks mark what NIOS requires; the order of the fields is ours to choose, and the header says it. */
const HEADER = 'header-srvrecord,fqdn*,port*,priority*,target*,weight*,comment,disabled,ttl,view';

/** NIOS 9 CSV Import Reference, "SRV Record": port, priority, target, weight. It has no comments, so notes say the limits. */
export const INFOBLOX_CSV: Format = defineFormat({
  ...ABOUT,
  options: {
    view: withDefault(
      textOption(
        'DNS view',
        'VIEW',
        /^[A-Za-z0-9_.][A-Za-z0-9_. -]*[A-Za-z0-9_.-]$/,
        'a view here has letters, digits, blanks, ".", "_" and "-" only',
      ),
      'default',
    ),
  },
  write(state, { view }) {
    const viewField = csvField(view, 'view');
    const rows = domainsByName(state.domains).flatMap((domain) =>
      canonicalRecords(domain.publish).map(
        ({ priority, weight, port, target }) =>
          `srvrecord,${displayName(domain.owner)},${port},${priority},${displayName(target)},${weight},KMS host,FALSE,${ttlOf(domain)},${viewField}`,
      ),
    );
    return {
      files:
        rows.length === 0 ? [] : [{ path: 'kms.infoblox.csv', content: `${[HEADER, ...rows].join('\n')}\n` }],
      notes: [
        'Import kms.infoblox.csv in Grid Manager: Data Management, DNS, CSV Import, with the action Add.',
        ...ABOUT.cannot.map(({ says }) => `CSV has no comments, so here: ${says}`),
      ],
    };
  },
  read: readInfoblox,
  recognises: (text) => /^"?header-srvrecord"?[,;\t]/im.test(text),
});

/** Reads the rows `srvrecord` by the `header-srvrecord` before them, in whatever order that header has; other objects are left out. */
function readInfoblox(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  let separator = ',';
  let columns: readonly string[] | undefined;
  for (const [i, source] of text.split(/\r\n|\n|\r/).entries()) {
    const place = { file, line: i + 1, column: 1 };
    const header = /^"?header-([a-z0-9]+)"?([,;\t])/i.exec(source);
    if (header !== null) {
      separator = header[2]!;
      // Headers of other objects may stand between this one and its rows: each is for the rows of its own kind.
      if (header[1]!.toLowerCase() === 'srvrecord')
        columns = fieldsOf(source, separator).map((name) => name.toLowerCase().replace(/\*$/, ''));
      continue;
    }
    if (columns === undefined || source.trim() === '') continue;
    const fields = fieldsOf(source, separator);
    if (fields[0]?.toLowerCase() !== 'srvrecord') continue;
    const value = (name: string): string => fields[columns!.indexOf(name)]?.trim() ?? '';
    if (value('disabled').toUpperCase() === 'TRUE') continue;
    const owner = readName(value('fqdn'));
    const read = readSrvFields({
      priority: value('priority'),
      weight: value('weight'),
      port: value('port'),
      target: value('target'),
    });
    const ttlSeconds = readTtlWord(value('ttl'));
    if (!owner.ok)
      problems.push({ ...place, message: `fqdn ${JSON.stringify(value('fqdn'))}: ${owner.problem}` });
    else if (!read.ok) problems.push({ ...place, message: read.problem });
    else if (value('ttl') !== '' && ttlSeconds === undefined)
      problems.push({ ...place, message: `ttl ${JSON.stringify(value('ttl'))} is not a number of seconds` });
    else
      records.push({
        owner: owner.name,
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        record: read.record,
        place,
      });
  }
  return { records, problems };
}

/** Fields of one line, with double quotes as NIOS exports them; a quote inside is doubled. */
function fieldsOf(line: string, separator: string): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    let field = '';
    if (line[at] === '"') {
      at++;
      while (at < line.length && (line[at] !== '"' || line[at + 1] === '"')) {
        field += line[at];
        at += line[at] === '"' ? 2 : 1;
      }
      at++;
    }
    const end = line.indexOf(separator, at);
    field += line.slice(at, end < 0 ? line.length : end);
    fields.push(field);
    if (end < 0) break;
    at = end + 1;
  }
  return fields;
}
