import { describe } from 'vitest';
import { parseEndpoint, parseIpAddress } from '../../src/core/address.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { controlName } from '../../src/core/near-miss.ts';
import {
  AUTHORITY,
  AUTHORITY2,
  addresses,
  DOMAIN,
  endpoint,
  known,
  name,
  nodata,
  nxdomain,
  OWNER,
  RANDOM,
  rcode,
  type Sight,
  said,
  scenario,
  silent,
  soa,
  srv,
  srvAnswer,
  working,
  zoneFound,
  zoneServed,
} from '../support/scenario.ts';

const KMS1 = srv('kms1');
const KMS2 = srv('kms2');
const CONTROL = controlName(DOMAIN, RANDOM);
const HOST = working('kms1', '10.1.0.10');
const TWO = zoneFound([
  ['ns1.contoso.test.', AUTHORITY.address],
  ['ns2.contoso.test.', AUTHORITY2.address],
]);
const serial = (number: number, at = AUTHORITY): Sight =>
  said({ purpose: 'zone', name: DOMAIN, type: 'SOA', at }, { soa: soa(DOMAIN, number) });
const first = srvAnswer([KMS1], { purpose: 'srv-authority' });
const second = srvAnswer([KMS1], { purpose: 'srv-authority', at: AUTHORITY2 });

