/** Where in a client's way the code arises, and so whom it accuses. */
export type Stage =
  /** Nothing was sent yet: no name could be made, or nobody could be asked. */
  | 'before-dns'
  | 'dns'
  /** From a host name to its address. */
  | 'address'
  | 'tcp'
  | 'rpc'
  /** The KMS host was reached and has answered. */
  | 'host-answered'
  /** On the computer itself. */
  | 'local'
  /** Between a computer and Microsoft, over the Internet or the telephone. */
  | 'microsoft'
  /** A summary of several tries; says nothing by itself. */
  | 'summary'
  /** A KMS host that publishes itself. */
  | 'publishing';

/** One error code of Windows that somebody with a KMS network meets. */
export interface CodeEntry {
  readonly symbol?: string;
  readonly title: string;
  readonly stage: Stage;
  /** Whose computer shows it. */
  readonly concerns: readonly ('client' | 'host' | 'mak')[];
  /** What it means on a network, plainly. */
  readonly text: string;
  /** Cause and remedy as Microsoft gives them, in our words; left out where no page of theirs does. */
  readonly microsoft?: { readonly cause: string; readonly remedy: string };
  /** Other codes, events and options to look at. */
  readonly seeAlso?: readonly string[];
}

export type CodeTable = Readonly<Record<string, CodeEntry>>;
