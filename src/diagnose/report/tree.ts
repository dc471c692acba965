import type { Finding, Fix } from '../../core/finding.ts';
import { KMS_PORT } from '../../core/kms.ts';
import { columnsOf, counted, displayWidth, wrap } from '../../core/text-layout.ts';
import type { ClientStep, Diagnosis } from '../diagnosis.ts';
import { cachingEffect, simulate, takeOutEach } from '../simulate.ts';
import { agreementOf } from './agreement.ts';
import { domainOf, recordsSeen } from './client-records.ts';
import { clientTree, type TreeNode } from './client-tree.ts';
import { excludedBy } from './excluded.ts';
import { shortPercent } from './figures.ts';
import { type CellState, pathStrip, STAGES } from './path-strip.ts';
import { costLines, prose, shareLines, takenOutLines } from './share-lines.ts';
import type { ReportStyle } from './style.ts';
import { nextCommand, type ReportContext, VERDICT_WORDS, verdictSentence } from './verdict.ts';
import { visibleDeep } from './visible.ts';

export interface TreeOptions {
  /** Whom it is about; what the files said is shown with `verbose` only. */
  readonly context: ReportContext;
  /** Folded things too: all evidence, symptoms, proofs, decoded fields. */
  readonly verbose: boolean;
}

/** Pieces of evidence shown of a finding that is not unfolded. */
const EVIDENCE_SHOWN = 3;
const FIXES_SHOWN = 2;

/**
 * A diagnosis for a terminal: the verdict, the root cause with its fix, where the client looked, who gets what, and
 * what is folded. Reads the same without colour; nothing in it can move the cursor.
 */
export function diagnosisLines(
  given: Diagnosis,
  style: ReportStyle,
  { context: givenContext, verbose }: TreeOptions,
): readonly string[] {
  const diagnosis = visibleDeep(given);
  const context = visibleDeep(givenContext);
  const blocks: (readonly string[])[] = [
    [verdictLine(diagnosis, style)],
    ...diagnosis.causes.map((cause) => findingBlock(cause, style, verbose)),
    treeLines(clientTree(diagnosis, context), style),
    ...shareBlocks(diagnosis, context, style, verbose),
    pathLines(diagnosis, style),
    ...(verbose ? [agreementLines(diagnosis, style)] : []),
    ...foldedBlocks(diagnosis, style, verbose),
    excludedLines(diagnosis, style, verbose),
    unknownLines(diagnosis, style),
    ...(verbose ? [decodedLines(context, style)] : []),
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block) => [...block.flatMap(split), '']);
}

