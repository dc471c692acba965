/** A run that ends early: whatever was not reached is unknown, and never absent or dead. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../src/core/address.ts';
import {
  addresses,
  diagnosed,
  endpoint,
  known,
  nxdomain,
  RESOLVER,
  RESOLVER2,
  type Scenario,
  type Sight,
  srv,
  srvAnswer,
  working,
  zoneServed,
} from '../support/scenario.ts';

const SET = [srv('kms1'), srv('kms2')];
const HEALTHY: readonly Sight[] = [
  srvAnswer(SET),
  srvAnswer(SET, { at: RESOLVER2 }),
  ...zoneServed(SET),
  ...working('kms1', '10.1.0.10'),
  ...working('kms2', '10.1.0.11'),
  ...addresses('kms1', ['10.1.0.10'], RESOLVER2),
  ...addresses('kms2', ['10.1.0.11'], RESOLVER2),
];
const client = { resolvers: known([RESOLVER, RESOLVER2]) };

/** The sight as it is when the run ends before it is answered. */
function cut(sight: Sight): Sight {
  if (sight.probe.kind === 'endpoint') {
    const value = { ...(sight.outcome as { readonly value: object }).value, state: 'unknown', contexts: [] };
    return { ...sight, outcome: { ok: true, value } } as unknown as Sight;
  }
  return {
    ...sight,
    outcome: { ok: false, fault: { kind: 'cancelled', by: 'deadline', sent: true } },
  } as Sight;
}

/** Each sight is seen, cut off, or was never asked for. */
const fates = (count: number): fc.Arbitrary<readonly string[]> =>
  fc.array(fc.constantFrom('seen', 'cut', 'never'), { minLength: count, maxLength: count });

function endedEarly(sights: readonly Sight[], how: readonly string[]): Scenario {
  const see = sights.flatMap((sight, i) =>
    how[i] === 'seen' ? [sight] : how[i] === 'cut' ? [cut(sight)] : [],
  );
  return { client, see, verdict: 'unknown' };
}

describe('a run that ends early', () => {
  it('on a network where all is well finds nothing wrong, whatever it missed', () => {
    fc.assert(
      fc.property(fates(HEALTHY.length), (how) => {
        const said = diagnosed(endedEarly(HEALTHY, how));
        expect(said.causes).toEqual([]);
        expect(said.symptoms).toEqual([]);
        expect(['healthy', 'unknown']).toContain(said.verdict);
        expect(said.predicted).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('says so, and keeps what it saw: a name that is denied, a host that is dead', () => {
    const refused = endpoint('kms1', '10.1.0.10', 'refused');
    const sights = [srvAnswer([srv('kms1')]), ...addresses('kms1', ['10.1.0.10']), refused];
    const seen = (count: number) =>
      diagnosed({ see: sights.map((one, i) => (i < count ? one : cut(one))), verdict: 'unknown' });
    expect([0, 1, 2, 3, 4].map((count) => seen(count).verdict)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'broken',
    ]);
    for (const count of [0, 1, 2, 3]) expect(seen(count).notes.map(({ code }) => code)).toContain('RUN-004');
    const denied = diagnosed({ see: [nxdomain(), ...zoneServed('nxdomain').map(cut)], verdict: 'broken' });
    expect(denied.causes.map(({ code }) => code)).toEqual(['SRV-001']);
  });

  it('takes a resolver that was not reached for neither silent nor lost', () => {
    const lost = parseEndpoint('10.0.0.99', 53);
    const said = diagnosed({
      client: { resolvers: known([lost, RESOLVER]) },
      see: [cut(srvAnswer(SET, { at: lost })), srvAnswer(SET)],
      verdict: 'unknown',
    });
    expect(said).toMatchObject({ verdict: 'unknown', causes: [] });
  });
});
