import { CATALOGUE, type FindingCode } from '../../core/catalogue.ts';
import { SEVERITIES, type Severity } from '../../core/finding.ts';
import { isJsonRecord, type JsonRecord } from '../../core/json-record.ts';
import type { FactDraft } from './fact-draft.ts';

/** Is this what `kmsdns audit --json` writes? */
export function looksLikeAudit(text: string): boolean {
  return /^\s*\{\s*"schema"\s*:\s*"kmsdns\/audit@\d+"/.test(text.slice(0, 4096));
}

/**
 * What an audit of the directory says: its findings, and for each host of a record whether it may write it. Members of
 * other types than the document promises are named and left out.
 */
export function readAudit(draft: FactDraft, text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    draft.problem(undefined, `not whole: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  if (!isJsonRecord(document)) return;
  if (document.schema !== 'kmsdns/audit@1') {
    draft.problem(
      1,
      `${String(document.schema)} is of another version; make a new audit: kmsdns audit --json`,
    );
    return;
  }
  const server = textOf(document.server);
  if (server !== undefined) draft.decoded('Directory server', server, 'who was asked');
  const takenAt = textOf(document.takenAt);
  if (takenAt !== undefined) draft.decoded('Audit taken', takenAt, 'what changed later is not in it');
  for (const [i, finding] of objectsIn(document.findings).entries()) readFinding(draft, finding, i);
  for (const zone of objectsIn(document.zones))
    for (const node of objectsIn(zone.nodes)) readNode(draft, node);
}

function readFinding(draft: FactDraft, finding: JsonRecord, i: number): void {
  const { code, severity } = finding;
  const subject = textOf(finding.subject);
  if (!isCode(code) || !isSeverity(severity) || subject === undefined) {
    draft.problem(undefined, `finding ${i + 1}: not a finding that this version knows`);
    return;
  }
  const says = objectsIn(finding.evidence)
    .flatMap((one) => textOf(one.says) ?? [])
    .join('; ');
  draft.fact(
    'directory-finding',
    { place: code, raw: says === '' ? subject : says },
    { code, subject, severity, says },
  );
}

function readNode(draft: FactDraft, node: JsonRecord): void {
  const owner = textOf(node.name);
  if (owner === undefined) return;
  const recordOwner = isJsonRecord(node.owner) ? textOf(node.owner.name) : undefined;
  if (recordOwner !== undefined) draft.decoded(owner, recordOwner, 'owner of the record in the directory');
  const writers = writersOf(node);
  if (writers !== undefined)
    draft.fact(
      'directory-writers',
      { place: owner, raw: writers.length === 0 ? 'administrators only' : writers.join(', ') },
      { owner, writers, recordOwner },
    );
  for (const host of objectsIn(node.hosts)) {
    const name = textOf(host.name);
    const { mayWrite } = host;
    if (name === undefined || (mayWrite !== 'yes' && mayWrite !== 'no' && mayWrite !== 'unknown')) {
      draft.problem(undefined, `${owner}: a host without a name, or without an answer whether it may write`);
      continue;
    }
    const because = textOf(host.because) ?? '';
    draft.fact(
      'directory-permission',
      { place: `${owner}: ${name}`, raw: `may write: ${mayWrite} (${because})` },
      { owner, host: name, mayWrite, because, recordOwner },
    );
    draft.decoded(`${name} at ${owner}`, mayWrite, `may this host write the record? ${because}`);
  }
}

/** Accounts that may write by an entry of their own; undefined where that is not all that is to be known. */
function writersOf({ writers, openToAll, unreadPermissions }: JsonRecord): readonly string[] | undefined {
  if (!Array.isArray(writers) || writers.length === 0 || openToAll === true) return undefined;
  if (textOf(unreadPermissions) !== undefined) return undefined;
  const names = objectsIn(writers)
    .filter(({ access, administrative }) => access === 'allows' && administrative !== true)
    .map(({ name }) => textOf(name));
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? [...new Set(known)] : undefined;
}

function objectsIn(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isJsonRecord) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isCode(value: unknown): value is FindingCode {
  return typeof value === 'string' && Object.hasOwn(CATALOGUE, value);
}

function isSeverity(value: unknown): value is Severity {
  return SEVERITIES.some((one) => one === value);
}
