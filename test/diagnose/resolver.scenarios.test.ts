import { describe } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { controlName } from '../../src/core/near-miss.ts';
import {
  AUTHORITY,
  addresses,
  DOMAIN,
  endpoint,
  known,
  nodata,
  nxdomain,
  RANDOM,
  RESOLVER,
  RESOLVER2,
  rcode,
  type Sight,
  said,
  scenario,
  silent,
  soa,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const OLD = srv('old');
const BOTH = { resolvers: known([RESOLVER, RESOLVER2]) };
const REST: readonly Sight[] = [...zoneServed([KMS1]), ...working('kms1', '10.1.0.10')];
const CONTROL = controlName(DOMAIN, RANDOM);

/** A and AAAA of kms1 at the second resolver alone. */
const AT_SECOND: readonly Sight[] = [
  ...addresses('kms1', ['10.1.0.10'], RESOLVER2),
  endpoint('kms1', '10.1.0.10'),
];

describe('resolvers that say nothing', () => {
  scenario('healthy: two resolvers that agree', {
    client: BOTH,
    see: [
      srvAnswer([KMS1]),
      srvAnswer([KMS1], { at: RESOLVER2 }),
      REST,
      addresses('kms1', ['10.1.0.10'], RESOLVER2),
    ],
    verdict: 'healthy',
    predicted: [],
  });
  for (const fault of [
    { kind: 'timeout', afterMs: 1000, sent: true },
    { kind: 'refused', sent: true },
  ] as const)
    scenario(`the first of two is silent: ${fault.kind}`, {
      client: BOTH,
      see: [silent({}, fault), srvAnswer([KMS1], { at: RESOLVER2 }), AT_SECOND],
      verdict: 'degraded',
      causes: ['RES-002'],
    });
  for (const record of [KMS1, srv('kms1', { weight: 7 })])
    scenario(`the second of two is silent, and the first has weight ${record.weight}`, {
      client: BOTH,
      see: [
        srvAnswer([record]),
        silent({ at: RESOLVER2 }),
        zoneServed([record]),
        working('kms1', '10.1.0.10'),
      ],
      verdict: 'healthy',
      notes: ['RES-018'],
    });
  scenario('both are silent', {
    client: BOTH,
    see: [silent(), silent({ at: RESOLVER2 })],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
    predicted: ['0x800705B4', '0x8007232A'],
  });
  const ITSELF = { purpose: 'control-itself', name: parseFqdn('localhost'), type: 'A' } as const;
  for (const itself of [nodata(ITSELF), rcode('REFUSED', ITSELF)])
    scenario(
      `silent, and what it is asked about itself is answered: ${itself.outcome.ok && (itself.outcome.value as { rcode?: string }).rcode}`,
      {
        see: [silent(), silent({ purpose: 'control-type', name: DOMAIN, type: 'A' }), itself],
        verdict: 'broken',
        causes: ['RES-004'],
        unknown: ['SRV-001'],
        predicted: ['0x800705B4', '0x8007232A'],
      },
    );
  scenario('silent, also when asked about itself', {
    see: [silent(), silent({ purpose: 'control-type', name: DOMAIN, type: 'A' }), silent(ITSELF)],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
  });
  scenario('the second of two lives, and what it asks on does not', {
    client: BOTH,
    see: [srvAnswer([KMS1]), silent({ at: RESOLVER2 }), nodata({ ...ITSELF, at: RESOLVER2 }), REST],
    verdict: 'healthy',
    notes: ['RES-004'],
  });
  scenario('healthy: asked about itself it stays silent, and all else is answered', {
    see: [srvAnswer([KMS1]), silent(ITSELF), REST],
    verdict: 'healthy',
  });
  scenario('the one there is cannot be reached', {
    see: [silent({}, { kind: 'unreachable', errno: 'ENETUNREACH', sent: false })],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
  });
});

describe('resolvers that answer without an answer', () => {
  for (const [code, finding] of [
    ['REFUSED', 'RES-003'],
    ['SERVFAIL', 'RES-004'],
    ['NOTIMP', 'RES-006'],
  ] as const) {
    scenario(`${code} first, and the second is fine`, {
      client: BOTH,
      see: [rcode(code), srvAnswer([KMS1], { at: RESOLVER2 }), AT_SECOND],
      verdict: 'degraded',
      causes: [finding],
    });
    scenario(`the first is fine, ${code} from the second`, {
      client: BOTH,
      see: [srvAnswer([KMS1]), rcode(code, { at: RESOLVER2 }), REST],
      verdict: 'healthy',
      notes: [finding],
    });
  }
  for (const [code, finding, hresult] of [
    ['REFUSED', 'RES-003', '0x8007232D'],
    ['SERVFAIL', 'RES-004', '0x8007232A'],
    ['NOTIMP', 'RES-006', '0x8007232C'],
  ] as const)
    scenario(`${code} from the only one`, {
      see: [rcode(code)],
      verdict: 'broken',
      causes: [finding],
      unknown: ['SRV-001'],
      predicted: [hresult],
    });
  for (const at of [RESOLVER, RESOLVER2])
    scenario(`EDNS alone is answered with FORMERR at ${at.address}`, {
      client: BOTH,
      see: [
        ...(at === RESOLVER
          ? [rcode('FORMERR'), srvAnswer([KMS1], { at: RESOLVER2 })]
          : [srvAnswer([KMS1]), rcode('FORMERR', { at })]),
        srvAnswer([KMS1], { edns: false, at }),
        ...(at === RESOLVER ? AT_SECOND : REST),
      ],
      verdict: 'healthy',
      notes: ['RES-008'],
    });
  scenario('healthy: FORMERR to the only question, and a plain one is answered', {
    see: [rcode('FORMERR'), srvAnswer([KMS1], { edns: false }), REST],
    verdict: 'healthy',
    notes: ['RES-008'],
  });
  const PLAIN = { lost: 1, tries: 3, withoutEdns: true } as const;
  /** As seen where the resolver lets questions with EDNS fall. */
  const plainly = (sights: readonly Sight[]): readonly Sight[] =>
    sights.map((one) =>
      one.probe.kind === 'dns' && one.probe.role === 'resolver' && one.outcome.ok
        ? ({ ...one, outcome: { ok: true, value: { ...one.outcome.value, ...PLAIN } } } as Sight)
        : one,
    );
  scenario('a resolver that leaves every question with EDNS unanswered', {
    see: [plainly([srvAnswer([KMS1]), ...REST])],
    verdict: 'healthy',
    notes: ['RES-008'],
  });
  scenario('the same over UDP alone: over TCP it takes EDNS', {
    see: [
      plainly([srvAnswer([KMS1]), ...REST]),
      srvAnswer([KMS1], { purpose: 'control-tcp', transport: 'tcp' }, { transport: 'tcp' }),
    ],
    verdict: 'healthy',
    notes: ['RES-008'],
  });
  scenario('a resolver that loses datagrams, with EDNS and without', {
    see: [
      plainly([srvAnswer([KMS1]), ...working('kms1', '10.1.0.10')]),
      said({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: soa() }),
      zoneServed([KMS1]),
    ],
    verdict: 'healthy',
    notes: ['RES-015'],
  });
  scenario('one datagram was lost, and the second try had no EDNS: proves nothing about EDNS', {
    see: [srvAnswer([KMS1], {}, PLAIN), REST],
    verdict: 'healthy',
  });
  for (const [code, hresult] of [
    ['FORMERR', '0x80072329'],
    ['NOTAUTH', '0x8007251E'],
  ] as const) {
    scenario(`${code} with and without EDNS`, {
      see: [rcode(code), rcode(code, { edns: false })],
      verdict: 'broken',
      causes: ['RES-019'],
      unknown: ['SRV-001'],
      predicted: [hresult],
    });
    scenario(`${code} first, and the second is fine`, {
      client: BOTH,
      see: [rcode(code), rcode(code, { edns: false }), srvAnswer([KMS1], { at: RESOLVER2 }), AT_SECOND],
      verdict: 'degraded',
      causes: ['RES-019'],
    });
  }
  scenario('signatures that do not verify', {
    see: [
      rcode('SERVFAIL', {}, { extendedError: { code: 6, text: 'DNSSEC Bogus' } }),
      srvAnswer([KMS1], { purpose: 'control-cd', cd: true }),
      zoneServed([KMS1]),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'broken',
    causes: ['RES-014'],
    symptoms: ['RES-004'],
    predicted: ['0x8007232A'],
  });
  scenario('signatures that do not verify, of a denial', {
    see: [rcode('SERVFAIL'), nxdomain({ purpose: 'control-cd', cd: true })],
    verdict: 'broken',
    causes: ['RES-014'],
    symptoms: ['RES-004'],
    unknown: ['SRV-001'],
  });
  scenario('SERVFAIL with and without checking says nothing about signatures', {
    see: [rcode('SERVFAIL'), rcode('SERVFAIL', { purpose: 'control-cd', cd: true })],
    verdict: 'broken',
    causes: ['RES-004'],
    unknown: ['SRV-001'],
  });
  scenario('questions for SRV disappear, those for A do not', {
    see: [silent(), said({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: soa() })],
    verdict: 'broken',
    causes: ['RES-006'],
    unknown: ['SRV-001'],
  });
  scenario('questions about the domain disappear, another SRV question does not', {
    see: [silent(), nxdomain({ purpose: 'bare-label', name: parseFqdn('_vlmcs._tcp') })],
    verdict: 'broken',
    causes: ['RES-004'],
    unknown: ['SRV-001'],
  });
  scenario('a denial out of a zone of the resolver itself', {
    see: [nxdomain({}, { authoritative: true }), REST],
    verdict: 'broken',
    causes: ['ZON-003'],
  });
  scenario('an empty answer without SOA, and the zone has the record', {
    see: [nodata({}, { soa: undefined as never }), REST],
    verdict: 'broken',
    causes: ['RES-006'],
    predicted: ['0x8007251D'],
  });
  const OVER_TCP = { transport: 'tcp', lost: 1, tries: 3 } as const;
  const unheard = (at = RESOLVER): Sight =>
    silent({ purpose: 'control-plain', transport: 'udp', edns: false, at });
  scenario('answers over TCP alone: Windows never hears them', {
    see: [srvAnswer([KMS1], {}, OVER_TCP), unheard()],
    verdict: 'broken',
    causes: ['RES-001'],
    unknown: ['SRV-001'],
    predicted: ['0x800705B4', '0x8007232A'],
  });
  scenario('the first of two answers over TCP alone', {
    client: BOTH,
    see: [srvAnswer([KMS1], {}, OVER_TCP), unheard(), srvAnswer([KMS1], { at: RESOLVER2 }), AT_SECOND],
    verdict: 'degraded',
    causes: ['RES-002'],
  });
  scenario('healthy: one answer over TCP, and others over UDP: a datagram was lost', {
    see: [srvAnswer([KMS1], {}, OVER_TCP), unheard(), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    notes: ['RES-015'],
  });
  scenario('healthy: every answer is too long for UDP', {
    see: [
      srvAnswer([KMS1], {}, { transport: 'tcp', truncated: true }),
      ...working('kms1', '10.1.0.10').map((sight) =>
        sight.probe.kind === 'dns' && sight.outcome.ok
          ? ({
              ...sight,
              outcome: { ok: true, value: { ...sight.outcome.value, transport: 'tcp', truncated: true } },
            } as Sight)
          : sight,
      ),
    ],
    verdict: 'healthy',
    notes: ['SRV-021'],
  });
  scenario('a denial without SOA, of the domain as a whole: it knows nothing of the zone', {
    see: [
      nxdomain({}, { soa: undefined as never }),
      nxdomain({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: undefined as never }),
      REST,
    ],
    verdict: 'broken',
    causes: ['RES-013'],
    predicted: ['0x8007232B'],
  });
  scenario('a denial without SOA, of the record alone', {
    see: [
      nxdomain({}, { soa: undefined as never }),
      nodata({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: undefined as never }),
      REST,
    ],
    verdict: 'broken',
    causes: ['RES-006'],
  });
  const EAST = parseFqdn('east.test');
  const AT_EAST = kmsOwnerName(EAST);
  const SUFFIXES = { suffixes: known([DOMAIN, EAST]) };
  const EAST_WORKS = [srvAnswer([KMS1], { name: AT_EAST }), ...working('kms1', '10.1.0.10')];
  scenario('silent about the first suffix, and not about the second: the client never gets that far', {
    client: SUFFIXES,
    see: [silent(), EAST_WORKS],
    verdict: 'broken',
    causes: ['RES-004'],
    unknown: ['SRV-001'],
  });
  scenario('healthy: silent about a suffix that is not asked for', {
    client: SUFFIXES,
    see: [srvAnswer([KMS1]), silent({ name: AT_EAST }), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    notes: ['RES-004'],
    unknown: ['SRV-001'],
  });
  for (const kind of ['timeout', 'refused'] as const)
    scenario(`the answer is cut, and TCP port 53 is closed: ${kind}`, {
      see: [
        srvAnswer(
          [],
          {},
          {
            truncated: true,
            tcpFault: kind === 'timeout' ? { kind, afterMs: 1000, sent: true } : { kind, sent: true },
          },
        ),
        REST,
      ],
      verdict: 'broken',
      causes: ['RES-007'],
      predicted: ['0x800705B4', '0x8007232A'],
    });
  scenario('healthy: a big set that came over TCP', {
    see: [
      srvAnswer(
        [srv('kms1', { weight: 1 }), srv('kms2', { weight: 1 })],
        {},
        { truncated: true, transport: 'tcp', sizeOctets: 1800 },
      ),
      zoneServed([srv('kms1', { weight: 1 }), srv('kms2', { weight: 1 })]),
      working('kms1', '10.1.0.10'),
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'healthy',
    notes: ['SRV-021'],
  });
  for (const lost of [1, 0])
    scenario(`a resolver that answers some of the questions (${lost})`, {
      see: [
        srvAnswer([KMS1], {}, { lost, tries: 2 }),
        lost === 1 ? addresses('kms1', ['10.1.0.10']) : working('kms1', '10.1.0.10'),
        endpoint('kms1', '10.1.0.10'),
        silent({ purpose: 'near-miss', name: CONTROL }),
        ...(lost === 1 ? [] : [silent({ purpose: 'control-name', name: CONTROL })]),
        zoneServed([KMS1]),
      ],
      verdict: 'healthy',
      notes: ['RES-015'],
    });
  for (const tookMs of [400, 900])
    scenario(`a resolver that takes ${tookMs} ms`, {
      see: [
        srvAnswer([KMS1], { tookMs }),
        said({ purpose: 'control-type', name: DOMAIN, type: 'A', tookMs }, { soa: soa() }),
        endpoint('kms1', '10.1.0.10'),
        said(
          { purpose: 'address', name: KMS1.target, type: 'A', tookMs },
          {
            answers: [
              {
                owner: KMS1.target,
                type: 'A',
                ttlSeconds: 60,
                text: '10.1.0.10',
                address: '10.1.0.10' as never,
              },
            ],
          },
        ),
        nodata({ purpose: 'address', name: KMS1.target, type: 'AAAA', tookMs }),
      ],
      verdict: 'healthy',
      notes: ['RES-016'],
    });
});

describe('resolvers that say something else', () => {
  scenario('two resolvers differ, and nobody knows who is right', {
    client: BOTH,
    see: [srvAnswer([KMS1]), nxdomain({ at: RESOLVER2 }), working('kms1', '10.1.0.10')],
    verdict: 'degraded',
    causes: ['RES-005'],
  });
  scenario('two resolvers differ: the first denies', {
    client: BOTH,
    see: [nodata(), srvAnswer([KMS1], { at: RESOLVER2 }), AT_SECOND],
    verdict: 'broken',
    causes: ['RES-005'],
    predicted: ['0x8007251D'],
  });
  for (const seconds of [290, 17])
    scenario(`the resolver denies for ${seconds} s more what the zone has`, {
      see: [nxdomain({}, { soa: soa(DOMAIN, 7, seconds) }), REST],
      verdict: 'broken',
      causes: ['RES-009'],
      predicted: ['0x8007232B'],
    });
  scenario('the second resolver denies what the zone has', {
    client: BOTH,
    see: [srvAnswer([KMS1]), nxdomain({ at: RESOLVER2 }), REST],
    verdict: 'degraded',
    causes: ['RES-009'],
    symptoms: ['RES-005'],
  });
  scenario('the resolver still gives out the former record, whose host is gone', {
    see: [
      srvAnswer([OLD], {}, { ttl: 1200 }),
      zoneServed([KMS1]),
      addresses('old', ['10.1.0.9']),
      endpoint('old', '10.1.0.9', 'filtered'),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'broken',
    causes: ['RES-010'],
    symptoms: ['TCP-002', 'SRV-016'],
  });
  scenario('the former record, whose host still works', {
    see: [
      srvAnswer([OLD], {}, { ttl: 1200 }),
      zoneServed([KMS1]),
      working('old', '10.1.0.9'),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
    notes: ['RES-010'],
  });
  scenario('another answer of the same age: the servers have views', {
    see: [srvAnswer([OLD]), zoneServed([KMS1]), working('old', '10.1.0.9'), working('kms1', '10.1.0.10')],
    verdict: 'healthy',
    notes: ['ZON-008'],
  });
  scenario('a view that has one host more', {
    see: [
      srvAnswer([KMS1, OLD]),
      zoneServed([KMS1]),
      working('old', '10.1.0.9'),
      working('kms1', '10.1.0.10'),
    ],
    verdict: 'healthy',
    notes: ['ZON-008'],
  });
  for (const zone of ['.', 'test'])
    scenario(`a denial in the name of ${zone}: the resolver has no way to the zone`, {
      case: { authorities: [AUTHORITY] },
      see: [nxdomain({}, { soa: soa(zone) }), zoneServed([KMS1]).slice(-2), working('kms1', '10.1.0.10')],
      verdict: 'broken',
      causes: ['RES-013'],
      predicted: ['0x8007232B'],
    });
  scenario('the first has no way to the zone, and the second one knows the domain', {
    client: BOTH,
    see: [
      nxdomain({}, { soa: soa('.') }),
      nxdomain({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: soa('.') }),
      srvAnswer([KMS1], { at: RESOLVER2 }),
      nodata({ purpose: 'control-type', name: DOMAIN, type: 'A', at: RESOLVER2 }, { soa: soa() }),
      REST,
      AT_SECOND,
    ],
    verdict: 'broken',
    causes: ['RES-013'],
    symptoms: ['RES-005'],
    predicted: ['0x8007232B'],
  });
  for (const host of ['8.8.8.8', '9.9.9.9'])
    scenario(`the public server ${host} is asked for an internal name`, {
      client: { resolvers: known([parseEndpoint(host, 53)]) },
      see: [nxdomain({ at: parseEndpoint(host, 53) })],
      verdict: 'broken',
      causes: ['RES-012'],
      symptoms: ['SRV-001'],
      predicted: ['0x8007232B'],
    });
  for (const [address, service] of [
    ['203.0.113.80', nodata()],
    ['10.99.0.1', nxdomain()],
  ] as const)
    scenario(`names that do not exist get the address ${address}`, {
      see: [
        service,
        zoneServed('nxdomain'),
        nxdomain({ purpose: 'control-name', name: CONTROL, at: AUTHORITY }),
        said(
          { purpose: 'control-name', name: CONTROL, type: 'A' },
          {
            answers: [
              { owner: CONTROL, type: 'A', ttlSeconds: 60, text: address, address: address as never },
            ],
          },
        ),
      ],
      verdict: 'broken',
      causes:
        service.outcome.ok && 'rcode' in service.outcome.value && service.outcome.value.rcode === 'NXDOMAIN'
          ? ['RES-011', 'SRV-001']
          : ['RES-011'],
      symptoms:
        service.outcome.ok && 'rcode' in service.outcome.value && service.outcome.value.rcode === 'NXDOMAIN'
          ? []
          : ['SRV-002'],
    });
  for (const address of ['10.1.0.10', '192.168.4.10'])
    scenario(`the private address ${address} of the host is taken out`, {
      see: [
        srvAnswer([KMS1]),
        zoneServed([KMS1]),
        addresses('kms1', []),
        addresses('kms1', [address], AUTHORITY),
        endpoint('kms1', address),
      ],
      verdict: 'broken',
      causes: ['RES-017'],
      symptoms: ['ADR-002', 'SRV-016'],
    });
});
