/** The pictures before they are drawn: path, agreement, timeline, tree, shares, what is ruled out, packets. */
import { describe, expect, it, test } from 'vitest';
import type { Observation } from '../../../src/diagnose/observation.ts';
import { agreementOf } from '../../../src/diagnose/report/agreement.ts';
import { domainOf, recordsSeen } from '../../../src/diagnose/report/client-records.ts';
import { clientTree, type TreeNode } from '../../../src/diagnose/report/client-tree.ts';
import { excludedBy } from '../../../src/diagnose/report/excluded.ts';
import { packetView } from '../../../src/diagnose/report/packet.ts';
import { pathStrip } from '../../../src/diagnose/report/path-strip.ts';
import { timelineOf } from '../../../src/diagnose/report/timeline.ts';
import { simulate } from '../../../src/diagnose/simulate.ts';
import {
  brokenNxdomain,
  caseOf,
  type Diagnosed,
  degraded,
  disagreeing,
  dnsSeen,
  endpointSeen,
  filtered,
  findingSeen,
  healthy,
  NO_ANSWER,
  NXDOMAIN,
  nearMiss,
  step,
  undecided,
} from '../../support/diagnoses.ts';
import { srv } from '../../support/generated.ts';

const OWNER = '_vlmcs._tcp.contoso.com.';

describe('path', () => {
  const states = (make: () => Diagnosed): readonly string[] => {
    const { shared, rows } = pathStrip(make().diagnosis);
    return [
      shared.map(({ state }) => state).join(' '),
      ...rows.map(({ host, by, cells }) => `${host} ${by} ${cells.map(({ state }) => state).join(' ')}`),
    ];
  };

  test.each<[string, () => Diagnosed, readonly string[]]>([
    [
      'healthy',
      healthy,
      ['ok ok ok ok', 'kms1.contoso.com record ok ok ok', 'kms2.contoso.com record ok ok ok'],
    ],
    ['no record: nobody comes further', brokenNxdomain, ['ok ok ok failed']],
    [
      'a symptom spoils no link; one silent resolver does',
      degraded,
      [
        'ok warn ok ok',
        'kms1.contoso.com record ok ok ok',
        'kms2.contoso.com record ok failed none',
        'kms3.contoso.com record ok ok ok',
        'kms-old.contoso.com cached ok failed none',
      ],
    ],
    [
      'one row for each address',
      filtered,
      [
        'ok ok none ok',
        'kms1.contoso.com record ok failed none',
        'kms1.contoso.com record ok failed none',
        'kms2.contoso.com record ok failed none',
      ],
    ],
    ['what the run did not come to is not known, and not broken', undecided, ['ok unknown none unknown']],
    [
      'a pinned host breaks at the client, and its own row says where',
      disagreeing,
      [
        'failed warn warn ok',
        'kms1.contoso.com record ok unknown unknown',
        'kms2.contoso.com record ok unknown unknown',
        'kms.contoso.com pinned ok ok failed',
      ],
    ],
  ])('%s', (_, make, expected) => {
    expect(states(make)).toEqual(expected);
  });

  it('names the finding of a link', () => {
    const { rows } = pathStrip(degraded().diagnosis);
    expect(rows[1]!.cells[1]).toMatchObject({ text: 'refused', codes: ['TCP-001'] });
    expect(rows[0]!.cells[1].codes).toEqual([]);
  });

  test.each<[string, Observation<'dns'>[], string, string]>([
    ['NXDOMAIN', [dnsSeen(1, { purpose: 'address', name: 'a.', type: 'A' }, NXDOMAIN)], 'failed', 'NXDOMAIN'],
    [
      'neither A nor AAAA',
      [
        dnsSeen(1, { purpose: 'address', name: 'a.', type: 'A' }, { rcode: 'NOERROR' }),
        dnsSeen(2, { purpose: 'address', name: 'a.', type: 'AAAA' }, { rcode: 'NOERROR' }),
      ],
      'failed',
      'no address',
    ],
    [
      'silence: not known',
      [
        dnsSeen(1, { purpose: 'address', name: 'a.', type: 'A' }, { rcode: 'NOERROR' }),
        dnsSeen(2, { purpose: 'address', name: 'a.', type: 'AAAA' }, NO_ANSWER),
      ],
      'unknown',
      'not known',
    ],
    ['nobody asked', [], 'unknown', 'not known'],
  ])('a target without an address: %s', (_, observations, state, text) => {
    const { diagnosis } = healthy();
    const targets = [{ ...diagnosis.targets[0]!, host: 'a.', addresses: [] }];
    const [row] = pathStrip({ ...diagnosis, targets, observations, notes: [] }).rows;
    expect(row!.cells[0]).toMatchObject({ state, text });
    expect(row!.cells[1].state).toBe('none');
  });

  it('stops at 64 rows and counts the rest', () => {
    const { diagnosis } = healthy();
    const targets = Array.from({ length: 70 }, (_, i) => ({ ...diagnosis.targets[0]!, host: `k${i}.` }));
    expect(pathStrip({ ...diagnosis, targets })).toMatchObject({ more: 6, rows: { length: 64 } });
  });
});

