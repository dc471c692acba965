/** Named by consequence: critical = a client gets no host; error = it loses a host or a try; the rest works today. */
export const SEVERITIES = ['critical', 'error', 'warning', 'notice', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Side = 'client' | 'dns' | 'network' | 'host' | 'publisher';

/** One thing that was seen: `observation` names the packet, file or value; `says` is what it says. */
export interface Evidence {
  readonly observation: string;
  readonly says: string;
}

export interface Fix {
  readonly text: string;
  readonly platform?: string;
  readonly command?: string;
  readonly safe: boolean;
  readonly undo?: string;
}

/** One statement about a network, with its proof. Code and slug are never reused for another meaning. */
export interface Finding {
  readonly code: string;
  readonly slug: string;
  readonly severity: Severity;
  readonly side: Side;
  /** What it is about: a name, a record, a host, a file. */
  readonly subject: string;
  readonly title: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly explains: readonly {
    readonly hresult: string;
    readonly basis: 'documented' | 'derived' | 'assumed';
  }[];
  readonly fix: readonly Fix[];
}
