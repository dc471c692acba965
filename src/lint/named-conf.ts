import { KMS_SERVICE } from '../core/kms.ts';
import { displayName, type Fqdn, isWithin, labelsOf, ROOT, readName } from '../core/name.ts';
import {
  bodyOf,
  keywordOf,
  type NamedBlock,
  type NamedStatement,
  type NamedWord,
  readNamedConf,
  wordsOf,
} from '../core/named-reader.ts';
import { type Draft, type Lines, mend } from './result.ts';

/** What a rule about named.conf sees: a statement, and the zone around it. */
interface InZone {
  readonly statement: NamedStatement;
  /** The root outside of any zone. */
  readonly zone: Fqdn;
  /** Names of lists that take everybody, in lower case: `any`, and what an `acl` made of it. */
  readonly anybody: ReadonlySet<string>;
  readonly lines: Lines;
}

type NamedRule = (seen: InZone) => readonly Draft[];

/** By the word that a statement begins with. */
const RULES: Readonly<Record<string, readonly NamedRule[]>> = {
  'allow-update': [updatesFromAnybody],
  grant: [grantCoversZone, grantOfAnyTarget, realmInSmallLetters, typeWithLimit],
};

/** Lints named.conf: who may write the record. `include` is not followed, and said so. */
export function lintNamedConf(text: string, file: string, lines: Lines, say: (draft: Draft) => void): void {
  const { statements, problems } = readNamedConf(text, file);
  for (const { line, column, message } of problems)
    say({
      line,
      column,
      code: 'RUN-008',
      text: `${message}: named refuses the whole file, and publishes no KMS record`,
    });
  const anybody = listsOfAnybody(statements);
  // Depth is the writer's choice, so no recursion.
  const open: { readonly statement: NamedStatement; readonly zone: Fqdn }[] = [];
  const push = (inside: readonly NamedStatement[], zone: Fqdn): void => {
    for (let i = inside.length - 1; i >= 0; i--) open.push({ statement: inside[i]!, zone });
  };
  push(statements, ROOT);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { statement, zone } = next;
    const keyword = keywordOf(statement);
    // A key file holds a secret and no policy.
    if (keyword === 'include' && !/\.key$/.test(wordsOf(statement)[1] ?? ''))
      say({
        line: statement.line,
        column: statement.column,
        code: 'RUN-008',
        severity: 'notice',
        text: `${JSON.stringify(wordsOf(statement)[1] ?? '')} is not followed; a policy in it that lets strangers write KMS records is not judged`,
        advice: 'Give that file to kmsdns lint as well.',
      });
    for (const rule of Object.hasOwn(RULES, keyword) ? RULES[keyword]! : [])
      for (const draft of rule({ statement, zone, anybody, lines })) say(draft);
    push(bodyOf(statement), keyword === 'zone' ? zoneNamed(statement) : zone);
  }
}

function zoneNamed(statement: NamedStatement): Fqdn {
  const read = readName(wordsOf(statement)[1] ?? '');
  return read.ok ? read.name : ROOT;
}

/** More than anybody nests lists against the order of the file; a bound, since a file may be anything. */
const MAX_ACL_ROUNDS = 16;

/** `any` by its other names, and each `acl` of the file or of a view that has one of them as an entry. */
function listsOfAnybody(statements: readonly NamedStatement[]): ReadonlySet<string> {
  const found = new Set(['any', '0.0.0.0/0', '0/0', '::/0']);
  const views = statements.filter((statement) => keywordOf(statement) === 'view').flatMap(bodyOf);
  let rest = [...statements, ...views].filter((statement) => keywordOf(statement) === 'acl');
  // An acl may name one that stands further down, and that another.
  for (let round = 0; round < MAX_ACL_ROUNDS; round++) {
    const before = found.size;
    rest = rest.filter((acl) => {
      if (!takesAnybody(acl, found)) return true;
      found.add((wordsOf(acl)[1] ?? '').toLowerCase());
      return false;
    });
    if (found.size === before) break;
  }
  return found;
}

function takesAnybody(statement: NamedStatement, anybody: ReadonlySet<string>): boolean {
  const block = statement.parts.find((part): part is NamedBlock => part.kind === 'block');
  return (
    block?.statements.some((entry) => {
      const [first = '', ...more] = wordsOf(entry);
      return more.length === 0 && anybody.has(first.toLowerCase());
    }) ?? false
  );
}

function updatesFromAnybody({ statement, zone, anybody, lines }: InZone): readonly Draft[] {
  if (!takesAnybody(statement, anybody)) return [];
  const owner = ownerIn(zone);
  return [
    {
      line: statement.line,
      column: statement.column,
      code: 'ACL-002',
      text: `whoever reaches this server may write ${zone === ROOT ? 'every zone' : displayName(zone)} unsigned: one packet replaces the KMS hosts of all clients, and a source address is easily forged`,
      mend: withoutLine(lines, statement, `update-policy { grant KEY name ${owner} SRV; };`),
    },
  ];
}

