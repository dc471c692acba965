import { kmsOwnerName } from '../../core/kms.ts';
import { displayName, type Fqdn, readName } from '../../core/name.ts';
import { allDomains } from '../case.ts';
import { kmsHostFiles } from '../client-profile.ts';
import { type Fact, factsOf } from '../fact.ts';
import { convict, type Judgement, type Rule, sawDns, sawFact } from '../judgement.ts';
import { srvRecordsOf, wordOf } from '../seen.ts';

/** The KMS host whose export was given, by the name it says of itself. */
export function exportedHost(facts: readonly Fact[]): Fqdn | undefined {
  const isHost =
    factsOf(facts, 'is-kms-host').some(({ host }) => host) ||
    facts.some(
      ({ kind }) => kind === 'publish-list' || kind === 'publishing-disabled' || kind === 'listening-port',
    );
  if (!isHost) return undefined;
  const name = factsOf(facts, 'host-name')[0]?.name;
  const suffix = factsOf(facts, 'primary-suffix')[0]?.suffix;
  if (name === undefined) return undefined;
  const read = readName(
    name.includes('.') || suffix === undefined || suffix === '' ? name : `${name}.${suffix}`,
  );
  return read.ok ? read.name : undefined;
}

/** HST-005: the host listens on another port than the record says. */
const listener: Rule = ({ one, seen, facts }) => {
  const found: Judgement[] = [];
  const host = exportedHost(facts);
  for (const fact of factsOf(facts, 'listening-port')) {
    if (fact.port === undefined) continue;
    const answers = allDomains(one).flatMap((domain) =>
      seen.dns({ purpose: 'srv', name: kmsOwnerName(domain) }),
    );
    const records = answers.flatMap((said) => srvRecordsOf(said).map((record) => ({ said, record })));
    // Without its name, the one host there is must be meant.
    const targets = new Set(records.map(({ record }) => record.target));
    const own = records.find(
      ({ record }) =>
        (host === undefined ? targets.size === 1 : record.target === host) && record.port !== fact.port,
    );
    if (own === undefined) continue;
    found.push(
      convict(
        'HST-005',
        { host: own.record.target },
        {
          subject: `${displayName(own.record.target)}: listens on ${fact.port}, published as ${own.record.port}`,
          evidence: [sawFact(fact), sawDns(own.said)],
        },
      ),
    );
  }
  return found;
};

/** HST-002, HST-008: what the host's own state says. */
const state: Rule = ({ facts }) => {
  const found: Judgement[] = [];
  for (const fact of factsOf(facts, 'host-count')) {
    const required = fact.required ?? CLIENT_THRESHOLD;
    if (fact.current >= 0 && fact.current < required) {
      found.push(
        convict(
          'HST-002',
          {},
          { subject: `count ${fact.current} of ${required}`, evidence: [sawFact(fact)] },
        ),
      );
    }
  }
  for (const fact of factsOf(facts, 'low-priority')) {
    if (fact.on)
      found.push(convict('HST-008', {}, { subject: 'EnableKmsLowPriority', evidence: [sawFact(fact)] }));
  }
  return found;
};

/** Computers that must have asked before client editions are activated; servers need 5: guide S1, table of defaults. */
const CLIENT_THRESHOLD = 25;

/** HST-007: the host has not been asked for longer than its clients' renewal interval. */
const idle: Rule = ({ facts }) => {
  const events = factsOf(facts, 'event');
  const asked = events
    .filter(({ eventId, at }) => eventId === 12290 && at !== undefined)
    .map(({ at }) => Date.parse(at!));
  const others = events.filter(({ at }) => at !== undefined).map(({ at }) => Date.parse(at!));
  const newest = Math.max(...others);
  const last = Math.max(...asked);
  const fact = events.find(
    ({ eventId, at }) => eventId === 12290 && at !== undefined && Date.parse(at) === last,
  );
  if (fact === undefined || newest - last < IDLE_HOURS * 3_600_000) return [];
  const hours = Math.floor((newest - last) / 3_600_000);
  return [convict('HST-007', {}, { subject: `no request for ${hours} h`, evidence: [sawFact(fact)] })];
};

/** Clients renew every seven days; a host with 25 of them is asked several times a day. */
const IDLE_HOURS = 7 * 24;

