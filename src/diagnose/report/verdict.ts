import type { Finding } from '../../core/finding.ts';
import type { Diagnosis, Verdict } from '../diagnosis.ts';
import type { Recording } from '../recording.ts';

/** What a report needs to know beside the diagnosis: whom it is about, when it was, what the files said. */
export type ReportContext = Pick<Recording, 'at' | 'one' | 'decoded'>;

/** The verdict as one word. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED',
  broken: 'BROKEN',
  unknown: 'UNDECIDED',
};

/** What the verdict means for this client, in a sentence without a full stop. */
export function verdictSentence(diagnosis: Diagnosis): string {
  const { verdict, predicted, causes, notes, unknowns, steps } = diagnosis;
  const codes = predicted.map(({ hresult }) => hresult);
  switch (verdict) {
    case 'healthy': {
      const warnings = notes.filter(({ severity }) => severity === 'warning').length;
      const but = warnings === 0 ? '' : `; ${warnings === 1 ? '1 warning' : `${warnings} warnings`}`;
      const host = steps.find(
        ({ stage, result }) => result === 'ok' && stage !== 'suffix' && stage !== 'order',
      );
      return `this client gets a KMS host${host === undefined ? '' : `: ${host.subject}`}${but}`;
    }
    case 'degraded': {
      const seen = codes.length === 0 ? '' : `; attempts that fail show ${codes.join(' or ')}`;
      return `this client gets a KMS host, but ${causes[0]?.title ?? 'not at every try'}${seen}`;
    }
    case 'broken': {
      const seen = codes.length === 0 ? '' : `; the user sees ${codes.join(' or ')}`;
      return `activation fails for this client${seen}`;
    }
    case 'unknown':
      return `what was seen does not decide it${unknowns[0] === undefined ? '' : `: ${unknowns[0].because}`}`;
  }
}

/** The command to type next: the first one of the first cause that has any. */
export function nextCommand({ causes }: Pick<Diagnosis, 'causes'>): string | undefined {
  for (const { fix } of causes) for (const { command } of fix) if (command !== undefined) return command;
  return undefined;
}

/** Every finding, gravest list first. */
export function allFindings({
  causes,
  symptoms,
  notes,
}: Pick<Diagnosis, 'causes' | 'symptoms' | 'notes'>): readonly Finding[] {
  return [...causes, ...symptoms, ...notes];
}
