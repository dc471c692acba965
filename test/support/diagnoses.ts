/**
 * Diagnoses made by hand, each with the observations that it would have come from. Messages are encoded by
 * dns-packet, RPC replies from the layout of C706 §12.6.4.4: nothing here is written by the code under test.
 */
import dnsPacket from 'dns-packet';
import type { Finding, Fix, Severity, Side } from '../../src/core/finding.ts';
import type { Fqdn } from '../../src/core/name.ts';
import type { Endpoint, IpAddress, NetFault } from '../../src/core/net.ts';
import type { EndpointProbe, EndpointState } from '../../src/core/probe-endpoint.ts';
import type { SrvRecord } from '../../src/core/srv.ts';
import type { Case } from '../../src/diagnose/case.ts';
import type { ClientStep, Diagnosis, TargetSeen } from '../../src/diagnose/diagnosis.ts';
import type { DecodedField, Fact } from '../../src/diagnose/fact.ts';
import type { DnsPurpose, Observation } from '../../src/diagnose/observation.ts';
import type { Recording } from '../../src/diagnose/recording.ts';
import { srv, unchecked } from './generated.ts';

/** A diagnosis with all that a report is made from. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly recording: Recording;
}

export const ip = (text: string): IpAddress => text as IpAddress;
const at53 = (address: string): Endpoint => ({ address: ip(address), port: 53 });

/** The client that everything is about, unless a fixture says otherwise. */
export function caseOf(domains: readonly string[], more: Partial<Case['client']> = {}): Case {
  return {
    client: {
      generation: 'windows10',
      suffixes: { value: domains.map(unchecked), because: [] },
      pinned: undefined,
      lookupDomain: undefined,
      cached: undefined,
      hostCaching: { value: true, because: [] },
      activationType: { value: 0, because: [] },
      resolvers: { value: [at53('10.0.0.53'), at53('10.0.0.54')], because: [] },
      assumptions: [],
      ...more,
    },
    examined: [],
    authorities: [],
    expected: [],
    hosts: [],
    reported: undefined,
    randomLabel: 'kmsdns-5f0c',
    // Beyond what Linux gives to sockets of its own choice: nobody else can be listening there.
    controlPort: 61_017,
    depth: 'full',
  };
}

// ── DNS ──

type AnswerOf =
  | { readonly records: readonly (SrvRecord | string)[]; readonly ttlSeconds?: number }
  | { readonly rcode: 'NXDOMAIN' | 'NOERROR' | 'SERVFAIL' | 'REFUSED' }
  | { readonly fault: NetFault };

interface DnsSeen {
  readonly purpose: DnsPurpose;
  readonly name: string;
  readonly type?: string;
  readonly server?: string;
  readonly role?: 'resolver' | 'authority';
  readonly startedMs?: number;
  readonly tookMs?: number;
  readonly serial?: number;
}

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** One question and what came of it. A text among the records is an address. */
export function dnsSeen(id: number, seen: DnsSeen, got: AnswerOf): Observation<'dns'> {
  const { purpose, name, type = 'SRV', server = '10.0.0.53', startedMs = 0, tookMs = 3, serial } = seen;
  const role = seen.role ?? (purpose.endsWith('-authority') ? 'authority' : 'resolver');
  const base = {
    id: `o${id}`,
    startedMs,
    tookMs,
    probe: {
      kind: 'dns' as const,
      purpose,
      server: at53(server),
      role,
      name: unchecked(name),
      type,
      recurse: role === 'resolver',
      transport: 'auto' as const,
      edns: true,
      checkingDisabled: false,
    },
  };
  if ('fault' in got) return { ...base, outcome: { ok: false, fault: got.fault } };
  const rcode = 'rcode' in got ? got.rcode : 'NOERROR';
  const records = 'records' in got ? got.records : [];
  const ttlSeconds = 'records' in got ? (got.ttlSeconds ?? 3600) : 0;
  const zone = name.split('.').slice(-3).join('.');
  const denied = records.length === 0 && (rcode === 'NXDOMAIN' || rcode === 'NOERROR');
  const octets = dnsPacket.encode({
    type: 'response',
    id: 4711 + id,
    flags:
      (role === 'authority' ? dnsPacket.AUTHORITATIVE_ANSWER : dnsPacket.RECURSION_AVAILABLE) |
      (role === 'resolver' ? dnsPacket.RECURSION_DESIRED : 0) |
      RCODES[rcode],
    questions: [{ type: type as 'SRV', name: trim(name) }],
    answers: records.map((record) =>
      typeof record === 'string'
        ? { type: type as 'A', name: trim(name), ttl: ttlSeconds, data: record }
        : {
            type: 'SRV',
            name: trim(name),
            ttl: ttlSeconds,
            data: {
              priority: record.priority,
              weight: record.weight,
              port: record.port,
              target: trim(record.target),
            },
          },
    ),
    authorities:
      denied || serial !== undefined
        ? [
            {
              type: 'SOA',
              name: trim(zone),
              ttl: 900,
              data: {
                mname: `ns1.${trim(zone)}`,
                rname: `hostmaster.${trim(zone)}`,
                serial: serial ?? 2024,
                refresh: 900,
                retry: 600,
                expire: 86_400,
                minimum: 900,
              },
            },
          ]
        : [],
  });
  return {
    ...base,
    outcome: {
      ok: true,
      value: {
        rcode,
        authoritative: role === 'authority',
        recursionAvailable: role === 'resolver',
        authenticData: false,
        truncated: false,
        transport: 'udp',
        sizeOctets: octets.length,
        answers: records.map((record) =>
          typeof record === 'string'
            ? { owner: unchecked(name), type, ttlSeconds, text: record, address: ip(record) }
            : {
                owner: unchecked(name),
                type: 'SRV',
                ttlSeconds,
                text: `${record.priority} ${record.weight} ${record.port} ${record.target}`,
                srv: record,
              },
        ),
        ...(denied || serial !== undefined
          ? {
              soa: {
                zone: unchecked(zone),
                primary: unchecked(`ns1.${zone}`),
                serial: serial ?? 2024,
                negativeTtlSeconds: 900,
                expireSeconds: 86_400,
              },
            }
          : {}),
        tries: 1,
        lost: 0,
        octets: octets.toString('hex'),
      },
    },
  };
}

