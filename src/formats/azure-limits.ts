import type { DesiredState } from '../core/desired-state.ts';
import { displayName } from '../core/name.ts';

/** "Azure subscription and service limits": of one record set, in public and in private zones. */
const MAX_RECORDS_PER_SET = 20;

/** What Azure will refuse of this state, whichever tool asks for it; whole sentences. */
export function azureNotes(state: DesiredState): readonly string[] {
  return state.domains.flatMap(({ domain, publish, ttlSeconds }) => [
    ...(publish.length > MAX_RECORDS_PER_SET
      ? [
          `${displayName(domain)} has ${publish.length} KMS hosts; a record set of Azure takes ${MAX_RECORDS_PER_SET}.`,
        ]
      : []),
    ...(publish.length > 0 && ttlSeconds === 0
      ? [`${displayName(domain)} has TTL 0; Azure takes no TTL below 1.`]
      : []),
  ]);
}
