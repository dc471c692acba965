/** One token of JavaScript or a language like it; a text without its quotes. Lines and columns count from 1. */
export interface ScriptToken {
  /** `word`: a name or a number, bare. `mark`: one character of punctuation. */
  readonly kind: 'text' | 'word' | 'mark';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|`(?:[^`\\]|\\[\s\S])*`?|[A-Za-z0-9_$.]+|\s+|[^\s]/y;
const TOKEN_OR_HASH_COMMENT = new RegExp(`#[^\\n]*|${TOKEN.source}`, 'y');

/**
 * Cuts a script into texts, words and marks, comments left out: `//`, `/* … *​/`, and `#` where asked for. Enough to
 * find calls with plain values in a configuration that is code; nothing is understood beyond that. Never throws.
 */
export function scriptTokens(
  source: string,
  { hashComments = false }: { readonly hashComments?: boolean } = {},
): readonly ScriptToken[] {
  const tokens: ScriptToken[] = [];
  const pattern = hashComments ? TOKEN_OR_HASH_COMMENT : TOKEN;
  let line = 1;
  let lineStart = 0;
  // Not matchAll: an object for each match costs more than all the rest.
  for (let at = 0; at < source.length; ) {
    pattern.lastIndex = at;
    const end = pattern.test(source) ? pattern.lastIndex : at + 1;
    const kind = kindOf(source, at, hashComments);
    if (kind !== 'between') {
      const found = source.slice(at, end);
      const text = kind === 'text' ? unquoted(found) : found;
      tokens.push({ kind, text, line, column: at - lineStart + 1 });
    }
    for (; at < end; at++)
      if (source.charCodeAt(at) === 0x0a) {
        line++;
        lineStart = at + 1;
      }
  }
  return tokens;
}

function kindOf(source: string, at: number, hashComments: boolean): ScriptToken['kind'] | 'between' {
  const first = source[at]!;
  if (first === '"' || first === "'" || first === '`') return 'text';
  if (/[A-Za-z0-9_$.]/.test(first)) return 'word';
  if (/\s/.test(first) || (hashComments && first === '#')) return 'between';
  return first === '/' && (source[at + 1] === '/' || source[at + 1] === '*') ? 'between' : 'mark';
}

function unquoted(found: string): string {
  const end = found.length > 1 && found.endsWith(found[0]!) ? -1 : undefined;
  return found.slice(1, end).replace(/\\([\s\S])/g, '$1');
}
