import type { Explained } from '../core/catalogue/entry.ts';
import type { FindingCode } from '../core/catalogue.ts';
import type { Severity } from '../core/finding.ts';
import { kmsOwnerName } from '../core/kms.ts';
import { canonicalRecords, firstTryShares, formatRecord, type SrvRecord } from '../core/srv.ts';
import { allDomains, type Case } from './case.ts';
import type { Diagnosis, TargetSeen, Undecided, Verdict } from './diagnosis.ts';
import type { Fact } from './fact.ts';
import { type Folded, fold } from './fold.ts';
import { hostFate } from './host-fate.ts';
import type { Judgement, Matter, Rule } from './judgement.ts';
import type { Observation } from './observation.ts';
import { CLIENT_RULES } from './rules/client.ts';
import { CLIENT_DOMAIN_RULES } from './rules/client-domain.ts';
import { DIRECTORY_RULES } from './rules/directory.ts';
import { ENDPOINT_RULES } from './rules/endpoint.ts';
import { HOST_RULES } from './rules/host.ts';
import { PUBLICATION_RULES } from './rules/publication.ts';
import { RECORD_SET_RULES } from './rules/record-set.ts';
import { REPORTED_RULES } from './rules/reported.ts';
import { RESOLVER_RULES } from './rules/resolver.ts';
import { RUN_RULES } from './rules/run.ts';
import { ZONE_RULES } from './rules/zone.ts';
import { type Seen, seenFrom, srvRecordsOf } from './seen.ts';
import { type Walk, walk } from './walk.ts';

const RULES: readonly Rule[] = [
  ...CLIENT_RULES,
  ...CLIENT_DOMAIN_RULES,
  ...RESOLVER_RULES,
  ...ZONE_RULES,
  ...RECORD_SET_RULES,
  ...ENDPOINT_RULES,
  ...HOST_RULES,
  ...PUBLICATION_RULES,
  ...DIRECTORY_RULES,
  ...RUN_RULES,
];

/**
 * What is wrong, on whose side, and what the user sees: a pure function of what was seen. The same observations and
 * facts give the same diagnosis, octet for octet.
 */
export function diagnose(one: Case, observations: readonly Observation[], facts: readonly Fact[]): Diagnosis {
  const seen = seenFrom(observations);
  const journey = walk(one, seen);
  const matter: Matter = { one, seen, facts, walk: journey };
  const network = RULES.flatMap((rule) => rule(matter));
  const preliminary = fold(findingsIn(network));
  // What the user reports is judged last: it counts only where the network does not explain it already.
  const reported = REPORTED_RULES.flatMap((rule) => rule(matter, preliminary));
  const folded = fold(findingsIn([...network, ...reported]));
  const verdict = verdictOf(journey, folded, reported);
  return {
    verdict,
    predicted: predictedFor(verdict, journey, folded, one.reported, reported),
    ...folded,
    unknowns: unknownsOf([...network, ...reported], folded),
    targets: targetsOf(one, seen),
    steps: journey.steps,
    observations,
    facts,
  };
}

function findingsIn(judgements: readonly Judgement[]): readonly Extract<Judgement, { kind: 'finding' }>[] {
  return judgements.filter((one) => one.kind === 'finding');
}

/** Whatever the network does: a wrong clock is turned away by every host, and another key asks none. */
const GETS_NOTHING: readonly string[] = ['CLI-022', 'CLI-024'] satisfies FindingCode[];

/** CONTRACT section 4, "Verdict". */
function verdictOf({ ending }: Walk, { causes, symptoms }: Folded, reported: readonly Judgement[]): Verdict {
  if (ending.kind === 'none' || causes.some(({ code }) => GETS_NOTHING.includes(code))) return 'broken';
  if (findingsIn(reported).some(({ finding }) => [...causes, ...symptoms].includes(finding))) return 'broken';
  if (ending.kind === 'undecided') return 'unknown';
  return causes.length > 0 ? 'degraded' : 'healthy';
}

