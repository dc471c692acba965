import { kmsOwnerName } from '../../core/kms.ts';
import { displayName, isWithin, readName } from '../../core/name.ts';
import { clientDomains } from '../case.ts';
import { diversionOf, everyServer } from '../diversion.ts';
import { type Fact, factsOf } from '../fact.ts';
import { atLeastOne, becauseOf, convict, type Judgement, type Rule, sawDns, sawFact } from '../judgement.ts';
import { isDecisive, srvRecordsOf, wordOf } from '../seen.ts';
import { believed } from '../walk.ts';

/** CLI-007…CLI-009: one domain that shuts out the suffixes. */
const lookupDomain: Rule = (matter) => {
  const { one, walk } = matter;
  const { lookupDomain: lookup, pinned, generation } = one.client;
  if (lookup === undefined || generation !== 'windows10') return [];
  const evidence = becauseOf(matter, lookup.because);
  if (evidence === undefined) return [];
  const subject = displayName(lookup.value);
  const found: Judgement[] = [convict('CLI-007', { domain: lookup.value }, { subject, evidence })];
  if (pinned !== undefined)
    found.push(
      convict(
        'CLI-009',
        { domain: lookup.value },
        { subject, evidence: [...evidence, ...(becauseOf(matter, pinned.because) ?? [])] as never },
      ),
    );
  else if (walk.ending.kind === 'none' && walk.ending.stage === 'suffix') {
    const said = believed(one, matter.seen, kmsOwnerName(lookup.value));
    const word = said === undefined ? undefined : wordOf(said);
    if (said !== undefined && (word?.kind === 'nxdomain' || word?.kind === 'nodata')) {
      found.push(
        convict(
          'CLI-008',
          { domain: lookup.value },
          { subject, evidence: [...evidence, sawDns(said)] as never },
        ),
      );
    }
  }
  return found;
};

/** CLI-010…CLI-012, CLI-014, CLI-025, CLI-028: which names the client asks for at all. */
const suffixes: Rule = (matter) => {
  const { one, seen, walk, facts } = matter;
  const { client } = one;
  const found: Judgement[] = [];
  const domains = clientDomains(one);
  if (everyServer(client).length === 0 && client.pinned?.value.host?.kind !== 'address') {
    const evidence =
      becauseOf(matter, client.resolvers.because) ??
      ([{ observation: 'system', says: 'no DNS server is configured' }] as const);
    found.push(convict('CLI-025', {}, { subject: 'DNS servers', evidence }));
  }
  if (client.pinned !== undefined) return found;
  if (domains.length === 0 && client.suffixesUntold) {
    // What the evidence does not tell is not known; that there are none is not what it tells.
    const because =
      'no evidence tells the DNS suffixes of this client: add its ipconfig /all, or name its domain';
    found.push({ kind: 'unknown', code: 'CLI-010', slug: 'client-no-dns-suffix', because });
    return found;
  }
  if (domains.length === 0) {
    const evidence =
      becauseOf(matter, client.suffixes.because) ??
      ([{ observation: 'system', says: 'no DNS suffix is configured' }] as const);
    found.push(convict('CLI-010', {}, { subject: 'DNS suffixes', evidence }));
    return found;
  }
  // The record stands elsewhere, where somebody believed it to be: then the suffixes are at fault, not the zone.
  const elsewhere = [...one.examined, ...one.expected.map(({ domain }) => domain)].filter(
    (domain) => !domains.includes(domain),
  );
  const published = elsewhere.flatMap((domain) =>
    [
      ...seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) }),
      ...seen.dns({ purpose: 'srv-authority', name: kmsOwnerName(domain) }),
    ].filter((said) => srvRecordsOf(said).length > 0),
  );
  const lacking = domains.flatMap((domain) =>
    seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) }).filter((said) => isDecisive(wordOf(said))),
  );
  if (
    walk.ending.kind === 'none' &&
    walk.ending.stage === 'suffix' &&
    published.length > 0 &&
    lacking.length > 0
  ) {
    const evidence = atLeastOne([
      ...(becauseOf(matter, client.suffixes.because) ?? []),
      ...lacking.map(sawDns),
      ...published.slice(0, 2).map(sawDns),
    ]);
    if (evidence !== undefined)
      found.push(convict('CLI-011', {}, { subject: domains.map(displayName).join(', '), evidence }));
    const above = elsewhere.find(
      (parent) =>
        published.some(({ probe }) => probe.name === kmsOwnerName(parent)) &&
        domains.some((domain) => domain !== parent && isWithin(domain, parent)),
    );
    const kept = atLeastOne(keepsLabels(facts).map(sawFact));
    if (above !== undefined && kept !== undefined)
      found.push(convict('CLI-028', {}, { subject: displayName(above), evidence: kept }));
  }
  const wanted = one.expected.map(({ domain }) => domain).find((domain) => domains.includes(domain));
  if (
    walk.domain !== undefined &&
    wanted !== undefined &&
    walk.domain !== wanted &&
    walk.answer !== undefined
  ) {
    found.push(
      convict('CLI-012', {}, { subject: displayName(walk.domain), evidence: [sawDns(walk.answer)] }),
    );
  }
  const primary = factsOf(facts, 'primary-suffix')
    .map(({ suffix }) => readName(suffix))
    .find((read) => read.ok);
  if (
    walk.domain !== undefined &&
    walk.answer !== undefined &&
    primary?.ok &&
    primary.name !== walk.domain &&
    isWithin(primary.name, walk.domain) &&
    factsOf(facts, 'search-list').every(({ configured }) => !configured)
  ) {
    found.push(
      convict(
        'CLI-014',
        {},
        {
          subject: displayName(walk.domain),
          evidence: [sawDns(walk.answer), ...(becauseOf(matter, client.suffixes.because) ?? [])] as never,
        },
      ),
    );
  }
  return found;
};

