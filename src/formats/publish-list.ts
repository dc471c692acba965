import { decodeText } from '../core/decode-text.ts';
import { domainName } from '../core/desired-state-words.ts';
import { KmsDnsError, type Problem } from '../core/errors.ts';
import { KMS_PORT, kmsOwnerName, SPP_REGISTRY_KEY } from '../core/kms.ts';
import { type Fqdn, hostNameProblem, readName } from '../core/name.ts';
import { type RegValue, readReg } from '../core/reg-file.ts';
import type { FormatReading, ReadRecord } from './format.ts';
import { listInScript, listsInPolicy, type WrittenLists } from './publish-list-items.ts';

// DnsDomainPublishList of a KMS host, as a registry export, as a script, as the lines of it, or that of several hosts in a
// group policy: what those hosts publish by themselves. A list names domains and no host, so whose it is has to be said
// beside it.

export const PUBLISH_LIST_IDS = [
  'publish-list-reg',
  'publish-list-ps1',
  'publish-list-txt',
  'gpo-publish-list',
] as const;
export type PublishListId = (typeof PUBLISH_LIST_IDS)[number];

/** What the lists of KMS hosts say, and what those hosts do besides. */
export interface PublishListReading extends FormatReading {
  readonly hosts: readonly Fqdn[];
  /** What a host publishes or leaves out though no entry says so; whole sentences. */
  readonly notes: readonly string[];
}

