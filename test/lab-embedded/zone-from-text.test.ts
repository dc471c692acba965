import { describe, expect, it, test } from 'vitest';
import { formatRr } from '../../src/lab/record-text.ts';
import { recordsOf, soaOf, soaSet } from '../../src/lab/zone-data.ts';
import { zoneFromText } from '../../src/lab/zone-from-text.ts';

describe('zoneFromText', () => {
  it('reads every type that a scenario needs, with names relative to the zone', () => {
    const zone = zoneFromText('contoso.example', [
      '_vlmcs._tcp 60 SRV 1 2 1688 kms1',
      'kms1 A 192.0.2.11',
      'kms1 AAAA 2001:db8::11',
      'www CNAME kms1',
      'old DNAME new.example.',
      'child NS ns.child',
      'kms2 TXT "moved away"',
    ]);
    const texts = [...zone.nodes.values()]
      .flatMap((node) => [...node.values()].flatMap(recordsOf))
      .map(formatRr);
    expect(texts.filter((text) => !text.startsWith('contoso.example.')).sort()).toEqual([
      '_vlmcs._tcp.contoso.example. 60 IN SRV 1 2 1688 kms1.contoso.example.',
      'child.contoso.example. 3600 IN NS ns.child.contoso.example.',
      'kms1.contoso.example. 3600 IN A 192.0.2.11',
      'kms1.contoso.example. 3600 IN AAAA 2001:db8::11',
      'kms2.contoso.example. 3600 IN TXT "moved away"',
      'old.contoso.example. 3600 IN DNAME new.example.',
      'www.contoso.example. 3600 IN CNAME kms1.contoso.example.',
    ]);
  });

  it('frames the records with an SOA of this serial, whose denials last as long as told', () => {
    const zone = zoneFromText('contoso.example', [], { serial: 42, negativeTtlSeconds: 86_400 });
    expect(soaOf(zone)).toMatchObject({ serial: 42, minimumSeconds: 86_400 });
    expect(soaSet(zone).ttlSeconds).toBe(86_400);
    expect(zoneFromText('.', []).name).toBe('.');
  });

  test.each([
    ['a type no scenario has', ['kms1 MX 10 mail'], /MX/],
    ['a line that is none', ['kms1 SRV 0 0 1688'], /zone contoso\.example/],
    ['an address that is none', ['kms1 A 1.2.3'], /no address/],
    ['a name outside', ['kms1.fabrikam.example. A 192.0.2.1'], /not inside/],
  ])('refuses %s', (_, lines, said) => {
    expect(() => zoneFromText('contoso.example', lines)).toThrow(said);
  });
});
