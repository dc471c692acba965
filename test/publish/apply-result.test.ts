import { expect, it, test } from 'vitest';
import {
  applyExitCode,
  nothingDone,
  overallOutcome,
  type ZoneResult,
} from '../../src/publish/apply-result.ts';
import { APPLY_OUTCOMES, type ApplyOutcome } from '../../src/publish/outcome.ts';
import type { ReadBack } from '../../src/publish/read-back.ts';
import { DOMAIN, endpoint, OWNER } from '../support/srv-sets.ts';

function result(outcome: ApplyOutcome, ...states: readonly ReadBack['state'][]): ZoneResult {
  const readBack = states.map(
    (state): ReadBack => ({
      server: endpoint('10.0.0.53'),
      host: null,
      state,
      set: null,
      serial: null,
      because: '',
      noRoute: false,
    }),
  );
  return { ...nothingDone(OWNER, DOMAIN, DOMAIN, outcome, ''), readBack };
}

/* CONTRACT section 2, column apply. */
test.each<[string, readonly ZoneResult[], number, ApplyOutcome]>([
  ['nothing', [], 0, 'unchanged'],
  ['applied everywhere', [result('applied', 'current', 'current')], 0, 'applied'],
  ['applied, one lags', [result('applied', 'current', 'stale')], 1, 'applied'],
  ['applied, one is silent', [result('applied', 'current', 'silent')], 1, 'applied'],
  ['unchanged', [result('unchanged', 'current')], 0, 'unchanged'],
  ['unchanged, one lags: nothing was written', [result('unchanged', 'stale')], 0, 'unchanged'],
  ['refused', [result('refused')], 2, 'refused'],
  ['conflict', [result('conflict')], 2, 'conflict'],
  ['silently ignored', [result('silently-ignored')], 2, 'silently-ignored'],
  ['partly applied', [result('partly-applied')], 2, 'partly-applied'],
  ['unknown', [result('unknown')], 3, 'unknown'],
  [
    'the worst of several',
    [result('applied', 'stale'), result('refused'), result('unchanged')],
    2,
    'refused',
  ],
  ['unknown is worse than refused', [result('unknown'), result('refused')], 3, 'unknown'],
  [
    'applied is said of a run that changed one and found one unchanged',
    [result('unchanged'), result('applied', 'current')],
    0,
    'applied',
  ],
])('%s', (_name, zones, code, outcome) => {
  expect(applyExitCode(zones)).toBe(code);
  expect(overallOutcome(zones)).toBe(outcome);
});

it('ranks every outcome: a run of one is called by that one', () => {
  for (const outcome of APPLY_OUTCOMES) expect(overallOutcome([result(outcome)])).toBe(outcome);
});
