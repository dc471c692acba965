import { factsOf } from '../fact.ts';
import { wasCancelled } from '../host-fate.ts';
import { convict, type Rule } from '../judgement.ts';
import { isDns } from '../seen.ts';

/** RUN-004: the deadline came before every answer. */
const budget: Rule = ({ seen }) => {
  const cut = seen.all.find(
    (said) =>
      wasCancelled(said) ||
      (!isDns(said) &&
        said.outcome.ok &&
        'state' in said.outcome.value &&
        said.outcome.value.state === 'unknown'),
  );
  if (cut === undefined) return [];
  const open = seen.all.filter(wasCancelled).length;
  const says = `${Math.max(open, 1)} of ${seen.all.length} questions were still open when the run ended`;
  return [convict('RUN-004', {}, { subject: 'the run', evidence: [{ observation: cut.id, says }] })];
};

/** RUN-009: a file that was given as evidence, and is none. */
const evidence: Rule = ({ facts }) =>
  factsOf(facts, 'unreadable').map(({ id, file, because }) =>
    convict('RUN-009', {}, { subject: file, evidence: [{ observation: id, says: `${file}: ${because}` }] }),
  );

export const RUN_RULES: readonly Rule[] = [budget, evidence];
