import { KMS_SERVICE } from '../core/kms.ts';
import { displayName, type Fqdn, isWithin, labelsOf, parentOf, readName } from '../core/name.ts';
import { type ZoneField, type ZoneProblem, type ZoneRecord, zoneReader } from '../core/zone-reader.ts';
import { AT_NAME, nameTable } from './name-table.ts';
import { recordJudge } from './record-judge.ts';
import {
  endOf,
  isAddressTarget,
  isDoubledTarget,
  isKmsOwner,
  isRightOwner,
  isTwice,
  placeOf,
  withoutLast,
} from './record-rules.ts';
import { type Draft, type Lines, mend, ownCopy, type Place } from './result.ts';
import { type HeldRecord, held, released, type Written, type WrittenRecord } from './written-record.ts';

/** Takes a file in pieces of whole lines and says what is wrong in it. */
export interface TextLinter {
  feed(text: string): void;
  end(): void;
}

/** Stands for the zone where nothing says which it is: RFC 6761 keeps `invalid` free. */
export const UNKNOWN_ORIGIN: Fqdn = originOf('zone.invalid');

/** Apexes and zone cuts, records whose target's addresses are looked for, and lines kept for a record that is not over. */
const MAX_CUTS = 4000;
const MAX_TARGETS = 20_000;
const MAX_OPEN_OCTETS = 1024 * 1024;

/** Lints a master file of any size (RFC 1035 §5). Relative names are under `origin` until the file says otherwise. */
export function zoneLinter(file: string, origin: Fqdn, say: (draft: Draft) => void): TextLinter {
  const judge = recordJudge(say);
  const names = nameTable();
  const targets: HeldRecord[] = [];
  const apexes: Fqdn[] = [];
  const cuts: { readonly owner: Fqdn; readonly line: number; readonly column: number }[] = [];
  let whole = true;
  let unlooked: Place | undefined;
  const lines = recentLines();

  const take = (record: ZoneRecord): void => {
    names.add(record.owner, bitOf(record));
    const { type, owner, line, column } = record;
    if (type === 'SOA' && apexes.length < MAX_CUTS) apexes.push(ownCopy(owner));
    else if (type === 'NS' && owner.includes('_tcp.') && cuts.length < MAX_CUTS)
      cuts.push(ownCopy({ owner, line, column }));
    else if (type === 'CNAME' && isRightOwner(owner))
      judge.alias({ owner: ownCopy(owner), line, column, form: 'zone', lines: { lineAt: () => undefined } });
    if (record.srv === undefined || !isKmsOwner(owner)) return;
    const written = writtenOf(record, lines);
    if (written === undefined) return;
    const packed = held(written);
    judge.record(written, packed);
    if (!isRightOwner(owner)) return;
    if (targets.length < MAX_TARGETS) targets.push(packed);
    else unlooked ??= { line, column };
  };
  const reader = zoneReader(origin, file, {
    record: take,
    problem(problem) {
      if (/^\$(INCLUDE|GENERATE) /.test(problem.message)) whole = false;
      say(problemDraft(problem));
    },
  });
  return {
    feed(text) {
      lines.push(text);
      reader.feed(text);
      if (!reader.isInside) lines.forget();
    },
    end() {
      reader.end();
      judge.end();
      if (unlooked !== undefined)
        say({
          ...unlooked,
          code: 'RUN-008',
          severity: 'notice',
          text: `the file has more than ${MAX_TARGETS} KMS records; from here on it was not looked whether clients find an address of the target, and whether the name is delegated`,
          advice: 'Lint the zones one by one.',
        });
      // Where there is no SOA the rest of the zone is somewhere else, and so may be the addresses.
      for (const packed of targets) {
        const record = released(packed);
        const apex = apexes.find((one) => isWithin(record.srv.target, one));
        if (apex !== undefined) say1(targetDraft(record, apex, whole));
        const cut = cuts.find((one) => isWithin(record.owner, one.owner) && !apexes.includes(one.owner));
        if (cut !== undefined) say1(cutDraft(record, cut));
      }
    },
  };

  function say1(draft: Draft | undefined): void {
    if (draft !== undefined) say(draft);
  }

  function targetDraft(record: WrittenRecord, apex: Fqdn, complete: boolean): Draft | undefined {
    const { target } = record.srv;
    if (isAddressTarget(record) || isDoubledTarget(record) || labelsOf(target).length < 2) return undefined;
    const bits = names.at(target);
    const place = placeOf(record, 'target');
    const shown = displayName(target);
    if ((bits & AT_NAME.alias) !== 0)
      return {
        ...place,
        code: 'SRV-009',
        text: `${shown} is a CNAME in this file: the target of an SRV record must be a host with addresses of its own, and some clients do not follow an alias`,
        advice: 'Write the name that the CNAME leads to.',
      };
    if ((bits & AT_NAME.address) !== 0 || belowCut(target, apex) || hasWildcard(target, apex))
      return undefined;
    const word = record.words.target;
    if (word !== undefined && !word.text.endsWith('.') && word.text.replace(/\\./g, '').includes('.'))
      return {
        ...place,
        code: 'SRV-031',
        text: `the target has no final dot, so it means ${shown}, which has no address in this zone: a client that draws this record finds no host`,
        mend: mend(record.lines, endOf(word), '.', complete),
      };
    if (word?.text.endsWith('.') && isTwice(target, apex)) {
      const once = readName(target.slice(0, -apex.length));
      const isHost = once.ok && (names.at(once.name) & AT_NAME.address) !== 0;
      return {
        ...place,
        code: 'SRV-007',
        text: `the target has the zone behind it twice, and nobody is called ${shown}: a client that draws this record finds no host`,
        mend: mend(record.lines, withoutLast(word, apex), '', isHost),
      };
    }
    return {
      ...place,
      code: bits === 0 ? 'ADR-001' : 'ADR-002',
      ...(!complete && { severity: 'notice' as const }),
      text: `${shown} has no A or AAAA record in this zone${complete ? '' : ', unless a file that was not followed has it'}: a client that draws this record finds no address`,
      advice: `${target} IN A ADDRESS`,
    };
  }

  /** Is the name in a zone of its own, whose records are not in this file? */
  function belowCut(name: Fqdn, apex: Fqdn): boolean {
    return ancestors(name, apex).some((one) => one !== apex && (names.at(one) & AT_NAME.cut) !== 0);
  }

  function hasWildcard(name: Fqdn, apex: Fqdn): boolean {
    return ancestors(name, apex).some((one) => {
      const star = readName(`*.${one}`);
      return star.ok && names.at(star.name) !== 0;
    });
  }
}

