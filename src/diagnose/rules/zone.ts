import { formatEndpoint } from '../../core/address.ts';
import { isPublic } from '../../core/address-class.ts';
import type { Severity } from '../../core/finding.ts';
import { kmsOwnerName } from '../../core/kms.ts';
import { displayName, type Fqdn, isWithin, labelsOf } from '../../core/name.ts';
import { controlName } from '../../core/near-miss.ts';
import { formatRecord, sameRecords } from '../../core/srv.ts';
import type { Authority } from '../../core/zone.ts';
import { allDomains } from '../case.ts';
import { serversFor } from '../diversion.ts';
import { wasCancelled } from '../host-fate.ts';
import { atLeastOne, convict, type Judgement, type Matter, type Rule, sawDns } from '../judgement.ts';
import type { Observation } from '../observation.ts';
import { aliasChain, isDecisive, type Seen, srvRecordsOf, wordOf } from '../seen.ts';
import { authoritiesOf, delegationBelow, domainExists, zoneOf } from '../zone-seen.ts';

interface AuthorityWord {
  readonly authority: Authority;
  readonly said: Observation<'dns'>;
}

function authorityWords({ one, seen }: Matter, owner: Fqdn): readonly AuthorityWord[] {
  return authoritiesOf(one, seen, owner).flatMap((authority) => {
    const said = seen.dns({ purpose: 'srv-authority', name: owner, server: authority.server })[0];
    return said === undefined || wasCancelled(said) ? [] : [{ authority, said }];
  });
}

/** Does this server answer for the zone at all? One that knows its SOA and loses SRV is filtered, not lame. */
function isLame(seen: Seen, { said }: AuthorityWord): boolean {
  const word = wordOf(said);
  // Who serves the zone does not send others to it, nor to one above.
  if (word.kind === 'referral') {
    const zone = zoneOf(seen, said.probe.name);
    return zone !== undefined && isWithin(zone, word.zone);
  }
  if (word.kind === 'silent')
    return !seen
      .dns({ purpose: 'zone', server: said.probe.server })
      .some(({ probe, outcome }) => probe.role === 'authority' && outcome.ok && outcome.value.authoritative);
  if (word.kind === 'rcode') return true;
  return said.outcome.ok && !said.outcome.value.authoritative;
}

/** A denial by the root or a top-level domain, of the domain as a whole: one that has names of its own exists there. */
function isForeignDenial({ seen }: Matter, domain: Fqdn, { probe, outcome }: Observation<'dns'>): boolean {
  if (!outcome.ok || outcome.value.soa === undefined) return false;
  const { zone } = outcome.value.soa;
  if (isWithin(zone, domain) || labelsOf(zone).length >= Math.min(2, labelsOf(domain).length)) return false;
  return !domainExists(seen, domain, probe.server);
}

/** ZON-001, ZON-002: nobody is responsible, or those who are do not answer. */
const responsibility: Rule = (matter) => {
  const { one, seen } = matter;
  const found: Judgement[] = [];
  for (const domain of allDomains(one)) {
    const owner = kmsOwnerName(domain);
    const told = zoneOf(seen, owner);
    const zone = told === undefined ? undefined : (delegationBelow(seen, owner, told)?.zone ?? told);
    const denials = seen
      .dns({ purpose: 'srv', name: owner })
      .filter((said) => wordOf(said).kind === 'nxdomain');
    const foreign = denials.filter((said) => isForeignDenial(matter, domain, said));
    const orphan = atLeastOne(foreign.map(sawDns));
    // The servers of a zone above, who deny it themselves, serve it no more than anybody else.
    const served = authorityWords(matter, owner).some(
      (each) => !isLame(seen, each) && !isForeignDenial(matter, domain, each.said),
    );
    if (orphan !== undefined && foreign.length === denials.length && !served) {
      found.push(convict('ZON-001', { domain }, { subject: displayName(domain), evidence: orphan }));
    }
    const words = authorityWords(matter, owner);
    const lame = words.filter((each) => isLame(seen, each));
    const evidence = atLeastOne(lame.map(({ said }) => sawDns(said)));
    if (evidence === undefined) continue;
    const names = lame.map(({ authority }) =>
      authority.host === undefined
        ? formatEndpoint(authority.server)
        : `${displayName(authority.host)} (${authority.server.address})`,
    );
    const severity = lameness(matter, owner, lame, words);
    found.push(
      convict(
        'ZON-002',
        { domain },
        { subject: `${displayName(zone ?? domain)}: ${names.join(', ')}`, evidence, severity },
      ),
    );
  }
  return found;
};

