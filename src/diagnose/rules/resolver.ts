import { formatEndpoint, isLoopback } from '../../core/address.ts';
import { isPublic } from '../../core/address-class.ts';
import { displayName, type Fqdn, isWithin, labelsOf } from '../../core/name.ts';
import { controlName } from '../../core/near-miss.ts';
import { formatRecord, type SrvRecord, sameRecords } from '../../core/srv.ts';
import { allDomains, clientDomains } from '../case.ts';
import { everyServer } from '../diversion.ts';
import { atLeastOne, convict, type Judgement, type Matter, type Rule, sawDns } from '../judgement.ts';
import type { Observation } from '../observation.ts';
import {
  answersOverTcpAlone,
  chokedOnEdns,
  describeQuestion,
  isAnswer,
  isDecisive,
  isDns,
  sameServer,
  srvRecordsOf,
  wordOf,
} from '../seen.ts';
import { authoritiesOf, domainExists } from '../zone-seen.ts';
import { type Comparison, comparisons, isAskedFor } from './comparison.ts';
import { silence, silenceAboutOne } from './resolver-silence.ts';

/** The first answer of a responsible server that has the record, or that denies it. */
function authoritative(
  { one, seen }: Matter,
  owner: Fqdn,
): { readonly has?: Observation<'dns'>; readonly denies?: Observation<'dns'> } {
  let has: Observation<'dns'> | undefined;
  let denies: Observation<'dns'> | undefined;
  for (const { server } of authoritiesOf(one, seen, owner)) {
    for (const said of seen.dns({ purpose: 'srv-authority', name: owner, server })) {
      if (!said.outcome.ok || !said.outcome.value.authoritative) continue;
      const word = wordOf(said);
      if (word.kind === 'records') has ??= said;
      else if (word.kind === 'nodata' || word.kind === 'nxdomain') denies ??= said;
    }
  }
  return { ...(has === undefined ? {} : { has }), ...(denies === undefined ? {} : { denies }) };
}

/** RES-003, RES-004, RES-006 (NOTIMP), RES-014, RES-019: answers that are none. */
const rcodes: Rule = (matter) => {
  const { seen } = matter;
  const found: Judgement[] = [];
  for (const { server, owner, place, said, domain } of comparisons(matter)) {
    const word = wordOf(said);
    if (word.kind !== 'rcode') continue;
    const subject = formatEndpoint(server);
    const scope = { server: subject, domain };
    // A resolver behind one that decides is never asked, and neither is a suffix behind one that has the record.
    const severity = !isAskedFor(matter, domain) ? 'notice' : place === 0 ? 'error' : 'warning';
    const evidence = [sawDns(said)] as const;
    switch (word.rcode) {
      case 'REFUSED':
        found.push(convict('RES-003', scope, { subject, evidence, severity }));
        break;
      case 'NOTIMP':
        found.push(convict('RES-006', scope, { subject, evidence, severity }));
        break;
      case 'SERVFAIL': {
        const unchecked = seen
          .dns({ purpose: 'control-cd', name: owner, server })
          .find((one) => isDecisive(wordOf(one)));
        if (unchecked !== undefined)
          found.push(
            convict('RES-014', scope, { subject, evidence: [...evidence, sawDns(unchecked)], severity }),
          );
        found.push(convict('RES-004', scope, { subject, evidence, severity }));
        break;
      }
      default:
        found.push(
          convict('RES-019', scope, {
            subject,
            evidence,
            severity,
            title: `the DNS server rejects the question (${word.rcode})`,
          }),
        );
    }
  }
  return found;
};

