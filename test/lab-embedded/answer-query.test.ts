import { describe, expect, it, test } from 'vitest';
import { joinName, parseFqdn } from '../../src/core/name.ts';
import { CLASS, type Rr, TYPE } from '../../src/core/wire.ts';
import { answerQuery } from '../../src/lab/answer-query.ts';
import { lookUp } from '../../src/lab/lookup.ts';
import { formatRr } from '../../src/lab/record-text.ts';
import { a, cname, dname, ns, soa, srv, txt, type Zone, zoneFrom } from '../../src/lab/zone-data.ts';
import { queryCases, questionedRecords } from '../support/query-cases.ts';

const ZONE = parseFqdn('query.example');
const zones = (...all: readonly Zone[]): ReadonlyMap<Zone['name'], Zone> =>
  new Map(all.map((zone) => [zone.name, zone]));
const ZONES = zones(zoneFrom({ name: ZONE, records: questionedRecords(ZONE) }));
const text = (records: readonly Rr[]): string[] => records.map(formatRr).sort();
const ask = (
  name: string,
  type: number,
  all = ZONES,
  dnsClass: number = CLASS.IN,
): ReturnType<typeof answerQuery> => answerQuery(all, { name: parseFqdn(name), type, class: dnsClass });

describe('answerQuery', () => {
  test.each(queryCases(ZONE).map((row) => [row.name, row.type, row] as const))('%s %s', (name, type, row) => {
    const reply = ask(name, TYPE[type]);
    expect({ rcode: reply.rcode, authoritative: reply.authoritative }).toEqual({
      rcode: row.rcode,
      authoritative: row.authoritative,
    });
    expect(text(reply.answers)).toEqual(text(row.answers));
    expect(text(reply.authorities)).toEqual(text(row.authorities));
  });

  it('sends the addresses of the hosts it names along, and those below a cut as glue', () => {
    const found = ask('_vlmcs._tcp.query.example', TYPE.SRV);
    expect(text(found.extras)).toEqual([
      'kms1.query.example. 3600 IN A 192.0.2.11',
      'kms1.query.example. 3600 IN AAAA 2001:db8::11',
    ]);
    expect(text(ask('query.example', TYPE.NS).extras)).toEqual(['ns1.query.example. 3600 IN A 127.0.0.1']);
    const referral = ask('www.child.query.example', TYPE.A);
    expect(text(referral.glue)).toEqual(['ns.child.query.example. 3600 IN A 192.0.2.53']);
    expect(ask('www.other.query.example', TYPE.A).glue).toEqual([]);
  });

  it('answers from the deepest zone, and follows an alias into another', () => {
    const child = joinName('child', ZONE);
    const both = zones(
      ZONES.get(ZONE)!,
      zoneFrom({ name: child, records: [soa(child, child), ns(child, child), a(child, '192.0.2.54')] }),
    );
    expect(ask(child, TYPE.A, both)).toMatchObject({ rcode: 'NOERROR', authoritative: true });
    expect(text(ask(child, TYPE.NS, both).answers)).toEqual([`${child} 3600 IN NS ${child}`]);
    const elsewhere = parseFqdn('elsewhere.test');
    const three = zones(
      ...both.values(),
      zoneFrom({
        name: elsewhere,
        records: [soa(elsewhere, elsewhere), ns(elsewhere, elsewhere), a('www.elsewhere.test', '192.0.2.80')],
      }),
    );
    expect(text(ask('away.query.example', TYPE.A, three).answers)).toEqual([
      'away.query.example. 3600 IN CNAME www.elsewhere.test.',
      'www.elsewhere.test. 3600 IN A 192.0.2.80',
    ]);
  });

  it('stops at an alias too far', () => {
    const records = [soa(ZONE, ZONE), ns(ZONE, ZONE), a(joinName('h20', ZONE), '192.0.2.1')];
    for (let i = 0; i < 20; i++) records.push(cname(joinName(`h${i}`, ZONE), joinName(`h${i + 1}`, ZONE)));
    const long = zones(zoneFrom({ name: ZONE, records }));
    expect(ask('h0.query.example', TYPE.A, long)).toMatchObject({ rcode: 'SERVFAIL' });
    expect(ask('h8.query.example', TYPE.A, long)).toMatchObject({ rcode: 'SERVFAIL' });
    const just = ask('h9.query.example', TYPE.A, long);
    expect(just.rcode).toBe('NOERROR');
    expect(text(just.answers)).toContain('h20.query.example. 3600 IN A 192.0.2.1');
  });

  test.each([
    ['a name of no zone here', 'www.elsewhere.test', TYPE.A, CLASS.IN],
    ['the parent', 'example', TYPE.SOA, CLASS.IN],
    ['a zone transfer', 'query.example', TYPE.AXFR, CLASS.IN],
    ['an incremental one', 'query.example', TYPE.IXFR, CLASS.IN],
    ['TKEY', 'query.example', TYPE.TKEY, CLASS.IN],
    ['OPT', 'query.example', TYPE.OPT, CLASS.IN],
    ['class HS', 'query.example', TYPE.A, CLASS.HS],
    ['class ANY', 'query.example', TYPE.A, CLASS.ANY],
    ['another name of class CH', 'authors.bind', TYPE.TXT, CLASS.CH],
    ['another type of version.bind', 'version.bind', TYPE.A, CLASS.CH],
  ])('refuses %s', (_, name, type, dnsClass) => {
    const reply = ask(name, type, ZONES, dnsClass);
    expect(reply).toMatchObject({ rcode: 'REFUSED', authoritative: false, answers: [], authorities: [] });
  });

  test.each(['version.bind', 'VERSION.server'])('says what it is under %s', (name) => {
    const [rr] = ask(name, TYPE.TXT, ZONES, CLASS.CH).answers;
    expect(formatRr(rr!)).toMatch(/CH TXT "kmsdns lab"$/);
  });
});

