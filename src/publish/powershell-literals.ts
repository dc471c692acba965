/** A piece of a PowerShell script; `text` of a string is its value, of a comment everything behind `#`. */
export interface PowerShellToken {
  readonly kind: 'single-quoted' | 'double-quoted' | 'comment' | 'code';
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
  /** False for a string or block comment that the script's end cuts off. */
  readonly closed: boolean;
}

/** PowerShell takes typographic quotes for plain ones: about_Quoting_Rules, CharTraits.cs. */
const SINGLE_QUOTES = "'\u2018\u2019\u201A\u201B";
const DOUBLE_QUOTES = '"\u201C\u201D\u201E';

/**
 * Cuts a script into strings, comments and the code between them, so that one can see whether a value stayed inside
 * its literal. Here-strings are not known: a script that has one is not ours. Never throws.
 */
export function powerShellTokens(script: string): readonly PowerShellToken[] {
  const tokens: PowerShellToken[] = [];
  let line = 1;
  let at = 0;
  const take = (kind: PowerShellToken['kind'], end: number, text: string, closed = true): void => {
    if (end > at) tokens.push({ kind, text, line, closed });
    line += script.slice(at, end).split('\n').length - 1;
    at = end;
  };
  while (at < script.length) {
    const char = script[at]!;
    const before = script[at - 1];
    if (script.startsWith('<#', at)) {
      const end = script.indexOf('#>', at + 2);
      take(
        'comment',
        end < 0 ? script.length : end + 2,
        script.slice(at + 2, end < 0 ? undefined : end),
        end >= 0,
      );
    } else if (char === '#' && (before === undefined || /[\s;{}()|,]/.test(before))) {
      const end = script.slice(at).search(/[\r\n]/);
      take(
        'comment',
        end < 0 ? script.length : at + end,
        script.slice(at + 1, end < 0 ? undefined : at + end),
      );
    } else if (SINGLE_QUOTES.includes(char) || DOUBLE_QUOTES.includes(char)) {
      const single = SINGLE_QUOTES.includes(char);
      const { end, text, closed } = quoted(script, at + 1, single ? SINGLE_QUOTES : DOUBLE_QUOTES, !single);
      take(single ? 'single-quoted' : 'double-quoted', end, text, closed);
    } else {
      let end = at + 1;
      while (end < script.length && !isBoundary(script, end)) end += script[end] === '`' ? 2 : 1;
      take('code', Math.min(end, script.length), script.slice(at, end));
    }
  }
  return tokens;
}

function isBoundary(script: string, at: number): boolean {
  const char = script[at]!;
  return `${SINGLE_QUOTES}${DOUBLE_QUOTES}#`.includes(char) || script.startsWith('<#', at);
}

/** A doubled quote stands for one; in double quotes a backtick takes the next character with it. */
function quoted(
  script: string,
  from: number,
  quotes: string,
  backtick: boolean,
): { end: number; text: string; closed: boolean } {
  let text = '';
  let at = from;
  while (at < script.length) {
    const char = script[at]!;
    if (quotes.includes(char)) {
      if (at + 1 >= script.length || !quotes.includes(script[at + 1]!))
        return { end: at + 1, text, closed: true };
      at++;
    } else if (char === '`' && backtick) {
      at++;
    }
    text += script[at] ?? '';
    at++;
  }
  return { end: script.length, text, closed: false };
}
