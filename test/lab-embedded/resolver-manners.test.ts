import { describe, expect, it } from 'vitest';
import { parseFqdn } from '../../src/core/name.ts';
import { CLASS, type Question, TYPE } from '../../src/core/wire.ts';
import { answerQuery, type QueryReply } from '../../src/lab/answer-query.ts';
import type { ResolverManners } from '../../src/lab/quirks.ts';
import { formatRr } from '../../src/lab/record-text.ts';
import { asResolver, waitsInVain } from '../../src/lab/resolver-manners.ts';
import { zoneFromText } from '../../src/lab/zone-from-text.ts';

const ZONE = zoneFromText(
  'contoso.example',
  ['_vlmcs._tcp 600 SRV 0 0 1688 kms1', '_vlmcs._tcp 600 SRV 1 0 1688 kms2', 'kms1 A 192.0.2.11'],
  { negativeTtlSeconds: 300 },
);
const ZONES = new Map([[ZONE.name, ZONE]]);

function question(name: string, type: number): Question {
  return { name: parseFqdn(name), type, class: CLASS.IN };
}

function asked(name: string, type: number, manners: ResolverManners, cd = false): QueryReply {
  const one = question(name, type);
  return asResolver(answerQuery(ZONES, one), one, cd, manners);
}

const OWNER = '_vlmcs._tcp.contoso.example';

describe('asResolver', () => {
  it('says what the zone says, and takes no responsibility for it', () => {
    const plain = answerQuery(ZONES, question(OWNER, TYPE.SRV));
    expect(plain.authoritative).toBe(true);
    expect(asked(OWNER, TYPE.SRV, {})).toEqual({ ...plain, authoritative: false });
  });

  it('takes the time in the cache off every TTL, that of a denial included, and stops at 0', () => {
    const records = asked(OWNER, TYPE.SRV, { cachedForSeconds: 200 });
    expect(records.answers.map(({ ttlSeconds }) => ttlSeconds)).toEqual([400, 400]);
    const denial = asked('kms9.contoso.example', TYPE.A, { cachedForSeconds: 200 });
    expect(denial).toMatchObject({ rcode: 'NXDOMAIN', authorities: [{ ttlSeconds: 100 }] });
    expect(asked(OWNER, TYPE.SRV, { cachedForSeconds: 9999 }).answers[0]?.ttlSeconds).toBe(0);
  });

  it('makes an address of a denial, for addresses only, and of nothing else', () => {
    const manners: ResolverManners = { rewritesNxdomainTo: '192.0.2.80' };
    const rewritten = asked('kms9.contoso.example', TYPE.A, manners);
    expect(rewritten.rcode).toBe('NOERROR');
    expect(rewritten.answers.map(formatRr)).toEqual(['kms9.contoso.example. 60 IN A 192.0.2.80']);
    expect(asked('kms9.contoso.example', TYPE.SRV, manners)).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(asked(OWNER, TYPE.SRV, manners).answers).toHaveLength(2);
  });

  it('fails for a signature until the asker renounces checks', () => {
    expect(asked(OWNER, TYPE.SRV, { failsValidation: true })).toMatchObject({
      rcode: 'SERVFAIL',
      answers: [],
    });
    expect(asked(OWNER, TYPE.SRV, { failsValidation: true }, true).answers).toHaveLength(2);
  });

  it('empties answers about SRV and leaves no SOA in them', () => {
    const emptied = asked(OWNER, TYPE.SRV, { emptiesSrv: true });
    expect(emptied).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [] });
    expect(asked('kms1.contoso.example', TYPE.A, { emptiesSrv: true }).answers).toHaveLength(1);
  });

  it('gives the records of one set different times', () => {
    const { answers } = asked(OWNER, TYPE.SRV, { mixesTtls: true });
    expect(answers.map(({ ttlSeconds }) => ttlSeconds)).toEqual([600, 300]);
  });
});

describe('waitsInVain', () => {
  it('is for names in the domain, itself included', () => {
    const manners: ResolverManners = { waitsForDomain: 'contoso.example' };
    expect(waitsInVain(question(OWNER, TYPE.SRV), manners)).toBe(true);
    expect(waitsInVain(question('contoso.example', TYPE.A), manners)).toBe(true);
    expect(waitsInVain(question('notcontoso.example', TYPE.A), manners)).toBe(false);
    expect(waitsInVain(question(OWNER, TYPE.SRV), {})).toBe(false);
  });
});
