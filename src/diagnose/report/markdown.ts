import type { Finding, Fix } from '../../core/finding.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { simulate } from '../simulate.ts';
import { agreementOf } from './agreement.ts';
import { domainOf, recordsSeen } from './client-records.ts';
import { clientTree, type TreeNode } from './client-tree.ts';
import { excludedBy } from './excluded.ts';
import { percent } from './figures.ts';
import { type CellState, pathStrip, STAGES } from './path-strip.ts';
import { hostText } from './share-lines.ts';
import { type ReportContext, VERDICT_WORDS, verdictSentence } from './verdict.ts';
import { visible } from './visible.ts';

const MARKS = { healthy: '✔', degraded: '⚠', broken: '✖', unknown: '?' } as const;

/**
 * A diagnosis as GitHub-flavoured Markdown, for tickets, wikis and job summaries. Values of others stand in code
 * spans or escaped: no name can become a heading, a link, an image or HTML.
 */
export function diagnosisMarkdown(diagnosis: Diagnosis, context: ReportContext): string {
  const { verdict, predicted, causes, symptoms, notes, unknowns } = diagnosis;
  const basis = predicted.map((one) => `${code(one.hresult)} (${one.basis})`).join(', ');
  const blocks = [
    `# ${MARKS[verdict]} ${VERDICT_WORDS[verdict]}`,
    `${sentence(verdictSentence(diagnosis))}.`,
    basis === '' ? '' : `What the user sees: ${basis}.`,
    ...causes.map((cause) => findingText(cause, '##')),
    '## Where the client looked',
    treeText(clientTree(diagnosis, context)),
    ...shareTables(diagnosis, context),
    pathTable(diagnosis),
    agreementTable(diagnosis),
    folded('Follows from the above', symptoms),
    folded('Worth knowing', notes),
    list(
      '## Ruled out',
      excludedBy(diagnosis).map(
        ({ text, codes, proof }) =>
          `${escaped(text)}: ${codes.join(', ')} (by ${proof.map(code).join(', ')})`,
      ),
    ),
    list(
      '## Not known',
      unknowns.map((one) => `${escaped(`${one.code} ${one.slug}`)}: ${escaped(one.because)}`),
    ),
    decodedTable(context),
    `---\n\nObserved ${code(context.at)}; ${diagnosis.observations.length} observations, ${diagnosis.facts.length} facts.`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/**
 * Text that Markdown leaves as it is (CommonMark §2.4, GFM's tables and bare links), wherever in a line it stands.
 */
export function escaped(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]<>#|~&$@]|:(?=\S)/g, '\\$&')
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}\\.`);
}

/** A code span around any text (CommonMark §6.1): fenced by more backticks than the text has in a row. */
export function code(text: string): string {
  const shown = visible(text);
  if (shown.trim() === '') return '""';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** The same for a cell of a table, where a bar ends the cell even in code (GFM §4.10). */
export function cellCode(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A block of code around any text: its fence is longer than any run in it (CommonMark §4.5). */
function codeBlock(text: string, indent: string): string {
  const lines = text.split('\n').map(visible);
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('')) + 1));
  return [fence, ...lines, fence].map((line) => indent + line).join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function sentence(text: string): string {
  const shown = escaped(text);
  return shown.slice(0, 1).toUpperCase() + shown.slice(1);
}

function findingText(
  { code: id, slug, severity, side, subject, title, evidence, fix }: Finding,
  level: string,
): string {
  return [
    `${level} ${escaped(`${id} ${slug}`)}`,
    `${code(subject)}: ${escaped(title)} (${severity}, side: ${side}).`,
    evidence.map(({ observation, says }) => `- ${code(observation)} ${code(says)}`).join('\n'),
    ...(fix.length === 0 ? [] : ['**Fix**', fix.map(fixText).join('\n')]),
  ].join('\n\n');
}

function fixText({ text, platform, command, safe, undo }: Fix, i: number): string {
  const where = platform === undefined ? '' : ` *(${escaped(platform)})*`;
  const caution = safe ? '' : ' **changes something**';
  const lines = [`${i + 1}. ${escaped(text)}${where}${caution}`];
  if (command !== undefined) lines.push('', codeBlock(command, '   '), '');
  if (undo !== undefined) lines.push(`   Undo: ${code(undo)}`);
  return lines.join('\n');
}

const RESULTS: Readonly<Record<TreeNode['result'], string>> = {
  ok: '✔',
  failed: '✖',
  unknown: '?',
  skipped: '–',
  'not-set': '–',
};

function treeText(root: TreeNode): string {
  const lines = (nodes: readonly TreeNode[], depth: number): readonly string[] =>
    nodes.flatMap(({ kind, label, says, result, codes, isRootCause, children }) => [
      `${'  '.repeat(depth)}- ${[
        kind === 'DNS' ? '' : RESULTS[result],
        escaped(kind),
        code(label),
        ...codes.map(escaped),
        escaped(says),
        isRootCause ? '**← root cause**' : '',
      ]
        .filter((part) => part !== '')
        .join(' ')}`,
      ...lines(children, depth + 1),
    ]);
  return [`${escaped(root.label)}:`, '', ...lines(root.children, 0)].join('\n');
}

/** A table with every cell already in Markdown. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function shareTables(diagnosis: Diagnosis, context: ReportContext): readonly string[] {
  return recordsSeen(diagnosis, context).flatMap(({ owner, isClients, options, stateOf, unknown }) => {
    const { hosts, firstTryFailure, failure } = simulate(options);
    const rows = hosts.map(({ record, firstTryShare, eventualShare }) => [
      String(record.priority),
      cellCode(hostText(record)),
      String(record.weight),
      percent(firstTryShare),
      percent(eventualShare),
      escaped(stateOf(record) ?? ''),
    ]);
    const note =
      unknown.length > 0
        ? `It is not known whether ${unknown.length} of the hosts live; they are taken for alive.`
        : `First try fails for ${percent(firstTryFailure)} of clients; ${percent(failure)} end up without a host.`;
    return [
      `## Who gets what: ${escaped(domainOf(owner))}${isClients ? '' : ' (examined)'}`,
      table(['priority', 'host', 'weight', 'first try', 'ends up', 'seen'], rows),
      note,
    ];
  });
}

