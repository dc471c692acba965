import type { FindingCode } from '../../core/catalogue.ts';
import type { Evidence } from '../../core/finding.ts';
import { kmsOwnerName, SPP_REGISTRY_KEY } from '../../core/kms.ts';
import { displayName, type Fqdn, labelsOf, parentOf, readName } from '../../core/name.ts';
import { clientDomains } from '../case.ts';
import { kmsHostFiles } from '../client-profile.ts';
import { type Fact, factsOf } from '../fact.ts';
import { convict, type Judgement, type Matter, type Rule, sawDns, sawFact } from '../judgement.ts';
import { explainPublicationCode } from '../publication-code.ts';
import { srvRecordsOf, wordOf } from '../seen.ts';
import { directoryExplains, nameIn, permissionsFor } from './directory.ts';
import { exportedHost } from './host.ts';

/** Domains the client asks for and in which nobody publishes. */
function lackingDomains({ one, seen }: Matter): readonly Fqdn[] {
  return clientDomains(one).filter((domain) => {
    const said = seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) });
    return (
      said.some((each) => ['nxdomain', 'nodata'].includes(wordOf(each).kind)) &&
      said.every((each) => srvRecordsOf(each).length === 0)
    );
  });
}

/** PUB-001, PUB-003, PUB-004, PUB-010: what the host was told to publish explains what is missing. */
const told: Rule = (matter) => {
  const { facts, seen, one } = matter;
  const found: Judgement[] = [];
  const lacking = lackingDomains(matter);
  const modern = one.client.generation !== 'vista';
  const evidenceFor = (domain: Fqdn) =>
    seen
      .dns({ purpose: 'srv', name: kmsOwnerName(domain) })
      .slice(0, 1)
      .map(sawDns);
  for (const fact of factsOf(facts, 'publishing-disabled')) {
    if (!fact.disabled || (fact.legacyKey && modern)) continue;
    for (const domain of lacking)
      found.push(
        convict(
          'PUB-001',
          { domain },
          { subject: displayName(domain), evidence: [sawFact(fact), ...evidenceFor(domain)] },
        ),
      );
  }
  const off = factsOf(facts, 'publishing-disabled').some(
    ({ disabled, legacyKey }) => disabled && !(legacyKey && modern),
  );
  const host = exportedHost(facts);
  // Outside any domain there is no home to publish in.
  const home = host === undefined || labelsOf(host).length < 2 ? undefined : parentOf(host);
  for (const fact of factsOf(facts, 'publish-list')) {
    if (fact.legacyKey && modern) {
      found.push(
        convict(
          'PUB-004',
          {},
          {
            subject: fact.place,
            evidence: [
              sawFact(fact),
              { observation: fact.id, says: `Windows 7 and later read ${SPP_REGISTRY_KEY}` },
            ],
          },
        ),
      );
      continue;
    }
    const listed = fact.entries.flatMap((entry) => {
      const read = readName(entry.split(',')[0]!.trim());
      return read.ok ? [read.name] : [];
    });
    const spoken = factsOf(facts, 'event').filter(({ eventId }) => eventId === 12293 || eventId === 12294);
    for (const domain of off ? [] : lacking) {
      const told = listed.includes(domain);
      if (told && labelsOf(domain).length === 1)
        found.push(
          convict(
            'PUB-018',
            { domain },
            { subject: displayName(domain), evidence: [sawFact(fact), ...evidenceFor(domain)] },
          ),
        );
      else if (told && spoken.length > 0 && spoken.every((event) => domainOf(event) !== domain)) {
        const says = `${spoken.length} events speak of other domains, none of ${displayName(domain)}`;
        const evidence = [sawFact(fact), { observation: spoken[0]!.id, says }] as const;
        found.push(convict('PUB-017', { domain }, { subject: displayName(domain), evidence }));
      }
      if (!told && domain !== home)
        found.push(
          convict(
            'PUB-003',
            { domain },
            { subject: displayName(domain), evidence: [sawFact(fact), ...evidenceFor(domain)] },
          ),
        );
    }
    for (const [i, entry] of fact.entries.entries()) {
      const problem = entryProblem(entry, host, lacking);
      if (problem !== undefined)
        found.push(
          convict(
            'PUB-005',
            {},
            {
              subject: `entry ${i + 1}: ${JSON.stringify(entry)}`,
              evidence: [{ observation: fact.id, says: `${fact.file} ${fact.place}: ${problem}` }],
              severity: lacking.length > 0 ? 'error' : 'warning',
            },
          ),
        );
    }
    if (home !== undefined && fact.entries.length > 0 && !listed.includes(home))
      found.push(
        convict('PUB-010', { domain: home }, { subject: displayName(home), evidence: [sawFact(fact)] }),
      );
  }
  // A host that publishes at home only, and clients elsewhere: no list at all says the same as a list without them.
  if (factsOf(facts, 'publish-list').length === 0 && !off && home !== undefined) {
    const named = factsOf(facts, 'host-name')[0];
    for (const domain of lacking) {
      if (domain === home || named === undefined) continue;
      found.push(
        convict(
          'PUB-003',
          { domain },
          {
            subject: displayName(domain),
            evidence: [
              {
                observation: named.id,
                says: `${displayName(host!)} has no DnsDomainPublishList and publishes in ${displayName(home)} only`,
              },
              ...evidenceFor(domain),
            ],
          },
        ),
      );
    }
  }
  return found;
};

