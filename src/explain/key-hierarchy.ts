/** What a client may be, by the name that an answer uses for it: clients, servers, each from the oldest on. */
export const PRODUCTS = [
  'Windows Vista',
  'Windows 7',
  'Windows 8',
  'Windows 8.1',
  'Windows 10',
  'Windows 11',
  'Windows 11 LTSC 2024',
  'Windows Server 2008 Web or HPC',
  'Windows Server 2008 Standard or Enterprise',
  'Windows Server 2008 Datacenter or Itanium',
  'Windows Server 2008 R2 Web or HPC',
  'Windows Server 2008 R2 Standard or Enterprise',
  'Windows Server 2008 R2 Datacenter or Itanium',
  'Windows Server 2012',
  'Windows Server 2012 R2',
  'Windows Server 2016',
  'Windows Server 2019',
  'Windows Server 2022',
  'Windows Server 2025',
  'Office',
] as const;
export type Product = (typeof PRODUCTS)[number];

const CLIENT_PRODUCTS = PRODUCTS.slice(0, 7);
const SERVER_PRODUCTS = PRODUCTS.slice(7, 19);

interface HostKey {
  /** Where a host with this key may run. */
  readonly runsOn: string;
  readonly activates: readonly Product[];
  /** Products that follow from the rule "newer activates older" and that no table names. */
  readonly byRule?: readonly Product[];
  readonly source: string;
}

const G1 = 'Volume Activation Technical Reference Guide, table 7';
const PLANNING = 'Windows Server documentation, KMS activation planning';
const RULE = 'the rule that a newer host key activates older products';

const SERVERS_2008 = SERVER_PRODUCTS.slice(0, 3);
const SERVERS_2008_R2 = SERVER_PRODUCTS.slice(3, 6);
const OLD_CLIENTS: readonly Product[] = ['Windows Vista', 'Windows 7'];
/** What the pages of the present list for every server key: all servers from 2008 on, clients from Windows 7 on. */
const SINCE_2016: readonly Product[] = [
  ...SERVER_PRODUCTS.slice(0, 8),
  'Windows 7',
  'Windows 8.1',
  'Windows 10',
  'Windows Server 2016',
];

/** The host keys that {@link answerForPair} knows, oldest first. */
export const HOST_KEY_GROUPS = [
  'Windows Vista',
  'Server 2008 group A',
  'Server 2008 group B',
  'Server 2008 group C',
  'Windows 7',
  'Server group A',
  'Server group B',
  'Server group C',
  'Windows 8',
  'Windows 8.1',
  'Windows 10',
  'Windows Server 2012',
  'Windows Server 2012 R2',
  'Windows Server 2016',
  'Windows Server 2019',
  'Windows Server 2022',
  'Windows Server 2025',
  'Office',
] as const;
export type HostKeyGroup = (typeof HOST_KEY_GROUPS)[number];

