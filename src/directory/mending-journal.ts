import { KmsDnsError } from '../core/errors.ts';
import { isJsonRecord } from '../core/json-record.ts';
import { formatSddl } from './sddl.ts';
import {
  daclOnly,
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
  type SecurityDescriptor,
} from './security-descriptor.ts';
import { readSid, type Sid } from './sid.ts';

/** What became of a step, as the directory shows it afterwards. */
export const STEP_OUTCOMES = ['done', 'already', 'refused', 'changed', 'skipped', 'unknown'] as const;
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

/** One change that was made or about to be made, with what its undo needs. `permissions` hold nothing but a DACL. */
export type MendingEntry = { readonly dn: string; readonly outcome: StepOutcome | 'sending' } & (
  | { readonly kind: 'create-group'; readonly sid?: Sid }
  | { readonly kind: 'add-member'; readonly member: string }
  | { readonly kind: 'create-node'; readonly values: readonly Uint8Array[] }
  | { readonly kind: 'grant'; readonly before: SecurityDescriptor; readonly after: SecurityDescriptor }
);

/** What one run changed in a directory. Holds everything an undo needs, and no secret. */
export interface MendingJournal {
  readonly action: 'audit' | 'undo';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** The server that was asked, as it names itself. */
  readonly server: string;
  readonly entries: readonly MendingEntry[];
}

/** Where journals go. Stores the whole of it each time; resolves to where it is. Throws `file-unwritable`. */
export type MendingRecorder = (journal: MendingJournal) => Promise<string>;

const SCHEMA = 'kmsdns/directory-journal@1';

/** The journal as a file. Permissions stand in it twice: as octets for the undo, and as SDDL for people. */
export function formatMendingJournal({ entries, ...head }: MendingJournal): string {
  const document = { schema: SCHEMA, ...head, entries: entries.map(entryToJson) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A file name that sorts by time: `2026-11-21T10-50-00.000Z-audit.json`. */
export function mendingJournalName({ startedAt, action }: MendingJournal): string {
  return `${startedAt.replaceAll(':', '-')}-${action}.json`;
}

function entryToJson(entry: MendingEntry): object {
  switch (entry.kind) {
    case 'create-group':
    case 'add-member':
      return entry;
    case 'create-node':
      return { ...entry, values: entry.values.map(base64) };
    case 'grant':
      return { ...entry, before: permissionsToJson(entry.before), after: permissionsToJson(entry.after) };
  }
}

function permissionsToJson(descriptor: SecurityDescriptor): object {
  const octets = encodeSecurityDescriptor(daclOnly(descriptor));
  return { sddl: formatSddl(daclOnly(descriptor)), octets: base64(octets) };
}

/** Reads what {@link formatMendingJournal} wrote. Throws `journal-invalid` naming the file and the place. */
export function parseMendingJournal(text: string, file: string): MendingJournal {
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('journal-invalid', `${file}: ${why}`, {
      hint: 'give a file that `kmsdns audit --apply` wrote into its journal folder',
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw bad('not JSON; the file is damaged or not a journal');
  }
  const { schema, action, startedAt, server, entries } = isJsonRecord(document) ? document : {};
  if (schema !== SCHEMA)
    throw bad(`not a journal of a directory ("schema" is not ${JSON.stringify(SCHEMA)})`);
  if (
    (action !== 'audit' && action !== 'undo') ||
    typeof startedAt !== 'string' ||
    typeof server !== 'string' ||
    !Array.isArray(entries)
  )
    throw bad('"action", "startedAt", "server" or "entries" is missing');
  return {
    action,
    startedAt,
    server,
    entries: entries.map((value: unknown, i) => {
      const entry = readEntry(isJsonRecord(value) ? value : {});
      if (entry === undefined) throw bad(`entry ${i + 1} is damaged`);
      return entry;
    }),
  };
}

function readEntry(value: Readonly<Record<string, unknown>>): MendingEntry | undefined {
  const { dn, outcome: said, kind } = value;
  const outcome = ['sending' as const, ...STEP_OUTCOMES].find((one) => one === said);
  if (typeof dn !== 'string' || dn === '' || outcome === undefined) return undefined;
  switch (kind) {
    case 'create-group': {
      const sid = typeof value.sid === 'string' ? readSid(value.sid) : undefined;
      if (value.sid !== undefined && sid === undefined) return undefined;
      return { kind, dn, outcome, ...(sid !== undefined && { sid }) };
    }
    case 'add-member':
      return typeof value.member === 'string' ? { kind, dn, outcome, member: value.member } : undefined;
    case 'create-node': {
      const values = Array.isArray(value.values) ? value.values.map(octetsOf) : [undefined];
      return values.includes(undefined)
        ? undefined
        : { kind, dn, outcome, values: values.filter((one) => one !== undefined) };
    }
    case 'grant': {
      const [before, after] = [value.before, value.after].map(permissionsOf);
      return before === undefined || after === undefined ? undefined : { kind, dn, outcome, before, after };
    }
    default:
      return undefined;
  }
}

function permissionsOf(value: unknown): SecurityDescriptor | undefined {
  const octets = octetsOf(isJsonRecord(value) ? value.octets : undefined);
  const read = octets === undefined ? undefined : decodeSecurityDescriptor(octets);
  return read?.ok && read.value.dacl.kind !== 'absent' ? read.value : undefined;
}

function octetsOf(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
    ? Uint8Array.from(Buffer.from(value, 'base64'))
    : undefined;
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
