/** The practice server as BIND's own tools see it: every message and every look is theirs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { displayName, type Fqdn, parseFqdn } from '../../src/core/name.ts';
import { tsigKey } from '../../src/core/tsig.ts';
import { CLASS, type Rr, TYPE, typeName } from '../../src/core/wire.ts';
import { type LabNameserver, startNameserver } from '../../src/lab/nameserver.ts';
import { onlySrvAt } from '../../src/lab/policy.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { formatRr } from '../../src/lab/record-text.ts';
import { a, ns, soa, srv, zoneFrom } from '../../src/lab/zone-data.ts';
import { dig, digAll, digSerial, digSrv } from '../lab/support/dig.ts';
import {
  freshKey,
  keysOfAllAlgorithms,
  type LabKey,
  writeKeyFile,
  wrongSecret,
} from '../lab/support/keys.ts';
import { nsupdate } from '../lab/support/nsupdate.ts';
import { runProgram } from '../lab/support/run.ts';
import { needsProgram } from '../support/needs-program.ts';
import { queryCases, questionedRecords } from '../support/query-cases.ts';
import { caseRecords, type UpdateCase, updateCases } from '../support/update-cases.ts';

const PUBLISHER = freshKey('publisher');
const ALGORITHM_KEYS = keysOfAllAlgorithms();
const KEYED = parseFqdn('keyed.example');
const OWNER = parseFqdn('_vlmcs._tcp.keyed.example');
const QUERIED = parseFqdn('query.example');
const BIG = parseFqdn('big.example');
const zoneOfRow = (row: number): Fqdn => parseFqdn(`row${row}.example`);

/** What nsupdate can say: it sends nothing that is malformed, and no class CH. */
const SAYABLE = updateCases(QUERIED)
  .map((row, index) => ({ row, index }))
  .filter(({ row }) => row.rcode !== 'FORMERR');

let server: LabNameserver;
let folder: string;

const keyFile = (key: LabKey, name = key.name): string => writeKeyFile(join(folder, `${name}.key`), key);

