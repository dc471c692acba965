import { type Command, defineCommand } from './command.ts';
import { FORCE, outOption, REACH } from './options.ts';

/** `kmsdns import DOMAIN…`. */
export const importCommand: Command = defineCommand({
  command: 'import',
  describe: 'write a desired state from what is published now',
  operands: {
    name: 'DOMAIN',
    describe: 'DNS suffix of clients; the record is _vlmcs._tcp in it',
    least: 1,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    ...REACH,
    out: outOption('the desired state as YAML, which is else on stdout'),
    force: FORCE,
  },
  examples: [
    ['$0 import east.contoso.com west.contoso.com --out kmsdns.yaml', 'start from what there is'],
    ['$0 import contoso.com -s 10.0.0.53', 'ask this server, and send updates to it later'],
  ],
  exitCodes: ['0 every domain was read', '3 some domain could not be found out'],
  handler: async (values, context) => (await import('./import-action.ts')).runImport(values, context),
});
