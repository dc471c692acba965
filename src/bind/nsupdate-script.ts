import type { DesiredState, ServerAuth } from '../core/desired-state.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import { type NsupdateScript, readNsupdateScript, type ScriptCommand } from '../core/nsupdate-reader.ts';
import { fileNameFor, type Rendered, type RenderedFile } from '../core/rendered.ts';
import { canonicalRecords, formatRecord, type SrvRecord, type SrvSet, sameRecord } from '../core/srv.ts';
import { readBackError, renderTemplate, type Templates } from '../core/template.ts';
import { ttlOf } from '../core/zone-lines.ts';

/** One RRset that a script turns from `before` into `after`. */
export interface ScriptEdit {
  readonly domain: Fqdn;
  readonly owner: Fqdn;
  /** Left out: nsupdate finds the zone by its SOA record. */
  readonly zone?: Fqdn;
  /** Address or name of the server, and its port; left out: nsupdate takes the zone's SOA MNAME. */
  readonly server?: { readonly host: string; readonly port: number };
  /** The live set, or null when nothing is published; `unknown` writes a script without a guard that only adds. */
  readonly before: SrvSet | null | 'unknown';
  readonly after: SrvSet | null;
  /** How the script is signed: only for the command that its head shows. */
  readonly auth: ServerAuth;
  /** The key file for that command, as the desired state has it. */
  readonly keyFile?: string;
}

/**
 * A script for nsupdate(1) per edit, each one atomic message. The guard is the whole old set (RFC 2136 §2.4.2), or the
 * absence of a set and of an alias (§2.4.3), so that a zone that moved answers NXRRSET or YXRRSET and keeps its data.
 * Exact records are deleted, never the set or the name. An edit that changes nothing gets no script, and a note.
 */
export function renderNsupdate(edits: readonly ScriptEdit[], templates: Templates): Rendered {
  const files: RenderedFile[] = [];
  const notes: string[] = [];
  for (const edit of [...edits].sort((a, b) => (a.domain < b.domain ? -1 : 1))) {
    const { guard, deletes, adds } = linesOf(edit);
    if (deletes.length + adds.length === 0) {
      notes.push(`${displayName(edit.domain)} needs no script: nothing changes.`);
      continue;
    }
    const path = fileNameFor('nsupdate', displayName(edit.domain), 'txt');
    const header = renderTemplate(templates, 'bind/nsupdate.tmpl', {
      domain: displayName(edit.domain),
      deletes: deletes.length,
      adds: adds.length,
      guard: GUARD_WORDS[guardKind(edit)],
      command: commandFor(edit, path),
    });
    const body = [
      ...(edit.server === undefined ? [] : [`server ${edit.server.host} ${edit.server.port}`]),
      ...(edit.zone === undefined ? [] : [`zone ${edit.zone}`]),
      ...guard,
      ...deletes,
      ...adds,
      'send',
    ];
    const content = `${header}${body.map((line) => `${line}\n`).join('')}`;
    const difference = differenceFrom(
      edit,
      [...guard, ...deletes, ...adds],
      readNsupdateScript(content, path),
    );
    if (difference !== undefined) throw readBackError(templates, 'bind/nsupdate.tmpl', difference);
    files.push({ path, content });
    if (edit.before === 'unknown') {
      notes.push(
        `${path} has no guard: it adds records whatever is published, gives the whole set its TTL, and leaves an old record of the same host beside the new one.`,
      );
    }
  }
  return { files, warnings: [], notes };
}

/**
 * The edits that publish a desired state without a look at DNS. They are guarded by "nothing is published yet", which
 * is true for a first roll-out; with `merge` they have no guard and only add.
 */
export function scriptEdits(
  state: DesiredState,
  { merge = false }: { merge?: boolean } = {},
): readonly ScriptEdit[] {
  return state.domains.map((domain): ScriptEdit => {
    const server =
      domain.server !== undefined && Object.hasOwn(state.servers, domain.server)
        ? state.servers[domain.server]
        : undefined;
    const host = server?.address ?? (server?.name === undefined ? undefined : displayName(server.name));
    const auth = server?.auth ?? { kind: 'none' };
    const source =
      auth.kind === 'tsig' && Object.hasOwn(state.keys, auth.key) ? state.keys[auth.key] : undefined;
    const records = canonicalRecords(domain.publish);
    return {
      domain: domain.domain,
      owner: domain.owner,
      ...(domain.zone !== undefined && { zone: domain.zone }),
      ...(server !== undefined && host !== undefined && { server: { host, port: server.port } }),
      before: merge ? 'unknown' : null,
      after: records.length === 0 ? null : { name: domain.owner, ttlSeconds: ttlOf(domain), records },
      auth,
      ...(source?.kind === 'file' && { keyFile: source.path }),
    };
  });
}

