import type { DesiredDomain } from '../core/desired-state.ts';
import { KmsDnsError, type Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords, formatRecord, type SrvRecord } from '../core/srv.ts';
import { ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { readJsonTree } from './json-tree.ts';
import { type LiveSets, liveSetsOption } from './live-sets.ts';
import { readSrvText, readTtlWord } from './srv-fields.ts';
import { textAt, valueAt, type YamlTree } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'route53',
  title: 'change batches',
  product: 'Amazon Route 53',
  cannot: [
    {
      of: 'unlisted',
      says: 'Records of other hosts: UPSERT puts a whole set in place of the old one; give what is live, and it keeps them.',
    },
  ],
};

/** API reference, ChangeResourceRecordSets: in one request; what an UPSERT holds counts twice. */
const MAX_RECORDS = 1000;
const MAX_VALUE_CHARS = 32_000;
/** Route 53 Developer Guide, Quotas: values of one record set, whatever the request. */
const MAX_VALUES = 400;

/** One set as one transaction: one UPSERT, or what is there and what shall be. */
interface SetChange {
  readonly lines: readonly string[];
  readonly records: number;
  readonly valueChars: number;
}

/** Change batches for `aws route53 change-resource-record-sets`, one per zone unless that gets too large. */
export const ROUTE53: Format = defineFormat({
  ...ABOUT,
  options: {
    live: liveSetsOption(
      'what is published now, as dig +noall +answer prints it from a server of the zone, or none; then each set is deleted with every value and created anew, which fails when it has changed since',
    ),
  },
  write(state, { live }) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const stray = [...(live?.keys() ?? [])].find(
      (owner) => !groups.some(({ domains }) => domains.some((domain) => domain.owner === owner)),
    );
    if (stray !== undefined)
      throw new KmsDnsError('usage', `live holds ${displayName(stray)}, which the desired state does not`, {
        hint: 'leave that record out, or add its domain',
      });
    const files = groups.flatMap(({ zone, domains }) => {
      const batches = batchesOf(domains.map((domain) => changeOf(domain, live)));
      return batches.map((changes, i) => {
        const name = batches.length === 1 ? displayName(zone) : `${displayName(zone)}.${i + 1}`;
        const lines = changes.flatMap((change) => change.lines).map((line) => `    ${line}`);
        const comment = live === undefined ? COMMENT_UPSERT : COMMENT_GUARDED;
        const content = `{\n  "Comment": ${JSON.stringify(comment)},\n  "Changes": [\n${lines.join(',\n')}\n  ]\n}\n`;
        return { path: fileNameFor('route53', name, 'json'), content };
      });
    });
    return {
      files,
      notes: [
        ...files.map(
          ({ path }) =>
            `aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://${path}`,
        ),
        ...(files.length > groups.length
          ? [
              'A zone with several files is too large for one request: each file is a transaction, all of them are not.',
            ]
          : []),
        ...(live === undefined ? ABOUT.cannot.map(({ says }) => says) : []),
        ...groups.flatMap(({ domains }) => domains.flatMap((domain) => [...zoneNotes(domain)])),
      ],
    };
  },
  expected: (state, { live }) =>
    state.domains
      .filter(({ publish }) => publish.length > 0)
      .flatMap((domain) =>
        wantedOf(domain, live).map((record) => ({
          owner: domain.owner,
          ttlSeconds: ttlWith(domain, live),
          record,
        })),
      ),
  read: readBatch,
  recognises: (text) => /"ResourceRecordSets?"\s*:/.test(text) && /"SRV"/.test(text),
});

const COMMENT_UPSERT =
  'KMS records, by kmsdns. UPSERT replaces a whole set, with the records that others added.';
const COMMENT_GUARDED = 'KMS records, by kmsdns. Fails as a whole when a set is not what it was.';

/** Policy additive keeps the records of targets that are not listed, as far as anybody says which there are. */
function wantedOf(
  { owner, policy, publish }: DesiredDomain,
  live: LiveSets | undefined,
): readonly SrvRecord[] {
  const others =
    policy === 'additive'
      ? (live?.get(owner)?.records ?? []).filter((record) =>
          publish.every(({ target }) => target !== record.target),
        )
      : [];
  return canonicalRecords([...publish, ...others]);
}

function ttlWith(domain: DesiredDomain, live: LiveSets | undefined): number {
  return domain.ttlSeconds ?? live?.get(domain.owner)?.ttlSeconds ?? ttlOf(domain);
}

