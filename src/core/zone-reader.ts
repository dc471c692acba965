import type { Problem } from './errors.ts';
import { type Fqdn, joinName, plainNameUnder, readName } from './name.ts';
import type { SrvRecord } from './srv.ts';
import { type ZoneEntry, type ZoneField, zoneCutter } from './zone-tokens.ts';

export type { ZoneField } from './zone-tokens.ts';

/** One record of a master file, with the places of its words: a linter points at them. */
export interface ZoneRecord {
  readonly owner: Fqdn;
  /** Undefined when neither the record, `$TTL` nor an earlier record says one. */
  readonly ttlSeconds: number | undefined;
  readonly class: string;
  /** Upper case, such as `SRV` or `TYPE65534`. */
  readonly type: string;
  /** RDATA as written; names in it may be relative to `origin`. */
  readonly fields: readonly ZoneField[];
  /** What `@` and relative names of this record meant. */
  readonly origin: Fqdn;
  /** Set for a well-formed SRV record; its target is absolute. */
  readonly srv?: SrvRecord;
  /** The owner as written; left out when it is that of the record before. */
  readonly ownerField?: ZoneField;
  /** Left out when the record says no TTL itself. */
  readonly ttlField?: ZoneField;
  readonly line: number;
  readonly column: number;
}

export interface ZoneText {
  readonly records: readonly ZoneRecord[];
  readonly problems: readonly Problem[];
}

/** What is wrong in a master file; `owner` is the name of the record, where one could be read. */
export interface ZoneProblem extends Problem {
  readonly owner?: Fqdn;
}

/** A master file that arrives in pieces, each of whole lines. */
export interface ZoneReader {
  /** Hands on the records that end in this piece. */
  feed(text: string): void;
  /** The last record, if no line end follows it. Nothing may be fed after it. */
  end(): void;
  /** Does a record go on in the next piece? */
  readonly isInside: boolean;
}

/**
 * Reads a master file (RFC 1035 §5, RFC 2308 §4 for `$TTL`, RFC 2782 for SRV). `origin` is what relative names are
 * under until `$ORIGIN` says otherwise. `$INCLUDE` and `$GENERATE` are reported, not followed.
 * Never throws: whatever is wrong becomes a problem with its place, and reading goes on with the next entry.
 */
export function readZoneText(text: string, origin: Fqdn, file: string): ZoneText {
  const records: ZoneRecord[] = [];
  const problems: Problem[] = [];
  const reader = zoneReader(origin, file, {
    record: (record) => records.push(record),
    problem: ({ owner: _, ...problem }) => problems.push(problem),
  });
  reader.feed(text);
  reader.end();
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { records, problems };
}

/** Who is told what a master file says, in the order of the file. */
export interface ZoneListener {
  record(record: ZoneRecord): void;
  problem(problem: ZoneProblem): void;
}

/** {@link readZoneText} for a file that is too large to be held: its memory is that of one piece and one record. */
export function zoneReader(origin: Fqdn, file: string, tell: ZoneListener): ZoneReader {
  let owner: Fqdn | undefined;
  const wrong = (at: ZoneField, message: string): void => {
    const problem = { file, line: at.line, column: at.column, message };
    tell.problem(owner === undefined ? problem : { ...problem, owner });
  };
  const named = (read: Fqdn): void => {
    owner = read;
  };
  const state: ReaderState = { origin, owner: undefined, defaultTtl: undefined, lastTtl: undefined, wrong };
  const read = (entry: ZoneEntry): void => {
    const [first] = entry.fields;
    owner = undefined;
    if (first.text.startsWith('$') && !first.quoted && !entry.continuesOwner) {
      readDirective(entry, state);
      return;
    }
    const record = readRecord(entry, state, named);
    if (record !== undefined) tell.record(record);
  };
  return zoneCutter(read, (trouble) => tell.problem({ file, ...trouble }));
}

