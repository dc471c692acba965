import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords } from '../core/srv.ts';
import { relativeTo, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { nameOption } from './option.ts';
import { shellCommands } from './shell-words.ts';
import { readSrvFields } from './srv-fields.ts';
import { shellWord } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'samba-tool',
  title: 'samba-tool commands',
  product: 'Samba AD DNS',
  cannot: [
    { of: 'ttl', says: 'The TTL: samba-tool has no word for it and gives every record 900 s.' },
    {
      of: 'stale',
      says: 'The end of old records: dns add only adds; remove others with samba-tool dns delete.',
    },
  ],
};

/** `samba-tool dns add SERVER ZONE NAME SRV 'TARGET PORT PRIORITY WEIGHT'`: not the order of a master file. */
export const SAMBA_TOOL: Format = defineFormat({
  ...ABOUT,
  options: {
    server: nameOption('domain controller to talk to; default the server of the domain, else localhost'),
  },
  write(state, options) {
    const head = headComment('#', ABOUT, state, [
      'Get a ticket of somebody who may write the zone, and run it; or add -U to each command:',
      '    kinit administrator && sh kms.samba-tool.sh',
      'A record that is there already is an error of its command (WERR_DNS_ERROR_RECORD_ALREADY_EXISTS), harmless and no reason to stop. The value in quotes is target, port, priority, weight.',
      'Names that a KMS host shall update itself belong to whoever writes them first: give the hosts write access.',
    ]);
    const commands = zoneGroups(state.domains).flatMap(({ zone, domains }) =>
      domains.flatMap((domain) => {
        const server = options.server === undefined ? serverOf(domain, state) : displayName(options.server);
        const name = relativeTo(domain.owner, zone);
        const words = [server, displayName(zone), name].map((word) => shellWord(word, 'name')).join(' ');
        return canonicalRecords(domain.publish).map(
          ({ target, port, priority, weight }) =>
            `samba-tool dns add ${words} SRV ${shellWord(`${displayName(target)} ${port} ${priority} ${weight}`, 'record')}`,
        );
      }),
    );
    const content = `${head}\n${commands.map((line) => `${line}\n`).join('')}`;
    return {
      files: commands.length === 0 ? [] : [{ path: 'kms.samba-tool.sh', content }],
      notes: state.domains.flatMap((domain) =>
        [...zoneNotes(domain)].filter((note) => !note.includes('TTL')),
      ),
    };
  },
  read: readSambaTool,
  recognises: (text) => /^[ \t]*samba-tool[ \t]+dns[ \t]+(add|update)\b.*\bSRV\b/m.test(text),
});

function serverOf({ server: id }: DesiredDomain, { servers }: DesiredState): string {
  const server = id !== undefined && Object.hasOwn(servers, id) ? servers[id] : undefined;
  return server?.name === undefined ? (server?.address ?? 'localhost') : displayName(server.name);
}

/** Reads `dns add` and the new value of `dns update`; options among the words are left out. */
function readSambaTool(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const { words, line, column } of shellCommands(text)) {
    const [program, group, verb, ...rest] = words;
    if (program !== 'samba-tool' || group !== 'dns' || (verb !== 'add' && verb !== 'update')) continue;
    const place = { file, line, column };
    const wrong = (message: string): void => {
      problems.push({ ...place, message });
    };
    const [, zoneText = '', name = '', type = '', ...values] = withoutOptions(rest);
    if (type.toUpperCase() !== 'SRV') continue;
    const data = verb === 'add' ? values[0] : values[1];
    const zone = readName(zoneText);
    const owner = zone.ok ? readRelativeName(name, zone.name) : zone;
    const [target = '', port = '', priority = '', weight = '', ...more] = (data ?? '').trim().split(/\s+/);
    const read = readSrvFields({ target, port, priority, weight });
    if (!owner.ok) wrong(`${JSON.stringify(name)} in the zone ${JSON.stringify(zoneText)}: ${owner.problem}`);
    else if (data === undefined)
      wrong(`dns ${verb} needs ${verb === 'add' ? 'a value' : 'an old and a new value'}`);
    else if (!read.ok) wrong(read.problem);
    else if (more.length > 0) wrong('SRV takes target, port, priority and weight, and no more');
    else records.push({ owner: owner.name, record: read.record, place });
  }
  return { records, problems };
}

/** Options of samba-tool that take the next word for their value. */
const WITH_VALUE = new Set([
  '-U',
  '--username',
  '-k',
  '--configfile',
  '-s',
  '-d',
  '--realm',
  '-W',
  '--workgroup',
]);

function withoutOptions(words: readonly string[]): readonly string[] {
  return words.filter((word, i) => !/^-./.test(word) && !WITH_VALUE.has(words[i - 1] ?? ''));
}
