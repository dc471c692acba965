import type { Fix } from '../core/finding.ts';
import type { Contradiction } from '../explain/contradictions.ts';
import type {
  ExplainedCode,
  ExplainedEvent,
  ExplainedFinding,
  ExplainedKind,
  Explanation,
} from '../explain/explanation.ts';
import type { CodeCause, FindingRef } from '../explain/first-look.ts';
import type { KeyAnswer } from '../explain/key-hierarchy.ts';
import { columnsOf, type Look, wrap } from './look.ts';

const INDENT = '  ';
/** Findings beside those to look at first; --verbose shows the rest. */
const SHOWN_CAUSES = 6;

const STAGES: Readonly<Record<NonNullable<ExplainedCode['stage']>, string>> = {
  'before-dns': 'before any DNS query',
  dns: 'in DNS',
  address: 'from host name to address',
  tcp: 'at the connection',
  rpc: 'at the RPC call',
  'host-answered': 'in the answer of the KMS host: the network is innocent',
  local: 'on the computer itself: no KMS traffic is concerned',
  microsoft: 'between the computer and Microsoft: no KMS traffic is concerned',
  summary: 'a summary of several tries',
  publishing: 'when a KMS host publishes itself',
};

/** Everything that is known about one thing, for a person. */
export function explanationLines(said: Explanation, look: Look, verbose: boolean): readonly string[] {
  const head = said.kind === 'finding' ? `${said.code} ${said.slug}` : said.code;
  return [
    `${look.paint('strong', head)}  ${said.title}`,
    ...bitsLine(said, look),
    '',
    wrap(said.text, look.columns),
    ...ownLines(said, look, verbose),
    ...contradictionLines(said.contradictions, look),
    ...(said.seeAlso.length === 0 ? [] : ['', wrap(`See also: ${said.seeAlso.join(', ')}`, look.columns)]),
    '',
  ];
}

/** A code taken apart, in one line under its title. */
function bitsLine(said: Explanation, look: Look): readonly string[] {
  if (said.kind !== 'hresult' && said.kind !== 'win32') return [];
  const { hresult, signed, reading } = said.number;
  const names = [said.kind === 'win32' ? hresult : undefined, said.symbol, reading, String(signed)];
  const line = names.filter((one) => one !== undefined).join('; ');
  return [look.paint('dim', wrap(line, look.columns))];
}

function ownLines(said: Explanation, look: Look, verbose: boolean): readonly string[] {
  switch (said.kind) {
    case 'hresult':
    case 'win32':
      return codeLines(said, look, verbose);
    case 'event':
      return eventLines(said, look);
    case 'finding':
      return findingLines(said, look);
    case 'slmgr-option':
      return factLines(look, [
        ['syntax', `slmgr ${said.syntax}`],
        ['for', said.on === 'both' ? 'KMS clients and KMS hosts' : `KMS ${said.on}s`],
        ['elevated', said.elevated],
        ['values', said.range],
        ['writes', said.writes?.join(', ')],
        [
          'restart',
          said.restart === true
            ? 'the service has to be started anew: net stop sppsvc && net start sppsvc'
            : undefined,
        ],
        ['undo', said.undo],
        ['since', said.versions],
      ]);
    case 'registry-value':
      return factLines(look, [
        ...said.keys.map((key, i): [string, string] => [i === 0 ? 'key' : '', key]),
        ['type', said.type],
        ['values', said.range],
        ['default', said.fallback],
        ['read by', said.readBy],
        ['restart', said.restart === 'no' ? 'not needed' : said.restart],
        ['set by', said.setBy],
      ]);
    case 'term':
      return [];
  }
}

function factLines(look: Look, facts: readonly (readonly [string, string | undefined])[]): readonly string[] {
  const given = facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(...given.map(([name]) => name.length));
  const lines = given.map(([name, value]) =>
    wrap(value, look.columns, INDENT, ' '.repeat(width + 2)).replace(
      INDENT,
      `${INDENT}${name.padEnd(width + 2)}`,
    ),
  );
  return given.length === 0 ? [] : ['', ...lines];
}

