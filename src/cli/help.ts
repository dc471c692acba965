import yargs, { type Argv } from 'yargs';
import type { Command, Operands } from './command.ts';

/**
 * The help of one command, or the list of all. yargs lays it out and does nothing else here: to read a command line
 * with it costs 8 ms at every start, and it guesses (`plan` in `--yes plan` is a value, `0x1f` is 31, `abc` is NaN).
 */
export function helpText(
  command: Command | undefined,
  commands: readonly Command[],
  columns: number,
): string {
  // A folder of its own choice would be the current one, which may be gone.
  const page = yargs([], '.')
    .scriptName('kmsdns')
    .locale('en')
    .exitProcess(false)
    .fail(false)
    .version(false)
    .help('help', 'this text')
    .alias('h', 'help')
    .wrap(columns);
  withoutTypes(page);
  if (command === undefined) declareAll(page, commands);
  else declare(page, command);
  let text = '';
  page.showHelp((shown) => {
    text = shown;
  });
  return `${text}\n`;
}

function declareAll(page: Argv, commands: readonly Command[]): void {
  page
    .usage(
      'Usage: $0 COMMAND [options]\n\nPublishes the DNS records by which Windows KMS clients find their KMS host.',
    )
    .example('$0 import east.contoso.com --out kmsdns.yaml', 'start from what is published now')
    .example('$0 plan', 'what would change')
    .example('$0 apply', 'show it, ask, make it so, read it back')
    .epilogue(
      `$0 COMMAND --help says more, with examples and exit codes. --version, -V: the version.\n${EVERYWHERE_CODES}`,
    );
  for (const { command, operands, describe } of commands)
    page.command(`${command}${operandForm(operands)}`, describe);
}

const EVERYWHERE_CODES = '64 usage, a bad file or a bad key; 70 a bug of ours; 130 interrupted';

/** Every value is a text that help calls by its kind; "[string]" behind each would say nothing. */
function withoutTypes(page: Argv): void {
  // yargs 18 has this method; the published types are those of 17.
  (page as unknown as { usageConfiguration(config: object): void }).usageConfiguration({
    'hide-types': true,
  });
}

/** As yargs reads it in a list: two dots become three there, and a name in angle brackets is needed. */
function operandForm(operands: Operands | undefined): string {
  if (operands === undefined) return '';
  const dots = operands.most > 1 ? '..' : '';
  return operands.least > 0 ? ` <${operands.name}${dots}>` : ` [${operands.name}${dots}]`;
}

/** As the usage of one command has it: CONTRACT writes what may be left out in brackets. */
function usageForm(operands: Operands | undefined): string {
  if (operands === undefined) return '';
  const words = `${operands.name}${operands.most > 1 ? '...' : ''}`;
  return operands.least > 0 ? ` ${words}` : ` [${words}]`;
}

function declare(page: Argv, { command, describe, operands, options, examples, exitCodes }: Command): void {
  page.usage(
    `Usage: $0 ${command}${usageForm(operands)} [options]\n\n${describe[0]!.toUpperCase()}${describe.slice(1)}.`,
  );
  if (operands !== undefined) page.positional(operands.name, { type: 'string', describe: operands.describe });
  for (const [name, { describe: says, value, alias }] of Object.entries(options)) {
    const type = value === undefined ? 'boolean' : 'string';
    page.option(name, { describe: says, type, ...(alias === undefined ? {} : { alias }) });
  }
  for (const [line, says] of examples) page.example(line, says);
  page.epilogue(['Exit codes:', ...exitCodes, EVERYWHERE_CODES].join('\n  '));
}
