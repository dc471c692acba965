import type { PublishingScenario } from '../scenario.ts';

/** How the name server of the practice network takes an update. */
export const PUBLISHING_SCENARIOS: readonly PublishingScenario[] = [
  {
    name: 'healthy',
    group: 'publishing',
    describe: 'everything works',
    tries: [
      { line: 'kmsdns plan', says: 'what would change, and what clients would notice', exitCode: 0 },
      { line: 'kmsdns preflight', says: 'would the server take it? Nothing is written', exitCode: 0 },
      { line: 'kmsdns apply', says: 'shows the plan, asks, sends it, reads it back', exitCode: 0 },
      { line: 'kmsdns verify', says: 'is it served?', exitCode: 0 },
      { line: 'kmsdns generate nsupdate --live', says: 'what apply would send, for nsupdate', exitCode: 0 },
    ],
    quirks: {},
  },
  {
    name: 'lost-replies',
    group: 'publishing',
    describe: 'updates are carried out, and their answers get lost',
    tries: [
      {
        line: 'kmsdns apply --yes',
        says: 'no answer comes; the read-back says that it is done',
        exitCode: 0,
      },
    ],
    quirks: { losesUpdateReplies: true },
  },
  {
    name: 'forged-errors',
    group: 'publishing',
    describe: 'somebody answers BADKEY, unsigned, before the server does',
    tries: [{ line: 'kmsdns apply --yes', says: 'the forged refusal does not end the wait', exitCode: 0 }],
    quirks: { forgedErrorFirst: true },
  },
  {
    name: 'wrong-clock',
    group: 'publishing',
    describe: "the server's clock is ten minutes ahead",
    tries: [{ line: 'kmsdns preflight', says: 'BADTIME, and by how much', exitCode: 2 }],
    quirks: { clockSkewSeconds: 600 },
  },
  {
    name: 'no-updates',
    group: 'publishing',
    describe: 'a server that takes no updates, as NSD',
    tries: [
      { line: 'kmsdns preflight', says: 'NOTIMP, and what to do instead', exitCode: 2 },
      { line: 'kmsdns generate bind-zone', says: 'the records as a file', exitCode: 0 },
    ],
    quirks: { notimpUpdates: true },
  },
  {
    name: 'unsigned-replies',
    group: 'publishing',
    describe: 'the server never signs: it may be somebody else',
    tries: [
      {
        line: 'kmsdns apply --yes',
        says: 'the answer counts for nothing, the read-back decides',
        exitCode: 0,
      },
    ],
    quirks: { unsignedReplies: true },
  },
  {
    name: 'writes-nothing',
    group: 'publishing',
    describe: 'the server says NOERROR to updates and keeps its zone as it was',
    tries: [
      {
        line: 'kmsdns apply --yes',
        says: 'silently ignored: the read-back does not believe it',
        exitCode: 2,
      },
      { line: 'kmsdns verify', says: 'what is served differs from what is wanted', exitCode: 1 },
    ],
    quirks: { noerrorWithoutWriting: true },
  },
  {
    name: 'one-record-only',
    group: 'publishing',
    describe: 'the policy of the server has room for one SRV record and drops the second without a word',
    tries: [{ line: 'kmsdns apply --yes', says: 'partly applied: one of two records is there', exitCode: 2 }],
    quirks: { capSrv: 1 },
  },
  {
    name: 'refuses-all',
    group: 'publishing',
    describe: 'the server answers REFUSED to everything',
    tries: [{ line: 'kmsdns plan', says: 'what is published could not be found out', exitCode: 3 }],
    quirks: { refuse: true },
  },
  {
    name: 'slow',
    group: 'publishing',
    describe: 'every answer takes 0.7 s',
    tries: [
      { line: 'kmsdns plan -v', says: 'it takes its time', exitCode: 0 },
      { line: 'kmsdns plan --timeout 0.2', says: 'silence is "unknown", never "absent"', exitCode: 3 },
    ],
    quirks: { delayMs: 700 },
  },
];
