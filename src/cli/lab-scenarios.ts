import type { Quirks } from '../lab/quirks.ts';

/** One practice network: what is odd about its name server, and what to look at. */
export interface Scenario {
  readonly name: string;
  readonly describe: string;
  /** Commands worth a try, each with what to see; in the folder of the lab. */
  readonly tries: readonly (readonly [string, string])[];
  readonly quirks: Quirks;
}

/** The scenario that is played when none is named. */
export const HEALTHY = 'healthy';

/** Every scenario of `kmsdns lab`. A new one is an entry here. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: HEALTHY,
    describe: 'everything works',
    tries: [
      ['kmsdns plan', 'what would change, and what clients would notice'],
      ['kmsdns preflight', 'would the server take it? Nothing is written'],
      ['kmsdns apply', 'shows the plan, asks, sends it, reads it back'],
      ['kmsdns verify', 'is it served?'],
      ['kmsdns generate nsupdate --live', 'what apply would send, for nsupdate'],
    ],
    quirks: {},
  },
  {
    name: 'lost-replies',
    describe: 'updates are carried out, and their answers get lost',
    tries: [['kmsdns apply --yes', 'no answer comes; the read-back says that it is done']],
    quirks: { losesUpdateReplies: true },
  },
  {
    name: 'forged-errors',
    describe: 'somebody answers BADKEY, unsigned, before the server does',
    tries: [['kmsdns apply --yes', 'the forged refusal does not end the wait']],
    quirks: { forgedErrorFirst: true },
  },
  {
    name: 'wrong-clock',
    describe: "the server's clock is ten minutes ahead",
    tries: [['kmsdns preflight', 'BADTIME, and by how much']],
    quirks: { clockSkewSeconds: 600 },
  },
  {
    name: 'no-updates',
    describe: 'a server that takes no updates, as NSD',
    tries: [
      ['kmsdns preflight', 'NOTIMP, and what to do instead'],
      ['kmsdns generate bind-zone', 'the records as a file'],
    ],
    quirks: { notimpUpdates: true },
  },
  {
    name: 'unsigned-replies',
    describe: 'the server never signs: it may be somebody else',
    tries: [['kmsdns apply --yes', 'the answer counts for nothing, the read-back decides']],
    quirks: { unsignedReplies: true },
  },
  {
    name: 'slow',
    describe: 'every answer takes 0.7 s',
    tries: [
      ['kmsdns plan -v', 'it takes its time'],
      ['kmsdns plan --timeout 0.2', 'silence is "unknown", never "absent"'],
    ],
    quirks: { delayMs: 700 },
  },
];