/** RES-008: questions with EDNS fail, or are not answered at all, and plain ones work. */
const edns: Rule = ({ one, seen }) =>
  everyServer(one.client).flatMap((server): readonly Judgement[] => {
    const about = seen.all.filter(isDns).filter(({ probe }) => sameServer(probe.server, server));
    const spared = atLeastOne(
      about.filter(plainOnly).map((said) => ({
        observation: said.id,
        says: `${describeQuestion(said.probe)}: no answer with EDNS, one without`,
      })),
    );
    if (spared !== undefined && dropsEdns(about)) {
      const subject = formatEndpoint(server);
      const [first, ...others] = spared;
      return [convict('RES-008', { server: subject }, { subject, evidence: [first, ...others.slice(0, 2)] })];
    }
    const choked = about.find(chokedOnEdns);
    const plain = about.find((said) => !said.probe.edns && isDecisive(wordOf(said)));
    if (choked === undefined || plain === undefined) return [];
    const subject = formatEndpoint(server);
    return [convict('RES-008', { server: subject }, { subject, evidence: [sawDns(choked), sawDns(plain)] })];
  });

function plainOnly({ outcome }: Observation<'dns'>): boolean {
  return outcome.ok && outcome.value.withoutEdns === true;
}

/** One lost datagram looks the same once; several, and no answer over UDP to a question with EDNS, do not. */
function dropsEdns(about: readonly Observation<'dns'>[]): boolean {
  const passed = about.some(
    (said) =>
      said.probe.edns && said.outcome.ok && said.outcome.value.transport === 'udp' && !plainOnly(said),
  );
  return !passed && about.filter(plainOnly).length >= 2;
}

/** RES-009, RES-010, RES-013, RES-006, ZON-008: the resolver and the zone's own servers do not agree. */
const againstAuthority: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const each of comparisons(matter)) {
    const { server, owner, said, domain } = each;
    const { has } = authoritative(matter, owner);
    const word = wordOf(said);
    const subject = formatEndpoint(server);
    const scope = { server: subject, domain };
    const soa = said.outcome.ok ? said.outcome.value.soa : undefined;
    if (word.kind === 'nxdomain' || word.kind === 'nodata') {
      if (isForeignDenial(soa?.zone, each, matter)) {
        const evidence = [sawDns(said), ...(has === undefined ? [] : [sawDns(has)])] as const;
        found.push(convict('RES-013', scope, { subject, evidence: [evidence[0]!, ...evidence.slice(1)] }));
      } else if (has !== undefined && soa === undefined) {
        // It denies the domain as a whole: it lost no SRV, it knows nothing of the zone.
        const whole = matter.seen
          .dns({ purpose: 'control-type', name: domain, server })
          .find((one) => wordOf(one).kind === 'nxdomain');
        if (whole !== undefined && word.kind === 'nxdomain') {
          const evidence = [sawDns(said), sawDns(whole), sawDns(has)] as const;
          found.push(convict('RES-013', scope, { subject, evidence }));
          continue;
        }
        found.push(convict('RES-006', scope, { subject, evidence: [sawDns(said), sawDns(has)] }));
      } else if (has !== undefined && soa !== undefined && servesZone(said)) {
        // Among the zone's own servers this is found by comparing them.
        const known = authoritiesOf(matter.one, matter.seen, owner);
        if (!known.some((other) => sameServer(other.server, server)))
          found.push(
            convict(
              'ZON-003',
              { domain },
              { subject: `${displayName(domain)}: ${subject}`, evidence: [sawDns(said), sawDns(has)] },
            ),
          );
      } else if (has !== undefined && soa !== undefined) {
        const seconds = soa.negativeTtlSeconds;
        const wait = {
          text: `Wait ${seconds} s, or flush the resolver's cache and the client's (ipconfig /flushdns).`,
          platform: 'windows',
          command: 'ipconfig /flushdns',
          safe: true,
        };
        found.push(
          convict('RES-009', scope, {
            subject,
            evidence: [sawDns(said), sawDns(has)],
            title: `denies for ${seconds} s more what the zone has`,
            severity: clientBelieves(matter, said) ? 'error' : 'warning',
            fix: [wait],
          }),
        );
      }
    }
    if (word.kind === 'records' && has !== undefined && !sameRecords(srvRecordsOf(said), srvRecordsOf(has))) {
      const older = word.records[0]?.ttlSeconds ?? 0;
      const full = has.outcome.ok ? (has.outcome.value.answers[0]?.ttlSeconds ?? 0) : 0;
      const code = older < full && !servesZone(said) ? 'RES-010' : 'ZON-008';
      found.push(convict(code, scope, { subject, evidence: [sawDns(said), sawDns(has)] }));
    }
  }
  return found;
};

