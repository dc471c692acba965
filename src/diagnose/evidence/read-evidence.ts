import type { FactsRead } from '../fact.ts';
import { looksLikeAudit, readAudit } from './audit-document.ts';
import { looksLikeEventCsv, readEventCsv } from './event-csv.ts';
import { looksLikeEventText, readEventText } from './event-text.ts';
import { looksLikeEventXml, readEventXml } from './event-xml.ts';
import { decodeEvidence, evidenceLines } from './evidence-text.ts';
import { FactDraft } from './fact-draft.ts';
import { looksLikeHostsFile, readHostsFile } from './hosts-file.ts';
import { looksLikeIpconfig, readIpconfig } from './ipconfig-text.ts';
import {
  looksLikeLicensingJson,
  looksLikeLicensingList,
  readLicensingJson,
  readLicensingList,
} from './licensing-json.ts';
import { looksLikeRegistryExport, readRegistryExport } from './registry-export.ts';
import { looksLikeSlmgr, readSlmgr } from './slmgr-text.ts';

const MAX_OCTETS = 32 * 1024 * 1024;

/** Files people send instead of an export, by their first octets, and what to send. */
const BINARY: readonly (readonly [magic: string, advice: string])[] = [
  [
    'ElfFile\0',
    'a binary event log; send: wevtutil qe Application /lf:false /f:xml > events.xml, or the same with /lf:true FILE.evtx',
  ],
  ['regf', 'a registry hive; send what "reg export" writes'],
  ['PK\x03\x04', 'an archive; send the files in it'],
  ['\x1f\x8b', 'a compressed file; send what is in it'],
];

/**
 * What one file says about a client or a KMS host. Its kind is told by its content: registry export, `ipconfig /all`,
 * slmgr or ospp.vbs output, licensing objects as JSON or list, event exports as XML, text or CSV, a `hosts` file,
 * what `kmsdns audit --json` writes; the
 * texts of several tools may stand in one file. Fact ids count on from `f<firstId>`.
 *
 * Never throws, for any octets, in time and memory that grow with the file alone: what cannot be used is a problem with
 * its line, and the rest is read.
 */
export function readEvidence(octets: Uint8Array, file: string, firstId: number): FactsRead {
  const draft = new FactDraft(file, firstId);
  if (octets.length > MAX_OCTETS)
    draft.problem(undefined, `only the first ${MAX_OCTETS / 1024 / 1024} MiB were read`);
  return draft.read(readAny(draft, octets.subarray(0, MAX_OCTETS)));
}

/** The kind of file in words; undefined when nobody knows it, and that is a problem of the draft then. */
function readAny(draft: FactDraft, octets: Uint8Array): string | undefined {
  const start = Buffer.from(octets.subarray(0, 8)).toString('latin1');
  const binary = BINARY.find(([magic]) => start.startsWith(magic));
  if (binary !== undefined) {
    return nothing(draft, `this is ${binary[1]}`);
  }
  const { text, encoding, undecoded } = decodeEvidence(octets);
  if (text.trim() === '') {
    return nothing(draft, 'it is empty');
  }
  if (undecoded > 0)
    draft.problem(undefined, `${undecoded} characters are no ${encoding}; they are shown as \uFFFD`);
  if (looksLikeRegistryExport(text)) {
    readRegistryExport(draft, octets);
    return 'registry export';
  }
  if (looksLikeAudit(text)) {
    readAudit(draft, text);
    return 'audit of the directory';
  }
  if (looksLikeEventXml(text)) {
    readEventXml(draft, text);
    return 'events as XML';
  }
  if (looksLikeLicensingJson(text)) {
    readLicensingJson(draft, text);
    return 'licensing objects as JSON';
  }
  if (looksLikeEventCsv(text)) {
    readEventCsv(draft, text);
    return 'events as CSV';
  }
  return readLines(draft, text);
}

/** The outputs of tools, of which a file may hold several. */
const TOOLS: readonly {
  readonly name: string;
  readonly looksLike: (lines: readonly string[]) => boolean;
  readonly read: (draft: FactDraft, lines: readonly string[]) => void;
}[] = [
  { name: 'ipconfig /all', looksLike: looksLikeIpconfig, read: readIpconfig },
  { name: 'events as text', looksLike: looksLikeEventText, read: readEventText },
  { name: 'licensing objects as a list', looksLike: looksLikeLicensingList, read: readLicensingList },
  { name: 'slmgr output', looksLike: looksLikeSlmgr, read: readSlmgr },
];

function readLines(draft: FactDraft, text: string): string | undefined {
  const { lines, cut } = evidenceLines(text);
  if (cut) draft.problem(lines.length, 'only what stands before this line was read');
  const found = TOOLS.filter(({ looksLike }) => looksLike(lines));
  for (const { read } of found) read(draft, lines);
  if (found.length > 0) return found.map(({ name }) => name).join(' and ');
  if (looksLikeHostsFile(lines)) {
    readHostsFile(draft, lines);
    return 'hosts file';
  }
  return nothing(
    draft,
    'nothing in it is known: send a registry export, ipconfig /all, slmgr /dlv, Get-CimInstance … | ConvertTo-Json, events, or a hosts file',
  );
}

/** Says for the reader and for the judge that the file told nothing. */
function nothing(draft: FactDraft, because: string): undefined {
  draft.problem(undefined, because);
  draft.fact('unreadable', { place: 'file', raw: '' }, { because });
}

/** What is known of a file that could not be opened: that, and nothing else. */
export function unreadableEvidence(file: string, because: string, firstId: number): FactsRead {
  const draft = new FactDraft(file, firstId);
  return draft.read(nothing(draft, because));
}