describe('lookUp', () => {
  it('tells the closest encloser of a name that is not there', () => {
    const zone = ZONES.get(ZONE)!;
    expect(lookUp(zone, parseFqdn('a.b.leaf.empty.query.example'), TYPE.A)).toEqual({
      kind: 'nxdomain',
      closestEncloser: 'leaf.empty.query.example.',
    });
    expect(lookUp(zone, parseFqdn('a.b.query.example'), TYPE.A)).toMatchObject({ closestEncloser: ZONE });
  });

  it('lets the parent answer for DS at a cut', () => {
    const zone = ZONES.get(ZONE)!;
    expect(lookUp(zone, parseFqdn('child.query.example'), TYPE.DS).kind).toBe('nodata');
    expect(lookUp(zone, parseFqdn('x.child.query.example'), TYPE.DS).kind).toBe('referral');
  });

  it('works at the root', () => {
    const root = zoneFrom({
      name: '.',
      records: [
        soa('.', 'ns.example'),
        ns('.', 'ns.example'),
        a('ns.example', '127.0.0.1'),
        txt('*', 'wild'),
      ],
    });
    expect(lookUp(root, parseFqdn('ns.example'), TYPE.A).kind).toBe('answer');
    expect(lookUp(root, parseFqdn('a.b'), TYPE.TXT)).toMatchObject({ kind: 'answer', wildcard: '*.' });
    expect(lookUp(root, parseFqdn('x.example'), TYPE.TXT)).toMatchObject({ closestEncloser: 'example.' });
  });

  it('is not asked about names outside', () => {
    expect(() => lookUp(ZONES.get(ZONE)!, parseFqdn('example'), TYPE.A)).toThrow(/bug/);
  });
});

describe('zoneFrom', () => {
  const apex = [soa(ZONE, 'ns1.query.example'), ns(ZONE, 'ns1.query.example')];
  test.each([
    ['no SOA', [apex[1]!], /no SOA/],
    ['two SOA', [...apex, soa(ZONE, 'ns2.query.example')], /no SOA, or several/],
    ['no NS', [apex[0]!], /no NS/],
    ['a name outside', [...apex, a('www.elsewhere.test', '192.0.2.1')], /not inside/],
    [
      'two TTLs in a set',
      [...apex, a('x.query.example', '192.0.2.1', 60), a('x.query.example', '192.0.2.2', 61)],
      /two TTLs/,
    ],
    [
      'data beside a CNAME',
      [...apex, cname('x.query.example', 'y.test'), a('x.query.example', '192.0.2.2')],
      /beside a CNAME/,
    ],
    [
      'two CNAMEs',
      [...apex, cname('x.query.example', 'y.test'), cname('x.query.example', 'z.test')],
      /beside a CNAME/,
    ],
  ])('refuses %s', (_, records, message) => {
    expect(() => zoneFrom({ name: ZONE, records })).toThrow(message);
  });

  it('keeps a record that comes twice once', () => {
    const twice = [
      ...apex,
      srv('x.query.example', 'KMS1.query.example'),
      srv('x.query.example', 'kms1.query.example'),
    ];
    const zone = zoneFrom({ name: 'Query.Example', records: twice });
    expect(zone.name).toBe(ZONE);
    expect(zone.nodes.get(parseFqdn('x.query.example'))?.get(TYPE.SRV)?.members).toHaveLength(1);
  });

  test.each([() => a('x.query.example', '::1'), () => a('x.query.example', 'kms1'), () => dname('x y', 'z')])(
    '%s is no record',
    (make) => {
      expect(make).toThrow();
    },
  );
});
