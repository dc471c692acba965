import type { DesiredState } from '../core/desired-state.ts';
import { sourceName } from '../core/rendered.ts';
import type { FormatAbout } from './format.ts';
import { commentText } from './words.ts';

/** Room for a comment line, mark included. */
const COLUMNS = 110;

/**
 * The lines at the top of a file: what it is and where it came from, what to do with it, what it cannot say.
 * `mark` begins each line (`#`, `;`, `--`, `//`). Throws `value-refused` for a text that would leave its line.
 */
export function headComment(
  mark: string,
  about: FormatAbout,
  state: DesiredState,
  next: readonly string[] = [],
): string {
  // Not wrapped: how long a file's name is must not move the lines below it.
  const first = `${mark} ${commentText(`${about.product}: ${about.title}. Made by kmsdns from ${sourceName(state.file)}.`, 'file name')}\n`;
  const rest = [
    ...(next.length === 0 ? [] : ['', ...next]),
    ...(about.cannot.length === 0 ? [] : ['', 'What this format does not say:']),
    ...about.cannot.map(({ says }) => `- ${says}`),
  ];
  return `${first}${commentBlock(mark, rest)}`;
}

/** Lines as comments, long ones wrapped at blanks; a line that begins with blanks (a command) is kept whole. */
export function commentBlock(mark: string, lines: readonly string[]): string {
  return lines
    .flatMap((line) => (/^\s/.test(line) ? [line] : wrapped(line, COLUMNS - mark.length - 1)))
    .map((line) => `${`${mark} ${commentText(line, 'comment')}`.trimEnd()}\n`)
    .join('');
}

function wrapped(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = line.startsWith('- ') ? `  ${word}` : word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
