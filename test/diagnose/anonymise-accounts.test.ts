/** A recording with what a directory said in it, made such that it can be given away. */
import { describe, expect, it, test } from 'vitest';
import { anonymised } from '../../src/diagnose/anonymise.ts';
import { accountMasks, learnAccounts, maskAccounts } from '../../src/diagnose/anonymise-accounts.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Observation } from '../../src/diagnose/observation.ts';
import { formatRecording, parseRecording, type Recording } from '../../src/diagnose/recording.ts';
import { fact, ON_HOST } from '../support/facts.ts';
import { caseOf, srv, srvAnswer, working, zoneServed } from '../support/scenario.ts';

const AUDIT = { file: 'audit.json' };
const SID = 'S-1-5-21-4293430449-1753671025-2504109299-1104';
const SEEN = [srvAnswer([srv('kms1')]), ...zoneServed([srv('kms1')]), ...working('kms1', '10.1.0.10')];
const CASE: Recording = {
  at: '2026-01-02T03:04:05.000Z',
  one: caseOf({}),
  facts: [
    fact(
      'e1',
      'event',
      {
        eventId: 12293,
        at: undefined,
        hresult: '0x80072338',
        subject: 'contoso.test',
        fields: { computer: 'kms2.contoso.test' },
      },
      ON_HOST,
    ),
    fact(
      'p1',
      'directory-permission',
      {
        owner: '_vlmcs._tcp.contoso.test.',
        host: 'kms2.contoso.test.',
        mayWrite: 'no',
        because: 'an entry denies CONTOSO\\Muster Betrieb: write; an entry denies CONTOSO\\svc_dns: write',
        recordOwner: 'CONTOSO\\SECRETBOX$',
      },
      AUDIT,
    ),
    fact(
      'd1',
      'directory-finding',
      {
        code: 'ACL-004',
        subject: '_vlmcs._tcp.contoso.test.',
        severity: 'error',
        says: `CN=Erika Muster,OU=Werk Nord,DC=contoso,DC=test: owner CONTOSO\\SECRETBOX$ (${SID}); CONTOSO\\amuster may write it`,
      },
      AUDIT,
    ),
  ],
  decoded: [],
  observations: SEEN.map((one, i) => ({ id: `o${i + 1}`, ...one }) as Observation),
};

const given = anonymised(CASE);
const text = formatRecording(given);

describe('a recording that is given away', () => {
  test.each([
    'Erika',
    'Muster Betrieb',
    'Werk Nord',
    'svc_dns',
    'amuster',
    'secretbox',
    'contoso',
    '4293430449-1753671025-2504109299',
    '1104',
  ])('does not hold %s', (word) => {
    expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  });

  it('leads to the same causes', () => {
    const codes = (one: Recording): string[] => {
      const { causes, symptoms } = diagnose(one.one, one.observations, one.facts);
      return [...causes, ...symptoms].map(({ code }) => code);
    };
    expect(codes(CASE)).toContain('ACL-001');
    expect(codes(parseRecording(text, 'case.json', () => {}))).toEqual(codes(CASE));
  });
});

describe('accounts in a text', () => {
  const hidden = (one: string): string => {
    const masks = accountMasks();
    learnAccounts(one, masks);
    return maskAccounts(one, masks);
  };
  test.each([
    ['an entry allows CONTOSO\\KMS Hosts: full control', 'an entry allows CONTOSO\\KMS Hosts: full control'],
    ['S-1-5-21-1-2-3-512 and S-1-5-21-1-2-3-1105', 'S-1-5-21-0-0-1-512 and S-1-5-21-0-0-1-1000'],
    ['S-1-5-32-544, S-1-5-18', 'S-1-5-32-544, S-1-5-18'],
    ['HKLM\\SOFTWARE\\Microsoft\\Windows NT', 'HKLM\\SOFTWARE\\Microsoft\\Windows NT'],
    ['CORP\\a b (x), a b', 'CORP\\account-1 (x), account-1'],
  ])('%s', (clear, expected) => {
    expect(hidden(clear)).toBe(expected);
  });
  it('are the words that stand alone elsewhere', () => {
    expect(learnAccounts('HKLM\\SOFTWARE\\Microsoft', accountMasks())).toEqual([]);
    expect(learnAccounts('owned by CORP\\anna', accountMasks())).toEqual(['CORP', 'anna']);
    expect(learnAccounts('NT AUTHORITY\\SYSTEM: write', accountMasks())).toEqual([]);
  });
});
