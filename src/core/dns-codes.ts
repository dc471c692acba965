/** RR types this package gives a meaning to: IANA "DNS Parameters", RR TYPEs. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** IANA "DNS Parameters", DNS CLASSes; NONE and ANY carry the operators of RFC 2136 §2.4 and §2.5. */
export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** IANA "DNS Parameters", DNS OpCodes. */
export const OPCODE = { QUERY: 0, NOTIFY: 4, UPDATE: 5 } as const;

/** IANA "DNS Parameters", DNS RCODEs, as they stand in the header and the OPT record. */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** The error field of TSIG and TKEY (RFC 8945 §3, RFC 2930 §2.6): 16 means BADSIG there, BADVERS in a header. */
export const TSIG_ERROR = {
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
} as const;

const TYPE_NAMES = namesByCode(TYPE);
const CLASS_NAMES = namesByCode(CLASS);
const OPCODE_NAMES = namesByCode(OPCODE);
const RCODE_NAMES = namesByCode(RCODE);
const TSIG_ERROR_NAMES = namesByCode(TSIG_ERROR);

/** `SRV`, or `TYPE65280` for a type that has no name here (RFC 3597 §5). */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/** `IN`, or `CLASS32` (RFC 3597 §5). */
export function className(dnsClass: number): string {
  return CLASS_NAMES.get(dnsClass) ?? `CLASS${dnsClass}`;
}

/** `UPDATE`, or `OPCODE6`. */
export function opcodeName(opcode: number): string {
  return OPCODE_NAMES.get(opcode) ?? `OPCODE${opcode}`;
}

/** `NOERROR` … `NOTZONE`, `BADVERS`; `RCODE11` for a code that has no name here. */
export function rcodeName(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`;
}

/** The error field of a TSIG or TKEY record: `BADKEY`, or like {@link rcodeName} for the codes they share. */
export function tsigErrorName(error: number): string {
  return TSIG_ERROR_NAMES.get(error) ?? rcodeName(error);
}

function namesByCode(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([name, code]) => [code, name]));
}
