import { parseIpAddress } from '../../core/address.ts';
import type { FindingCode } from '../../core/catalogue.ts';
import type { Severity } from '../../core/finding.ts';
import { KMS_PORT, KMS_SERVICE, kmsOwnerName } from '../../core/kms.ts';
import { displayName, type Fqdn, isWithin, labelsOf, parseFqdn } from '../../core/name.ts';
import { nearMisses } from '../../core/near-miss.ts';
import { recordSetFindings } from '../../core/publication-findings.ts';
import { firstTryShares, formatRecord, type SrvRecord } from '../../core/srv.ts';
import { allDomains, clientDomains } from '../case.ts';
import { serversFor } from '../diversion.ts';
import { wasCancelled } from '../host-fate.ts';
import { atLeastOne, convict, type Judgement, type Matter, type Rule, sawDns } from '../judgement.ts';
import type { Observation } from '../observation.ts';
import { describeWord, srvRecordsOf, wordOf } from '../seen.ts';
import { zoneOf } from '../zone-seen.ts';

/** The answers about one domain that have records, resolvers first. */
function answersWith({ seen }: Matter, owner: Fqdn): readonly Observation<'dns'>[] {
  return [
    ...seen.dns({ purpose: 'srv', name: owner }),
    ...seen.dns({ purpose: 'srv-authority', name: owner }),
  ].filter((said) => srvRecordsOf(said).length > 0);
}

/** SRV-001, SRV-002: the record is not there; SRV-003, SRV-004, SRV-025: it is under another name. */
const missing: Rule = (matter) => {
  const { one, seen, walk } = matter;
  const found: Judgement[] = [];
  const own = clientDomains(one);
  for (const domain of allDomains(one)) {
    const owner = kmsOwnerName(domain);
    const said = [
      ...seen.dns({ purpose: 'srv', name: owner }),
      ...seen.dns({ purpose: 'srv-authority', name: owner }),
    ].filter((each) => !wasCancelled(each));
    const denials = said.filter((each) => ['nxdomain', 'nodata'].includes(wordOf(each).kind));
    const has = said.some((each) => srvRecordsOf(each).length > 0);
    const wrong =
      seen.dns({ purpose: 'near-miss' }).length === 0
        ? []
        : nearMisses(domain, zoneOf(seen, owner) ?? domain);
    const misses = wrong.flatMap(({ name, code }) => {
      const hit = seen.dns({ purpose: 'near-miss', name }).find((each) => srvRecordsOf(each).length > 0);
      return hit === undefined || isWildcard(matter, domain) ? [] : [{ name, code, hit }];
    });
    for (const { name, code, hit } of misses) {
      found.push(
        convict(
          code,
          { domain },
          { subject: name, evidence: [sawDns(hit)], severity: has ? 'warning' : 'critical' },
        ),
      );
    }
    if (has || denials.length === 0) {
      if (!has && said.length === 0 && serversFor(one.client, owner).length > 0)
        found.push({
          kind: 'unknown',
          code: 'SRV-001',
          slug: 'srv-missing-name',
          because: `${owner} was not asked for before the run ended`,
        });
      else if (!has && said.length > 0)
        found.push({
          kind: 'unknown',
          code: 'SRV-001',
          slug: 'srv-missing-name',
          because: `nobody answered whether ${owner} exists: ${said.map(describeWord).join('; ')}`,
        });
      continue;
    }
    const evidence = atLeastOne(denials.map(sawDns));
    const severity = gravityOfAbsence(walk, own, domain);
    if (evidence === undefined || severity === undefined) continue;
    const code = denials.some((each) => wordOf(each).kind === 'nodata') ? 'SRV-002' : 'SRV-001';
    found.push(convict(code, { domain }, { subject: owner, evidence, severity }));
  }
  return found;
};

/** How much this client misses the record of a domain; undefined when it does well without. */
function gravityOfAbsence(
  { ending }: Matter['walk'],
  own: readonly Fqdn[],
  domain: Fqdn,
): Severity | undefined {
  if (own.length > 0 && !own.includes(domain)) return 'warning';
  if (ending.kind === 'none') return ending.stage === 'suffix' ? 'critical' : 'warning';
  if (ending.kind === 'undecided') return 'critical';
  // A suffix without a record is normal as long as a later one has it; a cached host lasts until it is shut down.
  return ending.via === 'cache' ? 'warning' : undefined;
}

/** CLI-013: the record stands where no client looks. */
const bareLabel: Rule = ({ seen, walk }) => {
  if (walk.ending.kind !== 'none' || walk.ending.stage !== 'suffix') return [];
  return seen
    .dns({ purpose: 'bare-label', name: parseFqdn(KMS_SERVICE) })
    .filter((said) => srvRecordsOf(said).length > 0)
    .map((said) => convict('CLI-013', {}, { subject: `${KMS_SERVICE}.`, evidence: [sawDns(said)] }));
};

function isWildcard({ one, seen }: Matter, domain: Fqdn): boolean {
  return seen
    .dns({ purpose: 'control-name', type: 'SRV' })
    .some(
      (said) =>
        said.probe.name.startsWith(`_${one.randomLabel}.`) &&
        said.probe.name.endsWith(`.${domain}`) &&
        srvRecordsOf(said).length > 0,
    );
}

