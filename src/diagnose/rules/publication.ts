import { kmsOwnerName, SPP_REGISTRY_KEY } from '../../core/kms.ts';
import { displayName, type Fqdn, labelsOf, parentOf, readName } from '../../core/name.ts';
import { clientDomains } from '../case.ts';
import { factsOf } from '../fact.ts';
import { convict, type Judgement, type Matter, type Rule, sawDns, sawFact } from '../judgement.ts';
import { explainPublicationCode } from '../publication-code.ts';
import { srvRecordsOf, wordOf } from '../seen.ts';
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
  const home = host === undefined ? undefined : parentOf(host);
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
    for (const domain of off ? [] : lacking) {
      if (!listed.includes(domain) && domain !== home)
        found.push(
          convict(
            'PUB-003',
            { domain },
            { subject: displayName(domain), evidence: [sawFact(fact), ...evidenceFor(domain)] },
          ),
        );
    }
    for (const [i, entry] of fact.entries.entries()) {
      const problem = entryProblem(entry, host);
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
function entryProblem(entry: string, host: Fqdn | undefined): string | undefined {
  const fields = entry.split(',').map((field) => field.trim());
  const [domain = '', ...numbers] = fields;
  const read = readName(domain);
  if (!read.ok) return `not a domain: ${read.problem}`;
  if (fields.length > 3) return 'more than domain, priority, weight';
  if (numbers.some((text) => !/^\d+$/.test(text) || Number(text) > 65535))
    return 'priority and weight must be 0…65535';
  if (domain.includes('_'))
    return 'an underscore: names of hosts and services do not belong here, only domains';
  if (labelsOf(read.name).length === 1) return 'a single label; write the full domain';
  if (read.name === host) return 'the name of a host; the list holds domains';
  return undefined;
}

/** PUB-002, and what its code means: event 12293. */
const events: Rule = ({ facts }) => {
  const found: Judgement[] = [];
  const published = factsOf(facts, 'event').filter(({ eventId }) => eventId === 12294);
  for (const event of factsOf(facts, 'event')) {
    if (event.eventId !== 12293) continue;
    const later = published.some(
      ({ at, subject }) =>
        subject === event.subject && at !== undefined && event.at !== undefined && at > event.at,
    );
    const subject = `${event.subject ?? 'a domain'}: ${event.hresult ?? 'no code'}`;
    const says =
      event.hresult === undefined ? 'event 12293 without a code' : explainPublicationCode(event.hresult);
    found.push(
      convict('PUB-002', event.subject === undefined ? {} : { domain: event.subject }, {
        subject,
        evidence: [sawFact(event), { observation: event.id, says }] as never,
        severity: later ? 'notice' : 'error',
      }),
    );
  }
  return found;
};

/** Values that a KMS host reads; all others are a client's. */
const HOST_VALUES =
  /(DnsDomainPublishList|DisableDnsPublishing|KeyManagementServiceListeningPort|EnableKmsLowPriority|VLActivationInterval|VLRenewalInterval)$/i;

/** PUB-011, CLI-027: a value of a type Windows does not read. */
const types: Rule = ({ facts }) =>
  factsOf(facts, 'wrong-type').map((fact) =>
    convict(
      HOST_VALUES.test(fact.value) ? 'PUB-011' : 'CLI-027',
      {},
      { subject: `${fact.value}: ${fact.found} instead of ${fact.expected}`, evidence: [sawFact(fact)] },
    ),
  );

export const PUBLICATION_RULES: readonly Rule[] = [told, events, types];
