import { type Command, defineCommand } from './command.ts';
import { usage } from './options.ts';

const SHELLS = ['bash', 'zsh', 'powershell'] as const;

/** `kmsdns completion SHELL`. */
export const completion: Command = defineCommand({
  command: 'completion',
  describe: 'print a script that completes kmsdns command lines in a shell',
  operands: { name: 'SHELL', describe: SHELLS.join(', '), least: 1, most: 1, completes: SHELLS },
  options: {},
  examples: [
    ['source <($0 completion bash)', 'in ~/.bashrc'],
    ['$0 completion zsh > ~/.zfunc/_kmsdns', 'a folder of fpath'],
    ['$0 completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
  ],
  exitCodes: ['0 printed'],
  handler: async ({ operands: [word] }, { io, json, commands }) => {
    const shell = SHELLS.find((one) => one === word);
    if (shell === undefined)
      throw usage(
        `there is no completion for the shell ${JSON.stringify(word)}; known: ${SHELLS.join(', ')}`,
      );
    const [{ completionScript }, { jsonText }] = await Promise.all([
      import('./completion-script.ts'),
      import('./out-file.ts'),
    ]);
    const script = completionScript(shell, commands);
    io.stdout.write(json ? jsonText({ schema: 'kmsdns/completion@1', shell, script }) : script);
    return 0;
  },
});
