import { parseIpAddress } from '../core/address.ts';
import { KMS_PORT, KMS_SERVICE } from '../core/kms.ts';
import { displayName, type Fqdn, hostNameProblem, labelsOf, parentOf, ROOT } from '../core/name.ts';
import { meantOwner } from '../core/near-miss.ts';
import { type Draft, mend, type Span } from './result.ts';
import type { WrittenRecord } from './written-record.ts';

/** Judges one record by itself. */
export type RecordRule = (record: WrittenRecord) => Draft | undefined;

/** Every rule about a single record, in the order in which they are told. */
export const RECORD_RULES: readonly RecordRule[] = [
  ownerIsBare,
  ownerIsDoubled,
  ownerIsNearMiss,
  ownerIsTooDeep,
  targetIsAddress,
  targetIsDoubled,
  targetIsShort,
  targetIsNoHostName,
  portIsNone,
];

/** Has the name anything to do with KMS: the right one, a slip, one too deep, or without a domain? */
export function isKmsOwner(owner: Fqdn): boolean {
  return owner === `${KMS_SERVICE}.` || owner.includes(`${KMS_SERVICE}.`) || meantOwner(owner) !== undefined;
}

/** Is it exactly the name that clients of some domain ask for? */
export function isRightOwner(owner: Fqdn): boolean {
  return owner.startsWith(`${KMS_SERVICE}.`) && owner.length > KMS_SERVICE.length + 1;
}

/** A target that was written without its final dot and with the zone's name. */
export function isDoubledTarget({ form, origin, words }: WrittenRecord): boolean {
  return form === 'zone' && words.target !== undefined && repeatsOrigin(words.target.text, origin);
}

/** A target that is an address: as a word, or with the zone behind it. */
export function isAddressTarget({ words, srv }: WrittenRecord): boolean {
  return addressIn(words.target?.text ?? displayName(srv.target)) !== undefined;
}

function ownerIsBare(record: WrittenRecord): Draft | undefined {
  if (record.owner !== `${KMS_SERVICE}.`) return undefined;
  const domain = parentOf(record.srv.target);
  const owner = record.words.owner;
  const guess = domain === undefined || domain === ROOT ? 'DOMAIN' : displayName(domain);
  const dot = record.form === 'dnsmasq' ? '' : '.';
  return {
    ...placeOf(record, 'owner'),
    code: 'CLI-013',
    text: `the name has no domain: a client asks for ${KMS_SERVICE} with its own domain behind it and is told that there is no such name, while nslookup ${KMS_SERVICE} finds it`,
    mend: owner && mend(record.lines, owner, `${KMS_SERVICE}.${guess}${dot}`, false),
  };
}

function ownerIsDoubled(record: WrittenRecord): Draft | undefined {
  const { owner, origin, words, form, lines } = record;
  const word = words.owner;
  if (form !== 'zone' || word === undefined || !isRightOwner(owner)) return undefined;
  if (word.text.endsWith('.') && isTwice(owner, origin))
    return {
      ...placeOf(record, 'owner'),
      code: 'SRV-025',
      text: `the name has the zone behind it twice, and at ${displayName(owner)} no client asks`,
      mend: mend(lines, withoutLast(word, origin), '', true),
    };
  if (!repeatsOrigin(word.text.slice(KMS_SERVICE.length + 1), origin)) return undefined;
  return {
    ...placeOf(record, 'owner'),
    code: 'SRV-025',
    text: `the name has no final dot, so the zone is appended and the record stands at ${displayName(owner)}, where no client asks`,
    mend: mend(lines, endOf(word), '.', true),
  };
}

function ownerIsNearMiss(record: WrittenRecord): Draft | undefined {
  const near = meantOwner(record.owner);
  if (near === undefined) return undefined;
  const word = record.words.owner;
  // The first labels of the word are those of the name: what is relative is left off behind.
  const head = word && (near.labels === 1 ? /^[^.]+/ : /^[^.]*\.[^.]*/).exec(word.text)?.[0];
  const why =
    near.code === 'SRV-004'
      ? 'KMS is spoken over TCP, and no client asks for a name under _udp'
      : 'no client asks for this name';
  return {
    ...placeOf(record, 'owner'),
    code: near.code,
    text: `${displayName(record.owner)}: ${why}; clients ask for exactly ${displayName(near.meant)}`,
    mend:
      word === undefined || head === undefined
        ? undefined
        : mend(record.lines, { ...word, length: head.length }, KMS_SERVICE, !/^_kms\./i.test(head)),
  };
}

function ownerIsTooDeep(record: WrittenRecord): Draft | undefined {
  const { owner, words, lines } = record;
  const at = owner.indexOf(`.${KMS_SERVICE}.`);
  if (at < 0) return undefined;
  const word = words.owner;
  const written = word?.text.toLowerCase().indexOf(`.${KMS_SERVICE}`) ?? -1;
  return {
    ...placeOf(record, 'owner'),
    code: 'SRV-026',
    text: `the record stands one label too deep, at ${displayName(owner)}: clients ask for ${owner.slice(at + 1, -1)}, and this host is not among what they get`,
    mend:
      word === undefined || written < 0
        ? undefined
        : mend(lines, { ...word, length: written + 1 }, '', false),
  };
}

