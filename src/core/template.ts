import { KmsDnsError, type Problem } from './errors.ts';
import { ENCODERS, type TemplateValue } from './template-encoders.ts';

/** Every template this version reads, by its path below `templates/`. */
export const TEMPLATE_NAMES = [
  'bind/zone.inc.tmpl',
  'bind/child-zone.tmpl',
  'bind/named.publisher.conf.tmpl',
  'bind/named.self.conf.tmpl',
  'bind/named.self-host.conf.tmpl',
  'bind/named.listed.conf.tmpl',
  'bind/named.unsigned-hosts.conf.tmpl',
  'bind/key.tmpl',
  'bind/gss-options.tmpl',
  'bind/keytab-commands.tmpl',
  'bind/preflight-plan.tmpl',
  'bind/nsupdate.tmpl',
  'registry/publish-list.reg.tmpl',
  'registry/publish-list.ps1.tmpl',
] as const;

export type TemplateName = (typeof TEMPLATE_NAMES)[number];

export interface TemplateText {
  readonly text: string;
  /** Path of a template that a user put in place of the packaged one. */
  readonly userFile?: string;
}

/** The text of every template; the caller reads the files. */
export type Templates = Readonly<Record<TemplateName, TemplateText>>;

/** What a template may name: values for holes, lists of further fields for blocks. */
export interface TemplateFields {
  readonly [field: string]: TemplateValue | readonly TemplateFields[];
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hole'; readonly field: string; readonly encoder: string; readonly line: number }
  | { readonly kind: 'list'; readonly field: string; readonly line: number; readonly parts: readonly Part[] };

/**
 * Fills a template. There are two constructs and nothing else: `{{field|encoder}}`, and
 * `{{#list}} … {{/list}}` repeated for each item, in which only the item's own fields can be named.
 * A block tag alone on its line leaves no line behind. Line ends come out as `\n`.
 *
 * Throws `template-invalid` with every mistake of the template, or for a field that does not exist: a missing
 * value is never an empty text. Throws `value-refused` when a value does not fit its hole.
 */
export function renderTemplate(templates: Templates, name: TemplateName, fields: TemplateFields): string {
  const { text, userFile } = templates[name];
  const file = userFile ?? `templates/${name}`;
  return fill(file, parseTemplate(file, text), fields, { text: '', column: 0 });
}

/**
 * The error for output that does not read back as what went in: the user's mistake when the template is theirs,
 * a bug otherwise. `detail` says what was expected and what was found.
 */
export function readBackError(templates: Templates, name: TemplateName, detail: string): Error {
  const { userFile } = templates[name];
  if (userFile === undefined) return new Error(`bug: ${name} does not read back: ${detail}`);
  return new KmsDnsError(
    'template-invalid',
    `${userFile}: the rendered text does not say what the desired state says: ${detail}`,
    { hint: 'compare it with the packaged template of the same name' },
  );
}

function parseTemplate(file: string, source: string): readonly Part[] {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const problems: Problem[] = [];
  const root: Part[] = [];
  const open: { field: string; line: number; column: number; parts: Part[]; outer: Part[] }[] = [];
  let parts = root;
  let done = 0;

  const place = (at: number): { line: number; column: number } => {
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: before[before.length - 1]!.length + 1 };
  };
  const wrong = (at: number, message: string): void => {
    problems.push({ file, ...place(at), message });
  };