/** Is this a publish list, by its content alone? */
export function publishListIn(octets: Uint8Array): PublishListId | undefined {
  const { text } = decodeText(octets);
  if (/^\s*(?:Windows Registry Editor|REGEDIT4)/.test(text))
    return /^"DnsDomainPublishList"\s*=/im.test(text) ? 'publish-list-reg' : undefined;
  if (/<RegistrySettings\b/.test(text))
    return /\bname="DnsDomainPublishList"/i.test(text) ? 'gpo-publish-list' : undefined;
  if (/^\$wanted = @\(/m.test(text) && text.includes('DnsDomainPublishList')) return 'publish-list-ps1';
  const entries = entryLines(text);
  const isList = entries.length > 0 && entries.every(({ entry }) => LIKE_ENTRY.test(entry));
  return isList ? 'publish-list-txt' : undefined;
}

const LIKE_ENTRY = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+\.?(?:\s*,\s*\d+){0,2}$/;

/**
 * The records that a KMS host writes for its list (Volume Activation Technical Reference Guide, table 3): itself, at
 * the port it listens on, in each domain. `host` is whose list it is; left out, the file has to say: by the comment
 * or the name that `generate publish-list-*` gives it. Throws `usage`; what is wrong in the list is a problem.
 */
export function readPublishList(
  id: PublishListId,
  octets: Uint8Array,
  file: string,
  host?: Fqdn,
): PublishListReading {
  const { text } = decodeText(octets);
  if (id === 'gpo-publish-list') return readLists(listsInPolicy(text, file), file, host);
  if (id === 'publish-list-ps1') return readLists(listInScript(text, file), file, host);
  const owner = host ?? hostSaidBy(text, file);
  if (owner === undefined) throw ownerless(file);
  return id === 'publish-list-reg' ? readExport(octets, file, owner) : readLines(text, file, owner);
}

function ownerless(file: string): KmsDnsError {
  return new KmsDnsError('usage', `${JSON.stringify(file)} does not say whose publish list it is`, {
    hint: 'name the KMS host that has it: --host kms1.contoso.com',
  });
}

/** Lists that may each say whose they are; with `host` only its own, and those that do not say. */
function readLists(
  { lists, problems }: WrittenLists,
  file: string,
  host: Fqdn | undefined,
): PublishListReading {
  const known = lists.map((list) => ({ host: list.host ?? host, entries: list.entries }));
  if (known.some((list) => list.host === undefined)) throw ownerless(file);
  const own = known.filter((list) => host === undefined || list.host === host);
  const read = own.map((list) => recordsOf(list.entries, list.host!, KMS_PORT));
  return {
    records: read.flatMap(({ records }) => records),
    problems: [...problems, ...read.flatMap((one) => one.problems)],
    hosts: [...new Set(own.map((list) => list.host!))],
    notes: [],
  };
}

function readLines(text: string, file: string, host: Fqdn): PublishListReading {
  const entries = entryLines(text).map(({ entry, line, column }) => ({
    entry,
    place: { file, line, column },
  }));
  return { ...recordsOf(entries, host, KMS_PORT), hosts: [host], notes: [] };
}

function readExport(octets: Uint8Array, file: string, host: Fqdn): PublishListReading {
  const { keys, problems } = readReg(octets, file);
  const found: Problem[] = [...problems];
  const notes: string[] = [];
  const key = SPP_REGISTRY_KEY.toLowerCase();
  const values = new Map<string, RegValue>();
  for (const { path, deleted, values: own } of keys)
    if (path.toLowerCase() === key && !deleted)
      for (const one of own) values.set(one.name.toLowerCase(), one);
  const list = values.get('dnsdomainpublishlist');
  if (list === undefined)
    found.push({ file, line: 1, column: 1, message: `no DnsDomainPublishList under ${SPP_REGISTRY_KEY}` });
  else if (list.data.kind !== 'multi-sz' && list.data.kind !== 'deleted')
    found.push({
      file,
      line: list.line,
      column: list.column,
      message: 'DnsDomainPublishList is no REG_MULTI_SZ: nobody knows what the host reads',
    });
  const off = values.get('disablednspublishing')?.data;
  if (off?.kind === 'dword' && off.value !== 0n)
    notes.push('DisableDnsPublishing is set: the host publishes nothing today, whatever its list says.');
  const entries =
    list?.data.kind === 'multi-sz'
      ? list.data.entries.map((entry) => ({ entry, place: { file, line: list.line, column: list.column } }))
      : [];
  const port = listeningPort(values.get('keymanagementservicelisteningport'), file, found);
  const read = recordsOf(entries, host, port);
  return { records: read.records, problems: [...found, ...read.problems], hosts: [host], notes };
}

function listeningPort(value: RegValue | undefined, file: string, problems: Problem[]): number {
  if (value === undefined || value.data.kind === 'deleted') return KMS_PORT;
  const { data, line, column } = value;
  const port = data.kind === 'sz' && /^\d{1,5}$/.test(data.text) ? Number(data.text) : Number.NaN;
  if (port >= 1 && port <= 0xffff) return port;
  problems.push({
    file,
    line,
    column,
    message: `KeyManagementServiceListeningPort is no REG_SZ with a port: ${KMS_PORT} is taken`,
  });
  return KMS_PORT;
}

const DOMAIN = domainName('');

function recordsOf(
  entries: readonly { readonly entry: string; readonly place: ReadRecord['place'] }[],
  host: Fqdn,
  port: number,
): FormatReading {
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  for (const { entry, place } of entries) {
    const [name = '', priority = '0', weight = '0', ...more] = entry.split(',').map((field) => field.trim());
    const domain = DOMAIN.read(name);
    const numbers = [priority, weight].map((field) => (/^\d{1,5}$/.test(field) ? Number(field) : Number.NaN));
    const wrong = (message: string): void => {
      problems.push({ ...place, message: `entry ${JSON.stringify(entry)}: ${message}` });
    };
    if ('problem' in domain) wrong(domain.problem);
    else if (!numbers.every((number) => number <= 0xffff))
      wrong('priority and weight are numbers from 0 to 65535');
    else if (more.length > 0) wrong('an entry is "domain, priority, weight"');
    else
      records.push({
        owner: kmsOwnerName(domain.value),
        record: { priority: numbers[0]!, weight: numbers[1]!, port, target: host },
        place,
      });
  }
  return { records, problems };
}

/** Lines that are neither blank nor a comment, without the blanks around them. */
function entryLines(text: string): readonly { entry: string; line: number; column: number }[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const entry = line.trim();
    const column = line.length - line.trimStart().length + 1;
    return /^(?:[#;].*)?$/.test(entry) ? [] : [{ entry, line: i + 1, column }];
  });
}

function hostSaidBy(text: string, file: string): Fqdn | undefined {
  const comment = /^; DnsDomainPublishList of KMS host (\S+)\. Made by kmsdns /m.exec(text)?.[1];
  const base = file.split(/[\\/]/).at(-1) ?? '';
  const name = comment ?? /^publish-list\.(.+)\.(?:reg|txt)$/i.exec(base)?.[1];
  if (name === undefined || hostNameProblem(name) !== undefined) return undefined;
  const read = readName(name);
  return read.ok ? read.name : undefined;
}