describe('agreement', () => {
  it('gives the same letter to the same statement, and the first to the most common one', () => {
    const { servers, rows } = agreementOf(disagreeing().diagnosis);
    expect(servers.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'resolver 10.0.0.53:53',
      'resolver 10.0.0.54:53',
      'authority 10.0.0.2:53',
      'authority 10.0.0.3:53',
      'authority 10.0.0.4:53',
      'authority 10.0.0.5:53',
    ]);
    expect(rows.map(({ question, agree }) => [question, agree])).toEqual([
      ['SRV _vlmcs._tcp.contoso.com', false],
      ['serial contoso.com', false],
    ]);
    expect(rows[0]!.cells.map(({ state, letter }) => `${state} ${letter}`.trim())).toEqual([
      'agrees A',
      'differs B',
      'agrees A',
      'differs B',
      'silent',
      'silent',
    ]);
    expect(rows[0]!.cells.slice(4).map(({ text }) => text)).toEqual(['no answer within 1.0 s', 'REFUSED']);
    expect(rows[1]!.cells[0]).toEqual({ state: 'none', letter: '', text: '', observation: undefined });
  });

  it('asks for the serial of a zone once, whatever name led to it', () => {
    const ask = (id: number, name: string): Observation =>
      dnsSeen(id, { purpose: 'zone', name, type: 'SOA', role: 'authority' }, { rcode: 'NOERROR' });
    const { rows } = agreementOf({ observations: [ask(1, 'contoso.com.'), ask(2, OWNER)] });
    expect(rows.map(({ question }) => question)).toEqual(['serial contoso.com']);
  });

  it('does not mind the order of records, nor their TTL', () => {
    const records = [srv('a.'), srv('b.')];
    const observations = [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, { records }),
      dnsSeen(
        2,
        { purpose: 'srv', name: OWNER, server: '10.0.0.54' },
        { records: [...records].reverse(), ttlSeconds: 5 },
      ),
    ];
    expect(agreementOf({ observations }).rows[0]).toMatchObject({ agree: true });
  });

  it('leaves out that no host has an IPv6 address, and nothing that only some say', () => {
    const ask = (id: number, server: string, records: string[]): Observation =>
      dnsSeen(
        id,
        { purpose: 'address', name: 'a.', type: 'AAAA', server },
        records.length > 0 ? { records } : { rcode: 'NOERROR' },
      );
    expect(agreementOf({ observations: [ask(1, '10.0.0.53', []), ask(2, '10.0.0.54', [])] }).rows).toEqual(
      [],
    );
    expect(
      agreementOf({ observations: [ask(1, '10.0.0.53', []), ask(2, '10.0.0.54', ['2001:db8::1'])] }).rows,
    ).toHaveLength(1);
  });
});

