import { expect, it } from 'vitest';
import * as front from '../src/index.ts';

it('gives out exactly this; whoever widens it sees so in review', () => {
  expect(Object.keys(front).sort()).toMatchInlineSnapshot(`
    [
      "CATALOGUE",
      "DEFAULT_CONCURRENCY",
      "ERROR_CODES",
      "KmsDnsError",
      "applyExitCode",
      "applyPlan",
      "applyReviewedPlan",
      "applyToJson",
      "desiredStateDocument",
      "desiredStateSchema",
      "displayName",
      "findEntry",
      "firstTryShares",
      "formatDesiredState",
      "formatEndpoint",
      "formatJournal",
      "hmacSigner",
      "importState",
      "journalFileName",
      "makePlan",
      "overallOutcome",
      "parseDesiredState",
      "parseEndpoint",
      "parseFqdn",
      "parseIpAddress",
      "parseJournal",
      "parseKeyText",
      "parsePlan",
      "planDomain",
      "planToJson",
      "preflight",
      "preflightExitCode",
      "preflightToJson",
      "rollBack",
      "systemNet",
      "systemResolvers",
      "verificationToJson",
      "verify",
      "verifyExitCode",
    ]
  `);
});