/** SRV-005…SRV-008, SRV-022: what is wrong in a record itself. */
const records: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(matter.one)) {
    const owner = kmsOwnerName(domain);
    const zone = zoneOf(matter.seen, owner);
    const [said] = answersWith(matter, owner);
    if (said === undefined) continue;
    const set = srvRecordsOf(said);
    for (const record of set) {
      for (const code of recordFaults(matter, record, domain, zone)) {
        const severity = code === 'SRV-005' && set.length > 1 ? 'error' : undefined;
        found.push(
          convict(
            code,
            { domain, host: record.target },
            {
              subject: formatRecord(record),
              evidence: [sawDns(said)],
              ...(severity === undefined ? {} : { severity }),
            },
          ),
        );
      }
    }
  }
  return found;
};

function recordFaults(
  { seen }: Matter,
  { target }: SrvRecord,
  domain: Fqdn,
  zone: Fqdn | undefined,
): FindingCode[] {
  const codes: FindingCode[] = [];
  if (target === '.') return [...codes, 'SRV-005'];
  if (!labelsOf(target).every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(label)))
    codes.push('SRV-030');
  if (parseIpAddress(displayName(target)) !== undefined) return [...codes, 'SRV-006'];
  const missing = seen
    .dns({ purpose: 'address', name: target })
    .some((said) => wordOf(said).kind === 'nxdomain');
  const doubled = [domain, ...(zone === undefined ? [] : [zone])].some((suffix) =>
    target.endsWith(`.${suffix}${suffix}`),
  );
  if (doubled && missing) return [...codes, 'SRV-007'];
  if (labelsOf(target).length === 1) codes.push('SRV-008');
  if (zone !== undefined && !isWithin(target, zone)) codes.push('SRV-022');
  return codes;
}

/** SRV-009: a target that is an alias; SRV-021: an answer that does not fit into a datagram. */
const answers: Rule = (matter) => {
  const { one, seen } = matter;
  const found: Judgement[] = [];
  const targets = new Set<Fqdn>();
  for (const domain of allDomains(one)) {
    for (const said of answersWith(matter, kmsOwnerName(domain)))
      for (const { target } of srvRecordsOf(said)) targets.add(target);
    const [said] = answersWith(matter, kmsOwnerName(domain));
    if (said?.outcome.ok && said.outcome.value.truncated) {
      const says = `${said.outcome.value.sizeOctets} octets: cut over UDP, whole over TCP`;
      found.push(
        convict(
          'SRV-021',
          { domain },
          { subject: kmsOwnerName(domain), evidence: [{ observation: said.id, says }] },
        ),
      );
    }
  }
  for (const target of targets) {
    for (const said of seen.dns({ purpose: 'address', name: target })) {
      const alias = said.outcome.ok
        ? said.outcome.value.answers.find(({ owner, type }) => owner === target && type === 'CNAME')?.target
        : undefined;
      if (alias === undefined) continue;
      found.push(
        convict(
          'SRV-009',
          { host: target },
          { subject: displayName(target), evidence: [{ observation: said.id, says: `CNAME to ${alias}` }] },
        ),
      );
      break;
    }
  }
  return found;
};

/** SRV-010…SRV-015, SRV-020: the same remarks on a set that `plan` makes. */
const remarks: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(matter.one)) {
    const owner = kmsOwnerName(domain);
    const [said] = answersWith(matter, owner);
    const word = said === undefined ? undefined : wordOf(said);
    if (said === undefined || word?.kind !== 'records') continue;
    // What a resolver serves from its cache has a part of its TTL only.
    const full = answersWith(matter, owner).reduce((most, each) => Math.max(most, wordTtl(each)), 0);
    const raised = wrongPort(matter).length > 0;
    for (const finding of recordSetFindings({
      name: owner,
      ttlSeconds: full,
      records: srvRecordsOf(said),
      seenAt: said.id,
      hosts: matter.one.hosts,
    })) {
      if (finding.code !== 'SRV-011' || !raised) found.push({ kind: 'finding', finding, scope: { domain } });
    }
  }
  return found;
};

function wordTtl(said: Observation<'dns'>): number {
  const word = wordOf(said);
  return word.kind === 'records' ? (word.records[0]?.ttlSeconds ?? 0) : 0;
}

/** SRV-028: weights that divide nothing; SRV-029: records of one set that are kept for different times. */
const division: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(matter.one)) {
    const owner = kmsOwnerName(domain);
    for (const said of answersWith(matter, owner).slice(0, 1)) {
      const set = srvRecordsOf(said);
      const word = wordOf(said);
      const alone = new Set(set.map(({ priority }) => priority)).size === set.length;
      if (alone && set.filter(({ weight }) => weight > 0).length > 1)
        found.push(convict('SRV-028', { domain }, { subject: owner, evidence: [sawDns(said)] }));
      const ttls =
        word.kind === 'records' ? [...new Set(word.records.map(({ ttlSeconds }) => ttlSeconds))] : [];
      if (ttls.length > 1) {
        const says = `TTLs of ${ttls.join(', ')} s`;
        found.push(
          convict('SRV-029', { domain }, { subject: owner, evidence: [{ observation: said.id, says }] }),
        );
      }
    }
  }
  return found;
};

