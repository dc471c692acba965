import { displayName, type Fqdn } from '../core/name.ts';
import { isKmsOwner, isRightOwner, RECORD_RULES } from './record-rules.ts';
import type { Draft } from './result.ts';
import { SET_RULES } from './set-rules.ts';
import type { WrittenAlias, WrittenRecord } from './written-record.ts';

/** Takes the records of a file one by one; sets are judged when all are there. */
export interface RecordJudge {
  record(record: WrittenRecord): void;
  alias(alias: WrittenAlias): void;
  /** What is said about sets. */
  end(): void;
}

/** Records that are held at once. A file with more is judged in parts, so that memory has a bound. */
const MAX_HELD = 4000;

/** Tells `say` whatever the rules find, records as they come and sets in the end. */
export function recordJudge(say: (draft: Draft) => void): RecordJudge {
  const sets = new Map<Fqdn, WrittenRecord[]>();
  const aliases = new Map<Fqdn, WrittenAlias>();
  let held = 0;
  const judgeSets = (): void => {
    for (const [owner, set] of sets) {
      const [first, ...rest] = set;
      if (first === undefined) continue;
      for (const rule of SET_RULES) for (const draft of rule([first, ...rest])) say(draft);
      const alias = aliases.get(owner);
      if (alias !== undefined) say(aliasBeside(alias, first));
      aliases.delete(owner);
    }
    sets.clear();
    held = 0;
  };
  return {
    record(record) {
      if (!isKmsOwner(record.owner)) return;
      for (const rule of RECORD_RULES) {
        const draft = rule(record);
        if (draft !== undefined) say(draft);
      }
      if (!isRightOwner(record.owner)) return;
      if (held >= MAX_HELD) judgeSets();
      const set = sets.get(record.owner);
      if (set === undefined) sets.set(record.owner, [record]);
      else set.push(record);
      held++;
    },
    alias(alias) {
      if (isRightOwner(alias.owner) && aliases.size < MAX_HELD) aliases.set(alias.owner, alias);
    },
    end() {
      judgeSets();
      for (const alias of aliases.values()) say(aliasAlone(alias));
    },
  };
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
