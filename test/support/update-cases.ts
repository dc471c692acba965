/**
 * RFC 2136 as a table: what a server answers to a message, and what the zone holds afterwards. The embedded server
 * and a real BIND are held against the same rows.
 */
import { type Fqdn, joinName, parseFqdn } from '../../src/core/name.ts';
import type { Rdata } from '../../src/core/rdata.ts';
import { CLASS, prerequisite, type Rr, TYPE, update } from '../../src/core/wire.ts';
import { a, cname, ns, soa, srv, txt } from '../../src/lab/zone-data.ts';

export interface UpdateCase {
  readonly name: string;
  readonly prerequisites?: readonly Rr[];
  readonly updates?: readonly Rr[];
  readonly rcode: string;
  /** What of the first records is gone, and what is new, as `formatRr` writes it; the SOA apart. */
  readonly drops?: readonly Rr[];
  readonly adds?: readonly Rr[];
  /** Left out: moved on by one when anything changed, else as it was. */
  readonly serial?: number;
}

/** The records every row starts from; the SOA has serial 1. */
export function caseRecords(zone: Fqdn): readonly Rr[] {
  const at = (prefix: string): Fqdn => joinName(prefix, zone);
  return [
    soa(zone, at('ns1')),
    ns(zone, at('ns1')),
    a(at('ns1'), '127.0.0.1'),
    a(at('kms1'), '192.0.2.11'),
    a(at('kms2'), '192.0.2.12'),
    srv(at('_vlmcs._tcp'), at('kms1'), { priority: 10, weight: 75 }),
    srv(at('_vlmcs._tcp'), at('kms2'), { priority: 10, weight: 25 }),
    cname(at('alias'), at('kms1')),
    txt(at('text'), 'Hello'),
    a(at('leaf.empty'), '192.0.2.20'),
    txt(at('*.wild'), 'any'),
    ns(at('child'), at('ns.child')),
    a(at('ns.child'), '192.0.2.53'),
  ];
}

