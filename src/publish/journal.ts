import { createHash } from 'node:crypto';
import { formatEndpoint, parseEndpoint } from '../core/address.ts';
import { KmsDnsError } from '../core/errors.ts';
import { isJsonRecord } from '../core/json-record.ts';
import { type Fqdn, readName } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { SrvSet } from '../core/srv.ts';
import { readSetJson, setToJson } from './documents.ts';
import { APPLY_OUTCOMES, type ApplyOutcome } from './outcome.ts';

/** One set that an apply was about to change, or changed. */
export interface JournalEntry {
  readonly domain: Fqdn;
  readonly zone: Fqdn;
  readonly server: Endpoint;
  readonly name: Fqdn;
  readonly before: SrvSet | null;
  readonly after: SrvSet | null;
  /** `sending` until the outcome is known: the update may have left, whatever happened to this program since. */
  readonly outcome: ApplyOutcome | 'sending';
}

/** What one apply or rollback did. Holds everything an undo needs, and no secret. */
export interface Journal {
  readonly action: 'apply' | 'rollback';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly entries: readonly JournalEntry[];
}

/** Where journals go; the command passes files, tests a list. */
export interface Recorder {
  /** Stores the journal, replacing the former state of the same run; resolves to where it is. Throws `file-unwritable`. */
  store(journal: Journal): Promise<string>;
  /** Forgets the journal of this run: nothing was sent. */
  discard(): Promise<void>;
}

const SCHEMA = 'kmsdns/journal@1';

/** A file name that sorts by time and does not clash: `2026-11-21T10-50-00.000Z-apply-1a2b3c4d.json`. */
export function journalFileName(journal: Journal): string {
  const essence = JSON.stringify(journal.entries.map(({ name, before, after }) => [name, before, after]));
  const id = createHash('sha256').update(essence).update(journal.startedAt).digest('hex').slice(0, 8);
  return `${journal.startedAt.replaceAll(':', '-')}-${journal.action}-${id}.json`;
}

export function formatJournal(journal: Journal): string {
  const document = {
    schema: SCHEMA,
    action: journal.action,
    startedAt: journal.startedAt,
    entries: journal.entries.map((entry) => ({
      domain: entry.domain,
      zone: entry.zone,
      server: formatEndpoint(entry.server),
      name: entry.name,
      before: setToJson(entry.before),
      after: setToJson(entry.after),
      outcome: entry.outcome,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Reads what {@link formatJournal} wrote. Throws `journal-invalid` naming the file and the place. */
export function parseJournal(text: string, file: string): Journal {
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('journal-invalid', `${file}: ${why}`, {
      hint: 'give a file that `kmsdns apply` or `kmsdns rollback` wrote into its journal folder',
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw bad('not JSON; the file is damaged or not a journal');
  }
  const { schema, action, startedAt, entries } = isJsonRecord(document) ? document : {};
  if (schema !== SCHEMA)
    throw bad(`not a journal of this version ("schema" is not ${JSON.stringify(SCHEMA)})`);
  if (
    (action !== 'apply' && action !== 'rollback') ||
    typeof startedAt !== 'string' ||
    !Array.isArray(entries)
  ) {
    throw bad('"action", "startedAt" or "entries" is missing');
  }
  return {
    action,
    startedAt,
    entries: entries.map((entry, i) => {
      const read = readEntry(entry);
      if (read === undefined) throw bad(`entry ${i + 1} is damaged`);
      return read;
    }),
  };
}

function readEntry(value: unknown): JournalEntry | undefined {
  const { domain, zone, server, name, before, after, outcome } = isJsonRecord(value) ? value : {};
  const names = [domain, zone, name].map((one) => (typeof one === 'string' ? readName(one) : undefined));
  const [domainName, zoneName, ownerName] = names.map((read) => (read?.ok ? read.name : undefined));
  const had = readSetJson(before);
  const has = readSetJson(after);
  const known = outcome === 'sending' || APPLY_OUTCOMES.some((one) => one === outcome);
  if (domainName === undefined || zoneName === undefined || ownerName === undefined) return undefined;
  if (had === undefined || has === undefined || typeof server !== 'string' || !known) return undefined;
  if ((had !== null && had.name !== ownerName) || (has !== null && has.name !== ownerName)) return undefined;
  try {
    return {
      domain: domainName,
      zone: zoneName,
      server: parseEndpoint(server, 53),
      name: ownerName,
      before: had,
      after: has,
      outcome: outcome as JournalEntry['outcome'],
    };
  } catch {
    return undefined;
  }
}
