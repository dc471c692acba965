import type { Fix, Severity, Side } from '../finding.ts';

/** What a client shows when this finding is the cause, and how sure that is. */
export interface Explained {
  readonly hresult: string;
  readonly basis: 'documented' | 'derived' | 'assumed';
}

/** Everything about one kind of finding that does not depend on where it was seen. */
export interface CatalogueEntry {
  readonly slug: string;
  /** By consequence for the client, in the usual case; whoever raises it may say otherwise. */
  readonly severity: Severity;
  /** Where it is put right. */
  readonly side: Side;
  /** A sentence without subject, shown after it. */
  readonly title: string;
  /** What happens and why it matters, for `kmsdns explain`; two to four sentences. */
  readonly explanation: string;
  readonly explains: readonly Explained[];
  readonly fix: readonly Fix[];
  /** RFC section, Microsoft page or measurement that says so. */
  readonly source: string;
}

/** One layer of the catalogue: exactly these codes, each with its entry. */
export type Layer<Code extends string> = { readonly [C in Code]: CatalogueEntry };