  for (const brace of text.matchAll(/\{\{|\}\}/g)) {
    const at = brace.index;
    if (at < done) continue;
    const tag = /^\{\{([^{}\n]*)\}\}/.exec(text.slice(at));
    if (tag === null) {
      wrong(at, `stray "${brace[0]}"; a hole is {{field|encoder}}, a block {{#list}} … {{/list}}`);
      continue;
    }
    const content = tag[1]!;
    const end = at + tag[0].length;
    const block = /^([#/])([A-Za-z]\w*)$/.exec(content);
    const hole = /^([A-Za-z]\w*)\|([A-Za-z]\w*)$/.exec(content);
    // A block tag alone on its line takes the whole line with it.
    const alone = block === null ? null : aloneOnLine(text, at, end);
    pushText(parts, text.slice(done, alone === null ? at : Math.max(alone.start, done)));
    done = alone === null ? end : alone.end;

    if (block?.[1] === '#') {
      const inner: Part[] = [];
      open.push({ field: block[2]!, ...place(at), parts: inner, outer: parts });
      parts = inner;
    } else if (block !== null) {
      const last = open.pop();
      if (last !== undefined && last.field === block[2]) {
        last.outer.push({ kind: 'list', field: last.field, line: last.line, parts: last.parts });
        parts = last.outer;
      } else {
        if (last !== undefined) open.push(last);
        wrong(at, `${tag[0]} closes no open block`);
      }
    } else if (hole !== null) {
      const encoder = hole[2]!;
      if (!Object.hasOwn(ENCODERS, encoder)) {
        wrong(
          at,
          `unknown encoder ${JSON.stringify(encoder)}; there are ${Object.keys(ENCODERS).join(', ')}`,
        );
      }
      parts.push({ kind: 'hole', field: hole[1]!, encoder, line: place(at).line });
    } else {
      wrong(at, `${tag[0]} is no hole: write {{field|encoder}}; the encoder is not optional`);
    }
  }
  for (const { field, line, column } of open) {
    problems.push({ file, line, column, message: `{{#${field}}} is never closed by {{/${field}}}` });
  }
  if (problems.length > 0) {
    const first = problems[0]!;
    throw new KmsDnsError('template-invalid', `${file}:${first.line}: ${first.message}`, { problems });
  }
  pushText(parts, text.slice(done));
  return root;
}

function pushText(parts: Part[], text: string): void {
  if (text !== '') parts.push({ kind: 'text', text });
}

function aloneOnLine(text: string, at: number, end: number): { start: number; end: number } | null {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const next = text.indexOf('\n', end);
  const stop = next < 0 ? text.length : next + 1;
  return text.slice(start, at).trim() === '' && text.slice(end, stop).trim() === ''
    ? { start, end: stop }
    : null;
}

function fill(file: string, parts: readonly Part[], fields: TemplateFields, out: Output): string {
  for (const part of parts) {
    if (part.kind === 'text') {
      append(out, part.text);
      continue;
    }
    const where = `${file}:${part.line}`;
    if (!Object.hasOwn(fields, part.field)) {
      throw new KmsDnsError(
        'template-invalid',
        `${where}: there is no field ${JSON.stringify(part.field)} here`,
        {
          hint: `fields here: ${Object.keys(fields).join(', ')}`,
          problems: [{ file, line: part.line, column: 1, message: `no field ${JSON.stringify(part.field)}` }],
        },
      );
    }
    const value = fields[part.field]!;
    if (part.kind === 'list') {
      if (!isFieldsList(value))
        throw wrongUse(file, part.line, `${part.field} is a value, not a list of items`);
      for (const item of value) fill(file, part.parts, item, out);
      continue;
    }
    if (!isValue(value)) throw wrongUse(file, part.line, `${part.field} is a list of items, not a value`);
    const encoded = ENCODERS[part.encoder]!(value, out.column);
    if (!encoded.ok) {
      const shown = part.encoder === 'base64' ? '' : ` ${JSON.stringify(value)}`;
      throw new KmsDnsError(
        'value-refused',
        `${where}: ${part.field}${shown} cannot be written as ${part.encoder}: ${encoded.problem}`,
        { hint: 'correct the value in the desired state; nothing was written' },
      );
    }
    append(out, encoded.text);
  }
  return out.text;
}

/** What is written so far. The column is kept, because looking for it in a long text anew each time takes its square. */
interface Output {
  text: string;
  column: number;
}

function append(out: Output, text: string): void {
  const lineEnd = text.lastIndexOf('\n');
  out.column = lineEnd < 0 ? out.column + text.length : text.length - lineEnd - 1;
  out.text += text;
}

function wrongUse(file: string, line: number, message: string): KmsDnsError {
  return new KmsDnsError('template-invalid', `${file}:${line}: ${message}`, {
    problems: [{ file, line, column: 1, message }],
  });
}

function isValue(value: TemplateValue | readonly TemplateFields[]): value is TemplateValue {
  return !Array.isArray(value) || value.every((one) => typeof one === 'string');
}

function isFieldsList(value: TemplateValue | readonly TemplateFields[]): value is readonly TemplateFields[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
}