/** A name as a master file has it: `@`, relative to `origin`, or absolute. */
export function readRelativeName(
  text: string,
  origin: Fqdn,
): { readonly ok: true; readonly name: Fqdn } | { readonly ok: false; readonly problem: string } {
  if (text === '@') return { ok: true, name: origin };
  const plain = plainNameUnder(text, origin);
  if (plain !== undefined) return { ok: true, name: plain };
  const alone = readName(text);
  if (!alone.ok || endsInDot(text)) return alone;
  try {
    return { ok: true, name: joinName(alone.name.slice(0, -1), origin) };
  } catch {
    return { ok: false, problem: `with ${origin} behind it the name is longer than 255 octets` };
  }
}

interface ReaderState {
  origin: Fqdn;
  /** The owner of the record before; `broken` when it could not be read, so that its followers are left out too. */
  owner: Fqdn | 'broken' | undefined;
  defaultTtl: number | undefined;
  lastTtl: number | undefined;
  readonly wrong: (at: ZoneField, message: string) => void;
}

function readDirective(entry: ZoneEntry, state: ReaderState): void {
  const [directive, value, ...more] = entry.fields;
  const word = directive.text.toUpperCase();
  if (word === '$INCLUDE' || word === '$GENERATE') {
    state.wrong(directive, `${word} is not followed: what it adds was not seen`);
    return;
  }
  if (word !== '$ORIGIN' && word !== '$TTL') {
    state.wrong(directive, `unknown directive ${JSON.stringify(directive.text)}`);
    return;
  }
  if (value === undefined || more.length > 0) {
    state.wrong(directive, `${word} takes one value`);
    return;
  }
  if (word === '$TTL') {
    const ttl = readTtl(value.text);
    if (ttl === undefined) state.wrong(value, `${JSON.stringify(value.text)} is not a TTL`);
    else state.defaultTtl = ttl;
    return;
  }
  const name = readRelativeName(value.text, state.origin);
  if (name.ok) state.origin = name.name;
  else state.wrong(value, `origin ${JSON.stringify(value.text)}: ${name.problem}`);
}

