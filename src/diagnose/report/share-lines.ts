import { KMS_PORT } from '../../core/kms.ts';
import { displayName } from '../../core/name.ts';
import type { SrvRecord } from '../../core/srv.ts';
import { columnsOf, displayWidth, wrap } from '../../core/text-layout.ts';
import type { Simulation, TakenOut } from '../simulate.ts';
import { percent, seconds, shortPercent } from './figures.ts';
import type { ReportStyle } from './style.ts';

const BAR_CELLS = 16;
const BAR_COLUMN = 4;

/** Of a note that does not fit beside its host. */
const NOTE_INDENT = ' '.repeat(9);

/** `kms1.contoso.com`, with the port where it is not the usual one. */
export function hostText({ target, port }: Pick<SrvRecord, 'target' | 'port'>): string {
  return displayName(target) + (port === KMS_PORT ? '' : `:${port}`);
}

/**
 * Who gets what, as a table with bars. `stateOf` says what is known about a host beside its share: `refused`,
 * `bound, 6 ms`; undefined when nothing is.
 */
export function shareLines(
  { hosts, model }: Simulation,
  style: ReportStyle,
  stateOf: (record: SrvRecord) => string | undefined = () => undefined,
): readonly string[] {
  if (hosts.length === 0) return [];
  let former: number | undefined;
  const rows = hosts.map((host) => {
    const { record, alive, firstTryShare, eventualShare } = host;
    const priority = model === 'random' || record.priority === former ? '' : `prio ${record.priority}`;
    former = record.priority;
    const cells = firstTryShare === 0 ? 0 : Math.max(1, Math.round(firstTryShare * BAR_CELLS));
    const state = stateOf(record) ?? (alive ? undefined : 'dead');
    const backup = firstTryShare === 0 ? 'backup' : undefined;
    const note = [backup, state].filter((one) => one !== undefined).join(', ');
    const mark = alive ? '' : `${style.symbols.bad} `;
    return [
      priority,
      hostText(record),
      model === 'random' ? '' : String(record.weight),
      percent(firstTryShare),
      style.symbols.bar.repeat(cells),
      percent(eventualShare),
      mark + note,
    ];
  });
  const weight = model === 'random' ? '' : 'weight';
  const head = ['', 'host', weight, 'first try', '', 'ends up', ''];
  const cells = [head, ...rows].map((row) => row.slice(0, -1));
  const full = columnsOf(cells, [false, false, true, true, false, true]);
  const isWide = full.some((line) => displayWidth(line) > style.columns);
  // The bars go first where there is no room: the numbers say the same.
  const table = isWide
    ? columnsOf(
        cells.map((row) => row.filter((_, i) => i !== BAR_COLUMN)),
        [false, false, true, true, true],
      )
    : full;
  return table.flatMap((line, i) => {
    const note = rows[i - 1]?.at(-1) ?? '';
    if (note === '') return [line];
    const tone = hosts[i - 1]!.alive ? 'dim' : 'bad';
    const beside = `${line}  ${note}`;
    if (displayWidth(beside) <= style.columns) return [`${line}  ${style.paint(tone, note)}`];
    return [line, style.paint(tone, wrap(note, style.columns, NOTE_INDENT, '  '))];
  });
}

/** What failing over costs, in sentences. */
export function costLines(
  { firstTryFailure, failure, wait, hosts }: Simulation,
  style: ReportStyle,
): readonly string[] {
  if (hosts.length === 0) return ['No record, so no client finds a host.'];
  if (firstTryFailure === 0) return ['every client finds a host at the first try'];
  const sentences = [
    `first try fails for ${shortPercent(firstTryFailure)} of clients, ${shortPercent(failure)} end up without a host`,
  ];
  if (wait.worstSeconds > 0) {
    const share = wait.share === 1 ? 'every client waits' : `${shortPercent(wait.share)} of clients wait`;
    sentences.push(
      `${share}, ${seconds(wait.worstSeconds)} at worst, ${seconds(wait.expectedSeconds)} on average over all; derived from the time Windows gives an address that does not answer, a host that refuses costs nothing`,
    );
  }
  return sentences.map((sentence) => prose(sentence, style));
}

/** Hosts named in "who takes over"; of more only the number is told. */
const HEIRS_SHOWN = 4;

/**
 * `if kms1.contoso.com dies`: who takes over, and for how many clients the first try fails then. Hosts that nobody
 * ends up at today are left out.
 */
export function takenOutLines(
  { hosts }: Simulation,
  all: readonly TakenOut[],
  style: ReportStyle,
): readonly string[] {
  const used = all.filter(({ target }) =>
    hosts.some(({ record, eventualShare }) => record.target === target && eventualShare > 0),
  );
  return used.map(({ target, simulation }) => {
    const heirs = simulation.hosts
      .filter(({ eventualShare }) => eventualShare > 0)
      .sort((a, b) => b.eventualShare - a.eventualShare)
      .map(({ record, eventualShare }) => `${hostText(record)} gets ${shortPercent(eventualShare)}`);
    const more = heirs.length - HEIRS_SHOWN;
    const named = heirs.slice(0, HEIRS_SHOWN).join(', ') + (more > 0 ? ` and ${more} more the rest` : '');
    const then = heirs.length === 0 ? 'no client finds a host' : named;
    const failing = `first try fails for ${shortPercent(simulation.firstTryFailure)}`;
    return prose(`if ${displayName(target)} dies: ${then}; ${failing}`, style);
  });
}

/** A sentence in lines that keep a number and its unit together. */
export function prose(sentence: string, { columns }: ReportStyle): string {
  return wrap(sentence.replace(/(\d) (%|s|ms)(?![a-z])/g, '$1\u00a0$2'), columns, '', '  ');
}
