/** What is asked next, given what was seen. */
import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint, parseIpAddress } from '../../src/core/address.ts';
import type { Observation, Probe } from '../../src/diagnose/observation.ts';
import { nextProbes } from '../../src/diagnose/script.ts';
import { seenFrom } from '../../src/diagnose/seen.ts';
import {
  AUTHORITY,
  addresses,
  caseOf,
  DOMAIN,
  known,
  name,
  nodata,
  noSuchHost,
  nxdomain,
  OWNER,
  RESOLVER,
  rcode,
  type Scenario,
  type Sight,
  said,
  silent,
  soa,
  srv,
  srvAnswer,
  zoneFound,
} from '../support/scenario.ts';

function asked(
  row: Pick<Scenario, 'client' | 'case'>,
  ...sights: readonly (Sight | readonly Sight[])[]
): readonly Probe[] {
  const all = sights.flat().map((one, i) => ({ id: `o${i + 1}`, ...one }) as Observation);
  return nextProbes(caseOf(row), seenFrom(all));
}

/** `PURPOSE TYPE NAME at SERVER`, of the DNS questions for one purpose. */
function questions(probes: readonly Probe[], purpose: string): readonly string[] {
  return probes.flatMap((probe) =>
    probe.kind === 'dns' && probe.purpose === purpose
      ? [`${probe.type} ${probe.name} at ${formatEndpoint(probe.server)}`]
      : [],
  );
}

describe('at once', () => {
  it('asks a resolver for what it knows by itself, without recursion, beside the client’s question', () => {
    const first = asked({});
    expect(questions(first, 'srv')).toEqual([`SRV ${OWNER} at 10.0.0.53:53`]);
    expect(questions(first, 'control-itself')).toEqual(['A localhost. at 10.0.0.53:53']);
    const itself = first.find((probe) => probe.kind === 'dns' && probe.purpose === 'control-itself');
    expect(itself).toMatchObject({ recurse: false, role: 'resolver' });
  });

  it('asks only what the client asks when it is one of thousands', () => {
    expect(asked({ case: { depth: 'lean' } }).map((probe) => 'purpose' in probe && probe.purpose)).toEqual([
      'srv',
    ]);
  });
});

describe('a client whose names are asked elsewhere by policy', () => {
  const rule = parseEndpoint('10.9.9.9', 53);
  const client = {
    diversions: [{ namespaces: ['.contoso.test'], servers: [rule], because: ['f1'] }],
  };

  it('asks the servers of the rule, and its own as a control alone', () => {
    const first = asked({ client });
    expect(questions(first, 'srv')).toEqual([`SRV ${OWNER} at 10.9.9.9:53`]);
    expect(questions(first, 'control-diverted')).toEqual([`SRV ${OWNER} at 10.0.0.53:53`]);
    expect(questions(first, 'zone')).toEqual([`SOA ${OWNER} at 10.9.9.9:53`]);
    expect(questions(first, 'bare-label')).toEqual(['SRV _vlmcs._tcp. at 10.0.0.53:53']);
  });

  it('looks hosts up where the rule says, and others at its own', () => {
    const records = [srv('kms1'), srv('kms.fabrikam.test')];
    const own = srvAnswer(records, { purpose: 'control-diverted' });
    const probes = asked({ client }, srvAnswer(records, { at: rule }), own);
    expect(questions(probes, 'address')).toEqual([
      'A kms.fabrikam.test. at 10.0.0.53:53',
      'AAAA kms.fabrikam.test. at 10.0.0.53:53',
      'A kms1.contoso.test. at 10.9.9.9:53',
      'AAAA kms1.contoso.test. at 10.9.9.9:53',
    ]);
  });
});

describe('a client whose host is pinned as one label', () => {
  const client = {
    suffixes: known([name('east.contoso.test'), DOMAIN]),
    pinned: known({
      level: 'global' as const,
      raw: 'kms1',
      host: { kind: 'name' as const, name: name('kms1') },
      port: 1688,
    }),
  };
  const EAST_HOST = 'kms1.east.contoso.test';

  it('looks it up below every suffix at once, and never by itself', () => {
    const probes = asked({ client }, nxdomain());
    expect(questions(probes, 'address')).toEqual([
      'A kms1.east.contoso.test. at 10.0.0.53:53',
      'AAAA kms1.east.contoso.test. at 10.0.0.53:53',
      'A kms1.contoso.test. at 10.0.0.53:53',
      'AAAA kms1.contoso.test. at 10.0.0.53:53',
    ]);
  });

  it.each([
    ['the first suffix that has it', addresses(EAST_HOST, ['10.1.0.9']), '10.1.0.9'],
    ['the second when the first denies it', noSuchHost(EAST_HOST), '10.1.0.10'],
  ] as const)('binds to the host below %s', (_, east, address) => {
    const probes = asked({ client }, east, addresses('kms1', ['10.1.0.10']));
    const bound = probes.flatMap((probe) => (probe.kind === 'endpoint' ? [formatEndpoint(probe.to)] : []));
    expect(bound).toEqual([`${address}:1688`]);
  });
});