function codeLines(said: ExplainedCode, look: Look, verbose: boolean): readonly string[] {
  const { causes, microsoft, stage, pair } = said;
  const others = verbose ? causes.others : causes.others.slice(0, SHOWN_CAUSES);
  const left = causes.others.length - others.length;
  const known = causes.first.length + causes.next.length > 0;
  return [
    ...(pair === undefined ? [] : pairLines(pair, look)),
    ...factLines(look, [
      ['arises', stage && STAGES[stage]],
      ['Microsoft: cause', microsoft?.cause],
      ['Microsoft: remedy', microsoft?.remedy],
    ]),
    ...(causes.advice === undefined ? [] : ['', wrap(causes.advice, look.columns)]),
    ...causeLines('Look first:', causes.first, look),
    ...causeLines('Then:', causes.next, look),
    ...causeLines(known ? 'Also possible:' : 'Findings that explain it:', others, look),
    ...(left > 0 ? [`${INDENT}${look.symbols.ellipsis} and ${left} more with --verbose`] : []),
  ];
}

function causeLines(title: string, causes: readonly CodeCause[], look: Look): readonly string[] {
  if (causes.length === 0) return [];
  const rows = columnsOf(causes.map(({ code, slug }) => [code, slug]));
  return [
    '',
    title,
    ...causes.flatMap(({ title: says, basis }, i) => refLines(rows[i] ?? '', `${says} (${basis})`, look)),
  ];
}

/** What a finding says goes beside its name where there is room, else below it. */
function refLines(name: string, says: string, look: Look): readonly string[] {
  const line = `${INDENT}${name}  ${says}`;
  if (line.length <= look.columns) return [line];
  return [`${INDENT}${name}`, wrap(says, look.columns, `${INDENT}${INDENT}`)];
}

function pairLines(pair: KeyAnswer, look: Look): readonly string[] {
  const yes = pair.activates === 'yes';
  const mark = yes ? look.paint('good', look.symbols.good) : look.paint('bad', look.symbols.bad);
  const answer = yes ? 'activates' : 'does not activate';
  return [
    '',
    `${mark} A KMS host with the key ${JSON.stringify(pair.hostKey)} ${answer} ${pair.product}.`,
    ...factLines(look, [
      ['because', `${pair.because} (${pair.basis}: ${pair.source})`],
      ['the key runs on', pair.runsOn],
      ['keys that would do', pair.wouldDo.length === 0 ? undefined : pair.wouldDo.join(', ')],
    ]).slice(1),
  ];
}

function eventLines(said: ExplainedEvent, look: Look): readonly string[] {
  return [
    ...factLines(look, [
      ['logged by', `the KMS ${said.loggedBy}`],
      ['when', said.when],
      ['log', said.log],
      ['provider', said.providers.join(', ')],
    ]),
    '',
    'Fields, in their order:',
    ...said.fields.map(({ name, meaning }, i) =>
      wrap(`${i + 1}. ${name}: ${meaning}`, look.columns, INDENT, '   '),
    ),
    ...(said.together.length === 0 ? [] : ['', 'Events of one attempt together:']),
    ...said.together.flatMap(({ client12288, client12289, host12290, meaning }) => [
      wrap(`12288 ${client12288}; 12289 ${client12289}; 12290 ${host12290}`, look.columns, INDENT, INDENT),
      wrap(`${look.symbols.arrow} ${meaning}`, look.columns, `${INDENT}${INDENT}`, INDENT),
    ]),
  ];
}