/** The last line: the verdict in short, and what to type next. */
export function diagnosisVerdict(given: Diagnosis, style: ReportStyle): string {
  const diagnosis = visibleDeep(given);
  const { verdict, causes, predicted } = diagnosis;
  const codes = [...new Set(causes.map(({ code, slug }) => `${code} ${slug}`))];
  const more = codes.length - EVIDENCE_SHOWN;
  const named = codes.slice(0, EVIDENCE_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const seen =
    predicted.length === 0 ? '' : `; the user sees ${predicted.map(({ hresult }) => hresult).join(' or ')}`;
  const said = named === '' ? verdictSentence(diagnosis) : named + seen;
  const next = nextCommand(diagnosis);
  const word = style.paint(TONES[verdict], VERDICT_WORDS[verdict]);
  return `${word}: ${said}.${next === undefined ? '' : ` Next: ${next}`}`;
}

const TONES = { healthy: 'good', degraded: 'warn', broken: 'bad', unknown: 'warn' } as const;

function split(line: string): readonly string[] {
  return line.split('\n');
}

function symbolOf(verdict: Diagnosis['verdict'], { symbols }: ReportStyle): string {
  return { healthy: symbols.good, degraded: symbols.warn, broken: symbols.bad, unknown: symbols.unknown }[
    verdict
  ];
}

function verdictLine(diagnosis: Diagnosis, style: ReportStyle): string {
  const { verdict, predicted } = diagnosis;
  const basis = [...new Set(predicted.map((one) => one.basis))].join(', ');
  const sure = basis === '' ? '' : ` (${basis})`;
  const word = `${symbolOf(verdict, style)} ${VERDICT_WORDS[verdict]}`;
  const text = wrap(`${word}: ${verdictSentence(diagnosis)}${sure}`, style.columns, '', '  ');
  return style.paint(TONES[verdict], word) + text.slice(word.length);
}

function findingBlock(finding: Finding, style: ReportStyle, verbose: boolean): readonly string[] {
  const { code, slug, severity, side, title, subject, evidence, fix } = finding;
  const shown = verbose ? evidence : evidence.slice(0, EVIDENCE_SHOWN);
  const more = evidence.length - shown.length;
  const head = `${style.symbols.bad} ${code} ${slug}`;
  return [
    `${style.paint('bad', head)}  ${severity}, ${side}`,
    wrap(`${subject}: ${title}`, style.columns, '  '),
    ...shown.map(({ observation, says }) =>
      style.paint('dim', wrap(`${observation}  ${says}`, style.columns, '  ', '    ')),
    ),
    ...(more > 0
      ? [style.paint('dim', `  ${style.symbols.ellipsis} ${counted(more, 'more observation')}`)]
      : []),
    ...(verbose ? fix : fix.slice(0, FIXES_SHOWN)).flatMap((one) => fixLines(one, style)),
  ];
}

function fixLines({ text, platform, command, safe, undo }: Fix, style: ReportStyle): readonly string[] {
  const where = platform === undefined ? '' : ` [${platform}]`;
  const caution = safe ? '' : ' (changes something)';
  const lines = [wrap(`${style.symbols.arrow} ${text}${where}${caution}`, style.columns, '  ', '  ')];
  // A command is never broken: it is there to be copied.
  if (command !== undefined) lines.push(`      ${style.paint('strong', command)}`);
  if (undo !== undefined) lines.push(style.paint('dim', `      undo: ${undo}`));
  return lines;
}

function treeLines(root: TreeNode, style: ReportStyle): readonly string[] {
  if (root.children.length === 0) return [];
  const head = wrap(`client\u00a0 ${root.label}`, style.columns, '', '  ');
  return [
    style.paint('strong', 'client') + head.slice('client'.length),
    ...branches(root.children, '', style),
  ];
}

function branches(nodes: readonly TreeNode[], trunk: string, style: ReportStyle): readonly string[] {
  const { symbols } = style;
  const kindColumns = Math.max(...nodes.map(({ kind }) => kind.length));
  return nodes.flatMap((node, i) => {
    const isLast = i === nodes.length - 1;
    const lead = `${trunk}${isLast ? symbols.lastBranch : symbols.branch} `;
    const under = `${trunk}${isLast ? ' '.repeat(displayWidth(symbols.trunk)) : symbols.trunk}  `;
    return [nodeLine(node, { lead, under, kindColumns }, style), ...branches(node.children, under, style)];
  });
}

function nodeLine(
  node: TreeNode,
  { lead, under, kindColumns }: { lead: string; under: string; kindColumns: number },
  style: ReportStyle,
): string {
  const { kind, label, says, result, codes, isRootCause } = node;
  const { symbols } = style;
  const mark = {
    ok: symbols.good,
    failed: symbols.bad,
    unknown: symbols.unknown,
    skipped: symbols.dash,
    'not-set': symbols.dash,
  }[result];
  // No-break spaces: wrapping must not take the columns apart.
  const place = kind === '' ? label : `${kind.padEnd(kindColumns, '\u00a0')}\u00a0\u00a0${label}`;
  const found = (result === 'ok' ? [says, ...codes.map((code) => `(${code})`)] : [...codes, says])
    .filter((part) => part !== '')
    .join(' ');
  const shown = kind === 'DNS' ? place : `${place}\u00a0 ${mark} ${found}`;
  const cause = isRootCause ? `  ${symbols.arrow} root cause` : '';
  // Lines after the first stand two columns further in, and the last one has the cause behind it.
  const room = style.columns - CONTINUED.length - displayWidth(cause);
  const [first = '', ...rest] = wrap(shown, room, lead).split('\n');
  const text = [first, ...rest.map((line) => under + CONTINUED + line.slice(lead.length))].join('\n');
  return toned(text, result, style) + style.paint('strong', cause);
}

const CONTINUED = '  ';

function toned(text: string, result: ClientStep['result'], style: ReportStyle): string {
  if (result === 'skipped' || result === 'not-set') return style.paint('dim', text);
  return text;
}

/** Sets of more hosts tell who takes over only with `verbose`. */
const FEW_HOSTS = 4;

function shareBlocks(
  diagnosis: Diagnosis,
  context: ReportContext,
  style: ReportStyle,
  verbose: boolean,
): readonly (readonly string[])[] {
  const sets = recordsSeen(diagnosis, context);
  const shown = verbose ? sets : sets.slice(0, 1);
  return shown.map(({ owner, isClients, options, stateOf, unknown }) => {
    const simulation = simulate(options);
    const whose = isClients ? '' : ' (examined)';
    const head = `${style.paint('strong', 'who gets what')}  ${domainOf(owner)}${whose}`;
    const few = simulation.hosts.length <= FEW_HOSTS;
    const { on } = cachingEffect(options);
    const cached =
      context.one.client.hostCaching.value && on.nextAttemptFailure > 0
        ? [
            prose(
              `host caching: the next attempt of ${shortPercent(on.nextAttemptFailure)} of activated clients meets a dead host`,
              style,
            ),
          ]
        : [];
    if (unknown.length > 0) {
      const note = `of ${counted(unknown.length, 'host')} it is not known whether they live; they are taken for alive here`;
      return [head, ...shareLines(simulation, style, stateOf), prose(note, style)];
    }
    return [
      head,
      ...shareLines(simulation, style, stateOf),
      ...costLines(simulation, style),
      ...(few || verbose ? takenOutLines(simulation, takeOutEach(options), style) : []),
      ...cached,
    ];
  });
}

/** Rows of the path that are shown; all with `verbose` would not help either. */
const ROWS_SHOWN = 12;

function pathLines(diagnosis: Diagnosis, style: ReportStyle): readonly string[] {
  const strip = pathStrip(diagnosis);
  const { symbols } = style;
  const mark: Readonly<Record<CellState, string>> = {
    ok: symbols.good,
    failed: symbols.bad,
    warn: symbols.warn,
    unknown: symbols.unknown,
    none: symbols.dash,
  };
  const cellText = (state: CellState, text: string): string =>
    text === '' ? mark[state] : `${mark[state]} ${text}`;
  const shared = strip.shared.map(({ state, text }) => cellText(state, text));
  const rows =
    strip.rows.length === 0
      ? [['', ...shared, symbols.dash, symbols.dash, symbols.dash]]
      : strip.rows
          .slice(0, ROWS_SHOWN)
          .map(({ host, port, by, cells }, i) => [
            (port === KMS_PORT ? host : `${host}:${port}`) + (by === 'record' ? '' : ` (${by})`),
            ...(i === 0 ? shared : shared.map(() => '')),
            ...cells.map(({ state, text }) => cellText(state, text)),
          ]);
  const more = strip.rows.length - ROWS_SHOWN + strip.more;
  const table = columnsOf([
    ['', ...STAGES.map(({ label }) => label)],
    ['', ...STAGES.map(({ side }) => side)],
    ...rows,
  ]);
  // Too wide for this terminal it says nothing: the tree has the same.
  if (table.some((line) => displayWidth(line) > style.columns)) return [];
  return [
    style.paint('strong', 'path'),
    ...table.map((line, i) => (i === 1 ? style.paint('dim', line) : line)),
    ...(more > 0 ? [`${symbols.ellipsis} ${counted(more, 'more address', 'more addresses')}`] : []),
  ];
}

function agreementLines(diagnosis: Diagnosis, style: ReportStyle): readonly string[] {
  const { servers, rows } = agreementOf(diagnosis);
  if (rows.length === 0) return [];
  const lines = [style.paint('strong', 'who says what')];
  for (const { question, cells, agree } of rows) {
    lines.push(`${agree ? style.symbols.good : style.symbols.bad} ${question}`);
    for (const [i, { state, letter, text }] of cells.entries()) {
      if (state === 'none') continue;
      const { name, role } = servers[i]!;
      const said = state === 'silent' ? `${style.symbols.unknown} ${text}` : `${letter} ${text}`;
      lines.push(wrap(`${role} ${name}: ${said}`, style.columns, '    ', '  '));
    }
  }
  return lines;
}

function foldedBlocks(
  { symptoms, notes }: Diagnosis,
  style: ReportStyle,
  verbose: boolean,
): readonly (readonly string[])[] {
  const list = (title: string, findings: readonly Finding[]): readonly string[] => {
    if (findings.length === 0) return [];
    const head = style.paint('strong', `${title} (${findings.length})`);
    const lines = findings.flatMap(({ code, severity, subject, title: says, evidence }) => [
      wrap(`${severity} ${code} ${subject}: ${says}`, style.columns, '  ', '  '),
      ...(verbose
        ? evidence.map((one) =>
            style.paint('dim', wrap(`${one.observation}  ${one.says}`, style.columns, '    ', '  ')),
          )
        : []),
    ]);
    return [head, ...lines];
  };
  return [list('follows from the above', symptoms), list('worth knowing', notes)];
}

function excludedLines(diagnosis: Diagnosis, style: ReportStyle, verbose: boolean): readonly string[] {
  const excluded = excludedBy(diagnosis);
  if (excluded.length === 0) return [];
  const head = style.paint('strong', 'ruled out');
  return [
    head,
    ...excluded.map(({ text, codes, proof }) => {
      const by = verbose ? `: ${codes.join(', ')}, by ${proof.join(', ')}` : '';
      return wrap(`${style.symbols.good} ${text}${by}`, style.columns, '  ', '  ');
    }),
  ];
}

function unknownLines({ unknowns }: Diagnosis, style: ReportStyle): readonly string[] {
  if (unknowns.length === 0) return [];
  const head = style.paint('strong', `not known (${unknowns.length})`);
  return [
    head,
    ...unknowns.map(({ code, slug, because }) =>
      wrap(`${style.symbols.unknown} ${code} ${slug}: ${because}`, style.columns, '  ', '  '),
    ),
  ];
}

function decodedLines({ decoded }: ReportContext, style: ReportStyle): readonly string[] {
  if (decoded.length === 0) return [];
  return [
    style.paint('strong', 'what the files say'),
    ...decoded.map(({ label, value, meaning }) =>
      wrap(`${label} = ${value}${meaning === '' ? '' : `: ${meaning}`}`, style.columns, '  ', '  '),
    ),
  ];
}