function readRecord(
  entry: ZoneEntry,
  state: ReaderState,
  named: (owner: Fqdn) => void,
): ZoneRecord | undefined {
  const { fields } = entry;
  const [first] = fields;
  let next = 0;
  if (!entry.continuesOwner) {
    const owner = readRelativeName(first.text, state.origin);
    if (owner.ok) state.owner = owner.name;
    else {
      state.owner = 'broken';
      state.wrong(first, `owner name ${JSON.stringify(first.text)}: ${owner.problem}`);
    }
    next = 1;
  } else if (state.owner === undefined) {
    state.wrong(first, 'the first record begins with a blank: there is no owner before it');
    state.owner = 'broken';
  }

  if (state.owner !== undefined && state.owner !== 'broken') named(state.owner);
  let ttl: number | undefined;
  let ttlField: ZoneField | undefined;
  let dnsClass: string | undefined;
  let type: ZoneField | undefined;
  // RFC 1035 §5.1 allows the TTL and the class in either order.
  while (next < fields.length) {
    const field = fields[next]!;
    next++;
    const word = field.text.toUpperCase();
    if (ttl === undefined && /^\d/.test(word)) {
      ttl = readTtl(word);
      if (ttl === undefined) {
        state.wrong(field, `${JSON.stringify(field.text)} is not a TTL`);
        return undefined;
      }
      ttlField = field;
    } else if (dnsClass === undefined && /^(IN|CH|HS|CLASS\d+)$/.test(word)) {
      dnsClass = word;
    } else if (!word.startsWith('[AGE:')) {
      // Windows DNS writes the age of a record that may be scavenged in front of its TTL.
      type = field;
      break;
    }
  }
  if (type === undefined) {
    state.wrong(first, 'a record without a type');
    return undefined;
  }
  if (!isTypeName(type.text.toUpperCase())) {
    state.wrong(type, `${JSON.stringify(type.text)} is not a record type`);
    return undefined;
  }
  if (state.owner === 'broken' || state.owner === undefined) return undefined;
  if (ttl !== undefined) state.lastTtl = ttl;
  const word = type.text.toUpperCase();
  const rdata = fields.slice(next);
  const srv = word === 'SRV' ? readSrv(rdata, type, state) : undefined;
  if (word === 'SRV' && srv === undefined) return undefined;
  const read: Writable<ZoneRecord> = {
    owner: state.owner,
    ttlSeconds: ttl ?? state.defaultTtl ?? state.lastTtl,
    class: dnsClass ?? 'IN',
    type: word,
    fields: rdata,
    origin: state.origin,
    line: first.line,
    column: first.column,
  };
  // Set one by one: this runs for every line of a file, and spreading optional parts costs three objects more.
  if (!entry.continuesOwner) read.ownerField = first;
  if (ttlField !== undefined) read.ttlField = ttlField;
  if (srv !== undefined) read.srv = srv;
  return read;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** RDATA of RFC 2782: priority, weight, port, target. */
function readSrv(fields: readonly ZoneField[], type: ZoneField, state: ReaderState): SrvRecord | undefined {
  const [priority, weight, port, target] = fields;
  if (fields.length !== 4 || priority === undefined || weight === undefined || port === undefined) {
    state.wrong(type, `SRV needs four values, priority, weight, port and target; here are ${fields.length}`);
    return undefined;
  }
  const numbers = [priority, weight, port].map((field) => {
    const value = /^\d{1,5}$/.test(field.text) && !field.quoted ? Number(field.text) : Number.NaN;
    if (value <= 0xffff) return value;
    state.wrong(field, `${JSON.stringify(field.text)} is not a number from 0 to 65535`);
    return Number.NaN;
  });
  const name = readRelativeName(target!.text, state.origin);
  if (!name.ok) state.wrong(target!, `target ${JSON.stringify(target!.text)}: ${name.problem}`);
  if (!name.ok || numbers.some(Number.isNaN)) return undefined;
  const [first = 0, second = 0, third = 0] = numbers;
  return { priority: first, weight: second, port: third, target: name.name };
}

const TTL_UNITS: Readonly<Record<string, number>> = { '': 1, S: 1, M: 60, H: 3600, D: 86_400, W: 604_800 };

/** Seconds, or BIND's `1h30m`; RFC 2181 §8 allows 31 bits. Undefined for anything else. */
export function readTtl(text: string): number | undefined {
  const upper = text.toUpperCase();
  if (!/^(\d{1,10}|(\d{1,10}[SMHDW])+)$/.test(upper)) return undefined;
  let seconds = 0;
  for (const [, digits, unit] of upper.matchAll(/(\d+)([SMHDW]?)/g)) {
    seconds += Number(digits) * TTL_UNITS[unit ?? '']!;
  }
  return seconds <= 0x7fffffff ? seconds : undefined;
}

/** Mnemonics of the IANA registry that stand in zones, and RFC 3597 §5 for the others. */
const TYPE_NAMES = new Set(
  (
    'A AAAA AFSDB APL CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DS EUI48 EUI64 HINFO HIP HTTPS ' +
    'IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MG MINFO MR MX NAPTR NID NS NSAP NSEC NSEC3 NSEC3PARAM NULL ' +
    'OPENPGPKEY PTR PX RP RRSIG RT SIG SMIMEA SOA SPF SRV SSHFP SVCB TA TALINK TKEY TLSA TXT URI WKS X25 ZONEMD'
  ).split(' '),
);

function isTypeName(word: string): boolean {
  return TYPE_NAMES.has(word) || /^TYPE\d{1,5}$/.test(word);
}

/** The final dot counts only when it is not escaped itself. */
function endsInDot(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\.$/.test(text);
}
