/**
 * Words for diagnoses: each row says what was seen and the exact set of findings that must follow, and nothing else.
 * What is not said is as on a quiet network: one resolver, one suffix, one zone with one server.
 */
import { expect, test } from 'vitest';
import { parseEndpoint, parseIpAddress } from '../../src/core/address.ts';
import type { FindingCode } from '../../src/core/catalogue.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { Endpoint, NetFault } from '../../src/core/net.ts';
import type { EndpointProbe, EndpointState } from '../../src/core/probe-endpoint.ts';
import { formatRecord, type SrvRecord } from '../../src/core/srv.ts';
import type { Case } from '../../src/diagnose/case.ts';
import type { Client } from '../../src/diagnose/client.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Diagnosis, Verdict } from '../../src/diagnose/diagnosis.ts';
import { diagnosisDocument } from '../../src/diagnose/document.ts';
import type { Fact } from '../../src/diagnose/fact.ts';
import type {
  AnswerRecord,
  DnsAnswer,
  DnsPurpose,
  Observation,
  Probe,
} from '../../src/diagnose/observation.ts';

export const DOMAIN: Fqdn = parseFqdn('contoso.test');
export const OWNER: Fqdn = kmsOwnerName(DOMAIN);
export const RESOLVER: Endpoint = parseEndpoint('10.0.0.53', 53);
export const RESOLVER2: Endpoint = parseEndpoint('10.0.0.54', 53);
export const AUTHORITY: Endpoint = parseEndpoint('10.0.1.1', 53);
export const AUTHORITY2: Endpoint = parseEndpoint('10.0.1.2', 53);
export const RANDOM = 'kmsdns-0123456789ab';
export const CONTROL_PORT = 50_000;

type Unnumbered = Observation extends infer O ? (O extends { id: string } ? Omit<O, 'id'> : never) : never;

/** One thing seen; ids are given in the order of the row. */
export type Sight = Unnumbered;

export const name = (text: string): Fqdn => parseFqdn(text);

/** One SRV record: `srv('kms1')` is `0 0 1688 kms1.contoso.test.` */
export function srv(target: string, fields: Partial<Omit<SrvRecord, 'target'>> = {}): SrvRecord {
  const full = target.includes('.') ? target : `${target}.${DOMAIN}`;
  return { priority: 0, weight: 0, port: 1688, ...fields, target: parseFqdn(full) };
}

interface Ask {
  readonly purpose?: DnsPurpose;
  readonly name?: Fqdn;
  readonly type?: string;
  readonly at?: Endpoint;
  readonly tookMs?: number;
  readonly transport?: 'auto' | 'udp' | 'tcp';
  readonly cd?: boolean;
  readonly edns?: boolean;
}

function dnsProbe(ask: Ask): Probe<'dns'> {
  const purpose = ask.purpose ?? 'srv';
  const server = ask.at ?? (purpose.endsWith('authority') ? AUTHORITY : RESOLVER);
  const role = server === AUTHORITY || server === AUTHORITY2 ? 'authority' : 'resolver';
  return {
    kind: 'dns',
    purpose,
    server,
    role,
    name: ask.name ?? OWNER,
    type: ask.type ?? 'SRV',
    recurse: role === 'resolver',
    transport: ask.transport ?? 'auto',
    edns: ask.edns ?? true,
    checkingDisabled: ask.cd ?? false,
  };
}

function seen(ask: Ask, answer: Partial<DnsAnswer>): Sight {
  const probe = dnsProbe(ask);
  const value: DnsAnswer = {
    rcode: 'NOERROR',
    authoritative: probe.role === 'authority',
    recursionAvailable: probe.role === 'resolver',
    authenticData: false,
    truncated: false,
    transport: 'udp',
    sizeOctets: 100,
    answers: [],
    tries: 1,
    lost: 0,
    octets: '',
    ...answer,
  };
  return { startedMs: 0, tookMs: ask.tookMs ?? 2, probe, outcome: { ok: true, value } };
}

/** The SOA of a zone, as a denial carries it. */
export function soa(
  zone: string = DOMAIN,
  serial = 7,
  negativeTtlSeconds = 300,
): NonNullable<DnsAnswer['soa']> {
  return {
    zone: parseFqdn(zone),
    primary: parseFqdn(zone === '.' ? 'ns1' : `ns1.${zone}`),
    serial,
    negativeTtlSeconds,
    expireSeconds: 604_800,
  };
}

/** An answer with SRV records. */
export function srvAnswer(
  records: readonly SrvRecord[],
  ask: Ask = {},
  more: Partial<DnsAnswer> & { ttl?: number } = {},
): Sight {
  const { ttl = 3600, ...answer } = more;
  const owner = ask.name ?? OWNER;
  const answers = records.map(
    (record): AnswerRecord => ({
      owner,
      type: 'SRV',
      ttlSeconds: ttl,
      text: formatRecord(record),
      srv: record,
    }),
  );
  return seen(ask, { answers, ...answer });
}

