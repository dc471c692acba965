import { resolve } from 'node:path';
import type { FindingCode } from '../core/catalogue.ts';
import { KmsDnsError } from '../core/errors.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../core/files.ts';
import { nearest } from '../core/suggest.ts';
import { describeEvent, type LabEvent } from '../lab/event.ts';
import type { Expectation, Scenario } from '../lab/scenario.ts';
import { SCENARIOS } from '../lab/scenarios.ts';
import type { Context } from './command.ts';
import { playFaults } from './lab-faults.ts';
import { labList, listLines } from './lab-list.ts';
import { playPublishing } from './lab-publishing.ts';
import { counted, wrap } from './look.ts';
import { usage } from './options.ts';
import { jsonText } from './out-file.ts';
import { HEALTHY, SCENARIO_NAMES } from './scenario-names.ts';

export interface LabValues {
  readonly operands: readonly string[];
  readonly list: boolean;
  readonly port: number;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly for: number | undefined;
}

/** What `kmsdns lab --json` says once everything listens. */
export interface LabJson {
  readonly schema: 'kmsdns/lab@1';
  readonly scenario: string;
  readonly group: string;
  readonly describe: string;
  /** All name servers, UDP and TCP. */
  readonly endpoints: readonly string[];
  /** Those that the client asks, in its order, and those that are responsible; the same where there is one server. */
  readonly resolvers: readonly string[];
  readonly authorities: readonly string[];
  readonly domains: readonly string[];
  /** Null when nothing was written. */
  readonly folder: string | null;
  readonly files: Readonly<Record<string, string>>;
  readonly hosts: readonly LabHostJson[];
  /** What to type in a second terminal. */
  readonly tries: readonly LabTryJson[];
}

export interface LabHostJson {
  readonly name: string;
  readonly endpoint: string;
  /** Does it accept the KMS interface? */
  readonly kms: boolean;
}

/** One command and what it promises. `expected` is null where the command is no diagnosis. */
export interface LabTryJson {
  readonly command: string;
  /** The words behind `kmsdns`. */
  readonly argv: readonly string[];
  readonly says: string;
  readonly exitCode: number;
  readonly expected:
    | (Pick<Expectation, 'verdict'> & {
        readonly predicted: readonly string[];
        readonly causes: readonly FindingCode[];
        readonly notes: readonly FindingCode[];
        readonly unknowns: readonly FindingCode[];
      })
    | null;
}

/** A network that runs, whatever it plays. */
export interface Playing {
  readonly told: LabJson;
  /** For a person, on stderr. */
  readonly lines: readonly string[];
  /** What a script needs to know, in one line. */
  readonly summary: string;
  requests(): number;
  stop(): Promise<void>;
}

/** How a network is started, whatever it plays. */
export interface Stage {
  readonly port: number;
  readonly onEvent?: (event: LabEvent) => void;
  /** The folder to write to: that of `--out`, or one that is gone at the end. */
  readonly folder: () => Promise<string>;
  readonly force: boolean;
}

/** Lists the scenarios, or plays one: starts it, says what to type, and stays until it is told to end. */
export async function runLab(values: LabValues, context: Context): Promise<number> {
  const { io } = context;
  if (values.list) {
    if (values.operands.length > 0) throw usage('--list takes no SCENARIO', 'it lists all of them');
    const text = context.json ? jsonText(labList()) : `${listLines(context.out).join('\n')}\n`;
    io.stdout.write(text);
    return 0;
  }
  const scenario = scenarioNamed(values.operands[0] ?? HEALTHY);
  let temporary: TemporaryFolder | undefined;
  let playing: Playing | undefined;
  try {
    playing = await start(scenario, context, {
      port: values.port,
      force: values.force,
      ...(context.verbose ? { onEvent: (event) => context.note(describeEvent(event)) } : {}),
      folder: async () => {
        if (values.out !== undefined) return resolve(io.cwd, values.out);
        temporary ??= await makeTemporaryFolder('kmsdns-practice-');
        return temporary.path;
      },
    });
    if (context.json) io.stdout.write(jsonText(playing.told));
    else if (context.quiet) io.stdout.write(`${playing.summary}\n`);
    else io.stderr.write(`${[...playing.lines, '', ending(values, playing, context)].join('\n')}\n`);
    await ended(io.interrupt, values.for);
    context.note(`ended after ${counted(playing.requests(), 'request')}`);
  } finally {
    await playing?.stop();
    await temporary?.remove();
  }
  return 0;
}

function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario !== undefined) return scenario;
  const near = nearest(name, SCENARIO_NAMES);
  throw usage(
    `there is no scenario ${JSON.stringify(name)}`,
    near === undefined ? 'kmsdns lab --list shows them all' : `did you mean ${JSON.stringify(near)}?`,
  );
}

async function start(scenario: Scenario, context: Context, stage: Stage): Promise<Playing> {
  try {
    return await (scenario.group === 'publishing'
      ? playPublishing(scenario, context, stage)
      : playFaults(scenario, context, stage));
  } catch (error) {
    if (!(error instanceof KmsDnsError) || error.code !== 'port-unavailable') throw error;
    throw new KmsDnsError(error.code, error.message, {
      hint: 'is a lab running already? --port 0 takes free ports',
      cause: error,
    });
  }
}

function ending(values: LabValues, { told }: Playing, { err }: Context): string {
  const sentences = [
    'Everything is on loopback; no other computer is asked.',
    ...(values.out === undefined && told.folder !== null
      ? ['The folder goes when this ends; --out DIR keeps one.']
      : []),
    values.for === undefined ? 'Ctrl-C ends it.' : `It ends after ${values.for / 1000} s, or with Ctrl-C.`,
  ];
  return wrap(sentences.join(' '), err.columns);
}

/** Resolves after this many milliseconds, or when the user wants the end. */
async function ended(interrupt: AbortSignal, afterMs: number | undefined): Promise<void> {
  if (interrupt.aborted) return;
  await new Promise<void>((done) => {
    const timer = afterMs === undefined ? undefined : setTimeout(finish, afterMs);
    function finish(): void {
      clearTimeout(timer);
      interrupt.removeEventListener('abort', finish);
      done();
    }
    interrupt.addEventListener('abort', finish);
  });
}