describe('a name server that has the address of a resolver', () => {
  const beside = parseEndpoint('10.0.0.53', 5301);
  const found = zoneFound([['ns1.contoso.test.', beside.address]]);
  const client = { resolvers: known([beside]) };
  const plain = srvAnswer([srv('kms1')], { purpose: 'srv-authority', at: beside }, { authoritative: false });

  it('is taken for that server first, whatever its port', () => {
    expect(questions(asked({ client }, found), 'srv-authority')).toEqual([`SRV ${OWNER} at 10.0.0.53:5301`]);
  });

  it('is asked on port 53 once that one shows that it does not have the zone', () => {
    expect(questions(asked({ client }, found, plain), 'srv-authority')).toEqual([
      `SRV ${OWNER} at 10.0.0.53:53`,
    ]);
  });

  it('is asked on no other port when it is the resolver’s own', () => {
    const own = srvAnswer([], { purpose: 'srv-authority', at: RESOLVER }, { authoritative: false });
    const same = zoneFound([['ns1.contoso.test.', RESOLVER.address]]);
    expect(questions(asked({}, same, own), 'srv-authority')).toEqual([`SRV ${OWNER} at 10.0.0.53:53`]);
  });

  it('of the loopback network is another machine’s, and nobody on port 53 of this one', () => {
    const local = parseEndpoint('127.0.0.1', 5301);
    const notHere = srvAnswer([], { purpose: 'srv-authority', at: local }, { authoritative: false });
    const said = asked(
      { client: { resolvers: known([local]) } },
      zoneFound([['ns1.contoso.test.', local.address]]),
      notHere,
    );
    expect(questions(said, 'srv-authority')).toEqual([]);
  });
});

describe('names that are often published by mistake', () => {
  const answered = srvAnswer([srv('kms1')]);

  it('are asked of nobody while a server of the zone may still be found', () => {
    expect(questions(asked({}, answered), 'near-miss')).toEqual([]);
    const found = zoneFound([['ns1.contoso.test', AUTHORITY.address]]);
    expect(questions(asked({}, answered, found), 'near-miss')).toEqual([]);
  });

  it('are asked of a server of the zone that answers, and of it alone', () => {
    const found = zoneFound([['ns1.contoso.test', AUTHORITY.address]]);
    const own = srvAnswer([srv('kms1')], { purpose: 'srv-authority', at: AUTHORITY });
    const near = questions(asked({}, answered, found, own), 'near-miss');
    expect(near.length).toBeGreaterThan(0);
    for (const question of near) expect(question).toContain(` at ${formatEndpoint(AUTHORITY)}`);
  });

  it.each([
    ['silent', silent({ purpose: 'srv-authority', at: AUTHORITY })],
    ['refusing', rcode('REFUSED', { purpose: 'srv-authority', at: AUTHORITY })],
  ])('are asked of the resolver when the only server of the zone is %s', (_how, own) => {
    const found = zoneFound([['ns1.contoso.test', AUTHORITY.address]]);
    const near = questions(asked({}, answered, found, own), 'near-miss');
    expect(near.length).toBeGreaterThan(0);
    for (const question of near) expect(question).toContain(' at 10.0.0.53:53');
  });
});

describe('a zone whose own servers are dead', () => {
  const alive = nxdomain({ purpose: 'bare-label', name: name('_vlmcs._tcp') });
  const soaQuestions = (...sights: readonly Sight[]): readonly string[] =>
    questions(asked({}, ...sights), 'zone').filter((question) => question.startsWith('SOA'));

  it('is looked for above, at all names at once, when the resolver is silent about it alone', () => {
    const unanswered = silent({ purpose: 'zone', name: OWNER, type: 'SOA' });
    expect(soaQuestions(unanswered, alive)).toEqual(
      [OWNER, '_tcp.contoso.test.', 'contoso.test.', 'test.'].map((at) => `SOA ${at} at 10.0.0.53:53`),
    );
    expect(soaQuestions(unanswered)).toEqual([`SOA ${OWNER} at 10.0.0.53:53`]);
  });

  it('is asked for at the servers to which the zone above sends us', () => {
    const above = [
      nodata({ purpose: 'zone', name: name('test'), type: 'SOA' }, { soa: soa('test') }),
      ...zoneFound([['ns1.test.', AUTHORITY.address]], name('test')).slice(1),
    ];
    const glue = { host: name('ns1.contoso.test'), addresses: [parseIpAddress('10.0.1.9')!] };
    const without = { host: name('ns.provider.test'), addresses: [] };
    const onward = said(
      { purpose: 'srv-authority' },
      { authoritative: false, referral: DOMAIN, delegation: [glue, without] },
    );
    const probes = asked({}, ...above, onward);
    expect(questions(probes, 'srv-authority')).toEqual([`SRV ${OWNER} at 10.0.1.9:53`]);
    expect(questions(probes, 'name-server')).toContain('A ns.provider.test. at 10.0.0.53:53');
    expect(questions(probes, 'name-server')).not.toContain('A ns1.contoso.test. at 10.0.0.53:53');
  });
});
