import { KmsDnsError } from '../core/errors.ts';
import { type Fqdn, readName } from '../core/name.ts';
import { suggestion } from '../core/suggest.ts';
import { isPlainName } from '../core/template-encoders.ts';

/** A value that the desired state does not hold and a format wants to know, given by a person as text. */
export interface FormatOption<T> {
  /** One line for a person; says the default. */
  readonly doc: string;
  /** Stands for the value in help, such as `HOST`. */
  readonly value: string;
  /** All that may be given, where that is a list. */
  readonly values?: readonly string[];
  /** The value, or why it is none. */
  readonly read: (
    given: string,
  ) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };
  /** What holds when nobody gives it; undefined where it has to be given. */
  readonly absent: { readonly value: T } | undefined;
}

export type OptionValues<O extends Readonly<Record<string, FormatOption<unknown>>>> = {
  readonly [K in keyof O]: O[K] extends FormatOption<infer T> ? T : never;
};

/** One of a few words; the first is the default. */
export function choiceOption<const V extends string>(
  doc: string,
  values: readonly [V, ...V[]],
): FormatOption<V> {
  return {
    doc: `${doc}: ${values.join(', ')}; default ${values[0]}`,
    value: 'WORD',
    values,
    read: (given) => {
      const value = values.find((one) => one === given);
      return value === undefined ? { ok: false, problem: suggestion(given, values) } : { ok: true, value };
    },
    absent: { value: values[0] },
  };
}

/** A DNS name of letters, digits, "-" and "_". */
export function nameOption(doc: string): FormatOption<Fqdn | undefined> {
  return {
    doc,
    value: 'NAME',
    read: (given) => {
      const read = readName(given);
      if (!read.ok) return read;
      return isPlainName(read.name)
        ? { ok: true, value: read.name }
        : { ok: false, problem: 'a label holds more than letters, digits, "-" and "_"' };
    },
    absent: { value: undefined },
  };
}

/** A text that matches a pattern; `problem` says in words what the pattern wants. Anchor the pattern at both ends. */
export function textOption(
  doc: string,
  value: string,
  pattern: RegExp,
  problem: string,
): FormatOption<string | undefined> {
  return {
    doc,
    value,
    read: (given) => (pattern.test(given) ? { ok: true, value: given } : { ok: false, problem }),
    absent: { value: undefined },
  };
}

/** The same option with a default. */
export function withDefault<T>(option: FormatOption<T | undefined>, value: T): FormatOption<T> {
  const { read } = option;
  return {
    ...option,
    doc: `${option.doc}; default ${String(value)}`,
    read: (given) => {
      const result = read(given);
      return result.ok ? { ok: true, value: result.value ?? value } : result;
    },
    absent: { value },
  };
}

/** The same option, which has to be given. */
export function required<T>(option: FormatOption<T | undefined>): FormatOption<T> {
  const { read } = option;
  return {
    ...option,
    doc: `${option.doc}; must be given`,
    read: (given) => {
      const result = read(given);
      if (!result.ok) return result;
      return result.value === undefined
        ? { ok: false, problem: 'it is empty' }
        : { ok: true, value: result.value };
    },
    absent: undefined,
  };
}

/** The options of one format as values. Throws `usage` for an unknown, a wrong or a missing one. */
export function readOptions<O extends Readonly<Record<string, FormatOption<unknown>>>>(
  format: string,
  options: O,
  given: Readonly<Record<string, string>>,
): OptionValues<O> {
  const names = Object.keys(options);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new KmsDnsError('usage', `the format ${format} has no option ${JSON.stringify(unknown)}`, {
      hint: names.length === 0 ? 'leave it out' : suggestion(unknown, names),
    });
  }
  const values = names.map((name) => {
    const option = options[name]!;
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    if (text === undefined) {
      if (option.absent !== undefined) return [name, option.absent.value] as const;
      throw new KmsDnsError('usage', `the format ${format} needs the option ${JSON.stringify(name)}`, {
        hint: `${name}=${option.value}: ${option.doc}`,
      });
    }
    const read = option.read(text);
    if (read.ok) return [name, read.value] as const;
    throw new KmsDnsError(
      'usage',
      `the option ${JSON.stringify(name)} of the format ${format} cannot be ${JSON.stringify(text)}: ${read.problem}`,
      { hint: `${name}=${option.value}: ${option.doc}` },
    );
  });
  return Object.fromEntries(values) as OptionValues<O>;
}
