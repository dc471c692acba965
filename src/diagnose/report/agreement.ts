import { formatEndpoint } from '../../core/address.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Observation } from '../observation.ts';
import { isDns, wordOf } from '../seen.ts';

/** What one server says about one question. */
export interface AgreementCell {
  /** `silent`: no statement came; `none`: this server was not asked. */
  readonly state: 'agrees' | 'differs' | 'silent' | 'none';
  /** Servers with the same letter say the same; `A` is what most say. Empty without a statement. */
  readonly letter: string;
  readonly text: string;
  readonly observation: string | undefined;
}

export interface AgreementRow {
  /** `SRV _vlmcs._tcp.contoso.com`, `serial contoso.com`. */
  readonly question: string;
  readonly cells: readonly AgreementCell[];
  readonly agree: boolean;
}

/** Every server against every question that more than the asking is to be learned from. */
export interface Agreement {
  readonly servers: readonly { readonly name: string; readonly role: 'resolver' | 'authority' }[];
  readonly rows: readonly AgreementRow[];
}

const MAX_SERVERS = 24;
const MAX_ROWS = 64;

/** Who says what: resolvers and authoritative servers side by side, and which of them is the odd one out. */
export function agreementOf({ observations }: Pick<Diagnosis, 'observations'>): Agreement {
  const asked = observations.filter(isDns).filter((one) => questionOf(one) !== undefined);
  const servers = [...new Map(asked.map((one) => [serverKey(one), one.probe])).values()]
    .sort((a, b) => Number(a.role === 'authority') - Number(b.role === 'authority'))
    .slice(0, MAX_SERVERS)
    .map(({ server, role }) => ({ name: formatEndpoint(server), role }));
  const questions = [...new Set(asked.map(questionOf))].slice(0, MAX_ROWS);
  const rows = questions.map((question) =>
    rowOf(
      question!,
      servers.map((server) =>
        asked.find(
          (one) => questionOf(one) === question && serverKey(one) === `${server.role} ${server.name}`,
        ),
      ),
    ),
  );
  // Nobody needs to read that no host has an IPv6 address.
  const isDull = ({ question, agree, cells }: AgreementRow): boolean =>
    question.startsWith('AAAA ') && agree && cells.every(({ text }) => text === NO_DATA || text === '');
  return { servers, rows: rows.filter((row) => !isDull(row)) };
}

function serverKey({ probe }: Observation<'dns'>): string {
  return `${probe.role} ${formatEndpoint(probe.server)}`;
}

function questionOf({ probe, outcome }: Observation<'dns'>): string | undefined {
  const name = shown(probe.name);
  switch (probe.purpose) {
    case 'srv':
    case 'srv-authority':
    case 'address':
    case 'address-authority':
      return `${probe.type} ${name}`;
    case 'zone':
      if (probe.type !== 'SOA' || probe.role !== 'authority') return undefined;
      // A question below the apex is answered with the SOA of the zone all the same.
      return `serial ${outcome.ok && outcome.value.soa !== undefined ? shown(outcome.value.soa.zone) : name}`;
    default:
      return undefined;
  }
}

function shown(name: string): string {
  return name.replace(/(.)\.$/, '$1');
}

const NO_DATA = 'no such record';

/** The statement of an answer in a form that is equal when it means the same; undefined when there is none. */
function statementOf(one: Observation<'dns'>): string | undefined {
  if (one.probe.purpose === 'zone') {
    const soa = one.outcome.ok ? one.outcome.value.soa : undefined;
    return soa === undefined ? undefined : String(soa.serial);
  }
  const word = wordOf(one);
  switch (word.kind) {
    case 'records':
      return word.records
        .map(({ text }) => text)
        .sort()
        .join('; ');
    case 'nodata':
      return NO_DATA;
    case 'nxdomain':
      return 'NXDOMAIN';
    default:
      return undefined;
  }
}

function silenceOf(one: Observation<'dns'>): string {
  const word = wordOf(one);
  if (word.kind === 'rcode') return word.rcode;
  if (word.kind === 'referral') return `sends on to ${word.zone}`;
  return word.kind === 'silent' ? word.because : 'no statement';
}

function rowOf(question: string, said: readonly (Observation<'dns'> | undefined)[]): AgreementRow {
  const statements = said.map((one) => (one === undefined ? undefined : statementOf(one)));
  const counts = new Map<string, number>();
  for (const statement of statements)
    if (statement !== undefined) counts.set(statement, (counts.get(statement) ?? 0) + 1);
  // Equal numbers keep the order in which the servers stand.
  const ranking = [...counts].sort(([, a], [, b]) => b - a).map(([statement]) => statement);
  const cells = said.map((one, i): AgreementCell => {
    if (one === undefined) return { state: 'none', letter: '', text: '', observation: undefined };
    const statement = statements[i];
    if (statement === undefined)
      return { state: 'silent', letter: '', text: silenceOf(one), observation: one.id };
    const rank = ranking.indexOf(statement);
    return {
      state: rank === 0 ? 'agrees' : 'differs',
      letter: String.fromCharCode(65 + Math.min(rank, 25)),
      text: statement,
      observation: one.id,
    };
  });
  return { question, cells, agree: ranking.length < 2 };
}
