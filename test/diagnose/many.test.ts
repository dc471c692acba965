import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { kmsOwnerName } from '../../src/core/kms.ts';
import { type Fqdn, parseFqdn } from '../../src/core/name.ts';
import type { Outcome } from '../../src/core/net.ts';
import type { Case } from '../../src/diagnose/case.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { type AskProbe, DEFAULT_PATIENCE, gather } from '../../src/diagnose/gather.ts';
import { type Conclusion, diagnoseMany, likeness } from '../../src/diagnose/many.ts';
import { fakeNet } from '../support/fake-net.ts';
import {
  addresses,
  caseOf,
  endpoint,
  known,
  nodata,
  nxdomain,
  rcode,
  type Sight,
  silent,
  soa,
  srv,
  srvAnswer,
} from '../support/scenario.ts';

/** What may be said about a domain, by what it is called. */
const ANSWERS: Readonly<Record<string, (domain: Fqdn) => Sight>> = {
  works: (domain) => srvAnswer([srv('kms1.contoso.test')], at(domain)),
  dead: (domain) => srvAnswer([srv('kms2.contoso.test')], at(domain)),
  both: (domain) =>
    srvAnswer([srv('kms1.contoso.test'), srv('kms2.contoso.test', { weight: 9 })], at(domain)),
  'own host': (domain) => srvAnswer([srv(`kms1.${domain}`)], at(domain)),
  'no address': (domain) => srvAnswer([srv('nowhere.contoso.test')], at(domain)),
  'address as host': (domain) => srvAnswer([srv('10.0.0.9')], at(domain)),
  'long time': (domain) => srvAnswer([srv('kms1.contoso.test')], at(domain), { ttl: 700_000 }),
  nxdomain: (domain) => nxdomain(at(domain), { soa: soa(parseFqdn('contoso.test')) }),
  nodata: (domain) => nodata(at(domain), { soa: soa(domain) }),
  root: (domain) => nxdomain(at(domain), { soa: soa(parseFqdn('.')) }),
  servfail: (domain) => rcode('SERVFAIL', at(domain)),
  refused: (domain) => rcode('REFUSED', at(domain)),
  formerr: (domain) => rcode('FORMERR', at(domain)),
  silent: (domain) => silent(at(domain)),
};

function at(domain: Fqdn): { readonly name: Fqdn } {
  return { name: kmsOwnerName(domain) };
}

const HOSTS: readonly Sight[] = [
  ...addresses('kms1.contoso.test', ['10.0.0.1']),
  ...addresses('kms2.contoso.test', ['10.0.0.2', 'fd00::2']),
  endpoint('kms1.contoso.test', '10.0.0.1'),
  endpoint('kms2.contoso.test', '10.0.0.2', 'refused'),
  endpoint('kms2.contoso.test', 'fd00::2', 'filtered'),
];

function leanCase(domain: Fqdn): Case {
  return caseOf({ client: { suffixes: known([domain]) }, case: { depth: 'lean', examined: [] } });
}

/** Answers about domains as `said` tells, about hosts as above, and knows nothing else. */
function askingWhere(said: ReadonlyMap<Fqdn, string>): AskProbe {
  return async (_net, probe) => {
    if (probe.kind === 'endpoint') {
      const met = HOSTS.find(
        (one) => one.probe.kind === 'endpoint' && one.probe.to.address === probe.to.address,
      );
      return met!.outcome as Outcome<unknown>;
    }
    const domain = [...said.keys()].find((one) => kmsOwnerName(one) === probe.name);
    // A second question, without EDNS, gets what a name that does not exist gets.
    if (domain !== undefined)
      return (probe.edns ? ANSWERS[said.get(domain)!]! : ANSWERS.nxdomain!)(domain)
        .outcome as Outcome<unknown>;
    const looked = HOSTS.find(
      (one) => one.probe.kind === 'dns' && one.probe.name === probe.name && one.probe.type === probe.type,
    );
    return (looked ?? nxdomain({ name: probe.name })).outcome as Outcome<unknown>;
  };
}