/** What the user of this client would see; for a degraded one, at the attempts that fail. */
function predictedFor(
  verdict: Verdict,
  { ending, hosts }: Walk,
  { causes, symptoms }: Folded,
  code: string | undefined,
  reported: readonly Judgement[],
): readonly Explained[] {
  if (verdict === 'healthy' || verdict === 'unknown') return [];
  if (ending.kind === 'none' && !findingsIn(reported).some(({ finding }) => causes.includes(finding)))
    return ending.codes;
  const byReport = findingsIn(reported).find(({ finding }) => [...causes, ...symptoms].includes(finding));
  // The subject of such a finding is the code itself: what the user said, or an event.
  if (byReport !== undefined) return [{ hresult: code ?? byReport.finding.subject, basis: 'documented' }];
  const codes = hosts.filter(({ fate }) => fate === 'fails').flatMap((host) => host.codes);
  const named = codes.length > 0 ? codes : causes.flatMap(({ explains }) => explains);
  return named.filter((one, i) => named.findIndex(({ hresult }) => hresult === one.hresult) === i);
}

/** What could not be decided, without what was decided another way. */
function unknownsOf(
  judgements: readonly Judgement[],
  { causes, symptoms, notes }: Folded,
): readonly Undecided[] {
  const decided = new Set([...causes, ...symptoms, ...notes].map(({ code }) => code));
  const said = new Set<string>();
  return judgements.flatMap((one) => {
    if (one.kind !== 'unknown' || decided.has(one.code) || said.has(`${one.code} ${one.because}`)) return [];
    said.add(`${one.code} ${one.because}`);
    return [{ code: one.code, slug: one.slug, because: one.because }];
  });
}

/** Every target that any answer named, with what became of it; shares are those of its own domain. */
function targetsOf(one: Case, seen: Seen): readonly TargetSeen[] {
  const targets = new Map<string, TargetSeen>();
  for (const domain of allDomains(one)) {
    const owner = kmsOwnerName(domain);
    const answers = [
      ...seen.dns({ purpose: 'srv', name: owner }),
      ...seen.dns({ purpose: 'srv-authority', name: owner }),
    ];
    const records = canonicalRecords(answers.flatMap(srvRecordsOf));
    for (const { record, firstTryShare } of sharesFor(one, records)) {
      const key = `${owner} ${formatRecord(record)}`;
      const { target: host, port, priority, weight } = record;
      const { addresses } = hostFate(one, seen, 'target', host, port);
      targets.set(key, { host, port, priority, weight, firstTryShare, addresses });
    }
  }
  return [...targets.values()];
}

function sharesFor(
  { client }: Case,
  records: readonly SrvRecord[],
): readonly { record: SrvRecord; firstTryShare: number }[] {
  if (client.generation === 'vista')
    return records.map((record) => ({ record, firstTryShare: 1 / records.length }));
  return firstTryShares(records);
}

/** CONTRACT section 2. `reaches` says which severity turns a success into exit code 1. */
export function diagnoseExitCode(
  { verdict, causes, symptoms, notes }: Pick<Diagnosis, 'verdict' | 'causes' | 'symptoms' | 'notes'>,
  reaches: (severity: Severity) => boolean,
): 0 | 1 | 2 | 3 {
  return exitCodeBySeverity(
    verdict,
    [...causes, ...symptoms, ...notes].map(({ severity }) => severity),
    reaches,
  );
}

/** {@link diagnoseExitCode} where only the severities of the findings are left. */
export function exitCodeBySeverity(
  verdict: Verdict,
  severities: readonly Severity[],
  reaches: (severity: Severity) => boolean,
): 0 | 1 | 2 | 3 {
  if (verdict === 'broken') return 2;
  if (verdict === 'unknown') return 3;
  return severities.some(reaches) ? 1 : 0;
}