function trim(name: string): string {
  return name.replace(/(.)\.$/, '$1');
}

export const NO_ANSWER: AnswerOf = { fault: { sent: true, kind: 'timeout', afterMs: 1000 } };
export const NXDOMAIN: AnswerOf = { rcode: 'NXDOMAIN' };

// ── endpoints ──

const NDR_SYNTAX = '045d888aeb1cc9119fe808002b10486002000000';

/** A bind_ack: C706 §12.6.4.4. Each result is `accept`, or refused because the interface is not known. */
export function bindAck(port: number, results: readonly ('accept' | 'refuse')[]): string {
  const address = Buffer.from(`${port}\0`, 'latin1');
  const body = Buffer.concat([
    Buffer.from('d016d01645230100', 'hex'),
    Buffer.from([address.length, 0]),
    address,
    Buffer.alloc((4 - ((16 + 8 + 2 + address.length) % 4)) % 4),
    Buffer.from([results.length, 0, 0, 0]),
    ...results.map((one) =>
      Buffer.from(one === 'accept' ? `00000000${NDR_SYNTAX}` : `02000100${'00'.repeat(20)}`, 'hex'),
    ),
  ]);
  const header = Buffer.from('05000c03100000000000000001000000', 'hex');
  header.writeUInt16LE(16 + body.length, 8);
  return Buffer.concat([header, body]).toString('hex');
}

interface EndpointSeen {
  readonly purpose?: Observation<'endpoint'>['probe']['purpose'];
  readonly host: string;
  readonly address: string;
  readonly port?: number;
  readonly startedMs?: number;
  readonly tookMs?: number;
}

const DETAILS: Partial<Record<EndpointState, string>> = {
  bound: 'the KMS interface accepted the bind',
  refused: 'connection refused: nothing listens there',
  filtered: 'no answer to the connection attempt within 2.0 s',
  'bind-rejected': 'an RPC server without the KMS interface: abstract syntax not supported',
  'not-rpc': 'another protocol (http): HTTP/1.1 400 Bad Request',
};

/** One connection and what came of it. */
export function endpointSeen(id: number, seen: EndpointSeen, state: EndpointState): Observation<'endpoint'> {
  const { purpose = 'target', host, address, port = 1688, startedMs = 10, tookMs = 6 } = seen;
  const probe: EndpointProbe = {
    state,
    detail: DETAILS[state] ?? state,
    connectMs: state === 'bound' ? 2 : null,
    tookMs,
    contexts:
      state === 'bound'
        ? [
            { role: 'kms', result: { kind: 'accepted', syntax: { uuid: NDR_UUID, major: 2, minor: 0 } } },
            { role: 'decoy', result: { kind: 'rejected', by: 'provider', reason: 1 } },
          ]
        : [],
    secondaryAddress: state === 'bound' ? String(port) : null,
    guess: state === 'not-rpc' ? 'http' : null,
    nakReason: null,
    faultStatus: null,
    received:
      state === 'bound'
        ? bindAck(port, ['accept', 'refuse', 'accept'])
        : state === 'bind-rejected'
          ? bindAck(port, ['refuse', 'refuse', 'accept'])
          : state === 'not-rpc'
            ? Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: intranet\r\n\r\n').toString('hex')
            : '',
  };
  return {
    id: `o${id}`,
    startedMs,
    tookMs,
    probe: { kind: 'endpoint', purpose, host, to: { address: ip(address), port } },
    outcome: { ok: true, value: probe },
  };
}