function grantCoversZone({ statement, zone, lines }: InZone): readonly Draft[] {
  const { rule, types } = grantOf(statement);
  if (rule?.text.toLowerCase() !== 'zonesub' || !coversSrv(types)) return [];
  const who = wordsOf(statement)[1] ?? '';
  return [
    {
      line: rule.line,
      column: rule.column,
      code: 'ACL-010',
      text: `zonesub lets ${JSON.stringify(who)} change every name of the zone, where KMS records need one: a slip in one script takes more than KMS away from clients`,
      mend: withoutLine(lines, statement, `grant ${quotedAs(statement)} name ${ownerIn(zone)} SRV;`),
    },
  ];
}

function grantOfAnyTarget({ statement, zone, lines }: InZone): readonly Draft[] {
  const { rule, name, types } = grantOf(statement);
  const word = rule?.text.toLowerCase();
  if (rule === undefined || (word !== 'ms-subdomain' && word !== 'krb5-subdomain')) return [];
  if (!coversSrv(types) || !coversKmsName(name?.text, zone)) return [];
  return [
    {
      line: rule.line,
      column: rule.column,
      code: 'ACL-011',
      text: `${word} does not look at the target: any computer of the realm may lead all KMS clients to any host, also by mistake`,
      mend: mend(lines, spanOf(rule), `${rule.text}-self-rhs`, false),
    },
  ];
}

function realmInSmallLetters({ statement, lines }: InZone): readonly Draft[] {
  const { identity, rule } = grantOf(statement);
  if (identity === undefined || rule === undefined || !/^(ms|krb5)-/i.test(rule.text)) return [];
  const capitals = identity.text.toUpperCase();
  if (identity.text === capitals) return [];
  const quote = identity.quoted ? '"' : '';
  return [
    {
      line: identity.line,
      column: identity.column,
      code: 'ACL-012',
      text: `the realm ${JSON.stringify(identity.text)} is compared letter by letter, and that of Active Directory is ${capitals}: no KMS host can publish itself`,
      // A realm of MIT Kerberos may have small letters; that of Active Directory has none.
      mend: mend(lines, spanOf(identity), `${quote}${capitals}${quote}`, /^ms-/i.test(rule.text)),
    },
  ];
}

function typeWithLimit({ statement, lines }: InZone): readonly Draft[] {
  const limited = grantOf(statement).types.find(({ text }) => /^(SRV|ANY)\(\d+\)$/i.test(text));
  if (limited === undefined) return [];
  const [type = '', count = ''] = limited.text.split(/[()]/);
  return [
    {
      line: limited.line,
      column: limited.column,
      code: 'PUB-020',
      severity: 'warning',
      text: `${limited.text} drops every record above ${count} and answers that all went well: a further KMS host believes to be published, and no client is given it`,
      mend: mend(lines, spanOf(limited), type, false),
    },
  ];
}

interface Grant {
  readonly identity?: NamedWord;
  readonly rule?: NamedWord;
  readonly name?: NamedWord;
  readonly types: readonly NamedWord[];
}

/** `grant IDENTITY RULE [NAME] [TYPE…]`; zonesub takes no name (BIND 9 reference manual, update-policy). */
function grantOf({ parts }: NamedStatement): Grant {
  const words = parts.filter((part): part is NamedWord => part.kind === 'word');
  const [, identity, rule, name, ...types] = words;
  if (identity === undefined || rule === undefined) return { types: [] };
  if (rule.text.toLowerCase() === 'zonesub')
    return { identity, rule, types: name === undefined ? [] : [name, ...types] };
  return { identity, rule, ...(name && { name }), types };
}

/** No type means all that a client may write (BIND 9 reference manual, update-policy). */
function coversSrv(types: readonly NamedWord[]): boolean {
  return types.length === 0 || types.some(({ text }) => /^(SRV|ANY)(\(\d+\))?$/i.test(text));
}

/** Can a KMS record be at or below this name? */
function coversKmsName(text: string | undefined, zone: Fqdn): boolean {
  const read = readName(text === undefined || text === '.' ? zone : text);
  if (!read.ok) return false;
  if (read.name.includes(`${KMS_SERVICE}.`)) return true;
  const [first = ''] = labelsOf(read.name);
  return !first.startsWith('_') || first === '_tcp' || isWithin(zone, read.name);
}

function ownerIn(zone: Fqdn): string {
  if (zone === ROOT) return `${KMS_SERVICE}.ZONE.`;
  return zone.startsWith(`${KMS_SERVICE}.`) ? zone : `${KMS_SERVICE}.${zone}`;
}

function quotedAs(statement: NamedStatement): string {
  const { identity } = grantOf(statement);
  return identity?.quoted === true ? JSON.stringify(identity.text) : (identity?.text ?? 'KEY');
}

/** A statement in place of another one, which may go over several lines; for a person to put in. */
function withoutLine(lines: Lines, statement: NamedStatement, text: string): Draft['mend'] {
  if (lines.lineAt(statement.line) === undefined) return undefined;
  const at = { line: statement.line, column: statement.column };
  return { mended: text, edit: { from: at, to: at, text }, safe: false };
}

function spanOf({ line, column, start, end }: NamedWord): {
  readonly line: number;
  readonly column: number;
  readonly length: number;
} {
  return { line, column, length: end - start };
}
