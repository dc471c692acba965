import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseDesiredState } from '../../src/core/desired-state.ts';
import { formatPublishEntry, listeningPort, publishListsPerHost } from '../../src/core/publish-list.ts';
import { domain, HOSTILE, host, srv, state, unchecked } from '../support/generated.ts';

const E1 = 'kms-e1.east.contoso.com.';
const W1 = 'kms-w1.west.contoso.com.';
const lists = (...args: Parameters<typeof state>): Record<string, readonly string[]> =>
  Object.fromEntries(
    publishListsPerHost(state(...args)).map((list) => [list.host, list.entries.map(formatPublishEntry)]),
  );
const unsaid = (...args: Parameters<typeof state>): readonly string[] =>
  publishListsPerHost(state(...args)).flatMap((list) =>
    list.publishesUnsaid.map(
      ({ code, subject, evidence }) => `${code} ${subject}: ${evidence.map(({ says }) => says).join(' / ')}`,
    ),
  );

describe('the lines of each host', () => {
  it('are those of the corrected east/west example', () => {
    const file = new URL('../../examples/east-west.yaml', import.meta.url);
    const { domains, hosts } = parseDesiredState(readFileSync(file, 'utf8'), 'east-west.yaml');
    expect(lists(domains, { hosts })).toEqual({
      'kms-e1.east.contoso.com.': ['east.contoso.com, 10, 75', 'west.contoso.com, 90, 75'],
      'kms-e2.east.contoso.com.': ['east.contoso.com, 10, 25', 'west.contoso.com, 90, 25'],
      'kms-w1.west.contoso.com.': ['west.contoso.com, 10, 75', 'east.contoso.com, 90, 75'],
      'kms-w2.west.contoso.com.': ['west.contoso.com, 10, 25', 'east.contoso.com, 90, 25'],
    });
    expect(unsaid(domains, { hosts })).toEqual([]);
  });

  it('name the home domain first, then the best priority, then by name', () => {
    const of = (name: string, priority: number) => domain(name, [srv(E1, priority)]);
    expect(
      lists([of('b.example.', 0), of('c.example.', 5), of('a.example.', 5), of('east.contoso.com.', 90)]),
    ).toEqual({
      [E1]: ['east.contoso.com, 90, 0', 'b.example, 0, 0', 'a.example, 5, 0', 'c.example, 5, 0'],
    });
  });

  it('are none for a host that is only described', () => {
    expect(lists([domain('east.contoso.com.', [srv(E1)])], { hosts: [host(E1), host(W1)] })).toEqual({
      [E1]: ['east.contoso.com, 0, 0'],
      [W1]: [],
    });
  });

  test.each(HOSTILE)('a domain with %s is no line', (_, value) => {
    const format = (): string =>
      formatPublishEntry({ domain: unchecked(`${value}.`), priority: 0, weight: 0 });
    if (value === 'constructor') expect(format()).toBe('constructor, 0, 0');
    else expect(format).toThrow(expect.objectContaining({ code: 'value-refused' }));
  });
});