const NDR_UUID = '8a885d04-1ceb-11c9-9fe8-08002b104860';

// ── findings ──

interface FindingSeen {
  readonly severity: Severity;
  readonly side: Side;
  readonly subject: string;
  readonly title: string;
  readonly evidence: readonly (readonly [string, string])[];
  readonly explains?: readonly string[];
  readonly fix?: readonly Fix[];
}

export function findingSeen(code: string, slug: string, seen: FindingSeen): Finding {
  const { explains = [], fix = [], evidence, ...rest } = seen;
  return {
    code,
    slug,
    ...rest,
    evidence: evidence.map(([observation, says]) => ({
      observation,
      says,
    })) as unknown as Finding['evidence'],
    explains: explains.map((hresult) => ({ hresult, basis: 'documented' })),
    fix,
  };
}

export function step(
  stage: ClientStep['stage'],
  subject: string,
  result: ClientStep['result'],
  says: string,
  ...evidence: string[]
): ClientStep {
  return { stage, subject, result, says, evidence };
}

const NOT_PINNED = step('override', 'KeyManagementServiceName', 'not-set', 'not set');

function target(
  { target: host, port, priority, weight }: SrvRecord,
  firstTryShare: number,
  ...addresses: readonly [string, string, number][]
): TargetSeen {
  return {
    host,
    port,
    priority,
    weight,
    firstTryShare,
    addresses: addresses.map(([address, state, tookMs]) => ({ address: ip(address), state, tookMs })),
  };
}

interface Made extends Partial<Omit<Diagnosis, 'verdict'>> {
  readonly one?: Case;
  readonly decoded?: readonly DecodedField[];
}

function made(
  verdict: Diagnosis['verdict'],
  { one = caseOf(['contoso.com.']), decoded = [], ...more }: Made,
): Diagnosed {
  const diagnosis: Diagnosis = {
    verdict,
    predicted: [],
    causes: [],
    symptoms: [],
    notes: [],
    unknowns: [],
    targets: [],
    steps: [],
    observations: [],
    facts: [],
    ...more,
  };
  const { observations, facts } = diagnosis;
  return { diagnosis, recording: { at: '2024-11-21T11:40:00.000Z', one, facts, decoded, observations } };
}

const OWNER = '_vlmcs._tcp.contoso.com.';

/** Experiments that came out as they should, and what they prove. */
function controls(first: number, domain = 'contoso.com.'): readonly Observation[] {
  return [
    dnsSeen(
      first,
      { purpose: 'near-miss', name: `_vmlcs._tcp.${domain}`, server: '10.0.0.2', role: 'authority' },
      NXDOMAIN,
    ),
    dnsSeen(
      first + 1,
      { purpose: 'near-miss', name: `_vlmcs._udp.${domain}`, server: '10.0.0.2', role: 'authority' },
      NXDOMAIN,
    ),
    dnsSeen(first + 2, { purpose: 'control-name', name: `kmsdns-5f0c.${domain}`, type: 'A' }, NXDOMAIN),
    dnsSeen(first + 3, { purpose: 'bare-label', name: '_vlmcs._tcp.' }, NXDOMAIN),
  ];
}

// ── the fixtures ──

const K1 = srv('kms1.contoso.com.', 0, 80);
const K2 = srv('kms2.contoso.com.', 0, 20);
const K3 = srv('kms3.contoso.com.', 10, 0);

