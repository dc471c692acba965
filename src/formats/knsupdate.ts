import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName } from '../core/name.ts';
import { readNsupdateScript } from '../core/nsupdate-reader.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { domainsByName, ttlOf, zoneNotes, zoneOf } from '../core/zone-lines.ts';
import {
  type DraftFile,
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { choiceOption } from './option.ts';

const ABOUT: FormatAbout = {
  id: 'knsupdate',
  title: 'update scripts (nsupdate reads them too)',
  product: 'knsupdate',
  joins: true,
  cannot: [
    {
      of: 'stale',
      says: 'The end of old records: it adds. For a change of what is there, use kmsdns apply.',
    },
    {
      of: 'unlisted',
      says: 'The TTL of other hosts: a set has one TTL, and theirs becomes that of the records added here.',
    },
  ],
};

/**
 * knsupdate(1): the words of nsupdate, but the zone must be named and an empty line sends nothing. One message per
 * domain; unless `guard` is none it does nothing where a set or an alias is there (RFC 2136 §2.4.3).
 */
export const KNSUPDATE: Format = defineFormat({
  ...ABOUT,
  options: {
    guard: choiceOption('absence adds only where nothing is published yet, none adds to whatever is there', [
      'absence',
      'none',
    ]),
  },
  write(state, { guard }) {
    const domains = domainsByName(state.domains).filter(({ publish }) => publish.length > 0);
    return {
      files: domains.map((domain) => script(domain, state, guard)),
      notes: state.domains.flatMap((domain) => [...zoneNotes(domain)]),
    };
  },
  read: readScript,
  recognises: (text) =>
    /^[ \t]*(update[ \t]+)?add[ \t]+\S+[ \t]+(\d+[ \t]+)?(IN[ \t]+)?SRV[ \t]/im.test(text),
});

function script(domain: DesiredDomain, state: DesiredState, guard: 'absence' | 'none'): DraftFile {
  const { owner, server: id } = domain;
  const path = fileNameFor('knsupdate', displayName(domain.domain), 'txt');
  const server = id !== undefined && Object.hasOwn(state.servers, id) ? state.servers[id] : undefined;
  const host = server?.address ?? (server?.name && displayName(server.name));
  const signed = server?.auth.kind === 'tsig';
  const head = headComment(';', ABOUT, state, [
    'One atomic message. Run it:',
    `    knsupdate${signed ? ' -k KEYFILE' : ''} ${path}`,
    ...(signed ? ['KEYFILE holds one line, ALGORITHM:NAME:SECRET; a key file of BIND is not read.'] : []),
    guard === 'absence'
      ? 'Guard: nothing is published there yet. If something is, the answer is YXRRSET and nothing changes.'
      : 'NO GUARD: the records are added to whatever is published, and the whole set takes their TTL.',
  ]);
  const lines = [
    ...(server === undefined || host === undefined ? [] : [`server ${host} ${server.port}`]),
    `zone ${zoneOf(domain)}`,
    ...(guard === 'absence' ? [`prereq nxrrset ${owner} SRV`, `prereq nxrrset ${owner} CNAME`] : []),
    ...canonicalRecords(domain.publish).map(
      (record) => `update add ${owner} ${ttlOf(domain)} SRV ${formatRecord(record)}`,
    ),
    'send',
  ];
  return { path, content: `${head}${lines.map((line) => `${line}\n`).join('')}` };
}

/** What a script adds. Records that it only deletes or requires are none that shall be published. */
function readScript(text: string, file: string): FormatReading {
  const { messages, problems: found } = readNsupdateScript(text, file);
  const problems: Problem[] = [...found];
  const records = messages.flatMap(({ updates }) =>
    updates.flatMap(({ kind, owner, ttlSeconds, srv, line }): ReadRecord[] => {
      if (kind !== 'add' || srv === undefined) return [];
      const place = { file, line, column: 1 };
      return [{ owner, ...(ttlSeconds !== undefined && { ttlSeconds }), record: srv, place }];
    }),
  );
  return { records, problems };
}
