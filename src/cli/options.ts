import { parseEndpoint } from '../core/address.ts';
import { KmsDnsError } from '../core/errors.ts';
import { type Fqdn, parseFqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';

/** One option: how it stands on the command line, and what its text means. */
export interface Option<T> {
  readonly describe: string;
  readonly alias?: string;
  /** What the value is called in help, `FILE`; a switch has none. */
  readonly value?: string;
  /** Values to complete: one of these, or the name of a file or a folder. */
  readonly completes?: 'file' | 'folder' | readonly string[];
  /** `given`: the texts in their order, none when the option is not there. Throws `usage` and the like. */
  readonly read: (given: readonly string[], flag: string) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** What a table of options reads from the command line. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never;
};

/** Reads every option of the table. Throws on the first that makes no sense. */
export function readOptions<O extends Options>(
  table: O,
  given: ReadonlyMap<string, readonly string[]>,
): Values<O> {
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, option.read(given.get(name) ?? [], `--${name}`)]),
  ) as Values<O>;
}

type Described = Omit<Option<unknown>, 'read'>;

/** On or off. Given twice it is as on as once. */
export function flag(described: Described): Option<boolean> {
  return { ...described, read: (given) => given.length > 0 };
}

/** At most one value. */
export function one<T>(
  described: Described & { readonly value: string },
  parse: (text: string, flag: string) => T,
): Option<T | undefined> {
  return {
    ...described,
    read: (given, name) => {
      if (given.length > 1) throw usage(`${name} is given ${given.length} times`, `give ${name} once`);
      return given[0] === undefined ? undefined : parse(filled(given[0], name, described.value), name);
    },
  };
}

/** Any number of values, each parsed. */
export function many<T>(
  described: Described & { readonly value: string },
  parse: (text: string, flag: string) => T,
): Option<readonly T[]> {
  return {
    ...described,
    read: (given, name) => given.map((text) => parse(filled(text, name, described.value), name)),
  };
}

/** The same, where the option may also stand alone: what `bare` is then said. */
export function manyOrBare<T, B>(
  described: Described & { readonly value: string },
  parse: (text: string, flag: string) => T,
  bare: B,
): Option<readonly (T | B)[]> {
  return {
    ...described,
    read: (given, name) => given.map((text) => (text.trim() === '' ? bare : parse(text, name))),
  };
}

function filled(text: string, name: string, value: string): string {
  if (text.trim() === '') throw usage(`${name} has no value`, `write ${name} ${value}`);
  return text;
}

/** A mistake on the command line. */
export function usage(message: string, hint = ''): KmsDnsError {
  return new KmsDnsError('usage', message, { hint });
}

/** A day; nobody waits longer for a network, and a timer of Node overflows at 24 days. */
const MAX_SECONDS = 86_400;

/** A positive number of seconds, as milliseconds. */
export function milliseconds(text: string, name: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_SECONDS) return Math.ceil(seconds * 1000);
  throw usage(
    `${name} ${JSON.stringify(text)}: not a number of seconds above 0 and up to ${MAX_SECONDS}`,
    `write for instance ${name} 2.5`,
  );
}

/** A whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string, name: string) => number {
  return (text, name) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw usage(`${name} ${JSON.stringify(text)}: not a whole number from ${least} to ${most}`);
  };
}

/** One of a few words. */
export function choice<W extends string>(words: readonly W[]): (text: string, name: string) => W {
  return (text, name) => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    throw usage(`${name} ${JSON.stringify(text)}: not one of ${words.join(', ')}`);
  };
}

/** Any text: a path, a code. */
export function text(given: string): string {
  return given;
}

const DNS_PORT = 53;
const endpoint = (given: string, name: string): Endpoint => parseEndpoint(given, DNS_PORT, name);

/** The default of {@link CONFIG}. */
export const DEFAULT_CONFIG = 'kmsdns.yaml';

export const CONFIG: Option<string | undefined> = one(
  {
    alias: 'c',
    value: 'FILE',
    completes: 'file',
    describe: `FILE with the desired state; default ${DEFAULT_CONFIG} in the current folder`,
  },
  text,
);

export const SERVER: Option<readonly Endpoint[]> = many(
  {
    alias: 's',
    value: 'ADDR[:PORT]',
    describe:
      "ADDR[:PORT] of a DNS server to ask instead of the system's; may be repeated; IPv6 with port as [::1]:5300",
  },
  endpoint,
);

export const AUTHORITY: Option<readonly Endpoint[]> = many(
  {
    value: 'ADDR[:PORT]',
    describe:
      'ADDR[:PORT] of an authoritative server to ask instead of those that NS and SOA lead to; may be repeated',
  },
  endpoint,
);

export const DOMAIN: Option<readonly Fqdn[]> = many(
  { alias: 'd', value: 'DOMAIN', describe: 'only this DOMAIN of the desired state; may be repeated' },
  (given, name) => parseFqdn(given, name),
);

export const TIMEOUT: Option<number | undefined> = one(
  { value: 'SECONDS', describe: 'SECONDS for one network try; default 1 for DNS' },
  milliseconds,
);

export const DEADLINE: Option<number | undefined> = one(
  {
    value: 'SECONDS',
    describe: 'SECONDS for the whole run; what was not reached is reported as unknown',
  },
  milliseconds,
);

export const FORCE: Option<boolean> = flag({ describe: 'let --out replace a file that is there already' });

/** `--out`, whose file differs from command to command. */
export function outOption(what: string): Option<string | undefined> {
  return one({ value: 'PATH', completes: 'file', describe: `PATH of a file for ${what}` }, text);
}

/** What every command understands. */
export const EVERYWHERE: {
  readonly json: Option<boolean>;
  readonly quiet: Option<boolean>;
  readonly verbose: Option<boolean>;
  readonly 'no-color': Option<boolean>;
} = {
  json: flag({ describe: 'print exactly one JSON document, on failure too' }),
  quiet: flag({ alias: 'q', describe: 'print the verdict only' }),
  verbose: flag({ alias: 'v', describe: 'print how things were found out, and what stays as it is' }),
  'no-color': flag({ describe: 'no colours; the variable NO_COLOR does the same' }),
};

/** The options of every command that asks the network about a desired state. */
export const REACH: {
  readonly server: Option<readonly Endpoint[]>;
  readonly authority: Option<readonly Endpoint[]>;
  readonly timeout: Option<number | undefined>;
  readonly deadline: Option<number | undefined>;
} = { server: SERVER, authority: AUTHORITY, timeout: TIMEOUT, deadline: DEADLINE };

/** What the commands that change something have in common. */
export const CHANGE: {
  readonly yes: Option<boolean>;
  readonly journal: Option<string | undefined>;
} = {
  yes: flag({ describe: 'do not ask; needed where there is no terminal' }),
  journal: one(
    {
      value: 'DIR',
      completes: 'folder',
      describe: 'DIR for the journal; default .kmsdns/journal beside the desired state',
    },
    text,
  ),
};
