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

/**
 * Cuts a script into words and marks: quotes, comments, backticks at line ends. Enough to find commands and hash
 * tables with plain values; nothing is expanded or understood beyond that. Never throws.
 */
export function* powerShellWords(script: string): Generator<PowerShellWord> {
  const pattern =
    /<#[\s\S]*?(?:#>|$)|#[^\r\n]*|'(?:[^']|'')*'?|"(?:[^"`]|`[\s\S]|"")*"?|`\r?\n|@\{|\r?\n|\r|[;{}()|,=&]|[^\s;{}()|,=&'"`#]+(?:#[^\s;{}()|,=&'"`]*)*|`[\s\S]?|[^\S\r\n]+/g;
  let line = 1;
  let lineStart = 0;
  for (const { 0: found, index } of script.matchAll(pattern)) {
    const place = { line, column: index - lineStart + 1 };
    const first = found[0]!;
    if (first === "'")
      yield { kind: 'word', text: inside(found).replaceAll("''", "'"), quoted: true, ...place };
    else if (first === '"') {
      const text = inside(found)
        .replaceAll('""', '"')
        .replace(/`([\s\S])/g, '$1');
      yield { kind: 'word', text, quoted: !found.includes('$'), ...place };
    } else if (/^(?:\r?\n|\r)$/.test(found)) yield { kind: 'mark', text: '\n', quoted: false, ...place };
    else if (found === '@{' || (found.length === 1 && /[;{}()|,=&]/.test(first)))
      yield { kind: 'mark', text: found, quoted: false, ...place };
    else if (!/^(?:<#|#|`|\s)/.test(found)) yield { kind: 'word', text: found, quoted: false, ...place };
    for (let at = found.indexOf('\n'); at >= 0; at = found.indexOf('\n', at + 1)) {
      line++;
      lineStart = index + at + 1;
    }
  }
}

function inside(found: string): string {
  return found.slice(1, found.length > 1 && found.endsWith(found[0]!) ? -1 : undefined);
}
