import { displayName, type Fqdn } from '../core/name.ts';
import { AT_NAME, nameTable } from './name-table.ts';
import { isKmsOwner, isRightOwner, RECORD_RULES } from './record-rules.ts';
import type { Draft, Place } from './result.ts';
import { SET_RULES } from './set-rules.ts';
import { type HeldRecord, held, released, type WrittenAlias, type WrittenRecord } from './written-record.ts';

/** Takes the records of a file one by one; sets are judged when all are there. */
export interface RecordJudge {
  /** `packed` is the record as {@link held} has it, for those who have it already. */
  record(record: WrittenRecord, packed?: HeldRecord): void;
  alias(alias: WrittenAlias): void;
  /** What is said about sets. */
  end(): void;
}

/** Records that are held until the end, 500 octets each; and of those of a larger file, how many at once. */
const MAX_HELD = 20_000;
const MAX_WINDOW = 400;
const MAX_ALIASES = 4000;

/**
 * Tells `say` whatever the rules find, records as they come and sets in the end. In a file with more records than
 * can be held, sets are judged when so many others have come after them; one that goes on all the same is judged in
 * parts, and that is said too.
 */
export function recordJudge(say: (draft: Draft) => void): RecordJudge {
  const sets = new Map<Fqdn, HeldRecord[]>();
  const aliases = new Map<Fqdn, WrittenAlias>();
  const judged = nameTable();
  const parted: Parted = { first: undefined, names: new Set() };
  let count = 0;
  let room = MAX_HELD;
  const judgeSets = (down: number): void => {
    for (const [owner, set] of sets) {
      if (count <= down) return;
      sets.delete(owner);
      count -= set.length;
      judged.add(owner, AT_NAME.other);
      const [first, ...rest] = set.map(released);
      if (first === undefined) continue;
      for (const rule of SET_RULES) for (const draft of rule([first, ...rest])) say(draft);
      const alias = aliases.get(owner);
      if (alias !== undefined) say(aliasBeside(alias, first));
      aliases.delete(owner);
    }
  };
  return {
    record(record, packed) {
      const { owner, line, column } = record;
      if (!isKmsOwner(owner)) return;
      for (const rule of RECORD_RULES) {
        const draft = rule(record);
        if (draft !== undefined) say(draft);
      }
      if (!isRightOwner(owner)) return;
      if (count >= room) {
        room = MAX_WINDOW;
        judgeSets(MAX_WINDOW / 2);
      }
      const set = sets.get(owner);
      if (set !== undefined) set.push(packed ?? held(record));
      else {
        sets.set(owner, [packed ?? held(record)]);
        if (judged.at(owner) !== 0) {
          parted.first ??= { owner, line, column };
          if (parted.names.size < MAX_ALIASES) parted.names.add(owner);
        }
      }
      count++;
    },
    alias(alias) {
      if (isRightOwner(alias.owner) && aliases.size < MAX_ALIASES) aliases.set(alias.owner, alias);
    },
    end() {
      judgeSets(0);
      for (const alias of aliases.values()) say(aliasAlone(alias));
      if (parted.first !== undefined) say(judgedInParts(parted.first, parted.names.size));
    },
  };
}

interface Parted {
  first: (Place & { readonly owner: Fqdn }) | undefined;
  readonly names: Set<Fqdn>;
}

function judgedInParts({ owner, line, column }: Place & { readonly owner: Fqdn }, names: number): Draft {
  return {
    line,
    column,
    code: 'RUN-008',
    severity: 'notice',
    text: `${displayName(owner)} has records here, and others more than ${MAX_WINDOW / 2} KMS records before${othersToo(names - 1)}: they were not judged as one set, and what is wrong between them (a host twice, two TTLs, weights) was not looked for`,
    advice: 'Sort the file by name, as named-compilezone writes it, and lint that.',
  };
}

function othersToo(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ', and so has one other name' : `, and so have ${count} other names`;
}

function aliasBeside(alias: WrittenAlias, record: WrittenRecord): Draft {
  return {
    line: alias.line,
    column: alias.column,
    code: 'ZON-010',
    severity: 'error',
    text: `a CNAME stands at ${displayName(alias.owner)} beside the SRV record of line ${record.line}: no other record may stand beside a CNAME, so servers refuse the zone or clients get only one of the two`,
    advice: 'Delete the CNAME, or publish at the name that it leads to.',
  };
}

function aliasAlone(alias: WrittenAlias): Draft {
  return {
    line: alias.line,
    column: alias.column,
    code: 'ZON-010',
    severity: 'warning',
    text: `a CNAME stands at ${displayName(alias.owner)}: clients are sent on where every resolver follows it, and no SRV record can ever be published here`,
  };
}
