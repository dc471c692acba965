import { afterEach, describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/core/address.ts';
import { type DesiredState, parseDesiredState } from '../../src/core/desired-state.ts';
import { parseKeyText } from '../../src/core/key-file.ts';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { displayName } from '../../src/core/name.ts';
import { systemNet } from '../../src/core/net-sockets.ts';
import { decodeBindReply, encodeProbeBind, isWholePdu } from '../../src/core/rpc.ts';
import { hmacSigner } from '../../src/core/tsig.ts';
import { TYPE } from '../../src/core/wire.ts';
import {
  CONTOSO,
  FABRIKAM,
  type PracticeHost,
  type PracticeNetwork,
  startPracticeNetwork,
} from '../../src/lab/practice-network.ts';
import { rrsetAt, soaOf } from '../../src/lab/zone-data.ts';
import { applyPlan, applyReviewedPlan } from '../../src/publish/apply.ts';
import type { ApplyResult } from '../../src/publish/apply-result.ts';
import type { Journal } from '../../src/publish/journal.ts';
import { makePlan } from '../../src/publish/make-plan.ts';
import { preflight } from '../../src/publish/preflight.ts';
import type { Reach } from '../../src/publish/reach.ts';
import { rollBack } from '../../src/publish/rollback.ts';
import { verify } from '../../src/publish/verify.ts';

const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(): Promise<PracticeNetwork> {
  const network = await startPracticeNetwork();
  ends.push(() => network.stop());
  return network;
}

function stateOf(network: PracticeNetwork, text = network.desiredStateYaml): DesiredState {
  return parseDesiredState(text, 'kmsdns.yaml');
}

/** The way from the publishing room to this network, and to nothing else. */
function reachOf(network: PracticeNetwork): Reach {
  const net = systemNet();
  ends.push(() => net.close());
  const { key } = parseKeyText(network.keyFileText, network.keyFileName);
  return {
    net,
    patience: { timeoutMs: 2000 },
    servers: [],
    authorities: [],
    resolvers: [],
    signers: new Map([['kms-publisher', hmacSigner(key)]]),
    concurrency: 4,
  };
}

/** Everything that is served in a zone beside its SOA, for before and after. */
function recordsIn(network: PracticeNetwork, zone: string): string {
  const nodes = [...network.nameserver.zone(zone).nodes].map(([owner, node]) => [
    owner,
    [...node].filter(([type]) => type !== TYPE.SOA),
  ]);
  return JSON.stringify(nodes.sort());
}

describe('the practice network', () => {
  it('hands out a key and a desired state that can be read', async () => {
    const network = await start();
    const { key, notes } = parseKeyText(network.keyFileText, network.keyFileName);
    expect([key.name, key.algorithm, key.secret.length, notes]).toEqual([
      'kms-publisher.',
      'hmac-sha256',
      32,
      [],
    ]);
    for (const text of [network.desiredStateYaml, network.revisedStateYaml]) {
      const state = stateOf(network, text);
      expect(state.domains.map(({ domain }) => domain)).toEqual(network.domains);
      expect(state.servers.lab).toMatchObject({
        ...network.nameserver.endpoint,
        auth: { kind: 'tsig', key: 'kms-publisher' },
      });
      expect(state.keys['kms-publisher']).toMatchObject({ kind: 'file', path: network.keyFileName });
    }
    const weights = (text: string): number[] =>
      stateOf(network, text).domains[0]!.publish.map(({ weight }) => weight);
    expect([weights(network.desiredStateYaml), weights(network.revisedStateYaml)]).toEqual([
      [75, 25],
      [50, 50],
    ]);
  });

  it('makes another key each time', async () => {
    const [one, other] = [await start(), await start()];
    expect(one.keyFileText).not.toBe(other.keyFileText);
  });

  it('is on loopback, and its hosts are where its records say', async () => {
    const network = await start();
    for (const { address } of network.endpoints) expect(isLoopback(address)).toBe(true);
    for (const { name, rpc } of [...network.hosts, network.impostor]) {
      const addresses = rrsetAt(network.nameserver.zone('contoso.example'), name, TYPE.A)?.members;
      expect(addresses).toEqual([{ kind: 'A', address: rpc.endpoint.address }]);
    }
    const live = rrsetAt(
      network.nameserver.zone('contoso.example'),
      kmsOwnerName(CONTOSO),
      TYPE.SRV,
    )?.members;
    const [kms1] = network.hosts;
    expect(live).toMatchObject([
      { record: { priority: 0, weight: 0, port: kms1.rpc.endpoint.port, target: kms1.name } },
    ]);
    expect(
      rrsetAt(network.nameserver.zone('fabrikam.example'), kmsOwnerName(FABRIKAM), TYPE.SRV),
    ).toBeUndefined();
  });

  it('has two KMS hosts and a computer that is none', async () => {
    const network = await start();
    const { net } = reachOf(network);
    const ask = async ({ rpc }: PracticeHost): Promise<unknown> => {
      const { octets } = encodeProbeBind({ decoyUuid: '00112233-4455-6677-8899-aabbccddeeff' });
      const dialled = await net.dial({
        to: rpc.endpoint,
        hello: octets,
        connectTimeoutMs: 2000,
        replyTimeoutMs: 2000,
        complete: isWholePdu,
      });
      const reply = dialled.connected ? decodeBindReply(dialled.received) : undefined;
      return reply?.kind === 'bind-ack' ? reply.results.map(({ kind }) => kind) : reply;
    };
    expect(await Promise.all(network.hosts.map(ask))).toEqual([
      ['accepted', 'rejected', 'accepted'],
      ['accepted', 'rejected', 'accepted'],
    ]);
    expect(await ask(network.impostor)).toEqual(['rejected', 'rejected', 'accepted']);
  });

  it('lets a colleague publish and take back, each with a new serial', async () => {
    const network = await start();
    const before = recordsIn(network, 'contoso.example');
    expect(network.colleague.publishes()).toBe(
      `0 0 ${network.impostor.rpc.endpoint.port} app1.contoso.example.`,
    );
    expect(recordsIn(network, 'contoso.example')).not.toBe(before);
    network.colleague.takesBack();
    expect(recordsIn(network, 'contoso.example')).toBe(before);
    expect(soaOf(network.nameserver.zone('contoso.example')).serial).toBe(3);
  });

  it('says when its port is taken, and gives it back when it ends, twice if need be', async () => {
    const network = await start();
    const { port } = network.nameserver.endpoint;
    await expect(startPracticeNetwork({ port })).rejects.toMatchObject({ code: 'port-unavailable' });
    await Promise.all([network.stop(), network.stop()]);
    const again = await startPracticeNetwork({ port });
    ends.push(() => again.stop());
    expect(again.nameserver.endpoint.port).toBe(port);
  });
});

describe('the whole journey on it', () => {
  it('plan, preflight, apply, verify, a conflict that is refused, rollback', async () => {
    const network = await start();
    const reach = reachOf(network);
    const state = stateOf(network);
    const first = [recordsIn(network, 'contoso.example'), recordsIn(network, 'fabrikam.example')];

    const planned = await makePlan(reach, state);
    expect(planned.unknown).toEqual([]);
    expect(planned.plan.zones.map(({ changes }) => changes.map(({ kind }) => kind).sort())).toEqual([
      ['add', 'change'],
      ['add', 'add'],
    ]);
    expect(planned.plan.zones.map(({ warnings }) => warnings)).toEqual([[], []]);

    const allowed = await preflight(reach, state, planned);
    expect(allowed.map((one) => one.allowed)).toEqual(['yes', 'yes']);
    expect(first).toEqual([recordsIn(network, 'contoso.example'), recordsIn(network, 'fabrikam.example')]);

    let journal: Journal | undefined;
    const options = {
      recorder: {
        store: async (stored: Journal): Promise<string> => {
          journal = stored;
          return 'journal.json';
        },
        discard: async (): Promise<void> => {},
      },
      waitMs: 2000,
      mayReplan: false,
      progress: (): void => {},
    };
    const outcomes = ({ zones }: ApplyResult): string[] => zones.map(({ outcome }) => outcome);
    expect(outcomes(await applyPlan(reach, state, planned, { ...options, action: 'apply' }))).toEqual([
      'applied',
      'applied',
    ]);
    const applied = journal!;

    const verified = await verify(reach, state);
    const served = verified.zones.flatMap(({ servers }) => servers);
    expect(served.map(({ state: said }) => said)).toEqual(served.map(() => 'current'));
    // Both addresses of the one name server, where there is IPv6.
    expect(served).toHaveLength(2 * network.endpoints.length);

    const revised = stateOf(network, network.revisedStateYaml);
    const reviewed = (await makePlan(reach, revised)).plan;
    network.colleague.publishes();
    const conflict = await applyReviewedPlan(reach, revised, reviewed, { ...options, action: 'apply' });
    const contoso = conflict.zones.find(({ domain }) => domain === CONTOSO);
    expect(contoso?.outcome).toBe('conflict');
    expect(recordsIn(network, 'contoso.example')).toContain(displayName(network.impostor.name));
    network.colleague.takesBack();

    const undone = await rollBack(reach, state, applied, options);
    expect(undone.zones.find(({ domain }) => domain === CONTOSO)?.outcome).toBe('applied');
    expect(recordsIn(network, 'contoso.example')).toBe(first[0]);
  });
});
