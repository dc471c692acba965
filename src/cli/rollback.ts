import { type Command, defineCommand } from './command.ts';
import { CHANGE, CONFIG, DOMAIN, FORCE, outOption, REACH } from './options.ts';

/** `kmsdns rollback FILE`. */
export const rollback: Command = defineCommand({
  command: 'rollback',
  describe: 'undo one recorded apply, guarded so that no later change is lost',
  operands: {
    name: 'FILE',
    describe: 'the journal file, as apply names it',
    least: 1,
    most: 1,
    completes: 'file',
  },
  options: {
    config: CONFIG,
    domain: DOMAIN,
    ...REACH,
    ...CHANGE,
    out: outOption('the report as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 rollback .kmsdns/journal/FILE.json', 'show what it would undo, ask, undo it'],
    ['$0 rollback FILE.json --yes --json', 'from a script'],
  ],
  exitCodes: [
    '0 undone and read back, or undone already',
    '1 undone, but some authoritative server does not serve it yet',
    '2 refused, or conflict: the records changed since',
    '3 could not find out what happened',
  ],
  handler: async (values, context) => (await import('./rollback-action.ts')).runRollback(values, context),
});
