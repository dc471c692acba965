/** Octets from hex with blanks and `; comments` to the end of a line, so that a fixture can say what each part is. */
export function octetsFromHex(text: string): Uint8Array {
  const digits = text.replace(/;.*$/gm, '').replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error('this fixture is not hex');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hexFromOctets(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