export function nxdomain(ask: Ask = {}, more: Partial<DnsAnswer> = {}): Sight {
  return seen(ask, { rcode: 'NXDOMAIN', soa: soa(), ...more });
}

export function nodata(ask: Ask = {}, more: Partial<DnsAnswer> = {}): Sight {
  return seen(ask, { soa: soa(), ...more });
}

export function rcode(code: string, ask: Ask = {}, more: Partial<DnsAnswer> = {}): Sight {
  return seen(ask, { rcode: code, ...more });
}

export function silent(
  ask: Ask = {},
  fault: NetFault = { kind: 'timeout', afterMs: 1000, sent: true },
): Sight {
  return { startedMs: 0, tookMs: 1000, probe: dnsProbe(ask), outcome: { ok: false, fault } };
}

/** A and AAAA of a host at a resolver; no addresses is NODATA for both. */
export function addresses(
  host: string,
  list: readonly string[],
  at: Endpoint = RESOLVER,
  alias?: string,
): readonly Sight[] {
  const owner = parseFqdn(host.includes('.') ? host : `${host}.${DOMAIN}`);
  return ['A', 'AAAA'].map((type) => {
    const own = list.filter((text) => text.includes(':') === (type === 'AAAA'));
    const end = alias === undefined ? owner : parseFqdn(alias);
    const chain: AnswerRecord[] =
      alias === undefined ? [] : [{ owner, type: 'CNAME', ttlSeconds: 3600, text: end, target: end }];
    const answers = own.map(
      (text): AnswerRecord => ({ owner: end, type, ttlSeconds: 3600, text, address: parseIpAddress(text)! }),
    );
    const purpose = at === AUTHORITY || at === AUTHORITY2 ? 'address-authority' : 'address';
    return seen(
      { purpose, name: owner, type, at },
      { answers: [...chain, ...answers], ...(own.length === 0 ? { soa: soa() } : {}) },
    );
  });
}

/** A host whose name does not exist. */
export function noSuchHost(host: string, at: Endpoint = RESOLVER): readonly Sight[] {
  const owner = parseFqdn(host.includes('.') ? host : `${host}.${DOMAIN}`);
  return ['A', 'AAAA'].map((type) => nxdomain({ purpose: 'address', name: owner, type, at }));
}

interface Reach {
  readonly purpose?: Extract<Probe, { kind: 'endpoint' }>['purpose'];
  readonly port?: number;
  readonly detail?: Partial<EndpointProbe>;
  readonly tookMs?: number;
}

const ACCEPTED = {
  kind: 'accepted',
  syntax: { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 },
} as const;
const REJECTED = { kind: 'rejected', by: 'provider', reason: 1 } as const;

/** What one address of a host did with the bind. */
export function endpoint(
  host: string,
  address: string,
  state: EndpointState = 'bound',
  { purpose = 'target', port = 1688, detail = {}, tookMs = 3 }: Reach = {},
): Sight {
  const full =
    parseIpAddress(host) !== undefined ? host : parseFqdn(host.includes('.') ? host : `${host}.${DOMAIN}`);
  const value: EndpointProbe = {
    state,
    detail: state,
    connectMs: ['refused', 'filtered', 'prohibited', 'unreachable'].includes(state) ? null : 1,
    tookMs,
    contexts:
      state === 'bound'
        ? [
            { role: 'kms', result: ACCEPTED },
            { role: 'decoy', result: REJECTED },
          ]
        : [],
    secondaryAddress: state === 'bound' ? String(port) : null,
    guess: null,
    nakReason: null,
    faultStatus: null,
    received: '',
    ...detail,
  };
  const probe = {
    kind: 'endpoint',
    purpose,
    host: full,
    to: { address: parseIpAddress(address)!, port },
  } as const;
  return { startedMs: 5, tookMs, probe, outcome: { ok: true, value } };
}

/** A host that is found and works. */
export function working(host: string, address: string, port = 1688): readonly Sight[] {
  return [...addresses(host, [address]), endpoint(host, address, 'bound', { port })];
}

/** The zone and its one server, which says the same as the resolver. */
export function zoneServed(
  records: readonly SrvRecord[] | 'nxdomain' | 'nodata',
  domain: Fqdn = DOMAIN,
): readonly Sight[] {
  const owner = kmsOwnerName(domain);
  const host = parseFqdn(`ns1.${domain}`);
  const own =
    records === 'nxdomain'
      ? nxdomain({ purpose: 'srv-authority', name: owner }, { soa: soa(domain) })
      : records === 'nodata'
        ? nodata({ purpose: 'srv-authority', name: owner }, { soa: soa(domain) })
        : srvAnswer(records, { purpose: 'srv-authority', name: owner });
  return [
    ...zoneFound([[host, AUTHORITY.address]], domain),
    own,
    seen({ purpose: 'zone', name: domain, type: 'SOA', at: AUTHORITY }, { soa: soa(domain) }),
  ];
}

