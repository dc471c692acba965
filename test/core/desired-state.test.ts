import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { KmsDnsError, type Problem } from '../../src/core/errors.ts';
import { displayName } from '../../src/core/name.ts';
import { formatRecord } from '../../src/core/srv.ts';
import { marked } from '../support/marked.ts';

const FULL = `version: 1
keys:
  kms-publisher: { file: keys/kms-publisher.key }
  from-env: { env: KMSDNS_KEY }
servers:
  corp: { address: 10.0.0.53, auth: { tsig: kms-publisher } }
  lab: { address: "0:0::1", port: 5300 }
  ad: { name: DC1.contoso.com, auth: { gss: {} } }
  ad2: { name: dc2.contoso.com., auth: { gss: { keytab: kms.keytab, principal: kms@CONTOSO.COM } } }
hosts:
  kms-e1.east.contoso.com: { port: 1700, addresses: [10.1.0.10, "2001:DB8::A"] }
  kms-w1.west.contoso.com: {}
domains:
  East.Contoso.Com:
    server: corp
    zone: contoso.com.
    ttl: 3600
    policy: exact
    publish:
      - { host: kms-e1.east.contoso.com., priority: 10, weight: 75 }
      - { host: KMS-W1.west.contoso.com, priority: 90, port: 1689 }
  west.contoso.com:
    publish:
      - host: kms-w1.west.contoso.com
`;

function problemsOf(text: string): readonly Problem[] {
  try {
    parseDesiredState(text, 'k.yaml');
  } catch (error) {
    if (error instanceof KmsDnsError && error.code === 'desired-state-invalid') return error.problems;
    throw error;
  }
  return [];
}

function messagesOf(text: string): readonly string[] {
  return problemsOf(text).map((problem) => problem.message);
}

describe('a right file', () => {
  const state = parseDesiredState(FULL, 'kmsdns.yaml');

  it('has its keys, servers and hosts, names and addresses in one spelling', () => {
    expect(state.keys).toEqual({
      'kms-publisher': { kind: 'file', path: 'keys/kms-publisher.key' },
      'from-env': { kind: 'env', variable: 'KMSDNS_KEY' },
    });
    expect(state.servers).toEqual({
      corp: { id: 'corp', address: '10.0.0.53', port: 53, auth: { kind: 'tsig', key: 'kms-publisher' } },
      lab: { id: 'lab', address: '::1', port: 5300, auth: { kind: 'none' } },
      ad: { id: 'ad', name: 'dc1.contoso.com.', port: 53, auth: { kind: 'gss' } },
      ad2: {
        id: 'ad2',
        name: 'dc2.contoso.com.',
        port: 53,
        auth: { kind: 'gss', keytab: 'kms.keytab', principal: 'kms@CONTOSO.COM' },
      },
    });
    expect(state.hosts).toEqual([
      { name: 'kms-e1.east.contoso.com.', port: 1700, addresses: ['10.1.0.10', '2001:db8::a'] },
      { name: 'kms-w1.west.contoso.com.', port: 1688, addresses: [] },
    ]);
  });

  it('has its domains with defaults filled in and their place', () => {
    expect(state.domains).toEqual([
      {
        domain: 'east.contoso.com.',
        owner: '_vlmcs._tcp.east.contoso.com.',
        server: 'corp',
        zone: 'contoso.com.',
        ttlSeconds: 3600,
        policy: 'exact',
        publish: [
          { priority: 10, weight: 75, port: 1700, target: 'kms-e1.east.contoso.com.' },
          { priority: 90, weight: 0, port: 1689, target: 'kms-w1.west.contoso.com.' },
        ],
        place: { file: 'kmsdns.yaml', line: 14, column: 3 },
      },
      {
        domain: 'west.contoso.com.',
        owner: '_vlmcs._tcp.west.contoso.com.',
        policy: 'additive',
        publish: [{ priority: 0, weight: 0, port: 1688, target: 'kms-w1.west.contoso.com.' }],
        place: { file: 'kmsdns.yaml', line: 22, column: 3 },
      },
    ]);
  });

  it('may have CRLF, a byte order mark, comments, quotes, tabs inside JSON, anchors', () => {
    const { domains } = state;
    const places = domains.map(({ place }) => place);
    expect(parseDesiredState(FULL.replaceAll('\n', '\r\n'), 'kmsdns.yaml').domains).toEqual(domains);
    expect(parseDesiredState(`\ufeff${FULL}`, 'kmsdns.yaml').domains).toEqual(domains);
    expect(places[0]?.line).toBe(14);
    const anchored = `version: 1
domains:
  a.example: &same { publish: &both [ &first { host: kms1.example }, { host: kms2.example } ] }
  b.example: *same
  c.example: { publish: *both }
  d.example: { publish: [ *first ] }`;
    const targets = parseDesiredState(anchored, 'k.yaml').domains.map((one) =>
      one.publish.map(({ target }) => target),
    );
    const both = ['kms1.example.', 'kms2.example.'];
    expect(targets).toEqual([both, both, both, ['kms1.example.']]);
    const json =
      '{\n\t"$schema": "./kmsdns.schema.json",\n\t"version": 1,\n\t"domains": {\n\t\t"a.example.": { "publish": [] }\n\t}\n}';
    expect(parseDesiredState(json, 'k.json').domains.map((one) => one.place)).toEqual([
      { file: 'k.json', line: 5, column: 3 },
    ]);
  });

  it('takes an anchor that is set again from the place before the alias', () => {
    const text = `version: 1
domains:
  a.example: { publish: [ &host { host: kms1.example } ] }
  b.example: { publish: [ *host ] }
  c.example: { publish: [ &host { host: kms2.example } ] }
  d.example: { publish: [ *host ] }`;
    expect(parseDesiredState(text, 'k.yaml').domains.map(({ publish }) => publish[0]?.target)).toEqual([
      'kms1.example.',
      'kms1.example.',
      'kms2.example.',
      'kms2.example.',
    ]);
  });
});