needsProgram('nsupdate')('nsupdate and dig', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kmsdns-'));
    const keys = [PUBLISHER, ...ALGORITHM_KEYS].map(({ name, algorithm, secret }) =>
      tsigKey(parseFqdn(name), algorithm, Buffer.from(secret, 'base64')),
    );
    const least = onlySrvAt(keys[0]!.name, [OWNER]);
    const hosts = Array.from({ length: 60 }, (_, i) => srv('_vlmcs._tcp.big.example', `kms${i}.big.example`));
    server = await startNameserver({
      zones: [
        zoneFrom({ name: KEYED, records: caseRecords(KEYED) }),
        zoneFrom({ name: QUERIED, records: questionedRecords(QUERIED) }),
        zoneFrom({
          name: BIG,
          records: [
            soa(BIG, 'ns1.big.example'),
            ns(BIG, 'ns1.big.example'),
            a('ns1.big.example', '127.0.0.1'),
            ...hosts,
          ],
        }),
        ...SAYABLE.map(({ index }) =>
          zoneFrom({ name: zoneOfRow(index), records: caseRecords(zoneOfRow(index)) }),
        ),
      ],
      keys,
      policy: (request) =>
        request.zone !== KEYED || least(request) || request.keyName?.startsWith('lab-hmac-') === true,
    });
  });

  afterAll(async () => {
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  test.concurrent.each(SAYABLE.map(({ row, index }) => [row.name, index] as const))(
    'update: %s',
    async (_, index) => {
      const zone = zoneOfRow(index);
      const row = updateCases(zone)[index]!;
      const reply = await nsupdate(server.endpoint, { zone: displayName(zone), lines: nsupdateLines(row) });
      expect(reply.rcode, reply.output).toBe(row.rcode);
      const { adds = [], drops = [] } = row;
      const changed = adds.length + drops.length > 0;
      expect(await digSerial(server.endpoint, displayName(zone))).toBe(row.serial ?? (changed ? 2 : 1));
      if (!changed) return;
      const touched = [...adds, ...drops];
      const seen = await digAll(
        server.endpoint,
        touched.map(({ owner, type }) => ({ name: owner, type: typeName(type) })),
      );
      const served = new Set(
        seen
          .flatMap(({ answer, authority, additional }) => [...answer, ...authority, ...additional])
          .map((line) => line.toLowerCase()),
      );
      for (const rr of adds) expect(served).toContain(formatRr(rr).toLowerCase());
      for (const rr of drops) expect(served).not.toContain(formatRr(rr).toLowerCase());
    },
  );

  test.concurrent.each(queryCases(QUERIED).map((row) => [row.name, row.type, row] as const))(
    'dig %s %s',
    async (name, type, row) => {
      const seen = await dig(server.endpoint, name, type);
      const text = (rrs: readonly Rr[]): string[] => rrs.map(formatRr).sort();
      expect(seen.rcode).toBe(row.rcode);
      expect(seen.flags.includes('aa')).toBe(row.authoritative);
      expect(seen.answer).toEqual(text(row.answers));
      expect(seen.authority).toEqual(text(row.authorities));
    },
  );

  const add = (n: number): string[] => [`update add ${OWNER} 3600 SRV 0 0 1688 kms${n}.keyed.example.`];
  const POISON = `prereq nxdomain ${KEYED}`;
  interface Signed {
    readonly name: string;
    readonly key?: () => string;
    readonly lines: readonly string[];
    readonly quirks?: Quirks;
    readonly rcode: string;
    /** Error field of the reply's TSIG; undefined: no TSIG in the reply. */
    readonly tsig: string | undefined;
    readonly written?: true;
  }
  const signedRows: readonly Signed[] = [
    { name: 'no key', lines: add(1), rcode: 'REFUSED', tsig: undefined },
    {
      name: 'no key, and a prerequisite that fails',
      lines: [POISON, ...add(1)],
      rcode: 'REFUSED',
      tsig: undefined,
    },
    {
      name: 'good key',
      key: () => keyFile(PUBLISHER),
      lines: add(2),
      rcode: 'NOERROR',
      tsig: 'NOERROR',
      written: true,
    },
    {
      name: 'good key, a prerequisite that fails',
      key: () => keyFile(PUBLISHER),
      lines: [POISON, ...add(3)],
      rcode: 'YXDOMAIN',
      tsig: 'NOERROR',
    },
    {
      name: 'good key, another name',
      key: () => keyFile(PUBLISHER),
      lines: [`update add new.${KEYED} 60 A 192.0.2.1`],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    {
      name: 'good key, another type',
      key: () => keyFile(PUBLISHER),
      lines: [`update add ${OWNER} 60 TXT "x"`],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    {
      name: 'good key, the whole name',
      key: () => keyFile(PUBLISHER),
      lines: [`update delete ${OWNER}`],
      rcode: 'REFUSED',
      tsig: 'NOERROR',
    },
    {
      name: 'unknown key',
      key: () => keyFile(freshKey('stranger')),
      lines: add(1),
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    {
      name: 'another algorithm',
      key: () => keyFile({ ...PUBLISHER, algorithm: 'hmac-sha512' }, 'other-algorithm'),
      lines: add(1),
      rcode: 'NOTAUTH',
      tsig: 'BADKEY',
    },
    {
      name: 'wrong secret',
      key: () => keyFile(wrongSecret(PUBLISHER), 'wrong-secret'),
      lines: add(1),
      rcode: 'NOTAUTH',
      tsig: 'BADSIG',
    },
    {
      name: 'a clock that is wrong',
      key: () => keyFile(PUBLISHER),
      lines: add(1),
      quirks: { clockSkewSeconds: 3600 },
      rcode: 'NOTAUTH',
      tsig: 'BADTIME',
    },
    {
      name: 'no updates at all',
      key: () => keyFile(PUBLISHER),
      lines: add(1),
      quirks: { notimpUpdates: true },
      rcode: 'NOTIMP',
      tsig: undefined,
    },
    {
      name: 'a cap',
      key: () => keyFile(PUBLISHER),
      lines: add(9),
      quirks: { capSrv: 1 },
      rcode: 'NOERROR',
      tsig: 'NOERROR',
    },
  ];

  test.each(signedRows.flatMap((row) => [[row.name, 'udp', row] as const, [row.name, 'tcp', row] as const]))(
    'TSIG: %s over %s',
    async (_, via, row) => {
      server.replaceZone(zoneFrom({ name: KEYED, records: caseRecords(KEYED) }));
      server.setQuirks(row.quirks ?? {});
      const key = row.key === undefined ? {} : { keyFile: row.key() };
      const reply = await nsupdate(server.endpoint, {
        zone: displayName(KEYED),
        lines: row.lines,
        tcp: via === 'tcp',
        ...key,
      });
      server.setQuirks({});
      expect({ rcode: reply.rcode, tsig: tsigErrorIn(reply.output) }, reply.output).toEqual({
        rcode: row.rcode,
        tsig: row.tsig,
      });
      expect(await digSerial(server.endpoint, displayName(KEYED))).toBe(row.written ? 2 : 1);
      expect(await digSrv(server.endpoint, displayName(OWNER))).toHaveLength(row.written ? 3 : 2);
    },
  );

  test.each(ALGORITHM_KEYS.map((key) => [key.algorithm, key] as const))(
    '%s: nsupdate believes the answer, and so does dig',
    async (_, key) => {
      const host = `${key.name}.keyed.example`;
      const path = keyFile(key);
      const reply = await nsupdate(server.endpoint, {
        zone: displayName(KEYED),
        lines: [`update add ${host}. 60 A 192.0.2.1`],
        keyFile: path,
      });
      expect(reply).toMatchObject({ rcode: 'NOERROR', tsig: 'NOERROR' });
      expect(reply.output).not.toMatch(/verify failure|TSIG error/i);
      const { address, port } = server.endpoint;
      const { stdout } = await runProgram('dig', [
        '-r',
        `@${address}`,
        '-p',
        String(port),
        '-k',
        path,
        host,
        'A',
      ]);
      expect(stdout).toMatch(/status: NOERROR/);
      expect(stdout).toMatch(/192\.0\.2\.1/);
      expect(stdout).not.toMatch(/could not be validated|WARNING -- Some TSIG/);
    },
  );

  async function digRaw(...args: readonly string[]): Promise<string> {
    const { address, port } = server.endpoint;
    return (await runProgram('dig', ['-r', `@${address}`, '-p', String(port), '+nocookie', ...args])).stdout;
  }

  test('an answer that does not fit comes over TCP', async () => {
    expect(await digSrv(server.endpoint, '_vlmcs._tcp.big.example')).toHaveLength(60);
    expect(server.log.slice(-2).map(({ via, because }) => [via, because])).toEqual([
      ['udp', 'cut: it does not fit into 1232 octets'],
      ['tcp', ''],
    ]);
    const cut = await digRaw('+ignore', '+noedns', '_vlmcs._tcp.big.example', 'SRV');
    expect(cut).toMatch(/flags: qr aa tc rd;/);
    expect(cut).not.toMatch(/OPT PSEUDOSECTION/);
  });

  test('letters come back as they were sent', async () => {
    expect(await digRaw('+noall', '+answer', '_VlMcS._tCp.QUERY.example', 'SRV')).toMatch(
      /^_VlMcS\._tCp\.QUERY\.example\./,
    );
  });

  test.each([
    [['+edns=1', '+noednsnegotiation', 'query.example', 'SOA'], /status: BADVERS/],
    [['+bufsize=4096', 'query.example', 'SOA'], /EDNS: version: 0, flags:; udp: 1232/],
    [['+opcode=STATUS', 'query.example', 'SOA'], /status: NOTIMP/],
    [['+opcode=NOTIFY', 'query.example', 'SOA'], /status: NOTIMP/],
    [['CH', 'TXT', 'version.bind', '+short'], /^"kmsdns lab"/],
    [['query.example', 'AXFR'], /Transfer failed/],
    [['www.elsewhere.test', 'A'], /status: REFUSED/],
    [['+header-only'], /status: FORMERR/],
  ] as const)('dig %j', async (args, expected) => {
    expect(await digRaw(...args)).toMatch(expected);
  });
});

/** The error field of the TSIG in the last reply that nsupdate -d printed; the time of a BADTIME may follow it. */
function tsigErrorIn(output: string): string | undefined {
  const reply = output.slice(output.lastIndexOf('Reply from update query:'));
  return /\sTSIG\s.*?\d ([A-Z]+) \d+/.exec(reply)?.[1];
}

/** A row in nsupdate's words: nsupdate(1), "INPUT FORMAT". */
function nsupdateLines({ prerequisites = [], updates = [] }: UpdateCase): string[] {
  return [...prerequisites.map(prerequisiteLine), ...updates.map(updateLine)];
}

function prerequisiteLine(rr: Rr): string {
  const { owner, type, class: dnsClass } = rr;
  if (dnsClass === CLASS.IN) return `prereq yxrrset ${owner} IN ${typeName(type)} ${dataOf(rr)}`;
  const there = dnsClass === CLASS.ANY ? 'yx' : 'nx';
  return type === TYPE.ANY
    ? `prereq ${there}domain ${owner}`
    : `prereq ${there}rrset ${owner} ${typeName(type)}`;
}

function updateLine(rr: Rr): string {
  const { owner, type, class: dnsClass, ttlSeconds } = rr;
  if (dnsClass === CLASS.IN) return `update add ${owner} ${ttlSeconds} ${typeName(type)} ${dataOf(rr)}`;
  if (dnsClass === CLASS.NONE) return `update delete ${owner} ${typeName(type)} ${dataOf(rr)}`;
  return `update delete ${owner}${type === TYPE.ANY ? '' : ` ${typeName(type)}`}`;
}

/** The RDATA alone, with the letters of an SRV target as they are meant. */
function dataOf(rr: Rr): string {
  const text = formatRr({ ...rr, class: CLASS.NONE });
  const data = text.slice(text.indexOf(` ${typeName(rr.type)} `) + typeName(rr.type).length + 2);
  const spelled = rr.rdata.kind === 'SRV' ? rr.rdata.record.targetAsServed : undefined;
  return spelled === undefined ? data : data.replace(/\S+$/, spelled);
}