/** Settings that keep a client from stripping labels: forbidden, stopped at a level, or a list in its place. */
function keepsLabels(facts: readonly Fact[]): readonly Fact[] {
  return [
    ...factsOf(facts, 'devolution').filter(({ on, level }) => !on || (level ?? 2) > 2),
    ...factsOf(facts, 'search-list').filter(({ configured }) => configured),
  ];
}

/** CLI-019: a policy sends the question to servers that do not have what others have. */
const diverted: Rule = (matter) => {
  const { one, seen, walk } = matter;
  if (walk.ending.kind !== 'none' || walk.ending.stage !== 'suffix') return [];
  return clientDomains(one).flatMap((domain): readonly Judgement[] => {
    const owner = kmsOwnerName(domain);
    const rule = diversionOf(one.client, owner);
    const said = rule === undefined ? undefined : believed(one, seen, owner);
    const evidence = becauseOf(matter, rule?.because ?? []);
    if (rule === undefined || said === undefined || evidence === undefined) return [];
    const silentThere = !isDecisive(wordOf(said));
    const elsewhere = [
      ...seen.dns({ purpose: 'control-diverted', name: owner }),
      ...seen.dns({ purpose: 'srv-authority', name: owner }),
    ].filter((each) => srvRecordsOf(each).length > 0 || (silentThere && isDecisive(wordOf(each))));
    // Nobody has it: then the record is missing, and where it was asked for is worth knowing.
    const severity = elsewhere.length > 0 ? 'error' : 'notice';
    const servers = rule.servers.map(({ address }) => address).join(', ');
    const subject = `${displayName(domain)} → ${servers}`;
    const all = [...evidence, sawDns(said), ...elsewhere.slice(0, 2).map(sawDns)] as never;
    return [convict('CLI-019', { domain }, { subject, evidence: all, severity })];
  });
};

export const CLIENT_DOMAIN_RULES: readonly Rule[] = [lookupDomain, suffixes, diverted];