/** SRV-016, SRV-017: how often, and for how long, a client meets a host that fails. SRV-023: who ignores all this. */
const chances: Rule = ({ one, walk }) => {
  const found: Judgement[] = [];
  const { records: set, hosts, answer, domain, firstTryFailure } = walk;
  if (answer === undefined || domain === undefined || set.length === 0) return found;
  const dead = hosts.filter(({ fate }) => fate === 'fails');
  const says = dead
    .map(({ host, port, because }) => `${displayName(host as Fqdn)}:${port}: ${because}`)
    .join('; ');
  const best = firstTryShares(set).filter(({ record }) => record.priority === set[0]!.priority);
  const topDead = best.every(({ record }) =>
    dead.some(({ host, port }) => host === record.target && port === record.port),
  );
  if (dead.length > 0 && firstTryFailure !== undefined && firstTryFailure > 0) {
    const evidence = [sawDns(answer), { observation: answer.id, says }] as const;
    const title = `${(firstTryFailure * 100).toFixed(1).replace(/\.0$/, '')} % of first tries meet a host that fails`;
    if (topDead) found.push(convict('SRV-016', { domain }, { subject: displayName(domain), evidence }));
    else found.push(convict('SRV-017', { domain }, { subject: displayName(domain), evidence, title }));
  }
  if (
    one.client.generation === 'vista' &&
    new Set(set.map(({ priority, weight }) => `${priority} ${weight}`)).size > 1
  ) {
    found.push(convict('SRV-023', { domain }, { subject: displayName(domain), evidence: [sawDns(answer)] }));
  }
  return found;
};

/** The first server that says that nothing is published here: that a client does well without it is another matter. */
function denialOf({ seen }: Matter, owner: Fqdn): Observation<'dns'> | undefined {
  return [
    ...seen.dns({ purpose: 'srv-authority', name: owner }),
    ...seen.dns({ purpose: 'srv', name: owner }),
  ].find((said) => wordOf(said).kind === 'nxdomain' || wordOf(said).kind === 'nodata');
}

/** SRV-018, SRV-019, PUB-009: what the desired state says and what is published. */
const againstPlan: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const { domain, owner, publish, policy } of matter.one.expected) {
    const said = answersWith(matter, owner)[0] ?? denialOf(matter, owner);
    if (said === undefined) continue;
    const live = srvRecordsOf(said);
    const strangers = live.filter(({ target }) => !publish.some((one) => one.target === target));
    for (const { target } of strangers) {
      found.push(
        convict(
          'SRV-018',
          { domain, host: target },
          { subject: displayName(target), evidence: [sawDns(said)] },
        ),
      );
      const gone = matter.walk.hosts.find(({ host, fate }) => host === target && fate === 'fails');
      if (gone !== undefined) {
        const evidence = [
          sawDns(said),
          { observation: gone.evidence[0] ?? said.id, says: gone.because },
        ] as const;
        found.push(convict('SRV-019', { domain, host: target }, { subject: displayName(target), evidence }));
      }
    }
    const lacking = publish.filter(
      (wanted) => !live.some((one) => formatRecord(one) === formatRecord(wanted)),
    );
    if (lacking.length > 0 || (policy === 'exact' && strangers.length > 0)) {
      const says =
        lacking.map((record) => `not published as wanted: ${formatRecord(record)}`).join('; ') ||
        'records that the desired state does not list';
      found.push(
        convict(
          'PUB-009',
          { domain },
          { subject: owner, evidence: [sawDns(said), { observation: said.id, says }] },
        ),
      );
    }
  }
  return found;
};

/** The wrong port in the record, where the host works on the standard one: SRV-011, raised. */
const wrongPort: Rule = ({ walk, seen }) => {
  const found: Judgement[] = [];
  if (walk.records.length === 0) return found;
  for (const { host, port, fate } of walk.hosts) {
    // That port 0 is none is said already.
    if (fate !== 'fails' || port === KMS_PORT || port === 0) continue;
    const works = seen
      .endpoints('standard-port')
      .find(({ probe, outcome }) => probe.host === host && outcome.ok && outcome.value.state === 'bound');
    if (works === undefined) continue;
    const evidence = [
      {
        observation: works.id,
        says: `${works.probe.to.address} accepts the bind on port ${KMS_PORT}, not on ${port}`,
      },
    ] as const;
    found.push(
      convict(
        'SRV-011',
        { host },
        {
          subject: `${displayName(host as Fqdn)}:${port}`,
          evidence,
          severity: 'error',
          title: `the record says port ${port}; the host listens on ${KMS_PORT}`,
        },
      ),
    );
  }
  return found;
};

export const RECORD_SET_RULES: readonly Rule[] = [
  missing,
  bareLabel,
  records,
  answers,
  remarks,
  division,
  chances,
  againstPlan,
  wrongPort,
];
