import yargs, { type Argv } from 'yargs';
import { suggestion } from '../core/suggest.ts';
import type { Command, Given, Operands } from './command.ts';
import { usage } from './options.ts';
import { checkTokens, isGiven, type Tokens, tokensOf } from './tokens.ts';

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly given: Given }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  /** Nothing was asked for. */
  | { readonly kind: 'nothing'; readonly help: string };

/**
 * Reads a command line. Throws `usage`.
 *
 * yargs knows the commands and writes the help. It gets the command line in a form that leaves nothing to guess
 * (`--name=value` for each option, operands behind `--`), because left to itself it takes `plan` in `--yes plan` for a
 * value, `false` behind a switch for its value, `0x1f` for 31, and throws for `--constructor`.
 */
export function readCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  columns: number,
): Request {
  const tokens = tokensOf(argv, commands);
  if (tokens.command === 'help') return readCommandLine([...tokens.operands, '--help'], commands, columns);
  if (isGiven(tokens, 'help')) return { kind: 'help', text: helpOf(tokens.command, commands, columns) };
  if (isGiven(tokens, 'version')) return { kind: 'version' };
  if (tokens.command === undefined) {
    if (tokens.options.length > 0) throw usage('there is no command', LIST_HINT);
    return { kind: 'nothing', help: helpOf(undefined, commands, columns) };
  }
  const command = commandNamed(tokens.command, commands);
  checkTokens(tokens, command);
  return { kind: 'run', command, given: parse(tokens, command) };
}

const LIST_HINT = 'kmsdns --help lists the commands';

function commandNamed(word: string, commands: readonly Command[]): Command {
  const found = commands.find(({ command }) => command === word);
  if (found !== undefined) return found;
  const names = commands.map(({ command }) => command);
  throw usage(`unknown command ${JSON.stringify(word)}; ${suggestion(word, names)}`, LIST_HINT);
}

function helpOf(word: string | undefined, commands: readonly Command[], columns: number): string {
  const shown = word === undefined ? commands : [commandNamed(word, commands)];
  const path = word === undefined ? [] : [word];
  let help = '';
  rootParser(shown, columns, () => {}).parse([...path, '--help'], {}, (_error, _parsed, output) => {
    help = output;
  });
  return `${help}\n`;
}

type Parsed = Readonly<Record<string, unknown>>;

function parse({ options, operands }: Tokens, command: Command): Given {
  const line = options.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`));
  let parsed: Parsed = {};
  const parser = rootParser([command], 80, (found) => {
    parsed = found;
  });
  parser.parse([command.command, ...line, '--', ...operands]);
  const given = Object.keys(command.options).map((name) => [name, textsOf(parsed[name])] as const);
  return {
    options: new Map(given.filter(([, texts]) => texts.length > 0)),
    operands: textsOf(parsed['--']),
  };
}

function textsOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function rootParser(commands: readonly Command[], columns: number, ran: (parsed: Parsed) => void): Argv {
  // A folder of its own choice would be this one, which may be gone.
  const parser = yargs([], '.')
    .scriptName('kmsdns')
    .usage(
      'Usage: $0 COMMAND [options]\n\nPublishes the DNS records by which Windows KMS clients find their KMS host.',
    )
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .locale('en')
    .exitProcess(false)
    .fail(false)
    .version(false)
    .help('help', 'this text')
    .alias('h', 'help')
    .wrap(columns)
    .example('$0 import east.contoso.com --out kmsdns.yaml', 'start from what is published now')
    .example('$0 plan', 'what would change')
    .example('$0 apply', 'show it, ask, make it so, read it back')
    .epilogue(
      `$0 COMMAND --help says more, with examples and exit codes. --version, -V: the version.\n${EVERYWHERE_CODES}`,
    );
  withoutTypes(parser);
  for (const command of commands) {
    parser.command({
      command: `${command.command}${operandForm(command.operands)}`,
      describe: command.describe,
      builder: (own: Argv) => declare(own, command),
      handler: ran,
    });
  }
  return parser;
}

const EVERYWHERE_CODES = '64 usage, a bad file or a bad key; 70 a bug of ours; 130 interrupted';

/** Every value is a text that help calls by its kind; "[string]" behind each would say nothing. */
function withoutTypes(parser: Argv): void {
  // yargs 18 has this method; the published types are those of 17.
  (parser as unknown as { usageConfiguration(config: object): void }).usageConfiguration({
    'hide-types': true,
  });
}

function operandForm(operands: Operands | undefined): string {
  if (operands === undefined) return '';
  const dots = operands.most > 1 ? '..' : '';
  return ` [${operands.name}${dots}]`;
}

function declare(own: Argv, { command, describe, operands, options, examples, exitCodes }: Command): Argv {
  const form = operands === undefined ? '' : ` ${operands.name}${operands.most > 1 ? '...' : ''}`;
  own.usage(`Usage: $0 ${command}${form} [options]\n\n${describe[0]!.toUpperCase()}${describe.slice(1)}.`);
  if (operands !== undefined) own.positional(operands.name, { type: 'string', describe: operands.describe });
  for (const [name, { describe: says, value, alias }] of Object.entries(options)) {
    const type = value === undefined ? 'boolean' : 'string';
    own.option(name, { describe: says, type, ...(alias === undefined ? {} : { alias }) });
  }
  for (const [line, says] of examples) own.example(line, says);
  return own.epilogue(['Exit codes:', ...exitCodes, EVERYWHERE_CODES].join('\n  '));
}
