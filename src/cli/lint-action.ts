import { basename, join, relative, resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { filesBelow, readBinaryFile, readPieces, refuseExisting, writeFileSafely } from '../core/files.ts';
import { parseFqdn } from '../core/name.ts';
import { FILE_KINDS, type FileKind } from '../lint/file-kind.ts';
import { type FileLint, fileLinter, type LintOptions } from '../lint/lint-file.ts';
import { mendFile } from '../lint/mend-file.ts';
import { relativeUri, sarifOf } from '../lint/sarif.ts';
import type { Context } from './command.ts';
import { counted } from './look.ts';
import { usage } from './options.ts';
import { checkOut, jsonText, tell, writeOut } from './out-file.ts';
import { lintExitCode, lintLines, lintVerdict } from './render-lint.ts';
import { versionText } from './version.ts';

interface LintValues {
  readonly operands: readonly string[];
  readonly origin: string | undefined;
  readonly kind: FileKind | undefined;
  readonly fix: boolean;
  readonly out: string | undefined;
  readonly sarif: string | undefined;
  readonly force: boolean;
}

/** A file that was asked for, and how it is called in results. */
const STDIN = '-';
const STDIN_NAME = '<stdin>';
/** What `Io.readInput` takes at most; more would be judged by its first part. */
const MAX_INPUT_OCTETS = 64 * 1024 * 1024;

/** Reads every file, says what is wrong, and writes mended copies and SARIF where asked for. */
export async function runLint(given: LintValues, context: Context): Promise<number> {
  const { operands, unsure } = await filesOf(given.operands, context.io.cwd);
  const values: LintValues = { ...given, operands };
  const copies = copiesFor(values);
  for (const { to } of copies) await refuseUnlessForced(values, context, to);
  await checkOut(context, { out: values.sarif, force: values.force });
  const options: LintOptions = {
    ...(values.origin !== undefined && { origin: parseFqdn(values.origin, '--origin') }),
    ...(values.kind !== undefined && { kind: values.kind }),
  };
  const lints: FileLint[] = [];
  for (const file of values.operands) {
    const lint = await lintOne(file, options, context, unsure.has(file));
    if (lint !== undefined) lints.push(lint);
    else context.note(`left out: ${JSON.stringify(file)} is no kind of file that is known here`);
  }
  if (lints.length === 0)
    throw new KmsDnsError('format-unclear', 'the folder holds no file of a kind that is known here', {
      hint: `name the files, and say what they are: --kind ${FILE_KINDS.join('|')}`,
    });
  const results = lints.flatMap((one) => one.results);
  if (values.sarif !== undefined) {
    const { cwd } = context.io;
    const sarif = sarifOf(results, versionText(), (file) => relativeUri(relative(cwd, resolve(cwd, file))));
    await writeOut(context, { out: values.sarif, force: values.force }, jsonText(sarif));
  }
  for (const { from, to } of copies) {
    const lint = lints.find(({ file }) => file === from);
    if (lint !== undefined) await writeCopy(lint, to, values, options, context);
  }
  await tell(
    context,
    { out: undefined, force: false },
    {
      schema: 'kmsdns/lint@1',
      results: results.map(({ file, line, column, code, slug, severity, text, fix }) => ({
        file,
        line,
        column,
        code,
        slug,
        severity,
        text,
        fix,
      })),
    },
    () => ({ lines: lintLines(lints, context.out), verdict: lintVerdict(lints) }),
  );
  return lintExitCode(lints);
}

/** Where `--fix` writes. Throws `usage` where it cannot mean anything. */
function copiesFor({
  operands,
  fix,
  out,
}: LintValues): readonly { readonly from: string; readonly to: string }[] {
  if (!fix) {
    if (out !== undefined) throw usage('--out without --fix has nothing to write', 'add --fix');
    return [];
  }
  if (operands.includes(STDIN)) throw usage('--fix cannot write a copy of stdin', 'name a file');
  const copies = operands.map((from) => ({
    from,
    to: out === undefined ? `${from}.fixed` : join(out, basename(from)),
  }));
  const twice = copies.find(({ to }, i) => copies.findIndex((other) => other.to === to) !== i);
  if (twice !== undefined)
    throw usage(`two files would be written to ${JSON.stringify(twice.to)}`, 'mend them one by one');
  return copies;
}

async function refuseUnlessForced({ force }: LintValues, { io }: Context, to: string): Promise<void> {
  if (!force) await refuseExisting(resolve(io.cwd, to));
}

/** A folder stands for the files in it, copies by `--fix` left out; of those, not each needs to be of a known kind. */
async function filesOf(
  given: readonly string[],
  cwd: string,
): Promise<{ readonly operands: readonly string[]; readonly unsure: ReadonlySet<string> }> {
  const unsure = new Set<string>();
  const operands: string[] = [];
  for (const one of given) {
    const below = one === STDIN ? undefined : await filesBelow(resolve(cwd, one));
    if (below === undefined) operands.push(one);
    for (const file of below ?? []) {
      if (file.endsWith('.fixed')) continue;
      const path = join(one, relative(resolve(cwd, one), file));
      operands.push(path);
      unsure.add(path);
    }
  }
  return { operands, unsure };
}

/** Undefined for a file that is of no known kind, where that may be. */
async function lintOne(
  file: string,
  options: LintOptions,
  { io }: Context,
  unsure: boolean,
): Promise<FileLint | undefined> {
  const linter = fileLinter(file === STDIN ? STDIN_NAME : file, options);
  if (file === STDIN) {
    const octets = await io.readInput();
    if (octets.length >= MAX_INPUT_OCTETS) throw tooLarge(STDIN_NAME, 'write it to a file, and name that');
    linter.feed(octets);
  } else for await (const octets of readPieces(resolve(io.cwd, file))) linter.feed(octets);
  const lint = linter.end();
  if (lint.kind === undefined && unsure) return undefined;
  if (lint.kind === undefined)
    throw new KmsDnsError(
      'format-unclear',
      `${JSON.stringify(lint.file)} is no kind of file that is known here`,
      {
        hint: `say what it is: --kind ${FILE_KINDS.join('|')}`,
      },
    );
  if (lint.tooLarge) throw tooLarge(lint.file, 'only zone files may be that large');
  return lint;
}

function tooLarge(file: string, hint: string): KmsDnsError {
  return new KmsDnsError('file-unreadable', `${JSON.stringify(file)} has more octets than are read`, {
    hint,
  });
}

/** The file with what is safe to mend. A file in which nothing is gets no copy. */
async function writeCopy(
  lint: FileLint,
  to: string,
  values: LintValues,
  options: LintOptions,
  context: Context,
): Promise<void> {
  const nothing = (): void => context.note(`${lint.file}: nothing can be mended safely; no copy is written`);
  if (!lint.results.some(({ edit }) => edit !== undefined)) {
    nothing();
    return;
  }
  const original = await readBinaryFile(resolve(context.io.cwd, lint.file));
  const { octets, made, left } = mendFile(lint, original, options);
  if (made === 0) {
    nothing();
    return;
  }
  await writeFileSafely(resolve(context.io.cwd, to), octets, { force: values.force });
  const count = left.results.length + left.more;
  context.note(`written: ${to} (${counted(made, 'place')} mended, ${count} left to a person)`);
}
