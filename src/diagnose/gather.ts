import type { Net, Outcome } from '../core/net.ts';
import { probeEndpoint } from '../core/probe-endpoint.ts';
import { askDns } from './ask-dns.ts';
import type { Case } from './case.ts';
import type { Observation, Probe } from './observation.ts';
import { nextProbes, probeKey } from './script.ts';
import { seenFrom } from './seen.ts';

/** Budgets of one network try. */
export interface ProbePatience {
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly rpcMs: number;
  /** Probes under way at the same time. */
  readonly concurrency: number;
}

export const DEFAULT_PATIENCE: ProbePatience = { dnsMs: 1000, tcpMs: 2000, rpcMs: 2000, concurrency: 64 };

/**
 * Asks until the script has no more questions, each as soon as what it follows from is known: nothing waits for a
 * silent server but what depends on it. Ends early with the run; what was not reached is then simply not observed.
 * Rethrows what `ask` throws, which is a bug: trouble on the network is an outcome.
 */
export async function gather(
  net: Net,
  one: Case,
  patience: ProbePatience,
  told: (observation: Observation) => void = () => {},
  ask: AskProbe = askProbe,
): Promise<readonly Observation[]> {
  const startedMs = net.clockMs();
  const observations: Observation[] = [];
  const asked = new Set<string>();
  const queue: { id: string; probe: Probe }[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  const plan = (): void => {
    if (net.over() !== undefined) return;
    const news: typeof queue = [];
    for (const probe of nextProbes(one, seenFrom(observations))) {
      const key = probeKey(probe);
      if (asked.has(key)) continue;
      asked.add(key);
      news.push({ id: `o${asked.size}`, probe });
    }
    // What the client itself waits for leaves first: the rest hangs on nothing, and nothing hangs on it.
    queue.unshift(...news.filter(({ probe }) => isOnTheWay(probe)));
    queue.push(...news.filter(({ probe }) => !isOnTheWay(probe)));
  };
  const start = ({ id, probe }: { id: string; probe: Probe }): void => {
    const beganMs = net.clockMs();
    const take = (outcome: Outcome<unknown>): void => {
      const observation = {
        id,
        startedMs: Math.round(beganMs - startedMs),
        tookMs: Math.round(net.clockMs() - beganMs),
        probe,
        outcome,
      } as Observation;
      observations.push(observation);
      told(observation);
    };
    const answer = ask(net, probe, patience);
    if (!(answer instanceof Promise)) {
      take(answer);
      return;
    }
    running++;
    void answer
      .then(take)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        running--;
        wake?.();
      });
  };

  plan();
  for (;;) {
    const known = observations.length;
    while (queue.length > 0 && running < patience.concurrency && net.over() === undefined)
      start(queue.shift()!);
    if (observations.length > known) {
      plan();
      continue;
    }
    if (failure !== undefined) throw failure.error;
    if (running === 0) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    // Answers come in swarms; one plan for all that are here costs less than one for each.
    await net.sleep(0);
    plan();
  }
  return observations.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

/** Is this something that the client would ask itself? */
function isOnTheWay({ purpose }: Probe): boolean {
  return ON_THE_WAY.includes(purpose);
}

const ON_THE_WAY: readonly string[] = [
  'srv',
  'address',
  'target',
  'pinned',
  'cached',
] satisfies Probe['purpose'][];

/** What came of one probe, at once where that is known already. Never rejects for the network. */
export type AskProbe = (
  net: Net,
  probe: Probe,
  patience: ProbePatience,
) => Outcome<unknown> | Promise<Outcome<unknown>>;

/** Carries one probe out. */
export async function askProbe(net: Net, probe: Probe, patience: ProbePatience): Promise<Outcome<unknown>> {
  if (probe.kind === 'dns') return askDns(net, probe, patience.dnsMs);
  const bind = probe.purpose !== 'control-port' && probe.purpose !== 'endpoint-mapper';
  return { ok: true, value: await probeEndpoint(net, probe.to, { ...patience, bind }) };
}
