/** One token of JavaScript or a language like it; a text without its quotes. Lines and columns count from 1. */
export interface ScriptToken {
  /** `word`: a name or a number, bare. `mark`: one character of punctuation. */
  readonly kind: 'text' | 'word' | 'mark';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|`(?:[^`\\]|\\[\s\S])*`?|[A-Za-z0-9_$.]+|\n|[^\s]/g;
const TOKEN_OR_HASH_COMMENT = new RegExp(`#[^\\n]*|${TOKEN.source}`, 'g');

/**
 * Cuts a script into texts, words and marks, comments left out: `//`, `/* … *​/`, and `#` where asked for. Enough to
 * find calls with plain values in a configuration that is code; nothing is understood beyond that. Never throws.
 */
export function* scriptTokens(
  source: string,
  { hashComments = false }: { readonly hashComments?: boolean } = {},
): Generator<ScriptToken> {
  const pattern = hashComments ? TOKEN_OR_HASH_COMMENT : TOKEN;
  const comment = hashComments ? /^(?:#|\/\/|\/\*)/ : /^(?:\/\/|\/\*)/;
  let line = 1;
  let lineStart = 0;
  for (const { 0: found, index } of source.matchAll(pattern)) {
    const place = { line, column: index - lineStart + 1 };
    const quote = found[0]!;
    if (quote === '"' || quote === "'" || quote === '`')
      yield { kind: 'text', text: unquoted(found), ...place };
    else if (/^[A-Za-z0-9_$.]/.test(found)) yield { kind: 'word', text: found, ...place };
    else if (found !== '\n' && !comment.test(found)) yield { kind: 'mark', text: found, ...place };
    for (let at = found.indexOf('\n'); at >= 0; at = found.indexOf('\n', at + 1)) {
      line++;
      lineStart = index + at + 1;
    }
  }
}

function unquoted(found: string): string {
  const end = found.length > 1 && found.endsWith(found[0]!) ? -1 : undefined;
  return found.slice(1, end).replace(/\\([\s\S])/g, '$1');
}