/** Everything works; two hosts share the clients. */
export function healthy(): Diagnosed {
  const records = [srv('kms1.contoso.com.', 0, 50), srv('kms2.contoso.com.', 0, 50)];
  return made('healthy', {
    notes: [
      findingSeen('SRV-014', 'srv-no-second-tier', {
        severity: 'notice',
        side: 'publisher',
        subject: OWNER,
        title: 'all records have the same priority: there is no second tier',
        evidence: [
          [
            'o1',
            `SRV ${OWNER} at 10.0.0.53:53: SRV 0 50 1688 kms1.contoso.com.; SRV 0 50 1688 kms2.contoso.com.`,
          ],
        ],
      }),
    ],
    targets: records.map((record, i) => target(record, 0.5, [`10.1.0.1${i}`, 'bound', 6 + i])),
    steps: [
      NOT_PINNED,
      step(
        'suffix',
        OWNER,
        'ok',
        'SRV 0 50 1688 kms1.contoso.com.; SRV 0 50 1688 kms2.contoso.com. from 10.0.0.53:53',
        'o1',
      ),
      step('order', 'contoso.com.', 'ok', '0/50 kms1.contoso.com:1688, 0/50 kms2.contoso.com:1688', 'o1'),
      step('rpc', 'kms1.contoso.com:1688', 'ok', '10.1.0.10: bound', 'o4', 'o6'),
      step('rpc', 'kms2.contoso.com:1688', 'ok', '10.1.0.11: bound', 'o5', 'o7'),
    ],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, { records }),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54', tookMs: 4 }, { records }),
      dnsSeen(3, { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2', startedMs: 4 }, { records }),
      dnsSeen(
        4,
        { purpose: 'address', name: 'kms1.contoso.com.', type: 'A', startedMs: 4 },
        { records: ['10.1.0.10'] },
      ),
      dnsSeen(
        5,
        { purpose: 'address', name: 'kms2.contoso.com.', type: 'A', startedMs: 4 },
        { records: ['10.1.0.11'] },
      ),
      endpointSeen(6, { host: 'kms1.contoso.com.', address: '10.1.0.10' }, 'bound'),
      endpointSeen(7, { host: 'kms2.contoso.com.', address: '10.1.0.11', tookMs: 7 }, 'bound'),
      endpointSeen(
        8,
        { purpose: 'control-port', host: 'kms1.contoso.com.', address: '10.1.0.10', port: 61_017 },
        'refused',
      ),
      ...controls(9),
    ],
  });
}

/** No suffix has the record. */
export function brokenNxdomain(): Diagnosed {
  const corp = '_vlmcs._tcp.corp.contoso.com.';
  const denial = `SRV ${OWNER} at 10.0.0.53:53: NXDOMAIN`;
  return made('broken', {
    one: caseOf(['contoso.com.', 'corp.contoso.com.']),
    predicted: [{ hresult: '0x8007232B', basis: 'documented' }],
    causes: [
      findingSeen('SRV-001', 'srv-missing-name', {
        severity: 'critical',
        side: 'publisher',
        subject: OWNER,
        title: 'the record does not exist',
        evidence: [
          ['o1', denial],
          ['o2', denial.replace('.53:53', '.54:53')],
          ['o3', denial.replace('10.0.0.53', '10.0.0.2')],
          ['o4', denial.replace('10.0.0.53', '10.0.0.3')],
        ],
        explains: ['0x8007232B', '0x80092328'],
        fix: [
          {
            text: 'Publish the record from a desired state.',
            command: 'kmsdns apply',
            safe: false,
            undo: 'kmsdns rollback with the journal file of the apply',
          },
          {
            text: 'Or let the KMS host publish it.',
            platform: 'windows',
            command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /sdns',
            safe: true,
          },
          { text: 'Or ask whoever runs the zone to add it.', safe: true },
        ],
      }),
    ],
    symptoms: [
      findingSeen('CLI-011', 'client-suffix-without-record', {
        severity: 'critical',
        side: 'client',
        subject: 'contoso.com, corp.contoso.com',
        title: 'no suffix of the client has the record',
        evidence: [['o1', denial]],
        explains: ['0x8007232B'],
      }),
    ],
    notes: [
      findingSeen('RUN-002', 'vantage-is-not-the-client', {
        severity: 'info',
        side: 'client',
        subject: 'this computer',
        title: 'the questions were asked from here, not from the client',
        evidence: [['o1', denial]],
      }),
    ],
    steps: [
      NOT_PINNED,
      step('suffix', OWNER, 'failed', 'NXDOMAIN from 10.0.0.53:53', 'o1'),
      step('suffix', corp, 'failed', 'NXDOMAIN from 10.0.0.53:53', 'o5'),
    ],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, NXDOMAIN),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54' }, NXDOMAIN),
      dnsSeen(3, { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2', startedMs: 3 }, NXDOMAIN),
      dnsSeen(4, { purpose: 'srv-authority', name: OWNER, server: '10.0.0.3', startedMs: 3 }, NXDOMAIN),
      dnsSeen(5, { purpose: 'srv', name: corp }, NXDOMAIN),
      ...controls(6),
    ],
  });
}