/**
 * All lame, and the resolvers fail over it: nobody can learn the record. As long as a resolver still answers, a server
 * that only stays silent may just not be reachable from here.
 */
function lameness(
  { one, seen }: Matter,
  owner: Fqdn,
  lame: readonly AuthorityWord[],
  all: readonly AuthorityWord[],
): Severity {
  const served = serversFor(one.client, owner).some((server) =>
    seen.dns({ purpose: 'srv', name: owner, server }).some((said) => isDecisive(wordOf(said))),
  );
  if (!served && lame.length === all.length) return 'critical';
  // All of them silent, while the resolvers get answers: a firewall between here and there is likelier.
  const silent = lame.every(({ said }) => wordOf(said).kind === 'silent');
  return silent && served && lame.length === all.length ? 'notice' : 'warning';
}

/** ZON-003, ZON-004: responsible servers that say different things. */
const agreement: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(matter.one)) {
    const owner = kmsOwnerName(domain);
    const words = authorityWords(matter, owner).filter(
      (each) => !isLame(matter.seen, each) && wordOf(each.said).kind !== 'silent',
    );
    const groups = new Map<string, AuthorityWord[]>();
    for (const each of words) {
      const records = srvRecordsOf(each.said);
      const text = records.length === 0 ? 'no such record' : records.map(formatRecord).join('; ');
      groups.set(text, [...(groups.get(text) ?? []), each]);
    }
    const evidence = atLeastOne(words.map(({ said }) => sawDns(said)));
    if (groups.size < 2 || evidence === undefined) continue;
    const [odd] = [...groups.values()].sort((a, b) => a.length - b.length);
    const subject = odd!.map(({ authority }) => authority.server.address).join(', ');
    found.push(convict('ZON-003', { domain }, { subject: `${displayName(domain)}: ${subject}`, evidence }));
    found.push(...staleSerials(matter, domain, owner));
  }
  return found;
};

function staleSerials({ one, seen }: Matter, domain: Fqdn, owner: Fqdn): Judgement[] {
  const serials = authoritiesOf(one, seen, owner).flatMap(({ server }) =>
    seen
      .dns({ purpose: 'zone', type: 'SOA', server })
      .flatMap((said) =>
        said.outcome.ok && said.outcome.value.soa !== undefined && said.probe.role === 'authority'
          ? [{ server, said, soa: said.outcome.value.soa }]
          : [],
      ),
  );
  const newest = serials.reduce<number | undefined>(
    (most, { soa }) => (most === undefined || isNewer(soa.serial, most) ? soa.serial : most),
    undefined,
  );
  return serials.flatMap(({ server, said, soa }) => {
    if (newest === undefined || !isNewer(newest, soa.serial)) return [];
    const subject = formatEndpoint(server);
    const evidence = [
      {
        observation: said.id,
        says: `serial ${soa.serial}, newest ${newest}; the zone expires there after ${soa.expireSeconds} s without transfer`,
      },
    ] as const;
    return [convict('ZON-004', { domain, server: subject }, { subject, evidence })];
  });
}

/** Serial number arithmetic, RFC 1982 §3.2. */
function isNewer(a: number, b: number): boolean {
  return a !== b && (a - b) >>> 0 < 0x8000_0000;
}