describe('the examples', () => {
  const example = (name: string): DesiredState =>
    parseDesiredState(readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8'), name);

  it('east-west: priority 10 near and 90 far, 75 to 25 inside a site', () => {
    const { domains, findings } = example('east-west.yaml');
    const lines = domains.map(({ domain, publish }) => [displayName(domain), ...publish.map(formatRecord)]);
    expect(lines).toEqual([
      [
        'east.contoso.com',
        '10 75 1688 kms-e1.east.contoso.com.',
        '10 25 1688 kms-e2.east.contoso.com.',
        '90 75 1688 kms-w1.west.contoso.com.',
        '90 25 1688 kms-w2.west.contoso.com.',
      ],
      [
        'west.contoso.com',
        '10 75 1688 kms-w1.west.contoso.com.',
        '10 25 1688 kms-w2.west.contoso.com.',
        '90 75 1688 kms-e1.east.contoso.com.',
        '90 25 1688 kms-e2.east.contoso.com.',
      ],
    ]);
    expect(findings).toEqual([]);
  });

  it('small: one domain, two hosts', () => {
    const { domains, findings } = example('small.yaml');
    expect(domains.map(({ publish }) => publish.length)).toEqual([2]);
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['SRV-014', 'notice']]);
  });
});

const DOMAIN = '\ndomains: { a.example: { publish: [{ host: kms1.example }] } }';