describe('timeline', () => {
  it('has a bar for each observation, by their beginnings', () => {
    const { lanes, totalMs } = timelineOf(degraded().diagnosis);
    expect(totalMs).toBe(2000);
    expect(lanes.map(({ startMs }) => startMs)).toEqual(
      [...lanes.map(({ startMs }) => startMs)].sort((a, b) => a - b),
    );
    expect(Object.fromEntries(lanes.map(({ id, kind }) => [id, kind]))).toMatchObject({
      o1: 'good',
      o2: 'waited',
      o7: 'good',
      o8: 'failed',
      o11: 'waited',
      o12: 'denied',
    });
    expect(lanes.find(({ id }) => id === 'o11')!.label).toBe(
      'bind (cached host) 10.9.0.1 port 1688 (kms-old.contoso.com)',
    );
  });

  it('is never of no length', () => {
    expect(timelineOf({ observations: [] })).toEqual({ lanes: [], totalMs: 1, more: 0 });
  });

  it('stops at 200 bars and counts the rest', () => {
    const observations = Array.from({ length: 230 }, (_, i) =>
      dnsSeen(i, { purpose: 'srv', name: OWNER }, NXDOMAIN),
    );
    expect(timelineOf({ observations })).toMatchObject({ more: 30, lanes: { length: 200 } });
  });
});

describe('tree', () => {
  const flat = (node: TreeNode, depth = 0): readonly string[] => [
    `${' '.repeat(depth)}${node.kind} ${node.label} ${node.result}${node.codes.map((code) => ` ${code}`).join('')}${node.isRootCause ? ' !' : ''}`,
    ...node.children.flatMap((child) => flat(child, depth + 1)),
  ];

  test.each<[string, () => Diagnosed, readonly string[]]>([
    [
      'near miss: the wrong name stands under the right one',
      nearMiss,
      [
        'client Windows 8 or later, suffixes contoso.com ok',
        ' override KeyManagementServiceName not-set',
        ' DNS servers 10.0.0.53, 10.0.0.54 failed',
        '  SRV _vlmcs._tcp.contoso.com failed SRV-001',
        '   beside _vmlcs._tcp.contoso.com failed SRV-003 !',
      ],
    ],
    [
      'hosts stand under the answer that named them',
      degraded,
      [
        'client Windows 8 or later, suffixes contoso.com ok',
        ' override KeyManagementServiceName not-set',
        ' cache kms-old.contoso.com:1688 failed',
        ' DNS servers 10.0.0.53, 10.0.0.54 ok',
        '  SRV _vlmcs._tcp.contoso.com ok SRV-017',
        '   host kms1.contoso.com:1688 ok',
        '   host kms2.contoso.com:1688 failed TCP-001 SRV-017 !',
        '   host kms3.contoso.com:1688 ok',
      ],
    ],
    [
      'an override ends it',
      disagreeing,
      [
        'client Windows Vista or Server 2008, suffixes contoso.com ok',
        ' override kms.contoso.com:1688 failed RPC-001 !',
      ],
    ],
    [
      'a finding about the run is no place the client looked at',
      undecided,
      [
        'client Windows 8 or later, suffixes contoso.com ok',
        ' override KeyManagementServiceName not-set',
        ' DNS servers 10.0.0.53, 10.0.0.54 unknown',
        '  SRV _vlmcs._tcp.contoso.com unknown',
      ],
    ],
  ])('%s', (_, make, expected) => {
    const { diagnosis, recording } = make();
    expect(flat(clientTree(diagnosis, recording))).toEqual(expected);
  });

  it('of a client that has no suffix, and asks nothing', () => {
    const { diagnosis } = undecided();
    const steps = [step('suffix', 'suffixes', 'failed', 'this client has none, so no query leaves it')];
    const tree = clientTree({ ...diagnosis, steps, notes: [] }, { at: '', decoded: [], one: caseOf([]) });
    expect(flat(tree)).toEqual([
      'client Windows 8 or later, without a DNS suffix ok',
      ' DNS servers 10.0.0.53, 10.0.0.54 failed',
      '   suffixes failed',
    ]);
  });
});

