// Built from its code, so that no control character stands in this file.
const ESCAPE_SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Columns a terminal needs for `text`: colours none, combining marks none, East Asian wide characters two. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text.replace(ESCAPE_SEQUENCE, '')) columns += widthOf(character.codePointAt(0)!);
  return columns;
}

function widthOf(code: number): 0 | 1 | 2 {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (WITHOUT_WIDTH.some(([first, last]) => code >= first && code <= last)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

type Range = readonly [number, number];

/** Combining marks, zero-width characters and variation selectors: Unicode general categories Mn, Me, Cf. */
const WITHOUT_WIDTH: readonly Range[] = [
  [0x0300, 0x036f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200f],
  [0x2060, 0x2064],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
];

/** East Asian Width W and F, in whole blocks: Unicode Standard Annex #11. */
const WIDE: readonly Range[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/**
 * Breaks prose between words to fit `columns`, every line behind `indent` and all but the first behind `hang` too;
 * a longer word stays whole. A no-break space keeps two words together, and comes out as a blank.
 */
export function wrap(text: string, columns: number, indent = '', hang = ''): string {
  const room = Math.max(columns - displayWidth(indent + hang), 20);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[^\S\u00a0]+/).filter((one) => one !== '')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines
    .map((one, i) => (indent + (i === 0 ? '' : hang) + one).trimEnd().replaceAll('\u00a0', ' '))
    .join('\n');
}

/** Rows as aligned columns; numbers and the like to the right where `alignRight` says so. */
export function columnsOf(
  rows: readonly (readonly string[])[],
  alignRight: readonly boolean[] = [],
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const padding = ' '.repeat(widths[i]! - displayWidth(cell));
        return alignRight[i] === true ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `1 record`, `2 records`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