/** SOA and NS as a resolver tells them. */
export function zoneFound(
  servers: readonly (readonly [string, string])[],
  domain: Fqdn = DOMAIN,
): readonly Sight[] {
  const owner = kmsOwnerName(domain);
  const ns = servers.map(
    ([host]): AnswerRecord => ({
      owner: domain,
      type: 'NS',
      ttlSeconds: 3600,
      text: host,
      target: parseFqdn(host),
    }),
  );
  return [
    nodata({ purpose: 'zone', name: owner, type: 'SOA' }, { soa: soa(domain) }),
    seen({ purpose: 'zone', name: domain, type: 'NS' }, { answers: ns }),
    ...servers.flatMap(([host, address]) => {
      const answers: AnswerRecord[] = [
        {
          owner: parseFqdn(host),
          type: 'A',
          ttlSeconds: 3600,
          text: address,
          address: parseIpAddress(address)!,
        },
      ];
      return [seen({ purpose: 'name-server', name: parseFqdn(host), type: 'A' }, { answers })];
    }),
  ];
}

/** Any other answer of the DNS. */
export const said = seen;

export interface Scenario {
  readonly see: readonly (Sight | readonly Sight[])[];
  readonly facts?: readonly Fact[];
  readonly client?: Partial<Client>;
  readonly case?: Partial<Case>;
  readonly verdict: Verdict;
  /** HRESULTs in order; left out: not looked at. */
  readonly predicted?: readonly string[];
  /** Codes of the root causes, in any order; left out: none. */
  readonly causes?: readonly string[];
  readonly symptoms?: readonly string[];
  /** Notes besides {@link EVERYDAY}. */
  readonly notes?: readonly string[];
  readonly unknown?: readonly string[];
  /** Codes that a row beside this one raises, and this one must not. */
  readonly nearMissOf?: readonly FindingCode[];
}

/** Remarks that stand on almost every network; a row about one of them names it in `notes` by `everyday: false`. */
export const EVERYDAY: readonly string[] = ['SRV-013', 'SRV-014', 'RPC-010', 'SRV-022'];

export const known = <T>(
  value: T,
  ...because: readonly string[]
): { value: T; because: readonly string[] } => ({ value, because });

/** The case of a row. */
export function caseOf(scenario: Pick<Scenario, 'client' | 'case'>): Case {
  const client: Client = {
    generation: 'windows10',
    suffixes: known([DOMAIN]),
    pinned: undefined,
    lookupDomain: undefined,
    cached: undefined,
    hostCaching: known(true),
    activationType: known<0 | 1 | 2 | 3>(0),
    resolvers: known([RESOLVER]),
    assumptions: [],
    ...scenario.client,
  };
  return {
    client,
    examined: [],
    authorities: [],
    expected: [],
    hosts: [],
    reported: undefined,
    randomLabel: RANDOM,
    controlPort: CONTROL_PORT,
    depth: 'full',
    ...scenario.case,
  };
}

export function diagnosed(scenario: Scenario): Diagnosis {
  const observations = scenario.see.flat().map((one, i) => ({ id: `o${i + 1}`, ...one }) as Observation);
  return diagnose(caseOf(scenario), observations, scenario.facts ?? []);
}

/** Every scenario that was declared, for the test of the catalogue's coverage. */
export const DECLARED: { readonly title: string; readonly scenario: Scenario }[] = [];

/** Declares a row: exactly these findings, and no other. */
export function scenario(title: string, row: Scenario): void {
  DECLARED.push({ title, scenario: row });
  test(title, () => {
    const diagnosis = diagnosed(row);
    const codes = (list: readonly { readonly code: string }[]): readonly string[] =>
      [...new Set(list.map(({ code }) => code))].sort();
    const wanted = row.notes ?? [];
    expect({
      verdict: diagnosis.verdict,
      causes: codes(diagnosis.causes),
      symptoms: codes(diagnosis.symptoms),
      notes: codes(diagnosis.notes).filter((code) => wanted.includes(code) || !EVERYDAY.includes(code)),
      unknown: codes(diagnosis.unknowns),
      ...(row.predicted === undefined
        ? {}
        : { predicted: diagnosis.predicted.map(({ hresult }) => hresult) }),
    }).toEqual({
      verdict: row.verdict,
      causes: [...(row.causes ?? [])].sort(),
      symptoms: [...(row.symptoms ?? [])].sort(),
      notes: [...wanted].sort(),
      unknown: [...(row.unknown ?? [])].sort(),
      ...(row.predicted === undefined ? {} : { predicted: row.predicted }),
    });
    // What evidence points at stands in the public document, once.
    const ids = diagnosisDocument(caseOf(row), diagnosis).observations.map(({ id }) => id);
    for (const finding of [...diagnosis.causes, ...diagnosis.symptoms, ...diagnosis.notes]) {
      expect(finding.evidence.length).toBeGreaterThan(0);
      for (const { says, observation } of finding.evidence) {
        expect(says).not.toBe('');
        expect(ids.filter((id) => id === observation)).toEqual([observation]);
      }
    }
  });
}
