import { resolve } from 'node:path';
import { refuseExisting, writeFileSafely } from '../core/files.ts';
import type { Context } from './command.ts';

export interface OutOptions {
  readonly out: string | undefined;
  readonly force: boolean;
}

/** Throws `output-exists` before any work is done whose result could not be kept. */
export async function checkOut({ io }: Context, { out, force }: OutOptions): Promise<void> {
  if (out !== undefined && !force) await refuseExisting(resolve(io.cwd, out));
}

/** Writes a result to the file of `--out`, if there is one, and says so. */
export async function writeOut(context: Context, { out, force }: OutOptions, content: string): Promise<void> {
  if (out === undefined) return;
  await writeFileSafely(resolve(context.io.cwd, out), content, { force });
  context.note(`written: ${out}`);
}

/** What a person reads on stdout: with `--quiet` the verdict alone, which is always the last line. */
export interface Told {
  readonly lines: readonly string[];
  readonly verdict: string;
}

/** The end of a command: its document to `--out`, and to stdout the document or what it says to a person. */
export async function tell(
  context: Context,
  out: OutOptions,
  document: object,
  told: () => Told,
): Promise<void> {
  const text = jsonText(document);
  await writeOut(context, out, text);
  if (context.json) context.io.stdout.write(text);
  else {
    const { lines, verdict } = told();
    context.io.stdout.write(`${[...(context.quiet ? [] : lines), verdict].join('\n')}\n`);
  }
}

/** A document as it stands on stdout and in files. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
