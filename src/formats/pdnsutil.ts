import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
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
import { shellCommands } from './shell-words.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { shellWord } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'pdnsutil',
  title: 'pdnsutil commands',
  product: 'PowerDNS Authoritative Server',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: replace-rrset puts the listed ones in the place of the whole set.',
    },
  ],
};

/** pdnsutil(1) of 4.x: one `replace-rrset` per owner name, so that a second run changes nothing. */
export const PDNSUTIL: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const groups = zoneGroups(state.domains);
    const head = headComment('#', ABOUT, state, [
      'Run it on the server, as a user who may write its database; it stops at the first command that fails:',
      '    sh kms.pdnsutil.sh',
      'It works on any backend that keeps records in a database; a zone of the bind backend is its file instead.',
      'These are the words of 4.x; version 5.0 puts the object first (pdnsutil rrset replace, pdnsutil zone check).',
      'The value in quotes is priority, weight, port, target.',
    ]);
    const lines = groups.flatMap(({ zone, domains }) => {
      const zoneWord = shellWord(displayName(zone), 'zone');
      const sets = domains
        .filter(({ publish }) => publish.length > 0)
        .map((domain) => {
          const contents = canonicalRecords(domain.publish).map((record) =>
            shellWord(formatRecord(record), 'record'),
          );
          const name = shellWord(relativeTo(domain.owner, zone), 'name');
          return `pdnsutil replace-rrset ${zoneWord} ${name} SRV ${ttlOf(domain)} ${contents.join(' ')}`;
        });
      if (sets.length === 0) return [];
      const after = ['rectify-zone', 'increase-serial', 'check-zone'];
      return [...sets, ...after.map((command) => `pdnsutil ${command} ${zoneWord}`)];
    });
    const content = `${head}\nset -eu\n${lines.map((line) => `${line}\n`).join('')}`;
    return {
      files: lines.length === 0 ? [] : [{ path: 'kms.pdnsutil.sh', content }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readPdnsutil,
  recognises: (text) =>
    /^[ \t]*pdnsutil\b.*\b(replace-rrset|add-record|rrset (replace|add))\b.*\bSRV\b/m.test(text),
});

/** Reads `replace-rrset` and `add-record`, in the words of 4.x and of 5.0. */
function readPdnsutil(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const { words, line, column } of shellCommands(text)) {
    if (words[0] !== 'pdnsutil') continue;
    const place = { file, line, column };
    const rest = words.slice(1).filter((word) => !word.startsWith('--'));
    if (rest[0] === 'rrset' && (rest[1] === 'replace' || rest[1] === 'add')) rest.splice(0, 2);
    else if (rest[0] === 'replace-rrset' || rest[0] === 'add-record') rest.shift();
    else continue;
    const [zoneText = '', name = '', type = '', ...values] = rest;
    if (type.toUpperCase() !== 'SRV') continue;
    const wrong = (message: string): void => {
      problems.push({ ...place, message });
    };
    const zone = readName(zoneText);
    if (!zone.ok) {
      wrong(`zone ${JSON.stringify(zoneText)}: ${zone.problem}`);
      continue;
    }
    const ttlSeconds = readTtlWord(values[0] ?? '');
    if (ttlSeconds !== undefined) values.shift();
    const owner = readRelativeName(name, zone.name);
    if (!owner.ok) wrong(`name ${JSON.stringify(name)}: ${owner.problem}`);
    if (values.length === 0) wrong('no record is given');
    for (const value of values) {
      const [priority = '', weight = '', port = '', target = '', ...more] = value.trim().split(/[ \t]+/);
      const read = readSrvFields({ priority, weight, port, target });
      if (!read.ok) wrong(read.problem);
      else if (more.length > 0) wrong('SRV takes priority, weight, port and target, and no more');
      else if (owner.ok)
        records.push({
          owner: owner.name,
          ...(ttlSeconds !== undefined && { ttlSeconds }),
          record: read.record,
          place,
        });
    }
  }
  return { records, problems };
}
