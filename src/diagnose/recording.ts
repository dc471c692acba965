import { KmsDnsError } from '../core/errors.ts';
import { isJsonRecord } from '../core/json-record.ts';
import type { Case } from './case.ts';
import type { DecodedField, Fact } from './fact.ts';
import type { Observation } from './observation.ts';
import { isCase, isDecoded, isFact, isObservation } from './recording-shape.ts';

/** Everything a diagnosis was made from: enough to make it again without a network. */
export interface Recording {
  /** ISO 8601, UTC: when it was observed. */
  readonly at: string;
  readonly one: Case;
  readonly facts: readonly Fact[];
  readonly decoded: readonly DecodedField[];
  readonly observations: readonly Observation[];
}

const SCHEMA = 'kmsdns/recording@1';

/** The text of a recording, stable for the same content. */
export function formatRecording({ at, one, facts, decoded, observations }: Recording): string {
  return `${JSON.stringify({ schema: SCHEMA, at, case: one, facts, decoded, observations }, null, 1)}\n`;
}

/**
 * Reads what {@link formatRecording} wrote. What is damaged in it is left out and `told`, the end of a file that was cut
 * included; only a recording without its case is refused: `recording-invalid`, naming the file and what is wrong.
 */
export function parseRecording(
  text: string,
  file: string,
  told: (problem: string) => void = () => {},
): Recording {
  const bad = (why: string): KmsDnsError =>
    new KmsDnsError('recording-invalid', `${file}: ${why}`, {
      hint: 'give a file that `kmsdns diagnose --record FILE` wrote',
    });
  const document = jsonOf(text) ?? jsonOf(withoutTornEnd(text));
  if (document === undefined) throw bad('not JSON; the file is damaged or no recording');
  if (jsonOf(text) === undefined) told(`${file}: it ends in the middle; what stands before that is used`);
  if (!isJsonRecord(document) || document.schema !== SCHEMA)
    throw bad(`not a recording of this version ("schema" is not ${JSON.stringify(SCHEMA)})`);
  const { at, case: one, facts, decoded, observations } = document;
  if (typeof at !== 'string' || !isCase(one)) throw bad('"at" or "case" is missing or damaged');
  const whole = (name: string, list: unknown, fits: (each: unknown) => boolean): readonly unknown[] => {
    if (!Array.isArray(list)) {
      told(`${file}: "${name}" is missing or damaged; none of them is used`);
      return [];
    }
    return list.filter((each, i) => {
      const isWhole = fits(each);
      if (!isWhole) told(`${file}: "${name}"[${i}] is damaged and left out`);
      return isWhole;
    });
  };
  return {
    at,
    one,
    facts: whole('facts', facts, isFact),
    decoded: whole('decoded', decoded, isDecoded),
    observations: whole('observations', observations, isObservation),
  } as unknown as Recording;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The text up to the last whole observation, closed as {@link formatRecording} closes it. */
function withoutTornEnd(text: string): string {
  const end = Math.max(text.lastIndexOf('\n  }'), text.lastIndexOf('\n "observations": ['));
  if (text.indexOf('\n "observations": [') < 0 || end < 0) return '';
  return text.startsWith('\n  }', end)
    ? `${text.slice(0, end + 4)}\n ]\n}`
    : `${text.slice(0, end)}\n "observations": []\n}`;
}
