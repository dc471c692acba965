import type { Format as RoomFormat } from '../formats/format.ts';
import type { Format } from './format.ts';
import { usage } from './options.ts';

/** What every publish list cannot say: Volume Activation Technical Reference Guide, table 3. */
const NOT_IN_A_LIST = [
  'a TTL: the host chooses it',
  'a port: the host publishes the one it listens on',
  'another host: each KMS host needs its own list',
  'the removal of records: a host never takes back what it published',
];

/** The formats that need more than the desired state: templates, keys, the network. */
const OWN_FORMATS: readonly Format[] = [
  {
    name: 'bind-zone',
    describe: 'SRV records as a master-file snippet to $INCLUDE, one per zone',
    cannot: [
      'policy additive: the zone serves what its file says',
      'a zone that takes dynamic updates: freeze it first (rndc freeze ZONE), or use kmsdns apply',
    ],
    options: [],
    joins: true,
    render: async (request) => (await import('./format-bind.ts')).zoneSnippets(request),
    check: async (request, files) => (await import('./format-bind.ts')).checkSnippets(request, files),
  },
  {
    name: 'bind-named',
    describe:
      'zones and update-policy with least privilege for named.conf, one file per server of the desired state',
    cannot: [
      'records: it says who may write them',
      'the target of a record that is signed with TSIG: whoever holds the key may name any host',
      'priority and weight, where the hosts publish themselves (self, listed, unsigned-hosts)',
    ],
    options: ['variant', 'realm', 'name-server', 'key-directory', 'zone-directory'],
    joins: false,
    render: async (request) => (await import('./format-bind.ts')).namedConf(request),
    check: async (request, files) => (await import('./format-bind.ts')).checkNamed(request, files),
  },
  {
    name: 'bind-key',
    describe: 'a fresh TSIG key as named and nsupdate -k read it; to a file with mode 0600, or with --stdout',
    cannot: ['records or permissions: bind-named grants what the key may do'],
    options: ['key', 'algorithm'],
    joins: false,
    secret: true,
    render: async (request) => (await import('./format-bind.ts')).bindKey(request),
    check: async (_request, files) => (await import('./format-bind.ts')).checkKey(files),
  },
  {
    name: 'nsupdate',
    describe: 'a guarded script for nsupdate, one per domain',
    cannot: [
      'a look at DNS, without --live: it is guarded by "nothing is published yet"',
      'a second try, the read-back and the rollback of kmsdns apply',
    ],
    options: ['merge', 'live', 'server', 'authority', 'timeout', 'deadline'],
    joins: true,
    render: async (request) => (await import('./format-nsupdate.ts')).nsupdateScripts(request),
  },
  {
    name: 'publish-list-reg',
    describe: 'DnsDomainPublishList as a .reg file (UTF-16LE, REG_MULTI_SZ), one per KMS host',
    cannot: [...NOT_IN_A_LIST, 'the restart of sppsvc, without which nothing happens for a day'],
    options: ['host'],
    joins: false,
    render: async (request) => (await import('./format-publish-list.ts')).publishLists(request, 'reg'),
  },
  {
    name: 'publish-list-ps1',
    describe: 'the same as a PowerShell script: shows before and after, -WhatIf, restarts sppsvc',
    cannot: NOT_IN_A_LIST,
    options: ['host'],
    joins: false,
    render: async (request) => (await import('./format-publish-list.ts')).publishLists(request, 'ps1'),
  },
  {
    name: 'publish-list-txt',
    describe: "the same as text, to paste into regedit's editor for multi-strings",
    cannot: [...NOT_IN_A_LIST, 'the restart of sppsvc'],
    options: ['host'],
    joins: false,
    render: async (request) => (await import('./format-publish-list.ts')).publishLists(request, 'txt'),
  },
];

/**
 * Every format of `kmsdns generate`, in the order of `--list`. A new one is an entry of the table above or of the
 * registry of src/formats, and its name in format-names.ts; help, `--list` and completion follow from that.
 */
export async function allFormats(): Promise<readonly Format[]> {
  const { FORMATS } = await import('../formats/registry.ts');
  return [...OWN_FORMATS, ...FORMATS.map(ofRoom)];
}

/** A format that is a function of the desired state and of words that a person gives with `--set`. */
function ofRoom({ id, product, title, cannot, options, write }: RoomFormat): Format {
  return {
    name: id,
    describe: `${product}: ${title}`,
    cannot: cannot.map(({ says }) => says),
    options: Object.keys(options).length === 0 ? [] : ['set'],
    settings: Object.entries(options).map(([name, { value, doc }]) => `${name}=${value}: ${doc}`),
    joins: false,
    render: async ({ values, state }) => write((await state()).state, settingsFrom(values.set)),
  };
}

function settingsFrom(given: readonly string[]): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const text of given) {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals);
    if (equals < 1)
      throw usage(`--set ${JSON.stringify(text)}: not NAME=VALUE`, '--list says which names there are');
    if (Object.hasOwn(settings, name)) throw usage(`--set ${name} is given twice`);
    settings[name] = text.slice(equals + 1);
  }
  return settings;
}