const HOST_KEYS: Readonly<Record<HostKeyGroup, HostKey>> = {
  'Windows Vista': {
    runsOn: 'Windows Vista Business or Enterprise',
    activates: ['Windows Vista'],
    source: G1,
  },
  'Server 2008 group A': {
    runsOn: 'Windows Vista; Windows Server 2008 Web or HPC',
    activates: ['Windows Vista', ...SERVERS_2008.slice(0, 1)],
    source: G1,
  },
  'Server 2008 group B': {
    runsOn: 'as group A, and Windows Server 2008 Standard or Enterprise',
    activates: ['Windows Vista', ...SERVERS_2008.slice(0, 2)],
    source: G1,
  },
  'Server 2008 group C': {
    runsOn: 'as group B, and Windows Server 2008 Datacenter or Itanium',
    activates: ['Windows Vista', ...SERVERS_2008],
    source: G1,
  },
  'Windows 7': {
    runsOn: 'Windows Vista (with an update), Windows 7, Windows Server 2003 with KMS 1.2',
    activates: OLD_CLIENTS,
    source: G1,
  },
  'Server group A': {
    runsOn:
      'Windows Server 2003 with KMS 1.2; Web and HPC editions of Windows Server 2008 (with an update) and 2008 R2',
    activates: [...OLD_CLIENTS, ...SERVERS_2008.slice(0, 1), ...SERVERS_2008_R2.slice(0, 1)],
    source: G1,
  },
  'Server group B': {
    runsOn: 'as group A, and Standard and Enterprise editions of Windows Server 2008 and 2008 R2',
    activates: [...OLD_CLIENTS, ...SERVERS_2008.slice(0, 2), ...SERVERS_2008_R2.slice(0, 2)],
    source: G1,
  },
  'Server group C': {
    runsOn: 'as group B, and Datacenter and Itanium editions of Windows Server 2008 and 2008 R2',
    activates: [...OLD_CLIENTS, ...SERVERS_2008, ...SERVERS_2008_R2],
    source: G1,
  },
  'Windows 8': {
    runsOn: 'Windows 7 (with an update), Windows 8',
    activates: [],
    byRule: [...OLD_CLIENTS, 'Windows 8'],
    source: RULE,
  },
  'Windows 8.1': {
    runsOn: 'Windows 7 and 8 (with an update), Windows 8.1',
    activates: [],
    byRule: [...OLD_CLIENTS, 'Windows 8', 'Windows 8.1'],
    source: RULE,
  },
  'Windows 10': {
    runsOn: 'Windows 7 and 8.1 (with an update), Windows 10',
    activates: ['Windows 7', 'Windows 8.1', 'Windows 10'],
    byRule: ['Windows 8'],
    source: PLANNING,
  },
  'Windows Server 2012': {
    runsOn: 'Windows Server 2008 R2 (with an update), Windows Server 2012',
    activates: [],
    byRule: [...OLD_CLIENTS, 'Windows 8', ...SERVER_PRODUCTS.slice(0, 7)],
    source: RULE,
  },
  'Windows Server 2012 R2': {
    runsOn: 'Windows Server 2008 R2 and 2012 (with an update), Windows Server 2012 R2',
    activates: [],
    byRule: [...OLD_CLIENTS, 'Windows 8', 'Windows 8.1', ...SERVER_PRODUCTS.slice(0, 8)],
    source: RULE,
  },
  'Windows Server 2016': {
    runsOn: 'Windows Server 2012 and 2012 R2 (with an update), Windows Server 2016',
    activates: SINCE_2016,
    byRule: ['Windows 8'],
    source: PLANNING,
  },
  'Windows Server 2019': {
    runsOn: 'Windows Server 2012 R2 and 2016 (with an update), Windows Server 2019',
    activates: [...SINCE_2016, 'Windows Server 2019'],
    byRule: ['Windows 8'],
    source: PLANNING,
  },
  'Windows Server 2022': {
    runsOn: 'Windows Server 2016 and 2019 (with an update), Windows Server 2022',
    activates: [...SINCE_2016, 'Windows Server 2019', 'Windows Server 2022', 'Windows 11'],
    byRule: ['Windows 8'],
    source: PLANNING,
  },
  'Windows Server 2025': {
    runsOn: 'Windows Server 2019 and 2022 (with an update), Windows Server 2025',
    activates: [
      ...SINCE_2016,
      'Windows Server 2019',
      'Windows Server 2022',
      'Windows Server 2025',
      'Windows 11',
      'Windows 11 LTSC 2024',
    ],
    byRule: ['Windows 8'],
    source: PLANNING,
  },
  Office: {
    runsOn: 'the systems that the Office volume licence pack names',
    activates: ['Office'],
    source: 'Office documentation, KMS activation of Office',
  },
};

/** May a host with this key activate that product? */
export interface KeyAnswer {
  readonly hostKey: HostKeyGroup;
  readonly product: Product;
  readonly activates: 'yes' | 'no';
  /** `derived`: by the rule, where no table of Microsoft names the pair. */
  readonly basis: 'documented' | 'derived';
  readonly because: string;
  /** Where a host with this key may run. */
  readonly runsOn: string;
  /** Host keys that would do, oldest first; empty when the answer is yes. */
  readonly wouldDo: readonly HostKeyGroup[];
  readonly source: string;
}

/** Which part of a question has a name that nobody knows. */
export type KeyQuestionProblem = {
  readonly unknown: 'host-key' | 'product';
  readonly known: readonly string[];
};

/** Answers for a pair, named as people write it: `Server group B`, `windows 7`, `2008 R2 Datacenter`. */
export function answerForPair(hostKey: string, product: string): KeyAnswer | KeyQuestionProblem {
  const key = readHostKey(hostKey);
  if (key === undefined) return { unknown: 'host-key', known: HOST_KEY_GROUPS };
  const wanted = readProduct(product);
  if (wanted === undefined) return { unknown: 'product', known: PRODUCTS };
  const { runsOn, source } = HOST_KEYS[key];
  const basis = basisOf(key, wanted);
  const base = { hostKey: key, product: wanted, runsOn, source };
  if (basis !== undefined) {
    const because =
      basis === 'documented'
        ? `the table of Microsoft names ${wanted} for this key`
        : `${wanted} is not newer than this key; no table names the pair`;
    return { ...base, activates: 'yes', basis, because, wouldDo: [] };
  }
  return {
    ...base,
    activates: 'no',
    basis: 'documented',
    because: whyNot(key, wanted),
    wouldDo: HOST_KEY_GROUPS.filter((other) => basisOf(other, wanted) !== undefined),
  };
}

