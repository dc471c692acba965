import type { Explained } from '../core/catalogue/entry.ts';
import type { Fix, Severity, Side } from '../core/finding.ts';
import type { CodeEntry } from './code-entry.ts';
import type { Contradiction } from './contradictions.ts';
import type { Correlation, EventEntry } from './events.ts';
import type { FindingRef, FirstLook } from './first-look.ts';
import type { DecodedCode } from './hresult.ts';
import type { KeyAnswer } from './key-hierarchy.ts';
import type { RegistryValue } from './registry-values.ts';
import type { SlmgrOption } from './slmgr-options.ts';

export const EXPLAINED_KINDS = [
  'hresult',
  'win32',
  'event',
  'finding',
  'slmgr-option',
  'registry-value',
  'term',
] as const;
export type ExplainedKind = (typeof EXPLAINED_KINDS)[number];

interface Explanatory {
  /** As this package writes it: `0x8007232B`, `9003`, `12288`, `SRV-001`, `/skms`, `DnsDomainPublishList`. */
  readonly code: string;
  readonly title: string;
  readonly text: string;
  /** False for a number that could only be taken apart. */
  readonly known: boolean;
  /** What Microsoft's own pages say against each other about it. */
  readonly contradictions: readonly Contradiction[];
  /** Each of them can be explained too. */
  readonly seeAlso: readonly string[];
}

export interface ExplainedCode
  extends Explanatory,
    Partial<Pick<CodeEntry, 'symbol' | 'stage' | 'concerns' | 'microsoft'>> {
  readonly kind: 'hresult' | 'win32';
  readonly number: DecodedCode;
  /** Findings that explain it, the ones to look at first in front. */
  readonly causes: FirstLook;
  /** 0xC004F042 only, when a pair was asked for. */
  readonly pair?: KeyAnswer;
}

export interface ExplainedEvent
  extends Explanatory,
    Pick<EventEntry, 'loggedBy' | 'log' | 'providers' | 'when' | 'fields' | 'command'> {
  readonly kind: 'event';
  /** What events of one attempt mean together. */
  readonly together: readonly Correlation[];
}

export interface ExplainedFinding extends Explanatory {
  readonly kind: 'finding';
  readonly slug: string;
  readonly severity: Severity;
  readonly side: Side;
  readonly explains: readonly Explained[];
  readonly fix: readonly Fix[];
  /** Findings that make this one a symptom. */
  readonly explainedBy: readonly FindingRef[];
  /** Findings that are symptoms when this one stands. */
  readonly makesSymptoms: readonly FindingRef[];
  readonly observable: 'wire' | 'facts' | 'directory' | 'error-code' | 'not-yet';
  readonly whyNot?: string;
  readonly source: string;
}

export interface ExplainedOption extends Explanatory, Omit<SlmgrOption, 'title' | 'text' | 'seeAlso'> {
  readonly kind: 'slmgr-option';
  /** To be typed. */
  readonly command: string;
}

export interface ExplainedValue extends Explanatory, Omit<RegistryValue, 'title' | 'text' | 'seeAlso'> {
  readonly kind: 'registry-value';
}

export interface ExplainedTerm extends Explanatory {
  readonly kind: 'term';
}

/** Everything this package knows about one thing; `kmsdns explain --json` is this with its schema in front. */
export type Explanation =
  | ExplainedCode
  | ExplainedEvent
  | ExplainedFinding
  | ExplainedOption
  | ExplainedValue
  | ExplainedTerm;
