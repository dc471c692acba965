import type { Fqdn } from '../core/name.ts';
import type { Net, Outcome } from '../core/net.ts';
import type { Case } from './case.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type AskProbe, askProbe, gather, type ProbePatience } from './gather.ts';
import { probeKey } from './script.ts';

/** Domains looked at at the same time; more buys nothing but waiting. */
const DOMAINS_AT_ONCE = 64;

/** Answers that are kept for other domains: hosts are few where domains are many. */
const MAX_SHARED = 4096;

/**
 * Diagnoses many domains, each as a client of its own, and hands each over as soon as it is done, in any order. What
 * domains have in common, the addresses of hosts and their endpoints, is asked once as long as it is remembered.
 * Domains are drawn when there is room for them and nothing is kept of them, so the list may be endless. Rethrows what
 * `domains` or `take` throw, once nothing is under way any more.
 */
export async function diagnoseMany<D extends { readonly domain: Fqdn }>(
  net: Net,
  domains: AsyncIterable<D>,
  caseOf: (domain: D) => Case,
  patience: ProbePatience,
  take: (domain: D, diagnosis: Diagnosis) => void,
): Promise<void> {
  const ask = sharing(askProbe);
  const source = domains[Symbol.asyncIterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    try {
      for (let next = await source.next(); !next.done && !failed; next = await source.next()) {
        const one = caseOf(next.value);
        const observations = await gather(net, one, patience, undefined, ask);
        take(next.value, diagnose(one, observations, []));
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: DOMAINS_AT_ONCE }, lane));
  await source.return?.();
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
}

/** Asks about hosts and endpoints once for all domains, and forgets the oldest when there are many. */
function sharing(ask: AskProbe): AskProbe {
  const shared = new Map<string, Promise<Outcome<unknown>>>();
  return (net, probe, patience) => {
    if (probe.kind === 'dns' && probe.purpose !== 'address') return ask(net, probe, patience);
    const key = probeKey(probe);
    let answer = shared.get(key);
    if (answer === undefined) {
      answer = ask(net, probe, patience);
      shared.set(key, answer);
      const [oldest] = shared.size > MAX_SHARED ? shared.keys() : [];
      if (oldest !== undefined) shared.delete(oldest);
    }
    return answer;
  };
}
