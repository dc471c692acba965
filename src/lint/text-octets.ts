/** How a file spells its letters. `octets`: one letter for each, which gives back what was read whatever it was. */
export interface TextCoding {
  readonly encoding: 'octets' | 'utf-16le' | 'utf-16be';
  /** Octets of the byte order mark, which are no part of the text. */
  readonly mark: number;
}

/** By the byte order mark, and for UTF-16 without one by the zero beside the first letter. */
export function codingOf(head: Uint8Array): TextCoding {
  const [a, b, c] = head;
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 };
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'octets', mark: 3 };
  if (a !== undefined && a !== 0 && b === 0) return { encoding: 'utf-16le', mark: 0 };
  if (a === 0 && b !== undefined && b !== 0) return { encoding: 'utf-16be', mark: 0 };
  return { encoding: 'octets', mark: 0 };
}

/** Octets as text, piece by piece; a letter that is cut in two waits for its other half. */
export function textDecoder({ encoding, mark }: TextCoding): (octets: Uint8Array) => string {
  let skip = mark;
  let left: Uint8Array = new Uint8Array(0);
  return (octets) => {
    const from = Math.min(skip, octets.length);
    skip -= from;
    const piece = from === 0 ? octets : octets.subarray(from);
    if (encoding === 'octets')
      return Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    const all = left.length === 0 ? piece : Buffer.concat([left, piece]);
    const even = all.length - (all.length % 2);
    left = all.slice(even);
    return Buffer.from(inOrder(all.subarray(0, even), encoding)).toString('utf16le');
  };
}

/** The octets of a text that {@link textDecoder} read, with the mark that the file had. */
export function encodeText(text: string, { encoding, mark }: TextCoding, original: Uint8Array): Uint8Array {
  const body =
    encoding === 'octets' ? Buffer.from(text, 'latin1') : inOrder(Buffer.from(text, 'utf16le'), encoding);
  return Buffer.concat([original.subarray(0, mark), body]);
}

function inOrder(octets: Uint8Array, encoding: TextCoding['encoding']): Uint8Array {
  return encoding === 'utf-16be' ? Buffer.from(octets).swap16() : octets;
}

/** A line that is longer is no line of any file that is linted: the rest of it is left out. */
const MAX_LINE = 1024 * 1024;

/** Puts pieces together so that each that goes on ends with a line. */
export function wholeLines(take: (text: string) => void): { push(text: string): void; end(): void } {
  let held = '';
  let dropping = false;
  return {
    push(text) {
      let piece = text;
      if (dropping) {
        const next = piece.search(/[\r\n]/);
        if (next < 0) return;
        piece = piece.slice(next);
        dropping = false;
      }
      held += piece;
      // A CR at the very end may be the half of a CRLF.
      const end = Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r', held.length - 2)) + 1;
      if (end > 0) {
        take(held.slice(0, end));
        held = held.slice(end);
      }
      if (held.length > MAX_LINE) {
        held = held.slice(0, MAX_LINE);
        dropping = true;
      }
    },
    end() {
      if (held !== '') take(held);
      held = '';
    },
  };
}
