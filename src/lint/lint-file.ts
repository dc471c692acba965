import { decodeText } from '../core/decode-text.ts';
import type { Fqdn } from '../core/name.ts';
import { lintDnsmasqConf } from './dnsmasq-conf.ts';
import { type FileKind, isEntry, kindOfName, kindOfText } from './file-kind.ts';
import { lintNamedConf } from './named-conf.ts';
import { lintPublishList } from './publish-list-text.ts';
import { lintRegistryExport } from './registry-export.ts';
import { type Draft, type LintResult, ownCopy, resultOf } from './result.ts';
import { codingOf, type TextCoding, textDecoder, wholeLines } from './text-octets.ts';
import { lintUnboundConf } from './unbound-conf.ts';
import { originFromFileName, type TextLinter, UNKNOWN_ORIGIN, zoneLinter } from './zone-file.ts';

export interface LintOptions {
  /** The zone of a zone file that does not say it; left out: told by the name of the file, if that does. */
  readonly origin?: Fqdn;
  /** Left out: told by the content. */
  readonly kind?: FileKind;
}

/** What was found in one file. */
export interface FileLint {
  readonly file: string;
  /** Undefined: it is of no kind that is known, and nothing was judged. */
  readonly kind: FileKind | undefined;
  readonly coding: TextCoding;
  /** In the order of the file. */
  readonly results: readonly LintResult[];
  /** Results beyond those that are kept. */
  readonly more: number;
  /** The file is larger than a file of this kind can be judged, so nothing was. */
  readonly tooLarge: boolean;
}

/** Takes a file octet by octet; what it costs in memory does not grow with a zone file, its names apart. */
export interface FileLinter {
  feed(octets: Uint8Array): void;
  end(): FileLint;
}

/** By what a kind is told; and the most of a file that is judged as a whole, not line by line. */
const HEAD_OCTETS = 256 * 1024;
const MAX_WHOLE_OCTETS = 64 * 1024 * 1024;
const MAX_RESULTS = 10_000;
/** Small pieces: what is made of one is garbage before it grows old, which halves the memory. */
const PIECE_OCTETS = 8 * 1024;

/** Lints one file. Never throws, for any octets. */
export function fileLinter(file: string, options: LintOptions = {}): FileLinter {
  const drafts: Draft[] = [];
  let more = 0;
  const say = (draft: Draft): void => {
    if (drafts.length < MAX_RESULTS) drafts.push(ownCopy(draft));
    else more++;
  };
  let chunks: Uint8Array[] = [];
  let octets = 0;
  let coding: TextCoding | undefined;
  let kind: FileKind | undefined;
  let streaming: { push(octets: Uint8Array): void; end(): void } | undefined;
  let tooLarge = false;

  const begin = (): void => {
    const head = Buffer.concat(chunks);
    coding = codingOf(head);
    const text = textDecoder(coding)(head.subarray(0, HEAD_OCTETS));
    kind = options.kind ?? kindOfText(text) ?? (isOnlyComments(text) ? kindOfName(file) : undefined);
    if (kind !== 'zone') return;
    const origin = options.origin ?? originFromFileName(file) ?? UNKNOWN_ORIGIN;
    streaming = inLines(zoneLinter(file, origin, say), coding);
    streaming.push(head);
    chunks = [];
  };
  return {
    feed(piece) {
      octets += piece.length;
      if (streaming !== undefined) {
        streaming.push(piece);
        return;
      }
      if (coding === undefined || octets <= MAX_WHOLE_OCTETS) chunks.push(piece);
      else {
        tooLarge = true;
        chunks = [];
      }
      if (coding === undefined && octets >= HEAD_OCTETS) begin();
    },
    end() {
      if (coding === undefined) begin();
      const known = coding ?? codingOf(new Uint8Array(0));
      if (streaming !== undefined) streaming.end();
      else if (kind !== undefined && kind !== 'zone' && !tooLarge)
        lintWhole(kind, Buffer.concat(chunks), known, file, say);
      drafts.sort((a, b) => a.line - b.line || a.column - b.column);
      return {
        file,
        kind,
        coding: known,
        results: drafts.map((draft) => shownIn(known, resultOf(file, draft))),
        more,
        tooLarge,
      };
    },
  };
}

/** Lints a file that is in memory already. Never throws, for any octets. */
export function lintOctets(file: string, octets: Uint8Array, options: LintOptions = {}): FileLint {
  const linter = fileLinter(file, options);
  linter.feed(octets);
  return linter.end();
}

function isOnlyComments(text: string): boolean {
  const rest = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g, '');
  return !rest.split(/\r\n|\n|\r/).some(isEntry);
}

/** Letters that were read octet by octet, as a person would read them. */
function shownIn({ encoding }: TextCoding, result: LintResult): LintResult {
  if (encoding !== 'octets') return result;
  const shown = (text: string): string =>
    /[\u0080-\u00ff]/.test(text) && !/[\u0100-\uffff]/.test(text)
      ? decodeText(Buffer.from(text, 'latin1')).text
      : text;
  return { ...result, text: shown(result.text), fix: shown(result.fix) };
}

function inLines(linter: TextLinter, coding: TextCoding): { push(octets: Uint8Array): void; end(): void } {
  const decode = textDecoder(coding);
  const lines = wholeLines((text) => linter.feed(text));
  return {
    push(octets) {
      for (let at = 0; at < octets.length; at += PIECE_OCTETS)
        lines.push(decode(octets.subarray(at, at + PIECE_OCTETS)));
    },
    end() {
      lines.end();
      linter.end();
    },
  };
}

function lintWhole(
  kind: Exclude<FileKind, 'zone'>,
  octets: Uint8Array,
  coding: TextCoding,
  file: string,
  say: (draft: Draft) => void,
): void {
  const text = textDecoder(coding)(octets);
  const lines = text.split(/\r\n|\n|\r/);
  switch (kind) {
    case 'named': {
      // named ends a line at LF alone.
      const own = text.split('\n').map((line) => line.replace(/\r$/, ''));
      lintNamedConf(text, file, { lineAt: (line) => own[line - 1] }, say);
      break;
    }
    case 'dnsmasq':
      lintDnsmasqConf(lines, say);
      break;
    case 'unbound':
      lintUnboundConf(lines, file, say);
      break;
    case 'publish-list':
      lintPublishList(lines, say);
      break;
    case 'reg':
      lintRegistryExport(octets, file, lines, say);
      break;
  }
}