/** Each row: what is wrong, the file with ¦ at the places of the problems, the messages in the same order. */
describe('every problem has its place', () => {
  test.each<[string, string, ...string[]]>([
    ['nothing at all', '¦', 'the file is empty; a desired state starts with "version: 1"'],
    ['only a comment', '¦# version: 1\n', 'the file is empty; a desired state starts with "version: 1"'],
    ['only a document start', '¦---\n', 'the file is empty; a desired state starts with "version: 1"'],
    ['a list', '¦- version: 1', 'the file must be a map, not a list'],
    ['a word', '¦hello', 'the file must be a map, not text'],
    ['nothing that is needed', '¦{}', 'the file: "version" is missing', 'the file: "domains" is missing'],
    ['no version', `¦keys: {}${DOMAIN}`, 'the file: "version" is missing'],
    ['another version', `version: ¦2${DOMAIN}`, 'version must be 1, not 2'],
    [
      'version as text',
      `version: ¦"1"${DOMAIN}`,
      'version must be 1, not the text "1"; leave the quotes out',
    ],
    [
      'empty section',
      `version: 1\n¦keys:${DOMAIN}`,
      'keys must be a map, not nothing; write {} for an empty one',
    ],
    [
      'section of another type',
      `version: 1\nhosts: ¦[a.example]${DOMAIN}`,
      'hosts must be a map, not a list',
    ],
    [
      'unknown section',
      `version: 1\n¦severs: {}${DOMAIN}`,
      '"severs" is not known in the file; did you mean "servers"?',
    ],
    [
      'unknown section that resembles none',
      `version: 1\n¦templates: {}${DOMAIN}`,
      '"templates" is not known in the file; known: $schema, version, keys, servers, hosts, domains',
    ],
    [
      'misspelt section that is needed',
      'version: 1\n¦domain: {}',
      '"domain" is not known in the file; did you mean "domains"?',
    ],
    ['section twice', `version: 1\nkeys: {}\n¦keys: {}${DOMAIN}`, '"keys" is there already, in line 2'],
    [
      'key that is no text',
      `version: 1\n¦1: {}${DOMAIN}`,
      'the file: a key must be text (put it in quotes), not 1',
    ],
    ['key that is a map', `version: 1\n? ¦{ a: b }\n: c${DOMAIN}`, 'the file: a key must be text, not a map'],
    ['no key', `version: 1\n¦: x${DOMAIN}`, 'the file: a key must be text, not nothing'],
    [
      'merge key',
      'version: 1\ndomains:\n  a.example: &a { publish: [] }\n  b.example: { ¦<<: *a, publish: [] }',
      'merge keys ("<<") are not read; write the fields out, or alias a whole value',
    ],
    [
      'alias of nothing',
      'version: 1\ndomains:\n  a.example: ¦*a\n  b.example: &a { publish: [] }',
      'no anchor "&a" stands before this alias',
    ],
    [
      'alias of itself',
      'version: 1\ndomains: &a\n  a.example: { publish: [] }\n  b.example: { publish: ¦*a }',
      'publish must be a list, not a map',
    ],
    // keys
    ['key from nowhere', `version: 1\nkeys: { ¦k: {} }${DOMAIN}`, 'k: write exactly one of file, env'],
    [
      'key from two places',
      `version: 1\nkeys: { k: { file: a, ¦env: B } }${DOMAIN}`,
      'k: write exactly one of file, env',
    ],
    ['empty path', `version: 1\nkeys: { k: { file: ¦"" } }${DOMAIN}`, 'file: it is empty'],
    [
      'path with a line break',
      `version: 1\nkeys: { k: { file: ¦"a\\nb" } }${DOMAIN}`,
      'file: it holds a control character',
    ],
    [
      'a secret in place of a variable',
      `version: 1\nkeys: { k: { env: ¦c2VjcmV0IQ== } }${DOMAIN}`,
      'env: the name of an environment variable has letters, digits and "_" only; the key itself never stands here',
    ],
    [
      'a secret in place of a source',
      `version: 1\nkeys: { k: ¦c2VjcmV0IQ== }${DOMAIN}`,
      'k must be a map, not text',
    ],
    [
      'a field for the secret',
      `version: 1\nkeys: { k: { ¦secret: c2VjcmV0 } }${DOMAIN}`,
      '"secret" is not known in k; known: file, env',
    ],
    [
      'odd name of a key',
      `version: 1\nkeys: { ¦"k k": { file: a } }${DOMAIN}`,
      'keys: it may hold only letters, digits, ".", "_" and "-", and starts with a letter or a digit',
    ],
    [
      'empty name of a key',
      `version: 1\nkeys: { ¦"": { file: a } }${DOMAIN}`,
      'keys: it may hold only letters, digits, ".", "_" and "-", and starts with a letter or a digit',
    ],
    [
      'empty field',
      `version: 1\nkeys: { k: { file: a, ¦"": b } }${DOMAIN}`,
      '"" is not known in k; known: file, env',
    ],
    // servers
    [
      'server without place',
      `version: 1\nservers: { ¦s: { port: 53 } }${DOMAIN}`,
      's: write exactly one of address, name',
    ],
    [
      'server with two places',
      `version: 1\nservers: { s: { name: ns.example, ¦address: 10.0.0.1 } }${DOMAIN}`,
      's: write exactly one of address, name',
    ],
    [
      'address with port',
      `version: 1\nservers: { s: { address: ¦"10.0.0.1:53" } }${DOMAIN}`,
      'address "10.0.0.1:53": it is not an IPv4 or IPv6 address; a port goes to `port:`, a host name to `name:`',
    ],
    [
      'name in place of address',
      `version: 1\nservers: { s: { address: ¦ns.example } }${DOMAIN}`,
      'address "ns.example": it is not an IPv4 or IPv6 address; a port goes to `port:`, a host name to `name:`',
    ],
    [
      'address in place of name',
      `version: 1\nservers: { s: { name: ¦10.0.0.1 } }${DOMAIN}`,
      'name "10.0.0.1": it is an address; write `address:` in place of `name:`',
    ],
    [
      'port 0',
      `version: 1\nservers: { s: { name: a.example, port: ¦0 } }${DOMAIN}`,
      'port must be a whole number 1…65535, not 0',
    ],
    [
      'port too large',
      `version: 1\nservers: { s: { name: a.example, port: ¦65536 } }${DOMAIN}`,
      'port must be a whole number 1…65535, not 65536',
    ],
    [
      'port in parts',
      `version: 1\nservers: { s: { name: a.example, port: ¦53.5 } }${DOMAIN}`,
      'port must be a whole number 1…65535, not 53.5',
    ],
    [
      'port not a number',
      `version: 1\nservers: { s: { name: a.example, port: ¦.nan } }${DOMAIN}`,
      'port must be a whole number 1…65535, not NaN',
    ],
    [
      'port by name',
      `version: 1\nservers: { s: { name: a.example, port: ¦dns } }${DOMAIN}`,
      'port must be a whole number 1…65535, not "dns"',
    ],
    [
      'auth empty',
      `version: 1\nservers: { s: { name: a.example, ¦auth: {} } }${DOMAIN}`,
      'auth: write exactly one of tsig, gss',
    ],
    [
      'auth double',
      `version: 1\nkeys: { k: { env: K } }\nservers: { s: { name: a.example, auth: { tsig: k, ¦gss: {} } } }${DOMAIN}`,
      'auth: write exactly one of tsig, gss',
    ],
    [
      'gss without braces',
      `version: 1\nservers: { s: { name: a.example, auth: { ¦gss: } } }${DOMAIN}`,
      'gss must be a map, not nothing; write {} for an empty one',
    ],
    [
      'unknown key',
      `version: 1\nkeys: { kms-publisher: { env: K } }\nservers: { s: { name: a.example, auth: { tsig: ¦kms-publish } } }${DOMAIN}`,
      '"kms-publish" is not one of `keys`; did you mean "kms-publisher"?',
    ],
    [
      'unknown key where there is none',
      `version: 1\nservers: { s: { name: a.example, auth: { tsig: ¦toString } } }${DOMAIN}`,
      '"toString" is not one of `keys`; there are none',
    ],
    [
      'a whole key in place of its name',
      `version: 1\nservers: { s: { name: a.example, auth: { tsig: ¦"hmac-sha256:k:c2VjcmV0" } } }${DOMAIN}`,
      'tsig: it may hold only letters, digits, ".", "_" and "-", and starts with a letter or a digit',
    ],
    // hosts
    [
      'underscore',
      `version: 1\nhosts: { ¦kms_e1.example: {} }${DOMAIN.replace('kms1', 'kms-e1')}`,
      'hosts "kms_e1.example": label "kms_e1" has an underscore, which is not legal in a host name',
    ],
    [
      'host twice in two spellings',
      `version: 1\nhosts:\n  kms1.example: {}\n  ¦KMS1.Example.: {}${DOMAIN}`,
      '"KMS1.Example." is in hosts already, in line 3',
    ],
    [
      'host with nothing',
      `version: 1\nhosts:\n  ¦kms1.example:${DOMAIN}`,
      'kms1.example must be a map, not nothing; write {} for an empty one',
    ],
    [
      'address twice in two spellings',
      `version: 1\nhosts: { kms1.example: { addresses: ["2001:db8::1", ¦"2001:DB8:0::1"] } }${DOMAIN}`,
      '"2001:db8::1" is an address of this host already, in line 2',
    ],
    [
      'address of a link',
      `version: 1\nhosts: { kms1.example: { addresses: [¦"fe80::1%eth0"] } }${DOMAIN}`,
      'an entry of addresses "fe80::1%eth0": an address with a zone ("%") cannot stand in DNS',
    ],
    [
      'addresses not a list',
      `version: 1\nhosts: { kms1.example: { addresses: ¦10.0.0.1 } }${DOMAIN}`,
      'addresses must be a list, not text',
    ],
    // domains
    ['no hosts', 'version: 1\ndomains:\n  ¦a.example: {}', 'a.example: "publish" is missing'],
    [
      'publish misspelt',
      'version: 1\ndomains: { a.example: { ¦publsh: [] } }',
      '"publsh" is not known in a.example; did you mean "publish"?',
    ],
    [
      'domain with nothing',
      'version: 1\ndomains:\n  ¦a.example:',
      'a.example must be a map, not nothing; write {} for an empty one',
    ],
    [
      'domain twice in two spellings',
      'version: 1\ndomains:\n  a.example: { publish: [] }\n  ¦A.EXAMPLE.: { publish: [] }',
      '"A.EXAMPLE." is in domains already, in line 3',
    ],
    [
      'two dots',
      'version: 1\ndomains: { ¦a..example: { publish: [] } }',
      'domains "a..example": a label is empty (two dots, or a dot in front)',
    ],
    [
      'the root',
      'version: 1\ndomains: { ¦.: { publish: [] } }',
      'domains ".": it is the root; name a domain',
    ],
    [
      'an address',
      'version: 1\ndomains: { ¦10.0.0.1: { publish: [] } }',
      'domains "10.0.0.1": it ends in a number, as an address does; name a domain',
    ],
    [
      'a wildcard',
      'version: 1\ndomains: { ¦"*.example": { publish: [] } }',
      'domains "*.example": label "*" may hold only letters, digits, "-" and "_"',
    ],
    [
      'an escape',
      'version: 1\ndomains: { ¦"\\\\097.example": { publish: [] } }',
      'domains "\\\\097.example": it holds a backslash',
    ],
    [
      'an injection',
      'version: 1\ndomains: { ¦"a.example; x": { publish: [] } }',
      'domains "a.example; x": it holds a blank or a control character',
    ],
    [
      'the owner in place of the domain',
      'version: 1\ndomains: { ¦_vlmcs._tcp.a.example: { publish: [] } }',
      'domains "_vlmcs._tcp.a.example": name the domain alone; _vlmcs._tcp is put in front of it',
    ],
    [
      'half the owner in place of the domain',
      'version: 1\ndomains: { ¦_TCP.a.example: { publish: [] } }',
      'domains "_TCP.a.example": name the domain alone; _vlmcs._tcp is put in front of it',
    ],
    [
      'too long for the owner',
      `version: 1\ndomains: { ¦${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}: { publish: [] } }`,
      `domains "${`${'a'.repeat(60)}.${'b'.repeat(60)}.`.slice(0, 80)}…": with _vlmcs._tcp in front, the name is longer than 255 octets`,
    ],
    [
      'unknown server',
      'version: 1\nservers: { corp: { name: ns.example } }\ndomains: { a.example: { server: ¦Corp, publish: [] } }',
      '"Corp" is not one of `servers`; did you mean "corp"?',
    ],
    [
      'unknown server, none near',
      'version: 1\nservers: { a: { name: ns.example }, b: { name: ns.example } }\ndomains: { a.example: { server: ¦hq-dns, publish: [] } }',
      '"hq-dns" is not one of `servers`; known: a, b',
    ],
    [
      'zone of another tree',
      'version: 1\ndomains: { a.example: { zone: ¦b.example, publish: [] } }',
      'zone "b.example" does not hold the name "_vlmcs._tcp.a.example"',
    ],
    [
      'zone that ends alike',
      'version: 1\ndomains: { aa.example: { zone: ¦a.example, publish: [] } }',
      'zone "a.example" does not hold the name "_vlmcs._tcp.aa.example"',
    ],
    [
      'negative TTL',
      'version: 1\ndomains: { a.example: { ttl: ¦-1, publish: [] } }',
      'ttl must be a whole number 0…2147483647, not -1',
    ],
    [
      'TTL of 32 bits',
      'version: 1\ndomains: { a.example: { ttl: ¦2147483648, publish: [] } }',
      'ttl must be a whole number 0…2147483647, not 2147483648',
    ],
    [
      'TTL with unit',
      'version: 1\ndomains: { a.example: { ttl: ¦1h, publish: [] } }',
      'ttl must be a whole number 0…2147483647, not "1h"',
    ],
    [
      'unknown policy',
      'version: 1\ndomains: { a.example: { policy: ¦replace, publish: [] } }',
      'policy must be additive or exact, not "replace"',
    ],
    [
      'publish not a list',
      'version: 1\ndomains: { a.example: { publish: ¦{ host: kms1.example } } }',
      'publish must be a list, not a map',
    ],
    [
      'entry without host',
      'version: 1\ndomains: { a.example: { publish: [ ¦{ weight: 1 } ] } }',
      'an entry of publish: "host" is missing',
    ],
    [
      'entry that is a name',
      'version: 1\ndomains: { a.example: { publish: [ ¦kms1.example ] } }',
      'an entry of publish must be a map, not text',
    ],
    [
      'entry that is nothing',
      'version: 1\ndomains:\n  a.example:\n    publish:\n      -¦\n',
      'an entry of publish must be a map, not nothing; write {} for an empty one',
    ],
    [
      'target that is an address',
      'version: 1\ndomains: { a.example: { publish: [ { host: ¦10.0.0.1 } ] } }',
      'host "10.0.0.1": it is an address; an SRV target must be a host name (RFC 2782)',
    ],
    [
      'target that is a number',
      'version: 1\ndomains: { a.example: { publish: [ { host: ¦10.5 } ] } }',
      'host must be text (put it in quotes), not 10.5',
    ],
    [
      'target that is the root',
      'version: 1\ndomains: { a.example: { publish: [ { host: ¦. } ] } }',
      'host ".": it is the root; name a host',
    ],
    [
      'target with a hyphen at the end',
      'version: 1\ndomains: { a.example: { publish: [ { host: ¦kms-.example } ] } }',
      'host "kms-.example": label "kms-" may hold only letters, digits and inner hyphens',
    ],
    [
      'priority too large',
      'version: 1\ndomains: { a.example: { publish: [ { host: k.example, priority: ¦65536 } ] } }',
      'priority must be a whole number 0…65535, not 65536',
    ],
    [
      'negative weight',
      'version: 1\ndomains: { a.example: { publish: [ { host: k.example, weight: ¦-1 } ] } }',
      'weight must be a whole number 0…65535, not -1',
    ],
    [
      'port 0 in a record',
      'version: 1\ndomains: { a.example: { publish: [ { host: k.example, port: ¦0 } ] } }',
      'port must be a whole number 1…65535, not 0',
    ],
    [
      'one target twice, the port written and by default',
      'version: 1\nhosts: { k.example: { port: 1700 } }\ndomains:\n  a.example:\n    publish:\n      - { host: k.example }\n      - ¦{ host: K.example., port: 1700, priority: 5 }',
      '"k.example:1700" is published in this domain already, in line 6',
    ],
    [
      'one target twice by alias',
      'version: 1\ndomains:\n  a.example:\n    publish:\n      - &k { host: k.example }\n      - ¦*k',
      '"k.example:1688" is published in this domain already, in line 5',
    ],
    // YAML itself
    ['tab', 'version: 1\n¦\tdomains: {}', 'a tab indents this line; YAML allows blanks only'],
    [
      'second document',
      `version: 1${DOMAIN}\n¦---\nversion: 1`,
      'a second document starts here ("---"); a desired state is one document',
    ],
    [
      'control character',
      'version: 1\ndomains: ¦\u0007{}',
      'the character U+0007 cannot stand in a text file; save the file as UTF-8 text',
    ],
    ['NUL', '¦\0v\0e\0r\0', 'the character U+0000 cannot stand in a text file; save the file as UTF-8 text'],
    [
      'old Macintosh line ends',
      'version: 1¦\rdomains: {}',
      'a carriage return without a line feed; end lines with LF or CRLF',
    ],
  ])('%s', (_, withMarks, ...messages) => {
    const { text, places } = marked(withMarks);
    const expected = messages.map((message, i) => ({ file: 'k.yaml', ...(places[i] ?? places[0]), message }));
    expect(problemsOf(text)).toEqual(expected);
  });

  test.each([
    ['an open bracket', 'version: 1\ndomains: {\n', /^not YAML: /],
    ['an open quote', 'version: 1\ndomains: "x\n', /^not YAML: /],
    ['two colons', 'version: 1\ndomains: a: b\n', /^not YAML: /],
    ['an unknown tag', 'version: !!secret 1\ndomains: {}\n', /^not YAML: /],
    ['nesting without end', '['.repeat(100_000), /^lists and maps are nested too deeply here$/],
    ['blocks without end', '- '.repeat(20_000), /^lists and maps are nested too deeply here$/],
  ])('%s is a problem of YAML alone', (_, text, message) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(10);
    expect(problems.map((problem) => problem.message)).toEqual(
      problems.map(() => expect.stringMatching(message)),
    );
  });
});

