import { type Command, defineCommand } from './command.ts';
import { CONFIG, DOMAIN, FORCE, outOption, REACH } from './options.ts';

/** `kmsdns verify`. */
export const verify: Command = defineCommand({
  command: 'verify',
  describe: 'ask every authoritative server whether it serves the desired state',
  options: { config: CONFIG, domain: DOMAIN, ...REACH, out: outOption('the report as JSON'), force: FORCE },
  examples: [
    ['$0 verify', 'is kmsdns.yaml true everywhere?'],
    ['$0 verify -q', 'one line and an exit code, for monitoring'],
  ],
  exitCodes: [
    '0 every authoritative server serves the desired state',
    '1 some server differs from it',
    '3 none is known to differ, but some could not be asked',
  ],
  handler: async (values, context) => (await import('./verify-action.ts')).runVerify(values, context),
});