describe('what a host would publish and nobody said', () => {
  const WEST = domain('west.contoso.com.', [srv(W1)]);

  test.each<[string, Parameters<typeof state>, readonly string[]]>([
    ['nothing, when its home domain lists it', [[WEST]], []],
    [
      'its home domain, which is not in the desired state',
      [[domain('contoso.com.', [srv(W1)])]],
      [
        `PUB-012 ${W1}: west.contoso.com, the home domain of this host, is not in the desired state / the home domain needs no line: the host writes SRV 0 0 1688 ${W1} there (another guide says: only without a list)`,
      ],
    ],
    [
      'its home domain, which lists others',
      [[domain('west.contoso.com.', [srv(E1)]), domain('east.contoso.com.', [srv(E1), srv(W1)])]],
      [
        `PUB-012 ${W1}: west.contoso.com, the home domain of this host, does not list it / the home domain needs no line: the host writes SRV 0 0 1688 ${W1} there (another guide says: only without a list)`,
      ],
    ],
    [
      'its home domain at its own port, when it is only described',
      [[WEST], { hosts: [host(W1), host(E1, [], 1700)] }],
      [
        `PUB-012 ${E1}: east.contoso.com, the home domain of this host, is not in the desired state / the home domain needs no line: the host writes SRV 0 0 1700 ${E1} there (another guide says: only without a list)`,
      ],
    ],
    ['nothing about a home domain, for a name of one label', [[domain('contoso.com.', [srv('kms1.')])]], []],
    [
      'another port than the record has',
      [[domain('west.contoso.com.', [srv(W1, 0, 0, 1700)])], { hosts: [host(W1)] }],
      [
        `PUB-006 _vlmcs._tcp.west.contoso.com. SRV 0 0 1700 ${W1}: port 1700 in the record / kms-w1.west.contoso.com listens on 1688`,
      ],
    ],
    [
      'nothing, when all its records agree on a port',
      [[domain('west.contoso.com.', [srv(W1, 0, 0, 1700)])]],
      [],
    ],
    [
      'one record where two are wanted',
      [[domain('west.contoso.com.', [srv(W1, 20, 0, 1700), srv(W1, 10)])], { hosts: [host(W1)] }],
      [
        `PUB-006 _vlmcs._tcp.west.contoso.com. SRV 10 0 1688 ${W1}: 10 0 1688 ${W1}; 20 0 1700 ${W1}; DnsDomainPublishList has one line for a domain`,
      ],
    ],
    [
      'one port where two domains want two',
      [
        [
          domain('west.contoso.com.', [srv(W1, 0, 0, 1700)]),
          domain('east.contoso.com.', [srv(W1, 0, 0, 1701)]),
        ],
      ],
      [
        `PUB-006 _vlmcs._tcp.west.contoso.com. SRV 0 0 1700 ${W1}: port 1700 in the record / kms-w1.west.contoso.com listens on 1688`,
        `PUB-006 _vlmcs._tcp.east.contoso.com. SRV 0 0 1701 ${W1}: port 1701 in the record / kms-w1.west.contoso.com listens on 1688`,
      ],
    ],
  ])('%s', (_, args, expected) => {
    expect(unsaid(...args)).toEqual(expected);
  });

  it('is a warning with its place in the file', () => {
    const [list] = publishListsPerHost(
      state([domain('west.contoso.com.', [srv(W1, 0, 0, 1700)])], { hosts: [host(W1)] }),
    );
    expect(list!.publishesUnsaid[0]).toMatchObject({ severity: 'warning', side: 'publisher' });
    expect(list!.publishesUnsaid[0]!.evidence[0].observation).toBe('kmsdns.yaml:9:3');
  });
});

test.each([
  [[host(W1, [], 1700)], [srv(W1, 0, 0, 1701)], 1700],
  [[], [srv(W1, 0, 0, 1701)], 1701],
  [[], [srv(W1, 0, 0, 1701), srv(W1, 0, 0, 1702)], 1688],
  [[], [srv(E1, 0, 0, 1701)], 1688],
] as const)('the port on which a host listens', (hosts, records, port) => {
  expect(listeningPort(unchecked(W1), state([domain('x.example.', records)], { hosts }))).toBe(port);
});

describe('any desired state', () => {
  const name = fc.constantFrom('a.example.', 'b.example.', 'c.b.example.', 'd.');
  const record = fc.record({
    priority: fc.nat(3),
    weight: fc.nat(3),
    port: fc.constantFrom(1688, 1689),
    target: fc.constantFrom('k1.a.example.', 'k2.b.example.', 'k3.c.b.example.', 'k4.').map(unchecked),
  });
  const domains = fc.uniqueArray(fc.record({ name, publish: fc.array(record, { maxLength: 5 }) }), {
    selector: (one) => one.name,
    maxLength: 4,
  });

  it('is published by its hosts alone, or the difference is a finding', () => {
    fc.assert(
      fc.property(domains, (drawn) => {
        const wanted = state(drawn.map((one) => domain(one.name, one.publish)));
        const all = publishListsPerHost(wanted);
        // What the hosts would write, by the rules of the guide: a line each, and the home domain with 0 and 0.
        const written = all.flatMap((list) => {
          const lines = [...list.entries];
          if (list.homeDomain !== undefined && !lines.some((line) => line.domain === list.homeDomain))
            lines.push({ domain: list.homeDomain, priority: 0, weight: 0 });
          return lines.map(
            (line) =>
              `${line.domain} ${line.priority} ${line.weight} ${listeningPort(list.host, wanted)} ${list.host}`,
          );
        });
        const said = wanted.domains.flatMap((one) =>
          one.publish.map((rec) => `${one.domain} ${rec.priority} ${rec.weight} ${rec.port} ${rec.target}`),
        );
        const same =
          new Set(written).size === new Set(said).size && written.every((line) => said.includes(line));
        expect(all.every((list) => list.publishesUnsaid.length === 0)).toBe(
          same &&
            wanted.domains.every(
              (one) => new Set(one.publish.map((rec) => rec.target)).size === one.publish.length,
            ),
        );
      }),
      { numRuns: 300 },
    );
  });
});