/** The rows for a zone of this name. */
export function updateCases(zone: Fqdn): readonly UpdateCase[] {
  const at = (prefix: string): Fqdn => joinName(prefix, zone);
  const owner = at('_vlmcs._tcp');
  const one = srv(owner, at('kms1'), { priority: 10, weight: 75 });
  const two = srv(owner, at('kms2'), { priority: 10, weight: 25 });
  const three = srv(owner, at('kms3'), { priority: 20 });
  const loud = spelled(one, at('kms1').replace('kms1', 'KMS1'));
  const fresh = a(at('new'), '192.0.2.99');
  const alias = cname(at('alias'), at('kms1'));
  const text = txt(at('text'), 'Hello');
  const elsewhere = parseFqdn('www.elsewhere.example');
  const { rrsetExists, rrsetExactly, rrsetAbsent, nameInUse, nameNotInUse } = prerequisite;
  const { add, deleteRr, deleteRrset } = update;
  const deleteName = (name: Fqdn): Rr => deleteRrset(name, TYPE.ANY);
  const retimed = (rr: Rr, ttlSeconds: number): Rr => ({ ...rr, ttlSeconds });
  const exactly = (...rrs: readonly Rr[]): Rr[] => rrs.map(rrsetExactly);
  const serialed = (serial: number): Rr => soa(zone, at('ns1'), { serial, ttlSeconds: 3600 });
  const holds = (name: string, ...prerequisites: readonly Rr[]): UpdateCase => ({
    name: `${name}: holds`,
    prerequisites,
    updates: [add(fresh)],
    rcode: 'NOERROR',
    adds: [fresh],
  });
  const fails = (name: string, rcode: string, ...prerequisites: readonly Rr[]): UpdateCase => ({
    name: `${name}: ${rcode}`,
    prerequisites,
    updates: [add(fresh)],
    rcode,
  });
  const writes = (
    name: string,
    updates: readonly Rr[],
    change: { readonly drops?: readonly Rr[]; readonly adds?: readonly Rr[]; readonly serial?: number } = {},
  ): UpdateCase => ({ name, updates, rcode: 'NOERROR', ...change });
  const malformed = (name: string, rcode: string, ...updates: readonly Rr[]): UpdateCase => ({
    name: `${name}: ${rcode}, and nothing written`,
    updates: [add(fresh), ...updates],
    rcode,
  });

  return [
    // RFC 2136 §2.4.1, §3.2.1: RRset exists, value independent.
    holds('set exists', rrsetExists(owner, TYPE.SRV)),
    fails('set exists', 'NXRRSET', rrsetExists(owner, TYPE.A)),
    fails('set exists at no name', 'NXRRSET', rrsetExists(at('nobody'), TYPE.A)),
    fails('an alias is not followed', 'NXRRSET', rrsetExists(at('alias'), TYPE.A)),
    fails('a wildcard is not a set of another name', 'NXRRSET', rrsetExists(at('x.wild'), TYPE.TXT)),
    holds('the wildcard itself', rrsetExists(at('*.wild'), TYPE.TXT)),
    holds('glue', rrsetExists(at('ns.child'), TYPE.A)),
    // §2.4.2, §3.2.3: RRset exists, value dependent.
    holds('exact set', ...exactly(one, two)),
    holds('exact set in another order', ...exactly(two, one)),
    holds('exact set, other letters', ...exactly(loud, two)),
    holds('exact set, TTL does not count', ...exactly(retimed(one, 7), two)),
    fails('part of the set', 'NXRRSET', ...exactly(one)),
    fails('more than the set', 'NXRRSET', ...exactly(one, two, three)),
    fails('other data', 'NXRRSET', ...exactly(one, three)),
    fails('exact set of an absent type', 'NXRRSET', ...exactly(txt(owner, 'x'))),
    fails('text with other letters', 'NXRRSET', ...exactly(txt(at('text'), 'hello'))),
    fails('one of two sets', 'NXRRSET', ...exactly(one, two), ...exactly(a(at('kms1'), '192.0.2.77'))),
    holds('two sets', ...exactly(one, a(at('kms1'), '192.0.2.11'), two)),
    // §2.4.3, §3.2.1: RRset does not exist.
    holds('set absent', rrsetAbsent(owner, TYPE.CNAME)),
    holds('set absent at no name', rrsetAbsent(at('nobody'), TYPE.SRV)),
    fails('set absent', 'YXRRSET', rrsetAbsent(owner, TYPE.SRV)),
    // §2.4.4: name in use; §2.4.5: name not in use.
    holds('name in use', nameInUse(owner)),
    fails('name in use', 'NXDOMAIN', nameInUse(at('nobody'))),
    fails('an empty non-terminal is not in use', 'NXDOMAIN', nameInUse(at('empty'))),
    fails('a name under a wildcard is not in use', 'NXDOMAIN', nameInUse(at('x.wild'))),
    holds('name not in use', nameNotInUse(at('nobody'))),
    holds('empty non-terminal', nameNotInUse(at('empty'))),
    fails('name not in use', 'YXDOMAIN', nameNotInUse(at('alias'))),
    fails('the apex is in use', 'YXDOMAIN', nameNotInUse(zone)),
    // The first that does not hold is the answer.
    fails('first failure', 'YXRRSET', rrsetAbsent(owner, TYPE.SRV), nameInUse(at('nobody'))),
    fails('exact sets come last', 'NXDOMAIN', ...exactly(one), nameInUse(at('nobody'))),
    // §3.2.4, §3.2.5: malformed prerequisites.
    fails('TTL', 'FORMERR', retimed(rrsetExists(owner, TYPE.SRV), 1)),
    fails('TTL of an exact set', 'FORMERR', retimed(rrsetExactly(one), 1), rrsetExactly(two)),
    fails('data under class ANY', 'FORMERR', { ...one, class: CLASS.ANY, ttlSeconds: 0 }),
    fails('data under class NONE', 'FORMERR', { ...one, class: CLASS.NONE, ttlSeconds: 0 }),
    fails('class CH', 'FORMERR', { ...rrsetExactly(text), class: CLASS.CH }),
    fails('no data under class IN', 'FORMERR', { ...rrsetExists(owner, TYPE.SRV), class: CLASS.IN }),
    fails('outside the zone', 'NOTZONE', rrsetAbsent(elsewhere, TYPE.A)),
    fails('the parent', 'NOTZONE', nameInUse(parseFqdn('example'))),

    // §2.5.1, §3.4.2.2: add.
    writes('nothing', []),
    writes('add at a new name', [add(fresh)], { adds: [fresh] }),
    writes('add at a new type', [add(txt(owner, 'x'))], { adds: [txt(owner, 'x')] }),
    writes('add to a set', [add(three)], { adds: [three] }),
    writes('add with another TTL retimes the set', [add(retimed(three, 60))], {
      drops: [one, two],
      adds: [retimed(one, 60), retimed(two, 60), retimed(three, 60)],
    }),
    writes('add what is there', [add(one)]),
    writes('add what is there in other letters', [add(loud)]),
    writes('add what is there with another TTL', [add(retimed(one, 60))], {
      drops: [one, two],
      adds: [retimed(one, 60), retimed(two, 60)],
    }),
    writes('add twice', [add(fresh), add(fresh)], { adds: [fresh] }),
    writes('add at an empty non-terminal', [add(txt(at('empty'), 'x'))], { adds: [txt(at('empty'), 'x')] }),
    writes('add below a cut', [add(a(at('ns.child'), '192.0.2.54'))], {
      adds: [a(at('ns.child'), '192.0.2.54')],
    }),
    writes('add a type nobody knows', [add(opaque(owner, [1, 2, 3]))], { adds: [opaque(owner, [1, 2, 3])] }),
    writes('CNAME beside data is passed over', [add(cname(owner, at('kms1')))]),
    writes('data beside a CNAME is passed over', [add(a(at('alias'), '192.0.2.1'))]),
    writes('CNAME at the apex is passed over', [add(cname(zone, at('kms1')))]),
    writes('CNAME takes the place of a CNAME', [add(cname(at('alias'), at('kms2')))], {
      drops: [alias],
      adds: [cname(at('alias'), at('kms2'))],
    }),
    writes('CNAME with another TTL', [add(retimed(alias, 60))], {
      drops: [alias],
      adds: [retimed(alias, 60)],
    }),
    writes('CNAME once the data is gone', [deleteName(owner), add(cname(owner, at('kms1')))], {
      drops: [one, two],
      adds: [cname(owner, at('kms1'))],
    }),
    writes('CNAME at a new name, then data', [add(cname(at('new'), at('kms1'))), add(fresh)], {
      adds: [cname(at('new'), at('kms1'))],
    }),
    // §2.5.4, §3.4.2.4: delete one record.
    writes('delete a record', [deleteRr(one)], { drops: [one] }),
    writes('delete a record in other letters', [deleteRr(loud)], { drops: [one] }),
    writes('delete a record that is not there', [deleteRr(three)]),
    writes('delete a record at no name', [deleteRr(fresh)]),
    writes('delete the last record of a name', [deleteRr(text)], { drops: [text] }),
    writes('delete text with other letters', [deleteRr(txt(at('text'), 'hello'))]),
    writes('delete and add back', [deleteRr(one), add(one)]),
    writes('add and delete', [add(three), deleteRr(three)]),
    writes('replace', [deleteRr(two), add(three)], { drops: [two], adds: [three] }),
    writes(
      'retime by replacing all',
      [deleteRr(one), deleteRr(two), add(retimed(one, 60)), add(retimed(two, 60))],
      { drops: [one, two], adds: [retimed(one, 60), retimed(two, 60)] },
    ),
    // §2.5.2, §3.4.2.3: delete an RRset; §2.5.3: all RRsets of a name.
    writes('delete a set', [deleteRrset(owner, TYPE.SRV)], { drops: [one, two] }),
    writes('delete a set that is not there', [deleteRrset(owner, TYPE.TXT)]),
    writes('delete a name', [deleteName(at('alias'))], { drops: [alias] }),
    writes('delete a name that is not there', [deleteName(at('nobody'))]),
    writes('delete an empty non-terminal', [deleteName(at('empty'))]),
    // The apex keeps its SOA and its last NS.
    writes('delete the SOA', [deleteRr(serialed(1))]),
    writes('delete the SOA set', [deleteRrset(zone, TYPE.SOA)]),
    writes('delete the NS set of the apex', [deleteRrset(zone, TYPE.NS)]),
    writes('delete the last NS', [deleteRr(ns(zone, at('ns1')))]),
    writes('delete all at the apex', [add(txt(zone, 'x')), deleteName(zone)]),
    writes('swap the NS', [add(ns(zone, at('kms1'))), deleteRr(ns(zone, at('ns1')))], {
      drops: [ns(zone, at('ns1'))],
      adds: [ns(zone, at('kms1'))],
    }),
    writes('delete the NS of a cut', [deleteRrset(at('child'), TYPE.NS)], {
      drops: [ns(at('child'), at('ns.child'))],
    }),
    // §3.4.2.2: an SOA whose serial moves forward takes the place of the old one; RFC 1982.
    writes('SOA with a later serial', [add(serialed(10))], { serial: 10 }),
    writes('SOA with a later serial, and data', [add(serialed(10)), add(three)], {
      serial: 10,
      adds: [three],
    }),
    writes('SOA with the same serial', [add(serialed(1))]),
    writes('SOA with an earlier serial', [add(serialed(0x8000_0002))]),
    writes('SOA at another name', [add({ ...serialed(10), owner: at('kms1') })]),
    // §3.4.1: malformed updates.
    malformed('delete a set with a TTL', 'FORMERR', retimed(deleteRrset(owner, TYPE.SRV), 1)),
    malformed('delete a set with data', 'FORMERR', { ...one, class: CLASS.ANY, ttlSeconds: 0 }),
    malformed('delete a record with a TTL', 'FORMERR', { ...one, class: CLASS.NONE }),
    malformed('delete a record without data', 'FORMERR', {
      ...deleteRrset(owner, TYPE.SRV),
      class: CLASS.NONE,
    }),
    malformed('class CH', 'FORMERR', { ...text, class: CLASS.CH }),
    malformed('add type ANY', 'FORMERR', { ...opaque(owner, [1]), type: TYPE.ANY }),
    malformed('add type AXFR', 'FORMERR', { ...opaque(owner, [1]), type: TYPE.AXFR }),
    malformed('delete type AXFR', 'FORMERR', deleteRrset(owner, TYPE.AXFR)),
    malformed('delete a record of type ANY', 'FORMERR', {
      ...opaque(owner, [1]),
      type: TYPE.ANY,
      class: CLASS.NONE,
      ttlSeconds: 0,
    }),
    malformed('add without data', 'FORMERR', { ...deleteRrset(owner, TYPE.SRV), class: CLASS.IN }),
    malformed('outside the zone', 'NOTZONE', add(a(elsewhere, '192.0.2.1'))),
    {
      name: 'an update outside the zone is found before a prerequisite that fails',
      prerequisites: [nameNotInUse(zone)],
      updates: [add(a(elsewhere, '192.0.2.1'))],
      rcode: 'NOTZONE',
    },
  ];
}

function opaque(owner: Fqdn, octets: readonly number[]): Rr {
  const rdata: Rdata = { kind: 'opaque', octets: Uint8Array.from(octets) };
  return { owner, type: 65280, class: CLASS.IN, ttlSeconds: 3600, rdata };
}

/** The same SRV record with its target in other letters. */
function spelled(rr: Rr, targetAsServed: string): Rr {
  if (rr.rdata.kind !== 'SRV') throw new Error('only an SRV record keeps its letters');
  return { ...rr, rdata: { kind: 'SRV', record: { ...rr.rdata.record, targetAsServed } } };
}
