/**
 * Whole diagnoses over sockets on loopback: the script asks, practice servers answer, the rules judge. What is
 * asserted is what was asked, in which order and what it meant; never how long it took.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { Endpoint, Net } from '../../src/core/net.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import type { Rr } from '../../src/core/wire.ts';
import { anonymised } from '../../src/diagnose/anonymise.ts';
import type { Case } from '../../src/diagnose/case.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { gather, type ProbePatience } from '../../src/diagnose/gather.ts';
import type { Observation } from '../../src/diagnose/observation.ts';
import { formatRecording, parseRecording, type Recording } from '../../src/diagnose/recording.ts';
import { type LabNameserver, startNameserver } from '../../src/lab/nameserver.ts';
import type { Quirks } from '../../src/lab/quirks.ts';
import { startRpcEndpoint } from '../../src/lab/rpc-endpoint.ts';
import type { RpcBehaviour } from '../../src/lab/rpc-replies.ts';
import { a, cname, ns, soa, srv, zoneFrom } from '../../src/lab/zone-data.ts';
import { caseOf, known } from '../support/scenario.ts';

const DOMAIN: Fqdn = parseFqdn('contoso.example');
const OWNER = kmsOwnerName(DOMAIN);
const PATIENCE: ProbePatience = { dnsMs: 1000, tcpMs: 1000, rpcMs: 1000, concurrency: 64 };
/** Several budgets one after the other, on a machine that does other things, too. */
vi.setConfig({ testTimeout: 20_000 });
/** Follows from a practice network itself: one name server, ports that the system chose. */
const OF_THE_LAB = new Set(['RPC-010', 'SRV-011', 'SRV-013', 'SRV-014']);

