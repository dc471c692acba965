import { parseIpAddress } from '../../core/address.ts';
import { type DecodedField, type Fact, type FactsRead, factsOf } from '../fact.ts';

/**
 * Pseudonyms of one recording: the same text gets the same one everywhere in it. Hand the same map to every call; its
 * keys are a kind and the text in lower case, and one counter for each kind.
 */
export type Pseudonyms = Map<string, string>;

/** `cmid`: id of a client; `machine`: first label of a computer's name; `key`: product key; `pid`: extended product id. */
export type Secret = 'cmid' | 'machine' | 'key' | 'pid';

/** How the n-th pseudonym of a kind is written: each still reads as what it stands for. */
const MADE: Readonly<Record<Secret, (n: number) => string>> = {
  cmid: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  machine: (n) => `machine-${n}`,
  key: () => 'XXXXX-XXXXX-XXXXX-XXXXX-XXXXX',
  pid: (n) => `00000-00000-000-${String(n).padStart(6, '0')}`,
};
const IS_MADE = /^(?:00000000-0000-4000-8000-\d{12}|machine-\d+|X{5}(?:-X{5}){4}|00000-00000-000-\d{6})$/;

/** What stands for a text in this recording; a pseudonym stands for itself. */
export function pseudonym(kind: Secret, text: string, names: Pseudonyms): string {
  if (IS_MADE.test(text)) return text;
  const id = `${kind}:${text.toLowerCase()}`;
  const known = names.get(id);
  if (known !== undefined) return known;
  const counter = `count:${kind}`;
  const number = Number(names.get(counter) ?? 0) + 1;
  const made = MADE[kind](number);
  names.set(counter, String(number)).set(id, made);
  return made;
}

/**
 * Names that the diagnosis needs as they are: hosts that a client was told to use or has used, and hosts that publish.
 * In lower case, without a final dot, each also as its first label.
 */
export function neededNames(facts: readonly Fact[]): ReadonlySet<string> {
  const hosts = [
    ...factsOf(facts, 'override-name').map(({ name }) => name),
    ...factsOf(facts, 'cached-host').map(({ host }) => host),
    ...factsOf(facts, 'hosts-file-entry').map(({ host }) => host),
    ...factsOf(facts, 'event').flatMap(({ fields }) => fields.server?.replace(/:\d+$/, '') ?? []),
    ...factsOf(facts, 'event').flatMap(({ fields }) => fields.computer ?? []),
    ...factsOf(facts, 'directory-permission').map(({ host }) => host),
    ...kmsHostNames(facts),
  ];
  return new Set(hosts.map(plainName).flatMap((host) => [host, host.split('.', 1)[0]!]));
}

/**
 * A fact without the client ids, computer names, partial product keys and product ids in it. KMS hosts and domains stay:
 * the diagnosis is about them. `needed` is what {@link neededNames} says of all facts together.
 */
export function redactFact(fact: Fact, names: Pseudonyms, needed: ReadonlySet<string> = new Set()): Fact {
  learn(fact, names, needed);
  return redactStrings(fact, names) as Fact;
}

/** All facts of a run; a name that only a later fact gives away is hidden in the earlier ones, too. */
export function redactFacts(facts: readonly Fact[], names: Pseudonyms): readonly Fact[] {
  const needed = neededNames(facts);
  for (const fact of facts) learn(fact, names, needed);
  return facts.map((fact) => redactFact(fact, names, needed));
}

/** All that one file gave, its decoded fields and problems too. */
export function redactRead(read: FactsRead, names: Pseudonyms, needed: ReadonlySet<string>): FactsRead {
  for (const fact of read.facts) learn(fact, names, needed);
  const { file, ...rest } = read;
  return { file, ...(redactStrings(rest, names) as Omit<FactsRead, 'file'>) };
}

/** Decoded fields with the pseudonyms that the facts gave; redact the facts first. */
export function redactDecoded(fields: readonly DecodedField[], names: Pseudonyms): readonly DecodedField[] {
  return redactStrings(fields, names) as readonly DecodedField[];
}

function kmsHostNames(facts: readonly Fact[]): readonly string[] {
  const files = new Set(
    factsOf(facts, 'is-kms-host')
      .filter(({ host, place }) => host && !place.startsWith('event '))
      .map(({ file }) => file),
  );
  return factsOf(facts, 'host-name')
    .filter(({ file }) => files.has(file))
    .map(({ name }) => name);
}

/** Gives a pseudonym to every secret that a fact names. */
function learn(fact: Fact, names: Pseudonyms, needed: ReadonlySet<string>): void {
  const machines: (string | undefined)[] = [];
  if (fact.kind === 'host-name') machines.push(fact.name);
  if (fact.kind === 'event') {
    machines.push(fact.fields.clientName);
    const cmid = fact.fields.cmid;
    if (cmid !== undefined && cmid !== '') pseudonym('cmid', cmid, names);
  }
  for (const machine of machines) {
    if (machine === undefined) continue;
    const name = plainName(machine);
    const first = name.split('.', 1)[0]!;
    if (first === '' || parseIpAddress(name) !== undefined || needed.has(name) || needed.has(first)) continue;
    pseudonym('machine', first, names);
  }
}

const LABELLED_CMID =
  /(CMID\)?["']?\s{0,4}[:=：]\s{0,4}["']?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi;
const EXTENDED_PID = /\b\d{5}-\d{5}-\d{3}-\d{6}-\d{2}-\d{3,5}-[\d.]{4,20}-\d{7}\b/g;
const PRODUCT_KEY = /\b(?=[0-9-]{0,28}[A-Z])(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}\b/g;
const WORD = /[\p{L}\p{N}_-]+/gu;

/** Members that hold words of ours, or numbers. */
const KEPT = new Set(['kind', 'id', 'file', 'level', 'scope', 'at', 'hresult', 'eventId', 'line']);

function redactStrings(value: unknown, names: Pseudonyms): unknown {
  if (typeof value === 'string') return redactText(value, names);
  if (Array.isArray(value)) return value.map((each) => redactStrings(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, KEPT.has(key) ? each : redactStrings(each, names)]),
  );
}

/** A text with the known secrets replaced, as whole words and in any letter case, and those that show by their form. */
export function redactText(text: string, names: Pseudonyms): string {
  return text
    .replace(PRODUCT_KEY, (key) => pseudonym('key', key, names))
    .replace(EXTENDED_PID, (pid) => pseudonym('pid', pid, names))
    .replace(LABELLED_CMID, (_, label: string, cmid: string) => label + pseudonym('cmid', cmid, names))
    .replace(WORD, (word) => {
      const key = word.toLowerCase();
      return names.get(`cmid:${key}`) ?? names.get(`machine:${key}`) ?? word;
    });
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
