export { columnsOf, counted, wrap } from '../core/text-layout.ts';

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
  good: 'ok',
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
