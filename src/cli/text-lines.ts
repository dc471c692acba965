/** One line of a text, without its end. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Undefined for a line that is longer than is allowed; its rest is passed over. */
  readonly text: string | undefined;
}

/**
 * The lines of a UTF-8 text that comes in pieces, each as soon as it is whole, in memory that does not grow with the
 * text. Octets that are no UTF-8 become U+FFFD; a byte order mark is left out.
 */
export async function* textLines(
  pieces: AsyncIterable<Uint8Array>,
  maxCharacters: number,
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let number = 1;
  let rest = '';
  let tooLong = false;
  function* cut(text: string): Generator<TextLine> {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const own = line.endsWith('\r') ? line.slice(0, -1) : line;
      yield { number: number++, text: tooLong || own.length > maxCharacters ? undefined : own };
      tooLong = false;
    }
    if (rest.length > maxCharacters + 1) {
      tooLong = true;
      rest = '';
    }
  }
  for await (const piece of pieces) yield* cut(decoder.decode(piece, { stream: true }));
  yield* cut(decoder.decode());
  if (rest !== '' || tooLong) yield* cut('\n');
}