/** 80 % go to a host that works, 20 % meet one that refuses; a backup stands by. */
export function degraded(): Diagnosed {
  const records = [K1, K2, K3];
  const set = records.map((one) => `SRV ${one.priority} ${one.weight} ${one.port} ${one.target}`).join('; ');
  const refusal = '10.1.0.12 port 1688 (kms2.contoso.com): connection refused: nothing listens there';
  return made('degraded', {
    predicted: [{ hresult: '0x800706BA', basis: 'documented' }],
    causes: [
      findingSeen('TCP-001', 'tcp-refused', {
        severity: 'error',
        side: 'host',
        subject: 'kms2.contoso.com:1688',
        title: 'the host refuses the connection',
        evidence: [['o8', refusal]],
        explains: ['0x800706BA'],
        fix: [
          {
            text: 'On the host, see whether something listens, and start the service.',
            platform: 'windows',
            command: 'netstat -ano -p TCP | findstr :1688 & net start sppsvc',
            safe: true,
          },
        ],
      }),
    ],
    symptoms: [
      findingSeen('SRV-017', 'srv-dead-share', {
        severity: 'error',
        side: 'publisher',
        subject: 'contoso.com',
        title: '20 % of first tries meet a host that fails',
        evidence: [
          ['o1', `SRV ${OWNER} at 10.0.0.53:53: ${set}`],
          ['o8', refusal],
        ],
        explains: ['0x800706BA'],
      }),
    ],
    notes: [
      findingSeen('CLI-017', 'client-caching-defeats-weights', {
        severity: 'notice',
        side: 'client',
        subject: 'contoso.com',
        title: 'host caching is on, so that weights count only at the first contact',
        evidence: [['o1', `SRV ${OWNER} at 10.0.0.53:53: ${set}`]],
      }),
    ],
    targets: [
      target(K1, 0.8, ['10.1.0.11', 'bound', 6]),
      target(K2, 0.2, ['10.1.0.12', 'refused', 1]),
      target(K3, 0, ['10.1.0.13', 'bound', 9]),
    ],
    steps: [
      NOT_PINNED,
      step('cache', 'kms-old.contoso.com:1688', 'failed', '10.9.0.1: filtered', 'f1', 'o11'),
      step('suffix', OWNER, 'ok', `${set} from 10.0.0.53:53`, 'o1'),
      step(
        'order',
        'contoso.com.',
        'ok',
        '0/80 kms1.contoso.com:1688, 0/20 kms2.contoso.com:1688, 10/0 kms3.contoso.com:1688',
        'o1',
      ),
      step('rpc', 'kms1.contoso.com:1688', 'ok', '10.1.0.11: bound', 'o4', 'o7'),
      step('rpc', 'kms2.contoso.com:1688', 'failed', '10.1.0.12: refused', 'o5', 'o8'),
      step('rpc', 'kms3.contoso.com:1688', 'ok', '10.1.0.13: bound', 'o6', 'o9'),
    ],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, { records }),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54', tookMs: 1000 }, NO_ANSWER),
      dnsSeen(3, { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2', startedMs: 6 }, { records }),
      ...records.map((record, i) =>
        dnsSeen(
          4 + i,
          { purpose: 'address', name: record.target, type: 'A', startedMs: 4 },
          { records: [`10.1.0.1${i + 1}`] },
        ),
      ),
      endpointSeen(7, { host: K1.target, address: '10.1.0.11' }, 'bound'),
      endpointSeen(8, { host: K2.target, address: '10.1.0.12', tookMs: 1 }, 'refused'),
      endpointSeen(9, { host: K3.target, address: '10.1.0.13', tookMs: 9 }, 'bound'),
      endpointSeen(
        10,
        { purpose: 'control-port', host: K1.target, address: '10.1.0.11', port: 61_017 },
        'refused',
      ),
      endpointSeen(
        11,
        { purpose: 'cached', host: 'kms-old.contoso.com.', address: '10.9.0.1', startedMs: 0, tookMs: 2000 },
        'filtered',
      ),
      ...controls(12),
    ],
    facts: [
      {
        kind: 'cached-host',
        id: 'f1',
        file: 'client.reg',
        line: 14,
        place: 'SoftwareProtectionPlatform\\55c92734\\DiscoveredKeyManagementServiceName',
        raw: 'kms-old.contoso.com',
        legacyKey: false,
        scope: 'windows',
        product: undefined,
        host: 'kms-old.contoso.com',
        port: undefined,
        address: undefined,
      },
    ],
    decoded: [
      {
        label: 'DiscoveredKeyManagementServiceName',
        value: 'kms-old.contoso.com',
        meaning: 'the host that served this client last',
      },
      {
        label: 'ライセンスの状態',
        value: '5',
        meaning: 'notification: not activated, and the user is told so',
      },
    ],
  });
}

