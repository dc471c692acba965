import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import type { Fix } from '../core/finding.ts';
import { CODES } from './codes.ts';
import { contradictionsAbout } from './contradictions.ts';
import { firstLook, orderedCodes } from './first-look.ts';

interface LayerPage {
  readonly prefix: string;
  readonly file: string;
  readonly title: string;
  readonly about: string;
}

/** One page for each layer, in the order of a client's way from its settings to the host. */
const LAYER_PAGES: readonly LayerPage[] = [
  {
    prefix: 'CLI',
    file: 'client.md',
    title: 'Client',
    about: 'What the client is told, where it looks, what it remembers, and what its own licence says.',
  },
  {
    prefix: 'RES',
    file: 'resolver.md',
    title: 'Resolver',
    about: 'The DNS servers that the client asks: do they answer, and can they be believed?',
  },
  {
    prefix: 'ZON',
    file: 'zone.md',
    title: 'Zone and delegation',
    about: 'The zone that holds the record, and the servers that serve it.',
  },
  {
    prefix: 'SRV',
    file: 'record-set.md',
    title: 'SRV record set',
    about: 'The records themselves: their name, their targets, their numbers.',
  },
  {
    prefix: 'ADR',
    file: 'target-address.md',
    title: 'Target address',
    about: 'The addresses of the hosts that the records name.',
  },
  { prefix: 'TCP', file: 'tcp.md', title: 'TCP', about: 'The connection to the port of the host.' },
  { prefix: 'RPC', file: 'rpc.md', title: 'RPC', about: 'What speaks on the port, once it is open.' },
  {
    prefix: 'HST',
    file: 'host.md',
    title: 'Host and service',
    about:
      'The KMS host: told by its answer, its exports and its log. It is never asked to activate anybody.',
  },
  {
    prefix: 'ACL',
    file: 'permission.md',
    title: 'Permission and Active Directory',
    about: 'Who may write the record.',
  },
  {
    prefix: 'PUB',
    file: 'publication.md',
    title: 'Publication and life cycle',
    about: 'What hosts are told to publish, whether they do, and whether that is what was written down.',
  },
  {
    prefix: 'RUN',
    file: 'run.md',
    title: 'The run itself',
    about: 'What a run could not do, and what it cannot know.',
  },
];

const OBSERVABLE: Readonly<Record<CatalogueEntry['observable'], string>> = {
  wire: 'seen on the network, or known to the run itself',
  facts: 'takes evidence: an export, a log, the desired state or a configuration file',
  directory: 'read from Active Directory',
  'error-code': 'told by the code that the user reports',
  'not-yet': 'not found by this version',
};

const HEAD =
  '<!-- Written by scripts/docs.mjs from the catalogue; edit src/core/catalogue and run it again. -->\n';

/** The pages of docs/findings/ by file name, from the catalogue and nothing else: the same for everybody, without dates. */
export function findingPages(): ReadonlyMap<string, string> {
  const pages = LAYER_PAGES.map((page): [string, string] => [page.file, layerPage(page)]);
  return new Map([['README.md', indexPage()], ...pages]);
}

function codesOf({ prefix }: LayerPage): readonly FindingCode[] {
  return (Object.keys(CATALOGUE) as FindingCode[]).filter((code) => code.startsWith(`${prefix}-`)).sort();
}

function indexPage(): string {
  const count = Object.keys(CATALOGUE).length;
  const layers = LAYER_PAGES.flatMap((page) => [
    `\n## [${page.title}](${page.file})\n\n${page.about}\n\n`,
    table(
      ['code', 'slug', 'severity', 'what it says'],
      codesOf(page).map((code) => {
        const { slug, severity, title } = CATALOGUE[code];
        return [link(code), slug, severity, title];
      }),
    ),
  ]);
  return [
    HEAD,
    '# Findings\n\n',
    `What kmsdns can say about a KMS network: ${count} findings in ${LAYER_PAGES.length} layers. A code never gets another meaning. `,
    'The severity is that of the usual case, named by consequence: critical, a client gets no host; error, it loses a host or a try; warning, it works and will break or is unsafe; notice and info, worth knowing. ',
    '`kmsdns explain CODE` prints any of them. ',
    '`RC-nn` in a source is one of the 111 root causes that test/core/root-causes.test.ts lists with their findings.\n',
    '\n## What to look at first\n\nFrom the code that a user reports to the findings that explain it, the likely ones first.\n\n',
    table(
      ['code', 'what it means', 'look first', 'then'],
      orderedCodes().map(([hresult]) => {
        const { first, next } = firstLook(hresult);
        const links = (causes: readonly { code: FindingCode }[]): string =>
          causes.map(({ code }) => link(code)).join(' ');
        return [hresult, CODES.get(hresult)?.title ?? '', links(first), links(next)];
      }),
    ),
    ...layers,
  ].join('');
}

function layerPage(page: LayerPage): string {
  const entries = codesOf(page).map((code) => `\n${entrySection(code)}`);
  return [HEAD, `# ${page.title}\n\n${page.about} [All findings](README.md)\n`, ...entries].join('');
}

function entrySection(code: FindingCode): string {
  const entry = CATALOGUE[code];
  const { slug, severity, side, title, explanation, explains, fix, dependsOn = [], source } = entry;
  const symptoms = (Object.keys(CATALOGUE) as FindingCode[])
    .filter((other) => CATALOGUE[other].dependsOn?.includes(code))
    .sort();
  const whyNot = entry.observable === 'not-yet' ? ` (${entry.whyNot})` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['Severity', severity],
    ['Put right at', side],
    ['How it is found', OBSERVABLE[entry.observable] + whyNot],
    ['Explains', explains.map(({ hresult, basis }) => `${hresult} (${basis})`).join(', ')],
    ['Is a symptom of', dependsOn.map(link).join(' ')],
    ['Makes a symptom of', symptoms.map(link).join(' ')],
  ];
  const contradictions = contradictionsAbout(code).map(
    ({ says: [one, other], reading }) => `- ${one}; ${other}. Read here as: ${reading}.\n`,
  );
  return [
    `<a id="${code.toLowerCase()}"></a>\n\n## ${code} · ${slug}\n\n`,
    `*${title}*\n\n${explanation}\n\n`,
    ...facts.flatMap(([name, value]) => (value === '' ? [] : [`- ${name}: ${value}\n`])),
    '\nWhat to do:\n\n',
    ...fix.map(fixItem),
    ...(contradictions.length > 0 ? ['\nWhere Microsoft’s pages disagree:\n\n', ...contradictions] : []),
    `\nSource: ${source}\n`,
  ].join('');
}

function fixItem({ text, platform, command, safe, undo }: Fix): string {
  const where = platform === undefined ? '' : ` (${platform})`;
  const caution = safe ? '' : ' **Changes something.**';
  const block = command === undefined ? '' : `\n  \`\`\`\n  ${command}\n  \`\`\`\n`;
  const back = undo === undefined ? '' : `\n  Undo: ${isCommand(undo) ? `\`${undo}\`` : undo}\n`;
  return `- ${text}${where}${caution}\n${block}${back}`;
}

/** An undo is a command where one line does it, and words where it takes more. */
function isCommand(undo: string): boolean {
  return /^(cscript|dnscmd|nft|reg|rndc|unbound-control|[A-Z][a-z]+-[A-Z]\w+) /.test(undo);
}

function link(code: FindingCode): string {
  const page = LAYER_PAGES.find(({ prefix }) => code.startsWith(`${prefix}-`));
  return `[${code}](${page?.file ?? ''}#${code.toLowerCase()})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
