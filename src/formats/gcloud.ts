import type { Problem } from '../core/errors.ts';
import { displayName, type Fqdn, readName } from '../core/name.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { commandOptions } from './command-options.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';
import { shellCommands } from './shell-words.ts';
import { readSrvText, readTtlWord } from './srv-fields.ts';
import { shellWord } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'gcloud',
  title: 'gcloud dns record-sets commands',
  product: 'Google Cloud DNS',
  cannot: [
    {
      of: 'zone',
      says: 'The zone by its DNS name: gcloud wants the name of the managed zone, which is guessed here (contoso-com).',
    },
    {
      of: 'unlisted',
      says: 'Records of other hosts: create refuses a set that is there, update puts the whole set in its place.',
    },
  ],
};

/** One command per set, all its values in `--rrdatas`, as a master file orders them, with commas between. */
export const GCLOUD: Format = defineFormat({
  ...ABOUT,
  options: { action: choiceOption('create a set, or update the one that is there', ['create', 'update']) },
  write(state, { action }) {
    const head = headComment('#', ABOUT, state, [
      'Correct --zone where a managed zone is called otherwise (gcloud dns managed-zones list), and run it:',
      '    sh kms.gcloud.sh',
      'A value is priority, weight, port, target.',
    ]);
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const commands = groups.flatMap(({ zone, domains }) =>
      domains.map((domain) => {
        const values = canonicalRecords(domain.publish).map(formatRecord).join(',');
        return `gcloud dns record-sets ${action} ${shellWord(domain.owner, 'name')} --zone=${managedZone(zone)} --type=SRV --ttl=${ttlOf(domain)} --rrdatas=${shellWord(values, 'records')}\n`;
      }),
    );
    return {
      files:
        commands.length === 0
          ? []
          : [{ path: 'kms.gcloud.sh', content: `${head}\nset -eu\n${commands.join('')}` }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readGcloud,
  recognises: (text) =>
    /^[ \t]*gcloud[ \t]+dns[ \t]+record-sets[ \t]+(create|update|transaction[ \t]+add)\b[^\n]*\bSRV\b/m.test(
      text,
    ),
});

/** Managed zones have lower-case letters, digits and hyphens, first a letter, 63 at most. */
function managedZone(zone: Fqdn): string {
  const name = displayName(zone)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const whole = /^[a-z]/.test(name) ? name : `zone-${name}`;
  return whole.slice(0, 63).replace(/-+$/, '');
}

/** Reads `create`, `update`, and `add` of a transaction. */
function readGcloud(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const { words, line, column } of shellCommands(text)) {
    const [gcloud, dns, sets, verb = '', ...others] = words;
    if (gcloud !== 'gcloud' || dns !== 'dns' || sets !== 'record-sets') continue;
    const inTransaction = verb === 'transaction' && others[0] === 'add';
    if (verb !== 'create' && verb !== 'update' && !inTransaction) continue;
    const options = commandOptions(others);
    if (options.get('type')?.toUpperCase() !== 'SRV') continue;
    const place = { file, line, column };
    const wrong = (message: string): void => {
      problems.push({ ...place, message });
    };
    const name = inTransaction ? (options.get('name') ?? '') : (others[0] ?? '');
    const values = inTransaction ? quotedValues(others.slice(1)) : (options.get('rrdatas') ?? '').split(',');
    const owner = readName(name);
    const ttl = options.get('ttl');
    const ttlSeconds = ttl === undefined ? undefined : readTtlWord(ttl);
    if (!owner.ok) wrong(`name ${JSON.stringify(name)}: ${owner.problem}`);
    else if (ttl !== undefined && ttlSeconds === undefined)
      wrong(`--ttl ${JSON.stringify(ttl)} is not a number of seconds`);
    else
      for (const value of values) {
        const read = readSrvText(value);
        if (read.ok)
          records.push({
            owner: owner.name,
            ...(ttlSeconds !== undefined && { ttlSeconds }),
            record: read.record,
            place,
          });
        else wrong(read.problem);
      }
  }
  return { records, problems };
}

/** `transaction add` takes each value as a word of its own: the ones with blanks in them. */
function quotedValues(words: readonly string[]): readonly string[] {
  return words.filter((word) => !word.startsWith('-') && word.includes(' '));
}
