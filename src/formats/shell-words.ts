/** One command of a script: its words, quotes resolved, and where it begins. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly line: number;
  readonly column: number;
}

/** What stands for itself: outside of quotes, in single ones, in double ones. */
const BARE = /[^ \t\r\n\\;&|'"]+/y;
const IN_SINGLE = /[^'\r\n]+/y;
const IN_DOUBLE = /[^"\\\r\n]+/y;

/**
 * Cuts a list of commands into words: quotes, backslashes, comments, lines continued by `\`, and `;`, `&&`, `||`, `|`
 * between commands. Nothing is expanded: `$x` stays as it is. Never throws; what is not closed ends with its line.
 */
export function shellCommands(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let start: { readonly line: number; readonly column: number } | undefined;
  let line = 1;
  let lineStart = 0;
  let at = 0;

  const begin = (): void => {
    start ??= { line, column: at - lineStart + 1 };
    word ??= '';
  };
  const append = (text: string): void => {
    word = word === undefined || word === '' ? text : `${word}${text}`;
  };
  // Run by run: a letter at a time, a script of 10,000 domains would be millions of strings.
  const run = (pattern: RegExp): void => {
    pattern.lastIndex = at;
    const end = pattern.test(text) ? pattern.lastIndex : at;
    if (end > at) append(text.slice(at, end));
    at = end;
  };
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (start !== undefined && words.length > 0) commands.push({ words, ...start });
    words = [];
    start = undefined;
  };
  const newLine = (): void => {
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line++;
    lineStart = at;
  };

  while (at < text.length) {
    const char = text[at]!;
    if (char === '\n' || char === '\r') {
      endCommand();
      newLine();
    } else if (char === '\\' && /^\r?\n/.test(text.slice(at + 1, at + 3))) {
      endWord();
      at++;
      newLine();
    } else if (char === ' ' || char === '\t') {
      endWord();
      at++;
    } else if (char === '#' && word === undefined) {
      while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
    } else if (char === ';' || char === '&' || char === '|') {
      endCommand();
      at++;
    } else if (char === "'" || char === '"') {
      begin();
      at++;
      run(char === "'" ? IN_SINGLE : IN_DOUBLE);
      while (char === '"' && text[at] === '\\') {
        if (/["\\$`]/.test(text[at + 1] ?? '')) at++;
        append(text[at]!);
        at++;
        run(IN_DOUBLE);
      }
      if (text[at] === char) at++;
    } else {
      begin();
      if (char === '\\') {
        if (at + 1 < text.length) at++;
        append(text[at]!);
        at++;
      } else run(BARE);
    }
  }
  endCommand();
  return commands;
}