const CELLS: Readonly<Record<CellState, string>> = {
  ok: '✔',
  failed: '✖',
  warn: '!',
  unknown: '?',
  none: '–',
};

function pathTable(diagnosis: Diagnosis): string {
  const { shared, rows } = pathStrip(diagnosis);
  const cellText = ({
    state,
    text,
    codes,
  }: {
    state: CellState;
    text: string;
    codes: readonly string[];
  }): string => [CELLS[state], escaped(text), ...codes.map(escaped)].filter((part) => part !== '').join(' ');
  const head = ['', ...STAGES.map(({ label, side }) => `${label} (${side})`)];
  const first = shared.map(cellText);
  const body =
    rows.length === 0
      ? [['', ...first, '–', '–', '–']]
      : rows.map(({ host, port, cells }, i) => [
          cellCode(`${host}:${port}`),
          ...(i === 0 ? first : first.map(() => '')),
          ...cells.map(cellText),
        ]);
  return `## Path\n\n${table(head, body)}`;
}

function agreementTable(diagnosis: Diagnosis): string {
  const { servers, rows } = agreementOf(diagnosis);
  if (rows.length === 0 || servers.length < 2) return '';
  const head = ['question', ...servers.map(({ name, role }) => `${role} ${cellCode(name)}`)];
  const body = rows.map(({ question, cells }) => [
    cellCode(question),
    ...cells.map(({ state, letter, text }) => {
      if (state === 'none') return '';
      if (state === 'silent') return `? ${escaped(text)}`;
      return `${state === 'differs' ? `**${letter} ≠**` : letter} ${cellCode(text)}`;
    }),
  ]);
  return `## Who says what\n\n${table(head, body)}`;
}

function folded(title: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const body = findings.map((one) => findingText(one, '####')).join('\n\n');
  return `<details><summary>${title} (${findings.length})</summary>\n\n${body}\n\n</details>`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${title}\n\n${items.map((item) => `- ${item}`).join('\n')}`;
}

function decodedTable({ decoded }: ReportContext): string {
  if (decoded.length === 0) return '';
  const rows = decoded.map(({ label, value, meaning }) => [
    cellCode(label),
    cellCode(value),
    escaped(meaning),
  ]);
  return `## What the files say\n\n${table(['field', 'value', 'meaning'], rows)}`;
}