function changeOf(domain: DesiredDomain, live: LiveSets | undefined): SetChange {
  const wanted = wantedOf(domain, live);
  if (wanted.length > MAX_VALUES)
    throw new KmsDnsError(
      'generate-impossible',
      `${displayName(domain.domain)} has ${wanted.length} KMS hosts; a record set of Route 53 takes ${MAX_VALUES}`,
      { hint: 'publish fewer hosts in this domain' },
    );
  const create = changeLine(live === undefined ? 'UPSERT' : 'CREATE', domain, ttlWith(domain, live), wanted);
  const old = live?.get(domain.owner);
  const size = (records: readonly SrvRecord[]): number =>
    records.reduce((sum, record) => sum + formatRecord(record).length, 0);
  const twice = live === undefined ? 2 : 1;
  return {
    lines: old === undefined ? [create] : [changeLine('DELETE', domain, old.ttlSeconds, old.records), create],
    records: wanted.length * twice + (old?.records.length ?? 0),
    valueChars: size(wanted) * twice + size(old?.records ?? []),
  };
}

function changeLine(
  action: string,
  { owner }: DesiredDomain,
  ttlSeconds: number,
  records: readonly SrvRecord[],
): string {
  const values = records.map((record) => ({ Value: formatRecord(record) }));
  return JSON.stringify({
    Action: action,
    ResourceRecordSet: { Name: owner, Type: 'SRV', TTL: ttlSeconds, ResourceRecords: values },
  });
}

/** As few batches as the limits allow; a set is never cut. Throws `generate-impossible` for one that fits nowhere. */
function batchesOf(changes: readonly SetChange[]): readonly (readonly SetChange[])[] {
  const batches: SetChange[][] = [];
  let records = 0;
  let valueChars = 0;
  for (const change of changes) {
    if (change.records > MAX_RECORDS || change.valueChars > MAX_VALUE_CHARS)
      throw new KmsDnsError(
        'generate-impossible',
        'one set is larger than what Route 53 takes in a request',
        { hint: 'publish fewer hosts in this domain' },
      );
    const batch = batches.at(-1);
    if (
      batch === undefined ||
      records + change.records > MAX_RECORDS ||
      valueChars + change.valueChars > MAX_VALUE_CHARS
    ) {
      batches.push([change]);
      records = 0;
      valueChars = 0;
    } else batch.push(change);
    records += change.records;
    valueChars += change.valueChars;
  }
  return batches;
}

/** Reads what a batch creates, and what `aws route53 list-resource-record-sets` prints. */
function readBatch(text: string, file: string): FormatReading {
  const { root, problem } = readJsonTree(text, file);
  if (root === undefined) return { records: [], problems: problem === undefined ? [] : [problem] };
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  const changes = itemsAt(root, 'Changes').concat(itemsAt(valueAt(root, 'ChangeBatch'), 'Changes'));
  for (const change of changes) {
    const set = valueAt(change, 'ResourceRecordSet');
    if (textAt(change, 'Action') !== 'DELETE' && set !== undefined) readSet(set, records, problems);
  }
  for (const set of itemsAt(root, 'ResourceRecordSets')) readSet(set, records, problems);
  return { records, problems };
}

function readSet(set: YamlTree, records: ReadRecord[], problems: Problem[]): void {
  if (textAt(set, 'Type') !== 'SRV') return;
  const name = textAt(set, 'Name') ?? '';
  const owner = readName(name);
  const ttl = textAt(set, 'TTL') ?? '';
  const ttlSeconds = readTtlWord(ttl);
  if (!owner.ok) {
    problems.push({ ...set.place, message: `Name ${JSON.stringify(name)}: ${owner.problem}` });
    return;
  }
  if (ttlSeconds === undefined) {
    problems.push({ ...set.place, message: `TTL ${JSON.stringify(ttl)} is not a number of seconds` });
    return;
  }
  for (const item of itemsAt(set, 'ResourceRecords')) {
    const read = readSrvText(textAt(item, 'Value') ?? '');
    if (read.ok) records.push({ owner: owner.name, ttlSeconds, record: read.record, place: item.place });
    else problems.push({ ...item.place, message: read.problem });
  }
}

function itemsAt(tree: YamlTree | undefined, key: string): readonly YamlTree[] {
  const list = valueAt(tree, key);
  return list?.kind === 'list' ? list.items : [];
}
