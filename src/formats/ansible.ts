import type { DesiredDomain, DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { canonicalRecords, formatRecord } from '../core/srv.ts';
import { ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import { readRelativeName } from '../core/zone-reader.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { headComment } from './head.ts';
import { readSrvText, readTtlWord } from './srv-fields.ts';
import { idWord, quotedText } from './words.ts';
import { readYamlTrees, textAt, valueAt, type YamlTree } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'ansible',
  title: 'playbook of community.general.nsupdate',
  product: 'Ansible',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: the module puts the whole set in place of the one that is there.',
    },
  ],
};

/** What the module takes when nobody says a TTL. */
const MODULE_TTL_SECONDS = 3600;

/**
 * One task per set with all its values: with one value per task the module would leave only the last one. The record is
 * absolute, because the module puts the zone behind a name without a final dot.
 */
export const ANSIBLE: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const head = headComment('#', ABOUT, state, [
      'Needs dnspython where it runs. The secret of the key stays out of this file:',
      '    ansible-playbook --check --extra-vars @secrets.yaml kms.ansible.yaml',
      'A value is priority, weight, port, target.',
    ]);
    const tasks = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0)).flatMap(
      ({ zone, domains }) =>
        domains.map((domain) => {
          const values = canonicalRecords(domain.publish).map(
            (record) => `          - ${quotedText(formatRecord(record), 'value')}\n`,
          );
          return [
            `    - name: ${quotedText(`KMS hosts of ${displayName(domain.domain)}`, 'name')}\n`,
            '      community.general.nsupdate:\n',
            ...serverLines(domain, state).map((line) => `        ${line}\n`),
            `        zone: ${quotedText(zone, 'zone')}\n`,
            `        record: ${quotedText(domain.owner, 'name')}\n`,
            '        type: SRV\n',
            `        ttl: ${ttlOf(domain)}\n`,
            `        value:\n${values.join('')}`,
          ].join('');
        }),
    );
    const play =
      '- name: "KMS hosts in DNS"\n  hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n';
    return {
      files:
        tasks.length === 0
          ? []
          : [{ path: 'kms.ansible.yaml', content: `${head}---\n${play}${tasks.join('')}` }],
      notes: [...gssNotes(state), ...state.domains.flatMap((domain) => [...zoneNotes(domain)])],
    };
  },
  read: readPlaybook,
  recognises: (text) => /^[ \t]*(- )?(community\.general\.)?nsupdate:/m.test(text) && /\bSRV\b/.test(text),
});

/** The module wants an address; without a server of the domain's own both come from whoever runs it. */
function serverLines({ server: id }: DesiredDomain, { servers }: DesiredState): readonly string[] {
  const server = id !== undefined && Object.hasOwn(servers, id) ? servers[id] : undefined;
  if (server === undefined) return ['server: "{{ kms_dns_server }}"'];
  const lookup =
    server.name === undefined ? undefined : `{{ lookup('community.general.dig', '${server.name}') }}`;
  const address = quotedText(server.address ?? lookup ?? '', 'server');
  const lines = [`server: ${address}`, `port: ${server.port}`];
  if (server.auth.kind !== 'tsig') return lines;
  return [
    ...lines,
    `key_name: ${quotedText(idWord(server.auth.key, 'key'), 'key')}`,
    'key_secret: "{{ kms_key_secret }}"',
    'key_algorithm: "{{ kms_key_algorithm | default(\'hmac-sha256\') }}"',
  ];
}

function* gssNotes({ servers }: DesiredState): Generator<string> {
  for (const { id, auth } of Object.values(servers))
    if (auth.kind === 'gss')
      yield `The server ${JSON.stringify(id)} wants Kerberos: the tasks do not say so, and the module needs key_algorithm: gss-tsig and a ticket.`;
}

/** Reads every task of the module, at whatever depth of plays and blocks. */
function readPlaybook(text: string, file: string): FormatReading {
  const { documents, problems: broken } = readYamlTrees(text, file);
  const problems: Problem[] = [...broken];
  const records: ReadRecord[] = [];
  for (const document of documents) readTasks(document, records, problems);
  return { records, problems };
}

function readTasks(tree: YamlTree, records: ReadRecord[], problems: Problem[]): void {
  if (tree.kind === 'list') for (const item of tree.items) readTasks(item, records, problems);
  if (tree.kind !== 'map') return;
  for (const { key, value, place } of tree.entries)
    if (key === 'community.general.nsupdate' || key === 'nsupdate')
      readTask({ ...value, place }, records, problems);
    else readTasks(value, records, problems);
}

function readTask(task: YamlTree, records: ReadRecord[], problems: Problem[]): void {
  if (textAt(task, 'type')?.toUpperCase() !== 'SRV' || textAt(task, 'state') === 'absent') return;
  const wrong = (at: ReadRecord['place'], message: string): void => {
    problems.push({ ...at, message });
  };
  const name = textAt(task, 'record') ?? '';
  const zone = readName(textAt(task, 'zone') ?? '');
  const owner = name.endsWith('.')
    ? readName(name)
    : zone.ok
      ? readRelativeName(name === '' ? '@' : name, zone.name)
      : zone;
  const ttl = textAt(task, 'ttl');
  const ttlSeconds = ttl === undefined ? MODULE_TTL_SECONDS : readTtlWord(ttl);
  if (name.includes('{{')) wrong(task.place, `the record ${JSON.stringify(name)} is computed`);
  else if (!owner.ok) wrong(task.place, `record ${JSON.stringify(name)}: ${owner.problem}`);
  else if (ttlSeconds === undefined)
    wrong(task.place, `ttl ${JSON.stringify(ttl)} is not a number of seconds`);
  else
    for (const item of valuesOf(task)) {
      const read = readSrvText(item.text);
      if (item.text.includes('{{')) wrong(item.place, `the value ${JSON.stringify(item.text)} is computed`);
      else if (read.ok)
        records.push({ owner: owner.name, ttlSeconds, record: read.record, place: item.place });
      else wrong(item.place, read.problem);
    }
}

/** A list, or one text with commas between the values, which Ansible takes for a list. */
function valuesOf(task: YamlTree): readonly { readonly text: string; readonly place: ReadRecord['place'] }[] {
  const value = valueAt(task, 'value');
  if (value === undefined) return [];
  const items = value.kind === 'list' ? value.items : [value];
  return items.flatMap((item) =>
    item.kind === 'scalar' ? item.text.split(',').map((text) => ({ text, place: item.place })) : [],
  );
}
