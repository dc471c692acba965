import { CATALOGUE, type FindingCode, findEntry } from '../core/catalogue.ts';
import { nearest } from '../core/suggest.ts';
import { CODES } from './codes.ts';
import { contradictionsAbout } from './contradictions.ts';
import { CORRELATIONS, EVENTS } from './events.ts';
import type {
  ExplainedCode,
  ExplainedEvent,
  ExplainedFinding,
  ExplainedKind,
  ExplainedOption,
  ExplainedTerm,
  ExplainedValue,
  Explanation,
} from './explanation.ts';
import { findingRef, firstLook } from './first-look.ts';
import { type DecodedCode, decodeCode, hresultFromWin32, readNumber } from './hresult.ts';
import { REGISTRY_VALUES, WMI_NAMES } from './registry-values.ts';
import { SLMGR_OPTIONS } from './slmgr-options.ts';
import { SYMBOLS } from './symbols.ts';
import { TERMS } from './terms.ts';

/** The header file has this one as information, the guides print it as an error. */
const PRINTED_AS: Readonly<Record<string, string>> = { '0x4004F065': '0xC004F065' };

/**
 * What a code, an event, a finding, an option, a registry value or a term means. Undefined for a text that is none of
 * them; a number that nobody has described comes back taken apart, with `known` false.
 */
export function explain(text: string): Explanation | undefined {
  const word = stripped(text);
  if (word === '') return undefined;
  return (
    (/^[/-]|^(?:cscript\s|slmgr\S*\s)/i.test(word) ? explainOption(word) : undefined) ??
    explainFinding(word) ??
    explainEvent(word) ??
    explainValue(word) ??
    explainTerm(word) ??
    explainCode(word) ??
    explainOption(word)
  );
}

