import { KmsDnsError } from '../core/errors.ts';
import { displayName } from '../core/name.ts';
import type { RenderedFile } from '../core/rendered.ts';
import { suggestion } from '../core/suggest.ts';
import type { Context } from './command.ts';
import type { CheckedFile, Format, FormatRequest, Generated } from './format.ts';
import { FORMAT_OPTIONS } from './format-options.ts';
import { allFormats } from './formats.ts';
import { counted, wrap } from './look.ts';
import { usage } from './options.ts';
import { jsonText } from './out-file.ts';
import { placesFor, writeFiles } from './out-files.ts';
import { findingLines } from './render-findings.ts';
import { formatLines, formatsToJson, generatedToJson } from './render-formats.ts';
import { type LoadedState, loadState, type StateOptions, sayFindings } from './state.ts';
import { loadTemplates } from './templates.ts';

interface GenerateValues extends StateOptions {
  readonly operands: readonly string[];
  readonly list: boolean;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly stdout: boolean;
  readonly check: boolean;
  readonly templates: string | undefined;
}

type AllValues = GenerateValues & FormatRequest['values'];

/** Renders one format, has it checked where that was asked for, and writes or prints it. */
export async function runGenerate(values: AllValues, context: Context): Promise<number> {
  const formats = await allFormats();
  if (values.list) return tellFormats(values.operands, formats, context);
  const format = chosenFormat(values, formats);
  const request = await requestFor(values, context);
  const made = await format.render(request);
  const unknown = made.unknown ?? [];
  if (made.files.length === 0 && !values.live) {
    tellRemarks(made, context);
    throw new KmsDnsError('generate-impossible', `the desired state holds nothing for ${format.name}`, {
      hint: 'list KMS hosts under "publish:" of a domain',
    });
  }
  const places =
    values.out === undefined ? undefined : await placesFor(context, values.out, made.files, values.force);
  if (places === undefined) {
    if (made.files.some(({ secret }) => secret === true) && !values.stdout) throw secretUnasked(format);
    requireOneStream(format, made.files, context);
  }
  tellRemarks(made, context);

  const checked = values.check ? await format.check!(request, made.files) : [];
  const judged = tellChecked(checked, context);
  const accepted = judged !== 'refused';
  if (accepted && places !== undefined) await writeFiles(context, places, values.force);
  if (context.json) {
    const written = accepted && places !== undefined ? places.map(({ path }) => path) : [];
    context.io.stdout.write(
      jsonText(generatedToJson(format, made, { written, checked, showSecrets: values.stdout })),
    );
  } else if (accepted && places === undefined) {
    for (const { content } of made.files) context.io.stdout.write(content);
  }
  if (!accepted) return 2;
  return judged === 'unjudged' || unknown.length > 0 ? 3 : 0;
}

function tellFormats(
  [word]: readonly string[],
  formats: readonly Format[],
  { io, json, out }: Context,
): number {
  const shown = word === undefined ? formats : [formatNamed(word, formats)];
  io.stdout.write(json ? jsonText(formatsToJson(shown)) : `${formatLines(shown, out).join('\n')}\n`);
  return 0;
}

function formatNamed(name: string, formats: readonly Format[]): Format {
  const format = formats.find((one) => one.name === name);
  if (format !== undefined) return format;
  const known = formats.map((one) => one.name);
  throw usage(`there is no format ${JSON.stringify(name)}; ${suggestion(name, known)}`, LIST_HINT);
}

const LIST_HINT = 'kmsdns generate --list says what each format is for';

/** The format that was asked for. Throws `usage` for options that it would not heed, or that cannot go together. */
function chosenFormat(values: AllValues, formats: readonly Format[]): Format {
  const [word] = values.operands;
  if (word === undefined)
    throw usage(`kmsdns generate needs a FORMAT: ${formats.map(({ name }) => name).join(', ')}`, LIST_HINT);
  const format = formatNamed(word, formats);
  for (const option of Object.keys(FORMAT_OPTIONS) as (keyof typeof FORMAT_OPTIONS)[]) {
    if (!isGiven(values[option]) || format.options.includes(option)) continue;
    const readers = formats.filter(({ options }) => options.includes(option)).map(({ name }) => name);
    throw usage(
      `${format.name} does not read --${option}`,
      readers.length === 0 ? 'leave it out' : `it belongs to ${readers.join(', ')}`,
    );
  }
  if (values.stdout && values.out !== undefined)
    throw usage('--stdout and --out contradict each other', 'leave one of them out');
  if (format.secret === true && values.out === undefined && !values.stdout) throw secretUnasked(format);
  if (values.check && format.check === undefined)
    throw usage(
      `there is no program here that checks ${format.name}`,
      'leave --check out: what is rendered is read back and compared in any case',
    );
  return format;
}

function secretUnasked({ name }: Format): KmsDnsError {
  return usage(
    `${name} makes a secret, and it is not printed unasked`,
    `kmsdns generate ${name} --out FILE writes it with mode 0600; --stdout prints it`,
  );
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

async function requestFor(values: AllValues, context: Context): Promise<FormatRequest> {
  let loaded: Promise<LoadedState> | undefined;
  return {
    context,
    values,
    templates: await loadTemplates(context, values.templates),
    state: () => {
      loaded ??= loadAndSay(values, context);
      return loaded;
    },
  };
}

async function loadAndSay(values: AllValues, context: Context): Promise<LoadedState> {
  const loaded = await loadState(context, values);
  sayFindings(context, loaded.state);
  return loaded;
}

/** Warnings are heard with --quiet too: they say that something else would be published. */
function tellRemarks({ warnings, notes, unknown = [] }: Generated, context: Context): void {
  for (const line of findingLines(warnings, context.err)) context.warn(line);
  for (const note of notes) context.note(wrap(`note: ${note}`, context.err.columns));
  for (const { domain, because } of unknown)
    context.warn(
      wrap(
        `${context.err.paint('warn', 'warning:')} ${displayName(domain)} is left out, it could not be found out: ${because}`,
        context.err.columns,
      ),
    );
}

/** Throws `usage` for what stdout cannot hold. */
function requireOneStream(format: Format, files: readonly RenderedFile[], { io, json }: Context): void {
  if (json) return;
  if (files.length > 1 && !format.joins)
    throw usage(
      `${format.name} makes ${counted(files.length, 'file')}, and stdout takes one: ${files.map(({ path }) => path).join(', ')}`,
      `name a folder: --out DIR${format.options.includes('host') ? ', or one host: --host HOST' : ''}`,
    );
  if (io.stdout.isTerminal && files.some(({ content }) => typeof content !== 'string'))
    throw usage(`${format.name} is not text, and stdout is a terminal`, 'name a file: --out FILE');
}

export type Judgement = 'accepted' | 'unjudged' | 'refused';

/** Says what the checkers found. A file that nobody judged is told as that, never as good. */
export function tellChecked(checked: readonly CheckedFile[], { err, warn, note }: Context): Judgement {
  let judgement: Judgement = 'accepted';
  for (const { path, program, checked: result } of checked) {
    if (!result.ran) {
      if (judgement === 'accepted') judgement = 'unjudged';
      warn(`${err.paint('warn', 'warning:')} ${path} is not checked: ${result.why}`);
    } else if (result.ok) {
      note(`${path}: ${program} accepts it`);
    } else {
      judgement = 'refused';
      warn(`${err.paint('bad', 'error:')} ${program} does not accept ${path}; nothing is written:`);
      warn(result.output.trimEnd());
    }
  }
  return judgement;
}
