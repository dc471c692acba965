/** What clouds take: each its own order and spelling; priority 1, weight 2, port 3. */
import { describe, expect, it, test } from 'vitest';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { readJsonTree } from '../../src/formats/json-tree.ts';
import { detectFormats, formatById } from '../../src/formats/registry.ts';
import { shellCommands } from '../../src/formats/shell-words.ts';
import { SAMPLE } from '../support/formats.ts';
import { domain, srv, state, unchecked } from '../support/generated.ts';

const ONE: DesiredState = state([
  domain('contoso.com.', [srv('kms1.contoso.com.', 1, 2, 3)], {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 60,
  }),
]);

const written = (id: string, given: Readonly<Record<string, string>> = {}, wanted = ONE): string =>
  formatById(id)
    .write(wanted, given)
    .files.map(({ content }) => String(content))
    .join('');

const read = (id: string, text: string): readonly string[] => {
  const { records, problems } = formatById(id).read!(Buffer.from(text), 'x');
  expect(problems).toEqual([]);
  return records.map(
    ({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`,
  );
};

describe('a set that is too large', () => {
  const many = (count: number): DesiredState =>
    state([
      domain(
        'contoso.com.',
        Array.from({ length: count }, (_, i) => srv(`kms${i}.contoso.com.`)),
        { zone: unchecked('contoso.com.'), ttlSeconds: 60 },
      ),
    ]);
  it.each(['azure-cli', 'azure-bicep'])('%s: TTL 0 is told too', (id) => {
    const zero = state([
      domain('contoso.com.', [srv('k.contoso.com.')], { zone: unchecked('contoso.com.'), ttlSeconds: 0 }),
    ]);
    expect(formatById(id).write(zero).notes).toEqual(['contoso.com has TTL 0; Azure takes no TTL below 1.']);
  });

  it.each(['azure-cli', 'azure-bicep'])('is told before %s is run', (id) => {
    expect(formatById(id).write(many(20)).notes).toEqual([]);
    expect(formatById(id).write(many(21)).notes).toEqual([
      'contoso.com has 21 KMS hosts; a record set of Azure takes 20.',
    ]);
  });
});

describe('field order and spelling', () => {
  it('route53: priority weight port target in one value, absolute names', () => {
    expect(JSON.parse(written('route53'))).toEqual({
      Comment: expect.stringContaining('UPSERT replaces a whole set'),
      Changes: [
        {
          Action: 'UPSERT',
          ResourceRecordSet: {
            Name: '_vlmcs._tcp.contoso.com.',
            Type: 'SRV',
            TTL: 60,
            ResourceRecords: [{ Value: '1 2 3 kms1.contoso.com.' }],
          },
        },
      ],
    });
  });

  it('cloudflare: fields by name as numbers, names without the final dot', () => {
    expect(JSON.parse(written('cloudflare'))).toEqual({
      posts: [
        {
          type: 'SRV',
          name: '_vlmcs._tcp.contoso.com',
          ttl: 60,
          data: { priority: 1, weight: 2, port: 3, target: 'kms1.contoso.com' },
          comment: 'KMS host',
        },
      ],
    });
  });

  test.each([
    ['public', 'dns', ['--if-none-match']],
    ['private', 'private-dns', []],
  ])('azure-cli for %s zones', (scope, group, guard) => {
    const commands = shellCommands(written('azure-cli', { scope })).map(({ words }) => words);
    const start = ['az', 'network', group, 'record-set', 'srv'];
    const where = ['--resource-group', '$RESOURCE_GROUP', '--zone-name', 'contoso.com'];
    expect(commands.filter(([first]) => first === 'az')).toEqual([
      [...start, 'create', ...where, '--name', '_vlmcs._tcp', '--ttl', '60', ...guard],
      [
        ...start,
        'add-record',
        ...where,
        ...['--record-set-name', '_vlmcs._tcp', '--priority', '1', '--weight', '2', '--port', '3'],
        ...['--target', 'kms1.contoso.com'],
      ],
    ]);
  });

  test.each([
    ['public', "'Microsoft.Network/dnsZones/SRV@2018-05-01'", 'TTL: 60', 'SRVRecords: ['],
    ['private', "'Microsoft.Network/privateDnsZones/SRV@2020-06-01'", 'ttl: 60', 'srvRecords: ['],
  ])('azure-bicep for %s zones', (scope, type, ttl, records) => {
    const text = written('azure-bicep', { scope });
    const lines = text.split('\n').map((line) => line.trim());
    expect(text).toContain(`resource kms1 ${type} = {\n  parent: zone\n  name: '_vlmcs._tcp'\n`);
    expect(lines).toContain(ttl);
    expect(lines).toContain(records);
    expect(text).toMatch(/\{\n +priority: 1\n +weight: 2\n +port: 3\n +target: 'kms1\.contoso\.com'\n +\}/);
    for (const wrong of scope === 'public' ? ['ttl:', 'srvRecords:'] : ['TTL:', 'SRVRecords:'])
      expect(text).not.toContain(wrong);
  });

  test.each(['create', 'update'])('gcloud: all values of a set in one %s, with commas between', (action) => {
    const two = state([
      domain('contoso.com.', [srv('kms2.contoso.com.', 4, 5, 6), srv('kms1.contoso.com.', 1, 2, 3)]),
    ]);
    expect(shellCommands(written('gcloud', { action }, two)).at(-1)!.words).toEqual([
      ...['gcloud', 'dns', 'record-sets', action, '_vlmcs._tcp.contoso.com.'],
      ...['--zone=contoso-com', '--type=SRV', '--ttl=3600'],
      '--rrdatas=1 2 3 kms1.contoso.com.,4 5 6 kms2.contoso.com.',
    ]);
  });
});

describe('a guarded change of Route 53', () => {
  const LIVE =
    '_vlmcs._tcp.contoso.com. 900 IN SRV 0 0 1688 old.contoso.com.\n_vlmcs._tcp.contoso.com. 900 IN SRV 9 9 9 kms1.contoso.com.\n';
  const changes = (live: string, policy: 'additive' | 'exact', ttlSeconds?: number): unknown => {
    const { domains, ...rest } = ONE;
    const { ttlSeconds: _, ...one } = domains[0]!;
    const wanted = {
      ...rest,
      domains: [{ ...one, policy, ...(ttlSeconds !== undefined && { ttlSeconds }) }],
    };
    const { Changes } = JSON.parse(written('route53', { live }, wanted)) as {
      Changes: readonly {
        Action: string;
        ResourceRecordSet: { TTL: number; ResourceRecords: readonly { Value: string }[] };
      }[];
    };
    return Changes.map(({ Action, ResourceRecordSet: { TTL, ResourceRecords } }) => [
      Action,
      TTL,
      ...ResourceRecords.map(({ Value }) => Value),
    ]);
  };
  const before = ['DELETE', 900, '0 0 1688 old.contoso.com.', '9 9 9 kms1.contoso.com.'];

  it('deletes every value with its TTL and keeps what others added', () => {
    expect(changes(LIVE, 'additive')).toEqual([
      before,
      ['CREATE', 900, '0 0 1688 old.contoso.com.', '1 2 3 kms1.contoso.com.'],
    ]);
  });

  it('leaves out what nobody lists, under the policy exact', () => {
    expect(changes(LIVE, 'exact', 60)).toEqual([before, ['CREATE', 60, '1 2 3 kms1.contoso.com.']]);
  });

  it('only creates where nothing is live, so that it fails when something is', () => {
    expect(changes('none', 'additive')).toEqual([['CREATE', 3600, '1 2 3 kms1.contoso.com.']]);
  });

  test.each([
    ['', 'no record'],
    ['\n; <<>> DiG 9.18 <<>>\n', 'no record'],
    ['_vlmcs._tcp.contoso.com. SRV 0 0 1688 k.contoso.com.', 'no TTL'],
    ['_vlmcs._tcp.contoso.com. 60 IN A 192.0.2.1', 'no SRV record'],
    ['_vlmcs._tcp.contoso.com. 60 IN SRV 0 0 k.contoso.com.', 'four values'],
    ['a. 60 IN SRV 0 0 1 k.\na. 61 IN SRV 0 0 2 k.', 'two TTLs'],
    ['other.contoso.com. 60 IN SRV 0 0 1688 k.contoso.com.', 'which the desired state does not'],
  ])('refuses %j', (live, message) => {
    expect(() => written('route53', { live })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => written('route53', { live })).toThrow(message);
  });
});

describe('limits of one request', () => {
  const many = (count: number, hosts: number): DesiredState =>
    state(
      Array.from({ length: count }, (_, i) =>
        domain(
          `site${i}.contoso.com.`,
          Array.from({ length: hosts }, (_unused, n) => srv(`kms${n}.contoso.com.`)),
          { zone: unchecked('contoso.com.'), ttlSeconds: 60 },
        ),
      ),
    );

  it('route53: 1000 records and 32,000 characters, what is upserted counted twice', () => {
    const { files } = formatById('route53').write(many(300, 5));
    expect(files.length).toBeGreaterThan(1);
    for (const { content } of files) {
      const { Changes } = JSON.parse(String(content)) as {
        Changes: readonly { ResourceRecordSet: { ResourceRecords: readonly { Value: string }[] } }[];
      };
      const values = Changes.flatMap((change) => change.ResourceRecordSet.ResourceRecords);
      expect(values.length * 2).toBeLessThanOrEqual(1000);
      expect(values.reduce((sum, { Value }) => sum + Value.length, 0) * 2).toBeLessThanOrEqual(32_000);
    }
  });

  it('route53: a set that fits in no request is refused', () => {
    expect(() => formatById('route53').write(many(1, 501))).toThrow(
      expect.objectContaining({ code: 'generate-impossible' }),
    );
  });

  it('route53: a set has 400 values at most', () => {
    expect(formatById('route53').write(many(1, 400)).files).toHaveLength(1);
    expect(() => formatById('route53').write(many(1, 401))).toThrow(
      expect.objectContaining({ code: 'generate-impossible', message: expect.stringContaining('takes 400') }),
    );
  });

  it('cloudflare: 200 records in a file', () => {
    const { files } = formatById('cloudflare').write(many(201, 1));
    expect(files.map(({ path }) => path)).toEqual([
      'cloudflare.contoso.com.1.json',
      'cloudflare.contoso.com.2.json',
    ]);
    expect(files.map(({ content }) => JSON.parse(String(content)).posts.length)).toEqual([200, 1]);
  });

  it('cloudflare says which TTLs it does not take', () => {
    const notes = (ttlSeconds: number): readonly string[] =>
      formatById('cloudflare').write({
        ...ONE,
        domains: [{ ...ONE.domains[0]!, ttlSeconds }],
      }).notes;
    expect(notes(59).join('\n')).toContain('is 59 s');
    expect(notes(60).join('\n')).not.toContain('The TTL of');
    expect(notes(86_401).join('\n')).toContain('is 86401 s');
    const ttl = (ttlSeconds: number): unknown =>
      JSON.parse(written('cloudflare', {}, { ...ONE, domains: [{ ...ONE.domains[0]!, ttlSeconds }] }))
        .posts[0].ttl;
    expect([0, 1, 59, 60, 86_400, 86_401].map(ttl)).toEqual([60, 60, 60, 60, 86_400, 86_400]);
  });
});

/** Texts of other hands. */
describe('reading', () => {
  test.each([
    [
      'route53',
      'what list-resource-record-sets prints',
      '{"ResourceRecordSets":[{"Name":"contoso.com.","Type":"NS","TTL":1,"ResourceRecords":[{"Value":"ns."}]},{"Name":"_a._tcp.x.example.","Type":"SRV","TTL":60,"ResourceRecords":[{"Value":"1 2 3 k.x.example"}]}]}',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'route53',
      'what is created, not what is deleted, under a wrapper',
      '{"HostedZoneId":"Z1","ChangeBatch":{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"_a._tcp.x.example.","Type":"SRV","TTL":1,"ResourceRecords":[{"Value":"9 9 9 old."}]}},{"Action":"CREATE","ResourceRecordSet":{"Name":"_a._tcp.x.example.","Type":"SRV","TTL":60,"ResourceRecords":[{"Value":"1 2 3 k.x.example."}]}}]}}',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'cloudflare',
      'what the API answers, escapes resolved',
      '\uFEFF{"success": true, "result": [{"type":"A","name":"a.x.example"},\r\n{"type":"SRV","name":"\\u005fa._tcp.x.example","ttl":1,"data":{"weight":2,"target":"k.x.example","port":3,"priority":1}}]}',
      // TTL 1 is "automatic".
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'cloudflare',
      'one object',
      '{"type":"SRV","name":"_a._tcp.x.example","data":{"priority":1,"weight":2,"port":3,"target":"k.x.example"}}',
      ['_a._tcp.x.example. - 1 2 3 k.x.example.'],
    ],
    [
      'azure-cli',
      'short options in any order, and the TTL that Azure takes',
      'az network dns record-set srv add-record -w 2 -p 1 -r 3 -t k.x.example -n _a._tcp -z x.example -g RG',
      ['_a._tcp.x.example. 3600 1 2 3 k.x.example.'],
    ],
    [
      'azure-cli',
      'a private zone, continued lines, an apex',
      'az network private-dns record-set srv create -g RG -z x.example -n @ --ttl=60\naz network private-dns record-set srv add-record -g RG -z x.example \\\n  --record-set-name @ --priority=1 --weight=2 --port=3 --target="k.x.example."\naz network dns record-set a add-record -z x.example -n www -a 192.0.2.1',
      ['x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'azure-bicep',
      'the zone in the name, one line, comments',
      "// resource no 'Microsoft.Network/dnsZones/SRV@2018-05-01' = {}\nparam location string = resourceGroup().location\nresource s 'Microsoft.Network/dnsZones/SRV@2018-05-01' = { name: 'x.example/_a._tcp', properties: { TTL: 60, SRVRecords: [ { priority: 1, weight: 2, port: 3, target: 'k.x.example' } ] } }",
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.'],
    ],
    [
      'gcloud',
      'a transaction',
      'gcloud dns record-sets transaction start --zone=z\ngcloud dns record-sets transaction add "1 2 3 k.x.example." "4 5 6 l.x.example." --name=_a._tcp.x.example. --ttl=60 --type=SRV --zone=z\ngcloud dns record-sets transaction execute --zone=z',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.', '_a._tcp.x.example. 60 4 5 6 l.x.example.'],
    ],
  ])('%s: %s', (id, _, text, expected) => {
    expect(read(id, text)).toEqual(expected);
  });

  test.each([
    ['route53', '{"Changes":[\n{]}', 2, 2, 'not JSON'],
    ['route53', '{"a":1} x', 1, 9, 'not JSON'],
    [
      'route53',
      '{"ResourceRecordSets":[\n {"Name":"_a.x.","Type":"SRV","TTL":60,"ResourceRecords":[\n{"Value":"1 2 k"}]}]}',
      3,
      1,
      'port "k"',
    ],
    [
      'route53',
      '{"ResourceRecordSets":[\n {"Name":"_a.x.","Type":"SRV","AliasTarget":{}}]}',
      2,
      2,
      'TTL "" is not',
    ],
    ['cloudflare', '[\n  {"type":"SRV","name":"a.x","data":{"port":1}}]', 2, 3, 'priority ""'],
    ['cloudflare', '{"type":"SRV","name":"a\\u0000..x","data":{}}', 1, 1, 'name "a'],
    [
      'azure-cli',
      '\naz network dns record-set srv add-record -z x.example -n a -p 1 -w 2 -t k',
      2,
      1,
      'port ""',
    ],
    [
      'azure-bicep',
      "resource z 'Microsoft.Network/dnsZones@1' existing = {\n name: 'x.example'\n}\nresource s 'Microsoft.Network/dnsZones/SRV@1' = {\n parent: z\n name: 'a'\n properties: {\n  ttl: 60\n  srvRecords: []\n }\n}",
      4,
      1,
      'TTL is missing',
    ],
    [
      'azure-bicep',
      `resource s 'Microsoft.Network/dnsZones/SRV@1' = {\n name: '\${zone}/a'\n}`,
      1,
      1,
      'is computed',
    ],
    [
      'azure-bicep',
      "resource s 'Microsoft.Network/dnsZones/SRV@1' = {\n name: 'x/a'\n properties: {\n  TTL: 60\n  SRVRecords: [\n   { priority: 1, weight: 2, port: 3, target: host }\n  ]\n }\n}",
      6,
      4,
      'is computed',
    ],
    ['gcloud', 'gcloud dns record-sets create a.x. --type=SRV --rrdatas="1 2 3 k.,4"', 1, 1, 'weight ""'],
    ['gcloud', 'gcloud dns record-sets create a.x. --type=SRV --ttl=1h --rrdatas="1 2 3 k."', 1, 1, '"1h"'],
  ])('%s says where: %j', (id, text, line, column, message) => {
    const { problems } = formatById(id).read!(Buffer.from(text), 'x');
    expect(problems).toEqual([{ file: 'x', line, column, message: expect.stringContaining(message) }]);
  });

  it('JSON is what JSON.parse takes', () => {
    const texts = ['1', '01', '-0.5e+3', '.5', '"a\tb"', '"\\x"', '"\\u12"', '[1,]', '[]', '{}', '{"a":}'];
    for (const text of [...texts, 'nul', 'null ', '"a', '{"a":1,}', '{a:1}', '"\u007f"', '[[[]]]', '']) {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect([text, readJsonTree(text, 'x').root !== undefined]).toEqual([text, isJson]);
    }
    const deep = readJsonTree('['.repeat(100_000), 'x');
    expect(deep.problem?.message).toContain('not JSON');
  });
});

it('names of managed zones are names that Google takes', () => {
  const odd = state([
    domain('10.in-addr.arpa.', [srv('k.contoso.com.')]),
    domain('_sites.contoso.com.', [srv('k.contoso.com.')]),
    domain(`${'a'.repeat(61)}.b.c.`, [srv('k.contoso.com.')]),
  ]);
  const zones = [...written('gcloud', {}, odd).matchAll(/--zone=(\S+)/g)].map(([, zone]) => zone);
  expect(zones).toHaveLength(3);
  for (const zone of zones) expect(zone).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
});

it.each([
  [
    'gcloud',
    'gcloud dns record-sets transaction add "0 0 1688 k.x." --name=_vlmcs._tcp.x. --ttl=1 --type=SRV --zone=z\n',
  ],
  ['cloudflare', '{"result":[{"type":"SRV","name":"a.x","ttl":1,"data":{"port":1,"target":"k"}}]}'],
])('%s is recognised in the words of others', (id, text) => {
  expect(detectFormats(Buffer.from(text)).map((format) => format.id)).toEqual([id]);
});

it('says the limits in notes where the format has no comments', () => {
  for (const id of ['route53', 'cloudflare']) {
    const format = formatById(id);
    const notes = format.write(SAMPLE).notes.join('\n');
    for (const { says } of format.cannot) expect(notes).toContain(says);
  }
});
