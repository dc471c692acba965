import { describe, expect, it } from 'vitest';
import { lookOf } from '../../src/cli/look.ts';
import { keyOnlyWarning, preflightLines, preflightVerdict } from '../../src/cli/render-preflight.ts';
import type { Allowed, PreflightResult } from '../../src/publish/preflight.ts';
import { DOMAIN, endpoint } from '../support/srv-sets.ts';

const LOOK = lookOf({ isTerminal: false, columns: undefined }, { LANG: 'C.UTF-8' }, 'linux', false);

function result(allowed: Allowed): PreflightResult {
  return {
    domains: [DOMAIN],
    zone: DOMAIN,
    server: endpoint('10.0.0.53'),
    allowed,
    proves: 'something',
    rcode: 'YXDOMAIN',
    tsig: 'good',
    explain: 'So it is.',
  };
}

describe('preflight for a person', () => {
  it('says loudly that a good key is not yet a permission', () => {
    expect(keyOnlyWarning([result('yes'), result('no')], LOOK)).toBe(undefined);
    expect(keyOnlyWarning([result('key-only')], LOOK)).toMatchInlineSnapshot(`
      "warning: only the key is proved for 1 zone (contoso.com): whether the server lets it write these
      records is NOT known."
    `);
  });

  it('does not send anybody on to apply while something would be refused or is not known', () => {
    expect(preflightVerdict([result('yes'), result('key-only')], 'kmsdns apply')).toBe(
      '1 zone: the key is good, the permission is not proved; 1 zone: would be allowed. Next: kmsdns apply',
    );
    expect(preflightVerdict([result('yes'), result('no')], 'kmsdns apply')).toBe(
      '1 zone: would be refused; 1 zone: would be allowed.',
    );
    expect(preflightVerdict([result('unknown')], 'kmsdns apply')).toBe('1 zone: could not be found out.');
    expect(preflightVerdict([], 'kmsdns apply')).toMatch(/no domain/);
  });

  it('names domains of which not even the zone is known', () => {
    const [head] = preflightLines([{ ...result('unknown'), zone: null, server: null }], LOOK);
    expect(head).toBe('? unknown  contoso.com');
  });
});