describe('who is responsible', () => {
  scenario('healthy: two servers that serve the same', {
    see: [srvAnswer([KMS1]), TWO, first, second, serial(7), serial(7, AUTHORITY2), HOST],
    verdict: 'healthy',
  });
  for (const bad of [
    rcode('REFUSED', { purpose: 'srv-authority', at: AUTHORITY2 }),
    srvAnswer([KMS1], { purpose: 'srv-authority', at: AUTHORITY2 }, { authoritative: false }),
    silent({ purpose: 'srv-authority', at: AUTHORITY2 }),
  ])
    scenario(
      `one of two is lame: ${bad.outcome.ok ? JSON.stringify([(bad.outcome.value as { rcode?: string }).rcode]) : 'silent'}`,
      {
        see: [srvAnswer([KMS1]), TWO, first, bad, serial(7), HOST],
        verdict: 'healthy',
        notes: ['ZON-002'],
      },
    );
  const BESIDE = parseEndpoint('10.0.0.53', 5301);
  const besideIt = (answer: Sight): readonly (Sight | readonly Sight[])[] => [
    srvAnswer([KMS1], { at: BESIDE }),
    zoneFound([['ns1.contoso.test.', BESIDE.address]]),
    answer,
    addresses('kms1', ['10.1.0.10'], BESIDE),
    endpoint('kms1', '10.1.0.10'),
  ];
  for (const answer of [
    srvAnswer([KMS1], { purpose: 'srv-authority', at: BESIDE }, { authoritative: false }),
    rcode('REFUSED', { purpose: 'srv-authority', at: BESIDE }),
  ])
    scenario(
      `healthy: the name server has the address of the resolver, which listens on another port: ${answer.outcome.ok && (answer.outcome.value as { rcode?: string }).rcode}`,
      { client: { resolvers: known([BESIDE]) }, see: besideIt(answer), verdict: 'healthy' },
    );
  scenario('one server for both serves the zone, and refuses the record alone', {
    client: { resolvers: known([BESIDE]) },
    see: [
      besideIt(rcode('REFUSED', { purpose: 'srv-authority', at: BESIDE })),
      said({ purpose: 'zone', name: DOMAIN, type: 'SOA', at: BESIDE }, { soa: soa(), authoritative: true }),
    ].flat(),
    verdict: 'healthy',
    notes: ['ZON-002'],
  });
  scenario('the resolver on another port is none of the zone, and port 53 beside it is lame', {
    client: { resolvers: known([BESIDE]) },
    see: [
      ...besideIt(srvAnswer([KMS1], { purpose: 'srv-authority', at: BESIDE }, { authoritative: false })),
      rcode('REFUSED', { purpose: 'srv-authority', at: parseEndpoint('10.0.0.53', 53) }),
    ],
    verdict: 'healthy',
    notes: ['ZON-002'],
  });
  scenario('healthy: the zone answers for itself, and something on the way drops SRV', {
    see: [
      srvAnswer([KMS1]),
      zoneFound([['ns1.contoso.test.', AUTHORITY.address]]),
      silent({ purpose: 'srv-authority' }),
      said({ purpose: 'zone', name: DOMAIN, type: 'SOA', at: AUTHORITY }, { soa: soa() }),
      HOST,
    ],
    verdict: 'healthy',
  });
  scenario('all are lame, and the resolver fails over it', {
    see: [
      rcode('SERVFAIL'),
      zoneFound([['ns1.contoso.test.', AUTHORITY.address]]),
      rcode('REFUSED', { purpose: 'srv-authority' }),
    ],
    verdict: 'broken',
    causes: ['ZON-002'],
    symptoms: ['RES-004'],
    unknown: ['SRV-001'],
    predicted: ['0x8007232A'],
  });
  const onward = (zone: string, at = AUTHORITY2): Sight =>
    said(
      { purpose: 'srv-authority', at },
      {
        authoritative: false,
        referral: name(zone),
        delegation: [{ host: name('ns9.contoso.test'), addresses: [parseIpAddress('10.0.1.9')!] }],
      },
    );
  for (const zone of ['contoso.test', 'test'])
    scenario(`one of two does not know the zone and sends us on to ${zone}`, {
      see: [srvAnswer([KMS1]), TWO, first, onward(zone), serial(7), HOST],
      verdict: 'healthy',
      notes: ['ZON-002'],
    });
  const NINE = parseEndpoint('10.0.1.9', 53);
  const ABOVE = [
    nodata({ purpose: 'zone', name: name('test'), type: 'SOA' }, { soa: soa('test') }),
    ...zoneFound([['ns1.test.', AUTHORITY.address]], name('test')).slice(1),
  ];
  for (const dead of [
    rcode('REFUSED', { purpose: 'srv-authority', at: NINE }),
    silent({ purpose: 'srv-authority', at: NINE }),
  ])
    scenario(`the zone above delegates to a server that is ${dead.outcome.ok ? 'lame' : 'silent'}`, {
      see: [rcode('SERVFAIL'), ABOVE, onward('contoso.test', AUTHORITY), dead],
      verdict: 'broken',
      causes: ['ZON-002'],
      symptoms: ['RES-004'],
      unknown: ['SRV-001'],
      predicted: ['0x8007232A'],
    });
  scenario('the zone above delegates to a server that serves the record: the resolver is at fault', {
    see: [
      rcode('SERVFAIL'),
      ABOVE,
      onward('contoso.test', AUTHORITY),
      srvAnswer([KMS1], { purpose: 'srv-authority', at: NINE }, { authoritative: true }),
    ],
    verdict: 'broken',
    causes: ['RES-004'],
    unknown: ['ADR-001'],
  });
  scenario('the servers of the zone above deny the domain themselves', {
    see: [
      nxdomain({}, { soa: soa('test') }),
      ABOVE,
      nxdomain({ purpose: 'srv-authority' }, { soa: soa('test') }),
    ],
    verdict: 'broken',
    causes: ['RES-013', 'ZON-001'],
    symptoms: ['SRV-001'],
  });
  scenario('the domain is a name in a zone of one label, and needs no delegation', {
    see: [
      nxdomain({}, { soa: soa('test') }),
      nodata({ purpose: 'control-type', name: DOMAIN, type: 'A' }, { soa: soa('test') }),
    ],
    verdict: 'broken',
    causes: ['SRV-001'],
    predicted: ['0x8007232B'],
  });
  for (const zone of ['.', 'test'])
    scenario(`nobody is responsible below ${zone}`, {
      see: [nxdomain({}, { soa: soa(zone) })],
      verdict: 'broken',
      causes: ['RES-013', 'ZON-001'],
      symptoms: ['SRV-001'],
      predicted: ['0x8007232B'],
    });
  scenario('a server that has the record, and one that does not', {
    see: [
      srvAnswer([KMS1]),
      TWO,
      first,
      nxdomain({ purpose: 'srv-authority', at: AUTHORITY2 }),
      serial(7),
      serial(7, AUTHORITY2),
      HOST,
    ],
    verdict: 'degraded',
    causes: ['ZON-003'],
    predicted: ['0x8007232B'],
  });
  scenario('a server that does not have it, and a resolver that asked that one', {
    see: [
      nxdomain({}, { soa: soa(DOMAIN, 7, 55) }),
      TWO,
      first,
      nxdomain({ purpose: 'srv-authority', at: AUTHORITY2 }),
      serial(7),
      serial(7, AUTHORITY2),
      HOST,
    ],
    verdict: 'broken',
    causes: ['ZON-003'],
    symptoms: ['RES-009'],
    predicted: ['0x8007232B'],
  });
  scenario('two servers with other hosts', {
    see: [
      srvAnswer([KMS1]),
      TWO,
      first,
      srvAnswer([KMS2], { purpose: 'srv-authority', at: AUTHORITY2 }),
      HOST,
      working('kms2', '10.1.0.11'),
    ],
    verdict: 'degraded',
    causes: ['ZON-003'],
  });
  for (const [mine, other] of [
    [9, 7],
    [1, 0xffff_fff0],
  ] as const)
    scenario(`a secondary that is behind: ${mine} and ${other}`, {
      see: [
        srvAnswer([KMS1]),
        TWO,
        first,
        nxdomain({ purpose: 'srv-authority', at: AUTHORITY2 }),
        serial(mine),
        serial(other, AUTHORITY2),
        HOST,
      ],
      verdict: 'degraded',
      causes: ['ZON-004'],
      symptoms: ['ZON-003'],
    });
  scenario('healthy: a secondary that is behind and has the record all the same', {
    see: [srvAnswer([KMS1]), TWO, first, second, serial(9), serial(8, AUTHORITY2), HOST],
    verdict: 'healthy',
  });
});