const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function rpc(behaviour: RpcBehaviour): Promise<Endpoint> {
  const running = await startRpcEndpoint({ behaviour });
  ends.push(() => running.stop());
  return running.endpoint;
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<Endpoint> {
  const running = await startRpcEndpoint({ behaviour: { kind: 'silent' } });
  await running.stop();
  return running.endpoint;
}

async function nameserver(records: readonly Rr[], quirks: Quirks = {}): Promise<LabNameserver> {
  const frame = [soa(DOMAIN, `ns1.${DOMAIN}`), ns(DOMAIN, `ns1.${DOMAIN}`), a(`ns1.${DOMAIN}`, '127.0.0.1')];
  const running = await startNameserver({
    zones: [zoneFrom({ name: DOMAIN, records: [...frame, ...records] })],
    quirks,
  });
  ends.push(() => running.stop());
  return running;
}

/** The record and the address of `kms1` at an endpoint. */
function published({ address, port }: Endpoint, host = 'kms1'): readonly Rr[] {
  return [srv(OWNER, `${host}.${DOMAIN}`, { port }), a(`${host}.${DOMAIN}`, address)];
}

function net(limits: Parameters<typeof systemNet>[0] = {}): Net {
  const running = systemNet(limits);
  ends.push(() => running.close());
  return running;
}

function caseAt(resolvers: readonly LabNameserver[], more: Partial<Case> = {}): Case {
  return caseOf({
    client: {
      suffixes: known([DOMAIN]),
      resolvers: known(resolvers.map(({ endpoint }) => endpoint)),
    },
    // Beyond what Linux gives to sockets of its own choice: a server of another test must not be listening there.
    case: { controlPort: 61_019, ...more },
  });
}

async function recorded(one: Case, on: Net = net()): Promise<Recording> {
  const observations = await gather(on, one, PATIENCE);
  return { at: '2026-01-01T00:00:00.000Z', one, facts: [], decoded: [], observations };
}

function diagnosisOf({ one, observations, facts }: Recording): Diagnosis {
  return diagnose(one, observations, facts);
}

function codesOf({ verdict, causes, symptoms, notes }: Diagnosis): unknown {
  const codes = (list: Diagnosis['notes']): string[] => [...new Set(list.map(({ code }) => code))].sort();
  return {
    verdict,
    causes: codes(causes),
    symptoms: codes(symptoms),
    notes: codes(notes).filter((code) => !OF_THE_LAB.has(code)),
  };
}

interface Journey {
  readonly fault: string;
  readonly play: () => Promise<readonly LabNameserver[]>;
  readonly verdict: Diagnosis['verdict'];
  readonly causes?: readonly string[];
  readonly symptoms?: readonly string[];
  readonly notes?: readonly string[];
  readonly more?: Partial<Case>;
}

const accepting = (): Promise<Endpoint> => rpc({ kind: 'accepts-kms', management: true });
const oneHost =
  (behaviour: RpcBehaviour, quirks: Quirks = {}) =>
  async (): Promise<readonly LabNameserver[]> => [await nameserver(published(await rpc(behaviour)), quirks)];

const JOURNEYS: readonly Journey[] = [
  { fault: 'none', play: oneHost({ kind: 'accepts-kms', management: true }), verdict: 'healthy' },
  {
    fault: 'no record at all',
    play: async () => [await nameserver([])],
    verdict: 'broken',
    causes: ['SRV-001'],
  },
  {
    fault: 'published under a name that only looks like it',
    play: async () => {
      const { address, port } = await accepting();
      const slip = srv(`_vlmcs._udp.${DOMAIN}`, `kms1.${DOMAIN}`, { port });
      return [await nameserver([slip, a(`kms1.${DOMAIN}`, address)])];
    },
    verdict: 'broken',
    causes: ['SRV-004'],
    symptoms: ['SRV-001'],
  },
  {
    fault: 'a target without address',
    play: async () => [await nameserver([srv(OWNER, `kms1.${DOMAIN}`, { port: 1688 })])],
    verdict: 'broken',
    causes: ['ADR-001'],
    symptoms: ['SRV-016'],
  },
  {
    fault: 'a target that is an alias',
    play: async () => {
      const { address, port } = await accepting();
      return [
        await nameserver([
          srv(OWNER, `kms1.${DOMAIN}`, { port }),
          cname(`kms1.${DOMAIN}`, `vm7.${DOMAIN}`),
          a(`vm7.${DOMAIN}`, address),
        ]),
      ];
    },
    verdict: 'healthy',
    notes: ['SRV-009'],
  },
  {
    fault: 'a closed port',
    play: async () => [await nameserver(published(await closedPort()))],
    verdict: 'broken',
    causes: ['TCP-001'],
    symptoms: ['SRV-016'],
  },
  {
    fault: 'one host of two is gone',
    play: async () => [
      await nameserver([...published(await accepting()), ...published(await closedPort(), 'kms2')]),
    ],
    verdict: 'degraded',
    causes: ['TCP-001'],
    symptoms: ['SRV-017'],
    notes: ['ADR-008'],
  },
  ...(
    [
      [{ kind: 'http' }, 'RPC-001'],
      [{ kind: 'tls-alert' }, 'RPC-001'],
      [{ kind: 'ssh-banner' }, 'RPC-001'],
      [{ kind: 'silent' }, 'RPC-002'],
      [{ kind: 'closes' }, 'RPC-003'],
      [{ kind: 'bind-nak', reason: 4 }, 'RPC-004'],
      [{ kind: 'rejects-interface', management: true }, 'RPC-005'],
      [{ kind: 'fault', status: 5 }, 'RPC-007'],
      [{ kind: 'bind-nak', reason: 1 }, 'RPC-008'],
    ] as const
  ).map(
    ([behaviour, code]): Journey => ({
      fault: `${behaviour.kind} on the KMS port (${code})`,
      play: oneHost(behaviour),
      verdict: 'broken',
      causes: [code],
      symptoms: ['SRV-016'],
    }),
  ),
  {
    fault: 'a responder that accepts every interface',
    play: oneHost({ kind: 'accepts-anything' }),
    verdict: 'healthy',
    notes: ['RPC-011'],
  },
  {
    fault: 'REFUSED to everything',
    play: oneHost({ kind: 'accepts-kms' }, { refuse: true }),
    verdict: 'broken',
    causes: ['RES-003'],
  },
  {
    fault: 'SERVFAIL to everything',
    play: oneHost({ kind: 'accepts-kms' }, { servfail: true }),
    verdict: 'broken',
    causes: ['RES-004'],
  },
  {
    fault: 'questions for SRV disappear',
    play: oneHost({ kind: 'accepts-kms' }, { dropSrvQueries: true }),
    verdict: 'broken',
    causes: ['RES-006'],
  },
  {
    fault: 'FORMERR to every question with EDNS',
    play: oneHost({ kind: 'accepts-kms' }, { formerrOnEdns: true }),
    verdict: 'healthy',
    notes: ['RES-008'],
  },
  {
    fault: 'every answer is cut over UDP',
    play: oneHost({ kind: 'accepts-kms' }, { truncateAlways: true }),
    verdict: 'healthy',
    notes: ['SRV-021'],
  },
  {
    fault: 'every answer is cut over UDP, and TCP is silent',
    play: oneHost({ kind: 'accepts-kms' }, { truncateAlways: true, silent: 'tcp' }),
    verdict: 'broken',
    causes: ['RES-007'],
  },
  {
    fault: 'the only resolver is silent',
    play: oneHost({ kind: 'accepts-kms' }, { silent: true }),
    verdict: 'broken',
    causes: ['RES-001'],
  },
  {
    fault: 'the first resolver is silent',
    play: async () => {
      const records = published(await accepting());
      return [await nameserver(records, { silent: true }), await nameserver(records)];
    },
    verdict: 'degraded',
    causes: ['RES-002'],
    // Both are on one address, so that the silent one is the name server of the zone as well.
    notes: ['ZON-002'],
  },
  {
    fault: 'two resolvers that differ',
    play: async () => [await nameserver(published(await accepting())), await nameserver([])],
    verdict: 'degraded',
    // Each has a zone of its own: nothing is remembered, so waiting would not help.
    causes: ['ZON-003'],
    symptoms: ['RES-005'],
  },
];

describe('whole diagnoses on loopback', () => {
  it.each(JOURNEYS)(
    '$fault: $verdict',
    async ({ play, verdict, causes = [], symptoms = [], notes = [], more }) => {
      const recording = await recorded(caseAt(await play(), more));
      expect(codesOf(diagnosisOf(recording))).toEqual({
        verdict,
        causes: [...causes].sort(),
        symptoms: [...symptoms].sort(),
        notes: [...notes].sort(),
      });

      // The recording alone gives the same again, octet for octet; without names it gives the same codes.
      const text = formatRecording(recording);
      const again = parseRecording(text, 'run.json');
      expect(formatRecording(again)).toBe(text);
      expect(JSON.stringify(diagnosisOf(again))).toBe(JSON.stringify(diagnosisOf(recording)));
      expect(codesOf(diagnosisOf(anonymised(again)))).toEqual(codesOf(diagnosisOf(recording)));
    },
  );
});

/** A network that notes when each message leaves and when its wait ends. */
function watched(inner: Net): { readonly on: Net; readonly log: string[] } {
  const log: string[] = [];
  const on: Net = {
    ...inner,
    exchange: async (ask) => {
      log.push(`ask ${ask.via} ${ask.to.port}`);
      const outcome = await inner.exchange(ask);
      log.push(`heard ${ask.via} ${ask.to.port}`);
      return outcome;
    },
    dial: async (dial) => {
      log.push(`dial ${dial.to.port}`);
      const dialled = await inner.dial(dial);
      log.push(`dialled ${dial.to.port}`);
      return dialled;
    },
  };
  return { on, log };
}

describe('what silence costs', () => {
  it('waits for eight silent hosts at once: the last is dialled before the first is given up', async () => {
    const silent = await Promise.all(Array.from({ length: 8 }, () => rpc({ kind: 'silent' })));
    const resolver = await nameserver(silent.flatMap((endpoint, i) => published(endpoint, `kms${i}`)));
    const { on, log } = watched(net());
    const { observations } = await recorded(caseAt([resolver]), on);
    const ports = silent.map(({ port }) => port);
    const dials = ports.map((port) => log.indexOf(`dial ${port}`));
    const ends = ports.map((port) => log.indexOf(`dialled ${port}`));
    expect(Math.min(...dials)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dials)).toBeLessThan(Math.min(...ends));
    const targets = observations.filter(
      ({ probe }) => probe.kind === 'endpoint' && probe.purpose === 'target',
    );
    expect(targets).toHaveLength(8);
  });

  it('asks a silent resolver only what it would have asked at once, and the other one everything', async () => {
    const records = published(await accepting());
    const silent = await nameserver(records, { silent: true });
    const alive = await nameserver(records);
    const { on, log } = watched(net());
    const { observations } = await recorded(caseAt([silent, alive]), on);
    const asks = log.flatMap((line, i) => (line === `ask udp ${silent.endpoint.port}` ? [i] : []));
    const questions = observations.filter(
      ({ probe }) => probe.kind === 'dns' && probe.server.port === silent.endpoint.port,
    );
    // Each question goes out twice over UDP and once over TCP, and no question waits for another to fail.
    expect(asks).toHaveLength(2 * questions.length);
    const firstGivenUp = log.indexOf(`heard udp ${silent.endpoint.port}`);
    expect(asks.at(-1)).toBeLessThan(firstGivenUp);
    const purposes = new Set(questions.map(({ probe }) => probe.purpose));
    expect(purposes.has('address')).toBe(false);
    expect(purposes.has('near-miss')).toBe(false);
  });

  it('sends nothing once the run is over, and says what it did not see', async () => {
    const resolver = await nameserver(published(await rpc({ kind: 'silent' })), { delayMs: 60_000 });
    const stop = new AbortController();
    const { on, log } = watched(net({ interrupt: stop.signal }));
    const running = recorded(caseAt([resolver]), on);
    await until(() => log.length > 0);
    stop.abort();
    const { one, observations } = await running;
    const sent = log.filter((line) => line.startsWith('ask') || line.startsWith('dial')).length;
    await on.sleep(0);
    expect(log.filter((line) => line.startsWith('ask') || line.startsWith('dial'))).toHaveLength(sent);
    const diagnosis = diagnose(one, observations, []);
    expect(diagnosis.verdict).toBe('unknown');
    expect(diagnosis.causes).toEqual([]);
    expect(diagnosis.unknowns.map(({ code }) => code)).toContain('SRV-001');
    expect(diagnosis.notes.map(({ code }) => code)).toContain('RUN-004');
  });

  it('asks nothing twice', async () => {
    const resolver = await nameserver(published(await accepting()));
    const { observations } = await recorded(caseAt([resolver]));
    const questions = observations.map((one: Observation) => JSON.stringify(one.probe));
    expect(new Set(questions).size).toBe(questions.length);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
