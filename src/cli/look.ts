import stringWidth from './string-width.ts';

/** What a text means; the colours follow from it and never stand alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

export interface Symbols {
  readonly good: string;
  readonly bad: string;
  readonly warn: string;
  readonly unknown: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly trunk: string;
  readonly arrow: string;
  readonly dash: string;
  readonly ellipsis: string;
  /** A full cell of a bar. */
  readonly bar: string;
}

/** How text may look on one stream. */
export interface Look {
  /** Where prose is wrapped. */
  readonly columns: number;
  readonly symbols: Symbols;
  readonly coloured: boolean;
  paint(tone: Tone, text: string): string;
}

export interface Surface {
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const UNICODE: Symbols = {
  good: '✔',
  bad: '✖',
  warn: '!',
  unknown: '?',
  branch: '├─',
  lastBranch: '└─',
  trunk: '│',
  arrow: '→',
  dash: '–',
  ellipsis: '…',
  bar: '█',
};

const ASCII: Symbols = {
  good: '+',
  bad: 'x',
  warn: '!',
  unknown: '?',
  branch: '|-',
  lastBranch: '`-',
  trunk: '|',
  arrow: '->',
  dash: '-',
  ellipsis: '...',
  bar: '#',
};

/** SGR parameters of ECMA-48, the sixteen colours that every palette has. */
const SGR: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
};

const ESC = String.fromCharCode(27);
const DEFAULT_COLUMNS = 100;
const COLUMNS = { least: 40, most: 120 } as const;

/** The look of a stream: colours only on a terminal that wants them, box characters only where they arrive. */
export function lookOf(
  { isTerminal, columns }: Surface,
  env: Environment,
  platform: string,
  noColour: boolean,
): Look {
  const dumb = env.TERM === 'dumb';
  const coloured = isTerminal && !noColour && !dumb && !env.NO_COLOR;
  return {
    // A terminal of 0 columns does not know its width.
    columns: Math.min(Math.max((isTerminal && columns) || DEFAULT_COLUMNS, COLUMNS.least), COLUMNS.most),
    symbols: showsUnicode(isTerminal, env, platform) ? UNICODE : ASCII,
    coloured,
    paint(tone, text) {
      const [on, off] = SGR[tone];
      return coloured && text !== '' ? `${ESC}[${on}m${text}${ESC}[${off}m` : text;
    },
  };
}

function showsUnicode(isTerminal: boolean, env: Environment, platform: string): boolean {
  if (platform === 'win32') {
    // Elsewhere the console, and whoever reads a pipe, takes octets for its OEM code page.
    const modern = env.WT_SESSION ?? env.ConEmuTask ?? env.TERM_PROGRAM;
    return isTerminal && modern !== undefined;
  }
  if (env.TERM === 'dumb' || env.TERM === 'linux') return false;
  // POSIX, "Environment Variables": the first of these that is set and not empty decides.
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'C';
  return /utf-?8/i.test(locale);
}

/**
 * Breaks prose between words to fit `columns`, every line behind `indent` and all but the first behind `hang` too;
 * a longer word stays whole.
 */
export function wrap(text: string, columns: number, indent = '', hang = ''): string {
  const room = Math.max(columns - stringWidth(indent + hang), 20);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, i) => (indent + (i === 0 ? '' : hang) + one).trimEnd()).join('\n');
}

/** Rows as aligned columns; numbers and the like to the right where `alignRight` says so. */
export function columnsOf(
  rows: readonly (readonly string[])[],
  alignRight: readonly boolean[] = [],
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, stringWidth(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const padding = ' '.repeat(widths[i]! - stringWidth(cell));
        return alignRight[i] === true ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `1 record`, `2 records`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