function targetIsAddress(record: WrittenRecord): Draft | undefined {
  if (!isAddressTarget(record)) return undefined;
  const written = record.words.target?.text ?? displayName(record.srv.target);
  const address = addressIn(written);
  return {
    ...placeOf(record, 'target'),
    code: 'SRV-006',
    text: `the target is the address ${address}, and is read as a name of numbers, which has no address: a client that draws this record fails on it`,
    advice: `Write the name of the host with the address ${address} in its place.`,
  };
}

function targetIsDoubled(record: WrittenRecord): Draft | undefined {
  if (!isDoubledTarget(record) || isAddressTarget(record)) return undefined;
  const word = record.words.target;
  return {
    ...placeOf(record, 'target'),
    code: 'SRV-007',
    text: `the target has no final dot, so it means ${displayName(record.srv.target)}, which nobody has: a client that draws this record finds no host`,
    mend: word && mend(record.lines, endOf(word), '.', true),
  };
}

function targetIsShort(record: WrittenRecord): Draft | undefined {
  const { srv, words, lines, owner } = record;
  if (labelsOf(srv.target).length !== 1) return undefined;
  const domain = isRightOwner(owner) ? owner.slice(KMS_SERVICE.length + 1) : undefined;
  const word = words.target;
  const bare = word?.text.replace(/\.$/, '');
  const dot = record.form === 'dnsmasq' ? '' : '.';
  return {
    ...placeOf(record, 'target'),
    code: 'SRV-008',
    text: `the target ${displayName(srv.target)} is one label: nothing is appended to it, so a client looks for a top-level domain of that name`,
    mend:
      word === undefined || domain === undefined
        ? undefined
        : mend(lines, word, `${bare}.${domain.replace(/\.$/, '')}${dot}`, false),
  };
}

function targetIsNoHostName(record: WrittenRecord): Draft | undefined {
  const { target } = record.srv;
  if (target === ROOT || isAddressTarget(record)) return undefined;
  const problem = hostNameProblem(target);
  if (problem === undefined) return undefined;
  return {
    ...placeOf(record, 'target'),
    code: 'SRV-030',
    text: `the target ${displayName(target)} is no host name: ${problem}; BIND refuses the zone or the update, and the host is lost to every client`,
    advice: 'Give the host a name of letters, digits and hyphens, and write that.',
  };
}

function portIsNone(record: WrittenRecord): Draft | undefined {
  const { srv, words, lines, form } = record;
  if (srv.port > 1 || srv.target === ROOT) return undefined;
  const reason =
    srv.port === 1 && words.port === undefined
      ? 'the port is left out, and dnsmasq then says 1'
      : `the port is ${srv.port}`;
  const swapped = form === 'dnsmasq' && srv.weight === KMS_PORT;
  const order = swapped ? '; the order here is target, port, priority, weight' : '';
  return {
    ...placeOf(record, 'port'),
    code: srv.port === 0 ? 'SRV-010' : 'SRV-032',
    text: `${reason}, where no KMS host listens: a client that draws this record fails on it${order}`,
    mend: swapped ? reordered(record) : mendPort(record),
  };

  function mendPort({ words: { port, target } }: WrittenRecord): Draft['mend'] {
    if (port !== undefined) return mend(lines, port, String(KMS_PORT), true);
    return target && mend(lines, endOf(target), `,${KMS_PORT}`, true);
  }
}

/** A dnsmasq line whose numbers stand as in a zone file: priority, weight, port. */
function reordered({ words, srv, lines }: WrittenRecord): Draft['mend'] {
  const { port, weight } = words;
  if (port === undefined || weight === undefined) return undefined;
  const span = { ...port, length: weight.column + weight.length - port.column };
  return mend(lines, span, `${KMS_PORT},${srv.port},${srv.priority}`, true);
}

/** Where a rule points: the word, or the record when the word is not written. */
export function placeOf(
  { words, line, column }: WrittenRecord,
  word: keyof WrittenRecord['words'],
): { readonly line: number; readonly column: number } {
  const at = words[word];
  return at === undefined ? { line, column } : { line: at.line, column: at.column };
}

/** The point behind a word. */
export function endOf({ line, column, length }: Span): Span {
  return { line, column: column + length, length: 0 };
}

/** Does a name end in the zone two times? */
export function isTwice(name: Fqdn, origin: Fqdn): boolean {
  return origin !== ROOT && (name === `${origin}${origin}` || name.endsWith(`.${origin}${origin}`));
}

/** The last zone name of a word that ends in it, without its final dot. */
export function withoutLast(word: Span, origin: Fqdn): Span {
  return { ...word, column: word.column + word.length - origin.length, length: origin.length };
}

function repeatsOrigin(written: string, origin: Fqdn): boolean {
  if (origin === ROOT || written.endsWith('.')) return false;
  const name = `${written.toLowerCase()}.`;
  return name === origin || name.endsWith(`.${origin}`);
}

function addressIn(written: string): string | undefined {
  const bare = written.replace(/\.$/, '');
  return parseIpAddress(bare) === undefined ? undefined : bare;
}