/** The records are right, and a firewall drops everything. */
export function filtered(): Diagnosed {
  const records = [srv('kms1.contoso.com.'), srv('kms2.contoso.com.')];
  const set = records.map((one) => `SRV 0 0 1688 ${one.target}`).join('; ');
  const silence = (address: string, host: string): string =>
    `${address} port 1688 (${host}): no answer to the connection attempt within 2.0 s`;
  const fix: readonly Fix[] = [
    {
      text: 'Enable the firewall rule of the KMS host.',
      platform: 'windows',
      command: 'Enable-NetFirewallRule -Name SPPSVC-In-TCP',
      safe: true,
      undo: 'Disable-NetFirewallRule -Name SPPSVC-In-TCP',
    },
  ];
  return made('broken', {
    predicted: [
      { hresult: '0xC004F074', basis: 'documented' },
      { hresult: '0x800706BA', basis: 'documented' },
    ],
    causes: ['kms1', 'kms2'].map((name, i) =>
      findingSeen('TCP-002', 'tcp-filtered', {
        severity: 'error',
        side: 'network',
        subject: `${name}.contoso.com:1688`,
        title: 'nothing answers the connection attempts',
        evidence: [[`o${6 + 2 * i}`, silence(`10.1.0.1${i + 1}`, `${name}.contoso.com`)]],
        explains: ['0x800706BA', '0xC004F074'],
        fix,
      }),
    ),
    symptoms: [
      findingSeen('SRV-016', 'srv-top-tier-dead', {
        severity: 'error',
        side: 'publisher',
        subject: 'contoso.com',
        title: 'no host of the best priority works',
        evidence: [['o1', `SRV ${OWNER} at 10.0.0.53:53: ${set}`]],
      }),
    ],
    unknowns: [
      { code: 'RPC-005', slug: 'rpc-interface-unknown', because: 'no connection came about to ask over' },
    ],
    targets: [
      target(records[0]!, 0.5, ['10.1.0.11', 'filtered', 2001], ['2001:db8:1::11', 'unreachable', 1]),
      target(records[1]!, 0.5, ['10.1.0.12', 'filtered', 2002]),
    ],
    steps: [
      NOT_PINNED,
      step('suffix', OWNER, 'ok', `${set} from 10.0.0.53:53`, 'o1'),
      step('order', 'contoso.com.', 'ok', '0/0 kms1.contoso.com:1688, 0/0 kms2.contoso.com:1688', 'o1'),
      step(
        'rpc',
        'kms1.contoso.com:1688',
        'failed',
        '10.1.0.11: filtered, 2001:db8:1::11: unreachable',
        'o3',
        'o4',
        'o6',
        'o7',
      ),
      step('rpc', 'kms2.contoso.com:1688', 'failed', '10.1.0.12: filtered', 'o5', 'o8'),
    ],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, { records }),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54' }, { records }),
      dnsSeen(
        3,
        { purpose: 'address', name: 'kms1.contoso.com.', type: 'A', startedMs: 4 },
        { records: ['10.1.0.11'] },
      ),
      dnsSeen(
        4,
        { purpose: 'address', name: 'kms1.contoso.com.', type: 'AAAA', startedMs: 4 },
        { records: ['2001:db8:1::11'] },
      ),
      dnsSeen(
        5,
        { purpose: 'address', name: 'kms2.contoso.com.', type: 'A', startedMs: 4 },
        { records: ['10.1.0.12'] },
      ),
      endpointSeen(6, { host: 'kms1.contoso.com.', address: '10.1.0.11', tookMs: 2001 }, 'filtered'),
      endpointSeen(7, { host: 'kms1.contoso.com.', address: '2001:db8:1::11', tookMs: 1 }, 'unreachable'),
      endpointSeen(8, { host: 'kms2.contoso.com.', address: '10.1.0.12', tookMs: 2002 }, 'filtered'),
      endpointSeen(
        9,
        {
          purpose: 'endpoint-mapper',
          host: 'kms1.contoso.com.',
          address: '10.1.0.11',
          port: 135,
          startedMs: 2012,
          tookMs: 2,
        },
        'open',
      ),
      ...controls(10),
    ],
  });
}

