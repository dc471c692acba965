import { basename, join, relative, resolve } from 'node:path';
import { KmsDnsError } from '../core/errors.ts';
import { readBinaryFile, readPieces, refuseExisting, writeFileSafely } from '../core/files.ts';
import { parseFqdn } from '../core/name.ts';
import { FILE_KINDS, type FileKind } from '../lint/file-kind.ts';
import { type FileLint, fileLinter, type LintOptions } from '../lint/lint-file.ts';
import { mendText } from '../lint/mend-text.ts';
import { relativeUri, sarifOf } from '../lint/sarif.ts';
import { encodeText, textDecoder } from '../lint/text-octets.ts';
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
export async function runLint(values: LintValues, context: Context): Promise<number> {
  const copies = copiesFor(values);
  for (const { to } of copies) await refuseUnlessForced(values, context, to);
  await checkOut(context, { out: values.sarif, force: values.force });
  const options: LintOptions = {
    ...(values.origin !== undefined && { origin: parseFqdn(values.origin, '--origin') }),
    ...(values.kind !== undefined && { kind: values.kind }),
  };
  const lints: FileLint[] = [];
  for (const file of values.operands) lints.push(await lintOne(file, options, context));
  const results = lints.flatMap((one) => one.results);
  if (values.sarif !== undefined) {
    const { cwd } = context.io;
    const sarif = sarifOf(results, versionText(), (file) => relativeUri(relative(cwd, resolve(cwd, file))));
    await writeOut(context, { out: values.sarif, force: values.force }, jsonText(sarif));
  }
  for (const { from, to } of copies) {
    const lint = lints.find(({ file }) => file === from);
    if (lint !== undefined) await writeCopy(lint, to, values, context);
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

async function lintOne(file: string, options: LintOptions, { io }: Context): Promise<FileLint> {
  const linter = fileLinter(file === STDIN ? STDIN_NAME : file, options);
  if (file === STDIN) {
    const octets = await io.readInput();
    if (octets.length >= MAX_INPUT_OCTETS) throw tooLarge(STDIN_NAME, 'write it to a file, and name that');
    linter.feed(octets);
  } else for await (const octets of readPieces(resolve(io.cwd, file))) linter.feed(octets);
  const lint = linter.end();
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
async function writeCopy(lint: FileLint, to: string, values: LintValues, context: Context): Promise<void> {
  const edits = lint.results.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));
  const left = lint.results.length + lint.more - edits.length;
  if (edits.length === 0) {
    context.note(`${lint.file}: nothing can be mended safely; no copy is written`);
    return;
  }
  const original = await readBinaryFile(resolve(context.io.cwd, lint.file));
  const { text, made } = mendText(textDecoder(lint.coding)(original), edits);
  await writeFileSafely(resolve(context.io.cwd, to), encodeText(text, lint.coding, original), {
    force: values.force,
  });
  context.note(`written: ${to} (${counted(made, 'place')} mended, ${left} left to a person)`);
}
