import { CATALOGUE, type FindingCode } from '../core/catalogue.ts';
import { type Finding, SEVERITIES } from '../core/finding.ts';
import type { Scope } from './judgement.ts';

/** A finding with what it is about. */
export interface Scoped {
  readonly finding: Finding;
  readonly scope: Scope;
}

export interface Folded {
  /** Critical and error, explained by nothing else; the most important first. */
  readonly causes: readonly Finding[];
  /** What follows from a cause. */
  readonly symptoms: readonly Finding[];
  /** Warning, notice and info. */
  readonly notes: readonly Finding[];
}

/**
 * Root causes first: a finding that another one explains, by the catalogue's `dependsOn` and about the same thing, is
 * a symptom and never a cause. A warning that explains an error is what makes this client fail, so it counts as one.
 * The same statement about the same subject counts once, at its worst.
 */
export function fold(found: readonly Scoped[]): Folded {
  const distinct = onceEach(found);
  const causes: Finding[] = [];
  const symptoms: Finding[] = [];
  const notes: Finding[] = [];
  for (const one of distinct) {
    const explained = distinct.some((other) => other !== one && explains(other, one));
    const guilty = distinct.some((other) => other !== one && isGrave(other.finding) && explains(one, other));
    if (isGrave(one.finding)) (explained ? symptoms : causes).push(one.finding);
    else if (guilty) (explained ? symptoms : causes).push({ ...one.finding, severity: 'error' });
    else notes.push(one.finding);
  }
  return {
    causes: causes.sort(bySeverity),
    symptoms: symptoms.sort(bySeverity),
    notes: notes.sort(bySeverity),
  };
}

function onceEach(found: readonly Scoped[]): readonly Scoped[] {
  const byIdentity = new Map<string, Scoped>();
  for (const one of found) {
    const key = `${one.finding.code} ${one.finding.subject}`;
    const former = byIdentity.get(key);
    if (former === undefined || rank(one.finding) < rank(former.finding)) byIdentity.set(key, one);
  }
  return [...byIdentity.values()];
}

/** Does `cause` explain `effect`? Only what is at least a warning explains anything. */
function explains(cause: Scoped, effect: Scoped): boolean {
  if (SEVERITIES.indexOf(cause.finding.severity) > SEVERITIES.indexOf('warning')) return false;
  const dependsOn: readonly FindingCode[] = CATALOGUE[effect.finding.code as FindingCode].dependsOn ?? [];
  if (!dependsOn.includes(cause.finding.code as FindingCode)) return false;
  return (['domain', 'host', 'address', 'server'] as const).every((part) => {
    const [a, b] = [cause.scope[part], effect.scope[part]];
    return a === undefined || b === undefined || a === b;
  });
}

export function isGrave({ severity }: Finding): boolean {
  return severity === 'critical' || severity === 'error';
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

function bySeverity(a: Finding, b: Finding): number {
  return rank(a) - rank(b);
}