/** It answers out of its own copy of the zone, and remembers nothing: how copies differ is the zone's matter. */
function servesZone({ outcome }: Observation<'dns'>): boolean {
  return outcome.ok && outcome.value.authoritative;
}

function clientBelieves({ walk }: Matter, said: Observation<'dns'>): boolean {
  return walk.steps.some(({ evidence, result }) => result === 'failed' && evidence.includes(said.id));
}

/** A denial in the name of a zone above: the resolver has no way to the zone, and asked the Internet. */
function isForeignDenial(
  soaZone: Fqdn | undefined,
  { domain, owner, server }: Comparison,
  { one, seen }: Matter,
): boolean {
  if (soaZone === undefined || isWithin(soaZone, domain)) return false;
  if (soaZone === '.' || (labelsOf(soaZone).length === 1 && labelsOf(domain).length > 1))
    return !domainExists(seen, domain, server);
  // Some server the caller named knows the zone by its own SOA.
  return authoritiesOf(one, seen, owner).some(({ server }) =>
    seen
      .dns({ purpose: 'zone', server })
      .some(
        ({ probe, outcome }) =>
          probe.role === 'authority' &&
          outcome.ok &&
          outcome.value.authoritative &&
          outcome.value.soa !== undefined &&
          outcome.value.soa.zone !== soaZone &&
          isWithin(outcome.value.soa.zone, soaZone),
      ),
  );
}

/** RES-005: resolvers of one client that answer differently. */
const amongEachOther: Rule = (matter) => {
  const found: Judgement[] = [];
  for (const domain of allDomains(matter.one)) {
    const said = comparisons(matter).filter(
      (each) => each.domain === domain && isDecisive(wordOf(each.said)),
    );
    const texts = new Set(said.map(({ said: one }) => answerText(one)));
    const evidence = atLeastOne(said.map(({ said: one }) => sawDns(one)));
    if (texts.size > 1 && evidence !== undefined)
      found.push(convict('RES-005', { domain }, { subject: displayName(domain), evidence }));
  }
  return found;
};

function answerText(said: Observation<'dns'>): string {
  const records = srvRecordsOf(said);
  return records.length === 0
    ? wordOf(said).kind
    : records.map((record: SrvRecord) => formatRecord(record)).join();
}

