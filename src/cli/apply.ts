import { type Command, defineCommand } from './command.ts';
import { CHANGE, CONFIG, DOMAIN, FORCE, one, outOption, REACH, text } from './options.ts';

/** `kmsdns apply`. */
export const apply: Command = defineCommand({
  command: 'apply',
  describe: 'make DNS say what the desired state says, then read it back from every authoritative server',
  options: {
    config: CONFIG,
    domain: DOMAIN,
    ...REACH,
    ...CHANGE,
    plan: one(
      {
        value: 'FILE',
        completes: 'file',
        describe: 'FILE of a reviewed plan: carry out exactly that; if the zone moved, it is a conflict',
      },
      text,
    ),
    out: outOption('the report as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 apply', 'show the plan, ask, carry it out'],
    ['$0 apply --yes --json', 'from a script'],
    ['$0 apply --plan plan.json', 'carry out what was reviewed, and nothing else'],
    ['$0 apply --deadline 120', 'wait up to two minutes for slow secondaries'],
  ],
  exitCodes: [
    '0 done and read back, or nothing to do',
    '1 written, but some authoritative server does not serve it yet',
    '2 refused by the server or by Kerberos, conflict, ignored by the server, or done in part',
    '3 could not find out what happened',
  ],
  handler: async (values, context) => (await import('./apply-action.ts')).runApply(values, context),
});
