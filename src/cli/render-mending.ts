import { displayName } from '../core/name.ts';
import { formatRecord } from '../core/srv.ts';
import { rightsInWords } from '../directory/access-rights.ts';
import type { StepResult } from '../directory/carry-out.ts';
import { daclDifference } from '../directory/dacl-difference.ts';
import type { MendingPlan, MendingStep } from '../directory/mending.ts';
import type { MendingEntry, StepOutcome } from '../directory/mending-journal.ts';
import { counted, type Look, type Tone, wrap } from './look.ts';
import { visible } from './render-audit.ts';

/** A plan for a person: numbered steps, and what is left out and why. */
export function mendingLines({ steps, left }: MendingPlan, look: Look): readonly string[] {
  return [
    ...steps.map((step, i) => wrap(`${i + 1}. ${stepText(step)}`, look.columns, '', '   ')),
    ...left.map(({ subject, why }) =>
      wrap(
        `${look.paint('warn', 'left out:')} ${visible(subject)}: ${visible(why)}`,
        look.columns,
        '',
        '   ',
      ),
    ),
  ];
}

/** A step as an order. */
export function stepText(given: MendingStep): string {
  // Octets are not for people, and are as large as they like.
  const step = given.kind === 'create-node' ? { ...given, values: [] } : given;
  switch (step.kind) {
    case 'create-group':
      return visible(`create the ${step.scope} security group ${step.group.dn}`);
    case 'add-member':
      return visible(`add ${step.member.name} to the group ${step.group.name}`);
    case 'create-node': {
      const records = step.records.map((record) => `SRV ${formatRecord(record)}`).join(', ');
      return visible(
        `make ${step.label} in the zone ${displayName(step.zone)}, ${step.ageing}: ${records} (${step.dn})`,
      );
    }
    case 'grant':
      return visible(`allow ${step.group.name} ${rightsInWords(step.mask)} of ${step.dn}`);
  }
}

/** What an entry of a journal did, for its undo. */
export function undoText(entry: MendingEntry): string {
  switch (entry.kind) {
    case 'create-group':
      return visible(`delete the group ${entry.dn}, if it has no members`);
    case 'add-member':
      return visible(`take ${entry.member} out of ${entry.dn}`);
    case 'create-node':
      return visible(`delete ${entry.dn}, if its records are as they were made`);
    case 'grant': {
      // Said in full, as whoever reads it may have the journal from somebody else.
      const difference = daclDifference(entry.after.dacl, entry.before.dacl);
      return visible(`put back the former permissions of ${entry.dn} (${difference.join('; ')})`);
    }
  }
}

const TONES: Readonly<Record<StepOutcome, Tone>> = {
  done: 'good',
  already: 'dim',
  refused: 'bad',
  changed: 'bad',
  skipped: 'warn',
  unknown: 'warn',
};

/** Each step with what became of it. */
export function resultLines<S>(
  results: readonly StepResult<S>[],
  text: (step: S) => string,
  look: Look,
): readonly string[] {
  const { good, bad, unknown, dash } = look.symbols;
  const marks: Readonly<Record<StepOutcome, string>> = {
    done: good,
    already: good,
    refused: bad,
    changed: bad,
    skipped: dash,
    unknown,
  };
  return results.flatMap(({ step, outcome, says }) => [
    wrap(
      `${look.paint(TONES[outcome], `${marks[outcome]} ${outcome}`)}  ${text(step)}`,
      look.columns,
      '',
      '   ',
    ),
    wrap(look.paint('dim', visible(says)), look.columns, '   '),
  ]);
}

/** The last line of an apply or an undo. `undo`: the command that takes it back, where something was sent. */
export function mendingVerdict(results: readonly StepResult<unknown>[], undo: string | undefined): string {
  const count = (...outcomes: readonly StepOutcome[]): number =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const said = [
    [count('done'), 'done and read back'],
    [count('already'), 'stood already'],
    [count('refused'), 'refused'],
    [count('changed'), 'not as expected'],
    [count('skipped'), 'not tried'],
    [count('unknown'), 'could not be found out'],
  ] as const;
  const parts = said.flatMap(([number, what]) =>
    number === 0 ? [] : [`${counted(number, 'step')} ${what}`],
  );
  const text = parts.length === 0 ? 'Nothing to do.' : `${parts.join('; ')}.`;
  return undo === undefined ? text : `${text} To take it back: ${undo}`;
}

/** 3 when a step could not be found out, 2 when one was not done, else 0. */
export function mendingExitCode(results: readonly StepResult<unknown>[]): 0 | 2 | 3 {
  if (results.some(({ outcome }) => outcome === 'unknown')) return 3;
  return results.every(({ outcome }) => outcome === 'done' || outcome === 'already') ? 0 : 2;
}
