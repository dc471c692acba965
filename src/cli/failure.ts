import { KmsDnsError, type Problem } from '../core/errors.ts';
import { EXIT } from './exit-code.ts';
import { type Look, wrap } from './look.ts';

/** The document of every run that failed under `--json`. */
export interface ErrorJson {
  readonly schema: 'kmsdns/error@1';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly problems?: readonly Problem[];
}

/** A user's mistake, an interrupt, or a bug of ours, as a document. */
export function failureToJson(error: unknown): ErrorJson {
  const schema = 'kmsdns/error@1';
  if (error instanceof KmsDnsError) {
    const { code, message, hint, problems } = error;
    return { schema, code, message, hint, ...(problems.length === 0 ? {} : { problems }) };
  }
  return { schema, code: 'internal', message: firstLine(error), hint: REPORT };
}

/** The same for a person; of a bug also where it happened. */
export function failureText(error: unknown, look: Look): string {
  if (error instanceof KmsDnsError) {
    const { message, hint, problems } = error;
    const head = look.paint('bad', 'error:');
    const said =
      problems.length === 0
        ? `${head} ${message}`
        : [`${head} ${problemCount(problems)}`, ...problems.map(problemLine)].join('\n');
    return hint === '' ? `${said}\n` : `${said}\n${wrap(`${look.symbols.arrow} ${hint}`, look.columns)}\n`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${look.paint('bad', 'bug:')} ${stack}\n${look.symbols.arrow} ${REPORT}\n`;
}

/** The exit code of a run that threw. */
export function failureExitCode(error: unknown): number {
  if (!(error instanceof KmsDnsError)) return EXIT.bug;
  return error.code === 'interrupted' ? EXIT.interrupted : EXIT.usage;
}

const REPORT =
  'this is a fault of kmsdns: please report it with the command line, this text and kmsdns --version';

function problemCount(problems: readonly Problem[]): string {
  const files = new Set(problems.map(({ file }) => JSON.stringify(file)));
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${count} in ${[...files].join(', ')}`;
}

function problemLine({ file, line, column, message }: Problem): string {
  return `  ${file}:${line}:${column}: ${message}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
