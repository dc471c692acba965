import type { FindingCode } from '../../core/catalogue.ts';
import type { Evidence } from '../../core/finding.ts';
import { KMS_PORT } from '../../core/kms.ts';
import { displayName, type Fqdn } from '../../core/name.ts';
import { type Fact, factsOf } from '../fact.ts';
import type { Folded } from '../fold.ts';
import { convict, type Judgement, type Matter, sawEndpoint, sawFact } from '../judgement.ts';
import type { Observation } from '../observation.ts';

/** Judged after all others: it may look at what they found. */
export type ReportedRule = (matter: Matter, found: Folded) => readonly Judgement[];

/** Codes that speak of the host or of the client itself, and the finding each of them is: guide table 10, kms.md 7. */
const INNOCENT_NETWORK: Readonly<Record<string, FindingCode>> = {
  '0xC004F038': 'HST-002',
  '0xC004F039': 'HST-004',
  '0xC004F041': 'HST-001',
  '0xC004F042': 'HST-003',
  '0xC004F06C': 'CLI-022',
  '0x80070005': 'CLI-023',
};

/** Codes that speak of one computer alone; whatever the network does, they are what has to be mended. */
const OWN_TROUBLE: Readonly<Record<string, FindingCode>> = {
  '0xC004F035': 'CLI-033',
  '0xC004F014': 'CLI-034',
  '0xC004F050': 'CLI-034',
  '0xC004F051': 'CLI-034',
  '0xC004F00F': 'CLI-035',
  '0x8007000D': 'CLI-036',
  '0xC004F009': 'CLI-037',
  '0xC004F064': 'CLI-038',
  '0xC004F065': 'CLI-038',
  '0x8004FE21': 'CLI-038',
  '0xC004C008': 'HST-016',
};

/** Every host failed: fits any network that gives this client none. */
const UMBRELLA = '0xC004F074';

/** Windows activates with Microsoft, over the Internet or by telephone: the machine is no KMS client. */
const ACTIVATES_WITH_MICROSOFT = [
  '0x80072EE7',
  '0x80072EE2',
  '0x800704CF',
  '0xC004B100',
  '0xC004C001',
  '0xC004C003',
  '0xC004C020',
  '0xC004C021',
  '0xC004F02C',
];

interface Report {
  readonly hresult: string;
  readonly evidence: Evidence;
  /** Event 12288: the host and port that were asked, as the event writes them. */
  readonly asked?: string;
}

/** What the user says, and what events 12288 and 12289 say for him. */
function reports({ one, facts }: Matter): readonly Report[] {
  const said: Report[] =
    one.reported === undefined
      ? []
      : [
          {
            hresult: one.reported,
            evidence: { observation: 'reported', says: `the user reports ${one.reported}` },
          },
        ];
  const events = factsOf(facts, 'event');
  for (const event of events) {
    if (
      !isOvercome(event, events) &&
      (event.eventId === 12288 || event.eventId === 12289) &&
      event.hresult !== undefined &&
      !/^0x0+$/i.test(event.hresult)
    ) {
      said.push({
        hresult: event.hresult.replace(/^0x/i, '0x').replace(/[a-f]/g, (c) => c.toUpperCase()),
        evidence: sawFact(event),
        ...(event.eventId === 12288 && event.subject !== undefined ? { asked: event.subject } : {}),
      });
    }
  }
  for (const error of factsOf(facts, 'tool-error'))
    said.push({ hresult: error.hresult, evidence: sawFact(error) });
  return said.filter((each, i) => said.findIndex(({ hresult }) => hresult === each.hresult) === i);
}

/** A failure before a success is history: event 12289 with fBound 1. */
function isOvercome({ at }: Fact<'event'>, events: readonly Fact<'event'>[]): boolean {
  return events.some(
    (other) =>
      other.eventId === 12289 &&
      other.fields.activated === '1' &&
      at !== undefined &&
      other.at !== undefined &&
      other.at > at,
  );
}

/** The connections to the host and port of an event; undefined when it names none. */
function triedAt(
  { seen }: Matter,
  asked: string | undefined,
): readonly Observation<'endpoint'>[] | undefined {
  const said = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(asked?.toLowerCase() ?? '');
  if (said === null) return undefined;
  const [, host, port = String(KMS_PORT)] = said;
  return seen
    .endpoints()
    .filter(
      ({ probe }) =>
        probe.purpose !== 'control-port' &&
        probe.to.port === Number(port) &&
        (probe.to.address === host || displayName(probe.host as Fqdn) === host),
    );
}

function isBound({ outcome }: Observation<'endpoint'>): boolean {
  return outcome.ok && outcome.value.state === 'bound';
}

/** Joins the reported codes with what was seen: explained, raised to a cause, or contradicted. */
const joined: ReportedRule = (matter, found) => {
  const { walk, seen } = matter;
  const bound = seen.endpoints().filter(isBound).map(sawEndpoint);
  return reports(matter).flatMap(({ hresult, evidence, asked }): Judgement[] => {
    const explained = [...found.causes, ...found.symptoms].some(({ explains }) =>
      explains.some((each) => each.hresult === hresult),
    );
    const predicted =
      walk.ending.kind === 'none' && walk.ending.codes.some((each) => each.hresult === hresult);
    if (explained || predicted) {
      // What is wrong with another host does not explain why this one failed.
      const tried = triedAt(matter, asked) ?? [];
      if (tried.length === 0 || !tried.every(isBound)) return [];
      const works = tried.slice(0, 3).map(sawEndpoint);
      const title = 'the host that the event names works now; what was found is about other hosts';
      return [convict('RUN-007', {}, { subject: hresult, evidence: [evidence, ...works], title })];
    }
    const innocent = walk.ending.kind === 'host';
    // That the network is innocent is a part of the proof.
    const proof = [evidence, ...(innocent ? bound.slice(0, 3) : [])] as const;
    const own = OWN_TROUBLE[hresult];
    if (own !== undefined)
      return [convict(own, {}, { subject: hresult, evidence: proof, severity: 'error' })];
    const code = INNOCENT_NETWORK[hresult];
    if (innocent && code !== undefined) {
      return [convict(code, {}, { subject: hresult, evidence: proof, severity: 'error' })];
    }
    if (ACTIVATES_WITH_MICROSOFT.includes(hresult)) {
      return [
        convict(
          'CLI-024',
          {},
          {
            subject: hresult,
            evidence: proof,
            severity: 'error',
            title: 'activates with Microsoft: its key is not that of a KMS client',
          },
        ),
      ];
    }
    if (walk.ending.kind === 'none') {
      // "KMS is not enabled" is also said when nobody answered: the documents give both, and the network decides.
      if (code === 'HST-004' && walk.hosts.length > 0)
        return [convict(code, {}, { subject: hresult, evidence: [evidence] })];
      if (hresult === UMBRELLA) return [];
      const title = 'the reported code is not the one that this network leads to';
      return [convict('RUN-007', {}, { subject: hresult, evidence: [evidence], title })];
    }
    const elsewhere =
      triedAt(matter, asked)?.length === 0
        ? { title: `the client asked ${asked}, to which nothing leads it here: is it pinned, or remembered?` }
        : {};
    const proves = [evidence, ...bound.slice(0, 3)] as const;
    return [convict('RUN-007', {}, { subject: hresult, evidence: proves, ...elsewhere })];
  });
};

export const REPORTED_RULES: readonly ReportedRule[] = [joined];
