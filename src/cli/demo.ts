import { type Command, defineCommand } from './command.ts';
import { FORCE, one, text } from './options.ts';

/** `kmsdns demo`. */
export const demo: Command = defineCommand({
  command: 'demo',
  describe: 'the whole journey on a practice network of its own, step by step; touches nothing else',
  options: {
    out: one(
      {
        value: 'DIR',
        completes: 'folder',
        describe:
          'DIR to keep desired state, plan and journal in; without it a temporary folder, removed at the end',
      },
      text,
    ),
    force: FORCE,
  },
  examples: [
    ['$0 demo', 'takes a few seconds'],
    ['$0 demo --json', 'each step with its command, output and exit code'],
  ],
  exitCodes: ['0 every step ended as it should', '2 some step did not'],
  handler: async (values, context) => (await import('./demo-action.ts')).runDemo(values, context),
});
