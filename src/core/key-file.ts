import { KmsDnsError, type Problem } from './errors.ts';
import { type Fqdn, readName } from './name.ts';
import {
  algorithmFromText,
  macOctets,
  TSIG_ALGORITHMS,
  type TsigAlgorithm,
  type TsigKey,
  tsigKey,
} from './tsig.ts';

/*
 * Key files in the forms that `nsupdate -k` and Knot's tools read. Nothing from such a file is ever repeated in a
 * message: in a malformed one, any word may be the secret. Line and column say where to look instead.
 */

export interface KeyReading {
  readonly key: TsigKey;
  /** What is weak about the key, as sentences for a person. */
  readonly notes: readonly string[];
}

/** Key algorithm numbers of dnssec-keygen's HMAC keys: BIND 9, `lib/dns/include/dst/dst.h`. */
const ALGORITHM_NUMBERS: ReadonlyMap<number, TsigAlgorithm> = new Map([
  [157, 'hmac-md5'],
  [161, 'hmac-sha1'],
  [162, 'hmac-sha224'],
  [163, 'hmac-sha256'],
  [164, 'hmac-sha384'],
  [165, 'hmac-sha512'],
]);

/** What Knot's tools take when the one-line form names no algorithm: kdig(1), `-y`. */
const KNOT_DEFAULT_ALGORITHM: TsigAlgorithm = 'hmac-sha256';

/** The longest honest key file, a K*.private with all its dates, has under a thousand characters. */
const MAX_KEY_TEXT = 65536;

const HINT =
  'write exactly one key: key "name" { algorithm hmac-sha256; secret "base64"; };  (`tsig-keygen name` prints one)';
const KNOWN_ALGORITHMS = `known: ${TSIG_ALGORITHMS.join(', ')}`;

/** A piece of the file and where it starts. */
interface Place {
  readonly text: string;
  readonly at: number;
}

/** What a form of key file holds before anything is checked; a missing part has its problem noted already. */
interface RawKey {
  readonly name: Place | Fqdn | undefined;
  readonly algorithm: Place | TsigAlgorithm | undefined;
  readonly secret: Place | undefined;
}

/**
 * The one key in the text of a key file: BIND's `key` statement (session.key too), the K*.key or K*.private file of
 * dnssec-keygen, or Knot's `[algorithm:]name:secret`. A K*.private file does not hold its name: hand it over, else it
 * is taken from `file`. Throws `key-invalid` with the place of each problem; no message repeats the secret.
 */
export function parseKeyText(text: string, file: string, nameOfPrivateKey?: Fqdn): KeyReading {
  const problems = new Problems(text.replace(/^\uFEFF/, ''), file);
  if (problems.text.trim() === '') problems.add(0, 'there is no key: it is empty');
  if (text.length > MAX_KEY_TEXT) problems.add(0, 'this is no key file: it is too long');
  const raw = problems.found ? NOTHING : readRaw(problems, file, nameOfPrivateKey);
  const name = nameFrom(raw.name, problems);
  const algorithm = algorithmFrom(raw.algorithm, problems);
  const secret = raw.secret === undefined ? undefined : secretFrom(raw.secret, problems);
  if (name === undefined || algorithm === undefined || secret === undefined || problems.found)
    throw problems.error();
  return { key: tsigKey(name, algorithm, secret), notes: weaknesses(algorithm, secret) };
}

/** Is this the text of a K*.private file, which needs its K*.key beside it for the name? */
export function isPrivateKeyFile(text: string): boolean {
  return /^\uFEFF?\s*Private-key-format:/i.test(text);
}

/** The name in `Kname.+163+12345`, with or without `.key` or `.private`: dnssec-keygen(1), "Generated keys". */
export function nameFromKeyFileName(file: string): Fqdn | undefined {
  const stem = /(?:^|[/\\])K([^/\\]+)\+\d{3}\+\d{5}(?:\.key|\.private)?$/.exec(file)?.[1];
  const read = stem === undefined ? undefined : readName(stem);
  return read?.ok === true ? read.name : undefined;
}

const NOTHING: RawKey = { name: undefined, algorithm: undefined, secret: undefined };

class Problems {
  readonly text: string;
  readonly #file: string;
  readonly #found: Problem[] = [];

  constructor(text: string, file: string) {
    this.text = text;
    this.#file = file;
  }

  get found(): boolean {
    return this.#found.length > 0;
  }

  add(at: number, message: string): void {
    const before = this.text.slice(0, at).split('\n');
    this.#found.push({
      file: this.#file,
      line: before.length,
      column: before[before.length - 1]!.length + 1,
      message,
    });
  }

  error(): KmsDnsError {
    const lines = this.#found.map(
      ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
    );
    return new KmsDnsError('key-invalid', lines.join('\n'), { hint: HINT, problems: this.#found });
  }
}