function basisOf(key: HostKeyGroup, product: Product): 'documented' | 'derived' | undefined {
  const { activates, byRule = [] } = HOST_KEYS[key];
  if (activates.includes(product)) return 'documented';
  return byRule.includes(product) ? 'derived' : undefined;
}

function whyNot(key: HostKeyGroup, product: Product): string {
  if (product === 'Office') return 'Office has host keys of its own, which stand beside the key for Windows';
  if (key === 'Office') return 'an Office host key activates Office only';
  const isServer = product.startsWith('Windows Server');
  const keyIsForClients = CLIENT_PRODUCTS.some((client) => client === key);
  if (isServer && keyIsForClients) return 'a host key for a client edition activates client editions only';
  if (generationOf(product) > generationOf(key))
    return `${product} is newer than this key, and a host key never activates what is newer`;
  if (product === 'Windows Vista') return 'Microsoft no longer lists Windows Vista for this key';
  return 'the edition belongs to a higher server group than this key';
}

/** Clients and servers that came out together. */
const GENERATIONS: readonly RegExp[] = [
  /Vista|Server 2008(?! R2)/,
  /Windows 7|Server group|2008 R2/,
  /Windows 8(?!\.1)|Server 2012(?! R2)/,
  /Windows 8\.1|2012 R2/,
  /Windows 10|2016/,
  /2019/,
  /Windows 11(?! LTSC)|2022/,
  /2025|LTSC 2024/,
];

function generationOf(name: Product | HostKeyGroup): number {
  return GENERATIONS.findIndex((one) => one.test(name));
}

function normal(text: string): string {
  return text
    .toLowerCase()
    .replace(/[_()/,-]+/g, ' ')
    .replace(/\b(microsoft|volume license for|csvlk|kms|host|key|vl|edition|editions)\b/g, ' ')
    .replace(/\bwin(?=\s*\d|\s*vista)/g, 'windows ')
    .replace(/\bws(?=\s*20\d\d)/g, 'server ')
    .replace(/\bw2k(?=\d+)/g, 'server 20')
    .replace(/(\d)r2\b/g, '$1 r2')
    .replace(/\s+/g, ' ')
    .trim();
}

function readClient(text: string): Product | undefined {
  if (/\bserver\b/.test(text)) return undefined;
  if (/\bvista\b/.test(text)) return 'Windows Vista';
  const [, version] = /\bwindows (7|8\.1|8|10|11)\b/.exec(text) ?? /^(7|8\.1|8|10|11)\b/.exec(text) ?? [];
  if (version === undefined) return undefined;
  if (version === '11' && /\bltsc\b/.test(text)) return 'Windows 11 LTSC 2024';
  return CLIENT_PRODUCTS.find((product) => product === `Windows ${version}`);
}

function readYear(text: string): string | undefined {
  const [, year, r2 = ''] = /\b(2008|2012|2016|2019|2022|2025)( r2)?\b/.exec(text) ?? [];
  return year === undefined ? undefined : `${year}${r2.toUpperCase()}`;
}

/** Editions of 2008 and 2008 R2, from the lowest group to the highest. */
const EDITIONS = [
  /\b(web|hpc|compute)/,
  /\b(standard|enterprise|std|ent)\b/,
  /\b(datacenter|itanium|dc)\b/,
] as const;

function readHostKey(given: string): HostKeyGroup | undefined {
  const text = normal(given);
  if (/\boffice\b/.test(text)) return 'Office';
  const year = readYear(text);
  const group = /\bgroup ([abc])\b/.exec(text)?.[1] ?? /^(?:server )?([abc])$/.exec(text)?.[1];
  const edition = EDITIONS.findIndex((one) => one.test(text));
  const letter = group?.toUpperCase() ?? (edition < 0 ? undefined : 'ABC'[edition]);
  if (year === '2008' && letter !== undefined) return known(`Server 2008 group ${letter}`);
  if ((year === undefined || year === '2008 R2') && letter !== undefined)
    return known(`Server group ${letter}`);
  if (year !== undefined) return known(`Windows Server ${year}`);
  const client = readClient(text);
  return client === undefined ? undefined : known(client);
}

function known(name: string): HostKeyGroup | undefined {
  return HOST_KEY_GROUPS.find((group) => group === name);
}

function readProduct(given: string): Product | undefined {
  const text = normal(given);
  if (/\boffice\b/.test(text)) return 'Office';
  const year = readYear(text);
  if (year === undefined) return readClient(text);
  if (!year.startsWith('2008')) return PRODUCTS.find((product) => product === `Windows Server ${year}`);
  const edition = EDITIONS.findIndex((one) => one.test(text));
  const among = year === '2008' ? SERVERS_2008 : SERVERS_2008_R2;
  return among[edition < 0 ? 1 : edition];
}
