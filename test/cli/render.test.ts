import { describe, expect, it, test } from 'vitest';
import { lookOf } from '../../src/cli/look.ts';
import { progressText } from '../../src/cli/render-apply.ts';
import { findingLines } from '../../src/cli/render-findings.ts';
import { shareLines } from '../../src/cli/render-shares.ts';
import { endpointText, nextCommand } from '../../src/cli/run.ts';
import { finding } from '../../src/core/catalogue.ts';
import { parseFqdn } from '../../src/core/name.ts';
import { nothingDone } from '../../src/publish/apply-result.ts';
import type { ReadBack } from '../../src/publish/read-back.ts';
import { DOMAIN, endpoint, OWNER, record, setOf } from '../support/srv-sets.ts';

const LOOK = lookOf({ isTerminal: false, columns: undefined }, { LANG: 'C.UTF-8' }, 'linux', false);

describe('whom clients try first', () => {
  it('before and after, host by host, with the reason of those that are not tried', () => {
    const before = setOf(300, record('kms1', 10, 50), record('kms2', 10, 50), record('old', 10, 0, 1689));
    const after = setOf(
      300,
      record('kms1', 10, 75),
      record('kms2', 10, 25),
      record('kms3', 10, 0),
      record('kms4', 90, 0),
    );
    expect(shareLines(before, after, LOOK).join('\n')).toMatchInlineSnapshot(`
      "         clients try first     weight  before      after
      prio 10  kms1.contoso.com          75  50.0 %  →  75.0 %  ████████████
      prio 10  kms2.contoso.com          25  50.0 %  →  25.0 %  ████
      prio 10  kms3.contoso.com           0       –  →   0.0 %  hardly ever
      prio 90  kms4.contoso.com           0       –  →   0.0 %  backup
      prio 10  old.contoso.com:1689       0   0.0 %  →       –  gone"
    `);
  });

  it('with equal shares where no weight is given', () => {
    expect(
      shareLines(null, setOf(300, record('kms1'), record('kms2'), record('kms3')), LOOK).slice(1),
    ).toEqual([
      'prio 0  kms1.contoso.com        0       –  →  33.3 %  █████',
      'prio 0  kms2.contoso.com        0       –  →  33.3 %  █████',
      'prio 0  kms3.contoso.com        0       –  →  33.3 %  █████',
    ]);
  });

  it('when the last host goes, and nothing where there is none', () => {
    expect(shareLines(setOf(300, record('kms1')), null, LOOK)[1]).toMatch(/100\.0 % {2}→ +– {2}gone$/);
    expect(shareLines(null, null, LOOK)).toEqual([]);
  });
});

describe('findings', () => {
  const about = (host: string): ReturnType<typeof finding> =>
    finding('ADR-001', {
      subject: host,
      evidence: [{ observation: `A and AAAA of ${host}`, says: 'NXDOMAIN' }],
    });

  it('of one code are told together, with one piece of advice', () => {
    expect(
      findingLines([about('kms1.contoso.com.'), about('kms2.contoso.com.')], LOOK).join('\n'),
    ).toMatchInlineSnapshot(`
      "error ADR-001 the name of the host does not exist
        A and AAAA of kms1.contoso.com.: NXDOMAIN
        A and AAAA of kms2.contoso.com.: NXDOMAIN
        → Register the address of the host. (ipconfig /registerdns)"
    `);
  });

  it('are counted when they are many', () => {
    const many = Array.from({ length: 1000 }, (_, i) => about(`kms${i}.contoso.com.`));
    const lines = findingLines(many, LOOK);
    expect(lines.length).toBeLessThan(10);
    expect(lines).toContain('  … and 995 more');
  });

  it('name their subject where the evidence does not', () => {
    const one = finding('SRV-013', {
      subject: '_vlmcs._tcp.contoso.com.',
      evidence: [{ observation: 'kmsdns.yaml:5:3', says: 'only kms1' }],
    });
    expect(findingLines([one], LOOK)[1]).toBe('  kmsdns.yaml:5:3: only kms1 (_vlmcs._tcp.contoso.com.)');
  });
});

describe('the next command', () => {
  test.each<[string, Parameters<typeof nextCommand>, string]>([
    ['alone', [['apply'], {}], 'kmsdns apply'],
    [
      'with what was chosen',
      [
        ['apply'],
        {
          config: 'my state.yaml',
          server: [endpoint('10.0.0.53'), endpoint('::1', 5300)],
          authority: [endpoint('10.0.0.54', 53)],
          domain: [DOMAIN],
        },
      ],
      'kmsdns apply -c "my state.yaml" -s 10.0.0.53 -s "[::1]:5300" --authority 10.0.0.54 -d contoso.com',
    ],
  ])('%s', (_name, [words, chosen], expected) => {
    expect(nextCommand(words, chosen)).toBe(expected);
  });

  it('names a port only where it is not that of DNS', () => {
    expect(endpointText(endpoint('2001:db8::53'))).toBe('2001:db8::53');
    expect(endpointText(endpoint('2001:db8::53', 5300))).toBe('[2001:db8::53]:5300');
  });
});

describe('the spinner', () => {
  const lagging: ReadBack = {
    server: endpoint('10.0.0.54'),
    host: parseFqdn('ns2.contoso.com'),
    state: 'stale',
    set: null,
    serial: 7,
    because: 'it serves no such record',
    noRoute: false,
  };
  const waiting = (...servers: readonly ReadBack[]): string =>
    progressText({ kind: 'waiting', zone: DOMAIN, name: OWNER, servers });

  it('says what goes on', () => {
    expect(progressText({ kind: 'sending', zone: DOMAIN, attempt: 1 })).toBe(
      'sending the update of contoso.com',
    );
    expect(progressText({ kind: 'sending', zone: DOMAIN, attempt: 3 })).toBe(
      'sending the update of contoso.com, try 3',
    );
    expect(waiting(lagging)).toBe(
      'waiting for ns2.contoso.com (10.0.0.54) to serve _vlmcs._tcp.contoso.com: it serves no such record',
    );
    expect(waiting(lagging, lagging, lagging)).toMatch(/\(10\.0\.0\.54\) and 2 more to serve/);
    expect(waiting()).toBe('reading _vlmcs._tcp.contoso.com back');
    expect(progressText({ kind: 'settled', result: nothingDone(OWNER, DOMAIN, DOMAIN, 'applied', '') })).toBe(
      'contoso.com: applied',
    );
  });
});
