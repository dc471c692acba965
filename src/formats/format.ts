import { decodeText } from '../core/decode-text.ts';
import type { DesiredState } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Fqdn } from '../core/name.ts';
import type { Rendered, RenderedFile } from '../core/rendered.ts';
import type { SrvRecord } from '../core/srv.ts';
import type { Place } from '../core/yaml-text.ts';
import { checkValues } from './check-values.ts';
import { type FormatOption, type OptionValues, readOptions } from './option.ts';
import { readBack } from './read-back.ts';

// How to add a format: one file with one `defineFormat({ … })`, its name in registry.ts, its rows in
// test/formats (round trip, field order, hostile values run over the registry by themselves) and, where the product
// is at hand, in test/lab/formats.test.ts.
//
// - `defineFormat` does what no format may forget: it checks every name and number of the state before `write` sees
//   them (so they are plain: letters, digits, "-", "_", "."), reads the options, and reads the output back.
//   Anything else that goes into text (ids, paths, file names, options) goes through a function of words.ts.
// - `cannot` says what gets lost. Kinds that are fields (`ttl`, `priority`, …) are left out of the comparison.
// - Begin the output with `headComment` of head.ts, where the format has comments: it says the limits too.
// - Records in the order of `canonicalRecords`, domains in the order of their names, zones by `zoneGroups`: the same
//   state gives the same octets. Nothing in here waits, asks a clock or draws a number.

/** What a format has no words for, or does besides. */
export interface Limit {
  /**
   * `ttl`, `priority`, `weight`, `port`: the field is not in the text, or not per record.
   * `zone`: it does not say in which zone a record lives. `several-hosts`: one record per name.
   * `unlisted`: it replaces or hides records of hosts that are not listed. `stale`: it only adds; old records stay.
   * `records`: it holds no records at all, but who may write them or what a computer is told.
   */
  readonly of:
    | 'ttl'
    | 'priority'
    | 'weight'
    | 'port'
    | 'zone'
    | 'several-hosts'
    | 'unlisted'
    | 'stale'
    | 'records';
  /** One line for a person, a whole sentence. */
  readonly says: string;
}

/** One SRV record that a file holds. */
export interface ReadRecord {
  readonly owner: Fqdn;
  /** Left out where the file does not say. */
  readonly ttlSeconds?: number;
  readonly record: SrvRecord;
  readonly place: Place;
}

export interface FormatReading {
  readonly records: readonly ReadRecord[];
  /** What could not be read or is wrong, in file order; the rest was read all the same. */
  readonly problems: readonly Problem[];
}

/** What is said of a format in lists and at the top of its files. */
export interface FormatAbout {
  /** As on the command line: lower case, hyphens. */
  readonly id: string;
  /** What comes out, in a few words. */
  readonly title: string;
  readonly product: string;
  readonly cannot: readonly Limit[];
  /** Its files may stand behind one another in one stream, and mean the same. */
  readonly joins?: boolean;
}

/** One way to write a desired state, and to read it back, in a product's own words. */
export interface Format extends FormatAbout {
  /** By name, without `--`. */
  readonly options: Readonly<Record<string, FormatOption<unknown>>>;
  /**
   * The files for this state, already read back. `given` holds options as a person wrote them.
   * Throws `usage` for an option, `value-refused` for a value that does not fit, `generate-impossible` when the
   * state lacks what the format is about.
   */
  write(state: DesiredState, given?: Readonly<Record<string, string>>): Rendered;
  /** Left out where reading makes no sense. Never throws, for any octets. */
  readonly read?: (octets: Uint8Array, file: string) => FormatReading;
  /** Is this text most likely in this format? Looks at content only; for `import`, which need not be told. */
  readonly recognises?: (text: string) => boolean;
}

/** A file before it is read back. */
export interface DraftFile extends RenderedFile {
  /** `settings`: it holds no records and `read` is not asked about it; whoever wrote it has read it back. */
  readonly role?: 'settings';
}

export interface Draft {
  readonly files: readonly DraftFile[];
  readonly warnings?: readonly Finding[];
  readonly notes?: readonly string[];
}

/** What the author of a format writes; {@link defineFormat} adds the rest. */
export interface FormatSpec<O extends Readonly<Record<string, FormatOption<unknown>>>> extends FormatAbout {
  readonly options: O;
  write(state: DesiredState, options: OptionValues<O>): Draft;
  /** Gets the decoded text; files that are not text define `readOctets`. */
  readonly read?: (text: string, file: string) => FormatReading;
  readonly readOctets?: (octets: Uint8Array, file: string) => FormatReading;
  readonly recognises?: (text: string) => boolean;
  /** The records that the text must hold, where that is not the whole state: one host's part, one domain's. */
  readonly expected?: (state: DesiredState, options: OptionValues<O>) => readonly Omit<ReadRecord, 'place'>[];
}

/** A format whose values are checked before they are written, and whose output is read back each time. */
export function defineFormat<O extends Readonly<Record<string, FormatOption<unknown>>>>(
  spec: FormatSpec<O>,
): Format {
  const { id, title, product, cannot, joins, options, recognises } = spec;
  const read = readerOf(spec);
  return {
    id,
    title,
    product,
    cannot,
    ...(joins && { joins }),
    options,
    write(state, given = {}) {
      checkValues(state);
      const values = readOptions(id, options, given);
      const { files, warnings = [], notes = [] } = spec.write(state, values);
      if (read !== undefined) readBack({ id, cannot, read }, files, state, spec.expected?.(state, values));
      return { files: files.map(({ role: _, ...file }) => file), warnings, notes };
    },
    ...(read !== undefined && { read }),
    ...(recognises !== undefined && { recognises }),
  };
}

function readerOf({
  read,
  readOctets,
}: Pick<FormatSpec<Record<string, never>>, 'read' | 'readOctets'>): Format['read'] {
  return readOctets ?? (read && ((octets, file) => read(decodeText(octets).text, file)));
}