function readRaw(problems: Problems, file: string, nameOfPrivateKey: Fqdn | undefined): RawKey {
  const { text } = problems;
  if (isPrivateKeyFile(text)) return readPrivate(problems, nameOfPrivateKey ?? nameFromKeyFileName(file));
  if (/^[^;\n]*\sKEY\s+\d+\s+\d+\s+\d+\s/im.test(text)) return readKeyRecord(problems);
  const tokens = tokensOf(problems);
  if (problems.found) return NOTHING;
  const lines = [...text.matchAll(/^[ \t]*([^#\s].*?)[ \t\r]*$/gm)];
  if (tokens[0]?.text.toLowerCase() === 'key' && tokens[0].quoted !== true)
    return readStatement(tokens, problems);
  if (lines.length > 0 && lines.every((line) => /^[^\s:"{}]+(:[^\s:"{}]*)+$/.test(line[1]!)))
    return readKnotLines(lines, problems);
  const first = tokens[0];
  problems.add(
    first?.at ?? 0,
    first === undefined
      ? 'there is no key: it holds comments only'
      : 'this is no key: expected a key { } statement, a K*.key or K*.private file, or [algorithm:]name:secret',
  );
  return NOTHING;
}

interface Token extends Place {
  readonly quoted?: true;
}

/** BIND's configuration lexer, as far as a key statement needs it: words, strings, `{ } ;` and three comment forms. */
function tokensOf(problems: Problems): readonly Token[] {
  const { text } = problems;
  const tokens: Token[] = [];
  const lexeme =
    /\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(?<open>\/\*)|"(?<string>[^"\n]*)"|(?<quote>")|(?<mark>[{};])|(?<word>(?:(?!\/\/|\/\*)[^\s{};"#])+)/y;
  while (lexeme.lastIndex < text.length) {
    const at = lexeme.lastIndex;
    const groups = lexeme.exec(text)?.groups;
    if (groups === undefined) throw new Error('the lexer does not cover every character');
    if (groups.open !== undefined) problems.add(at, 'this comment has no end: expected */');
    else if (groups.quote !== undefined) problems.add(at, 'this string has no closing quote on its line');
    else if (groups.string !== undefined) tokens.push({ text: groups.string, at, quoted: true });
    else if (groups.mark !== undefined || groups.word !== undefined)
      tokens.push({ text: (groups.mark ?? groups.word)!, at });
    if (problems.found) break;
  }
  return tokens;
}

/** `key name { algorithm …; secret …; };` and nothing else: named.conf(5), the grammar of a session key file. */
function readStatement(tokens: readonly Token[], problems: Problems): RawKey {
  const end: Token = { text: '', at: problems.text.trimEnd().length };
  let next = 0;
  const take = (): Token => tokens[next++] ?? end;
  const isMark = (token: Token, mark: string): boolean => token.text === mark && token.quoted !== true;
  const isWord = (token: Token): boolean =>
    token !== end && (token.quoted === true || !/^[{};]$/.test(token.text));
  const expectMark = (mark: string, where: string): boolean => {
    const token = take();
    if (isMark(token, mark)) return true;
    problems.add(token.at, `expected "${mark}" ${where}`);
    return false;
  };

  const keyword = take();
  const name = take();
  if (!isWord(name)) {
    problems.add(name.at, 'the key has no name');
    return NOTHING;
  }
  if (!expectMark('{', 'after the name of the key')) return NOTHING;
  const values = new Map<string, Token>();
  let option = take();
  for (; !isMark(option, '}'); option = take()) {
    const word = option.quoted === true ? '' : option.text.toLowerCase();
    if (word !== 'algorithm' && word !== 'secret') {
      problems.add(
        option.at,
        option === end ? 'expected "}" before the end of the file' : 'expected algorithm or secret',
      );
      return NOTHING;
    }
    if (values.has(word)) problems.add(option.at, `a second ${word} in the same key`);
    const value = take();
    if (!isWord(value)) {
      problems.add(value.at, `${word} has no value`);
      return NOTHING;
    }
    values.set(word, value);
    if (!expectMark(';', `after the ${word}; put quotes around a value with blanks, "#" or "//"`))
      return NOTHING;
  }
  if (!expectMark(';', 'after "}"')) return NOTHING;
  const more = tokens[next];
  if (more !== undefined)
    problems.add(
      more.at,
      more.text.toLowerCase() === 'key'
        ? 'a second key; a key file holds exactly one'
        : 'only one key statement may stand in a key file',
    );
  for (const word of ['algorithm', 'secret'])
    if (!values.has(word)) problems.add(keyword.at, `the key has no ${word}`);
  return { name, algorithm: values.get('algorithm'), secret: values.get('secret') };
}

/** `name [ttl] [IN] KEY 512 3 number base64`: RFC 2535 §7.1, as dnssec-keygen writes it. */
function readKeyRecord(problems: Problems): RawKey {
  const record =
    /^(?<name>[^;\s]\S*)\s+(?:\d+\s+)?(?:IN\s+)?KEY\s+\d+\s+\d+\s+(?<number>\d+)\s+(?<secret>[^;\n]*)/dgim;
  const [first, second] = [...problems.text.matchAll(record)];
  if (first === undefined) {
    problems.add(0, 'this KEY record has no owner name in front');
    return NOTHING;
  }
  if (second !== undefined) problems.add(second.index, 'a second key; a key file holds exactly one');
  const part = (group: string): Place => ({
    text: first.groups![group]!,
    at: first.indices!.groups![group]![0],
  });
  const secret = part('secret');
  return {
    name: part('name'),
    algorithm: algorithmFromNumber(part('number'), problems),
    secret: { at: secret.at, text: secret.text.replace(/\s+/g, '') },
  };
}

/** `Algorithm: 163 (HMAC_SHA256)` and `Key: base64` among other lines. */
function readPrivate(problems: Problems, name: Fqdn | undefined): RawKey {
  if (name === undefined)
    problems.add(0, 'a private key file does not hold its name; keep its K*.key file beside it');
  const line = (label: string): Place | undefined => {
    const pattern = new RegExp(`^${label}:[ \\t]*(?<value>.*?)[ \\t\\r]*$`, 'dgim');
    const [first, second] = [...problems.text.matchAll(pattern)];
    if (first === undefined) problems.add(0, `there is no "${label}:" line`);
    if (second !== undefined) problems.add(second.index, `a second "${label}:" line`);
    return first && { text: first.groups!.value!, at: first.indices!.groups!.value![0] };
  };
  const number = line('Algorithm');
  return {
    name,
    algorithm: number && algorithmFromNumber({ at: number.at, text: /^\d*/.exec(number.text)![0] }, problems),
    secret: line('Key'),
  };
}

function readKnotLines(lines: readonly RegExpMatchArray[], problems: Problems): RawKey {
  const [first, second] = lines.map((line) => ({
    text: line[1]!,
    at: line.index! + line[0].indexOf(line[1]!),
  }));
  if (second !== undefined) problems.add(second.at, 'a second key; a key file holds exactly one');
  const parts: Place[] = [];
  let at = first!.at;
  for (const text of first!.text.split(':')) {
    parts.push({ text, at });
    at += text.length + 1;
  }
  if (parts.length > 3) {
    problems.add(parts[3]!.at - 1, 'too many colons; expected [algorithm:]name:secret');
    return NOTHING;
  }
  const [secret, name, algorithm] = parts.reverse();
  return { name, algorithm: algorithm ?? KNOT_DEFAULT_ALGORITHM, secret };
}

function algorithmFromNumber(number: Place, problems: Problems): TsigAlgorithm | undefined {
  const algorithm = ALGORITHM_NUMBERS.get(Number(number.text || Number.NaN));
  if (algorithm === undefined)
    problems.add(
      number.at,
      `this algorithm number is not one of an HMAC key; known: ${[...ALGORITHM_NUMBERS].map(([n, a]) => `${n} ${a}`).join(', ')}`,
    );
  return algorithm;
}

function nameFrom(name: RawKey['name'], problems: Problems): Fqdn | undefined {
  if (name === undefined || typeof name === 'string') return name;
  const read = readName(name.text);
  if (read.ok && read.name !== '.') return read.name;
  problems.add(name.at, `this is no name for a key: ${read.ok ? 'it is the root' : read.problem}`);
  return undefined;
}

function algorithmFrom(algorithm: RawKey['algorithm'], problems: Problems): TsigAlgorithm | undefined {
  if (algorithm === undefined || typeof algorithm === 'string') return algorithm;
  const known = algorithmFromText(algorithm.text);
  if (known === undefined) problems.add(algorithm.at, `unknown algorithm; ${KNOWN_ALGORITHMS}`);
  return known;
}

/** RFC 4648 §4, as strict as BIND: padded, no foreign characters, no bits after the end. */
function secretFrom(secret: Place, problems: Problems): Uint8Array | undefined {
  const { text, at } = secret;
  const octets = Buffer.from(text, 'base64');
  if (text === '') problems.add(at, 'the secret is empty');
  else if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    problems.add(at, 'the secret has a character that base64 does not have');
  else if (text.length % 4 !== 0)
    problems.add(at, 'the secret is cut off: base64 comes in groups of four characters');
  else if (octets.toString('base64') !== text)
    problems.add(at, 'the secret is damaged: its base64 has bits after its end');
  else return octets;
  return undefined;
}

function weaknesses(algorithm: TsigAlgorithm, secret: Uint8Array): readonly string[] {
  const notes: string[] = [];
  if (algorithm === 'hmac-md5') notes.push('hmac-md5 is weak (RFC 8945 §6); move the key to hmac-sha256');
  const wanted = macOctets(algorithm);
  if (secret.length < wanted)
    notes.push(
      `the secret has ${secret.length} octets, fewer than the ${wanted} of an ${algorithm} digest (RFC 8945 §8)`,
    );
  return notes;
}
