import { parseIpAddress } from '../../core/address.ts';
import type { FactDraft } from './fact-draft.ts';
import { isNameText, labelledLine } from './labelled-line.ts';

interface Field {
  readonly line: number;
  readonly label: string;
  /** Has it dots behind the label? A long label leaves no room for them. */
  readonly dotted: boolean;
  /** The value, and those of the lines that continue it. */
  readonly values: string[];
}

/** The fields of an adapter, or of the computer when the adapter is undefined. */
interface Section {
  readonly line: number;
  readonly adapter: string | undefined;
  readonly fields: Field[];
}

/** What a connected adapter says. */
interface Connection {
  readonly section: Section;
  readonly suffixes: readonly Placed[];
  readonly servers: readonly Placed[];
  readonly addresses: readonly Placed[];
}

interface Placed {
  readonly field: Field;
  readonly value: string;
  /** As it stands there. */
  readonly raw: string;
}

/** Are there lines with dot leaders, some of them about DNS or IP? */
export function looksLikeIpconfig(lines: readonly string[]): boolean {
  const dotted = lines.map(labelledLine).filter((parts) => parts !== undefined && parts.dots >= 3);
  return dotted.length >= 3 && dotted.some((parts) => /DNS|\bIP/i.test(parts!.label));
}

/**
 * `ipconfig /all` of any Windows in any language. Nothing is read by its words: the first fields are the host name and
 * the primary suffix, an unindented line that ends in a colon starts an adapter, and a field is told by what its value
 * looks like, where it stands, and by the abbreviations that no translation touches (DNS, IP).
 */
export function readIpconfig(draft: FactDraft, lines: readonly string[]): void {
  const sections = sectionsOf(lines);
  const adapters = sections.filter(({ adapter }) => adapter !== undefined);
  const connections = adapters.map(connectionOf).filter((found) => found !== undefined);
  const suffixes = connections.flatMap((each) => each.suffixes.map(({ value }) => value.toLowerCase()));
  const computer = sections.find(({ adapter, fields }) => adapter === undefined && isComputer(fields));
  if (computer !== undefined) readComputer(draft, computer.fields, suffixes);
  for (const connection of connections) addConnection(draft, connection);

  if (adapters.length === 0)
    draft.problem(undefined, 'there is no network adapter in it: send the whole output of "ipconfig /all"');
  else if (computer === undefined)
    draft.problem(
      adapters[0]!.line,
      'what stands before the first adapter is missing: the primary DNS suffix is not known',
    );
}

function sectionsOf(lines: readonly string[]): readonly Section[] {
  let section: Section = { line: 1, adapter: undefined, fields: [] };
  const sections = [section];
  let before = '';
  lines.forEach((source, i) => {
    const text = source.trimEnd();
    const bare = text.trim();
    if (bare === '') {
      before = '';
      return;
    }
    const parts = labelledLine(text);
    const field = section.fields.at(-1);
    // A field without dots is one only among others that have them: other tools indent their lines, too.
    const isField =
      parts !== undefined &&
      (parts.dots >= 2 || (parts.indent > 0 && field !== undefined) || /DNS/i.test(parts.label));
    if (field !== undefined && isContinuation(text, bare)) field.values.push(bare);
    else if (isField) {
      const values = parts.value === '' ? [] : [parts.value];
      section.fields.push({ line: i + 1, label: parts.label, dotted: parts.dots >= 2, values });
    } else if (/^\S/.test(text) && (before === '' || field === undefined || /[:：]$/.test(text))) {
      // The console breaks a long name, and its colon may stand alone on the next line.
      const name = text === ':' ? before : /[:：]$/.test(text) ? text.slice(0, -1).trim() : undefined;
      section = { line: i + 1, adapter: name, fields: [] };
      sections.push(section);
    }
    before = bare;
  });
  return sections;
}

/** An address or a name alone on its line, under the value above. */
function isContinuation(text: string, bare: string): boolean {
  if (/\s/.test(bare)) return false;
  return addressIn(bare) !== undefined || (/^\s{12}/.test(text) && isNameText(bare));
}

