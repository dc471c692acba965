import type { Problem } from './errors.ts';

/** One word of named.conf; `text` without quotes and with `\"` resolved. Lines and columns count from 1. */
export interface NamedWord {
  readonly kind: 'word';
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly column: number;
  /** Offsets of the word in the file, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface NamedBlock {
  readonly kind: 'block';
  readonly statements: readonly NamedStatement[];
  readonly line: number;
  readonly column: number;
}

/** Words and blocks up to a semicolon: `zone "x" IN { … };`, `inet * port 953 allow { … } keys { … };`. */
export interface NamedStatement {
  readonly parts: readonly (NamedWord | NamedBlock)[];
  readonly line: number;
  readonly column: number;
}

export interface NamedConf {
  readonly statements: readonly NamedStatement[];
  readonly problems: readonly Problem[];
}

/**
 * Reads named.conf grammar without knowing any clause: words, quoted strings, braces, semicolons and the three
 * kinds of comments (BIND 9 ARM, "Configuration File"). `include` is a statement like another and is not followed.
 * Never throws and never recurses: what is unbalanced or unterminated becomes a problem with its place.
 */
export function readNamedConf(text: string, file: string): NamedConf {
  const problems: Problem[] = [];
  const root: OpenBlock = { statements: [], parts: [], line: 1, column: 1 };
  const open: OpenBlock[] = [root];
  for (const token of tokensOf(text, file, problems)) {
    const current = open[open.length - 1]!;
    if (token.kind === 'word') {
      current.parts.push(token);
    } else if (token.text === '{') {
      open.push({ statements: [], parts: [], line: token.line, column: token.column });
    } else if (token.text === ';') {
      endStatement(current);
    } else if (open.length === 1) {
      problems.push({ file, line: token.line, column: token.column, message: '"}" without "{"' });
    } else {
      reportUnended(current, file, problems);
      closeBlock(open);
    }
  }
  const whole = open.length === 1;
  while (open.length > 1) {
    const { line, column } = open[open.length - 1]!;
    problems.push({ file, line, column, message: '"{" is never closed by "}"' });
    closeBlock(open);
  }
  if (whole) reportUnended(root, file, problems);
  endStatement(root);
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { statements: root.statements, problems };
}

/** The words of a statement, blocks left out. */
export function wordsOf(statement: NamedStatement): readonly string[] {
  return statement.parts.flatMap((part) => (part.kind === 'word' ? [part.text] : []));
}

/** Its first word in lower case; the empty text for a statement that begins with a block. */
export function keywordOf(statement: NamedStatement): string {
  const [first] = statement.parts;
  return first?.kind === 'word' ? first.text.toLowerCase() : '';
}

/** The statements inside all blocks of a statement. */
export function bodyOf(statement: NamedStatement): readonly NamedStatement[] {
  return statement.parts.flatMap((part) => (part.kind === 'block' ? part.statements : []));
}

interface OpenBlock {
  readonly statements: NamedStatement[];
  parts: (NamedWord | NamedBlock)[];
  readonly line: number;
  readonly column: number;
}

function endStatement(block: OpenBlock): void {
  const [first] = block.parts;
  if (first !== undefined) {
    block.statements.push({ parts: block.parts, line: first.line, column: first.column });
    block.parts = [];
  }
}

function reportUnended(block: OpenBlock, file: string, problems: Problem[]): void {
  const last = block.parts[block.parts.length - 1];
  if (last === undefined) return;
  problems.push({ file, line: last.line, column: last.column, message: 'no ";" at the end of a statement' });
}

function closeBlock(open: OpenBlock[]): void {
  const block = open.pop()!;
  endStatement(block);
  open[open.length - 1]!.parts.push({
    kind: 'block',
    statements: block.statements,
    line: block.line,
    column: block.column,
  });
}

type Token = NamedWord | { readonly kind: 'mark'; readonly text: string; line: number; column: number };

function* tokensOf(text: string, file: string, problems: Problem[]): Generator<Token> {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const here = (): { line: number; column: number } => ({ line, column: at - lineStart + 1 });
  const advance = (to: number): void => {
    for (; at < to; at++) {
      if (text[at] === '\n') {
        line++;
        lineStart = at + 1;
      }
    }
  };

  while (at < text.length) {
    const comment = commentAt(text, at);
    if (comment !== undefined) {
      if (!comment.closed) problems.push({ file, ...here(), message: '"/*" is never closed by "*/"' });
      advance(comment.end);
      continue;
    }
    const char = text[at]!;
    if (/[ \t\n\r\f\v]/.test(char)) {
      advance(at + 1);
    } else if ('{};'.includes(char)) {
      yield { kind: 'mark', text: char, ...here() };
      advance(at + 1);
    } else if (char === '"') {
      const place = here();
      const start = at;
      let end = at + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      if (end >= text.length) problems.push({ file, ...place, message: 'a quoted string is never closed' });
      const content = text.slice(start + 1, end).replaceAll('\\"', '"');
      end = Math.min(end + 1, text.length);
      advance(end);
      yield { kind: 'word', text: content, quoted: true, ...place, start, end };
    } else {
      const place = here();
      const start = at;
      let end = at;
      // named ends a word at a comment too: `file x#y` means x.
      while (end < text.length && !/[ \t\n\r\f\v{};"]/.test(text[end]!) && commentAt(text, end) === undefined)
        end++;
      advance(end);
      yield { kind: 'word', text: text.slice(start, end), quoted: false, ...place, start, end };
    }
  }
}

function commentAt(text: string, at: number): { end: number; closed: boolean } | undefined {
  if (text[at] === '#' || text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return { end: end < 0 ? text.length : end, closed: true };
  }
  if (!text.startsWith('/*', at)) return undefined;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? { end: text.length, closed: false } : { end: end + 2, closed: true };
}