/** HST-018: KMS could not be set up on the host; history, where it has answered or published since. */
const start: Rule = ({ facts, walk }) => {
  const host = exportedHost(facts);
  const events = factsOf(facts, 'event');
  return events
    .filter(({ eventId }) => eventId === 12291 || eventId === 12292)
    .filter(
      ({ at, file }) =>
        !events.some(
          (later) =>
            (later.eventId === 12290 || later.eventId === 12294) &&
            later.file === file &&
            at !== undefined &&
            later.at !== undefined &&
            later.at > at,
        ),
    )
    .map((event) => {
      // A client that gets a host all the same is not kept from it; the timer alone keeps nobody from it.
      const severity = walk.ending.kind === 'host' || event.eventId === 12292 ? 'warning' : 'error';
      const subject = [host === undefined ? event.file : displayName(host), event.hresult]
        .filter((part) => part !== undefined)
        .join(': ');
      const scope = host === undefined ? {} : { host };
      return convict('HST-018', scope, { subject, evidence: [sawFact(event)], severity });
    });
};

/** HST-013: names that share a client id; HST-014: hosts that share too few clients; HST-015: a client nobody saw. */
const requests: Rule = ({ facts }) => {
  const found: Judgement[] = [];
  const events = factsOf(facts, 'event');
  const received = events.filter(({ eventId, fields }) => eventId === 12290 && fields.cmid !== undefined);
  for (const cmid of new Set(received.map(({ fields }) => fields.cmid!))) {
    const own = received.filter(({ fields }) => fields.cmid === cmid);
    const names = new Set(own.map(({ subject }) => subject?.toLowerCase()));
    const [first, ...others] = own.map(sawFact);
    if (names.size > 1 && first !== undefined)
      found.push(
        convict(
          'HST-013',
          {},
          { subject: `client id ${cmid}`, evidence: [first, ...others.slice(0, 3)], severity: 'warning' },
        ),
      );
  }
  const counts = factsOf(facts, 'host-count');
  const needed = Math.max(...counts.map(({ required }) => required ?? CLIENT_THRESHOLD));
  const sum = counts.reduce((all, { current }) => all + Math.max(current, 0), 0);
  const [first, ...others] = counts.map(sawFact);
  if (
    new Set(counts.map(({ file }) => file)).size > 1 &&
    first !== undefined &&
    sum >= needed &&
    counts.every(({ current }) => current < needed)
  ) {
    const subject = `${counts.map(({ current }) => current).join(' + ')}, and ${needed} are needed at one host`;
    found.push(convict('HST-014', {}, { subject, evidence: [first, ...others] }));
  }
  const host = exportedHost(facts);
  for (const sent of events) {
    if (sent.eventId !== 12288 || host === undefined || received.length === 0) continue;
    const named = readName(sent.subject?.replace(/:\d+$/, '') ?? '');
    if (!named.ok || named.name !== host || sent.fields.cmid === undefined) continue;
    if (received.some(({ fields }) => fields.cmid === sent.fields.cmid)) continue;
    const says = `${received.length} events 12290, none with the client id ${sent.fields.cmid}`;
    const evidence = [sawFact(sent), { observation: received[0]!.id, says }] as const;
    found.push(convict('HST-015', { host }, { subject: displayName(host), evidence }));
  }
  return found;
};

/** HST-009: nobody registers the address that is missing; HST-012: a policy turns every call of KMS away. */
const switches: Rule = ({ seen, facts }) => {
  const files = kmsHostFiles(facts);
  const own = facts.filter(({ file }) => files.has(file));
  const host = exportedHost(own);
  const found: Judgement[] = [];
  const lookups = host === undefined ? [] : seen.dns({ purpose: 'address', name: host });
  const words = lookups.map((said) => wordOf(said).kind);
  const isMissing = words.length > 0 && words.every((kind) => kind === 'nxdomain' || kind === 'nodata');
  for (const fact of factsOf(own, 'dns-registration')) {
    // An address that somebody else registered is as good.
    if (fact.on || host === undefined || !isMissing) continue;
    const evidence = [sawFact(fact), ...lookups.map(sawDns)] as const;
    found.push(convict('HST-009', { host }, { subject: `${displayName(host)}: ${fact.adapter}`, evidence }));
  }
  for (const fact of factsOf(own, 'rpc-restriction')) {
    if (fact.level !== 2) continue;
    const subject = host === undefined ? 'RestrictRemoteClients' : displayName(host);
    const scope = host === undefined ? {} : { host };
    found.push(convict('HST-012', scope, { subject, evidence: [sawFact(fact)] }));
  }
  return found;
};

export const HOST_RULES: readonly Rule[] = [listener, state, start, idle, requests, switches];
