import { type FileLint, type LintOptions, lintOctets } from './lint-file.ts';
import { mendText } from './mend-text.ts';
import type { LintResult } from './result.ts';
import { encodeText, textDecoder } from './text-octets.ts';

export interface MendedFile {
  readonly octets: Uint8Array;
  /** How many edits were made. */
  readonly made: number;
  /** What is wrong in the outcome. */
  readonly left: FileLint;
}

/** An edit may uncover the next: a record that is right now may be there twice. More rounds no file needs. */
const MAX_ROUNDS = 8;

/**
 * The file with everything that can be mended without a person. Edits are made one by one and are judged together: one
 * that would give a set the same host a second time, with other numbers, is left out; a record that is there twice word
 * for word by the mending of others is taken out. `lint` is what was said about `octets`.
 */
export function mendFile(lint: FileLint, octets: Uint8Array, options: LintOptions = {}): MendedFile {
  const same: LintOptions = { ...options, ...(lint.kind !== undefined && { kind: lint.kind }) };
  let outcome: MendedFile = { octets, made: 0, left: lint };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { made, ...next } = mendOnce(outcome.left, outcome.octets, same);
    if (made === 0) break;
    outcome = { ...next, made: outcome.made + made };
  }
  return outcome;
}

function mendOnce(lint: FileLint, octets: Uint8Array, options: LintOptions): MendedFile {
  const text = textDecoder(lint.coding)(octets);
  const twice = new Set(lint.results.filter(isSecond).map(({ line }) => line));
  let mending = lint.results.filter(({ edit }) => edit !== undefined);
  for (;;) {
    if (mending.length === 0) return { octets, made: 0, left: lint };
    const mended = mendText(
      text,
      mending.map(({ edit }) => edit!),
    );
    const outcome = encodeText(mended.text, lint.coding, octets);
    const left = lintOctets(lint.file, outcome, options);
    const lines = new Set(mending.map(({ line }) => line));
    // Edits stay within their lines, so a line has its number still.
    const worse = new Set(
      left.results
        .filter((result) => isSecond(result) && !twice.has(result.line))
        .map(({ line, repeats }) => [line, repeats!.from].find((at) => lines.has(at)) ?? repeats!.line),
    );
    const kept = mending.filter(({ line }) => !worse.has(line));
    if (kept.length === mending.length) return { octets: outcome, made: mended.made, left };
    mending = kept;
  }
}

/** A host that its set has already, with other numbers. */
function isSecond({ repeats }: LintResult): boolean {
  return repeats !== undefined && !repeats.identical;
}
