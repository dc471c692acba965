import { resolve } from 'node:path';
import type { Problem } from '../core/errors.ts';
import { readBinaryFile } from '../core/files.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { FormatReading } from '../formats/format.ts';
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
  for (const from of values.from) {
    const file = from === '-' ? 'stdin' : from;
    const octets = from === '-' ? await io.readInput() : await readBinaryFile(resolve(io.cwd, from));
    const { format, what, reading, notes } = readFile(octets, file, values);
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

function readFile(octets: Uint8Array, file: string, { format: id, host }: ImportFilesValues): FileRead {
  const list = id === undefined ? publishListIn(octets) : PUBLISH_LIST_IDS.find((one) => one === id);
  if (list !== undefined) {
    const reading = readPublishList(list, octets, file, host);
    const what = `DnsDomainPublishList of ${displayName(reading.host)}`;
    return { format: list, what, reading, notes: reading.notes };
  }
  const format = formatOf(octets, file, id);
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
