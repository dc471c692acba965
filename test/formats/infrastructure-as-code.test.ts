/** Terraform and Ansible: whole sets in one resource or task. Priority 1, weight 2, port 3. */
import { spawnSync } from 'node:child_process';
import hcl from 'hcl2-parser';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import type { DesiredState } from '../../src/core/desired-state.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { formatById } from '../../src/formats/registry.ts';
import { findProgram } from '../lab/support/programs.ts';
import { SAMPLE } from '../support/formats.ts';
import { CORP, domain, srv, state, unchecked } from '../support/generated.ts';

const TWO: DesiredState = state([
  domain('contoso.com.', [srv('kms2.contoso.com.', 4, 5, 6), srv('kms1.contoso.com.', 1, 2, 3)], {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 60,
    server: 'corp',
  }),
]);

const written = (id: string, wanted = TWO, given: Readonly<Record<string, string>> = {}): string => {
  const { files } = formatById(id).write(wanted, given);
  expect(files).toHaveLength(1);
  return String(files[0]!.content);
};

const read = (id: string, text: string): readonly string[] => {
  const { records, problems } = formatById(id).read!(Buffer.from(text), 'x');
  expect(problems).toEqual([]);
  return records.map(
    ({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`,
  );
};

/** What HashiCorp's own parser sees. */
const parsed = (text: string): unknown => {
  const [tree, error] = hcl.parseToObject(text);
  expect(error).toBeNull();
  return tree;
};

describe('what a parser sees', () => {
  it('terraform-dns: absolute zone and targets, a name inside the zone, one block per record', () => {
    expect(parsed(written('terraform-dns'))).toEqual({
      resource: {
        dns_srv_record_set: {
          kms_contoso_com: [
            {
              zone: 'contoso.com.',
              name: '_vlmcs._tcp',
              ttl: 60,
              srv: [
                { priority: 1, weight: 2, port: 3, target: 'kms1.contoso.com.' },
                { priority: 4, weight: 5, port: 6, target: 'kms2.contoso.com.' },
              ],
            },
          ],
        },
      },
    });
  });

  test.each([
    ['public', false],
    ['private', true],
  ])('terraform-aws: one text per record, %s zone', (scope, isPrivate) => {
    expect(parsed(written('terraform-aws', TWO, { scope }))).toEqual({
      data: { aws_route53_zone: { zone_contoso_com: [{ name: 'contoso.com.', private_zone: isPrivate }] } },
      resource: {
        aws_route53_record: {
          kms_contoso_com: [
            {
              zone_id: `\${data.aws_route53_zone.zone_contoso_com.zone_id}`,
              name: '_vlmcs._tcp.contoso.com',
              type: 'SRV',
              ttl: 60,
              records: ['1 2 3 kms1.contoso.com.', '4 5 6 kms2.contoso.com.'],
            },
          ],
        },
      },
    });
  });

  it('ansible: all values of a set in one task, the record absolute, no secret', () => {
    expect(parse(written('ansible'))).toEqual([
      {
        name: 'KMS hosts in DNS',
        hosts: 'localhost',
        connection: 'local',
        gather_facts: false,
        tasks: [
          {
            name: 'KMS hosts of contoso.com',
            'community.general.nsupdate': {
              server: '10.0.0.53',
              port: 53,
              key_name: 'kms-publisher',
              key_secret: '{{ kms_key_secret }}',
              key_algorithm: "{{ kms_key_algorithm | default('hmac-sha256') }}",
              zone: 'contoso.com.',
              record: '_vlmcs._tcp.contoso.com.',
              type: 'SRV',
              ttl: 60,
              value: ['1 2 3 kms1.contoso.com.', '4 5 6 kms2.contoso.com.'],
            },
          },
        ],
      },
    ]);
  });
});

describe('ansible and its server', () => {
  const server = (wanted: DesiredState): unknown =>
    parse(written('ansible', wanted))[0].tasks[0]['community.general.nsupdate'].server;

  it('is a variable where the domain has none', () => {
    const [{ server: _, ...one }] = TWO.domains as [DesiredState['domains'][0]];
    expect(server({ ...TWO, domains: [one] })).toBe('{{ kms_dns_server }}');
  });

  it('is looked up where it has a name, because the module wants an address', () => {
    const named = {
      id: 'corp',
      name: unchecked('ns1.contoso.com.'),
      port: 53,
      auth: { kind: 'none' as const },
    };
    const wanted = { ...TWO, servers: { corp: named } };
    expect(server(wanted)).toBe("{{ lookup('community.general.dig', 'ns1.contoso.com.') }}");
    expect(written('ansible', wanted)).not.toContain('key_');
  });

  it('says what is missing for Kerberos', () => {
    const wanted = { ...TWO, servers: { corp: { ...CORP, auth: { kind: 'gss' as const } } } };
    expect(formatById('ansible').write(wanted).notes).toEqual([expect.stringContaining('gss-tsig')]);
  });
});

it('names of resources are legal, and two domains never share one', () => {
  const names = ['a.b.', 'a._b.', 'a_.b.', '_a.b.', '1.b.', 'x--y.b.', 'a-b.b.'];
  const odd = state(names.map((name) => domain(name, [srv('k.contoso.com.')])));
  for (const [id, type] of [
    ['terraform-dns', 'dns_srv_record_set'],
    ['terraform-aws', 'aws_route53_record'],
  ] as const) {
    const found = [...written(id, odd).matchAll(/^resource "\w+" "(.*)" \{$/gm)].map(([, name]) => name);
    expect(new Set(found).size).toBe(names.length);
    for (const name of found) expect(name).toMatch(/^[a-z][a-z0-9_-]*$/);
    expect(parsed(written(id, odd))).toMatchObject({ resource: { [type]: expect.anything() } });
  }
});

it('the apex of a zone has no name in terraform-dns', () => {
  const apex = state([
    domain('contoso.com.', [srv('k.contoso.com.')], { zone: unchecked('_vlmcs._tcp.contoso.com.') }),
  ]);
  const text = written('terraform-dns', apex);
  expect(text).not.toMatch(/^ +name/m);
  expect(read('terraform-dns', text)).toEqual(['_vlmcs._tcp.contoso.com. 3600 0 0 1688 k.contoso.com.']);
});

describe.skipIf(findProgram('terraform') === undefined)('terraform fmt, where it is installed', () => {
  test.each(['terraform-dns', 'terraform-aws'])('%s is as it formats it', (id) => {
    const text = written(id, SAMPLE);
    const { stdout, status } = spawnSync('terraform', ['fmt', '-'], {
      input: text,
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
      timeout: 20_000,
    });
    expect(status).toBe(0);
    expect(stdout).toBe(text);
  });
});

/** Texts of other hands. */
describe('reading', () => {
  test.each([
    [
      'terraform-dns',
      'without TTL, comments, other resources',
      '# resource "dns_srv_record_set" "no" {}\nvariable "x" { default = "y" }\nresource "dns_a_record_set" "w" {\n  zone = "x.example."\n  addresses = ["192.0.2.1"]\n}\n/* { */ resource "dns_srv_record_set" "a" {\n  zone = "x.example." // here\n  name = "_a._tcp"\n  srv {\n    target = "k.x.example."\n    port = 3\n    weight = 2\n    priority = 1\n  }\n}\n',
      ['_a._tcp.x.example. 3600 1 2 3 k.x.example.'],
    ],
    [
      'terraform-aws',
      'one line, expressions beside',
      'resource "aws_route53_record" "a" {\n  zone_id = var.zone["x"]\n  name = "_a._tcp.x.example"\n  type = "SRV"\n  ttl = "60"\n  records = ["1 2 3 k.x.example", "4 5 6 l.x.example."]\n  depends_on = [aws_route53_zone.main]\n}\nresource "aws_route53_record" "b" {\n  name = "www"\n  type = "A"\n}\n',
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.', '_a._tcp.x.example. 60 4 5 6 l.x.example.'],
    ],
    [
      'ansible',
      'a task file, a relative record, commas, a block',
      "- block:\n    - name: SRV\n      nsupdate: {server: 192.0.2.1, zone: x.example, record: _a._tcp, type: srv, ttl: 60, value: '1 2 3 k.x.example.,4 5 6 l.x.example.'}\n- community.general.nsupdate:\n    zone: x.example\n    record: old\n    type: SRV\n    state: absent\n",
      ['_a._tcp.x.example. 60 1 2 3 k.x.example.', '_a._tcp.x.example. 60 4 5 6 l.x.example.'],
    ],
  ])('%s: %s', (id, _, text, expected) => {
    expect(read(id, text)).toEqual(expected);
  });

  test.each([
    ['terraform-dns', 'resource "dns_srv_record_set" "a" {\n  zone = var.zone\n}', 1, 1, 'computed'],
    [
      'terraform-dns',
      'resource "dns_srv_record_set" "a" {\n  zone = "x."\n  srv {\n    priority = 1\n  }\n}',
      3,
      3,
      'weight ""',
    ],
    ['terraform-dns', 'resource "dns_srv_record_set" "a" {\n  zone = "x."\n  ttl = "1h"\n}', 1, 1, '"1h"'],
    [
      'terraform-aws',
      `resource "aws_route53_record" "a" {\n  name = "a.x"\n  type = "SRV"\n  ttl = 60\n  records = [\n    "1 2 3 \${var.host}",\n  ]\n}`,
      6,
      5,
      'computed',
    ],
    [
      'terraform-aws',
      'resource "aws_route53_record" "a" {\n  name = "a.x"\n  type = "SRV"\n  ttl = 60\n  records = toset(["1 2 3 k."])\n}',
      1,
      1,
      'no list',
    ],
    [
      'ansible',
      '- nsupdate:\n    zone: x.example\n    record: a\n    type: SRV\n    value: ["1 2 3"]\n',
      5,
      13,
      'target ""',
    ],
    [
      'ansible',
      '- nsupdate:\n    zone: x.example\n    record: "{{ name }}"\n    type: SRV\n',
      1,
      3,
      'computed',
    ],
    ['ansible', '- nsupdate:\n    record: a\n    type: SRV\n', 1, 3, 'empty'],
  ])('%s says where: %j', (id, text, line, column, message) => {
    const { problems } = formatById(id).read!(Buffer.from(text), 'x');
    expect(problems).toEqual([{ file: 'x', line, column, message: expect.stringContaining(message) }]);
  });
});
