/** What the tests of src/formats share: a state that every format can write, and drawn ones. */
import fc from 'fast-check';
import type { DesiredDomain, DesiredState } from '../../src/core/desired-state.ts';
import { formatRecord } from '../../src/core/srv.ts';
import type { FormatReading } from '../../src/formats/format.ts';
import { domain, srv, state, unchecked } from './generated.ts';

/** Options without which a format cannot be written, by its id. */
export const SAMPLE_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

/** Two domains in one zone and one in its own, each with what the formats disagree about: order, zeros, TTL, port. */
export const SAMPLE: DesiredState = state([
  domain(
    'east.contoso.com.',
    [srv('kms-w1.west.contoso.com.', 90, 25, 1689), srv('kms-e1.east.contoso.com.', 10, 75)],
    { zone: unchecked('contoso.com.'), ttlSeconds: 600, server: 'corp' },
  ),
  domain('west.contoso.com.', [srv('kms-w1.west.contoso.com.')], {
    zone: unchecked('contoso.com.'),
    ttlSeconds: 600,
    server: 'corp',
  }),
  domain('fabrikam.example.', [srv('kms1.fabrikam.example.', 1, 2, 3)], {
    zone: unchecked('fabrikam.example.'),
    ttlSeconds: 600,
    server: 'corp',
  }),
]);

/** `owner ttl priority weight port target` of each record, sorted. */
export function recordsIn({ records }: FormatReading): readonly string[] {
  return records
    .map(({ owner, ttlSeconds, record }) => `${owner} ${ttlSeconds ?? '-'} ${formatRecord(record)}`)
    .sort();
}

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const tail = fc.constantFrom('contoso.com', 'fabrikam.example', 'xn--bcher-kva.example', 'corp');
const name = fc
  .tuple(fc.array(label, { maxLength: 3 }), tail)
  .map(([labels, end]) => unchecked(`${[...labels, end].join('.')}.`));
const u16 = fc.oneof(fc.constantFrom(0, 1, 1688, 65535), fc.integer({ min: 0, max: 65535 }));
const record = fc.record({ priority: u16, weight: u16, port: u16, target: name });

/** States as a file could say them: no domain twice, no target and port twice in one, the zone an ancestor. */
export const anyState: fc.Arbitrary<DesiredState> = fc
  .uniqueArray(
    fc.record({
      name,
      zone: fc.constantFrom('none', 'own', 'parent'),
      publish: fc.uniqueArray(record, { maxLength: 5, selector: (one) => `${one.target}:${one.port}` }),
      ttlSeconds: fc.option(fc.integer({ min: 0, max: 0x7fffffff }), { nil: undefined }),
    }),
    { maxLength: 5, selector: (one) => one.name },
  )
  .map((drawn) =>
    state(
      drawn.map(({ name: own, zone, publish, ttlSeconds }): DesiredDomain => {
        const parent = own.split('.').length > 2 ? own.slice(own.indexOf('.') + 1) : own;
        return domain(own, publish, {
          server: 'corp',
          ...(zone !== 'none' && { zone: unchecked(zone === 'own' ? own : parent) }),
          ...(ttlSeconds !== undefined && { ttlSeconds }),
        });
      }),
    ),
  );
