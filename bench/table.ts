/** What a measurement found, one line of the table. */
export interface Row {
  readonly what: string;
  /** Our figure with its unit, and the same of the peer. */
  readonly ours: string;
  readonly peer: string;
  readonly theirs: string;
  /** Ours divided by theirs; undefined where there is nothing to divide. */
  readonly ratio?: number;
  readonly target?: Target;
}

export type Target =
  | { readonly atMost: number }
  | { readonly atLeast: number }
  /** For figures without a peer; `met` is decided where they were measured. */
  | { readonly said: string; readonly met: boolean };

export interface Measured {
  readonly rows: readonly Row[];
  /** Peers that are missing, and why. */
  readonly skipped: readonly string[];
}

export interface Measurement {
  readonly name: string;
  /** Measures; `say` tells a person who waits what is being done. */
  readonly run: (say: (text: string) => void) => Promise<Measured>;
}

/** One markdown table. */
export function markdownTable(rows: readonly Row[]): string {
  const head = ['measured', 'kmsdns', 'peer', 'its figure', 'ratio', 'target', ''];
  const lines = rows.map(({ what, ours, peer, theirs, ratio, target }) => [
    what,
    ours,
    peer,
    theirs,
    ratio === undefined ? '' : ratio.toFixed(2),
    target === undefined ? '' : targetText(target),
    target === undefined ? '' : isMet(target, ratio) ? 'met' : '**missed**',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const numeric = [1, 3, 4, 5];
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (numeric.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => ` ${'-'.repeat(width - 1)}${numeric.includes(i) ? ':' : '-'} `).join('|')}|`;
  return [row(head), rule, ...lines.map(row)].join('\n');
}

function targetText(target: Target): string {
  if ('said' in target) return target.said;
  return 'atMost' in target ? `≤ ${target.atMost.toFixed(2)}` : `≥ ${target.atLeast.toFixed(2)}`;
}

function isMet(target: Target, ratio: number | undefined): boolean {
  if ('said' in target) return target.met;
  if (ratio === undefined) return false;
  return 'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast;
}

/** `1.2 ms`, `340 ms`, `1.24 s`. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

/** `136,000/s`, to three digits. */
export function rate(perSecond: number): string {
  return `${Number(perSecond.toPrecision(3)).toLocaleString('en')}/s`;
}
