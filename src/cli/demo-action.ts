import { join, resolve } from 'node:path';
import { makeTemporaryFolder, type TemporaryFolder, writeFileSafely } from '../core/files.ts';
import { startPracticeNetwork } from '../lab/practice-network.ts';
import type { Context } from './command.ts';
import {
  INTRODUCTION,
  LEARNED,
  NEXT,
  type Published,
  publishedNow,
  STORY,
  type Stage,
  type Step,
} from './demo-story.ts';
import type { Io, OutStream } from './io.ts';
import { aliasFor, writePractice } from './lab-publishing.ts';
import { columnsOf, wrap } from './look.ts';
import { DEFAULT_CONFIG } from './options.ts';
import { jsonText } from './out-file.ts';
import { shellWord } from './run.ts';

/** What became of one step. */
export interface PlayedStep {
  readonly title: string;
  readonly says: string;
  readonly happened: readonly string[];
  /** As a person would type it; null for a step without a command. */
  readonly command: string | null;
  /** What it printed, both streams in their order. */
  readonly output: string;
  readonly exitCode: number | null;
  readonly expectedExitCode: number | null;
  /** The records that the name server holds after it. */
  readonly published: Published;
  readonly asTold: boolean;
  /** Empty, or what went another way. */
  readonly because: string;
}

/** Plays the story on a network of its own, with the real commands. Ends early where a step goes another way. */
export async function runDemo(
  values: { readonly out: string | undefined; readonly force: boolean },
  context: Context,
): Promise<number> {
  const { io } = context;
  const network = await startPracticeNetwork();
  let temporary: TemporaryFolder | undefined;
  try {
    if (values.out === undefined) temporary = await makeTemporaryFolder('kmsdns-demo-');
    const folder = temporary?.path ?? resolve(io.cwd, values.out!);
    await writePractice(folder, network, values.force);
    const played: PlayedStep[] = [];
    const tell = (text: string): void => {
      if (!context.json && !context.quiet) io.stdout.write(text);
    };
    tell(`${wrap(INTRODUCTION, context.out.columns)}\n`);
    for (const step of STORY) {
      if (io.interrupt.aborted) break;
      tell(`\n${heading(step, played.length + 1, context)}`);
      const done = await play(step, played, { network, folder }, context, tell);
      played.push(done);
      if (!done.asTold) break;
    }
    return tellEnd(played, values.out, context);
  } finally {
    await network.stop();
    await temporary?.remove();
  }
}

function heading({ title, says }: Step, number: number, { out }: Context): string {
  const head = out.paint(
    'strong',
    `${out.symbols.dash}${out.symbols.dash} ${number}/${STORY.length} ${title}`,
  );
  return `${head}\n${wrap(says, out.columns, '   ')}\n\n`;
}

async function play(
  step: Step,
  before: readonly PlayedStep[],
  { network, folder }: { readonly network: Stage['network']; readonly folder: string },
  context: Context,
  tell: (text: string) => void,
): Promise<PlayedStep> {
  const { out } = context;
  const stage: Stage = {
    network,
    rewriteState: (yaml) => writeFileSafely(join(folder, DEFAULT_CONFIG), yaml, { force: true }),
    undo: undoOf(before),
  };
  const happened = (await step.happens?.(stage)) ?? [];
  for (const line of happened) tell(`${line}\n`);
  const line = step.command?.(stage);
  let output = '';
  let exitCode: number | null = null;
  if (line !== undefined) {
    tell(`${out.paint('dim', '$')} ${out.paint('strong', `kmsdns ${line.map(shellWord).join(' ')}`)}\n`);
    exitCode = await context.run(
      line,
      innerIo(context, folder, (text) => {
        output += text;
        tell(text);
      }),
    );
    if (exitCode !== 0) tell(`${out.paint('dim', `(exit code ${exitCode})`)}\n`);
  }
  const expectedExitCode = step.command === undefined ? null : (step.exitCode ?? 0);
  const published = publishedNow(network);
  const because = differenceOf({ exitCode, expectedExitCode, published }, step.published(network));
  return {
    title: step.title,
    says: step.says,
    happened,
    command: line === undefined ? null : `kmsdns ${line.join(' ')}`,
    output,
    exitCode,
    expectedExitCode,
    published,
    asTold: because === '',
    because,
  };
}

/** The command that the last apply named for its undoing. */
function undoOf(played: readonly PlayedStep[]): readonly string[] | undefined {
  const texts = played.map(({ output }) => /\bkmsdns (rollback \S+)/.exec(output)?.[1]);
  return texts.findLast((text) => text !== undefined)?.split(' ');
}

function differenceOf(
  { exitCode, expectedExitCode, published }: Pick<PlayedStep, 'exitCode' | 'expectedExitCode' | 'published'>,
  wanted: Published,
): string {
  if (exitCode !== expectedExitCode)
    return `the exit code is ${exitCode ?? 'missing'} and should be ${expectedExitCode}`;
  for (const domain of ['contoso', 'fabrikam'] as const) {
    const [found, should] = [published[domain], wanted[domain]].map(
      (records) => records.join('; ') || 'nothing',
    );
    if (found !== should) return `${domain}.example has ${found} and should have ${should}`;
  }
  return '';
}

/** The person's screen, but nobody to ask and no spinner: what a command prints is captured and shown. */
function innerIo({ io, out }: Context, folder: string, print: (text: string) => void): Io {
  const stream: OutStream = {
    isTerminal: io.stdout.isTerminal,
    columns: io.stdout.columns,
    write: (content) => print(typeof content === 'string' ? content : Buffer.from(content).toString('utf8')),
  };
  return {
    ...io,
    stdout: stream,
    stderr: stream,
    canAsk: false,
    env: out.coloured ? io.env : { ...io.env, NO_COLOR: '1' },
    cwd: folder,
    ask: async () => false,
    spinner: () => ({ say: () => {}, stop: () => {} }),
  };
}

function tellEnd(
  played: readonly PlayedStep[],
  kept: string | undefined,
  { io, json, quiet, out, note }: Context,
): number {
  const wrong = played.find(({ asTold }) => !asTold);
  const asTold = wrong === undefined && played.length === STORY.length;
  if (json) {
    io.stdout.write(jsonText({ schema: 'kmsdns/demo@1', asTold, steps: played }));
    return asTold ? 0 : 2;
  }
  if (wrong !== undefined && !io.interrupt.aborted)
    io.stdout.write(
      `\n${out.paint('bad', `${out.symbols.bad} step ${played.length} went another way:`)} ${wrong.because}.\n`,
    );
  if (io.interrupt.aborted) note('interrupted; the name server is stopped');
  if (!asTold) return 2;
  const lines = [
    '',
    out.paint('strong', 'What to keep'),
    ...LEARNED.map((line) => `   - ${wrap(line, out.columns, '     ').trimStart()}`),
    '',
    out.paint('strong', 'Where to go from here'),
    ...aliasFor(io).map((line) => `   ${line}`),
    ...columnsOf(NEXT.map(([line, says]) => [line, `# ${says}`])).map((line) => `   ${line}`),
    ...(kept === undefined ? [] : [`   The files of this demo are in ${kept}.`]),
    '',
  ];
  if (!quiet) io.stdout.write(`${lines.join('\n')}\n`);
  io.stdout.write(`${out.paint('good', out.symbols.good)} ${played.length} steps, each ended as told.\n`);
  return 0;
}