describe('what may look wrong and is right', () => {
  test.each([
    ['the zone is the owner name itself', '{ zone: _vlmcs._tcp.a.example, publish: [] }'],
    ['the zone is the _tcp below the domain', '{ zone: _tcp.a.example., publish: [] }'],
    ['the zone is the domain in another case', '{ zone: A.Example, publish: [] }'],
    ['TTL 0', '{ ttl: 0, publish: [] }'],
    ['the longest TTL', '{ ttl: 2147483647, publish: [] }'],
    [
      'the largest numbers',
      '{ publish: [{ host: k.example, priority: 65535, weight: 65535, port: 65535 }] }',
    ],
    ['one host on two ports', '{ publish: [{ host: k.example }, { host: k.example, port: 1689 }] }'],
    ['a single label', '{ publish: [{ host: kms }] }'],
    ['a quoted name', '{ publish: [{ host: "kms1.example" }] }'],
    ['a tag that says what it is', '{ ttl: !!int "60", publish: !!seq [] }'],
  ])('%s', (_, domain) => {
    expect(messagesOf(`version: 1\ndomains: { a.example: ${domain} }`)).toEqual([]);
  });

  test.each([
    '_sites.example',
    'corp',
    'a-b.example',
    'xn--mnchen-3ya.example',
    '1.example',
    '__proto__',
    'constructor',
  ])('the domain %s', (domain) => {
    expect(
      parseDesiredState(`version: 1\ndomains: { ${domain}: { publish: [] } }`, 'k.yaml').domains[0]?.domain,
    ).toBe(`${domain}.`);
  });

  it('minus zero is zero', () => {
    const text =
      'version: 1\ndomains: { a.example: { ttl: -0, publish: [{ host: k.example, weight: -0 }] } }';
    const [domain] = parseDesiredState(text, 'k.yaml').domains;
    expect(Object.is(domain?.ttlSeconds, 0)).toBe(true);
    expect(Object.is(domain?.publish[0]?.weight, 0)).toBe(true);
  });

  it('YAML 1.1 is read as 1.2: "on" and "no" are words', () => {
    const text = '%YAML 1.1\n---\nversion: 1\ndomains: { no: { publish: [{ host: on.example }] } }';
    expect(parseDesiredState(text, 'k.yaml').domains[0]?.domain).toBe('no.');
  });
});