/** Quotes, brackets and what tools print in front of a code. */
function stripped(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^["'`([]+|["'`)\],;.]+$/g, '')
    .replace(/^(?:hr|hresult|error code|error|code)\s*[=:]?\s+(?=\S)|^(?:hr|hresult|error|code)[=:]\s*/i, '')
    .trim();
}

function explainFinding(word: string): ExplainedFinding | undefined {
  const entry = findEntry(word);
  if (entry === undefined) return undefined;
  const { code, slug, severity, side, title, explanation, explains, fix, dependsOn = [], source } = entry;
  const symptoms = (Object.keys(CATALOGUE) as FindingCode[]).filter((other) =>
    CATALOGUE[other].dependsOn?.includes(code),
  );
  return {
    kind: 'finding',
    code,
    title,
    text: explanation,
    known: true,
    slug,
    severity,
    side,
    explains,
    fix,
    explainedBy: dependsOn.map(findingRef),
    makesSymptoms: symptoms.map(findingRef),
    observable: entry.observable,
    ...(entry.observable === 'not-yet' && { whyNot: entry.whyNot }),
    source,
    contradictions: contradictionsAbout(code),
    seeAlso: explains.map(({ hresult }) => hresult).filter((hresult) => CODES.has(hresult)),
  };
}

function explainEvent(word: string): ExplainedEvent | undefined {
  const [, digits] = /^(?:event(?:[ -]?id)?[ :=#]*)?(\d{4,5})$/i.exec(word) ?? [];
  const entry = digits === undefined ? undefined : EVENTS[Number(digits)];
  if (digits === undefined || entry === undefined) return undefined;
  const { title, text, seeAlso, ...rest } = entry;
  const ofOneAttempt = ['12288', '12289', '12290'].includes(digits);
  return {
    kind: 'event',
    code: digits,
    title,
    text,
    known: true,
    ...rest,
    together: ofOneAttempt ? CORRELATIONS : [],
    contradictions: contradictionsAbout(digits),
    seeAlso,
  };
}

/** `/skms`, `-skms`, `skms`, and the whole command line with its arguments. */
function explainOption(word: string): ExplainedOption | undefined {
  const [, name = ''] =
    /^(?:(?:cscript\s.*)?slmgr(?:\.vbs)?\s+)?[/-]?([a-z][a-z-]*)(?:\s.*)?$/i.exec(word) ?? [];
  const code = `/${name.toLowerCase()}`;
  const option = SLMGR_OPTIONS.get(code);
  if (option === undefined) return undefined;
  const { title, text, seeAlso = [], ...rest } = option;
  return {
    kind: 'slmgr-option',
    code,
    title,
    text,
    known: true,
    ...rest,
    command: `cscript //nologo %windir%\\system32\\slmgr.vbs ${option.syntax}`,
    contradictions: contradictionsAbout(code),
    seeAlso,
  };
}

function explainValue(word: string): ExplainedValue | undefined {
  const name = word.includes('\\') ? word.slice(word.lastIndexOf('\\') + 1) : word;
  const byWmi = findName(name, [...WMI_NAMES.keys()]);
  const code = findName(name, [...REGISTRY_VALUES.keys()]) ?? (byWmi && WMI_NAMES.get(byWmi));
  const value = code === undefined ? undefined : REGISTRY_VALUES.get(code);
  if (code === undefined || value === undefined) return undefined;
  const { title, text, seeAlso = [], ...rest } = value;
  return {
    kind: 'registry-value',
    code,
    title,
    text: byWmi === undefined ? text : `${text} WMI shows it as ${byWmi}.`,
    known: true,
    ...rest,
    contradictions: contradictionsAbout(code),
    seeAlso,
  };
}

function explainTerm(word: string): ExplainedTerm | undefined {
  const lower = word.toLowerCase();
  const byAlias = (): string | undefined =>
    [...TERMS].find(([, { aliases }]) => aliases?.includes(lower))?.[0];
  const code = findName(word, [...TERMS.keys()]) ?? byAlias();
  const term = code === undefined ? undefined : TERMS.get(code);
  if (code === undefined || term === undefined) return undefined;
  const { title, text, seeAlso = [] } = term;
  return { kind: 'term', code, title, text, known: true, contradictions: contradictionsAbout(code), seeAlso };
}

/** Letter case as it stands wins, since `REFUSED` and `refused` are two things. */
function findName(word: string, names: readonly string[]): string | undefined {
  return (
    names.find((name) => name === word) ?? names.find((name) => name.toLowerCase() === word.toLowerCase())
  );
}

function explainCode(word: string): ExplainedCode | undefined {
  const read = readNumber(word);
  const value = read?.value ?? SYMBOLS.get(word.toUpperCase()) ?? abbreviated(word);
  if (value === undefined) return undefined;
  const isWin32 = read?.form === 'win32' && value !== 0;
  return codeExplanation(isWin32 ? hresultFromWin32(value) : value, isWin32 ? 'win32' : 'hresult');
}

/** `F074`: the last four digits, where only one code ends so. */
function abbreviated(word: string): number | undefined {
  if (!/^[0-9a-f]{4}$/i.test(word) || /^\d+$/.test(word)) return undefined;
  const ending = [...CODES.keys()].filter((code) => code.endsWith(word.toUpperCase()));
  return ending.length === 1 && ending[0] !== undefined ? Number.parseInt(ending[0], 16) : undefined;
}

function codeExplanation(value: number, kind: 'hresult' | 'win32'): ExplainedCode {
  const number = decodeCode(value);
  const hresult = PRINTED_AS[number.hresult] ?? number.hresult;
  const entry = CODES.get(hresult);
  const code = kind === 'win32' ? String(number.code) : number.hresult;
  const causes = firstLook(hresult);
  if (entry === undefined) {
    const near = [...CODES.keys()].filter((other) => isOneSlip(number.hresult, other));
    return {
      kind,
      code,
      title: 'Not described here',
      text: `${capital(number.reading)}. This package has no words for it; ${askWindows(number)} prints those of Windows.`,
      known: false,
      number,
      causes,
      contradictions: [],
      seeAlso: near,
    };
  }
  const { title, text, seeAlso = [], ...rest } = entry;
  return {
    kind,
    code,
    title,
    text,
    known: true,
    ...rest,
    number,
    causes,
    contradictions: contradictionsAbout(hresult),
    seeAlso,
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Windows documentation, net helpmsg; "Troubleshooting known KMS issues", slui.exe. */
function askWindows({ hresult, win32 }: DecodedCode): string {
  return win32 === undefined ? `slui.exe 0x2a ${hresult}` : `net helpmsg ${win32}`;
}

/** One digit differs, or two neighbours are swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].flatMap((digit, i) => (digit === b[i] ? [] : [i]));
  const [first = 0, second = 0] = at;
  if (at.length === 1) return true;
  return at.length === 2 && second === first + 1 && a[first] === b[second] && a[second] === b[first];
}

/** Everything that can be explained, by kind, each list in the order of its table. */
export function explainable(): Readonly<Record<ExplainedKind, readonly string[]>> {
  const win32 = [...CODES.keys()].flatMap((hresult) => {
    const { win32: number } = decodeCode(Number.parseInt(hresult, 16));
    return number === undefined ? [] : [String(number)];
  });
  return {
    hresult: [...CODES.keys()],
    win32,
    event: Object.keys(EVENTS),
    finding: Object.keys(CATALOGUE),
    'slmgr-option': [...SLMGR_OPTIONS.keys()],
    'registry-value': [...REGISTRY_VALUES.keys()],
    term: [...TERMS.keys()],
  };
}

/** The nearest things that can be explained, for a text that cannot; at most three. */
export function similarTo(text: string): readonly string[] {
  const word = stripped(text);
  if (word.length < 3) return [];
  const tables: readonly (readonly string[])[] = [
    [...SLMGR_OPTIONS.keys()],
    [...REGISTRY_VALUES.keys()],
    Object.keys(CATALOGUE),
    Object.values(CATALOGUE).map(({ slug }) => slug),
    [...SYMBOLS.keys()],
    [...TERMS.keys(), ...[...TERMS.values()].flatMap(({ aliases = [] }) => aliases)],
    [...CODES.keys()],
  ];
  const found = tables.flatMap((names) => nearest(word, names) ?? []);
  return [...new Set(found)].slice(0, 3);
}