/** RES-007, RES-015, RES-016: what the path does to answers. */
const path: Rule = ({ one, seen }) => {
  const found: Judgement[] = [];
  for (const server of everyServer(one.client)) {
    const subject = formatEndpoint(server);
    const about = seen.all.filter(
      (said): said is Observation<'dns'> =>
        said.probe.kind === 'dns' &&
        // Whether it answers this one is its own affair, and no client asks it.
        said.probe.purpose !== 'control-itself' &&
        formatEndpoint(said.probe.server) === subject,
    );
    const cut = about.find(({ outcome }) => outcome.ok && outcome.value.tcpFault !== undefined);
    if (cut !== undefined)
      found.push(convict('RES-007', { server: subject }, { subject, evidence: [sawDns(cut)] }));
    const answered = about.filter(isAnswer);
    const lost = about.filter((said) => !said.outcome.ok || said.outcome.value.lost > 0);
    const evidence = atLeastOne(lost.slice(0, 4).map(sawDns));
    // All questions of one type and no others: a filter, and no loss.
    const types = new Set(lost.map(({ probe }) => probe.type));
    const filtered = types.size === 1 && !answered.some(({ probe }) => types.has(probe.type));
    const heard = answered.length > 0 && !answersOverTcpAlone(seen.all, server);
    if (heard && !filtered && !dropsEdns(about) && lost.length >= 2 && evidence !== undefined) {
      const title = `left ${lost.length} of ${about.length} questions without an answer at the first try`;
      found.push(convict('RES-015', { server: subject }, { subject, evidence, title }));
    }
    const slow = answered.filter(
      ({ tookMs, outcome }) =>
        tookMs > SLOW_MS &&
        outcome.ok &&
        outcome.value.lost === 0 &&
        // Waited for TCP in vain: that is another finding.
        outcome.value.tcpFault === undefined,
    );
    const slowEvidence = atLeastOne(slow.slice(0, 3).map(sawDns));
    if (slow.length > answered.length / 2 && slowEvidence !== undefined)
      found.push(convict('RES-016', { server: subject }, { subject, evidence: slowEvidence }));
  }
  return found;
};

/** Half of the answers slower than this: a person notices. */
const SLOW_MS = 300;

/** RES-011: a name nobody published gets an address, although the zone itself denies it. */
const rewriting: Rule = (matter) => {
  const { one, seen } = matter;
  const found: Judgement[] = [];
  for (const domain of allDomains(one)) {
    const control = controlName(domain, one.randomLabel);
    const denied = seen
      .dns({ purpose: 'control-name', name: control, type: 'SRV' })
      .find((said) => said.probe.role === 'authority' && wordOf(said).kind === 'nxdomain');
    if (denied === undefined) continue;
    for (const said of seen.dns({ purpose: 'control-name', name: control, type: 'A' })) {
      if (wordOf(said).kind !== 'records') continue;
      const subject = formatEndpoint(said.probe.server);
      found.push(
        convict(
          'RES-011',
          { server: subject, domain },
          { subject, evidence: [sawDns(said), sawDns(denied)] },
        ),
      );
    }
  }
  return found;
};

/** RES-012: a public resolver is asked for a name that only the inside knows. */
const publicResolver: Rule = (matter) => {
  const found: Judgement[] = [];
  const wanted = new Set(clientDomains(matter.one));
  for (const { server, said, domain } of comparisons(matter)) {
    const word = wordOf(said);
    if (!wanted.has(domain) || isLoopback(server.address) || !isPublic(server.address)) continue;
    if (word.kind !== 'nxdomain' && word.kind !== 'nodata') continue;
    const subject = formatEndpoint(server);
    found.push(convict('RES-012', { server: subject, domain }, { subject, evidence: [sawDns(said)] }));
  }
  return found;
};

/** RES-017: the zone gives a private address, and the resolver leaves it out. */
const stripping: Rule = ({ seen }) => {
  const found: Judgement[] = [];
  const given = seen.dns({ purpose: 'address-authority' }).filter((said) => wordOf(said).kind === 'records');
  for (const kept of given) {
    const word = wordOf(kept);
    if (
      word.kind !== 'records' ||
      !word.records.every(({ address }) => address !== undefined && !isPublic(address))
    )
      continue;
    const { name, type } = kept.probe;
    for (const said of seen.dns({ purpose: 'address', name, type })) {
      if (wordOf(said).kind !== 'nodata') continue;
      const server = formatEndpoint(said.probe.server);
      const subject = `${displayName(name)} at ${server}`;
      found.push(
        convict('RES-017', { server, host: name }, { subject, evidence: [sawDns(said), sawDns(kept)] }),
      );
    }
  }
  return found;
};

export const RESOLVER_RULES: readonly Rule[] = [
  silence,
  silenceAboutOne,
  rcodes,
  edns,
  againstAuthority,
  amongEachOther,
  path,
  rewriting,
  stripping,
  publicResolver,
];