describe('all problems at once', () => {
  it('are told in file order, each where it is', () => {
    const { text, places } = marked(`version: ¦3
keys: { k: { ¦path: x } }
servers:
  corp: { address: ¦ns1, auth: { tsig: ¦kk } }
hosts:
  ¦kms_1.example: { port: ¦0 }
domains:
  a.example:
    server: ¦core
    zone: ¦b.example
    publish:
      - { ¦hosst: kms1.example, weight: ¦heavy }
      - { host: kms2.example }
      - ¦{ host: kms2.example }
¦extra: 1
`);
    const problems = problemsOf(text);
    expect(problems.map(({ line, column }) => ({ line, column }))).toEqual(places);
    expect(new Set(problems.map((problem) => problem.file))).toEqual(new Set(['k.yaml']));
  });

  it('stand in the error with a count, the first place and what to do', () => {
    const text = 'version: 2\ndomains: { a.example: {} }';
    expect(() => parseDesiredState(text, 'dir/k.yaml')).toThrow(
      expect.objectContaining({
        code: 'desired-state-invalid',
        message: 'the desired state "dir/k.yaml" has 2 problems: line 1, column 10: version must be 1, not 2',
        hint: expect.stringContaining('correct each place'),
      }),
    );
  });

  it('tell a mistake that an alias repeats once', () => {
    const text =
      'version: 1\ndomains:\n  a.example: { publish: &p [{ host: 1.2.3.4 }] }\n  b.example: { publish: *p }';
    expect(messagesOf(text)).toHaveLength(1);
  });

  it('do not blame references to a section that could not be read', () => {
    expect(
      messagesOf('version: 1\nservers: []\ndomains: { a.example: { server: corp, publish: [] } }'),
    ).toEqual(['servers must be a map, not a list']);
  });

  it('do not take a record whose port is wrong for one with the default port', () => {
    const text =
      'version: 1\ndomains: { a.example: { publish: [{ host: k.example, port: 0 }, { host: k.example }] } }';
    expect(messagesOf(text)).toEqual(['port must be a whole number 1…65535, not 0']);
  });

  it('end at a thousand, with the number of the rest', () => {
    const problems = problemsOf(
      `version: 1\ndomains: {}\n${Array.from({ length: 1500 }, (_, i) => `key${i}: 1\n`).join('')}`,
    );
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)?.message).toBe('and 500 more problems in this file');
  });
});

