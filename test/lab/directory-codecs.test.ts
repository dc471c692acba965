import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { encodeDnsProperty, PROPERTY } from '../../src/directory/dns-property.ts';
import {
  type DnsRecord,
  decodeDnsRecord,
  encodeDnsRecord,
  zoneRecord,
} from '../../src/directory/dns-record.ts';
import { formatSddl, readSddl } from '../../src/directory/sddl.ts';
import {
  decodeSecurityDescriptor,
  encodeSecurityDescriptor,
  withGrant,
} from '../../src/directory/security-descriptor.ts';
import { readSid, type Sid } from '../../src/directory/sid.ts';
import { octetsFromHex } from '../support/hex.ts';

/** Debian's python3-samba belongs to Debian's own Python. */
const PYTHON = '/usr/bin/python3';

const DOMAIN = readSid('S-1-5-21-3623811015-3361044348-30300820')!;

/** One request a line, one answer a line: Samba reads what we wrote, and writes what we read. */
const JUDGE = `
import sys, json
from samba.ndr import ndr_pack, ndr_unpack
from samba.dcerpc import dnsp, security
domain = security.dom_sid('${DOMAIN}')
def record(octets):
    r = ndr_unpack(dnsp.DnssrvRpcRecord, octets)
    said = {'type': r.wType, 'rank': r.rank, 'serial': r.dwSerial, 'ttl': r.dwTtlSeconds, 'hours': r.dwTimeStamp, 'again': ndr_pack(r).hex()}
    if r.wType == 33: said['data'] = [r.data.wPriority, r.data.wWeight, r.data.wPort, r.data.nameTarget]
    elif r.wType == 6: said['data'] = [r.data.serial, r.data.refresh, r.data.minimum, r.data.mname, r.data.rname]
    else: said['data'] = r.data
    return said
def prop(octets):
    p = ndr_unpack(dnsp.DnsProperty, octets)
    return {'id': p.id, 'data': p.data}
def descriptor(octets):
    d = ndr_unpack(security.descriptor, octets)
    return {'sddl': d.as_sddl(domain), 'again': ndr_pack(d).hex()}
def sddl(text):
    return {'octets': ndr_pack(security.descriptor.from_sddl(text, domain)).hex()}
for line in sys.stdin:
    kind, value = json.loads(line)
    try:
        said = sddl(value) if kind == 'sddl' else {'record': record, 'property': prop, 'descriptor': descriptor}[kind](bytes.fromhex(value))
    except Exception as error:
        said = {'error': repr(error)}
    print(json.dumps(said))
`;

type Request = readonly [kind: 'record' | 'property' | 'descriptor' | 'sddl', value: string];

