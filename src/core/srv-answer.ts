import { CLASS, TYPE } from './dns-codes.ts';
import type { Fqdn } from './name.ts';
import type { SrvReading } from './read-srv.ts';
import { canonicalRecords, type SrvRecord } from './srv.ts';
import { HEADER_OCTETS, nameEnd, WireReader } from './wire-reader.ts';

/** A pointer to the name of the question: what nearly every server writes as the owner of an answer. */
const QUESTION_POINTER = 0xc000 | HEADER_OCTETS;

/** Type, class, TTL and RDLENGTH: RFC 1035 §4.1.3. */
const FIXED_OCTETS = 10;

const MAX_TTL_SECONDS = 0x7fff_ffff;

/**
 * Reads the reply that nearly every SRV question gets: the set, with hosts' addresses and name servers beside it.
 * Undefined for anything else and for anything odd: then the message has to be decoded. What it gives is what
 * decoding and `srvReadingFrom` give, in a small part of the time.
 *
 * The reply must repeat the question it answers, `owner` SRV IN, in any letters.
 */
export function readPlainSrvAnswer(reply: Uint8Array, owner: Fqdn): SrvReading | undefined {
  const size = reply.length;
  // QR, opcode QUERY, no TC, NOERROR, one question; the other bits as they like.
  if (size < HEADER_OCTETS || (u16(reply, 2) & 0xfa0f) !== 0x8000 || u16(reply, 4) !== 1) return undefined;
  let at = nameEnd(reply, HEADER_OCTETS, size);
  if (at < 0 || at + 4 > size || u16(reply, at) !== TYPE.SRV || u16(reply, at + 2) !== CLASS.IN)
    return undefined;
  at += 4;

  const names = new WireReader(reply, 0);
  const records: SrvRecord[] = [];
  let ttlSeconds = MAX_TTL_SECONDS;
  for (let left = u16(reply, 6); left > 0; left--) {
    if (at + 2 + FIXED_OCTETS + 6 > size || u16(reply, at) !== QUESTION_POINTER) return undefined;
    if (u16(reply, at + 2) !== TYPE.SRV || u16(reply, at + 4) !== CLASS.IN) return undefined;
    const ttl = u32(reply, at + 6);
    if (ttl > MAX_TTL_SECONDS) return undefined;
    if (ttl < ttlSeconds) ttlSeconds = ttl;
    const rdata = at + 2 + FIXED_OCTETS;
    const end = rdata + u16(reply, at + 10);
    if (end > size) return undefined;
    names.offset = rdata + 6;
    names.limit = end;
    const target = names.name();
    // A target with capitals is kept in two spellings.
    if (names.fault !== undefined || names.offset !== end || names.nameHadCapitals) return undefined;
    records.push({
      priority: u16(reply, rdata),
      weight: u16(reply, rdata + 2),
      port: u16(reply, rdata + 4),
      target,
    });
    at = end;
  }
  if (records.length === 0) return undefined;

  at = passPlainRecords(reply, at, u16(reply, 8), false);
  at = passPlainRecords(reply, at, u16(reply, 10), true);
  if (at !== size) return undefined;
  const authoritative = (reply[2]! & 0x04) !== 0;
  return { kind: 'set', set: { name: owner, ttlSeconds, records: canonicalRecords(records) }, authoritative };
}

/**
 * Where `count` records end that are addresses, name servers or, where there may be one, an OPT without extended
 * RCODE, checked as decoding checks them; -1 for others.
 */
function passPlainRecords(reply: Uint8Array, start: number, count: number, mayHaveOpt: boolean): number {
  const size = reply.length;
  let at = start;
  let optAllowed = mayHaveOpt;
  for (let left = count; left > 0; left--) {
    if (at < 0) return -1;
    const owner = at;
    const fixed = nameEnd(reply, at, size);
    const rdata = fixed + FIXED_OCTETS;
    if (fixed < 0 || rdata > size) return -1;
    const length = u16(reply, rdata - 2);
    at = rdata + length;
    if (at > size) return -1;
    switch (u16(reply, fixed)) {
      case TYPE.A:
        if (length !== 4 || u16(reply, fixed + 2) !== CLASS.IN) return -1;
        break;
      case TYPE.AAAA:
        if (length !== 16 || u16(reply, fixed + 2) !== CLASS.IN) return -1;
        break;
      case TYPE.NS:
        if (nameEnd(reply, rdata, at) !== at) return -1;
        break;
      case TYPE.OPT:
        if (!optAllowed || reply[owner] !== 0 || reply[fixed + 4] !== 0 || !optionsFill(reply, rdata, at))
          return -1;
        optAllowed = false;
        break;
      default:
        return -1;
    }
  }
  return at;
}

/** Are there whole EDNS options from here to there (RFC 6891 §6.1.2)? */
function optionsFill(reply: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end) at += 4 + u16(reply, at + 2);
  return at === end;
}

function u16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

function u32(octets: Uint8Array, at: number): number {
  return ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;
}