describe('secrets', () => {
  it.each([
    'keys: { k: SECRET= }',
    'keys: { k: [SECRET=] }',
    'keys: { k: { env: SECRET= } }',
    'keys: { k: { secret: SECRET= } }',
    'keys: { k: { file: [SECRET=] } }',
    'keys: { SECRET=: { env: K } }',
    'servers: { s: { name: a.example, auth: SECRET= } }',
    'servers: { s: { name: a.example, auth: { tsig: SECRET= } } }',
  ])('are not repeated: %s', (section) => {
    const messages = messagesOf(`version: 1\n${section}${DOMAIN}`);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.join('\n')).not.toContain('SECRET');
  });
});

describe('hostile files', () => {
  it('are refused unread when they are too large', () => {
    expect(problemsOf('a'.repeat(10_000_000))).toEqual([
      {
        file: 'k.yaml',
        line: 1,
        column: 1,
        message: 'the file has 10000000 characters; at most 8388608 are read',
      },
    ]);
  });

  it('may not repeat values by alias without end', () => {
    const hosts = Array.from({ length: 1000 }, (_, i) => `{ host: k${i}.example }`).join(', ');
    const domains = Array.from({ length: 300 }, (_, i) => `  d${i}.example: { publish: *all }`).join('\n');
    expect(messagesOf(`version: 1\ndomains:\n  a.example: { publish: &all [${hosts}] }\n${domains}`)).toEqual(
      ['more than 500000 values, aliases counted each time; the rest is not read'],
    );
  });

  it('may not nest aliases without end', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `  x${i + 1}: &x${i + 1} [*x${i}, *x${i}, *x${i}]`,
    ).join('\n');
    const messages = messagesOf(`version: 1\ndomains:\n  x0: &x0 [lol]\n${levels}`);
    expect(new Set(messages.map((message) => message.replace(/^x\d+/, 'x')))).toEqual(
      new Set(['x must be a map, not a list']),
    );
  });

  const pieces = fc.oneof(
    fc.constantFrom(
      'version: 1\n',
      'domains:',
      'publish:',
      'host:',
      '- ',
      '  ',
      '\n',
      '\t',
      '{',
      '}',
      '[',
      ']',
      ',',
      ': ',
      '&a ',
      '*a',
      '? ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '!!int ',
      '---\n',
      '...\n',
      '<<: ',
      'a.example',
      '10.0.0.1',
      '70000',
      '-1',
      'null',
      '~',
      '\r\n',
      '\\',
      '%YAML 1.2\n',
      '\ufeff',
      '\u2028',
      '\ud800',
    ),
    fc.string({ maxLength: 5 }),
  );
  const files = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((octets) => new TextDecoder().decode(octets)),
    // A right file with a cut or a slip somewhere.
    fc
      .tuple(fc.nat(FULL.length), fc.nat(12), pieces)
      .map(([at, length, piece]) => FULL.slice(0, at) + piece + FULL.slice(at + length)),
  );

  it('give problems inside the file, and never another error', () => {
    fc.assert(
      fc.property(files, (text) => {
        const lines = text.split('\n');
        for (const { line, column, message } of problemsOf(text)) {
          expect(message).not.toBe('');
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('give problems in file order', () => {
    fc.assert(
      fc.property(files, (text) => {
        const problems = problemsOf(text);
        const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
        expect(problems).toEqual(sorted);
      }),
      { numRuns: 1000 },
    );
  });
});