/** What is wrong with one line of the list; undefined when nothing is. kms.md 4.5. */
function entryProblem(entry: string, host: Fqdn | undefined, lacking: readonly Fqdn[]): string | undefined {
  const fields = entry.split(',').map((field) => field.trim());
  const [domain = '', ...numbers] = fields;
  const read = readName(domain);
  if (!read.ok) return `not a domain: ${read.problem}`;
  if (fields.length > 3) return 'more than domain, priority, weight';
  if (numbers.some((text) => !/^\d+$/.test(text) || Number(text) > 65535))
    return 'priority and weight must be 0…65535';
  if (domain.includes('_'))
    return 'an underscore: names of hosts and services do not belong here, only domains';
  // A domain of one label that clients ask in is meant as it stands: PUB-018.
  if (labelsOf(read.name).length === 1 && !lacking.includes(read.name))
    return 'a single label; write the full domain';
  if (read.name === host) return 'the name of a host; the list holds domains';
  return undefined;
}

/** The domain that an event of publication is about. */
function domainOf({ subject }: Fact<'event'>): Fqdn | undefined {
  return nameIn(subject ?? '');
}

/** What a code of event 12293 may mean on the server's side; it proves none of them alone (kms.md 4.3). */
const READINGS: Readonly<Record<string, readonly FindingCode[]>> = {
  '0x80072338': ['ACL-001', 'ACL-006'],
  '0x80072339': ['ACL-006'],
  '0x8007233A': ['ACL-006'],
  '0x8007232D': ['ACL-007', 'ZON-011'],
  '0x8007232C': ['ZON-011'],
  '0x80072331': ['ZON-013'],
  '0x80072332': ['ZON-013'],
};

/** Where the directory lets every host write: what refused the host is older than its permission. */
function lateTickets(
  facts: readonly Fact[],
  domain: Fqdn | undefined,
  event: Fact<'event'>,
): readonly Evidence[] {
  const told = domain === undefined ? [] : permissionsFor(facts, domain, event);
  if (told.length === 0 || told.some(({ mayWrite }) => mayWrite !== 'yes')) return [];
  return told.map(({ id, host, because }) => ({
    observation: id,
    says: `the directory lets ${host} write (${because}); a host whose ticket is older than its group is refused until it restarts`,
  }));
}

/** PUB-002, and what its code may mean: event 12293. */
const events: Rule = ({ facts }) => {
  const found: Judgement[] = [];
  const published = factsOf(facts, 'event').filter(({ eventId }) => eventId === 12294);
  for (const event of factsOf(facts, 'event')) {
    if (event.eventId !== 12293) continue;
    const domain = domainOf(event);
    const later = published.some(
      ({ at, subject }) =>
        subject === event.subject && at !== undefined && event.at !== undefined && at > event.at,
    );
    const subject = `${event.subject ?? 'a domain'}: ${event.hresult ?? 'no code'}`;
    const says =
      event.hresult === undefined ? 'event 12293 without a code' : explainPublicationCode(event.hresult);
    found.push(
      convict('PUB-002', domain === undefined ? {} : { domain }, {
        subject,
        evidence: [sawFact(event), { observation: event.id, says }, ...lateTickets(facts, domain, event)],
        severity: later ? 'notice' : 'error',
      }),
    );
    const told = domain === undefined ? undefined : directoryExplains(facts, domain, event);
    for (const code of later || told === 'denied' ? [] : (READINGS[event.hresult ?? ''] ?? [])) {
      if (code === 'ACL-001' && told === 'allowed') continue;
      found.push(
        convict(code, domain === undefined ? {} : { domain }, {
          subject,
          evidence: [{ observation: event.id, says }],
          severity: 'notice',
        }),
      );
    }
  }
  return found;
};

