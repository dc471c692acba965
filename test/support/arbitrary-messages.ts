import fc from 'fast-check';
import { addressFromOctets } from '../../src/core/address.ts';
import { type Fqdn, nameFromLabels } from '../../src/core/name.ts';
import type { Rdata } from '../../src/core/rdata.ts';
import { CLASS, type Question, type Rr, TYPE } from '../../src/core/wire.ts';

/** Names of any octets, dots and zeros inside labels included. */
export const anyName: fc.Arbitrary<Fqdn> = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 5 })
  .map((labels) => nameFromLabels(labels))
  .filter((read) => read.ok)
  .map((read) => (read.ok ? read.name : ('.' as Fqdn)));

/** Names that every codec can express: letters, digits, hyphens, underscores. */
export const plainName: fc.Arbitrary<Fqdn> = fc
  .array(fc.stringMatching(/^[a-z0-9_-]{1,12}$/), { minLength: 1, maxLength: 5 })
  .map((labels) => `${labels.join('.')}.` as Fqdn);

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });

function address(octets: number): fc.Arbitrary<NonNullable<ReturnType<typeof addressFromOctets>>> {
  return fc.uint8Array({ minLength: octets, maxLength: octets }).map((value) => addressFromOctets(value)!);
}

/** RDATA of every kind with a form of its own, each with its type. */
export function anyRdata(name: fc.Arbitrary<Fqdn>): fc.Arbitrary<{ type: number; rdata: Rdata }> {
  const targeted = (['NS', 'CNAME', 'PTR', 'DNAME'] as const).map((kind) =>
    name.map((target) => ({ type: TYPE[kind], rdata: { kind, target } satisfies Rdata })),
  );
  return fc.oneof(
    address(4).map((value) => ({ type: TYPE.A, rdata: { kind: 'A', address: value } satisfies Rdata })),
    address(16).map((value) => ({
      type: TYPE.AAAA,
      rdata: { kind: 'AAAA', address: value } satisfies Rdata,
    })),
    ...targeted,
    fc
      .record({
        kind: fc.constant('SOA' as const),
        primary: name,
        mailbox: name,
        serial: u32,
        refreshSeconds: u32,
        retrySeconds: u32,
        expireSeconds: u32,
        minimumSeconds: u32,
      })
      .map((rdata) => ({ type: TYPE.SOA, rdata })),
    fc
      .record({ kind: fc.constant('MX' as const), preference: u16, exchange: name })
      .map((rdata) => ({ type: TYPE.MX, rdata })),
    fc
      .record({ priority: u16, weight: u16, port: u16, target: name })
      .map((record) => ({ type: TYPE.SRV, rdata: { kind: 'SRV', record } satisfies Rdata })),
    fc
      .array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 })
      .map((strings) => ({ type: TYPE.TXT, rdata: { kind: 'TXT', strings } satisfies Rdata })),
  );
}

/** Records as an answer holds them. */
export function anyRecord(name: fc.Arbitrary<Fqdn>): fc.Arbitrary<Rr> {
  return fc
    .record({ owner: name, ttlSeconds: fc.integer({ min: 0, max: 0x7fffffff }), data: anyRdata(name) })
    .map(({ owner, ttlSeconds, data }) => ({ owner, class: CLASS.IN, ttlSeconds, ...data }));
}

/** Records as an UPDATE holds them: also empty ones, of class ANY or NONE, and types without a form of their own. */
export function anyUpdateRecord(name: fc.Arbitrary<Fqdn>): fc.Arbitrary<Rr> {
  const dnsClass = fc.constantFrom(CLASS.ANY, CLASS.NONE);
  return fc.oneof(
    anyRecord(name),
    anyRecord(name).map((rr) => ({ ...rr, class: CLASS.NONE, ttlSeconds: 0 })),
    fc
      .record({
        owner: name,
        type: fc.constantFrom(TYPE.SRV, TYPE.A, TYPE.TXT, TYPE.ANY, 65280),
        class: dnsClass,
      })
      .map((rr) => ({ ...rr, ttlSeconds: 0, rdata: { kind: 'empty' } satisfies Rdata })),
    fc
      .record({
        owner: name,
        ttlSeconds: fc.constant(5),
        octets: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      })
      .map(({ owner, ttlSeconds, octets }) => ({
        owner,
        type: 65280,
        class: CLASS.IN,
        ttlSeconds,
        rdata: { kind: 'opaque', octets } satisfies Rdata,
      })),
  );
}

export function anyQuestion(name: fc.Arbitrary<Fqdn>): fc.Arbitrary<Question> {
  return fc.record({ name, type: fc.constantFrom(TYPE.SRV, TYPE.SOA, TYPE.A), class: fc.constant(CLASS.IN) });
}
