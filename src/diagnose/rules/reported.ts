import type { FindingCode } from '../../core/catalogue.ts';
import type { Evidence } from '../../core/finding.ts';
import { factsOf } from '../fact.ts';
import type { Folded } from '../fold.ts';
import { convict, type Judgement, type Matter, sawEndpoint, sawFact } from '../judgement.ts';

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

/** Windows asked the Internet: the machine is no KMS client (kms.md 7.1). */
const ONLINE_ACTIVATION = ['0x80072EE7', '0x80072EE2', '0x800704CF'];

interface Report {
  readonly hresult: string;
  readonly evidence: Evidence;
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
  for (const event of factsOf(facts, 'event')) {
    if (
      (event.eventId === 12288 || event.eventId === 12289) &&
      event.hresult !== undefined &&
      !/^0x0+$/i.test(event.hresult)
    ) {
      said.push({
        hresult: event.hresult.replace(/^0x/i, '0x').replace(/[a-f]/g, (c) => c.toUpperCase()),
        evidence: sawFact(event),
      });
    }
  }
  for (const error of factsOf(facts, 'tool-error'))
    said.push({ hresult: error.hresult, evidence: sawFact(error) });
  return said.filter((each, i) => said.findIndex(({ hresult }) => hresult === each.hresult) === i);
}

/** Joins the reported codes with what was seen: explained, raised to a cause, or contradicted. */
const joined: ReportedRule = (matter, found) => {
  const { walk, seen } = matter;
  const bound = seen
    .endpoints()
    .filter(({ outcome }) => outcome.ok && outcome.value.state === 'bound')
    .map(sawEndpoint);
  return reports(matter).flatMap(({ hresult, evidence }): Judgement[] => {
    const explained = [...found.causes, ...found.symptoms].some(({ explains }) =>
      explains.some((each) => each.hresult === hresult),
    );
    const predicted =
      walk.ending.kind === 'none' && walk.ending.codes.some((each) => each.hresult === hresult);
    if (explained || predicted) return [];
    const innocent = walk.ending.kind === 'host';
    const code = INNOCENT_NETWORK[hresult];
    if (innocent && code !== undefined) {
      return [
        convict(
          code,
          {},
          { subject: hresult, evidence: [evidence, ...bound.slice(0, 3)], severity: 'error' },
        ),
      ];
    }
    if (ONLINE_ACTIVATION.includes(hresult)) {
      return [
        convict(
          'CLI-024',
          {},
          {
            subject: hresult,
            evidence: [evidence],
            severity: 'error',
            title: 'asks Microsoft over the Internet: its key is not that of a KMS client',
          },
        ),
      ];
    }
    if (walk.ending.kind === 'none') return [];
    return [convict('RUN-007', {}, { subject: hresult, evidence: [evidence, ...bound.slice(0, 3)] })];
  });
};

export const REPORTED_RULES: readonly ReportedRule[] = [joined];