/** Two letters of the name are swapped. */
export function nearMiss(): Diagnosed {
  const wrong = '_vmlcs._tcp.contoso.com.';
  const records = [srv('kms1.contoso.com.')];
  return made('broken', {
    predicted: [{ hresult: '0x8007232B', basis: 'documented' }],
    causes: [
      findingSeen('SRV-003', 'srv-owner-near-miss', {
        severity: 'critical',
        side: 'publisher',
        subject: wrong,
        title: 'the record stands under a name that no client asks for',
        evidence: [['o4', `SRV ${wrong} at 10.0.0.2:53: SRV 0 0 1688 kms1.contoso.com.`]],
        explains: ['0x8007232B'],
        fix: [
          {
            text: 'Publish it under the right name.',
            command: 'kmsdns apply',
            safe: false,
            undo: 'kmsdns rollback with the journal file of the apply',
          },
        ],
      }),
    ],
    symptoms: [
      findingSeen('SRV-001', 'srv-missing-name', {
        severity: 'critical',
        side: 'publisher',
        subject: OWNER,
        title: 'the record does not exist',
        evidence: [['o1', `SRV ${OWNER} at 10.0.0.53:53: NXDOMAIN`]],
        explains: ['0x8007232B'],
      }),
    ],
    steps: [NOT_PINNED, step('suffix', OWNER, 'failed', 'NXDOMAIN from 10.0.0.53:53', 'o1')],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, NXDOMAIN),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54' }, NXDOMAIN),
      dnsSeen(3, { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2', startedMs: 4 }, NXDOMAIN),
      dnsSeen(
        4,
        { purpose: 'near-miss', name: wrong, server: '10.0.0.2', role: 'authority', startedMs: 4 },
        { records },
      ),
      dnsSeen(5, { purpose: 'control-name', name: 'kmsdns-5f0c.contoso.com.', type: 'A' }, NXDOMAIN),
    ],
  });
}

/** The run ended before the client's first question was answered. */
export function undecided(): Diagnosed {
  const cancelled: AnswerOf = { fault: { sent: true, kind: 'cancelled', by: 'deadline' } };
  return made('unknown', {
    unknowns: [
      {
        code: 'SRV-001',
        slug: 'srv-missing-name',
        because: `${OWNER} was not asked for before the run ended`,
      },
      { code: 'RES-001', slug: 'resolver-all-silent', because: 'no resolver was given its whole time' },
    ],
    notes: [
      findingSeen('RUN-004', 'budget-exhausted', {
        severity: 'warning',
        side: 'client',
        subject: 'this run',
        title: 'the run ended before everything was asked',
        evidence: [['o1', 'not reached before the deadline']],
      }),
    ],
    steps: [NOT_PINNED, step('suffix', OWNER, 'unknown', 'not asked before the run ended')],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER, tookMs: 200 }, cancelled),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: '10.0.0.54', tookMs: 200 }, cancelled),
    ],
  });
}

