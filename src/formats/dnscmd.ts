import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { sourceName } from '../core/rendered.ts';
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
import { nameOption } from './option.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { batchText } from './words.ts';

const ABOUT: FormatAbout = {
  id: 'dnscmd',
  title: 'dnscmd commands, for servers without PowerShell',
  product: 'Windows DNS Server',
  cannot: [
    {
      of: 'stale',
      says: 'The end of old records: RecordAdd only adds; remove others with dnscmd /RecordDelete.',
    },
  ],
};

/** `dnscmd SERVER /RecordAdd ZONE NODE [/Aging] [/OpenAcl] [TTL] SRV PRIORITY WEIGHT PORT TARGET` (Windows Commands). */
export const DNSCMD: Format = defineFormat({
  ...ABOUT,
  options: { server: nameOption('server to talk to; default the server of the domain, else this computer') },
  write(state, options) {
    batchText(sourceName(state.file), 'file name');
    const head = headComment('rem', ABOUT, state, [
      'Run it as somebody who may write the zones. It stops at the first command that fails.',
      'Options stand between the name and the TTL: /Aging lets the server scavenge the record, /OpenAcl lets every computer of the domain write the name.',
      'The fields behind SRV are priority, weight, port, target.',
    ]);
    const commands = zoneGroups(state.domains).flatMap(({ zone, domains }) =>
      domains.flatMap((domain) => {
        const server = options.server === undefined ? serverOf(domain, state) : displayName(options.server);
        const where = `${server} /RecordAdd ${displayName(zone)} ${relativeTo(domain.owner, zone)}`;
        return canonicalRecords(domain.publish).map(
          ({ priority, weight, port, target }) =>
            `dnscmd ${where} ${ttlOf(domain)} SRV ${priority} ${weight} ${port} ${target} || exit /b 1\n`,
        );
      }),
    );
    const text = `@echo off\n${head}${commands.join('')}`;
    return {
      files:
        commands.length === 0 ? [] : [{ path: 'kms.dnscmd.cmd', content: text.replaceAll('\n', '\r\n') }],
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readDnscmd,
  recognises: (text) => /^[ \t@]*dnscmd(\.exe)?\b.*[ \t]\/RecordAdd\b.*\bSRV\b/im.test(text),
});

/** dnscmd takes `.` for the computer it runs on. */
function serverOf({ server: id }: DesiredDomain, { servers }: DesiredState): string {
  const server = id !== undefined && Object.hasOwn(servers, id) ? servers[id] : undefined;
  return server?.name === undefined ? (server?.address ?? '.') : displayName(server.name);
}

function readDnscmd(text: string, file: string): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const [i, source] of text.split(/\r\n|\n|\r/).entries()) {
    const command = /^([ \t@]*)dnscmd(?:\.exe)?[ \t]+(.*)$/i.exec(source);
    if (command === null) continue;
    const place = { file, line: i + 1, column: command[1]!.length + 1 };
    const wrong = (message: string): void => {
      problems.push({ ...place, message });
    };
    const words = command[2]!
      .replace(/[&|].*$/, '')
      .trim()
      .split(/[ \t]+/);
    const verb = words.findIndex((word) => /^\/RecordAdd$/i.test(word));
    if (verb < 0) continue;
    const [zoneText = '', node = '', ...rest] = words.slice(verb + 1);
    const data = rest.filter((word) => !word.startsWith('/'));
    const type = data.findIndex((word) => /^SRV$/i.test(word));
    if (type < 0 || type > 1) continue;
    const ttlSeconds = type === 1 ? readTtlWord(data[0]!) : undefined;
    const zone = readName(zoneText);
    const owner = zone.ok ? readRelativeName(node, zone.name) : zone;
    const [priority = '', weight = '', port = '', target = '', ...more] = data.slice(type + 1);
    const read = readSrvFields({ priority, weight, port, target });
    if (!owner.ok) wrong(`${JSON.stringify(node)} in the zone ${JSON.stringify(zoneText)}: ${owner.problem}`);
    else if (type === 1 && ttlSeconds === undefined)
      wrong(`TTL ${JSON.stringify(data[0])} is not a number of seconds`);
    else if (!read.ok) wrong(read.problem);
    else if (more.length > 0) wrong('SRV takes priority, weight, port and target, and no more');
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