describe('records', () => {
  it('are those of the client first, with what became of their hosts', () => {
    const { diagnosis, recording } = degraded();
    const [set] = recordsSeen(diagnosis, recording);
    expect(set).toMatchObject({ owner: OWNER, isClients: true, unknown: [] });
    expect(simulate(set!.options)).toMatchObject({
      firstTryFailure: 0.2,
      failure: 0,
      wait: { worstSeconds: 0 },
    });
    expect(set!.options.records.map((record) => set!.stateOf(record))).toEqual([
      'bound 6 ms',
      'refused 1 ms',
      'bound 9 ms',
    ]);
  });

  it('know that silence costs time, address by address, and that unreachable does not', () => {
    const { diagnosis, recording } = filtered();
    const [set] = recordsSeen(diagnosis, recording);
    expect(set!.options.dead).toEqual([
      { target: 'kms1.contoso.com.', port: 1688, fails: 'after-timeout', addresses: 1 },
      { target: 'kms2.contoso.com.', port: 1688, fails: 'after-timeout', addresses: 1 },
    ]);
  });

  it('do not take for dead what nobody found out', () => {
    const { diagnosis, recording } = disagreeing();
    const [set] = recordsSeen(diagnosis, recording);
    expect(set).toMatchObject({
      isClients: false,
      options: { model: 'random', dead: [] },
      unknown: { length: 2 },
    });
  });

  it('without any answer there are none', () => {
    const { diagnosis, recording } = brokenNxdomain();
    expect(recordsSeen(diagnosis, recording)).toEqual([]);
  });

  test.each([
    ['_vlmcs._tcp.contoso.com.', 'contoso.com'],
    ['_vlmcs._tcp.', '_vlmcs._tcp'],
    ['other.', 'other'],
  ])('the domain of %s', (owner, domain) => {
    expect(domainOf(owner)).toBe(domain);
  });
});

describe('ruled out', () => {
  const codes = (make: () => Diagnosed): readonly string[] =>
    excludedBy(make().diagnosis).flatMap((one) => one.codes);

  it('every control that came out as it should, with its proof', () => {
    expect(excludedBy(healthy().diagnosis).map(({ codes: [first], proof }) => [first, proof])).toEqual([
      ['RES-001', ['o1', 'o2']],
      ['RES-011', ['o11']],
      ['SRV-003', ['o9', 'o10']],
      ['CLI-013', ['o12']],
      ['RES-005', ['o1', 'o2']],
      ['TCP-006', ['o8']],
      ['RPC-011', ['o6', 'o7']],
      ['TCP-001', ['o6']],
      ['TCP-001', ['o7']],
    ]);
  });

  it('nothing that a finding or an unknown speaks of', () => {
    expect(codes(degraded)).not.toContain('TCP-001');
    expect(codes(disagreeing)).not.toContain('RES-005');
    expect(codes(undecided)).toEqual([]);
  });

  it('nothing when one of several experiments came out otherwise', () => {
    const { diagnosis } = healthy();
    const observations = [
      ...diagnosis.observations,
      dnsSeen(99, { purpose: 'near-miss', name: '_x.' }, NO_ANSWER),
    ];
    expect(excludedBy({ ...diagnosis, observations }).flatMap((one) => one.codes)).not.toContain('SRV-003');
  });

  it('nothing without an experiment', () => {
    expect(excludedBy({ ...healthy().diagnosis, observations: [], targets: [] })).toEqual([]);
  });

  it('a wildcard, only by a question for the same type', () => {
    const { diagnosis } = healthy();
    const control = dnsSeen(
      99,
      { purpose: 'control-name', name: '_kmsdns._tcp.contoso.com.', type: 'SRV' },
      NXDOMAIN,
    );
    const observations = [...diagnosis.observations, control];
    expect(codes(healthy)).not.toContain('ZON-006');
    expect(excludedBy({ ...diagnosis, observations }).flatMap((one) => one.codes)).toContain('ZON-006');
  });
});

