import type { Finding } from '../core/finding.ts';
import type { CheckedFile, Format, Generated } from './format.ts';
import { type Look, wrap } from './look.ts';

/** Format by format: what it is, what it cannot say, which options it reads. */
export function formatLines(formats: readonly Format[], look: Look): readonly string[] {
  return formats.flatMap(({ name, describe, cannot, options, settings = [], check }, i) => [
    ...(i === 0 ? [] : ['']),
    look.paint('strong', name),
    wrap(describe, look.columns, '   '),
    '   cannot say:',
    ...cannot.map((line) => `   - ${wrap(line, look.columns, '     ').trimStart()}`),
    ...(options.length === 0
      ? []
      : [wrap(`options: ${options.map((one) => `--${one}`).join(', ')}`, look.columns, '   ')]),
    ...settings.map((line) => wrap(`--set ${line}`, look.columns, '   ')),
    ...(check === undefined ? [] : ['   --check: judged by a checker of BIND']),
  ]);
}

export interface FormatsJson {
  readonly schema: 'kmsdns/formats@1';
  readonly formats: readonly {
    readonly format: string;
    readonly description: string;
    readonly cannot: readonly string[];
    readonly options: readonly string[];
    readonly settings: readonly string[];
    readonly checkable: boolean;
  }[];
}

/** The document of `kmsdns generate --list --json`. */
export function formatsToJson(formats: readonly Format[]): FormatsJson {
  return {
    schema: 'kmsdns/formats@1',
    formats: formats.map(({ name, describe, cannot, options, settings = [], check }) => ({
      format: name,
      description: describe,
      cannot,
      options: options.map((one) => `--${one}`),
      settings,
      checkable: check !== undefined,
    })),
  };
}

/** A generated file: text in `content`, octets in `contentBase64`; a secret has neither unless it was asked for. */
export interface GeneratedFileJson {
  readonly path: string;
  readonly content?: string;
  readonly contentBase64?: string;
  /** Permission bits as chmod takes them; null where the system's default is right. */
  readonly mode: string | null;
  readonly secret: boolean;
}

export interface GeneratedJson {
  readonly schema: 'kmsdns/generate@1';
  readonly format: string;
  readonly files: readonly GeneratedFileJson[];
  /** Where files were written to. */
  readonly written: readonly string[];
  readonly warnings: readonly Finding[];
  readonly notes: readonly string[];
  readonly unknown: readonly { readonly domain: string; readonly because: string }[];
  readonly checked: readonly {
    readonly path: string;
    readonly program: string;
    /** Null when nobody judged. */
    readonly ok: boolean | null;
    readonly output: string;
  }[];
}

/** The document of `kmsdns generate FORMAT --json`. */
export function generatedToJson(
  { name }: Format,
  { files, warnings, notes, unknown = [] }: Generated,
  {
    written,
    checked,
    showSecrets,
  }: {
    readonly written: readonly string[];
    readonly checked: readonly CheckedFile[];
    readonly showSecrets: boolean;
  },
): GeneratedJson {
  return {
    schema: 'kmsdns/generate@1',
    format: name,
    files: files.map(({ path, content, mode, secret = false }) => ({
      path,
      ...(secret && !showSecrets
        ? {}
        : typeof content === 'string'
          ? { content }
          : { contentBase64: Buffer.from(content).toString('base64') }),
      mode: mode === undefined ? null : mode.toString(8).padStart(4, '0'),
      secret,
    })),
    written,
    warnings,
    notes,
    unknown,
    checked: checked.map(({ path, program, checked: result }) => ({
      path,
      program,
      ok: result.ran ? result.ok : null,
      output: result.ran ? result.output : result.why,
    })),
  };
}
