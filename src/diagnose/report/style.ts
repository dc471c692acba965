/** How text may look where it is read: the command's own look fits it, and so does a plain one in a test. */
export interface ReportStyle {
  /** Where lines are wrapped. */
  readonly columns: number;
  readonly symbols: {
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
  };
  /** Adds what colour can add; the text alone says the same. */
  paint(tone: 'good' | 'bad' | 'warn' | 'dim' | 'strong', text: string): string;
}