/** The address at the start of a value; `(Preferred)` behind it is translated, and so are its brackets. */
function addressIn(value: string): string | undefined {
  const text = /^[0-9A-Fa-f:.]+(?:%\d{1,10})?/.exec(value)?.[0] ?? '';
  const rest = value.slice(text.length).trim();
  if (rest !== '' && !/^[(（]/.test(rest)) return undefined;
  return parseIpAddress(text) ?? parseIpAddress(text.replace(/%.*$/, ''));
}

/** Dotted fields before the first adapter; whatever else stands in front of it has none. */
function isComputer(fields: readonly Field[]): boolean {
  const dotted = fields.filter((field) => field.dotted);
  return dotted.length >= 2 && dotted.slice(0, 3).some(({ label }) => /DNS/i.test(label));
}

/**
 * Host name, primary suffix, node type, routing, WINS proxy, search list: the order never changes. When the first line
 * was lost, the first label with "DNS" in it is still the suffix.
 */
function readComputer(draft: FactDraft, fields: readonly Field[], connection: readonly string[]): void {
  const [primary, list] = fields.filter(({ label }) => /DNS/i.test(label));
  if (primary === undefined) return;
  const host = fields[fields.indexOf(primary) - 1];
  const name = host?.values[0];
  if (host !== undefined && name !== undefined && /^[\p{L}\p{N}_.-]{1,255}$/u.test(name)) {
    draft.fact('host-name', { line: host.line, place: host.label, raw: name }, { name });
    draft.decoded(host.label, name, 'name of the computer');
  }

  const suffix = primary.values[0] ?? '';
  if (suffix !== '' && !isNameText(suffix)) {
    draft.problem(
      primary.line,
      `${JSON.stringify(suffix.slice(0, 80))} stands where the primary suffix belongs`,
    );
    return;
  }
  const at = { line: primary.line, place: primary.label, raw: suffix };
  draft.fact('primary-suffix', at, { suffix, byPolicy: false });
  draft.decoded(primary.label, suffix, suffix === '' ? 'none: the computer is in no domain' : 'asked first');
  if (list !== undefined) readSearchList(draft, list, [suffix.toLowerCase(), ...connection]);
}

/** Windows shows a list even when nobody set one: then it is what it makes of `own`, the computer's suffixes. */
function readSearchList(draft: FactDraft, list: Field, own: readonly string[]): void {
  const suffixes = list.values.filter(isNameText);
  if (suffixes.length === 0) return;
  const configured = !suffixes.every((suffix) => {
    const name = suffix.toLowerCase();
    return own.includes(name) || own[0]!.endsWith(`.${name}`);
  });
  const raw = suffixes.join(' ');
  draft.fact(
    'search-list',
    { line: list.line, place: list.label, raw },
    { suffixes, byPolicy: false, configured },
  );
  const meaning = configured
    ? 'a list that somebody set: only these are asked'
    : 'made by Windows from the suffixes of the computer and its connections';
  draft.decoded(list.label, raw, meaning);
}

/** Undefined for an adapter without an address: it is not connected, and its settings say nothing. */
function connectionOf(section: Section): Connection | undefined {
  const { fields } = section;
  const addresses = fields
    .filter(({ label }) => /IP(?:v[46])?(?![A-Za-z])/i.test(label))
    .flatMap((field) => addressesOf(field));
  if (addresses.length === 0) return undefined;
  const about = fields.filter(({ label }) => /DNS/i.test(label));
  return {
    section,
    addresses,
    servers: about.flatMap((field) => addressesOf(field)),
    suffixes: about.flatMap((field) =>
      field.values
        .filter((value) => isNameText(value) && addressIn(value) === undefined)
        .map((value) => ({ field, value, raw: value })),
    ),
  };
}

function addressesOf(field: Field): readonly Placed[] {
  return field.values.flatMap((raw) => {
    const value = addressIn(raw);
    return value === undefined ? [] : [{ field, value, raw }];
  });
}

function addConnection(draft: FactDraft, { section, suffixes, servers, addresses }: Connection): void {
  const adapter = section.adapter!;
  const named = JSON.stringify(adapter);
  const at = ({ field, raw }: Placed) => ({ line: field.line, place: `${adapter}: ${field.label}`, raw });
  for (const found of suffixes) {
    draft.fact('connection-suffix', at(found), { suffix: found.value, adapter });
    draft.decoded(found.field.label, found.value, `suffix of the connection ${named}`);
  }
  for (const found of addresses) {
    draft.fact('ip-address', at(found), { address: found.value, adapter });
    draft.decoded(found.field.label, found.value, `address of ${named}`);
  }
  const texts = servers.map(({ value }) => value);
  const raw = texts.join(' ');
  const place =
    servers[0] === undefined ? { line: section.line, place: adapter, raw } : { ...at(servers[0]), raw };
  draft.fact('dns-servers', place, { servers: texts, adapter });
  const meaning =
    texts.length === 0 ? `${named} has no DNS server` : `DNS servers of ${named}, asked in this order`;
  draft.decoded(servers[0]?.field.label ?? 'DNS', raw, meaning);
}