function findingLines(said: ExplainedFinding, look: Look): readonly string[] {
  const refs = (all: readonly FindingRef[]): string | undefined =>
    all.length === 0 ? undefined : all.map(({ code }) => code).join(', ');
  const found =
    said.observable === 'not-yet' ? `not by this version: ${said.whyNot}` : FOUND_BY[said.observable];
  const codes = said.explains.map(({ hresult, basis }) => `${hresult} (${basis})`).join(', ');
  return [
    ...factLines(look, [
      ['severity', said.severity],
      ['put right at', said.side],
      ['found', found],
      ['explains', codes === '' ? undefined : codes],
      ['symptom of', refs(said.explainedBy)],
      ['cause of', refs(said.makesSymptoms)],
    ]),
    '',
    'What to do:',
    ...said.fix.flatMap((fix) => fixLines(fix, look)),
    '',
    wrap(`Source: ${said.source}`, look.columns),
  ];
}

const FOUND_BY = {
  wire: 'on the network',
  facts: 'with evidence: an export, a log, the desired state or a configuration file',
  directory: 'in Active Directory',
  'error-code': 'by the code that the user reports',
} as const;

function fixLines({ text, platform, command, safe, undo }: Fix, look: Look): readonly string[] {
  const where = platform === undefined ? '' : ` (${platform})`;
  const caution = safe ? '' : ` ${look.paint('warn', 'Changes something.')}`;
  return [
    wrap(`${look.symbols.arrow} ${text}${where}${caution}`, look.columns, INDENT, INDENT),
    // A command is one line whatever its length, to be copied.
    ...(command === undefined ? [] : [`${INDENT}${INDENT}${look.paint('strong', command)}`]),
    ...(undo === undefined ? [] : [`${INDENT}${INDENT}undo: ${undo}`]),
  ];
}

function contradictionLines(contradictions: readonly Contradiction[], look: Look): readonly string[] {
  if (contradictions.length === 0) return [];
  return [
    '',
    'Microsoft’s pages disagree:',
    ...contradictions.flatMap(({ says: [one, other], reading }) => [
      wrap(`${look.symbols.dash} ${one}`, look.columns, INDENT, INDENT),
      wrap(`${look.symbols.dash} ${other}`, look.columns, INDENT, INDENT),
      wrap(`${look.symbols.arrow} read here as: ${reading}`, look.columns, `${INDENT}${INDENT}`, INDENT),
    ]),
  ];
}

/** What somebody who asked for this would type next. */
export function nextStep(said: Explanation): string {
  switch (said.kind) {
    case 'hresult':
    case 'win32':
      if (!said.known) return 'Not known to kmsdns; kmsdns explain lists what is.';
      return said.stage === 'local' || said.stage === 'microsoft'
        ? 'Not a fault of DNS or network.'
        : `Find out which it is: kmsdns diagnose DOMAIN --error ${said.number.hresult}`;
    case 'event':
      return `List the latest: ${said.command}`;
    case 'finding':
      if (said.observable === 'not-yet') return 'Look for it by hand.';
      return said.observable === 'directory'
        ? 'Look for it in Active Directory.'
        : 'Find out whether it stands: kmsdns diagnose DOMAIN';
    case 'slmgr-option':
      return `Type it: ${said.command}`;
    case 'registry-value':
      return `See it: reg query "${said.keys.at(-1)}" /v "${said.code}"`;
    case 'term':
      return said.seeAlso.length === 0
        ? 'kmsdns explain lists more.'
        : `Next: kmsdns explain ${said.seeAlso[0]}`;
  }
}

const KIND_TITLES: Readonly<Record<ExplainedKind, string>> = {
  hresult: 'Codes (hex, signed or unsigned decimal, or their symbol)',
  win32: 'Win32 numbers',
  event: 'Events',
  finding: 'Findings (by code or slug)',
  'slmgr-option': 'Options of slmgr.vbs',
  'registry-value': 'Registry values',
  term: 'Terms',
};

/** What there is to ask for, by kind. */
export function explainableLines(
  names: Readonly<Record<ExplainedKind, readonly string[]>>,
  look: Look,
): readonly string[] {
  return (Object.entries(names) as [ExplainedKind, readonly string[]][]).flatMap(([kind, list]) => [
    look.paint('strong', KIND_TITLES[kind]),
    wrap(list.map((name) => name.replaceAll(' ', '\u00a0')).join(', '), look.columns, INDENT),
    '',
  ]);
}
