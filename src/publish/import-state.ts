import { bounded } from '../core/bounded.ts';
import type { DesiredDomain, DesiredState, KmsHost } from '../core/desired-state.ts';
import { kmsOwnerName } from '../core/kms.ts';
import type { Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';
import type { Unknown } from './make-plan.ts';
import { observe } from './observe.ts';
import { type Reach, surroundings } from './reach.ts';

export interface Imported {
  readonly state: DesiredState;
  /** Domains that hold no record today. */
  readonly empty: readonly Fqdn[];
  readonly unknown: readonly Unknown[];
}

/**
 * The desired state that describes what is published now, such that a plan on it is in sync. Zone and server are
 * left to be found again, unless a person named the server. Aliases and domains that could not be read are reported.
 */
export async function importState(reach: Reach, domains: readonly Fqdn[]): Promise<Imported> {
  const place = { file: 'import', line: 1, column: 1 };
  const named = reach.servers[0] ?? reach.authorities[0];
  const servers: DesiredState['servers'] = named === undefined ? {} : { primary: serverEntry(named) };
  const wanted = [...new Set(domains)].map(
    (domain): DesiredDomain => ({
      domain,
      owner: kmsOwnerName(domain),
      policy: 'additive',
      publish: [],
      place,
      ...(named === undefined ? {} : { server: 'primary' }),
    }),
  );
  const blank: DesiredState = { file: 'import', keys: {}, servers, hosts: [], domains: wanted, findings: [] };
  const around = surroundings(reach, blank);
  const observed = await bounded(wanted, reach.concurrency, (domain) => observe(around, domain, false));

  const found: DesiredDomain[] = [];
  const empty: Fqdn[] = [];
  const unknown: Unknown[] = [];
  for (const one of observed) {
    const { desired } = one;
    if (!one.ok) unknown.push({ domain: desired.domain, because: one.because, steps: one.steps });
    else if (one.alias !== undefined) {
      unknown.push({
        domain: desired.domain,
        because: `${desired.owner} is an alias of ${one.alias.target}; import the domain it leads to`,
        steps: [],
      });
    } else {
      if (one.live === null) empty.push(desired.domain);
      found.push({
        ...desired,
        publish: one.live?.records ?? [],
        ...(one.live === null ? {} : { ttlSeconds: one.live.ttlSeconds }),
      });
    }
  }
  const targets = [...new Set(found.flatMap(({ publish }) => publish.map(({ target }) => target)))].sort();
  const hosts = await bounded(targets, reach.concurrency, async (name): Promise<KmsHost> => {
    const looked = await around.hostsVia(named).addressesOf(name);
    const port = found.flatMap(({ publish }) => publish).find(({ target }) => target === name)!.port;
    return { name, port, addresses: looked.kind === 'addresses' ? looked.addresses : [] };
  });
  return { state: { ...blank, hosts, domains: found }, empty, unknown };
}

function serverEntry({ address, port }: Endpoint): DesiredState['servers'][string] {
  return { id: 'primary', address, port, auth: { kind: 'none' } };
}