/** Values that a KMS host reads; all others are a client's. */
const HOST_VALUES =
  /(DnsDomainPublishList|DisableDnsPublishing|KeyManagementServiceListeningPort|EnableKmsLowPriority|VLActivationInterval|VLRenewalInterval)$/i;

/** PUB-011, CLI-027: a value of a type Windows does not read. */
const types: Rule = (matter) =>
  factsOf(matter.facts, 'wrong-type').map((fact) => {
    const { value, found, expected } = fact;
    const subject = `${value}: ${found} instead of ${expected}`;
    const evidence = [sawFact(fact)] as const;
    if (!HOST_VALUES.test(value)) return convict('CLI-027', {}, { subject, evidence });
    // A list that names the domain, and is not read, is why nobody publishes there; any other value is not.
    const meant = value.endsWith('DnsDomainPublishList')
      ? lackingDomains(matter).find((domain) => fact.raw.toLowerCase().includes(displayName(domain)))
      : undefined;
    return convict('PUB-011', { domain: meant ?? fact.file }, { subject, evidence });
  });

/** HST-010, PUB-019: a host that cannot publish anything, whatever it is told. */
const unable: Rule = (matter) => {
  const { facts } = matter;
  const files = kmsHostFiles(facts);
  const lacking = lackingDomains(matter);
  const severity = lacking.length > 0 ? 'error' : 'notice';
  const found: Judgement[] = [];
  for (const fact of facts) {
    if (!files.has(fact.file)) continue;
    if (fact.kind === 'dns-servers' && fact.servers.length === 0)
      found.push(convict('HST-010', {}, { subject: fact.adapter, evidence: [sawFact(fact)], severity }));
    if (fact.kind === 'primary-suffix' && fact.suffix === '')
      found.push(convict('PUB-019', {}, { subject: fact.file, evidence: [sawFact(fact)], severity }));
  }
  return found;
};

/** PUB-020: the host says that it published, and the zone says that there is nothing. */
const dropped: Rule = ({ facts, seen }) =>
  factsOf(facts, 'event').flatMap((event): Judgement[] => {
    const domain = event.eventId === 12294 ? domainOf(event) : undefined;
    if (domain === undefined) return [];
    const denial = seen
      .dns({ purpose: 'srv-authority', name: kmsOwnerName(domain) })
      .find((said) => wordOf(said).kind === 'nxdomain' || wordOf(said).kind === 'nodata');
    if (denial === undefined) return [];
    const evidence = [sawFact(event), sawDns(denial)] as const;
    return [convict('PUB-020', { domain }, { subject: displayName(domain), evidence })];
  });

/** PUB-006, PUB-012: what the host is told to publish, and what the desired state wants of it. ACL-005: hosts of several domains. */
const againstPlan: Rule = ({ facts, one }) => {
  const found: Judgement[] = [];
  const host = exportedHost(facts);
  for (const fact of factsOf(facts, 'publish-list')) {
    for (const entry of one.expected.length === 0 || host === undefined ? [] : fact.entries) {
      const [text = '', priority = '0', weight = '0'] = entry.split(',').map((field) => field.trim());
      const read = readName(text);
      if (!read.ok) continue;
      const wanted = one.expected
        .find(({ domain }) => domain === read.name)
        ?.publish.find(({ target }) => target === host);
      const subject = `${displayName(host!)} in ${displayName(read.name)}`;
      const evidence = [sawFact(fact)] as const;
      if (wanted === undefined) found.push(convict('PUB-012', { domain: read.name }, { subject, evidence }));
      else if (wanted.priority !== Number(priority) || wanted.weight !== Number(weight)) {
        const says = `the desired state has priority ${wanted.priority} and weight ${wanted.weight}, the list ${priority} and ${weight}`;
        found.push(
          convict(
            'PUB-006',
            { domain: read.name },
            { subject, evidence: [...evidence, { observation: fact.id, says }] },
          ),
        );
      }
    }
  }
  const files = kmsHostFiles(facts);
  const homes = factsOf(facts, 'primary-suffix').filter(
    ({ file, suffix }) => files.has(file) && suffix !== '',
  );
  const names = new Set(homes.map(({ suffix }) => suffix.toLowerCase().replace(/\.$/, '')));
  const [first, ...others] = homes.map(sawFact);
  if (names.size > 1 && first !== undefined)
    found.push(convict('ACL-005', {}, { subject: [...names].join(', '), evidence: [first, ...others] }));
  return found;
};

export const PUBLICATION_RULES: readonly Rule[] = [told, events, types, unable, dropped, againstPlan];
