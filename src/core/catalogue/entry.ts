import type { FindingCode } from '../catalogue.ts';
import type { Fix, Severity, Side } from '../finding.ts';

/** What a client (or, for publication, a KMS host) shows when this finding is the cause, and how sure that is. */
export interface Explained {
  readonly hresult: string;
  readonly basis: 'documented' | 'derived' | 'assumed';
}

/** How this version finds it: the weakest evidence that is enough. */
export type Observability =
  | {
      readonly observable: /** The network says it when asked, or the run knows it of itself. */
        | 'wire'
        /** It takes an export, a log, the desired state or a configuration file, alone or beside the network. */
        | 'facts'
        /** It stands in Active Directory: owners, permissions, time stamps, accounts. */
        | 'directory'
        /** Nothing but the code that the user reports speaks of it. */
        | 'error-code';
      readonly whyNot?: never;
    }
  /** Described for whoever finds it by hand. `whyNot`: what evidence is missing. */
  | { readonly observable: 'not-yet'; readonly whyNot: string };

/** Everything about one kind of finding that does not depend on where it was seen. */
export type CatalogueEntry = Observability & {
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
  /**
   * Findings that explain this one when they stand about the same subject or upstream of it: it is then a symptom.
   * Without cycles. Left out: nothing in the catalogue lies behind it.
   */
  readonly dependsOn?: readonly FindingCode[];
  /** RFC section, Microsoft page or measurement that says so; `RC-nn` is a root cause of the field survey. */
  readonly source: string;
};

/** One layer of the catalogue: exactly these codes, each with its entry. */
export type Layer<Code extends string> = { readonly [C in Code]: CatalogueEntry };

/** Microsoft documents the code with a meaning that this cause has. */
export function documented(...hresults: readonly string[]): readonly Explained[] {
  return hresults.map((hresult) => ({ hresult, basis: 'documented' }));
}

/** Follows from the Win32 number, or was reported from the field. */
export function derived(...hresults: readonly string[]): readonly Explained[] {
  return hresults.map((hresult) => ({ hresult, basis: 'derived' }));
}

/** Likely, and nobody has shown it. */
export function assumed(...hresults: readonly string[]): readonly Explained[] {
  return hresults.map((hresult) => ({ hresult, basis: 'assumed' }));
}