function ask(requests: readonly Request[]): readonly Record<string, unknown>[] {
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const run = spawnSync(PYTHON, ['-c', JUDGE], { input, encoding: 'utf8', timeout: 60_000 });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

const available =
  spawnSync(PYTHON, ['-c', 'import samba.ndr, samba.dcerpc.dnsp'], { timeout: 60_000 }).status === 0;
const WHY = 'left out: python3-samba is not installed (Debian: apt-get install python3-samba)';

if (!available && process.env.LAB_REQUIRED === '1')
  test('Samba is there to judge', () => {
    throw new Error(`LAB_REQUIRED=1, but ${WHY}`);
  });
if (!available) process.stderr.write(`"the directory's octets, judged by Samba" is ${WHY}\n`);

describe.skipIf(!available)(`the directory's octets, judged by Samba${available ? '' : ` (${WHY})`}`, () => {
  const target = parseFqdn('kms01.contoso.com');
  const blank = { rank: 0xf0, flags: 0, serial: 7, ttlSeconds: 900, timestampHours: 3_725_472 };
  const RECORDS: readonly (readonly [record: DnsRecord, data: unknown])[] = [
    [
      zoneRecord({ priority: 10, weight: 20, port: 1688, target }, { ttlSeconds: 3600, serial: 42 }),
      [10, 20, 1688, 'kms01.contoso.com'],
    ],
    [
      { ...blank, type: 0, data: { kind: 'tombstone', entombedAt: new Date('2019-04-17T18:40:00Z') } },
      132_000_000_000_000_000,
    ],
    [{ ...blank, type: 5, data: { kind: 'CNAME', target } }, 'kms01.contoso.com'],
    [{ ...blank, type: 1, data: { kind: 'A', address: '10.0.0.1' as never } }, '10.0.0.1'],
    [
      { ...blank, type: 28, data: { kind: 'AAAA', address: '2001:db8::1' as never } },
      '2001:0db8:0000:0000:0000:0000:0000:0001',
    ],
    [
      {
        ...blank,
        type: 6,
        data: {
          kind: 'SOA',
          serial: 9,
          refreshSeconds: 900,
          retrySeconds: 600,
          expireSeconds: 86_400,
          minimumSeconds: 60,
          primary: target,
          mailbox: parseFqdn('hostmaster.contoso.com'),
        },
      },
      [9, 900, 60, 'kms01.contoso.com', 'hostmaster.contoso.com'],
    ],
  ];

  test('records say the same to Samba, which writes them in the same octets', () => {
    const answers = ask(RECORDS.map(([record]) => ['record', hex(encodeDnsRecord(record))]));
    for (const [i, [record, data]] of RECORDS.entries())
      expect(answers[i]).toEqual({
        type: record.type,
        rank: record.rank,
        serial: record.serial,
        ttl: record.ttlSeconds,
        hours: record.timestampHours,
        data,
        again: hex(encodeDnsRecord(record)),
      });
    for (const [record] of RECORDS)
      expect(decodeDnsRecord(encodeDnsRecord(record))).toEqual({ ok: true, value: record });
  });

  test('properties say the same to Samba', () => {
    const number = (id: number, value: number): Request => [
      'property',
      // Samba reads four octets of name at the end, as it writes them.
      `${hex(encodeDnsProperty({ id, data: Uint8Array.of(value, value >>> 8, 0, 0) }))}000000`,
    ];
    expect(
      ask([
        number(PROPERTY.noRefreshInterval, 720),
        number(PROPERTY.agingState, 1),
        number(PROPERTY.type, 1),
      ]),
    ).toEqual([
      { id: 0x10, data: 720 },
      { id: 0x40, data: 1 },
      { id: 1, data: 1 },
    ]);
  });

  const SDDL = [
    `O:${DOMAIN}-1103G:DCD:AI(A;;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;;RPLCLORC;;;WD)(A;CIID;RPWP;;;BA)`,
    'O:SYG:BAD:PAI(D;;WPSD;;;BG)(A;;GA;;;DA)(A;CIIO;GA;;;CO)',
    'D:(OD;CIIO;CCDC;;e0fa1e8c-9b45-11d0-afdd-00c04fd930c9;WD)(OA;;WP;e0fa1e69-9b45-11d0-afdd-00c04fd930c9;;AU)',
    'O:DAG:DAD:P',
    'D:ARAI(A;OICINP;GRGWGX;;;S-1-5-21-1-2-3-4)',
  ];

  test('SDDL becomes the same permissions here and there', () => {
    const answers = ask(SDDL.map((text) => ['sddl', text]));
    for (const [i, text] of SDDL.entries()) {
      const theirs = decodeSecurityDescriptor(octetsFromHex(String(answers[i]!.octets)));
      const ours = readSddl(text, DOMAIN);
      if (!theirs.ok || !ours.ok) throw new Error(`${text}: ${JSON.stringify({ theirs, ours })}`);
      // Samba chooses the revision of the list by the kinds of its entries.
      const plain = (one: typeof ours.value): unknown => ({ ...one, dacl: { ...one.dacl, revision: 0 } });
      expect(plain(theirs.value), text).toEqual(plain(ours.value));
    }
  });

  test('Samba reads the permissions we wrote, and our SDDL of them', () => {
    for (const text of SDDL) {
      const before = readSddl(text, DOMAIN);
      if (!before.ok) throw new Error(before.detail);
      const granted = withGrant(before.value, `${DOMAIN}-1120` as Sid);
      if (granted.kind !== 'added') throw new Error(granted.kind);
      const octets = hex(encodeSecurityDescriptor(granted.descriptor));
      const written = formatSddl(granted.descriptor, DOMAIN);
      const [read, remade] = ask([
        ['descriptor', octets],
        ['sddl', written],
      ]);
      expect(read!.error, text).toBeUndefined();
      const theirs = readSddl(String(read!.sddl), DOMAIN);
      expect(theirs.ok && formatSddl(theirs.value, DOMAIN), text).toBe(written);
      const again = decodeSecurityDescriptor(octetsFromHex(String(remade!.octets)));
      expect(again.ok && formatSddl(again.value, DOMAIN), text).toBe(written);
    }
  });
});