async function together(said: ReadonlyMap<Fqdn, string>): Promise<ReadonlyMap<Fqdn, Conclusion>> {
  const concluded = new Map<Fqdn, Conclusion>();
  const list = async function* (): AsyncGenerator<{ domain: Fqdn }> {
    for (const domain of said.keys()) {
      yield { domain };
      // One after the other, so that the later ones can be like the earlier.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await diagnoseMany(
    fakeNet({}),
    list(),
    ({ domain }) => leanCase(domain),
    DEFAULT_PATIENCE,
    ({ domain }, conclusion) => concluded.set(domain, conclusion),
    askingWhere(said),
  );
  return concluded;
}

async function alone(domain: Fqdn, said: ReadonlyMap<Fqdn, string>): Promise<Partial<Conclusion>> {
  const one = leanCase(domain);
  const seen = await gather(fakeNet({}), one, DEFAULT_PATIENCE, undefined, askingWhere(said));
  const { verdict, predicted, targets, causes, symptoms, notes } = diagnose(one, seen, []);
  return {
    verdict,
    predicted,
    targets: targets.map((target) => ({
      ...target,
      addresses: target.addresses.map((each) => ({ ...each, tookMs: expect.any(Number) as number })),
    })),
    causes: [...new Set(causes.map(({ code }) => code))],
    severities: [...causes, ...symptoms, ...notes].map(({ severity }) => severity),
  };
}

const label = fc.oneof(
  fc.constantFrom(
    'local',
    'com',
    'kms',
    'test',
    'a1',
    'b2',
    'c3',
    'localhost',
    'xn--bcher-kva',
    '_sites',
    'site10',
  ),
  fc.stringMatching(/^[a-z]{2}\d$/),
);
const domain = fc
  .tuple(label, fc.constantFrom('contoso.test', 'corp.contoso.test', 'fabrikam.local', 'test'))
  .map(([first, above]) => parseFqdn(`${first}.${above}`));

describe('many domains', () => {
  it('are told of each what a diagnosis of it alone tells', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(domain, fc.constantFrom(...Object.keys(ANSWERS))), {
          selector: ([name]) => name,
          minLength: 1,
          maxLength: 12,
        }),
        async (pairs) => {
          const said = new Map(pairs);
          const all = await together(said);
          expect(all.size).toBe(said.size);
          for (const name of said.keys()) expect(all.get(name)).toEqual(await alone(name, said));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('rethrows what the taker throws', async () => {
    const domains = (async function* () {
      yield { domain: parseFqdn('a1.contoso.test') };
    })();
    const said = new Map([[parseFqdn('a1.contoso.test'), 'works']]);
    const take = (): never => {
      throw new Error('full disk');
    };
    const run = diagnoseMany(
      fakeNet({}),
      domains,
      (one) => leanCase(one.domain),
      DEFAULT_PATIENCE,
      take,
      askingWhere(said),
    );
    await expect(run).rejects.toThrow('full disk');
  });
});

describe('likeness', () => {
  const of = (name: string, answer: string): string | undefined =>
    likeness(parseFqdn(name), [ANSWERS[answer]!(parseFqdn(name)).outcome as Outcome<unknown>]);

  it.each(['works', 'dead', 'nxdomain', 'servfail'])(
    'two neighbours of which the same is said: %s',
    (answer) => {
      expect(of('a1.contoso.test', answer)).toBeDefined();
      expect(of('a1.contoso.test', answer)).toBe(of('b2.contoso.test', answer));
    },
  );

  test.each([
    ['another branch of the tree', 'b2.corp.contoso.test', 'works'],
    ['another shape', 'b22.contoso.test', 'works'],
    ['another answer', 'b2.contoso.test', 'dead'],
    ['another time to live', 'b2.contoso.test', 'long time'],
  ])('told apart: %s', (_why, name, answer) => {
    expect(of(name, answer)).not.toBe(of('a1.contoso.test', 'works'));
  });

  test.each([
    ['a name near the root', 'a1.test', 'works'],
    ['a label that is no plain one', '_a1.contoso.test', 'works'],
    ['an international label', 'xn--bcher-kva.contoso.test', 'works'],
    ['an answer that holds the label', 'a1.contoso.test', 'own host'],
    ['the zone is the domain itself', 'a1.contoso.test', 'nodata'],
    ['a question that is asked again without EDNS', 'a1.contoso.test', 'formerr'],
    ['silence', 'a1.contoso.test', 'silent'],
  ])('not sure: %s', (_why, name, answer) => {
    expect(of(name, answer)).toBeUndefined();
  });
});