/** Resolvers and servers contradict each other, the client is Vista, and its pinned host is a web server. */
export function disagreeing(): Diagnosed {
  const now = [srv('kms1.contoso.com.', 0, 10), srv('kms2.contoso.com.', 10, 0)];
  const once = [srv('kms-old.contoso.com.')];
  const other = '10.0.0.54';
  return made('broken', {
    one: caseOf(['contoso.com.'], {
      generation: 'vista',
      pinned: {
        value: {
          level: 'global',
          raw: 'kms.contoso.com',
          host: { kind: 'name', name: 'kms.contoso.com.' as Fqdn },
          port: 1688,
        },
        because: ['f1'],
      },
    }),
    predicted: [{ hresult: '0x800706BE', basis: 'derived' }],
    causes: [
      findingSeen('RPC-001', 'rpc-not-spoken', {
        severity: 'error',
        side: 'host',
        subject: 'kms.contoso.com:1688',
        title: 'another service answers on the port',
        evidence: [
          ['o7', '10.1.0.80 port 1688 (kms.contoso.com): another protocol (http): HTTP/1.1 400 Bad Request'],
        ],
        explains: ['0x800706BE'],
        fix: [
          {
            text: 'Clear the pinned host, so that the client asks DNS again.',
            platform: 'windows',
            command: 'cscript //nologo %windir%\\system32\\slmgr.vbs /ckms',
            safe: true,
            undo: 'cscript //nologo %windir%\\system32\\slmgr.vbs /skms KMSHOST:PORT',
          },
        ],
      }),
      findingSeen('RES-005', 'resolver-answers-differ', {
        severity: 'error',
        side: 'dns',
        subject: OWNER,
        title: 'resolvers give different answers',
        evidence: [
          [
            'o1',
            `SRV ${OWNER} at 10.0.0.53:53: SRV 0 10 1688 kms1.contoso.com.; SRV 10 0 1688 kms2.contoso.com.`,
          ],
          ['o2', `SRV ${OWNER} at 10.0.0.54:53: SRV 0 0 1688 kms-old.contoso.com.`],
        ],
        fix: [{ text: 'Let both ask the same servers.', safe: true }],
      }),
    ],
    notes: [
      findingSeen('ZON-004', 'zone-secondary-stale', {
        severity: 'warning',
        side: 'dns',
        subject: 'contoso.com',
        title: 'a secondary serves an old version of the zone',
        evidence: [['o6', 'SOA contoso.com. at 10.0.0.3:53: serial 2019']],
      }),
    ],
    targets: [
      target(now[0]!, 0.5, ['10.1.0.11', 'unknown', 0]),
      target(now[1]!, 0.5, ['10.1.0.12', 'unknown', 0]),
    ],
    steps: [step('override', 'kms.contoso.com:1688', 'failed', '10.1.0.80: not-rpc', 'f1', 'o7')],
    observations: [
      dnsSeen(1, { purpose: 'srv', name: OWNER }, { records: now }),
      dnsSeen(2, { purpose: 'srv', name: OWNER, server: other }, { records: once, ttlSeconds: 120 }),
      dnsSeen(
        3,
        { purpose: 'srv-authority', name: OWNER, server: '10.0.0.2', startedMs: 4 },
        { records: now },
      ),
      dnsSeen(
        4,
        { purpose: 'srv-authority', name: OWNER, server: '10.0.0.3', startedMs: 4 },
        { records: once },
      ),
      dnsSeen(
        5,
        {
          purpose: 'zone',
          name: 'contoso.com.',
          type: 'SOA',
          server: '10.0.0.2',
          role: 'authority',
          startedMs: 4,
          serial: 2024,
        },
        { rcode: 'NOERROR' },
      ),
      dnsSeen(
        6,
        {
          purpose: 'zone',
          name: 'contoso.com.',
          type: 'SOA',
          server: '10.0.0.3',
          role: 'authority',
          startedMs: 4,
          serial: 2019,
        },
        { rcode: 'NOERROR' },
      ),
      endpointSeen(7, { purpose: 'pinned', host: 'kms.contoso.com.', address: '10.1.0.80' }, 'not-rpc'),
      dnsSeen(
        8,
        { purpose: 'srv-authority', name: OWNER, server: '10.0.0.4', startedMs: 4, tookMs: 1000 },
        NO_ANSWER,
      ),
      dnsSeen(
        9,
        { purpose: 'srv-authority', name: OWNER, server: '10.0.0.5', startedMs: 4 },
        { rcode: 'REFUSED' },
      ),
    ],
    facts: [
      {
        kind: 'override-name',
        id: 'f1',
        file: 'client.reg',
        line: 5,
        place: 'SoftwareProtectionPlatform\\KeyManagementServiceName',
        raw: 'kms.contoso.com',
        legacyKey: false,
        scope: 'windows',
        product: undefined,
        level: 'global',
        name: 'kms.contoso.com',
        effective: false,
      },
    ],
    decoded: [
      {
        label: 'KeyManagementServiceName',
        value: 'kms.contoso.com',
        meaning: 'the client asks this host and no other',
      },
    ],
  });
}

/** Every fixture by its name. */
export const DIAGNOSED: Readonly<Record<string, () => Diagnosed>> = {
  healthy,
  'broken-nxdomain': brokenNxdomain,
  degraded,
  filtered,
  'near-miss': nearMiss,
  undecided,
  disagreeing,
};

/** A diagnosis in which `value` stands wherever a text of somebody else can stand. */
export function hostile(value: string): Diagnosed {
  const { diagnosis, recording } = degraded();
  const hostileFinding = findingSeen('TCP-001', value, {
    severity: 'error',
    side: 'host',
    subject: value,
    title: value,
    evidence: [
      ['o8', value],
      [value, value],
    ],
    explains: [value],
    fix: [{ text: value, platform: value, command: value, safe: false, undo: value }],
  });
  const facts = diagnosis.facts.map((fact) => ({
    ...fact,
    file: value,
    place: value,
    raw: value,
  })) as readonly Fact[];
  const observations = diagnosis.observations.map((one) => {
    if (one.probe.kind === 'endpoint') {
      const { outcome } = one as Observation<'endpoint'>;
      const probe = { ...one.probe, host: value };
      return {
        ...one,
        probe,
        outcome: outcome.ok ? { ok: true, value: { ...outcome.value, detail: value } } : outcome,
      };
    }
    return { ...one, probe: { ...one.probe, name: value } };
  }) as readonly Observation[];
  return {
    diagnosis: {
      ...diagnosis,
      predicted: [{ hresult: value, basis: 'documented' }],
      causes: [hostileFinding],
      symptoms: [hostileFinding],
      notes: [{ ...hostileFinding, severity: 'warning' }],
      unknowns: [{ code: value, slug: value, because: value }],
      targets: diagnosis.targets.map((one) => ({ ...one, host: value })),
      steps: diagnosis.steps.map((one) => ({ ...one, subject: value, says: value })),
      observations,
      facts,
    },
    recording: {
      ...recording,
      at: value,
      facts,
      observations,
      decoded: [{ label: value, value, meaning: value }],
      one: caseOf([value]),
    },
  };
}
