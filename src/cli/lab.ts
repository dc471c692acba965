import { type Command, defineCommand } from './command.ts';
import { FORCE, flag, milliseconds, one, text, wholeNumber } from './options.ts';
import { HEALTHY, SCENARIO_NAMES } from './scenario-names.ts';

/** Above the ports that need privileges, and the one that CONTRACT's example of a desired state names. */
const DEFAULT_PORT = 5300;

/** `kmsdns lab [SCENARIO]`. */
export const lab: Command = defineCommand({
  command: 'lab',
  describe:
    'a practice network on this computer: name servers, and KMS hosts that answer binds, healthy or with a fault',
  operands: {
    name: 'SCENARIO',
    describe: `what is played, one of ${SCENARIO_NAMES.length}; --list shows them; default ${HEALTHY}, a network to publish in`,
    least: 0,
    most: 1,
    completes: SCENARIO_NAMES,
  },
  options: {
    list: flag({ describe: 'list the scenarios with their findings, and play none' }),
    port: one(
      {
        value: 'PORT',
        describe: `PORT of the first name server, others have the next ones; default ${DEFAULT_PORT}; 0 for free ones`,
      },
      wholeNumber(0, 65_535),
    ),
    out: one(
      {
        value: 'DIR',
        completes: 'folder',
        describe: 'DIR for the files of the scenario; without it a temporary folder, removed at the end',
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
    ['$0 lab --list', 'what can be played, and what each is called in a diagnosis'],
    ['$0 lab near-miss-owner', 'a network with a fault, and the command that finds it'],
    [
      '$0 lab --port 0 --for 60 --json',
      'for a script: one document with ports, files and what is to be found',
    ],
  ],
  exitCodes: ['0 ended by --for, or listed'],
  handler: async (values, context) =>
    (await import('./lab-action.ts')).runLab({ ...values, port: values.port ?? DEFAULT_PORT }, context),
});
