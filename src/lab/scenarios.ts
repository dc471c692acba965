import type { Scenario } from './scenario.ts';
import { ANSWER_SCENARIOS } from './scenarios/answer.ts';
import { ENDPOINT_SCENARIOS } from './scenarios/endpoint.ts';
import { EVIDENCE_SCENARIOS } from './scenarios/evidence.ts';
import { OWNER_SCENARIOS } from './scenarios/owner.ts';
import { PUBLISHING_SCENARIOS } from './scenarios/publishing.ts';
import { RESOLVER_SCENARIOS } from './scenarios/resolver.ts';
import { SHARE_SCENARIOS } from './scenarios/share.ts';
import { TARGET_SCENARIOS } from './scenarios/target.ts';
import { ZONE_SCENARIOS } from './scenarios/zone.ts';

/** Every scenario of the practice network, by topic. A new one is an entry in a file of `scenarios/`. */
export const SCENARIOS: readonly Scenario[] = [
  ...PUBLISHING_SCENARIOS,
  ...OWNER_SCENARIOS,
  ...TARGET_SCENARIOS,
  ...SHARE_SCENARIOS,
  ...ZONE_SCENARIOS,
  ...RESOLVER_SCENARIOS,
  ...ANSWER_SCENARIOS,
  ...ENDPOINT_SCENARIOS,
  ...EVIDENCE_SCENARIOS,
];
