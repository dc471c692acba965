import { type Command, defineCommand } from './command.ts';
import { CONFIG, DOMAIN, FORCE, outOption, REACH } from './options.ts';

/** `kmsdns preflight`. */
export const preflight: Command = defineCommand({
  command: 'preflight',
  describe: 'prove that key, server and policy would allow the plan; nothing is written to DNS',
  options: { config: CONFIG, domain: DOMAIN, ...REACH, out: outOption('the report as JSON'), force: FORCE },
  examples: [
    ['$0 preflight', 'would kmsdns.yaml be carried out?'],
    ['$0 preflight -d east.contoso.com --json', 'one domain, for scripts'],
  ],
  exitCodes: [
    '0 every zone would be written, or at least its key is good (said on stderr)',
    '2 some zone would be refused',
    '3 something could not be found out',
  ],
  handler: async (values, context) => (await import('./preflight-action.ts')).runPreflight(values, context),
});