describe('packets', () => {
  it('a DNS answer, section by section', () => {
    const view = packetView(
      dnsSeen(
        1,
        { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2' },
        { records: [srv('kms1.contoso.com.', 1, 2)] },
      ),
    );
    expect(view!.decoded).toEqual([
      'QUERY 4712: NOERROR, flags qr aa',
      'no EDNS',
      '',
      'question',
      '  _vlmcs._tcp.contoso.com.  IN SRV',
      'answer',
      '  _vlmcs._tcp.contoso.com.  3600 s  IN SRV  1 2 1688 kms1.contoso.com.',
    ]);
    expect(view!.hex[0]).toBe('0000  12 68 84 00 00 01 00 01  00 00 00 00 06 5f 76 6c  .h..........._vl');
  });

  it('a denial with its SOA', () => {
    expect(packetView(dnsSeen(1, { purpose: 'srv', name: OWNER }, NXDOMAIN))!.decoded.slice(-2)).toEqual([
      'authority',
      '  contoso.com.  900 s  IN SOA  ns1.contoso.com. hostmaster.contoso.com. serial 2024, refresh 900 s, retry 600 s, expire 86400 s, minimum 900 s',
    ]);
  });

  it('a bind_ack, context by context', () => {
    expect(packetView(endpointSeen(1, { host: 'a.', address: '10.1.0.1' }, 'bound'))!.decoded).toEqual([
      'RPC bind_ack, call 1, association group 74565',
      'secondary address "1688"',
      'context 0: accepted, transfer syntax 8a885d04-1ceb-11c9-9fe8-08002b104860 version 2.0',
      'context 1: rejected by the provider: abstract syntax not supported',
      'context 2: accepted, transfer syntax 8a885d04-1ceb-11c9-9fe8-08002b104860 version 2.0',
    ]);
  });

  it('something that is no RPC', () => {
    expect(packetView(endpointSeen(1, { host: 'a.', address: '10.1.0.1' }, 'not-rpc'))!.decoded[0]).toBe(
      'no RPC: http',
    );
  });

  it('nothing where nothing came', () => {
    expect(packetView(endpointSeen(1, { host: 'a.', address: '10.1.0.1' }, 'filtered'))).toBeUndefined();
    expect(packetView(dnsSeen(1, { purpose: 'srv', name: OWNER }, NO_ANSWER))).toBeUndefined();
  });

  test.each([
    ['octets that are no message', 'ffff'],
    ['no hex at all', 'zz'],
    ['half an octet', 'f'],
    ['very many octets', 'ab'.repeat(5000)],
  ])('%s do not throw', (_, octets) => {
    const said = dnsSeen(1, { purpose: 'srv', name: OWNER }, NXDOMAIN);
    const outcome = said.outcome.ok
      ? { ok: true as const, value: { ...said.outcome.value, octets } }
      : said.outcome;
    const view = packetView({ ...said, outcome });
    if (octets.length > 4000) expect(view!.hex).toHaveLength(2048 / 16 + 1);
    else if (octets === 'ffff') expect(view!.decoded[0]).toMatch(/^unreadable: /);
    else expect(view).toBeUndefined();
  });
});

it('a finding with no place in the chain disturbs none of these', () => {
  const { diagnosis, recording } = healthy();
  const odd = findingSeen('XYZ-001', 'odd', {
    severity: 'error',
    side: 'host',
    subject: 'x',
    title: 'y',
    evidence: [['o1', 'z']],
  });
  const changed = { ...diagnosis, causes: [odd] };
  expect(pathStrip(changed).shared.map(({ codes }) => codes)).toEqual([[], [], [], []]);
  expect(clientTree(changed, recording).children[1]!.children[0]!.codes).toEqual(['XYZ-001']);
});
