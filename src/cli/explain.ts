import { type Command, defineCommand } from './command.ts';
import { FORCE, one, outOption, text } from './options.ts';

/** `kmsdns explain [CODE]`. */
export const explain: Command = defineCommand({
  command: 'explain',
  describe: 'an HRESULT, Win32 code, event, finding, slmgr option, registry value or term, in plain words',
  operands: {
    name: 'CODE',
    describe: 'what to explain, in any way it is written; without it: a list of all that can be explained',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    'host-key': one(
      {
        value: 'GROUP',
        describe: 'with --product: may a KMS host with this key activate it? For instance "Server group B"',
      },
      text,
    ),
    product: one(
      { value: 'PRODUCT', describe: 'what the client is, for instance "Windows 7" or "Windows Server 2022"' },
      text,
    ),
    out: outOption('the explanation as JSON'),
    force: FORCE,
  },
  examples: [
    ['$0 explain 0x8007232B', 'what the user reports; 9003 and -2147015893 are the same'],
    ['$0 explain event 12288', 'an event, field by field'],
    ['$0 explain srv-dead-share', 'a finding: what happens, and what to type'],
    ['$0 explain /skms', 'an option of slmgr.vbs, or a registry value by its name'],
    [
      '$0 explain 0xC004F042 --host-key "Server group B" --product "Windows 7"',
      'does this key cover that product?',
    ],
  ],
  exitCodes: ['0 explained', '1 unknown; a number is taken apart all the same'],
  handler: async (values, context) => (await import('./explain-action.ts')).runExplain(values, context),
});
