/**
 * Is `reply` an answer to `request`? ID, QR, opcode and question must agree (RFC 5452 §9.1); the question may be
 * missing from an error. The transport vouches for the source.
 */
export function isReplyTo(request: Uint8Array, reply: Uint8Array): boolean {
  if (reply.length < 12 || request.length < 12) return false;
  if (reply[0] !== request[0] || reply[1] !== request[1]) return false;
  if ((reply[2]! & 0x80) === 0) return false;
  if ((reply[2]! & 0x78) !== (request[2]! & 0x78)) return false;
  const asked = (request[4]! << 8) | request[5]!;
  const echoed = (reply[4]! << 8) | reply[5]!;
  if (echoed === 0) return asked === 0 || (reply[3]! & 0x0f) !== 0;
  if (echoed !== 1 || asked !== 1) return false;
  return sameQuestion(request, reply);
}

/** Compares name, type and class octet by octet, letters in any case. A first question is never compressed. */
function sameQuestion(request: Uint8Array, reply: Uint8Array): boolean {
  let offset = 12;
  for (;;) {
    const length = request[offset];
    if (length === undefined || length > 63 || reply[offset] !== length) return false;
    offset++;
    if (length === 0) break;
    for (const end = offset + length; offset < end; offset++)
      if (lower(request[offset]) !== lower(reply[offset])) return false;
  }
  for (let i = 0; i < 4; i++) if (request[offset + i] !== reply[offset + i]) return false;
  return offset + 4 <= reply.length;
}

function lower(octet: number | undefined): number {
  if (octet === undefined) return -1;
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
