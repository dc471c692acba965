import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TextLine, textLines } from '../../src/cli/text-lines.ts';

async function linesOf(octets: Uint8Array, pieceOctets: number, most = 100): Promise<readonly TextLine[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < octets.length; at += pieceOctets) yield octets.subarray(at, at + pieceOctets);
  }
  const lines: TextLine[] = [];
  for await (const line of textLines(pieces(), most)) lines.push(line);
  return lines;
}

describe('the lines of a text in pieces', () => {
  it('are those of the whole text, however it is cut', async () => {
    const line = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replace(/[\r\n\ufeff]/g, ''));
    const texts = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean());
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async ([lines, end, closed], pieceOctets) => {
        const text = lines.join(end) + (closed && lines.length > 0 ? end : '');
        const octets = Buffer.from(text);
        // As an editor counts: what ends the text is no line.
        const wanted = octets.toString().split(end);
        if (wanted.at(-1) === '') wanted.pop();
        const found = await linesOf(octets, pieceOctets);
        expect(found.map((one) => one.text)).toEqual(wanted);
        expect(found.map((one) => one.number)).toEqual(wanted.map((_, i) => i + 1));
      }),
    );
  });

  it('that are too long are passed over, and those around them are not', async () => {
    const octets = Buffer.from(
      `a\n${'x'.repeat(5000)}\nb\n${'y'.repeat(101)}\n${'z'.repeat(100)}\n${'w'.repeat(999)}`,
    );
    for (const pieceOctets of [1, 7, 64, 10_000])
      expect((await linesOf(octets, pieceOctets)).map((one) => one.text)).toEqual([
        'a',
        undefined,
        'b',
        undefined,
        'z'.repeat(100),
        undefined,
      ]);
  });

  it('lose a byte order mark', async () => {
    expect(await linesOf(Buffer.from('\ufeffa\n'), 2)).toEqual([{ number: 1, text: 'a' }]);
  });
});