function ancestors(name: Fqdn, apex: Fqdn): readonly Fqdn[] {
  const found: Fqdn[] = [];
  for (let at: Fqdn | undefined = name; at !== undefined && isWithin(at, apex); at = parentOf(at))
    found.push(at);
  return found;
}

function bitOf({ type }: ZoneRecord): number {
  if (type === 'A' || type === 'AAAA') return AT_NAME.address;
  if (type === 'CNAME') return AT_NAME.alias;
  return type === 'NS' || type === 'DNAME' ? AT_NAME.cut : AT_NAME.other;
}

function cutDraft(record: WrittenRecord, cut: { readonly owner: Fqdn; readonly line: number }): Draft {
  return {
    ...placeOf(record, 'owner'),
    code: 'ZON-005',
    text: `${displayName(cut.owner)} is delegated in line ${cut.line}: what stands below it in this file is never served, and clients are sent to the child zone, which has to hold the record`,
    advice: `Move the record into the zone ${displayName(cut.owner)}.`,
  };
}

/** What the reader could not make sense of; where it is a KMS record, clients lose that record. */
function problemDraft({ line, column, message, owner }: ZoneProblem): Draft {
  if (owner !== undefined && isKmsOwner(owner))
    return {
      line,
      column,
      code: 'SRV-033',
      text: `${message}: a server refuses the file or leaves the record out, and clients of ${displayName(owner)} do not get this host`,
      advice: `${owner} IN SRV PRIORITY WEIGHT 1688 KMSHOST.`,
    };
  const followed = /is not followed/.test(message);
  return {
    line,
    column,
    code: 'RUN-008',
    ...(followed && { severity: 'notice' as const }),
    text: `${message}${followed ? '; a KMS record or an address in it is not judged' : '; a server may refuse the whole file for it, and clients get none of its records'}`,
    ...(followed && {
      advice: message.startsWith('$GENERATE')
        ? 'Lint the zone as named-compilezone writes it: every record stands in it.'
        : 'Give that file to kmsdns lint as well.',
    }),
  };
}

function writtenOf(record: ZoneRecord, lines: Lines): WrittenRecord | undefined {
  const { owner, srv, ttlSeconds, origin, line, column, ownerField, ttlField, fields } = record;
  const [priority, weight, port, target] = fields;
  if (srv === undefined || !priority || !weight || !port || !target) return undefined;
  const words: { -readonly [K in keyof WrittenRecord['words']]: Written } = {
    priority: wordOf(priority),
    weight: wordOf(weight),
    port: wordOf(port),
    target: wordOf(target),
  };
  // Not spread: V8 makes a shape of its own for each such object, and shapes are never young garbage.
  if (ownerField !== undefined) words.owner = wordOf(ownerField);
  if (ttlField !== undefined) words.ttl = wordOf(ttlField);
  return { form: 'zone', owner, srv, ttlSeconds, origin, line, column, words, lines };
}

function wordOf({ text, quoted, line, column }: ZoneField): Written {
  return { text, line, column: quoted ? column + 1 : column, length: text.length };
}

/** The lines of the pieces that the present record may stand in. */
function recentLines(): Lines & { push(text: string): void; forget(): void } {
  let pieces: { readonly firstLine: number; readonly text: string; lines?: readonly string[] }[] = [];
  let octets = 0;
  let nextLine = 1;
  return {
    lineAt(line) {
      const piece = pieces.findLast((one) => one.firstLine <= line);
      if (piece === undefined) return undefined;
      piece.lines ??= piece.text.split(/\r\n|\n|\r/);
      return piece.lines[line - piece.firstLine];
    },
    push(text) {
      pieces.push({ firstLine: nextLine, text });
      octets += text.length;
      nextLine += lineCount(text);
      while (octets > MAX_OPEN_OCTETS && pieces.length > 1) octets -= pieces.shift()!.text.length;
    },
    forget() {
      pieces = pieces.slice(-1);
      octets = pieces[0]?.text.length ?? 0;
    },
  };
}

function lineCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) !== 0x0a)) count++;
  }
  return count;
}

function originOf(text: string): Fqdn {
  const read = readName(text);
  if (!read.ok) throw new Error(`bug: ${text} is no name`);
  return read.name;
}

/** The name of the zone that a file name tells, as people name zone files; undefined when it tells none. */
export function originFromFileName(path: string): Fqdn | undefined {
  const base = path.split(/[\\/]/).at(-1) ?? '';
  const domain = base.replace(/^(db|zone|pri|master)\./i, '').replace(/\.(zone|db|hosts|dns|txt)$/i, '');
  if (domain === base || !domain.includes('.') || domain.startsWith(`${KMS_SERVICE}.`)) return undefined;
  const read = readName(domain);
  return read.ok ? read.name : undefined;
}
