/** An audit of the directory beside the network: `kmsdns audit --json` as evidence, joined with the host's events. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/diagnose/fact.ts';
import { hostsThatTried } from '../../src/diagnose/rules/directory.ts';
import { fact, kmsHostFacts, ON_HOST } from '../support/facts.ts';
import { nxdomain, type Sight, scenario, srv, srvAnswer, working, zoneServed } from '../support/scenario.ts';

const AUDIT = { file: 'audit.json' };
const OWNER = '_vlmcs._tcp.contoso.test.';
const KMS1 = srv('kms1');
const HEALTHY: readonly Sight[] = [srvAnswer([KMS1]), ...zoneServed([KMS1]), ...working('kms1', '10.1.0.10')];
const MISSING: readonly Sight[] = [nxdomain(), ...zoneServed('nxdomain')];

const refused = (hresult: string, computer?: string): Fact =>
  fact(
    'e',
    'event',
    {
      eventId: 12293,
      at: undefined,
      hresult,
      subject: 'contoso.test',
      fields: computer === undefined ? {} : { computer },
    },
    ON_HOST,
  );

const permission = (host: string, mayWrite: 'yes' | 'no' | 'unknown', owner = OWNER): Fact =>
  fact(
    `p-${host}`,
    'directory-permission',
    { owner, host, mayWrite, because: 'no entry names it', recordOwner: 'CONTOSO\\KMS01$' },
    AUDIT,
  );

const writers = (...accounts: readonly string[]): Fact =>
  fact('w', 'directory-writers', { owner: OWNER, writers: accounts, recordOwner: 'CONTOSO\\KMS1$' }, AUDIT);

const audited = (
  code: Fact<'directory-finding'>['code'],
  severity: Fact<'directory-finding'>['severity'],
  subject = OWNER,
): Fact => fact(`a-${code}`, 'directory-finding', { code, subject, severity, says: 'seen there' }, AUDIT);

describe('the second host is refused', () => {
  for (const code of ['0x80072338', '0x8007232D', '0x8007232A'])
    scenario(`event 12293 with ${code}, and the directory does not let the host write`, {
      facts: [...kmsHostFacts(), refused(code), permission('kms2.contoso.test.', 'no')],
      see: [HEALTHY],
      verdict: 'degraded',
      causes: ['ACL-001'],
      symptoms: ['PUB-002'],
    });
  scenario('and clients have no record at all', {
    facts: [...kmsHostFacts(), refused('0x80072338'), permission('kms1.contoso.test.', 'no')],
    see: [MISSING],
    verdict: 'broken',
    causes: ['ACL-001'],
    symptoms: ['PUB-002', 'SRV-001'],
    predicted: ['0x8007232B'],
  });
  scenario('the directory lets the host write: its ticket may be older', {
    facts: [...kmsHostFacts(), refused('0x80072338'), permission('kms2.contoso.test.', 'yes')],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['PUB-002'],
    notes: ['ACL-006'],
  });
  scenario('another host than the one whose event it is may not write', {
    facts: [
      ...kmsHostFacts(),
      refused('0x80072338', 'kms2.contoso.test'),
      permission('kms2.contoso.test.', 'yes'),
      permission('kms1.contoso.test.', 'no'),
    ],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['PUB-002'],
    notes: ['ACL-006'],
  });
  scenario('the audit did not look at the host, and only another computer may write', {
    facts: [...kmsHostFacts(), refused('0x80072338', 'kms2.contoso.test'), writers('CONTOSO\\KMS1$')],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['ACL-001'],
    symptoms: ['PUB-002'],
  });
  for (const [what, account] of [
    ['a group may write, in which the host may be', 'CONTOSO\\KMS Hosts'],
    ['the host itself may write', 'CONTOSO\\KMS2$'],
  ] as const)
    scenario(`the audit did not look at the host, and ${what}`, {
      facts: [
        ...kmsHostFacts(),
        refused('0x80072338', 'kms2.contoso.test'),
        writers('CONTOSO\\KMS1$', account),
      ],
      see: [HEALTHY],
      verdict: 'degraded',
      causes: ['PUB-002'],
      notes: ['ACL-001', 'ACL-006'],
    });
  it('is asked of the directory by the names that its events give', () => {
    const events = [refused('0x80072338', 'KMS2.contoso.test'), refused('0x8007232D', 'kms3.contoso.test')];
    expect(hostsThatTried([...events, refused('0x80072338'), refused('0x8007267C', 'kms4')])).toEqual([
      { owner: OWNER, host: 'kms2.contoso.test.' },
      { owner: OWNER, host: 'kms3.contoso.test.' },
    ]);
  });
  scenario('the directory could not say', {
    facts: [...kmsHostFacts(), refused('0x80072338'), permission('kms2.contoso.test.', 'unknown')],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['PUB-002'],
    notes: ['ACL-001', 'ACL-006'],
  });
  scenario('the directory speaks of another domain', {
    facts: [
      ...kmsHostFacts(),
      refused('0x80072338'),
      permission('kms2.contoso.test.', 'no', '_vlmcs._tcp.fabrikam.test.'),
    ],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['PUB-002'],
    notes: ['ACL-001', 'ACL-006'],
  });
});

describe('what the audit found of its own', () => {
  scenario('the record belongs to an account that is gone', {
    facts: [audited('ACL-004', 'error')],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['ACL-004'],
  });
  scenario('and the host says so in event 12293', {
    facts: [...kmsHostFacts(), refused('0x80072338'), audited('ACL-004', 'error')],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['ACL-004'],
    symptoms: ['PUB-002'],
  });
  scenario('the record will be scavenged', {
    facts: [audited('PUB-007', 'warning')],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['PUB-007'],
  });
  scenario('replicas disagree, and this client is told that there is nothing', {
    facts: [audited('ACL-008', 'warning')],
    see: [MISSING],
    verdict: 'broken',
    causes: ['SRV-001'],
    notes: ['ACL-008'],
    predicted: ['0x8007232B'],
  });
  scenario('a finding about the record and a host', {
    facts: [audited('ACL-001', 'error', `${OWNER} kms2.contoso.test.`)],
    see: [HEALTHY],
    verdict: 'degraded',
    causes: ['ACL-001'],
  });
  scenario('a finding about the zone', {
    facts: [audited('ACL-002', 'warning', 'contoso.test.')],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['ACL-002'],
  });
  scenario('quiet: a domain that nobody asks for here', {
    facts: [audited('ACL-004', 'error', '_vlmcs._tcp.fabrikam.test.')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('quiet: the record of a domain below', {
    facts: [audited('ACL-009', 'error', '_vlmcs._tcp.lab.contoso.test.')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
  scenario('a host of this domain that is not in the group', {
    facts: [audited('ACL-015', 'warning', 'kms1.contoso.test.')],
    see: [HEALTHY],
    verdict: 'healthy',
    notes: ['ACL-015'],
  });
  scenario('quiet: what the network shows by itself is judged by what the network shows', {
    facts: [audited('SRV-018', 'warning', 'kms1.contoso.test.')],
    see: [HEALTHY],
    verdict: 'healthy',
  });
});
