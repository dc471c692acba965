import type { Finding } from '../core/finding.ts';
import type { Endpoint } from '../core/net.ts';
import type { Case } from './case.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Fact } from './fact.ts';
import type { Observation } from './observation.ts';

/** What was judged and came neither over the network nor out of a file. */
export type Statement =
  /** `--error`: what the user reports. */
  | { readonly id: 'reported'; readonly kind: 'reported'; readonly hresult: string }
  /** What this computer has configured. */
  | {
      readonly id: 'system';
      readonly kind: 'system';
      readonly suffixes: readonly string[];
      readonly resolvers: readonly Endpoint[];
    };

/** The document of `diagnose --json`, `kmsdns/diagnosis@1`. */
export interface DiagnosisDocument extends Omit<Diagnosis, 'observations'> {
  readonly schema: 'kmsdns/diagnosis@1';
  readonly observations: readonly (Observation | Fact | Statement)[];
}

/**
 * A diagnosis as the public document: every packet, fact and statement that was judged stands in `observations`, so
 * that whatever evidence points at is found there by its `id`.
 */
export function diagnosisDocument(
  { client, reported }: Pick<Case, 'client' | 'reported'>,
  diagnosis: Diagnosis,
): DiagnosisDocument {
  const { causes, symptoms, notes, observations, facts } = diagnosis;
  const statements: Statement[] = [];
  if (reported !== undefined) statements.push({ id: 'reported', kind: 'reported', hresult: reported });
  if ([...causes, ...symptoms, ...notes].some(restsOnSystem)) {
    const { suffixes, resolvers } = client;
    statements.push({ id: 'system', kind: 'system', suffixes: suffixes.value, resolvers: resolvers.value });
  }
  return {
    schema: 'kmsdns/diagnosis@1',
    ...diagnosis,
    observations: [...observations, ...facts, ...statements],
  };
}

function restsOnSystem({ evidence }: Finding): boolean {
  return evidence.some(({ observation }) => observation === 'system');
}
