import { type Command, defineCommand } from './command.ts';
import { FORMAT_NAMES } from './format-names.ts';
import { FORMAT_OPTIONS } from './format-options.ts';
import { CONFIG, DOMAIN, FORCE, flag, one, text } from './options.ts';

/** `kmsdns generate FORMAT`. */
export const generate: Command = defineCommand({
  command: 'generate',
  describe: 'write the desired state as files: for BIND, nsupdate, the registry of KMS hosts, other products',
  operands: {
    name: 'FORMAT',
    describe: FORMAT_NAMES.join(', '),
    least: 0,
    most: 1,
    completes: FORMAT_NAMES,
  },
  options: {
    list: flag({ describe: 'list the formats, and what each cannot say' }),
    config: CONFIG,
    domain: DOMAIN,
    out: one(
      {
        value: 'PATH',
        completes: 'file',
        describe: 'PATH of a file or folder to write to; several files need a folder, which is made',
      },
      text,
    ),
    force: FORCE,
    stdout: flag({ describe: 'print a secret: the only way to see one' }),
    check: flag({
      describe: 'have named-checkzone or named-checkconf judge the files before they are written',
    }),
    templates: one(
      {
        value: 'DIR',
        completes: 'folder',
        describe:
          'DIR with your own templates, named as the packaged ones; what it lacks is taken from those',
      },
      text,
    ),
    ...FORMAT_OPTIONS,
  },
  examples: [
    ['$0 generate --list', 'what there is'],
    ['$0 generate bind-key --key kms-publisher --out kms-publisher.key', 'a fresh TSIG key, mode 0600'],
    ['$0 generate bind-named --out named.d/ --check', 'who may write, for named.conf'],
    ['$0 generate bind-zone', 'the records, to $INCLUDE in a master file'],
    ['$0 generate nsupdate --live', 'what apply would send, as a script to review'],
    ['$0 generate publish-list-ps1 --host kms1.contoso.com', 'the list of one KMS host'],
  ],
  exitCodes: [
    '0 written or printed',
    '2 a checker turned the files down; nothing was written',
    '3 a checker could not be run, or (--live) some domain could not be found out',
  ],
  handler: async (values, context) => (await import('./generate-action.ts')).runGenerate(values, context),
});
