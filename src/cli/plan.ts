import { type Command, defineCommand } from './command.ts';
import { CONFIG, DOMAIN, FORCE, flag, outOption, REACH } from './options.ts';

/** `kmsdns plan`. */
export const plan: Command = defineCommand({
  command: 'plan',
  describe: 'show what would change; nothing is written to DNS',
  options: {
    config: CONFIG,
    domain: DOMAIN,
    ...REACH,
    'exit-code': flag({ describe: 'exit with 1 when changes are pending' }),
    out: outOption('the plan as JSON, to be carried out with apply --plan'),
    force: FORCE,
  },
  examples: [
    ['$0 plan', 'what kmsdns.yaml would change'],
    ['$0 plan -d east.contoso.com -v', 'one domain, and how its servers were found'],
    ['$0 plan --out plan.json', 'keep the plan, have it reviewed, then: apply --plan plan.json'],
    ['$0 plan --exit-code --json', 'for scripts and monitoring'],
  ],
  exitCodes: [
    '0 in sync, or changes are pending',
    '1 changes are pending (with --exit-code)',
    '3 something could not be found out',
  ],
  handler: async (values, context) => (await import('./plan-action.ts')).runPlan(values, context),
});
