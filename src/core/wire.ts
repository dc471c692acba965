import { CLASS, OPCODE, RCODE, TYPE } from './dns-codes.ts';
import { KmsDnsError } from './errors.ts';
import { type Fqdn, ROOT } from './name.ts';
import { type EdnsOption, type Rdata, readRdata, writeRdata } from './rdata.ts';
import { HEADER_OCTETS, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/*
 * DNS messages to octets and back: RFC 1035 §4, UPDATE in the dialect of RFC 2136.
 *
 * Decoding is strict because what it reads is hostile until proven otherwise: counts are weighed against the length
 * before anything is allocated, RDLENGTH is a bound, pointers lead backwards and are few, nothing may follow the
 * last record. It never throws; the work is linear in the octets times a small constant.
 */

export { CLASS, className, OPCODE, opcodeName, RCODE, rcodeName, TYPE, typeName } from './dns-codes.ts';
export type { EdnsOption, Rdata } from './rdata.ts';
export { nameToWire, spelledNameToWire } from './wire-writer.ts';

/** The fixed first twelve octets: RFC 1035 §4.1.1, AD and CD of RFC 4035 §3. In an UPDATE the counts are ZO, PR, UP, AD. */
export interface Header {
  readonly id: number;
  readonly opcode: number;
  readonly qr: boolean;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  /** The four bits of the header; {@link rcodeOf} adds the eight of EDNS. */
  readonly rcode: number;
  readonly questionCount: number;
  readonly answerCount: number;
  readonly authorityCount: number;
  readonly additionalCount: number;
}

export interface Question {
  readonly name: Fqdn;
  readonly type: number;
  readonly class: number;
  /** The name with its letters as they came, when they differ from `name`; a server repeats them. */
  readonly nameAsAsked?: string;
}

/** One resource record. A TTL with its top bit set reads as 0 (RFC 2181 §8). */
export interface Rr {
  readonly owner: Fqdn;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly rdata: Rdata;
}

/** What the OPT record says: RFC 6891 §6.1. */
export interface Edns {
  readonly udpPayloadOctets: number;
  /** The upper eight bits of the RCODE. */
  readonly extendedRcode: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

/** A whole message. In an UPDATE `questions` is the zone, `answers` the prerequisites, `authorities` the updates. */
export interface Message {
  readonly header: Header;
  readonly questions: readonly Question[];
  readonly answers: readonly Rr[];
  readonly authorities: readonly Rr[];
  /** The OPT record is among them too. */
  readonly additionals: readonly Rr[];
  readonly edns?: Edns;
}

/** What octets from the network say, or in a few words why they say nothing. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly detail: string };

/** Fewest octets of a question and of a record: the root name, then fixed fields (RFC 1035 §4.1.2, §4.1.3). */
const MIN_QUESTION_OCTETS = 5;
const MIN_RECORD_OCTETS = 11;

/** A DNS message is at most this long, by the length field of TCP: RFC 1035 §4.2.2. */
export const MAX_MESSAGE_OCTETS = 65535;

/** Left free in an UPDATE for its TSIG record: two names of 255 octets would not fit, every real key and GSS token does. */
const TSIG_ROOM_OCTETS = 512;

/** The first twelve octets; undefined when there are fewer. */
export function readHeader(octets: Uint8Array): Header | undefined {
  if (octets.length < HEADER_OCTETS) return undefined;
  const upper = octets[2]!;
  const lower = octets[3]!;
  return {
    id: (octets[0]! << 8) | octets[1]!,
    opcode: (upper >> 3) & 0x0f,
    qr: (upper & 0x80) !== 0,
    aa: (upper & 0x04) !== 0,
    tc: (upper & 0x02) !== 0,
    rd: (upper & 0x01) !== 0,
    ra: (lower & 0x80) !== 0,
    ad: (lower & 0x20) !== 0,
    cd: (lower & 0x10) !== 0,
    rcode: lower & 0x0f,
    questionCount: (octets[4]! << 8) | octets[5]!,
    answerCount: (octets[6]! << 8) | octets[7]!,
    authorityCount: (octets[8]! << 8) | octets[9]!,
    additionalCount: (octets[10]! << 8) | octets[11]!,
  };
}

/**
 * A refusal that announces no section says all in its header. Unbound 1.17 refuses that way, and leaves the octets of
 * the question behind it.
 */
function isBareError({
  qr,
  rcode,
  questionCount,
  answerCount,
  authorityCount,
  additionalCount,
}: Header): boolean {
  return (
    qr && rcode !== RCODE.NOERROR && questionCount + answerCount + authorityCount + additionalCount === 0
  );
}

/** Reads a whole message, each octet accounted for, but for what stands behind an error of nothing but a header. Never throws. */
export function decodeMessage(octets: Uint8Array): Decoded<Message> {
  const header = readHeader(octets);
  if (header === undefined) return garbled('shorter than a header');
  if (!countsFit(header, octets.length)) return garbled('more records announced than could fit');
  const reader = new WireReader(octets, HEADER_OCTETS);
  const questions: Question[] = [];
  for (let i = 0; i < header.questionCount && reader.fault === undefined; i++)
    questions.push(readQuestion(reader));
  const answers = readRecords(reader, header.answerCount);
  const authorities = readRecords(reader, header.authorityCount);
  const additionals = readRecords(reader, header.additionalCount);
  if (reader.fault !== undefined) return garbled(reader.fault);
  if (reader.offset !== octets.length && !isBareError(header))
    return garbled(`${octets.length - reader.offset} octets after the last record`);
  let opt: Rr | undefined;
  for (const rr of additionals) {
    if (rr.type !== TYPE.OPT) continue;
    if (opt !== undefined) return garbled('two OPT records');
    if (rr.owner !== ROOT) return garbled('an OPT record that is not owned by the root');
    opt = rr;
  }
  const message = { header, questions, answers, authorities, additionals };
  return { ok: true, value: opt === undefined ? message : { ...message, edns: ednsOf(opt) } };
}

/** The whole RCODE: the header's four bits and the eight of EDNS above them (RFC 6891 §6.1.3). */
export function rcodeOf(message: Message): number {
  return ((message.edns?.extendedRcode ?? 0) << 4) | message.header.rcode;
}

export interface UpdateReply {
  readonly header: Header;
  readonly zone?: Question;
  /** Does the reply repeat prerequisites or updates? RFC 2136 §3.8 allows it; they say nothing about the zone. */
  readonly echoed: boolean;
}

/**
 * Header and zone of a reply to an UPDATE; the rest is not looked at. Samba sends our own sections back, some
 * records with empty RDATA, so they are neither wanted nor a reason to turn the reply down.
 */
export function decodeUpdateReply(octets: Uint8Array): Decoded<UpdateReply> {
  const header = readHeader(octets);
  if (header === undefined) return garbled('shorter than a header');
  if (header.questionCount > 1) return garbled(`${header.questionCount} zones in a reply to an update`);
  const echoed = header.answerCount + header.authorityCount > 0;
  if (header.questionCount === 0) return { ok: true, value: { header, echoed } };
  const reader = new WireReader(octets, HEADER_OCTETS);
  const zone = readQuestion(reader);
  return reader.fault === undefined ? { ok: true, value: { header, zone, echoed } } : garbled(reader.fault);
}

/**
 * Where the TSIG record starts, if there is one: RFC 8945 §5.1 wants it once, as the last additional record. One in
 * any other place is an error, as is a message that cannot be walked to its end. RDATA is not read.
 */
export function tsigOffset(octets: Uint8Array): Decoded<number | undefined> {
  const header = readHeader(octets);
  if (header === undefined) return garbled('shorter than a header');
  if (!countsFit(header, octets.length)) return garbled('more records announced than could fit');
  const reader = new WireReader(octets, HEADER_OCTETS);
  for (let i = 0; i < header.questionCount; i++) {
    reader.skipName();
    reader.u32();
  }
  const records = header.answerCount + header.authorityCount + header.additionalCount;
  let found: number | undefined;
  for (let i = 1; i <= records && reader.fault === undefined; i++) {
    const start = reader.offset;
    reader.skipName();
    const type = reader.u16();
    reader.u16();
    reader.u32();
    const length = reader.u16();
    if (reader.has(length)) reader.offset += length;
    if (type !== TYPE.TSIG) continue;
    if (i < records || header.additionalCount === 0) return garbled('a TSIG record that is not the last one');
    found = start;
  }
  if (reader.fault !== undefined) return garbled(reader.fault);
  if (reader.offset !== octets.length)
    return garbled(`${octets.length - reader.offset} octets after the last record`);
  return { ok: true, value: found };
}

/** A question to put. `class` is IN when left out. */
export interface Query {
  readonly id: number;
  readonly name: Fqdn;
  readonly type: number;
  readonly class?: number;
  readonly recurse: boolean;
  readonly checkingDisabled?: boolean;
  readonly edns?: { readonly udpPayloadOctets: number; readonly dnssecOk?: boolean };
}

/** One QUERY, with an OPT record when `edns` is given (RFC 6891 §6.1.2). */
export function encodeQuery(query: Query): Uint8Array {
  const { edns } = query;
  // Exact for a name without escapes: its octets are its characters, each dot a length, and a final zero.
  const optOctets = edns === undefined ? 0 : MIN_RECORD_OCTETS;
  const writer = new WireWriter(HEADER_OCTETS + query.name.length + MIN_QUESTION_OCTETS + optOctets);
  writer.u16(query.id);
  writer.u16((query.recurse ? 0x0100 : 0) | (query.checkingDisabled === true ? 0x0010 : 0));
  writer.u16(1);
  writer.u32(0);
  writer.u16(edns === undefined ? 0 : 1);
  writer.name(query.name);
  writer.u16(query.type);
  writer.u16(query.class ?? CLASS.IN);
  if (edns !== undefined)
    writeOpt(writer, {
      udpPayloadOctets: edns.udpPayloadOctets,
      extendedRcode: 0,
      version: 0,
      dnssecOk: edns.dnssecOk === true,
      options: [],
    });
  return writer.finish();
}

/** A message to write; what is left out is zero, false or empty. An RCODE above 15 needs `edns` to carry it. */
export interface MessageToEncode {
  readonly id: number;
  readonly opcode?: number;
  readonly qr?: boolean;
  readonly aa?: boolean;
  readonly tc?: boolean;
  readonly rd?: boolean;
  readonly ra?: boolean;
  readonly ad?: boolean;
  readonly cd?: boolean;
  readonly rcode?: number;
  readonly questions?: readonly Question[];
  readonly answers?: readonly Rr[];
  readonly authorities?: readonly Rr[];
  /** Without the OPT record when `edns` is given: that one is written after them. */
  readonly additionals?: readonly Rr[];
  readonly edns?: { readonly udpPayloadOctets: number } & Partial<Edns>;
}

/** Any message, with owner names and the names of RFC 1035 types compressed. Its length is not limited here. */
export function encodeMessage(message: MessageToEncode): Uint8Array {
  const { questions = [], answers = [], authorities = [], additionals = [], edns } = message;
  const writer = new WireWriter(512, true);
  const flags =
    (message.qr === true ? 0x8000 : 0) |
    ((message.opcode ?? OPCODE.QUERY) << 11) |
    (message.aa === true ? 0x0400 : 0) |
    (message.tc === true ? 0x0200 : 0) |
    (message.rd === true ? 0x0100 : 0) |
    (message.ra === true ? 0x0080 : 0) |
    (message.ad === true ? 0x0020 : 0) |
    (message.cd === true ? 0x0010 : 0) |
    ((message.rcode ?? 0) & 0x0f);
  writer.u16(message.id);
  writer.u16(flags);
  writer.u16(questions.length);
  writer.u16(answers.length);
  writer.u16(authorities.length);
  writer.u16(additionals.length + (edns === undefined ? 0 : 1));
  for (const question of questions) {
    if (question.nameAsAsked === undefined) writer.compressibleName(question.name);
    else writer.spelledName(question.name, question.nameAsAsked);
    writer.u16(question.type);
    writer.u16(question.class);
  }
  for (const rr of answers) writeRecord(writer, rr);
  for (const rr of authorities) writeRecord(writer, rr);
  for (const rr of additionals) writeRecord(writer, rr);
  if (edns !== undefined)
    writeOpt(writer, {
      udpPayloadOctets: edns.udpPayloadOctets,
      extendedRcode: edns.extendedRcode ?? (message.rcode ?? 0) >> 4,
      version: edns.version ?? 0,
      dnssecOk: edns.dnssecOk ?? false,
      options: edns.options ?? [],
    });
  return writer.finish();
}

export interface UpdateToEncode {
  readonly id: number;
  readonly zone: Fqdn;
  readonly prerequisites: readonly Rr[];
  readonly updates: readonly Rr[];
}

/**
 * One UPDATE for a zone of class IN: RFC 2136 §2. Nothing is compressed, so that every server reads the same and the
 * octets are the ones that are signed. Throws `update-too-large` when a TSIG record would no longer fit behind it.
 */
export function encodeUpdate({ id, zone, prerequisites, updates }: UpdateToEncode): Uint8Array {
  const writer = new WireWriter(512);
  writer.u16(id);
  writer.u16(OPCODE.UPDATE << 11);
  writer.u16(1);
  writer.u16(prerequisites.length);
  writer.u16(updates.length);
  writer.u16(0);
  writer.name(zone);
  writer.u16(TYPE.SOA);
  writer.u16(CLASS.IN);
  for (const rr of prerequisites) writeRecord(writer, rr);
  for (const rr of updates) writeRecord(writer, rr);
  if (writer.size > MAX_MESSAGE_OCTETS - TSIG_ROOM_OCTETS)
    throw new KmsDnsError(
      'update-too-large',
      `the update of zone ${JSON.stringify(zone)} takes ${writer.size} octets; ${MAX_MESSAGE_OCTETS - TSIG_ROOM_OCTETS} fit into one signed message`,
      { hint: 'an update is all or nothing, so it is not split; publish fewer records under one name' },
    );
  return writer.finish();
}

const EMPTY: Rdata = { kind: 'empty' };

/** The five conditions of RFC 2136 §2.4. Each is one record with TTL 0. */
export const prerequisite: {
  /** §2.4.1 "RRset Exists (Value Independent)"; fails with NXRRSET. */
  readonly rrsetExists: (name: Fqdn, type: number) => Rr;
  /** §2.4.2 "RRset Exists (Value Dependent)": one per member, all of them; fails with NXRRSET. The TTL does not count. */
  readonly rrsetExactly: (member: Rr) => Rr;
  /** §2.4.3 "RRset Does Not Exist"; fails with YXRRSET. */
  readonly rrsetAbsent: (name: Fqdn, type: number) => Rr;
  /** §2.4.4 "Name Is In Use"; fails with NXDOMAIN. */
  readonly nameInUse: (name: Fqdn) => Rr;
  /** §2.4.5 "Name Is Not In Use"; fails with YXDOMAIN. */
  readonly nameNotInUse: (name: Fqdn) => Rr;
} = {
  rrsetExists: (name, type) => record(name, type, CLASS.ANY, EMPTY),
  rrsetExactly: (member) => record(member.owner, member.type, CLASS.IN, member.rdata),
  rrsetAbsent: (name, type) => record(name, type, CLASS.NONE, EMPTY),
  nameInUse: (name) => record(name, TYPE.ANY, CLASS.ANY, EMPTY),
  nameNotInUse: (name) => record(name, TYPE.ANY, CLASS.NONE, EMPTY),
};

/** The operations of RFC 2136 §2.5 that this package uses; "delete all RRsets from a name" is not among them on purpose. */
export const update: {
  /** §2.5.1 "Add To An RRset"; BIND gives the whole RRset this TTL. */
  readonly add: (rr: Rr) => Rr;
  /** §2.5.2 "Delete An RRset". */
  readonly deleteRrset: (name: Fqdn, type: number) => Rr;
  /** §2.5.4 "Delete An RR From An RRset": class NONE, TTL 0; the RDATA must be the served one. */
  readonly deleteRr: (rr: Rr) => Rr;
} = {
  add: (rr) => ({ ...rr, class: CLASS.IN }),
  deleteRrset: (name, type) => record(name, type, CLASS.ANY, EMPTY),
  deleteRr: (rr) => record(rr.owner, rr.type, CLASS.NONE, rr.rdata),
};

function record(owner: Fqdn, type: number, dnsClass: number, rdata: Rdata): Rr {
  return { owner, type, class: dnsClass, ttlSeconds: 0, rdata };
}

function garbled(detail: string): { readonly ok: false; readonly detail: string } {
  return { ok: false, detail };
}

function countsFit(header: Header, octets: number): boolean {
  const records = header.answerCount + header.authorityCount + header.additionalCount;
  return HEADER_OCTETS + MIN_QUESTION_OCTETS * header.questionCount + MIN_RECORD_OCTETS * records <= octets;
}

function readQuestion(reader: WireReader): Question {
  const nameAt = reader.offset;
  const name = reader.name();
  const spelled = reader.nameHadCapitals;
  const question = { name, type: reader.u16(), class: reader.u16() };
  return spelled && reader.fault === undefined
    ? { ...question, nameAsAsked: reader.spelledNameAt(nameAt) }
    : question;
}

function readRecords(reader: WireReader, count: number): Rr[] {
  const records: Rr[] = [];
  for (let i = 0; i < count && reader.fault === undefined; i++) {
    const owner = reader.name();
    const type = reader.u16();
    const dnsClass = reader.u16();
    const ttl = reader.u32();
    const ttlSeconds = ttl > 0x7fffffff && type !== TYPE.OPT ? 0 : ttl;
    const rdata = readRdata(reader, type, dnsClass, reader.u16());
    records.push({ owner, type, class: dnsClass, ttlSeconds, rdata });
  }
  return records;
}

/** RFC 6891 §6.1.3: the class is the payload size; the TTL is extended RCODE, version and flags, DO at the top. */
function ednsOf(opt: Rr): Edns {
  return {
    udpPayloadOctets: opt.class,
    extendedRcode: opt.ttlSeconds >>> 24,
    version: (opt.ttlSeconds >>> 16) & 0xff,
    dnssecOk: (opt.ttlSeconds & 0x8000) !== 0,
    options: opt.rdata.kind === 'OPT' ? opt.rdata.options : [],
  };
}

function writeOpt(writer: WireWriter, edns: Edns): void {
  writer.u8(0);
  writer.u16(TYPE.OPT);
  writer.u16(edns.udpPayloadOctets);
  writer.u32((edns.extendedRcode << 24) | (edns.version << 16) | (edns.dnssecOk ? 0x8000 : 0));
  writeRdata(writer, { kind: 'OPT', options: edns.options });
}

function writeRecord(writer: WireWriter, rr: Rr): void {
  writer.compressibleName(rr.owner);
  writer.u16(rr.type);
  writer.u16(rr.class);
  writer.u32(rr.ttlSeconds);
  writeRdata(writer, rr.rdata);
}