describe('the shape of the zone', () => {
  const CHILD = name('_tcp.contoso.test');
  for (const deny of [nxdomain, nodata])
    scenario(`_tcp is a zone of its own, and the record is not there: ${deny.name}`, {
      see: [
        deny({}, { soa: soa(CHILD) }),
        nodata({ purpose: 'zone', name: OWNER, type: 'SOA' }, { soa: soa(CHILD) }),
      ],
      verdict: 'broken',
      causes: ['ZON-005'],
      symptoms: [deny === nxdomain ? 'SRV-001' : 'SRV-002'],
    });
  scenario('healthy: _tcp is a zone of its own, with the record', {
    see: [
      srvAnswer([KMS1]),
      nodata({ purpose: 'zone', name: OWNER, type: 'SOA' }, { soa: soa(CHILD) }),
      HOST,
    ],
    verdict: 'healthy',
  });
  for (const record of [KMS1, srv('kms1', { priority: 10 })])
    scenario(`a wildcard answers for every name: priority ${record.priority}`, {
      see: [
        srvAnswer([record]),
        zoneServed([record]),
        HOST,
        srvAnswer([record], { purpose: 'control-name', name: CONTROL, at: AUTHORITY }),
      ],
      verdict: 'healthy',
      notes: ['ZON-006'],
    });
  scenario('healthy: a name nobody published is denied', {
    see: [
      srvAnswer([KMS1]),
      zoneServed([KMS1]),
      HOST,
      nxdomain({ purpose: 'control-name', name: CONTROL, at: AUTHORITY }),
    ],
    verdict: 'healthy',
  });
  const aliased = (more: readonly { type: string; owner: string; target: string }[]): Sight =>
    said(
      {},
      {
        answers: [
          ...more.map(({ type, owner, target }) => ({
            owner: name(owner),
            type,
            ttlSeconds: 300,
            text: target,
            target: name(target),
          })),
          { owner: kmsOwnerName(name('hub.test')), type: 'SRV', ttlSeconds: 3600, text: '', srv: KMS1 },
        ],
      },
    );
  const alias = { type: 'CNAME', owner: OWNER, target: '_vlmcs._tcp.hub.test' };
  scenario('healthy: a CNAME stands at the owner name', {
    see: [aliased([alias]), HOST],
    verdict: 'healthy',
    notes: ['ZON-010'],
  });
  scenario('healthy: a CNAME at the owner name, at the responsible server too', {
    see: [
      aliased([alias]),
      zoneFound([['ns1.contoso.test.', AUTHORITY.address]]),
      said(
        { purpose: 'srv-authority' },
        {
          answers: [
            {
              owner: OWNER,
              type: 'CNAME',
              ttlSeconds: 300,
              text: 'x',
              target: kmsOwnerName(name('hub.test')),
            },
          ],
        },
      ),
      HOST,
    ],
    verdict: 'healthy',
    notes: ['ZON-010'],
  });
  for (const owner of ['contoso.test', '_tcp.contoso.test'])
    scenario(`healthy: a DNAME at ${owner}`, {
      see: [aliased([{ type: 'DNAME', owner, target: 'hub.test' }, alias]), HOST],
      verdict: 'healthy',
      notes: ['ZON-007'],
    });
  for (const host of ['8.8.8.8', '2620:fe::fe'])
    scenario(`the whole Internet sees the record, by ${host}`, {
      client: { resolvers: known([parseEndpoint(host.includes(':') ? `[${host}]` : host, 53)]) },
      see: [
        srvAnswer([KMS1], { at: parseEndpoint(host.includes(':') ? `[${host}]` : host, 53) }),
        addresses('kms1', ['10.1.0.10'], parseEndpoint(host.includes(':') ? `[${host}]` : host, 53)),
        endpoint('kms1', '10.1.0.10'),
      ],
      verdict: 'healthy',
      notes: ['ZON-009'],
    });
  for (const seconds of [86_400, 14_400])
    scenario(`denials are remembered for ${seconds} s`, {
      see: [nxdomain({}, { soa: soa(DOMAIN, 7, seconds) }), zoneServed('nxdomain')],
      verdict: 'broken',
      causes: ['SRV-001'],
      notes: ['ZON-012'],
    });
});
