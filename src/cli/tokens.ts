import { suggestion } from '../core/suggest.ts';
import type { Command } from './command.ts';
import { EVERYWHERE, flag, type Option, type Options, usage } from './options.ts';

/** A command line taken apart, before anybody asks whether it makes sense. */
export interface Tokens {
  /** The first word that is no option and no value of one. */
  readonly command: string | undefined;
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
}

export interface GivenOption {
  /** The long name; undefined for an option that no command has. */
  readonly name: string | undefined;
  /** As the user wrote it, `-c` or `--config`, without a value. */
  readonly written: string;
  /** Undefined when there is none; a value that is missing is the empty text. */
  readonly value: string | undefined;
}

/** The options that stand for themselves, with or without a command. */
const ALONE: Options = {
  help: flag({ alias: 'h', describe: 'this text' }),
  version: flag({ alias: 'V', describe: 'the version' }),
};

/**
 * Takes a command line apart as the GNU conventions have it: `--name=value`, `--name value`, `-n value`, `-nvalue`,
 * `-qv`, and only operands behind `--`. An option means the same whether it stands before the command or behind it.
 */
export function tokensOf(argv: readonly string[], commands: readonly Command[]): Tokens {
  const known = Object.assign({}, ALONE, EVERYWHERE, ...commands.map(({ options }) => options)) as Options;
  const words: string[] = [];
  const options: GivenOption[] = [];
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  for (let i = 0; i < end; i++) {
    const token = argv[i]!;
    if (!isOption(token)) {
      words.push(token);
      continue;
    }
    const found = token.startsWith('--') ? [longOption(token, known)] : shortOptions(token, known);
    const last = found.at(-1)!;
    const next = i + 1 < end ? argv[i + 1] : undefined;
    if (last.value === '' && !token.includes('=') && next !== undefined && !isOption(next)) {
      found[found.length - 1] = { ...last, value: next };
      i++;
    }
    options.push(...found);
  }
  const [command, ...operands] = words;
  return { command, options, operands: [...operands, ...argv.slice(end + 1)] };
}

/** A number below zero is none: Windows prints its error codes so. */
function isOption(token: string): boolean {
  return /^-[^\d]/s.test(token);
}

function longOption(token: string, known: Options): GivenOption {
  const equals = token.indexOf('=');
  const written = equals < 0 ? token : token.slice(0, equals);
  const name = written.slice(2);
  const option = Object.hasOwn(known, name) ? known[name] : undefined;
  const value = equals < 0 ? valueToCome(option) : token.slice(equals + 1);
  return { name: option === undefined ? undefined : name, written, value };
}

function shortOptions(token: string, known: Options): GivenOption[] {
  const found: GivenOption[] = [];
  for (let at = 1; at < token.length; at++) {
    const letter = token[at]!;
    const [name, option] = Object.entries(known).find(([, { alias }]) => alias === letter) ?? [];
    const rest = token.slice(at + 1);
    const takesRest = rest !== '' && (option?.value !== undefined || rest.startsWith('='));
    const value = takesRest ? rest.replace(/^=/, '') : valueToCome(option);
    found.push({ name, written: `-${letter}`, value });
    if (takesRest) break;
  }
  return found;
}

function valueToCome(option: Option<unknown> | undefined): '' | undefined {
  return option?.value === undefined ? undefined : '';
}

/** Throws `usage` for an option that the command does not have, a switch with a value, and operands in number. */
export function checkTokens(
  { options, operands: given }: Tokens,
  { command, options: own, operands }: Command,
): void {
  const hint = `kmsdns ${command} --help lists the options`;
  for (const { name, written, value } of options) {
    if (name === undefined || !(Object.hasOwn(own, name) || Object.hasOwn(ALONE, name))) {
      const near = suggestion(
        written,
        Object.keys(own).map((one) => `--${one}`),
      );
      const help = near.startsWith('did you mean') ? `; ${near}` : '';
      throw usage(`kmsdns ${command} has no option ${JSON.stringify(written)}${help}`, hint);
    }
    if (value !== undefined && (own[name] ?? ALONE[name])?.value === undefined)
      throw usage(`${written} is a switch and takes no value`, `write ${written}, or leave it out`);
  }
  const [least, most] = [operands?.least ?? 0, operands?.most ?? 0];
  if (given.length > most) {
    const takes = operands === undefined ? 'options only' : `one ${operands.name} only`;
    throw usage(`kmsdns ${command} takes ${takes}; what is ${JSON.stringify(given[most])}?`, hint);
  }
  if (given.length < least) throw usage(`kmsdns ${command} needs a ${operands?.name}`, hint);
  if (given.includes('')) throw usage(`an empty ${operands?.name} was given to kmsdns ${command}`, hint);
}

/** Is this switch among them? */
export function isGiven({ options }: Tokens, name: string): boolean {
  return options.some((one) => one.name === name);
}
