import { kmsOwnerName } from '../../core/kms.ts';
import type { Fqdn } from '../../core/name.ts';
import type { Endpoint } from '../../core/net.ts';
import { allDomains, clientDomains } from '../case.ts';
import { serversFor } from '../diversion.ts';
import { wasCancelled } from '../host-fate.ts';
import type { Matter } from '../judgement.ts';
import type { Observation } from '../observation.ts';

/** What one resolver said about one domain, and what the zone's own servers say. */
export interface Comparison {
  readonly domain: Fqdn;
  readonly owner: Fqdn;
  readonly server: Endpoint;
  readonly place: number;
  readonly said: Observation<'dns'>;
}

/** Every question of a client that some resolver was asked, with its answer. */
export function comparisons({ one, seen }: Matter): readonly Comparison[] {
  return allDomains(one).flatMap((domain) =>
    serversFor(one.client, kmsOwnerName(domain)).flatMap((server, place) => {
      const owner = kmsOwnerName(domain);
      const said = seen.dns({ purpose: 'srv', name: owner, server })[0];
      return said === undefined || wasCancelled(said) ? [] : [{ domain, owner, server, place, said }];
    }),
  );
}

/** Does the client ask for this domain at all? Not once an earlier suffix has the record. */
export function isAskedFor({ one, walk }: Matter, domain: Fqdn): boolean {
  const own = clientDomains(one);
  const place = own.indexOf(domain);
  return place >= 0 && (walk.domain === undefined || place <= own.indexOf(walk.domain));
}
