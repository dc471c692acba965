/** A text in which every `¦` marked a place; the places count from 1, as editors do. */
export interface Marked {
  readonly text: string;
  readonly places: readonly { readonly line: number; readonly column: number }[];
}

/** Takes the marks out of a text, so that a test can show a place instead of counting columns. */
export function marked(withMarks: string): Marked {
  const places: { line: number; column: number }[] = [];
  const lines = withMarks.split('\n').map((line, i) => {
    const parts = line.split('¦');
    for (let n = 1, column = 1; n < parts.length; n++) {
      column += parts[n - 1]!.length;
      places.push({ line: i + 1, column });
    }
    return parts.join('');
  });
  return { text: lines.join('\n'), places };
}