/** ZON-005, ZON-006, ZON-007, ZON-010: cuts, wildcards and aliases on the way to the name. */
const shape: Rule = (matter) => {
  const { one, seen } = matter;
  const found: Judgement[] = [];
  for (const domain of allDomains(one)) {
    const owner = kmsOwnerName(domain);
    const zone = zoneOf(seen, owner);
    const answers = [
      ...seen.dns({ purpose: 'srv', name: owner }),
      ...seen.dns({ purpose: 'srv-authority', name: owner }),
    ];
    const published = answers.some((said) => srvRecordsOf(said).length > 0);
    const cut = seen
      .dns({ purpose: 'zone', type: 'SOA' })
      .find(({ outcome }) => outcome.ok && outcome.value.soa?.zone === `_tcp.${domain}`);
    if (zone === `_tcp.${domain}` && cut !== undefined && !published) {
      found.push(convict('ZON-005', { domain }, { subject: zone, evidence: [sawDns(cut)] }));
    }
    const control = seen
      .dns({ purpose: 'control-name', name: controlName(domain, one.randomLabel), type: 'SRV' })
      .find((said) => srvRecordsOf(said).length > 0);
    if (control !== undefined) {
      const same = answers.find(
        (said) => srvRecordsOf(said).length > 0 && sameRecords(srvRecordsOf(said), srvRecordsOf(control)),
      );
      const evidence = [sawDns(control), ...(same === undefined ? [] : [sawDns(same)])] as const;
      found.push(
        convict(
          'ZON-006',
          { domain },
          { subject: displayName(zone ?? domain), evidence: [evidence[0]!, ...evidence.slice(1)] },
        ),
      );
    }
    for (const said of answers) {
      if (!said.outcome.ok) continue;
      const chain = aliasChain(said.outcome.value, owner);
      if (chain.length === 0) continue;
      const dname = said.outcome.value.answers.some(({ type }) => type === 'DNAME');
      found.push(
        convict(
          dname ? 'ZON-007' : 'ZON-010',
          { domain },
          {
            subject: owner,
            evidence: [{ observation: said.id, says: `${owner} is an alias: ${chain.join(' → ')}` }],
          },
        ),
      );
      break;
    }
  }
  return found;
};

/** ZON-012: a record that is added late stays invisible for as long. */
const denials: Rule = ({ one, seen }) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(one)) {
    const said = [
      ...seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) }),
      ...seen.dns({ purpose: 'srv-authority', name: kmsOwnerName(domain) }),
    ].find(
      (each) =>
        (wordOf(each).kind === 'nxdomain' || wordOf(each).kind === 'nodata') &&
        each.outcome.ok &&
        (each.outcome.value.soa?.negativeTtlSeconds ?? 0) > LONG_DENIAL_SECONDS,
    );
    if (said?.outcome.ok !== true) continue;
    const { soa } = said.outcome.value;
    const evidence = [
      sawDns(said),
      { observation: said.id, says: `denials last ${soa!.negativeTtlSeconds} s` },
    ] as const;
    found.push(convict('ZON-012', { domain }, { subject: displayName(soa!.zone), evidence }));
  }
  return found;
};

/** RFC 2308 §5: one to three hours work well, more than a day does not. */
const LONG_DENIAL_SECONDS = 3 * 3600;

/** ZON-009: a resolver of the whole Internet knows a record whose host is inside. */
const exposure: Rule = ({ one, seen }) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(one)) {
    for (const said of seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) })) {
      if (!isPublic(said.probe.server.address) || srvRecordsOf(said).length === 0) continue;
      found.push(convict('ZON-009', { domain }, { subject: displayName(domain), evidence: [sawDns(said)] }));
    }
  }
  return found;
};

export const ZONE_RULES: readonly Rule[] = [responsibility, agreement, shape, denials, exposure];
