import type { Checked } from '../bind/check.ts';
import type { Fqdn } from '../core/name.ts';
import type { Rendered, RenderedFile } from '../core/rendered.ts';
import type { Templates } from '../core/template.ts';
import type { Context } from './command.ts';
import type { FORMAT_OPTIONS } from './format-options.ts';
import type { Values } from './options.ts';
import type { LoadedState } from './state.ts';

/** An option of `generate` that only some formats read. */
export type FormatOption = keyof typeof FORMAT_OPTIONS;

/** What a format works with. */
export interface FormatRequest {
  readonly context: Context;
  readonly values: Values<typeof FORMAT_OPTIONS> & { readonly domain: readonly Fqdn[] };
  readonly templates: Templates;
  /** Reads the desired state: a format that can do without one does not ask. */
  state(): Promise<LoadedState>;
}

/** What a format made. */
export interface Generated extends Rendered {
  /** Domains that are left out, because the network did not say enough about them. */
  readonly unknown?: readonly { readonly domain: Fqdn; readonly because: string }[];
}

/** What one of BIND's checkers said about one file. */
export interface CheckedFile {
  readonly path: string;
  readonly program: string;
  readonly checked: Checked;
}

/** One thing that `kmsdns generate` can write. */
export interface Format {
  readonly name: string;
  readonly describe: string;
  /** What of a desired state this format cannot say, or what it does not do; one line each. */
  readonly cannot: readonly string[];
  /** The options of `generate` that it reads beside those that every format does. */
  readonly options: readonly FormatOption[];
  /** What `--set` may say, `NAME=VALUE: meaning`; left out where it says nothing. */
  readonly settings?: readonly string[];
  /** May several files stand behind one another on stdout? */
  readonly joins: boolean;
  /** Its content is never shown unless `--stdout` asks for exactly that. */
  readonly secret?: boolean;
  /** Throws `generate-impossible`, `usage`, `value-refused`, `template-invalid`. */
  readonly render: (request: FormatRequest) => Promise<Generated>;
  /** Asks a program that knows the format; left out where there is none. */
  readonly check?: (
    request: FormatRequest,
    files: readonly RenderedFile[],
  ) => Promise<readonly CheckedFile[]>;
}