type GuardKind = 'set' | 'absence' | 'none';

const GUARD_WORDS: Readonly<Record<GuardKind, string>> = {
  set: 'Guard: the whole set as it was read. If it changed since, the server answers NXRRSET and changes nothing.',
  absence:
    'Guard: nothing is published there yet. If something is, the server answers YXRRSET and changes nothing.',
  none: 'NO GUARD: the records are added to whatever is published, and the whole set takes their TTL.',
};

function guardKind({ before }: ScriptEdit): GuardKind {
  if (before === 'unknown') return 'none';
  return before === null ? 'absence' : 'set';
}

interface Lines {
  readonly guard: readonly string[];
  readonly deletes: readonly string[];
  readonly adds: readonly string[];
}

function linesOf({ owner, before, after }: ScriptEdit): Lines {
  const live = before === 'unknown' || before === null ? [] : before.records;
  const wanted = canonicalRecords(after?.records ?? []);
  // Knot ignores an add that differs from a record only in TTL, so a new TTL replaces every record, in one message.
  const retime =
    before !== 'unknown' && before !== null && after !== null && before.ttlSeconds !== after.ttlSeconds;
  const gone = retime ? live : live.filter((record) => !wanted.some((one) => sameRecord(one, record)));
  const fresh = retime ? wanted : wanted.filter((record) => !live.some((one) => sameRecord(one, record)));
  // A CNAME at the name would swallow the add with NOERROR (RFC 2136 §3.4.2.2).
  const absent = [`prereq nxrrset ${owner} SRV`, `prereq nxrrset ${owner} CNAME`];
  return {
    guard:
      before === 'unknown'
        ? []
        : before === null
          ? absent
          : live.map((record) => `prereq yxrrset ${owner} SRV ${asServed(record)}`),
    deletes: gone.map((record) => `update delete ${owner} SRV ${asServed(record)}`),
    adds: fresh.map((record) => `update add ${owner} ${after?.ttlSeconds} SRV ${formatRecord(record)}`),
  };
}

/** With the letters of the server, where they are nothing but another case of the same name: some compare octets. */
function asServed(record: SrvRecord): string {
  const served = record.targetAsServed;
  const usable =
    served !== undefined && /^[\x21-\x7e]+$/.test(served) && served.toLowerCase() === record.target;
  return formatRecord(usable ? { ...record, target: served as Fqdn } : record);
}

function commandFor({ auth, keyFile }: ScriptEdit, path: string): string {
  switch (auth.kind) {
    case 'tsig': {
      const shown = keyFile !== undefined && /^[\w./\\: -]+$/.test(keyFile) ? keyFile : 'KEYFILE';
      return `nsupdate -k ${shown.includes(' ') ? `"${shown}"` : shown} ${path}`;
    }
    case 'gss':
      return `nsupdate -g ${path}   (with a Kerberos ticket: kinit)`;
    case 'none':
      return `nsupdate ${path}   (unsigned: the desired state names no key for this server)`;
  }
}

function differenceFrom(
  edit: ScriptEdit,
  lines: readonly string[],
  script: NsupdateScript,
): string | undefined {
  const [problem] = script.problems;
  if (problem !== undefined) return `line ${problem.line}: ${problem.message}`;
  const [message, ...more] = script.messages;
  if (message === undefined || more.length > 0 || !message.sent) return 'it is not exactly one message';
  if (message.zone !== edit.zone) return `it is for zone ${message.zone}`;
  if (message.server !== edit.server?.host || message.port !== edit.server?.port)
    return `it is for server ${message.server}`;
  const found = [...message.prerequisites, ...message.updates].map(lineOf);
  const wanted = lines.map((line) => line.toLowerCase());
  const surplus = found.find((line) => !wanted.includes(line));
  if (surplus !== undefined) return `it says ${JSON.stringify(surplus)}, which nobody asked for`;
  const missing = wanted.find((line) => !found.includes(line));
  if (missing !== undefined) return `${JSON.stringify(missing)} is missing`;
  return found.length === wanted.length ? undefined : 'a command stands in it twice';
}

function lineOf({ kind, owner, ttlSeconds, type, srv }: ScriptCommand): string {
  const verb = kind === 'add' || kind === 'delete' ? `update ${kind}` : `prereq ${kind}`;
  const ttl = ttlSeconds === undefined ? '' : ` ${ttlSeconds}`;
  const data = srv === undefined ? '' : ` ${formatRecord(srv)}`;
  return `${verb} ${owner}${ttl}${type === undefined ? '' : ` ${type}`}${data}`.toLowerCase();
}
