import type { DesiredDomain } from '../core/desired-state.ts';
import type { Problem } from '../core/errors.ts';
import { displayName, readName } from '../core/name.ts';
import { fileNameFor } from '../core/rendered.ts';
import { canonicalRecords } from '../core/srv.ts';
import { ttlOf, zoneGroups, zoneNotes } from '../core/zone-lines.ts';
import {
  defineFormat,
  type Format,
  type FormatAbout,
  type FormatReading,
  type ReadRecord,
} from './format.ts';
import { readJsonTree } from './json-tree.ts';
import { readSrvFields, readTtlWord } from './srv-fields.ts';
import { textAt, valueAt, type YamlTree } from './yaml-tree.ts';

const ABOUT: FormatAbout = {
  id: 'cloudflare',
  title: 'API requests, one object per SRV record',
  product: 'Cloudflare DNS',
  cannot: [
    { of: 'ttl', says: 'A TTL below 60 s or above a day: Cloudflare takes neither.' },
    { of: 'zone', says: 'The zone: its id stands in the address that the request goes to.' },
    {
      of: 'stale',
      says: 'The end of old records: posts only add; a record that is there fails the request.',
    },
  ],
};

/** API reference, "Batch DNS Records": what a zone of the free plan takes in one request. */
const MAX_POSTS = 200;

/** API reference, "Create DNS Record": what the API takes. */
const TTL_SECONDS = { min: 60, max: 86_400 } as const;
/** Not a second, but whatever Cloudflare likes. */
const AUTOMATIC = 1;

/** The nearest TTL that Cloudflare takes: in a batch, one that it does not take fails all. */
function takenTtl(domain: DesiredDomain): number {
  return Math.min(Math.max(ttlOf(domain), TTL_SECONDS.min), TTL_SECONDS.max);
}

/** The body of `POST /zones/ID/dns_records/batch`: one transaction per file. */
export const CLOUDFLARE: Format = defineFormat({
  ...ABOUT,
  options: {},
  write(state) {
    const groups = zoneGroups(state.domains.filter(({ publish }) => publish.length > 0));
    const files = groups.flatMap(({ zone, domains }) => {
      const posts = domains.flatMap((domain) =>
        canonicalRecords(domain.publish).map(({ priority, weight, port, target }) =>
          JSON.stringify({
            type: 'SRV',
            name: displayName(domain.owner),
            ttl: takenTtl(domain),
            data: { priority, weight, port, target: displayName(target) },
            comment: 'KMS host',
          }),
        ),
      );
      const count = Math.ceil(posts.length / MAX_POSTS);
      return Array.from({ length: count }, (_, i) => {
        const lines = posts.slice(i * MAX_POSTS, (i + 1) * MAX_POSTS).map((post) => `    ${post}`);
        const name = count === 1 ? displayName(zone) : `${displayName(zone)}.${i + 1}`;
        return {
          path: fileNameFor('cloudflare', name, 'json'),
          content: `{\n  "posts": [\n${lines.join(',\n')}\n  ]\n}\n`,
        };
      });
    });
    const odd = groups
      .flatMap(({ domains }) => domains)
      .filter((domain) => takenTtl(domain) !== ttlOf(domain));
    return {
      files,
      notes: [
        ...files.map(
          ({ path }) =>
            `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data @${path} https://api.cloudflare.com/client/v4/zones/ID/dns_records/batch`,
        ),
        ...ABOUT.cannot.map(({ says }) => `JSON has no comments, so here: ${says}`),
        ...odd.map(
          (domain) =>
            `The TTL of ${displayName(domain.domain)} is ${ttlOf(domain)} s: Cloudflare takes ${TTL_SECONDS.min} to ${TTL_SECONDS.max}, and ${takenTtl(domain)} is written.`,
        ),
        ...state.domains.flatMap((domain) => [...zoneNotes(domain)]),
      ],
    };
  },
  read: readRequests,
  recognises: (text) =>
    /"type"\s*:\s*"SRV"/.test(text) && /"data"\s*:\s*\{/.test(text) && /"target"\s*:/.test(text),
});

/** Reads one record, a list of them, a batch, and what the API answers (`result`). */
function readRequests(text: string, file: string): FormatReading {
  const { root, problem } = readJsonTree(text, file);
  if (root === undefined) return { records: [], problems: problem === undefined ? [] : [problem] };
  const records: ReadRecord[] = [];
  const problems: Problem[] = [];
  const lists = [root, ...['posts', 'puts', 'patches', 'result'].map((key) => valueAt(root, key))];
  for (const list of lists) {
    const items = list?.kind === 'list' ? list.items : list === undefined ? [] : [list];
    for (const item of items) readItem(item, records, problems);
  }
  return { records, problems };
}

function readItem(item: YamlTree, records: ReadRecord[], problems: Problem[]): void {
  if (textAt(item, 'type') !== 'SRV') return;
  const name = textAt(item, 'name') ?? '';
  const owner = readName(name);
  const ttl = textAt(item, 'ttl');
  const ttlSeconds = ttl === undefined ? undefined : readTtlWord(ttl);
  const data = valueAt(item, 'data');
  const read = readSrvFields({
    priority: textAt(data, 'priority') ?? '',
    weight: textAt(data, 'weight') ?? '',
    port: textAt(data, 'port') ?? '',
    target: textAt(data, 'target') ?? '',
  });
  if (!owner.ok) problems.push({ ...item.place, message: `name ${JSON.stringify(name)}: ${owner.problem}` });
  else if (!read.ok) problems.push({ ...item.place, message: read.problem });
  else if (ttl !== undefined && ttlSeconds === undefined)
    problems.push({ ...item.place, message: `ttl ${JSON.stringify(ttl)} is not a number of seconds` });
  else
    records.push({
      owner: owner.name,
      ...(ttlSeconds !== undefined && ttlSeconds !== AUTOMATIC && { ttlSeconds }),
      record: read.record,
      place: item.place,
    });
}
