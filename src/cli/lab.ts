import { type Command, defineCommand } from './command.ts';
import { HEALTHY, SCENARIOS } from './lab-scenarios.ts';
import { FORCE, milliseconds, one, text, wholeNumber } from './options.ts';

const names = SCENARIOS.map(({ name }) => name);

/** Above the ports that need privileges, and the one that CONTRACT's example of a desired state names. */
const DEFAULT_PORT = 5300;

/** `kmsdns lab [SCENARIO]`. */
export const lab: Command = defineCommand({
  command: 'lab',
  describe:
    'a practice network on this computer: a name server that takes updates, and KMS hosts that answer binds',
  operands: {
    name: 'SCENARIO',
    describe: `${names.join(', ')}; default ${HEALTHY}`,
    least: 0,
    most: 1,
    completes: names,
  },
  options: {
    port: one(
      { value: 'PORT', describe: `PORT of the name server; default ${DEFAULT_PORT}; 0 for a free one` },
      wholeNumber(0, 65_535),
    ),
    out: one(
      {
        value: 'DIR',
        completes: 'folder',
        describe: 'DIR for the key and the desired state; without it a temporary folder, removed at the end',
      },
      text,
    ),
    force: FORCE,
    for: one(
      { value: 'SECONDS', describe: 'end after this many SECONDS; without it, with Ctrl-C' },
      milliseconds,
    ),
  },
  examples: [
    ['$0 lab', 'start it, then try what it says in a second terminal'],
    ['$0 lab -v', 'and watch every query and update'],
    ['$0 lab lost-replies --out practice', 'a network with a fault'],
    ['$0 lab --port 0 --for 60 --json', 'for a script: one document with endpoint and files'],
  ],
  exitCodes: ['0 ended by --for'],
  handler: async (values, context) =>
    (await import('./lab-action.ts')).runLab({ ...values, port: values.port ?? DEFAULT_PORT }, context),
});
