import type { Severity } from '../core/finding.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { type Fqdn, labelsOf } from '../core/name.ts';
import type { Net, Outcome } from '../core/net.ts';
import type { Case } from './case.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type AskProbe, askProbe, gather, type ProbePatience } from './gather.ts';
import type { DnsAnswer } from './observation.ts';
import { nextProbes, probeKey } from './script.ts';
import { seenFrom } from './seen.ts';

/** Domains looked at at the same time; more buys nothing but waiting. */
const DOMAINS_AT_ONCE = 64;

/** Answers that are kept for other domains: hosts are few where domains are many. */
const MAX_SHARED = 4096;

/** What a diagnosis comes to, without a word about the domain it was made for. */
export interface Conclusion extends Pick<Diagnosis, 'verdict' | 'predicted' | 'targets'> {
  /** The codes of its causes, the most important first. */
  readonly causes: readonly string[];
  /** Of all its findings. */
  readonly severities: readonly Severity[];
}

/**
 * Diagnoses many domains, each as a client of its own, and hands each over as soon as it is done, in any order. What
 * domains have in common is asked once as long as it is remembered: the addresses of hosts and their endpoints. Domains
 * of which nothing different was seen ({@link likeness}) are judged once. `caseOf` gives cases that differ in nothing
 * but the domain. Domains are drawn when there is room for them and nothing is kept of them, so the list may be
 * endless. Rethrows what `domains` or `take` throw, once nothing is under way any more.
 */
export async function diagnoseMany<D extends { readonly domain: Fqdn }>(
  net: Net,
  domains: AsyncIterable<D>,
  caseOf: (domain: D) => Case,
  patience: ProbePatience,
  take: (domain: D, conclusion: Conclusion) => void,
  askOne: AskProbe = askProbe,
): Promise<void> {
  const ask = sharing(askOne);
  const judged = new Map<string, Conclusion>();
  const conclude = async (domain: D): Promise<Conclusion> => {
    const one = caseOf(domain);
    const first = nextProbes(one, seenFrom([]));
    const outcomes = await Promise.all(first.map((probe) => ask(net, probe, patience)));
    const like = likeness(domain.domain, outcomes);
    const known = like === undefined ? undefined : judged.get(like);
    if (known !== undefined) return known;
    const answers = new Map(first.map((probe, i) => [probeKey(probe), outcomes[i]!]));
    const observations = await gather(
      net,
      one,
      patience,
      undefined,
      (on, probe, budgets) => answers.get(probeKey(probe)) ?? ask(on, probe, budgets),
    );
    const conclusion = conclusionOf(diagnose(one, observations, []));
    if (like !== undefined && net.over() === undefined) remember(judged, like, conclusion);
    return conclusion;
  };
  const source = domains[Symbol.asyncIterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    try {
      for (let next = await source.next(); !next.done && !failed; next = await source.next())
        take(next.value, await conclude(next.value));
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: DOMAINS_AT_ONCE }, lane));
  await source.return?.();
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
}

function conclusionOf({ verdict, predicted, causes, symptoms, notes, targets }: Diagnosis): Conclusion {
  return {
    verdict,
    predicted,
    targets,
    causes: [...new Set(causes.map(({ code }) => code))],
    severities: [...causes, ...symptoms, ...notes].map(({ severity }) => severity),
  };
}

/**
 * A text that two domains share only when no rule can tell them apart: beside each other in the tree, their own labels
 * of the same shape, and the same said about them by every resolver, their own names apart. Undefined when that is not
 * sure: near the root, where names have a meaning of their own; when an answer holds the label; when anything went wrong.
 */
export function likeness(domain: Fqdn, outcomes: readonly Outcome<unknown>[]): string | undefined {
  const [label = '', ...above] = labelsOf(domain);
  if (above.length < 2 || !/^[a-z0-9]+$/.test(label)) return undefined;
  const said: unknown[] = [];
  for (const outcome of outcomes) {
    if (!outcome.ok) return undefined;
    const { octets: _octets, ...answer } = outcome.value as DnsAnswer;
    // FORMERR is followed by another question about the domain.
    if (answer.rcode === 'FORMERR' || answer.lost > 0) return undefined;
    said.push(answer);
  }
  const text = JSON.stringify(said).replaceAll(`"${kmsOwnerName(domain)}"`, '"@"');
  if (text.includes(label)) return undefined;
  const shape = label.replace(/[a-z]/g, 'a').replace(/[0-9]/g, '0');
  return `${shape}.${above.join('.')} ${text}`;
}

/** Asks about hosts and endpoints once for all domains, and forgets the oldest when there are many. */
function sharing(ask: AskProbe): AskProbe {
  const shared = new Map<string, Outcome<unknown> | Promise<Outcome<unknown>>>();
  return (net, probe, patience) => {
    if (probe.kind === 'dns' && probe.purpose !== 'address') return ask(net, probe, patience);
    const key = probeKey(probe);
    const known = shared.get(key);
    if (known !== undefined) return known;
    const answer = ask(net, probe, patience);
    remember(shared, key, answer);
    if (answer instanceof Promise)
      answer.then(
        (outcome) => shared.has(key) && shared.set(key, outcome),
        () => shared.delete(key),
      );
    return answer;
  };
}

function remember<T>(known: Map<string, T>, key: string, value: T): void {
  known.set(key, value);
  const [oldest] = known.size > MAX_SHARED ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
}
