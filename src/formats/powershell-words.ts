/** One word or mark of a PowerShell script; a word without its quotes. Lines and columns count from 1. */
export interface PowerShellWord {
  /** `mark`: punctuation, or `\n` for the end of a statement. */
  readonly kind: 'word' | 'mark';
  readonly text: string;
  /** Was the word, as a whole, in single quotes, or in double quotes with nothing to expand? */
  readonly quoted: boolean;
  readonly line: number;
  readonly column: number;
}

/** What a script is made of, one after the other; blanks first, since they stand between all others. */
const PIECE =
  /[^\S\r\n]+|'(?:[^']|'')*'?|"(?:[^"`]|`[\s\S]|"")*"?|<#[\s\S]*?(?:#>|$)|#[^\r\n]*|`\r?\n|@\{|\r?\n|\r|[;{}()|,=&]|[^\s;{}()|,=&'"`#]+(?:#[^\s;{}()|,=&'"`]*)*|`[\s\S]?/y;

/**
 * Cuts a script into words and marks: quotes, comments, backticks at line ends. Enough to find commands and hash
 * tables with plain values; nothing is expanded or understood beyond that. Never throws.
 */
export function powerShellWords(script: string): readonly PowerShellWord[] {
  const words: PowerShellWord[] = [];
  let line = 1;
  let lineStart = 0;
  // Not matchAll: a script of 10,000 domains has millions of pieces, and an object for each costs more than the rest.
  for (let at = 0; at < script.length; ) {
    PIECE.lastIndex = at;
    const end = PIECE.test(script) ? PIECE.lastIndex : at + 1;
    const kind = kindOf(script, at, end);
    if (kind !== 'between') {
      const found = script.slice(at, end);
      const column = at - lineStart + 1;
      if (kind === 'single')
        words.push({ kind: 'word', text: inside(found).replaceAll("''", "'"), quoted: true, line, column });
      else if (kind === 'double')
        words.push({
          kind: 'word',
          text: expanded(inside(found)),
          quoted: !found.includes('$'),
          line,
          column,
        });
      else words.push({ kind, text: found.startsWith('\r') ? '\n' : found, quoted: false, line, column });
    }
    for (; at < end; at++)
      if (script.charCodeAt(at) === 0x0a) {
        line++;
        lineStart = at + 1;
      }
  }
  return words;
}

function kindOf(
  script: string,
  at: number,
  end: number,
): 'single' | 'double' | PowerShellWord['kind'] | 'between' {
  const first = script[at]!;
  if (first === "'") return 'single';
  if (first === '"') return 'double';
  if (first === '\n' || first === '\r' || ';{}()|,=&'.includes(first)) return 'mark';
  if (first === '@' && script[at + 1] === '{') return 'mark';
  if (first === '#' || first === '`' || (first === '<' && script[at + 1] === '#' && end > at + 1))
    return 'between';
  return /\s/.test(first) ? 'between' : 'word';
}

/** What stands between double quotes, with its escapes undone; variables stay as they are. */
function expanded(text: string): string {
  return text.replaceAll('""', '"').replace(/`([\s\S])/g, '$1');
}

function inside(found: string): string {
  return found.slice(1, found.length > 1 && found.endsWith(found[0]!) ? -1 : undefined);
}
