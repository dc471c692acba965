import fc from 'fast-check';
import { type Fqdn, joinName } from '../../src/core/name.ts';
import { CLASS, prerequisite, type Rr, TYPE, update } from '../../src/core/wire.ts';
import { a, cname, ns, soa, srv } from '../../src/lab/zone-data.ts';

/** The sections of one UPDATE. */
export interface AnyUpdate {
  readonly prerequisites: readonly Rr[];
  readonly updates: readonly Rr[];
}

/**
 * Well-formed messages to a zone that has `ns1`, with few names, types and values, so that they meet each other's
 * traces. Hosts have names that hosts may have: BIND refuses others (check-names).
 */
export function anyUpdate(zone: Fqdn): fc.Arbitrary<AnyUpdate> {
  const at = (prefix: string): Fqdn => joinName(prefix, zone);
  const host = fc.constantFrom('a', 'b', 'a.b').map(at);
  const owner = fc.oneof(
    { weight: 6, arbitrary: host },
    { weight: 3, arbitrary: fc.constant(at('_vlmcs._tcp')) },
    { weight: 1, arbitrary: fc.constant(zone) },
  );
  const ttl = fc.constantFrom(60, 300);
  const record: fc.Arbitrary<Rr> = fc.oneof(
    fc.tuple(host, fc.integer({ min: 1, max: 3 }), ttl).map(([name, n, t]) => a(name, `192.0.2.${n}`, t)),
    fc.tuple(owner, host, ttl).map(([name, target, ttlSeconds]) => srv(name, target, { ttlSeconds })),
    fc.tuple(owner, host, ttl).map(([name, target, t]) => cname(name, target, t)),
    fc.tuple(owner, ttl).map(([name, t]) => ns(name, at('ns1'), t)),
    fc.nat(0xffff_ffff).map((serial) => soa(zone, at('ns1'), { serial })),
  );
  const type = fc.constantFrom(TYPE.A, TYPE.SRV, TYPE.CNAME, TYPE.NS, TYPE.SOA, TYPE.ANY);
  const change: fc.Arbitrary<Rr> = fc.oneof(
    record.map(update.add),
    record.map(update.deleteRr),
    fc.tuple(owner, type).map(([name, t]) => update.deleteRrset(name, t)),
  );
  const guard: fc.Arbitrary<Rr> = fc.oneof(
    fc.tuple(owner, type).map(([name, t]) => prerequisite.rrsetExists(name, t)),
    fc.tuple(owner, type).map(([name, t]) => prerequisite.rrsetAbsent(name, t)),
    record.map(prerequisite.rrsetExactly),
  );
  // One new SOA a message: with two leaps a serial gets round half the circle, and "later" has no meaning there.
  const changes = fc.array(change, { maxLength: 6 }).map((updates) => {
    const soas = updates.filter((rr) => rr.type === TYPE.SOA && rr.class === CLASS.IN);
    return updates.filter((rr) => !soas.includes(rr) || rr === soas[0]);
  });
  return fc.record({ prerequisites: fc.array(guard, { maxLength: 2 }), updates: changes });
}

/** One change that makes a message malformed, or points out of the zone. */
export function brokenChange(zone: Fqdn): fc.Arbitrary<Rr> {
  const record = srv(joinName('_vlmcs._tcp', zone), joinName('a', zone));
  return fc.constantFrom<Rr>(
    { ...record, class: CLASS.CH },
    { ...record, class: CLASS.ANY, ttlSeconds: 0 },
    { ...record, class: CLASS.NONE, ttlSeconds: 1 },
    a('elsewhere.example', '192.0.2.1'),
  );
}
