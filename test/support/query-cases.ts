/** Questions to one zone with everything in it that makes an answer difficult, and the right answers. */
import { type Fqdn, joinName } from '../../src/core/name.ts';
import { type Rr, TYPE } from '../../src/core/wire.ts';
import { a, aaaa, cname, dname, ns, soa, srv, txt } from '../../src/lab/zone-data.ts';

/** The records all questions are about. */
export function questionedRecords(zone: Fqdn): readonly Rr[] {
  const at = (prefix: string): Fqdn => joinName(prefix, zone);
  return [
    soa(zone, at('ns1'), { ttlSeconds: 3600, minimumSeconds: 60 }),
    ns(zone, at('ns1')),
    a(at('ns1'), '127.0.0.1'),
    a(at('kms1'), '192.0.2.11'),
    aaaa(at('kms1'), '2001:db8::11'),
    srv(at('_vlmcs._tcp'), at('kms1'), { priority: 10, weight: 75 }),
    cname(at('alias'), at('kms1')),
    cname(at('chain'), at('alias')),
    cname(at('away'), 'www.elsewhere.test'),
    cname(at('nowhere'), at('nobody')),
    cname(at('round'), at('about')),
    cname(at('about'), at('round')),
    a(at('leaf.empty'), '192.0.2.20'),
    // RFC 4592 §2.2.1, the example zone.
    txt(at('*.wild'), 'this is a wildcard'),
    a(at('sub.wild'), '192.0.2.30'),
    srv(at('_ssh._tcp.host1.wild'), at('kms1'), { port: 22 }),
    cname(at('*.aliases'), at('kms1')),
    txt(at('x.*.stars'), 'below a star'),
    dname(at('old'), at('wild')),
    a(at('old'), '192.0.2.40'),
    dname(at('long'), joinName('d'.repeat(63), joinName('e'.repeat(63), at('f'.repeat(63))))),
    ns(at('child'), at('ns.child')),
    a(at('ns.child'), '192.0.2.53'),
    ns(at('other'), 'ns.elsewhere.test'),
  ];
}

export interface QueryCase {
  readonly name: Fqdn;
  readonly type: keyof typeof TYPE;
  readonly rcode: string;
  /** Is the AA bit set? */
  readonly authoritative: boolean;
  /** As `formatRr` writes them, sorted. */
  readonly answers: readonly Rr[];
  /** The SOA of a negative answer, or the NS of a cut. */
  readonly authorities: readonly Rr[];
}

/** The rows for a zone of this name; other zones are not served. */
export function queryCases(zone: Fqdn): readonly QueryCase[] {
  const at = (prefix: string): Fqdn => joinName(prefix, zone);
  const records = questionedRecords(zone);
  const owned = (owner: string, type: keyof typeof TYPE): Rr[] =>
    records.filter((rr) => rr.owner === at(owner) && rr.type === TYPE[type]);
  const named = (owner: string, rrs: readonly Rr[]): Rr[] => rrs.map((rr) => ({ ...rr, owner: at(owner) }));
  const negative = [soa(zone, at('ns1'), { ttlSeconds: 60, minimumSeconds: 60 })];
  const row = (
    name: string,
    type: keyof typeof TYPE,
    rcode: string,
    answers: readonly Rr[],
    authorities: readonly Rr[] = [],
    authoritative = true,
  ): QueryCase => ({ name: name === '' ? zone : at(name), type, rcode, authoritative, answers, authorities });
  const found = (name: string, type: keyof typeof TYPE, ...answers: readonly Rr[]): QueryCase =>
    row(name, type, 'NOERROR', answers);
  const nodata = (name: string, type: keyof typeof TYPE, ...answers: readonly Rr[]): QueryCase =>
    row(name, type, 'NOERROR', answers, negative);
  const nxdomain = (name: string, type: keyof typeof TYPE, ...answers: readonly Rr[]): QueryCase =>
    row(name, type, 'NXDOMAIN', answers, negative);
  const referral = (name: string, type: keyof typeof TYPE, cut: string): QueryCase =>
    row(name, type, 'NOERROR', [], owned(cut, 'NS'), false);
  const wildText = owned('*.wild', 'TXT');
  const redirected = (owner: string, target: string): Rr[] => [
    ...owned('old', 'DNAME'),
    cname(at(owner), at(target)),
  ];

  return [
    found('_vlmcs._tcp', 'SRV', ...owned('_vlmcs._tcp', 'SRV')),
    found('', 'SOA', ...records.filter((rr) => rr.type === TYPE.SOA)),
    found('', 'NS', ...records.filter((rr) => rr.type === TYPE.NS && rr.owner === zone)),
    found('kms1', 'ANY', ...owned('kms1', 'A'), ...owned('kms1', 'AAAA')),
    nodata('_vlmcs._tcp', 'A'),
    nodata('', 'SRV'),
    nxdomain('_kms._tcp', 'SRV'),
    nxdomain('nobody', 'A'),
    nodata('_tcp', 'SRV'),
    nodata('empty', 'A'),
    nxdomain('other.empty', 'A'),
    // Aliases.
    found('alias', 'CNAME', ...owned('alias', 'CNAME')),
    found('alias', 'A', ...owned('alias', 'CNAME'), ...owned('kms1', 'A')),
    found('chain', 'A', ...owned('chain', 'CNAME'), ...owned('alias', 'CNAME'), ...owned('kms1', 'A')),
    nodata('alias', 'SRV', ...owned('alias', 'CNAME')),
    nxdomain('nowhere', 'SRV', ...owned('nowhere', 'CNAME')),
    found('away', 'A', ...owned('away', 'CNAME')),
    row('round', 'A', 'SERVFAIL', [...owned('round', 'CNAME'), ...owned('about', 'CNAME')]),
    // Wildcards.
    found('host3.wild', 'TXT', ...named('host3.wild', wildText)),
    nodata('host3.wild', 'MX'),
    found('foo.bar.wild', 'TXT', ...named('foo.bar.wild', wildText)),
    nodata('host1.wild', 'MX'),
    nodata('sub.wild', 'TXT'),
    nxdomain('_telnet._tcp.host1.wild', 'SRV'),
    nxdomain('host.sub.wild', 'TXT'),
    nodata('wild', 'TXT'),
    found('*.wild', 'TXT', ...wildText),
    nxdomain('ghost.*.wild', 'TXT'),
    found('any.aliases', 'A', cname(at('any.aliases'), at('kms1')), ...owned('kms1', 'A')),
    nodata('any.stars', 'A'),
    // DNAME.
    found('old', 'DNAME', ...owned('old', 'DNAME')),
    found('old', 'A', ...owned('old', 'A')),
    nodata('old', 'SRV'),
    found('sub.old', 'A', ...redirected('sub.old', 'sub.wild'), ...owned('sub.wild', 'A')),
    found('x.old', 'TXT', ...redirected('x.old', 'x.wild'), ...named('x.wild', wildText)),
    nxdomain('y.sub.old', 'A', ...redirected('y.sub.old', 'y.sub.wild')),
    row(`${'a'.repeat(63)}.long`, 'A', 'YXDOMAIN', owned('long', 'DNAME')),
    // Cuts.
    referral('child', 'NS', 'child'),
    referral('child', 'A', 'child'),
    referral('www.child', 'SRV', 'child'),
    referral('ns.child', 'A', 'child'),
    referral('_vlmcs._tcp.other', 'SRV', 'other'),
  ];
}
