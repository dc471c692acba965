import { join, relative, resolve } from 'node:path';
import { KmsDnsError, type Problem } from '../core/errors.ts';
import { filesBelow, readBinaryFile } from '../core/files.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { Format, FormatReading } from '../formats/format.ts';
import { PUBLISH_LIST_IDS, publishListIn, readPublishList } from '../formats/publish-list.ts';
import { formatOf } from '../formats/registry.ts';
import { stateFromReadings } from '../formats/state-from-files.ts';
import type { Context } from './command.ts';
import { parseDomain, tellState } from './import-action.ts';
import { counted, wrap } from './look.ts';
import { usage } from './options.ts';
import { checkOut, type OutOptions } from './out-file.ts';
import type { ReachOptions } from './run.ts';

interface ImportFilesValues extends ReachOptions, OutOptions {
  readonly operands: readonly string[];
  readonly from: readonly string[];
  readonly format: string | undefined;
  readonly host: Fqdn | undefined;
}

/** Reads files of other products in place of DNS. What cannot be taken over is told with its place. */
export async function runImportFiles(values: ImportFilesValues, context: Context): Promise<number> {
  const { io, note, warn, err } = context;
  refuseNetwork(values);
  const domains = values.operands.map(parseDomain);
  await checkOut(context, values);
  const readings = [];
  const files = [];
  for (const { from, inFolder } of await filesOf(values.from, io.cwd)) {
    const file = from === '-' ? 'stdin' : from;
    const octets = from === '-' ? await io.readInput() : await readBinaryFile(resolve(io.cwd, from));
    const read = readFile(octets, file, values, inFolder);
    if (typeof read === 'string') {
      note(wrap(`left out: ${read}`, err.columns));
      continue;
    }
    const { format, what, reading, notes } = read;
    readings.push(reading);
    files.push({ file, format, records: reading.records.length });
    note(`${file}: ${what}; ${counted(reading.records.length, 'SRV record')}`);
    for (const one of notes) note(wrap(one, err.columns));
  }
  const { state, problems, remarks, otherServices } = stateFromReadings(readings, domains);
  for (const remark of remarks) note(wrap(problemText(remark), err.columns));
  for (const problem of problems)
    warn(wrap(`${err.paint('warn', 'warning:')} not taken over: ${problemText(problem)}`, err.columns));
  if (otherServices > 0) note(`${counted(otherServices, 'SRV record')} of other services left out`);
  const unseen = domains.filter((domain) => !state.domains.some((one) => one.domain === domain));
  for (const domain of unseen)
    warn(`${err.paint('warn', 'warning:')} the files hold no KMS record of ${domain}`);
  if (state.domains.length === 0)
    warn(`${err.paint('warn', 'warning:')} nothing to write: no KMS record was found`);
  await tellState(state, values, context, {
    files,
    problems,
    remarks,
    otherServices,
    empty: unseen,
    unknown: [],
  });
  return problems.length > 0 || state.domains.length === 0 || unseen.length > 0 ? 3 : 0;
}

interface FileRead {
  readonly format: string;
  readonly what: string;
  readonly reading: FormatReading;
  readonly notes: readonly string[];
}

/** A folder stands for the files in it: of those, what holds no records or is something else is left out. */
async function filesOf(
  given: readonly string[],
  cwd: string,
): Promise<readonly { readonly from: string; readonly inFolder: boolean }[]> {
  const all = await Promise.all(
    given.map(async (from) => {
      const folder = from === '-' ? undefined : await filesBelow(resolve(cwd, from));
      if (folder === undefined) return [{ from, inFolder: false }];
      return folder.map((file) => ({ from: join(from, relative(resolve(cwd, from), file)), inFolder: true }));
    }),
  );
  return all.flat();
}

/** Why it is left out, for a file of a folder that is in no format. Throws that for any other file. */
function readFile(
  octets: Uint8Array,
  file: string,
  { format: id, host }: ImportFilesValues,
  inFolder: boolean,
): FileRead | string {
  const list = id === undefined ? publishListIn(octets) : PUBLISH_LIST_IDS.find((one) => one === id);
  if (list !== undefined) {
    const reading = readPublishList(list, octets, file, host);
    const what = `DnsDomainPublishList of ${reading.hosts.map(displayName).join(', ')}`;
    return { format: list, what, reading, notes: reading.notes };
  }
  let format: Format;
  try {
    format = formatOf(octets, file, id);
  } catch (error) {
    if (inFolder && error instanceof KmsDnsError && error.code === 'format-unclear') return error.message;
    throw error;
  }
  const reading = format.read!(octets, file);
  return { format: format.id, what: `${format.product}, ${format.title}`, reading, notes: [] };
}

function refuseNetwork(values: ImportFilesValues): void {
  const given = (['server', 'authority', 'timeout', 'deadline'] as const).find((name) => {
    const value = values[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given !== undefined)
    throw usage(`--${given} means nothing together with --from: files are read, and DNS is not asked`);
}

function problemText({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}
