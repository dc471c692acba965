import { type Command, defineCommand } from './command.ts';
import { CONFIG, choice, DOMAIN, FORCE, one, outOption, REACH } from './options.ts';

const EXPECTED = ['yes', 'no'] as const;

/** `kmsdns preflight`. */
export const preflight: Command = defineCommand({
  command: 'preflight',
  describe:
    'prove that key or Kerberos ticket, server and policy would allow the plan; nothing is written to DNS',
  options: {
    config: CONFIG,
    domain: DOMAIN,
    expect: one(
      {
        value: 'ANSWER',
        completes: EXPECTED,
        describe:
          'ANSWER that every zone is to give, yes or no: exit code 0 when it does, for tests of a policy',
      },
      choice(EXPECTED),
    ),
    ...REACH,
    out: outOption('the report as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 preflight', 'would kmsdns.yaml be carried out?'],
    ['$0 preflight -d east.contoso.com --json', 'one domain, for scripts'],
    ['$0 preflight -c foreign.yaml --expect no', 'does the policy keep others out?'],
  ],
  exitCodes: [
    '0 every zone would be written, or at least its key or ticket is good (said on stderr)',
    '2 some zone would be refused; with --expect, some zone answers otherwise',
    '3 something could not be found out: a name server or a KDC is silent',
  ],
  handler: async (values, context) => (await import('./preflight-action.ts')).runPreflight(values, context),
});
