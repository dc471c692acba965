import { type FindingCode, finding, type Seen as SeenForFinding } from '../core/catalogue.ts';
import type { Evidence, Finding } from '../core/finding.ts';
import type { Case } from './case.ts';
import type { Undecided } from './diagnosis.ts';
import type { Fact } from './fact.ts';
import type { Observation } from './observation.ts';
import { describeQuestion, describeWord, type Seen } from './seen.ts';
import type { Walk } from './walk.ts';

/**
 * What a finding is about, for folding: one explains another only when nothing they both name differs. What a finding
 * leaves out it is about as a whole.
 */
export interface Scope {
  readonly domain?: string;
  readonly host?: string;
  readonly address?: string;
  readonly server?: string;
}

/** A rule convicts, or says why it cannot judge. Silence means acquitted. */
export type Judgement =
  | { readonly kind: 'finding'; readonly finding: Finding; readonly scope: Scope }
  | ({ readonly kind: 'unknown' } & Undecided);

/** Everything a rule may look at. */
export interface Matter {
  readonly one: Case;
  readonly seen: Seen;
  readonly facts: readonly Fact[];
  readonly walk: Walk;
}

/** Pure: the same matter always gives the same judgements. */
export type Rule = (matter: Matter) => readonly Judgement[];

/** A conviction. */
export function convict(code: FindingCode, scope: Scope, seen: SeenForFinding): Judgement {
  return { kind: 'finding', finding: finding(code, seen), scope };
}

/** An observation as evidence: which question to which server, and what was answered. */
export function sawDns(said: Observation<'dns'>): Evidence {
  return { observation: said.id, says: `${describeQuestion(said.probe)}: ${describeWord(said)}` };
}

/** A connection as evidence. */
export function sawEndpoint(said: Observation<'endpoint'>): Evidence {
  const { host, to } = said.probe;
  const name = host === to.address ? '' : ` (${host.endsWith('.') ? host.slice(0, -1) : host})`;
  const says = said.outcome.ok ? said.outcome.value.detail : 'not reached';
  return { observation: said.id, says: `${to.address} port ${to.port}${name}: ${says}` };
}

/** A line of the evidence as evidence. */
export function sawFact(fact: Fact): Evidence {
  const line = fact.line === undefined ? '' : `:${fact.line}`;
  return { observation: fact.id, says: `${fact.file}${line} ${fact.place} = ${fact.raw}` };
}

/** The facts behind a decision about the client, as evidence; undefined when it is only assumed. */
export function becauseOf(
  { facts }: Pick<Matter, 'facts'>,
  ids: readonly string[],
): readonly [Evidence, ...Evidence[]] | undefined {
  return atLeastOne(facts.filter(({ id }) => ids.includes(id)).map(sawFact));
}

/** A list of evidence that the type system knows not to be empty; undefined when it is. */
export function atLeastOne(evidence: readonly Evidence[]): readonly [Evidence, ...Evidence[]] | undefined {
  const [first, ...rest] = evidence;
  return first === undefined ? undefined : [first, ...rest];
}
