import type { Format as RoomFormat } from '../formats/format.ts';
import type { Format } from './format.ts';
import { usage } from './options.ts';

/** What every publish list cannot say: Volume Activation Technical Reference Guide, table 3. */
const NOT_IN_A_LIST = [
  'A TTL: the host chooses it.',
  'A port: the host publishes the one it listens on.',
  'Another host: each KMS host needs its own list.',
  'The end of old records: a host never takes back what it published.',
];

/** The formats that need more than the desired state: templates, keys, the network. */
const OWN_FORMATS: readonly Format[] = [
  {
    name: 'bind-zone',
    describe: 'SRV records as a master-file snippet to $INCLUDE, one per zone',
    cannot: [
      'Records of other hosts (policy: additive): the zone serves what its file says.',
      'A zone that takes dynamic updates: freeze it first (rndc freeze ZONE), or use kmsdns apply.',
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
      'The records: it says who may write them.',
      'Which target a TSIG key may write: whoever holds it may name any host.',
      'Priority and weight, where the hosts publish themselves (self, listed, unsigned-hosts).',
    ],
    options: ['variant', 'realm', 'name-server', 'key-directory', 'zone-directory'],
    joins: false,
    render: async (request) => (await import('./format-bind.ts')).namedConf(request),
    check: async (request, files) => (await import('./format-bind.ts')).checkNamed(request, files),
  },
  {
    name: 'bind-kerberos',
    describe:
      'what BIND needs for Kerberos updates: policy, tkey-gssapi-keytab, commands for the keytab, a plan of preflights',
    cannot: [
      'The keytab itself: its commands run where the Kerberos server is.',
      "Which of the realm's hosts may publish themselves (self, self-host): watch for targets that nobody planned.",
    ],
    options: ['variant', 'realm', 'name-server', 'key-directory', 'zone-directory'],
    joins: false,
    render: async (request) => (await import('./format-bind.ts')).kerberosSide(request),
    check: async (request, files) => (await import('./format-bind.ts')).checkKerberosSide(request, files),
  },
  {
    name: 'bind-key',
    describe: 'a fresh TSIG key as named and nsupdate -k read it; to a file with mode 0600, or with --stdout',
    cannot: ['What the key may do: bind-named grants that.'],
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
      'What is published now, without --live: the guard is then that nothing is published yet.',
      'The second try, the read-back and the rollback of kmsdns apply.',
    ],
    options: ['merge', 'live', 'server', 'authority', 'timeout', 'deadline'],
    joins: true,
    render: async (request) => (await import('./format-nsupdate.ts')).nsupdateScripts(request),
  },
  {
    name: 'publish-list-reg',
    describe: 'DnsDomainPublishList as a .reg file (UTF-16LE, REG_MULTI_SZ), one per KMS host',
    cannot: [...NOT_IN_A_LIST, 'The restart of sppsvc, without which nothing happens for up to a day.'],
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
    cannot: [...NOT_IN_A_LIST, 'The restart of sppsvc, without which nothing happens for up to a day.'],
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
function ofRoom({ id, product, title, cannot, joins = false, options, write }: RoomFormat): Format {
  return {
    name: id,
    describe: `${product}: ${title}`,
    cannot: cannot.map(({ says }) => says),
    options: Object.keys(options).length === 0 ? [] : ['set'],
    settings: Object.entries(options).map(([name, { value, doc }]) => `${name}=${value}: ${doc}`),
    joins,
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
