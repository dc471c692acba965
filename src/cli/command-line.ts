import { suggestion } from '../core/suggest.ts';
import type { Command, Given } from './command.ts';
import { usage } from './options.ts';
import { checkTokens, isGiven, type Tokens, tokensOf } from './tokens.ts';

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly given: Given }
  /** Of one command, or of all. */
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  /** Nothing was asked for. */
  | { readonly kind: 'nothing' };

/** Reads a command line; every value stays a text until its command reads it. Throws `usage`. */
export function readCommandLine(argv: readonly string[], commands: readonly Command[]): Request {
  const tokens = tokensOf(argv, commands);
  if (tokens.command === 'help') return readCommandLine([...tokens.operands, '--help'], commands);
  const command = tokens.command === undefined ? undefined : commandNamed(tokens.command, commands);
  if (isGiven(tokens, 'help')) return { kind: 'help', command };
  if (isGiven(tokens, 'version')) return { kind: 'version' };
  if (command === undefined) {
    if (tokens.options.length > 0) throw usage('there is no command', LIST_HINT);
    return { kind: 'nothing' };
  }
  checkTokens(tokens, command);
  return { kind: 'run', command, given: givenFrom(tokens) };
}

const LIST_HINT = 'kmsdns --help lists the commands';

function commandNamed(word: string, commands: readonly Command[]): Command {
  const found = commands.find(({ command }) => command === word);
  if (found !== undefined) return found;
  const names = commands.map(({ command }) => command);
  throw usage(`unknown command ${JSON.stringify(word)}; ${suggestion(word, names)}`, LIST_HINT);
}

function givenFrom({ options, operands }: Tokens): Given {
  const given = new Map<string, string[]>();
  for (const { name, value } of options) {
    // checkTokens has turned down what no command has.
    const texts = given.get(name!) ?? [];
    texts.push(value ?? 'true');
    given.set(name!, texts);
  }
  return { options: given, operands };
}
