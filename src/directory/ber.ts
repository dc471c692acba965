/** One element of BER with a definite length, as LDAP (RFC 4511 §5.1) and DER have it. */
export interface BerElement {
  readonly tag: number;
  /** Where the content begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** A length of more octets would be one that nothing here may have. */
const MAX_LENGTH_OCTETS = 4;

/**
 * The head of the element at `offset`, whose content may still be under way: compare `end` with what is there.
 * `short` when the head itself is cut off, undefined when it is none that LDAP or DER allow.
 */
export function berHead(octets: Uint8Array, offset: number): BerElement | 'short' | undefined {
  const [tag, first] = octets.subarray(offset, offset + 2);
  if (tag === undefined || first === undefined) return 'short';
  // Tags of several octets, which neither LDAP nor certificates use.
  if ((tag & 0x1f) === 0x1f) return undefined;
  if (first < 0x80) return { tag, start: offset + 2, end: offset + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > MAX_LENGTH_OCTETS) return undefined;
  const start = offset + 2 + count;
  if (start > octets.length) return 'short';
  let length = 0;
  for (const octet of octets.subarray(offset + 2, start)) length = length * 256 + octet;
  return { tag, start, end: start + length };
}

/** The elements side by side between `start` and `end`; undefined where they do not fill it exactly. */
export function berChildren(
  octets: Uint8Array,
  { start, end }: Pick<BerElement, 'start' | 'end'>,
): readonly BerElement[] | undefined {
  const children: BerElement[] = [];
  for (let offset = start; offset < end; ) {
    const child = berHead(octets, offset);
    if (child === undefined || child === 'short' || child.end > end) return undefined;
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** An element of these parts. */
export function berElement(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.alloc(MAX_LENGTH_OCTETS);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}
